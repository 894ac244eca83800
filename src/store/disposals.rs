//! Disposal: what a log does not show any more when its time has run out. Its leaves stay, so that
//! what remains can be proved; a body is erased when every log that it stands in has disposed of it.
//!
//! **Invariant:** no entry that is younger than the agency's own rule, or held, is disposed of. The
//! database itself refuses what is younger than the law's least.

use std::collections::BTreeMap;

use chrono::Months;
use diesel::connection::SimpleConnection as _;
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde_json::json;

use super::db::Database;
use super::error::{Halt, StoreError};
use super::schema::{ledger_disposal, ledger_leaf};
use super::sequencer::{self, Signing, count, position};
use super::sql::{At, DbUuid};
use super::work::Work;
use crate::access::act::{DisposeLog, ListDisposals};
use crate::clock::Instant;
use crate::domain::ids::{AgencyId, EntryId};
use crate::domain::obstacle::Obstacle;

/// How long agencies keep what their logs tell.
#[derive(Clone, Debug, Default)]
pub struct Retention {
    /// Whole years.
    pub years: u32,
    /// Agencies with a time of their own.
    pub of: BTreeMap<AgencyId, u32>,
    /// Agencies that dispose of nothing for now, and why.
    pub held: BTreeMap<AgencyId, String>,
    /// The most entries that are disposed of at once.
    pub at_once_max: u32,
}

/// What was disposed of in a log at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disposal {
    /// The entry of the act; a leaf that was disposed of names it.
    pub entry: EntryId,
    /// The agency whose log it is.
    pub agency: AgencyId,
    /// When.
    pub at: Instant,
    /// What had been entered before then, and no later than that.
    pub before: Instant,
    /// The first leaf.
    pub first: u64,
    /// One past the last.
    pub end: u64,
    /// For how many years the agency keeps what its log tells.
    pub years: u32,
    /// Why.
    pub reason: String,
}

/// A disposal that was just made.
#[derive(Clone, Debug)]
pub struct Disposed {
    /// What was disposed of; nothing where its two ends are the same.
    pub disposal: Disposal,
    /// How many bodies were erased: those that stand in no other log any more.
    pub erased: u64,
    /// Whether more of the same waits: only so much is done at once.
    pub more: bool,
}

impl Retention {
    /// For how many years `agency` keeps what its log tells.
    pub fn years_of(&self, agency: AgencyId) -> u32 {
        self.of.get(&agency).copied().unwrap_or(self.years)
    }
}

impl Work<'_, DisposeLog> {
    /// Disposes of what was entered before `before`.
    pub fn dispose(&mut self, before: Instant, reason: &str) -> Result<Disposed, Halt> {
        let (agency, now) = (self.act().agency, self.now());
        let retention = &self.means.retention;
        if retention.held.contains_key(&agency) {
            return Err(Obstacle::State { why: "log_is_held" }.into());
        }
        let years = retention.years_of(agency);
        let kept = Months::new(years.saturating_mul(12));
        if now.checked_sub_months(kept).is_none_or(|oldest| before > oldest) {
            return Err(Obstacle::State { why: "log_too_young" }.into());
        }
        // The database goes by the log's own time, which is that of its newest signed head.
        sequencer::extend(self.database, &self.means.logs, agency, Signing::Always, now)?;
        let first = count(disposed_end(self.database, agency)?)?;
        let entered = ledger_leaf::table
            .filter(ledger_leaf::agency_id.eq(agency).and(ledger_leaf::time.lt(At(before))))
            .select(max(ledger_leaf::position))
            .first::<Option<i64>>(self.database)?;
        let all = entered.map(|last| count(last + 1)).transpose()?.unwrap_or(0);
        let end = all.min(first + u64::from(retention.at_once_max)).max(first);
        let disposal = Disposal {
            entry: self.entry,
            agency,
            at: now,
            before,
            first,
            end,
            years,
            reason: reason.to_owned(),
        };
        let mut erased = 0;
        if end > first {
            keep(self.database, &disposal)?;
            erased = erase(self.database, &disposal)?;
        }
        self.receipt = Some(json!({
            "class": CLASS,
            "before": before.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            "first": first,
            "end": end,
            "count": end - first,
            "erased": erased,
            "years": years,
        }));
        Ok(Disposed { disposal, erased, more: all > end })
    }
}

impl Work<'_, ListDisposals> {
    /// What was disposed of, the newest first.
    pub fn disposals(&mut self) -> Result<Vec<Disposal>, Halt> {
        let agency = self.act().agency;
        let rows = rows(self.database, agency, self.means.rows_max)?;
        Ok(rows.into_iter().map(|row| row.read(agency)).collect::<Result<_, _>>()?)
    }
}

/// The class of what is disposed of, as a receipt of disposal names it.
pub const CLASS: &str = "access_log";

/// Where the part of a log ends that was disposed of; 0 when nothing was.
pub(super) fn disposed_end(
    database: &mut Database,
    agency: AgencyId,
) -> Result<i64, diesel::result::Error> {
    let end: Option<i64> = ledger_disposal::table
        .filter(ledger_disposal::agency_id.eq(agency))
        .select(max(ledger_disposal::end_position))
        .first(database)?;
    Ok(end.unwrap_or(0))
}

