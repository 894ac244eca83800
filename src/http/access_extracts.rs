//! Who has seen and changed what an agency holds of a child, told to the child or a guardian.

use std::collections::HashMap;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::access_extract_page as page;
use super::body::Body;
use super::desk::{Answer, Desk};
use super::fault::{Fault, Faults};
use super::field::{Raw, text};
use super::paging::{PageQuery, Paging};
use super::reply;
use crate::access::act::{
    AskAccessExtract, DecideAccessExtract, ListAccessExtracts, ListOwnAccessExtracts,
    PrepareAccessExtract, PrintAccessExtract, ReadAccessExtract,
};
use crate::clock::Instant;
use crate::domain::access_extract::{ExtractLanguage, ExtractState, Hold, Untold, Why};
use crate::domain::ids::{AccessExtractId, AgencyId, ChildId, PersonId};
use crate::store::{ExtractDraft, ExtractRequest, ExtractRow, ExtractView, SecrecyTest, Withheld};

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtractBody {
    /// Whose log. Each agency answers for its own.
    #[schema(value_type = Uuid)]
    agency: Raw<AgencyId>,
    /// The period's beginning.
    #[schema(value_type = String, format = DateTime)]
    from: Raw<Instant>,
    /// The period's end, itself not included; not in the future.
    #[schema(value_type = String, format = DateTime)]
    to: Raw<Instant>,
    /// `sv`, `sv-simple` (easy Swedish) or `en`.
    #[schema(value_type = String, example = "sv")]
    language: Raw<ExtractLanguage>,
    /// For a request on paper or in person, which staff take down: who asks.
    #[schema(value_type = Option<Uuid>)]
    asker: Option<Raw<PersonId>>,
    /// And how they made sure of it.
    checked: Option<String>,
}

/// What the secrecy test came to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    /// `true` releases, `false` refuses all of it.
    release: bool,
    /// Why, in words for whoever asked.
    reason: String,
    /// The size that the draft named: what was tested is what is released.
    size: u64,
    /// What to hold back besides.
    #[serde(default)]
    withhold: Vec<HoldBody>,
    /// Places of rows whose proposal is not followed. What the law holds back stays.
    #[serde(default)]
    show: Vec<String>,
}

/// A row to hold back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldBody {
    /// The row's place, as the draft has it.
    place: String,
    /// `name` or `row`.
    #[schema(value_type = String, example = "name")]
    untold: Raw<Untold>,
    /// Why.
    #[schema(value_type = String, example = "threat")]
    why: Raw<Why>,
}

/// A request for an extract, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessExtract {
    id: Uuid,
    agency: Uuid,
    agency_name: String,
    child: Uuid,
    asker: Uuid,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    language: ExtractLanguage,
    asked_at: DateTime<Utc>,
    /// The last day for the answer (GDPR 12:3).
    due: NaiveDate,
    overdue: bool,
    state: ExtractState,
    /// Why it was decided so.
    reason: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    /// Whether something is held back.
    withheld: bool,
    /// How many entries the agency's log had, and its signed head, when it was decided.
    size: Option<u64>,
    checkpoint: Option<String>,
    rows: Vec<Access>,
}

/// Somebody has seen or changed something.
#[derive(Debug, Serialize, ToSchema)]
pub struct Access {
    /// The entry's place in the agency's log, and the record's in it.
    place: String,
    at: DateTime<Utc>,
    /// `staff`, `citizen`, `operator`, `service` or `nobody`.
    by: String,
    name: Option<String>,
    role: Option<String>,
    unit: Option<String>,
    agency: Option<String>,
    agency_kind: Option<String>,
    /// What was done, in a word of Swedish access logs.
    #[schema(example = "Läsa")]
    action: String,
    act: String,
    /// The kind of thing.
    #[schema(example = "Item")]
    thing: String,
    category: Option<String>,
    purpose: Option<String>,
    ground: Option<String>,
    /// The case was opened in an emergency.
    emergency: bool,
    /// What is held back of it. Whoever asked sees no row that is held back whole.
    withheld: Option<HeldBack>,
}

/// What is held back of a row.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldBack {
    /// `name` or `row`.
    untold: String,
    why: String,
    /// The law leaves no choice; otherwise it is a proposal.
    firm: bool,
}

