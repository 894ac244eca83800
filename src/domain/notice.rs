//! What a unit is told of without asking.

use super::text::codes;

codes! {
    /// What happened. Each kind has a text that says what to do.
    NoticeKind {
        /// Somebody has opened the case in an emergency.
        BreakGlass => "break_glass",
        /// An emergency opening was not reviewed in time.
        ReviewOverdue => "review_overdue",
        /// The case was closed.
        CaseClosed => "case_closed",
        /// A consent was withdrawn that one's disclosures or drafts rest on.
        ConsentWithdrawn => "consent_withdrawn",
        /// What was disclosed to the unit on a consent is closed: the consent has ended.
        DisclosureEnded => "disclosure_ended",
        /// A disclosure to the unit was taken back.
        PublicationRevoked => "publication_revoked",
        /// A disclosure reached the unit by mistake.
        PublicationMissent => "publication_missent",
        /// An item that the unit reads was corrected.
        ItemCorrected => "item_corrected",
        /// Social services ask for information in an investigation.
        InformationRequested => "information_requested",
        /// A member of staff has a conflict of interest; somebody else must take over.
        ConflictDeclared => "conflict_declared",
        /// The unit is called to a meeting about a plan.
        MeetingCalled => "meeting_called",
        /// A meeting was moved.
        MeetingMoved => "meeting_moved",
        /// A meeting was called off.
        MeetingCancelled => "meeting_cancelled",
        /// Somebody who is called can't come, or proposes another time.
        MeetingAnswered => "meeting_answered",
        /// A meeting comes soon.
        MeetingSoon => "meeting_soon",
        /// The unit was called to a meeting and stayed away.
        MeetingDeviation => "meeting_deviation",
        /// A plan that the unit takes part in was laid aside.
        PlanInterrupted => "plan_interrupted",
        /// It was taken up again, and must be confirmed anew.
        PlanResumed => "plan_resumed",
        /// It was closed.
        PlanClosed => "plan_closed",
        /// The child wants a guardian not to see what it has said; the unit must try it (OSL 12:3).
        HiddenByChild => "hidden_by_child",
    }
}
