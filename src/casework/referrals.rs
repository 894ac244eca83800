//! A referral on its way to an end: a case, advice or a concern report. Sent on is no end.

use super::unchanged;
use crate::access::act::{AcceptReferral, TriageReferral};
use crate::domain::obstacle::Obstacle;
use crate::domain::referral::{ReferralState, Triage};
use crate::store::{Halt, ReferralView, Work};

/// Triages a referral that waits for it. One that was sent on waits for its receipt first.
pub fn triage(
    work: &mut Work<'_, TriageReferral>,
    triage: &Triage,
    expected: i64,
) -> Result<ReferralView, Halt> {
    let before = work.before()?;
    unchanged(expected, before.version)?;
    waits_for_triage(before.summary.state)?;
    if let Triage::Forward { to, .. } = triage
        && *to == before.draft.to
    {
        return Err(Obstacle::Field { field: "to_unit", reason: "already_there" }.into());
    }
    work.triage(triage)
}

/// Gives the receipt for a referral that was sent on.
pub fn accept(work: &mut Work<'_, AcceptReferral>, expected: i64) -> Result<ReferralView, Halt> {
    let before = work.before()?;
    unchanged(expected, before.version)?;
    match before.summary.state {
        ReferralState::Forwarded => work.accept(),
        ReferralState::Received
        | ReferralState::Advised
        | ReferralState::Reported
        | ReferralState::CaseOpened => Err(Obstacle::State { why: "not_forwarded" }.into()),
    }
}

/// Whether triage can go on from here.
pub fn waits_for_triage(state: ReferralState) -> Result<(), Obstacle> {
    match state {
        ReferralState::Received => Ok(()),
        ReferralState::Forwarded => Err(Obstacle::State { why: "receipt_missing" }),
        ReferralState::Advised | ReferralState::Reported | ReferralState::CaseOpened => {
            Err(Obstacle::State { why: "triage_ended" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Coded;

    #[test]
    fn triage_goes_on_from_received_alone() {
        for state in ReferralState::ALL {
            let goes_on = waits_for_triage(*state).is_ok();
            assert_eq!(goes_on, *state == ReferralState::Received, "{state:?}");
        }
    }
}
