//! What the forms of an entry look like to others: every act, every way an entry can end, every
//! kind of actor, and texts that are hard to write.
//!
//! The programs that read them, `node` with the packages of `scripts/validators` and `xmllint`,
//! must be there where `SAMSYN_VALIDATORS_REQUIRED` is set; elsewhere their absence is said aloud.

mod csv_cells;
mod inera_posts;
mod sample;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use samsyn::access::act;
use samsyn::ledger::{Deed, Legend, Shown, Word as _, authzen, fhir_lines};
use serde_json::{Value, json};

use sample::{entries, names};

/// Everything the forms are tried on.
fn each(mut look: impl FnMut(&Shown, &Legend<'_>)) {
    static ENTRIES: LazyLock<Vec<Shown>> = LazyLock::new(entries);
    let names = names();
    let legend = Legend { names: &names, word_of: act::word_of };
    ENTRIES.iter().for_each(|shown| look(shown, &legend));
}

fn events() -> Vec<Value> {
    let mut out = Vec::new();
    each(|shown, legend| fhir_lines(shown, legend, &mut out));
    let text = String::from_utf8(out).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The file `name` below the build's own directory, with these bytes.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

fn validators() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/validators")
}

/// What another program says of a file; `None`, said aloud, where there's no such program.
fn said(program: &str, there: bool, arguments: &[&Path]) -> Option<Output> {
    let run = there.then(|| Command::new(program).args(arguments).output());
    if let Some(Ok(output)) = run {
        return Some(output);
    }
    let missing = format!("{program} or its packages (scripts/validators) are not here");
    assert!(std::env::var_os("SAMSYN_VALIDATORS_REQUIRED").is_none(), "{missing}");
    eprintln!("NOT VALIDATED: {missing}");
    None
}

fn fhir(lines: &[Value], name: &str) -> Option<(bool, String)> {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let there = validators().join("node_modules/@medplum/core").exists();
    let script = validators().join("fhir.mjs");
    let output = said("node", there, &[&script, &file(name, text.as_bytes())])?;
    let told = [output.stderr, output.stdout].concat();
    Some((output.status.success(), String::from_utf8_lossy(&told).into_owned()))
}

#[test]
fn every_act_and_every_ending_is_a_valid_audit_event() {
    let events = events();
    let acts: BTreeSet<&str> = events
        .iter()
        .flat_map(|event| event["entity"].as_array().into_iter().flatten())
        .flat_map(|entity| entity["detail"].as_array().into_iter().flatten())
        .filter(|detail| detail["type"] == "act")
        .filter_map(|detail| detail["valueString"].as_str())
        .collect();
    for (name, ..) in act::ALL {
        assert!(acts.contains(name), "{name} has no event");
    }
    if let Some((valid, told)) = fhir(&events, "audit-events.ndjson") {
        assert!(valid, "{}", told.chars().take(4000).collect::<String>());
        for profile in [
            "Read ",
            "PatientRead ",
            "PatientQuery ",
            "PatientCreate ",
            "PatientUpdate ",
            "PatientDelete ",
            "PrivacyDisclosure.Source ",
            "AuthZconsent ",
        ] {
            assert!(told.contains(profile), "no event follows {profile}: {told}");
        }
    }
}

#[test]
fn the_validator_finds_what_is_wrong() {
    let events = events();
    // An event that follows this profile and has something at this place to be spoilt.
    let followed = |name: &str, at: &str| {
        let url =
            format!("https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.{name}");
        let mut found = events.iter().filter(|event| event["meta"]["profile"][0] == url);
        found.find(|event| event.pointer(at).is_some()).expect(name).clone()
    };
    let mut wrong = Vec::new();
    let mut spoil = |name: &str, at: &str, value: Value| {
        let mut event = followed(name, at);
        event["id"] = format!("wrong-{}", wrong.len()).into();
        *event.pointer_mut(at).expect(at) = value;
        wrong.push(event);
    };
    spoil("PatientRead", "/resourceType", json!("Patient"));
    spoil("PatientRead", "/outcome", json!("9"));
    spoil("PatientRead", "/outcome", json!("8"));
    spoil("PatientRead", "/action", json!("X"));
    spoil("PatientRead", "/action", json!("C"));
    spoil("PatientRead", "/recorded", json!("yesterday"));
    spoil("PatientRead", "/source", json!({}));
    spoil("PatientRead", "/entity", json!([]));
    spoil("PatientRead", "/entity/0/role/code", json!("99"));
    spoil("PatientRead", "/entity/0/what/type", json!("Group"));
    spoil("PatientRead", "/agent/0/requestor", json!("no"));
    spoil("PatientRead", "/agent/0/type/coding/0/code", json!("110153"));
    spoil("PatientRead", "/subtype/0/code", json!("create"));
    spoil("PatientQuery", "/entity/1/role/code", json!("4"));
    spoil("PatientCreate", "/agent/2/type/coding/0/code", json!("IRCP"));
    spoil("PrivacyDisclosure.Source", "/agent/0/who/identifier/value", json!("elsewhere"));
    spoil("AuthZconsent", "/entity/1/type/code", json!("Patient"));
    spoil("AuthZconsent", "/agent/2/purposeOfUse/0/coding/0/code", json!("NONSENSE"));
    if let Some((valid, told)) = fhir(&wrong, "wrong-audit-events.ndjson") {
        assert!(!valid);
        let failed = format!("0 passed, {} failed", wrong.len());
        assert!(told.contains(&failed), "{told}");
    }
}

#[test]
fn an_event_tells_a_refusal_a_failure_and_a_success_apart() {
    each(|shown, legend| {
        let mut out = Vec::new();
        fhir_lines(shown, legend, &mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        let header = &shown.header;
        let expected = match (header.decision.word(), header.outcome.word()) {
            ("deny", _) => vec!["8"],
            (_, "refused") => vec!["8"],
            // What was shown though nothing was done anew was shown.
            (_, "not_done") => vec!["4", "0"],
            _ => vec!["0", "8"],
        };
        for line in text.lines() {
            let event: Value = serde_json::from_str(line).expect("JSON");
            let outcome = event["outcome"].as_str().unwrap_or_default();
            assert!(expected.contains(&outcome), "{line}");
            assert!(outcome == "0" || event["outcomeDesc"].is_string(), "{line}");
            assert!(outcome == "0" || event["meta"].is_null(), "{line}");
            if let Some(reason) = event["outcomeDesc"].as_str().filter(|_| outcome == "8") {
                assert!(reason.starts_with("deny"), "{reason}");
            }
        }
    });
}

#[test]
fn an_event_keeps_its_id_and_shows_no_record_of_another_log() {
    each(|shown, legend| {
        let lines = |shown: &Shown| {
            let mut out = Vec::new();
            fhir_lines(shown, legend, &mut out);
            String::from_utf8(out).expect("UTF-8")
        };
        assert_eq!(lines(shown), lines(&shown.clone()));
        let mut other = shown.clone();
        let gone = other.records.pop();
        if let Some((_, record)) = gone {
            let id = record.resource.id.expect("an id").to_string();
            assert!(lines(shown).contains(&id));
            assert!(!lines(&other).contains(&id));
        }
    });
}

#[test]
fn every_log_word_of_an_act_has_its_place_in_the_forms() {
    for (name, _, _, word) in act::ALL {
        assert!(Deed::from_word(word).is_some(), "{name}: the forms have no place for {word}");
    }
}

#[test]
fn a_decision_is_a_question_and_an_answer_of_authzen() {
    let names = BTreeMap::from([(0, "request"), (1, "response")]);
    each(|shown, _| {
        let form = authzen(shown);
        for name in names.values() {
            assert!(form[name].is_object(), "{form}");
        }
        let (request, response) = (&form["request"], &form["response"]);
        for (part, field) in [
            ("subject", "type"),
            ("subject", "id"),
            ("resource", "type"),
            ("resource", "id"),
            ("action", "name"),
        ] {
            assert!(request[part][field].as_str().is_some_and(|it| !it.is_empty()), "{form}");
        }
        let header = &shown.header;
        if shown.records.is_empty() {
            assert_eq!(response["decision"], json!(header.decision.word() != "deny"));
            assert!(request.get("evaluations").is_none());
            return;
        }
        let asked = request["evaluations"].as_array().expect("questions");
        let answered = response["evaluations"].as_array().expect("answers");
        assert_eq!((asked.len(), answered.len()), (shown.records.len(), shown.records.len()));
        for ((_, record), (asked, answered)) in shown.records.iter().zip(asked.iter().zip(answered))
        {
            assert_eq!(asked["resource"]["id"], json!(record.resource.id.map(|id| id.to_string())));
            assert_eq!(asked["context"].get("facts"), record.facts.as_ref().map(|it| it.value()));
            let kept = record.effect.word() == "refused" && header.outcome.word() == "done";
            let permitted = header.decision.word() != "deny" && !kept;
            assert_eq!(answered["decision"], json!(permitted), "{form}");
            assert_eq!(answered["context"]["reason"]["rules"], json!(record.rules));
        }
    });
}
