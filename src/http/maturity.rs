//! How a child's maturity was assessed.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::fault::Faults;
use super::field::{Raw, text};
use super::paging::{PageQuery, Paging};
use super::reply;
use crate::access::act::{AssessMaturity, ListMaturityAssessments};
use crate::domain::consent::ConsentKind;
use crate::domain::ids::CaseId;
use crate::store::{MaturityDraft, MaturityView};

/// An assessment of a child's maturity in one matter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaturityBody {
    /// `waiver`, `plan` or `intervention`.
    #[schema(value_type = String, example = "waiver")]
    matter: Raw<ConsentKind>,
    /// Whether the child is mature enough to decide on it.
    mature: bool,
    /// Why. Age alone is no reason.
    reason: String,
}

/// An assessment as it was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaturityAssessment {
    id: Uuid,
    /// `waiver`, `plan` or `intervention`.
    matter: ConsentKind,
    mature: bool,
    reason: String,
    /// The member of staff who assessed it.
    assessed_by: Uuid,
    assessed_at: DateTime<Utc>,
}

/// Records how mature the child is for a matter. It counts from the next request on, until
/// somebody assesses it anew; what was found before stays.
#[utoipa::path(tag = "consents", responses((status = 201, body = MaturityAssessment)))]
#[post("/cases/{case}/maturity-assessments")]
pub async fn assess_maturity(
    desk: Desk,
    path: web::Path<Uuid>,
    body: Body<MaturityBody>,
) -> Answer {
    let case = CaseId::new(path.into_inner());
    let draft = body.value.parse()?;
    desk.perform_once(body.digest, AssessMaturity { case }, move |work| {
        reply::made(&MaturityAssessment::from(work.assess(&draft)?))
    })
    .await
}

/// The assessments of a case, oldest first. The newest of each matter counts.
#[utoipa::path(
    tag = "consents", params(PageQuery), responses((status = 200, body = Vec<MaturityAssessment>))
)]
#[get("/cases/{case}/maturity-assessments")]
pub async fn list_maturity_assessments(
    desk: Desk,
    path: web::Path<Uuid>,
    paging: Paging,
) -> Answer {
    let (act, page) =
        (ListMaturityAssessments { case: CaseId::new(path.into_inner()) }, paging.page());
    let served = desk.perform(act, move |work| work.assessments(page)).await?;
    served.page(&paging, |row| row.id.uuid(), MaturityAssessment::from)
}

impl MaturityBody {
    fn parse(&self) -> Result<MaturityDraft, Faults> {
        let mut faults = Faults::default();
        let matter = faults.keep("/matter", self.matter.read());
        let reason = faults.keep("/reason", text(&self.reason));
        let draft =
            || Some(MaturityDraft { matter: matter?, mature: self.mature, reason: reason? });
        draft().ok_or(faults)
    }
}

impl From<MaturityView> for MaturityAssessment {
    fn from(view: MaturityView) -> Self {
        Self {
            id: view.id.uuid(),
            matter: view.found.matter,
            mature: view.found.mature,
            reason: view.found.reason,
            assessed_by: view.assessed_by.uuid(),
            assessed_at: view.assessed_at,
        }
    }
}
