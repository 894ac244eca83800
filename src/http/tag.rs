//! A version as an entity tag (RFC 9110 §8.8.3).

use actix_web::http::header::HeaderValue;

/// The strong tag of a version, `"v3"`.
pub fn tag(version: i64) -> HeaderValue {
    // A number between quotes always makes a header value; the fallback is never used.
    HeaderValue::from_str(&format!("\"v{version}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}
