//! To whom an item is published, on which ground, and whether that ground holds.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::case::CaseFacts;
use super::child::ChildFacts;
use super::item::{ItemRow, Placed, owned_facts};
use super::{Gather, Gathering, Known, place_of};
use crate::access::act::{
    ListInformationRequests, ListOpenings, MarkMissent, PublishItem, Recipient, RequestInformation,
    RevokePublication,
};
use crate::access::facts::{Acting, Ending, Facts, Kin, Opening};
use crate::clock::Instant;
use crate::domain::agency::{Place, Role};
use crate::domain::child::birthday;
use crate::domain::consent::{ConsentKind, Standing};
use crate::domain::ground::Ground;
use crate::domain::ids::{ConsentId, ItemId, PersonId, PublicationId, StaffId, UnitId};
use crate::domain::law::in_force;
use crate::store::consent_rows::{Weighed, weigh, weigh_these};
use crate::store::error::StoreError;
use crate::store::rows::{Kind as RowKind, Row, Rows};
use crate::store::schema::{consent, information_request, publication};
use crate::store::sql::{codes_in, ids_in};

/// A publication as a decision sees it.
#[derive(Clone, Debug)]
pub struct Audience {
    /// The publication.
    pub id: PublicationId,
    /// The item.
    pub item: ItemId,
    /// Whose staff may read; nobody's id when it is for a person.
    pub unit: UnitId,
    /// In which roles; all that are assigned when empty.
    pub roles: Vec<Role>,
    /// Who of them; all when empty.
    pub staff: Vec<StaffId>,
    /// The guardian or child who may read; nobody's id when it is for a unit.
    pub person: PersonId,
    /// On which ground.
    pub ground: Ground,
    /// The consent that it rests on.
    pub consent: Option<ConsentId>,
    /// Its last day, where the owner has set one.
    pub until: Option<NaiveDate>,
    /// When the owner took it back.
    pub revoked_at: Option<Instant>,
}

impl Audience {
    /// Whether it is meant for `known`, who acts in the case as `acting`.
    pub fn means(&self, known: &Known, acting: Option<&Acting>) -> bool {
        if self.person != PersonId::nobody() {
            return self.person == known.person();
        }
        acting.is_some_and(|acting| {
            acting.place.unit == self.unit
                && (self.roles.is_empty()
                    || self.roles.iter().any(|role| acting.roles.contains(role)))
                && (self.staff.is_empty() || self.staff.contains(&known.staff()))
        })
    }

    /// The ground that it gives.
    pub fn opening(&self) -> Opening {
        Opening { ground: self.ground, publication: self.id, consent: self.consent }
    }
}

impl Gather for PublishItem {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let (known, case, row) = gathering.item(self.item)?;
        let mut facts = owned_facts(gathering, &known, &case, self.item, row);
        let (unit, person) = match self.to {
            Recipient::Unit(unit) => (unit, PersonId::nobody()),
            Recipient::Person(person) => (UnitId::nobody(), person),
        };
        let recipient = place_of(gathering.database, unit)?;
        let waivers = gathering.waivers(&case)?;
        let blocked = row.is_some_and(|row| row.blocked);
        let disposes = gathering.disposes(case.id, &case.child, ConsentKind::Waiver)?;
        let situation = &mut facts.situation;
        situation.disposes = disposes;
        situation.blocked = blocked;
        situation.ground = Some(self.ground);
        situation.reasoned = self.reasoned;
        situation.harm = self.harm;
        situation.investigation = self.investigation;
        situation.wish_met = self.despite_wish;
        situation.recipient = recipient;
        situation.recipient_party = case.standing_of(unit).reads();
        situation.consent = covering(&waivers, row, recipient);
        situation.narrower_wish = narrower_wish(&waivers, row, recipient);
        situation.requested = gathering.requested(&case, unit, row)?;
        let (kin, hidden) = gathering.kin(&case, person, self.item, row)?;
        situation.recipient_person = (person != PersonId::nobody()).then_some(kin);
        situation.recipient_hidden = hidden;
        Ok(facts)
    }
}

