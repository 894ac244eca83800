//! Who asks, as the register knows them.

use chrono::Timelike as _;
use diesel::prelude::*;
use uuid::Uuid;

use super::Gathering;
use crate::access::facts::{Acting, Principal, PrincipalKind};
use crate::domain::agency::{AgencyKind, Place, Role, SecrecyRegime, UnitKind};
use crate::domain::ids::{AgencyId, AreaId, PersonId, StaffId, UnitId};
use crate::domain::text::Coded;
use crate::identity::Who;
use crate::store::db::{self, Database};
use crate::store::error::StoreError;
use crate::store::schema::{agency, agency_area, duty, identity_number, staff, unit};

/// The level of assurance at which those who read usually sign in.
const USUAL_ASSURANCE: u8 = 3;

/// A principal and today's duties.
#[derive(Clone, Debug)]
pub struct Known {
    /// As the decision sees them; not yet acting through any unit.
    pub principal: Principal,
    /// Units and the roles held there today.
    pub duties: Vec<Acting>,
}

impl Known {
    /// The duty at `unit`, if there is one today.
    pub fn at(&self, unit: UnitId) -> Option<&Acting> {
        self.duties.iter().find(|acting| acting.place.unit == unit)
    }

    /// The member of staff; nobody's id for others.
    pub fn staff(&self) -> StaffId {
        match self.principal.kind {
            PrincipalKind::Staff { .. } => StaffId::new(self.principal.id),
            PrincipalKind::Citizen | PrincipalKind::Operator | PrincipalKind::Unknown => {
                StaffId::nobody()
            }
        }
    }

    /// The private person; nobody's id for others.
    pub fn person(&self) -> PersonId {
        match self.principal.kind {
            PrincipalKind::Citizen => PersonId::new(self.principal.id),
            PrincipalKind::Staff { .. } | PrincipalKind::Operator | PrincipalKind::Unknown => {
                PersonId::nobody()
            }
        }
    }

    /// Whether the principal works for `agency`.
    pub fn belongs_to(&self, agency: AgencyId) -> bool {
        matches!(self.principal.kind, PrincipalKind::Staff { agency: own, .. } if own == agency)
    }

    /// The principal, acting through `unit` where there is a duty.
    pub fn acting_at(&self, unit: Option<UnitId>) -> Principal {
        let acting = unit.and_then(|unit| self.at(unit)).cloned();
        Principal { acting, ..self.principal.clone() }
    }
}

type PlaceRow = (UnitId, String, String, AgencyId, String, bool);

