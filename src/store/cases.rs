//! Cases, their parties and their assigned staff.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use super::db::Database;
use super::error::Halt;
use super::parties::NewAssignment;
use super::schema::{assignment, case_file, party};
use super::sql::At;
use super::work::{Page, Work};
use crate::access::Act;
use crate::access::act::{CloseCase, ListCases, OpenCase, ReadCase};
use crate::access::facts::PartyStanding;
use crate::clock::Instant;
use crate::domain::closing::ClosingReason;
use crate::domain::ids::{AreaId, CaseId, ChildId, ReferralId, StaffId, UnitId};
use crate::domain::law::in_force;
use crate::domain::notice::NoticeKind;
use crate::domain::referral::ReferralState;
use crate::domain::text::Coded;
use crate::ledger::Effect;

/// A case as it is opened.
#[derive(Clone, Debug)]
pub struct NewCase {
    /// The named owner, of the opening unit's staff.
    pub owner: StaffId,
    /// The day of the first contact with the child.
    pub first_contact_on: NaiveDate,
    /// The question that the parties shall answer together.
    pub key_question: String,
    /// Units that are asked to take part.
    pub invite: Vec<UnitId>,
}

/// A case in a list.
#[derive(Clone, Debug)]
pub struct CaseSummary {
    /// Its id.
    pub id: CaseId,
    /// The child.
    pub child: ChildId,
    /// The coordinating unit.
    pub unit: UnitId,
    /// The day of the first contact.
    pub first_contact_on: NaiveDate,
    /// When it was opened.
    pub opened_at: Instant,
}

/// A case, whole.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// As in a list.
    pub summary: CaseSummary,
    /// The referral that it opened on.
    pub referral: ReferralId,
    /// The named owner.
    pub owner: StaffId,
    /// The question to answer together.
    pub key_question: String,
    /// Who takes part.
    pub parties: Vec<PartyView>,
    /// How it ended, if it has.
    pub closing: Option<Closing>,
    /// Its version.
    pub version: i64,
}

/// A party.
#[derive(Clone, Debug)]
pub struct PartyView {
    /// The unit.
    pub unit: UnitId,
    /// How it takes part; declining leaves `None`.
    pub standing: PartyStanding,
    /// When it was asked.
    pub invited_at: Instant,
    /// When it answered.
    pub answered_at: Option<Instant>,
    /// Why it declined.
    pub reason: Option<String>,
    /// Its assigned staff.
    pub assigned: Vec<AssignmentRow>,
}

/// An assignment.
#[derive(Clone, Debug)]
pub struct AssignmentRow {
    /// Who.
    pub staff: StaffId,
    /// From which day.
    pub from: NaiveDate,
    /// To which day, if it is known.
    pub to: Option<NaiveDate>,
    /// It covers for a colleague.
    pub substitute: bool,
}

/// How a case ended.
#[derive(Clone, Debug)]
pub struct Closing {
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: ClosingReason,
    /// The same in words, where that is not enough.
    pub note: Option<String>,
    /// The last day on which the units that took part read it.
    pub read_until: NaiveDate,
}

impl Work<'_, OpenCase> {
    /// Opens the case: the opening unit becomes its first party, the owner its first assigned.
    pub fn open(&mut self, new: &NewCase) -> Result<CaseView, Halt> {
        let referral = self.act().referral;
        let before = self.referral_before()?;
        let (child, unit) = (before.summary.child, before.draft.to);
        let area = self.area_of(child)?;
        let today = self.means.law.day_of(self.now());
        self.works_at(new.owner, unit, "owner", today)?;
        let id: CaseId = self.means.clock.new_id();
        diesel::insert_into(case_file::table)
            .values((
                case_file::id.eq(id),
                case_file::area_id.eq(area),
                case_file::child_id.eq(child),
                case_file::referral_id.eq(referral),
                case_file::unit_id.eq(unit),
                case_file::owner_id.eq(new.owner),
                case_file::first_contact_on.eq(new.first_contact_on),
                case_file::key_question.eq(&new.key_question),
                case_file::opened_at.eq(At(self.now())),
                case_file::version.eq(1),
            ))
            .execute(self.database)?;
        self.add_party(id, area, unit, PartyStanding::Active)?;
        self.add_assignment(id, area, unit, &NewAssignment::of(new.owner))?;
        // Whoever is named twice is asked once, and whoever opens the case takes part already.
        let invited: BTreeSet<UnitId> = new.invite.iter().copied().collect();
        for invited in invited.into_iter().filter(|invited| *invited != unit) {
            self.receiving_unit(invited, "invite", None)?;
            self.add_party(id, area, invited, PartyStanding::Invited)?;
            let owner = self.agency_of(invited)?;
            self.touched(owner, ("Case", id.uuid()), Effect::Changed);
        }
        self.set_state(referral, ReferralState::CaseOpened, None)?;
        self.case(id)
    }
}

