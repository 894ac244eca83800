//! What a witness remembers: for each log its keys and the newest checkpoint that was cosigned, a
//! file each.
//!
//! **Invariant:** a file is replaced whole, and is on the disk before anybody is told. One that can't
//! be read stops the witness: to begin anew would be to forget what was promised.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::clock::Clock;
use crate::ledger::{
    AddCheckpoint, Hash, Seen, Succession, Unwitnessed, VerifierKey, WitnessKey, note_text,
};

/// The most refused checkpoints of one log that are kept, as evidence.
const REFUSED_MAX: usize = 16;

/// What a witness remembers, and the key that it signs with.
pub struct Memory {
    key: WitnessKey,
    clock: Clock,
    folder: PathBuf,
    logs: Mutex<BTreeMap<String, Log>>,
    _mine_alone: File,
}

/// Why a witness does not sign.
#[derive(Debug, Error)]
pub enum MemoryError {
    /// It must not.
    #[error(transparent)]
    Refused(#[from] Unwitnessed),
    /// A file can't be read or written.
    #[error("`{file}` can't be used")]
    File {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file does not hold what a witness wrote.
    #[error("`{0}` does not hold what this witness remembers of a log; it was changed or cut off")]
    Broken(String),
    /// Another witness works there.
    #[error("another witness works in `{0}`")]
    Taken(String),
    /// A log that is known by another key than the one given.
    #[error(
        "`{log}` is remembered with the key `{known}`, which the key that was given does not lead to"
    )]
    OtherKey {
        /// The log.
        log: String,
        /// The key that signs it now, as far as is remembered.
        known: String,
    },
    /// A log that was named twice.
    #[error("`{0}` is named twice")]
    Twice(String),
}

/// One log.
#[derive(Clone)]
struct Log {
    first_key: VerifierKey,
    successions: Vec<String>,
    seen: Seen,
    checkpoint: Option<String>,
}

/// The same in its file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    first_key: String,
    successions: Vec<String>,
    size: u64,
    root: String,
    checkpoint: Option<String>,
}

impl Memory {
    /// Opens the memory in `folder`, for this process alone. A log that is not in it yet is watched
    /// from its next checkpoint on.
    ///
    /// # Errors
    /// [`MemoryError`] names the file or the log.
    pub fn open(
        folder: &Path,
        key: WitnessKey,
        logs: &[VerifierKey],
        clock: Clock,
    ) -> Result<Self, MemoryError> {
        fs::create_dir_all(folder).map_err(|source| fault(folder, source))?;
        let lock = folder.join("lock");
        let mine_alone = File::create(&lock).map_err(|source| fault(&lock, source))?;
        mine_alone.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => MemoryError::Taken(folder.display().to_string()),
            TryLockError::Error(source) => fault(&lock, source),
        })?;
        let mut known = BTreeMap::new();
        for given in logs {
            let origin = given.origin().to_owned();
            let log = match read(&folder.join(page_of(&origin)))? {
                Some(log) => log.known_by(given)?,
                None => Log::new(given.clone()),
            };
            if known.insert(origin.clone(), log).is_some() {
                return Err(MemoryError::Twice(origin));
            }
        }
        let folder = folder.to_owned();
        Ok(Self { key, clock, folder, logs: Mutex::new(known), _mine_alone: mine_alone })
    }

    /// Answers `add-checkpoint`: the signature line, once it is remembered what was signed.
    ///
    /// # Errors
    /// [`MemoryError::Refused`] if it must not be signed.
    pub fn cosign(&self, body: &str) -> Result<String, MemoryError> {
        let request = AddCheckpoint::parse(body)?;
        let origin = request.origin()?;
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let log = logs.get_mut(&origin).ok_or(Unwitnessed::UnknownLog)?;
        let seen = match log.seen.judge(&request) {
            Ok((_, seen)) => seen,
            Err(refused) => {
                self.keep_evidence(&origin, log, &request, refused);
                return Err(refused.into());
            }
        };
        let text = note_text(&request.note).map_err(|_| Unwitnessed::Malformed)?;
        let next = Log { seen, checkpoint: Some(request.note), ..log.clone() };
        self.write(&origin, &next)?;
        *log = next;
        Ok(self.key.cosign(&text, self.clock.now()))
    }

    /// Answers `add-succession`: from now on the log is known by the new key, and not by the old.
    ///
    /// # Errors
    /// [`MemoryError::Refused`] if the key that is known did not sign the note.
    pub fn follow(&self, note: &str) -> Result<(), MemoryError> {
        let text = note_text(note).map_err(|_| Unwitnessed::Malformed)?;
        let origin = text.lines().next().unwrap_or_default().to_owned();
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let log = logs.get_mut(&origin).ok_or(Unwitnessed::UnknownLog)?;
        let seen = log.seen.follow(note)?;
        let mut next = Log { seen, ..log.clone() };
        next.successions.push(note.to_owned());
        self.write(&origin, &next)?;
        tracing::info!(log = origin, key = %next.seen.key, "the log's key has changed");
        *log = next;
        Ok(())
    }

    /// A checkpoint that the log's own key signed and that can't be true beside the one cosigned
    /// proves that somebody keeps two logs: it is told loudly, and kept.
    fn keep_evidence(
        &self,
        origin: &str,
        log: &Log,
        request: &AddCheckpoint,
        refused: Unwitnessed,
    ) {
        let same_size = matches!(refused, Unwitnessed::Elsewhere(size) if size == request.old);
        if refused != Unwitnessed::Fork && !same_size {
            return;
        }
        tracing::error!(log = origin, cosigned = log.seen.size, "the log is not what it was");
        let name = |n| self.folder.join(format!("{}.refused-{n}", stem_of(origin)));
        let free = (0..REFUSED_MAX).map(name).find(|file| !file.exists());
        let kept = free.map(|file| fs::write(file, &request.note));
        if let Some(Err(error)) = kept {
            tracing::error!(error = &error as &dyn std::error::Error, "the evidence was not kept");
        }
    }

    fn write(&self, origin: &str, log: &Log) -> Result<(), MemoryError> {
        let page = Page {
            first_key: log.first_key.to_string(),
            successions: log.successions.clone(),
            size: log.seen.size,
            root: log.seen.root.to_string(),
            checkpoint: log.checkpoint.clone(),
        };
        let file = self.folder.join(page_of(origin));
        let beside = file.with_extension("new");
        let write = || {
            let mut written = File::create(&beside)?;
            written.write_all(&serde_json::to_vec_pretty(&page)?)?;
            written.sync_all()?;
            fs::rename(&beside, &file)?;
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(|source| fault(&file, source))
    }
}

