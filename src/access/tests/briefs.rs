//! A question that was written down is decided as the one that it was made of.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::super::brief::{Brief, BriefFault};
use super::properties::{any_act, facts};
use super::*;

fn wrong(json: &Json) -> String {
    Brief::from_json(json, &POLICY).unwrap_err().to_string()
}

fn has_id(json: &Json) -> bool {
    let text = json.to_string();
    text.contains("\"child\":") || text.contains("\"id\":") || text.contains("\"publication\":")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn a_brief_that_is_read_back_is_decided_like_its_facts(act in any_act(), facts in facts()) {
        let weighed = POLICY.weigh(act, &facts);
        let brief = Brief::of(act, &facts);
        let back = Brief::from_json(&brief.to_json(), &POLICY).unwrap();
        prop_assert_eq!(&back, &brief);
        let explained = POLICY.explain(&back);
        prop_assert_eq!(explained.permitted, weighed.permitted);
        prop_assert_eq!(explained.rules, weighed.rules);
    }

    #[test]
    fn a_brief_holds_what_is_known_and_no_id_of_a_person_or_a_thing(facts in facts()) {
        let json = Brief::of("ReadItem", &facts).to_json();
        prop_assert!(!has_id(&json), "{json}");
        let neutral = [json!(false), json!(""), json!("none"), json!([]), json!(-1)];
        for part in ["principal", "resource", "situation"] {
            let facts = json[part].as_object().into_iter().flatten();
            for (name, value) in facts {
                prop_assert!(!neutral.contains(value), "{part}/{name}");
            }
        }
    }
}

#[test]
fn a_brief_is_small() {
    let question = staff(UnitKind::School, Role::Teacher).assigned();
    assert_eq!(
        Brief::of("ReadCase", &question.0).to_json(),
        json!({
            "act": "ReadCase",
            "principal": {
                "kind": "staff",
                "agency": "00000000-0000-0000-0000-000000000200",
                "agency_kind": "school",
                "unit_kind": "school",
                "public": true,
                "loa": 3,
                "hour": 10,
                "roles": ["teacher"],
                "duties": ["teacher"],
            },
            "situation": { "assigned": true, "party": "active", "child_known": true, "age": 10 },
        })
    );
}

#[test]
fn each_fault_of_a_brief_names_its_place() {
    let staff = json!({ "kind": "staff" });
    for (json, place) in [
        (json!([]), ": must be an object"),
        (json!({}), "act: is missing"),
        (json!({ "act": 1 }), "act: must be a word"),
        (json!({ "act": "Peep" }), "act: `Peep` is not one of: ReadSelf, ListUnits"),
        (json!({ "act": "ReadCase" }), "principal: is missing"),
        (json!({ "act": "ReadCase", "principal": {} }), "principal/kind: is missing"),
        (
            json!({ "act": "ReadCase", "principal": { "kind": "king" } }),
            "principal/kind: `king` is not one of: staff, citizen, operator",
        ),
        (
            json!({ "act": "ReadCase", "principal": staff, "context": {} }),
            "context: there is nothing of this name",
        ),
        (
            json!({ "act": "ReadCase", "principal": staff, "situation": { "assignd": true } }),
            "situation/assignd: there is nothing of this name",
        ),
        (
            json!({ "act": "ReadCase", "principal": staff, "situation": { "assigned": "yes" } }),
            "situation/assigned: must be true or false",
        ),
        (
            json!({ "act": "ReadCase", "principal": staff, "situation": { "age": 1.5 } }),
            "situation/age: must be a whole number",
        ),
        (
            json!({ "act": "ReadCase", "principal": staff, "situation": [] }),
            "situation: must be an object",
        ),
        (
            json!({ "act": "ReadCase", "principal": staff, "resource": { "category": "FOO" } }),
            "resource/category: `FOO` is not one of: IDENT, ADDR",
        ),
        (
            json!({ "act": "ReadCase", "principal": { "kind": "staff", "roles": ["king"] } }),
            "principal/roles: `king` is not one of: teacher",
        ),
        (
            json!({ "act": "ReadCase", "principal": { "kind": "operator", "loa": 3 } }),
            "principal/loa: there is nothing of this name",
        ),
    ] {
        let told = wrong(&json);
        assert!(told.starts_with(place), "{json}: {told}");
    }
}

#[test]
fn a_fault_can_be_told_from_another() {
    let error = Brief::from_json(&json!({ "act": "ReadCase" }), &POLICY).unwrap_err();
    assert_eq!((error.place.as_str(), error.fault), ("principal", BriefFault::Missing));
}

#[test]
fn what_is_not_said_is_not_known() {
    let json = json!({
        "act": "ReadSelf", "principal": { "kind": "citizen" },
        "situation": { "party": "none", "assigned": false, "live": [], "age": -1, "ground": "" },
    });
    let brief = Brief::from_json(&json, &POLICY).unwrap();
    let bare = json!({ "act": "ReadSelf", "principal": { "kind": "citizen" } });
    assert_eq!(brief.to_json(), bare);
}
