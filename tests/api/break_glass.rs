//! `/v1/break-glass`: opening a case in an emergency, and the review of it.

use chrono::TimeDelta;
use samsyn::ledger::Decision;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BUP, NIGHT, NOTHING, SCHOOL, SOCIAL, TEAM, begin_plan, case_on, each, faceless, faults,
    item_of, join, joint_case, kind, referral_of, rules,
};
use crate::support::house::{Answer, House, on_each_backend};

fn emergency() -> Value {
    json!({ "ground": "EMERGENCY", "reason": "Hot om skada nu." })
}

fn glass(case: Uuid) -> String {
    format!("/v1/cases/{case}/break-glass")
}

fn by_number(number: &str) -> Value {
    json!({ "identity_number": number, "ground": "EMERGENCY", "reason": "Hot om skada nu." })
}

fn review(opening: Uuid) -> String {
    format!("/v1/break-glass/{opening}/review")
}

fn openings(house: &House, unit: &str) -> String {
    format!("/v1/agencies/{}/break-glass", house.agency_of(unit))
}

async fn write(house: &House, who: &str, case: Uuid, body: Value) -> Uuid {
    house.as_(who).post(&format!("/v1/cases/{case}/items"), body).await.must(201).id()
}

fn marked(house: &House, unit: &str, category: &str) -> Value {
    let mut body = item_of(house, unit, category);
    body["safety"] = json!(true);
    body
}

/// A row of a list by its id.
fn row(list: &Answer, id: Uuid) -> Value {
    let rows = list.json();
    let found = rows.as_array().into_iter().flatten().find(|row| row["id"] == json!(id));
    found.unwrap_or_else(|| panic!("{id} is not in the list: {list}")).clone()
}

#[test]
fn what_an_emergency_opens_for_an_hour_and_not_a_minute_longer() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = begin_plan(house, case).await;
        let contact = write(house, "teamet", case, item_of(house, TEAM, "CONTACT")).await;
        let address = write(house, "teamet", case, item_of(house, TEAM, "ADDR")).await;
        let school = write(house, "teamet", case, marked(house, TEAM, "SCHOOL")).await;
        let safe = write(house, "bup", case, marked(house, BUP, "MED")).await;
        let other = write(house, "bup", case, item_of(house, BUP, "MED")).await;
        let on_call = house.as_("socialjour");
        let of_case = format!("/v1/cases/{case}");
        on_call.get(&of_case).await.must(404);
        let opened = on_call.post(&glass(case), emergency()).await.must(201).json();
        let until = house.clock().now() + TimeDelta::minutes(60);
        assert_eq!(opened["until"], json!(until), "{opened}");
        let before = house.clock().now() + TimeDelta::days(7);
        assert_eq!(opened["review_before"], json!(before), "{opened}");

        let newest = house.database().newest_entry();
        on_call.get(&of_case).await.must(200);
        on_call.get(&format!("/v1/plans/{plan}")).await.must(200);
        on_call.get(&format!("/v1/items/{safe}")).await.must(200);
        let entries = house.database().entries_after(newest);
        assert_eq!(entries.len(), 3);
        for entry in &entries {
            assert_eq!(entry.header.decision, Decision::PermitOverride, "{entry:?}");
            assert!(entry.records.iter().all(|it| it.ground.as_deref() == Some("EMERGENCY")));
        }
        on_call.get(&format!("/v1/items/{other}")).await.must(404);
        on_call.get(&format!("/v1/items/{school}")).await.must(404);
        let listed = on_call.get(&format!("/v1/cases/{case}/items")).await.must(200);
        let expected = [contact, address, safe].map(|id| id.to_string());
        assert_eq!(each(&listed, "id"), expected, "each row as if read alone");

        // It reads, and nothing else.
        let item = item_of(house, NIGHT, "SOC");
        on_call.post(&format!("/v1/cases/{case}/items"), item).await.must(403);
        on_call.get(&format!("/v1/cases/{case}/consents")).await.must(403);
        let begun = json!({ "indicator": "safe", "text": "En trygg plats." });
        on_call.post(&format!("/v1/plans/{plan}/needs"), begun).await.must(403);

        house.wait(TimeDelta::minutes(59));
        house.as_("socialjour").get(&of_case).await.must(200);
        house.wait(TimeDelta::minutes(1));
        let on_call = house.as_("socialjour");
        on_call.get(&of_case).await.must(404);
        on_call.get(&format!("/v1/items/{safe}")).await.must(404);
        // To go on is to open anew, with a review of its own.
        let again = on_call.post(&glass(case), emergency()).await.must(201).json();
        assert_ne!(again["id"], opened["id"]);
        on_call.get(&of_case).await.must(200);
    });
}

