//! The Merkle tree of RFC 6962 §2.1 and RFC 9162 §2.1: hashes, roots and proofs.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::LedgerError;
use super::canonical::{hex, parse_hex};
use super::wire::{Wire, write_plain};

/// A SHA-256 hash. Written as 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash of plain bytes: a header or a record.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash of a leaf: SHA-256 of 0x00 and its bytes.
    pub fn of_leaf(bytes: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(bytes).finalize().into())
    }

    /// The hash of a node: SHA-256 of 0x01, its left child and its right.
    pub fn of_node(left: Self, right: Self) -> Self {
        Self(
            Sha256::new()
                .chain_update([1])
                .chain_update(left.0)
                .chain_update(right.0)
                .finalize()
                .into(),
        )
    }

    /// The root of a tree without leaves.
    pub fn of_nothing() -> Self {
        Self::of(&[])
    }

    /// The 32 bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = LedgerError;
    fn try_from(bytes: &[u8]) -> Result<Self, LedgerError> {
        bytes.try_into().map(Self).map_err(|_| LedgerError::Hash)
    }
}

impl FromStr for Hash {
    type Err = LedgerError;
    fn from_str(text: &str) -> Result<Self, LedgerError> {
        parse_hex(text).map(Self).ok_or(LedgerError::Hash)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Wire for Hash {
    fn write(&self, out: &mut String) {
        write_plain(&hex(&self.0), out);
    }
    fn from_value(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }
}

/// The root of the tree with these leaf hashes.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of_nothing(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
            Hash::of_node(root(left), root(right))
        }
    }
}

/// Shows that leaf `index` is in the tree: the hashes to combine with it, from the leaf upwards
/// (RFC 9162 §2.1.3.1). None if there is no such leaf.
pub fn inclusion_proof(leaves: &[Hash], index: u64) -> Option<Vec<Hash>> {
    let size = leaves.len() as u64;
    if index >= size {
        return None;
    }
    if size == 1 {
        return Some(Vec::new());
    }
    let middle = split(size);
    let (left, right) = leaves.split_at(middle as usize);
    let (mut proof, sibling) = if index < middle {
        (inclusion_proof(left, index)?, right)
    } else {
        (inclusion_proof(right, index - middle)?, left)
    };
    proof.push(root(sibling));
    Some(proof)
}

/// Shows that the tree grew out of its own first `old_size` leaves (RFC 9162 §2.1.4.1). None if
/// `old_size` is 0, from which everything grows, or greater than the tree.
pub fn consistency_proof(leaves: &[Hash], old_size: u64) -> Option<Vec<Hash>> {
    fn rest(leaves: &[Hash], old_size: u64, old_root: Option<()>) -> Vec<Hash> {
        let size = leaves.len() as u64;
        if old_size == size {
            return if old_root.is_some() { Vec::new() } else { vec![root(leaves)] };
        }
        let middle = split(size);
        let (left, right) = leaves.split_at(middle as usize);
        let (mut proof, sibling) = if old_size <= middle {
            (rest(left, old_size, old_root), right)
        } else {
            (rest(right, old_size - middle, None), left)
        };
        proof.push(root(sibling));
        proof
    }
    let possible = 1..=leaves.len() as u64;
    possible.contains(&old_size).then(|| rest(leaves, old_size, Some(())))
}

