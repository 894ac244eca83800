//! Killed at a random moment, under load, again and again: what was answered is recorded, what was
//! changed is recorded, the logs are whole, and everything goes on by itself.
//!
//! The very program runs as a process of its own and is ended by SIGKILL; in every fourth round
//! PostgreSQL is, too. `SAMSYN_KILL_ROUNDS` sets how many rounds; `just kill 200` asks for more.
//! What a loss of power does is not tried here: that is the database's own promise.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fastrand::Rng;
use reqwest::Method;
use samsyn::clock::Clock;
use samsyn::ledger::{Decision, Effect, Outcome};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::cluster::Cluster;
use crate::support::house::{House, Left};
use crate::support::ledger::Entry;
use crate::support::process::{Configured, Process, verify};
use crate::support::scene::{Scene, new_item, new_referral};
use crate::support::{Backend, TestDatabase};

/// Rounds when nobody says.
const ROUNDS: usize = 3;
/// Callers at a time.
const CALLERS: usize = 16;
/// Answers that a round waits for before anything may be killed.
const WARM: usize = 24;
/// When after that the kill comes, at the latest, milliseconds.
const LATEST: u64 = 400;
/// How long the logs may take to catch up after a start.
const PATIENCE: Duration = Duration::from_secs(30);
/// Whose logs are exported and verified.
const AUDITORS: [(&str, &str); 3] = [
    ("revisor-skola", "Strandskolan"),
    ("revisor-social", "Socialtjänsten, barn och unga"),
    ("revisor-bup", "BUP Lindskär"),
];
/// The acts of this load that change something, and the table that each adds a row to.
const CHANGES: [(&str, &str, &str); 2] =
    [("MakeReferral", "Referral", "referral"), ("WriteItem", "Item", "item")];

/// Something to ask, and what it is answered when all is well.
struct Question {
    who: &'static str,
    method: Method,
    path: String,
    body: Option<Value>,
    status: u16,
}

/// An answer that came: its head at the least.
struct Answered {
    question: usize,
    status: u16,
    request: Option<String>,
    entry: Option<Uuid>,
    /// The body, if it came whole.
    body: Option<Value>,
}

/// One round's load.
struct Load {
    answers: Mutex<Vec<Answered>>,
    count: AtomicUsize,
    over: AtomicBool,
}

/// What the rounds are about.
struct Story {
    left: Left,
    questions: Vec<Question>,
    cluster: Option<Arc<Cluster>>,
    configured: Configured,
    process: Option<Process>,
    http: reqwest::Client,
    chance: Rng,
    /// The newest entry that was looked at.
    seen: i64,
    /// All rows of [`CHANGES`] that entries have told of.
    told: Vec<BTreeSet<Uuid>>,
}

fn questions(house: &House, scene: &Scene) -> Vec<Question> {
    let ask =
        |who, path: String, status| Question { who, method: Method::GET, path, body: None, status };
    let send = |who, path: String, body| Question {
        who,
        method: Method::POST,
        path,
        body: Some(body),
        status: 201,
    };
    vec![
        ask("kurator", format!("/v1/items/{}", scene.item), 200),
        ask("socialsekreterare", format!("/v1/items/{}", scene.item), 200),
        ask("kurator", format!("/v1/items/{}", scene.unpublished), 404),
        ask("rektor-berg", format!("/v1/cases/{}", scene.case), 404),
        ask("bup", format!("/v1/cases/{}/items", scene.case), 200),
        send("teamet", "/v1/referrals".to_owned(), new_referral(house)),
        send("bup", format!("/v1/cases/{}/items", scene.case), new_item(house)),
        ask("", "/v1/me".to_owned(), 401),
    ]
}

