//! A plan on its way from a draft to one that holds.

use super::unchanged;
use crate::access::act::{ActivatePlan, ConfirmPlan, EditPlan, WriteAction};
use crate::domain::ids::{AgencyId, UnitId};
use crate::domain::obstacle::Obstacle;
use crate::domain::plan::{Lack, PlanState, Whole, lacks};
use crate::store::{ActionDraft, FrameChange, GoalDraft, Halt, NeedDraft, PlanView, Work};

/// Changes the common parts.
pub fn frame(
    work: &mut Work<'_, EditPlan>,
    change: &FrameChange,
    expected: i64,
) -> Result<PlanView, Halt> {
    let before = work.before()?;
    unchanged(expected, before.version)?;
    is_draft(&before)?;
    if *change == FrameChange::default() {
        return Ok(before);
    }
    work.frame(change)
}

/// Writes a need.
pub fn need(work: &mut Work<'_, EditPlan>, draft: &NeedDraft) -> Result<PlanView, Halt> {
    is_draft(&work.before()?)?;
    work.need(draft)
}

/// Writes a goal.
pub fn goal(work: &mut Work<'_, EditPlan>, draft: &GoalDraft) -> Result<PlanView, Halt> {
    is_draft(&work.before()?)?;
    work.goal(draft)
}

/// Writes an action that a unit answers for.
pub fn action(work: &mut Work<'_, WriteAction>, draft: &ActionDraft) -> Result<PlanView, Halt> {
    is_draft(&work.before()?)?;
    work.write(draft)
}

/// Confirms a unit's own part of the version that it has seen.
pub fn confirm(work: &mut Work<'_, ConfirmPlan>, seen: i64) -> Result<PlanView, Halt> {
    let before = work.before()?;
    unchanged(seen, before.version)?;
    is_draft(&before)?;
    if before.confirmations.iter().any(|confirmation| confirmation.unit == work.act().unit) {
        return Ok(before);
    }
    work.confirm()
}

/// Makes the plan active, or names everything that it lacks.
pub fn activate(work: &mut Work<'_, ActivatePlan>, expected: i64) -> Result<PlanView, Halt> {
    let before = work.before()?;
    unchanged(expected, before.version)?;
    is_draft(&before)?;
    let lacking = lacking(&before);
    if lacking.is_empty() { work.activate() } else { Err(Obstacle::Incomplete(lacking).into()) }
}

/// What the plan lacks to become active.
pub fn lacking(plan: &PlanView) -> Vec<Lack> {
    let parties: Vec<UnitId> = plan.parties.iter().map(|(unit, _)| *unit).collect();
    let principals: Vec<AgencyId> = plan.parties.iter().map(|(_, agency)| *agency).collect();
    let confirmed: Vec<UnitId> = plan.confirmations.iter().map(|one| one.unit).collect();
    lacks(&Whole {
        frame: &plan.frame,
        needs: &plan.needs,
        goals: &plan.goals,
        actions: &plan.actions,
        parties: &parties,
        principals: &principals,
        confirmed: &confirmed,
    })
}

fn is_draft(plan: &PlanView) -> Result<(), Obstacle> {
    match plan.state {
        PlanState::Draft => Ok(()),
        PlanState::Active => Err(Obstacle::State { why: "plan_is_active" }),
    }
}
