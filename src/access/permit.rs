//! What comes out of a decision. Both can be made in this room only.

use super::act::Act;
use super::facts::{EndedOpening, Facts, Opening};
use super::rule::RuleId;

/// Leave to do one act, once, on the facts that it was given for.
///
/// ```compile_fail
/// use samsyn::access::{Permit, act::ReadSelf};
/// let forged = Permit { act: ReadSelf {}, rules: vec![], facts: todo!(), overrides: false };
/// ```
#[derive(Debug)]
pub struct Permit<A: Act> {
    act: A,
    rules: Vec<RuleId>,
    facts: Facts,
    overrides: bool,
}

/// A refusal: what is answered, and what the owner's log says.
#[derive(Clone, Debug)]
pub struct Denial {
    answer: Answer,
    told: Vec<RuleId>,
    rules: Vec<RuleId>,
    ended: Vec<EndedOpening>,
    facts: Box<Facts>,
}

/// How a refusal is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// As if it did not exist.
    Hidden,
    /// Openly.
    Told,
}

impl<A: Act> Permit<A> {
    pub(super) fn new(act: A, rules: Vec<RuleId>, facts: Facts, overrides: bool) -> Self {
        Self { act, rules, facts, overrides }
    }

    /// Whether it rests on an emergency opening and on nothing else.
    pub fn overrides(&self) -> bool {
        self.overrides
    }

    /// The act that it is leave for.
    pub fn act(&self) -> &A {
        &self.act
    }

    /// The rules that permit it.
    pub fn rules(&self) -> &[RuleId] {
        &self.rules
    }

    /// The facts that it rests on.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Whether what it shows must tell nobody's whereabouts: no unit, agency, staff or address.
    pub fn redacts(&self) -> bool {
        self.facts.redacts()
    }

    /// The grounds that opened the resource, where it is another's.
    pub fn openings(&self) -> &[Opening] {
        &self.facts.situation.live
    }
}

impl Denial {
    pub(super) fn new(answer: Answer, told: Vec<RuleId>, rules: Vec<RuleId>, facts: Facts) -> Self {
        let ended = if facts.knows() { facts.situation.ended.clone() } else { Vec::new() };
        Self { answer, told, rules, ended, facts: Box::new(facts) }
    }

    /// Whether the caller may learn that the thing exists.
    pub fn answer(&self) -> Answer {
        self.answer
    }

    /// The rules that the caller is told.
    pub fn told(&self) -> &[RuleId] {
        &self.told
    }

    /// The rules that refused it in truth: for the owner's log.
    pub fn rules(&self) -> &[RuleId] {
        &self.rules
    }

    /// Grounds that once opened it to the caller, told only to whom knew of it.
    pub fn ended(&self) -> &[EndedOpening] {
        &self.ended
    }

    /// The facts that it rests on.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }
}
