//! The one question that every proof comes down to: is there a request that one set of rules
//! permits and another doesn't?
//!
//! **Invariant:** a request is shown only after Cedar itself has weighed it and come to the same.

use std::rc::Rc;

use cedar_policy::{Effect, Policy, PolicySet};

use crate::example::{Example, Question};
use crate::fault::Fault;
use crate::property::DUTIES;
use crate::prover::{Answer, Prover};
use crate::rule::Rule;
use crate::rules::{Rules, permits, set_of};
use crate::world::{Place, World};

/// For how many kinds of question the solver is asked for a likelier request.
const TRIES_MAX: usize = 5;

/// Two sets of rules, and what is looked for between them.
pub struct Gap<'a> {
    /// The schema of both.
    pub world: &'a World,
    /// What shall permit the request.
    pub left: &'a Rules,
    /// What shall not.
    pub right: &'a Rules,
    /// Forbids that narrow what is looked at.
    pub only: Vec<Policy>,
    /// The right one is asked about somebody who lacks this duty: the rules that say so, and the
    /// duty.
    pub lacking: Option<(&'a Rules, &'a str)>,
}

/// What came of a search.
#[derive(Debug)]
pub enum Search {
    /// There is no such request.
    Nothing,
    /// There is one.
    Found(Box<Found>),
    /// Nobody knows.
    Unknown(String),
}

/// A request that the left one permits and the right one doesn't.
#[derive(Clone, Debug)]
pub struct Found {
    /// The request.
    pub example: Example,
    /// Whether the service could come to gather such facts.
    pub plausible: bool,
    /// The rules by which the left one permits it.
    pub permitted_by: Vec<Rule>,
    /// The rules by which the right one forbids it; none where nothing permits it.
    pub refused_by: Vec<Rule>,
    /// The kinds of question, of those looked at, where there is such a request.
    pub places: Vec<Place>,
}

/// Whether there is such a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// There is one.
    Yes,
    /// There is none.
    No,
    /// Nobody knows.
    Unknown(String),
}

/// Which facts a search reckons with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reckoning {
    /// All, so that "nothing" holds for all.
    All,
    /// Those that the service could come to gather.
    Plausible,
}

impl<'a> Gap<'a> {
    /// What `left` permits and `right` doesn't.
    pub fn between(world: &'a World, left: &'a Rules, right: &'a Rules) -> Self {
        Self { world, left, right, only: Vec::new(), lacking: None }
    }

    /// Looks for a request of one of these kinds, and in how many of them there is one.
    ///
    /// # Errors
    /// A broken solver, or rules that don't fit the schema.
    pub fn search(&self, prover: &mut Prover, places: &[Place]) -> Result<Search, Fault> {
        let mut hits = Vec::new();
        for place in places {
            match self.ask(prover, place, Reckoning::All)? {
                Answer::Never => {}
                Answer::Unknown(why) => {
                    return Ok(Search::Unknown(format!("{}: {why}", place.act)));
                }
                Answer::Sometimes(question) => hits.push((place, question)),
            }
        }
        let Some((place, example, plausible)) = self.choose(prover, &hits)? else {
            return Ok(Search::Nothing);
        };
        let mut found = self.tell(place, example, plausible)?;
        let others = hits.iter().map(|(other, _)| *other).filter(|other| *other != place);
        found.places.extend(others.cloned());
        Ok(Search::Found(Box::new(found)))
    }

    /// Whether the service could come to gather such a request, of one of these kinds.
    ///
    /// # Errors
    /// As for [`Gap::search`].
    pub fn can_happen(&self, prover: &mut Prover, places: &[Place]) -> Result<Presence, Fault> {
        for place in places {
            // The plain question is the cheaper one, and mostly enough for a no.
            let mut answer = self.ask(prover, place, Reckoning::All)?;
            if let Answer::Sometimes(question) = &answer {
                if self.tamed(place, question)?.is_some() {
                    return Ok(Presence::Yes);
                }
                answer = self.ask(prover, place, Reckoning::Plausible)?;
            }
            match answer {
                Answer::Never => {}
                Answer::Unknown(why) => return Ok(Presence::Unknown(why)),
                Answer::Sometimes(_) => return Ok(Presence::Yes),
            }
        }
        Ok(Presence::No)
    }

