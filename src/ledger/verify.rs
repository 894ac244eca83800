//! Checks an export on its own, line by line: that no byte was changed, that nothing is missing
//! between its first leaf and its last, and that these bound the period.
//!
//! **Invariant:** the memory needed is that of one line and of the manifest, however long the
//! export is. Nothing in the export is believed that the signed root doesn't bear out.

use std::io::{BufRead, Read as _};

use serde_json::Value;

use super::LedgerError;
use super::bundle::{Manifest, RecordLine, fence_line, leaf_line};
use super::canonical;
use super::checkpoint::{Checkpoint, VerifierKey};
use super::entry::{Header, Record};
use super::finding::{Fault, Finding, KeySource, Part, Report};
use super::leaf::Leaf;
use super::merkle::Hash;
use super::wire::{Fields, Wire as _};
use crate::clock::Instant;
use crate::domain::ids::EntryId;

/// The longest line that is read, in bytes. A list of some ten thousand rows fits.
const LINE_BYTES_MAX: u64 = 16 << 20;

/// Checks an export. With `trusted`, the checkpoint must be signed with that key.
///
/// # Errors
/// The first thing that doesn't fit.
pub fn verify(reader: impl BufRead, trusted: Option<&VerifierKey>) -> Result<Report, Finding> {
    let mut lines = Lines { reader, number: 0, buffer: Vec::new() };
    let mut place = Place { line: 1, index: None, entry: None };
    walk(&mut lines, &mut place, trusted).map_err(|fault| {
        let Place { line, index, entry } = place;
        Finding { line, index, entry, fault }
    })
}

/// Where the walk is.
struct Place {
    line: u64,
    index: Option<u64>,
    entry: Option<EntryId>,
}

fn walk(
    lines: &mut Lines<impl BufRead>,
    place: &mut Place,
    trusted: Option<&VerifierKey>,
) -> Result<Report, Fault> {
    let first_line = lines.next()?.ok_or(Fault::CutOff)?;
    let manifest = Manifest::parse(first_line).map_err(Fault::Malformed)?;
    let (checkpoint, mut report) = open(&manifest, trusted)?;
    let (mut tree, right) = manifest.ranges(checkpoint.size).map_err(Fault::Malformed)?;
    let mut before = None;

    for expected in manifest.shown_first()..manifest.shown_end(checkpoint.size) {
        *place = Place { line: lines.number + 1, index: None, entry: None };
        let line = lines.next()?.ok_or(Fault::Ended(expected))?;
        let value = serde_json::from_slice(line)
            .map_err(|fault| Fault::Malformed(LedgerError::NotJson(fault)))?;
        place.index = index_of(&value);
        place.entry = EntryId::from_value(&value["header"]["id"]);
        let shown = Shown::read(&value, line)?;

        if shown.leaf.log != manifest.log {
            return Err(Fault::ForeignLog);
        }
        if shown.leaf.index != expected {
            return Err(misplaced(lines, &manifest, expected, shown.leaf.index));
        }
        check_time(shown.leaf.time, before, &manifest, &checkpoint, expected)?;
        match (shown.entry, (manifest.first..manifest.end).contains(&expected)) {
            (Some(entry), true) => {
                let (open, sealed) = check_entry(&shown.leaf, &entry)?;
                report.records_open += open;
                report.records_sealed += sealed;
            }
            (None, false) => (),
            (None, true) => return Err(Fault::Bare),
            (Some(_), false) => return Err(Fault::Told),
        }
        before = Some(shown.leaf.time);
        tree.append(shown.hash);
    }

    *place = Place { line: lines.number + 1, index: None, entry: None };
    if let Some(line) = lines.next()? {
        place.index = serde_json::from_slice(line).ok().as_ref().and_then(index_of);
        let again =
            place.index.filter(|&index| (manifest.shown_first()..tree.end()).contains(&index));
        return Err(again.map_or(Fault::Extra, Fault::Repeated));
    }
    place.line = lines.number;
    tree.extend(&right).map_err(Fault::Malformed)?;
    if tree.root() == Some(checkpoint.root) { Ok(report) } else { Err(Fault::Root) }
}

