//! One question with its facts, written down: small, and without any id of a person or a thing.
//! Of ids it has agencies' only, to tell whether two are the same.
//!
//! **Invariant:** a brief that is read back is decided by the same rules as the facts that it was
//! made of.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use thiserror::Error;

use super::act;
use super::fact::Fact;
use super::facts::Facts;
use super::policy::Policy;
use super::rule::RuleId;
use super::scene::{Named, Part, Scene};
use super::vocabulary::Kinds;

const ACT: &str = "act";
const PRINCIPAL: &str = "principal";
const RESOURCE: &str = "resource";
const SITUATION: &str = "situation";
const KIND: &str = "kind";

/// One question with its facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    pub(super) act: String,
    pub(super) part: Part,
    /// What is known, and only that.
    pub(super) principal: BTreeMap<String, Fact>,
    pub(super) resource: BTreeMap<String, Fact>,
    pub(super) situation: BTreeMap<String, Fact>,
}

/// What the rules say of a brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Whether it is permitted.
    pub permitted: bool,
    /// The rules that determine it, in order; never empty.
    pub rules: Vec<RuleId>,
}

/// What is wrong with a brief that was written by hand.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{place}: {fault}")]
pub struct BriefError {
    /// Where, for example `situation/assigned`.
    pub place: String,
    /// What.
    pub fault: BriefFault,
}

/// What is wrong at one place of a brief.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BriefFault {
    /// It has to be there.
    #[error("is missing")]
    Missing,
    /// Nothing has this name.
    #[error("there is nothing of this name")]
    Unknown,
    /// It is of another type.
    #[error("must be {0}")]
    Type(&'static str),
    /// It is none of the words that may stand here.
    #[error("`{word}` is not one of: {known}")]
    Word {
        /// What stands there.
        word: String,
        /// What may.
        known: String,
    },
}

impl Brief {
    /// The question whether the principal of `facts` may do `act`.
    pub fn of(act: &str, facts: &Facts) -> Self {
        let Scene { principal, resource, situation } = Scene::of(facts, &|_| true);
        let known =
            |facts: Named| facts.into_iter().filter(|(_, fact)| !fact.is_neutral()).collect();
        Self {
            act: act.to_owned(),
            part: Part::of(facts.principal.kind),
            principal: known(principal),
            resource: known(resource),
            situation: known(situation),
        }
    }

    /// The act that is asked for.
    pub fn act(&self) -> &str {
        &self.act
    }

    /// An object with the act, the kind of principal, and every fact that says something.
    pub fn to_json(&self) -> Json {
        let object = |facts: &BTreeMap<String, Fact>| -> Map<String, Json> {
            facts.iter().map(|(name, fact)| (name.clone(), fact.to_json())).collect()
        };
        let mut principal = object(&self.principal);
        principal.insert(KIND.to_owned(), self.part.word().into());
        let mut whole = Map::new();
        whole.insert(ACT.to_owned(), self.act.as_str().into());
        whole.insert(PRINCIPAL.to_owned(), principal.into());
        for (name, facts) in [(RESOURCE, &self.resource), (SITUATION, &self.situation)] {
            if !facts.is_empty() {
                whole.insert(name.to_owned(), object(facts).into());
            }
        }
        whole.into()
    }

    /// Reads what [`Brief::to_json`] wrote, or somebody by hand. What is not said is not known.
    ///
    /// # Errors
    /// [`BriefError`] names the first place that is wrong.
    pub fn from_json(json: &Json, policy: &Policy) -> Result<Self, BriefError> {
        let whole = json.as_object().ok_or_else(|| fault("", BriefFault::Type("an object")))?;
        let known = [ACT, PRINCIPAL, RESOURCE, SITUATION];
        if let Some(name) = whole.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(fault(name, BriefFault::Unknown));
        }
        let acts: Vec<_> = act::ALL.iter().map(|(name, ..)| *name).collect();
        let act = member(ACT, whole.get(ACT), &acts)?;
        let who = whole.get(PRINCIPAL).ok_or_else(|| fault(PRINCIPAL, BriefFault::Missing))?;
        let words = Part::ALL.map(Part::word);
        let place = format!("{PRINCIPAL}/{KIND}");
        let word = member(&place, who.get(KIND), &words)?;
        let part = Part::ALL.into_iter().find(|part| part.word() == word);
        let part = part.ok_or_else(|| fault(&place, BriefFault::Missing))?;
        let vocabulary = policy.vocabulary();
        let read = |name, kinds| read(name, whole.get(name), kinds);
        Ok(Self {
            act: act.to_owned(),
            part,
            principal: read(PRINCIPAL, vocabulary.principal(part))?,
            resource: read(RESOURCE, vocabulary.resource())?,
            situation: read(SITUATION, vocabulary.situation())?,
        })
    }

    /// The facts that are `wanted`, with neutral ones for what is not known.
    pub(super) fn scene(&self, policy: &Policy, wanted: &dyn Fn(&str) -> bool) -> Scene {
        let whole = |known: &BTreeMap<String, Fact>, kinds: &Kinds| -> Named {
            let wanted = kinds.iter().filter(|(name, _)| wanted(name));
            wanted
                .map(|(name, kind)| {
                    (name.clone(), known.get(name).unwrap_or(&kind.neutral).clone())
                })
                .collect()
        };
        let vocabulary = policy.vocabulary();
        Scene {
            principal: whole(&self.principal, vocabulary.principal(self.part)),
            resource: whole(&self.resource, vocabulary.resource()),
            situation: whole(&self.situation, vocabulary.situation()),
        }
    }
}

fn fault(place: &str, fault: BriefFault) -> BriefError {
    BriefError { place: place.to_owned(), fault }
}

/// The word at `place`, when it is one of `known`.
fn member<'a>(place: &str, json: Option<&'a Json>, known: &[&str]) -> Result<&'a str, BriefError> {
    let json = json.ok_or_else(|| fault(place, BriefFault::Missing))?;
    let word = json.as_str().ok_or_else(|| fault(place, BriefFault::Type("a word")))?;
    among(place, word, known)?;
    Ok(word)
}

fn among(place: &str, word: &str, known: &[&str]) -> Result<(), BriefError> {
    if known.contains(&word) {
        return Ok(());
    }
    Err(fault(place, BriefFault::Word { word: word.to_owned(), known: known.join(", ") }))
}

/// The facts of one part of a brief.
fn read(
    part: &str,
    json: Option<&Json>,
    kinds: &Kinds,
) -> Result<BTreeMap<String, Fact>, BriefError> {
    let Some(json) = json else { return Ok(BTreeMap::new()) };
    let given = json.as_object().ok_or_else(|| fault(part, BriefFault::Type("an object")))?;
    let mut facts = BTreeMap::new();
    for (name, json) in given {
        if part == PRINCIPAL && name == KIND {
            continue;
        }
        let place = format!("{part}/{name}");
        let kind = kinds.get(name).ok_or_else(|| fault(&place, BriefFault::Unknown))?;
        let fact = Fact::from_json(kind.of, json)
            .ok_or_else(|| fault(&place, BriefFault::Type(kind.of.name())))?;
        if fact.is_neutral() {
            continue;
        }
        match (&fact, &kind.words) {
            (Fact::Word(word), Some(known)) => among(&place, word, known)?,
            (Fact::Words(words), Some(known)) => {
                words.iter().try_for_each(|word| among(&place, word, known))?;
            }
            _ => {}
        }
        facts.insert(name.clone(), fact);
    }
    Ok(facts)
}
