//! Swedish identity numbers of private persons: personnummer, samordningsnummer, national reserve
//! number.
//!
//! **Invariant:** a number is only ever compared. No birth date and no gender is read out of it: a
//! personnummer may carry a nearby day when the right day's numbers have run out
//! (folkbokföringslagen 18 §), a samordningsnummer may rest on an unconfirmed day, and a legal
//! gender changes without the number of an old document changing with it. Both facts have fields of
//! their own.
//!
//! **Invariant:** no error and no `Debug` here repeats the number.

use std::fmt;

use chrono::NaiveDate;

/// How many characters a whole number has.
const LENGTH: usize = 12;
/// Where the part after the date begins; the usual place of the hyphen.
const SERIAL_AT: usize = 8;
/// Letters that a national reserve number never uses, as they look like digits or each other.
const UNUSED_LETTERS: &[u8] = b"IOQVW";

/// A checked identity number, twelve characters with the century. Two are equal when the person is
/// named by the same number of the same scheme.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdentityNumber {
    scheme: IdentityScheme,
    digits: String,
}

/// Who gives the number out, and by which rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdentityScheme {
    /// Given by the Tax Agency to everybody in the population register.
    Personnummer,
    /// Given by the Tax Agency to others who need a number; the day is raised by sixty.
    Samordningsnummer,
    /// Given by health care to patients without a known number.
    NationalReserveNumber,
}

/// Why a text is not an identity number that Samsyn keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityNumberError {
    /// Ten digits, as in `YYMMDD-NNNC`: which century is meant would be a guess.
    #[error("write the identity number with the century, twelve digits")]
    MissingCentury,
    /// Neither ten nor twelve characters.
    #[error("an identity number has twelve characters")]
    WrongLength,
    /// A character that the form has no room for.
    #[error("an identity number consists of digits, with at most one hyphen after the date")]
    NotDigits,
    /// The first two digits are not those of this kind of number.
    #[error("the century of the identity number is not in use")]
    NoSuchCentury,
    /// The date part names no day.
    #[error("the date part of the identity number is no day of the calendar")]
    NoSuchDay,
    /// The check digit does not fit the rest: something is mistyped.
    #[error("the check digit of the identity number does not fit, look for a mistyped digit")]
    WrongCheckDigit,
    /// A number with letters that one organisation made up for its own use.
    #[error("an interim number is valid only with the organisation that issued it")]
    Interim,
    /// A national reserve number with one of the letters I, O, Q, V and W.
    #[error("a national reserve number never has the letters I, O, Q, V or W")]
    UnusedLetter,
}

impl IdentityScheme {
    /// The name of the scheme, for people and for views.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Personnummer => "personnummer",
            Self::Samordningsnummer => "samordningsnummer",
            Self::NationalReserveNumber => "nationellt reservnummer",
        }
    }

    /// The object identifier of the scheme, dotted decimal.
    pub const fn oid(self) -> &'static str {
        match self {
            Self::Personnummer => "1.2.752.129.2.1.3.1",
            Self::Samordningsnummer => "1.2.752.129.2.1.3.3",
            Self::NationalReserveNumber => "1.2.752.74.9.1",
        }
    }

    /// `Identifier.system` in FHIR (the Swedish base profiles).
    pub const fn fhir_system(self) -> &'static str {
        match self {
            Self::Personnummer => "http://electronichealth.se/identifier/personnummer",
            Self::Samordningsnummer => "http://electronichealth.se/identifier/samordningsnummer",
            Self::NationalReserveNumber => {
                "http://electronichealth.se/identifier/nationelltReservnummer"
            }
        }
    }
}

impl IdentityNumber {
    /// Reads `YYYYMMDDNNNC` or `YYYYMMDD-NNNC`; the letters of a reserve number are capitals.
    ///
    /// Whether the day lies in the future is not asked here, as this room knows no clock.
    ///
    /// # Errors
    /// Says what is wrong with the text, and never repeats it.
    pub fn parse(text: &str) -> Result<Self, IdentityNumberError> {
        let number = without_hyphen(text)?;
        let scheme = scheme_of(&number)?;
        check(&number, scheme)?;
        Ok(Self { scheme, digits: number.iter().map(|&byte| char::from(byte)).collect() })
    }

