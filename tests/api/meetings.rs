//! `/v1/plans/{plan}/meetings`, `/v1/meetings`, `/v1/cases/{case}/plan-process`

use chrono::{Days, TimeDelta};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BUP, BVC, NOTHING, POLICE, SCHOOL, SOCIAL, TEAM, begin_plan, each, faults, joint_case, kind,
    rules,
};
use crate::support::each_backend;
use crate::support::house::{Answer, Caller, House, on_each_backend};

const CHILD: &str = "Barn A";
const FIRST: &str = "Vårdnadshavare 1";
const SECOND: &str = "Vårdnadshavare 2";

/// The guardians consent to a plan with the agency of `unit`.
async fn cover(house: &House, case: Uuid, unit: &str) {
    let asked = json!({
        "kind": "plan",
        "agency": house.agency_of(unit),
        "purpose": "En plan med alla som hjälper.",
        "valid_from": house.today(),
        "valid_to": house.today() + Days::new(180),
        "explained": "Vad en plan är och vilka som kallas.",
        "explained_in": "sv",
    });
    let teamet = house.as_("teamet");
    let asked = teamet.post(&format!("/v1/cases/{case}/consents"), asked).await.must(201).id();
    for guardian in [FIRST, SECOND] {
        let given = super::answer_of(house, guardian, "given");
        teamet.post(&format!("/v1/consents/{asked}/answers"), given).await.must(200);
    }
}

/// A case with a plan that was just begun, and consent to call BUP and social services to it.
async fn plan_with_consents(house: &House) -> (Uuid, Uuid) {
    let case = joint_case(house).await;
    let plan = begin_plan(house, case).await;
    for unit in [BUP, SOCIAL] {
        cover(house, case, unit).await;
    }
    (case, plan)
}

/// A call of `units`, the child and the first guardian, in so many days.
fn call_of(house: &House, units: &[&str], days: i64) -> Value {
    let units: Vec<Uuid> = units.iter().map(|unit| house.unit(unit)).collect();
    json!({
        "key_question": "Hur kommer barnet tillbaka till skolan?",
        "starts_at": house.clock().now() + TimeDelta::days(days),
        "minutes": 60,
        "mode": "onsite",
        "place": "Rum 4, Strandskolan",
        "units": units,
        "persons": [house.person(CHILD), house.person(FIRST)],
    })
}

fn at(plan: Uuid) -> String {
    format!("/v1/plans/{plan}/meetings")
}

async fn call(house: &House, plan: Uuid, units: &[&str], days: i64) -> String {
    let made = house.as_("teamet").post(&at(plan), call_of(house, units, days)).await.must(201);
    let path = format!("/v1/meetings/{}", made.id());
    assert_eq!(made.header("location"), Some(path.as_str()));
    path
}

async fn state(house: &House, case: Uuid) -> Value {
    let path = format!("/v1/cases/{case}/plan-process");
    house.as_("kurator").get(&path).await.must(200).json()["state"].clone()
}

async fn notices(house: &House, who: &str, unit: &str) -> Vec<String> {
    let path = format!("/v1/units/{}/notices", house.unit(unit));
    each(&house.as_(who).get(&path).await.must(200), "kind")
}

fn reply(unit: Uuid, said: &str) -> Value {
    json!({ "unit": unit, "reply": said })
}

/// Everybody who is called came, but for these units.
fn account(house: &House, called: &[&str], away: &[&str]) -> Value {
    let row = |unit: &&str| {
        let mut row = json!({ "unit": house.unit(unit), "attended": !away.contains(unit) });
        if away.contains(unit) {
            row["deviation"] = json!("Uteblev utan besked; chefen är kontaktad.");
        }
        row
    };
    let mut rows: Vec<Value> = called.iter().map(row).collect();
    for person in [CHILD, FIRST] {
        rows.push(json!({ "person": house.person(person), "attended": true }));
    }
    json!({ "held_on": house.today(), "attendance": rows })
}

