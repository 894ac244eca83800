//! What stands on paper of questions and facts: the schema of the facts, and the worked examples in
//! `docs/examples`. They are what the rules say today.

use std::path::{Path, PathBuf};

use samsyn::access::{Brief, Language, Policy, explanation, facts_schema};
use serde_json::Value;

/// Each example, whether it is permitted, and the rule that decides.
const EXAMPLES: [(&str, bool, &str); 2] =
    [("clinician-at-school", false, "D18"), ("concern-despite-conflict", true, "M01")];

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn rules() -> Policy {
    Policy::embedded().expect("the rules")
}

fn brief(policy: &Policy, name: &str) -> Brief {
    let json: Value = serde_json::from_str(&read(&format!("examples/{name}.json"))).expect(name);
    Brief::from_json(&json, policy).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn the_schema_of_the_facts_on_paper_is_that_of_the_rules() {
    let today = format!("{:#}\n", facts_schema(&rules()));
    assert!(read("facts.schema.json") == today, "out of date: scripts/generate.sh");
}

#[test]
fn each_example_is_decided_as_it_is_told() {
    let policy = rules();
    let mut known: Vec<_> = EXAMPLES.iter().map(|(name, ..)| format!("{name}.json")).collect();
    let files = std::fs::read_dir(at("examples")).expect("docs/examples");
    let files = files.map(|file| file.expect("a file").file_name().into_string().expect("a name"));
    let mut found: Vec<_> = files.filter(|name| name.ends_with(".json")).collect();
    known.sort();
    found.sort();
    assert_eq!(found, known);
    for (name, permitted, rule) in EXAMPLES {
        let explained = policy.explain(&brief(&policy, name));
        assert_eq!(explained.permitted, permitted, "{name}");
        let rules: Vec<&str> = explained.rules.iter().map(|id| &**id).collect();
        assert_eq!(rules, [rule], "{name}");
    }
}

#[test]
fn the_page_of_policies_shows_what_each_example_is_told() {
    let (policy, page) = (rules(), read("POLICIES.md"));
    for (name, ..) in EXAMPLES {
        let told = explanation(&policy, &brief(&policy, name), Language::English);
        let because = &told[told.find("Because of").expect("a reason")..];
        assert!(page.contains(because), "docs/POLICIES.md on {name} is out of date:\n{because}");
        assert!(page.contains(&format!("docs/examples/{name}.json")), "{name}");
    }
}
