//! What a machine can do to the service: a full disk, a disk that is read-only, a lost database, a
//! clock that is set back, two servers at once, a writer that waits. In each, nothing is shown
//! without an entry, the caller is told in words, and the service goes on by itself.

mod disk;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use diesel::connection::SimpleConnection as _;
use samsyn::app;
use samsyn::clock::Clock;
use samsyn::ledger::verify;
use samsyn::settings::Settings;
use samsyn::store::{StandingFault, Store};
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::cluster::Cluster;
use crate::support::exports::exported;
use crate::support::house::{Answer, Caller, House, on_each_backend};
use crate::support::scene::Scene;
use crate::support::{Backend, TestDatabase, each_backend};

/// How long the service may take to go on.
const PATIENCE: Duration = Duration::from_secs(30);
/// Callers at a time.
const CALLERS: usize = 8;

/// Runs a story on one thread.
fn tell(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(story);
}

/// A house whose statements may take a second and no longer.
async fn impatient_house(database: TestDatabase) -> House {
    House::open_at(database, Clock::machine(), |settings| {
        settings.database.statement_seconds_max = 1;
        settings.database.connection_wait_seconds_max = 1;
    })
    .await
}

/// Runs `sql` behind the service's back, as whoever owns the database.
fn run(house: &House, sqlite: &str, postgres: &str) {
    let database = house.database();
    match database.backend() {
        Backend::Sqlite => database.sqlite().batch_execute(sqlite),
        Backend::Postgres => database.postgres().batch_execute(postgres),
    }
    .expect("a statement that runs");
}

/// A refusal to work: 503, words in a problem document, when to come back, and no entry.
fn assert_said(answer: &Answer) {
    assert_eq!(answer.status, 503, "{answer}");
    assert!(answer.is_problem(), "{answer}");
    let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
    assert!(detail.len() > 20, "{answer}");
    assert_eq!(answer.header("samsyn-entry"), None, "{answer}");
    let again = answer.header("retry-after").and_then(|it| it.parse::<u32>().ok());
    assert!(again.is_some_and(|seconds| seconds > 0), "{:?}", answer.headers);
}

