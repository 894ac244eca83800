//! A plan's way from a need to its end (SoL 10:8–9, HSL 16:4): which state follows which, and what
//! each step asks for.
//!
//! `need_assessed → consent_pending → (declined | preparing) → called → met → draft → confirming →
//! active → followup_due → (the next revision's draft | closed)`, and `interrupted` from any.
//!
//! **Invariant:** nothing else says what follows what. A step that its guard stops changes nothing,
//! and the guard says why.

use chrono::NaiveDate;

use super::closing::ClosingReason;
use super::ids::{GoalId, UnitId};
use super::plan::{Lack, Whole, lacks};
use super::text::codes;

codes! {
    /// Where a plan stands. The first three are those of a case that has no plan yet.
    PlanState {
        /// Somebody sees that help must be coordinated; nobody was asked about a plan.
        NeedAssessed => "need_assessed",
        /// Those who decide were asked whether a plan may be drawn up.
        ConsentPending => "consent_pending",
        /// They said no, or took their yes back.
        Declined => "declined",
        /// The plan is begun; its meeting is prepared.
        Preparing => "preparing",
        /// The meeting is called.
        Called => "called",
        /// The meeting was held, and nothing was written yet.
        Met => "met",
        /// Being written.
        Draft => "draft",
        /// Written, and confirmed by some.
        Confirming => "confirming",
        /// In force.
        Active => "active",
        /// In force, and the day of its follow-up has come.
        FollowupDue => "followup_due",
        /// Ended.
        Closed => "closed",
        /// Laid aside, with a reason.
        Interrupted => "interrupted",
    }
}

codes! {
    /// What became of a goal.
    GoalOutcome {
        /// Nothing yet.
        Open => "open",
        /// It is reached.
        Done => "done",
        /// It is given up, with a reason.
        Cancelled => "cancelled",
    }
}

codes! {
    /// A turn that a plan took, each with its reason.
    PlanTurn {
        /// Its next revision was begun.
        Revised => "revised",
        /// It was laid aside.
        Interrupted => "interrupted",
        /// It was taken up again.
        Resumed => "resumed",
        /// It was closed.
        Closed => "closed",
    }
}

/// Where a plan stands, as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its state.
    pub state: PlanState,
    /// The state in which it was laid aside.
    pub interrupted_from: Option<PlanState>,
    /// Which revision of the plan is written or in force, from 1.
    pub revision: i32,
}

/// One step.
#[derive(Clone, Debug)]
pub enum Step<'a> {
    /// Those who decide are asked.
    Ask,
    /// They say no.
    Decline,
    /// The plan is begun.
    Begin {
        /// Whether a consent that a plan is drawn up binds today.
        consent: bool,
    },
    /// A meeting is called.
    Call(Calling<'a>),
    /// A meeting was held.
    Meet {
        /// On which day.
        on: NaiveDate,
        /// What day it is.
        today: NaiveDate,
        /// Whether needs were written in its preparation.
        written: bool,
    },
    /// Something is written in the plan.
    Write,
    /// A unit confirms its part.
    Confirm,
    /// The plan is made active.
    Activate(Whole<'a>),
    /// A new revision is begun.
    Revise,
    /// The plan ends.
    Close(Ending<'a>),
    /// The plan is laid aside.
    Interrupt {
        /// Whether a reason is given.
        reasoned: bool,
    },
    /// It is taken up again.
    Resume,
}

/// A call, as far as its guard asks.
#[derive(Clone, Copy, Debug)]
pub struct Calling<'a> {
    /// The question that the meeting shall answer.
    pub key_question: &'a str,
    /// Each unit that is called, and whether a consent covers that its agency is.
    pub units: &'a [(UnitId, bool)],
}

/// An end, as far as its guard asks.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// Why.
    pub reason: ClosingReason,
    /// Each goal, what became of it, and whether a reason stands with it.
    pub goals: &'a [(GoalId, GoalOutcome, bool)],
    /// Whether a consent that a plan is drawn up binds today.
    pub consent: bool,
}

/// What stops a step: a guard, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The step doesn't lead on from this state.
    From(PlanState),
    /// No consent to a plan binds.
    Consent,
    /// The call asks no question.
    KeyQuestion,
    /// No consent covers that these units are called.
    CalledWithoutConsent(Vec<UnitId>),
    /// The meeting lies ahead.
    MeetingAhead,
    /// The plan lacks what the law asks for.
    Incomplete(Vec<Lack>),
    /// These goals are neither reached nor given up with a reason.
    GoalsOpen(Vec<GoalId>),
    /// It would end by a withdrawal, and the consent binds.
    NotWithdrawn,
    /// Nothing is laid aside without a reason.
    Reason,
}

impl PlanState {
    /// Whether a plan that stands so lives: nothing else can be begun beside it.
    pub const fn lives(self) -> bool {
        match self {
            Self::Preparing
            | Self::Called
            | Self::Met
            | Self::Draft
            | Self::Confirming
            | Self::Active
            | Self::FollowupDue
            | Self::Interrupted => true,
            Self::NeedAssessed | Self::ConsentPending | Self::Declined | Self::Closed => false,
        }
    }

    /// Whether a plan that stands so is in force.
    pub const fn is_in_force(self) -> bool {
        matches!(self, Self::Active | Self::FollowupDue)
    }

