//! What has not been reviewed in time, page by page.

use chrono::TimeDelta;
use diesel::dsl::not;
use diesel::prelude::*;
use uuid::Uuid;

use super::error::Halt;
use super::log_review_rows::{newest_findings, one, unfinished};
use super::log_reviews::review_rules;
use super::schema::{
    break_glass, break_glass_review, log_finding, log_review, log_review_end, log_review_entry,
};
use super::sql::At;
use super::work::{Page, Work};
use crate::access::act::ListLogReviews;
use crate::clock::Instant;
use crate::domain::emergency::Finding;
use crate::domain::ids::{AgencyId, BreakGlassId, EntryId, LogFindingId, LogReviewId};
use crate::domain::log_review::{ReviewRules, periods, uncovered};
use crate::domain::text::Coded;

/// What has not been reviewed in time: one page of it, the oldest first.
#[derive(Clone, Debug)]
pub struct Worklist {
    /// How often the log is reviewed, in months.
    pub every_months: u32,
    /// What of the periods that are over no review covers; on the first page, and no more than a page
    /// has rows.
    pub uncovered: Vec<(Instant, Instant)>,
    /// How many such stretches there are.
    pub uncovered_total: u64,
    /// The reviews that are not closed.
    pub open: Vec<OpenReview>,
    /// The reviews that were closed by somebody who left their own entries to another auditor.
    pub left: Vec<LeftReview>,
    /// The questions that have no answer.
    pub queries: Vec<OpenQuery>,
    /// The agency's own emergency openings whose review has not come to its end.
    pub emergencies: Vec<OpenEmergency>,
    /// The last row's id, which the next page begins after; the stretches have none.
    pub last: Option<Uuid>,
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

/// A review that is closed but for what its last reviewer did.
#[derive(Clone, Debug)]
pub struct LeftReview {
    /// Which.
    pub review: LogReviewId,
    /// What it is called.
    pub name: String,
    /// When it was closed.
    pub closed_at: Instant,
    /// How many entries another auditor must look at.
    pub entries: u64,
    /// They wait for longer than they should.
    pub late: bool,
}

/// A question without an answer.
#[derive(Clone, Debug)]
pub struct OpenQuery {
    /// The finding that asks.
    pub id: LogFindingId,
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

/// The emergency openings that have a final finding.
macro_rules! finally_reviewed {
    () => {
        break_glass_review::table
            .filter(
                break_glass_review::finding.eq_any([Finding::Ok.code(), Finding::Breach.code()]),
            )
            .select(break_glass_review::opening_id)
    };
}
pub(super) use finally_reviewed;

impl Worklist {
    /// How many rows the page has.
    pub fn rows(&self) -> usize {
        self.open.len() + self.left.len() + self.queries.len() + self.emergencies.len()
    }

    /// Keeps the first `limit` of all rows together, by their ids.
    fn cut(&mut self, limit: usize) {
        let mut ids: Vec<Uuid> = self.open.iter().map(|it| it.review.uuid()).collect();
        ids.extend(self.left.iter().map(|it| it.review.uuid()));
        ids.extend(self.queries.iter().map(|it| it.id.uuid()));
        ids.extend(self.emergencies.iter().map(|it| it.opening.uuid()));
        ids.sort_unstable();
        ids.truncate(limit);
        self.last = ids.last().copied();
        let kept = |id: Uuid| ids.binary_search(&id).is_ok();
        self.open.retain(|it| kept(it.review.uuid()));
        self.left.retain(|it| kept(it.review.uuid()));
        self.queries.retain(|it| kept(it.id.uuid()));
        self.emergencies.retain(|it| kept(it.opening.uuid()));
    }
}

impl Work<'_, ListLogReviews> {
    /// One page of what has not been reviewed in time.
    pub fn worklist(&mut self, page: Page) -> Result<Worklist, Halt> {
        let (agency, today) = (self.act().agency, self.today());
        let law = review_rules(self.means, today)?.clone();
        let every_months =
            self.means.review.months.get(&agency).copied().unwrap_or(law.every_months);
        let mut missing = match page.after {
            None => self.uncovered(agency, every_months)?,
            Some(_) => Vec::new(),
        };
        let uncovered_total = missing.len() as u64;
        missing.truncate(page.limit);
        let mut list = Worklist {
            every_months,
            uncovered: missing,
            uncovered_total,
            open: self.open_reviews(agency, page, &law)?,
            left: self.left_reviews(agency, page, &law)?,
            queries: self.open_queries(agency, page, &law)?,
            emergencies: self.emergencies(agency, page)?,
            last: None,
        };
        list.cut(page.limit);
        Ok(list)
    }

    fn uncovered(
        &mut self,
        agency: AgencyId,
        every_months: u32,
    ) -> Result<Vec<(Instant, Instant)>, Halt> {
        let Some(begin) = self.begin_of_log(agency)? else { return Ok(Vec::new()) };
        let spans = self.reviewed(agency)?;
        let (first, law) = (self.means.law.day_of(begin), &self.means.law);
        let mut missing = Vec::new();
        for (from, to) in periods(first, self.today(), every_months) {
            let (from, to) = (law.begin_of(from), law.begin_of(to));
            missing.extend(uncovered(from.max(begin), to, &spans));
        }
        Ok(missing)
    }

