//! Agencies' own policies: what they forbid, and for whom.

use chrono::{Days, TimeDelta};
use samsyn::access::PolicyError;
use samsyn::app::{self, AppError};
use samsyn::clock::Clock;
use samsyn::demo::sign_in::HeaderTweaks;
use samsyn::settings::Settings;
use samsyn::store::{Place, Store};
use serde_json::json;
use uuid::Uuid;

use super::{
    BUP, NOTHING, SCHOOL, SOCIAL, TEAM, case_on, faceless, joint_case, referral_of, rules, share,
};
use crate::support::house::{Answer, Caller, House, LEVEL_FOUR, on_each_backend_narrowed};
use crate::support::{TemporaryDirectory, each_backend};

const STRICT: &str = include_str!("../../docs/examples/agencies/stricter-sign-in.cedar");
const NIGHT: &str = include_str!("../../docs/examples/agencies/no-night-access.cedar");
const ASKED: &str = include_str!("../../docs/examples/agencies/guardians-asked.cedar");
const FYREN: &str = "Friskolan Fyren";

/// The id of a rule of the agency of `unit`.
fn rule(house: &House, unit: &str, id: &str) -> String {
    let agency = house.agency_of(unit).to_string();
    format!("{}/{id}", &agency[agency.len() - 8..])
}

/// `username`, signed in at level of assurance 4.
fn at_level_four(house: &House, issuer: &str, username: &str) -> Caller {
    let mut claims = house.sign_in().claims(issuer, username).expect("claims");
    claims.insert("acr".to_owned(), json!(LEVEL_FOUR));
    let token = house.sign_in().mint(issuer, &claims, HeaderTweaks::default());
    house.with_token(Some(token.expect("a token")))
}

/// BUP's item, shared with social services.
async fn shared_item(house: &House, case: Uuid) -> String {
    let bup = at_level_four(house, "region", "bup");
    let item = medical_item_by(house, &bup, case).await;
    let path = format!("/v1/items/{item}");
    let mut body = share(house, SOCIAL, "CHILD_H");
    body["reason"] = json!("Stödet hemma kräver det.");
    bup.post(&format!("{path}/publications"), body).await.must(201);
    path
}

async fn medical_item_by(house: &House, who: &Caller, case: Uuid) -> Uuid {
    let body = super::item_of(house, BUP, "MED");
    who.post(&format!("/v1/cases/{case}/items"), body).await.must(201).id()
}

#[test]
fn an_agency_asks_for_a_stricter_sign_in_to_what_is_its_own() {
    on_each_backend_narrowed(&[(BUP, STRICT)], async |house| {
        let case = joint_case(house).await;
        let strict = rule(house, BUP, "A01");
        let path = format!("/v1/cases/{case}/items");

        // Its own staff, whatever they do in a case.
        let body = super::item_of(house, BUP, "MED");
        let low = house.as_("bup").post(&path, body.clone()).await.must(403);
        assert_eq!(rules(&low), [strict.as_str()]);
        let told = low.json();
        assert_eq!(told["law"], json!("GDPR 32"));
        assert!(low.text().contains("tillitsnivå 4"), "{low}");
        at_level_four(house, "region", "bup").post(&path, body).await.must(201);

        // Whoever else opens what it owns.
        let item = shared_item(house, case).await;
        let low = house.as_("socialsekreterare").get(&item).await.must(403);
        assert_eq!(rules(&low), [strict.as_str()]);
        at_level_four(house, "social", "socialsekreterare").get(&item).await.must(200);

        // The others' own things are as they were.
        house.as_("socialsekreterare").get(&format!("/v1/cases/{case}")).await.must(200);

        // A duty is nobody's to forbid.
        let report = json!({
            "child": house.person("Barn A"),
            "from_unit": house.unit(BUP),
            "to_unit": house.unit(SOCIAL),
            "concern": "Far illa.",
        });
        house.as_("bup").post("/v1/concern-reports", report).await.must(201);
    });
}

#[test]
fn what_an_agency_forbids_tells_nobody_that_something_is_there() {
    on_each_backend_narrowed(&[(BUP, STRICT)], async |house| {
        let case = joint_case(house).await;
        let bup = at_level_four(house, "region", "bup");
        let unshared = medical_item_by(house, &bup, case).await;
        for who in ["socialsekreterare", "larare", "polis"] {
            let there = house.as_(who).get(&format!("/v1/items/{unshared}")).await.must(404);
            let nothing = house.as_(who).get(&format!("/v1/items/{NOTHING}")).await.must(404);
            assert_eq!(faceless(&there), faceless(&nothing), "{who}");
        }
        // Its own staff are told the same of both: it depends on themselves.
        let there = house.as_("mottagning-bup").get(&format!("/v1/items/{unshared}")).await;
        let nothing = house.as_("mottagning-bup").get(&format!("/v1/items/{NOTHING}")).await;
        assert_eq!(faceless(&there.must(403)), faceless(&nothing.must(403)));
    });
}

