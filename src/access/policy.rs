//! The rules: Cedar policies, read once, checked against their schema, and weighed per act.
//!
//! **Invariant:** what does not load whole does not load at all, and a rule that fails while it
//! is weighed refuses.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cedar_policy::{
    Authorizer, Decision, Entities, PolicySet, Request, Schema, ValidationMode, Validator,
};
use sha2::{Digest, Sha256};

use super::act;
use super::clause::{Clause, ClauseFault};
use super::facts::Facts;
use super::policy_error::PolicyError;
use super::policy_file::PolicyFile;
use super::refusal;
use super::rule::{Rule, RuleId};
use super::scene::{self, Cast};
use super::scope::Scope;

/// The refusal when nothing permits.
const DEFAULT: &str = "D00";
/// The refusal when the rules can't be weighed.
const FAULT: &str = "E00";

/// The rules, ready to decide by.
pub struct Policy {
    schema: Schema,
    authorizer: Authorizer,
    cast: Cast,
    acts: HashMap<&'static str, Scope>,
    rules: BTreeMap<RuleId, Rule>,
    default: [RuleId; 1],
    fault: [RuleId; 1],
    digest: String,
}

/// What the rules say of one question.
#[derive(Debug)]
pub(super) struct Weighing {
    /// Whether it is permitted.
    pub permitted: bool,
    /// The rules that determine it, in order; never empty.
    pub rules: Vec<RuleId>,
}

impl Policy {
    /// Reads and checks the rules. `default_refusal` is TOML: a table for each refusal that no
    /// policy speaks, among them `D00` (nothing permits it) and `E00` (the rules failed).
    pub fn load(
        files: &[PolicyFile],
        schema: &str,
        default_refusal: &str,
    ) -> Result<Self, PolicyError> {
        let digest = digest(files, schema, default_refusal);
        let schema = read_schema(schema)?;
        let clauses = read_clauses(files, &schema)?;
        let mut rules = refusal::read_all(default_refusal)
            .map_err(|error| PolicyError::Words(Box::new(error)))?;
        for clause in &clauses {
            let (spot, rule) = (&clause.spot, &clause.rule);
            if rules.insert(rule.id.clone(), rule.clone()).is_some() {
                let first = clauses.iter().find(|other| other.rule.id == rule.id);
                let taken = first.filter(|other| other.spot != *spot).map_or_else(
                    || "the words of the default refusals".to_owned(),
                    |other| other.spot.to_string(),
                );
                return Err(PolicyError::Clause {
                    spot: spot.clone(),
                    fault: ClauseFault::Taken(taken),
                });
            }
        }
        let named = |id: &'static str| match rules.get_key_value(id) {
            Some((id, _)) => Ok([id.clone()]),
            None => Err(PolicyError::Unsaid(id)),
        };
        let (default, fault) = (named(DEFAULT)?, named(FAULT)?);
        let cast = Cast::new().map_err(PolicyError::Name)?;
        let acts = Scope::all(&clauses, &schema, &cast)?;
        Ok(Self {
            schema,
            authorizer: Authorizer::new(),
            cast,
            acts,
            rules,
            default,
            fault,
            digest,
        })
    }

    /// The policies that the service is built with.
    pub fn embedded() -> Result<Self, PolicyError> {
        Self::load(
            &PolicyFile::embedded(),
            PolicyFile::embedded_schema(),
            PolicyFile::embedded_default(),
        )
    }

    /// What the rules are, in one word: lower-case hex SHA-256 over the schema, the files in the
    /// order of their names, and the default words, each with its name and length before it.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The law and the words of a rule.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.get(id)
    }

    /// Every rule, in the order of their names.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// For each act, in their order, how many rules can bear on it.
    pub fn bearing(&self) -> impl Iterator<Item = (&'static str, usize)> {
        act::ALL.iter().map(|(act, ..)| {
            let scopes = self.acts.get(act).into_iter();
            let sets = scopes.flat_map(|scope| scope.by_principal.values());
            let rules = sets.flat_map(|bearing| bearing.policies.policies()).map(|rule| rule.id());
            (*act, rules.collect::<BTreeSet<_>>().len())
        })
    }

    /// The refusal when nothing permits.
    pub(super) fn default_refusal(&self) -> Vec<RuleId> {
        self.default.to_vec()
    }

    /// Weighs one question. What fails is refused.
    pub(super) fn weigh(&self, act: &str, facts: &Facts) -> Weighing {
        let failed = || Weighing { permitted: false, rules: self.fault.to_vec() };
        self.answer(act, facts).unwrap_or_else(failed)
    }

    fn answer(&self, act: &str, facts: &Facts) -> Option<Weighing> {
        let scope = self.acts.get(act)?;
        if cfg!(debug_assertions) {
            self.scene(scope, facts, &|_| true, Some(&self.schema))?;
        }
        let bearing = scope.by_principal.get(self.cast.part(facts.principal.kind))?;
        let (request, entities) =
            self.scene(scope, facts, &|name| bearing.names.contains(name), None)?;
        let response = self.authorizer.is_authorized(&request, &bearing.policies, &entities);
        if response.diagnostics().errors().next().is_some() {
            return None;
        }
        let mut rules = response
            .diagnostics()
            .reason()
            .map(|id| self.rules.get_key_value::<str>(id.as_ref()).map(|(id, _)| id.clone()))
            .collect::<Option<Vec<_>>>()?;
        rules.sort_unstable();
        if rules.is_empty() {
            rules = self.default_refusal();
        }
        Some(Weighing { permitted: response.decision() == Decision::Allow, rules })
    }

    /// The question in Cedar's terms, with the attributes that are `wanted`; checked against the
    /// schema, which takes all of them, when one is given.
    fn scene(
        &self,
        scope: &Scope,
        facts: &Facts,
        wanted: &dyn Fn(&str) -> bool,
        schema: Option<&Schema>,
    ) -> Option<(Request, Entities)> {
        let request = Request::new(
            self.cast.part(facts.principal.kind).clone(),
            scope.action.clone(),
            scope.resource.clone(),
            scene::context(facts, wanted)?,
            schema,
        );
        let principal = self.cast.principal(&facts.principal, wanted)?;
        let resource = scene::resource(&scope.resource, &facts.resource, wanted)?;
        let entities = Entities::from_entities([principal, resource], schema);
        Some((request.ok()?, entities.ok()?))
    }
}

