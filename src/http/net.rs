//! What every request passes on its way in and out: it gets an id, is signed in, is kept within
//! time, and its answer is put into words, secured and recorded.
//!
//! **Invariant:** no answer under `/v1` leaves unrecorded. What did not come through the store's
//! door is recorded here, and if that fails, the answer is 503.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, web};
use tracing::Instrument;
use tracing::field::Empty;

use super::front::Front;
use super::headers;
use super::mark::Mark;
use super::problem::{Kind, MEDIA_TYPE, Problem};
use super::recorded::{Missed, Recorded};
use super::sign_in::sign_in;
use crate::store::Unheard;

/// The request, as far as it is needed when it is gone.
struct Passage {
    front: web::Data<Front>,
    mark: Mark,
    method: Method,
    path: String,
}

/// Passes one request on.
///
/// # Errors
/// Only with a whole answer inside, when the request itself was lost on the way.
pub async fn net(
    front: web::Data<Front>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    let started = Instant::now();
    let mark = Mark::new(request.headers(), &front.clock, front.server.trust_proxy_request_id);
    let passage = Passage {
        front,
        mark: mark.clone(),
        method: request.method().clone(),
        path: request.path().to_owned(),
    };
    request.extensions_mut().insert(mark.clone());
    let span = tracing::info_span!(
        "request",
        id = %mark.id(),
        method = passage.method.as_str(),
        route = Empty,
        status = Empty,
        microseconds = Empty,
    );
    let beat = passage.beat();
    let (tally, method) = (passage.front.tally.clone(), known_method(&passage.method).to_owned());
    let answered = passage.through(request, next).instrument(span.clone()).await;
    let status = match &answered {
        Ok(answered) => answered.status(),
        Err(lost) => lost.as_response_error().status_code(),
    };
    let missed = match &answered {
        Ok(answered) => answered.response().extensions().contains::<Missed>(),
        Err(_) => false,
    };
    if (missed || status == StatusCode::NOT_FOUND) && !beat.is_zero() {
        tokio::time::sleep(until_the_beat(started.elapsed(), beat)).await;
    }
    span.record("route", mark.route());
    span.record("status", status.as_u16());
    span.record("microseconds", u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
    span.in_scope(|| tracing::info!("answered"));
    tally.answered(&method, mark.route(), status.as_u16(), started.elapsed());
    answered
}

impl Passage {
    async fn through(
        self,
        request: ServiceRequest,
        next: Next<BoxBody>,
    ) -> Result<ServiceResponse, Error> {
        let limit = Duration::from_secs(self.front.server.request_seconds_max.into());
        match within(limit, self.inwards(request, next)).await {
            Ok(Ok(answered)) => {
                let (request, answer) = answered.into_parts();
                self.mark.note_route(request.match_pattern());
                let answer = self.outwards(answer).await;
                Ok(ServiceResponse::new(request, answer))
            }
            Ok(Err(error)) => Err(whole(self.outwards(error.error_response()).await)),
            Err(kind) => {
                let answer = Problem::new(kind).response(self.mark.language(), self.mark.id());
                Err(whole(self.outwards(answer).await))
            }
        }
    }

    async fn inwards(
        &self,
        request: ServiceRequest,
        next: Next<BoxBody>,
    ) -> Result<ServiceResponse, Error> {
        if head_bytes(&request) > self.front.server.header_bytes_max {
            let problem = Problem::unread(Kind::LongHead);
            return Ok(request.into_response(HttpResponse::from_error(problem)));
        }
        if self.is_recorded() {
            let signed_in = sign_in(&self.front, request.headers(), &self.mark).await;
            self.mark.note_sign_in(signed_in);
        }
        next.call(request).await
    }

    async fn outwards(&self, answer: HttpResponse) -> HttpResponse {
        let (answer, recorded) = self.put_into_words(answer);
        let mut answer = match recorded {
            None if self.is_recorded() => self.record(answer).await,
            None | Some(_) => answer,
        };
        let fields = answer.headers_mut();
        headers::secure(fields, &self.path, self.front.server.hsts);
        headers::identify(fields, self.mark.id());
        if let Some(recorded) = recorded {
            headers::account(fields, recorded.entry);
        }
        answer
    }

    /// Problems become documents here. So do the framework's own errors, which have no body or a
    /// plain text; a handler that answers an error with a document of its own means it.
    fn put_into_words(&self, answer: HttpResponse) -> (HttpResponse, Option<Recorded>) {
        let recorded = answer.extensions().get::<Recorded>().copied();
        let (language, id) = (self.mark.language(), self.mark.id());
        let problem = answer.error().and_then(|error| error.as_error::<Problem>());
        if let Some(problem) = problem {
            return (problem.response(language, id), problem.recorded());
        }
        let status = answer.status();
        let kind = answer.headers().get(CONTENT_TYPE);
        let is_document = kind.is_some_and(|kind| kind == MEDIA_TYPE || kind == "application/json");
        if is_document || !(status.is_client_error() || status.is_server_error()) {
            return (answer, recorded);
        }
        (Problem::new(Kind::of_status(status)).response(language, id), recorded)
    }

    async fn record(&self, answer: HttpResponse) -> HttpResponse {
        let unheard = Unheard {
            actor: self.mark.signed_in().ok(),
            request: self.mark.id().to_string(),
            route: format!("{} {}", known_method(&self.method), self.mark.route()),
            status: answer.status().as_u16(),
        };
        let limit = Duration::from_secs(self.front.server.request_seconds_max.into());
        let problem = match within(limit, self.front.store.record_unheard(unheard)).await {
            Ok(Ok(_)) => return answer,
            Ok(Err(error)) => Problem::unavailable(&error),
            Err(kind) => Problem::new(kind),
        };
        problem.response(self.mark.language(), self.mark.id())
    }

    /// How far apart the moments are at which a miss is answered; none for what is no secret.
    fn beat(&self) -> Duration {
        let beat = Duration::from_millis(self.front.server.miss_beat_milliseconds.into());
        if self.is_recorded() { beat } else { Duration::ZERO }
    }

    fn is_recorded(&self) -> bool {
        self.path == "/v1" || self.path.starts_with("/v1/")
    }
}

/// How long a miss is held back. What is not for somebody takes some microseconds longer to
/// refuse than what is not there; on a common beat nobody can tell.
fn until_the_beat(taken: Duration, beat: Duration) -> Duration {
    let over = taken.as_nanos() % beat.as_nanos().max(1);
    let left = beat.as_nanos().saturating_sub(over);
    Duration::from_nanos(u64::try_from(left).unwrap_or_default())
}

/// An answer without a request to hang it on.
fn whole(answer: HttpResponse) -> Error {
    InternalError::from_response("", answer).into()
}

/// A method is a word of the caller's choice; only those of RFC 9110 and RFC 5789 are repeated.
fn known_method(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS => method.as_str(),
        _ => "OTHER",
    }
}

