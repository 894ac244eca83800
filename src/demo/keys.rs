//! The demo's keys, in a folder beside its database so that it opens again: for the vault, for the
//! logs, and the port of its sign-in service, which stands in the register as part of an address.
//!
//! **Invariant:** the files are their owner's alone, and existing ones are never written over.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::store::Place;

/// Where the keys of a PostgreSQL database are kept: in the current folder.
const POSTGRES_KEYS: &str = "samsyn-demo.keys";

const VAULT: &str = "vault.key";
const LEDGER: &str = "ledger.key";
const PORT: &str = "sign-in.port";

/// Where the demo's keys are, and where its people sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoKeys {
    /// The file with the key that seals identity numbers.
    pub vault: PathBuf,
    /// The file with the seed of the keys that sign the logs.
    pub ledger: PathBuf,
    /// The sign-in service's port.
    pub sign_in_port: u16,
}

/// Why there are no keys.
#[derive(Debug, Error)]
pub enum KeysError {
    /// A file can't be read or written.
    #[error("the demo's keys at `{}` can't be read or written", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// What the machine said.
        #[source]
        source: io::Error,
    },
    /// The folder does not hold what the demo writes.
    #[error("the demo's keys at `{}` are not whole; remove them and its database", .0.display())]
    Damaged(PathBuf),
    /// The machine gave no random bytes.
    #[error("the machine gives no random bytes")]
    Randomness,
}

impl DemoKeys {
    /// The folder with the keys of the database at `place`.
    pub fn folder(place: &Place) -> PathBuf {
        match place {
            Place::Postgres(_) => PathBuf::from(POSTGRES_KEYS),
            Place::Sqlite(file) => file.with_extension("keys"),
        }
    }

    /// The keys in `folder`; none if there is no such folder.
    ///
    /// # Errors
    /// [`KeysError::File`] or [`KeysError::Damaged`].
    pub fn read(folder: &Path) -> Result<Option<Self>, KeysError> {
        if !folder.exists() {
            return Ok(None);
        }
        let (vault, ledger, port) = (folder.join(VAULT), folder.join(LEDGER), folder.join(PORT));
        let damaged = || KeysError::Damaged(folder.to_owned());
        if !(vault.exists() && ledger.exists() && port.exists()) {
            return Err(damaged());
        }
        let text = std::fs::read_to_string(&port).map_err(failed(&port))?;
        let sign_in_port = text.trim().parse().map_err(|_| damaged())?;
        Ok(Some(Self { vault, ledger, sign_in_port }))
    }

    /// Makes keys, and keeps them in `folder`, which must not be there yet.
    ///
    /// # Errors
    /// [`KeysError::File`] or [`KeysError::Randomness`].
    pub fn make(folder: &Path, sign_in_port: u16) -> Result<Self, KeysError> {
        private_folder().create(folder).map_err(failed(folder))?;
        let (vault, ledger) = (folder.join(VAULT), folder.join(LEDGER));
        keep(&vault, &random_key()?)?;
        keep(&ledger, &random_key()?)?;
        keep(&folder.join(PORT), &sign_in_port.to_string())?;
        Ok(Self { vault, ledger, sign_in_port })
    }
}

/// 32 random bytes as 64 hexadecimal digits, as the service reads its keys.
fn random_key() -> Result<String, KeysError> {
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key).map_err(|_| KeysError::Randomness)?;
    Ok(key.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn keep(path: &Path, text: &str) -> Result<(), KeysError> {
    let mut file = private_file().open(path).map_err(failed(path))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed(path))
}

fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> KeysError {
    let path = path.to_owned();
    move |source| KeysError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let name = format!("samsyn-keys-{}-{name}", std::process::id());
            Self(std::env::temp_dir().join(name))
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_is_made_is_read_again_and_never_written_over() {
        let scratch = Scratch::new("made");
        assert_eq!(DemoKeys::read(&scratch.0).expect("readable"), None);
        let keys = DemoKeys::make(&scratch.0, 8099).expect("made");
        let text = |path: &Path| std::fs::read_to_string(path).expect("a key");
        assert_eq!(text(&keys.vault).len(), 64);
        assert_ne!(text(&keys.vault), text(&keys.ledger));
        assert_eq!(DemoKeys::read(&scratch.0).expect("readable"), Some(keys));
        assert!(DemoKeys::make(&scratch.0, 1).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn the_files_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let scratch = Scratch::new("private");
        let keys = DemoKeys::make(&scratch.0, 1).expect("made");
        let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode();
        assert_eq!(mode(&scratch.0) & 0o777, 0o700);
        assert_eq!(mode(&keys.vault) & 0o777, 0o600);
        assert_eq!(mode(&keys.ledger) & 0o777, 0o600);
    }

    #[test]
    fn keys_that_are_not_whole_are_refused() {
        let scratch = Scratch::new("damaged");
        let keys = DemoKeys::make(&scratch.0, 1).expect("made");
        std::fs::remove_file(&keys.ledger).expect("removed");
        assert!(matches!(DemoKeys::read(&scratch.0), Err(KeysError::Damaged(_))));
    }

    #[test]
    fn the_keys_are_beside_their_database() {
        let sqlite = Place::Sqlite("folder/samsyn-demo.sqlite".into());
        assert_eq!(DemoKeys::folder(&sqlite), Path::new("folder/samsyn-demo.keys"));
        assert_eq!(DemoKeys::folder(&Place::Postgres(String::new())), Path::new(POSTGRES_KEYS));
    }
}
