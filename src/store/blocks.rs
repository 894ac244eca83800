//! A patient's block on an item of health care (PDL 4:4), and how it is lifted (PDL 4:5).

use diesel::prelude::*;

use super::error::Halt;
use super::facts::is_blocked;
use super::schema::{item, item_block};
use super::sql::At;
use super::work::Work;
use crate::access::act::{BlockItem, LiftBlock};
use crate::clock::Instant;
use crate::domain::block::LiftGround;
use crate::domain::ids::{AreaId, BlockId, ItemId, PersonId};
use crate::domain::obstacle::Obstacle;
use crate::domain::text::Coded;

/// A block as it stands.
#[derive(Clone, Debug)]
pub struct BlockView {
    /// Its id.
    pub id: BlockId,
    /// The item.
    pub item: ItemId,
    /// Whose wish it is.
    pub asker: PersonId,
    /// Since when.
    pub blocked_at: Instant,
    /// When it was lifted.
    pub lifted_at: Option<Instant>,
    /// On which ground.
    pub lifted_ground: Option<LiftGround>,
}

impl Work<'_, BlockItem> {
    /// Blocks the item. What was published of it is closed from the next request on.
    pub fn block(&mut self) -> Result<BlockView, Halt> {
        let act = self.act().clone();
        if is_blocked(self.database, act.item)? {
            return Err(Obstacle::State { why: "already_blocked" }.into());
        }
        let area: AreaId = item::table.find(act.item).select(item::area_id).first(self.database)?;
        let id: BlockId = self.means.clock.new_id();
        diesel::insert_into(item_block::table)
            .values((
                item_block::id.eq(id),
                item_block::area_id.eq(area),
                item_block::item_id.eq(act.item),
                item_block::blocked_by_id.eq(act.asker),
                item_block::recorded_by_id.eq(self.staff()),
                item_block::blocked_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        let (item, asker, blocked_at) = (act.item, act.asker, self.now());
        Ok(BlockView { id, item, asker, blocked_at, lifted_at: None, lifted_ground: None })
    }
}

impl Work<'_, LiftBlock> {
    /// Lifts it, on a ground and for a reason. The block stays on record.
    pub fn lift(&mut self, ground: LiftGround, because: &str) -> Result<BlockView, Halt> {
        let item = self.act().item;
        let row: Option<(BlockId, PersonId, At)> = item_block::table
            .filter(item_block::item_id.eq(item).and(item_block::lifted_at.is_null()))
            .order(item_block::id)
            .select((item_block::id, item_block::blocked_by_id, item_block::blocked_at))
            .first(self.database)
            .optional()?;
        let Some((id, asker, At(blocked_at))) = row else {
            return Err(Obstacle::State { why: "not_blocked" }.into());
        };
        diesel::update(item_block::table.find(id))
            .set((
                item_block::lifted_at.eq(At(self.now())),
                item_block::lifted_ground.eq(ground.code()),
                item_block::lifted_because.eq(because),
                item_block::lifted_by_id.eq(self.staff()),
            ))
            .execute(self.database)?;
        let (lifted_at, lifted_ground) = (Some(self.now()), Some(ground));
        Ok(BlockView { id, item, asker, blocked_at, lifted_at, lifted_ground })
    }
}
