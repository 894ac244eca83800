//! What a year's reviews came to.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDate, TimeDelta};
use diesel::dsl::not;
use diesel::prelude::*;

use super::error::{Halt, StoreError};
use super::log_review_rows::{FindingView, ReviewView, all_findings_of, one};
use super::log_worklist::finally_reviewed;
use super::schema::{agency, break_glass, break_glass_review, ledger_leaf, log_review};
use super::sequencer::count;
use super::sql::At;
use super::work::Work;
use crate::access::Act;
use crate::access::act::ReportLogReviews;
use crate::clock::Instant;
use crate::domain::emergency::Finding;
use crate::domain::ids::{AgencyId, EntryId, LogReviewId};
use crate::domain::log_review::{Measure, SamplingRule, quantile, uncovered};
use crate::domain::text::Coded;

/// What a year's reviews came to. A review belongs to the year in which its period ends.
#[derive(Clone, Debug)]
pub struct YearReport {
    /// The year.
    pub year: i32,
    /// The agency.
    pub agency: AgencyId,
    /// What it is called.
    pub agency_name: String,
    /// When the report was made.
    pub at: Instant,
    /// How many entries came into the log in that year.
    pub entries: u64,
    /// The reviews, oldest first; no more than a list without pages shows.
    pub reviews: Vec<ReviewView>,
    /// How many there are.
    pub reviews_total: u64,
    /// How many of them are not closed.
    pub reviews_open: u64,
    /// What whoever closed a review left to another auditor, and nobody has looked at since; likewise.
    pub left: Vec<(LogReviewId, EntryId)>,
    /// How many there are.
    pub left_total: u64,
    /// What of the year that is over no review covers.
    pub uncovered: Vec<(Instant, Instant)>,
    /// By each rule, what it found and what was drawn.
    pub rules: BTreeMap<SamplingRule, (u64, u64)>,
    /// How many entries were drawn.
    pub drawn: u64,
    /// How many of these have which newest finding.
    pub findings: BTreeMap<Finding, u64>,
    /// How often what was done about a finding.
    pub measures: BTreeMap<Measure, u64>,
    /// The breaches: review, entry, when it was found, what was done; oldest first, likewise.
    pub breaches: Vec<(LogReviewId, EntryId, Instant, Vec<Measure>)>,
    /// How long it took from the draw to a final finding: the median and the ninth decile.
    pub time_to_finding: Option<(TimeDelta, TimeDelta)>,
    /// Emergency openings of the year, and how many of them have no final finding.
    pub emergencies: (u64, u64),
}

