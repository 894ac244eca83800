//! The law as data: ages and clocks, each with the dates between which it holds.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::log_review::ReviewRules;
use crate::clock::Instant;

/// What the service needs to know of one country's law.
#[derive(Clone, Debug)]
pub struct Law {
    /// The zone in which a day begins and a birthday comes.
    pub time_zone: Tz,
    /// Who lifts secrecy, by age.
    pub waiver_ages: Vec<Dated<WaiverAges>>,
    /// Who consents to an intervention, by age.
    pub intervention_ages: Vec<Dated<InterventionAges>>,
    /// For how long a consent binds without a guardian who can't be reached.
    pub unreachable_days_max: Vec<Dated<i64>>,
    /// The longest that a waiver may be given for.
    pub waiver_days_max: Vec<Dated<i64>>,
    /// Below this age the rules that open health care and social services to each other hold.
    pub child_below_age: Vec<Dated<i64>>,
    /// How many minutes an emergency opening lasts.
    pub break_glass_minutes: Vec<Dated<i64>>,
    /// Within how many days it must be reviewed.
    pub break_glass_review_days: Vec<Dated<i64>>,
    /// Within how many days an access extract is given.
    pub access_extract_days: Vec<Dated<i64>>,
    /// For how many days after a case is closed its parties still read.
    pub read_only_days_after_close: Vec<Dated<i64>>,
    /// For how many years an access log is kept at least.
    pub log_years_min: Vec<Dated<i64>>,
    /// The longest that somebody covers for a colleague.
    pub substitute_days_max: Vec<Dated<i64>>,
    /// How an agency's log is reviewed.
    pub log_review: Vec<Dated<ReviewRules>>,
}

/// A provision and the days on which it holds.
#[derive(Clone, Debug)]
pub struct Dated<T> {
    /// The first day.
    pub valid_from: NaiveDate,
    /// The last day, if known.
    pub valid_to: Option<NaiveDate>,
    /// Where it stands, such as `OSL 12:3`.
    pub source: String,
    /// What it says.
    pub says: T,
}

/// At which ages a child takes part in, or alone decides on, lifting its secrecy (OSL 12:3,
/// FB 6:11; the law has no fixed ages, these are the practice's).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaiverAges {
    /// From this age the child gives its consent beside the guardians.
    pub with_child_from: i64,
    /// From this age the child alone.
    pub child_alone_from: i64,
    /// From this age the adult alone, and guardians have no say.
    pub adult_from: i64,
}

/// At which ages a child consents to an intervention without its guardians (SoL 21:1–2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterventionAges {
    /// From this age the child alone, where needs were assessed and it is suitable.
    pub child_from: i64,
    /// From this age the child alone where it is suitable, whether or not needs were assessed; its
    /// own consent is then always needed.
    pub child_alone_from: i64,
}

impl Law {
    /// The day that it is in the law's zone.
    pub fn day_of(&self, at: Instant) -> NaiveDate {
        at.with_timezone(&self.time_zone).date_naive()
    }

    /// The moment at which `day` begins in the law's zone.
    pub fn begin_of(&self, day: NaiveDate) -> Instant {
        day.and_hms_opt(0, 0, 0)
            .and_then(|night| night.and_local_timezone(self.time_zone).earliest())
            .map(|night| night.to_utc())
            .unwrap_or_default()
    }
}

/// The provision that holds on `day`: of those that do, the one that came last.
pub fn in_force<T>(provisions: &[Dated<T>], day: NaiveDate) -> Option<&Dated<T>> {
    provisions
        .iter()
        .filter(|law| law.valid_from <= day && law.valid_to.is_none_or(|last| day <= last))
        .max_by_key(|law| law.valid_from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dated(from: &str, to: Option<&str>, says: i64) -> Dated<i64> {
        Dated {
            valid_from: from.parse().unwrap(),
            valid_to: to.map(|day| day.parse().unwrap()),
            source: String::new(),
            says,
        }
    }

    #[test]
    fn the_newest_provision_that_holds_on_the_day_is_in_force() {
        let law = [dated("2020-01-01", Some("2026-06-30"), 1), dated("2026-07-01", None, 2)];
        for (day, says) in [
            ("2019-12-31", None),
            ("2020-01-01", Some(1)),
            ("2026-06-30", Some(1)),
            ("2026-07-01", Some(2)),
        ] {
            assert_eq!(in_force(&law, day.parse().unwrap()).map(|law| law.says), says, "{day}");
        }
    }
}
