//! An agency's log as its auditor sees it: its state, and the range of an export.

use std::sync::Arc;

use diesel::prelude::*;

use super::db::Database;
use super::door::Inner;
use super::error::{Halt, StoreError};
use super::log_keys;
use super::log_rows;
use super::nodes;
use super::schema::{ledger_entry, ledger_leaf};
use super::sequencer::{count, position, tip};
use super::tiles;
use super::work::Work;
use crate::access::act::ReadLog;
use crate::clock::Instant;
use crate::domain::ids::AgencyId;
use crate::ledger::{Hash, Manifest, VerifierKey, origin, stored_range};

/// Leaves that are read at once.
const LEAVES_AT_ONCE: i64 = 1000;

/// The state of a log.
#[derive(Clone, Debug)]
pub struct LogState {
    /// The agency.
    pub agency: AgencyId,
    /// The log's name.
    pub origin: String,
    /// The public key that its checkpoints are signed with (C2SP signed-note verifier key).
    pub key: VerifierKey,
    /// How many entries it holds.
    pub size: u64,
    /// The newest checkpoint, if one is signed.
    pub checkpoint: Option<String>,
}

/// What an export is an export of.
#[derive(Clone, Debug)]
pub(super) struct ExportRange {
    pub agency: AgencyId,
    pub from: Instant,
    pub to: Instant,
    pub purpose: String,
}

impl Work<'_, ReadLog> {
    /// The log's state.
    pub fn state(&mut self) -> Result<LogState, Halt> {
        let agency = self.act().agency;
        let tip = tip(self.database, agency)?;
        let logs = &self.means.logs;
        Ok(LogState {
            agency,
            origin: origin(&logs.host, agency),
            key: logs.verifier_key(agency)?,
            size: tip.range.end(),
            checkpoint: tip.note,
        })
    }
}

/// The line that tells of an export and proves what isn't in it, and the size of the log.
pub(super) fn manifest(
    database: &mut Database,
    inner: &Arc<Inner>,
    range: &ExportRange,
) -> Result<(Manifest, u64), StoreError> {
    let logs = &inner.means.logs;
    let key = logs.verifier_key(range.agency)?;
    let (size, checkpoint) =
        tiles::covering(database, range.agency, range.to, &key)?.unwrap_or_default();
    let first = first_at(database, range.agency, range.from)?.unwrap_or(size).min(size);
    let end = first_at(database, range.agency, range.to)?.unwrap_or(size).clamp(first, size);
    let mut manifest = Manifest {
        agency: range.agency,
        log: origin(&logs.host, range.agency),
        from: range.from,
        to: range.to,
        purpose: range.purpose.clone(),
        exported_at: inner.means.clock.now(),
        first,
        end,
        left: Vec::new(),
        right: Vec::new(),
        checkpoint,
        key,
        successions: log_keys::successions(database, range.agency)?,
    };
    let (shown_first, shown_end) = (manifest.shown_first(), manifest.shown_end(size));
    manifest.left = compact(database, range.agency, 0, shown_first)?;
    manifest.right = compact(database, range.agency, shown_end, size)?;
    Ok((manifest, size))
}

/// The first leaf that is not earlier than `at`.
pub(super) fn first_at(
    database: &mut Database,
    agency: AgencyId,
    at: Instant,
) -> Result<Option<u64>, StoreError> {
    log_rows::first_at(database, agency, at)?.map(count).transpose()
}

/// The leaves `[begin, end)`, as the few hashes that stand for them.
fn compact(
    database: &mut Database,
    agency: AgencyId,
    begin: u64,
    end: u64,
) -> Result<Vec<Hash>, StoreError> {
    let range =
        stored_range(begin, end, |level, index| nodes::node(database, agency, level, index))?;
    Ok(range.hashes().to_vec())
}

/// A leaf's bytes, its header's, and its records'.
pub(super) type Row = (Vec<u8>, Vec<u8>, Vec<u8>);

pub(super) fn leaves(
    database: &mut Database,
    agency: AgencyId,
    from: u64,
    to: u64,
) -> Result<Vec<Row>, StoreError> {
    let (from, to) = (position(from)?, position(to)?);
    Ok(ledger_leaf::table
        .inner_join(ledger_entry::table)
        .filter(ledger_leaf::agency_id.eq(agency))
        .filter(ledger_leaf::position.ge(from).and(ledger_leaf::position.lt(to)))
        .order(ledger_leaf::position)
        .limit(LEAVES_AT_ONCE)
        .select((ledger_leaf::leaf, ledger_entry::header, ledger_entry::records))
        .load(database)?)
}
