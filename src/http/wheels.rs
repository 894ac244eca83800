//! Wellbeing wheels over time, and the words for their indicators.

use actix_web::{get, web};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::content::{SpokeContent, WheelContent};
use super::desk::{Answer, Desk};
use super::field::{Raw, named};
use super::paging::{PageQuery, Paging};
use crate::access::act::{ListIndicators, ListWheels};
use crate::domain::ids::{AreaId, CaseId};
use crate::domain::indicators::IndicatorSet;
use crate::domain::referral::Indicator;
use crate::domain::wheel::Rater;
use crate::store::{WheelChange, WheelView};

/// A wellbeing wheel, beside the one before it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WheelRow {
    /// The item that it is.
    item: Uuid,
    /// The owning unit.
    unit: Option<Uuid>,
    /// The day on which it was filled in.
    #[schema(value_type = NaiveDate)]
    on: Raw<NaiveDate>,
    /// Whose view it is.
    by: Rater,
    scores: Vec<SpokeContent>,
    /// What has changed since the wheel before by the same hand: the child's, or the same unit's.
    /// None where there is none that one may read.
    since: Option<Change>,
}

/// What has changed between two wheels.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// The item that the earlier wheel is.
    before: Uuid,
    /// Each indicator that stands in both. They are not added up.
    changes: Vec<ChangedBy>,
}

/// How much an indicator has changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedBy {
    indicator: Indicator,
    /// From −9 to 9; 0 as before.
    by: i8,
}

/// A set of words for the wellbeing indicators.
#[derive(Debug, Serialize, ToSchema)]
pub struct Indicators {
    /// What it is called.
    set: String,
    /// The areas that use it.
    areas: Vec<Uuid>,
    indicators: Vec<IndicatorLabel>,
}

/// An indicator in the words of a set.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorLabel {
    indicator: Indicator,
    /// What a wheel may be written with.
    key: String,
    /// What people read, in Swedish.
    sv: String,
    /// What people read, in English.
    en: String,
}

/// The wellbeing wheels of a case that one may read, in the order in which they were written.
#[utoipa::path(
    tag = "assessment", params(PageQuery), responses((status = 200, body = Vec<WheelRow>))
)]
#[get("/cases/{case}/wheels")]
pub async fn list_wheels(desk: Desk, path: web::Path<Uuid>, paging: Paging) -> Answer {
    let (case, page) = (CaseId::new(path.into_inner()), paging.page());
    let served = desk.perform(ListWheels { case }, move |work| work.wheels(page)).await?;
    served.page(&paging, |row| row.item.id.uuid(), WheelRow::from)
}

/// The words for the wellbeing indicators that are in use in one's own areas today.
#[utoipa::path(tag = "assessment", responses((status = 200, body = Vec<Indicators>)))]
#[get("/indicators")]
pub async fn list_indicators(desk: Desk) -> Answer {
    let served = desk.perform(ListIndicators {}, |work| work.sets()).await?;
    served.json(|sets| sets.into_iter().map(Indicators::from).collect::<Vec<_>>())
}

impl From<WheelView> for WheelRow {
    fn from(view: WheelView) -> Self {
        let WheelContent { on, scores, .. } = WheelContent::from(&view.wheel);
        Self {
            item: view.item.id.uuid(),
            unit: named(view.item.unit),
            on,
            by: view.wheel.by(),
            scores,
            since: view.since.map(Change::from),
        }
    }
}

impl From<WheelChange> for Change {
    fn from(change: WheelChange) -> Self {
        let changed = |(indicator, by)| ChangedBy { indicator, by };
        Self {
            before: change.before.uuid(),
            changes: change.changes.into_iter().map(changed).collect(),
        }
    }
}

impl From<(IndicatorSet, Vec<AreaId>)> for Indicators {
    fn from((set, areas): (IndicatorSet, Vec<AreaId>)) -> Self {
        let labels = set.words().iter().map(|word| IndicatorLabel {
            indicator: word.indicator,
            key: word.key.clone(),
            sv: word.sv.clone(),
            en: word.en.clone(),
        });
        Self {
            set: set.name().to_owned(),
            areas: areas.into_iter().map(AreaId::uuid).collect(),
            indicators: labels.collect(),
        }
    }
}
