//! Items, and what is added to them.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::content::ItemContent;
use super::desk::{Answer, Desk};
use super::fault::{Fault, Faults};
use super::field::{Raw, named, text};
use super::paging::{PageQuery, Paging};
use super::reply;
use crate::access::act::{AddAddendum, ListItems, ReadItem, WriteItem};
use crate::casework::items;
use crate::domain::category::Category;
use crate::domain::content::{ContentDraft, ItemKind};
use crate::domain::ground::Ground;
use crate::domain::ids::{CaseId, ItemId, UnitId};
use crate::store::{AddendumView, ItemDraft, ItemView};

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
    /// What it says. Needed where there is no `content`.
    body: Option<String>,
    /// A part of an assessment, the child's voice or a significant event.
    content: Option<ItemContent>,
    /// It is needed for the child's safety: an emergency opening shows it.
    #[serde(default)]
    safety: bool,
    /// A young person told it in confidence: no guardian sees it.
    #[serde(default)]
    confidential: bool,
    /// The child does not want its guardians to see it. Of category `VOICE` only.
    #[serde(default)]
    not_for_guardian: bool,
}

/// An item as one may read it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Item {
    id: Uuid,
    case: Uuid,
    child: Uuid,
    /// The owning unit. It is kept from whom a family's whereabouts are kept.
    unit: Option<Uuid>,
    category: Category,
    /// The rule of secrecy that it stands under.
    regime: String,
    kind: ItemKind,
    title: String,
    body: String,
    /// What it says beyond that; none of a note.
    content: Option<ItemContent>,
    written_by: Option<Uuid>,
    written_at: DateTime<Utc>,
    /// It is needed for the child's safety: an emergency opening shows it.
    safety: bool,
    /// A young person told it in confidence: no guardian sees it.
    confidential: bool,
    /// The child does not want its guardians to see it.
    not_for_guardian: bool,
    version: i64,
    /// What was added since, oldest first. Nothing is written over.
    addenda: Vec<Addendum>,
    /// The grounds on which one reads it; none inside the owner's unit.
    grounds: Vec<OpenedBy>,
}

/// A correction that stands beside an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct Addendum {
    id: Uuid,
    body: String,
    written_by: Option<Uuid>,
    written_at: DateTime<Utc>,
}

/// A correction as it is written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddendumBody {
    /// What was wrong or is missing, and how it is.
    body: String,
}

/// A ground that opens an item to the reader.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedBy {
    ground: Ground,
    publication: Uuid,
    consent: Option<Uuid>,
}

/// Writes an item. Nobody outside the unit sees it, nor that it is there.
#[utoipa::path(tag = "items", responses((status = 201, body = Item)))]
#[post("/cases/{case}/items")]
pub async fn write_item(desk: Desk, path: web::Path<Uuid>, body: Body<ItemBody>) -> Answer {
    let case = CaseId::new(path.into_inner());
    let (unit, category, draft) = body.value.parse()?;
    desk.perform_once(body.digest, WriteItem { case, unit, category }, move |work| {
        let item = Item::from(items::write(work, &draft)?);
        reply::created(format!("/v1/items/{}", item.id), item.version, &item)
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
    served.tagged(ItemView::version).json(Item::from)
}

/// Adds a correction, which stands beside what it corrects. Whoever reads the item reads it, too.
#[utoipa::path(tag = "items", responses((status = 201, body = Item)))]
#[post("/items/{item}/addenda")]
pub async fn add_addendum(desk: Desk, path: web::Path<Uuid>, body: Body<AddendumBody>) -> Answer {
    let item = ItemId::new(path.into_inner());
    let text = body.value.parse()?;
    desk.perform_once(body.digest, AddAddendum { item }, move |work| {
        let view = work.add(&text)?;
        let version = view.version();
        reply::created(format!("/v1/items/{item}"), version, &Item::from(view))
    })
    .await
}

impl ItemBody {
    fn parse(&self) -> Result<(UnitId, Category, ItemDraft), Faults> {
        let mut faults = Faults::default();
        let unit = faults.keep("/unit", self.unit.read());
        let category = faults.keep("/category", self.category.read());
        let title = faults.keep("/title", text(&self.title));
        let body = match (&self.body, &self.content) {
            (None, None) => Err("missing"),
            (None, Some(_)) => Ok(String::new()),
            (Some(body), _) => text(body),
        };
        let body = faults.keep("/body", body);
        let content = match &self.content {
            None => Some(None),
            Some(content) => content.parse("/content", &mut faults).map(Some),
        };
        let fits = |content: &ContentDraft| category.is_none_or(|category| content.fits(category));
        if content.iter().flatten().any(|content| !fits(content)) {
            faults.add(Fault::body("/category", "not_for_this_kind"));
        }
        if self.not_for_guardian && category.is_some_and(|category| category != Category::Voice) {
            faults.add(Fault::body("/not_for_guardian", "for_the_childs_voice"));
        }
        let draft = || {
            Some(ItemDraft {
                title: title?,
                body: body?,
                safety: self.safety,
                confidential: self.confidential,
                not_for_guardian: self.not_for_guardian,
                content: content?,
            })
        };
        let read = || Some((unit?, category?, draft()?));
        read().filter(|_| faults.is_empty()).ok_or(faults)
    }
}

impl AddendumBody {
    fn parse(&self) -> Result<String, Faults> {
        let mut faults = Faults::default();
        faults.keep("/body", text(&self.body)).ok_or(faults)
    }
}

impl From<ItemView> for Item {
    fn from(view: ItemView) -> Self {
        let opened = |opening: crate::access::facts::Opening| OpenedBy {
            ground: opening.ground,
            publication: opening.publication.uuid(),
            consent: opening.consent.map(|consent| consent.uuid()),
        };
        let version = view.version();
        Self {
            id: view.id.uuid(),
            case: view.case.uuid(),
            child: view.child.uuid(),
            unit: named(view.unit),
            category: view.category,
            regime: view.regime,
            kind: view.kind,
            title: view.title,
            body: view.body,
            content: view.content.map(ItemContent::from),
            written_by: named(view.written_by),
            written_at: view.written_at,
            safety: view.safety,
            confidential: view.confidential,
            not_for_guardian: view.not_for_guardian,
            version,
            addenda: view.addenda.into_iter().map(Addendum::from).collect(),
            grounds: view.openings.into_iter().map(opened).collect(),
        }
    }
}

impl From<AddendumView> for Addendum {
    fn from(view: AddendumView) -> Self {
        Self {
            id: view.id.uuid(),
            body: view.body,
            written_by: named(view.written_by),
            written_at: view.written_at,
        }
    }
}
