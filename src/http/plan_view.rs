//! A plan as it is shown.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::field::named;
use super::referral_view::View;
use crate::casework::plans;
use crate::domain::plan::{Action, Goal, Horizon, Lack, LegalClass, Need};
use crate::domain::plan_process::{GoalOutcome, PlanState, PlanTurn};
use crate::domain::preparation::PreparationItem;
use crate::domain::referral::Indicator;
use crate::store::{ConfirmationView, JudgedGoal, PlanView, PreparedView, TurnView};

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
    /// The checklist of its preparation, in its order; for those who write the plan.
    preparation: Vec<Prepared>,
    /// The last turn that it took: revised, interrupted, resumed or closed.
    turn: Option<Turn>,
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
    /// What became of it.
    outcome: GoalOutcome,
    outcome_because: Option<String>,
    outcome_at: Option<DateTime<Utc>>,
}

/// One thing to prepare, and the newest word on it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Prepared {
    item: PreparationItem,
    /// Whether it is done; none while nobody has said.
    done: Option<bool>,
    /// How, or why not.
    note: Option<String>,
    by: Option<Uuid>,
    at: Option<DateTime<Utc>>,
}

/// A turn that a plan took.
#[derive(Debug, Serialize, ToSchema)]
pub struct Turn {
    turn: PlanTurn,
    /// Why; of a plan that was closed, in a word.
    reason: Option<String>,
    note: Option<String>,
    at: DateTime<Utc>,
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
            goals: view.goals.into_iter().map(|goal| PlanGoal::of(goal, &view.outcomes)).collect(),
            actions: view.actions.into_iter().map(PlanAction::from).collect(),
            confirmations: view.confirmations.into_iter().map(Confirmation::from).collect(),
            lacks: lacks.iter().map(Lacking::from).collect(),
            activated_at: view.activated_at,
            preparation: view.preparation.into_iter().map(Prepared::from).collect(),
            turn: view.turn.map(Turn::from),
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

impl PlanGoal {
    fn of(goal: Goal, outcomes: &[JudgedGoal]) -> Self {
        let judged = outcomes.iter().find(|judged| judged.goal == goal.id);
        Self {
            id: goal.id.uuid(),
            need: goal.need.uuid(),
            horizon: goal.horizon,
            text: goal.text,
            outcome: judged.map_or(GoalOutcome::Open, |judged| judged.outcome),
            outcome_because: judged.and_then(|judged| judged.because.clone()),
            outcome_at: judged.map(|judged| judged.at),
        }
    }
}

impl From<PreparedView> for Prepared {
    fn from(view: PreparedView) -> Self {
        Self {
            item: view.item,
            done: view.done,
            note: view.note,
            by: view.said.map(|(by, _)| by.uuid()),
            at: view.said.map(|(_, at)| at),
        }
    }
}

impl From<TurnView> for Turn {
    fn from(view: TurnView) -> Self {
        Self { turn: view.turn, reason: view.reason, note: view.note, at: view.at }
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
