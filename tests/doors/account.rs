//! Whether the ledger tells of an answer what happened: one entry, and the right one.

use samsyn::access::act;
use samsyn::ledger::{Decision, Effect, Outcome};
use serde_json::Value;
use uuid::Uuid;

use super::row::Door;
use crate::support::ledger::Entry;

/// The lists whose rows belong to somebody: the act, the kind of thing that its rows are in the
/// ledger, and the field of a row with its id.
pub const LISTS: [(&str, &str, &str); 7] = [
    ("ListReferrals", "Referral", "id"),
    ("ListConcernReports", "ConcernReport", "id"),
    ("ListCases", "Case", "id"),
    ("ListInvitations", "Case", "case"),
    ("ListConsents", "Consent", "id"),
    ("ListItems", "Item", "id"),
    ("ListPlans", "Plan", "id"),
];

/// What of an answer must be found again in its entry.
#[derive(Clone, Debug)]
pub struct Answered<'a> {
    /// Where it was asked.
    pub door: &'a Door,
    /// The act that the door leads to.
    pub act: &'a str,
    /// The answer's status.
    pub status: u16,
    /// Its `X-Request-Id`.
    pub request: &'a str,
    /// Its `Samsyn-Entry`, if it has one.
    pub entry: Option<&'a str>,
    /// The end of a problem's `type`; empty when it is none.
    pub problem: &'a str,
    /// Its body, when it is JSON.
    pub body: &'a Value,
}

/// What is wrong with the entries that an answer left behind.
pub fn faults(answered: &Answered<'_>, entries: &[Entry]) -> Vec<String> {
    let [entry] = entries else {
        return vec![format!("{} entries instead of one", entries.len())];
    };
    let checks = [
        same("request", entry.header.request.as_str(), answered.request),
        heard(answered, entry),
        shown(answered, entry),
        served(answered, entry),
    ];
    checks.into_iter().flatten().collect()
}

/// Whether the answer comes from a decision, and the entry tells that one.
fn heard(answered: &Answered<'_>, entry: &Entry) -> Option<String> {
    let header = &entry.header;
    let told = (header.act.as_str(), header.decision, header.outcome, header.status);
    let route = answered.door.to_string();
    let act = answered.act;
    let expected = match (answered.status, answered.problem) {
        (200..=299, _) => (act, Decision::Permit, Outcome::Done, None),
        (403, "refused") | (404, "not-found") | (422, "asks") => {
            (act, Decision::Deny, Outcome::Refused, None)
        }
        (409, "not-now" | "incomplete") | (412, "changed") | (422, "key-reused") => {
            (act, Decision::Permit, Outcome::NotDone, None)
        }
        (status, _) => (route.as_str(), Decision::Deny, Outcome::NotDone, Some(status)),
    };
    // A field may not fit by its form, which nobody decided on, or as things are, which somebody did.
    let decided = (act, Decision::Permit, Outcome::NotDone, None);
    if answered.problem == "fields" && told == decided {
        return None;
    }
    same("entry", told, expected)
}

/// A refusal keeps its entry to itself; whatever was done tells it.
fn shown(answered: &Answered<'_>, entry: &Entry) -> Option<String> {
    let id = entry.header.id.to_string();
    let told = entry.header.decision == Decision::Permit;
    same("Samsyn-Entry", answered.entry, told.then_some(id.as_str()))
}

/// The records are what was served: each row once, and nothing else.
fn served(answered: &Answered<'_>, entry: &Entry) -> Option<String> {
    let &(_, kind, field) = LISTS.iter().find(|(act, ..)| *act == answered.act)?;
    if answered.status != 200 {
        return None;
    }
    let rows = answered.body.as_array().map(Vec::as_slice).unwrap_or_default();
    let id = |row: &Value| row[field].as_str().and_then(|id| id.parse().ok());
    let served: Vec<Option<Uuid>> = rows.iter().map(id).collect();
    let shown = entry.records.iter().filter(|record| record.effect == Effect::Shown);
    let shown: Vec<Option<Uuid>> = match served.is_empty() {
        // Nothing was served: the entry tells of the list itself, if somebody owns it.
        true => return same("records of an empty list", entry.recorded(kind_of_row(kind, answered.act)), Vec::new()),
        false => shown
            .map(|record| record.resource.id.filter(|_| record.resource.kind == kind))
            .collect(),
    };
    same("records", shown, served)
}

/// The kind of a row, unless the list itself is aimed at a thing of the same kind.
fn kind_of_row(kind: &'static str, act: &str) -> &'static str {
    let aimed = act::ALL.iter().find(|(name, ..)| *name == act).map(|(_, resource, ..)| *resource);
    if aimed == Some(kind) { "" } else { kind }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, told: T, expected: T) -> Option<String> {
    (told != expected).then(|| format!("{what}: {told:?} instead of {expected:?}"))
}
