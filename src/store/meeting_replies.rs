//! What those who are called to a meeting answer, and what the child and the guardians thought of it.

use diesel::prelude::*;

use super::error::Halt;
use super::meeting_rows::MeetingView;
use super::schema::{meeting, meeting_evaluation, meeting_invitee};
use super::sql::At;
use super::work::Work;
use crate::access::Act;
use crate::access::act::{AnswerMeeting, EvaluateMeeting, Recipient};
use crate::access::facts::PrincipalKind;
use crate::clock::Instant;
use crate::domain::ids::{ChildId, InviteeId, PersonId, StaffId};
use crate::domain::meeting::{CallReply, Evaluation, Invitee};
use crate::domain::notice::NoticeKind;
use crate::domain::text::Coded;

/// An answer to a call.
#[derive(Clone, Debug)]
pub struct ReplyDraft {
    /// What.
    pub reply: CallReply,
    /// Why they don't come, or what they say about another time.
    pub reason: Option<String>,
    /// The time that they propose.
    pub proposed_at: Option<Instant>,
}

impl Work<'_, AnswerMeeting> {
    /// The meeting as it stands.
    pub fn before(&mut self) -> Result<MeetingView, Halt> {
        self.meeting(self.act().meeting)
    }

    /// Who is called and answers.
    pub fn who(&self) -> Invitee {
        match self.act().invitee {
            Recipient::Unit(unit) => Invitee::Unit(unit),
            Recipient::Person(person) => Invitee::Person(person),
        }
    }

    /// Answers. The coordinating unit is told when somebody doesn't come at that time.
    pub fn answer(&mut self, draft: &ReplyDraft) -> Result<MeetingView, Halt> {
        let (id, who) = (self.act().meeting, self.who());
        let (staff, person) = self.by();
        let set = (
            meeting_invitee::reply.eq(draft.reply.code()),
            meeting_invitee::reply_reason.eq(&draft.reason),
            meeting_invitee::proposed_at.eq(draft.proposed_at.map(At)),
            meeting_invitee::replied_at.eq(At(self.now())),
            meeting_invitee::replied_by_staff_id.eq(staff),
            meeting_invitee::replied_by_person_id.eq(person),
        );
        let called = meeting_invitee::table.filter(meeting_invitee::meeting_id.eq(id));
        match who {
            Invitee::Unit(unit) => {
                let row = called.filter(meeting_invitee::unit_id.eq(unit));
                diesel::update(row).set(set).execute(self.database)?;
            }
            Invitee::Person(person) => {
                let row = called.filter(meeting_invitee::person_id.eq(person));
                diesel::update(row).set(set).execute(self.database)?;
            }
        }
        diesel::update(meeting::table.find(id))
            .set(meeting::version.eq(meeting::version + 1))
            .execute(self.database)?;
        if draft.reply != CallReply::Accepted {
            let coordinator = self.meeting(id)?.unit;
            self.tell_unit(coordinator, id, NoticeKind::MeetingAnswered)?;
        }
        self.meeting_for(self.permit, id)
    }
}

impl Work<'_, EvaluateMeeting> {
    /// The meeting as it stands.
    pub fn before(&mut self) -> Result<MeetingView, Halt> {
        self.meeting(self.act().meeting)
    }

    /// Whether it is the child, or decides for it today.
    pub fn is_asked(&mut self, child: ChildId) -> Result<bool, Halt> {
        let person = self.act().person;
        Ok(person == child || self.guardians_of(child)?.contains(&person))
    }

    /// Records the answers.
    pub fn evaluate(&mut self, said: &Evaluation) -> Result<MeetingView, Halt> {
        let act = self.act().clone();
        let area = self.meeting_area(act.meeting)?;
        let (taken_by, _) = self.by();
        diesel::insert_into(meeting_evaluation::table)
            .values((
                meeting_evaluation::id.eq(self.means.clock.new_id::<InviteeId>()),
                meeting_evaluation::area_id.eq(area),
                meeting_evaluation::meeting_id.eq(act.meeting),
                meeting_evaluation::person_id.eq(act.person),
                meeting_evaluation::heard.eq(said.heard.code()),
                meeting_evaluation::knows_who_does_what.eq(said.knows_who_does_what.code()),
                meeting_evaluation::helps.eq(said.helps.code()),
                meeting_evaluation::words.eq(&said.words),
                meeting_evaluation::taken_by_id.eq(taken_by),
                meeting_evaluation::at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        self.meeting_for(self.permit, act.meeting)
    }
}

impl<A: Act> Work<'_, A> {
    /// Who acts: a member of staff, or a private person.
    fn by(&self) -> (Option<StaffId>, Option<PersonId>) {
        let principal = &self.facts().principal;
        match principal.kind {
            PrincipalKind::Staff { .. } => (Some(StaffId::new(principal.id)), None),
            PrincipalKind::Citizen => (None, Some(PersonId::new(principal.id))),
            PrincipalKind::Operator | PrincipalKind::Unknown => (None, None),
        }
    }
}
