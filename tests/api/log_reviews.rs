//! `/v1/logs/{agency}/reviews`

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use samsyn::demo::sign_in::HeaderTweaks;
use samsyn::demo::{import, read_register};
use samsyn::domain::log_review::SamplingRule;
use samsyn::domain::text::Coded;
use samsyn::ledger::{DrawTerms, Trust, redraw, verify};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BUP, BVC, NOTHING, SCHOOL, SOCIAL, each, faults, joint_case, kind, medical_item, rules,
};
use crate::support::exports::exported;
use crate::support::house::{Answer, Caller, House, on_each_backend};

fn reviews(house: &House, unit: &str) -> String {
    format!("/v1/logs/{}/reviews", house.agency_of(unit))
}

/// What has happened so far becomes a period that is over.
async fn over(house: &House) -> DateTime<Utc> {
    house.running().store().sequence().await.expect("leaves");
    house.wait(TimeDelta::seconds(1));
    house.clock().now()
}

fn draft(house: &House, rules: Value) -> Value {
    json!({
        "name": "November 2026",
        "reason": "Loggranskning enligt plan.",
        "from": "2026-11-01T00:00:00Z",
        "to": house.clock().now(),
        "rules": rules,
    })
}

async fn drawn(who: &Caller, path: &str, body: Value) -> Answer {
    let review = who.post(path, body).await.must(201).id();
    who.get(&format!("{path}/{review}")).await.must(200)
}

/// What `rule` came to in a review.
fn rule(review: &Answer, rule: &str) -> Value {
    let review = review.json();
    let rules = review["rules"].as_array().into_iter().flatten();
    let found = rules.into_iter().find(|it| it["rule"] == rule);
    found.unwrap_or_else(|| panic!("no {rule}: {review}")).clone()
}

async fn entries(who: &Caller, path: &str, review: Uuid) -> Vec<Value> {
    let all = who.get(&format!("{path}/{review}/entries?limit=200")).await.must(200).json();
    all.as_array().cloned().unwrap_or_default()
}

fn finding(entry: &Value, finding: &str) -> Value {
    json!({ "entry": entry["entry"], "finding": finding, "note": "Uppdraget stämmer." })
}

#[test]
fn a_sample_is_drawn_again_from_seed_and_export_alone() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        medical_item(house, case).await;
        for _ in 0..6 {
            house.as_("kurator").get(&format!("/v1/cases/{case}")).await.must(200);
        }
        over(house).await;
        let (auditor, path) = (house.as_("revisor-skola"), reviews(house, SCHOOL));
        let body = draft(
            house,
            json!([
                { "rule": "random", "permille": 300 },
                { "rule": "unassigned", "permille": 1000 },
                { "rule": "same_surname", "count": 3 },
            ]),
        );
        let pinned = auditor.post(&path, body.clone()).await.must(201);
        assert_eq!(pinned.json()["state"], "pinned");
        let own = format!("{path}/{}", pinned.id());
        let review = auditor.get(&own).await.must(200);
        assert_eq!(review.json()["state"], "open");
        let random = rule(&review, "random");
        let of = |name: &str| random[name].as_u64().expect("a number");
        assert_eq!(of("candidates"), review.json()["end"].as_u64().expect("a number"));
        assert_eq!(of("drawn"), (of("candidates") * 300).div_ceil(1000));
        assert_eq!(rule(&review, "break_glass")["permille"], 1000, "always in it");

        let export = json!({
            "from": body["from"], "to": body["to"], "purpose": "Urvalet.", "format": "ndjson",
        });
        let agency = house.agency_of(SCHOOL);
        let export = exported(house, "revisor-skola", agency, export).await.body;
        let report = verify(export.as_slice(), Trust::default()).expect("a whole export");
        assert_eq!(json!(report.end), review.json()["end"], "the period was over");
        let terms = review.json()["terms"].to_string();
        let terms = DrawTerms::parse(terms.as_bytes()).expect("terms");
        let mut places = BTreeMap::new();
        for it in review.json()["rules"].as_array().into_iter().flatten() {
            let code = it["rule"].as_str().unwrap_or_default();
            let found = it["places"].as_array().into_iter().flatten().filter_map(Value::as_u64);
            places.insert(SamplingRule::from_code(code).expect("a rule"), found.collect());
        }
        let again = redraw(export.as_slice(), &terms, &places).expect("a sample");
        let again: BTreeSet<u64> = again.into_iter().flat_map(|it| it.drawn).collect();
        let shown = entries(&auditor, &path, pinned.id()).await;
        let shown: BTreeSet<u64> = shown.iter().filter_map(|it| it["leaf"].as_u64()).collect();
        assert_eq!(shown, again);
        assert_eq!(json!(shown.len()), review.json()["drawn"]);

        // The same seed draws the same, another one something else; and it is read page by page.
        let mut same = body.clone();
        same["seed"] = json!(terms.seed);
        let same = drawn(&auditor, &path, same).await;
        let twice = entries(&auditor, &path, same.id()).await;
        assert_eq!(
            twice.iter().filter_map(|it| it["leaf"].as_u64()).collect::<BTreeSet<_>>(),
            shown
        );
        let mut paged = BTreeSet::new();
        let mut next = Some(format!("{path}/{}/entries?limit=4", same.id()));
        while let Some(at) = next {
            let page = auditor.get(&at).await.must(200);
            paged.extend(each(&page, "entry"));
            let link = page.header("link").unwrap_or_default();
            next = link.split(['<', '>']).nth(1).map(str::to_owned);
        }
        assert_eq!(paged.len(), shown.len());
        // What came in since is not in it: a review stays as it was drawn.
        assert_eq!(auditor.get(&own).await.must(200).json()["drawn"], review.json()["drawn"]);
    });
}

