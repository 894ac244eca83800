//! Each guard lets through and stops, and no step leads along an edge that isn't drawn.

use uuid::Uuid;

use super::super::ids::{Id, NeedId};
use super::super::plan::{Action, Frame, Goal, Horizon, LegalClass, Need};
use super::super::referral::{ChildView, Indicator};
use super::super::text::Coded;
use super::*;

/// What may follow what, as the field draws it. Within a state anything may happen.
pub(super) const EDGES: &[(PlanState, &[PlanState])] = {
    use PlanState as S;
    &[
        (S::NeedAssessed, &[S::ConsentPending]),
        (S::ConsentPending, &[S::Declined, S::Preparing]),
        (S::Declined, &[S::ConsentPending]),
        // A meeting that was called outside the service was held all the same; what was written
        // ahead of it is the draft at once.
        (S::Preparing, &[S::Called, S::Met, S::Draft, S::Interrupted, S::Closed]),
        (S::Called, &[S::Met, S::Draft, S::Interrupted, S::Closed]),
        (S::Met, &[S::Draft, S::Interrupted, S::Closed]),
        (S::Draft, &[S::Confirming, S::Interrupted, S::Closed]),
        (S::Confirming, &[S::Draft, S::Active, S::Interrupted, S::Closed]),
        (S::Active, &[S::FollowupDue, S::Draft, S::Interrupted, S::Closed]),
        (S::FollowupDue, &[S::Draft, S::Interrupted, S::Closed]),
        (S::Interrupted, &[S::Preparing, S::Called, S::Met, S::Draft, S::Closed]),
        (S::Closed, &[]),
    ]
};

pub(super) fn follows(from: PlanState, to: PlanState) -> bool {
    from == to || EDGES.iter().any(|(state, next)| *state == from && next.contains(&to))
}

fn id<Of>(n: u128) -> Id<Of> {
    Id::new(Uuid::from_u128(n))
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn at(state: PlanState) -> Process {
    Process { state, ..Process::begun() }
}

fn whole_plan() -> (Frame, Vec<Need>, Vec<Goal>, Vec<Action>) {
    let frame = Frame {
        met_on: Some(day("2026-11-21")),
        follow_up_on: Some(day("2027-01-15")),
        responsible: Some(id(50)),
        child_view: Some(ChildView::Words("Bra.".into())),
        ..Frame::default()
    };
    let need: NeedId = id(1);
    let goal = Goal { id: id(2), need, horizon: Horizon::ShortTerm, text: "g".into() };
    let action = Action {
        id: id(3),
        goal: id(2),
        unit: id(40),
        class: LegalClass::Intervention,
        text: "a".into(),
        third_party: None,
        evidence: None,
        due_on: day("2026-12-01"),
    };
    let need = Need { id: need, indicator: Indicator::Safe, text: "n".into() };
    (frame, vec![need], vec![goal], vec![action])
}

fn activated(confirmed: &[UnitId], from: PlanState) -> Result<Process, Stop> {
    let (frame, needs, goals, actions) = whole_plan();
    at(from).after(&Step::Activate(Whole {
        frame: &frame,
        needs: &needs,
        goals: &goals,
        actions: &actions,
        parties: &[id(40), id(41)],
        principals: &[id(50)],
        confirmed,
    }))
}

fn state(after: Result<Process, Stop>) -> Result<PlanState, Stop> {
    after.map(|process| process.state)
}

/// Every step, with guards that let it through.
fn open_steps() -> Vec<Step<'static>> {
    let today = day("2026-11-21");
    vec![
        Step::Ask,
        Step::Decline,
        Step::Begin { consent: true },
        Step::Call(Calling { key_question: "Vad behövs?", units: &[] }),
        Step::Meet { on: today, today, written: false },
        Step::Meet { on: today, today, written: true },
        Step::Write,
        Step::Confirm,
        Step::Revise,
        Step::Close(Ending { reason: ClosingReason::GoalsMet, goals: &[], consent: true }),
        Step::Close(Ending { reason: ClosingReason::ConsentWithdrawn, goals: &[], consent: false }),
        Step::Interrupt { reasoned: true },
        Step::Resume,
    ]
}

