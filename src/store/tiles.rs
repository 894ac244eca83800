//! What proves a log, for whoever watches it: checkpoints, tiles, proofs.
//!
//! **Invariant:** hashes, signatures and leaves alone; a leaf holds the hash of an entry and nothing
//! that was done.

use diesel::prelude::*;

use super::db::Database;
use super::error::{Halt, StoreError};
use super::log_keys::{self, LogKeys};
use super::nodes;
use super::schema::{ledger_checkpoint, ledger_cosignature, ledger_leaf};
use super::sequencer::{count, position, tip};
use super::sql::At;
use super::work::Work;
use crate::access::act::ReadTiles;
use crate::clock::Instant;
use crate::domain::ids::AgencyId;
use crate::domain::obstacle::Obstacle;
use crate::ledger::{
    Checkpoint, Hash, Tile, TileKind, VerifierKey, add_lines, entry_bundle, origin,
    stored_consistency_proof, stored_inclusion_proof, stored_root,
};

/// How many cosignatures are looked through for a checkpoint that enough witnesses have signed.
const LINES_AT_ONCE: i64 = 512;

/// That a leaf is in a log.
#[derive(Clone, Debug)]
pub struct Inclusion {
    /// The log's name.
    pub origin: String,
    /// The leaf's number.
    pub index: u64,
    /// How many leaves the tree has.
    pub size: u64,
    /// The leaf's hash.
    pub leaf: Hash,
    /// The tree's root.
    pub root: Hash,
    /// The hashes to combine with the leaf's, from the leaf upwards (RFC 9162 §2.1.3.1).
    pub proof: Vec<Hash>,
}

/// That a log grew out of what it was.
#[derive(Clone, Debug)]
pub struct Consistency {
    /// The log's name.
    pub origin: String,
    /// How many leaves the tree had.
    pub from: u64,
    /// How many it has.
    pub to: u64,
    /// The root that it had.
    pub from_root: Hash,
    /// The root that it has.
    pub to_root: Hash,
    /// The proof (RFC 9162 §2.1.4.1); empty from 0, out of which everything grows.
    pub proof: Vec<Hash>,
}

impl Work<'_, ReadTiles> {
    /// The newest checkpoint that at least `witnesses` have cosigned, with their signatures.
    pub fn checkpoint(&mut self, witnesses: usize) -> Result<String, Halt> {
        let agency = self.act().agency;
        let found = if witnesses == 0 {
            newest(self.database, agency)?
        } else {
            cosigned(self.database, agency, witnesses)?
        };
        Ok(found.ok_or(Obstacle::Missing)?)
    }

    /// A tile's bytes.
    pub fn tile(&mut self, tile: Tile) -> Result<Vec<u8>, Halt> {
        let agency = self.act().agency;
        let size = tip(self.database, agency)?.range.end();
        let first = tile.first().filter(|_| tile.is_in(size)).ok_or(Obstacle::Missing)?;
        match tile.kind {
            TileKind::Hashes(tier) => {
                let hashes = nodes::row(self.database, agency, tier, first, tile.width.into())?;
                Ok(hashes.iter().flat_map(|hash| *hash.bytes()).collect())
            }
            TileKind::Leaves => {
                let (first, end) = (position(first)?, position(first + u64::from(tile.width))?);
                let leaves: Vec<Vec<u8>> = ledger_leaf::table
                    .filter(ledger_leaf::agency_id.eq(agency))
                    .filter(ledger_leaf::position.ge(first).and(ledger_leaf::position.lt(end)))
                    .order(ledger_leaf::position)
                    .select(ledger_leaf::leaf)
                    .load(self.database)?;
                let leaves = leaves.iter().map(Vec::as_slice);
                Ok(entry_bundle(leaves).map_err(StoreError::from)?)
            }
        }
    }

    /// The keys that signed the log, the newest last.
    pub fn keys(&mut self) -> Result<LogKeys, Halt> {
        let agency = self.act().agency;
        let keys = log_keys::keys(self.database, agency)?;
        Ok(LogKeys { agency, origin: origin(&self.means.logs.host, agency), keys })
    }

    /// Shows that leaf `index` is in the tree of `size` leaves, or of all there are.
    pub fn inclusion(&mut self, index: u64, size: Option<u64>) -> Result<Inclusion, Halt> {
        let agency = self.act().agency;
        let size = self.within_log("size", size)?;
        let database = &mut *self.database;
        let mut look = |level, at| nodes::node(database, agency, level, at);
        let outside = Obstacle::Field { field: "index", reason: "beyond_the_log" };
        let proof = stored_inclusion_proof(index, size, &mut look)?.ok_or(outside)?;
        Ok(Inclusion {
            origin: origin(&self.means.logs.host, agency),
            index,
            size,
            leaf: look(0, index)?,
            root: stored_root(size, &mut look)?,
            proof,
        })
    }

    /// Shows that the tree of `to` leaves, or of all there are, grew out of that of `from`.
    pub fn consistency(&mut self, from: u64, to: Option<u64>) -> Result<Consistency, Halt> {
        let agency = self.act().agency;
        let to = self.within_log("to", to)?;
        let database = &mut *self.database;
        let mut look = |level, at| nodes::node(database, agency, level, at);
        if from > to {
            return Err(Obstacle::Field { field: "from", reason: "beyond_the_log" }.into());
        }
        Ok(Consistency {
            origin: origin(&self.means.logs.host, agency),
            from,
            to,
            from_root: stored_root(from, &mut look)?,
            to_root: stored_root(to, &mut look)?,
            proof: stored_consistency_proof(from, to, &mut look)?.unwrap_or_default(),
        })
    }

    fn within_log(&mut self, field: &'static str, size: Option<u64>) -> Result<u64, Halt> {
        let newest = tip(self.database, self.act().agency)?.range.end();
        match size {
            None => Ok(newest),
            Some(size) if size <= newest => Ok(size),
            Some(_) => Err(Obstacle::Field { field, reason: "beyond_the_log" }.into()),
        }
    }
}