#[test]
fn every_emergency_is_drawn_and_the_rules_find_what_they_are_for() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let glass = json!({ "ground": "EMERGENCY", "reason": "Hot om skada nu." });
        let on_call = house.as_("socialjour");
        on_call.post(&format!("/v1/cases/{case}/break-glass"), glass).await.must(201);
        on_call.get(&format!("/v1/cases/{case}")).await.must(200);
        // Somebody who is not assigned tries.
        house.as_("elevhalsan").get(&format!("/v1/cases/{case}")).await.must(404);
        // A child that has the surname of whoever reports concern, and one that has not.
        for name in ["Väntat barn Lindskär", "Väntat barn Furuvind"] {
            let new = json!({
                "unit": house.unit(BVC),
                "display_name": name,
                "expected_birth": house.today() + chrono::Days::new(60),
            });
            let child = house.as_("bvc").post("/v1/children", new).await.must(201).id();
            let report = json!({
                "child": child,
                "from_unit": house.unit(BVC),
                "to_unit": house.unit(SOCIAL),
                "concern": "Något är fel.",
            });
            house.as_("bvc").post("/v1/concern-reports", report).await.must(201);
        }
        over(house).await;
        let path = reviews(house, SOCIAL);
        let auditor = house.as_("revisor-social");
        let review = drawn(&auditor, &path, draft(house, json!([]))).await;
        let glass = rule(&review, "break_glass");
        assert_eq!((&glass["candidates"], &glass["drawn"]), (&json!(2), &json!(2)));
        let opened = entries(&auditor, &path, review.id()).await;
        let by = |it: &&Value| {
            it["rules"].as_array().is_some_and(|all| all.contains(&json!("break_glass")))
        };
        let acts: Vec<_> = opened.iter().filter(by).map(|it| it["act"].clone()).collect();
        assert_eq!(acts, [json!("BreakGlass"), json!("ReadCase")]);
        for it in opened.iter().filter(by) {
            assert_eq!(it["actor"]["id"], json!(house.staff("socialjour")));
            assert_eq!(it["children"], json!([house.person("Barn A")]));
        }
        let path = reviews(house, SCHOOL);
        let review = drawn(&house.as_("revisor-skola"), &path, draft(house, json!([]))).await;
        assert!(rule(&review, "refused")["candidates"].as_u64() >= Some(1), "{review}");
        let path = reviews(house, BVC);
        let review = drawn(&house.as_("revisor-bup"), &path, draft(house, json!([]))).await;
        let names = rule(&review, "same_surname");
        // Whoever entered the child has its surname, and reported concern for it, too.
        assert_eq!((&names["candidates"], &names["drawn"]), (&json!(2), &json!(1)), "{names}");
        assert_eq!(names["places"].as_array().map(Vec::len), Some(2));
    });
}

