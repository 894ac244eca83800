//! One line of an export, taken apart where it stands, and what is checked of it alone.

use super::block::{Context, malformed};
use crate::domain::ids::EntryId;
use crate::ledger::canonical::parse_hex;
use crate::ledger::finding::{Fault, Part};
use crate::ledger::scan::Scan;
use crate::ledger::shape::{HEADER, HEADER_FIELDS, HEADER_ID, HEADER_RECORDS, LEAF, RECORD, Shape};
use crate::ledger::{Hash, LedgerError};

/// How much a hash takes in an array: its digits, the quotes, and the comma or bracket behind.
const HASH_ITEM: usize = 67;

/// A line.
pub(super) struct Line<'a> {
    /// The leaf's hash, which fits it.
    pub hash: Hash,
    pub leaf: LeafLine<'a>,
    pub body: Body<'a>,
}

/// A leaf, with its text as it stands in the line.
pub(super) struct LeafLine<'a> {
    pub entry: Hash,
    pub index: u64,
    /// With its quotes.
    pub log: &'a [u8],
    /// Ascending.
    pub open: Vec<u32>,
    /// Written; that sorts as times do.
    pub time: &'a [u8],
}

/// What stands beside the leaf.
pub(super) enum Body<'a> {
    /// Nothing.
    Fence,
    /// The body was disposed of, by this entry.
    Disposed(EntryId),
    Entry(EntryLine<'a>),
}

/// An entry, hashed but not yet compared.
pub(super) struct EntryLine<'a> {
    header: &'a [u8],
    /// The header's `id`, as it stands there.
    id: &'a [u8],
    /// The header's `records`, as they stand there.
    hashes: &'a [u8],
    /// What is wrong with the header's shape.
    fault: Option<LedgerError>,
    records: Vec<RecordPiece>,
}

/// A piece of canonical JSON, and whether it has the shape that it should.
struct Piece<'a, const FIELDS: usize> {
    bytes: &'a [u8],
    found: [&'a [u8]; FIELDS],
    fault: Option<LedgerError>,
}

struct RecordPiece {
    hash: Hash,
    is_open: bool,
    fault: Option<LedgerError>,
}

impl<'a> Line<'a> {
    /// Reads a line, which must be written as an exporter writes it.
    pub(super) fn read(line: &'a [u8]) -> Result<Self, Fault> {
        let parts = std::str::from_utf8(line).ok().and_then(|_| parts(line));
        let (hash, leaf, body) = parts.ok_or_else(|| malformed(line))?;
        if Hash::of_leaf(leaf.bytes) != hash {
            return Err(Fault::Changed(Part::Leaf));
        }
        if let Some(fault) = leaf.fault {
            return Err(Fault::Malformed(fault));
        }
        let [entry, index, log, open, time] = leaf.found;
        let leaf = read_leaf(entry, index, log, open, time).ok_or_else(|| malformed(line))?;
        Ok(Self { hash, leaf, body })
    }

    /// The entry's id, if the header tells it.
    pub(super) fn entry_id(&self) -> Option<EntryId> {
        let Body::Entry(entry) = &self.body else { return None };
        uuid(unquoted(entry.id)?)
    }
}

/// The hash, the leaf and what stands beside it.
fn parts(line: &[u8]) -> Option<(Hash, Piece<'_, 5>, Body<'_>)> {
    let mut scan = Scan::new(line);
    let mut disposal = None;
    if scan.take(b"{\"disposed\":\"") {
        disposal = Some(uuid(scan.run(36)?)?);
        if !scan.take(b"\",\"hash\":\"") {
            return None;
        }
    } else if !scan.take(b"{\"hash\":\"") {
        return None;
    }
    let hash = hash(scan.run(64)?)?;
    let mut header = None;
    if scan.take(b"\",\"header\":") && disposal.is_none() {
        header = Some(piece::<HEADER_FIELDS>(&mut scan, &HEADER)?);
        if !scan.take(b",\"leaf\":") {
            return None;
        }
    } else if !scan.take(b"\",\"leaf\":") {
        return None;
    }
    let leaf = piece(&mut scan, &LEAF)?;
    let body = match (header, disposal) {
        (Some(header), _) => {
            if !scan.take(b",\"records\":") {
                return None;
            }
            let mut records = Vec::new();
            scan.each(|scan| {
                records.push(record(scan)?);
                Some(())
            })?;
            Body::Entry(EntryLine {
                header: header.bytes,
                id: header.found[HEADER_ID],
                hashes: header.found[HEADER_RECORDS],
                fault: header.fault,
                records,
            })
        }
        (None, Some(disposal)) => Body::Disposed(disposal),
        (None, None) => Body::Fence,
    };
    (scan.take(b"}") && scan.is_at_end()).then_some((hash, leaf, body))
}

