//! Disclosures, ground by ground: `/v1/items/{item}/publications` and
//! `/v1/cases/{case}/information-requests`.

use chrono::{Days, TimeDelta};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BUP, BVC, HEALTH, INDEPENDENT, SCHOOL, SOCIAL, TEAM, answer_of, binding_consent, case_on, each,
    faults, harm_test, item_of, join, joint_case, kind, medical_item, open_case, referral_of,
    rules, share,
};
use crate::support::house::{Answer, House, on_each_backend};

const NURSE: &str = "Skolhälsovården, Strandskolan";

fn at(item: Uuid) -> String {
    format!("/v1/items/{item}")
}

/// `who` publishes `item` as `body` says.
async fn publish(house: &House, who: &str, item: Uuid, body: Value) -> Answer {
    house.as_(who).post(&format!("/v1/items/{item}/publications"), body).await
}

/// `who` writes an item of this category at `unit`.
async fn write(house: &House, case: Uuid, who: &str, unit: &str, category: &str) -> Uuid {
    let path = format!("/v1/cases/{case}/items");
    house.as_(who).post(&path, item_of(house, unit, category)).await.must(201).id()
}

/// A plain disclosure to `unit`.
fn to(house: &House, unit: &str, ground: &str) -> Value {
    json!({ "unit": house.unit(unit), "ground": ground })
}

/// A disclosure to a private person.
fn show(house: &House, person: &str, ground: &str) -> Value {
    json!({ "person": house.person(person), "ground": ground })
}

/// The same with one more field.
fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

/// A case of Barn A with these units, each with one assigned.
async fn case_of(house: &House, parties: &[(&str, &str, &str)]) -> Uuid {
    let units: Vec<&str> = parties.iter().map(|(unit, ..)| *unit).collect();
    let case = open_case(house, &units).await;
    for (unit, answers, assigned) in parties {
        join(house, case, answers, unit, &[assigned]).await;
    }
    case
}

/// Those `givers` consent that `from` shows `to` what it has of this category.
async fn waive(
    house: &House,
    case: Uuid,
    who: &str,
    (from, to): (&str, &str),
    category: &str,
    givers: &[&str],
) -> Uuid {
    let terms = json!({
        "from_agency": house.agency_of(from),
        "to_agency": house.agency_of(to),
        "categories": [category],
        "purpose": "Stödet ska hänga ihop.",
        "valid_from": house.today(),
        "valid_to": house.today() + Days::new(180),
        "explained_in": "sv",
    });
    let asked = house.as_(who).post(&format!("/v1/cases/{case}/consents"), terms).await.must(201);
    let path = format!("/v1/consents/{}/answers", asked.id());
    for giver in givers {
        house.as_(who).post(&path, answer_of(house, giver, "given")).await.must(200);
    }
    asked.id()
}

#[test]
fn one_guardians_consent_is_none_and_the_childs_need_still_passes() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        waive(house, case, "bup", (BUP, SCHOOL), "MED", &["Vårdnadshavare 1"]).await;
        // T08, and T07 beside it.
        let half = publish(house, "bup", item, to(house, SCHOOL, "CONSENT")).await.must(403);
        assert_eq!(rules(&half), ["D18"]);
        house.as_("kurator").get(&at(item)).await.must(404);
        let need = with(to(house, SOCIAL, "CHILD_H"), "reason", json!("Stödet kräver det."));
        publish(house, "bup", item, need).await.must(201);
        house.as_("socialsekreterare").get(&at(item)).await.must(200);
        // T05, once the other has given it.
        waive(house, case, "bup", (BUP, SCHOOL), "MED", &["Vårdnadshavare 1", "Vårdnadshavare 2"])
            .await;
        publish(house, "bup", item, to(house, SCHOOL, "CONSENT")).await.must(201);
        house.as_("kurator").get(&at(item)).await.must(200);
    });
}

