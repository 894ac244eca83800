//! Every door of the service, tried by callers who have no part in the case and by one who has.
//! `doors.txt` says what each of them is answered, and the ledger must tell of each.
//!
//! **Invariant:** a route without a line in the list fails here, and so does a line without a route.

mod account;
pub mod asking;
mod fields;
pub mod row;

use std::collections::BTreeSet;

use samsyn::access::act;
use serde_json::Value;

use crate::support::house::{Answer, Caller, House, on_each_backend};
use crate::support::ledger::Entry;
use crate::support::scene::{SECRET_WORDS, Scene, new_referral};
use account::Answered;
use asking::{asked, prepare};
use row::{Door, OUTSIDERS, Row};

const LIST: &str = include_str!("doors.txt");

/// Acts that no door leads to: what the operator does, and what only decides rows of a list.
const WITHOUT_DOOR: [&str; 5] =
    ["ImportRegister", "RemindOfReviews", "RemindOfMeetings", "SeeReferral", "SeeInvitation"];

/// The list, line by line.
pub fn rows() -> Vec<Row> {
    row::read(LIST).expect("tests/doors.txt")
}

/// The doors that the interface's own description names.
fn doors() -> BTreeSet<Door> {
    let document = samsyn::http::document().to_json().expect("a document");
    let document: Value = serde_json::from_str(&document).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    let methods = |(path, item): (&String, &Value)| {
        let door = |method: &String| Door { method: method.to_uppercase(), path: path.clone() };
        item.as_object().expect("methods").keys().map(door).collect::<Vec<_>>()
    };
    paths.iter().flat_map(methods).collect()
}

fn outsider(house: &House, name: &str) -> Caller {
    match name {
        "nobody" => house.nobody(),
        "stranger" => house.stranger(),
        "citizen" => house.as_("ungdom-f"),
        "auditor" => house.colleague(),
        "elsewhere" => house.as_("rektor-berg"),
        _ => panic!("no caller `{name}`"),
    }
}

/// Asks at a door, and tells what is wrong with the answer or with the ledger's account of it.
async fn knock(house: &House, scene: &Scene, row: &Row, who: &str, expected: u16) -> Vec<String> {
    prepare(house, scene, &row.door).await;
    let asked = asked(house, scene, &row.door).await;
    let caller = if OUTSIDERS.contains(&who) { outsider(house, who) } else { house.as_(who) };
    let newest = house.database().newest_entry();
    let told_by = fields::Teller { house, who, body: asked.body.clone() };
    let seen: Vec<(&str, &str)> = asked.seen.iter().map(|tag| ("if-match", tag.as_str())).collect();
    let method = row.door.method.parse().expect("a method");
    let answer = caller.send(method, &asked.path, asked.body.clone(), &seen).await;
    let entries = house.database().entries_after(newest);
    let mut faults = Vec::new();
    if answer.status != expected {
        faults.push(format!("answered {} instead of {expected}: {}", answer.status, answer.text()));
    }
    faults.extend(spoken(&answer));
    match &row.act {
        None if entries.is_empty() => {}
        None => faults.push(format!("{} entries outside the ledger", entries.len())),
        Some(act) => {
            faults.extend(told(row, act, &answer, &entries));
            faults.extend(entries.iter().flat_map(|entry| told_by.missing(act, entry)));
        }
    }
    faults.into_iter().map(|fault| format!("{} by {who}: {fault}", row.door)).collect()
}

/// What is wrong with the ledger's account of an answer.
fn told(row: &Row, act: &str, answer: &Answer, entries: &[Entry]) -> Vec<String> {
    let body = serde_json::from_slice(&answer.body).unwrap_or_default();
    let problem = body_type(&body);
    account::faults(
        &Answered {
            door: &row.door,
            act,
            status: answer.status,
            request: answer.header("x-request-id").unwrap_or_default(),
            entry: answer.header("samsyn-entry"),
            problem,
            body: &body,
        },
        entries,
    )
}

/// The end of a problem's `type`.
fn body_type(body: &Value) -> &str {
    let kind = body["type"].as_str().unwrap_or_default();
    kind.strip_prefix("urn:samsyn:problem:").unwrap_or_default()
}

/// An error is a problem document, and says nothing of the case.
fn spoken(answer: &Answer) -> Option<String> {
    if answer.status < 400 {
        return None;
    }
    let text = answer.text();
    let quoted = SECRET_WORDS.iter().find(|word| text.contains(**word));
    match (answer.is_problem(), quoted) {
        (false, _) => Some(format!("no problem document: {text}")),
        (true, Some(word)) => Some(format!("quotes `{word}`")),
        (true, None) => None,
    }
}

#[test]
fn the_list_names_every_door_and_no_other() {
    let differences = row::differences(&rows(), &doors());
    assert!(differences.is_empty(), "\n{}\n", differences.join("\n"));
}

#[test]
fn every_act_has_a_door_and_every_door_under_v1_an_act() {
    let rows = rows();
    let known: BTreeSet<&str> = act::ALL.iter().map(|(name, ..)| *name).collect();
    let reached: BTreeSet<&str> = rows.iter().filter_map(|row| row.act.as_deref()).collect();
    let expected = known.iter().copied().filter(|name| !WITHOUT_DOOR.contains(name)).collect();
    assert_eq!(reached, expected);
    let outside = rows.iter().filter(|row| row.act.is_none());
    assert!(
        outside.clone().count() > 0 && outside.clone().all(|row| !row.door.path.starts_with("/v1"))
    );
}

#[test]
fn every_door_answers_outsiders_as_listed_and_the_ledger_tells_of_each() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        let mut faults = Vec::new();
        for row in rows() {
            for (who, expected) in OUTSIDERS.iter().zip(row.outside) {
                faults.extend(knock(house, &scene, &row, who, expected).await);
            }
        }
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    });
}

#[test]
fn a_page_of_a_list_is_recorded_row_by_row_and_no_further() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        let health = house.unit("Elevhälsan, Strandskolan");
        for _ in 0..2 {
            let again = new_referral(house);
            house.as_("teamet").post("/v1/referrals", again).await.must(201);
        }
        let items = format!("/v1/cases/{}/items", scene.case);
        for (who, path, act, rows) in [
            ("elevhalsan", format!("/v1/referrals?unit={health}&limit=1"), "ListReferrals", 1),
            ("elevhalsan", format!("/v1/referrals?unit={health}&limit=2"), "ListReferrals", 2),
            ("bup", items.clone(), "ListItems", 2),
            // One of the two items was published to the school, and to its counsellor only.
            ("kurator", items.clone(), "ListItems", 1),
            ("larare", items, "ListItems", 0),
        ] {
            let newest = house.database().newest_entry();
            let answer = house.as_(who).get(&path).await.must(200);
            let entries = house.database().entries_after(newest);
            assert_eq!(answer.json().as_array().map(Vec::len), Some(rows), "{who} {path}");
            let door = Door { method: "GET".to_owned(), path: path.clone() };
            let row = Row { door, act: None, outside: [0; OUTSIDERS.len()], inside: None };
            assert_eq!(told(&row, act, &answer, &entries), [] as [String; 0], "{who} {path}");
        }
    });
}

#[test]
fn every_door_lets_somebody_in_and_the_ledger_tells_of_it() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        let mut faults = Vec::new();
        for row in rows() {
            let (who, expected) = row.inside.clone().expect("somebody for every door");
            assert!(expected < 300, "{} lets nobody in", row.door);
            faults.extend(knock(house, &scene, &row, &who, expected).await);
        }
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    });
}
