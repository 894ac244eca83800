//! What opens an item to somebody: its own unit, or a publication on a ground that holds now.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::case::CaseFacts;
use super::{Gather, Gathering, Known, place_of};
use crate::access::act::{PublishItem, ReadItem};
use crate::access::facts::{EndedOpening, Ending, Facts, Opening, Resource};
use crate::clock::Instant;
use crate::domain::agency::{AgencyKind, Place, Role, SecrecyRegime, UnitKind};
use crate::domain::category::Category;
use crate::domain::consent::Standing;
use crate::domain::ground::Ground;
use crate::domain::ids::{AgencyId, CaseId, ConsentId, ItemId, PublicationId, UnitId};
use crate::domain::text::Coded;
use crate::store::consent_rows::{Weighed, weigh};
use crate::store::db::Database;
use crate::store::error::StoreError;
use crate::store::schema::{agency, item, publication};
use crate::store::sql::{At, Json, codes_in};

/// An item as a decision sees it.
#[derive(Clone, Copy, Debug)]
pub struct ItemRow {
    /// Its case.
    pub case: CaseId,
    /// Its owner, under the secrecy that it was written under.
    pub owner: Place,
    /// What it is about.
    pub category: Category,
}

/// A publication as a decision sees it.
#[derive(Clone, Debug)]
pub struct Audience {
    /// The publication.
    pub id: PublicationId,
    /// The item.
    pub item: ItemId,
    /// Whose staff may read.
    pub unit: UnitId,
    /// In which roles; all that are assigned when empty.
    pub roles: Vec<Role>,
    /// On which ground.
    pub ground: Ground,
    /// The consent that it rests on.
    pub consent: Option<ConsentId>,
    /// When the owner took it back.
    pub revoked_at: Option<Instant>,
}

impl Gather for ReadItem {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let (known, case, row) = gathering.item(self.item)?;
        let audiences = publications_of(gathering.database, &[self.item])?;
        let consents = gathering.weighed(&audiences)?;
        Ok(item_facts(gathering, &known, &case, self.item, row, &audiences, &consents))
    }
}

impl Gather for PublishItem {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let (known, case, row) = gathering.item(self.item)?;
        let mut facts = item_facts(gathering, &known, &case, self.item, row, &[], &HashMap::new());
        let recipient = place_of(gathering.database, self.unit)?;
        let covering = gathering.covering(&case, row, recipient)?;
        facts.situation.ground = Some(self.ground);
        facts.situation.reasoned = self.reasoned;
        facts.situation.recipient = recipient;
        facts.situation.recipient_party = case.standing_of(self.unit).reads();
        facts.situation.consent = covering;
        Ok(facts)
    }
}

/// The facts of reading an item, from what is loaded: one item or a whole list of them.
pub fn item_facts(
    gathering: &Gathering<'_>,
    known: &Known,
    case: &CaseFacts,
    id: ItemId,
    row: Option<ItemRow>,
    audiences: &[Audience],
    consents: &HashMap<ConsentId, Weighed>,
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
    if let Some(acting) = &facts.principal.acting {
        let meant = |audience: &&Audience| {
            audience.item == id
                && audience.unit == acting.place.unit
                && (audience.roles.is_empty()
                    || audience.roles.iter().any(|role| acting.roles.contains(role)))
        };
        for audience in audiences.iter().filter(meant) {
            match ended(audience, consents, row) {
                None => situation.live.push(opening(audience)),
                Some((at, cause)) => {
                    situation.ended.push(EndedOpening { opening: opening(audience), at, cause });
                }
            }
        }
    }
    facts.aware = situation.inside || !situation.live.is_empty() || !situation.ended.is_empty();
    facts
}

/// The publications of `items`.
pub fn publications_of(
    database: &mut Database,
    items: &[ItemId],
) -> Result<Vec<Audience>, StoreError> {
    type Row = (PublicationId, ItemId, UnitId, Json, String, Option<ConsentId>, Option<At>);
    let rows: Vec<Row> = publication::table
        .filter(publication::item_id.eq_any(items))
        .order(publication::id)
        .select((
            publication::id,
            publication::item_id,
            publication::unit_id,
            publication::roles,
            publication::legal_ground,
            publication::consent_id,
            publication::revoked_at,
        ))
        .load(database)?;
    rows.into_iter()
        .map(|(id, item, unit, roles, ground, consent, revoked)| {
            Ok(Audience {
                id,
                item,
                unit,
                roles: codes_in(&roles)?,
                ground: Ground::from_code(&ground)?,
                consent,
                revoked_at: revoked.map(|at| at.0),
            })
        })
        .collect()
}

