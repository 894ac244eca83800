//! Copies of an export that somebody tampered with, and what a verifier must say of each.

use serde_json::Value;

use crate::ledger::{Fault, Finding, Part};

/// What the verifier must name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// The header of this leaf's entry was changed.
    Changed(u64),
    /// This leaf was removed.
    Removed(u64),
    /// This leaf was moved.
    Moved(u64),
}

/// What was done to a copy, the copy, and what must be named.
pub type Copy = (&'static str, Vec<u8>, Named);

/// Three copies: one byte changed, one line removed, two lines swapped. None if the export has too
/// few entries for it.
pub fn copies(export: &[u8]) -> Option<[Copy; 3]> {
    let lines: Vec<&[u8]> = export.split_inclusive(|byte| *byte == b'\n').collect();
    let entries: Vec<(usize, u64)> =
        lines.iter().enumerate().filter_map(|(at, line)| Some((at, index_of(line)?))).collect();
    // One in the middle, so that there is an entry before it and one after.
    let &(at, index) = entries.get(entries.len() / 2)?;
    let &(next, _) = entries.get(entries.len() / 2 + 1)?;

    let changed = one_byte_changed(lines[at])?;
    let mut with_change = lines.clone();
    with_change[at] = &changed;
    let mut without = lines.clone();
    without.remove(at);
    let mut swapped = lines.clone();
    swapped.swap(at, next);
    Some([
        ("one byte changed in a copy is found", with_change.concat(), Named::Changed(index)),
        ("one line removed from a copy is found", without.concat(), Named::Removed(index)),
        ("two lines swapped in a copy are found", swapped.concat(), Named::Moved(index)),
    ])
}

impl Named {
    /// Whether `finding` names it.
    pub fn is_by(self, finding: &Finding) -> bool {
        match (self, &finding.fault) {
            (Self::Changed(index), Fault::Changed(Part::Header)) => {
                finding.index == Some(index) && finding.entry.is_some()
            }
            (Self::Removed(index), Fault::Gap { expected, .. })
            | (Self::Moved(index), Fault::Order { expected, .. }) => *expected == index,
            _ => false,
        }
    }
}

/// The number of the leaf in an entry's line; fences and the manifest have no header.
fn index_of(line: &[u8]) -> Option<u64> {
    let line: Value = serde_json::from_slice(line).ok()?;
    line.get("header")?;
    line["leaf"]["index"].as_u64()
}

/// The line with another last digit in the time at which its act was decided.
fn one_byte_changed(line: &[u8]) -> Option<Vec<u8>> {
    const BEFORE: &[u8] = b"\"at\":\"";
    const TIME: usize = "2026-11-21T22:24:00.00000".len();
    let header = line.windows(BEFORE.len()).position(|bytes| bytes == BEFORE)?;
    let mut changed = line.to_vec();
    let digit = changed.get_mut(header + BEFORE.len() + TIME)?;
    *digit = if *digit == b'0' { b'1' } else { b'0' };
    Some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_without_entries_has_no_copies() {
        assert!(copies(b"").is_none());
        assert!(copies(b"{\"manifest\":{}}\n").is_none());
    }

    #[test]
    fn one_byte_and_no_other_is_changed() {
        let line = b"{\"header\":{\"at\":\"2026-11-21T22:24:00.000000Z\"}}\n";
        let changed = one_byte_changed(line).expect("a time");
        assert_eq!(changed, b"{\"header\":{\"at\":\"2026-11-21T22:24:00.000001Z\"}}\n");
    }
}
