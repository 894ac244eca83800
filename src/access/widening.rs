//! What a policy would open, shown on a question: one that it would permit and that the common
//! rules refuse only because nothing permits it.
//!
//! **Invariant:** a question that is shown was put to the policy and to the common rules.

use super::agency_file::Counterexample;
use super::brief::Brief;
use super::changes::{Variants, variants};
use super::clause::Clause;
use super::facts::{Facts, PrincipalKind};
use super::matrix::{Typical, typical};
use super::policy::Policy;
use super::policy_error::PolicyError;
use crate::domain::ids::AgencyId;

/// How many questions that differ in one fact are tried; to start is not to wait for long.
const TRIED_MAX: usize = 20_000;

/// Such a question, when a typical one is, or one that differs from a typical one in one fact.
pub(super) fn shown(
    policy: &Policy,
    agency: AgencyId,
    clause: &Clause,
) -> Result<Option<Counterexample>, PolicyError> {
    let alone = policy.of_one(clause)?;
    let opens = |brief: &Brief| {
        if !alone.explain(brief).permitted {
            return false;
        }
        let common = policy.explain(brief);
        !common.permitted && common.rules == policy.default_refusal()
    };
    let reached = alone.bearing().filter(|(_, rules)| *rules > 0).map(|(act, _)| act);
    let reached: Vec<_> = reached.collect();
    let mut typical: Vec<Typical> =
        typical().filter(|typical| reached.contains(&typical.act)).collect();
    for question in &mut typical {
        belong(&mut question.facts, agency);
    }
    for Typical { act, caller, situation, facts } in &typical {
        let brief = Brief::of(act, facts);
        if opens(&brief) {
            let question = brief.to_json();
            return Ok(Some(Counterexample { caller, situation, besides: None, question }));
        }
    }
    let mut tried = 0;
    for Typical { act, caller, situation, facts } in &typical {
        if tried > TRIED_MAX {
            break;
        }
        for Variants { kind, would, .. } in variants(policy, &Brief::of(act, facts)) {
            tried += would.len();
            if let Some((fact, brief)) = would.into_iter().find(|(_, brief)| opens(brief)) {
                let besides = Some(format!("{} ({})", kind.doc.en, fact.to_json()));
                let question = brief.to_json();
                return Ok(Some(Counterexample { caller, situation, besides, question }));
            }
        }
    }
    Ok(None)
}

/// Lets the caller be of the agency, with whatever else is of theirs, so that its policies count;
/// where the caller is of none, the thing.
fn belong(facts: &mut Facts, agency: AgencyId) {
    let owner = facts.resource.owner.as_mut();
    if let PrincipalKind::Staff { agency: own, .. } = &mut facts.principal.kind {
        let was = std::mem::replace(own, agency);
        let recipient = facts.situation.recipient.as_mut();
        for place in [owner, recipient].into_iter().flatten().filter(|it| it.agency == was) {
            place.agency = agency;
        }
    } else if let Some(place) = owner {
        place.agency = agency;
    }
}
