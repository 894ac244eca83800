//! The tables of the settings.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::domain::ids::AgencyId;

/// A setting's path, and what is wrong with it.
pub(super) type Fault = (&'static str, &'static str);

const AT_LEAST_ONE: &str = "must be at least 1";

/// The table `[server]`: what the front door takes in.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    /// The address to listen on.
    pub host: String,
    /// The port; 0 lets the machine choose.
    pub port: u16,
    /// Threads that serve requests; 0 stands for one for each core.
    pub workers: usize,
    /// Open connections for each worker.
    pub connections_max: usize,
    /// How long an idle connection is kept, seconds.
    pub keep_alive_seconds: u32,
    /// How long the head of a request may take, seconds.
    pub head_seconds_max: u32,
    /// How long the body of a request may take, seconds.
    pub body_seconds_max: u32,
    /// How long a request may take in all, seconds.
    pub request_seconds_max: u32,
    /// How far apart the moments are at which 404 is answered, milliseconds; 0 answers at once.
    pub miss_beat_milliseconds: u32,
    /// How long a stop waits for requests that have begun, seconds.
    pub shutdown_seconds_max: u32,
    /// The longest target and header fields together, bytes.
    pub header_bytes_max: usize,
    /// The longest body, bytes.
    pub body_bytes_max: usize,
    /// How deep objects and lists may lie in each other.
    pub json_depth_max: usize,
    /// The longest text in a body, characters.
    pub string_chars_max: usize,
    /// The longest list in a body, items.
    pub list_items_max: usize,
    /// Rows of a page when the caller does not say.
    pub page_rows_default: usize,
    /// The most rows that a caller can ask for.
    pub page_rows_max: usize,
    /// Whether a proxy sets `X-Request-Id`.
    pub trust_proxy_request_id: bool,
    /// Whether to send `Strict-Transport-Security` (RFC 6797).
    pub hsts: bool,
}

/// The table `[database]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `sqlite:path` or `postgres://…`.
    #[serde(serialize_with = "without_secrets")]
    pub url: String,
    /// Connections that read and, on PostgreSQL, change.
    pub connections_max: u32,
    /// How long a request waits for one of them, seconds.
    pub connection_wait_seconds_max: u32,
    /// How long a statement may take, with its waiting for locks, seconds.
    pub statement_seconds_max: u32,
}

/// The table `[store]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StoreLimits {
    /// Requests that may wait to be recorded.
    pub waiting_max: usize,
    /// Requests that share one commit.
    pub batch_max: usize,
    /// How often a read starts over because its child was changed meanwhile.
    pub overtaken_max: u32,
    /// The most rows that one list looks through.
    pub rows_max: u32,
    /// How long the first answer to an Idempotency-Key is kept, hours.
    pub first_answer_hours_kept: u32,
}

/// The table `[ledger]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerSettings {
    /// How often entries are put into the logs, milliseconds.
    pub sequencer_milliseconds: u32,
    /// The most entries that become leaves in one transaction.
    pub leaves_max: u32,
    /// How old an entry may get before it is a leaf, seconds.
    pub lag_seconds_max: u32,
    /// How often the index of the logs is brought up to date, seconds.
    pub index_seconds: u32,
    /// The most entries that one search looks through.
    pub scanned_max: usize,
    /// For how many years agencies keep what their logs tell.
    pub retention_years: u32,
    /// Agencies with a time of their own, years.
    pub retention: BTreeMap<Uuid, u32>,
    /// Agencies that dispose of nothing for now, and why.
    pub retention_hold: BTreeMap<Uuid, String>,
    /// The most entries that are disposed of at once.
    pub disposed_max: u32,
    /// The host part of every log's name.
    pub host: String,
    /// The file with the seed of the signing keys.
    #[serde(deserialize_with = "path_or_none")]
    pub key_file: Option<PathBuf>,
    /// The file with the seed before it, while it signs as well.
    #[serde(deserialize_with = "path_or_none")]
    pub old_key_file: Option<PathBuf>,
    /// How often checkpoints are sent to the witnesses, seconds.
    pub witness_seconds: u32,
    /// How long a witness may take for one answer, seconds.
    pub witness_seconds_max: u32,
    /// The longest answer that is read from a witness, bytes.
    pub witness_answer_bytes_max: usize,
    /// Those who cosign checkpoints.
    pub witnesses: Vec<WitnessSettings>,
}

