//! What becomes of a plan: followed up goal by goal, revised, laid aside, closed.

use super::plans::after;
use super::unchanged;
use crate::access::act::{ClosePlan, EditPlan, InterruptPlan, JudgeGoal, RevisePlan, WriteAction};
use crate::domain::closing::ClosingReason;
use crate::domain::ids::{ActionId, GoalId, NeedId};
use crate::domain::obstacle::Obstacle;
use crate::domain::plan_process::{Ending, GoalOutcome, PlanState, Step};
use crate::store::{Halt, PlanView, Work};

/// Records what became of a goal, of a plan that is or was in force. What is given up has a reason.
pub fn judge(
    work: &mut Work<'_, JudgeGoal>,
    goal: GoalId,
    outcome: GoalOutcome,
    because: Option<&str>,
) -> Result<PlanView, Halt> {
    let before = work.before()?;
    if !before.goals.iter().any(|it| it.id == goal) {
        return Err(Obstacle::Missing.into());
    }
    if !before.state.is_in_force() && before.state != PlanState::Interrupted {
        return Err(Obstacle::State { why: "plan_not_active" }.into());
    }
    if outcome == GoalOutcome::Cancelled && because.is_none() {
        return Err(Obstacle::Field { field: "because", reason: "required_when_cancelled" }.into());
    }
    work.judge(goal, outcome, because)
}

/// Begins the next revision of a plan in force.
pub fn revise(
    work: &mut Work<'_, RevisePlan>,
    reason: &str,
    expected: i64,
) -> Result<PlanView, Halt> {
    let before = work.before()?;
    unchanged(expected, before.version)?;
    let next = after(before.process, &Step::Revise)?;
    work.revise(reason, next)
}

/// Lays a plan aside.
pub fn interrupt(work: &mut Work<'_, InterruptPlan>, reason: &str) -> Result<PlanView, Halt> {
    let step = Step::Interrupt { reasoned: !reason.is_empty() };
    let next = after(work.before()?.process, &step)?;
    work.interrupt(reason, next)
}

/// Takes it up again.
pub fn resume(work: &mut Work<'_, InterruptPlan>) -> Result<PlanView, Halt> {
    let next = after(work.before()?.process, &Step::Resume)?;
    work.resume(next)
}

/// Closes a plan: every goal has come to something, or those who decide took their consent back.
pub fn close(
    work: &mut Work<'_, ClosePlan>,
    reason: ClosingReason,
    note: Option<&str>,
    expected: i64,
) -> Result<PlanView, Halt> {
    let before = work.before()?;
    unchanged(expected, before.version)?;
    if reason == ClosingReason::Other && note.is_none() {
        return Err(Obstacle::Field { field: "note", reason: "required_when_other" }.into());
    }
    let goals: Vec<(GoalId, GoalOutcome, bool)> = before
        .goals
        .iter()
        .map(|goal| {
            let judged = before.outcomes.iter().find(|judged| judged.goal == goal.id);
            let outcome = judged.map_or(GoalOutcome::Open, |judged| judged.outcome);
            (goal.id, outcome, judged.is_some_and(|judged| judged.because.is_some()))
        })
        .collect();
    let ending = Ending { reason, goals: &goals, consent: work.is_consented() };
    let next = after(before.process, &Step::Close(ending))?;
    work.close(reason, note, next)
}

/// Takes a need out of the revision that is written, when no goal stands under it.
pub fn drop_need(work: &mut Work<'_, EditPlan>, need: NeedId) -> Result<PlanView, Halt> {
    let before = work.before()?;
    if !before.needs.iter().any(|it| it.id == need) {
        return Err(Obstacle::Missing.into());
    }
    if before.goals.iter().any(|goal| goal.need == need) {
        return Err(Obstacle::State { why: "need_has_goals" }.into());
    }
    let next = after(before.process, &Step::Write)?;
    work.drop_need(need, next)
}

/// Takes a goal out of it, when no action stands under it.
pub fn drop_goal(work: &mut Work<'_, EditPlan>, goal: GoalId) -> Result<PlanView, Halt> {
    let before = work.before()?;
    if !before.goals.iter().any(|it| it.id == goal) {
        return Err(Obstacle::Missing.into());
    }
    if before.actions.iter().any(|action| action.goal == goal) {
        return Err(Obstacle::State { why: "goal_has_actions" }.into());
    }
    let next = after(before.process, &Step::Write)?;
    work.drop_goal(goal, next)
}

/// Takes one's own unit's action out of it.
pub fn drop_action(work: &mut Work<'_, WriteAction>, action: ActionId) -> Result<PlanView, Halt> {
    let next = after(work.before()?.process, &Step::Write)?;
    work.drop_action(action, next)
}
