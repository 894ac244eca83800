//! `/v1/children/{child}/access-extracts` and what follows from it

use chrono::TimeDelta;
use samsyn::demo::sign_in::HeaderTweaks;
use samsyn::demo::{import, read_register};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{BUP, NOTHING, SCHOOL, SOCIAL, each, faults, joint_case, kind, medical_item, share};
use crate::support::house::{Answer, Caller, House, on_each_backend};
use crate::support::scene::new_extract;

/// The first guardian, as they sign in.
const FIRST: &str = "vardnadshavare-1";

fn asking(house: &House, child: &str) -> String {
    format!("/v1/children/{}/access-extracts", house.person(child))
}

/// A case with an item of BUP's that social services have read, an hour ago.
async fn somebody_has_looked(house: &House) -> Uuid {
    let case = joint_case(house).await;
    let item = medical_item(house, case).await;
    let publications = format!("/v1/items/{item}/publications");
    house.as_("bup").post(&publications, share(house, SOCIAL, "CHILD_H")).await.must(201);
    house.as_("socialsekreterare").get(&format!("/v1/items/{item}")).await.must(200);
    house.running().store().sequence().await.expect("leaves");
    house.wait(TimeDelta::hours(1));
    case
}

async fn asked(house: &House, who: &str, child: &str, unit: &str) -> Uuid {
    house.as_(who).post(&asking(house, child), new_extract(house, unit)).await.must(201).id()
}

async fn draft(house: &House, who: &str, extract: Uuid) -> Value {
    house.as_(who).get(&format!("/v1/access-extracts/{extract}/draft")).await.must(200).json()
}

async fn decide(house: &House, who: &str, extract: Uuid, body: Value) -> Answer {
    house.as_(who).post(&format!("/v1/access-extracts/{extract}/decision"), body).await
}

fn the_read(rows: &Value) -> Value {
    let rows = rows.as_array().cloned().unwrap_or_default();
    let read = rows.iter().find(|row| row["act"] == "ReadItem" && row["role"] == "caseworker");
    read.cloned().unwrap_or_else(|| panic!("social services' read is missing: {rows:?}"))
}

#[test]
fn a_guardian_learns_who_has_looked_once_it_is_tested() {
    on_each_backend(async |house| {
        somebody_has_looked(house).await;
        let extract = asked(house, FIRST, "Barn A", BUP).await;
        let path = format!("/v1/access-extracts/{extract}");
        let waiting = house.as_(FIRST).get(&path).await.must(200).json();
        assert_eq!(waiting["state"], "asked");
        assert_eq!(waiting["rows"], json!([]));
        assert!(waiting["due"].is_string());

        let list = format!("/v1/agencies/{}/access-extracts", house.agency_of(BUP));
        assert_eq!(each(&house.as_("revisor-bup").get(&list).await.must(200), "id").len(), 1);
        house.as_("revisor-skola").get(&list).await.must(403);

        let draft = draft(house, "revisor-bup", extract).await;
        let read = the_read(&draft["rows"]);
        assert_eq!((&read["action"], &read["ground"]), (&json!("Läsa"), &json!("CHILD_H")));
        let place = read["place"].clone();
        for who in ["bup", "revisor-skola", "socialsekreterare", "vardnadshavare-2"] {
            house.as_(who).get(&format!("{path}/draft")).await.must(404);
        }
        house.as_(FIRST).get(&format!("{path}/draft")).await.must(403);
        let body = json!({
            "release": true,
            "reason": "Ett namn lämnas inte ut.",
            "size": draft["size"],
            "withhold": [{ "place": place, "untold": "name", "why": "threat" }],
        });
        assert_eq!(decide(house, "bup", extract, body.clone()).await.status, 404);
        assert_eq!(decide(house, "revisor-skola", extract, body.clone()).await.status, 404);
        decide(house, "revisor-bup", extract, body.clone()).await.must(200);
        let again = decide(house, "revisor-bup", extract, body).await;
        assert_eq!((again.status, kind(&again)), (409, "not-now".to_owned()));

        let told = house.as_(FIRST).get(&path).await.must(200).json();
        assert_eq!(told["state"], "partly_released");
        let read = the_read(&told["rows"]);
        assert_eq!((&read["name"], &read["unit"]), (&Value::Null, &Value::Null));
        assert_eq!(read["withheld"], Value::Null, "why would tell what");
        let page = house.as_(FIRST).get(&format!("{path}/page")).await.must(200);
        assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
        assert!(page.text().contains("socialsekreterare") && page.text().contains("lang=\"sv\""));
        assert!(!page.text().contains("Barn A") && page.text().contains("överklaga"));

        for who in ["vardnadshavare-2", "ungdom-f", "bup", "kurator", "revisor-skola"] {
            house.as_(who).get(&path).await.must(404);
            house.as_(who).get(&format!("{path}/page")).await.must(404);
        }
        let own = house.as_(FIRST).get("/v1/me/access-extracts").await.must(200);
        assert_eq!(each(&own, "id"), [extract.to_string()]);
        let others = house.as_("vardnadshavare-2").get("/v1/me/access-extracts").await.must(200);
        assert_eq!(others.json(), json!([]));
    });
}

