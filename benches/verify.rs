//! Offline verification against export: how long `verify` takes for a file of so many entries, and how
//! long the lines of that file take to be put together from stored bytes and written.
//!
//! `cargo bench --bench verify -- 1000000`. On a busy machine the seconds of CPU count, as Linux tells
//! them.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use samsyn::domain::ids::AgencyId;
use samsyn::ledger::{
    ActorKind, ActorMark, Checkpoint, CompactRange, Decision, Effect, FactSheet, Hash, Header,
    Leaf, LogKey, Manifest, Outcome, Record, RecordLine, Resource, SealedEntry, leaf_line, origin,
    verify,
};
use uuid::Uuid;

/// How many different entries there are; their leaves are all different.
const DIFFERENT: u64 = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::args().find_map(|it| it.parse().ok()).unwrap_or(200_000);
    let agency = AgencyId::new(Uuid::from_u128(1));
    let key = LogKey::new(&origin("samsyn.example", agency), &[7; 32])?;
    let begin = DateTime::from_timestamp(1_793_606_400, 0).ok_or("no such time")?;
    let entries: Vec<SealedEntry> =
        (0..DIFFERENT).map(|n| entry(n, agency, begin)).collect::<Result<_, _>>()?;
    let leaf = |index: u64| {
        let entry = &entries[(index % DIFFERENT) as usize];
        let time = begin + TimeDelta::milliseconds(index as i64);
        let log = key.origin().to_owned();
        Leaf { entry: entry.hash, index, log, open: entry.open_to(agency), time }.bytes()
    };
    // What a store has: the leaves' bytes, and the tree.
    let leaves: Vec<Vec<u8>> = (0..count).map(leaf).collect();
    let mut tree = CompactRange::new(0);
    leaves.iter().for_each(|leaf| tree.append(Hash::of_leaf(leaf)));
    let to = begin + TimeDelta::days(365);
    let log = key.origin().to_owned();
    let root = tree.root().ok_or("no root")?;
    let manifest = Manifest {
        agency,
        log: log.clone(),
        from: begin,
        to,
        purpose: "measuring".to_owned(),
        exported_at: to,
        first: 0,
        end: count,
        left: Vec::new(),
        right: Vec::new(),
        checkpoint: Checkpoint { origin: log, size: count, root, time: to }.sign(&[&key])?,
        key: key.verifier_key(),
        successions: Vec::new(),
    };

    let path = std::env::temp_dir().join(format!("samsyn-bench-{}.ndjson", std::process::id()));
    let began = Watch::start();
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    file.write_all(&manifest.line())?;
    let mut line = Vec::new();
    for (index, leaf) in leaves.iter().enumerate() {
        let entry = &entries[index % DIFFERENT as usize];
        let records: Vec<RecordLine<'_>> =
            entry.records.iter().map(|record| RecordLine::Open(&record.bytes)).collect();
        line.clear();
        leaf_line(&mut line, leaf, &entry.header, &records);
        file.write_all(&line)?;
    }
    file.flush()?;
    let written = began.elapsed();
    let bytes = std::fs::metadata(&path)?.len();

    let began = Watch::start();
    let report = verify(File::open(&path)?, Some(&key.verifier_key()));
    let verified = began.elapsed();
    std::fs::remove_file(&path)?;
    let report = report?;
    println!("{} entries, {} bytes each", report.end, bytes / count.max(1));
    println!("lines put together and written: {}", written.told(count));
    println!("verified: {}", verified.told(count));
    println!(
        "verified against written: {:.2} of the rate, {:.2} of the CPU",
        written.seconds / verified.seconds,
        verified.cpu / written.cpu
    );
    Ok(())
}

/// Time that went by, and what of it the processors worked.
struct Watch {
    began: Instant,
    cpu: f64,
}

struct Took {
    seconds: f64,
    cpu: f64,
}

impl Watch {
    fn start() -> Self {
        Self { began: Instant::now(), cpu: cpu() }
    }

    fn elapsed(&self) -> Took {
        Took { seconds: self.began.elapsed().as_secs_f64(), cpu: cpu() - self.cpu }
    }
}

impl Took {
    fn told(&self, count: u64) -> String {
        let micros = self.cpu * 1e6 / count as f64;
        format!("{:.0} entries/s, {micros:.2} µs of CPU each", count as f64 / self.seconds)
    }
}

/// Seconds of CPU of all threads so far, in user and in kernel (proc(5), ticks of a hundredth).
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = behind_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|it| it.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// A read of an item, with one record and the facts of its decision.
fn entry(n: u64, agency: AgencyId, at: DateTime<Utc>) -> Result<SealedEntry, Box<dyn Error>> {
    let header = Header {
        id: Uuid::from_u128(0x1000 + u128::from(n)).into(),
        at,
        act: "ReadItem".to_owned(),
        action: "Läsa".to_owned(),
        decision: Decision::Permit,
        outcome: Outcome::Done,
        rules: vec!["P05".to_owned()],
        policy: Hash::of(b"policies").to_string(),
        actor: ActorMark {
            kind: ActorKind::Staff,
            id: Some(Uuid::from_u128(2)),
            name: Some("Skolkurator".to_owned()),
            account: Some("konto-1".to_owned()),
            role: Some("school_health".to_owned()),
            unit: Some(Uuid::from_u128(3).into()),
            agency: Some(agency),
            assurance: Some(3),
            issuer: Some("https://idp.example".to_owned()),
        },
        on_behalf_of: None,
        request: Uuid::from_u128(4).to_string(),
        client: Some("samsyn-web".to_owned()),
        purpose: Some("samordning".to_owned()),
        reason: None,
        subject: Some(Uuid::from_u128(5).into()),
        case: Some(Uuid::from_u128(6).into()),
        resource: Some(Resource { kind: "item".to_owned(), id: Some(Uuid::from_u128(7)) }),
        status: Some(200),
        settings: None,
        salt: [n as u8; 16],
    };
    let facts = serde_json::json!({
        "act": "ReadItem", "assigned": true, "inside": false, "publication": true, "kind": "item",
        "role": "school_health", "level": 3,
    });
    let record = Record {
        agency,
        open_to_actor: true,
        child: Some(Uuid::from_u128(5).into()),
        case: Some(Uuid::from_u128(6).into()),
        resource: Resource { kind: "item".to_owned(), id: Some(Uuid::from_u128(7)) },
        category: Some("MED".to_owned()),
        effect: Effect::Shown,
        rules: vec!["P05".to_owned()],
        ground: Some("CONSENT".to_owned()),
        publication: Some(Uuid::from_u128(8).into()),
        consent: Some(Uuid::from_u128(9).into()),
        on_behalf_of: None,
        facts: Some(FactSheet::new(facts)?),
        terms: None,
        salt: [n as u8; 16],
    };
    Ok(header.seal(&[record]))
}
