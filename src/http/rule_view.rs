//! Rules as they are shown to whom asks why.

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::rule::Effect;
use crate::access::{Language, Policy, Rule};

/// A rule that decided.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DecidingRule)]
pub struct RuleView {
    /// Its name.
    #[schema(example = "P05")]
    rule: String,
    /// `permits` or `forbids`; absent, as what follows, when no rule in force has this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<&'static str>,
    /// The law that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    law: Option<String>,
    /// The ground that it gives or asks for, or `NONE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    ground: Option<String>,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// What would be lawful instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    way_forward: Option<String>,
}

impl RuleView {
    /// The rule of this name, as it stands in the rules in force.
    pub fn named(name: &str, policy: &Policy, language: Language) -> Self {
        let rule = policy.rule(name);
        Self {
            rule: name.to_owned(),
            effect: rule.map(|rule| match rule.effect {
                Effect::Permits => "permits",
                Effect::Forbids => "forbids",
            }),
            law: rule.map(|rule| rule.law.clone()),
            ground: rule.map(|rule| rule.ground.clone()),
            detail: rule.map(|rule| rule.text.in_language(language).to_owned()),
            way_forward: rule.map(|rule| rule.way.in_language(language).to_owned()),
        }
    }

    /// The rules of these names.
    pub fn all<N: AsRef<str>>(names: &[N], policy: &Policy, language: Language) -> Vec<Self> {
        names.iter().map(|name| Self::named(name.as_ref(), policy, language)).collect()
    }
}

/// The fields that are missing, if that is all that is wrong.
pub fn asked<'a>(rules: &[&'a Rule]) -> Option<Vec<&'a str>> {
    let asked: Option<Vec<&str>> = rules.iter().map(|rule| rule.asks.as_deref()).collect();
    asked.filter(|asked| !asked.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_shown_in_the_readers_language_and_one_that_is_gone_by_its_name() {
        let policy = Policy::embedded().expect("the built-in rules");
        let shown = |language| RuleView::named("D12", &policy, language);
        let (swedish, english) = (shown(Language::Swedish), shown(Language::English));
        assert_eq!(swedish.effect, Some("forbids"));
        assert_eq!(swedish.law, english.law);
        assert_ne!(swedish.detail, english.detail);
        assert_ne!(swedish.way_forward, english.way_forward);
        let gone = RuleView::named("D999", &policy, Language::English);
        assert_eq!(
            serde_json::to_value(gone).expect("JSON"),
            serde_json::json!({ "rule": "D999" })
        );
    }

    #[test]
    fn what_is_missing_is_told_only_when_nothing_else_is_wrong() {
        let policy = Policy::embedded().expect("the built-in rules");
        let rule = |name: &str| policy.rule(name).expect("a rule");
        assert_eq!(asked(&[rule("O01")]), Some(vec!["reason"]));
        assert_eq!(asked(&[rule("O01"), rule("O02")]), None);
        assert_eq!(asked(&[]), None);
    }
}
