//! Meetings as they stand in their tables, and as each of those who read of them may see them.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::error::{Halt, StoreError};
use super::schema::{meeting, meeting_evaluation, meeting_invitee};
use super::sql::At;
use super::work::Work;
use crate::access::facts::PrincipalKind;
use crate::access::{Act, Permit};
use crate::clock::Instant;
use crate::domain::ids::{
    CaseId, ChildId, InviteeId, MeetingId, PersonId, PlanId, StaffId, UnitId,
};
use crate::domain::meeting::{CallReply, Evaluation, Invitee, MeetingMode, MeetingState, Opinion};
use crate::domain::text::Coded;

/// When, where and how people meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// When it begins.
    pub starts_at: Instant,
    /// For how many minutes.
    pub minutes: i32,
    /// On site or by video.
    pub mode: MeetingMode,
    /// The room, or how to get into the video meeting. Kept from whom whereabouts are kept.
    pub place: Option<String>,
}

/// A meeting, whole or as far as the reader may see.
#[derive(Clone, Debug)]
pub struct MeetingView {
    /// Its id.
    pub id: MeetingId,
    /// The case, the child and the plan; for those who take part in the case, and for the family.
    pub about: Option<(CaseId, ChildId, PlanId)>,
    /// The coordinating unit, which calls.
    pub unit: UnitId,
    /// The question to answer.
    pub key_question: String,
    /// When and where.
    pub appointment: Appointment,
    /// Where it stands.
    pub state: MeetingState,
    /// Why it was moved or called off.
    pub because: Option<String>,
    /// The last day that was agreed on for it.
    pub due_on: Option<NaiveDate>,
    /// When it was called.
    pub called_at: Instant,
    /// How often its time or place was changed.
    pub sequence: i32,
    /// When it was last changed.
    pub changed_at: Instant,
    /// The day on which it was held.
    pub held_on: Option<NaiveDate>,
    /// Who is called; whoever is only called sees their own row, the family who comes besides.
    pub invitees: Vec<InviteeView>,
    /// What the child and the guardians thought of it: for the coordinating unit; for a person,
    /// their own.
    pub evaluations: Vec<EvaluationView>,
    /// Its version.
    pub version: i64,
}

/// Somebody who is called.
#[derive(Clone, Debug)]
pub struct InviteeView {
    /// Who.
    pub who: Invitee,
    /// What they answered.
    pub reply: Option<CallReply>,
    /// Why they don't come, or what they say about another time.
    pub reason: Option<String>,
    /// The time that they propose.
    pub proposed_at: Option<Instant>,
    /// When they answered.
    pub replied_at: Option<Instant>,
    /// Whether they came.
    pub attended: Option<bool>,
    /// Of a unit that stayed away: the report of the deviation.
    pub deviation: Option<String>,
}

/// What somebody thought of the meeting.
#[derive(Clone, Debug)]
pub struct EvaluationView {
    /// Who.
    pub person: PersonId,
    /// What.
    pub said: Evaluation,
    /// Who wrote it down; none when they did so themselves.
    pub taken_by: Option<StaffId>,
    /// When.
    pub at: Instant,
}

/// With whose eyes a meeting is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Eyes {
    /// Assigned to the case; `true` where one's unit coordinates it.
    Party(bool),
    /// At a unit that is called, and no more: the call and the question.
    Called(UnitId),
    /// The child, a guardian, or whoever acts for these people; `true` where whereabouts are kept
    /// from them.
    Family(Vec<PersonId>, bool),
}

