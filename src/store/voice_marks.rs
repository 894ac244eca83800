//! What a child has said and does not want its guardians to see: neither those that it has now nor
//! any that come.
//!
//! **Invariant:** a mark is ended and never removed, so that it can be told what was kept when. What
//! the child itself has marked is the child's alone to show.

use diesel::prelude::*;

use super::error::Halt;
use super::facts::is_marked;
use super::schema::{item, voice_mark};
use super::sql::At;
use super::work::Work;
use crate::access::Act;
use crate::access::act::MarkNotForGuardian;
use crate::clock::Instant;
use crate::domain::ids::{AreaId, CaseId, ChildId, ItemId, StaffId, UnitId, VoiceMarkId};
use crate::domain::notice::NoticeKind;
use crate::domain::obstacle::Obstacle;

/// A mark as it stands.
#[derive(Clone, Copy, Debug)]
pub struct VoiceMarkView {
    /// The item.
    pub item: ItemId,
    /// Whether the child itself set it, and not who wrote down its words.
    pub by_child: bool,
    /// Since when.
    pub marked_at: Instant,
    /// When it was ended.
    pub ended_at: Option<Instant>,
}

impl Work<'_, MarkNotForGuardian> {
    /// Marks it. The owning unit is told where the child itself did so: it must try whether more
    /// than this has to be kept from a guardian (OSL 12:3).
    pub fn mark_item(&mut self) -> Result<VoiceMarkView, Halt> {
        let id = self.act().item;
        if is_marked(self.database, id)? {
            return Err(Obstacle::State { why: "already_marked" }.into());
        }
        self.mark(id)?;
        let by_child = self.marker().is_none();
        if by_child {
            let unit: UnitId = item::table.find(id).select(item::unit_id).first(self.database)?;
            self.notify(unit, NoticeKind::HiddenByChild, ("Item", id.uuid()))?;
        }
        Ok(VoiceMarkView { item: id, by_child, marked_at: self.now(), ended_at: None })
    }

    /// Ends it: guardians read the item as far as it is published to them.
    pub fn unmark_item(&mut self) -> Result<VoiceMarkView, Halt> {
        let id = self.act().item;
        let standing: Option<(VoiceMarkId, Option<StaffId>, At)> = voice_mark::table
            .filter(voice_mark::item_id.eq(id).and(voice_mark::ended_at.is_null()))
            .select((voice_mark::id, voice_mark::marked_by_id, voice_mark::marked_at))
            .first(self.database)
            .optional()?;
        let Some((mark, by, At(marked_at))) = standing else {
            return Err(Obstacle::State { why: "not_marked" }.into());
        };
        if by.is_none() && self.marker().is_some() {
            return Err(Obstacle::State { why: "marked_by_child" }.into());
        }
        diesel::update(voice_mark::table.find(mark))
            .set((
                voice_mark::ended_at.eq(At(self.now())),
                voice_mark::ended_by_id.eq(self.marker()),
            ))
            .execute(self.database)?;
        let (by_child, ended_at) = (by.is_none(), Some(self.now()));
        Ok(VoiceMarkView { item: id, by_child, marked_at, ended_at })
    }
}

impl<A: Act> Work<'_, A> {
    /// Who sets a mark: `None` when it is the child.
    fn marker(&self) -> Option<StaffId> {
        let themself = self.facts().situation.themself;
        (!themself).then(|| self.staff())
    }

    pub(super) fn mark(&mut self, id: ItemId) -> Result<(), Halt> {
        let (area, case, child): (AreaId, CaseId, ChildId) = item::table
            .find(id)
            .select((item::area_id, item::case_id, item::child_id))
            .first(self.database)?;
        diesel::insert_into(voice_mark::table)
            .values((
                voice_mark::id.eq(self.means.clock.new_id::<VoiceMarkId>()),
                voice_mark::area_id.eq(area),
                voice_mark::case_id.eq(case),
                voice_mark::child_id.eq(child),
                voice_mark::item_id.eq(id),
                voice_mark::marked_by_id.eq(self.marker()),
                voice_mark::marked_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        Ok(())
    }
}
