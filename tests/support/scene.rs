//! One child's case as far as most stories need it: referrals at each step, a case with four units,
//! a binding consent and one that waits, a published item, a plan that is whole and one that is not.

use chrono::Days;
use serde_json::{Value, json};
use uuid::Uuid;

use super::exports::{begun, ended};
use super::house::{Answer, House};

/// The units that take part in the case beside the team, who answers for each, and whom they assign.
const PARTIES: [(&str, &str, &[&str]); 3] = [
    ("BUP Lindskär", "mottagning-bup", &["bup"]),
    ("Socialtjänsten, barn och unga", "mottagning", &["socialsekreterare"]),
    ("Strandskolan", "rektor", &["rektor", "kurator", "larare"]),
];

/// Words that stand in the scene's texts, and must not stand in an answer that shows nothing.
pub const SECRET_WORDS: [&str; 4] = ["sömnen", "skoldagen", "nyckelfråga", "oron"];

/// What is there, by id.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// A referral that waits for triage at student health.
    pub received: Uuid,
    /// A referral that was sent on and waits for the team's receipt.
    pub forwarded: Uuid,
    /// A referral that the team has received and can open a case on.
    pub accepted: Uuid,
    /// A report at social services.
    pub report: Uuid,
    /// The case, with four units and BVC invited.
    pub case: Uuid,
    /// A consent that both guardians have given: BUP to the school, medical.
    pub consent: Uuid,
    /// A consent that nobody has answered: social services to the school.
    pub asked: Uuid,
    /// BUP's item, published to the school's counsellor and head on the consent, and to social
    /// services because the child is under 18.
    pub item: Uuid,
    /// The publication of that item to social services.
    pub publication: Uuid,
    /// An item of BUP's that nobody else sees.
    pub unpublished: Uuid,
    /// The case's plan: whole, and confirmed by all but the school.
    pub plan: Uuid,
    /// A goal in it.
    pub plan_goal: Uuid,
    /// A meeting about that plan, to which the school and the first guardian are called.
    pub meeting: Uuid,
    /// Another one.
    pub second_meeting: Uuid,
    /// The plan of another case, of the team alone: just begun.
    pub sketch: Uuid,
    /// A need in it.
    pub need: Uuid,
    /// A goal in it.
    pub goal: Uuid,
    /// Another need in it, with a goal and an action of the team's.
    pub extra_need: Uuid,
    /// That goal.
    pub extra_goal: Uuid,
    /// That action.
    pub extra_action: Uuid,
    /// A third case, without a plan; the guardians have agreed to one.
    pub bare: Uuid,
    /// An export of the school's log, by its auditor; its file can be fetched.
    pub export: Uuid,
    /// An emergency opening of the case, by the head of the emergency social services.
    pub opening: Uuid,
    /// What the school was told of it.
    pub notice: Uuid,
    /// What the first guardian has asked social services: who has seen what they hold.
    pub extract: Uuid,
}

impl Scene {
    /// Sets it up, over HTTP, by those who may.
    pub async fn set(house: &House) -> Self {
        let received = refer(house).await;
        let forwarded = refer(house).await;
        forward(house, forwarded).await;
        let accepted = accepted(house).await;
        let report = house.as_("kurator").post("/v1/concern-reports", new_report(house)).await;
        let parties: Vec<Uuid> = PARTIES.iter().map(|(unit, ..)| house.unit(unit)).collect();
        let invited: Vec<Uuid> = parties.into_iter().chain([house.unit("BVC Lindskär")]).collect();
        let case = open(house, self::accepted(house).await, &invited).await;
        gather(house, case).await;
        let consent = consent(house, case).await;
        let asked = house
            .as_("socialsekreterare")
            .post(&format!("/v1/cases/{case}/consents"), new_consent(house))
            .await;
        let unpublished = write(house, case).await;
        let item = write(house, case).await;
        let publication = publish(house, item).await;
        let plan = begin(house, case).await;
        let plan_goal = complete(house, plan).await;
        let meeting = call(house, plan).await;
        let second_meeting = call(house, plan).await;
        let second = open(house, self::accepted(house).await, &[]).await;
        let sketch = begin(house, second).await;
        let (extra_need, extra_goal) = sketch_need_and_goal(house, sketch).await;
        let extra = new_action(house, "Skolsociala teamet", extra_goal);
        let path = format!("/v1/plans/{sketch}/actions");
        let extra = house.as_("teamet").post(&path, extra).await.must(200);
        let extra_action = last(&extra, "actions");
        let (need, goal) = sketch_need_and_goal(house, sketch).await;
        let bare = open(house, self::accepted(house).await, &[]).await;
        agree_to_a_plan(house, bare).await;
        let (opening, notice) = break_glass(house, case).await;
        Self {
            received,
            forwarded,
            accepted,
            report: report.must(201).id(),
            case,
            consent,
            asked: asked.must(201).id(),
            item,
            publication,
            unpublished,
            plan,
            plan_goal,
            meeting,
            second_meeting,
            sketch,
            need,
            goal,
            extra_need,
            extra_goal,
            extra_action,
            bare,
            opening,
            notice,
            extract: ask_for_extract(house).await,
            export: exported(house).await,
        }
    }
}

