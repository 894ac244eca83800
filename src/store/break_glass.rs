//! Opening a case in an emergency, and the review of it.
//!
//! **Invariant:** an opening and its reviews are only ever added. To go on is to open anew.

use std::collections::{BTreeSet, HashMap};

use chrono::{Days, TimeDelta};
use diesel::prelude::*;

use super::db::Database;
use super::error::Halt;
use super::schema::{break_glass, break_glass_review, party, unit};
use super::sql::At;
use super::telling::About;
use super::work::{Page, Work};
use crate::access::Act;
use crate::access::act::{
    BreakGlass, BreakGlassByNumber, ListBreakGlass, ReadBreakGlass, ReviewBreakGlass,
};
use crate::access::facts::PrincipalKind;
use crate::clock::Instant;
use crate::domain::emergency::Finding;
use crate::domain::ground::Ground;
use crate::domain::ids::{AgencyId, AreaId, BreakGlassId, CaseId, ChildId, StaffId, UnitId};
use crate::domain::law::in_force;
use crate::domain::notice::NoticeKind;
use crate::domain::text::Coded;
use crate::ledger::{Effect, Resource};

/// An emergency opening as its auditor sees it.
#[derive(Clone, Debug)]
pub struct GlassView {
    /// Its id.
    pub id: BreakGlassId,
    /// The case.
    pub case: CaseId,
    /// The child, by its random id.
    pub child: ChildId,
    /// Who opened it.
    pub staff: StaffId,
    /// For which agency.
    pub agency: AgencyId,
    /// Through which unit.
    pub unit: UnitId,
    /// On which ground.
    pub ground: Ground,
    /// Why.
    pub reason: String,
    /// When.
    pub opened_at: Instant,
    /// When it ends.
    pub until: Instant,
    /// When it must be reviewed at the latest.
    pub review_before: Instant,
    /// That time is past, and no review has come to its end.
    pub overdue: bool,
    /// Its reviews, oldest first.
    pub reviews: Vec<GlassReview>,
}

/// What a review came to.
#[derive(Clone, Debug)]
pub struct GlassReview {
    /// What.
    pub finding: Finding,
    /// Why.
    pub reason: String,
    /// What is done about it.
    pub measure: Option<String>,
    /// Who reviewed.
    pub by: StaffId,
    /// When.
    pub at: Instant,
}

/// A review as it is made.
#[derive(Clone, Debug)]
pub struct ReviewDraft {
    /// What it came to.
    pub finding: Finding,
    /// Why.
    pub reason: String,
    /// What is done about it.
    pub measure: Option<String>,
}

impl Work<'_, BreakGlass> {
    /// Opens the case.
    pub fn open(&mut self, reason: &str) -> Result<GlassView, Halt> {
        let act = self.act().clone();
        open(self, act.case, act.ground, reason)
    }
}

impl Work<'_, BreakGlassByNumber> {
    /// Opens the case that was found.
    pub fn open(&mut self, reason: &str) -> Result<GlassView, Halt> {
        let found = &self.facts().resource;
        let (subject, case) = (found.child, found.case);
        let id = case.unwrap_or(CaseId::nobody());
        let resource = Resource { kind: BreakGlass::RESOURCE.into(), id: case.map(CaseId::uuid) };
        self.about = Some(About { resource, subject, case });
        let ground = self.act().ground;
        open(self, id, ground, reason)
    }
}

impl Work<'_, ListBreakGlass> {
    /// The openings that the agency has made, or of cases in which it takes part, oldest first.
    pub fn openings(&mut self, page: Page) -> Result<Vec<GlassView>, Halt> {
        let agency = self.act().agency;
        let load = |database: &mut Database, after: Option<BreakGlassId>, limit| {
            let cases = party::table
                .inner_join(unit::table)
                .filter(unit::agency_id.eq(agency))
                .filter(party::standing.eq_any(["active", "read_only"]))
                .select(party::case_id);
            let mut query = break_glass::table
                .filter(break_glass::agency_id.eq(agency).or(break_glass::case_id.eq_any(cases)))
                .order(break_glass::id)
                .limit(limit)
                .select(break_glass::id)
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(break_glass::id.gt(after));
            }
            Ok(query.load(database)?)
        };
        let served = self.page_of(page, load, |opening| ReadBreakGlass { opening })?;
        let ids: Vec<BreakGlassId> = served.into_iter().map(|(id, _)| id).collect();
        self.glass(&ids)
    }
}

impl Work<'_, ReadBreakGlass> {
    /// The opening.
    pub fn opening(&mut self) -> Result<GlassView, Halt> {
        let id = self.act().opening;
        self.one_glass(id)
    }
}