async fn hold(house: &House, path: &str, body: Value) -> Answer {
    let teamet = house.as_("teamet");
    let seen = teamet.get(path).await.must(200);
    teamet.post_seen(&format!("{path}/attendance"), body, seen.etag()).await
}

#[test]
fn the_way_of_a_plan_is_told_from_the_need_to_the_meeting() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        assert_eq!(state(house, case).await, "need_assessed");
        let asked = json!({
            "kind": "plan",
            "agency": house.agency_of(TEAM),
            "purpose": "En plan.",
            "valid_from": house.today(),
            "valid_to": house.today() + Days::new(180),
            "explained": "Vad en plan är.",
            "explained_in": "sv",
        });
        let teamet = house.as_("teamet");
        let ask = format!("/v1/cases/{case}/consents");
        let asked_first = teamet.post(&ask, asked.clone()).await.must(201).id();
        assert_eq!(state(house, case).await, "consent_pending");
        let refused = super::answer_of(house, FIRST, "refused");
        teamet.post(&format!("/v1/consents/{asked_first}/answers"), refused).await.must(200);
        assert_eq!(state(house, case).await, "declined");
        let begin = format!("/v1/cases/{case}/plans");
        assert_eq!(rules(&teamet.post(&begin, json!({})).await.must(403)), ["O15"]);
        let plan = begin_plan(house, case).await;
        assert_eq!(state(house, case).await, "preparing");
        cover(house, case, SOCIAL).await;
        let meeting = call(house, plan, &[SOCIAL], 7).await;
        assert_eq!(state(house, case).await, "called");
        hold(house, &meeting, account(house, &[SOCIAL], &[])).await.must(200);
        assert_eq!(state(house, case).await, "met");
        let met = teamet.get(&format!("/v1/plans/{plan}")).await.must(200).json();
        assert_eq!((&met["state"], &met["met_on"]), (&json!("met"), &json!(house.today())));
        let need = json!({ "indicator": "safe", "text": "Lugn på morgonen." });
        teamet.post(&format!("/v1/plans/{plan}/needs"), need).await.must(200);
        assert_eq!(state(house, case).await, "draft");
        for who in ["rektor-berg", "vardnadshavare-1"] {
            let path = format!("/v1/cases/{case}/plan-process");
            house.as_(who).get(&path).await.must(404);
        }
    });
}

