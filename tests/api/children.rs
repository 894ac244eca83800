//! `/v1/children`

use serde_json::{Value, json};

use super::{BVC, OTHER_SCHOOL, SCHOOL, TEAM, faceless, faults, kind, rules};
use crate::support::house::on_each_backend;

const LOOKUP: &str = "/v1/children/lookup";

fn number(text: &str) -> Value {
    json!({ "identity_number": text })
}

#[test]
fn a_pupil_of_ones_own_is_found_by_number() {
    on_each_backend(async |house| {
        for who in ["teamet", "rektor", "kurator"] {
            for text in ["200302022389", "20030202-2389", " 20030202-2389 "] {
                let found = house.as_(who).post(LOOKUP, number(text)).await.must(200);
                assert_eq!(found.id(), house.person("Barn A"));
                assert_eq!(found.json()["protection"], "none");
                assert!(!found.text().contains("2389"), "the number stays in the vault");
            }
        }
        // A school nurse, a teacher and a guardian may not search.
        for who in ["skolskoterska", "larare", "vardnadshavare-1", "administrator"] {
            let refused = house.as_(who).post(LOOKUP, number("200302022389")).await;
            assert!([403, 404].contains(&refused.status), "{who}: {refused}");
        }
    });
}

#[test]
fn anothers_pupil_and_nobody_at_all_are_answered_alike() {
    on_each_backend(async |house| {
        // Barn B goes to the other school; the reserve numbers belong to nobody here.
        for who in ["teamet", "kurator", "rektor", "bvc", "socialsekreterare", "polis"] {
            let caller = house.as_(who);
            let anothers = caller.post(LOOKUP, number("191212121212")).await.must(404);
            let flagged = caller.post(LOOKUP, number("200001252386")).await.must(404);
            let guardian = caller.post(LOOKUP, number("196101182803")).await.must(404);
            for nobodys in ["22790814AA01", "00749852BZK0"] {
                let nobody = caller.post(LOOKUP, number(nobodys)).await.must(404);
                for known in [&anothers, &flagged, &guardian] {
                    assert_eq!(faceless(known), faceless(&nobody), "{who}");
                }
            }
        }
        let own = house.as_("rektor-berg").post(LOOKUP, number("191212121212")).await.must(200);
        assert_eq!(own.id(), house.person("Barn B"));
    });
}

#[test]
fn a_protected_child_is_found_by_its_named_handler_alone() {
    on_each_backend(async |house| {
        let found = house.as_("rektor").post(LOOKUP, number("189602029812")).await.must(200);
        assert_eq!(found.json()["protection"], "protected_registration");
        for who in ["kurator", "teamet", "rektor-berg", "socialsekreterare"] {
            let refused = house.as_(who).post(LOOKUP, number("189602029812")).await;
            assert!([403, 404].contains(&refused.status), "{who}: {refused}");
            assert!(!refused.text().contains("Barn C"), "{refused}");
        }
        let flagged = house.as_("rektor-berg").post(LOOKUP, number("200001252386")).await.must(200);
        assert_eq!(flagged.json()["protection"], "confidentiality_flag");
    });
}

#[test]
fn a_conflict_of_interest_stops_the_search() {
    on_each_backend(async |house| {
        let refused = house.as_("kurator").post(LOOKUP, number("197010632391")).await.must(403);
        assert_eq!(rules(&refused), ["D02"], "{refused}");
        house.as_("rektor").post(LOOKUP, number("197010632391")).await.must(200);
    });
}

#[test]
fn a_number_that_can_not_be_is_told_why() {
    on_each_backend(async |house| {
        let kurator = house.as_("kurator");
        for (text, reason) in [
            ("200302022388", "identity_number_check_digit"),
            ("030202-2389", "identity_number_no_century"),
            ("0302022389", "identity_number_no_century"),
            ("030202+2389", "identity_number_no_century"),
            ("20030202T389", "identity_number_interim"),
            ("200302322389", "identity_number_day"),
            ("170302022389", "identity_number_century"),
            ("2003020223891", "identity_number_length"),
            ("20030202_2389", "identity_number_length"),
            ("2003020２2389", "identity_number_length"),
            ("2003020a2389", "identity_number_signs"),
            ("", "identity_number_length"),
            // Reserve numbers that health care never gives out.
            ("23790814AA09", "identity_number_century"),
            ("00790914AA06", "identity_number_day"),
            ("22790814QA01", "identity_number_letter"),
        ] {
            let wrong = kurator.post(LOOKUP, number(text)).await.must(422);
            assert_eq!(kind(&wrong), "fields");
            assert_eq!(faults(&wrong), [format!("/identity_number {reason}")], "{text}");
            assert!(text.is_empty() || !wrong.text().contains(text), "it is not repeated");
        }
        for good in ["25780404KHD5", "00342145BZ31", "22950606FH12"] {
            kurator.post(LOOKUP, number(good)).await.must(404);
        }
    });
}

