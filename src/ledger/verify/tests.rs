//! Every way to tamper with an export that we could think of, and what is said of it.

use std::io;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::ledger::Hash;
use crate::ledger::checkpoint::LogKey;
use crate::ledger::finding::Part;
use crate::ledger::sample::{self, Log};

const SIZE: u64 = 12;

/// Leaves 4 to 7 of 12; with the fences that is leaves 3 to 8 in lines 2 to 7.
fn lines() -> (Log, Vec<Vec<u8>>) {
    let log = sample::log(SIZE);
    let lines = log.lines(&log.manifest(4, 8));
    assert_eq!(lines.len(), 7);
    (log, lines)
}

fn check(lines: &[Vec<u8>]) -> Result<Report, Finding> {
    verify(lines.concat().as_slice(), Some(&sample::key().verifier_key()))
}

fn finding(lines: &[Vec<u8>]) -> Finding {
    check(lines).unwrap_err()
}

fn replaced(line: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(line.to_vec()).unwrap();
    assert!(text.contains(from), "{text}");
    text.replacen(from, to, 1).into_bytes()
}

/// Writes `from` as `to` in the header of a line, and all hashes above it anew.
fn forged(log: &Log, index: u64, from: &str, to: &str) -> Vec<u8> {
    let mut log = sample::log(log.leaves.len() as u64);
    let entry = &mut log.entries[index as usize];
    entry.header = replaced(&entry.header, from, to);
    log.leaves[index as usize].entry = Hash::of(&entry.header);
    log.line(index)
}

#[test]
fn a_whole_export_is_found_whole() {
    let (log, lines) = lines();
    let report = check(&lines).unwrap();
    assert_eq!((report.first, report.end, report.tree_size), (4, 8, SIZE));
    assert_eq!((report.complete_to, report.key_source), (report.to, KeySource::Caller));
    assert_eq!((report.records_open, report.records_sealed), (3, 3));
    let words = report.to_string();
    assert!(words.contains("4 in all") && words.contains("leaves 4 to 7"), "{words}");
    let unknown = verify(log.export(4, 8).as_slice(), None).unwrap();
    assert_eq!(unknown.key_source, KeySource::Export);
    assert!(unknown.to_string().contains("came with the export"));
}

#[test]
fn an_export_up_to_the_end_is_complete_up_to_the_checkpoint() {
    let log = sample::log(SIZE);
    let mut manifest = log.manifest(8, SIZE);
    manifest.to = log.signed_at() + TimeDelta::days(9);
    let report = check(&log.lines(&manifest)).unwrap();
    assert_eq!(report.complete_to, log.signed_at());
    assert!(report.to_string().contains("Nothing is proved for the rest"));

    manifest.from = log.signed_at() + TimeDelta::days(1);
    (manifest.first, manifest.end) = (SIZE, SIZE);
    manifest.left = log.range(0, SIZE - 1).hashes().to_vec();
    let found = finding(&log.lines(&manifest));
    assert!(matches!(found.fault, Fault::Uncovered), "{found}");
}

#[test]
fn an_empty_log_and_an_empty_period_can_be_proved() {
    let report = check(&sample::log(0).lines(&sample::log(0).manifest(0, 0))).unwrap();
    assert!(report.to_string().contains("nothing happened"));
    let log = sample::log(SIZE);
    let report = check(&log.lines(&log.manifest(6, 6))).unwrap();
    assert_eq!(report.end - report.first, 0);
}

#[test]
fn another_key_is_found() {
    let (log, mut lines) = lines();
    let impostor = LogKey::new(sample::key().origin(), &[8; 32]).unwrap();
    let checkpoint =
        Checkpoint::open(&log.manifest(4, 8).checkpoint, &sample::key().verifier_key()).unwrap();
    let manifest = Manifest {
        checkpoint: checkpoint.sign(&[&impostor]).unwrap(),
        key: impostor.verifier_key(),
        ..log.manifest(4, 8)
    };
    lines[0] = manifest.line();
    assert!(matches!(finding(&lines), Finding { line: 1, fault: Fault::WrongKey, .. }));
    assert!(verify(lines.concat().as_slice(), None).is_ok(), "without a key nobody can tell");
    lines[0] = Manifest { key: sample::key().verifier_key(), ..manifest }.line();
    assert!(matches!(finding(&lines), Finding { line: 1, fault: Fault::Unsigned(_), .. }));
}

#[test]
fn a_leaf_of_another_log_is_found() {
    let (log, mut lines) = lines();
    let mut leaf = log.leaves[8].clone();
    leaf.log = crate::ledger::origin("samsyn.example", sample::agency(2));
    lines[6] = sample::fence(&leaf);
    let found = finding(&lines);
    assert!(matches!(found, Finding { line: 7, index: Some(8), fault: Fault::ForeignLog, .. }));
    let elsewhere = crate::ledger::origin("other.example", sample::agency(1));
    for manifest in [
        Manifest { agency: sample::agency(2), ..log.manifest(4, 8) },
        Manifest { log: elsewhere, ..log.manifest(4, 8) },
    ] {
        lines[0] = manifest.line();
        assert!(matches!(finding(&lines), Finding { line: 1, fault: Fault::ForeignLog, .. }));
    }
}

