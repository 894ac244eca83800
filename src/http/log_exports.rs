//! Exports of an agency's log: asked for, followed, fetched, called off.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, LOCATION,
};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::byte_range::{ByteRange, wanted};
use super::desk::{Answer, Desk};
use super::fault::{Fault, Faults};
use super::field::{Raw, text};
use super::paging::{PageQuery, Paging};
use super::reply;
use super::words::say;
use crate::access::Language;
use crate::access::act::{
    CancelLogExport, ExportLog, FetchLogExport, ListLogExports, ReadLogExport,
};
use crate::clock::Instant;
use crate::domain::ids::{AgencyId, ChildId, LogExportId};
use crate::domain::log_export::{ExportFormat, ExportProblem, ExportState};
use crate::domain::text::Coded;
use crate::store::{ExportDraft, ExportView};

/// How much of a file goes out at once.
const PIECE_BYTES: usize = 1 << 16;
/// How many pieces may wait for a slow reader.
const PIECES_WAITING: usize = 4;

/// What is exported, and what for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportBody {
    /// The period's beginning: when entries were put in the log.
    #[schema(value_type = String, format = DateTime)]
    from: Raw<Instant>,
    /// The period's end, itself not included.
    #[schema(value_type = String, format = DateTime)]
    to: Raw<Instant>,
    /// What it is for.
    purpose: String,
    /// `ndjson` proves itself; `csv`, `fhir` (R4 AuditEvents) and `inera` (its log schema,
    /// version 2) are for reading.
    #[schema(value_type = ExportFormat)]
    format: Raw<ExportFormat>,
    /// Only what is about this child, by its id here. Asks for `matter`; not as `ndjson`, which
    /// proves whole periods.
    #[schema(value_type = Option<Uuid>)]
    child: Option<Raw<ChildId>>,
    /// The number of the matter that an extract about one child belongs to.
    matter: Option<String>,
}

/// An export.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogExport {
    id: Uuid,
    /// When it was asked for.
    at: DateTime<Utc>,
    /// By which member of staff.
    by: Uuid,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    purpose: String,
    format: ExportFormat,
    #[serde(skip_serializing_if = "Option::is_none")]
    child: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matter: Option<String>,
    state: ExportState,
    /// How many entries are written.
    done: i64,
    /// Of how many; absent before it has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
    /// The file's length, when it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<i64>,
    /// SHA-256 of the file, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ExportProblem>,
    /// The same, and what to do, in the caller's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// When it was ready, failed or was called off.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<DateTime<Utc>>,
}

/// Asks for an export of an agency's log. It is made by and by; asking is an entry itself.
#[utoipa::path(tag = "logs", responses((status = 202, body = LogExport)))]
#[post("/logs/{agency}/exports")]
pub async fn export_log(desk: Desk, path: web::Path<Uuid>, body: Body<ExportBody>) -> Answer {
    let agency = AgencyId::new(path.into_inner());
    let draft = body.value.parse()?;
    let language = desk.language();
    let desk = desk.with_purpose(draft.purpose.clone());
    desk.perform_once(body.digest, ExportLog { agency }, move |work| {
        let export = work.begin(&draft)?;
        let location = format!("/v1/logs/{agency}/exports/{}", export.id);
        let mut reply = reply::shown(&LogExport::of(export, language))?;
        reply.status = StatusCode::ACCEPTED.as_u16();
        reply.headers.push((LOCATION.to_string(), location));
        Ok(reply)
    })
    .await
}

/// The exports of an agency's log, the newest first.
#[utoipa::path(tag = "logs", params(PageQuery), responses((status = 200, body = Vec<LogExport>)))]
#[get("/logs/{agency}/exports")]
pub async fn list_log_exports(desk: Desk, path: web::Path<Uuid>, paging: Paging) -> Answer {
    let agency = AgencyId::new(path.into_inner());
    let (page, language) = (paging.page(), desk.language());
    let served = desk.perform(ListLogExports { agency }, move |work| work.exports(page)).await?;
    served.page(&paging, |row| row.id.uuid(), |row| LogExport::of(row, language))
}

