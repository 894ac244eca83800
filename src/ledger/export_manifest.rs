//! The signed manifest of an exported file, whatever its form: what it holds, of which log and which
//! period, how much of what, under which rules, and the file's digest.
//!
//! A C2SP signed note whose text is one line of canonical JSON. A checkpoint's text begins with the
//! log's name, so neither can be taken for the other.
//!
//! **Invariant:** a manifest opens only with the log's key, and only as what was signed.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::LedgerError;
use super::canonical::{self, hex, instant_text};
use super::checkpoint::{LogKey, VerifierKey, open_note, sign_note};
use super::gist::HeaderGist;
use super::wire::Fields;
use crate::clock::Instant;
use crate::domain::ids::AgencyId;

/// The version of the format.
const VERSION: u64 = 1;
/// How much of a file is read at once.
const BYTES_AT_ONCE: usize = 1 << 16;

/// What was counted while an export was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportCounts {
    acts: BTreeMap<String, u64>,
    policies: BTreeMap<String, u64>,
    /// Entries that were written.
    pub entries: u64,
    /// Records that were shown in them.
    pub records: u64,
    /// Leaves whose entry was disposed of.
    pub disposed: u64,
    /// Entries that the form has no place for.
    pub left_out: u64,
}

/// What is said of an exported file.
#[derive(Clone, Debug)]
pub struct ExportManifest {
    /// The agency whose log it is.
    pub agency: AgencyId,
    /// The log's origin.
    pub log: String,
    /// The period's beginning.
    pub from: Instant,
    /// The period's end, itself not included.
    pub to: Instant,
    /// Why it was exported.
    pub purpose: String,
    /// The number of the matter that an extract about one child belongs to.
    pub matter: Option<String>,
    /// The child that it is an extract about, by its pseudonym.
    pub child: Option<Uuid>,
    /// When the log was looked at.
    pub exported_at: Instant,
    /// Who exported it: id, and the name that the register had.
    pub exported_by: (Uuid, Option<String>),
    /// `ndjson`, `csv`, `fhir` or `inera`.
    pub format: String,
    /// The first leaf of the period.
    pub first: u64,
    /// One past its last leaf.
    pub end: u64,
    /// How much of what.
    pub counts: ExportCounts,
    /// The file's length.
    pub bytes: u64,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// The rules that decided, as far as their texts are kept: digest and text.
    pub policies: Vec<(String, String)>,
    /// The checkpoint that the export was made at.
    pub checkpoint: String,
    /// The keys of the log, the newest last.
    pub keys: Vec<VerifierKey>,
}

/// What a manifest proves of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportProof {
    log: String,
    from: String,
    to: String,
    format: String,
    purpose: String,
    entries: u64,
    disposed: u64,
    bytes: u64,
    key: VerifierKey,
}

