//! Reviews of an agency's log: pinned, drawn, read, closed.
//!
//! To draw takes two steps. The act that draws pins the period, the terms and the log's size; the
//! first who reads the review has the log scanned, and what was drawn is kept. So no change waits
//! for a scan, and a stop in between loses nothing: the same terms give the same sample.
//!
//! **Invariant:** a review, its sample and its findings are only ever added.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::error::{Halt, StoreError};
use super::log_review_rows::{
    ReviewView, RuleView, drawn_entries, findings_of, one, some, unfinished,
};
use super::log_review_sample::{FreshSample, SampledEntry};
use super::logs::first_at;
use super::means::Means;
use super::schema::{log_review, log_review_end};
use super::sequencer::{hold, position, tip};
use super::sql::At;
use super::telling::{self, About};
use super::work::{Page, Work};
use crate::access::Act;
use crate::access::act::{CloseLogReview, DrawLogReview, ListLogReviews, ReadLogReview};
use crate::clock::Instant;
use crate::domain::ids::{AgencyId, ChildId, EntryId, LogReviewId, StaffId};
use crate::domain::law::in_force;
use crate::domain::log_review::{Amount, ReviewRules, SamplingRule, Unfinished, may_close};
use crate::domain::obstacle::Obstacle;
use crate::ledger::{DrawTerms, Newsworthy, Resource};

/// A review as it is asked for.
#[derive(Clone, Debug)]
pub struct LogReviewDraft {
    /// What it is called, such as the month.
    pub name: String,
    /// Why it is made.
    pub reason: String,
    /// The number of the matter, needed where one child is named.
    pub matter: Option<String>,
    /// The period's beginning.
    pub from: Instant,
    /// The period's end, exclusive and not in the future.
    pub to: Instant,
    /// 32 hexadecimal digits; random when there is none.
    pub seed: Option<String>,
    /// The rules; those of the law's file when there are none.
    pub rules: Vec<(SamplingRule, Amount)>,
    /// The child that others heard of, and from which day on.
    pub newsworthy: Option<(ChildId, NaiveDate)>,
}

impl Work<'_, DrawLogReview> {
    /// Pins the review.
    pub fn pin(&mut self, draft: &LogReviewDraft) -> Result<ReviewView, Halt> {
        let agency = self.act().agency;
        let now = self.now();
        if draft.to > now {
            return Err(Obstacle::Field { field: "to", reason: "not_over_yet" }.into());
        }
        let terms = terms(self.means, draft, self.today())?;
        // Whoever puts entries in the log waits: none that comes later lies in the period.
        hold(self.database, agency)?;
        let tip = tip(self.database, agency)?;
        let size = tip.range.end();
        let first = first_at(self.database, agency, draft.from)?.unwrap_or(size);
        let end = first_at(self.database, agency, draft.to)?.unwrap_or(size).max(first);
        if end - first > self.means.review.entries_max {
            return Err(Obstacle::Field { field: "to", reason: "too_many_entries" }.into());
        }
        let id: LogReviewId = self.means.clock.new_id();
        let text = String::from_utf8_lossy(&terms.bytes()).into_owned();
        self.terms = serde_json::from_str(&text).ok();
        diesel::insert_into(log_review::table)
            .values((
                log_review::id.eq(id),
                log_review::agency_id.eq(agency),
                log_review::name.eq(&draft.name),
                log_review::reason.eq(&draft.reason),
                log_review::matter.eq(&draft.matter),
                log_review::from_at.eq(At(draft.from)),
                log_review::to_at.eq(At(draft.to)),
                log_review::first_leaf.eq(position(first)?),
                log_review::end_leaf.eq(position(end)?),
                log_review::size.eq(position(size)?),
                log_review::checkpoint.eq(tip.note.unwrap_or_default()),
                log_review::terms.eq(text),
                log_review::drawn_by_id.eq(self.staff()),
                log_review::drawn_at.eq(At(now)),
            ))
            .execute(self.database)?;
        self.review_in(agency, id)
    }
}

impl Work<'_, ReadLogReview> {
    /// The review; with a sample to be kept where it was drawn just now.
    pub fn review(&mut self, id: LogReviewId) -> Result<(ReviewView, Option<FreshSample>), Halt> {
        let mut view = self.review_in(self.act().agency, id)?;
        if !view.rules.is_empty() {
            return Ok((view, None));
        }
        let fresh = self.draw(&view)?;
        view.drawn = fresh.entries.len() as u64;
        view.rules = fresh.rules.iter().map(RuleView::of).collect();
        Ok((view, Some(fresh)))
    }

    /// One page of the drawn entries, in the order of their ids, each with its findings.
    pub fn entries(
        &mut self,
        id: LogReviewId,
        page: Page,
    ) -> Result<(Vec<SampledEntry>, Option<FreshSample>), Halt> {
        let (view, fresh) = self.review(id)?;
        let wanted = match &fresh {
            Some(fresh) => on_page(fresh, page),
            None => drawn_entries(self.database, view.id, page)?,
        };
        let ids: Vec<EntryId> = wanted.iter().map(|(entry, ..)| *entry).collect();
        let mut findings = findings_of(self.database, view.id, &ids)?;
        let entries = self.sampled(&wanted, &view, &mut findings)?;
        Ok((entries, fresh))
    }
}

