//! `/v1/consents`

use chrono::{Days, TimeDelta};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BUP, INDEPENDENT, NOTHING, TEAM, answer_of, ask_consent, binding_consent, case_on, each,
    faults, join, joint_case, kind, referral_of, rules, terms, withdrawal_of,
};
use crate::support::house::{House, on_each_backend};

const FIRST: &str = "Vårdnadshavare 1";
const SECOND: &str = "Vårdnadshavare 2";

fn answers(consent: Uuid) -> String {
    format!("/v1/consents/{consent}/answers")
}

fn withdrawals(consent: Uuid) -> String {
    format!("/v1/consents/{consent}/withdrawals")
}

#[test]
fn a_consent_waits_for_every_giver_and_then_binds() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let path = format!("/v1/cases/{case}/consents");
        let asked = house.as_("bup").post(&path, terms(house)).await.must(201);
        let at = format!("/v1/consents/{}", asked.id());
        assert_eq!(asked.header("location"), Some(at.as_str()));
        assert_eq!(asked.json()["standing"], "waiting");
        assert_eq!(asked.json()["givers"], json!([house.person(FIRST), house.person(SECOND)]));
        let bup = house.as_("bup");
        let one = bup.post(&answers(asked.id()), answer_of(house, FIRST, "given")).await.must(200);
        assert_eq!(one.json()["standing"], "waiting");
        assert_eq!(one.json()["answers"][0]["taken_by"], json!(house.staff("bup")));
        let second = house.as_("vardnadshavare-2");
        let body = answer_of(house, SECOND, "given");
        let both = second.post(&answers(asked.id()), body).await.must(200);
        assert_eq!(both.json()["standing"], "binding");
        assert_eq!(both.json()["answers"][1]["taken_by"], json!(null));
        let read = house.as_("kurator").get(&at).await.must(200);
        assert_eq!(read.json(), both.json());
        assert_eq!(read.etag(), both.etag());
        let listed = house.as_("kurator").get(&path).await.must(200);
        assert_eq!(listed.json(), json!([both.json()]));
    });
}

#[test]
fn a_no_is_recorded_and_can_become_a_yes() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (consent, bup) = (ask_consent(house, case).await, house.as_("bup"));
        bup.post(&answers(consent), answer_of(house, FIRST, "given")).await.must(200);
        let no = bup.post(&answers(consent), answer_of(house, SECOND, "refused")).await.must(200);
        assert_eq!(no.json()["standing"], "refused");
        let yes = bup.post(&answers(consent), answer_of(house, SECOND, "given")).await.must(200);
        assert_eq!(yes.json()["standing"], "binding");
        let given = yes.json()["answers"].as_array().map(Vec::len);
        assert_eq!(given, Some(3), "nothing is written over");
    });
}

#[test]
fn a_guardian_signs_in_and_takes_her_consent_back() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let consent = ask_consent(house, case).await;
        let (first, second) = (house.as_("vardnadshavare-1"), house.as_("vardnadshavare-2"));
        let early =
            second.post(&withdrawals(consent), withdrawal_of(house, SECOND)).await.must(409);
        assert_eq!(kind(&early), "not-now");
        for (guardian, name) in [(&first, FIRST), (&second, SECOND)] {
            guardian.post(&answers(consent), answer_of(house, name, "given")).await.must(200);
        }
        let other = first.post(&withdrawals(consent), withdrawal_of(house, SECOND)).await.must(403);
        assert_eq!(rules(&other), ["O12"]);
        let back = second.post(&withdrawals(consent), withdrawal_of(house, SECOND)).await.must(200);
        assert_eq!(back.json()["standing"], "withdrawn");
        let twice =
            second.post(&withdrawals(consent), withdrawal_of(house, SECOND)).await.must(409);
        assert_eq!(kind(&twice), "not-now");
        let read = first.get(&format!("/v1/consents/{consent}")).await.must(200);
        assert_eq!(read.json()["standing"], "withdrawn");
    });
}

#[test]
fn staff_take_down_a_withdrawal_without_a_witness() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let consent = binding_consent(house, case).await;
        let mut spoken = withdrawal_of(house, FIRST);
        spoken["manner"] = json!("oral_with_witness");
        house.as_("rektor-fyren").post(&withdrawals(consent), spoken.clone()).await.must(404);
        let back = house.as_("kurator").post(&withdrawals(consent), spoken).await.must(200);
        assert_eq!(back.json()["standing"], "withdrawn");
    });
}

#[test]
fn an_answer_says_who_how_and_in_which_language() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (consent, bup) = (ask_consent(house, case).await, house.as_("bup"));
        let with = |name: &str, value: Value| {
            let mut body = answer_of(house, FIRST, "given");
            body[name] = value;
            body
        };
        for (body, expected) in [
            (with("manner", json!("oral_with_witness")), "/witness required_when_oral"),
            (with("giver", json!(house.person("Barn B"))), "/giver not_a_giver"),
            (with("giver", json!(house.person("Barn A"))), "/giver not_a_giver"),
            (with("giver", json!(NOTHING)), "/giver not_a_giver"),
            (with("answer", json!("withdrawn")), "/answer unknown_word"),
            (with("manner", json!("telepathy")), "/manner unknown_word"),
            (with("language", json!("svenska, tror jag")), "/language not_a_language"),
            (with("witness", json!("")), "/witness empty"),
        ] {
            let wrong = bup.post(&answers(consent), body).await.must(422);
            assert_eq!(faults(&wrong), [expected], "{wrong}");
            let detail =
                wrong.json()["errors"][0]["detail"].as_str().unwrap_or_default().to_owned();
            assert!(detail.contains(' '), "said in words: {detail}");
        }
        let mut witnessed = with("manner", json!("oral_with_witness"));
        witnessed["witness"] = json!("Kurator, Strandskolan");
        let taken = bup.post(&answers(consent), witnessed).await.must(200);
        assert_eq!(taken.json()["answers"][0]["witness"], "Kurator, Strandskolan");
    });
}