/// How far an export has come.
#[utoipa::path(tag = "logs", responses((status = 200, body = LogExport)))]
#[get("/logs/{agency}/exports/{export}")]
pub async fn read_log_export(desk: Desk, path: web::Path<(Uuid, Uuid)>) -> Answer {
    let (agency, id) = ids(path);
    let language = desk.language();
    let served = desk.perform(ReadLogExport { agency }, move |work| work.export(id)).await?;
    served.json(|export| LogExport::of(export, language))
}

/// The file of an export that is ready. `Range` fetches a part of it, so that a download that broke
/// off can go on. Each fetch is an entry itself.
#[utoipa::path(tag = "logs", responses(
    (status = 200, content(
        (String = "application/x-ndjson"), (String = "text/csv"),
        (String = "application/fhir+ndjson"), (String = "application/xml")
    )),
    (status = 206, description = "A part of it"),
    (status = 416, description = "The file has no such part"),
))]
#[get("/logs/{agency}/exports/{export}/file")]
pub async fn fetch_log_export(
    desk: Desk,
    path: web::Path<(Uuid, Uuid)>,
    request: HttpRequest,
) -> Answer {
    let (agency, id) = ids(path);
    let served = desk
        .perform(FetchLogExport { agency }, move |work| work.file(id).map(std::sync::Arc::new))
        .await?;
    let fetched = served.value.clone();
    let (bytes, sha256) = fetched.export.file.clone().unwrap_or_default();
    let length = u64::try_from(bytes).unwrap_or_default();
    let tag = format!("\"{sha256}\"");
    let (media_type, ending) = form(fetched.export.draft.format);
    let part = wanted(request.headers(), length, &tag);
    served.answer(|_| {
        let (status, from, count) = match part {
            ByteRange::Whole => (StatusCode::OK, 0, length),
            ByteRange::Part { from, count } => (StatusCode::PARTIAL_CONTENT, from, count),
            ByteRange::None => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
        };
        let mut answer = HttpResponse::build(status);
        answer.insert_header((ACCEPT_RANGES, "bytes"));
        match part {
            ByteRange::Whole => {}
            ByteRange::Part { .. } => {
                let last = from + count - 1;
                answer.insert_header((CONTENT_RANGE, format!("bytes {from}-{last}/{length}")));
            }
            ByteRange::None => return answer.finish(),
        }
        answer
            .insert_header((ETAG, tag))
            .insert_header((CONTENT_TYPE, media_type))
            .insert_header((CONTENT_LENGTH, count))
            .insert_header((
                CONTENT_DISPOSITION,
                format!("attachment; filename=\"{id}.{ending}\""),
            ));
        // Another hand on the same open file; each request has opened its own.
        match fetched.file.try_clone() {
            Ok(file) => answer.no_chunking(count).streaming(pieces(file, from, count)),
            Err(_) => HttpResponse::InternalServerError().finish(),
        }
    })
}

/// The signed manifest of an export that is ready: range, counts, the file's digest, the rules'
/// texts, the checkpoint (a C2SP signed note around one line of JSON).
#[utoipa::path(tag = "logs", responses((status = 200, content((String = "text/plain")))))]
#[get("/logs/{agency}/exports/{export}/manifest")]
pub async fn fetch_log_export_manifest(desk: Desk, path: web::Path<(Uuid, Uuid)>) -> Answer {
    let (agency, id) = ids(path);
    let served = desk.perform(FetchLogExport { agency }, move |work| work.manifest(id)).await?;
    served.answer(|note| {
        HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; charset=utf-8")).body(note)
    })
}

