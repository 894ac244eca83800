//! Which facts and acts there are, as the rules' schema says: their names, types and words, and
//! what each of them means. A fact that is added there needs no line here.
//!
//! **Invariant:** what the policies can read is named here, and nothing else.

use std::collections::BTreeMap;

use cedar_policy::SchemaFragment;
use chrono::DateTime;
use serde_json::Value as Json;
use thiserror::Error;
use uuid::Uuid;

use super::fact::{Fact, FactType};
use super::facts::{Facts, Principal, PrincipalKind, Resource, Situation};
use super::rule::Words;
use super::scene::{Named, Part, Scene};
use super::words;

/// Why the facts can't be told from a schema.
#[derive(Debug, Error)]
pub enum VocabularyError {
    /// Cedar can't show the schema.
    #[error("the schema can't be shown as JSON: {0}")]
    Form(String),
    /// A type that no fact has.
    #[error("`{0}` is neither Bool, Long, String nor Set<String>")]
    Type(String),
    /// `@of` names a set of words that the service does not know.
    #[error("`{place}`: there is no set of words `{set}`")]
    Set {
        /// The fact.
        place: String,
        /// The set.
        set: String,
    },
    /// Something that a decision needs is not in it.
    #[error("`{0}` is missing")]
    Missing(String),
}

/// One fact that the policies can read.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    /// What kind of value it has.
    pub of: FactType,
    /// The words that it may have, where they are a closed set; without the neutral one.
    pub words: Option<Vec<&'static str>>,
    /// The least and the greatest number that it may be, where that is known.
    pub range: Option<(i64, i64)>,
    /// What it means.
    pub doc: Words,
    /// Its value when nothing is known.
    pub neutral: Fact,
}

/// Facts by name.
pub(super) type Kinds = BTreeMap<String, Kind>;

/// Every fact that the policies can read.
#[derive(Clone, Debug)]
pub(super) struct Vocabulary {
    staff: Kinds,
    citizen: Kinds,
    operator: Kinds,
    resource: Kinds,
    situation: Kinds,
    acts: BTreeMap<String, Words>,
}

impl Vocabulary {
    /// Reads them from a schema in Cedar's own words. Resources all have the same facts.
    pub(super) fn read(schema: &str) -> Result<Self, VocabularyError> {
        let (fragment, _warnings) = SchemaFragment::from_cedarschema_str(schema)
            .map_err(|error| VocabularyError::Form(error.to_string()))?;
        let whole =
            fragment.to_json_value().map_err(|error| VocabularyError::Form(error.to_string()))?;
        let missing = |name: &str| VocabularyError::Missing(name.to_owned());
        let entity = |name: &str| whole[""]["entityTypes"].get(name).ok_or_else(|| missing(name));
        let part = |part: Part| {
            let attributes = &entity(part.type_name())?["shape"]["attributes"];
            kinds("principal", attributes, scene_of_nobody(part).principal)
        };
        let nothing = scene_of_nobody(Part::Staff);
        let situation =
            whole[""]["commonTypes"].get("Situation").ok_or_else(|| missing("Situation"))?;
        Ok(Self {
            staff: part(Part::Staff)?,
            citizen: part(Part::Citizen)?,
            operator: part(Part::Operator)?,
            resource: kinds("resource", &entity("Case")?["shape"]["attributes"], nothing.resource)?,
            situation: kinds("situation", &situation["attributes"], nothing.situation)?,
            acts: acts(&whole[""]["actions"]),
        })
    }

    /// The facts about a principal of this type.
    pub(super) fn principal(&self, part: Part) -> &Kinds {
        match part {
            Part::Staff => &self.staff,
            Part::Citizen => &self.citizen,
            Part::Operator => &self.operator,
        }
    }

    /// The facts about what is asked about.
    pub(super) fn resource(&self) -> &Kinds {
        &self.resource
    }

    /// The facts about how the two stand to each other.
    pub(super) fn situation(&self) -> &Kinds {
        &self.situation
    }

    /// What an act is, in words.
    pub(super) fn act(&self, name: &str) -> Option<&Words> {
        self.acts.get(name)
    }
}

fn kinds(place: &str, attributes: &Json, neutral: Named) -> Result<Kinds, VocabularyError> {
    let neutral: BTreeMap<String, Fact> = neutral.into_iter().collect();
    let mut kinds = Kinds::new();
    for (name, attribute) in attributes.as_object().into_iter().flatten() {
        let of = fact_type(attribute)
            .ok_or_else(|| VocabularyError::Type(format!("{place}/{name}: {attribute}")))?;
        let note = |note: &str| attribute["annotations"][note].as_str();
        let words = match note("of") {
            None => None,
            Some(set) => Some(words::of_set(set).ok_or_else(|| VocabularyError::Set {
                place: format!("{place}/{name}"),
                set: set.to_owned(),
            })?),
        };
        let neutral = neutral.get(name).filter(|fact| fact.is_neutral()).cloned();
        kinds.insert(
            name.clone(),
            Kind {
                of,
                words,
                range: note("range").and_then(range),
                doc: words_of(&attribute["annotations"]),
                neutral: neutral.unwrap_or_else(|| of.neutral()),
            },
        );
    }
    Ok(kinds)
}

