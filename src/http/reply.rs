//! Answers to requests that shall be done once: made inside the transaction, so that the first
//! answer is kept with what it tells of.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use serde::Serialize;

use super::tag::tag;
use crate::store::{Halt, Reply, StoreError};

/// 201 with the address and the version of what was made.
///
/// # Errors
/// The view can't be written as JSON.
pub fn created<V: Serialize>(location: String, version: i64, view: &V) -> Result<Reply, Halt> {
    let mut reply = done(version, view)?;
    reply.status = StatusCode::CREATED.as_u16();
    reply.headers.insert(0, (LOCATION.to_string(), location));
    Ok(reply)
}

/// 201 with something that has neither an address nor a version of its own.
///
/// # Errors
/// The view can't be written as JSON.
pub fn made<V: Serialize>(view: &V) -> Result<Reply, Halt> {
    Ok(Reply { status: StatusCode::CREATED.as_u16(), ..shown(view)? })
}

/// 200 with the version of what was changed.
///
/// # Errors
/// The view can't be written as JSON.
pub fn done<V: Serialize>(version: i64, view: &V) -> Result<Reply, Halt> {
    let mut reply = shown(view)?;
    reply.headers.push((ETAG.to_string(), tag_text(version)));
    Ok(reply)
}

/// 200 with something that has no version.
///
/// # Errors
/// The view can't be written as JSON.
pub fn shown<V: Serialize>(view: &V) -> Result<Reply, Halt> {
    let body = serde_json::to_vec(view)
        .map_err(|_| StoreError::Corrupt("an answer can't be written as JSON".to_owned()))?;
    Ok(Reply { status: StatusCode::OK.as_u16(), headers: Vec::new(), body })
}

/// 204: it is done, and there is nothing to say.
pub fn nothing() -> Reply {
    Reply { status: StatusCode::NO_CONTENT.as_u16(), headers: Vec::new(), body: Vec::new() }
}

/// The kept answer as HTTP has it.
pub fn response(reply: Reply) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    for (name, value) in reply.headers {
        response.insert_header((name, value));
    }
    if reply.body.is_empty() {
        return response.finish();
    }
    response.insert_header((CONTENT_TYPE, "application/json")).body(reply.body)
}

fn tag_text(version: i64) -> String {
    String::from_utf8_lossy(tag(version).as_bytes()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_becomes_the_answer_that_it_tells_of() {
        let reply = created("/v1/cases/1".to_owned(), 1, &[1]).expect("JSON");
        assert_eq!(reply.body, b"[1]");
        let response = response(reply);
        assert_eq!(response.status(), StatusCode::CREATED);
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!(header(LOCATION), Some("/v1/cases/1"));
        assert_eq!(header(ETAG), Some("\"v1\""));
        assert_eq!(header(CONTENT_TYPE), Some("application/json"));
    }

    #[test]
    fn nothing_to_say_has_no_body_and_no_type() {
        let response = response(nothing());
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        assert!(!response.headers().contains_key(CONTENT_TYPE));
    }
}
