//! From the `Authorization` field to an actor (RFC 6750 §2.1).

use actix_web::http::header::{AUTHORIZATION, HeaderMap};

use super::front::Front;
use super::mark::Mark;
use super::problem::{Kind, Problem};
use crate::identity::Actor;

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotIn {
    /// There is no token.
    Absent,
    /// There is one that proves nothing; what the caller is told of it (RFC 6750 §3.1).
    Refused(&'static str),
    /// Its issuer can't be reached.
    Outage,
    /// It proves who somebody is, and the sign-in could not be recorded; what is answered instead.
    Unrecorded(Kind),
}

/// Who presents the token among `headers`. A token that is seen for the first time is recorded, as
/// part of the request of `mark`, before it counts.
///
/// # Errors
/// Why nobody is signed in. The reason for the operator is logged here.
pub async fn sign_in(front: &Front, headers: &HeaderMap, mark: &Mark) -> Result<Actor, NotIn> {
    let token = bearer(headers)?;
    let presented = front.identity.recognise(token, front.clock.now()).await.map_err(|error| {
        if error.is_outage() {
            tracing::error!(error = &error as &dyn std::error::Error, "an issuer is out of reach");
            NotIn::Outage
        } else {
            tracing::info!(error = &error as &dyn std::error::Error, "a token was refused");
            NotIn::Refused(error.public_code())
        }
    })?;
    if let Some(first) = presented.first {
        let recorded = front.store.record_sign_in(&presented.actor, &mark.id().to_string()).await;
        recorded.map_err(|error| NotIn::Unrecorded(Problem::unavailable(&error).kind()))?;
        front.identity.remember(first);
    }
    Ok(presented.actor)
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
            NotIn::Unrecorded(kind) => Self::new(kind),
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
