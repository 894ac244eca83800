//! From settings to parts.
//!
//! **Invariant:** a key is read here, and goes nowhere but into the part that uses it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use uuid::Uuid;

use super::AppError;
use crate::access::{AgencyFile, Policy, PolicyFile};
use crate::clock::{Clock, Instant};
use crate::domain::ids::AgencyId;
use crate::domain::indicators::IndicatorSets;
use crate::domain::law::{Law, in_force};
use crate::domain::region::Regions;
use crate::settings::{Settings, SettingsError, read_law, read_regions};
use crate::store::{
    ExportSettings, LogSettings, Place, Retention, ReviewSettings, Store, StoreSettings, Vault,
};

/// Opens the store that `settings` tell of. The migrations must have been run.
///
/// # Errors
/// [`AppError`] says which part is missing.
pub fn store(settings: &Settings, clock: Clock) -> Result<Store, AppError> {
    let law = law(settings)?;
    let store = Store::open(
        place(settings)?,
        StoreSettings {
            retention: retention(settings, &law, clock.now())?,
            indicators: Arc::new(indicators(settings)?),
            regions: Arc::new(regions(settings)?),
            digest: settings.digest()?,
            ..limits(settings)
        },
        Arc::new(policy(settings)?),
        Arc::new(law),
        clock,
        vault(settings)?,
        log_settings(settings)?,
    )?;
    store.keep_policy_texts()?;
    Ok(store)
}

/// What seals identity numbers, and finds them.
///
/// # Errors
/// The key is missing.
pub fn vault(settings: &Settings) -> Result<Vault, AppError> {
    Ok(Vault::new(&key(settings.vault.key_file.as_deref(), "vault.key_file")?)?)
}

/// Where the data is.
///
/// # Errors
/// [`AppError::Database`]: neither of the two databases.
pub fn place(settings: &Settings) -> Result<Place, AppError> {
    Ok(Place::parse(&settings.database.url)?)
}

/// Whose logs are kept, and what signs them.
///
/// # Errors
/// The key is missing.
pub fn log_settings(settings: &Settings) -> Result<LogSettings, AppError> {
    Ok(LogSettings {
        host: settings.ledger.host.clone(),
        seed: key(settings.ledger.key_file.as_deref(), "ledger.key_file")?,
        old_seed: match settings.ledger.old_key_file.as_deref() {
            Some(file) => Some(key(Some(file), "ledger.old_key_file")?),
            None => None,
        },
        batch_max: settings.ledger.leaves_max.into(),
    })
}

fn limits(settings: &Settings) -> StoreSettings {
    let wait = settings.database.connection_wait_seconds_max;
    StoreSettings {
        connections_max: settings.database.connections_max,
        connection_wait: Duration::from_secs(wait.into()),
        statement_max: Duration::from_secs(settings.database.statement_seconds_max.into()),
        waiting_max: settings.store.waiting_max,
        batch_max: settings.store.batch_max,
        overtaken_max: settings.store.overtaken_max,
        rows_max: settings.store.rows_max.into(),
        scanned_max: settings.ledger.scanned_max,
        exports: ExportSettings {
            dir: settings.exports.dir.clone(),
            under_way_max: settings.exports.under_way_max.into(),
            bytes_max: settings.exports.bytes_max,
            kept: TimeDelta::hours(settings.exports.hours_kept.into()),
        },
        first_answer_kept: TimeDelta::hours(settings.store.first_answer_hours_kept.into()),
        review: ReviewSettings {
            entries_max: settings.log_review.entries_max.into(),
            months: settings.log_review.months_by_agency(),
        },
        retention: Retention::default(),
        indicators: Arc::default(),
        regions: Arc::default(),
        digest: String::new(),
    }
}

