//! What is sent about meetings, read with all that is wrong with it.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::fault::{Fault, Faults};
use super::field::{Raw, text};
use crate::access::act::Recipient;
use crate::clock::Instant;
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::meeting::{Attendance, CallReply, Evaluation, Invitee, MeetingMode, Opinion};
use crate::store::{Appointment, CallDraft, ReplyDraft};

/// The longest meeting, minutes.
const MINUTES_MAX: i32 = 480;
/// The shortest.
const MINUTES_MIN: i32 = 5;

/// A meeting as it is called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallBody {
    /// The question that the meeting shall answer.
    key_question: String,
    #[schema(value_type = DateTime<Utc>)]
    starts_at: Raw<Instant>,
    /// How long, minutes: 5 to 480.
    minutes: i32,
    /// `onsite` or `video`.
    #[schema(value_type = String, example = "onsite")]
    mode: Raw<MeetingMode>,
    /// The room, or how to get into the video meeting.
    place: String,
    /// The units that are called.
    #[schema(value_type = Vec<Uuid>, min_items = 1)]
    units: Vec<Raw<UnitId>>,
    /// The child, guardians, and who acts for them, as far as they are called.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    persons: Vec<Raw<PersonId>>,
}

/// A meeting's new time or place; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveBody {
    #[schema(value_type = DateTime<Utc>)]
    starts_at: Raw<Instant>,
    /// How long, minutes: 5 to 480.
    minutes: i32,
    /// `onsite` or `video`.
    #[schema(value_type = String, example = "video")]
    mode: Raw<MeetingMode>,
    place: String,
    /// Why. Everybody who is called reads it.
    because: String,
}

/// Why a meeting is called off. Everybody who is called reads it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancellationBody {
    because: String,
}

/// An answer to a call, by or for one of those who are called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyBody {
    /// The unit that answers; or
    #[schema(value_type = Option<Uuid>)]
    unit: Option<Raw<UnitId>>,
    /// the person.
    #[schema(value_type = Option<Uuid>)]
    person: Option<Raw<PersonId>>,
    /// `accepted`, `declined` with a reason, or `proposed` with another time.
    #[schema(value_type = String, example = "accepted")]
    reply: Raw<CallReply>,
    reason: Option<String>,
    #[schema(value_type = Option<DateTime<Utc>>)]
    proposed_at: Option<Raw<Instant>>,
}

/// That a meeting was held, and who came.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldBody {
    /// The day on which it was held.
    #[schema(value_type = NaiveDate)]
    held_on: Raw<NaiveDate>,
    /// Everybody who was called, once.
    attendance: Vec<AttendanceBody>,
}

/// Whether somebody who was called came.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttendanceBody {
    #[schema(value_type = Option<Uuid>)]
    unit: Option<Raw<UnitId>>,
    #[schema(value_type = Option<Uuid>)]
    person: Option<Raw<PersonId>>,
    attended: bool,
    /// Of a unit that stayed away, and then required: what happened, and what was done about it.
    deviation: Option<String>,
}

/// The child's or a guardian's answers to the three questions after a meeting.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluationBody {
    /// Whose answers they are.
    #[schema(value_type = Uuid)]
    person: Raw<PersonId>,
    /// Was I listened to? `yes`, `partly` or `no`.
    #[schema(value_type = String, example = "yes")]
    heard: Raw<Opinion>,
    /// Do I know who does what?
    #[schema(value_type = String, example = "partly")]
    knows_who_does_what: Raw<Opinion>,
    /// Do I think that it helps?
    #[schema(value_type = String, example = "yes")]
    helps: Raw<Opinion>,
    /// What else there is to say.
    words: Option<String>,
}

impl CallBody {
    /// The call.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(&self) -> Result<CallDraft, Faults> {
        let mut faults = Faults::default();
        let key_question = faults.keep("/key_question", text(&self.key_question));
        let appointment =
            appointment(&mut faults, &self.starts_at, self.minutes, &self.mode, &self.place);
        let units =
            faults.each("/units", &self.units, |faults, at, unit| faults.keep(at, unit.read()));
        let persons = faults
            .each("/persons", &self.persons, |faults, at, person| faults.keep(at, person.read()));
        if self.units.is_empty() {
            faults.add(Fault::body("/units", "too_few"));
        }
        if units.as_deref().is_some_and(has_twice) {
            faults.add(Fault::body("/units", "repeated"));
        }
        if persons.as_deref().is_some_and(has_twice) {
            faults.add(Fault::body("/persons", "repeated"));
        }
        let draft = || {
            Some(CallDraft {
                key_question: key_question?,
                appointment: appointment?,
                units: units?,
                persons: persons?,
            })
        };
        draft().filter(|_| faults.is_empty()).ok_or(faults)
    }
}