/// Checks the manifest against the checkpoint and says what will have been proved in the end.
fn open(manifest: &Manifest, trusted: Option<&VerifierKey>) -> Result<(Checkpoint, Report), Fault> {
    let key_source = match trusted {
        Some(key) if *key == manifest.key => KeySource::Caller,
        Some(_) => return Err(Fault::WrongKey),
        None => KeySource::Export,
    };
    if manifest.key.origin() != manifest.log
        || !manifest.log.ends_with(&format!("/{}", manifest.agency))
    {
        return Err(Fault::ForeignLog);
    }
    let checkpoint =
        Checkpoint::open(&manifest.checkpoint, &manifest.key).map_err(Fault::Unsigned)?;
    let fenced = manifest.end < checkpoint.size;
    let complete_to = if fenced { manifest.to } else { manifest.to.min(checkpoint.time) };
    if complete_to < manifest.from {
        return Err(Fault::Uncovered);
    }
    let report = Report {
        log: manifest.log.clone(),
        agency: manifest.agency,
        from: manifest.from,
        complete_to,
        to: manifest.to,
        first: manifest.first,
        end: manifest.end,
        records_open: 0,
        records_sealed: 0,
        tree_size: checkpoint.size,
        root: checkpoint.root,
        signed_at: checkpoint.time,
        key: manifest.key.clone(),
        key_source,
    };
    Ok((checkpoint, report))
}

/// One line of an export, taken apart.
struct Shown<'a> {
    hash: Hash,
    leaf: Leaf,
    entry: Option<ShownEntry<'a>>,
}

struct ShownEntry<'a> {
    header: &'a Value,
    hash: Hash,
    records: Vec<ShownRecord<'a>>,
}

struct ShownRecord<'a> {
    hash: Hash,
    /// The record, unless it is sealed.
    record: Option<&'a Value>,
}

impl<'a> Shown<'a> {
    /// Reads `value`, which was read from `line`. The line must be what an exporter would write
    /// for these parts; so each part is canonical, and is written only once to see it.
    fn read(value: &'a Value, line: &[u8]) -> Result<Self, Fault> {
        let mut fields = Fields::of("a line", value).map_err(Fault::Malformed)?;
        let hash: Hash = fields.need("hash").map_err(Fault::Malformed)?;
        let leaf = fields.value("leaf").ok_or_else(|| absent("leaf"))?;
        let entry = match (fields.value("header"), fields.value("records")) {
            (Some(header), Some(Value::Array(records))) => Some((header, records)),
            (None, None) => None,
            _ => return Err(absent("records")),
        };
        fields.end().map_err(Fault::Malformed)?;
        let leaf_bytes = canonical::bytes(leaf);
        if Hash::of_leaf(&leaf_bytes) != hash {
            return Err(Fault::Changed(Part::Leaf));
        }
        let mut expected = Vec::with_capacity(line.len() + 1);
        let entry = match entry {
            Some((header, records)) => {
                let header_bytes = canonical::bytes(header);
                let records: Vec<_> = records.iter().map(read_record).collect::<Result<_, _>>()?;
                let written: Vec<_> = records
                    .iter()
                    .map(|(bytes, shown)| match shown.record {
                        Some(_) => RecordLine::Open(bytes),
                        None => RecordLine::Sealed(shown.hash),
                    })
                    .collect();
                leaf_line(&mut expected, &leaf_bytes, &header_bytes, &written);
                let records = records.into_iter().map(|(_, shown)| shown).collect();
                Some(ShownEntry { header, hash: Hash::of(&header_bytes), records })
            }
            None => {
                fence_line(&mut expected, &leaf_bytes);
                None
            }
        };
        if expected.strip_suffix(b"\n") != Some(line) {
            return Err(Fault::Malformed(LedgerError::NotCanonical));
        }
        let leaf = Leaf::from_value(leaf).map_err(Fault::Malformed)?;
        Ok(Self { hash, leaf, entry })
    }
}

fn check_time(
    time: Instant,
    before: Option<Instant>,
    manifest: &Manifest,
    checkpoint: &Checkpoint,
    index: u64,
) -> Result<(), Fault> {
    if before.is_some_and(|before| time < before) {
        return Err(Fault::Backwards);
    }
    if time > checkpoint.time {
        return Err(Fault::AfterCheckpoint);
    }
    let inside = (manifest.from..manifest.to).contains(&time);
    if (manifest.first..manifest.end).contains(&index) {
        return if inside { Ok(()) } else { Err(Fault::OutsidePeriod) };
    }
    let fences = if index < manifest.first { time < manifest.from } else { time >= manifest.to };
    if fences { Ok(()) } else { Err(Fault::FenceInside) }
}

