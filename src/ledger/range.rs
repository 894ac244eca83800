//! A stretch of leaves, kept as the few hashes that determine it.

use super::LedgerError;
use super::canonical::INTEGER_MAX;
use super::merkle::Hash;

/// The leaves from `begin` up to `end` (exclusive), as the roots of the greatest complete subtrees
/// that the stretch is made of, from left to right: at most two for each power of two. Ranges that
/// adjoin can be joined; one that begins at 0 gives the root of the tree of its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompactRange {
    begin: u64,
    end: u64,
    hashes: Vec<Hash>,
}

impl CompactRange {
    /// The empty range at `begin`.
    pub const fn new(begin: u64) -> Self {
        Self { begin, end: begin, hashes: Vec::new() }
    }

    /// The range whose subtrees have these hashes, as stored or received.
    ///
    /// # Errors
    /// [`LedgerError::Range`] if `end` lies before `begin` or beyond 2^53, or the number of hashes
    /// is not the number of subtrees.
    pub fn from_hashes(begin: u64, end: u64, hashes: Vec<Hash>) -> Result<Self, LedgerError> {
        let found = hashes.len();
        if begin > end || end > INTEGER_MAX || found != levels(begin, end).count() {
            return Err(LedgerError::Range { begin, end, found });
        }
        Ok(Self { begin, end, hashes })
    }

    /// Its first leaf.
    pub const fn begin(&self) -> u64 {
        self.begin
    }

    /// One past its last leaf.
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// The hashes of its subtrees, from left to right.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Adds the next leaf.
    pub fn append(&mut self, leaf: Hash) {
        self.push(0, leaf);
    }

    /// Adds the next leaf, and tells of each complete subtree that ends with it, the leaf itself
    /// first: its level, its index in that level, its root. Kept, these are what
    /// [`super::stored_root`] and the proofs look up.
    pub fn append_telling(&mut self, leaf: Hash, tell: impl FnMut(u32, u64, Hash)) {
        self.join(0, leaf, tell);
    }

    /// Adds the range that begins where this one ends.
    ///
    /// # Errors
    /// [`LedgerError::Apart`] if it begins elsewhere.
    pub fn extend(&mut self, next: &Self) -> Result<(), LedgerError> {
        if next.begin != self.end {
            return Err(LedgerError::Apart { expected: self.end, found: next.begin });
        }
        for (level, &hash) in levels(next.begin, next.end).zip(&next.hashes) {
            self.push(level, hash);
        }
        Ok(())
    }

    /// The root of the tree of `end` leaves. None if the range does not begin at 0.
    pub fn root(&self) -> Option<Hash> {
        if self.begin != 0 {
            return None;
        }
        let above = self.hashes.iter().rev().copied();
        Some(above.reduce(|right, left| Hash::of_node(left, right)).unwrap_or(Hash::of_nothing()))
    }

    /// Adds a complete subtree of 2^`level` leaves.
    pub(super) fn push(&mut self, level: u32, hash: Hash) {
        self.join(level, hash, |_, _, _| ());
    }

    /// Adds a complete subtree of 2^`level` leaves, then joins twins into parents: the node that
    /// ends here has a left twin in the range if its parent ends here too and begins in the range.
    fn join(&mut self, level: u32, hash: Hash, mut tell: impl FnMut(u32, u64, Hash)) {
        let (mut level, mut hash) = (level, hash);
        self.end += 1 << level;
        tell(level, (self.end >> level) - 1, hash);
        while self.end.is_multiple_of(2 << level) && self.end - self.begin >= 2 << level {
            let Some(left) = self.hashes.pop() else { break };
            hash = Hash::of_node(left, hash);
            level += 1;
            tell(level, (self.end >> level) - 1, hash);
        }
        self.hashes.push(hash);
    }
}

/// The heights of the subtrees of a range. Each is as great as its place allows and as fits in
/// what is left.
pub(super) fn levels(begin: u64, end: u64) -> impl Iterator<Item = u32> {
    let mut at = begin;
    std::iter::from_fn(move || {
        let level = end.checked_sub(at)?.checked_ilog2()?.min(at.trailing_zeros());
        at += 1 << level;
        Some(level)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::merkle::root;

    fn leaf(n: u64) -> Hash {
        Hash::of_leaf(&n.to_be_bytes())
    }

    fn range(begin: u64, end: u64) -> CompactRange {
        let mut range = CompactRange::new(begin);
        (begin..end).for_each(|n| range.append(leaf(n)));
        range
    }

    #[test]
    fn a_range_is_cut_where_the_tree_is() {
        let cases: [(u64, u64, &[u32]); 6] = [
            (0, 0, &[]),
            (0, 8, &[3]),
            (0, 7, &[2, 1, 0]),
            (1, 8, &[0, 1, 2]),
            (3, 9, &[0, 2, 0]),
            (5, 6, &[0]),
        ];
        for (begin, end, expected) in cases {
            assert_eq!(levels(begin, end).collect::<Vec<_>>(), expected, "{begin}..{end}");
        }
    }

    #[test]
    fn a_wrong_number_of_hashes_is_refused() {
        assert!(CompactRange::from_hashes(0, 7, vec![leaf(0); 3]).is_ok());
        assert!(CompactRange::from_hashes(0, 7, vec![leaf(0); 2]).is_err());
        assert!(CompactRange::from_hashes(7, 6, Vec::new()).is_err());
        assert!(CompactRange::from_hashes(0, u64::MAX, vec![leaf(0); 64]).is_err());
        assert!(range(0, 3).extend(&range(4, 5)).is_err());
        assert_eq!(range(1, 3).root(), None);
    }

    proptest! {
        #[test]
        fn ranges_joined_anywhere_give_the_root(size in 0_u64..200, a in 0_u64..200, b in 0_u64..200) {
            let (a, b) = (a.min(b).min(size), a.max(b).min(size));
            let mut whole = range(0, a);
            for part in [range(a, b), range(b, size)] {
                let hashes = part.hashes().to_vec();
                let read = CompactRange::from_hashes(part.begin(), part.end(), hashes).unwrap();
                prop_assert_eq!(&read, &part);
                whole.extend(&read).unwrap();
            }
            let leaves: Vec<Hash> = (0..size).map(leaf).collect();
            prop_assert_eq!(whole.root(), Some(root(&leaves)));
            prop_assert_eq!(whole, range(0, size));
        }

        #[test]
        fn joining_is_the_same_whichever_pair_goes_first(a in 0_u64..99, b in 0_u64..99, c in 0_u64..99) {
            let mut cuts = [a, b, c];
            cuts.sort_unstable();
            let mut joined = range(cuts[0], cuts[1]);
            joined.extend(&range(cuts[1], cuts[2])).unwrap();
            prop_assert_eq!(joined, range(cuts[0], cuts[2]));
        }
    }
}
