//! `/v1/referrals`

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    HEALTH, NIGHT, SCHOOL, SOCIAL, TEAM, case_on, each, faults, kind, refer, referral_of, rules,
};
use crate::support::house::on_each_backend;

fn at(referral: Uuid) -> String {
    format!("/v1/referrals/{referral}")
}

fn advice() -> Value {
    json!({ "outcome": "advice", "advice": "Prova en senare skoldag i fyra veckor." })
}

#[test]
fn a_referral_reads_back_as_it_was_written() {
    on_each_backend(async |house| {
        let body = referral_of(house, "Barn A", TEAM, HEALTH);
        let made = house.as_("teamet").post("/v1/referrals", body.clone()).await.must(201);
        assert_eq!(made.header("location"), Some(at(made.id()).as_str()));
        assert_eq!(made.etag(), "\"v1\"");
        let read = house.as_("elevhalsan").get(&at(made.id())).await.must(200);
        assert_eq!(read.etag(), "\"v1\"");
        let read = read.json();
        for (name, value) in body.as_object().expect("an object") {
            assert_eq!(&read[name], value, "{name}");
        }
        assert_eq!(read["state"], "received");
        assert_eq!(read["made_by"], json!(house.staff("teamet")));
    });
}

#[test]
fn a_referral_is_made_for_a_pupil_of_ones_own_from_ones_own_unit() {
    on_each_backend(async |house| {
        let of = |child, from| referral_of(house, child, from, TEAM);
        house.as_("kurator").post("/v1/referrals", of("Barn A", SCHOOL)).await.must(201);
        let path = "/v1/referrals";
        let wrong = house.as_("kurator").post(path, of("Barn A", TEAM)).await.must(422);
        assert_eq!(faults(&wrong), ["/from_unit not_your_unit"]);
        house.as_("kurator").post(path, of("Barn B", SCHOOL)).await.must(404);
        house.as_("socialsekreterare").post(path, of("Barn A", SOCIAL)).await.must(404);
        house.as_("larare").post(path, of("Barn A", SCHOOL)).await.must(403);
        let conflict = house.as_("kurator").post(path, of("Barn E", SCHOOL)).await.must(403);
        assert_eq!(rules(&conflict), ["D02"]);
        let mut nowhere = of("Barn A", SCHOOL);
        nowhere["to_unit"] = json!(super::NOTHING);
        let wrong = house.as_("kurator").post(path, nowhere).await.must(422);
        assert_eq!(faults(&wrong), ["/to_unit no_such_unit"]);
    });
}

#[test]
fn a_referral_is_read_by_those_who_sent_and_those_who_received_it() {
    on_each_backend(async |house| {
        let referral = refer(house, HEALTH).await;
        for who in ["teamet", "elevhalsan"] {
            house.as_(who).get(&at(referral)).await.must(200);
        }
        for who in ["kurator", "socialsekreterare", "polis", "vardnadshavare-1", "rektor-berg"] {
            house.as_(who).get(&at(referral)).await.must(404);
        }
        let health = house.unit(HEALTH);
        let path = format!("/v1/referrals?unit={health}");
        let listed = house.as_("elevhalsan").get(&path).await.must(200);
        assert_eq!(each(&listed, "id"), [referral.to_string()]);
        for who in ["teamet", "triagist", "kurator", "mottagning"] {
            house.as_(who).get(&path).await.must(403);
        }
    });
}

#[test]
fn triage_ends_in_advice_and_then_is_over() {
    on_each_backend(async |house| {
        let referral = refer(house, TEAM).await;
        let (path, triagist) = (format!("{}/triage", at(referral)), house.as_("triagist"));
        house.as_("teamet").post_seen(&path, advice(), "\"v1\"").await.must(403);
        house.as_("elevhalsan").post_seen(&path, advice(), "\"v1\"").await.must(404);
        let ended = triagist.post_seen(&path, advice(), "\"v1\"").await.must(200);
        assert_eq!(ended.json()["state"], "advised");
        assert_eq!(ended.json()["outcome"]["advice"], advice()["advice"]);
        let again = triagist.post_seen(&path, advice(), ended.etag()).await.must(409);
        assert_eq!(kind(&again), "not-now");
        let case = case_on(house, referral, &[]);
        let late = triagist.post("/v1/cases", case).await.must(409);
        assert_eq!(kind(&late), "not-now");
    });
}

