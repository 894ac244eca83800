//! Consents: asked for, given, refused, withdrawn.

use std::collections::BTreeSet;

use actix_web::{get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer as Answered, Desk};
use super::fault::{Fault, Faults};
use super::field::{Raw, text};
use super::reply;
use crate::access::act::{AnswerConsent, AskConsent, ListConsents, ReadConsent, WithdrawConsent};
use crate::casework;
use crate::domain::category::Category;
use crate::domain::consent::{Answer, Manner};
use crate::domain::ids::{AgencyId, CaseId, ConsentId, PersonId};
use crate::store::{AnswerDraft, AnswerView, ConsentDraft, ConsentView};

/// A waiver of secrecy that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentBody {
    /// Whose secrecy would be lifted.
    #[schema(value_type = Uuid)]
    from_agency: Raw<AgencyId>,
    /// Who would see.
    #[schema(value_type = Uuid)]
    to_agency: Raw<AgencyId>,
    /// For which information.
    #[schema(value_type = Vec<String>, min_items = 1, example = json!(["MED"]))]
    categories: Vec<Raw<Category>>,
    /// For what.
    purpose: String,
    #[schema(value_type = NaiveDate)]
    valid_from: Raw<NaiveDate>,
    #[schema(value_type = NaiveDate)]
    valid_to: Raw<NaiveDate>,
    /// The language it was explained in (BCP 47).
    #[schema(example = "sv")]
    explained_in: String,
}

/// A giver's answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerBody {
    /// Whose answer it is.
    #[schema(value_type = Uuid)]
    giver: Raw<PersonId>,
    /// `given` or `refused`.
    #[schema(value_type = String, example = "given")]
    answer: Raw<Answer>,
    /// `written`, `signed` or `oral_with_witness`.
    #[schema(value_type = String, example = "written")]
    manner: Raw<Manner>,
    /// The language it was explained in to this giver (BCP 47).
    #[schema(example = "sv")]
    language: String,
    /// Who witnessed it, by function. Required when it was given by word of mouth.
    witness: Option<String>,
}

/// A giver's withdrawal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalBody {
    /// Who withdraws.
    #[schema(value_type = Uuid)]
    giver: Raw<PersonId>,
    /// `written`, `signed` or `oral_with_witness`. A withdrawal needs no witness.
    #[schema(value_type = String, example = "signed")]
    manner: Raw<Manner>,
    /// The language that was spoken (BCP 47).
    #[schema(example = "sv")]
    language: String,
}

/// A consent as it stands today.
#[derive(Debug, Serialize, ToSchema)]
pub struct Consent {
    id: Uuid,
    case: Uuid,
    child: Uuid,
    from_agency: Uuid,
    to_agency: Uuid,
    categories: Vec<Category>,
    purpose: String,
    valid_from: NaiveDate,
    valid_to: NaiveDate,
    explained_in: String,
    /// Who must give it.
    givers: Vec<Uuid>,
    answers: Vec<GivenAnswer>,
    /// `binding`, `waiting`, `refused`, `withdrawn`, `not_yet`, `expired` or `lapsed`.
    standing: &'static str,
    version: i64,
}

/// An answer that was given.
#[derive(Debug, Serialize, ToSchema)]
pub struct GivenAnswer {
    giver: Uuid,
    answer: Answer,
    manner: Manner,
    language: String,
    witness: Option<String>,
    /// The member of staff who took it; none when the giver answered in person.
    taken_by: Option<Uuid>,
    at: DateTime<Utc>,
}

/// Records that a waiver of secrecy is asked for, and who must give it.
#[utoipa::path(tag = "consents", responses((status = 201, body = Consent)))]
#[post("/cases/{case}/consents")]
pub async fn ask_consent(desk: Desk, path: web::Path<Uuid>, body: Body<ConsentBody>) -> Answered {
    let case = CaseId::new(path.into_inner());
    let (from, to, draft) = body.value.parse()?;
    desk.perform_once(body.digest, AskConsent { case, from, to }, move |work| {
        let consent = Consent::from(work.ask(&draft)?);
        reply::created(format!("/v1/consents/{}", consent.id), consent.version, &consent)
    })
    .await
}

/// The consents of a case, oldest first.
#[utoipa::path(tag = "consents", responses((status = 200, body = Vec<Consent>)))]
#[get("/cases/{case}/consents")]
pub async fn list_consents(desk: Desk, path: web::Path<Uuid>) -> Answered {
    let case = CaseId::new(path.into_inner());
    let served = desk.perform(ListConsents { case }, |work| work.consents()).await?;
    served.json(|rows| rows.into_iter().map(Consent::from).collect::<Vec<_>>())
}

/// Reads a consent.
#[utoipa::path(tag = "consents", responses((status = 200, body = Consent)))]
#[get("/consents/{consent}")]
pub async fn read_consent(desk: Desk, path: web::Path<Uuid>) -> Answered {
    let consent = ConsentId::new(path.into_inner());
    let served = desk.perform(ReadConsent { consent }, |work| work.read()).await?;
    served.tagged(|view| view.version).json(Consent::from)
}