impl Work<'_, ReportLogReviews> {
    /// What the year's reviews came to.
    pub fn report(&mut self, year: i32) -> Result<YearReport, Halt> {
        let (agency, now) = (self.act().agency, self.now());
        let (from, to) = self.bounds(year)?;
        let spans = self.reviewed(agency)?;
        let missing = match self.begin_of_log(agency)? {
            Some(begin) => uncovered(from.max(begin), to.min(now).max(from.max(begin)), &spans),
            None => Vec::new(),
        };
        let ids: Vec<LogReviewId> = log_review::table
            .filter(log_review::agency_id.eq(agency))
            .filter(log_review::to_at.gt(At(from)).and(log_review::to_at.le(At(to))))
            .order(log_review::id)
            .select(log_review::id)
            .load(self.database)?;
        let shown = usize::try_from(self.means.rows_max).unwrap_or(usize::MAX);
        let mut report = YearReport {
            year,
            agency,
            agency_name: agency::table.find(agency).select(agency::name).first(self.database)?,
            at: now,
            entries: self.entries_between(agency, from, to)?,
            uncovered: missing,
            rules: BTreeMap::new(),
            drawn: 0,
            findings: BTreeMap::new(),
            measures: BTreeMap::new(),
            breaches: Vec::new(),
            time_to_finding: None,
            emergencies: self.emergencies_between(agency, from, to)?,
            reviews: Vec::new(),
            reviews_open: 0,
            reviews_total: ids.len() as u64,
            left: Vec::new(),
            left_total: 0,
        };
        let mut times = Vec::new();
        for id in ids {
            let review = one(self.database, agency, id)?;
            let findings = all_findings_of(self.database, id)?;
            report.add(&review, &findings, shown);
            times.extend(findings.values().filter_map(|found| {
                let ended = found.iter().find(|it| it.finding.is_final())?;
                Some((ended.at - review.drawn_at).num_minutes())
            }));
            if report.reviews.len() < shown {
                report.reviews.push(review);
            }
        }
        report.breaches.sort_unstable_by_key(|(_, entry, at, _)| (*at, *entry));
        report.breaches.truncate(shown);
        report.time_to_finding = quantile(&mut times, 500)
            .zip(quantile(&mut times, 900))
            .map(|(median, ninth)| (TimeDelta::minutes(median), TimeDelta::minutes(ninth)));
        Ok(report)
    }

    /// The year's beginning and end where the law holds.
    fn bounds(&self, year: i32) -> Result<(Instant, Instant), StoreError> {
        let begin = |year| NaiveDate::from_ymd_opt(year, 1, 1);
        let both = begin(year).zip(year.checked_add(1).and_then(begin));
        let (from, to) = both.ok_or_else(|| StoreError::Corrupt("no such year".into()))?;
        Ok((self.means.law.begin_of(from), self.means.law.begin_of(to)))
    }

    /// The agency's own emergency openings of a time, and how many of them have no final finding.
    fn emergencies_between(
        &mut self,
        agency: AgencyId,
        from: Instant,
        to: Instant,
    ) -> Result<(u64, u64), StoreError> {
        let of_year = break_glass::table
            .filter(break_glass::agency_id.eq(agency))
            .filter(break_glass::opened_at.ge(At(from)).and(break_glass::opened_at.lt(At(to))));
        let all: i64 = of_year.count().get_result(self.database)?;
        let left: i64 = of_year
            .filter(not(break_glass::id.eq_any(finally_reviewed!())))
            .count()
            .get_result(self.database)?;
        Ok((count(all)?, count(left)?))
    }

    fn entries_between(
        &mut self,
        agency: AgencyId,
        from: Instant,
        to: Instant,
    ) -> Result<u64, StoreError> {
        let entries: i64 = ledger_leaf::table
            .filter(ledger_leaf::agency_id.eq(agency))
            .filter(ledger_leaf::time.ge(At(from)).and(ledger_leaf::time.lt(At(to))))
            .count()
            .get_result(self.database)?;
        count(entries)
    }
}

impl YearReport {
    /// Whether a drawn entry has no final finding.
    pub fn unfinished(&self) -> u64 {
        let ended = self.findings.iter().filter(|(finding, _)| finding.is_final());
        self.drawn.saturating_sub(ended.map(|(_, number)| number).sum())
    }

    /// Adds a review; of those left to another auditor so many are named as are `shown`.
    fn add(
        &mut self,
        review: &ReviewView,
        findings: &HashMap<EntryId, Vec<FindingView>>,
        shown: usize,
    ) {
        self.reviews_open += u64::from(review.closed.is_none());
        self.left_total += review.left.len() as u64;
        let room = shown.saturating_sub(self.left.len());
        self.left.extend(review.left.iter().take(room).map(|entry| (review.id, *entry)));
        for rule in &review.rules {
            let (candidates, drawn) = self.rules.entry(rule.rule).or_default();
            *candidates += rule.candidates;
            *drawn += rule.drawn;
        }
        self.drawn += review.drawn;
        for (entry, findings) in findings {
            let Some(newest) = findings.last() else { continue };
            *self.findings.entry(newest.finding).or_default() += 1;
            for measure in &newest.measures {
                *self.measures.entry(*measure).or_default() += 1;
            }
            if newest.finding == Finding::Breach {
                let measures = newest.measures.clone();
                self.breaches.push((review.id, *entry, newest.at, measures));
            }
        }
    }
}

impl<A: Act> Work<'_, A> {
    /// When the log's first entry was put in it.
    pub(super) fn begin_of_log(&mut self, agency: AgencyId) -> Result<Option<Instant>, StoreError> {
        let first: Option<At> = ledger_leaf::table
            .filter(ledger_leaf::agency_id.eq(agency).and(ledger_leaf::position.eq(0)))
            .select(ledger_leaf::time)
            .first(self.database)
            .optional()?;
        Ok(first.map(|at| at.0))
    }

    /// The periods of the agency's reviews.
    pub(super) fn reviewed(
        &mut self,
        agency: AgencyId,
    ) -> Result<Vec<(Instant, Instant)>, StoreError> {
        let spans: Vec<(At, At)> = log_review::table
            .filter(log_review::agency_id.eq(agency))
            .select((log_review::from_at, log_review::to_at))
            .load(self.database)?;
        Ok(spans.into_iter().map(|(from, to)| (from.0, to.0)).collect())
    }
}
