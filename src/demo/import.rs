//! Loading a register, as the operator.

use thiserror::Error;
use uuid::Uuid;

use crate::access::act::ImportRegister;
use crate::clock::Clock;
use crate::identity::Actor;
use crate::store::{Call, Register, Stopped, Store, StoreError};

/// Why a register was not loaded.
#[derive(Debug, Error)]
pub enum ImportError {
    /// A rule refuses it.
    #[error("the register may not be loaded: {0}")]
    Refused(String),
    /// It can't be loaded as things are.
    #[error("the register can't be loaded: {0}")]
    Obstructed(String),
    /// The store could not do it: nothing was loaded.
    #[error("the register was not loaded; does it refer to what is neither in it nor loaded?")]
    Store(#[from] StoreError),
}

/// Loads `register`. What is known by its id already stays as it is.
///
/// # Errors
/// [`ImportError`]: nothing of it was loaded.
pub async fn import(store: &Store, clock: &Clock, register: Register) -> Result<(), ImportError> {
    let call = Call {
        actor: Actor::operator(),
        request: clock.new_id::<Uuid>().to_string(),
        purpose: None,
        reason: None,
        once: None,
    };
    let loaded = store.perform(call, ImportRegister {}, move |work| work.load(&register)).await;
    match loaded {
        Ok(_) => Ok(()),
        Err(Stopped::Refused(denial, _)) => Err(ImportError::Refused(denial.rules().join(", "))),
        Err(Stopped::Obstructed(obstacle, _)) => Err(ImportError::Obstructed(obstacle.to_string())),
        Err(Stopped::Unavailable(error)) => Err(error.into()),
    }
}
