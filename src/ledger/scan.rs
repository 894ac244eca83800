//! Reads canonical JSON where it stands: nothing is built, each byte is looked at once or twice.
//! For the verifier, which reads more than it keeps.
//!
//! **Invariant:** a value that is passed over here is one that [`super::canonical`] reads, and the
//! other way round.

use super::LedgerError;
use super::canonical::{DEPTH_MAX, INTEGER_MAX};
use super::shape::{Field, Kind, Shape};

/// A place in canonical JSON. The bytes are UTF-8.
pub(super) struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Whether nothing is left.
    pub(super) const fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// Where it is.
    pub(super) const fn place(&self) -> usize {
        self.at
    }

    /// Goes back to where it was before.
    pub(super) fn go_back(&mut self, place: usize) {
        self.at = place.min(self.at);
    }

    /// What it went past since it was there.
    pub(super) fn since(&self, place: usize) -> &'a [u8] {
        &self.bytes[place.min(self.at)..self.at]
    }

    /// Goes past `text`, if it stands here.
    pub(super) fn take(&mut self, text: &[u8]) -> bool {
        let there = self.bytes[self.at..].starts_with(text);
        if there {
            self.at += text.len();
        }
        there
    }

    /// Goes past `length` bytes.
    pub(super) fn run(&mut self, length: usize) -> Option<&'a [u8]> {
        let run = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(run)
    }

    /// Goes past any value. Gives its bytes.
    pub(super) fn value(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        self.any(DEPTH_MAX)?;
        Some(&self.bytes[start..self.at])
    }

    /// Goes past an object of this shape, and keeps the bytes of its fields in `found`, by their
    /// place in the shape; what is absent stays empty.
    ///
    /// # Errors
    /// The first that doesn't fit. Then the place is somewhere within the object.
    pub(super) fn object(
        &mut self,
        shape: &'static Shape,
        found: &mut [&'a [u8]],
    ) -> Result<(), LedgerError> {
        let object = shape.name;
        if !self.take(b"{") {
            return Err(LedgerError::Field { object, field: "{}" });
        }
        let mut expected = shape.fields.iter().enumerate();
        let mut more = !self.take(b"}");
        while more {
            let key = self.string().filter(|_| self.take(b":")).ok_or(LedgerError::NotCanonical)?;
            let (place, field) = next_field(&mut expected, key, object)?;
            let start = self.at;
            if self.typed(&field.kind).is_none() {
                return Err(LedgerError::Field { object, field: field.key });
            }
            if let Some(kept) = found.get_mut(place) {
                *kept = &self.bytes[start..self.at];
            }
            more = self.take(b",");
            if !more && !self.take(b"}") {
                return Err(LedgerError::NotCanonical);
            }
        }
        match expected.find(|(_, field)| field.needed) {
            Some((_, absent)) => Err(LedgerError::Field { object, field: absent.key }),
            None => Ok(()),
        }
    }

    fn typed(&mut self, kind: &Kind) -> Option<()> {
        match kind {
            Kind::Text => self.string().map(drop),
            Kind::Texts => self.each(|scan| scan.string().map(drop)),
            Kind::Bool => (self.take(b"true") || self.take(b"false")).then_some(()),
            Kind::Count(max) => self.count().filter(|count| count <= max).map(drop),
            Kind::Counts => {
                let mut before = None;
                self.each(|scan| {
                    let count = scan.count().filter(|&count| count <= u32::MAX.into())?;
                    (before.replace(count) < Some(count)).then_some(())
                })
            }
            Kind::Uuid => self.plain().filter(|text| is_uuid(text)).map(drop),
            Kind::Instant => self.plain().filter(|text| is_instant(text)).map(drop),
            Kind::Hex(digits) => {
                self.plain().filter(|text| text.len() == *digits && is_hex(text)).map(drop)
            }
            Kind::Hashes => self.each(|scan| {
                scan.plain().filter(|text| text.len() == 64 && is_hex(text)).map(drop)
            }),
            Kind::Word(is_word) => {
                let word = std::str::from_utf8(self.plain()?).ok()?;
                is_word(word).then_some(())
            }
            Kind::Object(shape) => self.object(shape, &mut []).ok(),
            Kind::Sheet => {
                let is_object = self.bytes.get(self.at) == Some(&b'{');
                if is_object { self.any(DEPTH_MAX - 1) } else { None }
            }
        }
    }

    fn any(&mut self, depth: u32) -> Option<()> {
        match self.bytes.get(self.at)? {
            b'"' => self.string().map(drop),
            b't' => self.take(b"true").then_some(()),
            b'f' => self.take(b"false").then_some(()),
            b'[' => {
                let depth = depth.checked_sub(1)?;
                self.each(|scan| scan.any(depth))
            }
            b'{' => {
                let depth = depth.checked_sub(1)?;
                self.at += 1;
                let mut before: Option<&[u8]> = None;
                let mut more = !self.take(b"}");
                while more {
                    let key =
                        self.string().filter(|key| key.is_ascii() && !key.contains(&b'\\'))?;
                    if before.replace(key) >= Some(key) || !self.take(b":") {
                        return None;
                    }
                    self.any(depth)?;
                    more = self.take(b",");
                    if !more && !self.take(b"}") {
                        return None;
                    }
                }
                Some(())
            }
            _ => {
                let negative = self.take(b"-");
                (self.count()? > 0 || !negative).then_some(())
            }
        }
    }

    /// Goes past an array, each item by `item`.
    pub(super) fn each(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        if !self.take(b"[") {
            return None;
        }
        if self.take(b"]") {
            return Some(());
        }
        loop {
            item(self)?;
            if !self.take(b",") {
                return self.take(b"]").then_some(());
            }
        }
    }

    /// A number from 0 on.
    fn count(&mut self) -> Option<u64> {
        let start = self.at;
        let mut count = 0_u64;
        while let Some(digit) = self.bytes.get(self.at).filter(|byte| byte.is_ascii_digit()) {
            count = count.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
            self.at += 1;
        }
        let digits = &self.bytes[start..self.at];
        let one_spelling = digits == b"0" || !matches!(digits, [] | [b'0', ..]);
        (one_spelling && count <= INTEGER_MAX).then_some(count)
    }

    /// A string in which nothing is escaped: what stands between the quotes.
    fn plain(&mut self) -> Option<&'a [u8]> {
        self.string().filter(|text| !text.contains(&b'\\'))
    }

    /// A string: what stands between the quotes, escapes and all.
    fn string(&mut self) -> Option<&'a [u8]> {
        if !self.take(b"\"") {
            return None;
        }
        let start = self.at;
        loop {
            let rest = &self.bytes[self.at..];
            self.at += rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))?;
            match self.bytes[self.at] {
                b'"' => break,
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
        let text = &self.bytes[start..self.at];
        self.at += 1;
        Some(text)
    }

    /// An escape as canonical JSON writes it: a letter if there is one, else `\u00` and two digits.
    fn escape(&mut self) -> Option<()> {
        match self.bytes.get(self.at + 1)? {
            b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r' => self.at += 2,
            _ => {
                let digits = self.bytes.get(self.at..self.at + 6)?.strip_prefix(b"\\u00")?;
                let has_letter = matches!(digits, b"08" | b"09" | b"0a" | b"0c" | b"0d");
                if !matches!(digits, [b'0' | b'1', _]) || !is_hex(digits) || has_letter {
                    return None;
                }
                self.at += 6;
            }
        }
        Some(())
    }
}

