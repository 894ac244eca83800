//! Where a case stands on its way to a plan, and the plan on its way to its end.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::consent_rows::{ConsentView, views};
use super::error::Halt;
use super::schema::{consent, meeting, plan};
use super::sql::At;
use super::work::Work;
use crate::access::act::ReadPlanProcess;
use crate::domain::consent::{ConsentKind, Standing};
use crate::domain::ids::{AreaId, PlanId};
use crate::domain::meeting::{MeetingState, is_late};
use crate::domain::plan_process::PlanState;
use crate::domain::region::{Deadline, PlanClock};
use crate::domain::text::Coded;

/// Where a case stands.
#[derive(Clone, Debug)]
pub struct ProcessView {
    /// The state of the plan that lives; of a case without one, how far it has come to one.
    pub state: PlanState,
    /// The plan, if there is one.
    pub plan: Option<PlanId>,
    /// The regional clocks that run or have run.
    pub clocks: Vec<ClockView>,
}

/// A regional clock.
#[derive(Clone, Debug)]
pub struct ClockView {
    /// By when what must have happened, and where that is agreed.
    pub deadline: Deadline,
    /// The day on which it did.
    pub done_on: Option<NaiveDate>,
    /// It did not in time.
    pub late: bool,
}

impl Work<'_, ReadPlanProcess> {
    /// Where the case stands today.
    pub fn process(&mut self) -> Result<ProcessView, Halt> {
        let case = self.act().case;
        let newest: Option<PlanId> = plan::table
            .filter(plan::case_id.eq(case))
            .order(plan::id.desc())
            .select(plan::id)
            .first(self.database)
            .optional()?;
        if let Some(plan) = newest {
            let (state, clocks) = (self.plan(plan)?.state, self.clocks(plan)?);
            return Ok(ProcessView { state, plan: Some(plan), clocks });
        }
        let today = self.today();
        let asked = views(self.database, &self.means.law, today, |query| {
            query.filter(consent::case_id.eq(case).and(consent::kind.eq(ConsentKind::Plan.code())))
        })?;
        Ok(ProcessView { state: before_a_plan(&asked), plan: None, clocks: Vec::new() })
    }

    /// The clocks of the plan's region: from its beginning to the first call and to the day that it
    /// is active, and from the first call to the meeting.
    fn clocks(&mut self, id: PlanId) -> Result<Vec<ClockView>, Halt> {
        type Row = (AreaId, At, Option<At>);
        let (area, begun, active): Row = plan::table
            .find(id)
            .select((plan::area_id, plan::begun_at, plan::activated_at))
            .first(self.database)?;
        let first: Option<(At, Option<NaiveDate>)> = meeting::table
            .filter(meeting::plan_id.eq(id))
            .filter(meeting::state.ne(MeetingState::Cancelled.code()))
            .order(meeting::id)
            .select((meeting::called_at, meeting::held_on))
            .first(self.database)
            .optional()?;
        let law = self.means.law.clone();
        let day = |at: At| law.day_of(at.0);
        let called = first.map(|(at, _)| day(at));
        let held = first.and_then(|(_, held)| held);
        let runs = [
            (PlanClock::CallAfterBegin, Some(day(begun)), called),
            (PlanClock::MeetingAfterCall, called, held),
            (PlanClock::ActiveAfterBegin, Some(day(begun)), active.map(day)),
        ];
        let today = self.today();
        let regions = &self.means.regions;
        let clocks = runs.into_iter().filter_map(|(clock, from, done_on)| {
            let deadline = regions.deadline(area, clock, from?)?;
            let late = is_late(done_on.unwrap_or(today), Some(deadline.due_on));
            Some(ClockView { deadline, done_on, late })
        });
        Ok(clocks.collect())
    }
}

/// How far a case without a plan has come: what the newest word on a plan was. What has ended by
/// itself must be asked anew.
fn before_a_plan(asked: &[ConsentView]) -> PlanState {
    let waits = |it: &&ConsentView| match it.standing {
        Standing::Binding | Standing::Waiting(_) | Standing::NotYet => true,
        Standing::Refused { .. }
        | Standing::Withdrawn { .. }
        | Standing::Expired
        | Standing::Lapsed
        | Standing::CoversNothing
        | Standing::NobodyCan => false,
    };
    let newest = asked.iter().max_by_key(|it| it.id);
    match newest.map(|it| &it.standing) {
        Some(Standing::Refused { .. } | Standing::Withdrawn { .. }) => PlanState::Declined,
        Some(_) if newest.iter().copied().any(|it| waits(&it)) => PlanState::ConsentPending,
        Some(_) | None => PlanState::NeedAssessed,
    }
}
