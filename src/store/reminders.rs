//! Emergency openings that were not reviewed in time: which there are, and who is told, once.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::db::{self, Database};
use super::door::Store;
use super::error::{Halt, StoreError};
use super::means::blocking;
use super::schema::{break_glass, break_glass_review, case_file, notice};
use super::sql::At;
use super::work::Work;
use crate::access::act::RemindOfReviews;
use crate::clock::Instant;
use crate::domain::ids::{AgencyId, AreaId, BreakGlassId, CaseId, ChildId, NoticeId, UnitId};
use crate::domain::notice::NoticeKind;
use crate::domain::text::Coded;
use crate::ledger::Effect;

/// How many openings wait beyond their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// All of them.
    pub openings: usize,
    /// Those of which no unit was told yet.
    pub untold: usize,
}

impl Store {
    /// How many emergency openings were not reviewed in time. Numbers, of which nobody is told
    /// but the service's own log: it shows no data, and so needs no permit.
    pub async fn overdue_reviews(&self) -> Result<Overdue, StoreError> {
        let inner = self.inner.clone();
        let now = inner.means.clock.now();
        blocking(move || {
            db::on_any(&inner.readers, db::Begun::Reading, |database| {
                db::see_areas(database, db::EVERY_AREA)?;
                let openings = overdue(database, now)?;
                let mut untold = 0;
                for opening in &openings {
                    untold += usize::from(!is_told(database, *opening)?);
                }
                Ok(Overdue { openings: openings.len(), untold })
            })
        })
        .await
    }
}

impl Work<'_, RemindOfReviews> {
    /// Tells the unit that opened and the one that coordinates of each overdue opening, once.
    pub fn remind(&mut self) -> Result<usize, Halt> {
        let mut told = 0;
        for id in overdue(self.database, self.now())? {
            if !is_told(self.database, id)? {
                self.remind_of(id)?;
                told += 1;
            }
        }
        Ok(told)
    }

    fn remind_of(&mut self, id: BreakGlassId) -> Result<(), Halt> {
        type Row = (AreaId, CaseId, ChildId, AgencyId, UnitId);
        let (area, case, child, agency, opener): Row = break_glass::table
            .find(id)
            .select((
                break_glass::area_id,
                break_glass::case_id,
                break_glass::child_id,
                break_glass::agency_id,
                break_glass::unit_id,
            ))
            .first(self.database)?;
        let coordinator: UnitId =
            case_file::table.find(case).select(case_file::unit_id).first(self.database)?;
        let mut units = vec![opener, coordinator];
        units.dedup();
        for unit in units {
            diesel::insert_into(notice::table)
                .values((
                    notice::id.eq(self.means.clock.new_id::<NoticeId>()),
                    notice::area_id.eq(area),
                    notice::unit_id.eq(unit),
                    notice::child_id.eq(child),
                    notice::case_id.eq(case),
                    notice::kind.eq(NoticeKind::ReviewOverdue.code()),
                    notice::resource_kind.eq("BreakGlass"),
                    notice::resource_id.eq(id),
                    notice::at.eq(At(self.now())),
                ))
                .execute(self.database)?;
        }
        self.touched(agency, ("BreakGlass", id.uuid()), Effect::Changed);
        Ok(())
    }
}

/// The openings whose time for review is past and whose review has not come to its end.
fn overdue(database: &mut Database, now: Instant) -> Result<Vec<BreakGlassId>, StoreError> {
    let ended = break_glass_review::table
        .filter(break_glass_review::opening_id.eq(break_glass::id))
        .filter(break_glass_review::finding.eq_any(["ok", "breach"]));
    Ok(break_glass::table
        .filter(break_glass::review_before.lt(At(now)))
        .filter(not(exists(ended)))
        .order(break_glass::id)
        .select(break_glass::id)
        .load(database)?)
}

fn is_told(database: &mut Database, id: BreakGlassId) -> Result<bool, StoreError> {
    let told = notice::table
        .filter(notice::resource_id.eq(id))
        .filter(notice::kind.eq(NoticeKind::ReviewOverdue.code()));
    Ok(diesel::select(exists(told)).get_result(database)?)
}
