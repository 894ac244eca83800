//! Whether the agencies that have policies of their own are there.
//!
//! **Invariant:** it tells ids of agencies that somebody else named first, and nothing else.

use diesel::prelude::*;

use super::db::{Database, DatabaseError};
use super::door::Store;
use super::error::StoreError;
use super::schema::agency;
use crate::domain::ids::AgencyId;

impl Store {
    /// Those agencies with policies of their own that the register does not know.
    ///
    /// # Errors
    /// [`StoreError::Database`]
    pub fn unknown_agencies(&self) -> Result<Vec<AgencyId>, StoreError> {
        let named = self.inner.means.policy.agencies();
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let mut connection = self.inner.readers.get().map_err(DatabaseError::from)?;
        let database: &mut Database = &mut connection;
        let known: Vec<AgencyId> = agency::table
            .filter(agency::id.eq_any(named.to_vec()))
            .select(agency::id)
            .load(database)?;
        Ok(named.iter().copied().filter(|agency| !known.contains(agency)).collect())
    }
}
