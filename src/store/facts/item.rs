//! What opens an item to somebody: its own unit, or a publication on a ground that holds now.

use std::collections::HashMap;

use diesel::prelude::*;

use super::case::CaseFacts;
use super::publication::{Audience, audiences_in};
use super::{Gather, Gathering, Known};
use crate::access::act::{AddAddendum, ListPublications, PreviewDisclosure, ReadItem};
use crate::access::facts::{EndedOpening, Facts, Resource};
use crate::domain::agency::{AgencyKind, Place, SecrecyRegime, UnitKind};
use crate::domain::category::Category;
use crate::domain::consent::ConsentKind;
use crate::domain::ids::{CaseId, ChildId, ConsentId, ItemId, StaffId};
use crate::store::consent_rows::Weighed;
use crate::store::error::StoreError;
use crate::store::means::Locking;
use crate::store::rows::{Kind, Row};
use crate::store::schema::{case_file, item};

/// An item as a decision sees it.
#[derive(Clone, Copy, Debug)]
pub struct ItemRow {
    /// Its case.
    pub case: CaseId,
    /// Its owner, under the secrecy that it was written under.
    pub owner: Place,
    /// What it is about.
    pub category: Category,
    /// It is needed for the child's safety.
    pub safety: bool,
    /// A young person told it in confidence, or the child said that it is not for its guardians.
    pub confidential: bool,
    /// The patient has blocked it (PDL 4:4).
    pub blocked: bool,
    /// Who wrote it.
    pub written_by: StaffId,
}

impl Gather for ReadItem {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let known = gathering.known()?;
        gathering.reading(&known, self.item, None)
    }

    fn foresee(acts: &[Self], gathering: &mut Gathering<'_>) -> Result<(), StoreError> {
        let items: Vec<ItemId> = acts.iter().map(|act| act.item).collect();
        gathering.foresee_items(&items)
    }
}

macro_rules! gather_owned {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                let (known, case, row) = gathering.item(self.item)?;
                Ok(owned_facts(gathering, &known, &case, self.item, row))
            }
        }
    )+ };
}
gather_owned!(AddAddendum, ListPublications, PreviewDisclosure);

impl Gathering<'_> {
    /// The item, with its case and who asks. The case is gathered whether or not the item exists.
    pub fn item(&mut self, id: ItemId) -> Result<(Known, CaseFacts, Option<ItemRow>), StoreError> {
        let known = self.known()?;
        let Placed { case, row, .. } = self.placed(id, &known)?;
        Ok((known, case, row))
    }

    /// The facts of `known` reading the item, as it is published; and as if it were published to
    /// the `supposed` audience as well.
    pub fn reading(
        &mut self,
        known: &Known,
        id: ItemId,
        supposed: Option<&Audience>,
    ) -> Result<Facts, StoreError> {
        let Placed { case, row, mut audiences } = self.placed(id, known)?;
        audiences.extend(supposed.cloned());
        let consents = self.weighed(&audiences)?;
        let mut facts = item_facts(self, known, &case, id, row, (&audiences, &consents));
        facts.situation.blocked = row.is_some_and(|row| row.blocked);
        facts.situation.disposes = self.disposes(case.id, &case.child, ConsentKind::Waiver)?;
        Ok(facts)
    }

    /// The item in its case. A changing act takes the child first.
    pub fn placed(&mut self, id: ItemId, known: &Known) -> Result<Placed, StoreError> {
        if let Some(placed) = self.album.placed(id, known) {
            return Ok(placed);
        }
        if self.locking == Locking::Yes {
            let child: Option<ChildId> = item::table
                .inner_join(case_file::table)
                .filter(item::id.eq(id))
                .select(case_file::child_id)
                .get_result(self.database)
                .optional()?;
            self.take(child.unwrap_or(ChildId::nobody()))?;
        }
        let rows = self.rows_of_item(id, known)?;
        let row = rows.one(Kind::Item).map(item_in).transpose()?;
        let case = row.map_or(CaseId::nobody(), |row| row.case);
        let case = self.case_in(case, &rows, known)?;
        self.album.keep_case(known, &case);
        Ok(Placed { case, row, audiences: audiences_in(&rows)? })
    }

    /// To whom the item is published.
    pub fn audiences_of(&mut self, item: ItemId) -> Result<Vec<Audience>, StoreError> {
        audiences_in(&self.rows_of_items(&[item])?)
    }

    /// Reads what the rows of a list will be decided by, all at once.
    pub(super) fn foresee_items(&mut self, items: &[ItemId]) -> Result<(), StoreError> {
        let rows = self.rows_of_items(items)?;
        let items = rows.of(Kind::Item).map(|row| Ok((row.id(0), item_in(row)?)));
        let items = items.collect::<Result<Vec<_>, StoreError>>()?;
        let audiences = audiences_in(&rows)?;
        self.weighed(&audiences)?;
        self.album.keep_items(items, audiences);
        Ok(())
    }
}

/// An item in its case, and to whom it is published.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The case, whether or not the item exists.
    pub case: CaseFacts,
    /// The item.
    pub row: Option<ItemRow>,
    /// To whom, whether or not the ground still holds.
    pub audiences: Vec<Audience>,
}

/// An item as its row tells of it.
fn item_in(row: &Row) -> Result<ItemRow, StoreError> {
    let owner = Place {
        unit: row.id(2),
        // An item's rules follow its secrecy, not the kind of its unit.
        unit_kind: UnitKind::Office,
        agency: row.id(3),
        agency_kind: row.code::<AgencyKind>(2)?,
        public: row.flag(2),
        regime: row.code::<SecrecyRegime>(1)?,
    };
    Ok(ItemRow {
        case: row.id(1),
        owner,
        category: row.code::<Category>(0)?,
        safety: row.flag(0),
        confidential: row.flag(1),
        blocked: row.flag(3),
        written_by: row.id(4),
    })
}

/// The facts of what only the owning unit does with an item: whom it is open to is left out.
pub fn owned_facts(
    gathering: &Gathering<'_>,
    known: &Known,
    case: &CaseFacts,
    id: ItemId,
    row: Option<ItemRow>,
) -> Facts {
    item_facts(gathering, known, case, id, row, (&[], &HashMap::new()))
}

/// The facts of an act on an item that is published to these audiences.
fn item_facts(
    gathering: &Gathering<'_>,
    known: &Known,
    case: &CaseFacts,
    id: ItemId,
    row: Option<ItemRow>,
    (audiences, consents): (&[Audience], &HashMap<ConsentId, Weighed>),
) -> Facts {
    let mut facts = case.facts(gathering, known);
    facts.resource = Resource {
        id: Some(id.uuid()),
        owner: row.map(|row| row.owner),
        category: row.map(|row| row.category),
        ..facts.resource
    };
    let situation = &mut facts.situation;
    situation.inside = row.is_some_and(|row| case.through == Some(row.owner.unit));
    situation.own_agency = row.is_some_and(|row| known.belongs_to(row.owner.agency));
    situation.safety = row.is_some_and(|row| row.safety);
    situation.hidden = case.bars.hide(id, row);
    let acting = facts.principal.acting.as_ref();
    for audience in audiences.iter().filter(|it| it.means(known, acting)) {
        let opening = audience.opening();
        match gathering.ended(audience, &case.child, consents, row) {
            None => situation.live.push(opening),
            Some((at, cause)) => situation.ended.push(EndedOpening { opening, at, cause }),
        }
    }
    facts.aware = situation.inside || !situation.live.is_empty() || !situation.ended.is_empty();
    facts
}
