//! Free text as somebody may read it from whom a family's whereabouts are kept (OSL 21:3–3 a).
//!
//! **Invariant:** a name that was given to hide stands nowhere in what comes out, whole or as one
//! of its parts between commas.

/// What stands in the place of what is hidden.
pub const HIDDEN: &str = "[…]";
/// Shorter names are initials or units of measure, and would hide half of every text.
const SIGNS_MIN: usize = 3;

/// The names that must not be told: of units, agencies and staff.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// In small letters, the longest first.
    names: Vec<Vec<char>>,
}

impl Names {
    /// Gathers whole names, and their parts: "Elevhälsan, Strandskolan" hides "Strandskolan", too.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let parts = |name: &'a str| std::iter::once(name).chain(name.split(','));
        let small = |name: &str| name.trim().chars().map(small).collect::<Vec<char>>();
        let mut names: Vec<_> = names.into_iter().flat_map(parts).map(small).collect();
        names.retain(|name| name.len() >= SIGNS_MIN);
        names.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
        names.dedup();
        Self { names }
    }

    /// `text` without the names, however they are written.
    pub fn hide(&self, text: &str) -> String {
        let signs: Vec<char> = text.chars().collect();
        let small: Vec<char> = signs.iter().copied().map(small).collect();
        let mut hidden = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(sign) = signs.get(at) {
            match self.names.iter().find(|name| small[at..].starts_with(name)) {
                Some(name) => {
                    hidden.push_str(HIDDEN);
                    at += name.len();
                }
                None => {
                    hidden.push(*sign);
                    at += 1;
                }
            }
        }
        hidden
    }
}

/// One sign in small letters; a sign that becomes several stays as it is.
fn small(sign: char) -> char {
    let mut small = sign.to_lowercase();
    match (small.next(), small.next()) {
        (Some(only), None) => only,
        _ => sign,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_and_their_parts_are_hidden_however_they_are_written() {
        let names = Names::new(["Elevhälsan, Strandskolan", "BUP Lindskär", "Bo"]);
        for (text, read) in [
            ("Möte på STRANDSKOLAN i dag.", "Möte på […] i dag."),
            ("Strandskolans elevhälsa", "[…]s elevhälsa"),
            ("Elevhälsan, Strandskolan", "[…]"),
            ("BUP Lindskär ringer", "[…] ringer"),
            ("Barnet vill bo hemma.", "Barnet vill bo hemma."),
            ("", ""),
        ] {
            assert_eq!(names.hide(text), read);
        }
        assert_eq!(Names::default().hide("Strandskolan"), "Strandskolan");
    }

    proptest! {
        #[test]
        fn a_name_is_in_no_text(before in ".{0,20}", after in ".{0,20}") {
            let names = Names::new(["Strandskolan"]);
            let read = names.hide(&format!("{before}Strandskolan{after}"));
            prop_assert!(!read.to_lowercase().contains("strandskolan"), "{}", read);
        }
    }
}
