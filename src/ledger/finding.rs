//! What the verifier says: a report of what was proved, or the first thing that doesn't fit.
//!
//! **Invariant:** nothing of what an entry holds is quoted, only where it stands.

use std::collections::BTreeMap;
use std::{fmt, io};

use super::LedgerError;
use super::canonical::instant_text;
use super::checkpoint::VerifierKey;
use super::cosignature::Cosigned;
use super::merkle::Hash;
use super::succession::Succession;
use crate::clock::Instant;
use crate::domain::ids::{AgencyId, EntryId};

/// What has been proved. `Display` says it in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The log's origin.
    pub log: String,
    /// The agency whose log it is.
    pub agency: AgencyId,
    /// Every entry put in the log from here …
    pub from: Instant,
    /// … up to here (exclusive) is in the export. Earlier than the period's end if the checkpoint
    /// was signed before that.
    pub complete_to: Instant,
    /// The end of the period that the exporter asked for.
    pub to: Instant,
    /// The first leaf of the period.
    pub first: u64,
    /// One past its last leaf; `end - first` entries have been checked.
    pub end: u64,
    /// How many records were shown and checked.
    pub records_open: u64,
    /// How many records belong to others, so that only their hashes were shown.
    pub records_sealed: u64,
    /// How many entries are there by their leaf alone since their body was disposed of, by the entry
    /// of the disposal.
    pub disposed: BTreeMap<EntryId, u64>,
    /// How many leaves the log had.
    pub tree_size: u64,
    /// Their root.
    pub root: Hash,
    /// When the checkpoint was signed.
    pub signed_at: Instant,
    /// The key that signed it.
    pub key: VerifierKey,
    /// Where the key came from.
    pub key_source: KeySource,
    /// How the key that the caller gave leads to the one that signed; none if they are the same.
    pub successions: Vec<Succession>,
    /// How many witnesses the caller knows.
    pub witnesses: usize,
    /// Which of them have cosigned the checkpoint.
    pub cosigned: Vec<Cosigned>,
    /// What became of the checkpoint that the caller kept, if they gave one.
    pub kept: Option<Kept>,
}

/// A checkpoint from before, compared with the log as it is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The log grew out of that one, which had so many leaves.
    Held(u64),
    /// It had so many leaves; the export can't show whether the log grew out of it, since those
    /// leaves are not in it.
    Unseen(u64),
}

/// Where the key came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// From whoever asked for the check.
    Caller,
    /// From the export itself: it proves that one key signed it, not whose.
    Export,
}

/// The first thing that doesn't fit.
#[derive(Debug, thiserror::Error)]
#[error("line {line}{}{}: {fault}", named(", leaf", .index), named(", entry", .entry))]
pub struct Finding {
    /// The line, from 1. One past the last if a line is missing there.
    pub line: u64,
    /// The number of the leaf in that line, if it could be read.
    pub index: Option<u64>,
    /// The entry in that line, if its id could be read.
    pub entry: Option<EntryId>,
    /// What doesn't fit. Not a source besides, since the sentence above says it already.
    pub fault: Fault,
}

/// What doesn't fit.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The export couldn't be read.
    #[error("the export cannot be read")]
    Read(#[source] io::Error),
    /// A line beyond 16 MiB.
    #[error("the line is too long")]
    TooLong,
    /// The last line lacks its line feed.
    #[error("the line is cut off")]
    CutOff,
    /// Not the form that the line must have.
    #[error(transparent)]
    Malformed(LedgerError),
    /// The export names another key than the caller does.
    #[error("the export is signed with another key than the one given")]
    WrongKey,
    /// The checkpoint isn't signed with the key.
    #[error(transparent)]
    Unsigned(LedgerError),
    /// Fewer of the known witnesses have cosigned the checkpoint than must have.
    #[error("{needed} witnesses must have cosigned the checkpoint, but {found} have")]
    Unwitnessed {
        /// How many must.
        needed: usize,
        /// How many have.
        found: usize,
    },
    /// The checkpoint that the caller kept is none of this log, or not signed with its key.
    #[error("the checkpoint that was kept is not one of this log")]
    Kept(#[source] LedgerError),
    /// The log is shown as it was before the checkpoint that the caller kept.
    #[error("the log had {kept} leaves before, and {found} now: an older state is shown")]
    Older {
        /// How many leaves the log had.
        kept: u64,
        /// How many it has here.
        found: u64,
    },
    /// The log is another than the one of which the caller kept a checkpoint.
    #[error(
        "the first {0} leaves are not those of the checkpoint that was kept: the log was forked"
    )]
    Fork(u64),
    /// A checkpoint, leaf or agency of another log than the manifest names.
    #[error("this is of another log")]
    ForeignLog,
    /// The checkpoint is older than the period, and no later leaf shows where the period ends.
    #[error("the checkpoint was signed before the period began and says nothing about it")]
    Uncovered,
    /// Bytes that don't have the hash that is written for them.
    #[error("{0} was changed: its hash does not fit")]
    Changed(Part),
    /// Leaves are missing before this line, and they stand nowhere further down.
    #[error("leaf {expected} should stand here; it was removed")]
    Gap {
        /// The leaf that should stand here.
        expected: u64,
        /// The leaf that does.
        found: u64,
    },
    /// The leaf that should stand here stands further down.
    #[error("leaf {expected} should stand here; it was moved to line {moved_to}")]
    Order {
        /// The leaf that should stand here.
        expected: u64,
        /// The leaf that does.
        found: u64,
        /// The line where the expected leaf stands.
        moved_to: u64,
    },
    /// A leaf that stands twice.
    #[error("leaf {0} stands more than once")]
    Repeated(u64),
    /// A leaf earlier than the one before it.
    #[error("the time goes backwards")]
    Backwards,
    /// A leaf that the checkpoint can't have known.
    #[error("the leaf is later than the checkpoint")]
    AfterCheckpoint,
    /// A leaf among those of the period that isn't in it.
    #[error("the leaf is outside the period")]
    OutsidePeriod,
    /// A fence in the period, so that leaves of the period may lie beyond it.
    #[error("the leaf next to the range is inside the period, so the range is not all of it")]
    FenceInside,
    /// An entry of the period without its header and records.
    #[error("the entry is not shown")]
    Bare,
    /// A fence with what was done in it.
    #[error("an entry outside the period is shown")]
    Told,
    /// Another number of records than the header has hashes.
    #[error("the header has {expected} records, but {found} are here")]
    RecordCount {
        /// How many hashes the header has.
        expected: usize,
        /// How many records stand in the line.
        found: usize,
    },
    /// A record that this log shows, but only its hash is here.
    #[error("record {0} is open in this log, but is not shown")]
    Withheld(u32),
    /// A record that this log doesn't show.
    #[error("record {0} is not open in this log, but is shown")]
    Disclosed(u32),
    /// The export ends too early.
    #[error("the export ends here, but leaf {0} should follow")]
    Ended(u64),
    /// The export goes on when it should have ended.
    #[error("a line too many")]
    Extra,
    /// All lines fit themselves and each other, but not the signed root.
    #[error(
        "the leaves do not give the signed root: one of them, or a hash in the manifest, was \
         replaced together with its own hash"
    )]
    Root,
}

