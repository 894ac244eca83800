//! `/v1/plans/{plan}/goals/{goal}/outcome`, `…/revision`, `…/revisions`, `…/interruption`,
//! `…/resumption`, `…/closure`

use serde_json::{Value, json};
use uuid::Uuid;

use super::plans::{at, confirm, read, write};
use super::{BUP, SCHOOL, begin_plan, each, faults, joint_case, kind, rules};
use crate::support::house::{Answer, House, on_each_backend};

/// A plan that is active.
async fn active_plan(house: &House) -> (Uuid, Uuid) {
    let case = joint_case(house).await;
    let plan = begin_plan(house, case).await;
    write(house, plan).await;
    activate(house, plan).await;
    (case, plan)
}

async fn activate(house: &House, plan: Uuid) -> Answer {
    let ready = confirm(house, plan).await;
    let path = format!("{}/activation", at(plan));
    house.as_("teamet").post_seen(&path, json!({}), ready.etag()).await.must(200)
}

async fn turn(house: &House, plan: Uuid, what: &str, body: Value) -> Answer {
    let seen = read(house, plan).await;
    house.as_("teamet").post_seen(&format!("{}/{what}", at(plan)), body, seen.etag()).await
}

async fn judge(house: &House, who: &str, plan: Uuid, goal: &Value, body: Value) -> Answer {
    let goal = goal.as_str().expect("an id");
    house.as_(who).post(&format!("{}/goals/{goal}/outcome", at(plan)), body).await
}

async fn notices(house: &House, who: &str, unit: &str) -> Vec<String> {
    let path = format!("/v1/units/{}/notices", house.unit(unit));
    each(&house.as_(who).get(&path).await.must(200), "kind")
}

#[test]
fn a_plan_ends_when_each_goal_has_come_to_something() {
    on_each_backend(async |house| {
        let (case, plan) = active_plan(house).await;
        let goal = read(house, plan).await.json()["goals"][0]["id"].clone();
        let end = json!({ "reason": "goals_met" });
        let open = turn(house, plan, "closure", end.clone()).await.must(409);
        assert_eq!(kind(&open), "incomplete");
        assert_eq!(open.json()["lacks"][0]["lack"], "outcome_of_goal");
        assert_eq!(open.json()["lacks"][0]["of"], goal);
        let given_up = json!({ "outcome": "cancelled" });
        let bare = judge(house, "teamet", plan, &goal, given_up).await.must(422);
        assert_eq!(faults(&bare), ["/because required_when_cancelled"]);
        let done = json!({ "outcome": "done" });
        assert_eq!(rules(&judge(house, "bup", plan, &goal, done.clone()).await.must(403)), ["O10"]);
        judge(house, "teamet", plan, &json!(super::NOTHING), done.clone()).await.must(404);
        let judged = judge(house, "teamet", plan, &goal, done).await.must(200).json();
        assert_eq!(judged["goals"][0]["outcome"], "done");
        let seen = read(house, plan).await;
        let path = format!("{}/closure", at(plan));
        let refused = house.as_("bup").post_seen(&path, end.clone(), seen.etag()).await.must(403);
        assert_eq!(rules(&refused), ["O10"]);
        let odd = turn(house, plan, "closure", json!({ "reason": "other" })).await.must(422);
        assert_eq!(faults(&odd), ["/note required_when_other"]);
        let closed = turn(house, plan, "closure", end.clone()).await.must(200).json();
        assert_eq!(
            (&closed["state"], &closed["turn"]["reason"]),
            (&json!("closed"), &json!("goals_met"))
        );
        assert_eq!(notices(house, "kurator", SCHOOL).await, ["plan_closed"]);
        assert_eq!(kind(&turn(house, plan, "closure", end).await.must(409)), "not-now");
        // The family reads on, and a new plan can be begun.
        house.as_("barn-a").get(&at(plan)).await.must(200);
        let path = format!("/v1/cases/{case}/plans");
        let second = house.as_("teamet").post(&path, json!({})).await.must(201);
        assert_eq!(second.json()["state"], "preparing");
    });
}

