//! Entries as FHIR R4 AuditEvents after IHE's Basic Audit Log Patterns (BALP 1.1), one line of JSON
//! each. One event for each record that the log can read, so that each has one patient; one for
//! an entry of which no record can be read; and one more, of the decision, where consent gave leave.
//!
//! An event names the profile that it follows. BALP has none for a refusal without consent, for
//! what was allowed and not done, for a question and for a sign-in; they have its form as far as
//! it goes. What isn't known has the extension that says so (data-absent-reason).

use serde_json::{Value, json};

use super::super::canonical::instant_text;
use super::super::entry::{Header, Record};
use super::super::merkle::Hash;
use super::deed::{Aim, Event, Result};
use super::text::clean;
use super::{Legend, Shown};
use crate::domain::ids::ChildId;

use agents::agents;
use codes::{DCM, coding};
use entities::entities;

mod agents;
mod codes;
mod entities;

/// Where BALP's profiles have their names.
const BALP: &str = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.";

/// What an event is about: an entry, or one of its records, or what consent decided of it.
#[derive(Clone, Copy, Debug)]
struct About<'a> {
    shown: &'a Shown,
    legend: &'a Legend<'a>,
    /// The record's place; none for the entry as a whole.
    place: Option<u32>,
    record: Option<&'a Record>,
    event: Event,
    result: Result,
    /// Whether this is the event of the decision, not of what was done.
    decision: bool,
}

/// Adds an entry's events to `out`, each ended by a line feed.
pub fn fhir_lines(shown: &Shown, legend: &Legend<'_>, out: &mut Vec<u8>) {
    for place_and_record in shown.each() {
        let place = place_and_record.map(|(place, _)| *place);
        let record = place_and_record.map(|(_, record)| record);
        let about = About {
            shown,
            legend,
            place,
            record,
            event: Event::of(&shown.header, record),
            result: Result::of(&shown.header, record),
            decision: false,
        };
        if about.by_consent() {
            line(&About { decision: true, ..about }, out);
        }
        line(&about, out);
    }
}

fn line(about: &About<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(event(about).to_string().as_bytes());
    out.push(b'\n');
}

fn event(about: &About<'_>) -> Value {
    let Shown { header, leaf, .. } = about.shown;
    let (kind, subtype, action) = what(about);
    let mut event = json!({
        "resourceType": "AuditEvent",
        "id": about.id(),
        "type": kind,
        "subtype": [subtype],
        "action": action,
        "recorded": instant_text(header.at),
        "outcome": outcome(about.result),
        "agent": agents(about),
        "source": {
            "site": clean(&leaf.log),
            "observer": about.server(),
            "type": [coding(codes::SOURCE, "4", "Application Server")],
        },
        "entity": entities(about),
    });
    if let Some(profile) = profile(about) {
        event["meta"] = json!({ "profile": [format!("{BALP}{profile}")] });
    }
    if let Some(why) = why(about) {
        event["outcomeDesc"] = why.into();
    }
    event
}

/// Its type, its subtype and its action.
fn what(about: &About<'_>) -> (Value, Value, &'static str) {
    let rest = || coding(codes::TYPE, "rest", "RESTful Operation");
    let interaction = |code, display| coding(codes::INTERACTION, code, display);
    let alert = || coding(DCM, "110113", "Security Alert");
    if about.decision {
        return (alert(), coding(codes::AUTHZ, "AuthZ-Consent", "AuthZ-Consent"), "E");
    }
    match about.event {
        Event::Read => (rest(), interaction("read", "read"), "R"),
        Event::Query => (rest(), interaction("search", "search"), "E"),
        Event::Create => (rest(), interaction("create", "create"), "C"),
        Event::Update => (rest(), interaction("update", "update"), "U"),
        Event::Delete => (rest(), interaction("delete", "delete"), "D"),
        Event::Ask => (rest(), interaction("operation", "operation"), "E"),
        Event::Disclose => (
            coding(DCM, "110106", "Export"),
            coding(codes::LIFECYCLE, "disclose", "Disclose Record Lifecycle Event"),
            "R",
        ),
        Event::Refuse => (alert(), coding(codes::AUTHZ, "AuthZ-Role", "AuthZ-Role"), "E"),
        Event::SignIn => {
            (coding(DCM, "110114", "User Authentication"), coding(DCM, "110122", "Login"), "E")
        }
        Event::Start => (
            coding(DCM, "110100", "Application Activity"),
            coding(DCM, "110120", "Application Start"),
            "E",
        ),
        Event::Stop => (
            coding(DCM, "110100", "Application Activity"),
            coding(DCM, "110121", "Application Stop"),
            "E",
        ),
    }
}

