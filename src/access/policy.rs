//! The rules: Cedar policies, read once, checked against their schema, and weighed per act.
//!
//! **Invariant:** what does not load whole does not load at all, and a rule that fails while it
//! is weighed refuses.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cedar_policy::{
    Authorizer, Decision, Entities, EntityUid, PolicySet, Request, Schema, ValidationMode,
    Validator,
};

use super::act;
use super::agency_file::{self, AgencyFault, AgencyFile};
use super::brief::{Brief, Explanation};
use super::clause::{Clause, ClauseFault};
use super::fact::Fact;
use super::facts::Facts;
use super::narrowing::{self, Narrowing};
use super::policy_error::PolicyError;
use super::policy_file::PolicyFile;
use super::policy_text::PolicyText;
use super::refusal;
use super::rule::{Effect, Rule, RuleId};
use super::scene::{self, Cast, Named, Part, Scene, Wanted};
use super::scope::{GROUND, Scope};
use super::vocabulary::Vocabulary;
use super::widening;
use crate::domain::ids::AgencyId;

/// The refusal when nothing permits.
const DEFAULT: &str = "D00";
/// The refusal when the rules can't be weighed.
const FAULT: &str = "E00";
/// The facts that tell which agencies' own policies count.
const AGENCY: &str = "agency";
const OWNER: &str = "owner";

