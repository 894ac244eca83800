//! Disposal of what an agency's log tells, when its time has run out.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::fault::Faults;
use super::field::{Raw, text};
use crate::access::act::{DisposeLog, ListDisposals};
use crate::clock::Instant;
use crate::domain::ids::AgencyId;
use crate::store::{DISPOSED_CLASS, Disposal, Disposed};

/// What is disposed of, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisposalDraft {
    /// Everything that was entered before then. It is refused if the agency keeps that still.
    #[schema(value_type = String, format = DateTime)]
    before: Raw<Instant>,
    /// Why, such as the decision that it rests on.
    reason: String,
}

/// A receipt of disposal: what, how much, by which rule, when. Nothing of what it told.
#[derive(Debug, Serialize, ToSchema)]
pub struct DisposalReceipt {
    /// The entry that tells of it; the leaves that are left name it.
    id: Uuid,
    agency: Uuid,
    /// `access_log`.
    class: &'static str,
    /// What had been entered before then.
    before: DateTime<Utc>,
    /// The first leaf in the log, counted from 0.
    first: u64,
    /// One past the last.
    end: u64,
    /// How many entries.
    count: u64,
    /// The rule: for how many years the agency keeps what its log tells.
    years: u32,
    reason: String,
    at: DateTime<Utc>,
}

/// A disposal that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct DisposalMade {
    receipt: DisposalReceipt,
    /// How many entries were erased altogether. The others still stand in another agency's log.
    erased: u64,
    /// Whether more of the same waits: only so much is done at once.
    more: bool,
}

/// What was disposed of in a log, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Disposals {
    disposals: Vec<DisposalReceipt>,
}

/// Disposes of what an agency's log tells from before a day. The places of the entries stay, so that
/// what remains can be proved.
#[utoipa::path(tag = "logs", responses((status = 200, body = DisposalMade)))]
#[post("/logs/{agency}/disposals")]
pub async fn dispose(desk: Desk, path: web::Path<Uuid>, body: Body<DisposalDraft>) -> Answer {
    let agency = AgencyId::new(path.into_inner());
    let (before, reason) = body.value.parse()?;
    let desk = desk.with_reason(reason.clone());
    desk.perform(DisposeLog { agency }, move |work| work.dispose(before, &reason))
        .await?
        .json(DisposalMade::from)
}

/// What was disposed of in an agency's log.
#[utoipa::path(tag = "logs", responses((status = 200, body = Disposals)))]
#[get("/logs/{agency}/disposals")]
pub async fn list_disposals(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let agency = AgencyId::new(path.into_inner());
    let served = desk.perform(ListDisposals { agency }, |work| work.disposals()).await?;
    served.json(|disposals| Disposals {
        disposals: disposals.into_iter().map(DisposalReceipt::from).collect(),
    })
}

impl DisposalDraft {
    fn parse(&self) -> Result<(Instant, String), Faults> {
        let mut faults = Faults::default();
        let before = faults.keep("/before", self.before.read());
        let reason = faults.keep("/reason", text(&self.reason));
        match (before, reason) {
            (Some(before), Some(reason)) if faults.is_empty() => Ok((before, reason)),
            _ => Err(faults),
        }
    }
}

impl From<Disposal> for DisposalReceipt {
    fn from(disposal: Disposal) -> Self {
        Self {
            id: disposal.entry.uuid(),
            agency: disposal.agency.uuid(),
            class: DISPOSED_CLASS,
            before: disposal.before,
            first: disposal.first,
            end: disposal.end,
            count: disposal.end - disposal.first,
            years: disposal.years,
            reason: disposal.reason,
            at: disposal.at,
        }
    }
}

impl From<Disposed> for DisposalMade {
    fn from(disposed: Disposed) -> Self {
        let Disposed { disposal, erased, more } = disposed;
        Self { receipt: disposal.into(), erased, more }
    }
}
