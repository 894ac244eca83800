//! From a bearer token (RFC 6750) to an actor: who signed it, for whom, until when.
//!
//! **Invariant:** every claim is read after the signature has been verified with a key of the
//! issuer that the token names, except `iss` itself, which only chooses whose key to try.

use std::sync::Arc;

use serde::{Deserialize, Deserializer};
use serde_json::Number;

use super::actor::{Actor, Who};
use super::error::IdentityError;
use super::issuers::{Issuer, IssuerReadiness};
use super::keys::SealedToken;
use super::memory::{Checked, Memory, TokenDigest, digest};
use super::settings::{IdentitySettings, IssuerSettings, SpeaksFor};
use crate::clock::Instant;
use crate::domain::identity_number::{IdentityNumber, IdentityScheme};
use crate::domain::ids::AgencyId;

/// The level of assurance of an `acr` that the settings don't know.
const ASSURANCE_MIN: u8 = 1;

/// All issuers whose tokens are accepted.
pub struct Identity {
    issuers: Vec<Issuer>,
    memory: Memory,
    clock_skew_seconds: i64,
    token_life_max_seconds: i64,
    token_bytes_max: usize,
}

/// Who presents a token.
#[derive(Debug)]
pub struct Presented {
    /// Whom it is about.
    pub actor: Actor,
    /// There when the token is seen for the first time, or was forgotten since.
    pub first: Option<FirstSight>,
}

/// A token that was checked and is not remembered yet. Whoever must record the sign-in does so
/// before [`Identity::remember`].
#[derive(Debug)]
pub struct FirstSight {
    digest: TokenDigest,
    checked: Arc<Checked>,
}

#[derive(Deserialize)]
struct UnverifiedClaims {
    iss: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: Option<String>,
    aud: Option<Audience>,
    exp: Option<NumericDate>,
    nbf: Option<NumericDate>,
    iat: Option<NumericDate>,
    acr: Option<String>,
    jti: Option<String>,
    client_id: Option<String>,
    azp: Option<String>,
    #[serde(rename = "https://id.oidc.se/claim/personalIdentityNumber")]
    personal_identity_number: Option<String>,
    #[serde(rename = "https://id.oidc.se/claim/coordinationNumber")]
    coordination_number: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Seconds since 1970, whole or not (RFC 7519 §2); a fraction is dropped.
struct NumericDate(i64);

impl<'de> Deserialize<'de> for NumericDate {
    #[expect(clippy::cast_possible_truncation, reason = "a date out of range becomes the extreme")]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        let fraction = || number.as_f64().unwrap_or(f64::INFINITY).floor() as i64;
        Ok(Self(number.as_i64().unwrap_or_else(fraction)))
    }
}

impl Identity {
    /// Checks the settings and prepares each issuer. No issuer is asked for anything yet: see
    /// [`Self::warm`].
    ///
    /// # Errors
    /// [`IdentityError::Setting`] or [`IdentityError::Client`].
    pub fn new(settings: IdentitySettings) -> Result<Self, IdentityError> {
        settings.check()?;
        let prepare = |issuer: &IssuerSettings| Issuer::new(issuer.clone(), &settings);
        Ok(Self {
            issuers: settings.issuers.iter().map(prepare).collect::<Result<_, _>>()?,
            memory: Memory::new(settings.tokens_remembered_max),
            clock_skew_seconds: settings.clock_skew_seconds.into(),
            token_life_max_seconds: settings.token_life_max_seconds.into(),
            token_bytes_max: settings.token_bytes_max,
        })
    }

    /// Fetches the keys that are missing or stale, one issuer after the other. A failure is logged,
    /// and shows in [`Self::ready`].
    pub async fn warm(&self, now: Instant) {
        for issuer in &self.issuers {
            issuer.warm(now).await;
        }
    }

    /// For each issuer, in the order of the settings, whether its keys are held.
    pub fn ready(&self, now: Instant) -> Vec<IssuerReadiness> {
        self.issuers.iter().map(|issuer| issuer.readiness(now)).collect()
    }

