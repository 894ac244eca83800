//! What the fuzzer starts from, made from the samples: good bytes of every kind, in `fuzz/seeds`.
//!
//! `SAMSYN_SEEDS=1` writes them anew after a format has changed.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Succession, Tile, TileKind, WitnessKey, add_lines, disposed_line, note_text, sample};
use crate::ledger::LogKey;

type Seeds = BTreeMap<&'static str, Vec<u8>>;

fn seeds() -> Seeds {
    let log = sample::log(12);
    let manifest = log.manifest(4, 8);
    let entry = &log.entries[7];
    let witness = WitnessKey::new("witness.example", &[3; 32]).unwrap();
    let body = note_text(&manifest.checkpoint).unwrap();
    let line = witness.cosign(&body, sample::time(30));
    let next = LogKey::new(sample::key().origin(), &[8; 32]).unwrap();
    let succession = Succession::sign(&sample::key(), &next, sample::time(3)).unwrap();
    let mut disposed = Vec::new();
    disposed_line(&mut disposed, log.entries[11].id, &log.leaves[5].bytes());
    let mut with_disposed = log.lines(&manifest);
    with_disposed[3] = disposed;
    let tile = Tile { kind: TileKind::Hashes(0), index: 1_234_067, width: 5 };
    let manifest_line = manifest.line();
    BTreeMap::from([
        ("entry/header", entry.header.clone()),
        ("entry/header-alone", log.entries[4].header.clone()),
        ("entry/record", entry.records[0].bytes.clone()),
        ("entry/record-with-terms", log.entries[3].records[0].bytes.clone()),
        ("entry/leaf", log.leaves[7].bytes()),
        ("entry/manifest", manifest_line[..manifest_line.len() - 1].to_vec()),
        ("checkpoint/body", body.clone().into_bytes()),
        ("checkpoint/note", manifest.checkpoint.clone().into_bytes()),
        ("checkpoint/cosigned", add_lines(&manifest.checkpoint, [line]).unwrap().into_bytes()),
        ("checkpoint/succession", succession.clone().into_bytes()),
        ("checkpoint/succession-body", note_text(&succession).unwrap().into_bytes()),
        ("checkpoint/key", sample::key().verifier_key().to_string().into_bytes()),
        ("checkpoint/witness-key", witness.verifier_key().to_string().into_bytes()),
        ("checkpoint/tile", tile.to_string().into_bytes()),
        ("checkpoint/bundle", b"\0\x03one\0\0\0\x05three".to_vec()),
        ("verify/export.ndjson", log.lines(&manifest).concat()),
        ("verify/disposed.ndjson", with_disposed.concat()),
        ("verify/no-change", vec![0]),
        ("verify/changes", vec![0, 4, 3, 0, 99, 1, 8, 3, 0, 0, 0, 1, 2, 0, 0, 3]),
    ])
}

#[test]
fn the_seeds_are_of_these_formats() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let write = std::env::var_os("SAMSYN_SEEDS").is_some();
    for (name, bytes) in seeds() {
        let path = folder.join(name);
        if write {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &bytes).unwrap();
        }
        let stored = std::fs::read(&path).unwrap_or_default();
        assert!(stored == bytes, "{name} is old: write it anew with SAMSYN_SEEDS=1");
    }
}