#[test]
fn a_narrower_wish_is_met_in_words_before_social_services_share() {
    on_each_backend(async |house| {
        let parties = [(SOCIAL, "mottagning", "socialsekreterare"), (BVC, "chef-bvc", "bvc")];
        let case = case_of(house, &parties).await;
        let item = write(house, case, "socialsekreterare", SOCIAL, "SOC").await;
        let who = "socialsekreterare";
        // T11: no reason.
        let bare = publish(house, who, item, to(house, BVC, "CHILD_S")).await.must(422);
        assert_eq!(faults(&bare), ["/reason asked_by_rule"]);
        // T26: the guardians have waived towards the school alone.
        let both = ["Vårdnadshavare 1", "Vårdnadshavare 2"];
        waive(house, case, who, (SOCIAL, SCHOOL), "SOC", &both).await;
        let reasoned = with(to(house, BVC, "CHILD_S"), "reason", json!("Barnet behöver det."));
        let wish = publish(house, who, item, reasoned.clone()).await.must(422);
        assert_eq!((kind(&wish).as_str(), rules(&wish)), ("asks", vec!["O01c".to_owned()]));
        assert_eq!(faults(&wish), ["/despite_wish asked_by_rule"]);
        house.as_("bvc").get(&at(item)).await.must(404);
        let met = with(reasoned, "despite_wish", json!("Utan det missas vaccinationen."));
        let made = publish(house, who, item, met).await.must(201);
        assert_eq!(made.json()["despite_wish"], "Utan det missas vaccinationen.");
        let read = house.as_("bvc").get(&at(item)).await.must(200);
        assert_eq!(read.json()["grounds"][0]["ground"], "CHILD_S");
    });
}

#[test]
fn student_health_shares_on_consent_or_when_it_is_clear_that_nobody_is_harmed() {
    on_each_backend(async |house| {
        let parties =
            [(HEALTH, "elevhalsan", "elevhalsan"), (SOCIAL, "mottagning", "socialsekreterare")];
        let case = case_of(house, &parties).await;
        let item = write(house, case, "elevhalsan", HEALTH, "STUHEALTH").await;
        // T14: on no ground that there is.
        let share = |ground: &str| to(house, SOCIAL, ground);
        let tested = |official: &str, result: &str| {
            with(share("HARM_TEST"), "harm_test", harm_test(house, official, result))
        };
        for (body, status, rule) in [
            (share("CONSENT"), 403, "D18"),
            (share("HARM_TEST"), 422, "O01b"),
            (tested("elevhalsan", "no_harm"), 403, "O09c"),
            (tested("elevhalsan", "harm"), 403, "O09b"),
            (with(share("CHILD_H"), "reason", json!("Behövs.")), 403, "O06"),
        ] {
            let refused = publish(house, "elevhalsan", item, body).await.must(status);
            assert_eq!(rules(&refused), [rule], "{refused}");
        }
        let stranger = tested("kurator", "clearly_no_harm");
        let stranger = publish(house, "elevhalsan", item, stranger).await.must(422);
        assert_eq!(faults(&stranger), ["/harm_test/official does_not_work_there"]);
        house.as_("socialsekreterare").get(&at(item)).await.must(404);
        let clear = tested("elevhalsan", "clearly_no_harm");
        let made = publish(house, "elevhalsan", item, clear).await.must(201);
        assert_eq!(made.json()["harm_test"]["result"], "clearly_no_harm");
        house.as_("socialsekreterare").get(&at(item)).await.must(200);
        // T12.
        let second = write(house, case, "elevhalsan", HEALTH, "STUHEALTH").await;
        let both = ["Vårdnadshavare 1", "Vårdnadshavare 2"];
        waive(house, case, "elevhalsan", (HEALTH, SOCIAL), "STUHEALTH", &both).await;
        publish(house, "elevhalsan", second, share("CONSENT")).await.must(201);
        house.as_("socialsekreterare").get(&at(second)).await.must(200);
    });
}