impl MoveBody {
    /// When and where to, and why.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(&self) -> Result<(Appointment, String), Faults> {
        let mut faults = Faults::default();
        let appointment =
            appointment(&mut faults, &self.starts_at, self.minutes, &self.mode, &self.place);
        let because = faults.keep("/because", text(&self.because));
        appointment.zip(because).ok_or(faults)
    }
}

impl CancellationBody {
    /// Why.
    ///
    /// # Errors
    /// It says nothing.
    pub fn parse(&self) -> Result<String, Faults> {
        let mut faults = Faults::default();
        let because = faults.keep("/because", text(&self.because));
        because.ok_or(faults)
    }
}

impl ReplyBody {
    /// Who answers what.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(&self) -> Result<(Recipient, ReplyDraft), Faults> {
        let mut faults = Faults::default();
        let who = who(&mut faults, "", self.unit.as_ref(), self.person.as_ref());
        let reply = faults.keep("/reply", self.reply.read());
        let reason = faults.keep_optional("/reason", self.reason.as_deref().map(text));
        let proposed = self.proposed_at.as_ref().map(Raw::read);
        let proposed_at = faults.keep_optional("/proposed_at", proposed);
        let draft = || {
            let draft = ReplyDraft { reply: reply?, reason: reason?, proposed_at: proposed_at? };
            let who = match who? {
                Invitee::Unit(unit) => Recipient::Unit(unit),
                Invitee::Person(person) => Recipient::Person(person),
            };
            Some((who, draft))
        };
        draft().ok_or(faults)
    }
}

impl HeldBody {
    /// On which day, and who came.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(&self) -> Result<(NaiveDate, Vec<Attendance>), Faults> {
        let mut faults = Faults::default();
        let held_on = faults.keep("/held_on", self.held_on.read());
        let account = faults.each("/attendance", &self.attendance, |faults, at, row| {
            let who = who(faults, at, row.unit.as_ref(), row.person.as_ref());
            let said = row.deviation.as_deref().map(text);
            let deviation = faults.keep_optional(format!("{at}/deviation"), said);
            Some(Attendance { who: who?, attended: row.attended, deviation: deviation? })
        });
        held_on.zip(account).ok_or(faults)
    }
}

impl EvaluationBody {
    /// Whose answers, and which.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(&self) -> Result<(PersonId, Evaluation), Faults> {
        let mut faults = Faults::default();
        let person = faults.keep("/person", self.person.read());
        let heard = faults.keep("/heard", self.heard.read());
        let knows = faults.keep("/knows_who_does_what", self.knows_who_does_what.read());
        let helps = faults.keep("/helps", self.helps.read());
        let words = faults.keep_optional("/words", self.words.as_deref().map(text));
        let said = || {
            Some(Evaluation {
                heard: heard?,
                knows_who_does_what: knows?,
                helps: helps?,
                words: words?,
            })
        };
        person.zip(said()).ok_or(faults)
    }
}

fn appointment(
    faults: &mut Faults,
    starts_at: &Raw<Instant>,
    minutes: i32,
    mode: &Raw<MeetingMode>,
    place: &str,
) -> Option<Appointment> {
    let starts_at = faults.keep("/starts_at", starts_at.read());
    let fits = (MINUTES_MIN..=MINUTES_MAX).contains(&minutes);
    let minutes =
        faults.keep("/minutes", if fits { Ok(minutes) } else { Err("number_out_of_range") });
    let mode = faults.keep("/mode", mode.read());
    let place = faults.keep("/place", text(place));
    Some(Appointment { starts_at: starts_at?, minutes: minutes?, mode: mode?, place: Some(place?) })
}

/// A unit or a person: one of the two.
fn who(
    faults: &mut Faults,
    at: &str,
    unit: Option<&Raw<UnitId>>,
    person: Option<&Raw<PersonId>>,
) -> Option<Invitee> {
    match (unit, person) {
        (Some(unit), None) => faults.keep(format!("{at}/unit"), unit.read()).map(Invitee::Unit),
        (None, Some(person)) => {
            faults.keep(format!("{at}/person"), person.read()).map(Invitee::Person)
        }
        (None, None) | (Some(_), Some(_)) => faults.keep(format!("{at}/unit"), Err("one_of_two")),
    }
}

fn has_twice<T: PartialEq>(rows: &[T]) -> bool {
    rows.iter().enumerate().any(|(at, row)| rows[..at].contains(row))
}
