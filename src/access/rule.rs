//! A rule as people read it. Its words stand beside its condition in the policy file.

/// The name of a rule, such as `D01` or `P05`.
pub type RuleId = std::sync::Arc<str>;

/// The languages that explanations are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Swedish.
    #[default]
    Swedish,
    /// English.
    English,
}

/// What a rule does when its condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It permits, unless another forbids.
    Permits,
    /// It refuses, whatever permits.
    Forbids,
}

/// A rule's law and its words.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// Whether it permits or refuses.
    pub effect: Effect,
    /// The law it rests on, as references.
    pub law: String,
    /// The ground it gives or asks for.
    pub ground: String,
    /// What it says.
    pub text: Words,
    /// What would be lawful instead.
    pub way: Words,
    /// It depends on the caller alone, so that a refusal by it may be told to somebody who does
    /// not know whether the thing is there.
    pub open: bool,
    /// What the request lacks, where that is all that is wrong, for example `reason`.
    pub asks: Option<String>,
}

/// One sentence in each language.
#[derive(Clone, Debug)]
pub struct Words {
    /// Swedish.
    pub sv: String,
    /// English.
    pub en: String,
}

impl Words {
    /// The sentence in `language`.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Swedish => &self.sv,
            Language::English => &self.en,
        }
    }
}
