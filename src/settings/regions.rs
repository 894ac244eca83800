//! Reads what regions have agreed on from its file.
//!
//! **Invariant:** a clock that makes no sense, or a region that nobody knows, stops the start.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use thiserror::Error;
use uuid::Uuid;

use super::sections::PlanSettings;
use crate::domain::ids::AreaId;
use crate::domain::law::Dated;
use crate::domain::region::{PlanClock, Region, Regions};
use crate::domain::text::{Coded, UnknownWord};

/// The agreements that the service is built with.
const SWEDISH: &str = include_str!("../../config/regions/se.toml");

/// Why the agreements can't be used.
#[derive(Debug, Error)]
pub enum RegionError {
    /// Not TOML, an unknown name, or a value of the wrong type.
    #[error("the regions can't be read: {0}")]
    Read(#[from] toml::de::Error),
    /// No clock of this name.
    #[error(transparent)]
    Clock(#[from] UnknownWord),
    /// A setting names a region that the file doesn't.
    #[error("no region is called `{0}`")]
    Unknown(String),
    /// A clock that makes no sense.
    #[error("region `{region}`: {problem}")]
    Provision {
        /// The region's word.
        region: String,
        /// What is wrong.
        problem: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    region: Vec<RegionRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionRow {
    code: String,
    #[serde(rename = "name")]
    _name: String,
    clock: Vec<ClockRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockRow {
    clock: String,
    days: i64,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    source: String,
}

/// Reads `text`, or the built-in agreements when there is none, and whose hold where.
///
/// # Errors
/// [`RegionError`] says what is wrong.
pub fn read_regions(text: Option<&str>, settings: &PlanSettings) -> Result<Regions, RegionError> {
    let written: Written = toml::from_str(text.unwrap_or(SWEDISH))?;
    let known = written.region.into_iter().map(RegionRow::read).collect::<Result<Vec<_>, _>>()?;
    let of: BTreeMap<AreaId, String> = of_areas(&settings.regions);
    let named = of.values().chain([&settings.region]).filter(|code| !code.is_empty());
    for code in named {
        if !known.iter().any(|region| region.code == *code) {
            return Err(RegionError::Unknown(code.clone()));
        }
    }
    let remind_days = settings.remind_days.into();
    Ok(Regions { known, default: settings.region.clone(), of, remind_days })
}

fn of_areas(regions: &BTreeMap<Uuid, String>) -> BTreeMap<AreaId, String> {
    regions.iter().map(|(area, code)| (AreaId::new(*area), code.clone())).collect()
}

impl RegionRow {
    fn read(self) -> Result<Region, RegionError> {
        let Self { code, clock, .. } = self;
        let wrong = |problem| RegionError::Provision { region: code.clone(), problem };
        let mut clocks = Vec::new();
        for row in clock {
            if row.days < 1 {
                return Err(wrong("the number must be at least 1"));
            }
            if row.valid_to.is_some_and(|last| last < row.valid_from) {
                return Err(wrong("it ends before it begins"));
            }
            let ClockRow { clock, days, valid_from, valid_to, source } = row;
            let dated = Dated { valid_from, valid_to, source, says: days };
            clocks.push((PlanClock::from_code(&clock)?, dated));
        }
        Ok(Region { code, clocks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(region: &str) -> PlanSettings {
        PlanSettings {
            region: region.into(),
            regions: BTreeMap::new(),
            regions_file: None,
            remind_days: 3,
        }
    }

    #[test]
    fn the_built_in_agreements_are_the_regions_own() {
        let begun = "2026-11-23".parse().expect("a day");
        for (region, clock, days) in [
            ("vastra_gotaland", PlanClock::MeetingAfterCall, 21),
            ("varmland", PlanClock::CallAfterBegin, 10),
            ("skane", PlanClock::ActiveAfterBegin, 15),
        ] {
            let regions = read_regions(None, &settings(region)).expect("regions");
            let deadline = regions.deadline(AreaId::nobody(), clock, begun).expect("a clock");
            assert_eq!(deadline.days, days);
            assert!(!deadline.source.is_empty());
        }
        let none = read_regions(None, &settings("")).expect("regions");
        let clock = PlanClock::MeetingAfterCall;
        assert_eq!(none.deadline(AreaId::nobody(), clock, begun), None);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (from, to, said) in [
            ("days = 21", "days = 0", "at least 1"),
            (
                "valid_from = \"2021-01-01\"",
                "valid_from = \"2021-01-01\"\nvalid_to = \"2020-01-01\"",
                "before it begins",
            ),
            ("clock = \"meeting_after_call\"", "clock = \"meeting\"", "PlanClock"),
            ("days = 21", "weeks = 3", "weeks"),
            ("code = \"vastra_gotaland\"", "code = \"west\"", "no region is called"),
        ] {
            assert!(SWEDISH.contains(from), "{from}");
            let text = SWEDISH.replacen(from, to, 1);
            let error = read_regions(Some(&text), &settings("vastra_gotaland")).expect_err(to);
            assert!(error.to_string().contains(said), "{error}");
        }
    }
}