#[test]
fn a_young_person_asks_alone_and_reads_in_easy_words() {
    on_each_backend(async |house| {
        let mut body = new_extract(house, SCHOOL);
        body["language"] = "sv-simple".into();
        let extract =
            house.as_("ungdom-f").post(&asking(house, "Ungdom F"), body).await.must(201).id();
        let draft = draft(house, "revisor-skola", extract).await;
        assert_eq!(draft["rows"], json!([]));
        let body = json!({ "release": true, "reason": "Allt visas.", "size": draft["size"] });
        let told = decide(house, "revisor-skola", extract, body).await.must(200).json();
        assert_eq!(told["state"], "released");
        let page = format!("/v1/access-extracts/{extract}/page");
        let page = house.as_("ungdom-f").get(&page).await.must(200);
        assert!(page.text().contains("Vem har läst om mig?"));
        assert!(page.text().contains("lang=\"sv-simple\""));
        // A child who decides alone is not asked about by others.
        house
            .as_(FIRST)
            .post(&asking(house, "Ungdom F"), new_extract(house, SCHOOL))
            .await
            .must(403);
    });
}

#[test]
fn a_barred_guardian_is_answered_as_if_there_were_nothing() {
    on_each_backend(async |house| {
        let case = somebody_has_looked(house).await;
        let extract = asked(house, FIRST, "Barn A", BUP).await;
        let bar = json!({
            "guardian": house.person("Vårdnadshavare 1"),
            "reason": "Barnet kan komma till skada.",
        });
        let bars = format!("/v1/cases/{case}/barred-guardians");
        house.as_("teamet").post(&bars, bar).await.must(201);
        house.as_(FIRST).get(&format!("/v1/access-extracts/{extract}")).await.must(404);
        let body = new_extract(house, BUP);
        let barred = house.as_(FIRST).post(&asking(house, "Barn A"), body.clone()).await;
        let nobody = format!("/v1/children/{NOTHING}/access-extracts");
        let missing = house.as_(FIRST).post(&nobody, body).await;
        assert_eq!((barred.status, missing.status), (404, 404));
        assert_eq!(barred.json()["type"], missing.json()["type"]);
        assert_eq!(barred.json()["detail"], missing.json()["detail"]);
        asked(house, "vardnadshavare-2", "Barn A", BUP).await;
    });
}

#[test]
fn a_request_on_paper_is_taken_down_by_the_auditor() {
    on_each_backend(async |house| {
        somebody_has_looked(house).await;
        let mut body = new_extract(house, BUP);
        body["asker"] = json!(house.person("Vårdnadshavare 2"));
        body["checked"] = "Visade pass i receptionen.".into();
        let path = asking(house, "Barn A");
        for (who, status) in [("bup", 404), ("revisor-skola", 404), ("vardnadshavare-2", 422)] {
            assert_eq!(house.as_(who).post(&path, body.clone()).await.status, status, "{who}");
        }
        let mut stranger = body.clone();
        stranger["asker"] = json!(house.person("Ungdom F"));
        house.as_("revisor-bup").post(&path, stranger).await.must(403);
        let extract = house.as_("revisor-bup").post(&path, body.clone()).await.must(201).id();
        let read = format!("/v1/access-extracts/{extract}");
        house.as_("vardnadshavare-2").get(&read).await.must(200);
        house.as_(FIRST).get(&read).await.must(404);

        let draft = draft(house, "revisor-bup", extract).await;
        let body =
            json!({ "release": false, "reason": "En utredning pågår.", "size": draft["size"] });
        decide(house, "revisor-bup", extract, body).await.must(200);
        let told = house.as_("vardnadshavare-2").get(&read).await.must(200).json();
        assert_eq!((&told["state"], &told["rows"]), (&json!("refused"), &json!([])));
    });
}

#[test]
fn what_does_not_fit_is_named() {
    on_each_backend(async |house| {
        somebody_has_looked(house).await;
        let path = asking(house, "Barn A");
        let mut body = new_extract(house, BUP);
        body["to"] = json!(house.clock().now() + TimeDelta::days(1));
        let late = house.as_(FIRST).post(&path, body.clone()).await.must(422);
        assert_eq!(faults(&late), ["/to in_the_future"]);
        body["to"] = body["from"].clone();
        let empty = house.as_(FIRST).post(&path, body).await.must(422);
        assert_eq!(faults(&empty), ["/to ends_before_it_begins"]);

        let extract = asked(house, FIRST, "Barn A", BUP).await;
        let size = draft(house, "revisor-bup", extract).await["size"].clone();
        let beyond = json!({ "release": true, "reason": "Ja.", "size": 1_000_000 });
        let beyond = decide(house, "revisor-bup", extract, beyond).await.must(422);
        assert_eq!(faults(&beyond), ["/size not_in_the_log"]);
        let nowhere = json!({
            "release": true, "reason": "Ja.", "size": size, "show": ["1000000-0"],
        });
        let nowhere = decide(house, "revisor-bup", extract, nowhere).await.must(422);
        assert_eq!(faults(&nowhere), ["/show no_such_row"]);
    });
}

