//! The legal grounds on which secret information may pass from one sphere to another.

use super::text::codes;

codes! {
    /// Legal ground of a disclosure.
    Ground {
        /// Waiver by whom the secrecy protects (OSL 10:1, 12:2–3).
        Consent => "CONSENT",
        /// A named official's harm test.
        HarmTest => "HARM_TEST",
        /// Health care to social services or health care, child under 18 (OSL 25:12).
        ChildH => "CHILD_H",
        /// Social services to social services or health care, child under 18 (OSL 26:9).
        ChildS => "CHILD_S",
        /// Medical student health to other student health (OSL 25:13 a).
        Emi => "EMI",
    }
}
