//! Publications: each is a disclosure, on a ground, to an audience.
//!
//! **Invariant:** a publication is never changed but to be taken back, and then says when, by whom
//! and why.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::error::{Halt, StoreError};
use super::facts::{Audience, Placed};
use super::schema::{consent, item, person, publication};
use super::sql::{At, codes, ids};
use super::work::Work;
use crate::access::Act;
use crate::access::act::{
    ListPublications, MarkMissent, PublishItem, Recipient, RevokePublication,
};
use crate::access::facts::{Ending, Facts};
use crate::clock::Instant;
use crate::domain::agency::Role;
use crate::domain::ground::Ground;
use crate::domain::harm::HarmResult;
use crate::domain::ids::{AreaId, ConsentId, ItemId, PersonId, PublicationId, StaffId, UnitId};
use crate::domain::notice::NoticeKind;
use crate::domain::obstacle::Obstacle;
use crate::domain::text::Coded;
use crate::ledger::Effect;

/// A publication as it is made; recipient and ground are the act's.
#[derive(Clone, Debug, Default)]
pub struct PublicationDraft {
    /// The roles that will read; all assigned staff of the unit when empty.
    pub roles: Vec<Role>,
    /// Who of them will read; all when empty.
    pub staff: Vec<StaffId>,
    /// The reason that the ground asks for.
    pub reason: Option<String>,
    /// The harm test that the ground asks for.
    pub harm_test: Option<HarmTest>,
    /// The number of the investigation that it answers.
    pub investigation: Option<String>,
    /// Why the need outweighs a narrower wish.
    pub despite_wish: Option<String>,
    /// Its last day; as long as the ground holds when none is set.
    pub until: Option<NaiveDate>,
}

/// A harm test (menprövning), as a named official has made it.
#[derive(Clone, Debug)]
pub struct HarmTest {
    /// Who.
    pub official: StaffId,
    /// What it came to.
    pub result: HarmResult,
    /// Why.
    pub reason: String,
}

/// A publication.
#[derive(Clone, Debug)]
pub struct PublicationView {
    /// Its id.
    pub id: PublicationId,
    /// The item.
    pub item: ItemId,
    /// To whom.
    pub to: Recipient,
    /// On which ground.
    pub ground: Ground,
    /// The consent that it rests on.
    pub consent: Option<ConsentId>,
    /// What it was made with.
    pub draft: PublicationDraft,
    /// Who made it.
    pub published_by: StaffId,
    /// When.
    pub published_at: Instant,
    /// When and by what it ended; nothing while it holds.
    pub ended: Option<(Instant, Ending)>,
    /// It was taken back.
    pub recalled: Option<Recall>,
}

/// How a publication was taken back.
#[derive(Clone, Debug)]
pub struct Recall {
    /// By whom.
    pub by: StaffId,
    /// Why.
    pub because: String,
    /// It had been sent wrong.
    pub missent: bool,
}

impl Work<'_, PublishItem> {
    /// Publishes it. This is the disclosure.
    pub fn publish(&mut self, draft: &PublicationDraft) -> Result<PublicationView, Halt> {
        let act = self.act().clone();
        let facts = self.facts();
        self.fits(facts, act.to, act.ground, draft)?;
        let area: AreaId = item::table.find(act.item).select(item::area_id).first(self.database)?;
        let consent = match act.ground {
            Ground::Consent => facts.situation.consent,
            _ => None,
        };
        let (unit, person) = match act.to {
            Recipient::Unit(unit) => (Some(unit), None),
            Recipient::Person(person) => (None, Some(person)),
        };
        let investigation = match (&draft.investigation, unit) {
            (None, Some(unit)) if act.ground == Ground::Invest => {
                self.number_of_request(act.item, unit)?
            }
            (stated, _) => stated.clone(),
        };
        // The number stands in the ledger, whether it was stated or is the request's.
        self.purpose.clone_from(&investigation);
        let test = draft.harm_test.as_ref();
        let id: PublicationId = self.means.clock.new_id();
        diesel::insert_into(publication::table)
            .values((
                (
                    publication::id.eq(id),
                    publication::area_id.eq(area),
                    publication::item_id.eq(act.item),
                    publication::unit_id.eq(unit),
                    publication::person_id.eq(person),
                    publication::roles.eq(codes(&draft.roles)),
                    publication::staff.eq(ids(&draft.staff)),
                    publication::legal_ground.eq(act.ground.code()),
                    publication::reason.eq(&draft.reason),
                ),
                (
                    publication::consent_id.eq(consent),
                    publication::harm_result.eq(test.map(|test| test.result.code())),
                    publication::harm_official_id.eq(test.map(|test| test.official)),
                    publication::harm_reason.eq(test.map(|test| &test.reason)),
                    publication::investigation.eq(&investigation),
                    publication::despite_wish.eq(&draft.despite_wish),
                    publication::until.eq(draft.until),
                    publication::published_by_id.eq(self.staff()),
                    publication::published_at.eq(At(self.now())),
                    publication::missent.eq(false),
                ),
            ))
            .execute(self.database)?;
        if let Some(unit) = unit {
            let receiver = self.agency_of(unit)?;
            self.touched(receiver, ("Publication", id.uuid()), Effect::Changed);
        }
        let draft = PublicationDraft { investigation, ..draft.clone() };
        Ok(PublicationView {
            id,
            item: act.item,
            to: act.to,
            ground: act.ground,
            consent,
            draft,
            published_by: self.staff(),
            published_at: self.now(),
            ended: None,
            recalled: None,
        })
    }
}