/// Checks the header against the leaf and the records against the header. Counts the records that
/// are shown and those that aren't.
fn check_entry(leaf: &Leaf, entry: &ShownEntry<'_>) -> Result<(u64, u64), Fault> {
    if entry.hash != leaf.entry {
        return Err(Fault::Changed(Part::Header));
    }
    let (_, hashes) = Header::from_value(entry.header).map_err(Fault::Malformed)?;
    let (expected, found) = (hashes.len(), entry.records.len());
    if expected != found {
        return Err(Fault::RecordCount { expected, found });
    }
    if leaf.open.last().is_some_and(|&place| place as usize >= expected) {
        return Err(Fault::Malformed(LedgerError::Field { object: "a leaf", field: "open" }));
    }
    let (mut open, mut sealed) = (0, 0);
    for ((place, shown), expected) in (0..).zip(&entry.records).zip(hashes) {
        if shown.hash != expected {
            return Err(Fault::Changed(Part::Record(place)));
        }
        match (leaf.open.binary_search(&place).is_ok(), shown.record) {
            (true, Some(record)) => {
                Record::from_value(record).map_err(Fault::Malformed)?;
                open += 1;
            }
            (false, None) => sealed += 1,
            (true, None) => return Err(Fault::Withheld(place)),
            (false, Some(_)) => return Err(Fault::Disclosed(place)),
        }
    }
    Ok((open, sealed))
}

/// A record's bytes, if it is shown, and its hash.
fn read_record(value: &Value) -> Result<(Vec<u8>, ShownRecord<'_>), Fault> {
    if value.get("sealed").is_none() {
        let bytes = canonical::bytes(value);
        let hash = Hash::of(&bytes);
        return Ok((bytes, ShownRecord { hash, record: Some(value) }));
    }
    let mut fields = Fields::of("a sealed record", value).map_err(Fault::Malformed)?;
    let hash = fields.need("sealed").map_err(Fault::Malformed)?;
    fields.end().map_err(Fault::Malformed)?;
    Ok((Vec::new(), ShownRecord { hash, record: None }))
}

fn absent(field: &'static str) -> Fault {
    Fault::Malformed(LedgerError::Field { object: "a line", field })
}

/// Says why another leaf stands where `expected` should. Reads the rest of the export for it: only
/// there can be seen whether a leaf was removed, moved or doubled.
fn misplaced(
    lines: &mut Lines<impl BufRead>,
    manifest: &Manifest,
    expected: u64,
    found: u64,
) -> Fault {
    if found < expected {
        let shown = found >= manifest.shown_first();
        return if shown { Fault::Repeated(found) } else { Fault::Extra };
    }
    let mut moved_to = None;
    while let Ok(Some(line)) = lines.next() {
        let index = serde_json::from_slice(line).ok().as_ref().and_then(index_of);
        if index == Some(found) {
            return Fault::Repeated(found);
        }
        if index == Some(expected) {
            moved_to = moved_to.or(Some(lines.number));
        }
    }
    match moved_to {
        Some(moved_to) => Fault::Order { expected, found, moved_to },
        None => Fault::Gap { expected, found },
    }
}

fn index_of(line: &Value) -> Option<u64> {
    line["leaf"]["index"].as_u64()
}

/// The lines of an export, one at a time.
struct Lines<R> {
    reader: R,
    number: u64,
    buffer: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// The next line without its line feed; none at the end.
    fn next(&mut self) -> Result<Option<&[u8]>, Fault> {
        self.buffer.clear();
        let mut limited = self.reader.by_ref().take(LINE_BYTES_MAX);
        let read = limited.read_until(b'\n', &mut self.buffer).map_err(Fault::Read)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        match self.buffer.strip_suffix(b"\n") {
            Some(line) => Ok(Some(line)),
            None if read as u64 == LINE_BYTES_MAX => Err(Fault::TooLong),
            None => Err(Fault::CutOff),
        }
    }
}

#[cfg(test)]
mod tests;
