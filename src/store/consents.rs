//! Consents and their answers.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::db::{Database, MultiBackend};
use super::error::{Halt, StoreError};
use super::facts::{Gather, Gathering, codes_in};
use super::schema::{consent, consent_answer, person};
use super::sql::{At, Json};
use super::work::Work;
use crate::access::Act;
use crate::access::act::{AnswerConsent, AskConsent, ListConsents, ReadConsent, WithdrawConsent};
use crate::clock::Instant;
use crate::domain::category::Category;
use crate::domain::child::age_on;
use crate::domain::consent::{Answer, Given, Manner, Standing, Terms, standing, who_must_give};
use crate::domain::ids::{AgencyId, AreaId, CaseId, ChildId, ConsentId, PersonId, StaffId};
use crate::domain::law::{Law, in_force};
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

/// A consent as it stands today.
#[derive(Clone, Debug)]
pub struct ConsentView {
    /// Its id.
    pub id: ConsentId,
    /// The case it was asked for in.
    pub case: CaseId,
    /// The child.
    pub child: ChildId,
    /// What it covers.
    pub terms: Terms,
    /// Who must give it.
    pub givers: Vec<PersonId>,
    /// Every answer, oldest first.
    pub answers: Vec<AnswerView>,
    /// Whether it binds.
    pub standing: Standing,
    /// Its version.
    pub version: i64,
}

/// One answer.
#[derive(Clone, Debug)]
pub struct AnswerView {
    /// Who answered what, when.
    pub given: Given,
    /// How.
    pub manner: Manner,
    /// In which language.
    pub language: String,
    /// Who witnessed it.
    pub witness: Option<String>,
    /// The member of staff who took it; `None` when the giver answered in person.
    pub taken_by: Option<StaffId>,
}

/// A consent weighed for a decision.
#[derive(Clone, Debug)]
pub struct Weighed {
    /// The consent.
    pub id: ConsentId,
    /// What it covers.
    pub terms: Terms,
    /// Whether it binds today.
    pub standing: Standing,
    /// The moment after its last day.
    pub ended_at: Instant,
}

impl Weighed {
    /// Whether it lifts `from`'s secrecy for `category`.
    pub fn lifts(&self, from: AgencyId, category: Category) -> bool {
        self.terms.from == from && self.terms.categories.contains(&category)
    }

    /// Whether it binds, and lifts `from`'s secrecy towards `to` for `category`.
    pub fn covers(&self, from: AgencyId, to: AgencyId, category: Category) -> bool {
        self.standing == Standing::Binding && self.terms.to == to && self.lifts(from, category)
    }
}

#[derive(Queryable)]
struct Row {
    id: ConsentId,
    case: CaseId,
    child: ChildId,
    from: AgencyId,
    to: AgencyId,
    categories: Json,
    purpose: String,
    valid_from: NaiveDate,
    valid_to: NaiveDate,
    explained_in: String,
    givers: Json,
    version: i64,
}

#[derive(Queryable)]
struct AnswerRow {
    consent: ConsentId,
    giver: PersonId,
    answer: String,
    manner: String,
    language: String,
    witness: Option<String>,
    taken_by: Option<StaffId>,
    at: At,
}

type ConsentQuery<'a> = consent::BoxedQuery<'a, MultiBackend>;

/// The consents that `narrow` leaves, weighed on the day of the gathering.
pub fn weigh<'q>(
    gathering: &mut Gathering<'_>,
    narrow: impl FnOnce(ConsentQuery<'q>) -> ConsentQuery<'q>,
) -> Result<Vec<Weighed>, StoreError> {
    let (law, today) = (&gathering.means.law, gathering.today);
    let views = views(gathering.database, law, today, narrow)?;
    Ok(views
        .into_iter()
        .map(|view| Weighed {
            id: view.id,
            ended_at: view
                .terms
                .valid_to
                .succ_opt()
                .and_then(|day| day.and_hms_opt(0, 0, 0))
                .and_then(|night| night.and_local_timezone(law.time_zone).earliest())
                .map(|night| night.to_utc())
                .unwrap_or_default(),
            terms: view.terms,
            standing: view.standing,
        })
        .collect())
}

