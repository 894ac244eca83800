//! The demo, running: a database with the world in it, a sign-in service, and the server.
//!
//! **Invariant:** everything listens on this machine only, and a database with data that the demo
//! did not make is left as it is.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use actix_web::rt::signal;
use chrono_tz::Europe::Stockholm;
use thiserror::Error;

use super::import::{ImportError, import};
use super::keys::{DemoKeys, KeysError};
use super::sign_in::{SignIn, SignInError};
use super::story::Stage;
use super::world::{AUDIENCE, MADE_BY, World, WorldError};
use crate::app::{self, AppError, Running};
use crate::clock::Clock;
use crate::settings::{Settings, SettingsError};
use crate::store::{DatabaseError, Holding, Place, Store, StoreError};

/// The port of the sign-in service, where there is a choice and it is free.
const SIGN_IN_PORT: u16 = 8099;
/// The host part of the names of the demo's logs.
const LOG_HOST: &str = "demo.samsyn.example";
/// Connections to the database; the demo has one person at a time.
const CONNECTIONS_MAX: u32 = 4;
/// Threads that serve requests.
const WORKERS: usize = 2;

/// What kind of demo is wanted.
#[derive(Clone, Debug)]
pub struct Wish {
    /// `sqlite:path` or `postgres://…`.
    pub database_url: String,
    /// The server's port; 0 takes any free one.
    pub port: u16,
}

/// The demo, running.
pub struct House {
    running: Running,
    sign_in: SignIn,
    world: World,
    clock: Clock,
    base_url: String,
}

/// Why the demo does not start.
#[derive(Debug, Error)]
pub enum DemoError {
    /// The database holds something else.
    #[error("the database holds data that the demo did not make; name another one")]
    NotOurs,
    /// The database is the demo's, but the keys that open it are gone.
    #[error("the keys of this demo are gone from `{}`; remove its database, or name another", .0.display())]
    KeysGone(PathBuf),
    /// The sign-in service can't have the port that the register names.
    #[error("port {port}, where this demo's people sign in, is taken; does the demo run already?")]
    PortTaken {
        /// The port.
        port: u16,
        /// Why.
        #[source]
        source: SignInError,
    },
    /// No keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// No sign-in service.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// No world.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The world was not loaded.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// No settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// No server.
    #[error(transparent)]
    App(#[from] AppError),
    /// The database's address can't be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The database can't be asked.
    #[error("the database can't be used")]
    Store(#[from] StoreError),
    /// The machine's signals can't be heard.
    #[error("the demo can't hear when it shall stop")]
    Signals(#[source] io::Error),
}

impl House {
    /// Makes the database ready and starts everything. A database of the demo's is used again.
    ///
    /// # Errors
    /// [`DemoError`] says what is missing.
    pub async fn open(wish: &Wish, clock: Clock) -> Result<Self, DemoError> {
        let place = Place::parse(&wish.database_url)?;
        let world = World::read(clock.now().with_timezone(&Stockholm).date_naive())?;
        let (keys, sign_in) = enter(&place, &world, &clock)?;
        Store::migrate(&place, &clock)?;
        let address = |issuer: &str| sign_in.issuer_url(issuer);
        let running = app::start(settings(wish, &keys, &world, address)?, clock.clone())?;
        import(running.store(), &clock, world.register(address)).await?;
        let base_url = url_of(running.address());
        Ok(Self { running, sign_in, world, clock, base_url })
    }

    /// The server's address, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Where people sign in.
    pub fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }

    /// Who there is.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The server.
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// Where the story can be played.
    pub fn stage(&self) -> Stage<'_> {
        Stage {
            base_url: &self.base_url,
            sign_in_url: self.sign_in.base_url(),
            world: &self.world,
            clock: &self.clock,
        }
    }

    /// Waits until somebody at the machine stops the demo (SIGINT or SIGTERM), then stops it.
    ///
    /// # Errors
    /// [`DemoError::Signals`], or [`DemoError::App`] when the server had broken off.
    pub async fn stay(self) -> Result<(), DemoError> {
        let mut terminated = signal::unix::signal(signal::unix::SignalKind::terminate())
            .map_err(DemoError::Signals)?;
        tokio::select! {
            interrupted = signal::ctrl_c() => interrupted.map_err(DemoError::Signals)?,
            _ = terminated.recv() => {}
        }
        self.close().await
    }

    /// Stops everything: what has begun is finished.
    ///
    /// # Errors
    /// [`DemoError::App`] when the server had broken off.
    pub async fn close(self) -> Result<(), DemoError> {
        let stopped = self.running.stop().await;
        self.sign_in.stop().await;
        Ok(stopped?)
    }
}

/// Looks at the database before anything is written, and starts the sign-in service where the
/// database's register says that it is.
fn enter(place: &Place, world: &World, clock: &Clock) -> Result<(DemoKeys, SignIn), DemoError> {
    let folder = DemoKeys::folder(place);
    match (Store::holding(place)?, DemoKeys::read(&folder)?) {
        (Holding::Unmarked, _) => Err(DemoError::NotOurs),
        (Holding::MadeBy(who), _) if who != MADE_BY => Err(DemoError::NotOurs),
        (Holding::MadeBy(_), None) => Err(DemoError::KeysGone(folder)),
        (Holding::Nothing | Holding::MadeBy(_), Some(keys)) => {
            let port = keys.sign_in_port;
            let started = sign_in_at(port, world, clock);
            Ok((keys, started.map_err(|source| DemoError::PortTaken { port, source })?))
        }
        (Holding::Nothing, None) => {
            let sign_in =
                sign_in_at(SIGN_IN_PORT, world, clock).or_else(|_| sign_in_at(0, world, clock))?;
            Ok((make_keys(&folder, &sign_in)?, sign_in))
        }
    }
}

fn sign_in_at(port: u16, world: &World, clock: &Clock) -> Result<SignIn, SignInError> {
    SignIn::start(port, AUDIENCE, &world.issuers(), world.users.clone(), clock.clone())
}

fn make_keys(folder: &Path, sign_in: &SignIn) -> Result<DemoKeys, KeysError> {
    let port = sign_in.base_url().rsplit(':').next().and_then(|port| port.parse().ok());
    DemoKeys::make(folder, port.unwrap_or(SIGN_IN_PORT))
}

fn settings(
    wish: &Wish,
    keys: &DemoKeys,
    world: &World,
    address: impl Fn(&str) -> String,
) -> Result<Settings, SettingsError> {
    let mut settings = Settings::with("")?;
    settings.server.port = wish.port;
    settings.server.workers = WORKERS;
    settings.database.url.clone_from(&wish.database_url);
    settings.database.connections_max = CONNECTIONS_MAX;
    settings.ledger.host = LOG_HOST.to_owned();
    settings.ledger.key_file = Some(keys.ledger.clone());
    settings.vault.key_file = Some(keys.vault.clone());
    settings.exports.dir = keys.vault.with_file_name("exports");
    settings.identity.issuers = world.issuer_settings(address);
    settings.identity.check()?;
    Ok(settings)
}

fn url_of(address: SocketAddr) -> String {
    format!("http://{address}")
}
