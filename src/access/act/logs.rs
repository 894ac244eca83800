//! The acts on an agency's log: reading, proving, exporting, reviewing and thinning it out.

use uuid::Uuid;

use super::{Act, Reach};
use crate::domain::ids::AgencyId;

acts! {
    /// See the state of an agency's log: size, key, newest checkpoint.
    Reads "Läsa" ReadLog(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// Fetch what proves a log: checkpoints, tiles, keys, proofs. They hold hashes alone.
    Reads "Läsa" ReadTiles(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// Search an agency's log.
    Reads "Söka" SearchLog(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// Read one entry of an agency's log, with all that this log may show of it.
    Reads "Läsa" ReadLogEntry(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }

    /// Export an agency's log for a period.
    Changes "Exportera" ExportLog(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// See the exports of an agency's log.
    Reads "Läsa" ListLogExports(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// See how far an export has come.
    Reads "Läsa" ReadLogExport(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// Fetch a finished export.
    Reads "Exportera" FetchLogExport(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// Call an export off, or remove a finished one.
    Changes "Skriva" CancelLogExport(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }

    /// Draw a sample of an agency's log for review (HSLF-FS 2016:40 4:9).
    Changes "Skriva" DrawLogReview(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// See the reviews of an agency's log, and what has not been reviewed in time.
    Reads "Läsa" ListLogReviews(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// See a review: what was drawn, by which rules, and what was found.
    Reads "Läsa" ReadLogReview(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// Record what was found about a drawn entry, and what was done about it.
    Changes "Vidimera" RecordLogFinding(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// End a review.
    Changes "Signera" CloseLogReview(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// See what a year's reviews came to.
    Reads "Läsa" ReportLogReviews(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }

    /// Dispose of the bodies of an agency's old entries. Their places in the log stay.
    Changes "Radera" DisposeLog(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// See what was disposed of in an agency's log.
    Reads "Läsa" ListDisposals(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
}
