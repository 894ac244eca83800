//! Consents as they stand in their tables, weighed on a day.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::consent_statements::{Answers, These};
use super::db::{Database, MultiBackend};
use super::error::StoreError;
use super::families::{Families, Moment, ages_on};
use super::prepared::{Prepared, Value};
use super::schema::consent;
use super::sql::{At, Json, codes_in};
use crate::clock::Instant;
use crate::domain::category::Category;
use crate::domain::child::birthday;
use crate::domain::consent::{
    Answer, ConsentKind, Given, Manner, Standing, Terms, Weighing, Weight,
};
use crate::domain::givers::{Family, Ways};
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
    /// Who had to give it when it was asked for, as was told then.
    pub givers: Vec<PersonId>,
    /// Who must give it today.
    pub ways: Ways,
    /// Who decides for the child today.
    pub family: Family,
    /// Whether the child is an adult today.
    pub is_of_age: bool,
    /// The day on which it is, or will be.
    pub of_age_on: Option<NaiveDate>,
    /// Every answer, oldest first.
    pub answers: Vec<AnswerView>,
    /// Whether it binds.
    pub standing: Standing,
    /// What it covers while it binds.
    pub covers: BTreeSet<Category>,
    /// When it was asked for.
    pub asked_at: Instant,
    /// Its version.
    pub version: i64,
}

/// One answer.
#[derive(Clone, Debug)]
pub struct AnswerView {
    /// Who answered what, when.
    pub given: Given,
    /// How; of somebody who couldn't be reached, not at all.
    pub manner: Option<Manner>,
    /// In which language.
    pub language: Option<String>,
    /// Who witnessed it.
    pub witness: Option<String>,
    /// Where the signed paper or file is kept.
    pub evidence: Option<String>,
    /// Why; of somebody who couldn't be reached, what was tried.
    pub reason: Option<String>,
    /// Who answered in the giver's place, by a power.
    pub by: Option<PersonId>,
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
    /// What it covers while it binds.
    pub covers: BTreeSet<Category>,
    /// When it ends by itself: after its last day, or when what others gave for the child lapsed.
    pub ended_at: Instant,
}

impl Weighed {
    /// Whether it lifts `from`'s secrecy for `category`.
    pub fn lifts(&self, from: AgencyId, category: Category) -> bool {
        self.terms.kind == ConsentKind::Waiver
            && self.terms.from == from
            && self.covers.contains(&category)
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
    kind: String,
    from: AgencyId,
    to: AgencyId,
    categories: Json,
    purpose: String,
    valid_from: NaiveDate,
    valid_to: NaiveDate,
    explained: String,
    explained_in: String,
    with_assessment: bool,
    suitable_because: Option<String>,
    urgent_because: Option<String>,
    far_reaching: bool,
    givers: Json,
    asked_at: At,
    version: i64,
}

#[derive(Queryable)]
struct AnswerRow {
    consent: ConsentId,
    giver: PersonId,
    answer: String,
    categories: Option<Json>,
    manner: String,
    language: String,
    witness: Option<String>,
    evidence: Option<String>,
    reason: Option<String>,
    by: Option<PersonId>,
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
    Ok(views.into_iter().map(|view| weighed(view, law)).collect())
}

/// These consents, weighed on `today`.
pub fn weigh_these(
    database: &mut Database,
    law: &Law,
    today: NaiveDate,
    ids: &[ConsentId],
) -> Result<Vec<Weighed>, StoreError> {
    let asked = [Value::ids(ids)];
    let statement = Prepared::<These>::with(&asked);
    let rows: Vec<Row> = match database {
        Database::Postgres(postgres) => statement.load(postgres)?,
        Database::Sqlite(sqlite) => statement.load(sqlite)?,
    };
    let views = views_of(database, law, today, rows)?;
    Ok(views.into_iter().map(|view| weighed(view, law)).collect())
}

fn weighed(view: ConsentView, law: &Law) -> Weighed {
    Weighed {
        id: view.id,
        ended_at: ended_on(&view)
            .and_then(|day| day.and_hms_opt(0, 0, 0))
            .and_then(|night| night.and_local_timezone(law.time_zone).earliest())
            .map(|night| night.to_utc())
            .unwrap_or_default(),
        terms: view.terms,
        standing: view.standing,
        covers: view.covers,
    }
}

/// The first day on which it no longer holds, if it ends by itself.
fn ended_on(view: &ConsentView) -> Option<NaiveDate> {
    let after = view.terms.valid_to.succ_opt();
    let lapsed = (view.standing == Standing::Lapsed).then_some(view.of_age_on).flatten();
    lapsed.into_iter().chain(after).min()
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
            consent::kind,
            consent::from_agency_id,
            consent::to_agency_id,
            consent::categories,
            consent::purpose,
            consent::valid_from,
            consent::valid_to,
            consent::explained,
            consent::explained_in,
            consent::with_assessment,
            consent::suitable_because,
            consent::urgent_because,
            consent::far_reaching,
            consent::givers,
            consent::asked_at,
            consent::version,
        ))
        .load(database)?;
    views_of(database, law, today, rows)
}

