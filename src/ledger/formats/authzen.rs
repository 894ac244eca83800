//! An entry as the question and the answer of OpenID AuthZEN's Authorization API 1.0: what was
//! asked of the rules and what they said, so that another decision point can be asked the same.
//!
//! Things are called by their ids, children among them by their pseudonyms. The facts that the
//! decision rested on stand in the context of each thing that the log can read.

use serde_json::{Map, Value, json};

use super::super::canonical::instant_text;
use super::super::entry::{Header, Record, Resource};
use super::super::words::{Decision, Effect, Word};
use super::Shown;

/// What an act on a whole, such as the directory, names as its target: AuthZEN wants an id.
const WHOLE: &str = "*";

/// `{"request": …, "response": …}`: an evaluation (§6), or evaluations with one for each record
/// that the log can read (§7).
pub fn authzen(shown: &Shown) -> Value {
    let Shown { header, records, .. } = shown;
    let mut request = json!({
        "subject": subject(header),
        "action": action(header),
        "resource": target(header),
        "context": context(header),
    });
    if records.is_empty() {
        return json!({ "request": request, "response": whole(header) });
    }
    request["evaluations"] = records.iter().map(|(_, record)| question(header, record)).collect();
    let answers: Vec<Value> = records.iter().map(|(_, record)| answer(header, record)).collect();
    json!({ "request": request, "response": { "evaluations": answers } })
}

fn subject(header: &Header) -> Value {
    let actor = &header.actor;
    let kind = actor.kind.word();
    let properties = present([
        ("role", actor.role.as_deref().map(Value::from)),
        ("unit", actor.unit.map(|unit| unit.to_string().into())),
        ("agency", actor.agency.map(|agency| agency.to_string().into())),
        ("assurance", actor.assurance.map(Value::from)),
        ("issuer", actor.issuer.as_deref().map(Value::from)),
        ("account", actor.account.as_deref().map(Value::from)),
        ("on_behalf_of", header.on_behalf_of.map(|person| person.to_string().into())),
    ]);
    let id = actor.id.map_or_else(|| kind.to_owned(), |id| id.to_string());
    json!({ "type": kind, "id": id, "properties": properties })
}

fn action(header: &Header) -> Value {
    json!({ "name": header.act, "properties": { "word": header.action } })
}

fn target(header: &Header) -> Value {
    let properties = present([
        ("child", header.subject.map(|child| child.to_string().into())),
        ("case", header.case.map(|case| case.to_string().into())),
    ]);
    match &header.resource {
        Some(resource) => thing(resource, properties),
        None => json!({ "type": "Service", "id": WHOLE, "properties": properties }),
    }
}

fn thing(resource: &Resource, properties: Value) -> Value {
    let id = resource.id.map_or_else(|| WHOLE.to_owned(), |id| id.to_string());
    json!({ "type": resource.kind, "id": id, "properties": properties })
}

fn context(header: &Header) -> Value {
    present([
        ("time", Some(instant_text(header.at).into())),
        ("request", Some(header.request.as_str().into())),
        ("client", header.client.as_deref().map(Value::from)),
        ("purpose", header.purpose.as_deref().map(Value::from)),
        ("reason", header.reason.as_deref().map(Value::from)),
    ])
}

/// The question about one thing. What it doesn't say is as in the request around it.
fn question(header: &Header, record: &Record) -> Value {
    let properties = present([
        ("owner", Some(record.agency.to_string().into())),
        ("child", record.child.map(|child| child.to_string().into())),
        ("case", record.case.map(|case| case.to_string().into())),
        ("category", record.category.as_deref().map(Value::from)),
    ]);
    let mut context = context(header);
    if let Some(facts) = &record.facts {
        context["facts"] = facts.value().clone();
    }
    if let Some(terms) = &record.terms {
        context["terms"] = terms.value().clone();
    }
    json!({ "resource": thing(&record.resource, properties), "context": context })
}

fn answer(header: &Header, record: &Record) -> Value {
    let reasons = present([
        ("rules", Some(record.rules.clone().into())),
        ("policy", Some(header.policy.as_str().into())),
        ("entry", Some(header.id.to_string().into())),
        ("decision", Some(header.decision.word().into())),
        ("outcome", Some(header.outcome.word().into())),
        ("effect", Some(record.effect.word().into())),
        ("ground", record.ground.as_deref().map(Value::from)),
        ("publication", record.publication.map(|it| it.to_string().into())),
        ("consent", record.consent.map(|it| it.to_string().into())),
    ]);
    json!({ "decision": permitted(header, Some(record)), "context": { "reason": reasons } })
}

/// The answer where the log can read no thing.
fn whole(header: &Header) -> Value {
    let reasons = present([
        ("rules", Some(header.rules.clone().into())),
        ("policy", Some(header.policy.as_str().into())),
        ("entry", Some(header.id.to_string().into())),
        ("decision", Some(header.decision.word().into())),
        ("outcome", Some(header.outcome.word().into())),
        ("status", header.status.map(Value::from)),
    ]);
    json!({ "decision": permitted(header, None), "context": { "reason": reasons } })
}

/// Whether the rules said yes. Of a question that somebody asked about another act, the rules let
/// them ask; a row that was kept from them in a list that they may see was refused.
fn permitted(header: &Header, record: Option<&Record>) -> bool {
    let by_header = match header.decision {
        Decision::Permit | Decision::PermitOverride => true,
        Decision::Deny => false,
    };
    let kept = match record.map(|record| record.effect) {
        Some(Effect::Refused) => header.outcome == super::super::words::Outcome::Done,
        Some(Effect::Shown | Effect::Changed | Effect::Asked) | None => false,
    };
    by_header && !kept
}

/// An object of what is there.
fn present<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let there = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(there.collect::<Map<_, _>>())
}
