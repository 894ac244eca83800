//! `/v1/decisions`

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    BUP, NOTHING, SCHOOL, SOCIAL, ask_consent, faceless, joint_case, medical_item, rules, share,
};
use crate::support::exports::exported;
use crate::support::house::{Answer, House, on_each_backend};

/// The decision that an answer tells the entry of.
fn at(answer: &Answer) -> String {
    let entry = answer.header("samsyn-entry");
    format!("/v1/decisions/{}", entry.unwrap_or_else(|| panic!("no entry: {answer}")))
}

/// The names of the rules in `of`.
fn names(of: &Value) -> Vec<&str> {
    let rules = of["rules"].as_array().expect("rules").iter();
    rules.map(|rule| rule["rule"].as_str().expect("a name")).collect()
}

async fn why(house: &House, who: &str, answer: &Answer) -> Value {
    house.as_(who).get(&at(answer)).await.must(200).json()
}

#[test]
fn a_permit_says_by_which_rule_and_on_which_ground() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        let path = format!("/v1/items/{item}/publications");
        house.as_("bup").post(&path, share(house, SOCIAL, "CHILD_H")).await.must(201);
        let read = house.as_("socialsekreterare").get(&format!("/v1/items/{item}")).await;
        let read = read.must(200);

        let own = why(house, "socialsekreterare", &read).await;
        assert_eq!(
            (&own["act"], &own["decision"], &own["outcome"]),
            (&json!("ReadItem"), &json!("permit"), &json!("done"))
        );
        assert_eq!(own["target"], json!({ "kind": "Item", "id": item }));
        assert_eq!(own["shown_as"], "actor");
        assert_eq!(own["policy_in_force"], true);
        assert_eq!(own["actor"]["id"], json!(house.staff("socialsekreterare")));
        let rule = &own["rules"][0];
        assert_eq!((&rule["rule"], &rule["effect"]), (&json!("P06"), &json!("permits")));
        for said in ["law", "ground", "detail", "way_forward"] {
            assert!(rule[said].as_str().is_some_and(|said| !said.is_empty()), "{own}");
        }
        let record = &own["records"][0];
        assert_eq!(record["effect"], "shown");
        assert_eq!((&record["category"], &record["ground"]), (&json!("MED"), &json!("CHILD_H")));
        assert!(record["publication"].is_string());
        // What the rules saw is for whoever reviews.
        assert_eq!(record["facts"], Value::Null);
        let (reader, path) = (house.as_("socialsekreterare"), at(&read));
        let english = [("accept-language", "en")];
        let english = reader.send(reqwest::Method::GET, &path, None, &english).await.must(200);
        assert_eq!(english.header("content-language"), Some("en"));
        let english = english.json();
        assert_ne!(english["rules"][0]["detail"], rule["detail"]);

        // Both agencies' auditors see the record, which the owner opened to the reader's.
        for auditor in ["revisor-social", "revisor-bup"] {
            let seen = why(house, auditor, &read).await;
            assert_eq!(seen["shown_as"], "auditor");
            let facts = &seen["records"][0]["facts"];
            assert_eq!(facts["act"], "ReadItem", "{seen}");
            assert_eq!(facts["situation"]["live"], json!(["CHILD_H"]), "{seen}");
            let told = facts.to_string();
            for id in [item, case, house.person("Barn A"), house.staff("socialsekreterare")] {
                assert!(!told.contains(&id.to_string()), "{told}");
            }
        }
        // Nobody else does, not even a colleague or the item's writer.
        for who in ["revisor-skola", "mottagning", "bup", "kurator", "vardnadshavare-1", "polis"] {
            let hidden = house.as_(who).get(&at(&read)).await.must(404);
            let missed = house.as_(who).get(&format!("/v1/decisions/{NOTHING}")).await;
            assert_eq!(faceless(&hidden), faceless(&missed), "{who}");
        }
        house.nobody().get(&at(&read)).await.must(401);
        house.stranger().get(&at(&read)).await.must(404);
    });
}

