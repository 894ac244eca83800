//! Protected identity: every default turned round. Named handlers and the child itself see all; a
//! guardian, who may be whom the child is hidden from, reads what is theirs without a trace of
//! where the child is or whom it meets.

use chrono::Days;
use reqwest::Method;
use samsyn::demo::{ImportError, import, read_register};
use samsyn::store::Register;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{BUP, NOTHING, OTHER_SCHOOL, SCHOOL, TEAM, each, join, referral_of, rules};
use crate::support::house::{Answer, House, on_each_backend};

/// Whom Barn C is hidden from, and who has custody.
const THREAT: &str = "vardnadshavare-1";
/// Where the stories' people live.
const AREA: &str = "00000000-0000-8000-8000-000000000011";
/// Texts that name places and people, as careless writers leave them.
const CARELESS: &str = "Träffas på Strandskolan med Psykolog, BUP Lindskär; ring BUP LINDSKÄR.";

fn register(text: &str) -> Register {
    read_register(text, str::to_owned).expect("a register")
}

/// A person as a register tells of one.
fn person(house: &House, name: &str, protection: &str, more: &str) -> Register {
    let id = house.person(name);
    register(&format!(
        "[[persons]]\nid='{id}'\narea='{AREA}'\ndisplay_name='{name}'\n\
         protection='{protection}'\n{more}"
    ))
}

async fn load(house: &House, register: Register) -> Result<(), ImportError> {
    import(house.running().store(), house.clock(), register).await
}

/// Names more handlers for Barn C, so that several units can work with it.
async fn name_handlers(house: &House, usernames: &[&str]) {
    let handlers: Vec<String> =
        usernames.iter().map(|username| format!("'{}'", house.staff(username))).collect();
    let more = format!("handlers=[{}]", handlers.join(","));
    let register = person(house, "Barn C", "protected_registration", &more);
    load(house, register).await.expect("handlers");
}

/// What there is of Barn C in its case.
struct Hidden {
    case: Uuid,
    consent: Uuid,
    plan: Uuid,
    item: Uuid,
    address: Uuid,
}

/// A case about Barn C, by its handlers: a plan in force, a consent, an item shown to the guardian
/// and an address.
async fn hidden_case(house: &House) -> Hidden {
    name_handlers(house, &["triagist", "teamet", "mottagning-bup", "bup"]).await;
    let mut referral = referral_of(house, "Barn C", SCHOOL, TEAM);
    referral["guardians_informed"] = json!({ "informed": false, "because": "Skyddade uppgifter." });
    let referral = house.as_("rektor").post("/v1/referrals", referral).await.must(201).id();
    let case = super::case_on(house, referral, &[SCHOOL, BUP]);
    let case = house.as_("triagist").post("/v1/cases", case).await.must(201).id();
    join(house, case, "rektor", SCHOOL, &["rektor"]).await;
    join(house, case, "mottagning-bup", BUP, &["bup"]).await;
    let consent = consent(house, case).await;
    let plan = plan(house, case).await;
    let item = item(house, case, "bup", BUP, "MED").await;
    let address = item_of_school(house, case).await;
    let shown = json!({
        "person": house.person("Vårdnadshavare 1"), "ground": "GUARDIAN", "reason": "Insyn.",
    });
    let path = format!("/v1/items/{item}/publications");
    house.as_("bup").post(&path, shown).await.must(201);
    Hidden { case, consent, plan, item, address }
}

/// The guardian agrees that a plan is drawn up, in person.
async fn consent(house: &House, case: Uuid) -> Uuid {
    let asked = json!({
        "kind": "plan",
        "agency": house.agency_of(TEAM),
        "purpose": CARELESS,
        "valid_from": house.today(),
        "valid_to": house.today() + Days::new(180),
        "explained": CARELESS,
        "explained_in": "sv",
    });
    let path = format!("/v1/cases/{case}/consents");
    let consent = house.as_("teamet").post(&path, asked).await.must(201).id();
    let answer = json!({
        "giver": house.person("Vårdnadshavare 1"), "answer": "given", "manner": "oral_with_witness",
        "witness": "Tolk vid Strandskolan", "language": "sv",
    });
    house.as_("teamet").post(&format!("/v1/consents/{consent}/answers"), answer).await.must(200);
    consent
}