/// The object that stands here. If it has another shape than it should, it is passed over all the
/// same: that its hash doesn't fit is the better thing to say.
fn piece<'a, const FIELDS: usize>(
    scan: &mut Scan<'a>,
    shape: &'static Shape,
) -> Option<Piece<'a, FIELDS>> {
    let start = scan.place();
    let mut found = [&b""[..]; FIELDS];
    let fault = scan.object(shape, &mut found).err();
    if fault.is_some() {
        scan.go_back(start);
        scan.value()?;
    }
    Some(Piece { bytes: scan.since(start), found, fault })
}

fn record(scan: &mut Scan<'_>) -> Option<RecordPiece> {
    if scan.take(b"{\"sealed\":\"") {
        let hash = hash(scan.run(64)?)?;
        return scan.take(b"\"}").then_some(RecordPiece { hash, is_open: false, fault: None });
    }
    let piece: Piece<'_, 0> = piece(scan, &RECORD)?;
    Some(RecordPiece { hash: Hash::of(piece.bytes), is_open: true, fault: piece.fault })
}

fn read_leaf<'a>(
    entry: &[u8],
    index: &[u8],
    log: &'a [u8],
    open: &[u8],
    time: &'a [u8],
) -> Option<LeafLine<'a>> {
    let open = std::str::from_utf8(open.strip_prefix(b"[")?.strip_suffix(b"]")?).ok()?;
    Some(LeafLine {
        entry: hash(unquoted(entry)?)?,
        index: std::str::from_utf8(index).ok()?.parse().ok()?,
        log,
        open: match open {
            "" => Vec::new(),
            open => open.split(',').map(|place| place.parse().ok()).collect::<Option<_>>()?,
        },
        time: unquoted(time)?,
    })
}

/// Checks the header against the leaf and the records against the header. Counts the records that
/// are shown and those that aren't.
pub(super) fn check_entry(leaf: &LeafLine<'_>, entry: EntryLine<'_>) -> Result<(u64, u64), Fault> {
    if Hash::of(entry.header) != leaf.entry {
        return Err(Fault::Changed(Part::Header));
    }
    if let Some(fault) = entry.fault {
        return Err(Fault::Malformed(fault));
    }
    let hashes = entry.hashes;
    // An empty array is its two brackets; otherwise each item has a bracket or comma before it.
    let (expected, found) = (hashes.len() / HASH_ITEM, entry.records.len());
    if expected != found {
        return Err(Fault::RecordCount { expected, found });
    }
    if leaf.open.last().is_some_and(|&place| place as usize >= expected) {
        return Err(Fault::Malformed(LedgerError::Field { object: "a leaf", field: "open" }));
    }
    let mut open = leaf.open.iter().copied().peekable();
    let items = hashes.chunks_exact(HASH_ITEM).map(|item| hash(&item[2..66]));
    for ((place, shown), expected) in (0..).zip(entry.records).zip(items) {
        if expected != Some(shown.hash) {
            return Err(Fault::Changed(Part::Record(place)));
        }
        match (open.next_if_eq(&place).is_some(), shown.is_open) {
            (true, true) => {
                if let Some(fault) = shown.fault {
                    return Err(Fault::Malformed(fault));
                }
            }
            (false, false) => (),
            (true, false) => return Err(Fault::Withheld(place)),
            (false, true) => return Err(Fault::Disclosed(place)),
        }
    }
    let open = leaf.open.len();
    Ok((open as u64, (found - open) as u64))
}

/// Checks the time of leaf `index` against the period and the checkpoint.
pub(super) fn check_time(context: &Context, time: &[u8], index: u64) -> Result<(), Fault> {
    let (from, to) = (context.from.as_slice(), context.to.as_slice());
    if time > context.signed_at.as_slice() {
        return Err(Fault::AfterCheckpoint);
    }
    if context.period.contains(&index) {
        let inside = from <= time && time < to;
        return if inside { Ok(()) } else { Err(Fault::OutsidePeriod) };
    }
    let fences = if index < context.period.start { time < from } else { time >= to };
    if fences { Ok(()) } else { Err(Fault::FenceInside) }
}

fn hash(digits: &[u8]) -> Option<Hash> {
    parse_hex(std::str::from_utf8(digits).ok()?).map(Hash::from)
}

fn uuid(text: &[u8]) -> Option<EntryId> {
    let text = std::str::from_utf8(text).ok()?;
    let uuid: uuid::Uuid = text.parse().ok()?;
    (uuid.to_string() == text).then(|| EntryId::new(uuid))
}

fn unquoted(text: &[u8]) -> Option<&[u8]> {
    text.strip_prefix(b"\"")?.strip_suffix(b"\"")
}
