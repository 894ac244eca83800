//! Two programs that were written apart must say the same of an export: `docs/verify/verify.py`, made
//! from the docs alone, and the service's own. They are shown good exports and ones that were
//! tampered with, by anybody and by the signer.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use samsyn::ledger::{
    Checkpoint, CompactRange, Hash, Leaf, LogKey, Manifest, RecordLine, Succession, Trust,
    VerifierKey, WitnessKey, WitnessVerifierKey, add_lines, leaf_line, note_text, verify,
};

/// Leaves 4 to 7 of 12, made from the samples of the ledger's own tests.
const GOOD: &[u8] = include_bytes!("../fuzz/seeds/verify/export.ndjson");
const DISPOSED: &[u8] = include_bytes!("../fuzz/seeds/verify/disposed.ndjson");

/// An export, what the reader knows, and whether it should be proved.
#[derive(Clone)]
struct Case {
    name: String,
    export: Vec<u8>,
    trust: Trust,
    proved: bool,
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/verify/verify.py")
}

fn manifest() -> Manifest {
    Manifest::parse(lines()[0].strip_suffix(b"\n").unwrap()).unwrap()
}

fn lines() -> Vec<Vec<u8>> {
    GOOD.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// The key of the samples, and others of the same log.
fn log_key(seed: u8) -> LogKey {
    LogKey::new(&manifest().log, &[seed; 32]).unwrap()
}

fn witness(seed: u8) -> WitnessKey {
    WitnessKey::new(&format!("witness{seed}.example"), &[seed; 32]).unwrap()
}

fn with_key(seed: u8) -> Trust {
    Trust { key: Some(log_key(seed).verifier_key()), ..Trust::default() }
}

fn under(change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    let (mut lines, mut manifest) = (lines(), manifest());
    change(&mut manifest);
    lines[0] = manifest.line();
    lines.concat()
}

/// An export of one leaf with this header and record, all signed: what is wrong with it is the
/// signer's.
fn signed(header: &str, record: &str) -> Vec<u8> {
    let old = manifest();
    let header = header.replace("HASH", &Hash::of(record.as_bytes()).to_string());
    let leaf = Leaf {
        entry: Hash::of(header.as_bytes()),
        index: 0,
        log: old.log.clone(),
        open: vec![0],
        time: old.from,
    };
    let mut tree = CompactRange::new(0);
    tree.append(leaf.hash());
    let origin = old.log.clone();
    let checkpoint = Checkpoint { origin, size: 1, root: tree.root().unwrap(), time: old.to };
    let manifest = Manifest {
        first: 0,
        end: 1,
        left: Vec::new(),
        right: Vec::new(),
        checkpoint: checkpoint.sign(&[&log_key(7)]).unwrap(),
        ..old
    };
    let mut export = manifest.line();
    leaf_line(
        &mut export,
        &leaf.bytes(),
        header.as_bytes(),
        &[RecordLine::Open(record.as_bytes())],
    );
    export
}

const HEADER: &str = "{\"act\":\"ReadItem\",\"action\":\"Läsa\",\"actor\":{\"kind\":\"staff\"},\
    \"at\":\"2026-11-02T08:00:00.000000Z\",\"decision\":\"permit\",\
    \"id\":\"00000000-0000-0000-0000-000000000100\",\"outcome\":\"done\",\"policy\":\"\",\
    \"records\":[\"HASH\"],\"request\":\"\",\"rules\":[],\"salt\":\"00000000000000000000000000000000\"}";
const RECORD: &str = "{\"agency\":\"00000000-0000-0000-0000-000000000001\",\"effect\":\"shown\",\
    \"facts\":{\"age\":9},\"open_to_actor\":true,\"resource\":{\"kind\":\"item\"},\"rules\":[\"P05\"],\
    \"salt\":\"00000000000000000000000000000000\"}";

/// What a signer may write that is not of the format, and what only looks so.
fn by_the_signer() -> Vec<Case> {
    let nested = |depth: usize| format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
    let changes: [(&str, &str, String, bool); 18] = [
        ("header", "\"ReadItem\"", "\"ReadItem\"".to_owned(), true),
        ("header", "\"policy\":\"\"", "\"policy\":\"\",\"policx\":1".to_owned(), false),
        ("header", "\"policy\":\"\"", "\"policy\":\"\",\"policz\":1".to_owned(), false),
        ("header", "\"policy\":\"\",", String::new(), false),
        ("header", "\"policy\":\"\"", "\"policy\":1".to_owned(), false),
        ("header", "\"permit\"", "\"perhaps\"".to_owned(), false),
        ("header", "2026-11-02", "2026-11-31".to_owned(), false),
        ("header", "08:00:00.0", "08:00:60.0".to_owned(), false),
        ("header", "0100\"", "010A\"".to_owned(), false),
        ("header", "ReadItem", "\\n\\u0001\\\"\u{7f}\u{2028}".to_owned(), true),
        ("header", "ReadItem", "\\u000a".to_owned(), false),
        ("header", "ReadItem", "\\/".to_owned(), false),
        ("record", "{\"age\":9}", nested(62), true),
        ("record", "{\"age\":9}", nested(63), false),
        ("record", "{\"age\":9}", "{\"å\":1}".to_owned(), false),
        ("record", "{\"age\":9}", "{\"b\":1,\"a\":1}".to_owned(), false),
        ("record", "{\"age\":9}", "{\"age\":9007199254740993}".to_owned(), false),
        ("record", "{\"age\":9}", "{\"age\":1.0}".to_owned(), false),
    ];
    let made = changes.into_iter().map(|(part, from, to, proved)| {
        let (header, record) = match part {
            "header" => (HEADER.replacen(from, &to, 1), RECORD.to_owned()),
            _ => (HEADER.to_owned(), RECORD.replacen(from, &to, 1)),
        };
        assert!(HEADER.contains(from) || RECORD.contains(from), "{from}");
        let name = format!("signed {part}: {from} as {to}");
        Case { name, export: signed(&header, &record), trust: with_key(7), proved }
    });
    made.collect()
}

fn by_keys_and_witnesses() -> Vec<Case> {
    let old = Checkpoint::open(&manifest().checkpoint, &log_key(7).verifier_key()).unwrap();
    let link =
        |from: u8, to: u8| Succession::sign(&log_key(from), &log_key(to), manifest().from).unwrap();
    let rotated = |successions: Vec<String>| {
        under(|it| {
            it.checkpoint = old.sign(&[&log_key(9)]).unwrap();
            it.key = log_key(9).verifier_key();
            it.successions = successions;
        })
    };
    let cosigned = under(|it| {
        let line = witness(3).cosign(&note_text(&it.checkpoint).unwrap(), it.to);
        it.checkpoint = add_lines(&it.checkpoint, [line]).unwrap();
    });
    let known = |seeds: &[u8], needed| Trust {
        witnesses: seeds.iter().map(|&seed| witness(seed).verifier_key()).collect(),
        witnesses_needed: needed,
        ..with_key(7)
    };
    let case = |name: &str, export: Vec<u8>, trust: Trust, proved: bool| Case {
        name: name.to_owned(),
        export,
        trust,
        proved,
    };
    vec![
        case("whole", GOOD.to_vec(), with_key(7), true),
        case("whole, by its own key", GOOD.to_vec(), Trust::default(), true),
        case("disposed", DISPOSED.to_vec(), with_key(7), true),
        case("another key", GOOD.to_vec(), with_key(8), false),
        case("two links", rotated(vec![link(7, 8), link(8, 9)]), with_key(7), true),
        case(
            "two links, the middle known",
            rotated(vec![link(7, 8), link(8, 9)]),
            with_key(8),
            true,
        ),
        case("a link is missing", rotated(vec![link(7, 8)]), with_key(7), false),
        case("no link", rotated(vec![]), with_key(7), false),
        case("another's link", rotated(vec![link(6, 9)]), with_key(7), false),
        case("cosigned", cosigned.clone(), known(&[3], 1), true),
        case("cosigned by one of two", cosigned.clone(), known(&[3, 4], 1), true),
        case("cosigned by one of two, two needed", cosigned, known(&[3, 4], 2), false),
        case("not cosigned", GOOD.to_vec(), known(&[3], 1), false),
        case(
            "forged checkpoint",
            under(|it| it.checkpoint = it.checkpoint.replace("\n12\n", "\n13\n")),
            with_key(7),
            false,
        ),
        case("a longer period", under(|it| it.to = it.exported_at), with_key(7), false),
        case(
            "a hash left out",
            under(|it| it.left.truncate(it.left.len() - 1)),
            with_key(7),
            false,
        ),
        case("a hash too many", under(|it| it.right.push(Hash::of(b"x"))), with_key(7), false),
        case("another hash", under(|it| it.right[0] = Hash::of(b"x")), with_key(7), false),
        case(
            "another agency",
            under(|it| it.agency = samsyn::domain::ids::AgencyId::new(uuid::Uuid::from_u128(2))),
            with_key(7),
            false,
        ),
    ]
}

/// A checkpoint that the reader has kept: whether the log may have lost it, as far as the export shows.
fn by_kept_checkpoints() -> Vec<Case> {
    let manifest = manifest();
    let newest = Checkpoint::open(&manifest.checkpoint, &manifest.key).unwrap();
    let leaf_hash = |line: &Vec<u8>| -> Hash {
        let line: serde_json::Value = serde_json::from_slice(line).unwrap();
        Hash::of_leaf(&serde_json::to_vec(&line["leaf"]).unwrap())
    };
    // The tree as it was with each size that the export shows.
    let (mut tree, right) = manifest.ranges(newest.size).unwrap();
    let mut roots = vec![(tree.end(), tree.root().unwrap())];
    for line in &lines()[1..] {
        tree.append(leaf_hash(line));
        roots.push((tree.end(), tree.root().unwrap()));
    }
    tree.extend(&right).unwrap();
    assert_eq!(tree.root(), Some(newest.root));
    roots.push((newest.size, newest.root));
    let kept = |size: u64, root: Hash, seed: u8| {
        let checkpoint = Checkpoint { size, root, ..newest.clone() };
        Trust { kept: Some(checkpoint.sign(&[&log_key(seed)]).unwrap()), ..with_key(7) }
    };
    let mut cases = Vec::new();
    let mut add = |name: String, export: Vec<u8>, trust: Trust, proved: bool| {
        cases.push(Case { name, export, trust, proved });
    };
    for &(size, root) in &roots {
        add(format!("kept with {size} leaves"), GOOD.to_vec(), kept(size, root, 7), true);
        let fork = kept(size, Hash::of(b"fork"), 7);
        add(format!("kept with {size} other leaves"), GOOD.to_vec(), fork, false);
    }
    let root = Hash::of(b"any");
    // What the export doesn't show stays unproved, and is said to be.
    add("kept from before what is shown".to_owned(), GOOD.to_vec(), kept(1, root, 7), true);
    add("kept from between".to_owned(), GOOD.to_vec(), kept(newest.size - 1, root, 7), true);
    add("kept from later".to_owned(), GOOD.to_vec(), kept(newest.size + 1, root, 7), false);
    add("kept of another key".to_owned(), GOOD.to_vec(), kept(1, root, 8), false);
    let own = Trust { key: None, ..kept(newest.size + 5, root, 7) };
    add("kept from later, by the export's own key".to_owned(), GOOD.to_vec(), own, false);
    let none = Trust { kept: Some("no note".to_owned()), ..with_key(7) };
    add("kept what is no checkpoint".to_owned(), GOOD.to_vec(), none, false);
    // A checkpoint from before the key changed is as good.
    let link = Succession::sign(&log_key(7), &log_key(9), manifest.from).unwrap();
    let rotated = under(|it| {
        it.checkpoint = newest.sign(&[&log_key(9)]).unwrap();
        it.key = log_key(9).verifier_key();
        it.successions = vec![link];
    });
    add("kept before the key changed".to_owned(), rotated.clone(), kept(5, roots[2].1, 7), true);
    let later = kept(newest.size + 1, root, 7);
    add("kept from later, before the key changed".to_owned(), rotated, later, false);
    cases
}

/// What anybody can do to the file.
fn by_anybody() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name: String, lines: Vec<Vec<u8>>| {
        cases.push(Case { name, export: lines.concat(), trust: with_key(7), proved: false });
    };
    for place in 0..lines().len() {
        let edit = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
            let mut lines = lines();
            change(&mut lines);
            lines
        };
        add(format!("line {place} deleted"), edit(&|it| drop(it.remove(place))));
        add(format!("line {place} doubled"), edit(&|it| it.insert(place, it[place].clone())));
        if place > 1 {
            add(format!("line {place} swapped"), edit(&|it| it.swap(place, place - 1)));
            add(format!("line {place} put first"), edit(&|it| it.swap(place, 0)));
        }
        add(
            format!("cut off in line {place}"),
            edit(&|it| {
                it.truncate(place + 1);
                it[place].pop();
            }),
        );
        for at in [12, 200] {
            let name = format!("byte {at} of line {place} changed");
            add(
                name,
                edit(&|it| {
                    let at = at % it[place].len();
                    it[place][at] ^= 1;
                }),
            );
        }
    }
    add("a line too many".to_owned(), [lines(), vec![b"{}\n".to_vec()]].concat());
    add("nothing".to_owned(), Vec::new());
    cases
}

