//! Who must give a consent, as it is worked out on the day that somebody asks.

use chrono::{Days, Months, TimeDelta};
use samsyn::demo::{import, read_register};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BUP, INDEPENDENT, SCHOOL, SOCIAL, TEAM, case_on, each, faults, join, joint_case, kind,
    referral_of, rules, terms, withdrawal_of,
};
use crate::support::house::{Answer, Caller, House, on_each_backend};

const FIRST: &str = "Vårdnadshavare 1";
const SECOND: &str = "Vårdnadshavare 2";
const AREA: &str = "00000000-0000-8000-8000-000000000011";

/// A pupil of so many years and some days, whose family stands in the register like this.
pub(super) async fn pupil(house: &House, years: u32, family: &str) -> Uuid {
    let id: Uuid = house.clock().new_id();
    let born = house.today() - Months::new(12 * years) - Days::new(40);
    let register = format!(
        "[[persons]]\nid = \"{id}\"\narea = \"{AREA}\"\ndisplay_name = \"Barn H\"\n\
         birth_date = \"{born}\"\n\
         enrolled = [{{ unit = \"{}\", from = \"2020-08-17\" }}]\n{family}",
        house.unit(SCHOOL)
    );
    let register = read_register(&register, str::to_owned).expect("a register");
    import(house.running().store(), house.clock(), register).await.expect("a register, loaded");
    id
}

/// Both parents have custody.
pub(super) fn both_parents(house: &House) -> String {
    let row = |name| format!("{{ person = \"{}\", from = \"2010-01-01\" }}", house.person(name));
    format!("guardians = [{}, {}]\n", row(FIRST), row(SECOND))
}

/// One parent has custody.
pub(super) fn one_parent(house: &House, name: &str) -> String {
    format!("guardians = [{{ person = \"{}\", from = \"2010-01-01\" }}]\n", house.person(name))
}

/// A case about the child, in which BUP, social services and the school take part.
pub(super) async fn case_about(house: &House, child: Uuid) -> Uuid {
    let mut referral = referral_of(house, "Barn A", TEAM, TEAM);
    referral["child"] = json!(child);
    let referral = house.as_("teamet").post("/v1/referrals", referral).await.must(201).id();
    let case = case_on(house, referral, &[BUP, SOCIAL, SCHOOL]);
    let case = house.as_("triagist").post("/v1/cases", case).await.must(201).id();
    join(house, case, "mottagning-bup", BUP, &["bup"]).await;
    join(house, case, "mottagning", SOCIAL, &["socialsekreterare"]).await;
    join(house, case, "rektor", SCHOOL, &["rektor", "kurator"]).await;
    case
}

pub(super) async fn ask(house: &House, who: &str, case: Uuid, body: Value) -> Answer {
    house.as_(who).post(&format!("/v1/cases/{case}/consents"), body).await
}

/// What `who` takes down of `giver`'s answer; the consent as it then stands.
pub(super) async fn answer(who: &Caller, consent: Uuid, giver: Uuid, said: &str) -> Answer {
    let body = json!({ "giver": giver, "answer": said, "manner": "written", "language": "sv" });
    who.post(&format!("/v1/consents/{consent}/answers"), body).await
}

pub(super) fn unreachable(giver: Uuid) -> Value {
    json!({ "giver": giver, "answer": "unreachable", "reason": "Ringt fyra gånger, skrivit två." })
}

async fn assess(house: &House, case: Uuid, matter: &str, mature: bool) {
    let body =
        json!({ "matter": matter, "mature": mature, "reason": "Samtal vid tre tillfällen." });
    house.as_("bup").post(&format!("/v1/cases/{case}/maturity-assessments"), body).await.must(201);
}

async fn standing(house: &House, consent: Uuid) -> String {
    let read = house.as_("teamet").get(&format!("/v1/consents/{consent}")).await.must(200);
    read.json()["standing"].as_str().unwrap_or_default().to_owned()
}

