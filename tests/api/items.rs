//! `/v1/items`

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BUP, NOTHING, OTHER_SCHOOL, POLICE, SCHOOL, SOCIAL, TEAM, binding_consent, each, faults,
    harm_test, item_of, joint_case, kind, medical_item, rules, share, withdrawal_of,
};
use crate::support::house::{House, on_each_backend};

fn at(item: Uuid) -> String {
    format!("/v1/items/{item}")
}

fn publications(item: Uuid) -> String {
    format!("/v1/items/{item}/publications")
}

#[test]
fn an_item_is_written_for_ones_own_unit_and_seen_there_alone() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (path, bup) = (format!("/v1/cases/{case}/items"), house.as_("bup"));
        let written = bup.post(&path, item_of(house, BUP, "MED")).await.must(201);
        assert_eq!(written.header("location"), Some(at(written.id()).as_str()));
        assert_eq!(written.json()["regime"], "OSL-25-1");
        assert_eq!(written.json()["grounds"], json!([]));
        let read = bup.get(&at(written.id())).await.must(200);
        assert_eq!(read.json(), written.json());

        for unit in [SCHOOL, TEAM, OTHER_SCHOOL] {
            let refused = bup.post(&path, item_of(house, unit, "MED")).await.must(403);
            assert_eq!(rules(&refused), ["O03"], "{unit}");
        }
        let concern = bup.post(&path, item_of(house, BUP, "CONCERN")).await.must(403);
        assert_eq!(rules(&concern), ["D07b"]);
        for who in ["mottagning-bup", "rektor-berg", "polis"] {
            house.as_(who).post(&path, item_of(house, BUP, "MED")).await.must(404);
        }
        for who in ["teamet", "kurator", "socialsekreterare", "chef-bup", "vardnadshavare-1"] {
            house.as_(who).get(&at(written.id())).await.must(404);
        }
    });
}

#[test]
fn sharing_without_consent_needs_a_reason() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (item, bup) = (medical_item(house, case).await, house.as_("bup"));
        let mut body = share(house, SOCIAL, "CHILD_H");
        for reason in [None, Some(Value::Null), Some(json!("")), Some(json!(" \n\t"))] {
            match reason {
                Some(reason) => body["reason"] = reason,
                None => drop(body.as_object_mut().expect("an object").remove("reason")),
            }
            let asked = bup.post(&publications(item), body.clone()).await.must(422);
            assert_eq!(kind(&asked), "asks");
            assert_eq!(rules(&asked), ["O01"]);
            assert_eq!(faults(&asked), ["/reason asked_by_rule"]);
        }
        house.as_("socialsekreterare").get(&at(item)).await.must(404);
        bup.post(&publications(item), share(house, SOCIAL, "CHILD_H")).await.must(201);
        let read = house.as_("socialsekreterare").get(&at(item)).await.must(200);
        assert_eq!(read.json()["grounds"][0]["ground"], "CHILD_H");
        assert_eq!(read.json()["grounds"][0]["consent"], json!(null));
    });
}

#[test]
fn a_ground_reaches_only_whom_the_law_lets_it_reach() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (item, bup) = (medical_item(house, case).await, house.as_("bup"));
        for (unit, ground, rule) in [
            (SCHOOL, "CHILD_H", "O06"),
            (SOCIAL, "CHILD_S", "O07"),
            (SCHOOL, "EMI", "O08"),
            (SOCIAL, "HARM_TEST", "O09"),
            (SOCIAL, "EMERGENCY", "O02b"),
            (SCHOOL, "INVEST", "O05"),
            (SCHOOL, "INNER", "O08b"),
            (SCHOOL, "GUARDIAN", "O02c"),
            (SCHOOL, "CONSENT", "D18"),
            (OTHER_SCHOOL, "CHILD_H", "O02"),
            (POLICE, "CHILD_H", "D10c"),
            (POLICE, "CONSENT", "D10c"),
        ] {
            let refused = bup.post(&publications(item), share(house, unit, ground)).await.must(403);
            let told = rules(&refused);
            assert!(told.iter().any(|told| told == rule), "{unit} {ground}: {told:?}");
        }
        for who in ["kurator", "socialsekreterare", "polis", "rektor-berg"] {
            house.as_(who).get(&at(item)).await.must(404);
        }
        let mut nowhere = share(house, SOCIAL, "CHILD_H");
        nowhere["unit"] = json!(NOTHING);
        bup.post(&publications(item), nowhere).await.must(403);
    });
}