    /// Who presents `token` at `now`. It may ask the issuer for its keys, and waits for them. The
    /// signature of a token that is remembered is not verified again while its key is held; its
    /// times are looked at always.
    ///
    /// # Errors
    /// Why the token proves nothing; see [`IdentityError`].
    pub async fn recognise(&self, token: &str, now: Instant) -> Result<Presented, IdentityError> {
        if token.len() > self.token_bytes_max {
            return Err(IdentityError::TooLong);
        }
        let digest = digest(token);
        let Some(known) = self.memory.recall(&digest) else {
            let checked = Arc::new(self.check(token, now).await?);
            let actor = checked.actor.clone();
            return Ok(Presented { actor, first: Some(FirstSight { digest, checked }) });
        };
        let issuer = &self.issuers[known.issuer];
        match issuer.key(&known.key_name, now).await {
            Ok(key) if Arc::ptr_eq(&key, &known.key) => {
                let (from, until) = (known.valid_from, known.expires_at);
                self.check_now(from, until, &issuer.settings, now)?;
                Ok(Presented { actor: known.actor.clone(), first: None })
            }
            // The keys were fetched anew since, or this one was taken back.
            Ok(_) | Err(_) => {
                let checked = self.check(token, now).await;
                let refused = |error: &IdentityError| {
                    if !error.is_outage() {
                        self.memory.forget(&digest);
                    }
                };
                let checked = checked.inspect_err(refused)?;
                let actor = checked.actor.clone();
                self.memory.keep(digest, Arc::new(checked));
                Ok(Presented { actor, first: None })
            }
        }
    }

    /// Remembers a token, so that it is known when it is presented again.
    pub fn remember(&self, first: FirstSight) {
        self.memory.keep(first.digest, first.checked);
    }

    async fn check(&self, token: &str, now: Instant) -> Result<Checked, IdentityError> {
        let sealed = SealedToken::parse(token)?;
        let (place, issuer) = self.issuer_of(&sealed)?;
        check_type(&sealed, &issuer.settings)?;
        let key_name = sealed.header.kid.clone().ok_or(IdentityError::NoKeyName)?;
        let key = issuer.key(&key_name, now).await?;
        let payload = key
            .open(&sealed)
            .ok_or_else(|| IdentityError::BadSignature { issuer: issuer.settings.name.clone() })?;
        let claims: Claims =
            serde_json::from_slice(&payload).map_err(|_| IdentityError::Malformed)?;
        let (valid_from, expires_at) = self.check_times(&claims, &issuer.settings, now)?;
        check_audience(&claims, &issuer.settings)?;
        let actor = actor(claims, &issuer.settings)?;
        Ok(Checked { actor, issuer: place, key_name, key, valid_from, expires_at })
    }

    fn issuer_of(&self, sealed: &SealedToken<'_>) -> Result<(usize, &Issuer), IdentityError> {
        let payload = sealed.unverified_payload().ok_or(IdentityError::Malformed)?;
        let claims: UnverifiedClaims =
            serde_json::from_slice(&payload).map_err(|_| IdentityError::Malformed)?;
        self.issuers
            .iter()
            .enumerate()
            .find(|(_, issuer)| issuer.settings.url == claims.iss)
            .ok_or(IdentityError::UnknownIssuer)
    }

    /// From when until when the token holds, seconds since 1970; `now` is between the two.
    fn check_times(
        &self,
        claims: &Claims,
        settings: &IssuerSettings,
        now: Instant,
    ) -> Result<(i64, i64), IdentityError> {
        let missing = |claim| IdentityError::MissingClaim { issuer: settings.name.clone(), claim };
        let expires_at = claims.exp.as_ref().ok_or_else(|| missing("exp"))?.0;
        let issued_at = claims.iat.as_ref().ok_or_else(|| missing("iat"))?.0;
        let valid_from = claims.nbf.as_ref().map_or(issued_at, |at| at.0).max(issued_at);
        self.check_now(valid_from, expires_at, settings, now)?;
        if expires_at.saturating_sub(issued_at) > self.token_life_max_seconds {
            return Err(IdentityError::LivesTooLong { issuer: settings.name.clone() });
        }
        Ok((valid_from, expires_at))
    }

