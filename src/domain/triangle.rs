//! The My World Triangle: the child's whole world from three sides, what is strong and what is hard
//! in each. And the resilience matrix that is drawn from it: factors, never a score.
//!
//! **Invariant:** of each side both is said, strengths and challenges, if only that nothing is known.

use super::content::Wrong;
use super::text::{Coded, codes};

codes! {
    /// A side of the triangle.
    Side {
        /// How I grow and develop.
        GrowDevelop => "grow_develop",
        /// What I need from people who look after me.
        NeedFromCarers => "need_from_carers",
        /// My wider world.
        WiderWorld => "wider_world",
    }
}

codes! {
    /// What an entry of the triangle is about.
    TriangleKey {
        /// Being healthy.
        BeingHealthy => "being_healthy",
        /// Learning and achieving.
        LearningAchieving => "learning_achieving",
        /// Being able to communicate.
        Communicate => "communicate",
        /// Confidence in who I am.
        ConfidenceWhoIAm => "confidence_who_i_am",
        /// Learning to be responsible.
        LearningResponsible => "learning_responsible",
        /// Becoming independent, looking after myself.
        BecomingIndependent => "becoming_independent",
        /// Enjoying family and friends.
        EnjoyingFamilyFriends => "enjoying_family_friends",
        /// Everyday care and help.
        EverydayCare => "everyday_care",
        /// Keeping me safe.
        KeepingMeSafe => "keeping_me_safe",
        /// Being there for me.
        BeingThereForMe => "being_there_for_me",
        /// Play, encouragement and fun.
        PlayEncouragementFun => "play_encouragement_fun",
        /// Guidance, supporting me to make the right choices.
        GuidanceRightChoices => "guidance_right_choices",
        /// Knowing what is going to happen and when.
        KnowingWhatHappensWhen => "knowing_what_happens_when",
        /// Understanding my family's background and beliefs.
        FamilyBackgroundBeliefs => "family_background_beliefs",
        /// Support from family, friends and others.
        SupportFamilyFriendsOthers => "support_family_friends_others",
        /// School.
        School => "school",
        /// Enough money.
        EnoughMoney => "enough_money",
        /// Work opportunities for my family.
        WorkForFamily => "work_for_family",
        /// Local resources.
        LocalResources => "local_resources",
        /// Comfortable and safe housing.
        ComfortableSafeHousing => "comfortable_safe_housing",
        /// Belonging.
        Belonging => "belonging",
    }
}

codes! {
    /// What an entry is to the child.
    Pole {
        /// Something that holds.
        Strength => "strength",
        /// Something that is hard.
        Challenge => "challenge",
    }
}

codes! {
    /// An axis of the resilience matrix.
    Axis {
        /// Within the child: resilience or vulnerability.
        Intrinsic => "intrinsic",
        /// Around the child: protection or adversity.
        Extrinsic => "extrinsic",
    }
}

codes! {
    /// To which end of its axis a factor draws.
    FactorPole {
        /// The child bears up.
        Resilience => "resilience",
        /// The child is easily hurt.
        Vulnerability => "vulnerability",
        /// The world around the child protects it.
        Protective => "protective_environment",
        /// The world around the child is hard on it.
        Adversity => "adversity",
    }
}

/// One thing that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is about.
    pub key: TriangleKey,
    /// What it is to the child.
    pub pole: Pole,
    /// What is known.
    pub text: String,
}

/// What is known from one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// What is known.
    pub entries: Vec<Entry>,
    /// Of what one has asked, and nothing is known.
    pub nothing_known: Vec<Pole>,
}

/// A triangle: one look from each side, in the order of [`Side::ALL`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Triangle {
    looks: [Look; 3],
}

/// What makes it easier or harder for the child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// What it is.
    pub text: String,
    /// To which end of which axis it draws.
    pub pole: FactorPole,
    /// Where in the triangle it comes from.
    pub source: TriangleKey,
}

impl TriangleKey {
    /// The side that it belongs to.
    pub const fn side(self) -> Side {
        match self {
            Self::BeingHealthy
            | Self::LearningAchieving
            | Self::Communicate
            | Self::ConfidenceWhoIAm
            | Self::LearningResponsible
            | Self::BecomingIndependent
            | Self::EnjoyingFamilyFriends => Side::GrowDevelop,
            Self::EverydayCare
            | Self::KeepingMeSafe
            | Self::BeingThereForMe
            | Self::PlayEncouragementFun
            | Self::GuidanceRightChoices
            | Self::KnowingWhatHappensWhen
            | Self::FamilyBackgroundBeliefs => Side::NeedFromCarers,
            Self::SupportFamilyFriendsOthers
            | Self::School
            | Self::EnoughMoney
            | Self::WorkForFamily
            | Self::LocalResources
            | Self::ComfortableSafeHousing
            | Self::Belonging => Side::WiderWorld,
        }
    }
}

impl FactorPole {
    /// The axis whose end it is.
    pub const fn axis(self) -> Axis {
        match self {
            Self::Resilience | Self::Vulnerability => Axis::Intrinsic,
            Self::Protective | Self::Adversity => Axis::Extrinsic,
        }
    }
}

