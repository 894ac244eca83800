//! A set of rules as it is proved: each with the kinds of question that it can bear on.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use cedar_policy::{Authorizer, Decision, Policy, PolicyId, PolicySet};
use cedar_policy_symcc::CompiledPolicySet;
use samsyn::access::PolicyFile;

use crate::example::Question;
use crate::fault::Fault;
use crate::rule::Rule;
use crate::world::{Place, World};

/// Rules with the kinds of question that each bears on.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    rules: Vec<(Rule, Vec<Place>)>,
    /// What was made of them so far.
    compiled: RefCell<HashMap<Place, Rc<CompiledPolicySet>>>,
}

impl Rules {
    /// Reads the files.
    ///
    /// # Errors
    /// What isn't Cedar or doesn't fit the schema.
    pub fn read(files: &[PolicyFile], world: &World) -> Result<Self, Fault> {
        let mut rules = Vec::new();
        for file in files {
            rules.extend(Rule::read_all(file)?);
        }
        rules.iter().try_for_each(|rule| world.validate(rule))?;
        Ok(Self::of(rules, world))
    }

    /// These rules.
    pub fn of(rules: Vec<Rule>, world: &World) -> Self {
        let reached = rules.into_iter().map(|rule| {
            let places = world.reach(&rule.policy);
            (rule, places)
        });
        Self::from_pairs(reached)
    }

    fn from_pairs(rules: impl Iterator<Item = (Rule, Vec<Place>)>) -> Self {
        Self { rules: rules.collect(), compiled: RefCell::default() }
    }

    /// The policies that can bear on a kind of question, in the form that is proved.
    ///
    /// # Errors
    /// What doesn't fit the schema.
    pub fn compiled(&self, world: &World, place: &Place) -> Result<Rc<CompiledPolicySet>, Fault> {
        if let Some(compiled) = self.compiled.borrow().get(place) {
            return Ok(Rc::clone(compiled));
        }
        let compiled = Rc::new(world.compile(place, &self.bearing(place)?)?);
        self.compiled.borrow_mut().insert(place.clone(), Rc::clone(&compiled));
        Ok(compiled)
    }

    /// Every rule and the kinds of question that it can bear on, in the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = (&Rule, &[Place])> {
        self.rules.iter().map(|(rule, places)| (rule, places.as_slice()))
    }

    /// These and those of `other`.
    pub fn and(&self, other: &Self) -> Self {
        Self::from_pairs(self.rules.iter().chain(&other.rules).cloned())
    }

    /// These without the ones that `drop` names.
    pub fn except(&self, drop: impl Fn(&Rule) -> bool) -> Self {
        let kept = self.rules.iter().filter(|(rule, _)| !drop(rule));
        Self::from_pairs(kept.cloned())
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// The policies that can bear on a kind of question.
    ///
    /// # Errors
    /// Two with one id.
    pub fn bearing(&self, place: &Place) -> Result<PolicySet, Fault> {
        let bearing = self.iter().filter(|(_, places)| places.contains(place));
        set_of(bearing.map(|(rule, _)| rule.policy.clone()))
    }

    /// Every policy.
    ///
    /// # Errors
    /// Two with one id.
    pub fn whole(&self) -> Result<PolicySet, Fault> {
        set_of(self.iter().map(|(rule, _)| rule.policy.clone()))
    }

    /// The rule that a policy of these is.
    pub fn named(&self, id: &PolicyId) -> Option<&Rule> {
        self.iter().map(|(rule, _)| rule).find(|rule| rule.policy.id() == id)
    }

    /// Asks Cedar itself: whether these permit it, and the rules that determine it.
    ///
    /// # Errors
    /// Two rules with one id.
    pub fn weigh(&self, question: &Question) -> Result<(bool, Vec<&Rule>), Fault> {
        let whole = self.whole()?;
        let response = Authorizer::new().is_authorized(&question.0, &whole, &question.1);
        let reasons = response.diagnostics().reason().filter_map(|id| self.named(id));
        let mut reasons: Vec<_> = reasons.collect();
        reasons.sort_by(|one, other| one.id.cmp(&other.id));
        Ok((response.decision() == Decision::Allow, reasons))
    }
}

/// A set of these policies.
///
/// # Errors
/// Two with one id.
pub fn set_of(policies: impl IntoIterator<Item = Policy>) -> Result<PolicySet, Fault> {
    PolicySet::from_policies(policies).map_err(|error| Fault::wrong("the rules", error))
}

/// Whether a set permits it.
pub fn permits(set: &PolicySet, question: &Question) -> bool {
    let response = Authorizer::new().is_authorized(&question.0, set, &question.1);
    response.decision() == Decision::Allow && response.diagnostics().errors().next().is_none()
}
