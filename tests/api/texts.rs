//! What people write comes back byte for byte, or is refused.

use reqwest::Method;
use serde_json::json;

use super::{BUP, TEAM, begin_plan, faults, item_of, joint_case, kind, referral_of, terms};
use crate::support::house::on_each_backend;

/// Texts that careless programs turn into something else.
const TEXTS: [&str; 14] = [
    "Ordinary, with å, ä and ö.",
    "'; DROP TABLE item; --",
    "\"quoted\" \\ back \\\\ slash / and 'apostrophe'",
    "<script>alert(1)</script> & &amp; <!-- -->",
    "{{7*7}} ${7*7} %s %n {0}",
    "right to left: \u{202e}evil\u{202c} \u{200f}\u{0645}\u{0631}\u{062d}\u{0628}\u{0627}",
    "isolates \u{2066}a\u{2069} and joiners \u{200d}\u{200c}\u{200b}\u{feff}.",
    "family \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}, skin \u{1f44d}\u{1f3fd}, flag \u{1f1f8}\u{1f1ea}",
    "combining a\u{30a} is not \u{e5}, nor is o\u{308}\u{301}\u{323}",
    "line one\nline two\n\n\tindented",
    "beyond the basic plane \u{10348} \u{2070e} and \u{10ffff}",
    "=1+1, +46, -1, @SUM",
    "null undefined true 0 NaN",
    "\u{fffd} \u{fffe} \u{ffff} are signs, too",
];

#[test]
fn an_item_comes_back_byte_for_byte() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (path, bup) = (format!("/v1/cases/{case}/items"), house.as_("bup"));
        for text in TEXTS {
            let mut body = item_of(house, BUP, "MED");
            body["title"] = json!(text);
            body["body"] = json!(text);
            let written = bup.post(&path, body).await.must(201);
            let read = bup.get(&format!("/v1/items/{}", written.id())).await.must(200);
            for answer in [written, read] {
                assert_eq!(answer.json()["title"], text);
                assert_eq!(answer.json()["body"], text);
            }
        }
        let listed = bup.get(&path).await.must(200);
        assert_eq!(super::each(&listed, "body"), TEXTS);
    });
}

#[test]
fn what_is_kept_as_json_or_in_other_tables_comes_back_too() {
    on_each_backend(async |house| {
        let text = TEXTS.join("\n");
        let mut body = referral_of(house, "Barn A", TEAM, TEAM);
        body["questions"]["in_the_way"] = json!(text);
        body["concerns"][0]["text"] = json!(text);
        body["child_view"] = json!({ "words": text });
        let referral = house.as_("teamet").post("/v1/referrals", body).await.must(201).id();
        let read = house.as_("teamet").get(&format!("/v1/referrals/{referral}")).await.must(200);
        let read = read.json();
        assert_eq!(read["questions"]["in_the_way"], json!(text));
        assert_eq!(read["concerns"][0]["text"], json!(text));
        assert_eq!(read["child_view"]["words"], json!(text));

        let case = joint_case(house).await;
        let mut body = terms(house);
        body["purpose"] = json!(text);
        let consents = format!("/v1/cases/{case}/consents");
        let asked = house.as_("bup").post(&consents, body).await.must(201);
        assert_eq!(asked.json()["purpose"], json!(text));
        let plan = begin_plan(house, case).await;
        let body = json!({ "indicator": "safe", "text": text });
        let path = format!("/v1/plans/{plan}/needs");
        let written = house.as_("teamet").post(&path, body).await.must(200);
        assert_eq!(written.json()["needs"][0]["text"], json!(text));
    });
}

#[test]
fn space_around_a_text_is_taken_off() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (path, bup) = (format!("/v1/cases/{case}/items"), house.as_("bup"));
        let mut body = item_of(house, BUP, "MED");
        body["title"] = json!("\n\t \u{a0}Rubrik\u{2003} ");
        let written = bup.post(&path, body.clone()).await.must(201);
        assert_eq!(written.json()["title"], "Rubrik");
        body["title"] = json!("\u{a0}\u{2003}\n");
        assert_eq!(faults(&bup.post(&path, body).await.must(422)), ["/title empty"]);
    });
}

#[test]
fn signs_that_no_database_or_person_can_keep_are_refused() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (path, bup) = (format!("/v1/cases/{case}/items"), house.as_("bup"));
        let body = |title: &str| {
            let mut body = item_of(house, BUP, "MED");
            body["title"] = json!("PLACE");
            body.to_string().replace("PLACE", title)
        };
        let json = [("content-type", "application/json")];
        let send = async |title: &str| {
            let bytes = Some(body(title).into_bytes());
            bup.send_bytes(Method::POST, &path, bytes, &json).await
        };
        for written in ["a\\u0000b", "\\u0000", "a\\u0007b", "a\\u001bb", "a\\u007fb", "a\\u0085b"]
        {
            let refused = send(written).await.must(422);
            assert_eq!(faults(&refused), ["/title control_character"], "{written}");
        }
        for written in ["\\ud800", "a\\udc00", "\\ud83d\\ud83d", "\\u12", "a\u{0}b", "a\u{1}b"] {
            let refused = send(written).await.must(400);
            assert_eq!(kind(&refused), "malformed-json", "{written:?}");
        }
        let whole = send("\\ud83d\\ude00 a\\u030a").await.must(201);
        assert_eq!(whole.json()["title"], "\u{1f600} a\u{30a}");
        let names = json!({ "a\u{0}b": 1 });
        let refused = bup.post(&path, names).await.must(422);
        assert!(faults(&refused)[0].ends_with("control_character"), "{refused}");
    });
}

#[test]
fn a_name_of_a_megabyte_is_refused() {
    on_each_backend(async |house| {
        let name = |signs: usize| {
            json!({
                "unit": house.unit(super::BVC),
                "display_name": "n".repeat(signs),
                "birth_date": "2026-10-01",
            })
        };
        let bvc = house.as_("bvc");
        let refused = bvc.post("/v1/children", name(1 << 20)).await.must(413);
        assert!(refused.is_problem() && kind(&refused) == "too-large");
        let refused = bvc.post("/v1/children", name(200_000)).await.must(422);
        assert_eq!(faults(&refused), ["/display_name too_long"]);
        let entered = bvc.post("/v1/children", name(20_000)).await.must(201);
        assert_eq!(entered.json()["display_name"].as_str().map(str::len), Some(20_000));
    });
}
