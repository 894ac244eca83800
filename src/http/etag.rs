//! Versions as entity tags (RFC 9110 §8.8.3), so that nobody overwrites what they have not seen.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, IF_MATCH};
use actix_web::{FromRequest, HttpRequest};

use super::fault::Fault;
use super::problem::{Kind, Problem};
use super::tag::tag;

/// The version that a change was made from, as its `If-Match` says.
///
/// Required: without it, the change is refused with 428 (RFC 6585 §3). A tag that was never ours
/// is version 0, which nothing has, so that the store answers it like any other stale one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub i64);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.headers()))
    }
}

fn read(headers: &HeaderMap) -> Result<IfMatch, Problem> {
    let mut values = headers.get_all(IF_MATCH);
    let Some(value) = values.next() else { return Err(Problem::new(Kind::VersionRequired)) };
    let faulty = || Problem::bad_header(Fault::parameter("If-Match", "not_a_version"));
    let text = value.to_str().map_err(|_| faulty())?.trim();
    // `*` would change whatever is there, seen or not.
    if values.next().is_some() || text == "*" || text.contains(',') {
        return Err(faulty());
    }
    let opaque = text.strip_prefix("W/").unwrap_or(text);
    let quoted = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let opaque_text = quoted.filter(|inner| !inner.contains('"')).ok_or_else(faulty)?;
    // Weak tags never match (RFC 9110 §13.1.1).
    let strong = !text.starts_with("W/");
    let version = opaque_text.strip_prefix('v').and_then(|number| number.parse::<i64>().ok());
    let ours = version.filter(|version| strong && tag(*version).as_bytes() == text.as_bytes());
    Ok(IfMatch(ours.filter(|version| *version > 0).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn read_all(values: &[&str]) -> Result<i64, Kind> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IF_MATCH, HeaderValue::from_str(value).expect("a header value"));
        }
        read(&headers).map(|version| version.0).map_err(|problem| problem.kind())
    }

    #[test]
    fn a_tag_of_ours_names_its_version() {
        assert_eq!(tag(3), "\"v3\"");
        assert_eq!(read_all(&["\"v3\""]), Ok(3));
        assert_eq!(read_all(&[" \"v12\" "]), Ok(12));
    }

    #[test]
    fn a_tag_that_is_none_of_ours_matches_nothing() {
        for tag in
            ["W/\"v3\"", "\"3\"", "\"v03\"", "\"v-1\"", "\"v+3\"", "\"\"", "\"v3 \"", "\"v0\""]
        {
            assert_eq!(read_all(&[tag]), Ok(0), "{tag}");
        }
    }

    #[test]
    fn a_change_names_one_version() {
        assert_eq!(read_all(&[]), Err(Kind::VersionRequired));
        for values in [&["*"][..], &["\"v1\", \"v2\""], &["\"v1\"", "\"v2\""], &["v1"], &["\""]] {
            assert_eq!(read_all(values), Err(Kind::BadHeader), "{values:?}");
        }
    }
}
