//! Publishing an item, which is the disclosure; taking it back; who has read.

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
use super::reply;
use crate::access::act::{
    ListOpenings, ListPublications, MarkMissent, Recipient, RevokePublication,
};
use crate::casework;
use crate::domain::agency::Role;
use crate::domain::ground::Ground;
use crate::domain::harm::HarmResult;
use crate::domain::ids::{ItemId, PersonId, PublicationId, StaffId, UnitId};
use crate::store::{HarmTest, OpeningView, PublicationDraft, PublicationView};

/// A disclosure as it is made: to a unit, or to a guardian or the child.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicationBody {
    /// The unit whose staff will read.
    #[schema(value_type = Option<Uuid>)]
    unit: Option<Raw<UnitId>>,
    /// The roles that will read there; all assigned staff when empty.
    #[serde(default)]
    #[schema(value_type = Vec<String>, example = json!(["head_teacher", "school_counsellor"]))]
    roles: Vec<Raw<Role>>,
    /// Who will read there, by id; all assigned staff in these roles when empty.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    staff: Vec<Raw<StaffId>>,
    /// The guardian or the child who will read, instead of a unit.
    #[schema(value_type = Option<Uuid>)]
    person: Option<Raw<PersonId>>,
    /// The legal ground. A preview without one looks at each.
    #[schema(value_type = Option<String>, example = "CHILD_H")]
    ground: Option<Raw<Ground>>,
    /// Why it is needed, where the ground asks for it.
    reason: Option<String>,
    /// The harm test, where the ground asks for it.
    harm_test: Option<HarmTestBody>,
    /// The number of social services' investigation that it answers.
    investigation: Option<String>,
    /// Its last day; as long as the ground holds when none is given.
    #[schema(value_type = Option<NaiveDate>)]
    until: Option<Raw<NaiveDate>>,
    /// Why the need outweighs a wish for less: a waiver towards others alone, or a refusal.
    despite_wish: Option<String>,
}

/// A harm test (menprövning) by a named official of the owning unit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HarmTestBody {
    /// Who has made it.
    #[schema(value_type = Uuid)]
    official: Raw<StaffId>,
    /// `harm`, `no_harm` or `clearly_no_harm`.
    #[schema(value_type = String, example = "no_harm")]
    result: Raw<HarmResult>,
    /// Why it came to that.
    reason: String,
}

/// Why a disclosure is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecallBody {
    because: String,
}

/// A disclosure that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Publication {
    id: Uuid,
    item: Uuid,
    /// The unit whose staff reads.
    unit: Option<Uuid>,
    roles: Vec<Role>,
    staff: Vec<Uuid>,
    /// The guardian or the child who reads.
    person: Option<Uuid>,
    ground: Ground,
    /// The consent that it rests on.
    consent: Option<Uuid>,
    reason: Option<String>,
    harm_test: Option<HarmTestMade>,
    investigation: Option<String>,
    despite_wish: Option<String>,
    until: Option<NaiveDate>,
    published_by: Uuid,
    published_at: DateTime<Utc>,
    /// `live` or `ended`.
    standing: &'static str,
    /// When and by what it ended.
    ended: Option<Ended>,
    /// How it was taken back.
    recalled: Option<Recalled>,
}

/// A harm test that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct HarmTestMade {
    official: Uuid,
    result: HarmResult,
    reason: String,
}

/// When and by what a disclosure ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ended {
    at: DateTime<Utc>,
    /// `withdrawn`, `expired`, `revoked` or `came_of_age`.
    cause: &'static str,
}

/// How a disclosure was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub struct Recalled {
    by: Uuid,
    because: String,
    /// It had been sent wrong.
    missent: bool,
}

/// A read through a disclosure.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedAt {
    /// The entry in the ledger that tells of it.
    entry: Uuid,
    /// Who read.
    reader: Uuid,
    /// Their name; none of a private person.
    name: Option<String>,
    /// Their role at the unit when they read.
    role: Option<Role>,
    unit: Option<Uuid>,
    at: DateTime<Utc>,
}

