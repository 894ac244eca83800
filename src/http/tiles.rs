//! What proves an agency's log, for a monitor: checkpoint, tiles (C2SP tlog-tiles), keys and proofs.
//!
//! All of it are acts, and no public files: how fast a log grows would tell a stranger whether what
//! they asked for is there.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::desk::{Answer, Desk};
use super::problem::Problem;
use crate::access::act::ReadTiles;
use crate::domain::ids::AgencyId;
use crate::ledger::{Hash, Tile};
use crate::store::{Consistency, Inclusion, LogKeys};

/// Which checkpoint is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CheckpointQuery {
    /// By how many witnesses it must be cosigned at least. 0, which is the default: the newest one.
    #[serde(default)]
    witnesses: usize,
}

/// Which leaf is to be shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InclusionQuery {
    /// The leaf's number, from 0.
    index: u64,
    /// How many leaves the tree has; without it, all there are.
    size: Option<u64>,
}

/// Which growth is to be shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConsistencyQuery {
    /// How many leaves the tree had.
    from: u64,
    /// How many it has; without it, all there are.
    to: Option<u64>,
}

/// That a leaf is in a log (RFC 9162 §2.1.3).
#[derive(Debug, Serialize, ToSchema)]
pub struct InclusionProof {
    /// The log's name.
    log: String,
    /// The leaf's number, from 0.
    index: u64,
    /// How many leaves the tree has.
    size: u64,
    /// The leaf's hash, hexadecimal.
    leaf: String,
    /// The tree's root.
    root: String,
    /// The hashes to combine with the leaf's, from the leaf upwards.
    hashes: Vec<String>,
}

/// That a log grew out of what it was (RFC 9162 §2.1.4).
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsistencyProof {
    /// The log's name.
    log: String,
    /// How many leaves the tree had.
    from: u64,
    /// How many it has.
    to: u64,
    /// The root that it had, hexadecimal.
    from_root: String,
    /// The root that it has.
    to_root: String,
    /// The proof. There is nothing to prove from 0, and none is needed where nothing changed.
    hashes: Vec<String>,
}

/// The keys that signed a log.
#[derive(Debug, Serialize, ToSchema)]
pub struct SigningKeys {
    /// The log's name.
    log: String,
    /// The keys, the one that signs now last.
    keys: Vec<SigningKey>,
}

/// A key that signs or signed a log.
#[derive(Debug, Serialize, ToSchema)]
pub struct SigningKey {
    /// The key (C2SP signed-note verifier key).
    key: String,
    /// Since when.
    since: DateTime<Utc>,
    /// The signed note by which the key before it vouches for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    succession: Option<String>,
}

/// A log's newest checkpoint (C2SP tlog-checkpoint), with the signatures of its witnesses.
#[utoipa::path(tag = "logs", params(CheckpointQuery), responses(
    (status = 200, content_type = "text/plain", body = String)
))]
#[get("/logs/{agency}/checkpoint")]
pub async fn read_checkpoint(
    desk: Desk,
    path: web::Path<Uuid>,
    query: web::Query<CheckpointQuery>,
) -> Answer {
    let agency = AgencyId::new(path.into_inner());
    let witnesses = query.witnesses;
    let served = desk.perform(ReadTiles { agency }, move |work| work.checkpoint(witnesses)).await?;
    let kind = (CONTENT_TYPE, "text/plain; charset=utf-8");
    served.answer(|note| HttpResponse::Ok().insert_header(kind).body(note))
}

/// A tile of a log's tree, or an entry bundle with its leaves (C2SP tlog-tiles). A leaf holds the
/// hash of an entry and nothing of it.
#[utoipa::path(tag = "logs", responses(
    (status = 200, content_type = "application/octet-stream", body = Vec<u8>)
))]
#[get("/logs/{agency}/tile/{tile:.*}")]
pub async fn read_tile(desk: Desk, path: web::Path<(Uuid, String)>) -> Answer {
    let (agency, tile) = path.into_inner();
    let tile: Tile = format!("tile/{tile}").parse().map_err(|_| Problem::not_found())?;
    let agency = AgencyId::new(agency);
    let served = desk.perform(ReadTiles { agency }, move |work| work.tile(tile)).await?;
    let kind = (CONTENT_TYPE, "application/octet-stream");
    served.answer(|bytes| HttpResponse::Ok().insert_header(kind).body(bytes))
}

/// The keys that a log is and was signed with.
#[utoipa::path(tag = "logs", responses((status = 200, body = SigningKeys)))]
#[get("/logs/{agency}/keys")]
pub async fn read_log_keys(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let agency = AgencyId::new(path.into_inner());
    desk.perform(ReadTiles { agency }, |work| work.keys()).await?.json(SigningKeys::from)
}

/// Shows that a leaf is in a log.
#[utoipa::path(tag = "logs", params(InclusionQuery), responses(
    (status = 200, body = InclusionProof)
))]
#[get("/logs/{agency}/proofs/inclusion")]
pub async fn prove_inclusion(
    desk: Desk,
    path: web::Path<Uuid>,
    query: web::Query<InclusionQuery>,
) -> Answer {
    let agency = AgencyId::new(path.into_inner());
    let (index, size) = (query.index, query.size);
    let served =
        desk.perform(ReadTiles { agency }, move |work| work.inclusion(index, size)).await?;
    served.json(InclusionProof::from)
}

/// Shows that a log grew out of what it was.
#[utoipa::path(tag = "logs", params(ConsistencyQuery), responses(
    (status = 200, body = ConsistencyProof)
))]
#[get("/logs/{agency}/proofs/consistency")]
pub async fn prove_consistency(
    desk: Desk,
    path: web::Path<Uuid>,
    query: web::Query<ConsistencyQuery>,
) -> Answer {
    let agency = AgencyId::new(path.into_inner());
    let (from, to) = (query.from, query.to);
    let served = desk.perform(ReadTiles { agency }, move |work| work.consistency(from, to)).await?;
    served.json(ConsistencyProof::from)
}

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(Hash::to_string).collect()
}

impl From<Inclusion> for InclusionProof {
    fn from(shown: Inclusion) -> Self {
        Self {
            log: shown.origin,
            index: shown.index,
            size: shown.size,
            leaf: shown.leaf.to_string(),
            root: shown.root.to_string(),
            hashes: texts(&shown.proof),
        }
    }
}

impl From<Consistency> for ConsistencyProof {
    fn from(shown: Consistency) -> Self {
        Self {
            log: shown.origin,
            from: shown.from,
            to: shown.to,
            from_root: shown.from_root.to_string(),
            to_root: shown.to_root.to_string(),
            hashes: texts(&shown.proof),
        }
    }
}

impl From<LogKeys> for SigningKeys {
    fn from(log: LogKeys) -> Self {
        let keys = log.keys.into_iter().map(|key| SigningKey {
            key: key.key.to_string(),
            since: key.since,
            succession: key.succession,
        });
        Self { log: log.origin, keys: keys.collect() }
    }
}
