//! What an access log must have of every decided request (HSLF-FS 2016:40 4:9, PDL 4:3, 2001:454
//! 10 §, and what Swedish access logs have): who, for whom, when, what, what for, which child, what
//! thing and whose, how it was decided, by which rule and ground, in which request, under which
//! rules and settings.
//!
//! **Invariant:** an act whose entries lack one of them fails here, unless a table below names it and
//! says why. An act that [`CHILDLESS`] names and that tells of a child fails as well.

use std::collections::BTreeSet;

use samsyn::access::act;
use samsyn::access::act::Reach;
use samsyn::ledger::{ActorKind, Decision, Effect, Outcome};
use serde_json::Value;
use uuid::Uuid;

use crate::support::Backend;
use crate::support::house::House;
use crate::support::ledger::Entry;

/// Acts that are about no child, and why.
pub const CHILDLESS: [(&str, &str); 31] = [
    ("ReadSelf", "is about whoever asks"),
    ("ListUnits", "shows agencies and units"),
    ("ListIndicators", "shows which words are in use"),
    ("ReadLog", "shows a log's size, key and checkpoint"),
    ("ReadTiles", "shows hashes"),
    ("SearchLog", "is sealed with its terms, the child among them, for the searcher's agency"),
    ("ReadLogEntry", "is about the entry, which may have a child"),
    ("ExportLog", "is about a period; one about a child has it"),
    ("ListLogExports", "shows what was exported"),
    ("ReadLogExport", "is about an export; one about a child has it"),
    ("FetchLogExport", "is about an export; one about a child has it"),
    ("CancelLogExport", "is about an export; one about a child has it"),
    ("DisposeLog", "is about a class and a day"),
    ("ListDisposals", "shows what was disposed of, by class and day"),
    ("DrawLogReview", "is about a period; a child that others heard of is among its terms"),
    ("ListLogReviews", "shows periods and numbers"),
    ("ReadLogReview", "is about a period; the drawn entries have their children"),
    ("RecordLogFinding", "is about an entry, which it names"),
    ("CloseLogReview", "is about a period"),
    ("ReportLogReviews", "shows numbers of a year"),
    ("ListAccessExtracts", "shows requests, each row with its child"),
    ("ListOwnAccessExtracts", "shows requests, each row with its child"),
    ("ListReferrals", "shows referrals, each row with its child"),
    ("ListConcernReports", "shows reports, each row with its child"),
    ("ListCases", "shows cases, each row with its child"),
    ("ListInvitations", "shows invitations, each row with its child"),
    ("ListOwnConsents", "shows consents, each row with its child"),
    ("ListOwnPlans", "shows plans, each row with its child"),
    ("ListOwnMeetings", "shows meetings, each row with its child"),
    ("ListBreakGlass", "shows openings, each row with its child"),
    ("ListNotices", "shows notices, each row with its child"),
];

/// Acts whose refusal tells of no child, and why.
const CHILDLESS_WHEN_REFUSED: [(&str, &str); 3] = [
    ("RegisterChild", "would have entered it"),
    ("ReadDecision", "names the entry that was asked for, which has it"),
    ("BreakGlassByNumber", "finds no child for who is on no staff of its area"),
];

/// Acts that tell of the child in one place only, and why.
const TOLD_ONCE: [(&str, &str); 3] = [
    ("RegisterChild", "has a record of the unit and one of the child"),
    ("ReadDecision", "is about an entry, whose own records have it"),
    ("ExplainAccess", "hides from the asker what they may not know of, in the owner's record"),
];

/// Acts that are aimed at nothing that an agency owns, and why no record tells of them.
const OWNERLESS: [(&str, &str); 8] = [
    ("ReadSelf", "is about whoever asks"),
    ("ListUnits", "shows the directory, which is everybody's"),
    ("ListIndicators", "shows the region's words, which are everybody's"),
    ("ListOwnMeetings", "has a record for each row; without rows there is nothing"),
    ("ListCases", "has a record for each row; without rows there is nothing"),
    ("ListOwnConsents", "has a record for each row; without rows there is nothing"),
    ("ListOwnPlans", "has a record for each row; without rows there is nothing"),
    ("ListOwnAccessExtracts", "has a record for each row; without rows there is nothing"),
];