    /// By which rules the number was given out.
    pub const fn scheme(&self) -> IdentityScheme {
        self.scheme
    }

    /// The bare twelve characters. For the vault, which seals them, and for nobody else.
    pub fn digits(&self) -> &str {
        &self.digits
    }
}

impl fmt::Debug for IdentityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentityNumber({}, hidden)", self.scheme.name())
    }
}

/// Twelve characters, of which nothing is known yet but that each is a digit or a Latin letter.
type Characters = [u8; LENGTH];

fn without_hyphen(text: &str) -> Result<Characters, IdentityNumberError> {
    let bytes = text.as_bytes();
    let characters: Characters = match bytes.len() {
        LENGTH => std::array::from_fn(|at| bytes[at]),
        13 if bytes[SERIAL_AT] == b'-' => {
            std::array::from_fn(|at| bytes[if at < SERIAL_AT { at } else { at + 1 }])
        }
        10 | 11 if bytes[..6].iter().all(u8::is_ascii_digit) => {
            return Err(IdentityNumberError::MissingCentury);
        }
        _ => return Err(IdentityNumberError::WrongLength),
    };
    if characters.iter().all(u8::is_ascii_alphanumeric) {
        Ok(characters)
    } else {
        Err(IdentityNumberError::NotDigits)
    }
}

fn scheme_of(number: &Characters) -> Result<IdentityScheme, IdentityNumberError> {
    let (date, serial) = number.split_at(SERIAL_AT);
    if !date.iter().all(u8::is_ascii_digit) {
        return Err(IdentityNumberError::NotDigits);
    }
    if serial.iter().all(u8::is_ascii_digit) {
        let raised = two_digits(number, 6) > 60;
        return Ok(if raised {
            IdentityScheme::Samordningsnummer
        } else {
            IdentityScheme::Personnummer
        });
    }
    if !serial[0].is_ascii_alphabetic() {
        return Err(IdentityNumberError::NotDigits);
    }
    // Letters after a plain birth date are how regions and schools mark numbers of their own.
    if is_birth_century(two_digits(number, 0)) || !has_reserve_serial(serial) {
        return Err(IdentityNumberError::Interim);
    }
    Ok(IdentityScheme::NationalReserveNumber)
}

fn has_reserve_serial(serial: &[u8]) -> bool {
    serial[0].is_ascii_uppercase()
        && serial[1].is_ascii_uppercase()
        && (serial[2].is_ascii_uppercase() || serial[2].is_ascii_digit())
        && serial[3].is_ascii_digit()
}

fn check(number: &Characters, scheme: IdentityScheme) -> Result<(), IdentityNumberError> {
    let [century, year, month, day] = [0, 2, 4, 6].map(|at| two_digits(number, at));
    match scheme {
        IdentityScheme::Personnummer => {
            check_birth_century(century)?;
            check_day(century, year, month, day)?;
            check_luhn(&number[2..])
        }
        IdentityScheme::Samordningsnummer => {
            check_birth_century(century)?;
            check_day(century, year, month, day - 60)?;
            check_luhn(&number[2..])
        }
        IdentityScheme::NationalReserveNumber => {
            if number.iter().any(|character| UNUSED_LETTERS.contains(character)) {
                return Err(IdentityNumberError::UnusedLetter);
            }
            check_reserve_date(century, year, month, day)?;
            check_luhn(number)
        }
    }
}

/// A reserve number's century is 00 when the birth date is unknown, and then month and day lie
/// outside the calendar; else it is the birth century raised by three, and by three again for each
/// series that has run out. The series accepted are those of the birth years 19YY: 22, 25 … 76.
fn check_reserve_date(
    century: u32,
    year: u32,
    month: u32,
    day: u32,
) -> Result<(), IdentityNumberError> {
    match century {
        0 if month >= 20 && (40..=59).contains(&day) => Ok(()),
        0 => Err(IdentityNumberError::NoSuchDay),
        22..=78 if (century - 22).is_multiple_of(3) => check_day(19, year, month, day),
        _ => Err(IdentityNumberError::NoSuchCentury),
    }
}