/// A request for an access extract of `unit`'s agency, for the last day.
pub fn new_extract(house: &House, unit: &str) -> Value {
    let now = house.clock().now();
    json!({
        "agency": house.agency_of(unit),
        "from": now - chrono::TimeDelta::days(1),
        "to": now,
        "language": "sv",
    })
}

async fn ask_for_extract(house: &House) -> Uuid {
    let path = format!("/v1/children/{}/access-extracts", house.person("Barn A"));
    let body = new_extract(house, "Socialtjänsten, barn och unga");
    house.as_("vardnadshavare-1").post(&path, body).await.must(201).id()
}

/// Why a case is opened in an emergency.
pub fn new_opening() -> Value {
    json!({ "ground": "EMERGENCY", "reason": "Barnet är försvunnet." })
}

/// A review of all that has come into a log this year.
pub fn new_log_review(house: &House) -> Value {
    json!({
        "name": "Hittills i år",
        "reason": "Loggranskning enligt plan.",
        "from": "2026-01-01T00:00:00Z",
        "to": house.clock().now(),
        "rules": [{ "rule": "random", "count": 50 }],
    })
}

/// A referral of Barn A to student health.
pub fn new_referral(house: &House) -> Value {
    json!({
        "child": house.person("Barn A"),
        "from_unit": house.unit("Skolsociala teamet"),
        "to_unit": house.unit("Elevhälsan, Strandskolan"),
        "questions": {
            "in_the_way": "Har varit borta länge; oron växer.",
            "information": "Nej.",
            "i_can_do": "Träffa eleven varje vecka.",
            "my_agency_can_do": "Anpassa skoldagen.",
            "others_can_do": "Vård för sömnen.",
        },
        "concerns": [{ "indicator": "healthy", "text": "Det är sömnen." }],
        "child_view": { "words": "Jag vill tillbaka." },
        "urgency": "soon",
        "child_informed": { "informed": true },
        "guardians_informed": { "informed": true },
    })
}

/// A concern report from the school to social services.
pub fn new_report(house: &House) -> Value {
    json!({
        "child": house.person("Barn A"),
        "from_unit": house.unit("Strandskolan"),
        "to_unit": house.unit("Socialtjänsten, barn och unga"),
        "concern": "Det här är oron.",
    })
}

/// A case on `referral`, with these units asked to take part.
pub fn new_case(house: &House, referral: Uuid, invite: &[Uuid]) -> Value {
    json!({
        "referral": referral,
        "owner": house.staff("teamet"),
        "first_contact_on": house.today() + Days::new(3),
        "key_question": "Ärendets nyckelfråga.",
        "invite": invite,
    })
}

/// A consent that the school sees what social services know.
pub fn new_consent(house: &House) -> Value {
    terms(house, "Socialtjänsten, barn och unga", "SOC")
}

/// An item of BUP's.
pub fn new_item(house: &House) -> Value {
    json!({
        "unit": house.unit("BUP Lindskär"),
        "category": "MED",
        "title": "Om sömnen",
        "body": "Behöver börja skoldagen senare.",
    })
}

/// To the school's head and counsellor, on the consent.
pub fn to_school(house: &House) -> Value {
    json!({
        "unit": house.unit("Strandskolan"),
        "roles": ["head_teacher", "school_counsellor"],
        "ground": "CONSENT",
    })
}

/// A guardian's answer to a consent.
pub fn given(house: &House, guardian: &str, manner: &str) -> Value {
    json!({
        "giver": house.person(guardian),
        "answer": "given",
        "manner": manner,
        "language": "sv",
    })
}

/// A guardian takes a consent back.
pub fn taken_back(house: &House, guardian: &str) -> Value {
    json!({ "giver": house.person(guardian), "manner": "signed", "language": "sv" })
}

/// What the team does under `goal`.
pub fn new_action(house: &House, unit: &str, goal: Uuid) -> Value {
    json!({
        "unit": house.unit(unit),
        "goal": goal,
        "legal_class": "intervention",
        "text": "Det som görs för sömnen.",
        "due_on": house.today() + Days::new(56),
    })
}