fn acts(actions: &Json) -> BTreeMap<String, Words> {
    let acts = actions.as_object().into_iter().flatten();
    acts.map(|(name, act)| (name.clone(), words_of(&act["annotations"]))).collect()
}

fn words_of(annotations: &Json) -> Words {
    let word = |name: &str| annotations[name].as_str().unwrap_or_default().to_owned();
    Words { sv: word("doc_sv"), en: word("doc") }
}

/// Two numbers with `..` between them; both count.
fn range(text: &str) -> Option<(i64, i64)> {
    let (from, to) = text.split_once("..")?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

fn fact_type(attribute: &Json) -> Option<FactType> {
    let plain = |it: &Json| match it["name"].as_str().or(it["type"].as_str()) {
        Some("Bool" | "Boolean") => Some(FactType::Flag),
        Some("Long") => Some(FactType::Number),
        Some("String") => Some(FactType::Word),
        _ => None,
    };
    if attribute["type"] == "Set" {
        (plain(&attribute["element"])? == FactType::Word).then_some(FactType::Words)
    } else {
        plain(attribute)
    }
}

/// What is said of nobody who asks about nothing.
fn scene_of_nobody(part: Part) -> Scene {
    let kind = match part {
        Part::Staff => PrincipalKind::Unknown,
        Part::Citizen => PrincipalKind::Citizen,
        Part::Operator => PrincipalKind::Operator,
    };
    let principal = Principal {
        kind,
        id: Uuid::nil(),
        name: None,
        assurance: 0,
        acting: None,
        home: None,
        hour: 0,
        duties: Vec::new(),
    };
    let facts = Facts {
        now: DateTime::UNIX_EPOCH,
        principal,
        resource: Resource::default(),
        situation: Situation::default(),
        aware: false,
        seen: Vec::new(),
    };
    Scene::of(&facts, &|_| true)
}

#[cfg(test)]
mod tests {
    use super::super::act;
    use super::super::policy_file::PolicyFile;
    use super::*;

    /// Words that are no closed set: agencies' ids.
    const OPEN: [&str; 3] = ["agency", "owner", "recipient"];

    fn of_the_service() -> Vocabulary {
        Vocabulary::read(PolicyFile::embedded_schema()).unwrap()
    }

    fn is_a_sentence(text: &str) -> bool {
        text.len() > 10 && text.ends_with('.')
    }

    fn every_fact(facts: &Vocabulary) -> impl Iterator<Item = (&String, &Kind)> {
        let principals = Part::ALL.into_iter().flat_map(|part| facts.principal(part));
        principals.chain(facts.resource()).chain(facts.situation())
    }

    #[test]
    fn every_fact_is_explained_and_has_its_words() {
        let facts = of_the_service();
        assert!(facts.situation().len() > 40 && facts.principal(Part::Staff).len() > 7);
        for (name, kind) in every_fact(&facts) {
            assert!(is_a_sentence(&kind.doc.en) && is_a_sentence(&kind.doc.sv), "{name}");
            let worded = matches!(kind.of, FactType::Word | FactType::Words);
            assert_eq!(kind.words.is_some(), worded && !OPEN.contains(&name.as_str()), "{name}");
            assert_eq!(kind.range.is_some(), kind.of == FactType::Number, "{name}");
        }
    }

    #[test]
    fn every_act_is_explained() {
        let facts = of_the_service();
        for (name, ..) in act::ALL {
            let words = facts.act(name).unwrap();
            assert!(is_a_sentence(&words.en) && is_a_sentence(&words.sv), "{name}");
        }
    }

    #[test]
    fn a_fact_that_is_not_known_is_neutral() {
        for (name, kind) in every_fact(&of_the_service()) {
            assert!(kind.neutral.is_neutral(), "{name}: {:?}", kind.neutral);
        }
    }

    #[test]
    fn every_fact_that_the_service_tells_is_in_the_schema_and_none_besides() {
        let facts = of_the_service();
        let names = |kinds: &Kinds| kinds.keys().cloned().collect::<Vec<_>>();
        let told =
            |named: Named| named.into_iter().collect::<BTreeMap<_, _>>().into_keys().collect();
        for part in Part::ALL {
            let scene = scene_of_nobody(part);
            let told: [Vec<String>; 3] =
                [scene.principal, scene.resource, scene.situation].map(told);
            let known = [facts.principal(part), facts.resource(), facts.situation()].map(names);
            assert_eq!(told, known);
        }
    }

    #[test]
    fn what_the_service_can_not_read_is_refused() {
        let told = |schema: &str| Vocabulary::read(schema).unwrap_err().to_string();
        let schema = PolicyFile::embedded_schema();
        assert!(told(&schema.replacen("loa: Long", "loa: ipaddr", 1)).contains("principal/loa"));
        let other = schema.replacen("@of(\"Role\")", "@of(\"Roll\")", 1);
        assert_eq!(told(&other), "`principal/roles`: there is no set of words `Roll`");
        assert!(told("entity Staff;").contains("missing"));
    }
}
