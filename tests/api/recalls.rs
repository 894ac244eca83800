//! What the owner does with a disclosure: tries it out, sees who has read, takes it back; and
//! corrects the item. `/v1/publications`, `…/disclosure-preview`, `…/addenda`

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BUP, SCHOOL, SOCIAL, binding_consent, each, faults, item_of, joint_case, kind, medical_item,
    rules, share,
};
use crate::support::house::{Answer, House, on_each_backend};

fn at(item: Uuid) -> String {
    format!("/v1/items/{item}")
}

/// BUP's item, published to the school's staff on consent.
async fn shared(house: &House) -> (Uuid, Uuid) {
    let case = joint_case(house).await;
    let item = medical_item(house, case).await;
    binding_consent(house, case).await;
    let path = format!("{}/publications", at(item));
    let published = house.as_("bup").post(&path, share(house, SCHOOL, "CONSENT")).await.must(201);
    (item, published.id())
}

#[test]
fn a_disclosure_is_taken_back_from_the_next_request_on() {
    on_each_backend(async |house| {
        let (item, publication) = shared(house).await;
        let back = format!("/v1/publications/{publication}/revocation");
        let because = json!({ "because": "Behövs inte längre." });
        house.as_("kurator").get(&at(item)).await.must(200);
        for who in ["kurator", "rektor-berg"] {
            house.as_(who).post(&back, because.clone()).await.must(404);
        }
        let empty = house.as_("bup").post(&back, json!({ "because": " " })).await.must(422);
        assert_eq!(faults(&empty), ["/because empty"]);
        let revoked = house.as_("bup").post(&back, because.clone()).await.must(200);
        assert_eq!(revoked.json()["standing"], "ended");
        assert_eq!(revoked.json()["ended"]["cause"], "revoked");
        assert_eq!(revoked.json()["recalled"]["missent"], json!(false));
        let ended = house.as_("kurator").get(&at(item)).await.must(403);
        assert_eq!(ended.json()["ended"][0]["cause"], "revoked");
        let twice = house.as_("bup").post(&back, because).await.must(409);
        assert_eq!(kind(&twice), "not-now");
        let listed = house.as_("bup").get(&format!("{}/publications", at(item))).await.must(200);
        assert_eq!(listed.json(), json!([revoked.json()]));
        house.as_("kurator").get(&format!("{}/publications", at(item))).await.must(404);
    });
}

#[test]
fn what_was_sent_wrong_is_recalled_and_its_readers_are_known() {
    on_each_backend(async |house| {
        let (item, publication) = shared(house).await;
        let case = house.as_("bup").get(&at(item)).await.must(200).json()["case"].clone();
        let case = case.as_str().expect("a case").to_owned();
        house.as_("kurator").get(&at(item)).await.must(200);
        house.as_("larare").get(&format!("/v1/cases/{case}/items")).await.must(200);
        house.as_("bup").get(&at(item)).await.must(200);
        let openings = format!("/v1/publications/{publication}/openings");
        let opened = house.as_("bup").get(&openings).await.must(200);
        let readers: Vec<Value> = rows(&opened).map(|row| row["reader"].clone()).collect();
        assert_eq!(readers, [json!(house.staff("kurator")), json!(house.staff("larare"))]);
        let first = rows(&opened).next().expect("a reader");
        assert_eq!(first["name"], "Kurator, Strandskolan");
        assert_eq!(first["role"], "school_counsellor");
        assert_eq!(first["unit"], json!(house.unit(SCHOOL)));
        house.as_("kurator").get(&openings).await.must(404);

        let path = format!("/v1/publications/{publication}/missent");
        let because = json!({ "because": "Fel barn." });
        let marked = house.as_("bup").post(&path, because.clone()).await.must(200);
        assert_eq!(marked.json()["recalled"]["missent"], json!(true));
        house.as_("kurator").get(&at(item)).await.must(403);
        house.as_("rektor").get(&at(item)).await.must(403);
        // A refused read opens nothing.
        assert_eq!(rows(&house.as_("bup").get(&openings).await.must(200)).count(), 2);
        let twice = house.as_("bup").post(&path, because).await.must(409);
        assert_eq!(kind(&twice), "not-now");
        let notices = format!("/v1/units/{}/notices", house.unit(SCHOOL));
        let notices = house.as_("larare").get(&notices).await.must(200);
        let told = rows(&notices).find(|notice| notice["kind"] == "publication_missent");
        let told = told.expect("the school is told").to_string();
        assert!(!told.contains(&item.to_string()), "and not of what: {told}");
        assert!(!told.contains("Fel barn"), "{told}");
    });
}

