//! Random walks through the process, beside an account of what the law asks for that knows nothing
//! of it. `PROPTEST_CASES` says how many walks; 256 where nobody says.
//!
//! **Invariant:** a plan that becomes active has its four legal parts, and every party has confirmed
//! this very version.

use proptest::prelude::*;
use uuid::Uuid;

use super::super::ids::{AgencyId, Id};
use super::super::plan::{Action, Frame, Goal, Horizon, LegalClass, Need};
use super::super::referral::{ChildView, Indicator};
use super::super::text::Coded;
use super::tests::follows;
use super::*;

/// Units that may take part, each of its own agency.
const UNITS: u8 = 3;
const START: &str = "2026-11-21";

/// What somebody tries.
#[derive(Clone, Debug)]
enum Move {
    Ask,
    Decline,
    Consent(bool),
    Begin,
    Call {
        question: bool,
        covered: bool,
    },
    Meet(u8),
    Need,
    Goal,
    Act {
        unit: u8,
        third: Option<bool>,
    },
    Responsible(u8),
    FollowUp(i8),
    View,
    /// A diligent caseworker writes everything that is missing, and forgets one thing.
    Mend {
        but: u8,
    },
    Confirm(u8),
    ConfirmAll,
    Activate,
    Outcome(GoalOutcome, bool),
    Revise,
    Close(bool),
    Interrupt(bool),
    Resume,
    Join(u8),
    Leave(u8),
    Days(u8),
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        2 => Just(Move::Ask),
        1 => Just(Move::Decline),
        2 => prop::bool::weighted(0.8).prop_map(Move::Consent),
        3 => Just(Move::Begin),
        2 => (prop::bool::weighted(0.8), prop::bool::weighted(0.8))
            .prop_map(|(question, covered)| Move::Call { question, covered }),
        2 => (0..3_u8).prop_map(Move::Meet),
        1 => Just(Move::Need),
        1 => Just(Move::Goal),
        2 => (0..UNITS, prop::option::of(any::<bool>()))
            .prop_map(|(unit, third)| Move::Act { unit, third }),
        1 => (0..UNITS + 1).prop_map(Move::Responsible),
        1 => (-3..60_i8).prop_map(Move::FollowUp),
        1 => Just(Move::View),
        4 => (0..12_u8).prop_map(|but| Move::Mend { but }),
        2 => (0..UNITS).prop_map(Move::Confirm),
        4 => Just(Move::ConfirmAll),
        5 => Just(Move::Activate),
        2 => (prop::sample::select(GoalOutcome::ALL), any::<bool>())
            .prop_map(|(outcome, reason)| Move::Outcome(outcome, reason)),
        1 => Just(Move::Revise),
        1 => prop::bool::weighted(0.7).prop_map(Move::Close),
        1 => prop::bool::weighted(0.7).prop_map(Move::Interrupt),
        2 => Just(Move::Resume),
        1 => (0..UNITS).prop_map(Move::Join),
        1 => (0..UNITS).prop_map(Move::Leave),
        1 => (0..40_u8).prop_map(Move::Days),
    ]
}

/// A case and its plan.
struct Walk {
    process: Process,
    today: NaiveDate,
    consent: bool,
    frame: Frame,
    needs: Vec<Need>,
    goals: Vec<Goal>,
    actions: Vec<Action>,
    outcomes: Vec<(GoalId, GoalOutcome, bool)>,
    parties: Vec<UnitId>,
    version: i64,
    confirmed: Vec<(UnitId, i64)>,
    made: u128,
}

fn unit(index: u8) -> UnitId {
    Id::new(Uuid::from_u128(40 + u128::from(index)))
}

fn agency(index: u8) -> AgencyId {
    Id::new(Uuid::from_u128(50 + u128::from(index)))
}

impl Walk {
    fn begin() -> Self {
        Self {
            process: Process::start(),
            today: START.parse().expect("a day"),
            consent: false,
            frame: Frame::default(),
            needs: Vec::new(),
            goals: Vec::new(),
            actions: Vec::new(),
            outcomes: Vec::new(),
            parties: vec![unit(0)],
            version: 1,
            confirmed: Vec::new(),
            made: 100,
        }
    }

    fn new_id<Of>(&mut self) -> Id<Of> {
        self.made += 1;
        Id::new(Uuid::from_u128(self.made))
    }

    fn principals(&self) -> Vec<AgencyId> {
        (0..UNITS).filter(|it| self.parties.contains(&unit(*it))).map(agency).collect()
    }

    fn step(&mut self, step: &Step<'_>) -> bool {
        match self.process.after(step) {
            Ok(after) => {
                self.process = after;
                true
            }
            Err(_) => false,
        }
    }

    fn tried(&mut self, step: &Step<'_>) {
        self.step(step);
    }

