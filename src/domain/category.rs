//! What an item is about. Each category travels by its own rules.

use super::text::codes;

codes! {
    /// Information category.
    Category {
        /// Who the child is.
        Ident => "IDENT",
        /// Addresses, telephone numbers, places.
        Addr => "ADDR",
        /// Who is involved.
        Contact => "CONTACT",
        /// Attendance, results, adaptations.
        School => "SCHOOL",
        /// Student health, psychological and psychosocial.
        StuHealth => "STUHEALTH",
        /// Health care.
        Med => "MED",
        /// Social services.
        Soc => "SOC",
        /// A concern report and what belongs to it.
        Concern => "CONCERN",
        /// The coordinated plan.
        Plan => "PLAN",
        /// Consents.
        Consent => "CONSENT",
        /// The child's own words.
        Voice => "VOICE",
        /// Significant events.
        Chrono => "CHRONO",
        /// Crime prevention.
        Crime => "CRIME",
        /// Other people's circumstances.
        Third => "THIRD",
        /// Access logs.
        Log => "LOG",
        /// Statistics.
        Stat => "STAT",
    }
}
