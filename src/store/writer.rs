//! The one thread that writes what many have asked for, and commits once for all of them.
//!
//! On SQLite all writing goes this way, because a second writer would only wait for a lock. On
//! PostgreSQL changing acts have transactions of their own, and only the entries of reading acts
//! come here. It drains what is waiting; it never waits for more.
//!
//! **Invariant:** nobody is answered before the commit. When it fails, everybody hears it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::oneshot;

use super::StoreError;
use super::counters::Counters;
use super::db::{self, Begun, Database, Place};
use super::door::StoreSettings;
use super::journal::{self, Draft, Kept};

/// What a changing job leaves behind: told whether it was committed, it answers whoever waits.
pub type Finish = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// A changing job, run inside the shared transaction.
pub type Change = Box<dyn FnOnce(&mut Database) -> Finish + Send>;

enum Message {
    Change(Change),
    Append(Draft, oneshot::Sender<Result<Kept, StoreError>>),
}

/// A hand to the writing thread. It ends when the last hand is dropped.
#[derive(Clone)]
pub struct Writer {
    sender: SyncSender<Message>,
    counters: Counters,
}

impl Writer {
    /// Starts the thread. At most [`StoreSettings::waiting_max`] may wait; one more is refused at
    /// once. At most [`StoreSettings::batch_max`] share a commit.
    pub fn start(
        place: Place,
        settings: &StoreSettings,
        counters: Counters,
    ) -> Result<(Self, JoinHandle<()>), StoreError> {
        let (patience, batch_max) = (settings.statement_max, settings.batch_max);
        let database = place.connect_as_service(patience)?;
        let (sender, receiver) = sync_channel(settings.waiting_max);
        let connect = move || place.connect_as_service(patience).ok();
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn({
                let counters = counters.clone();
                move || write(&connect, database, &receiver, batch_max, &counters)
            })
            .map_err(|_| StoreError::WriterLost)?;
        Ok((Self { sender, counters }, thread))
    }

    /// Keeps an entry; the answer comes when it is durable, or when the child it concerns has
    /// moved since its facts were gathered.
    pub async fn append(&self, draft: Draft) -> Result<Kept, StoreError> {
        let began = Instant::now();
        let (answer, answered) = oneshot::channel();
        self.send(Message::Append(draft, answer))?;
        let kept = answered.await.map_err(|_| StoreError::WriterLost)?;
        if matches!(kept, Ok(Kept::Durable)) {
            self.counters.durable_after(began.elapsed());
        }
        kept
    }

    /// Runs a changing job.
    pub fn change(&self, change: Change) -> Result<(), StoreError> {
        self.send(Message::Change(change))
    }

    fn send(&self, message: Message) -> Result<(), StoreError> {
        self.sender.try_send(message).map_err(|refused| match refused {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::WriterLost,
        })
    }
}

fn write(
    connect: &impl Fn() -> Option<Database>,
    database: Database,
    receiver: &Receiver<Message>,
    batch_max: usize,
    counters: &Counters,
) {
    let mut held = Some(database);
    while let Ok(first) = receiver.recv() {
        let mut batch = vec![first];
        while batch.len() < batch_max
            && let Ok(next) = receiver.try_recv()
        {
            batch.push(next);
        }
        let appended = batch.iter().filter(|it| matches!(it, Message::Append(..))).count();
        // After a failure the connection is opened anew: it may be what failed.
        if held.is_none() {
            held = connect();
        }
        // A job that panics takes its batch with it and not the thread: the next is written.
        let committed = catch_unwind(AssertUnwindSafe(|| {
            held.as_mut().is_some_and(|database| commit(database, batch))
        }));
        match committed {
            Ok(true) => counters.committed(u32::try_from(appended).unwrap_or(u32::MAX)),
            Ok(false) | Err(_) => held = None,
        }
    }
}

/// Dropping a message drops the sender in it, which is how its caller hears of a lost writer.
fn commit(database: &mut Database, batch: Vec<Message>) -> bool {
    let mut finishes: Vec<Finish> = Vec::with_capacity(batch.len());
    let done = db::within(database, Begun::Writing, |database| {
        let mut appends = Vec::new();
        for message in batch {
            match message {
                Message::Append(draft, answer) => appends.push((draft, answer)),
                Message::Change(change) => {
                    flush(database, &mut appends, &mut finishes)?;
                    finishes.push(change(database));
                }
            }
        }
        flush(database, &mut appends, &mut finishes)
    });
    for finish in finishes {
        finish(done.clone());
    }
    done.is_ok()
}

type Waiting = (Draft, oneshot::Sender<Result<Kept, StoreError>>);

fn flush(
    database: &mut Database,
    appends: &mut Vec<Waiting>,
    finishes: &mut Vec<Finish>,
) -> Result<(), StoreError> {
    if appends.is_empty() {
        return Ok(());
    }
    let (drafts, answers): (Vec<_>, Vec<_>) = appends.drain(..).unzip();
    let kept = journal::append(database, &drafts);
    let (outcomes, failure) = match kept {
        Ok(outcomes) => (outcomes, None),
        Err(error) => (Vec::new(), Some(StoreError::from(error))),
    };
    let mut outcomes = outcomes.into_iter();
    for answer in answers {
        let outcome = outcomes.next();
        finishes.push(Box::new(move |committed| {
            let told = committed.and_then(|()| outcome.ok_or(StoreError::WriterLost));
            // Whoever asked may have gone; the entry stays, as it should.
            let _ = answer.send(told);
        }));
    }
    failure.map_or(Ok(()), Err)
}
