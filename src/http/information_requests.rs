//! What social services ask for in an investigation.

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
use crate::access::act::{ListInformationRequests, RequestInformation};
use crate::domain::ids::{CaseId, UnitId};
use crate::store::{InformationRequestDraft, InformationRequestView};

/// A request for information as it is made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InformationRequestBody {
    /// The unit that must answer.
    #[schema(value_type = Uuid)]
    unit: Raw<UnitId>,
    /// The number of the investigation.
    investigation: Option<String>,
    /// What the investigation needs to know.
    asked: String,
}

/// A request for information.
#[derive(Debug, Serialize, ToSchema)]
pub struct InformationRequest {
    id: Uuid,
    case: Uuid,
    /// The unit that asks.
    from_unit: Uuid,
    /// The unit that must answer.
    unit: Uuid,
    investigation: String,
    asked: String,
    asked_by: Uuid,
    asked_at: DateTime<Utc>,
}

/// Asks a unit for information in an investigation. It must answer, whatever the consent; its
/// answer is to publish on INVEST.
#[utoipa::path(tag = "items", responses((status = 201, body = InformationRequest)))]
#[post("/cases/{case}/information-requests")]
pub async fn request_information(
    desk: Desk,
    path: web::Path<Uuid>,
    body: Body<InformationRequestBody>,
) -> Answer {
    let case = CaseId::new(path.into_inner());
    let (unit, draft) = body.value.parse()?;
    let number = draft.investigation.clone();
    let act = RequestInformation { case, unit, numbered: !number.is_empty() };
    let desk = if number.is_empty() { desk } else { desk.with_purpose(number) };
    desk.perform_once(body.digest, act, move |work| {
        reply::made(&InformationRequest::from(work.ask(&draft)?))
    })
    .await
}

/// The requests by and to one's own unit, oldest first.
#[utoipa::path(
    tag = "items",
    params(PageQuery),
    responses((status = 200, body = Vec<InformationRequest>))
)]
#[get("/cases/{case}/information-requests")]
pub async fn list_information_requests(
    desk: Desk,
    path: web::Path<Uuid>,
    paging: Paging,
) -> Answer {
    let (case, page) = (CaseId::new(path.into_inner()), paging.page());
    let act = ListInformationRequests { case };
    let served = desk.perform(act, move |work| work.requests(page)).await?;
    served.page(&paging, |row| row.id.uuid(), InformationRequest::from)
}

impl InformationRequestBody {
    fn parse(&self) -> Result<(UnitId, InformationRequestDraft), Faults> {
        let mut faults = Faults::default();
        let unit = faults.keep("/unit", self.unit.read());
        let asked = faults.keep("/asked", text(&self.asked));
        // Without a number the rule says that one is needed.
        let number = self.investigation.as_deref().and_then(|number| text(number).ok());
        let investigation = number.unwrap_or_default();
        let draft = || Some(InformationRequestDraft { investigation, asked: asked? });
        unit.zip(draft()).ok_or(faults)
    }
}

impl From<InformationRequestView> for InformationRequest {
    fn from(view: InformationRequestView) -> Self {
        Self {
            id: view.id.uuid(),
            case: view.case.uuid(),
            from_unit: view.from.uuid(),
            unit: view.to.uuid(),
            investigation: view.draft.investigation,
            asked: view.draft.asked,
            asked_by: view.asked_by.uuid(),
            asked_at: view.asked_at,
        }
    }
}
