//! Disposal: what a log tells no more when its time has run out, and that what remains still proves
//! itself.

use chrono::{Days, TimeDelta};
use diesel::connection::SimpleConnection as _;
use reqwest::Method;
use samsyn::ledger::verify;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::exports::exported;
use crate::support::house::{Answer, House, on_each_backend};
use crate::support::scene::Scene;
use crate::support::{Backend, each_backend};

const SCHOOL: &str = "Strandskolan";
const SOCIAL: &str = "Socialtjänsten, barn och unga";
/// A little more than the years that a log is kept by default.
const ELEVEN_YEARS: TimeDelta = TimeDelta::days(11 * 366);

async fn dispose(house: &House, who: &str, unit: &str, before: chrono::NaiveDate) -> Answer {
    let path = format!("/v1/logs/{}/disposals", house.agency_of(unit));
    let body = json!({ "before": format!("{before}T00:00:00Z"), "reason": "Beslut om gallring." });
    house.as_(who).post(&path, body).await
}

/// Ten years ago.
fn kept_since(house: &House) -> chrono::NaiveDate {
    house.today() - Days::new(3653)
}

/// The stable word for what stands in the way.
fn reason(answer: &Answer) -> String {
    answer.json()["reason"].as_str().unwrap_or_default().to_owned()
}

/// How many entries' bodies are erased.
fn erased(house: &House) -> i64 {
    house.database().number("select count(*) as number from ledger_entry where length(header) = 0")
}

/// Why the database refuses `sql`, run with its owner's rights or on PostgreSQL as the service.
fn refused(house: &House, sql: &str, as_service: bool) -> String {
    let tried = match house.database().backend() {
        Backend::Sqlite => house.database().sqlite().batch_execute(sql),
        Backend::Postgres => {
            let mut postgres = house.database().postgres();
            if as_service {
                postgres.batch_execute("set role samsyn_service").expect("a role");
            }
            postgres.batch_execute(sql)
        }
    };
    tried.expect_err(sql).to_string()
}

#[test]
fn what_is_old_enough_is_disposed_of_log_by_log_and_the_rest_is_still_proved() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        // Read by school and owned by BUP, so that it stands in two logs.
        let path = format!("/v1/items/{}", scene.item);
        let shared = house.as_("kurator").get(&path).await.must(200);
        let shared = entry(&shared);
        let own = house.as_("kurator").get("/v1/units").await.must(200);
        let own = entry(&own);
        let early = dispose(house, "administrator", SCHOOL, house.today()).await.must(409);
        assert_eq!(reason(&early), "log_too_young", "{early}");
        house.running().store().sequence().await.expect("leaves");

        house.wait(ELEVEN_YEARS);
        let young = house.as_("kurator").get("/v1/units").await.must(200);
        let young = entry(&young);
        let early = dispose(house, "administrator", SCHOOL, house.today()).await.must(409);
        assert_eq!(reason(&early), "log_too_young", "{early}");
        assert_eq!(erased(house), 0);

        let made = dispose(house, "administrator", SCHOOL, kept_since(house)).await.must(200);
        let made = made.json();
        let receipt = &made["receipt"];
        assert_eq!((&receipt["class"], &receipt["years"]), (&json!("access_log"), &json!(10)));
        let count = receipt["count"].as_i64().expect("a number");
        let gone = made["erased"].as_i64().expect("a number");
        assert!(0 < gone && gone < count, "what stands in another log stays: {made}");
        assert_eq!(erased(house), gone);
        assert!(!made["more"].as_bool().expect("a word"));
        let told = house.database().entries_of("DisposeLog").pop().expect("an entry");
        assert_eq!(told.header.id.to_string(), receipt["id"].as_str().expect("an id"));
        assert_eq!(told.header.action, "Radera");
        let terms = told.records.iter().find_map(|record| record.terms.clone()).expect("terms");
        assert_eq!(terms.value()["count"], receipt["count"]);
        let listed = format!("/v1/logs/{}/disposals", house.agency_of(SCHOOL));
        let listed = house.as_("revisor-skola").get(&listed).await.must(200).json();
        assert_eq!(listed["disposals"][0], *receipt);

        // The school's auditor is told that it is gone; nobody else learns that it was there.
        for (entry, status) in [(own, 410), (shared, 410), (young, 200)] {
            let path = format!("/v1/decisions/{entry}");
            let answer = house.as_("revisor-skola").get(&path).await.must(status);
            assert!(status == 200 || answer.json()["type"] == "urn:samsyn:problem:disposed");
        }
        house.as_("revisor-social").get(&format!("/v1/decisions/{own}")).await.must(404);
        house.as_("revisor-bup").get(&format!("/v1/decisions/{shared}")).await.must(200);

        // A second time there is nothing left of it.
        let again = dispose(house, "administrator", SCHOOL, kept_since(house)).await.must(200);
        assert_eq!(again.json()["receipt"]["count"], 0);
        assert_eq!(erased(house), gone);

        export_is_proved(house, count).await;
        house.as_("kurator").get("/v1/me").await.must(200);
    });
}

/// The entry that tells of an answer.
fn entry(answer: &Answer) -> Uuid {
    answer.header("samsyn-entry").and_then(|id| id.parse().ok()).expect("an entry")
}