async fn item(house: &House, case: Uuid, who: &str, unit: &str, category: &str) -> Uuid {
    let body = json!({
        "unit": house.unit(unit), "category": category, "title": CARELESS, "body": CARELESS,
    });
    house.as_(who).post(&format!("/v1/cases/{case}/items"), body).await.must(201).id()
}

async fn item_of_school(house: &House, case: Uuid) -> Uuid {
    item(house, case, "rektor", SCHOOL, "ADDR").await
}

fn last(answer: &Answer, list: &str) -> Value {
    let rows = answer.json()[list].as_array().cloned().unwrap_or_default();
    rows.last().map_or(Value::Null, |row| row["id"].clone())
}

async fn plan(house: &House, case: Uuid) -> Uuid {
    let who = house.as_("teamet");
    let plan = who.post(&format!("/v1/cases/{case}/plans"), json!({})).await.must(201).id();
    let path = format!("/v1/plans/{plan}");
    let need = json!({ "indicator": "safe", "text": CARELESS });
    let need = last(&who.post(&format!("{path}/needs"), need).await.must(200), "needs");
    let goal = json!({ "need": need, "horizon": "long_term", "text": CARELESS });
    let goal = last(&who.post(&format!("{path}/goals"), goal).await.must(200), "goals");
    let action = json!({
        "unit": house.unit(TEAM), "goal": goal, "legal_class": "third_party", "text": CARELESS,
        "third_party": "Kvinnojouren", "due_on": house.today() + Days::new(30),
    });
    let seen = who.post(&format!("{path}/actions"), action).await.must(200);
    let frame = json!({
        "met_on": house.today(), "follow_up_on": house.today() + Days::new(60),
        "responsible_agency": house.agency_of(TEAM), "child_view": { "words": CARELESS },
    });
    let seen = who.patch_seen(&path, frame, seen.etag()).await.must(200);
    for (unit, who) in [(TEAM, "teamet"), (SCHOOL, "rektor"), (BUP, "bup")] {
        let body = json!({ "unit": house.unit(unit) });
        let path = format!("{path}/confirmations");
        house.as_(who).post_seen(&path, body, seen.etag()).await.must(200);
    }
    let seen = who.get(&path).await.must(200);
    who.post_seen(&format!("{path}/activation"), json!({}), seen.etag()).await.must(200);
    plan
}

/// Every id and every name of an agency, a unit or a member of staff of the area.
fn whereabouts() -> Vec<String> {
    let world = register(include_str!("../../config/demo/world.toml"));
    let agencies = world.agencies.iter().map(|it| (it.id.to_string(), it.name.clone()));
    let units = world.units.iter().map(|it| (it.id.to_string(), it.name.clone()));
    let staff = world.staff.iter().map(|it| (it.id.to_string(), it.name.clone()));
    agencies.chain(units).chain(staff).flat_map(|(id, name)| [id, name]).collect()
}

/// What an answer tells of `whereabouts`, in its body or its header fields.
fn leaks(answer: &Answer, whereabouts: &[String]) -> Vec<String> {
    let fields = answer.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    let said: String = fields.chain([answer.text()]).collect::<Vec<_>>().join("\n").to_lowercase();
    whereabouts.iter().filter(|told| said.contains(&told.to_lowercase())).cloned().collect()
}

/// Every address of the interface with the hidden case's ids in it, and its methods.
fn addresses(hidden: &Hidden, entry: &str) -> Vec<(Method, String)> {
    let document = samsyn::http::document().to_json().expect("a document");
    let document: Value = serde_json::from_str(&document).expect("JSON");
    let with_ids = |path: &str| {
        path.replace("{case}", &hidden.case.to_string())
            .replace("{consent}", &hidden.consent.to_string())
            .replace("{plan}", &hidden.plan.to_string())
            .replace("{item}", &hidden.item.to_string())
            .replace("{entry}", entry)
            .split('/')
            .map(|part| if part.starts_with('{') { NOTHING } else { part })
            .collect::<Vec<_>>()
            .join("/")
    };
    let paths = document["paths"].as_object().expect("paths");
    let methods = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("methods").keys();
        let method = |name: &String| name.to_uppercase().parse().expect("a method");
        methods.map(|name| (method(name), with_ids(path))).collect::<Vec<_>>()
    };
    paths.iter().filter(|(path, _)| path.starts_with("/v1")).flat_map(methods).collect()
}

