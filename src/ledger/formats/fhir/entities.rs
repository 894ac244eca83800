//! What an event was about: the child, the thing, the request, the entry with its decision.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::super::deed::Event;
use super::super::text::{clean, urn};
use super::About;
use super::codes::{BALP_ENTITY, ENTITY, RESOURCE, ROLE, coding, reference};
use crate::ledger::words::Word;

/// Everything that the event was about.
pub(super) fn entities(about: &About<'_>) -> Vec<Value> {
    let mut entities: Vec<Value> = patient(about).into_iter().collect();
    if about.decision {
        // BALP closes this list after the consent, so the entry is told of there.
        entities.extend(consent(about));
        return entities;
    }
    entities.push(match about.event {
        Event::Query => query(about),
        Event::Read
        | Event::Create
        | Event::Update
        | Event::Delete
        | Event::Disclose
        | Event::Refuse
        | Event::Ask
        | Event::SignIn
        | Event::Start
        | Event::Stop => data(about),
    });
    entities.extend(request(about));
    entities.push(entry(about));
    entities
}

/// The child, by its pseudonym.
fn patient(about: &About<'_>) -> Option<Value> {
    let child = about.child()?.uuid();
    Some(json!({
        "what": reference(Some("Patient"), child, None),
        "type": coding(ENTITY, "1", "Person"),
        "role": coding(ROLE, "1", "Patient"),
    }))
}

/// The thing, or what the act was aimed at.
fn data(about: &About<'_>) -> Value {
    let aimed = about.header().resource.as_ref();
    let thing = about.record.map(|record| &record.resource).or(aimed);
    let what = match thing {
        Some(thing) => match thing.id {
            Some(id) => reference(None, id, Some(&thing.kind)),
            None => json!({ "display": clean(&thing.kind) }),
        },
        None => json!({ "display": clean(&about.header().act) }),
    };
    json!({
        "what": what,
        "type": coding(ENTITY, "2", "System Object"),
        "role": coding(ROLE, "4", "Domain Resource"),
    })
}

/// The search: its act, and its terms where the log can read them. An identity number is a keyed
/// digest among them.
fn query(about: &About<'_>) -> Value {
    let mut query = json!({ "act": about.header().act });
    if let Some(terms) = about.record.and_then(|record| record.terms.as_ref()) {
        query["terms"] = terms.value().clone();
    }
    json!({
        "type": coding(ENTITY, "2", "System Object"),
        "role": coding(ROLE, "24", "Query"),
        "query": BASE64.encode(query.to_string()),
    })
}

fn request(about: &About<'_>) -> Option<Value> {
    let request = clean(&about.header().request);
    (!request.trim().is_empty()).then(|| {
        json!({
            "what": { "identifier": { "value": request } },
            "type": coding(BALP_ENTITY, "XrequestId", "XrequestId"),
        })
    })
}

fn consent(about: &About<'_>) -> Option<Value> {
    let consent = about.record?.consent?.uuid();
    Some(json!({
        "what": reference(Some("Consent"), consent, None),
        "type": coding(RESOURCE, "Consent", "Consent"),
        "detail": details(about),
    }))
}

/// The entry itself, with what the form has no other place for.
fn entry(about: &About<'_>) -> Value {
    json!({
        "what": reference(None, about.header().id.uuid(), Some("Entry")),
        "type": coding(ENTITY, "4", "Other"),
        "role": coding(ROLE, "13", "Security Resource"),
        "detail": details(about),
    })
}

fn details(about: &About<'_>) -> Vec<Value> {
    let (shown, header, record) = (about.shown, about.header(), about.record);
    let uuid = |id: Option<uuid::Uuid>| id.map(urn);
    let mut details = vec![
        ("entry", Some(urn(header.id.uuid()))),
        ("index", Some(shown.leaf.index.to_string())),
        ("leaf", Some(shown.leaf.hash().to_string())),
        ("act", Some(header.act.clone())),
        ("action", Some(header.action.clone())),
        ("decision", Some(header.decision.word().to_owned())),
        ("outcome", Some(header.outcome.word().to_owned())),
        ("policy", Some(header.policy.clone())),
    ];
    details.extend(about.rules().iter().map(|rule| ("rule", Some(rule.clone()))));
    details.extend([
        ("effect", record.map(|record| record.effect.word().to_owned())),
        ("thing", record.map(|record| record.resource.kind.clone())),
        ("thing_id", uuid(record.and_then(|record| record.resource.id))),
        ("category", record.and_then(|record| record.category.clone())),
        ("ground", record.and_then(|record| record.ground.clone())),
        ("owner", uuid(record.map(|record| record.agency.uuid()))),
        ("case", uuid(record.map_or(header.case, |record| record.case).map(|it| it.uuid()))),
        ("publication", uuid(record.and_then(|it| it.publication).map(|it| it.uuid()))),
        ("consent", uuid(record.and_then(|it| it.consent).map(|it| it.uuid()))),
        ("unit", uuid(header.actor.unit.map(|unit| unit.uuid()))),
        ("assurance", header.actor.assurance.map(|level| level.to_string())),
        ("issuer", header.actor.issuer.clone()),
        ("reason", header.reason.clone()),
        ("status", header.status.map(|status| status.to_string())),
        ("on_behalf_of", uuid(header.on_behalf_of.map(|person| person.uuid()))),
        ("settings", header.settings.clone()),
        ("terms", record.and_then(|it| it.terms.as_ref()).map(|terms| terms.value().to_string())),
        ("records", Some(shown.hashes.len().to_string())),
        ("records_open", Some(shown.records.len().to_string())),
    ]);
    let told = |(name, text): (&str, Option<String>)| {
        let text = text.map(|text| clean(&text)).filter(|text| !text.trim().is_empty())?;
        Some(json!({ "type": name, "valueString": text }))
    };
    details.into_iter().filter_map(told).collect()
}
