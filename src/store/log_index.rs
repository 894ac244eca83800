//! Where in a log somebody acts or a child is told of: an index that follows the leaves, so that
//! neither a request nor the sequencer waits for it.
//!
//! **Invariant:** made from the log alone. It may lag or be lost: what it doesn't cover is looked
//! through instead, and it is made again.

use std::ops::Range;

use diesel::prelude::*;
use uuid::Uuid;

use super::db::{self, Database};
use super::door::Store;
use super::error::StoreError;
use super::log_rows::{self, Row};
use super::means::blocking;
use super::schema::{agency, ledger_about, ledger_indexed, ledger_leaf};
use crate::domain::ids::{AgencyId, PersonId};
use crate::ledger::{HeaderGist, LeafGist};

/// Leaves that are indexed in one transaction.
const LEAVES_AT_ONCE: i64 = 500;
/// Rows of one statement: each has four values, and the databases take about 32,000.
const ROWS_AT_ONCE: usize = 2000;

/// What an entry can be looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// Who acted.
    Actor(Uuid),
    /// A child that it tells this log of.
    Child(Uuid),
}

impl By {
    const fn row(self) -> (i32, PersonId) {
        match self {
            Self::Actor(id) => (1, PersonId::new(id)),
            Self::Child(id) => (2, PersonId::new(id)),
        }
    }
}

impl Store {
    /// Brings the index of every log up to its newest leaf; tells how many leaves were indexed.
    ///
    /// # Errors
    /// [`StoreError`] of the database, or entries that can't be read.
    pub async fn index_logs(&self) -> Result<u64, StoreError> {
        let inner = self.inner.clone();
        let behind = blocking(move || {
            let mut connection = inner.readers.get().map_err(db::DatabaseError::from)?;
            behind(&mut connection)
        })
        .await?;
        let mut indexed = 0;
        for agency in behind {
            loop {
                let done = self.index_some(agency).await?;
                indexed += u64::try_from(done).unwrap_or_default();
                if done < LEAVES_AT_ONCE {
                    break;
                }
            }
        }
        Ok(indexed)
    }

    /// Reads and indexes the next leaves of one log. What is read is read outside the transaction
    /// that writes, so that on SQLite the one writer is not kept.
    async fn index_some(&self, agency: AgencyId) -> Result<i64, StoreError> {
        let inner = self.inner.clone();
        let (upto, read, rows) = blocking(move || {
            let mut connection = inner.readers.get().map_err(db::DatabaseError::from)?;
            let database: &mut Database = &mut connection;
            let upto = covered(database, agency)?;
            let leaves = log_rows::read(database, agency, upto..i64::MAX, LEAVES_AT_ONCE)?;
            let mut rows = Vec::with_capacity(leaves.len() * 2);
            for leaf in &leaves {
                rows.extend(mentions(leaf)?.into_iter().map(|by| (by, leaf.position)));
            }
            Ok((upto, i64::try_from(leaves.len()).unwrap_or_default(), rows))
        })
        .await?;
        if read > 0 {
            self.write(move |database| note(database, agency, upto, upto + read, &rows)).await?;
        }
        Ok(read)
    }
}

/// The logs whose newest leaf is not indexed yet.
fn behind(database: &mut Database) -> Result<Vec<AgencyId>, StoreError> {
    let agencies: Vec<AgencyId> = agency::table.select(agency::id).load(database)?;
    let mut behind = Vec::new();
    for agency in agencies {
        let newest: Option<i64> = ledger_leaf::table
            .filter(ledger_leaf::agency_id.eq(agency))
            .order(ledger_leaf::position.desc())
            .select(ledger_leaf::position)
            .first(database)
            .optional()?;
        let upto = covered(database, agency)?;
        if newest.is_some_and(|newest| newest >= upto) {
            behind.push(agency);
        }
    }
    Ok(behind)
}

/// How far the index goes: it knows the leaves before this one.
pub(super) fn covered(database: &mut Database, agency: AgencyId) -> Result<i64, StoreError> {
    let upto: Option<i64> = ledger_indexed::table
        .find(agency)
        .select(ledger_indexed::upto)
        .first(database)
        .optional()?;
    Ok(upto.unwrap_or(0))
}

/// The leaves of `within`, which the index must cover, that can be found so: at most `limit` of
/// them, the oldest or the newest.
pub(super) fn positions(
    database: &mut Database,
    agency: AgencyId,
    by: By,
    within: Range<i64>,
    newest_first: bool,
    limit: i64,
) -> Result<Vec<i64>, StoreError> {
    let (kind, subject) = by.row();
    let query = ledger_about::table
        .filter(ledger_about::agency_id.eq(agency))
        .filter(ledger_about::kind.eq(kind).and(ledger_about::subject_id.eq(subject)))
        .filter(ledger_about::position.ge(within.start))
        .filter(ledger_about::position.lt(within.end))
        .select(ledger_about::position)
        .limit(limit)
        .into_boxed();
    let query = match newest_first {
        true => query.order(ledger_about::position.desc()),
        false => query.order(ledger_about::position.asc()),
    };
    Ok(query.load(database)?)
}

/// By what a leaf's entry is found. An entry whose body was disposed of is found by nothing.
fn mentions(row: &Row) -> Result<Vec<By>, StoreError> {
    if row.header.is_empty() {
        return Ok(Vec::new());
    }
    let (leaf, header) = (LeafGist::of(&row.leaf)?, HeaderGist::of(&row.header)?);
    let open = row.records().enumerate().filter(|(place, _)| leaf.shows(*place));
    let children = header.children(open.map(|(_, record)| record))?;
    Ok(header
        .actor()
        .map(By::Actor)
        .into_iter()
        .chain(children.into_iter().map(By::Child))
        .collect())
}

/// Adds what was found, unless another server has been faster.
fn note(
    database: &mut Database,
    agency: AgencyId,
    from: i64,
    upto: i64,
    rows: &[(By, i64)],
) -> Result<(), StoreError> {
    let begun = diesel::insert_into(ledger_indexed::table)
        .values((ledger_indexed::agency_id.eq(agency), ledger_indexed::upto.eq(0)));
    match database {
        Database::Postgres(postgres) => begun.on_conflict_do_nothing().execute(postgres)?,
        Database::Sqlite(sqlite) => begun.on_conflict_do_nothing().execute(sqlite)?,
    };
    let unmoved = ledger_indexed::agency_id.eq(agency).and(ledger_indexed::upto.eq(from));
    let moved = diesel::update(ledger_indexed::table.filter(unmoved))
        .set(ledger_indexed::upto.eq(upto))
        .execute(database)?;
    if moved == 0 {
        return Ok(());
    }
    for some in rows.chunks(ROWS_AT_ONCE) {
        let some: Vec<_> = some
            .iter()
            .map(|(by, position)| {
                let (kind, subject) = by.row();
                (
                    ledger_about::agency_id.eq(agency),
                    ledger_about::kind.eq(kind),
                    ledger_about::subject_id.eq(subject),
                    ledger_about::position.eq(*position),
                )
            })
            .collect();
        let insert = diesel::insert_into(ledger_about::table);
        match database {
            Database::Postgres(postgres) => insert.values(some).execute(postgres)?,
            Database::Sqlite(sqlite) => insert.values(some).execute(sqlite)?,
        };
    }
    Ok(())
}