fn check_birth_century(century: u32) -> Result<(), IdentityNumberError> {
    if is_birth_century(century) { Ok(()) } else { Err(IdentityNumberError::NoSuchCentury) }
}

fn is_birth_century(century: u32) -> bool {
    (18..=20).contains(&century)
}

fn check_day(century: u32, year: u32, month: u32, day: u32) -> Result<(), IdentityNumberError> {
    i32::try_from(century * 100 + year)
        .ok()
        .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
        .map(|_| ())
        .ok_or(IdentityNumberError::NoSuchDay)
}

/// Modulus ten with the weights 2, 1, 2, 1 …, adding the decimal digits of each product. A letter
/// counts as its ASCII code.
fn check_luhn(characters: &[u8]) -> Result<(), IdentityNumberError> {
    let sum: u32 = characters
        .iter()
        .zip([2, 1].into_iter().cycle())
        .map(|(&character, weight)| digit_sum(value(character) * weight))
        .sum();
    if sum.is_multiple_of(10) { Ok(()) } else { Err(IdentityNumberError::WrongCheckDigit) }
}

fn digit_sum(mut number: u32) -> u32 {
    let mut sum = 0;
    while number > 0 {
        sum += number % 10;
        number /= 10;
    }
    sum
}

fn value(character: u8) -> u32 {
    if character.is_ascii_digit() { u32::from(character - b'0') } else { u32::from(character) }
}

