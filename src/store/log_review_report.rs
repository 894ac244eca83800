//! What has not been reviewed in time, and what a year's reviews came to.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;

use super::error::{Halt, StoreError};
use super::log_review_rows::{FindingView, ReviewView, drawn_entries, findings_of, some};
use super::log_reviews::review_rules;
use super::schema::{agency, break_glass, break_glass_review, ledger_leaf, log_review};
use super::sequencer::count;
use super::sql::At;
use super::work::Work;
use crate::access::Act;
use crate::access::act::{ListLogReviews, ReportLogReviews};
use crate::clock::Instant;
use crate::domain::emergency::Finding;
use crate::domain::ids::{AgencyId, BreakGlassId, EntryId, LogReviewId};
use crate::domain::log_review::{Measure, SamplingRule, periods, quantile, uncovered};
use crate::domain::text::Coded;

/// What has not been reviewed in time, oldest first.
#[derive(Clone, Debug)]
pub struct Worklist {
    /// How often the log is reviewed, in months.
    pub every_months: u32,
    /// What of the periods that are over no review covers.
    pub uncovered: Vec<(Instant, Instant)>,
    /// The reviews that are not closed.
    pub open: Vec<OpenReview>,
    /// The questions that have no answer.
    pub queries: Vec<OpenQuery>,
    /// The agency's own emergency openings whose review has not come to its end.
    pub emergencies: Vec<OpenEmergency>,
}

/// A review that is not closed.
#[derive(Clone, Debug)]
pub struct OpenReview {
    /// Which.
    pub review: LogReviewId,
    /// What it is called.
    pub name: String,
    /// When it was drawn.
    pub drawn_at: Instant,
    /// How many entries were drawn.
    pub drawn: u64,
    /// How many of these have no finding.
    pub left: u64,
    /// It is older than it should be.
    pub late: bool,
}

/// A question without an answer.
#[derive(Clone, Debug)]
pub struct OpenQuery {
    /// The review.
    pub review: LogReviewId,
    /// The entry that is asked about.
    pub entry: EntryId,
    /// Since when.
    pub asked_at: Instant,
    /// It is older than it should be.
    pub late: bool,
}

/// An emergency opening whose review has not come to its end.
#[derive(Clone, Debug)]
pub struct OpenEmergency {
    /// Which.
    pub opening: BreakGlassId,
    /// When.
    pub opened_at: Instant,
    /// That time is past.
    pub late: bool,
}

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
    /// The reviews, oldest first.
    pub reviews: Vec<ReviewView>,
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
    /// The breaches: review, entry, when it was found, what was done.
    pub breaches: Vec<(LogReviewId, EntryId, Instant, Vec<Measure>)>,
    /// How long it took from the draw to a final finding: the median and the ninth decile.
    pub time_to_finding: Option<(TimeDelta, TimeDelta)>,
    /// Emergency openings of the year, and how many of them have no final finding.
    pub emergencies: (u64, u64),
}

impl Work<'_, ListLogReviews> {
    /// What has not been reviewed in time.
    pub fn worklist(&mut self) -> Result<Worklist, Halt> {
        let (agency, now, today) = (self.act().agency, self.now(), self.today());
        let law = review_rules(self.means, today)?.clone();
        let every_months =
            self.means.review.months.get(&agency).copied().unwrap_or(law.every_months);
        let reviews = self.all_reviews(agency)?;
        let spans: Vec<_> = reviews.iter().map(|it| (it.from, it.to)).collect();
        let mut missing = Vec::new();
        if let Some(begin) = self.begin_of_log(agency)? {
            let first = self.means.law.day_of(begin);
            for (from, to) in periods(first, today, every_months) {
                let (from, to) = (self.means.law.begin_of(from), self.means.law.begin_of(to));
                missing.extend(uncovered(from.max(begin), to, &spans));
            }
        }
        let late = |since: Instant, days: i64| now - since > TimeDelta::days(days);
        let (mut open, mut queries) = (Vec::new(), Vec::new());
        for review in reviews.iter().filter(|it| it.closed.is_none()) {
            let answered: u64 = review.findings.values().sum();
            open.push(OpenReview {
                review: review.id,
                name: review.name.clone(),
                drawn_at: review.drawn_at,
                drawn: review.drawn,
                left: review.drawn.saturating_sub(answered),
                late: late(review.drawn_at, law.open_days_max),
            });
            for (entry, findings) in findings_of(self.database, review.id)? {
                let Some(newest) = findings.last().filter(|it| !it.finding.is_final()) else {
                    continue;
                };
                let asked_at = newest.at;
                let late = late(asked_at, law.query_days_max);
                queries.push(OpenQuery { review: review.id, entry, asked_at, late });
            }
        }
        queries.sort_unstable_by_key(|it| (it.asked_at, it.entry));
        let emergencies = self.emergencies(agency, None)?;
        let emergencies = emergencies.into_iter().filter(|(.., ended)| !ended);
        let emergencies = emergencies.map(|(opening, opened_at, before, _)| OpenEmergency {
            opening,
            opened_at,
            late: now > before,
        });
        Ok(Worklist {
            every_months,
            uncovered: missing,
            open,
            queries,
            emergencies: emergencies.collect(),
        })
    }
}

