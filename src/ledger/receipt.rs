//! Consent receipts, signed: what somebody takes home as proof of what they said, as a JWS
//! (RFC 7515) with Ed25519 (RFC 8037), so that any JOSE library can check it with the public key.
//!
//! **Invariant:** a receipt that opens was signed by one of the keys given, byte for byte.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::LedgerError;

/// What the receipts' key is derived for; another purpose has another key.
const PURPOSE: &[u8] = b"samsyn consent receipt v1";
/// What kind of document it is (RFC 7515 §4.1.9).
const KIND: &str = "consent-receipt+jws";
/// What kind of document vouches for an earlier key.
const EARLIER_KEY: &str = "receipt-key+jws";

/// The key that signs receipts.
pub struct ReceiptKey {
    key: SigningKey,
    public: ReceiptVerifier,
}

/// Its public half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptVerifier {
    id: String,
    key: VerifyingKey,
}

impl ReceiptKey {
    /// The key that belongs to a service whose logs are signed from `seed`.
    ///
    /// # Errors
    /// None in truth: a key of 32 bytes fits the derivation (RFC 2104).
    pub fn derive(seed: &[u8; 32]) -> Result<Self, LedgerError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(seed).map_err(|_| LedgerError::Key)?;
        mac.update(PURPOSE);
        let key = SigningKey::from_bytes(&mac.finalize().into_bytes().into());
        let public = ReceiptVerifier::of(key.verifying_key());
        Ok(Self { key, public })
    }

    /// The receipt as a compact JWS.
    pub fn sign(&self, receipt: &Value) -> String {
        self.signed(KIND, receipt)
    }

    /// Vouches for the key that signed receipts before this one, so that these still hold.
    pub fn vouch(&self, earlier: &ReceiptVerifier) -> String {
        self.signed(EARLIER_KEY, &earlier.jwk())
    }

    fn signed(&self, kind: &str, receipt: &Value) -> String {
        let header = json!({ "alg": "EdDSA", "kid": self.public.id, "typ": kind });
        let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(receipt));
        let signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// Its public half.
    pub fn verifier(&self) -> &ReceiptVerifier {
        &self.public
    }
}

impl fmt::Debug for ReceiptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiptKey").field("id", &self.public.id).finish_non_exhaustive()
    }
}

impl ReceiptVerifier {
    /// The key's id is its thumbprint (RFC 7638, RFC 8037 A.3).
    fn of(key: VerifyingKey) -> Self {
        let x = BASE64_URL_SAFE_NO_PAD.encode(key.as_bytes());
        let named = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        Self { id: BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(named)), key }
    }

    /// Its thumbprint (RFC 7638), by which receipts name it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// As a JWK (RFC 7517, RFC 8037).
    pub fn jwk(&self) -> Value {
        let x = BASE64_URL_SAFE_NO_PAD.encode(self.key.as_bytes());
        json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.id, "alg": "EdDSA", "use": "sig" })
    }

    /// Reads a JWK.
    ///
    /// # Errors
    /// Not a public Ed25519 key.
    pub fn from_jwk(jwk: &Value) -> Result<Self, LedgerError> {
        let fits = jwk["kty"] == "OKP" && jwk["crv"] == "Ed25519";
        let x = jwk["x"].as_str().filter(|_| fits).ok_or(LedgerError::Key)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(x).map_err(|_| LedgerError::Key)?;
        let bytes = bytes.as_slice().try_into().map_err(|_| LedgerError::Key)?;
        Ok(Self::of(VerifyingKey::from_bytes(bytes).map_err(|_| LedgerError::Key)?))
    }
}

/// The earlier key that one of `keys` vouches for.
///
/// # Errors
/// As for [`open_receipt`].
pub fn vouched(jws: &str, keys: &[ReceiptVerifier]) -> Result<ReceiptVerifier, LedgerError> {
    ReceiptVerifier::from_jwk(&open(EARLIER_KEY, jws, keys)?)
}

