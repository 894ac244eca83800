//! Chapter 6: one plan, which becomes active when it is all that the law asks for, and everybody
//! has confirmed their own part.

use chrono::Days;
use serde_json::json;
use uuid::Uuid;

use super::Story;
use super::answer::Answer;
use super::consent;
use super::line::Mismatch;

/// Each unit's action: who writes it, what is told, what is done.
const ACTIONS: [(&str, &str, &str, &str); 3] = [
    ("BUP Lindskär", "bup", "writes what BUP does", "Behandling av sömnen i åtta veckor."),
    (
        "Socialtjänsten, barn och unga",
        "socialsekreterare",
        "writes what social services do",
        "Stöd hemma två kvällar i veckan.",
    ),
    (
        "Strandskolan",
        "kurator",
        "writes what the school does",
        "Skoldagen börjar klockan tio, med en fast vuxen.",
    ),
];

/// Who confirms for which unit.
const CONFIRMING: [(&str, &str); 4] = [
    ("Skolsociala teamet", "teamet"),
    ("BUP Lindskär", "bup"),
    ("Socialtjänsten, barn och unga", "socialsekreterare"),
    ("Strandskolan", "kurator"),
];

/// The parties make the plan; its id.
pub async fn make(story: &mut Story<'_>, case: Uuid) -> Result<Uuid, Mismatch> {
    story.chapter("One plan");
    story
        .by("teamet", "can't begin it: nobody was asked whether a plan may be drawn up")
        .post(format!("/v1/cases/{case}/plans"), json!({}))
        .refused(403, "O15")
        .await?;
    consent::agree_to_a_plan(story, case).await?;
    let begun = story
        .by("teamet", "begins the plan")
        .post(format!("/v1/cases/{case}/plans"), json!({}))
        .gives(201)
        .await?;
    let plan = begun.id("id")?;
    let path = format!("/v1/plans/{plan}");
    refuse_the_empty_plan(story, &path, begun.header("etag")?).await?;
    let goal = write_goal(story, &path).await?;
    write_actions(story, &path, goal).await?;
    write_frame(story, &path).await?;
    confirm(story, &path).await?;
    Ok(plan)
}

/// Everything that is missing is named at once.
async fn refuse_the_empty_plan(
    story: &mut Story<'_>,
    path: &str,
    seen: &str,
) -> Result<(), Mismatch> {
    let empty = story
        .by("teamet", "can't make it active, and is told all that it lacks")
        .post(format!("{path}/activation"), json!({}))
        .having_seen(seen)
        .gives(409)
        .await?;
    let lacks = empty.reasons();
    let expected = ["need", "overarching_responsible", "met_on", "follow_up_on", "child_view"];
    let confirmations = lacks.iter().filter(|lack| *lack == "confirmation_by_unit").count();
    let all_named = expected.iter().all(|lack| lacks.iter().any(|named| named == lack));
    if all_named && confirmations == CONFIRMING.len() {
        Ok(())
    } else {
        Err(Mismatch::Untrue("everything that the plan lacks is named"))
    }
}

async fn write_goal(story: &mut Story<'_>, path: &str) -> Result<Uuid, Mismatch> {
    let with_need = story
        .by("teamet", "writes a need")
        .post(
            format!("{path}/needs"),
            json!({ "indicator": "healthy", "text": "Sova och orka vara i skolan." }),
        )
        .gives(200)
        .await?;
    let need = last(&with_need, "needs")?;
    let with_goal = story
        .by("teamet", "writes a goal for it")
        .post(
            format!("{path}/goals"),
            json!({ "need": need, "horizon": "short_term", "text": "I skolan tre dagar i veckan." }),
        )
        .gives(200)
        .await?;
    last(&with_goal, "goals")
}

async fn write_actions(story: &mut Story<'_>, path: &str, goal: Uuid) -> Result<(), Mismatch> {
    let due_on = story.today() + Days::new(56);
    for (unit, who, what, text) in ACTIONS {
        let unit = story.world().unit(unit)?;
        let action = json!({
            "unit": unit.uuid(),
            "goal": goal,
            "legal_class": "intervention",
            "text": text,
            "due_on": due_on,
        });
        story.by(who, what).post(format!("{path}/actions"), action).gives(200).await?;
    }
    Ok(())
}

async fn write_frame(story: &mut Story<'_>, path: &str) -> Result<(), Mismatch> {
    let today = story.today();
    let frame = json!({
        "met_on": today,
        "follow_up_on": today + Days::new(60),
        "responsible_agency": story.world().agency_of("BUP Lindskär")?.uuid(),
        "child_view": { "words": "Det är bra om ni alla vet samma sak." },
    });
    let seen = story.by("teamet", "reads the plan").get(path).quietly(200).await?;
    story
        .by("teamet", "writes the meeting, the follow-up, who is responsible, the child's view")
        .patch(path, frame)
        .having_seen(seen.header("etag")?)
        .gives(200)
        .await?;
    Ok(())
}

async fn confirm(story: &mut Story<'_>, path: &str) -> Result<(), Mismatch> {
    let read = story.by("teamet", "reads the plan").get(path).quietly(200).await?;
    let seen = read.header("etag")?;
    for (unit, who) in CONFIRMING {
        let unit = story.world().unit(unit)?;
        story
            .by(who, "confirms their own unit's part")
            .post(format!("{path}/confirmations"), json!({ "unit": unit.uuid() }))
            .having_seen(seen)
            .gives(200)
            .await?;
    }
    let active = story
        .by("teamet", "makes the plan active")
        .post(format!("{path}/activation"), json!({}))
        .having_seen(seen)
        .gives(200)
        .await?;
    if active.text("state")? == "active" { Ok(()) } else { Err(Mismatch::Untrue("it is active")) }
}

/// The id of what was written last.
fn last(plan: &Answer, list: &'static str) -> Result<Uuid, Mismatch> {
    let id = plan.rows(list).last().and_then(|row| row["id"].as_str());
    id.and_then(|id| id.parse().ok()).ok_or(Mismatch::Absent(list))
}
