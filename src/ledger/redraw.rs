//! The same sample from an export alone.
//!
//! **Invariant:** nothing is checked here that [`super::verify`] checks: verify first, then draw.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use serde_json::Value;

use super::LedgerError;
use super::canonical;
use super::draw::{DrawTerms, RuleSample, Sampler, SeenEntry};
use super::entry::{Header, Record};
use super::leaf::Leaf;
use super::merkle::Hash;
use crate::domain::log_review::SamplingRule;

/// Draws from the lines of an export. `places` are, for each rule that rests on a register, the
/// leaves that it found when the sample was drawn.
///
/// # Errors
/// A line that can't be read, or is none of an export's.
pub fn redraw(
    export: impl BufRead,
    terms: &DrawTerms,
    places: &BTreeMap<SamplingRule, BTreeSet<u64>>,
) -> Result<Vec<RuleSample>, LedgerError> {
    let mut sampler = Sampler::new(terms);
    for line in export.lines().skip(1) {
        let unreadable = |error| LedgerError::NotJson(serde_json::Error::io(error));
        let value: Value =
            serde_json::from_str(&line.map_err(unreadable)?).map_err(LedgerError::NotJson)?;
        // A fence has no header.
        let Some(header) = value.get("header") else { continue };
        let hash = Hash::of_leaf(&canonical::bytes(&value["leaf"]));
        let leaf = Leaf::from_value(&value["leaf"])?;
        let (header, _) = Header::from_value(header)?;
        let records = value["records"].as_array().into_iter().flatten();
        let records = records
            .filter(|record| record.get("sealed").is_none())
            .map(Record::from_value)
            .collect::<Result<Vec<_>, _>>()?;
        let found = places.iter().filter(|(_, leaves)| leaves.contains(&leaf.index));
        let entry = SeenEntry {
            index: leaf.index,
            hash,
            time: leaf.time,
            header: &header,
            records: &records,
        };
        sampler.see(&entry, &found.map(|(rule, _)| *rule).collect());
    }
    Ok(sampler.finish())
}
