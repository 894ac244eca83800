//! Facts of acts on a case and on what belongs to one: consents, plans.

use diesel::prelude::*;

use super::case::CaseFacts;
use super::{Gather, Gathering, Known};
use crate::access::act::{
    ActivatePlan, AnswerConsent, AnswerInvitation, AskConsent, AssignStaff, ConfirmPlan, DraftPlan,
    EditPlan, InviteParty, ListConsents, ListItems, ListPlans, ReadCase, ReadConsent, ReadPlan,
    WithdrawConsent, WriteAction, WriteItem,
};
use crate::access::facts::Facts;
use crate::domain::category::Category;
use crate::domain::ids::{CaseId, ConsentId, PersonId, PlanId};
use crate::store::error::StoreError;
use crate::store::facts::place_of;
use crate::store::schema::{consent, plan};

macro_rules! gather_case {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                let known = gathering.known()?;
                Ok(gathering.case(self.case, &known)?.facts(gathering, &known))
            }
        }
    )+ };
}
gather_case!(ReadCase, ListItems, ListConsents, ListPlans, DraftPlan, AskConsent);

macro_rules! gather_case_at_unit {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                let known = gathering.known()?;
                Ok(gathering.case(self.case, &known)?.facts_at(gathering, &known, self.unit))
            }
        }
    )+ };
}
gather_case_at_unit!(AnswerInvitation, AssignStaff);

macro_rules! gather_plan {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                let (known, case) = gathering.plan(self.plan)?;
                let facts = case.facts(gathering, &known);
                Ok(of_plan(facts, self.plan))
            }
        }
    )+ };
}
gather_plan!(ReadPlan, EditPlan, ActivatePlan);

macro_rules! gather_plan_at_unit {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                let (known, case) = gathering.plan(self.plan)?;
                // Only the unit through which one is assigned has a part of one's own.
                let mut facts = case.facts(gathering, &known);
                facts.situation.inside = case.through == Some(self.unit);
                Ok(of_plan(facts, self.plan))
            }
        }
    )+ };
}
gather_plan_at_unit!(WriteAction, ConfirmPlan);

impl Gather for WriteItem {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let known = gathering.known()?;
        let case = gathering.case(self.case, &known)?;
        let mut facts = case.facts(gathering, &known);
        facts.situation.inside = case.through == Some(self.unit);
        facts.resource.category = facts.resource.owner.map(|_| self.category);
        // What is written belongs to the writing unit, not to the case's coordinator.
        if facts.situation.inside {
            facts.resource.owner = known.at(self.unit).map(|acting| acting.place);
            facts.situation.own_agency = true;
        }
        Ok(facts)
    }
}

impl Gather for InviteParty {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let known = gathering.known()?;
        let mut facts = gathering.case(self.case, &known)?.facts(gathering, &known);
        facts.situation.recipient = place_of(gathering.database, self.unit)?;
        Ok(facts)
    }
}

impl Gather for ReadConsent {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        gathering.consent(self.consent, PersonId::nobody())
    }
}

impl Gather for AnswerConsent {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        gathering.consent(self.consent, self.giver)
    }
}

impl Gather for WithdrawConsent {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        gathering.consent(self.consent, self.giver)
    }
}

impl Gathering<'_> {
    fn plan(&mut self, id: PlanId) -> Result<(Known, CaseFacts), StoreError> {
        let known = self.known()?;
        let case: Option<CaseId> =
            plan::table.find(id).select(plan::case_id).first(self.database).optional()?;
        let case = self.case(case.unwrap_or(CaseId::nobody()), &known)?;
        Ok((known, case))
    }

    /// A consent is known to the case's parties, to the child and to the child's guardians.
    fn consent(&mut self, id: ConsentId, giver: PersonId) -> Result<Facts, StoreError> {
        let known = self.known()?;
        let row: Option<(CaseId, crate::domain::ids::AgencyId)> = consent::table
            .find(id)
            .select((consent::case_id, consent::from_agency_id))
            .first(self.database)
            .optional()?;
        let (case, from) =
            row.unwrap_or((CaseId::nobody(), crate::domain::ids::AgencyId::nobody()));
        let case = self.case(case, &known)?;
        let mut facts = case.facts(self, &known);
        facts.resource.id = Some(id.uuid());
        facts.resource.category = facts.resource.owner.map(|_| Category::Consent);
        facts.situation.own_agency = known.belongs_to(from);
        facts.situation.own_answer =
            known.person() != PersonId::nobody() && known.person() == giver;
        facts.aware |= facts.situation.guardian || facts.situation.themself;
        Ok(facts)
    }
}

fn of_plan(mut facts: Facts, plan: PlanId) -> Facts {
    facts.resource.id = Some(plan.uuid());
    facts.resource.category = facts.resource.owner.map(|_| Category::Plan);
    facts
}
