//! Consents of three kinds: what each says, who reads it, what it opens, how it ends.

use samsyn::demo::sign_in::HeaderTweaks;
use samsyn::demo::{import, read_register};
use serde_json::{Value, json};
use uuid::Uuid;

use super::givers::{answer, ask, both_parents, case_about, intervention, pupil, unreachable};
use super::{
    BUP, INDEPENDENT, NOTHING, POLICE, SCHOOL, SOCIAL, TEAM, answer_of, answer_path,
    binding_consent, case_on, each, faults, item_of, join, joint_case, medical_item, referral_of,
    rules, share, terms, withdrawal_of,
};
use crate::support::house::{Caller, House, on_each_backend};
use crate::support::scene::agree_to_a_plan;

const FIRST: &str = "Vårdnadshavare 1";
const SECOND: &str = "Vårdnadshavare 2";

/// Somebody who answers for the police unit.
async fn head_of_police(house: &House) -> Caller {
    let id: Uuid = house.clock().new_id();
    let register = format!(
        "[[staff]]\nid = \"{id}\"\nagency = \"{}\"\nissuer = \"police\"\nsubject = \"{id}\"\n\
         name = \"Chef, Ungdomspolisen\"\n\
         duties = [{{ unit = \"{}\", role = \"manager\", from = \"2020-01-01\" }}]\n",
        house.agency_of(POLICE),
        house.unit(POLICE),
    );
    let register = read_register(&register, |name| house.sign_in().issuer_url(name));
    let register = register.expect("a register");
    import(house.running().store(), house.clock(), register).await.expect("a register, loaded");
    let mut claims = house.sign_in().claims("police", "polis").expect("claims");
    claims.insert("sub".to_owned(), json!(id));
    let token = house.sign_in().mint("police", &claims, HeaderTweaks::default());
    house.with_token(Some(token.expect("a token")))
}

#[test]
fn whoever_has_given_it_takes_it_back_and_past_reads_stay() {
    on_each_backend(async |house| {
        // T46.
        let referral = referral_of(house, "Ungdom F", INDEPENDENT, TEAM);
        let referral = house.as_("kurator-fyren").post("/v1/referrals", referral).await.must(201);
        let case = case_on(house, referral.id(), &[BUP, INDEPENDENT]);
        let case = house.as_("triagist").post("/v1/cases", case).await.must(201).id();
        join(house, case, "chef-bup", BUP, &["bup"]).await;
        join(house, case, "rektor-fyren", INDEPENDENT, &["kurator-fyren"]).await;
        let mut body = terms(house);
        body["to_agency"] = json!(house.agency_of(INDEPENDENT));
        let consent = ask(house, "bup", case, body).await.must(201).id();
        let young = house.as_("ungdom-f");
        answer(&young, consent, house.person("Ungdom F"), "given").await.must(200);
        let item = medical_item(house, case).await;
        let publish = format!("/v1/items/{item}/publications");
        house.as_("bup").post(&publish, share(house, INDEPENDENT, "CONSENT")).await.must(201);
        let read = format!("/v1/items/{item}");
        let seen = house.as_("kurator-fyren").get(&read).await.must(200);
        let entry = seen.header("samsyn-entry").expect("an entry").to_owned();
        let back = format!("/v1/consents/{consent}/withdrawals");
        young.post(&back, withdrawal_of(house, "Ungdom F")).await.must(200);
        let ended = house.as_("kurator-fyren").get(&read).await.must(403);
        assert_eq!(rules(&ended), ["D18"]);
        house.as_("kurator-fyren").get(&format!("/v1/decisions/{entry}")).await.must(200);
        let versions = young.get(&format!("/v1/consents/{consent}/versions")).await.must(200);
        assert_eq!(each(&versions, "what"), ["asked", "given", "withdrawn"]);
        assert_eq!(each(&versions, "standing"), ["waiting", "binding", "withdrawn"]);
    });
}

