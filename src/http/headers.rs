//! Header fields that every answer carries.
//!
//! **Invariant:** nothing that the service says may be kept by a browser or a proxy, run as a
//! script, or shown inside another page.

use std::sync::LazyLock;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const ENTRY: HeaderName = HeaderName::from_static("samsyn-entry");
const REQUEST_ID: HeaderName = HeaderName::from_static(super::mark::REQUEST_ID);

/// On answers of the interface: nothing in them is a page.
const CLOSED: &str = "default-src 'none'; frame-ancestors 'none'";
/// How pages look, on screen and on paper. It stands in the page itself.
pub const PAGE_STYLE: &str = "body{font:1rem/1.5 sans-serif;margin:1rem;color:#111;background:#fff}\
main{max-width:60rem;margin:0 auto}dt{font-weight:bold}dd{margin:0 0 .5rem}\
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold;padding:.5rem 0}\
th,td{border:1px solid #555;padding:.4rem;text-align:left;vertical-align:top}\
tbody th{font-weight:normal;white-space:nowrap}\
@media print{body{margin:0;font-size:11pt}thead{display:table-header-group}tr{break-inside:avoid}}";
/// On a page: it has that one style, and nothing else.
static PAGE: LazyLock<String> = LazyLock::new(|| {
    let style = BASE64_STANDARD.encode(Sha256::digest(PAGE_STYLE));
    format!("default-src 'none'; style-src 'sha256-{style}'; frame-ancestors 'none'")
});
/// On the interactive documentation, which is all our own and asks nobody else.
const DOCUMENTATION: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Puts on what every answer carries; `path` is the request's, `hsts` the setting.
pub fn secure(headers: &mut HeaderMap, path: &str, hsts: bool) {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let policy = if path.starts_with("/docs/") {
        DOCUMENTATION
    } else if kind.is_some_and(|kind| kind.starts_with("text/html")) {
        &PAGE
    } else {
        CLOSED
    };
    let fields = [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (PERMISSIONS_POLICY, "camera=(), geolocation=(), microphone=()"),
    ];
    for (name, value) in fields {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if hsts {
        let value = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.insert(STRICT_TRANSPORT_SECURITY, value);
    }
}

/// Puts on the request's id.
pub fn identify(headers: &mut HeaderMap, id: uuid::Uuid) {
    insert_text(headers, REQUEST_ID, &id.to_string());
}

/// Puts on the ledger entry's id.
pub fn account(headers: &mut HeaderMap, entry: crate::domain::ids::EntryId) {
    insert_text(headers, ENTRY, &entry.to_string());
}

fn insert_text(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    // An id is hexadecimal digits and hyphens, which always make a header value.
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn put_on(path: &str, hsts: bool) -> BTreeMap<String, String> {
        let mut headers = HeaderMap::new();
        secure(&mut headers, path, hsts);
        headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()))
            .collect()
    }

    #[test]
    fn every_answer_carries_the_whole_list() {
        let names: Vec<String> = put_on("/v1/me", true).into_keys().collect();
        let expected = [
            "cache-control",
            "content-security-policy",
            "permissions-policy",
            "referrer-policy",
            "strict-transport-security",
            "x-content-type-options",
        ];
        assert_eq!(names, expected);
        assert_eq!(put_on("/v1/me", false).len(), expected.len() - 1);
    }

    #[test]
    fn only_the_documentation_may_run_scripts_and_only_our_own() {
        for path in ["/v1/me", "/", "/health/live", "/openapi.json", "/docsy", "/v1/docs/"] {
            assert_eq!(put_on(path, false)["content-security-policy"], CLOSED, "{path}");
        }
        let policy = &put_on("/docs/index.html", false)["content-security-policy"];
        assert!(policy.contains("script-src 'self';") && !policy.contains("http"), "{policy}");
    }
}
