//! An issuer's published keys (RFC 7517), and the check of a signature with one of them (RFC 7515).
//!
//! **Invariant:** the algorithm comes from the key, never from the token, and is asymmetric: a
//! published key can't be turned into a shared secret.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, crypto, decode_header};
use serde::Deserialize;
use serde_json::Value;

use super::error::IdentityError;

/// The keys of one issuer by name (`kid`).
#[derive(Debug)]
pub(super) struct Keys(HashMap<String, Arc<Key>>);

/// A public key, and the one algorithm that it verifies.
#[derive(Debug)]
pub(super) struct Key {
    key: DecodingKey,
    algorithm: Algorithm,
}

/// A token whose signature has not been looked at.
pub(super) struct SealedToken<'a> {
    /// The header, as the sender wrote it.
    pub header: Header,
    signed: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl Keys {
    /// Reads a key set and leaves out what can't verify a signature here, including every key whose
    /// name is used twice.
    ///
    /// # Errors
    /// Says what is wrong with the set, when nothing usable is left or there are too many keys.
    pub fn parse(body: &[u8], keys_max: usize) -> Result<Self, &'static str> {
        #[derive(Deserialize)]
        struct KeySet {
            keys: Vec<Value>,
        }
        let set: KeySet = serde_json::from_slice(body).map_err(|_| "the answer is no key set")?;
        if set.keys.len() > keys_max {
            return Err("there are more keys than identity.jwks_keys_max");
        }
        let mut keys: HashMap<String, Option<Arc<Key>>> = HashMap::new();
        for (name, key) in set.keys.into_iter().filter_map(read_key) {
            keys.entry(name).and_modify(|key| *key = None).or_insert(Some(Arc::new(key)));
        }
        let keys: HashMap<_, _> =
            keys.into_iter().filter_map(|(name, key)| Some((name, key?))).collect();
        if keys.is_empty() { Err("there is no usable key") } else { Ok(Self(keys)) }
    }

    /// The key called `name`.
    pub fn get(&self, name: &str) -> Option<Arc<Key>> {
        self.0.get(name).cloned()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl Key {
    /// Verifies the signature and hands over the payload, or nothing when it isn't this key's.
    pub fn open(&self, token: &SealedToken<'_>) -> Option<Vec<u8>> {
        let (signature, signed) = (token.signature, token.signed.as_bytes());
        let is_signed = token.header.alg == self.algorithm
            && crypto::verify(signature, signed, &self.key, self.algorithm).unwrap_or(false);
        is_signed.then(|| decode(token.payload))?
    }
}

impl<'a> SealedToken<'a> {
    /// Takes a compact token (RFC 7515 §7.1) apart and refuses headers that no issuer may use.
    ///
    /// # Errors
    /// [`IdentityError::Malformed`], [`IdentityError::AlgorithmRefused`] or
    /// [`IdentityError::CriticalExtension`].
    pub fn parse(token: &'a str) -> Result<Self, IdentityError> {
        let mut parts = token.split('.');
        let (Some(head), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(IdentityError::Malformed);
        };
        let header = decode_header(token).map_err(|_| fault_of(head))?;
        if !is_allowed(header.alg) {
            return Err(IdentityError::AlgorithmRefused);
        }
        if header.crit.is_some() {
            return Err(IdentityError::CriticalExtension);
        }
        let signed = &token[..head.len() + 1 + payload.len()];
        Ok(Self { header, signed, payload, signature })
    }

    /// What the token claims, unverified: good for choosing whose key to try, and nothing else.
    pub fn unverified_payload(&self) -> Option<Vec<u8>> {
        decode(self.payload)
    }
}

/// Why a header can't be read: it names an algorithm that isn't known here, such as `none`, or it
/// is no header at all.
fn fault_of(head: &str) -> IdentityError {
    let algorithm = decode(head)
        .and_then(|head| serde_json::from_slice::<Value>(&head).ok())
        .and_then(|head| Some(head.get("alg")?.as_str()?.parse::<Algorithm>()));
    match algorithm {
        Some(Err(_)) => IdentityError::AlgorithmRefused,
        Some(Ok(_)) | None => IdentityError::Malformed,
    }
}

fn read_key(value: Value) -> Option<(String, Key)> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    let is_for_signatures =
        matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature))
            && jwk
                .common
                .key_operations
                .as_ref()
                .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    let algorithm = algorithm_of(&jwk).filter(|_| is_for_signatures)?;
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    Some((jwk.common.key_id?, Key { key, algorithm }))
}

