//! Whether the service is alive, and whether it can work. Outside the ledger, and so it shows
//! nothing of anybody.
//!
//! **Invariant:** no figure of the ledger is told here, only whether it keeps its promise: how fast a
//! log grows is for whoever runs the service.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::front::Front;
use super::mark::Mark;
use super::problem::Problem;
use super::words::say;
use crate::store::{Readiness as StoreReadiness, Trouble};

/// The keys of the texts that say what is wrong.
pub(super) const FAULTS: [&str; 5] = ["database", "ledger", "logs", "clock", "witnesses"];

/// Whether the service can work.
#[derive(Serialize, ToSchema)]
struct Readiness {
    /// The database answers.
    database: bool,
    /// What happens can be recorded.
    ledger: bool,
    /// What is recorded comes into the logs in time.
    logs: bool,
    /// The clock is not behind the logs. Does not count: only time mends it.
    clock: bool,
    /// No witness has cosigned what a log never was. Does not count: one witness's word does not
    /// close the service to everybody, and somebody has to look.
    witnesses: bool,
    /// What is not as it should be, in words.
    faults: Vec<String>,
    /// The sign-in services. One that is down keeps only its own people out, so it does not count.
    issuers: Vec<IssuerReadiness>,
}

/// Whether tokens of a sign-in service can be checked.
#[derive(Serialize, ToSchema)]
struct IssuerReadiness {
    /// What the operator calls it.
    name: String,
    /// Its keys are held.
    ready: bool,
}

/// Whether the process answers.
#[utoipa::path(tag = "health", responses((status = 204, description = "It does.")))]
#[get("/health/live")]
pub async fn live() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// Whether the service can work.
#[utoipa::path(
    tag = "health",
    responses(
        (status = 200, description = "It can.", body = Readiness),
        (
            status = 503,
            description = "It can't: `faults` says why.",
            body = Readiness
        ),
    ),
)]
#[get("/health/ready")]
pub async fn ready(front: web::Data<Front>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let language = Mark::of(&request)?.language();
    let found = Found::of(&front, &front.store.ready().await);
    let issuers = front
        .identity
        .ready(front.clock.now())
        .into_iter()
        .map(|issuer| IssuerReadiness { name: issuer.name, ready: issuer.keys > 0 })
        .collect();
    let Found { database, ledger, logs, clock, witnesses } = found;
    let view = Readiness {
        database,
        ledger,
        logs,
        clock,
        witnesses,
        faults: found.faults().filter_map(|it| say(language, &format!("ready-{it}"))).collect(),
        issuers,
    };
    let status = if found.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok(HttpResponse::build(status).json(view))
}

/// What was found, part by part.
#[derive(Clone, Copy)]
struct Found {
    database: bool,
    ledger: bool,
    logs: bool,
    clock: bool,
    witnesses: bool,
}

impl Found {
    fn of(front: &Front, store: &StoreReadiness) -> Self {
        let now = front.clock.now();
        let backlog = store.backlog;
        Self {
            database: store.database,
            ledger: store.ledger,
            logs: backlog.is_some_and(|it| it.lag(now) <= front.lag_max),
            clock: backlog.is_none_or(|it| it.clock_behind(now) <= front.lag_max),
            witnesses: !front
                .store
                .witness_states()
                .iter()
                .any(|it| it.trouble == Some(Trouble::Fork)),
        }
    }

    fn is_ready(self) -> bool {
        self.database && self.ledger && self.logs
    }

    /// What is wrong, by name. Without a database nothing is known of the logs.
    fn faults(self) -> impl Iterator<Item = &'static str> {
        let logs = self.logs || !self.database;
        let well = [self.database, self.ledger, logs, self.clock, self.witnesses];
        FAULTS.into_iter().zip(well).filter(|(_, well)| !well).map(|(name, _)| name)
    }
}
