//! Checkpoints: a log's size, root and time, signed. C2SP tlog-checkpoint in a C2SP signed note.
//!
//! The time stands in the one extension line that these logs have: `time 2026-11-21T22:24:00.000000Z`.
//! With it the signer says: no leaf so far is later, and no leaf to come will be earlier.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use signed_note::{Note, NoteError, Signer, StandardVerifier, Verifier as _, VerifierList};

use super::LedgerError;
use super::canonical::{INTEGER_MAX, instant_text, parse_instant};
use super::merkle::Hash;
use crate::clock::Instant;

/// What a log was at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's origin.
    pub origin: String,
    /// How many leaves it had.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
    /// When: not before the last leaf, and not after any leaf that comes later.
    pub time: Instant,
}

/// The key that signs a log's checkpoints. It has the log's name.
pub struct LogKey {
    origin: String,
    key: SigningKey,
}

/// The public half of a [`LogKey`], as a C2SP verifier key: `origin+8 hex digits+base64`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    origin: String,
    text: String,
}

impl Checkpoint {
    /// The text that is signed, by C2SP tlog-checkpoint: origin, size, root, time.
    pub fn body(&self) -> String {
        let root = BASE64_STANDARD.encode(self.root.bytes());
        format!("{}\n{}\n{root}\ntime {}\n", self.origin, self.size, instant_text(self.time))
    }

    /// The signed note: one line for each key, which are two while the log's key changes.
    ///
    /// # Errors
    /// A key is another log's, or there is none.
    pub fn sign(&self, keys: &[&LogKey]) -> Result<String, LedgerError> {
        if keys.is_empty() || keys.iter().any(|key| key.origin != self.origin) {
            return Err(LedgerError::Checkpoint(self.origin.clone()));
        }
        sign_note(&self.body(), keys)
    }

    /// Reads a note that `key` has signed. Signatures by others, such as witnesses, may stand
    /// beside it.
    ///
    /// # Errors
    /// Not a note, no valid signature by `key`, or not a checkpoint of the log that the key is for.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, LedgerError> {
        let body = open_note(note, key)?;
        Self::parse(&body)
            .filter(|checkpoint| checkpoint.origin == key.origin)
            .ok_or_else(|| LedgerError::Checkpoint(key.origin.clone()))
    }

    /// Reads what [`Checkpoint::body`] writes and nothing else: other extension lines are refused,
    /// since no log of ours signs any.
    fn parse(body: &str) -> Option<Self> {
        let mut lines = body.lines();
        let checkpoint = Self {
            origin: lines.next()?.to_owned(),
            size: lines.next()?.parse().ok().filter(|&size| size <= INTEGER_MAX)?,
            root: BASE64_STANDARD.decode(lines.next()?).ok()?.as_slice().try_into().ok()?,
            time: parse_instant(lines.next()?.strip_prefix("time ")?)?,
        };
        (checkpoint.body() == body).then_some(checkpoint)
    }
}

impl LogKey {
    /// The Ed25519 key (RFC 8032) with this seed, for the log `origin`.
    ///
    /// # Errors
    /// A name that no signed note can carry.
    pub fn new(origin: &str, seed: &[u8; 32]) -> Result<Self, LedgerError> {
        let fits = signed_note::is_key_name_valid(origin) && !origin.contains(char::is_control);
        if !fits {
            return Err(LedgerError::Origin(origin.to_owned()));
        }
        Ok(Self { origin: origin.to_owned(), key: SigningKey::from_bytes(seed) })
    }

    /// The public half.
    pub fn verifier_key(&self) -> VerifierKey {
        let text = signed_note::new_ed25519_verifier_key(&self.origin, &self.key.verifying_key());
        VerifierKey { origin: self.origin.clone(), text }
    }

    /// The log's origin.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogKey").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Signer for LogKey {
    fn name(&self) -> &str {
        &self.origin
    }
    fn key_id(&self) -> u32 {
        signed_note::key_id(&self.origin, &public_key(&self.key.verifying_key()))
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ed25519_dalek::SignatureError> {
        Ok(self.key.try_sign(message)?.to_vec())
    }
}

impl VerifierKey {
    /// The origin of the log whose checkpoints it checks.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    fn verifier(&self) -> Result<StandardVerifier, LedgerError> {
        StandardVerifier::new(&self.text).map_err(|_| LedgerError::Key)
    }
}

