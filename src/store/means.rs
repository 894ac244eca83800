//! What every job may use, and how it is run.

use std::sync::Arc;

use super::error::StoreError;
use super::vault::Vault;
use crate::access::Policy;
use crate::clock::Clock;
use crate::domain::ids::AgencyId;
use crate::domain::law::Law;
use crate::ledger::{LogKey, VerifierKey, origin};

/// What every job may use.
#[derive(Clone)]
pub(super) struct Means {
    pub policy: Arc<Policy>,
    pub law: Arc<Law>,
    pub clock: Clock,
    pub vault: Vault,
    pub logs: LogSettings,
    pub rows_max: i64,
}

/// Whose logs this service keeps, and the seed of the key that signs them.
#[derive(Clone)]
pub struct LogSettings {
    /// The host part of every log's name.
    pub host: String,
    /// The Ed25519 seed (RFC 8032).
    pub seed: [u8; 32],
    /// The most entries that become leaves in one transaction.
    pub batch_max: i64,
}

/// Whether the child is taken for this transaction alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Locking {
    /// A changing act takes it.
    Yes,
    /// A reading act does not; its entry is refused if somebody else did meanwhile.
    No,
}

impl LogSettings {
    /// The key of an agency's log.
    pub fn key(&self, agency: AgencyId) -> Result<LogKey, StoreError> {
        Ok(LogKey::new(&origin(&self.host, agency), &self.seed)?)
    }

    /// The public part of that key.
    pub fn verifier_key(&self, agency: AgencyId) -> Result<VerifierKey, StoreError> {
        Ok(self.key(agency)?.verifier_key())
    }
}

/// Runs `job` where it may wait for a database.
pub(super) async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(job).await.map_err(|_| StoreError::WriterLost)?
}
