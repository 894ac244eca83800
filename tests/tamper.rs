//! Tampering: what can be done to the ledger in the database itself, past the service and past the
//! triggers, and who finds it. The rows are those of the table in `docs/LEDGER.md`.
//!
//! **Invariant:** every attack leaves a database that the service starts with and works on; what
//! finds it is named, and so is what does not.

mod export;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Binary};
use diesel::{QueryableByName, RunQueryDsl as _};
use samsyn::clock::Clock;
use samsyn::ledger::{Checkpoint, CompactRange, Hash, Leaf, LogKey, Trust, verify};
use samsyn::settings::Settings;
use samsyn::store::Trouble;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::exports::{begun, ended};
use crate::support::house::{House, on_each_backend};
use crate::support::{Backend, each_backend};
use crate::witnesses::{Watcher, log_key, seed_of};

/// The tables of the ledger, those first that others point at.
const TABLES: [&str; 7] = [
    "ledger_entry",
    "ledger_leaf",
    "ledger_pending",
    "ledger_node",
    "ledger_checkpoint",
    "ledger_key",
    "ledger_cosignature",
];

/// Who finds an attack.
#[derive(Clone, Copy, Debug)]
enum Finder {
    /// `verify` of an export made afterwards, by the key alone; the words that it finds.
    Verify(&'static str),
    /// `verify` does not by the key alone, but with a checkpoint that the reader kept.
    Kept(&'static [&'static str]),
    /// `verify` does not by the key alone, but by the witnesses that must have signed.
    Witnessed(&'static str),
    /// A witness that has seen the log before.
    Witness,
    /// The service itself, which signs nothing more and exports nothing.
    Service,
}

/// An attack: what it is called, what is done, who finds it.
type Row = (&'static str, fn(&Attacker<'_>), &'static [Finder]);

const ATTACKS: [Row; 14] = [
    // The database's administrator, who has no key.
    ("edit an entry", |it| it.edit_entry(), &[Finder::Verify("was changed")]),
    (
        "edit an entry and mend its leaf",
        |it| {
            it.edit_entry();
            it.mend_leaf();
        },
        &[Finder::Verify("signed root")],
    ),
    ("delete a leaf", |it| it.delete_leaf(3), &[Finder::Verify("leaf 3 should stand here")]),
    (
        "delete a leaf and close the gap",
        |it| it.rewrite(&[0, 1, 2, 4, 5, 6, 7]),
        &[Finder::Verify("leaf 7 should")],
    ),
    ("insert a leaf", |it| it.rewrite(&[0, 1, 2, 3, 3, 4, 5, 6, 7]), &[Finder::Service]),
    (
        "swap two leaves",
        |it| it.rewrite(&[0, 1, 2, 4, 3, 5, 6, 7]),
        &[Finder::Verify("signed root")],
    ),
    ("cut off the end", |it| it.delete_from(6), &[Finder::Verify("leaf")]),
    (
        "put back an older state",
        |it| it.put_back(4),
        // The export is itself an entry: the log may have grown past what was kept, with others.
        &[Finder::Kept(&["an older state is shown", "the log was forked"]), Finder::Witness],
    ),
    ("put back an older state and let it grow", |it| it.put_back(1), &[Finder::Witness]),
    ("forge a checkpoint", |it| it.sign(&it.own_key(), 8), &[Finder::Service]),
    (
        "rewrite the log and its checkpoint with another key",
        |it| {
            it.edit_entry();
            it.mend_leaf();
            it.sign(&it.own_key(), 8);
        },
        &[Finder::Service],
    ),
    ("change what the next checkpoint is built on", |it| it.edit_frontier(), &[Finder::Service]),
    // Who has the signing key as well: the host's administrator, or a thief.
    (
        "rewrite the log and sign it with the key",
        |it| {
            it.edit_entry();
            it.mend_leaf();
            it.sign(&it.key(), 8);
        },
        &[Finder::Kept(&["the log was forked"]), Finder::Witness],
    ),
    (
        "show another log to another witness",
        |it| {
            it.rewrite(&[0, 1, 2, 4, 5, 6, 7]);
            it.sign(&it.key(), 7);
        },
        &[Finder::Witnessed("2 witnesses must have"), Finder::Witness],
    ),
];

/// Somebody with the database's password, and with the service's files where a row says so.
struct Attacker<'a> {
    house: &'a House,
    agency: Uuid,
    origin: String,
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Binary)]
    leaf: Vec<u8>,
    #[diesel(sql_type = Binary)]
    header: Vec<u8>,
}

