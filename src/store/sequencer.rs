//! The sequencer: turns durable entries into leaves, agency by agency, and signs a checkpoint.
//!
//! One at a time per log, whoever does it: on SQLite the one writer, on PostgreSQL whoever holds
//! the log's lock. It goes on by itself after any stop, because what waits is in the database.

use std::sync::atomic::Ordering;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::db::{self, Database};
use super::door::Store;
use super::error::StoreError;
use super::log_keys;
use super::means::{LogSettings, blocking};
use super::nodes;
use super::prepared::{Column, Prepared, Value, statements};
use super::schema::{ledger_checkpoint, ledger_entry, ledger_pending};
use super::sql::At;
use crate::clock::Instant;
use crate::domain::ids::AgencyId;
use crate::ledger::{Checkpoint, CompactRange, Hash, Header, Leaf, Record, SealedRecord, origin};

/// When a checkpoint is signed though nothing new came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signing {
    /// Only with new leaves.
    WhenGrown,
    /// In any case: an export shall say up to when it is complete.
    Always,
}

impl Store {
    /// Turns what waits into leaves, in every log, until nothing waits; tells how many.
    ///
    /// # Errors
    /// The first of the logs that could not grow; the others have.
    pub async fn sequence(&self) -> Result<u64, StoreError> {
        let inner = self.inner.clone();
        let waiting = blocking(move || {
            let mut connection = inner.readers.get().map_err(db::DatabaseError::from)?;
            let database: &mut Database = &mut connection;
            let agencies: Vec<AgencyId> = ledger_pending::table
                .select(ledger_pending::agency_id)
                .distinct()
                .load(database)?;
            Ok(agencies)
        })
        .await?;
        let (mut leaves, mut failed) = (0, None);
        for agency in waiting {
            // What stops one log must not stop the others.
            match self.sequence_log(agency, Signing::WhenGrown).await {
                Ok(done) => leaves += done,
                // The key changes, and another server has the new one: it goes on with this log.
                Err(StoreError::KeyHandedOver { .. }) => {}
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(leaves), Err)
    }

    /// The same in one log.
    pub(super) async fn sequence_log(
        &self,
        agency: AgencyId,
        signing: Signing,
    ) -> Result<u64, StoreError> {
        let mut leaves = 0;
        loop {
            let (done, more) = self.sequence_some(agency, signing).await?;
            leaves += done;
            if !more {
                return Ok(leaves);
            }
        }
    }

    async fn sequence_some(
        &self,
        agency: AgencyId,
        signing: Signing,
    ) -> Result<(u64, bool), StoreError> {
        let (logs, now) = (self.inner.means.logs.clone(), self.inner.means.clock.now());
        let done = self.write(move |database| extend(database, &logs, agency, signing, now)).await;
        if let Err(error @ StoreError::KeyHandedOver { .. }) = &done
            && !self.inner.handed_over.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "others sign the logs from now on"
            );
        }
        done
    }
}

/// Where a log stands.
pub(super) struct Tip {
    pub range: CompactRange,
    pub at: Option<Instant>,
    pub note: Option<String>,
}

/// The newest checkpoint of a log; an empty log has none.
pub(super) fn tip(database: &mut Database, agency: AgencyId) -> Result<Tip, StoreError> {
    let newest: Option<(i64, At, Vec<u8>, String)> = ledger_checkpoint::table
        .filter(ledger_checkpoint::agency_id.eq(agency))
        .order((ledger_checkpoint::size.desc(), ledger_checkpoint::at.desc()))
        .select((
            ledger_checkpoint::size,
            ledger_checkpoint::at,
            ledger_checkpoint::frontier,
            ledger_checkpoint::note,
        ))
        .first(database)
        .optional()?;
    let Some((size, at, frontier, note)) = newest else {
        return Ok(Tip { range: CompactRange::new(0), at: None, note: None });
    };
    let hashes = frontier.chunks(32).map(Hash::try_from).collect::<Result<Vec<_>, _>>()?;
    let range = CompactRange::from_hashes(0, count(size)?, hashes)?;
    Ok(Tip { range, at: Some(at.0), note: Some(note) })
}