#[test]
fn a_call_has_its_guards_and_goes_to_whom_a_consent_covers() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = begin_plan(house, case).await;
        let (teamet, path) = (house.as_("teamet"), at(plan));
        // No consent names the agencies of BUP and social services.
        let refused = teamet.post(&path, call_of(house, &[BUP, SCHOOL, SOCIAL], 7)).await.must(409);
        assert_eq!(kind(&refused), "incomplete");
        let lacks = refused.json()["lacks"].clone();
        let of = |unit| json!({ "lack": "consent_for_unit", "of": house.unit(unit) });
        for (lack, expected) in lacks.as_array().expect("lacks").iter().zip([of(BUP), of(SOCIAL)]) {
            assert_eq!((&lack["lack"], &lack["of"]), (&expected["lack"], &expected["of"]));
        }
        cover(house, case, BUP).await;
        cover(house, case, SOCIAL).await;
        // It asks something, lies ahead, and calls units that may be called.
        let wrong = |field: &str, value: Value| {
            let mut body = call_of(house, &[BUP], 7);
            body[field] = value;
            body
        };
        for (body, expected) in [
            (wrong("key_question", json!(" ")), "/key_question empty"),
            (wrong("starts_at", json!(house.clock().now())), "/starts_at in_the_past"),
            (wrong("minutes", json!(4)), "/minutes number_out_of_range"),
            (wrong("minutes", json!(481)), "/minutes number_out_of_range"),
            (wrong("mode", json!("telepathy")), "/mode unknown_word"),
            (wrong("place", json!("")), "/place empty"),
            (wrong("units", json!([])), "/units too_few"),
            (wrong("units", json!([house.unit(BUP), house.unit(BUP)])), "/units repeated"),
            (wrong("units", json!([house.unit(POLICE)])), "/units not_for_police"),
            (wrong("units", json!([NOTHING])), "/units no_such_unit"),
            (wrong("persons", json!([house.person("Barn B")])), "/persons not_to_be_called"),
        ] {
            assert_eq!(faults(&teamet.post(&path, body).await.must(422)), [expected]);
        }
        for who in ["bup", "socialsekreterare", "kurator"] {
            let refused = house.as_(who).post(&path, call_of(house, &[BUP], 7)).await.must(403);
            assert_eq!(rules(&refused), ["O10"], "{who}");
        }
        assert_eq!(
            rules(&house.as_("polis").post(&path, call_of(house, &[BUP], 7)).await.must(403)),
            ["D10b"]
        );
        house.as_("vardnadshavare-1").post(&path, call_of(house, &[BUP], 7)).await.must(404);
        let called = teamet.post(&path, call_of(house, &[BUP, SCHOOL, SOCIAL], 7)).await.must(201);
        assert_eq!(called.json()["state"], "called");
        assert_eq!(called.json()["late"], false);
        for (who, unit) in [("bup", BUP), ("socialsekreterare", SOCIAL), ("kurator", SCHOOL)] {
            assert_eq!(notices(house, who, unit).await, ["meeting_called"], "{who}");
        }
        // A withdrawn consent stops the next call.
        let consents = teamet.get(&format!("/v1/cases/{case}/consents")).await.must(200).json();
        for consent in consents.as_array().into_iter().flatten() {
            let back = super::withdrawal_of(house, FIRST);
            let path = format!("/v1/consents/{}/withdrawals", consent["id"].as_str().unwrap());
            house.as_("teamet").post(&path, back).await;
        }
        let stopped = teamet.post(&path, call_of(house, &[SCHOOL], 7)).await.must(403);
        assert_eq!(rules(&stopped), ["O15"]);
    });
}

#[test]
fn a_preview_shows_what_each_of_those_who_are_called_then_sees() {
    on_each_backend(async |house| {
        let (case, plan) = plan_with_consents(house).await;
        let path = format!("/v1/plans/{plan}/meeting-preview");
        let body = call_of(house, &[SCHOOL, BVC], 7);
        let teamet = house.as_("teamet");
        let shown = teamet.post(&path, body.clone()).await.must(200).json();
        assert_eq!(shown.as_array().map(Vec::len), Some(4));
        let (school, bvc, child, guardian) = (&shown[0], &shown[1], &shown[2], &shown[3]);
        assert_eq!((&school["reads_plan"], &school["covered"]), (&json!(true), &json!(true)));
        assert_eq!(school["sees"]["case"], json!(case));
        // BVC takes no part in the case: the call and the question, and of the others nothing.
        assert_eq!((&bvc["reads_plan"], &bvc["covered"]), (&json!(false), &json!(true)));
        assert_eq!(bvc["sees"]["case"], Value::Null);
        assert_eq!(bvc["sees"]["child"], Value::Null);
        assert_eq!(bvc["sees"]["key_question"], body["key_question"]);
        assert_eq!(bvc["sees"]["invitees"].as_array().map(Vec::len), Some(1));
        assert_eq!((&child["reads_call"], &guardian["reads_call"]), (&json!(true), &json!(true)));
        assert_eq!(notices(house, "kurator", SCHOOL).await, [""; 0], "nobody was called");
        let refused = house.as_("bup").post(&path, body.clone()).await.must(403);
        assert_eq!(rules(&refused), ["O10"]);

        let made = teamet.post(&at(plan), body).await.must(201);
        let meeting = format!("/v1/meetings/{}", made.id());
        let same = |seen: &Value, preview: &Value| {
            let sees = &preview["sees"];
            for field in ["case", "child", "unit", "key_question", "starts_at", "place", "invitees"]
            {
                assert_eq!(seen[field], sees[field], "{field}");
            }
        };
        same(&house.as_("larare").get(&meeting).await.must(200).json(), school);
        same(&house.as_("chef-bvc").get(&meeting).await.must(200).json(), bvc);
        same(&house.as_("barn-a").get(&meeting).await.must(200).json(), child);
        same(&house.as_("vardnadshavare-1").get(&meeting).await.must(200).json(), guardian);
        // The second guardian was not called; whoever only works at BVC receives no calls.
        for who in ["vardnadshavare-2", "bvc", "rektor-berg", "ungdom-f"] {
            house.as_(who).get(&meeting).await.must(404);
        }
        assert_eq!(rules(&house.as_("polis").get(&meeting).await.must(403)), ["D10b"]);
        let own = house.as_("vardnadshavare-1").get("/v1/me/meetings").await.must(200);
        assert_eq!(each(&own, "id"), [made.id().to_string()]);
        let other = house.as_("vardnadshavare-2").get("/v1/me/meetings").await.must(200);
        assert_eq!(other.json(), json!([]));
    });
}