impl FromStr for VerifierKey {
    type Err = LedgerError;
    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let verifier = StandardVerifier::new(text).map_err(|_| LedgerError::Key)?;
        let (origin, id) = (verifier.name(), verifier.key_id());
        // The library also reads capital digits; one key should have one spelling.
        if !text.starts_with(&format!("{origin}+{id:08x}+")) {
            return Err(LedgerError::Key);
        }
        Ok(Self { origin: origin.to_owned(), text: text.to_owned() })
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// `body` as a note signed with each of `keys`.
pub(super) fn sign_note(body: &str, keys: &[&LogKey]) -> Result<String, LedgerError> {
    let name = keys.first().map(|key| key.origin.clone()).unwrap_or_default();
    let fault = |source| LedgerError::Note { key: name.clone(), source };
    let mut note = Note::new(body.as_bytes(), &[]).map_err(fault)?;
    let signers: Vec<&dyn Signer> = keys.iter().map(|&key| key as &dyn Signer).collect();
    note.add_sigs(&signers).map_err(fault)?;
    String::from_utf8(note.to_bytes()).map_err(|_| fault(NoteError::MalformedNote))
}

/// The text of a note that `key` has signed.
pub(super) fn open_note(note: &str, key: &VerifierKey) -> Result<String, LedgerError> {
    let fault = |source| LedgerError::Note { key: key.origin.clone(), source };
    let known = VerifierList::new(vec![Box::new(key.verifier()?)]);
    let note = Note::from_bytes(note.as_bytes()).map_err(fault)?;
    note.verify(&known).map_err(fault)?;
    String::from_utf8(note.text().to_vec()).map_err(|_| fault(NoteError::MalformedNote))
}

/// The algorithm's byte (1, Ed25519) and the key, by C2SP signed-note.
fn public_key(key: &VerifyingKey) -> Vec<u8> {
    [&[1], key.as_bytes().as_slice()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sample;

    const ORIGIN: &str = "samsyn.example/log/1";

    fn key(seed: u8) -> LogKey {
        LogKey::new(ORIGIN, &[seed; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        let root = Hash::of(b"root");
        Checkpoint { origin: ORIGIN.to_owned(), size: 42, root, time: sample::time(5) }
    }

    #[test]
    fn a_signed_checkpoint_opens_with_its_key_only() {
        let note = checkpoint().sign(&[&key(1)]).unwrap();
        assert_eq!(Checkpoint::open(&note, &key(1).verifier_key()).unwrap(), checkpoint());
        assert!(Checkpoint::open(&note, &key(2).verifier_key()).is_err());
        let other = LogKey::new("samsyn.example/log/2", &[1; 32]).unwrap();
        assert!(Checkpoint::open(&note, &other.verifier_key()).is_err());
        assert!(checkpoint().sign(&[&other]).is_err());
        for at in 0..note.len() {
            let mut changed = note.clone().into_bytes();
            changed[at] ^= 1;
            let Ok(changed) = String::from_utf8(changed) else { continue };
            assert!(Checkpoint::open(&changed, &key(1).verifier_key()).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_witness_may_sign_beside_the_log() {
        let note = checkpoint().sign(&[&key(1)]).unwrap();
        let witness = LogKey::new("witness.example", &[9; 32]).unwrap();
        let mut note = Note::from_bytes(note.as_bytes()).unwrap();
        note.add_sigs(&[&witness]).unwrap();
        let note = String::from_utf8(note.to_bytes()).unwrap();
        assert_eq!(note.matches("\u{2014} ").count(), 2);
        assert_eq!(Checkpoint::open(&note, &key(1).verifier_key()).unwrap(), checkpoint());
    }

    #[test]
    fn a_key_does_not_speak_for_another_log() {
        let other = Checkpoint { origin: "samsyn.example/log/2".to_owned(), ..checkpoint() };
        let mut note = Note::new(other.body().as_bytes(), &[]).unwrap();
        note.add_sigs(&[&key(1)]).unwrap();
        let note = String::from_utf8(note.to_bytes()).unwrap();
        let opened = Checkpoint::open(&note, &key(1).verifier_key());
        assert!(matches!(opened, Err(LedgerError::Checkpoint(_))));
    }

    #[test]
    fn a_body_has_one_spelling() {
        let body = checkpoint().body();
        assert_eq!(Checkpoint::parse(&body), Some(checkpoint()));
        for wrong in [
            body.replace("\n42\n", "\n042\n"),
            body.replace("\n42\n", "\n+42\n"),
            body.replace("\n42\n", "\n9007199254740993\n"),
            body.replace("time ", "TIME "),
            format!("{body}more\n"),
            body.replace('\n', "\r\n"),
            body[..body.len() - 1].to_owned(),
            body.lines().take(3).map(|line| format!("{line}\n")).collect(),
        ] {
            assert_eq!(Checkpoint::parse(&wrong), None, "{wrong}");
        }
    }

    /// Made with the reference implementation of signed notes; it is the example of its own docs.
    #[test]
    fn verifier_keys_are_those_of_c2sp() {
        let known = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let key: VerifierKey = known.parse().unwrap();
        assert_eq!((key.origin(), key.to_string()), ("PeterNeumann", known.to_owned()));
        let ours = self::key(1).verifier_key();
        assert_eq!(ours.to_string().parse::<VerifierKey>().unwrap(), ours);
        for wrong in
            [known.replace("c7", "c8"), known.replace("c74f20a3", "C74F20A3"), "a+b".into()]
        {
            assert!(wrong.parse::<VerifierKey>().is_err(), "{wrong}");
        }
        assert!(LogKey::new("a b", &[1; 32]).is_err());
        assert!(LogKey::new("a+b", &[1; 32]).is_err());
        assert!(LogKey::new("", &[1; 32]).is_err());
        assert!(!format!("{:?}", self::key(7)).contains('7'));
    }
}
