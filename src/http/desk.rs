//! The desk: where a handler asks for an act to be done in the caller's name.
//!
//! **Invariant:** a handler that takes a [`Desk`] is not run for anybody who is not signed in.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{
    CONTENT_LANGUAGE, ETAG, HeaderMap, HeaderName, HeaderValue, LINK, VARY,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use serde::Serialize;
use uuid::Uuid;

use super::body::Digest;
use super::fault::Fault;
use super::front::Front;
use super::language;
use super::mark::Mark;
use super::paging::Paging;
use super::problem::{Kind, Problem};
use super::recorded::Recorded;
use super::reply;
use super::tag::tag;
use crate::access::Language;
use crate::settings::ServerSettings;
use crate::store::{Call, Done, Gather, Halt, Once, Reply, Stopped, Store, Work};

/// The header field of a key that makes a repeated request one.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// What a handler answers.
pub type Answer = Result<HttpResponse, Problem>;

/// The caller, signed in, and the way to the store.
pub struct Desk {
    front: web::Data<Front>,
    call: Call,
    language: Language,
    key: Option<String>,
}

/// What an act showed, on its way to become an answer.
#[derive(Debug)]
pub struct Served<T> {
    /// What was shown.
    pub value: T,
    recorded: Recorded,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Desk {
    /// States what the request is for, where the caller must say.
    pub fn with_purpose(mut self, purpose: String) -> Self {
        self.call.purpose = Some(purpose);
        self
    }

    /// States why, where the caller must say.
    pub fn with_reason(mut self, reason: String) -> Self {
        self.call.reason = Some(reason);
        self
    }

    /// The store, likewise.
    pub fn store(&self) -> &Store {
        &self.front.store
    }

    /// How much is taken in and shown at once.
    pub fn server(&self) -> &ServerSettings {
        &self.front.server
    }

    /// The language that the caller reads.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Does `act` in the caller's name. `job` may run more than once and leaves nothing behind but
    /// its last run's work.
    ///
    /// # Errors
    /// Why it was not done, ready to be answered.
    pub async fn perform<A, T, F>(&self, act: A, job: F) -> Result<Served<T>, Problem>
    where
        A: Gather,
        T: Send + 'static,
        F: Fn(&mut Work<'_, A>) -> Result<T, Halt> + Send + Sync + 'static,
    {
        let done = self.front.store.perform(self.call.clone(), act, job).await;
        self.served(done)
    }

    /// The same for an act whose first answer is kept and given again, when the caller sends an
    /// `Idempotency-Key`. `digest` is the body's.
    ///
    /// # Errors
    /// Why it was not done, ready to be answered.
    pub async fn perform_once<A, F>(&self, digest: Digest, act: A, job: F) -> Answer
    where
        A: Gather,
        F: Fn(&mut Work<'_, A>) -> Result<Reply, Halt> + Send + Sync + 'static,
    {
        let once = self.key.clone().map(|key| Once { key, digest: digest.to_vec() });
        let call = Call { once, ..self.call.clone() };
        let done = self.front.store.perform_once(call, act, job).await;
        self.served(done)?.reply()
    }

    /// What came of an act that the store did by a way of its own.
    ///
    /// # Errors
    /// Why it was not done, ready to be answered.
    pub fn served<T>(&self, done: Result<Done<T>, Stopped>) -> Result<Served<T>, Problem> {
        let done = done.map_err(|stopped| {
            Problem::stopped(stopped, self.front.store.policy(), self.language)
        })?;
        let recorded = Recorded { entry: done.entry };
        Ok(Served { value: done.value, recorded, headers: Vec::new() })
    }
}

impl FromRequest for Desk {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(approach(request))
    }
}

fn approach(request: &HttpRequest) -> Result<Desk, Problem> {
    let front = request.app_data::<web::Data<Front>>().cloned();
    let front = front.ok_or_else(|| Problem::new(Kind::Internal))?;
    let mark = Mark::of(request)?;
    mark.note_route(request.match_pattern());
    let call = Call {
        actor: mark.signed_in()?,
        request: mark.id().to_string(),
        purpose: None,
        reason: None,
        once: None,
    };
    let key = idempotency_key(request.headers())?;
    Ok(Desk { front, call, language: mark.language(), key })
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let faulty = |reason| Problem::bad_header(Fault::parameter("Idempotency-Key", reason));
    let mut values = headers.get_all(IDEMPOTENCY_KEY);
    let Some(key) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(faulty("repeated"));
    }
    let key = key.to_str().unwrap_or_default();
    let fits = (8..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(Some(key.to_owned())) } else { Err(faulty("not_a_key")) }
}

impl<T> Served<T> {
    /// The same answer with less in it, or in another shape.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Served<U> {
        let Self { value, recorded, headers } = self;
        Served { value: change(value), recorded, headers }
    }

