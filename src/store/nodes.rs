//! The hashes that proofs, tiles and exports of a log are made of, each found in a few short reads.
//!
//! Stored are the rows of tiles (C2SP tlog-tiles): the leaves' hashes, and the root of each full
//! tile of 256. What lies between two rows is folded from at most 128 hashes of the lower one. A log
//! from before there were rows gets them as it grows; until then they are computed from the leaves.
//!
//! **Invariant:** a hash is derived from the leaves' hashes alone, so that a row that was tampered
//! with gives proofs that fail, and no false ones.

use diesel::prelude::*;

use super::db::Database;
use super::error::StoreError;
use super::schema::{ledger_leaf, ledger_node};
use super::sequencer::{count, position};
use crate::domain::ids::AgencyId;
use crate::ledger::{Hash, root};

/// How many levels of the tree a tile spans.
const TILE_LEVELS: u32 = 8;
/// How many hashes a full tile has.
pub(super) const TILE_WIDTH: u64 = 1 << TILE_LEVELS;
/// The most tiles of a row that are stored in one transaction.
const TILES_AT_ONCE: u64 = 64;

/// The hash of the complete subtree number `index` of those with 2^`level` leaves.
pub(super) fn node(
    database: &mut Database,
    agency: AgencyId,
    level: u32,
    index: u64,
) -> Result<Hash, StoreError> {
    let width = 1 << (level % TILE_LEVELS);
    Ok(root(&row(database, agency, level / TILE_LEVELS, index * width, width)?))
}

/// `width` hashes of the row `tier`, from number `first` on.
pub(super) fn row(
    database: &mut Database,
    agency: AgencyId,
    tier: u32,
    first: u64,
    width: u64,
) -> Result<Vec<Hash>, StoreError> {
    let end = first + width;
    let stored = stored(database, agency, tier, first, end)?;
    let mut hashes = Vec::with_capacity(stored.len());
    for (found, expected) in stored.into_iter().zip(first..) {
        // Past a gap nothing is believed; it is computed anew.
        if count(found.0)? != expected {
            break;
        }
        hashes.push(Hash::try_from(found.1.as_slice())?);
    }
    let known = first + hashes.len() as u64;
    if tier == 0 && known < end {
        return Err(StoreError::Corrupt("a leaf is missing".into()));
    }
    for index in known..end {
        hashes.push(root(&row(database, agency, tier - 1, index * TILE_WIDTH, TILE_WIDTH)?));
    }
    Ok(hashes)
}

fn stored(
    database: &mut Database,
    agency: AgencyId,
    tier: u32,
    first: u64,
    end: u64,
) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
    let (first, end) = (position(first)?, position(end)?);
    if tier == 0 {
        return Ok(ledger_leaf::table
            .filter(ledger_leaf::agency_id.eq(agency))
            .filter(ledger_leaf::position.ge(first).and(ledger_leaf::position.lt(end)))
            .order(ledger_leaf::position)
            .select((ledger_leaf::position, ledger_leaf::hash))
            .load(database)?);
    }
    Ok(ledger_node::table
        .filter(ledger_node::agency_id.eq(agency).and(ledger_node::tier.eq(row_number(tier)?)))
        .filter(ledger_node::position.ge(first).and(ledger_node::position.lt(end)))
        .order(ledger_node::position)
        .select((ledger_node::position, ledger_node::hash))
        .load(database)?)
}

/// Stores the roots of the tiles that are full in a log of `size` leaves, some at once: a log that
/// has many more than are stored catches up as it grows.
pub(super) fn fill(database: &mut Database, agency: AgencyId, size: u64) -> Result<(), StoreError> {
    let (mut tier, mut full) = (1, size / TILE_WIDTH);
    while full > 0 {
        let newest: Option<i64> = ledger_node::table
            .filter(ledger_node::agency_id.eq(agency).and(ledger_node::tier.eq(row_number(tier)?)))
            .select(diesel::dsl::max(ledger_node::position))
            .first(database)?;
        let next = newest.map_or(Ok(0), |newest| count(newest).map(|newest| newest + 1))?;
        let end = full.min(next + TILES_AT_ONCE);
        for index in next..end {
            let hash = root(&row(database, agency, tier - 1, index * TILE_WIDTH, TILE_WIDTH)?);
            diesel::insert_into(ledger_node::table)
                .values((
                    ledger_node::agency_id.eq(agency),
                    ledger_node::tier.eq(row_number(tier)?),
                    ledger_node::position.eq(position(index)?),
                    ledger_node::hash.eq(hash.bytes().as_slice()),
                ))
                .execute(database)?;
        }
        (tier, full) = (tier + 1, end / TILE_WIDTH);
    }
    Ok(())
}

