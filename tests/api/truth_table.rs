//! The field's truth table (who asks what, about whom, and what is the one right answer), row by
//! row. Children of the table's ages are entered for it; the others are the demo's.
//!
//! Rows about feedback to reporters, the police's compartment, tallies and statistics come with
//! those features.

use chrono::{Days, TimeDelta};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::givers::{answer, ask, both_parents, case_about, intervention, pupil};
use super::{
    BUP, BVC, HEALTH, SCHOOL, SOCIAL, TEAM, begin_plan, harm_test, item_of, join, joint_case,
    medical_item, open_case, referral_of, rules, share, terms,
};
use crate::support::house::{Answer, House, on_each_backend};

const NURSE: &str = "Skolhälsovården, Strandskolan";
const FIRST: &str = "Vårdnadshavare 1";
const SECOND: &str = "Vårdnadshavare 2";

/// One row: its number, who asks, what, and the answer: the status, and the rule of a refusal that
/// is told.
struct Row {
    number: &'static str,
    who: &'static str,
    method: Method,
    path: String,
    body: Option<Value>,
    status: u16,
    rule: &'static str,
}

fn get(number: &'static str, who: &'static str, path: String, status: u16) -> Row {
    Row { number, who, method: Method::GET, path, body: None, status, rule: "" }
}

