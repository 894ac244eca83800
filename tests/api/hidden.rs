//! What is hidden and what is not there are one answer, byte for byte and header for header.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    BUP, NOTHING, SCHOOL, SOCIAL, answer_of, ask_consent, begin_plan, faceless, item_of,
    joint_case, medical_item, refer, share, terms, withdrawal_of,
};
use crate::support::house::{House, on_each_backend};

/// A request, with `{}` where the id of the thing stands.
struct Question {
    method: Method,
    path: &'static str,
    body: Option<Value>,
}

fn read(path: &'static str) -> Question {
    Question { method: Method::GET, path, body: None }
}

fn change(path: &'static str, body: Value) -> Question {
    Question { method: Method::POST, path, body: Some(body) }
}

/// Whoever asks of `id` is answered as if it were not there.
async fn look(house: &House, who: &str, id: &str, questions: Vec<Question>) {
    let caller = house.as_(who);
    for Question { method, path, body } in questions {
        for language in ["sv", "en"] {
            let headers = [("if-match", "\"v1\""), ("accept-language", language)];
            let ask = async |id: &str| {
                let path = path.replace("{}", id);
                caller.send(method.clone(), &path, body.clone(), &headers).await
            };
            let (hidden, missed) = (ask(id).await, ask(NOTHING).await);
            assert_eq!(hidden.status, 404, "{who} {method} {path}: {hidden}");
            let expected = faceless(&missed);
            assert_eq!(faceless(&hidden), expected, "{who} {method} {path}");
            // Each has an entry to ask why by.
            for answer in [&hidden, &missed] {
                assert!(answer.header("samsyn-entry").is_some(), "{answer}");
            }
            assert!(!hidden.text().contains(id), "{hidden}");
        }
    }
}

#[test]
fn an_item_that_was_not_shared_is_not_there() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await.to_string();
        for who in
            ["kurator", "larare", "socialsekreterare", "teamet", "rektor-berg", "polis", "ungdom-f"]
        {
            let questions = vec![
                read("/v1/items/{}"),
                change("/v1/items/{}/publications", share(house, SOCIAL, "CHILD_H")),
                change("/v1/items/{}/publications", share(house, SCHOOL, "CONSENT")),
            ];
            look(house, who, &item, questions).await;
        }
        house.as_("bup").get(&format!("/v1/items/{item}")).await.must(200);
    });
}

#[test]
fn a_case_that_one_is_not_assigned_to_is_not_there() {
    on_each_backend(async |house| {
        let case = joint_case(house).await.to_string();
        for who in ["triagist", "mottagning-bup", "rektor-berg", "kurator-fyren", "barn-a"] {
            let questions = vec![
                read("/v1/cases/{}"),
                read("/v1/cases/{}/items"),
                read("/v1/cases/{}/items?limit=1"),
                read("/v1/cases/{}/consents"),
                read("/v1/cases/{}/plans"),
                change("/v1/cases/{}/items", item_of(house, BUP, "MED")),
                change("/v1/cases/{}/items", item_of(house, BUP, "CONCERN")),
                change("/v1/cases/{}/consents", terms(house)),
                change("/v1/cases/{}/plans", json!({})),
                change("/v1/cases/{}/parties", json!({ "unit": house.unit(SCHOOL) })),
            ];
            look(house, who, &case, questions).await;
        }
        house.as_("teamet").get(&format!("/v1/cases/{case}")).await.must(200);
    });
}

#[test]
fn a_plan_that_one_has_no_part_in_is_not_there() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = begin_plan(house, case).await.to_string();
        for who in ["triagist", "rektor-berg", "mottagning", "vardnadshavare-1"] {
            let action = json!({
                "unit": house.unit(SCHOOL), "goal": NOTHING, "legal_class": "intervention",
                "text": "x", "due_on": "2027-01-01",
            });
            let questions = vec![
                read("/v1/plans/{}"),
                Question {
                    method: Method::PATCH,
                    path: "/v1/plans/{}",
                    body: Some(json!({ "met_on": "2026-12-01" })),
                },
                change("/v1/plans/{}/needs", json!({ "indicator": "safe", "text": "x" })),
                change("/v1/plans/{}/actions", action),
                change("/v1/plans/{}/confirmations", json!({ "unit": house.unit(SCHOOL) })),
                change("/v1/plans/{}/activation", json!({})),
            ];
            look(house, who, &plan, questions).await;
        }
        house.as_("teamet").get(&format!("/v1/plans/{plan}")).await.must(200);
        // Whom a rule refuses for who they are is told so, of any plan and of none.
        for who in ["polis", "revisor-skola", "administrator"] {
            let there = house.as_(who).get(&format!("/v1/plans/{plan}")).await.must(403);
            let nowhere = house.as_(who).get(&format!("/v1/plans/{NOTHING}")).await.must(403);
            assert_eq!(faceless(&there), faceless(&nowhere), "{who}");
        }
    });
}

#[test]
fn a_consent_that_one_has_no_part_in_is_not_there() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let consent = ask_consent(house, case).await.to_string();
        for (who, giver) in [
            ("rektor-berg", "Vårdnadshavare 1"),
            ("triagist", "Vårdnadshavare 1"),
            ("polis", "Vårdnadshavare 1"),
            ("ungdom-f", "Ungdom F"),
        ] {
            let questions = vec![
                read("/v1/consents/{}"),
                change("/v1/consents/{}/answers", answer_of(house, giver, "given")),
                change("/v1/consents/{}/answers", answer_of(house, "Barn A", "refused")),
                change("/v1/consents/{}/withdrawals", withdrawal_of(house, giver)),
            ];
            look(house, who, &consent, questions).await;
        }
        house.as_("kurator").get(&format!("/v1/consents/{consent}")).await.must(200);
    });
}

#[test]
fn a_referral_that_went_elsewhere_is_not_there() {
    on_each_backend(async |house| {
        let referral = refer(house, super::HEALTH).await.to_string();
        for who in ["kurator", "mottagning", "polis", "vardnadshavare-1"] {
            let case =
                |referral: &str| super::case_on(house, referral.parse().expect("an id"), &[]);
            let there = house.as_(who).post("/v1/cases", case(&referral)).await.must(404);
            let nowhere = house.as_(who).post("/v1/cases", case(NOTHING)).await.must(404);
            assert_eq!(faceless(&there), faceless(&nowhere), "{who}");
            let questions = vec![
                read("/v1/referrals/{}"),
                change("/v1/referrals/{}/triage", json!({ "outcome": "advice", "advice": "x" })),
                change("/v1/referrals/{}/receipt", json!({})),
            ];
            look(house, who, &referral, questions).await;
        }
        house.as_("elevhalsan").get(&format!("/v1/referrals/{referral}")).await.must(200);
    });
}

#[test]
fn a_concern_report_is_not_there_for_whoever_sent_it() {
    on_each_backend(async |house| {
        let body = json!({
            "child": house.person("Barn A"),
            "from_unit": house.unit(SCHOOL),
            "to_unit": house.unit(SOCIAL),
            "concern": "Far illa.",
        });
        let report = house.as_("larare").post("/v1/concern-reports", body.clone()).await.must(201);
        let report = report.id().to_string();
        for who in ["larare", "rektor", "socialjour", "bup", "polis"] {
            look(house, who, &report, vec![read("/v1/concern-reports/{}")]).await;
        }
        house.as_("mottagning").get(&format!("/v1/concern-reports/{report}")).await.must(200);
    });
}
