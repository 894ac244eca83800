//! What becomes of a plan: goals judged, revised, laid aside, taken up again, closed; and what is
//! different from revision to revision.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::{Body, NoBody};
use super::desk::{Answer, Desk};
use super::etag::IfMatch;
use super::fault::Faults;
use super::field::{Raw, text};
use super::plan_view::Plan;
use super::reply;
use crate::access::act::{
    ClosePlan, EditPlan, InterruptPlan, JudgeGoal, ReadPlan, RevisePlan, WriteAction,
};
use crate::casework::{plan_turns, plans};
use crate::domain::closing::ClosingReason;
use crate::domain::ids::{ActionId, GoalId, NeedId, PlanId, UnitId};
use crate::domain::plan_process::GoalOutcome;
use crate::domain::plan_revision::{Difference, PlanPart};
use crate::domain::preparation::PreparationItem;
use crate::store::RevisionView;

/// What became of a goal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeBody {
    /// `done`, `cancelled` with a reason, or `open` once more.
    #[schema(value_type = String, example = "done")]
    outcome: Raw<GoalOutcome>,
    /// Why it is given up; then required.
    because: Option<String>,
}

/// Why a plan is revised or laid aside.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TurnBody {
    reason: String,
}

/// Why a plan ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanClosureBody {
    /// `goals_met`, `need_gone`, `consent_withdrawn`, `moved`, `of_age`, `other_plan`, `deceased`, or
    /// `other` with a note.
    #[schema(value_type = String, example = "goals_met")]
    reason: Raw<ClosingReason>,
    note: Option<String>,
}

/// The unit whose action it is: one's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnUnitBody {
    #[schema(value_type = Uuid)]
    unit: Raw<UnitId>,
}

/// A revision that came into force, and what was different from the one before it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanRevision {
    revision: i32,
    /// When it came into force; none of the one that is being written.
    activated_at: Option<DateTime<Utc>>,
    /// In the order in which a plan is read; of the first revision, all that it says.
    differences: Vec<PlanDifference>,
}

/// One thing that is different.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanDifference {
    part: PlanPart,
    /// Which need, goal or action.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<Uuid>,
    /// What it said; none where it is new.
    before: Option<String>,
    /// What it says; none where it is gone.
    after: Option<String>,
}

/// How far one thing of a plan's preparation has come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreparationBody {
    /// Which thing of the checklist.
    #[schema(value_type = String, example = "child_asked")]
    item: Raw<PreparationItem>,
    done: bool,
    /// How, or why not.
    note: Option<String>,
}

/// Notes how far one thing of the preparation has come. The coordinating unit's work.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan}/preparation")]
pub async fn prepare_plan(
    desk: Desk,
    path: web::Path<Uuid>,
    body: Body<PreparationBody>,
) -> Answer {
    let plan = PlanId::new(path.into_inner());
    let (done, (item, note)) = (body.value.done, body.value.parse()?);
    desk.perform_once(body.digest, EditPlan { plan }, move |work| {
        let view = plans::prepare(work, item, done, note.as_deref())?;
        reply::done(view.version, &Plan::from(view))
    })
    .await
}

/// Records what became of a goal. The coordinating unit's work.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan}/goals/{goal}/outcome")]
pub async fn judge_goal(
    desk: Desk,
    path: web::Path<(Uuid, Uuid)>,
    body: Body<OutcomeBody>,
) -> Answer {
    let (plan, goal) = path.into_inner();
    let (plan, goal) = (PlanId::new(plan), GoalId::new(goal));
    let (outcome, because) = body.value.parse()?;
    desk.perform_once(body.digest, JudgeGoal { plan }, move |work| {
        let view = plan_turns::judge(work, goal, outcome, because.as_deref())?;
        reply::done(view.version, &Plan::from(view))
    })
    .await
}

/// Begins the next revision of a plan in force. The coordinating unit's work.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan}/revision")]
pub async fn revise_plan(
    desk: Desk,
    path: web::Path<Uuid>,
    IfMatch(expected): IfMatch,
    body: Body<TurnBody>,
) -> Answer {
    let plan = PlanId::new(path.into_inner());
    let reason = body.value.parse()?;
    desk.perform_once(body.digest, RevisePlan { plan }, move |work| {
        let view = plan_turns::revise(work, &reason, expected)?;
        reply::done(view.version, &Plan::from(view))
    })
    .await
}

/// Lays a plan aside. The coordinating unit's work.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan}/interruption")]
pub async fn interrupt_plan(desk: Desk, path: web::Path<Uuid>, body: Body<TurnBody>) -> Answer {
    let plan = PlanId::new(path.into_inner());
    let reason = body.value.parse()?;
    desk.perform_once(body.digest, InterruptPlan { plan }, move |work| {
        let view = plan_turns::interrupt(work, &reason)?;
        reply::done(view.version, &Plan::from(view))
    })
    .await
}

