//! Which facts a rule can see, as the schema says: their names, what they mean, and the words that
//! they may have.

use std::collections::BTreeMap;

use cedar_policy::SchemaFragment;
use samsyn::access::of_set;
use serde_json::{Map, Value as Json, json};

use crate::fault::Fault;

/// A part of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Who asks.
    Principal,
    /// What it is about.
    Resource,
    /// How the two stand to each other.
    Situation,
}

/// What kind of value a fact has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Yes or no.
    Flag,
    /// A whole number.
    Number,
    /// One word.
    Word,
    /// Any number of words.
    Words,
}

/// One fact.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What kind of value it has.
    pub shape: Shape,
    /// The words that it may have, where they are a closed set; without the neutral ones.
    pub words: Option<Vec<&'static str>>,
    /// The least and the greatest number that it may be, apart from the neutral one.
    pub range: Option<(i64, i64)>,
    /// What it means.
    pub meaning: String,
}

/// Facts by name.
pub type Facts = BTreeMap<String, Fact>;

/// Every fact that a schema knows.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    entities: BTreeMap<String, Facts>,
    situation: Facts,
    acts: BTreeMap<String, String>,
}

/// What stands for nothing known among words.
const NOTHING: [&str; 2] = ["", "none"];
/// The number that stands for nothing known.
const NO_NUMBER: i64 = -1;
/// Facts about everybody, and what they mostly are.
const USUAL: [(&str, i64); 2] = [("loa", 3), ("hour", 12)];

impl Side {
    /// Every side.
    pub const ALL: [Self; 3] = [Self::Principal, Self::Resource, Self::Situation];

    /// What a rule calls it.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Principal => "principal",
            Self::Resource => "resource",
            Self::Situation => "context",
        }
    }
}

impl Vocabulary {
    /// Reads a schema in Cedar's own words.
    ///
    /// # Errors
    /// What can't be read, or names a set of words that nobody knows.
    pub fn read(schema: &str) -> Result<Self, Fault> {
        let fault = |what: String| Fault::wrong("the schema", what);
        let (fragment, _) = SchemaFragment::from_cedarschema_str(schema)
            .map_err(|error| fault(error.to_string()))?;
        let whole = fragment.to_json_value().map_err(|error| fault(error.to_string()))?;
        let entities = whole[""]["entityTypes"].as_object().into_iter().flatten();
        let acts = whole[""]["actions"].as_object().into_iter().flatten();
        Ok(Self {
            entities: entities
                .map(|(name, entity)| Ok((name.clone(), facts(&entity["shape"]["attributes"])?)))
                .collect::<Result<_, Fault>>()?,
            situation: facts(&whole[""]["commonTypes"]["Situation"]["attributes"])?,
            acts: acts
                .map(|(name, act)| {
                    let meaning = act["annotations"]["doc"].as_str().unwrap_or_default();
                    (name.clone(), meaning.to_owned())
                })
                .collect(),
        })
    }

    /// The facts on one side; of an entity, those of its type.
    pub fn side(&self, side: Side, entity: &str) -> impl Iterator<Item = (&String, &Fact)> {
        let facts = match side {
            Side::Principal | Side::Resource => self.entities.get(entity),
            Side::Situation => Some(&self.situation),
        };
        facts.into_iter().flatten()
    }

    /// What an act means; empty where the schema doesn't say.
    pub fn act(&self, name: &str) -> &str {
        self.acts.get(name).map_or("", String::as_str)
    }

    /// What the words and numbers of a question between these two types may be, as a condition.
    pub fn plausible(&self, principal: &str, resource: &str) -> Json {
        let mut parts = Vec::new();
        for (side, entity) in
            [(Side::Principal, principal), (Side::Resource, resource), (Side::Situation, "")]
        {
            for (name, fact) in self.side(side, entity) {
                let read = json!({ ".": { "left": { "Var": side.variable() }, "attr": name } });
                parts.extend(fact.plausible(name, &read));
            }
        }
        parts
            .into_iter()
            .reduce(|left, right| json!({ "&&": { "left": left, "right": right } }))
            .unwrap_or_else(|| json!({ "Value": true }))
    }
}

