//! Who must give a consent (FB 6:11, 6:13, OSL 12:3, SoL 21:1–2).
//!
//! **Invariant:** it is worked out on the day that somebody asks, from what holds on that day: the
//! child's age, who has custody, who is barred, how mature the child was found to be. What was
//! worked out when the consent was asked for is a note of what was told then, and binds nobody.

use super::consent::{ConsentKind, Terms};
use super::ids::PersonId;
use super::law::{InterventionAges, WaiverAges};
use super::text::codes;

codes! {
    /// How somebody came to decide for a child.
    Custodian {
        /// A parent with custody (FB 6:2–3).
        Parent => "parent",
        /// Appointed by a court (FB 6:8 a, 10 a). Decides instead of the parents.
        AppointedGuardian => "appointed_guardian",
        /// A representative for a child without its parents (god man). Decides instead of them.
        Representative => "representative",
    }
}

/// Somebody with custody of the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guardian {
    /// Who.
    pub person: PersonId,
    /// How they came to decide.
    pub custodian: Custodian,
    /// Barred from the whole matter, for the child's sake (OSL 12:3 p 1).
    pub barred: bool,
}

/// What holds for a child on the day that somebody asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// The child.
    pub child: PersonId,
    /// Its age in whole years, if it is born and its birth is known.
    pub age: Option<i64>,
    /// Who has custody.
    pub guardians: Vec<Guardian>,
    /// How mature the child was last found to be for the matter; `None` when nobody has tried it.
    pub mature: Option<bool>,
}

/// The ages that the law, or practice, goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    /// For lifting secrecy, and for a plan.
    pub waiver: WaiverAges,
    /// For an intervention.
    pub intervention: InterventionAges,
}

/// The sets of people who can bind: each set, when all in it have given. Empty when nobody can.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways(pub Vec<Vec<PersonId>>);

impl Ways {
    /// Everybody who is asked, each once.
    pub fn people(&self) -> Vec<PersonId> {
        let mut people: Vec<PersonId> = Vec::new();
        for person in self.0.iter().flatten() {
            if !people.contains(person) {
                people.push(*person);
            }
        }
        people
    }

    /// Whether `person` decides, and nobody else is asked.
    pub fn alone(&self, person: PersonId) -> bool {
        self.0 == [[person]]
    }
}

impl Family {
    /// Those who decide for the child: whoever was appointed instead of the parents, else the
    /// parents; without those who are barred.
    pub fn deciding(&self) -> Vec<PersonId> {
        let rows: Vec<_> =
            self.guardians.iter().map(|guardian| (guardian.person, guardian.custodian)).collect();
        let barred = |person: PersonId| {
            self.guardians.iter().any(|guardian| guardian.person == person && guardian.barred)
        };
        deciding(&rows).into_iter().filter(|person| !barred(*person)).collect()
    }

    /// Whether the child is an adult.
    pub fn of_age(&self, ages: Ages) -> bool {
        self.age.is_some_and(|age| age >= ages.waiver.adult_from)
    }

    /// Whether the child alone lifts its secrecy, and alone decides on its plan.
    pub fn child_disposes(&self, ages: Ages) -> bool {
        let alone = |age| self.lifting(ages.waiver, age) == [self.child];
        self.of_age(ages) || self.age.is_some_and(alone)
    }

    /// Who must give `terms`. One set as a rule; for an intervention sometimes either of two.
    pub fn ways(&self, ages: Ages, terms: &Terms) -> Ways {
        let Some(age) = self.age else { return Ways::default() };
        if self.of_age(ages) {
            return Ways(vec![vec![self.child]]);
        }
        let ways = match terms.kind {
            ConsentKind::Waiver | ConsentKind::Plan => vec![self.lifting(ages.waiver, age)],
            ConsentKind::Intervention => self.intervening(ages.intervention, age, terms),
        };
        Ways(ways.into_iter().filter(|way| !way.is_empty()).collect())
    }

    /// OSL 12:3, FB 6:11: the guardians; with the child; the child alone when mature enough.
    fn lifting(&self, ages: WaiverAges, age: i64) -> Vec<PersonId> {
        if age < ages.with_child_from {
            return self.deciding();
        }
        // Below the higher age maturity must have been found; above it, only doubted.
        let alone = self.mature.unwrap_or(age >= ages.child_alone_from);
        if alone { vec![self.child] } else { self.with_child() }
    }

