//! `/v1/access/explain`

use std::time::{Duration, Instant};

use samsyn::clock::Clock;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    NOTHING, POLICE, SCHOOL, SOCIAL, binding_consent, faceless, faults, joint_case, medical_item,
    withdrawal_of,
};
use crate::support::each_backend;
use crate::support::house::{Answer, House, on_each_backend};

/// Whether one may do `act` with the thing of this kind and id.
fn question(act: &str, kind: &str, id: impl ToString) -> Value {
    json!({ "act": act, "target": { "kind": kind, "id": id.to_string() } })
}

/// The same with what else the act says.
fn with(mut question: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("no object") };
    question.as_object_mut().expect("an object").extend(more);
    question
}

async fn ask(house: &House, who: &str, question: Value) -> Answer {
    house.as_(who).post("/v1/access/explain", question).await
}

async fn explained(house: &House, who: &str, question: Value) -> Value {
    ask(house, who, question).await.must(200).json()
}

fn names(of: &Value) -> Vec<&str> {
    let rules = of["rules"].as_array().expect("rules").iter();
    rules.map(|rule| rule["rule"].as_str().expect("a name")).collect()
}

/// What is said of one ground.
fn ground<'a>(of: &'a Value, code: &str) -> &'a Value {
    let grounds = of["grounds"].as_array().unwrap_or_else(|| panic!("no grounds: {of}"));
    grounds.iter().find(|ground| ground["ground"] == code).expect("each ground")
}

fn publishing(house: &House, item: Uuid, unit: &str, ground: &str) -> Value {
    let more = json!({ "unit": house.unit(unit), "ground": ground, "reasoned": true });
    with(question("PublishItem", "Item", item), more)
}

#[test]
fn what_one_may_do_is_explained_and_not_done() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        let read = explained(house, "bup", question("ReadItem", "Item", item)).await;
        assert_eq!((&read["permitted"], &read["answer"]), (&json!(true), &json!("permitted")));
        assert_eq!(names(&read), ["P04"]);
        assert_eq!(read["target"], json!({ "kind": "Item", "id": item }));
        assert!(!read.to_string().contains("Sömn"), "{read}");

        let publish = publishing(house, item, SOCIAL, "CHILD_H");
        let published = explained(house, "bup", publish.clone()).await;
        assert_eq!(published["permitted"], true, "{published}");
        house.as_("socialsekreterare").get(&format!("/v1/items/{item}")).await.must(404);

        // It is an act of its own, which names what was asked about; the owner's log has it.
        let newest = house.database().newest_entry();
        ask(house, "bup", publish).await.must(200);
        let entries = house.database().entries_after(newest);
        let [entry] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!(entry.header.act, "ExplainAccess");
        let resource = entry.header.resource.as_ref().expect("a resource");
        assert_eq!((resource.kind.as_str(), resource.id), ("PublishItem", Some(item)));
        assert_eq!(entry.header.subject.map(|child| child.uuid()), Some(house.person("Barn A")));
        let [record] = entry.records.as_slice() else { panic!("{entries:?}") };
        assert_eq!(record.effect, samsyn::ledger::Effect::Asked);
        assert_eq!((record.resource.kind.as_str(), record.resource.id), ("Item", Some(item)));
        assert_eq!(record.facts.as_ref().expect("facts").value()["act"], "PublishItem");
        house.nobody().post("/v1/access/explain", json!({})).await.must(401);
    });
}