    /// Whether it is being made, and has not come into force.
    pub const fn is_made(self) -> bool {
        matches!(self, Self::Preparing | Self::Called | Self::Met | Self::Draft | Self::Confirming)
    }

    /// The state on `today` of a plan that is kept in this one: a plan in force waits for its
    /// follow-up from that day on.
    #[must_use]
    pub fn on(self, today: NaiveDate, follow_up_on: Option<NaiveDate>) -> Self {
        match self {
            Self::Active if follow_up_on.is_some_and(|day| day <= today) => Self::FollowupDue,
            state => state,
        }
    }
}

impl Process {
    /// A case in which a need is seen, and no more.
    pub const fn start() -> Self {
        Self { state: PlanState::NeedAssessed, interrupted_from: None, revision: 1 }
    }

    /// A plan that was begun.
    pub const fn begun() -> Self {
        Self { state: PlanState::Preparing, interrupted_from: None, revision: 1 }
    }

    /// Where it stands after `step`.
    ///
    /// # Errors
    /// The guard that stops it.
    pub fn after(self, step: &Step<'_>) -> Result<Self, Stop> {
        use PlanState as S;
        let stop = Err(Stop::From(self.state));
        match (step, self.state) {
            (Step::Ask, S::NeedAssessed | S::Declined) => Ok(self.to(S::ConsentPending)),
            (Step::Decline, S::ConsentPending) => Ok(self.to(S::Declined)),
            (Step::Begin { consent }, S::ConsentPending) => {
                stands(*consent, Stop::Consent)?;
                Ok(self.to(S::Preparing))
            }
            (Step::Call(calling), state) if state.is_made() || state.is_in_force() => {
                calling.guard()?;
                Ok(self.to(if state == S::Preparing { S::Called } else { state }))
            }
            (Step::Meet { on, today, written }, state)
                if state.is_made() || state.is_in_force() =>
            {
                stands(on <= today, Stop::MeetingAhead)?;
                Ok(self.to(match state {
                    // What was written in the preparation is the draft.
                    S::Preparing | S::Called if *written => S::Draft,
                    S::Preparing | S::Called => S::Met,
                    // The meeting is part of what was confirmed.
                    S::Confirming => S::Draft,
                    state => state,
                }))
            }
            // Before the meeting one prepares: the plan isn't a draft until it was talked through.
            (Step::Write, S::Preparing | S::Called | S::Draft) => Ok(self),
            (Step::Write, S::Met | S::Confirming) => Ok(self.to(S::Draft)),
            (Step::Confirm, S::Draft | S::Confirming) => Ok(self.to(S::Confirming)),
            (Step::Activate(whole), state) if state.is_made() => {
                let lacking = lacks(whole);
                stands(lacking.is_empty(), Stop::Incomplete(lacking))?;
                stands(state == S::Confirming, Stop::From(state))?;
                Ok(self.to(S::Active))
            }
            (Step::Revise, S::Active | S::FollowupDue) => Ok(self.revised()),
            (Step::Close(ending), state) if state.lives() => {
                let withdrawn = ending.reason == ClosingReason::ConsentWithdrawn;
                stands(withdrawn || !state.is_made(), Stop::From(state))?;
                ending.guard()?;
                Ok(self.to(S::Closed))
            }
            (Step::Interrupt { reasoned }, state) if state.lives() && state != S::Interrupted => {
                stands(*reasoned, Stop::Reason)?;
                Ok(Self { interrupted_from: Some(state), ..self.to(S::Interrupted) })
            }
            (Step::Resume, S::Interrupted) => Ok(self.resumed()),
            _ => stop,
        }
    }

    const fn to(self, state: PlanState) -> Self {
        Self { state, interrupted_from: None, ..self }
    }

    const fn revised(self) -> Self {
        Self { revision: self.revision + 1, ..self.to(PlanState::Draft) }
    }

    /// What was confirmed before it was laid aside is confirmed no more.
    fn resumed(self) -> Self {
        match self.interrupted_from {
            Some(PlanState::Active | PlanState::FollowupDue) => self.revised(),
            Some(state @ (PlanState::Preparing | PlanState::Called | PlanState::Met)) => {
                self.to(state)
            }
            _ => self.to(PlanState::Draft),
        }
    }
}

impl Calling<'_> {
    fn guard(&self) -> Result<(), Stop> {
        stands(!self.key_question.trim().is_empty(), Stop::KeyQuestion)?;
        let without: Vec<UnitId> =
            self.units.iter().filter(|(_, covered)| !covered).map(|(unit, _)| *unit).collect();
        stands(without.is_empty(), Stop::CalledWithoutConsent(without))
    }
}

impl Ending<'_> {
    fn guard(&self) -> Result<(), Stop> {
        if self.reason == ClosingReason::ConsentWithdrawn {
            return stands(!self.consent, Stop::NotWithdrawn);
        }
        let open: Vec<GoalId> = self
            .goals
            .iter()
            .filter(|(_, outcome, reasoned)| match outcome {
                GoalOutcome::Open => true,
                GoalOutcome::Cancelled => !reasoned,
                GoalOutcome::Done => false,
            })
            .map(|(goal, ..)| *goal)
            .collect();
        stands(open.is_empty(), Stop::GoalsOpen(open))
    }
}

fn stands(holds: bool, stop: Stop) -> Result<(), Stop> {
    if holds { Ok(()) } else { Err(stop) }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
