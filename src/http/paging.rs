//! Lists, page by page: each page says where the next one begins (RFC 8288), and none says how
//! much there is.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderValue;
use actix_web::{FromRequest, HttpRequest, web};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use utoipa::IntoParams;
use uuid::Uuid;

use super::fault::Fault;
use super::front::Front;
use super::problem::{Kind, Problem};
use crate::store::Page;

/// What a list can be asked for. For the description of the interface: [`Paging`] reads it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "its fields describe parameters and are never read")]
pub struct PageQuery {
    /// Where to go on: from the link to the next page.
    after: Option<String>,
    /// The most rows to serve. There is a default and an upper limit.
    #[param(minimum = 1)]
    limit: Option<u32>,
}

/// The page that is asked for.
#[derive(Clone, Debug)]
pub struct Paging {
    page: Page,
    path: String,
    /// The rest of the query, which the link to the next page repeats.
    filters: Vec<(String, String)>,
}

impl Paging {
    /// Where it begins and how long it is.
    pub fn page(&self) -> Page {
        self.page
    }

    /// The `Link` to the page after this one, whose last row is `last`, when this one is full.
    pub fn link(&self, rows: usize, last: Option<Uuid>) -> Option<HeaderValue> {
        let last = last.filter(|_| rows >= self.page.limit)?;
        let mut query = self.filters.clone();
        query.push(("after".to_owned(), BASE64_URL_SAFE_NO_PAD.encode(last.as_bytes())));
        query.push(("limit".to_owned(), self.page.limit.to_string()));
        let pairs: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
            .collect();
        HeaderValue::from_str(&format!("<{}?{}>; rel=\"next\"", self.path, pairs.join("&"))).ok()
    }
}

impl FromRequest for Paging {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let front = request.app_data::<web::Data<Front>>();
        ready(front.ok_or_else(|| Problem::new(Kind::Internal)).and_then(|front| {
            let server = &front.server;
            read(request.uri(), server.page_rows_default, server.page_rows_max)
        }))
    }
}

fn read(uri: &actix_web::http::Uri, default: usize, most: usize) -> Result<Paging, Problem> {
    let query = uri.query().unwrap_or_default();
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query)
        .map_err(|_| Problem::new(Kind::BadQuery))?
        .into_inner();
    let mut page = Page { after: None, limit: default };
    let (mut seen_after, mut seen_limit) = (false, false);
    let mut filters = Vec::new();
    for (name, value) in pairs {
        match name.as_str() {
            "after" => {
                page.after = Some(cursor(&value)?);
                once(&mut seen_after, "after")?;
            }
            "limit" => {
                let fault = || Fault::parameter("limit", "number_out_of_range").past(most);
                let limit = value.parse().ok().filter(|limit| (1..=most).contains(limit));
                page.limit = limit.ok_or_else(|| Problem::bad_query(fault()))?;
                once(&mut seen_limit, "limit")?;
            }
            _ => filters.push((name, value)),
        }
    }
    Ok(Paging { page, path: uri.path().to_owned(), filters })
}

fn once(seen: &mut bool, name: &'static str) -> Result<(), Problem> {
    if std::mem::replace(seen, true) {
        return Err(Problem::bad_query(Fault::parameter(name, "repeated")));
    }
    Ok(())
}

fn cursor(text: &str) -> Result<Uuid, Problem> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    let id = bytes.and_then(|bytes| Uuid::from_slice(&bytes).ok());
    id.ok_or_else(|| Problem::bad_query(Fault::parameter("after", "not_a_cursor")))
}

/// Percent-encodes all but the unreserved characters (RFC 3986 §2.3).
fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked(target: &str) -> Result<Paging, Kind> {
        let uri = target.parse().expect("a target");
        read(&uri, 50, 200).map_err(|problem| problem.kind())
    }

    #[test]
    fn without_a_word_the_first_page_has_the_default_length() {
        let paging = asked("/v1/cases").expect("a page");
        assert_eq!((paging.page.after, paging.page.limit), (None, 50));
    }

    #[test]
    fn a_limit_lies_between_one_and_the_most() {
        for (limit, fits) in
            [("1", true), ("200", true), ("0", false), ("201", false), ("-1", false), ("x", false)]
        {
            let asked = asked(&format!("/v1/cases?limit={limit}"));
            assert_eq!(asked.is_ok(), fits, "{limit}");
        }
    }

    #[test]
    fn a_cursor_is_one_of_ours_and_stands_once() {
        for query in ["after=1", "after=", "after=!!!", "limit=1&limit=2", "after"] {
            assert_eq!(asked(&format!("/v1/cases?{query}")).err(), Some(Kind::BadQuery), "{query}");
        }
    }

    #[test]
    fn a_page_that_is_not_full_is_the_last() {
        let paging = asked("/v1/cases?limit=2").expect("a page");
        let last = Some(Uuid::from_u128(7));
        assert_eq!(paging.link(1, last), None);
        assert_eq!(paging.link(0, None), None);
        assert!(paging.link(2, last).is_some());
    }

    #[test]
    fn the_link_keeps_the_filter_and_nothing_in_it_ends_the_address() {
        let paging = asked("/v1/cases?state=a%3E%22b&limit=1").expect("a page");
        let link = paging.link(1, Some(Uuid::from_u128(7))).expect("a link");
        let link = link.to_str().expect("text");
        assert_eq!(
            link,
            "</v1/cases?state=a%3E%22b&after=AAAAAAAAAAAAAAAAAAAABw&limit=1>; rel=\"next\""
        );
    }

    proptest! {
        #[test]
        fn the_link_leads_to_the_row_after_the_last(id: u128, limit in 1usize..=200) {
            let paging = asked(&format!("/v1/cases?limit={limit}")).expect("a page");
            let link = paging.link(limit, Some(Uuid::from_u128(id))).expect("a link");
            let link = link.to_str().expect("text");
            let target = link.trim_start_matches('<').split('>').next().expect("a target");
            let next = asked(target).expect("the next page");
            prop_assert_eq!(next.page.after, Some(Uuid::from_u128(id)));
            prop_assert_eq!(next.page.limit, limit);
        }
    }
}
