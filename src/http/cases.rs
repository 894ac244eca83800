//! Cases, their parties, and who is assigned.

use actix_web::{get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::fault::{Fault, Faults};
use super::field::{Raw, text};
use super::paging::{PageQuery, Paging};
use super::referrals::OfUnit;
use super::reply;
use crate::access::act::{
    AnswerInvitation, CloseCase, InviteParty, ListCases, ListInvitations, OpenCase, ReadCase,
};
use crate::casework::cases::{self, InvitationAnswer};
use crate::domain::closing::ClosingReason;
use crate::domain::ids::{CaseId, ReferralId, StaffId, UnitId};
use crate::store::{CaseSummary, CaseView, Closing, Invitation, NewCase, PartyView};

/// A case as it is opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseBody {
    /// The referral that it opens on.
    #[schema(value_type = Uuid)]
    referral: Raw<ReferralId>,
    /// The named owner, of the opening unit's staff.
    #[schema(value_type = Uuid)]
    owner: Raw<StaffId>,
    /// The day of the first contact with the child.
    #[schema(value_type = NaiveDate)]
    first_contact_on: Raw<NaiveDate>,
    /// The question that the parties shall answer together.
    key_question: String,
    /// Units that are asked to take part.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    invite: Vec<Raw<UnitId>>,
}

/// A case in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseRow {
    id: Uuid,
    child: Uuid,
    /// The coordinating unit.
    unit: Uuid,
    first_contact_on: NaiveDate,
    opened_at: DateTime<Utc>,
}

/// A case, whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct Case {
    id: Uuid,
    child: Uuid,
    /// The coordinating unit.
    unit: Uuid,
    referral: Uuid,
    owner: Uuid,
    first_contact_on: NaiveDate,
    key_question: String,
    opened_at: DateTime<Utc>,
    parties: Vec<Party>,
    /// How it ended; none while it is open.
    closing: Option<Closure>,
    version: i64,
}

/// A unit that takes part, or was asked to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Party {
    unit: Uuid,
    /// `invited`, `active`, `read_only`, or `none` for one that declined.
    standing: &'static str,
    invited_at: DateTime<Utc>,
    answered_at: Option<DateTime<Utc>>,
    /// Why it declined.
    reason: Option<String>,
    assigned: Vec<Assigned>,
}

/// A member of staff who is assigned, and from when to when.
#[derive(Debug, Serialize, ToSchema)]
pub struct Assigned {
    staff: Uuid,
    from: NaiveDate,
    to: Option<NaiveDate>,
    /// They cover for a colleague.
    substitute: bool,
}

/// A unit to ask.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    #[schema(value_type = Uuid)]
    unit: Raw<UnitId>,
}

/// An invitation as the asked unit sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationRow {
    case: Uuid,
    unit: Uuid,
    /// The unit that asks.
    from_unit: Uuid,
    key_question: String,
    invited_at: DateTime<Utc>,
}

/// What the asked unit answers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "answer", rename_all = "snake_case", deny_unknown_fields)]
pub enum InvitationBody {
    /// It takes part and acts.
    Active {
        /// Its staff who will be assigned; at least one.
        #[schema(value_type = Vec<Uuid>)]
        assign: Vec<Raw<StaffId>>,
    },
    /// It reads and does not act.
    ReadOnly {
        /// Its staff who will be assigned; at least one.
        #[schema(value_type = Vec<Uuid>)]
        assign: Vec<Raw<StaffId>>,
    },
    /// It does not take part.
    Decline {
        /// Why.
        reason: String,
    },
}

/// Why a case is closed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosureBody {
    /// `goals_met`, `need_gone`, `consent_withdrawn`, `moved`, `of_age`, `other_plan`, `deceased` or
    /// `other`, which is told in `note`.
    #[schema(value_type = String, example = "goals_met")]
    reason: Raw<ClosingReason>,
    note: Option<String>,
}

