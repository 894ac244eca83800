//! Consent to lift secrecy (OSL 10:1, 12:2–3): what it covers, who must give it, whether it binds.
//!
//! A consent is never a flag. Its answers are only ever added, and whether it binds is worked out
//! from them, on the day that somebody asks.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::category::Category;
use super::ids::{AgencyId, PersonId};
use super::law::WaiverAges;
use super::text::codes;
use crate::clock::Instant;

codes! {
    /// What a giver says.
    Answer {
        /// Yes.
        Given => "given",
        /// No, recorded as a no.
        Refused => "refused",
        /// Yes once, and from now on no more.
        Withdrawn => "withdrawn",
    }
}

codes! {
    /// How an answer was given.
    Manner {
        /// On paper.
        Written => "written",
        /// With an electronic signature or sign-in.
        Signed => "signed",
        /// By word of mouth before a witness.
        OralWithWitness => "oral_with_witness",
    }
}

/// What a consent covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Whose secrecy is lifted.
    pub from: AgencyId,
    /// Towards whom.
    pub to: AgencyId,
    /// For which information.
    pub categories: BTreeSet<Category>,
    /// For what.
    pub purpose: String,
    /// The first day.
    pub valid_from: NaiveDate,
    /// The last day.
    pub valid_to: NaiveDate,
    /// The language it was explained in (BCP 47).
    pub explained_in: String,
}

/// One answer by one giver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// Who answers.
    pub giver: PersonId,
    /// What.
    pub answer: Answer,
    /// When.
    pub at: Instant,
}

/// Whether a consent gives a ground today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// All who must have given it.
    Binding,
    /// These have not answered.
    Waiting(Vec<PersonId>),
    /// Somebody said no.
    Refused {
        /// Who.
        by: PersonId,
        /// When.
        at: Instant,
    },
    /// Somebody took it back.
    Withdrawn {
        /// Who.
        by: PersonId,
        /// When.
        at: Instant,
    },
    /// Its first day is yet to come.
    NotYet,
    /// Its last day is past.
    Expired,
    /// Its givers no longer decide for the child, who has come of age.
    Lapsed,
}

/// Who must give a waiver for a child of `age`: guardians, guardians and child, or child alone.
/// Empty when nobody can: a young child without a known guardian.
pub fn who_must_give(
    ages: WaiverAges,
    age: i64,
    child: PersonId,
    guardians: &[PersonId],
) -> Vec<PersonId> {
    if age >= ages.child_alone_from {
        return vec![child];
    }
    let mut givers = guardians.to_vec();
    if age >= ages.with_child_from && !givers.is_empty() {
        givers.push(child);
    }
    givers
}

/// Whether a consent binds on `today`. `answers` in the order in which they were given;
/// `came_of_age` when the child decides alone and was not among the givers.
pub fn standing(
    terms: &Terms,
    givers: &[PersonId],
    answers: &[Given],
    today: NaiveDate,
    came_of_age: bool,
) -> Standing {
    let latest = |giver: PersonId| answers.iter().rev().find(|given| given.giver == giver);
    let of = |answer: Answer| {
        givers.iter().filter_map(|giver| latest(*giver)).find(|given| given.answer == answer)
    };
    if let Some(given) = of(Answer::Withdrawn) {
        return Standing::Withdrawn { by: given.giver, at: given.at };
    }
    if let Some(given) = of(Answer::Refused) {
        return Standing::Refused { by: given.giver, at: given.at };
    }
    let missing: Vec<_> = givers.iter().copied().filter(|giver| latest(*giver).is_none()).collect();
    if !missing.is_empty() || givers.is_empty() {
        return Standing::Waiting(missing);
    }
    if came_of_age {
        return Standing::Lapsed;
    }
    if today < terms.valid_from {
        return Standing::NotYet;
    }
    if today > terms.valid_to {
        return Standing::Expired;
    }
    Standing::Binding
}

impl Standing {
    /// Its word on the wire.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Binding => "binding",
            Self::Waiting(_) => "waiting",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
            Self::NotYet => "not_yet",
            Self::Expired => "expired",
            Self::Lapsed => "lapsed",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const AGES: WaiverAges =
        WaiverAges { with_child_from: 12, child_alone_from: 15, adult_from: 18 };

    fn person(n: u128) -> PersonId {
        PersonId::new(Uuid::from_u128(n))
    }

