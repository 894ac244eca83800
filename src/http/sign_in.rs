//! From the `Authorization` field to an actor (RFC 6750 §2.1).

use actix_web::http::header::{AUTHORIZATION, HeaderMap};

use super::problem::Problem;
use crate::clock::Instant;
use crate::identity::{Actor, Identity};

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotIn {
    /// There is no token.
    Absent,
    /// There is one that proves nothing; what the caller is told of it (RFC 6750 §3.1).
    Refused(&'static str),
    /// Its issuer can't be reached.
    Outage,
}

/// Who presents the token among `headers` at `now`.
///
/// # Errors
/// Why nobody is signed in. The reason for the operator is logged here.
pub async fn sign_in(
    identity: &Identity,
    headers: &HeaderMap,
    now: Instant,
) -> Result<Actor, NotIn> {
    let token = bearer(headers)?;
    identity.authenticate(token, now).await.map_err(|error| {
        if error.is_outage() {
            tracing::error!(error = &error as &dyn std::error::Error, "an issuer is out of reach");
            NotIn::Outage
        } else {
            tracing::info!(error = &error as &dyn std::error::Error, "a token was refused");
            NotIn::Refused(error.public_code())
        }
    })
}

fn bearer(headers: &HeaderMap) -> Result<&str, NotIn> {
    let mut values = headers.get_all(AUTHORIZATION);
    let value = values.next().ok_or(NotIn::Absent)?;
    // Two tokens in one request: whoever reads the other one would see somebody else (§2).
    if values.next().is_some() {
        return Err(NotIn::Refused("invalid_request"));
    }
    let (scheme, token) =
        value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or(NotIn::Absent)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(NotIn::Absent);
    }
    Ok(token.trim_matches(' '))
}

impl From<NotIn> for Problem {
    fn from(not_in: NotIn) -> Self {
        match not_in {
            NotIn::Absent => Self::not_signed_in(),
            NotIn::Refused(code) => Self::token_refused(code),
            NotIn::Outage => Self::sign_in_unavailable(),
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn read(values: &[&'static str]) -> Result<String, NotIn> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_static(value));
        }
        bearer(&headers).map(str::to_owned)
    }

    #[test]
    fn a_bearer_token_is_found_whatever_the_case_of_the_scheme() {
        assert_eq!(read(&["Bearer a.b.c"]), Ok("a.b.c".to_owned()));
        assert_eq!(read(&["bearer  a.b.c"]), Ok("a.b.c".to_owned()));
    }

    #[test]
    fn anything_else_is_no_token() {
        assert_eq!(read(&[]), Err(NotIn::Absent));
        assert_eq!(read(&["Basic a2s6"]), Err(NotIn::Absent));
        assert_eq!(read(&["Bearer"]), Err(NotIn::Absent));
        assert_eq!(read(&["Bearer a", "Bearer b"]), Err(NotIn::Refused("invalid_request")));
    }
}