/// One of `ledger.witnesses`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessSettings {
    /// The address below which it takes checkpoints (C2SP tlog-witness).
    pub url: String,
    /// Its public key (C2SP verifier key for cosignatures).
    pub key: String,
    /// The agencies whose logs it sees; none stands for all of them.
    #[serde(default)]
    pub agencies: Vec<uuid::Uuid>,
}

/// The table `[exports]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ExportLimits {
    /// Where the files are.
    pub dir: PathBuf,
    /// How many are made at once.
    pub workers: u32,
    /// The most of one agency that can be under way.
    pub under_way_max: u32,
    /// The most bytes of one file.
    pub bytes_max: u64,
    /// How long a file is kept, hours.
    pub hours_kept: u32,
}

/// The table `[log_review]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LogReviewSettings {
    /// The most entries of one review's period.
    pub entries_max: u32,
    /// How often a log is reviewed, in months, by the agency's id.
    pub months: BTreeMap<Uuid, u32>,
}

/// The table `[plans]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PlanSettings {
    /// Whose clocks hold; empty: none.
    pub region: String,
    /// Where another region's hold, by the area's id.
    pub regions: BTreeMap<Uuid, String>,
    /// The file with the regions' agreements, instead of the built-in one.
    #[serde(deserialize_with = "path_or_none")]
    pub regions_file: Option<PathBuf>,
    /// So many days before a meeting the units that are called to it are reminded.
    pub remind_days: u32,
}

/// The table `[vault]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct VaultSettings {
    /// The file with the key that seals identity numbers.
    #[serde(deserialize_with = "path_or_none")]
    pub key_file: Option<PathBuf>,
}

/// The table `[law]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LawSettings {
    /// A file to take instead of the built-in one.
    #[serde(deserialize_with = "path_or_none")]
    pub file: Option<PathBuf>,
}

/// The table `[policies]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySettings {
    /// A directory to take instead of the built-in policies.
    #[serde(deserialize_with = "path_or_none")]
    pub dir: Option<PathBuf>,
    /// A directory with agencies' own policies.
    #[serde(deserialize_with = "path_or_none")]
    pub agencies: Option<PathBuf>,
}

/// The table `[telemetry]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TelemetrySettings {
    /// How a message is written.
    pub format: LogFormat,
    /// Which messages are written (`EnvFilter` of tracing-subscriber).
    pub filter: String,
    /// The address that figures are told on; empty for none.
    pub metrics_address: String,
}

/// How a message of the service's own log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

impl ServerSettings {
    pub(super) fn fault(&self) -> Option<Fault> {
        let none = [
            ("server.connections_max", self.connections_max == 0),
            ("server.head_seconds_max", self.head_seconds_max == 0),
            ("server.body_seconds_max", self.body_seconds_max == 0),
            ("server.request_seconds_max", self.request_seconds_max == 0),
            ("server.header_bytes_max", self.header_bytes_max == 0),
            ("server.body_bytes_max", self.body_bytes_max == 0),
            ("server.json_depth_max", self.json_depth_max == 0),
            ("server.string_chars_max", self.string_chars_max == 0),
            ("server.list_items_max", self.list_items_max == 0),
            ("server.page_rows_default", self.page_rows_default == 0),
            ("server.page_rows_max", self.page_rows_max == 0),
        ];
        first_of(&none).or_else(|| self.contradiction())
    }

