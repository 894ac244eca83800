//! A patient's block on an item of health care, and how it is lifted.

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
use crate::access::act::{BlockItem, LiftBlock};
use crate::domain::block::LiftGround;
use crate::domain::ids::{ItemId, PersonId};
use crate::store::BlockView;

/// Whose wish it is that the item is blocked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockBody {
    /// The patient. Nobody blocks in another's place.
    #[schema(value_type = Uuid)]
    asker: Raw<PersonId>,
}

/// On which ground a block is lifted, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftingBody {
    /// `consent`, or `needed` where the patient can't do without the care that needs it.
    #[schema(value_type = String, example = "consent")]
    ground: Raw<LiftGround>,
    because: String,
}

/// A block.
#[derive(Debug, Serialize, ToSchema)]
pub struct Block {
    id: Uuid,
    item: Uuid,
    asker: Uuid,
    blocked_at: DateTime<Utc>,
    lifted_at: Option<DateTime<Utc>>,
    lifted_ground: Option<LiftGround>,
}

/// Records that the patient blocks an item (PDL 4:4).
///
/// Nobody outside the unit reads it while it is blocked, whatever it was published on.
#[utoipa::path(tag = "walls", responses((status = 201, body = Block)))]
#[post("/items/{item}/block")]
pub async fn block_item(desk: Desk, path: web::Path<Uuid>, body: Body<BlockBody>) -> Answer {
    let item = ItemId::new(path.into_inner());
    let mut faults = Faults::default();
    let asker = faults.keep("/asker", body.value.asker.read());
    let Some(asker) = asker else { return Err(faults.into()) };
    desk.perform_once(body.digest, BlockItem { item, asker }, |work| {
        reply::made(&Block::from(work.block()?))
    })
    .await
}

/// Lifts a block (PDL 4:5).
#[utoipa::path(tag = "walls", responses((status = 200, body = Block)))]
#[post("/items/{item}/block/lifting")]
pub async fn lift_block(desk: Desk, path: web::Path<Uuid>, body: Body<LiftingBody>) -> Answer {
    let item = ItemId::new(path.into_inner());
    let mut faults = Faults::default();
    let ground = faults.keep("/ground", body.value.ground.read());
    let because = faults.keep("/because", text(&body.value.because));
    let (Some(ground), Some(because)) = (ground, because) else { return Err(faults.into()) };
    let desk = desk.with_reason(because.clone());
    desk.perform_once(body.digest, LiftBlock { item }, move |work| {
        reply::shown(&Block::from(work.lift(ground, &because)?))
    })
    .await
}

impl From<BlockView> for Block {
    fn from(view: BlockView) -> Self {
        Self {
            id: view.id.uuid(),
            item: view.item.uuid(),
            asker: view.asker.uuid(),
            blocked_at: view.blocked_at,
            lifted_at: view.lifted_at,
            lifted_ground: view.lifted_ground,
        }
    }
}