    fn is_late(&self, since: Instant, days: i64) -> bool {
        self.now() - since > TimeDelta::days(days)
    }

    fn open_reviews(
        &mut self,
        agency: AgencyId,
        page: Page,
        law: &ReviewRules,
    ) -> Result<Vec<OpenReview>, Halt> {
        let closed = log_review_end::table.select(log_review_end::review_id);
        let mut query = log_review::table
            .filter(log_review::agency_id.eq(agency))
            .filter(not(log_review::id.eq_any(closed)))
            .order(log_review::id)
            .limit(most(page))
            .select(log_review::id)
            .into_boxed();
        if let Some(after) = page.after.map(LogReviewId::new) {
            query = query.filter(log_review::id.gt(after));
        }
        let ids: Vec<LogReviewId> = query.load(self.database)?;
        let mut open = Vec::with_capacity(ids.len());
        for id in ids {
            let review = one(self.database, agency, id)?;
            let answered: u64 = review.findings.values().sum();
            open.push(OpenReview {
                review: id,
                late: self.is_late(review.drawn_at, law.open_days_max),
                name: review.name,
                drawn_at: review.drawn_at,
                drawn: review.drawn,
                left: review.drawn.saturating_sub(answered),
            });
        }
        Ok(open)
    }

    fn left_reviews(
        &mut self,
        agency: AgencyId,
        page: Page,
        law: &ReviewRules,
    ) -> Result<Vec<LeftReview>, Halt> {
        let mut after = page.after.map(LogReviewId::new);
        let mut left = Vec::new();
        loop {
            // Reviews that drew something of who closed them; what of it is left is looked up.
            let own = log_review_entry::table
                .filter(log_review_entry::review_id.eq(log_review_end::review_id))
                .filter(log_review_entry::actor_id.eq(log_review_end::closed_by_id.nullable()));
            let mut query = log_review_end::table
                .inner_join(log_review::table)
                .filter(log_review::agency_id.eq(agency))
                .filter(diesel::dsl::exists(own))
                .order(log_review::id)
                .limit(most(page))
                .select((log_review::id, log_review::name, log_review_end::closed_at))
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(log_review::id.gt(after));
            }
            let rows: Vec<(LogReviewId, String, At)> = query.load(self.database)?;
            let Some((last, ..)) = rows.last() else { return Ok(left) };
            after = Some(*last);
            for (review, name, At(closed_at)) in rows {
                let entries = unfinished(self.database, review)?.len() as u64;
                if entries > 0 {
                    let late = self.is_late(closed_at, law.query_days_max);
                    left.push(LeftReview { review, name, closed_at, entries, late });
                }
                if left.len() == page.limit {
                    return Ok(left);
                }
            }
        }
    }

    fn open_queries(
        &mut self,
        agency: AgencyId,
        page: Page,
        law: &ReviewRules,
    ) -> Result<Vec<OpenQuery>, Halt> {
        let reviews =
            log_review::table.filter(log_review::agency_id.eq(agency)).select(log_review::id);
        let mut query = newest_findings!()
            .filter(log_finding::review_id.eq_any(reviews))
            .filter(log_finding::finding.eq(Finding::Query.code()))
            .order(log_finding::id)
            .limit(most(page))
            .select((
                log_finding::id,
                log_finding::review_id,
                log_finding::entry_id,
                log_finding::found_at,
            ))
            .into_boxed();
        if let Some(after) = page.after.map(LogFindingId::new) {
            query = query.filter(log_finding::id.gt(after));
        }
        let rows: Vec<(LogFindingId, LogReviewId, EntryId, At)> = query.load(self.database)?;
        let query = |(id, review, entry, At(asked_at))| OpenQuery {
            id,
            review,
            entry,
            asked_at,
            late: self.is_late(asked_at, law.query_days_max),
        };
        Ok(rows.into_iter().map(query).collect())
    }

    fn emergencies(&mut self, agency: AgencyId, page: Page) -> Result<Vec<OpenEmergency>, Halt> {
        let mut query = break_glass::table
            .filter(break_glass::agency_id.eq(agency))
            .filter(not(break_glass::id.eq_any(finally_reviewed!())))
            .order(break_glass::id)
            .limit(most(page))
            .select((break_glass::id, break_glass::opened_at, break_glass::review_before))
            .into_boxed();
        if let Some(after) = page.after.map(BreakGlassId::new) {
            query = query.filter(break_glass::id.gt(after));
        }
        let rows: Vec<(BreakGlassId, At, At)> = query.load(self.database)?;
        let now = self.now();
        let opening = |(opening, At(opened_at), At(before))| OpenEmergency {
            opening,
            opened_at,
            late: now > before,
        };
        Ok(rows.into_iter().map(opening).collect())
    }
}

fn most(page: Page) -> i64 {
    i64::try_from(page.limit).unwrap_or(i64::MAX)
}
