//! A plan as it is shown.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::field::named;
use super::referral_view::View;
use crate::casework::plans;
use crate::domain::plan::{Action, Goal, Horizon, Lack, LegalClass, Need};
use crate::domain::plan_process::PlanState;
use crate::domain::referral::Indicator;
use crate::store::{ConfirmationView, PlanView};

/// A plan, whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct Plan {
    /// Its id.
    pub id: Uuid,
    case: Uuid,
    child: Uuid,
    /// The coordinating unit. It is kept from whom a family's whereabouts are kept.
    unit: Option<Uuid>,
    state: PlanState,
    /// Which revision this is, from 1.
    revision: i32,
    met_on: Option<NaiveDate>,
    follow_up_on: Option<NaiveDate>,
    /// The principal with the overarching responsibility.
    responsible_agency: Option<Uuid>,
    child_view: Option<View>,
    /// What is done in a crisis, and by whom.
    crisis: Option<String>,
    needs: Vec<PlanNeed>,
    goals: Vec<PlanGoal>,
    actions: Vec<PlanAction>,
    /// Confirmations of this very version.
    confirmations: Vec<Confirmation>,
    /// What it lacks to become active; empty when it is.
    lacks: Vec<Lacking>,
    activated_at: Option<DateTime<Utc>>,
    /// Grows with every change of content.
    pub version: i64,
}

/// A need.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanNeed {
    id: Uuid,
    indicator: Indicator,
    text: String,
}

/// A goal.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanGoal {
    id: Uuid,
    need: Uuid,
    horizon: Horizon,
    text: String,
}

/// An action.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanAction {
    id: Uuid,
    goal: Uuid,
    /// The unit that answers for it; kept as above.
    unit: Option<Uuid>,
    legal_class: LegalClass,
    text: String,
    third_party: Option<String>,
    /// How one will see that it has had its effect.
    evidence: Option<String>,
    due_on: NaiveDate,
}

/// A unit's confirmation of its own part.
#[derive(Debug, Serialize, ToSchema)]
pub struct Confirmation {
    unit: Uuid,
    by: Uuid,
    at: DateTime<Utc>,
}

/// One thing that the plan lacks, and where.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lacking {
    /// A stable word for what is missing.
    what: &'static str,
    /// The need, goal, action or unit that lacks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<Uuid>,
}

impl From<PlanView> for Plan {
    fn from(view: PlanView) -> Self {
        let lacks = if view.state.is_made() { plans::lacking(&view) } else { Vec::new() };
        Self {
            id: view.id.uuid(),
            case: view.case.uuid(),
            child: view.child.uuid(),
            unit: named(view.unit),
            state: view.state,
            revision: view.process.revision,
            met_on: view.frame.met_on,
            follow_up_on: view.frame.follow_up_on,
            responsible_agency: view.frame.responsible.map(|agency| agency.uuid()),
            child_view: view.frame.child_view.map(View::from),
            crisis: view.frame.crisis,
            needs: view.needs.into_iter().map(PlanNeed::from).collect(),
            goals: view.goals.into_iter().map(PlanGoal::from).collect(),
            actions: view.actions.into_iter().map(PlanAction::from).collect(),
            confirmations: view.confirmations.into_iter().map(Confirmation::from).collect(),
            lacks: lacks.iter().map(Lacking::from).collect(),
            activated_at: view.activated_at,
            version: view.version,
        }
    }
}

impl From<&Lack> for Lacking {
    fn from(lack: &Lack) -> Self {
        Self { what: lack.word(), of: lack.of() }
    }
}

impl From<Need> for PlanNeed {
    fn from(need: Need) -> Self {
        Self { id: need.id.uuid(), indicator: need.indicator, text: need.text }
    }
}

impl From<Goal> for PlanGoal {
    fn from(goal: Goal) -> Self {
        Self { id: goal.id.uuid(), need: goal.need.uuid(), horizon: goal.horizon, text: goal.text }
    }
}

impl From<Action> for PlanAction {
    fn from(action: Action) -> Self {
        Self {
            id: action.id.uuid(),
            goal: action.goal.uuid(),
            unit: named(action.unit),
            legal_class: action.class,
            text: action.text,
            third_party: action.third_party,
            evidence: action.evidence,
            due_on: action.due_on,
        }
    }
}

impl From<ConfirmationView> for Confirmation {
    fn from(view: ConfirmationView) -> Self {
        Self { unit: view.unit.uuid(), by: view.by.uuid(), at: view.at }
    }
}
