//! Meetings about a plan: listed, read, moved, called off, held.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::db::Database;
use super::error::Halt;
use super::meeting_rows::{Appointment, MeetingView};
use super::plan_rows::PlanView;
use super::schema::{meeting, meeting_invitee, plan, power};
use super::sql::At;
use super::work::{Page, Work};
use crate::access::Act;
use crate::access::act::{ChangeMeeting, HoldMeeting, ListMeetings, ListOwnMeetings, ReadMeeting};
use crate::domain::ids::{AreaId, MeetingId, PersonId, PlanId, UnitId};
use crate::domain::meeting::{Attendance, Invitee, MeetingState};
use crate::domain::notice::NoticeKind;
use crate::domain::plan_process::Process;
use crate::domain::text::Coded;
use crate::ledger::Effect;

impl Work<'_, ListMeetings> {
    /// The plan's meetings, oldest first.
    pub fn meetings(&mut self, page: Page) -> Result<Vec<MeetingView>, Halt> {
        let plan = self.act().plan;
        let load = |database: &mut Database, after: Option<MeetingId>, limit| {
            let mut query = meeting::table
                .filter(meeting::plan_id.eq(plan))
                .order(meeting::id)
                .limit(limit)
                .select(meeting::id)
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(meeting::id.gt(after));
            }
            Ok(query.load(database)?)
        };
        let served = self.page_of(page, load, |meeting| ReadMeeting { meeting })?;
        served.into_iter().map(|(id, permit)| self.meeting_for(&permit, id)).collect()
    }
}

impl Work<'_, ListOwnMeetings> {
    /// The meetings that one, or somebody for whom one acts, is called to; oldest first.
    pub fn meetings(&mut self, page: Page) -> Result<Vec<MeetingView>, Halt> {
        let me = PersonId::new(self.facts().principal.id);
        let load = |database: &mut Database, after: Option<MeetingId>, limit| {
            // Whether the power holds today is asked of each meeting.
            let acts_for =
                power::table.filter(power::holder_id.eq(me)).select(power::for_id.nullable());
            let called = meeting_invitee::table
                .filter(
                    meeting_invitee::person_id
                        .eq(me)
                        .or(meeting_invitee::person_id.eq_any(acts_for)),
                )
                .select(meeting_invitee::meeting_id);
            let mut query = meeting::table
                .filter(meeting::id.eq_any(called))
                .order(meeting::id)
                .limit(limit)
                .select(meeting::id)
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(meeting::id.gt(after));
            }
            Ok(query.load(database)?)
        };
        let served = self.page_of(page, load, |meeting| ReadMeeting { meeting })?;
        served.into_iter().map(|(id, permit)| self.meeting_for(&permit, id)).collect()
    }
}

impl Work<'_, ReadMeeting> {
    /// The meeting.
    pub fn read(&mut self) -> Result<MeetingView, Halt> {
        let id = self.act().meeting;
        self.meeting_for(self.permit, id)
    }
}

impl Work<'_, ChangeMeeting> {
    /// The meeting as it stands.
    pub fn before(&mut self) -> Result<MeetingView, Halt> {
        self.meeting(self.act().meeting)
    }

    /// Moves it. Who has answered answers anew: they answered to another time.
    pub fn move_to(&mut self, to: &Appointment, because: &str) -> Result<MeetingView, Halt> {
        let id = self.act().meeting;
        let place = to.place.clone().unwrap_or_default();
        diesel::update(meeting::table.find(id))
            .set((
                meeting::starts_at.eq(At(to.starts_at)),
                meeting::minutes.eq(to.minutes),
                meeting::mode.eq(to.mode.code()),
                meeting::place.eq(place),
            ))
            .execute(self.database)?;
        diesel::update(meeting_invitee::table.filter(meeting_invitee::meeting_id.eq(id)))
            .set((
                meeting_invitee::reply.eq(None::<String>),
                meeting_invitee::reply_reason.eq(None::<String>),
                meeting_invitee::proposed_at.eq(None::<At>),
                meeting_invitee::replied_at.eq(None::<At>),
            ))
            .execute(self.database)?;
        self.changed(id, because, NoticeKind::MeetingMoved)
    }

    /// Calls it off.
    pub fn call_off(&mut self, because: &str) -> Result<MeetingView, Halt> {
        let id = self.act().meeting;
        diesel::update(meeting::table.find(id))
            .set(meeting::state.eq(MeetingState::Cancelled.code()))
            .execute(self.database)?;
        self.changed(id, because, NoticeKind::MeetingCancelled)
    }

    fn changed(
        &mut self,
        id: MeetingId,
        because: &str,
        kind: NoticeKind,
    ) -> Result<MeetingView, Halt> {
        diesel::update(meeting::table.find(id))
            .set((
                meeting::because.eq(because),
                meeting::changed_at.eq(At(self.now())),
                meeting::sequence.eq(meeting::sequence + 1),
                meeting::version.eq(meeting::version + 1),
            ))
            .execute(self.database)?;
        self.tell_called(id, kind)?;
        self.meeting(id)
    }
}

