//! `/v1/cases`, `/v1/invitations`

use chrono::Days;
use serde_json::json;
use uuid::Uuid;

use super::{
    BUP, INDEPENDENT, NOTHING, SCHOOL, SOCIAL, TEAM, answer_path, case_on, each, faults, join,
    joint_case, kind, open_case, refer, rules,
};
use crate::support::house::{House, on_each_backend};

#[test]
fn a_case_opens_with_an_owner_who_works_there_and_a_day_to_meet_the_child() {
    on_each_backend(async |house| {
        let referral = refer(house, TEAM).await;
        let triagist = house.as_("triagist");
        let body = case_on(house, referral, &[BUP]);
        let mut elsewhere = body.clone();
        elsewhere["owner"] = json!(house.staff("kurator"));
        let wrong = triagist.post("/v1/cases", elsewhere).await.must(422);
        assert_eq!(faults(&wrong), ["/owner does_not_work_there"]);
        let mut late = body.clone();
        late["first_contact_on"] = json!(house.today() - Days::new(1));
        let wrong = triagist.post("/v1/cases", late).await.must(422);
        assert_eq!(faults(&wrong), ["/first_contact_on in_the_past"]);
        let mut nowhere = body.clone();
        nowhere["invite"] = json!([NOTHING]);
        let wrong = triagist.post("/v1/cases", nowhere).await.must(422);
        assert_eq!(faults(&wrong), ["/invite no_such_unit"]);

        house.as_("teamet").post("/v1/cases", body.clone()).await.must(403);
        house.as_("elevhalsan").post("/v1/cases", body.clone()).await.must(404);
        let mut today = body.clone();
        today["first_contact_on"] = json!(house.today());
        let opened = triagist.post("/v1/cases", today.clone()).await.must(201);
        assert_eq!(opened.header("location"), Some(format!("/v1/cases/{}", opened.id()).as_str()));
        assert_eq!(opened.etag(), "\"v1\"");
        assert_eq!(opened.json()["owner"], json!(house.staff("teamet")));
        assert_eq!(opened.json()["unit"], json!(house.unit(TEAM)));
        let again = triagist.post("/v1/cases", today).await.must(409);
        assert_eq!(kind(&again), "not-now");
    });
}

#[test]
fn a_unit_that_is_named_twice_is_asked_once() {
    on_each_backend(async |house| {
        let referral = refer(house, TEAM).await;
        let body = case_on(house, referral, &[BUP, SCHOOL, BUP, TEAM]);
        let opened = house.as_("triagist").post("/v1/cases", body).await.must(201).json();
        let parties = opened["parties"].as_array().expect("parties");
        assert_eq!(parties.len(), 3, "{opened}");
    });
}

#[test]
fn a_case_is_read_by_those_assigned_and_by_nobody_else() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let path = format!("/v1/cases/{case}");
        for who in ["teamet", "bup", "socialsekreterare", "rektor", "kurator", "larare"] {
            house.as_(who).get(&path).await.must(200);
            let listed = house.as_(who).get("/v1/cases").await.must(200);
            assert_eq!(each(&listed, "id"), [case.to_string()], "{who}");
        }
        for who in ["triagist", "chef-teamet", "mottagning", "mottagning-bup", "polis"] {
            house.as_(who).get(&path).await.must(404);
            let listed = house.as_(who).get("/v1/cases").await.must(200);
            assert_eq!(listed.text(), "[]", "{who}");
        }
        for who in ["vardnadshavare-1", "barn-a"] {
            house.as_(who).get(&path).await.must(404);
        }
    });
}

#[test]
fn a_unit_sees_its_own_invitations_and_nothing_of_the_case() {
    on_each_backend(async |house| {
        let case = open_case(house, &[SCHOOL]).await;
        let path = format!("/v1/invitations?unit={}", house.unit(SCHOOL));
        let listed = house.as_("rektor").get(&path).await.must(200);
        assert_eq!(each(&listed, "case"), [case.to_string()]);
        assert_eq!(each(&listed, "from_unit"), [house.unit(TEAM).to_string()]);
        assert_eq!(listed.json()[0].as_object().map(serde_json::Map::len), Some(5));
        house.as_("rektor").get(&format!("/v1/cases/{case}")).await.must(404);
        for who in ["kurator", "rektor-berg", "mottagning", "teamet"] {
            house.as_(who).get(&path).await.must(403);
        }
        join(house, case, "rektor", SCHOOL, &["kurator"]).await;
        let listed = house.as_("rektor").get(&path).await.must(200);
        assert_eq!(listed.text(), "[]");
    });
}