#[test]
fn whom_a_child_is_hidden_from_learns_no_names_and_no_places() {
    on_each_backend(async |house| {
        let mut referral = super::referral_of(house, "Barn C", SCHOOL, super::TEAM);
        referral["guardians_informed"] = json!({ "informed": false, "because": "Skydd." });
        house.as_("rektor").post("/v1/referrals", referral).await.must(201);
        house.running().store().sequence().await.expect("leaves");
        house.wait(TimeDelta::hours(1));
        for (who, hidden) in [(FIRST, true), ("barn-c", false)] {
            let extract = asked(house, who, "Barn C", SCHOOL).await;
            let draft = draft(house, "revisor-skola", extract).await;
            let rows = draft["rows"].as_array().cloned().unwrap_or_default();
            let holds: Vec<_> = rows.iter().map(|row| row["withheld"]["why"].clone()).collect();
            let expected = if hidden { json!("protected") } else { Value::Null };
            assert!(!holds.is_empty() && holds.iter().all(|why| *why == expected), "{holds:?}");
            // What the law holds back can't be shown by anybody's choice.
            let places: Vec<_> = rows.iter().map(|row| row["place"].clone()).collect();
            let body = json!({
                "release": true, "reason": "Prövat.", "size": draft["size"], "show": places,
            });
            decide(house, "revisor-skola", extract, body).await.must(200);
            let path = format!("/v1/access-extracts/{extract}");
            let told = house.as_(who).get(&path).await.must(200);
            let page = house.as_(who).get(&format!("{path}/page")).await.must(200);
            for answer in [&told.text(), &page.text()] {
                assert_eq!(answer.contains(SCHOOL), !hidden, "{who}");
            }
        }
    });
}

/// Somebody who is both a counsellor at the school and its auditor, signed in.
async fn counsellor_and_auditor(house: &House) -> (Uuid, Caller) {
    let id: Uuid = house.clock().new_id();
    let duty = |unit: &str, role: &str| {
        format!("{{ unit = \"{}\", role = \"{role}\", from = \"2020-01-01\" }}", house.unit(unit))
    };
    let register = format!(
        "[[staff]]\nid = \"{id}\"\nagency = \"{}\"\nissuer = \"{}\"\nsubject = \"two-duties\"\n\
         name = \"Kurator och loggranskare\"\nduties = [{}, {}]\n",
        house.agency_of(SCHOOL),
        house.sign_in().issuer_url("school"),
        duty(SCHOOL, "school_counsellor"),
        duty("Utbildningskontoret", "auditor"),
    );
    let register = read_register(&register, str::to_owned).expect("a register");
    import(house.running().store(), house.clock(), register).await.expect("a register, loaded");
    let mut claims = house.sign_in().claims("school", "kurator").expect("claims");
    claims.insert("sub".to_owned(), json!("two-duties"));
    let token = house.sign_in().mint("school", &claims, HeaderTweaks::default());
    (id, house.with_token(Some(token.expect("a token"))))
}

#[test]
fn nobody_tests_what_tells_of_their_own_access_and_handling_a_request_is_none() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let before = new_extract(house, SCHOOL);
        house.running().store().sequence().await.expect("leaves");
        house.wait(TimeDelta::seconds(1));
        let (staff, both) = counsellor_and_auditor(house).await;
        let assign = format!("/v1/cases/{case}/parties/{}/assignments", house.unit(SCHOOL));
        house.as_("rektor").post(&assign, json!({ "staff": staff })).await.must(204);
        both.get(&format!("/v1/cases/{case}")).await.must(200);
        house.running().store().sequence().await.expect("leaves");
        house.wait(TimeDelta::seconds(1));
        let ask = async |body: Value| {
            house.as_(FIRST).post(&asking(house, "Barn A"), body).await.must(201).id()
        };
        let test = async |who: &Caller, extract: Uuid| {
            let path = format!("/v1/access-extracts/{extract}");
            let draft = who.get(&format!("{path}/draft")).await.must(200).json();
            let body = json!({ "release": true, "reason": "Allt visas.", "size": draft["size"] });
            who.post(&format!("{path}/decision"), body).await
        };
        // They have looked in the period that is asked about, and not in the one before it.
        let extract = ask(new_extract(house, SCHOOL)).await;
        let refused = test(&both, extract).await.must(409);
        assert!(refused.text().contains("själv"), "{refused}");
        test(&both, ask(before).await).await.must(200);
        test(&house.as_("revisor-skola"), extract).await.must(200);

        // Who has tested one extract stands in the next with that, and tests it all the same.
        house.running().store().sequence().await.expect("leaves");
        house.wait(TimeDelta::seconds(1));
        let next = ask(new_extract(house, SCHOOL)).await;
        let auditor = house.as_("revisor-skola");
        let told = test(&auditor, next).await.must(200).json();
        let rows = told["rows"].as_array().cloned().unwrap_or_default();
        assert!(rows.iter().any(|row| row["act"] == "DecideAccessExtract"), "{told}");
    });
}
