//! Consents: asked for, given, refused, withdrawn.

use actix_web::{get, post, web};
use uuid::Uuid;

use super::body::Body;
use super::consent_bodies::{AnswerBody, ConsentBody, WithdrawalBody};
use super::consent_view::{Consent, Version};
use super::desk::{Answer as Answered, Desk};
use super::paging::{PageQuery, Paging};
use super::reply;
use crate::access::act::{
    AnswerConsent, AskConsent, ListConsents, ListOwnConsents, ReadConsent, WithdrawConsent,
};
use crate::casework;
use crate::domain::ids::{CaseId, ConsentId};

/// Records that a consent is asked for, and who must give it.
#[utoipa::path(tag = "consents", responses((status = 201, body = Consent)))]
#[post("/cases/{case}/consents")]
pub async fn ask_consent(desk: Desk, path: web::Path<Uuid>, body: Body<ConsentBody>) -> Answered {
    let case = CaseId::new(path.into_inner());
    let terms = body.value.parse()?;
    desk.perform_once(body.digest, AskConsent { case, kind: terms.kind }, move |work| {
        let consent = Consent::from(work.ask(&terms)?);
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

/// The consent's history: each version as it stood, oldest first. Versions never change.
#[utoipa::path(tag = "consents", responses((status = 200, body = Vec<Version>)))]
#[get("/consents/{consent}/versions")]
pub async fn list_consent_versions(desk: Desk, path: web::Path<Uuid>) -> Answered {
    let consent = ConsentId::new(path.into_inner());
    let served = desk.perform(ReadConsent { consent }, |work| work.versions()).await?;
    served.json(|rows| rows.into_iter().map(Version::from).collect::<Vec<_>>())
}

/// The consents that concern oneself: as child, as guardian, or by a power; oldest first.
#[utoipa::path(
    tag = "consents", params(PageQuery), responses((status = 200, body = Vec<Consent>))
)]
#[get("/me/consents")]
pub async fn list_own_consents(desk: Desk, paging: Paging) -> Answered {
    let page = paging.page();
    let served = desk.perform(ListOwnConsents {}, move |work| work.consents(page)).await?;
    served.page(&paging, |row| row.id.uuid(), Consent::from)
}

/// Takes a consent back. It ends with the next request; what was seen stays on record. Whoever
/// takes it down for the giver and may not read the consent is shown nothing of it.
#[utoipa::path(tag = "consents", responses(
    (status = 200, body = Consent), (status = 204, description = "Withdrawn; nothing to show.")
))]
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
        if work.may_read()? {
            reply::done(view.version, &Consent::from(view))
        } else {
            Ok(reply::nothing())
        }
    })
    .await
}