/// The two digits at `at` and after it; the date part is known to be digits by now.
fn two_digits(number: &Characters, at: usize) -> u32 {
    value(number[at]) * 10 + value(number[at + 1])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::IdentityScheme::{NationalReserveNumber, Personnummer, Samordningsnummer};
    use super::*;

    /// The official test identities; the last column is the scheme.
    const ACCEPTED: [(&str, IdentityScheme); 13] = [
        ("191212121212", Personnummer),
        ("200302022389", Personnummer),
        ("196101182803", Personnummer),
        ("200001252386", Personnummer),
        ("189602029812", Personnummer),
        ("196109732393", Samordningsnummer),
        ("197010632391", Samordningsnummer),
        ("196206703974", Samordningsnummer),
        ("22790814AA01", NationalReserveNumber),
        ("22950606FH12", NationalReserveNumber),
        ("25780404KHD5", NationalReserveNumber),
        ("00342145BZ31", NationalReserveNumber),
        ("00749852BZK0", NationalReserveNumber),
    ];

    fn parse(text: &str) -> Result<IdentityScheme, IdentityNumberError> {
        IdentityNumber::parse(text).map(|number| number.scheme())
    }

    fn refusal(text: &str) -> IdentityNumberError {
        parse(text).expect_err(text)
    }

    #[test]
    fn every_official_test_identity_is_accepted_with_and_without_its_hyphen() {
        for (text, scheme) in ACCEPTED {
            assert_eq!(parse(text), Ok(scheme), "{text}");
            let (date, serial) = text.split_at(SERIAL_AT);
            let number = IdentityNumber::parse(&format!("{date}-{serial}")).expect(text);
            assert_eq!(number.digits(), text);
            assert_eq!(Ok(number), IdentityNumber::parse(text));
        }
    }

    #[test]
    fn a_refusal_says_what_is_wrong() {
        use IdentityNumberError as E;
        let table = [
            ("", E::WrongLength),
            ("19121212121", E::MissingCentury),
            ("1912121212123", E::WrongLength),
            ("19121212 1212", E::WrongLength),
            ("1212121212", E::MissingCentury),
            ("121212-1212", E::MissingCentury),
            ("121212+1212", E::MissingCentury),
            ("AAAAAAAAAA", E::WrongLength),
            ("19121212+212", E::NotDigits),
            ("1912121å1212", E::WrongLength),
            ("1912121å212", E::NotDigits),
            ("19A212121212", E::NotDigits),
            ("1912121212A2", E::NotDigits),
            ("211212121212", E::NoSuchCentury),
            ("991212121212", E::NoSuchCentury),
            ("191213121212", E::NoSuchDay),
            ("191202301212", E::NoSuchDay),
            ("191212601212", E::NoSuchDay),
            ("196109922393", E::NoSuchDay),
            ("191212121213", E::WrongCheckDigit),
            ("196109732394", E::WrongCheckDigit),
            ("19121212T212", E::Interim),
            ("19121212t212", E::Interim),
            ("19121212TF12", E::Interim),
            ("22790814A001", E::Interim),
            ("22790814aa01", E::Interim),
            ("22790814AI01", E::UnusedLetter),
            ("22790814AAW1", E::UnusedLetter),
            ("22790814AA02", E::WrongCheckDigit),
            ("22791314AA01", E::NoSuchDay),
            ("00341945BZ31", E::NoSuchDay),
            ("00342139BZ31", E::NoSuchDay),
            ("00342160BZ31", E::NoSuchDay),
            ("81790814AA01", E::NoSuchCentury),
        ];
        for (text, error) in table {
            assert_eq!(refusal(text), error, "{text}");
        }
    }

    #[test]
    fn the_published_faulty_reserve_numbers_are_refused() {
        assert_eq!(refusal("19790914AA05"), IdentityNumberError::Interim);
        assert_eq!(refusal("23790914AA09"), IdentityNumberError::NoSuchCentury);
        assert_eq!(refusal("00790914AA06"), IdentityNumberError::NoSuchDay);
    }

    #[test]
    fn the_schemes_carry_different_names_and_systems() {
        for (one, other) in [
            (Personnummer, Samordningsnummer),
            (Samordningsnummer, NationalReserveNumber),
            (NationalReserveNumber, Personnummer),
        ] {
            assert_ne!(one.name(), other.name());
            assert_ne!(one.oid(), other.oid());
            assert_ne!(one.fhir_system(), other.fhir_system());
        }
    }

    #[test]
    fn debug_hides_the_number() {
        for (text, _) in ACCEPTED {
            let shown = format!("{:?}", IdentityNumber::parse(text));
            assert!(!shown.contains(text) && !shown.contains(&text[SERIAL_AT..]), "{shown}");
        }
    }

    #[test]
    fn each_change_of_one_checked_digit_is_refused() {
        for (text, scheme) in ACCEPTED {
            // The check digit of the Tax Agency's numbers does not cover the century.
            let first = if scheme == NationalReserveNumber { 0 } else { 2 };
            for at in (first..LENGTH).filter(|&at| text.as_bytes()[at].is_ascii_digit()) {
                for digit in ('0'..='9').filter(|&digit| !text[at..].starts_with(digit)) {
                    let changed = format!("{}{digit}{}", &text[..at], &text[at + 1..]);
                    assert!(parse(&changed).is_err(), "{text} read as {changed}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic_and_never_repeated(text in "\\PC{1,20}") {
            if let Err(error) = IdentityNumber::parse(&text) {
                let said = format!("{error} {error:?}");
                prop_assert!(text.len() < 8 || !said.contains(&text));
            }
        }

        #[test]
        fn any_text_of_the_right_shape_is_read_without_panic(
            text in "[0-9]{8}-?[0-9A-Zptf]{4}",
        ) {
            if let Ok(number) = IdentityNumber::parse(&text) {
                prop_assert_eq!(number.digits(), text.replace('-', ""));
            }
        }

        #[test]
        fn at_most_one_check_digit_fits(start in "(18|19|20)[0-9]{2}(0[1-9]|1[0-2])[0-2][1-8][0-9]{3}") {
            let fits = (0..10).filter(|digit| parse(&format!("{start}{digit}")).is_ok()).count();
            prop_assert_eq!(fits, 1);
        }
    }
}
