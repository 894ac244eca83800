//! Chapter 7: a consent is taken back, and ends with the very next request.

use serde_json::json;
use uuid::Uuid;

use super::Story;
use super::line::Mismatch;

/// One guardian takes her consent back. What rests on another ground stays open.
pub async fn take_back(story: &mut Story<'_>, consent: Uuid, item: Uuid) -> Result<(), Mismatch> {
    story.chapter("A guardian withdraws");
    let guardian = story.world().person("Vårdnadshavare 2")?;
    let withdrawn = story
        .by("vardnadshavare-2", "signs in and takes the consent back")
        .post(
            format!("/v1/consents/{consent}/withdrawals"),
            json!({ "giver": guardian.uuid(), "manner": "signed", "language": "sv" }),
        )
        .gives(200)
        .await?;
    if withdrawn.text("standing")? != "withdrawn" {
        return Err(Mismatch::Untrue("one withdrawal is enough"));
    }
    let path = format!("/v1/items/{item}");
    let refused = story
        .by("kurator", "reads the item again, and is told that the ground has ended")
        .get(path.as_str())
        .refused(403, "D18")
        .await?;
    let ended = refused.rows("ended").next().ok_or(Mismatch::Absent("ended"))?;
    let text = |field: &str| ended[field].as_str().unwrap_or_default().to_owned();
    if (text("ground").as_str(), text("cause").as_str()) != ("CONSENT", "withdrawn") {
        return Err(Mismatch::Untrue("the answer says which ground ended, and how"));
    }
    story.found("which ground ended", format!("CONSENT, withdrawn at {}", text("at")));
    story
        .by("socialsekreterare", "reads it still, on the other ground")
        .get(path)
        .gives(200)
        .await?;
    Ok(())
}
