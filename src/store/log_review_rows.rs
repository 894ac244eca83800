//! Reviews as they stand in the database.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use super::db::Database;
use super::error::Halt;
use super::schema::{log_finding, log_review, log_review_end, log_review_entry, log_review_rule};
use super::sequencer::count;
use super::sql::{At, Json, codes_in};
use crate::clock::Instant;
use crate::domain::emergency::Finding;
use crate::domain::ids::{AgencyId, EntryId, LogReviewId, StaffId};
use crate::domain::log_review::{Measure, SamplingRule};
use crate::domain::obstacle::Obstacle;
use crate::domain::text::Coded;
use crate::ledger::{DrawTerms, RuleSample, needs_register};

/// A review.
#[derive(Clone, Debug)]
pub struct ReviewView {
    /// Its id.
    pub id: LogReviewId,
    /// What it is called.
    pub name: String,
    /// Why it is made.
    pub reason: String,
    /// The number of the matter.
    pub matter: Option<String>,
    /// The period's beginning.
    pub from: Instant,
    /// The period's end, exclusive.
    pub to: Instant,
    /// The first leaf in it.
    pub first: u64,
    /// One past its last leaf.
    pub end: u64,
    /// How long the log was.
    pub size: u64,
    /// The checkpoint that says so; empty of a log that has none.
    pub checkpoint: String,
    /// By what it is drawn.
    pub terms: DrawTerms,
    /// The same, as canonical JSON.
    pub terms_text: String,
    /// Who drew it.
    pub drawn_by: StaffId,
    /// When.
    pub drawn_at: Instant,
    /// What each rule came to; none before the first reading.
    pub rules: Vec<RuleView>,
    /// How many entries were drawn.
    pub drawn: u64,
    /// How many of these have which newest finding.
    pub findings: BTreeMap<Finding, u64>,
    /// Who closed it, when, with which note.
    pub closed: Option<(StaffId, Instant, Option<String>)>,
}

/// What a rule came to.
#[derive(Clone, Debug)]
pub struct RuleView {
    /// The rule.
    pub rule: SamplingRule,
    /// How many leaves it found.
    pub candidates: u64,
    /// How many of them were drawn.
    pub drawn: u64,
    /// Which ones it found, where the log alone doesn't tell.
    pub places: Vec<u64>,
}

/// A finding about a drawn entry.
#[derive(Clone, Debug)]
pub struct FindingView {
    /// What.
    pub finding: Finding,
    /// Why.
    pub note: String,
    /// What is done about it.
    pub measures: Vec<Measure>,
    /// Who found it.
    pub by: StaffId,
    /// When.
    pub at: Instant,
}

impl RuleView {
    /// What the sampler found.
    pub(super) fn of(sample: &RuleSample) -> Self {
        let told = needs_register(sample.rule);
        Self {
            rule: sample.rule,
            candidates: sample.candidates.len() as u64,
            drawn: sample.drawn.len() as u64,
            places: if told { sample.candidates.clone() } else { Vec::new() },
        }
    }
}

/// The agency's review with this id.
pub(super) fn one(
    database: &mut Database,
    agency: AgencyId,
    id: LogReviewId,
) -> Result<ReviewView, Halt> {
    some(database, agency, &[id])?.pop().ok_or_else(|| Obstacle::Missing.into())
}

