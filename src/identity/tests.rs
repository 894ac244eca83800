//! Tokens over real HTTP on this machine, against the demo's sign-in service.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Actor, Identity, IdentityError, IdentitySettings, Who};
use crate::clock::{Clock, Instant};
use crate::demo::sign_in::{DemoUser, HeaderTweaks, SignIn};
use crate::domain::ids::AgencyId;

const LOA2: &str = "http://id.elegnamnden.se/loa/1.0/loa2";
const LOA3: &str = "http://id.elegnamnden.se/loa/1.0/loa3";
const LOA4: &str = "http://id.elegnamnden.se/loa/1.0/loa4";
const PERSONNUMMER: &str = "https://id.oidc.se/claim/personalIdentityNumber";
const SAMORDNINGSNUMMER: &str = "https://id.oidc.se/claim/coordinationNumber";
const SCHOOL: Uuid = Uuid::from_u128(1);
const SOCIAL: Uuid = Uuid::from_u128(2);

/// One sign-in service with three issuers, and an identity that accepts them.
struct House {
    sign_in: SignIn,
    identity: Identity,
    clock: Clock,
}

impl House {
    fn new() -> Self {
        Self::with_settings(json!({}))
    }

    fn with_settings(changes: Value) -> Self {
        let clock = Clock::still(DateTime::from_timestamp(1_800_000_000, 0).expect("a time"));
        let users = vec![
            user("school", "kurator", &[("title", json!("rektor")), ("unit", json!("social"))]),
            user("social", "handläggare", &[]),
            user("citizens", "guardian", &[(PERSONNUMMER, json!("196101182803"))]),
            user("citizens", "newcomer", &[(SAMORDNINGSNUMMER, json!("197010632391"))]),
        ];
        let sign_in = SignIn::start(0, "samsyn", &[], users, clock.clone()).expect("started");
        let identity = Identity::new(settings(&sign_in, changes)).expect("sound settings");
        Self { sign_in, identity, clock }
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn claims(&self) -> Map<String, Value> {
        self.sign_in.claims("school", "kurator").expect("a user")
    }

    fn mint(&self, issuer: &str, claims: &Map<String, Value>) -> String {
        self.sign_in.mint(issuer, claims, HeaderTweaks::default()).expect("a token")
    }

    /// The kurator's token with one claim changed, or left out when the value is null.
    fn token_with(&self, claim: &str, value: Value) -> String {
        let mut claims = self.claims();
        change(&mut claims, claim, value);
        self.mint("school", &claims)
    }

    async fn admit(&self, token: &str) -> Result<Actor, IdentityError> {
        Ok(self.identity.recognise(token, self.now()).await?.actor)
    }

    async fn refusal(&self, token: &str) -> IdentityError {
        let error = self.admit(token).await.expect_err("a refusal");
        assert_eq!(error.public_code(), "invalid_token");
        let said = format!("{error} {error:?}");
        assert!(token.len() < 16 || !said.contains(&token[..16]), "{said}");
        error
    }

    /// Signs in, and is remembered.
    async fn sign_in_whole(&self, token: &str) -> Actor {
        let presented = self.identity.recognise(token, self.now()).await.expect("an actor");
        self.identity.remember(presented.first.expect("a token that is new"));
        presented.actor
    }

    fn key_requests(&self) -> usize {
        self.sign_in.key_requests("school").expect("an issuer")
    }
}

fn user(issuer: &str, username: &str, claims: &[(&str, Value)]) -> DemoUser {
    DemoUser {
        issuer: issuer.to_owned(),
        username: username.to_owned(),
        subject: format!("{username}-1"),
        acr: LOA3.to_owned(),
        claims: claims.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
    }
}

fn settings(sign_in: &SignIn, changes: Value) -> IdentitySettings {
    let issuer = |name: &str, speaks_for: &str, agencies: &[Uuid]| {
        json!({
            "name": name,
            "url": sign_in.issuer_url(name),
            "audience": "samsyn",
            "speaks_for": speaks_for,
            "agencies": agencies,
            "assurance": { LOA2: 2, LOA3: 3, LOA4: 4 },
            "assurance_max": 3,
        })
    };
    let mut settings = json!({
        "issuers": [
            issuer("school", "staff", &[SCHOOL]),
            issuer("social", "staff", &[SOCIAL]),
            issuer("citizens", "citizens", &[]),
        ],
    });
    for (name, value) in changes.as_object().expect("a table") {
        settings[name] = value.clone();
    }
    serde_json::from_value(settings).expect("well-formed settings")
}

fn change(claims: &mut Map<String, Value>, claim: &str, value: Value) {
    if value.is_null() {
        claims.remove(claim);
    } else {
        claims.insert(claim.to_owned(), value);
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn unpart(part: &str) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

#[tokio::test]
async fn a_good_token_makes_a_staff_actor_of_the_issuers_agencies_and_nothing_more() {
    let house = House::new();
    let claims = house.claims();
    let actor = house.admit(&house.mint("school", &claims)).await.expect("an actor");
    let expected = Who::Staff {
        issuer: house.sign_in.issuer_url("school"),
        subject: "kurator-1".to_owned(),
        agencies: vec![AgencyId::new(SCHOOL)],
    };
    assert!(actor.who() == &expected);
    assert_eq!(actor.assurance(), 3);
    assert_eq!(actor.client(), Some("samsyn-demo"));
    assert_eq!(actor.token_id(), claims["jti"].as_str());
}

#[tokio::test]
async fn the_token_endpoint_gives_a_token_that_opens_the_door() {
    let house = House::new();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let answer = client
        .post(format!("{}/token", house.sign_in.issuer_url("school")))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("username=kurator")
        .send()
        .await
        .expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    let token = answer["access_token"].as_str().expect("a token");
    assert!(house.admit(token).await.is_ok());
}

#[tokio::test]
async fn an_issuer_speaks_for_its_own_agencies_only() {
    let house = House::new();
    let mut claims = house.sign_in.claims("social", "handläggare").expect("a user");
    change(&mut claims, "agencies", json!([SCHOOL]));
    let actor = house.admit(&house.mint("social", &claims)).await.expect("an actor");
    let Who::Staff { agencies, .. } = actor.who() else { panic!("not staff") };
    assert_eq!(agencies, &[AgencyId::new(SOCIAL)]);
}

#[tokio::test]
async fn a_token_of_one_issuer_signed_by_another_is_refused() {
    let house = House::new();
    let own = house.mint("school", &house.claims());
    let kid = jsonwebtoken::decode_header(&own).expect("a header").kid;
    let foreign = house.mint("social", &house.claims());
    let tweaks = HeaderTweaks { kid, ..HeaderTweaks::default() };
    let disguised = house.sign_in.mint("social", &house.claims(), tweaks).expect("a token");
    assert!(matches!(house.refusal(&foreign).await, IdentityError::UnknownKey { .. }));
    assert!(matches!(house.refusal(&disguised).await, IdentityError::BadSignature { .. }));
    assert!(house.admit(&own).await.is_ok());
}

#[tokio::test]
async fn a_citizen_is_known_by_exactly_one_number_of_the_right_kind() {
    let house = House::new();
    for (username, digits) in [("guardian", "196101182803"), ("newcomer", "197010632391")] {
        let token = house.sign_in.token("citizens", username).expect("a token");
        let actor = house.admit(&token).await.expect("an actor");
        let Who::Citizen { issuer, number } = actor.who() else { panic!("not a citizen") };
        assert_eq!(issuer, &house.sign_in.issuer_url("citizens"));
        assert_eq!(number.digits(), digits);
    }
    let refuse = async |changes: &[(&str, Value)]| {
        let mut claims = house.sign_in.claims("citizens", "guardian").expect("a user");
        for (claim, value) in changes {
            change(&mut claims, claim, value.clone());
        }
        house.refusal(&house.mint("citizens", &claims)).await
    };
    let both = refuse(&[(SAMORDNINGSNUMMER, json!("197010632391"))]).await;
    assert!(matches!(both, IdentityError::NotOneIdentityNumber { .. }));
    let neither = refuse(&[(PERSONNUMMER, Value::Null)]).await;
    assert!(matches!(neither, IdentityError::NotOneIdentityNumber { .. }));
    let swapped = refuse(&[(PERSONNUMMER, json!("197010632391"))]).await;
    assert!(matches!(swapped, IdentityError::WrongKindOfNumber { .. }));
    let faulty = refuse(&[(PERSONNUMMER, json!("196101182804"))]).await;
    assert!(matches!(faulty, IdentityError::IdentityNumber { .. }));
    assert!(!format!("{faulty:?}").contains("19610118"));
}

#[tokio::test]
async fn the_number_of_a_staff_token_makes_no_citizen() {
    let house = House::new();
    let actor = house.admit(&house.token_with(PERSONNUMMER, json!("196101182803"))).await;
    assert!(matches!(actor.expect("an actor").who(), Who::Staff { .. }));
}

#[tokio::test]
async fn a_claim_that_is_wrong_or_missing_is_refused() {
    use IdentityError as E;
    type Check = fn(&E) -> bool;
    let house = House::new();
    let now = house.now().timestamp();
    assert!(house.admit(&house.token_with("aud", json!(["other", "samsyn"]))).await.is_ok());
    let table: [(&str, Value, Check); 18] = [
        ("aud", json!("another"), |e| matches!(e, E::WrongAudience { .. })),
        ("aud", json!(["another", "samsyn2"]), |e| matches!(e, E::WrongAudience { .. })),
        ("aud", json!([]), |e| matches!(e, E::WrongAudience { .. })),
        ("aud", Value::Null, |e| matches!(e, E::MissingClaim { claim: "aud", .. })),
        ("iss", json!("https://sign-in.example"), |e| matches!(e, E::UnknownIssuer)),
        ("iss", json!(7), |e| matches!(e, E::Malformed)),
        ("iss", Value::Null, |e| matches!(e, E::Malformed)),
        ("exp", json!(now - 30), |e| matches!(e, E::Expired { .. })),
        ("exp", json!(-1), |e| matches!(e, E::Expired { .. })),
        ("exp", Value::Null, |e| matches!(e, E::MissingClaim { claim: "exp", .. })),
        ("exp", json!("tomorrow"), |e| matches!(e, E::Malformed)),
        ("exp", json!(now + 3_601), |e| matches!(e, E::LivesTooLong { .. })),
        ("exp", json!(1e300), |e| matches!(e, E::LivesTooLong { .. })),
        ("nbf", json!(now + 31), |e| matches!(e, E::NotYetValid { .. })),
        ("iat", json!(now + 31), |e| matches!(e, E::NotYetValid { .. })),
        ("iat", Value::Null, |e| matches!(e, E::MissingClaim { claim: "iat", .. })),
        ("sub", Value::Null, |e| matches!(e, E::MissingClaim { claim: "sub", .. })),
        ("sub", json!(""), |e| matches!(e, E::MissingClaim { claim: "sub", .. })),
    ];
    for (claim, value, is_expected) in table {
        let error = house.refusal(&house.token_with(claim, value.clone())).await;
        assert!(is_expected(&error), "{claim} {value}: {error}");
    }
}

#[tokio::test]
async fn clocks_may_differ_by_the_skew_and_no_more() {
    let house = House::new();
    let now = house.now().timestamp();
    for (claim, value) in [("exp", now - 29), ("nbf", now + 30), ("iat", now + 30)] {
        assert!(house.admit(&house.token_with(claim, json!(value))).await.is_ok(), "{claim}");
    }
    let token = house.mint("school", &house.claims());
    house.clock.advance(TimeDelta::seconds(929));
    assert!(house.admit(&token).await.is_ok());
    house.clock.advance(TimeDelta::seconds(1));
    assert!(matches!(house.refusal(&token).await, IdentityError::Expired { .. }));
}

#[tokio::test]
async fn only_access_tokens_are_accepted() {
    let house = House::new();
    let typed = |typ: Option<&str>| {
        let tweaks = HeaderTweaks { typ: typ.map(str::to_owned), kid: None };
        house.sign_in.mint("school", &house.claims(), tweaks).expect("a token")
    };
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        assert!(house.admit(&typed(Some(typ))).await.is_ok(), "{typ}");
    }
    for typ in [None, Some("JWT"), Some("id+jwt"), Some("text/at+jwt"), Some("")] {
        let error = house.refusal(&typed(typ)).await;
        assert!(matches!(error, IdentityError::WrongType { .. }), "{typ:?}");
    }
}

#[tokio::test]
async fn a_signature_counts_only_from_the_issuers_own_private_key() {
    let house = House::new();
    let good = house.mint("school", &house.claims());
    let [head, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts")
    };
    let kid = unpart(head)["kid"].clone();
    let header = |alg: &str| part(&json!({ "alg": alg, "typ": "at+jwt", "kid": kid }));

    for token in [
        format!("{}.{payload}.", header("none")),
        format!("{}.{payload}.{signature}", header("none")),
        format!("{}.{payload}.{signature}", header("HS256")),
    ] {
        assert!(matches!(house.refusal(&token).await, IdentityError::AlgorithmRefused));
    }
    for alg in ["ES384", "RS256", "EdDSA"] {
        let error = house.refusal(&format!("{}.{payload}.{signature}", header(alg))).await;
        assert!(matches!(error, IdentityError::BadSignature { .. }), "{alg}");
    }
    let mut claims = house.claims();
    change(&mut claims, "sub", json!("rektor-1"));
    let tampered = format!("{head}.{}.{signature}", part(&Value::Object(claims)));
    assert!(matches!(house.refusal(&tampered).await, IdentityError::BadSignature { .. }));
    let unsigned = format!("{head}.{payload}.");
    assert!(matches!(house.refusal(&unsigned).await, IdentityError::BadSignature { .. }));
    assert!(house.admit(&good).await.is_ok());
}

#[tokio::test]
async fn a_published_key_is_no_shared_secret() {
    let house = House::new();
    let published = house.sign_in.key_set("school").expect("keys")["keys"][0].clone();
    let coordinate = |name: &str| {
        URL_SAFE_NO_PAD.decode(published[name].as_str().expect("a coordinate")).expect("base64url")
    };
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let header = Header {
        typ: Some("at+jwt".to_owned()),
        kid: published["kid"].as_str().map(str::to_owned),
        ..Header::new(Algorithm::HS256)
    };
    for secret in [point, published.to_string().into_bytes()] {
        let forged = encode(&header, &house.claims(), &EncodingKey::from_secret(&secret));
        let error = house.refusal(&forged.expect("a token")).await;
        assert!(matches!(error, IdentityError::AlgorithmRefused));
    }
}

#[tokio::test]
async fn what_is_no_token_is_refused_before_anybody_is_asked() {
    let house = House::new();
    let good = house.mint("school", &house.claims());
    let payload = good.split('.').nth(1).expect("a payload");
    let critical = part(&json!({ "alg": "ES256", "typ": "at+jwt", "kid": "k", "crit": ["exp"] }));
    let nameless = part(&json!({ "alg": "ES256", "typ": "at+jwt" }));
    for token in ["", "a.b", "a.b.c", "a.b.c.d", "å.å.å", &good[1..], &format!("{good}.x")] {
        assert!(matches!(house.refusal(token).await, IdentityError::Malformed), "{token}");
    }
    let error = house.refusal(&format!("{critical}.{payload}.AA")).await;
    assert!(matches!(error, IdentityError::CriticalExtension));
    let error = house.refusal(&format!("{nameless}.{payload}.AA")).await;
    assert!(matches!(error, IdentityError::NoKeyName));
    let long = house.token_with("padding", json!("x".repeat(8_192)));
    assert!(matches!(house.refusal(&long).await, IdentityError::TooLong));
    assert_eq!(house.key_requests(), 0);
}

#[tokio::test]
async fn assurance_comes_from_a_known_acr_and_is_capped() {
    let house = House::new();
    let table = [
        (json!(LOA2), 2),
        (json!(LOA3), 3),
        (json!(LOA4), 3),
        (json!("http://id.elegnamnden.se/loa/1.0/loa5"), 1),
        (json!(""), 1),
        (Value::Null, 1),
    ];
    for (acr, level) in table {
        let actor = house.admit(&house.token_with("acr", acr.clone())).await.expect("an actor");
        assert_eq!(actor.assurance(), level, "{acr}");
    }
}

#[tokio::test]
async fn made_up_key_names_reach_the_issuer_once_per_gap() {
    let house = House::new();
    let good = house.mint("school", &house.claims());
    assert!(house.admit(&good).await.is_ok());
    assert_eq!(house.key_requests(), 1);
    house.clock.advance(TimeDelta::seconds(10));
    for attempt in 0..5 {
        let tweaks = HeaderTweaks { kid: Some(format!("made-up-{attempt}")), ..Default::default() };
        let token = house.sign_in.mint("school", &house.claims(), tweaks).expect("a token");
        assert!(matches!(house.refusal(&token).await, IdentityError::UnknownKey { .. }));
    }
    assert_eq!(house.key_requests(), 2);
    assert!(house.admit(&good).await.is_ok());
    assert_eq!(house.key_requests(), 2);
}

#[tokio::test]
async fn many_at_once_ask_for_the_keys_once() {
    let house = House::new();
    let token = house.mint("school", &house.claims());
    let (a, b, c) = tokio::join!(house.admit(&token), house.admit(&token), house.admit(&token));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(house.key_requests(), 1);
}

#[tokio::test]
async fn a_new_key_is_picked_up_and_a_withdrawn_one_forgotten() {
    let house = House::new();
    let old = house.mint("school", &house.claims());
    assert!(house.admit(&old).await.is_ok());
    house.sign_in.rotate("school").expect("rotated");
    let new = house.mint("school", &house.claims());
    assert!(matches!(house.refusal(&new).await, IdentityError::UnknownKey { .. }));
    house.clock.advance(TimeDelta::seconds(10));
    assert!(house.admit(&new).await.is_ok());
    assert!(house.admit(&old).await.is_ok());
    assert_eq!(house.key_requests(), 2);
    house.sign_in.rotate("school").expect("rotated");
    assert!(house.admit(&old).await.is_ok());
    house.clock.advance(TimeDelta::seconds(600));
    assert!(matches!(house.refusal(&old).await, IdentityError::UnknownKey { .. }));
    assert_eq!(house.key_requests(), 3);
}

#[tokio::test]
async fn an_issuer_that_is_down_is_believed_until_its_keys_are_too_old() {
    let house = House::with_settings(json!({
        "keys_age_max_seconds": 1_200,
        "token_life_max_seconds": 100_000,
    }));
    let now = house.now().timestamp();
    let token = house.token_with("exp", json!(now + 90_000));
    assert!(house.admit(&token).await.is_ok());
    house.sign_in.stop().await;
    house.clock.advance(TimeDelta::seconds(1_199));
    assert!(house.admit(&token).await.is_ok());
    house.clock.advance(TimeDelta::seconds(1));
    let error = house.refusal(&token).await;
    assert!(matches!(error, IdentityError::KeysUnavailable { .. }) && error.is_outage());
}

#[tokio::test]
async fn readiness_follows_the_keys_and_an_unreachable_issuer_stops_nothing() {
    let house = House::new();
    let held = |house: &House| {
        house.identity.ready(house.now()).into_iter().map(|issuer| issuer.keys).collect::<Vec<_>>()
    };
    assert_eq!(held(&house), [0, 0, 0]);
    house.identity.warm(house.now()).await;
    assert_eq!(held(&house), [1, 1, 1]);
    assert_eq!(house.identity.ready(house.now())[0].fetched_at, Some(house.now()));
    house.clock.advance(TimeDelta::seconds(599));
    house.identity.warm(house.now()).await;
    assert_eq!(house.key_requests(), 1);
    house.clock.advance(TimeDelta::seconds(1));
    house.identity.warm(house.now()).await;
    assert_eq!(house.key_requests(), 2);

    let alone = House::new();
    alone.sign_in.stop().await;
    alone.identity.warm(alone.now()).await;
    assert_eq!(held(&alone), [0, 0, 0]);
    let token = alone.mint("school", &alone.claims());
    assert!(alone.refusal(&token).await.is_outage());
}

#[tokio::test]
async fn an_answer_that_is_too_long_or_has_too_many_keys_is_not_used() {
    let narrow = House::with_settings(json!({ "answer_bytes_max": 64 }));
    let token = narrow.mint("school", &narrow.claims());
    assert!(matches!(narrow.refusal(&token).await, IdentityError::KeysUnavailable { .. }));
    assert_eq!(narrow.key_requests(), 0);

    let few = House::with_settings(json!({ "jwks_keys_max": 1 }));
    few.sign_in.rotate("school").expect("rotated");
    let token = few.mint("school", &few.claims());
    assert!(matches!(few.refusal(&token).await, IdentityError::KeysUnavailable { .. }));
    assert_eq!(few.key_requests(), 1);
}

#[tokio::test]
async fn metadata_of_another_issuer_is_not_believed() {
    let house = House::new();
    let mut settings = settings(&house.sign_in, json!({}));
    // The same place, by another name than the one the issuer has for itself.
    settings.issuers[0].url = settings.issuers[0].url.replace("127.0.0.1", "localhost");
    let url = settings.issuers[0].url.clone();
    let identity = Identity::new(settings).expect("sound settings");
    let token = house.token_with("iss", json!(url));
    let error = identity.recognise(&token, house.now()).await.expect_err("a refusal");
    assert!(matches!(error, IdentityError::KeysUnavailable { .. }));
    assert_eq!(house.key_requests(), 0);
}

#[tokio::test]
async fn a_token_is_seen_for_the_first_time_until_it_is_remembered() {
    let house = House::new();
    let token = house.mint("school", &house.claims());
    for _ in 0..2 {
        let presented = house.identity.recognise(&token, house.now()).await.expect("an actor");
        assert!(presented.first.is_some(), "nobody has remembered it");
    }
    let actor = house.sign_in_whole(&token).await;
    let again = house.identity.recognise(&token, house.now()).await.expect("an actor");
    assert!(again.first.is_none());
    assert_eq!(again.actor, actor);
    // One sign more or less is another token.
    let forged = format!("{}A", &token[..token.len() - 1]);
    if forged != token {
        assert!(matches!(house.refusal(&forged).await, IdentityError::BadSignature { .. }));
    }
}

#[tokio::test]
async fn a_remembered_token_ends_when_it_ends() {
    let house = House::new();
    let now = house.now().timestamp();
    let token = house.token_with("exp", json!(now + 300));
    house.sign_in_whole(&token).await;
    house.clock.advance(TimeDelta::seconds(329));
    assert!(house.admit(&token).await.is_ok());
    house.clock.advance(TimeDelta::seconds(1));
    assert!(matches!(house.refusal(&token).await, IdentityError::Expired { .. }));
    house.clock.advance(TimeDelta::seconds(-400));
    assert!(matches!(house.refusal(&token).await, IdentityError::NotYetValid { .. }));
}

#[tokio::test]
async fn a_remembered_token_falls_with_its_key() {
    let house = House::new();
    let token = house.mint("school", &house.claims());
    house.sign_in_whole(&token).await;
    // Fetched anew, the key is the same: the token is verified again, and seen before.
    house.clock.advance(TimeDelta::seconds(600));
    let again = house.identity.recognise(&token, house.now()).await.expect("an actor");
    assert_eq!((again.first.is_none(), house.key_requests()), (true, 2));
    house.sign_in.rotate("school").expect("rotated");
    house.sign_in.rotate("school").expect("rotated");
    house.clock.advance(TimeDelta::seconds(200));
    assert!(house.admit(&token).await.is_ok(), "the held keys are still believed");
    house.clock.advance(TimeDelta::seconds(400));
    let error = house.refusal(&token).await;
    assert!(matches!(error, IdentityError::UnknownKey { .. } | IdentityError::Expired { .. }));
}
