//! Witnesses: who is not the host, has seen a checkpoint, and says so by signing it as well. C2SP
//! tlog-cosignature, `cosignature/v1` with Ed25519.
//!
//! A witness signs only what grew out of what it signed before. So two checkpoints that can't both
//! be true never get the same witness, and a host that keeps two logs needs two sets of witnesses.
//!
//! **Invariant:** a cosignature counts only if the whole checkpoint is signed with a key that the
//! reader knew beforehand, and each witness counts once.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::DateTime;
use ed25519_dalek::{Signature as Ed25519, Signer as _, SigningKey, VerifyingKey};
use signed_note::{Note, NoteError, Signature};

use super::LedgerError;
use crate::clock::Instant;

/// The byte that stands for timestamped Ed25519 witness cosignatures in a verifier key.
const ALGORITHM: u8 = 4;

/// The key of a witness.
pub struct WitnessKey {
    name: String,
    key: SigningKey,
}

/// The public half of a [`WitnessKey`], as a C2SP verifier key: `name+8 hex digits+base64`.
#[derive(Clone, PartialEq, Eq)]
pub struct WitnessVerifierKey {
    name: String,
    key: VerifyingKey,
}

/// What a witness says of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// The witness.
    pub name: String,
    /// When it had seen no later checkpoint that is not consistent with this one; whole seconds.
    pub time: Instant,
}

impl WitnessKey {
    /// The Ed25519 key (RFC 8032) with this seed, for the witness `name`.
    ///
    /// # Errors
    /// A name that no signed note can carry.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, LedgerError> {
        if !is_name(name) {
            return Err(LedgerError::Origin(name.to_owned()));
        }
        Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(seed) })
    }

    /// The public half.
    pub fn verifier_key(&self) -> WitnessVerifierKey {
        WitnessVerifierKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The line to put below a checkpoint whose signed text is `checkpoint_body`, with its line
    /// feed. Of `time` whole seconds are kept.
    pub fn cosign(&self, checkpoint_body: &str, time: Instant) -> String {
        let seconds = time.timestamp().unsigned_abs();
        let signature = self.key.sign(signed_text(checkpoint_body, seconds).as_bytes());
        let mut line = self.verifier_key().id().to_be_bytes().to_vec();
        line.extend_from_slice(&seconds.to_be_bytes());
        line.extend_from_slice(&signature.to_bytes());
        format!("\u{2014} {} {}\n", self.name, BASE64_STANDARD.encode(line))
    }
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WitnessKey").field("name", &self.name).finish_non_exhaustive()
    }
}

impl WitnessVerifierKey {
    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> u32 {
        signed_note::key_id(&self.name, &self.typed())
    }

    /// The algorithm's byte and the key.
    fn typed(&self) -> Vec<u8> {
        [&[ALGORITHM], self.key.as_bytes().as_slice()].concat()
    }

    /// When this witness signed `text`, if `signature` is its signature on it.
    fn check(&self, text: &str, signature: &Signature) -> Option<Instant> {
        let named = signature.name() == self.name && signature.id() == self.id();
        let (seconds, bytes) = signature.signature().split_first_chunk().filter(|_| named)?;
        let seconds = u64::from_be_bytes(*seconds);
        let signature = Ed25519::from_slice(bytes).ok()?;
        self.key.verify_strict(signed_text(text, seconds).as_bytes(), &signature).ok()?;
        DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)
    }
}

impl FromStr for WitnessVerifierKey {
    type Err = LedgerError;
    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let read = || {
            let (name, rest) = text.split_once('+')?;
            let (_, key) = rest.split_once('+')?;
            let typed = BASE64_STANDARD.decode(key).ok()?;
            let bytes = typed.strip_prefix(&[ALGORITHM])?.try_into().ok()?;
            let key = VerifyingKey::from_bytes(bytes).ok()?;
            is_name(name).then(|| Self { name: name.to_owned(), key })
        };
        read().filter(|key| key.to_string() == text).ok_or(LedgerError::Key)
    }
}

impl fmt::Display for WitnessVerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, self.id(), BASE64_STANDARD.encode(self.typed()))
    }
}

