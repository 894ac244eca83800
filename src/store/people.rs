//! Children as they are found and entered.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::error::{Halt, StoreError};
use super::schema::{agency_area, enrolment, named_handler, person};
use super::work::Work;
use crate::access::act::{FindChild, RegisterChild};
use crate::domain::child::{Child, Protection, pseudonym};
use crate::domain::ids::{AreaId, ChildId};
use crate::domain::text::Coded;
use crate::ledger::Effect;

/// A child without an identity number, as it is entered.
#[derive(Clone, Debug)]
pub struct ChildDraft {
    /// What the child is called on screen.
    pub display_name: String,
    /// The date of birth, if it is born.
    pub birth_date: Option<NaiveDate>,
    /// When it is expected, if it is not.
    pub expected_birth: Option<NaiveDate>,
    /// How its identity is protected.
    pub protection: Protection,
}

impl Work<'_, FindChild> {
    /// The child that was sought.
    pub fn found(&mut self) -> Result<Child, Halt> {
        let id = self
            .facts()
            .resource
            .child
            .ok_or_else(|| StoreError::Corrupt("a permit for no child".into()))?;
        let (display_name, birth_date, expected_birth, protection): (
            String,
            Option<NaiveDate>,
            Option<NaiveDate>,
            String,
        ) = person::table
            .find(id)
            .select((
                person::display_name,
                person::birth_date,
                person::expected_birth,
                person::protection,
            ))
            .first(self.database)?;
        let protection = Protection::from_code(&protection)?;
        Ok(Child { id, display_name, birth_date, expected_birth, protection })
    }
}

impl Work<'_, RegisterChild> {
    /// Enters the child with the unit that answers for it.
    pub fn register(&mut self, draft: &ChildDraft) -> Result<Child, Halt> {
        let unit = self.act().unit;
        let agency = self.agency_of(unit)?;
        // Where an agency works in several areas, the child belongs to the first until moved.
        let area: AreaId = agency_area::table
            .filter(agency_area::agency_id.eq(agency))
            .order(agency_area::area_id)
            .select(agency_area::area_id)
            .first(self.database)?;
        let id: ChildId = self.means.clock.new_id();
        let today = self.means.law.day_of(self.now());
        let protected = draft.protection != Protection::None;
        let display_name = if protected { pseudonym(id, true) } else { draft.display_name.clone() };
        diesel::insert_into(person::table)
            .values((
                person::id.eq(id),
                person::area_id.eq(area),
                person::display_name.eq(&display_name),
                person::birth_date.eq(draft.birth_date),
                person::expected_birth.eq(draft.expected_birth),
                person::protection.eq(draft.protection.code()),
                person::version.eq(1),
            ))
            .execute(self.database)?;
        diesel::insert_into(enrolment::table)
            .values((
                enrolment::id.eq(self.means.clock.new_id::<ChildId>()),
                enrolment::area_id.eq(area),
                enrolment::child_id.eq(id),
                enrolment::unit_id.eq(unit),
                enrolment::from_date.eq(today),
            ))
            .execute(self.database)?;
        if protected {
            // Somebody must reach the child, and whoever enters it does.
            diesel::insert_into(named_handler::table)
                .values((
                    named_handler::staff_id.eq(self.staff()),
                    named_handler::person_id.eq(id),
                    named_handler::area_id.eq(area),
                ))
                .execute(self.database)?;
        }
        self.enters(id, Effect::Changed);
        Ok(Child {
            id,
            display_name,
            birth_date: draft.birth_date,
            expected_birth: draft.expected_birth,
            protection: draft.protection,
        })
    }
}
