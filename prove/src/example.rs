//! One question with its facts, as a counterexample shows it: no ids, and no fact that doesn't
//! matter.

use std::collections::BTreeMap;

use cedar_policy::{Context, Entities, EntityUid, Request, RequestEnv, Schema};
use serde_json::{Map, Value as Json, json};

use crate::fault::Fault;
use crate::vocabulary::{Fact, Side, Vocabulary};

/// One question with its facts.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    act: String,
    principal: String,
    resource: String,
    facts: BTreeMap<(Side, String), Json>,
}

/// A question in Cedar's terms.
pub type Question = (Request, Entities);

impl Example {
    /// The question that a solver came upon, without its made-up names.
    ///
    /// # Errors
    /// What isn't of this environment.
    pub fn of(
        env: &RequestEnv,
        question: &Question,
        vocabulary: &Vocabulary,
    ) -> Result<Self, Fault> {
        let (request, entities) = question;
        let (principal, resource) = (env.principal().to_string(), env.resource().to_string());
        let attributes = |uid: Option<&EntityUid>| -> Result<Json, Fault> {
            let entity = uid.and_then(|uid| entities.get(uid));
            let entity = entity.ok_or_else(|| broken("a part of the question is missing"))?;
            Ok(entity.to_json_value().map_err(broken)?["attrs"].take())
        };
        let context = request.context().ok_or_else(|| broken("there is no situation"))?;
        let sides = [
            (Side::Principal, principal.as_str(), attributes(request.principal())?),
            (Side::Resource, resource.as_str(), attributes(request.resource())?),
            (Side::Situation, "", context.to_json_value().map_err(broken)?),
        ];
        let mut facts = BTreeMap::new();
        for (side, entity, values) in sides {
            for (name, _) in vocabulary.side(side, entity) {
                let value = values.get(name).ok_or_else(|| broken(name))?;
                facts.insert((side, name.clone()), value.clone());
            }
        }
        Ok(Self { act: act_of(env), principal, resource, facts })
    }

    /// The act that is asked for.
    pub fn act(&self) -> &str {
        &self.act
    }

    /// Cedar's type of who asks.
    pub fn principal(&self) -> &str {
        &self.principal
    }

    /// What one fact says.
    pub fn fact(&self, side: Side, name: &str) -> Option<&Json> {
        self.facts.get(&(side, name.to_owned()))
    }

    /// The same with `word` taken out of the facts `names` about who asks.
    pub fn without(&self, names: &[&str], word: &str) -> Self {
        let mut other = self.clone();
        for name in names {
            if let Some(Json::Array(words)) =
                other.facts.get_mut(&(Side::Principal, (*name).to_owned()))
            {
                words.retain(|it| it != word);
            }
        }
        other
    }

    /// The question in Cedar's terms, checked against `schema`.
    ///
    /// # Errors
    /// What the schema doesn't allow.
    pub fn question(&self, schema: &Schema) -> Result<Question, Fault> {
        let uid = |kind: &str, id: &str| -> Result<EntityUid, Fault> {
            EntityUid::from_json(json!({ "type": kind, "id": id })).map_err(broken)
        };
        let (principal, resource) = (uid(&self.principal, "it")?, uid(&self.resource, "it")?);
        let action = uid("Action", &self.act)?;
        let side = |side: Side| -> Map<String, Json> {
            let own = self.facts.iter().filter(|((of, _), _)| *of == side);
            own.map(|((_, name), value)| (name.clone(), value.clone())).collect()
        };
        let entity = |kind: &str, of: Side| {
            let uid = json!({ "type": kind, "id": "it" });
            json!({ "uid": uid, "attrs": side(of), "parents": [] })
        };
        let entities = json!([
            entity(&self.principal, Side::Principal),
            entity(&self.resource, Side::Resource),
        ]);
        let entities = Entities::from_json_value(entities, Some(schema)).map_err(broken)?;
        let context = Json::Object(side(Side::Situation));
        let context = Context::from_json_value(context, Some((schema, &action))).map_err(broken)?;
        let request = Request::new(principal, action, resource, context, Some(schema));
        Ok((request.map_err(broken)?, entities))
    }

    /// The same in words that the service has, and as it mostly gathers them. These are guesses:
    /// whether they still show what it showed is to be looked at.
    pub fn tamed(&self, vocabulary: &Vocabulary) -> [Self; 2] {
        let mut tame = self.clone();
        for (key, fact) in self.known(vocabulary) {
            if let Some(value) = tame.facts.get_mut(&key) {
                fact.tame(&key.1, value);
            }
        }
        let strange = if self.principal == "Staff" {
            ["guardian", "themself", "own_answer", "representative"]
        } else {
            ["assigned", "inside", "own_agency", "coordinator"]
        };
        for name in strange {
            tame.put(Side::Situation, name, false.into());
        }
        let assigned = tame.fact(Side::Situation, "assigned") == Some(&Json::Bool(true));
        if assigned && tame.fact(Side::Situation, "party") != Some(&"read_only".into()) {
            tame.put(Side::Situation, "party", "active".into());
        }
        let kind = tame.fact(Side::Principal, "agency_kind").and_then(Json::as_str);
        if matches!(kind, Some("" | "none")) {
            tame.put(Side::Principal, "agency_kind", "school".into());
        }
        if assigned && tame.words("duties").is_empty() {
            tame.put(Side::Principal, "duties", json!(["teacher"]));
        }
        // Either whoever has a role has the duty, or the role isn't theirs.
        let (duties, roles) = (tame.words("duties"), tame.words("roles"));
        let (mut dutiful, mut idle) = (tame.clone(), tame);
        let more = roles.iter().filter(|role| !duties.contains(role)).cloned();
        dutiful.put(Side::Principal, "duties", duties.iter().cloned().chain(more).collect());
        let fewer = roles.iter().filter(|role| duties.contains(role)).cloned();
        idle.put(Side::Principal, "roles", fewer.collect());
        [dutiful, idle]
    }

