//! What an export is believed on: keys that hand over, witnesses, a checkpoint kept from before,
//! bodies disposed of; and that the finding doesn't hang on how the export is cut into blocks.

use proptest::prelude::*;

use super::*;
use crate::ledger::checkpoint::LogKey;
use crate::ledger::cosignature::{WitnessKey, add_lines, note_text};
use crate::ledger::sample::{self, Log};
use crate::ledger::{Hash, disposed_line};

const SIZE: u64 = 12;

fn log_key(seed: u8) -> LogKey {
    LogKey::new(sample::key().origin(), &[seed; 32]).unwrap()
}

fn witness(seed: u8) -> WitnessKey {
    WitnessKey::new(&format!("witness{seed}.example"), &[seed; 32]).unwrap()
}

fn checkpoint(log: &Log, size: u64) -> Checkpoint {
    let origin = sample::key().origin().to_owned();
    let root = log.range(0, size).root().unwrap();
    Checkpoint { origin, size, root, time: log.signed_at() }
}

/// Leaves 4 to 7 of 12, under a manifest that is changed before.
fn export(log: &Log, change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    let mut manifest = log.manifest(4, 8);
    change(&mut manifest);
    log.lines(&manifest).concat()
}

fn trust() -> Trust {
    Trust::from(Some(&sample::key().verifier_key()))
}

/// What is said of an export: the line and the words of the finding, or the report's.
fn said(export: &[u8], trust: &Trust) -> Result<String, (u64, String)> {
    let report = verify(export, trust.clone());
    report.map(|report| report.to_string()).map_err(|found| (found.line, found.fault.to_string()))
}

#[test]
fn a_reader_with_the_first_key_follows_it_to_the_one_that_signs() {
    let log = sample::log(SIZE);
    let (old, new) = (sample::key(), log_key(8));
    let links = vec![
        Succession::sign(&old, &log_key(6), sample::time(1)).unwrap(),
        Succession::sign(&log_key(6), &new, sample::time(2)).unwrap(),
    ];
    let rotated = |successions: Vec<String>| {
        export(&log, |manifest| {
            manifest.checkpoint = checkpoint(&log, SIZE).sign(&[&new]).unwrap();
            manifest.key = new.verifier_key();
            manifest.successions = successions;
        })
    };
    let whole = rotated(links.clone());
    let report = verify(whole.as_slice(), trust()).unwrap();
    assert_eq!(report.successions.len(), 2);
    let words = report.to_string();
    assert!(words.contains(&format!("handed over to {}", new.verifier_key())), "{words}");
    assert!(words.contains("The first of them is the one that you gave"), "{words}");
    for key in [log_key(6), log_key(8)] {
        assert!(verify(whole.as_slice(), Some(&key.verifier_key())).is_ok());
    }
    let stranger = Succession::sign(&log_key(9), &new, sample::time(2)).unwrap();
    for successions in [
        vec![],
        links[..1].to_vec(),
        vec![links[0].clone(), stranger.clone()],
        vec![stranger],
        vec![links[1].clone(), links[0].clone()],
    ] {
        let found = verify(rotated(successions).as_slice(), trust()).unwrap_err();
        assert!(matches!(found, Finding { line: 1, fault: Fault::WrongKey, .. }), "{found}");
    }
}

