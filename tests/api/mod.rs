//! The interface, address by address: who is answered what, on both databases.
//!
//! Each story has a house of its own. What several stories need before they can begin stands here.
//!
//! **Invariant:** a story speaks HTTP, and every allow in it has its deny.

mod access_extracts;
mod agencies;
mod assessment;
mod break_glass;
mod cases;
mod children;
mod chronology;
mod closing;
mod concern_reports;
mod consent_kinds;
mod consents;
mod decisions;
mod disclosures;
mod entries;
mod explain;
mod frame;
mod givers;
mod hidden;
mod items;
mod language;
mod log_exports;
mod log_reviews;
mod log_search;
mod logs;
mod me;
mod meetings;
mod notices;
mod once;
mod pages;
mod plan_turns;
mod plans;
mod problems;
mod recalls;
mod receipts;
mod referrals;
mod signing_in;
mod texts;
mod tiles;
mod truth_table;
mod units;
mod walls;
mod walls_protected;

use chrono::Days;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::house::{Answer, House};
use crate::support::scene::agree_to_a_plan;

/// The single way in; it coordinates the cases of these stories.
const TEAM: &str = "Skolsociala teamet";
/// Student health at the child's school.
const HEALTH: &str = "Elevhälsan, Strandskolan";
/// The child's school.
const SCHOOL: &str = "Strandskolan";
/// Another school of the same agency.
const OTHER_SCHOOL: &str = "Bergskolan";
/// The independent school.
const INDEPENDENT: &str = "Friskolan Fyren";
/// Social services' intake and casework.
const SOCIAL: &str = "Socialtjänsten, barn och unga";
/// Social services' other unit.
const NIGHT: &str = "Socialjouren";
/// Child psychiatry.
const BUP: &str = "BUP Lindskär";
/// The child health centre.
const BVC: &str = "BVC Lindskär";
/// The police.
const POLICE: &str = "Ungdomspolisen i Lindskär";

/// A UUID that nothing has.
const NOTHING: &str = "0192f5a0-0000-7000-8000-00000000dead";

/// Header fields that differ between two answers to the same question.
const CHANGING: [&str; 3] = ["date", "x-request-id", "samsyn-entry"];

/// A referral of `child`, filled in well.
fn referral_of(house: &House, child: &str, from: &str, to: &str) -> Value {
    json!({
        "child": house.person(child),
        "from_unit": house.unit(from),
        "to_unit": house.unit(to),
        "questions": {
            "in_the_way": "Kommer inte till skolan.",
            "information": "Nej.",
            "i_can_do": "Träffa eleven.",
            "my_agency_can_do": "Anpassa schemat.",
            "others_can_do": "Vård och stöd hemma.",
        },
        "concerns": [{ "indicator": "healthy", "text": "Sover dåligt." }],
        "child_view": { "words": "Jag vill tillbaka." },
        "urgency": "soon",
        "child_informed": { "informed": true },
        "guardians_informed": { "informed": false, "because": "Nås inte i dag." },
    })
}

/// The team refers Barn A to the unit `to`.
async fn refer(house: &House, to: &str) -> Uuid {
    let body = referral_of(house, "Barn A", TEAM, to);
    house.as_("teamet").post("/v1/referrals", body).await.must(201).id()
}

/// A case on `referral`, as it is opened: the team member owns it.
fn case_on(house: &House, referral: Uuid, invite: &[&str]) -> Value {
    let invite: Vec<Uuid> = invite.iter().map(|unit| house.unit(unit)).collect();
    json!({
        "referral": referral,
        "owner": house.staff("teamet"),
        "first_contact_on": house.today() + Days::new(3),
        "key_question": "Vad behövs?",
        "invite": invite,
    })
}

/// A case about Barn A that the team coordinates, with these units asked and none of them in yet.
async fn open_case(house: &House, invite: &[&str]) -> Uuid {
    let referral = refer(house, TEAM).await;
    let body = case_on(house, referral, invite);
    house.as_("triagist").post("/v1/cases", body).await.must(201).id()
}

/// `who` answers for `unit` that it takes part, with `staff` assigned.
async fn join(house: &House, case: Uuid, who: &str, unit: &str, staff: &[&str]) {
    let assign: Vec<Uuid> = staff.iter().map(|username| house.staff(username)).collect();
    let path = answer_path(house, case, unit);
    let body = json!({ "answer": "active", "assign": assign });
    house.as_(who).post(&path, body).await.must(204);
}

/// Where `unit` answers its invitation.
fn answer_path(house: &House, case: Uuid, unit: &str) -> String {
    format!("/v1/cases/{case}/parties/{}/answer", house.unit(unit))
}

/// A case about Barn A in which the team, BUP, social services and the school take part. The
/// teacher is assigned, too.
async fn joint_case(house: &House) -> Uuid {
    let case = open_case(house, &[BUP, SOCIAL, SCHOOL]).await;
    join(house, case, "mottagning-bup", BUP, &["bup"]).await;
    join(house, case, "mottagning", SOCIAL, &["socialsekreterare"]).await;
    join(house, case, "rektor", SCHOOL, &["rektor", "kurator", "larare"]).await;
    case
}

