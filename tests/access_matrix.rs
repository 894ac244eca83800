//! The access matrix on paper, `docs/access-matrix.txt`: it is what the rules say today, it leaves no
//! act out, and a rule that is taken away shows in it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use samsyn::access::{Policy, PolicyFile, act, matrix};

/// How often each mark stands in the table of an act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Marks {
    permitted: usize,
    refused: usize,
}

/// The matrix as the rules make it. It takes a while, and is made once for all tests.
fn today() -> &'static str {
    static TODAY: LazyLock<String> =
        LazyLock::new(|| matrix(&Policy::embedded().expect("the rules")));
    &TODAY
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

/// How many marks permit something.
fn permitted(page: &str) -> usize {
    marks(page).values().map(|marks| marks.permitted).sum()
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
        if marks.refused == 0 {
            gaps.push(format!("{act} is refused to nobody"));
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
    let today = today();
    let first = paper.lines().zip(today.lines()).position(|(paper, today)| paper != today);
    assert!(paper == today, "out of date from line {:?} on: scripts/generate.sh", first);
}

#[test]
fn every_act_is_permitted_to_somebody_and_refused_to_somebody() {
    let gaps = gaps(today());
    assert!(gaps.is_empty(), "\n{}\n", gaps.join("\n"));
}

#[test]
fn an_act_that_is_left_out_or_has_one_kind_of_mark_only_is_found() {
    let page = today();
    let renamed = page.replace("\nReadItem ", "\nReadThing ");
    assert_eq!(gaps(&renamed), ["ReadItem has no table"]);
    let nobody = gaps(&page.replace('✔', "✘"));
    assert!(nobody.contains(&"ReadItem is permitted to nobody".to_owned()), "{nobody:?}");
    let everybody = gaps(&page.replace(['✘', '–'], "✔"));
    assert!(everybody.contains(&"ReadItem is refused to nobody".to_owned()), "{everybody:?}");
}

#[test]
fn a_guard_that_is_taken_away_shows_in_the_tables() {
    // A forbid: whom does a protected child's identity not protect the child from any more?
    let unguarded = matrix(&load(&without("D03")));
    assert_ne!(tables(&unguarded), tables(today()));
    assert!(tables(today()).contains("D03") && !tables(&unguarded).contains("D03"));
    assert!(permitted(&unguarded) > permitted(today()));
}

#[test]
fn a_permit_that_is_taken_away_takes_its_marks_with_it() {
    let poorer = matrix(&load(&without("P05")));
    let named = |page: &str| tables(page).split_whitespace().any(|word| word == "P05");
    assert!(named(today()) && !named(&poorer));
    assert!(permitted(&poorer) < permitted(today()));
}