impl Work<'_, ListCases> {
    /// The cases that one is assigned to, oldest first.
    pub fn cases(&mut self, page: Page) -> Result<Vec<CaseSummary>, Halt> {
        let who = self.staff();
        let load = |database: &mut Database, after: Option<CaseId>, limit| {
            let own =
                assignment::table.filter(assignment::staff_id.eq(who)).select(assignment::case_id);
            let mut query = case_file::table
                .filter(case_file::id.eq_any(own))
                .order(case_file::id)
                .limit(limit)
                .select(case_file::id)
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(case_file::id.gt(after));
            }
            Ok(query.load(database)?)
        };
        let served = self.page_of(page, load, |case| ReadCase { case })?;
        served.into_iter().map(|(id, _)| Ok(self.case(id)?.summary)).collect()
    }
}

impl Work<'_, ReadCase> {
    /// The case.
    pub fn read(&mut self) -> Result<CaseView, Halt> {
        self.case(self.act().case)
    }
}

impl Work<'_, CloseCase> {
    /// Closes it, and tells every unit that takes part.
    pub fn close(&mut self, reason: ClosingReason, note: Option<&str>) -> Result<CaseView, Halt> {
        let id = self.act().case;
        diesel::update(case_file::table.find(id))
            .set((
                case_file::closed_at.eq(At(self.now())),
                case_file::closed_because.eq(reason.code()),
                case_file::closed_note.eq(note),
                case_file::closed_by_id.eq(self.staff()),
                case_file::version.eq(case_file::version + 1),
            ))
            .execute(self.database)?;
        let view = self.case(id)?;
        let mut owners = BTreeSet::new();
        for party in view.parties.iter().filter(|party| party.standing.reads()) {
            self.notify(party.unit, NoticeKind::CaseClosed, ("Case", id.uuid()))?;
            owners.insert(self.agency_of(party.unit)?);
        }
        let own = self.facts().resource.owner.map(|owner| owner.agency);
        for owner in owners.into_iter().filter(|owner| Some(*owner) != own) {
            self.touched(owner, ("Case", id.uuid()), Effect::Changed);
        }
        Ok(view)
    }
}

impl<A: Act> Work<'_, A> {
    pub(super) fn case(&mut self, id: CaseId) -> Result<CaseView, Halt> {
        type Row = (ChildId, ReferralId, UnitId, StaffId, NaiveDate, String, At, i64);
        let (child, referral, unit, owner, first_contact_on, key_question, opened_at, version): Row =
            case_file::table
                .find(id)
                .select((
                    case_file::child_id,
                    case_file::referral_id,
                    case_file::unit_id,
                    case_file::owner_id,
                    case_file::first_contact_on,
                    case_file::key_question,
                    case_file::opened_at,
                    case_file::version,
                ))
                .first(self.database)?;
        let summary = CaseSummary { id, child, unit, first_contact_on, opened_at: opened_at.0 };
        let parties = self.parties(id)?;
        let closing = self.closing(id)?;
        Ok(CaseView { summary, referral, owner, key_question, parties, closing, version })
    }

    fn closing(&mut self, id: CaseId) -> Result<Option<Closing>, Halt> {
        let row: (Option<At>, Option<String>, Option<String>) = case_file::table
            .find(id)
            .select((case_file::closed_at, case_file::closed_because, case_file::closed_note))
            .first(self.database)?;
        let (Some(At(at)), Some(reason), note) = row else { return Ok(None) };
        let law = &self.means.law;
        let (closed_on, read) = (law.day_of(at), &law.read_only_days_after_close);
        let days = in_force(read, self.today()).map_or(0, |law| law.says.unsigned_abs());
        let read_until = closed_on.checked_add_days(Days::new(days)).unwrap_or(closed_on);
        Ok(Some(Closing { at, reason: ClosingReason::from_code(&reason)?, note, read_until }))
    }

    pub(super) fn parties(&mut self, id: CaseId) -> Result<Vec<PartyView>, Halt> {
        type Row = (UnitId, String, At, Option<At>, Option<String>);
        let rows: Vec<Row> = party::table
            .filter(party::case_id.eq(id))
            .order(party::unit_id)
            .select((
                party::unit_id,
                party::standing,
                party::invited_at,
                party::answered_at,
                party::reason,
            ))
            .load(self.database)?;
        let assigned: Vec<(UnitId, StaffId, NaiveDate, Option<NaiveDate>, bool)> =
            assignment::table
                .filter(assignment::case_id.eq(id))
                .order(assignment::id)
                .select((
                    assignment::unit_id,
                    assignment::staff_id,
                    assignment::from_date,
                    assignment::to_date,
                    assignment::substitute,
                ))
                .load(self.database)?;
        Ok(rows
            .into_iter()
            .map(|(unit, standing, invited_at, answered_at, reason)| PartyView {
                unit,
                standing: PartyStanding::from_word(&standing),
                invited_at: invited_at.0,
                answered_at: answered_at.map(|at| at.0),
                reason,
                assigned: assigned
                    .iter()
                    .filter(|row| row.0 == unit)
                    .map(|(_, staff, from, to, substitute)| AssignmentRow {
                        staff: *staff,
                        from: *from,
                        to: *to,
                        substitute: *substitute,
                    })
                    .collect(),
            })
            .collect())
    }

    pub(super) fn case_area(&mut self, id: CaseId) -> Result<AreaId, Halt> {
        Ok(case_file::table.find(id).select(case_file::area_id).first(self.database)?)
    }
}
