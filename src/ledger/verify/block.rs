//! Exports in blocks of whole lines: how they are read, and how one is checked without the others.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::Range;

use super::line::{Body, Line, check_entry, check_time};
use crate::domain::ids::EntryId;
use crate::ledger::canonical;
use crate::ledger::finding::{Fault, Finding};
use crate::ledger::range::CompactRange;
use crate::ledger::wire::Wire as _;
use crate::ledger::{Hash, LedgerError};

/// The longest line that is read, in bytes. A list of some ten thousand rows fits.
const LINE_BYTES_MAX: usize = 16 << 20;

/// What must be known to check a line by itself.
pub(super) struct Context {
    /// The log's origin, as canonical JSON.
    pub log: Vec<u8>,
    /// The leaves shown, with the fences.
    pub shown: Range<u64>,
    /// The leaves of the period.
    pub period: Range<u64>,
    /// The period's beginning, written.
    pub from: Vec<u8>,
    /// Its end, written.
    pub to: Vec<u8>,
    /// When the checkpoint was signed, written.
    pub signed_at: Vec<u8>,
    /// A size of the tree at which its root is asked for.
    pub cut: Option<u64>,
}

/// Some lines.
pub(super) struct Block {
    bytes: Vec<u8>,
    /// The number of the first line, from 1.
    line: u64,
    /// How many lines.
    count: u64,
}

/// What was found in a block.
#[derive(Default)]
pub(super) struct Checked {
    /// The leaves, as one range, or two where the context's cut is among them.
    pub ranges: Vec<CompactRange>,
    /// The first line and its leaf's time, if that far it fits.
    pub first: Option<(u64, Vec<u8>)>,
    /// The entry in the first line.
    pub first_entry: Option<EntryId>,
    /// The time of the last leaf.
    pub last: Option<Vec<u8>>,
    /// How many records are shown.
    pub open: u64,
    /// How many are not.
    pub sealed: u64,
    /// How many bodies were disposed of, by each disposal.
    pub disposed: BTreeMap<EntryId, u64>,
    /// The first that doesn't fit. A gap is not yet told from a leaf that was moved.
    pub finding: Option<Finding>,
}

/// The blocks of an export, one after the other.
pub(super) struct Blocks<R> {
    reader: R,
    /// How much is read before a block is cut at the last line that is whole.
    size: usize,
    /// What was read of the next block.
    begun: Vec<u8>,
    line: u64,
}

impl<R: Read> Blocks<R> {
    pub(super) const fn new(reader: R, size: usize) -> Self {
        Self { reader, size, begun: Vec::new(), line: 1 }
    }

    /// The next block; none at the end. Its last line has no line feed if the export ends without
    /// one, or if the line is too long.
    pub(super) fn next(&mut self) -> io::Result<Option<Block>> {
        let mut bytes = std::mem::take(&mut self.begun);
        loop {
            let seen = bytes.len();
            let read = self.reader.by_ref().take(self.size as u64).read_to_end(&mut bytes)?;
            let line_end = bytes[seen..].iter().rposition(|&byte| byte == b'\n');
            if let Some(end) = line_end {
                self.begun = bytes.split_off(seen + end + 1);
            } else if read > 0 && bytes.len() < LINE_BYTES_MAX {
                continue;
            }
            if bytes.is_empty() {
                return Ok(None);
            }
            let feeds = bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
            let count = feeds + u64::from(!bytes.ends_with(b"\n"));
            let block = Block { bytes, line: self.line, count };
            self.line += count;
            return Ok(Some(block));
        }
    }
}

impl Block {
    /// One past the number of its last line.
    pub(super) const fn end_line(&self) -> u64 {
        self.line + self.count
    }

    /// Takes the first line off, without its line feed.
    pub(super) fn take_line(&mut self) -> Result<Vec<u8>, Fault> {
        let end = self.bytes.iter().position(|&byte| byte == b'\n');
        let behind = self.bytes.split_off(end.map_or(self.bytes.len(), |end| end + 1));
        let line = std::mem::replace(&mut self.bytes, behind);
        self.line += 1;
        self.count -= 1;
        whole(&line).map(<[u8]>::to_vec)
    }

    fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        (self.line..).zip(self.bytes.split_inclusive(|&byte| byte == b'\n'))
    }

    /// Checks each line: by itself, and that its time is not before that of the line before it.
    pub(super) fn check(&self, context: &Context) -> Checked {
        let mut checked = Checked::default();
        // The first leaf shown stands in line 2.
        let first = context.shown.start + self.line - 2;
        let mut range = CompactRange::new(first);
        for (number, line) in self.lines() {
            let expected = context.shown.start + number - 2;
            match checked.line(context, number, line, expected) {
                Ok(hash) => range.append(hash),
                Err(fault) => {
                    checked.finding = Some(finding(number, line, fault));
                    break;
                }
            }
            if context.cut == Some(range.end()) {
                let behind = CompactRange::new(range.end());
                checked.ranges.push(std::mem::replace(&mut range, behind));
            }
        }
        checked.ranges.push(range);
        checked
    }
}