impl Look {
    fn wrong(&self, side: Side) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let place = side.code();
        for (at, entry) in self.entries.iter().enumerate() {
            if entry.key.side() != side {
                wrong.push(Wrong::at(format!("/{place}/entries/{at}/key"), "not_of_this_side"));
            }
        }
        for (at, pole) in self.nothing_known.iter().enumerate() {
            let pointer = || format!("/{place}/nothing_known/{at}");
            if self.nothing_known[..at].contains(pole) {
                wrong.push(Wrong::at(pointer(), "repeated"));
            } else if self.entries.iter().any(|entry| entry.pole == *pole) {
                wrong.push(Wrong::at(pointer(), "known_after_all"));
            }
        }
        let said = |pole: &Pole| {
            self.nothing_known.contains(pole) || self.entries.iter().any(|it| it.pole == *pole)
        };
        if !Pole::ALL.iter().all(said) {
            wrong.push(Wrong::at(format!("/{place}"), "not_considered"));
        }
        wrong
    }
}

impl Triangle {
    /// A triangle of these looks, in the order of [`Side::ALL`].
    ///
    /// # Errors
    /// Each side of which strengths or challenges are not spoken of, each entry on a wrong side.
    pub fn new(looks: [Look; 3]) -> Result<Self, Vec<Wrong>> {
        let sides = Side::ALL.iter().zip(&looks);
        let wrong: Vec<Wrong> = sides.flat_map(|(side, look)| look.wrong(*side)).collect();
        if wrong.is_empty() { Ok(Self { looks }) } else { Err(wrong) }
    }

    /// What is known from each side.
    pub fn looks(&self) -> impl Iterator<Item = (Side, &Look)> {
        Side::ALL.iter().copied().zip(&self.looks)
    }

    /// The same with each text as `change` makes it.
    pub fn map_texts(mut self, change: &impl Fn(&str) -> String) -> Self {
        for entry in self.looks.iter_mut().flat_map(|look| &mut look.entries) {
            entry.text = change(&entry.text);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn look(entries: &[(TriangleKey, Pole)], nothing_known: &[Pole]) -> Look {
        let entry = |(key, pole): &(TriangleKey, Pole)| Entry {
            key: *key,
            pole: *pole,
            text: "x".to_owned(),
        };
        Look { entries: entries.iter().map(entry).collect(), nothing_known: nothing_known.to_vec() }
    }

    fn blank() -> Look {
        look(&[], Pole::ALL)
    }

    #[test]
    fn each_side_has_seven_keys() {
        for side in Side::ALL {
            let own = TriangleKey::ALL.iter().filter(|key| key.side() == *side);
            assert_eq!(own.count(), 7, "{side:?}");
        }
        for axis in Axis::ALL {
            let own = FactorPole::ALL.iter().filter(|pole| pole.axis() == *axis);
            assert_eq!(own.count(), 2, "{axis:?}");
        }
    }

    #[test]
    fn what_is_left_open_or_contradicts_itself_is_named() {
        let healthy = (TriangleKey::BeingHealthy, Pole::Strength);
        for (first, expected) in [
            (look(&[], &[]), "/grow_develop not_considered"),
            (look(&[healthy], &[]), "/grow_develop not_considered"),
            (look(&[healthy], &[Pole::Challenge]), ""),
            (look(&[healthy], Pole::ALL), "/grow_develop/nothing_known/0 known_after_all"),
            (
                look(&[healthy], &[Pole::Challenge, Pole::Challenge]),
                "/grow_develop/nothing_known/1 repeated",
            ),
            (
                look(&[(TriangleKey::School, Pole::Challenge)], &[Pole::Strength]),
                "/grow_develop/entries/0/key not_of_this_side",
            ),
        ] {
            let wrong = Triangle::new([first, blank(), blank()]).err().unwrap_or_default();
            let told: Vec<_> =
                wrong.iter().map(|wrong| format!("{} {}", wrong.at, wrong.reason)).collect();
            assert_eq!(told.join(", "), expected);
        }
    }

    proptest! {
        /// Whatever is taken as a triangle speaks of strengths and of challenges from all sides.
        #[test]
        fn all_sides_are_considered(
            sides in proptest::collection::vec(
                (
                    proptest::collection::vec((0usize..21, any::<bool>()), 0..4),
                    proptest::collection::vec(any::<bool>(), 0..3),
                ),
                3,
            ),
        ) {
            let pole = |strong: &bool| if *strong { Pole::Strength } else { Pole::Challenge };
            let looks = sides.iter().map(|(entries, nothing)| {
                let entries: Vec<_> =
                    entries.iter().map(|(key, strong)| (TriangleKey::ALL[*key], pole(strong))).collect();
                look(&entries, &nothing.iter().map(pole).collect::<Vec<_>>())
            });
            let looks: [Look; 3] = looks.collect::<Vec<_>>().try_into().unwrap();
            let Ok(triangle) = Triangle::new(looks) else { return Ok(()) };
            for (side, look) in triangle.looks() {
                for pole in Pole::ALL {
                    let known = look.entries.iter().any(|entry| entry.pole == *pole);
                    prop_assert!(known != look.nothing_known.contains(pole));
                }
                prop_assert!(look.entries.iter().all(|entry| entry.key.side() == side));
            }
        }
    }
}