/// Whether the script proves it, and else the line that it names.
fn by_script(case: &Case, file: &Path) -> Result<(), u64> {
    std::fs::write(file, &case.export).unwrap();
    let mut command = Command::new("python3");
    command.arg(script()).arg(file);
    let key = case.trust.key.as_ref().map(VerifierKey::to_string);
    command.args(key.iter().flat_map(|key| ["--key", key]));
    let witnesses: Vec<String> =
        case.trust.witnesses.iter().map(WitnessVerifierKey::to_string).collect();
    command.args(witnesses.iter().flat_map(|key| ["--witness", key]));
    command.args(["--witnesses-needed", &case.trust.witnesses_needed.to_string()]);
    if let Some(kept) = &case.trust.kept {
        let checkpoint = file.with_file_name("checkpoint");
        std::fs::write(&checkpoint, kept).unwrap();
        command.arg("--checkpoint").arg(checkpoint);
    }
    let done = command.output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    match done.status.code() {
        Some(0) => Ok(()),
        Some(1) => {
            let line = said.strip_prefix("Not proved. line ").and_then(|it| it.split_once(':'));
            Err(line.unwrap_or_else(|| panic!("{}: {said}", case.name)).0.parse().unwrap())
        }
        other => panic!("{}: {other:?} {}", case.name, String::from_utf8_lossy(&done.stderr)),
    }
}