#[test]
fn triage_that_ends_in_a_concern_report_sends_one_to_social_services_alone() {
    on_each_backend(async |house| {
        let referral = refer(house, TEAM).await;
        let (path, triagist) = (format!("{}/triage", at(referral)), house.as_("triagist"));
        let report = |unit: &str| {
            let to = house.unit(unit);
            json!({ "outcome": "concern_report", "to_unit": to, "concern": "Far illa." })
        };
        let wrong = triagist.post_seen(&path, report(HEALTH), "\"v1\"").await.must(422);
        assert_eq!(faults(&wrong), ["/to_unit wrong_kind_of_unit"]);
        let ended = triagist.post_seen(&path, report(SOCIAL), "\"v1\"").await.must(200);
        assert_eq!(ended.json()["state"], "reported");
        let report = ended.json()["outcome"]["concern_report"].as_str().expect("an id").to_owned();
        let path = format!("/v1/concern-reports/{report}");
        let read = house.as_("mottagning").get(&path).await.must(200).json();
        assert_eq!(read["concern"], "Far illa.");
        assert_eq!(read["from_unit"], json!(house.unit(TEAM)));
        for who in ["triagist", "teamet", "socialjour", "revisor-social", "bup"] {
            let refused = house.as_(who).get(&path).await;
            assert!([403, 404].contains(&refused.status), "{who}: {refused}");
        }
    });
}

#[test]
fn sent_on_is_no_end_until_the_receiving_unit_gives_its_receipt() {
    on_each_backend(async |house| {
        let referral = refer(house, HEALTH).await;
        let (triage, receipt) =
            (format!("{}/triage", at(referral)), format!("{}/receipt", at(referral)));
        let (health, triagist) = (house.as_("elevhalsan"), house.as_("triagist"));
        let forward = |unit: &str| json!({ "outcome": "forward", "to_unit": house.unit(unit), "reason": "Fler behövs." });
        let same = health.post_seen(&triage, forward(HEALTH), "\"v1\"").await.must(422);
        assert_eq!(faults(&same), ["/to_unit already_there"]);
        let early = health.post_seen(&receipt, json!({}), "\"v1\"").await.must(409);
        assert_eq!(kind(&early), "not-now");
        let sent_on = health.post_seen(&triage, forward(TEAM), "\"v1\"").await.must(200);
        assert_eq!(sent_on.json()["state"], "forwarded");
        assert_eq!(sent_on.etag(), "\"v2\"");

        // It is no longer theirs, and the team has not taken it on.
        health.post_seen(&triage, advice(), "\"v2\"").await.must(404);
        health.post_seen(&receipt, json!({}), "\"v2\"").await.must(404);
        triagist.post_seen(&triage, advice(), "\"v2\"").await.must(409);
        let case = case_on(house, referral, &[]);
        triagist.post("/v1/cases", case.clone()).await.must(409);

        house.as_("mottagning").post_seen(&receipt, json!({}), "\"v2\"").await.must(404);
        house.as_("teamet").post_seen(&receipt, json!({}), "\"v2\"").await.must(403);
        let taken = triagist.post_seen(&receipt, json!({}), "\"v2\"").await.must(200);
        assert_eq!(taken.json()["state"], "received");
        triagist.post("/v1/cases", case).await.must(201);
        let read = triagist.get(&at(referral)).await.must(200);
        assert_eq!(read.json()["state"], "case_opened");
    });
}

#[test]
fn triage_needs_the_version_that_was_seen() {
    on_each_backend(async |house| {
        let referral = refer(house, TEAM).await;
        let (path, triagist) = (format!("{}/triage", at(referral)), house.as_("triagist"));
        let blind = triagist.post(&path, advice()).await.must(428);
        assert_eq!(kind(&blind), "version-required");
        for stale in ["\"v2\"", "\"v0\"", "\"v01\"", "\"v+1\"", "\"other\"", "W/\"v1\"", "\"\""] {
            let changed = triagist.post_seen(&path, advice(), stale).await.must(412);
            assert_eq!(kind(&changed), "changed");
            assert_eq!(changed.etag(), "\"v1\"", "{stale}");
        }
        for odd in ["*", "v1", "\"v1\", \"v2\"", "\"v1", "1"] {
            let refused = triagist.post_seen(&path, advice(), odd).await.must(400);
            assert_eq!(faults(&refused), ["If-Match not_a_version"], "{odd}");
        }
        triagist.post_seen(&path, advice(), "\"v1\"").await.must(200);
    });
}

#[test]
fn triage_says_what_is_missing_in_it() {
    on_each_backend(async |house| {
        let referral = refer(house, TEAM).await;
        let (path, triagist) = (format!("{}/triage", at(referral)), house.as_("triagist"));
        let night = house.unit(NIGHT);
        for (body, expected) in [
            (json!({ "outcome": "advice", "advice": " " }), "/advice empty"),
            (json!({ "outcome": "advice" }), "/advice missing"),
            (json!({ "outcome": "closed" }), "/outcome unknown_word"),
            (json!({ "advice": "x" }), "/outcome missing"),
            (json!({ "outcome": "forward", "to_unit": night, "reason": "" }), "/reason empty"),
            (json!({ "outcome": "advice", "advice": "x", "more": 1 }), "/more unknown_field"),
        ] {
            let wrong = triagist.post_seen(&path, body, "\"v1\"").await.must(422);
            assert_eq!(faults(&wrong), [expected], "{wrong}");
        }
        triagist.post_seen(&path, advice(), "\"v1\"").await.must(200);
    });
}
