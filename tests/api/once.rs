//! `Idempotency-Key`: what is sent again is done once.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BVC, SCHOOL, TEAM, case_on, each, faceless, faults, item_of, join, kind, open_case, refer,
};
use crate::support::house::{Answer, Caller, House, on_each_backend};

const KEY: &str = "a-key-of-ones-own";

async fn sent(caller: &Caller, path: &str, body: &Value, key: &str) -> Answer {
    let headers = [("idempotency-key", key)];
    caller.send(Method::POST, path, Some(body.clone()), &headers).await
}

/// A case with the school's head and counsellor in it, and where its items are.
async fn at_school(house: &House) -> (Uuid, String) {
    let case = open_case(house, &[SCHOOL]).await;
    join(house, case, "rektor", SCHOOL, &["rektor", "kurator"]).await;
    (case, format!("/v1/cases/{case}/items"))
}

#[test]
fn the_same_request_gets_the_very_same_answer_and_is_done_once() {
    on_each_backend(async |house| {
        let (_, path) = at_school(house).await;
        let (kurator, body) = (house.as_("kurator"), item_of(house, SCHOOL, "SCHOOL"));
        let first = sent(&kurator, &path, &body, KEY).await.must(201);
        house.wait(TimeDelta::minutes(5));
        let again = sent(&kurator, &path, &body, KEY).await.must(201);
        assert_eq!(faceless(&first), faceless(&again));
        assert_ne!(first.header("samsyn-entry"), again.header("samsyn-entry"), "each is an entry");
        let listed = kurator.get(&path).await.must(200);
        assert_eq!(each(&listed, "id"), [first.id().to_string()]);
        // Without a key, and with another one, it is done again.
        kurator.post(&path, body.clone()).await.must(201);
        sent(&kurator, &path, &body, "another-key").await.must(201);
        assert_eq!(each(&kurator.get(&path).await.must(200), "id").len(), 3);
    });
}

#[test]
fn a_key_belongs_to_one_request() {
    on_each_backend(async |house| {
        let (case, path) = at_school(house).await;
        let (kurator, body) = (house.as_("kurator"), item_of(house, SCHOOL, "SCHOOL"));
        let first = sent(&kurator, &path, &body, KEY).await.must(201);
        let mut other = body.clone();
        other["title"] = json!("En annan rubrik");
        for (path, body) in [
            (path.clone(), other),
            (format!("{path}?more=1"), item_of(house, SCHOOL, "CONTACT")),
            (format!("/v1/cases/{case}/consents"), super::terms(house)),
        ] {
            let reused = sent(&kurator, &path, &body, KEY).await.must(422);
            assert_eq!(kind(&reused), "key-reused", "{path}");
        }
        let listed = kurator.get(&path).await.must(200);
        assert_eq!(each(&listed, "id"), [first.id().to_string()]);
    });
}

#[test]
fn two_callers_have_their_keys_to_themselves() {
    on_each_backend(async |house| {
        let (_, path) = at_school(house).await;
        let body = item_of(house, SCHOOL, "SCHOOL");
        let (kurator, rektor) = (house.as_("kurator"), house.as_("rektor"));
        let one = sent(&kurator, &path, &body, KEY).await.must(201);
        let other = sent(&rektor, &path, &body, KEY).await.must(201);
        assert_ne!(one.id(), other.id());
        assert_eq!(other.json()["written_by"], json!(house.staff("rektor")));
        assert_eq!(sent(&kurator, &path, &body, KEY).await.must(201).id(), one.id());
    });
}

#[test]
fn whoever_has_lost_the_right_gets_the_refusal_and_not_the_kept_answer() {
    on_each_backend(async |house| {
        let (case, path) = at_school(house).await;
        let (kurator, body) = (house.as_("kurator"), item_of(house, SCHOOL, "SCHOOL"));
        sent(&kurator, &path, &body, KEY).await.must(201);
        let releases = format!("/v1/cases/{case}/parties/{}/releases", house.unit(SCHOOL));
        let staff = json!({ "staff": house.staff("kurator") });
        house.as_("rektor").post(&releases, staff).await.must(204);
        let refused = sent(&kurator, &path, &body, KEY).await.must(404);
        assert!(!refused.text().contains("skoldag"), "{refused}");
    });
}

