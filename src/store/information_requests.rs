//! What social services ask for in an investigation (SoL 20:6). Whoever is asked must answer.

use diesel::prelude::*;

use super::error::Halt;
use super::schema::{case_file, information_request};
use super::sql::At;
use super::work::{Page, Work};
use crate::access::act::{ListInformationRequests, PublishItem, RequestInformation};
use crate::clock::Instant;
use crate::domain::ids::{AreaId, CaseId, ChildId, InformationRequestId, ItemId, StaffId, UnitId};
use crate::domain::notice::NoticeKind;
use crate::domain::obstacle::Obstacle;
use crate::ledger::Effect;

/// What is asked.
#[derive(Clone, Debug)]
pub struct InformationRequestDraft {
    /// The investigation's number.
    pub investigation: String,
    /// What the investigation needs to know.
    pub asked: String,
}

/// A request.
#[derive(Clone, Debug)]
pub struct InformationRequestView {
    /// Its id.
    pub id: InformationRequestId,
    /// The case.
    pub case: CaseId,
    /// The unit that asks.
    pub from: UnitId,
    /// The unit that must answer.
    pub to: UnitId,
    /// What it asks, and in which investigation.
    pub draft: InformationRequestDraft,
    /// Who asked.
    pub asked_by: StaffId,
    /// When.
    pub asked_at: Instant,
}

impl Work<'_, RequestInformation> {
    /// Asks. The unit that must answer is told.
    pub fn ask(&mut self, draft: &InformationRequestDraft) -> Result<InformationRequestView, Halt> {
        let act = self.act().clone();
        let acting = self.facts().principal.acting.as_ref();
        let from = acting.map_or(UnitId::nobody(), |acting| acting.place.unit);
        if from == act.unit {
            return Err(Obstacle::Field { field: "unit", reason: "own_unit" }.into());
        }
        let (area, child): (AreaId, ChildId) = case_file::table
            .find(act.case)
            .select((case_file::area_id, case_file::child_id))
            .first(self.database)?;
        let id: InformationRequestId = self.means.clock.new_id();
        diesel::insert_into(information_request::table)
            .values((
                information_request::id.eq(id),
                information_request::area_id.eq(area),
                information_request::case_id.eq(act.case),
                information_request::child_id.eq(child),
                information_request::from_unit_id.eq(from),
                information_request::to_unit_id.eq(act.unit),
                information_request::investigation.eq(&draft.investigation),
                information_request::asked.eq(&draft.asked),
                information_request::asked_by_id.eq(self.staff()),
                information_request::asked_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        let asked = self.agency_of(act.unit)?;
        self.touched(asked, ("Case", act.case.uuid()), Effect::Changed);
        self.notify(act.unit, NoticeKind::InformationRequested, ("Case", act.case.uuid()))?;
        Ok(InformationRequestView {
            id,
            case: act.case,
            from,
            to: act.unit,
            draft: draft.clone(),
            asked_by: self.staff(),
            asked_at: self.now(),
        })
    }
}

impl Work<'_, ListInformationRequests> {
    /// The case's requests by and to one's own unit, oldest first.
    pub fn requests(&mut self, page: Page) -> Result<Vec<InformationRequestView>, Halt> {
        let case = self.act().case;
        let acting = self.facts().principal.acting.as_ref();
        let own = acting.map_or(UnitId::nobody(), |acting| acting.place.unit);
        let mut query = information_request::table
            .filter(information_request::case_id.eq(case))
            .filter(
                information_request::from_unit_id
                    .eq(own)
                    .or(information_request::to_unit_id.eq(own)),
            )
            .order(information_request::id)
            .limit(i64::try_from(page.limit).unwrap_or(i64::MAX))
            .select((
                information_request::id,
                information_request::from_unit_id,
                information_request::to_unit_id,
                information_request::investigation,
                information_request::asked,
                information_request::asked_by_id,
                information_request::asked_at,
            ))
            .into_boxed();
        if let Some(after) = page.after {
            query = query.filter(information_request::id.gt(InformationRequestId::new(after)));
        }
        type Row = (InformationRequestId, UnitId, UnitId, String, String, StaffId, At);
        let rows: Vec<Row> = query.load(self.database)?;
        let view = |(id, from, to, investigation, asked, asked_by, at): Row| {
            let draft = InformationRequestDraft { investigation, asked };
            InformationRequestView { id, case, from, to, draft, asked_by, asked_at: at.0 }
        };
        Ok(rows.into_iter().map(view).collect())
    }
}

impl Work<'_, PublishItem> {
    /// The number of the newest investigation in which `unit` has asked the item's owner.
    pub(super) fn number_of_request(
        &mut self,
        item: ItemId,
        unit: UnitId,
    ) -> Result<Option<String>, Halt> {
        let owner = self.facts().resource.owner.map_or(UnitId::nobody(), |owner| owner.unit);
        let case: CaseId = super::schema::item::table
            .find(item)
            .select(super::schema::item::case_id)
            .first(self.database)?;
        Ok(information_request::table
            .filter(information_request::case_id.eq(case))
            .filter(information_request::from_unit_id.eq(unit))
            .filter(information_request::to_unit_id.eq(owner))
            .order(information_request::id.desc())
            .select(information_request::investigation)
            .first(self.database)
            .optional()?)
    }
}
