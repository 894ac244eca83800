//! Significant events, and the chronology that the lead professional makes of them.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::{Body, NoBody};
use super::content::EventContent;
use super::desk::{Answer, Desk};
use super::fault::Faults;
use super::field::{named, text};
use super::paging::{PageQuery, Paging};
use super::reply;
use crate::access::act::{ChooseEvent, ListEvents, ReadChronology, WithdrawEventChoice};
use crate::casework::chronology;
use crate::domain::ids::{CaseId, ItemId, StaffId};
use crate::store::EventView;

/// A significant event that one may read.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventRow {
    /// The item that it is.
    item: Uuid,
    /// The owning unit.
    unit: Option<Uuid>,
    event: EventContent,
    /// Who chose it into the chronology and when; none where it doesn't stand there.
    chosen: Option<Chosen>,
}

/// How an event came into the chronology.
#[derive(Debug, Serialize, ToSchema)]
pub struct Chosen {
    by: Option<Uuid>,
    at: DateTime<Utc>,
}

/// Why a choice is withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceEndingBody {
    reason: String,
}

/// The significant events of a case that one may read, in the order in which they were written.
#[utoipa::path(
    tag = "assessment", params(PageQuery), responses((status = 200, body = Vec<EventRow>))
)]
#[get("/cases/{case}/events")]
pub async fn list_events(desk: Desk, path: web::Path<Uuid>, paging: Paging) -> Answer {
    let (case, page) = (CaseId::new(path.into_inner()), paging.page());
    let served = desk.perform(ListEvents { case }, move |work| work.events(page)).await?;
    served.page(&paging, |row| row.item.id.uuid(), EventRow::from)
}

/// The case's chronology: the chosen events, by the day on which each began. One reads those that
/// were published to one's unit, and one's own unit's.
#[utoipa::path(tag = "assessment", responses((status = 200, body = Vec<EventRow>)))]
#[get("/cases/{case}/chronology")]
pub async fn read_chronology(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let case = CaseId::new(path.into_inner());
    let served = desk.perform(ReadChronology { case }, |work| work.chronology()).await?;
    served.json(|rows| rows.into_iter().map(EventRow::from).collect::<Vec<_>>())
}

/// Chooses an event into the chronology. The work of the case's named owner.
///
/// It opens the event to nobody: who reads it is its owner's to decide.
#[utoipa::path(tag = "assessment", responses((status = 201, body = EventRow)))]
#[post("/items/{item}/chronology-choice")]
pub async fn choose_event(desk: Desk, path: web::Path<Uuid>, body: NoBody) -> Answer {
    let item = ItemId::new(path.into_inner());
    desk.perform_once(body.digest, ChooseEvent { item }, |work| {
        reply::made(&EventRow::from(chronology::choose(work)?))
    })
    .await
}

/// Takes an event out of the chronology again.
#[utoipa::path(tag = "assessment", responses((status = 204)))]
#[post("/items/{item}/chronology-choice/ending")]
pub async fn withdraw_choice(
    desk: Desk,
    path: web::Path<Uuid>,
    body: Body<ChoiceEndingBody>,
) -> Answer {
    let item = ItemId::new(path.into_inner());
    let mut faults = Faults::default();
    let reason = faults.keep("/reason", text(&body.value.reason)).ok_or(faults)?;
    let desk = desk.with_reason(reason.clone());
    desk.perform_once(body.digest, WithdrawEventChoice { item }, move |work| {
        work.withdraw(&reason)?;
        Ok(reply::nothing())
    })
    .await
}

impl From<EventView> for EventRow {
    fn from(view: EventView) -> Self {
        let chosen = |(by, at): (StaffId, _)| Chosen { by: named(by), at };
        Self {
            item: view.item.id.uuid(),
            unit: named(view.item.unit),
            event: view.event.into(),
            chosen: view.chosen.map(chosen),
        }
    }
}
