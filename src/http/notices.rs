//! What a unit must know of.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Answer, Desk};
use super::paging::{PageQuery, Paging};
use super::words::say;
use crate::access::Language;
use crate::access::act::{ListNotices, ReadNotice};
use crate::domain::ids::{NoticeId, UnitId};
use crate::domain::notice::NoticeKind;
use crate::domain::text::Coded;
use crate::store::NoticeView;

/// Something that a unit must know of. It names no person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notice {
    id: Uuid,
    kind: NoticeKind,
    /// What happened, and what to do, in the caller's language.
    text: String,
    case: Uuid,
    /// The kind of thing that it concerns, such as `Consent`.
    #[schema(example = "Consent")]
    resource_kind: String,
    resource: Uuid,
    at: DateTime<Utc>,
}

/// What a unit must know of, oldest first.
#[utoipa::path(tag = "notices", params(PageQuery), responses((status = 200, body = Vec<Notice>)))]
#[get("/units/{unit}/notices")]
pub async fn list_notices(desk: Desk, path: web::Path<Uuid>, paging: Paging) -> Answer {
    let (unit, page, language) = (UnitId::new(path.into_inner()), paging.page(), desk.language());
    let served = desk.perform(ListNotices { unit }, move |work| work.notices(page)).await?;
    served.page(&paging, |row| row.id.uuid(), |row| Notice::new(row, language))
}

/// Reads a notice.
#[utoipa::path(tag = "notices", responses((status = 200, body = Notice)))]
#[get("/notices/{notice}")]
pub async fn read_notice(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let (notice, language) = (NoticeId::new(path.into_inner()), desk.language());
    let served = desk.perform(ReadNotice { notice }, |work| work.read()).await?;
    served.json(|row| Notice::new(row, language))
}

impl Notice {
    fn new(row: NoticeView, language: Language) -> Self {
        let key = format!("notice-{}", row.kind.code());
        Self {
            id: row.id.uuid(),
            kind: row.kind,
            text: say(language, &key).unwrap_or_default(),
            case: row.case.uuid(),
            resource_kind: row.resource_kind,
            resource: row.resource,
            at: row.at,
        }
    }
}
