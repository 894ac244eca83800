//! Chapter 1: somebody asks for help. Chapter 2 begins where it lands.

use chrono::Days;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Story;
use super::line::Mismatch;

/// The number of the child whom the story is about. Like every number here, an official test
/// number.
const BARN_A: &str = "20030202-2389";
/// A pupil of another school.
const BARN_B: &str = "19121212-1212";
/// The same number with a mistyped last digit.
const MISTYPED: &str = "19121212-1213";
/// A number with a letter that an organisation makes up for its own use.
const INTERIM: &str = "19121212-T212";

/// A member of the school social team finds the pupil and asks for help; the referral's id.
pub async fn make(story: &mut Story<'_>) -> Result<Uuid, Mismatch> {
    story.chapter("A concern, and one way in");
    let child = find(story).await?;
    enter_an_unborn_child(story).await?;
    let (team, student_health) = (
        story.world().unit("Skolsociala teamet")?,
        story.world().unit("Elevhälsan, Strandskolan")?,
    );
    let other = story.world().person("Barn B")?;
    story
        .by("teamet", "can't refer a pupil of another school")
        .post("/v1/referrals", referral(other.uuid(), team.uuid(), student_health.uuid()))
        .gives(404)
        .await?;
    let made = story
        .by("teamet", "refers the pupil to the school's student health")
        .post("/v1/referrals", referral(child, team.uuid(), student_health.uuid()))
        .gives(201)
        .await?;
    let id = made.id("id")?;
    let leads_there = made.header("location")?.ends_with(&format!("/v1/referrals/{id}"));
    if leads_there { Ok(id) } else { Err(Mismatch::Untrue("Location names the referral")) }
}

async fn find(story: &mut Story<'_>) -> Result<Uuid, Mismatch> {
    let sought = |number: &str| json!({ "identity_number": number });
    let found = story
        .by("teamet", "finds the pupil by identity number, sent in the body")
        .post("/v1/children/lookup", sought(BARN_A))
        .gives(200)
        .await?;
    let child = story.world().person("Barn A")?;
    if found.id("id")? != child.uuid() {
        return Err(Mismatch::Untrue("the number leads to its child"));
    }
    story
        .by("teamet", "can't find a pupil of another school")
        .post("/v1/children/lookup", sought(BARN_B))
        .gives(404)
        .await?;
    for (what, number, reason) in [
        ("mistypes the number", MISTYPED, "identity_number_check_digit"),
        ("tries another organisation's interim number", INTERIM, "identity_number_interim"),
    ] {
        let answer =
            story.by("teamet", what).post("/v1/children/lookup", sought(number)).gives(422).await?;
        if answer.reasons() != [format!("/identity_number {reason}")] {
            return Err(Mismatch::Untrue("the answer says what is wrong with the number"));
        }
    }
    Ok(child.uuid())
}

async fn enter_an_unborn_child(story: &mut Story<'_>) -> Result<(), Mismatch> {
    let unit = story.world().unit("BVC Lindskär")?;
    let expected = story.today() + Days::new(60);
    let child = json!({
        "unit": unit.uuid(),
        "display_name": "Väntat barn",
        "expected_birth": expected,
    });
    let entered = story
        .by("bvc", "enters an unborn child, who has no number")
        .post("/v1/children", child)
        .gives(201)
        .await?;
    if entered.text("expected_birth")? == expected.to_string() {
        Ok(())
    } else {
        Err(Mismatch::Untrue("an unborn child is expected on a day"))
    }
}

fn referral(child: Uuid, from: Uuid, to: Uuid) -> Value {
    json!({
        "child": child,
        "from_unit": from,
        "to_unit": to,
        "questions": {
            "in_the_way": "Har varit borta från skolan i sex veckor och sover dåligt.",
            "information": "Nej. Vi vet inte hur det ser ut hemma eller om vården är inkopplad.",
            "i_can_do": "Träffa eleven varje vecka på en plats som eleven väljer.",
            "my_agency_can_do": "Anpassa schemat och ge en fast vuxen i skolan.",
            "others_can_do": "Vård för sömn och oro, stöd till föräldrarna.",
        },
        "concerns": [
            { "indicator": "healthy", "text": "Sover några timmar per natt." },
            { "indicator": "included", "text": "Träffar inga kamrater." },
        ],
        "child_view": { "words": "Jag vill tillbaka, men inte till klassrummet." },
        "urgency": "soon",
        "child_informed": { "informed": true },
        "guardians_informed": { "informed": true },
    })
}
