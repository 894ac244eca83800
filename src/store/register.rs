//! Loading the authorities' own registers: who works where, which children there are.

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::error::Halt;
use super::protection::shown_name;
use super::schema::{
    about, agency, agency_area, area, custody, duty, enrolment, identity_number, person, power,
    staff, unit, unit_serves,
};
use super::work::Work;
use crate::access::act::ImportRegister;
use crate::domain::agency::{AgencyKind, Role, SecrecyRegime, UnitKind};
use crate::domain::child::{ConflictKind, Protection};
use crate::domain::givers::Custodian;
use crate::domain::identity_number::IdentityNumber;
use crate::domain::ids::{AgencyId, AreaId, PersonId, StaffId, UnitId};
use crate::domain::text::Coded;

/// What is loaded at once. What is known by its id already stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Register {
    /// Marks the database as this kind of installation's, for example `demo`.
    pub made_by: Option<String>,
    /// Areas.
    pub areas: Vec<AreaEntry>,
    /// Agencies.
    pub agencies: Vec<AgencyEntry>,
    /// Units.
    pub units: Vec<UnitEntry>,
    /// Staff.
    pub staff: Vec<StaffEntry>,
    /// Children and guardians.
    pub persons: Vec<PersonEntry>,
}

/// A collaboration area.
#[derive(Clone, Debug)]
pub struct AreaEntry {
    /// Its id.
    pub id: AreaId,
    /// Its name.
    pub name: String,
}

/// An agency.
#[derive(Clone, Debug)]
pub struct AgencyEntry {
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
    /// The areas in which it works.
    pub areas: Vec<AreaId>,
}

/// A unit.
#[derive(Clone, Debug)]
pub struct UnitEntry {
    /// Its id.
    pub id: UnitId,
    /// Its agency.
    pub agency: AgencyId,
    /// Its kind.
    pub kind: UnitKind,
    /// The secrecy that its information stands under.
    pub regime: SecrecyRegime,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub mission: String,
    /// The units whose pupils are its own, too.
    pub serves: Vec<UnitId>,
}

/// A member of staff.
#[derive(Clone, Debug)]
pub struct StaffEntry {
    /// Their id.
    pub id: StaffId,
    /// Their agency.
    pub agency: AgencyId,
    /// The issuer that vouches for them.
    pub issuer: String,
    /// Who they are to that issuer.
    pub subject: String,
    /// The name that the ledger shows.
    pub name: String,
    /// What they do where.
    pub duties: Vec<DutyEntry>,
}

/// A duty.
#[derive(Clone, Debug)]
pub struct DutyEntry {
    /// Where.
    pub unit: UnitId,
    /// What.
    pub role: Role,
    /// From which day.
    pub from: NaiveDate,
    /// To which day, if it is known.
    pub to: Option<NaiveDate>,
}

/// A child or a guardian.
#[derive(Clone, Debug)]
pub struct PersonEntry {
    /// Their id.
    pub id: PersonId,
    /// The area that they belong to.
    pub area: AreaId,
    /// What they are called on screen.
    pub display_name: String,
    /// The date of birth.
    pub birth_date: Option<NaiveDate>,
    /// How their identity is protected.
    pub protection: Protection,
    /// Their identity number, for the vault.
    pub number: Option<IdentityNumber>,
    /// Where a child is enrolled, from which day.
    pub enrolled: Vec<(UnitId, NaiveDate)>,
    /// Who has custody of a child.
    pub guardians: Vec<GuardianEntry>,
    /// Who may act for a child, or for one of its guardians.
    pub powers: Vec<PowerEntry>,
    /// Staff with a conflict of interest, and why.
    pub conflicts: Vec<(StaffId, ConflictKind)>,
    /// Staff who handle a protected identity.
    pub handlers: Vec<StaffId>,
}

/// Somebody with custody of a child.
#[derive(Clone, Debug)]
pub struct GuardianEntry {
    /// Who.
    pub person: PersonId,
    /// How they came to decide.
    pub custodian: Custodian,
    /// From which day.
    pub from: NaiveDate,
    /// To which day, if it is known.
    pub to: Option<NaiveDate>,
}

/// A power to act for a child, or for one of its guardians.
#[derive(Clone, Debug)]
pub struct PowerEntry {
    /// Who may act.
    pub holder: PersonId,
    /// For whom.
    pub acts_for: PersonId,
    /// From which day.
    pub from: NaiveDate,
    /// To which day. There is always one.
    pub to: NaiveDate,
}

/// Whether the row is there already.
macro_rules! known {
    ($work:ident, $row:expr) => {
        diesel::select(exists($row)).get_result::<bool>($work.database)?
    };
}

