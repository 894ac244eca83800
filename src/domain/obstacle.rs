//! What stands in the way of an act that is permitted: the state of things, not a rule of access.

use thiserror::Error;

use super::content::Wrong;
use super::plan::Lack;
use super::plan_process::{PlanState, Stop};

/// What stands in the way.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Obstacle {
    /// A field of the request does not fit.
    #[error("`{field}` does not fit: {reason}")]
    Field {
        /// Which one, as a JSON pointer without its first slash.
        field: &'static str,
        /// A stable word for what is wrong.
        reason: &'static str,
    },
    /// Parts of the request do not fit.
    #[error("{} parts do not fit", .0.len())]
    Fields(Vec<Wrong>),
    /// Somebody changed it in between.
    #[error("it was changed in between; it is now version {now}")]
    Changed {
        /// The version that it has now.
        now: i64,
    },
    /// It is past the point where this can be done.
    #[error("it can't be done any more or not yet: {why}")]
    State {
        /// A stable word for why.
        why: &'static str,
    },
    /// What is named below the act's target is not there.
    #[error("it is not there")]
    Missing,
    /// The plan lacks what the law demands.
    #[error("the plan is not complete")]
    Incomplete(Vec<Lack>),
    /// It was disposed of when its time had run out.
    #[error("it was disposed of")]
    Disposed,
    /// The same Idempotency-Key came with another body.
    #[error("the key was used for another request")]
    KeyReused,
}

impl Obstacle {
    /// What is wrong below `pointer`.
    pub fn below(pointer: &str, wrong: Vec<Wrong>) -> Self {
        Self::Fields(wrong.into_iter().map(|wrong| wrong.below(pointer)).collect())
    }
}

impl From<Stop> for Obstacle {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::From(state) => off_the_way(state),
            Stop::Consent => Self::State { why: "plan_without_consent" },
            Stop::KeyQuestion => Self::Field { field: "key_question", reason: "empty" },
            Stop::CalledWithoutConsent(units) => {
                Self::Incomplete(units.into_iter().map(Lack::ConsentFor).collect())
            }
            Stop::MeetingAhead => Self::Field { field: "met_on", reason: "in_the_future" },
            Stop::Incomplete(lacks) => Self::Incomplete(lacks),
            Stop::GoalsOpen(goals) => {
                Self::Incomplete(goals.into_iter().map(Lack::OutcomeOf).collect())
            }
            Stop::NotWithdrawn => Self::State { why: "plan_consent_binds" },
            Stop::Reason => Self::Field { field: "reason", reason: "empty" },
        }
    }
}

/// Why a step doesn't lead on from a plan's state.
const fn off_the_way(state: PlanState) -> Obstacle {
    match state {
        PlanState::NeedAssessed | PlanState::ConsentPending | PlanState::Declined => {
            Obstacle::State { why: "plan_not_begun" }
        }
        PlanState::Preparing | PlanState::Called => Obstacle::State { why: "plan_not_met" },
        PlanState::Met => Obstacle::State { why: "plan_not_written" },
        PlanState::Draft | PlanState::Confirming => Obstacle::State { why: "plan_not_active" },
        PlanState::Active | PlanState::FollowupDue => Obstacle::State { why: "plan_is_active" },
        PlanState::Closed => Obstacle::State { why: "plan_is_closed" },
        PlanState::Interrupted => Obstacle::State { why: "plan_is_interrupted" },
    }
}
