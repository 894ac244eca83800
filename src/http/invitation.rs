//! A meeting for a calendar (iCalendar, RFC 5545).
//!
//! **Invariant:** a calendar is read by more people than it belongs to. What stands here is when the
//! meeting is, for how long, and whether it stands; nothing that anybody has written, no place, no
//! unit, no person. Its only id is the meeting's own.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};

use super::words::say;
use crate::access::Language;
use crate::domain::meeting::MeetingState;
use crate::store::MeetingView;

/// The longest line in octets, without its end (RFC 5545 §3.1).
const LINE_MAX: usize = 75;

/// The calendar with this one meeting. A change has the same UID and a greater SEQUENCE, so that the
/// calendar replaces what it has.
pub fn calendar(meeting: &MeetingView, language: Language) -> String {
    let said = |key: &str| escaped(&say(language, key).unwrap_or_default());
    let starts_at = meeting.appointment.starts_at;
    let ends_at = starts_at + TimeDelta::minutes(meeting.appointment.minutes.into());
    let status = match meeting.state {
        MeetingState::Called | MeetingState::Held => "CONFIRMED",
        MeetingState::Cancelled => "CANCELLED",
    };
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Samsyn//Samsyn//SV".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}", meeting.id),
        format!("SEQUENCE:{}", meeting.sequence),
        format!("DTSTAMP:{}", time(meeting.changed_at)),
        format!("DTSTART:{}", time(starts_at)),
        format!("DTEND:{}", time(ends_at)),
        format!("SUMMARY:{}", said("meeting-summary")),
        format!("DESCRIPTION:{}", said("meeting-description")),
        format!("STATUS:{status}"),
        "CLASS:PRIVATE".to_owned(),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    let mut calendar = String::new();
    for line in lines {
        fold(&mut calendar, &line);
    }
    calendar
}

fn time(at: DateTime<Utc>) -> impl std::fmt::Display {
    at.format("%Y%m%dT%H%M%SZ")
}

/// RFC 5545 §3.3.11.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Writes a line, broken where it is too long; never inside a character.
fn fold(calendar: &mut String, line: &str) {
    let mut length = 0;
    for sign in line.chars() {
        if length + sign.len_utf8() > LINE_MAX {
            calendar.push_str("\r\n ");
            length = 1;
        }
        length += sign.len_utf8();
        let _ = calendar.write_char(sign);
    }
    calendar.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::{CaseId, ChildId, MeetingId, PlanId, UnitId};
    use crate::domain::meeting::MeetingMode;
    use crate::store::Appointment;

    fn meeting() -> MeetingView {
        let id = |n| Uuid::from_u128(n);
        let called_at = "2026-11-23T13:00:00Z".parse().expect("a time");
        MeetingView {
            id: MeetingId::new(id(7)),
            about: Some((CaseId::new(id(1)), ChildId::new(id(2)), PlanId::new(id(3)))),
            unit: UnitId::new(id(4)),
            key_question: "Hur kommer Tolvan tillbaka?".into(),
            appointment: Appointment {
                starts_at: "2026-12-01T09:30:00Z".parse().expect("a time"),
                minutes: 90,
                mode: MeetingMode::Onsite,
                place: Some("Rum 4, Strandskolan".into()),
            },
            state: MeetingState::Called,
            because: Some("Tolvan är sjuk".into()),
            due_on: None,
            called_at,
            sequence: 2,
            changed_at: called_at,
            held_on: None,
            invitees: Vec::new(),
            evaluations: Vec::new(),
            version: 3,
        }
    }

    #[test]
    fn it_says_when_and_nothing_of_anybody() {
        let text = calendar(&meeting(), Language::Swedish);
        for line in [
            "UID:00000000-0000-0000-0000-000000000007",
            "SEQUENCE:2",
            "DTSTART:20261201T093000Z",
            "DTEND:20261201T110000Z",
            "STATUS:CONFIRMED",
        ] {
            assert!(text.contains(&format!("{line}\r\n")), "{line}: {text}");
        }
        for secret in ["Tolvan", "Strandskolan", "sjuk"] {
            assert!(!text.contains(secret), "{text}");
        }
        // Of ids only the meeting's own.
        assert_eq!(text.matches("00000000-").count(), 1, "{text}");
        let off = MeetingView { state: MeetingState::Cancelled, ..meeting() };
        assert!(calendar(&off, Language::English).contains("STATUS:CANCELLED\r\n"));
    }

    #[test]
    fn long_lines_are_broken_between_characters_and_can_be_joined_again() {
        let line = format!("SUMMARY:{}", "å".repeat(100));
        let mut folded = String::new();
        fold(&mut folded, &line);
        assert!(folded.split("\r\n").all(|part| part.len() <= LINE_MAX), "{folded}");
        assert_eq!(folded.replace("\r\n ", "").trim_end(), line);
        assert_eq!(escaped("a,b;c\\d\ne"), "a\\,b\\;c\\\\d\\ne");
    }
}