/// T27: the guardian reads, and no answer of the whole interface tells where the child is.
#[test]
fn a_guardian_of_a_protected_child_reads_without_a_trace_of_where_it_is() {
    on_each_backend(async |house| {
        let hidden = hidden_case(house).await;
        let (threat, names) = (house.as_(THREAT), whereabouts());
        let plan = format!("/v1/plans/{}", hidden.plan);
        let read = threat.get(&plan).await.must(200);
        assert_eq!(read.json()["unit"], Value::Null);
        assert_eq!(read.json()["needs"][0]["text"], "Träffas på […] med […]; ring […].");
        assert_eq!(read.json()["actions"][0]["third_party"], Value::Null);
        assert_eq!(read.json()["confirmations"], json!([]));
        let item = threat.get(&format!("/v1/items/{}", hidden.item)).await.must(200);
        let consent = threat.get(&format!("/v1/consents/{}", hidden.consent)).await.must(200);
        assert_eq!(consent.json()["answers"][0]["witness"], Value::Null);
        let own = threat.get("/v1/me/plans").await.must(200);
        assert_eq!(each(&own, "id"), [hidden.plan.to_string()]);
        let entries = [&read, &item, &consent, &own]
            .map(|answer| answer.header("samsyn-entry").expect("an entry").to_owned());
        for answer in [&read, &item, &consent, &own] {
            assert_eq!(leaks(answer, &names), [] as [String; 0], "{answer}");
        }
        for entry in &entries {
            let decision = threat.get(&format!("/v1/decisions/{entry}")).await.must(200);
            assert_eq!(leaks(&decision, &names), [] as [String; 0], "{decision}");
        }
        for (method, path) in addresses(&hidden, &entries[0]) {
            for language in ["sv", "en"] {
                let body = (method != Method::GET).then(|| json!({}));
                let fields = [("accept-language", language), ("if-match", "\"v1\"")];
                let answer = threat.send(method.clone(), &path, body, &fields).await;
                assert_eq!(leaks(&answer, &names), [] as [String; 0], "{method} {path} {answer}");
            }
        }
        // What is withdrawn is answered without them, too.
        let body = json!({
            "giver": house.person("Vårdnadshavare 1"), "manner": "signed", "language": "sv",
        });
        let path = format!("/v1/consents/{}/withdrawals", hidden.consent);
        let withdrawn = threat.post(&path, body).await.must(200);
        assert_eq!(leaks(&withdrawn, &names), [] as [String; 0], "{withdrawn}");
        // The same words reach a handler and the child, so that there was something to hide.
        for who in ["rektor", "barn-c"] {
            let whole = house.as_(who).get(&plan).await.must(200);
            assert!(leaks(&whole, &names).len() > 3, "{who}: {whole}");
            assert_eq!(whole.json()["needs"][0]["text"], CARELESS, "{who}");
        }
    });
}

/// T29: a named handler reads the address; a colleague, the guardian and other units don't.
#[test]
fn named_handlers_alone_reach_a_protected_child() {
    on_each_backend(async |house| {
        let hidden = hidden_case(house).await;
        let path = format!("/v1/items/{}", hidden.address);
        let read = house.as_("rektor").get(&path).await.must(200);
        assert_eq!(read.json()["category"], "ADDR");
        let assign = json!({ "staff": house.staff("kurator") });
        let at = format!("/v1/cases/{}/parties/{}/assignments", hidden.case, house.unit(SCHOOL));
        house.as_("rektor").post(&at, assign).await.must(204);
        for who in ["kurator", "larare", "socialsekreterare", THREAT, "vardnadshavare-2"] {
            house.as_(who).get(&path).await.must(404);
        }
        house.as_("kurator").get(&format!("/v1/cases/{}", hidden.case)).await.must(404);
        assert!(each(&house.as_("kurator").get("/v1/cases").await.must(200), "id").is_empty());
        let cases = house.as_("teamet").get("/v1/cases").await.must(200);
        assert_eq!(each(&cases, "id"), [hidden.case.to_string()]);
        // The address can be shown to no guardian.
        let shown = json!({
            "person": house.person("Vårdnadshavare 1"), "ground": "GUARDIAN", "reason": "Insyn.",
        });
        let refused = house.as_("rektor").post(&format!("{path}/publications"), shown).await;
        assert!(rules(&refused.must(403)).contains(&"D26".to_owned()));
        house.as_(THREAT).get(&path).await.must(404);
    });
}

