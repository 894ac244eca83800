//! The facts that a decision rested on, as its record keeps them. Open words: what they mean is
//! said by the rules' schema, so that a verifier needn't be renewed when the rules are.
//!
//! **Invariant:** a sheet is an object that has canonical bytes.

use serde_json::Value;

use super::LedgerError;
use super::canonical;
use super::wire::Wire;

/// The facts of one decision. They tell how somebody stood to a thing, and hold no id of a person
/// or a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactSheet(Value);

impl FactSheet {
    /// The sheet that says `facts`.
    ///
    /// # Errors
    /// What is no object, or holds null, a fraction or a key that isn't ASCII.
    pub fn new(facts: Value) -> Result<Self, LedgerError> {
        if facts.is_object() && canonical::is_plain(&facts) {
            Ok(Self(facts))
        } else {
            Err(LedgerError::NotCanonical)
        }
    }

    /// What it says.
    pub fn value(&self) -> &Value {
        &self.0
    }
}

impl Wire for FactSheet {
    fn write(&self, out: &mut String) {
        canonical::write(&self.0, out);
    }
    fn from_value(value: &Value) -> Option<Self> {
        Self::new(value.clone()).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sheet_has_canonical_bytes() {
        let sheet = FactSheet::new(json!({ "b": [true, 1], "a": { "d": "ö", "c": -1 } })).unwrap();
        let mut text = String::new();
        sheet.write(&mut text);
        assert_eq!(text, r#"{"a":{"c":-1,"d":"ö"},"b":[true,1]}"#);
        assert_eq!(FactSheet::from_value(sheet.value()), Some(sheet));
    }

    #[test]
    fn what_has_no_canonical_bytes_is_no_sheet() {
        for wrong in [
            json!(null),
            json!([]),
            json!("a"),
            json!({ "a": null }),
            json!({ "a": { "b": [1.5] } }),
            json!({ "a": u64::MAX }),
            json!({ "å": 1 }),
        ] {
            assert!(FactSheet::new(wrong.clone()).is_err(), "{wrong}");
            assert_eq!(FactSheet::from_value(&wrong), None, "{wrong}");
        }
    }
}
