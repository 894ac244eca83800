//! `/v1/logs/{agency}/search`, `/v1/logs/{agency}/entries`

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    BUP, NOTHING, SCHOOL, SOCIAL, begin_plan, faults, joint_case, medical_item, rules, share,
};
use crate::support::house::{House, on_each_backend};

fn path(house: &House, unit: &str) -> String {
    format!("/v1/logs/{}/search", house.agency_of(unit))
}

/// A search of these days, with `terms` besides.
fn terms(house: &House, terms: Value) -> Value {
    let now = house.clock().now();
    let mut body = json!({ "from": now - TimeDelta::days(1), "to": now + TimeDelta::days(1) });
    for (name, value) in terms.as_object().expect("terms") {
        body[name] = value.clone();
    }
    body
}

/// Everything that a search gives, page by page; whether the index knows all of it or nothing.
async fn all(house: &House, who: &str, unit: &str, body: &Value) -> Vec<Value> {
    let (mut body, mut rows) = (body.clone(), Vec::new());
    loop {
        let page = house.as_(who).post(&path(house, unit), body.clone()).await.must(200).json();
        rows.extend(page["rows"].as_array().expect("rows").iter().cloned());
        match page.get("next") {
            Some(next) => body["after"] = next.clone(),
            None => return rows,
        }
    }
}

async fn sequenced(house: &House) {
    house.running().store().sequence().await.expect("leaves");
}

fn positions(rows: &[Value]) -> Vec<u64> {
    rows.iter().map(|row| row["position"].as_u64().expect("a position")).collect()
}

#[test]
fn an_auditor_finds_who_read_what_of_which_child() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        let publications = format!("/v1/items/{item}/publications");
        house.as_("bup").post(&publications, share(house, SOCIAL, "CHILD_H")).await.must(201);
        house.as_("socialsekreterare").get(&format!("/v1/items/{item}")).await.must(200);
        house.as_("larare").get(&format!("/v1/items/{item}")).await.must(404);
        sequenced(house).await;
        let (child, reader) = (house.person("Barn A"), house.staff("socialsekreterare"));
        for indexed in [false, true] {
            if indexed {
                assert!(house.running().store().index_logs().await.is_ok());
            }
            let by_reader = json!({ "actor": reader, "act": "ReadItem" });
            let found = all(house, "revisor-bup", BUP, &terms(house, by_reader)).await;
            assert_eq!(found.len(), 1, "{found:?}");
            let row = &found[0];
            assert_eq!(row["decision"], "permit");
            assert_eq!(row["actor"]["id"], json!(reader));
            assert_eq!(row["actor"]["unit"]["name"], SOCIAL);
            assert_eq!(row["records"][0]["ground"], "CHILD_H");
            assert_eq!(row["records"][0]["category"], "MED");
            assert_eq!(row["records"][0]["target"], json!({ "kind": "Item", "id": item }));
            assert_eq!(row["records"][0]["child"], json!(child));
            assert!(row["records"][0]["rules"][0]["detail"].is_string(), "{row}");
            assert_eq!(row["verdict"], "Tilläts och gjordes.");

            // One child: only with the number of the matter, in either order the same.
            let about = json!({ "child": child, "matter": "2026-17", "act": "ReadItem" });
            let newest = all(house, "revisor-bup", BUP, &terms(house, about.clone())).await;
            let mut oldest = terms(house, about);
            oldest["order"] = json!("oldest_first");
            oldest["limit"] = json!(1);
            let mut oldest = all(house, "revisor-bup", BUP, &oldest).await;
            oldest.reverse();
            assert_eq!(positions(&newest), positions(&oldest));
            assert!(newest.len() >= 2, "the owner's log has the refusal, too: {newest:?}");
            assert!(newest.iter().any(|row| row["decision"] == "deny"));

            // Terms that fit nothing, one by one.
            for none in [
                json!({ "actor": NOTHING }),
                // A search about somebody is itself an entry about them.
                json!({ "child": NOTHING, "matter": "1", "act": "ReadItem" }),
                json!({ "act": "ReadItem", "decision": "permit_override" }),
                json!({ "act": "ReadItem", "outcome": "not_done" }),
                json!({ "rule": "P999" }),
                json!({ "purpose": "fotboll" }),
                json!({ "category": "CRIME" }),
                json!({ "act": "ReadItem", "effect": "changed" }),
            ] {
                let found = all(house, "revisor-bup", BUP, &terms(house, none.clone())).await;
                assert_eq!(found, [] as [Value; 0], "{none}");
            }
        }
    });
}