/// The algorithm that a key names, if it fits the key; else the one that follows from its curve, or
/// RS256, which every issuer has (OpenID Connect Core §15.1).
fn algorithm_of(jwk: &Jwk) -> Option<Algorithm> {
    use Algorithm as A;
    let fitting: &[Algorithm] = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => {
            &[A::RS256, A::RS384, A::RS512, A::PS256, A::PS384, A::PS512]
        }
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => &[A::ES256],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => &[A::ES384],
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            &[A::EdDSA]
        }
        _ => &[],
    };
    match jwk.common.key_algorithm {
        Some(named) => A::try_from(named).ok().filter(|named| fitting.contains(named)),
        None => fitting.first().copied(),
    }
}

fn is_allowed(algorithm: Algorithm) -> bool {
    use Algorithm as A;
    matches!(
        algorithm,
        A::RS256
            | A::RS384
            | A::RS512
            | A::PS256
            | A::PS384
            | A::PS512
            | A::ES256
            | A::ES384
            | A::EdDSA
    )
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use jsonwebtoken::{EncodingKey, encode};
    use serde_json::json;

    use super::*;

    const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/jose");

    fn vectors(file: &str) -> Option<Value> {
        let path = format!("{VECTORS}/{file}");
        let Ok(text) = fs::read_to_string(&path) else {
            eprintln!("NOT RUN: vectors absent, {file}");
            return None;
        };
        Some(serde_json::from_str(&text).expect("vectors are JSON"))
    }

    /// Reads the keys and opens the token with the one it names, or with the only one.
    fn accepts(keys: &Value, token: &str) -> bool {
        let Ok(sealed) = SealedToken::parse(token) else { return false };
        let only = keys["keys"][0]["kid"].as_str().unwrap_or_default();
        let name = sealed.header.kid.clone().unwrap_or(only.to_owned());
        Keys::parse(keys.to_string().as_bytes(), 32)
            .ok()
            .and_then(|keys| keys.get(&name))
            .is_some_and(|key| key.open(&sealed).is_some())
    }

    fn set_of(group: &Value) -> Value {
        let public = group.get("public").or(group.get("private")).expect("a key").clone();
        let mut set =
            if public.get("keys").is_some() { public } else { json!({ "keys": [public] }) };
        for (at, key) in set["keys"].as_array_mut().expect("keys").iter_mut().enumerate() {
            if key.get("kid").is_none() {
                key["kid"] = json!(format!("unnamed-{at}"));
            }
        }
        set
    }

    fn is_known_here(group: &Value) -> bool {
        let algorithm = set_of(group)["keys"][0]["alg"].as_str().map(str::parse::<Algorithm>);
        algorithm.is_some_and(|algorithm| algorithm.is_ok_and(is_allowed))
    }

    /// Where this room judges otherwise than the vectors: file, test and verdict here.
    ///
    /// Two tokens are signed with PS384 under a key that says PS256; a key verifies nothing but the
    /// algorithm it names. The third key comes from faulty smart cards (ROCA), which is not looked
    /// for: whose keys are believed is the operator's choice.
    const OTHER_VERDICTS: [(&str, u64, bool); 3] = [
        ("json_web_signature_test.json", 346, false),
        ("json_web_signature_test.json", 350, false),
        ("json_web_key_test.json", 7, true),
    ];

    /// Runs every test of a file: a valid one must be accepted when its algorithm is allowed here,
    /// and every other must be refused. Counts both.
    fn run(file: &str) -> Option<(usize, usize)> {
        let vectors = vectors(file)?;
        let (mut accepted, mut refused) = (0, 0);
        for group in vectors["testGroups"].as_array().expect("groups") {
            for test in group["tests"].as_array().expect("tests") {
                let id = test["tcId"].as_u64().expect("an id");
                let other = OTHER_VERDICTS.iter().find(|other| (other.0, other.1) == (file, id));
                let expected = other.map_or_else(
                    || test["result"] == "valid" && is_known_here(group),
                    |(_, _, verdict)| *verdict,
                );
                let token = test["jws"].as_str().unwrap_or_default();
                assert_eq!(accepts(&set_of(group), token), expected, "{file} {id}");
                if expected { accepted += 1 } else { refused += 1 }
            }
        }
        Some((accepted, refused))
    }

    #[test]
    fn published_signatures_are_told_apart() {
        if let Some((accepted, refused)) = run("json_web_signature_test.json") {
            assert!(accepted > 30 && refused > 250, "{accepted} accepted, {refused} refused");
        }
    }

    #[test]
    fn published_faulty_keys_are_refused() {
        if let Some((accepted, refused)) = run("json_web_key_test.json") {
            assert!(accepted > 0 && refused > 20, "{accepted} accepted, {refused} refused");
        }
    }

    #[test]
    fn an_ed25519_key_opens_what_it_signed_and_nothing_else() {
        // PKCS #8 with a private key of 32 bytes (RFC 8410 §7).
        let head = URL_SAFE_NO_PAD.decode("MC4CAQAwBQYDK2VwBCIEIA").expect("base64url");
        let private = EncodingKey::from_ed_der(&[&head[..], &[7; 32]].concat());
        let mut public = Jwk::from_encoding_key(&private, Algorithm::EdDSA).expect("a key");
        public.common.key_id = Some("k".to_owned());
        public.common.key_algorithm = None;
        let set = json!({ "keys": [public] });
        let header = Header { kid: Some("k".to_owned()), ..Header::new(Algorithm::EdDSA) };
        let token = encode(&header, &json!({ "sub": "kurator" }), &private).expect("a token");
        assert!(accepts(&set, &token));
        let other = EncodingKey::from_ed_der(&[&head[..], &[8; 32]].concat());
        let token = encode(&header, &json!({ "sub": "kurator" }), &other).expect("a token");
        assert!(!accepts(&set, &token));
        let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","kid":"k"}"#);
        let signature = crypto::sign(format!("{head}.e30").as_bytes(), &private, Algorithm::EdDSA);
        let mislabelled = format!("{head}.e30.{}", signature.expect("a signature"));
        assert!(!accepts(&set, &mislabelled));
    }

    #[test]
    fn a_key_is_used_for_one_algorithm_that_fits_it() {
        let ec =
            |curve: &str| json!({ "kid": "k", "kty": "EC", "crv": curve, "x": "AA", "y": "AA" });
        let rsa = json!({ "kid": "k", "kty": "RSA", "n": "AA", "e": "AQAB" });
        let with = |mut key: Value, name: &str, value: Value| {
            key[name] = value;
            key
        };
        let table = [
            (ec("P-256"), Some(Algorithm::ES256)),
            (ec("P-384"), Some(Algorithm::ES384)),
            (ec("P-521"), None),
            (with(ec("P-256"), "alg", json!("ES256")), Some(Algorithm::ES256)),
            (with(ec("P-256"), "alg", json!("ES384")), None),
            (with(ec("P-256"), "alg", json!("HS256")), None),
            (with(ec("P-256"), "alg", json!("none")), None),
            (rsa.clone(), Some(Algorithm::RS256)),
            (with(rsa.clone(), "alg", json!("PS512")), Some(Algorithm::PS512)),
            (with(rsa.clone(), "alg", json!("RSA-OAEP")), None),
            (with(rsa.clone(), "use", json!("sig")), Some(Algorithm::RS256)),
            (with(rsa.clone(), "use", json!("enc")), None),
            (with(rsa.clone(), "key_ops", json!(["verify"])), Some(Algorithm::RS256)),
            (with(rsa.clone(), "key_ops", json!(["encrypt"])), None),
            (with(rsa, "kid", Value::Null), None),
        ];
        for (key, expected) in table {
            let read = read_key(key.clone()).map(|(_, key)| key.algorithm);
            assert_eq!(read, expected, "{key}");
        }
    }

    #[test]
    fn a_name_used_twice_names_no_key() {
        let key = |name: &str, x: &str| json!({ "kid": name, "kty": "EC", "crv": "P-256", "x": x, "y": "AA" });
        let set =
            json!({ "keys": [key("a", "AA"), key("b", "AA"), key("a", "AQ"), key("a", "AA")] });
        let keys = Keys::parse(set.to_string().as_bytes(), 4).expect("one usable key");
        assert!(keys.get("a").is_none() && keys.get("b").is_some());
        assert_eq!(keys.len(), 1);
    }

    #[test]
    fn a_set_without_a_usable_key_is_an_error() {
        for body in ["", "[]", "{}", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","k":"AA"}]}"#] {
            assert!(Keys::parse(body.as_bytes(), 4).is_err(), "{body}");
        }
        let many = json!({ "keys": [{}, {}, {}, {}, {}] }).to_string();
        assert!(Keys::parse(many.as_bytes(), 4).expect_err("too many").contains("more keys"));
    }
}
