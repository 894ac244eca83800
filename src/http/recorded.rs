//! The signs on an answer: that it is recorded, and that it tells of a miss.

use crate::domain::ids::EntryId;

/// On an answer: it is recorded in the ledger already, as this entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The entry. The caller is told, of a refusal too: a miss has its entry as well.
    pub entry: EntryId,
}

/// On an answer other than 404: it says of something that it is not there, or not for the caller
/// to know of, and leaves when a miss would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed;
