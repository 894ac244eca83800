//! Referrals: the single way in.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::body::{Body, NoBody};
use super::desk::{Answer, Desk};
use super::etag::IfMatch;
use super::fault::{Fault, Faults};
use super::field::{Raw, text};
use super::paging::{PageQuery, Paging};
use super::problem::Problem;
use super::referral_view::{Questions, Referral, ReferralRow, Told, View};
use super::reply;
use crate::access::act::{
    AcceptReferral, ListReferrals, MakeReferral, ReadReferral, TriageReferral,
};
use crate::casework;
use crate::domain::ids::{ChildId, ReferralId, UnitId};
use crate::domain::referral::{Indicator, Observation, ReferralDraft, Triage, Urgency};
use crate::store::NewReferral;

/// The unit whose list is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfUnit {
    /// The unit.
    #[param(value_type = Uuid)]
    unit: String,
}

/// A concern under one wellbeing indicator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConcern {
    #[schema(value_type = String, example = "safe")]
    indicator: Raw<Indicator>,
    text: String,
}

/// A referral as it is made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferralBody {
    #[schema(value_type = Uuid)]
    child: Raw<ChildId>,
    #[schema(value_type = Uuid)]
    from_unit: Raw<UnitId>,
    #[schema(value_type = Uuid)]
    to_unit: Raw<UnitId>,
    questions: Questions,
    #[schema(min_items = 1)]
    concerns: Vec<NewConcern>,
    child_view: View,
    #[schema(value_type = String, example = "soon")]
    urgency: Raw<Urgency>,
    child_informed: Told,
    guardians_informed: Told,
}

/// A referral that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Made {
    id: Uuid,
}

/// How triage ends, or goes on elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub enum TriageBody {
    /// It ends in advice.
    Advice {
        /// What was advised.
        advice: String,
    },
    /// It ends in a concern report to social services (SoL 19:1).
    ConcernReport {
        /// The receiving unit.
        #[schema(value_type = Uuid)]
        to_unit: Raw<UnitId>,
        /// What worries.
        concern: String,
    },
    /// It is sent on, and waits for the other unit's receipt.
    Forward {
        /// The unit asked.
        #[schema(value_type = Uuid)]
        to_unit: Raw<UnitId>,
        /// Why there.
        reason: String,
    },
}

/// Asks for joint help for a child.
#[utoipa::path(tag = "referrals", responses((status = 201, body = Made)))]
#[post("/referrals")]
pub async fn make_referral(desk: Desk, body: Body<ReferralBody>) -> Answer {
    let (child, draft) = body.value.parse()?;
    desk.perform_once(body.digest, MakeReferral { child }, move |work| {
        let NewReferral { id, version } = work.make(&draft)?;
        reply::created(format!("/v1/referrals/{id}"), version, &Made { id: id.uuid() })
    })
    .await
}

/// What has come in to a unit, oldest first.
#[utoipa::path(tag = "referrals", params(OfUnit, PageQuery),
    responses((status = 200, body = Vec<ReferralRow>)))]
#[get("/referrals")]
pub async fn list_referrals(desk: Desk, of: web::Query<OfUnit>, paging: Paging) -> Answer {
    let (unit, page) = (of.unit()?, paging.page());
    let served = desk.perform(ListReferrals { unit }, move |work| work.referrals(page)).await?;
    served.page(&paging, |row| row.id.uuid(), ReferralRow::from)
}

/// Reads a referral.
#[utoipa::path(tag = "referrals", responses((status = 200, body = Referral)))]
#[get("/referrals/{referral}")]
pub async fn read_referral(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let referral = ReferralId::new(path.into_inner());
    let served = desk.perform(ReadReferral { referral }, |work| work.read()).await?;
    served.tagged(|view| view.version).json(Referral::from)
}