/// Publishes an item to an audience, on a ground.
#[utoipa::path(tag = "items", responses((status = 201, body = Publication)))]
#[post("/items/{item}/publications")]
pub async fn publish_item(
    desk: Desk,
    path: web::Path<Uuid>,
    body: Body<PublicationBody>,
) -> Answer {
    let item = ItemId::new(path.into_inner());
    let (to, ground, draft) = body.value.parse()?;
    let Some(ground) = ground else { return Err(Fault::body("/ground", "missing").into()) };
    let act = draft.act(item, to, ground);
    let test = draft.harm_test.as_ref().map(|test| &test.reason);
    let desk = match draft.reason.as_ref().or(test) {
        Some(reason) => desk.with_reason(reason.clone()),
        None => desk,
    };
    desk.perform_once(body.digest, act, move |work| {
        reply::made(&Publication::from(work.publish(&draft)?))
    })
    .await
}

/// To whom an item was published, oldest first, and what became of it.
#[utoipa::path(tag = "items", responses((status = 200, body = Vec<Publication>)))]
#[get("/items/{item}/publications")]
pub async fn list_publications(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let item = ItemId::new(path.into_inner());
    let served = desk.perform(ListPublications { item }, |work| work.publications()).await?;
    served.json(|rows| rows.into_iter().map(Publication::from).collect::<Vec<_>>())
}

/// Takes a disclosure back, from the next request on. What was read stays on record.
#[utoipa::path(tag = "items", responses((status = 200, body = Publication)))]
#[post("/publications/{publication}/revocation")]
pub async fn revoke_publication(
    desk: Desk,
    path: web::Path<Uuid>,
    body: Body<RecallBody>,
) -> Answer {
    let publication = PublicationId::new(path.into_inner());
    let because = body.value.parse()?;
    let desk = desk.with_reason(because.clone());
    desk.perform_once(body.digest, RevokePublication { publication }, move |work| {
        let view = casework::publications::revoke(work, &because)?;
        reply::shown(&Publication::from(view))
    })
    .await
}

/// Says that a disclosure was sent wrong, and takes it back at once. The unit that had it is told
/// that something was recalled, and not what.
#[utoipa::path(tag = "items", responses((status = 200, body = Publication)))]
#[post("/publications/{publication}/missent")]
pub async fn mark_missent(desk: Desk, path: web::Path<Uuid>, body: Body<RecallBody>) -> Answer {
    let publication = PublicationId::new(path.into_inner());
    let because = body.value.parse()?;
    let desk = desk.with_reason(because.clone());
    desk.perform_once(body.digest, MarkMissent { publication }, move |work| {
        let view = casework::publications::mark_missent(work, &because)?;
        reply::shown(&Publication::from(view))
    })
    .await
}

/// Who has read through a disclosure, oldest first.
#[utoipa::path(tag = "items", params(PageQuery), responses((status = 200, body = Vec<OpenedAt>)))]
#[get("/publications/{publication}/openings")]
pub async fn list_openings(desk: Desk, path: web::Path<Uuid>, paging: Paging) -> Answer {
    let (publication, page) = (PublicationId::new(path.into_inner()), paging.page());
    let act = ListOpenings { publication };
    let served = desk.perform(act, move |work| work.openings(page)).await?;
    served.page(&paging, |row| row.entry.uuid(), OpenedAt::from)
}

/// To whom, on which ground, with what.
pub type Disclosure = (Recipient, Option<Ground>, PublicationDraft);