#[test]
fn a_question_about_what_one_may_not_know_of_is_answered_as_a_miss() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        let nowhere: Uuid = NOTHING.parse().expect("an id");
        for who in ["kurator", "larare", "teamet", "rektor-berg", "ungdom-f", "vardnadshavare-1"] {
            let of_item = |id| {
                [
                    question("ReadItem", "Item", id),
                    publishing(house, id, SOCIAL, "CHILD_H"),
                    publishing(house, id, SCHOOL, "CONSENT"),
                ]
            };
            for (hidden, missed) in of_item(item).into_iter().zip(of_item(nowhere)) {
                let newest = house.database().newest_entry();
                let hidden = ask(house, who, hidden).await.must(200);
                let missed = ask(house, who, missed).await.must(200);
                assert_eq!(hidden.json()["answer"], "not_found", "{who}: {hidden}");
                assert_eq!(hidden.json()["grounds"], Value::Null);
                let (status, headers, text) = faceless(&hidden);
                let hidden = (status, headers, text.replace(&item.to_string(), NOTHING));
                assert_eq!(hidden, faceless(&missed), "{who}");
                // Each leaves one record behind that the caller's agency can't read.
                for entry in house.database().entries_after(newest) {
                    let [record] = entry.records.as_slice() else { panic!("{entry:?}") };
                    assert!(!record.open_to_actor, "{who}");
                    assert_eq!((entry.header.subject, entry.header.case), (None, None));
                }
            }
        }
        // The answer is the one that the act itself gives.
        let act = house.as_("kurator").get(&format!("/v1/items/{item}")).await.must(404).json();
        let told = explained(house, "kurator", question("ReadItem", "Item", item)).await;
        assert_eq!(told["detail"], act["detail"]);
        assert_eq!(told["rules"][0]["rule"], act["rule"]);
        assert_eq!(told["rules"][0]["way_forward"], act["way_forward"]);
        // The owner's auditor sees who asked, and the rule in truth.
        let asked = ask(house, "kurator", question("ReadItem", "Item", item)).await.must(200);
        let path = format!("/v1/decisions/{}", asked.header("samsyn-entry").expect("an entry"));
        let seen = house.as_("revisor-bup").get(&path).await.must(200).json();
        assert_eq!(seen["act"], "ExplainAccess");
        let record = &seen["records"][0];
        assert_eq!((&record["effect"], names(record)), (&json!("asked"), vec!["D06"]));
        house.as_("revisor-social").get(&path).await.must(404);
    });
}

#[test]
fn a_question_about_what_is_hidden_is_answered_when_a_miss_would_be() {
    const BEAT: u32 = 700;
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let clock = Clock::still("2026-11-23T13:24:05Z".parse().expect("a time"));
            let house = House::open_at(database, clock, |settings| {
                settings.server.miss_beat_milliseconds = BEAT;
            });
            let house = house.await;
            let beat = Duration::from_millis(BEAT.into());
            let of_case = |case: &str| question("ReadCase", "Case", case);
            let case = super::open_case(&house, &[]).await.to_string();
            for id in [case.as_str(), NOTHING] {
                let asked = Instant::now();
                let told = explained(&house, "kurator", of_case(id)).await;
                assert_eq!(told["answer"], "not_found");
                assert!(asked.elapsed() >= beat, "{id}");
            }
            house.close().await;
        });
    });
}

#[test]
fn a_refusal_that_may_be_told_says_rule_law_and_way() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let told = explained(house, "polis", question("ReadCase", "Case", case)).await;
        let act = house.as_("polis").get(&format!("/v1/cases/{case}")).await;
        let expected = if act.status == 403 { "refused" } else { "not_found" };
        assert_eq!(told["answer"], expected);
        let told = explained(house, "revisor-skola", question("ReadCase", "Case", case)).await;
        assert_eq!((&told["permitted"], &told["answer"]), (&json!(false), &json!("refused")));
        assert_eq!(names(&told), ["D12"]);
        assert!(told["rules"][0]["law"].as_str().is_some_and(|law| law.contains("PDL")), "{told}");

        // Who knows of the item learns what ended.
        let (item, consent) = (medical_item(house, case).await, binding_consent(house, case).await);
        let mut share = super::share(house, SCHOOL, "CONSENT");
        share["roles"] = json!(["school_counsellor"]);
        let path = format!("/v1/items/{item}/publications");
        house.as_("bup").post(&path, share).await.must(201);
        let read = question("ReadItem", "Item", item);
        assert_eq!(explained(house, "kurator", read.clone()).await["permitted"], true);
        let withdrawal = withdrawal_of(house, "Vårdnadshavare 1");
        let path = format!("/v1/consents/{consent}/withdrawals");
        house.as_("vardnadshavare-1").post(&path, withdrawal).await.must(200);
        let ended = explained(house, "kurator", read.clone()).await;
        assert_eq!((&ended["answer"], names(&ended)), (&json!("refused"), vec!["D18"]));
        assert_eq!(ended["ended"][0]["cause"], "withdrawn", "{ended}");
        assert_eq!(explained(house, "larare", read).await["answer"], "not_found");
    });
}

