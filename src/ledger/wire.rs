//! Between typed fields and JSON values: what each type looks like, how an object is written and
//! how it is read.
//!
//! **Invariant:** a value has one spelling only, and a field that nobody asked for is refused.

use std::fmt::Write as _;
use std::ops::Range;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::LedgerError;
use super::canonical::{hex, instant_text, parse_hex, parse_instant, write_string};
use crate::clock::Instant;
use crate::domain::ids::Id;

/// Something with one form on the wire.
pub(super) trait Wire: Sized {
    /// Adds its canonical JSON to `out`.
    fn write(&self, out: &mut String);
    /// Reads what `write` writes and nothing else.
    fn from_value(value: &Value) -> Option<Self>;
}

/// An object that is being written. Fields may come in any order; they go out sorted.
#[derive(Default)]
pub(super) struct Draft {
    values: String,
    fields: Vec<(&'static str, Range<usize>)>,
}

impl Draft {
    pub(super) fn with(mut self, key: &'static str, value: &impl Wire) -> Self {
        let start = self.values.len();
        value.write(&mut self.values);
        self.fields.push((key, start..self.values.len()));
        self
    }

    pub(super) fn with_some(self, key: &'static str, value: &Option<impl Wire>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub(super) fn write(mut self, out: &mut String) {
        self.fields.sort_unstable_by_key(|&(key, _)| key);
        out.push('{');
        for (at, (key, value)) in self.fields.into_iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            out.push('"');
            out.push_str(key);
            out.push_str("\":");
            out.push_str(&self.values[value]);
        }
        out.push('}');
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        let mut out = String::with_capacity(self.values.len() + 16 * self.fields.len());
        self.write(&mut out);
        out.into_bytes()
    }
}

/// An object that is being read. Each field is asked for once; what nobody asked for is refused.
pub(super) struct Fields<'a> {
    object: &'static str,
    map: &'a Map<String, Value>,
    taken: usize,
}

impl<'a> Fields<'a> {
    pub(super) fn of(object: &'static str, value: &'a Value) -> Result<Self, LedgerError> {
        let map = value.as_object().ok_or(LedgerError::Field { object, field: "{}" })?;
        Ok(Self { object, map, taken: 0 })
    }

    pub(super) fn value(&mut self, field: &'static str) -> Option<&'a Value> {
        let value = self.map.get(field)?;
        self.taken += 1;
        Some(value)
    }

    pub(super) fn need<T: Wire>(&mut self, field: &'static str) -> Result<T, LedgerError> {
        self.may(field)?.ok_or(LedgerError::Field { object: self.object, field })
    }

    pub(super) fn may<T: Wire>(&mut self, field: &'static str) -> Result<Option<T>, LedgerError> {
        let fault = LedgerError::Field { object: self.object, field };
        self.value(field).map(|value| T::from_value(value).ok_or(fault)).transpose()
    }

    pub(super) fn end(self) -> Result<(), LedgerError> {
        if self.taken == self.map.len() {
            Ok(())
        } else {
            Err(LedgerError::UnknownField { object: self.object })
        }
    }
}

impl Wire for String {
    fn write(&self, out: &mut String) {
        write_string(self, out);
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Wire for bool {
    fn write(&self, out: &mut String) {
        let _ = write!(out, "{self}");
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl Wire for u64 {
    fn write(&self, out: &mut String) {
        let _ = write!(out, "{self}");
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_u64()
    }
}

impl Wire for u32 {
    fn write(&self, out: &mut String) {
        let _ = write!(out, "{self}");
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_u64()?.try_into().ok()
    }
}

impl Wire for u16 {
    fn write(&self, out: &mut String) {
        let _ = write!(out, "{self}");
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_u64()?.try_into().ok()
    }
}

impl Wire for u8 {
    fn write(&self, out: &mut String) {
        let _ = write!(out, "{self}");
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_u64()?.try_into().ok()
    }
}

impl Wire for Uuid {
    fn write(&self, out: &mut String) {
        write_plain(self.hyphenated().encode_lower(&mut Self::encode_buffer()), out);
    }
    fn from_value(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        let uuid: Self = text.parse().ok()?;
        (uuid.to_string() == text).then_some(uuid)
    }
}

impl<Of> Wire for Id<Of> {
    fn write(&self, out: &mut String) {
        self.uuid().write(out);
    }
    fn from_value(value: &Value) -> Option<Self> {
        Uuid::from_value(value).map(Self::new)
    }
}

impl Wire for Instant {
    fn write(&self, out: &mut String) {
        write_plain(&instant_text(*self), out);
    }
    fn from_value(value: &Value) -> Option<Self> {
        parse_instant(value.as_str()?)
    }
}

impl Wire for [u8; 16] {
    fn write(&self, out: &mut String) {
        write_plain(&hex(self), out);
    }
    fn from_value(value: &Value) -> Option<Self> {
        parse_hex(value.as_str()?)
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn write(&self, out: &mut String) {
        out.push('[');
        for (at, item) in self.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            item.write(out);
        }
        out.push(']');
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(T::from_value).collect()
    }
}

/// A string in which nothing needs an escape.
pub(super) fn write_plain(text: &str, out: &mut String) {
    out.push('"');
    out.push_str(text);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_in_another_spelling_or_range_is_refused() {
        assert!(Uuid::from_value(&json!("0192f5a0-0000-7000-8000-00000000000a")).is_some());
        assert!(Uuid::from_value(&json!("0192F5A0-0000-7000-8000-00000000000A")).is_none());
        assert!(Uuid::from_value(&json!("0192f5a000007000800000000000000a")).is_none());
        assert_eq!(u8::from_value(&json!(255)), Some(255));
        assert_eq!(u8::from_value(&json!(256)), None);
        assert_eq!(u16::from_value(&json!("7")), None);
        assert_eq!(Vec::<u32>::from_value(&json!([1, -1])), None);
    }

    #[test]
    fn every_field_is_asked_for_and_none_is_left() {
        let value = json!({"a": 1, "b": true});
        let mut fields = Fields::of("a thing", &value).unwrap();
        assert_eq!(fields.need::<u64>("a").unwrap(), 1);
        assert_eq!(fields.may::<u64>("c").unwrap(), None);
        assert!(fields.may::<u64>("b").is_err());
        assert!(fields.end().is_ok());
        let mut fields = Fields::of("a thing", &value).unwrap();
        assert!(fields.need::<u64>("c").is_err());
        assert!(fields.end().is_err());
        assert!(Fields::of("a thing", &json!([])).is_err());
    }
}
