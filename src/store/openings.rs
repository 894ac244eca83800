//! Who has read an item through a publication: for whoever sent it wrong.
//!
//! **Invariant:** an opening is noted with the entry of the read, or there was no read.

use diesel::prelude::*;
use uuid::Uuid;

use super::error::Halt;
use super::schema::{duty, opened, publication, staff};
use super::sql::At;
use super::work::{Page, Work};
use crate::access::act::ListOpenings;
use crate::clock::Instant;
use crate::domain::agency::Role;
use crate::domain::ids::{EntryId, StaffId, UnitId};
use crate::domain::text::Coded;

/// A read through a publication.
#[derive(Clone, Debug)]
pub struct OpeningView {
    /// The entry that tells of it.
    pub entry: EntryId,
    /// Who read.
    pub reader: Uuid,
    /// Their name; none of a private person.
    pub name: Option<String>,
    /// Their role at the unit when they read.
    pub role: Option<Role>,
    /// The unit that it was published to.
    pub unit: Option<UnitId>,
    /// When.
    pub at: Instant,
}

impl Work<'_, ListOpenings> {
    /// Who has read through the publication, oldest first.
    pub fn openings(&mut self, page: Page) -> Result<Vec<OpeningView>, Halt> {
        let of = self.act().publication;
        let unit: Option<UnitId> =
            publication::table.find(of).select(publication::unit_id).first(self.database)?;
        let mut query = opened::table
            .filter(opened::publication_id.eq(of))
            .order(opened::entry_id)
            .limit(i64::try_from(page.limit).unwrap_or(i64::MAX))
            .select((opened::entry_id, opened::reader_id, opened::at))
            .into_boxed();
        if let Some(after) = page.after {
            query = query.filter(opened::entry_id.gt(EntryId::new(after)));
        }
        let rows: Vec<(EntryId, StaffId, At)> = query.load(self.database)?;
        rows.into_iter()
            .map(|(entry, reader, at)| self.opening(entry, reader, at.0, unit))
            .collect()
    }

    fn opening(
        &mut self,
        entry: EntryId,
        reader: StaffId,
        at: Instant,
        unit: Option<UnitId>,
    ) -> Result<OpeningView, Halt> {
        let name: Option<String> =
            staff::table.find(reader).select(staff::name).first(self.database).optional()?;
        let day = self.means.law.day_of(at);
        let role: Option<String> = duty::table
            .filter(duty::staff_id.eq(reader))
            .filter(duty::unit_id.eq(unit.unwrap_or(UnitId::nobody())))
            .filter(duty::from_date.le(day))
            .filter(duty::to_date.is_null().or(duty::to_date.ge(day)))
            .order(duty::id)
            .select(duty::role)
            .first(self.database)
            .optional()?;
        let role = role.map(|role| Role::from_code(&role)).transpose();
        let role = role.map_err(super::error::StoreError::from)?;
        Ok(OpeningView { entry, reader: reader.uuid(), name, role, unit, at })
    }
}