#[test]
fn a_publication_says_which_ground_is_open_and_what_another_lacks() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        let unreasoned =
            with(publishing(house, item, SOCIAL, "CHILD_H"), json!({ "reasoned": false }));
        let asks = explained(house, "bup", unreasoned).await;
        assert_eq!((&asks["answer"], &asks["asks"]), (&json!("asks"), &json!(["reason"])));
        assert_eq!(names(&asks), ["O01"]);
        assert_eq!(ground(&asks, "CHILD_H")["asks"], json!(["reason"]));

        let to_school = publishing(house, item, SCHOOL, "CONSENT");
        let closed = explained(house, "bup", to_school.clone()).await;
        assert_eq!((&closed["answer"], names(&closed)), (&json!("refused"), vec!["D18"]));
        for (code, rule) in [("CONSENT", "D18"), ("CHILD_H", "O06"), ("CHILD_S", "O07")] {
            let ground = ground(&closed, code);
            assert_eq!(ground["permitted"], false, "{code}: {ground}");
            assert!(names(ground).contains(&rule), "{code}: {ground}");
        }
        binding_consent(house, case).await;
        let open = explained(house, "bup", to_school).await;
        assert_eq!((&open["permitted"], &open["answer"]), (&json!(true), &json!("permitted")));
        assert_eq!(ground(&open, "CONSENT")["permitted"], true);
        assert_eq!(ground(&open, "CHILD_H")["permitted"], false, "another ground stays closed");
        // What is open towards one recipient is closed towards the next.
        let police = explained(house, "bup", publishing(house, item, POLICE, "CONSENT")).await;
        let grounds = police["grounds"].as_array().expect("grounds");
        assert!(grounds.iter().all(|ground| ground["permitted"] == false), "{police}");
        let social = explained(house, "bup", publishing(house, item, SOCIAL, "CONSENT")).await;
        assert_eq!(social["permitted"], false);
        // The guardians' consent is narrower than that: the law asks why the need outweighs it.
        assert_eq!(ground(&social, "CHILD_H")["asks"], json!(["despite_wish"]), "{social}");
        let told =
            with(publishing(house, item, SOCIAL, "CONSENT"), json!({ "despite_wish": true }));
        let told = explained(house, "bup", told).await;
        assert_eq!(ground(&told, "CHILD_H")["permitted"], true, "{told}");
        // Other acts name no ground to choose.
        let read = explained(house, "bup", question("ReadItem", "Item", item)).await;
        assert_eq!(read["grounds"], Value::Null);
    });
}

#[test]
fn a_question_must_make_sense() {
    on_each_backend(async |house| {
        let item = question("ReadItem", "Item", NOTHING);
        for (body, expected) in [
            (question("EatItem", "Item", NOTHING), vec!["/act unknown_word"]),
            (question("FindChild", "Child", NOTHING), vec!["/act unknown_word"]),
            (question("ReadItem", "Case", NOTHING), vec!["/target/kind unknown_word"]),
            (question("ReadItem", "Item", "19121212-1212"), vec!["/target/id not_an_id"]),
            (with(item.clone(), json!({ "unit": NOTHING })), vec!["/unit unknown_field"]),
            (json!({ "act": "ReadItem" }), vec!["/target missing"]),
            (with(item.clone(), json!({ "target": 1 })), vec!["/target wrong_type"]),
            (question("InviteParty", "Case", NOTHING), vec!["/unit missing"]),
        ] {
            let wrong = ask(house, "kurator", body).await.must(422);
            assert_eq!(faults(&wrong), expected, "{wrong}");
            assert!(!wrong.text().contains("19121212"), "{wrong}");
        }
        ask(house, "kurator", item).await.must(200);
    });
}