#[test]
fn whoever_takes_part_names_a_colleague() {
    on_each_backend(async |house| {
        let case = open_case(house, &[SCHOOL, SOCIAL]).await;
        let (path, rektor) = (answer_path(house, case, SCHOOL), house.as_("rektor"));
        for (body, expected) in [
            (json!({ "answer": "active", "assign": [] }), "/assign nobody_named"),
            (json!({ "answer": "read_only", "assign": [] }), "/assign nobody_named"),
            (json!({ "answer": "active" }), "/assign missing"),
            (json!({ "answer": "active", "assign": ["x"] }), "/assign/0 not_an_id"),
            (
                json!({ "answer": "active", "assign": [house.staff("bup")] }),
                "/assign does_not_work_there",
            ),
            (json!({ "answer": "maybe", "assign": [] }), "/answer unknown_word"),
        ] {
            let wrong = rektor.post(&path, body).await.must(422);
            assert_eq!(faults(&wrong), [expected], "{wrong}");
        }
        let yes = json!({ "answer": "active", "assign": [house.staff("kurator")] });
        house.as_("kurator").post(&path, yes.clone()).await.must(403);
        house.as_("mottagning").post(&path, yes.clone()).await.must(404);
        rektor.post(&path, yes).await.must(204);
        house.as_("kurator").get(&format!("/v1/cases/{case}")).await.must(200);
    });
}

#[test]
fn a_unit_declines_with_a_reason_and_can_be_asked_again() {
    on_each_backend(async |house| {
        let case = open_case(house, &[SCHOOL]).await;
        let (path, rektor) = (answer_path(house, case, SCHOOL), house.as_("rektor"));
        let empty = json!({ "answer": "decline", "reason": " " });
        let wrong = rektor.post(&path, empty).await.must(422);
        assert_eq!(faults(&wrong), ["/reason empty"]);
        let bare = rektor.post(&path, json!({ "answer": "decline" })).await.must(422);
        assert_eq!(faults(&bare), ["/reason missing"]);
        let no = json!({ "answer": "decline", "reason": "Eleven går inte kvar hos oss." });
        rektor.post(&path, no).await.must(204);
        let party = party(house, case, SCHOOL).await;
        assert_eq!(party["standing"], "none");
        assert_eq!(party["reason"], "Eleven går inte kvar hos oss.");

        let invite = json!({ "unit": house.unit(SCHOOL) });
        let parties = format!("/v1/cases/{case}/parties");
        house.as_("rektor").post(&parties, invite.clone()).await.must(404);
        house.as_("teamet").post(&parties, invite.clone()).await.must(200);
        let twice = house.as_("teamet").post(&parties, invite).await.must(409);
        assert_eq!(kind(&twice), "not-now");
        join(house, case, "rektor", SCHOOL, &["kurator"]).await;
    });
}

#[test]
fn an_invitation_is_answered_once() {
    on_each_backend(async |house| {
        let case = open_case(house, &[SCHOOL]).await;
        let (path, rektor) = (answer_path(house, case, SCHOOL), house.as_("rektor"));
        let yes = json!({ "answer": "active", "assign": [house.staff("kurator")] });
        rektor.post(&path, yes.clone()).await.must(204);
        let no = json!({ "answer": "decline", "reason": "Vi ångrar oss." });
        for again in [yes, no] {
            let refused = rektor.post(&path, again).await.must(409);
            assert_eq!(kind(&refused), "not-now");
        }
        house.as_("kurator").get(&format!("/v1/cases/{case}")).await.must(200);
    });
}

