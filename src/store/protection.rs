//! What an import may do to a protected identity (OSL 21:3–3 a, lagen 1991:483).
//!
//! **Invariant:** protection is raised and never lowered. A person with a new identity has one
//! number, so that no row of any table holds the old one beside the new (D05).

use diesel::dsl::exists;
use diesel::prelude::*;

use super::error::Halt;
use super::journal;
use super::register_entries::PersonEntry;
use super::schema::{conflict_of_interest, identity_number, named_handler, person};
use super::work::Work;
use crate::access::act::ImportRegister;
use crate::domain::child::{Protection, pseudonym};
use crate::domain::ids::PersonId;
use crate::domain::obstacle::Obstacle;
use crate::domain::text::Coded;

/// What `entry` is called on screen under `protection`: a pseudonym whatever the register says.
pub(super) fn shown_name(entry: &PersonEntry, protection: Protection) -> String {
    if protection == Protection::None {
        return entry.display_name.clone();
    }
    pseudonym(entry.id, entry.is_child())
}

/// How a person stood in the database before an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Not at all.
    Not,
    /// As well protected as the register wants it.
    AsItWas,
    /// Less protected than now.
    Raised,
}

impl Work<'_, ImportRegister> {
    /// Whether the person is there already. Protection that the register has raised is raised.
    pub(super) fn known_person(&mut self, entry: &PersonEntry) -> Result<Known, Halt> {
        let stored: Option<String> = person::table
            .find(entry.id)
            .select(person::protection)
            .first(self.database)
            .optional()?;
        let stored = stored.map(|word| Protection::from_code(&word)).transpose()?;
        self.check_number(entry, stored)?;
        if let Some(stored) = stored
            && stored < entry.protection
        {
            // Whoever reads the child just now decides again.
            journal::take(self.database, entry.id)?;
            diesel::update(person::table.find(entry.id))
                .set((
                    person::protection.eq(entry.protection.code()),
                    person::display_name.eq(shown_name(entry, entry.protection)),
                ))
                .execute(self.database)?;
            return Ok(Known::Raised);
        }
        Ok(stored.map_or(Known::Not, |_| Known::AsItWas))
    }

    /// Handlers and conflicts of interest are added to those that are there, and never taken away.
    /// Tells whether there was one to add.
    pub(super) fn load_walls(&mut self, entry: &PersonEntry) -> Result<bool, Halt> {
        let mut added = false;
        for (staff, kind) in &entry.conflicts {
            let row = conflict_of_interest::table.find((*staff, entry.id));
            if !diesel::select(exists(row)).get_result::<bool>(self.database)? {
                diesel::insert_into(conflict_of_interest::table)
                    .values((
                        conflict_of_interest::staff_id.eq(*staff),
                        conflict_of_interest::person_id.eq(entry.id),
                        conflict_of_interest::area_id.eq(entry.area),
                        conflict_of_interest::kind.eq(kind.code()),
                    ))
                    .execute(self.database)?;
                added = true;
            }
        }
        for staff in &entry.handlers {
            let row = named_handler::table.find((*staff, entry.id));
            if !diesel::select(exists(row)).get_result::<bool>(self.database)? {
                diesel::insert_into(named_handler::table)
                    .values((
                        named_handler::staff_id.eq(*staff),
                        named_handler::person_id.eq(entry.id),
                        named_handler::area_id.eq(entry.area),
                    ))
                    .execute(self.database)?;
                added = true;
            }
        }
        Ok(added)
    }

    /// One number is one person's; and whoever has a new identity has one number.
    fn check_number(
        &mut self,
        entry: &PersonEntry,
        stored: Option<Protection>,
    ) -> Result<(), Halt> {
        let Some(number) = &entry.number else { return Ok(()) };
        let field = "persons.identity_number";
        let holder: Option<PersonId> = identity_number::table
            .find(self.means.vault.digest(number))
            .select(identity_number::person_id)
            .first(self.database)
            .optional()?;
        match (holder, stored) {
            (Some(holder), _) if holder == entry.id => Ok(()),
            (Some(_), None) => {
                Err(Obstacle::Field { field, reason: "number_of_another_person" }.into())
            }
            (_, Some(stored)) if stored.max(entry.protection) == Protection::Fictitious => {
                Err(Obstacle::Field { field, reason: "new_identity_has_one_number" }.into())
            }
            // What is known already stays as it is.
            (Some(_) | None, _) => Ok(()),
        }
    }
}