#[test]
fn a_withdrawal_ends_a_plan_at_any_time() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = begin_plan(house, case).await;
        let end = json!({ "reason": "consent_withdrawn" });
        assert_eq!(kind(&turn(house, plan, "closure", end.clone()).await.must(409)), "not-now");
        let teamet = house.as_("teamet");
        let consents = teamet.get(&format!("/v1/cases/{case}/consents")).await.must(200).json();
        let consent = consents[0]["id"].as_str().expect("an id").to_owned();
        let back = super::withdrawal_of(house, "Vårdnadshavare 1");
        teamet.post(&format!("/v1/consents/{consent}/withdrawals"), back).await.must(200);
        let other = json!({ "reason": "need_gone" });
        assert_eq!(kind(&turn(house, plan, "closure", other).await.must(409)), "not-now");
        let closed = turn(house, plan, "closure", end).await.must(200);
        assert_eq!(closed.json()["state"], "closed");
    });
}

#[test]
fn what_is_laid_aside_and_taken_up_again_is_confirmed_anew() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = begin_plan(house, case).await;
        write(house, plan).await;
        confirm(house, plan).await;
        let (teamet, aside) = (house.as_("teamet"), format!("{}/interruption", at(plan)));
        let because = json!({ "reason": "Barnet är på sjukhus." });
        let bare = teamet.post(&aside, json!({ "reason": " " })).await.must(422);
        assert_eq!(faults(&bare), ["/reason empty"]);
        assert_eq!(rules(&house.as_("bup").post(&aside, because.clone()).await.must(403)), ["O10"]);
        let laid = teamet.post(&aside, because.clone()).await.must(200).json();
        assert_eq!(
            (&laid["state"], &laid["turn"]["turn"]),
            (&json!("interrupted"), &json!("interrupted"))
        );
        assert_eq!(notices(house, "bup", BUP).await, ["plan_interrupted"]);
        let need = json!({ "indicator": "safe", "text": "Lugn." });
        let stopped = teamet.post(&format!("{}/needs", at(plan)), need).await.must(409);
        assert_eq!(kind(&stopped), "not-now");
        assert_eq!(kind(&teamet.post(&aside, because).await.must(409)), "not-now");
        let path = format!("{}/resumption", at(plan));
        let again = teamet.post(&path, json!({})).await.must(200).json();
        assert_eq!((&again["state"], &again["confirmations"]), (&json!("draft"), &json!([])));
        assert_eq!(kind(&teamet.post(&path, json!({})).await.must(409)), "not-now");
        activate(house, plan).await;
    });
}

