//! The rules as one text, and the digest that stands for them.
//!
//! **Invariant:** whoever has the text can work out the digest: it is the text's SHA-256.

use sha2::{Digest as _, Sha256};

/// A set of rules as one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyText {
    /// Lower-case hex SHA-256 of `text`.
    pub digest: String,
    /// The parts, one after another, each after its name's length, its name, and its own length.
    pub text: String,
}

impl PolicyText {
    /// The text of `parts`, each with its name.
    pub(super) fn of(parts: &[(&str, &str)]) -> Self {
        let part =
            |(name, text): &(&str, &str)| format!("{} {name}\n{} {text}", name.len(), text.len());
        let text: String = parts.iter().map(part).collect();
        Self { digest: format!("{:x}", Sha256::digest(&text)), text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sets_of_parts_never_share_a_text() {
        let digest = |parts: &[(&str, &str)]| PolicyText::of(parts).digest;
        assert_eq!(digest(&[("a", "b")]), digest(&[("a", "b")]));
        assert_ne!(digest(&[("a", "b")]), digest(&[("ab", "")]));
        assert_ne!(digest(&[("a", "b"), ("c", "d")]), digest(&[("a", "b1 c\n1 d")]));
    }
}