#[test]
fn a_child_without_a_number_is_entered_at_ones_own_unit() {
    on_each_backend(async |house| {
        let born = json!({
            "unit": house.unit(BVC),
            "display_name": "Barn utan nummer",
            "birth_date": "2026-10-01",
        });
        let entered = house.as_("bvc").post("/v1/children", born.clone()).await.must(201);
        assert_eq!(entered.json()["birth_date"], "2026-10-01");
        assert_eq!(entered.json()["expected_birth"], json!(null));

        let unborn = json!({
            "unit": house.unit(TEAM),
            "display_name": "Ofött barn",
            "expected_birth": "2027-03-01",
        });
        let child = house.as_("teamet").post("/v1/children", unborn.clone()).await.must(201);
        assert_eq!(child.json()["expected_birth"], "2027-03-01");
        assert_eq!(child.json()["birth_date"], json!(null));

        // Not at another's unit, and not in any role.
        for (who, body) in [("bvc", &unborn), ("teamet", &born), ("larare", &unborn)] {
            house.as_(who).post("/v1/children", body.clone()).await.must(403);
        }
        let at_school = json!({
            "unit": house.unit(SCHOOL),
            "display_name": "Barn",
            "birth_date": "2019-01-01",
        });
        house.as_("larare").post("/v1/children", at_school.clone()).await.must(403);
        house.as_("rektor").post("/v1/children", at_school).await.must(201);
    });
}

#[test]
fn help_can_be_asked_for_a_child_that_is_not_born_but_nobody_can_consent_for_it() {
    on_each_backend(async |house| {
        let unborn = json!({
            "unit": house.unit(TEAM),
            "display_name": "Ofött barn",
            "expected_birth": "2027-03-01",
        });
        let child = house.as_("teamet").post("/v1/children", unborn).await.must(201).id();
        let mut referral = super::referral_of(house, "Barn A", TEAM, TEAM);
        referral["child"] = json!(child);
        house.as_("kurator").post("/v1/referrals", referral.clone()).await.must(404);
        let referral = house.as_("teamet").post("/v1/referrals", referral).await.must(201).id();
        let case = super::case_on(house, referral, &[]);
        let case = house.as_("triagist").post("/v1/cases", case).await.must(201).id();
        let path = format!("/v1/cases/{case}/consents");
        let nobody = house.as_("teamet").post(&path, super::terms(house)).await.must(409);
        assert_eq!(kind(&nobody), "not-now");
    });
}

#[test]
fn a_child_is_born_or_expected_and_has_a_name() {
    on_each_backend(async |house| {
        let bvc = house.as_("bvc");
        let unit = house.unit(BVC);
        for (body, expected) in [
            (json!({ "unit": unit, "display_name": "Barn" }), vec!["/birth_date one_of_two"]),
            (
                json!({
                    "unit": unit, "display_name": "Barn",
                    "birth_date": "2026-10-01", "expected_birth": "2026-12-01",
                }),
                vec!["/birth_date one_of_two"],
            ),
            (
                json!({ "unit": "x", "display_name": " \n", "birth_date": "2026-02-30" }),
                vec!["/unit not_an_id", "/display_name empty", "/birth_date not_a_date"],
            ),
            (
                json!({ "unit": unit, "display_name": "Barn", "birth_date": "2026-1-2" }),
                vec!["/birth_date not_a_date"],
            ),
        ] {
            let wrong = bvc.post("/v1/children", body).await.must(422);
            assert_eq!(faults(&wrong), expected);
        }
        // Days that no calendar of a database knows are no days.
        for day in ["-9999-01-01", "+10000-01-01", "+262142-12-31"] {
            let body = json!({ "unit": unit, "display_name": "Barn", "birth_date": day });
            let wrong = bvc.post("/v1/children", body).await.must(422);
            assert_eq!(faults(&wrong), ["/birth_date not_a_date"], "{day}");
        }
        let other = json!({
            "unit": house.unit(OTHER_SCHOOL), "display_name": "Barn", "birth_date": "2026-10-01",
        });
        bvc.post("/v1/children", other).await.must(403);
    });
}
