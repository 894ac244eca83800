//! The one thread that writes what many have asked for, and commits once for all of them.
//!
//! On SQLite all writing goes this way, because a second writer would only wait for a lock. On
//! PostgreSQL changing acts have transactions of their own, and only the entries of reading acts
//! come here. It drains what is waiting; it never waits for more.
//!
//! **Invariant:** nobody is answered before the commit. When it fails, everybody hears it.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use diesel::Connection as _;
use tokio::sync::oneshot;

use super::StoreError;
use super::db::{self, Database, Place};
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
}

impl Writer {
    /// Starts the thread. At most `waiting_max` may wait; one more is refused at once. At most
    /// `batch_max` share a commit.
    pub fn start(
        place: Place,
        waiting_max: usize,
        batch_max: usize,
    ) -> Result<(Self, JoinHandle<()>), StoreError> {
        let database = place.connect_as_service()?;
        let (sender, receiver) = sync_channel(waiting_max);
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || write(&place, database, &receiver, batch_max))
            .map_err(|_| StoreError::WriterLost)?;
        Ok((Self { sender }, thread))
    }

    /// Keeps an entry; the answer comes when it is durable, or when the child it concerns has
    /// moved since its facts were gathered.
    pub async fn append(&self, draft: Draft) -> Result<Kept, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.send(Message::Append(draft, answer))?;
        answered.await.map_err(|_| StoreError::WriterLost)?
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

fn write(place: &Place, database: Database, receiver: &Receiver<Message>, batch_max: usize) {
    let mut held = Some(database);
    while let Ok(first) = receiver.recv() {
        let mut batch = vec![first];
        while batch.len() < batch_max
            && let Ok(next) = receiver.try_recv()
        {
            batch.push(next);
        }
        // After a failure the connection is opened anew: it may be what failed.
        if held.is_none() {
            held = place.connect_as_service().ok();
        }
        let committed = held.as_mut().is_some_and(|database| commit(database, batch));
        if !committed {
            held = None;
        }
    }
}

/// Dropping a message drops the sender in it, which is how its caller hears of a lost writer.
fn commit(database: &mut Database, batch: Vec<Message>) -> bool {
    let mut finishes: Vec<Finish> = Vec::with_capacity(batch.len());
    let done = database.transaction(|database| {
        db::see_areas(database, db::EVERY_AREA)?;
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
