//! One issuer: where its keys are (OpenID Connect Discovery), and the keys as last fetched.
//!
//! **Invariant:** an issuer that is down stops neither the start nor those whose keys are held, and
//! a flood of tokens with made-up key names reaches it at most once per gap.

use std::error::Error;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::TimeDelta;
use openidconnect::core::CoreProviderMetadata;
use reqwest::header::ACCEPT;
use reqwest::{Client, StatusCode, Url, redirect};
use tokio::sync::{Mutex, MutexGuard};

use super::error::IdentityError;
use super::keys::{Key, Keys};
use super::settings::{IdentitySettings, IssuerSettings, is_confidential, is_loopback};
use crate::clock::Instant;

/// Whether tokens of one issuer can be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerReadiness {
    /// The issuer's name in the settings.
    pub name: String,
    /// How many keys are held that are not too old to be used; with none, nobody of this issuer
    /// gets in.
    pub keys: usize,
    /// When they were fetched.
    pub fetched_at: Option<Instant>,
}

/// One issuer and its keys.
pub(super) struct Issuer {
    pub settings: IssuerSettings,
    client: Client,
    held: RwLock<Option<Arc<Held>>>,
    last_attempt: Mutex<Option<Instant>>,
    keys_ttl: TimeDelta,
    keys_age_max: TimeDelta,
    refetch_gap: TimeDelta,
    answer_bytes_max: usize,
    keys_max: usize,
}

struct Held {
    keys: Keys,
    fetched_at: Instant,
}

impl Issuer {
    /// Prepares an issuer and asks it for nothing yet.
    ///
    /// # Errors
    /// [`IdentityError::Client`] when the machine can't do TLS.
    pub fn new(settings: IssuerSettings, limits: &IdentitySettings) -> Result<Self, IdentityError> {
        let stays_here = Url::parse(&settings.url).is_ok_and(|url| is_loopback(&url));
        Ok(Self {
            client: build_client(stays_here, limits).map_err(IdentityError::Client)?,
            settings,
            held: RwLock::new(None),
            last_attempt: Mutex::new(None),
            keys_ttl: seconds(limits.keys_ttl_seconds),
            keys_age_max: seconds(limits.keys_age_max_seconds),
            refetch_gap: seconds(limits.refetch_gap_seconds),
            answer_bytes_max: limits.answer_bytes_max,
            keys_max: limits.jwks_keys_max,
        })
    }

    /// The key called `name`, fetched anew if the held ones are stale or lack it.
    ///
    /// # Errors
    /// [`IdentityError::KeysUnavailable`] without usable keys, [`IdentityError::UnknownKey`] when
    /// there are some but not this one.
    pub async fn key(&self, name: &str, now: Instant) -> Result<Arc<Key>, IdentityError> {
        let held = self.usable(now);
        let known = held.as_ref().and_then(|held| held.keys.get(name));
        if let (Some(held), Some(key)) = (&held, &known)
            && self.is_fresh(held, now)
        {
            return Ok(Arc::clone(key));
        }
        match (known, self.last_attempt.try_lock()) {
            (_, Ok(attempt)) => self.fetch_after_gap(attempt, now).await,
            // Somebody else is asking already, and the key held is good enough meanwhile.
            (Some(key), Err(_)) => return Ok(key),
            (None, Err(_)) => self.fetch_after_gap(self.last_attempt.lock().await, now).await,
        }
        let issuer = || self.settings.name.clone();
        self.usable(now)
            .ok_or_else(|| IdentityError::KeysUnavailable { issuer: issuer() })?
            .keys
            .get(name)
            .ok_or_else(|| IdentityError::UnknownKey { issuer: issuer() })
    }

    /// Fetches the keys unless fresh ones are held. A failure is logged, and not an error.
    pub async fn warm(&self, now: Instant) {
        if !self.usable(now).is_some_and(|held| self.is_fresh(&held, now)) {
            self.fetch_after_gap(self.last_attempt.lock().await, now).await;
        }
    }

