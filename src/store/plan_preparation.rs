//! The checklist of a plan's preparation.

use diesel::prelude::*;

use super::error::Halt;
use super::plan_rows::PlanView;
use super::schema::plan_preparation;
use super::sql::At;
use super::work::Work;
use crate::access::Act;
use crate::access::act::EditPlan;
use crate::clock::Instant;
use crate::domain::ids::{PlanId, StaffId};
use crate::domain::preparation::PreparationItem;
use crate::domain::text::Coded;

/// One thing to prepare, and the newest word on it.
#[derive(Clone, Debug)]
pub struct PreparedView {
    /// What.
    pub item: PreparationItem,
    /// Whether it is done; none while nobody has said.
    pub done: Option<bool>,
    /// How, or why not.
    pub note: Option<String>,
    /// Who said so, and when.
    pub said: Option<(StaffId, Instant)>,
}

impl Work<'_, EditPlan> {
    /// Notes how far one thing has come. It is no content: nothing is confirmed anew for it.
    pub fn prepare(
        &mut self,
        item: PreparationItem,
        done: bool,
        note: Option<&str>,
    ) -> Result<PlanView, Halt> {
        let id = self.act().plan;
        let area = self.plan_area(id)?;
        diesel::insert_into(plan_preparation::table)
            .values((
                plan_preparation::id.eq(self.means.clock.new_id::<PlanId>()),
                plan_preparation::area_id.eq(area),
                plan_preparation::plan_id.eq(id),
                plan_preparation::item.eq(item.code()),
                plan_preparation::done.eq(done),
                plan_preparation::note.eq(note),
                plan_preparation::by_id.eq(self.staff()),
                plan_preparation::at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        self.plan(id)
    }
}

impl<A: Act> Work<'_, A> {
    /// The whole checklist, in its order.
    pub(super) fn preparation(&mut self, id: PlanId) -> Result<Vec<PreparedView>, Halt> {
        type Row = (String, bool, Option<String>, StaffId, At);
        let rows: Vec<Row> = plan_preparation::table
            .filter(plan_preparation::plan_id.eq(id))
            .order(plan_preparation::id.desc())
            .select((
                plan_preparation::item,
                plan_preparation::done,
                plan_preparation::note,
                plan_preparation::by_id,
                plan_preparation::at,
            ))
            .load(self.database)?;
        let newest = |item: &PreparationItem| {
            let row = rows.iter().find(|row| row.0 == item.code());
            PreparedView {
                item: *item,
                done: row.map(|row| row.1),
                note: row.and_then(|row| row.2.clone()),
                said: row.map(|row| (row.3, row.4.0)),
            }
        };
        Ok(PreparationItem::ALL.iter().map(newest).collect())
    }
}