impl Work<'_, ReviewBreakGlass> {
    /// The opening as it stands before the review.
    pub fn before(&mut self) -> Result<GlassView, Halt> {
        let id = self.act().opening;
        self.one_glass(id)
    }

    /// Adds the review.
    pub fn review(&mut self, draft: &ReviewDraft) -> Result<GlassView, Halt> {
        let id = self.act().opening;
        let area: AreaId =
            break_glass::table.find(id).select(break_glass::area_id).first(self.database)?;
        diesel::insert_into(break_glass_review::table)
            .values((
                break_glass_review::id.eq(self.means.clock.new_id::<BreakGlassId>()),
                break_glass_review::area_id.eq(area),
                break_glass_review::opening_id.eq(id),
                break_glass_review::finding.eq(draft.finding.code()),
                break_glass_review::reason.eq(&draft.reason),
                break_glass_review::measure.eq(&draft.measure),
                break_glass_review::reviewed_by_id.eq(self.staff()),
                break_glass_review::reviewed_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        self.one_glass(id)
    }
}

impl GlassView {
    /// What the newest review came to.
    pub fn finding(&self) -> Option<Finding> {
        self.reviews.last().map(|review| review.finding)
    }
}

/// Keeps the opening and tells every unit that takes part, at once.
fn open<A: Act>(
    work: &mut Work<'_, A>,
    case: CaseId,
    ground: Ground,
    reason: &str,
) -> Result<GlassView, Halt> {
    let (now, today, law) = (work.now(), work.today(), &work.means.law);
    let minutes = in_force(&law.break_glass_minutes, today).map_or(0, |law| law.says);
    let days = in_force(&law.break_glass_review_days, today).map_or(0, |law| law.says);
    let until = now + TimeDelta::try_minutes(minutes).unwrap_or_default();
    let review_before = now.checked_add_days(Days::new(days.unsigned_abs())).unwrap_or(now);
    let principal = &work.facts().principal;
    let agency = match principal.kind {
        PrincipalKind::Staff { agency, .. } => agency,
        PrincipalKind::Citizen | PrincipalKind::Operator | PrincipalKind::Unknown => {
            AgencyId::nobody()
        }
    };
    let through = principal.acting.as_ref().map_or(UnitId::nobody(), |acting| acting.place.unit);
    let view = work.case(case)?;
    let id: BreakGlassId = work.means.clock.new_id();
    diesel::insert_into(break_glass::table)
        .values((
            break_glass::id.eq(id),
            break_glass::area_id.eq(work.case_area(case)?),
            break_glass::case_id.eq(case),
            break_glass::child_id.eq(view.summary.child),
            break_glass::staff_id.eq(work.staff()),
            break_glass::agency_id.eq(agency),
            break_glass::unit_id.eq(through),
            break_glass::legal_ground.eq(ground.code()),
            break_glass::reason.eq(reason),
            break_glass::opened_at.eq(At(now)),
            break_glass::until.eq(At(until)),
            break_glass::review_before.eq(At(review_before)),
        ))
        .execute(work.database)?;
    let mut owners = BTreeSet::new();
    for party in view.parties.iter().filter(|party| party.standing.reads()) {
        work.notify(party.unit, NoticeKind::BreakGlass, ("BreakGlass", id.uuid()))?;
        owners.insert(work.agency_of(party.unit)?);
    }
    for owner in owners {
        work.touched(owner, ("BreakGlass", id.uuid()), Effect::Changed);
    }
    work.one_glass(id)
}

impl<A: Act> Work<'_, A> {
    fn one_glass(&mut self, id: BreakGlassId) -> Result<GlassView, Halt> {
        let found = self.glass(&[id])?.into_iter().next();
        found.ok_or_else(|| diesel::result::Error::NotFound.into())
    }

    fn glass(&mut self, ids: &[BreakGlassId]) -> Result<Vec<GlassView>, Halt> {
        type Row = (BreakGlassId, CaseId, ChildId, StaffId, AgencyId, UnitId, String, String);
        let rows: Vec<(Row, (At, At, At))> = break_glass::table
            .filter(break_glass::id.eq_any(ids))
            .order(break_glass::id)
            .select((
                (
                    break_glass::id,
                    break_glass::case_id,
                    break_glass::child_id,
                    break_glass::staff_id,
                    break_glass::agency_id,
                    break_glass::unit_id,
                    break_glass::legal_ground,
                    break_glass::reason,
                ),
                (break_glass::opened_at, break_glass::until, break_glass::review_before),
            ))
            .load(self.database)?;
        let mut reviews = self.reviews_of(ids)?;
        let now = self.now();
        rows.into_iter()
            .map(|(row, (opened_at, until, review_before))| {
                let (id, case, child, staff, agency, unit, ground, reason) = row;
                let reviews = reviews.remove(&id).unwrap_or_default();
                let ended = reviews.last().is_some_and(|review| review.finding.is_final());
                Ok(GlassView {
                    id,
                    case,
                    child,
                    staff,
                    agency,
                    unit,
                    ground: Ground::from_code(&ground)?,
                    reason,
                    opened_at: opened_at.0,
                    until: until.0,
                    review_before: review_before.0,
                    overdue: !ended && now > review_before.0,
                    reviews,
                })
            })
            .collect()
    }

    fn reviews_of(
        &mut self,
        ids: &[BreakGlassId],
    ) -> Result<HashMap<BreakGlassId, Vec<GlassReview>>, Halt> {
        type Row = (BreakGlassId, String, String, Option<String>, StaffId, At);
        let rows: Vec<Row> = break_glass_review::table
            .filter(break_glass_review::opening_id.eq_any(ids))
            .order(break_glass_review::id)
            .select((
                break_glass_review::opening_id,
                break_glass_review::finding,
                break_glass_review::reason,
                break_glass_review::measure,
                break_glass_review::reviewed_by_id,
                break_glass_review::reviewed_at,
            ))
            .load(self.database)?;
        let mut reviews: HashMap<BreakGlassId, Vec<GlassReview>> = HashMap::new();
        for (opening, finding, reason, measure, by, at) in rows {
            let finding = Finding::from_code(&finding)?;
            let review = GlassReview { finding, reason, measure, by, at: at.0 };
            reviews.entry(opening).or_default().push(review);
        }
        Ok(reviews)
    }
}