#[test]
fn a_review_about_one_child_needs_a_number_and_finds_whoever_looked_first() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let before = house.as_("larare");
        before.get(&format!("/v1/cases/{case}")).await.must(200);
        over(house).await;
        house.wait(TimeDelta::days(1));
        let news = house.today();
        for who in ["kurator", "kurator", "larare"] {
            house.as_(who).get(&format!("/v1/cases/{case}")).await.must(200);
        }
        over(house).await;
        let (auditor, path) = (house.as_("revisor-skola"), reviews(house, SCHOOL));
        let mut body = draft(house, json!([]));
        body["newsworthy"] = json!({ "child": house.person("Barn A"), "from": news });
        let bare = auditor.post(&path, body.clone()).await.must(422);
        assert_eq!(faults(&bare), ["/matter needed_for_a_child"]);
        body["matter"] = json!("BUN 2026/123");
        let review = drawn(&auditor, &path, body.clone()).await;
        let found = rule(&review, "newsworthy");
        assert_eq!((&found["candidates"], &found["drawn"]), (&json!(2), &json!(2)));
        body["newsworthy"]["child"] = json!(NOTHING);
        let none = drawn(&auditor, &path, body).await;
        assert_eq!(rule(&none, "newsworthy")["candidates"], 0);
    });
}

#[test]
fn what_is_found_is_added_and_nobody_reviews_themselves() {
    on_each_backend(async |house| {
        joint_case(house).await;
        let (auditor, path) = (house.as_("revisor-skola"), reviews(house, SCHOOL));
        auditor.get(&path).await.must(200);
        over(house).await;
        let auditor = house.as_("revisor-skola");
        let everything = json!([{ "rule": "random", "permille": 1000 }]);
        let pinned = auditor.post(&path, draft(house, everything)).await.must(201).id();
        let (findings, closure) =
            (format!("{path}/{pinned}/findings"), format!("{path}/{pinned}/closure"));
        let early = auditor.post(&closure, json!({})).await.must(409);
        assert_eq!(kind(&early), "not-now");
        let all = entries(&auditor, &path, pinned).await;
        let me = json!(house.staff("revisor-skola"));
        let (own, others): (Vec<Value>, Vec<Value>) =
            all.into_iter().partition(|it| it["actor"]["id"] == me);
        assert_eq!(own.len(), 2, "the auditor has signed in and looked at the list");
        for it in &own {
            let refused = auditor.post(&findings, finding(it, "ok")).await.must(409);
            assert!(refused.text().contains("själv"), "{refused}");
        }
        let breach = auditor.post(&findings, finding(&others[0], "breach")).await.must(422);
        assert_eq!(faults(&breach), ["/measures required_after_a_breach"]);
        let strange = json!({ "entry": NOTHING, "finding": "ok", "note": "?" });
        let strange = auditor.post(&findings, strange).await.must(422);
        assert_eq!(faults(&strange), ["/entry not_drawn"]);

        // A question, its answer, and a breach with what is done about it.
        auditor.post(&findings, finding(&others[0], "query")).await.must(201);
        let mut measured = finding(&others[0], "breach");
        measured["measures"] = json!(["asked_employee", "reported_imy"]);
        let found = auditor.post(&findings, measured).await.must(201).json();
        assert_eq!(found["findings"].as_array().map(Vec::len), Some(2), "nothing is written over");
        let left = auditor.post(&closure, json!({})).await.must(409);
        assert!(left.text().contains("granskade"), "{left}");
        for it in &others[1..] {
            auditor.post(&findings, finding(it, "ok")).await.must(201);
        }
        // Two entries are the auditor's own: a colleague must look at them; there is none here.
        auditor.post(&closure, json!({})).await.must(409);
        let review = auditor.get(&format!("{path}/{pinned}")).await.must(200).json();
        assert_eq!(review["findings"]["breach"], 1);
        assert_eq!(review["findings"]["none"], 2);
        assert_eq!(review["findings"]["ok"], json!(others.len() - 1));

        // Another agency's auditor, and others at the agency, see nothing of it.
        for who in ["revisor-social", "rektor", "administrator"] {
            for refused in [
                house.as_(who).get(&format!("{path}/{pinned}")).await,
                house.as_(who).post(&findings, finding(&others[0], "ok")).await,
                house.as_(who).get(&format!("{path}/worklist")).await,
            ] {
                refused.must(403);
            }
        }
        let refused = house.as_("revisor-bup").get(&path).await.must(403);
        assert!(rules(&refused).contains(&"D22".to_owned()));
        // A review is looked for in its own agency's log only.
        let elsewhere = format!("{}/{pinned}", reviews(house, BUP));
        house.as_("revisor-bup").get(&elsewhere).await.must(404);
        let nothing = format!("{path}/{NOTHING}");
        assert_eq!(kind(&auditor.get(&nothing).await.must(404)), "not-found");
    });
}