fn views_of(
    database: &mut Database,
    law: &Law,
    today: NaiveDate,
    rows: Vec<Row>,
) -> Result<Vec<ConsentView>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<ConsentId> = rows.iter().map(|row| row.id).collect();
    let asked = [Value::ids(&ids)];
    let statement = Prepared::<Answers>::with(&asked);
    let answers: Vec<AnswerRow> = match database {
        Database::Postgres(postgres) => statement.load(postgres)?,
        Database::Sqlite(sqlite) => statement.load(sqlite)?,
    };
    let children: Vec<ChildId> = rows.iter().map(|row| row.child).collect();
    let families = Families::load(database, &children)?;
    rows.into_iter().map(|row| view(row, &answers, &families, law, today)).collect()
}

/// A consent weighed at a moment.
pub(super) struct Weighable<'a> {
    pub case: CaseId,
    pub child: ChildId,
    pub terms: &'a Terms,
    pub answers: &'a [Given],
    pub families: &'a Families,
    pub law: &'a Law,
}

impl Weighable<'_> {
    /// Who decided, who had to give it, and how it stood.
    pub fn at(&self, moment: Moment) -> Result<(Family, Ways, Weight), StoreError> {
        let ages = ages_on(self.law, moment.day)?;
        let family = self.families.of(self.child, self.case, self.terms.kind, moment)?;
        let ways = family.ways(ages, self.terms);
        let weighing = Weighing {
            today: moment.day,
            ways: &ways,
            child: self.child,
            of_age: family.of_age(ages),
            unreachable_days: in_force(&self.law.unreachable_days_max, moment.day)
                .map_or(0, |law| law.says),
        };
        let weight = weighing.weigh(self.terms, self.answers);
        Ok((family, ways, weight))
    }
}

fn view(
    row: Row,
    answers: &[AnswerRow],
    families: &Families,
    law: &Law,
    today: NaiveDate,
) -> Result<ConsentView, StoreError> {
    let answers = answers
        .iter()
        .filter(|answer| answer.consent == row.id)
        .map(|answer| answer_view(answer, law))
        .collect::<Result<Vec<_>, StoreError>>()?;
    let terms = Terms {
        kind: ConsentKind::from_code(&row.kind)?,
        from: row.from,
        to: row.to,
        categories: codes_in(&row.categories)?.into_iter().collect(),
        purpose: row.purpose,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        explained: row.explained,
        explained_in: row.explained_in,
        with_assessment: row.with_assessment,
        suitable_because: row.suitable_because,
        urgent_because: row.urgent_because,
        far_reaching: row.far_reaching,
    };
    let given: Vec<Given> = answers.iter().map(|answer| answer.given.clone()).collect();
    let weighable = Weighable {
        case: row.case,
        child: row.child,
        terms: &terms,
        answers: &given,
        families,
        law,
    };
    let (family, ways, weight) = weighable.at(Moment::of(today))?;
    let ages = ages_on(law, today)?;
    Ok(ConsentView {
        id: row.id,
        case: row.case,
        child: row.child,
        terms,
        givers: ids_in(&row.givers)?,
        ways,
        is_of_age: family.of_age(ages),
        of_age_on: families.birth(row.child).map(|birth| birthday(birth, ages.waiver.adult_from)),
        family,
        answers,
        standing: weight.standing,
        covers: weight.covers,
        asked_at: row.asked_at.0,
        version: row.version,
    })
}

fn answer_view(row: &AnswerRow, law: &Law) -> Result<AnswerView, StoreError> {
    let said = |text: &String| (!text.is_empty()).then(|| text.clone());
    let categories = row.categories.as_ref().map(codes_in).transpose()?;
    let manner = said(&row.manner).map(|word| Manner::from_code(&word)).transpose()?;
    Ok(AnswerView {
        given: Given {
            giver: row.giver,
            answer: Answer::from_code(&row.answer)?,
            categories: categories.map(|categories: Vec<_>| categories.into_iter().collect()),
            at: row.at.0,
            day: law.day_of(row.at.0),
        },
        manner,
        language: said(&row.language),
        witness: row.witness.clone(),
        evidence: row.evidence.clone(),
        reason: row.reason.clone(),
        by: row.by,
        taken_by: row.taken_by,
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
