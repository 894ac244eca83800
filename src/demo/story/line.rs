//! What the story tells: its lines, or where it went otherwise.

use std::fmt;

use thiserror::Error;

use crate::demo::world::WorldError;
use crate::ledger::Finding;

/// One step that went as told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The chapter's title.
    pub chapter: &'static str,
    /// Who, by username; nobody for what was found out without a request.
    pub who: &'static str,
    /// What they did.
    pub what: &'static str,
    /// The answer's status.
    pub status: Option<u16>,
    /// What the answer said: the rule and the law of a refusal, or what was missing.
    pub told: String,
}

/// Where the story went otherwise than told.
#[derive(Debug, Error)]
pub enum Mismatch {
    /// Another status than told.
    #[error("{who} {what}: expected {expected}, and was answered {status} {problem}")]
    Status {
        /// Who.
        who: &'static str,
        /// What they did.
        what: &'static str,
        /// The status told.
        expected: u16,
        /// The status that came.
        status: u16,
        /// The problem's type, its rule, and the fields that it names.
        problem: String,
    },
    /// Another rule than told.
    #[error("{who} {what}: expected a refusal by {expected}, and it was by `{rule}`")]
    Rule {
        /// Who.
        who: &'static str,
        /// What they did.
        what: &'static str,
        /// The rule told.
        expected: &'static str,
        /// The rule that refused.
        rule: String,
    },
    /// An answer that does not say what it must.
    #[error("it must hold that {0}")]
    Untrue(&'static str),
    /// An answer without something that it must have.
    #[error("an answer has no `{0}`")]
    Absent(&'static str),
    /// The world lacks somebody.
    #[error(transparent)]
    World(#[from] WorldError),
    /// No answer.
    #[error("no answer came")]
    Http(#[from] reqwest::Error),
    /// The export is not whole.
    #[error("the export does not prove itself: {0}")]
    Finding(#[from] Box<Finding>),
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.map(|status| status.to_string()).unwrap_or_default();
        write!(f, "  {status:>3}  {:<18} {}", self.who, self.what)?;
        if self.told.is_empty() { Ok(()) } else { write!(f, ": {}", self.told) }
    }
}
