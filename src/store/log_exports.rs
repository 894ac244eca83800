//! Exports of a log, as its auditor asks for them: begun, followed, fetched, called off.
//!
//! **Invariant:** the row of an export stays when its file is gone.

use std::fs::File;
use std::path::PathBuf;

use diesel::prelude::*;

use super::error::{Halt, StoreError};
use super::schema::log_export;
use super::sql::At;
use super::telling::About;
use super::work::{Page, Work};
use crate::access::Act;
use crate::access::act::{
    CancelLogExport, ExportLog, FetchLogExport, ListLogExports, ReadLogExport,
};
use crate::clock::Instant;
use crate::domain::ids::{AgencyId, ChildId, LogExportId, StaffId};
use crate::domain::log_export::{ExportFormat, ExportProblem, ExportState};
use crate::domain::obstacle::Obstacle;
use crate::domain::text::Coded;
use crate::ledger::Resource;

/// How exports are made and kept.
#[derive(Clone, Debug)]
pub struct ExportSettings {
    /// Where their files are. Servers that share a database share it, too.
    pub dir: PathBuf,
    /// The most exports of one agency that can be under way.
    pub under_way_max: i64,
    /// The most bytes of one file.
    pub bytes_max: u64,
    /// How long a file is kept.
    pub kept: chrono::TimeDelta,
}

/// What is to be exported.
#[derive(Clone, Debug)]
pub struct ExportDraft {
    /// The period's beginning.
    pub from: Instant,
    /// Its end, itself not included.
    pub to: Instant,
    /// What it is for.
    pub purpose: String,
    /// In which form.
    pub format: ExportFormat,
    /// Only what is about this child, and the number of the matter that it belongs to.
    pub about: Option<(ChildId, String)>,
}

/// An export.
#[derive(Clone, Debug)]
pub struct ExportView {
    /// Its id.
    pub id: LogExportId,
    /// Whose log.
    pub agency: AgencyId,
    /// When it was asked for.
    pub at: Instant,
    /// By whom, and what they were called.
    pub by: (StaffId, Option<String>),
    /// What of the log.
    pub draft: ExportDraft,
    /// Where it has come to.
    pub state: ExportState,
    /// How many entries are written.
    pub done: i64,
    /// Of how many; unknown before it has begun.
    pub total: Option<i64>,
    /// The file's length and SHA-256, when it is ready.
    pub file: Option<(i64, String)>,
    /// The signed manifest, when it is ready.
    pub manifest: Option<String>,
    /// Why it failed.
    pub problem: Option<ExportProblem>,
    /// When it was ready, failed, was called off or removed.
    pub ended_at: Option<Instant>,
}

/// The file of an export that is ready.
#[derive(Debug)]
pub struct ExportFile {
    /// The export.
    pub export: ExportView,
    /// Its file, open.
    pub file: File,
}

#[derive(Queryable)]
pub(super) struct Stored {
    id: LogExportId,
    agency: AgencyId,
    at: At,
    by: StaffId,
    by_name: Option<String>,
    purpose: String,
    format: String,
    from: At,
    to: At,
    child: Option<ChildId>,
    matter: Option<String>,
    state: String,
    done: i64,
    total: Option<i64>,
    bytes: Option<i64>,
    sha256: Option<String>,
    manifest: Option<String>,
    problem: Option<String>,
    ended_at: Option<At>,
}

/// The columns of [`Stored`].
macro_rules! stored {
    () => {
        (
            log_export::id,
            log_export::agency_id,
            log_export::at,
            log_export::by_id,
            log_export::by_name,
            log_export::purpose,
            log_export::format,
            log_export::from_at,
            log_export::to_at,
            log_export::child_id,
            log_export::matter,
            log_export::state,
            log_export::done,
            log_export::total,
            log_export::bytes,
            log_export::sha256,
            log_export::manifest,
            log_export::problem,
            log_export::ended_at,
        )
    };
}
pub(super) use stored;

impl Stored {
    pub(super) fn view(self) -> Result<ExportView, StoreError> {
        Ok(ExportView {
            id: self.id,
            agency: self.agency,
            at: self.at.0,
            by: (self.by, self.by_name),
            draft: ExportDraft {
                from: self.from.0,
                to: self.to.0,
                purpose: self.purpose,
                format: ExportFormat::from_code(&self.format)?,
                about: self.child.zip(self.matter),
            },
            state: ExportState::from_code(&self.state)?,
            done: self.done,
            total: self.total,
            file: self.bytes.zip(self.sha256),
            manifest: self.manifest,
            problem: self.problem.as_deref().map(ExportProblem::from_code).transpose()?,
            ended_at: self.ended_at.map(|at| at.0),
        })
    }
}

