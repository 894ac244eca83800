//! Items and their addenda.
//!
//! **Invariant:** what is written is never changed. A correction stands beside it (PDL 3:14,
//! SoL 14:6), and the item's version grows with it.

use diesel::prelude::*;

use super::db::Database;
use super::error::{Halt, StoreError};
use super::facts::is_marked;
use super::item_content::{from_json, to_json};
use super::schema::{case_file, item, item_addendum};
use super::sql::{At, Json};
use super::work::{Page, Work};
use crate::access::Act;
use crate::access::act::{AddAddendum, ListItems, ReadItem, WriteItem};
use crate::access::facts::Opening;
use crate::clock::Instant;
use crate::domain::category::Category;
use crate::domain::content::{Content, ContentDraft, ItemKind};
use crate::domain::ids::{AddendumId, AreaId, CaseId, ChildId, ItemId, StaffId, UnitId};
use crate::domain::indicators::IndicatorSet;
use crate::domain::notice::NoticeKind;
use crate::domain::text::Coded;

/// An item as it is written.
#[derive(Clone, Debug)]
pub struct ItemDraft {
    /// A line that tells what it is.
    pub title: String,
    /// What it says.
    pub body: String,
    /// It is needed for the child's safety.
    pub safety: bool,
    /// A young person told it in confidence.
    pub confidential: bool,
    /// What the child said, and does not want its guardians to see.
    pub not_for_guardian: bool,
    /// What it says beyond that.
    pub content: Option<ContentDraft>,
}

/// An item as one may read it.
#[derive(Clone, Debug)]
pub struct ItemView {
    /// Its id.
    pub id: ItemId,
    /// The case.
    pub case: CaseId,
    /// The child.
    pub child: ChildId,
    /// The owning unit.
    pub unit: UnitId,
    /// What it is about.
    pub category: Category,
    /// The secrecy that it stands under.
    pub regime: String,
    /// A line that tells what it is.
    pub title: String,
    /// What it says.
    pub body: String,
    /// It is needed for the child's safety.
    pub safety: bool,
    /// A young person told it in confidence.
    pub confidential: bool,
    /// The child has said that it is not for its guardians.
    pub not_for_guardian: bool,
    /// What kind of thing it says.
    pub kind: ItemKind,
    /// What it says beyond plain text.
    pub content: Option<Content>,
    /// Who wrote it.
    pub written_by: StaffId,
    /// When.
    pub written_at: Instant,
    /// What was added since, oldest first.
    pub addenda: Vec<AddendumView>,
    /// The grounds on which the reader reads it; none inside the owner's unit.
    pub openings: Vec<Opening>,
}

/// A correction that stands beside an item.
#[derive(Clone, Debug)]
pub struct AddendumView {
    /// Its id.
    pub id: AddendumId,
    /// What it says.
    pub body: String,
    /// Who wrote it.
    pub written_by: StaffId,
    /// When.
    pub written_at: Instant,
}

impl ItemView {
    /// Its version: one for what was written, and one more for each addendum.
    pub fn version(&self) -> i64 {
        i64::try_from(self.addenda.len()).unwrap_or(i64::MAX).saturating_add(1)
    }
}

impl Work<'_, WriteItem> {
    /// The words for indicators that are used where the child lives.
    pub fn indicators(&mut self) -> Result<IndicatorSet, Halt> {
        let area: AreaId = case_file::table
            .find(self.act().case)
            .select(case_file::area_id)
            .first(self.database)?;
        Ok(self.means.indicators.of(area, self.today()).clone())
    }

    /// Keeps the item under the secrecy of the unit that writes it.
    pub fn write(
        &mut self,
        draft: &ItemDraft,
        content: Option<&Content>,
    ) -> Result<ItemView, Halt> {
        let act = self.act().clone();
        let owner = self
            .facts()
            .resource
            .owner
            .ok_or_else(|| StoreError::Corrupt("an item without an owner".into()))?;
        let (area, child): (AreaId, ChildId) = case_file::table
            .find(act.case)
            .select((case_file::area_id, case_file::child_id))
            .first(self.database)?;
        let id: ItemId = self.means.clock.new_id();
        diesel::insert_into(item::table)
            .values((
                item::id.eq(id),
                item::area_id.eq(area),
                item::case_id.eq(act.case),
                item::child_id.eq(child),
                item::agency_id.eq(owner.agency),
                item::unit_id.eq(owner.unit),
                item::category.eq(act.category.code()),
                item::regime.eq(owner.regime.code()),
                item::title.eq(&draft.title),
                item::body.eq(&draft.body),
                item::safety.eq(draft.safety),
                item::confidential.eq(draft.confidential),
                item::kind.eq(content.map_or(ItemKind::Note, Content::kind).code()),
                item::content.eq(content.map(to_json)),
                item::written_by_id.eq(self.staff()),
                item::written_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        if draft.not_for_guardian {
            self.mark(id)?;
        }
        self.touched(owner.agency, ("Item", id.uuid()), crate::ledger::Effect::Changed);
        self.item_view(id, Vec::new())
    }
}

impl Work<'_, ListItems> {
    /// Those of the case's items that one may read, oldest first.
    pub fn items(&mut self, page: Page) -> Result<Vec<ItemView>, Halt> {
        let case = self.act().case;
        let load = |database: &mut Database, after: Option<ItemId>, limit| {
            let mut query = item::table
                .filter(item::case_id.eq(case))
                .order(item::id)
                .limit(limit)
                .select(item::id)
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(item::id.gt(after));
            }
            Ok(query.load(database)?)
        };
        let served = self.page_of(page, load, |item| ReadItem { item })?;
        served
            .into_iter()
            .map(|(id, permit)| {
                let view = self.item_view(id, permit.openings().to_vec())?;
                self.as_permitted(&permit, view)
            })
            .collect()
    }
}

