//! What every request needs.

use crate::clock::Clock;
use crate::identity::Identity;
use crate::ledger::ReceiptKey;
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
    /// How much is taken in.
    pub server: ServerSettings,
}
