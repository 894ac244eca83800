//! How a case ends, cover for a colleague, the eighteenth birthday, machines.

use chrono::{DateTime, Days, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BUP, INDEPENDENT, NOTHING, SCHOOL, SOCIAL, TEAM, answer_of, begin_plan, binding_consent,
    case_on, each, faults, item_of, join, joint_case, kind, medical_item, refer, referral_of,
    rules, share, terms, withdrawal_of,
};
use crate::support::house::{House, on_each_backend};

fn closure(case: Uuid) -> String {
    format!("/v1/cases/{case}/closure")
}

fn assignments(house: &House, case: Uuid, unit: &str) -> String {
    format!("/v1/cases/{case}/parties/{}/assignments", house.unit(unit))
}

fn met() -> Value {
    json!({ "reason": "goals_met" })
}

#[test]
fn the_coordinator_closes_the_case_for_a_reason() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let team = house.as_("teamet");
        let other = house.as_("bup").post(&closure(case), met()).await.must(403);
        assert_eq!(rules(&other), ["O10"]);
        house.as_("rektor-berg").post(&closure(case), met()).await.must(404);
        team.post(&closure(NOTHING.parse().expect("an id")), met()).await.must(404);
        for (body, wrong) in [
            (json!({ "reason": "bored" }), "/reason unknown_word"),
            (json!({ "reason": "other" }), "/note required_when_other"),
            (json!({ "reason": "other", "note": " " }), "/note empty"),
        ] {
            assert_eq!(faults(&team.post(&closure(case), body).await.must(422)), [wrong]);
        }
        let body = json!({ "reason": "other", "note": "Familjen har fått annat stöd." });
        let closed = team.post(&closure(case), body).await.must(200).json();
        assert_eq!(closed["closing"]["reason"], "other");
        assert_eq!(closed["closing"]["read_until"], json!(house.today() + Days::new(90)));
        let twice = team.post(&closure(case), met()).await.must(403);
        assert_eq!(rules(&twice), ["O22"]);
        for (unit, who) in [(TEAM, "triagist"), (BUP, "bup"), (SCHOOL, "larare")] {
            let path = format!("/v1/units/{}/notices", house.unit(unit));
            let told = house.as_(who).get(&path).await.must(200);
            assert!(each(&told, "kind").contains(&"case_closed".to_owned()), "{told}");
        }
    });
}

#[test]
fn in_a_closed_case_nothing_new_is_written_but_what_must_always_be_possible() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = begin_plan(house, case).await;
        let consent = binding_consent(house, case).await;
        let item = medical_item(house, case).await;
        house.as_("teamet").post(&closure(case), met()).await.must(200);
        let (team, bup) = (house.as_("teamet"), house.as_("bup"));
        let need = json!({ "indicator": "safe", "text": "En trygg plats." });
        let publication = share(house, SCHOOL, "CONSENT");
        for (who, path, body) in [
            (&bup, format!("/v1/cases/{case}/items"), item_of(house, BUP, "MED")),
            (&bup, format!("/v1/items/{item}/publications"), publication),
            (&bup, format!("/v1/cases/{case}/consents"), terms(house)),
            (&team, format!("/v1/plans/{plan}/needs"), need),
            (&team, format!("/v1/cases/{case}/parties"), json!({ "unit": house.unit(SOCIAL) })),
        ] {
            let refused = who.post(&path, body).await.must(403);
            assert!(rules(&refused).contains(&"O22".to_owned()), "{path}: {refused}");
            let way = refused.json()["way_forward"].to_string();
            assert!(way.len() > 10, "said in words: {refused}");
        }
        let colleague = json!({ "staff": house.staff("kurator") });
        let path = assignments(house, case, SCHOOL);
        let refused = house.as_("rektor").post(&path, colleague.clone()).await.must(409);
        assert_eq!(kind(&refused), "not-now");

        bup.get(&format!("/v1/items/{item}")).await.must(200);
        let corrected = json!({ "body": "Rättelse: det gäller hösten." });
        bup.post(&format!("/v1/items/{item}/addenda"), corrected).await.must(201);
        let path = format!("/v1/consents/{consent}/withdrawals");
        let back = withdrawal_of(house, "Vårdnadshavare 2");
        house.as_("vardnadshavare-2").post(&path, back).await.must(200);
        let path = format!("/v1/cases/{case}/parties/{}/releases", house.unit(SCHOOL));
        house.as_("rektor").post(&path, colleague).await.must(204);
        let report = json!({
            "child": house.person("Barn A"),
            "from_unit": house.unit(SCHOOL),
            "to_unit": house.unit(SOCIAL),
            "concern": "Oron är tillbaka.",
        });
        house.as_("larare").post("/v1/concern-reports", report).await.must(201);
    });
}

