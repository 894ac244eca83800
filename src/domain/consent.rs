//! Consent: what it covers, and whether it binds. Three kinds that never stand for each other: a
//! waiver of secrecy (OSL 10:1, 12:2–3), consent that a plan is drawn up (SoL 10:8, HSL 16:4),
//! consent to an intervention (SoL 21:1–2).
//!
//! **Invariant:** a consent is never a flag. Its answers are only ever added, and whether it binds
//! is worked out from them, on the day that somebody asks. A no ends every way that needs whoever
//! said it, and a narrower yes never widens what is covered.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::category::Category;
use super::givers::Ways;
use super::ids::{AgencyId, PersonId};
use super::text::codes;
use crate::clock::Instant;

codes! {
    /// What is consented to.
    ConsentKind {
        /// That one agency's secrecy is lifted towards another.
        Waiver => "waiver",
        /// That a coordinated individual plan is drawn up.
        Plan => "plan",
        /// An intervention by social services.
        Intervention => "intervention",
    }
}

codes! {
    /// What a giver says.
    Answer {
        /// Yes.
        Given => "given",
        /// No, recorded as a no.
        Refused => "refused",
        /// Yes once, and from now on no more.
        Withdrawn => "withdrawn",
        /// Nothing: they could not be reached, whatever was tried (FB 6:13 second paragraph).
        Unreachable => "unreachable",
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
    /// What is consented to.
    pub kind: ConsentKind,
    /// Whose secrecy is lifted; of a plan or an intervention, who answers for it.
    pub from: AgencyId,
    /// Towards whom; of a plan or an intervention, who answers for it.
    pub to: AgencyId,
    /// For which information; none but in a waiver.
    pub categories: BTreeSet<Category>,
    /// For what.
    pub purpose: String,
    /// The first day.
    pub valid_from: NaiveDate,
    /// The last day.
    pub valid_to: NaiveDate,
    /// What was explained.
    pub explained: String,
    /// The language it was explained in (BCP 47).
    pub explained_in: String,
    /// An intervention after an assessment of needs (SoL 21:1), not without one (21:2).
    pub with_assessment: bool,
    /// Why social services find an intervention suitable without the guardians.
    pub suitable_because: Option<String>,
    /// Why it can't wait for a guardian who can't be reached.
    pub urgent_because: Option<String>,
    /// It reaches far into the child's future, as a placement does (SoL 21:1 fourth paragraph).
    pub far_reaching: bool,
}

/// One answer by one giver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Who answers.
    pub giver: PersonId,
    /// What.
    pub answer: Answer,
    /// For which of the categories; all when it doesn't say.
    pub categories: Option<BTreeSet<Category>>,
    /// When.
    pub at: Instant,
    /// The day that it was then, where the law holds.
    pub day: NaiveDate,
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
    /// All have given it, but for parts that don't meet.
    CoversNothing,
    /// There is nobody who can give it: no guardian is known, or none that isn't barred.
    NobodyCan,
}

/// A consent weighed on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weight {
    /// Whether it binds.
    pub standing: Standing,
    /// What it covers while it binds: what all who gave it have in common.
    pub covers: BTreeSet<Category>,
}

/// The day on which a consent is weighed, and what holds on it.
#[derive(Clone, Copy, Debug)]
pub struct Weighing<'a> {
    /// The day.
    pub today: NaiveDate,
    /// Who must give it on that day.
    pub ways: &'a Ways,
    /// The child.
    pub child: PersonId,
    /// Whether the child is an adult on that day.
    pub of_age: bool,
    /// For how many days it binds without a guardian who can't be reached.
    pub unreachable_days: i64,
}

/// How far one way of giving has come.
enum Way {
    Whole(BTreeSet<Category>),
    Missing(Vec<PersonId>),
    Stopped(Standing),
}

/// What counts of a giver's answers: the last one. That somebody could not be reached counts only
/// while they have said nothing themselves.
pub fn latest(answers: &[Given], giver: PersonId) -> Option<&Given> {
    let own = || answers.iter().rev().filter(|given| given.giver == giver);
    own().find(|given| given.answer != Answer::Unreachable).or_else(|| own().next())
}