impl Gather for RequestInformation {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let known = gathering.known()?;
        let case = gathering.case(self.case, &known)?;
        let mut facts = case.facts(gathering, &known);
        facts.situation.recipient = place_of(gathering.database, self.unit)?;
        facts.situation.recipient_party = case.standing_of(self.unit).reads();
        facts.situation.investigation = self.numbered;
        Ok(facts)
    }
}

impl Gather for ListInformationRequests {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let known = gathering.known()?;
        Ok(gathering.case(self.case, &known)?.facts(gathering, &known))
    }
}

macro_rules! gather_publication {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                // First who asks: until then the database shows nothing of a publication.
                let known = gathering.known()?;
                let item: Option<ItemId> = publication::table
                    .find(self.publication)
                    .select(publication::item_id)
                    .first(gathering.database)
                    .optional()?;
                let item = item.unwrap_or(ItemId::nobody());
                let Placed { case, row, .. } = gathering.placed(item, &known)?;
                let mut facts = owned_facts(gathering, &known, &case, item, row);
                facts.resource.id = Some(self.publication.uuid());
                Ok(facts)
            }
        }
    )+ };
}
gather_publication!(RevokePublication, MarkMissent, ListOpenings);

/// The publications that these rows tell of, oldest first.
pub(super) fn audiences_in(rows: &Rows) -> Result<Vec<Audience>, StoreError> {
    rows.of(RowKind::Publication).map(audience_in).collect()
}

fn audience_in(row: &Row) -> Result<Audience, StoreError> {
    Ok(Audience {
        id: row.id(0),
        item: row.id(1),
        unit: row.id(2),
        roles: codes_in(&row.json(1)?)?,
        staff: ids_in(&row.json(2)?)?,
        person: row.id(3),
        ground: row.code::<Ground>(0)?,
        consent: row.maybe(4),
        until: row.day(0),
        revoked_at: row.time(0).map(|at| at.0),
    })
}

/// A consent that binds today and covers the item towards `recipient`.
fn covering(
    waivers: &[Weighed],
    row: Option<ItemRow>,
    recipient: Option<Place>,
) -> Option<ConsentId> {
    let (row, recipient) = (row?, recipient?);
    let covers =
        |consent: &&Weighed| consent.covers(row.owner.agency, recipient.agency, row.category);
    waivers.iter().find(covers).map(|consent| consent.id)
}

/// Whether those who could waive the owner's secrecy have said what they wish, and it is less than
/// this: a waiver towards others alone, or a no towards this recipient.
fn narrower_wish(waivers: &[Weighed], row: Option<ItemRow>, recipient: Option<Place>) -> bool {
    let (Some(row), Some(recipient)) = (row, recipient) else { return false };
    let said = |consent: &&Weighed| consent.terms.from == row.owner.agency;
    let narrower = |consent: &Weighed| match consent.standing {
        Standing::Binding | Standing::NotYet | Standing::CoversNothing => true,
        Standing::Refused { .. } | Standing::Withdrawn { .. } => {
            consent.terms.to == recipient.agency
        }
        Standing::Waiting(_) | Standing::Expired | Standing::Lapsed | Standing::NobodyCan => false,
    };
    covering(waivers, Some(row), Some(recipient)).is_none()
        && waivers.iter().filter(said).any(narrower)
}

