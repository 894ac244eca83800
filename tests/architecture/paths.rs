//! Reads which paths a Rust source file names, just well enough to know where it reaches.

use super::lexer::{Token, is_word, text};

/// A path that the source names, such as `crate::domain::ids` or `diesel::prelude`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Whether the path leads into this crate; then its segments begin below the crate's root.
    pub inside: bool,
    /// The segments, without `crate`, `self` and `super`; the last may be `*`.
    pub segments: Vec<String>,
    /// The line it begins on.
    pub line: usize,
}

/// The module that the file at `path` is, as segments below the crate's root.
pub fn module_of(path: &str) -> Vec<String> {
    let inner = path.strip_prefix("src/").unwrap_or(path);
    let inner = inner.strip_suffix(".rs").unwrap_or(inner);
    let inner = inner.strip_suffix("/mod").unwrap_or(inner);
    match inner {
        "lib" | "main" => Vec::new(),
        _ => inner.split('/').map(str::to_owned).collect(),
    }
}

/// All paths of two segments and more that `tokens` of the module `module` name, and all that are
/// imported.
pub fn paths(module: &[String], tokens: &[Token]) -> Vec<Named> {
    let mut named = Vec::new();
    let mut inline: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while at < tokens.len() {
        let here = [module, &names(&inline)].concat();
        match tokens[at].text.as_str() {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                inline.retain(|(_, outside)| *outside < depth);
            }
            "mod" if text(tokens, at + 2) == "{" => {
                inline.push((text(tokens, at + 1).to_owned(), depth));
                at += 1;
            }
            "use" if text(tokens, at + 1) != "<" => {
                let mut leaves = Vec::new();
                at = tree(tokens, at + 1, &mut Vec::new(), &mut leaves);
                named.extend(leaves.into_iter().map(|(path, line)| resolve(&here, path, line)));
                continue;
            }
            _ if begins_path(tokens, at) => {
                let line = tokens[at].line;
                let mut path = vec![tokens[at].text.clone()];
                while text(tokens, at + 1) == "::" && is_word(text(tokens, at + 2)) {
                    path.push(tokens[at + 2].text.clone());
                    at += 2;
                }
                if path.len() > 1 {
                    named.push(resolve(&here, path, line));
                }
            }
            _ => {}
        }
        at += 1;
    }
    named
}

fn names(inline: &[(String, usize)]) -> Vec<String> {
    inline.iter().map(|(name, _)| name.clone()).collect()
}

fn begins_path(tokens: &[Token], at: usize) -> bool {
    let continues = at >= 2
        && text(tokens, at - 1) == "::"
        && (is_word(text(tokens, at - 2)) || text(tokens, at - 2) == ">");
    is_word(text(tokens, at)) && !continues
}

/// Reads an import's tree from `at` on, adds each leaf with its line, and returns where it ends.
fn tree(
    tokens: &[Token],
    mut at: usize,
    prefix: &mut Vec<String>,
    leaves: &mut Vec<(Vec<String>, usize)>,
) -> usize {
    let depth = prefix.len();
    while at < tokens.len() {
        match text(tokens, at) {
            "{" => {
                at += 1;
                while !matches!(text(tokens, at), "}" | "") {
                    at = tree(tokens, at, prefix, leaves);
                    at += usize::from(text(tokens, at) == ",");
                }
                prefix.truncate(depth);
                return at + 1;
            }
            "as" => at += 2,
            "," | "}" | ";" => break,
            "::" => at += 1,
            segment => {
                prefix.push(segment.to_owned());
                at += 1;
            }
        }
    }
    if prefix.len() > depth {
        leaves.push((prefix.clone(), tokens[at - 1].line));
    }
    prefix.truncate(depth);
    at
}

fn resolve(module: &[String], path: Vec<String>, line: usize) -> Named {
    let mut inside = true;
    let mut segments = Vec::new();
    for (nth, segment) in path.into_iter().enumerate() {
        match (nth, segment.as_str()) {
            (0, "crate" | "samsyn") => segments.clear(),
            (0, "self") => segments = module.to_vec(),
            (0, "super") => {
                segments = module.to_vec();
                segments.pop();
            }
            (_, "super") => drop(segments.pop()),
            (_, "self") => {}
            (0, _) => {
                inside = false;
                segments.push(segment);
            }
            _ => segments.push(segment),
        }
    }
    Named { inside, segments, line }
}

