//! The settings of this room, and the check that they make sense.
//!
//! **Invariant:** a setting that would weaken the check of tokens without anybody noticing stops
//! the start.

use std::collections::BTreeMap;

use reqwest::Url;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::IdentityError;

/// The table `[identity]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdentitySettings {
    /// Those whose tokens are accepted.
    pub issuers: Vec<IssuerSettings>,
    /// How far an issuer's clock may be off, seconds.
    pub clock_skew_seconds: u32,
    /// From when on an issuer is asked for its keys again, seconds.
    pub keys_ttl_seconds: u32,
    /// For how long keys are used while the issuer can't be reached, seconds.
    pub keys_age_max_seconds: u32,
    /// The shortest time between two attempts to fetch one issuer's keys, seconds.
    pub refetch_gap_seconds: u32,
    /// How long an issuer may take for one answer, seconds.
    pub fetch_timeout_seconds: u32,
    /// The longest answer that is read from an issuer, bytes.
    pub answer_bytes_max: usize,
    /// The most keys that one issuer may publish.
    pub jwks_keys_max: usize,
    /// The longest token, bytes.
    pub token_bytes_max: usize,
    /// The longest time from `iat` to `exp` of a token, seconds.
    pub token_life_max_seconds: u32,
    /// How many checked tokens are remembered.
    pub tokens_remembered_max: usize,
}

/// One entry of `[[identity.issuers]]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerSettings {
    /// What the operator calls it, in logs and in readiness.
    pub name: String,
    /// The issuer identifier, exactly as in `iss`. Its metadata is at
    /// `<url>/.well-known/openid-configuration` (OpenID Connect Discovery §4).
    pub url: String,
    /// The value that `aud` must contain: this server.
    pub audience: String,
    /// Whom its tokens are about.
    pub speaks_for: SpeaksFor,
    /// The agencies it may speak for; none for citizens.
    #[serde(default)]
    pub agencies: Vec<Uuid>,
    /// Which level of assurance (2, 3 or 4) each `acr` stands for. Any other is level 1.
    #[serde(default)]
    pub assurance: BTreeMap<String, u8>,
    /// The highest level that this issuer is trusted with, 1 to 4.
    pub assurance_max: u8,
    /// The header types of its access tokens (RFC 9068 §2.1), without `application/`.
    #[serde(default = "access_token_types")]
    pub typ: Vec<String>,
}

/// Whom an issuer's tokens are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SpeaksFor {
    /// People who work at the issuer's agencies.
    Staff,
    /// Private persons, by identity number.
    Citizens,
}

impl Default for IdentitySettings {
    fn default() -> Self {
        Self {
            issuers: Vec::new(),
            clock_skew_seconds: 30,
            keys_ttl_seconds: 600,
            keys_age_max_seconds: 86_400,
            refetch_gap_seconds: 10,
            fetch_timeout_seconds: 5,
            answer_bytes_max: 262_144,
            jwks_keys_max: 32,
            token_bytes_max: 8_192,
            token_life_max_seconds: 3_600,
            tokens_remembered_max: 8_192,
        }
    }
}

impl IdentitySettings {
    /// Checks everything that can be checked without asking an issuer.
    ///
    /// # Errors
    /// [`IdentityError::Setting`] names the first setting that makes no sense.
    pub fn check(&self) -> Result<(), IdentityError> {
        self.check_limits()?;
        for (at, issuer) in self.issuers.iter().enumerate() {
            let before = &self.issuers[..at];
            issuer.check().and_then(|()| issuer.check_unlike(before)).map_err(
                |(setting, problem)| IdentityError::Setting {
                    setting: format!("identity.issuers[{at}].{setting}"),
                    problem,
                },
            )?;
        }
        Ok(())
    }