/// The common parts of a plan.
pub fn new_frame(house: &House) -> Value {
    json!({
        "met_on": house.today(),
        "follow_up_on": house.today() + Days::new(60),
        "responsible_agency": house.agency_of("BUP Lindskär"),
        "child_view": { "words": "Det är bra om ni alla vet samma sak." },
    })
}

/// A call of the school and the first guardian, in a week.
pub fn new_call(house: &House) -> Value {
    json!({
        "key_question": "Ärendets nyckelfråga.",
        "starts_at": house.clock().now() + chrono::TimeDelta::days(7),
        "minutes": 60,
        "mode": "onsite",
        "place": "Rummet där de talar om sömnen",
        "units": [house.unit("Strandskolan")],
        "persons": [house.person("Vårdnadshavare 1")],
    })
}

/// Another time for it.
pub fn new_time(house: &House) -> Value {
    json!({
        "starts_at": house.clock().now() + chrono::TimeDelta::days(8),
        "minutes": 45,
        "mode": "video",
        "place": "Länk efter inloggning",
        "because": "Det gäller sömnen den dagen.",
    })
}

async fn call(house: &House, plan: Uuid) -> Uuid {
    let path = format!("/v1/plans/{plan}/meetings");
    house.as_("teamet").post(&path, new_call(house)).await.must(201).id()
}

async fn refer(house: &House) -> Uuid {
    house.as_("teamet").post("/v1/referrals", new_referral(house)).await.must(201).id()
}

async fn forward(house: &House, referral: Uuid) {
    let (who, path) = (house.as_("elevhalsan"), format!("/v1/referrals/{referral}"));
    let seen = who.get(&path).await.must(200);
    let body = json!({
        "outcome": "forward",
        "to_unit": house.unit("Skolsociala teamet"),
        "reason": "Någon måste hålla ihop det.",
    });
    who.post_seen(&format!("{path}/triage"), body, seen.etag()).await.must(200);
}

async fn accepted(house: &House) -> Uuid {
    let referral = refer(house).await;
    forward(house, referral).await;
    let (who, path) = (house.as_("triagist"), format!("/v1/referrals/{referral}"));
    let seen = who.get(&path).await.must(200);
    who.post_seen(&format!("{path}/receipt"), json!({}), seen.etag()).await.must(200);
    referral
}

async fn open(house: &House, referral: Uuid, invite: &[Uuid]) -> Uuid {
    let new = new_case(house, referral, invite);
    house.as_("triagist").post("/v1/cases", new).await.must(201).id()
}

async fn gather(house: &House, case: Uuid) {
    for (unit, who, assigned) in PARTIES {
        let assign: Vec<Uuid> = assigned.iter().map(|username| house.staff(username)).collect();
        let path = format!("/v1/cases/{case}/parties/{}/answer", house.unit(unit));
        let answer = json!({ "answer": "active", "assign": assign });
        house.as_(who).post(&path, answer).await.must(204);
    }
}

async fn consent(house: &House, case: Uuid) -> Uuid {
    let who = house.as_("bup");
    let terms = terms(house, "BUP Lindskär", "MED");
    let asked = who.post(&format!("/v1/cases/{case}/consents"), terms).await.must(201);
    let path = format!("/v1/consents/{}/answers", asked.id());
    who.post(&path, given(house, "Vårdnadshavare 1", "written")).await.must(200);
    let second = given(house, "Vårdnadshavare 2", "signed");
    let both = house.as_("vardnadshavare-2").post(&path, second).await.must(200);
    assert_eq!(both.json()["standing"], "binding");
    asked.id()
}

fn terms(house: &House, from: &str, category: &str) -> Value {
    json!({
        "from_agency": house.agency_of(from),
        "to_agency": house.agency_of("Strandskolan"),
        "categories": [category],
        "purpose": "Skolan behöver veta vad sömnen kräver av skoldagen.",
        "valid_from": house.today(),
        "valid_to": house.today() + Days::new(180),
        "explained_in": "sv",
    })
}

async fn write(house: &House, case: Uuid) -> Uuid {
    let path = format!("/v1/cases/{case}/items");
    house.as_("bup").post(&path, new_item(house)).await.must(201).id()
}

async fn publish(house: &House, item: Uuid) -> Uuid {
    let path = format!("/v1/items/{item}/publications");
    let to_social = json!({
        "unit": house.unit("Socialtjänsten, barn och unga"),
        "roles": ["caseworker"],
        "ground": "CHILD_H",
        "reason": "Stödet hemma måste läggas när barnet är vaket.",
        "despite_wish": "Samtycket gäller skolan; hemma behövs stödet redan nu.",
    });
    let published = house.as_("bup").post(&path, to_social).await.must(201).id();
    house.as_("bup").post(&path, to_school(house)).await.must(201);
    published
}

