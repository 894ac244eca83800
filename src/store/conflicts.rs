//! Conflicts of interest (FL 16, 18 §§): whoever declares one is out of the child's matters.
//!
//! **Invariant:** a conflict is never taken back here. Whether it has ended is for the register.

use diesel::prelude::*;

use super::error::{Halt, StoreError};
use super::schema::{assignment, case_file, conflict_of_interest};
use super::work::Work;
use crate::access::act::DeclareConflict;
use crate::domain::child::ConflictKind;
use crate::domain::ids::{AreaId, CaseId, ChildId, StaffId, UnitId};
use crate::domain::notice::NoticeKind;
use crate::domain::text::Coded;

impl Work<'_, DeclareConflict> {
    /// Keeps the conflict, ends the assignments of whoever has it to all of the child's cases, and
    /// tells their units that somebody else must take over.
    pub fn declare(&mut self, kind: ConflictKind) -> Result<(), Halt> {
        let (who, case) = (self.staff(), self.act().case);
        let (area, child): (AreaId, ChildId) = case_file::table
            .find(case)
            .select((case_file::area_id, case_file::child_id))
            .first(self.database)?;
        diesel::insert_into(conflict_of_interest::table)
            .values((
                conflict_of_interest::staff_id.eq(who),
                conflict_of_interest::person_id.eq(child),
                conflict_of_interest::area_id.eq(area),
                conflict_of_interest::kind.eq(kind.code()),
            ))
            .execute(self.database)?;
        for unit in self.released(who, child)? {
            self.notify(unit, NoticeKind::ConflictDeclared, ("Case", case.uuid()))?;
        }
        Ok(())
    }

    /// Ends every assignment of `who` to a case of `child` with yesterday; the units they were
    /// assigned through.
    fn released(&mut self, who: StaffId, child: ChildId) -> Result<Vec<UnitId>, Halt> {
        let today = self.today();
        let cases: Vec<CaseId> = case_file::table
            .filter(case_file::child_id.eq(child))
            .select(case_file::id)
            .load(self.database)?;
        let theirs = assignment::table
            .filter(assignment::staff_id.eq(who).and(assignment::case_id.eq_any(cases)))
            .filter(assignment::to_date.is_null().or(assignment::to_date.ge(today)));
        let mut units: Vec<UnitId> = theirs
            .clone()
            .order(assignment::unit_id)
            .select(assignment::unit_id)
            .load(self.database)?;
        units.dedup();
        let yesterday = today.pred_opt().ok_or_else(|| StoreError::Corrupt("no day".into()))?;
        diesel::update(theirs).set(assignment::to_date.eq(yesterday)).execute(self.database)?;
        Ok(units)
    }
}
