//! The decision.
//!
//! **Invariant:** what somebody who may not know of a thing is answered rests on the ghost of the
//! thing alone, so that "not there" and "not for you" are one answer, at one price.

use super::act::Act;
use super::facts::Facts;
use super::permit::{Answer, Denial, Permit};
use super::policy::Policy;
use super::rule::RuleId;

/// The ground of rules that permit what an emergency opening opens, and nothing else.
const EMERGENCY: &str = "EMERGENCY";

/// What became of a question, before it is bound to an act.
pub(super) enum Verdict {
    /// Permitted, by these rules.
    Permitted(Vec<RuleId>),
    /// Refused.
    Refused {
        /// How it is answered.
        answer: Answer,
        /// The rules that the caller is told.
        told: Vec<RuleId>,
        /// The rules that refused it in truth.
        rules: Vec<RuleId>,
    },
}

/// Decides whether the principal of `facts` may do `act`.
pub fn decide<A: Act>(policy: &Policy, act: A, facts: Facts) -> Result<Permit<A>, Denial> {
    match judge(policy, A::NAME, &facts) {
        Verdict::Permitted(rules) => {
            let overrides =
                rules.iter().all(|id| policy.rule(id).is_some_and(|rule| rule.ground == EMERGENCY));
            Ok(Permit::new(act, rules, facts, overrides))
        }
        Verdict::Refused { answer, told, rules } => Err(Denial::new(answer, told, rules, facts)),
    }
}

/// Decides by the act's name.
pub(super) fn judge(policy: &Policy, act: &str, facts: &Facts) -> Verdict {
    let truth = policy.weigh(act, facts);
    if truth.permitted {
        return Verdict::Permitted(truth.rules);
    }
    if facts.knows() {
        let told = truth.rules.clone();
        return Verdict::Refused { answer: Answer::Told, told, rules: truth.rules };
    }
    let (answer, told) = answer_from_ghost(policy, act, &facts.ghost());
    Verdict::Refused { answer, told, rules: truth.rules }
}

/// What may be told to somebody who does not know whether the thing is there. When they are told
/// anything, it is only what depends on themselves.
fn answer_from_ghost(policy: &Policy, act: &str, ghost: &Facts) -> (Answer, Vec<RuleId>) {
    let weighed = policy.weigh(act, ghost);
    if weighed.permitted {
        return (Answer::Hidden, policy.default_refusal());
    }
    let is_open = |id: &RuleId| policy.rule(id).is_some_and(|rule| rule.open);
    let open: Vec<_> = weighed.rules.iter().filter(|id| is_open(id)).cloned().collect();
    if open.is_empty() { (Answer::Hidden, weighed.rules) } else { (Answer::Told, open) }
}
