//! How the logs stand: what waits to become a leaf and since when, and what is signed. Numbers and
//! times of which nobody is told but whoever runs the service: it shows no data, and so needs no
//! permit.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use diesel::dsl::{count_star, max, min};
use diesel::prelude::*;

use super::counters::Counters;
use super::db::{self, Database, Place};
use super::door::Store;
use super::error::StoreError;
use super::means::{LogSettings, blocking};
use super::schema::{
    agency, ledger_checkpoint, ledger_cosignature, ledger_entry, ledger_leaf, ledger_pending,
};
use super::sequencer::{count, position, tip};
use super::sql::At;
use super::telling::HOST;
use crate::clock::Instant;
use crate::domain::ids::AgencyId;
use crate::ledger::{Checkpoint, Hash, origin};

/// What is recorded and stands in no log yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Places in logs that wait to be filled: an entry counts once for each of its logs.
    pub pending: u64,
    /// When the oldest of these entries was decided.
    pub oldest: Option<Instant>,
    /// The time that the host's log has come to.
    pub log_time: Option<Instant>,
}

/// How many connections are open, without the writer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionsHeld {
    /// All of them.
    pub open: u32,
    /// Those that work.
    pub used: u32,
}

/// How one log stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its agency.
    pub agency: AgencyId,
    /// The agency's name.
    pub name: String,
    /// The log's name.
    pub origin: String,
    /// The key in use, as a C2SP verifier key.
    pub key: String,
    /// How many leaves it has.
    pub size: u64,
    /// The newest checkpoint's time, if there is one.
    pub signed_at: Option<Instant>,
    /// Entries that wait to become leaves.
    pub pending: u64,
    /// When the oldest of them was decided.
    pub oldest: Option<Instant>,
    /// What is not as it should be, besides lagging.
    pub faults: Vec<StandingFault>,
    /// The witnesses that have cosigned it, or should, by their names.
    pub witnesses: Vec<WitnessStanding>,
}

/// How far a witness has cosigned a log, by what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessStanding {
    /// Its name.
    pub name: String,
    /// Whether it is asked to cosign this log, as the settings are.
    pub asked: bool,
    /// How many leaves the newest checkpoint had that it cosigned; 0 if it never did.
    pub size: u64,
    /// When it did.
    pub cosigned_at: Option<Instant>,
    /// When the oldest checkpoint was signed that has more leaves than that; none when it is up to date.
    pub waits_since: Option<Instant>,
}

/// What is wrong with a log as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandingFault {
    /// The newest checkpoint was not signed with the key in use.
    OtherKey,
    /// The newest checkpoint says another size or root than the leaves have.
    OtherTree,
    /// Leaves are missing, or stand beyond the newest checkpoint.
    OtherLeaves,
}

impl Backlog {
    /// How old the oldest waiting entry is; nothing when none waits.
    pub fn lag(&self, now: Instant) -> TimeDelta {
        age(self.oldest, now)
    }

    /// How far the clock stands behind the host's log. More than servers' clocks differ by means
    /// that it was set back, or was ahead before.
    pub fn clock_behind(&self, now: Instant) -> TimeDelta {
        self.log_time.map_or(TimeDelta::zero(), |time| (time - now).max(TimeDelta::zero()))
    }
}

impl Standing {
    /// How old the oldest waiting entry is; nothing when none waits.
    pub fn lag(&self, now: Instant) -> TimeDelta {
        age(self.oldest, now)
    }
}

impl StandingFault {
    /// What is wrong, in words for whoever runs the service.
    pub fn words(self) -> &'static str {
        match self {
            Self::OtherKey => "the newest checkpoint is not signed with the key in use",
            Self::OtherTree => "the newest checkpoint is not that of the stored tree",
            Self::OtherLeaves => "the stored leaves are not those that the checkpoint counts",
        }
    }
}

fn age(oldest: Option<Instant>, now: Instant) -> TimeDelta {
    oldest.map_or(TimeDelta::zero(), |oldest| (now - oldest).max(TimeDelta::zero()))
}

impl Store {
    /// What is recorded and stands in no log yet.
    ///
    /// # Errors
    /// The database can't be asked.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        let inner = self.inner.clone();
        blocking(move || db::on_any(&inner.readers, db::Begun::Reading, backlog)).await
    }

    /// What the store has counted since it was opened.
    pub fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    /// How many connections are open.
    pub fn connections(&self) -> ConnectionsHeld {
        let state = self.inner.readers.state();
        let used = state.connections.saturating_sub(state.idle_connections);
        ConnectionsHeld { open: state.connections, used }
    }

    /// How every log stands that anything was written for, in the order of the agencies' names.
    /// Reads the database at `place` beside the service, and changes nothing. `witnesses` are the names
    /// of those that should cosign, each with its agencies; none are all.
    ///
    /// # Errors
    /// The database can't be asked, or a stored value can't be read.
    pub fn standings(
        place: &Place,
        logs: &LogSettings,
        witnesses: &[(String, Vec<AgencyId>)],
    ) -> Result<Vec<Standing>, StoreError> {
        let Some(mut database) = place.look()? else { return Ok(Vec::new()) };
        db::snapshot(&mut database, |database| {
            let agencies: Vec<(AgencyId, String)> = agency::table
                .order((agency::name, agency::id))
                .select((agency::id, agency::name))
                .load(database)?;
            let standings = agencies.into_iter().map(|it| {
                let should = witnesses
                    .iter()
                    .filter(|(_, seen)| seen.is_empty() || seen.contains(&it.0))
                    .map(|(name, _)| name.clone());
                let cosigned = cosigned(database, it.0, should.collect())?;
                Ok(Standing { witnesses: cosigned, ..standing(database, logs, it)? })
            });
            let standings: Vec<Standing> = standings.collect::<Result<_, StoreError>>()?;
            let written = |it: &Standing| it.size > 0 || it.pending > 0 || it.signed_at.is_some();
            Ok(standings.into_iter().filter(written).collect())
        })
    }
}