/// What would be told, for whoever tests it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Draft {
    extract: AccessExtract,
    /// To be named by the decision.
    size: u64,
    rows: Vec<Access>,
}

/// Asks an agency who has seen and changed what it holds of a child. The child itself and its
/// guardians ask; the agency's auditor takes a request on paper down.
#[utoipa::path(tag = "access extracts", responses((status = 201, body = AccessExtract)))]
#[post("/children/{child}/access-extracts")]
pub async fn ask_extract(desk: Desk, path: web::Path<Uuid>, body: Body<ExtractBody>) -> Answer {
    let child = ChildId::new(path.into_inner());
    let (agency, asker, request) = body.value.parse()?;
    let act = AskAccessExtract { child, agency, asker };
    desk.perform_once(body.digest, act, move |work| {
        let view = AccessExtract::told(work.ask(&request)?);
        reply::created(format!("/v1/access-extracts/{}", view.id), 1, &view)
    })
    .await
}

/// The extracts that one has asked for, oldest first.
#[utoipa::path(tag = "access extracts", params(PageQuery),
    responses((status = 200, body = Vec<AccessExtract>)))]
#[get("/me/access-extracts")]
pub async fn list_own_extracts(desk: Desk, paging: Paging) -> Answer {
    let page = paging.page();
    let served = desk.perform(ListOwnAccessExtracts {}, move |work| work.extracts(page)).await?;
    served.page(&paging, |row| row.id.uuid(), AccessExtract::told)
}

/// The extracts that an agency was asked for, oldest first.
#[utoipa::path(tag = "access extracts", params(PageQuery),
    responses((status = 200, body = Vec<AccessExtract>)))]
#[get("/agencies/{agency}/access-extracts")]
pub async fn list_extracts(desk: Desk, path: web::Path<Uuid>, paging: Paging) -> Answer {
    let (agency, page) = (AgencyId::new(path.into_inner()), paging.page());
    let act = ListAccessExtracts { agency };
    let served = desk.perform(act, move |work| work.extracts(page)).await?;
    served.page(&paging, |row| row.id.uuid(), AccessExtract::told)
}

/// Reads an extract: what was asked for, and what was released.
#[utoipa::path(tag = "access extracts", responses((status = 200, body = AccessExtract)))]
#[get("/access-extracts/{extract}")]
pub async fn read_extract(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let extract = AccessExtractId::new(path.into_inner());
    let served = desk.perform(ReadAccessExtract { extract }, |work| work.read()).await?;
    served.json(AccessExtract::told)
}

/// The extract as a page to print, in the language that it was asked for in.
#[utoipa::path(tag = "access extracts",
    responses((status = 200, content((String = "text/html")))))]
#[get("/access-extracts/{extract}/page")]
pub async fn print_extract(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let extract = AccessExtractId::new(path.into_inner());
    let served = desk.perform(PrintAccessExtract { extract }, |work| work.read()).await?;
    served.answer(|view| {
        let kind = (CONTENT_TYPE, "text/html; charset=utf-8");
        HttpResponse::Ok().insert_header(kind).body(page::page(&view))
    })
}

/// What an extract would tell, with what the law holds back and what is proposed to be.
#[utoipa::path(tag = "access extracts", responses((status = 200, body = Draft)))]
#[get("/access-extracts/{extract}/draft")]
pub async fn prepare_extract(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let extract = AccessExtractId::new(path.into_inner());
    desk.perform(PrepareAccessExtract { extract }, |work| work.draft()).await?.json(Draft::from)
}

/// Releases an extract after a secrecy test, or refuses it. That is done once.
#[utoipa::path(tag = "access extracts", responses((status = 200, body = AccessExtract)))]
#[post("/access-extracts/{extract}/decision")]
pub async fn decide_extract(desk: Desk, path: web::Path<Uuid>, body: Body<DecisionBody>) -> Answer {
    let extract = AccessExtractId::new(path.into_inner());
    let test = body.value.parse()?;
    desk.with_reason(test.reason.clone())
        .perform_once(body.digest, DecideAccessExtract { extract }, move |work| {
            reply::shown(&AccessExtract::told(work.decide(&test)?))
        })
        .await
}

