//! Entries as Inera's log service takes them: the element `logs` of
//! `urn:riv:informationsecurity:auditing:log:2` (version 2.0.8 of its description), one `log` for
//! each entry. The structs have the published fields in the published order.
//!
//! A member of staff is called as their issuer calls them, which in health care is an HSA-id. Other
//! identifiers are ours: UUIDs written with 32 hexadecimal digits, which is as long as the schema
//! lets an HSA-id be. Whoever acts for no agency has the word for what they are instead.

use quick_xml::se::Serializer;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::super::LedgerError;
use super::super::canonical::instant_text;
use super::super::entry::{Header, Record};
use super::super::words::Word;
use super::deed::{Aim, Deed, Event, Result};
use super::text::{clean, clip, urn};
use super::{Legend, Shown};

/// The namespace of every element.
const NAMESPACE: &str = "urn:riv:informationsecurity:auditing:log:2";

/// The OID of URIs as identifiers (RFC 3986): the children's pseudonyms are URNs.
const URI_OID: &str = "2.16.840.1.113883.4.873";

/// The longest identifier that the schema takes, in characters.
const ID_CHARS_MAX: usize = 32;

/// The longest short text that the schema takes, in characters.
const CHARS_MAX: usize = 256;

/// The most that is kept of a reason: with everything else it stays below the 8,192 characters that
/// the schema leaves for arguments, however many of its characters must be escaped.
const REASON_CHARS_MAX: usize = 2048;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    log_id: String,
    system: System,
    activity: Activity,
    user: User,
    resources: Resources,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct System {
    system_id: String,
    system_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Activity {
    activity_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    activity_level: Option<String>,
    activity_args: String,
    start_date: String,
    purpose: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User {
    user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    care_provider: CareProvider,
    care_unit: CareUnit,
}

#[derive(Serialize)]
struct Resources {
    resource: Vec<Resource>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    resource_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<Patient>,
    care_provider: CareProvider,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Patient {
    patient_id: Identifier,
}

#[derive(Serialize)]
struct Identifier {
    root: &'static str,
    extension: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CareProvider {
    care_provider_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    care_provider_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CareUnit {
    care_unit_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    care_unit_name: Option<String>,
}

/// What stands before the first entry.
pub fn inera_head() -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<logs xmlns=\"{NAMESPACE}\">\n")
}

/// What stands after the last entry.
pub fn inera_tail() -> String {
    "</logs>\n".to_owned()
}

/// Adds one entry: one `log`, with a resource for each record that the log can read. Tells whether
/// it did: the schema has no place for a sign-in, nor for a server's start or stop.
///
/// # Errors
/// Never for an entry that was read; the XML writer's signature asks for it.
pub fn inera_log(
    shown: &Shown,
    legend: &Legend<'_>,
    out: &mut Vec<u8>,
) -> std::result::Result<bool, LedgerError> {
    let Some(activity_type) = activity_type(attempted(&shown.header, legend)) else {
        return Ok(false);
    };
    let mut text = String::new();
    let log = log(shown, legend, activity_type);
    log.serialize(Serializer::with_root(&mut text, Some("log"))?)?;
    out.extend_from_slice(text.as_bytes());
    out.push(b'\n');
    Ok(true)
}

fn log(shown: &Shown, legend: &Legend<'_>, activity_type: &'static str) -> Log {
    let Shown { header, .. } = shown;
    let resource = shown.each().map(|it| resource(shown, legend, it.map(|(_, record)| record)));
    Log {
        log_id: header.id.to_string(),
        system: System {
            system_id: clip(shown.host(), ID_CHARS_MAX),
            system_name: clip(&shown.leaf.log, CHARS_MAX),
        },
        activity: Activity {
            activity_type,
            activity_level: header.resource.as_ref().map(|it| clip(&it.kind, CHARS_MAX)),
            activity_args: arguments(shown),
            start_date: instant_text(header.at),
            purpose: purpose(Aim::of(header, shown.records.first().map(|(_, record)| record))),
        },
        user: user(header, legend),
        resources: Resources { resource: resource.collect() },
    }
}

/// What was done, or would have been done had it not been refused.
fn attempted(header: &Header, legend: &Legend<'_>) -> Deed {
    match Deed::of(header) {
        Deed::Refuse => {
            (legend.word_of)(&header.act).and_then(Deed::from_word).unwrap_or(Deed::Refuse)
        }
        done => done,
    }
}

/// The schema's word. It has seven; our others go to the nearest of them, and the arguments say
/// what it was. None where nothing is near.
fn activity_type(deed: Deed) -> Option<&'static str> {
    let nearest = match deed {
        Deed::Read | Deed::Search | Deed::Export | Deed::Refuse => Deed::Read,
        Deed::Write | Deed::Share | Deed::Change => Deed::Write,
        Deed::Sign => Deed::Sign,
        Deed::Print => Deed::Print,
        Deed::Attest => Deed::Attest,
        Deed::Erase => Deed::Erase,
        Deed::BreakGlass => Deed::BreakGlass,
        Deed::SignIn | Deed::Start | Deed::Stop => return None,
    };
    Some(nearest.word())
}

fn purpose(aim: Aim) -> &'static str {
    match aim {
        Aim::Emergency | Aim::Care => "Vård och behandling",
        Aim::Review => "Kvalitetssäkring",
        Aim::Operation => "Administration",
        Aim::OwnAsking | Aim::Coordination => "Annan dokumentation enligt lag",
    }
}

/// What came of an act, as a post says it. What comes first here is said of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    Done,
    Asked,
    NotDone,
    Refused,
}

