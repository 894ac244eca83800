//! Before an item is published: who would read it, and what is missing.

use actix_web::{post, web};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::publications::PublicationBody;
use super::rule_view::{RuleView, asked};
use super::words::say;
use crate::access::act::PreviewDisclosure;
use crate::access::{Language, Policy, RuleId};
use crate::domain::agency::Role;
use crate::domain::ground::Ground;
use crate::domain::ids::ItemId;
use crate::domain::obstacle::Obstacle;
use crate::domain::text::Coded as _;
use crate::store::{GroundPreview, ReaderPreview, Verdict};

/// What publishing would be answered on each ground.
#[derive(Debug, Serialize, ToSchema)]
pub struct DisclosurePreview {
    grounds: Vec<GroundSeen>,
}

/// One ground.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroundSeen {
    ground: Ground,
    /// Whether it would be done: the rules permit it and nothing else is missing.
    lawful: bool,
    /// The rules that decide it.
    rules: Vec<RuleView>,
    /// The fields of the request that are missing, when nothing else is wrong.
    asks: Vec<String>,
    /// A field that does not fit as things are.
    wrong: Option<Wrong>,
    /// Who would read.
    readers: Vec<Reader>,
    /// Who at the recipient is assigned to the case, or is the person, and would not.
    others: Vec<NoReader>,
}

/// A field that does not fit.
#[derive(Debug, Serialize, ToSchema)]
pub struct Wrong {
    pointer: String,
    reason: &'static str,
    detail: Option<String>,
}

/// Somebody who would read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reader {
    id: Uuid,
    /// None of a private person.
    name: Option<String>,
    roles: Vec<Role>,
    unit: Option<Uuid>,
    /// The last day; none when nothing ends it by itself.
    until: Option<NaiveDate>,
    /// What ends it: `consent`, `birthday`, `until` or `assignment`.
    ends_by: Option<&'static str>,
}

/// Somebody who would not.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoReader {
    id: Uuid,
    name: Option<String>,
    roles: Vec<Role>,
    unit: Option<Uuid>,
    /// `conflict`, `protected`, `role_not_in_audience`, `not_named` or `refused`.
    why: &'static str,
    rules: Vec<RuleView>,
}

/// Says before publishing whether it would be lawful, by which rule, what is missing, and who would
/// read until when. Nothing is published.
#[utoipa::path(tag = "items", responses((status = 200, body = DisclosurePreview)))]
#[post("/items/{item}/disclosure-preview")]
pub async fn preview_disclosure(
    desk: Desk,
    path: web::Path<Uuid>,
    body: Body<PublicationBody>,
) -> Answer {
    let item = ItemId::new(path.into_inner());
    let (to, ground, draft) = body.value.parse()?;
    let act = PreviewDisclosure { item };
    let served = desk.perform(act, move |work| work.preview(to, ground, &draft)).await?;
    let (policy, language) = (desk.store().policy(), desk.language());
    served.in_language(language).json(|grounds| DisclosurePreview {
        grounds: grounds.into_iter().map(|it| GroundSeen::of(it, policy, language)).collect(),
    })
}

impl GroundSeen {
    fn of(view: GroundPreview, policy: &Policy, language: Language) -> Self {
        let (permitted, names): (bool, &[RuleId]) = match &view.verdict {
            Verdict::Permitted(rules) => (true, rules),
            Verdict::Refused(denial) => (false, denial.rules()),
        };
        let found: Vec<_> = names.iter().filter_map(|name| policy.rule(name)).collect();
        let asks = asked(&found).filter(|_| !permitted).into_iter().flatten();
        let (mut readers, mut others) = (Vec::new(), Vec::new());
        for reader in view.readers {
            match Reader::of(reader, policy, language) {
                Ok(reader) => readers.push(reader),
                Err(other) => others.push(*other),
            }
        }
        Self {
            ground: view.ground,
            lawful: permitted && view.obstacle.is_none(),
            rules: RuleView::all(names, policy, language),
            asks: asks.map(str::to_owned).collect(),
            wrong: view.obstacle.and_then(|obstacle| Wrong::of(&obstacle, language)),
            readers,
            others,
        }
    }
}

impl Wrong {
    fn of(obstacle: &Obstacle, language: Language) -> Option<Self> {
        let Obstacle::Field { field, reason } = obstacle else { return None };
        let detail = say(language, &format!("field-{reason}"));
        Some(Self { pointer: format!("/{field}"), reason, detail })
    }
}

impl Reader {
    fn of(view: ReaderPreview, policy: &Policy, language: Language) -> Result<Self, Box<NoReader>> {
        let (id, name, roles) = (view.who, view.name, view.roles);
        let unit = view.unit.map(|unit| unit.uuid());
        match view.reads {
            Ok(last) => Ok(Self {
                id,
                name,
                roles,
                unit,
                until: last.map(|last| last.day),
                ends_by: last.map(|last| last.by.code()),
            }),
            Err(not) => {
                let rules = RuleView::all(&not.rules, policy, language);
                Err(Box::new(NoReader { id, name, roles, unit, why: not.why.code(), rules }))
            }
        }
    }
}
