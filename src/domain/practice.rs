//! The National Practice Model: from what was seen to what came of it, again and again. The child is
//! heard at each stage, or it says why not.
//!
//! **Invariant:** analysis may be left out. The child's voice may not.

use super::text::codes;
use super::voice::{Heard, Voice};

codes! {
    /// How far the work around the child has come.
    Stage {
        /// Somebody has noticed something and asked for joint help.
        Observed => "observed",
        /// What is known was gathered from all sides.
        Assessed => "assessed",
        /// It was made out what it means, where that isn't plain.
        Analysed => "analysed",
        /// It is agreed what will be done.
        Planned => "planned",
        /// It is being done.
        Active => "active",
        /// It was looked at together what came of it.
        Reviewed => "reviewed",
        /// It has ended.
        Closed => "closed",
    }
}

codes! {
    /// Whether the child was heard.
    ChildHeard {
        /// It was, and its words are there.
        Words => "words",
        /// It was not, and it says why.
        Missing => "missing",
    }
}

/// Why the work can't come to a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageObstacle {
    /// That stage doesn't follow on this one.
    NotNext,
    /// The child was asked at another stage.
    VoiceOfAnotherStage,
}

impl Stage {
    /// Where the work begins: a case is opened on a referral, which has the child's view.
    pub const FIRST: Self = Self::Observed;

    /// The stages that may follow.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Observed => &[Self::Assessed],
            Self::Assessed => &[Self::Analysed, Self::Planned],
            Self::Analysed => &[Self::Planned],
            Self::Planned => &[Self::Active],
            Self::Active => &[Self::Reviewed],
            Self::Reviewed => &[Self::Active, Self::Closed],
            Self::Closed => &[],
        }
    }

    /// Comes to `to`, with what the child said there.
    ///
    /// # Errors
    /// Why it can't be.
    pub fn step(self, to: Self, voice: &Voice) -> Result<ChildHeard, StageObstacle> {
        if !self.next().contains(&to) {
            return Err(StageObstacle::NotNext);
        }
        if voice.stage != to {
            return Err(StageObstacle::VoiceOfAnotherStage);
        }
        Ok(match voice.heard {
            Heard::Words { .. } => ChildHeard::Words,
            Heard::Missing { .. } => ChildHeard::Missing,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::text::Coded;

    fn voice(stage: Stage, words: bool) -> Voice {
        let heard = if words {
            Heard::Words {
                words: "x".to_owned(),
                asked_by: "x".to_owned(),
                how: crate::domain::voice::Way::Conversation,
                interpreter: false,
            }
        } else {
            Heard::Missing { because: "x".to_owned() }
        };
        Voice { stage, on: "2026-11-22".parse().unwrap(), heard }
    }

    /// The model as it is drawn, written down anew: stages in their order, of which the third may be
    /// skipped, and at the end back or out.
    struct Drawn {
        at: usize,
        heard: Vec<Stage>,
    }

    impl Drawn {
        fn takes(&self, to: usize) -> bool {
            match self.at {
                6 => false,
                5 => to == 4 || to == 6,
                1 => to == 2 || to == 3,
                at => to == at + 1,
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn every_walk_goes_as_it_is_drawn(
            steps in proptest::collection::vec((0usize..7, 0usize..7, any::<bool>(), 0u8..4), 1..40),
        ) {
            let mut stage = Stage::FIRST;
            let mut drawn = Drawn { at: 0, heard: vec![Stage::FIRST] };
            for (wish, other, words, luck) in steps {
                // Mostly towards where the drawing goes, so that walks come far.
                let to = if luck == 0 { wish } else {
                    let open: Vec<_> = (0..7).filter(|to| drawn.takes(*to)).collect();
                    match open.len() { 0 => wish, count => open[wish % count] }
                };
                let asked_at = if luck == 1 { other } else { to };
                let (goal, asked) = (Stage::ALL[to], Stage::ALL[asked_at]);
                match stage.step(goal, &voice(asked, words)) {
                    Ok(heard) => {
                        prop_assert!(drawn.takes(to), "{:?} -> {:?}", stage, goal);
                        prop_assert_eq!(asked, goal);
                        prop_assert_eq!(heard == ChildHeard::Words, words);
                        stage = goal;
                        drawn.at = to;
                        drawn.heard.push(asked);
                    }
                    Err(StageObstacle::NotNext) => prop_assert!(!drawn.takes(to)),
                    Err(StageObstacle::VoiceOfAnotherStage) => {
                        prop_assert!(drawn.takes(to) && asked != goal);
                    }
                }
                prop_assert_eq!(Stage::ALL[drawn.at], stage);
                // Wherever the walk is, the child was asked there, and nothing but analysis was
                // passed over.
                prop_assert_eq!(drawn.heard.last(), Some(&stage));
                if drawn.at >= 4 {
                    for must in [Stage::Assessed, Stage::Planned, Stage::Active] {
                        prop_assert!(drawn.heard.contains(&must));
                    }
                }
            }
        }
    }

    #[test]
    fn every_stage_but_the_last_leads_on_and_each_can_be_reached() {
        for stage in Stage::ALL {
            assert_eq!(stage.next().is_empty(), *stage == Stage::Closed);
            let reached = Stage::ALL.iter().any(|from| from.next().contains(stage));
            assert_eq!(reached, *stage != Stage::FIRST, "{stage:?}");
        }
    }
}
