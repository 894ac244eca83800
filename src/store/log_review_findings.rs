//! Findings about drawn entries.
//!
//! **Invariant:** a finding is never changed; the newest counts.

use diesel::prelude::*;

use super::error::Halt;
use super::log_review_rows::{FindingView, findings_of};
use super::schema::{log_finding, log_review_entry};
use super::sql::{At, codes};
use super::work::Work;
use crate::access::act::RecordLogFinding;
use crate::domain::emergency::Finding;
use crate::domain::ids::{EntryId, LogFindingId, LogReviewId, StaffId};
use crate::domain::log_review::{Measure, may_find};
use crate::domain::obstacle::Obstacle;
use crate::domain::text::Coded;
use crate::ledger::Effect;

/// A finding as it is made.
#[derive(Clone, Debug)]
pub struct FindingDraft {
    /// The drawn entry.
    pub entry: EntryId,
    /// What was found.
    pub finding: Finding,
    /// Why.
    pub note: String,
    /// What is done about it.
    pub measures: Vec<Measure>,
}

impl Work<'_, RecordLogFinding> {
    /// Adds the finding; all of the entry's, oldest first.
    pub fn find(
        &mut self,
        review: LogReviewId,
        draft: &FindingDraft,
    ) -> Result<Vec<FindingView>, Halt> {
        let (agency, reviewer) = (self.act().agency, self.staff());
        let view = self.review_in(agency, review)?;
        if view.rules.is_empty() {
            return Err(Obstacle::State { why: "not_drawn_yet" }.into());
        }
        let actor: Option<Option<StaffId>> = log_review_entry::table
            .find((review, draft.entry))
            .select(log_review_entry::actor_id)
            .first(self.database)
            .optional()?;
        let Some(actor) = actor else {
            return Err(Obstacle::Field { field: "entry", reason: "not_drawn" }.into());
        };
        let is_own = actor == Some(reviewer);
        let is_over = view.closed.is_some() && !view.left.contains(&draft.entry);
        may_find(draft.finding, &draft.measures, is_own, is_over)?;
        diesel::insert_into(log_finding::table)
            .values((
                log_finding::id.eq(self.means.clock.new_id::<LogFindingId>()),
                log_finding::review_id.eq(review),
                log_finding::entry_id.eq(draft.entry),
                log_finding::finding.eq(draft.finding.code()),
                log_finding::note.eq(&draft.note),
                log_finding::measures.eq(codes(&draft.measures)),
                log_finding::found_by_id.eq(reviewer),
                log_finding::found_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        self.touched(agency, ("Entry", draft.entry.uuid()), Effect::Changed);
        let mut findings = findings_of(self.database, review, &[draft.entry])?;
        Ok(findings.remove(&draft.entry).unwrap_or_default())
    }
}
