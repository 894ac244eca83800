//! Consents and their answers.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::consent_rows::{ConsentView, views};
use super::error::{Halt, StoreError};
use super::facts::Gather;
use super::schema::{consent, consent_answer};
use super::sql::{At, Json, codes};
use super::work::Work;
use crate::access::Act;
use crate::access::act::{AnswerConsent, AskConsent, ListConsents, ReadConsent, WithdrawConsent};
use crate::domain::category::Category;
use crate::domain::consent::{Answer, Manner, who_must_give};
use crate::domain::ids::{AreaId, ChildId, ConsentId, PersonId};
use crate::domain::law::in_force;
use crate::domain::obstacle::Obstacle;
use crate::domain::text::Coded;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct ConsentDraft {
    /// What it would cover; `from` and `to` are the act's.
    pub categories: BTreeSet<Category>,
    /// For what.
    pub purpose: String,
    /// The first day.
    pub valid_from: NaiveDate,
    /// The last day.
    pub valid_to: NaiveDate,
    /// The language it was explained in.
    pub explained_in: String,
}

/// An answer as it is taken.
#[derive(Clone, Debug)]
pub struct AnswerDraft {
    /// Given or refused.
    pub answer: Answer,
    /// How it was given.
    pub manner: Manner,
    /// In which language it was explained to this giver.
    pub language: String,
    /// Who witnessed it, by function.
    pub witness: Option<String>,
}

impl Work<'_, AskConsent> {
    /// Records what is asked for, and who must give it.
    pub fn ask(&mut self, draft: &ConsentDraft) -> Result<ConsentView, Halt> {
        let act = self.act().clone();
        let facts = self.facts();
        let child = facts.resource.child.unwrap_or(ChildId::nobody());
        let today = self.means.law.day_of(self.now());
        let ages = in_force(&self.means.law.waiver_ages, today)
            .ok_or_else(|| StoreError::Corrupt("no law says who lifts secrecy today".into()))?;
        let age = facts.situation.age.0;
        let guardians = self.guardians_of(child)?;
        let givers = who_must_give(ages.says, age, child, &guardians);
        if age < 0 || givers.is_empty() {
            return Err(Obstacle::State { why: "nobody_can_consent" }.into());
        }
        let days_max = in_force(&self.means.law.waiver_days_max, today).map_or(0, |law| law.says);
        if (draft.valid_to - draft.valid_from).num_days() > days_max {
            return Err(Obstacle::Field { field: "valid_to", reason: "period_too_long" }.into());
        }
        self.known_agency(act.from, "from_agency")?;
        self.known_agency(act.to, "to_agency")?;
        let area = self.area_of(child)?;
        let id: ConsentId = self.means.clock.new_id();
        diesel::insert_into(consent::table)
            .values((
                (
                    consent::id.eq(id),
                    consent::area_id.eq(area),
                    consent::case_id.eq(act.case),
                    consent::child_id.eq(child),
                    consent::from_agency_id.eq(act.from),
                    consent::to_agency_id.eq(act.to),
                    consent::categories.eq(codes(&draft.categories)),
                    consent::purpose.eq(&draft.purpose),
                ),
                (
                    consent::valid_from.eq(draft.valid_from),
                    consent::valid_to.eq(draft.valid_to),
                    consent::explained_in.eq(&draft.explained_in),
                    consent::givers.eq(ids(&givers)),
                    consent::asked_by_id.eq(self.staff()),
                    consent::asked_at.eq(At(self.now())),
                    consent::version.eq(1),
                ),
            ))
            .execute(self.database)?;
        self.consent(id)
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
            if self.may_serve(ReadConsent { consent: id })? {
                served.push(self.consent(id)?);
            }
        }
        Ok(served)
    }
}

impl Work<'_, ReadConsent> {
    /// The consent.
    pub fn read(&mut self) -> Result<ConsentView, Halt> {
        self.consent(self.act().consent)
    }
}

impl Work<'_, AnswerConsent> {
    /// The consent as it stands before the answer.
    pub fn before(&mut self) -> Result<ConsentView, Halt> {
        self.consent(self.act().consent)
    }

    /// Adds an answer.
    pub fn answer(&mut self, draft: &AnswerDraft) -> Result<ConsentView, Halt> {
        let act = self.act().clone();
        self.add_answer(act.consent, act.giver, draft)
    }
}

impl Work<'_, WithdrawConsent> {
    /// The consent as it stands before the withdrawal.
    pub fn before(&mut self) -> Result<ConsentView, Halt> {
        self.consent(self.act().consent)
    }

    /// Adds the withdrawal. It holds from the next request on.
    pub fn withdraw(&mut self, draft: &AnswerDraft) -> Result<ConsentView, Halt> {
        let act = self.act().clone();
        self.add_answer(act.consent, act.giver, draft)
    }
}

impl<A: Act> Work<'_, A> {
    fn consent(&mut self, id: ConsentId) -> Result<ConsentView, Halt> {
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
        id: ConsentId,
        giver: PersonId,
        draft: &AnswerDraft,
    ) -> Result<ConsentView, Halt> {
        let area: AreaId = consent::table.find(id).select(consent::area_id).first(self.database)?;
        let by_staff = matches!(
            self.facts().principal.kind,
            crate::access::facts::PrincipalKind::Staff { .. }
        );
        diesel::insert_into(consent_answer::table)
            .values((
                consent_answer::id.eq(self.means.clock.new_id::<ConsentId>()),
                consent_answer::area_id.eq(area),
                consent_answer::consent_id.eq(id),
                consent_answer::giver_id.eq(giver),
                consent_answer::answer.eq(draft.answer.code()),
                consent_answer::manner.eq(draft.manner.code()),
                consent_answer::language.eq(&draft.language),
                consent_answer::witness.eq(&draft.witness),
                consent_answer::taken_by_id.eq(by_staff.then_some(self.staff())),
                consent_answer::at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        diesel::update(consent::table.find(id))
            .set(consent::version.eq(consent::version + 1))
            .execute(self.database)?;
        self.consent(id)
    }

    /// Whether one row of a list may be served, by the very decision that a single read takes.
    pub(super) fn may_serve<R: Gather>(&mut self, act: R) -> Result<bool, Halt> {
        Ok(self.decide_row(act)?.is_some())
    }
}

fn ids(ids: &[PersonId]) -> Json {
    Json(ids.iter().map(|id| serde_json::Value::from(id.to_string())).collect())
}