#[test]
fn a_leaf_that_opens_a_record_which_is_not_there_is_found() {
    let mut log = sample::log(SIZE);
    log.leaves[7].open = vec![0, 3];
    let found = finding(&log.lines(&log.manifest(4, 8)));
    assert!(matches!(
        found,
        Finding { index: Some(7), fault: Fault::Malformed(LedgerError::Field { .. }), .. }
    ));
}

#[test]
fn a_range_that_is_not_the_period_is_found() {
    let (log, lines) = lines();
    let manifest = log.manifest(4, 8);
    let second = TimeDelta::seconds(10);
    for (manifest, line, fault) in [
        (Manifest { from: manifest.from - second, ..manifest.clone() }, 2, Fault::FenceInside),
        (Manifest { to: manifest.to + second, ..manifest.clone() }, 7, Fault::FenceInside),
        (Manifest { from: manifest.from + second, ..manifest.clone() }, 3, Fault::OutsidePeriod),
        (Manifest { to: manifest.to - second, ..manifest.clone() }, 5, Fault::OutsidePeriod),
    ] {
        let found = finding(&[&[manifest.line()], &lines[1..]].concat());
        assert_eq!((found.line, found.fault.to_string()), (line, fault.to_string()));
    }
}

#[test]
fn times_that_go_backwards_or_past_the_checkpoint_are_found() {
    let (mut log, _) = lines();
    log.leaves[6].time = log.leaves[5].time - TimeDelta::microseconds(1);
    let found = finding(&log.lines(&log.manifest(4, 8)));
    assert!(matches!(found, Finding { index: Some(6), fault: Fault::Backwards, .. }), "{found}");
    let (mut log, _) = lines();
    log.leaves[11].time = log.signed_at() + TimeDelta::microseconds(1);
    let found = finding(&log.lines(&log.manifest(8, 12)));
    let fault = Fault::AfterCheckpoint;
    assert!(found.index == Some(11) && found.fault.to_string() == fault.to_string(), "{found}");
}

#[test]
fn what_is_withheld_or_told_is_found() {
    let (log, lines) = lines();
    let with = |at: usize, line: Vec<u8>| {
        let mut lines = lines.clone();
        lines[at] = line;
        finding(&lines).fault
    };
    // Leaf 7 has three records; only the first is open in this log.
    let records = &log.entries[7].records;
    let text = |at: usize| String::from_utf8(records[at].bytes.clone()).unwrap();
    let seal = |at: usize| format!("{{\"sealed\":\"{}\"}}", records[at].hash);
    let withheld = replaced(&lines[5], &text(0), &seal(0));
    assert!(matches!(with(5, withheld), Fault::Withheld(0)));
    let disclosed = replaced(&lines[5], &seal(1), &text(1));
    assert!(matches!(with(5, disclosed), Fault::Disclosed(1)));
    let dropped = replaced(&lines[5], &format!(",{}", seal(2)), "");
    assert!(matches!(with(5, dropped), Fault::RecordCount { expected: 3, found: 2 }));
    assert!(matches!(with(5, sample::fence(&log.leaves[7])), Fault::Bare));
    assert!(matches!(with(6, log.line(8)), Fault::Told));
}

#[test]
fn a_changed_part_is_named() {
    let (log, lines) = lines();
    let with = |line: Vec<u8>| {
        let mut lines = lines.clone();
        lines[5] = line;
        finding(&lines)
    };
    let changed = |found: &Finding, part| {
        let Finding { line, index, entry, fault } = found;
        (*line, *index, *entry) == (6, Some(7), Some(log.entries[7].id))
            && matches!(fault, Fault::Changed(changed) if *changed == part)
    };
    let found = with(replaced(&lines[5], "\"permit\"", "\"deny\""));
    assert!(changed(&found, Part::Header), "{found}");
    let found = with(replaced(&lines[5], "\"MED\"", "\"SOC\""));
    assert!(changed(&found, Part::Record(0)), "{found}");
    let found = with(replaced(&lines[5], "\"sealed\":\"", "\"sealed\":\"0"));
    assert!(matches!(found.fault, Fault::Malformed(_)), "{found}");
    let found = with(replaced(&lines[5], "\"open\":[0]", "\"open\":[]"));
    assert!(changed(&found, Part::Leaf), "{found}");
    let found = with(replaced(&lines[5], "{\"hash\":", "{ \"hash\":"));
    assert!(matches!(found.fault, Fault::Malformed(LedgerError::NotCanonical)), "{found}");
}

#[test]
fn a_forger_who_mends_every_hash_is_found_by_the_root() {
    let (log, mut lines) = lines();
    lines[5] = forged(&log, 7, "\"permit\"", "\"deny\"");
    let found = finding(&lines);
    assert!(matches!(found, Finding { line: 7, index: None, fault: Fault::Root, .. }), "{found}");
}

