//! Facts of acts on a meeting about a plan.

use diesel::prelude::*;

use super::case::CaseFacts;
use super::{Gather, Gathering, Known};
use crate::access::act::{
    AnswerMeeting, ChangeMeeting, EvaluateMeeting, HoldMeeting, ReadMeeting, Recipient,
};
use crate::access::facts::{Age, Facts, Kin, Situation};
use crate::domain::agency::Role;
use crate::domain::category::Category;
use crate::domain::consent::ConsentKind;
use crate::domain::ids::{CaseId, ChildId, MeetingId, PersonId, UnitId};
use crate::store::error::StoreError;
use crate::store::schema::{meeting, meeting_invitee};

/// Who receives calls at a unit.
const RECEIVING: [Role; 3] = [Role::Triager, Role::Manager, Role::HeadTeacher];

/// How a private person stands to a child, as far as a call asks.
#[derive(Clone, Copy, Debug)]
pub struct Near {
    /// They are the child, a guardian, or act for one of these, and are not barred from the matter.
    pub may_be_called: bool,
    /// They could read the call.
    pub reads_call: bool,
    /// Where the child is, is kept from them.
    pub keeps_whereabouts: bool,
}

/// A meeting as a decision sees it.
struct MeetingFacts {
    known: Known,
    case: CaseFacts,
    units: Vec<UnitId>,
    people: Vec<PersonId>,
    /// Who whoever asks may answer for: themselves, and those of whom they hold a power.
    own: Vec<PersonId>,
    facts: Facts,
}

impl Gather for ReadMeeting {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        Ok(gathering.meeting(self.meeting)?.facts)
    }
}

macro_rules! gather_meeting {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                let MeetingFacts { case, mut facts, .. } = gathering.meeting(self.meeting)?;
                gathering.plan_consent(&case, &mut facts)?;
                Ok(facts)
            }
        }
    )+ };
}
gather_meeting!(ChangeMeeting, HoldMeeting);

impl Gather for AnswerMeeting {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let meeting = gathering.meeting(self.meeting)?;
        match self.invitee {
            Recipient::Unit(unit) => Ok(meeting.of_unit(unit)),
            Recipient::Person(person) => gathering.of_person(meeting, person),
        }
    }
}

impl Gather for EvaluateMeeting {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let meeting = gathering.meeting(self.meeting)?;
        gathering.of_person(meeting, self.person)
    }
}

impl Gathering<'_> {
    /// How `person` stands to `child`.
    pub fn near(
        &mut self,
        case: CaseId,
        child: ChildId,
        person: PersonId,
    ) -> Result<Near, StoreError> {
        let known = self.relative(person);
        let child = self.child(child, &known)?;
        let barred = self.bars(case, &child, person)?.matter;
        let disposes = self.disposes(case, &child, ConsentKind::Plan)?;
        let situation = Situation { disposes, ..child.situation(&known) };
        Ok(Near {
            may_be_called: !barred
                && (situation.themself || situation.guardian || situation.representative),
            // Whom a protected child may be hidden from reads as guardian, and not by a power (D03).
            reads_call: !barred
                && has_insight(&situation)
                && (!situation.protected || situation.themself || situation.guardian),
            keeps_whereabouts: situation.protected && !situation.themself,
        })
    }

    fn meeting(&mut self, id: MeetingId) -> Result<MeetingFacts, StoreError> {
        let known = self.known()?;
        let case: Option<CaseId> =
            meeting::table.find(id).select(meeting::case_id).first(self.database).optional()?;
        let case = self.case(case.unwrap_or(CaseId::nobody()), &known)?;
        // The child is taken by now: who is called can no longer change.
        let called: Vec<(Option<UnitId>, Option<PersonId>)> = meeting_invitee::table
            .filter(meeting_invitee::meeting_id.eq(id))
            .order(meeting_invitee::id)
            .select((meeting_invitee::unit_id, meeting_invitee::person_id))
            .load(self.database)?;
        let units: Vec<UnitId> = called.iter().filter_map(|(unit, _)| *unit).collect();
        let people: Vec<PersonId> = called.iter().filter_map(|(_, person)| *person).collect();
        let mut own = case.child.powers.clone();
        if known.person() != PersonId::nobody() {
            own.push(known.person());
        }
        let disposes = self.disposes(case.id, &case.child, ConsentKind::Plan)?;
        let mut facts = case.facts(self, &known);
        facts.resource.id = Some(id.uuid());
        facts.resource.category = facts.resource.owner.map(|_| Category::Plan);
        facts.situation.disposes = disposes;
        let meeting = MeetingFacts { known, case, units, people, own, facts };
        // Of those units that are called at which one works, the one through which one is assigned.
        let through = meeting.case.through.filter(|unit| meeting.units.contains(unit));
        let duty = meeting.units.iter().copied().find(|unit| meeting.known.at(*unit).is_some());
        Ok(meeting.seen_from(through.or(duty)))
    }

    fn of_person(&mut self, meeting: MeetingFacts, person: PersonId) -> Result<Facts, StoreError> {
        let MeetingFacts { case, own, mut facts, .. } = meeting;
        let child = case.child.id;
        let guardian = self.guardians(child)?.contains(&person);
        facts.situation.own_answer = own.contains(&person);
        facts.situation.inside = false;
        facts.situation.recipient_person = match person {
            _ if !case.child.found => None,
            person if person == child => Some(Kin::Child),
            _ if guardian => Some(Kin::Guardian),
            _ => Some(Kin::Other),
        };
        Ok(facts)
    }
}

/// Whether somebody of the family who is called reads the call: the child, and those who have custody
/// or a power as long as the child does not decide alone. An adult's power is from nobody but them.
fn has_insight(situation: &Situation) -> bool {
    let grown = situation.age >= Age(18);
    situation.themself
        || ((situation.guardian || situation.representative) && (!situation.disposes || grown))
}

impl MeetingFacts {
    /// How somebody stands to the meeting who works at the called `unit`, or who is called.
    fn seen_from(mut self, unit: Option<UnitId>) -> Self {
        let called = self.people.iter().any(|person| self.own.contains(person));
        let Self { known, case, facts, .. } = &mut self;
        let situation = &mut facts.situation;
        situation.called = called || unit.is_some();
        situation.inside = unit.is_some();
        if let Some(unit) = unit.filter(|_| case.through.is_none()) {
            facts.principal = known.acting_at(Some(unit));
            let receives = known
                .at(unit)
                .is_some_and(|acting| acting.roles.iter().any(|role| RECEIVING.contains(role)));
            facts.aware |= receives;
        }
        let insight = has_insight(situation);
        facts.aware |= called && insight;
        self
    }

    /// As one answers for `unit`.
    fn of_unit(self, unit: UnitId) -> Facts {
        let is_called = self.units.contains(&unit);
        let inside = is_called && self.known.at(unit).is_some();
        let Self { known, case, mut facts, .. } = self;
        facts.situation.inside = inside;
        facts.situation.called = inside;
        // Whoever is assigned to the case answers through the unit that they are assigned at.
        let elsewhere = case.through != Some(unit);
        if inside && elsewhere {
            facts.principal = known.acting_at(Some(unit));
            facts.situation.assigned = false;
            facts.situation.coordinator = false;
            facts.situation.party = case.standing_of(unit);
        }
        facts
    }
}
