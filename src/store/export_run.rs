//! Making exports: a job is taken, what it is an export of is decided once, and its file is written
//! page by page, in constant memory.
//!
//! **Invariant:** whoever starts over writes the same bytes; nobody but who has taken a job ends it;
//! a file that can be fetched is whole.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant as Moment};

use diesel::prelude::*;

use super::db;
use super::door::Store;
use super::error::StoreError;
use super::export_file::{Broken, ExportWriter};
use super::log_exports::{ExportView, Stored, stored};
use super::log_keys;
use super::log_rows;
use super::logs::{ExportRange, manifest};
use super::means::blocking;
use super::schema::{log_export, policy_text};
use super::sequencer::{Signing, hold, position};
use super::sql::At;
use crate::domain::ids::{AgencyId, LogExportId};
use crate::domain::log_export::{ExportProblem, ExportState};
use crate::domain::text::Coded;
use crate::ledger::{ExportManifest, LogKey, Manifest, VerifierKey};

/// How often an export is begun that the database does not let end.
const ATTEMPTS_MAX: i32 = 3;
/// How often it is told how far an export has come.
const TOLD_EVERY: Duration = Duration::from_millis(500);

/// A job that was taken.
struct Job {
    export: ExportView,
    /// Who has taken it: nobody else may go on with it.
    holder: LogExportId,
    pinned: Option<(Vec<u8>, i64)>,
    attempts: i32,
}

