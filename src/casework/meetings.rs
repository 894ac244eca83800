//! A meeting about a plan: called with a question, answered, moved, held, and looked back on.

use chrono::NaiveDate;

use super::plans::after;
use super::unchanged;
use crate::access::act::{
    AnswerMeeting, CallMeeting, ChangeMeeting, EvaluateMeeting, HoldMeeting, PreviewMeeting,
};
use crate::clock::Instant;
use crate::domain::meeting::{
    Attendance, CallReply, Evaluation, Invitee, MeetingState, Unaccounted, accounted,
};
use crate::domain::obstacle::Obstacle;
use crate::domain::plan_process::{Calling, Step};
use crate::store::{Appointment, CallDraft, CallPreview, Halt, MeetingView, ReplyDraft, Work};

/// Calls a meeting. Its key question is asked, it lies ahead, and each unit is called by consent.
pub fn call(work: &mut Work<'_, CallMeeting>, draft: &CallDraft) -> Result<MeetingView, Halt> {
    ahead(draft.appointment.starts_at, work.now())?;
    let plan = work.plan_before()?;
    let units = work.covered(draft)?;
    let calling = Calling { key_question: &draft.key_question, units: &units };
    let next = after(plan.process, &Step::Call(calling))?;
    work.call(draft, next)
}

/// What each of those who would be called will see. A unit that no consent covers stands in it, and
/// is not called until one does.
pub fn preview(
    work: &mut Work<'_, PreviewMeeting>,
    draft: &CallDraft,
) -> Result<Vec<CallPreview>, Halt> {
    let plan = work.plan_before()?;
    after(plan.process, &Step::Call(Calling { key_question: &draft.key_question, units: &[] }))?;
    work.preview(draft)
}

/// Answers a call, as long as it stands.
pub fn answer(work: &mut Work<'_, AnswerMeeting>, draft: &ReplyDraft) -> Result<MeetingView, Halt> {
    let before = work.before()?;
    stands(&before)?;
    if !before.invitees.iter().any(|row| row.who == work.who()) {
        return Err(Obstacle::Field { field: "person", reason: "not_called" }.into());
    }
    said_in_full(draft, work.now())?;
    work.answer(draft)
}

/// Moves a meeting, as long as it is called.
pub fn move_to(
    work: &mut Work<'_, ChangeMeeting>,
    to: &Appointment,
    because: &str,
    expected: i64,
) -> Result<MeetingView, Halt> {
    let before = work.before()?;
    unchanged(expected, before.version)?;
    stands(&before)?;
    ahead(to.starts_at, work.now())?;
    work.move_to(to, because)
}

/// Calls a meeting off.
pub fn call_off(work: &mut Work<'_, ChangeMeeting>, because: &str) -> Result<MeetingView, Halt> {
    stands(&work.before()?)?;
    work.call_off(because)
}

/// Records that a meeting was held, who came, and of each unit that did not, the deviation.
pub fn hold(
    work: &mut Work<'_, HoldMeeting>,
    on: NaiveDate,
    account: &[Attendance],
    expected: i64,
) -> Result<MeetingView, Halt> {
    let (before, plan) = work.before()?;
    unchanged(expected, before.version)?;
    stands(&before)?;
    let called: Vec<Invitee> = before.invitees.iter().map(|row| row.who).collect();
    accounted(&called, account).map_err(unaccounted)?;
    let (today, written) = (work.today(), !plan.needs.is_empty());
    if on > today {
        return Err(Obstacle::Field { field: "held_on", reason: "in_the_future" }.into());
    }
    let next = after(plan.process, &Step::Meet { on, today, written })?;
    work.hold(&plan, on, account, next)
}

/// Records what the child or a guardian says about a meeting that was held.
pub fn evaluate(
    work: &mut Work<'_, EvaluateMeeting>,
    said: &Evaluation,
) -> Result<MeetingView, Halt> {
    let before = work.before()?;
    if before.state != MeetingState::Held {
        return Err(Obstacle::State { why: "meeting_not_held" }.into());
    }
    let child = before.about.map(|(_, child, _)| child);
    let asked = match child {
        Some(child) => work.is_asked(child)?,
        None => false,
    };
    if !asked {
        return Err(Obstacle::Field { field: "person", reason: "not_asked" }.into());
    }
    work.evaluate(said)
}

fn stands(meeting: &MeetingView) -> Result<(), Obstacle> {
    match meeting.state {
        MeetingState::Called => Ok(()),
        MeetingState::Held => Err(Obstacle::State { why: "meeting_held" }),
        MeetingState::Cancelled => Err(Obstacle::State { why: "meeting_cancelled" }),
    }
}

fn ahead(starts_at: Instant, now: Instant) -> Result<(), Obstacle> {
    if starts_at > now {
        return Ok(());
    }
    Err(Obstacle::Field { field: "starts_at", reason: "in_the_past" })
}

/// Whoever stays away says why; whoever proposes a time says which.
fn said_in_full(draft: &ReplyDraft, now: Instant) -> Result<(), Obstacle> {
    match (draft.reply, &draft.reason, draft.proposed_at) {
        (CallReply::Declined, None, _) => {
            Err(Obstacle::Field { field: "reason", reason: "required_when_declined" })
        }
        (CallReply::Proposed, _, None) => {
            Err(Obstacle::Field { field: "proposed_at", reason: "required_when_proposed" })
        }
        (CallReply::Proposed, _, Some(at)) if at <= now => {
            Err(Obstacle::Field { field: "proposed_at", reason: "in_the_past" })
        }
        (CallReply::Accepted | CallReply::Declined, _, Some(_)) => {
            Err(Obstacle::Field { field: "proposed_at", reason: "only_when_proposed" })
        }
        (CallReply::Accepted | CallReply::Declined | CallReply::Proposed, ..) => Ok(()),
    }
}

fn unaccounted(wrong: Unaccounted) -> Obstacle {
    let field = "attendance";
    match wrong {
        Unaccounted::Called => Obstacle::Field { field, reason: "everybody_called_once" },
        Unaccounted::NotCalled => Obstacle::Field { field, reason: "not_called" },
        Unaccounted::NoDeviation => Obstacle::Field { field, reason: "deviation_required" },
        Unaccounted::OddDeviation => Obstacle::Field { field, reason: "no_deviation" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_why_or_when() {
        let now: Instant = "2026-11-23T12:00:00Z".parse().unwrap();
        let later: Instant = "2026-12-01T12:00:00Z".parse().unwrap();
        let said = |reply, reason: Option<&str>, proposed_at| {
            let draft = ReplyDraft { reply, reason: reason.map(str::to_owned), proposed_at };
            said_in_full(&draft, now).is_ok()
        };
        assert!(said(CallReply::Accepted, None, None));
        assert!(!said(CallReply::Accepted, None, Some(later)));
        assert!(said(CallReply::Declined, Some("Sjuk."), None));
        assert!(!said(CallReply::Declined, None, None));
        assert!(said(CallReply::Proposed, None, Some(later)));
        assert!(!said(CallReply::Proposed, None, Some(now)));
        assert!(!said(CallReply::Proposed, Some("Helst på morgonen."), None));
    }
}
