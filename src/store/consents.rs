//! Consents and their answers.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::consent_rows::{ConsentView, views};
use super::db::Database;
use super::error::{Halt, StoreError};
use super::facts::Gather;
use super::families::{Families, Moment, ages_on};
use super::schema::{consent, consent_answer, custody, power};
use super::sql::{At, Json, codes};
use super::work::{Page, Work};
use crate::access::act::{
    AnswerConsent, AskConsent, ListConsents, ListOwnConsents, ReadConsent, WithdrawConsent,
};
use crate::access::facts::PrincipalKind;
use crate::access::{Act, decide};
use crate::domain::category::Category;
use crate::domain::consent::{Answer, ConsentKind, Manner, Terms};
use crate::domain::ids::{AreaId, ChildId, ConsentId, PersonId};
use crate::domain::law::in_force;
use crate::domain::obstacle::Obstacle;
use crate::domain::text::Coded;

/// An answer as it is taken.
#[derive(Clone, Debug)]
pub struct AnswerDraft {
    /// What is said.
    pub answer: Answer,
    /// For which of the categories; all when it doesn't say.
    pub categories: Option<BTreeSet<Category>>,
    /// How it was given; of somebody who couldn't be reached, not at all.
    pub manner: Option<Manner>,
    /// In which language it was explained to this giver.
    pub language: Option<String>,
    /// Who witnessed it, by function.
    pub witness: Option<String>,
    /// Where the signed paper or file is kept.
    pub evidence: Option<String>,
    /// Why; of somebody who couldn't be reached, what was tried.
    pub reason: Option<String>,
}

impl Work<'_, AskConsent> {
    /// Records what is asked for, and who must give it.
    pub fn ask(&mut self, terms: &Terms) -> Result<ConsentView, Halt> {
        let act = self.act().clone();
        let facts = self.facts();
        let child = facts.resource.child.unwrap_or(ChildId::nobody());
        let today = self.today();
        let ages = ages_on(&self.means.law, today)?;
        let families = Families::load(self.database, &[child])?;
        let family = families.of(child, act.case, act.kind, Moment::of(today))?;
        let givers = family.ways(ages, terms).people();
        if givers.is_empty() {
            return Err(Obstacle::State { why: "nobody_can_consent" }.into());
        }
        self.check_period(today, terms)?;
        match act.kind {
            ConsentKind::Waiver => {
                self.known_agency(terms.from, "from_agency")?;
                self.known_agency(terms.to, "to_agency")?;
            }
            ConsentKind::Plan | ConsentKind::Intervention => {
                self.known_agency(terms.from, "agency")?;
            }
        }
        let area = self.area_of(child)?;
        let id: ConsentId = self.means.clock.new_id();
        diesel::insert_into(consent::table)
            .values((
                (
                    consent::id.eq(id),
                    consent::area_id.eq(area),
                    consent::case_id.eq(act.case),
                    consent::child_id.eq(child),
                    consent::kind.eq(act.kind.code()),
                    consent::from_agency_id.eq(terms.from),
                    consent::to_agency_id.eq(terms.to),
                    consent::categories.eq(codes(&terms.categories)),
                    consent::purpose.eq(&terms.purpose),
                    consent::valid_from.eq(terms.valid_from),
                    consent::valid_to.eq(terms.valid_to),
                ),
                (
                    consent::explained.eq(&terms.explained),
                    consent::explained_in.eq(&terms.explained_in),
                    consent::with_assessment.eq(terms.with_assessment),
                    consent::suitable_because.eq(&terms.suitable_because),
                    consent::urgent_because.eq(&terms.urgent_because),
                    consent::far_reaching.eq(terms.far_reaching),
                    consent::givers.eq(ids(&givers)),
                    consent::asked_by_id.eq(self.staff()),
                    consent::asked_at.eq(At(self.now())),
                    consent::version.eq(1),
                ),
            ))
            .execute(self.database)?;
        self.consent(id)
    }

    fn check_period(&self, today: NaiveDate, terms: &Terms) -> Result<(), Obstacle> {
        let days_max = in_force(&self.means.law.waiver_days_max, today).map_or(0, |law| law.says);
        if (terms.valid_to - terms.valid_from).num_days() > days_max {
            return Err(Obstacle::Field { field: "valid_to", reason: "period_too_long" });
        }
        Ok(())
    }
}

impl Work<'_, ListConsents> {
    /// Those of the case's consents that one may read, oldest first.
    pub fn consents(&mut self) -> Result<Vec<ConsentView>, Halt> {
        let case = self.act().case;
        let ids: Vec<ConsentId> = consent::table
            .filter(consent::case_id.eq(case))
            .order(consent::id)
            .limit(self.means.rows_max)
            .select(consent::id)
            .load(self.database)?;
        let mut served = Vec::new();
        for id in ids {
            if let Some(permit) = self.decide_row(ReadConsent { consent: id })? {
                let view = self.consent(id)?;
                served.push(self.as_permitted(&permit, view)?);
            }
        }
        Ok(served)
    }
}