/// One caller, who asks at random until the round is over or the connection is gone.
async fn ask_on(
    http: reqwest::Client,
    base_url: String,
    asked: Arc<Vec<reqwest::Request>>,
    load: Arc<Load>,
    mut chance: Rng,
) {
    while !load.over.load(Ordering::SeqCst) {
        let question = chance.usize(..asked.len());
        let mut request = asked[question].try_clone().expect("a body that can be sent again");
        let url = format!("{base_url}{}", request.url().path());
        *request.url_mut() = url.parse().expect("an address");
        if request.method() == Method::POST {
            let key = Uuid::from_u128(chance.u128(..)).to_string().parse().expect("a key");
            request.headers_mut().insert("idempotency-key", key);
        }
        let Ok(answer) = http.execute(request).await else {
            // Nobody was told anything. The server is being killed, or starts.
            tokio::time::sleep(Duration::from_millis(2)).await;
            continue;
        };
        let header = |name: &str| answer.headers().get(name).and_then(|it| it.to_str().ok());
        let mut answered = Answered {
            question,
            status: answer.status().as_u16(),
            request: header("x-request-id").map(str::to_owned),
            entry: header("samsyn-entry").and_then(|it| it.parse().ok()),
            body: None,
        };
        answered.body = answer.json().await.ok();
        load.answers.lock().expect("no panic").push(answered);
        load.count.fetch_add(1, Ordering::SeqCst);
    }
}