#[test]
fn a_consent_is_withdrawn_through_an_agency_that_may_not_read_it() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (consent, item) = (binding_consent(house, case).await, medical_item(house, case).await);
        let publish = format!("/v1/items/{item}/publications");
        house.as_("bup").post(&publish, share(house, SCHOOL, "CONSENT")).await.must(201);
        house.as_("kurator").get(&format!("/v1/items/{item}")).await.must(200);
        let path = format!("/v1/consents/{consent}");
        let back = format!("{path}/withdrawals");
        // Not assigned, and not even those who are read it: it names other agencies.
        for who in ["mottagning", "socialsekreterare"] {
            house.as_(who).get(&path).await.must(404);
            house.as_(who).get(&format!("{path}/versions")).await.must(404);
            house.as_(who).post(&back, withdrawal_of(house, "Barn B")).await.must(404);
        }
        for who in ["rektor-fyren", "polis"] {
            house.as_(who).post(&back, withdrawal_of(house, FIRST)).await.must(404);
        }
        let taken =
            house.as_("mottagning").post(&back, withdrawal_of(house, FIRST)).await.must(204);
        assert!(taken.body.is_empty());
        // Once it is taken back there is nothing more to take.
        house.as_("mottagning").post(&back, withdrawal_of(house, FIRST)).await.must(404);
        let ended = house.as_("kurator").get(&format!("/v1/items/{item}")).await.must(403);
        assert_eq!(rules(&ended), ["D18"]);
        let told = house.as_("bup").get(&format!("/v1/units/{}/notices", house.unit(BUP))).await;
        let told = told.must(200);
        assert_eq!(each(&told, "kind"), ["consent_withdrawn"]);
        assert_eq!(told.json()[0]["resource"], json!(consent));
        let path = format!("/v1/units/{}/notices", house.unit(SCHOOL));
        let told = house.as_("kurator").get(&path).await.must(200);
        assert_eq!(each(&told, "kind"), ["disclosure_ended"]);
        assert_eq!(told.json()[0]["resource"], json!(case));
    });
}

#[test]
fn each_kind_of_consent_says_what_it_needs_and_nothing_else() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let with = |mut body: Value, name: &str, value: Value| {
            body[name] = value;
            body
        };
        let without = |mut body: Value, name: &str| {
            body.as_object_mut().expect("an object").remove(name);
            body
        };
        let agency = json!(house.agency_of(SOCIAL));
        for (body, expected) in [
            (with(terms(house), "kind", json!("all")), "/kind unknown_word"),
            (with(terms(house), "agency", agency.clone()), "/agency unknown_field"),
            (with(terms(house), "far_reaching", json!(true)), "/far_reaching unknown_field"),
            (with(terms(house), "suitable_because", json!("x")), "/suitable_because unknown_field"),
            (without(terms(house), "categories"), "/categories missing"),
            (without(terms(house), "to_agency"), "/to_agency missing"),
            (without(intervention(house), "agency"), "/agency missing"),
            (with(intervention(house), "agency", json!(NOTHING)), "/agency no_such_agency"),
            (with(intervention(house), "to_agency", agency), "/to_agency unknown_field"),
            (with(intervention(house), "categories", json!(["SOC"])), "/categories unknown_field"),
            (with(intervention(house), "urgent_because", json!("")), "/urgent_because empty"),
        ] {
            let wrong = ask(house, "bup", case, body).await.must(422);
            let found = faults(&wrong);
            assert!(found.contains(&expected.to_owned()), "{expected}: {found:?}");
        }
        let consent = ask(house, "bup", case, terms(house)).await.must(201).id();
        let path = format!("/v1/consents/{consent}/answers");
        let given = answer_of(house, FIRST, "given");
        for (body, expected) in [
            (with(given.clone(), "categories", json!([])), "/categories empty"),
            (with(given.clone(), "categories", json!(["SOC"])), "/categories not_asked_for"),
            (without(given.clone(), "manner"), "/manner missing"),
            (without(given.clone(), "language"), "/language missing"),
            (
                with(unreachable(house.person(FIRST)), "manner", json!("written")),
                "/manner unknown_field",
            ),
            (without(unreachable(house.person(FIRST)), "reason"), "/reason missing"),
            (
                with(answer_of(house, FIRST, "refused"), "categories", json!(["MED"])),
                "/categories unknown_field",
            ),
        ] {
            let wrong = house.as_("bup").post(&path, body).await.must(422);
            assert_eq!(faults(&wrong), [expected]);
        }
        let kept = with(given, "evidence", json!("Dnr 2026-17, pärm 3"));
        let taken = house.as_("bup").post(&path, kept).await.must(200);
        assert_eq!(taken.json()["answers"][0]["evidence"], "Dnr 2026-17, pärm 3");
    });
}