impl fmt::Debug for WitnessVerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Which of `witnesses` have cosigned `note`, and when; lines of others, and lines that don't fit
/// their key, are passed over. Each name counts once, with its latest time. None if it isn't a note.
pub fn cosignatures(note: &str, witnesses: &[WitnessVerifierKey]) -> Vec<Cosigned> {
    let mut found: Vec<Cosigned> = Vec::new();
    let Ok((text, signatures)) = parts(note) else { return found };
    for signature in &signatures {
        let Some((witness, time)) =
            witnesses.iter().find_map(|witness| Some((witness, witness.check(&text, signature)?)))
        else {
            continue;
        };
        match found.iter_mut().find(|known| known.name == witness.name) {
            Some(known) => known.time = known.time.max(time),
            None => found.push(Cosigned { name: witness.name.clone(), time }),
        }
    }
    found
}

/// The note with more signature lines below it. A line takes the place of an earlier one by the
/// same key.
///
/// # Errors
/// Not a note, not a signature line, or more lines than a note may have.
pub fn add_lines(
    note: &str,
    lines: impl IntoIterator<Item = impl AsRef<str>>,
) -> Result<String, LedgerError> {
    let (text, mut signatures) = parts(note)?;
    for line in lines {
        let line = line.as_ref();
        let line = line.strip_suffix('\n').unwrap_or(line);
        let added = Signature::from_bytes(line.as_bytes()).map_err(fault)?;
        signatures.retain(|old| (old.name(), old.id()) != (added.name(), added.id()));
        signatures.push(added);
    }
    let joined = Note::new(text.as_bytes(), &signatures).map_err(fault)?.to_bytes();
    let joined = String::from_utf8(joined).map_err(|_| fault(NoteError::MalformedNote))?;
    // The limit on lines is the reader's.
    parts(&joined).map(|_| joined)
}

/// The signed text of a note, with its line feed; whether anybody signed it is not looked at.
///
/// # Errors
/// Not a note.
pub fn note_text(note: &str) -> Result<String, LedgerError> {
    parts(note).map(|(text, _)| text)
}

/// The text of a note and its signatures.
fn parts(note: &str) -> Result<(String, Vec<Signature>), LedgerError> {
    let read = Note::from_bytes(note.as_bytes()).map_err(fault)?;
    let text = std::str::from_utf8(read.text()).map_err(|_| fault(NoteError::MalformedNote))?;
    let (_, lines) = note.rsplit_once("\n\n").ok_or_else(|| fault(NoteError::MalformedNote))?;
    let signatures: Result<_, _> =
        lines.lines().map(|line| Signature::from_bytes(line.as_bytes())).collect();
    Ok((text.to_owned(), signatures.map_err(fault)?))
}

fn fault(source: NoteError) -> LedgerError {
    LedgerError::NoNote(source)
}

/// What a witness signs, by C2SP tlog-cosignature.
fn signed_text(checkpoint_body: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{checkpoint_body}")
}

