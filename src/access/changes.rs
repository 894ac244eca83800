//! What would make a refused question lawful: every change of one single fact that does.
//!
//! **Invariant:** each change that is told was tried on the rules themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::brief::Brief;
use super::fact::Fact;
use super::policy::Policy;
use super::rule::Words;
use super::vocabulary::{Kind, Kinds};

/// One fact that would make the question lawful if it were otherwise, as each of `would` says.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// What the fact means.
    pub doc: Words,
    /// What it says now.
    pub is: Fact,
    /// What it would say, each of them alone.
    pub would: Vec<Fact>,
}

/// A part of a brief.
#[derive(Clone, Copy)]
enum Place {
    Principal,
    Resource,
    Situation,
}

/// A fact, and the same question for each other thing that it could say.
pub(super) struct Variants<'a> {
    pub kind: &'a Kind,
    pub is: Fact,
    pub would: Vec<(Fact, Brief)>,
}

/// The single changes that turn a refusal into a permit, in the order of the facts' names.
pub(super) fn single_changes(policy: &Policy, brief: &Brief) -> Vec<Change> {
    let mut changes = Vec::new();
    for Variants { kind, is, would } in variants(policy, brief) {
        let would = would.into_iter().filter(|(_, other)| policy.explain(other).permitted);
        let would: Vec<_> = would.map(|(fact, _)| fact).collect();
        if !would.is_empty() {
            changes.push(Change { doc: kind.doc.clone(), is, would });
        }
    }
    changes
}

/// Every question that differs from this one in one fact.
pub(super) fn variants<'a>(policy: &'a Policy, brief: &Brief) -> Vec<Variants<'a>> {
    let facts = policy.vocabulary();
    let parts = [
        (Place::Principal, facts.principal(brief.part)),
        (Place::Resource, facts.resource()),
        (Place::Situation, facts.situation()),
    ];
    let named = open_words(parts, brief);
    let kinds = parts
        .into_iter()
        .flat_map(|(place, kinds)| kinds.iter().map(move |(name, kind)| (place, name, kind)));
    let all = kinds.map(|(place, name, kind)| {
        let is = place.of(brief).get(name).unwrap_or(&kind.neutral).clone();
        let with = |fact: Fact| {
            let mut other = brief.clone();
            place.of_mut(&mut other).insert(name.clone(), fact.clone());
            (fact, other)
        };
        let would = alternatives(&is, kind, &named).into_iter().map(with).collect();
        Variants { kind, is, would }
    });
    all.collect()
}

/// What a fact could say instead. There are never more than its set has members, twice.
fn alternatives(is: &Fact, kind: &Kind, named: &BTreeSet<String>) -> Vec<Fact> {
    match is {
        Fact::Flag(is) => vec![Fact::Flag(!is)],
        Fact::Number(is) => {
            let (from, to) = kind.range.unwrap_or((-1, -1));
            (from..=to).filter(|other| other != is).map(Fact::Number).collect()
        }
        Fact::Word(is) => {
            let known = kind.words.iter().flatten().map(|word| Fact::Word((*word).to_owned()));
            let named = named.iter().cloned().map(Fact::Word);
            let known: Vec<_> =
                if kind.words.is_some() { known.collect() } else { named.collect() };
            let all = known.into_iter().chain([kind.neutral.clone()]);
            all.filter(|other| *other != Fact::Word(is.clone())).collect()
        }
        Fact::Words(is) => {
            let with = |word: &str| is.iter().cloned().chain([word.to_owned()]).collect();
            let without = |word: &str| is.iter().filter(|other| *other != word).cloned().collect();
            let words = kind.words.iter().flatten();
            words
                .map(|word| {
                    Fact::Words(if is.contains(*word) { without(word) } else { with(word) })
                })
                .collect()
        }
    }
}

/// The words that the brief uses where any word may stand: the ids of agencies.
fn open_words(parts: [(Place, &Kinds); 3], brief: &Brief) -> BTreeSet<String> {
    let open = parts.into_iter().flat_map(|(place, kinds)| {
        let known = place.of(brief).iter();
        known.filter(|(name, _)| kinds.get(*name).is_some_and(|kind| kind.words.is_none()))
    });
    open.filter_map(|(_, fact)| match fact {
        Fact::Word(word) => Some(word.clone()),
        Fact::Flag(_) | Fact::Number(_) | Fact::Words(_) => None,
    })
    .collect()
}

impl Place {
    fn of(self, brief: &Brief) -> &BTreeMap<String, Fact> {
        match self {
            Self::Principal => &brief.principal,
            Self::Resource => &brief.resource,
            Self::Situation => &brief.situation,
        }
    }

    fn of_mut(self, brief: &mut Brief) -> &mut BTreeMap<String, Fact> {
        match self {
            Self::Principal => &mut brief.principal,
            Self::Resource => &mut brief.resource,
            Self::Situation => &mut brief.situation,
        }
    }
}
