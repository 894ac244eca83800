//! What is hidden from a guardian for the child's sake (OSL 12:3): an item, or the whole matter.

use actix_web::{post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::fault::Faults;
use super::field::{Raw, text};
use super::reply;
use crate::access::act::{BarGuardian, HideFromGuardian};
use crate::domain::ids::{CaseId, ItemId, PersonId};
use crate::store::BarView;

/// From whom, and why; or whose bar ends, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BarBody {
    /// The guardian.
    #[schema(value_type = Uuid)]
    guardian: Raw<PersonId>,
    reason: String,
}

/// What is hidden from whom.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bar {
    id: Uuid,
    case: Uuid,
    /// The item; none when it is the whole matter.
    item: Option<Uuid>,
    guardian: Uuid,
    decided_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

/// Hides an item from a guardian.
///
/// The owning unit does so, or the child with what it has said itself.
#[utoipa::path(tag = "walls", responses((status = 201, body = Bar)))]
#[post("/items/{item}/hidden-from")]
pub async fn hide_item(desk: Desk, path: web::Path<Uuid>, body: Body<BarBody>) -> Answer {
    let item = ItemId::new(path.into_inner());
    let (guardian, reason) = body.value.parse()?;
    let desk = desk.with_reason(reason.clone());
    desk.perform_once(body.digest, HideFromGuardian { item }, move |work| {
        reply::made(&Bar::from(work.hide(guardian, &reason)?))
    })
    .await
}

/// Ends it: the guardian reads the item again, as far as they may.
#[utoipa::path(tag = "walls", responses((status = 200, body = Bar)))]
#[post("/items/{item}/hidden-from/ending")]
pub async fn show_item(desk: Desk, path: web::Path<Uuid>, body: Body<BarBody>) -> Answer {
    let item = ItemId::new(path.into_inner());
    let (guardian, reason) = body.value.parse()?;
    let desk = desk.with_reason(reason.clone());
    desk.perform_once(body.digest, HideFromGuardian { item }, move |work| {
        reply::shown(&Bar::from(work.show(guardian, &reason)?))
    })
    .await
}

/// Keeps a whole matter from a guardian, who is not told that there is one.
#[utoipa::path(tag = "walls", responses((status = 201, body = Bar)))]
#[post("/cases/{case}/barred-guardians")]
pub async fn bar_guardian(desk: Desk, path: web::Path<Uuid>, body: Body<BarBody>) -> Answer {
    let case = CaseId::new(path.into_inner());
    let (guardian, reason) = body.value.parse()?;
    let desk = desk.with_reason(reason.clone());
    desk.perform_once(body.digest, BarGuardian { case }, move |work| {
        reply::made(&Bar::from(work.bar(guardian, &reason)?))
    })
    .await
}

/// Ends it.
#[utoipa::path(tag = "walls", responses((status = 200, body = Bar)))]
#[post("/cases/{case}/barred-guardians/ending")]
pub async fn unbar_guardian(desk: Desk, path: web::Path<Uuid>, body: Body<BarBody>) -> Answer {
    let case = CaseId::new(path.into_inner());
    let (guardian, reason) = body.value.parse()?;
    let desk = desk.with_reason(reason.clone());
    desk.perform_once(body.digest, BarGuardian { case }, move |work| {
        reply::shown(&Bar::from(work.unbar(guardian, &reason)?))
    })
    .await
}

impl BarBody {
    fn parse(&self) -> Result<(PersonId, String), Faults> {
        let mut faults = Faults::default();
        let guardian = faults.keep("/guardian", self.guardian.read());
        let reason = faults.keep("/reason", text(&self.reason));
        guardian.zip(reason).ok_or(faults)
    }
}

impl From<BarView> for Bar {
    fn from(view: BarView) -> Self {
        Self {
            id: view.id.uuid(),
            case: view.case.uuid(),
            item: view.item.map(ItemId::uuid),
            guardian: view.guardian.uuid(),
            decided_at: view.decided_at,
            ended_at: view.ended_at,
        }
    }
}
