//! `/v1/me`

use serde_json::json;

use super::SCHOOL;
use crate::support::house::on_each_backend;

#[test]
fn everybody_who_signed_in_is_told_who_they_are_and_nobody_else() {
    on_each_backend(async |house| {
        let counsellor = house.as_("kurator").get("/v1/me").await.must(200).json();
        let expected = json!({
            "id": house.staff("kurator"),
            "agency": house.agency_of(SCHOOL),
            "assurance": 3,
            "duties": [
                { "unit": house.unit(SCHOOL), "name": SCHOOL, "roles": ["school_counsellor"] },
            ],
        });
        assert_eq!(counsellor, expected);

        let guardian = house.as_("vardnadshavare-1").get("/v1/me").await.must(200).json();
        let expected =
            json!({ "id": house.person("Vårdnadshavare 1"), "assurance": 3, "duties": [] });
        assert_eq!(guardian, expected);

        let stranger = house.stranger().get("/v1/me").await.must(200).json();
        assert_eq!(stranger, json!({ "assurance": 3, "duties": [] }));

        house.nobody().get("/v1/me").await.must(401);
    });
}

#[test]
fn the_register_says_who_one_is_whatever_the_token_claims() {
    on_each_backend(async |house| {
        let mut claims = house.sign_in().claims("school", "larare").expect("claims");
        claims.insert("role".to_owned(), json!("manager"));
        claims.insert("roles".to_owned(), json!(["manager", "auditor"]));
        let token = house.sign_in().mint("school", &claims, Default::default()).expect("a token");
        let me = house.with_token(Some(token)).get("/v1/me").await.must(200).json();
        assert_eq!(me["duties"][0]["roles"], json!(["teacher"]));

        // An issuer speaks for its own agencies only: another's subject is nobody there.
        let mut claims = house.sign_in().claims("social", "mottagning").expect("claims");
        claims.insert("sub".to_owned(), json!("kurator"));
        let token = house.sign_in().mint("social", &claims, Default::default()).expect("a token");
        let me = house.with_token(Some(token)).get("/v1/me").await.must(200).json();
        assert_eq!(me, json!({ "assurance": 3, "duties": [] }));
    });
}