#[test]
fn a_part_that_is_given_opens_that_part_and_no_more() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let mut wide = terms(house);
        wide["categories"] = json!(["MED", "SOC"]);
        wide["from_agency"] = json!(house.agency_of(SOCIAL));
        let consent = ask(house, "socialsekreterare", case, wide).await.must(201).id();
        let social = house.as_("socialsekreterare");
        answer(&social, consent, house.person(FIRST), "given").await.must(200);
        let mut part = answer_of(house, SECOND, "given");
        part["categories"] = json!(["MED"]);
        let path = format!("/v1/consents/{consent}/answers");
        let bound = social.post(&path, part).await.must(200);
        assert_eq!(bound.json()["standing"], "binding");
        assert_eq!(bound.json()["covers"], json!(["MED"]));
        let item = item_of(house, SOCIAL, "SOC");
        let item = social.post(&format!("/v1/cases/{case}/items"), item).await.must(201).id();
        let publish = format!("/v1/items/{item}/publications");
        let refused = social.post(&publish, share(house, SCHOOL, "CONSENT")).await.must(403);
        assert_eq!(rules(&refused), ["D18"]);
        let whole = answer_of(house, SECOND, "given");
        let bound = social.post(&path, whole).await.must(200);
        assert_eq!(bound.json()["covers"], json!(["MED", "SOC"]));
        social.post(&publish, share(house, SCHOOL, "CONSENT")).await.must(201);
        house.as_("kurator").get(&format!("/v1/items/{item}")).await.must(200);
        // Narrowed again: it closes with the next request, and those concerned are told.
        let mut part = answer_of(house, FIRST, "given");
        part["categories"] = json!(["MED"]);
        social.post(&path, part).await.must(200);
        house.as_("kurator").get(&format!("/v1/items/{item}")).await.must(403);
        let told = social.get(&format!("/v1/units/{}/notices", house.unit(SOCIAL))).await.must(200);
        assert_eq!(each(&told, "kind"), ["consent_withdrawn"]);
    });
}

#[test]
fn a_consent_is_read_by_those_whom_it_names() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let invite = json!({ "unit": house.unit(POLICE) });
        house.as_("teamet").post(&format!("/v1/cases/{case}/parties"), invite).await.must(200);
        let assign = json!({ "answer": "active", "assign": [house.staff("polis")] });
        let path = answer_path(house, case, POLICE);
        head_of_police(house).await.post(&path, assign).await.must(204);
        let health = binding_consent(house, case).await;
        let mut body = terms(house);
        body["from_agency"] = json!(house.agency_of(SCHOOL));
        body["to_agency"] = json!(house.agency_of(POLICE));
        body["categories"] = json!(["CRIME"]);
        let towards = ask(house, "kurator", case, body.clone()).await.must(201).id();
        (body["from_agency"], body["to_agency"]) =
            (body["to_agency"].clone(), body["from_agency"].clone());
        let back = ask(house, "kurator", case, body).await.must(201).id();
        let list = format!("/v1/cases/{case}/consents");
        for (who, sees) in [
            ("polis", vec![towards]),
            ("bup", vec![health]),
            ("kurator", vec![health, towards, back]),
            ("teamet", vec![health, towards, back]),
            ("socialsekreterare", vec![]),
        ] {
            let listed = house.as_(who).get(&list).await.must(200);
            let sees: Vec<_> = sees.iter().map(Uuid::to_string).collect();
            assert_eq!(each(&listed, "id"), sees, "{who}");
            for consent in [health, towards, back] {
                let status = if sees.contains(&consent.to_string()) { 200 } else { 404 };
                house.as_(who).get(&format!("/v1/consents/{consent}")).await.must(status);
                if status == 404 {
                    answer(&house.as_(who), consent, house.person(FIRST), "given").await.must(404);
                }
            }
        }
    });
}