/// Acts whose entries name another kind of thing than the act is aimed at.
const ABOUT: [(&str, &str); 11] = [
    ("ReadLogExport", "LogExport"),
    ("FetchLogExport", "LogExport"),
    ("CancelLogExport", "LogExport"),
    ("ExportLog", "LogExport"),
    ("ReadLogEntry", "LogEntry"),
    ("DrawLogReview", "LogReview"),
    ("ReadLogReview", "LogReview"),
    ("RecordLogFinding", "LogReview"),
    ("CloseLogReview", "LogReview"),
    ("BreakGlassByNumber", "Case"),
    ("ExplainAccess", "ReadItem"),
];

/// Acts that say in a body what they are for or why: the body's field, and the header's.
const SAID: [(&str, &str, Said); 12] = [
    ("ExportLog", "purpose", Said::Purpose),
    ("DrawLogReview", "name", Said::Purpose),
    ("DrawLogReview", "reason", Said::Reason),
    ("DisposeLog", "reason", Said::Reason),
    ("DecideAccessExtract", "reason", Said::Reason),
    ("RequestInformation", "investigation", Said::Purpose),
    ("RevokePublication", "because", Said::Reason),
    ("MarkMissent", "because", Said::Reason),
    ("HideFromGuardian", "reason", Said::Reason),
    ("BarGuardian", "reason", Said::Reason),
    ("BreakGlass", "reason", Said::Reason),
    ("BreakGlassByNumber", "reason", Said::Reason),
];

/// What an act rests on beside its rule, by whoever is let in at the act's door.
const GROUNDS: [(&str, &str, &str); 3] = [
    ("ReadItem", "kurator", "CONSENT"),
    ("BreakGlass", "socialjour", "EMERGENCY"),
    ("BreakGlassByNumber", "socialjour", "EMERGENCY"),
];

#[derive(Clone, Copy)]
enum Said {
    Purpose,
    Reason,
}

/// Who asked what, to be found again in the entry.
pub struct Teller<'a> {
    pub house: &'a House,
    /// One of the callers' names.
    pub who: &'a str,
    /// The body that was sent.
    pub body: Option<Value>,
}

