//! What one fact says, in a form that neither Cedar nor JSON owns.
//!
//! **Invariant:** a value goes to JSON and back unchanged.

use std::collections::BTreeSet;

use cedar_policy::RestrictedExpression;
use serde_json::Value as Json;

/// What one fact says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// One word.
    Word(String),
    /// Any number of words.
    Words(BTreeSet<String>),
}

/// What kind of value a fact has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FactType {
    /// Yes or no.
    Flag,
    /// A whole number.
    Number,
    /// One word.
    Word,
    /// Any number of words.
    Words,
}

impl Fact {
    /// Whether it says that nothing is known: false, no word, −1.
    pub(super) fn is_neutral(&self) -> bool {
        match self {
            Self::Flag(is) => !is,
            Self::Number(number) => *number == -1,
            Self::Word(word) => word.is_empty() || word == "none",
            Self::Words(words) => words.is_empty(),
        }
    }

    pub(super) fn to_json(&self) -> Json {
        match self {
            Self::Flag(is) => (*is).into(),
            Self::Number(number) => (*number).into(),
            Self::Word(word) => word.as_str().into(),
            Self::Words(words) => words.iter().map(String::as_str).collect(),
        }
    }

    /// The value that `json` gives; `None` when it is of another type.
    pub(super) fn from_json(of: FactType, json: &Json) -> Option<Self> {
        let word = |json: &Json| json.as_str().map(str::to_owned);
        match of {
            FactType::Flag => json.as_bool().map(Self::Flag),
            FactType::Number => json.as_i64().map(Self::Number),
            FactType::Word => word(json).map(Self::Word),
            FactType::Words => {
                json.as_array()?.iter().map(word).collect::<Option<_>>().map(Self::Words)
            }
        }
    }
}

impl FactType {
    /// What a fact of this type says when nothing is known and nobody says otherwise.
    pub(super) fn neutral(self) -> Fact {
        match self {
            Self::Flag => Fact::Flag(false),
            Self::Number => Fact::Number(-1),
            Self::Word => Fact::Word(String::new()),
            Self::Words => Fact::Words(BTreeSet::new()),
        }
    }

    /// What it is called where somebody gave another.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Flag => "true or false",
            Self::Number => "a whole number",
            Self::Word => "a word",
            Self::Words => "a list of words",
        }
    }
}

impl From<Fact> for RestrictedExpression {
    fn from(fact: Fact) -> Self {
        match fact {
            Fact::Flag(is) => Self::new_bool(is),
            Fact::Number(number) => Self::new_long(number),
            Fact::Word(word) => Self::new_string(word),
            Fact::Words(words) => Self::new_set(words.into_iter().map(Self::new_string)),
        }
    }
}