#[test]
fn whatever_is_done_in_the_database_is_found() {
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let clock = Clock::still("2026-11-23T13:24:05Z".parse().expect("a time"));
            // Nothing grows but when the story says so.
            let slow = |settings: &mut Settings| settings.ledger.sequencer_milliseconds = u32::MAX;
            let house = House::open_at(database, clock, slow).await;
            find_all(&house).await;
            house.close().await;
        });
    });
}

async fn find_all(house: &House) {
    let key = log_key(house).await;
    let attacker = Attacker {
        house,
        agency: house.agency_of("Strandskolan"),
        origin: key.origin().to_owned(),
    };
    let mut first = Watcher::new("first.example", 1, std::slice::from_ref(&key));
    attacker.grow(8).await;
    assert_eq!(first.look(house).await, None);
    // Nothing is asked from here on, so that nothing waits in the copy.
    attacker.take_a_copy();
    let kept = attacker.newest_note();
    let trust = Trust { key: Some(key.clone()), ..Trust::default() };
    let whole = exported(house).await.expect("an export");
    verify(whole.as_slice(), trust.clone()).expect("a log that nobody touched");
    let kept_too = Trust { kept: Some(kept.clone()), ..trust.clone() };
    verify(whole.as_slice(), kept_too).expect("it grew out of what was kept");

    for (name, attack, finders) in ATTACKS {
        attacker.put_the_copy_back();
        attack(&attacker);
        let mut second = Watcher::new("second.example", 2, std::slice::from_ref(&key));
        if name == "show another log to another witness" {
            assert_eq!(second.look(house).await, None, "{name}: who has seen nothing else signs");
        }
        if name == "put back an older state and let it grow" {
            attacker.grow(12).await;
        }
        for finder in finders {
            check(name, *finder, &attacker, &first, &second, &trust, &kept).await;
        }
        second.stop().await;
    }
    attacker.put_the_copy_back();
    assert_eq!(first.look(house).await, None, "what nobody touched is still signed");
    first.stop().await;
}

async fn check(
    name: &str,
    finder: Finder,
    attacker: &Attacker<'_>,
    first: &Watcher,
    second: &Watcher,
    trust: &Trust,
    kept: &str,
) {
    let house = attacker.house;
    let finding = |export: &[u8], trust: Trust| verify(export, trust).map_err(|it| it.to_string());
    match finder {
        Finder::Service => {
            assert_eq!(exported(house).await, None, "{name}: nothing is exported");
            assert!(house.running().store().sequence().await.is_err(), "{name}: nothing is signed");
        }
        Finder::Witness => {
            assert_eq!(first.look(house).await, Some(Trouble::Fork), "{name}");
        }
        Finder::Verify(words) => {
            let export = exported(house).await.expect("an export");
            let found = finding(&export, trust.clone()).expect_err(name);
            assert!(found.contains(words), "{name}: {found}");
        }
        Finder::Kept(words) => {
            let export = exported(house).await.expect("an export");
            finding(&export, trust.clone()).expect("by the key alone nothing is found");
            let kept = Trust { kept: Some(kept.to_owned()), ..trust.clone() };
            let found = finding(&export, kept).expect_err(name);
            assert!(words.iter().any(|it| found.contains(it)), "{name}: {found}");
        }
        Finder::Witnessed(words) => {
            let export = exported(house).await.expect("an export");
            finding(&export, trust.clone()).expect("by the key alone nothing is found");
            let witnesses = vec![first.key(), second.key()];
            let both = Trust { witnesses, witnesses_needed: 2, ..trust.clone() };
            let found = finding(&export, both).expect_err(name);
            assert!(found.contains(words), "{name}: {found}");
        }
    }
}

