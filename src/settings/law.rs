//! Reads the law from its file.
//!
//! **Invariant:** a law without a provision of each kind, or with ages out of order, stops the
//! start: nothing is guessed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use thiserror::Error;

use crate::domain::agency::Role;
use crate::domain::law::{Dated, InterventionAges, Law, WaiverAges};
use crate::domain::log_review::{ReviewRules, SamplingRule};
use crate::domain::text::{Coded, UnknownWord};

/// The law that the service is built with.
const SWEDEN: &str = include_str!("../../config/law/se.toml");

/// Why the law can't be used.
#[derive(Debug, Error)]
pub enum LawError {
    /// Not TOML, an unknown name, or a value of the wrong type.
    #[error("the law can't be read: {0}")]
    Read(#[from] toml::de::Error),
    /// No time zone of this name (IANA).
    #[error("the law names `{0}`, which is no time zone")]
    TimeZone(String),
    /// A kind of provision that has none.
    #[error("the law has no `{0}`")]
    Missing(&'static str),
    /// A provision that makes no sense.
    #[error("`{kind}` from {from}: {problem}")]
    Provision {
        /// Its kind.
        kind: &'static str,
        /// Its first day.
        from: NaiveDate,
        /// What is wrong.
        problem: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    time_zone: String,
    waiver_ages: Vec<WaiverAgesRow>,
    intervention_ages: Vec<InterventionAgesRow>,
    unreachable_days_max: Vec<DaysRow>,
    break_glass_minutes: Vec<MinutesRow>,
    access_extract_days: Vec<DaysRow>,
    break_glass_review_days: Vec<DaysRow>,
    read_only_days_after_close: Vec<DaysRow>,
    log_years_min: Vec<YearsRow>,
    substitute_days_max: Vec<DaysRow>,
    waiver_days_max: Vec<DaysRow>,
    child_below_age: Vec<AgeRow>,
    log_review: Vec<ReviewRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WaiverAgesRow {
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    source: String,
    with_child_from: i64,
    child_alone_from: i64,
    adult_from: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InterventionAgesRow {
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    source: String,
    child_from: i64,
    child_alone_from: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DaysRow {
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    source: String,
    days: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearsRow {
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    source: String,
    years: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MinutesRow {
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    source: String,
    minutes: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReviewRow {
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    source: String,
    night_from_hour: u32,
    night_to_hour: u32,
    night_roles: Vec<String>,
    bulk_children_per_hour: u64,
    every_months: u32,
    open_days_max: i64,
    query_days_max: i64,
    permille: BTreeMap<String, u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgeRow {
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    source: String,
    age: i64,
}

/// Reads `text`, or the built-in Swedish law when there is none.
///
/// # Errors
/// [`LawError`] says which provision is wrong.
pub fn read_law(text: Option<&str>) -> Result<Law, LawError> {
    let written: Written = toml::from_str(text.unwrap_or(SWEDEN))?;
    let law = Law {
        time_zone: written
            .time_zone
            .parse()
            .map_err(|_| LawError::TimeZone(written.time_zone.clone()))?,
        waiver_ages: written.waiver_ages.into_iter().map(WaiverAgesRow::dated).collect(),
        intervention_ages: written
            .intervention_ages
            .into_iter()
            .map(InterventionAgesRow::dated)
            .collect(),
        unreachable_days_max: written
            .unreachable_days_max
            .into_iter()
            .map(|row| dated(row.valid_from, row.valid_to, row.source, row.days))
            .collect(),
        waiver_days_max: written
            .waiver_days_max
            .into_iter()
            .map(|row| dated(row.valid_from, row.valid_to, row.source, row.days))
            .collect(),
        child_below_age: written
            .child_below_age
            .into_iter()
            .map(|row| dated(row.valid_from, row.valid_to, row.source, row.age))
            .collect(),
        break_glass_minutes: written
            .break_glass_minutes
            .into_iter()
            .map(|row| dated(row.valid_from, row.valid_to, row.source, row.minutes))
            .collect(),
        access_extract_days: days(written.access_extract_days),
        break_glass_review_days: days(written.break_glass_review_days),
        read_only_days_after_close: days(written.read_only_days_after_close),
        log_years_min: written
            .log_years_min
            .into_iter()
            .map(|row| dated(row.valid_from, row.valid_to, row.source, row.years))
            .collect(),
        substitute_days_max: days(written.substitute_days_max),
        log_review: written
            .log_review
            .into_iter()
            .map(ReviewRow::dated)
            .collect::<Result<_, _>>()?,
    };
    check("waiver_ages", &law.waiver_ages, |ages| {
        let WaiverAges { with_child_from, child_alone_from, adult_from } = *ages;
        let ordered = 0 <= with_child_from
            && with_child_from <= child_alone_from
            && child_alone_from <= adult_from;
        (!ordered).then_some("the ages do not rise")
    })?;
    check("intervention_ages", &law.intervention_ages, |ages| {
        let InterventionAges { child_from, child_alone_from } = *ages;
        (child_from < 0 || child_alone_from < child_from).then_some("the ages do not rise")
    })?;
    let above_zero = |number: &i64| (*number < 1).then_some("the number must be at least 1");
    check("waiver_days_max", &law.waiver_days_max, above_zero)?;
    check("unreachable_days_max", &law.unreachable_days_max, above_zero)?;
    check("child_below_age", &law.child_below_age, above_zero)?;
    check("break_glass_minutes", &law.break_glass_minutes, above_zero)?;
    check("access_extract_days", &law.access_extract_days, above_zero)?;
    check("break_glass_review_days", &law.break_glass_review_days, above_zero)?;
    check("read_only_days_after_close", &law.read_only_days_after_close, above_zero)?;
    check("log_years_min", &law.log_years_min, above_zero)?;
    check("substitute_days_max", &law.substitute_days_max, above_zero)?;
    check("log_review", &law.log_review, review_fault)?;
    Ok(law)
}

/// What makes no sense about how logs are reviewed.
fn review_fault(rules: &ReviewRules) -> Option<&'static str> {
    let every = SamplingRule::ALL
        .iter()
        .all(|rule| rules.permille.get(rule).is_some_and(|permille| (1..=1000).contains(permille)));
    let roles = rules.night_roles.iter().all(|role| Role::from_code(role).is_ok());
    let faults = [
        (rules.night_from_hour > 23 || rules.night_to_hour > 23, "an hour is one of 0 to 23"),
        (!roles, "a role is unknown"),
        (rules.bulk_children_per_hour < 1, "the number must be at least 1"),
        (rules.open_days_max < 1 || rules.query_days_max < 1, "the number must be at least 1"),
        (
            rules.every_months == 0 || 12 % rules.every_months != 0,
            "the months do not make up a year",
        ),
        (!every, "each rule needs a share of 1 to 1000"),
        (
            rules.permille.get(&SamplingRule::BreakGlass) != Some(&1000),
            "every emergency opening is reviewed",
        ),
    ];
    faults.iter().find(|(broken, _)| *broken).map(|(_, problem)| *problem)
}

impl ReviewRow {
    fn dated(self) -> Result<Dated<ReviewRules>, LawError> {
        let unknown = |from| LawError::Provision {
            kind: "log_review",
            from,
            problem: "`permille` names no rule that there is",
        };
        let permille = self
            .permille
            .iter()
            .map(|(rule, permille)| Ok((SamplingRule::from_code(rule)?, *permille)))
            .collect::<Result<_, UnknownWord>>()
            .map_err(|_| unknown(self.valid_from))?;
        let rules = ReviewRules {
            night_from_hour: self.night_from_hour,
            night_to_hour: self.night_to_hour,
            night_roles: self.night_roles,
            bulk_children_per_hour: self.bulk_children_per_hour,
            every_months: self.every_months,
            open_days_max: self.open_days_max,
            query_days_max: self.query_days_max,
            permille,
        };
        Ok(dated(self.valid_from, self.valid_to, self.source, rules))
    }
}

impl InterventionAgesRow {
    fn dated(self) -> Dated<InterventionAges> {
        let ages = InterventionAges {
            child_from: self.child_from,
            child_alone_from: self.child_alone_from,
        };
        dated(self.valid_from, self.valid_to, self.source, ages)
    }
}

impl WaiverAgesRow {
    fn dated(self) -> Dated<WaiverAges> {
        let ages = WaiverAges {
            with_child_from: self.with_child_from,
            child_alone_from: self.child_alone_from,
            adult_from: self.adult_from,
        };
        dated(self.valid_from, self.valid_to, self.source, ages)
    }
}

fn days(rows: Vec<DaysRow>) -> Vec<Dated<i64>> {
    rows.into_iter().map(|row| dated(row.valid_from, row.valid_to, row.source, row.days)).collect()
}

fn dated<T>(
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    source: String,
    says: T,
) -> Dated<T> {
    Dated { valid_from, valid_to, source, says }
}

fn check<T>(
    kind: &'static str,
    provisions: &[Dated<T>],
    wrong: impl Fn(&T) -> Option<&'static str>,
) -> Result<(), LawError> {
    if provisions.is_empty() {
        return Err(LawError::Missing(kind));
    }
    for law in provisions {
        let backwards = law.valid_to.is_some_and(|last| last < law.valid_from);
        let problem = backwards.then_some("it ends before it begins").or_else(|| wrong(&law.says));
        if let Some(problem) = problem {
            return Err(LawError::Provision { kind, from: law.valid_from, problem });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::law::in_force;

    #[test]
    fn the_built_in_law_holds_today_and_says_what_practice_does() {
        let law = read_law(None).expect("the built-in law");
        let day = "2026-11-21".parse().expect("a day");
        let ages = in_force(&law.waiver_ages, day).expect("ages").says;
        assert_eq!((ages.with_child_from, ages.child_alone_from, ages.adult_from), (12, 15, 18));
        assert_eq!(in_force(&law.child_below_age, day).map(|law| law.says), Some(18));
        assert_eq!(in_force(&law.waiver_days_max, day).map(|law| law.says), Some(365));
        assert_eq!(in_force(&law.log_years_min, day).map(|law| law.says), Some(5));
        let ages = in_force(&law.intervention_ages, day).expect("ages").says;
        assert_eq!((ages.child_from, ages.child_alone_from), (12, 15));
        assert_eq!(in_force(&law.unreachable_days_max, day).map(|law| law.says), Some(14));
        assert_eq!(law.time_zone, chrono_tz::Europe::Stockholm);
    }

    #[test]
    fn every_provision_names_its_source() {
        let law = read_law(None).expect("the built-in law");
        let sources = law.waiver_ages.iter().map(|law| &law.source);
        let sources = sources.chain(law.waiver_days_max.iter().map(|law| &law.source));
        let mut sources = sources.chain(law.child_below_age.iter().map(|law| &law.source));
        assert!(sources.all(|source| source.contains("OSL")));
    }

    #[test]
    fn a_law_that_makes_no_sense_is_refused() {
        for (from, to, said) in [
            ("Europe/Stockholm", "Europe/Samsyn", "no time zone"),
            ("child_alone_from = 15", "child_alone_from = 11", "do not rise"),
            ("days = 365", "days = 0", "at least 1"),
            ("days = 14", "days = 0", "at least 1"),
            ("3:4\"\nchild_from = 12", "3:4\"\nchild_from = 16", "do not rise"),
            ("age = 18", "age = 18\nvalid_to = \"2001-01-01\"", "ends before it begins"),
            ("age = 18", "years = 18", "years"),
            ("[[waiver_ages]]", "[[old_waiver_ages]]", "waiver_ages"),
            ("every_months = 1", "every_months = 5", "do not make up a year"),
            ("night_to_hour = 6", "night_to_hour = 24", "0 to 23"),
            ("\"emergency_clinician\"]", "\"night_owl\"]", "a role is unknown"),
            ("break_glass = 1000", "break_glass = 999", "every emergency opening"),
            ("random = 10", "random = 0", "1 to 1000"),
            ("random = 10", "at_random = 10", "names no rule"),
        ] {
            assert!(SWEDEN.contains(from), "{from}");
            let error = read_law(Some(&SWEDEN.replacen(from, to, 1))).expect_err(to).to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
