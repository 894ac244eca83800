//! A meeting as it is shown.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::field::named;
use crate::domain::meeting::{CallReply, Invitee, MeetingMode, MeetingState, Opinion, is_late};
use crate::store::{CallPreview, EvaluationView, InviteeView, MeetingView};

/// A meeting about a plan, as far as the reader may see.
#[derive(Debug, Serialize, ToSchema)]
pub struct Meeting {
    /// Its id.
    pub id: Uuid,
    /// Not told to a unit that is called and takes no part in the case.
    case: Option<Uuid>,
    child: Option<Uuid>,
    plan: Option<Uuid>,
    /// The coordinating unit, which calls. Kept from whom a family's whereabouts are kept.
    unit: Option<Uuid>,
    key_question: String,
    starts_at: DateTime<Utc>,
    minutes: i32,
    mode: MeetingMode,
    /// The room, or how to get into the video meeting; kept as above.
    place: Option<String>,
    state: MeetingState,
    /// Why it was moved or called off, the last time.
    because: Option<String>,
    called_at: DateTime<Utc>,
    /// The last day that the region has agreed on for it, where a clock runs.
    due_on: Option<NaiveDate>,
    /// It is called to, or was held on, a later day.
    late: bool,
    /// How often its time or place was changed (RFC 5545, SEQUENCE).
    sequence: i32,
    held_on: Option<NaiveDate>,
    /// Who is called. A unit that is only called sees its own row.
    invitees: Vec<Called>,
    /// What the child and the guardians thought of it; everybody of the family sees their own.
    evaluations: Vec<MeetingEvaluation>,
    /// Its version.
    pub version: i64,
}

/// Somebody who is called, and what they answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Called {
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<Uuid>,
    reply: Option<CallReply>,
    reason: Option<String>,
    proposed_at: Option<DateTime<Utc>>,
    replied_at: Option<DateTime<Utc>>,
    attended: Option<bool>,
    /// Of a unit that stayed away: the report of the deviation.
    deviation: Option<String>,
}

/// The answers to the three questions after a meeting.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeetingEvaluation {
    person: Uuid,
    heard: Opinion,
    knows_who_does_what: Opinion,
    helps: Opinion,
    words: Option<String>,
    /// Who wrote it down; none when they did so themselves.
    taken_by: Option<Uuid>,
    at: DateTime<Utc>,
}

/// What one of those who would be called will see.
#[derive(Debug, Serialize, ToSchema)]
pub struct InviteePreview {
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<Uuid>,
    /// Of a unit: a consent covers that it is called. Without one the call does not go out.
    covered: bool,
    /// They will be able to read the call. A guardian does not when the child decides alone.
    reads_call: bool,
    /// They read the plan as it is written, besides: their unit takes part in the case.
    reads_plan: bool,
    /// What they will see.
    sees: Meeting,
}

impl Meeting {
    /// The view, with its day told in the zone where the law holds.
    pub fn of(view: MeetingView) -> Self {
        let starts_on =
            view.appointment.starts_at.with_timezone(&chrono_tz::Europe::Stockholm).date_naive();
        let (case, child, plan) = view.about.map_or((None, None, None), |(case, child, plan)| {
            (Some(case.uuid()), Some(child.uuid()), Some(plan.uuid()))
        });
        Self {
            id: view.id.uuid(),
            case,
            child,
            plan,
            unit: named(view.unit),
            key_question: view.key_question,
            starts_at: view.appointment.starts_at,
            minutes: view.appointment.minutes,
            mode: view.appointment.mode,
            place: view.appointment.place,
            state: view.state,
            because: view.because,
            called_at: view.called_at,
            late: is_late(view.held_on.unwrap_or(starts_on), view.due_on),
            due_on: view.due_on,
            sequence: view.sequence,
            held_on: view.held_on,
            invitees: view.invitees.into_iter().map(Called::from).collect(),
            evaluations: view.evaluations.into_iter().map(MeetingEvaluation::from).collect(),
            version: view.version,
        }
    }
}

impl From<InviteeView> for Called {
    fn from(view: InviteeView) -> Self {
        let (unit, person) = ids_of(view.who);
        Self {
            unit,
            person,
            reply: view.reply,
            reason: view.reason,
            proposed_at: view.proposed_at,
            replied_at: view.replied_at,
            attended: view.attended,
            deviation: view.deviation,
        }
    }
}

impl From<EvaluationView> for MeetingEvaluation {
    fn from(view: EvaluationView) -> Self {
        Self {
            person: view.person.uuid(),
            heard: view.said.heard,
            knows_who_does_what: view.said.knows_who_does_what,
            helps: view.said.helps,
            words: view.said.words,
            taken_by: view.taken_by.map(|staff| staff.uuid()),
            at: view.at,
        }
    }
}

impl From<CallPreview> for InviteePreview {
    fn from(preview: CallPreview) -> Self {
        let (unit, person) = ids_of(preview.who);
        Self {
            unit,
            person,
            covered: preview.covered,
            reads_call: preview.reads_call,
            reads_plan: preview.reads_plan,
            sees: Meeting::of(preview.sees),
        }
    }
}

fn ids_of(who: Invitee) -> (Option<Uuid>, Option<Uuid>) {
    match who {
        Invitee::Unit(unit) => (Some(unit.uuid()), None),
        Invitee::Person(person) => (None, Some(person.uuid())),
    }
}