/// Shows that the tree of `to` leaves grew out of that of `from`, which may be none.
pub(super) fn consistency_between(
    database: &mut Database,
    agency: AgencyId,
    from: u64,
    to: u64,
) -> Result<Vec<Hash>, StoreError> {
    let look = |level, at| nodes::node(database, agency, level, at);
    Ok(stored_consistency_proof(from, to, look)?.unwrap_or_default())
}

/// The newest checkpoint, with the lines of those witnesses that have cosigned it.
pub(super) fn newest(
    database: &mut Database,
    agency: AgencyId,
) -> Result<Option<String>, StoreError> {
    let tip = tip(database, agency)?;
    let (Some(note), Some(at)) = (tip.note, tip.at) else { return Ok(None) };
    Ok(Some(with_lines(database, agency, position(tip.range.end())?, At(at), &note)?))
}

/// The newest checkpoint that at least `witnesses` have cosigned, with their lines.
fn cosigned(
    database: &mut Database,
    agency: AgencyId,
    witnesses: usize,
) -> Result<Option<String>, StoreError> {
    let lines: Vec<(i64, At)> = ledger_cosignature::table
        .filter(ledger_cosignature::agency_id.eq(agency))
        .order((ledger_cosignature::size.desc(), ledger_cosignature::at.desc()))
        .limit(LINES_AT_ONCE)
        .select((ledger_cosignature::size, ledger_cosignature::at))
        .load(database)?;
    let enough = lines.chunk_by(|one, other| one == other).find(|lines| lines.len() >= witnesses);
    let Some((size, at)) = enough.and_then(|lines| lines.first()) else { return Ok(None) };
    stored(database, agency, *size, *at).map(Some)
}

/// The checkpoint to prove a period with that ends at `to`: of those that are not earlier, the one
/// that most witnesses have cosigned, and the newest of these. What came after it is not in the
/// period, so its age takes nothing away. The newest of all, if no witness has signed since `to`
/// or another key signs now.
pub(super) fn covering(
    database: &mut Database,
    agency: AgencyId,
    to: Instant,
    key: &VerifierKey,
) -> Result<Option<(u64, String)>, StoreError> {
    let lines: Vec<(i64, At)> = ledger_cosignature::table
        .filter(ledger_cosignature::agency_id.eq(agency).and(ledger_cosignature::at.ge(At(to))))
        .order((ledger_cosignature::size.desc(), ledger_cosignature::at.desc()))
        .limit(LINES_AT_ONCE)
        .select((ledger_cosignature::size, ledger_cosignature::at))
        .load(database)?;
    let mut most: &[(i64, At)] = &[];
    for lines in lines.chunk_by(|one, other| one == other) {
        if lines.len() > most.len() {
            most = lines;
        }
    }
    if let Some((size, at)) = most.first() {
        let note = stored(database, agency, *size, *at)?;
        if Checkpoint::open(&note, key).is_ok() {
            return Ok(Some((count(*size)?, note)));
        }
    }
    let size = tip(database, agency)?.range.end();
    Ok(newest(database, agency)?.map(|note| (size, note)))
}

fn stored(
    database: &mut Database,
    agency: AgencyId,
    size: i64,
    at: At,
) -> Result<String, StoreError> {
    let note: String = ledger_checkpoint::table
        .find((agency, size, at))
        .select(ledger_checkpoint::note)
        .first(database)?;
    with_lines(database, agency, size, at, &note)
}

fn with_lines(
    database: &mut Database,
    agency: AgencyId,
    size: i64,
    at: At,
    note: &str,
) -> Result<String, StoreError> {
    let lines: Vec<String> = ledger_cosignature::table
        .filter(ledger_cosignature::agency_id.eq(agency))
        .filter(ledger_cosignature::size.eq(size).and(ledger_cosignature::at.eq(at)))
        .order(ledger_cosignature::witness)
        .select(ledger_cosignature::line)
        .load(database)?;
    Ok(add_lines(note, lines)?)
}
