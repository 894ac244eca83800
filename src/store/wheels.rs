//! Wellbeing wheels over time: each that one may read, beside the one before it by the same hand.
//!
//! **Invariant:** a wheel is shown, and compared with another, only where both may be read by
//! whoever asks; each of the two is a row of the entry.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::db::Database;
use super::error::{Halt, StoreError};
use super::item_content::from_json;
use super::items::ItemView;
use super::schema::{agency_area, item};
use super::sql::Json;
use super::work::{Page, Work};
use crate::access::act::{ListIndicators, ListWheels, ReadItem};
use crate::access::facts::PrincipalKind;
use crate::domain::content::{Content, ItemKind};
use crate::domain::ids::{AreaId, ItemId, UnitId};
use crate::domain::indicators::IndicatorSet;
use crate::domain::referral::Indicator;
use crate::domain::text::Coded;
use crate::domain::wheel::{Rater, Wheel};

/// A wheel, and what has changed.
#[derive(Clone, Debug)]
pub struct WheelView {
    /// The item that it is.
    pub item: ItemView,
    /// What it says.
    pub wheel: Wheel,
    /// The one before it by the same hand, where one may read it.
    pub since: Option<WheelChange>,
}

/// What has changed between two wheels.
#[derive(Clone, Debug)]
pub struct WheelChange {
    /// The earlier one.
    pub before: ItemId,
    /// How much each indicator that stands in both has changed.
    pub changes: Vec<(Indicator, i8)>,
}

/// Whose wheels are compared with each other: the child's with the child's, a unit's with the same
/// unit's. The unit is nobody's where it is the child.
type Hand = (Rater, UnitId);

impl Work<'_, ListWheels> {
    /// Those of the case's wheels that one may read, in the order in which they were written.
    pub fn wheels(&mut self, page: Page) -> Result<Vec<WheelView>, Halt> {
        let case = self.act().case;
        let load = |database: &mut Database, after: Option<ItemId>, limit| {
            let mut query = item::table
                .filter(item::case_id.eq(case))
                .filter(item::kind.eq(ItemKind::WellbeingWheel.code()))
                .order(item::id)
                .limit(limit)
                .select(item::id)
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(item::id.gt(after));
            }
            Ok(query.load(database)?)
        };
        let mut views = Vec::new();
        for (id, permit) in self.page_of(page, load, |item| ReadItem { item })? {
            let item = self.item_view(id, permit.openings().to_vec())?;
            let item = self.as_permitted(&permit, item)?;
            let wheel = wheel_in(&item)?;
            views.push(WheelView { item, wheel, since: None });
        }
        let mut last = match (page.after, views.first()) {
            (Some(_), Some(first)) => {
                let hands = views.iter().map(|view| hand(&view.wheel, view.item.unit)).collect();
                self.before(first.item.id, hands)?
            }
            _ => BTreeMap::new(),
        };
        for view in &mut views {
            let hand = hand(&view.wheel, view.item.unit);
            let before = last.insert(hand, (view.item.id, view.wheel.clone()));
            view.since = before.map(|(before, wheel)| WheelChange {
                before,
                changes: view.wheel.change_since(&wheel),
            });
        }
        Ok(views)
    }

    /// The last readable wheel before `first` by each of these hands.
    fn before(
        &mut self,
        first: ItemId,
        mut hands: Vec<Hand>,
    ) -> Result<BTreeMap<Hand, (ItemId, Wheel)>, Halt> {
        let earlier: Vec<(ItemId, UnitId, Option<Json>)> = item::table
            .filter(item::case_id.eq(self.act().case).and(item::id.lt(first)))
            .filter(item::kind.eq(ItemKind::WellbeingWheel.code()))
            .order(item::id.desc())
            .limit(self.means.rows_max)
            .select((item::id, item::unit_id, item::content))
            .load(self.database)?;
        let mut found = BTreeMap::new();
        for (id, unit, content) in earlier {
            let content = content.map(|kept| from_json(ItemKind::WellbeingWheel, &kept));
            let Some(Content::Wheel(wheel)) = content.transpose()? else { continue };
            let hand = hand(&wheel, unit);
            // Asked only for what will be shown: what is permitted is a row of the entry.
            if hands.contains(&hand) && self.decide_row(ReadItem { item: id })?.is_some() {
                hands.retain(|other| *other != hand);
                found.insert(hand, (id, wheel));
            }
            if hands.is_empty() {
                break;
            }
        }
        Ok(found)
    }
}

impl Work<'_, ListIndicators> {
    /// The sets of words that are used in one's own areas today, each with these areas; the usual
    /// one for whom the register knows no area of.
    pub fn sets(&mut self) -> Result<Vec<(IndicatorSet, Vec<AreaId>)>, Halt> {
        let areas: Vec<AreaId> = match self.facts().principal.kind {
            PrincipalKind::Staff { agency, .. } => agency_area::table
                .filter(agency_area::agency_id.eq(agency))
                .order(agency_area::area_id)
                .select(agency_area::area_id)
                .load(self.database)?,
            PrincipalKind::Citizen | PrincipalKind::Operator | PrincipalKind::Unknown => Vec::new(),
        };
        let today = self.today();
        let of = |area| self.means.indicators.of(area, today);
        if areas.is_empty() {
            return Ok(vec![(of(AreaId::nobody()).clone(), areas)]);
        }
        let mut sets: Vec<(IndicatorSet, Vec<AreaId>)> = Vec::new();
        for area in areas {
            match sets.iter_mut().find(|(set, _)| set == of(area)) {
                Some((_, with)) => with.push(area),
                None => sets.push((of(area).clone(), vec![area])),
            }
        }
        Ok(sets)
    }
}

fn hand(wheel: &Wheel, unit: UnitId) -> Hand {
    match wheel.by() {
        Rater::Child => (Rater::Child, UnitId::nobody()),
        Rater::Professional => (Rater::Professional, unit),
    }
}

fn wheel_in(item: &ItemView) -> Result<Wheel, StoreError> {
    match &item.content {
        Some(Content::Wheel(wheel)) => Ok(wheel.clone()),
        _ => Err(StoreError::Corrupt("a wheel without one".into())),
    }
}