/// A part of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The leaf: number, time, log, the header's hash, or the leaf's own hash.
    Leaf,
    /// The entry's header.
    Header,
    /// The record in this place, from 0.
    Record(u32),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf => f.write_str("the leaf"),
            Self::Header => f.write_str("the header"),
            Self::Record(place) => write!(f, "record {place}"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, complete_to) = (instant_text(self.from), instant_text(self.complete_to));
        writeln!(f, "The export holds every entry put in the log {}", self.log)?;
        writeln!(f, "from {from} up to {complete_to}: {} in all", self.end - self.first)?;
        if self.end > self.first {
            writeln!(f, "(leaves {} to {}), none changed.", self.first, self.end - 1)?;
        } else {
            writeln!(f, "(nothing happened).")?;
        }
        if self.complete_to < self.to {
            let to = instant_text(self.to);
            writeln!(f, "Nothing is proved for the rest of the period, up to {to}.")?;
        }
        writeln!(
            f,
            "{} records are shown and checked; of {} that belong to others only the hash is.",
            self.records_open, self.records_sealed
        )?;
        let disposed: u64 = self.disposed.values().sum();
        if disposed > 0 {
            writeln!(f, "{disposed} bodies were disposed of; their places hold. Read why in")?;
            for (disposal, count) in &self.disposed {
                writeln!(f, "entry {disposal}: {count}")?;
            }
        }
        let signed_at = instant_text(self.signed_at);
        writeln!(f, "Checked against a tree of {} leaves, root {},", self.tree_size, self.root)?;
        writeln!(f, "signed {signed_at} with the key {}.", self.key)?;
        self.write_trust(f)
    }
}

impl Report {
    /// On what the proof rests besides the export.
    fn write_trust(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for link in &self.successions {
            let at = instant_text(link.time);
            writeln!(f, "The key before it handed over to {} at {at}.", link.new)?;
        }
        match (self.key_source, self.successions.is_empty()) {
            (KeySource::Caller, true) => write!(f, "The key is the one that you gave.")?,
            (KeySource::Caller, false) => write!(f, "The first of them is the one that you gave.")?,
            (KeySource::Export, _) => write!(
                f,
                "The key came with the export: compare it with the one that the host has made \
                 known, or it is not proved whose log this is."
            )?,
        }
        for Cosigned { name, time } in &self.cosigned {
            write!(f, "\nThe witness {name} has cosigned it, at {}.", instant_text(*time))?;
        }
        match (self.cosigned.len(), self.witnesses) {
            (0, 0) => {
                write!(f, "\nNo witness was asked for: that there is only one log is not proved.")?
            }
            (found, known) if found < known => {
                write!(f, "\n{found} of the {known} witnesses that you named have cosigned it.")?;
            }
            _ => (),
        }
        match self.kept {
            Some(Kept::Held(size)) => {
                write!(f, "\nThe checkpoint of {size} leaves that you kept is part of this log.")
            }
            Some(Kept::Unseen(size)) => write!(
                f,
                "\nWhether the checkpoint of {size} leaves that you kept is part of this log can't be \
                 seen here: ask the log for a consistency proof."
            ),
            None => Ok(()),
        }
    }
}

fn named(what: &str, which: &Option<impl fmt::Display>) -> String {
    which.as_ref().map(|which| format!("{what} {which}")).unwrap_or_default()
}