impl PublicationBody {
    /// To whom, on which ground, with what.
    pub fn parse(&self) -> Result<Disclosure, Faults> {
        let mut faults = Faults::default();
        let to = self.recipient(&mut faults);
        let roles =
            faults.each("/roles", &self.roles, |faults, at, role| faults.keep(at, role.read()));
        let staff =
            faults.each("/staff", &self.staff, |faults, at, who| faults.keep(at, who.read()));
        let ground = faults.keep_optional("/ground", self.ground.as_ref().map(Raw::read));
        let harm_test = match &self.harm_test {
            Some(test) => test.parse(&mut faults).map(Some),
            None => Some(None),
        };
        let until = faults.keep_optional("/until", self.until.as_ref().map(Raw::read));
        let said = |said: &Option<String>| said.as_deref().and_then(|said| text(said).ok());
        let draft = || {
            Some(PublicationDraft {
                roles: roles?,
                staff: staff?,
                // A reason of nothing but space is none: the ground's rule says that one is needed.
                reason: said(&self.reason),
                harm_test: harm_test?,
                investigation: said(&self.investigation),
                despite_wish: said(&self.despite_wish),
                until: until?,
            })
        };
        match (to, ground, draft()) {
            (Some(to), Some(ground), Some(draft)) => Ok((to, ground, draft)),
            _ => Err(faults),
        }
    }

    fn recipient(&self, faults: &mut Faults) -> Option<Recipient> {
        match (&self.unit, &self.person) {
            (Some(unit), None) => faults.keep("/unit", unit.read()).map(Recipient::Unit),
            (None, Some(person)) if self.roles.is_empty() && self.staff.is_empty() => {
                faults.keep("/person", person.read()).map(Recipient::Person)
            }
            (None | Some(_), Some(_)) => faults.keep("/person", Err("one_of_two")),
            (None, None) => faults.keep("/unit", Err("missing")),
        }
    }
}

impl HarmTestBody {
    fn parse(&self, faults: &mut Faults) -> Option<HarmTest> {
        let official = faults.keep("/harm_test/official", self.official.read());
        let result = faults.keep("/harm_test/result", self.result.read());
        let reason = faults.keep("/harm_test/reason", text(&self.reason));
        Some(HarmTest { official: official?, result: result?, reason: reason? })
    }
}

impl RecallBody {
    fn parse(&self) -> Result<String, Faults> {
        let mut faults = Faults::default();
        faults.keep("/because", text(&self.because)).ok_or(faults)
    }
}

impl From<PublicationView> for Publication {
    fn from(view: PublicationView) -> Self {
        let (unit, person) = match view.to {
            Recipient::Unit(unit) => (Some(unit.uuid()), None),
            Recipient::Person(person) => (None, Some(person.uuid())),
        };
        let test = |test: HarmTest| HarmTestMade {
            official: test.official.uuid(),
            result: test.result,
            reason: test.reason,
        };
        Self {
            id: view.id.uuid(),
            item: view.item.uuid(),
            unit,
            roles: view.draft.roles,
            staff: view.draft.staff.into_iter().map(StaffId::uuid).collect(),
            person,
            ground: view.ground,
            consent: view.consent.map(|consent| consent.uuid()),
            reason: view.draft.reason,
            harm_test: view.draft.harm_test.map(test),
            investigation: view.draft.investigation,
            despite_wish: view.draft.despite_wish,
            until: view.draft.until,
            published_by: view.published_by.uuid(),
            published_at: view.published_at,
            standing: if view.ended.is_none() { "live" } else { "ended" },
            ended: view.ended.map(|(at, cause)| Ended { at, cause: cause.word() }),
            recalled: view.recalled.map(|recall| Recalled {
                by: recall.by.uuid(),
                because: recall.because,
                missent: recall.missent,
            }),
        }
    }
}

impl From<OpeningView> for OpenedAt {
    fn from(view: OpeningView) -> Self {
        Self {
            entry: view.entry.uuid(),
            reader: view.reader,
            name: view.name,
            role: view.role,
            unit: view.unit.map(|unit| unit.uuid()),
            at: view.at,
        }
    }
}