#[test]
fn an_agency_is_closed_by_night_to_all_but_emergencies() {
    on_each_backend_narrowed(&[(SCHOOL, NIGHT)], async |house| {
        let case = joint_case(house).await;
        let path = format!("/v1/cases/{case}");
        for who in ["teamet", "socialsekreterare"] {
            house.as_(who).get(&path).await.must(200);
        }
        // 23:24 in Sweden.
        house.wait(TimeDelta::hours(9));
        let night = rule(house, SCHOOL, "A01");
        // The case is the team's, and the team is of the school's agency.
        for who in ["teamet", "kurator", "socialsekreterare"] {
            let refused = house.as_(who).get(&path).await.must(403);
            assert_eq!(rules(&refused), [night.as_str()], "{who}");
        }
        house.as_("teamet").get("/v1/me").await.must(200);
        // 06:24.
        house.wait(TimeDelta::hours(7));
        house.as_("teamet").get(&path).await.must(200);
    });
}

/// A case about the young person at the independent school; the team coordinates it.
async fn young_case(house: &House) -> Uuid {
    let body = referral_of(house, "Ungdom F", FYREN, TEAM);
    let referral = house.as_("rektor-fyren").post("/v1/referrals", body).await.must(201).id();
    let body = case_on(house, referral, &[]);
    house.as_("triagist").post("/v1/cases", body).await.must(201).id()
}

/// A consent that a plan is drawn up.
async fn ask_for_a_plan(house: &House, case: Uuid) -> String {
    let body = json!({
        "kind": "plan",
        "agency": house.agency_of(TEAM),
        "purpose": "En plan för alla som hjälper.",
        "valid_from": house.today(),
        "valid_to": house.today() + Days::new(180),
        "explained": "Vad en plan är, vilka som skriver den och vem som läser den.",
        "explained_in": "sv",
    });
    let asked = house.as_("teamet").post(&format!("/v1/cases/{case}/consents"), body).await;
    format!("/v1/consents/{}/answers", asked.must(201).id())
}

async fn give(house: &House, path: &str, who: &str) -> Answer {
    let body = super::answer_of(house, who, "given");
    house.as_("teamet").post(path, body).await.must(200)
}

#[test]
fn where_the_agency_says_so_the_guardians_are_asked_before_a_plan() {
    on_each_backend_narrowed(&[(TEAM, ASKED)], async |house| {
        let case = young_case(house).await;
        let (path, teamet) = (format!("/v1/cases/{case}/plans"), house.as_("teamet"));
        let answers = ask_for_a_plan(house, case).await;
        let mature = json!({
            "matter": "plan",
            "mature": true,
            "reason": "Förstår vad en plan innebär.",
        });
        teamet.post(&format!("/v1/cases/{case}/maturity-assessments"), mature).await;
        let alone = give(house, &answers, "Ungdom F").await;
        assert_eq!(alone.json()["standing"], "binding", "{alone}");
        let refused = teamet.post(&path, json!({})).await.must(403);
        assert_eq!(rules(&refused), [rule(house, TEAM, "A01").as_str()]);
        give(house, &answers, "Vårdnadshavare 1").await;
        teamet.post(&path, json!({})).await.must(201);
    });
    // Elsewhere the young person's consent is enough.
    on_each_backend_narrowed(&[(BUP, ASKED)], async |house| {
        let case = young_case(house).await;
        let answers = ask_for_a_plan(house, case).await;
        give(house, &answers, "Ungdom F").await;
        let path = format!("/v1/cases/{case}/plans");
        house.as_("teamet").post(&path, json!({})).await.must(201);
    });
}

/// Why the service does not start with this file among the agencies' policies.
fn start(url: &str, name: &str, text: &str) -> Result<(), AppError> {
    let folder = TemporaryDirectory::fresh();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a written file");
        path
    };
    let mut settings = Settings::with("").expect("the defaults");
    settings.database.url = url.to_owned();
    settings.ledger.key_file = Some(write("ledger", &"ab".repeat(32)));
    settings.vault.key_file = Some(write("vault", &"cd".repeat(32)));
    write(name, text);
    settings.policies.agencies = Some(folder.path().to_owned());
    let clock = Clock::machine();
    let place = Place::parse(url).expect("an address");
    Store::migrate(&place, &clock).expect("migrations");
    app::App::build(settings, clock).map(|_| ())
}

#[test]
fn a_file_that_can_not_count_stops_the_start() {
    each_backend(|database| {
        let url = database.url();
        let told = |name: &str, text: &str| start(url, name, text).expect_err(name);
        let own = format!("{NOTHING}.cedar");
        assert!(matches!(told(&own, ASKED), AppError::UnknownAgency(_)));
        for name in ["school.cedar", &own.to_uppercase().replace(".CEDAR", ".cedar")] {
            assert!(matches!(told(name, ASKED), AppError::AgencyName(_)), "{name}");
        }
        let permit = STRICT.replace("forbid", "permit").replace("@answer(\"told\")\n", "");
        let permit = permit.replace("loa < 4", "roles.contains(\"teacher\")");
        let permit = permit.replace("in [Action::\"CaseBound\"]", "== Action::\"FindChild\"");
        let error = told(&own, &permit);
        assert!(matches!(error, AppError::Policy(PolicyError::Agency { .. })));
        let said = error.to_string();
        assert!(said.starts_with(&format!("{own}:3: `A01`: ")), "{said}");
        assert!(said.contains("\"FindChild\", asked by \"teacher, school\""), "{said}");
        assert!(matches!(told(&own, "forbid"), AppError::Policy(PolicyError::Clause { .. })));
        assert!(start(url, "README.txt", "Nothing here.").is_ok());
    });
}