#[test]
fn what_was_not_done_leaves_the_key_free() {
    on_each_backend(async |house| {
        let referral = refer(house, super::HEALTH).await;
        let triagist = house.as_("triagist");
        let body = case_on(house, referral, &[]);
        sent(&triagist, "/v1/cases", &body, KEY).await.must(403);
        let (triage, receipt) = (
            format!("/v1/referrals/{referral}/triage"),
            format!("/v1/referrals/{referral}/receipt"),
        );
        let forward =
            json!({ "outcome": "forward", "to_unit": house.unit(TEAM), "reason": "Fler." });
        house.as_("elevhalsan").post_seen(&triage, forward, "\"v1\"").await.must(200);
        sent(&triagist, "/v1/cases", &body, KEY).await.must(409);
        triagist.post_seen(&receipt, json!({}), "\"v2\"").await.must(200);
        let opened = sent(&triagist, "/v1/cases", &body, KEY).await.must(201);
        // The referral has come to its end, and the first answer is given all the same.
        let again = sent(&triagist, "/v1/cases", &body, KEY).await.must(201);
        assert_eq!(opened.id(), again.id());
        sent(&triagist, "/v1/cases", &body, "another-key").await.must(409);
    });
}

#[test]
fn a_versioned_change_that_is_sent_again_is_not_stale() {
    on_each_backend(async |house| {
        let referral = refer(house, TEAM).await;
        let path = format!("/v1/referrals/{referral}/triage");
        let triagist = house.as_("triagist");
        let body = json!({ "outcome": "advice", "advice": "Prova." });
        let headers = [("idempotency-key", KEY), ("if-match", "\"v1\"")];
        let send = async || triagist.send(Method::POST, &path, Some(body.clone()), &headers).await;
        let first = send().await.must(200);
        assert_eq!(first.etag(), "\"v2\"");
        assert_eq!(faceless(&send().await), faceless(&first));
    });
}

#[test]
fn a_key_is_kept_for_a_day() {
    on_each_backend(async |house| {
        let (_, path) = at_school(house).await;
        let body = item_of(house, SCHOOL, "SCHOOL");
        let first = sent(&house.as_("kurator"), &path, &body, KEY).await.must(201).id();
        house.wait(TimeDelta::hours(24));
        assert_eq!(sent(&house.as_("kurator"), &path, &body, KEY).await.must(201).id(), first);
        house.wait(TimeDelta::seconds(1));
        assert_ne!(sent(&house.as_("kurator"), &path, &body, KEY).await.must(201).id(), first);
    });
}

#[test]
fn a_key_has_eight_to_128_visible_signs() {
    on_each_backend(async |house| {
        let bvc = house.as_("bvc");
        let body = json!({
            "unit": house.unit(BVC), "display_name": "Barn", "birth_date": "2026-10-01",
        });
        let long = "k".repeat(129);
        for key in ["", "short77", "with a space", "åäö-åäö-åäö", long.as_str()] {
            let refused = sent(&bvc, "/v1/children", &body, key).await.must(400);
            assert_eq!(faults(&refused), ["Idempotency-Key not_a_key"], "{key}");
        }
        let twice = [("idempotency-key", "one-of-two"), ("idempotency-key", "two-of-two")];
        let refused = bvc.send(Method::POST, "/v1/children", Some(body.clone()), &twice).await;
        assert_eq!(faults(&refused.must(400)), ["Idempotency-Key repeated"]);
        sent(&bvc, "/v1/children", &body, &long[..128]).await.must(201);
    });
}

#[test]
fn two_that_come_at_the_same_time_are_one() {
    on_each_backend(async |house| {
        let (_, path) = at_school(house).await;
        let (kurator, body) = (house.as_("kurator"), item_of(house, SCHOOL, "SCHOOL"));
        let (one, other) =
            tokio::join!(sent(&kurator, &path, &body, KEY), sent(&kurator, &path, &body, KEY));
        assert_eq!(faceless(&one.must(201)), faceless(&other.must(201)));
        assert_eq!(each(&kurator.get(&path).await.must(200), "id").len(), 1);

        // A new child has no row yet that one of the two could wait for.
        let child = json!({
            "unit": house.unit(BVC), "display_name": "Barn", "birth_date": "2026-10-01",
        });
        let bvc = house.as_("bvc");
        let path = "/v1/children";
        let (one, other) =
            tokio::join!(sent(&bvc, path, &child, KEY), sent(&bvc, path, &child, KEY));
        assert_eq!(one.must(201).id(), other.must(201).id());
    });
}
