//! A patient's block (PDL 4:4).

use super::text::codes;

codes! {
    /// Why a block is lifted (PDL 4:5).
    LiftGround {
        /// The patient wants it so.
        Consent => "consent",
        /// The care that the patient can't do without needs it (oundgängligen behöver).
        Needed => "needed",
    }
}
