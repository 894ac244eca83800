//! Rules that do nothing.
//!
//! A permit is dead if whatever it would permit is forbidden, or if nobody ever fits it. A forbid
//! is dead if nobody ever fits it. A forbid that refuses only what nothing permits is not dead: it
//! is there for its words, which tell why and what would be lawful; it is named, so that nobody
//! takes it for a wall. Facts that the service never gathers don't keep a rule alive.

use crate::check::{Finding, Subject, Verdict};
use crate::expression::with_effect;
use crate::fault::Fault;
use crate::gap::{Gap, Presence};
use crate::prover::Prover;
use crate::rule::Rule;
use crate::rules::Rules;
use crate::world::Place;

/// What a rule does.
enum Use {
    /// It changes answers.
    Decides,
    /// It only says why.
    Explains,
    /// Nothing.
    Nothing,
    /// Nobody knows.
    Unknown(String),
}

/// No rule is dead.
///
/// # Errors
/// A broken solver.
pub fn check(subject: &Subject, prover: &mut Prover) -> Result<Finding, Fault> {
    let count = subject.everything().len();
    Finding::of("dead", "No rule is dead.", format!("{count} rules"), || {
        let (mut wrong, mut explain) = (Vec::new(), Vec::new());
        let none = Rules::default();
        let common = std::iter::once(&none);
        let agencies = subject.agencies.iter().map(|(_, own)| own);
        for own in common.chain(agencies) {
            let both = subject.common.and(own);
            let asked = if own.is_empty() { &subject.common } else { own };
            for (rule, places) in asked.iter() {
                match use_of(subject, prover, &both, rule, places)? {
                    Use::Decides => {}
                    Use::Explains => explain.push(rule.id.clone()),
                    Use::Nothing if rule.permits() => {
                        wrong.push(format!("{} never permits anything", rule.name()));
                    }
                    Use::Nothing => wrong.push(format!("{} never applies", rule.name())),
                    Use::Unknown(why) => return Ok(Verdict::Unknown(why)),
                }
            }
        }
        if !wrong.is_empty() {
            return Ok(Verdict::Wrong(wrong));
        }
        let remark = || {
            format!(
                "{} forbids refuse only what nothing permits; they are there to say why: {}",
                explain.len(),
                explain.join(", ")
            )
        };
        Ok(Verdict::Proved(if explain.is_empty() { Vec::new() } else { vec![remark()] }))
    })
}

fn use_of(
    subject: &Subject,
    prover: &mut Prover,
    all: &Rules,
    rule: &Rule,
    places: &[Place],
) -> Result<Use, Fault> {
    let world = &subject.world;
    let nothing = Rules::default();
    let this = |other: &Rule| other.policy.id() == rule.policy.id();
    if rule.permits() {
        let forbids = all.except(|other| other.permits() && !this(other));
        let gap = Gap::between(world, &forbids, &nothing);
        return Ok(match gap.can_happen(prover, places)? {
            Presence::Yes => Use::Decides,
            Presence::No => Use::Nothing,
            Presence::Unknown(why) => Use::Unknown(why),
        });
    }
    let others = all.except(this);
    match Gap::between(world, &others, all).can_happen(prover, places)? {
        Presence::Yes => return Ok(Use::Decides),
        Presence::Unknown(why) => return Ok(Use::Unknown(why)),
        Presence::No => {}
    }
    let alone = Rules::of(vec![rule.with_form(with_effect(&rule.form, "permit"))?], world);
    Ok(match Gap::between(world, &alone, &nothing).can_happen(prover, places)? {
        Presence::Yes => Use::Explains,
        Presence::No => Use::Nothing,
        Presence::Unknown(why) => Use::Unknown(why),
    })
}
