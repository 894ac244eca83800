//! The walls that no role passes, and what the family itself may read: whole stories.

use chrono::{Days, TimeDelta};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BUP, NOTHING, SCHOOL, SOCIAL, TEAM, begin_plan, each, faceless, faults, item_of, joint_case,
    kind, medical_item, rules, share,
};
use crate::support::house::{House, on_each_backend};

/// The first guardian, as they sign in.
const FIRST: &str = "vardnadshavare-1";
/// The second guardian.
const SECOND: &str = "vardnadshavare-2";

/// From whom, and why.
fn from(house: &House, guardian: &str) -> Value {
    json!({ "guardian": house.person(guardian), "reason": "Barnet kan komma till skada." })
}

/// An active plan in `case`, written and confirmed by its four units.
async fn active_plan(house: &House, case: Uuid) -> Uuid {
    let plan = begin_plan(house, case).await;
    let (who, path) = (house.as_("teamet"), format!("/v1/plans/{plan}"));
    let last = |answer: Value, list: &str| {
        let rows = answer[list].as_array().cloned().unwrap_or_default();
        rows.last().map_or(Value::Null, |row| row["id"].clone())
    };
    let need = json!({ "indicator": "healthy", "text": "Sova och orka." });
    let need = who.post(&format!("{path}/needs"), need).await.must(200).json();
    let goal = json!({
        "need": last(need, "needs"), "horizon": "short_term", "text": "Tre dagar i veckan.",
    });
    let goal = who.post(&format!("{path}/goals"), goal).await.must(200).json();
    let action = json!({
        "unit": house.unit(TEAM), "goal": last(goal, "goals"), "legal_class": "intervention",
        "text": "Möta eleven varje morgon.", "due_on": house.today() + Days::new(30),
    });
    let seen = who.post(&format!("{path}/actions"), action).await.must(200);
    let frame = json!({
        "met_on": house.today(),
        "follow_up_on": house.today() + Days::new(60),
        "responsible_agency": house.agency_of(TEAM),
        "child_view": { "words": "Bra om alla vet samma sak." },
    });
    let seen = who.patch_seen(&path, frame, seen.etag()).await.must(200);
    for (unit, who) in
        [(TEAM, "teamet"), (BUP, "bup"), (SOCIAL, "socialsekreterare"), (SCHOOL, "kurator")]
    {
        let body = json!({ "unit": house.unit(unit) });
        let path = format!("{path}/confirmations");
        house.as_(who).post_seen(&path, body, seen.etag()).await.must(200);
    }
    let seen = who.get(&path).await.must(200);
    who.post_seen(&format!("{path}/activation"), json!({}), seen.etag()).await.must(200);
    plan
}

/// How many plans `who` finds among their own.
async fn own_plans(house: &House, who: &str) -> usize {
    each(&house.as_(who).get("/v1/me/plans").await.must(200), "id").len()
}

/// T27, T48: the guardians and the child read the plan once it is active, and nobody else.
#[test]
fn the_family_reads_its_plan_and_no_draft() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let draft = begin_plan(house, case).await;
        let nowhere = house.as_("barn-a").get(&format!("/v1/plans/{NOTHING}")).await.must(404);
        for who in [FIRST, SECOND, "barn-a", "ungdom-f"] {
            let there = house.as_(who).get(&format!("/v1/plans/{draft}")).await.must(404);
            assert_eq!(faceless(&there), faceless(&nowhere), "{who}");
            assert_eq!(own_plans(house, who).await, 0, "{who}");
        }
        let plan = active_plan(house, joint_case(house).await).await;
        let path = format!("/v1/plans/{plan}");
        for who in [FIRST, SECOND, "barn-a"] {
            let read = house.as_(who).get(&path).await.must(200).json();
            assert_eq!(read["unit"], json!(house.unit(TEAM)), "{who}");
            assert_eq!(read["goals"][0]["text"], "Tre dagar i veckan.");
            assert_eq!(each(&house.as_(who).get("/v1/me/plans").await, "id"), [plan.to_string()]);
            // What is the parties' own is not theirs.
            house.as_(who).get(&format!("/v1/cases/{case}")).await.must(404);
        }
        // D09: a young person of another family, and staff by this door.
        house.as_("ungdom-f").get(&path).await.must(404);
        assert_eq!(own_plans(house, "ungdom-f").await, 0);
        house.as_("larare").get("/v1/me/plans").await.must(403);
        // T41, T43.
        for who in ["revisor-social", "administrator"] {
            assert_eq!(rules(&house.as_(who).get(&path).await.must(403))[0], "D12", "{who}");
        }
        // On the day that the young person decides alone, the guardians' insight ends.
        house.wait(TimeDelta::days(1600));
        for who in [FIRST, SECOND] {
            house.as_(who).get(&path).await.must(404);
            assert_eq!(own_plans(house, who).await, 0, "{who}");
        }
        house.as_("barn-a").get(&path).await.must(200);
    });
}

