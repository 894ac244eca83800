//! Who asks, as the register knows them.

use std::sync::LazyLock;

use chrono::Timelike as _;
use diesel::prelude::*;
use uuid::Uuid;

use super::Gathering;
use crate::access::facts::{Acting, Principal, PrincipalKind};
use crate::domain::agency::{AgencyKind, Place, Role, SecrecyRegime, UnitKind};
use crate::domain::ids::{AgencyId, PersonId, StaffId, UnitId, kind};
use crate::domain::text::Coded;
use crate::identity::Who;
use crate::store::db::{self, Database};
use crate::store::error::StoreError;
use crate::store::prepared::{Statement, Text, Value};
use crate::store::rows::{Columns, Kind, Part, Rows, text};
use crate::store::schema::{agency, duty, staff, unit};

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

const ME: [Part; 3] = [
    Part {
        ids: &["me.id", "me.agency_id"],
        words: &["me.name", "me.kind"],
        flags: &["me.public"],
        ..Part::of(Kind::Asker, "me")
    },
    Part {
        ids: &["duty.id", "unit.id", "agency.id"],
        words: &["unit.kind", "unit.regime", "agency.kind", "duty.role"],
        flags: &["agency.public"],
        ..Part::of(
            Kind::Duty,
            "duty join unit on unit.id = duty.unit_id join agency on agency.id = unit.agency_id \
             where duty.staff_id = (select me.id from me) and duty.from_date <= $1 \
             and (duty.to_date is null or duty.to_date >= $1)",
        )
    },
    Part {
        words: &["{wall}"],
        ..Part::of(
            Kind::Area,
            "(select agency_area.area_id from agency_area \
             where agency_area.agency_id = (select me.agency_id from me)) seen",
        )
    },
];

const STAFF: &str = "with me as (select staff.id, staff.name, staff.agency_id, agency.kind, \
                     agency.public from staff join agency on agency.id = staff.agency_id \
                     where staff.issuer = $2 and staff.subject = $3 \
                     and staff.agency_id {in $4}) ";

const CITIZEN: [Part; 2] = [
    Part { ids: &["me.person_id", "me.area_id"], ..Part::of(Kind::Asker, "me") },
    Part { words: &["{wall}"], ..Part::of(Kind::Area, "(select me.area_id from me) seen") },
];

const PERSON: &str =
    "with me as (select person_id, area_id from identity_number where digest = $1) ";

/// Lets the transaction see these areas alone, while it tells who asks. SQLite has no such wall.
const WALL: (&str, &str, &str) = (
    "{wall}",
    "set_config('samsyn.areas', \
     '{' || coalesce(string_agg(seen.area_id::text, ','), '') || '}', true)",
    "max(null)",
);

struct WhoOfStaff;
struct WhoOfCitizens;

impl Statement for WhoOfStaff {
    type Columns = Columns;
    fn text() -> &'static Text {
        static TEXT: LazyLock<Text> = LazyLock::new(|| text(STAFF, &ME, &[WALL]));
        &TEXT
    }
}

impl Statement for WhoOfCitizens {
    type Columns = Columns;
    fn text() -> &'static Text {
        static TEXT: LazyLock<Text> = LazyLock::new(|| text(PERSON, &CITIZEN, &[WALL]));
        &TEXT
    }
}

impl Gathering<'_> {
    /// Who asks. From here on the database shows the rows of their areas alone. A reading act asks
    /// once.
    pub fn known(&mut self) -> Result<Known, StoreError> {
        if let Some(known) = self.album.known() {
            return Ok(known);
        }
        let actor = self.actor;
        let known = match actor.who() {
            Who::Staff { issuer, subject, agencies } => {
                // An issuer speaks for its own agencies only: a subject registered with another
                // agency is nobody.
                let (issuer, subject) = (Value::Word(issuer), Value::Word(subject));
                let values = [Value::Day(self.today), issuer, subject, Value::ids(agencies)];
                let rows = Rows::load::<WhoOfStaff>(self.database, &values)?;
                self.staff_in(&rows)?
            }
            Who::Citizen { number, .. } => {
                let digest = self.means.vault.digest(number);
                let values = [Value::Bytes(&digest)];
                let rows = Rows::load::<WhoOfCitizens>(self.database, &values)?;
                let found = rows.one(Kind::Asker).map(|row| row.id::<kind::Person>(0).uuid());
                self.plain(found.map(|id| (PrincipalKind::Citizen, id)))
            }
            Who::Operator => {
                db::see_areas(self.database, db::EVERY_AREA)?;
                self.plain(Some((PrincipalKind::Operator, Uuid::nil())))
            }
        };
        self.album.keep_known(&known);
        Ok(known)
    }

    fn staff_in(&self, rows: &Rows) -> Result<Known, StoreError> {
        let held = rows.of(Kind::Duty).map(|row| Ok((row.code::<Role>(3)?, row.place(1, 0, 0)?)));
        let duties = by_unit(held.collect::<Result<Vec<_>, StoreError>>()?);
        let Some(row) = rows.one(Kind::Asker) else {
            return Ok(Known { duties, ..self.plain(None) });
        };
        let agency_kind = row.code::<AgencyKind>(1)?;
        let kind = PrincipalKind::Staff { agency: row.id(1), agency_kind, public: row.flag(0) };
        let principal = Principal {
            kind,
            id: row.id::<kind::Staff>(0).uuid(),
            name: Some(row.word(0).to_owned()),
            assurance: self.actor.assurance(),
            acting: None,
            home: duties.first().cloned(),
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
        let principal = Principal {
            kind,
            id,
            name: None,
            assurance,
            acting: None,
            home: None,
            hour,
            duties: Vec::new(),
        };
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
        let held =
            rows.into_iter().map(|(role, place)| Ok((Role::from_code(&role)?, read_place(place)?)));
        Ok(by_unit(held.collect::<Result<Vec<_>, StoreError>>()?))
    }
}

/// The units, in the order of the duties there, and the roles held at each.
fn by_unit(held: Vec<(Role, Place)>) -> Vec<Acting> {
    let mut duties: Vec<Acting> = Vec::new();
    for (role, place) in held {
        match duties.iter_mut().find(|acting| acting.place.unit == place.unit) {
            Some(acting) => acting.roles.push(role),
            None => duties.push(Acting { place, roles: vec![role] }),
        }
    }
    duties
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
    let row: Option<PlaceRow> = unit::table
        .inner_join(agency::table)
        .filter(unit::id.eq(id))
        .select(place_columns())
        .get_result(database)
        .optional()?;
    row.map(read_place).transpose()
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
