//! Items and their publications.

use diesel::prelude::*;

use super::db::Database;
use super::error::{Halt, StoreError};
use super::schema::{case_file, item, publication};
use super::sql::{At, codes};
use super::work::{Page, Work};
use crate::access::Act;
use crate::access::act::{ListItems, PublishItem, ReadItem, WriteItem};
use crate::access::facts::Opening;
use crate::clock::Instant;
use crate::domain::agency::Role;
use crate::domain::category::Category;
use crate::domain::ground::Ground;
use crate::domain::ids::{
    AreaId, CaseId, ChildId, ConsentId, ItemId, PublicationId, StaffId, UnitId,
};
use crate::domain::text::Coded;

/// An item as it is written.
#[derive(Clone, Debug)]
pub struct ItemDraft {
    /// A line that tells what it is.
    pub title: String,
    /// What it says.
    pub body: String,
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
    /// Who wrote it.
    pub written_by: StaffId,
    /// When.
    pub written_at: Instant,
    /// The grounds on which the reader reads it; none inside the owner's unit.
    pub openings: Vec<Opening>,
}

/// A publication as it is made; unit and ground are the act's.
#[derive(Clone, Debug)]
pub struct PublicationDraft {
    /// The roles that will read; all assigned staff of the unit when empty.
    pub roles: Vec<Role>,
    /// The reason that the ground asks for.
    pub reason: Option<String>,
}

/// A publication.
#[derive(Clone, Debug)]
pub struct PublicationView {
    /// Its id.
    pub id: PublicationId,
    /// The item.
    pub item: ItemId,
    /// Whose staff reads.
    pub unit: UnitId,
    /// In which roles.
    pub roles: Vec<Role>,
    /// On which ground.
    pub ground: Ground,
    /// The consent that it rests on.
    pub consent: Option<ConsentId>,
    /// When it was made.
    pub published_at: Instant,
}

impl Work<'_, WriteItem> {
    /// Keeps the item under the secrecy of the unit that writes it.
    pub fn write(&mut self, draft: &ItemDraft) -> Result<ItemView, Halt> {
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
                item::written_by_id.eq(self.staff()),
                item::written_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
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
            .map(|(id, permit)| self.item_view(id, permit.openings().to_vec()))
            .collect()
    }
}

impl Work<'_, ReadItem> {
    /// The item.
    pub fn item(&mut self) -> Result<ItemView, Halt> {
        let openings = self.permit.openings().to_vec();
        self.item_view(self.act().item, openings)
    }
}

impl Work<'_, PublishItem> {
    /// Publishes it. This is the disclosure.
    pub fn publish(&mut self, draft: &PublicationDraft) -> Result<PublicationView, Halt> {
        let act = self.act().clone();
        let area: AreaId = item::table.find(act.item).select(item::area_id).first(self.database)?;
        let consent = match act.ground {
            Ground::Consent => self.facts().situation.consent,
            Ground::HarmTest | Ground::ChildH | Ground::ChildS | Ground::Emi => None,
        };
        let id: PublicationId = self.means.clock.new_id();
        diesel::insert_into(publication::table)
            .values((
                publication::id.eq(id),
                publication::area_id.eq(area),
                publication::item_id.eq(act.item),
                publication::unit_id.eq(act.unit),
                publication::roles.eq(codes(&draft.roles)),
                publication::legal_ground.eq(act.ground.code()),
                publication::reason.eq(&draft.reason),
                publication::consent_id.eq(consent),
                publication::published_by_id.eq(self.staff()),
                publication::published_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        let receiver = self.agency_of(act.unit)?;
        self.touched(receiver, ("Publication", id.uuid()), crate::ledger::Effect::Changed);
        Ok(PublicationView {
            id,
            item: act.item,
            unit: act.unit,
            roles: draft.roles.clone(),
            ground: act.ground,
            consent,
            published_at: self.now(),
        })
    }
}

impl<A: Act> Work<'_, A> {
    fn item_view(&mut self, id: ItemId, openings: Vec<Opening>) -> Result<ItemView, Halt> {
        type Row = (CaseId, ChildId, UnitId, String, String, String, String, StaffId, At);
        let (case, child, unit, category, regime, title, body, written_by, written_at): Row =
            item::table
                .find(id)
                .select((
                    item::case_id,
                    item::child_id,
                    item::unit_id,
                    item::category,
                    item::regime,
                    item::title,
                    item::body,
                    item::written_by_id,
                    item::written_at,
                ))
                .first(self.database)?;
        Ok(ItemView {
            id,
            case,
            child,
            unit,
            category: Category::from_code(&category)?,
            regime,
            title,
            body,
            written_by,
            written_at: written_at.0,
            openings,
        })
    }
}
