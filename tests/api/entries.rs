//! What entries tell that no door shows by itself: children that an act enters, people in whose
//! place somebody acts, matters about one child.

use std::collections::BTreeSet;

use samsyn::ledger::{Effect, Header};
use serde_json::{Value, json};
use uuid::Uuid;

use super::givers::{answer, ask, case_about, one_parent, pupil};
use super::{BVC, SCHOOL, joint_case, terms, withdrawal_of};
use crate::support::house::{House, on_each_backend};
use crate::support::ledger::Entry;

const FIRST: &str = "Vårdnadshavare 1";
const SECOND: &str = "Vårdnadshavare 2";

fn newest(house: &House, act: &str) -> Entry {
    house.database().entries_of(act).pop().unwrap_or_else(|| panic!("no {act}"))
}

fn child_of(header: &Header) -> Option<Uuid> {
    header.subject.map(|child| child.uuid())
}

#[test]
fn a_child_that_is_entered_is_told_and_told_again_with_the_first_answer() {
    on_each_backend(async |house| {
        let new = json!({
            "unit": house.unit(BVC),
            "display_name": "Väntat barn",
            "expected_birth": house.today() + chrono::Days::new(60),
        });
        let key = [("idempotency-key", "one-and-the-same")];
        let send = async || {
            let caller = house.as_("bvc");
            caller.send(reqwest::Method::POST, "/v1/children", Some(new.clone()), &key).await
        };
        let child = send().await.must(201).id();
        for effect in [Effect::Changed, Effect::Shown] {
            let entry = newest(house, "RegisterChild");
            assert_eq!(child_of(&entry.header), Some(child));
            let told: Vec<_> = entry
                .records
                .iter()
                .filter(|it| it.resource.kind == "Child")
                .map(|it| (it.child.map(|child| child.uuid()), it.resource.id, it.effect))
                .collect();
            assert_eq!(told, [(Some(child), Some(child), effect)]);
            assert_eq!(send().await.must(201).id(), child);
        }
        // So the agency's auditor finds it by the child.
        house.running().store().sequence().await.expect("leaves");
        let body = json!({
            "from": house.clock().now() - chrono::TimeDelta::days(1),
            "to": house.clock().now() + chrono::TimeDelta::days(1),
            "child": child,
            "matter": "BVC 2026/1",
        });
        let path = format!("/v1/logs/{}/search", house.agency_of(BVC));
        let found = house.as_("revisor-bup").post(&path, body).await.must(200).json();
        let acts: BTreeSet<&str> = found["rows"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|it| it["act"].as_str())
            .collect();
        assert!(acts.contains("RegisterChild"), "{found}");
        assert_eq!(child_of(&newest(house, "SearchLog").header), Some(child));
    });
}

#[test]
fn an_import_tells_each_child_that_it_enters_or_adds_to_and_no_other() {
    on_each_backend(async |house| {
        let child = pupil(house, 9, &one_parent(house, FIRST)).await;
        let entry = newest(house, "ImportRegister");
        let told: BTreeSet<_> =
            entry.records.iter().map(|it| it.child.map(|it| it.uuid())).collect();
        assert_eq!(told, [Some(child)].into());
        let owners: BTreeSet<Uuid> = entry.records.iter().map(|it| it.agency.uuid()).collect();
        assert_eq!(owners, [house.agency_of(SCHOOL)].into());
        assert!(entry.records.iter().all(|it| it.effect == Effect::Changed));
        // The first import told of all children of the world, and of no guardian.
        let first = house.database().entries_of("ImportRegister").swap_remove(0);
        let children: BTreeSet<_> = first.records.iter().filter_map(|it| it.child).collect();
        assert!(children.iter().any(|it| it.uuid() == house.person("Barn A")));
        assert!(children.iter().all(|it| it.uuid() != house.person(FIRST)));
    });
}

