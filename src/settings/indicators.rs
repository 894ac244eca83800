//! Reads the sets of words for the wellbeing indicators from their file.
//!
//! **Invariant:** a set that is not one to one, or that is used and isn't there, stops the start.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use super::sections::path_or_none;
use crate::domain::ids::AreaId;
use crate::domain::indicators::{IndicatorSet, IndicatorSets, IndicatorWord};
use crate::domain::law::Dated;
use crate::domain::referral::Indicator;
use crate::domain::text::{Coded, UnknownWord};

/// The sets that the service is built with.
const BUILT_IN: &str = include_str!("../../config/indicators/se.toml");

/// The table `[indicators]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct IndicatorSettings {
    /// A file to take instead of the built-in one.
    #[serde(deserialize_with = "path_or_none")]
    pub file: Option<PathBuf>,
    /// The set that is used where nothing else is said.
    pub set: String,
    /// The sets of areas that use another.
    pub sets: BTreeMap<Uuid, String>,
}

/// Why the sets can't be used.
#[derive(Debug, Error)]
pub enum IndicatorsError {
    /// Not TOML, an unknown name, or a value of the wrong type.
    #[error("the sets of indicators can't be read: {0}")]
    Read(#[from] toml::de::Error),
    /// A word that is no indicator.
    #[error("the sets of indicators can't be read: {0}")]
    Word(#[from] UnknownWord),
    /// A set that makes no sense.
    #[error("the set of indicators `{name}` {problem}")]
    Set {
        /// Its name.
        name: String,
        /// What is wrong, continuing the sentence.
        problem: &'static str,
    },
    /// A set that is used and isn't there.
    #[error("there is no set of indicators `{0}`")]
    Missing(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    sets: Vec<SetRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetRow {
    name: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    source: String,
    words: Vec<WordRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordRow {
    indicator: String,
    key: String,
    sv: String,
    en: String,
}

impl IndicatorSettings {
    /// The sets in `text`, or the built-in ones, as these settings use them.
    ///
    /// # Errors
    /// [`IndicatorsError`] names the set.
    pub fn read(&self, text: Option<&str>) -> Result<IndicatorSets, IndicatorsError> {
        let written: Written = toml::from_str(text.unwrap_or(BUILT_IN))?;
        let sets = written.sets.into_iter().map(SetRow::dated).collect::<Result<Vec<_>, _>>()?;
        let by_area = self.sets.iter().map(|(area, set)| (AreaId::new(*area), set.clone()));
        IndicatorSets::new(sets, self.set.clone(), by_area.collect())
            .map_err(IndicatorsError::Missing)
    }
}

impl SetRow {
    fn dated(self) -> Result<Dated<IndicatorSet>, IndicatorsError> {
        let problem = |problem| IndicatorsError::Set { name: self.name.clone(), problem };
        if self.valid_to.is_some_and(|last| last < self.valid_from) {
            return Err(problem("ends before it begins"));
        }
        if self.source.trim().is_empty() {
            return Err(problem("has no source"));
        }
        let word = |row: WordRow| {
            let indicator = Indicator::from_code(&row.indicator)?;
            Ok::<_, UnknownWord>(IndicatorWord { indicator, key: row.key, sv: row.sv, en: row.en })
        };
        let words = self.words.into_iter().map(word).collect::<Result<Vec<_>, _>>()?;
        let says = IndicatorSet::new(self.name.clone(), words)
            .map_err(|problem| IndicatorsError::Set { name: self.name, problem })?;
        let (valid_from, valid_to, source) = (self.valid_from, self.valid_to, self.source);
        Ok(Dated { valid_from, valid_to, source, says })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(set: &str) -> IndicatorSettings {
        IndicatorSettings { file: None, set: set.to_owned(), sets: BTreeMap::new() }
    }

    fn told(text: &str) -> String {
        settings("shanarri").read(Some(text)).expect_err("refused").to_string()
    }

    #[test]
    fn both_built_in_sets_name_all_eight_in_words_of_their_own() {
        let day = "2026-11-22".parse().unwrap();
        for (set, key, indicator) in [
            ("shanarri", "nurtured", Indicator::Nurtured),
            ("behovskompassen", "tillhorighet", Indicator::Included),
            ("behovskompassen", "fritid", Indicator::Active),
        ] {
            let sets = settings(set).read(None).unwrap();
            let used = sets.of(AreaId::nobody(), day);
            assert_eq!((used.name(), used.words().len()), (set, 8));
            assert_eq!(used.read(key), Some(indicator));
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_named() {
        let rest = &BUILT_IN[BUILT_IN.find("[[sets]]").unwrap()..];
        for (from, to, expected) in [
            ("name = \"shanarri\"", "name = \"other\"", "there is no set of indicators `shanarri`"),
            ("indicator = \"safe\"", "indicator = \"sure\"", "`sure` is not a Indicator"),
            ("indicator = \"safe\"", "indicator = \"active\"", "`shanarri` lacks an indicator"),
            ("key = \"halsa\"", "key = \"omsorg\"", "`behovskompassen` has a word for two"),
            ("sv = \"Trygg\"", "sv = \"\"", "`shanarri` has an empty word"),
            ("source = ", "sauce = ", "sauce"),
            ("source = \"GIRFEC, wellbeing indicators (SHANARRI)\"", "source = \"\"", "no source"),
            ("2008-06-01\"", "2008-06-01\"\nvalid_to = \"2008-05-31\"", "ends before it begins"),
        ] {
            assert!(rest.contains(from), "{from}");
            let said = told(&rest.replacen(from, to, 1));
            assert!(said.contains(expected), "{said}");
        }
    }
}
