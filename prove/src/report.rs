//! Findings as people read them.

use std::fmt::Write;
use std::time::Duration;

use crate::check::{Finding, Refutation, Verdict};
use crate::example::Example;
use crate::world::World;

/// A finding: one line, and after it what there is to tell.
pub fn finding(finding: &Finding, world: &World) -> String {
    let mark = match finding.verdict {
        Verdict::Proved(_) => "proved",
        Verdict::Refuted(_) | Verdict::Wrong(_) => "NOT SO",
        Verdict::Unknown(_) => "UNKNOWN",
    };
    let Finding { words, scope, name, .. } = finding;
    let mut text = format!("{mark:<8}{:>8}  {words} [{name}: {scope}]\n", ms(finding.took));
    match &finding.verdict {
        Verdict::Proved(remarks) | Verdict::Wrong(remarks) => {
            for remark in remarks {
                let _ = writeln!(text, "    {remark}");
            }
        }
        Verdict::Refuted(refutation) => text.push_str(&told(refutation, world)),
        Verdict::Unknown(why) => {
            let _ = writeln!(text, "    {why}");
        }
    }
    text
}

fn told(refutation: &Refutation, world: &World) -> String {
    let found = &refutation.found;
    let mut text = String::new();
    if !found.plausible {
        text.push_str("    Only with facts that the service doesn't gather together:\n");
    }
    text.push_str(&example(&found.example, world));
    let _ = writeln!(text, "    {}.", refutation.said);
    for rule in found.permitted_by.iter().chain(&found.refused_by) {
        let _ = writeln!(text, "      {}: {}", rule.id, rule.words);
    }
    let also: Vec<&str> = found.places.iter().skip(1).map(|place| place.act.as_str()).collect();
    if !also.is_empty() {
        let _ = writeln!(text, "    The same for {}.", also.join(", "));
    }
    text
}

/// A request in words, and as JSON for `samsyn policy explain`.
pub fn example(example: &Example, world: &World) -> String {
    let mut text = String::new();
    for (label, said) in example.in_words(&world.vocabulary) {
        let _ = writeln!(text, "      {label:<10} {said}");
    }
    let _ = writeln!(text, "      {:<10} {}", "as JSON", example.to_json(&world.vocabulary));
    text
}

/// A duration as milliseconds.
pub fn ms(took: Duration) -> String {
    format!("{} ms", took.as_millis())
}
