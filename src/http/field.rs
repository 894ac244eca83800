//! Values as they stand in bodies: words, ids, dates, texts. Each is read when the whole body is
//! here, so that everything wrong can be told at once.

use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::fault::Reason;
use crate::clock::Instant;
use crate::domain::identity_number::{IdentityNumber, IdentityNumberError};
use crate::domain::ids::Id;
use crate::domain::text::Coded;

/// A text in a body that stands for a `T`; [`Raw::read`] tells which, or what is wrong.
///
/// The description of the interface is told by `#[schema(value_type = …)]` what it is: the closed
/// set itself, `Uuid` for an id, `NaiveDate`, `DateTime<Utc>` or `String`.
pub struct Raw<T> {
    text: String,
    of: PhantomData<fn() -> T>,
}

/// Something that a text in a body can stand for.
pub trait Wire: Sized {
    /// Reads it.
    fn read(text: &str) -> Result<Self, Reason>;
}

impl<T: Wire> Raw<T> {
    /// What it stands for.
    ///
    /// # Errors
    /// The word for what is wrong.
    pub fn read(&self) -> Result<T, Reason> {
        T::read(&self.text)
    }
}

/// A text that must say something, without the space around it.
///
/// # Errors
/// `empty`.
pub fn text(text: &str) -> Result<String, Reason> {
    let text = text.trim();
    if text.is_empty() { Err("empty") } else { Ok(text.to_owned()) }
}

/// An id in a view; none where it is kept from the reader.
pub fn named<Of>(id: Id<Of>) -> Option<Uuid> {
    (id != Id::nobody()).then_some(id.uuid())
}

impl<'de, T> Deserialize<'de> for Raw<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { text: String::deserialize(deserializer)?, of: PhantomData })
    }
}

impl<T> Serialize for Raw<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<T: Coded> From<T> for Raw<T> {
    fn from(member: T) -> Self {
        Self { text: member.code().to_owned(), of: PhantomData }
    }
}

impl From<NaiveDate> for Raw<NaiveDate> {
    fn from(day: NaiveDate) -> Self {
        Self { text: day.to_string(), of: PhantomData }
    }
}

impl<T> fmt::Debug for Raw<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Raw(hidden)")
    }
}

impl<T: Coded> Wire for T {
    fn read(text: &str) -> Result<Self, Reason> {
        T::from_code(text).map_err(|_| "unknown_word")
    }
}

impl<Of> Wire for Id<Of> {
    fn read(text: &str) -> Result<Self, Reason> {
        Uuid::try_parse(text).map(Self::new).map_err(|_| "not_an_id")
    }
}

impl Wire for NaiveDate {
    fn read(text: &str) -> Result<Self, Reason> {
        // The parser takes `2026-1-2` and `+12026-01-02` as well; the wire has one form, with four
        // digits for the year (RFC 3339 full-date).
        let day = text.parse::<Self>().map_err(|_| "not_a_date")?;
        let has_the_form = text.len() == "2026-11-21".len() && day.to_string() == text;
        if has_the_form { Ok(day) } else { Err("not_a_date") }
    }
}

impl Wire for Instant {
    fn read(text: &str) -> Result<Self, Reason> {
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| "not_a_time")?;
        Ok(time.with_timezone(&Utc))
    }
}

impl Wire for IdentityNumber {
    fn read(text: &str) -> Result<Self, Reason> {
        Self::parse(text.trim()).map_err(|error| match error {
            IdentityNumberError::MissingCentury => "identity_number_no_century",
            IdentityNumberError::WrongLength => "identity_number_length",
            IdentityNumberError::NotDigits => "identity_number_signs",
            IdentityNumberError::NoSuchCentury => "identity_number_century",
            IdentityNumberError::NoSuchDay => "identity_number_day",
            IdentityNumberError::WrongCheckDigit => "identity_number_check_digit",
            IdentityNumberError::Interim => "identity_number_interim",
            IdentityNumberError::UnusedLetter => "identity_number_letter",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::category::Category;
    use crate::domain::ids::UnitId;
    use crate::http::fault::REASONS;

    fn read<T: Wire>(text: &str) -> Result<T, Reason> {
        serde_json::from_value::<Raw<T>>(text.into()).expect("a text").read()
    }

    fn wrong<T: Wire>(text: &str) -> Reason {
        let reason = read::<T>(text).err().unwrap_or_else(|| panic!("`{text}` was read"));
        assert!(REASONS.contains(&reason), "{reason}");
        reason
    }

    #[test]
    fn a_word_of_the_set_is_read_and_no_other() {
        assert_eq!(read::<Category>("MED"), Ok(Category::Med));
        assert_eq!(wrong::<Category>("med"), "unknown_word");
    }

    #[test]
    fn ids_days_and_times_are_read() {
        let id = "018f0000-0000-7000-8000-000000000001";
        assert_eq!(read::<UnitId>(id).map(|unit| unit.to_string()), Ok(id.to_owned()));
        assert_eq!(wrong::<UnitId>("1"), "not_an_id");
        assert_eq!(
            read::<NaiveDate>("2026-11-21").map(|day| day.to_string()),
            Ok("2026-11-21".into())
        );
        for text in [
            "2026-02-29",
            "2026-1-2",
            "21/11 2026",
            "+2026-11-21",
            "+12026-11-21",
            "-2026-11-21",
            "",
        ] {
            assert_eq!(wrong::<NaiveDate>(text), "not_a_date", "{text}");
        }
        assert!(read::<Instant>("2026-11-21T22:24:00+01:00").is_ok());
        assert_eq!(wrong::<Instant>("2026-11-21"), "not_a_time");
    }

    #[test]
    fn a_text_says_something() {
        assert_eq!(text(" a\nb \n"), Ok("a\nb".to_owned()));
        assert_eq!(text(" \t\n"), Err("empty"));
    }

    #[test]
    fn each_fault_of_an_identity_number_has_its_reason() {
        assert!(read::<IdentityNumber>("19121212-1212").is_ok());
        for (number, reason) in [
            ("121212-1212", "identity_number_no_century"),
            ("1", "identity_number_length"),
            ("19121212+212", "identity_number_signs"),
            ("211212121212", "identity_number_century"),
            ("191213121212", "identity_number_day"),
            ("191212121213", "identity_number_check_digit"),
            ("19121212T212", "identity_number_interim"),
            ("22790814AI01", "identity_number_letter"),
        ] {
            assert_eq!(wrong::<IdentityNumber>(number), reason, "{number}");
        }
    }

    #[test]
    fn what_is_shown_can_be_sent_again() {
        let day: NaiveDate = "2026-11-21".parse().expect("a day");
        let sent = serde_json::to_value((Raw::from(Category::Med), Raw::from(day))).expect("JSON");
        assert_eq!(sent, serde_json::json!(["MED", "2026-11-21"]));
        let (category, on): (Raw<Category>, Raw<NaiveDate>) =
            serde_json::from_value(sent).expect("the same");
        assert_eq!((category.read(), on.read()), (Ok(Category::Med), Ok(day)));
    }

    #[test]
    fn a_raw_value_is_not_shown() {
        let raw: Raw<Category> = serde_json::from_value("secret".into()).expect("a text");
        assert!(!format!("{raw:?}").contains("secret"));
    }
}
