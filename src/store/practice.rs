//! How far the work around a child has come, step by step. Only ever added; the newest counts.
//!
//! **Invariant:** what the child said at a step stays in its item, with that item's owner and walls.
//! A step tells only whether it was heard.

use diesel::prelude::*;

use super::error::{Halt, StoreError};
use super::schema::{case_file, practice_step};
use super::sql::At;
use super::work::Work;
use crate::access::Act;
use crate::access::act::{ReadItem, ReadPractice, TakePracticeStep};
use crate::clock::Instant;
use crate::domain::content::Content;
use crate::domain::ids::{AreaId, CaseId, ChildId, ItemId, PracticeStepId, StaffId};
use crate::domain::practice::{ChildHeard, Stage};
use crate::domain::text::Coded;
use crate::domain::voice::Voice;

/// How far the work has come.
#[derive(Clone, Debug)]
pub struct PracticeView {
    /// The case.
    pub case: CaseId,
    /// The stage now.
    pub stage: Stage,
    /// The steps, oldest first. The case begins at the first stage without one.
    pub steps: Vec<StepView>,
    /// Its version: one for the beginning, and one more for each step.
    pub version: i64,
}

/// A step.
#[derive(Clone, Copy, Debug)]
pub struct StepView {
    /// The stage that it came to.
    pub stage: Stage,
    /// Whether the child was heard there.
    pub heard: ChildHeard,
    /// Who took it.
    pub taken_by: StaffId,
    /// When.
    pub taken_at: Instant,
}

impl Work<'_, ReadPractice> {
    /// How far it has come.
    pub fn practice(&mut self) -> Result<PracticeView, Halt> {
        self.practice_of(self.act().case)
    }
}

impl Work<'_, TakePracticeStep> {
    /// How far it has come.
    pub fn before(&mut self) -> Result<PracticeView, Halt> {
        self.practice_of(self.act().case)
    }

    /// What the child said, as `item` of this case has it; nothing where whoever asks may not read
    /// that, or it is something else.
    pub fn voice(&mut self, item: ItemId) -> Result<Option<Voice>, Halt> {
        let Some(permit) = self.decide_row(ReadItem { item })? else { return Ok(None) };
        let view = self.item_view(item, permit.openings().to_vec())?;
        Ok(match view.content {
            Some(Content::Voice(voice)) if view.case == self.act().case => Some(voice),
            _ => None,
        })
    }

    /// Takes the step.
    pub fn step(
        &mut self,
        before: &PracticeView,
        to: Stage,
        heard: ChildHeard,
        voice: ItemId,
    ) -> Result<PracticeView, Halt> {
        let case = self.act().case;
        let (area, child): (AreaId, ChildId) = case_file::table
            .find(case)
            .select((case_file::area_id, case_file::child_id))
            .first(self.database)?;
        diesel::insert_into(practice_step::table)
            .values((
                practice_step::id.eq(self.means.clock.new_id::<PracticeStepId>()),
                practice_step::area_id.eq(area),
                practice_step::case_id.eq(case),
                practice_step::child_id.eq(child),
                practice_step::number.eq(before.version),
                practice_step::stage.eq(to.code()),
                practice_step::heard.eq(heard.code()),
                practice_step::voice_item_id.eq(voice),
                practice_step::taken_by_id.eq(self.staff()),
                practice_step::taken_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        self.practice_of(case)
    }
}

impl<A: Act> Work<'_, A> {
    fn practice_of(&mut self, case: CaseId) -> Result<PracticeView, Halt> {
        let rows: Vec<(String, String, StaffId, At)> = practice_step::table
            .filter(practice_step::case_id.eq(case))
            .order(practice_step::number)
            .select((
                practice_step::stage,
                practice_step::heard,
                practice_step::taken_by_id,
                practice_step::taken_at,
            ))
            .load(self.database)?;
        let step = |(stage, heard, taken_by, at): (String, String, _, At)| {
            Ok::<_, StoreError>(StepView {
                stage: Stage::from_code(&stage)?,
                heard: ChildHeard::from_code(&heard)?,
                taken_by,
                taken_at: at.0,
            })
        };
        let steps: Vec<StepView> = rows.into_iter().map(step).collect::<Result<_, _>>()?;
        let stage = steps.last().map_or(Stage::FIRST, |step| step.stage);
        let version = i64::try_from(steps.len()).unwrap_or(i64::MAX).saturating_add(1);
        Ok(PracticeView { case, stage, steps, version })
    }
}