#[test]
fn whoever_is_called_answers_for_themselves() {
    on_each_backend(async |house| {
        let (_, plan) = plan_with_consents(house).await;
        let meeting = call(house, plan, &[BUP, SOCIAL, BVC], 7).await;
        let replies = format!("{meeting}/replies");
        let (bup, social) = (house.unit(BUP), house.unit(SOCIAL));
        house.as_("bup").post(&replies, reply(bup, "accepted")).await.must(200);
        let bare = house.as_("socialsekreterare").post(&replies, reply(social, "declined")).await;
        assert_eq!(faults(&bare.must(422)), ["/reason required_when_declined"]);
        let mut no = reply(social, "declined");
        no["reason"] = json!("Ingen är i tjänst.");
        house.as_("socialsekreterare").post(&replies, no).await.must(200);
        let another_time = house.clock().now() + TimeDelta::days(9);
        let proposal = json!({
            "unit": house.unit(BVC), "reply": "proposed", "proposed_at": another_time,
        });
        house.as_("chef-bvc").post(&replies, proposal).await.must(200);
        let told = notices(house, "teamet", TEAM).await;
        assert_eq!(told, ["meeting_answered", "meeting_answered"]);
        // Nobody answers for another unit.
        for who in ["bup", "kurator"] {
            let refused = house.as_(who).post(&replies, reply(social, "accepted")).await.must(403);
            assert_eq!(rules(&refused), ["D00"], "{who}");
        }
        house.as_("rektor-berg").post(&replies, reply(social, "accepted")).await.must(404);
        // The guardian answers in person, and not for the child; the coordinator writes down.
        let said = |person: &str| json!({ "person": house.person(person), "reply": "accepted" });
        let guardian = house.as_("vardnadshavare-1");
        guardian.post(&replies, said(FIRST)).await.must(200);
        assert_eq!(rules(&guardian.post(&replies, said(CHILD)).await.must(403)), ["D00"]);
        house.as_("vardnadshavare-2").post(&replies, said(SECOND)).await.must(404);
        let teamet = house.as_("teamet");
        teamet.post(&replies, said(CHILD)).await.must(200);
        assert_eq!(rules(&house.as_("bup").post(&replies, said(CHILD)).await.must(403)), ["D00"]);
        let odd = teamet.post(&replies, said(SECOND)).await.must(422);
        assert_eq!(faults(&odd), ["/person not_called"]);
        let both = json!({ "unit": bup, "person": house.person(CHILD), "reply": "accepted" });
        assert_eq!(faults(&teamet.post(&replies, both).await.must(422)), ["/unit one_of_two"]);

        let read = teamet.get(&meeting).await.must(200).json();
        let said: Vec<_> =
            read["invitees"].as_array().into_iter().flatten().map(|row| &row["reply"]).collect();
        assert_eq!(said, ["accepted", "declined", "proposed", "accepted", "accepted"]);
        assert_eq!(read["invitees"][1]["reason"], "Ingen är i tjänst.");
        // The family sees who is called, and of the answers its own.
        let seen = guardian.get(&meeting).await.must(200).json();
        let said: Vec<_> =
            seen["invitees"].as_array().into_iter().flatten().map(|row| &row["reply"]).collect();
        assert_eq!(
            said,
            [&Value::Null, &Value::Null, &Value::Null, &Value::Null, &json!("accepted")]
        );
    });
}