/// Those of the agency's reviews that have these ids, oldest first.
pub(super) fn some(
    database: &mut Database,
    agency: AgencyId,
    ids: &[LogReviewId],
) -> Result<Vec<ReviewView>, Halt> {
    type Place = (i64, i64, i64);
    type Row = (
        (LogReviewId, String, String, Option<String>, At, At),
        Place,
        (String, String, StaffId, At),
    );
    let rows: Vec<Row> = log_review::table
        .filter(log_review::agency_id.eq(agency).and(log_review::id.eq_any(ids)))
        .order(log_review::id)
        .select((
            (
                log_review::id,
                log_review::name,
                log_review::reason,
                log_review::matter,
                log_review::from_at,
                log_review::to_at,
            ),
            (log_review::first_leaf, log_review::end_leaf, log_review::size),
            (
                log_review::checkpoint,
                log_review::terms,
                log_review::drawn_by_id,
                log_review::drawn_at,
            ),
        ))
        .load(database)?;
    let mut views = Vec::with_capacity(rows.len());
    for ((id, name, reason, matter, from, to), (first, end, size), tail) in rows {
        let (checkpoint, terms_text, drawn_by, drawn_at) = tail;
        let terms = DrawTerms::parse(terms_text.as_bytes())?;
        let drawn = drawn_entries(database, id)?;
        let mut found = BTreeMap::new();
        for findings in findings_of(database, id)?.into_values() {
            if let Some(newest) = findings.last() {
                *found.entry(newest.finding).or_default() += 1;
            }
        }
        views.push(ReviewView {
            id,
            name,
            reason,
            matter,
            from: from.0,
            to: to.0,
            first: count(first)?,
            end: count(end)?,
            size: count(size)?,
            checkpoint,
            rules: rules_of(database, id, &terms)?,
            terms,
            terms_text,
            drawn_by,
            drawn_at: drawn_at.0,
            drawn: drawn.len() as u64,
            findings: found,
            closed: ended(database, id)?,
        });
    }
    Ok(views)
}

fn ended(
    database: &mut Database,
    id: LogReviewId,
) -> Result<Option<(StaffId, Instant, Option<String>)>, Halt> {
    let row: Option<(StaffId, At, Option<String>)> = log_review_end::table
        .find(id)
        .select((log_review_end::closed_by_id, log_review_end::closed_at, log_review_end::note))
        .first(database)
        .optional()?;
    Ok(row.map(|(by, at, note)| (by, at.0, note)))
}

/// What each rule came to, in the order of the terms; nothing before the log was scanned.
fn rules_of(
    database: &mut Database,
    id: LogReviewId,
    terms: &DrawTerms,
) -> Result<Vec<RuleView>, Halt> {
    let rows: Vec<(String, i64, i64, Json)> = log_review_rule::table
        .filter(log_review_rule::review_id.eq(id))
        .select((
            log_review_rule::rule,
            log_review_rule::candidates,
            log_review_rule::drawn,
            log_review_rule::places,
        ))
        .load(database)?;
    let mut views = BTreeMap::new();
    for (rule, candidates, drawn, places) in rows {
        let rule = SamplingRule::from_code(&rule)?;
        let places = places.0.as_array().into_iter().flatten().filter_map(|it| it.as_u64());
        let view = RuleView {
            rule,
            candidates: count(candidates)?,
            drawn: count(drawn)?,
            places: places.collect(),
        };
        views.insert(rule, view);
    }
    Ok(terms.rules.iter().filter_map(|(rule, _)| views.remove(rule)).collect())
}

/// The drawn entries: id, leaf, and the rules by which.
pub(super) fn drawn_entries(
    database: &mut Database,
    id: LogReviewId,
) -> Result<Vec<(EntryId, u64, Vec<SamplingRule>)>, Halt> {
    let rows: Vec<(EntryId, i64, Json)> = log_review_entry::table
        .filter(log_review_entry::review_id.eq(id))
        .order(log_review_entry::entry_id)
        .select((log_review_entry::entry_id, log_review_entry::leaf, log_review_entry::rules))
        .load(database)?;
    rows.into_iter()
        .map(|(entry, leaf, rules)| Ok((entry, count(leaf)?, codes_in(&rules)?)))
        .collect()
}

/// The findings of a review by entry, each entry's oldest first.
pub(super) fn findings_of(
    database: &mut Database,
    id: LogReviewId,
) -> Result<HashMap<EntryId, Vec<FindingView>>, Halt> {
    type Row = (EntryId, String, String, Json, StaffId, At);
    let rows: Vec<Row> = log_finding::table
        .filter(log_finding::review_id.eq(id))
        .order(log_finding::id)
        .select((
            log_finding::entry_id,
            log_finding::finding,
            log_finding::note,
            log_finding::measures,
            log_finding::found_by_id,
            log_finding::found_at,
        ))
        .load(database)?;
    let mut findings: HashMap<EntryId, Vec<FindingView>> = HashMap::new();
    for (entry, finding, note, measures, by, at) in rows {
        let finding = Finding::from_code(&finding)?;
        let measures = codes_in(&measures)?;
        findings.entry(entry).or_default().push(FindingView {
            finding,
            note,
            measures,
            by,
            at: at.0,
        });
    }
    Ok(findings)
}
