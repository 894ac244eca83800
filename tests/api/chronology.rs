//! Significant events of each agency, and the chronology that the lead professional makes of them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::assessment::item_with;
use super::{
    BUP, NOTHING, SCHOOL, TEAM, answer_of, each, faults, joint_case, kind, rules, share, terms,
};
use crate::support::house::{House, on_each_backend};

/// BUP's secrecy is lifted towards the school's agency for events, and for the child's words.
async fn waived(house: &House, case: Uuid) -> Uuid {
    let mut terms = terms(house);
    terms["categories"] = json!(["CHRONO", "VOICE"]);
    let path = format!("/v1/cases/{case}/consents");
    let consent = house.as_("bup").post(&path, terms).await.must(201).id();
    for guardian in ["Vårdnadshavare 1", "Vårdnadshavare 2"] {
        let body = answer_of(house, guardian, "given");
        house.as_("bup").post(&format!("/v1/consents/{consent}/answers"), body).await.must(200);
    }
    consent
}

/// An event so many days ago.
async fn event(house: &House, case: Uuid, who: &str, unit: &str, days: u64) -> Uuid {
    let content = json!({ "significant_event": {
        "on": house.today() - chrono::Days::new(days),
        "event": "Familjen flyttade.",
        "source": { "who": who, "service": unit },
        "impact": "positive",
        "action_taken": "Skolan hälsade på.",
    } });
    let body = item_with(house, unit, "CHRONO", content);
    house.as_(who).post(&format!("/v1/cases/{case}/items"), body).await.must(201).id()
}

async fn publish(house: &House, who: &str, item: Uuid, unit: &str, ground: &str) -> Uuid {
    let path = format!("/v1/items/{item}/publications");
    house.as_(who).post(&path, share(house, unit, ground)).await.must(201).id()
}

fn choice(item: Uuid) -> String {
    format!("/v1/items/{item}/chronology-choice")
}

async fn read(house: &House, case: Uuid, who: &str) -> Vec<String> {
    let path = format!("/v1/cases/{case}/chronology");
    let newest = house.database().newest_entry();
    let answer = house.as_(who).get(&path).await.must(200);
    // The entry has exactly the rows that were shown.
    let entries = house.database().entries_after(newest);
    let mut told: Vec<String> = entries[0].recorded("Item").iter().map(Uuid::to_string).collect();
    let mut shown = each(&answer, "item");
    told.sort_unstable();
    let inside_order = shown.clone();
    shown.sort_unstable();
    assert_eq!(told, shown, "{who}");
    inside_order
}

fn ids(items: &[Uuid]) -> Vec<String> {
    items.iter().map(Uuid::to_string).collect()
}

#[test]
fn events_become_the_chronology_by_the_leads_choice_and_never_by_themselves() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let consent = waived(house, case).await;
        let bup = event(house, case, "bup", BUP, 30).await;
        let kept = event(house, case, "bup", BUP, 20).await;
        let own = event(house, case, "teamet", TEAM, 60).await;
        let to_school = publish(house, "bup", bup, SCHOOL, "CONSENT").await;
        let to_team = publish(house, "bup", bup, TEAM, "CONSENT").await;

        // Shared, and still no row: nobody has chosen it.
        assert_eq!(read(house, case, "kurator").await, [""; 0]);
        let events = house.as_("kurator").get(&format!("/v1/cases/{case}/events")).await.must(200);
        assert_eq!(each(&events, "item"), ids(&[bup]));
        assert_eq!(events.json()[0]["chosen"], json!(null));

        // By the named owner, of what was shared with them, and of events alone.
        let team = house.as_("teamet");
        for who in ["kurator", "bup"] {
            let refused = house.as_(who).post(&choice(bup), json!({})).await.must(403);
            assert_eq!(rules(&refused), ["O39"], "{who}");
        }
        team.post(&choice(kept), json!({})).await.must(404);
        team.post(&choice(NOTHING.parse().expect("an id")), json!({})).await.must(404);
        let note = super::item_of(house, TEAM, "CHRONO");
        let path = format!("/v1/cases/{case}/items");
        let note = team.post(&path, note).await.must(201).id();
        assert_eq!(kind(&team.post(&choice(note), json!({})).await.must(409)), "not-now");
        let school = super::item_of(house, TEAM, "SCHOOL");
        let school = team.post(&path, school).await.must(201).id();
        let refused = team.post(&choice(school), json!({})).await.must(403);
        assert_eq!(rules(&refused), ["O39b"]);
        // What nobody else was shown stays with its unit.
        let alone = team.post(&choice(own), json!({})).await.must(409);
        assert_eq!(kind(&alone), "not-now");
        publish(house, "teamet", own, SCHOOL, "INNER").await;

        let chosen = team.post(&choice(bup), json!({})).await.must(201).json();
        assert_eq!(chosen["chosen"]["by"], json!(house.staff("teamet")));
        assert_eq!(kind(&team.post(&choice(bup), json!({})).await.must(409)), "not-now");
        team.post(&choice(own), json!({})).await.must(201);

        // Each reads as far as it was shared with them, by the day on which it began.
        assert_eq!(read(house, case, "teamet").await, ids(&[own, bup]));
        assert_eq!(read(house, case, "kurator").await, ids(&[own, bup]));
        assert_eq!(read(house, case, "bup").await, ids(&[bup]));
        assert_eq!(read(house, case, "socialsekreterare").await, [""; 0]);
        let five =
            house.as_("kurator").get(&format!("/v1/cases/{case}/chronology")).await.must(200);
        let columns = &five.json()[1]["event"];
        for column in ["on", "event", "source", "impact", "action_taken"] {
            assert!(!columns[column].is_null(), "{column}: {columns}");
        }
        for who in ["polis", "rektor-berg", "vardnadshavare-1", "barn-a"] {
            house.as_(who).get(&format!("/v1/cases/{case}/chronology")).await.must(404);
        }

        // A choice opens nothing: what is taken back is gone, and so is what a consent carried.
        let back = json!({ "because": "Skolan behöver det inte längre." });
        let path = format!("/v1/publications/{to_school}/revocation");
        house.as_("bup").post(&path, back.clone()).await.must(200);
        assert_eq!(read(house, case, "kurator").await, ids(&[own]));
        assert_eq!(read(house, case, "teamet").await, ids(&[own, bup]));
        let withdrawal = super::withdrawal_of(house, "Vårdnadshavare 2");
        let path = format!("/v1/consents/{consent}/withdrawals");
        house.as_("vardnadshavare-2").post(&path, withdrawal).await.must(200);
        assert_eq!(read(house, case, "teamet").await, ids(&[own]));
        assert_eq!(read(house, case, "bup").await, ids(&[bup]));
        let path = format!("/v1/publications/{to_team}/revocation");
        house.as_("bup").post(&path, back).await.must(200);
    });
}

