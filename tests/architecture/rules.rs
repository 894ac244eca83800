//! The rules of the house, as tables, and what breaks them.
//!
//! **Invariant:** pure; a file is its path and its text.

use std::collections::{BTreeMap, BTreeSet};

use super::lexer::{Token, test_modules, tokens};
use super::paths::{Named, module_of, paths};

/// Each room, and the rooms it may import besides itself. A new room gets a row.
pub const ROOMS: [(&str, &[&str]); 13] = [
    ("clock", &[]),
    ("domain", &["clock"]),
    ("identity", &["clock", "domain"]),
    ("access", &["clock", "domain", "identity"]),
    ("ledger", &["clock", "domain"]),
    ("settings", &["clock", "domain", "identity"]),
    ("telemetry", &["settings"]),
    ("store", &["clock", "domain", "identity", "access", "ledger"]),
    ("casework", &["clock", "domain", "access", "store"]),
    ("http", &["clock", "settings", "domain", "identity", "access", "ledger", "store", "casework"]),
    ("app", EVERYTHING),
    ("cli", EVERYTHING),
    ("demo", EVERYTHING),
];

/// Stands for all rooms.
pub const EVERYTHING: &[&str] = &["*"];

/// The two files at the crate's root that are no rooms: the map, and the front step.
pub const ROOTS: [&str; 2] = ["lib", "main"];

/// What is named in these rooms only: a crate, or a path within one.
pub const KEPT: [(&str, &[&str]); 11] = [
    ("diesel", &["store"]),
    ("diesel_migrations", &["store"]),
    ("actix_web", &["http", "app", "demo"]),
    ("cedar_policy", &["access"]),
    ("prometheus_client", &["store", "http", "app"]),
    ("Utc::now", &["clock"]),
    ("Local::now", &["clock"]),
    ("SystemTime::now", &["clock"]),
    ("Uuid::now_v7", &["clock"]),
    ("Uuid::new_v4", &["clock"]),
    ("std::env", &["main", "cli", "settings"]),
];

/// Macros that end the process, or promise work instead of doing it.
const PANICKING: [&str; 4] = ["panic", "unreachable", "todo", "unimplemented"];

/// Past this, a second noun is hiding in the file, unless it is one of the LISTS.
pub const LINES_MAX: usize = 400;

/// Files that are searched, not read, and grow with what they list.
pub const LISTS: [&str; 1] = ["src/store/schema.rs"];

/// A file: its path from the repository's root, and its text.
pub type File = (String, String);

/// All that is wrong with the file at `path`, given from the repository's root, one line each.
pub fn violations(path: &str, text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let paths = paths(&module_of(path), &tokens);
    let room = room_of(path);
    paths
        .iter()
        .filter_map(|named| Some((named.line, wrong_import(room, named)?)))
        .chain(paths.iter().filter_map(|named| Some((named.line, out_of_place(room, named)?))))
        .chain(panics(room, &tokens))
        .map(|(line, wrong)| format!("{path}:{line}: {wrong}"))
        .chain(misshapen(path, text))
        .collect()
}

/// A file that does not say what it is for, whether it is for tests only or not.
pub fn unopened(path: &str, text: &str) -> Option<String> {
    (!text.starts_with("//!"))
        .then(|| format!("{path}:1: the file does not open with what it is for (`//!`)"))
}

/// What is wrong with the file at `path` as a page to read.
fn misshapen(path: &str, text: &str) -> Vec<String> {
    // What a file's tests take at its end is not read with the rest.
    let lines = text.lines().take_while(|line| *line != "mod tests {").count();
    let too_long = (lines > LINES_MAX && !LISTS.contains(&path))
        .then(|| format!("{path}:{lines}: the file is longer than {LINES_MAX} lines"));
    unopened(path, text).into_iter().chain(too_long).collect()
}

/// Splits files into the service's own and those that another of them declares for tests only, with
/// what lies below these.
pub fn apart_from_tests(files: Vec<File>) -> (Vec<File>, Vec<File>) {
    let for_tests: Vec<Vec<String>> = files
        .iter()
        .flat_map(|(path, text)| {
            test_modules(text).into_iter().map(|name| [module_of(path), vec![name]].concat())
        })
        .collect();
    files.into_iter().partition(|(path, _)| {
        let module = module_of(path);
        !for_tests.iter().any(|declared| module.starts_with(declared))
    })
}

/// `src/domain/ids.rs` is in the room `domain`, `src/clock.rs` is the room `clock`.
pub fn room_of(path: &str) -> &str {
    let inner = path.strip_prefix("src/").unwrap_or(path);
    inner.split('/').next().and_then(|first| first.split('.').next()).unwrap_or(inner)
}

/// The rooms that the file at `path` imports, besides its own.
pub fn imports(path: &str, text: &str) -> BTreeSet<String> {
    paths(&module_of(path), &tokens(text))
        .iter()
        .filter_map(|named| imported(room_of(path), named))
        .map(str::to_owned)
        .collect()
}

/// The room that `named` leads into, when that is not `room` itself.
fn imported<'a>(room: &str, named: &'a Named) -> Option<&'a str> {
    let target = named.segments.first().filter(|_| named.inside)?;
    (target != room).then_some(target)
}

fn wrong_import(room: &str, named: &Named) -> Option<String> {
    let target = imported(room, named)?;
    // The two files at the root have no row, and no walls.
    let (_, allowed) = ROOMS.iter().find(|(name, _)| *name == room)?;
    let is_room = ROOMS.iter().any(|(name, _)| *name == target);
    if !is_room {
        Some(format!("`crate::{target}` is not a room"))
    } else if *allowed == EVERYTHING || allowed.contains(&target) {
        None
    } else {
        Some(format!("{room} may not import {target}"))
    }
}

fn out_of_place(room: &str, named: &Named) -> Option<String> {
    KEPT.iter()
        .filter(|(_, rooms)| !rooms.contains(&room))
        .find(|(kept, _)| {
            let kept: Vec<&str> = kept.split("::").collect();
            let mut runs = named.segments.windows(kept.len());
            match kept.len() {
                1 => !named.inside && named.segments[0] == kept[0],
                _ => runs.any(|run| run == kept),
            }
        })
        .map(|(kept, rooms)| format!("{room} may not name `{kept}`, only {}", rooms.join(", ")))
}

/// Where the tokens may panic, except by `expect` in `main`.
fn panics(room: &str, tokens: &[Token]) -> Vec<(usize, String)> {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    (1..tokens.len())
        .filter(|at| match text(*at) {
            "expect" if room == "main" => false,
            "unwrap" | "expect" => matches!(text(at - 1), "." | "::"),
            word => PANICKING.contains(&word) && text(at + 1) == "!",
        })
        .map(|at| (tokens[at].line, format!("`{}` can panic", text(at))))
        .collect()
}

/// A way round from a room back to itself along `imports`, if there is one.
pub fn cycle(imports: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    fn follow(
        imports: &BTreeMap<String, BTreeSet<String>>,
        way: &mut Vec<String>,
    ) -> Option<Vec<String>> {
        for next in imports.get(way.last()?).into_iter().flatten() {
            let seen = way.iter().position(|room| room == next);
            way.push(next.clone());
            if let Some(begin) = seen {
                return Some(way[begin..].to_vec());
            }
            if let Some(found) = follow(imports, way) {
                return Some(found);
            }
            way.pop();
        }
        None
    }
    imports.keys().find_map(|room| follow(imports, &mut vec![room.clone()]))
}