#[test]
fn a_review_that_is_closed_stays_as_it_is() {
    on_each_backend(async |house| {
        joint_case(house).await;
        over(house).await;
        let (auditor, path) = (house.as_("revisor-skola"), reviews(house, SCHOOL));
        let body = draft(house, json!([{ "rule": "random", "count": 2 }]));
        let review = drawn(&auditor, &path, body).await.id();
        let (findings, closure) =
            (format!("{path}/{review}/findings"), format!("{path}/{review}/closure"));
        let all = entries(&auditor, &path, review).await;
        assert_eq!(all.len(), 2);
        auditor.post(&findings, finding(&all[0], "ok")).await.must(201);
        auditor.post(&findings, finding(&all[1], "query")).await.must(201);
        let open = auditor.post(&closure, json!({})).await.must(409);
        assert!(open.text().contains("frågor"), "{open}");
        house.wait(TimeDelta::days(20));
        let auditor = house.as_("revisor-skola");
        let list = auditor.get(&format!("{path}/worklist")).await.must(200).json();
        assert_eq!(list["queries"][0]["entry"], all[1]["entry"]);
        assert_eq!(list["queries"][0]["late"], true, "{list}");
        assert_eq!(
            (&list["open"][0]["left"], &list["open"][0]["late"]),
            (&json!(0), &json!(false))
        );
        auditor.post(&findings, finding(&all[1], "ok")).await.must(201);
        let note = json!({ "note": "Inget att anmärka." });
        let closed = auditor.post(&closure, note).await.must(200).json();
        assert_eq!(closed["state"], "closed");
        assert_eq!(closed["closed"]["by"], json!(house.staff("revisor-skola")));
        let late = auditor.post(&findings, finding(&all[1], "ok")).await.must(409);
        assert!(late.text().contains("avslutad"), "{late}");
        auditor.post(&closure, json!({})).await.must(409);
        let list = auditor.get(&format!("{path}/worklist")).await.must(200).json();
        assert_eq!((&list["open"], &list["queries"]), (&json!([]), &json!([])));
    });
}