async fn calendar(caller: &Caller, meeting: &str) -> String {
    let answer = caller.get(&format!("{meeting}/invitation.ics")).await.must(200);
    assert!(answer.header("content-type").is_some_and(|it| it.starts_with("text/calendar")));
    answer.text()
}

fn line<'a>(calendar: &'a str, name: &str) -> &'a str {
    let line = calendar.split("\r\n").find(|line| line.starts_with(&format!("{name}:")));
    line.unwrap_or_else(|| panic!("no {name}: {calendar}"))
}

#[test]
fn a_meeting_is_moved_and_called_off_and_the_calendar_tells_of_nobody() {
    on_each_backend(async |house| {
        let (case, plan) = plan_with_consents(house).await;
        let meeting = call(house, plan, &[BUP], 7).await;
        let replies = format!("{meeting}/replies");
        house.as_("bup").post(&replies, reply(house.unit(BUP), "accepted")).await.must(200);
        let first = calendar(&house.as_("vardnadshavare-1"), &meeting).await;
        let (teamet, id) = (house.as_("teamet"), meeting.rsplit('/').next().expect("an id"));
        assert_eq!(line(&first, "UID"), format!("UID:{id}"));
        assert_eq!(line(&first, "SEQUENCE"), "SEQUENCE:0");
        let to = json!({
            "starts_at": house.clock().now() + TimeDelta::days(8),
            "minutes": 30,
            "mode": "video",
            "place": "https://mote.example/hemligt",
            "because": "BUP kan inte den dagen.",
        });
        let seen = teamet.get(&meeting).await.must(200);
        let stale = teamet.patch_seen(&meeting, to.clone(), "\"v1\"").await.must(412);
        assert_eq!(stale.etag(), seen.etag());
        let moved = teamet.patch_seen(&meeting, to.clone(), seen.etag()).await.must(200);
        assert_eq!(
            (&moved.json()["mode"], &moved.json()["sequence"]),
            (&json!("video"), &json!(1))
        );
        assert_eq!(moved.json()["invitees"][0]["reply"], Value::Null, "asked anew");
        let second = calendar(&house.as_("vardnadshavare-1"), &meeting).await;
        assert_eq!(line(&second, "UID"), line(&first, "UID"));
        assert_eq!(line(&second, "SEQUENCE"), "SEQUENCE:1");
        assert_ne!(line(&second, "DTSTART"), line(&first, "DTSTART"));
        let refused = house.as_("bup").patch_seen(&meeting, to.clone(), moved.etag()).await;
        assert_eq!(rules(&refused.must(403)), ["O10"]);

        let off = json!({ "because": "Familjen vill vänta." });
        let cancel = format!("{meeting}/cancellation");
        assert_eq!(rules(&house.as_("bup").post(&cancel, off.clone()).await.must(403)), ["O10"]);
        teamet.post(&cancel, off.clone()).await.must(200);
        let third = calendar(&house.as_("vardnadshavare-1"), &meeting).await;
        assert_eq!(line(&third, "STATUS"), "STATUS:CANCELLED");
        assert_eq!(line(&third, "SEQUENCE"), "SEQUENCE:2");
        for text in [&first, &second, &third] {
            let ids = [case.to_string(), plan.to_string(), house.person(CHILD).to_string()];
            let units = [house.unit(BUP).to_string(), house.unit(TEAM).to_string()];
            let words = ["Barn", "skolan", "Rum", "hemligt", "BUP", "Familjen"].map(str::to_owned);
            for secret in ids.iter().chain(&units).chain(&words) {
                assert!(!text.contains(secret), "`{secret}` in {text}");
            }
        }
        let heard = ["meeting_called", "meeting_moved", "meeting_cancelled"];
        assert_eq!(notices(house, "bup", BUP).await, heard);
        for answer in [
            teamet.post(&cancel, off).await,
            teamet.patch_seen(&meeting, to, teamet.get(&meeting).await.etag()).await,
            house.as_("bup").post(&replies, reply(house.unit(BUP), "accepted")).await,
            hold(house, &meeting, account(house, &[BUP], &[])).await,
        ] {
            assert_eq!(kind(&answer.must(409)), "not-now");
        }
        house.as_("vardnadshavare-2").get(&format!("{meeting}/invitation.ics")).await.must(404);
    });
}

