//! A referral: somebody asks for joint help for a child, and the request must come to an end.

use super::ids::UnitId;
use super::text::codes;

codes! {
    /// The eight wellbeing indicators (SHANARRI, GIRFEC).
    Indicator {
        /// Trygg.
        Safe => "safe",
        /// Frisk.
        Healthy => "healthy",
        /// Utvecklas.
        Achieving => "achieving",
        /// Omvårdad.
        Nurtured => "nurtured",
        /// Aktiv.
        Active => "active",
        /// Respekterad.
        Respected => "respected",
        /// Ansvarstagande.
        Responsible => "responsible",
        /// Delaktig.
        Included => "included",
    }
}

codes! {
    /// How soon somebody must act.
    Urgency {
        /// In the ordinary course.
        Ordinary => "ordinary",
        /// Within days.
        Soon => "soon",
        /// Today.
        Immediate => "immediate",
    }
}

codes! {
    /// Where a referral stands.
    ReferralState {
        /// Waits for triage.
        Received => "received",
        /// Sent on, and not yet accepted: not an end.
        Forwarded => "forwarded",
        /// Ended in advice.
        Advised => "advised",
        /// Ended in a concern report.
        Reported => "reported",
        /// Ended in a case with a named owner.
        CaseOpened => "case_opened",
    }
}

/// The child's own view, or why there is none. One of the two is always there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChildView {
    /// In the child's own words.
    Words(String),
    /// The reason why it is missing.
    Missing(String),
}

/// Whether somebody was told, and if not, why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Informed {
    /// They know.
    Yes,
    /// They don't, for this reason.
    No(String),
}

/// GIRFEC's five questions, each with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiveQuestions {
    /// What is getting in the way of this child's wellbeing?
    pub in_the_way: String,
    /// Do I have all the information I need?
    pub information: String,
    /// What can I do now?
    pub i_can_do: String,
    /// What can my agency do?
    pub my_agency_can_do: String,
    /// What help may be needed from others? Empty: it stays within the own agency.
    pub others_can_do: String,
}

/// What worries, or holds, under one indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The indicator.
    pub indicator: Indicator,
    /// What was seen.
    pub text: String,
}

/// A referral as it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferralDraft {
    /// The unit that makes it.
    pub from: UnitId,
    /// The unit that receives it.
    pub to: UnitId,
    /// The five questions.
    pub questions: FiveQuestions,
    /// Concerns by indicator; at least one.
    pub concerns: Vec<Observation>,
    /// The child's view.
    pub child_view: ChildView,
    /// Urgency.
    pub urgency: Urgency,
    /// Whether the child knows.
    pub child_informed: Informed,
    /// Whether the guardians know.
    pub guardians_informed: Informed,
}

/// How triage ends, short of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Triage {
    /// With advice.
    Advice {
        /// What was advised.
        advice: String,
    },
    /// With a concern report to social services (SoL 19:1).
    ConcernReport {
        /// The receiving unit.
        to: UnitId,
        /// What worries.
        concern: String,
    },
    /// Not yet: it waits for another unit's receipt.
    Forward {
        /// The unit asked.
        to: UnitId,
        /// Why there.
        reason: String,
    },
}

impl ReferralState {
    /// Whether triage is over.
    pub const fn ended(self) -> bool {
        match self {
            Self::Received | Self::Forwarded => false,
            Self::Advised | Self::Reported | Self::CaseOpened => true,
        }
    }
}
