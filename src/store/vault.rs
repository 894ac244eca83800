//! Identity numbers, sealed. They are found by a keyed digest and stand nowhere else.
//!
//! **Invariant:** a number leaves this file sealed, digested, or in answer to a permitted act.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use thiserror::Error;

use crate::domain::identity_number::IdentityNumber;
use crate::domain::ids::{AgencyId, PersonId};

/// What can go wrong with the vault.
#[derive(Debug, Error)]
pub enum VaultError {
    /// The key is not 32 bytes.
    #[error("the vault's key must be 32 bytes")]
    KeyLength,
    /// The machine gave no random bytes.
    #[error("the machine gives no random bytes")]
    NoRandomness,
    /// A sealed number was changed, or sealed with another key.
    #[error("a sealed identity number does not open")]
    Broken,
}

/// Seals and finds identity numbers (AES-256-GCM-SIV, RFC 8452; HMAC-SHA-256, RFC 2104).
#[derive(Clone)]
pub struct Vault {
    digest_key: [u8; 32],
    sought_key: [u8; 32],
    seal_key: [u8; 32],
}

impl Vault {
    /// A vault that opens with `key`, 32 random bytes.
    pub fn new(key: &[u8]) -> Result<Self, VaultError> {
        let key: [u8; 32] = key.try_into().map_err(|_| VaultError::KeyLength)?;
        Ok(Self {
            digest_key: keyed(&key, b"samsyn/digest"),
            sought_key: keyed(&key, b"samsyn/sought"),
            seal_key: keyed(&key, b"samsyn/seal"),
        })
    }

    /// What the number is found by: the same for the same number, and nothing can be read from it
    /// without the key.
    pub fn digest(&self, number: &IdentityNumber) -> Vec<u8> {
        let text = format!("{}:{}", number.scheme().name(), number.digits());
        keyed(&self.digest_key, text.as_bytes()).to_vec()
    }

    /// What the ledger keeps of a number that somebody of the agency `by` has sought, in lower-case
    /// hex. Another agency's is another, and neither is what the number is found by.
    pub fn sought(&self, number: &IdentityNumber, by: AgencyId) -> String {
        let text = format!("{by}:{}:{}", number.scheme().name(), number.digits());
        let digest = keyed(&self.sought_key, text.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Seals a number to its person: moved to another person's row, it does not open.
    pub fn seal(&self, number: &IdentityNumber, person: PersonId) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0_u8; 12];
        getrandom::fill(&mut nonce).map_err(|_| VaultError::NoRandomness)?;
        let bound_to = person.uuid();
        let payload = Payload { msg: number.digits().as_bytes(), aad: bound_to.as_bytes() };
        let sealed = self
            .cipher()
            .encrypt(Nonce::from_slice(&nonce), payload)
            .map_err(|_| VaultError::Broken)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Vault::seal`] made for the same person.
    pub fn open(&self, sealed: &[u8], person: PersonId) -> Result<IdentityNumber, VaultError> {
        let (nonce, sealed) = sealed.split_at_checked(12).ok_or(VaultError::Broken)?;
        let bound_to = person.uuid();
        let payload = Payload { msg: sealed, aad: bound_to.as_bytes() };
        let opened = self
            .cipher()
            .decrypt(Nonce::from_slice(nonce), payload)
            .map_err(|_| VaultError::Broken)?;
        let digits = String::from_utf8(opened).map_err(|_| VaultError::Broken)?;
        IdentityNumber::parse(&digits).map_err(|_| VaultError::Broken)
    }

    fn cipher(&self) -> Aes256GcmSiv {
        Aes256GcmSiv::new(&self.seal_key.into())
    }
}

fn keyed(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length, so this can't fail; the empty answer would find nothing.
    <Hmac<Sha256> as Mac>::new_from_slice(key)
        .map(|mac| mac.chain_update(message).finalize().into_bytes().into())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_sealed_number_opens_for_its_person_and_with_its_key_only() {
        let vault = Vault::new(&[1; 32]).unwrap();
        let number = IdentityNumber::parse("200302022389").unwrap();
        let (one, other) = (PersonId::new(Uuid::from_u128(1)), PersonId::new(Uuid::from_u128(2)));
        let sealed = vault.seal(&number, one).unwrap();
        assert_eq!(vault.open(&sealed, one).unwrap().digits(), number.digits());
        assert!(vault.open(&sealed, other).is_err());
        assert!(Vault::new(&[2; 32]).unwrap().open(&sealed, one).is_err());
        assert_ne!(vault.digest(&number), Vault::new(&[2; 32]).unwrap().digest(&number));
    }

    #[test]
    fn what_was_sought_can_be_told_by_whoever_has_the_key_and_by_nobody_else() {
        let vault = Vault::new(&[1; 32]).unwrap();
        let number = IdentityNumber::parse("200302022389").unwrap();
        let agency = |n| AgencyId::new(Uuid::from_u128(n));
        let sought = vault.sought(&number, agency(1));
        assert_eq!(sought, vault.sought(&number, agency(1)));
        assert_ne!(sought, vault.sought(&number, agency(2)));
        assert_ne!(sought, Vault::new(&[2; 32]).unwrap().sought(&number, agency(1)));
        let digest: String = vault.digest(&number).iter().map(|it| format!("{it:02x}")).collect();
        assert_ne!(sought, digest);
    }
}
