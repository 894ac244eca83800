//! How a case ends.

use super::text::codes;

codes! {
    /// Why a case was closed.
    ClosingReason {
        /// What was planned is reached.
        GoalsMet => "goals_met",
        /// Joint help is not needed any more.
        NeedGone => "need_gone",
        /// Consent to work together was taken back.
        ConsentWithdrawn => "consent_withdrawn",
        /// The child has moved.
        Moved => "moved",
        /// The young person is of age.
        OfAge => "of_age",
        /// It goes on under another plan.
        OtherPlan => "other_plan",
        /// The child has died.
        Deceased => "deceased",
        /// Another reason, which is told.
        Other => "other",
    }
}
