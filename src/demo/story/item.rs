//! Chapters 4 and 5: an item is seen by those to whom its owner opened it, and nobody else can
//! tell that it is there.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Story;
use super::line::Mismatch;

/// BUP writes an item and publishes it; the item's id.
pub async fn write_and_publish(story: &mut Story<'_>, case: Uuid) -> Result<Uuid, Mismatch> {
    story.chapter("To publish is to disclose");
    let bup = story.world().unit("BUP Lindskär")?;
    let written = story
        .by("bup", "writes an item; it is seen inside BUP alone")
        .post(
            format!("/v1/cases/{case}/items"),
            json!({
                "unit": bup.uuid(),
                "category": "MED",
                "title": "Sömn och skoldag",
                "body": "Behöver börja senare på dagen under behandlingen, åtta veckor.",
            }),
        )
        .gives(201)
        .await?;
    let item = written.id("id")?;
    let path = format!("/v1/items/{item}");
    for (who, what) in [
        ("kurator", "does not see it, though in the same case"),
        ("socialsekreterare", "does not see it either"),
    ] {
        story.by(who, what).get(path.as_str()).gives(404).await?;
    }
    publish(story, item).await?;
    Ok(item)
}

async fn publish(story: &mut Story<'_>, item: Uuid) -> Result<(), Mismatch> {
    let path = format!("/v1/items/{item}/publications");
    let social = story.world().unit("Socialtjänsten, barn och unga")?;
    let to_social = json!({
        "unit": social.uuid(),
        "roles": ["caseworker"],
        "ground": "CHILD_H",
        "despite_wish": "Samtycket gäller bara skolan, men stödet hemma kan inte vänta.",
    });
    story
        .by("bup", "publishes it to social services without saying why")
        .post(path.as_str(), to_social.clone())
        .refused(422, "O01")
        .await?;
    let mut reasoned = to_social;
    reasoned["reason"] = Value::from("Stödet hemma måste läggas när barnet är vaket.");
    story
        .by("bup", "publishes it to social services, with the reason, as the child is under 18")
        .post(path.as_str(), reasoned)
        .gives(201)
        .await?;
    let school = story.world().unit("Strandskolan")?;
    let to_school = json!({
        "unit": school.uuid(),
        "roles": ["head_teacher", "school_counsellor"],
        "ground": "CONSENT",
    });
    story
        .by("bup", "publishes it to the head teacher and the counsellor, on the consent")
        .post(path, to_school)
        .gives(201)
        .await?;
    Ok(())
}

/// Those who have a ground read it. To the others it is what a random id is: nothing.
pub async fn look_from_outside(story: &mut Story<'_>, item: Uuid) -> Result<(), Mismatch> {
    story.chapter("Who sees it, and who can't tell that it is there");
    let path = format!("/v1/items/{item}");
    let nothing = format!("/v1/items/{}", story.stage.clock.new_id::<Uuid>());
    story.by("kurator", "reads it on the consent").get(path.as_str()).gives(200).await?;
    story
        .by("socialsekreterare", "reads it as it was shared")
        .get(path.as_str())
        .gives(200)
        .await?;
    for (who, what) in [
        ("larare", "is assigned too, but not in the audience: the same 404 as for a made-up id"),
        ("rektor-berg", "works at another school: the same 404 as for a made-up id"),
        ("polis", "has no part in the case: the same 404 as for a made-up id"),
    ] {
        let hidden = story.by(who, what).get(path.as_str()).gives(404).await?;
        let absent = story.by(who, what).get(nothing.as_str()).quietly(404).await?;
        if hidden.faceless() != absent.faceless() {
            return Err(Mismatch::Untrue("what is hidden is answered like what is not there"));
        }
    }
    Ok(())
}