#[test]
fn a_choice_is_withdrawn_with_a_reason_even_when_the_event_is_closed_by_then() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        waived(house, case).await;
        let bup = event(house, case, "bup", BUP, 30).await;
        let publication = publish(house, "bup", bup, TEAM, "CONSENT").await;
        let (team, ending) = (house.as_("teamet"), format!("{}/ending", choice(bup)));
        let because = || json!({ "reason": "Betyder inte det vi trodde." });
        let early = team.post(&ending, because()).await.must(409);
        assert_eq!(kind(&early), "not-now");
        team.post(&choice(bup), json!({})).await.must(201);
        let unreasoned = team.post(&ending, json!({ "reason": " " })).await.must(422);
        assert_eq!(faults(&unreasoned), ["/reason empty"]);
        let refused = house.as_("bup").post(&ending, because()).await.must(403);
        assert_eq!(rules(&refused), ["O39"]);
        house.as_("kurator").post(&ending, because()).await.must(404);

        let path = format!("/v1/publications/{publication}/revocation");
        let back = json!({ "because": "Delades för tidigt." });
        house.as_("bup").post(&path, back).await.must(200);
        let closed = team.post(&choice(bup), json!({})).await.must(403);
        assert_eq!(rules(&closed), ["D18"]);
        team.post(&ending, because()).await.must(204);
        assert_eq!(read(house, case, "bup").await, [""; 0]);
        // Shared anew, it can be chosen anew.
        publish(house, "bup", bup, TEAM, "CONSENT").await;
        team.post(&choice(bup), json!({})).await.must(201);
        assert_eq!(read(house, case, "bup").await, ids(&[bup]));

        // In a closed case nothing is chosen any more.
        let closing = json!({ "reason": "goals_met" });
        team.post(&format!("/v1/cases/{case}/closure"), closing).await.must(200);
        let over = team.post(&ending, because()).await.must(403);
        assert!(rules(&over).contains(&"O22".to_owned()));
        assert_eq!(read(house, case, "bup").await, ids(&[bup]));
    });
}

/// What the child has said, written down by the counsellor.
async fn voice(house: &House, case: Uuid, marked: bool) -> Uuid {
    let content = super::assessment::voice(house, "assessed");
    let mut body = item_with(house, SCHOOL, "VOICE", content);
    body["not_for_guardian"] = json!(marked);
    house.as_("kurator").post(&format!("/v1/cases/{case}/items"), body).await.must(201).id()
}

fn shown_to(house: &House, guardian: &str) -> Value {
    json!({
        "person": house.person(guardian), "ground": "GUARDIAN", "reason": "Vårdnadshavarens insyn.",
    })
}

