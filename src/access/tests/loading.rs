//! What stops a set of rules from loading, and how it says so.

use super::super::{Policy, PolicyFile};

const SAID: &str = "@law(\"x\") @ground(\"x\") @sv(\"x\") @en(\"x\") @way_sv(\"x\") @way_en(\"x\")";

/// Loads the service's rules with one more policy in a file of its own, on its third line.
fn load_with(policy: &str) -> Result<Policy, String> {
    let mut files = PolicyFile::embedded();
    files
        .push(PolicyFile { name: "local.cedar".to_owned(), text: format!("// Ours.\n\n{policy}") });
    load(&files)
}

fn load(files: &[PolicyFile]) -> Result<Policy, String> {
    Policy::load(files, PolicyFile::embedded_schema(), PolicyFile::embedded_default())
        .map_err(|error| error.to_string())
}

#[track_caller]
fn assert_refused(policy: &str, place: &str, why: &str) {
    let message = load_with(policy).err().expect("a set that must not load");
    assert!(message.starts_with(place) && message.contains(why), "{message}");
}

#[test]
fn a_sound_policy_loads_and_has_its_words() {
    let policy = load_with(&format!(
        "@id(\"L01\") {SAID}\npermit (principal is Staff, action == Action::\"ReadItem\", resource);"
    ));
    assert_eq!(policy.unwrap().rule("L01").unwrap().law, "x");
}

#[test]
fn an_unknown_attribute_stops_the_load() {
    let policy = format!(
        "@id(\"L01\") {SAID}\npermit (principal is Staff, action == Action::\"ReadItem\", resource)\n\
         when {{ principal.shoe_size > 40 }};"
    );
    assert_refused(&policy, "local.cedar:3: `L01`: ", "shoe_size");
}

#[test]
fn an_unknown_act_stops_the_load() {
    let policy =
        format!("@id(\"L01\") {SAID}\npermit (principal, action == Action::\"Peek\", resource);");
    assert_refused(&policy, "local.cedar:3: `L01`: ", "Peek");
}

#[test]
fn a_rule_that_can_never_apply_stops_the_load() {
    let policy = format!(
        "@id(\"L01\") {SAID}\npermit (principal is Plan, action == Action::\"ReadItem\", resource);"
    );
    assert_refused(&policy, "local.cedar:3: `L01`: ", "");
}

#[test]
fn a_missing_or_empty_word_stops_the_load() {
    for word in ["id", "law", "ground", "sv", "en", "way_sv", "way_en"] {
        let whole = format!(
            "@id(\"L01\") {SAID}\npermit (principal, action == Action::\"ReadItem\", resource);"
        );
        let id = if word == "id" { "?" } else { "L01" };
        let value = if word == "id" { "L01" } else { "x" };
        let said = format!("@{word}(\"{value}\")");
        let place = format!("local.cedar:3: `{id}`: ");
        let why = format!("`@{word}` is missing");
        assert_refused(&whole.replacen(&said, "", 1), &place, &why);
        let empty = whole.replacen(&said, &format!("@{word}(\" \")"), 1);
        assert_refused(&empty, "local.cedar:3: ", &why);
    }
}

#[test]
fn an_annotation_that_means_nothing_stops_the_load() {
    let policy = format!(
        "@id(\"L01\") {SAID} @anwser(\"told\")\nforbid (principal, action == Action::\"ReadItem\", resource);"
    );
    assert_refused(&policy, "local.cedar:3: `L01`: ", "`@anwser`");
}

#[test]
fn a_permit_answers_and_asks_nothing() {
    for word in ["answer(\"told\")", "asks(\"reason\")"] {
        let policy = format!(
            "@id(\"L01\") {SAID} @{word}\npermit (principal, action == Action::\"ReadItem\", resource);"
        );
        assert_refused(&policy, "local.cedar:3: `L01`: ", "belong to forbids");
    }
}

#[test]
fn a_duplicate_id_stops_the_load_and_names_both_places() {
    let policy = format!(
        "@id(\"D10\") {SAID}\nforbid (principal, action == Action::\"ReadItem\", resource);"
    );
    assert_refused(&policy, "local.cedar:3: `D10`: ", "police.cedar:3: `D10`");
    assert_refused(&policy.replace("D10", "D00"), "local.cedar:3: `D00`: ", "default refusals");
}

