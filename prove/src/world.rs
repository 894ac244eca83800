//! Every kind of question that there is, as the schema says.

use std::collections::BTreeMap;

use cedar_policy::{Policy, PolicyId, PolicySet, RequestEnv, Schema, ValidationMode, Validator};
use cedar_policy_symcc::{CompiledPolicy, CompiledPolicySet};
use samsyn::access::PolicyFile;

use crate::example::act_of;
use crate::expression::only_where;
use crate::fault::Fault;
use crate::prover::compiled;
use crate::rule::Rule;
use crate::rules::set_of;
use crate::vocabulary::Vocabulary;

/// The schema, and every kind of question that it knows.
pub struct World {
    /// The schema.
    pub schema: Schema,
    /// The facts that it knows.
    pub vocabulary: Vocabulary,
    envs: BTreeMap<Place, RequestEnv>,
    gathered: Vec<(Policy, Vec<Place>)>,
}

/// A kind of question: the act, and Cedar's types of who asks and of what it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The act.
    pub act: String,
    /// Who asks.
    pub principal: String,
    /// What it is about.
    pub resource: String,
}

impl Place {
    fn of(env: &RequestEnv) -> Self {
        Self {
            act: act_of(env),
            principal: env.principal().to_string(),
            resource: env.resource().to_string(),
        }
    }
}

impl World {
    /// Reads a schema.
    ///
    /// # Errors
    /// What can't be read.
    pub fn read(schema: &str) -> Result<Self, Fault> {
        let vocabulary = Vocabulary::read(schema)?;
        let (schema, _) = Schema::from_cedarschema_str(schema)
            .map_err(|error| Fault::wrong("the schema", error))?;
        let envs = schema.request_envs().map(|env| (Place::of(&env), env)).collect();
        let file = PolicyFile {
            name: "gathered.cedar".to_owned(),
            text: include_str!("../gathered.cedar").to_owned(),
        };
        let mut world = Self { schema, vocabulary, envs, gathered: Vec::new() };
        let fitting =
            Rule::read_all(&file)?.into_iter().filter(|rule| world.validate(rule).is_ok());
        let gathered = fitting.map(|rule| (rule.policy.clone(), world.reach(&rule.policy)));
        world.gathered = gathered.collect();
        Ok(world)
    }

    /// Every kind of question.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.envs.keys()
    }

    /// Cedar's name for a kind of question.
    ///
    /// # Errors
    /// What the schema doesn't know.
    pub fn env(&self, place: &Place) -> Result<&RequestEnv, Fault> {
        let unknown = || Fault::wrong(&place.act, "the schema doesn't know it");
        self.envs.get(place).ok_or_else(unknown)
    }

    /// Forbids whatever the service never gathers about a question of this kind.
    ///
    /// # Errors
    /// What Cedar doesn't take.
    pub fn plausible(&self, place: &Place) -> Result<Vec<Policy>, Fault> {
        let condition = self.vocabulary.plausible(&place.principal, &place.resource);
        let words = Policy::from_json(
            Some(PolicyId::new("the words that there are")),
            only_where(&condition),
        );
        let mut policies = vec![words.map_err(|error| Fault::wrong("the schema", error))?];
        let own = self.gathered.iter().filter(|(_, places)| places.contains(place));
        policies.extend(own.map(|(policy, _)| policy.clone()));
        Ok(policies)
    }

    /// The kinds of question that a policy can bear on.
    pub fn reach(&self, policy: &Policy) -> Vec<Place> {
        let mut places: Vec<_> =
            policy.get_valid_request_envs(&self.schema).map(|env| Place::of(&env)).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Policies in the form that is proved, for one kind of question.
    ///
    /// # Errors
    /// What doesn't fit the schema.
    pub fn compile(&self, place: &Place, policies: &PolicySet) -> Result<CompiledPolicySet, Fault> {
        let env = self.env(place)?;
        compiled(&place.act, CompiledPolicySet::compile(policies, env, &self.schema))
    }

    /// One policy in the form that is proved.
    ///
    /// # Errors
    /// What doesn't fit the schema.
    pub fn compile_one(&self, place: &Place, rule: &Rule) -> Result<CompiledPolicy, Fault> {
        let env = self.env(place)?;
        compiled(&rule.name(), CompiledPolicy::compile(&rule.policy, env, &self.schema))
    }

    /// Refuses a policy that doesn't fit the schema.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn validate(&self, rule: &Rule) -> Result<(), Fault> {
        let set = set_of([rule.policy.clone()])?;
        let result = Validator::new(self.schema.clone()).validate(&set, ValidationMode::Strict);
        match result.validation_errors().next() {
            Some(error) => Err(Fault::wrong(rule.name(), error)),
            None => Ok(()),
        }
    }
}