#[test]
fn a_plan_is_drawn_up_only_when_those_who_decide_agree() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (path, teamet) = (format!("/v1/cases/{case}/plans"), house.as_("teamet"));
        // A waiver of secrecy is no consent to a plan.
        binding_consent(house, case).await;
        let refused = teamet.post(&path, json!({})).await.must(403);
        assert_eq!(rules(&refused), ["O15"]);
        let consent = agree_to_a_plan(house, case).await;
        let plan = teamet.post(&path, json!({})).await.must(201);
        let back = format!("/v1/consents/{consent}/withdrawals");
        house.as_("vardnadshavare-1").post(&back, withdrawal_of(house, FIRST)).await.must(200);
        let read = teamet.get(&format!("/v1/plans/{}", plan.id())).await.must(200);
        let activation = format!("/v1/plans/{}/activation", plan.id());
        let refused = teamet.post_seen(&activation, json!({}), read.etag()).await.must(403);
        assert_eq!(rules(&refused), ["O15"]);
        let told = teamet.get(&format!("/v1/units/{}/notices", house.unit(TEAM))).await.must(200);
        assert_eq!(each(&told, "kind"), ["consent_withdrawn"]);
    });
}

#[test]
fn a_guardian_is_heard_on_a_plan_that_the_young_person_decides() {
    on_each_backend(async |house| {
        let child = pupil(house, 16, &both_parents(house)).await;
        let case = case_about(house, child).await;
        let mut body = intervention(house);
        body["kind"] = json!("plan");
        body.as_object_mut().expect("an object").remove("with_assessment");
        body["agency"] = json!(house.agency_of(TEAM));
        let asked = ask(house, "teamet", case, body).await.must(201);
        assert_eq!(asked.json()["must_give"], json!([[child]]));
        let teamet = house.as_("teamet");
        let no = answer(&teamet, asked.id(), house.person(FIRST), "refused").await.must(200);
        assert_eq!(no.json()["standing"], "waiting", "it is noted, and doesn't stop it");
        let yes = answer(&teamet, asked.id(), child, "given").await.must(200);
        assert_eq!(yes.json()["standing"], "binding");
        teamet.post(&format!("/v1/cases/{case}/plans"), json!({})).await.must(201);
    });
}

#[test]
fn one_guardian_who_refuses_stops_the_waiver_and_nothing_else() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let consent = ask(house, "bup", case, terms(house)).await.must(201).id();
        let bup = house.as_("bup");
        answer(&bup, consent, house.person(FIRST), "given").await.must(200);
        let no = answer(&bup, consent, house.person(SECOND), "refused").await.must(200);
        assert_eq!(no.json()["standing"], "refused");
        let item = medical_item(house, case).await;
        let path = format!("/v1/items/{item}/publications");
        let refused = bup.post(&path, share(house, SCHOOL, "CONSENT")).await.must(403);
        assert_eq!(rules(&refused), ["D18"]);
        // T07: what the child needs between health care and social services needs no consent.
        let mut needed = share(house, SOCIAL, "CHILD_H");
        needed["despite_wish"] = json!("Stödet hemma måste läggas rätt.");
        bup.post(&path, needed).await.must(201);
        let report = json!({
            "child": house.person("Barn A"),
            "from_unit": house.unit(BUP),
            "to_unit": house.unit(SOCIAL),
            "concern": "Oro.",
        });
        bup.post("/v1/concern-reports", report).await.must(201);
    });
}