#[test]
fn a_guardian_who_is_barred_is_not_told_that_there_is_a_matter() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = active_plan(house, case).await;
        let consents = house.as_("teamet").get(&format!("/v1/cases/{case}/consents")).await;
        let consent = each(&consents, "id")[0].clone();
        let path = format!("/v1/cases/{case}/barred-guardians");
        // Not by everybody who is assigned, not for no reason, not somebody without custody.
        house.as_("kurator").post(&path, from(house, "Vårdnadshavare 1")).await.must(403);
        house.as_("rektor-berg").post(&path, from(house, "Vårdnadshavare 1")).await.must(404);
        house.as_(FIRST).post(&path, from(house, "Vårdnadshavare 2")).await.must(404);
        let mut unreasoned = from(house, "Vårdnadshavare 1");
        unreasoned["reason"] = json!(" ");
        let wrong = house.as_("teamet").post(&path, unreasoned).await.must(422);
        assert_eq!(faults(&wrong), ["/reason empty"]);
        let wrong = house.as_("teamet").post(&path, from(house, "Ungdom F")).await.must(422);
        assert_eq!(faults(&wrong), ["/guardian not_a_guardian"]);

        house.as_("socialsekreterare").post(&path, from(house, "Vårdnadshavare 1")).await.must(201);
        let again = house.as_("teamet").post(&path, from(house, "Vårdnadshavare 1")).await;
        assert_eq!(kind(&again.must(409)), "not-now");
        for path in [format!("/v1/plans/{plan}"), format!("/v1/consents/{consent}")] {
            let there = house.as_(FIRST).get(&path).await.must(404);
            let nowhere = path.replace(path.rsplit('/').next().expect("an id"), NOTHING);
            let nowhere = house.as_(FIRST).get(&nowhere).await.must(404);
            assert_eq!(faceless(&there), faceless(&nowhere), "{path}");
            house.as_(SECOND).get(&path).await.must(200);
        }
        let answer = json!({
            "giver": house.person("Vårdnadshavare 1"), "manner": "signed", "language": "sv",
        });
        let withdrawals = format!("/v1/consents/{consent}/withdrawals");
        house.as_(FIRST).post(&withdrawals, answer).await.must(404);
        for list in ["/v1/me/plans", "/v1/me/consents"] {
            let rows = house.as_(FIRST).get(list).await.must(200);
            assert_eq!(each(&rows, "id"), [] as [&str; 0], "{list}");
        }

        let ending = format!("{path}/ending");
        house.as_("teamet").post(&ending, from(house, "Vårdnadshavare 1")).await.must(200);
        house.as_(FIRST).get(&format!("/v1/plans/{plan}")).await.must(200);
        let over = house.as_("teamet").post(&ending, from(house, "Vårdnadshavare 1")).await;
        assert_eq!(kind(&over.must(409)), "not-now");
    });
}

/// What the child has said, written by the counsellor and shown to somebody of the family.
async fn voice(house: &House, case: Uuid, confidential: bool) -> Uuid {
    let mut body = item_of(house, SCHOOL, "VOICE");
    body["confidential"] = json!(confidential);
    let path = format!("/v1/cases/{case}/items");
    house.as_("kurator").post(&path, body).await.must(201).id()
}

fn shown_to(house: &House, guardian: &str) -> Value {
    json!({
        "person": house.person(guardian), "ground": "GUARDIAN", "reason": "Vårdnadshavarens insyn.",
    })
}

