//! What the operator can set: built-in defaults, then a file, then the environment.
//!
//! **Invariant:** every setting stands in `config/default.toml` with its unit in its name, and a
//! name that does not is refused at the start.
//!
//! **Invariant:** keys are named by file and are no settings, so that settings can be shown.

mod indicators;
mod law;
mod regions;
mod sections;

use std::path::Path;

use config::{Config, ConfigError, Environment, File, FileFormat};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

pub use indicators::{IndicatorSettings, IndicatorsError};
pub use law::{LawError, read_law};
pub use regions::{RegionError, read_regions};
pub use sections::{
    DatabaseSettings, ExportLimits, LawSettings, LedgerSettings, LogFormat, LogReviewSettings,
    PlanSettings, PolicySettings, ServerSettings, StoreLimits, TelemetrySettings, VaultSettings,
    WitnessSettings,
};

use crate::identity::{IdentityError, IdentitySettings};

/// The defaults, and the page that explains them.
const DEFAULTS: &str = include_str!("../../config/default.toml");

/// All settings.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The table `[server]`.
    pub server: ServerSettings,
    /// The table `[database]`.
    pub database: DatabaseSettings,
    /// The table `[store]`.
    pub store: StoreLimits,
    /// The table `[ledger]`.
    pub ledger: LedgerSettings,
    /// The table `[log_review]`.
    pub log_review: LogReviewSettings,
    /// The table `[exports]`.
    pub exports: ExportLimits,
    /// The table `[plans]`.
    pub plans: PlanSettings,
    /// The table `[vault]`.
    pub vault: VaultSettings,
    /// The table `[law]`.
    pub law: LawSettings,
    /// The table `[indicators]`.
    pub indicators: IndicatorSettings,
    /// The table `[policies]`.
    pub policies: PolicySettings,
    /// The table `[identity]`.
    pub identity: IdentitySettings,
    /// The table `[telemetry]`.
    pub telemetry: TelemetrySettings,
}

