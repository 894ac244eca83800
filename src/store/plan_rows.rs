//! A plan as it stands in its tables.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::error::Halt;
use super::plan_preparation::PreparedView;
use super::schema::{
    plan, plan_action, plan_confirmation, plan_goal, plan_goal_outcome, plan_need, unit,
};
use super::sql::At;
use super::work::Work;
use crate::access::Act;
use crate::access::facts::PartyStanding;
use crate::clock::Instant;
use crate::domain::ids::{
    ActionId, AgencyId, AreaId, CaseId, ChildId, GoalId, NeedId, PlanId, StaffId, UnitId,
};
use crate::domain::plan::{Action, Frame, Goal, Horizon, LegalClass, Need};
use crate::domain::plan_process::{GoalOutcome, PlanState, PlanTurn, Process};
use crate::domain::referral::{ChildView, Indicator};
use crate::domain::text::Coded;

/// A plan, whole.
#[derive(Clone, Debug)]
pub struct PlanView {
    /// Its id.
    pub id: PlanId,
    /// The case.
    pub case: CaseId,
    /// The child.
    pub child: ChildId,
    /// The coordinating unit.
    pub unit: UnitId,
    /// Where it stands today.
    pub state: PlanState,
    /// The same as it is kept: no day makes a difference to it.
    pub process: Process,
    /// The common parts.
    pub frame: Frame,
    /// Needs.
    pub needs: Vec<Need>,
    /// Goals.
    pub goals: Vec<Goal>,
    /// Actions.
    pub actions: Vec<Action>,
    /// What became of its goals: the newest word on each.
    pub outcomes: Vec<JudgedGoal>,
    /// The checklist of its preparation; for those who write it.
    pub preparation: Vec<PreparedView>,
    /// The last turn that it took.
    pub turn: Option<TurnView>,
    /// Confirmations of this very version.
    pub confirmations: Vec<ConfirmationView>,
    /// Units that are active parties, and their agencies.
    pub parties: Vec<(UnitId, AgencyId)>,
    /// When it became active.
    pub activated_at: Option<Instant>,
    /// Its version.
    pub version: i64,
}

/// What became of a goal.
#[derive(Clone, Debug)]
pub struct JudgedGoal {
    /// Which one.
    pub goal: GoalId,
    /// What.
    pub outcome: GoalOutcome,
    /// Why.
    pub because: Option<String>,
    /// When it was said.
    pub at: Instant,
}

/// A turn that a plan took.
#[derive(Clone, Debug)]
pub struct TurnView {
    /// Which.
    pub turn: PlanTurn,
    /// Why; of a plan that was closed, in a word.
    pub reason: Option<String>,
    /// The same in words, where that is not enough.
    pub note: Option<String>,
    /// When.
    pub at: Instant,
}

/// A unit's confirmation.
#[derive(Clone, Copy, Debug)]
pub struct ConfirmationView {
    /// The unit.
    pub unit: UnitId,
    /// Who confirmed for it.
    pub by: StaffId,
    /// When.
    pub at: Instant,
}

type PlanRow = (
    (CaseId, ChildId, UnitId, String, Option<NaiveDate>, Option<NaiveDate>),
    (Option<AgencyId>, Option<String>, Option<String>, Option<At>, i64),
    (Option<String>, i32, Option<String>),
);

