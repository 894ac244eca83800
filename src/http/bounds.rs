//! A walk through a JSON document before anybody reads it: how deep, how long, which signs.
//!
//! **Invariant:** the walk keeps nothing of the document but what is wrong with it.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::fault::{Fault, Faults, Reason};

/// How much a document may hold.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How deep objects and lists may lie in each other.
    pub depth_max: usize,
    /// The longest text, in characters.
    pub chars_max: usize,
    /// The longest list, in items, and the largest object, in fields.
    pub items_max: usize,
}

/// Everything in `document` that is out of bounds.
///
/// # Errors
/// It is not JSON (RFC 8259).
pub fn walk(document: &[u8], bounds: Bounds) -> Result<Faults, serde_json::Error> {
    let mut faults = Faults::default();
    let mut deserializer = serde_json::Deserializer::from_slice(document);
    let mut pointer = String::new();
    Step { bounds, depth: 0, pointer: &mut pointer, faults: &mut faults }
        .deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(faults)
}

/// A name as a part of a JSON pointer (RFC 6901 §3).
pub fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// One value, and where it stands.
struct Step<'w> {
    bounds: Bounds,
    depth: usize,
    pointer: &'w mut String,
    faults: &'w mut Faults,
}

impl Step<'_> {
    fn fault(&mut self, reason: Reason, limit: Option<usize>) {
        let fault = Fault::body(self.pointer.clone(), reason);
        self.faults.add(match limit {
            Some(limit) => fault.past(limit),
            None => fault,
        });
    }

    /// Walks on to what stands under `part` of the pointer.
    fn child<R>(&mut self, part: &str, walk: impl FnOnce(Step<'_>) -> R) -> R {
        let before = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(part);
        let done = walk(Step {
            bounds: self.bounds,
            depth: self.depth + 1,
            pointer: &mut *self.pointer,
            faults: &mut *self.faults,
        });
        self.pointer.truncate(before);
        done
    }

    fn is_too_deep(&mut self) -> bool {
        let too_deep = self.depth >= self.bounds.depth_max;
        if too_deep {
            self.fault("too_deep", Some(self.bounds.depth_max));
        }
        too_deep
    }

    fn check_text(&mut self, text: &str) {
        // Bytes are at least as many as characters, and counting them costs nothing.
        if text.len() > self.bounds.chars_max && text.chars().count() > self.bounds.chars_max {
            self.fault("too_long", Some(self.bounds.chars_max));
        }
        if text.chars().any(|sign| sign.is_control() && sign != '\n' && sign != '\t') {
            self.fault("control_character", None);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Step<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Step<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        self.check_text(text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let mut count = 0_usize;
        let too_deep = self.is_too_deep();
        while !too_deep && count < self.bounds.items_max {
            let next = self.child(&count.to_string(), |step| items.next_element_seed(step))?;
            if next.is_none() {
                return Ok(());
            }
            count += 1;
        }
        let mut is_longer = false;
        while items.next_element::<IgnoredAny>()?.is_some() {
            is_longer = true;
        }
        if is_longer && !too_deep {
            self.fault("too_many", Some(self.bounds.items_max));
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        let too_deep = self.is_too_deep();
        while !too_deep && names.len() < self.bounds.items_max {
            let Some(name) = fields.next_key::<String>()? else { return Ok(()) };
            self.child(&escaped(&name), |mut step| {
                step.check_text(&name);
                if names.contains(&name) {
                    step.fault("repeated", None);
                }
                fields.next_value_seed(step)
            })?;
            names.insert(name);
        }
        let mut is_longer = false;
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            is_longer = true;
        }
        if is_longer && !too_deep {
            self.fault("too_many", Some(self.bounds.items_max));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::http::fault::Place;

    const SMALL: Bounds = Bounds { depth_max: 2, chars_max: 4, items_max: 3 };

    fn found(document: &str) -> Vec<(String, Reason)> {
        let faults = walk(document.as_bytes(), SMALL).expect(document);
        let told = faults.list().iter().map(|fault| match &fault.place {
            Place::Body(pointer) => (pointer.clone(), fault.reason),
            Place::Parameter(name) => panic!("`{name}` is no place in a body"),
        });
        told.collect()
    }

    #[test]
    fn what_is_within_bounds_passes() {
        for document in
            ["null", "1.5", "\"åäöü\"", "\"a\\n\\t\"", "[1,2,3]", "{\"a\":[true]}", "{}"]
        {
            assert_eq!(found(document), [], "{document}");
        }
    }

    #[test]
    fn everything_out_of_bounds_is_found_in_its_place() {
        for (document, pointer, reason) in [
            ("\"abcde\"", "", "too_long"),
            ("{\"a\":\"\\u0000\"}", "/a", "control_character"),
            ("[\"\\r\"]", "/0", "control_character"),
            ("{\"a\":\"\\u007f\"}", "/a", "control_character"),
            ("[1,2,3,4]", "", "too_many"),
            ("{\"a\":1,\"b\":1,\"c\":1,\"d\":1}", "", "too_many"),
            ("{\"a\":[[]]}", "/a/0", "too_deep"),
            ("{\"a\":1,\"a\":2}", "/a", "repeated"),
            ("{\"a/b\":{\"~\":\"\\u0001\"}}", "/a~1b/~0", "control_character"),
            ("{\"abcde\":1}", "/abcde", "too_long"),
        ] {
            assert_eq!(found(document), [(pointer.to_owned(), reason)], "{document}");
        }
        let all = found("{\"a\":\"abcde\",\"b\":[\"\\u0000\",{\"c\":{}}]}");
        let reasons: Vec<_> = all.iter().map(|(_, reason)| *reason).collect();
        assert_eq!(reasons, ["too_long", "control_character", "too_deep"]);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for document in
            ["", "{", "[1,]", "{\"a\":}", "1 2", "'a'", "\"\n\"", "\"\\ud800\"", "\u{feff}1"]
        {
            assert!(walk(document.as_bytes(), SMALL).is_err(), "{document:?}");
        }
        assert!(walk(b"\"\xff\"", SMALL).is_err());
    }

    #[test]
    fn depth_without_end_is_no_danger() {
        for open in ["[", "{\"a\":"] {
            assert!(walk(open.repeat(100_000).as_bytes(), SMALL).is_err());
        }
        let closed = "[".repeat(100) + &"]".repeat(100);
        assert_eq!(found(&closed), [("/0/0".to_owned(), "too_deep")]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_walked_without_panic(document: Vec<u8>) {
            let _ = walk(&document, SMALL);
        }

        #[test]
        fn a_text_is_judged_as_its_signs_are(text in "\\PC{0,4}") {
            let document = serde_json::to_vec(&text).expect("JSON");
            prop_assert!(walk(&document, SMALL).expect("JSON").is_empty());
        }
    }
}
