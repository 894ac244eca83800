//! What can go wrong on the way to the data.

use std::sync::Arc;

use thiserror::Error;

use super::db::DatabaseError;
use super::vault::VaultError;
use crate::domain::obstacle::Obstacle;
use crate::domain::text::UnknownWord;

/// The store can't do its part. Nothing was shown and nothing was changed.
#[derive(Clone, Debug, Error)]
pub enum StoreError {
    /// Too many wait to write.
    #[error("too many requests wait to be recorded")]
    Busy,
    /// The writing thread is gone.
    #[error("the writer is gone")]
    WriterLost,
    /// The child kept changing while it was read.
    #[error("the child was changed again and again while it was read")]
    Overtaken,
    /// The database failed.
    #[error("the database failed")]
    Database(#[source] Arc<DatabaseError>),
    /// A stored value can't be read.
    #[error("a stored value can't be read: {0}")]
    Corrupt(String),
    /// The vault failed.
    #[error("the vault failed")]
    Vault(#[source] Arc<VaultError>),
    /// A log was signed with a key that is not configured.
    #[error(
        "the log `{log}` was signed with {known}, which `ledger.key_file` does not hold; to change \
         the key, name the file with the old one in `ledger.old_key_file`, so that it vouches for \
         the new one"
    )]
    UnknownKey {
        /// The log.
        log: String,
        /// The key.
        known: String,
    },
    /// A log's key has handed over to another one, which other servers sign with.
    #[error(
        "the key of the log `{log}` that `ledger.key_file` holds has handed over to {to}; name the file \
         with that one"
    )]
    KeyHandedOver {
        /// The log.
        log: String,
        /// The key that signs now.
        to: String,
    },
    /// A log's newest checkpoint is not what this service signed.
    #[error(
        "the newest checkpoint of `{0}` is not what this service signed; somebody has changed the \
         database, and the log does not grow until it is put right"
    )]
    ForeignCheckpoint(String),
    /// The log's key or checkpoint can't be used.
    #[error("the ledger can't be used: {0}")]
    Ledger(#[source] Arc<crate::ledger::LedgerError>),
}

/// Why a permitted job stopped.
#[derive(Debug, Error)]
pub enum Halt {
    /// The state of things stands in the way.
    #[error(transparent)]
    Obstacle(#[from] Obstacle),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(Arc::new(DatabaseError::Query(error)))
    }
}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<VaultError> for StoreError {
    fn from(error: VaultError) -> Self {
        Self::Vault(Arc::new(error))
    }
}

impl From<UnknownWord> for StoreError {
    fn from(error: UnknownWord) -> Self {
        Self::Corrupt(error.to_string())
    }
}

impl From<crate::ledger::LedgerError> for StoreError {
    fn from(error: crate::ledger::LedgerError) -> Self {
        Self::Ledger(Arc::new(error))
    }
}

impl From<diesel::result::Error> for Halt {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<UnknownWord> for Halt {
    fn from(error: UnknownWord) -> Self {
        Self::Store(error.into())
    }
}

impl From<VaultError> for Halt {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

impl From<crate::ledger::LedgerError> for Halt {
    fn from(error: crate::ledger::LedgerError) -> Self {
        Self::Store(error.into())
    }
}
