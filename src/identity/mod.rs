//! Who is asking: from a bearer token to an [`Actor`].
//!
//! Agencies keep their own sign-in services ("issuers"); Samsyn keeps no passwords. A token proves
//! who somebody is and for which agencies its issuer may speak. It says nothing about units, titles
//! or cases: assignment comes from the register, whatever else the token carries.
//!
//! **Invariant:** an [`Actor`] is made in this room only.
//!
//! **Invariant:** no token and no claim that a caller chose is put into an error or a log.
//!
//! **Invariant:** nothing here reads the clock; the caller says what time it is.

mod actor;
mod bearer;
mod error;
mod issuers;
mod keys;
mod memory;
mod settings;
#[cfg(test)]
mod tests;

pub use actor::{Actor, Who};
pub use bearer::{FirstSight, Identity, Presented};
pub use error::IdentityError;
pub use issuers::IssuerReadiness;
pub use settings::{IdentitySettings, IssuerSettings, SpeaksFor};
