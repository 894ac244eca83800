//! Requests that never became an act, and whether the store is ready for those that do.

use diesel::Connection as _;
use diesel::result::Error;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::door::Store;
use super::error::StoreError;
use super::journal;
use super::standing::Backlog;
use super::telling;
use crate::domain::ids::EntryId;
use crate::identity::{Actor, Who};
use crate::ledger::{ActorKind, ActorMark, Decision, Header, Outcome};

/// A request that was answered before it became an act: no sign-in, a body that can't be read,
/// an address that leads nowhere.
#[derive(Clone, Debug)]
pub struct Unheard {
    /// Who, if the sign-in got that far.
    pub actor: Option<Actor>,
    /// The request's id.
    pub request: String,
    /// The method and the route's pattern; never what the caller wrote in the address.
    pub route: String,
    /// The status that it is answered with.
    pub status: u16,
}

/// Whether the parts of the store do their work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// The database answers.
    pub database: bool,
    /// An entry could be written now.
    pub ledger: bool,
    /// What is recorded and stands in no log yet, if the database tells.
    pub backlog: Option<Backlog>,
}

impl Store {
    /// Records a request that never became an act, in the host's own log.
    pub async fn record_unheard(&self, unheard: Unheard) -> Result<EntryId, StoreError> {
        let means = &self.inner.means;
        let header = Header {
            id: means.clock.new_id(),
            at: means.clock.now(),
            act: unheard.route,
            action: "Neka".into(),
            decision: Decision::Deny,
            outcome: Outcome::NotDone,
            rules: Vec::new(),
            policy: means.policy.digest().into(),
            actor: unheard_mark(unheard.actor.as_ref()),
            on_behalf_of: None,
            request: unheard.request,
            client: unheard.actor.as_ref().and_then(|actor| actor.client().map(str::to_owned)),
            purpose: None,
            reason: None,
            subject: None,
            case: None,
            resource: None,
            status: Some(unheard.status),
            settings: Some(means.settings.to_string()),
            salt: telling::salt()?,
        };
        let draft = telling::seal(header, Vec::new(), Vec::new())?;
        let entry = draft.id;
        self.keep(draft).await?;
        Ok(entry)
    }

    /// Tries the database with a question, and the ledger with an entry that is taken back.
    pub async fn ready(&self) -> Readiness {
        let backlog = self.backlog().await.ok();
        let ledger = self.ledger_is_writable().await.is_ok();
        Readiness { database: backlog.is_some(), ledger, backlog }
    }

    async fn ledger_is_writable(&self) -> Result<(), StoreError> {
        let means = self.inner.means.clone();
        let probe = Header {
            id: means.clock.new_id(),
            at: means.clock.now(),
            act: "Probe".into(),
            action: "Skriva".into(),
            decision: Decision::Permit,
            outcome: Outcome::NotDone,
            rules: Vec::new(),
            policy: String::new(),
            actor: unheard_mark(None),
            on_behalf_of: None,
            request: String::new(),
            client: None,
            purpose: None,
            reason: None,
            subject: None,
            case: None,
            resource: None,
            status: None,
            settings: None,
            salt: [0; 16],
        };
        let draft = telling::seal(probe, Vec::new(), Vec::new())?;
        let (answer, answered) = oneshot::channel();
        self.inner.writer.change(Box::new(move |database| {
            let tried = database.transaction::<(), Error, _>(|database| {
                journal::append(database, std::slice::from_ref(&draft))?;
                Err(Error::RollbackTransaction)
            });
            let written = matches!(tried, Err(Error::RollbackTransaction));
            Box::new(move |committed| {
                let told = committed.and(written.then_some(()).ok_or(StoreError::WriterLost));
                // A probe that nobody waits for any more needs no answer.
                let _ = answer.send(told);
            })
        }))?;
        answered.await.map_err(|_| StoreError::WriterLost)?
    }
}

/// Who asked, as far as the sign-in alone tells: the register was not asked.
fn unheard_mark(actor: Option<&Actor>) -> ActorMark {
    let kind = match actor.map(Actor::who) {
        None => ActorKind::Nobody,
        Some(Who::Staff { .. }) => ActorKind::Staff,
        Some(Who::Citizen { .. }) => ActorKind::Citizen,
        Some(Who::Operator) => ActorKind::Operator,
    };
    ActorMark {
        kind,
        id: None::<Uuid>,
        name: None,
        account: actor.and_then(|actor| actor.account().map(str::to_owned)),
        role: None,
        unit: None,
        agency: None,
        assurance: actor.map(Actor::assurance),
        issuer: actor.and_then(|actor| actor.issuer().map(str::to_owned)),
    }
}
