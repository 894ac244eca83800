//! Units that take part in a case, and their assigned staff.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use super::cases::CaseView;
use super::error::Halt;
use super::schema::{assignment, case_file, duty, party, staff};
use super::sql::At;
use super::work::Work;
use crate::access::Act;
use crate::access::act::{
    AnswerInvitation, AssignStaff, InviteParty, ListInvitations, SeeInvitation,
};
use crate::access::facts::PartyStanding;
use crate::clock::Instant;
use crate::domain::ids::{AreaId, CaseId, StaffId, UnitId};
use crate::domain::law::in_force;
use crate::domain::obstacle::Obstacle;
use crate::ledger::Effect;

/// An invitation as the asked unit sees it: who asks, and the question. Nothing of the case.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The case.
    pub case: CaseId,
    /// The unit that is asked.
    pub unit: UnitId,
    /// The coordinating unit, which asks.
    pub from: UnitId,
    /// The question to answer together.
    pub key_question: String,
    /// When it was asked.
    pub invited_at: Instant,
}

/// An assignment as it is made, from today on.
#[derive(Clone, Copy, Debug)]
pub struct NewAssignment {
    /// Who.
    pub staff: StaffId,
    /// To which day, if it is known.
    pub to: Option<NaiveDate>,
    /// It covers for a colleague.
    pub substitute: bool,
}

impl NewAssignment {
    /// Somebody without an end.
    pub const fn of(staff: StaffId) -> Self {
        Self { staff, to: None, substitute: false }
    }
}

impl Work<'_, InviteParty> {
    /// Asks the unit.
    pub fn invite(&mut self) -> Result<CaseView, Halt> {
        let act = self.act().clone();
        let case = self.case(act.case)?;
        self.receiving_unit(act.unit, "unit", None)?;
        let known = case.parties.iter().find(|party| party.unit == act.unit);
        match known.map(|party| party.standing) {
            None => {
                let area = self.area_of(case.summary.child)?;
                self.add_party(act.case, area, act.unit, PartyStanding::Invited)?;
            }
            // A unit that declined can be asked again.
            Some(PartyStanding::None) => {
                self.set_party(act.case, act.unit, PartyStanding::Invited, None)?;
            }
            Some(_) => return Err(Obstacle::State { why: "already_a_party" }.into()),
        }
        let owner = self.agency_of(act.unit)?;
        self.touched(owner, ("Case", act.case.uuid()), Effect::Changed);
        self.case(act.case)
    }
}

impl Work<'_, ListInvitations> {
    /// The invitations that wait for the unit, oldest first.
    pub fn invitations(&mut self) -> Result<Vec<Invitation>, Halt> {
        let unit = self.act().unit;
        let waiting: Vec<CaseId> = party::table
            .filter(party::unit_id.eq(unit).and(party::standing.eq("invited")))
            .order(party::case_id)
            .limit(self.means.rows_max)
            .select(party::case_id)
            .load(self.database)?;
        let mut served = Vec::new();
        for case in waiting {
            if self.may_serve(SeeInvitation { case, unit })? {
                served.extend(self.invitation(case, unit)?);
            }
        }
        Ok(served)
    }

    fn invitation(&mut self, case: CaseId, unit: UnitId) -> Result<Option<Invitation>, Halt> {
        let view = self.case(case)?;
        let asked = view.parties.iter().find(|party| party.unit == unit);
        Ok(asked.map(|party| Invitation {
            case,
            unit,
            from: view.summary.unit,
            key_question: view.key_question.clone(),
            invited_at: party.invited_at,
        }))
    }
}

impl Work<'_, AnswerInvitation> {
    /// Takes part, actively or reading only, with the staff named.
    pub fn accept(&mut self, standing: PartyStanding, assigned: &[StaffId]) -> Result<(), Halt> {
        let act = self.act().clone();
        self.still_invited(act.case, act.unit)?;
        self.set_party(act.case, act.unit, standing, None)?;
        let today = self.means.law.day_of(self.now());
        let area = self.case_area(act.case)?;
        for who in assigned {
            self.works_at(*who, act.unit, "assign", today)?;
            self.add_assignment(act.case, area, act.unit, &NewAssignment::of(*who))?;
        }
        Ok(())
    }

    /// Says no, with a reason.
    pub fn decline(&mut self, reason: &str) -> Result<(), Halt> {
        let act = self.act().clone();
        self.still_invited(act.case, act.unit)?;
        self.set_party(act.case, act.unit, PartyStanding::None, Some(reason))
    }

    fn still_invited(&mut self, case: CaseId, unit: UnitId) -> Result<(), Halt> {
        let standing: String =
            party::table.find((case, unit)).select(party::standing).first(self.database)?;
        if PartyStanding::from_word(&standing) == PartyStanding::Invited {
            return Ok(());
        }
        Err(Obstacle::State { why: "already_answered" }.into())
    }
}

