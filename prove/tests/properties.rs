//! The properties themselves: that they say something, and that nothing new slips past them.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use samsyn::access::{PolicyFile, Reach, act, of_set};
use samsyn_prove::property::{self, Property};
use samsyn_prove::source::{Source, policy_files};
use samsyn_prove::world::World;
use serde_json::Value as Json;

fn world() -> World {
    World::read(&Source::embedded().schema).unwrap()
}

fn acts_of(name: &str) -> BTreeSet<String> {
    let properties = Property::read_all(&property::embedded(), &world()).unwrap();
    let property = properties.iter().find(|it| it.rule.id == name).expect("the property");
    property.places.iter().map(|place| place.act.clone()).collect()
}

#[test]
fn every_file_of_properties_is_built_in() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("properties");
    let names = |files: Vec<PolicyFile>| -> BTreeSet<String> {
        files.into_iter().map(|file| file.name).collect()
    };
    assert_eq!(names(policy_files(&directory).unwrap()), names(property::embedded()));
}

#[test]
fn a_property_is_named_once_and_has_its_words() {
    let properties = Property::read_all(&property::embedded(), &world()).unwrap();
    let names: BTreeSet<_> = properties.iter().map(|it| it.rule.id.clone()).collect();
    assert_eq!(names.len(), properties.len());
    let worded = r#"@id("x") @law("x") @en("x") @sv("x")"#;
    for (words, policy) in [
        (r#"@id("x") @law("x") @en("x")"#, "forbid (principal, action, resource);"),
        (&format!("{worded} @ground(\"x\")"), "forbid (principal, action, resource);"),
        (worded, "forbid (principal == Staff::\"a\", action, resource);"),
        (worded, "forbid (principal, action, resource) when { context.no };"),
        (&format!("{worded} @without(\"x\")"), "permit (principal, action, resource);"),
    ] {
        let text = format!("{words} {policy}");
        let file = PolicyFile { name: "x".to_owned(), text: text.to_owned() };
        assert!(Property::read_all(&[file], &world()).is_err(), "{text}");
    }
}

/// An act outside the families shows nothing about children or cases, so that the properties that
/// speak of `Content` speak of all of it. Whoever adds one to this list has made sure.
#[test]
fn what_is_outside_the_families_shows_no_content() {
    let outside: Vec<&str> = {
        let inside = acts_of("auditor");
        act::ALL.iter().map(|(name, ..)| *name).filter(|name| !inside.contains(*name)).collect()
    };
    let known = [
        "ReadSelf",
        "ListUnits",
        "ImportRegister",
        "SendConcernReport",
        "BreakGlass",
        "BreakGlassByNumber",
        "ListBreakGlass",
        "ReadBreakGlass",
        "ReviewBreakGlass",
        "RemindOfReviews",
        "RemindOfMeetings",
        "ReadDecision",
        "ExplainAccess",
        "ListIndicators",
        "ReadLog",
        "ExportLog",
        "AskAccessExtract",
        "ListOwnAccessExtracts",
        "ListAccessExtracts",
        "PrepareAccessExtract",
        "DecideAccessExtract",
        "ReadAccessExtract",
        "PrintAccessExtract",
        "ReadTiles",
        "SearchLog",
        "ReadLogEntry",
        "ListLogExports",
        "ReadLogExport",
        "FetchLogExport",
        "CancelLogExport",
        "DrawLogReview",
        "ListLogReviews",
        "ReadLogReview",
        "RecordLogFinding",
        "CloseLogReview",
        "ReportLogReviews",
        "DisposeLog",
        "ListDisposals",
    ];
    let strange: Vec<_> = outside.iter().filter(|name| !known.contains(name)).collect();
    assert!(strange.is_empty(), "is there content in these? {strange:?}");
}

/// The police's wall stands before every act that reads an item's content or the plan.
#[test]
fn no_act_that_reads_slips_past_the_police() {
    let known: BTreeSet<String> =
        [acts_of("police-items"), acts_of("police-plan")].into_iter().flatten().collect();
    // These tell who has seen or would see an item, to its owner, and nothing of what stands in it.
    let about = ["PreviewDisclosure", "ListPublications", "ListOpenings"];
    let reads = act::ALL.iter().filter(|(_, resource, reach, _)| {
        ["Item", "Publication", "Plan", "Meeting"].contains(resource) && *reach == Reach::Reads
    });
    let past: Vec<_> = reads
        .map(|(name, ..)| *name)
        .filter(|name| !known.contains(*name) && !about.contains(name))
        .collect();
    assert!(past.is_empty(), "do the police read by these? {past:?}");
}

#[test]
fn a_property_uses_no_word_that_nobody_has() {
    let sets =
        ["AgencyKind", "UnitKind", "Role", "Category", "Ground", "PartyStanding", "SecrecyRegime"];
    let known: BTreeSet<_> = sets.iter().flat_map(|set| of_set(set).unwrap()).collect();
    for property in Property::read_all(&property::embedded(), &world()).unwrap() {
        let mut words = Vec::new();
        collect(&property.rule.form["conditions"], &mut words);
        for word in words {
            assert!(known.contains(word.as_str()), "{}: {word}", property.rule.id);
        }
    }
}

fn collect(form: &Json, words: &mut Vec<String>) {
    match form {
        Json::Object(parts) => {
            words.extend(parts.get("Value").and_then(Json::as_str).map(str::to_owned));
            parts.values().for_each(|part| collect(part, words));
        }
        Json::Array(parts) => parts.iter().for_each(|part| collect(part, words)),
        _ => {}
    }
}

#[test]
fn without_a_solver_nothing_is_taken_for_proved() {
    let run = Command::new(env!("CARGO_BIN_EXE_samsyn-prove"))
        .arg("check")
        .env("CVC5", "/nowhere/cvc5")
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(3));
    assert!(run.stdout.is_empty());
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.contains("NOTHING WAS PROVED"), "{said}");
}
