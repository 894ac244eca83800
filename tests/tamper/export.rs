//! What can be done to an export, or in place of one, by another agency, by whoever stole the signing
//! key, and by a witness that lies.

use std::collections::BTreeMap;

use samsyn::ledger::{
    Checkpoint, CompactRange, Hash, LogKey, Succession, Trust, VerifierKey, WitnessKey, add_lines,
    note_text, verify,
};
use serde_json::{Value, json};

use super::exported;
use crate::support::house::{House, on_each_backend};
use crate::support::scene::Scene;
use crate::witnesses::{Watcher, log_key, seed_of};

/// The lines of an export, read.
fn lines(export: &[u8]) -> Vec<Value> {
    let lines = export.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("JSON")).collect()
}

/// The same, written: nothing is escaped that canonical JSON doesn't escape.
fn written(lines: &[Value]) -> Vec<u8> {
    lines.iter().flat_map(|line| format!("{}\n", sorted(line)).into_bytes()).collect()
}

/// The same value with its keys in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<&String, &Value> = fields.iter().collect();
            fields.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

fn found(lines: &[Value], trust: impl Into<Trust>) -> String {
    match verify(written(lines).as_slice(), trust) {
        Ok(report) => panic!("it is believed: {report}"),
        Err(finding) => finding.to_string(),
    }
}

/// The log's signing key, as whoever can read the service's files has it.
fn stolen(house: &House, key: &VerifierKey) -> LogKey {
    let file = std::fs::read_to_string(house.key_file("ledger")).expect("a key");
    LogKey::new(key.origin(), &seed_of(&file)).expect("a key")
}

/// The whole log with another act in its third entry, mended all through and signed with `key`.
fn forged(export: &[u8], key: &LogKey) -> Vec<Value> {
    let mut lines = lines(export);
    let mut tree = CompactRange::new(0);
    for (place, line) in lines.iter_mut().enumerate().skip(1) {
        if place == 3 {
            line["header"]["act"] = json!("NothingAtAll");
        }
        line["leaf"]["entry"] = json!(Hash::of(line["header"].to_string().as_bytes()).to_string());
        let hash = Hash::of_leaf(line["leaf"].to_string().as_bytes());
        line["hash"] = json!(hash.to_string());
        tree.append(hash);
    }
    let manifest = &mut lines[0]["manifest"];
    assert_eq!((&manifest["first"], &manifest["right"]), (&json!(0), &json!([])), "the whole log");
    let time = manifest["exported_at"].as_str().and_then(|at| at.parse().ok()).expect("a time");
    let origin = key.verifier_key().origin().to_owned();
    let root = tree.root().expect("a tree from 0");
    let checkpoint = Checkpoint { origin, size: tree.end(), root, time };
    manifest["checkpoint"] = json!(checkpoint.sign(&[key]).expect("a note"));
    manifest["key"] = json!(key.verifier_key().to_string());
    lines
}

#[test]
fn another_agency_learns_that_something_was_done_and_no_more() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        let path = format!("/v1/items/{}", scene.unpublished);
        house.as_("larare").get(&path).await.must(404);
        let key = log_key(house).await;
        let export = exported(house).await.expect("an export");
        verify(export.as_slice(), Some(&key)).expect("a log that nobody touched");
        let whole = lines(&export);
        // BUP's record of the refusal is a hash in the school's log, and the header reads like a miss.
        let refused = whole.iter().rposition(|line| line["header"]["act"] == "ReadItem");
        let refused = refused.expect("the school asked");
        let told = &whole[refused];
        assert_eq!(told["records"].as_array().map(Vec::len), Some(1), "{told}");
        assert!(told["records"][0]["sealed"].is_string(), "{told}");
        assert!(told["header"]["subject"].is_null() && told["header"]["case"].is_null(), "{told}");
        assert!(!told.to_string().contains(&scene.case.to_string()), "{told}");
        let open = whole.iter().position(|line| {
            line["records"]
                .as_array()
                .is_some_and(|all| all.first().is_some_and(|record| record["sealed"].is_null()))
        });
        let open = open.expect("a record of the school's own");
        let with = |change: &dyn Fn(&mut Vec<Value>)| {
            let mut lines = whole.clone();
            change(&mut lines);
            found(&lines, Some(&key))
        };
        // What is sealed can't be made up, and what is open can't be held back.
        let made_up = with(&|it| it[refused]["records"][0] = it[open]["records"][0].clone());
        assert!(made_up.contains("record"), "{made_up}");
        let held_back = with(&|it| {
            it[open]["records"][0] = json!({ "sealed": it[open]["header"]["records"][0] });
        });
        assert!(held_back.contains("record"), "{held_back}");
        for (what, change) in [
            (
                "left out",
                &(|it: &mut Vec<Value>| drop(it.remove(open))) as &dyn Fn(&mut Vec<Value>),
            ),
            ("put elsewhere", &|it| it.swap(open, refused)),
            ("told otherwise", &|it| it[open]["header"]["outcome"] = json!("refused")),
            ("cut off", &|it| it.truncate(refused)),
        ] {
            let found = with(change);
            assert!(found.contains("line"), "{what}: {found}");
        }
        // Nor can its log be passed off as another agency's, or another's as its own.
        let bup = house.agency_of("BUP Lindskär");
        let foreign = with(&|it| it[0]["manifest"]["agency"] = json!(bup));
        assert!(foreign.contains("another log"), "{foreign}");
        let renamed = with(&|it| {
            it[0]["manifest"]["agency"] = json!(bup);
            it[0]["manifest"]["log"] =
                json!(key.origin().rsplit_once('/').map(|(host, _)| { format!("{host}/{bup}") }));
        });
        assert!(renamed.contains("line 1"), "{renamed}");
    });
}

