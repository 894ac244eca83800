//! Opening a case in an emergency, and the review of it.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::fault::{Fault, Faults};
use super::field::{Raw, text};
use super::paging::{PageQuery, Paging};
use super::reply;
use crate::access::act::{
    BreakGlass, BreakGlassByNumber, ListBreakGlass, ReadBreakGlass, ReviewBreakGlass,
};
use crate::casework;
use crate::domain::emergency::{self, Finding};
use crate::domain::ground::Ground;
use crate::domain::identity_number::IdentityNumber;
use crate::domain::ids::{AgencyId, BreakGlassId, CaseId};
use crate::store::{GlassReview, GlassView, ReviewDraft};

/// Why a case is opened in an emergency.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpeningBody {
    /// `CHILD_H`, `CHILD_S`, `REPORT`, `INVEST` or `EMERGENCY`.
    #[schema(value_type = String, example = "EMERGENCY")]
    ground: Raw<Ground>,
    /// Why it can't wait.
    reason: String,
}

/// The same by the child's number, for whoever does not have the case. The number stands in the
/// body, never in an address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpeningByNumberBody {
    #[schema(value_type = String, example = "19121212-1212")]
    identity_number: Raw<IdentityNumber>,
    /// `CHILD_H`, `CHILD_S`, `REPORT`, `INVEST` or `EMERGENCY`.
    #[schema(value_type = String, example = "EMERGENCY")]
    ground: Raw<Ground>,
    /// Why it can't wait.
    reason: String,
}

/// What a review came to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewBody {
    /// `ok`, `query` or `breach`. A `query` keeps the review open.
    #[schema(value_type = String, example = "ok")]
    finding: Raw<Finding>,
    /// Why.
    reason: String,
    /// What is done about it; needed after a breach.
    measure: Option<String>,
}

/// A case that is open for a while.
#[derive(Debug, Serialize, ToSchema)]
pub struct Opened {
    id: Uuid,
    case: Uuid,
    ground: Ground,
    opened_at: DateTime<Utc>,
    /// When it ends. To go on is to open anew.
    until: DateTime<Utc>,
    review_before: DateTime<Utc>,
}

/// An emergency opening as its auditor sees it. Child and case are random ids.
#[derive(Debug, Serialize, ToSchema)]
pub struct Opening {
    id: Uuid,
    case: Uuid,
    child: Uuid,
    staff: Uuid,
    agency: Uuid,
    unit: Uuid,
    ground: Ground,
    reason: String,
    opened_at: DateTime<Utc>,
    until: DateTime<Utc>,
    review_before: DateTime<Utc>,
    /// The time for review is past, and no review has come to its end.
    overdue: bool,
    /// What the newest review came to; none before the first.
    finding: Option<Finding>,
    reviews: Vec<Review>,
}

/// A review.
#[derive(Debug, Serialize, ToSchema)]
pub struct Review {
    finding: Finding,
    reason: String,
    measure: Option<String>,
    by: Uuid,
    at: DateTime<Utc>,
}

/// Opens a case in an emergency, for an hour. Every opening is reviewed.
#[utoipa::path(tag = "emergency", responses((status = 201, body = Opened)))]
#[post("/cases/{case}/break-glass")]
pub async fn open_case(desk: Desk, path: web::Path<Uuid>, body: Body<OpeningBody>) -> Answer {
    let mut faults = Faults::default();
    let ground = ground(&body.value.ground, &mut faults);
    let reason = faults.keep("/reason", text(&body.value.reason));
    let (Some(ground), Some(reason)) = (ground, reason) else { return Err(faults.into()) };
    let act = BreakGlass { case: CaseId::new(path.into_inner()), ground, reasoned: true };
    desk.with_reason(reason.clone())
        .perform_once(body.digest, act, move |work| reply::made(&Opened::from(work.open(&reason)?)))
        .await
}

