//! What opens an item to somebody: its own unit, or a publication on a ground that holds now.

use std::collections::HashMap;

use diesel::prelude::*;

use super::case::CaseFacts;
use super::publication::{Audience, publications_of};
use super::walls::is_blocked;
use super::{Gather, Gathering, Known};
use crate::access::act::{AddAddendum, ListPublications, PreviewDisclosure, ReadItem};
use crate::access::facts::{EndedOpening, Facts, Resource};
use crate::domain::agency::{AgencyKind, Place, SecrecyRegime, UnitKind};
use crate::domain::category::Category;
use crate::domain::consent::ConsentKind;
use crate::domain::ids::{AgencyId, CaseId, ConsentId, ItemId, StaffId, UnitId};
use crate::domain::text::Coded;
use crate::store::consent_rows::Weighed;
use crate::store::db::Database;
use crate::store::error::StoreError;
use crate::store::schema::{agency, item};

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
        let row = item_row(self.database, id)?;
        let case = self.case(row.map_or(CaseId::nobody(), |row| row.case), &known)?;
        let row = self.with_walls(id, row)?;
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
        let row = item_row(self.database, id)?;
        let case = self.case(row.map_or(CaseId::nobody(), |row| row.case), known)?;
        let row = self.with_walls(id, row)?;
        let mut audiences = publications_of(self.database, &[id])?;
        audiences.extend(supposed.cloned());
        let consents = self.weighed(&audiences)?;
        let mut facts = item_facts(self, known, &case, id, row, (&audiences, &consents));
        facts.situation.blocked = is_blocked(self.database, id)?;
        facts.situation.disposes = self.disposes(case.id, &case.child, ConsentKind::Waiver)?;
        Ok(facts)
    }
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

/// An item as a decision sees it; `None` when there is none.
pub fn item_row(database: &mut Database, id: ItemId) -> Result<Option<ItemRow>, StoreError> {
    type Row = (CaseId, UnitId, String, String, bool, bool, AgencyId, String, bool, StaffId);
    let row: Option<Row> = item::table
        .inner_join(agency::table)
        .filter(item::id.eq(id))
        .select((
            item::case_id,
            item::unit_id,
            item::category,
            item::regime,
            item::safety,
            item::confidential,
            agency::id,
            agency::kind,
            agency::public,
            item::written_by_id,
        ))
        .first(database)
        .optional()?;
    row.map(|(case, unit, category, regime, safety, confidential, agency, kind, public, by)| {
        let owner = Place {
            unit,
            // An item's rules follow its secrecy, not the kind of its unit.
            unit_kind: UnitKind::Office,
            agency,
            agency_kind: AgencyKind::from_code(&kind)?,
            public,
            regime: SecrecyRegime::from_code(&regime)?,
        };
        let category = Category::from_code(&category)?;
        let (blocked, written_by) = (false, by);
        Ok(ItemRow { case, owner, category, safety, confidential, blocked, written_by })
    })
    .transpose()
}