impl Work<'_, ListPublications> {
    /// To whom the item was published, oldest first, and what became of it.
    pub fn publications(&mut self) -> Result<Vec<PublicationView>, Halt> {
        self.publications_of(self.act().item)
    }
}

impl Work<'_, RevokePublication> {
    /// The publication as it stands.
    pub fn before(&mut self) -> Result<PublicationView, Halt> {
        self.publication(self.act().publication)
    }

    /// Takes it back, from the next request on.
    pub fn revoke(&mut self, because: &str) -> Result<PublicationView, Halt> {
        self.recall(self.act().publication, because, NoticeKind::PublicationRevoked)
    }
}

impl Work<'_, MarkMissent> {
    /// The publication as it stands.
    pub fn before(&mut self) -> Result<PublicationView, Halt> {
        self.publication(self.act().publication)
    }

    /// Takes it back at once, and says that it was sent wrong.
    pub fn recall_missent(&mut self, because: &str) -> Result<PublicationView, Halt> {
        self.recall(self.act().publication, because, NoticeKind::PublicationMissent)
    }
}

impl<A: Act> Work<'_, A> {
    /// What stands in the way of publishing with `draft`, on the facts of that act.
    pub(super) fn fits(
        &mut self,
        facts: &Facts,
        to: Recipient,
        ground: Ground,
        draft: &PublicationDraft,
    ) -> Result<(), Halt> {
        let owner = facts.resource.owner.map_or(UnitId::nobody(), |owner| owner.unit);
        let today = self.today();
        if let Recipient::Unit(unit) = to {
            if unit == owner {
                return Err(Obstacle::Field { field: "unit", reason: "own_unit" }.into());
            }
            for who in &draft.staff {
                self.works_at(*who, unit, "staff", today)?;
            }
        }
        if let Some(test) = &draft.harm_test {
            self.works_at(test.official, owner, "harm_test/official", today)?;
        }
        let Some(until) = draft.until else { return Ok(()) };
        if until < today {
            return Err(Obstacle::Field { field: "until", reason: "in_the_past" }.into());
        }
        match self.last_day_of(facts, ground, facts.situation.consent)? {
            Some(last) if last < until => {
                Err(Obstacle::Field { field: "until", reason: "past_the_ground" }.into())
            }
            _ => Ok(()),
        }
    }

    /// The last day on which `ground` can hold for what these facts are about, if it has one.
    pub(super) fn last_day_of(
        &mut self,
        facts: &Facts,
        ground: Ground,
        consent: Option<ConsentId>,
    ) -> Result<Option<NaiveDate>, Halt> {
        if let (Ground::Consent, Some(consent)) = (ground, consent) {
            let last = consent::table.find(consent).select(consent::valid_to);
            return Ok(Some(last.first(self.database)?));
        }
        let child = facts.resource.child.unwrap_or(PersonId::nobody());
        let birth: Option<Option<NaiveDate>> =
            person::table.find(child).select(person::birth_date).first(self.database).optional()?;
        let of_age = self.gathering().comes_of_age(ground, birth.flatten());
        Ok(of_age.and_then(|day| day.pred_opt()))
    }

    /// The units that read the item today.
    pub(super) fn reading_units(&mut self, item: ItemId) -> Result<BTreeSet<UnitId>, Halt> {
        let unit = |view: PublicationView| match (view.ended, view.to) {
            (None, Recipient::Unit(unit)) => Some(unit),
            (Some(_), _) | (None, Recipient::Person(_)) => None,
        };
        Ok(self.publications_of(item)?.into_iter().filter_map(unit).collect())
    }

    pub(super) fn publication(&mut self, id: PublicationId) -> Result<PublicationView, Halt> {
        let item: ItemId =
            publication::table.find(id).select(publication::item_id).first(self.database)?;
        let found = self.publications_of(item)?.into_iter().find(|view| view.id == id);
        Ok(found.ok_or_else(|| StoreError::Corrupt("a publication is gone".into()))?)
    }

    fn recall(
        &mut self,
        id: PublicationId,
        because: &str,
        kind: NoticeKind,
    ) -> Result<PublicationView, Halt> {
        let taken_back = publication::table.find(id).filter(publication::revoked_at.is_null());
        diesel::update(taken_back)
            .set((
                publication::revoked_at.eq(At(self.now())),
                publication::revoked_by_id.eq(self.staff()),
                publication::revoked_because.eq(because),
            ))
            .execute(self.database)?;
        if kind == NoticeKind::PublicationMissent {
            diesel::update(publication::table.find(id))
                .set(publication::missent.eq(true))
                .execute(self.database)?;
        }
        let view = self.publication(id)?;
        if let Recipient::Unit(unit) = view.to {
            let receiver = self.agency_of(unit)?;
            self.touched(receiver, ("Publication", id.uuid()), Effect::Changed);
            // Who has not read it does not learn what it was.
            if let Some(case) = self.facts().resource.case {
                self.notify(unit, kind, ("Case", case.uuid()))?;
            }
        }
        Ok(view)
    }

    fn publications_of(&mut self, item: ItemId) -> Result<Vec<PublicationView>, Halt> {
        let mut gathering = self.gathering();
        let known = gathering.known()?;
        let Placed { case, row, audiences } = gathering.placed(item, &known)?;
        let consents = gathering.weighed(&audiences)?;
        let ended: Vec<_> = audiences
            .iter()
            .map(|audience| gathering.ended(audience, &case.child, &consents, row))
            .collect();
        let with_end = audiences.into_iter().zip(ended);
        with_end.map(|(audience, ended)| self.publication_view(audience, ended)).collect()
    }

    fn publication_view(
        &mut self,
        audience: Audience,
        ended: Option<(Instant, Ending)>,
    ) -> Result<PublicationView, Halt> {
        type Given = (Option<String>, Option<String>, Option<String>);
        type Test = (Option<StaffId>, Option<String>, Option<String>);
        type Done = (StaffId, At, Option<StaffId>, Option<String>, bool);
        let (given, test, done): (Given, Test, Done) = publication::table
            .find(audience.id)
            .select((
                (publication::reason, publication::investigation, publication::despite_wish),
                (publication::harm_official_id, publication::harm_result, publication::harm_reason),
                (
                    publication::published_by_id,
                    publication::published_at,
                    publication::revoked_by_id,
                    publication::revoked_because,
                    publication::missent,
                ),
            ))
            .first(self.database)?;
        let (reason, investigation, despite_wish) = given;
        let harm_test = match test {
            (Some(official), Some(result), Some(reason)) => {
                Some(HarmTest { official, result: HarmResult::from_code(&result)?, reason })
            }
            _ => None,
        };
        let (published_by, published_at, by, because, missent) = done;
        let recalled = by.zip(because).map(|(by, because)| Recall { by, because, missent });
        let to = match audience.person == PersonId::nobody() {
            true => Recipient::Unit(audience.unit),
            false => Recipient::Person(audience.person),
        };
        Ok(PublicationView {
            id: audience.id,
            item: audience.item,
            to,
            ground: audience.ground,
            consent: audience.consent,
            draft: PublicationDraft {
                roles: audience.roles,
                staff: audience.staff,
                reason,
                harm_test,
                investigation,
                despite_wish,
                until: audience.until,
            },
            published_by,
            published_at: published_at.0,
            ended,
            recalled,
        })
    }
}