impl Gathering<'_> {
    /// The consents that `audiences` rest on, each weighed today.
    pub fn weighed(
        &mut self,
        audiences: &[Audience],
    ) -> Result<HashMap<ConsentId, Weighed>, StoreError> {
        let ids: BTreeSet<_> = audiences.iter().filter_map(|audience| audience.consent).collect();
        if let Some(weighed) = self.album.consents(&ids) {
            return Ok(weighed);
        }
        let asked: Vec<ConsentId> = ids.iter().copied().collect();
        let weighed = weigh_these(self.database, &self.means.law, self.today, &asked)?;
        let weighed = weighed.into_iter().map(|consent| (consent.id, consent)).collect();
        self.album.keep_consents(&ids, &weighed);
        Ok(weighed)
    }

    /// The case's waivers of secrecy, each weighed today.
    fn waivers(&mut self, case: &CaseFacts) -> Result<Vec<Weighed>, StoreError> {
        weigh(self.database, &self.means.law, self.today, |query| {
            query.filter(consent::case_id.eq(case.id).and(consent::kind.eq("waiver")))
        })
    }

    /// Whether `unit` has asked the item's owner for information in an investigation.
    fn requested(
        &mut self,
        case: &CaseFacts,
        unit: UnitId,
        row: Option<ItemRow>,
    ) -> Result<bool, StoreError> {
        let asked = row.map_or(UnitId::nobody(), |row| row.owner.unit);
        let request = information_request::table
            .filter(information_request::case_id.eq(case.id))
            .filter(information_request::from_unit_id.eq(unit))
            .filter(information_request::to_unit_id.eq(asked));
        Ok(diesel::select(exists(request)).get_result(self.database)?)
    }

    /// What `person` is to the child, and whether the item must stay hidden from them: barred, or
    /// told in confidence.
    fn kin(
        &mut self,
        case: &CaseFacts,
        person: PersonId,
        item: ItemId,
        row: Option<ItemRow>,
    ) -> Result<(Kin, bool), StoreError> {
        let guardian = case.child.guardians.contains(&person);
        let hidden = self.bars(case.id, &case.child, person)?.hide(item, row);
        let kin = match case.child.found && person == case.child.id {
            true => Kin::Child,
            false if guardian => Kin::Guardian,
            false => Kin::Other,
        };
        Ok((kin, hidden))
    }

    /// When and by what an audience's ground ended; `None` while it holds.
    pub fn ended(
        &self,
        audience: &Audience,
        child: &ChildFacts,
        consents: &HashMap<ConsentId, Weighed>,
        row: Option<ItemRow>,
    ) -> Option<(Instant, Ending)> {
        if let Some(at) = audience.revoked_at {
            return Some((at, Ending::Revoked));
        }
        if let Some(last) = self.comes_of_age(audience.ground, child.birth)
            && last <= self.today
        {
            return Some((self.means.law.begin_of(last), Ending::CameOfAge));
        }
        if let Some(until) = audience.until
            && until < self.today
        {
            let after = until.succ_opt().unwrap_or(until);
            return Some((self.means.law.begin_of(after), Ending::Expired));
        }
        match audience.ground {
            Ground::Consent => consent_ended(audience, consents, row),
            _ => None,
        }
    }

    /// The day from which `ground` no longer holds because the child has come of age.
    pub fn comes_of_age(&self, ground: Ground, birth: Option<NaiveDate>) -> Option<NaiveDate> {
        let law = &self.means.law;
        let age = match ground {
            Ground::ChildH | Ground::ChildS => {
                in_force(&law.child_below_age, self.today).map(|law| law.says)
            }
            Ground::Guardian => {
                in_force(&law.waiver_ages, self.today).map(|law| law.says.adult_from)
            }
            _ => return None,
        };
        // Without a law that says until when, there is no such ground.
        let Some(age) = age else { return Some(self.today) };
        birth.map(|birth| birthday(birth, age))
    }
}

/// When and by what the consent below an audience ended; `None` while it binds.
fn consent_ended(
    audience: &Audience,
    consents: &HashMap<ConsentId, Weighed>,
    row: Option<ItemRow>,
) -> Option<(Instant, Ending)> {
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
        (
            Standing::Binding
            | Standing::Waiting(_)
            | Standing::NotYet
            | Standing::CoversNothing
            | Standing::NobodyCan,
            _,
        ) => Some(lost),
    }
}
