//! An agency's log as its auditor sees it: its state, and its export.

use std::sync::Arc;

use diesel::prelude::*;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::db::{self, Database};
use super::door::{Inner, Store};
use super::error::{Halt, StoreError};
use super::means::blocking;
use super::schema::{ledger_entry, ledger_leaf};
use super::sequencer::{Signing, count, lines, position, tip};
use super::sql::At;
use super::work::Work;
use crate::access::act::{ExportLog, ReadLog};
use crate::clock::Instant;
use crate::domain::ids::AgencyId;
use crate::ledger::{
    CompactRange, Hash, Leaf, Manifest, RecordLine, VerifierKey, csv_header, csv_row, fence_line,
    leaf_line, origin,
};

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

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// One JSON object per line, with everything that proves it.
    Ndjson,
    /// A table for reading; it proves nothing by itself.
    Csv,
}

/// Leave to export one log for one period. The door gives it, once the export is recorded.
#[derive(Clone, Debug)]
pub struct ExportRange {
    agency: AgencyId,
    from: Instant,
    to: Instant,
    purpose: String,
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

impl Work<'_, ExportLog> {
    /// Leave to export the period `[from, to)`.
    pub fn range(
        &mut self,
        from: Instant,
        to: Instant,
        purpose: &str,
    ) -> Result<ExportRange, Halt> {
        Ok(ExportRange { agency: self.act().agency, from, to, purpose: purpose.to_owned() })
    }
}

/// Pieces of an export on their way out. When nobody takes them any more, the reading stops.
pub type Pieces = Receiver<Result<Vec<u8>, StoreError>>;

const LEAVES_AT_ONCE: i64 = 1000;
const PIECES_WAITING: usize = 4;

impl Store {
    /// Exports what was permitted, piece by piece, in constant memory.
    pub async fn export(
        &self,
        range: ExportRange,
        format: ExportFormat,
    ) -> Result<Pieces, StoreError> {
        self.sequence_log(range.agency, Signing::Always).await?;
        let inner = self.inner.clone();
        let (manifest, size) = blocking({
            let (inner, range) = (inner.clone(), range.clone());
            move || {
                let mut connection = inner.readers.get().map_err(db::DatabaseError::from)?;
                db::snapshot(&mut connection, |database| manifest(database, &inner, &range))
            }
        })
        .await?;
        let (sender, pieces) = channel(PIECES_WAITING);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = send_all(&inner, &range, &manifest, size, format, &sender) {
                // Whoever reads sees the export end without its last line; `verify` names it.
                let _ = sender.blocking_send(Err(error));
            }
        });
        Ok(pieces)
    }
}

fn manifest(
    database: &mut Database,
    inner: &Arc<Inner>,
    range: &ExportRange,
) -> Result<(Manifest, u64), StoreError> {
    let tip = tip(database, range.agency)?;
    let size = tip.range.end();
    let first = first_at(database, range.agency, range.from)?.unwrap_or(size);
    let end = first_at(database, range.agency, range.to)?.unwrap_or(size).max(first);
    let logs = &inner.means.logs;
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
        checkpoint: tip.note.unwrap_or_default(),
        key: logs.verifier_key(range.agency)?,
    };
    let (shown_first, shown_end) = (manifest.shown_first(), manifest.shown_end(size));
    manifest.left = compact(database, range.agency, 0, shown_first)?;
    manifest.right = compact(database, range.agency, shown_end, size)?;
    Ok((manifest, size))
}

/// The first leaf that is not earlier than `at`.
fn first_at(
    database: &mut Database,
    agency: AgencyId,
    at: Instant,
) -> Result<Option<u64>, StoreError> {
    let found: Option<i64> = ledger_leaf::table
        .filter(ledger_leaf::agency_id.eq(agency).and(ledger_leaf::time.ge(At(at))))
        .order((ledger_leaf::time, ledger_leaf::position))
        .select(ledger_leaf::position)
        .first(database)
        .optional()?;
    found.map(count).transpose()
}

/// The leaves `[begin, end)`, as the few hashes that stand for them.
fn compact(
    database: &mut Database,
    agency: AgencyId,
    begin: u64,
    end: u64,
) -> Result<Vec<Hash>, StoreError> {
    let mut range = CompactRange::new(begin);
    while range.end() < end {
        let (from, to) = (position(range.end())?, position(end)?);
        let hashes: Vec<Vec<u8>> = ledger_leaf::table
            .filter(ledger_leaf::agency_id.eq(agency))
            .filter(ledger_leaf::position.ge(from).and(ledger_leaf::position.lt(to)))
            .order(ledger_leaf::position)
            .limit(LEAVES_AT_ONCE)
            .select(ledger_leaf::hash)
            .load(database)?;
        if hashes.is_empty() {
            return Err(StoreError::Corrupt("a leaf is missing".into()));
        }
        for hash in hashes {
            range.append(Hash::try_from(hash.as_slice())?);
        }
    }
    Ok(range.hashes().to_vec())
}

fn send_all(
    inner: &Inner,
    range: &ExportRange,
    manifest: &Manifest,
    size: u64,
    format: ExportFormat,
    sender: &Sender<Result<Vec<u8>, StoreError>>,
) -> Result<(), StoreError> {
    let begin = match format {
        ExportFormat::Ndjson => manifest.line(),
        ExportFormat::Csv => csv_header().into_bytes(),
    };
    if sender.blocking_send(Ok(begin)).is_err() {
        return Ok(());
    }
    let (mut next, end) = match format {
        ExportFormat::Ndjson => (manifest.shown_first(), manifest.shown_end(size)),
        ExportFormat::Csv => (manifest.first, manifest.end),
    };
    while next < end {
        let mut connection = inner.readers.get().map_err(db::DatabaseError::from)?;
        let rows = leaves(&mut connection, range.agency, next, end)?;
        drop(connection);
        if rows.is_empty() {
            return Err(StoreError::Corrupt("a leaf is missing".into()));
        }
        let mut piece = Vec::with_capacity(64 * 1024);
        for row in &rows {
            write(&mut piece, row, (manifest.first..manifest.end).contains(&next), format)?;
            next += 1;
        }
        if sender.blocking_send(Ok(piece)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

type Row = (Vec<u8>, Vec<u8>, Vec<u8>);

fn leaves(
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

fn write(
    piece: &mut Vec<u8>,
    (leaf, header, records): &Row,
    inside: bool,
    format: ExportFormat,
) -> Result<(), StoreError> {
    if !inside {
        fence_line(piece, leaf);
        return Ok(());
    }
    let open = Leaf::parse(leaf)?.open;
    let shown: Vec<RecordLine<'_>> = lines(records)
        .enumerate()
        .map(|(place, bytes)| {
            let readable = u32::try_from(place).is_ok_and(|place| open.contains(&place));
            if readable { RecordLine::Open(bytes) } else { RecordLine::Sealed(Hash::of(bytes)) }
        })
        .collect();
    match format {
        ExportFormat::Ndjson => leaf_line(piece, leaf, header, &shown),
        ExportFormat::Csv => piece.extend(csv_row(leaf, header, &shown)?.into_bytes()),
    }
    Ok(())
}