impl Weighing<'_> {
    /// Weighs a consent. `answers` in the order in which they were given.
    pub fn weigh(&self, terms: &Terms, answers: &[Given]) -> Weight {
        let nothing = |standing| Weight { standing, covers: BTreeSet::new() };
        if self.ways.0.is_empty() {
            return nothing(Standing::NobodyCan);
        }
        let mut stopped = None;
        let mut missing: Vec<PersonId> = Vec::new();
        for way in &self.ways.0 {
            match self.along(way, terms, answers) {
                Way::Whole(covers) => return whole(self.today, terms, covers),
                Way::Missing(people) => missing.extend(people),
                Way::Stopped(standing) => stopped = stopped.or(Some(standing)),
            }
        }
        if self.of_age && missing == [self.child] {
            return nothing(self.of_old(answers).unwrap_or(Standing::Waiting(missing)));
        }
        match stopped {
            Some(standing) if missing.is_empty() => nothing(standing),
            _ => nothing(Standing::Waiting(missing)),
        }
    }

    fn along(&self, way: &[PersonId], terms: &Terms, answers: &[Given]) -> Way {
        let said: Vec<_> = way.iter().map(|giver| (*giver, latest(answers, *giver))).collect();
        let first = |answer| said.iter().find_map(|(_, it)| it.filter(|it| it.answer == answer));
        if let Some(no) = first(Answer::Withdrawn) {
            return Way::Stopped(Standing::Withdrawn { by: no.giver, at: no.at });
        }
        if let Some(no) = first(Answer::Refused) {
            return Way::Stopped(Standing::Refused { by: no.giver, at: no.at });
        }
        let given = |it: &Given| it.answer == Answer::Given;
        let another_gave =
            said.iter().any(|(giver, it)| *giver != self.child && it.is_some_and(given));
        let mut covers = terms.categories.clone();
        let mut missing = Vec::new();
        for (giver, it) in said {
            match it {
                Some(it) if given(it) => {
                    if let Some(part) = &it.categories {
                        covers.retain(|category| part.contains(category));
                    }
                }
                Some(it) if another_gave && self.can_do_without(it, terms) => {}
                Some(_) | None => missing.push(giver),
            }
        }
        if missing.is_empty() { Way::Whole(covers) } else { Way::Missing(missing) }
    }

    /// FB 6:13 second paragraph: it can't wait for a guardian who can't be reached, and it does
    /// not reach far.
    fn can_do_without(&self, unreachable: &Given, terms: &Terms) -> bool {
        unreachable.giver != self.child
            && terms.urgent_because.is_some()
            && !terms.far_reaching
            && (self.today - unreachable.day).num_days() <= self.unreachable_days
    }

    /// How a consent stands that the child has not answered, who is now an adult: what others gave
    /// has lapsed, unless they had ended it before.
    fn of_old(&self, answers: &[Given]) -> Option<Standing> {
        let givers: BTreeSet<PersonId> = answers.iter().map(|given| given.giver).collect();
        let last: Vec<_> = givers.iter().filter_map(|giver| latest(answers, *giver)).collect();
        let ended = |answer| last.iter().find(|given| given.answer == answer);
        if let Some(no) = ended(Answer::Withdrawn) {
            return Some(Standing::Withdrawn { by: no.giver, at: no.at });
        }
        if let Some(no) = ended(Answer::Refused) {
            return Some(Standing::Refused { by: no.giver, at: no.at });
        }
        (!last.is_empty()).then_some(Standing::Lapsed)
    }
}

