//! One policy of a policy file: where it stands, its condition for Cedar, its words for people.
//!
//! **Invariant:** a policy without its law and its words, in both languages, does not load; and
//! none that may be told to anybody looks at more than who the caller is.

use std::fmt;

use cedar_policy::{self as cedar, ParseErrors, PolicyId};
use serde_json::Value as Form;
use thiserror::Error;

use super::policy_file::PolicyFile;
use super::rule::{Effect, Rule, Words};

const ASKED_FOR: [&str; 7] = ["id", "law", "ground", "sv", "en", "way_sv", "way_en"];

/// Where a policy stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The file's name.
    pub file: String,
    /// The line that the policy begins on, from 1.
    pub line: usize,
    /// Its `@id`, or `?` when it has none that can be read.
    pub id: String,
}

/// What is wrong with one policy.
#[derive(Debug, Error)]
pub enum ClauseFault {
    /// It is not Cedar.
    #[error("{0}")]
    Syntax(#[source] Box<ParseErrors>),
    /// A word that every policy has is missing or empty.
    #[error("the annotation `@{0}` is missing or empty")]
    Unsaid(&'static str),
    /// A word that no policy has.
    #[error("the annotation `@{0}` means nothing here")]
    Stray(String),
    /// `@answer` or `@asks` on a permit, or another answer than `told`.
    #[error("`@answer(\"told\")` and `@asks` belong to forbids")]
    Misplaced,
    /// It may be told to anybody, yet depends on more than the caller.
    #[error("`@answer(\"told\")` looks at `{0}`, though it may depend on the caller alone")]
    Tells(&'static str),
    /// It asks in a way that would cost every decision, and can be asked otherwise.
    #[error("{0}")]
    Roundabout(&'static str),
    /// It does not fit the schema.
    #[error("{0}")]
    Invalid(String),
    /// Its id is taken.
    #[error("the id is taken by {0}")]
    Taken(String),
}

/// A policy as it stands in its file.
pub(super) struct Clause {
    /// Where.
    pub spot: Spot,
    /// What it says to Cedar, under its own id.
    pub policy: cedar::Policy,
    /// The same in Cedar's JSON form.
    pub form: Form,
    /// What it says to people.
    pub rule: Rule,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: `{}`", self.file, self.line, self.id)
    }
}

impl Clause {
    /// Reads every policy of `file`, in order.
    pub(super) fn read_all(file: &PolicyFile) -> Result<Vec<Self>, (Spot, ClauseFault)> {
        split(&file.text)
            .into_iter()
            .map(|(line, text)| {
                let spot = Spot { file: file.name.clone(), line, id: id_in(text).to_owned() };
                match read(text) {
                    Ok((policy, form, rule)) => Ok(Self { spot, policy, form, rule }),
                    Err(fault) => Err((spot, fault)),
                }
            })
            .collect()
    }
}

impl Clause {
    /// The same as a rule of an agency, whose ids begin with `prefix`.
    pub(super) fn of_agency(mut self, prefix: &str) -> Self {
        self.rule.id = format!("{prefix}/{}", self.rule.id).into();
        self.policy = self.policy.new_id(PolicyId::new(&*self.rule.id));
        self
    }
}

fn read(text: &str) -> Result<(cedar::Policy, Form, Rule), ClauseFault> {
    let policy =
        cedar::Policy::parse(None, text).map_err(|errors| ClauseFault::Syntax(Box::new(errors)))?;
    for (name, _) in policy.annotations() {
        if !ASKED_FOR.contains(&name) && name != "answer" && name != "asks" {
            return Err(ClauseFault::Stray(name.to_owned()));
        }
    }
    let word = |name: &'static str| match policy.annotation(name).map(str::trim) {
        None | Some("") => Err(ClauseFault::Unsaid(name)),
        Some(said) => Ok(said.to_owned()),
    };
    let rule = Rule {
        id: word("id")?.into(),
        effect: match policy.effect() {
            cedar::Effect::Permit => Effect::Permits,
            cedar::Effect::Forbid => Effect::Forbids,
        },
        law: word("law")?,
        ground: word("ground")?,
        text: Words { sv: word("sv")?, en: word("en")? },
        way: Words { sv: word("way_sv")?, en: word("way_en")? },
        open: policy.annotation("answer").is_some(),
        asks: policy.annotation("asks").map(str::to_owned),
    };
    let misplaced = rule.effect == Effect::Permits && (rule.open || rule.asks.is_some());
    if misplaced || policy.annotation("answer").is_some_and(|answer| answer != "told") {
        return Err(ClauseFault::Misplaced);
    }
    let form = policy.to_json().map_err(|error| ClauseFault::Invalid(error.to_string()))?;
    let condition = &form["conditions"];
    if let Some(way) = roundabout(condition) {
        return Err(ClauseFault::Roundabout(way));
    }
    if rule.open {
        for variable in ["context", "resource"] {
            if looks_at(condition, variable) {
                return Err(ClauseFault::Tells(variable));
            }
        }
    }
    let policy = policy.new_id(PolicyId::new(&*rule.id));
    Ok((policy, form, rule))
}

/// Whether an expression in Cedar's JSON form mentions the variable `name`.
pub(super) fn looks_at(expression: &Form, name: &str) -> bool {
    match expression {
        Form::Object(parts) => {
            parts.get("Var").is_some_and(|variable| variable == name)
                || parts.values().any(|part| looks_at(part, name))
        }
        Form::Array(parts) => parts.iter().any(|part| looks_at(part, name)),
        _ => false,
    }
}

/// What an expression asks that [`super::scope`] can't answer beforehand: families of acts belong
/// in a policy's head, and the context is shown in the parts that are read.
fn roundabout(expression: &Form) -> Option<&'static str> {
    match expression {
        Form::Object(parts) => {
            let on = |operator: &str, variable: &str| {
                parts.get(operator).is_some_and(|sides| sides["left"]["Var"] == variable)
            };
            if on("in", "action") {
                return Some("`action in` belongs in the policy's head");
            }
            if parts.get("Var").is_some_and(|variable| variable == "context") {
                return Some("`context` is read by its parts, as in `context.inside`");
            }
            if on(".", "context") || on("has", "context") {
                return None;
            }
            parts.values().find_map(roundabout)
        }
        Form::Array(parts) => parts.iter().find_map(roundabout),
        _ => None,
    }
}

/// Parts a file into its policies, each with the line that it begins on. A policy ends at the
/// first `;` outside strings and comments; what follows the last one is a policy too, so that a
/// forgotten `;` is refused and not passed over.
fn split(text: &str) -> Vec<(usize, &str)> {
    let mut clauses = Vec::new();
    let (mut line, mut in_string, mut begun) = (1, false, None);
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\n' {
            line += 1;
        } else if in_string {
            match letter {
                '\\' => {
                    letters.next();
                }
                '"' => in_string = false,
                _ => {}
            }
        } else if letter == '/' && letters.peek().is_some_and(|(_, next)| *next == '/') {
            while letters.next_if(|(_, next)| *next != '\n').is_some() {}
        } else if !letter.is_whitespace() {
            let (first_line, start) = *begun.get_or_insert((line, at));
            in_string = letter == '"';
            if letter == ';' {
                clauses.push((first_line, &text[start..=at]));
                begun = None;
            }
        }
    }
    clauses.extend(begun.map(|(first_line, start)| (first_line, &text[start..])));
    clauses
}

/// The id that a policy's text gives, even when the rest of it can't be read.
fn id_in(text: &str) -> &str {
    text.split_once("@id(\"").and_then(|(_, rest)| rest.split_once('"')).map_or("?", |(id, _)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_parts_at_semicolons_outside_strings_and_comments() {
        let text = "// one; two\n@id(\"a;\\\"b\")\npermit(p);\n\n// last\nforbid(\n q)";
        assert_eq!(split(text), [(2, "@id(\"a;\\\"b\")\npermit(p);"), (6, "forbid(\n q)")]);
    }

    #[test]
    fn lines_within_strings_and_comments_count() {
        assert_eq!(split("@sv(\"a\nb\") x;//\ny;"), [(1, "@sv(\"a\nb\") x;"), (3, "y;")]);
    }

    #[test]
    fn an_unreadable_policy_still_gives_its_id() {
        assert_eq!(id_in("@law(\"x\") @id(\"D01\") nonsense"), "D01");
        assert_eq!(id_in("permit(;"), "?");
    }
}