    fn check_limits(&self) -> Result<(), IdentityError> {
        let positive = [
            ("keys_ttl_seconds", self.keys_ttl_seconds > 0),
            ("refetch_gap_seconds", self.refetch_gap_seconds > 0),
            ("fetch_timeout_seconds", self.fetch_timeout_seconds > 0),
            ("answer_bytes_max", self.answer_bytes_max > 0),
            ("jwks_keys_max", self.jwks_keys_max > 0),
            ("token_bytes_max", self.token_bytes_max > 0),
            ("token_life_max_seconds", self.token_life_max_seconds > 0),
            ("tokens_remembered_max", self.tokens_remembered_max > 0),
        ];
        if let Some((name, _)) = positive.into_iter().find(|(_, is_positive)| !is_positive) {
            return Err(limit(name, "must be at least 1"));
        }
        if self.keys_age_max_seconds < self.keys_ttl_seconds {
            return Err(limit("keys_age_max_seconds", "must not be less than keys_ttl_seconds"));
        }
        if self.clock_skew_seconds > 300 {
            return Err(limit("clock_skew_seconds", "must be at most 300"));
        }
        Ok(())
    }
}

/// A setting's name within its issuer, and what is wrong with it.
type Fault = (&'static str, &'static str);

impl IssuerSettings {
    fn check(&self) -> Result<(), Fault> {
        if self.name.is_empty() {
            return Err(("name", "must not be empty"));
        }
        if self.audience.is_empty() {
            return Err(("audience", "must not be empty"));
        }
        let url = Url::parse(&self.url).map_err(|_| ("url", "must be a URL"))?;
        if !is_confidential(&url) {
            return Err(("url", "must be https, unless its host is this machine"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(("url", "must have neither query nor fragment"));
        }
        match (self.speaks_for, self.agencies.is_empty()) {
            (SpeaksFor::Staff, true) => {
                return Err(("agencies", "must name at least one agency, as it speaks for staff"));
            }
            (SpeaksFor::Citizens, false) => {
                return Err(("agencies", "must be empty, as it speaks for citizens"));
            }
            (SpeaksFor::Staff, false) | (SpeaksFor::Citizens, true) => {}
        }
        if self.assurance.values().any(|level| !(2..=4).contains(level)) {
            return Err(("assurance", "must map each acr to 2, 3 or 4"));
        }
        if !(1..=4).contains(&self.assurance_max) {
            return Err(("assurance_max", "must be 1, 2, 3 or 4"));
        }
        if self.typ.is_empty() || self.typ.iter().any(|typ| typ.is_empty() || typ.contains('/')) {
            return Err(("typ", "must list types such as at+jwt, without application/"));
        }
        Ok(())
    }

    fn check_unlike(&self, others: &[Self]) -> Result<(), Fault> {
        if others.iter().any(|other| other.name == self.name) {
            return Err(("name", "is the name of another issuer as well"));
        }
        if others.iter().any(|other| other.url == self.url) {
            return Err(("url", "is the url of another issuer as well"));
        }
        Ok(())
    }
}

/// Whether what is fetched from `url` can't be changed on the way: TLS, or it stays on the machine.
pub(super) fn is_confidential(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

/// Whether `url` names this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

fn limit(name: &str, problem: &'static str) -> IdentityError {
    IdentityError::Setting { setting: format!("identity.{name}"), problem }
}

fn access_token_types() -> Vec<String> {
    vec!["at+jwt".to_owned()]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn staff() -> Value {
        json!({
            "name": "school",
            "url": "https://sign-in.example/school",
            "audience": "samsyn",
            "speaks_for": "staff",
            "agencies": ["0190a2d5-0000-7000-8000-000000000001"],
            "assurance": { "http://id.elegnamnden.se/loa/1.0/loa3": 3 },
            "assurance_max": 3,
        })
    }

    fn with(mut issuer: Value, setting: &str, value: Value) -> Value {
        issuer[setting] = value;
        issuer
    }

    fn fault(settings: Value) -> String {
        let settings: IdentitySettings = serde_json::from_value(settings).expect("well-formed");
        settings.check().expect_err("a fault").to_string()
    }

    fn fault_of_one(issuer: Value) -> String {
        fault(json!({ "issuers": [issuer] }))
    }

    #[test]
    fn sound_settings_pass_and_leave_the_rest_at_its_default() {
        let citizens = json!({
            "name": "citizens", "url": "http://127.0.0.1:8099/citizens", "audience": "samsyn",
            "speaks_for": "citizens", "assurance_max": 3,
        });
        let settings: IdentitySettings =
            serde_json::from_value(json!({ "issuers": [staff(), citizens] })).expect("well-formed");
        settings.check().expect("sound");
        assert_eq!(settings.keys_ttl_seconds, 600);
        assert_eq!(settings.issuers[1].typ, ["at+jwt"]);
    }

    #[test]
    fn each_fault_names_its_setting() {
        let citizens = with(staff(), "speaks_for", json!("citizens"));
        let table = [
            (with(staff(), "name", json!("")), "[0].name` must not be empty"),
            (with(staff(), "audience", json!("")), "[0].audience` must not be empty"),
            (with(staff(), "url", json!("school")), "[0].url` must be a URL"),
            (with(staff(), "url", json!("http://sign-in.example")), "[0].url` must be https"),
            (with(staff(), "url", json!("http://127.0.0.1.sign-in.example")), "must be https"),
            (with(staff(), "url", json!("ftp://localhost/school")), "[0].url` must be https"),
            (with(staff(), "url", json!("https://sign-in.example?a=b")), "neither query"),
            (with(staff(), "agencies", json!([])), "[0].agencies` must name at least one"),
            (citizens, "[0].agencies` must be empty"),
            (with(staff(), "assurance", json!({ "loa1": 1 })), "[0].assurance` must map"),
            (with(staff(), "assurance", json!({ "loa5": 5 })), "[0].assurance` must map"),
            (with(staff(), "assurance_max", json!(0)), "[0].assurance_max` must be"),
            (with(staff(), "assurance_max", json!(5)), "[0].assurance_max` must be"),
            (with(staff(), "typ", json!([])), "[0].typ` must list"),
            (with(staff(), "typ", json!(["application/at+jwt"])), "[0].typ` must list"),
        ];
        for (issuer, expected) in table {
            let said = fault_of_one(issuer);
            assert!(said.contains(expected), "{said} lacks {expected}");
        }
    }

    #[test]
    fn two_issuers_share_neither_name_nor_url() {
        let renamed = with(staff(), "name", json!("region"));
        let said = fault(json!({ "issuers": [staff(), renamed] }));
        assert!(said.contains("issuers[1].url` is the url of another"), "{said}");
        let moved = with(staff(), "url", json!("https://sign-in.example/region"));
        let said = fault(json!({ "issuers": [staff(), moved] }));
        assert!(said.contains("issuers[1].name` is the name of another"), "{said}");
    }

    #[test]
    fn limits_that_switch_a_check_off_are_refused() {
        for name in [
            "keys_ttl_seconds",
            "refetch_gap_seconds",
            "fetch_timeout_seconds",
            "answer_bytes_max",
            "jwks_keys_max",
            "token_bytes_max",
            "token_life_max_seconds",
            "tokens_remembered_max",
        ] {
            let said = fault(json!({ name: 0 }));
            assert_eq!(said, format!("setting `identity.{name}` must be at least 1"));
        }
        assert!(fault(json!({ "keys_age_max_seconds": 599 })).contains("keys_age_max_seconds"));
        assert!(fault(json!({ "clock_skew_seconds": 301 })).contains("clock_skew_seconds"));
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        let misspelt = with(staff(), "agency", json!([]));
        assert!(serde_json::from_value::<IssuerSettings>(misspelt).is_err());
        assert!(serde_json::from_value::<IdentitySettings>(json!({ "issuer": [] })).is_err());
    }
}
