//! The child, and what must be known of one before anything is decided.

use chrono::{Datelike, NaiveDate};

use sha2::{Digest as _, Sha256};

use super::ids::{ChildId, PersonId};
use super::text::codes;

/// The signs of a pseudonym: none that is taken for another, and no vowel, so that none is a word.
const SIGNS: &[u8; 28] = b"23456789BCDFGHJKLMNPQRSTVWXZ";

codes! {
    /// How a person's identity is protected (folkbokföringslagen, OSL 21:3 and 21:3 a).
    Protection {
        /// Not at all.
        None => "none",
        /// A warning flag: every disclosure is tested (sekretessmarkering).
        Flag => "confidentiality_flag",
        /// Protected population registration (skyddad folkbokföring).
        Registration => "protected_registration",
        /// A new identity (fingerade personuppgifter). Nothing may link it to the old one.
        Fictitious => "fictitious_identity",
    }
}

codes! {
    /// Why somebody has a conflict of interest (FL 16 §).
    ConflictKind {
        /// The child is their own.
        OwnChild => "own_child",
        /// The child is a relative, or of somebody close.
        Relative => "relative",
        /// The child lives in their household.
        Household => "household",
        /// Another circumstance, which they have declared.
        Declared => "declared",
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

/// What a protected person is called on screen. It follows from the random id alone, so that it
/// tells neither name nor number, and stays the same however often it is made.
pub fn pseudonym(id: PersonId, is_child: bool) -> String {
    let digest = Sha256::digest(id.uuid().as_bytes());
    let sign = |byte: &u8| char::from(SIGNS[usize::from(*byte) % SIGNS.len()]);
    let signs: String = digest.iter().take(4).map(sign).collect();
    let word = if is_child { "Barn" } else { "Person" };
    format!("{word} {signs}")
}

/// Age in whole years on `today`; `None` before birth. Born on 29 February, the year is full on
/// 1 March of a common year.
pub fn age_on(birth_date: NaiveDate, today: NaiveDate) -> Option<i64> {
    let years = i64::from(today.year()) - i64::from(birth_date.year());
    let had_birthday = (today.month(), today.day()) >= (birth_date.month(), birth_date.day());
    let age = if had_birthday { years } else { years - 1 };
    (age >= 0).then_some(age)
}

/// The day on which a child born on `birth_date` has lived `years` whole years.
pub fn birthday(birth_date: NaiveDate, years: i64) -> NaiveDate {
    let months = u32::try_from(years.saturating_mul(12)).unwrap_or_default();
    let day = birth_date.checked_add_months(chrono::Months::new(months)).unwrap_or(birth_date);
    // Months end early: the year after 29 February is full on 1 March.
    if day.day() == birth_date.day() { day } else { day.succ_opt().unwrap_or(day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_pseudonym_follows_from_the_id_alone() {
        let id = |n: u128| PersonId::new(uuid::Uuid::from_u128(n));
        let name = pseudonym(id(1), true);
        assert_eq!(name, pseudonym(id(1), true));
        assert_ne!(name, pseudonym(id(2), true));
        assert!(name.starts_with("Barn ") && name.chars().count() == 9, "{name}");
        assert!(pseudonym(id(1), false).starts_with("Person "));
    }

    #[test]
    fn protection_rises_in_the_order_of_its_words() {
        use Protection::{Fictitious, Flag, None, Registration};
        assert!(None < Flag && Flag < Registration && Registration < Fictitious);
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

    #[test]
    fn a_birthday_is_the_first_day_of_the_age() {
        for (birth, birthday_) in [
            ("2008-11-20", "2026-11-20"),
            ("2008-02-29", "2026-03-01"),
            ("2008-01-31", "2026-01-31"),
        ] {
            let (birth, first) = (day(birth), birthday(day(birth), 18));
            assert_eq!(first, day(birthday_));
            assert_eq!(age_on(birth, first), Some(18));
            assert_eq!(age_on(birth, first.pred_opt().unwrap()), Some(17));
        }
    }
}