/// The field of the shape that `key` is. Those before it may be passed over, if they may be absent.
fn next_field(
    expected: &mut impl Iterator<Item = (usize, &'static Field)>,
    key: &[u8],
    object: &'static str,
) -> Result<(usize, &'static Field), LedgerError> {
    for (place, field) in expected {
        if field.key.as_bytes() == key {
            return Ok((place, field));
        }
        if field.key.as_bytes() > key {
            break;
        }
        if field.needed {
            return Err(LedgerError::Field { object, field: field.key });
        }
    }
    Err(LedgerError::UnknownField { object })
}

fn is_hex(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Lowercase, with hyphens.
fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// `2026-11-21T22:24:00.000000Z`, a day and a time that there are.
fn is_instant(text: &[u8]) -> bool {
    const PATTERN: &[u8; 27] = b"0000-00-00T00:00:00.000000Z";
    let Ok(text) = <&[u8; 27]>::try_from(text) else { return false };
    let fits = text.iter().zip(PATTERN).all(|(byte, pattern)| match pattern {
        b'0' => byte.is_ascii_digit(),
        _ => byte == pattern,
    });
    let number = |at: usize| u32::from(text[at] - b'0') * 10 + u32::from(text[at + 1] - b'0');
    fits && {
        let (century, short, month, day) = (number(0), number(2), number(5), number(8));
        let leap = short % 4 == 0 && (short != 0 || century % 4 == 0);
        let days = match month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (1..=12).contains(&month)
            && (1..=days).contains(&day)
            && number(11) < 24
            && number(14) < 60
            && number(17) < 60
    }
}