    /// SoL 21:1 (with an assessment of needs) and 21:2 (without).
    fn intervening(&self, ages: InterventionAges, age: i64, terms: &Terms) -> Vec<Vec<PersonId>> {
        let grown = age >= ages.child_alone_from;
        let guarded = if grown { self.with_child() } else { self.deciding() };
        // Whether the child alone is enough is for social services to say, and why. A child that
        // was found not to be mature for it is not enough.
        let suitable = terms.suitable_because.is_some() && self.mature != Some(false);
        if terms.far_reaching || !suitable {
            return vec![guarded];
        }
        match (grown, terms.with_assessment && age >= ages.child_from) {
            (true, _) => vec![vec![self.child]],
            (false, true) => vec![guarded, vec![self.child]],
            (false, false) => vec![guarded],
        }
    }

    fn with_child(&self) -> Vec<PersonId> {
        let mut people = self.deciding();
        if !people.is_empty() {
            people.push(self.child);
        }
        people
    }
}

/// Who decides among those with custody: the parents step back for whoever was appointed.
pub fn deciding(custody: &[(PersonId, Custodian)]) -> Vec<PersonId> {
    let appointed = custody.iter().any(|(_, custodian)| *custodian != Custodian::Parent);
    custody
        .iter()
        .filter(|(_, custodian)| !appointed || *custodian != Custodian::Parent)
        .map(|(person, _)| *person)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::AgencyId;

    const AGES: Ages = Ages {
        waiver: WaiverAges { with_child_from: 12, child_alone_from: 15, adult_from: 18 },
        intervention: InterventionAges { child_from: 12, child_alone_from: 15 },
    };
    const CHILD: u128 = 9;

    fn person(n: u128) -> PersonId {
        PersonId::new(Uuid::from_u128(n))
    }

    fn parent(n: u128) -> Guardian {
        Guardian { person: person(n), custodian: Custodian::Parent, barred: false }
    }

    fn family(age: i64, mature: Option<bool>) -> Family {
        let guardians = vec![parent(1), parent(2)];
        Family { child: person(CHILD), age: Some(age), guardians, mature }
    }

    fn terms(kind: ConsentKind) -> Terms {
        Terms {
            kind,
            from: AgencyId::nobody(),
            to: AgencyId::nobody(),
            categories: BTreeSet::new(),
            purpose: String::new(),
            valid_from: "2026-11-01".parse().unwrap(),
            valid_to: "2027-06-30".parse().unwrap(),
            explained: String::new(),
            explained_in: "sv".into(),
            with_assessment: false,
            suitable_because: None,
            urgent_because: None,
            far_reaching: false,
        }
    }

    #[track_caller]
    fn must(family: &Family, terms: &Terms, expected: &[&[u128]]) {
        let people = |way: &&[u128]| way.iter().map(|n| person(*n)).collect::<Vec<_>>();
        let expected = Ways(expected.iter().map(people).collect());
        assert_eq!(family.ways(AGES, terms), expected, "{family:?} {terms:?}");
    }

    #[test]
    fn a_waiver_and_a_plan_follow_age_and_maturity() {
        for kind in [ConsentKind::Waiver, ConsentKind::Plan] {
            for (age, mature, expected) in [
                (0, None, &[1, 2][..]),
                (11, None, &[1, 2]),
                // No assessment makes a younger child decide.
                (11, Some(true), &[1, 2]),
                (12, None, &[1, 2, 9]),
                (12, Some(false), &[1, 2, 9]),
                (12, Some(true), &[9]),
                (14, None, &[1, 2, 9]),
                (14, Some(true), &[9]),
                (15, None, &[9]),
                (15, Some(true), &[9]),
                (15, Some(false), &[1, 2, 9]),
                (17, Some(false), &[1, 2, 9]),
                // An adult is an adult.
                (18, Some(false), &[9]),
                (18, None, &[9]),
            ] {
                must(&family(age, mature), &terms(kind), &[expected]);
            }
        }
    }

    #[test]
    fn an_intervention_after_an_assessment_of_needs_follows_sol_21_1() {
        let without = Terms { with_assessment: true, ..terms(ConsentKind::Intervention) };
        let suitable = Terms { suitable_because: Some("why".into()), ..without.clone() };
        for (age, terms, expected) in [
            (11, &without, &[&[1, 2][..]][..]),
            (11, &suitable, &[&[1, 2]]),
            (12, &without, &[&[1, 2]]),
            // T52: a guardian's no stops the guardians' way, not the child's.
            (13, &suitable, &[&[1, 2], &[9]]),
            (14, &without, &[&[1, 2]]),
            (15, &without, &[&[1, 2, 9]]),
            (15, &suitable, &[&[9]]),
            (17, &suitable, &[&[9]]),
            (18, &without, &[&[9]]),
        ] {
            must(&family(age, None), terms, expected);
        }
        must(&family(13, Some(false)), &suitable, &[&[1, 2]]);
        must(&family(16, Some(false)), &suitable, &[&[1, 2, 9]]);
    }

    #[test]
    fn an_intervention_without_assessment_follows_sol_21_2() {
        let without = terms(ConsentKind::Intervention);
        let suitable = Terms { suitable_because: Some("why".into()), ..without.clone() };
        for (age, terms, expected) in [
            (11, &suitable, &[1, 2][..]),
            // T53: fourteen, a guardian says no.
            (14, &suitable, &[1, 2]),
            (14, &without, &[1, 2]),
            (15, &suitable, &[9]),
            (15, &without, &[1, 2, 9]),
            (18, &without, &[9]),
        ] {
            must(&family(age, None), terms, &[expected]);
        }
    }

    #[test]
    fn what_reaches_far_always_needs_the_guardians() {
        for with_assessment in [true, false] {
            let terms = Terms {
                with_assessment,
                far_reaching: true,
                suitable_because: Some("why".into()),
                ..terms(ConsentKind::Intervention)
            };
            must(&family(13, Some(true)), &terms, &[&[1, 2]]);
            must(&family(15, Some(true)), &terms, &[&[1, 2, 9]]);
            must(&family(17, None), &terms, &[&[1, 2, 9]]);
            must(&family(18, None), &terms, &[&[9]]);
        }
    }

    #[test]
    fn whoever_was_appointed_decides_instead_of_the_parents() {
        let mut family = family(10, None);
        for custodian in [Custodian::AppointedGuardian, Custodian::Representative] {
            family.guardians = vec![parent(1), Guardian { custodian, ..parent(3) }];
            must(&family, &terms(ConsentKind::Waiver), &[&[3]]);
        }
    }

    #[test]
    fn whoever_is_barred_is_left_out_and_without_anybody_nobody_can() {
        let mut family = family(10, None);
        family.guardians[0].barred = true;
        must(&family, &terms(ConsentKind::Waiver), &[&[2]]);
        family.guardians[1].barred = true;
        must(&family, &terms(ConsentKind::Waiver), &[]);
        family.age = Some(13);
        must(&family, &terms(ConsentKind::Waiver), &[]);
        must(&family, &terms(ConsentKind::Intervention), &[]);
        // The child itself can, where it decides alone.
        family.mature = Some(true);
        must(&family, &terms(ConsentKind::Waiver), &[&[CHILD]]);
        family.age = None;
        must(&family, &terms(ConsentKind::Waiver), &[]);
        // A barred appointee doesn't bring the parents back.
        family.age = Some(10);
        family.guardians = vec![
            parent(1),
            Guardian { custodian: Custodian::AppointedGuardian, barred: true, ..parent(3) },
        ];
        must(&family, &terms(ConsentKind::Waiver), &[]);
    }

    #[test]
    fn a_child_that_is_old_enough_and_mature_decides_alone() {
        for (age, mature, alone) in [
            (11, Some(true), false),
            (14, None, false),
            (14, Some(true), true),
            (15, None, true),
            (15, Some(false), false),
            (18, Some(false), true),
        ] {
            assert_eq!(family(age, mature).child_disposes(AGES), alone, "{age} {mature:?}");
        }
        assert!(!Family { age: None, ..family(0, Some(true)) }.child_disposes(AGES));
    }

    #[test]
    fn everybody_who_is_asked_is_named_once() {
        let ways = Ways(vec![vec![person(1), person(9)], vec![person(9)]]);
        assert_eq!(ways.people(), [person(1), person(9)]);
        assert!(!ways.alone(person(9)));
        assert!(Ways(vec![vec![person(9)]]).alone(person(9)));
    }
}
