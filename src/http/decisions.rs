//! Why something was decided as it was: an entry of the ledger, told to whom may see it.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Answer, Desk};
use super::field::named;
use super::rule_view::RuleView;
use crate::access::act::ReadDecision;
use crate::access::{Language, Policy};
use crate::domain::ids::EntryId;
use crate::ledger::{ActorMark, Record, Resource, Word as _};
use crate::store::DecisionView;

/// A decision, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Decision {
    /// Its entry in the ledger.
    id: Uuid,
    /// When it was made.
    at: DateTime<Utc>,
    /// What was asked for.
    #[schema(example = "ReadItem")]
    act: String,
    /// The same as audit logs say it.
    #[schema(example = "Läsa")]
    action: String,
    /// `permit`, `permit_override` (by an emergency opening alone) or `deny`.
    decision: &'static str,
    /// `done`, `refused` or `not_done`.
    outcome: &'static str,
    /// The rules that decided, as whoever acted was told.
    rules: Vec<RuleView>,
    /// The digest of the rules that decided.
    policy: String,
    /// Whether these are the rules in force. If not, the words may be other ones now.
    policy_in_force: bool,
    actor: DecisionActor,
    /// The request, as in `X-Request-Id`.
    request: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The child that it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    child: Option<Uuid>,
    /// The case that it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<Uuid>,
    /// What it aimed at.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<DecisionTarget>,
    /// `actor` or `auditor`: in which capacity it is shown.
    shown_as: &'static str,
    /// What it did to each thing, as far as the reader may know.
    records: Vec<DecisionRecord>,
}

/// Who acted, as known at that moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionActor {
    /// `staff`, `citizen`, `operator`, `service` or `nobody`.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<Uuid>,
    /// The level of assurance of the sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    assurance: Option<u8>,
}

/// A thing that an act aims at. Of a question about an act, `kind` is that act.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionTarget {
    #[schema(example = "Item")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
}

/// What an act did to one thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionRecord {
    /// The agency that owns the thing. It is kept from whom a family's whereabouts are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<Uuid>,
    target: DecisionTarget,
    /// `shown`, `changed`, `refused` or `asked`.
    effect: &'static str,
    /// The rules that decided about this thing.
    rules: Vec<RuleView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    child: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// The legal ground.
    #[serde(skip_serializing_if = "Option::is_none")]
    ground: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publication: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<Uuid>,
    /// The facts that it rested on, for auditors: what the rules saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    facts: Option<Value>,
}

/// Why something was decided as it was, for whoever acted and for the auditors of the agencies in
/// whose logs it stands.
#[utoipa::path(tag = "logs", responses((status = 200, body = Decision)))]
#[get("/decisions/{entry}")]
pub async fn read_decision(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let entry = EntryId::new(path.into_inner());
    let served = desk.perform(ReadDecision { entry }, |work| work.decision()).await?;
    let (policy, language) = (desk.store().policy(), desk.language());
    served.in_language(language).json(|view| Decision::of(view, policy, language))
}

impl Decision {
    fn of(view: DecisionView, policy: &Policy, language: Language) -> Self {
        let DecisionView { header, records, own, in_force } = view;
        Self {
            id: header.id.uuid(),
            at: header.at,
            act: header.act,
            action: header.action,
            decision: header.decision.word(),
            outcome: header.outcome.word(),
            rules: RuleView::all(&header.rules, policy, language),
            policy: header.policy,
            policy_in_force: in_force,
            actor: header.actor.into(),
            request: header.request,
            purpose: header.purpose,
            reason: header.reason,
            child: header.subject.map(|child| child.uuid()),
            case: header.case.map(|case| case.uuid()),
            target: header.resource.map(DecisionTarget::from),
            shown_as: if own { "actor" } else { "auditor" },
            records: records
                .into_iter()
                .map(|record| DecisionRecord::of(record, policy, language))
                .collect(),
        }
    }
}

impl DecisionRecord {
    fn of(record: Record, policy: &Policy, language: Language) -> Self {
        Self {
            agency: named(record.agency),
            target: record.resource.into(),
            effect: record.effect.word(),
            rules: RuleView::all(&record.rules, policy, language),
            child: record.child.map(|child| child.uuid()),
            case: record.case.map(|case| case.uuid()),
            category: record.category,
            ground: record.ground,
            publication: record.publication.map(|publication| publication.uuid()),
            consent: record.consent.map(|consent| consent.uuid()),
            facts: record.facts.map(|facts| facts.value().clone()),
        }
    }
}

impl From<ActorMark> for DecisionActor {
    fn from(actor: ActorMark) -> Self {
        Self {
            kind: actor.kind.word(),
            id: actor.id,
            name: actor.name,
            role: actor.role,
            unit: actor.unit.map(|unit| unit.uuid()),
            agency: actor.agency.map(|agency| agency.uuid()),
            assurance: actor.assurance,
        }
    }
}

impl From<Resource> for DecisionTarget {
    fn from(resource: Resource) -> Self {
        Self { kind: resource.kind, id: resource.id }
    }
}
