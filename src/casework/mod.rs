//! The verbs: what happens in a case, in the words of a caseworker.
//!
//! Each takes the work that a permit gave leave for, looks at how things stand, and says what is in
//! the way or does it.
//!
//! **Invariant:** whether somebody may is never asked here; only whether it can be done now.

pub mod break_glass;
pub mod cases;
pub mod chronology;
pub mod consents;
pub mod items;
pub mod meetings;
pub mod plan_turns;
pub mod plans;
pub mod practice;
pub mod publications;
pub mod referrals;

use crate::domain::obstacle::Obstacle;

/// Nobody writes over what they have not seen.
fn unchanged(expected: i64, now: i64) -> Result<(), Obstacle> {
    if expected == now { Ok(()) } else { Err(Obstacle::Changed { now }) }
}
