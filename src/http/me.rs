//! Who one is to the service.

use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Answer, Desk};
use crate::access::act::ReadSelf;
use crate::domain::agency::Role;
use crate::store::{DutyView, Myself};

/// Who one is to the service.
#[derive(Serialize, ToSchema)]
struct Me {
    /// The register's id; absent for somebody it does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    /// The agency that one works for.
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<Uuid>,
    /// Level of assurance of the sign-in, 1 to 4.
    #[schema(minimum = 0, maximum = 4)]
    assurance: u8,
    /// Where one has duties today.
    duties: Vec<Duty>,
}

/// A duty.
#[derive(Serialize, ToSchema)]
struct Duty {
    /// The unit.
    unit: Uuid,
    /// Its name.
    name: String,
    /// The roles held there.
    roles: Vec<Role>,
}

/// Who one is to the service: what the register says, whatever the token claims.
#[utoipa::path(tag = "directory", responses((status = 200, description = "Oneself.", body = Me)))]
#[get("/me")]
pub async fn read(desk: Desk) -> Answer {
    desk.perform(ReadSelf {}, |work| work.myself()).await?.json(Me::from)
}

impl From<Myself> for Me {
    fn from(myself: Myself) -> Self {
        Self {
            id: myself.id,
            agency: myself.agency.map(|agency| agency.uuid()),
            assurance: myself.assurance,
            duties: myself.duties.into_iter().map(Duty::from).collect(),
        }
    }
}

impl From<DutyView> for Duty {
    fn from(duty: DutyView) -> Self {
        Self { unit: duty.unit.uuid(), name: duty.name, roles: duty.roles }
    }
}
