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

/// The request for `door`.
pub async fn asked(house: &House, scene: &Scene, door: &Door) -> Asked {
    let path = path(house, scene, door);
    let seen = match seen_by(&door.to_string()) {
        Some(who) => Some(version(house, &path, who).await),
        None => None,
    };
    Asked { body: body(house, scene, &door.to_string()), path, seen }
}

/// Who reads the version that this door wants to be named.
fn seen_by(door: &str) -> Option<&'static str> {
    match door {
        "POST /v1/referrals/{referral}/triage" => Some("elevhalsan"),
        "POST /v1/referrals/{referral}/receipt" => Some("triagist"),
        "PATCH /v1/plans/{plan}"
        | "POST /v1/plans/{plan}/confirmations"
        | "POST /v1/plans/{plan}/activation" => Some("teamet"),
        _ => None,
    }
}

/// The tag of the thing that `path` is, or is below.
async fn version(house: &House, path: &str, who: &str) -> String {
    let thing: String = path.splitn(5, '/').take(4).collect::<Vec<_>>().join("/");
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
        .replace("{plan}", &plan(scene, &name).to_string())
        .replace("{agency}", &house.agency_of("Strandskolan").to_string());
    match name.as_str() {
        "GET /v1/referrals" => format!("{path}?unit={}", house.unit("Elevhälsan, Strandskolan")),
        "GET /v1/concern-reports" => {
            format!("{path}?unit={}", house.unit("Socialtjänsten, barn och unga"))
        }
        "GET /v1/invitations" => format!("{path}?unit={}", house.unit("BVC Lindskär")),
        _ => path,
    }
}

fn referral(scene: &Scene, door: &str) -> Uuid {
    if door.ends_with("/receipt") { scene.forwarded } else { scene.received }
}

fn case(scene: &Scene, door: &str) -> Uuid {
    if door == "POST /v1/cases/{case}/plans" { scene.bare } else { scene.case }
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
    let written = ["PATCH /v1/plans/{plan}", "/needs", "/goals", "/actions"];
    if written.iter().any(|end| door.ends_with(end)) { scene.sketch } else { scene.plan }
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
        "POST /v1/consents/{consent}/withdrawals" => scene::taken_back(house, "Vårdnadshavare 2"),
        "POST /v1/cases/{case}/items" => scene::new_item(house),
        "POST /v1/items/{item}/publications" => scene::to_school(house),
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
        "POST /v1/plans/{plan}/confirmations" => json!({ "unit": house.unit("Strandskolan") }),
        "POST /v1/logs/{agency}/exports" => json!({
            "from": format!("{}T00:00:00Z", house.today()),
            "to": format!("{}T00:00:00Z", house.today() + chrono::Days::new(1)),
            "purpose": "Månadens loggranskning.",
            "format": "ndjson",
        }),
        _ => return None,
    };
    Some(body)
}