impl Log {
    fn new(key: VerifierKey) -> Self {
        let seen = Seen::nothing(key.clone());
        Self { first_key: key, successions: Vec::new(), seen, checkpoint: None }
    }

    /// Whether `given` is one of the keys that lead to the one that signs.
    fn known_by(self, given: &VerifierKey) -> Result<Self, MemoryError> {
        let leads_here = *given == self.first_key
            || Succession::follow(&self.successions, given, &self.seen.key).is_ok();
        if leads_here {
            return Ok(self);
        }
        let (log, known) = (given.origin().to_owned(), self.seen.key.to_string());
        Err(MemoryError::OtherKey { log, known })
    }

    fn of(page: Page) -> Option<Self> {
        let first_key: VerifierKey = page.first_key.parse().ok()?;
        let mut seen = Seen::nothing(first_key.clone());
        for note in &page.successions {
            seen = seen.follow(note).ok()?;
        }
        let root: Hash = page.root.parse().ok()?;
        let seen = Seen { size: page.size, root, ..seen };
        let (successions, checkpoint) = (page.successions, page.checkpoint);
        Some(Self { first_key, successions, seen, checkpoint })
    }
}

fn read(file: &Path) -> Result<Option<Log>, MemoryError> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(fault(file, source)),
    };
    let log = serde_json::from_slice(&bytes).ok().and_then(Log::of);
    log.map(Some).ok_or_else(|| MemoryError::Broken(file.display().to_string()))
}

/// A log's name can hold a slash; its hash can't.
fn stem_of(origin: &str) -> String {
    Hash::of(origin.as_bytes()).to_string()
}

fn page_of(origin: &str) -> String {
    format!("{}.json", stem_of(origin))
}

