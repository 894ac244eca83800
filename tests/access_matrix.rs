//! The access matrix on paper, `docs/access-matrix.txt`: it is what the rules say today, it leaves no
//! act out, and a rule that is taken away shows in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use samsyn::access::{Effect, Policy, PolicyFile, act, matrix};

/// Acts that nobody in the matrix is refused, and why.
const REFUSED_TO_NOBODY: [(&str, &str); 2] = [
    ("ReadSelf", "whoever has signed in may see who they are to the service"),
    ("ListUnits", "whoever has signed in may see which units there are"),
];

/// Forbids whose loss no table shows, and why.
const SHOWN_BY_NO_TABLE: [(&str, &str); 0] = [];

/// How often each mark stands in the table of an act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Marks {
    permitted: usize,
    refused: usize,
}

/// The tables of a matrix, without the words of the rules at its end.
fn tables(page: &str) -> &str {
    page.split("RULES THAT PERMIT").next().unwrap_or_default()
}

/// The marks in the table of each act. A table is headed by its act and ends with an empty line.
fn marks(page: &str) -> BTreeMap<&str, Marks> {
    let mut found: BTreeMap<&str, Marks> = BTreeMap::new();
    let mut open = None;
    for line in tables(page).lines() {
        let head = line.split_whitespace().next();
        if let Some((act, ..)) = act::ALL.iter().find(|(act, ..)| Some(*act) == head) {
            found.entry(act).or_default();
            open = Some(*act);
        } else if line.is_empty() {
            open = None;
        } else if let Some(marks) = open.and_then(|act| found.get_mut(act)) {
            marks.permitted += line.matches('✔').count();
            marks.refused += line.matches(['✘', '–']).count();
        }
    }
    found
}

/// What a matrix leaves out of what it must show.
fn gaps(page: &str) -> Vec<String> {
    let found = marks(page);
    let mut gaps = Vec::new();
    for (act, ..) in act::ALL {
        let Some(marks) = found.get(act) else {
            gaps.push(format!("{act} has no table"));
            continue;
        };
        if marks.permitted == 0 {
            gaps.push(format!("{act} is permitted to nobody"));
        }
        let excepted = REFUSED_TO_NOBODY.iter().any(|(known, _)| known == act);
        match (marks.refused, excepted) {
            (0, false) => gaps.push(format!("{act} is refused to nobody")),
            (1.., true) => gaps.push(format!("{act} is refused to somebody, and excepted")),
            (0, true) | (1.., false) => {}
        }
    }
    gaps
}

/// The embedded policies without the one of this id.
fn without(id: &str) -> Vec<PolicyFile> {
    let mut files = PolicyFile::embedded();
    let opening = format!("@id(\"{id}\")");
    let file = files.iter_mut().find(|file| file.text.contains(&opening)).expect("its file");
    let start = file.text.find(&opening).expect("its beginning");
    let rest = &file.text[start..];
    // A policy ends where the next one begins, or with its file.
    let end = rest[1..].find("@id(").map_or(file.text.len(), |next| start + 1 + next);
    file.text.replace_range(start..end, "");
    files
}

fn load(files: &[PolicyFile]) -> Policy {
    Policy::load(files, PolicyFile::embedded_schema(), PolicyFile::embedded_default())
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_matrix_on_paper_is_what_the_rules_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/access-matrix.txt");
    let paper = std::fs::read_to_string(&path).expect("docs/access-matrix.txt");
    let today = matrix(&Policy::embedded().expect("the rules"));
    let first = paper.lines().zip(today.lines()).position(|(paper, today)| paper != today);
    assert!(paper == today, "out of date from line {:?} on: scripts/generate.sh", first);
}

#[test]
fn every_act_is_permitted_to_somebody_and_refused_to_somebody() {
    let gaps = gaps(&matrix(&Policy::embedded().expect("the rules")));
    assert!(gaps.is_empty(), "\n{}\n", gaps.join("\n"));
}

#[test]
fn an_act_that_is_left_out_or_has_one_kind_of_mark_only_is_found() {
    let page = matrix(&Policy::embedded().expect("the rules"));
    let renamed = page.replace("\nReadItem ", "\nReadThing ");
    assert_eq!(gaps(&renamed), ["ReadItem has no table"]);
    let nobody: Vec<String> = gaps(&page.replace('✔', "✘"));
    assert!(nobody.contains(&"ReadItem is permitted to nobody".to_owned()), "{nobody:?}");
    assert!(nobody.contains(&"ReadSelf is refused to somebody, and excepted".to_owned()));
    let everybody = gaps(&page.replace(['✘', '–'], "✔"));
    assert!(everybody.contains(&"ReadItem is refused to nobody".to_owned()), "{everybody:?}");
}

#[test]
fn a_forbid_that_is_taken_away_changes_the_tables() {
    let policy = Policy::embedded().expect("the rules");
    let whole = matrix(&policy);
    let unspoken = ["D00", "E00"];
    let forbids: Vec<String> = policy
        .rules()
        .filter(|rule| rule.effect == Effect::Forbids)
        .map(|rule| rule.id.to_string())
        .filter(|id| !unspoken.contains(&id.as_str()))
        .collect();
    assert!(forbids.len() > 10, "{forbids:?}");
    let unseen: BTreeSet<&str> = forbids
        .iter()
        .map(String::as_str)
        .filter(|id| tables(&matrix(&load(&without(id)))) == tables(&whole))
        .collect();
    assert_eq!(unseen, SHOWN_BY_NO_TABLE.iter().map(|(id, _)| *id).collect());
}

#[test]
fn a_permit_that_is_taken_away_takes_its_marks_with_it() {
    let policy = Policy::embedded().expect("the rules");
    let whole = matrix(&policy);
    let before: usize = marks(&whole).values().map(|marks| marks.permitted).sum();
    for rule in policy.rules().filter(|rule| rule.effect == Effect::Permits) {
        let page = matrix(&load(&without(&rule.id.to_string())));
        let after: usize = marks(&page).values().map(|marks| marks.permitted).sum();
        assert!(after < before || tables(&page) != tables(&whole), "{}", rule.id);
        assert!(after <= before, "{}", rule.id);
    }
}
