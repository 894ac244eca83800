//! Figures for whoever runs the service, as Prometheus and its like collect them (OpenMetrics 1.0).
//!
//! **Invariant:** they are told on an address of their own and never on the public one. How fast the
//! logs grow would tell a stranger whether what he asked for is there.
//!
//! **Invariant:** no person, no child, no id and no word of a caller's is in them.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{App, HttpResponse, HttpServer, get, web};
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::clock::{Clock, Instant};
use crate::http::Front;
use crate::store::{Backlog, Store, Trouble};

const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The beginning of every figure's name.
const PREFIX: &str = "samsyn";
/// How long the database may take for its part.
const DATABASE_WAIT: Duration = Duration::from_secs(4);
/// How long an open connection of a collector is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Everything that is told.
pub(super) struct Metrics {
    counted: Registry,
    store: Store,
    clock: Clock,
}

/// What the database tells at one moment.
struct Asked {
    backlog: Backlog,
    overdue: usize,
}

impl Metrics {
    /// Those of `front`, of a service that started `now`.
    pub fn of(front: &Front, now: Instant) -> Self {
        let mut counted = Registry::with_prefix(PREFIX);
        front.store.counters().register(&mut counted);
        front.tally.register(&mut counted);
        let started: Gauge = Gauge::default();
        started.set(now.timestamp());
        counted.register("start_time_seconds", "When the service started, Unix time", started);
        Self { counted, store: front.store.clone(), clock: front.clock.clone() }
    }

    /// All of it, as text.
    ///
    /// # Errors
    /// None that is known: a text grows without failing.
    pub async fn text(&self) -> Result<String, std::fmt::Error> {
        let asked = tokio::time::timeout(DATABASE_WAIT, self.ask()).await.ok().flatten();
        let mut text = String::new();
        encode_registry(&mut text, &self.counted)?;
        encode_registry(&mut text, &self.measured(asked))?;
        encode_eof(&mut text)?;
        Ok(text)
    }

    async fn ask(&self) -> Option<Asked> {
        let backlog = self.store.backlog().await.ok()?;
        let overdue = self.store.overdue_reviews().await.ok()?.openings;
        Some(Asked { backlog, overdue })
    }

    /// What is measured when somebody looks. What the database did not tell is left out, so that no
    /// old figure is taken for one of now.
    fn measured(&self, asked: Option<Asked>) -> Registry {
        let mut registry = Registry::with_prefix(PREFIX);
        let mut tell = |name: &str, help: &str, value: f64| {
            let gauge: Gauge<f64, AtomicU64> = Gauge::default();
            gauge.set(value);
            registry.register(name, help, gauge);
        };
        let connections = self.store.connections();
        tell("database_up", "Whether the database answers", f64::from(u8::from(asked.is_some())));
        tell("database_connections_open", "Connections", f64::from(connections.open));
        tell("database_connections_used", "Connections in use", f64::from(connections.used));
        if let Some(Asked { backlog, overdue }) = asked {
            let now = self.clock.now();
            let lag = backlog.lag(now).as_seconds_f64();
            let behind = backlog.clock_behind(now).as_seconds_f64();
            tell("ledger_lag_seconds", "Age of the oldest entry that is in no log yet", lag);
            tell(
                "ledger_pending",
                "Places in logs that wait for an entry",
                number(backlog.pending),
            );
            tell("clock_behind_seconds", "How far the clock stands behind the logs", behind);
            tell("reviews_overdue", "Emergency openings not reviewed in time", number(overdue));
        }
        let witnesses = self.store.witness_states();
        let troubled = |trouble| witnesses.iter().filter(|it| it.trouble == Some(trouble)).count();
        let oldest = witnesses.iter().filter_map(|it| it.cosigned_at).min();
        let age = oldest.map_or(0.0, |at| (self.clock.now() - at).as_seconds_f64().max(0.0));
        tell("witness_age_seconds", "Age of the oldest of the newest cosignatures", age);
        tell(
            "witness_forks",
            "Logs of which a witness has cosigned something else",
            number(troubled(Trouble::Fork) as u64),
        );
        tell(
            "witness_silences",
            "Logs that a witness does not cosign",
            number((troubled(Trouble::Silent) + troubled(Trouble::Stranger)) as u64),
        );
        registry
    }
}

/// Begins to tell them on `address`.
///
/// # Errors
/// The address can't be listened on.
pub(super) fn listen(address: &str, metrics: Metrics) -> io::Result<(SocketAddr, Server)> {
    let shown = web::Data::new(metrics);
    let server = HttpServer::new(move || App::new().app_data(shown.clone()).service(show))
        .workers(1)
        .keep_alive(KEEP_ALIVE)
        .disable_signals()
        .bind(address)?;
    let bound = server.addrs().first().copied();
    let bound =
        bound.ok_or_else(|| io::Error::new(io::ErrorKind::AddrNotAvailable, "no address"))?;
    Ok((bound, server.run()))
}

/// The server that tells them, where there is one.
pub(super) struct Telling {
    /// Where it listens.
    pub address: SocketAddr,
    /// What stops it.
    pub handle: ServerHandle,
}

#[get("/metrics")]
async fn show(metrics: web::Data<Metrics>) -> HttpResponse {
    match metrics.text().await {
        Ok(text) => HttpResponse::Ok().insert_header((CONTENT_TYPE, MEDIA_TYPE)).body(text),
        Err(_) => HttpResponse::new(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// Counts are far below the 2^53 up to which they are exact.
fn number(count: impl TryInto<u32>) -> f64 {
    f64::from(count.try_into().unwrap_or(u32::MAX))
}
