//! How far the work around a child has come (National Practice Model).

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::etag::IfMatch;
use super::fault::Faults;
use super::field::{Raw, named};
use super::reply;
use crate::access::act::{ReadPractice, TakePracticeStep};
use crate::casework::practice;
use crate::domain::ids::{CaseId, ItemId};
use crate::domain::practice::{ChildHeard, Stage};
use crate::store::{PracticeView, StepView};

/// How far the work has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct Practice {
    case: Uuid,
    /// The stage now.
    stage: Stage,
    /// The stages that may follow.
    next: Vec<Stage>,
    /// The steps since the case was opened, oldest first.
    steps: Vec<PracticeStep>,
    version: i64,
}

/// A step.
#[derive(Debug, Serialize, ToSchema)]
pub struct PracticeStep {
    /// The stage that it came to.
    stage: Stage,
    /// Whether the child was heard there. What it said stands in its item.
    child_heard: ChildHeard,
    taken_by: Option<Uuid>,
    taken_at: DateTime<Utc>,
}

/// A step as it is taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PracticeStepBody {
    /// The stage to come to.
    #[schema(value_type = Stage)]
    to: Raw<Stage>,
    /// The item of kind `child_voice` that tells what the child said at that stage, or why it was
    /// not asked. One that one may read.
    #[schema(value_type = Uuid)]
    child_voice: Raw<ItemId>,
}

/// How far the work around the child has come, and what may follow.
#[utoipa::path(tag = "assessment", responses((status = 200, body = Practice)))]
#[get("/cases/{case}/practice")]
pub async fn read_practice(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let case = CaseId::new(path.into_inner());
    let served = desk.perform(ReadPractice { case }, |work| work.practice()).await?;
    served.tagged(|view| view.version).json(Practice::from)
}

/// Comes to the next stage. The coordinating unit's work.
///
/// Analysis may be left out; that the child was heard, or why not, may not.
#[utoipa::path(tag = "assessment", responses((status = 200, body = Practice)))]
#[post("/cases/{case}/practice/steps")]
pub async fn take_step(
    desk: Desk,
    path: web::Path<Uuid>,
    IfMatch(expected): IfMatch,
    body: Body<PracticeStepBody>,
) -> Answer {
    let case = CaseId::new(path.into_inner());
    let (to, voice) = body.value.parse()?;
    desk.perform_once(body.digest, TakePracticeStep { case }, move |work| {
        let view = practice::step(work, to, voice, expected)?;
        reply::done(view.version, &Practice::from(view))
    })
    .await
}

impl PracticeStepBody {
    fn parse(&self) -> Result<(Stage, ItemId), Faults> {
        let mut faults = Faults::default();
        let to = faults.keep("/to", self.to.read());
        let voice = faults.keep("/child_voice", self.child_voice.read());
        to.zip(voice).ok_or(faults)
    }
}

impl From<PracticeView> for Practice {
    fn from(view: PracticeView) -> Self {
        let step = |step: StepView| PracticeStep {
            stage: step.stage,
            child_heard: step.heard,
            taken_by: named(step.taken_by),
            taken_at: step.taken_at,
        };
        Self {
            case: view.case.uuid(),
            stage: view.stage,
            next: view.stage.next().to_vec(),
            steps: view.steps.into_iter().map(step).collect(),
            version: view.version,
        }
    }
}
