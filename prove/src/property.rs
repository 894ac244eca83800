//! What the rules must always or never do, written as policies of its own so that it can be read
//! and questioned beside the law: a `forbid` says what nobody is ever permitted, a `permit` what
//! nothing ever stands in the way of.

use samsyn::access::PolicyFile;
use serde_json::Value as Form;

use crate::expression::{condition, only_where, reads, with_effect, without};
use crate::fault::Fault;
use crate::rule::Rule;
use crate::rules::Rules;
use crate::world::{Place, World};

/// The facts about somebody's duties.
pub const DUTIES: [&str; 2] = ["roles", "duties"];
const ASKED_FOR: [&str; 4] = ["id", "law", "sv", "en"];

/// What the rules must always or never do.
#[derive(Clone, Debug)]
pub struct Property {
    /// Its id and words, and where it holds.
    pub rule: Rule,
    /// What must be so there.
    pub claim: Claim,
    /// The kinds of question that it is about.
    pub places: Vec<Place>,
}

/// What must be so of every question that a property's condition describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is refused.
    Never,
    /// It is permitted.
    Always,
    /// It is permitted only if it also is to the same person without this duty.
    NoMoreThanWithout(String),
}

/// The properties that the program is built with.
pub fn embedded() -> Vec<PolicyFile> {
    [
        ("police.cedar", include_str!("../properties/police.cedar")),
        ("log.cedar", include_str!("../properties/log.cedar")),
        ("case.cedar", include_str!("../properties/case.cedar")),
        ("concern.cedar", include_str!("../properties/concern.cedar")),
        ("machine.cedar", include_str!("../properties/machine.cedar")),
    ]
    .map(|(name, text)| PolicyFile { name: name.to_owned(), text: text.to_owned() })
    .into()
}

impl Property {
    /// Reads the properties of these files, in order.
    ///
    /// # Errors
    /// What isn't a property, doesn't fit the schema, or is about no act.
    pub fn read_all(files: &[PolicyFile], world: &World) -> Result<Vec<Self>, Fault> {
        let mut properties = Vec::new();
        for file in files {
            for rule in Rule::read_all(file)? {
                properties.push(Self::read(rule, world)?);
            }
        }
        Ok(properties)
    }

    fn read(rule: Rule, world: &World) -> Result<Self, Fault> {
        let fault = |what: &str| Fault::wrong(format!("the property {}", rule.name()), what);
        for name in ASKED_FOR {
            if rule.policy.annotation(name).is_none_or(|said| said.trim().is_empty()) {
                return Err(fault(&format!("`@{name}` is missing or empty")));
            }
        }
        for (name, _) in rule.policy.annotations() {
            if !ASKED_FOR.contains(&name) && name != "without" {
                return Err(fault(&format!("`@{name}` means nothing here")));
            }
        }
        for side in ["principal", "resource"] {
            let operator = rule.form[side]["op"].as_str().unwrap_or_default();
            if !["All", "is"].contains(&operator) || rule.form[side].get("in").is_some() {
                return Err(fault("its head may say who and what only by their types"));
            }
        }
        world.validate(&rule)?;
        let claim = match (rule.permits(), rule.policy.annotation("without")) {
            (true, None) => Claim::Always,
            (false, None) => Claim::Never,
            (false, Some(duty)) => Claim::NoMoreThanWithout(duty.to_owned()),
            (true, Some(_)) => return Err(fault("`@without` belongs to a `forbid`")),
        };
        let places = world.reach(&rule.policy);
        if places.is_empty() {
            return Err(fault("it is about no act"));
        }
        Ok(Self { rule, claim, places })
    }

    /// A rule that permits exactly what the property is about.
    ///
    /// # Errors
    /// What Cedar doesn't take.
    pub fn about(&self) -> Result<Rule, Fault> {
        self.rule.with_form(with_effect(&self.rule.form, "permit"))
    }

    /// A rule that forbids whatever the property isn't about, for kinds of question that it bears
    /// on.
    ///
    /// # Errors
    /// What Cedar doesn't take.
    pub fn nothing_else(&self) -> Result<Rule, Fault> {
        self.rule.with_form(only_where(&condition(&self.rule.form)))
    }

    /// The acts and kinds of principal that it is about, in words.
    pub fn scope(&self) -> String {
        let distinct = |of: fn(&Place) -> &str| -> Vec<&str> {
            let mut names: Vec<_> = self.places.iter().map(of).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        let (acts, who) = (distinct(|place| &place.act), distinct(|place| &place.principal));
        let acts = match acts.as_slice() {
            few if few.len() <= 3 => few.join(", "),
            many => format!("{} acts", many.len()),
        };
        format!("{acts}; {}", who.join(", ").to_lowercase())
    }
}

/// The rules as they would answer somebody who lacked a duty and were otherwise the same.
///
/// # Errors
/// A rule that looks at somebody's duties in a way that can't be said so.
pub fn rules_without(rules: &Rules, duty: &str, world: &World) -> Result<Rules, Fault> {
    let rule_without = |rule: &Rule| -> Result<Rule, Fault> {
        let mut form = rule.form.clone();
        for name in DUTIES {
            if reads(&form["conditions"], "principal", name) {
                let conditions: Option<Form> = without(&form["conditions"], name, duty);
                form["conditions"] = conditions.ok_or_else(|| {
                    let what = format!("it looks at `principal.{name}` in a way that hides a duty");
                    Fault::wrong(rule.name(), what)
                })?;
            }
        }
        rule.with_form(form)
    };
    let rules = rules.iter().map(|(rule, _)| rule_without(rule)).collect::<Result<_, _>>()?;
    Ok(Rules::of(rules, world))
}
