//! What a child has said and does not want its guardians to see.

use actix_web::{post, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::NoBody;
use super::desk::{Answer, Desk};
use super::reply;
use crate::access::act::MarkNotForGuardian;
use crate::domain::ids::ItemId;
use crate::store::VoiceMarkView;

/// A mark.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoiceMark {
    item: Uuid,
    /// Whether the child itself set it, and not who wrote down its words.
    by_child: bool,
    marked_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

/// Marks what the child said as not for its guardians, neither those it has nor any that come.
///
/// The child does so, or whoever wrote down its words, at its wish.
#[utoipa::path(tag = "walls", responses((status = 201, body = VoiceMark)))]
#[post("/items/{item}/not-for-guardian")]
pub async fn mark_item(desk: Desk, path: web::Path<Uuid>, body: NoBody) -> Answer {
    let item = ItemId::new(path.into_inner());
    desk.perform_once(body.digest, MarkNotForGuardian { item }, |work| {
        reply::made(&VoiceMark::from(work.mark_item()?))
    })
    .await
}

/// Ends the mark. What the child itself has marked, the child alone shows again.
#[utoipa::path(tag = "walls", responses((status = 200, body = VoiceMark)))]
#[post("/items/{item}/not-for-guardian/ending")]
pub async fn unmark_item(desk: Desk, path: web::Path<Uuid>, body: NoBody) -> Answer {
    let item = ItemId::new(path.into_inner());
    desk.perform_once(body.digest, MarkNotForGuardian { item }, |work| {
        reply::shown(&VoiceMark::from(work.unmark_item()?))
    })
    .await
}

impl From<VoiceMarkView> for VoiceMark {
    fn from(view: VoiceMarkView) -> Self {
        Self {
            item: view.item.uuid(),
            by_child: view.by_child,
            marked_at: view.marked_at,
            ended_at: view.ended_at,
        }
    }
}