#[test]
fn what_is_removed_before_it_is_a_leaf_is_found_by_nobody() {
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let clock = Clock::still("2026-11-23T13:24:05Z".parse().expect("a time"));
            let slow = |settings: &mut Settings| settings.ledger.sequencer_milliseconds = u32::MAX;
            let house = House::open_at(database, clock, slow).await;
            let key = log_key(&house).await;
            let agency = house.agency_of("Strandskolan");
            let attacker = Attacker { house: &house, agency, origin: key.origin().to_owned() };
            house.running().store().sequence().await.expect("logs that grow");
            let before = attacker.leaves().len();
            house.as_("revisor-skola").get(&format!("/v1/logs/{agency}")).await.must(200);
            // Whoever has the database's password, in the second before the next checkpoint.
            attacker.take_a_copy();
            attacker.run("delete from ledger_pending");
            house.running().store().sequence().await.expect("logs that grow");
            assert_eq!(attacker.leaves().len(), before, "what was done stands in no log");
            let export = exported(&house).await.expect("an export");
            verify(export.as_slice(), Some(&key)).expect("a log proves what was put in it");
            house.close().await;
        });
    });
}

#[test]
fn an_export_signed_with_another_key_or_under_another_name_is_found() {
    on_each_backend(async |house| {
        let key = log_key(house).await;
        let whole = exported(house).await.expect("an export");
        let (first, rest) =
            whole.split_at(whole.iter().position(|it| *it == b'\n').expect("lines"));
        let mut manifest: Value = serde_json::from_slice(first).expect("a manifest");
        let note = manifest["manifest"]["checkpoint"].as_str().expect("a note").to_owned();
        let checkpoint = Checkpoint::open(&note, &key).expect("a checkpoint");
        let other = LogKey::new(key.origin(), &[9; 32]).expect("a key");
        manifest["manifest"]["checkpoint"] = json!(checkpoint.sign(&[&other]).expect("a note"));
        manifest["manifest"]["key"] = json!(other.verifier_key().to_string());
        let forged = [manifest.to_string().as_bytes(), rest].concat();
        assert!(verify(forged.as_slice(), None).is_ok(), "it proves that one key signed it");
        let found = verify(forged.as_slice(), Some(&key)).expect_err("and not whose");
        assert!(found.to_string().contains("another key"), "{found}");
    });
}

/// The export of the whole log, as far as it comes; none when the service gives none.
async fn exported(house: &House) -> Option<Vec<u8>> {
    let now = house.clock().now();
    let body = json!({
        "from": now - TimeDelta::days(1),
        "to": now + TimeDelta::days(1),
        "purpose": "Loggranskning.",
        "format": "ndjson",
    });
    let auditor = house.as_("revisor-skola");
    let path = begun(&auditor, house.agency_of("Strandskolan"), body).await;
    let is_ready = ended(&auditor, &path).await["state"] == "ready";
    if !is_ready {
        return None;
    }
    Some(auditor.get(&format!("{path}/file")).await.must(200).body)
}