#[test]
fn the_address_is_for_the_emergency_social_worker_only() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let contact = write(house, "teamet", case, item_of(house, TEAM, "CONTACT")).await;
        let address = write(house, "teamet", case, item_of(house, TEAM, "ADDR")).await;
        for (who, status) in [("socialjour", 200), ("bakjour", 404)] {
            let who = house.as_(who);
            who.post(&glass(case), emergency()).await.must(201);
            who.get(&format!("/v1/items/{contact}")).await.must(200);
            who.get(&format!("/v1/items/{address}")).await.must(status);
        }
    });
}

#[test]
fn an_emergency_asks_for_a_reason_a_ground_and_the_right_role() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (on_call, newest) = (house.as_("socialjour"), house.database().rows("break_glass"));
        let with = |name: &str, value: Value| {
            let mut body = emergency();
            body[name] = value;
            body
        };
        for (body, wrong) in [
            (with("reason", json!(" ")), "/reason empty"),
            (with("ground", json!("CONSENT")), "/ground not_for_emergencies"),
            (with("ground", json!("BECAUSE")), "/ground unknown_word"),
        ] {
            let refused = on_call.post(&glass(case), body.clone()).await.must(422);
            assert_eq!(faults(&refused), [wrong]);
            // What is wrong with the request is told alike where there is no case.
            let nowhere = format!("/v1/cases/{NOTHING}/break-glass");
            assert_eq!(faults(&on_call.post(&nowhere, body).await.must(422)), [wrong]);
        }
        // A clinician receives no report: to whom does not know of the case, it may not be there.
        let report = with("ground", json!("REPORT"));
        let hidden = house.as_("bakjour").post(&glass(case), report.clone()).await.must(404);
        assert!(rules(&hidden).contains(&"O20".to_owned()), "{hidden}");
        let nowhere = format!("/v1/cases/{NOTHING}/break-glass");
        let missed = house.as_("bakjour").post(&nowhere, report).await.must(404);
        assert_eq!(faceless(&hidden), faceless(&missed));
        // An emergency role is asked for, whoever knows of the case.
        house.as_("larare").post(&glass(case), emergency()).await.must(403);
        for who in ["rektor-berg", "chef-social", "polis", "kurator-fyren"] {
            house.as_(who).post(&glass(case), emergency()).await.must(404);
        }
        assert_eq!(house.database().rows("break_glass"), newest);
        on_call.post(&glass(case), emergency()).await.must(201);
    });
}

#[test]
fn a_child_is_found_by_its_number_and_a_miss_is_like_a_refusal() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let on_call = house.as_("socialjour");
        let newest = house.database().newest_entry();
        let found = on_call.post("/v1/break-glass", by_number("20030202-2389")).await.must(201);
        assert_eq!(found.json()["case"], json!(case));
        let entry = &house.database().entries_after(newest)[0];
        let said = format!("{entry:?}");
        assert!(!said.contains("2389"), "{said}");
        assert_eq!(entry.header.case.map(|case| case.uuid()), Some(case));
        on_call.get(&format!("/v1/cases/{case}")).await.must(200);
        // A child with no case, a child whom nobody knows, a case in which one has no part.
        let nobody = on_call.post("/v1/break-glass", by_number("19121212-1212")).await.must(404);
        let unknown = on_call.post("/v1/break-glass", by_number("19610118-2803")).await.must(404);
        assert_eq!(faceless(&nobody), faceless(&unknown));
        let elsewhere = house.as_("rektor-berg");
        let here = elsewhere.post("/v1/break-glass", by_number("20030202-2389")).await.must(404);
        let none = elsewhere.post("/v1/break-glass", by_number("19121212-1212")).await.must(404);
        assert_eq!(faceless(&here), faceless(&none));
        let wrong = on_call.post("/v1/break-glass", by_number("20030202-2388")).await.must(422);
        assert_eq!(faults(&wrong), ["/identity_number identity_number_check_digit"]);
    });
}