fn read_schema(text: &str) -> Result<Schema, PolicyError> {
    let (schema, _warnings) =
        Schema::from_cedarschema_str(text).map_err(|error| PolicyError::Schema(Box::new(error)))?;
    for action in schema.actions() {
        let name = action.id().unescaped();
        let acts = schema.resources_for_action(action).into_iter().flatten().next().is_some();
        if acts && !act::ALL.iter().any(|(known, ..)| *known == name) {
            return Err(PolicyError::Act(name.to_owned()));
        }
    }
    Ok(schema)
}

/// Reads every file and validates each policy by itself, so that a fault has one address.
fn read_clauses(files: &[PolicyFile], schema: &Schema) -> Result<Vec<Clause>, PolicyError> {
    let validator = Validator::new(schema.clone());
    let mut clauses = Vec::new();
    for file in files {
        for clause in
            Clause::read_all(file).map_err(|(spot, fault)| PolicyError::Clause { spot, fault })?
        {
            let mut alone = PolicySet::new();
            let added = alone.add(clause.policy.clone()).err().map(|error| error.to_string());
            let result = validator.validate(&alone, ValidationMode::Strict);
            if let Some(fault) = result
                .validation_errors()
                .map(ToString::to_string)
                .chain(result.validation_warnings().map(ToString::to_string))
                .chain(added)
                .next()
            {
                return Err(PolicyError::Clause {
                    spot: clause.spot,
                    fault: ClauseFault::Invalid(fault),
                });
            }
            clauses.push(clause);
        }
    }
    Ok(clauses)
}

fn digest(files: &[PolicyFile], schema: &str, default_refusal: &str) -> String {
    let mut parts: Vec<_> =
        files.iter().map(|file| (file.name.as_str(), file.text.as_str())).collect();
    parts.sort_unstable();
    parts.insert(0, ("schema", schema));
    parts.push(("default", default_refusal));
    let mut hash = Sha256::new();
    for (name, text) in parts {
        hash.update(format!("{} {name}\n{} ", name.len(), text.len()));
        hash.update(text);
    }
    format!("{:x}", hash.finalize())
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;
    use std::sync::LazyLock;

    use cedar_policy::PolicyId;
    use proptest::prelude::*;

    use super::super::tests::properties::{any_act, facts};
    use super::*;

    static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::embedded().unwrap());

    /// Every policy as it stands in its file, under its own id.
    static WHOLE: LazyLock<PolicySet> = LazyLock::new(|| {
        let mut whole = PolicySet::new();
        for file in PolicyFile::embedded() {
            for policy in PolicySet::from_str(&file.text).unwrap().policies() {
                let id = PolicyId::new(policy.annotation("id").unwrap());
                whole.add(policy.new_id(id)).unwrap();
            }
        }
        whole
    });

    #[test]
    fn every_policy_in_the_files_is_a_rule() {
        assert!(WHOLE.policies().all(|policy| POLICY.rule(policy.id().as_ref()).is_some()));
        assert_eq!(POLICY.rules().count(), WHOLE.num_of_policies() + 4);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

        #[test]
        fn fitting_the_policies_to_an_act_changes_no_decision(act in any_act(), facts in facts()) {
            let weighed = POLICY.weigh(act, &facts);
            let scope = &POLICY.acts[act];
            let (request, entities) =
                POLICY.scene(scope, &facts, &|_| true, Some(&POLICY.schema)).unwrap();
            let response = POLICY.authorizer.is_authorized(&request, &WHOLE, &entities);
            let mut rules: Vec<RuleId> =
                response.diagnostics().reason().map(|id| RuleId::from(id.as_ref() as &str)).collect();
            rules.sort_unstable();
            if rules.is_empty() {
                rules = POLICY.default_refusal();
            }
            prop_assert_eq!(weighed.permitted, response.decision() == Decision::Allow);
            prop_assert_eq!(weighed.rules, rules);
        }
    }
}