/// What a receipt says, when it was signed by one of `keys`.
///
/// # Errors
/// Not a compact JWS of a receipt, an unknown key, or a signature that does not fit.
pub fn open_receipt(jws: &str, keys: &[ReceiptVerifier]) -> Result<Value, LedgerError> {
    open(KIND, jws, keys)
}

fn open(kind: &str, jws: &str, keys: &[ReceiptVerifier]) -> Result<Value, LedgerError> {
    let (signed, signature) = jws.trim().rsplit_once('.').ok_or(LedgerError::Receipt)?;
    let (header, payload) = signed.split_once('.').ok_or(LedgerError::Receipt)?;
    let header = read(header)?;
    if header["alg"] != "EdDSA" || header["typ"] != kind {
        return Err(LedgerError::Receipt);
    }
    let key = keys.iter().find(|key| header["kid"] == key.id.as_str());
    let key = key.ok_or(LedgerError::Receipt)?;
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| LedgerError::Receipt)?;
    let signature = Signature::from_slice(&signature).map_err(|_| LedgerError::Receipt)?;
    key.key.verify_strict(signed.as_bytes(), &signature).map_err(|_| LedgerError::Receipt)?;
    read(payload)
}

fn read(part: &str) -> Result<Value, LedgerError> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| LedgerError::Receipt)?;
    serde_json::from_slice(&bytes).map_err(LedgerError::NotJson)
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};

    use super::*;

    fn key(seed: u8) -> ReceiptKey {
        ReceiptKey::derive(&[seed; 32]).unwrap()
    }

    #[test]
    fn a_receipt_opens_with_its_key_only_and_only_unchanged() {
        let (ours, other) = (key(1), key(2));
        let receipt = json!({ "says": "ja, från och med idag åäö" });
        let jws = ours.sign(&receipt);
        let keys = [other.verifier().clone(), ours.verifier().clone()];
        assert_eq!(open_receipt(&jws, &keys).unwrap(), receipt);
        assert!(open_receipt(&jws, &keys[..1]).is_err());
        for at in 0..jws.len() {
            let mut changed = jws.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(open_receipt(&changed, &keys).is_err(), "changed at {at}");
        }
    }

    #[test]
    fn a_key_vouches_for_the_one_before_it_and_neither_document_is_taken_for_the_other() {
        let (old, new) = (key(1), key(2));
        let jws = new.vouch(old.verifier());
        let keys = [new.verifier().clone()];
        assert_eq!(vouched(&jws, &keys).unwrap(), *old.verifier());
        assert!(vouched(&jws, &[old.verifier().clone()]).is_err());
        assert!(open_receipt(&jws, &keys).is_err());
        assert!(vouched(&new.sign(&old.verifier().jwk()), &keys).is_err());
    }

    #[test]
    fn anybody_elses_library_can_check_it() {
        let ours = key(3);
        let jws = ours.sign(&json!({ "says": "yes" }));
        let jwk = serde_json::from_value(ours.verifier().jwk()).unwrap();
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.required_spec_claims.clear();
        rules.validate_exp = false;
        let decoded = decode::<Value>(&jws, &DecodingKey::from_jwk(&jwk).unwrap(), &rules).unwrap();
        assert_eq!(decoded.claims["says"], "yes");
    }

    #[test]
    fn a_public_key_survives_its_jwk_and_a_private_or_foreign_one_is_refused() {
        let ours = key(4);
        let jwk = ours.verifier().jwk();
        assert_eq!(ReceiptVerifier::from_jwk(&jwk).unwrap(), *ours.verifier());
        assert!(ReceiptVerifier::from_jwk(&json!({ "kty": "RSA", "n": "AQAB" })).is_err());
        assert!(
            ReceiptVerifier::from_jwk(&json!({ "kty": "OKP", "crv": "X25519", "x": jwk["x"] }))
                .is_err()
        );
    }

    /// RFC 8037 appendix A.3: the thumbprint of the example key.
    #[test]
    fn the_key_id_is_the_thumbprint_of_the_rfc() {
        let jwk = json!({
            "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        });
        let read = ReceiptVerifier::from_jwk(&jwk).unwrap();
        assert_eq!(read.jwk()["kid"], "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}