#[test]
fn a_conflict_of_interest_is_not_opened_by_any_emergency() {
    on_each_backend(async |house| {
        let body = referral_of(house, "Barn E", TEAM, TEAM);
        let referral = house.as_("teamet").post("/v1/referrals", body).await.must(201).id();
        let new = case_on(house, referral, &[SOCIAL]);
        let case = house.as_("triagist").post("/v1/cases", new).await.must(201).id();
        join(house, case, "mottagning", SOCIAL, &["socialsekreterare"]).await;
        let on_call = house.as_("socialjour");
        let hidden = on_call.post(&glass(case), emergency()).await.must(404);
        let nowhere = format!("/v1/cases/{NOTHING}/break-glass");
        let missed = on_call.post(&nowhere, emergency()).await.must(404);
        assert_eq!(faceless(&hidden), faceless(&missed));
        on_call.post("/v1/break-glass", by_number("19701063-2391")).await.must(404);
        assert_eq!(house.database().rows("break_glass"), 0);
        house.as_("jourchef").post(&glass(case), emergency()).await.must(201);
        on_call.get(&format!("/v1/cases/{case}")).await.must(404);
    });
}

#[test]
fn every_unit_that_takes_part_is_told_at_once() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let newest = house.database().newest_entry();
        let opened = house.as_("socialjour").post(&glass(case), emergency()).await.must(201).id();
        let entry = &house.database().entries_after(newest)[0];
        assert_eq!(entry.header.action, "Nödöppning");
        assert_eq!(entry.header.reason.as_deref(), Some("Hot om skada nu."));
        for unit in [TEAM, BUP, SOCIAL] {
            let agency = house.agency_of(unit);
            assert!(entry.records.iter().any(|it| it.agency.uuid() == agency), "{unit}");
        }
        for (unit, who) in [(TEAM, "triagist"), (BUP, "bup"), (SOCIAL, "mottagning")] {
            let path = format!("/v1/units/{}/notices", house.unit(unit));
            let notices = house.as_(who).get(&path).await.must(200);
            assert_eq!(each(&notices, "kind"), ["break_glass"], "{unit}");
            assert_eq!(each(&notices, "resource"), [opened.to_string()]);
        }
        let night = format!("/v1/units/{}/notices", house.unit(NIGHT));
        let none = house.as_("socialjour").get(&night).await.must(200);
        assert_eq!(none.json(), json!([]), "it takes no part");
    });
}