impl Store {
    /// Puts back what a server that stopped had taken: it is begun anew.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn put_back_exports(&self) -> Result<(), StoreError> {
        self.write(|database| {
            diesel::update(log_export::table)
                .filter(log_export::state.eq(ExportState::Running.code()))
                .set(log_export::state.eq(ExportState::Waiting.code()))
                .execute(database)?;
            Ok(())
        })
        .await
    }

    /// Takes the export that has waited longest, and makes it; false when none waits.
    ///
    /// # Errors
    /// [`StoreError`] of the database: the job waits again.
    pub async fn export_next(&self) -> Result<bool, StoreError> {
        // An export is signed, and so made by a server that has the key.
        if self.inner.handed_over.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let Some(job) = self.take().await? else { return Ok(false) };
        let (id, holder) = (job.export.id, job.holder);
        match self.make(&job).await {
            Ok(()) | Err(Broken::Taken) => {}
            Err(Broken::Problem(problem)) => {
                tracing::warn!(export = %id, problem = problem.code(), "an export failed");
                self.fail(id, holder, problem).await?;
            }
            Err(Broken::Store(error)) if job.attempts < ATTEMPTS_MAX => {
                self.give_back(id, holder).await?;
                return Err(error);
            }
            // It must not keep those that wait behind it.
            Err(Broken::Store(error)) => {
                self.fail(id, holder, ExportProblem::Database).await?;
                return Err(error);
            }
        }
        let part = self.part_of(id, holder);
        // What was not finished is of no use to anybody; it is gone already when it was.
        let _ = blocking(move || Ok(std::fs::remove_file(part))).await?;
        Ok(true)
    }

    /// Removes files that nobody can fetch any more, and lets exports expire.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn tidy_exports(&self) -> Result<(), StoreError> {
        let (now, kept) = (self.inner.means.clock.now(), self.inner.means.exports.kept);
        self.write(move |database| {
            diesel::update(log_export::table)
                .filter(log_export::state.eq(ExportState::Ready.code()))
                .filter(log_export::ended_at.lt(At(now - kept)))
                .set(log_export::state.eq(ExportState::Expired.code()))
                .execute(database)?;
            Ok(())
        })
        .await?;
        let inner = self.inner.clone();
        blocking(move || {
            let Ok(files) = std::fs::read_dir(&inner.means.exports.dir) else { return Ok(()) };
            let mut connection = inner.readers.get().map_err(db::DatabaseError::from)?;
            for file in files.flatten() {
                let name = file.file_name();
                let id: Option<uuid::Uuid> = name.to_str().and_then(|name| name.parse().ok());
                let Some(id) = id.map(LogExportId::new) else { continue };
                let state: Option<String> = log_export::table
                    .find(id)
                    .select(log_export::state)
                    .first(&mut *connection)
                    .optional()?;
                let gone = [ExportState::Cancelled, ExportState::Expired, ExportState::Failed];
                if gone.iter().any(|gone| state.as_deref() == Some(gone.code())) {
                    // If it can't be removed now, it is tried again.
                    let _ = std::fs::remove_file(file.path());
                }
            }
            Ok(())
        })
        .await
    }

    async fn take(&self) -> Result<Option<Job>, StoreError> {
        let holder: LogExportId = self.inner.means.clock.new_id();
        self.write(move |database| {
            let waiting = log_export::state.eq(ExportState::Waiting.code());
            let next: Option<LogExportId> = log_export::table
                .filter(waiting)
                .order(log_export::id)
                .select(log_export::id)
                .first(database)
                .optional()?;
            let Some(id) = next else { return Ok(None) };
            let taken =
                diesel::update(log_export::table.filter(log_export::id.eq(id).and(waiting)))
                    .set((
                        log_export::state.eq(ExportState::Running.code()),
                        log_export::holder_id.eq(holder),
                        log_export::attempts.eq(log_export::attempts + 1),
                        log_export::done.eq(0),
                    ))
                    .execute(database)?;
            if taken == 0 {
                return Ok(None);
            }
            let export: Stored = log_export::table.find(id).select(stored!()).first(database)?;
            let (pinned, size, attempts): (Option<Vec<u8>>, Option<i64>, i32) = log_export::table
                .find(id)
                .select((log_export::pinned, log_export::size, log_export::attempts))
                .first(database)?;
            Ok(Some(Job { export: export.view()?, holder, pinned: pinned.zip(size), attempts }))
        })
        .await
    }

    async fn make(&self, job: &Job) -> Result<(), Broken> {
        let id = job.export.id;
        let (manifest, size) = self.pin(job).await?;
        let inner = self.inner.clone();
        let (part, draft) = (self.part_of(id, job.holder), job.export.draft.clone());
        let mut writer = blocking(move || {
            let mut connection = inner.readers.get().map_err(db::DatabaseError::from)?;
            let names = log_rows::all_names(&mut connection)?;
            Ok(ExportWriter::begin(part, draft, manifest, size, names, &inner.means.exports))
        })
        .await??;
        let mut told = Moment::now();
        while !writer.is_done() {
            let inner = self.inner.clone();
            writer = blocking(move || {
                let mut connection = inner.readers.get().map_err(db::DatabaseError::from)?;
                Ok(writer.page(&mut connection).map(|()| writer))
            })
            .await??;
            if told.elapsed() >= TOLD_EVERY {
                told = Moment::now();
                self.tell(job, writer.done()).await?;
            }
        }
        let written = blocking(move || Ok(writer.end())).await??;
        let kept = self.texts_of(written.counts.policies().map(str::to_owned).collect()).await?;
        let (export, manifest) = (&job.export, &written.manifest);
        let draft = &export.draft;
        let (child, matter) = draft.about.clone().unzip();
        let (signing, keys) = self.keys_of(export.agency).await?;
        let signed = ExportManifest {
            agency: export.agency,
            log: manifest.log.clone(),
            from: manifest.from,
            to: manifest.to,
            purpose: manifest.purpose.clone(),
            matter,
            child: child.map(|child| child.uuid()),
            exported_at: manifest.exported_at,
            exported_by: (export.by.0.uuid(), export.by.1.clone()),
            format: draft.format.code().to_owned(),
            first: manifest.first,
            end: manifest.end,
            counts: written.counts,
            bytes: written.bytes,
            sha256: written.sha256.clone(),
            policies: kept,
            checkpoint: manifest.checkpoint.clone(),
            keys,
        };
        let note = signed.sign(&signing.iter().collect::<Vec<_>>()).map_err(StoreError::from)?;
        let (from, to) = (self.part_of(id, job.holder), self.inner.means.exports.file_of(id));
        blocking(move || Ok(std::fs::rename(from, to))).await?.map_err(Broken::from)?;
        let (holder, now) = (job.holder, self.inner.means.clock.now());
        let (bytes, total) = (position(written.bytes)?, position(manifest.end - manifest.first)?);
        let ended = self
            .write(move |database| {
                Ok(diesel::update(log_export::table.filter(log_export::id.eq(id)))
                    .filter(log_export::holder_id.eq(holder))
                    .filter(log_export::state.eq(ExportState::Running.code()))
                    .set((
                        log_export::state.eq(ExportState::Ready.code()),
                        log_export::done.eq(total),
                        log_export::bytes.eq(bytes),
                        log_export::sha256.eq(&written.sha256),
                        log_export::manifest.eq(&note),
                        log_export::ended_at.eq(At(now)),
                    ))
                    .execute(database)?)
            })
            .await?;
        if ended == 0 { Err(Broken::Taken) } else { Ok(()) }
    }

    /// What the job is an export of: as it was decided when it was first begun.
    async fn pin(&self, job: &Job) -> Result<(Manifest, u64), Broken> {
        if let Some((line, size)) = &job.pinned {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let manifest = Manifest::parse(line).map_err(StoreError::from)?;
            return Ok((manifest, u64::try_from(*size).unwrap_or_default()));
        }
        let export = &job.export;
        let range = ExportRange {
            agency: export.agency,
            from: export.draft.from,
            to: export.draft.to,
            purpose: export.draft.purpose.clone(),
        };
        self.sequence_log(range.agency, Signing::Always).await?;
        let inner = self.inner.clone();
        let (manifest, size) = blocking(move || {
            db::on_any(&inner.readers, db::Begun::Reading, |database| {
                manifest(database, &inner, &range)
            })
        })
        .await?;
        let (id, line) = (export.id, manifest.line());
        let (pinned, total) = (position(size)?, position(manifest.end - manifest.first)?);
        self.write(move |database| {
            diesel::update(log_export::table.find(id))
                .set((
                    log_export::pinned.eq(line),
                    log_export::size.eq(pinned),
                    log_export::total.eq(total),
                ))
                .execute(database)?;
            Ok(())
        })
        .await?;
        Ok((manifest, size))
    }

    /// Tells how far it has come, and hears whether it is still wanted.
    async fn tell(&self, job: &Job, done: u64) -> Result<(), Broken> {
        let (id, holder, done) = (job.export.id, job.holder, position(done)?);
        let told = self
            .write(move |database| {
                Ok(diesel::update(log_export::table.filter(log_export::id.eq(id)))
                    .filter(log_export::holder_id.eq(holder))
                    .filter(log_export::state.eq(ExportState::Running.code()))
                    .set(log_export::done.eq(done))
                    .execute(database)?)
            })
            .await?;
        if told == 0 { Err(Broken::Taken) } else { Ok(()) }
    }

    async fn fail(
        &self,
        id: LogExportId,
        holder: LogExportId,
        problem: ExportProblem,
    ) -> Result<(), StoreError> {
        let now = self.inner.means.clock.now();
        self.write(move |database| {
            diesel::update(log_export::table.filter(log_export::id.eq(id)))
                .filter(log_export::holder_id.eq(holder))
                .filter(log_export::state.eq(ExportState::Running.code()))
                .set((
                    log_export::state.eq(ExportState::Failed.code()),
                    log_export::problem.eq(problem.code()),
                    log_export::ended_at.eq(At(now)),
                ))
                .execute(database)?;
            Ok(())
        })
        .await
    }

    async fn give_back(&self, id: LogExportId, holder: LogExportId) -> Result<(), StoreError> {
        self.write(move |database| {
            diesel::update(log_export::table.filter(log_export::id.eq(id)))
                .filter(log_export::holder_id.eq(holder))
                .filter(log_export::state.eq(ExportState::Running.code()))
                .set(log_export::state.eq(ExportState::Waiting.code()))
                .execute(database)?;
            Ok(())
        })
        .await
    }

    /// The texts of the rules with these digests, as far as they are kept.
    async fn texts_of(&self, digests: Vec<String>) -> Result<Vec<(String, String)>, StoreError> {
        let inner = self.inner.clone();
        blocking(move || {
            let mut connection = inner.readers.get().map_err(db::DatabaseError::from)?;
            Ok(policy_text::table
                .filter(policy_text::digest.eq_any(digests))
                .order(policy_text::digest)
                .select((policy_text::digest, policy_text::text))
                .load(&mut *connection)?)
        })
        .await
    }

    /// The keys that sign the log today, and all that ever did, the newest last.
    async fn keys_of(
        &self,
        agency: AgencyId,
    ) -> Result<(Vec<LogKey>, Vec<VerifierKey>), StoreError> {
        let (logs, now) = (self.inner.means.logs.clone(), self.inner.means.clock.now());
        self.write(move |database| {
            hold(database, agency)?;
            let signing = log_keys::signing(database, &logs, agency, now)?;
            let all = log_keys::keys(database, agency)?;
            Ok((signing, all.into_iter().map(|known| known.key).collect()))
        })
        .await
    }

    /// Where a job's file is written before it is whole.
    fn part_of(&self, id: LogExportId, holder: LogExportId) -> PathBuf {
        self.inner.means.exports.dir.join(format!("{id}.{holder}"))
    }
}
