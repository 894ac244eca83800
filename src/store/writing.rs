//! Changes to the data: the one way by which anything is written.
//!
//! On SQLite the one writer runs a change, in a savepoint of the transaction that it shares; on
//! PostgreSQL it has a connection and a transaction of its own.

use std::sync::mpsc::sync_channel;

use diesel::Connection as _;
use tokio::sync::oneshot;

use super::db::{self, Begun, Database, DatabaseError, Place};
use super::door::Store;
use super::error::StoreError;
use super::means::blocking;

impl Store {
    /// Runs `job` in a transaction, and waits for the commit.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Database) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write_or_undo(job).await
    }

    /// The same for a job that says in words of its own why nothing of it should stand.
    pub(super) async fn write_or_undo<T, E>(
        &self,
        job: impl FnOnce(&mut Database) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + From<DatabaseError> + From<diesel::result::Error> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        // Whoever asked may have gone; what is committed stays.
        let told = move |done: Result<T, E>| drop(answer.send(done));
        match &self.inner.place {
            Place::Sqlite(_) => self.begin(job, told)?,
            Place::Postgres(_) => {
                let store = self.clone();
                blocking(move || store.begin(job, told)).await?;
            }
        }
        answered.await.map_err(|_| StoreError::WriterLost)?
    }

    /// The same where nobody else waits for this thread: before a server serves.
    pub(super) fn write_at_start<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Database) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = sync_channel(1);
        self.begin(job, move |done| {
            let _ = answer.send(done);
        })?;
        answered.recv().map_err(|_| StoreError::WriterLost)?
    }

    /// Has `job` done where this database does its writing; `told` hears what came of it once that
    /// is committed. On PostgreSQL both are over when this returns.
    fn begin<T, E>(
        &self,
        job: impl FnOnce(&mut Database) -> Result<T, E> + Send + 'static,
        told: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Result<(), StoreError>
    where
        T: Send + 'static,
        E: From<StoreError> + From<DatabaseError> + From<diesel::result::Error> + Send + 'static,
    {
        match &self.inner.place {
            Place::Postgres(_) => {
                told(db::on_any(&self.inner.readers, Begun::Changing, job));
                Ok(())
            }
            Place::Sqlite(_) => self.inner.writer.change(Box::new(move |database| {
                let done = database.transaction(job);
                Box::new(move |committed| told(committed.map_err(E::from).and(done)))
            })),
        }
    }
}
