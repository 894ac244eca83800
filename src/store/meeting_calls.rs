//! Calls to a meeting about a plan: seen before they go out, and sent.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::consent_rows::views;
use super::error::Halt;
use super::facts::{Near, places_of};
use super::meeting_rows::{Appointment, Eyes, InviteeView, MeetingView};
use super::plan_rows::PlanView;
use super::schema::{consent, meeting, meeting_invitee, plan};
use super::sql::At;
use super::work::Work;
use crate::access::Act;
use crate::access::act::{CallMeeting, PreviewMeeting};
use crate::access::facts::PartyStanding;
use crate::domain::agency::AgencyKind;
use crate::domain::consent::{ConsentKind, Standing};
use crate::domain::ids::{
    AgencyId, CaseId, ChildId, InviteeId, MeetingId, PersonId, PlanId, UnitId,
};
use crate::domain::meeting::{Invitee, MeetingState};
use crate::domain::notice::NoticeKind;
use crate::domain::obstacle::Obstacle;
use crate::domain::plan_process::Process;
use crate::domain::region::PlanClock;
use crate::domain::text::Coded;

/// A call as it is made.
#[derive(Clone, Debug)]
pub struct CallDraft {
    /// The question to answer.
    pub key_question: String,
    /// When and where.
    pub appointment: Appointment,
    /// The units that are called.
    pub units: Vec<UnitId>,
    /// The child, guardians, and who acts for them, as far as they are called.
    pub persons: Vec<PersonId>,
}

/// What one of those who would be called will see.
#[derive(Clone, Debug)]
pub struct CallPreview {
    /// Who.
    pub who: Invitee,
    /// Of a unit: a consent covers that it is called.
    pub covered: bool,
    /// They will be able to read the call.
    pub reads_call: bool,
    /// They read the plan as it is written, besides.
    pub reads_plan: bool,
    /// What they will see.
    pub sees: MeetingView,
}

impl Work<'_, CallMeeting> {
    /// The plan as it stands.
    pub fn plan_before(&mut self) -> Result<PlanView, Halt> {
        self.plan(self.act().plan)
    }

    /// Each unit that is to be called, and whether a consent covers it.
    pub fn covered(&mut self, draft: &CallDraft) -> Result<Vec<(UnitId, bool)>, Halt> {
        let plan = self.act().plan;
        self.covered_units(plan, draft)
    }

    /// Calls: the plan goes on, each unit is told, and its agency's log too.
    pub fn call(&mut self, draft: &CallDraft, next: Process) -> Result<MeetingView, Halt> {
        let act = self.act().clone();
        let plan = self.plan(act.plan)?;
        let area = self.plan_area(act.plan)?;
        let today = self.today();
        let agreed = self.means.regions.deadline(area, PlanClock::MeetingAfterCall, today);
        let id: MeetingId = self.means.clock.new_id();
        let (staff, now) = (self.staff(), At(self.now()));
        let Appointment { starts_at, minutes, mode, place } = &draft.appointment;
        diesel::insert_into(meeting::table)
            .values((
                (
                    meeting::id.eq(id),
                    meeting::area_id.eq(area),
                    meeting::case_id.eq(plan.case),
                    meeting::child_id.eq(plan.child),
                    meeting::plan_id.eq(plan.id),
                    meeting::unit_id.eq(plan.unit),
                    meeting::key_question.eq(&draft.key_question),
                    meeting::starts_at.eq(At(*starts_at)),
                    meeting::minutes.eq(*minutes),
                    meeting::mode.eq(mode.code()),
                ),
                (
                    meeting::place.eq(place.clone().unwrap_or_default()),
                    meeting::state.eq(MeetingState::Called.code()),
                    meeting::due_on.eq(agreed.map(|agreed| agreed.due_on)),
                    meeting::called_by_id.eq(staff),
                    meeting::called_at.eq(now),
                    meeting::sequence.eq(0),
                    meeting::changed_at.eq(now),
                    meeting::version.eq(1),
                ),
            ))
            .execute(self.database)?;
        for who in draft.invitees() {
            let (unit, person) = match who {
                Invitee::Unit(unit) => (Some(unit), None),
                Invitee::Person(person) => (None, Some(person)),
            };
            diesel::insert_into(meeting_invitee::table)
                .values((
                    meeting_invitee::id.eq(self.means.clock.new_id::<InviteeId>()),
                    meeting_invitee::area_id.eq(area),
                    meeting_invitee::meeting_id.eq(id),
                    meeting_invitee::unit_id.eq(unit),
                    meeting_invitee::person_id.eq(person),
                ))
                .execute(self.database)?;
        }
        self.set_process(plan.id, next)?;
        self.tell_called(id, NoticeKind::MeetingCalled)?;
        self.meeting(id)
    }
}

