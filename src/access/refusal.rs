//! Refusals that no policy speaks: the default one, the one for a fault, and those for what the
//! service has no act for at all.
//!
//! **Invariant:** they have words and a law like any other rule, and can decide nothing.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::rule::{Effect, Rule, RuleId, Words};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    law: String,
    ground: String,
    sv: String,
    en: String,
    way_sv: String,
    way_en: String,
}

/// Reads them from TOML: one table each, named by the rule's id.
pub(super) fn read_all(text: &str) -> Result<BTreeMap<RuleId, Rule>, toml::de::Error> {
    let refusals: BTreeMap<String, Refusal> = toml::from_str(text)?;
    Ok(refusals.into_iter().map(|(id, refusal)| rule(id.into(), refusal)).collect())
}

fn rule(id: RuleId, refusal: Refusal) -> (RuleId, Rule) {
    let rule = Rule {
        id: id.clone(),
        effect: Effect::Forbids,
        law: refusal.law,
        ground: refusal.ground,
        text: Words { sv: refusal.sv, en: refusal.en },
        way: Words { sv: refusal.way_sv, en: refusal.way_en },
        open: false,
        asks: None,
    };
    (id, rule)
}