fn rows(answer: &Answer) -> impl Iterator<Item = Value> + use<> {
    let rows = answer.json();
    rows.as_array().cloned().unwrap_or_else(|| panic!("no list: {answer}")).into_iter()
}

#[test]
fn a_correction_stands_beside_what_it_corrects() {
    on_each_backend(async |house| {
        let (item, _) = shared(house).await;
        let path = format!("{}/addenda", at(item));
        let before = house.as_("kurator").get(&at(item)).await.must(200);
        let body = json!({ "body": "Det gäller hela läsåret, inte åtta veckor." });
        house.as_("larare").post(&path, body.clone()).await.must(404);
        house.as_("teamet").post(&path, body.clone()).await.must(404);
        let empty = house.as_("bup").post(&path, json!({ "body": "\n" })).await.must(422);
        assert_eq!(faults(&empty), ["/body empty"]);
        let added = house.as_("bup").post(&path, body).await.must(201);
        assert_eq!(added.json()["version"], json!(2));
        let after = house.as_("kurator").get(&at(item)).await.must(200);
        assert_ne!(before.etag(), after.etag());
        assert_eq!(before.json()["body"], after.json()["body"], "nothing is written over");
        let addenda = &after.json()["addenda"];
        assert_eq!(addenda[0]["body"], "Det gäller hela läsåret, inte åtta veckor.");
        assert_eq!(addenda[0]["written_by"], json!(house.staff("bup")));
        let notices = format!("/v1/units/{}/notices", house.unit(SCHOOL));
        let notices = house.as_("larare").get(&notices).await.must(200);
        assert!(each(&notices, "kind").contains(&"item_corrected".to_owned()));
    });
}

/// What the preview says of one ground.
async fn previewed(house: &House, item: Uuid, body: Value, ground: &str) -> Value {
    let path = format!("{}/disclosure-preview", at(item));
    let preview = house.as_("bup").post(&path, body).await.must(200).json();
    let grounds = preview["grounds"].as_array().expect("grounds").iter();
    grounds.clone().find(|seen| seen["ground"] == ground).expect("each ground").clone()
}

/// Who reads `item` of those who work in the case.
async fn who_reads(house: &House, item: Uuid) -> BTreeSet<Uuid> {
    let mut reads = BTreeSet::new();
    for who in ["rektor", "kurator", "larare", "socialsekreterare", "teamet"] {
        if house.as_(who).get(&at(item)).await.status == 200 {
            reads.insert(house.staff(who));
        }
    }
    reads
}

fn ids(seen: &Value) -> BTreeSet<Uuid> {
    let rows = seen.as_array().into_iter().flatten();
    rows.filter_map(|row| row["id"].as_str()?.parse().ok()).collect()
}

#[test]
fn what_a_preview_shows_is_what_then_happens() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        binding_consent(house, case).await;
        let roles = |mut body: Value, roles: &[&str]| {
            body["roles"] = json!(roles);
            body
        };
        let mut named = share(house, SCHOOL, "CONSENT");
        named["staff"] = json!([house.staff("larare")]);
        let mut bare = share(house, SOCIAL, "CHILD_H");
        bare.as_object_mut().expect("an object").remove("reason");
        for (body, ground, status) in [
            (share(house, SCHOOL, "CONSENT"), "CONSENT", 201),
            (roles(share(house, SCHOOL, "CONSENT"), &["school_counsellor"]), "CONSENT", 201),
            (named, "CONSENT", 201),
            (share(house, SOCIAL, "CHILD_H"), "CHILD_H", 201),
            (roles(share(house, SOCIAL, "CHILD_H"), &["manager"]), "CHILD_H", 201),
            (bare, "CHILD_H", 422),
            (share(house, SCHOOL, "CHILD_H"), "CHILD_H", 403),
            (share(house, SOCIAL, "EMERGENCY"), "EMERGENCY", 403),
        ] {
            let item = medical_item(house, case).await;
            let seen = previewed(house, item, body.clone(), ground).await;
            assert_eq!(seen["lawful"], json!(status == 201), "{seen}");
            assert_eq!(who_reads(house, item).await.len(), 0, "a preview opens nothing");
            let path = format!("{}/publications", at(item));
            let done = house.as_("bup").post(&path, body).await.must(status);
            match status {
                201 => assert_eq!(who_reads(house, item).await, ids(&seen["readers"]), "{seen}"),
                422 => {
                    assert_eq!(seen["asks"], json!(["reason"]));
                    assert_eq!(ids(&seen["readers"]).len(), 1, "whom it would be said for");
                }
                _ => {
                    let told: Vec<Value> =
                        rows_of(&seen["rules"]).map(|rule| rule["rule"].clone()).collect();
                    assert_eq!(json!(told), json!(rules(&done)));
                    assert_eq!(ids(&seen["readers"]).len(), 0);
                }
            }
        }
    });
}