impl Work<'_, PreviewMeeting> {
    /// The plan as it stands.
    pub fn plan_before(&mut self) -> Result<PlanView, Halt> {
        self.plan(self.act().plan)
    }

    /// What each of those who would be called will see.
    pub fn preview(&mut self, draft: &CallDraft) -> Result<Vec<CallPreview>, Halt> {
        let plan = self.plan(self.act().plan)?;
        let area = self.plan_area(plan.id)?;
        let agreed = self.means.regions.deadline(area, PlanClock::MeetingAfterCall, self.today());
        let covered = self.covered_units(plan.id, draft)?;
        let whole = MeetingView {
            id: MeetingId::nobody(),
            about: Some((plan.case, plan.child, plan.id)),
            unit: plan.unit,
            key_question: draft.key_question.clone(),
            appointment: draft.appointment.clone(),
            state: MeetingState::Called,
            because: None,
            due_on: agreed.map(|agreed| agreed.due_on),
            called_at: self.now(),
            sequence: 0,
            changed_at: self.now(),
            held_on: None,
            invitees: draft.invitees().map(InviteeView::unanswered).collect(),
            evaluations: Vec::new(),
            version: 1,
        };
        let standings = self.parties(plan.case)?;
        let mut previews = Vec::new();
        for (unit, is_covered) in covered {
            let standing = standings
                .iter()
                .find(|party| party.unit == unit)
                .map_or(PartyStanding::None, |party| party.standing);
            let eyes = match standing.reads() {
                true => Eyes::Party(unit == plan.unit),
                false => Eyes::Called(unit),
            };
            previews.push(CallPreview {
                who: Invitee::Unit(unit),
                covered: is_covered,
                reads_call: true,
                reads_plan: standing.reads(),
                sees: self.meeting_seen(whole.clone(), &eyes)?,
            });
        }
        for person in &draft.persons {
            let near = self.kin(plan.case, plan.child, *person)?;
            let eyes = Eyes::Family(vec![*person], near.keeps_whereabouts);
            previews.push(CallPreview {
                who: Invitee::Person(*person),
                covered: true,
                reads_call: near.reads_call,
                reads_plan: false,
                sees: self.meeting_seen(whole.clone(), &eyes)?,
            });
        }
        Ok(previews)
    }
}

impl CallDraft {
    /// Everybody who is called, units first.
    pub fn invitees(&self) -> impl Iterator<Item = Invitee> {
        let units = self.units.iter().map(|unit| Invitee::Unit(*unit));
        units.chain(self.persons.iter().map(|person| Invitee::Person(*person)))
    }
}

impl<A: Act> Work<'_, A> {
    /// Whether a consent covers that each unit of `draft` is called: that of the plan, for the agency
    /// that answers for it, or one that lifts secrecy towards the unit's agency.
    pub(super) fn covered_units(
        &mut self,
        plan: PlanId,
        draft: &CallDraft,
    ) -> Result<Vec<(UnitId, bool)>, Halt> {
        let (case, child, own): (CaseId, ChildId, UnitId) = plan::table
            .find(plan)
            .select((plan::case_id, plan::child_id, plan::unit_id))
            .first(self.database)?;
        self.are_of_the_family(case, child, &draft.persons)?;
        let places = places_of(self.database, &draft.units)?;
        let named: BTreeSet<AgencyId> =
            views(self.database, &self.means.law, self.today(), |query| {
                query.filter(consent::case_id.eq(case))
            })?
            .into_iter()
            .filter(|view| view.standing == Standing::Binding)
            .filter_map(|view| match view.terms.kind {
                ConsentKind::Plan | ConsentKind::Waiver => Some(view.terms.to),
                ConsentKind::Intervention => None,
            })
            .collect();
        let mut covered = Vec::new();
        for unit in &draft.units {
            let place = places.iter().find(|place| place.unit == *unit);
            let place = place.ok_or(Obstacle::Field { field: "units", reason: "no_such_unit" })?;
            // The plan is never the police's (rule D10b).
            if place.agency_kind == AgencyKind::Police {
                return Err(Obstacle::Field { field: "units", reason: "not_for_police" }.into());
            }
            covered.push((*unit, *unit == own || named.contains(&place.agency)));
        }
        Ok(covered)
    }

    /// Only the child, its guardians, and who acts for them today are called as persons, and nobody
    /// who is barred from the matter.
    fn are_of_the_family(
        &mut self,
        case: CaseId,
        child: ChildId,
        persons: &[PersonId],
    ) -> Result<(), Halt> {
        for person in persons {
            if !self.kin(case, child, *person)?.may_be_called {
                return Err(Obstacle::Field { field: "persons", reason: "not_to_be_called" }.into());
            }
        }
        Ok(())
    }

    fn kin(&mut self, case: CaseId, child: ChildId, person: PersonId) -> Result<Near, Halt> {
        Ok(self.gathering().near(case, child, person)?)
    }
}
