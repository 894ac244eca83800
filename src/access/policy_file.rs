//! The files that rules are read from.

/// A file of policies.
#[derive(Clone, Debug)]
pub struct PolicyFile {
    /// What messages call it, for example `common.cedar`.
    pub name: String,
    /// Its text, Cedar.
    pub text: String,
}

impl PolicyFile {
    /// The policies that the service is built with.
    pub fn embedded() -> Vec<Self> {
        [
            ("common.cedar", include_str!("../../config/policies/common.cedar")),
            ("school.cedar", include_str!("../../config/policies/school.cedar")),
            ("social.cedar", include_str!("../../config/policies/social.cedar")),
            ("health.cedar", include_str!("../../config/policies/health.cedar")),
            ("police.cedar", include_str!("../../config/policies/police.cedar")),
            ("disclosure.cedar", include_str!("../../config/policies/disclosure.cedar")),
            ("emergency.cedar", include_str!("../../config/policies/emergency.cedar")),
            ("meetings.cedar", include_str!("../../config/policies/meetings.cedar")),
            ("walls.cedar", include_str!("../../config/policies/walls.cedar")),
            ("assessment.cedar", include_str!("../../config/policies/assessment.cedar")),
        ]
        .map(|(name, text)| Self { name: name.to_owned(), text: text.to_owned() })
        .into()
    }

    /// The schema that the service is built with (Cedar schema).
    pub const fn embedded_schema() -> &'static str {
        include_str!("../../config/policies/samsyn.cedarschema")
    }

    /// The words of the default refusal that the service is built with (TOML).
    pub const fn embedded_default() -> &'static str {
        include_str!("../../config/policies/default.toml")
    }
}
