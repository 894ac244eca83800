//! `/v1/plans`

use chrono::Days;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BUP, NOTHING, POLICE, SCHOOL, SOCIAL, TEAM, begin_plan, faults, joint_case, kind, rules,
};
use crate::support::house::{Answer, House, on_each_backend};

pub(super) fn at(plan: Uuid) -> String {
    format!("/v1/plans/{plan}")
}

fn need() -> Value {
    json!({ "indicator": "achieving", "text": "Tillbaka till skolan." })
}

fn goal(need: &Value) -> Value {
    json!({ "need": need, "horizon": "short_term", "text": "Tre dagar i veckan." })
}

fn action(house: &House, unit: &str, goal: &Value) -> Value {
    json!({
        "unit": house.unit(unit),
        "goal": goal,
        "legal_class": "intervention",
        "text": "Senare skoldag.",
        "due_on": house.today() + Days::new(30),
    })
}

fn frame(house: &House) -> Value {
    json!({
        "met_on": house.today(),
        "follow_up_on": house.today() + Days::new(60),
        "responsible_agency": house.agency_of(SOCIAL),
        "child_view": { "words": "Jag vill ha lugn på morgonen." },
    })
}

/// What the plan lacks, as a read tells it.
fn lacks(plan: &Value) -> Vec<&str> {
    let lacks = plan["lacks"].as_array().into_iter().flatten();
    lacks.filter_map(|lack| lack["what"].as_str()).collect()
}

pub(super) async fn read(house: &House, plan: Uuid) -> Answer {
    house.as_("teamet").get(&at(plan)).await.must(200)
}

/// Writes a whole plan, still without confirmations.
pub(super) async fn write(house: &House, plan: Uuid) {
    let teamet = house.as_("teamet");
    let seen = read(house, plan).await;
    teamet.patch_seen(&at(plan), frame(house), seen.etag()).await.must(200);
    let with_need = teamet.post(&format!("{}/needs", at(plan)), need()).await.must(200).json();
    let body = goal(&with_need["needs"][0]["id"]);
    let with_goal = teamet.post(&format!("{}/goals", at(plan)), body).await.must(200).json();
    let body = action(house, SCHOOL, &with_goal["goals"][0]["id"]);
    house.as_("kurator").post(&format!("{}/actions", at(plan)), body).await.must(200);
}

const PARTIES: [(&str, &str); 4] =
    [("teamet", TEAM), ("bup", BUP), ("socialsekreterare", SOCIAL), ("kurator", SCHOOL)];

/// Every unit confirms its part; the last answer.
pub(super) async fn confirm(house: &House, plan: Uuid) -> Answer {
    let path = format!("{}/confirmations", at(plan));
    let tag = read(house, plan).await.etag().to_owned();
    for (who, unit) in PARTIES {
        let body = json!({ "unit": house.unit(unit) });
        house.as_(who).post_seen(&path, body, &tag).await.must(200);
    }
    read(house, plan).await
}

#[test]
fn everything_that_a_plan_lacks_is_named() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = begin_plan(house, case).await;
        let teamet = house.as_("teamet");
        let empty = read(house, plan).await;
        let confirmations = ["confirmation_by_unit"; 4];
        let frame_lacks = ["overarching_responsible", "met_on", "follow_up_on", "child_view"];
        assert_eq!(lacks(&empty.json()), [&["need"][..], &frame_lacks, &confirmations].concat());
        let path = format!("{}/activation", at(plan));
        let refused = teamet.post_seen(&path, json!({}), empty.etag()).await.must(409);
        assert_eq!(kind(&refused), "incomplete");
        let named = refused.json()["lacks"].as_array().map(Vec::len);
        assert_eq!(named, Some(9), "{refused}");

        let path = format!("{}/needs", at(plan));
        let with_need = teamet.post(&path, need()).await.must(200).json();
        assert!(lacks(&with_need).contains(&"goal_for_need"));
        assert!(!lacks(&with_need).contains(&"need"));
        let path = format!("{}/goals", at(plan));
        let with_goal = teamet.post(&path, goal(&with_need["needs"][0]["id"])).await.must(200);
        let with_goal = with_goal.json();
        assert!(lacks(&with_goal).contains(&"action_for_goal"));
        let mut others = action(house, SCHOOL, &with_goal["goals"][0]["id"]);
        others["legal_class"] = json!("third_party");
        let path = format!("{}/actions", at(plan));
        let with_action = house.as_("kurator").post(&path, others).await.must(200).json();
        assert!(lacks(&with_action).contains(&"third_party_for_action"));
        assert!(!lacks(&with_action).contains(&"action_for_goal"));

        let mut odd = frame(house);
        odd["responsible_agency"] = json!(house.agency_of(POLICE));
        odd["follow_up_on"] = json!(house.today() - Days::new(1));
        let seen = read(house, plan).await;
        let framed = teamet.patch_seen(&at(plan), odd, seen.etag()).await.must(200).json();
        for lack in ["overarching_responsible_among_parties", "follow_up_after_meeting"] {
            assert!(lacks(&framed).contains(&lack), "{framed}");
        }
        assert!(!lacks(&framed).contains(&"child_view"));
    });
}

