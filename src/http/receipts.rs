//! Consent receipts: what somebody takes home as proof of what they said, for machines and on paper.
//!
//! The document has the parts of ISO/IEC TS 27560: the receipt itself, what is processed, who takes
//! part, what happened. It is signed; the public key is at `/.well-known/jwks.json`.
//!
//! **Invariant:** a receipt holds ids, terms and answers, and no name of a private person.

use actix_web::http::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Answer, Desk};
use super::front::Front;
use super::receipt_page;
use crate::access::Language;
use crate::access::act::ReadConsent;
use crate::domain::agency::AgencyKind;
use crate::domain::category::Category;
use crate::domain::consent::{Answer as Said, ConsentKind, Manner};
use crate::domain::ids::{ConsentId, PersonId};
use crate::ledger::ReceiptVerifier;
use crate::store::{AnswerView, ReceiptView, SideView};

/// A receipt, and its signature.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedReceipt {
    receipt: Receipt,
    /// The same receipt as a compact JWS (RFC 7515, Ed25519).
    jws: String,
}

/// A consent receipt (ISO/IEC TS 27560).
#[derive(Debug, Serialize, ToSchema)]
pub struct Receipt {
    /// The shape that it follows.
    pub(super) schema_version: &'static str,
    /// The consent, and the version of it that this tells of.
    pub(super) record_id: String,
    /// Whom the information is about: the child's id, which tells nobody who it is.
    pub(super) pii_principal_id: Uuid,
    pub(super) jurisdiction: &'static str,
    /// Who issued the receipt.
    pub(super) issuer: String,
    pub(super) issued_at: DateTime<Utc>,
    pub(super) processing: Processing,
    pub(super) parties: Vec<Party>,
    pub(super) events: Vec<Event>,
    /// Whether it bound when the receipt was issued, in a word as the consent has it.
    pub(super) standing: &'static str,
    pub(super) withdrawal: Withdrawal,
}

/// What was consented to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Processing {
    /// `waiver`, `plan` or `intervention`.
    pub(super) kind: ConsentKind,
    /// The law that asks for the consent. It is no ground of the GDPR.
    pub(super) law: &'static str,
    pub(super) purpose: String,
    /// What was explained, and in which language (BCP 47).
    pub(super) explained: String,
    pub(super) explained_in: String,
    /// What was asked for.
    pub(super) pii_categories: Vec<Category>,
    /// What all who gave it have given.
    pub(super) covers: Vec<Category>,
    pub(super) valid_from: NaiveDate,
    pub(super) valid_to: NaiveDate,
}

/// One side.
#[derive(Debug, Serialize, ToSchema)]
pub struct Party {
    /// `discloses`, `receives` or `answers_for`.
    pub(super) role: &'static str,
    /// What kind of body it is.
    pub(super) kind: AgencyKind,
    /// Not told where the child's whereabouts are kept.
    pub(super) id: Option<Uuid>,
    pub(super) name: Option<String>,
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    pub(super) at: DateTime<Utc>,
    /// `given`, `refused`, `withdrawn` or `unreachable`.
    pub(super) event: Said,
    /// Whose answer it is.
    pub(super) giver: Uuid,
    /// Who answered in their place, by a power.
    pub(super) by: Option<Uuid>,
    pub(super) manner: Option<Manner>,
    /// In which language it was explained to them (BCP 47).
    pub(super) language: Option<String>,
    /// For which of the categories; all when none are named.
    pub(super) categories: Option<Vec<Category>>,
    /// Where the signed paper or file is kept.
    pub(super) evidence: Option<String>,
}

/// How to take it back.
#[derive(Debug, Serialize, ToSchema)]
pub struct Withdrawal {
    /// At any time, through any agency that takes part; or here, by whoever gave it.
    method: &'static str,
    address: String,
}