/// An item, as `unit` writes it.
fn item_of(house: &House, unit: &str, category: &str) -> Value {
    json!({
        "unit": house.unit(unit),
        "category": category,
        "title": "Sömn och skoldag",
        "body": "Behöver börja senare på dagen.",
    })
}

/// BUP's clinician writes an item about health.
async fn medical_item(house: &House, case: Uuid) -> Uuid {
    let body = item_of(house, BUP, "MED");
    house.as_("bup").post(&format!("/v1/cases/{case}/items"), body).await.must(201).id()
}

/// A waiver of BUP's secrecy towards the school, for half a year.
fn terms(house: &House) -> Value {
    json!({
        "from_agency": house.agency_of(BUP),
        "to_agency": house.agency_of(SCHOOL),
        "categories": ["MED"],
        "purpose": "Skolan behöver veta vad sömnen kräver av skoldagen.",
        "valid_from": house.today(),
        "valid_to": house.today() + Days::new(180),
        "explained_in": "sv",
    })
}

/// BUP's clinician asks for [`terms`].
async fn ask_consent(house: &House, case: Uuid) -> Uuid {
    let path = format!("/v1/cases/{case}/consents");
    house.as_("bup").post(&path, terms(house)).await.must(201).id()
}

/// A written answer by `giver`.
fn answer_of(house: &House, giver: &str, answer: &str) -> Value {
    json!({
        "giver": house.person(giver),
        "answer": answer,
        "manner": "written",
        "language": "sv",
    })
}

/// A signed withdrawal by `giver`.
fn withdrawal_of(house: &House, giver: &str) -> Value {
    json!({ "giver": house.person(giver), "manner": "signed", "language": "sv" })
}

/// Both guardians have given a consent to [`terms`].
async fn binding_consent(house: &House, case: Uuid) -> Uuid {
    let consent = ask_consent(house, case).await;
    for guardian in ["Vårdnadshavare 1", "Vårdnadshavare 2"] {
        let body = answer_of(house, guardian, "given");
        house.as_("bup").post(&format!("/v1/consents/{consent}/answers"), body).await.must(200);
    }
    consent
}

/// An item shared with `unit` on `ground`, for a reason, whatever was wished.
fn share(house: &House, unit: &str, ground: &str) -> Value {
    json!({
        "unit": house.unit(unit),
        "ground": ground,
        "reason": "Stödet kräver det.",
        "despite_wish": "Utan det kommer stödet för sent.",
    })
}

/// The team member begins the case's plan, to which both guardians have agreed.
async fn begin_plan(house: &House, case: Uuid) -> Uuid {
    agree_to_a_plan(house, case).await;
    let path = format!("/v1/cases/{case}/plans");
    house.as_("teamet").post(&path, json!({})).await.must(201).id()
}

/// A harm test that `official` has made.
fn harm_test(house: &House, official: &str, result: &str) -> Value {
    json!({
        "official": house.staff(official),
        "result": result,
        "reason": "Mottagaren behöver det för stödet och för det inte vidare.",
    })
}

/// The stable end of a problem's type; empty when it is none.
fn kind(answer: &Answer) -> String {
    let kind = answer.json()["type"].as_str().unwrap_or_default().to_owned();
    kind.strip_prefix("urn:samsyn:problem:").unwrap_or_default().to_owned()
}

/// Each wrong field with its reason, such as `/unit not_an_id`.
fn faults(answer: &Answer) -> Vec<String> {
    let problem = answer.json();
    let faults = problem["errors"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    faults
        .map(|fault| {
            let place = text(&fault["pointer"]).or_else(|| text(&fault["parameter"]));
            let reason = text(&fault["reason"]).unwrap_or_default();
            format!("{} {reason}", place.unwrap_or_default())
        })
        .collect()
}

/// The rules that refused it, the first one first.
fn rules(answer: &Answer) -> Vec<String> {
    let problem = answer.json();
    let also = problem["also"].as_array().into_iter().flatten().map(|also| &also["rule"]);
    let rules = std::iter::once(&problem["rule"]).chain(also);
    rules.filter_map(|rule| rule.as_str().map(str::to_owned)).collect()
}

/// Everything of an answer that does not say when, or to which request, it was given.
fn faceless(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let kept = answer.headers.iter().filter(|(name, _)| !CHANGING.contains(&name.as_str()));
    let mut kept: Vec<_> = kept.cloned().collect();
    // The order of the fields is the server's whim from one answer to the next.
    kept.sort_unstable();
    let request = answer.header("x-request-id").expect("a request's id");
    (answer.status, kept, answer.text().replace(request, ""))
}

/// The words in `field` of each row of a list.
fn each(answer: &Answer, field: &str) -> Vec<String> {
    let rows = answer.json();
    let rows = rows.as_array().unwrap_or_else(|| panic!("no list: {answer}"));
    rows.iter().map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect()
}