#[test]
fn a_program_made_from_the_docs_says_the_same() {
    let there = Command::new("python3").args(["-c", "import cryptography"]).output();
    if !there.is_ok_and(|done| done.status.success()) {
        let missing =
            "NOT RUN: no python3 with the package `cryptography`, so nothing was compared";
        assert!(std::env::var_os("SAMSYN_VALIDATORS_REQUIRED").is_none(), "{missing}");
        // Written to the handle, since the harness swallows what a passing test prints.
        let _ = writeln!(std::io::stderr(), "{missing}");
        return;
    }
    let folder = std::env::temp_dir().join(format!("samsyn-verify-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut wrong = Vec::new();
    let cases =
        [by_keys_and_witnesses(), by_kept_checkpoints(), by_the_signer(), by_anybody()].concat();
    for case in &cases {
        let ours = verify(case.export.as_slice(), case.trust.clone());
        let ours = ours.map(drop).map_err(|finding| finding.line);
        let theirs = by_script(case, &folder.join("export.ndjson"));
        if ours != theirs || ours.is_ok() != case.proved {
            wrong.push(format!("{}: ours {ours:?}, theirs {theirs:?}", case.name));
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_second_program_is_short_enough_to_be_read() {
    let lines = std::fs::read_to_string(script()).unwrap().lines().count();
    assert!(lines <= 200, "{lines} lines");
}
