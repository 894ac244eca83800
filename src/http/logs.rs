//! An agency's log: its state, and its export.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::fault::{Fault, Faults};
use super::field::{Raw, text};
use super::problem::Problem;
use crate::access::act::{ExportLog, ReadLog};
use crate::clock::Instant;
use crate::domain::ids::AgencyId;
use crate::store::{ExportFormat, LogState};

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

/// What is exported, and what for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportBody {
    /// The period's beginning.
    #[schema(value_type = String, format = DateTime)]
    from: Raw<Instant>,
    /// The period's end, itself not included.
    #[schema(value_type = String, format = DateTime)]
    to: Raw<Instant>,
    /// What it is for.
    purpose: String,
    /// `ndjson`, which proves itself, or `csv`, for reading.
    format: Format,
}

/// How an export is written.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object per line, with everything that proves it.
    Ndjson,
    /// A table, for reading.
    Csv,
}

/// The state of an agency's log.
#[utoipa::path(tag = "logs", responses((status = 200, body = Log)))]
#[get("/logs/{agency}")]
pub async fn read_log(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let agency = AgencyId::new(path.into_inner());
    desk.perform(ReadLog { agency }, |work| work.state()).await?.json(Log::from)
}

/// Exports an agency's log for a period. The export is an entry itself.
#[utoipa::path(tag = "logs", responses(
    (status = 200, content((String = "application/x-ndjson"), (String = "text/csv")))
))]
#[post("/logs/{agency}/exports")]
pub async fn export_log(desk: Desk, path: web::Path<Uuid>, body: Body<ExportBody>) -> Answer {
    let agency = AgencyId::new(path.into_inner());
    let (from, to, purpose) = body.value.parse()?;
    let desk = desk.with_purpose(purpose.clone());
    let served =
        desk.perform(ExportLog { agency }, move |work| work.range(from, to, &purpose)).await?;
    let (format, media_type) = match body.value.format {
        Format::Ndjson => (ExportFormat::Ndjson, "application/x-ndjson"),
        Format::Csv => (ExportFormat::Csv, "text/csv; charset=utf-8"),
    };
    let pieces = desk
        .store()
        .export(served.value.clone(), format)
        .await
        .map_err(|error| Problem::unavailable(&error))?;
    let stream = ReceiverStream::new(pieces).map(|piece| piece.map(web::Bytes::from));
    served
        .answer(|_| HttpResponse::Ok().insert_header((CONTENT_TYPE, media_type)).streaming(stream))
}

impl ExportBody {
    fn parse(&self) -> Result<(Instant, Instant, String), Faults> {
        let mut faults = Faults::default();
        let from = faults.keep("/from", self.from.read());
        let to = faults.keep("/to", self.to.read());
        let purpose = faults.keep("/purpose", text(&self.purpose));
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            faults.add(Fault::body("/to", "ends_before_it_begins"));
        }
        match (from, to, purpose) {
            (Some(from), Some(to), Some(purpose)) if faults.is_empty() => Ok((from, to, purpose)),
            _ => Err(faults),
        }
    }
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
