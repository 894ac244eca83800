//! The harm test (menprövning) that comes before a disclosure without consent.

use super::text::codes;

codes! {
    /// What a named official's harm test came to.
    HarmResult {
        /// The child or somebody close may be harmed: no ground.
        Harm => "harm",
        /// No particular reason to think that there is harm (OSL 23:2 third paragraph).
        NoHarm => "no_harm",
        /// It is clear that there is no harm (OSL 23:2 first paragraph, 25:1, 26:1).
        ClearlyNoHarm => "clearly_no_harm",
    }
}