#[test]
fn an_independent_school_goes_by_consent_and_duty() {
    on_each_backend(async |house| {
        let referral = referral_of(house, "Ungdom F", INDEPENDENT, TEAM);
        let referral = house.as_("rektor-fyren").post("/v1/referrals", referral).await.must(201);
        let body = case_on(house, referral.id(), &[INDEPENDENT, SOCIAL]);
        let case = house.as_("triagist").post("/v1/cases", body).await.must(201).id();
        join(house, case, "rektor-fyren", INDEPENDENT, &["kurator-fyren"]).await;
        join(house, case, "mottagning", SOCIAL, &["socialsekreterare"]).await;
        let item = write(house, case, "kurator-fyren", INDEPENDENT, "SCHOOL").await;
        let test = harm_test(house, "kurator-fyren", "clearly_no_harm");
        let test = with(to(house, SOCIAL, "HARM_TEST"), "harm_test", test);
        let refused = publish(house, "kurator-fyren", item, test).await.must(403);
        assert_eq!(rules(&refused), ["O09"]);
        let early = publish(house, "kurator-fyren", item, to(house, SOCIAL, "CONSENT")).await;
        assert_eq!(rules(&early.must(403)), ["D18"]);
        house.as_("socialsekreterare").get(&at(item)).await.must(404);
        // T12: the young person waives alone.
        let ends = (INDEPENDENT, SOCIAL);
        waive(house, case, "kurator-fyren", ends, "SCHOOL", &["Ungdom F"]).await;
        publish(house, "kurator-fyren", item, to(house, SOCIAL, "CONSENT")).await.must(201);
        house.as_("socialsekreterare").get(&at(item)).await.must(200);
        let duty = write(house, case, "kurator-fyren", INDEPENDENT, "SCHOOL").await;
        let asked = publish(house, "kurator-fyren", duty, to(house, SOCIAL, "INVEST")).await;
        assert_eq!(faults(&asked.must(422)), ["/investigation asked_by_rule"]);
        let numbered = with(to(house, SOCIAL, "INVEST"), "investigation", json!("2026-77"));
        publish(house, "kurator-fyren", duty, numbered).await.must(201);
        house.as_("socialsekreterare").get(&at(duty)).await.must(200);
    });
}

#[test]
fn social_services_ask_in_an_investigation_and_are_answered_without_consent() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let path = format!("/v1/cases/{case}/information-requests");
        let asked = json!({
            "unit": house.unit(SCHOOL), "investigation": "123", "asked": "Hur går det i skolan?",
        });
        let caseworker = house.as_("socialsekreterare");
        let item = write(house, case, "kurator", SCHOOL, "VOICE").await;
        let early = publish(house, "kurator", item, to(house, SOCIAL, "INVEST")).await.must(422);
        assert_eq!(faults(&early), ["/investigation asked_by_rule"]);
        let unnumbered = with(asked.clone(), "investigation", json!(" "));
        let unnumbered = caseworker.post(&path, unnumbered).await.must(422);
        assert_eq!(rules(&unnumbered), ["O05b"]);
        let nowhere = with(asked.clone(), "unit", json!(house.unit(BVC)));
        assert_eq!(rules(&caseworker.post(&path, nowhere).await.must(403)), ["O02"]);
        house.as_("bup").post(&path, asked.clone()).await.must(403);
        house.as_("rektor-berg").post(&path, asked.clone()).await.must(404);
        // T17.
        let newest = house.database().newest_entry();
        let made = caseworker.post(&path, asked).await.must(201);
        assert_eq!(made.json()["from_unit"], json!(house.unit(SOCIAL)));
        let told = house.database().entries_after(newest);
        assert_eq!(told[0].header.purpose.as_deref(), Some("123"));
        for (who, rows) in [("socialsekreterare", 1), ("kurator", 1), ("bup", 0)] {
            let listed = house.as_(who).get(&path).await.must(200);
            assert_eq!(each(&listed, "id").len(), rows, "{who}");
        }
        let newest = house.database().newest_entry();
        let answer = publish(house, "kurator", item, to(house, SOCIAL, "INVEST")).await.must(201);
        assert_eq!(answer.json()["investigation"], "123");
        let told = house.database().entries_after(newest);
        assert_eq!(told[0].header.purpose.as_deref(), Some("123"));
        caseworker.get(&at(item)).await.must(200);
        // Only the unit that was asked answers without a number.
        let other = medical_item(house, case).await;
        let refused = publish(house, "bup", other, to(house, SOCIAL, "INVEST")).await.must(422);
        assert_eq!(rules(&refused), ["O05b"]);
    });
}

