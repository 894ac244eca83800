//! Where a case stands on its way to a plan, and the plan on its way to its end.

use actix_web::{get, web};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Answer, Desk};
use crate::access::act::ReadPlanProcess;
use crate::domain::ids::CaseId;
use crate::domain::plan_process::PlanState;
use crate::domain::region::{Deadline, PlanClock};
use crate::store::{ClockView, ProcessView};

/// Where a case stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanProcess {
    /// The newest plan's state. Before there is a plan: `need_assessed`, `consent_pending` or
    /// `declined`.
    state: PlanState,
    /// That plan.
    plan: Option<Uuid>,
    /// The region's clocks that run for it, or have run.
    clocks: Vec<Clock>,
}

/// A clock of the region.
#[derive(Debug, Serialize, ToSchema)]
pub struct Clock {
    clock: PlanClock,
    /// How many days are agreed on, and where.
    days: i64,
    source: String,
    /// The last day.
    due_on: NaiveDate,
    /// The day on which it happened.
    done_on: Option<NaiveDate>,
    /// It did not happen in time.
    late: bool,
}

/// Where a case stands on its way to a plan, and the plan on its way to its end.
#[utoipa::path(tag = "plans", responses((status = 200, body = PlanProcess)))]
#[get("/cases/{case}/plan-process")]
pub async fn read_process(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let case = CaseId::new(path.into_inner());
    let served = desk.perform(ReadPlanProcess { case }, |work| work.process()).await?;
    served.json(PlanProcess::from)
}

impl From<ProcessView> for PlanProcess {
    fn from(view: ProcessView) -> Self {
        let clocks = view.clocks.into_iter().map(Clock::from).collect();
        Self { state: view.state, plan: view.plan.map(|plan| plan.uuid()), clocks }
    }
}

impl From<ClockView> for Clock {
    fn from(view: ClockView) -> Self {
        let ClockView { deadline, done_on, late } = view;
        let Deadline { clock, due_on, days, source } = deadline;
        Self { clock, days, source, due_on, done_on, late }
    }
}