pub(super) fn intervention(house: &House) -> Value {
    json!({
        "kind": "intervention",
        "agency": house.agency_of(SOCIAL),
        "purpose": "Kontaktperson.",
        "valid_from": house.today(),
        "valid_to": house.today() + Days::new(180),
        "explained": "Vad en kontaktperson gör.",
        "explained_in": "sv",
        "with_assessment": true,
    })
}

#[test]
fn from_twelve_the_child_is_asked_and_alone_when_mature() {
    on_each_backend(async |house| {
        let (first, second) = (house.person(FIRST), house.person(SECOND));
        let child = pupil(house, 13, &both_parents(house)).await;
        let case = case_about(house, child).await;
        let asked = ask(house, "bup", case, terms(house)).await.must(201);
        assert_eq!(asked.json()["must_give"], json!([[first, second, child]]));
        let (consent, bup) = (asked.id(), house.as_("bup"));
        answer(&bup, consent, first, "given").await.must(200);
        answer(&bup, consent, child, "given").await.must(200);
        let no = answer(&bup, consent, second, "refused").await.must(200);
        assert_eq!(no.json()["standing"], "refused");
        // Mature for another matter is not mature for this one.
        assess(house, case, "plan", true).await;
        assert_eq!(standing(house, consent).await, "refused");
        assess(house, case, "waiver", true).await;
        let read = bup.get(&format!("/v1/consents/{consent}")).await.must(200);
        assert_eq!(read.json()["standing"], "binding");
        assert_eq!(read.json()["must_give"], json!([[child]]));
        assert_eq!(read.json()["givers"], json!([first, second, child]), "as was told then");
        // The guardians no longer see what the child decides, but for what they answered.
        house.as_("vardnadshavare-1").get(&format!("/v1/consents/{consent}")).await.must(200);
        let new = ask(house, "bup", case, terms(house)).await.must(201).id();
        house.as_("vardnadshavare-1").get(&format!("/v1/consents/{new}")).await.must(404);
        // Doubted again: the guardian's no counts as before.
        assess(house, case, "waiver", false).await;
        assert_eq!(standing(house, consent).await, "refused");
        // In another case nobody has assessed it.
        let other = case_about(house, child).await;
        let asked = ask(house, "bup", other, terms(house)).await.must(201);
        assert_eq!(asked.json()["must_give"], json!([[first, second, child]]));
    });
}

#[test]
fn below_twelve_no_assessment_makes_the_child_decide() {
    on_each_backend(async |house| {
        let child = pupil(house, 11, &both_parents(house)).await;
        let case = case_about(house, child).await;
        assess(house, case, "waiver", true).await;
        let asked = ask(house, "bup", case, terms(house)).await.must(201);
        assert_eq!(asked.json()["must_give"], json!([[house.person(FIRST), house.person(SECOND)]]));
        let wrong = answer(&house.as_("bup"), asked.id(), child, "given").await.must(422);
        assert_eq!(faults(&wrong), ["/giver not_a_giver"]);
    });
}

#[test]
fn maturity_is_assessed_matter_by_matter_and_never_written_over() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let path = format!("/v1/cases/{case}/maturity-assessments");
        let body = json!({ "matter": "waiver", "mature": true, "reason": "Förstår följderna." });
        for (who, status) in [("polis", 403), ("rektor-berg", 404), ("vardnadshavare-1", 404)] {
            house.as_(who).post(&path, body.clone()).await.must(status);
            house.as_(who).get(&path).await.must(status);
        }
        let mut odd = body.clone();
        odd["matter"] = json!("all");
        odd["reason"] = json!(" ");
        let wrong = house.as_("bup").post(&path, odd).await.must(422);
        assert_eq!(faults(&wrong), ["/matter unknown_word", "/reason empty"]);
        let first = house.as_("bup").post(&path, body.clone()).await.must(201);
        assert_eq!(first.json()["assessed_by"], json!(house.staff("bup")));
        let mut doubt = body;
        doubt["mature"] = json!(false);
        let second = house.as_("kurator").post(&path, doubt).await.must(201);
        let listed = house.as_("kurator").get(&path).await.must(200);
        assert_eq!(listed.json(), json!([first.json(), second.json()]));
        let page = house.as_("kurator").get(&format!("{path}?limit=1")).await.must(200);
        assert_eq!(page.json(), json!([first.json()]));
        assert!(page.header("link").is_some());
    });
}