#[test]
fn an_item_is_hidden_from_one_guardian_by_its_unit_or_by_the_child() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = voice(house, case, false).await;
        let (path, hide) = (format!("/v1/items/{item}"), format!("/v1/items/{item}/hidden-from"));
        for guardian in ["Vårdnadshavare 1", "Vårdnadshavare 2"] {
            let publications = format!("{path}/publications");
            house.as_("kurator").post(&publications, shown_to(house, guardian)).await.must(201);
        }
        house.as_(FIRST).get(&path).await.must(200);
        // Another unit and another family can't; a guardian can't hide it from the other.
        house.as_("bup").post(&hide, from(house, "Vårdnadshavare 1")).await.must(404);
        house.as_("ungdom-f").post(&hide, from(house, "Vårdnadshavare 1")).await.must(404);
        let refused = house.as_(SECOND).post(&hide, from(house, "Vårdnadshavare 1")).await;
        assert!([403, 404].contains(&refused.status), "{refused}");

        house.as_("barn-a").post(&hide, from(house, "Vårdnadshavare 1")).await.must(201);
        let there = house.as_(FIRST).get(&path).await.must(404);
        let nowhere = house.as_(FIRST).get(&format!("/v1/items/{NOTHING}")).await.must(404);
        assert_eq!(faceless(&there), faceless(&nowhere));
        house.as_(SECOND).get(&path).await.must(200);
        // The unit is told, and tries it.
        let notices = format!("/v1/units/{}/notices", house.unit(SCHOOL));
        let told = house.as_("rektor").get(&notices).await.must(200);
        assert_eq!(each(&told, "kind"), ["hidden_by_child"]);
        let ending = format!("{hide}/ending");
        house.as_("kurator").post(&ending, from(house, "Vårdnadshavare 1")).await.must(200);
        house.as_(FIRST).get(&path).await.must(200);

        // What the unit has decided the child can't end.
        house.as_("kurator").post(&hide, from(house, "Vårdnadshavare 2")).await.must(201);
        house.as_(SECOND).get(&path).await.must(404);
        let kept = house.as_("barn-a").post(&ending, from(house, "Vårdnadshavare 2")).await;
        assert_eq!(kind(&kept.must(409)), "not-now");
        // What the child has not said itself is not the child's to hide.
        let health = medical_item(house, case).await;
        let hide = format!("/v1/items/{health}/hidden-from");
        house.as_("barn-a").post(&hide, from(house, "Vårdnadshavare 1")).await.must(404);
    });
}

#[test]
fn what_was_told_in_confidence_reaches_no_guardian() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = voice(house, case, true).await;
        let path = format!("/v1/items/{item}/publications");
        let refused = house.as_("kurator").post(&path, shown_to(house, "Vårdnadshavare 1")).await;
        refused.must(403);
        house.as_(FIRST).get(&format!("/v1/items/{item}")).await.must(404);
        house.as_("kurator").get(&format!("/v1/items/{item}")).await.must(200);
    });
}

/// T31.
#[test]
fn whoever_declares_a_conflict_of_interest_is_out_and_the_unit_is_told() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = begin_plan(house, case).await;
        let path = format!("/v1/cases/{case}/conflict");
        let body = |kind: &str| json!({ "kind": kind });
        house.as_("rektor-berg").post(&path, body("relative")).await.must(404);
        house.as_(FIRST).post(&path, body("relative")).await.must(404);
        let wrong = house.as_("socialsekreterare").post(&path, body("friend")).await.must(422);
        assert_eq!(faults(&wrong), ["/kind unknown_word"]);
        house.as_("socialsekreterare").get(&format!("/v1/plans/{plan}")).await.must(200);

        house.as_("socialsekreterare").post(&path, body("relative")).await.must(204);
        for path in [format!("/v1/cases/{case}"), format!("/v1/plans/{plan}")] {
            house.as_("socialsekreterare").get(&path).await.must(404);
        }
        assert!(each(&house.as_("socialsekreterare").get("/v1/cases").await, "id").is_empty());
        house.as_("socialsekreterare").post(&path, body("relative")).await.must(404);
        // To be assigned again doesn't help, and the refusal is plain to whom it concerns.
        let again = format!("/v1/cases/{case}/parties/{}/assignments", house.unit(SOCIAL));
        let assign = |who: &str| json!({ "staff": house.staff(who) });
        let assigned = house.as_("mottagning").post(&again, assign("socialsekreterare")).await;
        if assigned.status == 204 {
            let refused = house.as_("socialsekreterare").get(&format!("/v1/cases/{case}")).await;
            assert_eq!(rules(&refused.must(403)), ["D02"]);
        }
        let notices = format!("/v1/units/{}/notices", house.unit(SOCIAL));
        let told = house.as_("mottagning").get(&notices).await.must(200);
        assert_eq!(each(&told, "kind"), ["conflict_declared"]);
        house.as_("mottagning").post(&again, assign("socialsekreterare2")).await.must(204);
        house.as_("socialsekreterare2").get(&format!("/v1/plans/{plan}")).await.must(200);
        // A duty stays a duty.
        let report = json!({
            "child": house.person("Barn A"), "from_unit": house.unit(SOCIAL),
            "to_unit": house.unit(SOCIAL), "concern": "Far illa.",
        });
        house.as_("socialsekreterare").post("/v1/concern-reports", report).await.must(201);
    });
}

