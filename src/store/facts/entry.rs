//! How somebody stands to an entry of the ledger: whether it tells of their own act, or stands in
//! the log that they review.

use super::{Gather, Gathering, Known};
use crate::access::act::ReadDecision;
use crate::access::facts::{Facts, PrincipalKind, Resource, Situation};
use crate::domain::agency::Role;
use crate::domain::category::Category;
use crate::domain::ids::AgencyId;
use crate::ledger::{ActorKind, ActorMark, Header, Record};
use crate::store::decisions::{Stored, entry_of, place_in};
use crate::store::error::StoreError;
use crate::store::sequencer::lines;

impl Gather for ReadDecision {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let known = gathering.known()?;
        let stored = entry_of(gathering.database, self.entry)?;
        let found = stored.is_some();
        let Stored { seq, header, records } = stored.unwrap_or_default();
        let agency = match known.principal.kind {
            PrincipalKind::Staff { agency, .. } => agency,
            PrincipalKind::Citizen | PrincipalKind::Operator | PrincipalKind::Unknown => {
                AgencyId::nobody()
            }
        };
        let (mut own, mut in_log) = (false, false);
        let mut children = Vec::new();
        if !header.is_empty() {
            let (header, _) = Header::parse(&header)?;
            own = is_of(&header.actor, &known);
            children.extend(header.subject);
            for bytes in lines(&records) {
                children.extend(Record::parse(bytes)?.child);
            }
            in_log = agency != AgencyId::nobody()
                && (header.actor.agency == Some(agency) || owns(&records, agency)?);
        } else if found {
            // What it told was disposed of. That it stood in the agency's log is still there.
            in_log = place_in(gathering.database, agency, seq)?.is_some();
        }
        let reviewing = known.duties.iter().find(|acting| acting.roles.contains(&Role::Auditor));
        let through = reviewing.or(known.duties.first()).map(|acting| acting.place.unit);
        let concerned = own || in_log;
        let owner = match concerned {
            true => gathering.agency(agency)?,
            false => None,
        };
        Ok(Facts {
            now: gathering.now,
            principal: known.acting_at(through),
            resource: Resource {
                id: Some(self.entry.uuid()),
                owner,
                category: owner.map(|_| Category::Log),
                ..Resource::default()
            },
            situation: Situation {
                own_act: own,
                own_agency: in_log,
                ..gathering.protected_among(&children, &known)?
            },
            aware: own || (in_log && reviewing.is_some()),
            seen: Vec::new(),
        })
    }
}

/// Whether an entry's actor is `known`.
fn is_of(actor: &ActorMark, known: &Known) -> bool {
    let kind = match known.principal.kind {
        PrincipalKind::Staff { .. } => ActorKind::Staff,
        PrincipalKind::Citizen => ActorKind::Citizen,
        // Nobody is told apart among them.
        PrincipalKind::Operator | PrincipalKind::Unknown => return false,
    };
    actor.kind == kind && actor.id == Some(known.principal.id)
}

/// Whether one of the stored records is `agency`'s.
fn owns(records: &[u8], agency: AgencyId) -> Result<bool, StoreError> {
    for bytes in lines(records) {
        if Record::parse(bytes)?.agency == agency {
            return Ok(true);
        }
    }
    Ok(false)
}
