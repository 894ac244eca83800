//! Conflicts of interest: whoever has one says so, and is out.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::fault::Faults;
use super::field::Raw;
use super::reply;
use crate::access::act::DeclareConflict;
use crate::domain::child::ConflictKind;
use crate::domain::ids::CaseId;

/// Why one has a conflict of interest.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConflictBody {
    /// `own_child`, `relative`, `household` or `declared`.
    #[schema(value_type = String, example = "relative")]
    kind: Raw<ConflictKind>,
}

/// Declares that one has a conflict of interest.
///
/// From the next request on one has no part in what concerns the child. One's assignments end, and
/// the unit is told that somebody else must take over.
#[utoipa::path(tag = "walls", responses((status = 204)))]
#[post("/cases/{case}/conflict")]
pub async fn declare_conflict(
    desk: Desk,
    path: web::Path<Uuid>,
    body: Body<ConflictBody>,
) -> Answer {
    let case = CaseId::new(path.into_inner());
    let mut faults = Faults::default();
    let kind = faults.keep("/kind", body.value.kind.read());
    let Some(kind) = kind else { return Err(faults.into()) };
    desk.perform_once(body.digest, DeclareConflict { case }, move |work| {
        work.declare(kind)?;
        Ok(reply::nothing())
    })
    .await
}