/// The rules, ready to decide by.
pub struct Policy {
    schema: Schema,
    vocabulary: Vocabulary,
    authorizer: Authorizer,
    cast: Cast,
    acts: HashMap<&'static str, Scope>,
    rules: BTreeMap<RuleId, Rule>,
    default: [RuleId; 1],
    fault: [RuleId; 1],
    narrowing: Narrowing,
    agencies: Vec<AgencyId>,
    texts: Vec<PolicyText>,
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
        let text = text_of(files, schema, default_refusal);
        let vocabulary = Vocabulary::read(schema);
        let schema = read_schema(schema)?;
        let vocabulary = vocabulary?;
        let clauses = read_clauses(files, &schema)?;
        let mut rules = refusal::read_all(default_refusal)
            .map_err(|error| PolicyError::Words(Box::new(error)))?;
        enter(&mut rules, &clauses)?;
        let named = |id: &'static str| match rules.get_key_value(id) {
            Some((id, _)) => Ok([id.clone()]),
            None => Err(PolicyError::Unsaid(id)),
        };
        let (default, fault) = (named(DEFAULT)?, named(FAULT)?);
        let cast = Cast::new().map_err(PolicyError::Name)?;
        let acts = Scope::all(&clauses, &schema, &cast)?;
        Ok(Self {
            schema,
            vocabulary,
            authorizer: Authorizer::new(),
            cast,
            acts,
            rules,
            default,
            fault,
            narrowing: Narrowing::default(),
            agencies: Vec::new(),
            texts: vec![text],
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

    /// The same rules, narrowed by what agencies forbid themselves. An agency's policies count when
    /// it is the principal's or the resource's owner; their ids begin with the end of its own.
    ///
    /// # Errors
    /// A policy that permits, that reaches a duty, or that would not load among the common ones.
    pub fn narrowed_by(mut self, files: &[AgencyFile]) -> Result<Self, PolicyError> {
        if files.is_empty() {
            return Ok(self);
        }
        let duties = narrowing::duties(&self.schema)?;
        let mut agencies: BTreeMap<String, Vec<Clause>> = BTreeMap::new();
        let mut rules = self.rules.clone();
        for AgencyFile { agency, file } in files {
            let clauses = read_clauses(std::slice::from_ref(file), &self.schema)?;
            for clause in &clauses {
                let fault = |fault| PolicyError::Agency { spot: clause.spot.clone(), fault };
                if clause.rule.effect == Effect::Permits {
                    let example = widening::shown(&self, *agency, clause)?;
                    return Err(fault(AgencyFault::Widens(example.map(Box::new))));
                }
                narrowing::spares(clause, &duties, &self.schema).map_err(fault)?;
            }
            let prefix = agency_file::prefix(*agency);
            let clauses = clauses.into_iter().map(|clause| clause.of_agency(&prefix)).collect();
            enter(&mut rules, &clauses)?;
            agencies.entry(agency.to_string()).or_default().extend(clauses);
        }
        let parts = files.iter().map(|it| (it.file.name.as_str(), it.file.text.as_str()));
        let mut parts: Vec<_> = parts.collect();
        parts.sort_unstable();
        parts.insert(0, ("rules", self.digest()));
        let text = PolicyText::of(&parts);
        self.texts.push(text);
        self.narrowing = Narrowing::of(&agencies, &self.schema, &self.cast)?;
        self.rules = rules;
        self.agencies = files.iter().map(|it| it.agency).collect();
        Ok(self)
    }

    /// What the rules are, in one word: lower-case hex SHA-256 over the schema, the files in the
    /// order of their names, and the default words, each with its name and length before it. With
    /// files of agencies, the same over that word and these files.
    pub fn digest(&self) -> &str {
        self.texts.last().map_or("", |text| &text.digest)
    }

    /// What the digest stands for: the common rules, and with files of agencies a second text, which
    /// names the first by its digest.
    pub fn texts(&self) -> &[PolicyText] {
        &self.texts
    }

    /// The agencies that have policies of their own.
    pub fn agencies(&self) -> &[AgencyId] {
        &self.agencies
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

    /// What the rules say of a question that was written down. What fails is refused.
    pub fn explain(&self, brief: &Brief) -> Explanation {
        let weighed =
            self.answer_scene(brief.act(), brief.part, &|wanted| brief.scene(self, wanted));
        let failed = || Weighing { permitted: false, rules: self.fault.to_vec() };
        let Weighing { permitted, rules } = weighed.unwrap_or_else(failed);
        Explanation { permitted, rules }
    }

    /// The same with no rule but this one.
    pub(super) fn of_one(&self, clause: &Clause) -> Result<Self, PolicyError> {
        let mut rules = self.rules.clone();
        rules.insert(clause.rule.id.clone(), clause.rule.clone());
        Ok(Self {
            schema: self.schema.clone(),
            vocabulary: self.vocabulary.clone(),
            authorizer: Authorizer::new(),
            cast: self.cast.clone(),
            acts: Scope::all(std::slice::from_ref(clause), &self.schema, &self.cast)?,
            rules,
            default: self.default.clone(),
            fault: self.fault.clone(),
            narrowing: Narrowing::default(),
            agencies: Vec::new(),
            texts: Vec::new(),
        })
    }

    /// Every fact that the rules can read.
    pub(super) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn answer(&self, act: &str, facts: &Facts) -> Option<Weighing> {
        let part = Part::of(facts.principal.kind);
        self.answer_scene(act, part, &|wanted| Scene::of(facts, wanted))
    }

    fn answer_scene(
        &self,
        act: &str,
        part: Part,
        scene: &dyn Fn(&Wanted<'_>) -> Scene,
    ) -> Option<Weighing> {
        let scope = self.acts.get(act)?;
        let uid = self.cast.part(part);
        if cfg!(debug_assertions) {
            question(scope, uid, scene(&|_| true), Some(&self.schema))?;
        }
        let bearing = scope.by_principal.get(uid)?;
        let slots = self.narrowing.slots(act, part);
        let scene = scene(&|name| {
            bearing.names.contains(name)
                || slots.is_some_and(|slots| {
                    [AGENCY, OWNER].contains(&name) || slots.names.contains(name)
                })
        });
        let agencies = slots.map(|slots| {
            let sets = [(&scene.principal, AGENCY), (&scene.resource, OWNER)];
            sets.map(|(facts, name)| slots.of(word(facts, name)))
        });
        let policies = bearing.policies_on(word(&scene.situation, GROUND));
        let (request, entities) = question(scope, uid, scene, None)?;
        let mut weighed = self.decided(&request, policies, &entities)?;
        let forbidden = agencies.into_iter().flatten();
        let forbidden = forbidden.map(|own| Some(self.decided(&request, own, &entities)?.rules));
        let forbidden = forbidden.collect::<Option<Vec<_>>>()?.concat();
        if !forbidden.is_empty() && weighed.permitted {
            weighed = Weighing { permitted: false, rules: Vec::new() };
        }
        weighed.rules.extend(forbidden);
        weighed.rules.sort_unstable();
        weighed.rules.dedup();
        if weighed.rules.is_empty() {
            weighed.rules = self.default_refusal();
        }
        Some(weighed)
    }

    /// What some of the rules say, by which of them; `None` when one fails.
    fn decided(
        &self,
        request: &Request,
        policies: &PolicySet,
        entities: &Entities,
    ) -> Option<Weighing> {
        let response = self.authorizer.is_authorized(request, policies, entities);
        let (permitted, diagnostics) =
            (response.decision() == Decision::Allow, response.diagnostics());
        if diagnostics.errors().next().is_some() {
            return None;
        }
        let ids = diagnostics.reason();
        let rules = ids.map(|id| Some(self.rules.get_key_value::<str>(id.as_ref())?.0.clone()));
        Some(Weighing { permitted, rules: rules.collect::<Option<_>>()? })
    }
}

/// The question in Cedar's terms; checked against the schema, which takes all facts, when one is
/// given.
fn question(
    scope: &Scope,
    part: &EntityUid,
    scene: Scene,
    schema: Option<&Schema>,
) -> Option<(Request, Entities)> {
    let request = Request::new(
        part.clone(),
        scope.action.clone(),
        scope.resource.clone(),
        scene::context(scene.situation)?,
        schema,
    );
    let principal = scene::entity(part, scene.principal)?;
    let resource = scene::entity(&scope.resource, scene.resource)?;
    let entities = Entities::from_entities([principal, resource], schema);
    Some((request.ok()?, entities.ok()?))
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

/// Enters the words of each policy under its id, which nobody else may have.
fn enter(rules: &mut BTreeMap<RuleId, Rule>, clauses: &Vec<Clause>) -> Result<(), PolicyError> {
    for Clause { spot, rule, .. } in clauses {
        if rules.insert(rule.id.clone(), rule.clone()).is_some() {
            let first = clauses.iter().find(|other| other.rule.id == rule.id);
            let taken = first.filter(|other| other.spot != *spot);
            let taken = taken.map_or_else(
                || "the words of the default refusals".to_owned(),
                |other| other.spot.to_string(),
            );
            let fault = ClauseFault::Taken(taken);
            return Err(PolicyError::Clause { spot: spot.clone(), fault });
        }
    }
    Ok(())
}

/// The word that a fact says, when it is among `facts` and not empty.
fn word<'a>(facts: &'a Named, name: &str) -> Option<&'a str> {
    facts.iter().find_map(|(known, fact)| match fact {
        Fact::Word(word) if known == name => Some(word.as_str()),
        _ => None,
    })
}

fn text_of(files: &[PolicyFile], schema: &str, default_refusal: &str) -> PolicyText {
    let mut parts: Vec<_> =
        files.iter().map(|file| (file.name.as_str(), file.text.as_str())).collect();
    parts.sort_unstable();
    parts.insert(0, ("schema", schema));
    parts.push(("default", default_refusal));
    PolicyText::of(&parts)
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
        let unspoken = refusal::read_all(PolicyFile::embedded_default()).unwrap().len();
        assert_eq!(POLICY.rules().count(), WHOLE.num_of_policies() + unspoken);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

        #[test]
        fn fitting_the_policies_to_an_act_changes_no_decision(act in any_act(), facts in facts()) {
            let weighed = POLICY.weigh(act, &facts);
            let scope = &POLICY.acts[act];
            let part = POLICY.cast.part(Part::of(facts.principal.kind));
            let scene = Scene::of(&facts, &|_| true);
            let (request, entities) =
                question(scope, part, scene, Some(&POLICY.schema)).unwrap();
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
