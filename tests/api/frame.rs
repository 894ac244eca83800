//! What every answer has: header fields that keep it safe, and the request's id.

use reqwest::Method;
use samsyn::clock::Clock;
use serde_json::json;
use uuid::Uuid;

use super::{NOTHING, kind};
use crate::support::each_backend;
use crate::support::house::{Answer, Caller, House, on_each_backend};

const OWN_ID: &str = "0192f5a0-1111-7111-8111-111111111111";

/// One answer of each sort that does not need a case.
async fn answers(house: &House) -> Vec<Answer> {
    let (nobody, kurator) = (house.nobody(), house.as_("kurator"));
    let text = [("content-type", "text/plain")];
    let not_json = kurator.send_bytes(Method::POST, "/v1/referrals", Some(vec![b'x']), &text);
    vec![
        nobody.get("/health/live").await.must(204),
        nobody.get("/health/ready").await.must(200),
        nobody.get("/openapi.json").await.must(200),
        nobody.get("/docs/").await.must(200),
        kurator.get("/v1/me").await.must(200),
        kurator.get("/v1/cases?limit=0").await.must(400),
        nobody.get("/v1/me").await.must(401),
        house.as_("revisor-skola").get(&format!("/v1/cases/{NOTHING}")).await.must(403),
        kurator.get(&format!("/v1/cases/{NOTHING}")).await.must(404),
        nobody.get("/nothing").await.must(404),
        kurator.send(Method::DELETE, "/v1/me", None, &[]).await.must(405),
        not_json.await.must(415),
        kurator.post("/v1/referrals", json!({})).await.must(422),
    ]
}

#[test]
fn every_answer_is_kept_from_caches_frames_and_guesses() {
    on_each_backend(async |house| {
        for answer in answers(house).await {
            for (name, value) in [
                ("cache-control", "no-store"),
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "no-referrer"),
                ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
            ] {
                assert_eq!(answer.header(name), Some(value), "{name} of {answer}");
            }
            let policy = answer.header("content-security-policy").unwrap_or_default();
            assert!(policy.starts_with("default-src 'none'"), "{answer}");
            assert!(policy.contains("frame-ancestors 'none'"), "{answer}");
            assert_eq!(answer.header("strict-transport-security"), None, "not behind TLS here");
            for telling in ["server", "x-powered-by", "set-cookie"] {
                assert_eq!(answer.header(telling), None, "{answer}");
            }
        }
    });
}

#[test]
fn every_answer_has_a_request_id_of_its_own_and_problems_repeat_it() {
    on_each_backend(async |house| {
        let mut seen = Vec::new();
        for answer in answers(house).await {
            let id = answer.header("x-request-id").expect("a request's id").to_owned();
            assert!(Uuid::try_parse(&id).is_ok(), "{id}");
            assert!(!seen.contains(&id), "{id}");
            if answer.status >= 400 {
                assert!(answer.is_problem(), "{answer}");
                assert_eq!(answer.json()["instance"], format!("urn:uuid:{id}"));
            }
            seen.push(id);
        }
    });
}

#[test]
fn a_callers_own_request_id_counts_behind_a_proxy_only() {
    on_each_backend(async |house| {
        let own = [("x-request-id", OWN_ID)];
        let answer = house.as_("kurator").send(Method::GET, "/v1/me", None, &own).await.must(200);
        assert_ne!(answer.header("x-request-id"), Some(OWN_ID));
    });
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let clock = Clock::machine();
            let behind_proxy = |settings: &mut samsyn::settings::Settings| {
                settings.server.trust_proxy_request_id = true;
                settings.server.hsts = true;
            };
            let house = House::open_at(database, clock, behind_proxy).await;
            let kurator = house.as_("kurator");
            let own = [("x-request-id", OWN_ID)];
            let answer = kurator.send(Method::GET, "/v1/me", None, &own).await.must(200);
            assert_eq!(answer.header("x-request-id"), Some(OWN_ID));
            assert!(answer.header("strict-transport-security").is_some());
            let words = [("x-request-id", "kurator at the school")];
            let answer = kurator.send(Method::GET, "/v1/me", None, &words).await.must(200);
            let id = answer.header("x-request-id").unwrap_or_default();
            assert!(Uuid::try_parse(id).is_ok(), "only a UUID stands in the ledger");
            house.close().await;
        });
    });
}

