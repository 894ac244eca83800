//! The rooms that read the ledger's files, as they stand in the service, and what the targets share.

#![allow(dead_code, reason = "the targets need a part of these rooms")]

#[path = "../../src/clock.rs"]
pub mod clock;
#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/ledger/mod.rs"]
pub mod ledger;

use std::sync::OnceLock;

use chrono::DateTime;
use clock::Instant;
use domain::ids::AgencyId;
use ledger::{
    Checkpoint, CompactRange, Hash, Leaf, LogKey, Manifest, RecordLine, leaf_line, origin, verify,
};

/// The key of the logs that are made up here: the seed of the samples, 32 times 7.
pub fn key() -> &'static LogKey {
    static KEY: OnceLock<LogKey> = OnceLock::new();
    KEY.get_or_init(|| {
        LogKey::new(&origin("samsyn.example", agency()), &[7; 32]).expect("a fit name")
    })
}

/// The agency whose log it is.
pub fn agency() -> AgencyId {
    AgencyId::new(uuid::Uuid::from_u128(1))
}

/// A moment in the log.
pub fn time() -> Instant {
    DateTime::from_timestamp(1_793_606_400, 0).expect("a moment")
}

/// An export of a log with one leaf, which has this header and these records, signed and all.
pub fn export(header: &[u8], records: &[RecordLine<'_>]) -> Vec<u8> {
    let open = (0..).zip(records).filter(|(_, record)| matches!(record, RecordLine::Open(_)));
    let leaf = Leaf {
        entry: Hash::of(header),
        index: 0,
        log: key().origin().to_owned(),
        open: open.map(|(place, _)| place).collect(),
        time: time(),
    };
    let mut tree = CompactRange::new(0);
    tree.append(leaf.hash());
    let checkpoint = Checkpoint {
        origin: key().origin().to_owned(),
        size: 1,
        root: tree.root().expect("it begins at 0"),
        time: time(),
    };
    let manifest = Manifest {
        agency: agency(),
        log: key().origin().to_owned(),
        from: time(),
        to: time() + chrono::TimeDelta::seconds(1),
        purpose: "granskning".to_owned(),
        exported_at: time(),
        first: 0,
        end: 1,
        left: Vec::new(),
        right: Vec::new(),
        checkpoint: checkpoint.sign(&[key()]).expect("its own key"),
        key: key().verifier_key(),
        successions: Vec::new(),
    };
    let mut export = manifest.line();
    leaf_line(&mut export, &leaf.bytes(), header, records);
    export
}

/// The header of an entry that has this one record.
pub fn header_of(record: &[u8]) -> Vec<u8> {
    let header = format!(
        "{{\"act\":\"ReadItem\",\"action\":\"Läsa\",\"actor\":{{\"kind\":\"staff\"}},\
         \"at\":\"2026-11-02T08:00:00.000000Z\",\"decision\":\"permit\",\
         \"id\":\"00000000-0000-0000-0000-000000000100\",\"outcome\":\"done\",\"policy\":\"\",\
         \"records\":[\"{}\"],\"request\":\"\",\"rules\":[],\
         \"salt\":\"00000000000000000000000000000000\"}}",
        Hash::of(record)
    );
    header.into_bytes()
}

/// Whether the verifier takes it, given the key.
pub fn is_proved(export: &[u8]) -> bool {
    verify(export, Some(&key().verifier_key())).is_ok()
}
