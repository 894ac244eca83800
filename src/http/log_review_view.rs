//! A review, its drawn entries and their findings as they are shown.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::emergency::Finding;
use crate::domain::log_review::{Amount, Measure, SamplingRule};
use crate::ledger::{ActorMark, Word as _};
use crate::store::{FindingView, ReviewView, RuleView, SampledEntry};

/// A review of an agency's log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogReview {
    pub(super) id: Uuid,
    pub(super) name: String,
    reason: String,
    matter: Option<String>,
    /// `pinned` until the sample is first read, then `open`, in the end `closed`.
    state: &'static str,
    pub(super) from: DateTime<Utc>,
    /// The period's end, itself not included.
    pub(super) to: DateTime<Utc>,
    /// The first leaf of the period.
    first: u64,
    /// One past its last leaf.
    end: u64,
    /// How many leaves the log had.
    size: u64,
    /// The checkpoint that says so (C2SP tlog-checkpoint), if one was signed.
    checkpoint: Option<String>,
    /// Seed, rules and limits. With them and an export of the period anybody draws the same sample.
    terms: Value,
    drawn_by: Uuid,
    drawn_at: DateTime<Utc>,
    /// What each rule came to; nothing while the review is `pinned`.
    rules: Vec<LogReviewRule>,
    /// How many entries were drawn; one may be drawn by several rules.
    pub(super) drawn: u64,
    pub(super) findings: FindingCounts,
    closed: Option<LogReviewEnd>,
}

/// How many drawn entries have which newest finding.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct FindingCounts {
    pub(super) ok: u64,
    pub(super) query: u64,
    pub(super) breach: u64,
    /// No finding yet.
    pub(super) none: u64,
}

/// What a rule came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogReviewRule {
    rule: SamplingRule,
    /// The share that was asked for, of a thousand.
    #[serde(skip_serializing_if = "Option::is_none")]
    permille: Option<u16>,
    /// The number that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    /// How many entries it found.
    candidates: u64,
    /// How many of them were drawn.
    drawn: u64,
    /// The leaves that it found, where they follow from the register and not from the log alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    places: Vec<u64>,
}

/// The end of a review.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogReviewEnd {
    by: Uuid,
    at: DateTime<Utc>,
    note: Option<String>,
    /// The entries that whoever closed it did themselves and left to another auditor, who has not
    /// looked at them yet.
    needs_another_reviewer: Vec<Uuid>,
}

/// An entry that was drawn. Children are random ids.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrawnEntry {
    entry: Uuid,
    /// The number of its leaf.
    leaf: u64,
    /// The rules by which it was drawn.
    rules: Vec<SamplingRule>,
    /// When it was decided.
    at: DateTime<Utc>,
    #[schema(example = "ReadItem")]
    act: String,
    /// The same as audit logs say it.
    #[schema(example = "Läsa")]
    action: String,
    /// `permit`, `permit_override` (by an emergency opening alone) or `deny`.
    decision: &'static str,
    /// `done`, `refused` or `not_done`.
    outcome: &'static str,
    actor: DrawnActor,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The children of whom something was shown or changed.
    children: Vec<Uuid>,
    /// What was found, oldest first; the newest counts.
    findings: Vec<LogFinding>,
    /// Another auditor must look at it: the reader did what it tells, or whoever closed the review.
    needs_another_reviewer: bool,
}

/// Who acted, as known at that moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrawnActor {
    /// `staff`, `citizen`, `operator`, `service` or `nobody`.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<Uuid>,
}

/// What was found about an entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogFinding {
    finding: Finding,
    note: String,
    measures: Vec<Measure>,
    by: Uuid,
    at: DateTime<Utc>,
}

impl From<ReviewView> for LogReview {
    fn from(view: ReviewView) -> Self {
        let state = match (&view.closed, view.rules.is_empty()) {
            (Some(_), _) => "closed",
            (None, true) => "pinned",
            (None, false) => "open",
        };
        let findings = FindingCounts::of(&view.findings, view.drawn);
        let rules = view.rules.into_iter().map(|rule| {
            let amount = view.terms.rules.iter().find(|(known, _)| *known == rule.rule);
            LogReviewRule::of(rule, amount.map(|(_, amount)| *amount))
        });
        Self {
            id: view.id.uuid(),
            name: view.name,
            reason: view.reason,
            matter: view.matter,
            state,
            from: view.from,
            to: view.to,
            first: view.first,
            end: view.end,
            size: view.size,
            checkpoint: Some(view.checkpoint).filter(|note| !note.is_empty()),
            rules: rules.collect(),
            terms: serde_json::from_str(&view.terms_text).unwrap_or(Value::Null),
            drawn_by: view.drawn_by.uuid(),
            drawn_at: view.drawn_at,
            drawn: view.drawn,
            findings,
            closed: view.closed.map(|(by, at, note)| LogReviewEnd {
                by: by.uuid(),
                at,
                note,
                needs_another_reviewer: view.left.iter().map(|entry| entry.uuid()).collect(),
            }),
        }
    }
}

impl FindingCounts {
    /// Of `drawn` entries.
    pub fn of(findings: &std::collections::BTreeMap<Finding, u64>, drawn: u64) -> Self {
        let of = |finding| findings.get(&finding).copied().unwrap_or_default();
        let (ok, query, breach) = (of(Finding::Ok), of(Finding::Query), of(Finding::Breach));
        Self { ok, query, breach, none: drawn.saturating_sub(ok + query + breach) }
    }
}

impl LogReviewRule {
    fn of(view: RuleView, amount: Option<Amount>) -> Self {
        let (permille, count) = match amount {
            Some(Amount::Permille(permille)) => (Some(permille), None),
            Some(Amount::Count(count)) => (None, Some(count)),
            None => (None, None),
        };
        let RuleView { rule, candidates, drawn, places } = view;
        Self { rule, permille, count, candidates, drawn, places }
    }
}

impl From<SampledEntry> for DrawnEntry {
    fn from(it: SampledEntry) -> Self {
        Self {
            entry: it.entry.uuid(),
            leaf: it.leaf,
            rules: it.rules,
            at: it.at,
            act: it.act,
            action: it.action,
            decision: it.decision.word(),
            outcome: it.outcome.word(),
            actor: DrawnActor::from(it.actor),
            purpose: it.purpose,
            reason: it.reason,
            children: it.children.into_iter().map(|child| child.uuid()).collect(),
            findings: it.findings.into_iter().map(LogFinding::from).collect(),
            needs_another_reviewer: it.needs_another,
        }
    }
}

impl From<ActorMark> for DrawnActor {
    fn from(actor: ActorMark) -> Self {
        Self {
            kind: actor.kind.word(),
            id: actor.id,
            name: actor.name,
            role: actor.role,
            unit: actor.unit.map(|unit| unit.uuid()),
            agency: actor.agency.map(|agency| agency.uuid()),
        }
    }
}

impl From<FindingView> for LogFinding {
    fn from(view: FindingView) -> Self {
        Self {
            finding: view.finding,
            note: view.note,
            measures: view.measures,
            by: view.by.uuid(),
            at: view.at,
        }
    }
}