/// The same on a connection of the caller's.
pub(super) fn backlog(database: &mut Database) -> Result<Backlog, StoreError> {
    let (pending, first): (i64, Option<i64>) =
        ledger_pending::table.select((count_star(), min(ledger_pending::seq))).first(database)?;
    let time: Option<At> = ledger_leaf::table
        .filter(ledger_leaf::agency_id.eq(HOST))
        .order((ledger_leaf::time.desc(), ledger_leaf::position.desc()))
        .select(ledger_leaf::time)
        .first(database)
        .optional()?;
    Ok(Backlog {
        pending: count(pending)?,
        oldest: decided_at(database, first)?,
        log_time: time.map(|at| at.0),
    })
}

/// How far those that have cosigned a log, or should, have come.
fn cosigned(
    database: &mut Database,
    agency: AgencyId,
    asked: BTreeSet<String>,
) -> Result<Vec<WitnessStanding>, StoreError> {
    let known: Vec<String> = ledger_cosignature::table
        .filter(ledger_cosignature::agency_id.eq(agency))
        .select(ledger_cosignature::witness)
        .distinct()
        .load(database)?;
    let names: BTreeSet<&String> = asked.iter().chain(&known).collect();
    let mut standings = Vec::with_capacity(names.len());
    for name in names {
        let newest: Option<(i64, At)> = ledger_cosignature::table
            .filter(ledger_cosignature::agency_id.eq(agency))
            .filter(ledger_cosignature::witness.eq(name))
            .order((ledger_cosignature::size.desc(), ledger_cosignature::at.desc()))
            .select((ledger_cosignature::size, ledger_cosignature::cosigned_at))
            .first(database)
            .optional()?;
        let (size, at) = newest.unzip();
        let size = count(size.unwrap_or(0))?;
        let next: Option<At> = ledger_checkpoint::table
            .filter(ledger_checkpoint::agency_id.eq(agency))
            .filter(ledger_checkpoint::size.gt(position(size)?))
            .order((ledger_checkpoint::size, ledger_checkpoint::at))
            .select(ledger_checkpoint::at)
            .first(database)
            .optional()?;
        standings.push(WitnessStanding {
            name: name.clone(),
            asked: asked.contains(name),
            size,
            cosigned_at: at.map(|at| at.0),
            waits_since: next.map(|at| at.0),
        });
    }
    Ok(standings)
}

fn decided_at(database: &mut Database, seq: Option<i64>) -> Result<Option<Instant>, StoreError> {
    let Some(seq) = seq else { return Ok(None) };
    let at: Option<At> =
        ledger_entry::table.find(seq).select(ledger_entry::at).first(database).optional()?;
    Ok(at.map(|at| at.0))
}

fn standing(
    database: &mut Database,
    logs: &LogSettings,
    (agency, name): (AgencyId, String),
) -> Result<Standing, StoreError> {
    let (pending, first): (i64, Option<i64>) = ledger_pending::table
        .filter(ledger_pending::agency_id.eq(agency))
        .select((count_star(), min(ledger_pending::seq)))
        .first(database)?;
    let (leaves, last): (i64, Option<i64>) = ledger_leaf::table
        .filter(ledger_leaf::agency_id.eq(agency))
        .select((count_star(), max(ledger_leaf::position)))
        .first(database)?;
    let tip = tip(database, agency)?;
    let (size, key) = (tip.range.end(), logs.verifier_key(agency)?);
    let mut faults = Vec::new();
    if count(leaves)? != size || last.map_or(0, |last| last + 1) != leaves {
        faults.push(StandingFault::OtherLeaves);
    }
    if let Some(note) = &tip.note {
        match Checkpoint::open(note, &key) {
            Err(_) => faults.push(StandingFault::OtherKey),
            Ok(signed) => {
                let root = tip.range.root().unwrap_or_else(Hash::of_nothing);
                if (signed.size, signed.root) != (size, root) {
                    faults.push(StandingFault::OtherTree);
                }
            }
        }
    }
    Ok(Standing {
        agency,
        name,
        origin: origin(&logs.host, agency),
        key: key.to_string(),
        size,
        signed_at: tip.at,
        pending: count(pending)?,
        oldest: decided_at(database, first)?,
        faults,
        witnesses: Vec::new(),
    })
}
