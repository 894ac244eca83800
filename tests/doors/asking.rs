//! What is asked at each door: an address with the scene's ids, a body that fits, and the version
//! that was seen.

use serde_json::{Value, json};
use uuid::Uuid;

use super::row::Door;
use crate::support::house::House;
use crate::support::scene::{self, Scene};

/// A request that fits its door.
pub struct Asked {
    /// The address.
    pub path: String,
    /// The body.
    pub body: Option<Value>,
    /// The version that was seen, where one must be named.
    pub seen: Option<String>,
}

/// Lets come about what must have before `door` opens. It may take years; fetch the callers after.
pub async fn prepare(house: &House, scene: &Scene, door: &Door) {
    if door.path.contains("/reviews") {
        // A period ends before it is reviewed, and the clock stands still.
        house.running().store().sequence().await.expect("leaves");
        house.wait(chrono::TimeDelta::seconds(1));
    }
    match door.to_string().as_str() {
        "POST /v1/items/{item}/block" => old_enough_to_block(house, scene).await,
        "POST /v1/plans/{plan}/closure" => lay_aside(house, scene).await,
        "GET /v1/logs/{agency}/entries/{position}" => {
            house.running().store().sequence().await.expect("leaves");
        }
        _ => {}
    }
    if door.path.starts_with("/v1/logs/") {
        house.running().store().sequence().await.expect("a log with leaves");
    }
}

/// The request for `door`.
pub async fn asked(house: &House, scene: &Scene, door: &Door) -> Asked {
    let mut path = path(house, scene, door);
    if path.contains("{entry}") {
        path = path.replace("{entry}", &decision(house, scene).await);
    }
    if let Some(own) = item_of_its_own(house, scene, &door.to_string()).await {
        path = path.replace(&scene.item.to_string(), &own.to_string());
    }
    let mut drawn = None;
    if path.contains("{review}") {
        let review = log_review(house, &door.to_string()).await;
        path = path.replace("{review}", &review.to_string());
        drawn = drawn_entry(house, review).await;
    }
    let seen = match seen_by(&door.to_string()) {
        Some(who) => Some(version(house, &path, who).await),
        None => None,
    };
    let mut body = body(house, scene, &door.to_string());
    if door.to_string() == "POST /v1/cases/{case}/practice/steps" {
        let voice = voice(house, scene, "teamet", "Skolsociala teamet", false).await;
        body = Some(json!({ "to": "assessed", "child_voice": voice }));
    }
    if door.to_string() == "POST /v1/consents/{consent}/withdrawals" {
        body = Some(scene::taken_back(house, giving(house, scene).await));
    }
    if door.to_string() == "POST /v1/logs/{agency}/reviews/{review}/findings" {
        body = Some(json!({ "entry": drawn, "finding": "query", "note": "Vilket uppdrag?" }));
    }
    Asked { body, path, seen }
}

/// A review of the school's log, with something in it but where it is to be closed.
async fn log_review(house: &House, door: &str) -> Uuid {
    let school = house.agency_of("Strandskolan");
    let mut body = scene::new_log_review(house);
    if door.ends_with("/closure") {
        body["to"] = json!("2020-02-01T00:00:00Z");
        body["from"] = json!("2020-01-01T00:00:00Z");
    }
    house.running().store().sequence().await.expect("leaves");
    let path = format!("/v1/logs/{school}/reviews");
    let review = house.as_("revisor-skola").post(&path, body).await.must(201).id();
    house.as_("revisor-skola").get(&format!("{path}/{review}")).await.must(200);
    review
}

/// An entry that was drawn, of somebody else's than the reviewer's.
async fn drawn_entry(house: &House, review: Uuid) -> Option<Value> {
    let school = house.agency_of("Strandskolan");
    let path = format!("/v1/logs/{school}/reviews/{review}/entries?limit=200");
    let drawn = house.as_("revisor-skola").get(&path).await.must(200).json();
    let own = json!(house.staff("revisor-skola"));
    let mut drawn = drawn.as_array().cloned().unwrap_or_default().into_iter();
    drawn.find(|it| it["actor"]["id"] != own).map(|it| it["entry"].clone())
}

