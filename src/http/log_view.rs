//! An entry of a log as an auditor is shown it: in words, with names where the register has them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::rule_view::RuleView;
use super::words::say;
use crate::access::{Language, Policy};
use crate::ledger::{ActorMark, Header, Record, Resource, Word as _};
use crate::store::LogRow;

/// An entry of a log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogRowView {
    /// Its number in the log.
    position: u64,
    /// When it was put in the log.
    time: DateTime<Utc>,
    #[serde(flatten)]
    told: EntryInWords,
}

/// What was done, in words.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryInWords {
    /// The entry's id.
    entry: Uuid,
    /// When it was decided.
    at: DateTime<Utc>,
    /// The act's name.
    #[schema(example = "ReadItem")]
    act: String,
    /// What that is, in the reader's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    act_in_words: Option<String>,
    /// The same as audit logs say it.
    #[schema(example = "Läsa")]
    action: String,
    /// `permit`, `permit_override` (by an emergency opening alone) or `deny`.
    decision: &'static str,
    /// `done`, `refused` or `not_done`.
    outcome: &'static str,
    /// Decision and outcome in the reader's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<String>,
    actor: LogActor,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The child that it was about, by its id here.
    #[serde(skip_serializing_if = "Option::is_none")]
    child: Option<Uuid>,
    /// The case that it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<Uuid>,
    /// What it aimed at.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<LogThing>,
    /// The rules that decided, as whoever acted was told.
    rules: Vec<RuleView>,
    /// What it did to each thing that this log may know of.
    records: Vec<LogRecord>,
    /// How many more things it touched, which are other agencies' to know.
    sealed: usize,
}

/// Who acted, as known at that moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogActor {
    /// `staff`, `citizen`, `operator`, `service` or `nobody`.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What the sign-in service calls a member of staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<LogName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<LogName>,
    /// The level of assurance of the sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    assurance: Option<u8>,
}

/// An agency or a unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogName {
    id: Uuid,
    /// What it is called today.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// A thing that an act aims at.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogThing {
    #[schema(example = "Item")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
}

/// What an act did to one thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogRecord {
    /// The agency that owns the thing.
    agency: LogName,
    target: LogThing,
    /// `shown`, `changed`, `refused` or `asked`.
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    child: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// The legal ground.
    #[serde(skip_serializing_if = "Option::is_none")]
    ground: Option<String>,
    /// The rules that decided about this thing.
    rules: Vec<RuleView>,
}

type Names = BTreeMap<Uuid, String>;

impl LogRowView {
    /// The row in words of `language`.
    pub fn of(row: LogRow, names: &Names, policy: &Policy, language: Language) -> Self {
        let LogRow { position, time, header, records, sealed } = row;
        let told = EntryInWords::of(header, records, sealed, names, policy, language);
        Self { position, time, told }
    }
}

impl EntryInWords {
    /// The entry in words of `language`, with the records that its log may show; `sealed` more are
    /// others' to know.
    pub fn of(
        header: Header,
        records: Vec<Record>,
        sealed: usize,
        names: &Names,
        policy: &Policy,
        language: Language,
    ) -> Self {
        let (decision, outcome) = (header.decision.word(), header.outcome.word());
        Self {
            entry: header.id.uuid(),
            at: header.at,
            act_in_words: say(language, &format!("act-{}", header.act)),
            act: header.act,
            action: header.action,
            decision,
            outcome,
            verdict: say(language, &format!("verdict-{decision}-{outcome}")),
            actor: LogActor::of(header.actor, names),
            purpose: header.purpose,
            reason: header.reason,
            child: header.subject.map(|child| child.uuid()),
            case: header.case.map(|case| case.uuid()),
            target: header.resource.map(LogThing::from),
            rules: RuleView::all(&header.rules, policy, language),
            records: records
                .into_iter()
                .map(|record| LogRecord {
                    agency: LogName::of(record.agency.uuid(), names),
                    target: record.resource.into(),
                    effect: record.effect.word(),
                    child: record.child.map(|child| child.uuid()),
                    case: record.case.map(|case| case.uuid()),
                    category: record.category,
                    ground: record.ground,
                    rules: RuleView::all(&record.rules, policy, language),
                })
                .collect(),
            sealed,
        }
    }
}

impl LogActor {
    fn of(actor: ActorMark, names: &Names) -> Self {
        Self {
            kind: actor.kind.word(),
            id: actor.id,
            name: actor.name,
            account: actor.account,
            role: actor.role,
            unit: actor.unit.map(|unit| LogName::of(unit.uuid(), names)),
            agency: actor.agency.map(|agency| LogName::of(agency.uuid(), names)),
            assurance: actor.assurance,
        }
    }
}

impl LogName {
    fn of(id: Uuid, names: &Names) -> Self {
        Self { id, name: names.get(&id).cloned() }
    }
}

impl From<Resource> for LogThing {
    fn from(resource: Resource) -> Self {
        Self { kind: resource.kind, id: resource.id }
    }
}