#[test]
fn what_the_patient_has_blocked_is_shown_to_nobody_outside_its_unit() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        let path = format!("/v1/items/{item}");
        let (publish, block) = (format!("{path}/publications"), format!("{path}/block"));
        house.as_("bup").post(&publish, share(house, SOCIAL, "CHILD_H")).await.must(201);
        let asks = |who: &str| json!({ "asker": house.person(who) });
        // A guardian can't block the child's, and a young child can't yet.
        for asker in ["Vårdnadshavare 1", "Barn A", "Ungdom F"] {
            let refused = house.as_("bup").post(&block, asks(asker)).await.must(403);
            assert_eq!(rules(&refused), ["D14b"], "{asker}");
        }
        house.as_(FIRST).post(&block, asks("Vårdnadshavare 1")).await.must(404);

        house.wait(TimeDelta::days(1600));
        let theirs = house.as_("socialsekreterare");
        theirs.get(&path).await.must(200);
        let refused = house.as_("bup").post(&block, asks("Vårdnadshavare 1")).await.must(403);
        assert_eq!(rules(&refused), ["D14b"]);
        theirs.post(&block, asks("Barn A")).await.must(404);
        house.as_("bup").post(&block, asks("Barn A")).await.must(201);
        assert_eq!(rules(&theirs.get(&path).await.must(403)), ["D14"]);
        let listed = theirs.get(&format!("/v1/cases/{case}/items")).await.must(200);
        assert!(each(&listed, "id").is_empty());
        house.as_("bup").get(&path).await.must(200);
        let more = house.as_("bup").post(&publish, share(house, SOCIAL, "CHILD_H")).await.must(403);
        assert_eq!(rules(&more), ["D14"]);
        let again = house.as_("bup").post(&block, asks("Barn A")).await.must(409);
        assert_eq!(kind(&again), "not-now");

        let lifting = format!("{block}/lifting");
        let lift = |because: &str| json!({ "ground": "needed", "because": because });
        theirs.post(&lifting, lift("Behövs.")).await.must(404);
        let wrong = house.as_("bup").post(&lifting, lift(" ")).await.must(422);
        assert_eq!(faults(&wrong), ["/because empty"]);
        let lifted = house.as_("bup").post(&lifting, lift("Akut vård kräver det.")).await.must(200);
        assert_eq!(lifted.json()["lifted_ground"], "needed");
        theirs.get(&path).await.must(200);
        assert_eq!(kind(&house.as_("bup").post(&lifting, lift("x")).await.must(409)), "not-now");
    });
}

#[test]
fn what_concerns_third_persons_stays_at_its_unit() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let body = item_of(house, SOCIAL, "THIRD");
        let items = format!("/v1/cases/{case}/items");
        let item = house.as_("socialsekreterare").post(&items, body).await.must(201).id();
        let path = format!("/v1/items/{item}");
        house.as_("socialsekreterare").get(&path).await.must(200);
        let publish = format!("{path}/publications");
        for body in [share(house, BUP, "CHILD_S"), shown_to(house, "Vårdnadshavare 1")] {
            house.as_("socialsekreterare").post(&publish, body).await.must(403);
        }
        for who in ["bup", "teamet", FIRST, "barn-a"] {
            house.as_(who).get(&path).await.must(404);
        }
    });
}

/// T21: nothing anywhere tells a guardian who reported.
#[test]
fn a_guardian_is_not_told_who_reported() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = active_plan(house, case).await;
        let body = json!({
            "child": house.person("Barn A"), "from_unit": house.unit(SCHOOL),
            "to_unit": house.unit(SOCIAL), "concern": "Det här är oron.",
        });
        let report = house.as_("larare").post("/v1/concern-reports", body).await.must(201).id();
        house.as_("mottagning").get(&format!("/v1/concern-reports/{report}")).await.must(200);
        let list = format!("/v1/concern-reports?unit={}", house.unit(SOCIAL));
        for who in [FIRST, SECOND, "barn-a"] {
            let there = house.as_(who).get(&format!("/v1/concern-reports/{report}")).await;
            let nowhere = house.as_(who).get(&format!("/v1/concern-reports/{NOTHING}")).await;
            assert_eq!(faceless(&there.must(404)), faceless(&nowhere.must(404)), "{who}");
            house.as_(who).get(&list).await.must(403);
            for path in [format!("/v1/plans/{plan}"), "/v1/me/plans".into(), "/v1/me".into()] {
                let answer = house.as_(who).get(&path).await.must(200);
                for told in [report.to_string(), house.staff("larare").to_string()] {
                    assert!(!answer.text().contains(&told), "{who} {path}");
                }
            }
        }
    });
}