impl Attacker<'_> {
    /// Lets the log grow to `size` leaves, some seconds for each.
    async fn grow(&self, size: usize) {
        let auditor = self.house.as_("revisor-skola");
        loop {
            self.house.running().store().sequence().await.expect("logs that grow");
            if self.leaves().len() >= size {
                break;
            }
            auditor.get(&format!("/v1/logs/{}", self.agency)).await.must(200);
            self.house.wait(TimeDelta::seconds(10));
        }
        assert_eq!(self.leaves().len(), size, "one act is one leaf");
    }

    fn run(&self, sql: &str) {
        let database = self.house.database();
        match database.backend() {
            Backend::Sqlite => database.sqlite().batch_execute(sql),
            Backend::Postgres => database.postgres().batch_execute(sql),
        }
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    fn load(&self, sql: &str) -> Vec<Stored> {
        let database = self.house.database();
        match database.backend() {
            Backend::Sqlite => diesel::sql_query(sql).load(&mut database.sqlite()),
            Backend::Postgres => diesel::sql_query(sql).load(&mut database.postgres()),
        }
        .expect("rows")
    }

    /// Bytes as each database writes them.
    fn bytes(&self, bytes: &[u8]) -> String {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self.house.database().backend() {
            Backend::Sqlite => format!("x'{digits}'"),
            Backend::Postgres => format!("'\\x{digits}'::bytea"),
        }
    }

    /// The agency's id, likewise.
    fn id(&self) -> String {
        match self.house.database().backend() {
            Backend::Sqlite => format!("x'{}'", self.agency.simple()),
            Backend::Postgres => format!("'{}'", self.agency),
        }
    }

    /// Drops what keeps the tables from being changed, and keeps a copy of them.
    fn take_a_copy(&self) {
        for table in TABLES {
            match self.house.database().backend() {
                Backend::Sqlite => {
                    for what in ["changed", "removed"] {
                        self.run(&format!("drop trigger if exists {table}_is_not_{what}"));
                    }
                }
                Backend::Postgres => {
                    self.run(&format!("alter table {table} disable trigger user"));
                }
            }
            self.run(&format!("create table copy_of_{table} as select * from {table}"));
        }
    }

    fn put_the_copy_back(&self) {
        for table in TABLES.iter().rev() {
            self.run(&format!("delete from {table}"));
        }
        for table in TABLES {
            let numbered = match self.house.database().backend() {
                Backend::Sqlite => "",
                Backend::Postgres if table == "ledger_entry" => "overriding system value",
                Backend::Postgres => "",
            };
            self.run(&format!("insert into {table} {numbered} select * from copy_of_{table}"));
        }
    }

    fn leaves(&self) -> Vec<(i64, Leaf, Vec<u8>)> {
        let rows = self.load(&format!(
            "select l.seq, l.leaf, e.header from ledger_leaf l join ledger_entry e \
             on e.seq = l.seq where l.agency_id = {} order by l.position",
            self.id()
        ));
        rows.into_iter()
            .map(|row| (row.seq, Leaf::parse(&row.leaf).expect("a leaf"), row.header))
            .collect()
    }

    /// The fourth entry tells of another act.
    fn edit_entry(&self) {
        let (seq, _, header) = self.leaves().swap_remove(3);
        let header = String::from_utf8(header).expect("text");
        let edited = header.replacen("\"act\":\"", "\"act\":\"Not", 1);
        assert_ne!(edited, header);
        let edited = self.bytes(edited.as_bytes());
        self.run(&format!("update ledger_entry set header = {edited} where seq = {seq}"));
    }

    /// Every leaf holds the hash that its entry has now.
    fn mend_leaf(&self) {
        self.rewrite(&(0..self.leaves().len()).collect::<Vec<_>>());
    }

    fn delete_leaf(&self, position: u64) {
        let id = self.id();
        self.run(&format!(
            "delete from ledger_leaf where agency_id = {id} and position = {position}"
        ));
    }

    fn delete_from(&self, position: u64) {
        let id = self.id();
        self.run(&format!(
            "delete from ledger_leaf where agency_id = {id} and position >= {position}"
        ));
    }

    /// Writes the log anew with these of its leaves, in this order, each mended in itself.
    fn rewrite(&self, order: &[usize]) {
        let leaves = self.leaves();
        let mut times: Vec<DateTime<Utc>> = leaves.iter().map(|(_, leaf, _)| leaf.time).collect();
        times.resize(order.len().max(times.len()), *times.last().expect("leaves"));
        self.delete_from(0);
        for ((index, place), time) in (0..).zip(order).zip(times) {
            let (seq, leaf, header) = &leaves[*place];
            let leaf = Leaf { index, time, entry: Hash::of(header), ..leaf.clone() };
            self.run(&format!(
                "insert into ledger_leaf (agency_id, position, seq, time, leaf, hash) \
                 values ({}, {index}, {seq}, '{}', {}, {})",
                self.id(),
                written(leaf.time),
                self.bytes(&leaf.bytes()),
                self.bytes(leaf.hash().bytes()),
            ));
        }
    }

    /// The ledger as it was at the last checkpoint with at most `size` leaves, as from a backup.
    fn put_back(&self, size: u64) {
        let id = self.id();
        let size = self.house.database().number(&format!(
            "select coalesce(max(size), 0) as number from ledger_checkpoint \
             where agency_id = {id} and size <= {size}"
        ));
        self.run(&format!(
            "delete from ledger_cosignature where agency_id = {id} and size > {size};
             delete from ledger_checkpoint where agency_id = {id} and size > {size};
             delete from ledger_pending where agency_id = {id};
             delete from ledger_leaf where agency_id = {id} and position >= {size}"
        ));
    }

    /// A checkpoint of what the leaves are now, in place of all that were signed after `size`.
    fn sign(&self, key: &LogKey, size: u64) {
        let leaves = self.leaves();
        assert_eq!(leaves.len() as u64, size);
        let mut range = CompactRange::new(0);
        leaves.iter().for_each(|(_, leaf, _)| range.append(leaf.hash()));
        let id = self.id();
        self.run(&format!("delete from ledger_cosignature where agency_id = {id}"));
        self.run(&format!("delete from ledger_checkpoint where agency_id = {id}"));
        let time = self.house.clock().now();
        let root = range.root().expect("a range from 0");
        let checkpoint = Checkpoint { origin: self.origin.clone(), size, root, time };
        let frontier: Vec<u8> = range.hashes().iter().flat_map(|hash| *hash.bytes()).collect();
        self.run(&format!(
            "insert into ledger_checkpoint (agency_id, size, at, frontier, note) \
             values ({id}, {size}, '{}', {}, '{}')",
            written(time),
            self.bytes(&frontier),
            checkpoint.sign(&[key]).expect("a note"),
        ));
    }

    /// The hashes that the service goes on from, without the signed note beside them.
    fn edit_frontier(&self) {
        let zeros = self.bytes(&[0; 32]);
        let id = self.id();
        self.run(&format!(
            "update ledger_checkpoint set frontier = {zeros} where agency_id = {id}"
        ));
    }

    /// The key that signs the log: whoever can read the service's files has it.
    fn key(&self) -> LogKey {
        let file = self.house.settings().ledger.key_file.clone().expect("a key file");
        let text = std::fs::read_to_string(file).expect("a key");
        LogKey::new(&self.origin, &seed_of(&text)).expect("a key")
    }

    /// A key of the attacker's own.
    fn own_key(&self) -> LogKey {
        LogKey::new(&self.origin, &[9; 32]).expect("a key")
    }

    /// The checkpoint that was signed last.
    fn newest_note(&self) -> String {
        let note = match self.house.database().backend() {
            Backend::Sqlite => "cast(note as blob)",
            Backend::Postgres => "convert_to(note, 'UTF8')",
        };
        let rows = self.load(&format!(
            "select size as seq, {note} as leaf, frontier as header from ledger_checkpoint \
             where agency_id = {} order by size desc, at desc limit 1",
            self.id()
        ));
        String::from_utf8(rows[0].leaf.clone()).expect("text")
    }
}

/// A time as both databases read it.
fn written(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}
