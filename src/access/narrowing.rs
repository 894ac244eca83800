//! What agencies forbid besides the common rules. An agency's policies count when it is the
//! principal's or the resource's owner.
//!
//! **Invariant:** which agency owns a thing, and whether anybody does, changes what is forbidden
//! and not what it costs: whoever owns it, as many policies are weighed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cedar_policy::{EntityUid, Policy, PolicyId, PolicySet, Schema};
use serde_json::json;

use super::agency_file::AgencyFault;
use super::clause::Clause;
use super::policy_error::PolicyError;
use super::scene::{Cast, Part};
use super::scope::Scope;

/// The family of acts that no agency may forbid.
const DUTY: &str = "Duty";

/// What agencies forbid, by act and part.
#[derive(Default)]
pub(super) struct Narrowing {
    acts: HashMap<&'static str, BTreeMap<Part, Slots>>,
}

/// What agencies forbid of one act by one kind of principal.
pub(super) struct Slots {
    /// The names of the facts that their policies read.
    pub names: BTreeSet<String>,
    /// By the agency's id.
    by_agency: HashMap<String, PolicySet>,
    /// For who has no file: as many policies as others have, that never apply.
    without: PolicySet,
}

impl Slots {
    /// What is weighed for an agency, or for none.
    pub(super) fn of(&self, agency: Option<&str>) -> &PolicySet {
        agency.and_then(|agency| self.by_agency.get(agency)).unwrap_or(&self.without)
    }
}

impl Narrowing {
    /// Sorts each agency's policies by the acts and the kinds of principal that they bear on.
    pub(super) fn of(
        agencies: &BTreeMap<String, Vec<Clause>>,
        schema: &Schema,
        cast: &Cast,
    ) -> Result<Self, PolicyError> {
        let mut scopes = Vec::new();
        for (agency, clauses) in agencies {
            scopes.push((agency, Scope::all(clauses, schema, cast)?));
        }
        let mut acts: HashMap<&'static str, BTreeMap<Part, Slots>> = HashMap::new();
        let Some((_, first)) = scopes.first() else { return Ok(Self::default()) };
        for act in first.keys() {
            for part in Part::ALL {
                let bearing = scopes.iter().filter_map(|(agency, scopes)| {
                    let scope = scopes.get(act)?;
                    Some((agency.as_str(), scope.by_principal.get(cast.part(part))?))
                });
                let bearing: Vec<_> = bearing.collect();
                let names = bearing.iter().flat_map(|(_, it)| it.names.iter().cloned()).collect();
                let sets = bearing.into_iter().map(|(agency, it)| (agency, &it.policies));
                if let Some(slots) = slots(sets.collect(), names)? {
                    acts.entry(act).or_default().insert(part, slots);
                }
            }
        }
        Ok(Self { acts })
    }

    /// What bears on an act by principals of this type, if any agency forbids something of it.
    pub(super) fn slots(&self, act: &str, part: Part) -> Option<&Slots> {
        self.acts.get(act)?.get(&part)
    }
}

/// Every agency's policies, each filled up to as many as the longest has; `None` when there are
/// none.
fn slots(
    sets: Vec<(&str, &PolicySet)>,
    names: BTreeSet<String>,
) -> Result<Option<Slots>, PolicyError> {
    let Some((_, longest)) = sets.iter().max_by_key(|(_, set)| set.num_of_policies()) else {
        return Ok(None);
    };
    if longest.is_empty() {
        return Ok(None);
    }
    let fillers = longest.policies().map(never).collect::<Result<Vec<_>, _>>()?;
    let filled = |set: &PolicySet| {
        let mut whole = set.clone();
        for filler in fillers.iter().skip(set.num_of_policies()) {
            whole.add(filler.clone()).map_err(|error| PolicyError::Filler(error.to_string()))?;
        }
        Ok::<_, PolicyError>(whole)
    };
    let mut by_agency = HashMap::new();
    for (agency, set) in &sets {
        by_agency.insert((*agency).to_owned(), filled(set)?);
    }
    Ok(Some(Slots { names, by_agency, without: filled(&PolicySet::new())? }))
}

/// The same policy, as costly, that never applies.
fn never(policy: &Policy) -> Result<Policy, PolicyError> {
    let unfit = |error: String| PolicyError::Filler(error);
    let mut form = policy.to_json().map_err(|error| unfit(error.to_string()))?;
    let end = json!({ "kind": "when", "body": { "Value": false } });
    if let Some(conditions) = form["conditions"].as_array_mut() {
        conditions.push(end);
    }
    let id = PolicyId::new(format!("never/{}", policy.id()));
    Policy::from_json(Some(id), form).map_err(|error| unfit(error.to_string()))
}

/// The acts that no agency may forbid.
pub(super) fn duties(schema: &Schema) -> Result<BTreeSet<EntityUid>, PolicyError> {
    let none = || PolicyError::Act(DUTY.to_owned());
    let entities = schema.action_entities().map_err(|_| none())?;
    let is_duty = |act: &EntityUid| {
        let mut families = entities.ancestors(act).into_iter().flatten();
        families.any(|family| family.id().unescaped() == DUTY)
    };
    let duties: BTreeSet<_> = schema.actions().filter(|act| is_duty(act)).cloned().collect();
    if duties.is_empty() { Err(none()) } else { Ok(duties) }
}

/// Fails for a policy that reaches one of the `duties`.
pub(super) fn spares(
    clause: &Clause,
    duties: &BTreeSet<EntityUid>,
    schema: &Schema,
) -> Result<(), AgencyFault> {
    let reached = clause.policy.get_valid_request_envs(schema).map(|env| env.action().clone());
    let reached: BTreeSet<_> = reached.filter(|act| duties.contains(act)).collect();
    if reached.is_empty() {
        return Ok(());
    }
    Err(AgencyFault::Duty(reached.iter().map(|act| act.id().unescaped().to_owned()).collect()))
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[test]
    fn whoever_owns_a_thing_as_many_policies_are_weighed() {
        let set = |text: &str| PolicySet::from_str(text).unwrap();
        let one = "forbid (principal, action, resource) when { context.a };";
        let other = "forbid (principal, action, resource) when { context.b } unless { context.c };";
        let (long, short) = (set(&format!("{one}{other}")), set(one));
        let none = PolicySet::new();
        let sets = vec![("long", &long), ("short", &short), ("none", &none)];
        let slots = slots(sets, BTreeSet::new()).unwrap().unwrap();
        for agency in [Some("long"), Some("short"), Some("none"), Some("unheard of"), None] {
            assert_eq!(slots.of(agency).num_of_policies(), 2, "{agency:?}");
        }
        for policy in slots.of(None).policies() {
            let text: String = policy.to_string().split_whitespace().collect();
            assert!(text.ends_with("when{false};"), "{text}");
        }
    }

    #[test]
    fn where_nobody_forbids_anything_nothing_is_weighed() {
        let none = PolicySet::new();
        assert!(slots(vec![("a", &none)], BTreeSet::new()).unwrap().is_none());
        assert!(slots(Vec::new(), BTreeSet::new()).unwrap().is_none());
    }
}
