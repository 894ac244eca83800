//! A log made up for tests.

use chrono::{DateTime, TimeDelta};
use serde_json::json;
use uuid::Uuid;

use super::{
    ActorKind, ActorMark, Checkpoint, CompactRange, Decision, Effect, FactSheet, Hash, Header,
    Leaf, LogKey, Manifest, Outcome, Record, RecordLine, Resource, SealedEntry, fence_line,
    leaf_line, origin,
};
use crate::clock::Instant;
use crate::domain::ids::AgencyId;

/// The agency whose log it is.
pub(super) fn agency(n: u128) -> AgencyId {
    AgencyId::new(Uuid::from_u128(n))
}

/// `n` tens of seconds into a working day.
pub(super) fn time(n: i64) -> Instant {
    DateTime::from_timestamp(1_793_606_400, 0).unwrap() + TimeDelta::seconds(n * 10)
}

pub(super) fn key() -> LogKey {
    LogKey::new(&origin("samsyn.example", agency(1)), &[7; 32]).unwrap()
}

pub(super) fn header(n: u64) -> Header {
    let odd = (n % 2 == 1).then_some(());
    Header {
        id: Uuid::from_u128(0x100 + u128::from(n)).into(),
        at: time((n / 2) as i64),
        act: "ReadItem".to_owned(),
        action: "Läsa".to_owned(),
        decision: Decision::Permit,
        outcome: Outcome::Done,
        rules: vec!["P05".to_owned()],
        policy: Hash::of(b"policies").to_string(),
        actor: ActorMark {
            kind: ActorKind::Staff,
            id: odd.map(|()| Uuid::from_u128(0x200)),
            name: odd.map(|()| "kurator \"1\"".to_owned()),
            account: odd.map(|()| "konto-1".to_owned()),
            role: odd.map(|()| "elevhälsa".to_owned()),
            unit: odd.map(|()| Uuid::from_u128(0x201).into()),
            agency: Some(agency(1)),
            assurance: odd.map(|()| 3),
            issuer: odd.map(|()| "https://idp.example".to_owned()),
        },
        on_behalf_of: odd.map(|()| Uuid::from_u128(0x303).into()),
        request: format!("request-{n}"),
        client: odd.map(|()| "samsyn-web".to_owned()),
        purpose: odd.map(|()| "samordning".to_owned()),
        reason: odd.map(|()| "möte\n\u{2028}".to_owned()),
        subject: odd.map(|()| Uuid::from_u128(0x300).into()),
        case: odd.map(|()| Uuid::from_u128(0x301).into()),
        resource: odd.map(|()| Resource { kind: "item".to_owned(), id: None }),
        status: odd.map(|()| 200),
        settings: odd.map(|()| Hash::of(b"settings").to_string()),
        salt: [n as u8; 16],
    }
}

/// The record in place `n`; every third belongs to the log's own agency.
pub(super) fn record(n: u64) -> Record {
    Record {
        agency: agency(1 + u128::from(n % 3)),
        open_to_actor: false,
        child: Some(Uuid::from_u128(0x300).into()),
        case: Some(Uuid::from_u128(0x301).into()),
        resource: Resource {
            kind: "item".to_owned(),
            id: Some(Uuid::from_u128(900 + u128::from(n))),
        },
        category: Some("MED".to_owned()),
        effect: Effect::Shown,
        rules: vec!["P05".to_owned(), "P07".to_owned()],
        ground: Some("CONSENT".to_owned()),
        publication: Some(Uuid::from_u128(0x302).into()),
        consent: Some(Uuid::from_u128(0x303).into()),
        on_behalf_of: None,
        facts: n
            .is_multiple_of(2)
            .then(|| FactSheet::new(json!({ "inside": false, "age": 9 })).unwrap()),
        terms: n
            .is_multiple_of(3)
            .then(|| FactSheet::new(json!({ "identity_number": "00" })).unwrap()),
        salt: [0xa0 | n as u8; 16],
    }
}

/// The line of a fence.
pub(super) fn fence(leaf: &Leaf) -> Vec<u8> {
    let mut line = Vec::new();
    fence_line(&mut line, &leaf.bytes());
    line
}