    fn terms() -> Terms {
        Terms {
            from: AgencyId::nobody(),
            to: AgencyId::nobody(),
            categories: BTreeSet::from([Category::Med]),
            purpose: "plan".into(),
            valid_from: "2026-11-01".parse().unwrap(),
            valid_to: "2027-06-30".parse().unwrap(),
            explained_in: "sv".into(),
        }
    }

    fn given(giver: u128, answer: Answer) -> Given {
        Given { giver: person(giver), answer, at: "2026-11-05T08:00:00Z".parse().unwrap() }
    }

    fn on(day: &str, givers: &[u128], answers: &[Given]) -> Standing {
        let givers: Vec<_> = givers.iter().map(|n| person(*n)).collect();
        standing(&terms(), &givers, answers, day.parse().unwrap(), false)
    }

    #[test]
    fn who_must_give_follows_age() {
        let (child, guardians) = (person(9), [person(1), person(2)]);
        for (age, expected) in [
            (0, vec![person(1), person(2)]),
            (11, vec![person(1), person(2)]),
            (12, vec![person(1), person(2), person(9)]),
            (14, vec![person(1), person(2), person(9)]),
            (15, vec![person(9)]),
            (18, vec![person(9)]),
        ] {
            assert_eq!(who_must_give(AGES, age, child, &guardians), expected, "age {age}");
        }
        assert!(who_must_give(AGES, 10, child, &[]).is_empty());
    }

    #[test]
    fn it_binds_only_when_all_who_must_have_given_it() {
        use Answer::{Given as Yes, Refused, Withdrawn};
        let one = [given(1, Yes)];
        let both = [given(1, Yes), given(2, Yes)];
        assert_eq!(on("2026-11-21", &[1, 2], &one), Standing::Waiting(vec![person(2)]));
        assert_eq!(on("2026-11-21", &[1, 2], &both), Standing::Binding);
        assert_eq!(on("2026-10-31", &[1, 2], &both), Standing::NotYet);
        assert_eq!(on("2027-06-30", &[1, 2], &both), Standing::Binding);
        assert_eq!(on("2027-07-01", &[1, 2], &both), Standing::Expired);
        assert_eq!(on("2026-11-21", &[], &both), Standing::Waiting(vec![]));
        let refused = [given(1, Yes), given(2, Refused)];
        assert_eq!(on("2026-11-21", &[1, 2], &refused).word(), "refused");
        let withdrawn = [given(1, Yes), given(2, Yes), given(2, Withdrawn)];
        assert_eq!(on("2026-11-21", &[1, 2], &withdrawn).word(), "withdrawn");
        let again = [given(1, Yes), given(2, Yes), given(2, Withdrawn), given(2, Yes)];
        assert_eq!(on("2026-11-21", &[1, 2], &again), Standing::Binding);
    }

    #[test]
    fn guardians_consent_lapses_when_the_child_comes_of_age() {
        let both = [given(1, Answer::Given)];
        let day = "2026-11-21".parse().unwrap();
        assert_eq!(standing(&terms(), &[person(1)], &both, day, true), Standing::Lapsed);
        assert_eq!(standing(&terms(), &[person(1)], &both, day, false), Standing::Binding);
    }

    proptest! {
        #[test]
        fn an_answer_by_somebody_else_changes_nothing(
            answers in prop::collection::vec((1u128..4, 0usize..3), 0..8),
        ) {
            let all = [Answer::Given, Answer::Refused, Answer::Withdrawn];
            let with: Vec<_> = answers.iter().map(|(who, what)| given(*who, all[*what])).collect();
            let without: Vec<_> = with.iter().copied().filter(|g| g.giver != person(3)).collect();
            prop_assert_eq!(on("2026-11-21", &[1, 2], &with), on("2026-11-21", &[1, 2], &without));
        }

        #[test]
        fn any_one_no_is_enough(
            answers in prop::collection::vec((1u128..3, 0usize..3), 0..8), who in 1u128..3, no in 1usize..3,
        ) {
            let all = [Answer::Given, Answer::Refused, Answer::Withdrawn];
            let mut with: Vec<_> = answers.iter().map(|(who, what)| given(*who, all[*what])).collect();
            with.push(given(who, all[no]));
            prop_assert_ne!(on("2026-11-21", &[1, 2], &with), Standing::Binding);
        }
    }
}
