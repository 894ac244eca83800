//! A question on one page: what is asked, what is known, whether it is permitted, by which rules,
//! and what would make it lawful. Written for somebody who knows the law and not the program.
//!
//! **Invariant:** every word about a rule or a fact is its own, from the rules' files.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::brief::Brief;
use super::changes::{Change, single_changes};
use super::fact::Fact;
use super::policy::Policy;
use super::rule::{Language, Rule, Words};
use super::scene::Part;
use super::vocabulary::Kinds;

/// The ground of a rule that neither gives nor asks for one.
const NO_GROUND: &str = "NONE";

/// The page's own words in one language.
struct Frame {
    permitted: &'static str,
    refused: &'static str,
    asked: &'static str,
    by: [&'static str; 3],
    known: &'static str,
    because: &'static str,
    ground: &'static str,
    way: &'static str,
    changes: &'static str,
    no_change: &'static str,
    holds: &'static str,
    holds_not: &'static str,
    or: &'static str,
    also: &'static str,
    without: &'static str,
    nothing: &'static str,
}

const ENGLISH: Frame = Frame {
    permitted: "PERMITTED",
    refused: "REFUSED",
    asked: "What is asked",
    by: ["By a professional.", "By a private person.", "By the operator."],
    known: "What is known (all else is not)",
    because: "Because of",
    ground: "ground",
    way: "What would be lawful",
    changes: "It would be permitted if one of these alone were otherwise",
    no_change: "No single fact would make it lawful: more than one may be missing.",
    holds: "This would hold",
    holds_not: "This would not hold",
    or: "or",
    also: "also",
    without: "without",
    nothing: "nothing",
};

const SWEDISH: Frame = Frame {
    permitted: "TILLÅTET",
    refused: "NEKAT",
    asked: "Vad som frågas",
    by: ["Av en yrkesperson.", "Av en enskild.", "Av driftpersonal."],
    known: "Vad som är känt (allt annat är okänt)",
    because: "På grund av",
    ground: "grund",
    way: "Vad som vore lagligt",
    changes: "Det vore tillåtet om en av dessa ensam vore annorlunda",
    no_change: "Ingen enskild omständighet gör det lagligt: mer än en kan fattas.",
    holds: "Detta skulle gälla",
    holds_not: "Detta skulle inte gälla",
    or: "eller",
    also: "också",
    without: "utan",
    nothing: "inget",
};

/// The page about one question, lines ending in `\n`.
pub fn explanation(policy: &Policy, brief: &Brief, language: Language) -> String {
    let frame = match language {
        Language::Swedish => &SWEDISH,
        Language::English => &ENGLISH,
    };
    let explained = policy.explain(brief);
    let mut page = String::new();
    let verdict = if explained.permitted { frame.permitted } else { frame.refused };
    let _ = writeln!(page, "{verdict}\n\n{}", frame.asked);
    let act = policy.vocabulary().act(brief.act());
    let act = act.map(|words| words.in_language(language)).unwrap_or_default();
    let by = frame.by[match brief.part {
        Part::Staff => 0,
        Part::Citizen => 1,
        Part::Operator => 2,
    }];
    let _ = writeln!(page, "  {act} ({})\n  {by}", brief.act());
    let _ = writeln!(page, "\n{}", frame.known);
    let facts = policy.vocabulary();
    for (known, kinds) in [
        (&brief.principal, facts.principal(brief.part)),
        (&brief.resource, facts.resource()),
        (&brief.situation, facts.situation()),
    ] {
        write_known(&mut page, known, kinds, language, frame);
    }
    let _ = writeln!(page, "\n{}", frame.because);
    for rule in explained.rules.iter().filter_map(|id| policy.rule(id)) {
        write_rule(&mut page, rule, explained.permitted, language, frame);
    }
    if !explained.permitted {
        write_changes(&mut page, &single_changes(policy, brief), language, frame);
    }
    page
}

fn write_known(
    page: &mut String,
    known: &BTreeMap<String, Fact>,
    kinds: &Kinds,
    language: Language,
    frame: &Frame,
) {
    for (name, fact) in known {
        let Some(kind) = kinds.get(name) else { continue };
        let doc = kind.doc.in_language(language);
        let _ = match fact {
            Fact::Flag(_) => writeln!(page, "  - {doc}"),
            fact => writeln!(page, "  - {}: {}", unended(doc), value(fact, frame)),
        };
    }
}

fn write_rule(page: &mut String, rule: &Rule, permitted: bool, language: Language, frame: &Frame) {
    let Rule { id, law, ground, text, way, .. } = rule;
    let _ = write!(page, "  {id}  {law}");
    if ground != NO_GROUND {
        let _ = write!(page, "  ({} {ground})", frame.ground);
    }
    let say = |words: &Words| words.in_language(language).to_owned();
    let _ = writeln!(page, "\n      {}", say(text));
    if !permitted {
        let _ = writeln!(page, "      {}: {}", frame.way, say(way));
    }
}

fn write_changes(page: &mut String, changes: &[Change], language: Language, frame: &Frame) {
    if changes.is_empty() {
        let _ = writeln!(page, "\n{}", frame.no_change);
        return;
    }
    let _ = writeln!(page, "\n{}", frame.changes);
    for Change { doc, is, would } in changes {
        let doc = doc.in_language(language);
        let _ = match is {
            Fact::Flag(true) => writeln!(page, "  - {}: {doc}", frame.holds_not),
            Fact::Flag(false) => writeln!(page, "  - {}: {doc}", frame.holds),
            _ => writeln!(page, "  - {}: {}", unended(doc), instead(is, would, frame)),
        };
    }
}

/// A sentence without its full stop.
fn unended(doc: &str) -> &str {
    doc.strip_suffix('.').unwrap_or(doc)
}

fn value(fact: &Fact, frame: &Frame) -> String {
    match fact {
        fact if fact.is_neutral() => frame.nothing.to_owned(),
        Fact::Flag(_) => String::new(),
        Fact::Number(number) => number.to_string(),
        Fact::Word(word) => word.clone(),
        Fact::Words(words) => words.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
    }
}

/// What a fact would say instead of what it does, each alone.
fn instead(is: &Fact, would: &[Fact], frame: &Frame) -> String {
    let said: Vec<String> = match is {
        Fact::Number(_) => runs(would),
        Fact::Words(is) => would
            .iter()
            .filter_map(|fact| match fact {
                Fact::Words(would) => Some(would),
                _ => None,
            })
            .map(|would| {
                let more = would.difference(is).map(|word| format!("{} {word}", frame.also));
                let less = is.difference(would).map(|word| format!("{} {word}", frame.without));
                more.chain(less).collect()
            })
            .collect(),
        _ => would.iter().map(|fact| value(fact, frame)).collect(),
    };
    said.join(&format!(", {} ", frame.or))
}

/// Numbers, those that follow each other as one run.
fn runs(numbers: &[Fact]) -> Vec<String> {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for fact in numbers {
        let Fact::Number(number) = fact else { continue };
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let text = |(from, to)| if from == to { format!("{from}") } else { format!("{from}–{to}") };
    runs.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value as Json, json};

    use super::*;

    fn page(json: &Json, language: Language) -> String {
        let policy = Policy::embedded().unwrap();
        let brief = Brief::from_json(json, &policy).unwrap();
        explanation(&policy, &brief, language)
    }

    fn assigned() -> Json {
        json!({
            "act": "ReadCase",
            "principal": {
                "kind": "staff", "agency_kind": "social", "unit_kind": "social_services",
                "public": true, "loa": 3, "hour": 10,
                "roles": ["caseworker"], "duties": ["caseworker"],
            },
            "resource": { "owner_kind": "social" },
            "situation": {
                "assigned": true, "party": "active", "child_known": true, "age": 10,
            },
        })
    }

    #[test]
    fn a_permit_tells_its_rule_and_no_way_round_it() {
        let page = page(&assigned(), Language::English);
        assert!(
            page.starts_with("PERMITTED\n\nWhat is asked\n  Read a case. (ReadCase)\n"),
            "{page}"
        );
        assert!(page.contains("P03  "), "{page}");
        assert!(!page.contains(ENGLISH.way) && !page.contains(ENGLISH.changes), "{page}");
    }

    #[test]
    fn a_refusal_tells_the_way_and_each_single_change_that_would_do() {
        let mut json = assigned();
        json["situation"]["assigned"] = json!(false);
        let page = page(&json, Language::English);
        assert!(page.starts_with("REFUSED\n"), "{page}");
        assert!(page.contains("  D01  "), "{page}");
        assert!(page.contains("What would be lawful: Ask the manager"), "{page}");
        let change = "This would hold: Whoever asks has an assignment in the case today";
        assert!(page.contains(change), "{page}");
        let swedish = super::tests::page(&json, Language::Swedish);
        assert!(swedish.starts_with("NEKAT\n\nVad som frågas\n  Läsa ett ärende."), "{swedish}");
        assert!(swedish.contains("Detta skulle gälla: Den som frågar är tilldelad"), "{swedish}");
    }

    #[test]
    fn a_level_of_assurance_that_would_do_is_a_run() {
        let mut json = assigned();
        json["principal"]["loa"] = json!(2);
        let page = page(&json, Language::English);
        assert!(page.contains("Their sign-in's level of assurance: 3–4\n"), "{page}");
    }

    #[test]
    fn where_more_than_one_fact_is_missing_that_is_said() {
        let json = json!({ "act": "ReadItem", "principal": { "kind": "staff" } });
        assert!(page(&json, Language::English).ends_with(&format!("{}\n", ENGLISH.no_change)));
        assert!(page(&json, Language::Swedish).ends_with(&format!("{}\n", SWEDISH.no_change)));
    }

    #[test]
    fn what_would_be_said_instead_is_told_in_few_words() {
        let words = |words: &[&str]| Fact::Words(words.iter().map(|it| (*it).to_owned()).collect());
        let is = words(&["a"]);
        let would = [words(&["a", "b"]), Fact::Words(BTreeSet::new())];
        assert_eq!(instead(&is, &would, &ENGLISH), "also b, or without a");
        let would = [Fact::Word("x".to_owned()), Fact::Word("none".to_owned())];
        assert_eq!(instead(&Fact::Word("y".to_owned()), &would, &SWEDISH), "x, eller inget");
        let numbers = [1, 2, 3, 5].map(Fact::Number);
        assert_eq!(runs(&numbers), ["1–3", "5"]);
    }
}
