//! A consent's receipt: what a giver takes home, and can prove later.

use reqwest::Method;
use samsyn::ledger::{ReceiptVerifier, open_receipt};
use serde_json::json;

use super::{joint_case, terms};
use crate::support::house::on_each_backend;
use crate::support::scene::{given, taken_back};

#[test]
fn a_giver_takes_home_a_receipt_that_can_be_proved_later() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let asked =
            house.as_("bup").post(&format!("/v1/cases/{case}/consents"), terms(house)).await;
        let consent = asked.must(201).id();
        let path = format!("/v1/consents/{consent}");
        let yes = given(house, "Vårdnadshavare 1", "written");
        house.as_("bup").post(&format!("{path}/answers"), yes).await.must(200);
        let second = house.as_("vardnadshavare-2");
        let yes = given(house, "Vårdnadshavare 2", "signed");
        second.post(&format!("{path}/answers"), yes).await.must(200);

        let receipt = second.get(&format!("{path}/receipt")).await.must(200).json();
        let keys = house.nobody().get("/.well-known/jwks.json").await.must(200).json();
        let key = ReceiptVerifier::from_jwk(&keys["keys"][0]).expect("a public key");
        let jws = receipt["jws"].as_str().expect("a signature");
        let proved = open_receipt(jws, std::slice::from_ref(&key)).expect("a signed receipt");
        assert_eq!(proved, receipt["receipt"], "what is read is what is signed");
        assert_eq!(proved["standing"], "binding");
        assert_eq!(proved["processing"]["kind"], "waiver");
        assert_eq!(proved["events"].as_array().map(Vec::len), Some(2));
        assert_eq!(proved["parties"][0]["role"], "discloses");
        assert!(proved["parties"][1]["name"].is_string());
        let text = receipt.to_string();
        assert!(!text.contains("Barn A") && !text.contains("Vårdnadshavare"), "{text}");

        // What was true when it was issued stays proved; a new receipt tells what came after.
        let back = taken_back(house, "Vårdnadshavare 2");
        second.post(&format!("{path}/withdrawals"), back).await.must(200);
        assert!(open_receipt(jws, std::slice::from_ref(&key)).is_ok());
        let after = second.get(&format!("{path}/receipt")).await.must(200).json();
        assert_eq!(after["receipt"]["standing"], "withdrawn");
        assert_ne!(after["receipt"]["record_id"], receipt["receipt"]["record_id"]);
    });
}

#[test]
fn the_page_is_plain_and_in_the_givers_language() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let mut terms = terms(house);
        terms["purpose"] = json!("<script>alert('åäö')</script> & vad sömnen kräver");
        let path = format!("/v1/cases/{case}/consents");
        let consent = house.as_("bup").post(&path, terms).await.must(201).id();
        let path = format!("/v1/consents/{consent}");
        let second = house.as_("vardnadshavare-2");
        let mut yes = given(house, "Vårdnadshavare 2", "signed");
        yes["language"] = json!("en");
        second.post(&format!("{path}/answers"), yes).await.must(200);
        let ask = async |who: &str, language: &str| {
            let headers = [("accept", "text/html"), ("accept-language", language)];
            let path = format!("{path}/receipt");
            house.as_(who).send(Method::GET, &path, None, &headers).await.must(200)
        };
        // It was explained to her in English, so her page is in English whatever her browser says.
        let page = ask("vardnadshavare-2", "sv").await;
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        let text = page.text();
        assert!(text.contains("<html lang=\"en\">") && text.contains("take your consent back"));
        assert!(text.contains("&lt;script&gt;alert(&#39;åäö&#39;)&lt;/script&gt; &amp; vad"));
        assert!(!text.contains("<script"), "{text}");
        let text = ask("bup", "sv").await.text();
        assert!(text.contains("<html lang=\"sv\">") && text.contains("ta tillbaka ditt samtycke"));
    });
}

#[test]
fn whoever_may_not_read_the_consent_gets_no_receipt() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let path = format!("/v1/cases/{case}/consents");
        let consent = house.as_("bup").post(&path, terms(house)).await.must(201).id();
        let path = format!("/v1/consents/{consent}/receipt");
        for who in ["rektor-berg", "kurator-fyren", "revisor-skola", "ungdom-f"] {
            let answer = house.as_(who).get(&path).await;
            assert!([403, 404].contains(&answer.status), "{who}: {answer}");
        }
        house.nobody().get(&path).await.must(401);
        house.as_("vardnadshavare-1").get(&path).await.must(200);
    });
}
