//! Tokens that have been checked, by their digests, so that a signature is verified once and not
//! with every request.
//!
//! **Invariant:** a token itself is not kept, and what is kept is no reason to let anybody in by
//! itself: its times and its issuer's keys are looked at each time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::actor::Actor;
use super::keys::Key;

/// SHA-256 of a token as it was presented.
pub(super) type TokenDigest = [u8; 32];

/// A token that was checked whole.
#[derive(Debug)]
pub(super) struct Checked {
    /// Whom it is about.
    pub actor: Actor,
    /// The place of its issuer among the settings.
    pub issuer: usize,
    /// The name of the key that signed it.
    pub key_name: String,
    /// That key, as it was held then. Keys that are fetched anew are others.
    pub key: Arc<Key>,
    /// The later of `iat` and `nbf`, seconds since 1970.
    pub valid_from: i64,
    /// `exp`, likewise.
    pub expires_at: i64,
}

/// Checked tokens, the newer half and the older. When the newer is full, the older is forgotten;
/// whoever comes again moves to the newer. So those in use stay, and there are never too many.
#[derive(Debug)]
pub(super) struct Memory<T = Checked> {
    half_max: usize,
    halves: Mutex<Halves<T>>,
}

#[derive(Debug)]
struct Halves<T> {
    newer: HashMap<TokenDigest, Arc<T>>,
    older: HashMap<TokenDigest, Arc<T>>,
}

/// The digest of `token`.
pub(super) fn digest(token: &str) -> TokenDigest {
    Sha256::digest(token).into()
}

impl<T> Memory<T> {
    /// Room for `tokens_max`.
    pub fn new(tokens_max: usize) -> Self {
        let halves = Halves { newer: HashMap::new(), older: HashMap::new() };
        Self { half_max: tokens_max.div_ceil(2), halves: Mutex::new(halves) }
    }

    /// What is known of the token with this digest.
    pub fn recall(&self, digest: &TokenDigest) -> Option<Arc<T>> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        halves.touch(self.half_max, digest)
    }

    /// Keeps what is known of a token.
    pub fn keep(&self, digest: TokenDigest, checked: Arc<T>) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        halves.put(self.half_max, digest, checked);
    }

    /// Forgets a token.
    pub fn forget(&self, digest: &TokenDigest) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        halves.newer.remove(digest);
        halves.older.remove(digest);
    }
}

impl<T> Halves<T> {
    fn touch(&mut self, half_max: usize, digest: &TokenDigest) -> Option<Arc<T>> {
        if let Some(checked) = self.newer.get(digest) {
            return Some(Arc::clone(checked));
        }
        let checked = self.older.remove(digest)?;
        self.put(half_max, *digest, Arc::clone(&checked));
        Some(checked)
    }

    fn put(&mut self, half_max: usize, digest: TokenDigest, checked: Arc<T>) {
        if self.newer.len() >= half_max && !self.newer.contains_key(&digest) {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(digest, checked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_in_use_stay_and_there_are_never_too_many() {
        let memory = Memory::new(8);
        let name = |n: u8| digest(&n.to_string());
        for n in 0..100 {
            memory.keep(name(n), Arc::new(n));
            assert!(memory.recall(&name(0)).is_some(), "{n}");
            let halves = memory.halves.lock().expect("nobody else");
            assert!(halves.newer.len() <= 4 && halves.older.len() <= 4, "{n}");
        }
        assert_eq!(memory.recall(&name(99)).as_deref(), Some(&99));
        assert!(memory.recall(&name(1)).is_none());
        memory.forget(&name(0));
        assert!(memory.recall(&name(0)).is_none());
    }
}
