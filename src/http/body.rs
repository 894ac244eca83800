//! Bodies of requests: JSON within bounds, into the type that a handler asks for.

use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use sha2::{Digest as _, Sha256};
use tokio_stream::StreamExt as _;

use super::bounds::{Bounds, escaped, walk};
use super::fault::{Fault, Reason};
use super::front::Front;
use super::problem::{Kind, Problem};
use crate::settings::ServerSettings;

/// SHA-256 over method, path and body: two requests that differ in none of them are the same.
pub type Digest = [u8; 32];

/// A JSON body that could be read as a `T`.
#[derive(Debug)]
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// What the request is told by, when it is sent again.
    pub digest: Digest,
}

/// No body, of a request that needs none.
#[derive(Debug)]
pub struct NoBody {
    /// What the request is told by, when it is sent again.
    pub digest: Digest,
}

type Reading<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let front = front(&request)?;
            check_head(&request, front.server.body_bytes_max)?;
            let bytes = read(payload, &front.server).await?;
            let value = parse(&bytes, bounds(&front.server))?;
            Ok(Self { value, digest: digest(&request, &bytes) })
        })
    }
}

impl FromRequest for NoBody {
    type Error = Problem;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = read(payload, &front(&request)?.server).await?;
            // An empty object is what many clients send when they have nothing to say.
            match bytes.trim_ascii() {
                b"" | b"{}" => Ok(Self { digest: digest(&request, b"") }),
                _ => Err(Fault::body("", "unknown_field").into()),
            }
        })
    }
}

fn front(request: &HttpRequest) -> Result<web::Data<Front>, Problem> {
    let front = request.app_data::<web::Data<Front>>().cloned();
    front.ok_or_else(|| Problem::new(Kind::Internal))
}

fn bounds(server: &ServerSettings) -> Bounds {
    Bounds {
        depth_max: server.json_depth_max,
        chars_max: server.string_chars_max,
        items_max: server.list_items_max,
    }
}

fn digest(request: &HttpRequest, bytes: &[u8]) -> Digest {
    let head = format!("{} {}\n", request.method(), request.path());
    Sha256::new().chain_update(head).chain_update(bytes).finalize().into()
}

