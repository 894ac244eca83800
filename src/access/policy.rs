//! The rules: Cedar policies, read once, checked against their schema, and weighed per act.
//!
//! **Invariant:** what does not load whole does not load at all, and a rule that fails while it
//! is weighed refuses.

use std::collections::{BTreeMap, HashMap};

use cedar_policy::entities_errors::EntitiesError;
use cedar_policy::{
    Authorizer, CedarSchemaError, Decision, Entities, Entity, EntityUid, ParseErrors, PolicySet,
    PolicySetError, Request, Schema, ValidationMode, Validator,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::act;
use super::clause::{Clause, ClauseFault, Spot};
use super::facts::Facts;
use super::rule::{Effect, Rule, RuleId, Words};
use super::scene::{self, Cast};

/// The refusal when nothing permits.
const DEFAULT: &str = "D00";
/// The refusal when the rules can't be weighed.
const FAULT: &str = "E00";

/// A file of policies.
#[derive(Clone, Debug)]
pub struct PolicyFile {
    /// What messages call it, for example `common.cedar`.
    pub name: String,
    /// Its text, Cedar.
    pub text: String,
}

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

/// Why the rules don't load.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// One policy is wrong: where, and how.
    #[error("{spot}: {fault}")]
    Clause {
        /// The policy's place and id.
        spot: Spot,
        /// What is wrong with it.
        #[source]
        fault: ClauseFault,
    },
    /// The schema can't be read.
    #[error("the schema can't be read: {0}")]
    Schema(#[source] Box<CedarSchemaError>),
    /// The schema and the service don't know the same acts.
    #[error(
        "the act `{0}` is not the same in the schema as in the service, or only in one of them"
    )]
    Act(String),
    /// The schema's families of acts can't be put together.
    #[error("the acts of the schema can't be put together: {0}")]
    Actions(#[source] Box<EntitiesError>),
    /// The words of the refusals that no policy speaks can't be read.
    #[error("the default refusal can't be read: {0}")]
    Words(#[source] Box<toml::de::Error>),
    /// The default refusal, or the one for a fault, has no words.
    #[error("there are no words for the rule `{0}`")]
    Unsaid(&'static str),
    /// A name in the schema that is not one.
    #[error("a type's name can't be read: {0}")]
    Name(#[source] Box<ParseErrors>),
    /// The policies can't stand together.
    #[error("the policies can't be put together: {0}")]
    Set(#[source] Box<PolicySetError>),
}

/// What the rules say of one question.
#[derive(Debug)]
pub(super) struct Weighing {
    /// Whether it is permitted.
    pub permitted: bool,
    /// The rules that determine it, in order; never empty.
    pub rules: Vec<RuleId>,
}

/// What one act is weighed with: only the policies that can bear on it.
struct Scope {
    action: EntityUid,
    action_entity: Entity,
    resource: EntityUid,
    by_principal: HashMap<EntityUid, PolicySet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    law: String,
    ground: String,
    sv: String,
    en: String,
    way_sv: String,
    way_en: String,
}

impl PolicyFile {
    /// The policies that the service is built with.
    pub fn embedded() -> Vec<Self> {
        [
            ("common.cedar", include_str!("../../config/policies/common.cedar")),
            ("school.cedar", include_str!("../../config/policies/school.cedar")),
            ("social.cedar", include_str!("../../config/policies/social.cedar")),
            ("health.cedar", include_str!("../../config/policies/health.cedar")),
            ("police.cedar", include_str!("../../config/policies/police.cedar")),
        ]
        .map(|(name, text)| Self { name: name.to_owned(), text: text.to_owned() })
        .into()
    }

    /// The schema that the service is built with (Cedar schema).
    pub const fn embedded_schema() -> &'static str {
        include_str!("../../config/policies/samsyn.cedarschema")
    }

    /// The words of the default refusal that the service is built with (TOML).
    pub const fn embedded_default() -> &'static str {
        include_str!("../../config/policies/default.toml")
    }
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
        let mut rules = read_refusals(default_refusal)?;
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
        let acts = scopes(&clauses, &schema, &cast)?;
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
        let part = self.cast.part(facts.principal.kind);
        let schema = cfg!(debug_assertions).then_some(&self.schema);
        let principal = self.cast.principal(&facts.principal).ok()?;
        let resource = scene::resource(&scope.resource, &facts.resource).ok()?;
        let request = Request::new(
            part.clone(),
            scope.action.clone(),
            scope.resource.clone(),
            scene::context(facts).ok()?,
            schema,
        )
        .ok()?;
        let entities =
            Entities::from_entities([principal, resource, scope.action_entity.clone()], schema)
                .ok()?;
        let policies = scope.by_principal.get(part)?;
        let response = self.authorizer.is_authorized(&request, policies, &entities);
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
            let result = validator.validate(&set([&clause])?, ValidationMode::Strict);
            if let Some(fault) = result
                .validation_errors()
                .map(ToString::to_string)
                .chain(result.validation_warnings().map(ToString::to_string))
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

fn read_refusals(text: &str) -> Result<BTreeMap<RuleId, Rule>, PolicyError> {
    let refusals: BTreeMap<String, Refusal> =
        toml::from_str(text).map_err(|error| PolicyError::Words(Box::new(error)))?;
    Ok(refusals
        .into_iter()
        .map(|(id, refusal)| {
            let id = RuleId::from(id);
            let rule = Rule {
                id: id.clone(),
                effect: Effect::Forbids,
                law: refusal.law,
                ground: refusal.ground,
                text: Words { sv: refusal.sv, en: refusal.en },
                way: Words { sv: refusal.way_sv, en: refusal.way_en },
                open: false,
                asks: None,
            };
            (id, rule)
        })
        .collect())
}

/// Sorts the policies by the acts and kinds of principal that they can bear on.
fn scopes(
    clauses: &[Clause],
    schema: &Schema,
    cast: &Cast,
) -> Result<HashMap<&'static str, Scope>, PolicyError> {
    let action_entities =
        schema.action_entities().map_err(|error| PolicyError::Actions(Box::new(error)))?;
    let reach: Vec<_> = clauses
        .iter()
        .map(|clause| clause.policy.get_valid_request_envs(schema).collect::<Vec<_>>())
        .collect();
    let mut scopes = HashMap::new();
    for (name, resource, ..) in act::ALL {
        let unknown = || PolicyError::Act((*name).to_owned());
        let action_entity = action_entities
            .iter()
            .find(|entity| entity.uid().id().unescaped() == *name)
            .ok_or_else(unknown)?;
        let action = action_entity.uid();
        let resource = scene::nameless(resource).map_err(PolicyError::Name)?;
        let mut resources = schema.resources_for_action(&action).ok_or_else(unknown)?;
        if !resources.all(|kind| kind == resource.type_name()) {
            return Err(unknown());
        }
        let mut by_principal = HashMap::new();
        for part in cast.all() {
            let bearing = clauses.iter().zip(&reach).filter(|(_, envs)| {
                envs.iter()
                    .any(|env| *env.action() == action && env.principal() == part.type_name())
            });
            by_principal.insert(part.clone(), set(bearing.map(|(clause, _)| clause))?);
        }
        let action_entity = action_entity.clone();
        scopes.insert(*name, Scope { action, action_entity, resource, by_principal });
    }
    Ok(scopes)
}

fn set<'a>(clauses: impl IntoIterator<Item = &'a Clause>) -> Result<PolicySet, PolicyError> {
    PolicySet::from_policies(clauses.into_iter().map(|clause| clause.policy.clone()))
        .map_err(|error| PolicyError::Set(Box::new(error)))
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