/// Takes a plan up again. What was confirmed is confirmed no more.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan}/resumption")]
pub async fn resume_plan(desk: Desk, path: web::Path<Uuid>, body: NoBody) -> Answer {
    let plan = PlanId::new(path.into_inner());
    desk.perform_once(body.digest, InterruptPlan { plan }, move |work| {
        let view = plan_turns::resume(work)?;
        reply::done(view.version, &Plan::from(view))
    })
    .await
}

/// Closes a plan: every goal is reached or given up, or the consent was withdrawn.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan}/closure")]
pub async fn close_plan(
    desk: Desk,
    path: web::Path<Uuid>,
    IfMatch(expected): IfMatch,
    body: Body<PlanClosureBody>,
) -> Answer {
    let plan = PlanId::new(path.into_inner());
    let (reason, note) = body.value.parse()?;
    desk.perform_once(body.digest, ClosePlan { plan }, move |work| {
        let view = plan_turns::close(work, reason, note.as_deref(), expected)?;
        reply::done(view.version, &Plan::from(view))
    })
    .await
}

/// Takes a need out of the revision that is written, when no goal stands under it.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan}/needs/{need}/removal")]
pub async fn drop_need(desk: Desk, path: web::Path<(Uuid, Uuid)>, body: NoBody) -> Answer {
    let (plan, need) = path.into_inner();
    let (plan, need) = (PlanId::new(plan), NeedId::new(need));
    desk.perform_once(body.digest, EditPlan { plan }, move |work| {
        let view = plan_turns::drop_need(work, need)?;
        reply::done(view.version, &Plan::from(view))
    })
    .await
}

/// Takes a goal out of it, when no action stands under it.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan}/goals/{goal}/removal")]
pub async fn drop_goal(desk: Desk, path: web::Path<(Uuid, Uuid)>, body: NoBody) -> Answer {
    let (plan, goal) = path.into_inner();
    let (plan, goal) = (PlanId::new(plan), GoalId::new(goal));
    desk.perform_once(body.digest, EditPlan { plan }, move |work| {
        let view = plan_turns::drop_goal(work, goal)?;
        reply::done(view.version, &Plan::from(view))
    })
    .await
}

/// Takes one's own unit's action out of it.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan}/actions/{action}/removal")]
pub async fn drop_action(
    desk: Desk,
    path: web::Path<(Uuid, Uuid)>,
    body: Body<OwnUnitBody>,
) -> Answer {
    let (plan, action) = path.into_inner();
    let (plan, action) = (PlanId::new(plan), ActionId::new(action));
    let mut faults = Faults::default();
    let unit = faults.keep("/unit", body.value.unit.read());
    let Some(unit) = unit else { return Err(faults.into()) };
    desk.perform_once(body.digest, WriteAction { plan, unit }, move |work| {
        let view = plan_turns::drop_action(work, action)?;
        reply::done(view.version, &Plan::from(view))
    })
    .await
}

/// The plan's revisions, each with what is different from the one before it, oldest first. Who reads
/// the plan only once it is active reads of those that came into force.
#[utoipa::path(tag = "plans", responses((status = 200, body = Vec<PlanRevision>)))]
#[get("/plans/{plan}/revisions")]
pub async fn list_revisions(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let plan = PlanId::new(path.into_inner());
    let served = desk.perform(ReadPlan { plan }, |work| work.revisions()).await?;
    served.json(|rows| rows.into_iter().map(PlanRevision::from).collect::<Vec<_>>())
}

impl PreparationBody {
    fn parse(&self) -> Result<(PreparationItem, Option<String>), Faults> {
        let mut faults = Faults::default();
        let item = faults.keep("/item", self.item.read());
        let note = faults.keep_optional("/note", self.note.as_deref().map(text));
        item.zip(note).ok_or(faults)
    }
}

impl OutcomeBody {
    fn parse(&self) -> Result<(GoalOutcome, Option<String>), Faults> {
        let mut faults = Faults::default();
        let outcome = faults.keep("/outcome", self.outcome.read());
        let because = faults.keep_optional("/because", self.because.as_deref().map(text));
        outcome.zip(because).ok_or(faults)
    }
}

impl TurnBody {
    fn parse(&self) -> Result<String, Faults> {
        let mut faults = Faults::default();
        let reason = faults.keep("/reason", text(&self.reason));
        reason.ok_or(faults)
    }
}

impl PlanClosureBody {
    fn parse(&self) -> Result<(ClosingReason, Option<String>), Faults> {
        let mut faults = Faults::default();
        let reason = faults.keep("/reason", self.reason.read());
        let note = faults.keep_optional("/note", self.note.as_deref().map(text));
        reason.zip(note).ok_or(faults)
    }
}

impl From<RevisionView> for PlanRevision {
    fn from(view: RevisionView) -> Self {
        Self {
            revision: view.revision,
            activated_at: view.activated_at,
            differences: view.differences.into_iter().map(PlanDifference::from).collect(),
        }
    }
}

impl From<Difference> for PlanDifference {
    fn from(it: Difference) -> Self {
        Self { part: it.part, of: it.of, before: it.before, after: it.after }
    }
}