/// Opens the case of a child that one knows by its number: the newest open one in which one's own
/// agency takes part. No such case and not for you are answered alike.
#[utoipa::path(tag = "emergency", responses((status = 201, body = Opened)))]
#[post("/break-glass")]
pub async fn open_by_number(desk: Desk, body: Body<OpeningByNumberBody>) -> Answer {
    let mut faults = Faults::default();
    let number = faults.keep("/identity_number", body.value.identity_number.read());
    let ground = ground(&body.value.ground, &mut faults);
    let reason = faults.keep("/reason", text(&body.value.reason));
    let (Some(number), Some(ground), Some(reason)) = (number, ground, reason) else {
        return Err(faults.into());
    };
    let act = BreakGlassByNumber { number, ground, reasoned: true };
    desk.with_reason(reason.clone())
        .perform_once(body.digest, act, move |work| reply::made(&Opened::from(work.open(&reason)?)))
        .await
}

/// The emergency openings that an agency has made, or of cases in which it takes part, oldest
/// first.
#[utoipa::path(tag = "emergency", params(PageQuery),
    responses((status = 200, body = Vec<Opening>)))]
#[get("/agencies/{agency}/break-glass")]
pub async fn list_openings(desk: Desk, path: web::Path<Uuid>, paging: Paging) -> Answer {
    let (agency, page) = (AgencyId::new(path.into_inner()), paging.page());
    let served = desk.perform(ListBreakGlass { agency }, move |work| work.openings(page)).await?;
    served.page(&paging, |row| row.id.uuid(), Opening::from)
}

/// Reads an emergency opening, for its review.
#[utoipa::path(tag = "emergency", responses((status = 200, body = Opening)))]
#[get("/break-glass/{opening}")]
pub async fn read_opening(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let opening = BreakGlassId::new(path.into_inner());
    desk.perform(ReadBreakGlass { opening }, |work| work.opening()).await?.json(Opening::from)
}

/// Reviews an emergency opening. It must end in `ok` or `breach`.
#[utoipa::path(tag = "emergency", responses((status = 201, body = Opening)))]
#[post("/break-glass/{opening}/review")]
pub async fn review_opening(desk: Desk, path: web::Path<Uuid>, body: Body<ReviewBody>) -> Answer {
    let opening = BreakGlassId::new(path.into_inner());
    let draft = body.value.parse()?;
    desk.perform_once(body.digest, ReviewBreakGlass { opening }, move |work| {
        reply::made(&Opening::from(casework::break_glass::review(work, &draft)?))
    })
    .await
}

/// One of the grounds of which one must be chosen.
fn ground(raw: &Raw<Ground>, faults: &mut Faults) -> Option<Ground> {
    let ground = faults.keep("/ground", raw.read())?;
    if emergency::GROUNDS.contains(&ground) {
        return Some(ground);
    }
    faults.add(Fault::body("/ground", "not_for_emergencies"));
    None
}

impl ReviewBody {
    fn parse(&self) -> Result<ReviewDraft, Faults> {
        let mut faults = Faults::default();
        let finding = faults.keep("/finding", self.finding.read());
        let reason = faults.keep("/reason", text(&self.reason));
        let measure = faults.keep_optional("/measure", self.measure.as_deref().map(text));
        let draft = || Some(ReviewDraft { finding: finding?, reason: reason?, measure: measure? });
        draft().ok_or(faults)
    }
}

impl From<GlassView> for Opened {
    fn from(view: GlassView) -> Self {
        Self {
            id: view.id.uuid(),
            case: view.case.uuid(),
            ground: view.ground,
            opened_at: view.opened_at,
            until: view.until,
            review_before: view.review_before,
        }
    }
}

impl From<GlassView> for Opening {
    fn from(view: GlassView) -> Self {
        Self {
            finding: view.finding(),
            id: view.id.uuid(),
            case: view.case.uuid(),
            child: view.child.uuid(),
            staff: view.staff.uuid(),
            agency: view.agency.uuid(),
            unit: view.unit.uuid(),
            ground: view.ground,
            reason: view.reason,
            opened_at: view.opened_at,
            until: view.until,
            review_before: view.review_before,
            overdue: view.overdue,
            reviews: view.reviews.into_iter().map(Review::from).collect(),
        }
    }
}

impl From<GlassReview> for Review {
    fn from(review: GlassReview) -> Self {
        Self {
            finding: review.finding,
            reason: review.reason,
            measure: review.measure,
            by: review.by.uuid(),
            at: review.at,
        }
    }
}