impl MeetingView {
    /// The same as far as these eyes may see.
    #[must_use]
    pub fn seen_by(mut self, eyes: &Eyes) -> Self {
        match eyes {
            Eyes::Party(true) => {}
            Eyes::Party(false) => {
                self.evaluations.clear();
                for row in self.invitees.iter_mut().filter(|row| row.is_person()) {
                    row.reason = None;
                }
            }
            Eyes::Called(unit) => {
                self.about = None;
                self.evaluations.clear();
                self.invitees.retain(|row| row.who == Invitee::Unit(*unit));
            }
            Eyes::Family(people, keeps_whereabouts) => {
                self.evaluations.retain(|row| people.contains(&row.person));
                for row in &mut self.invitees {
                    let own = matches!(row.who, Invitee::Person(it) if people.contains(&it));
                    row.deviation = None;
                    if !own {
                        (row.reply, row.reason, row.proposed_at) = (None, None, None);
                        (row.replied_at, row.attended) = (None, None);
                    }
                }
                if *keeps_whereabouts {
                    self.unit = UnitId::nobody();
                    self.appointment.place = None;
                    // A reason is free text: what it names is not known.
                    self.because = None;
                    self.invitees.retain(InviteeView::is_person);
                }
            }
        }
        self
    }
}

impl InviteeView {
    /// Somebody who is called and has not answered.
    pub(super) const fn unanswered(who: Invitee) -> Self {
        Self {
            who,
            reply: None,
            reason: None,
            proposed_at: None,
            replied_at: None,
            attended: None,
            deviation: None,
        }
    }

    fn is_person(&self) -> bool {
        matches!(self.who, Invitee::Person(_))
    }
}

type MeetingRow = (
    (CaseId, ChildId, PlanId, UnitId, String, At),
    (i32, String, String, String, Option<String>, Option<NaiveDate>),
    (At, i32, At, Option<NaiveDate>, i64),
);