    fn contradiction(&self) -> Option<Fault> {
        // The JSON reader itself stops at 128, and would then blame the syntax.
        let rules = [
            ("server.json_depth_max", "must be at most 100", self.json_depth_max > 100),
            (
                "server.page_rows_default",
                "must not be more than page_rows_max",
                self.page_rows_default > self.page_rows_max,
            ),
            (
                "server.shutdown_seconds_max",
                "must not be less than request_seconds_max",
                self.shutdown_seconds_max < self.request_seconds_max,
            ),
        ];
        rules.iter().find(|(.., broken)| *broken).map(|(setting, problem, _)| (*setting, *problem))
    }
}

impl DatabaseSettings {
    pub(super) fn fault(&self) -> Option<Fault> {
        first_of(&[
            ("database.connections_max", self.connections_max == 0),
            ("database.connection_wait_seconds_max", self.connection_wait_seconds_max == 0),
            ("database.statement_seconds_max", self.statement_seconds_max == 0),
        ])
    }
}

impl StoreLimits {
    pub(super) fn fault(&self) -> Option<Fault> {
        first_of(&[
            ("store.waiting_max", self.waiting_max == 0),
            ("store.batch_max", self.batch_max == 0),
            ("store.rows_max", self.rows_max == 0),
            ("store.first_answer_hours_kept", self.first_answer_hours_kept == 0),
        ])
    }
}

impl ExportLimits {
    pub(super) fn fault(&self) -> Option<Fault> {
        first_of(&[
            ("exports.workers", self.workers == 0),
            ("exports.under_way_max", self.under_way_max == 0),
            ("exports.bytes_max", self.bytes_max == 0),
            ("exports.hours_kept", self.hours_kept == 0),
        ])
    }
}

impl LogReviewSettings {
    /// How often, by agency.
    pub fn months_by_agency(&self) -> BTreeMap<AgencyId, u32> {
        self.months.iter().map(|(agency, months)| (AgencyId::new(*agency), *months)).collect()
    }

    pub(super) fn fault(&self) -> Option<Fault> {
        let odd = |months: &u32| *months == 0 || 12 % months != 0;
        first_of(&[("log_review.entries_max", self.entries_max == 0)]).or_else(|| {
            let problem =
                ("log_review.months", "must be months that make up a year: 1, 2, 3, 4, 6, 12");
            self.months.values().any(odd).then_some(problem)
        })
    }
}

impl LedgerSettings {
    pub(super) fn fault(&self) -> Option<Fault> {
        first_of(&[
            ("ledger.sequencer_milliseconds", self.sequencer_milliseconds == 0),
            ("ledger.leaves_max", self.leaves_max == 0),
            ("ledger.index_seconds", self.index_seconds == 0),
            ("ledger.scanned_max", self.scanned_max == 0),
            ("ledger.disposed_max", self.disposed_max == 0),
            ("ledger.lag_seconds_max", self.lag_seconds_max == 0),
            ("ledger.witness_seconds", self.witness_seconds == 0),
            ("ledger.witness_seconds_max", self.witness_seconds_max == 0),
            ("ledger.witness_answer_bytes_max", self.witness_answer_bytes_max == 0),
        ])
    }
}

fn first_of(zeros: &[(&'static str, bool)]) -> Option<Fault> {
    zeros.iter().find(|(_, is_zero)| *is_zero).map(|(setting, _)| (*setting, AT_LEAST_ONE))
}

/// TOML has no word for nothing: an empty text stands for it.
pub(super) fn path_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok((!text.is_empty()).then(|| PathBuf::from(text)))
}

/// An address can hold a password, before the `@` or after the `?`.
fn without_secrets<S: Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let shown = url.split('?').next().unwrap_or_default();
    let shown = match (shown.split_once("://"), shown.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        (None | Some(_), None | Some(_)) => shown.to_owned(),
    };
    serializer.serialize_str(&shown)
}
