//! A significant event: a row of the chronology, in five columns. Facts in plain words, good ones as
//! well as hard ones.

use chrono::NaiveDate;

use super::content::Wrong;
use super::text::codes;

codes! {
    /// What an event did to the child.
    Impact {
        /// Good.
        Positive => "positive",
        /// Hard.
        Negative => "negative",
    }
}

/// When something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct When {
    from: NaiveDate,
    to: Option<NaiveDate>,
}

/// What was done about it. One of the two is always there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// This was done.
    Taken(String),
    /// Nothing was done, for this reason.
    None(String),
}

/// A significant event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The day or the period.
    pub when: When,
    /// What happened.
    pub what: String,
    /// Who tells of it.
    pub source: String,
    /// Which service they tell it for.
    pub service: String,
    /// What it did to the child.
    pub impact: Impact,
    /// What was done about it.
    pub response: Response,
}

impl When {
    /// On one day.
    pub fn day(on: NaiveDate) -> Self {
        Self { from: on, to: Some(on) }
    }

    /// From one day to another; without an end as long as it lasts.
    ///
    /// # Errors
    /// It ends before it begins.
    pub fn period(from: NaiveDate, to: Option<NaiveDate>) -> Result<Self, Wrong> {
        if to.is_some_and(|to| to < from) {
            return Err(Wrong::at("/to", "ends_before_it_begins"));
        }
        Ok(Self { from, to })
    }

    /// The first day.
    pub fn from(self) -> NaiveDate {
        self.from
    }

    /// The last day; none as long as it lasts.
    pub fn to(self) -> Option<NaiveDate> {
        self.to
    }
}

impl Event {
    /// The same with each text as `change` makes it.
    pub fn map_texts(self, change: &impl Fn(&str) -> String) -> Self {
        let response = match self.response {
            Response::Taken(text) => Response::Taken(change(&text)),
            Response::None(because) => Response::None(change(&because)),
        };
        Self {
            what: change(&self.what),
            source: change(&self.source),
            service: change(&self.service),
            response,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_does_not_end_before_it_begins() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let period = |from, to: Option<&str>| When::period(day(from), to.map(day));
        assert!(period("2026-01-02", Some("2026-01-01")).is_err());
        assert_eq!(period("2026-01-02", Some("2026-01-02")), Ok(When::day(day("2026-01-02"))));
        assert_eq!(period("2026-01-02", None).map(When::to), Ok(None));
    }
}