    /// What stands in the plan changes, if the process lets it.
    fn write(&mut self, change: impl FnOnce(&mut Self)) {
        if self.step(&Step::Write) {
            change(self);
            self.version += 1;
        }
    }

    fn meet(&mut self, on: NaiveDate) {
        let (today, written) = (self.today, !self.needs.is_empty());
        if self.step(&Step::Meet { on, today, written }) && self.process.state.is_made() {
            self.frame.met_on = Some(on);
            self.version += 1;
        }
    }

    fn need(&mut self) {
        let id = self.new_id();
        let need = Need { id, indicator: Indicator::Safe, text: "n".into() };
        self.write(|walk| walk.needs.push(need));
    }

    fn goal(&mut self) {
        let Some(need) = self.needs.last().map(|need| need.id) else { return };
        let id = self.new_id();
        let goal = Goal { id, need, horizon: Horizon::ShortTerm, text: "g".into() };
        self.write(|walk| {
            walk.goals.push(goal);
            walk.outcomes.push((id, GoalOutcome::Open, false));
        });
    }

    fn action(&mut self, by: u8, third: Option<bool>) {
        let Some(goal) = self.goals.last().map(|goal| goal.id) else { return };
        let action = Action {
            id: self.new_id(),
            goal,
            unit: unit(by),
            class: if third.is_some() { LegalClass::ThirdParty } else { LegalClass::Intervention },
            text: "a".into(),
            third_party: third.filter(|named| *named).map(|_| "idrottsföreningen".into()),
            evidence: None,
            due_on: self.today,
        };
        self.write(|walk| walk.actions.push(action));
    }

    fn mend(&mut self, but: u8) {
        let today = self.today;
        if but != 0 && self.needs.is_empty() {
            self.need();
        }
        if but != 1 && self.goals.is_empty() {
            self.goal();
        }
        if but != 2 && self.actions.is_empty() {
            self.action(0, None);
        }
        if but != 3 {
            self.meet(today);
        }
        self.write(|walk| {
            let frame = &mut walk.frame;
            if but != 4 {
                frame.follow_up_on = today.checked_add_days(chrono::Days::new(30));
            }
            if but != 5 {
                frame.responsible = Some(agency(0));
            }
            if but != 6 {
                frame.child_view = Some(ChildView::Missing("asks to wait".into()));
            }
        });
    }

    fn confirm(&mut self, by: UnitId) {
        if self.parties.contains(&by) && self.step(&Step::Confirm) {
            self.confirmed.push((by, self.version));
        }
    }

    fn activate(&mut self) {
        let confirmed = self.confirmed_now();
        let principals = self.principals();
        let whole = Whole {
            frame: &self.frame,
            needs: &self.needs,
            goals: &self.goals,
            actions: &self.actions,
            parties: &self.parties,
            principals: &principals,
            confirmed: &confirmed,
        };
        if let Ok(after) = self.process.after(&Step::Activate(whole)) {
            self.process = after;
        }
    }

    fn confirmed_now(&self) -> Vec<UnitId> {
        let now = self.confirmed.iter().filter(|(_, version)| *version == self.version);
        now.map(|(unit, _)| *unit).collect()
    }

    fn go(&mut self, next: &Move) {
        match next {
            Move::Ask => self.tried(&Step::Ask),
            Move::Decline => self.tried(&Step::Decline),
            Move::Consent(binds) => self.consent = *binds,
            Move::Begin => self.tried(&Step::Begin { consent: self.consent }),
            Move::Call { question, covered } => {
                let key_question = if *question { "Vad?" } else { "" };
                let units = [(unit(1), *covered)];
                self.step(&Step::Call(Calling { key_question, units: &units }));
            }
            Move::Meet(days) => {
                let on = self.today + chrono::Days::new(u64::from(*days)) - chrono::Days::new(1);
                self.meet(on);
            }
            Move::Need => self.need(),
            Move::Goal => self.goal(),
            Move::Act { unit, third } => self.action(*unit, *third),
            Move::Responsible(index) => {
                let responsible = (*index < UNITS).then(|| agency(*index));
                self.write(|walk| walk.frame.responsible = responsible);
            }
            Move::FollowUp(days) => {
                let on = self.today + chrono::TimeDelta::days(i64::from(*days));
                self.write(|walk| walk.frame.follow_up_on = Some(on));
            }
            Move::View => {
                self.write(|walk| walk.frame.child_view = Some(ChildView::Words("Bra.".into())));
            }
            Move::Mend { but } => self.mend(*but),
            Move::Confirm(index) => self.confirm(unit(*index)),
            Move::ConfirmAll => {
                for party in self.parties.clone() {
                    self.confirm(party);
                }
            }
            Move::Activate => self.activate(),
            Move::Outcome(outcome, reasoned) => {
                for goal in &mut self.outcomes {
                    *goal = (goal.0, *outcome, *reasoned);
                }
            }
            Move::Revise => self.tried(&Step::Revise),
            Move::Close(met) => {
                let withdrawn = ClosingReason::ConsentWithdrawn;
                let reason = if *met { ClosingReason::GoalsMet } else { withdrawn };
                let (goals, consent) = (self.outcomes.clone(), self.consent);
                self.step(&Step::Close(Ending { reason, goals: &goals, consent }));
            }
            Move::Interrupt(reasoned) => {
                self.step(&Step::Interrupt { reasoned: *reasoned });
            }
            Move::Resume => {
                // Taken up again is changed: the version grows, and nothing is confirmed.
                if self.step(&Step::Resume) {
                    self.version += 1;
                }
            }
            Move::Join(index) => {
                if !self.parties.contains(&unit(*index)) {
                    self.parties.push(unit(*index));
                }
            }
            Move::Leave(index) if *index > 0 => self.parties.retain(|it| *it != unit(*index)),
            Move::Leave(_) => {}
            Move::Days(days) => self.today = self.today + chrono::Days::new(u64::from(*days)),
        }
    }