/// Why the settings can't be used.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// A file can't be read, a name is unknown, or a value has the wrong type.
    #[error("the settings can't be read: {0}")]
    Read(#[from] ConfigError),
    /// A value makes no sense.
    #[error("setting `{setting}` {problem}")]
    Setting {
        /// Its path, as in `server.port`.
        setting: &'static str,
        /// What is wrong, continuing the sentence.
        problem: &'static str,
    },
    /// A value that can't be shown, such as a path that is no text.
    #[error("the settings can't be shown")]
    Shown(#[from] serde_json::Error),
    /// A value of the table `[identity]` makes no sense.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl Settings {
    /// Reads the defaults, then `file` if there is one, then the environment, and checks the whole.
    ///
    /// # Errors
    /// [`SettingsError`] names the setting.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        Self::read(file, Environment::default())
    }

    /// Reads the defaults and the TOML text `changes` over them. For tests and demonstrations; the
    /// environment is not looked at.
    ///
    /// # Errors
    /// [`SettingsError`] names the setting.
    pub fn with(changes: &str) -> Result<Self, SettingsError> {
        let built = Config::builder()
            .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
            .add_source(File::from_str(changes, FileFormat::Toml));
        Self::finish(built.build()?)
    }

    /// All settings in effect as one line of JSON, without secrets: keys are named by file, and the
    /// database's address is shown without user and password.
    ///
    /// # Errors
    /// [`SettingsError::Shown`]
    pub fn shown(&self) -> Result<String, SettingsError> {
        Ok(serde_json::to_string(self)?)
    }

    /// What a server's start is recorded with: lower-case hex SHA-256 of [`Self::shown`].
    ///
    /// # Errors
    /// [`SettingsError::Shown`]
    pub fn digest(&self) -> Result<String, SettingsError> {
        Ok(format!("{:x}", Sha256::digest(self.shown()?)))
    }

    fn read(file: Option<&Path>, environment: Environment) -> Result<Self, SettingsError> {
        let mut built = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(path) = file {
            built = built.add_source(File::from(path).format(FileFormat::Toml));
        }
        let environment = environment.prefix("SAMSYN").separator("__");
        Self::finish(built.add_source(environment).build()?)
    }

    fn finish(config: Config) -> Result<Self, SettingsError> {
        let settings: Self = config.try_deserialize()?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), SettingsError> {
        let faults = self
            .server
            .fault()
            .or_else(|| self.database.fault())
            .or_else(|| self.store.fault())
            .or_else(|| self.ledger.fault())
            .or_else(|| self.log_review.fault())
            .or_else(|| self.exports.fault());
        match faults {
            Some((setting, problem)) => Err(SettingsError::Setting { setting, problem }),
            None => Ok(self.identity.check()?),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn with_environment(changes: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let source: HashMap<String, String> =
            changes.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Settings::read(None, Environment::default().source(Some(source)))
    }

    fn fault(changes: &str) -> String {
        Settings::with(changes).expect_err(changes).to_string()
    }

    #[test]
    fn the_defaults_are_whole_and_sensible() {
        let settings = Settings::with("").expect("the defaults");
        assert_eq!(settings.server.port, 8080);
        assert!(settings.identity.issuers.is_empty());
        assert_eq!(settings.law.file, None);
    }

    #[test]
    fn each_default_of_the_sign_in_is_the_one_that_is_shown() {
        let shown = format!("{:?}", Settings::with("").expect("the defaults").identity);
        assert_eq!(shown, format!("{:?}", IdentitySettings::default()));
    }

    #[test]
    fn the_environment_changes_one_setting_and_no_other() {
        let settings = with_environment(&[
            ("SAMSYN__SERVER__PORT", "9000"),
            ("SAMSYN__SERVER__HSTS", "true"),
            ("SAMSYN__LAW__FILE", "law.toml"),
            ("SERVER__HOST", "192.0.2.1"),
        ])
        .expect("settings");
        assert_eq!((settings.server.port, settings.server.hsts), (9000, true));
        assert_eq!(settings.law.file.as_deref(), Some(Path::new("law.toml")));
        assert_eq!(settings.server.host, "127.0.0.1");
    }

    #[test]
    fn a_misspelt_name_is_refused_and_named() {
        for (changes, name) in [
            ("[server]\nprot = 1", "prot"),
            ("[sever]\nport = 1", "sever"),
            ("[[identity.issuers]]\nnmae = 'x'", "nmae"),
        ] {
            let said = fault(changes);
            assert!(said.contains(&format!("`{name}`")), "{said}");
        }
        let said = with_environment(&[("SAMSYN__SERVER__PROT", "1")]).expect_err("refused");
        assert!(said.to_string().contains("`prot`"), "{said}");
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused_and_its_setting_named() {
        for (changes, name) in [
            ("[server]\nport = 'many'", "server.port"),
            ("[server]\nport = 70000", "server.port"),
            ("[telemetry]\nformat = 'xml'", "telemetry.format"),
        ] {
            let said = fault(changes);
            assert!(said.contains(name), "{said}");
        }
    }

    #[test]
    fn a_limit_that_leaves_nothing_is_refused() {
        for (table, name) in [
            ("server", "body_bytes_max"),
            ("server", "request_seconds_max"),
            ("server", "page_rows_max"),
            ("database", "connections_max"),
            ("store", "waiting_max"),
            ("store", "rows_max"),
            ("ledger", "sequencer_milliseconds"),
            ("ledger", "scanned_max"),
            ("exports", "workers"),
        ] {
            let said = fault(&format!("[{table}]\n{name} = 0"));
            assert!(said.contains(&format!("`{table}.{name}` must be at least 1")), "{said}");
        }
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused() {
        for (changes, name) in [
            ("[server]\npage_rows_default = 201", "server.page_rows_default"),
            ("[server]\njson_depth_max = 101", "server.json_depth_max"),
            ("[server]\nshutdown_seconds_max = 29", "server.shutdown_seconds_max"),
            ("[identity]\nkeys_ttl_seconds = 0", "identity.keys_ttl_seconds"),
        ] {
            let said = fault(changes);
            assert!(said.contains(name), "{said}");
        }
    }

    #[test]
    fn what_is_shown_of_the_settings_has_no_password_and_the_digest_follows_the_rest() {
        let of = |url: &str| Settings::with(&format!("[database]\nurl = '{url}'")).expect(url);
        let plain = of("postgres://db.example/samsyn").digest().expect("a digest");
        for url in [
            "postgres://somebody:secret@db.example/samsyn",
            "postgres://db.example/samsyn?password=secret",
        ] {
            let settings = of(url);
            assert!(!settings.shown().expect("settings").contains("secret"), "{url}");
            assert_eq!(settings.digest().expect("a digest"), plain);
        }
        assert_ne!(of("postgres://db.example/other").digest().expect("a digest"), plain);
        let by_environment = with_environment(&[("SAMSYN__SERVER__PORT", "9000")]);
        let by_file = Settings::with("[server]\nport = 9000").expect("settings");
        let by_environment = by_environment.expect("settings").digest().expect("a digest");
        assert_eq!(by_environment, by_file.digest().expect("a digest"));
    }

    #[test]
    fn every_setting_has_a_comment_above_it() {
        let lines: Vec<&str> = DEFAULTS.lines().collect();
        for (above, line) in lines.iter().zip(&lines[1..]) {
            if line.contains(" = ") && !line.starts_with('#') {
                assert!(above.starts_with('#'), "{line}");
            }
        }
    }
}