#[test]
fn a_list_tells_the_facts_of_each_of_its_rows() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (own, shared) = (medical_item(house, case).await, medical_item(house, case).await);
        let path = format!("/v1/items/{shared}/publications");
        house.as_("bup").post(&path, share(house, SOCIAL, "CHILD_H")).await.must(201);
        let items = format!("/v1/cases/{case}/items");
        for (who, served) in [("bup", vec![own, shared]), ("socialsekreterare", vec![shared])] {
            let list = house.as_(who).get(&items).await.must(200);
            let seen = why(house, "revisor-bup", &list).await;
            let records = seen["records"].as_array().expect("records");
            let ids: Vec<&Value> = records.iter().map(|record| &record["target"]["id"]).collect();
            assert_eq!(json!(ids), json!(served), "{who}");
            for record in records {
                let facts = &record["facts"];
                assert_eq!(facts["act"], "ReadItem", "{seen}");
                let inside = &facts["situation"]["inside"];
                assert_eq!(inside.as_bool().unwrap_or_default(), who == "bup", "{seen}");
            }
        }
    });
}

#[test]
fn a_refusal_that_was_told_says_why_again() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let refused = house.as_("revisor-skola").get(&format!("/v1/cases/{case}")).await.must(403);
        let own = why(house, "revisor-skola", &refused).await;
        assert_eq!(names(&own), ["D12"]);
        assert_eq!((&own["decision"], &own["outcome"]), (&json!("deny"), &json!("refused")));
        assert_eq!(own["records"], json!([]), "the case's record is its owner's");

        let item = medical_item(house, case).await;
        let mut asking = share(house, SOCIAL, "CHILD_H");
        drop(asking.as_object_mut().expect("an object").remove("reason"));
        let path = format!("/v1/items/{item}/publications");
        let asked = house.as_("bup").post(&path, asking).await.must(422);
        assert_eq!(names(&why(house, "bup", &asked).await), rules(&asked));
        house.as_("socialsekreterare").get(&at(&asked)).await.must(404);
    });
}

#[test]
fn a_hidden_refusal_reads_as_a_miss_to_whoever_asked_and_as_what_it_is_to_the_owner() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        let kurator = house.as_("kurator");
        let hidden = kurator.get(&format!("/v1/items/{item}")).await.must(404);
        let missed = kurator.get(&format!("/v1/items/{NOTHING}")).await.must(404);

        // Word for word the same, but for which entry, which request, and which thing was named.
        let told = |answer: &Answer, seen: &Answer, id: &str| {
            let entry = answer.header("samsyn-entry").expect("an entry");
            let request = answer.header("x-request-id").expect("a request");
            let (status, headers, text) = faceless(seen);
            let text = text.replace(entry, "").replace(request, "").replace(id, "");
            (status, headers, text)
        };
        let id = item.to_string();
        for who in ["kurator", "revisor-skola"] {
            let of_hidden = house.as_(who).get(&at(&hidden)).await.must(200);
            let of_miss = house.as_(who).get(&at(&missed)).await.must(200);
            assert_eq!(told(&hidden, &of_hidden, &id), told(&missed, &of_miss, NOTHING), "{who}");
            let of_hidden = of_hidden.json();
            assert_eq!(names(&of_hidden), rules(&hidden));
            assert_eq!(of_hidden["records"], json!([]));
            assert_eq!((&of_hidden["child"], &of_hidden["case"]), (&Value::Null, &Value::Null));
        }

        let owners = why(house, "revisor-bup", &hidden).await;
        assert_eq!(names(&owners), rules(&hidden), "what was told");
        let record = &owners["records"][0];
        assert_eq!((&record["effect"], names(record)), (&json!("refused"), vec!["D06"]));
        assert_eq!(record["category"], "MED");
        let facts = &record["facts"];
        assert_eq!(
            (&facts["act"], &facts["situation"]["assigned"]),
            (&json!("ReadItem"), &json!(true))
        );
        assert_eq!(facts["resource"]["owner_kind"], "health", "{facts}");
        // A miss concerns no agency but the one whose staff asked; who takes part has no say.
        for auditor in ["revisor-bup", "revisor-social"] {
            house.as_(auditor).get(&at(&missed)).await.must(404);
        }
        house.as_("revisor-social").get(&at(&hidden)).await.must(404);
        for who in ["bup", "larare", "rektor"] {
            house.as_(who).get(&at(&hidden)).await.must(404);
        }

        // In the ledger the two have the same shape: a header, and one record that is sealed.
        let entries = house.database().entries_after(0);
        let of = |answer: &Answer| {
            let id = answer.header("samsyn-entry").expect("an entry");
            let found = entries.iter().find(|entry| entry.header.id.to_string() == id);
            let entry = found.expect("an entry");
            assert_eq!(entry.records.len(), 1);
            assert!(!entry.records[0].open_to_actor && entry.records[0].facts.is_some());
            let mut header = entry.header.clone();
            (header.salt, header.resource) = ([0; 16], None);
            (header.id, header.request) = (samsyn::domain::ids::EntryId::nobody(), String::new());
            header
        };
        assert_eq!(of(&hidden), of(&missed));
    });
}

