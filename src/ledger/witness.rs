//! What a witness is asked, and what it answers: C2SP tlog-witness.
//!
//! A witness keeps, for each log, the newest checkpoint that it has cosigned, and cosigns another one
//! only if that grew out of it. It judges hashes and signatures; what the log holds it can't see.
//!
//! **Invariant:** two checkpoints that can't both be true of one log are never both accepted, in
//! whatever order they come.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::checkpoint::{Checkpoint, VerifierKey};
use super::cosignature::note_text;
use super::merkle::{Hash, verify_consistency};
use super::succession::Succession;

/// The most hashes of a consistency proof.
const PROOF_MAX: usize = 63;

/// A request to cosign a checkpoint: what `add-checkpoint` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// How many leaves the checkpoint had that the witness cosigned last; 0 if none.
    pub old: u64,
    /// That the log grew out of that one (RFC 9162 §2.1.4.1).
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub note: String,
}

/// What a witness knows of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The key that signs it.
    pub key: VerifierKey,
    /// How many leaves the checkpoint had that was cosigned last; 0 before the first.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

/// Why a witness does not cosign. The status is the one of C2SP tlog-witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwitnessed {
    /// 400: not a request, or one that goes backwards.
    #[error("the request is not one that a witness can read")]
    Malformed,
    /// 404: the witness does not watch this log.
    #[error("this witness does not watch that log")]
    UnknownLog,
    /// 403: not signed with the log's key.
    #[error("the checkpoint is not signed with the key that this witness knows")]
    UnknownKey,
    /// 409: the witness has cosigned another size than the request builds on, or another root of the
    /// same size.
    #[error("this witness has last cosigned {0} leaves")]
    Elsewhere(u64),
    /// 422: the log did not grow out of what was cosigned.
    #[error("the checkpoint did not grow out of the one that this witness has cosigned")]
    Fork,
}

impl AddCheckpoint {
    /// The request's body.
    pub fn body(&self) -> String {
        let mut body = format!("old {}\n", self.old);
        for hash in &self.proof {
            body.push_str(&BASE64_STANDARD.encode(hash.bytes()));
            body.push('\n');
        }
        body + "\n" + &self.note
    }

    /// Reads what [`AddCheckpoint::body`] writes and nothing else.
    ///
    /// # Errors
    /// [`Unwitnessed::Malformed`].
    pub fn parse(body: &str) -> Result<Self, Unwitnessed> {
        let read = || {
            let (head, note) = body.split_once("\n\n")?;
            let mut lines = head.lines();
            let old = lines.next()?.strip_prefix("old ")?.parse().ok()?;
            let hash = |line| Hash::try_from(BASE64_STANDARD.decode(line).ok()?.as_slice()).ok();
            let proof = lines.map(hash).collect::<Option<Vec<Hash>>>()?;
            let request = Self { old, proof, note: note.to_owned() };
            (request.proof.len() <= PROOF_MAX && request.body() == body).then_some(request)
        };
        read().ok_or(Unwitnessed::Malformed)
    }

    /// The name of the log that the checkpoint says it is of. Nothing vouches for it yet.
    ///
    /// # Errors
    /// [`Unwitnessed::Malformed`]: not a note.
    pub fn origin(&self) -> Result<String, Unwitnessed> {
        let text = note_text(&self.note).map_err(|_| Unwitnessed::Malformed)?;
        Ok(text.lines().next().unwrap_or_default().to_owned())
    }
}

impl Seen {
    /// What a witness knows of a log at the beginning: its key.
    pub fn nothing(key: VerifierKey) -> Self {
        Self { key, size: 0, root: Hash::of_nothing() }
    }