impl Work<'_, ListOwnConsents> {
    /// The consents of oneself, of one's children, and of those for whom one acts; oldest first.
    pub fn consents(&mut self, page: Page) -> Result<Vec<ConsentView>, Halt> {
        let me = PersonId::new(self.facts().principal.id);
        // Whether custody and power hold today is asked of each consent.
        let load = |database: &mut Database, after: Option<ConsentId>, limit| {
            let children =
                custody::table.filter(custody::guardian_id.eq(me)).select(custody::child_id);
            let entrusted = power::table.filter(power::holder_id.eq(me)).select(power::child_id);
            let mut query = consent::table
                .filter(
                    consent::child_id
                        .eq(me)
                        .or(consent::child_id.eq_any(children))
                        .or(consent::child_id.eq_any(entrusted)),
                )
                .order(consent::id)
                .limit(limit)
                .select(consent::id)
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(consent::id.gt(after));
            }
            Ok(query.load(database)?)
        };
        let served = self.page_of(page, load, |consent| ReadConsent { consent })?;
        served
            .into_iter()
            .map(|(id, permit)| {
                let view = self.consent(id)?;
                self.as_permitted(&permit, view)
            })
            .collect()
    }
}

impl Work<'_, ReadConsent> {
    /// The consent.
    pub fn read(&mut self) -> Result<ConsentView, Halt> {
        let view = self.consent(self.act().consent)?;
        self.as_permitted(self.permit, view)
    }
}

impl Work<'_, AnswerConsent> {
    /// The consent as it stands before the answer.
    pub fn before(&mut self) -> Result<ConsentView, Halt> {
        self.consent(self.act().consent)
    }

    /// Whether whoever answers is no member of staff.
    pub fn is_in_person(&self) -> bool {
        !matches!(self.facts().principal.kind, PrincipalKind::Staff { .. })
    }

    /// Adds an answer to the consent, which stood so `before`.
    pub fn answer(
        &mut self,
        before: &ConsentView,
        draft: &AnswerDraft,
    ) -> Result<ConsentView, Halt> {
        let giver = self.act().giver;
        self.add_answer(before, giver, draft)
    }
}

impl Work<'_, WithdrawConsent> {
    /// The consent as it stands before the withdrawal.
    pub fn before(&mut self) -> Result<ConsentView, Halt> {
        self.consent(self.act().consent)
    }

    /// Whether whoever takes it down may also read the consent. Nothing is shown to others.
    pub fn may_read(&mut self) -> Result<bool, Halt> {
        let read = ReadConsent { consent: self.act().consent };
        let facts = read.gather(&mut self.gathering())?;
        Ok(decide(&self.means.policy, read, facts).is_ok())
    }

    /// Adds the withdrawal. It holds from the next request on.
    pub fn withdraw(
        &mut self,
        before: &ConsentView,
        draft: &AnswerDraft,
    ) -> Result<ConsentView, Halt> {
        let giver = self.act().giver;
        self.add_answer(before, giver, draft)
    }
}

impl<A: Act> Work<'_, A> {
    /// The consent, whole: as somebody may read it, [`Work::as_permitted`] says.
    pub(super) fn consent(&mut self, id: ConsentId) -> Result<ConsentView, Halt> {
        let today = self.means.law.day_of(self.now());
        let found =
            views(self.database, &self.means.law, today, |query| query.filter(consent::id.eq(id)))?;
        Ok(found
            .into_iter()
            .next()
            .ok_or_else(|| StoreError::Corrupt("a consent is gone".into()))?)
    }

    fn add_answer(
        &mut self,
        before: &ConsentView,
        giver: PersonId,
        draft: &AnswerDraft,
    ) -> Result<ConsentView, Halt> {
        let id = before.id;
        let area: AreaId = consent::table.find(id).select(consent::area_id).first(self.database)?;
        let principal = &self.facts().principal;
        let (taken_by, by) = match principal.kind {
            PrincipalKind::Staff { .. } => (Some(self.staff()), None),
            PrincipalKind::Citizen | PrincipalKind::Operator | PrincipalKind::Unknown => {
                let by = PersonId::new(principal.id);
                (None, (by != giver).then_some(by))
            }
        };
        diesel::insert_into(consent_answer::table)
            .values((
                consent_answer::id.eq(self.means.clock.new_id::<ConsentId>()),
                consent_answer::area_id.eq(area),
                consent_answer::consent_id.eq(id),
                consent_answer::giver_id.eq(giver),
                consent_answer::answer.eq(draft.answer.code()),
                consent_answer::categories.eq(draft.categories.as_ref().map(codes)),
                consent_answer::manner.eq(draft.manner.map_or("", Manner::code)),
                consent_answer::language.eq(draft.language.as_deref().unwrap_or_default()),
                consent_answer::witness.eq(&draft.witness),
                consent_answer::evidence.eq(&draft.evidence),
                consent_answer::reason.eq(&draft.reason),
                consent_answer::by_id.eq(by),
                consent_answer::taken_by_id.eq(taken_by),
                consent_answer::at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        diesel::update(consent::table.find(id))
            .set(consent::version.eq(consent::version + 1))
            .execute(self.database)?;
        let view = self.consent(id)?;
        self.tell_of_ending(before, &view)?;
        self.as_permitted(self.permit, view)
    }

    /// Whether one row of a list may be served, by the very decision that a single read takes.
    pub(super) fn may_serve<R: Gather>(&mut self, act: R) -> Result<bool, Halt> {
        Ok(self.decide_row(act)?.is_some())
    }
}

fn ids(ids: &[PersonId]) -> Json {
    Json(ids.iter().map(|id| serde_json::Value::from(id.to_string())).collect())
}
