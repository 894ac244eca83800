//! Lists, page by page.

use super::{BUP, SCHOOL, SOCIAL, TEAM, each, faults, item_of, joint_case, kind, open_case, refer};
use crate::support::house::{Caller, on_each_backend};

/// Follows the pages from `path` on to the end; the ids, page by page.
async fn pages(caller: &Caller, path: String) -> Vec<Vec<String>> {
    let (mut pages, mut next) = (Vec::new(), Some(path));
    while let Some(path) = next {
        let page = caller.get(&path).await.must(200);
        pages.push(each(&page, "id"));
        for name in ["x-total-count", "content-range"] {
            assert_eq!(page.header(name), None, "nothing says how many there are");
        }
        next = page.header("link").map(|link| {
            let (address, relation) = link.split_once(">; ").expect("a link");
            assert_eq!(relation, "rel=\"next\"");
            address.strip_prefix('<').expect("an address").to_owned()
        });
        assert!(pages.len() < 20, "the list comes to an end");
    }
    pages
}

#[test]
fn every_item_comes_exactly_once_and_in_order() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let path = format!("/v1/cases/{case}/items");
        let mut own = Vec::new();
        for _ in 0..5 {
            // What the reader may not see lies in between, and moves nothing.
            let hidden = item_of(house, SOCIAL, "SOC");
            house.as_("socialsekreterare").post(&path, hidden).await.must(201);
            let body = item_of(house, BUP, "MED");
            own.push(house.as_("bup").post(&path, body).await.must(201).id().to_string());
        }
        let bup = house.as_("bup");
        for limit in [1, 2, 3, 4, 5, 6, 200] {
            let pages = pages(&bup, format!("{path}?limit={limit}")).await;
            assert_eq!(pages.concat(), own, "{limit} at a time");
            let (last, full) = pages.split_last().expect("a page");
            assert!(full.iter().all(|page| page.len() == limit), "{limit}: {pages:?}");
            assert!(last.len() < limit, "{limit}: {pages:?}");
        }
        assert_eq!(pages(&bup, path.clone()).await, [own]);
        assert_eq!(pages(&house.as_("kurator"), path).await, [[""; 0]]);
    });
}

#[test]
fn worklists_and_cases_come_page_by_page_too() {
    on_each_backend(async |house| {
        let mut cases = Vec::new();
        for _ in 0..3 {
            cases.push(open_case(house, &[]).await.to_string());
        }
        let mut referrals = Vec::new();
        for _ in 0..3 {
            referrals.push(refer(house, super::HEALTH).await.to_string());
        }
        let mut reports = Vec::new();
        for _ in 0..3 {
            let body = serde_json::json!({
                "child": house.person("Barn A"),
                "from_unit": house.unit(SCHOOL),
                "to_unit": house.unit(SOCIAL),
                "concern": "Far illa.",
            });
            let made = house.as_("larare").post("/v1/concern-reports", body).await.must(201);
            reports.push(made.id().to_string());
        }
        let unit = |name: &str| house.unit(name);
        for (who, path, rows) in [
            ("teamet", "/v1/cases?limit=2".to_owned(), cases),
            (
                "elevhalsan",
                format!("/v1/referrals?unit={}&limit=2", unit(super::HEALTH)),
                referrals,
            ),
            ("mottagning", format!("/v1/concern-reports?limit=2&unit={}", unit(SOCIAL)), reports),
        ] {
            let pages = pages(&house.as_(who), path).await;
            assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1], "{who}");
            assert_eq!(pages.concat(), rows, "{who}");
        }
    });
}

#[test]
fn a_page_that_can_not_be_is_refused() {
    on_each_backend(async |house| {
        let kurator = house.as_("kurator");
        for (query, fault) in [
            ("limit=0", "limit number_out_of_range"),
            ("limit=201", "limit number_out_of_range"),
            ("limit=-1", "limit number_out_of_range"),
            ("limit=many", "limit number_out_of_range"),
            ("limit=", "limit number_out_of_range"),
            ("limit=1&limit=2", "limit repeated"),
            ("after=x", "after not_a_cursor"),
            ("after=", "after not_a_cursor"),
            ("after=AAAAAAAAAAAAAAAAAAAAAA%3D%3D", "after not_a_cursor"),
            ("after=AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "after not_a_cursor"),
        ] {
            let refused = kurator.get(&format!("/v1/cases?{query}")).await.must(400);
            assert_eq!(kind(&refused), "bad-query", "{query}");
            assert_eq!(faults(&refused), [fault], "{query}");
        }
        for query in ["limit=1", "limit=200", "after=AAAAAAAAAAAAAAAAAAAAAA"] {
            kurator.get(&format!("/v1/cases?{query}")).await.must(200);
        }
        // A cursor of another list's row is a place like any other, and opens nothing.
        let referral = refer(house, TEAM).await;
        let triagist = house.as_("triagist");
        let list = format!("/v1/referrals?unit={}&limit=1", house.unit(TEAM));
        let page = triagist.get(&list).await.must(200);
        assert_eq!(each(&page, "id"), [referral.to_string()]);
        let link = page.header("link").expect("a link").to_owned();
        let after = link.split("after=").nth(1).and_then(|rest| rest.split('&').next());
        let path = format!("/v1/cases?after={}", after.expect("a cursor"));
        assert_eq!(triagist.get(&path).await.must(200).text(), "[]");
    });
}