/// A guardian who has not taken the scene's consent back.
async fn giving(house: &House, scene: &Scene) -> &'static str {
    let consent = house.as_("bup").get(&format!("/v1/consents/{}", scene.consent)).await.must(200);
    let consent = consent.json();
    let second = json!(house.person("Vårdnadshavare 2"));
    let mut answers = consent["answers"].as_array().into_iter().flatten();
    let back = answers.any(|one| one["giver"] == second && one["answer"] == "withdrawn");
    if back { "Vårdnadshavare 1" } else { "Vårdnadshavare 2" }
}

/// Who reads the version that this door wants to be named.
fn seen_by(door: &str) -> Option<&'static str> {
    match door {
        "POST /v1/referrals/{referral}/triage" => Some("elevhalsan"),
        "POST /v1/referrals/{referral}/receipt" => Some("triagist"),
        "PATCH /v1/plans/{plan}"
        | "POST /v1/plans/{plan}/confirmations"
        | "POST /v1/plans/{plan}/activation"
        | "POST /v1/cases/{case}/practice/steps"
        | "POST /v1/plans/{plan}/revision"
        | "POST /v1/plans/{plan}/closure"
        | "PATCH /v1/meetings/{meeting}"
        | "POST /v1/meetings/{meeting}/attendance" => Some("teamet"),
        _ => None,
    }
}

/// An item that only this door is about: a child's words, or an event.
async fn item_of_its_own(house: &House, scene: &Scene, door: &str) -> Option<Uuid> {
    match door {
        "POST /v1/items/{item}/not-for-guardian" => {
            Some(voice(house, scene, "bup", "BUP Lindskär", false).await)
        }
        "POST /v1/items/{item}/not-for-guardian/ending" => {
            Some(voice(house, scene, "bup", "BUP Lindskär", true).await)
        }
        "POST /v1/items/{item}/chronology-choice" => Some(event(house, scene).await),
        "POST /v1/items/{item}/chronology-choice/ending" => {
            let event = event(house, scene).await;
            let choice = format!("/v1/items/{event}/chronology-choice");
            house.as_("teamet").post(&choice, json!({})).await.must(201);
            Some(event)
        }
        _ => None,
    }
}

/// What the child says before it is assessed what it needs, as `unit` wrote it down.
async fn voice(house: &House, scene: &Scene, who: &str, unit: &str, marked: bool) -> Uuid {
    let body = json!({
        "unit": house.unit(unit),
        "category": "VOICE",
        "title": "Barnets egna ord",
        "content": { "child_voice": {
            "stage": "assessed",
            "on": house.today(),
            "words": "Jag vill sova längre.",
            "asked_by": "En vuxen som barnet känner",
            "how": "conversation",
        } },
        "not_for_guardian": marked,
    });
    house.as_(who).post(&format!("/v1/cases/{}/items", scene.case), body).await.must(201).id()
}

/// An event that the team has shared with the school.
async fn event(house: &House, scene: &Scene) -> Uuid {
    let body = json!({
        "unit": house.unit("Skolsociala teamet"),
        "category": "CHRONO",
        "title": "Första samtalet",
        "content": { "significant_event": {
            "on": house.today(),
            "event": "Barnet och teamet träffades.",
            "source": { "who": "Teammedlem", "service": "Skolsociala teamet" },
            "impact": "positive",
            "action_taken": "Ett nytt samtal är bestämt.",
        } },
    });
    let items = format!("/v1/cases/{}/items", scene.case);
    let event = house.as_("teamet").post(&items, body).await.must(201).id();
    let inside = json!({
        "unit": house.unit("Strandskolan"),
        "ground": "INNER",
        "reason": "Skolan behöver känna till mötet.",
    });
    let path = format!("/v1/items/{event}/publications");
    house.as_("teamet").post(&path, inside).await.must(201);
    event
}

/// The tag of the thing that `path` is, or is below.
async fn version(house: &House, path: &str, who: &str) -> String {
    let parts = if path.contains("/practice/") { 5 } else { 4 };
    let thing: String = path.split('/').take(parts).collect::<Vec<_>>().join("/");
    house.as_(who).get(&thing).await.must(200).etag().to_owned()
}

