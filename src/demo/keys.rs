//! The demo's keys, kept beside its database so that it opens again: for the vault, for the log,
//! and the port of its sign-in service, which stands in the register as part of an address.
//!
//! **Invariant:** the file is its owner's alone, and an existing one is never written over.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::store::Place;

/// Where the keys of a PostgreSQL database are kept: in the current folder.
const POSTGRES_KEYS: &str = "samsyn-demo.keys.toml";

/// The demo's keys.
#[derive(Clone)]
pub struct DemoKeys {
    /// The key that seals identity numbers.
    pub vault: [u8; 32],
    /// The seed of the keys that sign the logs.
    pub ledger: [u8; 32],
}

/// Why there are no keys.
#[derive(Debug, Error)]
pub enum KeysError {
    /// The file can't be read or written.
    #[error("the demo's keys at `{}` can't be read or written", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// What the machine said.
        #[source]
        source: io::Error,
    },
    /// The file is not what the demo writes.
    #[error("the demo's keys at `{}` are damaged; remove them together with its database", .0.display())]
    Damaged(PathBuf),
    /// The machine gave no random bytes.
    #[error("the machine gives no random bytes")]
    Randomness,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    vault: String,
    ledger: String,
    sign_in_port: u16,
}

/// Where the keys of the database at `place` are kept.
pub fn keys_beside(place: &Place) -> PathBuf {
    match place {
        Place::Postgres(_) => PathBuf::from(POSTGRES_KEYS),
        Place::Sqlite(file) => file.with_extension("keys.toml"),
    }
}

impl DemoKeys {
    /// New keys.
    ///
    /// # Errors
    /// [`KeysError::Randomness`].
    pub fn generate() -> Result<Self, KeysError> {
        let (mut vault, mut ledger) = ([0; 32], [0; 32]);
        getrandom::fill(&mut vault).map_err(|_| KeysError::Randomness)?;
        getrandom::fill(&mut ledger).map_err(|_| KeysError::Randomness)?;
        Ok(Self { vault, ledger })
    }

    /// The keys at `path` and the sign-in service's port; none if there is no file.
    ///
    /// # Errors
    /// [`KeysError::File`] or [`KeysError::Damaged`].
    pub fn read(path: &Path) -> Result<Option<(Self, u16)>, KeysError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(KeysError::File { path: path.to_owned(), source }),
        };
        // The reader's own error would quote a key.
        let damaged = || KeysError::Damaged(path.to_owned());
        let written: Written = toml::from_str(&text).map_err(|_| damaged())?;
        let vault = from_hex(&written.vault).ok_or_else(damaged)?;
        let ledger = from_hex(&written.ledger).ok_or_else(damaged)?;
        Ok(Some((Self { vault, ledger }, written.sign_in_port)))
    }

    /// Keeps them at `path`, where there is no file yet.
    ///
    /// # Errors
    /// [`KeysError::File`].
    pub fn keep(&self, path: &Path, sign_in_port: u16) -> Result<(), KeysError> {
        let failed = |source| KeysError::File { path: path.to_owned(), source };
        let text = format!(
            "# Keys of Samsyn's demo. Its database beside this file can't be opened without them.\n\
             vault = \"{}\"\nledger = \"{}\"\nsign_in_port = {sign_in_port}\n",
            to_hex(&self.vault),
            to_hex(&self.ledger),
        );
        let mut file = private().open(path).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
    }
}

/// Options that make a new file which its owner alone may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn to_hex(key: &[u8; 32]) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut key = [0; 32];
    for (byte, at) in key.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let name = format!("samsyn-keys-{}-{name}.toml", std::process::id());
            Self(std::env::temp_dir().join(name))
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[test]
    fn what_is_kept_is_read_again_and_never_written_over() {
        let scratch = Scratch::new("kept");
        assert!(DemoKeys::read(&scratch.0).expect("readable").is_none());
        let keys = DemoKeys::generate().expect("keys");
        keys.keep(&scratch.0, 8099).expect("kept");
        let (read, port) = DemoKeys::read(&scratch.0).expect("readable").expect("there");
        assert_eq!((read.vault, read.ledger, port), (keys.vault, keys.ledger, 8099));
        assert_ne!(keys.vault, keys.ledger);
        assert!(keys.keep(&scratch.0, 1).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let scratch = Scratch::new("private");
        DemoKeys::generate().expect("keys").keep(&scratch.0, 1).expect("kept");
        let mode = std::fs::metadata(&scratch.0).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_refused_and_not_quoted() {
        let scratch = Scratch::new("damaged");
        let key = "ab".repeat(31);
        std::fs::write(&scratch.0, format!("vault = \"{key}\"\n")).expect("written");
        let error = DemoKeys::read(&scratch.0).err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("damaged") && !error.contains(&key)));
    }

    #[test]
    fn the_keys_are_beside_their_database() {
        let sqlite = Place::Sqlite("folder/samsyn-demo.sqlite".into());
        assert_eq!(keys_beside(&sqlite), Path::new("folder/samsyn-demo.keys.toml"));
        assert_eq!(keys_beside(&Place::Postgres(String::new())), Path::new(POSTGRES_KEYS));
    }
}
