//! `/v1/concern-reports`

use serde_json::{Value, json};

use super::{BUP, NIGHT, POLICE, SCHOOL, SOCIAL, each, faults, rules};
use crate::support::house::{House, on_each_backend};

const PATH: &str = "/v1/concern-reports";

fn report(house: &House, child: &str, from: &str, to: &str) -> Value {
    json!({
        "child": house.person(child),
        "from_unit": house.unit(from),
        "to_unit": house.unit(to),
        "concern": "Kommer med blåmärken.",
    })
}

#[test]
fn whoever_is_bound_to_report_may_always_report() {
    on_each_backend(async |house| {
        // No case, no consent, a low level of assurance, another's pupil, a conflict of interest,
        // a protected child: none of it stands in the way.
        for (who, child, from) in [
            ("larare", "Barn A", SCHOOL),
            ("kurator-loa2", "Barn A", SCHOOL),
            ("polis", "Barn A", POLICE),
            ("bup", "Barn B", BUP),
            ("kurator", "Barn E", SCHOOL),
            ("kurator", "Barn C", SCHOOL),
        ] {
            let body = report(house, child, from, SOCIAL);
            house.as_(who).post(PATH, body).await.must(201);
        }
        let unit = house.unit(SOCIAL);
        let listed = house.as_("mottagning").get(&format!("{PATH}?unit={unit}")).await.must(200);
        assert_eq!(each(&listed, "id").len(), 5, "not the protected child's");

        let body = report(house, "Barn A", SCHOOL, SOCIAL);
        house.nobody().post(PATH, body.clone()).await.must(401);
        house.as_("vardnadshavare-1").post(PATH, body.clone()).await.must(404);
        house.stranger().post(PATH, body).await.must(404);
    });
}

#[test]
fn the_lowest_level_of_assurance_is_sent_on_to_the_telephone() {
    on_each_backend(async |house| {
        let mut claims = house.sign_in().claims("school", "kurator").expect("claims");
        claims.insert("acr".to_owned(), json!("http://id.elegnamnden.se/loa/1.0/loa1"));
        let token = house.sign_in().mint("school", &claims, Default::default()).expect("a token");
        let body = report(house, "Barn A", SCHOOL, SOCIAL);
        let refused = house.with_token(Some(token)).post(PATH, body).await.must(403);
        assert_eq!(rules(&refused), ["D21b"]);
    });
}

#[test]
fn a_report_is_read_by_the_unit_that_received_it_and_no_other() {
    on_each_backend(async |house| {
        let body = report(house, "Barn A", SCHOOL, SOCIAL);
        let made = house.as_("larare").post(PATH, body).await.must(201);
        assert_eq!(made.json().as_object().map(serde_json::Map::len), Some(1), "a receipt only");
        let path = format!("{PATH}/{}", made.id());
        for who in ["mottagning", "socialsekreterare", "chef-social"] {
            let read = house.as_(who).get(&path).await.must(200).json();
            assert_eq!(read["concern"], "Kommer med blåmärken.");
        }
        for who in ["larare", "rektor", "socialjour", "bup", "polis", "vardnadshavare-1"] {
            house.as_(who).get(&path).await.must(404);
        }
        for who in ["revisor-social", "administrator-social"] {
            assert_eq!(rules(&house.as_(who).get(&path).await.must(403)), ["D12"], "{who}");
        }
        let list = format!("{PATH}?unit={}", house.unit(SOCIAL));
        for who in ["larare", "socialjour", "bup", "polis"] {
            house.as_(who).get(&list).await.must(403);
        }
        let night = format!("{PATH}?unit={}", house.unit(NIGHT));
        let none = house.as_("socialjour").get(&night).await.must(200);
        assert_eq!(none.text(), "[]");
    });
}

#[test]
fn a_report_goes_from_ones_own_unit_to_social_services() {
    on_each_backend(async |house| {
        let larare = house.as_("larare");
        let wrong = larare.post(PATH, report(house, "Barn A", SCHOOL, BUP)).await.must(422);
        assert_eq!(faults(&wrong), ["/to_unit wrong_kind_of_unit"]);
        let wrong = larare.post(PATH, report(house, "Barn A", BUP, SOCIAL)).await.must(422);
        assert_eq!(faults(&wrong), ["/from_unit not_your_unit"]);
        // Nor in another's name where the child is not one's own pupil.
        let wrong = larare.post(PATH, report(house, "Barn B", BUP, SOCIAL)).await.must(422);
        assert_eq!(faults(&wrong), ["/from_unit not_your_unit"]);
        let mut nobody = report(house, "Barn A", SCHOOL, SOCIAL);
        nobody["child"] = json!(super::NOTHING);
        larare.post(PATH, nobody).await.must(404);
        let mut empty = report(house, "Barn A", SCHOOL, SOCIAL);
        empty["concern"] = json!("");
        assert_eq!(faults(&larare.post(PATH, empty).await.must(422)), ["/concern empty"]);
        larare.post(PATH, report(house, "Barn A", SCHOOL, NIGHT)).await.must(201);
    });
}
