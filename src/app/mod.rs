//! Where the parts meet: settings become a store, a sign-in and a server, and all of it stops
//! together.
//!
//! **Invariant:** a stop loses nothing: what has begun is finished, and what was recorded is put
//! into the logs.

mod parts;
mod reminder;

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{HttpServer, web};
use thiserror::Error;
use tokio::task::JoinHandle;

use crate::access::PolicyError;
use crate::clock::Clock;
use crate::domain::ids::AgencyId;
use crate::http::{self, Front};
use crate::identity::IdentityError;
use crate::ledger::{LedgerError, ReceiptKey};
use crate::settings::{LawError, Settings, SettingsError};
use crate::store::{DatabaseError, Store, StoreError, VaultError};

pub use parts::{log_settings, place, policy, store};
pub use reminder::remind;

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
    sequence_every: Duration,
}

/// The service, listening.
pub struct Running {
    address: SocketAddr,
    front: web::Data<Front>,
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
    sequencer: JoinHandle<()>,
    reminder: JoinHandle<()>,
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
        let logs = parts::log_settings(&settings)?;
        let identity = crate::identity::Identity::new(settings.identity)?;
        let sequence_every = Duration::from_millis(settings.ledger.sequencer_milliseconds.into());
        let receipts = ReceiptKey::derive(&logs.seed)?;
        let front =
            Front { store, identity, clock, host: logs.host, receipts, server: settings.server };
        Ok(Self { front: web::Data::new(front), sequence_every })
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
        let server = server.run();
        let handle = server.handle();
        let warmed = self.front.clone();
        tokio::spawn(async move { warmed.identity.warm(warmed.clock.now()).await });
        Ok(Running {
            address,
            handle,
            server: tokio::spawn(server),
            sequencer: tokio::spawn(sequence(self.front.store.clone(), self.sequence_every)),
            reminder: tokio::spawn(remind_daily(self.front.clone())),
            front: self.front,
        })
    }
}

impl Running {
    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
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
        self.reminder.abort();
        let address = self.address.to_string();
        ended.map_err(|source| AppError::Server { address, source })?;
        self.front.store.sequence().await?;
        Ok(())
    }
}

/// Puts what is recorded into the logs, again and again. A failure is logged and tried again: what
/// waits is in the database.
async fn sequence(store: Store, every: Duration) {
    loop {
        if let Err(error) = store.sequence().await {
            tracing::error!(error = &error as &dyn std::error::Error, "the logs did not grow");
        }
        tokio::time::sleep(every).await;
    }
}

/// Looks at the start, and then every day, for emergency openings that nobody has reviewed in time.
async fn remind_daily(front: web::Data<Front>) {
    loop {
        if let Err(error) = remind(&front.store, &front.clock).await {
            tracing::error!(error = &error as &dyn std::error::Error, "no reminder went out");
        }
        tokio::time::sleep(A_DAY).await;
    }
}
