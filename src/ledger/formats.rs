//! Entries in the forms that others read: FHIR, Inera's log schema, AuthZEN, a spreadsheet. For
//! reading, not for proof: only the lines of [`super::leaf_line`] prove themselves.
//!
//! **Invariant:** a form shows what the log that is exported may read and nothing else, calls each
//! child by its pseudonym, and needs one entry at a time.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::LedgerError;
use super::bundle::RecordLine;
use super::entry::{Header, Record};
use super::leaf::Leaf;
use super::merkle::Hash;

pub use authzen::authzen;
pub use csv::{csv_header, csv_rows};
pub use deed::{Aim, Deed, Event};
pub use fhir::fhir_lines;
pub use inera::{inera_head, inera_log, inera_tail};

mod authzen;
mod csv;
mod deed;
mod fhir;
mod inera;
mod text;

/// One entry as one agency's log shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its place in the log.
    pub leaf: Leaf,
    /// What every agency concerned may read.
    pub header: Header,
    /// The hashes of all records, also of those that this log can't read.
    pub hashes: Vec<Hash>,
    /// The records that this log can read, with their places.
    pub records: Vec<(u32, Record)>,
}

/// What the forms say that the entries don't.
#[derive(Clone, Copy, Debug)]
pub struct Legend<'a> {
    /// Names of agencies and units, as far as they're known; a form gives the id in any case.
    pub names: &'a BTreeMap<Uuid, String>,
    /// The log's word for an act, by the act's name. A refused act's entry says `Neka` only.
    pub word_of: fn(&str) -> Option<&'static str>,
}

impl Shown {
    /// Reads an entry from the same stored bytes as [`super::leaf_line`].
    ///
    /// # Errors
    /// Bytes that aren't a leaf, a header or a record.
    pub fn parse(
        leaf: &[u8],
        header: &[u8],
        records: &[RecordLine<'_>],
    ) -> std::result::Result<Self, LedgerError> {
        let leaf = Leaf::parse(leaf)?;
        let (header, hashes) = Header::parse(header)?;
        let mut open = Vec::new();
        for (place, record) in (0..).zip(records) {
            match record {
                RecordLine::Open(bytes) => open.push((place, Record::parse(bytes)?)),
                RecordLine::Sealed(_) => {}
            }
        }
        Ok(Self { leaf, header, hashes, records: open })
    }

    /// The host part of the log's name: the system that the entry comes from.
    pub fn host(&self) -> &str {
        self.leaf.log.split_once("/log/").map_or(self.leaf.log.as_str(), |(host, _)| host)
    }

    /// The readable records, or none once: so many lines or rows an entry has where a form has one
    /// for each record.
    fn each(&self) -> impl Iterator<Item = Option<&(u32, Record)>> {
        let whole = self.records.is_empty().then_some(None);
        self.records.iter().map(Some).chain(whole)
    }
}

impl Legend<'_> {
    fn name(&self, id: Uuid) -> Option<&str> {
        self.names.get(&id).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sample;

    /// A legend that knows no names and one act.
    pub(super) const LEGEND: Legend<'static> = Legend { names: &BTreeMap::new(), word_of };

    fn word_of(act: &str) -> Option<&'static str> {
        (act == "WriteItem").then_some("Skriva")
    }

    /// Entry `n` of the sample, as the log of agency 1 shows it.
    pub(super) fn shown(n: u64) -> Shown {
        let log = sample::log(n + 1);
        let (entry, leaf) = (&log.entries[n as usize], &log.leaves[n as usize]);
        let records: Vec<RecordLine<'_>> = (0..)
            .zip(&entry.records)
            .map(|(place, record)| match leaf.open.contains(&place) {
                true => RecordLine::Open(&record.bytes),
                false => RecordLine::Sealed(record.hash),
            })
            .collect();
        Shown::parse(&leaf.bytes(), &entry.header, &records).unwrap()
    }

    #[test]
    fn an_entry_is_shown_as_its_log_may_read_it() {
        for n in 0..8 {
            let shown = shown(n);
            assert_eq!(shown.header, sample::header(n));
            assert_eq!(shown.hashes.len(), sample::records(n).len());
            let open: Vec<u32> = shown.records.iter().map(|(place, _)| *place).collect();
            assert_eq!(open, shown.leaf.open);
            assert_eq!(shown.host(), "samsyn.example");
            for (place, record) in &shown.records {
                assert_eq!(*record, sample::record(u64::from(*place)));
            }
        }
        assert!(Shown::parse(b"{}", b"{}", &[]).is_err());
    }
}
