//! The story of one child, from the first concern to the proven log, played over HTTP by the
//! demo's people. Each chapter reads like the story; each step says who does what, and what they
//! must be answered.
//!
//! **Invariant:** it knows the service from outside only: addresses, tokens and answers.

mod answer;
mod case;
mod consent;
mod item;
mod line;
mod log;
mod plan;
mod referral;
mod step;
mod tamper;
mod withdrawal;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Europe::Stockholm;
use reqwest::Client;
use serde_json::Value;

pub use line::{Line, Mismatch};

use super::world::World;
use crate::clock::Clock;
use step::Step;

/// How long one answer may take.
const ANSWER_WAIT: Duration = Duration::from_secs(30);

/// Where the story is played.
pub struct Stage<'a> {
    /// The server's address, without a slash at the end.
    pub base_url: &'a str,
    /// The sign-in service's address, without a slash at the end.
    pub sign_in_url: &'a str,
    /// Who plays.
    pub world: &'a World,
    /// What day it is, and ids that nothing has.
    pub clock: &'a Clock,
}

/// Plays the whole story. `tell` hears each line as soon as it was played; all of them come back.
///
/// # Errors
/// [`Mismatch`], at the first step that goes otherwise than told.
pub async fn play(stage: &Stage<'_>, tell: &mut dyn FnMut(&Line)) -> Result<Vec<Line>, Mismatch> {
    let mut story = Story::begin(stage, tell)?;
    let referral = referral::make(&mut story).await?;
    let case = case::open(&mut story, referral).await?;
    let consent = consent::ask_both_guardians(&mut story, case).await?;
    let item = item::write_and_publish(&mut story, case).await?;
    item::look_from_outside(&mut story, item).await?;
    let plan = plan::make(&mut story, case).await?;
    withdrawal::take_back(&mut story, consent, item).await?;
    log::prove(&mut story, plan).await?;
    Ok(story.lines)
}

/// The story as far as it has been played.
struct Story<'a> {
    stage: &'a Stage<'a>,
    http: Client,
    tokens: BTreeMap<&'static str, String>,
    chapter: &'static str,
    lines: Vec<Line>,
    tell: &'a mut dyn FnMut(&Line),
}

impl<'a> Story<'a> {
    fn begin(stage: &'a Stage<'a>, tell: &'a mut dyn FnMut(&Line)) -> Result<Self, Mismatch> {
        // Everything is on this machine: no proxy, and no certificate to trust.
        let http = Client::builder().no_proxy().tls_certs_only([]).timeout(ANSWER_WAIT).build()?;
        let (tokens, lines) = (BTreeMap::new(), Vec::new());
        Ok(Self { stage, http, tokens, chapter: "", lines, tell })
    }

    fn world(&self) -> &'a World {
        self.stage.world
    }

    /// What day it is where the story is played.
    fn today(&self) -> NaiveDate {
        self.stage.clock.now().with_timezone(&Stockholm).date_naive()
    }

    /// The next chapter begins.
    fn chapter(&mut self, title: &'static str) {
        self.chapter = title;
    }

    /// A step: `who` does `what`.
    fn by(&mut self, who: &'static str, what: &'static str) -> Step<'_, 'a> {
        Step::new(self, who, what)
    }

    /// Something that was found out without a request.
    fn found(&mut self, what: &'static str, told: String) {
        self.note(Line { chapter: self.chapter, who: "", what, status: None, told });
    }

    fn note(&mut self, line: Line) {
        (self.tell)(&line);
        self.lines.push(line);
    }

    /// Signs in once, and keeps the token: the story is shorter than its life.
    async fn token(&mut self, who: &'static str) -> Result<String, Mismatch> {
        if let Some(token) = self.tokens.get(who) {
            return Ok(token.clone());
        }
        let user = self.world().user(who)?;
        let url = format!("{}/{}/token", self.stage.sign_in_url, user.issuer);
        let form = "application/x-www-form-urlencoded";
        let request = self.http.post(url).header("content-type", form);
        let answer: Value = request
            .body(format!("username={who}"))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        let token = answer["access_token"].as_str().ok_or(Mismatch::Absent("access_token"))?;
        self.tokens.insert(who, token.to_owned());
        Ok(token.to_owned())
    }
}