#[test]
fn pages_of_a_search_lead_on_without_gaps_in_both_directions() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        begin_plan(house, case).await;
        for _ in 0..8 {
            let state = format!("/v1/logs/{}", house.agency_of(SOCIAL));
            house.as_("revisor-social").get(&state).await.must(200);
        }
        sequenced(house).await;
        let mut oldest = terms(house, json!({ "order": "oldest_first", "limit": 3 }));
        let everything = all(house, "revisor-social", SOCIAL, &oldest).await;
        let count = u64::try_from(everything.len()).expect("a count");
        assert!(count > 6, "{count}");
        assert_eq!(positions(&everything), (0..count).collect::<Vec<_>>());
        oldest["order"] = json!("newest_first");
        oldest["after"] = json!(count);
        let mut back = positions(&all(house, "revisor-social", SOCIAL, &oldest).await);
        back.reverse();
        assert_eq!(back, (0..count).collect::<Vec<_>>());
        // A period without entries, and a place past the end.
        for (name, value) in
            [("from", json!("2001-01-01T00:00:00Z")), ("to", json!("2002-01-01T00:00:00Z"))]
        {
            oldest[name] = value;
        }
        assert!(all(house, "revisor-social", SOCIAL, &oldest).await.is_empty());
        let past = terms(house, json!({ "order": "oldest_first", "after": u64::MAX }));
        assert!(all(house, "revisor-social", SOCIAL, &past).await.is_empty());
    });
}

#[test]
fn a_search_is_an_entry_with_the_number_of_its_matter() {
    on_each_backend(async |house| {
        sequenced(house).await;
        let newest = house.database().newest_entry();
        let about = json!({ "child": house.person("Barn A"), "matter": "2026-17" });
        let body = terms(house, about);
        house.as_("revisor-skola").post(&path(house, SCHOOL), body).await.must(200);
        let entries = house.database().entries_after(newest);
        let [entry] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!(entry.header.act, "SearchLog");
        assert_eq!(entry.header.action, "Söka");
        assert_eq!(entry.header.purpose.as_deref(), Some("2026-17"));
        let terms = entry.records.iter().find_map(|record| record.terms.as_ref());
        let terms = terms.expect("what was asked for").value();
        assert_eq!(terms["child"], json!(house.person("Barn A")));
        assert_eq!(terms["matter"], "2026-17");
        assert_eq!(terms["shown"], json!([0]), "that the register's load entered the child");
    });
}

#[test]
fn a_log_is_searched_by_its_own_agencys_auditor_alone() {
    on_each_backend(async |house| {
        joint_case(house).await;
        sequenced(house).await;
        let search = path(house, SCHOOL);
        let entry = format!("/v1/logs/{}/entries/0", house.agency_of(SCHOOL));
        house.as_("revisor-skola").post(&search, terms(house, json!({}))).await.must(200);
        house.as_("revisor-skola").get(&entry).await.must(200);
        for who in ["revisor-social", "revisor-bup"] {
            for refused in [
                house.as_(who).post(&search, terms(house, json!({}))).await.must(403),
                house.as_(who).get(&entry).await.must(403),
            ] {
                assert!(rules(&refused).contains(&"D22".to_owned()), "{who}: {refused}");
            }
        }
        for who in ["kurator", "rektor", "administrator", "vardnadshavare-1", "polis"] {
            for refused in [
                house.as_(who).post(&search, terms(house, json!({}))).await,
                house.as_(who).get(&entry).await,
            ] {
                assert!([403, 404].contains(&refused.status), "{who}: {refused}");
                assert!(!refused.text().contains("position"), "{who}: {refused}");
            }
        }
    });
}

