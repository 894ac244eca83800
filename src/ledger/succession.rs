//! How a log's key changes: the old key signs for the new one, and the new one shows that it is
//! held. Who trusts the first key of a log can so follow it to the one that signs today.
//!
//! **Invariant:** each link is signed by both keys, names the log, and is not earlier than the link
//! before it.

use super::LedgerError;
use super::canonical::{instant_text, parse_instant};
use super::checkpoint::{LogKey, VerifierKey, open_note, sign_note};
use crate::clock::Instant;

/// The second line of the signed text. A checkpoint has a number there, so that neither can be
/// taken for the other.
const KIND: &str = "samsyn-key-succession/v1";

/// A log's key hands over to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    /// The key that signs from now on. It has the log's origin as its name.
    pub new: VerifierKey,
    /// When.
    pub time: Instant,
}

impl Succession {
    /// The text that is signed.
    fn body(&self) -> String {
        let origin = self.new.origin();
        format!("{origin}\n{KIND}\n{}\ntime {}\n", self.new, instant_text(self.time))
    }

    /// The signed note by which `old` hands over to `new` at `time`.
    ///
    /// # Errors
    /// Keys of two logs, or twice the same key.
    pub fn sign(old: &LogKey, new: &LogKey, time: Instant) -> Result<String, LedgerError> {
        let succession = Self { new: new.verifier_key(), time };
        if old.origin() != new.origin() || old.verifier_key() == succession.new {
            return Err(LedgerError::Succession(new.origin().to_owned()));
        }
        sign_note(&succession.body(), &[old, new])
    }

    /// Reads a note by which `old` hands over to another key.
    ///
    /// # Errors
    /// Not a note, not signed by `old` and by the new key, or not a succession of that log.
    pub fn open(note: &str, old: &VerifierKey) -> Result<Self, LedgerError> {
        let fault = || LedgerError::Succession(old.origin().to_owned());
        let body = open_note(note, old)?;
        let succession = Self::parse(&body).ok_or_else(fault)?;
        if succession.new.origin() != old.origin() || succession.new == *old {
            return Err(fault());
        }
        open_note(note, &succession.new)?;
        Ok(succession)
    }

    /// Follows `notes`, in their order, from the key `known` to the key `signing`.
    ///
    /// Notes before the first that `known` signed are passed over: they lead to `known`. The notes
    /// after `signing` is reached must not be there.
    ///
    /// # Errors
    /// They don't lead there, or go back in time.
    pub fn follow(
        notes: &[String],
        known: &VerifierKey,
        signing: &VerifierKey,
    ) -> Result<Vec<Self>, LedgerError> {
        let mut links: Vec<Self> = Vec::new();
        let mut key = known.clone();
        for note in notes {
            match Self::open(note, &key) {
                Ok(link) => {
                    if links.last().is_some_and(|before| link.time < before.time) {
                        return Err(LedgerError::Succession(known.origin().to_owned()));
                    }
                    key = link.new.clone();
                    links.push(link);
                }
                Err(_) if links.is_empty() => (),
                Err(fault) => return Err(fault),
            }
        }
        if key == *signing {
            Ok(links)
        } else {
            Err(LedgerError::Succession(known.origin().to_owned()))
        }
    }

    /// Reads what [`Succession::body`] writes and nothing else.
    fn parse(body: &str) -> Option<Self> {
        let mut lines = body.lines().skip(2);
        let new = lines.next()?.parse().ok()?;
        let time = parse_instant(lines.next()?.strip_prefix("time ")?)?;
        let succession = Self { new, time };
        (succession.body() == body).then_some(succession)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Checkpoint, Hash, sample};

    fn key(seed: u8) -> LogKey {
        LogKey::new(sample::key().origin(), &[seed; 32]).unwrap()
    }

    fn public(seed: u8) -> VerifierKey {
        key(seed).verifier_key()
    }

    fn link(old: u8, new: u8, at: i64) -> String {
        Succession::sign(&key(old), &key(new), sample::time(at)).unwrap()
    }

    #[test]
    fn both_keys_sign_and_no_byte_can_change() {
        let note = link(1, 2, 3);
        let opened = Succession::open(&note, &public(1)).unwrap();
        assert_eq!(opened, Succession { new: public(2), time: sample::time(3) });
        assert!(Succession::open(&note, &public(3)).is_err());
        // The new key doesn't hand over to itself.
        assert!(Succession::open(&note, &public(2)).is_err());
        for at in 0..note.len() {
            let mut changed = note.clone().into_bytes();
            changed[at] ^= 1;
            let Ok(changed) = String::from_utf8(changed) else { continue };
            assert!(Succession::open(&changed, &public(1)).is_err(), "byte {at}");
        }
        let one_hand = sign_note(&opened.body(), &[&key(1)]).unwrap();
        assert!(Succession::open(&one_hand, &public(1)).is_err(), "the new key must sign too");
        let other = LogKey::new("samsyn.example/log/2", &[2; 32]).unwrap();
        assert!(Succession::sign(&key(1), &other, sample::time(3)).is_err());
        assert!(Succession::sign(&key(1), &key(1), sample::time(3)).is_err());
    }

    #[test]
    fn a_checkpoint_and_a_succession_are_never_taken_for_each_other() {
        assert!(Checkpoint::open(&link(1, 2, 3), &public(1)).is_err());
        let origin = key(1).origin().to_owned();
        let checkpoint =
            Checkpoint { origin, size: 1, root: Hash::of(b"root"), time: sample::time(1) };
        let note = checkpoint.sign(&[&key(1), &key(2)]).unwrap();
        assert!(Succession::open(&note, &public(1)).is_err());
    }

    #[test]
    fn a_chain_leads_from_the_known_key_to_the_one_that_signs() {
        let chain = [link(1, 2, 1), link(2, 3, 2), link(3, 4, 2)];
        let follow =
            |notes: &[String], from, to| Succession::follow(notes, &public(from), &public(to));
        assert_eq!(follow(&chain, 1, 4).unwrap().len(), 3);
        assert_eq!(follow(&chain, 2, 4).unwrap().len(), 2);
        assert_eq!(follow(&chain, 4, 4).unwrap(), []);
        assert_eq!(follow(&[], 1, 1).unwrap(), []);
        assert!(follow(&[], 1, 2).is_err());
        assert!(follow(&chain, 1, 3).is_err(), "the chain goes on past the key");
        assert!(follow(&chain, 5, 4).is_err(), "an unknown beginning");
        assert!(follow(&[chain[0].clone(), chain[2].clone()], 1, 4).is_err(), "a link is missing");
        assert!(follow(&[chain[1].clone(), chain[0].clone()], 1, 3).is_err(), "out of order");
        assert!(follow(&[link(1, 2, 5), link(2, 3, 4)], 1, 3).is_err(), "back in time");
        let forged = link(9, 3, 2);
        assert!(follow(&[chain[0].clone(), forged], 1, 3).is_err(), "another hand");
    }
}
