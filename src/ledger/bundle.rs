//! The export of a period of one log: lines of canonical JSON, each ended by a line feed.
//!
//! The first line is the manifest. Then comes the fence before the period, if the log has a leaf
//! there; then each leaf of the period with its header and records; then the fence after it, if
//! there is one. The fences show that the period's first and last leaves are its first and last.
//!
//! **Invariant:** what was stored goes out as it was stored; only the frame around it is made here.

use serde_json::Value;

use super::LedgerError;
use super::canonical;
use super::checkpoint::VerifierKey;
use super::merkle::Hash;
use super::range::CompactRange;
use super::wire::{Draft, Fields, Wire};
use crate::clock::Instant;
use crate::domain::ids::{AgencyId, EntryId};

/// The version of the format.
const VERSION: u64 = 1;

/// What an export says about itself. The log, the period and the range are checked against the
/// signed root; the purpose and the time of export are only what the exporter wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The agency whose log it is. The log's origin ends with it.
    pub agency: AgencyId,
    /// The log's origin.
    pub log: String,
    /// The period's beginning.
    pub from: Instant,
    /// The period's end, exclusive.
    pub to: Instant,
    /// Why it was exported.
    pub purpose: String,
    /// When it was exported.
    pub exported_at: Instant,
    /// The first leaf of the period.
    pub first: u64,
    /// One past the last leaf of the period. Equal to `first` if nothing happened.
    pub end: u64,
    /// The leaves before those shown: from 0 up to [`Manifest::shown_first`].
    pub left: Vec<Hash>,
    /// The leaves after those shown: from [`Manifest::shown_end`] up to the checkpoint's size.
    pub right: Vec<Hash>,
    /// The signed checkpoint, the text of the note.
    pub checkpoint: String,
    /// The key that signed it.
    pub key: VerifierKey,
    /// How earlier keys of the log handed over to that one, the oldest first (see
    /// [`super::Succession`]); none if there was no other.
    pub successions: Vec<String>,
}

/// A record in a leaf's line.
#[derive(Clone, Copy, Debug)]
pub enum RecordLine<'a> {
    /// It can be read in this log: its stored bytes.
    Open(&'a [u8]),
    /// It can't: its hash.
    Sealed(Hash),
}

impl Manifest {
    /// The first leaf shown: the fence before the period if there is one.
    pub const fn shown_first(&self) -> u64 {
        self.first.saturating_sub(1)
    }

    /// One past the last leaf shown, in a log of `size` leaves: past the fence after the period if
    /// there is one.
    pub fn shown_end(&self, size: u64) -> u64 {
        self.end.saturating_add(1).min(size)
    }

    /// Places the leaves that are not shown in a log of `size` leaves: those before and those after.
    ///
    /// # Errors
    /// [`LedgerError::Range`] if the numbers don't fit each other, the size or the hashes.
    pub fn ranges(&self, size: u64) -> Result<(CompactRange, CompactRange), LedgerError> {
        let (first, end) = (self.first, self.end);
        if first > end || end > size {
            return Err(LedgerError::Range { begin: first, end, found: 0 });
        }
        let left = CompactRange::from_hashes(0, self.shown_first(), self.left.clone())?;
        let right = CompactRange::from_hashes(self.shown_end(size), size, self.right.clone())?;
        Ok((left, right))
    }

    /// The first line of an export.
    pub fn line(&self) -> Vec<u8> {
        let successions = (!self.successions.is_empty()).then_some(&self.successions);
        let manifest = Draft::default()
            .with("agency", &self.agency)
            .with("log", &self.log)
            .with("from", &self.from)
            .with("to", &self.to)
            .with("purpose", &self.purpose)
            .with("exported_at", &self.exported_at)
            .with("first", &self.first)
            .with("end", &self.end)
            .with("left", &self.left)
            .with("right", &self.right)
            .with("checkpoint", &self.checkpoint)
            .with("key", &self.key)
            .with_some("successions", &successions.cloned())
            .with("version", &VERSION)
            .bytes();
        [b"{\"manifest\":", &manifest[..], b"}\n"].concat()
    }

