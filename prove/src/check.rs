//! What is proved of a set of rules.

use std::time::{Duration, Instant};

use samsyn::access::PolicyFile;

use crate::dead;
use crate::fault::Fault;
use crate::gap::{Found, Gap, Presence, Search};
use crate::property::{Claim, Property, rules_without};
use crate::prover::{Answer, Prover};
use crate::rule::Rule;
use crate::rules::Rules;
use crate::source::Source;
use crate::world::{Place, World};

/// What came of one question.
#[derive(Debug)]
pub struct Finding {
    /// The name of the property, or what kind of check it is.
    pub name: String,
    /// What was to be proved, in words.
    pub words: String,
    /// What it is about.
    pub scope: String,
    /// What came of it.
    pub verdict: Verdict,
    /// How long it took.
    pub took: Duration,
}

/// What came of it.
#[derive(Debug)]
pub enum Verdict {
    /// It holds for all requests. Some remarks may belong to it.
    Proved(Vec<String>),
    /// It doesn't hold, for example for a request.
    Refuted(Box<Refutation>),
    /// It doesn't hold: these.
    Wrong(Vec<String>),
    /// Nobody knows.
    Unknown(String),
}

/// A request for which something doesn't hold.
#[derive(Debug)]
pub struct Refutation {
    /// The request, and the rules that decide it.
    pub found: Found,
    /// What the rules say of it, in words.
    pub said: String,
}

/// The rules that are checked.
pub struct Subject {
    /// The schema.
    pub world: World,
    /// The common rules.
    pub common: Rules,
    /// Each agency's own, by the name of their file.
    pub agencies: Vec<(String, Rules)>,
}

impl Finding {
    /// Whether it was proved.
    pub fn holds(&self) -> bool {
        matches!(self.verdict, Verdict::Proved(_))
    }

    pub(crate) fn of(
        name: &str,
        words: impl Into<String>,
        scope: impl Into<String>,
        job: impl FnOnce() -> Result<Verdict, Fault>,
    ) -> Result<Self, Fault> {
        let begun = Instant::now();
        let verdict = job()?;
        let took = begun.elapsed();
        Ok(Self { name: name.to_owned(), words: words.into(), scope: scope.into(), verdict, took })
    }
}

impl Subject {
    /// Reads the rules.
    ///
    /// # Errors
    /// What isn't Cedar or doesn't fit the schema.
    pub fn read(source: &Source) -> Result<Self, Fault> {
        let world = World::read(&source.schema)?;
        let common = Rules::read(&source.files, &world)?;
        let agencies = source.agencies.iter().map(|file| {
            let own = Rules::of(Rule::read_agency(file, &[], &world)?, &world);
            Ok((file.name.clone(), own))
        });
        Ok(Self { common, agencies: agencies.collect::<Result<_, Fault>>()?, world })
    }

    /// Proves everything, and tells each finding as soon as there is one.
    ///
    /// # Errors
    /// A broken solver, or properties that don't fit the schema.
    pub fn check(
        &self,
        prover: &mut Prover,
        properties: &[PolicyFile],
        tell: &mut dyn FnMut(&Finding) -> Result<(), Fault>,
    ) -> Result<bool, Fault> {
        let mut sound = true;
        let mut note = |finding: Finding| {
            sound &= finding.holds();
            tell(&finding)
        };
        for property in Property::read_all(properties, &self.world)? {
            note(self.property(prover, &property)?)?;
        }
        for (file, rules) in &self.agencies {
            note(self.narrows(prover, file, rules)?)?;
        }
        note(self.never_fails(prover)?)?;
        note(dead::check(self, prover)?)?;
        Ok(sound)
    }

    /// One property.
    ///
    /// # Errors
    /// As for [`Subject::check`].
    pub fn property(&self, prover: &mut Prover, property: &Property) -> Result<Finding, Fault> {
        Finding::of(&property.rule.id, &property.rule.words, property.scope(), || {
            if let Some(verdict) = self.empty(prover, property)? {
                return Ok(verdict);
            }
            match &property.claim {
                Claim::Never => self.never(prover, property),
                Claim::NoMoreThanWithout(duty) => self.no_more(prover, property, duty),
                Claim::Always => self.always(prover, property),
            }
        })
    }

    /// A property that describes nothing that can happen would always hold.
    fn empty(&self, prover: &mut Prover, property: &Property) -> Result<Option<Verdict>, Fault> {
        let about = Rules::of(vec![property.about()?], &self.world);
        let nothing = Rules::default();
        let gap = Gap::between(&self.world, &about, &nothing);
        Ok(match gap.can_happen(prover, &property.places)? {
            Presence::Yes => None,
            Presence::No => Some(Verdict::Wrong(vec!["Nothing fits its condition.".to_owned()])),
            Presence::Unknown(why) => Some(Verdict::Unknown(why)),
        })
    }

