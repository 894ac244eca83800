//! Chapter 3: consent is asked for, and binds when all who must have given it.

use chrono::Days;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Story;
use super::answer::Answer;
use super::line::Mismatch;

/// Both guardians lift health care's secrecy towards the school; the consent's id.
pub async fn ask_both_guardians(story: &mut Story<'_>, case: Uuid) -> Result<Uuid, Mismatch> {
    story.chapter("Both guardians consent");
    let today = story.today();
    let terms = json!({
        "from_agency": story.world().agency_of("BUP Lindskär")?.uuid(),
        "to_agency": story.world().agency_of("Strandskolan")?.uuid(),
        "categories": ["MED"],
        "purpose": "Skolan behöver veta vad sömnen kräver av skoldagen.",
        "valid_from": today,
        "valid_to": today + Days::new(180),
        "explained_in": "sv",
    });
    let asked = story
        .by("bup", "asks for consent that the school sees what health care knows")
        .post(format!("/v1/cases/{case}/consents"), terms)
        .gives(201)
        .await?;
    stands(&asked, "waiting", "nobody has answered yet")?;
    let consent = asked.id("id")?;
    let path = format!("/v1/consents/{consent}/answers");

    let first = given(story, "Vårdnadshavare 1", "written")?;
    let one = story
        .by("bup", "takes the first guardian's yes, in writing: it waits for the second")
        .post(path.as_str(), first)
        .gives(200)
        .await?;
    stands(&one, "waiting", "one guardian is not enough")?;
    let taken_by = story.world().staff("bup")?.to_string();
    if !one.rows("answers").any(|answer| answer["taken_by"] == taken_by.as_str()) {
        return Err(Mismatch::Untrue("the consent says who took it"));
    }

    let second = given(story, "Vårdnadshavare 2", "signed")?;
    let both = story
        .by("vardnadshavare-2", "signs in and says yes herself: now it binds")
        .post(path.as_str(), second)
        .gives(200)
        .await?;
    stands(&both, "binding", "both guardians are enough")?;
    Ok(consent)
}

/// Both guardians agree that a plan is drawn up. It is a consent of its own.
pub async fn agree_to_a_plan(story: &mut Story<'_>, case: Uuid) -> Result<(), Mismatch> {
    let today = story.today();
    let terms = json!({
        "kind": "plan",
        "agency": story.world().agency_of("Skolsociala teamet")?.uuid(),
        "purpose": "En plan för alla som hjälper.",
        "valid_from": today,
        "valid_to": today + Days::new(180),
        "explained": "Vad en plan är, vilka som skriver den och vem som läser den.",
        "explained_in": "sv",
    });
    let asked = story
        .by("teamet", "asks the guardians whether a plan may be drawn up")
        .post(format!("/v1/cases/{case}/consents"), terms)
        .gives(201)
        .await?;
    let path = format!("/v1/consents/{}/answers", asked.id("id")?);
    let first = given(story, "Vårdnadshavare 1", "written")?;
    story
        .by("teamet", "takes the first guardian's yes")
        .post(path.as_str(), first)
        .quietly(200)
        .await?;
    let second = given(story, "Vårdnadshavare 2", "signed")?;
    let both = story
        .by("vardnadshavare-2", "agrees, too: both guardians agree that a plan is drawn up")
        .post(path, second)
        .gives(200)
        .await?;
    stands(&both, "binding", "both guardians agree to a plan")
}

fn given(story: &Story<'_>, guardian: &str, manner: &str) -> Result<Value, Mismatch> {
    let giver = story.world().person(guardian)?;
    Ok(json!({
        "giver": giver.uuid(),
        "answer": "given",
        "manner": manner,
        "language": "sv",
    }))
}

fn stands(consent: &Answer, standing: &str, why: &'static str) -> Result<(), Mismatch> {
    if consent.text("standing")? == standing { Ok(()) } else { Err(Mismatch::Untrue(why)) }
}