#[test]
fn a_consent_opens_an_item_while_it_binds() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (item, bup) = (medical_item(house, case).await, house.as_("bup"));
        let mut body = share(house, SCHOOL, "CONSENT");
        body["roles"] = json!(["head_teacher", "school_counsellor"]);
        let early = bup.post(&publications(item), body.clone()).await.must(403);
        assert_eq!(rules(&early), ["D18"]);
        let consent = binding_consent(house, case).await;
        let published = bup.post(&publications(item), body).await.must(201);
        assert_eq!(published.json()["consent"], json!(consent));
        let read = house.as_("kurator").get(&at(item)).await.must(200);
        assert_eq!(read.json()["grounds"][0]["consent"], json!(consent));
        // Not in the audience, though assigned; and not the team's.
        house.as_("larare").get(&at(item)).await.must(404);
        house.as_("teamet").get(&at(item)).await.must(404);
        // Who reads does not own, and shares nothing onward.
        let onward = share(house, SOCIAL, "CHILD_H");
        let refused = house.as_("kurator").post(&publications(item), onward.clone()).await;
        assert!(rules(&refused).contains(&"O03".to_owned()), "{refused}");
        house.as_("larare").post(&publications(item), onward).await.must(404);
        house.as_("socialsekreterare").get(&at(item)).await.must(404);

        let back = format!("/v1/consents/{consent}/withdrawals");
        let body = withdrawal_of(house, "Vårdnadshavare 2");
        house.as_("vardnadshavare-2").post(&back, body).await.must(200);
        let ended = house.as_("kurator").get(&at(item)).await.must(403);
        assert_eq!(rules(&ended), ["D18"]);
        assert_eq!(ended.json()["ended"][0]["ground"], "CONSENT");
        assert_eq!(ended.json()["ended"][0]["cause"], "withdrawn");
        house.as_("larare").get(&at(item)).await.must(404);
        bup.get(&at(item)).await.must(200);
    });
}

#[test]
fn a_list_shows_exactly_what_single_reads_show() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let path = format!("/v1/cases/{case}/items");
        binding_consent(house, case).await;
        let mut items = Vec::new();
        for (who, unit, category) in [
            ("bup", BUP, "MED"),
            ("bup", BUP, "MED"),
            ("bup", BUP, "VOICE"),
            ("socialsekreterare", SOCIAL, "SOC"),
            ("kurator", SCHOOL, "SCHOOL"),
            ("teamet", TEAM, "CONTACT"),
        ] {
            let body = item_of(house, unit, category);
            items.push(house.as_(who).post(&path, body).await.must(201).id());
        }
        for (who, item, unit, ground) in [
            ("bup", items[0], SOCIAL, "CHILD_H"),
            ("bup", items[0], SCHOOL, "CONSENT"),
            ("bup", items[1], SCHOOL, "CONSENT"),
            ("socialsekreterare", items[3], BUP, "CHILD_S"),
            ("kurator", items[4], SOCIAL, "HARM_TEST"),
        ] {
            let mut body = share(house, unit, ground);
            if ground == "HARM_TEST" {
                body["harm_test"] = harm_test(house, who, "no_harm");
            }
            house.as_(who).post(&publications(item), body).await.must(201);
        }
        for (who, count) in
            [("bup", 4), ("socialsekreterare", 3), ("kurator", 3), ("larare", 3), ("teamet", 1)]
        {
            let single = single_reads(house, who, &items).await;
            assert_eq!(single.len(), count, "{who}");
            let listed = house.as_(who).get(&path).await.must(200);
            assert_eq!(listed.json(), json!(single), "{who}");
        }
        house.as_("polis").get(&path).await.must(404);
        assert_eq!(each(&house.as_("bup").get(&path).await.must(200), "id").len(), 4);
    });
}

/// What `who` reads of `items`, one by one.
async fn single_reads(house: &House, who: &str, items: &[Uuid]) -> Vec<Value> {
    let mut read = Vec::new();
    for item in items {
        let answer = house.as_(who).get(&at(*item)).await;
        match answer.status {
            200 => read.push(answer.json()),
            _ => drop(answer.must(404)),
        }
    }
    read
}

#[test]
fn an_item_and_a_publication_say_what_is_wrong_with_them() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (item, bup) = (medical_item(house, case).await, house.as_("bup"));
        let empty = json!({ "unit": "x", "category": "GOSSIP", "title": "", "body": " " });
        let wrong = bup.post(&format!("/v1/cases/{case}/items"), empty).await.must(422);
        let expected = ["/unit not_an_id", "/category unknown_word", "/title empty", "/body empty"];
        assert_eq!(faults(&wrong), expected);
        let body = json!({ "unit": "x", "roles": ["caseworker", "king"], "ground": "WHIM" });
        let wrong = bup.post(&publications(item), body).await.must(422);
        let expected = ["/unit not_an_id", "/roles/1 unknown_word", "/ground unknown_word"];
        assert_eq!(faults(&wrong), expected);
        bup.post(&publications(item), share(house, SOCIAL, "CHILD_H")).await.must(201);
    });
}
