//! Whether the service is alive, and whether it can work. Outside the ledger, and so it shows
//! nothing of anybody.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::front::Front;

/// Whether the service can work.
#[derive(Serialize, ToSchema)]
struct Readiness {
    /// The database answers.
    database: bool,
    /// What happens can be recorded.
    ledger: bool,
    /// The sign-in services. One that is down keeps only its own people out, so it does not count.
    issuers: Vec<IssuerReadiness>,
}

/// Whether tokens of a sign-in service can be checked.
#[derive(Serialize, ToSchema)]
struct IssuerReadiness {
    /// What the operator calls it.
    name: String,
    /// Its keys are held.
    ready: bool,
}

/// Whether the process answers.
#[utoipa::path(tag = "health", responses((status = 204, description = "It does.")))]
#[get("/health/live")]
pub async fn live() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// Whether the service can work.
#[utoipa::path(
    tag = "health",
    responses(
        (status = 200, description = "It can.", body = Readiness),
        (status = 503, description = "It can't: database or ledger is missing.", body = Readiness),
    ),
)]
#[get("/health/ready")]
pub async fn ready(front: web::Data<Front>) -> HttpResponse {
    let store = front.store.ready().await;
    let issuers = front
        .identity
        .ready(front.clock.now())
        .into_iter()
        .map(|issuer| IssuerReadiness { name: issuer.name, ready: issuer.keys > 0 })
        .collect();
    let status = if store.database && store.ledger {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let view = Readiness { database: store.database, ledger: store.ledger, issuers };
    HttpResponse::build(status).json(view)
}
