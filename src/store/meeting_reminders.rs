//! Meetings that come soon: which there are, and which called units are told, once for each time.

use chrono::Days;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::db::{self, Database};
use super::door::Store;
use super::error::{Halt, StoreError};
use super::means::blocking;
use super::schema::{meeting, meeting_invitee, notice};
use super::sql::At;
use super::work::Work;
use crate::access::act::RemindOfMeetings;
use crate::clock::Instant;
use crate::domain::ids::{AreaId, CaseId, ChildId, MeetingId, NoticeId, UnitId};
use crate::domain::meeting::{CallReply, MeetingState};
use crate::domain::notice::NoticeKind;
use crate::domain::text::Coded;
use crate::ledger::Effect;

impl Store {
    /// How many called units wait for a reminder. A number, which shows no data, and so needs no
    /// permit.
    pub async fn reminders_waiting(&self) -> Result<usize, StoreError> {
        let inner = self.inner.clone();
        let now = inner.means.clock.now();
        let until = last(now, inner.means.regions.remind_days);
        blocking(move || {
            let mut connection = inner.readers.get().map_err(db::DatabaseError::from)?;
            db::snapshot(&mut connection, |database| {
                db::see_areas(database, db::EVERY_AREA)?;
                Ok(waiting(database, now, until)?.len())
            })
        })
        .await
    }
}

impl Work<'_, RemindOfMeetings> {
    /// Tells each unit that is called to a meeting that comes soon, and has not said that it stays
    /// away. How many were told.
    pub fn remind(&mut self) -> Result<usize, Halt> {
        let until = last(self.now(), self.means.regions.remind_days);
        let units = waiting(self.database, self.now(), until)?;
        for (id, unit) in units.iter().copied() {
            let (area, case, child): (AreaId, CaseId, ChildId) = meeting::table
                .find(id)
                .select((meeting::area_id, meeting::case_id, meeting::child_id))
                .first(self.database)?;
            diesel::insert_into(notice::table)
                .values((
                    notice::id.eq(self.means.clock.new_id::<NoticeId>()),
                    notice::area_id.eq(area),
                    notice::unit_id.eq(unit),
                    notice::child_id.eq(child),
                    notice::case_id.eq(case),
                    notice::kind.eq(NoticeKind::MeetingSoon.code()),
                    notice::resource_kind.eq("Meeting"),
                    notice::resource_id.eq(NoticeId::new(id.uuid())),
                    notice::at.eq(At(self.now())),
                ))
                .execute(self.database)?;
            let agency = self.agency_of(unit)?;
            self.touched(agency, ("Meeting", id.uuid()), Effect::Changed);
        }
        Ok(units.len())
    }
}

fn last(now: Instant, days: u64) -> Instant {
    now.checked_add_days(Days::new(days)).unwrap_or(now)
}

/// The called units that come, or have not answered, and were not told since the meeting's time was
/// set.
fn waiting(
    database: &mut Database,
    now: Instant,
    until: Instant,
) -> Result<Vec<(MeetingId, UnitId)>, StoreError> {
    let soon: Vec<(MeetingId, At)> = meeting::table
        .filter(meeting::state.eq(MeetingState::Called.code()))
        .filter(meeting::starts_at.gt(At(now)).and(meeting::starts_at.le(At(until))))
        .order(meeting::id)
        .select((meeting::id, meeting::changed_at))
        .load(database)?;
    let mut units = Vec::new();
    for (id, changed_at) in soon {
        let declined = meeting_invitee::reply.eq(CallReply::Declined.code());
        let called: Vec<Option<UnitId>> = meeting_invitee::table
            .filter(meeting_invitee::meeting_id.eq(id).and(meeting_invitee::unit_id.is_not_null()))
            .filter(meeting_invitee::reply.is_null().or(not(declined)))
            .order(meeting_invitee::id)
            .select(meeting_invitee::unit_id)
            .load(database)?;
        for unit in called.into_iter().flatten() {
            let told = notice::table
                .filter(notice::unit_id.eq(unit))
                .filter(notice::resource_id.eq(NoticeId::new(id.uuid())))
                .filter(notice::kind.eq(NoticeKind::MeetingSoon.code()))
                .filter(notice::at.ge(changed_at));
            if !diesel::select(exists(told)).get_result::<bool>(database)? {
                units.push((id, unit));
            }
        }
    }
    Ok(units)
}
