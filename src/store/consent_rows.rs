//! Consents as they stand in their tables, weighed on a day.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::db::{Database, MultiBackend};
use super::error::StoreError;
use super::schema::{consent, consent_answer, person};
use super::sql::{At, Json, codes_in};
use crate::clock::Instant;
use crate::domain::category::Category;
use crate::domain::child::age_on;
use crate::domain::consent::{Answer, Given, Manner, Standing, Terms, standing};
use crate::domain::ids::{AgencyId, CaseId, ChildId, ConsentId, PersonId, StaffId};
use crate::domain::law::{Law, in_force};
use crate::domain::text::Coded;

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

/// The consents that `narrow` leaves, weighed on `today`.
pub fn weigh<'q>(
    database: &mut Database,
    law: &Law,
    today: NaiveDate,
    narrow: impl FnOnce(ConsentQuery<'q>) -> ConsentQuery<'q>,
) -> Result<Vec<Weighed>, StoreError> {
    let views = views(database, law, today, narrow)?;
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

pub(super) fn views<'q>(
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