fn views<'q>(
    database: &mut Database,
    law: &Law,
    today: NaiveDate,
    narrow: impl FnOnce(ConsentQuery<'q>) -> ConsentQuery<'q>,
) -> Result<Vec<ConsentView>, StoreError> {
    let rows: Vec<Row> = narrow(consent::table.into_boxed())
        .order(consent::id)
        .select((
            consent::id,
            consent::case_id,
            consent::child_id,
            consent::from_agency_id,
            consent::to_agency_id,
            consent::categories,
            consent::purpose,
            consent::valid_from,
            consent::valid_to,
            consent::explained_in,
            consent::givers,
            consent::version,
        ))
        .load(database)?;
    let ids: Vec<ConsentId> = rows.iter().map(|row| row.id).collect();
    let answers: Vec<AnswerRow> = consent_answer::table
        .filter(consent_answer::consent_id.eq_any(&ids))
        .order((consent_answer::at, consent_answer::id))
        .select((
            consent_answer::consent_id,
            consent_answer::giver_id,
            consent_answer::answer,
            consent_answer::manner,
            consent_answer::language,
            consent_answer::witness,
            consent_answer::taken_by_id,
            consent_answer::at,
        ))
        .load(database)?;
    let children: Vec<ChildId> = rows.iter().map(|row| row.child).collect();
    let births: Vec<(ChildId, Option<NaiveDate>)> = person::table
        .filter(person::id.eq_any(children))
        .select((person::id, person::birth_date))
        .load(database)?;
    rows.into_iter()
        .map(|row| {
            let birth = births.iter().find(|(id, _)| *id == row.child).and_then(|found| found.1);
            view(row, &answers, birth, law, today)
        })
        .collect()
}

fn view(
    row: Row,
    answers: &[AnswerRow],
    birth: Option<NaiveDate>,
    law: &Law,
    today: NaiveDate,
) -> Result<ConsentView, StoreError> {
    let answers = answers
        .iter()
        .filter(|answer| answer.consent == row.id)
        .map(|answer| {
            Ok(AnswerView {
                given: Given {
                    giver: answer.giver,
                    answer: Answer::from_code(&answer.answer)?,
                    at: answer.at.0,
                },
                manner: Manner::from_code(&answer.manner)?,
                language: answer.language.clone(),
                witness: answer.witness.clone(),
                taken_by: answer.taken_by,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    let terms = Terms {
        from: row.from,
        to: row.to,
        categories: codes_in(&row.categories)?.into_iter().collect(),
        purpose: row.purpose,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        explained_in: row.explained_in,
    };
    let givers = ids_in(&row.givers)?;
    let given: Vec<Given> = answers.iter().map(|answer| answer.given).collect();
    let adult_from = in_force(&law.waiver_ages, today).map_or(0, |ages| ages.says.adult_from);
    let of_age = birth.and_then(|birth| age_on(birth, today)).is_some_and(|age| age >= adult_from);
    let came_of_age = of_age && givers != [row.child];
    let standing = standing(&terms, &givers, &given, today, came_of_age);
    Ok(ConsentView {
        id: row.id,
        case: row.case,
        child: row.child,
        terms,
        givers,
        answers,
        standing,
        version: row.version,
    })
}

fn ids_in(json: &Json) -> Result<Vec<PersonId>, StoreError> {
    let read = |value: &serde_json::Value| {
        value.as_str().and_then(|text| text.parse().ok()).map(PersonId::new)
    };
    json.0
        .as_array()
        .into_iter()
        .flatten()
        .map(|value| read(value).ok_or_else(|| StoreError::Corrupt("a giver's id".into())))
        .collect()
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

/// Words as a JSON array.
pub fn codes<'a, T: Coded>(words: impl IntoIterator<Item = &'a T>) -> Json {
    Json(words.into_iter().map(|word| serde_json::Value::from(word.code())).collect())
}

fn ids(ids: &[PersonId]) -> Json {
    Json(ids.iter().map(|id| serde_json::Value::from(id.to_string())).collect())
}