/// A consent's receipt, signed: JSON, or a page to print where `text/html` is asked for.
#[utoipa::path(
    tag = "consents",
    responses((status = 200, body = SignedReceipt, description = "Also as `text/html`."))
)]
#[get("/consents/{consent}/receipt")]
pub async fn read_receipt(
    desk: Desk,
    front: web::Data<Front>,
    request: HttpRequest,
    path: web::Path<Uuid>,
) -> Answer {
    let consent = ConsentId::new(path.into_inner());
    let (asked, host) = (desk.language(), front.host.clone());
    let as_page = wants_page(request.headers());
    let served = desk.perform(ReadConsent { consent }, move |work| {
        if as_page {
            work.prints();
        }
        work.receipt()
    });
    let served = served.await?;
    served.answer(|view| {
        let language = language_of_reader(&view).unwrap_or(asked);
        let receipt = Receipt::of(view, host);
        let told = serde_json::to_value(&receipt).unwrap_or(Value::Null);
        let jws = front.receipts.sign(&told);
        if as_page {
            let page = receipt_page::page(&receipt, &jws, language);
            let kind = (CONTENT_TYPE, "text/html; charset=utf-8");
            return HttpResponse::Ok().insert_header(kind).body(page);
        }
        HttpResponse::Ok().json(SignedReceipt { receipt, jws })
    })
}

/// The public keys with which receipts can be checked (RFC 7517).
#[utoipa::path(tag = "consents", responses((status = 200, body = Value)))]
#[get("/.well-known/jwks.json")]
pub async fn read_keys(front: web::Data<Front>) -> HttpResponse {
    let earlier = front.earlier_receipts.iter();
    let keys = std::iter::once(front.receipts.verifier()).chain(earlier);
    HttpResponse::Ok().json(json!({ "keys": keys.map(ReceiptVerifier::jwk).collect::<Vec<_>>() }))
}

impl Receipt {
    fn of(view: ReceiptView, issuer: String) -> Self {
        let ReceiptView { consent, from, to, reader: _, at } = view;
        let terms = consent.terms;
        let parties = match terms.kind {
            ConsentKind::Waiver => {
                vec![Party::of("discloses", from), Party::of("receives", to)]
            }
            ConsentKind::Plan | ConsentKind::Intervention => vec![Party::of("answers_for", from)],
        };
        Self {
            schema_version: "ISO/IEC TS 27560:2023",
            record_id: format!("urn:uuid:{}?version={}", consent.id, consent.version),
            pii_principal_id: consent.child.uuid(),
            jurisdiction: "SE",
            issuer,
            issued_at: at,
            processing: Processing {
                kind: terms.kind,
                law: match terms.kind {
                    ConsentKind::Waiver => "OSL 10:1, 12:2, 12:3",
                    ConsentKind::Plan => "SoL 10:8; HSL 16:4",
                    ConsentKind::Intervention => "SoL 21:1, 21:2",
                },
                purpose: terms.purpose,
                explained: terms.explained,
                explained_in: terms.explained_in,
                pii_categories: terms.categories.into_iter().collect(),
                covers: consent.covers.into_iter().collect(),
                valid_from: terms.valid_from,
                valid_to: terms.valid_to,
            },
            parties,
            events: consent.answers.into_iter().map(Event::of).collect(),
            standing: consent.standing.word(),
            withdrawal: Withdrawal {
                method: "POST",
                address: format!("/v1/consents/{}/withdrawals", consent.id),
            },
        }
    }
}

impl Party {
    fn of(role: &'static str, side: SideView) -> Self {
        let (id, name) = side.named.unzip();
        Self { role, kind: side.kind, id: id.map(|id| id.uuid()), name }
    }
}

impl Event {
    fn of(answer: AnswerView) -> Self {
        Self {
            at: answer.given.at,
            event: answer.given.answer,
            giver: answer.given.giver.uuid(),
            by: answer.by.map(PersonId::uuid),
            manner: answer.manner,
            language: answer.language,
            categories: answer.given.categories.map(|parts| parts.into_iter().collect()),
            evidence: answer.evidence,
        }
    }
}

/// The language in which it was explained to the reader, when there are texts in it.
fn language_of_reader(view: &ReceiptView) -> Option<Language> {
    let own = |answer: &&AnswerView| Some(answer.given.giver) == view.reader;
    let answer = view.consent.answers.iter().rev().find(own)?;
    match answer.language.as_deref()?.split('-').next()? {
        "sv" => Some(Language::Swedish),
        "en" => Some(Language::English),
        _ => None,
    }
}

/// Whether the caller names `text/html` and not JSON (RFC 9110 §12.5.1).
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.contains("text/html") && !accepted.contains("application/json")
}