#[test]
fn only_the_coordinating_unit_asks_others_in() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let path = format!("/v1/cases/{case}/parties");
        let invite = json!({ "unit": house.unit(INDEPENDENT) });
        for who in ["bup", "kurator", "socialsekreterare"] {
            let refused = house.as_(who).post(&path, invite.clone()).await.must(403);
            assert_eq!(rules(&refused), ["O10"], "{who}");
        }
        let nowhere = json!({ "unit": NOTHING });
        let wrong = house.as_("teamet").post(&path, nowhere).await.must(422);
        assert_eq!(faults(&wrong), ["/unit no_such_unit"]);
        house.as_("teamet").post(&path, invite).await.must(200);
    });
}

#[test]
fn who_is_released_is_out_with_the_next_request() {
    on_each_backend(async |house| {
        let case = open_case(house, &[SCHOOL]).await;
        join(house, case, "rektor", SCHOOL, &["kurator"]).await;
        let at = |what: &str| format!("/v1/cases/{case}/parties/{}/{what}", house.unit(SCHOOL));
        let (larare, rektor) = (house.as_("larare"), house.as_("rektor"));
        let case = format!("/v1/cases/{case}");
        let staff = |username: &str| json!({ "staff": house.staff(username) });
        larare.get(&case).await.must(404);
        house.as_("kurator").post(&at("assignments"), staff("larare")).await.must(403);
        house.as_("chef-teamet").post(&at("assignments"), staff("larare")).await.must(404);
        let wrong = rektor.post(&at("assignments"), staff("bup")).await.must(422);
        assert_eq!(faults(&wrong), ["/staff does_not_work_there"]);
        let none = rektor.post(&at("releases"), staff("larare")).await.must(409);
        assert_eq!(kind(&none), "not-now");

        rektor.post(&at("assignments"), staff("larare")).await.must(204);
        larare.get(&case).await.must(200);
        house.as_("kurator").post(&at("releases"), staff("larare")).await.must(403);
        rektor.post(&at("releases"), staff("larare")).await.must(204);
        larare.get(&case).await.must(404);
        assert_eq!(larare.get("/v1/cases").await.must(200).text(), "[]");
        house.as_("kurator").get(&case).await.must(200);
    });
}

#[test]
fn an_assignment_ends_with_its_last_day() {
    on_each_backend(async |house| {
        let case = open_case(house, &[SCHOOL]).await;
        join(house, case, "rektor", SCHOOL, &["kurator"]).await;
        let path = format!("/v1/cases/{case}/parties/{}/assignments", house.unit(SCHOOL));
        let body = json!({ "staff": house.staff("larare"), "to": house.today() + Days::new(1) });
        house.as_("rektor").post(&path, body).await.must(204);
        let case = format!("/v1/cases/{case}");
        house.wait(chrono::TimeDelta::days(1));
        house.as_("larare").get(&case).await.must(200);
        house.wait(chrono::TimeDelta::days(1));
        house.as_("larare").get(&case).await.must(404);
        house.as_("kurator").get(&case).await.must(200);
    });
}

#[test]
fn the_named_owner_assigns_colleagues_of_the_owning_unit() {
    on_each_backend(async |house| {
        let case = open_case(house, &[SCHOOL]).await;
        join(house, case, "rektor", SCHOOL, &["kurator"]).await;
        let at = |unit: &str| format!("/v1/cases/{case}/parties/{}/assignments", house.unit(unit));
        let owner = house.as_("teamet");
        owner.post(&at(TEAM), json!({ "staff": house.staff("triagist") })).await.must(204);
        let refused = owner.post(&at(SCHOOL), json!({ "staff": house.staff("larare") })).await;
        assert_eq!(rules(&refused.must(403)), ["O11"]);
        house.as_("triagist").get(&format!("/v1/cases/{case}")).await.must(200);
    });
}

/// How `unit` takes part, as the team member reads it.
async fn party(house: &House, case: Uuid, unit: &str) -> serde_json::Value {
    let read = house.as_("teamet").get(&format!("/v1/cases/{case}")).await.must(200).json();
    let unit = json!(house.unit(unit));
    let parties = read["parties"].as_array().expect("parties");
    parties.iter().find(|party| party["unit"] == unit).expect("a party").clone()
}
