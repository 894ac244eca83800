//! Words on the wire and in the database for closed sets of things.

use thiserror::Error;

/// A word that belongs to no member of the set.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{word}` is not a {set}")]
pub struct UnknownWord {
    /// The set that was asked for.
    pub set: &'static str,
    /// What was given.
    pub word: String,
}

/// A closed set whose members each have one stable word.
pub trait Coded: Copy + Sized + 'static {
    /// What the set is called in messages.
    const SET: &'static str;
    /// Every member, in order.
    const ALL: &'static [Self];
    /// The member's word.
    fn code(self) -> &'static str;

    /// The member that `word` stands for.
    fn from_code(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .iter()
            .copied()
            .find(|member| member.code() == word)
            .ok_or_else(|| UnknownWord { set: Self::SET, word: word.to_owned() })
    }
}

/// Writes an enum and its words side by side, so that they can't part.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$member_meta:meta])* $member:ident => $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$member_meta])* $member,)+ }

        impl $crate::domain::text::Coded for $name {
            const SET: &'static str = stringify!($name);
            const ALL: &'static [Self] = &[$(Self::$member,)+];
            fn code(self) -> &'static str {
                match self { $(Self::$member => $word,)+ }
            }
        }
    };
}
pub(crate) use codes;