#[test]
fn a_revision_is_written_beside_the_one_in_force_and_tells_what_is_different() {
    on_each_backend(async |house| {
        let (_, plan) = active_plan(house).await;
        let reason = json!({ "reason": "Uppföljning." });
        let first = read(house, plan).await;
        let path = format!("{}/revision", at(plan));
        let refused = house.as_("bup").post_seen(&path, reason.clone(), first.etag()).await;
        assert_eq!(rules(&refused.must(403)), ["O10"]);
        let stale = house.as_("teamet").post_seen(&path, reason.clone(), "\"v1\"").await.must(412);
        assert_eq!(stale.etag(), first.etag());
        let draft = turn(house, plan, "revision", reason.clone()).await.must(200).json();
        assert_eq!((&draft["state"], &draft["revision"]), (&json!("draft"), &json!(2)));
        assert_eq!(kind(&turn(house, plan, "revision", reason).await.must(409)), "not-now");

        // The school's action goes, and another one comes.
        let (action, goal) = (&draft["actions"][0]["id"], &draft["goals"][0]["id"]);
        let (kurator, teamet) = (house.as_("kurator"), house.as_("teamet"));
        let id = |id: &Value| id.as_str().expect("an id").to_owned();
        let goal_path = format!("{}/goals/{}/removal", at(plan), id(goal));
        assert_eq!(kind(&teamet.post(&goal_path, json!({})).await.must(409)), "not-now");
        let gone = format!("{}/actions/{}/removal", at(plan), id(action));
        let own = |unit| json!({ "unit": house.unit(unit) });
        assert_eq!(rules(&house.as_("bup").post(&gone, own(SCHOOL)).await.must(403)), ["O11"]);
        house.as_("bup").post(&gone, own(BUP)).await.must(404);
        kurator.post(&gone, own(SCHOOL)).await.must(200);
        let new = json!({
            "unit": house.unit(SCHOOL),
            "goal": goal,
            "legal_class": "intervention",
            "text": "Hela skoldagar.",
            "evidence": "Närvaron i mars.",
            "due_on": house.today(),
        });
        let written = kurator.post(&format!("{}/actions", at(plan)), new).await.must(200).json();
        assert_eq!(written["actions"].as_array().map(Vec::len), Some(1));
        let crisis = json!({ "crisis": "Ring socialjouren." });
        let seen = read(house, plan).await;
        teamet.patch_seen(&at(plan), crisis, seen.etag()).await.must(200);

        // The family reads the revision in force.
        let child = house.as_("barn-a");
        let reads = async || child.get(&at(plan)).await.must(200).json();
        let old = reads().await;
        assert_eq!((&old["state"], &old["revision"]), (&json!("active"), &json!(1)));
        assert_eq!(old["actions"][0]["text"], "Senare skoldag.");
        assert_eq!((&old["crisis"], &old["actions"][0]["id"]), (&Value::Null, action));
        let revisions = format!("{}/revisions", at(plan));
        let told = child.get(&revisions).await.must(200).json();
        assert_eq!(told.as_array().map(Vec::len), Some(1), "nothing of the draft");

        activate(house, plan).await;
        let now = reads().await;
        assert_eq!((&now["revision"], &now["crisis"]), (&json!(2), &json!("Ring socialjouren.")));
        let told = child.get(&revisions).await.must(200).json();
        let different: Vec<_> = told[1]["differences"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|it| (it["part"].clone(), it["before"].clone(), it["after"].clone()))
            .collect();
        let expected = [
            (json!("crisis"), Value::Null, json!("Ring socialjouren.")),
            (json!("action"), json!("Senare skoldag."), Value::Null),
            (json!("action"), Value::Null, json!("Hela skoldagar.")),
        ];
        assert_eq!(different, expected);
        house.as_("rektor-berg").get(&revisions).await.must(404);
    });
}

#[test]
fn the_preparation_is_a_checklist_of_the_parties() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = begin_plan(house, case).await;
        let path = format!("{}/preparation", at(plan));
        let teamet = house.as_("teamet");
        let open = read(house, plan).await;
        let list = open.json()["preparation"].clone();
        assert_eq!(list.as_array().map(Vec::len), Some(10));
        assert_eq!((&list[1]["item"], &list[1]["done"]), (&json!("child_asked"), &Value::Null));
        let word = |done: bool| json!({ "item": "child_asked", "done": done, "note": "Vill sitta vid dörren." });
        teamet.post(&path, word(false)).await.must(200);
        let said = teamet.post(&path, word(true)).await.must(200);
        assert_eq!(said.json()["preparation"][1]["done"], true);
        assert_eq!(said.json()["preparation"][1]["by"], json!(house.staff("teamet")));
        assert_eq!(said.etag(), open.etag(), "it is no content");
        let odd = teamet.post(&path, json!({ "item": "cake", "done": true })).await.must(422);
        assert_eq!(faults(&odd), ["/item unknown_word"]);
        assert_eq!(rules(&house.as_("bup").post(&path, word(true)).await.must(403)), ["O10"]);
        write(house, plan).await;
        activate(house, plan).await;
        assert_eq!(kind(&teamet.post(&path, word(true)).await.must(409)), "not-now");
        let seen = house.as_("vardnadshavare-1").get(&at(plan)).await.must(200);
        assert_eq!(seen.json()["preparation"], json!([]), "the parties' own");
    });
}
