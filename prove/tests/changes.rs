//! What a change of the rules changes.

use samsyn_prove::diff::{Comparison, Difference, What};
use samsyn_prove::source::{SCHEMA, Source};

use super::support::{drop_rule, prover, rule_text, with_file, without, worded};

fn compare(old: &Source, new: &Source) -> Option<(Difference, String)> {
    let mut prover = prover()?;
    let comparison = Comparison::read(old, new).unwrap();
    let difference = comparison.prove(&mut prover).unwrap();
    let told = comparison.told(&difference);
    Some((difference, told))
}

#[test]
fn equal_rules_are_the_same_for_all_requests() {
    let mut same = Source::embedded();
    for file in &mut same.files {
        file.text.push_str("\n// A word more.\n");
    }
    let Some((difference, told)) = compare(&Source::embedded(), &same) else { return };
    assert!(difference.changes.is_empty() && difference.same > 100, "{told}");
    assert!(told.starts_with("The same for all requests, by proof"), "{told}");
}

#[test]
fn a_forbid_that_is_dropped_newly_allows_and_one_that_is_added_newly_refuses() {
    let (with, lacking) = (Source::embedded(), without("D10"));
    let Some((difference, told)) = compare(&with, &lacking) else { return };
    let changes: Vec<_> = difference
        .changes
        .iter()
        .map(|change| (change.act.as_str(), change.who.as_str()))
        .collect();
    assert_eq!(changes, [("ReadItem", "staff of the police")], "{told}");
    assert!(matches!(difference.changes[0].what, What::Allowed(_)), "{told}");
    for said in ["newly allowed to staff of the police", "permitted by P05", "refused by D10"] {
        assert!(told.contains(said), "{said} is missing:\n{told}");
    }
    let Some((difference, told)) = compare(&lacking, &with) else { return };
    assert!(matches!(difference.changes[..], [ref one] if matches!(one.what, What::Refused(_))));
    assert!(told.contains("newly refused to staff of the police"), "{told}");
}

/// D01 stands before permits that ask for the assignment themselves.
#[test]
fn a_forbid_that_refuses_what_nothing_permits_makes_no_difference() {
    let Some((difference, told)) = compare(&Source::embedded(), &without("D01")) else { return };
    assert!(difference.changes.is_empty(), "{told}");
}

#[test]
fn private_persons_are_told_apart_from_staff() {
    let more = worded(
        "X1",
        "forbid (principal, action == Action::\"ListUnits\", resource) \
         when { principal has loa && principal.loa < 2 };",
    );
    let new = with_file(Source::embedded(), &more);
    let Some((difference, told)) = compare(&Source::embedded(), &new) else { return };
    let who: Vec<_> = difference.changes.iter().map(|change| change.who.as_str()).collect();
    assert!(who.contains(&"private persons") && who.contains(&"staff of schools"), "{told}");
    assert!(told.contains("[loa]"), "{told}");
}

#[test]
fn an_act_that_is_new_or_gone_is_named() {
    let gone = "ListUnits";
    let mut fewer = Source::embedded();
    let rule = rule_text(&fewer, "P00");
    drop_rule(&mut fewer, "P00");
    let rest = rule.replace(&format!(", Action::\"{gone}\""), "");
    assert_ne!(rule, rest);
    fewer = with_file(fewer, &rest);
    let at = fewer.schema.find(&format!("action {gone}")).expect(SCHEMA);
    let end = at + fewer.schema[at..].find(';').expect("the act's end") + 1;
    // What stands before it are its words.
    let words = fewer.schema[..at].rfind(";\n").expect("the act before") + 2;
    fewer.schema.replace_range(words..end, "");
    let Some((difference, told)) = compare(&fewer, &Source::embedded()) else { return };
    assert!(told.contains("Acts that are new: ListUnits"), "{told}");
    assert!(difference.changes.iter().all(|change| change.act == gone), "{told}");
    assert!(difference.changes.iter().any(|change| matches!(change.what, What::Allowed(_))));
    let Some((difference, told)) = compare(&Source::embedded(), &fewer) else { return };
    assert!(told.contains("Acts that are gone: ListUnits"), "{told}");
    assert!(difference.changes.is_empty(), "{told}");
}
