//! The door: facts, decision, job and entry, in this order, for every act.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::call::{Call, Reply};
use super::counters::Counters;
use super::db::{self, Begun, Connections, Database, Place};
use super::disposals::Retention;
use super::error::{Halt, StoreError};
use super::facts::{Album, Gather, Gathering};
use super::journal::{self, Draft, Kept};
use super::log_exports::ExportSettings;
use super::means::{Locking, LogSettings, Means, ReviewSettings, blocking};
use super::once;
use super::system_events;
use super::telling::{self, Ending};
use super::vault::Vault;
use super::witnessing::WitnessState;
use super::work::Work;
use super::writer::Writer;
use crate::access::act::Reach;
use crate::access::{Denial, Policy, decide};
use crate::clock::Clock;
use crate::domain::ids::{AgencyId, EntryId};
use crate::domain::indicators::IndicatorSets;
use crate::domain::law::Law;
use crate::domain::obstacle::Obstacle;
use crate::domain::region::Regions;

/// How long a read pauses before it starts over for the first time.
const PAUSE: Duration = Duration::from_millis(4);

/// The memory. A clone is another hand on the same.
#[derive(Clone)]
pub struct Store {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub place: Place,
    pub readers: Connections,
    pub writer: Writer,
    pub means: Means,
    pub settings: StoreSettings,
    pub counters: Counters,
    pub witnesses: Mutex<BTreeMap<(AgencyId, String), WitnessState>>,
    /// The configured key has handed over to one that other servers have.
    pub handed_over: AtomicBool,
}

/// How much the store may take.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// Connections that read, and on PostgreSQL change.
    pub connections_max: u32,
    /// The longest that a request waits for one of them.
    pub connection_wait: Duration,
    /// The longest that a statement may take, with its waiting for locks.
    pub statement_max: Duration,
    /// Requests that may wait to be recorded.
    pub waiting_max: usize,
    /// Requests that share one commit.
    pub batch_max: usize,
    /// How often a read starts over because its child was changed meanwhile.
    pub overtaken_max: u32,
    /// The most rows that a list looks through.
    pub rows_max: i64,
    /// The most entries of a log that one search looks through.
    pub scanned_max: usize,
    /// How exports of logs are made and kept.
    pub exports: ExportSettings,
    /// How long the first answer to an Idempotency-Key is kept.
    pub first_answer_kept: chrono::TimeDelta,
    /// How logs are reviewed.
    pub review: ReviewSettings,
    /// The words for the wellbeing indicators.
    pub indicators: Arc<IndicatorSets>,
    /// How long agencies keep what their logs tell.
    pub retention: Retention,
    /// How soon plans come about, as regions have agreed.
    pub regions: Arc<Regions>,
    /// The digest of the settings in effect, for the ledger: hexadecimal SHA-256.
    pub digest: String,
}

/// An act that was done and recorded.
#[derive(Clone, Debug)]
pub struct Done<T> {
    /// What came of it.
    pub value: T,
    /// Its entry in the ledger.
    pub entry: EntryId,
}

/// Why an act was not done.
#[derive(Debug)]
pub enum Stopped {
    /// It was refused, and that is recorded.
    Refused(Box<Denial>, EntryId),
    /// It was permitted, but the state of things stood in the way; that is recorded.
    Obstructed(Obstacle, EntryId),
    /// The store could not do its part: nothing was shown, nothing changed.
    Unavailable(StoreError),
}

impl<E: Into<StoreError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