#[test]
fn a_closed_case_is_read_for_ninety_days_and_then_by_its_owners_alone() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = begin_plan(house, case).await;
        binding_consent(house, case).await;
        let item = medical_item(house, case).await;
        let publications = format!("/v1/items/{item}/publications");
        let publication = share(house, SCHOOL, "CONSENT");
        house.as_("bup").post(&publications, publication).await.must(201);
        house.as_("teamet").post(&closure(case), met()).await.must(200);
        let (of_case, of_plan) = (format!("/v1/cases/{case}"), format!("/v1/plans/{plan}"));
        let of_item = format!("/v1/items/{item}");
        let glass = format!("/v1/cases/{case}/break-glass");
        let emergency = json!({ "ground": "EMERGENCY", "reason": "Hot om skada nu." });
        house.wait(TimeDelta::days(89));
        for who in ["kurator", "bup", "teamet"] {
            house.as_(who).get(&of_case).await.must(200);
            house.as_(who).get(&of_plan).await.must(200);
        }
        house.as_("kurator").get(&of_item).await.must(200);
        house.as_("socialjour").post(&glass, emergency.clone()).await.must(201);
        house.wait(TimeDelta::days(2));
        for who in ["kurator", "bup"] {
            assert_eq!(rules(&house.as_(who).get(&of_case).await.must(403)), ["O23"], "{who}");
            assert_eq!(rules(&house.as_(who).get(&of_plan).await.must(403)), ["O23"], "{who}");
        }
        house.as_("teamet").get(&of_case).await.must(200);
        house.as_("teamet").get(&of_plan).await.must(200);
        house.as_("bup").get(&of_item).await.must(200);
        assert_eq!(rules(&house.as_("kurator").get(&of_item).await.must(403)), ["O24"]);
        let items = format!("/v1/cases/{case}/items");
        let own = house.as_("bup").get(&items).await.must(200);
        assert_eq!(each(&own, "id"), [item.to_string()]);
        assert_eq!(house.as_("kurator").get(&items).await.must(200).json(), json!([]));
        house.as_("socialjour").post(&glass, emergency).await.must(404);
    });
}

#[test]
fn cover_for_a_colleague_ends_by_itself_within_thirty_days() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let path = assignments(house, case, SOCIAL);
        let manager = house.as_("chef-social");
        let cover = |to: Option<u64>| {
            let to = to.map(|days| house.today() + Days::new(days));
            json!({ "staff": house.staff("mottagning"), "to": to, "substitute": true })
        };
        for (body, wrong) in
            [(cover(None), "/to required_for_cover"), (cover(Some(31)), "/to cover_too_long")]
        {
            assert_eq!(faults(&manager.post(&path, body).await.must(422)), [wrong]);
        }
        manager.post(&path, cover(Some(30))).await.must(204);
        let of_case = format!("/v1/cases/{case}");
        let seen = house.as_("mottagning").get(&of_case).await.must(200).json();
        let party = json!(house.unit(SOCIAL));
        let parties = seen["parties"].as_array().cloned().unwrap_or_default();
        let social = parties.into_iter().find(|it| it["unit"] == party).expect("a party");
        let covers: Vec<&Value> = social["assigned"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|it| it["substitute"] == json!(true))
            .collect();
        assert_eq!(covers.len(), 1, "{social}");
        assert_eq!(covers[0]["staff"], json!(house.staff("mottagning")));
        house.wait(TimeDelta::days(30));
        house.as_("mottagning").get(&of_case).await.must(200);
        house.wait(TimeDelta::days(1));
        house.as_("mottagning").get(&of_case).await.must(404);
        house.as_("socialsekreterare").get(&of_case).await.must(200);
    });
}