/// Puts what waits into a log, as much as goes at once, and signs its head. Tells how many leaves
/// there are more, and whether more waits.
pub(super) fn extend(
    database: &mut Database,
    logs: &LogSettings,
    agency: AgencyId,
    signing: Signing,
    now: Instant,
) -> Result<(u64, bool), StoreError> {
    hold(database, agency)?;
    log_keys::check(database, logs, agency)?;
    let tip = tip(database, agency)?;
    recognise(&tip, logs, agency)?;
    let waiting: Vec<(i64, Option<Vec<u8>>, Option<String>)> = ledger_pending::table
        .filter(ledger_pending::agency_id.eq(agency))
        .order(ledger_pending::seq)
        .limit(logs.batch_max)
        .select((ledger_pending::seq, ledger_pending::header_hash, ledger_pending::open))
        .load(database)?;
    if waiting.is_empty() && signing == Signing::WhenGrown {
        return Ok((0, false));
    }
    // Time never goes backwards along a log, whatever the machine's clock does.
    let time = tip.at.map_or(now, |at| at.max(now));
    let (mut range, name) = (tip.range, origin(&logs.host, agency));
    let before = range.end();
    let mut leaves = Vec::with_capacity(waiting.len());
    for (seq, entry, open) in waiting {
        let (entry, open) = match (entry, open) {
            (Some(entry), Some(open)) => (Hash::try_from(entry.as_slice())?, places(&open)?),
            _ => looked_up(database, agency, seq)?,
        };
        let leaf = Leaf { entry, index: range.end(), log: name.clone(), open, time };
        let bytes = leaf.bytes();
        let hash = Hash::of_leaf(&bytes);
        leaves.push(NewLeaf { position: position(range.end())?, seq, bytes, hash });
        range.append(hash);
    }
    insert(database, agency, time, &leaves)?;
    let done = leaves.len();
    if before / nodes::TILE_WIDTH < range.end() / nodes::TILE_WIDTH {
        nodes::fill(database, agency, range.end())?;
    }
    sign(database, logs, agency, &range, time)?;
    let more = i64::try_from(done).is_ok_and(|count| count == logs.batch_max);
    Ok((u64::try_from(done).unwrap_or(u64::MAX), more))
}

/// Nothing is built on a checkpoint that this service's keys did not sign, or on other hashes than it
/// signed: who can write in the database alone has nothing signed.
fn recognise(tip: &Tip, logs: &LogSettings, agency: AgencyId) -> Result<(), StoreError> {
    let Some(note) = &tip.note else { return Ok(()) };
    let keys = [Some(logs.key(agency)?), logs.old_key(agency)?];
    let mut opened = keys.iter().flatten().map(|key| Checkpoint::open(note, &key.verifier_key()));
    let fits = opened.find_map(Result::ok).is_some_and(|signed| {
        let (size, root) = (tip.range.end(), tip.range.root());
        (signed.size, Some(signed.root), Some(signed.time)) == (size, root, tip.at)
    });
    if fits { Ok(()) } else { Err(StoreError::ForeignCheckpoint(origin(&logs.host, agency))) }
}

/// A leaf on its way into its table.
struct NewLeaf {
    position: i64,
    seq: i64,
    bytes: Vec<u8>,
    hash: Hash,
}

/// Adds leaves, and takes what they were made of out of the queue.
fn insert(
    database: &mut Database,
    agency: AgencyId,
    time: Instant,
    leaves: &[NewLeaf],
) -> Result<(), StoreError> {
    let Some(last) = leaves.last() else { return Ok(()) };
    match database {
        Database::Postgres(postgres) => {
            let numbers = || Column::Numbers(leaves.iter().map(|leaf| leaf.seq).collect());
            let values = [
                Value::id(agency),
                Value::At(At(time)),
                Value::Column(Column::Numbers(leaves.iter().map(|it| it.position).collect())),
                Value::Column(numbers()),
                Value::Column(Column::Bytes(leaves.iter().map(|it| &*it.bytes).collect())),
                Value::Column(Column::Bytes(
                    leaves.iter().map(|it| it.hash.bytes().as_slice()).collect(),
                )),
            ];
            Prepared::<Grow>::with(&values).execute(postgres)?;
            let taken = [Value::id(agency), Value::Column(numbers())];
            Prepared::<Take>::with(&taken).execute(postgres)?;
        }
        Database::Sqlite(sqlite) => {
            for leaf in leaves {
                let values = [
                    Value::id(agency),
                    Value::Number(leaf.position),
                    Value::Number(leaf.seq),
                    Value::At(At(time)),
                    Value::Bytes(&leaf.bytes),
                    Value::Bytes(leaf.hash.bytes()),
                ];
                Prepared::<Add>::with(&values).execute(sqlite)?;
            }
            // Nobody else writes: what waits up to the last is what was taken.
            let taken = [Value::id(agency), Value::Number(last.seq)];
            Prepared::<TakeUpTo>::with(&taken).execute(sqlite)?;
        }
    }
    Ok(())
}

