//! Problems are told in Swedish, and in English to whoever would rather have it.

use reqwest::Method;

use super::NOTHING;
use crate::support::house::on_each_backend;

#[test]
fn problems_are_told_in_the_language_that_the_caller_prefers() {
    on_each_backend(async |house| {
        let kurator = house.as_("kurator");
        let path = format!("/v1/cases/{NOTHING}");
        let (swedish, english) = ("Finns inte", "Not there");
        for (accepted, expected) in [
            (None, "sv"),
            (Some(""), "sv"),
            (Some("sv"), "sv"),
            (Some("en"), "en"),
            (Some("EN-gb"), "en"),
            (Some("en-GB,en;q=0.9,sv;q=0.1"), "en"),
            (Some("sv;q=0.5, en;q=0.9"), "en"),
            (Some("en;q=0.5, sv;q=0.9"), "sv"),
            (Some("en, sv"), "en"),
            (Some("sv, en"), "sv"),
            (Some("en;q=0"), "sv"),
            (Some("en;q=0.001, sv;q=0"), "en"),
            (Some("de, fr"), "sv"),
            (Some("de, en;q=0.1"), "en"),
            (Some("*"), "sv"),
            (Some("*;q=0.1, en;q=0.5"), "en"),
            (Some("so, ar;q=0.9, en;q=0.3, sv;q=0.2"), "en"),
            (Some("en;q=2"), "sv"),
            (Some(";;;q=,"), "sv"),
        ] {
            let headers: Vec<_> = accepted.map(|it| ("accept-language", it)).into_iter().collect();
            let missed = kurator.send(Method::GET, &path, None, &headers).await.must(404);
            assert_eq!(missed.header("content-language"), Some(expected), "{accepted:?}");
            assert_eq!(missed.header("vary"), Some("Accept-Language"));
            let begins = if expected == "en" { english } else { swedish };
            let title = missed.json()["title"].as_str().unwrap_or_default().to_owned();
            assert!(title.starts_with(begins), "{accepted:?}: {title}");
        }
    });
}

#[test]
fn a_refusal_tells_its_rule_its_law_and_the_way_forward_in_both_languages() {
    on_each_backend(async |house| {
        let low = house.as_("kurator-loa2");
        let path = format!("/v1/cases/{NOTHING}");
        let told = async |language| {
            let headers = [("accept-language", language)];
            low.send(Method::GET, &path, None, &headers).await.must(403).json()
        };
        let (swedish, english) = (told("sv").await, told("en").await);
        for same in ["type", "status", "rule", "law"] {
            assert_eq!(swedish[same], english[same], "{same}");
        }
        for different in ["title", "detail", "way_forward"] {
            assert!(swedish[different].is_string() && english[different].is_string());
            assert_ne!(swedish[different], english[different], "{different}");
        }
    });
}

#[test]
fn wrong_fields_are_told_in_both_languages() {
    on_each_backend(async |house| {
        let kurator = house.as_("kurator");
        let told = async |language| {
            let headers = [("accept-language", language)];
            let body = serde_json::json!({ "identity_number": "1" });
            let path = "/v1/children/lookup";
            let wrong = kurator.send(Method::POST, path, Some(body), &headers).await.must(422);
            wrong.json()["errors"][0].clone()
        };
        let (swedish, english) = (told("sv").await, told("en").await);
        assert_eq!(swedish["reason"], english["reason"]);
        assert_eq!(swedish["pointer"], "/identity_number");
        assert_ne!(swedish["detail"], english["detail"]);
    });
}
