//! Which keys a log was signed with, and how one follows another.
//!
//! The first key of a log is the one that signed first. While `old_seed` is given, the key made of it
//! vouches for the one made of `seed`, once, and both sign every checkpoint. Afterwards the old one
//! can be forgotten: what it signed stays.
//!
//! **Invariant:** no checkpoint is signed with a key that the one before it did not vouch for. A key
//! file that was swapped stops the service instead of starting a second log of the same name.

use diesel::prelude::*;

use super::db::{self, Database};
use super::door::Store;
use super::error::StoreError;
use super::means::LogSettings;
use super::schema::{ledger_checkpoint, ledger_key, receipt_key};
use super::sequencer::{Signing, tip};
use super::sql::At;
use crate::clock::Instant;
use crate::domain::ids::AgencyId;
use crate::ledger::{
    Checkpoint, LogKey, ReceiptKey, ReceiptVerifier, Succession, VerifierKey, origin, vouched,
};

/// A key that signs or signed a log.
#[derive(Clone, Debug)]
pub struct KeyState {
    /// The key (C2SP signed-note verifier key).
    pub key: VerifierKey,
    /// Since when.
    pub since: Instant,
    /// The note by which the key before it vouches for it; the first key has none.
    pub succession: Option<String>,
}

/// A log, and the keys that signed it, the newest last.
#[derive(Clone, Debug)]
pub struct LogKeys {
    /// The agency.
    pub agency: AgencyId,
    /// The log's name.
    pub origin: String,
    /// Its keys.
    pub keys: Vec<KeyState>,
}

/// How a log's newest known key stands to those that are configured.
enum Standing {
    /// It is the one that signs.
    Current,
    /// There is none; the log was never signed.
    New,
    /// It is the old one, which vouches.
    Old(Box<LogKey>),
}

impl Store {
    /// Whether every log can be signed on with the keys that are configured.
    ///
    /// # Errors
    /// [`StoreError::UnknownKey`] names a log that was signed with another one,
    /// [`StoreError::KeyHandedOver`] one whose key is no longer its newest.
    pub fn check_keys(&self) -> Result<(), StoreError> {
        let mut connection = self.inner.readers.get().map_err(db::DatabaseError::from)?;
        let database: &mut Database = &mut connection;
        for agency in signed(database)? {
            standing(database, &self.inner.means.logs, agency)?;
        }
        Ok(())
    }

    /// Signs each log anew whose key has changed, so that the old key vouches for the new one in
    /// every log and not only in those that grow.
    ///
    /// # Errors
    /// Those of the database, or [`StoreError::UnknownKey`].
    pub async fn take_keys(&self) -> Result<(), StoreError> {
        let inner = self.inner.clone();
        let changed = super::means::blocking(move || {
            let mut connection = inner.readers.get().map_err(db::DatabaseError::from)?;
            let database: &mut Database = &mut connection;
            let mut changed = Vec::new();
            for agency in signed(database)? {
                if !matches!(standing(database, &inner.means.logs, agency)?, Standing::Current) {
                    changed.push(agency);
                }
            }
            Ok(changed)
        })
        .await?;
        for agency in changed {
            self.sequence_log(agency, Signing::Always).await?;
        }
        Ok(())
    }

    /// The keys that signed receipts before `current`. If `old` is the one before it, it is put on
    /// record with what `current` says of it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn receipt_keys(
        &self,
        current: &ReceiptKey,
        old: Option<&ReceiptKey>,
    ) -> Result<Vec<ReceiptVerifier>, StoreError> {
        let mut connection = self.inner.readers.get().map_err(db::DatabaseError::from)?;
        let database: &mut Database = &mut connection;
        let rows: Vec<(String, String)> =
            receipt_key::table.select((receipt_key::id, receipt_key::vouched)).load(database)?;
        let mut vouches: Vec<String> = rows.iter().map(|(_, vouch)| vouch.clone()).collect();
        if let Some(old) = old.filter(|old| old.verifier() != current.verifier())
            && !rows.iter().any(|(id, _)| id == old.verifier().id())
        {
            let vouch = current.vouch(old.verifier());
            diesel::insert_into(receipt_key::table)
                .values((receipt_key::id.eq(old.verifier().id()), receipt_key::vouched.eq(&vouch)))
                .execute(database)?;
            vouches.push(vouch);
        }
        // What nobody vouches for that leads back from the current key is passed over: who can add
        // a row can't sign.
        let mut known = vec![current.verifier().clone()];
        while let Some(next) = vouches
            .iter()
            .find_map(|vouch| vouched(vouch, &known).ok().filter(|key| !known.contains(key)))
        {
            known.push(next);
        }
        Ok(known.split_off(1))
    }

    /// Every log that was signed, with its keys.
    ///
    /// # Errors
    /// Those of the database.
    pub fn log_keys(&self) -> Result<Vec<LogKeys>, StoreError> {
        let mut connection = self.inner.readers.get().map_err(db::DatabaseError::from)?;
        let database: &mut Database = &mut connection;
        let logs = signed(database)?.into_iter();
        logs.map(|agency| {
            let origin = origin(&self.inner.means.logs.host, agency);
            Ok(LogKeys { agency, origin, keys: keys(database, agency)? })
        })
        .collect()
    }
}

