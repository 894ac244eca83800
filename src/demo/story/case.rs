//! Chapter 2: to be sent on is no end. A case opens, with an owner and everybody who is needed.

use chrono::Days;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Story;
use super::line::Mismatch;

/// Each unit that is asked: who answers for it, what is told, and whom it assigns.
const ASKED: [(&str, &str, &str, &[&str]); 3] = [
    ("BUP Lindskär", "mottagning-bup", "takes part for BUP and assigns its clinician", &["bup"]),
    (
        "Socialtjänsten, barn och unga",
        "mottagning",
        "takes part for social services and assigns a caseworker",
        &["socialsekreterare"],
    ),
    (
        "Strandskolan",
        "rektor",
        "takes part for the school and assigns the counsellor and the teacher",
        &["rektor", "kurator", "larare"],
    ),
];

/// The referral ends in a case; the case's id.
pub async fn open(story: &mut Story<'_>, referral: Uuid) -> Result<Uuid, Mismatch> {
    story.chapter("Triage, and a case with an owner");
    forward(story, referral).await?;
    let new = new_case(story, referral)?;
    let too_early = story
        .by("triagist", "can't open a case before the receipt")
        .post("/v1/cases", new.clone())
        .gives(409)
        .await?;
    if too_early.text("type")? != "urn:samsyn:problem:not-now" {
        return Err(Mismatch::Untrue("without a receipt, triage has not ended"));
    }
    let path = format!("/v1/referrals/{referral}");
    let seen = story.by("triagist", "reads the referral").get(path.as_str()).quietly(200).await?;
    story
        .by("triagist", "gives the receipt for the team")
        .post(format!("{path}/receipt"), json!({}))
        .having_seen(seen.header("etag")?)
        .gives(200)
        .await?;
    let opened = story
        .by("triagist", "opens a case: a named owner, a day to meet the child, three invitations")
        .post("/v1/cases", new)
        .gives(201)
        .await?;
    let case = opened.id("id")?;
    gather(story, case).await?;
    Ok(case)
}

/// Student health reads what has come in, and sends it on to the team.
async fn forward(story: &mut Story<'_>, referral: Uuid) -> Result<(), Mismatch> {
    let (health, team) = (
        story.world().unit("Elevhälsan, Strandskolan")?,
        story.world().unit("Skolsociala teamet")?,
    );
    story
        .by("elevhalsan", "sees what has come in")
        .get(format!("/v1/referrals?unit={health}"))
        .gives(200)
        .await?;
    let path = format!("/v1/referrals/{referral}");
    let read = story.by("elevhalsan", "reads the referral").get(path.as_str()).gives(200).await?;
    let forward = json!({
        "outcome": "forward",
        "to_unit": team.uuid(),
        "reason": "Behöver vård och socialtjänst, och någon som håller ihop det.",
    });
    story
        .by("elevhalsan", "sends it on to the school social team, which is no end")
        .post(format!("{path}/triage"), forward)
        .having_seen(read.header("etag")?)
        .gives(200)
        .await?;
    Ok(())
}

fn new_case(story: &Story<'_>, referral: Uuid) -> Result<Value, Mismatch> {
    let units = ASKED.map(|(unit, ..)| story.world().unit(unit));
    let invite: Vec<Uuid> =
        units.into_iter().map(|unit| Ok(unit?.uuid())).collect::<Result<_, Mismatch>>()?;
    Ok(json!({
        "referral": referral,
        "owner": story.world().staff("teamet")?.uuid(),
        "first_contact_on": story.today() + Days::new(3),
        "key_question": "Vad behövs för att eleven ska sova och komma tillbaka till skolan?",
        "invite": invite,
    }))
}

/// Each unit answers for itself.
async fn gather(story: &mut Story<'_>, case: Uuid) -> Result<(), Mismatch> {
    for (unit, who, what, assigned) in ASKED {
        let unit = story.world().unit(unit)?;
        let assign: Vec<Uuid> = assigned
            .iter()
            .map(|username| Ok(story.world().staff(username)?.uuid()))
            .collect::<Result<_, Mismatch>>()?;
        story
            .by(who, what)
            .post(
                format!("/v1/cases/{case}/parties/{unit}/answer"),
                json!({ "answer": "active", "assign": assign }),
            )
            .gives(204)
            .await?;
    }
    let read = story
        .by("teamet", "reads the case: four units take part")
        .get(format!("/v1/cases/{case}"))
        .gives(200)
        .await?;
    let active = read.rows("parties").filter(|party| party["standing"] == "active").count();
    if active == 4 { Ok(()) } else { Err(Mismatch::Untrue("four units take part")) }
}