/// The school's whole log can be exported and proved; `count` of its leaves say by which disposal
/// they went.
async fn export_is_proved(house: &House, count: i64) {
    let body = json!({
        "from": "2020-01-01T00:00:00Z",
        "to": format!("{}T00:00:00Z", house.today() + Days::new(1)),
        "purpose": "Gallringen kontrolleras.",
        "format": "ndjson",
    });
    let export = exported(house, "revisor-skola", house.agency_of(SCHOOL), body).await.body;
    let report = verify(export.as_slice(), None).unwrap_or_else(|finding| panic!("{finding}"));
    let lines: Vec<Value> = export
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).expect("JSON"))
        .collect();
    let gone = lines.iter().filter(|line| line["disposed"].is_string());
    assert_eq!(i64::try_from(gone.clone().count()).ok(), Some(count));
    assert!(gone.into_iter().all(|line| line["header"].is_null() && line["records"].is_null()));
    assert!(report.to_string().contains("disposed of"), "{report}");
}

#[test]
fn a_body_is_erased_when_the_last_log_has_disposed_of_it() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        house.as_("kurator").get(&format!("/v1/items/{}", scene.item)).await.must(200);
        house.running().store().sequence().await.expect("leaves");
        house.wait(ELEVEN_YEARS);
        let school = dispose(house, "administrator", SCHOOL, kept_since(house)).await.must(200);
        let first = school.json()["erased"].as_i64().expect("a number");
        let social = dispose(house, "administrator-social", SOCIAL, kept_since(house)).await;
        let second = social.must(200).json()["erased"].as_i64().expect("a number");
        assert!(second > 0);
        assert_eq!(erased(house), first + second);
        // An entry that stands in a log that keeps it is whole.
        let broken = "select count(*) as number from ledger_entry e \
             where length(e.header) = 0 and exists (select 1 from ledger_leaf l \
                 where l.seq = e.seq and l.position >= coalesce((select max(end_position) \
                     from ledger_disposal d where d.agency_id = l.agency_id), 0))";
        assert_eq!(house.database().number(broken), 0);
    });
}

#[test]
fn the_database_erases_nothing_that_is_not_disposed_of() {
    on_each_backend(async |house| {
        house.as_("kurator").get("/v1/units").await.must(200);
        house.running().store().sequence().await.expect("leaves");
        let empty = match house.database().backend() {
            Backend::Sqlite => "x''",
            Backend::Postgres => "''::bytea",
        };
        let erase = format!("update ledger_entry set header = {empty}, records = {empty}");
        for sql in [
            erase.as_str(),
            "update ledger_entry set header = records",
            "update ledger_entry set at = at",
            "delete from ledger_entry",
        ] {
            let said = refused(house, sql, false);
            assert!(said.contains("append-only"), "{sql}: {said}");
        }
        // A disposal of what is young is refused, whatever it says of itself.
        let claim = "insert into ledger_disposal (agency_id, first_position, end_position, id, at, \
             before, years, reason) select agency_id, 0, 1, agency_id, time, ";
        for before in ["'2999-01-01T00:00:00.000000Z'", "'2021-11-30T00:00:00.000000Z'"] {
            let sql = format!("{claim}{before}, 0, '' from ledger_leaf where position = 0");
            for as_service in [false, true] {
                let said = refused(house, &sql, as_service);
                assert!(said.contains("this young"), "{said}");
            }
        }
        if house.database().backend() == Backend::Postgres {
            let said = refused(house, &erase, true);
            assert!(said.contains("permission denied"), "{said}");
            let mut postgres = house.database().postgres();
            let whole = "set role samsyn_service; \
                 select ledger_erase(agency_id, 0, 1000000) from ledger_leaf";
            postgres.batch_execute(whole).expect("a function that erases nothing");
        }
        assert_eq!(erased(house), 0);
        house.as_("kurator").send(Method::GET, "/v1/units", None, &[]).await.must(200);
    });
}

#[test]
fn a_hold_keeps_everything_and_only_so_much_goes_at_once() {
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let still =
                samsyn::clock::Clock::still("2026-11-23T13:24:05Z".parse().expect("a time"));
            let school: Uuid = "00000000-0000-8000-8000-000000000101".parse().expect("an id");
            let house = House::open_at(database, still, |settings| {
                settings.ledger.disposed_max = 2;
                settings.ledger.retention.insert(school, 5);
                let social = "00000000-0000-8000-8000-000000000103".parse().expect("an id");
                settings.ledger.retention_hold.insert(social, "Mål 123".to_owned());
            })
            .await;
            for _ in 0..3 {
                house.as_("kurator").get("/v1/units").await.must(200);
                house.as_("socialsekreterare").get("/v1/units").await.must(200);
            }
            house.running().store().sequence().await.expect("leaves");
            house.wait(ELEVEN_YEARS);
            let held = dispose(&house, "administrator-social", SOCIAL, kept_since(&house)).await;
            assert_eq!(reason(&held.must(409)), "log_is_held");
            let five = house.today() - Days::new(5 * 366);
            let some = dispose(&house, "administrator", SCHOOL, five).await.must(200).json();
            assert_eq!((&some["receipt"]["count"], &some["more"]), (&json!(2), &json!(true)));
            let rest = dispose(&house, "administrator", SCHOOL, five).await.must(200).json();
            assert_eq!(rest["receipt"]["first"], 2);
            house.close().await;
        });
    });
}
