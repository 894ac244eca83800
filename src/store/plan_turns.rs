//! What becomes of a plan: its goals judged, the plan laid aside, taken up again, revised, closed.

use diesel::prelude::*;

use super::error::Halt;
use super::plan_rows::{PlanView, TurnView};
use super::schema::{plan_action, plan_goal, plan_goal_outcome, plan_need, plan_turn};
use super::sql::At;
use super::work::Work;
use crate::access::Act;
use crate::access::act::{ClosePlan, EditPlan, InterruptPlan, JudgeGoal, RevisePlan, WriteAction};
use crate::domain::closing::ClosingReason;
use crate::domain::ids::{ActionId, AgencyId, GoalId, NeedId, PlanId};
use crate::domain::notice::NoticeKind;
use crate::domain::obstacle::Obstacle;
use crate::domain::plan_process::{GoalOutcome, PlanTurn, Process};
use crate::domain::text::Coded;
use crate::ledger::Effect;

impl Work<'_, JudgeGoal> {
    /// The plan as it stands.
    pub fn before(&mut self) -> Result<PlanView, Halt> {
        self.plan(self.act().plan)
    }

    /// Records what became of the goal.
    pub fn judge(
        &mut self,
        goal: GoalId,
        outcome: GoalOutcome,
        because: Option<&str>,
    ) -> Result<PlanView, Halt> {
        let id = self.act().plan;
        let area = self.plan_area(id)?;
        diesel::insert_into(plan_goal_outcome::table)
            .values((
                plan_goal_outcome::id.eq(self.means.clock.new_id::<GoalId>()),
                plan_goal_outcome::area_id.eq(area),
                plan_goal_outcome::plan_id.eq(id),
                plan_goal_outcome::goal_id.eq(goal),
                plan_goal_outcome::outcome.eq(outcome.code()),
                plan_goal_outcome::because.eq(because),
                plan_goal_outcome::by_id.eq(self.staff()),
                plan_goal_outcome::at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        self.plan(id)
    }
}

impl Work<'_, RevisePlan> {
    /// The plan as it stands.
    pub fn before(&mut self) -> Result<PlanView, Halt> {
        self.plan(self.act().plan)
    }

    /// Begins the next revision. The one in force stays readable as it was.
    pub fn revise(&mut self, reason: &str, next: Process) -> Result<PlanView, Halt> {
        let id = self.act().plan;
        self.turn(id, PlanTurn::Revised, Some(reason), None)?;
        self.grown(id, next)
    }
}

impl Work<'_, InterruptPlan> {
    /// The plan as it stands.
    pub fn before(&mut self) -> Result<PlanView, Halt> {
        self.plan(self.act().plan)
    }

    /// Lays it aside, and tells every unit that takes part.
    pub fn interrupt(&mut self, reason: &str, next: Process) -> Result<PlanView, Halt> {
        let id = self.act().plan;
        self.turn(id, PlanTurn::Interrupted, Some(reason), None)?;
        self.set_process(id, next)?;
        self.tell_parties(id, NoticeKind::PlanInterrupted)
    }

    /// Takes it up again. What was confirmed is confirmed no more.
    pub fn resume(&mut self, next: Process) -> Result<PlanView, Halt> {
        let id = self.act().plan;
        self.turn(id, PlanTurn::Resumed, None, None)?;
        self.grown(id, next)?;
        self.tell_parties(id, NoticeKind::PlanResumed)
    }
}

impl Work<'_, ClosePlan> {
    /// The plan as it stands.
    pub fn before(&mut self) -> Result<PlanView, Halt> {
        self.plan(self.act().plan)
    }

    /// Whether a consent that a plan is drawn up binds.
    pub fn is_consented(&self) -> bool {
        self.facts().situation.plan_consent
    }

    /// Closes it, and tells every unit that takes part.
    pub fn close(
        &mut self,
        reason: ClosingReason,
        note: Option<&str>,
        next: Process,
    ) -> Result<PlanView, Halt> {
        let id = self.act().plan;
        self.turn(id, PlanTurn::Closed, Some(reason.code()), note)?;
        self.set_process(id, next)?;
        self.tell_parties(id, NoticeKind::PlanClosed)
    }
}

