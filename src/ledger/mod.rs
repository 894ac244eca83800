//! What was done, and how to prove it: entries, their canonical bytes, each agency's Merkle log,
//! signed checkpoints, exports and the verifier. `docs/LEDGER.md` describes the formats.
//!
//! **Invariant:** everything here is a function of its arguments. Nothing reads the clock, draws
//! random numbers, opens a file or knows the database.

use signed_note::NoteError;

pub use bundle::{Manifest, RecordLine, disposed_line, fence_line, leaf_line};
pub use checkpoint::{Checkpoint, LogKey, VerifierKey};
pub use cosignature::{
    Cosigned, WitnessKey, WitnessVerifierKey, add_lines, cosignatures, note_text,
};
pub use draw::{
    DrawTerms, Newsworthy, RuleSample, Sampler, SeenEntry, disclosed, needs_register, staff,
};
pub use entry::{ActorMark, Header, Record, Resource, SealedEntry, SealedRecord};
pub use export_manifest::{
    ExportCounts, ExportManifest, ExportProof, ManifestFault, verify_manifest,
};
pub use fact_sheet::FactSheet;
pub use finding::{Fault, Finding, Kept, KeySource, Part, Report};
pub use formats::{
    Aim, Deed, Event, Legend, Shown, authzen, csv_header, csv_rows, fhir_lines, inera_head,
    inera_log, inera_tail,
};
pub use gist::{HeaderGist, LeafGist};
pub use leaf::{Leaf, origin};
pub use merkle::{
    Hash, consistency_proof, inclusion_proof, root, verify_consistency, verify_inclusion,
};
pub use range::CompactRange;
pub use receipt::{ReceiptKey, ReceiptVerifier, open_receipt, vouched};
pub use redraw::redraw;
pub use stored::{stored_consistency_proof, stored_inclusion_proof, stored_range, stored_root};
pub use succession::Succession;
pub use tile::{TILE_WIDTH, Tile, TileKind, bundled_leaves, entry_bundle, tiles};
pub use verify::{Trust, verify};
pub use witness::{AddCheckpoint, Seen, Unwitnessed};
pub use words::{ActorKind, Decision, Effect, Outcome, Word};

mod bundle;
mod canonical;
mod checkpoint;
mod cosignature;
mod draw;
mod entry;
mod export_manifest;
mod fact_sheet;
mod finding;
mod formats;
mod gist;
mod leaf;
mod merkle;
mod range;
mod receipt;
mod redraw;
#[cfg(test)]
mod sample;
mod scan;
#[cfg(test)]
mod seeds;
mod shape;
mod stored;
mod succession;
mod tile;
mod verify;
mod wire;
mod witness;
mod words;

/// Why bytes are not what the ledger's formats say. Never quotes what an entry holds.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The bytes aren't one JSON value (RFC 8259).
    #[error("not JSON")]
    NotJson(#[source] serde_json::Error),
    /// The JSON isn't written in the one way that RFC 8785 allows, or holds null or a fraction.
    #[error("not canonical JSON")]
    NotCanonical,
    /// A field is absent, of the wrong type or out of its range.
    #[error("{object} has no fit value for `{field}`")]
    Field {
        /// What kind of object it is.
        object: &'static str,
        /// The field's name.
        field: &'static str,
    },
    /// A field too many.
    #[error("{object} has a field that this version does not know")]
    UnknownField {
        /// What kind of object it is.
        object: &'static str,
    },
    /// Not 64 lowercase hexadecimal digits, or not 32 bytes.
    #[error("not a SHA-256 hash")]
    Hash,
    /// A number of hashes that can't cover a range of leaves.
    #[error("{found} hashes do not cover the leaves from {begin} up to {end}")]
    Range {
        /// The first leaf of the range.
        begin: u64,
        /// One past its last leaf.
        end: u64,
        /// How many hashes there were.
        found: usize,
    },
    /// A range that doesn't begin where the one before it ends.
    #[error("a range that begins at {found} cannot follow one that ends at {expected}")]
    Apart {
        /// Where the first range ends.
        expected: u64,
        /// Where the second begins.
        found: u64,
    },
    /// An inclusion or consistency proof that doesn't lead to the root.
    #[error("the proof does not lead to the root")]
    Proof,
    /// A log's name with a space, a plus or a control character in it, or an empty one.
    #[error("`{0}` cannot be the name of a log")]
    Origin(String),
    /// Not a signed receipt, or signed with another key.
    #[error("not a receipt that this key has signed")]
    Receipt,
    /// Not a C2SP verifier key for Ed25519.
    #[error("not a verifier key of the form name+hash+key")]
    Key,
    /// Not a C2SP signed note, or not signed with the key at hand.
    #[error("the checkpoint is not a note signed by `{key}`")]
    Note {
        /// The key's name.
        key: String,
        /// What the note library found.
        #[source]
        source: NoteError,
    },
    /// Not a C2SP signed note at all, or a line that is no signature line of one.
    #[error("not a signed note")]
    NoNote(#[source] NoteError),
    /// Not a note by which a log's key hands over to another, or not the one that should follow.
    #[error("not a succession of the keys of `{0}` that leads on from the known key")]
    Succession(String),
    /// Not the path of a tile, or not the bytes of that tile.
    #[error("not a tile: {0}")]
    Tile(String),
    /// The XML writer refused what it was given.
    #[error("the entry cannot be written as XML")]
    Xml(#[from] quick_xml::SeError),
    /// The signed text isn't a checkpoint, or names another log than the key does.
    #[error("the signed text is not a checkpoint of `{0}`")]
    Checkpoint(String),
}
