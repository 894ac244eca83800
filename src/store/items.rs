//! Items and their addenda.
//!
//! **Invariant:** what is written is never changed. A correction stands beside it (PDL 3:14,
//! SoL 14:6), and the item's version grows with it.

use std::collections::HashMap;
use std::sync::LazyLock;

use diesel::prelude::*;

use super::db::Database;
use super::error::{Halt, StoreError};
use super::item_content::{from_json, to_json};
use super::prepared::{Statement, Text, Value};
use super::rows::{Columns, Kind, Part, Row, Rows, text};
use super::schema::{case_file, item, item_addendum};
use super::sql::At;
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
        let ids: Vec<ItemId> = served.iter().map(|(id, _)| *id).collect();
        let mut views = self.item_views(&ids)?;
        served
            .into_iter()
            .map(|(id, permit)| {
                let view = views.remove(&id);
                let view = view.ok_or_else(|| StoreError::Corrupt("an item is gone".into()))?;
                let view = ItemView { openings: permit.openings().to_vec(), ..view };
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
        let view = self.item_views(&[id])?.remove(&id);
        let view = view.ok_or_else(|| StoreError::Corrupt("an item is gone".into()))?;
        Ok(ItemView { openings, ..view })
    }

    /// What these items say, with what was added to each.
    fn item_views(&mut self, items: &[ItemId]) -> Result<HashMap<ItemId, ItemView>, Halt> {
        let rows = Rows::load::<Said>(self.database, &[Value::ids(items)])?;
        let mut views = HashMap::new();
        for row in rows.of(Kind::Content) {
            views.insert(row.id(0), item_in(row)?);
        }
        for row in rows.of(Kind::Meaning) {
            if let Some(item) = views.get_mut(&row.id(0)) {
                item.kind = row.code(0)?;
                let said = !row.word(1).is_empty();
                item.content = said.then(|| from_json(item.kind, &row.json(1)?)).transpose()?;
            }
        }
        for row in rows.of(Kind::Addendum) {
            let item: Option<&mut ItemView> = views.get_mut(&row.id(1));
            item.into_iter().for_each(|item| item.addenda.push(addendum_in(row)));
        }
        Ok(views)
    }
}

const SAID: [Part; 3] = [
    Part {
        ids: &["item.id", "item.case_id", "item.child_id", "item.unit_id", "item.written_by_id"],
        words: &["item.category", "item.regime", "item.title", "item.body"],
        times: &["item.written_at"],
        flags: &[
            "item.safety",
            "item.confidential",
            // The child has said that it is not for its guardians.
            "exists (select 1 from voice_mark mark where mark.item_id = item.id \
             and mark.ended_at is null)",
        ],
        ..Part::of(Kind::Content, "item where item.id {in $1}")
    },
    Part {
        ids: &["item.id"],
        words: &["item.kind", "cast(item.content as text)"],
        ..Part::of(Kind::Meaning, "item where item.id {in $1}")
    },
    Part {
        ids: &["added.id", "added.item_id", "added.written_by_id"],
        words: &["added.body"],
        times: &["added.written_at"],
        ..Part::of(Kind::Addendum, "item_addendum added where added.item_id {in $1}")
    },
];

struct Said;

impl Statement for Said {
    type Columns = Columns;
    fn text() -> &'static Text {
        static TEXT: LazyLock<Text> = LazyLock::new(|| text("", &SAID, &[]));
        &TEXT
    }
}

fn item_in(row: &Row) -> Result<ItemView, StoreError> {
    Ok(ItemView {
        id: row.id(0),
        case: row.id(1),
        child: row.id(2),
        unit: row.id(3),
        category: row.code::<Category>(0)?,
        regime: row.word(1).to_owned(),
        title: row.word(2).to_owned(),
        body: row.word(3).to_owned(),
        safety: row.flag(0),
        confidential: row.flag(1),
        not_for_guardian: row.flag(2),
        kind: ItemKind::Note,
        content: None,
        written_by: row.id(4),
        written_at: row.time(0).map(|at| at.0).unwrap_or_default(),
        addenda: Vec::new(),
        openings: Vec::new(),
    })
}

fn addendum_in(row: &Row) -> AddendumView {
    AddendumView {
        id: row.id(0),
        body: row.word(0).to_owned(),
        written_by: row.id(2),
        written_at: row.time(0).map(|at| at.0).unwrap_or_default(),
    }
}
