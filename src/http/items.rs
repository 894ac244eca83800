//! Items, and publishing them: the disclosure.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::fault::Faults;
use super::field::{Raw, text};
use super::paging::{PageQuery, Paging};
use super::reply;
use crate::access::act::{ListItems, PublishItem, ReadItem, WriteItem};
use crate::domain::agency::Role;
use crate::domain::category::Category;
use crate::domain::ground::Ground;
use crate::domain::ids::{CaseId, ItemId, UnitId};
use crate::store::{ItemDraft, ItemView, PublicationDraft, PublicationView};

/// An item as it is written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemBody {
    /// The owning unit: one's own.
    #[schema(value_type = Uuid)]
    unit: Raw<UnitId>,
    /// What it is about.
    #[schema(value_type = String, example = "MED")]
    category: Raw<Category>,
    /// A line that tells what it is.
    title: String,
    /// What it says.
    body: String,
}

/// An item as one may read it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Item {
    id: Uuid,
    case: Uuid,
    child: Uuid,
    unit: Uuid,
    category: Category,
    /// The rule of secrecy that it stands under.
    regime: String,
    title: String,
    body: String,
    written_by: Uuid,
    written_at: DateTime<Utc>,
    /// The grounds on which one reads it; none inside the owner's unit.
    grounds: Vec<OpenedBy>,
}

/// A ground that opens an item to the reader.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedBy {
    ground: Ground,
    publication: Uuid,
    consent: Option<Uuid>,
}

/// A disclosure as it is made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicationBody {
    /// The unit whose staff will read.
    #[schema(value_type = Uuid)]
    unit: Raw<UnitId>,
    /// The roles that will read there; all assigned staff when empty.
    #[serde(default)]
    #[schema(value_type = Vec<String>, example = json!(["head_teacher", "school_counsellor"]))]
    roles: Vec<Raw<Role>>,
    /// The legal ground.
    #[schema(value_type = String, example = "CHILD_H")]
    ground: Raw<Ground>,
    /// Why it is needed. Grounds without a consent require it.
    reason: Option<String>,
}

/// A disclosure that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Publication {
    id: Uuid,
    item: Uuid,
    unit: Uuid,
    roles: Vec<Role>,
    ground: Ground,
    /// The consent that it rests on.
    consent: Option<Uuid>,
    published_at: DateTime<Utc>,
}

/// Writes an item. Nobody outside the unit sees it, nor that it is there.
#[utoipa::path(tag = "items", responses((status = 201, body = Item)))]
#[post("/cases/{case}/items")]
pub async fn write_item(desk: Desk, path: web::Path<Uuid>, body: Body<ItemBody>) -> Answer {
    let case = CaseId::new(path.into_inner());
    let (unit, category, draft) = body.value.parse()?;
    desk.perform_once(body.digest, WriteItem { case, unit, category }, move |work| {
        let item = Item::from(work.write(&draft)?);
        // An item is never changed, so that its version stays the first.
        reply::created(format!("/v1/items/{}", item.id), 1, &item)
    })
    .await
}

/// The items of a case that one may read, oldest first.
#[utoipa::path(tag = "items", params(PageQuery), responses((status = 200, body = Vec<Item>)))]
#[get("/cases/{case}/items")]
pub async fn list_items(desk: Desk, path: web::Path<Uuid>, paging: Paging) -> Answer {
    let (case, page) = (CaseId::new(path.into_inner()), paging.page());
    let served = desk.perform(ListItems { case }, move |work| work.items(page)).await?;
    served.page(&paging, |row| row.id.uuid(), Item::from)
}

/// Reads an item.
#[utoipa::path(tag = "items", responses((status = 200, body = Item)))]
#[get("/items/{item}")]
pub async fn read_item(desk: Desk, path: web::Path<Uuid>) -> Answer {
    let item = ItemId::new(path.into_inner());
    let served = desk.perform(ReadItem { item }, |work| work.item()).await?;
    served.tagged(|_| 1).json(Item::from)
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
    let (unit, ground, draft) = body.value.parse()?;
    let act = PublishItem { item, unit, ground, reasoned: draft.reason.is_some() };
    let desk = match &draft.reason {
        Some(reason) => desk.with_reason(reason.clone()),
        None => desk,
    };
    desk.perform_once(body.digest, act, move |work| {
        reply::made(&Publication::from(work.publish(&draft)?))
    })
    .await
}

impl ItemBody {
    fn parse(&self) -> Result<(UnitId, Category, ItemDraft), Faults> {
        let mut faults = Faults::default();
        let unit = faults.keep("/unit", self.unit.read());
        let category = faults.keep("/category", self.category.read());
        let title = faults.keep("/title", text(&self.title));
        let body = faults.keep("/body", text(&self.body));
        let draft = || Some((unit?, category?, ItemDraft { title: title?, body: body? }));
        draft().ok_or(faults)
    }
}

impl PublicationBody {
    fn parse(&self) -> Result<(UnitId, Ground, PublicationDraft), Faults> {
        let mut faults = Faults::default();
        let unit = faults.keep("/unit", self.unit.read());
        let roles =
            faults.each("/roles", &self.roles, |faults, at, role| faults.keep(at, role.read()));
        let ground = faults.keep("/ground", self.ground.read());
        // A reason of nothing but space is none: the ground's rule says that one is required.
        let reason = self.reason.as_deref().and_then(|reason| text(reason).ok());
        let draft = || Some((unit?, ground?, PublicationDraft { roles: roles?, reason }));
        draft().ok_or(faults)
    }
}

impl From<ItemView> for Item {
    fn from(view: ItemView) -> Self {
        let opened = |opening: crate::access::facts::Opening| OpenedBy {
            ground: opening.ground,
            publication: opening.publication.uuid(),
            consent: opening.consent.map(|consent| consent.uuid()),
        };
        Self {
            id: view.id.uuid(),
            case: view.case.uuid(),
            child: view.child.uuid(),
            unit: view.unit.uuid(),
            category: view.category,
            regime: view.regime,
            title: view.title,
            body: view.body,
            written_by: view.written_by.uuid(),
            written_at: view.written_at,
            grounds: view.openings.into_iter().map(opened).collect(),
        }
    }
}

impl From<PublicationView> for Publication {
    fn from(view: PublicationView) -> Self {
        Self {
            id: view.id.uuid(),
            item: view.item.uuid(),
            unit: view.unit.uuid(),
            roles: view.roles.into_iter().collect(),
            ground: view.ground,
            consent: view.consent.map(|consent| consent.uuid()),
            published_at: view.published_at,
        }
    }
}