    /// The checkpoint to cosign, and what is known of the log once it is.
    ///
    /// # Errors
    /// [`Unwitnessed`] says why it must not be cosigned.
    pub fn judge(&self, request: &AddCheckpoint) -> Result<(Checkpoint, Self), Unwitnessed> {
        let checkpoint = Checkpoint::open(&request.note, &self.key);
        let checkpoint = checkpoint.map_err(|_| Unwitnessed::UnknownKey)?;
        if request.old > checkpoint.size {
            return Err(Unwitnessed::Malformed);
        }
        if request.old != self.size {
            return Err(Unwitnessed::Elsewhere(self.size));
        }
        let same_size = checkpoint.size == self.size;
        if same_size && checkpoint.root != self.root {
            return Err(Unwitnessed::Elsewhere(self.size));
        }
        let grew = if self.size == 0 || same_size {
            request.proof.is_empty()
        } else {
            let (old, new) = (self.size, checkpoint.size);
            verify_consistency(old, new, &request.proof, self.root, checkpoint.root).is_ok()
        };
        if !grew {
            return Err(Unwitnessed::Fork);
        }
        let key = self.key.clone();
        let seen = Self { key, size: checkpoint.size, root: checkpoint.root };
        Ok((checkpoint, seen))
    }

    /// What is known of the log once its key has handed over to another by the note `succession`.
    ///
    /// # Errors
    /// [`Unwitnessed::UnknownKey`]: the key that is known did not sign it.
    pub fn follow(&self, succession: &str) -> Result<Self, Unwitnessed> {
        let next = Succession::open(succession, &self.key).map_err(|_| Unwitnessed::UnknownKey)?;
        Ok(Self { key: next.new, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::merkle::{consistency_proof, root};
    use crate::ledger::{LogKey, sample};

    const ORIGIN: &str = "samsyn.example/log/1";

    fn key(seed: u8) -> LogKey {
        LogKey::new(ORIGIN, &[seed; 32]).unwrap()
    }

    /// The leaves of one history; those past `fork` are another one's.
    fn leaves(size: u64, fork: u64) -> Vec<Hash> {
        let leaf = |n: u64| Hash::of_leaf(&if n < fork { n } else { n + 1000 }.to_be_bytes());
        (0..size).map(leaf).collect()
    }

    fn request(old: u64, leaves: &[Hash], signer: &LogKey) -> AddCheckpoint {
        let checkpoint = Checkpoint {
            origin: signer.origin().to_owned(),
            size: leaves.len() as u64,
            root: root(leaves),
            time: sample::time(0),
        };
        AddCheckpoint {
            old,
            proof: consistency_proof(leaves, old).unwrap_or_default(),
            note: checkpoint.sign(&[signer]).unwrap(),
        }
    }

    /// What a witness knows that has cosigned the first `size` leaves.
    fn seen(size: u64) -> Seen {
        let nothing = Seen::nothing(key(1).verifier_key());
        nothing.judge(&request(0, &leaves(size, u64::MAX), &key(1))).unwrap().1
    }

    #[test]
    fn a_log_that_grows_is_cosigned_and_nothing_else_is() {
        let all = |size| leaves(size, u64::MAX);
        let honest = key(1);
        let mut wrong_proof = request(5, &all(9), &honest);
        wrong_proof.proof[0] = Hash::of(b"another");
        let mut no_proof = request(5, &all(9), &honest);
        no_proof.proof.clear();
        let mut too_much = request(5, &all(5), &honest);
        too_much.proof.push(Hash::of(b"more"));
        let cases = [
            ("it grew", request(5, &all(9), &honest), Ok(9)),
            ("it did not grow", request(5, &all(5), &honest), Ok(5)),
            ("a fork further on", request(5, &leaves(9, 3), &honest), Err(Unwitnessed::Fork)),
            (
                "a fork of one size",
                request(5, &leaves(5, 3), &honest),
                Err(Unwitnessed::Elsewhere(5)),
            ),
            (
                "a fork told as new",
                request(0, &leaves(9, 3), &honest),
                Err(Unwitnessed::Elsewhere(5)),
            ),
            ("an older state", request(3, &all(4), &honest), Err(Unwitnessed::Elsewhere(5))),
            (
                "backwards",
                AddCheckpoint { old: 5, ..request(3, &all(4), &honest) },
                Err(Unwitnessed::Malformed),
            ),
            ("built on another size", request(4, &all(9), &honest), Err(Unwitnessed::Elsewhere(5))),
            ("built on a later size", request(7, &all(9), &honest), Err(Unwitnessed::Elsewhere(5))),
            ("another key", request(5, &all(9), &key(2)), Err(Unwitnessed::UnknownKey)),
            ("a wrong proof", wrong_proof, Err(Unwitnessed::Fork)),
            ("no proof", no_proof, Err(Unwitnessed::Fork)),
            ("a proof of nothing", too_much, Err(Unwitnessed::Fork)),
        ];
        for (what, request, expected) in cases {
            let judged = seen(5).judge(&request).map(|(checkpoint, _)| checkpoint.size);
            assert_eq!(judged, expected, "{what}");
            assert_eq!(AddCheckpoint::parse(&request.body()), Ok(request), "{what}");
        }
    }

    #[test]
    fn of_two_histories_one_is_cosigned() {
        let first = request(0, &leaves(6, u64::MAX), &key(1));
        let second = request(0, &leaves(6, 2), &key(1));
        for (one, other) in [(&first, &second), (&second, &first)] {
            let nothing = Seen::nothing(key(1).verifier_key());
            let (_, seen) = nothing.judge(one).unwrap();
            assert!(seen.judge(other).is_err());
            for old in 0..=6 {
                assert!(seen.judge(&AddCheckpoint { old, ..other.clone() }).is_err());
            }
        }
    }

    #[test]
    fn a_log_without_leaves_can_be_cosigned() {
        let nothing = Seen::nothing(key(1).verifier_key());
        let (_, seen) = nothing.judge(&request(0, &[], &key(1))).unwrap();
        assert_eq!(seen, nothing);
        assert!(seen.judge(&request(0, &leaves(3, 9), &key(1))).is_ok());
    }

    #[test]
    fn the_key_is_followed_and_the_old_one_left_behind() {
        let succession = Succession::sign(&key(1), &key(2), sample::time(1)).unwrap();
        let after = seen(5).follow(&succession).unwrap();
        let all = leaves(9, u64::MAX);
        assert!(after.judge(&request(5, &all, &key(2))).is_ok());
        assert_eq!(after.judge(&request(5, &all, &key(1))), Err(Unwitnessed::UnknownKey));
        // The old key, stolen, can't hand over once more; nor can another key.
        let stolen = Succession::sign(&key(1), &key(3), sample::time(2)).unwrap();
        assert_eq!(after.follow(&stolen), Err(Unwitnessed::UnknownKey));
        let foreign = Succession::sign(&key(8), &key(9), sample::time(2)).unwrap();
        assert_eq!(seen(5).follow(&foreign), Err(Unwitnessed::UnknownKey));
    }

    #[test]
    fn a_request_has_one_spelling() {
        let body = request(5, &leaves(9, u64::MAX), &key(1)).body();
        assert!(AddCheckpoint::parse(&body).is_ok());
        let first = body.lines().nth(1).unwrap();
        for wrong in [
            body.replace("old 5", "old 05"),
            body.replace("old 5", "old +5"),
            body.replace("old 5", "OLD 5"),
            body.replace("old 5\n", ""),
            body.replace('\n', "\r\n"),
            body.replacen(first, "AAAA", 1),
            body.replacen(first, &format!("{first}\n{first} "), 1),
            body.replacen(first, &vec![first; 64].join("\n"), 1),
            String::new(),
            "old 5\n".to_owned(),
        ] {
            assert_eq!(AddCheckpoint::parse(&wrong), Err(Unwitnessed::Malformed), "{wrong}");
        }
        let note = AddCheckpoint { old: 0, proof: Vec::new(), note: "nothing".into() };
        assert_eq!(note.origin(), Err(Unwitnessed::Malformed));
    }
}