#[test]
fn an_entry_is_named_on_what_was_decided_and_not_on_what_never_was_an_act() {
    on_each_backend(async |house| {
        let kurator = house.as_("kurator");
        let entry = |answer: &Answer| answer.header("samsyn-entry").map(str::to_owned);
        let first = entry(&kurator.get("/v1/me").await.must(200)).expect("an entry");
        let second = entry(&kurator.get("/v1/me").await.must(200)).expect("an entry");
        assert_ne!(first, second);
        assert!(Uuid::try_parse(&first).is_ok());
        for answer in [
            kurator.get(&format!("/v1/cases/{NOTHING}")).await.must(404),
            house.as_("revisor-skola").get(&format!("/v1/cases/{NOTHING}")).await.must(403),
        ] {
            assert!(entry(&answer).is_some(), "{answer}");
        }
        for answer in [
            house.nobody().get("/v1/me").await.must(401),
            kurator.get("/v1/nothing").await.must(404),
            kurator.get("/v1/items/x").await.must(404),
        ] {
            assert_eq!(entry(&answer), None, "{answer}");
        }
    });
}

#[test]
fn an_address_that_is_not_there_is_not_found() {
    on_each_backend(async |house| {
        let (nobody, kurator) = (house.nobody(), house.as_("kurator"));
        for path in ["/nothing", "/v1", "/v1/", "/v1/nothing", "/v1/me/", "/v2/me", "/v1/ME"] {
            for caller in [&nobody, &kurator] {
                let missed = caller.get(path).await;
                assert_eq!((missed.status, missed.is_problem()), (404, true), "{path}: {missed}");
                assert_eq!(kind(&missed), "not-found");
            }
        }
        for path in ["/v1/items/x", "/v1/items/1", "/v1/cases/'or'1'='1", "/v1/plans/%00"] {
            let missed = kurator.get(path).await;
            assert_eq!((missed.status, missed.is_problem()), (404, true), "{path}: {missed}");
        }
    });
}

#[test]
fn a_method_that_is_not_there_is_refused_with_those_that_are() {
    on_each_backend(async |house| {
        let teamet = house.as_("teamet");
        let case = super::open_case(house, &[]).await;
        let plan = super::begin_plan(house, case).await;
        let of = |method: Method, path: String, allowed: &'static str| (method, path, allowed);
        for (method, path, allowed) in [
            // Nothing is ever deleted (D15).
            of(Method::DELETE, format!("/v1/plans/{plan}"), "GET, PATCH"),
            of(Method::PUT, format!("/v1/plans/{plan}"), "GET, PATCH"),
            of(Method::DELETE, format!("/v1/cases/{case}"), "GET"),
            of(Method::DELETE, format!("/v1/items/{NOTHING}"), "GET"),
            of(Method::PATCH, format!("/v1/items/{NOTHING}"), "GET"),
            of(Method::DELETE, format!("/v1/consents/{NOTHING}"), "GET"),
            of(Method::GET, "/v1/children".to_owned(), "POST"),
            of(Method::GET, "/v1/children/lookup".to_owned(), "POST"),
            of(Method::POST, "/v1/me".to_owned(), "GET"),
            of(Method::PATCH, "/v1/referrals".to_owned(), "GET, POST"),
        ] {
            let refused = teamet.send(method.clone(), &path, None, &[]).await;
            assert_eq!(refused.status, 405, "{method} {path}: {refused}");
            assert!(refused.is_problem() && kind(&refused) == "method-not-allowed");
            assert_eq!(refused.header("allow"), Some(allowed), "{method} {path}");
        }
        teamet.get(&format!("/v1/plans/{plan}")).await.must(200);
    });
}

#[test]
fn nothing_but_the_outside_answers_without_a_sign_in() {
    on_each_backend(async |house| {
        let nobody: Caller = house.nobody();
        let described = nobody.get("/openapi.json").await.must(200).json();
        let paths = described["paths"].as_object().expect("addresses").clone();
        let mut inside = 0;
        for (path, methods) in &paths {
            let address = filled(path);
            for method in methods.as_object().into_iter().flatten().map(|(method, _)| method) {
                let method = Method::from_bytes(method.to_uppercase().as_bytes());
                let Ok(method) = method else { continue };
                let body = (method != Method::GET).then(|| json!({}));
                let answer = nobody.send(method.clone(), &address, body, &[]).await;
                if path.starts_with("/v1/") {
                    assert_eq!(answer.status, 401, "{method} {path}: {answer}");
                    inside += 1;
                } else {
                    assert!(answer.status < 300, "{method} {path}: {answer}");
                }
            }
        }
        assert!(inside >= 38, "{inside} routes");
    });
}

/// An address with every parameter filled in.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { NOTHING } else { part });
    parts.collect::<Vec<_>>().join("/")
}
