//! What the demo tells whoever started it: where it is, who can sign in, and lines to copy.

use std::fmt::{self, Write as _};

use chrono::{Days, NaiveDate};
use serde_json::json;

use super::house::House;
use super::world::{World, WorldError};

/// A line to copy into a shell, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// What it does.
    pub what: &'static str,
    /// The line.
    pub line: String,
}

impl fmt::Display for Copied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "# {}\n{}", self.what, self.line)
    }
}

/// The whole page.
///
/// # Errors
/// [`WorldError::Missing`].
pub fn guide(house: &House, today: NaiveDate) -> Result<String, WorldError> {
    let (base, sign_in) = (house.base_url(), house.sign_in().base_url());
    let mut page = format!(
        "Samsyn's demo. Nothing in it exists, and anybody at this machine can be anybody in it.\n\n\
         The service   {base}\n\
         Its pages     {base}/docs/   (described in {base}/openapi.json)\n\
         Sign-in       {sign_in}\n\nWho signs in, and how to get their token:\n\n"
    );
    for user in house.sign_in().users() {
        // Nothing can fail when a text grows.
        let _ = writeln!(
            page,
            "{:<21} {:<42} curl -s -d username={} {sign_in}/{}/token",
            user.username,
            house.world().name_of(user),
            user.username,
            user.issuer,
        );
    }
    page.push_str("\nLines to copy, in this order:\n");
    for copied in lines(house.world(), base, sign_in, today)? {
        let _ = write!(page, "\n{copied}\n");
    }
    page.push_str("\nCtrl-C stops the demo; what was done stays until the next time.\n");
    Ok(page)
}

/// Lines that work one after the other in a POSIX shell with curl.
///
/// # Errors
/// [`WorldError::Missing`].
pub fn lines(
    world: &World,
    base: &str,
    sign_in: &str,
    today: NaiveDate,
) -> Result<Vec<Copied>, WorldError> {
    let team = world.unit("Skolsociala teamet")?;
    let health = world.unit("Elevhälsan, Strandskolan")?;
    let school = world.unit("Strandskolan")?;
    let social = world.unit("Socialtjänsten, barn och unga")?;
    let post = |who: &str, issuer: &str, path: &str, seen: &str, body: &serde_json::Value| {
        let seen = if seen.is_empty() { String::new() } else { format!("-H 'If-Match: {seen}' ") };
        // The shell fills in what earlier lines found: '"$NAME"' leaves the single quotes for it.
        let body = body.to_string().replace("$REFERRAL", "'\"$REFERRAL\"'");
        format!(
            "ask {issuer} {who} {seen}-H 'Content-Type: application/json' -d '{body}' {base}{path}"
        )
    };
    let referral = json!({
        "child": world.person("Barn A")?.uuid(),
        "from_unit": team.uuid(),
        "to_unit": health.uuid(),
        "questions": {
            "in_the_way": "Kommer inte till skolan.",
            "information": "Nej.",
            "i_can_do": "Träffa eleven.",
            "my_agency_can_do": "Anpassa schemat.",
            "others_can_do": "Vård och stöd hemma.",
        },
        "concerns": [{ "indicator": "healthy", "text": "Sover dåligt." }],
        "child_view": { "words": "Jag vill tillbaka." },
        "urgency": "soon",
        "child_informed": { "informed": true },
        "guardians_informed": { "informed": true },
    });
    let forward = json!({ "outcome": "forward", "to_unit": team.uuid(), "reason": "Fler behövs." });
    let case = json!({
        "referral": "$REFERRAL",
        "owner": world.staff("teamet")?.uuid(),
        "first_contact_on": today + Days::new(3),
        "key_question": "Vad behövs?",
        "invite": [school.uuid(), social.uuid()],
    });
    let joins = json!({ "answer": "active", "assign": [world.staff("kurator")?.uuid()] });
    let export = json!({
        "from": format!("{today}T00:00:00Z"),
        "to": format!("{}T00:00:00Z", today + Days::new(2)),
        "purpose": "Loggranskning.",
        "format": "ndjson",
    });
    let log = world.agency_of("Socialtjänsten, barn och unga")?;
    let kept = |name: &str, line: String| {
        format!("{name}=$({line} | sed 's/^{{\"id\":\"\\([^\"]*\\)\".*/\\1/'); echo ${name}")
    };
    let copied = |what, line| Copied { what, line };
    Ok(vec![
        copied(
            "Signs in as somebody at an issuer; then asks for something as somebody.",
            format!(
                "token() {{ curl -s -d username=$2 {sign_in}/$1/token | \
                 sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/'; }}\n\
                 ask() {{ T=$(token $1 $2); shift 2; curl -s -H \"Authorization: Bearer $T\" \"$@\"; \
                 echo; }}"
            ),
        ),
        copied("Who one is.", format!("ask school teamet {base}/v1/me")),
        copied("Who there is to work with.", format!("ask school teamet {base}/v1/units")),
        copied(
            "Finds a pupil. The number is an official test number, and stands in no address.",
            post(
                "teamet",
                "school",
                "/v1/children/lookup",
                "",
                &json!({ "identity_number": "20030202-2389" }),
            ),
        ),
        copied(
            "Makes a referral to student health, and keeps its id.",
            kept("REFERRAL", post("teamet", "school", "/v1/referrals", "", &referral)),
        ),
        copied(
            "Student health sends it on to the team.",
            post("elevhalsan", "school", "/v1/referrals/$REFERRAL/triage", "\"v1\"", &forward),
        ),
        copied(
            "The team gives the receipt.",
            post("triagist", "school", "/v1/referrals/$REFERRAL/receipt", "\"v2\"", &json!({})),
        ),
        copied(
            "The team opens a case and invites the school and social services.",
            kept("CASE", post("triagist", "school", "/v1/cases", "", &case)),
        ),
        copied(
            "The school takes part, with its counsellor, who then reads the case.",
            format!(
                "{}\nask school kurator {base}/v1/cases/$CASE",
                post("rektor", "school", &format!("/v1/cases/$CASE/parties/{school}/answer"), "", &joins)
            ),
        ),
        copied(
            "The police have no part in it: 404, as if it were not there.",
            format!("ask police polis {base}/v1/cases/$CASE"),
        ),
        copied(
            "The auditor of social services exports the log of today, and anybody can check it.",
            format!(
                "{} | grep . > log.ndjson\nsamsyn ledger verify log.ndjson",
                post("revisor-social", "social", &format!("/v1/logs/{log}/exports"), "", &export)
            ),
        ),
    ])
}
