//! The facts that decisions rest on, gathered from the register and the casework.
//!
//! **Invariant:** gathering never stops at what it does not find. It goes on with ids that nobody
//! has, so that a thing that is not there costs the same questions as one that is not for you.

mod album;
mod assessment;
mod case;
mod child;
mod consent;
mod emergency;
mod entry;
mod extract;
mod item;
mod matter;
mod meeting;
mod named;
mod principal;
mod publication;
mod walls;
mod whole;

use super::call::Call;
use super::db::Database;
use super::error::StoreError;
use super::means::{Locking, Means};
use super::telling::{HOST, agency_of};
use super::vault::Vault;
use crate::access::facts::Principal;
use crate::access::{Act, Facts};
use crate::clock::Instant;
use crate::domain::identity_number::IdentityNumber;
use crate::identity::Actor;
use chrono::NaiveDate;
use serde_json::{Value, json};

pub(super) use album::Album;
pub(super) use item::Placed;
pub(super) use meeting::Near;
pub(super) use principal::{Known, place_of, places_of};
pub(super) use publication::Audience;
pub(super) use walls::{is_blocked, is_marked};

/// An act whose facts the store knows how to gather.
pub trait Gather: Act {
    /// Gathers them.
    #[doc(hidden)]
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError>;

    /// Gathers beforehand what several of them need, the rows of a list; each is gathered by itself
    /// afterwards all the same.
    #[doc(hidden)]
    fn foresee(_acts: &[Self], _gathering: &mut Gathering<'_>) -> Result<(), StoreError> {
        Ok(())
    }

    /// What is asked for beyond ids, as the ledger keeps it: an identity number as a keyed digest.
    #[doc(hidden)]
    fn terms(&self, _vault: &Vault, _principal: &Principal) -> Option<Value> {
        None
    }
}

/// The terms of a search by identity number.
fn number_sought(vault: &Vault, principal: &Principal, number: &IdentityNumber) -> Value {
    let by = agency_of(principal).unwrap_or(HOST);
    json!({ "identity_number": vault.sought(number, by) })
}

/// The gathering of facts for one decision.
pub struct Gathering<'a> {
    pub(super) database: &'a mut Database,
    pub(super) means: &'a Means,
    pub(super) actor: &'a Actor,
    pub(super) locking: Locking,
    pub(super) now: Instant,
    pub(super) today: NaiveDate,
    pub(super) album: &'a mut Album,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(
        database: &'a mut Database,
        means: &'a Means,
        actor: &'a Actor,
        locking: Locking,
        album: &'a mut Album,
    ) -> Self {
        let now = means.clock.now();
        Self { database, means, actor, locking, now, today: means.law.day_of(now), album }
    }

    /// Gathers for a row of a list, inside an act whose moment is `now`; the child is taken by
    /// the act itself, if it changes anything.
    pub(super) fn again(
        database: &'a mut Database,
        means: &'a Means,
        call: &'a Call,
        now: Instant,
        album: &'a mut Album,
    ) -> Self {
        let today = means.law.day_of(now);
        Self { database, means, actor: &call.actor, locking: Locking::No, now, today, album }
    }
}
