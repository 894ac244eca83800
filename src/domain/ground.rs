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
        /// An answer that is due in social services' investigation (SoL 20:6, OSL 10:28).
        Invest => "INVEST",
        /// Need within the same body and secrecy (PDL 4:1; 2001:454 6, 10 §§).
        Inner => "INNER",
        /// A guardian's insight (FB 6:11, OSL 12:3).
        Guardian => "GUARDIAN",
        /// The child's own insight (OSL 12:1).
        Own => "SELF",
        /// A report of concern that is being made (SoL 19:1, OSL 10:28); in an emergency only.
        Report => "REPORT",
        /// Danger to life or health that can't wait (BrB 24:4); in an emergency only.
        Emergency => "EMERGENCY",
    }
}