/// What Barn C's or another child's handler finds by number.
async fn found(house: &House, who: &str, number: &str) -> Value {
    let body = json!({ "identity_number": number });
    house.as_(who).post("/v1/children/lookup", body).await.must(200).json()
}

#[test]
fn protection_is_raised_and_never_lowered_and_hides_the_name() {
    on_each_backend(async |house| {
        let name = |child: &Value| child["display_name"].as_str().expect("a name").to_owned();
        let hidden = found(house, "rektor", "189602029812").await;
        assert_ne!(name(&hidden), "Barn C");
        assert!(name(&hidden).starts_with("Barn ") && name(&hidden).len() == 9, "{hidden}");
        load(house, person(house, "Barn C", "none", "")).await.expect("an import");
        assert_eq!(found(house, "rektor", "189602029812").await, hidden);

        let open = found(house, "rektor-berg", "191212121212").await;
        assert_eq!(name(&open), "Barn B");
        let more = format!("handlers=['{}']", house.staff("rektor-berg"));
        load(house, person(house, "Barn B", "confidentiality_flag", &more)).await.expect("raised");
        let raised = found(house, "rektor-berg", "191212121212").await;
        assert_eq!(raised["protection"], "confidentiality_flag");
        assert_ne!(name(&raised), "Barn B");
    });
}

#[test]
fn a_child_can_be_entered_as_protected_by_whom_it_is_then_handled() {
    on_each_backend(async |house| {
        let body = |protection: &str| {
            json!({
                "unit": house.unit(SCHOOL), "display_name": "Barn utan nummer",
                "birth_date": "2019-01-01", "protection": protection,
            })
        };
        let made = house.as_("rektor").post("/v1/children", body("protected_registration")).await;
        let made = made.must(201).json();
        assert_ne!(made["display_name"], "Barn utan nummer");
        let mut referral = referral_of(house, "Barn A", SCHOOL, TEAM);
        referral["child"] = made["id"].clone();
        house.as_("kurator").post("/v1/referrals", referral.clone()).await.must(404);
        house.as_("rektor").post("/v1/referrals", referral).await.must(201);
        house.as_("rektor").post("/v1/children", body("secret")).await.must(422);
        // A new identity comes with its number, and from the register alone.
        house.as_("rektor").post("/v1/children", body("fictitious_identity")).await.must(422);
    });
}

/// D05.
#[test]
fn a_new_identity_has_one_number_and_is_linked_to_no_other() {
    on_each_backend(async |house| {
        let number = |number: &str| format!("identity_number='{number}'");
        let refused = |loaded: Result<(), ImportError>| match loaded {
            Err(ImportError::Obstructed(why)) => why,
            other => panic!("not refused: {other:?}"),
        };
        // Barn B gets a new identity: not as a second number of the old person.
        let second = person(house, "Barn B", "fictitious_identity", &number("22790814AA01"));
        let why = refused(load(house, second).await);
        assert!(why.contains("new_identity_has_one_number"), "{why}");
        assert!(!why.contains("2279"), "{why}");
        found(house, "rektor-berg", "191212121212").await;
        // As a person of its own, with one number for good.
        let new = |digits: &str| {
            register(&format!(
                "[[persons]]\nid='00000000-0000-8000-8000-000000000499'\narea='{AREA}'\n\
                 display_name='Barn N'\nprotection='fictitious_identity'\n{}\n\
                 enrolled=[{{unit='{}',from='2026-01-01'}}]\nhandlers=['{}']",
                number(digits),
                house.unit(OTHER_SCHOOL),
                house.staff("rektor-berg"),
            ))
        };
        load(house, new("22790814AA01")).await.expect("a new person");
        let child = found(house, "rektor-berg", "22790814AA01").await;
        assert_eq!(child["protection"], "fictitious_identity");
        assert_ne!(child["id"], json!(house.person("Barn B")));
        let why = refused(load(house, new("00749852BZK0")).await);
        assert!(why.contains("new_identity_has_one_number"), "{why}");
        // Nor can a number be taken over by another person.
        let other = new("191212121212");
        let other = Register {
            persons: other
                .persons
                .into_iter()
                .map(|mut person| {
                    person.id = Uuid::from_u128(0x498).into();
                    person
                })
                .collect(),
            ..Register::default()
        };
        let why = refused(load(house, other).await);
        assert!(why.contains("number_of_another_person"), "{why}");
    });
}
