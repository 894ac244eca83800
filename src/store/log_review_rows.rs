//! Reviews as they stand in the database.

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::dsl::not;
use diesel::prelude::*;

use super::db::Database;
use super::error::Halt;
use super::schema::{log_finding, log_review, log_review_end, log_review_entry, log_review_rule};
use super::sequencer::count;
use super::sql::{At, Json, codes_in};
use super::work::Page;
use crate::clock::Instant;
use crate::domain::emergency::Finding;
use crate::domain::ids::{AgencyId, EntryId, LogReviewId, StaffId};
use crate::domain::log_review::{Measure, SamplingRule};
use crate::domain::obstacle::Obstacle;
use crate::domain::text::Coded;
use crate::ledger::{DrawTerms, RuleSample, needs_register};

/// The entries of one statement: the databases take about 32,000 values.
const ENTRIES_AT_ONCE: usize = 1000;

/// The findings of a review that no newer one about the same entry has followed.
macro_rules! newest_findings {
    ($review:expr) => {
        newest_findings!().filter(log_finding::review_id.eq($review))
    };
    () => {{
        let newer = diesel::alias!(log_finding as newer);
        let same = newer
            .field(log_finding::review_id)
            .eq(log_finding::review_id)
            .and(newer.field(log_finding::entry_id).eq(log_finding::entry_id));
        let follows = newer.filter(same).filter(newer.field(log_finding::id).gt(log_finding::id));
        log_finding::table.filter(diesel::dsl::not(diesel::dsl::exists(follows)))
    }};
}
pub(super) use newest_findings;

/// The columns of a finding.
macro_rules! told {
    () => {
        (
            log_finding::entry_id,
            log_finding::finding,
            log_finding::note,
            log_finding::measures,
            log_finding::found_by_id,
            log_finding::found_at,
        )
    };
}

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
    /// The entries that whoever closed it left to another auditor, and that nobody has finished since.
    pub left: Vec<EntryId>,
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
        let drawn: i64 = log_review_entry::table
            .filter(log_review_entry::review_id.eq(id))
            .count()
            .get_result(database)?;
        let closed = ended(database, id)?;
        let left = match closed {
            // Nobody could close it but who finished everything else.
            Some(_) => unfinished(database, id)?.into_iter().map(|it| it.entry).collect(),
            None => Vec::new(),
        };
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
            drawn: count(drawn)?,
            findings: found_in(database, id)?,
            closed,
            left,
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

/// How many drawn entries have which newest finding.
fn found_in(database: &mut Database, id: LogReviewId) -> Result<BTreeMap<Finding, u64>, Halt> {
    let mut found = BTreeMap::new();
    for finding in Finding::ALL {
        let newest: i64 = newest_findings!(id)
            .filter(log_finding::finding.eq(finding.code()))
            .count()
            .get_result(database)?;
        if newest > 0 {
            found.insert(*finding, count(newest)?);
        }
    }
    Ok(found)
}

/// A drawn entry whose newest finding is not final.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnfinishedEntry {
    pub entry: EntryId,
    /// Who did what it tells, if that was staff.
    pub actor: Option<StaffId>,
    /// Whether somebody has asked about it.
    pub asked: bool,
}

/// The drawn entries of a review whose newest finding is not final, in the order of their ids.
pub(super) fn unfinished(
    database: &mut Database,
    id: LogReviewId,
) -> Result<Vec<UnfinishedEntry>, Halt> {
    let last = [Finding::Ok, Finding::Breach].map(Finding::code);
    let finished = newest_findings!(id)
        .filter(log_finding::finding.eq_any(last))
        .select(log_finding::entry_id);
    let rows: Vec<(EntryId, Option<StaffId>)> = log_review_entry::table
        .filter(log_review_entry::review_id.eq(id))
        .filter(not(log_review_entry::entry_id.eq_any(finished)))
        .order(log_review_entry::entry_id)
        .select((log_review_entry::entry_id, log_review_entry::actor_id))
        .load(database)?;
    let asked: Vec<EntryId> = newest_findings!(id)
        .filter(log_finding::finding.eq(Finding::Query.code()))
        .select(log_finding::entry_id)
        .load(database)?;
    let asked: HashSet<EntryId> = asked.into_iter().collect();
    let unfinished =
        |(entry, actor)| UnfinishedEntry { entry, actor, asked: asked.contains(&entry) };
    Ok(rows.into_iter().map(unfinished).collect())
}

/// The drawn entries on one page, by their ids: id, leaf, and the rules by which.
pub(super) fn drawn_entries(
    database: &mut Database,
    id: LogReviewId,
    page: Page,
) -> Result<Vec<(EntryId, u64, Vec<SamplingRule>)>, Halt> {
    let mut query = log_review_entry::table
        .filter(log_review_entry::review_id.eq(id))
        .order(log_review_entry::entry_id)
        .limit(i64::try_from(page.limit).unwrap_or(i64::MAX))
        .select((log_review_entry::entry_id, log_review_entry::leaf, log_review_entry::rules))
        .into_boxed();
    if let Some(after) = page.after.map(EntryId::new) {
        query = query.filter(log_review_entry::entry_id.gt(after));
    }
    let rows: Vec<(EntryId, i64, Json)> = query.load(database)?;
    rows.into_iter()
        .map(|(entry, leaf, rules)| Ok((entry, count(leaf)?, codes_in(&rules)?)))
        .collect()
}

/// The findings of a review about these entries, each entry's oldest first.
pub(super) fn findings_of(
    database: &mut Database,
    id: LogReviewId,
    entries: &[EntryId],
) -> Result<HashMap<EntryId, Vec<FindingView>>, Halt> {
    let mut findings = HashMap::new();
    for entries in entries.chunks(ENTRIES_AT_ONCE) {
        let of_these = log_finding::entry_id.eq_any(entries);
        let rows = log_finding::table.filter(log_finding::review_id.eq(id)).filter(of_these);
        gathered(rows.order(log_finding::id).select(told!()).load(database)?, &mut findings)?;
    }
    Ok(findings)
}

/// All findings of a review, each entry's oldest first.
pub(super) fn all_findings_of(
    database: &mut Database,
    id: LogReviewId,
) -> Result<HashMap<EntryId, Vec<FindingView>>, Halt> {
    let rows = log_finding::table.filter(log_finding::review_id.eq(id)).order(log_finding::id);
    let mut findings = HashMap::new();
    gathered(rows.select(told!()).load(database)?, &mut findings)?;
    Ok(findings)
}

type FindingRow = (EntryId, String, String, Json, StaffId, At);

fn gathered(
    rows: Vec<FindingRow>,
    findings: &mut HashMap<EntryId, Vec<FindingView>>,
) -> Result<(), Halt> {
    for (entry, finding, note, measures, by, at) in rows {
        let finding = Finding::from_code(&finding)?;
        let measures = codes_in(&measures)?;
        let view = FindingView { finding, note, measures, by, at: at.0 };
        findings.entry(entry).or_default().push(view);
    }
    Ok(())
}