#[test]
fn who_came_is_recorded_and_a_unit_that_did_not_has_a_deviation() {
    on_each_backend(async |house| {
        let (_, plan) = plan_with_consents(house).await;
        let meeting = call(house, plan, &[BUP, SOCIAL], 7).await;
        let whole = account(house, &[BUP, SOCIAL], &[SOCIAL]);
        let mut silent = whole.clone();
        silent["attendance"][1].as_object_mut().expect("a row").remove("deviation");
        let mut early = whole.clone();
        early["held_on"] = json!(house.today() + Days::new(1));
        for (body, expected) in [
            (account(house, &[BUP], &[]), "/attendance everybody_called_once"),
            (account(house, &[BUP, SOCIAL, SCHOOL], &[]), "/attendance not_called"),
            (silent, "/attendance deviation_required"),
            (early, "/held_on in_the_future"),
        ] {
            assert_eq!(faults(&hold(house, &meeting, body).await.must(422)), [expected]);
        }
        let seen = house.as_("teamet").get(&meeting).await.must(200);
        let path = format!("{meeting}/attendance");
        let refused = house.as_("bup").post_seen(&path, whole.clone(), seen.etag()).await;
        assert_eq!(rules(&refused.must(403)), ["O10"]);
        let held = hold(house, &meeting, whole).await.must(200).json();
        assert_eq!((&held["state"], &held["held_on"]), (&json!("held"), &json!(house.today())));
        assert_eq!(held["invitees"][1]["attended"], false);
        assert!(held["invitees"][1]["deviation"].is_string());
        let told = notices(house, "socialsekreterare", SOCIAL).await;
        assert_eq!(told, ["meeting_called", "meeting_deviation"]);
        assert_eq!(notices(house, "bup", BUP).await, ["meeting_called"]);
        // The family reads that it was held, and nothing of the agencies' deviation.
        let seen = house.as_("vardnadshavare-1").get(&meeting).await.must(200);
        assert!(!seen.text().contains("Uteblev"), "{seen}");
    });
}

