//! What every request needs.

use chrono::TimeDelta;

use super::tally::Tally;
use crate::clock::Clock;
use crate::identity::Identity;
use crate::ledger::{ReceiptKey, ReceiptVerifier};
use crate::settings::ServerSettings;
use crate::store::Store;

/// What every request needs.
pub struct Front {
    /// The memory.
    pub store: Store,
    /// Who is who.
    pub identity: Identity,
    /// What time it is.
    pub clock: Clock,
    /// The host part of every log's name, which stands on receipts.
    pub host: String,
    /// What signs receipts.
    pub receipts: ReceiptKey,
    /// How old an entry may get before it is a leaf.
    pub lag_max: TimeDelta,
    /// What is counted of the answers.
    pub tally: Tally,
    /// What signed receipts earlier: these still hold.
    pub earlier_receipts: Vec<ReceiptVerifier>,
    /// How much is taken in.
    pub server: ServerSettings,
}
