//! `/v1/units/{unit}/notices`

use serde_json::json;
use uuid::Uuid;

use super::{BUP, SCHOOL, SOCIAL, TEAM, case_on, each, join, joint_case, referral_of};
use crate::support::house::{House, on_each_backend};

async fn open_in_an_emergency(house: &House, case: Uuid) {
    let body = json!({ "ground": "EMERGENCY", "reason": "Hot om skada nu." });
    let path = format!("/v1/cases/{case}/break-glass");
    house.as_("jourchef").post(&path, body).await.must(201);
}

fn notices(house: &House, unit: &str) -> String {
    format!("/v1/units/{}/notices", house.unit(unit))
}

#[test]
fn whoever_works_at_the_unit_reads_what_it_must_know_and_nobody_else() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        open_in_an_emergency(house, case).await;
        let teacher = house.as_("larare");
        let listed = teacher.get(&notices(house, SCHOOL)).await.must(200);
        assert_eq!(each(&listed, "kind"), ["break_glass"]);
        assert_eq!(each(&listed, "case"), [case.to_string()]);
        let (id, said) = (each(&listed, "id").remove(0), each(&listed, "text").remove(0));
        assert!(said.contains("nödöppnat"), "{said}");
        assert!(!listed.text().contains("Barn A") && !listed.text().contains("Hot om"));
        let english = [("accept-language", "en")];
        let path = format!("/v1/notices/{id}");
        let read = teacher.send(reqwest::Method::GET, &path, None, &english).await.must(200);
        assert!(read.json()["text"].as_str().is_some_and(|text| text.contains("emergency")));
        for who in ["bup", "rektor-berg", "revisor-skola", "administrator", "vardnadshavare-1"] {
            house.as_(who).get(&notices(house, SCHOOL)).await.must(403);
        }
        for who in ["bup", "rektor-berg", "vardnadshavare-1"] {
            house.as_(who).get(&path).await.must(404);
        }
        house.as_("verksamhetssystem").get(&notices(house, SOCIAL)).await.must(403);
    });
}

#[test]
fn a_conflict_of_interest_hides_a_notice_row_by_row() {
    on_each_backend(async |house| {
        let body = referral_of(house, "Barn E", TEAM, TEAM);
        let referral = house.as_("teamet").post("/v1/referrals", body).await.must(201).id();
        let new = case_on(house, referral, &[SCHOOL, SOCIAL]);
        let case = house.as_("triagist").post("/v1/cases", new).await.must(201).id();
        join(house, case, "rektor", SCHOOL, &["larare"]).await;
        join(house, case, "mottagning", SOCIAL, &["socialsekreterare"]).await;
        open_in_an_emergency(house, case).await;
        let seen = house.as_("larare").get(&notices(house, SCHOOL)).await.must(200);
        assert_eq!(each(&seen, "kind"), ["break_glass"]);
        let hidden = house.as_("kurator").get(&notices(house, SCHOOL)).await.must(200);
        assert_eq!(hidden.json(), json!([]));
        let id = &each(&seen, "id")[0];
        house.as_("kurator").get(&format!("/v1/notices/{id}")).await.must(403);
    });
}

#[test]
fn notices_come_in_pages() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        for _ in 0..3 {
            open_in_an_emergency(house, case).await;
        }
        let path = format!("{}?limit=2", notices(house, BUP));
        let first = house.as_("bup").get(&path).await.must(200);
        assert_eq!(each(&first, "kind").len(), 2);
        let link = first.header("link").expect("a next page").to_owned();
        let next = link.split(['<', '>']).nth(1).expect("an address");
        let second = house.as_("bup").get(next).await.must(200);
        assert_eq!(each(&second, "kind").len(), 1);
    });
}