#[test]
fn the_child_and_the_guardians_are_asked_three_questions_afterwards() {
    on_each_backend(async |house| {
        let (_, plan) = plan_with_consents(house).await;
        let meeting = call(house, plan, &[BUP], 7).await;
        let path = format!("{meeting}/evaluations");
        let said = |person: &str, heard: &str| {
            json!({
                "person": house.person(person),
                "heard": heard,
                "knows_who_does_what": "partly",
                "helps": "no",
                "words": "Ni pratade för fort.",
            })
        };
        let (child, guardian) = (house.as_("barn-a"), house.as_("vardnadshavare-1"));
        assert_eq!(kind(&child.post(&path, said(CHILD, "yes")).await.must(409)), "not-now");
        hold(house, &meeting, account(house, &[BUP], &[])).await.must(200);
        child.post(&path, said(CHILD, "no")).await.must(200);
        let again = child.post(&path, said(CHILD, "partly")).await.must(200).json();
        assert_eq!(again["evaluations"].as_array().map(Vec::len), Some(1), "the newest counts");
        assert_eq!(again["evaluations"][0]["heard"], "partly");
        assert_eq!(again["evaluations"][0]["taken_by"], Value::Null);
        // A guardian doesn't answer for the child, nor read what it said; staff writes it down.
        assert_eq!(rules(&guardian.post(&path, said(CHILD, "yes")).await.must(403)), ["D00"]);
        let seen = guardian.get(&meeting).await.must(200);
        assert_eq!(seen.json()["evaluations"], json!([]));
        let teamet = house.as_("teamet");
        let both = teamet.post(&path, said(SECOND, "yes")).await.must(200).json();
        assert_eq!(both["evaluations"].as_array().map(Vec::len), Some(2));
        assert_eq!(both["evaluations"][1]["taken_by"], json!(house.staff("teamet")));
        let odd = teamet.post(&path, said("Barn B", "yes")).await.must(422);
        assert_eq!(faults(&odd), ["/person not_asked"]);
        assert_eq!(
            rules(&house.as_("bup").post(&path, said(SECOND, "yes")).await.must(403)),
            ["D00"]
        );
        let of_party = house.as_("bup").get(&meeting).await.must(200).json();
        assert_eq!(of_party["evaluations"], json!([]), "the coordinator's alone");
    });
}

#[test]
fn units_are_reminded_once_of_a_meeting_that_comes_soon() {
    on_each_backend(async |house| {
        let (_, plan) = plan_with_consents(house).await;
        let meeting = call(house, plan, &[BUP, SOCIAL], 7).await;
        let mut no = reply(house.unit(SOCIAL), "declined");
        no["reason"] = json!("Ingen är i tjänst.");
        house.as_("socialsekreterare").post(&format!("{meeting}/replies"), no).await.must(200);
        let remind = async || {
            let (store, clock) = (house.running().store(), house.clock());
            samsyn::app::remind_of_meetings(store, clock).await.expect("a reminder")
        };
        assert_eq!(remind().await, 0);
        house.wait(TimeDelta::days(4));
        let newest = house.database().newest_entry();
        assert_eq!((remind().await, remind().await), (1, 0));
        let entries = house.database().entries_after(newest);
        let acts: Vec<_> = entries.iter().map(|entry| entry.header.act.as_str()).collect();
        assert_eq!(acts, ["RemindOfMeetings"]);
        assert_eq!(notices(house, "bup", BUP).await, ["meeting_called", "meeting_soon"]);
        assert_eq!(notices(house, "socialsekreterare", SOCIAL).await, ["meeting_called"]);
    });
}

#[test]
fn a_meeting_that_the_region_finds_late_is_flagged() {
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let still_at: chrono::DateTime<chrono::Utc> =
                "2026-11-23T13:24:05Z".parse().expect("a time");
            let clock = samsyn::clock::Clock::still(still_at);
            let west = |settings: &mut samsyn::settings::Settings| {
                settings.plans.region = "vastra_gotaland".into();
            };
            let house = House::open_at(database, clock, west).await;
            let (case, plan) = plan_with_consents(&house).await;
            let due = house.today() + Days::new(21);
            for (days, late) in [(21, false), (22, true)] {
                let meeting = call(&house, plan, &[BUP], days).await;
                let read = house.as_("bup").get(&meeting).await.must(200).json();
                assert_eq!((&read["due_on"], &read["late"]), (&json!(due), &json!(late)));
            }
            let path = format!("/v1/cases/{case}/plan-process");
            let clocks =
                async || house.as_("kurator").get(&path).await.must(200).json()["clocks"].clone();
            let running = clocks().await;
            assert_eq!(running.as_array().map(Vec::len), Some(1));
            assert_eq!(running[0]["clock"], "meeting_after_call");
            assert_eq!((&running[0]["late"], &running[0]["days"]), (&json!(false), &json!(21)));
            house.wait(TimeDelta::days(22));
            assert_eq!(clocks().await[0]["late"], true);
            house.close().await;
        });
    });
}