impl Teller<'_> {
    /// What the entry of a decided request lacks.
    pub fn missing(&self, act: &str, entry: &Entry) -> Vec<String> {
        if entry.header.status.is_some() {
            return Vec::new();
        }
        let checks = [
            self.who(entry),
            self.how(act, entry),
            self.thing(act, entry),
            self.child(act, entry),
            self.why(act, entry),
        ];
        checks.into_iter().flatten().map(|lack| format!("{act}: {lack}")).collect()
    }

    /// Who: id, name, account, role, unit, agency, and how sure that is.
    fn who(&self, entry: &Entry) -> Vec<String> {
        let actor = &entry.header.actor;
        let mut lacks = absent(&[
            ("actor.assurance", actor.assurance.is_some_and(|level| level > 0)),
            ("actor.issuer", actor.issuer.is_some()),
        ]);
        let expected = match self.who {
            "stranger" => return lacks,
            "citizen" => self.house.somebody("ungdom-f"),
            "auditor" => self.house.staff("revisor-skola"),
            "elsewhere" => self.house.staff("rektor-berg"),
            name => self.house.somebody(name),
        };
        lacks.extend(absent(&[("actor.id", actor.id == Some(expected))]));
        match actor.kind {
            ActorKind::Staff => lacks.extend(absent(&[
                ("actor.name", actor.name.is_some()),
                ("actor.account", actor.account.is_some()),
                ("actor.role", actor.role.is_some()),
                ("actor.unit", actor.unit.is_some()),
                ("actor.agency", actor.agency.is_some()),
            ])),
            ActorKind::Citizen => {}
            other => lacks.push(format!("actor.kind: {other:?}")),
        }
        lacks
    }

    /// When, which action, how it was decided, by which rule, under which rules and settings.
    fn how(&self, act: &str, entry: &Entry) -> Vec<String> {
        let header = &entry.header;
        let refused = header.outcome == Outcome::Refused;
        let word = if refused { "Neka" } else { act::word_of(act).expect("an act") };
        let settings = self.house.settings().digest().expect("a digest");
        let policy = self.house.running().store().policy().digest();
        absent(&[
            ("at", header.at == self.house.clock().now()),
            ("action", header.action == word),
            ("decision", refused == (header.decision == Decision::Deny)),
            ("rules", !header.rules.is_empty()),
            ("request", header.request.parse::<Uuid>().is_ok()),
            ("policy", header.policy == policy),
            ("settings", header.settings.as_ref() == Some(&settings)),
        ])
    }

    /// What kind of thing, and whose.
    fn thing(&self, act: &str, entry: &Entry) -> Vec<String> {
        let (_, aimed, reach, _) = act::ALL.iter().find(|(name, ..)| *name == act).expect("an act");
        let about = ABOUT.iter().find(|(name, _)| *name == act).map_or(*aimed, |(_, kind)| *kind);
        let kind = entry.header.resource.as_ref().map(|it| it.kind.as_str());
        // What was refused was aimed at, and nothing came of it.
        let kinds = match entry.header.outcome {
            Outcome::Done => [about, about],
            Outcome::Refused | Outcome::NotDone => [*aimed, about],
        };
        let mut lacks = absent(&[("resource", kind.is_some_and(|kind| kinds.contains(&kind)))]);
        let none = entry.records.is_empty();
        let may_have_none = named(&OWNERLESS, act) || entry.header.outcome != Outcome::Done;
        if none && !may_have_none {
            lacks.push("resource's owner: no record".to_owned());
        }
        if *reach == Reach::Changes && entry.header.outcome == Outcome::Done {
            let changed = entry.records.iter().any(|it| it.effect == Effect::Changed);
            lacks.extend(absent(&[("effect", changed)]));
        }
        let ruled = entry.records.iter().all(|it| {
            // What somebody sought was decided about nothing.
            !it.rules.is_empty() || it.resource.kind == "Search"
        });
        lacks.extend(absent(&[("records' rules", ruled)]));
        lacks
    }

    /// Which child.
    fn child(&self, act: &str, entry: &Entry) -> Vec<String> {
        let header = &entry.header;
        let told = header.subject.is_some() || entry.records.iter().any(|it| it.child.is_some());
        if named(&CHILDLESS, act) {
            let rows = act.starts_with("List");
            return absent(&[("no child, as CHILDLESS says", rows || !told)]);
        }
        // On PostgreSQL who is in no register sees no area: the wall keeps the child from the very
        // gathering.
        let walled = self.who == "stranger" && self.house.database().backend() == Backend::Postgres;
        if header.outcome == Outcome::Refused {
            // To whom may not know of the thing, the owner's record alone tells it.
            return absent(&[("child", told || walled || named(&CHILDLESS_WHEN_REFUSED, act))]);
        }
        let of_child = entry.records.iter().filter(|it| it.resource.kind != "Search");
        let each = of_child.clone().all(|it| it.child.is_some());
        if named(&TOLD_ONCE, act) {
            return absent(&[("child", told || walled)]);
        }
        absent(&[("child", header.subject.is_some()), ("each record's child", each)])
    }

    /// What for, why, and on which ground.
    fn why(&self, act: &str, entry: &Entry) -> Vec<String> {
        let mut lacks = Vec::new();
        let body = self.body.as_ref();
        for (_, field, said) in SAID.iter().filter(|(name, ..)| *name == act) {
            let sent = body.and_then(|body| body[*field].as_str());
            let told = match said {
                Said::Purpose => entry.header.purpose.as_deref(),
                Said::Reason => entry.header.reason.as_deref(),
            };
            if sent.is_none() || told != sent {
                lacks.push(format!("{field}: {told:?} instead of {sent:?}"));
            }
        }
        let ground = GROUNDS.iter().find(|(name, who, _)| (*name, *who) == (act, self.who));
        if let Some((.., ground)) = ground
            && !entry.records.iter().any(|it| it.ground.as_deref() == Some(ground))
        {
            lacks.push(format!("ground {ground}"));
        }
        lacks
    }
}

fn named(table: &[(&str, &str)], act: &str) -> bool {
    table.iter().any(|(name, _)| *name == act)
}

/// The names of what is not there.
fn absent(fields: &[(&str, bool)]) -> Vec<String> {
    fields.iter().filter(|(_, there)| !there).map(|(name, _)| (*name).to_owned()).collect()
}

#[test]
fn the_tables_name_acts_that_there_are_and_none_twice() {
    let known: BTreeSet<&str> = act::ALL.iter().map(|(name, ..)| *name).collect();
    let childless = CHILDLESS.iter().chain(&CHILDLESS_WHEN_REFUSED).chain(&TOLD_ONCE);
    let childless = childless.chain(&OWNERLESS).chain(&ABOUT).map(|(name, _)| *name);
    let said = SAID.iter().map(|(name, ..)| *name).chain(GROUNDS.iter().map(|(name, ..)| *name));
    for name in childless.chain(said) {
        assert!(known.contains(name), "{name}");
    }
    let names: BTreeSet<&str> = CHILDLESS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), CHILDLESS.len());
}