#[test]
fn a_line_without_end_is_not_read_to_its_end() {
    let found = verify(io::BufReader::new(io::repeat(b'x')), None).unwrap_err();
    assert!(matches!(found, Finding { line: 1, fault: Fault::TooLong, .. }));
    assert!(matches!(verify(&b""[..], None).unwrap_err().fault, Fault::CutOff));
}

proptest! {
    #[test]
    fn any_range_of_any_log_is_found_whole(size in 0_u64..40, a in 0_u64..40, b in 0_u64..40) {
        let even = |n: u64| (n & !1).min(size);
        let log = sample::log(size);
        let lines = log.lines(&log.manifest(even(a.min(b)), even(a.max(b))));
        let report = check(&lines);
        prop_assert!(report.is_ok(), "{:?}", report);
    }

    #[test]
    fn a_changed_byte_is_found_in_its_line(line in 1_usize..7, at in any::<prop::sample::Index>(), bit in 0..8) {
        let (_, mut lines) = lines();
        let at = at.index(lines[line].len());
        lines[line][at] ^= 1_u8 << bit;
        let found = finding(&lines);
        prop_assert_eq!(found.line, line as u64 + 1, "{}", found);
        let named = matches!(found.fault, Fault::Changed(_) | Fault::Malformed(_) | Fault::CutOff);
        prop_assert!(named, "{}", found);
    }

    /// The purpose and the time of export are the exporter's word. The period may be drawn
    /// otherwise only where that is just as true.
    #[test]
    fn a_changed_manifest_is_found_or_proves_the_same_range(at in any::<prop::sample::Index>(), bit in 0..8) {
        let (log, mut lines) = lines();
        let before = log.manifest(4, 8);
        let at = at.index(lines[0].len());
        lines[0][at] ^= 1_u8 << bit;
        if check(&lines).is_ok() {
            let after = Manifest::parse(lines[0].strip_suffix(b"\n").unwrap()).unwrap();
            let Manifest { from, to, purpose, exported_at, .. } = after.clone();
            prop_assert_eq!(Manifest { from, to, purpose, exported_at, ..before }, after);
            prop_assert!(log.leaves[3].time < from && from <= log.leaves[4].time);
            prop_assert!(log.leaves[7].time < to && to <= log.leaves[8].time);
        }
    }

    #[test]
    fn a_removed_line_is_found(line in 1_usize..7) {
        let (_, mut lines) = lines();
        lines.remove(line);
        let (found, expected) = (finding(&lines), line as u64 + 2);
        prop_assert_eq!(found.line, line as u64 + 1);
        let named = match found.fault {
            Fault::Gap { expected: gap, found } => gap == expected && found == expected + 1,
            Fault::Ended(missing) => line == 6 && missing == expected,
            _ => false,
        };
        prop_assert!(named);
    }

    #[test]
    fn two_lines_that_changed_places_are_found(one in 1_usize..7, other in 1_usize..7) {
        prop_assume!(one != other);
        let (first, last) = (one.min(other), one.max(other));
        let (_, mut lines) = lines();
        lines.swap(first, last);
        let found = finding(&lines);
        prop_assert_eq!(found.line, first as u64 + 1);
        let Fault::Order { expected, moved_to, .. } = found.fault else { panic!("{found}") };
        prop_assert_eq!((expected, moved_to), (first as u64 + 2, last as u64 + 1));
    }

    #[test]
    fn a_doubled_line_is_found(line in 1_usize..7, to in 1_usize..8) {
        let (_, mut lines) = lines();
        let copy = lines[line].clone();
        lines.insert(to, copy);
        let found = finding(&lines);
        let Fault::Repeated(index) = found.fault else { panic!("{found}") };
        prop_assert_eq!(index, line as u64 + 2);
    }

    #[test]
    fn a_truncated_export_is_found(cut in any::<prop::sample::Index>()) {
        let whole = lines().1.concat();
        let at = cut.index(whole.len());
        let found = verify(&whole[..at], None).unwrap_err();
        let ended = matches!(found.fault, Fault::CutOff | Fault::Ended(_));
        prop_assert!(ended, "{}", found);
    }

    #[test]
    fn a_line_too_many_is_found(line in 1_usize..8, index in prop::sample::select(vec![0_u64, 1, 2, 9, 10, 11])) {
        let (log, mut lines) = lines();
        lines.insert(line, sample::fence(&log.leaves[index as usize]));
        let found = finding(&lines);
        prop_assert_eq!(found.line, line as u64 + 1);
        let named = matches!(found.fault, Fault::Extra | Fault::Order { .. } | Fault::Gap { .. });
        prop_assert!(named, "{}", found);
    }

    #[test]
    fn a_forged_entry_is_found_whichever_it_is(index in 4_u64..8) {
        let (log, mut lines) = lines();
        lines[index as usize - 2] = forged(&log, index, "\"Läsa\"", "\"Söka\"");
        let found = finding(&lines);
        prop_assert!(matches!(found.fault, Fault::Root), "{}", found);
    }
}