#[test]
fn a_thief_of_the_key_deceives_who_asks_for_no_witness_and_kept_nothing() {
    on_each_backend(async |house| {
        for _ in 0..4 {
            log_key(house).await;
        }
        let key = log_key(house).await;
        let mut watcher = Watcher::new("witness.skola.example", 1, std::slice::from_ref(&key));
        assert_eq!(watcher.look(house).await, None);
        let export = exported(house).await.expect("an export");
        assert_eq!(watcher.look(house).await, None);
        let kept = lines(&export)[0]["manifest"]["checkpoint"].as_str().expect("a note").to_owned();
        let thief = stolen(house, &key);
        let false_log = forged(&export, &thief);
        verify(written(&false_log).as_slice(), Some(&key)).expect("signed with the log's own key");
        let trust = || Trust::from(Some(&key));
        let kept = Trust { kept: Some(kept), ..trust() };
        assert!(found(&false_log, kept).contains("forked"));
        let witnessed = Trust { witnesses: vec![watcher.key()], witnesses_needed: 1, ..trust() };
        let found_too = found(&false_log, witnessed);
        assert!(found_too.contains("witness"), "{found_too}");

        // Handing over to a key of one's own deceives the same readers; the host tells of no such key.
        let own = LogKey::new(key.origin(), &[9; 32]).expect("a key");
        let mut handed = forged(&export, &own);
        let time = house.clock().now();
        let note = Succession::sign(&thief, &own, time).expect("a note");
        handed[0]["manifest"]["successions"] = json!([note]);
        verify(written(&handed).as_slice(), Some(&key)).expect("the stolen key vouches");
        let witnessed = Trust { witnesses: vec![watcher.key()], witnesses_needed: 1, ..trust() };
        assert!(found(&handed, witnessed).contains("witness"));
        let path = format!("/v1/logs/{}/keys", house.agency_of("Strandskolan"));
        let keys = house.as_("revisor-skola").get(&path).await.must(200).text();
        assert!(!keys.contains(&own.verifier_key().to_string()), "{keys}");
        // And the log itself is what it was.
        let after = exported(house).await.expect("an export");
        verify(after.as_slice(), Some(&key)).expect("nobody touched it");
        watcher.stop().await;
    });
}

#[test]
fn a_witness_that_lies_makes_no_log() {
    on_each_backend(async |house| {
        let key = log_key(house).await;
        let export = exported(house).await.expect("an export");
        let liar = WitnessKey::new("liar.example", &[3; 32]).expect("a key");
        let own = LogKey::new(key.origin(), &[9; 32]).expect("a key");
        let mut false_log = forged(&export, &own);
        let note = false_log[0]["manifest"]["checkpoint"].as_str().expect("a note").to_owned();
        let line = liar.cosign(&note_text(&note).expect("a text"), house.clock().now());
        let cosigned = add_lines(&note, [line]).expect("a note");
        false_log[0]["manifest"]["checkpoint"] = json!(cosigned);
        let trust = Trust {
            witnesses: vec![liar.verifier_key()],
            witnesses_needed: 1,
            ..Trust::from(Some(&key))
        };
        assert!(found(&false_log, trust.clone()).contains("another key"));
        false_log[0]["manifest"]["key"] = json!(key.to_string());
        assert!(found(&false_log, trust).contains("line 1"));
    });
}
