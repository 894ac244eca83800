//! Bodies that can't be taken: each is answered by a problem that says what is wrong, and where.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use reqwest::Method;
use serde_json::{Value, json};

use super::{SCHOOL, TEAM, faults, kind, referral_of};
use crate::support::house::{Caller, House, on_each_backend};

const PATH: &str = "/v1/referrals";
const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

async fn sent(caller: &Caller, body: impl Into<Vec<u8>>) -> crate::support::house::Answer {
    caller.send_bytes(Method::POST, PATH, Some(body.into()), JSON).await
}

#[test]
fn a_body_that_is_not_said_to_be_json_is_refused() {
    on_each_backend(async |house| {
        let teamet = house.as_("teamet");
        let body = referral_of(house, "Barn A", TEAM, TEAM).to_string().into_bytes();
        for headers in [
            &[][..],
            &[("content-type", "text/plain")][..],
            &[("content-type", "text/json")][..],
            &[("content-type", "application/jsonx")][..],
            &[("content-type", "application/merge-patch+json")][..],
            &[("content-type", "application/x-www-form-urlencoded")][..],
            &[("content-type", "application/json"), ("content-encoding", "gzip")][..],
        ] {
            let refused = teamet.send_bytes(Method::POST, PATH, Some(body.clone()), headers).await;
            assert_eq!(refused.status, 415, "{headers:?}: {refused}");
            assert!(refused.is_problem() && kind(&refused) == "not-json");
        }
        let spelled = [("content-type", "Application/JSON; charset=utf-8")];
        teamet.send_bytes(Method::POST, PATH, Some(body), &spelled).await.must(201);
    });
}

#[test]
fn a_body_that_is_no_json_is_refused() {
    on_each_backend(async |house| {
        let teamet = house.as_("teamet");
        let bodies: [&[u8]; 14] = [
            b"",
            b" ",
            b"{",
            b"{\"child\":}",
            b"{} {}",
            b"{'child':1}",
            b"{\"child\":1,}",
            b"{\"child\":NaN}",
            b"{\"child\":01}",
            b"\xef\xbb\xbf{}",
            b"{\"child\":\"\xff\"}",
            b"{\"child\":\"\x00\"}",
            b"{\"child\":\"\\ud800\"}",
            b"[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        ];
        for body in bodies {
            let refused = sent(&teamet, body).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(20)]).into_owned();
            assert_eq!(
                (refused.status, kind(&refused).as_str()),
                (400, "malformed-json"),
                "{shown}"
            );
            assert!(refused.is_problem(), "{refused}");
        }
    });
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    on_each_backend(async |house| {
        let teamet = house.as_("teamet");
        let mut body = referral_of(house, "Barn A", TEAM, TEAM);
        body["child"] = json!("Barn A");
        body["to_unit"] = json!("");
        body["questions"]["information"] = json!("  ");
        body["concerns"] = json!([
            { "indicator": "safe", "text": "Något." },
            { "indicator": "unhappy", "text": "" },
        ]);
        body["child_view"] = json!({ "words": "Ja.", "missing_because": "Nej." });
        body["urgency"] = json!("now");
        body["guardians_informed"] = json!({ "informed": false });
        let wrong = teamet.post(PATH, body).await.must(422);
        assert_eq!(kind(&wrong), "fields");
        let expected = [
            "/child not_an_id",
            "/to_unit not_an_id",
            "/questions/information empty",
            "/concerns/1/indicator unknown_word",
            "/concerns/1/text empty",
            "/child_view one_of_two",
            "/urgency unknown_word",
            "/guardians_informed/because empty",
        ];
        assert_eq!(faults(&wrong), expected);
        assert!(!wrong.text().contains("unhappy"), "what was written is not repeated");
        teamet.post(PATH, referral_of(house, "Barn A", TEAM, TEAM)).await.must(201);
    });
}

#[test]
fn a_body_of_the_wrong_shape_is_told_where() {
    on_each_backend(async |house| {
        let teamet = house.as_("teamet");
        let whole = referral_of(house, "Barn A", TEAM, TEAM);
        let with = |pointer: &str, value: Value| {
            let mut body = whole.clone();
            let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
            body.pointer_mut(parent).expect("a place")[name] = value;
            body.to_string()
        };
        let mut lacking = whole.clone();
        lacking.as_object_mut().expect("an object").remove("urgency");
        for (body, expected) in [
            (with("/more", json!(1)), "/more unknown_field"),
            (with("/questions/a~b", json!(1)), "/questions/a~0b unknown_field"),
            (with("/child_view/more", json!(null)), "/child_view/more unknown_field"),
            (lacking.to_string(), "/urgency missing"),
            (with("/urgency", json!(null)), "/urgency wrong_type"),
            (with("/urgency", json!(3)), "/urgency wrong_type"),
            (with("/concerns", json!({})), "/concerns wrong_type"),
            (with("/concerns", json!([])), "/concerns empty"),
            (
                with("/child_informed", json!({ "informed": "yes" })),
                "/child_informed/informed wrong_type",
            ),
            ("[]".to_owned(), " wrong_type"),
            ("null".to_owned(), " wrong_type"),
            ("\"x\"".to_owned(), " wrong_type"),
        ] {
            let wrong = sent(&teamet, body).await;
            assert_eq!(
                (wrong.status, kind(&wrong).as_str()),
                (422, "fields"),
                "{expected}: {wrong}"
            );
            assert_eq!(faults(&wrong), [expected]);
        }
        let twice = whole.to_string().replacen('{', "{\"urgency\":\"soon\",", 1);
        assert_eq!(faults(&sent(&teamet, twice).await.must(422)), ["/urgency repeated"]);
    });
}