fn rows_of(list: &Value) -> impl Iterator<Item = Value> + use<> {
    list.as_array().cloned().unwrap_or_default().into_iter()
}

#[test]
fn a_preview_says_until_when_and_why_not() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        binding_consent(house, case).await;
        let item = medical_item(house, case).await;
        let mut body = share(house, SCHOOL, "CONSENT");
        body["roles"] = json!(["school_counsellor", "teacher"]);
        body["staff"] = json!([house.staff("kurator")]);
        let seen = previewed(house, item, body.clone(), "CONSENT").await;
        let reader = &seen["readers"][0];
        assert_eq!(reader["id"], json!(house.staff("kurator")));
        assert_eq!(reader["ends_by"], "consent");
        assert_eq!(reader["until"], json!(house.today() + chrono::Days::new(180)));
        let why = |who: &str| {
            let id = json!(house.staff(who));
            let other = rows_of(&seen["others"]).find(|other| other["id"] == id);
            other.map(|other| other["why"].clone()).unwrap_or_default()
        };
        assert_eq!(why("larare"), "not_named");
        assert_eq!(why("rektor"), "role_not_in_audience");
        body["until"] = json!(house.today() + chrono::Days::new(3));
        let seen = previewed(house, item, body.clone(), "CONSENT").await;
        assert_eq!(seen["readers"][0]["ends_by"], "until");
        // Without a ground, each of them.
        body.as_object_mut().expect("an object").remove("ground");
        let open = previewed(house, item, body.clone(), "CONSENT").await;
        assert_eq!(open["readers"], seen["readers"]);
        let closed = previewed(house, item, body.clone(), "CHILD_H").await;
        assert_eq!(closed["lawful"], json!(false));
        assert!(closed["rules"][0]["way_forward"].is_string());
        let child_h = previewed(house, item, share(house, SOCIAL, "CHILD_H"), "CHILD_H").await;
        assert_eq!(child_h["readers"][0]["ends_by"], "birthday");
        assert_eq!(child_h["readers"][0]["until"], "2034-03-13");
        body["staff"] = json!([house.staff("bup")]);
        let wrong = previewed(house, item, body.clone(), "CONSENT").await;
        assert_eq!(wrong["wrong"]["pointer"], "/staff");
        assert_eq!(wrong["lawful"], json!(false));
        // Only the owner's assigned staff may look.
        let path = format!("{}/disclosure-preview", at(item));
        for who in ["kurator", "teamet", "chef-bup", "rektor-berg"] {
            house.as_(who).post(&path, body.clone()).await.must(404);
        }
    });
}

#[test]
fn what_is_marked_as_needed_for_safety_says_so() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let mut body = item_of(house, BUP, "MED");
        body["safety"] = json!(true);
        let path = format!("/v1/cases/{case}/items");
        let written = house.as_("bup").post(&path, body).await.must(201);
        assert_eq!(written.json()["safety"], json!(true));
        let plain = house.as_("bup").post(&path, item_of(house, BUP, "MED")).await.must(201);
        assert_eq!(plain.json()["safety"], json!(false));
        let read = house.as_("bup").get(&at(plain.id())).await.must(200);
        assert_eq!(read.json()["confidential"], json!(false));
    });
}
