//! Recorded decisions, made again.

use samsyn_prove::replay::{policy, replay};
use samsyn_prove::source::Source;
use serde_json::{Value as Json, json};

use super::support::without;

/// The facts of a police officer who reads an item of this category, published to them on consent.
fn police_reads(category: &str) -> Json {
    json!({
        "act": "ReadItem",
        "principal": { "kind": "staff", "agency_kind": "police", "loa": 3, "hour": 12 },
        "resource": { "category": category },
        "situation": {
            "assigned": true, "party": "active", "live": ["CONSENT"], "child_known": true,
        },
    })
}

fn export(records: Json) -> String {
    let header = json!({
        "id": "0199a000-0000-7000-8000-00000000e001",
        "at": "2026-11-21T22:24:00.000000Z",
        "act": "ReadItem",
        "decision": "deny",
    });
    [
        json!({ "manifest": { "log": "host/log/a" } }),
        json!({ "hash": "00", "leaf": { "index": 6 } }),
        json!({ "hash": "01", "header": header, "leaf": { "index": 7 }, "records": records }),
    ]
    .map(|line| format!("{line}\n"))
    .concat()
}

#[test]
fn a_decision_that_would_flip_is_told() {
    let refused = json!({ "effect": "refused", "rules": ["D10"], "facts": police_reads("MED") });
    let shown = json!({ "effect": "shown", "rules": ["P05"], "facts": police_reads("CRIME") });
    let sealed = json!({ "sealed": "00" });
    let text = export(json!([refused, shown, sealed]));
    let (old, new) = (policy(&Source::embedded()).unwrap(), policy(&without("D10")).unwrap());
    let replayed = replay(text.as_bytes(), &old, &new).unwrap();
    assert_eq!((replayed.replayed, replayed.without_facts), (2, 1));
    assert_eq!(replayed.not_as_recorded, 0);
    assert_eq!(replayed.flipped.len(), 1);
    let flip = &replayed.flipped[0];
    assert!(!flip.was_permitted);
    assert_eq!((&flip.was_by, &flip.now_by), (&vec!["D10".to_owned()], &vec!["P05".to_owned()]));
    let told = replayed.told();
    for said in [
        "Of 2 recorded decisions, 1 would be made otherwise.",
        "refused by D10, would be permitted by P05",
        "entry 0199a000-0000-7000-8000-00000000e001",
        "1 records hold no facts",
    ] {
        assert!(told.contains(said), "{said} is missing:\n{told}");
    }
    let same = replay(text.as_bytes(), &old, &old).unwrap();
    assert!(same.flipped.is_empty(), "{}", same.told());
}

#[test]
fn a_decision_under_other_rules_than_the_old_ones_is_counted() {
    let shown = json!({ "effect": "shown", "rules": ["P05"], "facts": police_reads("MED") });
    let old = policy(&Source::embedded()).unwrap();
    let replayed = replay(export(json!([shown])).as_bytes(), &old, &old).unwrap();
    assert_eq!((replayed.not_as_recorded, replayed.flipped.len()), (1, 1));
}

#[test]
fn facts_that_nobody_knows_are_told_and_no_export_is_refused() {
    let old = policy(&Source::embedded()).unwrap();
    let strange = json!({ "effect": "shown", "rules": [], "facts": { "act": "Fly" } });
    let replayed = replay(export(json!([strange])).as_bytes(), &old, &old).unwrap();
    assert_eq!((replayed.replayed, replayed.unreadable.len()), (0, 1));
    assert!(replayed.told().contains("have facts that the new rules don't know"));
    assert!(replay(&b"{\"hash\":\"00\"}\n"[..], &old, &old).is_err());
    assert!(replay(&b"nothing\n"[..], &old, &old).is_err());
}
