//! One value, one string of bytes: JSON after RFC 8785, narrowed to objects with ASCII keys,
//! arrays, strings, integers and booleans.
//!
//! **Invariant:** what is absent is left out, so null never occurs, and what was read is what
//! would be written.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value};

use super::LedgerError;
use crate::clock::Instant;

/// The greatest integer that every reader of JSON keeps whole (RFC 8785 §3.2.2.3, RFC 7493 §2.2).
pub(super) const INTEGER_MAX: u64 = 1 << 53;

/// How deep arrays and objects may stand in each other.
pub(super) const DEPTH_MAX: u32 = 64;

/// The canonical bytes of `value`.
pub(super) fn bytes(value: &Value) -> Vec<u8> {
    let mut text = String::with_capacity(512);
    write(value, &mut text);
    text.into_bytes()
}

/// Reads `bytes`, which must be canonical to the last byte.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, LedgerError> {
    let value = serde_json::from_slice(bytes).map_err(LedgerError::NotJson)?;
    if is_plain(&value) && self::bytes(&value) == bytes {
        Ok(value)
    } else {
        Err(LedgerError::NotCanonical)
    }
}

/// Instants have a fixed width, so that they sort as text: `2026-11-21T22:24:00.000000Z`.
pub(super) fn instant_text(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Reads what [`instant_text`] writes and nothing else.
pub(super) fn parse_instant(text: &str) -> Option<Instant> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    // A leap second would be read, and written as it was.
    let is_plain = at.timestamp_subsec_nanos() < 1_000_000_000;
    (is_plain && instant_text(at) == text).then_some(at)
}

/// Lowercase hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// Reads what [`hex`] writes and nothing else.
pub(super) fn parse_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    if text.len() != N * 2 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// Adds the canonical bytes of `value` to `out`.
pub(super) fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => write_object(map, out),
    }
}

/// Sorts here rather than trust the map, whose order is a feature flag that any crate can turn on.
fn write_object(map: &Map<String, Value>, out: &mut String) {
    let mut fields: Vec<(&String, &Value)> = map.iter().collect();
    fields.sort_unstable_by_key(|&(key, _)| key);
    out.push('{');
    for (at, (key, value)) in fields.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_string(key, out);
        out.push(':');
        write(value, out);
    }
    out.push('}');
}

pub(super) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let (plain, rest) = text.split_at(text.find(is_escaped).unwrap_or(text.len()));
    out.push_str(plain);
    for c in rest.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn is_escaped(c: char) -> bool {
    c < ' ' || c == '"' || c == '\\'
}

/// Whether `value` has canonical bytes.
pub(super) fn is_plain(value: &Value) -> bool {
    is_plain_within(value, DEPTH_MAX)
}

fn is_plain_within(value: &Value, depth: u32) -> bool {
    match (value, depth.checked_sub(1)) {
        (Value::Null, _) => false,
        (Value::Bool(_) | Value::String(_), _) => true,
        (Value::Number(number), _) => {
            number.as_u64().is_some_and(|n| n <= INTEGER_MAX)
                || number.as_i64().is_some_and(|n| n.unsigned_abs() <= INTEGER_MAX)
        }
        (Value::Array(items), Some(depth)) => items.iter().all(|it| is_plain_within(it, depth)),
        (Value::Object(map), Some(depth)) => map.iter().all(|(key, value)| {
            key.is_ascii() && !key.contains(is_escaped) && is_plain_within(value, depth)
        }),
        (Value::Array(_) | Value::Object(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const PYTHON: &str = "import sys, json\n\
        value = json.loads(sys.stdin.buffer.read().decode('utf-8'))\n\
        text = json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False)\n\
        sys.stdout.buffer.write(text.encode('utf-8'))\n";

    #[test]
    fn python_writes_the_same_bytes() {
        let hard: String = (0..=0x1f_u8).map(char::from).collect();
        let value = json!({
            "zeta": hard, "alfa": "\u{2028}\u{2029}\u{7f}\u{feff}", "Zeta": "å ä ö Å \u{e5}\u{30a}",
            "quotes": "\" \\ / ' </script>", "astral": "\u{1F9D2}\u{10FFFF}", "_": [],
            "numbers": [0, -1, 9_007_199_254_740_992_u64, -9_007_199_254_740_992_i64],
            "nested": {"b": [true, false, {"y": 1, "x": {}}], "a": ""},
        });
        let ours = bytes(&value);
        assert_eq!(parse(&ours).unwrap(), value);
        let python = Command::new("python3")
            .args(["-c", PYTHON])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut child) = python else {
            // Written to the handle, since the harness swallows what a passing test prints.
            let _ = writeln!(std::io::stderr(), "NOT RUN: no python3, so nothing was compared");
            return;
        };
        let loose = serde_json::to_vec_pretty(&value).unwrap();
        child.stdin.take().unwrap().write_all(&loose).unwrap();
        let theirs = child.wait_with_output().unwrap().stdout;
        assert_eq!(String::from_utf8(theirs).unwrap(), String::from_utf8(ours).unwrap());
    }

    #[test]
    fn what_is_not_canonical_is_refused() {
        let fit = br#"{"a":[1,true],"b":"x"}"#;
        assert!(parse(fit).is_ok());
        for text in [
            r#"{"b":"x","a":[1,true]}"#,
            r#"{"a":[1, true],"b":"x"}"#,
            r#"{"a":[1,true],"a":[1,true],"b":"x"}"#,
            r#"{"a":[1,true],"b":"\u0078"}"#,
            r#"{"a":"\/"}"#,
            r#"{"a":"\u001F"}"#,
            r#"{"a":null}"#,
            r#"{"a":1.0}"#,
            r#"{"a":1e3}"#,
            r#"{"a":-0}"#,
            r#"{"a":9007199254740993}"#,
            r#"{"å":1}"#,
            "{\"a\":1}\n",
            "",
            "{",
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn only_one_spelling_of_a_word_is_read() {
        assert!(parse_instant("2026-11-21T22:24:00.000000Z").is_some());
        for text in ["2026-11-21T22:24:00Z", "2026-11-21T22:24:00.000000+00:00", "2026-11-21"] {
            assert!(parse_instant(text).is_none(), "{text}");
        }
        assert_eq!(parse_hex("00ff"), Some([0, 255]));
        assert_eq!(parse_hex::<2>("00FF"), None);
        assert_eq!(parse_hex::<2>("00f"), None);
    }

    proptest! {
        #[test]
        fn every_string_comes_back(text in any::<String>()) {
            let value = json!({ "text": text });
            prop_assert_eq!(parse(&bytes(&value)).unwrap(), value);
        }
    }
}