impl Work<'_, ImportRegister> {
    /// Loads it.
    pub fn load(&mut self, register: &Register) -> Result<(), Halt> {
        if let Some(made_by) = &register.made_by
            && !known!(self, about::table.find("made_by"))
        {
            diesel::insert_into(about::table)
                .values((about::name.eq("made_by"), about::value.eq(made_by)))
                .execute(self.database)?;
        }
        for entry in &register.areas {
            if !known!(self, area::table.find(entry.id)) {
                diesel::insert_into(area::table)
                    .values((area::id.eq(entry.id), area::name.eq(&entry.name)))
                    .execute(self.database)?;
            }
        }
        for entry in &register.agencies {
            self.load_agency(entry)?;
        }
        for entry in &register.units {
            self.load_unit(entry)?;
        }
        for entry in register.units.iter().filter(|entry| !entry.serves.is_empty()) {
            self.load_served(entry)?;
        }
        for entry in &register.staff {
            self.load_staff(entry)?;
        }
        for entry in &register.persons {
            self.load_person(entry)?;
        }
        for entry in &register.persons {
            self.load_relations(entry)?;
            self.load_walls(entry)?;
        }
        Ok(())
    }

    fn load_agency(&mut self, entry: &AgencyEntry) -> Result<(), Halt> {
        if !known!(self, agency::table.find(entry.id)) {
            diesel::insert_into(agency::table)
                .values((
                    agency::id.eq(entry.id),
                    agency::kind.eq(entry.kind.code()),
                    agency::public.eq(entry.public),
                    agency::name.eq(&entry.name),
                    agency::mission.eq(&entry.mission),
                ))
                .execute(self.database)?;
        }
        for area in &entry.areas {
            if !known!(self, agency_area::table.find((entry.id, *area))) {
                diesel::insert_into(agency_area::table)
                    .values((agency_area::agency_id.eq(entry.id), agency_area::area_id.eq(*area)))
                    .execute(self.database)?;
            }
        }
        Ok(())
    }

    fn load_unit(&mut self, entry: &UnitEntry) -> Result<(), Halt> {
        if !known!(self, unit::table.find(entry.id)) {
            diesel::insert_into(unit::table)
                .values((
                    unit::id.eq(entry.id),
                    unit::agency_id.eq(entry.agency),
                    unit::kind.eq(entry.kind.code()),
                    unit::regime.eq(entry.regime.code()),
                    unit::name.eq(&entry.name),
                    unit::mission.eq(&entry.mission),
                ))
                .execute(self.database)?;
        }
        Ok(())
    }

    fn load_served(&mut self, entry: &UnitEntry) -> Result<(), Halt> {
        for served in &entry.serves {
            if !known!(self, unit_serves::table.find((entry.id, *served))) {
                diesel::insert_into(unit_serves::table)
                    .values((unit_serves::unit_id.eq(entry.id), unit_serves::served_id.eq(*served)))
                    .execute(self.database)?;
            }
        }
        Ok(())
    }

    fn load_staff(&mut self, entry: &StaffEntry) -> Result<(), Halt> {
        if known!(self, staff::table.find(entry.id)) {
            return Ok(());
        }
        diesel::insert_into(staff::table)
            .values((
                staff::id.eq(entry.id),
                staff::agency_id.eq(entry.agency),
                staff::issuer.eq(&entry.issuer),
                staff::subject.eq(&entry.subject),
                staff::name.eq(&entry.name),
            ))
            .execute(self.database)?;
        for held in &entry.duties {
            diesel::insert_into(duty::table)
                .values((
                    duty::id.eq(self.means.clock.new_id::<StaffId>()),
                    duty::staff_id.eq(entry.id),
                    duty::unit_id.eq(held.unit),
                    duty::role.eq(held.role.code()),
                    duty::from_date.eq(held.from),
                    duty::to_date.eq(held.to),
                ))
                .execute(self.database)?;
        }
        Ok(())
    }

    fn load_person(&mut self, entry: &PersonEntry) -> Result<(), Halt> {
        if self.is_known(entry)? {
            return Ok(());
        }
        diesel::insert_into(person::table)
            .values((
                person::id.eq(entry.id),
                person::area_id.eq(entry.area),
                person::display_name.eq(shown_name(entry, entry.protection)),
                person::birth_date.eq(entry.birth_date),
                person::protection.eq(entry.protection.code()),
                person::version.eq(1),
            ))
            .execute(self.database)?;
        if let Some(number) = &entry.number {
            diesel::insert_into(identity_number::table)
                .values((
                    identity_number::digest.eq(self.means.vault.digest(number)),
                    identity_number::area_id.eq(entry.area),
                    identity_number::person_id.eq(entry.id),
                    identity_number::scheme.eq(number.scheme().name()),
                    identity_number::sealed.eq(self.means.vault.seal(number, entry.id)?),
                ))
                .execute(self.database)?;
        }
        Ok(())
    }

    /// Rows that name two persons, once all persons are there.
    fn load_relations(&mut self, entry: &PersonEntry) -> Result<(), Halt> {
        let child = entry.id;
        if known!(self, enrolment::table.filter(enrolment::child_id.eq(child)))
            || known!(self, custody::table.filter(custody::child_id.eq(child)))
        {
            return Ok(());
        }
        for (unit, from) in &entry.enrolled {
            diesel::insert_into(enrolment::table)
                .values((
                    enrolment::id.eq(self.means.clock.new_id::<PersonId>()),
                    enrolment::area_id.eq(entry.area),
                    enrolment::child_id.eq(child),
                    enrolment::unit_id.eq(*unit),
                    enrolment::from_date.eq(*from),
                ))
                .execute(self.database)?;
        }
        for guardian in &entry.guardians {
            diesel::insert_into(custody::table)
                .values((
                    custody::id.eq(self.means.clock.new_id::<PersonId>()),
                    custody::area_id.eq(entry.area),
                    custody::child_id.eq(child),
                    custody::guardian_id.eq(guardian.person),
                    custody::from_date.eq(guardian.from),
                    custody::to_date.eq(guardian.to),
                    custody::kind.eq(guardian.custodian.code()),
                ))
                .execute(self.database)?;
        }
        for held in &entry.powers {
            diesel::insert_into(power::table)
                .values((
                    power::id.eq(self.means.clock.new_id::<PersonId>()),
                    power::area_id.eq(entry.area),
                    power::child_id.eq(child),
                    power::holder_id.eq(held.holder),
                    power::for_id.eq(held.acts_for),
                    power::from_date.eq(held.from),
                    power::to_date.eq(held.to),
                ))
                .execute(self.database)?;
        }
        Ok(())
    }
}
