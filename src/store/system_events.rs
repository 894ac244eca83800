//! What happens to the service itself, and is nobody's act: servers start and stop, other rules come
//! into force, the database is migrated, somebody signs in.
//!
//! **Invariant:** a server whose start is not recorded does not serve, and a sign-in that is not
//! recorded does not count.

use std::sync::mpsc::sync_channel;

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
use super::facts::Gathering;
use super::journal;
use super::means::{Locking, Means, blocking};
use super::schema::{agency, policy_text, service_event};
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
    /// Records that a server starts with the settings that have the digest `settings`, and that other
    /// rules are in force than at the last start, if that is so. Waits until it is durable.
    ///
    /// # Errors
    /// It could not be recorded: the server must not serve.
    pub fn record_start(&self, settings: &str) -> Result<Run, StoreError> {
        let (means, settings) = (self.inner.means.clone(), settings.to_owned());
        self.at_once(move |database| start(database, &means, &settings))
    }

    /// Records that the server stops in order. Waits until it is durable.
    ///
    /// # Errors
    /// It could not be recorded: the next start will say so.
    pub async fn record_stop(&self, run: Run) -> Result<(), StoreError> {
        let (store, means) = (self.clone(), self.inner.means.clone());
        blocking(move || store.at_once(move |database| stop(database, &means, run))).await
    }

    /// Keeps the texts of the rules that decide, so that what they decided can be decided again.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be kept.
    pub fn keep_policy_texts(&self) -> Result<(), StoreError> {
        let means = self.inner.means.clone();
        self.at_once(move |database| keep_texts(database, &means))
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
            let mut connection = inner.readers.get().map_err(db::DatabaseError::from)?;
            db::snapshot(&mut connection, |database| {
                let means = &inner.means;
                let mut gathering = Gathering::new(database, means, &call.actor, Locking::No);
                let known = gathering.known()?;
                let header = Header {
                    policy: means.policy.digest().into(),
                    actor: telling::mark(&call, &known.principal),
                    client: call.actor.client().map(str::to_owned),
                    request: call.request.clone(),
                    ..told(&means.clock, "SignIn", "Logga in")?
                };
                telling::seal(header, Vec::new(), Vec::new())
            })
        })
        .await?;
        let entry = draft.id;
        self.keep(draft).await?;
        Ok(entry)
    }

    /// Has the writer do `job`, and waits for the commit.
    fn at_once<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Database) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = sync_channel(1);
        self.inner.writer.change(Box::new(move |database| {
            let done = database.transaction(job);
            Box::new(move |committed| {
                // Whoever asked may have gone; what is committed stays.
                let _ = answer.send(committed.and(done));
            })
        }))?;
        answered.recv().map_err(|_| StoreError::WriterLost)?
    }
}

/// Records in the host's log which migrations were run.
pub fn record_migration(
    database: &mut Database,
    clock: &Clock,
    names: &[String],
) -> Result<(), StoreError> {
    let header =
        Header { actor: mark(ActorKind::Operator), ..told(clock, "MigrateDatabase", "Ändra")? };
    let migrated = Record {
        terms: Some(FactSheet::new(json!({ "migrations": names }))?),
        ..changed(HOST, "Database")
    };
    let draft = telling::seal(header, vec![migrated], Vec::new())?;
    database.transaction(|database| Ok(journal::append(database, &[draft]).map(|_| ())?))
}

fn start(database: &mut Database, means: &Means, settings: &str) -> Result<Run, StoreError> {
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
        policy: means.policy.digest().into(),
        settings: Some(settings.to_owned()),
        reason: (!unended.is_empty()).then(|| no_stop(&unended)),
        ..told(&means.clock, "StartService", "Starta")?
    };
    let (id, at) = (header.id, header.at);
    let draft = telling::seal(header, Vec::new(), Vec::new())?;
    journal::append(database, &[draft])?;
    note(database, means, ("start", id), id, (at, settings))?;
    for run in unended {
        note(database, means, ("missed", means.clock.new_id()), run, (at, settings))?;
    }
    Ok(Run(id))
}

fn stop(database: &mut Database, means: &Means, Run(run): Run) -> Result<(), StoreError> {
    let settings: String =
        service_event::table.find(run).select(service_event::settings).first(database)?;
    let header = Header {
        policy: means.policy.digest().into(),
        settings: Some(settings.clone()),
        ..told(&means.clock, "StopService", "Stoppa")?
    };
    let (id, at) = (header.id, header.at);
    let draft = telling::seal(header, Vec::new(), Vec::new())?;
    journal::append(database, &[draft])?;
    note(database, means, ("stop", id), run, (at, &settings))
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
        policy: means.policy.digest().into(),
        reason: before.map(|before| format!("Before, {before} was in force.")),
        ..told(&means.clock, "ChangePolicies", "Ändra")?
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
    (at, settings): (Instant, &str),
) -> Result<(), StoreError> {
    diesel::insert_into(service_event::table)
        .values((
            service_event::id.eq(id),
            service_event::at.eq(At(at)),
            service_event::kind.eq(kind),
            service_event::run_id.eq(run),
            service_event::policy.eq(means.policy.digest()),
            service_event::settings.eq(settings),
        ))
        .execute(database)?;
    Ok(())
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
        facts: None,
        terms: None,
        salt: [0; 16],
    }
}
