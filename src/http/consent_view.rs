//! A consent as it is shown.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::field::named;
use crate::domain::category::Category;
use crate::domain::consent::{Answer, ConsentKind, Manner};
use crate::domain::ids::PersonId;
use crate::domain::text::Coded as _;
use crate::store::{AnswerView, ConsentVersion, ConsentView};

/// A consent as it stands today.
#[derive(Debug, Serialize, ToSchema)]
pub struct Consent {
    pub(super) id: Uuid,
    case: Uuid,
    child: Uuid,
    /// `waiver`, `plan` or `intervention`.
    kind: ConsentKind,
    /// Of a waiver: whose secrecy is lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_agency: Option<Uuid>,
    /// Of a waiver: who sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_agency: Option<Uuid>,
    /// Of a plan or an intervention: who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<Uuid>,
    /// For which information it was asked for.
    categories: Vec<Category>,
    /// For which information all who gave it have given it.
    covers: Vec<Category>,
    purpose: String,
    valid_from: NaiveDate,
    valid_to: NaiveDate,
    /// What was explained.
    explained: String,
    explained_in: String,
    /// Of an intervention: after an assessment of needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    with_assessment: Option<bool>,
    /// Of an intervention: why it is suitable without the guardians.
    #[serde(skip_serializing_if = "Option::is_none")]
    suitable_because: Option<String>,
    /// Why it can't wait for a guardian who can't be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    urgent_because: Option<String>,
    /// Of an intervention: it reaches far into the child's future.
    #[serde(skip_serializing_if = "Option::is_none")]
    far_reaching: Option<bool>,
    /// Who had to give it when it was asked for, as was told then.
    givers: Vec<Uuid>,
    /// Who must give it today: one set of people or another, each of them whole.
    must_give: Vec<Vec<Uuid>>,
    answers: Vec<GivenAnswer>,
    /// `binding`, `waiting`, `refused`, `withdrawn`, `not_yet`, `expired`, `lapsed`,
    /// `covers_nothing` or `nobody_can`.
    standing: &'static str,
    asked_at: DateTime<Utc>,
    pub(super) version: i64,
}

/// An answer that was given.
#[derive(Debug, Serialize, ToSchema)]
pub struct GivenAnswer {
    giver: Uuid,
    /// Who answered in the giver's place, by a power.
    by: Option<Uuid>,
    answer: Answer,
    /// For which information, where it was given for a part.
    categories: Option<Vec<Category>>,
    /// Absent when somebody could not be reached.
    manner: Option<Manner>,
    language: Option<String>,
    witness: Option<String>,
    /// Where the signed paper or file is kept.
    evidence: Option<String>,
    /// Why; of somebody who could not be reached, what was tried.
    reason: Option<String>,
    /// The member of staff who took it; none when the giver answered in person.
    taken_by: Option<Uuid>,
    at: DateTime<Utc>,
}

/// A version of a consent, as it stood. It never changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    /// Its number, from 1.
    version: i64,
    at: DateTime<Utc>,
    /// `asked`, `given`, `refused`, `withdrawn` or `unreachable`.
    what: &'static str,
    /// Whose answer it was.
    giver: Option<Uuid>,
    /// How the consent stood then.
    standing: &'static str,
    /// Who had to give it then.
    must_give: Vec<Uuid>,
}

impl From<ConsentVersion> for Version {
    fn from(version: ConsentVersion) -> Self {
        Self {
            version: version.version,
            at: version.at,
            what: version.answer.map_or("asked", |(_, answer)| answer.code()),
            giver: version.answer.map(|(giver, _)| giver.uuid()),
            standing: version.standing.word(),
            must_give: version.must_give.into_iter().map(PersonId::uuid).collect(),
        }
    }
}

impl From<ConsentView> for Consent {
    fn from(view: ConsentView) -> Self {
        let terms = view.terms;
        let waiver = terms.kind == ConsentKind::Waiver;
        let intervention = terms.kind == ConsentKind::Intervention;
        let all = |people: Vec<PersonId>| people.into_iter().map(PersonId::uuid).collect();
        Self {
            id: view.id.uuid(),
            case: view.case.uuid(),
            child: view.child.uuid(),
            kind: terms.kind,
            from_agency: named(terms.from).filter(|_| waiver),
            to_agency: named(terms.to).filter(|_| waiver),
            agency: named(terms.from).filter(|_| !waiver),
            categories: terms.categories.into_iter().collect(),
            covers: view.covers.into_iter().collect(),
            purpose: terms.purpose,
            valid_from: terms.valid_from,
            valid_to: terms.valid_to,
            explained: terms.explained,
            explained_in: terms.explained_in,
            with_assessment: intervention.then_some(terms.with_assessment),
            suitable_because: terms.suitable_because,
            urgent_because: terms.urgent_because,
            far_reaching: intervention.then_some(terms.far_reaching),
            givers: all(view.givers),
            must_give: view.ways.0.into_iter().map(all).collect(),
            answers: view.answers.into_iter().map(GivenAnswer::from).collect(),
            standing: view.standing.word(),
            asked_at: view.asked_at,
            version: view.version,
        }
    }
}

impl From<AnswerView> for GivenAnswer {
    fn from(view: AnswerView) -> Self {
        Self {
            giver: view.given.giver.uuid(),
            by: view.by.map(PersonId::uuid),
            answer: view.given.answer,
            categories: view.given.categories.map(|part| part.into_iter().collect()),
            manner: view.manner,
            language: view.language,
            witness: view.witness,
            evidence: view.evidence,
            reason: view.reason,
            taken_by: view.taken_by.map(|staff| staff.uuid()),
            at: view.given.at,
        }
    }
}
