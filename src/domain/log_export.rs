//! An export of a log as a job: its form, how far it is, why it failed.

use super::text::codes;

codes! {
    /// The form of an export.
    ExportFormat {
        /// One JSON object a line, with everything that proves it.
        Ndjson => "ndjson",
        /// A table for reading.
        Csv => "csv",
        /// FHIR R4 AuditEvents, one a line.
        Fhir => "fhir",
        /// Inera's log schema, version 2.
        Inera => "inera",
    }
}

codes! {
    /// Where an export has come to.
    ExportState {
        /// Nobody has begun it.
        Waiting => "waiting",
        /// It is being written.
        Running => "running",
        /// It can be fetched.
        Ready => "ready",
        /// It can't be made.
        Failed => "failed",
        /// It was called off, or its file removed.
        Cancelled => "cancelled",
        /// Its file was kept for as long as it should be.
        Expired => "expired",
    }
}

codes! {
    /// Why an export failed.
    ExportProblem {
        /// There is no room for its file.
        DiskFull => "disk_full",
        /// Its file would be larger than it may be.
        TooLarge => "too_large",
        /// Its file can't be written.
        Disk => "disk",
        /// An entry in it can't be read.
        Damaged => "damaged",
        /// The database failed, again and again.
        Database => "database",
    }
}

impl ExportState {
    /// Whether it will go on by itself.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }
}