#[test]
fn at_midnight_of_the_eighteenth_birthday_the_guardians_have_no_say() {
    on_each_backend(async |house| {
        // Ungdom F was born on 17 February 2010; a day begins where the law holds.
        house.wait(TimeDelta::days(450));
        let young = house.person("Ungdom F");
        let referral = referral_of(house, "Ungdom F", INDEPENDENT, TEAM);
        let referral = house.as_("kurator-fyren").post("/v1/referrals", referral).await.must(201);
        let case = case_on(house, referral.id(), &[BUP, INDEPENDENT]);
        let case = house.as_("triagist").post("/v1/cases", case).await.must(201).id();
        join(house, case, "chef-bup", BUP, &["bup"]).await;
        join(house, case, "rektor-fyren", INDEPENDENT, &["kurator-fyren"]).await;
        let mut body = terms(house);
        body["to_agency"] = json!(house.agency_of(INDEPENDENT));
        let own = ask(house, "bup", case, body.clone()).await.must(201).id();
        answer(&house.as_("ungdom-f"), own, young, "given").await.must(200);
        assert_eq!(standing(house, own).await, "binding");
        assess(house, case, "waiver", false).await;
        let first = house.person(FIRST);
        let shared = ask(house, "bup", case, body).await.must(201);
        assert_eq!(shared.json()["must_give"], json!([[first, young]]));
        let shared = shared.id();
        answer(&house.as_("vardnadshavare-1"), shared, first, "given").await.must(200);
        assert_eq!(standing(house, shared).await, "waiting");
        assert_eq!(standing(house, own).await, "waiting", "the guardian must, too");

        let midnight =
            "2028-02-16T23:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().expect("a time");
        house.wait(midnight - house.clock().now() - TimeDelta::seconds(1));
        assert_eq!(standing(house, shared).await, "waiting");
        let path = format!("/v1/consents/{shared}");
        house.as_("vardnadshavare-1").get(&path).await.must(200);
        house.wait(TimeDelta::seconds(1));
        assert_eq!(standing(house, shared).await, "lapsed");
        assert_eq!(standing(house, own).await, "binding", "what the young person gave stays");
        let grown = house.as_("vardnadshavare-1").get(&path).await.must(403);
        assert_eq!(rules(&grown), ["D19"]);
        let back = format!("{path}/withdrawals");
        let late = withdrawal_of(house, FIRST);
        let refused = house.as_("vardnadshavare-1").post(&back, late).await.must(403);
        assert_eq!(rules(&refused), ["D19"]);
        // T45: the adult takes back what was given for them.
        let own = house.as_("ungdom-f").post(&back, withdrawal_of(house, "Ungdom F")).await;
        assert_eq!(own.must(200).json()["standing"], "withdrawn");
    });
}

