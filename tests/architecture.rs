//! The walls of the house, checked by reading its sources: who may import whom, and what must be
//! said in one place only.
//!
//! **Invariant:** a rule is a row in a table in [`rules`], and a made-up source that breaks it is
//! refused here.

mod lexer;
mod paths;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rules::{
    EVERYTHING, File, KEPT, LINES_MAX, LISTS, ROOMS, ROOTS, apart_from_tests, cycle, imports,
    room_of, unopened, violations,
};

/// Every file under `src`, in order.
fn sources() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open: Vec<PathBuf> = vec![root.join("src")];
    let mut files = Vec::new();
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).expect("a directory of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).expect("a path below the root");
                let text = std::fs::read_to_string(&path).expect("a source in UTF-8");
                files.push((name.display().to_string(), text));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn every_source_keeps_to_its_room() {
    let (service, tests) = apart_from_tests(sources());
    let wrong: Vec<String> = service
        .iter()
        .flat_map(|(path, text)| violations(path, text))
        .chain(tests.iter().filter_map(|(path, text)| unopened(path, text)))
        .collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn the_writer_is_spoken_to_in_one_place() {
    // The other one tries whether anything could be written, and takes it back.
    let allowed = ["src/store/unheard.rs", "src/store/writing.rs"];
    let (service, _) = apart_from_tests(sources());
    let speaking: Vec<&str> = service
        .iter()
        .filter(|(_, text)| text.contains("writer.change("))
        .map(|(path, _)| path.as_str())
        .collect();
    assert_eq!(speaking, allowed, "`Store::write` is the one way to change the data");
}

#[test]
fn the_table_names_the_rooms_there_are() {
    let there: BTreeSet<String> = sources()
        .iter()
        .map(|(path, _)| room_of(path).to_owned())
        .filter(|room| !ROOTS.contains(&room.as_str()))
        .collect();
    let named = ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(there, named, "the rooms in `src`, and the rows of ROOMS");
}

#[test]
fn no_import_leads_round_in_a_circle() {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in apart_from_tests(sources()).0 {
        graph.entry(room_of(&path).to_owned()).or_default().extend(imports(&path, &text));
    }
    assert!(graph.values().any(|targets| !targets.is_empty()), "no imports were found");
    assert_eq!(cycle(&graph), None);
}

#[test]
fn a_circle_is_found() {
    let graph = |edges: &[(&str, &str)]| {
        let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in edges {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        graph
    };
    let round = [("app", "cli"), ("cli", "demo"), ("demo", "cli")];
    let expected = ["cli", "demo", "cli"].map(str::to_owned).to_vec();
    assert_eq!(cycle(&graph(&round)), Some(expected));
    assert_eq!(cycle(&graph(&[("app", "cli"), ("app", "http"), ("cli", "http")])), None);
}

#[test]
fn the_table_itself_allows_no_circle_below_the_top() {
    let graph = ROOMS
        .iter()
        .filter(|(_, allowed)| *allowed != EVERYTHING)
        .map(|(room, allowed)| {
            ((*room).to_owned(), allowed.iter().map(|target| (*target).to_owned()).collect())
        })
        .collect();
    assert_eq!(cycle(&graph), None);
}

/// What is wrong with `code` in the file at `path`, without the path and the line.
fn wrong(path: &str, code: &str) -> Vec<String> {
    violations(path, &format!("//! Made up.\n{code}"))
        .into_iter()
        .map(|violation| violation.splitn(3, ": ").skip(1).collect::<Vec<_>>().join(": "))
        .collect()
}

#[test]
fn an_import_past_a_wall_is_refused_and_no_other() {
    for (room, allowed) in ROOMS {
        for (target, _) in ROOMS {
            let found =
                wrong(&format!("src/{room}/made_up.rs"), &format!("use crate::{target}::X;"));
            if room == target || allowed == EVERYTHING || allowed.contains(&target) {
                assert_eq!(found, [""; 0], "{room} imports {target}");
            } else {
                assert_eq!(found, [format!("{room} may not import {target}")]);
            }
        }
    }
}

/// The tables could lose a row and every other test would still agree with them.
#[test]
fn the_walls_stand_where_they_were_drawn() {
    for (room, code) in [
        ("clock", "use crate::domain::X;"),
        ("settings", "use crate::store::X;"),
        ("domain", "use crate::identity::X;"),
        ("domain", "use crate::settings::X;"),
        ("identity", "use crate::access::X;"),
        ("access", "use crate::store::X;"),
        ("access", "use crate::ledger::X;"),
        ("ledger", "use crate::identity::X;"),
        ("store", "use crate::casework::X;"),
        ("casework", "use crate::ledger::X;"),
        ("casework", "use crate::http::X;"),
        ("http", "use crate::app::X;"),
        ("casework", "use diesel::X;"),
        ("app", "use diesel_migrations::X;"),
        ("cli", "use actix_web::X;"),
        ("store", "use cedar_policy::X;"),
        ("domain", "fn f() { chrono::Utc::now() }"),
        ("demo", "fn f() { Local::now() }"),
        ("demo", "fn f() { std::time::SystemTime::now() }"),
        ("store", "fn f() { Uuid::now_v7() }"),
        ("store", "fn f() { uuid::Uuid::new_v4() }"),
        ("http", "use std::env;"),
    ] {
        assert_eq!(wrong(&format!("src/{room}/made_up.rs"), code).len(), 1, "{room}: {code}");
    }
}

#[test]
fn an_import_is_refused_however_it_is_written() {
    for code in [
        "use crate::store::Door;",
        "pub use crate::{domain::{ids, agency}, store};",
        "use crate::{\n    domain::ids::{self, CaseId},\n    store::{db::*, Door as D},\n};",
        "use super::super::store::Door;",
        "use samsyn::store::Door;",
        "fn f(door: &crate::store::Door) {}",
        "mod inner { use super::super::super::store::Door; }",
    ] {
        let found = wrong("src/identity/made_up.rs", code);
        assert!(found.contains(&"identity may not import store".to_owned()), "{code}: {found:?}");
        assert_eq!(wrong("src/casework/made_up.rs", &code.replace("samsyn", "crate")), [""; 0]);
    }
}

#[test]
fn a_way_through_the_root_is_refused() {
    assert_eq!(wrong("src/domain.rs", "use super::*;"), ["`crate::*` is not a room"]);
    assert_eq!(wrong("src/app.rs", "use crate::Door;"), ["`crate::Door` is not a room"]);
    assert_eq!(wrong("src/lib.rs", "pub use crate::store::Door;"), [""; 0]);
}

#[test]
fn what_is_kept_in_a_room_is_refused_elsewhere() {
    for (kept, rooms) in KEPT {
        for code in [format!("use {kept}::inner::Part;"), format!("fn f() {{ {kept}::go() }}")] {
            for (room, _) in ROOMS {
                let found = wrong(&format!("src/{room}/made_up.rs"), &code);
                assert_eq!(found.is_empty(), rooms.contains(&room), "{room}: {code}: {found:?}");
            }
        }
    }
    assert_eq!(wrong("src/http/x.rs", "use chrono::Utc; fn f() { let t = Utc::now; }").len(), 1);
    assert_eq!(wrong("src/http/x.rs", "fn f(diesel: u8) { env!(\"X\"); }"), [""; 0]);
}

#[test]
fn what_may_panic_is_refused() {
    for code in [
        "fn f() { x.unwrap() }",
        "fn f() { x\n    .expect(\"y\") }",
        "fn f() { x.map(Result::unwrap) }",
        "fn f() { panic!(\"y\") }",
        "fn f() { unreachable!() }",
        "fn f() { todo!() }",
    ] {
        assert_eq!(wrong("src/http/x.rs", code).len(), 1, "{code}");
        assert_eq!(
            wrong("src/http/x.rs", &format!("#[cfg(test)] mod tests {{ {code} }}")),
            [""; 0]
        );
    }
    assert_eq!(wrong("src/main.rs", "fn f() { x.expect(\"y\") }"), [""; 0]);
    assert_eq!(wrong("src/main.rs", "fn f() { x.unwrap() }").len(), 1);
    assert_eq!(wrong("src/http/x.rs", "#[expect(lint, reason = \"y\")] fn f() {}"), [""; 0]);
    assert_eq!(wrong("src/http/x.rs", "fn f() { x.unwrap_or_default() }"), [""; 0]);
}

#[test]
fn only_files_declared_for_tests_are_taken_for_tests() {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let (service, tests) = apart_from_tests(vec![
        file("src/ledger/mod.rs", "#[cfg(test)]\n#[path]\npub(crate) mod sample;\nmod tree;"),
        file("src/ledger/sample.rs", ""),
        file("src/ledger/sample/deep.rs", ""),
        file("src/ledger/tree.rs", "#[cfg(test)] mod tests { mod inner; } mod samples;"),
        file("src/ledger/tree/samples.rs", ""),
        file("src/store/sample.rs", "#[cfg(test)] mod tests;"),
        file("src/store/sample/tests.rs", ""),
    ]);
    let paths =
        |files: Vec<File>| -> Vec<String> { files.into_iter().map(|(path, _)| path).collect() };
    assert_eq!(
        paths(tests),
        ["src/ledger/sample.rs", "src/ledger/sample/deep.rs", "src/store/sample/tests.rs"]
    );
    assert_eq!(paths(service).len(), 4);
}

#[test]
fn a_file_without_a_purpose_is_refused() {
    assert_eq!(violations("src/http/x.rs", "use std::fmt;\n").len(), 1);
    assert_eq!(violations("src/http/x.rs", "//! Why.\n\nuse std::fmt;\n"), [""; 0]);
}

#[test]
fn a_long_file_is_refused() {
    let of_lines = |count: usize| format!("//! Why.\n{}", "\n".repeat(count - 1));
    assert_eq!(violations("src/http/x.rs", &of_lines(LINES_MAX)), [""; 0]);
    assert_eq!(violations("src/http/x.rs", &of_lines(LINES_MAX + 1)).len(), 1);
    for list in LISTS {
        assert_eq!(violations(list, &of_lines(LINES_MAX + 1)), [""; 0]);
    }
}