#[test]
fn who_has_no_part_can_neither_read_nor_record() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let consent = ask_consent(house, case).await;
        let (read, yes) = (format!("/v1/consents/{consent}"), answer_of(house, FIRST, "given"));
        for who in ["rektor-berg", "kurator-fyren", "mottagning", "polis", "ungdom-f"] {
            house.as_(who).get(&read).await.must(404);
            house.as_(who).post(&answers(consent), yes.clone()).await.must(404);
        }
        let path = format!("/v1/cases/{case}/consents");
        house.as_("rektor-berg").get(&path).await.must(404);
        house.as_("rektor-berg").post(&path, terms(house)).await.must(404);
        // A child of ten reads, and its guardians answer.
        house.as_("barn-a").get(&read).await.must(200);
        let mut own = yes.clone();
        own["giver"] = json!(house.person("Barn A"));
        let young = house.as_("barn-a").post(&answers(consent), own).await.must(403);
        assert_eq!(rules(&young), ["O13"]);
        house.as_("kurator").post(&answers(consent), yes).await.must(200);
    });
}

#[test]
fn from_fifteen_on_the_child_decides_alone() {
    on_each_backend(async |house| {
        let referral = referral_of(house, "Ungdom F", INDEPENDENT, TEAM);
        let referral =
            house.as_("kurator-fyren").post("/v1/referrals", referral).await.must(201).id();
        let case = case_on(house, referral, &[BUP, INDEPENDENT]);
        let case = house.as_("triagist").post("/v1/cases", case).await.must(201).id();
        join(house, case, "chef-bup", BUP, &["bup"]).await;
        join(house, case, "rektor-fyren", INDEPENDENT, &["kurator-fyren"]).await;
        let mut terms = terms(house);
        terms["to_agency"] = json!(house.agency_of(INDEPENDENT));
        let asked = house.as_("bup").post(&format!("/v1/cases/{case}/consents"), terms).await;
        let asked = asked.must(201);
        assert_eq!(asked.json()["givers"], json!([house.person("Ungdom F")]));
        let path = answers(asked.id());
        let guardian = house.as_("vardnadshavare-1");
        // A guardian is not told of what the young person decides alone, and can't answer it.
        guardian.get(&format!("/v1/consents/{}", asked.id())).await.must(404);
        guardian.post(&path, answer_of(house, FIRST, "given")).await.must(404);
        guardian.post(&path, answer_of(house, "Ungdom F", "given")).await.must(404);
        let bup = house.as_("bup");
        let wrong = bup.post(&path, answer_of(house, FIRST, "given")).await.must(422);
        assert_eq!(faults(&wrong), ["/giver not_a_giver"]);
        let own = house.as_("ungdom-f").post(&path, answer_of(house, "Ungdom F", "given")).await;
        assert_eq!(own.must(200).json()["standing"], "binding");
    });
}

#[test]
fn a_consent_states_its_period_and_ends_with_it() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (path, bup) = (format!("/v1/cases/{case}/consents"), house.as_("bup"));
        let with = |changes: &[(&str, Value)]| {
            let mut body = terms(house);
            for (name, value) in changes {
                body[*name] = value.clone();
            }
            body
        };
        let today = house.today();
        for (changes, expected) in [
            (vec![("valid_to", json!(today - Days::new(1)))], "/valid_to ends_before_it_begins"),
            (vec![("valid_to", json!(today + Days::new(366)))], "/valid_to period_too_long"),
            (vec![("valid_to", json!("9999-12-31"))], "/valid_to period_too_long"),
            (vec![("categories", json!([]))], "/categories empty"),
            (vec![("categories", json!(["MED", "X"]))], "/categories/1 unknown_word"),
            (vec![("purpose", json!(""))], "/purpose empty"),
            (vec![("from_agency", json!(NOTHING))], "/from_agency no_such_agency"),
            (vec![("to_agency", json!(NOTHING))], "/to_agency no_such_agency"),
            (vec![("explained_in", json!("x"))], "/explained_in not_a_language"),
        ] {
            let wrong = bup.post(&path, with(&changes)).await.must(422);
            assert_eq!(faults(&wrong), [expected], "{wrong}");
        }
        let later = with(&[("valid_from", json!(today + Days::new(10)))]);
        let later = bup.post(&path, later).await.must(201).id();
        let now = bup.post(&path, with(&[("valid_to", json!(today))])).await.must(201).id();
        for consent in [later, now] {
            for guardian in [FIRST, SECOND] {
                let body = answer_of(house, guardian, "given");
                bup.post(&answers(consent), body).await.must(200);
            }
        }
        assert_eq!(standings(house, case).await, ["not_yet", "binding"]);
        house.wait(TimeDelta::days(1));
        assert_eq!(standings(house, case).await, ["not_yet", "expired"]);
        house.wait(TimeDelta::days(9));
        assert_eq!(standings(house, case).await, ["binding", "expired"]);
    });
}

async fn standings(house: &House, case: Uuid) -> Vec<String> {
    let listed = house.as_("bup").get(&format!("/v1/cases/{case}/consents")).await.must(200);
    each(&listed, "standing")
}
