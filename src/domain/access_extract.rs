//! What an agency tells a child or guardian of who has seen and changed what it holds of the child
//! (PDL 8:5, GDPR 15), and what stays untold.
//!
//! A firm hold follows from the law and can't be lifted; any other is a proposal. Whoever tests the
//! extract may always hold back more, with a reason.

use super::text::codes;

codes! {
    /// In which words an extract is given.
    ExtractLanguage {
        /// Swedish.
        Swedish => "sv",
        /// Easy Swedish (lättläst).
        Easy => "sv-simple",
        /// English.
        English => "en",
    }
}

codes! {
    /// How much of a row stays untold.
    Untold {
        /// Who it was by name, and where they work; that it happened is told.
        Name => "name",
        /// The whole row.
        Row => "row",
    }
}

codes! {
    /// Why something stays untold.
    Why {
        /// It would tell who reported concern (OSL 26:5).
        Reporter => "reporter",
        /// It is about a third person (OSL 10:3; GDPR 15:4).
        ThirdPerson => "third_person",
        /// The child told it in confidence, or it is hidden from this guardian (OSL 12:3).
        Confidence => "confidence",
        /// It would tell where a child with protected identity is met (OSL 21:3, 21:3 a).
        Protected => "protected",
        /// The member of staff, or somebody close to them, could be threatened.
        Threat => "threat",
        /// The child or somebody close would be harmed (OSL 12:3, 23:2, 25:1, 26:1).
        Harm => "harm",
        /// It would harm an investigation that is going on (OSL 10:3).
        Investigation => "investigation",
    }
}

codes! {
    /// How far a request has come.
    ExtractState {
        /// Nobody has decided yet.
        Asked => "asked",
        /// All of it is released.
        Released => "released",
        /// Released, with something held back.
        PartlyReleased => "partly_released",
        /// Refused.
        Refused => "refused",
    }
}

/// What stays untold of a row, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// How much.
    pub untold: Untold,
    /// Why.
    pub why: Why,
    /// The law leaves no choice.
    pub firm: bool,
}

/// What a hold depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Telling {
    /// Whoever will read it is a guardian, not the child.
    pub to_guardian: bool,
    /// The child's identity is protected.
    pub protected: bool,
    /// The row is about a report of concern.
    pub report: bool,
    /// The row is about a third person's circumstances.
    pub third_person: bool,
    /// The row is about something that is hidden from the guardian, or about the hiding itself.
    pub hidden: bool,
    /// The row is about what an investigation asked for.
    pub investigation: bool,
}

/// What is held back of a row before anybody has looked at it; the strictest that fits.
pub fn hold(telling: Telling) -> Option<Hold> {
    let firm = |untold, why| Some(Hold { untold, why, firm: true });
    if telling.report {
        firm(Untold::Row, Why::Reporter)
    } else if telling.third_person {
        firm(Untold::Row, Why::ThirdPerson)
    } else if telling.to_guardian && telling.hidden {
        firm(Untold::Row, Why::Confidence)
    } else if telling.to_guardian && telling.protected {
        firm(Untold::Name, Why::Protected)
    } else if telling.to_guardian && telling.investigation {
        Some(Hold { untold: Untold::Row, why: Why::Investigation, firm: false })
    } else {
        None
    }
}

/// What is held back after whoever tested it had their say: a firm hold may grow to the whole row
/// and never shrink; a proposal may be lifted.
pub fn settled(proposed: Option<Hold>, wanted: Option<Hold>, lifted: bool) -> Option<Hold> {
    match (proposed, wanted) {
        (Some(proposed), Some(wanted)) if proposed.firm => {
            Some(if wanted.untold > proposed.untold { wanted } else { proposed })
        }
        (_, Some(wanted)) => Some(wanted),
        (Some(proposed), None) if !proposed.firm && lifted => None,
        (proposed, None) => proposed,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_the_law_keeps_back_is_kept_back_from_whom_it_names() {
        let guardian = Telling { to_guardian: true, ..Telling::default() };
        let told = |telling| hold(telling).map(|hold| (hold.untold, hold.why, hold.firm));
        for (telling, expected) in [
            (Telling::default(), None),
            (guardian, None),
            (
                Telling { report: true, ..Telling::default() },
                Some((Untold::Row, Why::Reporter, true)),
            ),
            (Telling { report: true, ..guardian }, Some((Untold::Row, Why::Reporter, true))),
            (
                Telling { third_person: true, ..Telling::default() },
                Some((Untold::Row, Why::ThirdPerson, true)),
            ),
            (Telling { hidden: true, ..Telling::default() }, None),
            (Telling { hidden: true, ..guardian }, Some((Untold::Row, Why::Confidence, true))),
            (Telling { protected: true, ..Telling::default() }, None),
            (Telling { protected: true, ..guardian }, Some((Untold::Name, Why::Protected, true))),
            (
                Telling { protected: true, hidden: true, ..guardian },
                Some((Untold::Row, Why::Confidence, true)),
            ),
            (Telling { investigation: true, ..Telling::default() }, None),
            (
                Telling { investigation: true, ..guardian },
                Some((Untold::Row, Why::Investigation, false)),
            ),
        ] {
            assert_eq!(told(telling), expected, "{telling:?}");
        }
    }

    fn any_hold() -> impl Strategy<Value = Option<Hold>> {
        let untold = prop_oneof![Just(Untold::Name), Just(Untold::Row)];
        prop::option::of((untold, any::<bool>()).prop_map(|(untold, firm)| Hold {
            untold,
            why: Why::Harm,
            firm,
        }))
    }

    proptest! {
        #[test]
        fn nobody_tells_more_than_the_law_lets(
            proposed in any_hold(), wanted in any_hold(), lifted in any::<bool>()
        ) {
            let after = settled(proposed, wanted, lifted);
            if let Some(firm) = proposed.filter(|hold| hold.firm) {
                prop_assert!(after.is_some_and(|after| after.untold >= firm.untold));
            }
            if let Some(wanted) = wanted {
                prop_assert!(after.is_some_and(|after| after.untold >= wanted.untold));
            }
            if proposed.is_none_or(|hold| !hold.firm) && wanted.is_none() && lifted {
                prop_assert_eq!(after, None);
            }
        }
    }
}
