//! Facts of an access extract: how its asker stands to the child today, and whose log it is from.

use diesel::prelude::*;

use super::child::ChildFacts;
use super::{Gather, Gathering, Known};
use crate::access::act::{
    AskAccessExtract, DecideAccessExtract, PrepareAccessExtract, PrintAccessExtract,
    ReadAccessExtract,
};
use crate::access::facts::{Facts, Kin, Resource, Situation};
use crate::domain::agency::Role;
use crate::domain::category::Category;
use crate::domain::consent::ConsentKind;
use crate::domain::ids::{AccessExtractId, AgencyId, CaseId, ChildId, PersonId, UnitId};
use crate::store::error::StoreError;
use crate::store::schema::{access_extract, case_file};

impl Gather for AskAccessExtract {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let known = gathering.known()?;
        let child = gathering.child(self.child, &known)?;
        let guardians = gathering.guardians(self.child)?;
        let kin = if self.asker == PersonId::nobody() {
            None
        } else if child.found && self.asker == self.child {
            Some(Kin::Child)
        } else if guardians.contains(&self.asker) {
            Some(Kin::Guardian)
        } else {
            Some(Kin::Other)
        };
        let barred = gathering.barred(&child, self.asker)?;
        let mut facts = gathering.extract(self.agency, &child, &known)?;
        facts.resource.id = Some(self.child.uuid());
        facts.situation.recipient_person = kin;
        facts.situation.recipient_hidden = barred;
        // Whoever takes a request down on paper has the child's id from the log that they review.
        facts.aware |= reviews(&facts) && child.found;
        Ok(facts)
    }
}

macro_rules! gather_extract {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                gathering.asked_extract(self.extract)
            }
        }
    )+ };
}
gather_extract!(PrepareAccessExtract, DecideAccessExtract, ReadAccessExtract, PrintAccessExtract);

impl Gathering<'_> {
    fn asked_extract(&mut self, id: AccessExtractId) -> Result<Facts, StoreError> {
        let known = self.known()?;
        let row: Option<(AgencyId, ChildId, PersonId)> = access_extract::table
            .find(id)
            .select((access_extract::agency_id, access_extract::child_id, access_extract::asker_id))
            .first(self.database)
            .optional()?;
        let (agency, child, asker) =
            row.unwrap_or((AgencyId::nobody(), ChildId::nobody(), PersonId::nobody()));
        let child = self.child(child, &known)?;
        let mut facts = self.extract(agency, &child, &known)?;
        let own = row.is_some() && known.person() == asker && asker != PersonId::nobody();
        facts.resource.id = Some(id.uuid());
        facts.situation.own_act = own;
        facts.aware = own || (row.is_some() && reviews(&facts));
        Ok(facts)
    }

    /// What is told of `child` from the log of `agency`, as it stands to `known`.
    fn extract(
        &mut self,
        agency: AgencyId,
        child: &ChildFacts,
        known: &Known,
    ) -> Result<Facts, StoreError> {
        let owner = self.agency(agency)?;
        let reviewer = known.duties.iter().find(|acting| acting.roles.contains(&Role::Auditor));
        let through: Option<UnitId> = reviewer.map(|acting| acting.place.unit);
        let situation = child.situation(known);
        Ok(Facts {
            now: self.now,
            principal: known.acting_at(through),
            resource: Resource {
                id: None,
                owner,
                category: owner.map(|_| Category::Log),
                child: child.found.then_some(child.id),
                case: None,
            },
            situation: Situation {
                own_agency: owner.is_some() && known.belongs_to(agency),
                hidden: self.barred(child, known.person())?,
                disposes: self.disposes_anywhere(child)?,
                ..situation
            },
            aware: child.situation(known).themself || child.situation(known).guardian,
            seen: child.seen(),
        })
    }

    /// Whether `person` is kept out of any matter of the child's today. The log tells of all.
    fn barred(&mut self, child: &ChildFacts, person: PersonId) -> Result<bool, StoreError> {
        let mut barred = false;
        for case in self.cases_of(child)? {
            barred |= self.bars(case, child, person)?.matter;
        }
        Ok(barred)
    }

    /// Whether the child decides alone in any of its matters, or would by its age in the first.
    fn disposes_anywhere(&mut self, child: &ChildFacts) -> Result<bool, StoreError> {
        let mut cases = self.cases_of(child)?;
        if cases.is_empty() {
            cases.push(CaseId::nobody());
        }
        for case in cases {
            if self.disposes(case, child, ConsentKind::Waiver)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn cases_of(&mut self, child: &ChildFacts) -> Result<Vec<CaseId>, StoreError> {
        Ok(case_file::table
            .filter(case_file::child_id.eq(child.id))
            .order(case_file::id)
            .select(case_file::id)
            .load(self.database)?)
    }
}

/// Whether the principal reviews the log of the agency that owns the extract.
fn reviews(facts: &Facts) -> bool {
    facts.situation.own_agency && facts.principal.duties.contains(&Role::Auditor)
}
