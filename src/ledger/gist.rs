//! What the index of a log and the counts of an export need of an entry, found without reading the
//! rest of it.
//!
//! **Invariant:** only for bytes that were sealed here. What comes from elsewhere is read whole.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;
use uuid::Uuid;

use super::LedgerError;

/// Of a leaf, the places of the records that can be read in its log.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LeafGist {
    /// The places, ascending.
    pub open: Vec<u32>,
}

/// Of a header, what is counted and by whom and about whom it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HeaderGist<'a> {
    /// The act's name.
    #[serde(borrow)]
    pub act: Cow<'a, str>,
    /// What the policies said, in a word.
    #[serde(borrow)]
    pub decision: Cow<'a, str>,
    /// What came of it, in a word.
    #[serde(borrow)]
    pub outcome: Cow<'a, str>,
    /// The digest of the policies in force.
    #[serde(borrow)]
    pub policy: Cow<'a, str>,
    actor: ActorGist,
    subject: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct ActorGist {
    id: Option<Uuid>,
}

#[derive(Deserialize)]
struct RecordGist {
    child: Option<Uuid>,
}

impl LeafGist {
    /// Reads it.
    ///
    /// # Errors
    /// Bytes that are no leaf.
    pub fn of(leaf: &[u8]) -> Result<Self, LedgerError> {
        serde_json::from_slice(leaf).map_err(LedgerError::NotJson)
    }

    /// Whether the record in this place can be read.
    pub fn shows(&self, place: usize) -> bool {
        u32::try_from(place).is_ok_and(|place| self.open.binary_search(&place).is_ok())
    }
}

impl<'a> HeaderGist<'a> {
    /// Reads it.
    ///
    /// # Errors
    /// Bytes that are no header.
    pub fn of(header: &'a [u8]) -> Result<Self, LedgerError> {
        serde_json::from_slice(header).map_err(LedgerError::NotJson)
    }

    /// Who acted, if they are known.
    pub fn actor(&self) -> Option<Uuid> {
        self.actor.id
    }

    /// The children that the entry tells this log of: the header's, and those of `records`, which
    /// must be the ones that can be read there.
    ///
    /// # Errors
    /// Bytes that are no record.
    pub fn children<'r>(
        &self,
        records: impl IntoIterator<Item = &'r [u8]>,
    ) -> Result<BTreeSet<Uuid>, LedgerError> {
        let mut children: BTreeSet<Uuid> = self.subject.into_iter().collect();
        for record in records {
            let gist: RecordGist = serde_json::from_slice(record).map_err(LedgerError::NotJson)?;
            children.extend(gist.child);
        }
        Ok(children)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Word as _, sample};

    #[test]
    fn a_gist_says_what_the_sealed_entry_says() {
        for n in 0..8 {
            let (mut header, records) = (sample::header(n), sample::records(n));
            header.purpose = Some("\"å\n\"".to_owned());
            let sealed = header.seal(&records);
            let gist = HeaderGist::of(&sealed.header).unwrap();
            assert_eq!(gist.act, header.act);
            assert_eq!(gist.decision, header.decision.word());
            assert_eq!(gist.outcome, header.outcome.word());
            assert_eq!(gist.policy, header.policy);
            assert_eq!(gist.actor(), header.actor.id);
            let lines = sealed.records.iter().map(|record| record.bytes.as_slice());
            let told: BTreeSet<Uuid> = records
                .iter()
                .map(|record| record.child)
                .chain([header.subject])
                .flatten()
                .map(|child| child.uuid())
                .collect();
            assert_eq!(gist.children(lines).unwrap(), told);
        }
        let log = sample::log(3);
        for leaf in &log.leaves {
            let gist = LeafGist::of(&leaf.bytes()).unwrap();
            assert_eq!(gist.open, leaf.open);
            for place in 0..4 {
                let is_open = leaf.open.iter().any(|open| *open as usize == place);
                assert_eq!(gist.shows(place), is_open);
            }
        }
    }

    #[test]
    fn what_is_no_entry_is_an_error() {
        assert!(LeafGist::of(b"{}").is_err());
        assert!(HeaderGist::of(b"{}").is_err());
        assert!(HeaderGist::of(b"").is_err());
    }
}