fn head_bytes(request: &ServiceRequest) -> usize {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    let fields = request.headers().iter();
    target + fields.map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>()
}

/// What `job` makes, unless it takes longer than `limit` or panics.
async fn within<J: Future>(limit: Duration, job: J) -> Result<J::Output, Kind> {
    let mut job = pin!(job);
    let caught = poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| job.as_mut().poll(context))) {
            Ok(poll) => poll.map(Ok),
            // The panic hook has logged it already.
            Err(_) => Poll::Ready(Err(Kind::Internal)),
        }
    });
    tokio::time::timeout(limit, caught).await.unwrap_or(Err(Kind::TookTooLong))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_job_that_panics_or_takes_too_long_ends_in_a_problem() {
        let long = Duration::from_secs(60);
        assert_eq!(within(long, async { 1 }).await, Ok(1));
        let panics = async { if long.is_zero() { 1 } else { panic!("on purpose") } };
        assert_eq!(within(long, panics).await, Err(Kind::Internal));
        let never = std::future::pending::<u8>();
        assert_eq!(within(Duration::ZERO, never).await, Err(Kind::TookTooLong));
    }

    #[test]
    fn a_miss_waits_for_the_next_beat() {
        let beat = Duration::from_millis(10);
        for (taken, left) in
            [(0, 10_000), (1, 9_999), (9_999, 1), (10_000, 10_000), (23_500, 6_500)]
        {
            let left = Duration::from_micros(left);
            assert_eq!(until_the_beat(Duration::from_micros(taken), beat), left, "{taken}");
        }
    }

    #[test]
    fn a_made_up_method_is_not_repeated() {
        assert_eq!(known_method(&Method::PATCH), "PATCH");
        let made_up = Method::from_bytes(b"KURATOR").expect("a method");
        assert_eq!(known_method(&made_up), "OTHER");
    }
}