#[test]
fn whoever_acts_by_a_power_is_told_with_whom_they_act_for() {
    on_each_backend(async |house| {
        let (today, second) = (house.today(), house.person(SECOND));
        let holder = house.person(FIRST);
        let power = |whose: Uuid| {
            format!(
                "powers = [{{ holder = \"{holder}\", acts_for = \"{whose}\", from = \"{today}\", \
                 to = \"{today}\" }}]\n"
            )
        };
        // Of one child a stranger with a power; of the other a guardian, with the other's power.
        let alone =
            pupil(house, 8, &format!("{}{}", one_parent(house, SECOND), power(second))).await;
        let both = format!(
            "guardians = [{{ person = \"{holder}\", from = \"2010-01-01\" }}, {{ person = \
             \"{second}\", from = \"2010-01-01\" }}]\n{}",
            power(second)
        );
        let both = pupil(house, 8, &both).await;
        let mut consents = Vec::new();
        for child in [alone, both] {
            let case = case_about(house, child).await;
            consents.push(ask(house, "bup", case, terms(house)).await.must(201).id());
        }
        let acting = house.as_("vardnadshavare-1");
        let for_whom = |act: &str| newest(house, act).header.on_behalf_of.map(|it| it.uuid());
        acting.get(&format!("/v1/consents/{}", consents[0])).await.must(200);
        assert_eq!(for_whom("ReadConsent"), Some(second));
        acting.get(&format!("/v1/consents/{}", consents[1])).await.must(200);
        assert_eq!(for_whom("ReadConsent"), None, "a guardian reads as a guardian");
        for consent in &consents {
            answer(&acting, *consent, second, "given").await.must(200);
            assert_eq!(for_whom("AnswerConsent"), Some(second));
        }
        answer(&acting, consents[1], holder, "given").await.must(200);
        assert_eq!(for_whom("AnswerConsent"), None);
        let back = withdrawal_of(house, SECOND);
        let path = format!("/v1/consents/{}/withdrawals", consents[1]);
        acting.post(&path, back).await.must(200);
        assert_eq!(for_whom("WithdrawConsent"), Some(second));

        // A list tells it row by row, and as a whole where all rows agree.
        let rows = |entry: &Entry| -> Vec<_> {
            entry.records.iter().map(|it| it.on_behalf_of.map(|it| it.uuid())).collect()
        };
        acting.get("/v1/me/consents").await.must(200);
        let list = newest(house, "ListOwnConsents");
        let own = rows(&list);
        assert!(own.contains(&Some(second)) && own.contains(&None), "{own:?}");
        assert_eq!(list.header.on_behalf_of, None);
        acting.get("/v1/me/consents?limit=1").await.must(200);
        assert_eq!(rows(&newest(house, "ListOwnConsents")), [Some(second)]);
        assert_eq!(for_whom("ListOwnConsents"), Some(second));
    });
}

#[test]
fn what_an_auditor_does_about_one_child_is_told_with_the_child() {
    on_each_backend(async |house| {
        let child = house.person("Barn A");
        house.running().store().sequence().await.expect("leaves");
        house.wait(chrono::TimeDelta::seconds(1));
        let (auditor, log) =
            (house.as_("revisor-skola"), format!("/v1/logs/{}", house.agency_of(SCHOOL)));
        let body = json!({
            "name": "Om ett barn",
            "reason": "Tips.",
            "matter": "BUN 2026/7",
            "from": "2026-01-01T00:00:00Z",
            "to": house.clock().now(),
            "newsworthy": { "child": child, "from": house.today() },
        });
        let review = auditor.post(&format!("{log}/reviews"), body).await.must(201).id();
        auditor.get(&format!("{log}/reviews/{review}")).await.must(200);
        let export: Value = json!({
            "from": "2026-01-01T00:00:00Z",
            "to": house.clock().now(),
            "purpose": "Tips.",
            "format": "csv",
            "child": child,
            "matter": "BUN 2026/7",
        });
        auditor.post(&format!("{log}/exports"), export).await.must(202);
        for act in ["DrawLogReview", "ReadLogReview", "ExportLog"] {
            assert_eq!(child_of(&newest(house, act).header), Some(child), "{act}");
        }
        // To ask why is to ask about the same child.
        let case = joint_case(house).await;
        let read = house.as_("kurator").get(&format!("/v1/cases/{case}")).await.must(200);
        let entry = read.header("samsyn-entry").expect("an entry");
        house.as_("kurator").get(&format!("/v1/decisions/{entry}")).await.must(200);
        assert_eq!(child_of(&newest(house, "ReadDecision").header), Some(child));
    });
}