/// The door's path with ids of the scene, and the query that it needs.
fn path(house: &House, scene: &Scene, door: &Door) -> String {
    let name = door.to_string();
    let path = door
        .path
        .replace("{referral}", &referral(scene, &name).to_string())
        .replace("{report}", &scene.report.to_string())
        .replace("{case}", &case(scene, &name).to_string())
        .replace("{unit}", &party(house, &name).to_string())
        .replace("{consent}", &consent(scene, &name).to_string())
        .replace("{item}", &scene.item.to_string())
        .replace("{publication}", &scene.publication.to_string())
        .replace("{plan}", &plan(scene, &name).to_string())
        .replace("{need}", &scene.extra_need.to_string())
        .replace("{goal}", &goal(scene, &name).to_string())
        .replace("{action}", &scene.extra_action.to_string())
        .replace("{meeting}", &meeting(scene, &name).to_string())
        .replace("{opening}", &scene.opening.to_string())
        .replace("{extract}", &scene.extract.to_string())
        .replace("{child}", &house.person("Barn A").to_string())
        .replace("{notice}", &scene.notice.to_string())
        .replace("{position}", "0")
        .replace("{tile}", "0/000.p/1")
        .replace("{export}", &scene.export.to_string())
        .replace("{agency}", &house.agency_of("Strandskolan").to_string());
    match name.as_str() {
        "GET /v1/referrals" => format!("{path}?unit={}", house.unit("Elevhälsan, Strandskolan")),
        "GET /v1/concern-reports" => {
            format!("{path}?unit={}", house.unit("Socialtjänsten, barn och unga"))
        }
        "GET /v1/logs/{agency}/reviews/report" => format!("{path}?year=2026"),
        "GET /v1/invitations" => format!("{path}?unit={}", house.unit("BVC Lindskär")),
        "GET /v1/logs/{agency}/proofs/inclusion" => format!("{path}?index=0"),
        "GET /v1/logs/{agency}/proofs/consistency" => format!("{path}?from=1"),
        _ => path,
    }
}

/// A decision on what the school's counsellor asked for.
async fn decision(house: &House, scene: &Scene) -> String {
    let read = house.as_("kurator").get(&format!("/v1/cases/{}", scene.case)).await.must(200);
    read.header("samsyn-entry").expect("an entry").to_owned()
}

/// A plan that is laid aside can be closed, once its goals are judged.
async fn lay_aside(house: &House, scene: &Scene) {
    let path = format!("/v1/plans/{}/interruption", scene.plan);
    house.as_("teamet").post(&path, json!({ "reason": "Det väntar." })).await;
}

/// Time passes until the child may be found mature, and it is.
async fn old_enough_to_block(house: &House, scene: &Scene) {
    let old_enough = chrono::NaiveDate::from_ymd_opt(2028, 4, 1).expect("a day");
    house.wait((old_enough - house.today()).max(chrono::TimeDelta::zero()));
    let mature = json!({ "matter": "waiver", "mature": true, "reason": "Förstår vad det rör." });
    let path = format!("/v1/cases/{}/maturity-assessments", scene.case);
    house.as_("bup").post(&path, mature).await.must(201);
}

fn referral(scene: &Scene, door: &str) -> Uuid {
    if door.ends_with("/receipt") { scene.forwarded } else { scene.received }
}

fn case(scene: &Scene, door: &str) -> Uuid {
    let bare = ["POST /v1/cases/{case}/plans", "POST /v1/cases/{case}/closure"];
    if bare.contains(&door) { scene.bare } else { scene.case }
}

/// The unit that answers is the one that was invited; the others take part already.
fn party(house: &House, door: &str) -> Uuid {
    if door.ends_with("/answer") { house.unit("BVC Lindskär") } else { house.unit("Strandskolan") }
}

fn consent(scene: &Scene, door: &str) -> Uuid {
    if door.ends_with("/answers") { scene.asked } else { scene.consent }
}

