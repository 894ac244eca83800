//! Entries on their way into the ledger's table, inside a transaction that somebody else commits.

use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::BigInt;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

use super::db::{Database, lock};
use super::prepared::{AnyId, Column, Prepared, Value, any, statements};
use super::sql::{At, DbUuid};
use crate::clock::Instant;
use crate::domain::ids::{AgencyId, ChildId, EntryId, PublicationId};
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
        _ if standing.is_empty() => {}
        Database::Postgres(postgres) => append_to_postgres(postgres, &standing)?,
        Database::Sqlite(sqlite) => append_to_sqlite(sqlite, &standing)?,
    }
    Ok(moved)
}

/// Takes the child for this transaction alone: whoever changes or reads it waits, and what was
/// read of it before is stale. The version grows with it.
pub fn take(database: &mut Database, child: ChildId) -> Result<(), Error> {
    let id = [Value::id(child)];
    match database {
        Database::Postgres(postgres) => {
            lock(postgres, lock_of(child))?;
            Prepared::<Move>::with(&id).execute(postgres)?;
        }
        Database::Sqlite(sqlite) => {
            Prepared::<Move>::with(&id).execute(sqlite)?;
        }
    }
    Ok(())
}

fn moved_since(database: &mut Database, drafts: &[Draft]) -> Result<Vec<Kept>, Error> {
    let children: BTreeSet<ChildId> =
        drafts.iter().flat_map(|draft| draft.seen.iter().map(|(child, _)| *child)).collect();
    if children.is_empty() {
        return Ok(vec![Kept::Durable; drafts.len()]);
    }
    let children: Vec<ChildId> = children.into_iter().collect();
    let versions = Prepared::<Versions>::with;
    let ids = [Value::ids(&children)];
    let versions: Vec<(ChildId, i64)> = match database {
        Database::Postgres(postgres) => {
            let locks: BTreeSet<i64> = children.iter().map(|child| lock_of(*child)).collect();
            // In a statement of its own: what is read after it is seen as it stands then.
            let locks = [Value::Column(Column::Numbers(locks.into_iter().collect()))];
            Prepared::<Share>::with(&locks).execute(postgres)?;
            versions(&ids).load(postgres)?
        }
        Database::Sqlite(sqlite) => versions(&ids).load(sqlite)?,
    };
    let versions: HashMap<ChildId, i64> = versions.into_iter().collect();
    let stands = |draft: &Draft| {
        draft.seen.iter().all(|(child, version)| versions.get(child) == Some(version))
    };
    Ok(drafts.iter().map(|draft| if stands(draft) { Kept::Durable } else { Kept::Stale }).collect())
}

/// The low half of a UUIDv7 is random: two children share a lock about never, and then only wait.
fn lock_of(child: ChildId) -> i64 {
    child.uuid().as_u64_pair().1.cast_signed()
}

/// Each publication that an entry was read through, once.
fn openings(draft: &Draft) -> impl Iterator<Item = &Opened> {
    let mut noted = BTreeSet::new();
    draft.opened.iter().filter(move |opened| noted.insert(opened.publication))
}

/// All rows of all entries in one statement.
fn append_to_postgres(postgres: &mut PgConnection, drafts: &[&Draft]) -> Result<(), Error> {
    let queued = || drafts.iter().flat_map(|draft| draft.logs.iter().map(move |log| (draft, log)));
    let read = || drafts.iter().flat_map(|draft| openings(draft).map(move |it| (draft, it)));
    let values = [
        Column::Ids(drafts.iter().map(|draft| any(draft.id)).collect()),
        Column::Times(drafts.iter().map(|draft| At(draft.at)).collect()),
        Column::Bytes(drafts.iter().map(|draft| draft.header.as_slice()).collect()),
        Column::Bytes(drafts.iter().map(|draft| draft.records.as_slice()).collect()),
        Column::Ids(queued().map(|(_, (agency, _))| any(*agency)).collect()),
        Column::Ids(queued().map(|(draft, _)| any(draft.id)).collect()),
        Column::Bytes(queued().map(|(draft, _)| draft.hash.bytes().as_slice()).collect()),
        Column::Words(queued().map(|(_, (_, open))| places(open)).collect()),
        Column::Ids(read().map(|(_, opened)| any(opened.publication)).collect()),
        Column::Ids(read().map(|(draft, _)| any(draft.id)).collect()),
        Column::Ids(read().map(|(_, opened)| AnyId::new(opened.reader)).collect()),
        Column::Times(read().map(|(draft, _)| At(draft.at)).collect()),
    ];
    Prepared::<Append>::with(&values.map(Value::Column)).execute(postgres)?;
    Ok(())
}