    fn ask(
        &self,
        prover: &mut Prover,
        place: &Place,
        reckoning: Reckoning,
    ) -> Result<Answer, Fault> {
        let left = self.left_at(place, reckoning)?;
        if !left.policies().any(|policy| policy.effect() == Effect::Permit) {
            return Ok(Answer::Never);
        }
        let left = if self.only.is_empty() && reckoning == Reckoning::All {
            self.left.compiled(self.world, place)?
        } else {
            Rc::new(self.world.compile(place, &left)?)
        };
        let right = self.lacking.map_or(self.right, |(rules, _)| rules);
        if right.is_empty() {
            return prover.permits(&left);
        }
        prover.permits_beyond(&left, &*right.compiled(self.world, place)?)
    }

    /// What the solver came upon, in facts that the service could come to gather, if that still
    /// shows it.
    fn tamed(&self, place: &Place, question: &Question) -> Result<Option<Example>, Fault> {
        let vocabulary = &self.world.vocabulary;
        let example = Example::of(self.world.env(place)?, question, vocabulary)?;
        let left = self.left_at(place, Reckoning::Plausible)?;
        let right = self.right.bearing(place)?;
        let mut tamed = example.tamed(vocabulary).into_iter();
        Ok(tamed.find(|example| self.shown(&left, &right, example)))
    }

    /// Whether Cedar itself comes to the same.
    fn shown(&self, left: &PolicySet, right: &PolicySet, example: &Example) -> bool {
        let Ok(question) = example.question(&self.world.schema) else { return false };
        let Ok(lesser) = self.lesser(example) else { return false };
        permits(left, &question) && !permits(right, &lesser)
    }

    fn left_at(&self, place: &Place, reckoning: Reckoning) -> Result<PolicySet, Fault> {
        let mut policies = self.only.clone();
        if reckoning == Reckoning::Plausible {
            policies.extend(self.world.plausible(place)?);
        }
        let bearing = self.left.bearing(place)?;
        set_of(bearing.policies().cloned().chain(policies))
    }

    /// A request that can happen, if one is found soon; otherwise the first that the solver came
    /// upon.
    fn choose<'p>(
        &self,
        prover: &mut Prover,
        hits: &[(&'p Place, Box<Question>)],
    ) -> Result<Option<(&'p Place, Example, bool)>, Fault> {
        for (place, question) in hits {
            if let Some(example) = self.tamed(place, question)? {
                return Ok(Some((*place, example, true)));
            }
        }
        let example = |place: &Place, question: &Question| {
            Example::of(self.world.env(place)?, question, &self.world.vocabulary)
        };
        for (place, _) in hits.iter().take(TRIES_MAX) {
            if let Answer::Sometimes(likelier) = self.ask(prover, place, Reckoning::Plausible)? {
                return Ok(Some((*place, example(place, &likelier)?, true)));
            }
        }
        let first = hits.first().map(|(place, question)| {
            example(place, question).map(|example| (*place, example, false))
        });
        first.transpose()
    }

    fn tell(&self, place: &Place, mut example: Example, plausible: bool) -> Result<Found, Fault> {
        let reckoning = if plausible { Reckoning::Plausible } else { Reckoning::All };
        let (left, right) = (self.left_at(place, reckoning)?, self.right.bearing(place)?);
        let shows = |example: &Example| self.shown(&left, &right, example);
        if !shows(&example) {
            let what = "the solver found a request that Cedar itself decides otherwise";
            return Err(Fault::Solver(format!("{}: {what}", place.act)));
        }
        example.shrink(&self.world.vocabulary, shows);
        let (_, permitted_by) = self.left.weigh(&example.question(&self.world.schema)?)?;
        let (_, refused_by) = self.right.weigh(&self.lesser(&example)?)?;
        let owned = |rules: Vec<&Rule>| rules.into_iter().cloned().collect();
        Ok(Found {
            plausible,
            permitted_by: owned(permitted_by),
            refused_by: owned(refused_by),
            places: vec![place.clone()],
            example,
        })
    }

    /// The request that the right one is asked about.
    fn lesser(&self, example: &Example) -> Result<Question, Fault> {
        match self.lacking {
            Some((_, duty)) => example.without(&DUTIES, duty).question(&self.world.schema),
            None => example.question(&self.world.schema),
        }
    }
}
