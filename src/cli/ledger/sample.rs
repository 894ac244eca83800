//! `samsyn ledger sample`: draws a review's sample again, from an export of its period.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::BufReader;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::verify::{open, read_key};
use super::{CliError, Outcome};
use crate::cli::print;
use crate::domain::log_review::SamplingRule;
use crate::domain::text::Coded;
use crate::ledger::{DrawTerms, RuleSample, VerifierKey, redraw, verify};

/// Draws a sample again.
#[derive(Debug, Args)]
pub struct Sample {
    /// The export (NDJSON) of the review's agency and period
    export: PathBuf,
    /// The review, as the service gave it (JSON)
    review: PathBuf,
    /// The log's public key, as its host has made it known
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
}

impl Sample {
    /// Does the command.
    pub fn run(self) -> Result<Outcome, CliError> {
        let key: Option<VerifierKey> = self.key.as_deref().map(read_key).transpose()?;
        let report = match verify(open(&self.export)?, key.as_ref()) {
            Ok(report) => report,
            Err(finding) => {
                print(&format!("Not proved. {finding}\n"))?;
                return Ok(Outcome::Found);
            }
        };
        let review: Value = serde_json::from_reader(open(&self.review)?).unwrap_or_default();
        let terms = DrawTerms::parse(review["terms"].to_string().as_bytes());
        let (Ok(terms), Some((first, end))) = (terms, bounds(&review)) else {
            print("Not drawn. The second file is no review as the service gives it.\n")?;
            return Ok(Outcome::Found);
        };
        if (first, end) != (report.first, report.end) {
            print(&format!(
                "Not drawn. The review is about the leaves from {first} up to {end}, the export \
                 about those from {} up to {}.\n",
                report.first, report.end
            ))?;
            return Ok(Outcome::Found);
        }
        match redraw(BufReader::new(open(&self.export)?), &terms, &places(&review)) {
            Ok(sample) => told(&sample, &review),
            Err(fault) => {
                print(&format!("Not drawn: {fault}.\n"))?;
                Ok(Outcome::Found)
            }
        }
    }
}

/// Prints each drawn leaf with its rules, and whether the review counted the same.
fn told(sample: &[RuleSample], review: &Value) -> Result<Outcome, CliError> {
    let mut drawn: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    for it in sample {
        for leaf in &it.drawn {
            drawn.entry(*leaf).or_default().push(it.rule.code());
        }
    }
    let mut text = String::new();
    for (leaf, rules) in &drawn {
        // Nothing can fail when a text grows.
        let _ = writeln!(text, "{leaf} {}", rules.join(" "));
    }
    let same = sample.iter().all(|it| {
        let counted = rules(review).find(|(rule, _)| *rule == it.rule).map(|(_, value)| value);
        counted.is_some_and(|counted| {
            counted["candidates"].as_u64() == Some(it.candidates.len() as u64)
                && counted["drawn"].as_u64() == Some(it.drawn.len() as u64)
        })
    });
    text.push_str(match same {
        true => "The review drew the same numbers by each rule.\n",
        false => "The review drew other numbers.\n",
    });
    print(&text)?;
    Ok(if same { Outcome::Done } else { Outcome::Found })
}

fn bounds(review: &Value) -> Option<(u64, u64)> {
    review["first"].as_u64().zip(review["end"].as_u64())
}

/// What the review found by rules that rest on the register.
fn places(review: &Value) -> BTreeMap<SamplingRule, BTreeSet<u64>> {
    let leaves = |rule: &Value| {
        rule["places"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
    };
    rules(review).map(|(rule, value)| (rule, leaves(value))).collect()
}

fn rules(review: &Value) -> impl Iterator<Item = (SamplingRule, &Value)> {
    let rules = review["rules"].as_array().into_iter().flatten();
    rules.filter_map(|rule| Some((SamplingRule::from_code(rule["rule"].as_str()?).ok()?, rule)))
}