impl Gathering<'_> {
    /// The item, with its case and who asks. The case is gathered whether or not the item exists.
    fn item(&mut self, id: ItemId) -> Result<(Known, CaseFacts, Option<ItemRow>), StoreError> {
        let known = self.known()?;
        let row = item_row(self.database, id)?;
        let case = self.case(row.map_or(CaseId::nobody(), |row| row.case), &known)?;
        Ok((known, case, row))
    }

    /// The consents that `audiences` rest on, each weighed today.
    pub fn weighed(
        &mut self,
        audiences: &[Audience],
    ) -> Result<HashMap<ConsentId, Weighed>, StoreError> {
        let ids: BTreeSet<_> = audiences.iter().filter_map(|audience| audience.consent).collect();
        let weighed = weigh(self.database, &self.means.law, self.today, |query| {
            query.filter(crate::store::schema::consent::id.eq_any(ids))
        })?;
        Ok(weighed.into_iter().map(|consent| (consent.id, consent)).collect())
    }

    /// A consent of the case that binds today and covers the item towards `recipient`.
    fn covering(
        &mut self,
        case: &CaseFacts,
        row: Option<ItemRow>,
        recipient: Option<Place>,
    ) -> Result<Option<ConsentId>, StoreError> {
        let weighed = weigh(self.database, &self.means.law, self.today, |query| {
            query.filter(crate::store::schema::consent::case_id.eq(case.id))
        })?;
        let (Some(row), Some(recipient)) = (row, recipient) else { return Ok(None) };
        Ok(weighed.into_iter().find_map(|consent| {
            consent.covers(row.owner.agency, recipient.agency, row.category).then_some(consent.id)
        }))
    }
}

fn item_row(database: &mut Database, id: ItemId) -> Result<Option<ItemRow>, StoreError> {
    type Row = (CaseId, UnitId, String, String, AgencyId, String, bool);
    let row: Option<Row> = item::table
        .inner_join(agency::table)
        .filter(item::id.eq(id))
        .select((
            item::case_id,
            item::unit_id,
            item::category,
            item::regime,
            agency::id,
            agency::kind,
            agency::public,
        ))
        .first(database)
        .optional()?;
    row.map(|(case, unit, category, regime, agency, kind, public)| {
        let owner = Place {
            unit,
            // An item's rules follow its secrecy, not the kind of its unit.
            unit_kind: UnitKind::Office,
            agency,
            agency_kind: AgencyKind::from_code(&kind)?,
            public,
            regime: SecrecyRegime::from_code(&regime)?,
        };
        Ok(ItemRow { case, owner, category: Category::from_code(&category)? })
    })
    .transpose()
}

fn opening(audience: &Audience) -> Opening {
    Opening { ground: audience.ground, publication: audience.id, consent: audience.consent }
}

/// When and by what an audience's ground ended; `None` while it holds.
fn ended(
    audience: &Audience,
    consents: &HashMap<ConsentId, Weighed>,
    row: Option<ItemRow>,
) -> Option<(Instant, Ending)> {
    if let Some(at) = audience.revoked_at {
        return Some((at, Ending::Revoked));
    }
    if audience.ground != Ground::Consent {
        return None;
    }
    // A consent that can't be found gives no ground; when it ended is then not known.
    let lost = (Instant::default(), Ending::Expired);
    let Some(consent) = audience.consent.and_then(|id| consents.get(&id)) else {
        return Some(lost);
    };
    match (&consent.standing, row) {
        (Standing::Binding, Some(row)) if consent.lifts(row.owner.agency, row.category) => None,
        (Standing::Withdrawn { at, .. } | Standing::Refused { at, .. }, _) => {
            Some((*at, Ending::Withdrawn))
        }
        (Standing::Expired | Standing::Lapsed, _) => Some((consent.ended_at, Ending::Expired)),
        (Standing::Binding | Standing::Waiting(_) | Standing::NotYet, _) => Some(lost),
    }
}