#[test]
fn what_is_wrong_with_a_search_is_told_by_field() {
    on_each_backend(async |house| {
        let search = path(house, SCHOOL);
        let child = house.person("Barn A");
        for (wrong, expected) in [
            (json!({ "child": child }), "/matter missing"),
            (json!({ "child": child, "matter": " " }), "/matter empty"),
            (json!({ "child": "Barn A", "matter": "1" }), "/child not_an_id"),
            (json!({ "to": "2001-01-01T00:00:00Z" }), "/to ends_before_it_begins"),
            (json!({ "from": "i går" }), "/from not_a_time"),
            (json!({ "decision": "maybe" }), "/decision unknown_word"),
            (json!({ "outcome": "permit" }), "/outcome unknown_word"),
            (json!({ "effect": "read" }), "/effect unknown_word"),
            (json!({ "category": "SECRET" }), "/category unknown_word"),
            (json!({ "order": "random" }), "/order unknown_word"),
            (json!({ "limit": 0 }), "/limit number_out_of_range"),
            (json!({ "limit": 1_000_000 }), "/limit number_out_of_range"),
            (json!({ "name": "Barn A" }), "/name unknown_field"),
        ] {
            let body = terms(house, wrong);
            let answer = house.as_("revisor-skola").post(&search, body).await.must(422);
            assert_eq!(faults(&answer), [expected], "{answer}");
        }
        let without = json!({ "to": house.clock().now() });
        let answer = house.as_("revisor-skola").post(&search, without).await.must(422);
        assert_eq!(faults(&answer), ["/from missing"], "{answer}");
    });
}

#[test]
fn one_entry_is_shown_with_what_proves_it_and_no_others_secrets() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        house.as_("larare").get(&format!("/v1/items/{item}")).await.must(404);
        sequenced(house).await;
        let missed = terms(house, json!({ "actor": house.staff("larare"), "act": "ReadItem" }));
        let found = all(house, "revisor-skola", SCHOOL, &missed).await;
        let position = found.first().expect("the teacher's own log has it")["position"].clone();
        let path = format!("/v1/logs/{}/entries/{position}", house.agency_of(SCHOOL));
        let auditor = house.as_("revisor-skola");
        let entry = auditor.get(&path).await.must(200);
        assert_eq!(entry.header("content-language"), Some("sv"));
        let entry = entry.json();
        assert_eq!(entry["disposed"], false);
        assert_eq!(entry["leaf"]["index"], position);
        assert_eq!(entry["header"]["act"], "ReadItem");
        assert_eq!(entry["in_words"]["sealed"], 1);
        assert!(entry["records"][0]["sealed"].is_string(), "the owner's to know: {entry}");
        assert!(entry["authzen"]["request"].is_object());
        assert_eq!(entry["policy_in_force"], true);
        assert!(!entry.to_string().contains(&house.person("Barn A").to_string()));
        // What was shown is recorded by its entry's id.
        let newest = house.database().newest_entry();
        auditor.get(&path).await.must(200);
        let told = house.database().entries_after(newest);
        let resource = told[0].header.resource.as_ref().expect("a target");
        assert_eq!(resource.kind, "LogEntry");
        assert_eq!(json!(resource.id), entry["header"]["id"]);
        // What is not there is no secret.
        let past = format!("/v1/logs/{}/entries/999999", house.agency_of(SCHOOL));
        auditor.get(&past).await.must(404);
        let no_number = format!("/v1/logs/{}/entries/-1", house.agency_of(SCHOOL));
        auditor.get(&no_number).await.must(404);
    });
}