impl Work<'_, ExportLog> {
    /// Begins an export. It is made by and by.
    pub fn begin(&mut self, draft: &ExportDraft) -> Result<ExportView, Halt> {
        let agency = self.act().agency;
        let states = [ExportState::Waiting, ExportState::Running].map(ExportState::code);
        let under_way: i64 = log_export::table
            .filter(log_export::agency_id.eq(agency))
            .filter(log_export::state.eq_any(states))
            .count()
            .get_result(self.database)?;
        if under_way >= self.means.exports.under_way_max {
            return Err(Obstacle::State { why: "exports_under_way" }.into());
        }
        let id: LogExportId = self.means.clock.new_id();
        let (child, matter) = draft.about.clone().unzip();
        diesel::insert_into(log_export::table)
            .values((
                log_export::id.eq(id),
                log_export::agency_id.eq(agency),
                log_export::at.eq(At(self.now())),
                log_export::by_id.eq(self.staff()),
                log_export::by_name.eq(self.facts().principal.name.clone()),
                log_export::purpose.eq(&draft.purpose),
                log_export::format.eq(draft.format.code()),
                log_export::from_at.eq(At(draft.from)),
                log_export::to_at.eq(At(draft.to)),
                log_export::child_id.eq(child),
                log_export::matter.eq(matter),
                log_export::state.eq(ExportState::Waiting.code()),
                log_export::attempts.eq(0),
                log_export::done.eq(0),
            ))
            .execute(self.database)?;
        self.export_in(agency, id)
    }
}

impl Work<'_, ListLogExports> {
    /// The exports of the log, the newest first.
    pub fn exports(&mut self, page: Page) -> Result<Vec<ExportView>, Halt> {
        let agency = self.act().agency;
        let mut query = log_export::table
            .filter(log_export::agency_id.eq(agency))
            .order(log_export::id.desc())
            .limit(i64::try_from(page.limit).unwrap_or(i64::MAX))
            .select(stored!())
            .into_boxed();
        if let Some(after) = page.after {
            query = query.filter(log_export::id.lt(LogExportId::new(after)));
        }
        let rows: Vec<Stored> = query.load(self.database)?;
        Ok(rows.into_iter().map(Stored::view).collect::<Result<_, _>>()?)
    }
}

impl Work<'_, ReadLogExport> {
    /// The export.
    pub fn export(&mut self, id: LogExportId) -> Result<ExportView, Halt> {
        let agency = self.act().agency;
        self.export_in(agency, id)
    }
}

impl Work<'_, FetchLogExport> {
    /// The file of an export that is ready.
    pub fn file(&mut self, id: LogExportId) -> Result<ExportFile, Halt> {
        let export = self.ready(id)?;
        let path = self.means.exports.file_of(id);
        // Somebody who tidies up the directory takes the file, not the row.
        let file = File::open(path).map_err(|_| Obstacle::State { why: "export_gone" })?;
        Ok(ExportFile { export, file })
    }

    /// The signed manifest of an export that is ready.
    pub fn manifest(&mut self, id: LogExportId) -> Result<String, Halt> {
        let export = self.ready(id)?;
        Ok(export.manifest.ok_or(Obstacle::State { why: "export_gone" })?)
    }

    fn ready(&mut self, id: LogExportId) -> Result<ExportView, Halt> {
        let agency = self.act().agency;
        let export = self.export_in(agency, id)?;
        match export.state {
            ExportState::Ready => Ok(export),
            ExportState::Waiting | ExportState::Running => {
                Err(Obstacle::State { why: "export_under_way" }.into())
            }
            ExportState::Failed | ExportState::Cancelled | ExportState::Expired => {
                Err(Obstacle::State { why: "export_gone" }.into())
            }
        }
    }
}

impl Work<'_, CancelLogExport> {
    /// Calls an export off, or has its file removed; what has ended otherwise stays so.
    pub fn cancel(&mut self, id: LogExportId) -> Result<(), Halt> {
        let agency = self.act().agency;
        let export = self.export_in(agency, id)?;
        if !export.state.is_under_way() && export.state != ExportState::Ready {
            return Ok(());
        }
        let now = self.now();
        diesel::update(log_export::table.find(id))
            .set((
                log_export::state.eq(ExportState::Cancelled.code()),
                log_export::ended_at.eq(At(now)),
            ))
            .execute(self.database)?;
        Ok(())
    }
}

impl<A: Act> Work<'_, A> {
    /// The export, if it is one of this log's; the entry tells which.
    fn export_in(&mut self, agency: AgencyId, id: LogExportId) -> Result<ExportView, Halt> {
        let found: Option<Stored> = log_export::table
            .filter(log_export::id.eq(id).and(log_export::agency_id.eq(agency)))
            .select(stored!())
            .first(self.database)
            .optional()?;
        let export = found.ok_or(Obstacle::Missing)?.view()?;
        self.about = Some(About {
            resource: Resource { kind: "LogExport".into(), id: Some(id.uuid()) },
            subject: export.draft.about.as_ref().map(|(child, _)| *child),
            case: None,
        });
        Ok(export)
    }
}

impl ExportSettings {
    /// The file of an export.
    pub(super) fn file_of(&self, id: LogExportId) -> PathBuf {
        self.dir.join(id.to_string())
    }
}
