//! A case opens on a referral that waits, with a named owner and a day to meet the child.

use super::referrals::waits_for_triage;
use crate::access::act::{AnswerInvitation, OpenCase};
use crate::access::facts::PartyStanding;
use crate::domain::ids::StaffId;
use crate::domain::obstacle::Obstacle;
use crate::store::{CaseView, Halt, NewCase, Work};

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

fn named(assign: &[StaffId]) -> Result<(), Obstacle> {
    if assign.is_empty() {
        return Err(Obstacle::Field { field: "assign", reason: "nobody_named" });
    }
    Ok(())
}