#[test]
fn a_body_has_its_limits() {
    on_each_backend(async |house| {
        let teamet = house.as_("teamet");
        let with = |name: &str, value: Value| {
            let mut body = referral_of(house, "Barn A", TEAM, TEAM);
            body[name] = value;
            body.to_string()
        };
        let nested = |levels: usize| (0..levels).fold(json!("x"), |inner, _| json!([inner]));
        let concerns =
            |count: usize| json!(vec![json!({ "indicator": "safe", "text": "Något." }); count]);
        // The body itself is the first of sixteen levels.
        let deep = faults(&sent(&teamet, with("more", nested(16))).await.must(422));
        assert_eq!(deep, [format!("/more{} too_deep", "/0".repeat(15))]);
        let bottomless = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
        let bottomless = faults(&sent(&teamet, bottomless).await.must(422));
        assert_eq!(bottomless, [format!("{} too_deep", "/0".repeat(16))]);
        let level = faults(&sent(&teamet, with("more", nested(15))).await.must(422));
        assert_eq!(level, ["/more unknown_field"]);
        let long = faults(&sent(&teamet, with("concerns", concerns(501))).await.must(422));
        assert_eq!(long, ["/concerns too_many"]);
        sent(&teamet, with("concerns", concerns(500))).await.must(201);
        let view = |chars: usize| json!({ "words": "å".repeat(chars) });
        let wordy = faults(&sent(&teamet, with("child_view", view(20_001))).await.must(422));
        assert_eq!(wordy, ["/child_view/words too_long"]);
        sent(&teamet, with("child_view", view(20_000))).await.must(201);
    });
}

#[test]
fn a_body_that_is_too_large_is_refused_unread() {
    on_each_backend(async |house| {
        let teamet = house.as_("teamet");
        let padded = |bytes: usize| {
            let mut body = referral_of(house, "Barn A", TEAM, SCHOOL).to_string().into_bytes();
            body.resize(bytes, b' ');
            body
        };
        sent(&teamet, padded(262_144)).await.must(201);
        let announced = raw(house, "Content-Length: 262145\r\n", b"").await;
        assert!(announced.starts_with("HTTP/1.1 413 "), "{announced}");
        assert!(announced.contains("urn:samsyn:problem:too-large"), "{announced}");
        assert!(announced.to_lowercase().contains("connection: close"), "{announced}");
        // Without a length said beforehand, in one chunk.
        let mut chunk = b"40001\r\n".to_vec();
        chunk.extend(vec![b' '; 0x40001]);
        chunk.extend_from_slice(b"\r\n0\r\n\r\n");
        let chunked = raw(house, "Transfer-Encoding: chunked\r\n", &chunk).await;
        assert!(chunked.starts_with("HTTP/1.1 413 "), "{chunked}");
    });
}

/// Sends a referral's head with `more` header fields, then `body`, and reads the answer.
async fn raw(house: &House, more: &str, body: &[u8]) -> String {
    let address = house.running().address();
    let token = house.sign_in().token("school", "teamet").expect("a token");
    let mut bytes = format!(
        "POST {PATH} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\n{more}\r\n"
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    let answered = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.write_all(&bytes).expect("somebody who listens");
        let mut answer = Vec::new();
        // Whoever closes with bytes unread resets the connection; what came before that counts.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    });
    answered.await.expect("an answer")
}

#[test]
fn a_query_that_does_not_fit_is_refused() {
    on_each_backend(async |house| {
        let triagist = house.as_("triagist");
        let unit = house.unit(TEAM);
        triagist.get(&format!("/v1/referrals?unit={unit}")).await.must(200);
        for query in ["", "?unit=", "?unit=x", "?limit=5", "?unit=%zz"] {
            for path in ["/v1/referrals", "/v1/concern-reports", "/v1/invitations"] {
                let refused = triagist.get(&format!("{path}{query}")).await;
                assert_eq!(refused.status, 400, "{path}{query}: {refused}");
                assert!(refused.is_problem() && kind(&refused) == "bad-query");
            }
        }
    });
}

#[test]
fn a_head_that_is_too_long_is_refused() {
    on_each_backend(async |house| {
        let kurator = house.as_("kurator");
        let long = "x".repeat(20_000);
        let refused =
            kurator.send(Method::GET, "/v1/me", None, &[("x-more", &long)]).await.must(431);
        assert!(refused.is_problem() && kind(&refused) == "long-head", "{refused}");
        let some = "x".repeat(8_000);
        kurator.send(Method::GET, "/v1/me", None, &[("x-more", &some)]).await.must(200);
    });
}
