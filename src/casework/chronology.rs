//! The lead professional makes one chronology of what each agency has shared.

use crate::access::act::ChooseEvent;
use crate::domain::obstacle::Obstacle;
use crate::store::{EventView, Halt, Work};

/// Chooses an event into the chronology. One that nobody else was shown stays with its unit.
pub fn choose(work: &mut Work<'_, ChooseEvent>) -> Result<EventView, Halt> {
    let Some(event) = work.before()? else {
        return Err(Obstacle::State { why: "not_an_event" }.into());
    };
    if event.chosen.is_some() {
        return Err(Obstacle::State { why: "already_chosen" }.into());
    }
    if !work.is_published(&event)? {
        return Err(Obstacle::State { why: "not_published" }.into());
    }
    if work.is_full(event.item.case)? {
        return Err(Obstacle::State { why: "chronology_full" }.into());
    }
    work.choose(event)
}