/// Calls an export off, or has the file of a finished one removed.
#[utoipa::path(tag = "logs", responses((status = 204)))]
#[delete("/logs/{agency}/exports/{export}")]
pub async fn cancel_log_export(desk: Desk, path: web::Path<(Uuid, Uuid)>) -> Answer {
    let (agency, id) = ids(path);
    let served = desk.perform(CancelLogExport { agency }, move |work| work.cancel(id)).await?;
    served.answer(|()| HttpResponse::NoContent().finish())
}

fn ids(path: web::Path<(Uuid, Uuid)>) -> (AgencyId, LogExportId) {
    let (agency, export) = path.into_inner();
    (AgencyId::new(agency), LogExportId::new(export))
}

/// The media type of a form, and the ending of a file's name.
const fn form(format: ExportFormat) -> (&'static str, &'static str) {
    match format {
        ExportFormat::Ndjson => ("application/x-ndjson", "ndjson"),
        ExportFormat::Csv => ("text/csv; charset=utf-8", "csv"),
        ExportFormat::Fhir => ("application/fhir+ndjson", "fhir.ndjson"),
        ExportFormat::Inera => ("application/xml", "xml"),
    }
}

/// `count` bytes of `file`, piece by piece. If the reader goes away, the reading stops.
fn pieces(
    mut file: File,
    from: u64,
    count: u64,
) -> ReceiverStream<Result<web::Bytes, std::io::Error>> {
    let (sender, receiver) = tokio::sync::mpsc::channel(PIECES_WAITING);
    tokio::task::spawn_blocking(move || {
        let mut left = count;
        if let Err(error) = file.seek(SeekFrom::Start(from)) {
            let _ = sender.blocking_send(Err(error));
            return;
        }
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
            let mut piece = vec![0; most];
            let read = file.read_exact(&mut piece).map(|()| web::Bytes::from(piece));
            left -= most as u64;
            let is_broken = read.is_err();
            if sender.blocking_send(read).is_err() || is_broken {
                return;
            }
        }
    });
    ReceiverStream::new(receiver)
}

impl ExportBody {
    fn parse(&self) -> Result<ExportDraft, Faults> {
        let mut faults = Faults::default();
        let from = faults.keep("/from", self.from.read());
        let to = faults.keep("/to", self.to.read());
        let purpose = faults.keep("/purpose", text(&self.purpose));
        let format = faults.keep("/format", self.format.read());
        let child = faults.keep_optional("/child", self.child.as_ref().map(Raw::read)).flatten();
        let matter = faults.keep_optional("/matter", self.matter.as_deref().map(text)).flatten();
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            faults.add(Fault::body("/to", "ends_before_it_begins"));
        }
        match (child, &self.matter) {
            (Some(_), None) => faults.add(Fault::body("/matter", "missing")),
            (None, Some(_)) if self.child.is_none() => {
                faults.add(Fault::body("/child", "missing"));
            }
            _ => {}
        }
        if child.is_some() && format == Some(ExportFormat::Ndjson) {
            faults.add(Fault::body("/format", "proves_whole_periods"));
        }
        match (from, to, purpose, format) {
            (Some(from), Some(to), Some(purpose), Some(format)) if faults.is_empty() => {
                Ok(ExportDraft { from, to, purpose, format, about: child.zip(matter) })
            }
            _ => Err(faults),
        }
    }
}

impl LogExport {
    fn of(export: ExportView, language: Language) -> Self {
        let (child, matter) = export.draft.about.unzip();
        let (bytes, sha256) = export.file.unzip();
        let detail = export.problem.and_then(|problem| {
            let key = format!("export-{}", problem.code());
            say(language, &key)
        });
        Self {
            id: export.id.uuid(),
            at: export.at,
            by: export.by.0.uuid(),
            from: export.draft.from,
            to: export.draft.to,
            purpose: export.draft.purpose,
            format: export.draft.format,
            child: child.map(|child| child.uuid()),
            matter,
            state: export.state,
            done: export.done,
            total: export.total,
            bytes,
            sha256,
            problem: export.problem,
            detail,
            ended_at: export.ended_at,
        }
    }
}
