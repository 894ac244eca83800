//! Where the parts meet: settings become a store, a sign-in and a server, and all of it stops
//! together.
//!
//! **Invariant:** a stop loses nothing: what has begun is finished, and what was recorded is put
//! into the logs.
//!
//! **Invariant:** nobody is answered before the start is recorded.

mod cosigning;
mod exporter;
mod metrics;
mod parts;
mod reminder;
pub mod witness;

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{HttpServer, web};
use chrono::TimeDelta;
use thiserror::Error;
use tokio::task::JoinHandle;

use crate::access::PolicyError;
use crate::clock::Clock;
use crate::domain::ids::AgencyId;
use crate::http::{self, Front, Tally};
use crate::identity::IdentityError;
use crate::ledger::{LedgerError, ReceiptKey};
use crate::settings::{IndicatorsError, LawError, RegionError, Settings, SettingsError};
use crate::store::{DatabaseError, Run, Store, StoreError, VaultError};

pub use cosigning::{Cosigner, cosign, cosigners};
use metrics::{Metrics, Telling};
pub use parts::{log_settings, place, policy, seed, store, vault};
pub use reminder::{remind, remind_of_meetings};

/// How often emergency openings that wait for review are looked for.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Why the service can't be started or has to stop.
#[derive(Debug, Error)]
pub enum AppError {
    /// A setting makes no sense.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A file that a setting names can't be read.
    #[error("setting `{setting}` names `{path}`, which can't be read")]
    File {
        /// The setting.
        setting: &'static str,
        /// The path.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The law can't be used.
    #[error(transparent)]
    Law(#[from] LawError),
    /// The words for the indicators can't be used.
    #[error(transparent)]
    Indicators(#[from] IndicatorsError),
    /// What regions have agreed on can't be used.
    #[error(transparent)]
    Regions(#[from] RegionError),
    /// The rules can't be used.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A file of an agency's policies that is not named by an agency's id.
    #[error(
        "`{0}` is named by no agency: its name must be the agency's id in small letters, then \
         `.cedar`"
    )]
    AgencyName(String),
    /// Policies of an agency that the register does not know.
    #[error("`policies.agencies` has policies of `{0}`, an agency that the register does not know")]
    UnknownAgency(AgencyId),
    /// The sign-in can't be prepared.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The database's address can't be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The vault can't be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store can't be opened.
    #[error("the store can't be opened")]
    Store(#[from] StoreError),
    /// The key of the receipts can't be made.
    #[error(transparent)]
    Receipts(#[from] LedgerError),
    /// The witnesses can't be spoken to.
    #[error("no connection to a witness can be prepared")]
    Client(#[source] reqwest::Error),
    /// The address can't be listened on, or the server broke off.
    #[error("the server can't listen on `{address}`")]
    Server {
        /// The address.
        address: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A task of ours broke off.
    #[error("a task of the server broke off")]
    Task(#[from] tokio::task::JoinError),
}

/// The service, put together and not yet listening.
pub struct App {
    front: web::Data<Front>,
    metrics_address: String,
    sequence_every: Duration,
    index_every: Duration,
    cosigners: Vec<Cosigner>,
    cosign_every: Duration,
    export_workers: u32,
}

/// The service, listening.
pub struct Running {
    address: SocketAddr,
    front: web::Data<Front>,
    run: Run,
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
    sequencer: JoinHandle<()>,
    indexer: JoinHandle<()>,
    cosigner: JoinHandle<()>,
    exporter: JoinHandle<()>,
    reminder: JoinHandle<()>,
    telling: Option<Telling>,
}

/// Whether the process's signals stop the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signals {
    Heeded,
    Ignored,
}

/// Puts the service together and begins to listen. It is stopped with [`Running::stop`]; signals
/// are left to the caller. The migrations must have been run.
///
/// # Errors
/// [`AppError`] says which part is missing.
pub fn start(settings: Settings, clock: Clock) -> Result<Running, AppError> {
    App::build(settings, clock)?.listen(Signals::Ignored)
}

impl App {
    /// Puts the service together. The migrations must have been run.
    ///
    /// # Errors
    /// [`AppError`] says which part is missing.
    pub fn build(settings: Settings, clock: Clock) -> Result<Self, AppError> {
        let store = parts::store(&settings, clock.clone())?;
        if let Some(agency) = store.unknown_agencies()?.first() {
            return Err(AppError::UnknownAgency(*agency));
        }
        store.check_keys()?;
        let logs = parts::log_settings(&settings)?;
        let cosigners = cosigners(&settings.ledger)?;
        let cosign_every = Duration::from_secs(settings.ledger.witness_seconds.into());
        let identity = crate::identity::Identity::new(settings.identity)?;
        let sequence_every = Duration::from_millis(settings.ledger.sequencer_milliseconds.into());
        let export_workers = settings.exports.workers;
        let index_every = Duration::from_secs(settings.ledger.index_seconds.into());
        let receipts = ReceiptKey::derive(&logs.seed)?;
        let old = logs.old_seed.as_ref().map(ReceiptKey::derive).transpose()?;
        let earlier_receipts = store.receipt_keys(&receipts, old.as_ref())?;
        let front = Front {
            store,
            identity,
            clock,
            host: logs.host,
            receipts,
            earlier_receipts,
            tally: Tally::default(),
            lag_max: TimeDelta::seconds(settings.ledger.lag_seconds_max.into()),
            server: settings.server,
        };
        let metrics_address = settings.telemetry.metrics_address;
        let front = web::Data::new(front);
        Ok(Self {
            front,
            metrics_address,
            sequence_every,
            index_every,
            cosigners,
            cosign_every,
            export_workers,
        })
    }

    /// Serves until the process is told to stop, and then finishes what has begun.
    ///
    /// # Errors
    /// [`AppError::Server`], or a task that broke off.
    pub async fn run(self) -> Result<(), AppError> {
        let running = self.listen(Signals::Heeded)?;
        tracing::info!(address = %running.address, "listening");
        running.finish().await
    }

    fn listen(self, signals: Signals) -> Result<Running, AppError> {
        let settings = &self.front.server;
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let front = self.front.clone();
        let mut server = HttpServer::new(move || http::app(front.clone()))
            .max_connections(settings.connections_max)
            .keep_alive(seconds(settings.keep_alive_seconds))
            .client_request_timeout(seconds(settings.head_seconds_max))
            .shutdown_timeout(settings.shutdown_seconds_max.into());
        if settings.workers > 0 {
            server = server.workers(settings.workers);
        }
        if signals == Signals::Ignored {
            server = server.disable_signals();
        }
        let wanted = format!("{}:{}", settings.host, settings.port);
        let fault = |source| AppError::Server { address: wanted.clone(), source };
        let server = server.bind((settings.host.as_str(), settings.port)).map_err(fault)?;
        let address = server.addrs().first().copied().ok_or_else(|| {
            fault(std::io::Error::new(std::io::ErrorKind::AddrNotAvailable, "no address"))
        })?;
        let telling = self.tell()?;
        // From here on somebody could be answered.
        let run = self.front.store.record_start()?;
        let server = server.run();
        let handle = server.handle();
        let warmed = self.front.clone();
        tokio::spawn(async move { warmed.identity.warm(warmed.clock.now()).await });
        Ok(Running {
            address,
            run,
            handle,
            server: tokio::spawn(server),
            sequencer: tokio::spawn(sequence(self.front.store.clone(), self.sequence_every)),
            exporter: tokio::spawn(exporter::export(self.front.store.clone(), self.export_workers)),
            indexer: tokio::spawn(index(self.front.store.clone(), self.index_every)),
            cosigner: tokio::spawn(cosign_often(
                self.front.store.clone(),
                self.cosigners,
                self.cosign_every,
            )),
            reminder: tokio::spawn(remind_daily(self.front.clone())),
            front: self.front,
            telling,
        })
    }

    /// Begins to tell figures, if there is an address for them.
    fn tell(&self) -> Result<Option<Telling>, AppError> {
        let wanted = &self.metrics_address;
        if wanted.is_empty() {
            return Ok(None);
        }
        let metrics = Metrics::of(&self.front, self.front.clock.now());
        let (address, server) = metrics::listen(wanted, metrics)
            .map_err(|source| AppError::Server { address: wanted.clone(), source })?;
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Some(Telling { address, handle }))
    }
}

impl Running {
    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that figures are told on, if there is one.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.telling.as_ref().map(|telling| telling.address)
    }

    /// Its memory.
    pub fn store(&self) -> &Store {
        &self.front.store
    }

    /// Stops it: no new requests, those that have begun are finished.
    ///
    /// # Errors
    /// [`AppError`] when it had broken off before.
    pub async fn stop(self) -> Result<(), AppError> {
        self.handle.stop(true).await;
        self.finish().await
    }

    async fn finish(self) -> Result<(), AppError> {
        let ended = self.server.await?;
        self.sequencer.abort();
        self.indexer.abort();
        self.exporter.abort();
        if let Some(telling) = &self.telling {
            telling.handle.stop(false).await;
        }
        self.reminder.abort();
        self.cosigner.abort();
        let address = self.address.to_string();
        ended.map_err(|source| AppError::Server { address, source })?;
        self.front.store.record_stop(self.run).await?;
        self.front.store.sequence().await?;
        Ok(())
    }
}

/// Puts what is recorded into the logs, again and again. A failure is logged and tried again: what
/// waits is in the database.
async fn sequence(store: Store, every: Duration) {
    if let Err(error) = store.take_keys().await {
        tracing::error!(error = &error as &dyn std::error::Error, "the new key was not taken");
    }
    loop {
        if let Err(error) = store.sequence().await {
            tracing::error!(error = &error as &dyn std::error::Error, "the logs did not grow");
        }
        tokio::time::sleep(every).await;
    }
}

/// Lets the index of the logs follow them. What it lags behind, a search looks through instead.
async fn index(store: Store, every: Duration) {
    loop {
        if let Err(error) = store.index_logs().await {
            tracing::error!(error = &error as &dyn std::error::Error, "the index did not grow");
        }
        tokio::time::sleep(every).await;
    }
}

/// Shows the logs to their witnesses, again and again.
async fn cosign_often(store: Store, witnesses: Vec<Cosigner>, every: Duration) {
    loop {
        if let Err(error) = cosign(&store, &witnesses).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "nothing was shown to the witnesses");
        }
        tokio::time::sleep(every).await;
    }
}

/// Looks at the start, and then every day, for emergency openings that nobody has reviewed in time,
/// and for meetings that come soon.
async fn remind_daily(front: web::Data<Front>) {
    loop {
        if let Err(error) = remind(&front.store, &front.clock).await {
            tracing::error!(error = &error as &dyn std::error::Error, "no reminder went out");
        }
        if let Err(error) = remind_of_meetings(&front.store, &front.clock).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "nobody was reminded of a meeting");
        }
        tokio::time::sleep(A_DAY).await;
    }
}
