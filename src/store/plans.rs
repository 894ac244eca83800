//! Plans: their common parts, and the parts that each unit answers for.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::db::Database;
use super::error::Halt;
use super::plan_rows::{PlanView, stands};
use super::schema::{
    case_file, custody, plan, plan_action, plan_confirmation, plan_goal, plan_need, power,
};
use super::sql::At;
use super::work::{Page, Work};
use crate::access::act::{
    ActivatePlan, ConfirmPlan, DraftPlan, EditPlan, ListOwnPlans, ListPlans, ReadPlan, WriteAction,
};
use crate::domain::ids::{
    ActionId, AgencyId, AreaId, ChildId, GoalId, NeedId, PersonId, PlanId, UnitId,
};
use crate::domain::obstacle::Obstacle;
use crate::domain::plan::{Horizon, LegalClass};
use crate::domain::plan_process::{PlanState, Process};
use crate::domain::referral::{ChildView, Indicator};
use crate::domain::text::Coded;

/// What is changed in the common parts; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrameChange {
    /// The day of the meeting.
    pub met_on: Option<NaiveDate>,
    /// The day of the follow-up.
    pub follow_up_on: Option<NaiveDate>,
    /// The principal with the overarching responsibility.
    pub responsible: Option<AgencyId>,
    /// The child's view.
    pub child_view: Option<ChildView>,
    /// What is done in a crisis.
    pub crisis: Option<String>,
}

/// A need as it is written.
#[derive(Clone, Debug)]
pub struct NeedDraft {
    /// The indicator it belongs to.
    pub indicator: Indicator,
    /// The need.
    pub text: String,
}

/// A goal as it is written.
#[derive(Clone, Debug)]
pub struct GoalDraft {
    /// The need it meets.
    pub need: NeedId,
    /// Long or short.
    pub horizon: Horizon,
    /// The goal.
    pub text: String,
}

/// An action as it is written; its unit is the act's.
#[derive(Clone, Debug)]
pub struct ActionDraft {
    /// The goal it serves.
    pub goal: GoalId,
    /// Which item of the law it answers to.
    pub class: LegalClass,
    /// What is done.
    pub text: String,
    /// Who does it, where that is neither municipality nor region.
    pub third_party: Option<String>,
    /// How one will see its effect.
    pub evidence: Option<String>,
    /// By when.
    pub due_on: NaiveDate,
}

impl Work<'_, DraftPlan> {
    /// Begins the plan, if the case has none that lives.
    pub fn begin(&mut self, process: Process) -> Result<PlanView, Halt> {
        let case = self.act().case;
        let begun: Option<PlanId> = plan::table
            .filter(plan::case_id.eq(case).and(plan::state.ne(PlanState::Closed.code())))
            .select(plan::id)
            .first(self.database)
            .optional()?;
        if begun.is_some() {
            return Err(Obstacle::State { why: "plan_exists" }.into());
        }
        let (area, child, unit): (AreaId, ChildId, UnitId) = case_file::table
            .find(case)
            .select((case_file::area_id, case_file::child_id, case_file::unit_id))
            .first(self.database)?;
        let id: PlanId = self.means.clock.new_id();
        diesel::insert_into(plan::table)
            .values((
                plan::id.eq(id),
                plan::area_id.eq(area),
                plan::case_id.eq(case),
                plan::child_id.eq(child),
                plan::unit_id.eq(unit),
                stands(process),
                plan::begun_by_id.eq(self.staff()),
                plan::begun_at.eq(At(self.now())),
                plan::version.eq(1),
            ))
            .execute(self.database)?;
        self.plan(id)
    }
}

impl Work<'_, ListPlans> {
    /// The case's plans, oldest first.
    pub fn plans(&mut self) -> Result<Vec<PlanView>, Halt> {
        let case = self.act().case;
        let ids: Vec<PlanId> = plan::table
            .filter(plan::case_id.eq(case))
            .order(plan::id)
            .limit(self.means.rows_max)
            .select(plan::id)
            .load(self.database)?;
        let mut served = Vec::new();
        for id in ids {
            if self.may_serve(ReadPlan { plan: id })? {
                served.push(self.plan(id)?);
            }
        }
        Ok(served)
    }
}

impl Work<'_, ListOwnPlans> {
    /// The plans of oneself, of one's children, and of those for whom one acts; oldest first.
    pub fn plans(&mut self, page: Page) -> Result<Vec<PlanView>, Halt> {
        let me = PersonId::new(self.facts().principal.id);
        // Whether custody and power hold today is asked of each plan.
        let load = |database: &mut Database, after: Option<PlanId>, limit| {
            let children =
                custody::table.filter(custody::guardian_id.eq(me)).select(custody::child_id);
            let entrusted = power::table.filter(power::holder_id.eq(me)).select(power::child_id);
            let mut query = plan::table
                .filter(
                    plan::child_id
                        .eq(me)
                        .or(plan::child_id.eq_any(children))
                        .or(plan::child_id.eq_any(entrusted)),
                )
                .order(plan::id)
                .limit(limit)
                .select(plan::id)
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(plan::id.gt(after));
            }
            Ok(query.load(database)?)
        };
        let served = self.page_of(page, load, |plan| ReadPlan { plan })?;
        served
            .into_iter()
            .map(|(id, permit)| {
                let view = self.plan_for_reader(id)?;
                self.as_permitted(&permit, view)
            })
            .collect()
    }
}

