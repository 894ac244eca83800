//! What a change of the rules changes, for all requests.
//!
//! **Invariant:** "the same" is said of an act and a kind of principal only where it was proved in
//! both directions.

use std::fmt::Write;

use cedar_policy::Policy;
use serde_json::json;

use crate::check::{list, refused_by};
use crate::expression::only_where;
use crate::fault::Fault;
use crate::gap::{Found, Gap, Search};
use crate::prover::Prover;
use crate::report;
use crate::rule::Rule;
use crate::rules::Rules;
use crate::source::Source;
use crate::world::{Place, World};

/// The kinds of agency that staff are told apart by, and in what words.
const STAFF: [(&[&str], &str); 6] = [
    (&["school"], "staff of schools"),
    (&["social"], "staff of social services"),
    (&["health"], "staff of health care"),
    (&["police"], "staff of the police"),
    (&["host"], "staff of the host"),
    (&["none", ""], "somebody whom the register doesn't know"),
];

/// What changed for one act and one kind of principal, in one direction.
#[derive(Debug)]
pub struct Change {
    /// The act.
    pub act: String,
    /// Who, in words.
    pub who: String,
    /// What is the case.
    pub what: What,
}

/// In which direction something changed.
#[derive(Debug)]
pub enum What {
    /// Something is permitted that was refused.
    Allowed(Box<Found>),
    /// Something is refused that was permitted.
    Refused(Box<Found>),
    /// Nobody knows.
    Unknown(String),
}

/// Two sets of rules under one schema.
pub struct Comparison {
    world: World,
    old: Rules,
    new: Rules,
    /// Acts that only the new schema knows.
    added: Vec<String>,
    /// Acts that only the old schema knows.
    gone: Vec<String>,
}

/// What came of a comparison.
#[derive(Debug)]
pub struct Difference {
    /// What changed.
    pub changes: Vec<Change>,
    /// For how many kinds of question it was proved that nothing did.
    pub same: usize,
}

impl Comparison {
    /// Reads both under the new schema.
    ///
    /// # Errors
    /// Rules that don't fit it. Acts that are gone may be named by the old ones.
    pub fn read(old: &Source, new: &Source) -> Result<Self, Fault> {
        let world = World::read(&new.schema)?;
        let before = World::read(&old.schema)?;
        let acts = |world: &World| -> Vec<String> {
            let mut acts: Vec<_> = world.places().map(|place| place.act.clone()).collect();
            acts.dedup();
            acts
        };
        let (old_acts, new_acts) = (acts(&before), acts(&world));
        let lacking = |all: &[String], of: &[String]| -> Vec<String> {
            all.iter().filter(|act| !of.contains(act)).cloned().collect()
        };
        let (added, gone) = (lacking(&new_acts, &old_acts), lacking(&old_acts, &new_acts));
        let mut rules = Vec::new();
        for file in &old.files {
            for rule in Rule::read_all(file)? {
                rules.extend(rule.without_acts(&gone)?);
            }
        }
        if !added.is_empty() {
            rules.push(refuse_acts(&added)?);
        }
        rules.iter().try_for_each(|rule| world.validate(rule))?;
        let old = Rules::of(rules, &world).and(&agencies(old, &gone, &world)?);
        let new = Rules::read(&new.files, &world)?.and(&agencies(new, &[], &world)?);
        Ok(Self { world, old, new, added, gone })
    }

    /// The schema of both.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Proves where they are the same and finds where they aren't.
    ///
    /// # Errors
    /// A broken solver.
    pub fn prove(&self, prover: &mut Prover) -> Result<Difference, Fault> {
        let mut difference = Difference { changes: Vec::new(), same: 0 };
        for place in self.world.places() {
            let before = difference.changes.len();
            for (left, right, what) in [
                (&self.new, &self.old, What::Allowed as fn(_) -> _),
                (&self.old, &self.new, What::Refused as fn(_) -> _),
            ] {
                self.look(prover, place, Gap::between(&self.world, left, right), |who, found| {
                    let act = place.act.clone();
                    difference.changes.push(Change {
                        act,
                        who,
                        what: found.map_or_else(What::Unknown, what),
                    });
                })?;
            }
            difference.same += usize::from(difference.changes.len() == before);
        }
        Ok(difference)
    }

