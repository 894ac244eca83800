//! What stands in the way of an act that is permitted: the state of things, not a rule of access.

use thiserror::Error;

use super::content::Wrong;
use super::plan::Lack;

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