/// How a case ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct Closure {
    reason: ClosingReason,
    note: Option<String>,
    at: DateTime<Utc>,
    /// The last day on which the units that took part read it.
    read_until: NaiveDate,
}

/// Opens a case on a referral: with a named owner and a day to meet the child.
#[utoipa::path(tag = "cases", responses((status = 201, body = Case)))]
#[post("/cases")]
pub async fn open_case(desk: Desk, body: Body<CaseBody>) -> Answer {
    let (referral, new) = body.value.parse()?;
    desk.perform_once(body.digest, OpenCase { referral }, move |work| {
        let case = Case::from(cases::open(work, &new)?);
        reply::created(format!("/v1/cases/{}", case.id), case.version, &case)
    })
    .await
}

/// The cases that one is assigned to, oldest first.
#[utoipa::path(tag = "cases", params(PageQuery), responses((status = 200, body = Vec<CaseRow>)))]
#[get("/cases")]
pub async fn list_cases(desk: Desk, paging: Paging) -> Answer {
    let page = paging.page();
    let served = desk.perform(ListCases {}, move |work| work.cases(page)).await?;
    served.page(&paging, |row| row.id.uuid(), CaseRow::from)
}

/// Reads a case.
#[utoipa::path(tag = "cases", responses((status = 200, body = Case)))]
#[get("/cases/{case}")]
pub async fn read_case(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let case = CaseId::new(path.into_inner());
    let served = desk.perform(ReadCase { case }, |work| work.read()).await?;
    served.tagged(|view| view.version).json(Case::from)
}

/// Asks a unit to take part.
#[utoipa::path(tag = "cases", responses((status = 200, body = Case)))]
#[post("/cases/{case}/parties")]
pub async fn invite_party(desk: Desk, path: web::Path<Uuid>, body: Body<Invite>) -> Answer {
    let mut faults = Faults::default();
    let unit = faults.keep("/unit", body.value.unit.read());
    let Some(unit) = unit else { return Err(faults.into()) };
    let act = InviteParty { case: CaseId::new(path.into_inner()), unit };
    desk.perform_once(body.digest, act, |work| {
        let case = Case::from(work.invite()?);
        reply::done(case.version, &case)
    })
    .await
}

/// The invitations that wait for a unit's answer, oldest first.
#[utoipa::path(tag = "cases", params(OfUnit), responses((status = 200, body = Vec<InvitationRow>)))]
#[get("/invitations")]
pub async fn list_invitations(desk: Desk, of: web::Query<OfUnit>) -> Answer {
    let unit = of.unit()?;
    let served = desk.perform(ListInvitations { unit }, |work| work.invitations()).await?;
    served.json(|rows| rows.into_iter().map(InvitationRow::from).collect::<Vec<_>>())
}

/// Answers an invitation for a unit.
#[utoipa::path(tag = "cases", responses((status = 204)))]
#[post("/cases/{case}/parties/{unit}/answer")]
pub async fn answer_invitation(
    desk: Desk,
    path: web::Path<(Uuid, Uuid)>,
    body: Body<InvitationBody>,
) -> Answer {
    let answer = body.value.parse()?;
    let (case, unit) = path.into_inner();
    let act = AnswerInvitation { case: CaseId::new(case), unit: UnitId::new(unit) };
    desk.perform_once(body.digest, act, move |work| {
        cases::answer_invitation(work, &answer)?;
        Ok(reply::nothing())
    })
    .await
}

/// Closes a case. Its parties read it for some time, and write nothing more.
#[utoipa::path(tag = "cases", responses((status = 200, body = Case)))]
#[post("/cases/{case}/closure")]
pub async fn close_case(desk: Desk, path: web::Path<Uuid>, body: Body<ClosureBody>) -> Answer {
    let mut faults = Faults::default();
    let reason = faults.keep("/reason", body.value.reason.read());
    let note = faults.keep_optional("/note", body.value.note.as_deref().map(text));
    let (Some(reason), Some(note)) = (reason, note) else { return Err(faults.into()) };
    let act = CloseCase { case: CaseId::new(path.into_inner()) };
    desk.perform_once(body.digest, act, move |work| {
        let case = Case::from(cases::close(work, reason, note.as_deref())?);
        reply::done(case.version, &case)
    })
    .await
}