#[test]
fn a_whole_plan_that_everybody_confirmed_becomes_active_and_stays_as_it_is() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = begin_plan(house, case).await;
        write(house, plan).await;
        let activation = format!("{}/activation", at(plan));
        let teamet = house.as_("teamet");
        let unconfirmed = read(house, plan).await;
        assert_eq!(lacks(&unconfirmed.json()), ["confirmation_by_unit"; 4]);
        teamet.post_seen(&activation, json!({}), unconfirmed.etag()).await.must(409);
        let ready = confirm(house, plan).await;
        assert_eq!(lacks(&ready.json()), [""; 0]);
        let refused = house.as_("bup").post_seen(&activation, json!({}), ready.etag()).await;
        assert_eq!(rules(&refused.must(403)), ["O10"]);
        let active = teamet.post_seen(&activation, json!({}), ready.etag()).await.must(200);
        assert_eq!(active.json()["state"], "active");
        assert!(active.json()["activated_at"].is_string());

        let tag = active.etag();
        let goals = active.json()["goals"][0]["id"].clone();
        let needs = active.json()["needs"][0]["id"].clone();
        let unit = json!({ "unit": house.unit(TEAM) });
        for answer in [
            teamet.patch_seen(&at(plan), frame(house), tag).await,
            teamet.post(&format!("{}/needs", at(plan)), need()).await,
            teamet.post(&format!("{}/goals", at(plan)), goal(&needs)).await,
            teamet.post(&format!("{}/actions", at(plan)), action(house, TEAM, &goals)).await,
            teamet.post_seen(&format!("{}/confirmations", at(plan)), unit, tag).await,
            teamet.post_seen(&activation, json!({}), tag).await,
        ] {
            assert_eq!(kind(&answer.must(409)), "not-now");
        }
        let listed = teamet.get(&format!("/v1/cases/{case}/plans")).await.must(200);
        assert_eq!(listed.json(), json!([active.json()]));
        let second = teamet.post(&format!("/v1/cases/{case}/plans"), json!({})).await.must(409);
        assert_eq!(kind(&second), "not-now");
    });
}

#[test]
fn a_change_after_a_confirmation_clears_it() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = begin_plan(house, case).await;
        write(house, plan).await;
        let confirmed = confirm(house, plan).await;
        let confirmations = |plan: &Value| plan["confirmations"].as_array().map_or(0, Vec::len);
        assert_eq!(confirmations(&confirmed.json()), 4);
        let teamet = house.as_("teamet");
        let changed = teamet.post(&format!("{}/needs", at(plan)), need()).await.must(200);
        assert_eq!(confirmations(&changed.json()), 0);
        let missing =
            lacks(&changed.json()).iter().filter(|l| **l == "confirmation_by_unit").count();
        assert_eq!(missing, 4);
        // Whoever saw the plan before the change confirms nothing.
        let path = format!("{}/confirmations", at(plan));
        let body = json!({ "unit": house.unit(TEAM) });
        let stale = teamet.post_seen(&path, body.clone(), confirmed.etag()).await.must(412);
        assert_eq!(stale.etag(), changed.etag());
        let again = teamet.post_seen(&path, body.clone(), changed.etag()).await.must(200);
        let twice = teamet.post_seen(&path, body, changed.etag()).await.must(200);
        assert_eq!(confirmations(&twice.json()), 1);
        assert_eq!(again.json(), twice.json());
    });
}