/// All who must have given it: what is left is its period, and what they have in common.
fn whole(today: NaiveDate, terms: &Terms, covers: BTreeSet<Category>) -> Weight {
    let standing = if today < terms.valid_from {
        Standing::NotYet
    } else if today > terms.valid_to {
        Standing::Expired
    } else if terms.kind == ConsentKind::Waiver && covers.is_empty() {
        Standing::CoversNothing
    } else {
        Standing::Binding
    };
    Weight { standing, covers }
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
            Self::CoversNothing => "covers_nothing",
            Self::NobodyCan => "nobody_can",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::text::Coded as _;

    const CHILD: u128 = 9;

    fn person(n: u128) -> PersonId {
        PersonId::new(Uuid::from_u128(n))
    }

    fn terms() -> Terms {
        Terms {
            kind: ConsentKind::Waiver,
            from: AgencyId::nobody(),
            to: AgencyId::nobody(),
            categories: BTreeSet::from([Category::Med, Category::School]),
            purpose: "plan".into(),
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

    fn given(giver: u128, answer: Answer) -> Given {
        Given {
            giver: person(giver),
            answer,
            categories: None,
            at: "2026-11-05T08:00:00Z".parse().unwrap(),
            day: "2026-11-05".parse().unwrap(),
        }
    }

    fn part(giver: u128, categories: &[Category]) -> Given {
        let categories = Some(categories.iter().copied().collect());
        Given { categories, ..given(giver, Answer::Given) }
    }

    fn people(way: &[u128]) -> Vec<PersonId> {
        way.iter().map(|n| person(*n)).collect()
    }

    fn weigh(terms: &Terms, day: &str, ways: &[&[u128]], answers: &[Given]) -> Weight {
        let ways = Ways(ways.iter().map(|way| people(way)).collect());
        let of_age = ways.alone(person(CHILD)) && day >= "2027-03-01";
        let today = day.parse().unwrap();
        let child = person(CHILD);
        Weighing { today, ways: &ways, child, of_age, unreachable_days: 14 }.weigh(terms, answers)
    }

    fn on(day: &str, ways: &[&[u128]], answers: &[Given]) -> Standing {
        weigh(&terms(), day, ways, answers).standing
    }

    #[test]
    fn it_binds_only_when_all_who_must_have_given_it() {
        use Answer::{Given as Yes, Refused, Withdrawn};
        let one = [given(1, Yes)];
        let both = [given(1, Yes), given(2, Yes)];
        assert_eq!(on("2026-11-21", &[&[1, 2]], &one), Standing::Waiting(people(&[2])));
        assert_eq!(on("2026-11-21", &[&[1, 2]], &both), Standing::Binding);
        assert_eq!(on("2026-10-31", &[&[1, 2]], &both), Standing::NotYet);
        assert_eq!(on("2027-06-30", &[&[1, 2]], &both), Standing::Binding);
        assert_eq!(on("2027-07-01", &[&[1, 2]], &both), Standing::Expired);
        assert_eq!(on("2026-11-21", &[], &both), Standing::NobodyCan);
        let refused = [given(1, Yes), given(2, Refused)];
        assert_eq!(on("2026-11-21", &[&[1, 2]], &refused).word(), "refused");
        let withdrawn = [given(1, Yes), given(2, Yes), given(2, Withdrawn)];
        assert_eq!(on("2026-11-21", &[&[1, 2]], &withdrawn).word(), "withdrawn");
        let again = [given(1, Yes), given(2, Yes), given(2, Withdrawn), given(2, Yes)];
        assert_eq!(on("2026-11-21", &[&[1, 2]], &again), Standing::Binding);
    }

    #[test]
    fn who_must_today_is_weighed_and_not_who_had_to_then() {
        let guardians = [given(1, Answer::Given), given(2, Answer::Given)];
        // The child turns twelve, and must say yes, too; turns fifteen, and decides.
        assert_eq!(on("2026-11-21", &[&[1, 2, 9]], &guardians), Standing::Waiting(people(&[9])));
        assert_eq!(on("2026-11-21", &[&[9]], &guardians), Standing::Waiting(people(&[9])));
        // What the child gave stays when it grows up. A guardian no longer ends it.
        let alone = [given(9, Answer::Given), given(1, Answer::Given), given(1, Answer::Withdrawn)];
        assert_eq!(on("2026-11-21", &[&[9]], &alone), Standing::Binding);
        assert_eq!(on("2027-03-01", &[&[9]], &alone), Standing::Binding);
        // Doubted: then the guardians must, too.
        let doubted = on("2026-11-21", &[&[1, 2, 9]], &[given(9, Answer::Given)]);
        assert_eq!(doubted, Standing::Waiting(people(&[1, 2])));
    }

    #[test]
    fn what_guardians_gave_lapses_when_the_child_comes_of_age() {
        let both = [given(1, Answer::Given), given(2, Answer::Given)];
        assert_eq!(on("2027-03-01", &[&[9]], &both), Standing::Lapsed);
        assert_eq!(on("2027-03-01", &[&[9]], &[]), Standing::Waiting(people(&[9])));
        let withdrawn = [both[0].clone(), given(1, Answer::Withdrawn)];
        assert_eq!(on("2027-03-01", &[&[9]], &withdrawn).word(), "withdrawn");
        let refused = [given(1, Answer::Refused)];
        assert_eq!(on("2027-03-01", &[&[9]], &refused).word(), "refused");
        // T45: the adult takes back what was given for them; or gives it anew.
        let own = |answer| [both[0].clone(), both[1].clone(), given(9, answer)];
        assert_eq!(on("2027-03-01", &[&[9]], &own(Answer::Withdrawn)).word(), "withdrawn");
        assert_eq!(on("2027-03-01", &[&[9]], &own(Answer::Given)), Standing::Binding);
    }

    #[test]
    fn one_of_two_ways_is_enough() {
        let (yes, no) = (given(9, Answer::Given), given(2, Answer::Refused));
        let ways: [&[u128]; 2] = [&[1, 2], &[9]];
        // T52: a guardian refuses, the child consents, it is suitable.
        assert_eq!(on("2026-11-21", &ways, &[no.clone(), yes]), Standing::Binding);
        assert_eq!(
            on("2026-11-21", &ways, std::slice::from_ref(&no)),
            Standing::Waiting(people(&[9]))
        );
        let both = [no, given(9, Answer::Refused)];
        assert_eq!(on("2026-11-21", &ways, &both).word(), "refused");
        let nobody = on("2026-11-21", &ways, &[]);
        assert_eq!(nobody, Standing::Waiting(people(&[1, 2, 9])));
    }

    #[test]
    fn without_a_guardian_who_cannot_be_reached_it_binds_for_a_while_if_it_cannot_wait() {
        let urgent = Terms { urgent_because: Some("why".into()), ..terms() };
        let far = Terms { far_reaching: true, ..urgent.clone() };
        let (yes, gone) = (given(1, Answer::Given), given(2, Answer::Unreachable));
        let answers = [yes.clone(), gone.clone()];
        let waiting = Standing::Waiting(people(&[2]));
        for (terms, day, answers, expected) in [
            (&urgent, "2026-11-05", &answers[..], Standing::Binding),
            (&urgent, "2026-11-19", &answers, Standing::Binding),
            (&urgent, "2026-11-20", &answers, waiting.clone()),
            (&terms(), "2026-11-05", &answers, waiting.clone()),
            (&far, "2026-11-05", &answers, waiting),
            (
                &urgent,
                "2026-11-05",
                std::slice::from_ref(&gone),
                Standing::Waiting(people(&[1, 2])),
            ),
        ] {
            assert_eq!(weigh(terms, day, &[&[1, 2]], answers).standing, expected, "{day}");
        }
        // Nobody is left who has said yes: nobody can be done without.
        let both = [gone.clone(), given(1, Answer::Unreachable)];
        assert_ne!(weigh(&urgent, "2026-11-05", &[&[1, 2]], &both).standing, Standing::Binding);
        // The child is no guardian, and its yes stands for no guardian's.
        let child = [yes.clone(), given(2, Answer::Given), given(9, Answer::Unreachable)];
        assert_ne!(weigh(&urgent, "2026-11-05", &[&[1, 2, 9]], &child).standing, Standing::Binding);
        let only = [given(9, Answer::Given), gone.clone()];
        assert_ne!(weigh(&urgent, "2026-11-05", &[&[2, 9]], &only).standing, Standing::Binding);
        // What they say themselves counts instead, whenever they said it.
        for answer in [Answer::Refused, Answer::Withdrawn] {
            for said in [
                [yes.clone(), gone.clone(), given(2, answer)],
                [yes.clone(), given(2, answer), gone.clone()],
            ] {
                let standing = weigh(&urgent, "2026-11-05", &[&[1, 2]], &said).standing;
                assert_eq!(standing.word(), answer.code());
            }
        }
    }

    #[test]
    fn a_part_is_given_for_that_part() {
        let med = [Category::Med];
        let both = [Category::Med, Category::School];
        for (answers, covers, standing) in [
            ([given(1, Answer::Given), part(2, &med)], &med[..], Standing::Binding),
            ([part(1, &both), part(2, &both)], &both, Standing::Binding),
            ([part(1, &med), part(2, &[Category::School])], &[], Standing::CoversNothing),
            // What was not asked for is not given.
            ([part(1, &[Category::Soc, Category::Med]), part(2, &med)], &med, Standing::Binding),
        ] {
            let weight = weigh(&terms(), "2026-11-21", &[&[1, 2]], &answers);
            assert_eq!(weight.covers, covers.iter().copied().collect(), "{answers:?}");
            assert_eq!(weight.standing, standing, "{answers:?}");
        }
    }

    fn any_answers() -> impl Strategy<Value = Vec<Given>> {
        let part = prop::option::of(prop::sample::subsequence(Category::ALL, 0..4));
        let one = (1u128..4, 0usize..4, part).prop_map(|(who, what, part)| Given {
            categories: part.map(|part| part.into_iter().collect()),
            ..given(if who == 3 { CHILD } else { who }, Answer::ALL[what])
        });
        prop::collection::vec(one, 0..9)
    }

    proptest! {
        #[test]
        fn an_answer_by_somebody_else_changes_nothing(answers in any_answers()) {
            let own: Vec<_> =
                answers.iter().filter(|given| given.giver != person(CHILD)).cloned().collect();
            let ways: [&[u128]; 1] = [&[1, 2]];
            prop_assert_eq!(on("2026-11-21", &ways, &answers), on("2026-11-21", &ways, &own));
        }

        #[test]
        fn nobodys_no_is_lost(
            answers in any_answers(),
            after in any_answers(),
            who in 1u128..3,
            withdrawn in any::<bool>(),
        ) {
            let no = if withdrawn { Answer::Withdrawn } else { Answer::Refused };
            let urgent = Terms { urgent_because: Some("why".into()), ..terms() };
            let silent = |it: &Given| it.giver != person(who) || it.answer == Answer::Unreachable;
            let mut all = answers;
            all.push(given(who, no));
            // Whatever others say later, and whether or not they can be reached.
            all.extend(after.into_iter().filter(silent));
            let weight = weigh(&urgent, "2026-11-06", &[&[1, 2], &[1, 2, 9]], &all);
            prop_assert_ne!(weight.standing, Standing::Binding);
        }

        #[test]
        fn a_narrower_answer_never_widens(
            answers in any_answers(), part in prop::sample::subsequence(Category::ALL, 0..5),
        ) {
            let ways: [&[u128]; 1] = [&[1, 2]];
            let whole = [answers.clone(), vec![given(1, Answer::Given)]].concat();
            let part = Some(part.into_iter().collect());
            let narrowed = Given { categories: part, ..given(1, Answer::Given) };
            let narrow = [answers, vec![narrowed]].concat();
            let covers = |answers: &[Given]| weigh(&terms(), "2026-11-21", &ways, answers).covers;
            prop_assert!(covers(&narrow).is_subset(&covers(&whole)));
            prop_assert!(covers(&whole).is_subset(&terms().categories));
        }

        #[test]
        fn it_binds_for_something_or_not_at_all(answers in any_answers(), two in any::<bool>()) {
            let ways: &[&[u128]] = if two { &[&[1, 2], &[9]] } else { &[&[1, 2, 9]] };
            let weight = weigh(&terms(), "2026-11-21", ways, &answers);
            prop_assert!(weight.standing != Standing::Binding || !weight.covers.is_empty());
        }
    }
}
