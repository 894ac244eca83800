//! Entries on their way into the ledger's table, inside a transaction that somebody else commits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{Array, BigInt};
use uuid::Uuid;

use super::db::Database;
use super::schema::{ledger_entry, ledger_pending, opened, person, publication};
use super::sql::At;
use crate::clock::Instant;
use crate::domain::ids::{AgencyId, AreaId, ChildId, EntryId, PersonId, PublicationId};
use crate::ledger::Hash;

/// An entry, sealed and ready.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its id.
    pub id: EntryId,
    /// When it was decided.
    pub at: Instant,
    /// The header's canonical bytes.
    pub header: Vec<u8>,
    /// The records' canonical bytes, one per line.
    pub records: Vec<u8>,
    /// The header's hash: what a leaf holds.
    pub hash: Hash,
    /// In whose logs it will stand, and the places of the records that can be read there.
    pub logs: BTreeMap<AgencyId, Vec<u32>>,
    /// The children that were read of, and the version at which.
    pub seen: Vec<(ChildId, i64)>,
    /// The publications that were read through. They become durable with the entry.
    pub opened: Vec<Opened>,
}

/// Somebody has read something through a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The publication.
    pub publication: PublicationId,
    /// Who.
    pub reader: Uuid,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It stands, once the transaction is committed.
    Durable,
    /// A child that it concerns was changed after its facts were gathered: decide again.
    Stale,
}

/// Adds the entries, each unless a child that it saw has moved. Nothing can move one of those
/// children until the transaction ends.
pub fn append(database: &mut Database, drafts: &[Draft]) -> Result<Vec<Kept>, Error> {
    let moved = moved_since(database, drafts)?;
    let standing: Vec<&Draft> = drafts
        .iter()
        .zip(&moved)
        .filter_map(|(draft, kept)| (*kept == Kept::Durable).then_some(draft))
        .collect();
    match database {
        Database::Postgres(postgres) => append_to_postgres(postgres, &standing)?,
        Database::Sqlite(sqlite) => append_to_sqlite(sqlite, &standing)?,
    }
    note_openings(database, &standing)?;
    Ok(moved)
}

/// Takes the child for this transaction alone: whoever changes or reads it waits, and what was
/// read of it before is stale. The version grows with it.
pub fn take(database: &mut Database, child: ChildId) -> Result<(), Error> {
    if let Database::Postgres(postgres) = database {
        diesel::sql_query("select pg_advisory_xact_lock($1)")
            .bind::<BigInt, _>(lock_of(child))
            .execute(postgres)?;
    }
    diesel::update(person::table.filter(person::id.eq(child)))
        .set(person::version.eq(person::version + 1))
        .execute(database)?;
    Ok(())
}

fn moved_since(database: &mut Database, drafts: &[Draft]) -> Result<Vec<Kept>, Error> {
    let children: BTreeSet<ChildId> =
        drafts.iter().flat_map(|draft| draft.seen.iter().map(|(child, _)| *child)).collect();
    if children.is_empty() {
        return Ok(vec![Kept::Durable; drafts.len()]);
    }
    if let Database::Postgres(postgres) = database {
        let locks: BTreeSet<i64> = children.iter().map(|child| lock_of(*child)).collect();
        diesel::sql_query("select pg_advisory_xact_lock_shared(child) from unnest($1) child")
            .bind::<Array<BigInt>, _>(locks.into_iter().collect::<Vec<_>>())
            .execute(postgres)?;
    }
    let versions: HashMap<ChildId, i64> = person::table
        .filter(person::id.eq_any(children))
        .select((person::id, person::version))
        .load::<(ChildId, i64)>(database)?
        .into_iter()
        .collect();
    let stands = |draft: &Draft| {
        draft.seen.iter().all(|(child, version)| versions.get(child) == Some(version))
    };
    Ok(drafts.iter().map(|draft| if stands(draft) { Kept::Durable } else { Kept::Stale }).collect())
}

/// The low half of a UUIDv7 is random: two children share a lock about never, and then only wait.
fn lock_of(child: ChildId) -> i64 {
    child.uuid().as_u64_pair().1.cast_signed()
}

