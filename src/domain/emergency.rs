//! Opening a case in an emergency, and the review that follows.

use super::agency::Role;
use super::ground::Ground;
use super::text::codes;

codes! {
    /// What a review of an emergency opening came to.
    Finding {
        /// It was right.
        Ok => "ok",
        /// It is asked about; a final finding must follow.
        Query => "query",
        /// It was unauthorised.
        Breach => "breach",
    }
}

impl Finding {
    /// Whether the review has come to its end.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Ok | Self::Breach => true,
            Self::Query => false,
        }
    }
}

/// The grounds of which one must be chosen: an emergency role alone lifts no secrecy.
pub const GROUNDS: [Ground; 5] =
    [Ground::ChildH, Ground::ChildS, Ground::Report, Ground::Invest, Ground::Emergency];

/// The roles that may open a case in an emergency.
pub const ROLES: [Role; 3] =
    [Role::EmergencySocialWorker, Role::EmergencyClinician, Role::ChildProtectionLead];