/// The keys that sign a log from now on, the newest first; those that are not on record yet are put
/// there, with what vouches for them. Whoever asks holds the log.
pub(super) fn signing(
    database: &mut Database,
    logs: &LogSettings,
    agency: AgencyId,
    now: Instant,
) -> Result<Vec<LogKey>, StoreError> {
    let current = logs.key(agency)?;
    match standing(database, logs, agency)? {
        Standing::Current => {}
        Standing::New => add(database, agency, 0, &current, now, None)?,
        Standing::Old(old) => {
            let mut number = keys(database, agency)?.len();
            if number == 0 {
                // From before keys were on record.
                add(database, agency, 0, &old, now, None)?;
                number = 1;
            }
            let succession = Succession::sign(&old, &current, now)?;
            add(database, agency, number, &current, now, Some(succession))?;
        }
    }
    let known = keys(database, agency)?;
    let old = logs.old_key(agency)?.filter(|old| {
        let old = old.verifier_key();
        old != current.verifier_key() && known.iter().any(|known| known.key == old)
    });
    Ok(std::iter::once(current).chain(old).collect())
}

/// Whether the configured key may sign the log on. It may not once it has handed over: another server
/// has the new one already.
///
/// # Errors
/// [`StoreError::KeyHandedOver`], or [`StoreError::UnknownKey`].
pub(super) fn check(
    database: &mut Database,
    logs: &LogSettings,
    agency: AgencyId,
) -> Result<(), StoreError> {
    standing(database, logs, agency).map(|_| ())
}

/// The keys of a log, the newest last.
pub(super) fn keys(database: &mut Database, agency: AgencyId) -> Result<Vec<KeyState>, StoreError> {
    let rows: Vec<(String, At, Option<String>)> = ledger_key::table
        .filter(ledger_key::agency_id.eq(agency))
        .order(ledger_key::number)
        .select((ledger_key::verifier_key, ledger_key::since, ledger_key::succession))
        .load(database)?;
    rows.into_iter()
        .map(|(key, since, succession)| {
            Ok(KeyState { key: key.parse()?, since: since.0, succession })
        })
        .collect()
}

/// The notes by which a log's keys hand over to each other, in their order.
pub(super) fn successions(
    database: &mut Database,
    agency: AgencyId,
) -> Result<Vec<String>, StoreError> {
    Ok(keys(database, agency)?.into_iter().filter_map(|key| key.succession).collect())
}

/// The logs that were ever signed.
fn signed(database: &mut Database) -> Result<Vec<AgencyId>, StoreError> {
    Ok(ledger_checkpoint::table.select(ledger_checkpoint::agency_id).distinct().load(database)?)
}

fn standing(
    database: &mut Database,
    logs: &LogSettings,
    agency: AgencyId,
) -> Result<Standing, StoreError> {
    let (current, old) = (logs.key(agency)?, logs.old_key(agency)?);
    let mut earlier = keys(database, agency)?;
    let known = earlier.pop().map(|newest| newest.key);
    if let Some(to) = known.as_ref().filter(|to| **to != current.verifier_key())
        && earlier.iter().any(|it| it.key == current.verifier_key())
    {
        let (log, to) = (current.origin().to_owned(), to.to_string());
        return Err(StoreError::KeyHandedOver { log, to });
    }
    let signed_by = |key: &LogKey, note: Option<&str>| match (&known, note) {
        (Some(known), _) => *known == key.verifier_key(),
        (None, Some(note)) => Checkpoint::open(note, &key.verifier_key()).is_ok(),
        (None, None) => false,
    };
    // Only a log from before keys were on record needs its newest checkpoint looked at.
    let note = if known.is_none() { tip(database, agency)?.note } else { None };
    let note = note.as_deref();
    if known.is_none() && note.is_none() {
        return Ok(Standing::New);
    }
    if signed_by(&current, note) {
        return Ok(if known.is_some() { Standing::Current } else { Standing::New });
    }
    match old.filter(|old| signed_by(old, note)) {
        Some(old) => Ok(Standing::Old(Box::new(old))),
        None => Err(StoreError::UnknownKey {
            log: current.origin().to_owned(),
            known: known.map_or_else(|| "a key that is not on record".into(), |it| it.to_string()),
        }),
    }
}

fn add(
    database: &mut Database,
    agency: AgencyId,
    number: usize,
    key: &LogKey,
    since: Instant,
    succession: Option<String>,
) -> Result<(), StoreError> {
    let number = i32::try_from(number).map_err(|_| StoreError::Corrupt("a log's keys".into()))?;
    diesel::insert_into(ledger_key::table)
        .values((
            ledger_key::agency_id.eq(agency),
            ledger_key::number.eq(number),
            ledger_key::verifier_key.eq(key.verifier_key().to_string()),
            ledger_key::since.eq(At(since)),
            ledger_key::succession.eq(succession),
        ))
        .execute(database)?;
    Ok(())
}
