//! Meetings about a plan: previewed, called, answered, moved, held, looked back on.

use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::{HttpResponse, get, patch, post, web};
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::etag::IfMatch;
use super::invitation;
use super::meeting_bodies::{
    CallBody, CancellationBody, EvaluationBody, HeldBody, MoveBody, ReplyBody,
};
use super::meeting_view::{InviteePreview, Meeting};
use super::paging::{PageQuery, Paging};
use super::reply;
use crate::access::act::{
    AnswerMeeting, CallMeeting, ChangeMeeting, EvaluateMeeting, HoldMeeting, ListMeetings,
    ListOwnMeetings, PreviewMeeting, ReadMeeting,
};
use crate::casework::meetings;
use crate::domain::ids::{MeetingId, PlanId};

/// What each of those who would be called will see, before anybody is.
#[utoipa::path(tag = "meetings", responses((status = 200, body = Vec<InviteePreview>)))]
#[post("/plans/{plan}/meeting-preview")]
pub async fn preview_meeting(desk: Desk, path: web::Path<Uuid>, body: Body<CallBody>) -> Answer {
    let plan = PlanId::new(path.into_inner());
    let draft = body.value.parse()?;
    let served =
        desk.perform(PreviewMeeting { plan }, move |work| meetings::preview(work, &draft)).await?;
    served.json(|rows| rows.into_iter().map(InviteePreview::from).collect::<Vec<_>>())
}

/// Calls units and persons to a meeting. The coordinating unit's work.
#[utoipa::path(tag = "meetings", responses((status = 201, body = Meeting)))]
#[post("/plans/{plan}/meetings")]
pub async fn call_meeting(desk: Desk, path: web::Path<Uuid>, body: Body<CallBody>) -> Answer {
    let plan = PlanId::new(path.into_inner());
    let draft = body.value.parse()?;
    desk.perform_once(body.digest, CallMeeting { plan }, move |work| {
        let view = Meeting::of(meetings::call(work, &draft)?);
        reply::created(format!("/v1/meetings/{}", view.id), view.version, &view)
    })
    .await
}

/// The meetings about a plan, oldest first.
#[utoipa::path(
    tag = "meetings",
    params(PageQuery),
    responses((status = 200, body = Vec<Meeting>))
)]
#[get("/plans/{plan}/meetings")]
pub async fn list_meetings(desk: Desk, path: web::Path<Uuid>, paging: Paging) -> Answer {
    let (plan, page) = (PlanId::new(path.into_inner()), paging.page());
    let served = desk.perform(ListMeetings { plan }, move |work| work.meetings(page)).await?;
    served.page(&paging, |row| row.id.uuid(), Meeting::of)
}

/// The meetings that oneself, or somebody for whom one acts, is called to; oldest first.
#[utoipa::path(
    tag = "meetings",
    params(PageQuery),
    responses((status = 200, body = Vec<Meeting>))
)]
#[get("/me/meetings")]
pub async fn list_own_meetings(desk: Desk, paging: Paging) -> Answer {
    let page = paging.page();
    let served = desk.perform(ListOwnMeetings {}, move |work| work.meetings(page)).await?;
    served.page(&paging, |row| row.id.uuid(), Meeting::of)
}

/// Reads a meeting's call, and what came of it, as far as one may.
#[utoipa::path(tag = "meetings", responses((status = 200, body = Meeting)))]
#[get("/meetings/{meeting}")]
pub async fn read_meeting(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let meeting = MeetingId::new(path.into_inner());
    let served = desk.perform(ReadMeeting { meeting }, |work| work.read()).await?;
    served.tagged(|view| view.version).json(Meeting::of)
}