/// Why a file is not what its manifest says.
#[derive(Debug, thiserror::Error)]
pub enum ManifestFault {
    /// The manifest isn't signed with the key, or isn't one.
    #[error("the manifest is not one that the key has signed: {0}")]
    Manifest(#[from] LedgerError),
    /// The file has another length.
    #[error("the file has {found} bytes, the manifest says {expected}")]
    Length {
        /// What the manifest says.
        expected: u64,
        /// What the file has.
        found: u64,
    },
    /// The file has other bytes.
    #[error("the file was changed: it has another digest than the manifest says")]
    Digest,
    /// The proof in the file and the manifest tell of different exports.
    #[error("the manifest says {expected} {what}, the file proves {found}")]
    Count {
        /// Of what.
        what: &'static str,
        /// What the manifest says.
        expected: u64,
        /// What the file proves.
        found: u64,
    },
    /// The file can't be read.
    #[error("the file can't be read")]
    Read(#[source] std::io::Error),
}

impl ExportCounts {
    /// Counts an entry, of which so many records are shown.
    pub fn add(&mut self, header: &HeaderGist<'_>, records: u64) {
        let key = format!("{} {} {}", header.act, header.decision, header.outcome);
        *self.acts.entry(key).or_default() += 1;
        match self.policies.get_mut(header.policy.as_ref()) {
            Some(count) => *count += 1,
            None => {
                self.policies.insert(header.policy.clone().into_owned(), 1);
            }
        }
        self.entries += 1;
        self.records += records;
    }

    /// The digests of the rules that decided.
    pub fn policies(&self) -> impl Iterator<Item = &str> {
        self.policies.keys().map(String::as_str)
    }

    fn value(&self) -> Value {
        let part = |key: &str, place| key.rsplitn(3, ' ').nth(place).unwrap_or_default().to_owned();
        let acts = self.acts.iter().map(|(key, count)| {
            json!({
                "act": part(key, 2),
                "decision": part(key, 1),
                "outcome": part(key, 0),
                "entries": count,
            })
        });
        json!({
            "acts": acts.collect::<Vec<_>>(),
            "disposed": self.disposed,
            "entries": self.entries,
            "left_out": self.left_out,
            "records": self.records,
        })
    }
}

impl ExportManifest {
    /// The signed note: one signature for each key, which are two while the log's key changes.
    ///
    /// # Errors
    /// A text that no signed note can carry.
    pub fn sign(&self, keys: &[&LogKey]) -> Result<String, LedgerError> {
        sign_note(&self.text()?, keys)
    }

    fn text(&self) -> Result<String, LedgerError> {
        let (by, name) = &self.exported_by;
        let policies = self.policies.iter();
        let policies: Vec<Value> =
            policies.map(|(digest, text)| json!({ "digest": digest, "text": text })).collect();
        let mut value = json!({
            "agency": self.agency.to_string(),
            "checkpoint": self.checkpoint,
            "counts": self.counts.value(),
            "end": self.end,
            "exported_at": instant_text(self.exported_at),
            "exported_by": { "id": by.to_string() },
            "file": { "bytes": self.bytes, "sha256": self.sha256 },
            "first": self.first,
            "format": self.format,
            "from": instant_text(self.from),
            "keys": self.keys.iter().map(VerifierKey::to_string).collect::<Vec<_>>(),
            "log": self.log,
            "policies": policies,
            "purpose": self.purpose,
            "to": instant_text(self.to),
            "version": VERSION,
        });
        if let Some(name) = name {
            value["exported_by"]["name"] = json!(name);
        }
        if let Some(matter) = &self.matter {
            value["matter"] = json!(matter);
        }
        if let Some(child) = self.child {
            value["child"] = json!(child.to_string());
        }
        if !canonical::is_plain(&value) {
            return Err(LedgerError::NotCanonical);
        }
        let mut text = String::new();
        canonical::write(&value, &mut text);
        text.push('\n');
        Ok(text)
    }
}

/// Checks that `file` is what the manifest in `note` says, and that `key` has signed it. Without a
/// key the last of those in the manifest is taken: then it is not proved whose log it is.
///
/// # Errors
/// The first thing that doesn't fit.
pub fn verify_manifest(
    note: &str,
    key: Option<&VerifierKey>,
    mut file: impl Read,
) -> Result<ExportProof, ManifestFault> {
    let key = match key {
        Some(key) => key.clone(),
        None => named_key(note)?,
    };
    let text = open_note(note, &key)?;
    let line = text.strip_suffix('\n').ok_or(LedgerError::NotCanonical)?;
    let value = canonical::parse(line.as_bytes())?;
    let mut fields = Fields::of("the manifest", &value)?;
    let wrong = |field| LedgerError::Field { object: "the manifest", field };
    if fields.need::<u64>("version")? != VERSION {
        return Err(wrong("version").into());
    }
    let log: String = fields.need("log")?;
    if log != key.origin() {
        return Err(wrong("log").into());
    }
    let in_file = |field: &'static str| value["file"].get(field).ok_or(wrong("file"));
    let expected = in_file("bytes")?.as_u64().ok_or(wrong("file"))?;
    let counted = |field| value["counts"][field].as_u64().ok_or(wrong("counts"));
    let proof = ExportProof {
        log,
        from: fields.need("from")?,
        to: fields.need("to")?,
        format: fields.need("format")?,
        purpose: fields.need("purpose")?,
        entries: counted("entries")?,
        disposed: counted("disposed")?,
        bytes: expected,
        key,
    };
    let (found, digest) = digest_of(&mut file).map_err(ManifestFault::Read)?;
    if found != expected {
        return Err(ManifestFault::Length { expected, found });
    }
    if in_file("sha256")? != &Value::from(digest) {
        return Err(ManifestFault::Digest);
    }
    Ok(proof)
}

impl ExportProof {
    /// The form of the file.
    pub fn format(&self) -> &str {
        &self.format
    }

    /// Checks that the proof in an NDJSON file of `leaves` leaves tells of the same.
    ///
    /// # Errors
    /// [`ManifestFault::Count`]
    pub fn agrees_with(&self, leaves: u64) -> Result<(), ManifestFault> {
        let expected = self.entries + self.disposed;
        if expected == leaves {
            return Ok(());
        }
        Err(ManifestFault::Count { what: "entries", expected, found: leaves })
    }
}

impl fmt::Display for ExportProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "The file is the one that the manifest tells of: {} bytes.", self.bytes)?;
        writeln!(f, "It is an export ({}) of the log {}", self.format, self.log)?;
        writeln!(f, "from {} up to {}, for: {}", self.from, self.to, self.purpose)?;
        let entries = self.entries;
        writeln!(f, "It holds {entries} entries; {} were disposed of.", self.disposed)?;
        write!(f, "The manifest is signed with the key {}.", self.key)
    }
}

/// The newest key that a manifest names itself.
fn named_key(note: &str) -> Result<VerifierKey, LedgerError> {
    let line = note.lines().next().unwrap_or_default();
    let value: Value = serde_json::from_str(line).map_err(LedgerError::NotJson)?;
    let key = value["keys"].as_array().and_then(|keys| keys.last()).and_then(Value::as_str);
    key.and_then(|key| key.parse().ok()).ok_or(LedgerError::Key)
}

