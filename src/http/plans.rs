//! Plans: the common parts, each unit's own parts, confirmation and activation.

use actix_web::{get, patch, post, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::{Body, NoBody};
use super::desk::{Answer, Desk};
use super::etag::IfMatch;
use super::fault::Faults;
use super::field::{Raw, text};
use super::paging::{PageQuery, Paging};
use super::plan_view::Plan;
use super::referral_view::View;
use super::reply;
use crate::access::act::{
    ActivatePlan, ConfirmPlan, DraftPlan, EditPlan, ListOwnPlans, ListPlans, ReadPlan, WriteAction,
};
use crate::casework::plans;
use crate::domain::ids::{AgencyId, CaseId, GoalId, NeedId, PlanId, UnitId};
use crate::domain::plan::{Horizon, LegalClass};
use crate::domain::referral::Indicator;
use crate::store::{ActionDraft, FrameChange, GoalDraft, NeedDraft};

/// What is changed in the common parts; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FrameBody {
    /// The day of the meeting.
    #[schema(value_type = Option<NaiveDate>)]
    met_on: Option<Raw<NaiveDate>>,
    /// The day of the follow-up.
    #[schema(value_type = Option<NaiveDate>)]
    follow_up_on: Option<Raw<NaiveDate>>,
    /// The principal with the overarching responsibility.
    #[schema(value_type = Option<Uuid>)]
    responsible_agency: Option<Raw<AgencyId>>,
    /// The child's view, or why there is none.
    child_view: Option<View>,
    /// What is done in a crisis, and by whom.
    crisis: Option<String>,
}

/// A need as it is written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NeedBody {
    /// The wellbeing indicator it belongs to.
    #[schema(value_type = String, example = "achieving")]
    indicator: Raw<Indicator>,
    text: String,
}

/// A goal as it is written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GoalBody {
    /// The need it meets.
    #[schema(value_type = Uuid)]
    need: Raw<NeedId>,
    /// `long_term` or `short_term`.
    #[schema(value_type = String, example = "short_term")]
    horizon: Raw<Horizon>,
    text: String,
}

/// An action as it is written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionBody {
    /// The unit that answers for it: one's own.
    #[schema(value_type = Uuid)]
    unit: Raw<UnitId>,
    /// The goal it serves.
    #[schema(value_type = Uuid)]
    goal: Raw<GoalId>,
    /// `intervention`, or `third_party` for a measure by somebody other than municipality or
    /// region.
    #[schema(value_type = String, example = "intervention")]
    legal_class: Raw<LegalClass>,
    text: String,
    /// Who does it, where that is neither municipality nor region.
    third_party: Option<String>,
    /// How one will see that it has had its effect.
    evidence: Option<String>,
    /// By when.
    #[schema(value_type = NaiveDate)]
    due_on: Raw<NaiveDate>,
}

/// The unit that confirms its own part.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationBody {
    #[schema(value_type = Uuid)]
    unit: Raw<UnitId>,
}

/// Begins the plan of a case.
#[utoipa::path(tag = "plans", responses((status = 201, body = Plan)))]
#[post("/cases/{case}/plans")]
pub async fn begin_plan(desk: Desk, path: web::Path<Uuid>, body: NoBody) -> Answer {
    let case = CaseId::new(path.into_inner());
    desk.perform_once(body.digest, DraftPlan { case }, |work| {
        let plan = Plan::from(plans::begin(work)?);
        reply::created(format!("/v1/plans/{}", plan.id), plan.version, &plan)
    })
    .await
}

/// The plans of a case, oldest first.
#[utoipa::path(tag = "plans", responses((status = 200, body = Vec<Plan>)))]
#[get("/cases/{case}/plans")]
pub async fn list_plans(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let case = CaseId::new(path.into_inner());
    let served = desk.perform(ListPlans { case }, |work| work.plans()).await?;
    served.json(|rows| rows.into_iter().map(Plan::from).collect::<Vec<_>>())
}

/// Reads a plan.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[get("/plans/{plan}")]
pub async fn read_plan(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let plan = PlanId::new(path.into_inner());
    let served = desk.perform(ReadPlan { plan }, |work| work.read()).await?;
    served.tagged(|view| view.version).json(Plan::from)
}

/// The plans in force that concern oneself: as child, as guardian, or by a power; oldest first.
#[utoipa::path(tag = "plans", params(PageQuery), responses((status = 200, body = Vec<Plan>)))]
#[get("/me/plans")]
pub async fn list_own_plans(desk: Desk, paging: Paging) -> Answer {
    let page = paging.page();
    let served = desk.perform(ListOwnPlans {}, move |work| work.plans(page)).await?;
    served.page(&paging, |row| row.id.uuid(), Plan::from)
}

/// Changes the plan's common parts. The coordinating unit's work.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[patch("/plans/{plan}")]
pub async fn edit_frame(
    desk: Desk,
    path: web::Path<Uuid>,
    IfMatch(expected): IfMatch,
    body: Body<FrameBody>,
) -> Answer {
    let plan = PlanId::new(path.into_inner());
    let change = body.value.parse()?;
    let served =
        desk.perform(EditPlan { plan }, move |work| plans::frame(work, &change, expected)).await?;
    served.tagged(|view| view.version).json(Plan::from)
}

