//! A leaf: the place of one entry in one agency's log.
//!
//! A leaf holds the hash of the entry's header, not the header. So a header is stored once however
//! many logs it stands in, the leaves beside an exported period can be shown without saying what
//! was done in them, and a header that must be thinned out one day leaves a log that still proves
//! itself.
//!
//! **Invariant:** along a log, `index` counts from 0 without gaps and `time` never goes backwards.

use serde_json::Value;

use super::LedgerError;
use super::canonical;
use super::merkle::Hash;
use super::wire::{Draft, Fields};
use crate::clock::Instant;
use crate::domain::ids::AgencyId;

/// One leaf of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The hash of the entry's header.
    pub entry: Hash,
    /// Its number, from 0.
    pub index: u64,
    /// The log's origin, see [`origin`].
    pub log: String,
    /// The places of the records that can be read in this log, ascending. An export of the log
    /// must show just these.
    pub open: Vec<u32>,
    /// When it was put in the log, whole microseconds; not before any earlier leaf, nor before any
    /// checkpoint signed earlier.
    pub time: Instant,
}

/// The name of an agency's log: `host/log/agency`. The key that signs its checkpoints has the
/// same name.
pub fn origin(host: &str, agency: AgencyId) -> String {
    format!("{host}/log/{agency}")
}

impl Leaf {
    /// Its canonical bytes.
    pub fn bytes(&self) -> Vec<u8> {
        Draft::default()
            .with("entry", &self.entry)
            .with("index", &self.index)
            .with("log", &self.log)
            .with("open", &self.open)
            .with("time", &self.time)
            .bytes()
    }

    /// Its hash in the tree.
    pub fn hash(&self) -> Hash {
        Hash::of_leaf(&self.bytes())
    }

    /// Reads a leaf.
    ///
    /// # Errors
    /// As for [`super::Header::parse`]; also places that don't ascend.
    pub fn parse(bytes: &[u8]) -> Result<Self, LedgerError> {
        Self::from_value(&canonical::parse(bytes)?)
    }

    pub(super) fn from_value(value: &Value) -> Result<Self, LedgerError> {
        let mut fields = Fields::of("a leaf", value)?;
        let leaf = Self {
            entry: fields.need("entry")?,
            index: fields.need("index")?,
            log: fields.need("log")?,
            open: fields.need("open")?,
            time: fields.need("time")?,
        };
        fields.end()?;
        if leaf.open.is_sorted_by(|a, b| a < b) {
            Ok(leaf)
        } else {
            Err(LedgerError::Field { object: "a leaf", field: "open" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sample;

    #[test]
    fn a_leaf_reads_back_and_has_the_bytes_of_the_docs() {
        let leaf = Leaf {
            entry: Hash::of(b"header"),
            index: 7,
            log: origin("samsyn.example", sample::agency(1)),
            open: vec![0, 2],
            time: sample::time(0),
        };
        let text = String::from_utf8(leaf.bytes()).unwrap();
        let expected = format!(
            "{{\"entry\":\"{}\",\"index\":7,\
             \"log\":\"samsyn.example/log/00000000-0000-0000-0000-000000000001\",\
             \"open\":[0,2],\"time\":\"2026-11-02T08:00:00.000000Z\"}}",
            Hash::of(b"header")
        );
        assert_eq!(text, expected);
        assert_eq!(Leaf::parse(text.as_bytes()).unwrap(), leaf);
        assert!(Leaf::parse(text.replace("[0,2]", "[2,0]").as_bytes()).is_err());
        assert!(Leaf::parse(text.replace("[0,2]", "[2,2]").as_bytes()).is_err());
        assert!(Leaf::parse(text.replace(":7", ":-7").as_bytes()).is_err());
    }
}
