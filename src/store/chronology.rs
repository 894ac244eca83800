//! Significant events, and which of them the lead professional has chosen into the case's
//! chronology.
//!
//! **Invariant:** a choice opens nothing. Whoever reads the chronology reads those of its events that
//! were published to them, or that are their own unit's.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::db::Database;
use super::error::{Halt, StoreError};
use super::items::ItemView;
use super::schema::{event_choice, item, publication};
use super::sql::At;
use super::work::{Page, Work};
use crate::access::Act;
use crate::access::act::{ChooseEvent, ListEvents, ReadChronology, ReadItem, WithdrawEventChoice};
use crate::clock::Instant;
use crate::domain::content::{Content, ItemKind};
use crate::domain::event::Event;
use crate::domain::ids::{AreaId, CaseId, ChildId, EventChoiceId, ItemId, StaffId, UnitId};
use crate::domain::obstacle::Obstacle;
use crate::domain::text::Coded;

/// A significant event.
#[derive(Clone, Debug)]
pub struct EventView {
    /// The item that it is.
    pub item: ItemView,
    /// Its five columns.
    pub event: Event,
    /// Who chose it into the chronology and when, if it stands there.
    pub chosen: Option<(StaffId, Instant)>,
}

impl Work<'_, ListEvents> {
    /// Those of the case's events that one may read, in the order in which they were written.
    pub fn events(&mut self, page: Page) -> Result<Vec<EventView>, Halt> {
        let case = self.act().case;
        let load = |database: &mut Database, after: Option<ItemId>, limit| {
            let mut query = item::table
                .filter(item::case_id.eq(case))
                .filter(item::kind.eq(ItemKind::SignificantEvent.code()))
                .order(item::id)
                .limit(limit)
                .select(item::id)
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(item::id.gt(after));
            }
            Ok(query.load(database)?)
        };
        let served = self.page_of(page, load, |item| ReadItem { item })?;
        served
            .into_iter()
            .map(|(id, permit)| {
                let item = self.item_view(id, permit.openings().to_vec())?;
                let item = self.as_permitted(&permit, item)?;
                self.event(item)
            })
            .collect()
    }
}

impl Work<'_, ReadChronology> {
    /// The chosen events that one may read, by the day on which each began.
    pub fn chronology(&mut self) -> Result<Vec<EventView>, Halt> {
        let chosen: Vec<ItemId> = event_choice::table
            .filter(event_choice::case_id.eq(self.act().case))
            .filter(event_choice::withdrawn_at.is_null())
            .order(event_choice::id)
            .limit(self.means.rows_max)
            .select(event_choice::item_id)
            .load(self.database)?;
        let mut events = Vec::new();
        for id in chosen {
            if let Some(event) = self.readable(id)? {
                events.push(event);
            }
        }
        events.sort_by_key(|view| (view.event.when, view.item.id));
        Ok(events)
    }
}

impl Work<'_, ChooseEvent> {
    /// The event, as far as whoever chooses may read it.
    pub fn before(&mut self) -> Result<Option<EventView>, Halt> {
        self.readable(self.act().item)
    }

    /// Whether its owner has published it to another unit, and not taken that back.
    pub fn is_published(&mut self, view: &EventView) -> Result<bool, Halt> {
        let published = publication::table
            .filter(publication::item_id.eq(view.item.id))
            .filter(publication::unit_id.is_not_null())
            .filter(publication::unit_id.ne(view.item.unit))
            .filter(publication::revoked_at.is_null());
        Ok(diesel::select(exists(published)).get_result(self.database)?)
    }

    /// Whether the chronology holds as much as can be shown at once.
    pub fn is_full(&mut self, case: CaseId) -> Result<bool, Halt> {
        let chosen: i64 = event_choice::table
            .filter(event_choice::case_id.eq(case).and(event_choice::withdrawn_at.is_null()))
            .count()
            .get_result(self.database)?;
        Ok(chosen >= self.means.rows_max)
    }

    /// Chooses it.
    pub fn choose(&mut self, view: EventView) -> Result<EventView, Halt> {
        let id = view.item.id;
        let (area, case, child): (AreaId, CaseId, ChildId) = item::table
            .find(id)
            .select((item::area_id, item::case_id, item::child_id))
            .first(self.database)?;
        diesel::insert_into(event_choice::table)
            .values((
                event_choice::id.eq(self.means.clock.new_id::<EventChoiceId>()),
                event_choice::area_id.eq(area),
                event_choice::case_id.eq(case),
                event_choice::child_id.eq(child),
                event_choice::item_id.eq(id),
                event_choice::chosen_by_id.eq(self.staff()),
                event_choice::chosen_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        Ok(EventView { chosen: Some((self.staff(), self.now())), ..view })
    }
}

impl Work<'_, WithdrawEventChoice> {
    /// Takes it out. That it was there stays on record.
    pub fn withdraw(&mut self, because: &str) -> Result<(), Halt> {
        let id = self.act().item;
        let ended = diesel::update(event_choice::table)
            .filter(event_choice::item_id.eq(id).and(event_choice::withdrawn_at.is_null()))
            .set((
                event_choice::withdrawn_at.eq(At(self.now())),
                event_choice::withdrawn_by_id.eq(self.staff()),
                event_choice::withdrawn_because.eq(because),
            ))
            .execute(self.database)?;
        if ended == 0 { Err(Obstacle::State { why: "not_chosen" }.into()) } else { Ok(()) }
    }
}

impl<A: Act> Work<'_, A> {
    /// The event `id`, where whoever asks may read it and it is one.
    fn readable(&mut self, id: ItemId) -> Result<Option<EventView>, Halt> {
        let Some(permit) = self.decide_row(ReadItem { item: id })? else { return Ok(None) };
        let item = self.item_view(id, permit.openings().to_vec())?;
        if item.kind != ItemKind::SignificantEvent {
            return Ok(None);
        }
        let item = self.as_permitted(&permit, item)?;
        self.event(item).map(Some)
    }

    fn event(&mut self, item: ItemView) -> Result<EventView, Halt> {
        let Some(Content::Event(event)) = item.content.clone() else {
            return Err(StoreError::Corrupt("an event without one".into()).into());
        };
        let chosen: Option<(StaffId, At)> = event_choice::table
            .filter(event_choice::item_id.eq(item.id).and(event_choice::withdrawn_at.is_null()))
            .select((event_choice::chosen_by_id, event_choice::chosen_at))
            .first(self.database)
            .optional()?;
        // Who chose it works at the coordinating unit: kept from whom units are kept.
        let shown = item.unit != UnitId::nobody();
        let chosen = chosen.map(|(by, at)| (if shown { by } else { StaffId::nobody() }, at.0));
        Ok(EventView { item, event, chosen })
    }
}
