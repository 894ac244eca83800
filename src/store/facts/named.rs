//! Facts of acts on a case and on its plans.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::case::CaseFacts;
use super::{Gather, Gathering, Known};
use crate::access::act::{
    ActivatePlan, AnswerInvitation, AskConsent, AssessMaturity, AssignStaff, CallMeeting,
    CloseCase, ClosePlan, ConfirmPlan, DraftPlan, EditPlan, InterruptPlan, InviteParty, JudgeGoal,
    ListConsents, ListItems, ListMaturityAssessments, ListMeetings, ListPlans, PreviewMeeting,
    ReadCase, ReadPlan, ReadPlanProcess, RevisePlan, SeeInvitation, WriteAction, WriteItem,
};
use crate::access::facts::{Age, Facts};
use crate::domain::category::Category;
use crate::domain::consent::ConsentKind;
use crate::domain::ids::{CaseId, PlanId};
use crate::store::error::StoreError;
use crate::store::facts::place_of;
use crate::store::schema::{plan, plan_revision};

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
gather_case!(
    ReadCase,
    ListItems,
    ListConsents,
    ListPlans,
    ReadPlanProcess,
    AskConsent,
    AssessMaturity,
    ListMaturityAssessments,
    CloseCase
);

impl Gather for DraftPlan {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let known = gathering.known()?;
        let case = gathering.case(self.case, &known)?;
        let mut facts = case.facts(gathering, &known);
        gathering.plan_consent(&case, &mut facts)?;
        Ok(facts)
    }
}

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
gather_case_at_unit!(SeeInvitation, AnswerInvitation, AssignStaff);

macro_rules! gather_plan {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                let (known, case) = gathering.plan(self.plan)?;
                let mut facts = case.facts(gathering, &known);
                gathering.plan_consent(&case, &mut facts)?;
                Ok(of_plan(facts, self.plan))
            }
        }
    )+ };
}
gather_plan!(
    EditPlan,
    ActivatePlan,
    JudgeGoal,
    RevisePlan,
    InterruptPlan,
    ClosePlan,
    PreviewMeeting,
    CallMeeting,
    ListMeetings
);

impl Gather for ReadPlan {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let (known, case) = gathering.plan(self.plan)?;
        let mut facts = case.facts(gathering, &known);
        // What has been in force stays readable: revised, laid aside or closed.
        let active = plan_revision::table.filter(plan_revision::plan_id.eq(self.plan));
        let disposes = gathering.disposes(case.id, &case.child, ConsentKind::Plan)?;
        let situation = &mut facts.situation;
        situation.disposes = disposes;
        situation.in_force = diesel::select(exists(active)).get_result(gathering.database)?;
        // A draft is the parties' working paper: the family is not told that there is one.
        let grown = situation.age >= Age(18);
        let insight = (situation.guardian && !situation.disposes)
            || (situation.representative && (!situation.disposes || grown));
        facts.aware |= situation.in_force && (insight || situation.themself);
        Ok(of_plan(facts, self.plan))
    }
}

macro_rules! gather_plan_at_unit {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                let (known, case) = gathering.plan(self.plan)?;
                // Only the unit through which one is assigned has a part of one's own.
                let mut facts = case.facts(gathering, &known);
                facts.situation.inside = case.through == Some(self.unit);
                gathering.plan_consent(&case, &mut facts)?;
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

impl Gathering<'_> {
    fn plan(&mut self, id: PlanId) -> Result<(Known, CaseFacts), StoreError> {
        let known = self.known()?;
        let case: Option<CaseId> =
            plan::table.find(id).select(plan::case_id).first(self.database).optional()?;
        let case = self.case(case.unwrap_or(CaseId::nobody()), &known)?;
        Ok((known, case))
    }
}

fn of_plan(mut facts: Facts, plan: PlanId) -> Facts {
    facts.resource.id = Some(plan.uuid());
    facts.resource.category = facts.resource.owner.map(|_| Category::Plan);
    facts
}
