//! What a request costs: statements to the database, and bytes in the ledger. Both grow unnoticed,
//! and neither depends on how busy the machine is, so that growth is a failure here and not a
//! feeling later.
//!
//! Counted is the least of several runs: what the service does beside, such as making leaves, is
//! not the request's.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use samsyn::clock::Clock;
use serde_json::Value;

use crate::support::house::{Caller, House};
use crate::support::scene::{Scene, new_item, new_referral};
use crate::support::{Backend, each_backend};

/// How often each request is made.
const RUNS: usize = 6;
/// Rows of the list.
const LISTED: usize = 20;

/// Statements, for each database that was connected to.
static COUNTED: LazyLock<Mutex<HashMap<String, u64>>> = LazyLock::new(Mutex::default);

/// Counts the statements of one connection.
#[derive(Default)]
struct Counting {
    url: String,
}

impl Instrumentation for Counting {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                self.url = url.split('?').next().unwrap_or_default().to_owned();
            }
            InstrumentationEvent::StartQuery { .. } => {
                let mut counted = COUNTED.lock().unwrap_or_else(PoisonError::into_inner);
                *counted.entry(self.url.clone()).or_default() += 1;
            }
            _ => {}
        }
    }
}

fn counting() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(Counting::default()))
}

/// How many statements were sent to the house's database.
fn counted(house: &House) -> u64 {
    let url = house.database().url();
    let url = url.strip_prefix("sqlite:").unwrap_or(url);
    let url = url.split('?').next().unwrap_or_default();
    COUNTED.lock().unwrap_or_else(PoisonError::into_inner).get(url).copied().unwrap_or_default()
}

/// A request, and what it may cost.
struct Budget {
    what: &'static str,
    who: Caller,
    path: String,
    body: Option<Value>,
    /// Statements on SQLite and on PostgreSQL, with the entry's.
    statements: (u64, u64),
    /// Bytes of the entry: its header and its records.
    bytes: i64,
}

fn budgets(house: &House, scene: &Scene) -> Vec<Budget> {
    let budget = |what, who: &str, path: String, body: Option<Value>, statements, bytes| Budget {
        what,
        who: house.as_(who),
        path,
        body,
        statements,
        bytes,
    };
    let item = || format!("/v1/items/{}", scene.item);
    let items = || format!("/v1/cases/{}/items", scene.case);
    vec![
        budget("an item, by its unit", "bup", item(), None, (13, 13), 1840),
        budget("an item, by its recipient", "kurator", item(), None, (15, 13), 1960),
        budget("an item, by nobody's right", "larare", item(), None, (12, 10), 1700),
        budget("a case", "teamet", format!("/v1/cases/{}", scene.case), None, (13, 13), 1870),
        budget("a plan", "bup", format!("/v1/plans/{}", scene.plan), None, (23, 22), 1810),
        budget(
            "a list of items",
            "bup",
            format!("{}?limit={LISTED}", items()),
            None,
            (15, 15),
            18900,
        ),
        budget("a new item", "bup", items(), Some(new_item(house)), (14, 13), 2230),
        budget(
            "a new referral",
            "kurator",
            "/v1/referrals".into(),
            Some(new_referral(house)),
            (13, 11),
            1710,
        ),
    ]
}

#[test]
fn no_request_costs_more_than_it_may() {
    set_default_instrumentation(counting).expect("nobody else counts");
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let backend = database.backend();
            let seldom = |settings: &mut samsyn::settings::Settings| {
                settings.ledger.sequencer_milliseconds = 60_000;
                settings.ledger.index_seconds = 3600;
                settings.database.connections_max = 1;
            };
            let house = House::open_at(database, Clock::machine(), seldom).await;
            let scene = Scene::set(&house).await;
            for _ in 0..LISTED {
                let path = format!("/v1/cases/{}/items", scene.case);
                house.as_("bup").post(&path, new_item(&house)).await.must(201);
            }
            let mut over = Vec::new();
            for budget in budgets(&house, &scene) {
                over.extend(exceeded(&house, backend, &budget).await);
            }
            house.close().await;
            assert!(over.is_empty(), "on {backend}:\n{}", over.join("\n"));
        });
    });
}

async fn exceeded(house: &House, backend: Backend, budget: &Budget) -> Option<String> {
    let mut least = u64::MAX;
    for _ in 0..RUNS {
        let before = counted(house);
        match &budget.body {
            None => budget.who.get(&budget.path).await,
            Some(body) => budget.who.post(&budget.path, body.clone()).await,
        };
        least = least.min(counted(house) - before);
    }
    let bytes = house.database().number(
        "select cast(length(header) + length(records) as bigint) as number \
         from ledger_entry order by seq desc limit 1",
    );
    let may = match backend {
        Backend::Sqlite => budget.statements.0,
        Backend::Postgres => budget.statements.1,
    };
    let Budget { what, bytes: most, .. } = budget;
    (least > may || bytes > *most).then(|| {
        format!("{what}: {least} statements where {may} may be, {bytes} bytes where {most} may be")
    })
}