fn check_head(request: &HttpRequest, bytes_max: usize) -> Result<(), Problem> {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let media_type = text(CONTENT_TYPE).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let is_plain =
        text(CONTENT_ENCODING).is_none_or(|coding| coding.eq_ignore_ascii_case("identity"));
    if !essence.eq_ignore_ascii_case("application/json") || !is_plain {
        return Err(Problem::unread(Kind::NotJson));
    }
    let length = text(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    match length.map(usize::try_from) {
        Some(Ok(length)) if length > bytes_max => Err(Problem::unread(Kind::TooLarge)),
        Some(Err(_)) => Err(Problem::unread(Kind::TooLarge)),
        Some(Ok(_)) | None => Ok(()),
    }
}

async fn read(mut payload: Payload, server: &ServerSettings) -> Result<Vec<u8>, Problem> {
    let reading = async {
        let mut bytes = Vec::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Problem::unread(Kind::BadRequest))?;
            if bytes.len() + chunk.len() > server.body_bytes_max {
                return Err(Problem::unread(Kind::TooLarge));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    let limit = Duration::from_secs(server.body_seconds_max.into());
    let slow = |_| Err(Problem::unread(Kind::SlowBody));
    tokio::time::timeout(limit, reading).await.unwrap_or_else(slow)
}

/// Reads `bytes` as a `T`. What is out of bounds is told all at once; of what does not have the
/// shape of a `T`, the first.
fn parse<T: DeserializeOwned>(bytes: &[u8], bounds: Bounds) -> Result<T, Problem> {
    let faults = walk(bytes, bounds).map_err(|_| Problem::new(Kind::MalformedJson))?;
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| misfit(error.path(), &error.inner().to_string()).into())
}

/// What `said` of serde means for the caller. Its own words are not for people, and quote.
fn misfit(path: &Path, said: &str) -> Fault {
    let mut pointer = pointer(path);
    let mut quoted = said.split('`').skip(1);
    let reason: Reason = if said.starts_with("missing field") {
        if let Some(name) = quoted.next() {
            pointer = format!("{pointer}/{}", escaped(name));
        }
        "missing"
    } else if said.starts_with("unknown field") {
        // In a body that a tag tells apart, the path ends before the field.
        let name = quoted.next().map(|name| format!("/{}", escaped(name))).unwrap_or_default();
        if !pointer.ends_with(&name) {
            pointer.push_str(&name);
        }
        "unknown_field"
    } else if said.starts_with("unknown variant") {
        "unknown_word"
    } else {
        "wrong_type"
    };
    Fault::body(pointer, reason)
}

fn pointer(path: &Path) -> String {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", escaped(key))),
            // The kind that an object is of stands in it as its one field.
            Segment::Enum { variant } => Some(format!("/{}", escaped(variant))),
            Segment::Unknown => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::http::fault::Place;

    const WIDE: Bounds = Bounds { depth_max: 8, chars_max: 100, items_max: 100 };

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only its reading is tested")]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only its reading is tested")]
        name: String,
        #[expect(dead_code, reason = "only its reading is tested")]
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Known,
    }

    #[derive(Debug, Deserialize)]
    #[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
    enum Tagged {
        Named {
            #[expect(dead_code, reason = "only its reading is tested")]
            name: String,
        },
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum OneOf {
        Plain(#[expect(dead_code, reason = "only its reading is tested")] Inner),
    }

    #[test]
    fn a_misfit_in_a_body_that_is_one_of_several_is_found_in_its_place_too() {
        for (document, pointer, reason) in [
            ("{\"other\":{}}", "", "unknown_word"),
            ("{\"plain\":1}", "/plain", "wrong_type"),
            ("{\"plain\":{}}", "/plain/name", "missing"),
            ("{\"plain\":{\"name\":1}}", "/plain/name", "wrong_type"),
            ("{\"plain\":{\"name\":\"a\",\"x\":1}}", "/plain/x", "unknown_field"),
        ] {
            assert_eq!(fault::<OneOf>(document), (pointer.to_owned(), reason), "{document}");
        }
    }

    fn fault<T: DeserializeOwned + std::fmt::Debug>(document: &str) -> (String, Reason) {
        let problem = parse::<T>(document.as_bytes(), WIDE).expect_err(document);
        match problem.faults().list() {
            [Fault { place: Place::Body(pointer), reason, .. }] => (pointer.clone(), reason),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_body_of_the_right_shape_is_read() {
        let document = br#"{"inner":[{"name":"a"},{"name":"b","kind":"known"}]}"#;
        assert!(parse::<Outer>(document, WIDE).is_ok());
    }

    #[test]
    fn a_misfit_is_found_in_its_place() {
        for (document, pointer, reason) in [
            ("{}", "/inner", "missing"),
            ("[]", "", "wrong_type"),
            ("{\"inner\":1}", "/inner", "wrong_type"),
            ("{\"inner\":[{}]}", "/inner/0/name", "missing"),
            ("{\"inner\":[{\"name\":\"a\"},{\"name\":1}]}", "/inner/1/name", "wrong_type"),
            ("{\"inner\":[{\"name\":\"a\",\"x/y\":1}]}", "/inner/0/x~1y", "unknown_field"),
            ("{\"inner\":[],\"more\":1}", "/more", "unknown_field"),
            ("{\"inner\":[{\"name\":\"a\",\"kind\":\"b\"}]}", "/inner/0/kind", "unknown_word"),
        ] {
            assert_eq!(fault::<Outer>(document), (pointer.to_owned(), reason), "{document}");
        }
    }

    #[test]
    fn a_misfit_in_a_tagged_body_is_found_in_its_place_too() {
        for (document, pointer, reason) in [
            ("{\"name\":\"a\"}", "/is", "missing"),
            ("{\"is\":\"other\"}", "/is", "unknown_word"),
            ("{\"is\":\"named\"}", "/name", "missing"),
            ("{\"is\":\"named\",\"name\":\"a\",\"x/y\":1}", "/x~1y", "unknown_field"),
        ] {
            assert_eq!(fault::<Tagged>(document), (pointer.to_owned(), reason), "{document}");
        }
    }
}
