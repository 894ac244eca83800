//! Recorded decisions, made again under other rules: an export of a log holds the facts that each
//! decision rested on.
//!
//! Whether the export is whole is not looked at here; `samsyn ledger verify` does that.

use std::fmt::Write;
use std::io::{BufRead, Read};

use samsyn::access::{AgencyFile, Brief, Effect, Policy, PolicyError};
use samsyn::domain::ids::AgencyId;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::fault::Fault;
use crate::source::Source;

/// The longest line that is read.
const LINE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// How many decisions are shown one by one.
const SHOWN_MAX: usize = 100;

/// What came of it.
#[derive(Debug, Default)]
pub struct Replay {
    /// Decisions that were made again.
    pub replayed: usize,
    /// Decisions whose facts this log doesn't hold.
    pub without_facts: usize,
    /// Decisions that the old rules make otherwise than they were recorded.
    pub not_as_recorded: usize,
    /// Decisions whose facts the new rules don't know.
    pub unreadable: Vec<String>,
    /// Decisions that the new rules make otherwise.
    pub flipped: Vec<Flip>,
}

/// A decision that the new rules make otherwise.
#[derive(Debug)]
pub struct Flip {
    /// The entry that tells of it.
    pub entry: String,
    /// When it was made.
    pub at: String,
    /// The facts that it rested on.
    pub facts: Json,
    /// Whether it was permitted then.
    pub was_permitted: bool,
    /// The rules that decided then.
    pub was_by: Vec<String>,
    /// The rules that would decide now.
    pub now_by: Vec<String>,
}

/// The rules as the service itself weighs them.
///
/// # Errors
/// What doesn't load.
pub fn policy(source: &Source) -> Result<Policy, Fault> {
    let fault = |error: PolicyError| Fault::wrong("the rules", error);
    let common = Policy::load(&source.files, &source.schema, &source.words).map_err(fault)?;
    let mut agencies = Vec::new();
    for file in &source.agencies {
        let agency = file.name.trim_end_matches(".cedar").parse::<Uuid>();
        let agency = AgencyId::new(agency.map_err(|error| Fault::wrong(&file.name, error))?);
        agencies.push(AgencyFile { agency, file: file.clone() });
    }
    common.narrowed_by(&agencies).map_err(fault)
}

/// Makes every decision of an export again.
///
/// # Errors
/// What isn't an export.
pub fn replay(mut export: impl BufRead, old: &Policy, new: &Policy) -> Result<Replay, Fault> {
    let mut replay = Replay::default();
    let mut number = 0;
    loop {
        let mut line = Vec::new();
        let read = (&mut export).take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(replay);
        }
        number += 1;
        let place = || format!("the export's line {number}");
        if line.last() != Some(&b'\n') && read as u64 == LINE_BYTES_MAX {
            return Err(Fault::wrong(place(), "is too long"));
        }
        let json: Json =
            serde_json::from_slice(&line).map_err(|error| Fault::wrong(place(), error))?;
        if number == 1 && json.get("manifest").is_none() {
            return Err(Fault::wrong(place(), "is no manifest, so this is no export of a log"));
        }
        replay.entry(&json, old, new);
    }
}

impl Replay {
    /// One line: an entry with its records, or the manifest or a fence, which have none.
    fn entry(&mut self, line: &Json, old: &Policy, new: &Policy) {
        let header = &line["header"];
        for record in line["records"].as_array().into_iter().flatten() {
            let Some(facts) = record.get("facts") else {
                self.without_facts += 1;
                continue;
            };
            let before = Brief::from_json(facts, old).map(|brief| old.explain(&brief));
            let now = match Brief::from_json(facts, new) {
                Ok(brief) => new.explain(&brief),
                Err(error) => {
                    self.unreadable.push(error.to_string());
                    continue;
                }
            };
            self.replayed += 1;
            let before = before.ok().map(|before| before.permitted);
            let was_by: Vec<String> =
                record["rules"].as_array().into_iter().flatten().map(said).collect();
            let recorded = recorded(old, &was_by, &record["effect"]).or(before);
            let Some(recorded) = recorded else { continue };
            self.not_as_recorded += usize::from(before != Some(recorded));
            if now.permitted != recorded {
                self.flipped.push(Flip {
                    entry: said(&header["id"]),
                    at: said(&header["at"]),
                    facts: facts.clone(),
                    was_permitted: recorded,
                    was_by,
                    now_by: now.rules.iter().map(|id| id.to_string()).collect(),
                });
            }
        }
    }

    /// What came of it, in words.
    pub fn told(&self) -> String {
        let mut text = format!(
            "Of {} recorded decisions, {} would be made otherwise.\n",
            self.replayed,
            self.flipped.len(),
        );
        let then = |permitted: bool| if permitted { "permitted" } else { "refused" };
        for flip in self.flipped.iter().take(SHOWN_MAX) {
            let _ = writeln!(
                text,
                "  {} {}  entry {}\n    {} by {}, would be {} by {}\n    {}",
                flip.at,
                said(&flip.facts["act"]),
                flip.entry,
                then(flip.was_permitted),
                flip.was_by.join(", "),
                then(!flip.was_permitted),
                flip.now_by.join(", "),
                flip.facts,
            );
        }
        if self.flipped.len() > SHOWN_MAX {
            let _ = writeln!(text, "  and {} more", self.flipped.len() - SHOWN_MAX);
        }
        for (count, words) in [
            (self.without_facts, "records hold no facts in this log and were not looked at"),
            (self.not_as_recorded, "were decided by other rules than the old ones given here"),
            (self.unreadable.len(), "have facts that the new rules don't know"),
        ] {
            if count > 0 {
                let _ = writeln!(text, "  {count} {words}");
            }
        }
        if let Some(first) = self.unreadable.first() {
            let _ = writeln!(text, "    the first: {first}");
        }
        text
    }
}

/// Whether it was permitted then: by a rule that permits, or by what was done.
fn recorded(old: &Policy, rules: &[String], effect: &Json) -> Option<bool> {
    let rule = rules.iter().find_map(|id| old.rule(id));
    let by_rule = rule.map(|rule| rule.effect == Effect::Permits);
    by_rule.or_else(|| match effect.as_str() {
        Some("shown" | "changed") => Some(true),
        Some("refused") => Some(false),
        _ => None,
    })
}

fn said(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}
