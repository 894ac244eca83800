//! What can go wrong between a token and an actor.
//!
//! **Invariant:** a message names settings and issuers as the operator configured them, and nothing
//! that came with the token.

use crate::domain::identity_number::IdentityNumberError;

/// Why there is no actor. The text is for the operator; the caller gets [`Self::public_code`].
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A setting makes no sense; the server doesn't start.
    #[error("setting `{setting}` {problem}")]
    Setting {
        /// The path of the setting, as in `identity.issuers[0].url`.
        setting: String,
        /// What is wrong, continuing the sentence.
        problem: &'static str,
    },
    /// The HTTP client can't be built, for instance as the machine has no root certificates.
    #[error("the client that fetches the issuers' keys can't be built")]
    Client(#[source] reqwest::Error),
    /// The keys of an issuer could not be fetched this time. Logged, and tried again later.
    #[error("the keys of issuer `{issuer}` could not be fetched: {problem}")]
    Fetch {
        /// The issuer's name in the settings.
        issuer: String,
        /// What happened, without the answer's body.
        problem: String,
    },
    /// The token is longer than `identity.token_bytes_max`.
    #[error("the token is too long")]
    TooLong,
    /// The token isn't three base64url parts with the members that are needed (RFC 7515, RFC 7519).
    #[error("the token is malformed")]
    Malformed,
    /// The header asks for no signature, a shared secret or an algorithm that isn't allowed.
    #[error("the token's algorithm is not allowed")]
    AlgorithmRefused,
    /// The header has `crit`: extensions that must be understood, and none is (RFC 7515 §4.1.11).
    #[error("the token demands an extension that is not understood")]
    CriticalExtension,
    /// The header names no key.
    #[error("the token names no key")]
    NoKeyName,
    /// No issuer with this `iss` is in the settings.
    #[error("the token's issuer is not configured")]
    UnknownIssuer,
    /// The header's `typ` is not one that the issuer's access tokens have (RFC 9068 §2.1).
    #[error("the token is of a type that issuer `{issuer}` does not use for access")]
    WrongType {
        /// The issuer's name in the settings.
        issuer: String,
    },
    /// No keys are held for the issuer, or they are too old, and it can't be reached.
    #[error("no usable keys are held for issuer `{issuer}`")]
    KeysUnavailable {
        /// The issuer's name in the settings.
        issuer: String,
    },
    /// The issuer has no key of this name.
    #[error("issuer `{issuer}` has no key of the name in the token")]
    UnknownKey {
        /// The issuer's name in the settings.
        issuer: String,
    },
    /// The signature isn't the key's, or the key is for another algorithm.
    #[error("the token is not signed by issuer `{issuer}`")]
    BadSignature {
        /// The issuer's name in the settings.
        issuer: String,
    },
    /// A claim is missing or empty.
    #[error("a token from issuer `{issuer}` lacks `{claim}`")]
    MissingClaim {
        /// The issuer's name in the settings.
        issuer: String,
        /// The claim's name.
        claim: &'static str,
    },
    /// `aud` doesn't name this server: the token is meant for somebody else.
    #[error("a token from issuer `{issuer}` is meant for another audience")]
    WrongAudience {
        /// The issuer's name in the settings.
        issuer: String,
    },
    /// `exp` has passed.
    #[error("a token from issuer `{issuer}` has expired")]
    Expired {
        /// The issuer's name in the settings.
        issuer: String,
    },
    /// `nbf` or `iat` lies in the future, beyond the clock skew allowed.
    #[error("a token from issuer `{issuer}` is from the future, compare the clocks")]
    NotYetValid {
        /// The issuer's name in the settings.
        issuer: String,
    },
    /// From `iat` to `exp` it is longer than `identity.token_life_max_seconds`.
    #[error("a token from issuer `{issuer}` lives longer than allowed")]
    LivesTooLong {
        /// The issuer's name in the settings.
        issuer: String,
    },
    /// A citizen's token has neither or both of the two number claims of oidc.se.
    #[error("a citizen's token from issuer `{issuer}` must have exactly one identity number")]
    NotOneIdentityNumber {
        /// The issuer's name in the settings.
        issuer: String,
    },
    /// A citizen's token has a number that isn't one of the kind that its claim is for.
    #[error("a citizen's token from issuer `{issuer}` has a number of another kind than it says")]
    WrongKindOfNumber {
        /// The issuer's name in the settings.
        issuer: String,
    },
    /// A citizen's token has a faulty identity number.
    #[error("a citizen's token from issuer `{issuer}` has a faulty identity number")]
    IdentityNumber {
        /// The issuer's name in the settings.
        issuer: String,
        /// What is wrong with the number.
        #[source]
        source: IdentityNumberError,
    },
}

impl IdentityError {
    /// What the caller is told, whatever the reason: `invalid_token` (RFC 6750 §3.1). More would
    /// help those who try tokens out.
    pub const fn public_code(&self) -> &'static str {
        "invalid_token"
    }

    /// True when the token may be good and it is the issuer that can't be reached. Such a caller
    /// should come again later instead of signing in again.
    pub const fn is_outage(&self) -> bool {
        matches!(self, Self::KeysUnavailable { .. } | Self::Fetch { .. })
    }
}
