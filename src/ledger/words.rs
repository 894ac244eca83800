//! The closed sets of words in an entry. Open ones (acts, rules, grounds) are plain strings, so
//! that a verifier needn't be renewed when the policies are.

use serde_json::Value;

use super::wire::{Wire, write_plain};

/// A word of a closed set, as it stands on the wire and in the database.
pub trait Word: Copy + 'static {
    /// Every word of the set.
    const ALL: &'static [Self];
    /// The word.
    fn word(self) -> &'static str;
    /// The one that is written so, if there is one.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.word() == word)
    }
}

/// What the policies said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The act was allowed.
    Permit,
    /// The act was allowed by an emergency opening, and by nothing else.
    PermitOverride,
    /// The act was not allowed.
    Deny,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The act was done.
    Done,
    /// The act was refused, or what it aimed at was not there for this actor.
    Refused,
    /// The act was allowed but not done: the body didn't fit or the state had moved.
    NotDone,
}

/// What kind of actor it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A professional at an agency.
    Staff,
    /// A child, guardian or other private person.
    Citizen,
    /// Somebody who keeps the service running.
    Operator,
    /// Another system, or this one on its own.
    Service,
    /// Somebody who did not say who they are.
    Nobody,
}

/// What happened to the resource that a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It was shown to the actor.
    Shown,
    /// It was made or changed.
    Changed,
    /// It was kept from the actor.
    Refused,
    /// The actor asked whether they may, and nothing of it was shown.
    Asked,
}

impl Word for Decision {
    const ALL: &'static [Self] = &[Self::Permit, Self::PermitOverride, Self::Deny];
    fn word(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::PermitOverride => "permit_override",
            Self::Deny => "deny",
        }
    }
}

impl Word for Outcome {
    const ALL: &'static [Self] = &[Self::Done, Self::Refused, Self::NotDone];
    fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::NotDone => "not_done",
        }
    }
}

impl Word for ActorKind {
    const ALL: &'static [Self] =
        &[Self::Staff, Self::Citizen, Self::Operator, Self::Service, Self::Nobody];
    fn word(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Citizen => "citizen",
            Self::Operator => "operator",
            Self::Service => "service",
            Self::Nobody => "nobody",
        }
    }
}

impl Word for Effect {
    const ALL: &'static [Self] = &[Self::Shown, Self::Changed, Self::Refused, Self::Asked];
    fn word(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Changed => "changed",
            Self::Refused => "refused",
            Self::Asked => "asked",
        }
    }
}

impl<W: Word> Wire for W {
    fn write(&self, out: &mut String) {
        write_plain(self.word(), out);
    }
    fn from_value(value: &Value) -> Option<Self> {
        W::from_word(value.as_str()?)
    }
}
