//! Every kind of problem, with its name and its status.

use actix_web::http::StatusCode;

/// Spells the kinds: name, status, slug.
macro_rules! kinds {
    ($($(#[$meta:meta])* $kind:ident $status:ident $slug:literal,)+) => {
        /// What kind of problem it is. The slug is the stable end of its `type`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $($(#[$meta])* $kind,)+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// Its status (RFC 9110 §15).
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$kind => StatusCode::$status,)+ }
            }

            /// The end of its `type`, and of the keys of its texts.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$kind => $slug,)+ }
            }
        }
    };
}

kinds! {
    /// The body is no JSON.
    MalformedJson BAD_REQUEST "malformed-json",
    /// A parameter of the query does not fit.
    BadQuery BAD_REQUEST "bad-query",
    /// A header field does not fit.
    BadHeader BAD_REQUEST "bad-header",
    /// The request makes no sense in some other way.
    BadRequest BAD_REQUEST "bad-request",
    /// There is no token.
    NotSignedIn UNAUTHORIZED "not-signed-in",
    /// There is a token that proves nothing.
    TokenRefused UNAUTHORIZED "token-refused",
    /// A rule refuses it.
    Refused FORBIDDEN "refused",
    /// It is not there, or not for the caller to know of.
    NotFound NOT_FOUND "not-found",
    /// The address is there, but not for this method.
    MethodNotAllowed METHOD_NOT_ALLOWED "method-not-allowed",
    /// The body took too long to come.
    SlowBody REQUEST_TIMEOUT "slow-body",
    /// The state of things stands in the way.
    NotNow CONFLICT "not-now",
    /// The plan lacks what the law demands.
    Incomplete CONFLICT "incomplete",
    /// It was disposed of when its time had run out.
    Disposed GONE "disposed",
    /// Somebody else changed it in between.
    Changed PRECONDITION_FAILED "changed",
    /// The body is too long.
    TooLarge PAYLOAD_TOO_LARGE "too-large",
    /// A part is asked for that lies past the end.
    NoSuchPart RANGE_NOT_SATISFIABLE "no-such-part",
    /// The body is not said to be JSON.
    NotJson UNSUPPORTED_MEDIA_TYPE "not-json",
    /// Fields of the body don't fit.
    Fields UNPROCESSABLE_ENTITY "fields",
    /// A rule would permit it if the request said more.
    Asks UNPROCESSABLE_ENTITY "asks",
    /// The Idempotency-Key came with another request before.
    KeyReused UNPROCESSABLE_ENTITY "key-reused",
    /// A change without If-Match.
    VersionRequired PRECONDITION_REQUIRED "version-required",
    /// The header fields are too long.
    LongHead REQUEST_HEADER_FIELDS_TOO_LARGE "long-head",
    /// A fault of ours.
    Internal INTERNAL_SERVER_ERROR "internal",
    /// Too much waits to be recorded.
    Busy SERVICE_UNAVAILABLE "busy",
    /// The store can't do its part.
    Unavailable SERVICE_UNAVAILABLE "unavailable",
    /// The sign-in service can't be reached.
    SignInUnavailable SERVICE_UNAVAILABLE "sign-in-unavailable",
    /// It took too long.
    TookTooLong SERVICE_UNAVAILABLE "took-too-long",
}

impl Kind {
    /// What `type` says (RFC 9457 §3.1.1). It is a name, not an address.
    pub fn uri(self) -> String {
        format!("urn:samsyn:problem:{}", self.slug())
    }

    /// The kind for an error that the framework made by itself.
    pub fn of_status(status: StatusCode) -> Self {
        Self::ALL
            .iter()
            .copied()
            .filter(|kind| !matches!(kind, Self::MalformedJson | Self::BadQuery | Self::BadHeader))
            .find(|kind| kind.status() == status)
            .unwrap_or(if status.is_server_error() { Self::Internal } else { Self::BadRequest })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_kinds_share_a_name() {
        let names: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
    }

    #[test]
    fn an_error_of_the_framework_gets_the_kind_of_its_status() {
        for (status, kind) in [
            (400, Kind::BadRequest),
            (404, Kind::NotFound),
            (405, Kind::MethodNotAllowed),
            (413, Kind::TooLarge),
            (418, Kind::BadRequest),
            (500, Kind::Internal),
            (502, Kind::Internal),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(Kind::of_status(status), kind, "{status}");
        }
    }
}