impl<A: Act> Work<'_, A> {
    /// The meeting, whole.
    pub(super) fn meeting(&mut self, id: MeetingId) -> Result<MeetingView, Halt> {
        let row: MeetingRow = meeting::table
            .find(id)
            .select((
                (
                    meeting::case_id,
                    meeting::child_id,
                    meeting::plan_id,
                    meeting::unit_id,
                    meeting::key_question,
                    meeting::starts_at,
                ),
                (
                    meeting::minutes,
                    meeting::mode,
                    meeting::place,
                    meeting::state,
                    meeting::because,
                    meeting::due_on,
                ),
                (
                    meeting::called_at,
                    meeting::sequence,
                    meeting::changed_at,
                    meeting::held_on,
                    meeting::version,
                ),
            ))
            .first(self.database)?;
        let ((case, child, plan, unit, key_question, starts_at), when, history) = row;
        let (minutes, mode, place, state, because, due_on) = when;
        let (called_at, sequence, changed_at, held_on, version) = history;
        let mode = MeetingMode::from_code(&mode)?;
        let starts_at = starts_at.0;
        Ok(MeetingView {
            id,
            about: Some((case, child, plan)),
            unit,
            key_question,
            appointment: Appointment { starts_at, minutes, mode, place: Some(place) },
            state: MeetingState::from_code(&state)?,
            because,
            due_on,
            called_at: called_at.0,
            sequence,
            changed_at: changed_at.0,
            held_on,
            invitees: self.invitees(id)?,
            evaluations: self.evaluations(id)?,
            version,
        })
    }

    fn invitees(&mut self, id: MeetingId) -> Result<Vec<InviteeView>, Halt> {
        type Row = (
            (InviteeId, Option<UnitId>, Option<PersonId>, Option<String>, Option<String>),
            (Option<At>, Option<At>, Option<bool>, Option<String>),
        );
        let rows: Vec<Row> = meeting_invitee::table
            .filter(meeting_invitee::meeting_id.eq(id))
            .order(meeting_invitee::id)
            .select((
                (
                    meeting_invitee::id,
                    meeting_invitee::unit_id,
                    meeting_invitee::person_id,
                    meeting_invitee::reply,
                    meeting_invitee::reply_reason,
                ),
                (
                    meeting_invitee::proposed_at,
                    meeting_invitee::replied_at,
                    meeting_invitee::attended,
                    meeting_invitee::deviation,
                ),
            ))
            .load(self.database)?;
        rows.into_iter()
            .map(|((id, unit, person, reply, reason), (proposed, replied, attended, deviation))| {
                let who = match (unit, person) {
                    (Some(unit), None) => Invitee::Unit(unit),
                    (None, Some(person)) => Invitee::Person(person),
                    (None, None) | (Some(_), Some(_)) => {
                        return Err(StoreError::Corrupt(format!("invitee {id}")).into());
                    }
                };
                let reply = reply.map(|word| CallReply::from_code(&word)).transpose()?;
                let (proposed_at, replied_at) = (proposed.map(|at| at.0), replied.map(|at| at.0));
                Ok(InviteeView { who, reply, reason, proposed_at, replied_at, attended, deviation })
            })
            .collect()
    }

    /// What each person thought of it: the newest that they said.
    fn evaluations(&mut self, id: MeetingId) -> Result<Vec<EvaluationView>, Halt> {
        type Row = (PersonId, String, String, String, Option<String>, Option<StaffId>, At);
        let rows: Vec<Row> = meeting_evaluation::table
            .filter(meeting_evaluation::meeting_id.eq(id))
            .order(meeting_evaluation::id)
            .select((
                meeting_evaluation::person_id,
                meeting_evaluation::heard,
                meeting_evaluation::knows_who_does_what,
                meeting_evaluation::helps,
                meeting_evaluation::words,
                meeting_evaluation::taken_by_id,
                meeting_evaluation::at,
            ))
            .load(self.database)?;
        let mut newest: Vec<EvaluationView> = Vec::new();
        for (person, heard, knows, helps, words, taken_by, at) in rows {
            let said = Evaluation {
                heard: Opinion::from_code(&heard)?,
                knows_who_does_what: Opinion::from_code(&knows)?,
                helps: Opinion::from_code(&helps)?,
                words,
            };
            newest.retain(|row| row.person != person);
            newest.push(EvaluationView { person, said, taken_by, at: at.0 });
        }
        Ok(newest)
    }

    /// A meeting as whoever holds `permit` may see it.
    pub(super) fn meeting_for<R: Act>(
        &mut self,
        permit: &Permit<R>,
        id: MeetingId,
    ) -> Result<MeetingView, Halt> {
        let whole = self.meeting(id)?;
        let eyes = self.eyes(permit, &whole)?;
        self.meeting_seen(whole, &eyes)
    }

    /// A meeting as these eyes may see it. Where whereabouts are kept, no name of an agency, a unit
    /// or a member of staff stands in the question.
    pub(super) fn meeting_seen(
        &mut self,
        whole: MeetingView,
        eyes: &Eyes,
    ) -> Result<MeetingView, Halt> {
        let child = whole.about.map(|(_, child, _)| child);
        let mut seen = whole.seen_by(eyes);
        if let (Eyes::Family(_, true), Some(child)) = (eyes, child) {
            let names = self.names_around(child)?;
            seen.key_question = names.hide(&seen.key_question);
        }
        Ok(seen)
    }

    fn eyes<R: Act>(&mut self, permit: &Permit<R>, whole: &MeetingView) -> Result<Eyes, Halt> {
        let facts = permit.facts();
        if facts.situation.assigned {
            return Ok(Eyes::Party(facts.situation.coordinator));
        }
        match facts.principal.kind {
            PrincipalKind::Citizen => {
                let me = PersonId::new(facts.principal.id);
                let own = facts.situation.stands_for.into_iter().chain([me]).collect();
                Ok(Eyes::Family(own, permit.redacts()))
            }
            PrincipalKind::Staff { .. } | PrincipalKind::Operator | PrincipalKind::Unknown => {
                let acting = facts.principal.acting.as_ref().map(|acting| acting.place.unit);
                let unit = acting
                    .filter(|unit| whole.invitees.iter().any(|it| it.who == Invitee::Unit(*unit)));
                Ok(Eyes::Called(unit.unwrap_or(UnitId::nobody())))
            }
        }
    }
}