impl CaseBody {
    fn parse(&self) -> Result<(ReferralId, NewCase), Faults> {
        let mut faults = Faults::default();
        let referral = faults.keep("/referral", self.referral.read());
        let owner = faults.keep("/owner", self.owner.read());
        let first_contact_on = faults.keep("/first_contact_on", self.first_contact_on.read());
        let key_question = faults.keep("/key_question", text(&self.key_question));
        let invite =
            faults.each("/invite", &self.invite, |faults, at, unit| faults.keep(at, unit.read()));
        let new = || {
            Some(NewCase {
                owner: owner?,
                first_contact_on: first_contact_on?,
                key_question: key_question?,
                invite: invite?,
            })
        };
        referral.zip(new()).ok_or(faults)
    }
}

impl InvitationBody {
    fn parse(&self) -> Result<InvitationAnswer, Faults> {
        let mut faults = Faults::default();
        let mut staff = |assign: &[Raw<StaffId>]| {
            faults.each("/assign", assign, |faults, at, one| faults.keep(at, one.read()))
        };
        let answer = match self {
            Self::Active { assign } => {
                staff(assign).map(|assign| InvitationAnswer::Active { assign })
            }
            Self::ReadOnly { assign } => {
                staff(assign).map(|assign| InvitationAnswer::ReadOnly { assign })
            }
            Self::Decline { reason } => text(reason)
                .map_err(|why| faults.add(Fault::body("/reason", why)))
                .ok()
                .map(|reason| InvitationAnswer::Decline { reason }),
        };
        answer.ok_or(faults)
    }
}

impl From<CaseSummary> for CaseRow {
    fn from(row: CaseSummary) -> Self {
        Self {
            id: row.id.uuid(),
            child: row.child.uuid(),
            unit: row.unit.uuid(),
            first_contact_on: row.first_contact_on,
            opened_at: row.opened_at,
        }
    }
}

impl From<CaseView> for Case {
    fn from(view: CaseView) -> Self {
        Self {
            id: view.summary.id.uuid(),
            child: view.summary.child.uuid(),
            unit: view.summary.unit.uuid(),
            referral: view.referral.uuid(),
            owner: view.owner.uuid(),
            first_contact_on: view.summary.first_contact_on,
            key_question: view.key_question,
            opened_at: view.summary.opened_at,
            parties: view.parties.into_iter().map(Party::from).collect(),
            closing: view.closing.map(Closure::from),
            version: view.version,
        }
    }
}

impl From<Closing> for Closure {
    fn from(closing: Closing) -> Self {
        Self {
            reason: closing.reason,
            note: closing.note,
            at: closing.at,
            read_until: closing.read_until,
        }
    }
}

impl From<PartyView> for Party {
    fn from(party: PartyView) -> Self {
        let assigned = party.assigned.into_iter().map(|one| Assigned {
            staff: one.staff.uuid(),
            from: one.from,
            to: one.to,
            substitute: one.substitute,
        });
        Self {
            unit: party.unit.uuid(),
            standing: party.standing.word(),
            invited_at: party.invited_at,
            answered_at: party.answered_at,
            reason: party.reason,
            assigned: assigned.collect(),
        }
    }
}

impl From<Invitation> for InvitationRow {
    fn from(row: Invitation) -> Self {
        Self {
            case: row.case.uuid(),
            unit: row.unit.uuid(),
            from_unit: row.from.uuid(),
            key_question: row.key_question,
            invited_at: row.invited_at,
        }
    }
}