impl Gathering<'_> {
    /// Who asks. From here on the database shows the rows of their areas alone.
    pub fn known(&mut self) -> Result<Known, StoreError> {
        let (known, areas) = self.known_with_areas()?;
        db::see_areas(self.database, &areas)?;
        Ok(known)
    }

    fn known_with_areas(&mut self) -> Result<(Known, String), StoreError> {
        match self.actor.who() {
            Who::Staff { issuer, subject, agencies } => {
                let (issuer, subject, agencies) =
                    (issuer.clone(), subject.clone(), agencies.clone());
                let known = self.known_staff(&issuer, &subject, &agencies)?;
                let own = match known.principal.kind {
                    PrincipalKind::Staff { agency, .. } => agency,
                    PrincipalKind::Citizen | PrincipalKind::Operator | PrincipalKind::Unknown => {
                        AgencyId::nobody()
                    }
                };
                let areas: Vec<AreaId> = agency_area::table
                    .filter(agency_area::agency_id.eq(own))
                    .select(agency_area::area_id)
                    .load(self.database)?;
                Ok((known, braced(&areas)))
            }
            Who::Citizen { number, .. } => {
                let digest = self.means.vault.digest(number);
                let person: Option<(PersonId, AreaId)> = identity_number::table
                    .find(digest)
                    .select((identity_number::person_id, identity_number::area_id))
                    .first(self.database)
                    .optional()?;
                let known = self.plain(person.map(|(id, _)| (PrincipalKind::Citizen, id.uuid())));
                Ok((known, braced(person.map(|(_, area)| area).as_slice())))
            }
            Who::Operator => {
                let known = self.plain(Some((PrincipalKind::Operator, Uuid::nil())));
                Ok((known, db::EVERY_AREA.to_owned()))
            }
        }
    }

    /// An issuer speaks for its own agencies only: a subject registered with another agency is
    /// nobody.
    fn known_staff(
        &mut self,
        issuer: &str,
        subject: &str,
        agencies: &[AgencyId],
    ) -> Result<Known, StoreError> {
        let found: Option<(StaffId, String, AgencyId, String, bool)> = staff::table
            .inner_join(agency::table)
            .filter(staff::issuer.eq(issuer).and(staff::subject.eq(subject)))
            .filter(staff::agency_id.eq_any(agencies))
            .select((staff::id, staff::name, agency::id, agency::kind, agency::public))
            .first(self.database)
            .optional()?;
        let id = found.as_ref().map_or(StaffId::nobody(), |found| found.0);
        let duties = self.duties(id)?;
        let Some((id, name, agency, kind, public)) = found else {
            return Ok(Known { duties, ..self.plain(None) });
        };
        let kind =
            PrincipalKind::Staff { agency, agency_kind: AgencyKind::from_code(&kind)?, public };
        let principal = Principal {
            kind,
            id: id.uuid(),
            name: Some(name),
            assurance: self.actor.assurance(),
            acting: None,
            hour: self.hour(),
            duties: duties.iter().flat_map(|acting| acting.roles.iter().copied()).collect(),
        };
        Ok(Known { principal, duties })
    }

    /// A member of staff other than the one who asks, as they would sign in.
    pub fn colleague(&mut self, id: StaffId) -> Result<Known, StoreError> {
        let found: Option<(String, AgencyId, String, bool)> = staff::table
            .inner_join(agency::table)
            .filter(staff::id.eq(id))
            .select((staff::name, agency::id, agency::kind, agency::public))
            .first(self.database)
            .optional()?;
        let duties = self.duties(id)?;
        let Some((name, agency, kind, public)) = found else {
            return Ok(Known { duties, ..self.plain(None) });
        };
        let kind =
            PrincipalKind::Staff { agency, agency_kind: AgencyKind::from_code(&kind)?, public };
        let held = duties.iter().flat_map(|acting| acting.roles.iter().copied()).collect();
        let principal = Principal {
            kind,
            id: id.uuid(),
            name: Some(name),
            assurance: USUAL_ASSURANCE,
            duties: held,
            ..self.plain(None).principal
        };
        Ok(Known { principal, duties })
    }

    /// A private person other than the one who asks, as they would sign in.
    pub fn relative(&self, id: PersonId) -> Known {
        let known = self.plain(Some((PrincipalKind::Citizen, id.uuid())));
        let principal = Principal { assurance: USUAL_ASSURANCE, ..known.principal };
        Known { principal, ..known }
    }

    fn plain(&self, found: Option<(PrincipalKind, Uuid)>) -> Known {
        let (kind, id) = found.unwrap_or((PrincipalKind::Unknown, Uuid::nil()));
        let (assurance, hour) = (self.actor.assurance(), self.hour());
        let principal =
            Principal { kind, id, name: None, assurance, acting: None, hour, duties: Vec::new() };
        Known { principal, duties: Vec::new() }
    }

    fn hour(&self) -> u8 {
        let hour = self.now.with_timezone(&self.means.law.time_zone).hour();
        u8::try_from(hour).unwrap_or_default()
    }

    fn duties(&mut self, who: StaffId) -> Result<Vec<Acting>, StoreError> {
        let today = self.today;
        let rows: Vec<(String, PlaceRow)> = duty::table
            .inner_join(unit::table.inner_join(agency::table))
            .filter(duty::staff_id.eq(who).and(duty::from_date.le(today)))
            .filter(duty::to_date.is_null().or(duty::to_date.ge(today)))
            .order(duty::id)
            .select((duty::role, place_columns()))
            .load(self.database)?;
        let mut duties: Vec<Acting> = Vec::new();
        for (role, place) in rows {
            let (role, place) = (Role::from_code(&role)?, read_place(place)?);
            match duties.iter_mut().find(|acting| acting.place.unit == place.unit) {
                Some(acting) => acting.roles.push(role),
                None => duties.push(Acting { place, roles: vec![role] }),
            }
        }
        Ok(duties)
    }
}

/// Ids as PostgreSQL writes an array.
fn braced(areas: &[AreaId]) -> String {
    let ids: Vec<String> = areas.iter().map(AreaId::to_string).collect();
    format!("{{{}}}", ids.join(","))
}

type PlaceColumns = (unit::id, unit::kind, unit::regime, agency::id, agency::kind, agency::public);

const fn place_columns() -> PlaceColumns {
    (unit::id, unit::kind, unit::regime, agency::id, agency::kind, agency::public)
}

fn read_place(row: PlaceRow) -> Result<Place, StoreError> {
    let (unit, unit_kind, regime, agency, agency_kind, public) = row;
    Ok(Place {
        unit,
        unit_kind: UnitKind::from_code(&unit_kind)?,
        agency,
        agency_kind: AgencyKind::from_code(&agency_kind)?,
        public,
        regime: SecrecyRegime::from_code(&regime)?,
    })
}

/// A unit as others need to know it; `None` when there is no such unit.
pub fn place_of(database: &mut Database, id: UnitId) -> Result<Option<Place>, StoreError> {
    Ok(places_of(database, &[id])?.into_iter().next())
}

/// Those of `units` that exist.
pub fn places_of(database: &mut Database, units: &[UnitId]) -> Result<Vec<Place>, StoreError> {
    let rows: Vec<PlaceRow> = unit::table
        .inner_join(agency::table)
        .filter(unit::id.eq_any(units))
        .select(place_columns())
        .load(database)?;
    rows.into_iter().map(read_place).collect()
}