impl Work<'_, ReportLogReviews> {
    /// What the year's reviews came to.
    pub fn report(&mut self, year: i32) -> Result<YearReport, Halt> {
        let (agency, now) = (self.act().agency, self.now());
        let (from, to) = self.bounds(year)?;
        let all = self.all_reviews(agency)?;
        let spans: Vec<_> = all.iter().map(|it| (it.from, it.to)).collect();
        let missing = match self.begin_of_log(agency)? {
            Some(begin) => uncovered(from.max(begin), to.min(now).max(from.max(begin)), &spans),
            None => Vec::new(),
        };
        let reviews: Vec<_> = all.into_iter().filter(|it| from < it.to && it.to <= to).collect();
        let emergencies = self.emergencies(agency, Some((from, to)))?;
        let unended = emergencies.iter().filter(|(.., ended)| !ended).count() as u64;
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
            emergencies: (emergencies.len() as u64, unended),
            reviews: Vec::new(),
        };
        let mut times = Vec::new();
        for review in &reviews {
            let findings = findings_of(self.database, review.id)?;
            let drawn = drawn_entries(self.database, review.id)?;
            report.add(review, &drawn.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), &findings);
            times.extend(findings.values().filter_map(|found| {
                let ended = found.iter().find(|it| it.finding.is_final())?;
                Some((ended.at - review.drawn_at).num_minutes())
            }));
        }
        report.time_to_finding = quantile(&mut times, 500)
            .zip(quantile(&mut times, 900))
            .map(|(median, ninth)| (TimeDelta::minutes(median), TimeDelta::minutes(ninth)));
        report.reviews = reviews;
        Ok(report)
    }

    /// The year's beginning and end where the law holds.
    fn bounds(&self, year: i32) -> Result<(Instant, Instant), StoreError> {
        let begin = |year| NaiveDate::from_ymd_opt(year, 1, 1);
        let both = begin(year).zip(year.checked_add(1).and_then(begin));
        let (from, to) = both.ok_or_else(|| StoreError::Corrupt("no such year".into()))?;
        Ok((self.means.law.begin_of(from), self.means.law.begin_of(to)))
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

    fn add(
        &mut self,
        review: &ReviewView,
        drawn: &[EntryId],
        findings: &HashMap<EntryId, Vec<FindingView>>,
    ) {
        for rule in &review.rules {
            let (candidates, drawn) = self.rules.entry(rule.rule).or_default();
            *candidates += rule.candidates;
            *drawn += rule.drawn;
        }
        self.drawn += review.drawn;
        for entry in drawn {
            let Some(newest) = findings.get(entry).and_then(|found| found.last()) else { continue };
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

/// An opening, when it was opened, until when it must be reviewed, whether that has been done.
type Emergency = (BreakGlassId, Instant, Instant, bool);

impl<A: Act> Work<'_, A> {
    fn all_reviews(&mut self, agency: AgencyId) -> Result<Vec<ReviewView>, Halt> {
        let ids: Vec<LogReviewId> = log_review::table
            .filter(log_review::agency_id.eq(agency))
            .select(log_review::id)
            .load(self.database)?;
        some(self.database, agency, &ids)
    }

    /// When the log's first entry was put in it.
    fn begin_of_log(&mut self, agency: AgencyId) -> Result<Option<Instant>, StoreError> {
        let first: Option<At> = ledger_leaf::table
            .filter(ledger_leaf::agency_id.eq(agency).and(ledger_leaf::position.eq(0)))
            .select(ledger_leaf::time)
            .first(self.database)
            .optional()?;
        Ok(first.map(|at| at.0))
    }

    /// The agency's own emergency openings, oldest first.
    fn emergencies(
        &mut self,
        agency: AgencyId,
        between: Option<(Instant, Instant)>,
    ) -> Result<Vec<Emergency>, Halt> {
        let mut query = break_glass::table
            .filter(break_glass::agency_id.eq(agency))
            .order((break_glass::opened_at, break_glass::id))
            .select((break_glass::id, break_glass::opened_at, break_glass::review_before))
            .into_boxed();
        if let Some((from, to)) = between {
            query = query
                .filter(break_glass::opened_at.ge(At(from)))
                .filter(break_glass::opened_at.lt(At(to)));
        }
        let openings: Vec<(BreakGlassId, At, At)> = query.load(self.database)?;
        let last = [Finding::Ok, Finding::Breach].map(Finding::code);
        let ended: Vec<BreakGlassId> = break_glass_review::table
            .filter(break_glass_review::finding.eq_any(last))
            .filter(break_glass_review::opening_id.eq_any(openings.iter().map(|it| it.0)))
            .select(break_glass_review::opening_id)
            .load(self.database)?;
        let ended: HashSet<BreakGlassId> = ended.into_iter().collect();
        let told =
            |(id, at, before): (BreakGlassId, At, At)| (id, at.0, before.0, ended.contains(&id));
        Ok(openings.into_iter().map(told).collect())
    }
}
