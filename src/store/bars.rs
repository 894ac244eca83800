//! What a guardian must not see, because it would harm the child (OSL 12:3): one item, or the
//! whole matter.
//!
//! **Invariant:** a bar is ended and never removed, so that it can be told what was hidden when.

use diesel::prelude::*;

use super::error::Halt;
use super::schema::{case_file, guardian_bar, item};
use super::sql::At;
use super::work::Work;
use crate::access::Act;
use crate::access::act::{BarGuardian, HideFromGuardian};
use crate::access::facts::PrincipalKind;
use crate::clock::Instant;
use crate::domain::ids::{
    AreaId, CaseId, ChildId, GuardianBarId, ItemId, PersonId, StaffId, UnitId,
};
use crate::domain::notice::NoticeKind;
use crate::domain::obstacle::Obstacle;

/// A bar as it stands.
#[derive(Clone, Debug)]
pub struct BarView {
    /// Its id.
    pub id: GuardianBarId,
    /// The case.
    pub case: CaseId,
    /// The item; `None` for the whole matter.
    pub item: Option<ItemId>,
    /// From whom it is hidden.
    pub guardian: PersonId,
    /// Since when.
    pub decided_at: Instant,
    /// When it was ended.
    pub ended_at: Option<Instant>,
}

impl Work<'_, HideFromGuardian> {
    /// Hides the item. Where the child itself asks for it, the owning unit is told, which must try
    /// whether it may stay so.
    pub fn hide(&mut self, guardian: PersonId, reason: &str) -> Result<BarView, Halt> {
        let id = self.act().item;
        let (case, unit) = self.case_and_unit(id)?;
        let bar = self.bar_from(case, Some(id), guardian, reason)?;
        if self.decider().is_none() {
            self.notify(unit, NoticeKind::HiddenByChild, ("Item", id.uuid()))?;
        }
        Ok(bar)
    }

    /// Shows it again.
    pub fn show(&mut self, guardian: PersonId, because: &str) -> Result<BarView, Halt> {
        let id = self.act().item;
        let (case, _) = self.case_and_unit(id)?;
        self.end_bar(case, Some(id), guardian, because)
    }

    fn case_and_unit(&mut self, id: ItemId) -> Result<(CaseId, UnitId), Halt> {
        Ok(item::table.find(id).select((item::case_id, item::unit_id)).first(self.database)?)
    }
}

impl Work<'_, BarGuardian> {
    /// Keeps the whole matter from the guardian.
    pub fn bar(&mut self, guardian: PersonId, reason: &str) -> Result<BarView, Halt> {
        self.bar_from(self.act().case, None, guardian, reason)
    }

    /// Ends it.
    pub fn unbar(&mut self, guardian: PersonId, because: &str) -> Result<BarView, Halt> {
        self.end_bar(self.act().case, None, guardian, because)
    }
}

impl<A: Act> Work<'_, A> {
    /// The member of staff who decides; `None` when it is the child's own wish.
    fn decider(&self) -> Option<StaffId> {
        let staff = matches!(self.facts().principal.kind, PrincipalKind::Staff { .. });
        staff.then(|| self.staff())
    }

    fn bar_from(
        &mut self,
        case: CaseId,
        item: Option<ItemId>,
        guardian: PersonId,
        reason: &str,
    ) -> Result<BarView, Halt> {
        let (area, child): (AreaId, ChildId) = case_file::table
            .find(case)
            .select((case_file::area_id, case_file::child_id))
            .first(self.database)?;
        if !self.guardians_of(child)?.contains(&guardian) {
            return Err(Obstacle::Field { field: "guardian", reason: "not_a_guardian" }.into());
        }
        if self.standing_bar(case, item, guardian)?.is_some() {
            return Err(Obstacle::State { why: "already_hidden" }.into());
        }
        let id: GuardianBarId = self.means.clock.new_id();
        diesel::insert_into(guardian_bar::table)
            .values((
                guardian_bar::id.eq(id),
                guardian_bar::area_id.eq(area),
                guardian_bar::case_id.eq(case),
                guardian_bar::child_id.eq(child),
                guardian_bar::guardian_id.eq(guardian),
                guardian_bar::item_id.eq(item),
                guardian_bar::reason.eq(reason),
                guardian_bar::decided_by_id.eq(self.decider()),
                guardian_bar::decided_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        Ok(BarView { id, case, item, guardian, decided_at: self.now(), ended_at: None })
    }

    /// What the child asked for the child may end; what staff decided, staff alone.
    fn end_bar(
        &mut self,
        case: CaseId,
        item: Option<ItemId>,
        guardian: PersonId,
        because: &str,
    ) -> Result<BarView, Halt> {
        let Some((id, At(decided_at), by)) = self.standing_bar(case, item, guardian)? else {
            return Err(Obstacle::State { why: "not_hidden" }.into());
        };
        if by.is_some() && self.decider().is_none() {
            return Err(Obstacle::State { why: "decided_by_staff" }.into());
        }
        diesel::update(guardian_bar::table.find(id))
            .set((
                guardian_bar::ended_at.eq(At(self.now())),
                guardian_bar::ended_because.eq(because),
                guardian_bar::ended_by_id.eq(self.decider()),
            ))
            .execute(self.database)?;
        Ok(BarView { id, case, item, guardian, decided_at, ended_at: Some(self.now()) })
    }

    fn standing_bar(
        &mut self,
        case: CaseId,
        item: Option<ItemId>,
        guardian: PersonId,
    ) -> Result<Option<(GuardianBarId, At, Option<StaffId>)>, Halt> {
        let mut standing = guardian_bar::table
            .filter(guardian_bar::case_id.eq(case).and(guardian_bar::guardian_id.eq(guardian)))
            .filter(guardian_bar::ended_at.is_null())
            .order(guardian_bar::id)
            .select((guardian_bar::id, guardian_bar::decided_at, guardian_bar::decided_by_id))
            .into_boxed();
        standing = match item {
            Some(item) => standing.filter(guardian_bar::item_id.eq(item)),
            None => standing.filter(guardian_bar::item_id.is_null()),
        };
        Ok(standing.first(self.database).optional()?)
    }
}
