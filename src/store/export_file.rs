//! The file of an export, while it is written: pages of leaves in, bytes of its form out.
//!
//! **Invariant:** a function of the pinned range and of what stands in the log, and of nothing else.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::db::Database;
use super::disposals::Disposals;
use super::error::StoreError;
use super::log_exports::{ExportDraft, ExportSettings};
use super::log_rows::{self, Row};
use super::sequencer::{count, position};
use crate::access::act::word_of;
use crate::domain::log_export::{ExportFormat, ExportProblem};
use crate::ledger::{
    ExportCounts, HeaderGist, Legend, Manifest, RecordLine, Shown, csv_header, csv_rows,
    disposed_line, fence_line, fhir_lines, inera_head, inera_log, inera_tail, leaf_line,
};

/// Leaves that are read at once.
const LEAVES_AT_ONCE: i64 = 2000;
/// Only the service reads what it has exported.
const OWNERS: (u32, u32) = (0o700, 0o600);

/// Why an export is not made.
#[derive(Debug)]
pub(super) enum Broken {
    /// It was called off, or somebody else has it.
    Taken,
    /// It can't be made.
    Problem(ExportProblem),
    /// The database failed; it can be tried again.
    Store(StoreError),
}

/// A file that is being written.
pub(super) struct ExportWriter {
    draft: ExportDraft,
    manifest: Manifest,
    names: BTreeMap<Uuid, String>,
    file: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
    bytes_max: u64,
    counts: ExportCounts,
    disposals: Disposals,
    next: u64,
    end: u64,
}

/// A file that is whole.
pub(super) struct Written {
    pub manifest: Manifest,
    pub counts: ExportCounts,
    pub bytes: u64,
    pub sha256: String,
}

impl ExportWriter {
    /// Begins the file at `path`.
    pub fn begin(
        path: PathBuf,
        draft: ExportDraft,
        manifest: Manifest,
        size: u64,
        names: BTreeMap<Uuid, String>,
        settings: &ExportSettings,
    ) -> Result<Self, Broken> {
        let (directory, file) = OWNERS;
        DirBuilder::new().recursive(true).mode(directory).create(&settings.dir)?;
        let file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(file).open(path)?;
        let (next, end) = match draft.format {
            ExportFormat::Ndjson => (manifest.shown_first(), manifest.shown_end(size)),
            ExportFormat::Csv | ExportFormat::Fhir | ExportFormat::Inera => {
                (manifest.first, manifest.end)
            }
        };
        let head = match draft.format {
            ExportFormat::Ndjson => manifest.line(),
            ExportFormat::Csv => csv_header().into_bytes(),
            ExportFormat::Fhir => Vec::new(),
            ExportFormat::Inera => inera_head().into_bytes(),
        };
        let mut writer = Self {
            draft,
            manifest,
            names,
            file: BufWriter::new(file),
            hash: Sha256::new(),
            bytes: 0,
            bytes_max: settings.bytes_max,
            counts: ExportCounts::default(),
            disposals: Disposals::default(),
            next,
            end,
        };
        writer.put(&head)?;
        Ok(writer)
    }

    /// Whether every leaf is written.
    pub fn is_done(&self) -> bool {
        self.next >= self.end
    }

    /// How many leaves of the period are written.
    pub fn done(&self) -> u64 {
        self.next.clamp(self.manifest.first, self.manifest.end) - self.manifest.first
    }

    /// Writes the next leaves.
    pub fn page(&mut self, database: &mut Database) -> Result<(), Broken> {
        let within = position(self.next)?..position(self.end)?;
        let rows = log_rows::read(database, self.manifest.agency, within, LEAVES_AT_ONCE)?;
        // After the rows: a body that is erased in between is told as disposed of.
        self.disposals = Disposals::of(database, self.manifest.agency)?;
        if rows.is_empty() {
            return Err(Broken::Problem(ExportProblem::Damaged));
        }
        let mut piece = Vec::with_capacity(1 << 20);
        for row in &rows {
            let at = count(row.position)?;
            if at != self.next && self.draft.format != ExportFormat::Ndjson {
                return Err(Broken::Problem(ExportProblem::Damaged));
            }
            // The lines that prove themselves show what there is: whoever verifies finds the gap.
            self.next = at;
            self.add(row, &mut piece)?;
            self.next += 1;
        }
        self.put(&piece)
    }

    /// Ends the file, and makes it durable.
    pub fn end(mut self) -> Result<Written, Broken> {
        if self.draft.format == ExportFormat::Inera {
            self.put(inera_tail().as_bytes())?;
        }
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let sha256 = format!("{:x}", self.hash.finalize());
        let (manifest, counts, bytes) = (self.manifest, self.counts, self.bytes);
        Ok(Written { manifest, counts, bytes, sha256 })
    }

    fn put(&mut self, piece: &[u8]) -> Result<(), Broken> {
        self.bytes += piece.len() as u64;
        if self.bytes > self.bytes_max {
            return Err(Broken::Problem(ExportProblem::TooLarge));
        }
        self.hash.update(piece);
        Ok(self.file.write_all(piece)?)
    }

    fn add(&mut self, row: &Row, piece: &mut Vec<u8>) -> Result<(), Broken> {
        if !(self.manifest.first..self.manifest.end).contains(&self.next) {
            fence_line(piece, &row.leaf);
            return Ok(());
        }
        if row.header.is_empty() {
            self.counts.disposed += 1;
            if self.draft.format == ExportFormat::Ndjson {
                let disposal = self.disposals.by(self.next);
                let disposal = disposal.ok_or(Broken::Problem(ExportProblem::Damaged))?;
                disposed_line(piece, disposal, &row.leaf);
            }
            return Ok(());
        }
        let records = row.shown_records()?;
        let header = HeaderGist::of(&row.header).map_err(StoreError::from)?;
        let open = |records: &[RecordLine<'_>]| {
            records.iter().filter(|record| matches!(record, RecordLine::Open(_))).count() as u64
        };
        if self.draft.format == ExportFormat::Ndjson {
            self.counts.add(&header, open(&records));
            leaf_line(piece, &row.leaf, &row.header, &records);
            return Ok(());
        }
        let mut shown = Shown::parse(&row.leaf, &row.header, &records).map_err(StoreError::from)?;
        if let Some((child, _)) = &self.draft.about {
            let is_subject = shown.header.subject == Some(*child);
            // Of a list of several children's things, an extract about one shows the one's.
            shown.records.retain(|(_, record)| record.child == Some(*child));
            if !is_subject && shown.records.is_empty() {
                return Ok(());
            }
        }
        let legend = Legend { names: &self.names, word_of };
        let is_written = match self.draft.format {
            ExportFormat::Ndjson => true,
            ExportFormat::Csv => {
                csv_rows(&shown, &legend, piece);
                true
            }
            ExportFormat::Fhir => {
                fhir_lines(&shown, &legend, piece);
                true
            }
            ExportFormat::Inera => inera_log(&shown, &legend, piece).map_err(StoreError::from)?,
        };
        if is_written {
            self.counts.add(&header, shown.records.len() as u64);
        } else {
            self.counts.left_out += 1;
        }
        Ok(())
    }
}

impl<E: Into<StoreError>> From<E> for Broken {
    fn from(error: E) -> Self {
        match error.into() {
            StoreError::Corrupt(_) | StoreError::Ledger(_) => Self::Problem(ExportProblem::Damaged),
            other => Self::Store(other),
        }
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Problem(match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ExportProblem::DiskFull,
            _ => ExportProblem::Disk,
        })
    }
}