impl Work<'_, HoldMeeting> {
    /// The meeting as it stands, and its plan.
    pub fn before(&mut self) -> Result<(MeetingView, PlanView), Halt> {
        let id = self.act().meeting;
        let plan: PlanId = meeting::table.find(id).select(meeting::plan_id).first(self.database)?;
        Ok((self.meeting(id)?, self.plan(plan)?))
    }

    /// Records that it was held. A plan that is being made has met on that day.
    pub fn hold(
        &mut self,
        plan: &PlanView,
        on: NaiveDate,
        account: &[Attendance],
        next: Process,
    ) -> Result<MeetingView, Halt> {
        let id = self.act().meeting;
        diesel::update(meeting::table.find(id))
            .set((
                meeting::state.eq(MeetingState::Held.code()),
                meeting::held_on.eq(on),
                meeting::changed_at.eq(At(self.now())),
                meeting::version.eq(meeting::version + 1),
            ))
            .execute(self.database)?;
        for row in account {
            let set = (
                meeting_invitee::attended.eq(row.attended),
                meeting_invitee::deviation.eq(&row.deviation),
            );
            let called = meeting_invitee::table.filter(meeting_invitee::meeting_id.eq(id));
            match row.who {
                Invitee::Unit(unit) => {
                    diesel::update(called.filter(meeting_invitee::unit_id.eq(unit)))
                        .set(set)
                        .execute(self.database)?;
                    if !row.attended {
                        self.tell_unit(unit, id, NoticeKind::MeetingDeviation)?;
                    }
                }
                Invitee::Person(person) => {
                    diesel::update(called.filter(meeting_invitee::person_id.eq(person)))
                        .set(set)
                        .execute(self.database)?;
                }
            }
        }
        if plan.state.is_made() {
            diesel::update(plan::table.find(plan.id))
                .set(plan::met_on.eq(on))
                .execute(self.database)?;
            self.grown(plan.id, next)?;
        }
        self.meeting(id)
    }
}

impl<A: Act> Work<'_, A> {
    /// Tells each called unit, and its agency's log.
    pub(super) fn tell_called(&mut self, id: MeetingId, kind: NoticeKind) -> Result<(), Halt> {
        let units: Vec<Option<UnitId>> = meeting_invitee::table
            .filter(meeting_invitee::meeting_id.eq(id))
            .order(meeting_invitee::id)
            .select(meeting_invitee::unit_id)
            .load(self.database)?;
        for unit in units.into_iter().flatten() {
            self.tell_unit(unit, id, kind)?;
        }
        Ok(())
    }

    pub(super) fn tell_unit(
        &mut self,
        unit: UnitId,
        id: MeetingId,
        kind: NoticeKind,
    ) -> Result<(), Halt> {
        let own = self.facts().resource.owner.map(|owner| owner.agency);
        let agency = self.agency_of(unit)?;
        if Some(agency) != own {
            self.touched(agency, ("Meeting", id.uuid()), Effect::Changed);
        }
        self.notify(unit, kind, ("Meeting", id.uuid()))
    }

    /// The area of a meeting.
    pub(super) fn meeting_area(&mut self, id: MeetingId) -> Result<AreaId, Halt> {
        Ok(meeting::table.find(id).select(meeting::area_id).first(self.database)?)
    }
}
