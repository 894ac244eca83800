//! One entry of an agency's log, with everything that the log may show of it.

use actix_web::{get, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Answer, Desk};
use super::log_view::EntryInWords;
use super::problem::{Kind, Problem};
use crate::access::act::ReadLogEntry;
use crate::access::{Language, Policy};
use crate::domain::ids::AgencyId;
use crate::ledger::authzen;
use crate::store::{LogBody, LogEntry};

/// One entry of a log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogEntryView {
    /// Its number in the log.
    position: u64,
    /// The leaf as it stands in the log.
    #[schema(value_type = Object)]
    leaf: Value,
    /// The leaf's hash, hexadecimal (RFC 6962 §2.1).
    hash: String,
    /// Whether what was done was disposed of. Only its place in the log is left then.
    disposed: bool,
    /// The header as it was sealed; with the records it has the hashes that prove it.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<Value>,
    /// The records in their order: each as it was sealed, or `{"sealed": …}` with its hash where it
    /// is another agency's to know.
    #[schema(value_type = Vec<Object>)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    records: Vec<Value>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_words: Option<EntryInWords>,
    /// The same as a request and a decision of OpenID AuthZEN 1.0.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    authzen: Option<Value>,
    /// Whether the rules in force are those that decided. If not, their words may be other ones now.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_in_force: Option<bool>,
}

/// Reads one entry of an agency's log, by its number. The reading is an entry itself.
#[utoipa::path(tag = "logs", responses((status = 200, body = LogEntryView)))]
#[get("/logs/{agency}/entries/{position}")]
pub async fn read_log_entry(desk: Desk, path: web::Path<(Uuid, u64)>) -> Answer {
    let (agency, position) = path.into_inner();
    let agency = AgencyId::new(agency);
    let served = desk.perform(ReadLogEntry { agency }, move |work| work.entry(position)).await?;
    let (policy, language) = (desk.store().policy(), desk.language());
    let view = LogEntryView::of(&served.value, policy, language);
    let view = view.map_err(|_| Problem::new(Kind::Internal))?;
    served.in_language(language).json(|_| view)
}

impl LogEntryView {
    fn of(entry: &LogEntry, policy: &Policy, language: Language) -> serde_json::Result<Self> {
        let view = Self {
            position: entry.position,
            leaf: serde_json::from_slice(&entry.leaf)?,
            hash: entry.hash.to_string(),
            disposed: entry.body.is_none(),
            header: None,
            records: Vec::new(),
            in_words: None,
            authzen: None,
            policy_in_force: None,
        };
        let Some(LogBody { header, records, shown, names, in_force }) = &entry.body else {
            return Ok(view);
        };
        let read = |record: &Result<Vec<u8>, _>| match record {
            Ok(bytes) => serde_json::from_slice(bytes),
            Err(hash) => Ok(serde_json::json!({ "sealed": format!("{hash}") })),
        };
        let open: Vec<_> = shown.records.iter().map(|(_, record)| record.clone()).collect();
        let sealed = records.len() - open.len();
        let told = EntryInWords::of(shown.header.clone(), open, sealed, names, policy, language);
        Ok(Self {
            header: Some(serde_json::from_slice(header)?),
            records: records.iter().map(read).collect::<Result<_, _>>()?,
            in_words: Some(told),
            authzen: Some(authzen(shown)),
            policy_in_force: Some(*in_force),
            ..view
        })
    }
}
