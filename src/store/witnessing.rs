//! What witnesses are shown of a log, and what they sign.
//!
//! A witness gets checkpoints and proofs, which hold hashes alone, and is told of nothing that was
//! done. No act leads here: it is the service's own work, as the sequencer's is.
//!
//! **Invariant:** cosignatures are only ever added, and never hold up a checkpoint.

use std::sync::PoisonError;

use diesel::prelude::*;

use super::db::{self, Database};
use super::door::Store;
use super::error::StoreError;
use super::log_keys;
use super::means::blocking;
use super::schema::{ledger_checkpoint, ledger_cosignature};
use super::sequencer::{count, position, tip};
use super::sql::At;
use super::tiles::consistency_between;
use crate::clock::Instant;
use crate::domain::ids::AgencyId;
use crate::ledger::Hash;

/// A log's newest checkpoint.
#[derive(Clone, Debug)]
pub struct Head {
    /// The agency.
    pub agency: AgencyId,
    /// How many leaves the log had.
    pub size: u64,
    /// When it was signed.
    pub at: Instant,
    /// The signed note.
    pub note: String,
}

/// How a log stands with one of its witnesses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessState {
    /// The agency.
    pub agency: AgencyId,
    /// The witness's name.
    pub witness: String,
    /// How many leaves the checkpoint had that it cosigned last; 0 if it never did.
    pub size: u64,
    /// When it did.
    pub cosigned_at: Option<Instant>,
    /// What was wrong when it was asked last.
    pub trouble: Option<Trouble>,
}

/// What can be wrong with a witness, or be found by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It doesn't answer, or not as a witness should.
    Silent,
    /// It doesn't know the log or its key.
    Stranger,
    /// It has cosigned what this log never was: there are two logs of one name, or this one was put
    /// back to an older state.
    Fork,
}

impl Store {
    /// The logs that are signed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn heads(&self) -> Result<Vec<Head>, StoreError> {
        self.look(|database| {
            let agencies: Vec<AgencyId> = ledger_checkpoint::table
                .select(ledger_checkpoint::agency_id)
                .distinct()
                .load(database)?;
            agencies.into_iter().filter_map(|agency| head(database, agency).transpose()).collect()
        })
        .await
    }

    /// A log's newest checkpoint, if one is signed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn head(&self, agency: AgencyId) -> Result<Option<Head>, StoreError> {
        self.look(move |database| head(database, agency)).await
    }

    /// The checkpoint that `witness` cosigned last: its size, and when.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn cosigned(
        &self,
        agency: AgencyId,
        witness: String,
    ) -> Result<Option<(u64, Instant)>, StoreError> {
        self.look(move |database| {
            let newest: Option<(i64, At)> = ledger_cosignature::table
                .filter(ledger_cosignature::agency_id.eq(agency))
                .filter(ledger_cosignature::witness.eq(witness))
                .order((ledger_cosignature::size.desc(), ledger_cosignature::at.desc()))
                .select((ledger_cosignature::size, ledger_cosignature::cosigned_at))
                .first(database)
                .optional()?;
            newest.map(|(size, at)| Ok((count(size)?, at.0))).transpose()
        })
        .await
    }

    /// Shows that the log with `to` leaves grew out of what it was with `from`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn proof_between(
        &self,
        agency: AgencyId,
        from: u64,
        to: u64,
    ) -> Result<Vec<Hash>, StoreError> {
        self.look(move |database| consistency_between(database, agency, from, to)).await
    }

    /// The notes by which the log's keys hand over to each other, in their order.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn successions(&self, agency: AgencyId) -> Result<Vec<String>, StoreError> {
        self.look(move |database| log_keys::successions(database, agency)).await
    }

    /// Keeps what `witness` signed below a checkpoint.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn keep_cosignature(
        &self,
        head: Head,
        witness: String,
        line: String,
        time: Instant,
    ) -> Result<(), StoreError> {
        self.write(move |database| {
            let size = position(head.size)?;
            let place = (head.agency, size, At(head.at), witness.clone());
            let kept = ledger_cosignature::table.find(place);
            // Two servers may ask the same witness about the same checkpoint.
            if diesel::select(diesel::dsl::exists(kept)).get_result(database)? {
                return Ok(());
            }
            diesel::insert_into(ledger_cosignature::table)
                .values((
                    ledger_cosignature::agency_id.eq(head.agency),
                    ledger_cosignature::size.eq(size),
                    ledger_cosignature::at.eq(At(head.at)),
                    ledger_cosignature::witness.eq(witness),
                    ledger_cosignature::line.eq(line),
                    ledger_cosignature::cosigned_at.eq(At(time)),
                ))
                .execute(database)?;
            Ok(())
        })
        .await
    }

    /// Notes how a log stands with a witness, for whoever watches the service.
    pub fn note_witness(&self, state: WitnessState) {
        let mut states = self.inner.witnesses.lock().unwrap_or_else(PoisonError::into_inner);
        states.insert((state.agency, state.witness.clone()), state);
    }

    /// How the logs stand with their witnesses, as far as these were asked since the start.
    pub fn witness_states(&self) -> Vec<WitnessState> {
        let states = self.inner.witnesses.lock().unwrap_or_else(PoisonError::into_inner);
        states.values().cloned().collect()
    }

    async fn look<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Database) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = self.inner.clone();
        blocking(move || db::on_any(&inner.readers, db::Begun::Reading, job)).await
    }
}

fn head(database: &mut Database, agency: AgencyId) -> Result<Option<Head>, StoreError> {
    let tip = tip(database, agency)?;
    let (Some(note), Some(at)) = (tip.note, tip.at) else { return Ok(None) };
    Ok(Some(Head { agency, size: tip.range.end(), at, note }))
}