#[test]
fn the_school_nurse_shares_with_student_health_and_not_with_the_school() {
    on_each_backend(async |house| {
        let parties = [
            (NURSE, "chef-skolhalsa", "skolskoterska"),
            (HEALTH, "elevhalsan", "elevhalsan"),
            (SCHOOL, "rektor", "kurator"),
        ];
        let case = case_of(house, &parties).await;
        let item = write(house, case, "skolskoterska", NURSE, "MED").await;
        for (unit, ground, rule) in
            [(SCHOOL, "EMI", "O08"), (HEALTH, "INNER", "O08b"), (SCHOOL, "CONSENT", "D18")]
        {
            let body = with(to(house, unit, ground), "reason", json!("Eleven behöver det."));
            let refused = publish(house, "skolskoterska", item, body).await.must(403);
            assert_eq!(rules(&refused), [rule]);
        }
        house.as_("elevhalsan").get(&at(item)).await.must(404);
        // T22.
        publish(house, "skolskoterska", item, to(house, HEALTH, "EMI")).await.must(201);
        let read = house.as_("elevhalsan").get(&at(item)).await.must(200);
        assert_eq!(read.json()["grounds"][0]["ground"], "EMI");
        house.as_("kurator").get(&at(item)).await.must(404);
    });
}

#[test]
fn units_under_one_secrecy_share_within_their_agency() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = write(house, case, "kurator", SCHOOL, "SCHOOL").await;
        let bare = publish(house, "kurator", item, to(house, TEAM, "INNER")).await.must(422);
        assert_eq!(faults(&bare), ["/reason asked_by_rule"]);
        let own = with(to(house, SCHOOL, "INNER"), "reason", json!("Vi själva."));
        let own = publish(house, "kurator", item, own).await.must(422);
        assert_eq!(faults(&own), ["/unit own_unit"]);
        let elsewhere = with(to(house, SOCIAL, "INNER"), "reason", json!("Behövs."));
        let elsewhere = publish(house, "kurator", item, elsewhere).await.must(403);
        assert_eq!(rules(&elsewhere), ["O08b"]);
        house.as_("teamet").get(&at(item)).await.must(404);
        let reasoned = with(to(house, TEAM, "INNER"), "reason", json!("Teamet samordnar."));
        publish(house, "kurator", item, reasoned).await.must(201);
        let read = house.as_("teamet").get(&at(item)).await.must(200);
        assert_eq!(read.json()["grounds"][0]["ground"], "INNER");
    });
}

#[test]
fn the_family_reads_what_the_owner_shows_them() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        let first = show(house, "Vårdnadshavare 1", "GUARDIAN");
        publish(house, "bup", item, first).await.must(201);
        house.as_("vardnadshavare-1").get(&at(item)).await.must(200);
        for who in ["vardnadshavare-2", "barn-a", "ungdom-f"] {
            house.as_(who).get(&at(item)).await.must(404);
        }
        for (body, rule) in [
            (show(house, "Ungdom F", "GUARDIAN"), "O05c"),
            (show(house, "Vårdnadshavare 1", "SELF"), "O05c"),
            (show(house, "Vårdnadshavare 1", "CHILD_H"), "O02c"),
            (to(house, SCHOOL, "SELF"), "O02c"),
        ] {
            let refused = publish(house, "bup", item, body).await.must(403);
            assert!(rules(&refused).contains(&rule.to_owned()), "{refused}");
        }
        publish(house, "bup", item, show(house, "Barn A", "SELF")).await.must(201);
        let own = house.as_("barn-a").get(&at(item)).await.must(200);
        assert_eq!(own.json()["grounds"][0]["ground"], "SELF");
        // What the child has told in confidence is no guardian's.
        let told = with(item_of(house, BUP, "MED"), "confidential", json!(true));
        let path = format!("/v1/cases/{case}/items");
        let told = house.as_("bup").post(&path, told).await.must(201);
        assert_eq!(told.json()["confidential"], json!(true));
        let refused = show(house, "Vårdnadshavare 1", "GUARDIAN");
        let refused = publish(house, "bup", told.id(), refused).await.must(403);
        assert_eq!(rules(&refused), ["O05d"]);
    });
}

