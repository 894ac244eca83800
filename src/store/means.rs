//! What every job may use, and how it is run.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::disposals::Retention;
use super::error::StoreError;
use super::log_exports::ExportSettings;
use super::vault::Vault;
use crate::access::Policy;
use crate::clock::Clock;
use crate::domain::ids::AgencyId;
use crate::domain::indicators::IndicatorSets;
use crate::domain::law::Law;
use crate::domain::region::Regions;
use crate::ledger::{LogKey, VerifierKey, origin};

/// What every job may use.
#[derive(Clone)]
pub(super) struct Means {
    pub policy: Arc<Policy>,
    /// The digest of the settings in effect.
    pub settings: Arc<str>,
    pub law: Arc<Law>,
    pub clock: Clock,
    pub vault: Vault,
    pub logs: LogSettings,
    pub rows_max: i64,
    pub scanned_max: usize,
    pub exports: ExportSettings,
    pub review: ReviewSettings,
    pub retention: Retention,
    pub indicators: Arc<IndicatorSets>,
    pub regions: Arc<Regions>,
}

/// How much a review of a log may take, and how often each log is reviewed.
#[derive(Clone, Debug, Default)]
pub struct ReviewSettings {
    /// The most entries of one review's period.
    pub entries_max: u64,
    /// How often, in months, where an agency differs from the law's file.
    pub months: BTreeMap<AgencyId, u32>,
}

/// Whose logs this service keeps, and the seed of the key that signs them.
#[derive(Clone)]
pub struct LogSettings {
    /// The host part of every log's name.
    pub host: String,
    /// The Ed25519 seed (RFC 8032).
    pub seed: [u8; 32],
    /// The seed before it, while it vouches for this one and signs beside it.
    pub old_seed: Option<[u8; 32]>,
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

    /// The key before it, while that signs as well.
    pub fn old_key(&self, agency: AgencyId) -> Result<Option<LogKey>, StoreError> {
        let name = origin(&self.host, agency);
        Ok(self.old_seed.as_ref().map(|seed| LogKey::new(&name, seed)).transpose()?)
    }

    /// The public part of the key that signs now.
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