/// By which disposal each leaf of a log went that was disposed of.
#[derive(Clone, Debug, Default)]
pub(super) struct Disposals(Vec<(i64, EntryId)>);

impl Disposals {
    /// Those of `agency`'s log.
    pub fn of(database: &mut Database, agency: AgencyId) -> Result<Self, StoreError> {
        let ends = ledger_disposal::table
            .filter(ledger_disposal::agency_id.eq(agency))
            .order(ledger_disposal::end_position)
            .select((ledger_disposal::end_position, ledger_disposal::id))
            .load(database)?;
        Ok(Self(ends))
    }

    /// The disposal by which the leaf at `index` went, if it did.
    pub fn by(&self, index: u64) -> Option<EntryId> {
        let at =
            self.0.partition_point(|(end, _)| u64::try_from(*end).is_ok_and(|end| end <= index));
        self.0.get(at).map(|(_, id)| *id)
    }
}

#[derive(Queryable)]
struct Row {
    id: EntryId,
    at: At,
    before: At,
    first: i64,
    end: i64,
    years: i32,
    reason: String,
}

impl Row {
    fn read(self, agency: AgencyId) -> Result<Disposal, StoreError> {
        Ok(Disposal {
            entry: self.id,
            agency,
            at: self.at.0,
            before: self.before.0,
            first: count(self.first)?,
            end: count(self.end)?,
            years: self.years.unsigned_abs(),
            reason: self.reason,
        })
    }
}

fn rows(database: &mut Database, agency: AgencyId, most: i64) -> Result<Vec<Row>, StoreError> {
    Ok(ledger_disposal::table
        .filter(ledger_disposal::agency_id.eq(agency))
        .order(ledger_disposal::end_position.desc())
        .limit(most)
        .select((
            ledger_disposal::id,
            ledger_disposal::at,
            ledger_disposal::before,
            ledger_disposal::first_position,
            ledger_disposal::end_position,
            ledger_disposal::years,
            ledger_disposal::reason,
        ))
        .load(database)?)
}

fn keep(database: &mut Database, disposal: &Disposal) -> Result<(), StoreError> {
    diesel::insert_into(ledger_disposal::table)
        .values((
            ledger_disposal::agency_id.eq(disposal.agency),
            ledger_disposal::first_position.eq(position(disposal.first)?),
            ledger_disposal::end_position.eq(position(disposal.end)?),
            ledger_disposal::id.eq(disposal.entry),
            ledger_disposal::at.eq(At(disposal.at)),
            ledger_disposal::before.eq(At(disposal.before)),
            ledger_disposal::years.eq(i32::try_from(disposal.years).unwrap_or(i32::MAX)),
            ledger_disposal::reason.eq(&disposal.reason),
        ))
        .execute(database)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Erased {
    #[diesel(sql_type = BigInt)]
    erased: i64,
}

/// Erases the bodies that stand in no log any more; tells how many.
fn erase(database: &mut Database, disposal: &Disposal) -> Result<u64, StoreError> {
    let (first, end) = (position(disposal.first)?, position(disposal.end)?);
    match database {
        Database::Postgres(postgres) => {
            let told: Erased = diesel::sql_query("select ledger_erase($1, $2, $3) as erased")
                .bind::<DbUuid, _>(disposal.agency)
                .bind::<BigInt, _>(first)
                .bind::<BigInt, _>(end)
                .get_result(postgres)?;
            count(told.erased)
        }
        Database::Sqlite(sqlite) => {
            // What is erased is overwritten, and not left in the file's free space.
            sqlite.batch_execute("pragma secure_delete = on")?;
            let erased = diesel::sql_query(ERASE)
                .bind::<DbUuid, _>(disposal.agency)
                .bind::<BigInt, _>(first)
                .bind::<BigInt, _>(end)
                .execute(sqlite)?;
            sqlite.batch_execute("pragma secure_delete = off")?;
            Ok(u64::try_from(erased).unwrap_or(u64::MAX))
        }
    }
}

/// What PostgreSQL has as a function, `ledger_erase`.
const ERASE: &str = "update ledger_entry set header = x'', records = x'' \
    where seq in (select seq from ledger_leaf \
            where agency_id = ? and position >= ? and position < ?) \
        and length(header) > 0 \
        and not exists (select 1 from ledger_pending p where p.seq = ledger_entry.seq) \
        and not exists (select 1 from ledger_leaf leaf where leaf.seq = ledger_entry.seq \
            and leaf.position >= coalesce((select max(end_position) from ledger_disposal d \
                where d.agency_id = leaf.agency_id), 0))";

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_leaf_went_by_the_first_disposal_that_reaches_past_it() {
        let id = |n| EntryId::new(Uuid::from_u128(n));
        let disposals = Disposals(vec![(3, id(1)), (5, id(2))]);
        let by: Vec<_> = (0..7).map(|index| disposals.by(index)).collect();
        let (one, two) = (Some(id(1)), Some(id(2)));
        assert_eq!(by, [one, one, one, two, two, None, None]);
        assert_eq!(Disposals::default().by(0), None);
    }
}