fn append_to_sqlite(sqlite: &mut SqliteConnection, drafts: &[&Draft]) -> Result<(), Error> {
    for draft in drafts {
        let entry = [
            Value::id(draft.id),
            Value::At(At(draft.at)),
            Value::Bytes(&draft.header),
            Value::Bytes(&draft.records),
        ];
        let seq: i64 = Prepared::<Keep>::with(&entry).get_result(sqlite)?;
        for (agency, open) in &draft.logs {
            let open = places(open);
            let queued = [
                Value::id(*agency),
                Value::Number(seq),
                Value::Bytes(draft.hash.bytes()),
                Value::Word(&open),
            ];
            Prepared::<Queue>::with(&queued).execute(sqlite)?;
        }
        for Opened { publication, reader } in openings(draft) {
            let read = [
                Value::id(*publication),
                Value::id(draft.id),
                Value::Id(AnyId::new(*reader)),
                Value::At(At(draft.at)),
            ];
            Prepared::<Open>::with(&read).execute(sqlite)?;
        }
    }
    Ok(())
}

/// The places of the records that can be read in a log: what the sequencer makes a leaf of without
/// reading the entry again.
fn places(open: &[u32]) -> String {
    let places: Vec<String> = open.iter().map(u32::to_string).collect();
    places.join(" ")
}

statements! {
    /// Holds children as they are; PostgreSQL only.
    Share(BigInt) = "select pg_advisory_xact_lock_shared(child) from unnest($1) child";
    /// A child is changed.
    Move(BigInt) = "update person set version = version + 1 where id = $1";
    /// How often each of some children was changed.
    Versions((DbUuid, BigInt)) = "select id, version from person where id {in $1}";
    /// An entry.
    Keep(BigInt) = "insert into ledger_entry (id, at, header, records) values ($1, $2, $3, $4) \
        returning seq";
    /// An entry that waits to become a leaf.
    Queue(BigInt) = "insert into ledger_pending (agency_id, seq, header_hash, open) \
        values ($1, $2, $3, $4)";
    /// Somebody has read through a publication.
    Open(BigInt) = "insert into opened (publication_id, entry_id, area_id, reader_id, at) \
        select id, $2, area_id, $3, $4 from publication where id = $1";
    /// Entries, what waits of them and what was read through, all at once; PostgreSQL only.
    Append(BigInt) = "with told as (\
            select * from unnest($1, $2, $3, $4) with ordinality \
            as told (id, at, header, records, place)), \
        kept as (\
            insert into ledger_entry (id, at, header, records) \
            select id, at, header, records from told order by place returning id, seq), \
        queued as (\
            insert into ledger_pending (agency_id, seq, header_hash, open) \
            select log.agency, kept.seq, log.hash, log.open \
            from unnest($5, $6, $7, $8) as log (agency, entry, hash, open) \
            join kept on kept.id = log.entry) \
        insert into opened (publication_id, entry_id, area_id, reader_id, at) \
        select publication.id, read.entry, publication.area_id, read.reader, read.at \
        from unnest($9, $10, $11, $12) as read (publication, entry, reader, at) \
        join publication on publication.id = read.publication";
}
