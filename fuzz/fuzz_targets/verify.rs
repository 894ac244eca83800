//! The verifier. Bytes are taken as an export, or as a list of changes to a good one. Whatever it
//! proves must be the good one's leaves, to the last byte.

#![no_main]

use libfuzzer_sys::fuzz_target;
use samsyn_fuzz::key;
use samsyn_fuzz::ledger::{Hash, verify};

/// Made from the samples of the ledger's own tests; leaves 4 to 7 of 12.
const GOOD: &[u8] = include_bytes!("../seeds/verify/export.ndjson");

fuzz_target!(|bytes: &[u8]| {
    let export = match bytes.split_first() {
        Some((0, changes)) => changed(changes),
        _ => bytes.to_vec(),
    };
    let _ = verify(export.as_slice(), None).map(|report| report.to_string());
    if verify(export.as_slice(), Some(&key().verifier_key())).is_ok() {
        // The manifest has words that nobody signs: the purpose, and when it was exported.
        let lines = export.split(|&byte| byte == b'\n').skip(1);
        let good = GOOD.split(|&byte| byte == b'\n').skip(1);
        assert!(
            lines.clone().count() == good.clone().count()
                && lines.zip(good).all(|(line, good)| is_the_same(line, good)),
            "something else was proved"
        );
    }
});

/// Whether a line that was proved says nothing but the good one; it may say that the body was
/// disposed of.
fn is_the_same(line: &[u8], good: &[u8]) -> bool {
    let leaf = |line: &[u8]| {
        let line = String::from_utf8_lossy(line).into_owned();
        let (_, leaf) = line.split_once("\"leaf\":{")?;
        leaf.split_once('}').map(|(leaf, _)| leaf.to_owned())
    };
    line == good || line.starts_with(b"{\"disposed\":") && leaf(line) == leaf(good)
}

/// The good export after the changes, each of which takes a few bytes: what, which line, where,
/// with what.
fn changed(mut changes: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> =
        GOOD.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    while let Some((&[what, line, high, low, with], rest)) = changes.split_first_chunk() {
        changes = rest;
        if lines.is_empty() {
            break;
        }
        let (line, other) = (usize::from(line) % lines.len(), usize::from(with) % lines.len());
        let length = lines[line].len().max(1);
        let at = (usize::from(high) << 8 | usize::from(low)) % length;
        match what % 10 {
            0 => drop(lines.remove(line)),
            1 => lines.swap(line, other),
            2 => {
                let copy = lines[line].clone();
                lines.insert(other, copy);
            }
            3 => lines[line].truncate(at),
            4 => {
                if let Some(byte) = lines[line].get_mut(at) {
                    *byte ^= with;
                }
            }
            5 => {
                let at = at.min(lines[line].len());
                lines[line].insert(at, with);
            }
            6 => {
                let end = (at + usize::from(with)).min(lines[line].len());
                drop(lines[line].drain(at.min(end)..end));
            }
            7 => {
                // A stretch of another line.
                let stretch: Vec<u8> = lines[other].iter().skip(at).take(40).copied().collect();
                let at = at.min(lines[line].len());
                lines[line].splice(at..at, stretch);
            }
            8 => mend_leaf_hash(&mut lines[line]),
            _ => lines.truncate(line),
        }
    }
    lines.concat()
}

/// Writes the hash in a line as its leaf now is.
fn mend_leaf_hash(line: &mut Vec<u8>) {
    let find = |text: &[u8]| line.windows(text.len()).position(|it| it == text);
    let Some(leaf) = find(b"\"leaf\":") else { return };
    let begin = leaf + b"\"leaf\":".len();
    let Some(length) = line[begin..].iter().position(|&byte| byte == b'}') else { return };
    let hash = Hash::of_leaf(&line[begin..=begin + length]).to_string();
    let Some(digits) = find(b"\"hash\":\"").map(|at| at + b"\"hash\":\"".len()) else { return };
    if let Some(place) = line.get_mut(digits..digits + 64) {
        place.copy_from_slice(hash.as_bytes());
    }
}
