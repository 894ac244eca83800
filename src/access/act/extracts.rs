//! The acts of an access extract: who has seen what of a child at one agency, told to the child or its
//! guardian (PDL 8:5, GDPR 15).

use uuid::Uuid;

use super::{Act, Reach};
use crate::domain::ids::{AccessExtractId, AgencyId, ChildId, PersonId};

acts! {
    /// Ask who has seen what an agency holds of a child.
    Changes "Skriva" AskAccessExtract(Child = child) {
        /// The child.
        child: ChildId,
        /// The agency.
        agency: AgencyId,
        /// Who will have the answer; nobody where it is the caller.
        asker: PersonId,
    }
    /// See the access extracts that one has asked for.
    Reads "Läsa" ListOwnAccessExtracts(Directory) {}
    /// See the access extracts that an agency was asked for.
    Reads "Läsa" ListAccessExtracts(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// See what an access extract would tell, before its secrecy test.
    Reads "Läsa" PrepareAccessExtract(AccessExtract = extract) {
        /// The extract.
        extract: AccessExtractId,
    }
    /// Release an access extract after a secrecy test, or refuse it.
    Changes "Signera" DecideAccessExtract(AccessExtract = extract) {
        /// The extract.
        extract: AccessExtractId,
    }
    /// Read an access extract.
    Reads "Läsa" ReadAccessExtract(AccessExtract = extract) {
        /// The extract.
        extract: AccessExtractId,
    }
    /// Take out an access extract as a page to print.
    Reads "Utskrift" PrintAccessExtract(AccessExtract = extract) {
        /// The extract.
        extract: AccessExtractId,
    }
}