impl Fact {
    fn plausible(&self, name: &str, read: &Json) -> Option<Json> {
        let set = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|word| json!({ "Value": word })).collect();
            json!({ "Set": words })
        };
        match (self.shape, &self.words) {
            (Shape::Word, Some(words)) => {
                let words: Vec<_> = NOTHING.iter().chain(words).copied().collect();
                Some(json!({ "contains": { "left": set(&words), "right": read } }))
            }
            (Shape::Words, Some(words)) => {
                Some(json!({ "containsAll": { "left": set(words), "right": read } }))
            }
            (Shape::Number, _) => {
                let (least, most) = self.range?;
                let least = if usual(name).is_some() { least } else { least.min(NO_NUMBER) };
                let at_least = json!({ "<=": { "left": { "Value": least }, "right": read } });
                let at_most = json!({ "<=": { "left": read, "right": { "Value": most } } });
                Some(json!({ "&&": { "left": at_least, "right": at_most } }))
            }
            _ => None,
        }
    }

    /// Values that say little, those that say least first.
    pub fn neutral(&self, name: &str) -> Vec<Json> {
        match self.shape {
            Shape::Flag => vec![json!(false)],
            Shape::Number => match usual(name) {
                Some(usual) => vec![json!(usual)],
                None => [NO_NUMBER, 0, 10].map(|number| json!(number)).into(),
            },
            Shape::Word => {
                NOTHING.iter().chain(self.words.iter().flatten()).map(|word| json!(word)).collect()
            }
            Shape::Words => vec![json!([])],
        }
    }

    /// Puts the words and numbers that there are in the place of others.
    pub fn tame(&self, name: &str, value: &mut Json) {
        let known = |word: &Json| {
            let is = |known: &&str| word == *known;
            self.words.as_ref().is_none_or(|words| words.iter().any(is))
        };
        match (self.shape, self.range) {
            (Shape::Word, _) if !known(value) => *value = NOTHING[0].into(),
            (Shape::Words, _) => {
                if let Some(words) = value.as_array_mut() {
                    let strange = words.len();
                    words.retain(known);
                    let first = self.words.iter().flatten().next();
                    if let (Some(first), true) = (first, words.is_empty() && strange > 0) {
                        words.push((*first).into());
                    }
                }
            }
            (Shape::Number, Some((least, most))) => {
                let number = value.as_i64().unwrap_or(NO_NUMBER);
                if !(least..=most).contains(&number) {
                    *value = usual(name).unwrap_or(NO_NUMBER).into();
                }
            }
            _ => {}
        }
    }

    /// Whether `value` is what it mostly is.
    pub fn is_usual(&self, name: &str, value: &Json) -> bool {
        usual(name).is_some_and(|usual| *value == json!(usual))
    }

    /// Whether `value` says that nothing is known.
    pub fn says_nothing(&self, value: &Json) -> bool {
        match self.shape {
            Shape::Flag => *value == json!(false),
            Shape::Number => *value == json!(NO_NUMBER),
            Shape::Word => value.as_str().is_some_and(|word| NOTHING.contains(&word)),
            Shape::Words => value.as_array().is_some_and(Vec::is_empty),
        }
    }
}

/// What a fact about everybody mostly is.
fn usual(name: &str) -> Option<i64> {
    USUAL.iter().find(|(usual, _)| *usual == name).map(|(_, number)| *number)
}

fn facts(attributes: &Json) -> Result<Facts, Fault> {
    let none = Map::new();
    let attributes = attributes.as_object().unwrap_or(&none);
    attributes.iter().map(|(name, attribute)| Ok((name.clone(), fact(name, attribute)?))).collect()
}

fn fact(name: &str, attribute: &Json) -> Result<Fact, Fault> {
    let plain = |it: &Json| match it["name"].as_str().or(it["type"].as_str()) {
        Some("Bool" | "Boolean") => Some(Shape::Flag),
        Some("Long") => Some(Shape::Number),
        Some("String") => Some(Shape::Word),
        _ => None,
    };
    let shape = match attribute["type"].as_str() {
        Some("Set") => plain(&attribute["element"])
            .and_then(|shape| (shape == Shape::Word).then_some(Shape::Words)),
        _ => plain(attribute),
    };
    let place = || format!("the schema's fact `{name}`");
    let note = |note: &str| attribute["annotations"][note].as_str();
    let words = note("of")
        .map(|set| {
            of_set(set)
                .ok_or_else(|| Fault::wrong(place(), format!("there is no set of words `{set}`")))
        })
        .transpose()?;
    let range = note("range").and_then(|range| {
        let (least, most) = range.split_once("..")?;
        Some((least.parse().ok()?, most.parse().ok()?))
    });
    Ok(Fact {
        range,
        shape: shape.ok_or_else(|| Fault::wrong(place(), "has a type that no fact has"))?,
        words,
        meaning: note("doc").unwrap_or_default().to_owned(),
    })
}
