//! Free text on its way into a form that has rules of its own for texts.

use uuid::Uuid;

/// The characters that neither XML 1.0 (§2.2) nor a FHIR string knows become U+FFFD.
pub(super) fn clean(text: &str) -> String {
    let fit = |c: char| match c {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        c => !c.is_control(),
    };
    text.chars().map(|c| if fit(c) { c } else { '\u{fffd}' }).collect()
}

/// At most `chars_max` characters, clean; a text that was longer ends in an ellipsis.
pub(super) fn clip(text: &str, chars_max: usize) -> String {
    let mut clipped = clean(text);
    if let Some((at, _)) = clipped.char_indices().nth(chars_max) {
        clipped.truncate(at);
        clipped.pop();
        clipped.push('…');
    }
    clipped
}

/// A UUID as a URI (RFC 9562 §4).
pub(super) fn urn(id: Uuid) -> String {
    id.urn().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_xml_can_hold_is_replaced_and_what_is_too_long_is_cut() {
        assert_eq!(
            clean("a\u{0}\u{b}\t\n\u{85}å\u{ffff}"),
            "a\u{fffd}\u{fffd}\t\n\u{fffd}å\u{fffd}"
        );
        assert_eq!(clip("åäö", 3), "åäö");
        assert_eq!(clip("åäöå", 3), "åä…");
        assert_eq!(clip("åäö\u{1}", 4), "åäö\u{fffd}");
    }
}