fn post(
    number: &'static str,
    who: &'static str,
    path: String,
    body: Value,
    (status, rule): (u16, &'static str),
) -> Row {
    Row { number, who, method: Method::POST, path, body: Some(body), status, rule }
}

/// Puts each row's question, in order; tells all that were answered otherwise.
async fn answered_as_written(house: &House, rows: Vec<Row>) {
    let mut wrong = Vec::new();
    for Row { number, who, method, path, body, status, rule } in rows {
        let found = house.as_(who).send(method, &path, body, &[]).await;
        let told = rule.is_empty() || rules(&found).iter().any(|found| found == rule);
        if found.status != status || !told {
            wrong.push(format!("T{number}, {who}: {status} {rule} expected: {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

fn to(house: &House, unit: &str, ground: &str) -> Value {
    json!({ "unit": house.unit(unit), "ground": ground })
}

fn publications(item: Uuid) -> String {
    format!("/v1/items/{item}/publications")
}

async fn write(house: &House, case: Uuid, who: &str, unit: &str, category: &str) -> Uuid {
    let path = format!("/v1/cases/{case}/items");
    house.as_(who).post(&path, item_of(house, unit, category)).await.must(201).id()
}

async fn waive(house: &House, case: Uuid, who: &str, terms: Value, givers: &[Uuid]) -> Uuid {
    let consent = ask(house, who, case, terms).await.must(201).id();
    for giver in givers {
        answer(&house.as_(who), consent, *giver, "given").await.must(200);
    }
    consent
}

fn waiver(house: &House, from: &str, to: &str, category: &str) -> Value {
    let mut body = terms(house);
    body["from_agency"] = json!(house.agency_of(from));
    body["to_agency"] = json!(house.agency_of(to));
    body["categories"] = json!([category]);
    body
}

fn emergency() -> Value {
    json!({ "ground": "CHILD_S", "reason": "Hot om skada nu." })
}

#[test]
fn a_child_of_ten_with_both_guardians_consent() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = format!("/v1/plans/{}", begin_plan(house, case).await);
        let item = medical_item(house, case).await;
        let both = [house.person(FIRST), house.person(SECOND)];
        waive(house, case, "bup", terms(house), &both).await;
        let glass = format!("/v1/cases/{case}/break-glass");
        let export = format!("/v1/logs/{}/exports", house.agency_of(SOCIAL));
        let november = json!({
            "from": "2026-11-01T00:00:00Z", "to": "2026-12-01T00:00:00Z",
            "purpose": "Löpande granskning.", "format": "ndjson",
        });
        let unreasoned = with(emergency(), "reason", json!("  "));
        let rows = vec![
            post(
                "01",
                "teamet",
                "/v1/referrals".into(),
                referral_of(house, "Barn A", TEAM, TEAM),
                (201, ""),
            ),
            get("03", "socialsekreterare", plan.clone(), 200),
            post("05", "bup", publications(item), to(house, SCHOOL, "CONSENT"), (201, "")),
            get("05", "kurator", format!("/v1/items/{item}"), 200),
            get("05", "socialsekreterare", format!("/v1/items/{item}"), 404),
            get("41", "revisor-social", plan.clone(), 403),
            get("43", "administrator-social", plan.clone(), 403),
            Row { method: Method::DELETE, ..get("49", "teamet", plan.clone(), 405) },
            post("33", "socialjour", glass.clone(), unreasoned, (422, "")),
            post("34", "larare", glass.clone(), emergency(), (403, "")),
            get("32", "socialjour", plan.clone(), 404),
            post("32", "socialjour", glass, emergency(), (201, "")),
            get("32", "socialjour", plan.clone(), 200),
            post("40", "revisor-social", export.clone(), november.clone(), (202, "")),
            post("40", "revisor-skola", export, november, (403, "")),
        ];
        answered_as_written(house, rows).await;
        // T04: the assignment ended yesterday.
        let released = format!("/v1/cases/{case}/parties/{}/releases", house.unit(SOCIAL));
        let whom = json!({ "staff": house.staff("socialsekreterare") });
        house.as_("chef-social").post(&released, whom).await.must(204);
        house.as_("socialsekreterare").get(&plan).await.must(404);
    });
}

#[test]
fn a_child_of_thirteen_whose_guardians_differ() {
    on_each_backend(async |house| {
        let child = pupil(house, 13, &both_parents(house)).await;
        let case = case_about(house, child).await;
        let item = medical_item(house, case).await;
        let asked = ask(house, "bup", case, terms(house)).await.must(201).id();
        answer(&house.as_("bup"), asked, house.person(FIRST), "given").await.must(200);
        answer(&house.as_("bup"), asked, house.person(SECOND), "refused").await.must(200);
        answer(&house.as_("bup"), asked, child, "given").await.must(200);
        let rows = vec![
            post("08", "bup", publications(item), to(house, SCHOOL, "CONSENT"), (403, "D18")),
            post("07", "bup", publications(item), share(house, SOCIAL, "CHILD_H"), (201, "")),
            get("07", "socialsekreterare", format!("/v1/items/{item}"), 200),
        ];
        answered_as_written(house, rows).await;
        // T52: a guardian refuses, the child consents, and it is suitable; T53 beside it.
        let suitable = "Barnet vill ha kontakten och förstår vad den innebär.";
        let body = with(intervention(house), "suitable_because", json!(suitable));
        let consent = ask(house, "socialsekreterare", case, body.clone()).await.must(201).id();
        let desk = house.as_("socialsekreterare");
        answer(&desk, consent, house.person(FIRST), "refused").await.must(200);
        let stands = answer(&desk, consent, child, "given").await.must(200).json();
        assert_eq!(stands["standing"], "binding", "T52: {stands}");
        assert_eq!(stands["suitable_because"], suitable);
        let without = with(body, "with_assessment", json!(false));
        let consent = ask(house, "socialsekreterare", case, without).await.must(201).id();
        let no = answer(&desk, consent, house.person(FIRST), "refused").await.must(200).json();
        assert_eq!(no["standing"], "refused", "T53: {no}");
    });
}

#[test]
fn a_young_person_of_sixteen_decides_alone() {
    on_each_backend(async |house| {
        let young = pupil(house, 16, &both_parents(house)).await;
        let referral = with(referral_of(house, "Barn A", TEAM, TEAM), "child", json!(young));
        let referral = house.as_("teamet").post("/v1/referrals", referral).await.must(201).id();
        let body = super::case_on(house, referral, &[HEALTH, SOCIAL]);
        let case = house.as_("triagist").post("/v1/cases", body).await.must(201).id();
        join(house, case, "elevhalsan", HEALTH, &["elevhalsan"]).await;
        join(house, case, "mottagning", SOCIAL, &["socialsekreterare"]).await;
        let item = write(house, case, "elevhalsan", HEALTH, "STUHEALTH").await;
        let ends = waiver(house, HEALTH, SOCIAL, "STUHEALTH");
        let consent = waive(house, case, "elevhalsan", ends, &[young]).await;
        let read = format!("/v1/items/{item}");
        let back = json!({ "giver": young, "manner": "written", "language": "sv" });
        let rows = vec![
            post("12", "elevhalsan", publications(item), to(house, SOCIAL, "CONSENT"), (201, "")),
            get("12", "socialsekreterare", read.clone(), 200),
            post(
                "46",
                "elevhalsan",
                format!("/v1/consents/{consent}/withdrawals"),
                back,
                (200, ""),
            ),
            get("46", "socialsekreterare", read, 403),
        ];
        answered_as_written(house, rows).await;
    });
}

#[test]
fn a_child_of_fourteen_without_consent() {
    on_each_backend(async |house| {
        let child = pupil(house, 14, &both_parents(house)).await;
        let referral = with(referral_of(house, "Barn A", TEAM, TEAM), "child", json!(child));
        let referral = house.as_("teamet").post("/v1/referrals", referral).await.must(201).id();
        let body = super::case_on(house, referral, &[HEALTH, SOCIAL, SCHOOL, BUP, NURSE]);
        let case = house.as_("triagist").post("/v1/cases", body).await.must(201).id();
        join(house, case, "elevhalsan", HEALTH, &["elevhalsan"]).await;
        join(house, case, "mottagning", SOCIAL, &["socialsekreterare"]).await;
        join(house, case, "rektor", SCHOOL, &["kurator"]).await;
        join(house, case, "mottagning-bup", BUP, &["bup"]).await;
        join(house, case, "chef-skolhalsa", NURSE, &["skolskoterska"]).await;
        let soc = write(house, case, "socialsekreterare", SOCIAL, "SOC").await;
        let health = write(house, case, "elevhalsan", HEALTH, "STUHEALTH").await;
        let nurse = write(house, case, "skolskoterska", NURSE, "MED").await;
        let report = |from: &str| {
            json!({
                "child": child, "from_unit": house.unit(from), "to_unit": house.unit(SOCIAL),
                "concern": "Barnet far illa.",
            })
        };
        let asked =
            json!({ "unit": house.unit(SCHOOL), "investigation": "123", "asked": "Frånvaron." });
        let test = with(
            to(house, SOCIAL, "HARM_TEST"),
            "harm_test",
            harm_test(house, "elevhalsan", "no_harm"),
        );
        let emi = with(to(house, HEALTH, "EMI"), "reason", json!("Nödvändigt stöd."));
        let rows = vec![
            post(
                "11",
                "socialsekreterare",
                publications(soc),
                to(house, BUP, "CHILD_S"),
                (422, "O01"),
            ),
            post(
                "14",
                "elevhalsan",
                publications(health),
                to(house, SOCIAL, "CONSENT"),
                (403, "D18"),
            ),
            post("14", "elevhalsan", publications(health), test, (403, "O09c")),
            post("15", "kurator", "/v1/concern-reports".into(), report(SCHOOL), (201, "")),
            post(
                "17",
                "socialsekreterare",
                format!("/v1/cases/{case}/information-requests"),
                asked,
                (201, ""),
            ),
            post("22", "skolskoterska", publications(nurse), emi, (201, "")),
            get("22", "elevhalsan", format!("/v1/items/{nurse}"), 200),
            get("22", "kurator", format!("/v1/items/{nurse}"), 404),
        ];
        answered_as_written(house, rows).await;
    });
}

#[test]
fn reports_walls_and_levels_of_assurance() {
    on_each_backend(async |house| {
        let case = open_case(house, &[SOCIAL, BVC]).await;
        join(house, case, "mottagning", SOCIAL, &["socialsekreterare"]).await;
        join(house, case, "chef-bvc", BVC, &["bvc"]).await;
        let soc = write(house, case, "socialsekreterare", SOCIAL, "SOC").await;
        // F2: the guardians waived towards the school only.
        let both = [house.person(FIRST), house.person(SECOND)];
        waive(house, case, "socialsekreterare", waiver(house, SOCIAL, SCHOOL, "SOC"), &both).await;
        let reasoned = with(to(house, BVC, "CHILD_S"), "reason", json!("Barnet behöver stödet."));
        let report = json!({
            "child": house.person("Ungdom F"), "from_unit": house.unit("Friskolan Fyren"),
            "to_unit": house.unit(SOCIAL), "concern": "Barnet far illa.",
        });
        // T31: the child of somebody close. The team opens a case; the caseworker is in conflict.
        let referral = referral_of(house, "Barn E", TEAM, TEAM);
        let referral = house.as_("teamet").post("/v1/referrals", referral).await.must(201).id();
        let body = super::case_on(house, referral, &[SOCIAL]);
        let close = house.as_("triagist").post("/v1/cases", body).await.must(201).id();
        join(house, close, "mottagning", SOCIAL, &["socialsekreterare2"]).await;
        let item = format!("/v1/items/{soc}");
        let rows = vec![
            post("16", "rektor-fyren", "/v1/concern-reports".into(), report, (201, "")),
            get(
                "21",
                "vardnadshavare-1",
                format!("/v1/concern-reports?unit={}", house.unit(SOCIAL)),
                403,
            ),
            post("26", "socialsekreterare", publications(soc), reasoned, (422, "O01c")),
            post(
                "26",
                "socialsekreterare",
                publications(soc),
                share(house, BVC, "CHILD_S"),
                (201, ""),
            ),
            get("26", "bvc", item.clone(), 200),
            get("31", "socialsekreterare2", format!("/v1/cases/{close}"), 403),
            post(
                "31",
                "socialjour",
                format!("/v1/cases/{close}/break-glass"),
                emergency(),
                (404, ""),
            ),
            get("56", "kurator-loa2", item, 403),
        ];
        answered_as_written(house, rows).await;
    });
}

#[test]
fn from_the_eighteenth_birthday_the_adult_alone() {
    on_each_backend(async |house| {
        let child = pupil(house, 17, &both_parents(house)).await;
        let case = case_about(house, child).await;
        let body = json!({
            "matter": "waiver", "mature": false, "reason": "Samtal vid tre tillfällen.",
        });
        let path = format!("/v1/cases/{case}/maturity-assessments");
        house.as_("bup").post(&path, body).await.must(201);
        let mut long = terms(house);
        long["valid_to"] = json!(house.today() + Days::new(360));
        let givers = [house.person(FIRST), house.person(SECOND), child];
        let consent = waive(house, case, "bup", long, &givers).await;
        let path = format!("/v1/consents/{consent}");
        let before = house.as_("bup").get(&path).await.must(200).json();
        assert_eq!(before["standing"], "binding", "{before}");
        // The pupil was born 40 days before the anniversary of today, 17 years ago.
        house.wait(TimeDelta::days(365 - 40));
        let adult = house.as_("bup").get(&path).await.must(200).json();
        assert_eq!(adult["standing"], "binding", "what the young person gave stays: {adult}");
        let back = json!({ "giver": child, "manner": "written", "language": "sv" });
        let rows = vec![
            // T45: the adult takes back what was given in childhood.
            post("45", "bup", format!("{path}/withdrawals"), back, (200, "")),
        ];
        answered_as_written(house, rows).await;
        let after: Answer = house.as_("bup").get(&path).await.must(200);
        assert_eq!(after.json()["standing"], "withdrawn");
    });
}