impl Story {
    async fn begin(backend: Backend) -> Option<Self> {
        let cluster = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => Some(Arc::new(Cluster::start()?)),
        };
        let database = match &cluster {
            None => TestDatabase::fresh(Backend::Sqlite),
            Some(cluster) => TestDatabase::at(Backend::Postgres, cluster.database("samsyn")),
        };
        let house = House::open_at(database, Clock::machine(), |_| {}).await;
        let scene = Scene::set(&house).await;
        let questions = questions(&house, &scene);
        let left = house.leave().await;
        let more = "statement_seconds_max = 5\nconnection_wait_seconds_max = 2\n";
        let configured = left.configured(more);
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]);
        let http = http.timeout(Duration::from_secs(20)).build().expect("a client");
        let seed = std::env::var("SAMSYN_KILL_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or_else(|| fastrand::u64(..));
        println!("SAMSYN_KILL_SEED={seed}");
        let seen = left.database.newest_entry();
        let told = CHANGES.iter().map(|(.., table)| left.database.ids(table)).collect();
        let chance = Rng::with_seed(seed);
        let process = Some(configured.start());
        let story =
            Self { left, questions, cluster, configured, process, http, chance, seen, told };
        story.must_be_ready(story.process.as_ref().expect("a service")).await;
        Some(story)
    }

    /// The questions, each with a fresh token.
    fn asked(&self) -> Arc<Vec<reqwest::Request>> {
        let ask = |question: &Question| {
            let url = format!("{}{}", self.configured.base_url, question.path);
            let mut request = self.http.request(question.method.clone(), url);
            if !question.who.is_empty() {
                request = request.bearer_auth(self.left.token(question.who));
            }
            if let Some(body) = &question.body {
                request = request.json(body);
            }
            request.build().expect("a request")
        };
        Arc::new(self.questions.iter().map(ask).collect())
    }

    /// Loads the service, kills it, starts it again and compares; how many answers there were.
    async fn round(&mut self, round: usize) -> usize {
        let process = self.process.take().expect("a service");
        let load = Arc::new(Load {
            answers: Mutex::default(),
            count: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        });
        let asked = self.asked();
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            callers.spawn(ask_on(
                self.http.clone(),
                self.configured.base_url.clone(),
                asked.clone(),
                load.clone(),
                self.chance.fork(),
            ));
        }
        self.answers(&load, WARM).await;
        self.pause().await;
        if round % 4 == 1 && self.cluster.is_some() {
            self.kill_the_database(round).await;
            self.must_be_ready(&process).await;
            let so_far = load.count.load(Ordering::SeqCst);
            self.answers(&load, so_far + WARM).await;
            self.pause().await;
        }
        process.kill();
        load.over.store(true, Ordering::SeqCst);
        callers.join_all().await;
        let answers = std::mem::take(&mut *load.answers.lock().expect("no panic"));
        let process = self.configured.start();
        self.must_be_ready(&process).await;
        self.look(&answers).await;
        self.process = Some(process);
        answers.len()
    }

    async fn must_be_ready(&self, process: &Process) {
        let ready = process.ready(&self.http).await;
        ready.unwrap_or_else(|why| panic!("not ready: {why}\n{}", self.configured.said()));
    }

    async fn answers(&self, load: &Load, wanted: usize) {
        let began = Instant::now();
        while load.count.load(Ordering::SeqCst) < wanted {
            assert!(began.elapsed() < PATIENCE, "no answers:\n{}", self.configured.said());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    async fn pause(&mut self) {
        tokio::time::sleep(Duration::from_micros(self.chance.u64(..LATEST * 1000))).await;
    }

    /// Kills PostgreSQL, or stops it without letting it finish, and starts it again after a while.
    async fn kill_the_database(&mut self, round: usize) {
        let cluster = self.cluster.clone().expect("a cluster");
        if round % 8 == 1 {
            cluster.kill()
        } else {
            cluster.stop()
        }
        self.pause().await;
        let started = tokio::task::spawn_blocking(move || cluster.start_again());
        started.await.expect("a cluster that starts again");
    }

    /// After a kill: lets the service go on by itself, and compares what it has with what was answered.
    async fn look(&mut self, answers: &[Answered]) {
        self.logs_catch_up().await;
        let entries = self.left.database.entries_after(self.seen);
        self.seen = entries.last().map_or(self.seen, |entry| entry.seq);
        let faults = [self.unrecorded(answers, &entries), self.unaccounted(&entries)].concat();
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
        self.logs_verify(entries.first()).await;
        let status = self.configured.run(&["ledger", "status"]);
        let said = String::from_utf8_lossy(&status.stdout).into_owned();
        assert!(status.status.success(), "{said}");
    }

    /// The sequencer goes on: nobody asks anything, and soon nothing waits.
    async fn logs_catch_up(&self) {
        let began = Instant::now();
        while self.left.database.rows("ledger_pending") > 0 {
            assert!(
                began.elapsed() < PATIENCE,
                "the logs do not grow:\n{}",
                self.configured.said()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Answers that no entry tells of, and answers that should not be.
    fn unrecorded(&self, answers: &[Answered], entries: &[Entry]) -> Vec<String> {
        let requests: BTreeSet<&str> =
            entries.iter().map(|entry| entry.header.request.as_str()).collect();
        let ids: BTreeSet<Uuid> = entries.iter().map(|entry| entry.header.id.uuid()).collect();
        let mut faults = Vec::new();
        for answer in answers {
            let question = &self.questions[answer.question];
            let what = format!("{} {} {}", answer.status, question.method, question.path);
            if answer.status == 503 {
                if answer.entry.is_some() {
                    faults.push(format!("{what} names an entry"));
                }
                continue;
            }
            if answer.status != question.status {
                faults.push(format!("{what} instead of {}: {:?}", question.status, answer.body));
            }
            if !answer.request.as_deref().is_some_and(|request| requests.contains(request)) {
                faults.push(format!("{what} was answered and is not recorded"));
            }
            if answer.entry.is_some_and(|entry| !ids.contains(&entry)) {
                faults.push(format!("{what} names an entry that is not there"));
            }
            faults.extend(self.served_otherwise(answer, entries).map(|it| format!("{what} {it}")));
        }
        faults
    }

    /// What a list showed and its entry does not tell, or the other way round.
    fn served_otherwise(&self, answer: &Answered, entries: &[Entry]) -> Option<String> {
        let rows = answer.body.as_ref()?.as_array()?;
        let shown: BTreeSet<Uuid> =
            rows.iter().filter_map(|row| row["id"].as_str()?.parse().ok()).collect();
        let entry = entries.iter().find(|it| Some(it.header.id.uuid()) == answer.entry)?;
        let told: BTreeSet<Uuid> = entry.recorded("Item").into_iter().collect();
        (shown != told).then(|| format!("showed {} rows, told {}", shown.len(), told.len()))
    }

    /// Changes without an entry, and entries of changes that did not happen.
    fn unaccounted(&mut self, entries: &[Entry]) -> Vec<String> {
        let mut faults = Vec::new();
        for ((act, kind, table), told) in CHANGES.iter().zip(&mut self.told) {
            let done = entries.iter().filter(|entry| {
                let header = &entry.header;
                let how = (header.act.as_str(), header.decision, header.outcome);
                how == (*act, Decision::Permit, Outcome::Done)
            });
            for entry in done {
                let mut made = entry.records.iter().filter(|it| it.effect == Effect::Changed);
                let made = made.find(|it| it.resource.kind == *kind).and_then(|it| it.resource.id);
                match made {
                    Some(id) => faults
                        .extend((!told.insert(id)).then(|| format!("two entries of one {kind}"))),
                    None => faults.push(format!("an entry of {act} that tells of no {kind}")),
                }
            }
            let there = self.left.database.ids(table);
            let without = there.difference(told).count();
            let beyond = told.difference(&there).count();
            if (without, beyond) != (0, 0) {
                faults.push(format!(
                    "{table}: {without} without entry, {beyond} entries without row"
                ));
            }
        }
        faults
    }

    /// Exports each log from this round's first entry on, and has the program verify it.
    async fn logs_verify(&self, first: Option<&Entry>) {
        let Some(first) = first else { return };
        let from = first.header.at - chrono::TimeDelta::seconds(2);
        for (who, unit) in AUDITORS {
            let log = format!("{}/v1/logs/{}", self.configured.base_url, self.left.agency_of(unit));
            let token = self.left.token(who);
            let state = self.http.get(&log).bearer_auth(&token).send().await.expect("an answer");
            let state: Value = state.json().await.expect("a log's state");
            let body = json!({
                "from": from,
                "to": from + chrono::TimeDelta::days(1),
                "purpose": "Efter avbrott.",
                "format": "ndjson",
            });
            let export = self.http.post(format!("{log}/exports")).bearer_auth(&token).json(&body);
            let export = export.send().await.expect("an answer");
            assert_eq!(export.status(), 202, "{who}");
            let path = export.headers()["location"].to_str().expect("an address").to_owned();
            let path = format!("{}{path}", self.configured.base_url);
            let get = |path: String| self.http.get(path).bearer_auth(&token).send();
            loop {
                let state = get(path.clone()).await.expect("an answer");
                if state.text().await.expect("a state").contains("\"ready\"") {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            let export = get(format!("{path}/file")).await.expect("an answer");
            assert_eq!(export.status(), 200, "{who}");
            let file = self.left.directory().join("export.ndjson");
            std::fs::write(&file, export.bytes().await.expect("an export")).expect("a file");
            let key = state["key"].as_str().expect("a key");
            verify(&file, key).unwrap_or_else(|finding| panic!("{unit}: {finding}"));
        }
    }
}

fn rounds() -> usize {
    let asked = std::env::var("SAMSYN_KILL_ROUNDS").ok();
    asked.map_or(ROUNDS, |text| text.parse().expect("a number of rounds"))
}

fn killed_again_and_again(backend: Backend) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let Some(mut story) = Story::begin(backend).await else {
            eprintln!("\nLEFT OUT: no PostgreSQL is installed here that could be killed\n");
            return;
        };
        let (mut answered, began, rounds) = (0, Instant::now(), rounds());
        for round in 0..rounds {
            answered += story.round(round).await;
            if rounds > ROUNDS {
                println!("{backend}: round {} of {rounds}, {answered} answers", round + 1);
            }
        }
        println!(
            "{backend}: {rounds} rounds, {answered} answers, {} entries, {:?}",
            story.seen,
            began.elapsed()
        );
        assert!(answered >= rounds * WARM, "hardly anything was tried");
        story.left.close().await;
    });
}

#[test]
fn whoever_kills_the_service_on_sqlite_loses_nothing_that_was_answered() {
    killed_again_and_again(Backend::Sqlite);
}

#[test]
fn whoever_kills_the_service_or_postgresql_loses_nothing_that_was_answered() {
    killed_again_and_again(Backend::Postgres);
}