impl Work<'_, ListLogReviews> {
    /// The agency's reviews, oldest first.
    pub fn reviews(&mut self, page: Page) -> Result<Vec<ReviewView>, Halt> {
        let mut query = log_review::table
            .filter(log_review::agency_id.eq(self.act().agency))
            .order(log_review::id)
            .limit(i64::try_from(page.limit).unwrap_or(i64::MAX))
            .select(log_review::id)
            .into_boxed();
        if let Some(after) = page.after.map(LogReviewId::new) {
            query = query.filter(log_review::id.gt(after));
        }
        let ids: Vec<LogReviewId> = query.load(self.database)?;
        some(self.database, self.act().agency, &ids)
    }
}

impl Work<'_, CloseLogReview> {
    /// Closes the review: everything drawn has a finding, and no question is open. What whoever closes
    /// it did themselves is left to another auditor if `leaves_own`; the entry names it.
    pub fn close(
        &mut self,
        id: LogReviewId,
        note: Option<&str>,
        leaves_own: bool,
    ) -> Result<ReviewView, Halt> {
        let agency = self.act().agency;
        let view = self.review_in(agency, id)?;
        if view.rules.is_empty() {
            return Err(Obstacle::State { why: "not_drawn_yet" }.into());
        }
        let left = unfinished(self.database, id)?;
        let own = |actor: Option<StaffId>| actor == Some(self.staff());
        let terms: Vec<Unfinished> =
            left.iter().map(|it| Unfinished { asked: it.asked, own: own(it.actor) }).collect();
        may_close(&terms, leaves_own, view.closed.is_some())?;
        if !left.is_empty() {
            let left: Vec<String> = left.iter().map(|it| it.entry.to_string()).collect();
            self.receipt = Some(json!({ "needs_another_reviewer": left }));
        }
        diesel::insert_into(log_review_end::table)
            .values((
                log_review_end::review_id.eq(id),
                log_review_end::note.eq(note),
                log_review_end::closed_by_id.eq(self.staff()),
                log_review_end::closed_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        one(self.database, agency, id)
    }
}

impl<A: Act> Work<'_, A> {
    /// The review, if it is one of this log's; the entry tells which, and the child that it names.
    pub(super) fn review_in(
        &mut self,
        agency: AgencyId,
        id: LogReviewId,
    ) -> Result<ReviewView, Halt> {
        let resource = Resource { kind: "LogReview".to_owned(), id: Some(id.uuid()) };
        self.about = Some(About { resource: resource.clone(), subject: None, case: None });
        let view = one(self.database, agency, id)?;
        let subject = view.terms.newsworthy.as_ref().map(|it| it.child);
        self.about = Some(About { resource, subject, case: None });
        Ok(view)
    }
}

/// What of a sample that was drawn just now stands on a page, by the ids of the entries.
fn on_page(fresh: &FreshSample, page: Page) -> Vec<(EntryId, u64, Vec<SamplingRule>)> {
    let after = page.after.map(EntryId::new);
    let drawn = fresh.entries.iter().filter(|it| after.is_none_or(|after| it.entry > after));
    let mut drawn: Vec<_> = drawn.map(|it| (it.entry, it.leaf, it.rules.clone())).collect();
    drawn.sort_unstable_by_key(|(entry, ..)| *entry);
    drawn.truncate(page.limit);
    drawn
}

/// The rules for reviews that hold on `day`.
pub(super) fn review_rules(means: &Means, day: NaiveDate) -> Result<&ReviewRules, StoreError> {
    let found = in_force(&means.law.log_review, day).map(|law| &law.says);
    found.ok_or_else(|| StoreError::Corrupt("no rules for reviews hold today".into()))
}

/// The terms that a draft asks for: every emergency is in them.
fn terms(means: &Means, draft: &LogReviewDraft, today: NaiveDate) -> Result<DrawTerms, Halt> {
    let law = review_rules(means, today)?;
    let mut rules = draft.rules.clone();
    if rules.is_empty() {
        let usual = law.permille.iter().map(|(rule, share)| (*rule, Amount::Permille(*share)));
        rules = usual.filter(|(rule, _)| *rule != SamplingRule::Newsworthy).collect();
    }
    let has = |rules: &[(SamplingRule, Amount)], rule| rules.iter().any(|(it, _)| *it == rule);
    if rules
        .iter()
        .any(|(rule, amount)| *rule == SamplingRule::BreakGlass && *amount != Amount::ALL)
    {
        return Err(
            Obstacle::Field { field: "rules", reason: "emergencies_are_all_reviewed" }.into()
        );
    }
    if !has(&rules, SamplingRule::BreakGlass) {
        rules.insert(0, (SamplingRule::BreakGlass, Amount::ALL));
    }
    match (&draft.newsworthy, has(&rules, SamplingRule::Newsworthy)) {
        (None, true) => {
            return Err(Obstacle::Field { field: "newsworthy", reason: "needed_by_rule" }.into());
        }
        (Some(_), false) => rules.push((SamplingRule::Newsworthy, Amount::ALL)),
        (None, false) | (Some(_), true) => {}
    }
    if draft.newsworthy.is_some() && draft.matter.is_none() {
        return Err(Obstacle::Field { field: "matter", reason: "needed_for_a_child" }.into());
    }
    let seed = match &draft.seed {
        Some(seed) => seed.clone(),
        None => telling::salt()?.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    Ok(DrawTerms {
        seed,
        rules,
        zone: means.law.time_zone,
        night_from_hour: law.night_from_hour,
        night_to_hour: law.night_to_hour,
        night_roles: law.night_roles.clone(),
        bulk_children_per_hour: law.bulk_children_per_hour,
        newsworthy: draft
            .newsworthy
            .map(|(child, day)| Newsworthy { child, from: means.law.begin_of(day) }),
    })
}
