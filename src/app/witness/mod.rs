//! A witness of logs, for an agency that does not want to take the host's word: a small server of its
//! own, with its own key and its own memory (C2SP tlog-witness).
//!
//! Besides `add-checkpoint` it takes `add-succession`, the note by which a log's key hands over to
//! another, so that nobody has to come and change a key by hand.
//!
//! **Invariant:** no cosignature leaves before what it says is on the disk.

mod memory;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{App, HttpResponse, HttpServer, web};
use thiserror::Error;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::ledger::{LedgerError, Unwitnessed, VerifierKey, WitnessKey, WitnessVerifierKey};

pub use memory::{Memory, MemoryError};

/// The longest request: a note, and a proof of 63 hashes.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// How long a caller may take to send it.
const BODY_SECONDS_MAX: u64 = 10;
/// How long a caller may take to send the head of a request.
const HEAD_SECONDS_MAX: u64 = 5;
/// Open connections.
const CONNECTIONS_MAX: usize = 256;
/// What the size of the checkpoint that was cosigned last is answered as (C2SP tlog-witness).
const SIZE_TYPE: &str = "text/x.tlog.size";
const TEXT_TYPE: &str = "text/plain; charset=utf-8";

/// What kind of witness is wanted.
pub struct Wish {
    /// Its key.
    pub key: WitnessKey,
    /// The directory with what it remembers. Made if it is not there.
    pub memory: PathBuf,
    /// The logs that it watches, each by the key that it is known by.
    pub logs: Vec<VerifierKey>,
    /// Where it listens, as `address:port`; port 0 takes any free one.
    pub listen: String,
}

/// A witness, listening.
pub struct Witness {
    address: SocketAddr,
    key: WitnessVerifierKey,
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
}

/// Why a witness can't be started or has to stop.
#[derive(Debug, Error)]
pub enum WitnessError {
    /// What it remembers can't be used.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// A key can't be used.
    #[error(transparent)]
    Key(#[from] LedgerError),
    /// The address can't be listened on, or the server broke off.
    #[error("the witness can't listen on `{address}`")]
    Server {
        /// The address.
        address: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A task of ours broke off.
    #[error("the server of the witness broke off")]
    Task(#[from] tokio::task::JoinError),
}

impl Witness {
    /// Starts a witness. It must be called within an async runtime.
    ///
    /// # Errors
    /// [`WitnessError`] says what is missing.
    pub fn start(wish: Wish, clock: Clock) -> Result<Self, WitnessError> {
        let key = wish.key.verifier_key();
        let memory = web::Data::new(Memory::open(&wish.memory, wish.key, &wish.logs, clock)?);
        let fault = |source| WitnessError::Server { address: wish.listen.clone(), source };
        let server = HttpServer::new(move || {
            App::new()
                .app_data(memory.clone())
                .route("/add-checkpoint", web::post().to(add_checkpoint))
                .route("/add-succession", web::post().to(add_succession))
        })
        .workers(1)
        .max_connections(CONNECTIONS_MAX)
        .client_request_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
        .disable_signals()
        .bind(&wish.listen)
        .map_err(fault)?;
        let address = server.addrs().first().copied().ok_or_else(|| {
            fault(std::io::Error::new(std::io::ErrorKind::AddrNotAvailable, "no address"))
        })?;
        let server = server.run();
        let handle = server.handle();
        Ok(Self { address, key, handle, server: tokio::spawn(server) })
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its public key.
    pub fn key(&self) -> &WitnessVerifierKey {
        &self.key
    }

    /// Serves until the process is told to stop.
    ///
    /// # Errors
    /// [`WitnessError::Server`], or a task that broke off.
    pub async fn run(self) -> Result<(), WitnessError> {
        let told = actix_web::rt::signal::ctrl_c();
        let Self { address, handle, server, .. } = self;
        let stop = async move {
            // Where signals can't be heard there is nothing to wait for but the server's own end.
            if told.await.is_err() {
                std::future::pending::<()>().await;
            }
            handle.stop(true).await;
        };
        tokio::spawn(stop);
        let fault = |source| WitnessError::Server { address: address.to_string(), source };
        server.await?.map_err(fault)
    }

    /// Stops it.
    ///
    /// # Errors
    /// As for [`Witness::run`].
    pub async fn stop(self) -> Result<(), WitnessError> {
        self.handle.stop(true).await;
        let fault = |source| WitnessError::Server { address: self.address.to_string(), source };
        self.server.await?.map_err(fault)
    }
}

async fn add_checkpoint(memory: web::Data<Memory>, body: web::Payload) -> HttpResponse {
    let Some(body) = read(body).await else { return answer(&Unwitnessed::Malformed) };
    match web::block(move || memory.cosign(&body)).await {
        Ok(Ok(line)) => HttpResponse::Ok().insert_header((CONTENT_TYPE, TEXT_TYPE)).body(line),
        Ok(Err(refused)) => refuse(&refused),
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}

async fn add_succession(memory: web::Data<Memory>, body: web::Payload) -> HttpResponse {
    let Some(body) = read(body).await else { return answer(&Unwitnessed::Malformed) };
    match web::block(move || memory.follow(&body)).await {
        Ok(Ok(())) => HttpResponse::Ok().finish(),
        Ok(Err(refused)) => refuse(&refused),
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}

async fn read(body: web::Payload) -> Option<String> {
    let whole = body.to_bytes_limited(BODY_BYTES_MAX);
    let read = tokio::time::timeout(Duration::from_secs(BODY_SECONDS_MAX), whole).await;
    String::from_utf8(read.ok()?.ok()?.ok()?.to_vec()).ok()
}

fn refuse(refused: &MemoryError) -> HttpResponse {
    match refused {
        MemoryError::Refused(why) => answer(why),
        other => {
            tracing::error!(error = other as &dyn std::error::Error, "nothing was cosigned");
            HttpResponse::ServiceUnavailable().finish()
        }
    }
}

fn answer(why: &Unwitnessed) -> HttpResponse {
    let (status, kind, words) = match why {
        Unwitnessed::Malformed => (StatusCode::BAD_REQUEST, TEXT_TYPE, format!("{why}\n")),
        Unwitnessed::UnknownLog => (StatusCode::NOT_FOUND, TEXT_TYPE, format!("{why}\n")),
        Unwitnessed::UnknownKey => (StatusCode::FORBIDDEN, TEXT_TYPE, format!("{why}\n")),
        Unwitnessed::Elsewhere(size) => (StatusCode::CONFLICT, SIZE_TYPE, format!("{size}\n")),
        Unwitnessed::Fork => (StatusCode::UNPROCESSABLE_ENTITY, TEXT_TYPE, format!("{why}\n")),
    };
    HttpResponse::build(status).insert_header((CONTENT_TYPE, kind)).body(words)
}