#[test]
fn what_has_not_been_reviewed_is_told_and_the_year_has_its_report() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let glass = json!({ "ground": "EMERGENCY", "reason": "Hot om skada nu." });
        let on_call = house.as_("socialjour");
        let opening = on_call.post(&format!("/v1/cases/{case}/break-glass"), glass).await;
        let opening = opening.must(201).id();
        let begin = house.clock().now();
        over(house).await;
        let path = reviews(house, SOCIAL);
        let auditor = house.as_("revisor-social");
        let list = auditor.get(&format!("{path}/worklist")).await.must(200).json();
        assert_eq!(list["uncovered"], json!([]), "the month is not over");
        assert_eq!(list["emergencies"][0]["opening"], json!(opening));
        assert_eq!(list["emergencies"][0]["late"], false);
        house.wait(TimeDelta::days(10));
        let auditor = house.as_("revisor-social");
        let december = json!("2026-11-30T23:00:00Z");
        let list = auditor.get(&format!("{path}/worklist")).await.must(200).json();
        assert_eq!(list["uncovered"], json!([{ "from": begin, "to": december }]));
        assert_eq!(list["emergencies"][0]["late"], true);

        let mut body = draft(house, json!([{ "rule": "break_glass", "permille": 1000 }]));
        body["to"] = december.clone();
        let review = drawn(&auditor, &path, body).await.id();
        let list = auditor.get(&format!("{path}/worklist")).await.must(200).json();
        assert_eq!(list["uncovered"], json!([]));
        assert_eq!(list["open"][0]["review"], json!(review));
        let all = entries(&auditor, &path, review).await;
        let findings = format!("{path}/{review}/findings");
        house.wait(TimeDelta::minutes(10));
        for it in &all[1..] {
            auditor.post(&findings, finding(it, "ok")).await.must(201);
        }
        let mut breach = finding(&all[0], "breach");
        breach["measures"] = json!(["told_manager"]);
        auditor.post(&findings, breach).await.must(201);

        let report = format!("{path}/report?year=2026");
        let told = auditor.get(&report).await.must(200).json();
        assert_eq!(told["drawn"], json!(all.len()));
        assert_eq!(told["findings"]["breach"], 1);
        assert_eq!(told["measures"], json!({ "told_manager": 1 }));
        assert_eq!(told["breaches"][0]["entry"], all[0]["entry"]);
        assert_eq!(told["time_to_finding"], json!({ "median_minutes": 10, "p90_minutes": 10 }));
        let left = &told["unreviewed"];
        assert_eq!((&left["entries"], &left["reviews"]), (&json!(0), &json!(1)));
        assert_eq!((&left["emergencies"], &left["emergencies_left"]), (&json!(1), &json!(1)));
        assert_eq!(left["periods"][0]["from"], december);
        let page = [("accept", "text/html"), ("accept-language", "sv")];
        let page = auditor.send(reqwest::Method::GET, &report, None, &page).await.must(200);
        let text = page.text();
        assert!(text.starts_with("<!doctype html>\n<html lang=\"sv\">"), "{text}");
        assert!(text.contains("<h1>Loggranskning 2026</h1>") && text.contains("Nödöppning"));
        assert!(text.contains("<caption>") && !text.contains("<script"), "{text}");
        let other = auditor.get(&format!("{path}/report?year=2025")).await.must(200).json();
        assert_eq!((&other["drawn"], &other["entries"]), (&json!(0), &json!(0)));
        for wrong in ["year=x", "year=1", "year=9999"] {
            auditor.get(&format!("{path}/report?{wrong}")).await.must(400);
        }
    });
}

#[test]
fn what_a_draw_asks_for_must_make_sense() {
    on_each_backend(async |house| {
        let (auditor, path) = (house.as_("revisor-skola"), reviews(house, SCHOOL));
        let with = |name: &str, value: Value| {
            let mut body = draft(house, json!([]));
            body[name] = value;
            body
        };
        let night = |permille: u16| json!([{ "rule": "night", "permille": permille }]);
        for (body, expected) in [
            (with("to", json!(house.clock().now() + TimeDelta::seconds(1))), "/to not_over_yet"),
            (with("to", json!("2026-11-01T00:00:00Z")), "/to ends_before_it_begins"),
            (with("name", json!(" ")), "/name empty"),
            (with("seed", json!("0F")), "/seed not_a_seed"),
            (with("rules", json!([{ "rule": "luck", "count": 1 }])), "/rules/0/rule unknown_word"),
            (with("rules", json!([{ "rule": "night" }])), "/rules/0 one_of_two"),
            (with("rules", night(0)), "/rules/0/permille number_out_of_range"),
            (with("rules", night(1001)), "/rules/0/permille number_out_of_range"),
            (
                with(
                    "rules",
                    json!([{ "rule": "night", "count": 1 }, { "rule": "night", "count": 2 }]),
                ),
                "/rules/1/rule repeated",
            ),
            (
                with("rules", json!([{ "rule": "break_glass", "permille": 500 }])),
                "/rules emergencies_are_all_reviewed",
            ),
            (
                with("rules", json!([{ "rule": "newsworthy", "permille": 1000 }])),
                "/newsworthy needed_by_rule",
            ),
        ] {
            let wrong = auditor.post(&path, body).await.must(422);
            assert_eq!(faults(&wrong), [expected], "{wrong}");
        }
        assert_eq!(house.database().rows("log_review"), 0);
    });
}

