//! What happens to the service itself, and is nobody's act: servers start and stop, other rules come
//! into force, the database is migrated, somebody signs in.
//!
//! **Invariant:** a server whose start is not recorded does not serve, and a sign-in that is not
//! recorded does not count.

use std::collections::HashSet;

use diesel::Connection as _;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde_json::json;
use uuid::Uuid;

use super::call::Call;
use super::db::{self, Database};
use super::door::Store;
use super::error::StoreError;
use super::facts::{Album, Gathering};
use super::journal;
use super::means::{Locking, Means, blocking};
use super::schema::{agency, migration_entry, policy_text, service_event};
use super::sql::At;
use super::telling::{self, HOST};
use crate::clock::{Clock, Instant};
use crate::domain::ids::{AgencyId, EntryId};
use crate::identity::Actor;
use crate::ledger::{
    ActorKind, ActorMark, Decision, Effect, FactSheet, Header, Outcome, Record, Resource,
};

/// What keeps two starts apart that come at the same time. No child's and no log's lock.
const STARTS: i64 = i64::MAX;

/// A server that has started, by the entry of its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run(EntryId);

impl Store {
    /// Records that a server starts, and that other rules are in force than at the last start, if that
    /// is so. Waits until it is durable.
    ///
    /// # Errors
    /// It could not be recorded: the server must not serve.
    pub fn record_start(&self) -> Result<Run, StoreError> {
        let means = self.inner.means.clone();
        self.write_at_start(move |database| start(database, &means))
    }

    /// Records that the server stops in order. Waits until it is durable.
    ///
    /// # Errors
    /// It could not be recorded: the next start will say so.
    pub async fn record_stop(&self, run: Run) -> Result<(), StoreError> {
        let means = self.inner.means.clone();
        self.write(move |database| stop(database, &means, run)).await
    }

    /// Keeps the texts of the rules that decide, so that what they decided can be decided again.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be kept.
    pub fn keep_policy_texts(&self) -> Result<(), StoreError> {
        let means = self.inner.means.clone();
        self.write_at_start(move |database| keep_texts(database, &means))
    }

    /// Records that somebody has signed in: a token of theirs was seen that proves who they are.
    ///
    /// # Errors
    /// It could not be recorded: the token must not count.
    pub async fn record_sign_in(
        &self,
        actor: &Actor,
        request: &str,
    ) -> Result<EntryId, StoreError> {
        let inner = self.inner.clone();
        let call = Call {
            actor: actor.clone(),
            request: request.to_owned(),
            purpose: None,
            reason: None,
            once: None,
        };
        let draft = blocking(move || {
            db::on_any(&inner.readers, db::Begun::Reading, |database| {
                let means = &inner.means;
                let (actor, mut album) = (&call.actor, Album::default());
                let mut gathering = Gathering::new(database, means, actor, Locking::No, &mut album);
                let known = gathering.known()?;
                let header = Header {
                    actor: telling::mark(&call, &known.principal),
                    client: call.actor.client().map(str::to_owned),
                    request: call.request.clone(),
                    ..serving(means, "SignIn", "Logga in")?
                };
                telling::seal(header, Vec::new(), Vec::new())
            })
        })
        .await?;
        let entry = draft.id;
        self.keep(draft).await?;
        Ok(entry)
    }
}

/// Records in the host's log the migrations that were run and of which no entry tells.
pub fn record_migrations(database: &mut Database, clock: &Clock) -> Result<(), StoreError> {
    if unrecorded(database)?.is_empty() {
        return Ok(());
    }
    database.transaction(|database| {
        db::hold_migrations(database)?;
        let names = unrecorded(database)?;
        if names.is_empty() {
            // Whoever came first has told of them.
            return Ok(());
        }
        let header = Header {
            actor: mark(ActorKind::Operator),
            ..told(clock, "MigrateDatabase", "Ändra")?
        };
        let entry = header.id;
        let migrated = Record {
            terms: Some(FactSheet::new(json!({ "migrations": names }))?),
            ..changed(HOST, "Database")
        };
        let draft = telling::seal(header, vec![migrated], Vec::new())?;
        journal::append(database, &[draft])?;
        for name in names {
            diesel::insert_into(migration_entry::table)
                .values((migration_entry::version.eq(name), migration_entry::entry_id.eq(entry)))
                .execute(database)?;
        }
        Ok(())
    })
}

fn unrecorded(database: &mut Database) -> Result<Vec<String>, StoreError> {
    let told: HashSet<String> = migration_entry::table
        .select(migration_entry::version)
        .load(database)?
        .into_iter()
        .collect();
    Ok(db::migrated(database)?.into_iter().filter(|name| !told.contains(name)).collect())
}

fn start(database: &mut Database, means: &Means) -> Result<Run, StoreError> {
    keep_texts(database, means)?;
    let before: Option<String> = service_event::table
        .filter(service_event::kind.eq("start"))
        .order((service_event::at.desc(), service_event::id.desc()))
        .select(service_event::policy)
        .first(database)
        .optional()?;
    if before.as_deref() != Some(means.policy.digest()) {
        change_policies(database, means, before)?;
    }
    let unended = unended(database)?;
    let header = Header {
        reason: (!unended.is_empty()).then(|| no_stop(&unended)),
        ..serving(means, "StartService", "Starta")?
    };
    let (id, at) = (header.id, header.at);
    let draft = telling::seal(header, Vec::new(), Vec::new())?;
    journal::append(database, &[draft])?;
    note(database, means, ("start", id), id, at)?;
    for run in unended {
        note(database, means, ("missed", means.clock.new_id()), run, at)?;
    }
    Ok(Run(id))
}