/// Records that somebody gives or refuses. Refusing is an answer, too.
#[utoipa::path(tag = "consents", responses((status = 200, body = Consent)))]
#[post("/consents/{consent}/answers")]
pub async fn answer_consent(desk: Desk, path: web::Path<Uuid>, body: Body<AnswerBody>) -> Answered {
    let consent = ConsentId::new(path.into_inner());
    let (giver, draft) = body.value.parse()?;
    desk.perform_once(body.digest, AnswerConsent { consent, giver }, move |work| {
        let view = casework::consents::answer(work, &draft)?;
        reply::done(view.version, &Consent::from(view))
    })
    .await
}

/// Takes a consent back. It ends with the next request; what was seen stays on record.
#[utoipa::path(tag = "consents", responses((status = 200, body = Consent)))]
#[post("/consents/{consent}/withdrawals")]
pub async fn withdraw_consent(
    desk: Desk,
    path: web::Path<Uuid>,
    body: Body<WithdrawalBody>,
) -> Answered {
    let consent = ConsentId::new(path.into_inner());
    let (giver, draft) = body.value.parse()?;
    desk.perform_once(body.digest, WithdrawConsent { consent, giver }, move |work| {
        let view = casework::consents::withdraw(work, &draft)?;
        reply::done(view.version, &Consent::from(view))
    })
    .await
}

impl ConsentBody {
    fn parse(&self) -> Result<(AgencyId, AgencyId, ConsentDraft), Faults> {
        let mut faults = Faults::default();
        let from = faults.keep("/from_agency", self.from_agency.read());
        let to = faults.keep("/to_agency", self.to_agency.read());
        let categories = faults.each("/categories", &self.categories, |faults, at, category| {
            faults.keep(at, category.read())
        });
        if self.categories.is_empty() {
            faults.add(Fault::body("/categories", "empty"));
        }
        let purpose = faults.keep("/purpose", text(&self.purpose));
        let valid_from = faults.keep("/valid_from", self.valid_from.read());
        let valid_to = faults.keep("/valid_to", self.valid_to.read());
        if let (Some(first), Some(last)) = (valid_from, valid_to)
            && last < first
        {
            faults.add(Fault::body("/valid_to", "ends_before_it_begins"));
        }
        let explained_in = language("/explained_in", &self.explained_in, &mut faults);
        let draft = || {
            Some(ConsentDraft {
                categories: categories?.into_iter().collect::<BTreeSet<_>>(),
                purpose: purpose?,
                valid_from: valid_from?,
                valid_to: valid_to?,
                explained_in: explained_in?,
            })
        };
        match (from, to, draft()) {
            (Some(from), Some(to), Some(draft)) if faults.is_empty() => Ok((from, to, draft)),
            _ => Err(faults),
        }
    }
}

impl AnswerBody {
    fn parse(&self) -> Result<(PersonId, AnswerDraft), Faults> {
        let mut faults = Faults::default();
        let giver = faults.keep("/giver", self.giver.read());
        let answer = match self.answer.read() {
            // To take back what was given is an act of its own.
            Ok(Answer::Withdrawn) => faults.keep("/answer", Err("unknown_word")),
            read => faults.keep("/answer", read),
        };
        let manner = faults.keep("/manner", self.manner.read());
        let spoken = language("/language", &self.language, &mut faults);
        let witness = faults.keep_optional("/witness", self.witness.as_deref().map(text));
        let draft = || {
            Some(AnswerDraft {
                answer: answer?,
                manner: manner?,
                language: spoken?,
                witness: witness?,
            })
        };
        giver.zip(draft()).ok_or(faults)
    }
}

impl WithdrawalBody {
    fn parse(&self) -> Result<(PersonId, AnswerDraft), Faults> {
        let mut faults = Faults::default();
        let giver = faults.keep("/giver", self.giver.read());
        let manner = faults.keep("/manner", self.manner.read());
        let spoken = language("/language", &self.language, &mut faults);
        let draft = || {
            Some(AnswerDraft {
                answer: Answer::Withdrawn,
                manner: manner?,
                language: spoken?,
                witness: None,
            })
        };
        giver.zip(draft()).ok_or(faults)
    }
}

/// A language tag: letters, digits and hyphens, 2 to 35 of them (RFC 5646 §4.4.1).
fn language(pointer: &str, tag: &str, faults: &mut Faults) -> Option<String> {
    let fits = (2..=35).contains(&tag.len())
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    faults.keep(pointer, if fits { Ok(tag.to_owned()) } else { Err("not_a_language") })
}

impl From<ConsentView> for Consent {
    fn from(view: ConsentView) -> Self {
        Self {
            id: view.id.uuid(),
            case: view.case.uuid(),
            child: view.child.uuid(),
            from_agency: view.terms.from.uuid(),
            to_agency: view.terms.to.uuid(),
            categories: view.terms.categories.into_iter().collect(),
            purpose: view.terms.purpose,
            valid_from: view.terms.valid_from,
            valid_to: view.terms.valid_to,
            explained_in: view.terms.explained_in,
            givers: view.givers.into_iter().map(PersonId::uuid).collect(),
            answers: view.answers.into_iter().map(GivenAnswer::from).collect(),
            standing: view.standing.word(),
            version: view.version,
        }
    }
}

impl From<AnswerView> for GivenAnswer {
    fn from(view: AnswerView) -> Self {
        Self {
            giver: view.given.giver.uuid(),
            answer: view.given.answer,
            manner: view.manner,
            language: view.language,
            witness: view.witness,
            taken_by: view.taken_by.map(|staff| staff.uuid()),
            at: view.given.at,
        }
    }
}