#[test]
fn a_private_person_sees_why_on_their_own_and_nobody_elses() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let consent = ask_consent(house, case).await;
        let path = format!("/v1/consents/{consent}");
        let read = house.as_("vardnadshavare-1").get(&path).await.must(200);
        let own = why(house, "vardnadshavare-1", &read).await;
        assert_eq!(names(&own), ["P12"]);
        assert_eq!(own["actor"]["kind"], "citizen");
        for who in ["vardnadshavare-2", "barn-a", "teamet"] {
            house.as_(who).get(&at(&read)).await.must(404);
        }
        let missed = house.as_("ungdom-f").get(&path).await.must(404);
        let own = why(house, "ungdom-f", &missed).await;
        assert_eq!(own["records"], json!([]));
        // To ask why is an act of one's own, and has an entry too.
        let asked = house.as_("ungdom-f").get(&at(&missed)).await.must(200);
        assert_eq!(why(house, "ungdom-f", &asked).await["act"], "ReadDecision");
        house.as_("vardnadshavare-1").get(&at(&asked)).await.must(404);
    });
}

#[test]
fn what_was_not_done_and_what_was_done_before_say_so() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let path = format!("/v1/cases/{case}/items");
        let body = super::item_of(house, BUP, "MED");
        let key = [("idempotency-key", "a-key-of-our-own")];
        let bup = house.as_("bup");
        let send = async || bup.send(reqwest::Method::POST, &path, Some(body.clone()), &key).await;
        let (first, again) = (send().await.must(201), send().await.must(201));
        assert_eq!(first.body, again.body);
        let first = why(house, "bup", &first).await;
        assert_eq!(
            (&first["outcome"], &first["records"][0]["effect"]),
            (&json!("done"), &json!("changed"))
        );
        let again = why(house, "bup", &again).await;
        assert_eq!(
            (&again["outcome"], &again["records"][0]["effect"]),
            (&json!("not_done"), &json!("shown"))
        );
        // The same key with another body is refused as things are, and not by a rule.
        let other = super::item_of(house, BUP, "SCHOOL");
        let reused = bup.send(reqwest::Method::POST, &path, Some(other), &key).await.must(422);
        let reused = why(house, "bup", &reused).await;
        assert_eq!(
            (&reused["decision"], &reused["outcome"]),
            (&json!("permit"), &json!("not_done"))
        );
        assert_eq!(reused["records"][0]["effect"], "refused");
    });
}

#[test]
fn an_export_with_facts_in_it_proves_itself() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        house.as_("bup").get(&format!("/v1/items/{item}")).await.must(200);
        house.as_("kurator").get(&format!("/v1/items/{item}")).await.must(404);
        let now = house.clock().now();
        let day = TimeDelta::days(1);
        let body = |purpose: &str| json!({ "from": now - day, "to": now + day, "purpose": purpose, "format": "ndjson" });
        for (who, unit, facts_of_the_item) in
            [("revisor-bup", BUP, true), ("revisor-skola", SCHOOL, false)]
        {
            let agency = house.agency_of(unit);
            let export = exported(house, who, agency, body("Granskning.")).await;
            samsyn::ledger::verify(export.body.as_slice(), None).expect("a whole export");
            let shown = export.text().lines().any(|line| {
                line.contains("\"facts\":{\"act\":\"ReadItem\"") && line.contains("\"D06\"")
            });
            assert_eq!(shown, facts_of_the_item, "{who}");
        }
    });
}