/// Checks that `leaf` is number `index` of the tree of `size` leaves with this root (RFC 9162
/// §2.1.3.2).
pub fn verify_inclusion(
    leaf: Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: Hash,
) -> Result<(), LedgerError> {
    fn climb(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Option<Hash> {
        if size == 1 {
            return proof.is_empty().then_some(leaf);
        }
        let (&sibling, proof) = proof.split_last()?;
        let middle = split(size);
        Some(if index < middle {
            Hash::of_node(climb(leaf, index, middle, proof)?, sibling)
        } else {
            Hash::of_node(sibling, climb(leaf, index - middle, size - middle, proof)?)
        })
    }
    let found = if index < size { climb(leaf, index, size, proof) } else { None };
    if found == Some(root) { Ok(()) } else { Err(LedgerError::Proof) }
}

/// Checks that the tree of `new_size` leaves begins with the tree of `old_size` leaves (RFC 9162
/// §2.1.4.2). An empty old tree is refused: it says nothing.
pub fn verify_consistency(
    old_size: u64,
    new_size: u64,
    proof: &[Hash],
    old_root: Hash,
    new_root: Hash,
) -> Result<(), LedgerError> {
    /// The old root and the new one, both built from the proof. `whole` is the old root as long
    /// as the old tree is a subtree by itself; then the proof leaves it out.
    fn climb(old: u64, new: u64, proof: &[Hash], whole: Option<Hash>) -> Option<(Hash, Hash)> {
        if old == new {
            return match (whole, proof) {
                (Some(known), []) => Some((known, known)),
                (None, [node]) => Some((*node, *node)),
                _ => None,
            };
        }
        let (&sibling, proof) = proof.split_last()?;
        let middle = split(new);
        if old <= middle {
            let (before, after) = climb(old, middle, proof, whole)?;
            Some((before, Hash::of_node(after, sibling)))
        } else {
            let (before, after) = climb(old - middle, new - middle, proof, None)?;
            Some((Hash::of_node(sibling, before), Hash::of_node(sibling, after)))
        }
    }
    let sizes_fit = 0 < old_size && old_size <= new_size;
    let found = if sizes_fit { climb(old_size, new_size, proof, Some(old_root)) } else { None };
    if found == Some((old_root, new_root)) { Ok(()) } else { Err(LedgerError::Proof) }
}

/// How many of `size` leaves stand to the left: the greatest power of two below `size`, which is
/// 2 at least.
pub(super) fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::io::Write as _;
    use std::path::{Path, PathBuf};

    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use ct_merkle::digest::{FixedOutput, HashMarker, Output, OutputSizeUser, Update, consts::U32};
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::{
        CompactRange, TILE_WIDTH, Tile, TileKind, stored_consistency_proof, stored_inclusion_proof,
        stored_range, stored_root, tiles,
    };

    /// The public test vectors stand beside the project.
    fn vectors(kind: &str) -> Vec<(PathBuf, Value)> {
        let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/merkle");
        let folder = std::env::var("MERKLE_VECTORS").unwrap_or_else(|_| default.to_owned());
        let folder = Path::new(&folder).join("testdata").join(kind);
        if !folder.is_dir() {
            // Written to the handle, since the harness swallows what a passing test prints.
            let _ = writeln!(std::io::stderr(), "NOT RUN: vectors absent at {}", folder.display());
            return Vec::new();
        }
        let (mut found, mut open) = (Vec::new(), vec![folder]);
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
            } else {
                let value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
                found.push((path, value));
            }
        }
        assert!(found.len() > 50, "the folder {kind} is there but nearly empty");
        found
    }

    fn hash(value: &Value) -> Result<Hash, LedgerError> {
        BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap().as_slice().try_into()
    }

    /// Some vectors for consistency stand for hashes with short words. They only need to stay
    /// different from each other.
    fn any_hash(value: &Value) -> Hash {
        hash(value).unwrap_or_else(|_| Hash::of(value.to_string().as_bytes()))
    }

    fn hashes(value: &Value) -> Vec<Hash> {
        value.as_array().map(|items| items.iter().map(any_hash).collect()).unwrap_or_default()
    }

    fn included(vector: &Value, index: u64, size: u64) -> Result<(), LedgerError> {
        let (leaf, root) = (hash(&vector["leafHash"])?, hash(&vector["root"])?);
        verify_inclusion(leaf, index, size, &hashes(&vector["proof"]), root)
    }

    fn number(vector: &Value, key: &str) -> u64 {
        vector[key].as_u64().unwrap()
    }

    #[test]
    fn inclusion_vectors_hold() {
        for (path, vector) in vectors("inclusion") {
            let (index, size) = (number(&vector, "leafIdx"), number(&vector, "treeSize"));
            let result = included(&vector, index, size);
            assert_eq!(result.is_err(), vector["wantErr"] == true, "{}", path.display());
        }
    }

    #[test]
    fn consistency_vectors_hold() {
        for (path, vector) in vectors("consistency") {
            let (old, new) = (number(&vector, "size1"), number(&vector, "size2"));
            let (before, after) = (any_hash(&vector["root1"]), any_hash(&vector["root2"]));
            let result = verify_consistency(old, new, &hashes(&vector["proof"]), before, after);
            assert_eq!(result.is_err(), vector["wantErr"] == true, "{}", path.display());
        }
    }

    /// A subtree is a tree whose leaves are counted from its start, if that start is aligned.
    #[test]
    fn subtree_inclusion_vectors_hold_where_the_subtree_is_aligned() {
        for (path, vector) in vectors("subtreeinclusion") {
            let index = number(&vector, "leafIdx");
            let (start, end) = (number(&vector, "start"), number(&vector, "end"));
            let width = end.checked_sub(start).filter(|&width| width > 0);
            let aligned = width.and_then(u64::checked_next_power_of_two);
            if aligned.is_none_or(|width| start % width != 0) || index < start {
                assert_eq!(vector["wantErr"], true, "{}", path.display());
                continue;
            }
            let result = included(&vector, index - start, end - start);
            assert_eq!(result.is_err(), vector["wantErr"] == true, "{}", path.display());
        }
    }

    /// Our SHA-256 in the dress of the newer traits that the other implementation wants.
    #[derive(Clone, Default)]
    struct Sha(Sha256);

    impl Update for Sha {
        fn update(&mut self, bytes: &[u8]) {
            Digest::update(&mut self.0, bytes);
        }
    }

    impl OutputSizeUser for Sha {
        type OutputSize = U32;
    }

    impl FixedOutput for Sha {
        fn finalize_into(self, out: &mut Output<Self>) {
            out.copy_from_slice(&self.0.finalize());
        }
    }

    impl HashMarker for Sha {}

    /// The complete subtrees of a log, as a store would keep them.
    fn stored(leaves: &[Hash]) -> HashMap<(u32, u64), Hash> {
        let (mut range, mut kept) = (CompactRange::new(0), HashMap::new());
        for &leaf in leaves {
            range.append_telling(leaf, |level, index, hash| {
                assert!(kept.insert((level, index), hash).is_none(), "told twice");
            });
        }
        kept
    }

    fn flat(hashes: &[Hash]) -> Vec<u8> {
        hashes.iter().flat_map(|hash| *hash.bytes()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// `PROPTEST_CASES` says how many trees.
        #[test]
        fn another_implementation_agrees(
            size in prop_oneof![9 => 0_u64..70, 1 => 250_u64..600],
            at in any::<prop::sample::Index>(),
        ) {
            let leaves: Vec<Hash> = (0..size).map(|n| Hash::of_leaf(&n.to_be_bytes())).collect();
            let mut theirs = MemoryBackedTree::<Sha, [u8; 8]>::new();
            (0..size).for_each(|n| theirs.push(n.to_be_bytes()));
            let whole = root(&leaves);
            prop_assert_eq!(whole.bytes().to_vec(), theirs.root().as_bytes().to_vec());

            let kept = stored(&leaves);
            let lookup = |level: u32, index: u64| {
                kept.get(&(level, index)).copied().ok_or(LedgerError::Proof)
            };
            // The same by tiles: the hashes between their levels are not stored at all.
            let files: HashMap<Tile, (Tile, Vec<u8>)> = tiles(size)
                .filter(|tile| tile.kind != TileKind::Leaves)
                .map(|tile| {
                    let full = Tile { width: TILE_WIDTH, ..tile };
                    (full, (tile, tile.hash_bytes(lookup).unwrap()))
                })
                .collect();
            let by_tiles = |level: u32, index: u64| {
                let (tile, bytes) = &files[&Tile::holding(level, index)];
                tile.subtree(bytes, level, index)
            };
            prop_assert_eq!(stored_root(size, lookup).unwrap(), whole);
            prop_assert_eq!(stored_root(size, by_tiles).unwrap(), whole);
            prop_assume!(size > 0);

            let index = at.index(leaves.len()) as u64;
            let proof = inclusion_proof(&leaves, index).unwrap();
            prop_assert_eq!(flat(&proof), theirs.prove_inclusion(index as usize).as_bytes().to_vec());
            prop_assert_eq!(stored_inclusion_proof(index, size, lookup).unwrap(), Some(proof.clone()));
            prop_assert_eq!(stored_inclusion_proof(index, size, by_tiles).unwrap(), Some(proof.clone()));
            prop_assert_eq!(stored_inclusion_proof(size, size, lookup).unwrap(), None);
            let leaf = leaves[index as usize];
            prop_assert!(verify_inclusion(leaf, index, size, &proof, whole).is_ok());
            prop_assert!(verify_inclusion(leaf, index + 1, size, &proof, whole).is_err());

            let old = index + 1;
            let proof = consistency_proof(&leaves, old).unwrap();
            let added = (size - old) as usize;
            prop_assert_eq!(flat(&proof), theirs.prove_consistency(added).as_bytes().to_vec());
            prop_assert_eq!(stored_consistency_proof(old, size, lookup).unwrap(), Some(proof.clone()));
            prop_assert_eq!(stored_consistency_proof(old, size, by_tiles).unwrap(), Some(proof.clone()));
            prop_assert_eq!(stored_consistency_proof(0, size, lookup).unwrap(), None);
            prop_assert_eq!(stored_consistency_proof(size + 1, size, lookup).unwrap(), None);
            let before = stored_root(old, lookup).unwrap();
            prop_assert_eq!(before, root(&leaves[..old as usize]));
            prop_assert!(verify_consistency(old, size, &proof, before, whole).is_ok());
            prop_assert!(verify_consistency(old, size, &proof, Hash::of(b"x"), whole).is_err());

            let rest = stored_range(old, size, lookup).unwrap();
            let mut joined = stored_range(0, old, by_tiles).unwrap();
            joined.extend(&rest).unwrap();
            prop_assert_eq!(joined.root(), Some(whole));
        }
    }
}