impl Store {
    /// Opens the database at `place` and starts the writer. The migrations must have been run.
    pub fn open(
        place: Place,
        settings: StoreSettings,
        policy: Arc<Policy>,
        law: Arc<Law>,
        clock: Clock,
        vault: Vault,
        logs: LogSettings,
    ) -> Result<Self, StoreError> {
        let readers = place.pool(
            settings.connections_max,
            settings.connection_wait,
            settings.statement_max,
        )?;
        let counters = Counters::default();
        let (writer, _) = Writer::start(place.clone(), &settings, counters.clone())?;
        let StoreSettings {
            rows_max,
            scanned_max,
            exports,
            review,
            retention,
            regions,
            indicators,
            digest,
            ..
        } = settings.clone();
        let means = Means {
            settings: digest.into(),
            policy,
            law,
            clock,
            vault,
            logs,
            rows_max,
            scanned_max,
            exports,
            review,
            retention,
            indicators,
            regions,
        };
        let witnesses = Mutex::default();
        let handed_over = AtomicBool::new(false);
        let inner =
            Inner { place, readers, writer, means, settings, counters, witnesses, handed_over };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Runs the migrations that have not been run on the database at `place`, tells which, and records
    /// all that are not recorded: a process may have ended between the two.
    ///
    /// # Errors
    /// A migration failed, or could not be recorded: the next call records it.
    pub fn migrate(place: &Place, clock: &Clock) -> Result<Vec<String>, StoreError> {
        let mut database = place.connect()?;
        let names = db::migrate(&mut database)?;
        system_events::record_migrations(&mut database, clock)?;
        Ok(names)
    }

    /// The rules that decide.
    pub fn policy(&self) -> &Policy {
        &self.inner.means.policy
    }

    /// Does one act: gathers its facts, has it decided, does the job, records all of it.
    ///
    /// `job` may run more than once when somebody changes the child in between; each run sees one
    /// state of the data and leaves nothing behind but its last run's.
    ///
    /// # Errors
    /// [`Stopped`] says whether it was refused, stood in the way of, or could not be recorded.
    pub async fn perform<A, T, F>(&self, call: Call, act: A, job: F) -> Result<Done<T>, Stopped>
    where
        A: Gather,
        T: Send + 'static,
        F: Fn(&mut Work<'_, A>) -> Result<T, Halt> + Send + Sync + 'static,
    {
        let job = Arc::new(job);
        let ended = match A::REACH {
            Reach::Reads => self.read(call, act, job).await,
            Reach::Changes => match self.change(call, act, move |work| job(work)).await {
                Ok(tried) => self.settle(tried).await,
                Err(error) => Err(error.into()),
            },
        };
        self.inner.counters.ended(&ended);
        ended
    }

    /// Does a changing act whose answer is kept for a day: the same key and request gives the
    /// first answer again, after the same decision.
    pub async fn perform_once<A, F>(
        &self,
        call: Call,
        act: A,
        job: F,
    ) -> Result<Done<Reply>, Stopped>
    where
        A: Gather,
        F: Fn(&mut Work<'_, A>) -> Result<Reply, Halt> + Send + Sync + 'static,
    {
        let (once, kept_for) = (call.once.clone(), self.inner.settings.first_answer_kept);
        let job = Arc::new(job);
        let job = move |work: &mut Work<'_, A>| match &once {
            None => job(work),
            Some(wanted) => once::once(work, wanted, kept_for, |work| job(work)),
        };
        self.perform(call, act, job).await
    }

    async fn read<A, T, F>(&self, call: Call, act: A, job: Arc<F>) -> Result<Done<T>, Stopped>
    where
        A: Gather,
        T: Send + 'static,
        F: Fn(&mut Work<'_, A>) -> Result<T, Halt> + Send + Sync + 'static,
    {
        for turn in 0..=self.inner.settings.overtaken_max {
            let (inner, call, act, job) =
                (self.inner.clone(), call.clone(), act.clone(), job.clone());
            let tried = blocking(move || {
                db::on_any(&inner.readers, Begun::Reading, |database| {
                    attempt(database, &inner.means, &call, act, &*job, Locking::No)
                })
            })
            .await?;
            let draft = tried.draft();
            let entry = draft.id;
            match self.inner.writer.append(draft.clone()).await? {
                Kept::Durable => return tried.end(entry),
                // Somebody changes the child just now: the longer it goes on, the longer the pause.
                Kept::Stale => tokio::time::sleep(PAUSE * (turn + 1)).await,
            }
        }
        Err(StoreError::Overtaken.into())
    }

    /// A change stands or falls with its entry.
    async fn change<A, T, F>(&self, call: Call, act: A, job: F) -> Result<Tried<T>, StoreError>
    where
        A: Gather,
        T: Send + 'static,
        F: Fn(&mut Work<'_, A>) -> Result<T, Halt> + Send + 'static,
    {
        let means = self.inner.means.clone();
        let run = move |database: &mut Database| {
            let tried = attempt(database, &means, &call, act, &job, Locking::Yes)?;
            match &tried {
                Tried::Done(_, draft) => {
                    journal::append(database, std::slice::from_ref(draft))?;
                    Ok(tried)
                }
                Tried::Refused(..) | Tried::Obstructed(..) => Err(Undone::Not(Box::new(tried))),
            }
        };
        match self.write_or_undo(run).await {
            Ok(tried) => Ok(tried),
            Err(Undone::Not(tried)) => Ok(*tried),
            Err(Undone::Failed(error)) => Err(error),
        }
    }

    /// What was changed is recorded with the change; what was not is recorded now.
    async fn settle<T>(&self, tried: Tried<T>) -> Result<Done<T>, Stopped> {
        let entry = tried.draft().id;
        if !matches!(tried, Tried::Done(..)) {
            self.keep(tried.draft().clone()).await?;
        }
        tried.end(entry)
    }

    /// Keeps an entry that rests on no child's state.
    pub(super) async fn keep(&self, mut draft: Draft) -> Result<(), StoreError> {
        draft.seen.clear();
        self.inner.writer.append(draft).await.map(|_| ())
    }
}

/// One run of an act, and the entry that tells of it.
enum Tried<T> {
    Done(T, Draft),
    Refused(Box<Denial>, Draft),
    Obstructed(Obstacle, Draft),
}

enum Undone<T> {
    Not(Box<Tried<T>>),
    Failed(StoreError),
}

impl<T, E: Into<StoreError>> From<E> for Undone<T> {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl<T> Tried<T> {
    fn draft(&self) -> &Draft {
        match self {
            Self::Done(_, draft) | Self::Refused(_, draft) | Self::Obstructed(_, draft) => draft,
        }
    }

    fn end(self, entry: EntryId) -> Result<Done<T>, Stopped> {
        match self {
            Self::Done(value, _) => Ok(Done { value, entry }),
            Self::Refused(denial, _) => Err(Stopped::Refused(denial, entry)),
            Self::Obstructed(obstacle, _) => Err(Stopped::Obstructed(obstacle, entry)),
        }
    }
}

fn attempt<A: Gather, T>(
    database: &mut Database,
    means: &Means,
    call: &Call,
    act: A,
    job: &(impl Fn(&mut Work<'_, A>) -> Result<T, Halt> + ?Sized),
    locking: Locking,
) -> Result<Tried<T>, StoreError> {
    let mut album = Album::of(locking);
    let mut gathering = Gathering::new(database, means, &call.actor, locking, &mut album);
    let facts = act.gather(&mut gathering)?;
    let terms = act.terms(&means.vault, &facts.principal);
    let permit = match decide(&means.policy, act.clone(), facts) {
        Ok(permit) => permit,
        Err(denial) => {
            let draft = telling::refusal(means, call, &act, &denial, terms)?;
            return Ok(Tried::Refused(Box::new(denial), draft));
        }
    };
    let mut work = Work { terms, album, ..Work::new(database, &permit, means, call) };
    let done = job(&mut work);
    let ending = if work.repeated { Ending::Repeated } else { Ending::Done };
    let traces = work.traces();
    match done {
        Ok(value) => {
            let draft = telling::permitted(means, call, &permit, traces, ending)?;
            Ok(Tried::Done(value, draft))
        }
        Err(Halt::Obstacle(obstacle)) => {
            let draft = telling::permitted(means, call, &permit, traces, Ending::NotDone)?;
            Ok(Tried::Obstructed(obstacle, draft))
        }
        Err(Halt::Store(error)) => Err(error),
    }
}