#[test]
fn a_guardian_who_cannot_be_reached_is_done_without_for_a_while_if_it_cannot_wait() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let (first, second) = (house.person(FIRST), house.person(SECOND));
        let mut urgent = terms(house);
        urgent["urgent_because"] = json!("Skolan börjar om på måndag.");
        let urgent = ask(house, "bup", case, urgent).await.must(201).id();
        let plain = ask(house, "bup", case, terms(house)).await.must(201).id();
        for consent in [urgent, plain] {
            let bup = house.as_("bup");
            let path = format!("/v1/consents/{consent}/answers");
            let mut unsaid = unreachable(second);
            unsaid["reason"] = json!(null);
            bup.post(&path, unsaid).await.must(422);
            let guardian = house.as_("vardnadshavare-1");
            let own = guardian.post(&path, unreachable(first)).await.must(422);
            assert_eq!(faults(&own), ["/answer recorded_by_staff"]);
            let gone = bup.post(&path, unreachable(second)).await.must(200);
            assert_eq!(gone.json()["standing"], "waiting", "somebody must have said yes");
            answer(&bup, consent, first, "given").await.must(200);
            let said = bup.post(&path, unreachable(first)).await.must(409);
            assert_eq!(kind(&said), "not-now");
        }
        assert_eq!(standing(house, urgent).await, "binding");
        assert_eq!(standing(house, plain).await, "waiting");
        house.wait(TimeDelta::days(14));
        assert_eq!(standing(house, urgent).await, "binding");
        house.wait(TimeDelta::days(1));
        assert_eq!(standing(house, urgent).await, "waiting");
        let guardian = house.as_("vardnadshavare-2");
        let no = answer(&guardian, urgent, second, "refused").await.must(200);
        assert_eq!(no.json()["standing"], "refused");
        let again = format!("/v1/consents/{urgent}/answers");
        house.as_("bup").post(&again, unreachable(second)).await.must(409);
        assert_eq!(standing(house, urgent).await, "refused", "a no is not lost");
    });
}

#[test]
fn whoever_was_appointed_decides_and_the_parents_are_outsiders() {
    on_each_backend(async |house| {
        let appointed = format!(
            "guardians = [{{ person = \"{}\", from = \"2010-01-01\" }}, \
             {{ person = \"{}\", kind = \"appointed_guardian\", from = \"2020-01-01\" }}]\n",
            house.person(FIRST),
            house.person(SECOND)
        );
        let child = pupil(house, 8, &appointed).await;
        let case = case_about(house, child).await;
        let asked = ask(house, "bup", case, terms(house)).await.must(201);
        assert_eq!(asked.json()["must_give"], json!([[house.person(SECOND)]]));
        let path = format!("/v1/consents/{}", asked.id());
        house.as_("vardnadshavare-1").get(&path).await.must(404);
        let guardian = house.as_("vardnadshavare-2");
        let yes = answer(&guardian, asked.id(), house.person(SECOND), "given").await.must(200);
        assert_eq!(yes.json()["standing"], "binding");
        let parent = answer(&house.as_("bup"), asked.id(), house.person(FIRST), "refused").await;
        assert_eq!(faults(&parent.must(422)), ["/giver not_a_giver"]);
    });
}

#[test]
fn a_power_holds_from_day_to_day_and_a_parent_without_custody_is_an_outsider() {
    on_each_backend(async |house| {
        let (today, second) = (house.today(), house.person(SECOND));
        let power = format!(
            "{}powers = [{{ holder = \"{}\", acts_for = \"{second}\", \
             from = \"{}\", to = \"{today}\" }}]\n",
            one_parent(house, SECOND),
            house.person(FIRST),
            today - Days::new(5),
        );
        let (entrusted, other) =
            (pupil(house, 8, &power).await, pupil(house, 8, &one_parent(house, SECOND)).await);
        let mut consents = Vec::new();
        for child in [entrusted, other] {
            let case = case_about(house, child).await;
            consents.push(ask(house, "bup", case, terms(house)).await.must(201).id());
        }
        let holder = house.as_("vardnadshavare-1");
        let own = holder.get("/v1/me/consents").await.must(200);
        assert_eq!(each(&own, "id"), [consents[0].to_string()]);
        holder.get(&format!("/v1/consents/{}", consents[1])).await.must(404);
        answer(&holder, consents[1], second, "refused").await.must(404);
        let given = answer(&holder, consents[0], second, "given").await.must(200);
        assert_eq!(given.json()["standing"], "binding");
        assert_eq!(given.json()["answers"][0]["by"], json!(house.person(FIRST)));
        assert_eq!(given.json()["answers"][0]["giver"], json!(second));
        let unasked = answer(&holder, consents[0], house.person(FIRST), "given").await.must(422);
        assert_eq!(faults(&unasked), ["/giver not_a_giver"]);
        let both = house.as_("vardnadshavare-2").get("/v1/me/consents").await.must(200);
        assert_eq!(each(&both, "id"), consents.iter().map(Uuid::to_string).collect::<Vec<_>>());

        house.wait(TimeDelta::days(1));
        let holder = house.as_("vardnadshavare-1");
        assert_eq!(holder.get("/v1/me/consents").await.must(200).json(), json!([]));
        holder.get(&format!("/v1/consents/{}", consents[0])).await.must(404);
        let mut back = withdrawal_of(house, SECOND);
        holder
            .post(&format!("/v1/consents/{}/withdrawals", consents[0]), back.clone())
            .await
            .must(404);
        assert_eq!(standing(house, consents[0]).await, "binding", "what was given in time stays");
        back["reason"] = json!("Jag vill bestämma själv.");
        let own = house.as_("vardnadshavare-2");
        own.post(&format!("/v1/consents/{}/withdrawals", consents[0]), back).await.must(200);
    });
}