impl<A: Act> Work<'_, A> {
    pub(super) fn plan(&mut self, id: PlanId) -> Result<PlanView, Halt> {
        let row: PlanRow = plan::table
            .find(id)
            .select((
                (
                    plan::case_id,
                    plan::child_id,
                    plan::unit_id,
                    plan::state,
                    plan::met_on,
                    plan::follow_up_on,
                ),
                (
                    plan::responsible_agency_id,
                    plan::child_view,
                    plan::no_child_view_because,
                    plan::activated_at,
                    plan::version,
                ),
                (plan::interrupted_from, plan::revision, plan::crisis),
            ))
            .first(self.database)?;
        let ((case, child, unit, state, met_on, follow_up_on), rest, (before, revision, crisis)) =
            row;
        let (responsible, words, because, activated_at, version) = rest;
        let child_view = words.map(ChildView::Words).or(because.map(ChildView::Missing));
        let state = PlanState::from_code(&state)?;
        let interrupted_from = before.map(|word| PlanState::from_code(&word)).transpose()?;
        Ok(PlanView {
            id,
            case,
            child,
            unit,
            state: state.on(self.today(), follow_up_on),
            process: Process { state, interrupted_from, revision },
            frame: Frame { met_on, follow_up_on, responsible, child_view, crisis },
            needs: self.needs(id, revision)?,
            goals: self.goals(id, revision)?,
            actions: self.actions(id, revision)?,
            outcomes: self.outcomes(id)?,
            turn: self.last_turn(id)?,
            preparation: self.preparation(id)?,
            confirmations: self.confirmations(id, version)?,
            parties: self.active_parties(case)?,
            activated_at: activated_at.map(|at| at.0),
            version,
        })
    }

    pub(super) fn needs(&mut self, id: PlanId, revision: i32) -> Result<Vec<Need>, Halt> {
        let rows: Vec<(NeedId, String, String)> = plan_need::table
            .filter(plan_need::plan_id.eq(id).and(plan_need::since.le(revision)))
            .filter(plan_need::until.is_null().or(plan_need::until.gt(revision)))
            .order(plan_need::id)
            .select((plan_need::id, plan_need::indicator, plan_need::text))
            .load(self.database)?;
        rows.into_iter()
            .map(|(id, indicator, text)| {
                Ok(Need { id, indicator: Indicator::from_code(&indicator)?, text })
            })
            .collect()
    }

    pub(super) fn goals(&mut self, id: PlanId, revision: i32) -> Result<Vec<Goal>, Halt> {
        let rows: Vec<(GoalId, NeedId, String, String)> = plan_goal::table
            .filter(plan_goal::plan_id.eq(id).and(plan_goal::since.le(revision)))
            .filter(plan_goal::until.is_null().or(plan_goal::until.gt(revision)))
            .order(plan_goal::id)
            .select((plan_goal::id, plan_goal::need_id, plan_goal::horizon, plan_goal::text))
            .load(self.database)?;
        rows.into_iter()
            .map(|(id, need, horizon, text)| {
                Ok(Goal { id, need, horizon: Horizon::from_code(&horizon)?, text })
            })
            .collect()
    }

    pub(super) fn actions(&mut self, id: PlanId, revision: i32) -> Result<Vec<Action>, Halt> {
        type Row = (
            (ActionId, GoalId, UnitId, String, String),
            (Option<String>, Option<String>, NaiveDate),
        );
        let rows: Vec<Row> = plan_action::table
            .filter(plan_action::plan_id.eq(id).and(plan_action::since.le(revision)))
            .filter(plan_action::until.is_null().or(plan_action::until.gt(revision)))
            .order(plan_action::id)
            .select((
                (
                    plan_action::id,
                    plan_action::goal_id,
                    plan_action::unit_id,
                    plan_action::legal_class,
                    plan_action::text,
                ),
                (plan_action::third_party, plan_action::evidence, plan_action::due_on),
            ))
            .load(self.database)?;
        rows.into_iter()
            .map(|((id, goal, unit, class, text), (third_party, evidence, due_on))| {
                let class = LegalClass::from_code(&class)?;
                Ok(Action { id, goal, unit, class, text, third_party, evidence, due_on })
            })
            .collect()
    }

    fn outcomes(&mut self, id: PlanId) -> Result<Vec<JudgedGoal>, Halt> {
        type Row = (GoalId, String, Option<String>, At);
        let rows: Vec<Row> = plan_goal_outcome::table
            .filter(plan_goal_outcome::plan_id.eq(id))
            .order(plan_goal_outcome::id)
            .select((
                plan_goal_outcome::goal_id,
                plan_goal_outcome::outcome,
                plan_goal_outcome::because,
                plan_goal_outcome::at,
            ))
            .load(self.database)?;
        let mut newest: Vec<JudgedGoal> = Vec::new();
        for (goal, outcome, because, at) in rows {
            let outcome = GoalOutcome::from_code(&outcome)?;
            newest.retain(|row| row.goal != goal);
            newest.push(JudgedGoal { goal, outcome, because, at: at.0 });
        }
        Ok(newest)
    }

    fn confirmations(&mut self, id: PlanId, version: i64) -> Result<Vec<ConfirmationView>, Halt> {
        let rows: Vec<(UnitId, StaffId, At)> = plan_confirmation::table
            .filter(plan_confirmation::plan_id.eq(id))
            .filter(plan_confirmation::plan_version.eq(version))
            .order(plan_confirmation::id)
            .select((
                plan_confirmation::unit_id,
                plan_confirmation::confirmed_by_id,
                plan_confirmation::confirmed_at,
            ))
            .load(self.database)?;
        Ok(rows.into_iter().map(|(unit, by, at)| ConfirmationView { unit, by, at: at.0 }).collect())
    }

    fn active_parties(&mut self, case: CaseId) -> Result<Vec<(UnitId, AgencyId)>, Halt> {
        let active: Vec<UnitId> = self
            .parties(case)?
            .into_iter()
            .filter(|party| party.standing == PartyStanding::Active)
            .map(|party| party.unit)
            .collect();
        Ok(unit::table
            .filter(unit::id.eq_any(active))
            .order(unit::id)
            .select((unit::id, unit::agency_id))
            .load(self.database)?)
    }

    /// The plan goes on; its content is as it was.
    pub(super) fn set_process(&mut self, id: PlanId, next: Process) -> Result<(), Halt> {
        diesel::update(plan::table.find(id)).set(stands(next)).execute(self.database)?;
        Ok(())
    }

    pub(super) fn plan_area(&mut self, id: PlanId) -> Result<AreaId, Halt> {
        Ok(plan::table.find(id).select(plan::area_id).first(self.database)?)
    }

    /// Content has changed: the version grows, and what was confirmed no longer is.
    pub(super) fn grown(&mut self, id: PlanId, next: Process) -> Result<PlanView, Halt> {
        diesel::update(plan::table.find(id))
            .set((plan::version.eq(plan::version + 1), stands(next)))
            .execute(self.database)?;
        self.plan(id)
    }
}

/// Where a plan stands, as it is kept.
type Stands = (
    diesel::dsl::Eq<plan::state, &'static str>,
    diesel::dsl::Eq<plan::interrupted_from, Option<&'static str>>,
    diesel::dsl::Eq<plan::revision, i32>,
);

/// Where a plan stands from now on.
pub(super) fn stands(process: Process) -> Stands {
    (
        plan::state.eq(process.state.code()),
        plan::interrupted_from.eq(process.interrupted_from.map(Coded::code)),
        plan::revision.eq(process.revision),
    )
}