#[test]
fn an_only_auditor_leaves_their_own_entries_to_another_and_nobody_forgets_them() {
    on_each_backend(async |house| {
        joint_case(house).await;
        let (auditor, path) = (house.as_("revisor-skola"), reviews(house, SCHOOL));
        auditor.get(&path).await.must(200);
        over(house).await;
        let auditor = house.as_("revisor-skola");
        let everything = json!([{ "rule": "random", "permille": 1000 }]);
        let review = drawn(&auditor, &path, draft(house, everything)).await.id();
        let (own_path, findings) =
            (format!("{path}/{review}"), format!("{path}/{review}/findings"));
        let closure = format!("{own_path}/closure");
        let me = json!(house.staff("revisor-skola"));
        let (own, others): (Vec<Value>, Vec<Value>) = entries(&auditor, &path, review)
            .await
            .into_iter()
            .partition(|it| it["actor"]["id"] == me);
        assert!(own.len() > 1 && own.iter().all(|it| it["needs_another_reviewer"] == true));
        let own_ids: Vec<Value> = own.iter().map(|it| it["entry"].clone()).collect();
        assert!(others.iter().all(|it| it["needs_another_reviewer"] == false));
        // What others did is not left, whatever is said.
        let leave = json!({ "leave_own": true });
        auditor.post(&closure, leave.clone()).await.must(409);
        for it in &others {
            auditor.post(&findings, finding(it, "ok")).await.must(201);
        }
        let silent = auditor.post(&closure, json!({})).await.must(409);
        assert!(silent.text().contains("leave_own"), "{silent}");
        let closed = auditor.post(&closure, leave).await.must(200).json();
        assert_eq!(closed["state"], "closed");
        assert_eq!(closed["closed"]["needs_another_reviewer"], json!(own_ids));
        let entry = house.database().entries_of("CloseLogReview").pop().expect("an entry");
        let terms = entry.records[0].terms.as_ref().expect("terms").value().to_string();
        let names_all =
            |text: &str| own_ids.iter().all(|id| text.contains(id.as_str().expect("an id")));
        assert!(names_all(&terms), "{terms}");

        // It stays in the worklist and in the report until somebody else has looked.
        let left = async |who: &Caller| {
            let list = who.get(&format!("{path}/worklist")).await.must(200).json();
            let report = who.get(&format!("{path}/report?year=2026")).await.must(200);
            let unreviewed = report.json()["unreviewed"].clone();
            (list["needs_another_reviewer"].clone(), unreviewed)
        };
        let (listed, report) = left(&auditor).await;
        assert_eq!(
            (&listed[0]["review"], &listed[0]["entries"]),
            (&json!(review), &json!(own.len()))
        );
        assert_eq!(report["needs_another_reviewer"], json!(own.len()));
        let named: Vec<Value> =
            own_ids.iter().map(|id| json!({ "review": review, "entry": id })).collect();
        assert_eq!(report["left"], json!(named));
        assert_eq!((&report["entries"], &report["reviews"]), (&json!(own.len()), &json!(0)));
        let page = [("accept", "text/html"), ("accept-language", "sv")];
        let page = auditor
            .send(reqwest::Method::GET, &format!("{path}/report?year=2026"), None, &page)
            .await
            .must(200);
        assert!(names_all(&page.text()), "{page}");
        // Whoever did it can't, after the end either; nor is anything else opened again.
        auditor.post(&findings, finding(&own[0], "ok")).await.must(409);
        let (_, second) = second_auditor(house).await;
        let over = second.post(&findings, finding(&others[0], "ok")).await.must(409);
        assert!(over.text().contains("avslutad"), "{over}");
        second.post(&findings, finding(&own[0], "query")).await.must(201);
        let asked = left(&second).await.0;
        assert_eq!(asked[0]["entries"], json!(own.len()), "a question is no end");
        for it in &own {
            second.post(&findings, finding(it, "ok")).await.must(201);
        }
        let (listed, report) = left(&second).await;
        assert_eq!((listed, &report["needs_another_reviewer"]), (json!([]), &json!(0)));
        let again = second.post(&findings, finding(&own[0], "ok")).await.must(409);
        assert!(again.text().contains("avslutad"), "{again}");
        let review = second.get(&own_path).await.must(200).json();
        assert_eq!(review["closed"]["needs_another_reviewer"], json!([]));
    });
}

