//! `/v1/units`

use super::{BUP, POLICE, SCHOOL, SOCIAL, each};
use crate::support::house::on_each_backend;

#[test]
fn staff_see_the_units_of_their_areas_and_citizens_see_none() {
    on_each_backend(async |house| {
        let units = house.as_("kurator").get("/v1/units").await.must(200);
        let names = each(&units, "name");
        for name in [BUP, POLICE, SCHOOL, SOCIAL] {
            assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
        }
        let bup = units
            .json()
            .as_array()
            .and_then(|units| units.iter().find(|unit| unit["name"] == BUP).cloned());
        let bup = bup.expect("BUP");
        assert_eq!(bup["kind"], "child_psychiatry");
        assert_eq!(bup["agency"]["kind"], "health");
        assert_eq!(bup["agency"]["public"], true);
        assert!(bup["mission"].as_str().is_some_and(|mission| !mission.is_empty()));

        for somebody in [house.as_("vardnadshavare-1"), house.stranger()] {
            let none = somebody.get("/v1/units").await.must(200);
            assert_eq!(none.text(), "[]");
        }
        house.nobody().get("/v1/units").await.must(401);
    });
}

#[test]
fn a_low_level_of_assurance_suffices_for_the_directory() {
    on_each_backend(async |house| {
        let low = house.as_("kurator-loa2");
        low.get("/v1/units").await.must(200);
        let me = low.get("/v1/me").await.must(200);
        assert_eq!(me.json()["assurance"], 2);
        low.get("/v1/cases").await.must(403);
    });
}
