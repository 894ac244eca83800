//! What is known of a request before anybody has looked at what it asks for.

use std::cell::RefCell;
use std::rc::Rc;

use actix_web::http::header::HeaderMap;
use actix_web::{HttpMessage, HttpRequest};
use uuid::Uuid;

use super::language::language_of;
use super::problem::Problem;
use super::sign_in::NotIn;
use crate::access::Language;
use crate::clock::Clock;
use crate::identity::Actor;

/// The header field of a request's id.
pub const REQUEST_ID: &str = "x-request-id";

/// What is known of one request. A clone is the same.
#[derive(Clone)]
pub struct Mark(Rc<Known>);

struct Known {
    id: Uuid,
    language: Language,
    signed_in: RefCell<Option<Result<Actor, NotIn>>>,
    route: RefCell<Option<String>>,
}

impl Mark {
    /// Looks at the header fields. A caller's own id counts when `trusted` and it is a UUID: it
    /// stands in the ledger, where nobody else's words do.
    pub fn new(headers: &HeaderMap, clock: &Clock, trusted: bool) -> Self {
        let given = headers.get(REQUEST_ID).filter(|_| trusted);
        let given = given.and_then(|id| Uuid::try_parse_ascii(id.as_bytes()).ok());
        Self(Rc::new(Known {
            id: given.unwrap_or_else(|| clock.new_id()),
            language: language_of(headers),
            signed_in: RefCell::new(None),
            route: RefCell::new(None),
        }))
    }

    /// What [`super::net`] noted.
    ///
    /// # Errors
    /// A fault of ours: the request did not come through the net.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let noted = request.extensions().get::<Self>().cloned();
        noted.ok_or_else(|| Problem::new(super::problem::Kind::Internal))
    }

    /// The request's id.
    pub fn id(&self) -> Uuid {
        self.0.id
    }

    /// The language that the caller reads.
    pub fn language(&self) -> Language {
        self.0.language
    }

    /// Notes how the sign-in went.
    pub fn note_sign_in(&self, signed_in: Result<Actor, NotIn>) {
        *self.0.signed_in.borrow_mut() = Some(signed_in);
    }

    /// Who asks, or why nobody knows.
    pub fn signed_in(&self) -> Result<Actor, NotIn> {
        self.0.signed_in.borrow().clone().unwrap_or(Err(NotIn::Absent))
    }

    /// Notes the route's pattern, as soon as it is known, as it is documented: without what says
    /// which paths fit.
    pub fn note_route(&self, pattern: Option<String>) {
        if let Some(pattern) = pattern {
            *self.0.route.borrow_mut() = Some(pattern.replace(":.*}", "}"));
        }
    }

    /// The route's pattern, as far as it got; never what the caller wrote.
    pub fn route(&self) -> String {
        self.0.route.borrow().clone().unwrap_or_else(|| "unknown".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn id_of(given: &'static str, trusted: bool) -> String {
        let mut headers = HeaderMap::new();
        let name = HeaderName::from_static(REQUEST_ID);
        headers.insert(name, HeaderValue::from_static(given));
        Mark::new(&headers, &Clock::machine(), trusted).id().to_string()
    }

    #[test]
    fn a_request_id_from_outside_counts_only_from_a_trusted_proxy_and_as_a_uuid() {
        let given = "018f0000-0000-7000-8000-000000000001";
        assert_eq!(id_of(given, true), given);
        assert_ne!(id_of(given, false), given);
        assert_ne!(id_of("19121212-1212", true), "19121212-1212");
    }

    #[test]
    fn two_requests_have_two_ids() {
        assert_ne!(id_of("", false), id_of("", false));
    }
}