#[test]
fn no_step_leads_along_an_edge_that_is_not_drawn_and_every_edge_is_walked() {
    let mut walked = Vec::new();
    for from in PlanState::ALL {
        for before in PlanState::ALL.iter().filter(|state| state.lives()) {
            let process = Process { interrupted_from: Some(*before), ..at(*from) };
            for step in open_steps() {
                let Ok(after) = process.after(&step) else { continue };
                assert!(follows(*from, after.state), "{from:?} to {:?} by {step:?}", after.state);
                walked.push((*from, after.state));
            }
        }
        if let Ok(after) = activated(&[id(40), id(41)], *from) {
            walked.push((*from, after.state));
        }
        let due = from.on(day("2027-01-15"), Some(day("2027-01-15")));
        walked.push((*from, due));
    }
    for (from, next) in EDGES {
        for to in *next {
            assert!(walked.contains(&(*from, *to)), "nothing leads from {from:?} to {to:?}");
        }
    }
}

#[test]
fn the_guard_consent_lets_a_plan_begin_or_stops_it() {
    let asked = at(PlanState::ConsentPending);
    assert_eq!(state(asked.after(&Step::Begin { consent: true })), Ok(PlanState::Preparing));
    assert_eq!(asked.after(&Step::Begin { consent: false }), Err(Stop::Consent));
    let declined = at(PlanState::Declined);
    let stopped = declined.after(&Step::Begin { consent: true });
    assert_eq!(stopped, Err(Stop::From(PlanState::Declined)));
}

#[test]
fn the_guard_key_question_lets_a_call_go_out_or_stops_it() {
    let call = |key_question| {
        at(PlanState::Preparing).after(&Step::Call(Calling { key_question, units: &[] }))
    };
    assert_eq!(state(call("Vad behövs?")), Ok(PlanState::Called));
    assert_eq!(call(" \n"), Err(Stop::KeyQuestion));
}

#[test]
fn the_guard_called_without_consent_names_the_units() {
    let call = |units: &[(UnitId, bool)]| {
        at(PlanState::Preparing).after(&Step::Call(Calling { key_question: "Vad?", units }))
    };
    assert_eq!(state(call(&[(id(40), true), (id(41), true)])), Ok(PlanState::Called));
    let stopped = call(&[(id(40), true), (id(41), false), (id(42), false)]);
    assert_eq!(stopped, Err(Stop::CalledWithoutConsent(vec![id(41), id(42)])));
}

#[test]
fn the_guard_meeting_ahead_keeps_what_has_not_happened_from_being_recorded() {
    let meet = |on: &str| {
        let today = day("2026-11-21");
        at(PlanState::Called).after(&Step::Meet { on: day(on), today, written: false })
    };
    assert_eq!(state(meet("2026-11-21")), Ok(PlanState::Met));
    assert_eq!(meet("2026-11-22"), Err(Stop::MeetingAhead));
}

#[test]
fn the_guard_incomplete_makes_active_what_lacks_nothing_and_nothing_else() {
    assert_eq!(state(activated(&[id(40), id(41)], PlanState::Confirming)), Ok(PlanState::Active));
    let one_missing = activated(&[id(40)], PlanState::Confirming);
    assert_eq!(one_missing, Err(Stop::Incomplete(vec![Lack::ConfirmationBy(id(41))])));
}

#[test]
fn the_guard_from_stops_a_step_that_does_not_lead_on() {
    for (from, step) in [
        (PlanState::Preparing, Step::Confirm),
        (PlanState::Active, Step::Write),
        (PlanState::Draft, Step::Revise),
        (PlanState::Closed, Step::Resume),
        (PlanState::Closed, Step::Interrupt { reasoned: true }),
        (PlanState::Interrupted, Step::Write),
    ] {
        assert_eq!(at(from).after(&step), Err(Stop::From(from)), "{step:?}");
    }
    assert_eq!(state(at(PlanState::Draft).after(&Step::Confirm)), Ok(PlanState::Confirming));
    let withdrawn = activated(&[id(40), id(41)], PlanState::Draft);
    assert_eq!(withdrawn, Err(Stop::From(PlanState::Draft)));
}

