//! Facts of acts on a consent, and what follows from consents for other acts.

use diesel::prelude::*;

use super::case::CaseFacts;
use super::{Gather, Gathering, Known};
use crate::access::act::{AnswerConsent, ReadConsent, WithdrawConsent};
use crate::access::facts::{Facts, PrincipalKind};
use crate::domain::agency::AgencyKind;
use crate::domain::category::Category;
use crate::domain::consent::{Answer, ConsentKind, Standing, latest};
use crate::domain::ids::{CaseId, ConsentId, PersonId};
use crate::domain::text::Coded as _;
use crate::store::consent_rows::{ConsentView, views};
use crate::store::error::StoreError;
use crate::store::schema::consent;

impl Gather for ReadConsent {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let (mut facts, view, own) = gathering.consent(self.consent)?;
        // Of one's own is a consent that one has answered, or that one answers in the child's
        // place.
        let answered = |person: &PersonId| {
            view.as_ref().is_some_and(|view| {
                *person == view.child
                    || view.answers.iter().any(|answer| answer.given.giver == *person)
            })
        };
        facts.situation.own_answer = own.iter().any(answered);
        let situation = &facts.situation;
        let insight = (situation.guardian || situation.representative)
            && (!situation.disposes || situation.own_answer);
        facts.aware |= insight && !situation.hidden;
        Ok(facts)
    }
}

impl Gather for AnswerConsent {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        Ok(gathering.answer(self.consent, self.giver)?.0)
    }
}

impl Gather for WithdrawConsent {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let (mut facts, view) = gathering.answer(self.consent, self.giver)?;
        // Through any agency what this giver has given is taken back. Of anything else whoever is
        // not told of the consent is told nothing.
        let given = |view: ConsentView| said(&view, self.giver) == Some(Answer::Given);
        facts.situation.agency_party &= view.is_some_and(given);
        Ok(facts)
    }
}

impl Gathering<'_> {
    /// A consent, as it stands to whoever asks, and for whom they may answer. It is known to the
    /// agencies that it names, to the unit that coordinates, and to the family.
    fn consent(
        &mut self,
        id: ConsentId,
    ) -> Result<(Facts, Option<ConsentView>, Vec<PersonId>), StoreError> {
        let known = self.known()?;
        let case: Option<CaseId> =
            consent::table.find(id).select(consent::case_id).first(self.database).optional()?;
        let case = self.case(case.unwrap_or(CaseId::nobody()), &known)?;
        // The child is taken by now: no answer can come in between.
        let view = views(self.database, &self.means.law, self.today, |query| {
            query.filter(consent::id.eq(id))
        })?;
        let view = view.into_iter().next();
        let own = in_whose_place(&case, &known);
        let mut facts = case.facts(self, &known);
        facts.resource.id = Some(id.uuid());
        facts.resource.category = facts.resource.owner.map(|_| Category::Consent);
        let terms = view.as_ref().map(|view| &view.terms);
        let to = terms.map(|terms| terms.to);
        facts.situation.recipient = match to {
            Some(to) => self.agency(to)?,
            None => None,
        };
        let situation = &mut facts.situation;
        situation.own_agency =
            terms.is_some_and(|it| known.belongs_to(it.from) || known.belongs_to(it.to));
        situation.agency_party |= situation.own_agency;
        situation.disposes = view.as_ref().is_some_and(|view| view.ways.alone(view.child));
        let towards = to.is_some_and(|to| known.belongs_to(to)) || !is_police(&known);
        let named = situation.own_agency || situation.coordinator || situation.named_owner;
        facts.aware = (situation.assigned && named && towards) || situation.themself;
        Ok((facts, view, own))
    }

    /// A consent, and whether `giver`'s answer is the caller's own to give.
    fn answer(
        &mut self,
        id: ConsentId,
        giver: PersonId,
    ) -> Result<(Facts, Option<ConsentView>), StoreError> {
        let (mut facts, view, own) = self.consent(id)?;
        let answered = |person: &PersonId| {
            view.as_ref()
                .is_some_and(|view| view.answers.iter().any(|answer| answer.given.giver == *person))
        };
        // Where the child decides alone, a guardian has no answer left but what they gave before.
        let decides = !facts.situation.disposes || giver == case_child(&facts);
        facts.situation.own_answer = own.contains(&giver) && (decides || answered(&giver));
        if own.contains(&giver) {
            // A guardian, too, can answer in the other's place.
            let me = facts.principal.id;
            facts.situation.stands_for = Some(giver).filter(|giver| giver.uuid() != me);
        }
        let situation = &facts.situation;
        let answered = own.iter().any(answered);
        let insight =
            (situation.guardian || situation.representative) && (!situation.disposes || answered);
        facts.aware |= insight && !situation.hidden;
        Ok((facts, view))
    }

    /// What consents say of a plan in this case: whether one binds, whether every guardian agrees,
    /// and whether the child decides alone.
    pub(super) fn plan_consent(
        &mut self,
        case: &CaseFacts,
        facts: &mut Facts,
    ) -> Result<(), StoreError> {
        let plans = views(self.database, &self.means.law, self.today, |query| {
            query.filter(
                consent::case_id.eq(case.id).and(consent::kind.eq(ConsentKind::Plan.code())),
            )
        })?;
        let binding = || plans.iter().filter(|view| view.standing == Standing::Binding);
        let situation = &mut facts.situation;
        situation.plan_consent = binding().next().is_some();
        situation.guardians_agreed = binding().any(all_agree);
        situation.disposes = self.disposes(case.id, &case.child, ConsentKind::Plan)?;
        Ok(())
    }
}

/// Whose answers the caller may give: their own, and those of whom they hold a power for today.
fn in_whose_place(case: &CaseFacts, known: &Known) -> Vec<PersonId> {
    let mut people = case.child.powers.clone();
    if known.person() != PersonId::nobody() {
        people.push(known.person());
    }
    people
}

/// Whether every guardian has given it, whoever must. An adult has none to ask.
fn all_agree(view: &ConsentView) -> bool {
    let agrees = |guardian: &PersonId| said(view, *guardian) == Some(Answer::Given);
    let guardians = view.family.deciding();
    view.is_of_age || (!guardians.is_empty() && guardians.iter().all(agrees))
}

/// The child that it is about; nobody where there is none.
fn case_child(facts: &Facts) -> PersonId {
    facts.resource.child.unwrap_or(PersonId::nobody())
}

/// The last that `giver` said.
fn said(view: &ConsentView, giver: PersonId) -> Option<Answer> {
    let given: Vec<_> = view.answers.iter().map(|answer| answer.given.clone()).collect();
    latest(&given, giver).map(|given| given.answer)
}

fn is_police(known: &Known) -> bool {
    matches!(known.principal.kind, PrincipalKind::Staff { agency_kind: AgencyKind::Police, .. })
}
