//! The directory: who there is to work with, and what each is for.

use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Answer, Desk};
use crate::access::act::ListUnits;
use crate::domain::agency::{AgencyKind, UnitKind};
use crate::store::{AgencyView, UnitView};

/// A unit.
#[derive(Serialize, ToSchema)]
struct Unit {
    /// Its id.
    id: Uuid,
    /// The agency that it belongs to.
    agency: Agency,
    /// What kind of place it is.
    kind: UnitKind,
    /// Its name.
    name: String,
    /// What it is for.
    mission: String,
}

/// An agency.
#[derive(Serialize, ToSchema)]
struct Agency {
    /// Its id.
    id: Uuid,
    /// What kind of body it is.
    kind: AgencyKind,
    /// Whether it is a public authority.
    public: bool,
    /// Its name.
    name: String,
    /// What it is for.
    mission: String,
}

/// The units of the agencies that work together in one's own areas, by name.
#[utoipa::path(
    tag = "directory",
    responses((status = 200, description = "The units, all of them.", body = [Unit])),
)]
#[get("/units")]
pub async fn list(desk: Desk) -> Answer {
    desk.perform(ListUnits {}, |work| work.units())
        .await?
        .json(|units| units.into_iter().map(Unit::from).collect::<Vec<_>>())
}

impl From<UnitView> for Unit {
    fn from(unit: UnitView) -> Self {
        Self {
            id: unit.id.uuid(),
            agency: unit.agency.into(),
            kind: unit.kind,
            name: unit.name,
            mission: unit.mission,
        }
    }
}

impl From<AgencyView> for Agency {
    fn from(agency: AgencyView) -> Self {
        Self {
            id: agency.id.uuid(),
            kind: agency.kind,
            public: agency.public,
            name: agency.name,
            mission: agency.mission,
        }
    }
}
