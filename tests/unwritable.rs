//! Recorded before answered: while the ledger can't be written, the service shows nothing and
//! changes nothing, and it goes on by itself as soon as the ledger can be written again.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection as _;

use crate::doors::asking::{Asked, asked, prepare};
use crate::doors::row::Row;
use crate::doors::rows;
use crate::support::Backend;
use crate::support::house::{Answer, Caller, House, on_each_backend};
use crate::support::scene::{SECRET_WORDS, Scene};

/// Everything that casework writes.
const TABLES: [&str; 18] = [
    "person",
    "enrolment",
    "custody",
    "referral",
    "concern_report",
    "case_file",
    "party",
    "assignment",
    "consent",
    "consent_answer",
    "item",
    "publication",
    "plan",
    "plan_need",
    "plan_goal",
    "plan_action",
    "plan_confirmation",
    "first_answer",
];

/// Takes the right to add entries from the service, behind its back.
fn lock(house: &House) {
    let database = house.database();
    match database.backend() {
        Backend::Sqlite => database.sqlite().batch_execute(
            "create trigger unwritable before insert on ledger_entry \
             begin select raise(abort, 'no entry today'); end",
        ),
        Backend::Postgres => {
            database.postgres().batch_execute("revoke insert on ledger_entry from samsyn_service")
        }
    }
    .expect("a locked ledger");
}

/// Gives it back.
fn mend(house: &House) {
    let database = house.database();
    match database.backend() {
        Backend::Sqlite => database.sqlite().batch_execute("drop trigger unwritable"),
        Backend::Postgres => {
            database.postgres().batch_execute("grant insert on ledger_entry to samsyn_service")
        }
    }
    .expect("a ledger that can be written");
}

/// How many rows there are, and how often they were changed: a change moves a version.
fn state(house: &House) -> BTreeMap<String, i64> {
    let database = house.database();
    let rows = TABLES.iter().map(|table| ((*table).to_owned(), database.rows(table)));
    let versions = ["person", "referral", "case_file", "consent", "plan"].iter().map(|table| {
        let sql =
            format!("select cast(coalesce(sum(version), 0) as bigint) as number from {table}");
        (format!("versions of {table}"), database.number(&sql))
    });
    rows.chain(versions).chain([("ledger".to_owned(), database.newest_entry())]).collect()
}

/// A door, who goes through it, and what is asked there.
struct Visit {
    row: Row,
    caller: Caller,
    asked: Asked,
}

/// One visit by somebody who is let in, for every door under `/v1`.
async fn visits(house: &House, scene: &Scene) -> Vec<Visit> {
    let mut visits = Vec::new();
    for row in rows().into_iter().filter(|row| row.act.is_some()) {
        let (who, _) = row.inside.as_ref().expect("somebody for every door");
        let (caller, asked) = (house.as_(who), asked(house, scene, &row.door).await);
        // Signed in while it can be recorded: it is the door itself that is tried.
        caller.get("/v1/me").await.must(200);
        visits.push(Visit { row, caller, asked });
    }
    visits
}

impl Visit {
    async fn by(&self, caller: &Caller) -> Answer {
        let key = self.row.door.to_string().replace(' ', "-");
        let seen = self.asked.seen.iter().map(|tag| ("if-match", tag.as_str()));
        let key = (self.row.door.method == "POST").then_some(("idempotency-key", key.as_str()));
        let headers: Vec<(&str, &str)> = seen.chain(key).collect();
        let method = self.row.door.method.parse().expect("a method");
        caller.send(method, &self.asked.path, self.asked.body.clone(), &headers).await
    }
}

/// What of the case can be told from an answer.
fn leaks(answer: &Answer, scene: &Scene) -> Vec<String> {
    let text = format!("{:?} {}", answer.headers, answer.text());
    let ids = [
        scene.case,
        scene.item,
        scene.unpublished,
        scene.plan,
        scene.consent,
        scene.report,
        scene.received,
    ];
    let words = SECRET_WORDS.iter().map(|word| (*word).to_owned());
    words.chain(ids.iter().map(ToString::to_string)).filter(|word| text.contains(word)).collect()
}

#[test]
fn while_the_ledger_cant_be_written_nothing_is_shown_and_nothing_changes() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        let visits = visits(house, &scene).await;
        let before = state(house);
        lock(house);
        let mut faults = Vec::new();
        for visit in &visits {
            for caller in [&visit.caller, &house.nobody(), &house.stranger()] {
                let answer = visit.by(caller).await;
                if answer.status != 503 || !answer.is_problem() {
                    faults.push(format!("{}: {answer}", visit.row.door));
                }
                let leaks = leaks(&answer, &scene);
                if !leaks.is_empty() || answer.header("samsyn-entry").is_some() {
                    faults.push(format!("{} tells {leaks:?}", visit.row.door));
                }
            }
        }
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
        assert_eq!(state(house), before);
        // Its end is recorded too.
        mend(house);
    });
}

#[test]
fn once_the_ledger_can_be_written_again_the_service_goes_on_by_itself() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        let visits = visits(house, &scene).await;
        lock(house);
        for visit in &visits {
            visit.by(&visit.caller).await.must(503);
        }
        mend(house);
        // What was not done leaves no trace, so that the same request, with the same key, is done
        // now. Versions move as the requests go on, and are asked for anew.
        let mut faults = Vec::new();
        for mut visit in visits {
            let (who, expected) = visit.row.inside.clone().expect("somebody");
            prepare(house, &scene, &visit.row.door).await;
            visit.asked = asked(house, &scene, &visit.row.door).await;
            let answer = visit.by(&house.as_(&who)).await;
            if answer.status != expected {
                faults.push(format!("{} by {who}: {answer}", visit.row.door));
            }
        }
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    });
}

#[test]
fn the_service_says_itself_that_it_cant_work_and_that_it_can_again() {
    on_each_backend(async |house| {
        let ready = async |status| {
            let answer = house.nobody().get("/health/ready").await.must(status).json();
            assert_eq!(answer["ledger"], status == 200, "{answer}");
            assert_eq!(answer["database"], true, "{answer}");
        };
        ready(200).await;
        lock(house);
        ready(503).await;
        house.nobody().get("/health/live").await.must(204);
        mend(house);
        ready(200).await;
    });
}
