//! Sets of words for the eight wellbeing indicators. A region may speak of "trygghet" where GIRFEC
//! speaks of "safe"; what is kept is GIRFEC's word, so that wheels can be compared.
//!
//! **Invariant:** a set names each indicator once and by a word that stands for no other.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::ids::AreaId;
use super::law::{Dated, in_force};
use super::referral::Indicator;
use super::text::Coded;

/// The set whose words are GIRFEC's own.
pub const SHANARRI: &str = "shanarri";

/// One indicator in the words of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorWord {
    /// Which one it is.
    pub indicator: Indicator,
    /// Its word on the wire.
    pub key: String,
    /// What people read, in Swedish.
    pub sv: String,
    /// What people read, in English.
    pub en: String,
}

/// The eight indicators in the words of one practice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorSet {
    name: String,
    words: Vec<IndicatorWord>,
}

/// The sets that there are, and where each is used.
#[derive(Clone, Debug)]
pub struct IndicatorSets {
    sets: BTreeMap<String, Vec<Dated<IndicatorSet>>>,
    usual: String,
    by_area: BTreeMap<AreaId, String>,
    plain: IndicatorSet,
}

impl IndicatorSet {
    /// A set of this name.
    ///
    /// # Errors
    /// What is wrong with its words.
    pub fn new(name: String, words: Vec<IndicatorWord>) -> Result<Self, &'static str> {
        for indicator in Indicator::ALL {
            match words.iter().filter(|word| word.indicator == *indicator).count() {
                0 => return Err("lacks an indicator"),
                1 => {}
                _ => return Err("names an indicator twice"),
            }
        }
        for (at, word) in words.iter().enumerate() {
            if [&word.key, &word.sv, &word.en].iter().any(|text| text.trim().is_empty()) {
                return Err("has an empty word");
            }
            if words[..at].iter().any(|other| other.key == word.key) {
                return Err("has a word for two indicators");
            }
            if Indicator::from_code(&word.key).is_ok_and(|other| other != word.indicator) {
                return Err("has a word that is GIRFEC's for another indicator");
            }
        }
        Ok(Self { name, words })
    }

    /// GIRFEC's own.
    fn plain() -> Self {
        let word = |indicator: &Indicator| {
            let key = indicator.code().to_owned();
            IndicatorWord { indicator: *indicator, sv: key.clone(), en: key.clone(), key }
        };
        Self { name: SHANARRI.to_owned(), words: Indicator::ALL.iter().map(word).collect() }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its words, in the set's own order.
    pub fn words(&self) -> &[IndicatorWord] {
        &self.words
    }

    /// The indicator that `key` stands for here. GIRFEC's own words are understood everywhere: they
    /// are what the service shows.
    pub fn read(&self, key: &str) -> Option<Indicator> {
        let own = self.words.iter().find(|word| word.key == key).map(|word| word.indicator);
        own.or_else(|| Indicator::from_code(key).ok())
    }
}

impl IndicatorSets {
    /// `sets` by their names, the one that is used where nothing else is said, and those of areas.
    ///
    /// # Errors
    /// The name of a set that is used and isn't there.
    pub fn new(
        sets: Vec<Dated<IndicatorSet>>,
        usual: String,
        by_area: BTreeMap<AreaId, String>,
    ) -> Result<Self, String> {
        let mut by_name: BTreeMap<String, Vec<Dated<IndicatorSet>>> = BTreeMap::new();
        for set in sets {
            by_name.entry(set.says.name.clone()).or_default().push(set);
        }
        let missing = |name: &&String| !by_name.contains_key(*name);
        if let Some(name) = by_area.values().chain([&usual]).find(missing) {
            return Err(name.clone());
        }
        Ok(Self { sets: by_name, usual, by_area, plain: IndicatorSet::plain() })
    }

    /// The set that an area uses on a day. On a day for which a set says nothing, GIRFEC's own words
    /// hold.
    pub fn of(&self, area: AreaId, day: NaiveDate) -> &IndicatorSet {
        self.named(self.by_area.get(&area).unwrap_or(&self.usual), day)
    }

    fn named(&self, name: &str, day: NaiveDate) -> &IndicatorSet {
        let set = self.sets.get(name).and_then(|dated| in_force(dated, day));
        set.map_or(&self.plain, |set| &set.says)
    }
}

impl Default for IndicatorSets {
    fn default() -> Self {
        Self {
            sets: BTreeMap::new(),
            usual: SHANARRI.to_owned(),
            by_area: BTreeMap::new(),
            plain: IndicatorSet::plain(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn words(change: impl Fn(&mut Vec<IndicatorWord>)) -> Vec<IndicatorWord> {
        let word = |indicator: &Indicator| IndicatorWord {
            indicator: *indicator,
            key: format!("x-{}", indicator.code()),
            sv: "Ord".to_owned(),
            en: "Word".to_owned(),
        };
        let mut words = Indicator::ALL.iter().map(word).collect();
        change(&mut words);
        words
    }

    fn set(change: impl Fn(&mut Vec<IndicatorWord>)) -> Result<IndicatorSet, &'static str> {
        IndicatorSet::new("x".to_owned(), words(change))
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_set_reads_its_own_words_and_girfecs_and_no_others() {
        let set = set(|_| ()).unwrap();
        for indicator in Indicator::ALL {
            assert_eq!(set.read(&format!("x-{}", indicator.code())), Some(*indicator));
            assert_eq!(set.read(indicator.code()), Some(*indicator));
        }
        for key in ["", "x-", "SAFE", "trygghet"] {
            assert_eq!(set.read(key), None, "{key}");
        }
    }

    #[test]
    fn a_set_that_is_not_one_to_one_is_refused() {
        type Change = fn(&mut Vec<IndicatorWord>);
        let wrong: [(Change, &str); 5] = [
            (|words| drop(words.pop()), "lacks an indicator"),
            (|words| words.push(words[0].clone()), "names an indicator twice"),
            (|words| words[1].key = words[0].key.clone(), "has a word for two indicators"),
            (|words| words[1].sv = " ".to_owned(), "has an empty word"),
            (
                |words| words[0].key = "included".to_owned(),
                "has a word that is GIRFEC's for another indicator",
            ),
        ];
        for (change, expected) in wrong {
            assert_eq!(set(change), Err(expected));
        }
    }

    #[test]
    fn each_area_has_its_set_from_the_day_on_which_it_holds() {
        let [here, elsewhere] = [1, 2].map(|id| AreaId::new(Uuid::from_u128(id)));
        let dated = |name: &str, from: &str| Dated {
            valid_from: day(from),
            valid_to: None,
            source: "x".to_owned(),
            says: IndicatorSet::new(name.to_owned(), words(|_| ())).unwrap(),
        };
        let all = || vec![dated("one", "2020-01-01"), dated("other", "2025-01-01")];
        let by_area = BTreeMap::from([(here, "other".to_owned())]);
        let sets = IndicatorSets::new(all(), "one".to_owned(), by_area.clone()).unwrap();
        let name = |area, on| sets.of(area, day(on)).name().to_owned();
        assert_eq!(name(here, "2025-01-01"), "other");
        assert_eq!(name(here, "2024-12-31"), SHANARRI);
        assert_eq!(name(elsewhere, "2026-11-22"), "one");
        let missing = IndicatorSets::new(all(), "third".to_owned(), by_area);
        assert_eq!(missing.err(), Some("third".to_owned()));
        assert_eq!(IndicatorSets::default().of(here, day("2026-11-22")).name(), SHANARRI);
    }
}
