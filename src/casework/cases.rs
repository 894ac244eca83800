//! A case opens on a referral that waits, with a named owner and a day to meet the child. Units
//! come in, staff is assigned, and one day it is closed.

use chrono::NaiveDate;

use super::referrals::waits_for_triage;
use crate::access::act::{AnswerInvitation, AssignStaff, CloseCase, OpenCase};
use crate::access::facts::PartyStanding;
use crate::domain::closing::ClosingReason;
use crate::domain::ids::StaffId;
use crate::domain::obstacle::Obstacle;
use crate::store::{CaseView, Halt, NewAssignment, NewCase, Work};

/// What an asked unit answers.
#[derive(Clone, Debug)]
pub enum InvitationAnswer {
    /// It takes part and acts.
    Active {
        /// Its assigned staff.
        assign: Vec<StaffId>,
    },
    /// It reads and does not act.
    ReadOnly {
        /// Its assigned staff.
        assign: Vec<StaffId>,
    },
    /// It does not take part.
    Decline {
        /// Why.
        reason: String,
    },
}

/// Opens the case.
pub fn open(work: &mut Work<'_, OpenCase>, new: &NewCase) -> Result<CaseView, Halt> {
    let referral = work.referral_before()?;
    waits_for_triage(referral.summary.state)?;
    if new.first_contact_on < work.today() {
        let field = "first_contact_on";
        return Err(Obstacle::Field { field, reason: "in_the_past" }.into());
    }
    work.open(new)
}

/// Answers an invitation. Whoever takes part names somebody who does.
pub fn answer_invitation(
    work: &mut Work<'_, AnswerInvitation>,
    answer: &InvitationAnswer,
) -> Result<(), Halt> {
    match answer {
        InvitationAnswer::Active { assign } => {
            named(assign)?;
            work.accept(PartyStanding::Active, assign)
        }
        InvitationAnswer::ReadOnly { assign } => {
            named(assign)?;
            work.accept(PartyStanding::ReadOnly, assign)
        }
        InvitationAnswer::Decline { reason } => work.decline(reason),
    }
}

/// Assigns a colleague. Cover for somebody else ends by itself, and soon.
pub fn assign(work: &mut Work<'_, AssignStaff>, new: &NewAssignment) -> Result<(), Halt> {
    if work.is_closed() {
        return Err(Obstacle::State { why: "case_closed" }.into());
    }
    fits(new, work.today(), work.cover_ends())?;
    work.assign(new)
}

/// Closes the case. A plan that is not finished does not stand in the way: what is left of it goes
/// on in each unit's own file.
pub fn close(
    work: &mut Work<'_, CloseCase>,
    reason: ClosingReason,
    note: Option<&str>,
) -> Result<CaseView, Halt> {
    if reason == ClosingReason::Other && note.is_none() {
        return Err(Obstacle::Field { field: "note", reason: "required_when_other" }.into());
    }
    work.close(reason, note)
}

fn fits(new: &NewAssignment, today: NaiveDate, cover_ends: NaiveDate) -> Result<(), Obstacle> {
    let field = "to";
    match new.to {
        Some(last) if last < today => Err(Obstacle::Field { field, reason: "in_the_past" }),
        Some(last) if new.substitute && last > cover_ends => {
            Err(Obstacle::Field { field, reason: "cover_too_long" })
        }
        None if new.substitute => Err(Obstacle::Field { field, reason: "required_for_cover" }),
        Some(_) | None => Ok(()),
    }
}

fn named(assign: &[StaffId]) -> Result<(), Obstacle> {
    if assign.is_empty() {
        return Err(Obstacle::Field { field: "assign", reason: "nobody_named" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cover_needs_an_end_that_is_near_and_other_assignments_do_not() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let (today, ends) = (day("2026-11-23"), day("2026-12-23"));
        for (to, substitute, wrong) in [
            (None, false, None),
            (Some("2027-06-30"), false, None),
            (Some("2026-11-22"), false, Some("in_the_past")),
            (None, true, Some("required_for_cover")),
            (Some("2026-11-23"), true, None),
            (Some("2026-12-23"), true, None),
            (Some("2026-12-24"), true, Some("cover_too_long")),
            (Some("2026-11-22"), true, Some("in_the_past")),
        ] {
            let new = NewAssignment { staff: StaffId::nobody(), to: to.map(day), substitute };
            let expected = wrong.map(|reason| Obstacle::Field { field: "to", reason });
            assert_eq!(fits(&new, today, ends).err(), expected, "{to:?} {substitute}");
        }
    }
}