#[test]
fn every_opening_is_reviewed_by_somebody_else_to_a_finding() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let opened = house.as_("jourchef").post(&glass(case), emergency()).await.must(201).id();
        let (path, auditor) = (openings(house, SOCIAL), house.as_("revisor-social"));
        let listed = row(&auditor.get(&path).await.must(200), opened);
        assert_eq!((&listed["finding"], &listed["overdue"]), (&json!(null), &json!(false)));
        assert_eq!(listed["reason"], "Hot om skada nu.");
        assert_eq!(listed["staff"], json!(house.staff("jourchef")));
        let ok = json!({ "finding": "ok", "reason": "Faran var verklig." });
        let own = house.as_("jourchef").post(&review(opened), ok.clone()).await.must(403);
        assert_eq!(rules(&own), ["D23"]);
        // The owner's auditors see it, and leave the finding to the agency that opened.
        row(&house.as_("revisor-skola").get(&openings(house, SCHOOL)).await.must(200), opened);
        house.as_("revisor-bup").get(&format!("/v1/break-glass/{opened}")).await.must(200);
        house.as_("revisor-skola").post(&review(opened), ok.clone()).await.must(403);
        house.as_("revisor-skola").get(&path).await.must(403);
        house.as_("chef-social").get(&path).await.must(403);
        house.as_("socialsekreterare").post(&review(opened), ok.clone()).await.must(404);

        let query = json!({ "finding": "query", "reason": "Varför just då?" });
        let asked = auditor.post(&review(opened), query).await.must(201);
        assert_eq!(asked.json()["finding"], "query");
        let breach = json!({ "finding": "breach", "reason": "Ingen fara fanns." });
        let lacking = auditor.post(&review(opened), breach.clone()).await.must(422);
        assert_eq!(faults(&lacking), ["/measure required_after_a_breach"]);
        let mut measured = breach;
        measured["measure"] = json!("Anmält till chefen.");
        let ended = auditor.post(&review(opened), measured).await.must(201).json();
        assert_eq!(ended["finding"], "breach");
        assert_eq!(ended["reviews"].as_array().map(Vec::len), Some(2), "nothing is written over");
        let late = auditor.post(&review(opened), ok).await.must(409);
        assert_eq!(kind(&late), "not-now");
    });
}

#[test]
fn what_nobody_reviews_in_a_week_is_flagged_and_told_once() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let opened = house.as_("socialjour").post(&glass(case), emergency()).await.must(201).id();
        let remind = async || {
            let (store, clock) = (house.running().store(), house.clock());
            samsyn::app::remind(store, clock).await.expect("a reminder")
        };
        house.wait(TimeDelta::days(7));
        assert_eq!(remind().await.openings, 0);
        house.wait(TimeDelta::seconds(1));
        let auditor = house.as_("revisor-social");
        let query = json!({ "finding": "query", "reason": "Varför just då?" });
        auditor.post(&review(opened), query).await.must(201);
        let flagged = row(&auditor.get(&openings(house, SOCIAL)).await.must(200), opened);
        assert_eq!((&flagged["finding"], &flagged["overdue"]), (&json!("query"), &json!(true)));
        let newest = house.database().newest_entry();
        assert_eq!((remind().await.untold, remind().await.untold), (1, 0));
        let entries = house.database().entries_after(newest);
        assert_eq!(
            entries.iter().map(|it| it.header.act.as_str()).collect::<Vec<_>>(),
            ["RemindOfReviews"]
        );
        for (unit, who, expected) in [
            (NIGHT, "socialjour", &["review_overdue"][..]),
            (TEAM, "teamet", &["break_glass", "review_overdue"]),
            (BUP, "bup", &["break_glass"]),
        ] {
            let path = format!("/v1/units/{}/notices", house.unit(unit));
            assert_eq!(each(&house.as_(who).get(&path).await.must(200), "kind"), expected);
        }
        let ok = json!({ "finding": "ok", "reason": "Faran var verklig." });
        auditor.post(&review(opened), ok).await.must(201);
        let ended = row(&auditor.get(&openings(house, SOCIAL)).await.must(200), opened);
        assert_eq!(ended["overdue"], json!(false));
        assert_eq!(remind().await.openings, 0);
    });
}

#[test]
fn an_emergency_does_not_reach_a_case_in_which_the_agency_has_no_part() {
    on_each_backend(async |house| {
        let body = referral_of(house, "Barn A", TEAM, TEAM);
        let referral = house.as_("teamet").post("/v1/referrals", body).await.must(201).id();
        let new = case_on(house, referral, &[SOCIAL]);
        let case = house.as_("triagist").post("/v1/cases", new).await.must(201).id();
        let on_call = house.as_("socialjour");
        // Asked is not yet to take part.
        on_call.post(&glass(case), emergency()).await.must(404);
        on_call.post("/v1/break-glass", by_number("20030202-2389")).await.must(404);
        join(house, case, "mottagning", SOCIAL, &["socialsekreterare"]).await;
        on_call.post(&glass(case), emergency()).await.must(201);
        house.as_("bakjour").post(&glass(case), emergency()).await.must(404);
    });
}