/// Both guardians agree that a plan is drawn up.
pub async fn agree_to_a_plan(house: &House, case: Uuid) -> Uuid {
    let who = house.as_("teamet");
    let asked = json!({
        "kind": "plan",
        "agency": house.agency_of("Skolsociala teamet"),
        "purpose": "En plan för alla som hjälper.",
        "valid_from": house.today(),
        "valid_to": house.today() + Days::new(180),
        "explained": "Vad en plan är, vilka som skriver den och vem som läser den.",
        "explained_in": "sv",
    });
    let asked = who.post(&format!("/v1/cases/{case}/consents"), asked).await.must(201);
    let path = format!("/v1/consents/{}/answers", asked.id());
    for guardian in ["Vårdnadshavare 1", "Vårdnadshavare 2"] {
        who.post(&path, given(house, guardian, "written")).await.must(200);
    }
    asked.id()
}

/// An emergency opening, and the notice of it that the school got.
async fn break_glass(house: &House, case: Uuid) -> (Uuid, Uuid) {
    let path = format!("/v1/cases/{case}/break-glass");
    let opening = house.as_("jourchef").post(&path, new_opening()).await.must(201).id();
    let path = format!("/v1/units/{}/notices", house.unit("Strandskolan"));
    let notices = house.as_("larare").get(&path).await.must(200).json();
    let told = |notice: &&Value| notice["resource"] == json!(opening);
    let notice = notices.as_array().into_iter().flatten().find(told);
    let notice = notice.and_then(|notice| notice["id"].as_str()?.parse().ok());
    (opening, notice.unwrap_or_else(|| panic!("the school was not told: {notices}")))
}

async fn begin(house: &House, case: Uuid) -> Uuid {
    agree_to_a_plan(house, case).await;
    let path = format!("/v1/cases/{case}/plans");
    house.as_("teamet").post(&path, json!({})).await.must(201).id()
}

/// The need and the goal that were written last.
async fn sketch_need_and_goal(house: &House, plan: Uuid) -> (Uuid, Uuid) {
    let (who, path) = (house.as_("teamet"), format!("/v1/plans/{plan}"));
    let need = json!({ "indicator": "healthy", "text": "Sova och orka." });
    let need = last(&who.post(&format!("{path}/needs"), need).await.must(200), "needs");
    let goal = json!({ "need": need, "horizon": "short_term", "text": "Tre dagar i veckan." });
    let goal = last(&who.post(&format!("{path}/goals"), goal).await.must(200), "goals");
    (need, goal)
}

/// Writes what the plan lacks, and confirms it for all but the school.
async fn complete(house: &House, plan: Uuid) -> Uuid {
    let path = format!("/v1/plans/{plan}");
    let (_, goal) = sketch_need_and_goal(house, plan).await;
    for (unit, who) in [
        ("BUP Lindskär", "bup"),
        ("Socialtjänsten, barn och unga", "socialsekreterare"),
        ("Strandskolan", "kurator"),
    ] {
        let action = new_action(house, unit, goal);
        house.as_(who).post(&format!("{path}/actions"), action).await.must(200);
    }
    let who = house.as_("teamet");
    let seen = who.get(&path).await.must(200);
    let framed = who.patch_seen(&path, new_frame(house), seen.etag()).await.must(200);
    for (unit, who) in [
        ("Skolsociala teamet", "teamet"),
        ("BUP Lindskär", "bup"),
        ("Socialtjänsten, barn och unga", "socialsekreterare"),
    ] {
        let body = json!({ "unit": house.unit(unit) });
        let path = format!("{path}/confirmations");
        house.as_(who).post_seen(&path, body, framed.etag()).await.must(200);
    }
    goal
}

/// The id of what was written last.
fn last(plan: &Answer, list: &str) -> Uuid {
    let plan = plan.json();
    let id = plan[list].as_array().and_then(|rows| rows.last()?["id"].as_str()?.parse().ok());
    id.unwrap_or_else(|| panic!("no {list}: {plan}"))
}

async fn exported(house: &House) -> Uuid {
    let auditor = house.as_("revisor-skola");
    let body = new_export(house);
    let path = begun(&auditor, house.agency_of("Strandskolan"), body).await;
    ended(&auditor, &path).await["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

/// The body of an export of today's log.
pub fn new_export(house: &House) -> Value {
    json!({
        "from": format!("{}T00:00:00Z", house.today()),
        "to": format!("{}T00:00:00Z", house.today() + Days::new(1)),
        "purpose": "Månadens loggranskning.",
        "format": "ndjson",
    })
}