/// How long agencies keep what their logs tell: never less than the law says.
fn retention(settings: &Settings, law: &Law, now: Instant) -> Result<Retention, AppError> {
    let least = in_force(&law.log_years_min, law.day_of(now)).map_or(0, |law| law.says);
    let ledger = &settings.ledger;
    let wrong = |(_, years): &(&'static str, u32)| i64::from(*years) < least;
    let of = ledger.retention.values().map(|years| ("ledger.retention", *years));
    let mut set = std::iter::once(("ledger.retention_years", ledger.retention_years)).chain(of);
    if let Some((setting, _)) = set.find(wrong) {
        let problem = "must not be less than the law's `log_years_min`";
        return Err(SettingsError::Setting { setting, problem }.into());
    }
    let of = ledger.retention.iter().map(|(agency, years)| (AgencyId::new(*agency), *years));
    let held = ledger.retention_hold.iter();
    Ok(Retention {
        years: ledger.retention_years,
        of: of.collect(),
        held: held.map(|(agency, why)| (AgencyId::new(*agency), why.clone())).collect(),
        at_once_max: ledger.disposed_max,
    })
}

fn law(settings: &Settings) -> Result<Law, AppError> {
    let text = match &settings.law.file {
        Some(path) => Some(read(path, "law.file")?),
        None => None,
    };
    Ok(read_law(text.as_deref())?)
}

fn indicators(settings: &Settings) -> Result<IndicatorSets, AppError> {
    let text = match &settings.indicators.file {
        Some(path) => Some(read(path, "indicators.file")?),
        None => None,
    };
    Ok(settings.indicators.read(text.as_deref())?)
}

fn regions(settings: &Settings) -> Result<Regions, AppError> {
    let text = match &settings.plans.regions_file {
        Some(path) => Some(read(path, "plans.regions_file")?),
        None => None,
    };
    Ok(read_regions(text.as_deref(), &settings.plans)?)
}

/// The rules that decide.
///
/// # Errors
/// [`AppError::Policy`] says which rule is wrong, and how.
pub fn policy(settings: &Settings) -> Result<Policy, AppError> {
    Ok(common_policy(settings)?.narrowed_by(&agency_files(settings)?)?)
}

/// Every agency's own policies.
fn agency_files(settings: &Settings) -> Result<Vec<AgencyFile>, AppError> {
    let Some(directory) = &settings.policies.agencies else { return Ok(Vec::new()) };
    let files = policy_files(directory, "policies.agencies")?;
    let named = files.into_iter().map(|file| {
        let name = file.name.strip_suffix(".cedar").unwrap_or_default();
        let agency = name.parse::<Uuid>().ok().filter(|id| id.to_string() == name);
        let agency = agency.ok_or_else(|| AppError::AgencyName(file.name.clone()))?;
        Ok(AgencyFile { agency: agency.into(), file })
    });
    named.collect()
}

/// The Cedar files of `directory`, in the order of their names.
fn policy_files(directory: &Path, setting: &'static str) -> Result<Vec<PolicyFile>, AppError> {
    let fault = |source| file_fault(setting, directory, source);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if path.extension().is_some_and(|extension| extension == "cedar") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push(PolicyFile { name, text: read(&path, setting)? });
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}

fn common_policy(settings: &Settings) -> Result<Policy, AppError> {
    let Some(directory) = &settings.policies.dir else { return Ok(Policy::embedded()?) };
    let setting = "policies.dir";
    let files = policy_files(directory, setting)?;
    let schema = read(&directory.join("samsyn.cedarschema"), setting)?;
    let words = read(&directory.join("default.toml"), setting)?;
    Ok(Policy::load(&files, &schema, &words)?)
}

fn key(path: Option<&Path>, setting: &'static str) -> Result<[u8; 32], AppError> {
    let problem = "must name a file with a key";
    let wrong = AppError::Settings(SettingsError::Setting { setting, problem });
    seed(path.ok_or(wrong)?, setting)
}

/// The key in the file `path`, which `setting` names.
///
/// # Errors
/// There is no such file, or no key in it.
pub fn seed(path: &Path, setting: &'static str) -> Result<[u8; 32], AppError> {
    let wrong = |problem| AppError::Settings(SettingsError::Setting { setting, problem });
    let text = read(path, setting)?;
    parse_key(text.trim())
        .ok_or_else(|| wrong("names a file that does not hold 64 hexadecimal digits"))
}

fn parse_key(text: &str) -> Option<[u8; 32]> {
    let is_hexadecimal = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bytes: Option<Vec<u8>> = is_hexadecimal.then(|| {
        (0..64).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
    })?;
    bytes?.try_into().ok()
}

fn read(path: &Path, setting: &'static str) -> Result<String, AppError> {
    std::fs::read_to_string(path).map_err(|source| file_fault(setting, path, source))
}

fn file_fault(setting: &'static str, path: &Path, source: std::io::Error) -> AppError {
    AppError::File { setting, path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        let key = parse_key(&"0aF1".repeat(16)).expect("a key");
        assert_eq!(key[..2], [0x0a, 0xf1]);
        for text in ["", &"0".repeat(63), &"0".repeat(66), &"+1".repeat(32), &"å1".repeat(21)] {
            assert_eq!(parse_key(text), None, "{text}");
        }
    }

    #[test]
    fn a_key_that_is_not_there_is_asked_for_by_its_setting() {
        let settings = Settings::with("").expect("the defaults");
        let error = log_settings(&settings).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("setting `ledger.key_file` must name a file with a key"));
        let settings = Settings::with("[vault]\nkey_file = '/nowhere'").expect("settings");
        let error = store(&settings, Clock::machine()).err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("`vault.key_file`")));
    }

    #[test]
    fn nobody_keeps_a_log_for_less_than_the_law_says() {
        let now = "2026-11-21T09:00:00Z".parse().expect("a time");
        let of = |changes: &str| {
            let settings = Settings::with(&format!("[ledger]\n{changes}")).expect("settings");
            let law = law(&settings).expect("the law");
            retention(&settings, &law, now).map_err(|error| error.to_string())
        };
        let agency = "00000000-0000-8000-8000-000000000101";
        let own = of(&format!("retention = {{ \"{agency}\" = 12 }}")).expect("more than the law");
        let id = AgencyId::new(agency.parse().expect("an id"));
        assert_eq!((own.years_of(id), own.years_of(AgencyId::nobody())), (12, 10));
        assert!(of("retention_years = 5").is_ok());
        for less in ["retention_years = 4", &format!("retention = {{ \"{agency}\" = 4 }}")] {
            let said = of(less).expect_err(less);
            assert!(said.contains("`ledger.retention") && said.contains("log_years_min"), "{said}");
        }
    }

    #[test]
    fn the_built_in_policies_and_the_same_from_a_directory_are_one() {
        let built_in = policy(&Settings::with("").expect("the defaults")).expect("policies");
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/config/policies");
        let settings = Settings::with(&format!("[policies]\ndir = '{directory}'"));
        let read = policy(&settings.expect("settings")).expect("policies");
        assert_eq!(read.digest(), built_in.digest());
    }
}
