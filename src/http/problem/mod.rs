//! Everything that can be answered instead of what was asked for (RFC 9457).
//!
//! **Invariant:** this is the only place that knows the status codes of errors.
//!
//! **Invariant:** a refusal whose target the caller may not know of is built from the rules that a
//! miss would be built from, so that the two are the same, byte for byte.

mod kind;
mod stopped;
#[cfg(test)]
mod tests;
mod wire;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, ETAG, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, ResponseError};
use thiserror::Error;

pub use kind::Kind;
pub use wire::{EndedBody, MEDIA_TYPE, ProblemBody};

use super::fault::{Fault, Faults};
use super::recorded::Recorded;
use super::tag::tag;
use crate::access::facts::EndedOpening;
use crate::domain::plan::Lack;
use crate::store::StoreError;

/// Seconds after which it is worth asking again.
const RETRY_SECONDS: u16 = 1;
/// The same when something is broken: about as long as a database takes to come back.
const REPAIR_SECONDS: u16 = 5;

/// What is answered instead. It is put into words when the answer leaves, by [`super::net`].
#[derive(Debug, Error)]
#[error("{}", kind.slug())]
pub struct Problem {
    kind: Kind,
    more: Box<More>,
}

/// What there is to say beyond the kind.
#[derive(Debug, Default)]
struct More {
    faults: Faults,
    /// The key of a text that says more than the kind's own.
    detail: Option<String>,
    told: Vec<Told>,
    ended: Vec<EndedOpening>,
    lacks: Vec<Lack>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Whether the connection ends with it.
    closes: bool,
    recorded: Option<Recorded>,
}

/// A rule, in the caller's language.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    rule: String,
    law: String,
    text: String,
    way: String,
}

impl Problem {
    /// A problem that its kind says all about.
    pub fn new(kind: Kind) -> Self {
        Self::with(kind, More::default())
    }

    /// Nothing is here.
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound)
    }

    /// There is no token (RFC 6750 §3).
    pub fn not_signed_in() -> Self {
        Self::new(Kind::NotSignedIn)
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"samsyn\""))
    }

    /// The token proves nothing; `code` is its error (RFC 6750 §3.1).
    pub fn token_refused(code: &str) -> Self {
        let value = HeaderValue::from_str(&format!("Bearer realm=\"samsyn\", error=\"{code}\""));
        let value = value.unwrap_or_else(|_| HeaderValue::from_static("Bearer realm=\"samsyn\""));
        Self::new(Kind::TokenRefused).with_header(WWW_AUTHENTICATE, value)
    }

    /// The issuer of the token can't be reached.
    pub fn sign_in_unavailable() -> Self {
        Self::new(Kind::SignInUnavailable).with_header(RETRY_AFTER, HeaderValue::from_static("10"))
    }

    /// The address is there, but for these methods only (RFC 9110 §15.5.6).
    pub fn method_not_allowed(allowed: &str) -> Self {
        let problem = Self::new(Kind::MethodNotAllowed);
        match HeaderValue::from_str(allowed) {
            Ok(allowed) => problem.with_header(ALLOW, allowed),
            Err(_) => problem,
        }
    }

    /// The body can't be read to its end, so the connection can't be used any more.
    pub fn unread(kind: Kind) -> Self {
        Self::with(kind, More { closes: true, ..More::default() })
    }

    /// A parameter of the query does not fit.
    pub fn bad_query(fault: Fault) -> Self {
        Self::with(Kind::BadQuery, More { faults: fault.into(), ..More::default() })
    }

    /// A header field does not fit.
    pub fn bad_header(fault: Fault) -> Self {
        Self::with(Kind::BadHeader, More { faults: fault.into(), ..More::default() })
    }

    /// The store can't do its part. It is logged here, once; nothing of it is told.
    pub fn unavailable(error: &StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Overtaken => {
                Self::new(Kind::Busy).with_header(RETRY_AFTER, RETRY_SECONDS.into())
            }
            StoreError::WriterLost
            | StoreError::Database(_)
            | StoreError::Corrupt(_)
            | StoreError::Vault(_)
            | StoreError::UnknownKey { .. }
            | StoreError::KeyHandedOver { .. }
            | StoreError::ForeignCheckpoint(_)
            | StoreError::Ledger(_) => {
                tracing::error!(error = error as &dyn std::error::Error, "the store failed");
                Self::new(Kind::Unavailable).with_header(RETRY_AFTER, REPAIR_SECONDS.into())
            }
        }
    }

    /// Somebody else changed it; it is version `now`.
    fn changed(now: i64) -> Self {
        Self::new(Kind::Changed).with_header(ETAG, tag(now))
    }

    /// What kind it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What is wrong with the request's fields.
    pub fn faults(&self) -> &Faults {
        &self.more.faults
    }

    /// Its entry in the ledger, if it came through the store's door.
    pub(super) fn recorded(&self) -> Option<Recorded> {
        self.more.recorded
    }

    fn with(kind: Kind, more: More) -> Self {
        Self { kind, more: Box::new(more) }
    }

    fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.more.headers.push((name, value));
        self
    }
}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        Self::with(Kind::Fields, More { faults, ..More::default() })
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Faults::from(fault).into()
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    /// The bare status: which language, and which request it was, is known further out.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.kind.status())
    }
}