/// The meeting for a calendar (iCalendar, RFC 5545): when, how long, and whether it stands. It tells
/// of nobody; a moved meeting has the same UID and a greater SEQUENCE.
#[utoipa::path(
    tag = "meetings",
    responses((status = 200, body = String, content_type = "text/calendar"))
)]
#[get("/meetings/{meeting}/invitation.ics")]
pub async fn read_invitation(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let meeting = MeetingId::new(path.into_inner());
    let language = desk.language();
    let served = desk.perform(ReadMeeting { meeting }, |work| work.read()).await?;
    served.answer(|view| {
        let calendar = HeaderValue::from_static("text/calendar; charset=utf-8; component=VEVENT");
        HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, calendar))
            .body(invitation::calendar(&view, language))
    })
}

/// Answers a call, for one's unit or for oneself; the coordinating unit writes down what somebody of
/// the family says.
#[utoipa::path(tag = "meetings", responses((status = 200, body = Meeting)))]
#[post("/meetings/{meeting}/replies")]
pub async fn answer_meeting(desk: Desk, path: web::Path<Uuid>, body: Body<ReplyBody>) -> Answer {
    let meeting = MeetingId::new(path.into_inner());
    let (invitee, draft) = body.value.parse()?;
    desk.perform_once(body.digest, AnswerMeeting { meeting, invitee }, move |work| {
        let view = Meeting::of(meetings::answer(work, &draft)?);
        reply::done(view.version, &view)
    })
    .await
}

/// Moves a meeting. Who has answered is asked anew. The coordinating unit's work.
#[utoipa::path(tag = "meetings", responses((status = 200, body = Meeting)))]
#[patch("/meetings/{meeting}")]
pub async fn move_meeting(
    desk: Desk,
    path: web::Path<Uuid>,
    IfMatch(expected): IfMatch,
    body: Body<MoveBody>,
) -> Answer {
    let meeting = MeetingId::new(path.into_inner());
    let (to, because) = body.value.parse()?;
    let served = desk
        .perform(ChangeMeeting { meeting }, move |work| {
            meetings::move_to(work, &to, &because, expected)
        })
        .await?;
    served.tagged(|view| view.version).json(Meeting::of)
}

/// Calls a meeting off. The coordinating unit's work.
#[utoipa::path(tag = "meetings", responses((status = 200, body = Meeting)))]
#[post("/meetings/{meeting}/cancellation")]
pub async fn cancel_meeting(
    desk: Desk,
    path: web::Path<Uuid>,
    body: Body<CancellationBody>,
) -> Answer {
    let meeting = MeetingId::new(path.into_inner());
    let because = body.value.parse()?;
    desk.perform_once(body.digest, ChangeMeeting { meeting }, move |work| {
        let view = Meeting::of(meetings::call_off(work, &because)?);
        reply::done(view.version, &view)
    })
    .await
}

/// Records that a meeting was held, who came, and the deviation of each unit that did not.
#[utoipa::path(tag = "meetings", responses((status = 200, body = Meeting)))]
#[post("/meetings/{meeting}/attendance")]
pub async fn hold_meeting(
    desk: Desk,
    path: web::Path<Uuid>,
    IfMatch(expected): IfMatch,
    body: Body<HeldBody>,
) -> Answer {
    let meeting = MeetingId::new(path.into_inner());
    let (on, account) = body.value.parse()?;
    desk.perform_once(body.digest, HoldMeeting { meeting }, move |work| {
        let view = Meeting::of(meetings::hold(work, on, &account, expected)?);
        reply::done(view.version, &view)
    })
    .await
}

/// The child's or a guardian's answers to the three questions after a meeting, by themselves or
/// written down by the coordinating unit.
#[utoipa::path(tag = "meetings", responses((status = 200, body = Meeting)))]
#[post("/meetings/{meeting}/evaluations")]
pub async fn evaluate_meeting(
    desk: Desk,
    path: web::Path<Uuid>,
    body: Body<EvaluationBody>,
) -> Answer {
    let meeting = MeetingId::new(path.into_inner());
    let (person, said) = body.value.parse()?;
    desk.perform_once(body.digest, EvaluateMeeting { meeting, person }, move |work| {
        let view = Meeting::of(meetings::evaluate(work, &said)?);
        reply::done(view.version, &view)
    })
    .await
}
