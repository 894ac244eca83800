//! Roots, ranges and proofs of a log of any size from a few stored hashes, so that nobody needs the
//! whole tree in memory.
//!
//! Stored are the roots of complete subtrees: the one at `level` and `index` has the 2^level leaves
//! from index · 2^level on (level 0: the leaves' own hashes). They never change once they are
//! there. A lookup is asked for at most two for each level of the tree and each hash of the proof.
//!
//! **Invariant:** only subtrees that are complete in a tree of the size asked about are looked up.

use super::merkle::{Hash, split};
use super::range::{CompactRange, levels};

/// The leaves from `begin` up to `end` as a compact range. `begin` must not lie beyond `end`: then
/// the range is empty.
///
/// # Errors
/// Those of the lookup.
pub fn stored_range<E>(
    begin: u64,
    end: u64,
    mut lookup: impl FnMut(u32, u64) -> Result<Hash, E>,
) -> Result<CompactRange, E> {
    let mut range = CompactRange::new(begin);
    for level in levels(begin, end) {
        let hash = lookup(level, range.end() >> level)?;
        range.push(level, hash);
    }
    Ok(range)
}

/// The root of the tree of the first `size` leaves.
///
/// # Errors
/// Those of the lookup.
pub fn stored_root<E>(
    size: u64,
    lookup: impl FnMut(u32, u64) -> Result<Hash, E>,
) -> Result<Hash, E> {
    Ok(stored_range(0, size, lookup)?.root().unwrap_or_else(Hash::of_nothing))
}

/// Shows that leaf `index` is in the tree of the first `size` leaves, as
/// [`super::inclusion_proof`] does. None if there is no such leaf.
///
/// # Errors
/// Those of the lookup.
pub fn stored_inclusion_proof<E>(
    index: u64,
    size: u64,
    mut lookup: impl FnMut(u32, u64) -> Result<Hash, E>,
) -> Result<Option<Vec<Hash>>, E> {
    if index >= size {
        return Ok(None);
    }
    let (mut begin, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - begin > 1 {
        let middle = begin + split(end - begin);
        if index < middle {
            proof.push(subtree(middle, end, &mut lookup)?);
            end = middle;
        } else {
            proof.push(subtree(begin, middle, &mut lookup)?);
            begin = middle;
        }
    }
    proof.reverse();
    Ok(Some(proof))
}

/// Shows that the tree of the first `size` leaves grew out of that of the first `old_size`, as
/// [`super::consistency_proof`] does. None if `old_size` is 0 or greater than `size`.
///
/// # Errors
/// Those of the lookup.
pub fn stored_consistency_proof<E>(
    old_size: u64,
    size: u64,
    mut lookup: impl FnMut(u32, u64) -> Result<Hash, E>,
) -> Result<Option<Vec<Hash>>, E> {
    if old_size == 0 || old_size > size {
        return Ok(None);
    }
    let (mut begin, mut end) = (0, size);
    let mut proof = Vec::new();
    while end != old_size {
        let middle = begin + split(end - begin);
        if old_size <= middle {
            proof.push(subtree(middle, end, &mut lookup)?);
            end = middle;
        } else {
            proof.push(subtree(begin, middle, &mut lookup)?);
            begin = middle;
        }
    }
    if begin > 0 {
        proof.push(subtree(begin, end, &mut lookup)?);
    }
    proof.reverse();
    Ok(Some(proof))
}

/// The root of the subtree of the leaves from `begin` up to `end`, which stand together in a tree:
/// from the left its parts only get smaller.
fn subtree<E>(
    begin: u64,
    end: u64,
    mut lookup: impl FnMut(u32, u64) -> Result<Hash, E>,
) -> Result<Hash, E> {
    let mut at = begin;
    let mut hashes = Vec::new();
    for level in levels(begin, end) {
        hashes.push(lookup(level, at >> level)?);
        at += 1 << level;
    }
    let joined = hashes.into_iter().rev().reduce(|right, left| Hash::of_node(left, right));
    Ok(joined.unwrap_or_else(Hash::of_nothing))
}