impl Work<'_, EditPlan> {
    /// The plan as it stands.
    pub fn before(&mut self) -> Result<PlanView, Halt> {
        self.plan(self.act().plan)
    }

    /// Changes the common parts.
    pub fn frame(&mut self, change: &FrameChange, next: Process) -> Result<PlanView, Halt> {
        let id = self.act().plan;
        if let Some(agency) = change.responsible {
            self.known_agency(agency, "responsible_agency")?;
        }
        let before = self.plan(id)?.frame;
        let view = change.child_view.clone().or(before.child_view);
        let (words, because) = match view {
            Some(ChildView::Words(words)) => (Some(words), None),
            Some(ChildView::Missing(because)) => (None, Some(because)),
            None => (None, None),
        };
        diesel::update(plan::table.find(id))
            .set((
                plan::met_on.eq(change.met_on.or(before.met_on)),
                plan::follow_up_on.eq(change.follow_up_on.or(before.follow_up_on)),
                plan::responsible_agency_id.eq(change.responsible.or(before.responsible)),
                plan::child_view.eq(words),
                plan::no_child_view_because.eq(because),
                plan::crisis.eq(change.crisis.clone().or(before.crisis)),
            ))
            .execute(self.database)?;
        self.grown(id, next)
    }

    /// Writes a need.
    pub fn need(&mut self, draft: &NeedDraft, next: Process) -> Result<PlanView, Halt> {
        let id = self.act().plan;
        let area = self.plan_area(id)?;
        diesel::insert_into(plan_need::table)
            .values((
                plan_need::id.eq(self.means.clock.new_id::<NeedId>()),
                plan_need::area_id.eq(area),
                plan_need::plan_id.eq(id),
                plan_need::indicator.eq(draft.indicator.code()),
                plan_need::text.eq(&draft.text),
                plan_need::since.eq(next.revision),
            ))
            .execute(self.database)?;
        self.grown(id, next)
    }

    /// Writes a goal.
    pub fn goal(&mut self, draft: &GoalDraft, next: Process) -> Result<PlanView, Halt> {
        let id = self.act().plan;
        if !self.plan(id)?.needs.iter().any(|need| need.id == draft.need) {
            return Err(Obstacle::Field { field: "need", reason: "not_in_this_plan" }.into());
        }
        let area = self.plan_area(id)?;
        diesel::insert_into(plan_goal::table)
            .values((
                plan_goal::id.eq(self.means.clock.new_id::<GoalId>()),
                plan_goal::area_id.eq(area),
                plan_goal::plan_id.eq(id),
                plan_goal::need_id.eq(draft.need),
                plan_goal::horizon.eq(draft.horizon.code()),
                plan_goal::text.eq(&draft.text),
                plan_goal::since.eq(next.revision),
            ))
            .execute(self.database)?;
        self.grown(id, next)
    }
}

impl Work<'_, WriteAction> {
    /// The plan as it stands.
    pub fn before(&mut self) -> Result<PlanView, Halt> {
        self.plan(self.act().plan)
    }

    /// Writes an action that the act's unit answers for.
    pub fn write(&mut self, draft: &ActionDraft, next: Process) -> Result<PlanView, Halt> {
        let act = self.act().clone();
        if !self.plan(act.plan)?.goals.iter().any(|goal| goal.id == draft.goal) {
            return Err(Obstacle::Field { field: "goal", reason: "not_in_this_plan" }.into());
        }
        let area = self.plan_area(act.plan)?;
        diesel::insert_into(plan_action::table)
            .values((
                plan_action::id.eq(self.means.clock.new_id::<ActionId>()),
                plan_action::area_id.eq(area),
                plan_action::plan_id.eq(act.plan),
                plan_action::goal_id.eq(draft.goal),
                plan_action::unit_id.eq(act.unit),
                plan_action::legal_class.eq(draft.class.code()),
                plan_action::text.eq(&draft.text),
                plan_action::third_party.eq(&draft.third_party),
                plan_action::evidence.eq(&draft.evidence),
                plan_action::since.eq(next.revision),
                plan_action::due_on.eq(draft.due_on),
                plan_action::written_by_id.eq(self.staff()),
            ))
            .execute(self.database)?;
        self.grown(act.plan, next)
    }
}

impl Work<'_, ConfirmPlan> {
    /// The plan as it stands.
    pub fn before(&mut self) -> Result<PlanView, Halt> {
        self.plan(self.act().plan)
    }

    /// Confirms the unit's part of the plan's present version.
    pub fn confirm(&mut self, next: Process) -> Result<PlanView, Halt> {
        let act = self.act().clone();
        let area = self.plan_area(act.plan)?;
        let version = self.plan(act.plan)?.version;
        diesel::insert_into(plan_confirmation::table)
            .values((
                plan_confirmation::id.eq(self.means.clock.new_id::<PlanId>()),
                plan_confirmation::area_id.eq(area),
                plan_confirmation::plan_id.eq(act.plan),
                plan_confirmation::unit_id.eq(act.unit),
                plan_confirmation::plan_version.eq(version),
                plan_confirmation::confirmed_by_id.eq(self.staff()),
                plan_confirmation::confirmed_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        self.set_process(act.plan, next)?;
        self.plan(act.plan)
    }
}

impl Work<'_, ActivatePlan> {
    /// The plan as it stands.
    pub fn before(&mut self) -> Result<PlanView, Halt> {
        self.plan(self.act().plan)
    }

    /// Makes it active.
    pub fn activate(&mut self, next: Process) -> Result<PlanView, Halt> {
        let id = self.act().plan;
        diesel::update(plan::table.find(id))
            .set((stands(next), plan::activated_at.eq(Some(At(self.now())))))
            .execute(self.database)?;
        let view = self.plan(id)?;
        self.keep_revision(&view)?;
        Ok(view)
    }
}
