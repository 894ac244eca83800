//! How soon a plan comes about, as regions have agreed on it. The statute gives no number.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::ids::AreaId;
use super::law::{Dated, in_force};
use super::text::codes;

codes! {
    /// What a clock measures, in days.
    PlanClock {
        /// From the plan's beginning to the call to its first meeting.
        CallAfterBegin => "call_after_begin",
        /// From a call to its meeting.
        MeetingAfterCall => "meeting_after_call",
        /// From the plan's beginning to the day that it is active.
        ActiveAfterBegin => "active_after_begin",
    }
}

/// What one region has agreed on.
#[derive(Clone, Debug)]
pub struct Region {
    /// Its stable word.
    pub code: String,
    /// Its clocks.
    pub clocks: Vec<(PlanClock, Dated<i64>)>,
}

/// Whose clocks hold where.
#[derive(Clone, Debug, Default)]
pub struct Regions {
    /// Every region that is known.
    pub known: Vec<Region>,
    /// The one that holds where nothing else is said; none when it is empty.
    pub default: String,
    /// Where another one holds.
    pub of: BTreeMap<AreaId, String>,
    /// So many days before a meeting the units that are called to it are reminded.
    pub remind_days: u64,
}

/// A day by which something must have happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// What it measures.
    pub clock: PlanClock,
    /// The last day.
    pub due_on: NaiveDate,
    /// How many days there are.
    pub days: i64,
    /// Where that is agreed.
    pub source: String,
}

impl Regions {
    /// The last day of `clock` in `area`, when it runs from `begun`; none where no clock holds then.
    pub fn deadline(&self, area: AreaId, clock: PlanClock, begun: NaiveDate) -> Option<Deadline> {
        let code = self.of.get(&area).unwrap_or(&self.default);
        let region = self.known.iter().find(|region| region.code == *code)?;
        let provisions: Vec<Dated<i64>> = region
            .clocks
            .iter()
            .filter(|(of, _)| *of == clock)
            .map(|(_, dated)| dated.clone())
            .collect();
        let agreed = in_force(&provisions, begun)?;
        let due_on = begun.checked_add_days(Days::new(agreed.says.unsigned_abs()))?;
        Some(Deadline { clock, due_on, days: agreed.says, source: agreed.source.clone() })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn regions() -> Regions {
        let dated = |from: &str, to: Option<&str>, says| Dated {
            valid_from: day(from),
            valid_to: to.map(day),
            source: "an agreement".into(),
            says,
        };
        let clock = PlanClock::MeetingAfterCall;
        let clocks = vec![
            (clock, dated("2021-01-01", Some("2026-12-31"), 21)),
            (clock, dated("2027-01-01", None, 14)),
        ];
        let other = Region { code: "other".into(), clocks: Vec::new() };
        Regions {
            known: vec![Region { code: "west".into(), clocks }, other],
            default: "west".into(),
            of: BTreeMap::from([(area(2), "other".into())]),
            remind_days: 3,
        }
    }

    fn area(n: u128) -> AreaId {
        AreaId::new(Uuid::from_u128(n))
    }

    #[test]
    fn the_clock_of_the_area_and_of_the_day_on_which_it_began_holds() {
        let due = |area, clock, begun: &str| {
            regions().deadline(area, clock, day(begun)).map(|deadline| deadline.due_on.to_string())
        };
        let meeting = PlanClock::MeetingAfterCall;
        assert_eq!(due(area(1), meeting, "2026-11-23").as_deref(), Some("2026-12-14"));
        assert_eq!(due(area(1), meeting, "2027-01-01").as_deref(), Some("2027-01-15"));
        assert_eq!(due(area(1), meeting, "2020-12-31"), None);
        assert_eq!(due(area(1), PlanClock::ActiveAfterBegin, "2026-11-23"), None);
        assert_eq!(due(area(2), meeting, "2026-11-23"), None);
    }
}
