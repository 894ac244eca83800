//! One call to the door: who asks, and what the ledger needs to know of the asking.

use crate::identity::Actor;

/// Who asks, and how.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who, as the sign-in proved it.
    pub actor: Actor,
    /// The request's id, as the caller saw it.
    pub request: String,
    /// What it is for, where the caller must say.
    pub purpose: Option<String>,
    /// Why, where the caller must say.
    pub reason: Option<String>,
    /// The key that makes a repeated request one, and the digest of what was asked.
    pub once: Option<Once>,
}

/// A request that shall be done once, however often it is sent.
#[derive(Clone, Debug)]
pub struct Once {
    /// The caller's key.
    pub key: String,
    /// SHA-256 over method, path and body.
    pub digest: Vec<u8>,
}

/// An answer that can be kept and given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status (RFC 9110).
    pub status: u16,
    /// `Location`, `ETag` and their like.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}
