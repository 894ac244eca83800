//! The one who acts, as far as a token can tell.
//!
//! **Invariant:** an [`Actor`] is made in the room `identity` only: from a verified token, or for
//! the one that has none, the operator at the machine's command line.

use std::fmt;

use crate::domain::identity_number::IdentityNumber;
use crate::domain::ids::AgencyId;

/// Somebody whose identity has been proven.
///
/// Nobody outside can make one up:
///
/// ```compile_fail,E0451
/// use samsyn::identity::{Actor, Who};
/// let actor = Actor { who: Who::Operator, assurance: 4, client: None, token_id: None };
/// ```
///
/// ```compile_fail,E0624
/// let actor = samsyn::identity::Actor::operator();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    who: Who,
    assurance: u8,
    client: Option<String>,
    token_id: Option<String>,
}

/// Who somebody is.
#[derive(Clone, PartialEq, Eq)]
pub enum Who {
    /// Somebody who works at one or more of these agencies; which one, the register knows.
    Staff {
        /// The issuer's identifier, its `iss`.
        issuer: String,
        /// The person's name with that issuer, its `sub`. Unique only together with the issuer.
        subject: String,
        /// The agencies that the issuer may speak for, from the settings.
        agencies: Vec<AgencyId>,
    },
    /// A private person: a child, a guardian, or one who looks after their own log.
    Citizen {
        /// The issuer's identifier, its `iss`.
        issuer: String,
        /// The person's number.
        number: IdentityNumber,
    },
    /// The person at the machine's command line, whom the machine has let in.
    Operator,
}

impl Actor {
    /// The person at the machine's command line.
    pub(crate) const fn operator() -> Self {
        Self::without_token(Who::Operator)
    }

    /// Somebody with a verified token.
    pub(super) const fn with_token(
        who: Who,
        assurance: u8,
        client: Option<String>,
        token_id: Option<String>,
    ) -> Self {
        Self { who, assurance, client, token_id }
    }

    /// Anybody, for the tests of other rooms.
    #[cfg(test)]
    pub(crate) const fn for_test(who: Who, assurance: u8) -> Self {
        Self::with_token(who, assurance, None, None)
    }

    const fn without_token(who: Who) -> Self {
        Self { who, assurance: 0, client: None, token_id: None }
    }

    /// Who it is.
    pub const fn who(&self) -> &Who {
        &self.who
    }

    /// The issuer that vouched for them, its `iss`; none without a token.
    pub fn issuer(&self) -> Option<&str> {
        match &self.who {
            Who::Staff { issuer, .. } | Who::Citizen { issuer, .. } => Some(issuer),
            Who::Operator => None,
        }
    }

    /// What the issuer calls a member of staff, its `sub`. That of a private person can be their
    /// number, and is nobody's to know.
    pub fn account(&self) -> Option<&str> {
        match &self.who {
            Who::Staff { subject, .. } => Some(subject),
            Who::Citizen { .. } | Who::Operator => None,
        }
    }

    /// The level of assurance of the sign-in: 1 (nothing known) to 4. It is 0 for the operator,
    /// who has not signed in.
    pub const fn assurance(&self) -> u8 {
        self.assurance
    }

    /// The program through which somebody acts: `client_id` (RFC 9068 §2.2) or else `azp`.
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// The token's own id, `jti` (RFC 7519 §4.1.7).
    pub fn token_id(&self) -> Option<&str> {
        self.token_id.as_deref()
    }
}

impl fmt::Debug for Who {
    /// Says what somebody is, and not who: subjects may be names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Staff { .. } => "Staff(hidden)",
            Self::Citizen { .. } => "Citizen(hidden)",
            Self::Operator => "Operator",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operator_has_not_signed_in() {
        let actor = Actor::operator();
        assert_eq!(actor.who(), &Who::Operator);
        assert_eq!(actor.assurance(), 0);
        assert_eq!((actor.client(), actor.token_id()), (None, None));
        assert_eq!(actor.account(), None);
    }

    #[test]
    fn debug_names_nobody() {
        let number = IdentityNumber::parse("191212121212").expect("an official test identity");
        let staff = Who::Staff {
            issuer: "https://sign-in.example".to_owned(),
            subject: "kurator".to_owned(),
            agencies: Vec::new(),
        };
        let citizen = Who::Citizen { issuer: "https://sign-in.example".to_owned(), number };
        for who in [staff, citizen] {
            let shown = format!("{:?}", Actor::for_test(who, 3));
            assert!(!shown.contains("kurator") && !shown.contains("1212"), "{shown}");
        }
    }
}