fn row_number(tier: u32) -> Result<i32, StoreError> {
    i32::try_from(tier).map_err(|_| StoreError::Corrupt("a log's size".into()))
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection as _;

    use super::*;
    use crate::ledger::{stored_consistency_proof, stored_inclusion_proof, stored_root};
    use crate::store::Place;

    const LEAVES: u64 = 66_000;

    fn agency() -> AgencyId {
        AgencyId::new(uuid::Uuid::from_u128(1))
    }

    /// A database with nothing in it but the hashes of a log's leaves.
    fn log() -> (Database, Vec<Hash>) {
        let place = Place::Sqlite(":memory:".into());
        let mut database = place.connect().unwrap();
        super::super::db::migrate(&mut database).unwrap();
        database
            .batch_execute(&format!(
                "pragma foreign_keys = off;
                 insert into ledger_leaf (agency_id, position, seq, time, leaf, hash)
                 with recursive n (i) as (select 0 union all select i + 1 from n where i < {LEAVES} - 1)
                 select x'{}', i, i, '', x'', randomblob(32) from n",
                agency().uuid().simple()
            ))
            .unwrap();
        let hashes = row(&mut database, agency(), 0, 0, LEAVES).unwrap();
        (database, hashes)
    }

    /// Compares what is looked up with what all the leaves give.
    fn compare(database: &mut Database, leaves: &[Hash]) {
        let mut look = |level, index| node(database, agency(), level, index);
        for size in [1, 257, 65_536, LEAVES] {
            let some = &leaves[..size as usize];
            assert_eq!(stored_root(size, &mut look).unwrap(), root(some), "{size}");
        }
        let size = LEAVES;
        for place in [255, 65_536] {
            let expected = crate::ledger::inclusion_proof(leaves, place);
            assert_eq!(stored_inclusion_proof(place, size, &mut look).unwrap(), expected);
            let expected = crate::ledger::consistency_proof(leaves, place);
            assert_eq!(stored_consistency_proof(place, size, &mut look).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_stored_is_what_the_leaves_give_however_much_is_stored_yet() {
        let (mut database, leaves) = log();
        compare(&mut database, &leaves);
        let count = |database: &mut Database, tier: i32| -> i64 {
            let stored = ledger_node::table.filter(ledger_node::tier.eq(tier));
            stored.count().get_result(database).unwrap()
        };
        fill(&mut database, agency(), LEAVES).unwrap();
        assert_eq!(count(&mut database, 1), TILES_AT_ONCE as i64);
        compare(&mut database, &leaves);
        for _ in 0..LEAVES / TILE_WIDTH / TILES_AT_ONCE {
            fill(&mut database, agency(), LEAVES).unwrap();
        }
        assert_eq!((count(&mut database, 1), count(&mut database, 2)), (257, 1));
        compare(&mut database, &leaves);
        fill(&mut database, agency(), LEAVES).unwrap();
        assert_eq!(count(&mut database, 1), 257);
    }

    #[test]
    fn a_proof_reads_a_few_rows_however_long_the_log_is() {
        let (mut database, _) = log();
        for _ in 0..=LEAVES / TILE_WIDTH / TILES_AT_ONCE {
            fill(&mut database, agency(), LEAVES).unwrap();
        }
        // Where the rows of tiles are all there, the leaves beside the proof's path are not read.
        let elsewhere = "drop trigger ledger_leaf_is_not_removed;
            delete from ledger_leaf where position between 256 and 65535";
        database.batch_execute(elsewhere).unwrap();
        let mut look = |level, index| node(&mut database, agency(), level, index);
        assert!(stored_inclusion_proof(3, LEAVES, &mut look).unwrap().is_some());
        assert!(stored_consistency_proof(65_700, LEAVES, &mut look).unwrap().is_some());
        assert!(stored_inclusion_proof(300, LEAVES, &mut look).is_err(), "a leaf is missing");
    }
}