#[test]
fn witnesses_are_counted_by_name_and_key() {
    let log = sample::log(SIZE);
    let cosigned = export(&log, |manifest| {
        let body = note_text(&manifest.checkpoint).unwrap();
        let lines = [1, 2].map(|seed| witness(seed).cosign(&body, sample::time(30)));
        manifest.checkpoint = add_lines(&manifest.checkpoint, lines).unwrap();
    });
    let asked = |seeds: &[u8], needed| Trust {
        witnesses: seeds.iter().map(|&seed| witness(seed).verifier_key()).collect(),
        witnesses_needed: needed,
        ..trust()
    };
    let report = verify(cosigned.as_slice(), asked(&[1, 2], 2)).unwrap();
    assert_eq!(report.cosigned.len(), 2);
    assert!(report.to_string().contains("witness2.example has cosigned it"));
    let report = verify(cosigned.as_slice(), asked(&[1, 3], 1)).unwrap();
    assert!(report.to_string().contains("1 of the 2 witnesses"));
    for (seeds, needed, found) in
        [(&[1_u8, 3][..], 2, 1), (&[3], 1, 0), (&[1, 1], 2, 1), (&[], 1, 0)]
    {
        let (line, words) = said(&cosigned, &asked(seeds, needed)).unwrap_err();
        assert_eq!((line, words), (1, Fault::Unwitnessed { needed, found }.to_string()));
    }
    // A witness of an older checkpoint is none of this one.
    let moved = export(&log, |manifest| {
        let older = checkpoint(&log, 10).body();
        let line = witness(1).cosign(&older, sample::time(30));
        manifest.checkpoint = add_lines(&manifest.checkpoint, [line]).unwrap();
    });
    assert!(said(&moved, &asked(&[1], 1)).is_err());
}

#[test]
fn a_log_is_held_to_the_checkpoint_that_was_kept() {
    let log = sample::log(SIZE);
    let whole = export(&log, |_| ());
    let kept = |note: String| Trust { kept: Some(note), ..trust() };
    let signed = |checkpoint: &Checkpoint| checkpoint.sign(&[&sample::key()]).unwrap();
    for size in 1..=SIZE {
        let report = verify(whole.as_slice(), kept(signed(&checkpoint(&log, size)))).unwrap();
        // Leaves 3 to 8 are shown; the root is known from 3 to 9, and at the end.
        let seen = (3..=9).contains(&size) || size == SIZE;
        let expected = if seen { Kept::Held(size) } else { Kept::Unseen(size) };
        assert_eq!(report.kept, Some(expected));
        let fork = Checkpoint { root: Hash::of(b"fork"), ..checkpoint(&log, size) };
        let forked = verify(whole.as_slice(), kept(signed(&fork)));
        assert_eq!(forked.is_err(), seen);
        if let Err(found) = forked {
            assert!(matches!(found.fault, Fault::Fork(it) if it == size), "{found}");
        }
    }
    // The same export, shown once more after the log has grown.
    let grown = sample::log(SIZE + 2);
    let (line, words) = said(&whole, &kept(signed(&checkpoint(&grown, SIZE + 2)))).unwrap_err();
    assert_eq!((line, words), (1, Fault::Older { kept: 14, found: 12 }.to_string()));
    let foreign = checkpoint(&log, 5).sign(&[&log_key(9)]).unwrap();
    for wrong in [foreign, "no note".to_owned()] {
        assert!(matches!(verify(whole.as_slice(), kept(wrong)).unwrap_err().fault, Fault::Kept(_)));
    }
}

#[test]
fn a_body_that_was_disposed_of_keeps_its_place() {
    let log = sample::log(SIZE);
    let disposal = log.entries[11].id;
    let with = |places: &[usize]| {
        let mut lines = log.lines(&log.manifest(4, 8));
        for &place in places {
            let mut line = Vec::new();
            disposed_line(&mut line, disposal, &log.leaves[place + 2].bytes());
            lines[place] = line;
        }
        lines
    };
    let report = verify(with(&[2, 5]).concat().as_slice(), trust()).unwrap();
    assert_eq!(report.disposed.get(&disposal), Some(&2));
    let words = report.to_string();
    assert!(words.contains("2 bodies were disposed of; their places hold"), "{words}");
    assert!(words.contains(&format!("entry {disposal}: 2")), "{words}");
    // Not beside the period, not with another leaf, not in another spelling.
    let told = verify(with(&[1]).concat().as_slice(), trust()).unwrap_err();
    assert!(matches!(told, Finding { line: 2, fault: Fault::Told, .. }), "{told}");
    let replaced = |from: &str, to: &str| {
        let mut lines = with(&[2]);
        let text = String::from_utf8(lines[2].clone()).unwrap();
        assert!(text.contains(from));
        lines[2] = text.replacen(from, to, 1).into_bytes();
        verify(lines.concat().as_slice(), trust()).unwrap_err()
    };
    for (from, to) in [
        ("\"index\":4", "\"index\":5"),
        (&disposal.to_string(), "x"),
        ("}\n", ",\"records\":[]}\n"),
    ] {
        assert_eq!(replaced(from, to).line, 3, "{from}");
    }
}