impl Work<'_, EditPlan> {
    /// Takes a need out of the revision that is written. It stays in those before it.
    pub fn drop_need(&mut self, need: NeedId, next: Process) -> Result<PlanView, Halt> {
        let id = self.act().plan;
        let revision = self.plan(id)?.process.revision;
        diesel::update(plan_need::table.find(need))
            .set(plan_need::until.eq(revision))
            .execute(self.database)?;
        self.grown(id, next)
    }

    /// The same with a goal.
    pub fn drop_goal(&mut self, goal: GoalId, next: Process) -> Result<PlanView, Halt> {
        let id = self.act().plan;
        let revision = self.plan(id)?.process.revision;
        diesel::update(plan_goal::table.find(goal))
            .set(plan_goal::until.eq(revision))
            .execute(self.database)?;
        self.grown(id, next)
    }
}

impl Work<'_, WriteAction> {
    /// Takes an action of the act's unit out of the revision that is written.
    pub fn drop_action(&mut self, action: ActionId, next: Process) -> Result<PlanView, Halt> {
        let act = self.act().clone();
        let view = self.plan(act.plan)?;
        let own = view.actions.iter().any(|it| it.id == action && it.unit == act.unit);
        if !own {
            return Err(Obstacle::Missing.into());
        }
        diesel::update(plan_action::table.find(action))
            .set(plan_action::until.eq(view.process.revision))
            .execute(self.database)?;
        self.grown(act.plan, next)
    }
}

impl<A: Act> Work<'_, A> {
    fn turn(
        &mut self,
        id: PlanId,
        turn: PlanTurn,
        reason: Option<&str>,
        note: Option<&str>,
    ) -> Result<(), Halt> {
        let area = self.plan_area(id)?;
        diesel::insert_into(plan_turn::table)
            .values((
                plan_turn::id.eq(self.means.clock.new_id::<PlanId>()),
                plan_turn::area_id.eq(area),
                plan_turn::plan_id.eq(id),
                plan_turn::turn.eq(turn.code()),
                plan_turn::reason.eq(reason),
                plan_turn::note.eq(note),
                plan_turn::by_id.eq(self.staff()),
                plan_turn::at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        Ok(())
    }

    /// Tells every unit that takes part, and the logs of their agencies.
    fn tell_parties(&mut self, id: PlanId, kind: NoticeKind) -> Result<PlanView, Halt> {
        let view = self.plan(id)?;
        let own = self.facts().resource.owner.map(|owner| owner.agency);
        let mut told: Vec<AgencyId> = Vec::new();
        for (unit, agency) in &view.parties {
            self.notify(*unit, kind, ("Plan", id.uuid()))?;
            if Some(*agency) != own && !told.contains(agency) {
                self.touched(*agency, ("Plan", id.uuid()), Effect::Changed);
                told.push(*agency);
            }
        }
        Ok(view)
    }

    /// What the plan came to: the newest turn, with its reason.
    pub(super) fn last_turn(&mut self, id: PlanId) -> Result<Option<TurnView>, Halt> {
        type Row = (String, Option<String>, Option<String>, At);
        let row: Option<Row> = plan_turn::table
            .filter(plan_turn::plan_id.eq(id))
            .order(plan_turn::id.desc())
            .select((plan_turn::turn, plan_turn::reason, plan_turn::note, plan_turn::at))
            .first(self.database)
            .optional()?;
        let read = |(turn, reason, note, at): Row| {
            Ok(TurnView { turn: PlanTurn::from_code(&turn)?, reason, note, at: at.0 })
        };
        row.map(read).transpose()
    }
}
