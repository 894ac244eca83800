//! The wellbeing wheel: how a child fares by each indicator, 1 to 10, as a professional or the child
//! itself sees it on one day. Wheels are kept and compared, never added up.

use chrono::NaiveDate;

use super::content::Wrong;
use super::indicators::IndicatorSet;
use super::referral::Indicator;
use super::text::codes;

codes! {
    /// Whose view a wheel is.
    Rater {
        /// The child's own.
        Child => "child",
        /// A professional's.
        Professional => "professional",
    }
}

/// From 1, not well at all, to 10, as well as can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(u8);

/// One indicator of a wheel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoke {
    /// Which one.
    pub indicator: Indicator,
    /// How it is.
    pub score: Score,
    /// What makes it so.
    pub note: Option<String>,
}

/// An indicator as it is written, in the words of some set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpokeDraft {
    /// The set's word.
    pub key: String,
    /// How it is.
    pub score: Score,
    /// What makes it so.
    pub note: Option<String>,
}

/// A wheel as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelDraft {
    /// The day on which it was filled in.
    pub on: NaiveDate,
    /// Whose view it is.
    pub by: Rater,
    /// Its indicators.
    pub spokes: Vec<SpokeDraft>,
}

/// A wheel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wheel {
    on: NaiveDate,
    by: Rater,
    spokes: Vec<Spoke>,
}

impl Score {
    /// The score `number`, 1 to 10.
    pub fn new(number: i64) -> Option<Self> {
        u8::try_from(number).ok().filter(|score| (1..=10).contains(score)).map(Self)
    }

    /// As a number.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl WheelDraft {
    /// The wheel, in GIRFEC's words.
    ///
    /// # Errors
    /// Each word that `set` doesn't know, each indicator that stands twice, and a wheel without any.
    pub fn read(&self, set: &IndicatorSet) -> Result<Wheel, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let mut spokes: Vec<Spoke> = Vec::new();
        if self.spokes.is_empty() {
            wrong.push(Wrong::at("/scores", "too_few"));
        }
        for (at, spoke) in self.spokes.iter().enumerate() {
            let pointer = format!("/scores/{at}/indicator");
            match set.read(&spoke.key) {
                None => wrong.push(Wrong::at(pointer, "unknown_word")),
                Some(indicator) if spokes.iter().any(|other| other.indicator == indicator) => {
                    wrong.push(Wrong::at(pointer, "repeated"));
                }
                Some(indicator) => {
                    spokes.push(Spoke { indicator, score: spoke.score, note: spoke.note.clone() })
                }
            }
        }
        if wrong.is_empty() { Ok(Wheel::new(self.on, self.by, spokes)) } else { Err(wrong) }
    }
}

impl Wheel {
    /// A wheel whose indicators stand in GIRFEC's order.
    pub fn new(on: NaiveDate, by: Rater, mut spokes: Vec<Spoke>) -> Self {
        spokes.sort_by_key(|spoke| spoke.indicator);
        Self { on, by, spokes }
    }

    /// The day on which it was filled in.
    pub fn on(&self) -> NaiveDate {
        self.on
    }

    /// Whose view it is.
    pub fn by(&self) -> Rater {
        self.by
    }

    /// Its indicators. One that isn't there was not asked about, or not answered.
    pub fn spokes(&self) -> &[Spoke] {
        &self.spokes
    }

    /// The same with each text as `change` makes it.
    pub fn map_texts(mut self, change: &impl Fn(&str) -> String) -> Self {
        for spoke in &mut self.spokes {
            spoke.note = spoke.note.as_deref().map(change);
        }
        self
    }

    /// How much each indicator that stands in both has changed since `before`. The changes are not
    /// added up: no number stands for a child.
    pub fn change_since(&self, before: &Self) -> Vec<(Indicator, i8)> {
        let both = self.spokes.iter().filter_map(|now| {
            let then = before.spokes.iter().find(|then| then.indicator == now.indicator)?;
            // Scores are 1 to 10, so that neither fails.
            let number = |score: Score| i8::try_from(score.0).ok();
            Some((now.indicator, number(now.score)? - number(then.score)?))
        });
        both.collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::AreaId;
    use crate::domain::indicators::IndicatorSets;
    use crate::domain::text::Coded;

    fn draft(spokes: &[(&str, i64)]) -> WheelDraft {
        let spoke = |(key, score): &(&str, i64)| SpokeDraft {
            key: (*key).to_owned(),
            score: Score::new(*score).unwrap(),
            note: None,
        };
        let on = "2026-11-22".parse().unwrap();
        WheelDraft { on, by: Rater::Child, spokes: spokes.iter().map(spoke).collect() }
    }

    fn read(spokes: &[(&str, i64)]) -> Result<Wheel, Vec<Wrong>> {
        let on = "2026-11-22".parse().unwrap();
        draft(spokes).read(IndicatorSets::default().of(AreaId::nobody(), on))
    }

    #[test]
    fn a_score_is_1_to_10() {
        for number in [i64::MIN, -1, 0, 11, 256, 257, i64::MAX] {
            assert_eq!(Score::new(number), None, "{number}");
        }
        for number in 1..=10 {
            assert_eq!(Score::new(number).map(|score| i64::from(score.number())), Some(number));
        }
    }

    #[test]
    fn each_wrong_indicator_is_named() {
        let wrong = read(&[("safe", 1), ("sad", 2), ("safe", 3)]).unwrap_err();
        assert_eq!(
            wrong,
            [
                Wrong::at("/scores/1/indicator", "unknown_word"),
                Wrong::at("/scores/2/indicator", "repeated"),
            ]
        );
        assert_eq!(read(&[]).unwrap_err(), [Wrong::at("/scores", "too_few")]);
    }

    #[test]
    fn a_change_is_told_where_both_wheels_say_something() {
        let before = read(&[("safe", 10), ("healthy", 4), ("active", 5)]).unwrap();
        let now = read(&[("included", 2), ("healthy", 7), ("safe", 1), ("active", 5)]).unwrap();
        assert_eq!(
            now.change_since(&before),
            [(Indicator::Safe, -9), (Indicator::Healthy, 3), (Indicator::Active, 0)]
        );
    }

    proptest! {
        #[test]
        fn changes_there_and_back_cancel_out(
            one in proptest::collection::vec(proptest::option::of(1i64..=10), 8),
            other in proptest::collection::vec(proptest::option::of(1i64..=10), 8),
        ) {
            let wheel = |scores: &[Option<i64>]| {
                let spokes = Indicator::ALL.iter().zip(scores).filter_map(|(indicator, score)| {
                    Some(Spoke { indicator: *indicator, score: Score::new((*score)?)?, note: None })
                });
                Wheel::new("2026-11-22".parse().unwrap(), Rater::Child, spokes.collect())
            };
            let (one, other) = (wheel(&one), wheel(&other));
            let there = other.change_since(&one);
            let back = one.change_since(&other);
            prop_assert_eq!(there.len(), back.len());
            for ((to, change), (from, returned)) in there.iter().zip(&back) {
                prop_assert_eq!((to, *change), (from, -returned));
            }
            prop_assert!(one.change_since(&one).iter().all(|(_, change)| *change == 0));
        }
    }
}