fn fault(file: &Path, source: io::Error) -> MemoryError {
    MemoryError::File { file: file.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Checkpoint, LogKey, consistency_proof, root};

    const ORIGIN: &str = "samsyn.example/log/1";

    /// A directory of this test's own, removed with what is in it.
    struct Folder(PathBuf);

    impl Folder {
        fn fresh(name: &str) -> Self {
            let name = format!("samsyn-witness-{}-{name}", std::process::id());
            Self(std::env::temp_dir().join(name))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn key(seed: u8) -> LogKey {
        LogKey::new(ORIGIN, &[seed; 32]).unwrap()
    }

    fn open(folder: &Folder, logs: &[VerifierKey]) -> Result<Memory, MemoryError> {
        let key = WitnessKey::new("witness.example", &[7; 32]).unwrap();
        Memory::open(&folder.0, key, logs, Clock::machine())
    }

    /// The request to cosign `size` leaves after `old`; from `fork` on they are another history's.
    fn request(old: u64, size: u64, fork: u64) -> String {
        let leaf = |n: u64| Hash::of_leaf(&if n < fork { n } else { n + 1000 }.to_be_bytes());
        let leaves: Vec<Hash> = (0..size).map(leaf).collect();
        let time = "2026-11-21T22:24:00Z".parse().unwrap();
        let checkpoint = Checkpoint { origin: ORIGIN.into(), size, root: root(&leaves), time };
        let proof = consistency_proof(&leaves, old).unwrap_or_default();
        AddCheckpoint { old, proof, note: checkpoint.sign(&[&key(1)]).unwrap() }.body()
    }

    fn refusal(done: Result<String, MemoryError>) -> Unwitnessed {
        match done {
            Err(MemoryError::Refused(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_cosigned_is_remembered_by_the_next_process() {
        let folder = Folder::fresh("remembered");
        let logs = [key(1).verifier_key()];
        assert!(open(&folder, &logs).unwrap().cosign(&request(0, 5, 99)).is_ok());
        let memory = open(&folder, &logs).unwrap();
        assert_eq!(refusal(memory.cosign(&request(0, 5, 99))), Unwitnessed::Elsewhere(5));
        assert_eq!(refusal(memory.cosign(&request(5, 9, 2))), Unwitnessed::Fork);
        assert_eq!(refusal(memory.cosign(&request(5, 5, 2))), Unwitnessed::Elsewhere(5));
        assert!(memory.cosign(&request(5, 9, 99)).is_ok());
        assert_eq!(refusal(memory.cosign("old 5\n")), Unwitnessed::Malformed);
        // The two that could not be true are kept, for whoever asks the host about them.
        let files = fs::read_dir(&folder.0).unwrap().map(|file| file.unwrap().path());
        let kept = files.filter(|file| file.to_string_lossy().contains("refused"));
        assert_eq!(kept.count(), 2);
    }

    #[test]
    fn two_witnesses_do_not_share_a_memory() {
        let folder = Folder::fresh("shared");
        let first = open(&folder, &[key(1).verifier_key()]).unwrap();
        let second = open(&folder, &[key(1).verifier_key()]);
        assert!(matches!(second, Err(MemoryError::Taken(_))));
        drop(first);
        assert!(open(&folder, &[key(1).verifier_key()]).is_ok());
        let twice = [key(1).verifier_key(), key(2).verifier_key()];
        assert!(matches!(open(&folder, &twice), Err(MemoryError::Twice(_))));
    }

    #[test]
    fn a_memory_that_was_changed_or_cut_off_stops_the_start() {
        let folder = Folder::fresh("broken");
        let logs = [key(1).verifier_key()];
        open(&folder, &logs).unwrap().cosign(&request(0, 5, 99)).unwrap();
        let file = folder.0.join(page_of(ORIGIN));
        let whole = fs::read_to_string(&file).unwrap();
        for broken in ["", "{}", &whole[..whole.len() / 2], &whole.replace("root", "rot")] {
            fs::write(&file, broken).unwrap();
            assert!(matches!(open(&folder, &logs), Err(MemoryError::Broken(_))), "{broken}");
        }
        fs::write(&file, whole).unwrap();
        assert!(open(&folder, &logs).is_ok());
        let other = open(&folder, &[key(2).verifier_key()]);
        assert!(matches!(other, Err(MemoryError::OtherKey { .. })));
    }

    #[test]
    fn what_can_t_be_remembered_is_not_cosigned() {
        let folder = Folder::fresh("full");
        let memory = open(&folder, &[key(1).verifier_key()]).unwrap();
        // A directory where the file should go stands for a disk that takes nothing.
        fs::create_dir(folder.0.join(page_of(ORIGIN)).with_extension("new")).unwrap();
        let failed = memory.cosign(&request(0, 5, 99));
        assert!(matches!(failed, Err(MemoryError::File { .. })), "{failed:?}");
        fs::remove_dir(folder.0.join(page_of(ORIGIN)).with_extension("new")).unwrap();
        assert!(memory.cosign(&request(0, 4, 2)).is_ok(), "nothing was promised");
    }

    #[test]
    fn a_hand_over_is_remembered() {
        let folder = Folder::fresh("hand-over");
        let time = "2026-11-21T22:24:00Z".parse().unwrap();
        let note = Succession::sign(&key(1), &key(2), time).unwrap();
        let memory = open(&folder, &[key(1).verifier_key()]).unwrap();
        memory.follow(&note).unwrap();
        assert!(memory.follow(&note).is_err(), "once");
        drop(memory);
        for known in [key(1), key(2)] {
            let memory = open(&folder, &[known.verifier_key()]).unwrap();
            assert_eq!(refusal(memory.cosign(&request(0, 5, 99))), Unwitnessed::UnknownKey);
        }
    }
}