/// Asks until it is answered as when all is well.
async fn goes_on(caller: &Caller, path: &str) {
    let began = Instant::now();
    loop {
        let answer = caller.get(path).await;
        if answer.status == 200 {
            return;
        }
        assert_said(&answer);
        assert!(began.elapsed() < PATIENCE, "it does not go on: {answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until `/health/ready` has `status`, and tells its faults.
async fn ready_is(house: &House, status: u16) -> Vec<String> {
    let began = Instant::now();
    loop {
        let ready = house.nobody().get("/health/ready").await;
        if ready.status == status {
            house.nobody().get("/health/live").await.must(204);
            let faults = ready.json()["faults"].clone();
            return serde_json::from_value(faults).expect("faults");
        }
        assert!(began.elapsed() < PATIENCE, "{ready}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Every answer that showed something has its entry; every other one said why not.
fn assert_recorded(house: &House, answers: &[Answer], since: i64) {
    let entries = house.database().entries_after(since);
    let there: BTreeSet<Uuid> = entries.iter().map(|entry| entry.header.id.uuid()).collect();
    for answer in answers {
        match answer.status {
            200 | 201 => {
                let entry = answer.header("samsyn-entry").and_then(|it| it.parse().ok());
                assert!(entry.is_some_and(|entry| there.contains(&entry)), "{answer}");
            }
            _ => assert_said(answer),
        }
    }
}

/// The school's log, exported and verified.
async fn log_verifies(house: &House) {
    let agency = house.agency_of("Strandskolan");
    let now = house.clock().now();
    let body = json!({
        "from": now - TimeDelta::days(2),
        "to": now + TimeDelta::days(2),
        "purpose": "Efter felet.",
        "format": "ndjson",
    });
    let export = exported(house, "revisor-skola", agency, body).await;
    let report = verify(export.body.as_slice(), None).unwrap_or_else(|it| panic!("{it}"));
    assert!(report.end > 0);
}

/// Reads of several callers at once, until the story is over.
fn read_on(house: &House, path: &str, over: &Arc<AtomicBool>) -> JoinSet<Vec<Answer>> {
    let mut readers = JoinSet::new();
    for _ in 0..CALLERS {
        let (reader, path, over) = (house.as_("kurator"), path.to_owned(), over.clone());
        readers.spawn(async move {
            let mut answers = Vec::new();
            while !over.load(Ordering::SeqCst) {
                answers.push(reader.get(&path).await);
            }
            answers
        });
    }
    readers
}

#[test]
fn connections_that_are_lost_come_back_and_nothing_is_shown_without_an_entry() {
    each_backend(|database| {
        if database.backend() == Backend::Sqlite {
            return;
        }
        tell(async {
            let house = impatient_house(database).await;
            let scene = Scene::set(&house).await;
            let path = format!("/v1/items/{}", scene.item);
            let since = house.database().newest_entry();
            let over = Arc::new(AtomicBool::new(false));
            let mut readers = read_on(&house, &path, &over);
            for _ in 0..6 {
                tokio::time::sleep(Duration::from_millis(150)).await;
                let lost = "select pg_terminate_backend(pid) from pg_stat_activity \
                            where datname = current_database() and pid <> pg_backend_pid()";
                run(&house, "", lost);
            }
            goes_on(&house.as_("kurator"), &path).await;
            over.store(true, Ordering::SeqCst);
            let mut answers = Vec::new();
            while let Some(read) = readers.join_next().await {
                answers.extend(read.expect("no panic"));
            }
            assert!(answers.iter().any(|answer| answer.status == 200));
            assert_recorded(&house, &answers, since);
            ready_is(&house, 200).await;
            log_verifies(&house).await;
            house.close().await;
        });
    });
}

#[test]
fn a_database_that_may_only_be_read_shows_nothing_until_it_can_be_written() {
    let Some(cluster) = Cluster::start() else {
        eprintln!("\nLEFT OUT: no PostgreSQL is installed here that could be made read-only\n");
        return;
    };
    tell(async {
        let database = TestDatabase::at(Backend::Postgres, cluster.database("samsyn"));
        let house = impatient_house(database).await;
        let scene = Scene::set(&house).await;
        let (kurator, path) = (house.as_("kurator"), format!("/v1/items/{}", scene.item));
        cluster.run(&[
            "alter system set default_transaction_read_only = on",
            "select pg_reload_conf()",
        ]);
        let faults = ready_is(&house, 503).await;
        assert_eq!(faults.len(), 1, "{faults:?}");
        let since = house.database().newest_entry();
        for answer in [
            kurator.get(&path).await,
            house.nobody().get("/v1/me").await,
            house.as_("teamet").post("/v1/referrals", json!({})).await,
        ] {
            assert_said(&answer);
        }
        assert_eq!(house.database().newest_entry(), since);
        cluster.run(&[
            "set default_transaction_read_only = off",
            "alter system reset default_transaction_read_only",
            "select pg_reload_conf()",
        ]);
        goes_on(&kurator, &path).await;
        ready_is(&house, 200).await;
        log_verifies(&house).await;
        house.close().await;
    });
}

#[test]
fn a_writer_that_has_to_wait_says_so_and_goes_on() {
    each_backend(|database| {
        tell(async {
            let house = impatient_house(database).await;
            let scene = Scene::set(&house).await;
            let (kurator, path) = (house.as_("kurator"), format!("/v1/items/{}", scene.item));
            goes_on(&kurator, &path).await;
            let since = house.database().newest_entry();
            // Somebody else holds what the writer needs, for longer than a statement may take.
            match house.database().backend() {
                Backend::Sqlite => {
                    let mut other = house.database().sqlite();
                    other.batch_execute("begin immediate").expect("the lock");
                    assert_said(&kurator.get(&path).await);
                    other.batch_execute("rollback").expect("the lock's end");
                }
                Backend::Postgres => {
                    let mut other = house.database().postgres();
                    let lock = "begin; lock table ledger_entry in exclusive mode";
                    other.batch_execute(lock).expect("the lock");
                    assert_said(&kurator.get(&path).await);
                    other.batch_execute("rollback").expect("the lock's end");
                }
            }
            assert_eq!(house.database().newest_entry(), since);
            goes_on(&kurator, &path).await;
            house.close().await;
        });
    });
}

#[test]
fn a_clock_that_is_set_back_does_not_take_the_logs_with_it() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        let path = format!("/v1/items/{}", scene.item);
        let unseen = house.as_("kurator");
        house.as_("kurator").get(&path).await.must(200);
        house.nobody().get("/v1/me").await.must(401);
        house.running().store().sequence().await.expect("grown logs");
        house.wait(TimeDelta::hours(-1));
        // A token from the time that is now to come proves nothing; a new one does.
        unseen.get(&path).await.must(401);
        house.as_("kurator").get(&path).await.must(200);
        house.running().store().sequence().await.expect("grown logs");
        log_verifies(house).await;
        let ready = house.nobody().get("/health/ready").await.must(200).json();
        assert_eq!(ready["clock"], false, "{ready}");
        assert_eq!(ready["faults"].as_array().map(Vec::len), Some(1), "{ready}");
        house.running().store().sequence().await.expect("grown logs");
        house.wait(TimeDelta::hours(1));
        house.as_("kurator").get(&path).await.must(200);
        let ready = house.nobody().get("/health/ready").await.must(200).json();
        assert_eq!(ready["clock"], true, "{ready}");
        log_verifies(house).await;
    });
}

/// Refuses the leaves of one agency's log, behind the service's back.
fn stop_log(house: &House, agency: Uuid) {
    let sqlite = format!(
        "create trigger no_leaf before insert on ledger_leaf when new.agency_id = x'{}' \
         begin select raise(abort, 'no leaf today'); end",
        agency.simple()
    );
    let postgres = format!(
        "create function no_leaf() returns trigger language plpgsql as \
         $$ begin raise exception 'no leaf today'; end $$; \
         create trigger no_leaf before insert on ledger_leaf for each row \
         when (new.agency_id = '{agency}') execute function no_leaf()"
    );
    run(house, &sqlite, &postgres);
}

#[test]
fn a_log_that_does_not_grow_turns_ready_red_and_does_not_stop_the_others() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        let path = format!("/v1/items/{}", scene.item);
        house.running().store().sequence().await.expect("grown logs");
        let (school, bup) = (house.agency_of("Strandskolan"), house.agency_of("BUP Lindskär"));
        stop_log(house, school);
        // This read stands in the logs of the reader's agency and of the owner's.
        house.as_("kurator").get(&path).await.must(200);
        house.running().store().sequence().await.expect_err("the school's log can't grow");
        let waiting = |agency: Uuid| {
            let id = match house.database().backend() {
                Backend::Sqlite => format!("x'{}'", agency.simple()),
                Backend::Postgres => format!("'{agency}'"),
            };
            let sql = "select count(*) as number from ledger_pending where agency_id = ";
            house.database().number(&format!("{sql}{id}"))
        };
        assert_eq!((waiting(school), waiting(bup)), (2, 0), "the sign-in and the read");
        ready_is(house, 200).await;
        house.wait(TimeDelta::seconds(61));
        let faults = ready_is(house, 503).await;
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains("Loggarna växer inte"), "{faults:?}");
        // What is asked meanwhile is still recorded and answered.
        house.as_("kurator").get(&path).await.must(200);
        let drop = "drop trigger no_leaf";
        run(house, drop, &format!("{drop} on ledger_leaf; drop function no_leaf"));
        ready_is(house, 200).await;
        log_verifies(house).await;
    });
}

