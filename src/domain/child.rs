//! The child, and what must be known of one before anything is decided.

use chrono::{Datelike, NaiveDate};

use super::ids::ChildId;
use super::text::codes;

codes! {
    /// How a person's identity is protected (folkbokföringslagen, OSL 21:3 and 21:3 a).
    Protection {
        /// Not at all.
        None => "none",
        /// A warning flag: every disclosure is tested (sekretessmarkering).
        Flag => "confidentiality_flag",
        /// Protected population registration (skyddad folkbokföring).
        Registration => "protected_registration",
    }
}

/// A child as a caseworker meets it.
#[derive(Clone, Debug)]
pub struct Child {
    /// Random; never derived from an identity number.
    pub id: ChildId,
    /// What the child is called on screen; a pseudonym for a protected child.
    pub display_name: String,
    /// The date of birth in its own right: an identity number does not prove one.
    pub birth_date: Option<NaiveDate>,
    /// When an unborn child is expected.
    pub expected_birth: Option<NaiveDate>,
    /// Protection of the identity.
    pub protection: Protection,
}

/// Age in whole years on `today`; `None` before birth. Born on 29 February, the year is full on
/// 1 March of a common year.
pub fn age_on(birth_date: NaiveDate, today: NaiveDate) -> Option<i64> {
    let years = i64::from(today.year()) - i64::from(birth_date.year());
    let had_birthday = (today.month(), today.day()) >= (birth_date.month(), birth_date.day());
    let age = if had_birthday { years } else { years - 1 };
    (age >= 0).then_some(age)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_is_full_on_the_birthday_and_not_the_day_before() {
        for (birth, today, age) in [
            ("2008-11-20", "2026-11-19", Some(17)),
            ("2008-11-20", "2026-11-20", Some(18)),
            ("2012-02-29", "2026-02-28", Some(13)),
            ("2012-02-29", "2026-03-01", Some(14)),
            ("2026-11-21", "2026-11-21", Some(0)),
            ("2027-02-01", "2026-11-21", None),
        ] {
            assert_eq!(age_on(day(birth), day(today)), age, "{birth} on {today}");
        }
    }
}
