//! Concern reports (SoL 19:1). Only the receiving unit at social services reads them.

use diesel::prelude::*;

use super::db::Database;
use super::error::Halt;
use super::schema::concern_report;
use super::sql::{At, Json};
use super::work::{Page, Work};
use crate::access::Act;
use crate::access::act::{ListConcernReports, ReadConcernReport, SendConcernReport};
use crate::clock::Instant;
use crate::domain::agency::AgencyKind;
use crate::domain::ids::{ChildId, ConcernReportId, ReferralId, StaffId, UnitId};
use crate::domain::obstacle::Obstacle;
use crate::ledger::Effect;

/// A report as it is sent.
#[derive(Clone, Debug)]
pub struct ConcernDraft {
    /// The unit that reports.
    pub from: UnitId,
    /// The unit at social services that receives it.
    pub to: UnitId,
    /// What worries.
    pub concern: String,
}

/// A report as social services read it.
#[derive(Clone, Debug)]
pub struct ConcernReport {
    /// Its id.
    pub id: ConcernReportId,
    /// The child.
    pub child: ChildId,
    /// Who reports.
    pub from: UnitId,
    /// Who receives.
    pub to: UnitId,
    /// The member of staff who reports.
    pub made_by: StaffId,
    /// When.
    pub made_at: Instant,
    /// What worries.
    pub concern: String,
}

impl Work<'_, SendConcernReport> {
    /// Sends the report.
    pub fn send(&mut self, draft: &ConcernDraft) -> Result<ConcernReportId, Halt> {
        let child = self.act().child;
        if self.known()?.at(draft.from).is_none() {
            return Err(Obstacle::Field { field: "from_unit", reason: "not_your_unit" }.into());
        }
        self.receiving_unit(draft.to, "to_unit", Some(AgencyKind::Social))?;
        insert_report(self, child, None, draft.from, draft.to, &draft.concern)
    }
}

impl Work<'_, ListConcernReports> {
    /// The reports that the unit has received, oldest first.
    pub fn reports(&mut self, page: Page) -> Result<Vec<ConcernReport>, Halt> {
        let unit = self.act().unit;
        let load = |database: &mut Database, after: Option<ConcernReportId>, limit| {
            let mut query = concern_report::table
                .filter(concern_report::to_unit_id.eq(unit))
                .order(concern_report::id)
                .limit(limit)
                .select(concern_report::id)
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(concern_report::id.gt(after));
            }
            Ok(query.load(database)?)
        };
        let served = self.page_of(page, load, |report| ReadConcernReport { report })?;
        served.into_iter().map(|(id, _)| report(self, id)).collect()
    }
}

impl Work<'_, ReadConcernReport> {
    /// The report.
    pub fn read(&mut self) -> Result<ConcernReport, Halt> {
        let id = self.act().report;
        report(self, id)
    }
}

/// Keeps a report, and tells it in the receiver's log.
pub fn insert_report<A: Act>(
    work: &mut Work<'_, A>,
    child: ChildId,
    referral: Option<ReferralId>,
    from: UnitId,
    to: UnitId,
    concern: &str,
) -> Result<ConcernReportId, Halt> {
    let area = work.area_of(child)?;
    let id: ConcernReportId = work.means.clock.new_id();
    diesel::insert_into(concern_report::table)
        .values((
            concern_report::id.eq(id),
            concern_report::area_id.eq(area),
            concern_report::child_id.eq(child),
            concern_report::referral_id.eq(referral),
            concern_report::from_unit_id.eq(from),
            concern_report::to_unit_id.eq(to),
            concern_report::made_by_id.eq(work.staff()),
            concern_report::made_at.eq(At(work.now())),
            concern_report::content.eq(Json(serde_json::json!({ "concern": concern }))),
        ))
        .execute(work.database)?;
    let owner = work.agency_of(to)?;
    work.touched(owner, ("ConcernReport", id.uuid()), Effect::Changed);
    Ok(id)
}

fn report<A: Act>(work: &mut Work<'_, A>, id: ConcernReportId) -> Result<ConcernReport, Halt> {
    type Row = (ConcernReportId, ChildId, UnitId, UnitId, StaffId, At, Json);
    let (id, child, from, to, made_by, made_at, content): Row = concern_report::table
        .find(id)
        .select((
            concern_report::id,
            concern_report::child_id,
            concern_report::from_unit_id,
            concern_report::to_unit_id,
            concern_report::made_by_id,
            concern_report::made_at,
            concern_report::content,
        ))
        .first(work.database)?;
    Ok(ConcernReport {
        id,
        child,
        from,
        to,
        made_by,
        made_at: made_at.0,
        concern: content.0["concern"].as_str().unwrap_or_default().to_owned(),
    })
}