    fn check_now(
        &self,
        valid_from: i64,
        expires_at: i64,
        settings: &IssuerSettings,
        now: Instant,
    ) -> Result<(), IdentityError> {
        let issuer = || settings.name.clone();
        let (now, skew) = (now.timestamp(), self.clock_skew_seconds);
        if now.saturating_sub(skew) >= expires_at {
            return Err(IdentityError::Expired { issuer: issuer() });
        }
        if valid_from > now.saturating_add(skew) {
            return Err(IdentityError::NotYetValid { issuer: issuer() });
        }
        Ok(())
    }
}

/// Media types are compared without regard to case, and `application/` may be left out
/// (RFC 7515 §4.1.9).
fn check_type(sealed: &SealedToken<'_>, settings: &IssuerSettings) -> Result<(), IdentityError> {
    let typ = sealed.header.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
    let short = typ.strip_prefix("application/").unwrap_or(&typ);
    if settings.typ.iter().any(|accepted| accepted.eq_ignore_ascii_case(short)) {
        Ok(())
    } else {
        Err(IdentityError::WrongType { issuer: settings.name.clone() })
    }
}

fn check_audience(claims: &Claims, settings: &IssuerSettings) -> Result<(), IdentityError> {
    let issuer = || settings.name.clone();
    let is_meant = match &claims.aud {
        None => return Err(IdentityError::MissingClaim { issuer: issuer(), claim: "aud" }),
        Some(Audience::One(audience)) => *audience == settings.audience,
        Some(Audience::Several(audiences)) => audiences.contains(&settings.audience),
    };
    if is_meant { Ok(()) } else { Err(IdentityError::WrongAudience { issuer: issuer() }) }
}

fn actor(claims: Claims, settings: &IssuerSettings) -> Result<Actor, IdentityError> {
    let level = claims.acr.as_ref().and_then(|acr| settings.assurance.get(acr));
    let assurance = level.copied().unwrap_or(ASSURANCE_MIN).min(settings.assurance_max);
    let who = match settings.speaks_for {
        SpeaksFor::Staff => staff(&claims, settings)?,
        SpeaksFor::Citizens => citizen(&claims, settings)?,
    };
    Ok(Actor::with_token(who, assurance, claims.client_id.or(claims.azp), claims.jti))
}

fn staff(claims: &Claims, settings: &IssuerSettings) -> Result<Who, IdentityError> {
    let subject = claims.sub.clone().filter(|subject| !subject.is_empty());
    let missing = || IdentityError::MissingClaim { issuer: settings.name.clone(), claim: "sub" };
    Ok(Who::Staff {
        issuer: claims.iss.clone(),
        subject: subject.ok_or_else(missing)?,
        agencies: settings.agencies.iter().copied().map(AgencyId::new).collect(),
    })
}

/// The two number claims exclude each other (oidc.se claims 1.0).
fn citizen(claims: &Claims, settings: &IssuerSettings) -> Result<Who, IdentityError> {
    let issuer = || settings.name.clone();
    let (text, scheme) = match (&claims.personal_identity_number, &claims.coordination_number) {
        (Some(text), None) => (text, IdentityScheme::Personnummer),
        (None, Some(text)) => (text, IdentityScheme::Samordningsnummer),
        (None, None) | (Some(_), Some(_)) => {
            return Err(IdentityError::NotOneIdentityNumber { issuer: issuer() });
        }
    };
    let number = IdentityNumber::parse(text)
        .map_err(|source| IdentityError::IdentityNumber { issuer: issuer(), source })?;
    if number.scheme() != scheme {
        return Err(IdentityError::WrongKindOfNumber { issuer: issuer() });
    }
    Ok(Who::Citizen { issuer: claims.iss.clone(), number })
}
