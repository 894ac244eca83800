//! A decision as its entry tells of it, to whom may see the entry.
//!
//! **Invariant:** whoever acted is shown what they were told, and no record that was kept from
//! them; an auditor is shown what stands in their own agency's log.

use diesel::prelude::*;

use super::db::Database;
use super::disposals::disposed_end;
use super::error::{Halt, StoreError};
use super::schema::{ledger_entry, ledger_leaf};
use super::sequencer::{lines, sealed};
use super::telling::{self, About};
use super::work::Work;
use crate::access::act::ReadDecision;
use crate::access::facts::PrincipalKind;
use crate::domain::ids::{AgencyId, EntryId};
use crate::domain::obstacle::Obstacle;
use crate::ledger::{Header, Record};

/// An entry, as far as its reader may see it.
#[derive(Clone, Debug)]
pub struct DecisionView {
    /// What every agency concerned may know.
    pub header: Header,
    /// The records that are open to the reader, in their order. Facts are for auditors.
    pub records: Vec<Record>,
    /// Whether the reader is the one who acted.
    pub own: bool,
    /// Whether the rules in force are those that decided.
    pub in_force: bool,
}

/// An entry as it is stored.
#[derive(Clone, Debug, Default, Queryable)]
pub(super) struct Stored {
    /// Its place in the order of the ledger.
    pub seq: i64,
    /// The bytes of its header; none when they were erased.
    pub header: Vec<u8>,
    /// The bytes of its records.
    pub records: Vec<u8>,
}

/// The entry with this id, as it is stored.
pub(super) fn entry_of(database: &mut Database, id: EntryId) -> Result<Option<Stored>, StoreError> {
    Ok(ledger_entry::table
        .filter(ledger_entry::id.eq(id))
        .select((ledger_entry::seq, ledger_entry::header, ledger_entry::records))
        .first(database)
        .optional()?)
}

/// The place of an entry in `agency`'s log, if it stands there.
pub(super) fn place_in(
    database: &mut Database,
    agency: AgencyId,
    seq: i64,
) -> Result<Option<i64>, StoreError> {
    Ok(ledger_leaf::table
        .filter(ledger_leaf::seq.eq(seq).and(ledger_leaf::agency_id.eq(agency)))
        .select(ledger_leaf::position)
        .first(database)
        .optional()?)
}

impl Work<'_, ReadDecision> {
    /// The decision.
    pub fn decision(&mut self) -> Result<DecisionView, Halt> {
        let lost = || StoreError::Corrupt("an entry is missing".into());
        let stored = entry_of(self.database, self.act().entry)?.ok_or_else(lost)?;
        let own = self.facts().situation.own_act;
        let reader = match self.facts().principal.kind {
            PrincipalKind::Staff { agency, .. } => agency,
            PrincipalKind::Citizen | PrincipalKind::Operator | PrincipalKind::Unknown => {
                AgencyId::nobody()
            }
        };
        let place = place_in(self.database, reader, stored.seq)?;
        let end = disposed_end(self.database, reader)?;
        if stored.header.is_empty() || place.is_some_and(|place| place < end) {
            return Err(Obstacle::Disposed.into());
        }
        let (header, _) = Header::parse(&stored.header).map_err(StoreError::from)?;
        let resource = telling::target(self.act());
        self.about = Some(About { resource, subject: header.subject, case: header.case });
        let mut open = Vec::new();
        for bytes in lines(&stored.records) {
            let record = Record::parse(bytes).map_err(StoreError::from)?;
            // Nobody reviews themselves: whoever acted sees what the act showed, and no more.
            if own && record.open_to_actor {
                // Whose thing it was tells where the child is known.
                let hidden = self.permit.redacts();
                let agency = if hidden { AgencyId::nobody() } else { record.agency };
                open.push(Record { facts: None, agency, ..record });
            } else if !own && sealed(bytes)?.is_open_to(reader, header.actor.agency) {
                open.push(record);
            }
        }
        let in_force = header.policy == self.means.policy.digest();
        Ok(DecisionView { header, records: open, own, in_force })
    }
}