/// What is written goes into the plan that is only begun.
fn plan(scene: &Scene, door: &str) -> Uuid {
    let written = [
        "PATCH /v1/plans/{plan}",
        "/needs",
        "/goals",
        "/actions",
        "/removal",
        "/preparation",
        "/interruption",
        "/resumption",
    ];
    if written.iter().any(|end| door.ends_with(end)) { scene.sketch } else { scene.plan }
}

/// Judged is a goal of the plan in force; taken out is one that nothing stands under.
fn goal(scene: &Scene, door: &str) -> Uuid {
    if door.ends_with("/outcome") { scene.plan_goal } else { scene.extra_goal }
}

/// The second meeting is called off, the first one held.
fn meeting(scene: &Scene, door: &str) -> Uuid {
    if door.ends_with("/cancellation") { scene.second_meeting } else { scene.meeting }
}

fn body(house: &House, scene: &Scene, door: &str) -> Option<Value> {
    let body = match door {
        "POST /v1/children/lookup" => json!({ "identity_number": "20030202-2389" }),
        "POST /v1/children" => json!({
            "unit": house.unit("BVC Lindskär"),
            "display_name": "Väntat barn",
            "expected_birth": house.today() + chrono::Days::new(60),
        }),
        "POST /v1/referrals" => scene::new_referral(house),
        "POST /v1/referrals/{referral}/triage" => {
            json!({ "outcome": "advice", "advice": "Ett råd." })
        }
        "POST /v1/concern-reports" => scene::new_report(house),
        "POST /v1/cases" => scene::new_case(house, scene.accepted, &[]),
        "POST /v1/cases/{case}/parties" => {
            json!({ "unit": house.unit("Skolhälsovården, Strandskolan") })
        }
        "POST /v1/cases/{case}/parties/{unit}/answer" => {
            json!({ "answer": "read_only", "assign": [house.staff("bvc")] })
        }
        "POST /v1/cases/{case}/parties/{unit}/assignments"
        | "POST /v1/cases/{case}/parties/{unit}/releases" => {
            json!({ "staff": house.staff("larare") })
        }
        "POST /v1/cases/{case}/consents" => scene::new_consent(house),
        "POST /v1/consents/{consent}/answers" => scene::given(house, "Vårdnadshavare 1", "written"),
        "POST /v1/cases/{case}/maturity-assessments" => json!({
            "matter": "waiver",
            "mature": false,
            "reason": "Vill att föräldrarna bestämmer.",
        }),
        "POST /v1/consents/{consent}/withdrawals" => scene::taken_back(house, "Vårdnadshavare 2"),
        "POST /v1/cases/{case}/items" => scene::new_item(house),
        "POST /v1/items/{item}/publications" | "POST /v1/items/{item}/disclosure-preview" => {
            scene::to_school(house)
        }
        "POST /v1/items/{item}/addenda" => json!({ "body": "Gäller hela läsåret." }),
        "POST /v1/publications/{publication}/revocation"
        | "POST /v1/publications/{publication}/missent" => json!({ "because": "Fel mottagare." }),
        "POST /v1/cases/{case}/information-requests" => json!({
            "unit": house.unit("BUP Lindskär"),
            "investigation": "123",
            "asked": "Hur mår barnet?",
        }),
        "POST /v1/cases/{case}/plans"
        | "POST /v1/referrals/{referral}/receipt"
        | "POST /v1/plans/{plan}/activation" => json!({}),
        "PATCH /v1/plans/{plan}" => scene::new_frame(house),
        "POST /v1/plans/{plan}/needs" => json!({ "indicator": "safe", "text": "En trygg plats." }),
        "POST /v1/plans/{plan}/goals" => json!({
            "need": scene.need,
            "horizon": "long_term",
            "text": "Hela veckan i skolan.",
        }),
        "POST /v1/plans/{plan}/actions" => {
            scene::new_action(house, "Skolsociala teamet", scene.goal)
        }
        "POST /v1/plans/{plan}/preparation" => json!({ "item": "child_asked", "done": true }),
        "POST /v1/plans/{plan}/goals/{goal}/outcome" => json!({ "outcome": "done" }),
        "POST /v1/plans/{plan}/revision" | "POST /v1/plans/{plan}/interruption" => {
            json!({ "reason": "Uppföljning." })
        }
        "POST /v1/plans/{plan}/closure" => json!({ "reason": "goals_met" }),
        "POST /v1/plans/{plan}/actions/{action}/removal" => {
            json!({ "unit": house.unit("Skolsociala teamet") })
        }
        "POST /v1/plans/{plan}/goals/{goal}/removal"
        | "POST /v1/plans/{plan}/needs/{need}/removal"
        | "POST /v1/plans/{plan}/resumption" => json!({}),
        "POST /v1/plans/{plan}/meetings" | "POST /v1/plans/{plan}/meeting-preview" => {
            scene::new_call(house)
        }
        "POST /v1/meetings/{meeting}/replies" => {
            json!({ "unit": house.unit("Strandskolan"), "reply": "accepted" })
        }
        "PATCH /v1/meetings/{meeting}" => scene::new_time(house),
        "POST /v1/meetings/{meeting}/cancellation" => json!({ "because": "Det behövs inte." }),
        "POST /v1/meetings/{meeting}/attendance" => json!({
            "held_on": house.today(),
            "attendance": [
                { "unit": house.unit("Strandskolan"), "attended": true },
                { "person": house.person("Vårdnadshavare 1"), "attended": true },
            ],
        }),
        "POST /v1/meetings/{meeting}/evaluations" => json!({
            "person": house.person("Vårdnadshavare 1"),
            "heard": "yes",
            "knows_who_does_what": "partly",
            "helps": "yes",
        }),
        "POST /v1/plans/{plan}/confirmations" => json!({ "unit": house.unit("Strandskolan") }),
        "POST /v1/access/explain" => {
            json!({ "act": "ReadItem", "target": { "kind": "Item", "id": scene.item } })
        }
        "POST /v1/cases/{case}/break-glass" => scene::new_opening(),
        "POST /v1/break-glass" => json!({
            "identity_number": "20030202-2389",
            "ground": "EMERGENCY",
            "reason": "Barnet är försvunnet.",
        }),
        "POST /v1/break-glass/{opening}/review" => {
            json!({ "finding": "query", "reason": "Varför just då?" })
        }
        "POST /v1/items/{item}/hidden-from"
        | "POST /v1/items/{item}/hidden-from/ending"
        | "POST /v1/cases/{case}/barred-guardians"
        | "POST /v1/cases/{case}/barred-guardians/ending" => json!({
            "guardian": house.person("Vårdnadshavare 1"),
            "reason": "Barnet kan komma till skada.",
        }),
        "POST /v1/items/{item}/not-for-guardian"
        | "POST /v1/items/{item}/not-for-guardian/ending"
        | "POST /v1/items/{item}/chronology-choice" => json!({}),
        "POST /v1/items/{item}/chronology-choice/ending" => json!({ "reason": "Hör inte hit." }),
        "POST /v1/items/{item}/block" => json!({ "asker": house.person("Barn A") }),
        "POST /v1/items/{item}/block/lifting" => {
            json!({ "ground": "consent", "because": "Patienten vill det." })
        }
        "POST /v1/children/{child}/access-extracts" => scene::new_extract(house, "Strandskolan"),
        "POST /v1/access-extracts/{extract}/decision" => {
            json!({ "release": true, "reason": "Inget talar emot det.", "size": 0 })
        }
        "POST /v1/cases/{case}/conflict" => json!({ "kind": "relative" }),
        "POST /v1/cases/{case}/closure" => json!({ "reason": "goals_met" }),
        "POST /v1/logs/{agency}/reviews" => scene::new_log_review(house),
        "POST /v1/logs/{agency}/reviews/{review}/closure" => json!({}),
        "POST /v1/logs/{agency}/disposals" => json!({
            "before": format!("{}T00:00:00Z", house.today() - chrono::Days::new(3660)),
            "reason": "Beslut om gallring.",
        }),
        "POST /v1/logs/{agency}/search" => json!({
            "from": format!("{}T00:00:00Z", house.today()),
            "to": format!("{}T00:00:00Z", house.today() + chrono::Days::new(1)),
        }),
        "POST /v1/logs/{agency}/exports" => scene::new_export(house),
        _ => return None,
    };
    Some(body)
}