impl Came {
    fn of(header: &Header, record: Option<&Record>) -> Self {
        match (Event::of(header, record), Result::of(header, record)) {
            (_, Result::Refused) => Self::Refused,
            (_, Result::NotDone) => Self::NotDone,
            (Event::Ask, Result::Done) => Self::Asked,
            (_, Result::Done) => Self::Done,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Asked => "asked",
            Self::NotDone => "not_done",
            Self::Refused => "refused",
        }
    }
}

/// What came of the act as a whole: it was done if it was with any of its things.
fn came_of(shown: &Shown) -> Came {
    let each = shown.records.iter().map(|(_, record)| Came::of(&shown.header, Some(record)));
    each.min().unwrap_or_else(|| Came::of(&shown.header, None))
}

/// What the schema has no field for, as JSON.
fn arguments(shown: &Shown) -> String {
    let Shown { leaf, header, .. } = shown;
    let mut arguments = json!({
        "act": clip(&header.act, CHARS_MAX),
        "action": clip(&header.action, CHARS_MAX),
        "decision": header.decision.word(),
        "result": came_of(shown).word(),
        "rules": clip(&header.rules.join(" "), CHARS_MAX),
        "request": clip(&header.request, CHARS_MAX),
        "index": leaf.index,
        "leaf": leaf.hash().to_string(),
        "records": shown.hashes.len(),
        "open": shown.records.len(),
    });
    let texts = [
        ("client", &header.client, CHARS_MAX),
        ("purpose", &header.purpose, CHARS_MAX),
        ("reason", &header.reason, REASON_CHARS_MAX),
    ];
    if let Some(person) = header.on_behalf_of {
        arguments["on_behalf_of"] = urn(person.uuid()).into();
    }
    for (name, text, chars_max) in texts {
        if let Some(text) = text {
            arguments[name] = clip(text, chars_max).into();
        }
    }
    arguments.to_string()
}

fn user(header: &Header, legend: &Legend<'_>) -> User {
    let actor = &header.actor;
    let agency = actor.agency.map(|agency| agency.uuid());
    let unit = actor.unit.map(|unit| unit.uuid()).or(agency);
    let or_kind = |id: Option<Uuid>| id.map_or_else(|| actor.kind.word().to_owned(), digits);
    // Health care's issuers call their staff by HSA-ids; what is no longer than one may be one.
    let account = actor.account.as_deref().map(clean);
    let account = account.filter(|account| (1..=ID_CHARS_MAX).contains(&account.chars().count()));
    User {
        user_id: account.unwrap_or_else(|| or_kind(actor.id)),
        name: actor.name.as_deref().map(|name| clip(name, CHARS_MAX)),
        title: actor.role.as_deref().map(|role| clip(role, CHARS_MAX)),
        care_provider: CareProvider {
            care_provider_id: or_kind(agency),
            care_provider_name: name(legend, agency),
        },
        care_unit: CareUnit { care_unit_id: or_kind(unit), care_unit_name: name(legend, unit) },
    }
}

/// A thing, or the whole act where no thing can be read: then it is the log's own agency's.
fn resource(shown: &Shown, legend: &Legend<'_>, record: Option<&Record>) -> Resource {
    let header = &shown.header;
    let (kind, category, child) = match record {
        Some(record) => (Some(&record.resource.kind), record.category.as_deref(), record.child),
        None => (header.resource.as_ref().map(|resource| &resource.kind), None, header.subject),
    };
    let mut words = vec![kind.map_or(header.act.as_str(), String::as_str)];
    words.extend(category);
    // What didn't come to the same as the whole says so, lest it be counted as an access.
    let came = Came::of(header, record);
    words.extend((came != came_of(shown)).then(|| came.word()));
    let owner = record.map(|record| record.agency).or(header.actor.agency);
    let owner = owner.map(|agency| agency.uuid());
    Resource {
        resource_type: clip(&words.join(" "), CHARS_MAX),
        patient: child.map(|child| Patient {
            patient_id: Identifier { root: URI_OID, extension: urn(child.uuid()) },
        }),
        care_provider: CareProvider {
            care_provider_id: owner.map_or_else(|| header.actor.kind.word().to_owned(), digits),
            care_provider_name: name(legend, owner),
        },
    }
}

fn name(legend: &Legend<'_>, id: Option<Uuid>) -> Option<String> {
    id.and_then(|id| legend.name(id)).map(|name| clip(name, CHARS_MAX))
}

fn digits(id: Uuid) -> String {
    id.simple().to_string()
}
