//! Concern reports (SoL 19:1): anybody bound to may always make one.

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
use super::referrals::OfUnit;
use super::reply;
use crate::access::act::{ListConcernReports, ReadConcernReport, SendConcernReport};
use crate::domain::ids::{ChildId, ConcernReportId, UnitId};
use crate::store::{ConcernDraft, ConcernReport};

/// A report as it is sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReport {
    #[schema(value_type = Uuid)]
    child: Raw<ChildId>,
    /// The unit that reports.
    #[schema(value_type = Uuid)]
    from_unit: Raw<UnitId>,
    /// The unit at social services that receives it.
    #[schema(value_type = Uuid)]
    to_unit: Raw<UnitId>,
    /// What worries.
    concern: String,
}

/// A receipt: the report has reached social services.
#[derive(Debug, Serialize, ToSchema)]
pub struct Receipt {
    id: Uuid,
}

/// A report as social services read it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Report {
    id: Uuid,
    child: Uuid,
    from_unit: Uuid,
    to_unit: Uuid,
    made_by: Uuid,
    made_at: DateTime<Utc>,
    concern: String,
}

/// Reports concern for a child.
///
/// No consent is needed, and no case. Nothing but the sign-in can be in the way.
#[utoipa::path(tag = "concern reports", responses((status = 201, body = Receipt)))]
#[post("/concern-reports")]
pub async fn send_report(desk: Desk, body: Body<NewReport>) -> Answer {
    let (child, draft) = body.value.parse()?;
    desk.perform_once(body.digest, SendConcernReport { child }, move |work| {
        let id = work.send(&draft)?;
        reply::made(&Receipt { id: id.uuid() })
    })
    .await
}

/// The reports that a unit at social services has received, oldest first.
#[utoipa::path(tag = "concern reports", params(OfUnit, PageQuery),
    responses((status = 200, body = Vec<Report>)))]
#[get("/concern-reports")]
pub async fn list_concern_reports(desk: Desk, of: web::Query<OfUnit>, paging: Paging) -> Answer {
    let (unit, page) = (of.unit()?, paging.page());
    let served = desk.perform(ListConcernReports { unit }, move |work| work.reports(page)).await?;
    served.page(&paging, |row| row.id.uuid(), Report::from)
}

/// Reads a report.
#[utoipa::path(tag = "concern reports", responses((status = 200, body = Report)))]
#[get("/concern-reports/{report}")]
pub async fn read_report(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let report = ConcernReportId::new(path.into_inner());
    desk.perform(ReadConcernReport { report }, |work| work.read()).await?.json(Report::from)
}

impl NewReport {
    fn parse(&self) -> Result<(ChildId, ConcernDraft), Faults> {
        let mut faults = Faults::default();
        let child = faults.keep("/child", self.child.read());
        let from = faults.keep("/from_unit", self.from_unit.read());
        let to = faults.keep("/to_unit", self.to_unit.read());
        let concern = faults.keep("/concern", text(&self.concern));
        let draft = || Some((child?, ConcernDraft { from: from?, to: to?, concern: concern? }));
        draft().ok_or(faults)
    }
}

impl From<ConcernReport> for Report {
    fn from(report: ConcernReport) -> Self {
        Self {
            id: report.id.uuid(),
            child: report.child.uuid(),
            from_unit: report.from.uuid(),
            to_unit: report.to.uuid(),
            made_by: report.made_by.uuid(),
            made_at: report.made_at,
            concern: report.concern,
        }
    }
}
