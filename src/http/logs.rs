//! The state of an agency's log.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Answer, Desk};
use crate::access::act::ReadLog;
use crate::domain::ids::AgencyId;
use crate::store::LogState;

/// The state of a log.
#[derive(Debug, Serialize, ToSchema)]
pub struct Log {
    agency: Uuid,
    /// The log's name.
    origin: String,
    /// The key that its checkpoints are signed with (C2SP signed-note verifier key).
    key: String,
    /// How many entries it holds.
    size: u64,
    /// The newest checkpoint (C2SP tlog-checkpoint), if one is signed.
    checkpoint: Option<String>,
}

/// The state of an agency's log.
#[utoipa::path(tag = "logs", responses((status = 200, body = Log)))]
#[get("/logs/{agency}")]
pub async fn read_log(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let agency = AgencyId::new(path.into_inner());
    desk.perform(ReadLog { agency }, |work| work.state()).await?.json(Log::from)
}

impl From<LogState> for Log {
    fn from(state: LogState) -> Self {
        Self {
            agency: state.agency.uuid(),
            origin: state.origin,
            key: state.key.to_string(),
            size: state.size,
            checkpoint: state.checkpoint,
        }
    }
}