/// Writes a need. The coordinating unit's work.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan}/needs")]
pub async fn write_need(desk: Desk, path: web::Path<Uuid>, body: Body<NeedBody>) -> Answer {
    let plan = PlanId::new(path.into_inner());
    let draft = body.value.parse()?;
    desk.perform_once(body.digest, EditPlan { plan }, move |work| {
        let view = plans::need(work, &draft)?;
        reply::done(view.version, &Plan::from(view))
    })
    .await
}

/// Writes a goal. The coordinating unit's work.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan}/goals")]
pub async fn write_goal(desk: Desk, path: web::Path<Uuid>, body: Body<GoalBody>) -> Answer {
    let plan = PlanId::new(path.into_inner());
    let draft = body.value.parse()?;
    desk.perform_once(body.digest, EditPlan { plan }, move |work| {
        let view = plans::goal(work, &draft)?;
        reply::done(view.version, &Plan::from(view))
    })
    .await
}

/// Writes an action that one's own unit answers for.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan}/actions")]
pub async fn write_action(desk: Desk, path: web::Path<Uuid>, body: Body<ActionBody>) -> Answer {
    let plan = PlanId::new(path.into_inner());
    let (unit, draft) = body.value.parse()?;
    desk.perform_once(body.digest, WriteAction { plan, unit }, move |work| {
        let view = plans::action(work, &draft)?;
        reply::done(view.version, &Plan::from(view))
    })
    .await
}

/// Confirms one's own unit's part of the version that one has seen.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan}/confirmations")]
pub async fn confirm_plan(
    desk: Desk,
    path: web::Path<Uuid>,
    IfMatch(seen): IfMatch,
    body: Body<ConfirmationBody>,
) -> Answer {
    let plan = PlanId::new(path.into_inner());
    let mut faults = Faults::default();
    let unit = faults.keep("/unit", body.value.unit.read());
    let Some(unit) = unit else { return Err(faults.into()) };
    desk.perform_once(body.digest, ConfirmPlan { plan, unit }, move |work| {
        let view = plans::confirm(work, seen)?;
        reply::done(view.version, &Plan::from(view))
    })
    .await
}

/// Makes the plan active, or names everything that it lacks.
#[utoipa::path(tag = "plans", responses((status = 200, body = Plan)))]
#[post("/plans/{plan}/activation")]
pub async fn activate_plan(
    desk: Desk,
    path: web::Path<Uuid>,
    IfMatch(expected): IfMatch,
    body: NoBody,
) -> Answer {
    let plan = PlanId::new(path.into_inner());
    desk.perform_once(body.digest, ActivatePlan { plan }, move |work| {
        let view = plans::activate(work, expected)?;
        reply::done(view.version, &Plan::from(view))
    })
    .await
}

impl FrameBody {
    fn parse(&self) -> Result<FrameChange, Faults> {
        let mut faults = Faults::default();
        let met_on = faults.keep_optional("/met_on", self.met_on.as_ref().map(Raw::read));
        let follow_up = self.follow_up_on.as_ref().map(Raw::read);
        let follow_up_on = faults.keep_optional("/follow_up_on", follow_up);
        let agency = self.responsible_agency.as_ref().map(Raw::read);
        let responsible = faults.keep_optional("/responsible_agency", agency);
        let child_view =
            self.child_view.as_ref().map(|view| view.parse("/child_view", &mut faults));
        let crisis = faults.keep_optional("/crisis", self.crisis.as_deref().map(text));
        let change = || {
            Some(FrameChange {
                met_on: met_on?,
                follow_up_on: follow_up_on?,
                responsible: responsible?,
                child_view: child_view.flatten(),
                crisis: crisis?,
            })
        };
        match change() {
            Some(change) if faults.is_empty() => Ok(change),
            _ => Err(faults),
        }
    }
}

impl NeedBody {
    fn parse(&self) -> Result<NeedDraft, Faults> {
        let mut faults = Faults::default();
        let indicator = faults.keep("/indicator", self.indicator.read());
        let text = faults.keep("/text", text(&self.text));
        let draft = || Some(NeedDraft { indicator: indicator?, text: text? });
        draft().ok_or(faults)
    }
}

impl GoalBody {
    fn parse(&self) -> Result<GoalDraft, Faults> {
        let mut faults = Faults::default();
        let need = faults.keep("/need", self.need.read());
        let horizon = faults.keep("/horizon", self.horizon.read());
        let text = faults.keep("/text", text(&self.text));
        let draft = || Some(GoalDraft { need: need?, horizon: horizon?, text: text? });
        draft().ok_or(faults)
    }
}

impl ActionBody {
    fn parse(&self) -> Result<(UnitId, ActionDraft), Faults> {
        let mut faults = Faults::default();
        let unit = faults.keep("/unit", self.unit.read());
        let goal = faults.keep("/goal", self.goal.read());
        let class = faults.keep("/legal_class", self.legal_class.read());
        let done = faults.keep("/text", text(&self.text));
        let third = self.third_party.as_deref().map(text);
        let third_party = faults.keep_optional("/third_party", third);
        let evidence = self.evidence.as_deref().map(text);
        let evidence = faults.keep_optional("/evidence", evidence);
        let due_on = faults.keep("/due_on", self.due_on.read());
        let draft = || {
            Some(ActionDraft {
                goal: goal?,
                class: class?,
                text: done?,
                third_party: third_party?,
                evidence: evidence?,
                due_on: due_on?,
            })
        };
        unit.zip(draft()).ok_or(faults)
    }
}