#[test]
fn the_guard_goals_open_lets_a_plan_end_when_each_goal_has_come_to_something() {
    let close = |goals: &[(GoalId, GoalOutcome, bool)]| {
        let reason = ClosingReason::Moved;
        at(PlanState::Active).after(&Step::Close(Ending { reason, goals, consent: true }))
    };
    let done = (id(1), GoalOutcome::Done, false);
    let given_up = (id(2), GoalOutcome::Cancelled, true);
    assert_eq!(state(close(&[done, given_up])), Ok(PlanState::Closed));
    let open = (id(3), GoalOutcome::Open, true);
    let without_reason = (id(4), GoalOutcome::Cancelled, false);
    let stopped = close(&[done, open, given_up, without_reason]);
    assert_eq!(stopped, Err(Stop::GoalsOpen(vec![id(3), id(4)])));
}

#[test]
fn the_guard_not_withdrawn_lets_a_withdrawal_end_a_plan_at_any_time() {
    let close = |from, consent| {
        let goals = &[(id(1), GoalOutcome::Open, false)];
        let reason = ClosingReason::ConsentWithdrawn;
        at(from).after(&Step::Close(Ending { reason, goals, consent }))
    };
    for from in PlanState::ALL.iter().filter(|state| state.lives()) {
        assert_eq!(state(close(*from, false)), Ok(PlanState::Closed), "{from:?}");
        assert_eq!(close(*from, true), Err(Stop::NotWithdrawn));
    }
    let reason = ClosingReason::GoalsMet;
    let ending = Step::Close(Ending { reason, goals: &[], consent: true });
    assert_eq!(at(PlanState::Draft).after(&ending), Err(Stop::From(PlanState::Draft)));
}

#[test]
fn the_guard_reason_lays_aside_with_a_reason_only() {
    for from in PlanState::ALL.iter().filter(|state| state.lives()) {
        let stopped = at(*from).after(&Step::Interrupt { reasoned: false });
        assert!(stopped.is_err(), "{from:?}");
        let aside = at(*from).after(&Step::Interrupt { reasoned: true });
        let expected = (*from != PlanState::Interrupted).then_some(Some(*from));
        assert_eq!(aside.ok().map(|process| process.interrupted_from), expected);
    }
}

#[test]
fn what_is_taken_up_again_goes_on_where_it_was_and_is_confirmed_anew() {
    for (from, to, revision) in [
        (PlanState::Preparing, PlanState::Preparing, 1),
        (PlanState::Called, PlanState::Called, 1),
        (PlanState::Met, PlanState::Met, 1),
        (PlanState::Draft, PlanState::Draft, 1),
        (PlanState::Confirming, PlanState::Draft, 1),
        (PlanState::Active, PlanState::Draft, 2),
        (PlanState::FollowupDue, PlanState::Draft, 2),
    ] {
        let aside = at(from).after(&Step::Interrupt { reasoned: true }).expect("laid aside");
        let again = aside.after(&Step::Resume).expect("taken up again");
        assert_eq!((again.state, again.revision), (to, revision), "{from:?}");
        assert_eq!(again.interrupted_from, None);
    }
}

#[test]
fn a_follow_up_is_due_from_its_day_on_and_only_of_what_is_in_force() {
    let due = |state: PlanState, today: &str| state.on(day(today), Some(day("2027-01-15")));
    assert_eq!(due(PlanState::Active, "2027-01-14"), PlanState::Active);
    assert_eq!(due(PlanState::Active, "2027-01-15"), PlanState::FollowupDue);
    assert_eq!(due(PlanState::Draft, "2027-01-15"), PlanState::Draft);
    assert_eq!(PlanState::Active.on(day("2027-01-15"), None), PlanState::Active);
}
