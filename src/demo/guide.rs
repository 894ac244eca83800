//! What the demo tells whoever started it: where it is, who can sign in, and lines to copy.

use std::fmt::{self, Write as _};

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::house::House;
use super::world::{World, WorldError};

/// Lines to copy into a POSIX shell with curl, and what they do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// What they do.
    pub what: &'static str,
    /// The lines.
    pub lines: String,
}

impl fmt::Display for Copied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "# {}\n{}", self.what, self.lines)
    }
}

/// The whole page. `program` is how this program is called in a shell.
///
/// # Errors
/// [`WorldError::Missing`].
pub fn guide(house: &House, today: NaiveDate, program: &str) -> Result<String, WorldError> {
    let (base, sign_in) = (house.base_url(), house.sign_in().base_url());
    let mut page = format!(
        "Samsyn's demo. Nothing in it exists, and anybody at this machine can be anybody in it.\n\n\
         The service   {base}\n\
         Its pages     {base}/docs/   (described in {base}/openapi.json)\n\
         Sign-in       {sign_in}\n\nWho signs in, and how to get their token:\n\n"
    );
    // Nothing can fail when a text grows.
    for user in house.sign_in().users() {
        let (who, name, issuer) = (&user.username, house.world().name_of(user), &user.issuer);
        let command = format!("curl -s -d username={who} {sign_in}/{issuer}/token");
        let _ = writeln!(page, "{who:<21} {name:<42} {command}");
    }
    page.push_str("\nLines to copy, in this order:\n");
    let shell = Shell { world: house.world(), base, sign_in, today };
    for copied in shell.all(program)? {
        let _ = write!(page, "\n{copied}\n");
    }
    page.push_str("\nCtrl-C stops the demo; what was done stays until the next time.\n");
    Ok(page)
}

/// Makes the lines. Each may use what those before it have set.
struct Shell<'a> {
    world: &'a World,
    base: &'a str,
    sign_in: &'a str,
    today: NaiveDate,
}