/// Triages a referral.
#[utoipa::path(tag = "referrals", responses((status = 200, body = Referral)))]
#[post("/referrals/{referral}/triage")]
pub async fn triage_referral(
    desk: Desk,
    path: web::Path<Uuid>,
    IfMatch(expected): IfMatch,
    body: Body<TriageBody>,
) -> Answer {
    let referral = ReferralId::new(path.into_inner());
    let triage = body.value.parse()?;
    desk.perform_once(body.digest, TriageReferral { referral }, move |work| {
        let view = casework::referrals::triage(work, &triage, expected)?;
        reply::done(view.version, &Referral::from(view))
    })
    .await
}

/// Gives the receipt for a referral that was sent on.
#[utoipa::path(tag = "referrals", responses((status = 200, body = Referral)))]
#[post("/referrals/{referral}/receipt")]
pub async fn accept_referral(
    desk: Desk,
    path: web::Path<Uuid>,
    IfMatch(expected): IfMatch,
    body: NoBody,
) -> Answer {
    let referral = ReferralId::new(path.into_inner());
    desk.perform_once(body.digest, AcceptReferral { referral }, move |work| {
        let view = casework::referrals::accept(work, expected)?;
        reply::done(view.version, &Referral::from(view))
    })
    .await
}

impl OfUnit {
    /// The unit.
    ///
    /// # Errors
    /// It is no id.
    pub fn unit(&self) -> Result<UnitId, Problem> {
        Uuid::try_parse(&self.unit)
            .map(UnitId::new)
            .map_err(|_| Problem::bad_query(Fault::parameter("unit", "not_an_id")))
    }
}

impl ReferralBody {
    fn parse(&self) -> Result<(ChildId, ReferralDraft), Faults> {
        let mut faults = Faults::default();
        let child = faults.keep("/child", self.child.read());
        let from = faults.keep("/from_unit", self.from_unit.read());
        let to = faults.keep("/to_unit", self.to_unit.read());
        let questions = self.questions.parse(&mut faults);
        let concerns = faults.each("/concerns", &self.concerns, |faults, at, concern| {
            let indicator = faults.keep(format!("{at}/indicator"), concern.indicator.read());
            let text = faults.keep(format!("{at}/text"), text(&concern.text));
            Some(Observation { indicator: indicator?, text: text? })
        });
        if self.concerns.is_empty() {
            faults.add(Fault::body("/concerns", "empty"));
        }
        let child_view = self.child_view.parse("/child_view", &mut faults);
        let urgency = faults.keep("/urgency", self.urgency.read());
        let child_informed = self.child_informed.parse("/child_informed", &mut faults);
        let guardians_informed = self.guardians_informed.parse("/guardians_informed", &mut faults);
        let draft = || {
            Some(ReferralDraft {
                from: from?,
                to: to?,
                questions: questions?,
                concerns: concerns?,
                child_view: child_view?,
                urgency: urgency?,
                child_informed: child_informed?,
                guardians_informed: guardians_informed?,
            })
        };
        match (child, draft()) {
            (Some(child), Some(draft)) if faults.is_empty() => Ok((child, draft)),
            _ => Err(faults),
        }
    }
}

impl TriageBody {
    fn parse(&self) -> Result<Triage, Faults> {
        let mut faults = Faults::default();
        let triage = match self {
            Self::Advice { advice } => {
                faults.keep("/advice", text(advice)).map(|advice| Triage::Advice { advice })
            }
            Self::ConcernReport { to_unit, concern } => {
                let to = faults.keep("/to_unit", to_unit.read());
                let concern = faults.keep("/concern", text(concern));
                to.zip(concern).map(|(to, concern)| Triage::ConcernReport { to, concern })
            }
            Self::Forward { to_unit, reason } => {
                let to = faults.keep("/to_unit", to_unit.read());
                let reason = faults.keep("/reason", text(reason));
                to.zip(reason).map(|(to, reason)| Triage::Forward { to, reason })
            }
        };
        triage.ok_or(faults)
    }
}
