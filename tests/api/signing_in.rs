//! Signing in: what proves nothing opens nothing.

use chrono::TimeDelta;
use reqwest::Method;
use samsyn::demo::sign_in::HeaderTweaks;
use serde_json::{Map, Value, json};

use super::{kind, rules};
use crate::support::house::{House, on_each_backend};

const CHALLENGE: &str = "Bearer realm=\"samsyn\"";
const INVALID: &str = "Bearer realm=\"samsyn\", error=\"invalid_token\"";

#[test]
fn without_a_token_the_answer_is_a_challenge() {
    on_each_backend(async |house| {
        let nobody = house.nobody();
        for path in ["/v1/me", "/v1/cases", "/v1/items/0192f5a0-0000-7000-8000-00000000dead"] {
            let refused = nobody.get(path).await.must(401);
            assert!(refused.is_problem() && kind(&refused) == "not-signed-in", "{refused}");
            assert_eq!(refused.header("www-authenticate"), Some(CHALLENGE));
        }
        let basic = [("authorization", "Basic a3VyYXRvcjp4")];
        let refused = nobody.send(Method::GET, "/v1/me", None, &basic).await.must(401);
        assert_eq!(kind(&refused), "not-signed-in");
    });
}

#[test]
fn a_token_that_proves_nothing_is_refused_and_a_good_one_is_not() {
    on_each_backend(async |house| {
        house.as_("kurator").get("/v1/me").await.must(200);
        for (what, token) in bad_tokens(house) {
            let refused = house.with_token(Some(token)).get("/v1/me").await;
            assert_eq!(refused.status, 401, "{what}: {refused}");
            assert!(refused.is_problem() && kind(&refused) == "token-refused", "{what}");
            assert_eq!(refused.header("www-authenticate"), Some(INVALID), "{what}");
        }
    });
}

/// Tokens with one thing wrong each.
fn bad_tokens(house: &House) -> Vec<(&'static str, String)> {
    let sign_in = house.sign_in();
    let good = sign_in.token("school", "kurator").expect("a token");
    let parts: Vec<&str> = good.split('.').collect();
    let with = |name: &str, value: Value| {
        let mut claims: Map<String, Value> = sign_in.claims("school", "kurator").expect("claims");
        claims.insert(name.to_owned(), value);
        sign_in.mint("school", &claims, HeaderTweaks::default()).expect("a token")
    };
    let claims = sign_in.claims("school", "kurator").expect("claims");
    let tweaked = |tweaks| sign_in.mint("school", &claims, tweaks).expect("a token");
    let now = house.clock().now().timestamp();
    vec![
        ("no token at all", "x".to_owned()),
        ("without a signature", format!("{}.{}.", parts[0], parts[1])),
        ("another's claims under the signature", {
            let other = sign_in.token("school", "rektor").expect("a token");
            let other: Vec<&str> = other.split('.').collect();
            format!("{}.{}.{}", parts[0], other[1], parts[2])
        }),
        // {"alg":"none","typ":"at+jwt"}
        ("no algorithm", format!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{}.", parts[1])),
        ("expired", with("exp", json!(now - 3600))),
        ("not yet good", with("nbf", json!(now + 3600))),
        ("for somebody else", with("aud", json!("https://another.example"))),
        ("by another issuer's name", with("iss", json!(sign_in.issuer_url("social")))),
        ("by an issuer that nobody knows", with("iss", json!("https://another.example"))),
        ("of another type", {
            tweaked(HeaderTweaks { typ: Some("JWT".to_owned()), ..HeaderTweaks::default() })
        }),
        ("with a key that nobody knows", {
            tweaked(HeaderTweaks { kid: Some("another".to_owned()), ..HeaderTweaks::default() })
        }),
    ]
}

#[test]
fn two_tokens_in_one_request_are_refused() {
    on_each_backend(async |house| {
        let other = house.sign_in().token("school", "rektor").expect("a token");
        let second = [("authorization", format!("Bearer {other}"))];
        let second: Vec<_> = second.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let kurator = house.as_("kurator");
        let refused = kurator.send(Method::GET, "/v1/me", None, &second).await.must(401);
        let challenge = "Bearer realm=\"samsyn\", error=\"invalid_request\"";
        assert_eq!(refused.header("www-authenticate"), Some(challenge));
        kurator.get("/v1/me").await.must(200);
    });
}

#[test]
fn a_token_ends_with_its_time() {
    on_each_backend(async |house| {
        let before = house.as_("kurator");
        before.get("/v1/me").await.must(200);
        house.wait(TimeDelta::minutes(20));
        before.get("/v1/me").await.must(401);
        house.as_("kurator").get("/v1/me").await.must(200);
    });
}

#[test]
fn a_token_of_level_two_is_asked_to_step_up_before_any_content() {
    on_each_backend(async |house| {
        let case = super::joint_case(house).await;
        let item = super::medical_item(house, case).await;
        let plan = super::begin_plan(house, case).await;
        let consent = super::ask_consent(house, case).await;
        house.as_("kurator").get(&format!("/v1/cases/{case}")).await.must(200);
        let low = house.as_("kurator-loa2");
        for path in [
            format!("/v1/cases/{case}"),
            format!("/v1/cases/{case}/items"),
            format!("/v1/items/{item}"),
            format!("/v1/plans/{plan}"),
            format!("/v1/consents/{consent}"),
            format!("/v1/cases/{}", super::NOTHING),
        ] {
            let refused = low.get(&path).await.must(403);
            assert_eq!(rules(&refused), ["D21"], "{path}: {refused}");
            assert!(refused.json()["way_forward"].is_string(), "{refused}");
        }
    });
}
