//! How a child's maturity was assessed, matter by matter (OSL 12:3). Only ever added; the newest
//! counts.

use diesel::prelude::*;

use super::db::Database;
use super::error::{Halt, StoreError};
use super::schema::maturity_assessment;
use super::sql::At;
use super::work::{Page, Work};
use crate::access::Act;
use crate::access::act::{AssessMaturity, ListMaturityAssessments};
use crate::clock::Instant;
use crate::domain::consent::ConsentKind;
use crate::domain::ids::{MaturityAssessmentId, StaffId};
use crate::domain::text::Coded;

/// An assessment as it is made.
#[derive(Clone, Debug)]
pub struct MaturityDraft {
    /// In which matter.
    pub matter: ConsentKind,
    /// Whether the child was found mature for it.
    pub mature: bool,
    /// Why. Age alone is no reason.
    pub reason: String,
}

/// An assessment.
#[derive(Clone, Debug)]
pub struct MaturityView {
    /// Its id.
    pub id: MaturityAssessmentId,
    /// What was found.
    pub found: MaturityDraft,
    /// Who assessed it.
    pub assessed_by: StaffId,
    /// When.
    pub assessed_at: Instant,
}

impl Work<'_, AssessMaturity> {
    /// Records it. What was found before stays.
    pub fn assess(&mut self, draft: &MaturityDraft) -> Result<MaturityView, Halt> {
        let case = self.act().case;
        let lost = || StoreError::Corrupt("an assessment of no child".into());
        let child = self.facts().resource.child.ok_or_else(lost)?;
        let area = self.area_of(child)?;
        let id: MaturityAssessmentId = self.means.clock.new_id();
        diesel::insert_into(maturity_assessment::table)
            .values((
                maturity_assessment::id.eq(id),
                maturity_assessment::area_id.eq(area),
                maturity_assessment::child_id.eq(child),
                maturity_assessment::case_id.eq(case),
                maturity_assessment::matter.eq(draft.matter.code()),
                maturity_assessment::mature.eq(draft.mature),
                maturity_assessment::reason.eq(&draft.reason),
                maturity_assessment::assessed_by_id.eq(self.staff()),
                maturity_assessment::assessed_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        self.assessment(id)
    }
}

impl Work<'_, ListMaturityAssessments> {
    /// Those of the case, oldest first.
    pub fn assessments(&mut self, page: Page) -> Result<Vec<MaturityView>, Halt> {
        let case = self.act().case;
        let ids = assessments_in(self.database, case, page)?;
        ids.into_iter().map(|id| self.assessment(id)).collect()
    }
}

fn assessments_in(
    database: &mut Database,
    case: crate::domain::ids::CaseId,
    page: Page,
) -> Result<Vec<MaturityAssessmentId>, StoreError> {
    let mut query = maturity_assessment::table
        .filter(maturity_assessment::case_id.eq(case))
        .order(maturity_assessment::id)
        .limit(i64::try_from(page.limit).unwrap_or(i64::MAX))
        .select(maturity_assessment::id)
        .into_boxed();
    if let Some(after) = page.after {
        query = query.filter(maturity_assessment::id.gt(MaturityAssessmentId::new(after)));
    }
    Ok(query.load(database)?)
}

impl<A: Act> Work<'_, A> {
    fn assessment(&mut self, id: MaturityAssessmentId) -> Result<MaturityView, Halt> {
        let (matter, mature, reason, assessed_by, at): (String, bool, String, StaffId, At) =
            maturity_assessment::table
                .find(id)
                .select((
                    maturity_assessment::matter,
                    maturity_assessment::mature,
                    maturity_assessment::reason,
                    maturity_assessment::assessed_by_id,
                    maturity_assessment::assessed_at,
                ))
                .first(self.database)?;
        let found = MaturityDraft { matter: ConsentKind::from_code(&matter)?, mature, reason };
        Ok(MaturityView { id, found, assessed_by, assessed_at: at.0 })
    }
}