/// A second auditor of the school's log, signed in.
async fn second_auditor(house: &House) -> (Uuid, Caller) {
    let id: Uuid = house.clock().new_id();
    let register = format!(
        "[[staff]]\nid = \"{id}\"\nagency = \"{}\"\nissuer = \"{}\"\nsubject = \"second\"\n\
         name = \"Andra loggranskaren\"\nduties = [{{ unit = \"{}\", role = \"auditor\", \
         from = \"2020-01-01\" }}]\n",
        house.agency_of(SCHOOL),
        house.sign_in().issuer_url("school"),
        house.unit("Utbildningskontoret"),
    );
    let register = read_register(&register, str::to_owned).expect("a register");
    import(house.running().store(), house.clock(), register).await.expect("a register, loaded");
    let mut claims = house.sign_in().claims("school", "kurator").expect("claims");
    claims.insert("sub".to_owned(), json!("second"));
    let token = house.sign_in().mint("school", &claims, HeaderTweaks::default());
    (id, house.with_token(Some(token.expect("a token"))))
}

#[test]
fn the_worklist_goes_page_by_page_and_forgets_nothing() {
    on_each_backend(async |house| {
        joint_case(house).await;
        over(house).await;
        let (auditor, path) = (house.as_("revisor-skola"), reviews(house, SCHOOL));
        let mut expected = BTreeSet::new();
        for at in 0..3 {
            let body = draft(house, json!([{ "rule": "random", "count": 2 }]));
            let review = drawn(&auditor, &path, body).await.id();
            expected.insert(review.to_string());
            let all = entries(&auditor, &path, review).await;
            let me = json!(house.staff("revisor-skola"));
            let of_others = all.iter().filter(|it| it["actor"]["id"] != me);
            for it in of_others.take(at) {
                let findings = format!("{path}/{review}/findings");
                auditor.post(&findings, finding(it, "query")).await.must(201);
                expected.insert(format!("{review} {}", it["entry"]));
            }
        }
        let whole = auditor.get(&format!("{path}/worklist")).await.must(200);
        assert_eq!(whole.header("link"), None);
        let named = |page: &Value| -> Vec<String> {
            let of = |list: &str| page[list].as_array().cloned().unwrap_or_default();
            let open = of("open").into_iter().map(|it| it["review"].as_str().map(str::to_owned));
            let queries = of("queries")
                .into_iter()
                .map(|it| it["review"].as_str().map(|review| format!("{review} {}", it["entry"])));
            open.chain(queries).flatten().collect()
        };
        let all: BTreeSet<String> = named(&whole.json()).into_iter().collect();
        assert_eq!(all, expected);
        for limit in 1..=3 {
            let mut paged = Vec::new();
            let mut next = Some(format!("{path}/worklist?limit={limit}"));
            while let Some(at) = next {
                let page = auditor.get(&at).await.must(200);
                let rows = named(&page.json());
                assert!(rows.len() <= limit, "{page}");
                paged.extend(rows);
                let link = page.header("link").unwrap_or_default();
                next = link.split(['<', '>']).nth(1).map(str::to_owned);
            }
            assert_eq!(paged.len(), expected.len(), "each once, with {limit} on a page");
            assert_eq!(paged.into_iter().collect::<BTreeSet<_>>(), expected);
        }
        auditor.get(&format!("{path}/worklist?limit=100000")).await.must(400);
    });
}
