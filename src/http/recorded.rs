//! The sign on an answer that it is recorded.

use crate::domain::ids::EntryId;

/// On an answer: it is recorded in the ledger already, as this entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The entry.
    pub entry: EntryId,
    /// Whether the caller is told.
    pub shown: bool,
}
