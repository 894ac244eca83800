//! The closed sets of words that facts may have. The rules' schema names a set by `@of`.
//!
//! **Invariant:** the words are those of the service's own types.

use super::facts::{Kin, PartyStanding};
use crate::domain::agency::{AgencyKind, Role, SecrecyRegime, UnitKind};
use crate::domain::category::Category;
use crate::domain::ground::Ground;
use crate::domain::harm::HarmResult;
use crate::domain::text::Coded;

/// The words of the set, without the one for nothing known; `None` when there is no such set.
pub fn of_set(set: &str) -> Option<Vec<&'static str>> {
    fn codes<T: Coded>() -> Vec<&'static str> {
        T::ALL.iter().map(|member| member.code()).collect()
    }
    match set {
        "AgencyKind" => Some(codes::<AgencyKind>()),
        "UnitKind" => Some(codes::<UnitKind>()),
        "Role" => Some(codes::<Role>()),
        "SecrecyRegime" => Some(codes::<SecrecyRegime>()),
        "Category" => Some(codes::<Category>()),
        "Ground" => Some(codes::<Ground>()),
        "HarmResult" => Some(codes::<HarmResult>()),
        "Kin" => Some([Kin::Guardian, Kin::Child, Kin::Other].map(Kin::word).into()),
        "PartyStanding" => Some(
            [PartyStanding::Invited, PartyStanding::Active, PartyStanding::ReadOnly]
                .map(PartyStanding::word)
                .into(),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_its_words_and_no_others() {
        assert_eq!(of_set("PartyStanding").unwrap(), ["invited", "active", "read_only"]);
        assert!(of_set("Role").unwrap().contains(&"auditor"));
        assert_eq!(of_set("role"), None);
    }
}
