//! Facts of an emergency opening, of its review, and of a notice.

use diesel::prelude::*;
use serde_json::Value;

use super::case::CaseFacts;
use super::{Gather, Gathering, Known, number_sought, place_of};
use crate::access::act::{
    BreakGlass, BreakGlassByNumber, ReadBreakGlass, ReadNotice, ReviewBreakGlass,
};
use crate::access::facts::{Facts, Principal, PrincipalKind, Resource, Situation};
use crate::domain::agency::Role;
use crate::domain::category::Category;
use crate::domain::emergency;
use crate::domain::ground::Ground;
use crate::domain::ids::{AgencyId, BreakGlassId, CaseId, ChildId, PersonId, StaffId, UnitId};
use crate::store::error::StoreError;
use crate::store::schema::{break_glass, case_file, identity_number, notice, party, unit};
use crate::store::sql::At;
use crate::store::vault::Vault;

impl Gather for BreakGlass {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let known = gathering.known()?;
        let case = gathering.case(self.case, &known)?;
        Ok(opening_facts(gathering, &known, &case, self.ground, self.reasoned))
    }
}

impl Gather for BreakGlassByNumber {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let known = gathering.known()?;
        let digest = gathering.means.vault.digest(&self.number);
        let child: Option<PersonId> = identity_number::table
            .find(digest)
            .select(identity_number::person_id)
            .first(gathering.database)
            .optional()?;
        let case = gathering.open_case(child.unwrap_or(PersonId::nobody()), &known)?;
        let case = gathering.case(case, &known)?;
        let mut facts = opening_facts(gathering, &known, &case, self.ground, self.reasoned);
        // A search names no target: what was sought is not told, only what was found.
        facts.resource.id = facts.resource.case.map(CaseId::uuid);
        Ok(facts)
    }

    fn terms(&self, vault: &Vault, principal: &Principal) -> Option<Value> {
        Some(number_sought(vault, principal, &self.number))
    }
}

macro_rules! gather_opening {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                gathering.opening(self.opening)
            }
        }
    )+ };
}
gather_opening!(ReadBreakGlass, ReviewBreakGlass);

impl Gather for ReadNotice {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let known = gathering.known()?;
        let row: Option<(UnitId, ChildId, CaseId)> = notice::table
            .find(self.notice)
            .select((notice::unit_id, notice::child_id, notice::case_id))
            .first(gathering.database)
            .optional()?;
        let (unit, child, case) =
            row.unwrap_or((UnitId::nobody(), ChildId::nobody(), CaseId::nobody()));
        let child = gathering.child(child, &known)?;
        let place = place_of(gathering.database, unit)?;
        let inside = known.at(unit).is_some();
        Ok(Facts {
            now: gathering.now,
            principal: known.acting_at(Some(unit)),
            resource: Resource {
                id: Some(self.notice.uuid()),
                owner: place,
                category: None,
                child: child.found.then_some(child.id),
                case: place.map(|_| case),
            },
            situation: Situation { inside, own_agency: inside, ..child.situation(&known) },
            aware: inside,
            seen: child.seen(),
        })
    }
}

/// The facts of opening `case`, through the unit at which the principal holds an emergency role.
fn opening_facts(
    gathering: &Gathering<'_>,
    known: &Known,
    case: &CaseFacts,
    ground: Ground,
    reasoned: bool,
) -> Facts {
    let mut facts = case.facts(gathering, known);
    let entitled = known
        .duties
        .iter()
        .find(|acting| acting.roles.iter().any(|role| emergency::ROLES.contains(role)));
    if let Some(acting) = entitled {
        facts.principal = known.acting_at(Some(acting.place.unit));
    }
    facts.situation.ground = Some(ground);
    facts.situation.reasoned = reasoned;
    facts
}

impl Gathering<'_> {
    /// The child's newest open case in which the principal's agency takes part; of several, one
    /// that they have not opened yet.
    fn open_case(&mut self, child: ChildId, known: &Known) -> Result<CaseId, StoreError> {
        let own = match known.principal.kind {
            PrincipalKind::Staff { agency, .. } => agency,
            PrincipalKind::Citizen | PrincipalKind::Operator | PrincipalKind::Unknown => {
                AgencyId::nobody()
            }
        };
        let cases: Vec<CaseId> = case_file::table
            .inner_join(party::table.inner_join(unit::table))
            .filter(case_file::child_id.eq(child).and(case_file::closed_at.is_null()))
            .filter(party::standing.eq_any(["active", "read_only"]))
            .filter(unit::agency_id.eq(own))
            .order(case_file::id.desc())
            .select(case_file::id)
            .load(self.database)?;
        let opened: Vec<CaseId> = break_glass::table
            .filter(break_glass::staff_id.eq(known.staff()))
            .filter(break_glass::child_id.eq(child))
            .filter(break_glass::until.gt(At(self.now)))
            .select(break_glass::case_id)
            .load(self.database)?;
        let new = cases.iter().find(|case| !opened.contains(case));
        Ok(new.or(cases.first()).copied().unwrap_or(CaseId::nobody()))
    }

    /// An opening is known to the auditors of the agency that made it, and of those that take part.
    fn opening(&mut self, id: BreakGlassId) -> Result<Facts, StoreError> {
        let known = self.known()?;
        let row: Option<(CaseId, AgencyId, StaffId)> = break_glass::table
            .find(id)
            .select((break_glass::case_id, break_glass::agency_id, break_glass::staff_id))
            .first(self.database)
            .optional()?;
        let (case, agency, staff) =
            row.unwrap_or((CaseId::nobody(), AgencyId::nobody(), StaffId::nobody()));
        let case = self.case(case, &known)?;
        let of_case = case.facts(self, &known);
        let owner = self.agency(agency)?;
        let reviewing = known.duties.iter().find(|acting| acting.roles.contains(&Role::Auditor));
        let own_agency = owner.is_some() && known.belongs_to(agency);
        let agency_party = of_case.situation.agency_party;
        Ok(Facts {
            now: self.now,
            principal: known.acting_at(reviewing.map(|acting| acting.place.unit)),
            resource: Resource {
                id: Some(id.uuid()),
                owner,
                category: owner.map(|_| Category::Log),
                child: of_case.resource.child,
                case: of_case.resource.case,
            },
            situation: Situation {
                own_agency,
                agency_party,
                own_act: owner.is_some() && staff == known.staff(),
                ..case.child.situation(&known)
            },
            aware: reviewing.is_some() && (own_agency || agency_party),
            seen: case.child.seen(),
        })
    }
}