#[test]
fn the_state_of_a_log_tells_when_its_leaves_are_not_those_that_were_signed() {
    on_each_backend(async |house| {
        Scene::set(house).await;
        house.running().store().sequence().await.expect("grown logs");
        let mut settings = Settings::with("").expect("the defaults");
        settings.database.url = house.database().url().to_owned();
        settings.ledger.key_file = Some(house.key_file("ledger"));
        let school = house.agency_of("Strandskolan");
        let standing = || {
            let logs = app::log_settings(&settings).expect("a key");
            let place = app::place(&settings).expect("a place");
            let logs = Store::standings(&place, &logs, &[]).expect("a database that answers");
            logs.into_iter().find(|log| log.agency.uuid() == school).expect("the school's log")
        };
        let well = standing();
        assert!(well.size > 0 && well.signed_at.is_some() && well.pending == 0);
        assert_eq!(well.faults, []);
        let newest = "delete from ledger_leaf where position = \
                      (select max(position) from ledger_leaf where agency_id = ";
        run(
            house,
            &format!(
                "drop trigger ledger_leaf_is_not_removed; {newest}x'{0}') and agency_id = x'{0}'",
                school.simple()
            ),
            &format!(
                "alter table ledger_leaf disable trigger all; {newest}'{school}') \
                 and agency_id = '{school}'"
            ),
        );
        assert_eq!(standing().faults, [StandingFault::OtherLeaves]);
        settings.ledger.key_file = Some(house.key_file("vault"));
        let logs = app::log_settings(&settings).expect("another key");
        let place = app::place(&settings).expect("a place");
        let other = Store::standings(&place, &logs, &[]).expect("a database that answers");
        assert!(other.iter().all(|log| log.faults.contains(&StandingFault::OtherKey)));
    });
}

#[test]
fn two_servers_that_start_at_once_on_a_new_database_both_serve() {
    each_backend(|database| {
        tell(async {
            // What a house leaves has a sign-in service and keys; the database is another, new one.
            let left = House::open(TestDatabase::fresh(Backend::Sqlite)).await.leave().await;
            let servers: Vec<_> = (0..2).map(|_| left.configured_on(database.url(), "")).collect();
            let running: Vec<_> = servers.iter().map(|server| server.start()).collect();
            let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build();
            let http = http.expect("a client");
            for (process, server) in running.iter().zip(&servers) {
                let ready = process.ready(&http).await;
                ready.unwrap_or_else(|why| panic!("{why}\n{}", server.said()));
                let me = http.get(format!("{}/v1/me", server.base_url)).send().await;
                assert_eq!(me.expect("an answer").status(), 401, "{}", server.said());
            }
            // Both have recorded what nobody asked, and each migration was run once.
            assert!(database.newest_entry() >= 2);
            for process in running {
                process.kill();
            }
            left.close().await;
        });
    });
}