impl Work<'_, AssignStaff> {
    /// Whether the case is closed.
    pub fn is_closed(&self) -> bool {
        self.facts().situation.closed
    }

    /// The last day on which cover that begins today may end.
    pub fn cover_ends(&self) -> NaiveDate {
        let law = in_force(&self.means.law.substitute_days_max, self.today());
        let days = Days::new(law.map_or(0, |law| law.says.unsigned_abs()));
        self.today().checked_add_days(days).unwrap_or(self.today())
    }

    /// Assigns a colleague from today on.
    pub fn assign(&mut self, new: &NewAssignment) -> Result<(), Halt> {
        let act = self.act().clone();
        let today = self.today();
        self.works_at(new.staff, act.unit, "staff", today)?;
        let area = self.case_area(act.case)?;
        self.add_assignment(act.case, area, act.unit, new)
    }

    /// Ends a colleague's assignment with yesterday.
    pub fn release(&mut self, who: StaffId) -> Result<(), Halt> {
        let act = self.act().clone();
        let today = self.means.law.day_of(self.now());
        let ended = diesel::update(
            assignment::table
                .filter(assignment::case_id.eq(act.case).and(assignment::unit_id.eq(act.unit)))
                .filter(assignment::staff_id.eq(who))
                .filter(assignment::to_date.is_null().or(assignment::to_date.ge(today))),
        )
        .set(assignment::to_date.eq(today.pred_opt()))
        .execute(self.database)?;
        if ended == 0 {
            return Err(Obstacle::State { why: "not_assigned" }.into());
        }
        Ok(())
    }
}

impl<A: Act> Work<'_, A> {
    pub(super) fn add_party(
        &mut self,
        case: CaseId,
        area: AreaId,
        unit: UnitId,
        standing: PartyStanding,
    ) -> Result<(), Halt> {
        let answered = standing.reads().then_some(At(self.now()));
        diesel::insert_into(party::table)
            .values((
                party::case_id.eq(case),
                party::unit_id.eq(unit),
                party::area_id.eq(area),
                party::standing.eq(standing.word()),
                party::invited_at.eq(At(self.now())),
                party::answered_at.eq(answered),
            ))
            .execute(self.database)?;
        Ok(())
    }

    fn set_party(
        &mut self,
        case: CaseId,
        unit: UnitId,
        standing: PartyStanding,
        reason: Option<&str>,
    ) -> Result<(), Halt> {
        let answered = (standing != PartyStanding::Invited).then_some(At(self.now()));
        diesel::update(party::table.find((case, unit)))
            .set((
                party::standing.eq(standing.word()),
                party::answered_at.eq(answered),
                party::reason.eq(reason),
            ))
            .execute(self.database)?;
        diesel::update(case_file::table.find(case))
            .set(case_file::version.eq(case_file::version + 1))
            .execute(self.database)?;
        Ok(())
    }

    pub(super) fn add_assignment(
        &mut self,
        case: CaseId,
        area: AreaId,
        unit: UnitId,
        new: &NewAssignment,
    ) -> Result<(), Halt> {
        diesel::insert_into(assignment::table)
            .values((
                assignment::id.eq(self.means.clock.new_id::<CaseId>()),
                assignment::area_id.eq(area),
                assignment::case_id.eq(case),
                assignment::unit_id.eq(unit),
                assignment::staff_id.eq(new.staff),
                assignment::from_date.eq(self.today()),
                assignment::to_date.eq(new.to),
                assignment::substitute.eq(new.substitute),
            ))
            .execute(self.database)?;
        Ok(())
    }

    /// Only who works at the unit today can be named by it.
    pub(super) fn works_at(
        &mut self,
        who: StaffId,
        unit: UnitId,
        field: &'static str,
        today: NaiveDate,
    ) -> Result<(), Halt> {
        let found: Option<StaffId> = staff::table
            .inner_join(duty::table)
            .filter(staff::id.eq(who).and(duty::unit_id.eq(unit)))
            .filter(duty::from_date.le(today))
            .filter(duty::to_date.is_null().or(duty::to_date.ge(today)))
            .select(staff::id)
            .first(self.database)
            .optional()?;
        found
            .map(|_| ())
            .ok_or_else(|| Obstacle::Field { field, reason: "does_not_work_there" }.into())
    }
}
