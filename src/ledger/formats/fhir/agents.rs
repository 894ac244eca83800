//! Who took part: the program that asked, the service, the person, their agency.

use serde_json::{Value, json};

use super::super::deed::{Aim, Event};
use super::super::text::clean;
use super::About;
use super::codes::{
    DCM, PARTICIPATION, PROVENANCE, REASON, ROLE_CLASS, SECURITY_ROLE, concept, reference, unknown,
};
use crate::ledger::words::ActorKind;

/// Everybody who took part.
pub(super) fn agents(about: &About<'_>) -> Vec<Value> {
    let mut agents = programs(about);
    agents.extend(user(about));
    agents.extend(organisation(about));
    agents
}

/// The programs, in the roles that the profile of the event gives them.
fn programs(about: &About<'_>) -> Vec<Value> {
    let source = || concept(DCM, "110153", "Source Role ID");
    let destination = || concept(DCM, "110152", "Destination Role ID");
    let application = || concept(DCM, "110150", "Application");
    if about.decision {
        return vec![client(about, application()), authorizer(about)];
    }
    match about.event {
        Event::Read => vec![client(about, destination()), server(about, source())],
        Event::Query | Event::Create | Event::Update | Event::Ask => {
            vec![client(about, source()), server(about, destination())]
        }
        Event::Delete => vec![
            client(about, application()),
            server(about, concept(PROVENANCE, "custodian", "Custodian")),
        ],
        Event::Disclose => vec![
            server(about, source()),
            recipient(about, destination()),
            client(about, application()),
        ],
        Event::Refuse => vec![client(about, application()), authorizer(about)],
        Event::SignIn => {
            vec![client(about, application()), server(about, destination())]
        }
        Event::Start | Event::Stop => vec![server(about, application())],
    }
}

fn client(about: &About<'_>, role: Value) -> Value {
    let header = about.header();
    let who = match header.client.as_deref().map(clean).filter(|name| !name.trim().is_empty()) {
        Some(name) => json!({ "type": "Device", "identifier": { "value": name } }),
        None => unknown(),
    };
    json!({
        "type": role,
        "who": who,
        "requestor": user_asks(about).is_none(),
        "network": unknown(),
    })
}

fn server(about: &About<'_>, role: Value) -> Value {
    json!({
        "type": role,
        "who": about.server(),
        "requestor": false,
        "network": network(about),
    })
}

fn network(about: &About<'_>) -> Value {
    json!({ "address": clean(about.shown.host()), "type": "1" })
}

fn authorizer(about: &About<'_>) -> Value {
    json!({
        "type": concept(SECURITY_ROLE, "authserver", "authorization server"),
        "who": about.server(),
        "requestor": false,
    })
}

/// To whom something was handed: the audience of a publication; of an export, whoever made it.
fn recipient(about: &About<'_>, role: Value) -> Value {
    let publication = about.record.and_then(|record| record.publication);
    let thing = about.record.filter(|record| record.resource.kind == "Publication");
    let audience = publication
        .map(|publication| publication.uuid())
        .or_else(|| thing.and_then(|record| record.resource.id));
    let who = match (audience, about.header().actor.id) {
        (Some(publication), _) => reference(None, publication, Some("Publication")),
        (None, Some(actor)) => reference(None, actor, None),
        (None, None) => unknown(),
    };
    json!({ "type": role, "who": who, "requestor": false, "network": unknown() })
}

/// The person who asked, if it was one who is known.
fn user_asks(about: &About<'_>) -> Option<uuid::Uuid> {
    match about.header().actor.kind {
        ActorKind::Staff | ActorKind::Citizen | ActorKind::Operator => about.header().actor.id,
        ActorKind::Service | ActorKind::Nobody => None,
    }
}

fn user(about: &About<'_>) -> Option<Value> {
    let actor = &about.header().actor;
    let id = user_asks(about)?;
    let kind = match actor.kind {
        ActorKind::Staff => Some("Practitioner"),
        ActorKind::Citizen | ActorKind::Operator | ActorKind::Service | ActorKind::Nobody => None,
    };
    let role = match about.event {
        _ if about.decision => concept(PARTICIPATION, "IRCP", "information recipient"),
        Event::Create | Event::Update | Event::Delete => {
            concept(PARTICIPATION, "AUT", "author (originator)")
        }
        Event::Read
        | Event::Query
        | Event::Disclose
        | Event::Refuse
        | Event::Ask
        | Event::SignIn
        | Event::Start
        | Event::Stop => concept(PARTICIPATION, "IRCP", "information recipient"),
    };
    let mut user = json!({
        "type": role,
        "who": reference(kind, id, None),
        "requestor": true,
        "purposeOfUse": [purpose(about)],
    });
    if let Some(name) = actor.name.as_deref().map(clean).filter(|name| !name.trim().is_empty()) {
        user["name"] = name.into();
    }
    let account = actor.account.as_deref().map(clean).filter(|name| !name.trim().is_empty());
    if let Some(account) = account.filter(|_| !about.decision) {
        user["altId"] = account.into();
    }
    if let Some(role) = actor.role.as_deref() {
        user["role"] = json!([{ "text": clean(role) }]);
    }
    Some(user)
}

fn organisation(about: &About<'_>) -> Option<Value> {
    let agency = about.header().actor.agency?.uuid();
    Some(json!({
        "type": concept(ROLE_CLASS, "PROV", "healthcare provider"),
        "who": reference(Some("Organization"), agency, about.legend.name(agency)),
        "requestor": false,
    }))
}

/// What it was for: the nearest code, and the actor's own words.
fn purpose(about: &About<'_>) -> Value {
    let mut purpose = match about.aim() {
        Aim::Emergency => concept(REASON, "BTG", "break the glass"),
        Aim::OwnAsking => concept(REASON, "PATRQT", "patient requested"),
        Aim::Review => concept(REASON, "HCOMPL", "health compliance"),
        Aim::Operation => concept(REASON, "HSYSADMIN", "health system administration"),
        Aim::Care => concept(REASON, "TREAT", "treatment"),
        Aim::Coordination => concept(REASON, "COC", "coordination of care"),
    };
    let words = about.header().purpose.as_deref().map(clean);
    if let Some(words) = words.filter(|words| !words.trim().is_empty()) {
        purpose["text"] = words.into();
    }
    purpose
}
