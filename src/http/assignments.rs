//! Who of a unit's staff is assigned to a case.

use actix_web::{post, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::fault::Faults;
use super::field::Raw;
use super::reply;
use crate::access::act::AssignStaff;
use crate::casework::cases;
use crate::domain::ids::{CaseId, StaffId, UnitId};
use crate::store::NewAssignment;

/// A colleague to assign.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    #[schema(value_type = Uuid)]
    staff: Raw<StaffId>,
    /// The last day, if it is known.
    #[schema(value_type = Option<NaiveDate>)]
    to: Option<Raw<NaiveDate>>,
    /// It covers for a colleague, and then `to` is needed and near.
    #[serde(default)]
    substitute: bool,
}

/// A colleague whose assignment ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    #[schema(value_type = Uuid)]
    staff: Raw<StaffId>,
}

/// Assigns a colleague of the unit, from today on.
#[utoipa::path(tag = "cases", responses((status = 204)))]
#[post("/cases/{case}/parties/{unit}/assignments")]
pub async fn assign_staff(desk: Desk, path: web::Path<(Uuid, Uuid)>, body: Body<Assign>) -> Answer {
    let mut faults = Faults::default();
    let staff = faults.keep("/staff", body.value.staff.read());
    let to = faults.keep_optional("/to", body.value.to.as_ref().map(Raw::read));
    let (Some(staff), Some(to)) = (staff, to) else { return Err(faults.into()) };
    let (case, unit) = path.into_inner();
    let act = AssignStaff { case: CaseId::new(case), unit: UnitId::new(unit) };
    let new = NewAssignment { staff, to, substitute: body.value.substitute };
    desk.perform_once(body.digest, act, move |work| {
        cases::assign(work, &new)?;
        Ok(reply::nothing())
    })
    .await
}

/// Ends a colleague's assignment at once.
#[utoipa::path(tag = "cases", responses((status = 204)))]
#[post("/cases/{case}/parties/{unit}/releases")]
pub async fn release_staff(
    desk: Desk,
    path: web::Path<(Uuid, Uuid)>,
    body: Body<Release>,
) -> Answer {
    let mut faults = Faults::default();
    let staff = faults.keep("/staff", body.value.staff.read());
    let Some(staff) = staff else { return Err(faults.into()) };
    let (case, unit) = path.into_inner();
    let act = AssignStaff { case: CaseId::new(case), unit: UnitId::new(unit) };
    desk.perform_once(body.digest, act, move |work| {
        work.release(staff)?;
        Ok(reply::nothing())
    })
    .await
}
