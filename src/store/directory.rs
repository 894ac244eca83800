//! Who one is, and who else there is to work with.

use diesel::prelude::*;

use super::error::Halt;
use super::schema::{agency, agency_area, unit};
use super::work::Work;
use crate::access::act::{ListUnits, ReadSelf};
use crate::access::facts::PrincipalKind;
use crate::domain::agency::{AgencyKind, Role, UnitKind};
use crate::domain::ids::{AgencyId, AreaId, UnitId};
use crate::domain::text::Coded;

/// Who one is to the service.
#[derive(Clone, Debug)]
pub struct Myself {
    /// The register's id; `None` for somebody it does not know.
    pub id: Option<uuid::Uuid>,
    /// The agency one works for.
    pub agency: Option<AgencyId>,
    /// Level of assurance of the sign-in.
    pub assurance: u8,
    /// Roles held today.
    pub roles: Vec<Role>,
    /// Where one has duties today.
    pub duties: Vec<DutyView>,
}

/// A duty.
#[derive(Clone, Debug)]
pub struct DutyView {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// The roles held there.
    pub roles: Vec<Role>,
}

/// An agency in the directory.
#[derive(Clone, Debug)]
pub struct AgencyView {
    /// Its id.
    pub id: AgencyId,
    /// Its kind.
    pub kind: AgencyKind,
    /// Whether it is a public authority.
    pub public: bool,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub mission: String,
}

/// A unit in the directory.
#[derive(Clone, Debug)]
pub struct UnitView {
    /// Its id.
    pub id: UnitId,
    /// Its agency.
    pub agency: AgencyView,
    /// Its kind.
    pub kind: UnitKind,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub mission: String,
}

impl Work<'_, ReadSelf> {
    /// Who one is.
    pub fn myself(&mut self) -> Result<Myself, Halt> {
        let known = self.known()?;
        let units: Vec<UnitId> = known.duties.iter().map(|acting| acting.place.unit).collect();
        let names: Vec<(UnitId, String)> = unit::table
            .filter(unit::id.eq_any(units))
            .select((unit::id, unit::name))
            .load(self.database)?;
        let duties = known
            .duties
            .iter()
            .filter_map(|acting| {
                let (unit, name) = names.iter().find(|(id, _)| *id == acting.place.unit)?;
                Some(DutyView { unit: *unit, name: name.clone(), roles: acting.roles.clone() })
            })
            .collect();
        let agency = match known.principal.kind {
            PrincipalKind::Staff { agency, .. } => Some(agency),
            PrincipalKind::Citizen | PrincipalKind::Operator | PrincipalKind::Unknown => None,
        };
        Ok(Myself {
            id: (!known.principal.id.is_nil()).then_some(known.principal.id),
            agency,
            assurance: known.principal.assurance,
            roles: known.principal.duties.clone(),
            duties,
        })
    }
}

impl Work<'_, ListUnits> {
    /// The units of the agencies in one's own areas, by name.
    pub fn units(&mut self) -> Result<Vec<UnitView>, Halt> {
        let own = match self.facts().principal.kind {
            PrincipalKind::Staff { agency, .. } => agency,
            PrincipalKind::Citizen | PrincipalKind::Operator | PrincipalKind::Unknown => {
                AgencyId::nobody()
            }
        };
        let areas: Vec<AreaId> = agency_area::table
            .filter(agency_area::agency_id.eq(own))
            .select(agency_area::area_id)
            .load(self.database)?;
        let agencies: Vec<AgencyId> = agency_area::table
            .filter(agency_area::area_id.eq_any(areas))
            .select(agency_area::agency_id)
            .load(self.database)?;
        type Row = (UnitId, String, String, String, AgencyId, String, bool, String, String);
        let rows: Vec<Row> = unit::table
            .inner_join(agency::table)
            .filter(agency::id.eq_any(agencies))
            .order((agency::name, unit::name, unit::id))
            .limit(self.means.rows_max)
            .select((
                unit::id,
                unit::kind,
                unit::name,
                unit::mission,
                agency::id,
                agency::kind,
                agency::public,
                agency::name,
                agency::mission,
            ))
            .load(self.database)?;
        rows.into_iter()
            .map(|(id, kind, name, mission, agency, agency_kind, public, agency_name, purpose)| {
                Ok(UnitView {
                    id,
                    agency: AgencyView {
                        id: agency,
                        kind: AgencyKind::from_code(&agency_kind)?,
                        public,
                        name: agency_name,
                        mission: purpose,
                    },
                    kind: UnitKind::from_code(&kind)?,
                    name,
                    mission,
                })
            })
            .collect()
    }
}