    fn never(&self, prover: &mut Prover, property: &Property) -> Result<Verdict, Fault> {
        let nothing = Rules::default();
        let mut gap = Gap::between(&self.world, &self.common, &nothing);
        gap.only.push(property.nothing_else()?.policy);
        verdict(gap.search(prover, &property.places)?, |found| {
            format!("It is permitted by {}", list(&found.permitted_by))
        })
    }

    fn no_more(
        &self,
        prover: &mut Prover,
        property: &Property,
        duty: &str,
    ) -> Result<Verdict, Fault> {
        let lesser = rules_without(&self.common, duty, &self.world)?;
        let mut gap = Gap::between(&self.world, &self.common, &self.common);
        gap.only.push(property.nothing_else()?.policy);
        gap.lacking = Some((&lesser, duty));
        verdict(gap.search(prover, &property.places)?, |found| {
            let permitted = list(&found.permitted_by);
            let refused = refused_by(&found.refused_by);
            format!("It is permitted by {permitted}. Without the duty `{duty}` it is {refused}")
        })
    }

    /// With the rules of each agency too: they may narrow, but not this.
    fn always(&self, prover: &mut Prover, property: &Property) -> Result<Verdict, Fault> {
        let about = Rules::of(vec![property.about()?], &self.world);
        let common = [self.common.clone()];
        let narrowed = self.agencies.iter().map(|(_, own)| self.common.and(own));
        for rules in common.into_iter().chain(narrowed) {
            let gap = Gap::between(&self.world, &about, &rules);
            let search = gap.search(prover, &property.places)?;
            if !matches!(search, Search::Nothing) {
                return verdict(search, |found| format!("It is {}", refused_by(&found.refused_by)));
            }
        }
        Ok(Verdict::Proved(Vec::new()))
    }

    /// An agency's own rules permit nothing that the common ones don't.
    ///
    /// # Errors
    /// As for [`Subject::check`].
    pub fn narrows(&self, prover: &mut Prover, file: &str, own: &Rules) -> Result<Finding, Fault> {
        let words =
            format!("The rules of the agency {file} only narrow what the common ones allow.");
        let scope = format!("{} rules", own.len());
        Finding::of("agency", words, scope, || {
            let both = self.common.and(own);
            let gap = Gap::between(&self.world, &both, &self.common);
            let mut places: Vec<Place> = own.iter().flat_map(|(_, it)| it.to_vec()).collect();
            places.sort_unstable();
            places.dedup();
            verdict(gap.search(prover, &places)?, |found| {
                let permitted = list(&found.permitted_by);
                let refused = refused_by(&found.refused_by);
                format!("It is permitted by {permitted}. By the common rules alone it is {refused}")
            })
        })
    }

    /// No rule fails while it is weighed.
    fn never_fails(&self, prover: &mut Prover) -> Result<Finding, Fault> {
        let everything = self.everything();
        let scope = format!("{} rules", everything.len());
        Finding::of("faults", "No rule can fail while it is weighed.", scope, || {
            let mut wrong = Vec::new();
            for (rule, places) in everything.iter() {
                for place in places {
                    let compiled = self.world.compile_one(place, rule)?;
                    match prover.fails(&compiled)? {
                        Answer::Never => {}
                        Answer::Unknown(why) => return Ok(Verdict::Unknown(why)),
                        Answer::Sometimes(_) => {
                            wrong.push(format!("{} can fail, for {}", rule.name(), place.act));
                            break;
                        }
                    }
                }
            }
            Ok(if wrong.is_empty() { Verdict::Proved(Vec::new()) } else { Verdict::Wrong(wrong) })
        })
    }

    /// The common rules and all agencies'.
    pub(crate) fn everything(&self) -> Rules {
        self.agencies.iter().fold(self.common.clone(), |all, (_, own)| all.and(own))
    }
}

fn verdict(search: Search, said: impl FnOnce(&Found) -> String) -> Result<Verdict, Fault> {
    Ok(match search {
        Search::Nothing => Verdict::Proved(Vec::new()),
        Search::Unknown(why) => Verdict::Unknown(why),
        Search::Found(found) => {
            let said = said(&found);
            Verdict::Refuted(Box::new(Refutation { said, found: *found }))
        }
    })
}

/// Rules by their names.
pub(crate) fn list(rules: &[Rule]) -> String {
    rules.iter().map(Rule::name).collect::<Vec<_>>().join(", ")
}

/// How something comes to be refused.
pub(crate) fn refused_by(rules: &[Rule]) -> String {
    if rules.is_empty() {
        "refused, since nothing permits it".to_owned()
    } else {
        format!("refused by {}", list(rules))
    }
}