    fn look(
        &self,
        prover: &mut Prover,
        place: &Place,
        mut gap: Gap<'_>,
        mut note: impl FnMut(String, Result<Box<Found>, String>),
    ) -> Result<(), Fault> {
        let places = std::slice::from_ref(place);
        let whole = match gap.search(prover, places)? {
            Search::Nothing => return Ok(()),
            whole => whole,
        };
        if place.principal != "Staff" {
            let who = match place.principal.as_str() {
                "Citizen" => "private persons".to_owned(),
                other => other.to_lowercase(),
            };
            note(who, found_or_unknown(whole));
            return Ok(());
        }
        let mut among_them = false;
        for (kinds, who) in STAFF {
            gap.only = vec![staff_of(kinds)?];
            match gap.search(prover, places)? {
                Search::Nothing => {}
                search => {
                    among_them = true;
                    note(who.to_owned(), found_or_unknown(search));
                }
            }
        }
        if !among_them {
            note("staff".to_owned(), found_or_unknown(whole));
        }
        Ok(())
    }

    /// The difference in words.
    pub fn told(&self, difference: &Difference) -> String {
        let mut text = String::new();
        for (acts, words) in [(&self.added, "new"), (&self.gone, "gone")] {
            if !acts.is_empty() {
                let _ = writeln!(text, "Acts that are {words}: {}\n", acts.join(", "));
            }
        }
        let mut act = "";
        for change in &difference.changes {
            if change.act != act {
                act = &change.act;
                let _ = writeln!(text, "{act}");
            }
            self.tell(&mut text, change);
        }
        let _ = match (difference.changes.is_empty(), difference.same) {
            (true, same) => writeln!(
                text,
                "The same for all requests, by proof: {same} kinds of question (act, and type of \
                 who asks)."
            ),
            (false, same) => writeln!(
                text,
                "The same for all requests of the other {same} kinds of question (act, and type of \
                 who asks), by proof."
            ),
        };
        text
    }

    fn tell(&self, text: &mut String, change: &Change) {
        let (head, found, decided) = match &change.what {
            What::Unknown(why) => {
                let _ = writeln!(text, "  UNKNOWN for {}: {why}", change.who);
                return;
            }
            What::Allowed(found) => (
                "newly allowed",
                found,
                format!("Now permitted by {}", list(&found.permitted_by))
                    + &format!("; before, it was {}", refused_by(&found.refused_by)),
            ),
            What::Refused(found) => (
                "newly refused",
                found,
                format!("Now {}", refused_by(&found.refused_by))
                    + &format!("; before, it was permitted by {}", list(&found.permitted_by)),
            ),
        };
        if !found.plausible {
            let only = "only with facts that the service doesn't gather together";
            let json = found.example.to_json(&self.world.vocabulary);
            let _ = writeln!(text, "  {head} to {}, {only}:\n    {json}\n", change.who);
            return;
        }
        let _ = writeln!(text, "  {head} to {}, for example:", change.who);
        text.push_str(&report::example(&found.example, &self.world));
        let _ = writeln!(text, "    {decided}.");
        text.push('\n');
    }
}

/// What agencies forbid themselves, where it counts.
fn agencies(source: &Source, gone: &[String], world: &World) -> Result<Rules, Fault> {
    let mut rules = Vec::new();
    for file in &source.agencies {
        rules.extend(Rule::read_agency(file, gone, world)?);
    }
    Ok(Rules::of(rules, world))
}

fn found_or_unknown(search: Search) -> Result<Box<Found>, String> {
    match search {
        Search::Found(found) => Ok(found),
        Search::Unknown(why) => Err(why),
        Search::Nothing => Err("found and lost".to_owned()),
    }
}

/// Looks at staff of these kinds of agency only.
fn staff_of(kinds: &[&str]) -> Result<Policy, Fault> {
    let words: Vec<_> = kinds.iter().map(|kind| json!({ "Value": kind })).collect();
    let kind = json!({ ".": { "left": { "Var": "principal" }, "attr": "agency_kind" } });
    let condition = json!({ "contains": { "left": { "Set": words }, "right": kind } });
    let id = cedar_policy::PolicyId::new("staff of one kind");
    Policy::from_json(Some(id), only_where(&condition))
        .map_err(|error| Fault::wrong("staff of one kind", error))
}

/// What the old service had no act for, it refused.
fn refuse_acts(added: &[String]) -> Result<Rule, Fault> {
    let acts: Vec<_> = added.iter().map(|act| format!("Action::\"{act}\"")).collect();
    let text = format!(
        "@id(\"D00\") @en(\"There was no such act.\")\n\
         forbid (principal, action in [{}], resource);",
        acts.join(", ")
    );
    let file = samsyn::access::PolicyFile { name: "before".to_owned(), text };
    let rule = Rule::read_all(&file)?.pop();
    rule.ok_or_else(|| Fault::wrong("before", "there is no rule"))
}