#[test]
fn an_open_refusal_may_look_at_the_caller_alone() {
    let policy = |condition: &str| {
        format!(
            "@id(\"L01\") {SAID} @answer(\"told\")\n\
             forbid (principal, action == Action::\"ReadItem\", resource) when {{ {condition} }};"
        )
    };
    assert!(load_with(&policy("principal is Citizen")).is_ok());
    assert_refused(&policy("context.protected"), "local.cedar:3: `L01`: ", "`context`");
    assert_refused(&policy("resource.owner == \"\""), "local.cedar:3: `L01`: ", "`resource`");
}

#[test]
fn what_could_not_be_fitted_to_an_act_stops_the_load() {
    let policy = |condition: &str| {
        format!(
            "@id(\"L01\") {SAID}\n\
             forbid (principal, action == Action::\"ReadItem\", resource) when {{ {condition} }};"
        )
    };
    assert!(load_with(&policy("action == Action::\"ReadItem\" && context.inside")).is_ok());
    let place = "local.cedar:3: `L01`: ";
    assert_refused(&policy("action in Action::\"Content\""), place, "policy's head");
    assert_refused(&policy("[context].isEmpty()"), place, "by its parts");
}

#[test]
fn what_is_not_cedar_stops_the_load() {
    let policy = format!("@id(\"L01\") {SAID}\npermit (principal, action);");
    assert_refused(&policy, "local.cedar:3: `L01`: ", "");
    let unended = format!(
        "@id(\"L01\") {SAID}\npermit (principal, action == Action::\"ReadItem\", resource)"
    );
    assert_refused(&unended, "local.cedar:3: `L01`: ", "");
}

#[test]
fn schema_and_service_know_the_same_acts() {
    let schema = PolicyFile::embedded_schema();
    let load = |schema: &str| {
        let refusal = PolicyFile::embedded_default();
        Policy::load(&[], schema, refusal).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(load(schema), Ok(()));
    for (old, new, act) in [
        ("action ExportLog in [Auditing]\n    appliesTo", "action Unused; //", "ExportLog"),
        ("action ExportLog in", "action ExportLog, BurnLog in", "BurnLog"),
        ("resource: Log,", "resource: Plan,", "ReadLog"),
    ] {
        let message = load(&schema.replacen(old, new, 1)).unwrap_err();
        assert!(message.contains(&format!("`{act}`")), "{message}");
    }
}

#[test]
fn the_default_refusal_and_the_fault_need_words() {
    let words = PolicyFile::embedded_default();
    for id in ["D00", "E00"] {
        let without = words.replace(&format!("[{id}]"), "[X00]");
        let loaded = Policy::load(&[], PolicyFile::embedded_schema(), &without);
        assert!(loaded.err().expect("no words").to_string().contains(id));
    }
    let misspelt = words.replacen("way_sv", "way_se", 1);
    assert!(Policy::load(&[], PolicyFile::embedded_schema(), &misspelt).is_err());
}

#[test]
fn without_policies_everything_is_refused() {
    let none =
        Policy::load(&[], PolicyFile::embedded_schema(), PolicyFile::embedded_default()).unwrap();
    for (act, ..) in super::super::act::ALL {
        let question = super::staff(super::UnitKind::School, super::Role::Teacher);
        let weighed = none.weigh(act, &question.0);
        assert!(!weighed.permitted);
        assert_eq!(weighed.rules, none.default_refusal());
    }
}

#[test]
fn the_digest_tells_any_change_and_no_order() {
    let mut files = PolicyFile::embedded();
    files.retain(|file| file.text.len() < 4_000);
    assert!(files.len() > 1);
    let digest = load(&files).unwrap().digest().to_owned();
    assert_eq!(digest.len(), 64);
    files.reverse();
    assert_eq!(load(&files).unwrap().digest(), digest);
    files[0].text.push('\n');
    assert_ne!(load(&files).unwrap().digest(), digest);
}
