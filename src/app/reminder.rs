//! Reminding of emergency openings that were not reviewed in time, and of meetings that come soon.

use uuid::Uuid;

use crate::access::act::{RemindOfMeetings, RemindOfReviews};
use crate::clock::Clock;
use crate::identity::Actor;
use crate::store::{Call, Done, Overdue, Stopped, Store, StoreError};

/// Says in the service's own log how many openings wait beyond their time, and tells the units that
/// were not told yet. What it tells is recorded, as an act of the operator's.
///
/// # Errors
/// [`StoreError`] when the store can't be asked or the notices can't be recorded.
pub async fn remind(store: &Store, clock: &Clock) -> Result<Overdue, StoreError> {
    let overdue = store.overdue_reviews().await?;
    if overdue.openings > 0 {
        tracing::warn!(openings = overdue.openings, "emergency openings were not reviewed in time");
    }
    if overdue.untold > 0 {
        let done = store.perform(by_the_service(clock), RemindOfReviews {}, |work| work.remind());
        told(done.await)?;
    }
    Ok(overdue)
}

/// Tells the units that are called to meetings that come soon. How many were told. What it tells is
/// recorded, as an act of the operator's.
///
/// # Errors
/// [`StoreError`], likewise.
pub async fn remind_of_meetings(store: &Store, clock: &Clock) -> Result<usize, StoreError> {
    if store.reminders_waiting().await? == 0 {
        return Ok(0);
    }
    let done = store.perform(by_the_service(clock), RemindOfMeetings {}, |work| work.remind());
    Ok(told(done.await)?.unwrap_or_default())
}

fn by_the_service(clock: &Clock) -> Call {
    Call {
        actor: Actor::operator(),
        request: clock.new_id::<Uuid>().to_string(),
        purpose: None,
        reason: None,
        once: None,
    }
}

/// What was done; nothing, and a word in the service's log, when something stood in the way.
fn told<T>(done: Result<Done<T>, Stopped>) -> Result<Option<T>, StoreError> {
    match done {
        Ok(done) => return Ok(Some(done.value)),
        Err(Stopped::Unavailable(error)) => return Err(error),
        Err(Stopped::Refused(denial, _)) => {
            tracing::error!(rules = denial.rules().join(" "), "the reminder was refused");
        }
        Err(Stopped::Obstructed(obstacle, _)) => {
            tracing::error!(%obstacle, "the reminder could not go out");
        }
    }
    Ok(None)
}