    /// Whether its tokens can be checked.
    pub fn readiness(&self, now: Instant) -> IssuerReadiness {
        let held = self.usable(now);
        IssuerReadiness {
            name: self.settings.name.clone(),
            keys: held.as_ref().map_or(0, |held| held.keys.len()),
            fetched_at: held.map(|held| held.fetched_at),
        }
    }

    fn usable(&self, now: Instant) -> Option<Arc<Held>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        (now - held.fetched_at < self.keys_age_max).then_some(held)
    }

    fn is_fresh(&self, held: &Held, now: Instant) -> bool {
        (now - held.fetched_at).abs() < self.keys_ttl
    }

    /// Requests reach this line in another order than they took their time, so a last attempt that
    /// lies a little in the future is recent too.
    async fn fetch_after_gap(&self, mut attempt: MutexGuard<'_, Option<Instant>>, now: Instant) {
        if attempt.is_some_and(|at| (now - at).abs() < self.refetch_gap) {
            return;
        }
        // Noted before the question, as whoever waits for the answer may give up.
        *attempt = Some(now);
        match self.fetch().await {
            Ok(keys) => {
                let held = Some(Arc::new(Held { keys, fetched_at: now }));
                *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
            }
            Err(error) => tracing::warn!(%error, "issuer's keys not renewed"),
        }
    }

    async fn fetch(&self) -> Result<Keys, IdentityError> {
        let failed =
            |problem: String| IdentityError::Fetch { issuer: self.settings.name.clone(), problem };
        let issuer = self.settings.url.trim_end_matches('/');
        let metadata = Url::parse(&format!("{issuer}/.well-known/openid-configuration"))
            .map_err(|error| failed(error.to_string()))?;
        let body = self.get(metadata.clone()).await.map_err(failed)?;
        let described: CoreProviderMetadata = serde_json::from_slice(&body)
            .map_err(|_| failed("the answer is no provider metadata".to_owned()))?;
        if described.issuer().as_str() != self.settings.url {
            return Err(failed("the metadata is that of another issuer".to_owned()));
        }
        let keys = described.jwks_uri().url();
        if !may_offer_keys(&metadata, keys) {
            return Err(failed("its keys are offered over an open line".to_owned()));
        }
        let body = self.get(keys.clone()).await.map_err(failed)?;
        Keys::parse(&body, self.keys_max).map_err(|problem| failed(problem.to_owned()))
    }

    async fn get(&self, url: Url) -> Result<Vec<u8>, String> {
        let request = self.client.get(url).header(ACCEPT, "application/json");
        let mut response = request.send().await.map_err(|error| with_causes(&error))?;
        if response.status() != StatusCode::OK {
            return Err(format!("it answered with status {}", response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| with_causes(&error))? {
            if body.len() + chunk.len() > self.answer_bytes_max {
                return Err("the answer is longer than identity.answer_bytes_max".to_owned());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// A client for one issuer. One on this machine needs no root certificates and no proxy, so that
/// the demo runs where neither is set up.
fn build_client(stays_here: bool, limits: &IdentitySettings) -> Result<Client, reqwest::Error> {
    let builder = Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(Duration::from_secs(limits.fetch_timeout_seconds.into()));
    if stays_here { builder.no_proxy().tls_certs_only([]) } else { builder }.build()
}

/// Whether keys fetched from `keys` are as hard to replace on the way as the metadata was.
fn may_offer_keys(metadata: &Url, keys: &Url) -> bool {
    keys.scheme() == metadata.scheme() && is_confidential(keys)
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn seconds(seconds: u32) -> TimeDelta {
    TimeDelta::seconds(seconds.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_over_a_line_as_safe_as_the_metadata() {
        let table = [
            ("https://sign-in.example", "https://keys.example", true),
            ("https://sign-in.example", "http://sign-in.example", false),
            ("https://sign-in.example", "http://127.0.0.1", false),
            ("http://127.0.0.1:8099", "http://127.0.0.1:8098", true),
            ("http://127.0.0.1:8099", "http://keys.example", false),
            ("http://[::1]:8099", "http://localhost:8099", true),
        ];
        for (metadata, keys, expected) in table {
            let url = |text: &str| Url::parse(text).expect("a URL");
            assert_eq!(may_offer_keys(&url(metadata), &url(keys)), expected, "{keys}");
        }
    }
}
