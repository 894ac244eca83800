//! Loading the authorities' own registers: who works where, which children there are.

use std::collections::BTreeSet;

use diesel::dsl::exists;
use diesel::prelude::*;

use super::error::Halt;
use super::protection::{Known, shown_name};
use super::register_entries::{AgencyEntry, PersonEntry, Register, StaffEntry, UnitEntry};
use super::schema::{
    about, agency, agency_area, area, custody, duty, enrolment, identity_number, person, power,
    staff, unit, unit_serves,
};
use super::telling::HOST;
use super::work::Work;
use crate::access::act::ImportRegister;
use crate::domain::ids::{PersonId, StaffId};
use crate::domain::obstacle::Obstacle;
use crate::domain::text::Coded;
use crate::ledger::Effect;

/// The most children that one import may touch: its entry names each, and must fit a line of an
/// export. Who has more loads them in parts.
const CHILDREN_MAX: usize = 10_000;

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
        let mut touched = BTreeSet::new();
        for entry in &register.persons {
            if self.load_person(entry)? {
                touched.insert(entry.id);
            }
        }
        for entry in &register.persons {
            let (relations, walls) = (self.load_relations(entry)?, self.load_walls(entry)?);
            if relations || walls {
                touched.insert(entry.id);
            }
        }
        let children = register.persons.iter().filter(|it| it.is_child());
        let touched: Vec<_> = children.filter(|it| touched.contains(&it.id)).collect();
        if touched.len() > CHILDREN_MAX {
            return Err(Obstacle::State { why: "register_too_large" }.into());
        }
        touched.into_iter().try_for_each(|entry| self.tell(entry))
    }

    /// Tells the agencies where a child is enrolled, or else the host, that it was entered or what is
    /// known of it was added to.
    fn tell(&mut self, entry: &PersonEntry) -> Result<(), Halt> {
        let mut owners = BTreeSet::new();
        for (unit, _) in &entry.enrolled {
            owners.insert(self.agency_of(*unit)?);
        }
        if owners.is_empty() {
            owners.insert(HOST);
        }
        for owner in owners {
            let child = ("Child", entry.id.uuid());
            self.touched_of(Some(entry.id), owner, child, Effect::Changed);
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

    /// Whether the person is new, or better protected than before.
    fn load_person(&mut self, entry: &PersonEntry) -> Result<bool, Halt> {
        match self.known_person(entry)? {
            Known::Not => {}
            Known::AsItWas => return Ok(false),
            Known::Raised => return Ok(true),
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
        Ok(true)
    }

    /// Rows that name two persons, once all persons are there; tells whether there was one to add.
    fn load_relations(&mut self, entry: &PersonEntry) -> Result<bool, Halt> {
        let child = entry.id;
        if known!(self, enrolment::table.filter(enrolment::child_id.eq(child)))
            || known!(self, custody::table.filter(custody::child_id.eq(child)))
        {
            return Ok(false);
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
        Ok(!(entry.enrolled.is_empty() && entry.guardians.is_empty() && entry.powers.is_empty()))
    }
}