impl ExtractBody {
    fn parse(&self) -> Result<(AgencyId, PersonId, ExtractRequest), Faults> {
        let mut faults = Faults::default();
        let agency = faults.keep("/agency", self.agency.read());
        let from = faults.keep("/from", self.from.read());
        let to = faults.keep("/to", self.to.read());
        let language = faults.keep("/language", self.language.read());
        let asker = faults.keep_optional("/asker", self.asker.as_ref().map(Raw::read));
        let checked = faults.keep_optional("/checked", self.checked.as_deref().map(text));
        if self.asker.is_some() != self.checked.is_some() {
            let missing = if self.asker.is_some() { "/checked" } else { "/asker" };
            faults.add(Fault::body(missing, "missing"));
        }
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            faults.add(Fault::body("/to", "ends_before_it_begins"));
        }
        match (agency, from, to, language, asker, checked) {
            (Some(agency), Some(from), Some(to), Some(language), Some(asker), Some(checked))
                if faults.is_empty() =>
            {
                let asker = asker.unwrap_or(PersonId::nobody());
                Ok((agency, asker, ExtractRequest { from, to, language, checked }))
            }
            _ => Err(faults),
        }
    }
}

impl DecisionBody {
    fn parse(&self) -> Result<SecrecyTest, Faults> {
        let mut faults = Faults::default();
        let reason = faults.keep("/reason", text(&self.reason));
        let holds = faults.each("/withhold", &self.withhold, |faults, at, one| {
            let untold = faults.keep(format!("{at}/untold"), one.untold.read());
            let why = faults.keep(format!("{at}/why"), one.why.read());
            Some((one.place.clone(), Hold { untold: untold?, why: why?, firm: false }))
        });
        match (reason, holds) {
            (Some(reason), Some(holds)) => Ok(SecrecyTest {
                release: self.release,
                reason,
                size: self.size,
                withhold: holds.into_iter().collect::<HashMap<_, _>>(),
                show: self.show.clone(),
            }),
            _ => Err(faults),
        }
    }
}

impl AccessExtract {
    /// As whoever asked may see it.
    fn told(view: ExtractView) -> Self {
        let state = view.decision.as_ref().map_or(ExtractState::Asked, |it| it.state);
        let rows: Vec<_> =
            view.decision.iter().flat_map(|it| &it.rows).filter_map(ExtractRow::told).collect();
        Self {
            id: view.id.uuid(),
            agency: view.agency.uuid(),
            agency_name: view.agency_name,
            child: view.child.uuid(),
            asker: view.asker.uuid(),
            from: view.request.from,
            to: view.request.to,
            language: view.request.language,
            asked_at: view.asked_at,
            due: view.due,
            overdue: view.overdue,
            state,
            withheld: state == ExtractState::PartlyReleased,
            reason: view.decision.as_ref().map(|it| it.reason.clone()),
            decided_at: view.decision.as_ref().map(|it| it.at),
            size: view.decision.as_ref().map(|it| it.size),
            checkpoint: view.decision.map(|it| it.checkpoint),
            // Why something is held back would tell what it is.
            rows: rows.into_iter().map(|row| Access { withheld: None, ..row.into() }).collect(),
        }
    }
}

impl From<ExtractDraft> for Draft {
    fn from(draft: ExtractDraft) -> Self {
        Self {
            extract: AccessExtract::told(draft.extract),
            size: draft.size,
            rows: draft.rows.into_iter().map(Access::from).collect(),
        }
    }
}

impl From<ExtractRow> for Access {
    fn from(row: ExtractRow) -> Self {
        Self {
            place: row.place,
            at: row.at,
            by: row.actor_kind,
            name: row.name,
            role: row.role,
            unit: row.unit,
            agency: row.agency,
            agency_kind: row.agency_kind,
            action: row.action,
            act: row.act,
            thing: row.thing,
            category: row.category,
            purpose: row.purpose,
            ground: row.ground,
            emergency: row.emergency,
            withheld: row.withheld.map(HeldBack::from),
        }
    }
}

impl From<Withheld> for HeldBack {
    fn from(withheld: Withheld) -> Self {
        Self { untold: withheld.untold, why: withheld.why, firm: withheld.firm }
    }
}