statements! {
    /// Leaves, all at once; PostgreSQL only.
    Grow(BigInt) = "insert into ledger_leaf (agency_id, position, seq, time, leaf, hash) \
        select $1, new.position, new.seq, $2, new.leaf, new.hash \
        from unnest($3, $4, $5, $6) as new (position, seq, leaf, hash)";
    /// What waited; PostgreSQL only.
    Take(BigInt) = "delete from ledger_pending where agency_id = $1 and seq = any ($2)";
    /// A leaf.
    Add(BigInt) = "insert into ledger_leaf (agency_id, position, seq, time, leaf, hash) \
        values ($1, $2, $3, $4, $5, $6)";
    /// All that waited up to a number.
    TakeUpTo(BigInt) = "delete from ledger_pending where agency_id = $1 and seq <= $2";
}

/// What the leaf of an entry holds that waits without it.
fn looked_up(
    database: &mut Database,
    agency: AgencyId,
    seq: i64,
) -> Result<(Hash, Vec<u32>), StoreError> {
    let (header, records): (Vec<u8>, Vec<u8>) = ledger_entry::table
        .find(seq)
        .select((ledger_entry::header, ledger_entry::records))
        .first(database)?;
    Ok((Hash::of(&header), open_to(agency, &header, &records)?))
}

/// The places of records, as they stand in the queue.
fn places(text: &str) -> Result<Vec<u32>, StoreError> {
    let read = |place: &str| {
        place.parse().map_err(|_| StoreError::Corrupt("the places of an entry's records".into()))
    };
    text.split_ascii_whitespace().map(read).collect()
}

fn sign(
    database: &mut Database,
    logs: &LogSettings,
    agency: AgencyId,
    range: &CompactRange,
    time: Instant,
) -> Result<(), StoreError> {
    let checkpoint = Checkpoint {
        origin: origin(&logs.host, agency),
        size: range.end(),
        root: range.root().unwrap_or_else(Hash::of_nothing),
        time,
    };
    let keys = log_keys::signing(database, logs, agency, time)?;
    let note = checkpoint.sign(&keys.iter().collect::<Vec<_>>())?;
    let frontier: Vec<u8> = range.hashes().iter().flat_map(|hash| *hash.bytes()).collect();
    let size = position(range.end())?;
    let signed: bool = diesel::select(diesel::dsl::exists(ledger_checkpoint::table.find((
        agency,
        size,
        At(time),
    ))))
    .get_result(database)?;
    if !signed {
        diesel::insert_into(ledger_checkpoint::table)
            .values((
                ledger_checkpoint::agency_id.eq(agency),
                ledger_checkpoint::size.eq(size),
                ledger_checkpoint::at.eq(At(time)),
                ledger_checkpoint::frontier.eq(frontier),
                ledger_checkpoint::note.eq(note),
            ))
            .execute(database)?;
    }
    Ok(())
}

/// Takes the log for this transaction, and waits for whoever has it; SQLite's one writer has
/// every log already.
pub(super) fn hold(database: &mut Database, agency: AgencyId) -> Result<(), StoreError> {
    if let Database::Postgres(postgres) = database {
        // The flipped bit keeps logs' locks apart from children's.
        let lock = (agency.uuid().as_u64_pair().1 ^ (1 << 62)).cast_signed();
        db::lock(postgres, lock)?;
    }
    Ok(())
}

/// The places of the records that can be read in `reader`'s log.
fn open_to(reader: AgencyId, header: &[u8], records: &[u8]) -> Result<Vec<u32>, StoreError> {
    let (header, _) = Header::parse(header)?;
    let actor = header.actor.agency;
    let mut open = Vec::new();
    for (place, bytes) in lines(records).enumerate() {
        if sealed(bytes)?.is_open_to(reader, actor) {
            open.push(u32::try_from(place).unwrap_or(u32::MAX));
        }
    }
    Ok(open)
}

/// A stored record, with what decides who may read it.
pub(super) fn sealed(bytes: &[u8]) -> Result<SealedRecord, StoreError> {
    let record = Record::parse(bytes)?;
    Ok(SealedRecord {
        agency: record.agency,
        open_to_actor: record.open_to_actor,
        hash: Hash::of(bytes),
        bytes: bytes.to_vec(),
    })
}

/// The stored records of an entry: one per line, none when there are none.
pub(super) fn lines(records: &[u8]) -> impl Iterator<Item = &[u8]> {
    records.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

pub(super) fn position(index: u64) -> Result<i64, StoreError> {
    i64::try_from(index).map_err(|_| StoreError::Corrupt("a log's size".into()))
}

pub(super) fn count(position: i64) -> Result<u64, StoreError> {
    u64::try_from(position).map_err(|_| StoreError::Corrupt("a log's size".into()))
}
