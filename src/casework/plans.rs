//! A plan on its way from a draft to one that holds.

use super::unchanged;
use crate::access::act::{ActivatePlan, ConfirmPlan, DraftPlan, EditPlan, WriteAction};
use crate::domain::ids::{AgencyId, UnitId};
use crate::domain::obstacle::Obstacle;
use crate::domain::plan::{Lack, Whole, lacks};
use crate::domain::plan_process::{PlanState, Process, Step};
use crate::domain::preparation::PreparationItem;
use crate::store::{ActionDraft, FrameChange, GoalDraft, Halt, NeedDraft, PlanView, Work};

/// Begins the case's plan. That a consent to it binds is the rules' to say: nobody gets here
/// without.
pub fn begin(work: &mut Work<'_, DraftPlan>) -> Result<PlanView, Halt> {
    let asked = Process { state: PlanState::ConsentPending, ..Process::start() };
    let begun = after(asked, &Step::Begin { consent: true })?;
    work.begin(begun)
}

/// Changes the common parts. A meeting that is written in was held, wherever it was called.
pub fn frame(
    work: &mut Work<'_, EditPlan>,
    change: &FrameChange,
    expected: i64,
) -> Result<PlanView, Halt> {
    let before = work.before()?;
    unchanged(expected, before.version)?;
    let mut next = before.process;
    if let Some(on) = change.met_on {
        let written = !before.needs.is_empty();
        next = after(next, &Step::Meet { on, today: work.today(), written })?;
    }
    next = after(next, &Step::Write)?;
    if *change == FrameChange::default() {
        return Ok(before);
    }
    work.frame(change, next)
}

/// Notes how far one thing of the preparation has come, while the plan is being made.
pub fn prepare(
    work: &mut Work<'_, EditPlan>,
    item: PreparationItem,
    done: bool,
    note: Option<&str>,
) -> Result<PlanView, Halt> {
    // Whether something may be written says whether it is being made.
    after(work.before()?.process, &Step::Write)?;
    work.prepare(item, done, note)
}

/// Writes a need.
pub fn need(work: &mut Work<'_, EditPlan>, draft: &NeedDraft) -> Result<PlanView, Halt> {
    let next = after(work.before()?.process, &Step::Write)?;
    work.need(draft, next)
}

/// Writes a goal.
pub fn goal(work: &mut Work<'_, EditPlan>, draft: &GoalDraft) -> Result<PlanView, Halt> {
    let next = after(work.before()?.process, &Step::Write)?;
    work.goal(draft, next)
}

/// Writes an action that a unit answers for.
pub fn action(work: &mut Work<'_, WriteAction>, draft: &ActionDraft) -> Result<PlanView, Halt> {
    let next = after(work.before()?.process, &Step::Write)?;
    work.write(draft, next)
}

/// Confirms a unit's own part of the version that it has seen.
pub fn confirm(work: &mut Work<'_, ConfirmPlan>, seen: i64) -> Result<PlanView, Halt> {
    let before = work.before()?;
    unchanged(seen, before.version)?;
    let next = after(before.process, &Step::Confirm)?;
    if before.confirmations.iter().any(|confirmation| confirmation.unit == work.act().unit) {
        return Ok(before);
    }
    work.confirm(next)
}

/// Makes the plan active, or names everything that it lacks.
pub fn activate(work: &mut Work<'_, ActivatePlan>, expected: i64) -> Result<PlanView, Halt> {
    let before = work.before()?;
    unchanged(expected, before.version)?;
    let next = with_whole(&before, |whole| after(before.process, &Step::Activate(whole)))?;
    work.activate(next)
}

/// What the plan lacks to become active.
pub fn lacking(plan: &PlanView) -> Vec<Lack> {
    with_whole(plan, |whole| lacks(&whole))
}

fn with_whole<T>(plan: &PlanView, use_it: impl FnOnce(Whole<'_>) -> T) -> T {
    let parties: Vec<UnitId> = plan.parties.iter().map(|(unit, _)| *unit).collect();
    let principals: Vec<AgencyId> = plan.parties.iter().map(|(_, agency)| *agency).collect();
    let confirmed: Vec<UnitId> = plan.confirmations.iter().map(|one| one.unit).collect();
    use_it(Whole {
        frame: &plan.frame,
        needs: &plan.needs,
        goals: &plan.goals,
        actions: &plan.actions,
        parties: &parties,
        principals: &principals,
        confirmed: &confirmed,
    })
}

/// Where the plan stands after `step`, or what is in the way.
pub(super) fn after(process: Process, step: &Step<'_>) -> Result<Process, Obstacle> {
    Ok(process.after(step)?)
}