/// A file's length and digest.
fn digest_of(file: &mut impl Read) -> std::io::Result<(u64, String)> {
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; BYTES_AT_ONCE]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, hex(&hash.finalize())));
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sample;

    const FILE: &[u8] = b"time,act\r\n";

    fn key(seed: u8) -> LogKey {
        LogKey::new("samsyn.example/log/1", &[seed; 32]).unwrap()
    }

    fn manifest() -> ExportManifest {
        let mut counts = ExportCounts::default();
        for n in 0..3 {
            let sealed = sample::header(n).seal(&sample::records(n));
            counts.add(&HeaderGist::of(&sealed.header).unwrap(), 1);
        }
        counts.disposed = 2;
        ExportManifest {
            agency: sample::agency(1),
            log: "samsyn.example/log/1".to_owned(),
            from: sample::time(0),
            to: sample::time(9),
            purpose: "Loggranskning\n\"=1+1\"".to_owned(),
            matter: Some("2026-17".to_owned()),
            child: Some(Uuid::from_u128(7)),
            exported_at: sample::time(10),
            exported_by: (Uuid::from_u128(8), None),
            format: "csv".to_owned(),
            first: 0,
            end: 5,
            counts,
            bytes: FILE.len() as u64,
            sha256: hex(&Sha256::digest(FILE)),
            policies: vec![("00".to_owned(), "permit (principal, action, resource);".to_owned())],
            checkpoint: "note\n".to_owned(),
            keys: vec![key(1).verifier_key()],
        }
    }

    #[test]
    fn a_file_that_is_what_its_manifest_says_is_proved() {
        let note = manifest().sign(&[&key(1)]).unwrap();
        for known in [None, Some(&key(1).verifier_key())] {
            let proof = verify_manifest(&note, known, FILE).unwrap();
            assert_eq!((proof.entries, proof.disposed, proof.format()), (3, 2, "csv"));
            assert!(proof.agrees_with(5).is_ok() && proof.agrees_with(4).is_err());
            assert!(proof.to_string().contains("Loggranskning"));
        }
        let twice = manifest().sign(&[&key(1), &key(2)]).unwrap();
        assert!(verify_manifest(&twice, Some(&key(2).verifier_key()), FILE).is_ok());
    }

    #[test]
    fn another_file_another_key_and_another_manifest_are_found() {
        let note = manifest().sign(&[&key(1)]).unwrap();
        let fault = |note: &str, known: Option<&VerifierKey>, file: &[u8]| {
            verify_manifest(note, known, file).err()
        };
        let cut = &FILE[1..];
        assert!(matches!(fault(&note, None, cut), Some(ManifestFault::Length { .. })));
        let changed = [b"x", &FILE[1..]].concat();
        assert!(matches!(fault(&note, None, &changed), Some(ManifestFault::Digest)));
        let other = key(2).verifier_key();
        assert!(matches!(fault(&note, Some(&other), FILE), Some(ManifestFault::Manifest(_))));
        let elsewhere = LogKey::new("samsyn.example/log/2", &[1; 32]).unwrap();
        let note_elsewhere = manifest().sign(&[&elsewhere]).unwrap();
        let known = Some(elsewhere.verifier_key());
        assert!(fault(&note_elsewhere, known.as_ref(), FILE).is_some());
        for (old, new) in [("\"entries\":3", "\"entries\":4"), ("csv", "tsv"), ("2026-17", "1")] {
            let forged = note.replacen(old, new, 1);
            assert_ne!(forged, note);
            assert!(matches!(fault(&forged, None, FILE), Some(ManifestFault::Manifest(_))));
        }
        for none in ["", "{}", "x\n", "{\"keys\":[]}\n\n"] {
            assert!(fault(none, None, FILE).is_some(), "{none}");
        }
        // Nor is a checkpoint a manifest.
        let root = super::super::merkle::Hash::of(b"root");
        let (origin, time) = (key(1).origin().to_owned(), sample::time(5));
        let checkpoint = super::super::Checkpoint { origin, size: 1, root, time };
        let signed = checkpoint.sign(&[&key(1)]).unwrap();
        assert!(fault(&signed, Some(&key(1).verifier_key()), FILE).is_some());
    }

    #[test]
    fn entries_are_counted_by_act_decision_and_outcome() {
        let value = manifest().counts.value();
        assert_eq!(value["entries"], 3);
        let acts = value["acts"].as_array().unwrap();
        let sum: u64 = acts.iter().filter_map(|row| row["entries"].as_u64()).sum();
        assert_eq!(sum, 3);
        let header = sample::header(0);
        let first = acts.iter().find(|row| row["act"] == header.act).unwrap();
        assert!(first["decision"].is_string() && first["outcome"].is_string());
        assert!(manifest().counts.policies().any(|digest| digest == header.policy));
    }
}