/// Notes for each publication who has read through it, by which entry.
fn note_openings(database: &mut Database, drafts: &[&Draft]) -> Result<(), Error> {
    let through: BTreeSet<PublicationId> =
        drafts.iter().flat_map(|draft| draft.opened.iter().map(|it| it.publication)).collect();
    if through.is_empty() {
        return Ok(());
    }
    let areas: HashMap<PublicationId, AreaId> = publication::table
        .filter(publication::id.eq_any(through))
        .select((publication::id, publication::area_id))
        .load::<(PublicationId, AreaId)>(database)?
        .into_iter()
        .collect();
    for draft in drafts {
        let mut noted = BTreeSet::new();
        for Opened { publication: through, reader } in &draft.opened {
            let Some(area) = areas.get(through).filter(|_| noted.insert(*through)) else {
                continue;
            };
            diesel::insert_into(opened::table)
                .values((
                    opened::publication_id.eq(*through),
                    opened::entry_id.eq(draft.id),
                    opened::area_id.eq(*area),
                    opened::reader_id.eq(PersonId::new(*reader)),
                    opened::at.eq(At(draft.at)),
                ))
                .execute(database)?;
        }
    }
    Ok(())
}

fn append_to_postgres(postgres: &mut PgConnection, drafts: &[&Draft]) -> Result<(), Error> {
    let rows: Vec<_> = drafts.iter().map(|draft| row(draft)).collect();
    let numbers: Vec<i64> = diesel::insert_into(ledger_entry::table)
        .values(rows)
        .returning(ledger_entry::seq)
        .get_results(postgres)?;
    let pending: Vec<_> = drafts
        .iter()
        .zip(numbers)
        .flat_map(|(draft, seq)| draft.logs.iter().map(move |log| queued(draft, log, seq)))
        .collect();
    diesel::insert_into(ledger_pending::table).values(pending).execute(postgres)?;
    Ok(())
}

fn append_to_sqlite(sqlite: &mut SqliteConnection, drafts: &[&Draft]) -> Result<(), Error> {
    for draft in drafts {
        let seq: i64 = diesel::insert_into(ledger_entry::table)
            .values(row(draft))
            .returning(ledger_entry::seq)
            .get_result(sqlite)?;
        for log in &draft.logs {
            diesel::insert_into(ledger_pending::table)
                .values(queued(draft, log, seq))
                .execute(sqlite)?;
        }
    }
    Ok(())
}

type Row<'a> = (
    diesel::dsl::Eq<ledger_entry::id, EntryId>,
    diesel::dsl::Eq<ledger_entry::at, At>,
    diesel::dsl::Eq<ledger_entry::header, &'a [u8]>,
    diesel::dsl::Eq<ledger_entry::records, &'a [u8]>,
);

fn row(draft: &Draft) -> Row<'_> {
    (
        ledger_entry::id.eq(draft.id),
        ledger_entry::at.eq(At(draft.at)),
        ledger_entry::header.eq(draft.header.as_slice()),
        ledger_entry::records.eq(draft.records.as_slice()),
    )
}

type Queued<'a> = (
    diesel::dsl::Eq<ledger_pending::agency_id, AgencyId>,
    diesel::dsl::Eq<ledger_pending::seq, i64>,
    diesel::dsl::Eq<ledger_pending::header_hash, &'a [u8]>,
    diesel::dsl::Eq<ledger_pending::open, String>,
);

/// What the sequencer makes a leaf of without reading the entry again.
fn queued<'a>(draft: &'a Draft, (agency, open): (&AgencyId, &Vec<u32>), seq: i64) -> Queued<'a> {
    let places: Vec<String> = open.iter().map(u32::to_string).collect();
    (
        ledger_pending::agency_id.eq(*agency),
        ledger_pending::seq.eq(seq),
        ledger_pending::header_hash.eq(draft.hash.bytes().as_slice()),
        ledger_pending::open.eq(places.join(" ")),
    )
}