#[test]
fn an_intervention_needs_those_whom_the_law_names() {
    on_each_backend(async |house| {
        let (first, second) = (house.person(FIRST), house.person(SECOND));
        let child = pupil(house, 13, &both_parents(house)).await;
        let case = case_about(house, child).await;
        let social = house.as_("socialsekreterare");
        let suitable = |mut body: Value| {
            body["suitable_because"] = json!("Barnet behöver stödet, och vill ha det.");
            body
        };
        // T52: a guardian refuses, the child consents, it is suitable.
        let body = suitable(intervention(house));
        let asked = ask(house, "socialsekreterare", case, body).await.must(201);
        assert_eq!(asked.json()["must_give"], json!([[first, second], [child]]));
        answer(&social, asked.id(), second, "refused").await.must(200);
        let bound = answer(&social, asked.id(), child, "given").await.must(200);
        assert_eq!(bound.json()["standing"], "binding");
        assert_eq!(bound.json()["suitable_because"], "Barnet behöver stödet, och vill ha det.");
        assert_eq!(bound.json()["answers"][0]["answer"], "refused", "the no stands on record");
        // Not suitable: the guardians.
        let asked = ask(house, "socialsekreterare", case, intervention(house)).await.must(201);
        assert_eq!(asked.json()["must_give"], json!([[first, second]]));
        let own = answer(&social, asked.id(), child, "given").await.must(422);
        assert_eq!(faults(&own), ["/giver not_a_giver"]);
        // T53: without an assessment of needs, fourteen.
        let child = pupil(house, 14, &both_parents(house)).await;
        let case = case_about(house, child).await;
        let mut without = suitable(intervention(house));
        without["with_assessment"] = json!(false);
        let asked = ask(house, "socialsekreterare", case, without.clone()).await.must(201);
        assert_eq!(asked.json()["must_give"], json!([[first, second]]));
        let no = answer(&social, asked.id(), first, "refused").await.must(200);
        assert_eq!(no.json()["standing"], "refused");
        // Fifteen: alone where suitable, but never a placement.
        let child = pupil(house, 15, &both_parents(house)).await;
        let case = case_about(house, child).await;
        let asked = ask(house, "socialsekreterare", case, without.clone()).await.must(201);
        assert_eq!(asked.json()["must_give"], json!([[child]]));
        without["far_reaching"] = json!(true);
        let asked = ask(house, "socialsekreterare", case, without).await.must(201);
        assert_eq!(asked.json()["must_give"], json!([[first, second, child]]));
    });
}

#[test]
fn nobody_can_consent_for_a_child_whom_nobody_decides_for() {
    on_each_backend(async |house| {
        let child = pupil(house, 13, "").await;
        let case = case_about(house, child).await;
        let nobody = ask(house, "bup", case, terms(house)).await.must(409);
        assert_eq!(kind(&nobody), "not-now");
        assert_eq!(nobody.json()["reason"], "nobody_can_consent");
        assess(house, case, "waiver", true).await;
        let asked = ask(house, "bup", case, terms(house)).await.must(201);
        assert_eq!(asked.json()["must_give"], json!([[child]]));
    });
}