#[cfg(test)]
mod tests {
    use super::super::lexer::tokens;
    use super::{module_of, paths};

    /// The paths that `text` names as the file `path`, those into this crate below `crate`.
    fn named(path: &str, text: &str) -> Vec<String> {
        paths(&module_of(path), &tokens(text))
            .into_iter()
            .map(|named| {
                let root = if named.inside { "crate::" } else { "" };
                format!("{root}{} {}", named.segments.join("::"), named.line)
            })
            .collect()
    }

    #[test]
    fn every_way_of_naming_a_path_is_read() {
        for (text, expected) in [
            ("use crate::store::Door;", &["crate::store::Door 1"][..]),
            ("use crate::store;", &["crate::store 1"]),
            ("use ::diesel as d;", &["diesel 1"]),
            (
                "pub use crate::{\n    domain::{ids::{self, CaseId}, agency as a},\n    store::*,\n};",
                &[
                    "crate::domain::ids 2",
                    "crate::domain::ids::CaseId 2",
                    "crate::domain::agency 2",
                    "crate::store::* 3",
                ],
            ),
            ("use {crate::store::db, std::env};", &["crate::store::db 1", "std::env 1"]),
            ("use super::agency::Kind;", &["crate::domain::agency::Kind 1"]),
            ("use super::super::store::Door;", &["crate::store::Door 1"]),
            ("use self::inner::Part;", &["crate::domain::ids::inner::Part 1"]),
            ("mod deep { use super::super::agency; }", &["crate::domain::agency 1"]),
            ("mod deep { } use super::agency;", &["crate::domain::agency 1"]),
            ("fn f(d: &crate::store::Door) {}", &["crate::store::Door 1"]),
            ("type T = Vec<crate::store::Door>;", &["crate::store::Door 1"]),
            ("#[derive(diesel::Queryable)] struct S;", &["diesel::Queryable 1"]),
            ("let x = r#type::<u8>(crate::store::open::<T>());", &["crate::store::open 1"]),
            ("pub(crate) fn f() -> impl Sized + use<'_> {}", &[]),
        ] {
            assert_eq!(named("src/domain/ids.rs", text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_code_names_nothing() {
        for text in [
            "// crate::store::Door",
            "/// `crate::store::Door`",
            "//! ```\n//! use crate::store::Door;\n//! ```",
            "/* crate::a::b /* nested */ crate::store::Door */",
            r#"let s = "crate::store::Door \" crate::store::Door";"#,
            r##"let s = r#"crate::store::Door " crate::store::Door"#;"##,
            r#"let s = (b"crate::store", br"crate::store\", '"', '\'', '\\');"#,
            "#[cfg(test)]\nmod tests {\n    fn f() { crate::store::open() }\n}",
            "#[cfg(test)]\nuse crate::{store::Door, domain::Kind};",
            "#[cfg(test)]\n#[expect(x, reason = \"y\")]\nfn f(a: [u8; 2]) { crate::store::open() }",
            "struct S {\n    #[cfg(test)]\n    door: Map<u8, crate::store::Door>,\n}",
            "#![cfg(test)]\nuse crate::store::Door;",
        ] {
            assert_eq!(named("src/domain/ids.rs", text), [""; 0], "{text}");
        }
    }

    #[test]
    fn code_after_what_is_no_code_is_read() {
        for text in [
            "/* /* */ */ crate::store::open()",
            "'a'; 'a: loop {} crate::store::open()",
            r#""\\"; crate::store::open()"#,
            r###"r##""#"##; crate::store::open()"###,
            "#[cfg(test)] mod tests { fn f() {} } crate::store::open()",
            "#[cfg(test)] mod tests; crate::store::open()",
            "enum E { #[cfg(test)] A(B, C), D(crate::store::open) }",
            "#[cfg(test)] use a::{b}; crate::store::open()",
        ] {
            assert_eq!(named("src/x.rs", text), ["crate::store::open 1"], "{text}");
        }
    }
}
