//! Leaves with their entries, as they are stored: what the search, the index and the exports read.

use std::collections::BTreeMap;
use std::ops::Range;

use diesel::prelude::*;
use uuid::Uuid;

use super::db::Database;
use super::disposals::disposed_end;
use super::error::StoreError;
use super::schema::{agency, ledger_entry, ledger_leaf, unit};
use super::sequencer::lines;
use super::sql::At;
use crate::clock::Instant;
use crate::domain::ids::{AgencyId, UnitId};
use crate::ledger::{Hash, LeafGist, RecordLine, Shown};

/// A leaf with its entry, as they are stored.
#[derive(Clone, Debug, Queryable)]
pub(super) struct Row {
    /// Its number in the log.
    pub position: i64,
    /// The leaf's bytes.
    pub leaf: Vec<u8>,
    /// The header's; empty when the body was disposed of.
    pub header: Vec<u8>,
    /// The records', one per line.
    pub records: Vec<u8>,
}

impl Row {
    /// The records, one by one.
    pub fn records(&self) -> impl Iterator<Item = &[u8]> {
        lines(&self.records)
    }

    /// The records as this log may show them.
    pub fn shown_records(&self) -> Result<Vec<RecordLine<'_>>, StoreError> {
        let leaf = LeafGist::of(&self.leaf)?;
        let line = |(place, bytes)| match leaf.shows(place) {
            true => RecordLine::Open(bytes),
            false => RecordLine::Sealed(Hash::of(bytes)),
        };
        Ok(self.records().enumerate().map(line).collect())
    }

    /// The entry as this log may show it.
    pub fn shown(&self) -> Result<Shown, StoreError> {
        Ok(Shown::parse(&self.leaf, &self.header, &self.shown_records()?)?)
    }
}

/// The first leaves of `within`, at most `limit`.
pub(super) fn read(
    database: &mut Database,
    agency: AgencyId,
    within: Range<i64>,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let rows = ledger_leaf::table
        .inner_join(ledger_entry::table)
        .filter(ledger_leaf::agency_id.eq(agency))
        .filter(ledger_leaf::position.ge(within.start))
        .filter(ledger_leaf::position.lt(within.end))
        .order(ledger_leaf::position)
        .limit(limit)
        .select((
            ledger_leaf::position,
            ledger_leaf::leaf,
            ledger_entry::header,
            ledger_entry::records,
        ))
        .load(database)?;
    without_disposed(database, agency, rows)
}

/// The leaves in these positions, in the log's order.
pub(super) fn read_each(
    database: &mut Database,
    agency: AgencyId,
    positions: &[i64],
) -> Result<Vec<Row>, StoreError> {
    let rows = ledger_leaf::table
        .inner_join(ledger_entry::table)
        .filter(ledger_leaf::agency_id.eq(agency))
        .filter(ledger_leaf::position.eq_any(positions.to_vec()))
        .order(ledger_leaf::position)
        .select((
            ledger_leaf::position,
            ledger_leaf::leaf,
            ledger_entry::header,
            ledger_entry::records,
        ))
        .load(database)?;
    without_disposed(database, agency, rows)
}

/// The same rows; what this log has disposed of is empty, though another log may keep it.
fn without_disposed(
    database: &mut Database,
    agency: AgencyId,
    mut rows: Vec<Row>,
) -> Result<Vec<Row>, StoreError> {
    let end = disposed_end(database, agency)?;
    for row in rows.iter_mut().filter(|row| row.position < end) {
        (row.header, row.records) = (Vec::new(), Vec::new());
    }
    Ok(rows)
}

/// The first leaf that is not earlier than `at`.
pub(super) fn first_at(
    database: &mut Database,
    agency: AgencyId,
    at: Instant,
) -> Result<Option<i64>, StoreError> {
    Ok(ledger_leaf::table
        .filter(ledger_leaf::agency_id.eq(agency).and(ledger_leaf::time.ge(At(at))))
        .order((ledger_leaf::time, ledger_leaf::position))
        .select(ledger_leaf::position)
        .first(database)
        .optional()?)
}

/// The names of all agencies and units, by their ids.
pub(super) fn all_names(database: &mut Database) -> Result<BTreeMap<Uuid, String>, StoreError> {
    let agencies: Vec<(AgencyId, String)> =
        agency::table.select((agency::id, agency::name)).load(database)?;
    let units: Vec<(UnitId, String)> = unit::table.select((unit::id, unit::name)).load(database)?;
    let agencies = agencies.into_iter().map(|(id, name)| (id.uuid(), name));
    Ok(agencies.chain(units.into_iter().map(|(id, name)| (id.uuid(), name))).collect())
}

/// The names of these agencies and units, by their ids.
pub(super) fn names(
    database: &mut Database,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, String>, StoreError> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let (agencies, units): (Vec<AgencyId>, Vec<UnitId>) =
        ids.iter().map(|id| (AgencyId::new(*id), UnitId::new(*id))).unzip();
    let agencies: Vec<(AgencyId, String)> = agency::table
        .filter(agency::id.eq_any(agencies))
        .select((agency::id, agency::name))
        .load(database)?;
    let units: Vec<(UnitId, String)> =
        unit::table.filter(unit::id.eq_any(units)).select((unit::id, unit::name)).load(database)?;
    let agencies = agencies.into_iter().map(|(id, name)| (id.uuid(), name));
    Ok(agencies.chain(units.into_iter().map(|(id, name)| (id.uuid(), name))).collect())
}