    /// What the law asks for, said once more and otherwise (SoL 10:9, HSL 16:4).
    fn is_lawful(&self) -> bool {
        let needs_are_met = !self.needs.is_empty()
            && self.needs.iter().all(|need| self.goals.iter().any(|goal| goal.need == need.id));
        let goals_are_served =
            self.goals.iter().all(|goal| self.actions.iter().any(|it| it.goal == goal.id));
        let each_by_a_party = self.actions.iter().all(|it| self.parties.contains(&it.unit));
        let others_are_named = self
            .actions
            .iter()
            .all(|it| it.class != LegalClass::ThirdParty || it.third_party.is_some());
        let one_answers =
            self.frame.responsible.is_some_and(|agency| self.principals().contains(&agency));
        let looked_at_again = match (self.frame.met_on, self.frame.follow_up_on) {
            (Some(met), Some(again)) => met <= again,
            _ => false,
        };
        let all_confirm =
            self.parties.iter().all(|party| self.confirmed.contains(&(*party, self.version)));
        needs_are_met
            && goals_are_served
            && each_by_a_party
            && others_are_named
            && one_answers
            && looked_at_again
            && self.frame.child_view.is_some()
            && all_confirm
    }

    fn shown(&self) -> PlanState {
        self.process.state.on(self.today, self.frame.follow_up_on)
    }
}

/// Goes all the way; the states that it saw.
fn walk(moves: &[Move]) -> Result<Vec<PlanState>, TestCaseError> {
    let mut walk = Walk::begin();
    let mut seen = vec![walk.shown()];
    for next in moves {
        let (before, content) = (walk.process, (walk.version, walk.frame.clone()));
        walk.go(next);
        let after = walk.process;
        let became = after.state == PlanState::Active && before.state != PlanState::Active;
        prop_assert!(!became || walk.is_lawful(), "active without what the law asks for: {next:?}");
        if before.state.is_in_force() && after.state.is_in_force() {
            prop_assert_eq!(content, (walk.version, walk.frame.clone()), "changed while in force");
        }
        // A diligent caseworker takes several steps at once.
        if !matches!(next, Move::Mend { .. }) {
            prop_assert!(follows(before.state, after.state), "{before:?} to {after:?}");
        }
        prop_assert!(before.state != PlanState::Closed || after == before, "an end is an end");
        prop_assert!(after.revision >= before.revision);
        let aside = after.state == PlanState::Interrupted;
        prop_assert_eq!(aside, after.interrupted_from.is_some());
        seen.push(walk.shown());
    }
    Ok(seen)
}

#[test]
fn a_walk_can_reach_every_state() {
    let steps = [
        vec![Move::Ask, Move::Decline, Move::Ask, Move::Consent(true), Move::Begin],
        vec![Move::Call { question: true, covered: true }, Move::Meet(1), Move::Mend { but: 9 }],
        vec![Move::ConfirmAll, Move::Activate, Move::Days(40), Move::Interrupt(true)],
        vec![Move::Resume, Move::Consent(false), Move::Close(false)],
    ];
    let seen = walk(&steps.concat()).expect("a walk");
    for state in PlanState::ALL {
        assert!(seen.contains(state), "{state:?} was not reached: {seen:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_plan_is_active_without_its_legal_parts_and_confirmations(
        moves in prop::collection::vec(moves(), 1..120),
    ) {
        let begun = [Move::Ask, Move::Consent(true), Move::Begin];
        walk(&moves)?;
        // And once more from where most of the work is.
        walk(&[&begun[..], &moves].concat())?;
    }
}