#[test]
fn what_the_child_does_not_want_its_guardians_to_see_none_of_them_sees() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = voice(house, case, false).await;
        let (path, mark) =
            (format!("/v1/items/{item}"), format!("/v1/items/{item}/not-for-guardian"));
        let ending = format!("{mark}/ending");
        let guardians =
            [("vardnadshavare-1", "Vårdnadshavare 1"), ("vardnadshavare-2", "Vårdnadshavare 2")];
        let publications = format!("{path}/publications");
        for (who, name) in guardians {
            house.as_("kurator").post(&publications, shown_to(house, name)).await.must(201);
            house.as_(who).get(&path).await.must(200);
        }
        let own = json!({
            "person": house.person("Barn A"), "ground": "SELF", "reason": "Barnets egna ord.",
        });
        house.as_("kurator").post(&publications, own).await.must(201);

        // The child, or who wrote its words down; nobody else.
        let refused = house.as_("larare").post(&mark, json!({})).await.must(403);
        assert_eq!(rules(&refused), ["O38b"]);
        for who in ["bup", "ungdom-f", "rektor-berg"] {
            house.as_(who).post(&mark, json!({})).await.must(404);
        }
        let refused = house.as_("vardnadshavare-1").post(&mark, json!({})).await;
        assert!([403, 404].contains(&refused.status), "{refused}");
        let school = super::item_of(house, SCHOOL, "SCHOOL");
        let school = house.as_("kurator").post(&format!("/v1/cases/{case}/items"), school).await;
        let other = format!("/v1/items/{}/not-for-guardian", school.must(201).id());
        let refused = house.as_("kurator").post(&other, json!({})).await.must(403);
        assert_eq!(rules(&refused), ["O38"]);

        let marked = house.as_("barn-a").post(&mark, json!({})).await.must(201).json();
        assert_eq!((&marked["by_child"], &marked["ended_at"]), (&json!(true), &json!(null)));
        for (who, name) in guardians {
            let there = house.as_(who).get(&path).await.must(404);
            let nowhere = house.as_(who).get(&format!("/v1/items/{NOTHING}")).await.must(404);
            assert_eq!(super::faceless(&there), super::faceless(&nowhere), "{who}");
            // Nor is it shown to them anew.
            let refused = house.as_("kurator").post(&publications, shown_to(house, name)).await;
            assert_eq!(rules(&refused.must(403)), ["O05d"], "{who}");
        }
        // The child and the unit read on; the unit knows, and is told to try what more is needed.
        house.as_("barn-a").get(&path).await.must(200);
        let read = house.as_("kurator").get(&path).await.must(200).json();
        assert_eq!(read["not_for_guardian"], json!(true));
        let notices = format!("/v1/units/{}/notices", house.unit(SCHOOL));
        let told = house.as_("rektor").get(&notices).await.must(200);
        assert_eq!(each(&told, "kind"), ["hidden_by_child"]);
        assert_eq!(kind(&house.as_("barn-a").post(&mark, json!({})).await.must(409)), "not-now");

        // Who reads what was shown to them has nothing to choose.
        house.as_("barn-a").post(&choice(item), json!({})).await.must(404);
        // What the child has marked the child alone shows again.
        let kept = house.as_("kurator").post(&ending, json!({})).await.must(409);
        assert_eq!(kind(&kept), "not-now");
        house.as_("barn-a").post(&ending, json!({})).await.must(200);
        for (who, _) in guardians {
            house.as_(who).get(&path).await.must(200);
        }
        assert_eq!(kind(&house.as_("barn-a").post(&ending, json!({})).await.must(409)), "not-now");
    });
}

#[test]
fn who_writes_the_childs_words_down_marks_them_at_once_at_the_childs_wish() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = voice(house, case, true).await;
        let path = format!("/v1/items/{item}");
        let read = house.as_("kurator").get(&path).await.must(200).json();
        assert_eq!(read["not_for_guardian"], json!(true));
        let publications = format!("{path}/publications");
        let shown = shown_to(house, "Vårdnadshavare 1");
        let refused = house.as_("kurator").post(&publications, shown.clone()).await.must(403);
        assert_eq!(rules(&refused), ["O05d"]);
        // Another unit reads it where it was shared; the guardian does not.
        let mut inside = share(house, TEAM, "INNER");
        inside["reason"] = json!("Teamet möter barnet i morgon.");
        house.as_("kurator").post(&publications, inside).await.must(201);
        let read = house.as_("teamet").get(&path).await.must(200).json();
        assert_eq!(read["not_for_guardian"], json!(true));
        house.as_("vardnadshavare-1").get(&path).await.must(404);

        // At the child's word it is shown again, and the child may do so itself.
        let mark = format!("{path}/not-for-guardian");
        let ended = house.as_("kurator").post(&format!("{mark}/ending"), json!({})).await.must(200);
        assert_eq!(ended.json()["by_child"], json!(false));
        house.as_("kurator").post(&publications, shown).await.must(201);
        house.as_("vardnadshavare-1").get(&path).await.must(200);
        house.as_("kurator").post(&mark, json!({})).await.must(201);
        house.as_("vardnadshavare-1").get(&path).await.must(404);
        house.as_("barn-a").post(&format!("{mark}/ending"), json!({})).await.must(200);
        house.as_("vardnadshavare-1").get(&path).await.must(200);
    });
}