/// None to three records.
pub(super) fn records(n: u64) -> Vec<Record> {
    (0..n % 4).map(record).collect()
}

/// A log of one agency.
pub(super) struct Log {
    pub(super) entries: Vec<SealedEntry>,
    pub(super) leaves: Vec<Leaf>,
}

/// A log of `size` leaves; two at a time share their time.
pub(super) fn log(size: u64) -> Log {
    let entries: Vec<SealedEntry> = (0..size).map(|n| header(n).seal(&records(n))).collect();
    let leaf = |(index, entry): (u64, &SealedEntry)| Leaf {
        entry: entry.hash,
        index,
        log: key().origin().to_owned(),
        open: entry.open_to(agency(1)),
        time: time((index / 2) as i64),
    };
    let leaves = (0..).zip(&entries).map(leaf).collect();
    Log { entries, leaves }
}

impl Log {
    /// When the checkpoint was signed.
    pub(super) fn signed_at(&self) -> Instant {
        time(self.leaves.len() as i64)
    }

    pub(super) fn range(&self, begin: u64, end: u64) -> CompactRange {
        let mut range = CompactRange::new(begin);
        self.leaves[begin as usize..end as usize].iter().for_each(|leaf| range.append(leaf.hash()));
        range
    }

    /// The manifest for the leaves from `first` up to `end`. Its period is the least that holds
    /// them, so leaves that share their time must be taken together.
    pub(super) fn manifest(&self, first: u64, end: u64) -> Manifest {
        let size = self.leaves.len() as u64;
        let checkpoint = Checkpoint {
            origin: key().origin().to_owned(),
            size,
            root: self.range(0, size).root().unwrap(),
            time: self.signed_at(),
        };
        let from = match first {
            0 => time(0),
            _ => self.leaves[first as usize - 1].time + TimeDelta::microseconds(1),
        };
        Manifest {
            agency: agency(1),
            log: key().origin().to_owned(),
            from,
            to: self.leaves.get(end as usize).map_or(self.signed_at(), |leaf| leaf.time),
            purpose: "granskning".to_owned(),
            exported_at: self.signed_at(),
            first,
            end,
            left: self.range(0, first.saturating_sub(1)).hashes().to_vec(),
            right: self.range((end + 1).min(size), size).hashes().to_vec(),
            checkpoint: checkpoint.sign(&[&key()]).unwrap(),
            key: key().verifier_key(),
            successions: Vec::new(),
        }
    }

    /// The line of leaf `index`, whole.
    pub(super) fn line(&self, index: u64) -> Vec<u8> {
        let (entry, leaf) = (&self.entries[index as usize], &self.leaves[index as usize]);
        let shown = |(place, record): (u32, &'_ super::SealedRecord)| -> (bool, Vec<u8>, Hash) {
            (leaf.open.contains(&place), record.bytes.clone(), record.hash)
        };
        let shown: Vec<_> = (0..).zip(&entry.records).map(shown).collect();
        let records: Vec<RecordLine<'_>> = shown
            .iter()
            .map(|(open, bytes, hash)| match open {
                true => RecordLine::Open(bytes),
                false => RecordLine::Sealed(*hash),
            })
            .collect();
        let mut line = Vec::new();
        leaf_line(&mut line, &leaf.bytes(), &entry.header, &records);
        line
    }

    /// The lines of an export under `manifest`.
    pub(super) fn lines(&self, manifest: &Manifest) -> Vec<Vec<u8>> {
        let shown = manifest.shown_first()..manifest.shown_end(self.leaves.len() as u64);
        let body = shown.map(|index| match (manifest.first..manifest.end).contains(&index) {
            true => self.line(index),
            false => fence(&self.leaves[index as usize]),
        });
        std::iter::once(manifest.line()).chain(body).collect()
    }

    /// The export of the leaves from `first` up to `end`.
    pub(super) fn export(&self, first: u64, end: u64) -> Vec<u8> {
        self.lines(&self.manifest(first, end)).concat()
    }
}