fn is_name(name: &str) -> bool {
    signed_note::is_key_name_valid(name) && !name.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sample;
    use crate::ledger::{Checkpoint, Hash, LogKey};

    fn witness(seed: u8) -> WitnessKey {
        WitnessKey::new(&format!("witness{seed}.example"), &[seed; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: sample::key().origin().to_owned(),
            size: 42,
            root: Hash::of(b"root"),
            time: sample::time(5),
        }
    }

    fn note() -> String {
        checkpoint().sign(&[&sample::key()]).unwrap()
    }

    #[test]
    fn a_witness_counts_with_its_own_key_on_the_text_it_saw() {
        let (one, two) = (witness(1), witness(2));
        let lines = [
            one.cosign(&checkpoint().body(), sample::time(6)),
            two.cosign(&checkpoint().body(), sample::time(7)),
        ];
        let cosigned = add_lines(&note(), &lines).unwrap();
        assert_eq!(
            Checkpoint::open(&cosigned, &sample::key().verifier_key()).unwrap(),
            checkpoint()
        );
        let found = cosignatures(&cosigned, &[two.verifier_key(), one.verifier_key()]);
        assert_eq!(
            found,
            [
                Cosigned { name: "witness1.example".to_owned(), time: sample::time(6) },
                Cosigned { name: "witness2.example".to_owned(), time: sample::time(7) },
            ]
        );
        assert_eq!(cosignatures(&cosigned, &[witness(3).verifier_key()]), []);
        assert_eq!(cosignatures(&note(), &[one.verifier_key()]), []);
        assert_eq!(cosignatures("no note", &[one.verifier_key()]), []);
        // The same name with another key is another witness.
        let namesake = WitnessKey::new("witness1.example", &[9; 32]).unwrap();
        assert_eq!(cosignatures(&cosigned, &[namesake.verifier_key()]), []);
        let grown = Checkpoint { size: 43, ..checkpoint() }.sign(&[&sample::key()]).unwrap();
        let moved = add_lines(&grown, &lines).unwrap();
        assert_eq!(cosignatures(&moved, &[one.verifier_key(), two.verifier_key()]), []);
    }

    #[test]
    fn no_byte_of_a_cosignature_can_change() {
        let key = witness(1).verifier_key();
        let line = witness(1).cosign(&checkpoint().body(), sample::time(6));
        let cosigned = add_lines(&note(), [&line]).unwrap();
        assert_eq!(cosignatures(&cosigned, std::slice::from_ref(&key)).len(), 1);
        for at in cosigned.len() - line.len()..cosigned.len() {
            let mut changed = cosigned.clone().into_bytes();
            changed[at] ^= 1;
            let Ok(changed) = String::from_utf8(changed) else { continue };
            assert_eq!(cosignatures(&changed, std::slice::from_ref(&key)), [], "byte {at}");
        }
    }

    #[test]
    fn a_witness_counts_once_and_a_newer_line_takes_the_place_of_an_older() {
        let one = witness(1);
        let line = |n| one.cosign(&checkpoint().body(), sample::time(n));
        let cosigned = add_lines(&add_lines(&note(), [line(6)]).unwrap(), [line(7)]).unwrap();
        assert_eq!(cosigned.matches("witness1.example").count(), 1);
        let twice = format!("{cosigned}{}", line(8));
        let found = cosignatures(&twice, &[one.verifier_key(), one.verifier_key()]);
        let newest = Cosigned { name: one.name().to_owned(), time: sample::time(8) };
        assert_eq!(found, [newest]);
        assert!(add_lines(&note(), ["no line"]).is_err());
        assert!(add_lines("no note", [line(6)]).is_err());
        let many = (0..100).map(|n| {
            let name = format!("witness{n}.example");
            WitnessKey::new(&name, &[n; 32]).unwrap().cosign(&checkpoint().body(), sample::time(6))
        });
        assert!(add_lines(&note(), many).is_err());
    }

    #[test]
    fn a_log_may_sign_with_two_keys_while_they_change() {
        let (old, new) = (sample::key(), LogKey::new(sample::key().origin(), &[8; 32]).unwrap());
        let both = checkpoint().sign(&[&old, &new]).unwrap();
        for key in [old.verifier_key(), new.verifier_key()] {
            assert_eq!(Checkpoint::open(&both, &key).unwrap(), checkpoint());
        }
        assert_eq!(note_text(&both).unwrap(), checkpoint().body());
        assert!(checkpoint().sign(&[]).is_err());
    }

    #[test]
    fn a_key_has_one_spelling_and_no_other_kind_of_key_passes() {
        let key = witness(1).verifier_key();
        let text = key.to_string();
        assert_eq!(text.parse::<WitnessVerifierKey>().unwrap(), key);
        let log_key = sample::key().verifier_key().to_string();
        for wrong in [
            text.to_uppercase(),
            format!("{text} "),
            text.replacen("witness1", "witness2", 1),
            text.replacen('+', "++", 1),
            log_key,
            "a+b".to_owned(),
        ] {
            assert!(wrong.parse::<WitnessVerifierKey>().is_err(), "{wrong}");
        }
        assert!(text.parse::<crate::ledger::VerifierKey>().is_err());
        assert!(WitnessKey::new("a b", &[1; 32]).is_err());
        assert!(!format!("{:?}", witness(7)).contains("key: "));
    }
}