impl Checked {
    /// Checks a line, in which leaf `expected` should stand. Gives its hash.
    fn line(
        &mut self,
        context: &Context,
        number: u64,
        line: &[u8],
        expected: u64,
    ) -> Result<Hash, Fault> {
        if expected >= context.shown.end {
            let index = seen(line).0;
            let again = index.filter(|index| context.shown.contains(index));
            return Err(again.map_or(Fault::Extra, Fault::Repeated));
        }
        let line = Line::read(whole(line)?)?;
        let entry_id = line.entry_id();
        let leaf = line.leaf;
        if leaf.log != context.log {
            return Err(Fault::ForeignLog);
        }
        if leaf.index < expected {
            let shown = leaf.index >= context.shown.start;
            return Err(if shown { Fault::Repeated(leaf.index) } else { Fault::Extra });
        }
        if leaf.index > expected {
            return Err(Fault::Gap { expected, found: leaf.index });
        }
        if self.first.is_none() {
            self.first = Some((number, leaf.time.to_vec()));
            self.first_entry = entry_id;
        }
        if self.last.as_deref().is_some_and(|last| leaf.time < last) {
            return Err(Fault::Backwards);
        }
        check_time(context, leaf.time, expected)?;
        match (line.body, context.period.contains(&expected)) {
            (Body::Entry(entry), true) => {
                let (open, sealed) = check_entry(&leaf, entry)?;
                self.open += open;
                self.sealed += sealed;
            }
            (Body::Disposed(disposal), true) => *self.disposed.entry(disposal).or_default() += 1,
            (Body::Fence, false) => (),
            (Body::Fence, true) => return Err(Fault::Bare),
            (Body::Entry(_) | Body::Disposed(_), false) => return Err(Fault::Told),
        }
        match &mut self.last {
            Some(last) => last.copy_from_slice(leaf.time),
            None => self.last = Some(leaf.time.to_vec()),
        }
        Ok(line.hash)
    }
}

/// A line without its line feed.
fn whole(line: &[u8]) -> Result<&[u8], Fault> {
    match line.strip_suffix(b"\n") {
        _ if line.len() >= LINE_BYTES_MAX => Err(Fault::TooLong),
        Some(line) => Ok(line),
        None => Err(Fault::CutOff),
    }
}

/// Says where it is that something doesn't fit.
fn finding(number: u64, line: &[u8], fault: Fault) -> Finding {
    let (index, entry) = seen(line);
    Finding { line: number, index, entry, fault }
}

/// The number of the leaf and the entry's id in a line, as far as they can be read.
fn seen(line: &[u8]) -> (Option<u64>, Option<EntryId>) {
    let value: serde_json::Value = serde_json::from_slice(line).unwrap_or_default();
    (value["leaf"]["index"].as_u64(), EntryId::from_value(&value["header"]["id"]))
}

/// Says why leaf `found` stands where `expected` should. Reads the rest of the export for it: only
/// there can be seen whether a leaf was removed, moved or doubled. `blocks` begin with the one in
/// which that was found; those after it are still to be read.
pub(super) fn misplaced(
    blocks: &[Block],
    rest: &mut Blocks<impl Read>,
    at: &Finding,
    expected: u64,
    found: u64,
) -> Fault {
    let mut moved_to = None;
    let mut look = |block: &Block| {
        let behind = block.lines().filter(|(number, _)| *number > at.line);
        for (number, line) in behind {
            let index = seen(line).0;
            if index == Some(found) {
                return Some(Fault::Repeated(found));
            }
            if index == Some(expected) {
                moved_to = moved_to.or(Some(number));
            }
        }
        None
    };
    if let Some(fault) = blocks.iter().find_map(&mut look) {
        return fault;
    }
    while let Ok(Some(block)) = rest.next() {
        if let Some(fault) = look(&block) {
            return fault;
        }
    }
    match moved_to {
        Some(moved_to) => Fault::Order { expected, found, moved_to },
        None => Fault::Gap { expected, found },
    }
}

/// What is wrong with a line that has not the form of one.
pub(super) fn malformed(line: &[u8]) -> Fault {
    let absent = LedgerError::Field { object: "a line", field: "leaf" };
    Fault::Malformed(canonical::parse(line).err().unwrap_or(absent))
}