impl Work<'_, ReadItem> {
    /// The item.
    pub fn item(&mut self) -> Result<ItemView, Halt> {
        let openings = self.permit.openings().to_vec();
        let view = self.item_view(self.act().item, openings)?;
        self.as_permitted(self.permit, view)
    }
}

impl Work<'_, AddAddendum> {
    /// Adds a correction. Units that read the item are told that there is one.
    pub fn add(&mut self, body: &str) -> Result<ItemView, Halt> {
        let id = self.act().item;
        let (area, case): (AreaId, CaseId) =
            item::table.find(id).select((item::area_id, item::case_id)).first(self.database)?;
        diesel::insert_into(item_addendum::table)
            .values((
                item_addendum::id.eq(self.means.clock.new_id::<AddendumId>()),
                item_addendum::area_id.eq(area),
                item_addendum::item_id.eq(id),
                item_addendum::body.eq(body),
                item_addendum::written_by_id.eq(self.staff()),
                item_addendum::written_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        for unit in self.reading_units(id)? {
            self.notify(unit, NoticeKind::ItemCorrected, ("Case", case.uuid()))?;
        }
        self.item_view(id, Vec::new())
    }
}

impl<A: Act> Work<'_, A> {
    pub(super) fn item_view(
        &mut self,
        id: ItemId,
        openings: Vec<Opening>,
    ) -> Result<ItemView, Halt> {
        type Row = (
            (CaseId, ChildId, UnitId, String, String),
            (String, String, bool, bool, StaffId, At),
            (String, Option<Json>),
        );
        let (placed, written, (kind, content)): Row = item::table
            .find(id)
            .select((
                (item::case_id, item::child_id, item::unit_id, item::category, item::regime),
                (
                    item::title,
                    item::body,
                    item::safety,
                    item::confidential,
                    item::written_by_id,
                    item::written_at,
                ),
                (item::kind, item::content),
            ))
            .first(self.database)?;
        let (case, child, unit, category, regime) = placed;
        let (title, body, safety, confidential, written_by, written_at) = written;
        let kind = ItemKind::from_code(&kind)?;
        Ok(ItemView {
            id,
            case,
            child,
            unit,
            category: Category::from_code(&category)?,
            regime,
            title,
            body,
            safety,
            confidential,
            not_for_guardian: is_marked(self.database, id)?,
            kind,
            content: content.map(|content| from_json(kind, &content)).transpose()?,
            written_by,
            written_at: written_at.0,
            addenda: self.addenda(id)?,
            openings,
        })
    }

    fn addenda(&mut self, item: ItemId) -> Result<Vec<AddendumView>, Halt> {
        let rows: Vec<(AddendumId, String, StaffId, At)> = item_addendum::table
            .filter(item_addendum::item_id.eq(item))
            .order(item_addendum::id)
            .select((
                item_addendum::id,
                item_addendum::body,
                item_addendum::written_by_id,
                item_addendum::written_at,
            ))
            .load(self.database)?;
        let view = |(id, body, written_by, at): (_, _, _, At)| AddendumView {
            id,
            body,
            written_by,
            written_at: at.0,
        };
        Ok(rows.into_iter().map(view).collect())
    }
}