    /// Adds the version, as an entity tag.
    pub fn tagged(mut self, version: impl FnOnce(&T) -> i64) -> Self {
        self.headers.push((ETAG, tag(version(&self.value))));
        self
    }

    /// Adds the link to the next page, if there is one.
    pub fn linked(mut self, link: Option<HeaderValue>) -> Self {
        self.headers.extend(link.map(|link| (LINK, link)));
        self
    }

    /// Says that what was shown is put into words of `language`.
    pub fn in_language(mut self, language: Language) -> Self {
        let said = HeaderValue::from_static(language::tag(language));
        self.headers.push((CONTENT_LANGUAGE, said));
        self.headers.push((VARY, HeaderValue::from_static("Accept-Language")));
        self
    }

    /// 200, with what was shown as `view` puts it.
    ///
    /// # Errors
    /// None; the type fits a handler's end.
    pub fn json<V: Serialize>(self, view: impl FnOnce(T) -> V) -> Answer {
        let mut response = HttpResponse::Ok();
        for header in self.headers {
            response.append_header(header);
        }
        Ok(recorded(response.json(view(self.value)), self.recorded))
    }

    /// Whatever `answer` makes of it, such as a stream.
    ///
    /// # Errors
    /// None; the type fits a handler's end.
    pub fn answer(self, answer: impl FnOnce(T) -> HttpResponse) -> Answer {
        Ok(recorded(answer(self.value), self.recorded))
    }
}

impl<R> Served<Vec<R>> {
    /// 200 with a page of rows, and the link to the next page when this one is full. `id` is what
    /// the rows are ordered by.
    ///
    /// # Errors
    /// None; the type fits a handler's end.
    pub fn page<V: Serialize>(
        self,
        paging: &Paging,
        id: impl Fn(&R) -> Uuid,
        view: impl Fn(R) -> V,
    ) -> Answer {
        let link = paging.link(self.value.len(), self.value.last().map(id));
        self.linked(link).json(|rows| rows.into_iter().map(view).collect::<Vec<V>>())
    }
}

impl Served<Reply> {
    fn reply(self) -> Answer {
        Ok(recorded(reply::response(self.value), self.recorded))
    }
}

fn recorded(mut response: HttpResponse, recorded: Recorded) -> HttpResponse {
    response.extensions_mut().insert(recorded);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(values: &[&str]) -> Result<Option<String>, Kind> {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = HeaderValue::from_str(value).expect("a header value");
            headers.append(HeaderName::from_static(IDEMPOTENCY_KEY), value);
        }
        idempotency_key(&headers).map_err(|problem| problem.kind())
    }

    #[test]
    fn a_key_has_8_to_128_visible_signs_and_stands_once() {
        assert_eq!(key_of(&[]), Ok(None));
        assert_eq!(key_of(&["12345678"]), Ok(Some("12345678".to_owned())));
        assert!(key_of(&[&"a".repeat(128)]).is_ok());
        for values in [&["1234567"][..], &[&"a".repeat(129)], &["1234 5678"], &["12345678"; 2]] {
            assert_eq!(key_of(values), Err(Kind::BadHeader), "{values:?}");
        }
    }

    #[test]
    fn what_is_served_carries_its_entry() {
        let entry = crate::domain::ids::EntryId::nobody();
        let recorded = Recorded { entry };
        let served = Served { value: 3, recorded, headers: Vec::new() };
        let response = served.tagged(|version| *version).json(|number| number).expect("an answer");
        assert_eq!(response.headers().get(ETAG), Some(&tag(3)));
        assert_eq!(response.extensions().get::<Recorded>(), Some(&recorded));
    }
}