#[test]
fn at_midnight_of_the_eighteenth_birthday_what_rested_on_childhood_ends() {
    on_each_backend(async |house| {
        // Ungdom F was born on 17 February 2010; a day begins where the law holds.
        house.wait(TimeDelta::days(430));
        let body = referral_of(house, "Ungdom F", INDEPENDENT, TEAM);
        let referral = house.as_("kurator-fyren").post("/v1/referrals", body).await.must(201).id();
        let new = case_on(house, referral, &[BUP, SOCIAL]);
        let case = house.as_("triagist").post("/v1/cases", new).await.must(201).id();
        join(house, case, "mottagning-bup", BUP, &["bup"]).await;
        join(house, case, "mottagning", SOCIAL, &["socialsekreterare"]).await;
        let item = medical_item(house, case).await;
        let path = format!("/v1/items/{item}/publications");
        house.as_("bup").post(&path, share(house, SOCIAL, "CHILD_H")).await.must(201);
        let midnight = "2028-02-16T23:00:00Z".parse::<DateTime<Utc>>().expect("a time");
        house.wait(midnight - house.clock().now() - TimeDelta::seconds(1));
        let of_item = format!("/v1/items/{item}");
        let glass = format!("/v1/cases/{case}/break-glass");
        let as_child = json!({ "ground": "CHILD_S", "reason": "Hot om skada nu." });
        house.as_("socialsekreterare").get(&of_item).await.must(200);
        house.as_("socialjour").post(&glass, as_child.clone()).await.must(201);
        house.wait(TimeDelta::seconds(1));
        house.as_("socialsekreterare").get(&of_item).await.must(403);
        house.as_("bup").get(&of_item).await.must(200);
        let grown = house.as_("jourchef").post(&glass, as_child).await.must(404);
        assert!(!rules(&grown).is_empty());
        let danger = json!({ "ground": "EMERGENCY", "reason": "Hot om skada nu." });
        house.as_("jourchef").post(&glass, danger).await.must(201);
        // The adult decides alone.
        let mut body = terms(house);
        body["to_agency"] = json!(house.agency_of(SOCIAL));
        let consents = format!("/v1/cases/{case}/consents");
        let asked = house.as_("bup").post(&consents, body).await.must(201).id();
        let given = answer_of(house, "Ungdom F", "given");
        let young = house.as_("ungdom-f");
        let path = format!("/v1/consents/{asked}");
        let bound = young.post(&format!("{path}/answers"), given).await.must(200);
        assert_eq!(bound.json()["standing"], "binding");
        young.get(&path).await.must(200);
        house.as_("vardnadshavare-1").get(&path).await.must(404);
        house.as_("teamet").post(&closure(case), json!({ "reason": "of_age" })).await.must(200);
    });
}

#[test]
fn a_machine_sees_its_units_queue_and_nothing_else() {
    on_each_backend(async |house| {
        let waiting = super::open_case(house, &[SOCIAL]).await;
        let case = joint_case(house).await;
        let referral = refer(house, SOCIAL).await;
        let machine = house.as_("verksamhetssystem");
        let unit = house.unit(SOCIAL);
        let referrals = format!("/v1/referrals?unit={unit}");
        let listed = machine.get(&referrals).await.must(200);
        assert_eq!(each(&listed, "id"), [referral.to_string()]);
        assert_eq!(listed.json(), house.as_("mottagning").get(&referrals).await.must(200).json());
        let invitations = machine.get(&format!("/v1/invitations?unit={unit}")).await.must(200);
        assert_eq!(each(&invitations, "case"), [waiting.to_string()]);
        let team = house.unit(TEAM);
        machine.get(&format!("/v1/referrals?unit={team}")).await.must(403);
        for path in [
            format!("/v1/referrals/{referral}"),
            format!("/v1/cases/{case}"),
            format!("/v1/cases/{case}/items"),
            format!("/v1/concern-reports?unit={unit}"),
            format!("/v1/units/{unit}/notices"),
            format!("/v1/logs/{}", house.agency_of(SOCIAL)),
            "/v1/cases".to_owned(),
        ] {
            let refused = machine.get(&path).await.must(403);
            assert!(rules(&refused).contains(&"D20".to_owned()), "{path}: {refused}");
        }
        let path = format!("/v1/cases/{waiting}/parties/{unit}/answer");
        let answer = json!({ "answer": "decline", "reason": "Inte nu." });
        machine.post(&path, answer).await.must(403);
        machine.get("/v1/me").await.must(200);
    });
}
