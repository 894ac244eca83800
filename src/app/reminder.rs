//! Reminding of emergency openings that were not reviewed in time.

use uuid::Uuid;

use crate::access::act::RemindOfReviews;
use crate::clock::Clock;
use crate::identity::Actor;
use crate::store::{Call, Overdue, Stopped, Store, StoreError};

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
        let call = Call {
            actor: Actor::operator(),
            request: clock.new_id::<Uuid>().to_string(),
            purpose: None,
            reason: None,
            once: None,
        };
        match store.perform(call, RemindOfReviews {}, |work| work.remind()).await {
            Ok(_) => {}
            Err(Stopped::Unavailable(error)) => return Err(error),
            Err(Stopped::Refused(denial, _)) => {
                tracing::error!(rules = denial.rules().join(" "), "the reminder was refused");
            }
            Err(Stopped::Obstructed(obstacle, _)) => {
                tracing::error!(%obstacle, "the reminder could not go out");
            }
        }
    }
    Ok(overdue)
}