fn stop(database: &mut Database, means: &Means, Run(run): Run) -> Result<(), StoreError> {
    let header = serving(means, "StopService", "Stoppa")?;
    let (id, at) = (header.id, header.at);
    let draft = telling::seal(header, Vec::new(), Vec::new())?;
    journal::append(database, &[draft])?;
    note(database, means, ("stop", id), run, at)
}

/// Other rules are in force: an entry in the log of every agency.
fn change_policies(
    database: &mut Database,
    means: &Means,
    before: Option<String>,
) -> Result<(), StoreError> {
    let agencies: Vec<AgencyId> =
        agency::table.order(agency::id).select(agency::id).load(database)?;
    let header = Header {
        reason: before.map(|before| format!("Before, {before} was in force.")),
        ..serving(means, "ChangePolicies", "Ändra")?
    };
    let records = agencies.into_iter().map(|agency| changed(agency, "Policies")).collect();
    let draft = telling::seal(header, records, Vec::new())?;
    journal::append(database, &[draft])?;
    Ok(())
}

/// The starts of which neither a stop is recorded nor a later start has said so.
fn unended(database: &mut Database) -> Result<Vec<EntryId>, StoreError> {
    let ends = diesel::alias!(service_event as ends);
    let ended = ends
        .filter(ends.field(service_event::kind).ne("start"))
        .select(ends.field(service_event::run_id));
    Ok(service_event::table
        .filter(service_event::kind.eq("start"))
        .filter(not(service_event::id.eq_any(ended)))
        .order(service_event::id)
        .select(service_event::id)
        .load(database)?)
}

fn no_stop(starts: &[EntryId]) -> String {
    let starts: Vec<String> = starts.iter().map(EntryId::to_string).collect();
    format!("No stop is recorded after: {}.", starts.join(", "))
}

/// Keeps the texts that are not kept yet. One server at a time, until the transaction ends.
fn keep_texts(database: &mut Database, means: &Means) -> Result<(), StoreError> {
    if let Database::Postgres(postgres) = database {
        diesel::sql_query("select pg_advisory_xact_lock($1)")
            .bind::<BigInt, _>(STARTS)
            .execute(postgres)?;
    }
    for text in means.policy.texts() {
        let known = diesel::select(exists(policy_text::table.find(&text.digest)));
        if !known.get_result::<bool>(database)? {
            diesel::insert_into(policy_text::table)
                .values((
                    policy_text::digest.eq(&text.digest),
                    policy_text::at.eq(At(means.clock.now())),
                    policy_text::text.eq(&text.text),
                ))
                .execute(database)?;
        }
    }
    Ok(())
}

fn note(
    database: &mut Database,
    means: &Means,
    (kind, id): (&str, EntryId),
    run: EntryId,
    at: Instant,
) -> Result<(), StoreError> {
    diesel::insert_into(service_event::table)
        .values((
            service_event::id.eq(id),
            service_event::at.eq(At(at)),
            service_event::kind.eq(kind),
            service_event::run_id.eq(run),
            service_event::policy.eq(means.policy.digest()),
            service_event::settings.eq(means.settings.as_ref()),
        ))
        .execute(database)?;
    Ok(())
}

/// A header of what happens while these rules and settings are in force.
fn serving(means: &Means, act: &str, action: &str) -> Result<Header, StoreError> {
    Ok(Header {
        policy: means.policy.digest().into(),
        settings: Some(means.settings.to_string()),
        ..told(&means.clock, act, action)?
    })
}

/// A header by the service itself, with nothing in it yet.
fn told(clock: &Clock, act: &str, action: &str) -> Result<Header, StoreError> {
    Ok(Header {
        id: clock.new_id(),
        at: clock.now(),
        act: act.into(),
        action: action.into(),
        decision: Decision::Permit,
        outcome: Outcome::Done,
        rules: Vec::new(),
        policy: String::new(),
        actor: mark(ActorKind::Service),
        on_behalf_of: None,
        request: clock.new_id::<Uuid>().to_string(),
        client: None,
        purpose: None,
        reason: None,
        subject: None,
        case: None,
        resource: None,
        status: None,
        settings: None,
        salt: telling::salt()?,
    })
}

fn mark(kind: ActorKind) -> ActorMark {
    ActorMark {
        kind,
        id: None,
        name: None,
        account: None,
        role: None,
        unit: None,
        agency: None,
        assurance: None,
        issuer: None,
    }
}

/// A record of something of the service's own that was changed, for `agency`.
fn changed(agency: AgencyId, kind: &str) -> Record {
    Record {
        agency,
        open_to_actor: false,
        child: None,
        case: None,
        resource: Resource { kind: kind.into(), id: None },
        category: None,
        effect: Effect::Changed,
        rules: Vec::new(),
        ground: None,
        publication: None,
        consent: None,
        on_behalf_of: None,
        facts: None,
        terms: None,
        salt: [0; 16],
    }
}