/// 0: success. 4: it was allowed and didn't come off. 8: it was refused.
fn outcome(result: Result) -> &'static str {
    match result {
        Result::Done => "0",
        Result::NotDone => "4",
        Result::Refused => "8",
    }
}

/// Why it came to that, in the rules' names.
fn why(about: &About<'_>) -> Option<String> {
    let rules = clean(&about.rules().join(" "));
    match about.result {
        Result::Done if about.decision => Some(format!("permit: {rules}")),
        Result::Done => None,
        Result::NotDone => Some("permit, not done".to_owned()),
        Result::Refused if rules.is_empty() => Some("deny".to_owned()),
        Result::Refused => Some(format!("deny: {rules}")),
    }
}

/// The profile that the event follows, if BALP has one for it.
fn profile(about: &About<'_>) -> Option<&'static str> {
    let patient = about.child().is_some();
    if about.result != Result::Done {
        return None;
    }
    if about.decision {
        return Some("AuthZconsent");
    }
    match (about.event, patient) {
        (Event::Read, true) => Some("PatientRead"),
        (Event::Read, false) => Some("Read"),
        (Event::Query, true) => Some("PatientQuery"),
        (Event::Query, false) => Some("Query"),
        (Event::Create, true) => Some("PatientCreate"),
        (Event::Create, false) => Some("Create"),
        (Event::Update, true) => Some("PatientUpdate"),
        (Event::Update, false) => Some("Update"),
        (Event::Delete, true) => Some("PatientDelete"),
        (Event::Delete, false) => Some("Delete"),
        (Event::Disclose, true) => Some("PrivacyDisclosure.Source"),
        (
            Event::Disclose
            | Event::Refuse
            | Event::Ask
            | Event::SignIn
            | Event::Start
            | Event::Stop,
            _,
        ) => None,
    }
}

impl About<'_> {
    /// The same for the same event in every export: made of the entry's id and the record's place.
    fn id(&self) -> String {
        let place = self.place.map_or_else(|| "-".to_owned(), |place| place.to_string());
        let which = if self.decision { "decision" } else { "event" };
        let seed = format!("AuditEvent {} {place} {which}", self.shown.header.id);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&Hash::of(seed.as_bytes()).bytes()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
    }

    /// Whether consent gave leave: then the decision is an event of its own. BALP wants to know
    /// whose consent it was and who asked.
    fn by_consent(&self) -> bool {
        self.result == Result::Done
            && self.record.is_some_and(|record| record.consent.is_some() && record.child.is_some())
            && self.shown.header.actor.id.is_some()
            && self.shown.header.actor.agency.is_some()
    }

    fn header(&self) -> &Header {
        &self.shown.header
    }

    fn child(&self) -> Option<ChildId> {
        match self.record {
            Some(record) => record.child,
            None => self.header().subject,
        }
    }

    fn rules(&self) -> &[String] {
        self.record.map_or(&self.header().rules, |record| &record.rules)
    }

    fn aim(&self) -> Aim {
        Aim::of(self.header(), self.record)
    }

    /// The service itself.
    fn server(&self) -> Value {
        json!({ "type": "Device", "identifier": { "value": clean(self.shown.host()) } })
    }
}