impl Shell<'_> {
    fn all(&self, program: &str) -> Result<Vec<Copied>, WorldError> {
        let beginning = [self.functions(), self.oneself()?, self.others()?, self.child()?];
        let help = [self.referral()?, self.forward()?, self.receipt()?];
        let case = [self.case()?, self.party()?, self.outsider()?, self.export(program)?];
        Ok(beginning.into_iter().chain(help).chain(case).collect())
    }

    fn functions(&self) -> Copied {
        let token = format!(
            "token() {{ curl -s -d username=$2 {}/$1/token | \
             sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/'; }}",
            self.sign_in,
        );
        let ask = "ask() { T=$(token $1 $2); shift 2; \
                   curl -s -H \"Authorization: Bearer $T\" \"$@\"; echo; }";
        copied("Signs in as somebody; then asks as somebody.", format!("{token}\n{ask}"))
    }

    fn oneself(&self) -> Result<Copied, WorldError> {
        Ok(copied("Who one is.", self.get("teamet", "/v1/me")?))
    }

    fn others(&self) -> Result<Copied, WorldError> {
        Ok(copied("Who there is to work with.", self.get("teamet", "/v1/units")?))
    }

    fn child(&self) -> Result<Copied, WorldError> {
        let what = "Finds a pupil. The number is an official test number, and in no address.";
        let sought = json!({ "identity_number": "20030202-2389" });
        Ok(copied(what, self.post("teamet", "/v1/children/lookup", &sought)?))
    }

    fn referral(&self) -> Result<Copied, WorldError> {
        let body = json!({
            "child": self.world.person("Barn A")?.uuid(),
            "from_unit": self.world.unit("Skolsociala teamet")?.uuid(),
            "to_unit": self.world.unit("Elevhälsan, Strandskolan")?.uuid(),
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
        let line = self.post("teamet", "/v1/referrals", &body)?;
        Ok(copied("Makes a referral to student health, and keeps its id.", keep("REFERRAL", &line)))
    }

    fn forward(&self) -> Result<Copied, WorldError> {
        let team = self.world.unit("Skolsociala teamet")?;
        let body =
            json!({ "outcome": "forward", "to_unit": team.uuid(), "reason": "Fler behövs." });
        let path = "/v1/referrals/$REFERRAL/triage";
        let line = self.change("elevhalsan", path, "\"v1\"", &body)?;
        Ok(copied("Student health sends it on to the team.", line))
    }

    fn receipt(&self) -> Result<Copied, WorldError> {
        let path = "/v1/referrals/$REFERRAL/receipt";
        let line = self.change("triagist", path, "\"v2\"", &json!({}))?;
        Ok(copied("The team gives the receipt.", line))
    }

    fn case(&self) -> Result<Copied, WorldError> {
        let school = self.world.unit("Strandskolan")?;
        let social = self.world.unit("Socialtjänsten, barn och unga")?;
        let body = json!({
            "referral": "$REFERRAL",
            "owner": self.world.staff("teamet")?.uuid(),
            "first_contact_on": self.today + Days::new(3),
            "key_question": "Vad behövs?",
            "invite": [school.uuid(), social.uuid()],
        });
        let line = keep("CASE", &self.post("triagist", "/v1/cases", &body)?);
        Ok(copied("The team opens a case and invites the school and social services.", line))
    }

    fn party(&self) -> Result<Copied, WorldError> {
        let what = "The school takes part, with its counsellor, who then reads the case.";
        let school = self.world.unit("Strandskolan")?;
        let counsellor = self.world.staff("kurator")?;
        let body = json!({ "answer": "active", "assign": [counsellor.uuid()] });
        let answer =
            self.post("rektor", &format!("/v1/cases/$CASE/parties/{school}/answer"), &body)?;
        let read = self.get("kurator", "/v1/cases/$CASE")?;
        Ok(copied(what, format!("{answer}\n{read}")))
    }

    fn outsider(&self) -> Result<Copied, WorldError> {
        let what = "The police have no part in it: 404, as if it were not there.";
        Ok(copied(what, self.get("polis", "/v1/cases/$CASE")?))
    }

    fn export(&self, program: &str) -> Result<Copied, WorldError> {
        let what = "The auditor of social services exports the log, and anybody can check it.";
        let log = self.world.agency_of("Socialtjänsten, barn och unga")?;
        let body = json!({
            // The log tells time in UTC, where it may still be yesterday.
            "from": format!("{}T00:00:00Z", self.today - Days::new(1)),
            "to": format!("{}T00:00:00Z", self.today + Days::new(2)),
            "purpose": "Loggranskning.",
            "format": "ndjson",
        });
        let line = self.post("revisor-social", &format!("/v1/logs/{log}/exports"), &body)?;
        let exports = format!("/v1/logs/{log}/exports/$EXPORT");
        let state = self.get("revisor-social", &exports)?;
        let file = self.get("revisor-social", &format!("{exports}/file"))?;
        let kept = keep("EXPORT", &line);
        // What `ask` adds to each answer would be a line too many.
        let lines = format!(
            "{kept}\nuntil {state} | grep -q ready; do sleep 1; done\n\
             {file} | grep . > log.ndjson\n{program} ledger verify log.ndjson"
        );
        Ok(copied(what, lines))
    }

    fn get(&self, who: &str, path: &str) -> Result<String, WorldError> {
        Ok(format!("{} {}{path}", self.ask(who)?, self.base))
    }

    fn post(&self, who: &str, path: &str, body: &Value) -> Result<String, WorldError> {
        // The shell fills in what was kept: the single quotes end for it, and begin again.
        let body = body.to_string().replace("$REFERRAL", "'\"$REFERRAL\"'");
        let content = format!("-H 'Content-Type: application/json' -d '{body}'");
        Ok(format!("{} {content} {}{path}", self.ask(who)?, self.base))
    }

    fn change(
        &self,
        who: &str,
        path: &str,
        seen: &str,
        body: &Value,
    ) -> Result<String, WorldError> {
        Ok(format!("{} -H 'If-Match: {seen}'", self.post(who, path, body)?))
    }

    fn ask(&self, who: &str) -> Result<String, WorldError> {
        Ok(format!("ask {} {who}", self.world.user(who)?.issuer))
    }
}

/// Keeps the id that the answer to `line` begins with.
fn keep(name: &str, line: &str) -> String {
    format!("{name}=$({line} | sed 's/^{{\"id\":\"\\([^\"]*\\)\".*/\\1/'); echo ${name}")
}

fn copied(what: &'static str, lines: String) -> Copied {
    Copied { what, lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_people_who_are_there_and_none_has_a_number_in_its_address() {
        let today = "2026-11-21".parse().expect("a day");
        let world = World::read(today).expect("a world");
        let (base, sign_in) = ("http://127.0.0.1:1", "http://127.0.0.1:2");
        let shell = Shell { world: &world, base, sign_in, today };
        let all = shell.all("samsyn").expect("lines");
        assert!(all.len() > 10);
        for copied in all {
            let addresses = copied.lines.split(' ').filter(|word| word.starts_with(base));
            assert!(addresses.into_iter().all(|address| !address.contains("2003")), "{copied}");
        }
    }
}