    fn words(&self, name: &str) -> Vec<Json> {
        self.fact(Side::Principal, name).and_then(Json::as_array).cloned().unwrap_or_default()
    }

    fn put(&mut self, side: Side, name: &str, value: Json) {
        if let Some(place) = self.facts.get_mut(&(side, name.to_owned())) {
            *place = value;
        }
    }

    /// Takes away every fact that doesn't matter: what is left still `holds`, and with one fact
    /// less it doesn't.
    pub fn shrink(&mut self, vocabulary: &Vocabulary, holds: impl Fn(&Self) -> bool) {
        let known: BTreeMap<(Side, String), Fact> = self.known(vocabulary);
        loop {
            let before = self.clone();
            for (key, fact) in &known {
                self.shrink_fact(key, fact, &holds);
            }
            if *self == before {
                return;
            }
        }
    }

    fn known(&self, vocabulary: &Vocabulary) -> BTreeMap<(Side, String), Fact> {
        let entity = |side| if side == Side::Principal { &self.principal } else { &self.resource };
        let facts = Side::ALL.into_iter().flat_map(|side| {
            vocabulary
                .side(side, entity(side))
                .map(move |(name, fact)| ((side, name.clone()), fact.clone()))
        });
        facts.collect()
    }

    fn shrink_fact(&mut self, key: &(Side, String), fact: &Fact, holds: &impl Fn(&Self) -> bool) {
        let Some(value) = self.facts.get(key).cloned() else { return };
        let mut simpler = fact.neutral(&key.1);
        simpler.truncate(simpler.iter().position(|it| *it == value).unwrap_or(simpler.len()));
        if let Some(words) = value.as_array() {
            for left_out in 0..words.len() {
                let mut fewer = words.clone();
                fewer.remove(left_out);
                simpler.push(Json::Array(fewer));
            }
        }
        for candidate in simpler {
            let mut other = self.clone();
            other.facts.insert(key.clone(), candidate);
            if holds(&other) {
                *self = other;
                return;
            }
        }
    }

    /// The question as `samsyn policy explain` reads it: what says nothing is left out.
    pub fn to_json(&self, vocabulary: &Vocabulary) -> Json {
        let side = |side: Side| -> Map<String, Json> {
            let telling = self.telling(vocabulary).filter(|(of, ..)| *of == side);
            telling.map(|(_, name, value, _)| (name.clone(), value.clone())).collect()
        };
        let mut principal = side(Side::Principal);
        principal.insert("kind".to_owned(), self.principal.to_lowercase().into());
        let mut whole = Map::new();
        whole.insert("act".to_owned(), self.act.as_str().into());
        whole.insert("principal".to_owned(), principal.into());
        for (name, of) in [("resource", Side::Resource), ("situation", Side::Situation)] {
            let facts = side(of);
            if !facts.is_empty() {
                whole.insert(name.to_owned(), facts.into());
            }
        }
        whole.into()
    }

    /// The facts that say something.
    fn telling<'a>(
        &'a self,
        vocabulary: &'a Vocabulary,
    ) -> impl Iterator<Item = (Side, &'a String, &'a Json, &'a Fact)> {
        let entity = |side| if side == Side::Principal { &self.principal } else { &self.resource };
        Side::ALL.into_iter().flat_map(move |side| {
            vocabulary.side(side, entity(side)).filter_map(move |(name, fact)| {
                let value = self.facts.get(&(side, name.clone()))?;
                (!fact.says_nothing(value)).then_some((side, name, value, fact))
            })
        })
    }

    /// The question in words, a line for each thing that it says.
    pub fn in_words(&self, vocabulary: &Vocabulary) -> Vec<(&'static str, String)> {
        let act = [self.act.as_str(), vocabulary.act(&self.act).trim_end_matches('.')];
        let act = act.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(": ");
        let mut lines = vec![
            ("act", format!("{act} ({})", self.resource)),
            ("who", self.principal.to_lowercase()),
        ];
        for (side, name, value, fact) in self.telling(vocabulary) {
            if fact.is_usual(name, value) {
                continue;
            }
            let label = match side {
                Side::Principal => "who",
                Side::Resource => "what",
                Side::Situation => "situation",
            };
            lines.push((label, said(name, value, fact)));
        }
        lines
    }
}

/// The act of an environment.
pub fn act_of(env: &RequestEnv) -> String {
    env.action().id().unescaped().to_owned()
}

/// One fact in words.
fn said(name: &str, value: &Json, fact: &Fact) -> String {
    let value = match value {
        Json::Bool(_) => String::new(),
        Json::String(word) => word.clone(),
        Json::Array(words) => words.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    // The first sentence, or what stands before an explanation.
    let meaning = fact.meaning.split(": ").next().unwrap_or_default();
    let meaning = meaning.split("; ").next().unwrap_or_default();
    let meaning = meaning.split(". ").next().unwrap_or_default().trim_end_matches('.');
    match (meaning, value.as_str()) {
        ("", "") => name.to_owned(),
        ("", value) => format!("{name}: {value}"),
        (meaning, "") => format!("{meaning} [{name}]"),
        (meaning, value) => format!("{value}: {} [{name}]", small(meaning)),
    }
}

/// With a small first letter.
fn small(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

fn broken(what: impl ToString) -> Fault {
    Fault::Solver(format!("the counterexample can't be read: {}", what.to_string()))
}