    /// Reads the first line of an export, without its line feed.
    ///
    /// # Errors
    /// As for [`super::Header::parse`].
    pub fn parse(line: &[u8]) -> Result<Self, LedgerError> {
        let value = canonical::parse(line)?;
        let mut frame = Fields::of("the first line", &value)?;
        let absent = LedgerError::Field { object: "the first line", field: "manifest" };
        let value = frame.value("manifest").ok_or(absent)?;
        frame.end()?;
        let mut fields = Fields::of("the manifest", value)?;
        if fields.need::<u64>("version")? != VERSION {
            return Err(LedgerError::Field { object: "the manifest", field: "version" });
        }
        let manifest = Self {
            agency: fields.need("agency")?,
            log: fields.need("log")?,
            from: fields.need("from")?,
            to: fields.need("to")?,
            purpose: fields.need("purpose")?,
            exported_at: fields.need("exported_at")?,
            first: fields.need("first")?,
            end: fields.need("end")?,
            left: fields.need("left")?,
            right: fields.need("right")?,
            checkpoint: fields.need("checkpoint")?,
            key: fields.need("key")?,
            successions: fields.may("successions")?.unwrap_or_default(),
        };
        fields.end()?;
        // What is absent is left out.
        if value.get("successions").is_some() && manifest.successions.is_empty() {
            return Err(LedgerError::Field { object: "the manifest", field: "successions" });
        }
        Ok(manifest)
    }
}

/// Adds the line of a leaf of the period to `out`, from the stored bytes of the leaf, the header
/// and the records in their order.
pub fn leaf_line(out: &mut Vec<u8>, leaf: &[u8], header: &[u8], records: &[RecordLine<'_>]) {
    write_hash(out, leaf);
    out.extend_from_slice(b"\"header\":");
    out.extend_from_slice(header);
    out.extend_from_slice(b",\"leaf\":");
    out.extend_from_slice(leaf);
    out.extend_from_slice(b",\"records\":[");
    for (place, record) in records.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        match record {
            RecordLine::Open(bytes) => out.extend_from_slice(bytes),
            RecordLine::Sealed(hash) => {
                out.extend_from_slice(b"{\"sealed\":\"");
                out.extend_from_slice(hash.to_string().as_bytes());
                out.extend_from_slice(b"\"}");
            }
        }
    }
    out.extend_from_slice(b"]}\n");
}

/// Adds the line of a fence to `out`: the leaf alone, which tells its number and time but not what
/// was done.
pub fn fence_line(out: &mut Vec<u8>, leaf: &[u8]) {
    write_hash(out, leaf);
    out.extend_from_slice(b"\"leaf\":");
    out.extend_from_slice(leaf);
    out.extend_from_slice(b"}\n");
}

/// Adds the line of a leaf whose body was disposed of, by the entry `disposal`, to `out`.
pub fn disposed_line(out: &mut Vec<u8>, disposal: EntryId, leaf: &[u8]) {
    out.extend_from_slice(b"{\"disposed\":\"");
    out.extend_from_slice(disposal.to_string().as_bytes());
    out.extend_from_slice(b"\",\"hash\":\"");
    out.extend_from_slice(Hash::of_leaf(leaf).to_string().as_bytes());
    out.extend_from_slice(b"\",\"leaf\":");
    out.extend_from_slice(leaf);
    out.extend_from_slice(b"}\n");
}

fn write_hash(out: &mut Vec<u8>, leaf: &[u8]) {
    out.extend_from_slice(b"{\"hash\":\"");
    out.extend_from_slice(Hash::of_leaf(leaf).to_string().as_bytes());
    out.extend_from_slice(b"\",");
}

impl Wire for VerifierKey {
    fn write(&self, out: &mut String) {
        self.to_string().write(out);
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sample;

    #[test]
    fn every_line_is_canonical() {
        let log = sample::log(9);
        let text = log.export(3, 7);
        let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
        assert_eq!(lines.len(), 1 + 1 + 4 + 1);
        for line in &lines {
            assert!(canonical::parse(line.strip_suffix(b"\n").unwrap()).is_ok());
        }
        let manifest = Manifest::parse(lines[0].strip_suffix(b"\n").unwrap()).unwrap();
        assert_eq!(manifest.line(), lines[0]);
        assert_eq!((manifest.shown_first(), manifest.shown_end(9)), (2, 8));
    }

    #[test]
    fn a_manifest_whose_numbers_do_not_fit_is_refused() {
        let text = sample::log(9).export(3, 7);
        let line = text.split(|&byte| byte == b'\n').next().unwrap();
        let manifest = Manifest::parse(line).unwrap();
        assert!(manifest.ranges(9).is_ok());
        assert!(manifest.ranges(6).is_err());
        assert!(Manifest { first: 8, ..manifest.clone() }.ranges(9).is_err());
        assert!(Manifest { left: Vec::new(), ..manifest.clone() }.ranges(9).is_err());
        assert!(Manifest { end: u64::MAX, ..manifest }.ranges(u64::MAX).is_err());
        let line = String::from_utf8(line.to_vec()).unwrap();
        let newer = line.replace("\"version\":1", "\"version\":2");
        assert!(Manifest::parse(newer.as_bytes()).is_err());
    }
}