#[test]
fn the_coordinator_writes_the_common_parts_and_each_unit_its_own() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (path, teamet) = (format!("/v1/cases/{case}/plans"), house.as_("teamet"));
        for who in ["bup", "kurator", "socialsekreterare"] {
            let refused = house.as_(who).post(&path, json!({})).await.must(403);
            assert_eq!(rules(&refused), ["O10"], "{who}");
        }
        house.as_("triagist").post(&path, json!({})).await.must(404);
        let plan = begin_plan(house, case).await;
        let tag = read(house, plan).await.etag().to_owned();
        let bup = house.as_("bup");
        for refused in [
            bup.patch_seen(&at(plan), frame(house), &tag).await,
            bup.post(&format!("{}/needs", at(plan)), need()).await,
            bup.post(&format!("{}/goals", at(plan)), goal(&json!(NOTHING))).await,
        ] {
            assert_eq!(rules(&refused.must(403)), ["O10"]);
        }
        write(house, plan).await;
        let written = read(house, plan).await;
        let goal = written.json()["goals"][0]["id"].clone();
        let actions = format!("{}/actions", at(plan));
        for unit in [SCHOOL, TEAM, SOCIAL] {
            let refused = bup.post(&actions, action(house, unit, &goal)).await.must(403);
            assert_eq!(rules(&refused), ["O11"], "{unit}");
        }
        let body = json!({ "unit": house.unit(SCHOOL) });
        let confirmations = format!("{}/confirmations", at(plan));
        let refused = bup.post_seen(&confirmations, body, written.etag()).await.must(403);
        assert_eq!(rules(&refused), ["O11"]);
        bup.post(&actions, action(house, BUP, &goal)).await.must(200);
        house.as_("rektor-berg").get(&at(plan)).await.must(404);
        let police = house.as_("polis").get(&at(plan)).await.must(403);
        assert_eq!(rules(&police), ["D10b"]);
        let auditor = house.as_("revisor-skola").get(&at(plan)).await.must(403);
        assert_eq!(rules(&auditor), ["D12"]);
        teamet.get(&at(plan)).await.must(200);
    });
}

#[test]
fn a_plan_says_what_is_wrong_with_its_parts() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = begin_plan(house, case).await;
        let (tag, teamet) = (read(house, plan).await.etag().to_owned(), house.as_("teamet"));
        let bad = json!({ "met_on": "i morgon", "follow_up_on": "2026-02-30", "responsible_agency": "x" });
        let wrong = teamet.patch_seen(&at(plan), bad, &tag).await.must(422);
        let expected =
            ["/met_on not_a_date", "/follow_up_on not_a_date", "/responsible_agency not_an_id"];
        assert_eq!(faults(&wrong), expected);
        let nobody = json!({ "responsible_agency": NOTHING });
        let wrong = teamet.patch_seen(&at(plan), nobody, &tag).await.must(422);
        assert_eq!(faults(&wrong), ["/responsible_agency no_such_agency"]);
        let neither = json!({ "child_view": {} });
        let wrong = teamet.patch_seen(&at(plan), neither, &tag).await.must(422);
        assert_eq!(faults(&wrong), ["/child_view one_of_two"]);
        let path = format!("{}/needs", at(plan));
        let wrong = teamet.post(&path, json!({ "indicator": "rich", "text": "" })).await.must(422);
        assert_eq!(faults(&wrong), ["/indicator unknown_word", "/text empty"]);
        let path = format!("{}/goals", at(plan));
        let wrong = teamet.post(&path, goal(&json!(NOTHING))).await.must(422);
        assert_eq!(faults(&wrong), ["/need not_in_this_plan"]);
        let path = format!("{}/actions", at(plan));
        let wrong = teamet.post(&path, action(house, TEAM, &json!(NOTHING))).await.must(422);
        assert_eq!(faults(&wrong), ["/goal not_in_this_plan"]);
        assert_eq!(read(house, plan).await.etag(), tag, "nothing was changed");
    });
}

#[test]
fn a_plan_is_changed_from_the_version_that_was_seen() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (plan, teamet) = (begin_plan(house, case).await, house.as_("teamet"));
        let unit = json!({ "unit": house.unit(TEAM) });
        let body = |what: &str| match what {
            "" => frame(house),
            "/confirmations" => unit.clone(),
            _ => json!({}),
        };
        let first = teamet.patch_seen(&at(plan), frame(house), "\"v1\"").await.must(200);
        assert_eq!(first.etag(), "\"v2\"");
        for what in ["", "/confirmations", "/activation"] {
            let path = format!("{}{what}", at(plan));
            let method =
                if what.is_empty() { reqwest::Method::PATCH } else { reqwest::Method::POST };
            let send = async |headers: &[(&str, &str)]| {
                teamet.send(method.clone(), &path, Some(body(what)), headers).await
            };
            assert_eq!(kind(&send(&[]).await.must(428)), "version-required");
            let stale = send(&[("if-match", "\"v1\"")]).await.must(412);
            assert_eq!(stale.etag(), "\"v2\"", "{what}");
        }
        assert_eq!(read(house, plan).await.etag(), "\"v2\"");
    });
}
