//! A key of the demo's sign-in service: ES256, made anew at every start.

use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey};
use thiserror::Error;
use uuid::Uuid;

use crate::clock::Clock;

/// A P-256 private key in PKCS #8 (RFC 5958, RFC 5915) up to the 32 bytes of the key itself.
const P256_PKCS8_HEAD: [u8; 35] = [
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01,
    0x01, 0x04, 0x20,
];

/// Why there is no key.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The machine gave no random bytes.
    #[error("the machine gives no random bytes")]
    Randomness,
    /// The signing library refused it.
    #[error("the key can't be used")]
    Refused(#[from] jsonwebtoken::errors::Error),
}

/// A key that signs, its public part, and its name.
pub struct SigningKey {
    /// What signs.
    pub private: EncodingKey,
    /// What is published.
    pub public: Jwk,
    /// Its `kid`.
    pub name: String,
}

impl SigningKey {
    /// A new one. Nearly any 32 bytes are a private key for P-256. The rest, about one in 2^32, the signing
    /// library refuses.
    pub fn generate(clock: &Clock) -> Result<Self, KeyError> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|_| KeyError::Randomness)?;
        let private = EncodingKey::from_ec_der(&[&P256_PKCS8_HEAD[..], &secret].concat());
        let name = clock.new_id::<Uuid>().to_string();
        let mut public = Jwk::from_encoding_key(&private, Algorithm::ES256)?;
        public.common.key_id = Some(name.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { private, public, name })
    }
}
