//! A meeting about a plan: who is called to what, what they answer, who came, and what the child
//! and the guardians thought of it.

use chrono::NaiveDate;

use super::ids::{PersonId, UnitId};
use super::text::codes;

codes! {
    /// Where people meet.
    MeetingMode {
        /// In a room.
        Onsite => "onsite",
        /// By video.
        Video => "video",
    }
}

codes! {
    /// Where a meeting stands.
    MeetingState {
        /// It is called.
        Called => "called",
        /// It was held.
        Held => "held",
        /// It was called off.
        Cancelled => "cancelled",
    }
}

codes! {
    /// What somebody who is called answers.
    CallReply {
        /// They come.
        Accepted => "accepted",
        /// They don't, with a reason.
        Declined => "declined",
        /// They propose another time.
        Proposed => "proposed",
    }
}

codes! {
    /// What the child or a guardian says to one of the three questions.
    Opinion {
        /// Yes.
        Yes => "yes",
        /// In part.
        Partly => "partly",
        /// No.
        No => "no",
    }
}

/// Who is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invitee {
    /// A unit; it decides who comes.
    Unit(UnitId),
    /// The child, a guardian, or whoever acts for them.
    Person(PersonId),
}

/// Whether somebody who was called came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// Who.
    pub who: Invitee,
    /// They did.
    pub attended: bool,
    /// Of a unit that did not: the report of the deviation.
    pub deviation: Option<String>,
}

/// The answers to the three questions after a meeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// Was I listened to?
    pub heard: Opinion,
    /// Do I know who does what?
    pub knows_who_does_what: Opinion,
    /// Do I think that it helps?
    pub helps: Opinion,
    /// What else they want to say.
    pub words: Option<String>,
}

/// What is wrong with an account of who came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unaccounted {
    /// Somebody who was called stands not in it, or more than once.
    Called,
    /// Somebody stands in it who was not called.
    NotCalled,
    /// A unit stayed away, and no deviation is reported.
    NoDeviation,
    /// A deviation is reported of a unit that came, or of a person: nobody in a family deviates.
    OddDeviation,
}

/// Whether an account tells of everybody who was called, once, and of each deviation.
///
/// # Errors
/// What is wrong with it.
pub fn accounted(called: &[Invitee], account: &[Attendance]) -> Result<(), Unaccounted> {
    for who in called {
        if account.iter().filter(|row| row.who == *who).count() != 1 {
            return Err(Unaccounted::Called);
        }
    }
    for row in account {
        if !called.contains(&row.who) {
            return Err(Unaccounted::NotCalled);
        }
        let is_deviation = matches!(row.who, Invitee::Unit(_)) && !row.attended;
        match (is_deviation, &row.deviation) {
            (true, None) => return Err(Unaccounted::NoDeviation),
            (false, Some(_)) => return Err(Unaccounted::OddDeviation),
            (true, Some(_)) | (false, None) => {}
        }
    }
    Ok(())
}

/// Whether a meeting on `day` comes after the last day that was agreed on.
pub fn is_late(day: NaiveDate, due_on: Option<NaiveDate>) -> bool {
    due_on.is_some_and(|due| day > due)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn unit(n: u128) -> Invitee {
        Invitee::Unit(UnitId::new(Uuid::from_u128(n)))
    }

    fn row(who: Invitee, attended: bool, deviation: Option<&str>) -> Attendance {
        Attendance { who, attended, deviation: deviation.map(str::to_owned) }
    }

    #[test]
    fn an_account_tells_of_everybody_who_was_called_and_of_each_deviation() {
        let child = Invitee::Person(PersonId::new(Uuid::from_u128(9)));
        let called = [unit(1), unit(2), child];
        let whole =
            [row(unit(1), true, None), row(unit(2), false, Some("Sjuk.")), row(child, false, None)];
        assert_eq!(accounted(&called, &whole), Ok(()));
        for (account, wrong) in [
            (whole[..2].to_vec(), Unaccounted::Called),
            ([&whole[..], &whole[..1]].concat(), Unaccounted::Called),
            ([&whole[..], &[row(unit(3), true, None)]].concat(), Unaccounted::NotCalled),
            (
                vec![whole[0].clone(), row(unit(2), false, None), whole[2].clone()],
                Unaccounted::NoDeviation,
            ),
            (
                vec![row(unit(1), true, Some("?")), whole[1].clone(), whole[2].clone()],
                Unaccounted::OddDeviation,
            ),
            (
                vec![whole[0].clone(), whole[1].clone(), row(child, false, Some("?"))],
                Unaccounted::OddDeviation,
            ),
        ] {
            assert_eq!(accounted(&called, &account), Err(wrong), "{account:?}");
        }
    }

    #[test]
    fn a_meeting_on_the_last_day_is_not_late() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        assert!(!is_late(day("2026-12-14"), Some(day("2026-12-14"))));
        assert!(is_late(day("2026-12-15"), Some(day("2026-12-14"))));
        assert!(!is_late(day("2026-12-15"), None));
    }
}