/// Each way to tamper with the file, and what is said of it, whatever the blocks.
#[test]
fn every_tampering_is_found_and_named() {
    let log = sample::log(SIZE);
    let lines = log.lines(&log.manifest(4, 8));
    let other = sample::log(SIZE + 2);
    let edit = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut lines = lines.clone();
        change(&mut lines);
        lines.concat()
    };
    let table: [(&str, Vec<u8>, u64, &str); 9] = [
        ("cut off at a line", edit(&|it| it.truncate(5)), 6, "leaf 7 should follow"),
        ("cut off within a line", edit(&|it| it[6].truncate(90)), 7, "cut off"),
        ("deleted", edit(&|it| drop(it.remove(4))), 5, "leaf 6 should stand here; it was removed"),
        (
            "inserted",
            edit(&|it| it.insert(4, other.line(9))),
            5,
            "leaf 6 should stand here; it was moved",
        ),
        (
            "swapped",
            edit(&|it| it.swap(3, 5)),
            4,
            "leaf 5 should stand here; it was moved to line 6",
        ),
        (
            "replayed line",
            edit(&|it| it.insert(4, it[3].clone())),
            5,
            "leaf 5 stands more than once",
        ),
        (
            "edited",
            edit(&|it| *it.last_mut().unwrap() = sample::fence(&other.leaves[9])),
            7,
            "leaf 8 should stand here",
        ),
        (
            "forged checkpoint",
            export(&log, |it| it.checkpoint = it.checkpoint.replacen("\n12\n", "\n13\n", 1)),
            1,
            "not a note signed by",
        ),
        ("wrong key", export(&log, |it| it.key = log_key(9).verifier_key()), 1, "another key"),
    ];
    for (name, export, line, words) in table {
        let found = said(&export, &trust()).unwrap_err();
        assert!(found.0 == line && found.1.contains(words), "{name}: {found:?}");
    }
}

proptest! {
    #[test]
    fn the_finding_does_not_hang_on_the_blocks(
        size in 1_usize..6000,
        threads in 1_usize..5,
        tamper in 0_usize..6,
        at in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
        bit in 0..8,
    ) {
        let log = sample::log(24);
        let mut lines = log.lines(&log.manifest(4, 20));
        let (at, to) = (at.index(lines.len() - 1) + 1, to.index(lines.len() - 1) + 1);
        match tamper {
            0 => (),
            1 => { let byte = to * 7 % lines[at].len(); lines[at][byte] ^= 1_u8 << bit }
            2 => drop(lines.remove(at)),
            3 => lines.swap(at, to),
            4 => { let line = lines[at].clone(); lines.insert(to, line) }
            _ => lines.truncate(at),
        }
        let export = lines.concat();
        let trust = Trust { kept: Some(checkpoint(&log, 9).sign(&[&sample::key()]).unwrap()), ..trust() };
        let in_one = verify_in(Blocks::new(export.as_slice(), 1 << 20), &trust, 1);
        let in_many = verify_in(Blocks::new(export.as_slice(), size), &trust, threads);
        match (in_one, in_many) {
            (Ok(one), Ok(many)) => prop_assert_eq!(one, many),
            (Err(one), Err(many)) => prop_assert_eq!(one.to_string(), many.to_string()),
            (one, many) => prop_assert!(false, "{:?} {:?}", one, many),
        }
    }
}