#[test]
fn what_is_about_others_is_shared_on_no_ground() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = write(house, case, "bup", BUP, "THIRD").await;
        for body in [
            share(house, SOCIAL, "CHILD_H"),
            share(house, SCHOOL, "CONSENT"),
            with(share(house, SOCIAL, "INVEST"), "investigation", json!("1")),
            show(house, "Barn A", "SELF"),
        ] {
            let refused = publish(house, "bup", item, body).await.must(403);
            assert!(rules(&refused).contains(&"D07c".to_owned()), "{refused}");
        }
        house.as_("bup").get(&at(item)).await.must(200);
    });
}

#[test]
fn at_eighteen_the_grounds_for_a_child_end() {
    on_each_backend(async |house| {
        let referral = referral_of(house, "Ungdom F", INDEPENDENT, TEAM);
        let referral = house.as_("rektor-fyren").post("/v1/referrals", referral).await.must(201);
        let body = case_on(house, referral.id(), &[BUP, SOCIAL]);
        let case = house.as_("triagist").post("/v1/cases", body).await.must(201).id();
        join(house, case, "mottagning-bup", BUP, &["bup"]).await;
        join(house, case, "mottagning", SOCIAL, &["socialsekreterare"]).await;
        let item = medical_item(house, case).await;
        let last: chrono::NaiveDate = "2028-02-16".parse().expect("a day");
        let need = with(to(house, SOCIAL, "CHILD_H"), "reason", json!("Stödet kräver det."));
        let late = with(need.clone(), "until", json!(last + Days::new(1)));
        let late = publish(house, "bup", item, late).await.must(422);
        assert_eq!(faults(&late), ["/until past_the_ground"]);
        publish(house, "bup", item, need).await.must(201);
        house.as_("socialsekreterare").get(&at(item)).await.must(200);
        let days = (last - house.today()).num_days();
        house.wait(TimeDelta::days(days));
        house.as_("socialsekreterare").get(&at(item)).await.must(200);
        house.wait(TimeDelta::days(1));
        let ended = house.as_("socialsekreterare").get(&at(item)).await.must(403);
        assert_eq!(rules(&ended), ["D18"]);
        assert_eq!(ended.json()["ended"][0]["cause"], "came_of_age");
        assert_eq!(ended.json()["ended"][0]["at"], "2028-02-16T23:00:00Z");
    });
}

#[test]
fn an_audience_can_be_named_and_end_on_a_day() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        binding_consent(house, case).await;
        let named = with(to(house, SCHOOL, "CONSENT"), "staff", json!([house.staff("larare")]));
        let stranger = with(named.clone(), "staff", json!([house.staff("bup")]));
        let stranger = publish(house, "bup", item, stranger).await.must(422);
        assert_eq!(faults(&stranger), ["/staff does_not_work_there"]);
        let past = with(named.clone(), "until", json!(house.today() - Days::new(1)));
        assert_eq!(
            faults(&publish(house, "bup", item, past).await.must(422)),
            ["/until in_the_past"]
        );
        let beyond = with(named.clone(), "until", json!(house.today() + Days::new(181)));
        let beyond = publish(house, "bup", item, beyond).await.must(422);
        assert_eq!(faults(&beyond), ["/until past_the_ground"]);
        let named = with(named, "until", json!(house.today() + Days::new(2)));
        publish(house, "bup", item, named).await.must(201);
        house.as_("larare").get(&at(item)).await.must(200);
        for who in ["kurator", "rektor", "teamet"] {
            house.as_(who).get(&at(item)).await.must(404);
        }
        house.wait(TimeDelta::days(2));
        house.as_("larare").get(&at(item)).await.must(200);
        house.wait(TimeDelta::days(1));
        let ended = house.as_("larare").get(&at(item)).await.must(403);
        assert_eq!(ended.json()["ended"][0]["cause"], "expired");
    });
}
