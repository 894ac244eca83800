//! Whether the ledger tells of an answer what happened: one entry, and the right one.

use samsyn::ledger::{Decision, Effect, Outcome, Record};
use serde_json::Value;
use uuid::Uuid;

use super::row::Door;
use crate::support::ledger::Entry;

/// The lists whose rows belong to somebody: the act, the kind of thing that its rows are in the
/// ledger, and the field of a row with its id.
pub const LISTS: [(&str, &str, &str); 17] = [
    ("ListMeetings", "Meeting", "id"),
    ("ListOwnMeetings", "Meeting", "id"),
    ("ListAccessExtracts", "AccessExtract", "id"),
    ("ListOwnAccessExtracts", "AccessExtract", "id"),
    ("ListReferrals", "Referral", "id"),
    ("ListConcernReports", "ConcernReport", "id"),
    ("ListCases", "Case", "id"),
    ("ListInvitations", "Case", "case"),
    ("ListConsents", "Consent", "id"),
    ("ListItems", "Item", "id"),
    ("ListWheels", "Item", "item"),
    ("ListEvents", "Item", "item"),
    ("ReadChronology", "Item", "item"),
    ("ListPlans", "Plan", "id"),
    ("ListOwnPlans", "Plan", "id"),
    ("ListBreakGlass", "BreakGlass", "id"),
    ("ListNotices", "Notice", "id"),
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

/// Whatever was decided tells its entry, a refusal and a miss alike; what never became an act
/// doesn't.
fn shown(answered: &Answered<'_>, entry: &Entry) -> Option<String> {
    let id = entry.header.id.to_string();
    let told = entry.header.status.is_none();
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
    if served.is_empty() {
        // The entry of a list without rows may tell of the list itself, and of no row.
        return same("records of an empty list", entry.recorded(kind), Vec::new());
    }
    let record = |record: &Record| {
        record
            .resource
            .id
            .filter(|_| record.resource.kind == kind && record.effect == Effect::Shown)
    };
    same("records", entry.records.iter().map(record).collect(), served)
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, told: T, expected: T) -> Option<String> {
    (told != expected).then(|| format!("{what}: {told:?} instead of {expected:?}"))
}

#[cfg(test)]
mod tests {
    use samsyn::domain::ids::{AgencyId, EntryId};
    use samsyn::ledger::{ActorKind, ActorMark, Header, Resource};
    use serde_json::json;

    use super::*;

    const REQUEST: &str = "018f0000-0000-7000-8000-000000000001";
    const ENTRY: Uuid = Uuid::from_u128(2);

    fn entry(act: &str, decision: Decision, outcome: Outcome, status: Option<u16>) -> Entry {
        let actor = ActorMark {
            kind: ActorKind::Staff,
            id: None,
            name: None,
            account: None,
            role: None,
            unit: None,
            agency: None,
            assurance: Some(3),
            issuer: None,
        };
        let header = Header {
            id: EntryId::new(ENTRY),
            at: "2026-11-23T13:24:05Z".parse().expect("a time"),
            act: act.to_owned(),
            action: String::new(),
            decision,
            outcome,
            rules: Vec::new(),
            policy: String::new(),
            actor,
            on_behalf_of: None,
            request: REQUEST.to_owned(),
            client: None,
            purpose: None,
            reason: None,
            subject: None,
            case: None,
            resource: None,
            status,
            settings: None,
            salt: [0; 16],
        };
        Entry { seq: 1, header, records: Vec::new() }
    }

    fn record(kind: &str, id: u128) -> Record {
        Record {
            agency: AgencyId::new(Uuid::from_u128(3)),
            open_to_actor: true,
            child: None,
            case: None,
            resource: Resource { kind: kind.to_owned(), id: Some(Uuid::from_u128(id)) },
            category: None,
            effect: Effect::Shown,
            rules: Vec::new(),
            ground: None,
            publication: None,
            consent: None,
            on_behalf_of: None,
            facts: None,
            terms: None,
            salt: [0; 16],
        }
    }

    /// What is found wrong with `entries` as the account of an answer by the list of items.
    fn found(status: u16, problem: &str, body: Value, entries: &[Entry]) -> Vec<String> {
        let door = Door { method: "GET".into(), path: "/v1/cases/{case}/items".into() };
        let id = ENTRY.to_string();
        let told = entries.first().is_some_and(|it| it.header.status.is_none());
        let answered = Answered {
            door: &door,
            act: "ListItems",
            status,
            request: REQUEST,
            entry: told.then_some(id.as_str()),
            problem,
            body: &body,
        };
        faults(&answered, entries)
    }

    fn permitted() -> Entry {
        entry("ListItems", Decision::Permit, Outcome::Done, None)
    }

    fn refused() -> Entry {
        entry("ListItems", Decision::Deny, Outcome::Refused, None)
    }

    #[test]
    fn an_entry_that_tells_what_happened_has_no_faults() {
        let rows = json!([{ "id": Uuid::from_u128(7) }, { "id": Uuid::from_u128(8) }]);
        let mut listed = permitted();
        listed.records = vec![record("Item", 7), record("Item", 8)];
        assert_eq!(found(200, "", rows, &[listed]), [] as [String; 0]);
        let mut empty = permitted();
        empty.records = vec![record("Case", 7)];
        assert_eq!(found(200, "", json!([]), &[empty]), [] as [String; 0]);
        assert_eq!(found(404, "not-found", json!({}), &[refused()]), [] as [String; 0]);
        let route = "GET /v1/cases/{case}/items";
        let unheard = entry(route, Decision::Deny, Outcome::NotDone, Some(401));
        assert_eq!(found(401, "not-signed-in", json!({}), &[unheard]), [] as [String; 0]);
    }

    #[test]
    fn an_entry_too_few_or_too_many_is_found() {
        assert_eq!(found(404, "not-found", json!({}), &[]).len(), 1);
        assert_eq!(found(404, "not-found", json!({}), &[refused(), refused()]).len(), 1);
    }

    #[test]
    fn an_entry_of_another_act_decision_status_or_request_is_found() {
        let other_act = entry("ListPlans", Decision::Deny, Outcome::Refused, None);
        let undecided = entry("ListItems", Decision::Deny, Outcome::NotDone, Some(404));
        let mut other_request = refused();
        other_request.header.request = "another".to_owned();
        for wrong in [other_act, undecided, permitted(), other_request] {
            assert!(!found(404, "not-found", json!({}), &[wrong]).is_empty());
        }
        assert!(!found(200, "", json!([]), &[refused()]).is_empty());
    }

    #[test]
    fn a_row_that_is_recorded_and_not_served_or_served_and_not_recorded_is_found() {
        let rows = |ids: &[u128]| {
            ids.iter().map(|id| json!({ "id": Uuid::from_u128(*id) })).collect::<Value>()
        };
        for (served, recorded) in
            [(&[7][..], &[7, 8][..]), (&[7, 8], &[7]), (&[], &[7]), (&[7], &[8]), (&[7], &[7, 7])]
        {
            let mut entry = permitted();
            entry.records = recorded.iter().map(|id| record("Item", *id)).collect();
            let faults = found(200, "", rows(served), &[entry]);
            assert_eq!(faults.len(), 1, "{served:?} {recorded:?}: {faults:?}");
        }
    }

    #[test]
    fn a_decision_that_hides_its_entry_and_what_never_was_one_but_shows_it_are_found() {
        let door = Door { method: "GET".into(), path: "/v1/me".into() };
        let id = ENTRY.to_string();
        let body = json!({});
        let answered = |status, problem, entry| Answered {
            door: &door,
            act: "ListUnits",
            status,
            request: REQUEST,
            entry,
            problem,
            body: &body,
        };
        let permit = [entry("ListUnits", Decision::Permit, Outcome::Done, None)];
        let deny = [entry("ListUnits", Decision::Deny, Outcome::Refused, None)];
        let unheard = [entry("GET /v1/me", Decision::Deny, Outcome::NotDone, Some(401))];
        assert!(faults(&answered(200, "", Some(&id)), &permit).is_empty());
        assert_eq!(faults(&answered(200, "", None), &permit).len(), 1);
        assert!(faults(&answered(403, "refused", Some(&id)), &deny).is_empty());
        assert_eq!(faults(&answered(403, "refused", None), &deny).len(), 1);
        assert!(faults(&answered(401, "not-signed-in", None), &unheard).is_empty());
        assert_eq!(faults(&answered(401, "not-signed-in", Some(&id)), &unheard).len(), 1);
    }
}
