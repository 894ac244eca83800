//! Tiles: the tree and the leaves cut into files that never change once they are full, so that a
//! monitor can copy a log over plain HTTP. C2SP tlog-tiles, height 8.
//!
//! A tile at level L holds 256 hashes of the tree's level 8·L, side by side; those between are
//! computed from them. An entry bundle holds 256 leaves. The last ones may be shorter: partial.
//!
//! **Invariant:** a path has one spelling, and a tile of one path has the same bytes for ever.

use std::fmt;
use std::str::FromStr;

use super::LedgerError;
use super::merkle::Hash;
use super::range::CompactRange;

/// How many hashes or leaves a full tile has.
pub const TILE_WIDTH: u16 = 256;
/// How many levels of the tree a tile spans.
const HEIGHT: u32 = 8;
/// The highest level that C2SP tlog-tiles has a path for.
const LEVEL_MAX: u32 = 63;
const HASH_BYTES: usize = 32;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Hashes of this tile level; 0 holds the leaves' hashes.
    Hashes(u32),
    /// The leaves themselves, as an entry bundle.
    Leaves,
}

/// One tile of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// What it holds.
    pub kind: TileKind,
    /// Its number in its level, from 0.
    pub index: u64,
    /// How many hashes or leaves it has, 1 to 256.
    pub width: u16,
}

impl Tile {
    /// Its first hash's or leaf's number in the level of the tree that it holds. None beyond what
    /// can be counted.
    pub const fn first(&self) -> Option<u64> {
        self.index.checked_mul(TILE_WIDTH as u64)
    }

    /// The level of the tree whose hashes it holds; 0 for leaves.
    pub const fn tree_level(&self) -> u32 {
        match self.kind {
            TileKind::Hashes(level) => level * HEIGHT,
            TileKind::Leaves => 0,
        }
    }

    /// Whether a tree of `size` leaves has all that this tile holds.
    pub fn is_in(&self, size: u64) -> bool {
        let there = size.checked_shr(self.tree_level()).unwrap_or(0);
        let end = self.first().and_then(|first| first.checked_add(self.width.into()));
        end.is_some_and(|end| end <= there)
    }

    /// Its bytes: its hashes, one after the other. `lookup` gives complete subtrees by level and
    /// index, as in [`super::stored_root`]. Not for leaves, see [`entry_bundle`].
    ///
    /// # Errors
    /// Those of the lookup.
    pub fn hash_bytes<E>(
        &self,
        mut lookup: impl FnMut(u32, u64) -> Result<Hash, E>,
    ) -> Result<Vec<u8>, E> {
        let (level, first) = (self.tree_level(), self.first().unwrap_or(u64::MAX));
        let mut bytes = Vec::with_capacity(usize::from(self.width) * HASH_BYTES);
        for place in 0..u64::from(self.width) {
            bytes.extend_from_slice(lookup(level, first.saturating_add(place))?.bytes());
        }
        Ok(bytes)
    }

    /// The tile of full width that holds the subtree at `level` and `index`, or the hashes under it.
    pub const fn holding(level: u32, index: u64) -> Self {
        let index = index >> (HEIGHT - level % HEIGHT);
        Self { kind: TileKind::Hashes(level / HEIGHT), index, width: TILE_WIDTH }
    }

    /// The subtree at `level` and `index`, from the bytes of the tile [`Tile::holding`] it, which
    /// may be partial.
    ///
    /// # Errors
    /// [`LedgerError::Tile`] if the tile is another, or too short.
    pub fn subtree(&self, bytes: &[u8], level: u32, index: u64) -> Result<Hash, LedgerError> {
        let holding = Self::holding(level, index);
        let fault = || LedgerError::Tile(self.to_string());
        if holding.kind != self.kind || holding.index != self.index {
            return Err(fault());
        }
        let height = level % HEIGHT;
        let begin = ((index << height) % u64::from(TILE_WIDTH)) as usize;
        let end = begin + (1 << height);
        let stretch = bytes.get(begin * HASH_BYTES..end * HASH_BYTES).ok_or_else(fault)?;
        let mut range = CompactRange::new(0);
        for hash in stretch.chunks_exact(HASH_BYTES) {
            range.append(Hash::try_from(hash)?);
        }
        range.root().ok_or_else(fault)
    }
}

/// The tiles that a log of `size` leaves has, from the lowest level up and from left to right: full
/// ones, then the partial one if there is one. The leaves' come first.
pub fn tiles(size: u64) -> impl Iterator<Item = Tile> {
    let kinds = std::iter::once(TileKind::Leaves)
        .chain((0..=LEVEL_MAX / HEIGHT).map(TileKind::Hashes))
        .take_while(move |kind| match kind {
            TileKind::Leaves => size > 0,
            TileKind::Hashes(level) => size >> (level * HEIGHT) > 0,
        });
    kinds.flat_map(move |kind| {
        let level = Tile { kind, index: 0, width: 1 }.tree_level();
        let hashes = size >> level;
        let width = u64::from(TILE_WIDTH);
        let full = (0..hashes / width).map(move |index| Tile { kind, index, width: TILE_WIDTH });
        let rest = u16::try_from(hashes % width).ok().filter(|&width| width > 0);
        full.chain(rest.map(|width| Tile { kind, index: hashes >> HEIGHT, width }))
    })
}

/// The bytes of an entry bundle: each leaf's length in two bytes, the greater first, and the leaf.
///
/// # Errors
/// [`LedgerError::Tile`] if a leaf has more than 65,535 bytes.
pub fn entry_bundle<'a>(
    leaves: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Vec<u8>, LedgerError> {
    let mut bytes = Vec::new();
    for leaf in leaves {
        let length = u16::try_from(leaf.len())
            .map_err(|_| LedgerError::Tile("a leaf of more than 65535 bytes".to_owned()))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(leaf);
    }
    Ok(bytes)
}

/// The leaves of an entry bundle.
///
/// # Errors
/// [`LedgerError::Tile`] if the bytes don't end with a leaf.
pub fn bundled_leaves(bytes: &[u8]) -> Result<Vec<&[u8]>, LedgerError> {
    let fault = || LedgerError::Tile("an entry bundle that is cut off".to_owned());
    let mut leaves = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (length, behind) = rest.split_first_chunk().ok_or_else(fault)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (leaf, behind) = behind.split_at_checked(length).ok_or_else(fault)?;
        leaves.push(leaf);
        rest = behind;
    }
    Ok(leaves)
}

/// `tile/0/x001/x234/067`, `tile/entries/000.p/5`: the path below a log's address.
impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
            TileKind::Leaves => f.write_str("tile/entries/")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut left = self.index / 1000;
        while left > 0 {
            groups.push(left % 1000);
            left /= 1000;
        }
        for group in groups.iter().skip(1).rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", groups[0])?;
        if self.width == TILE_WIDTH { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// Reads what `Display` writes and nothing else.
impl FromStr for Tile {
    type Err = LedgerError;
    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let read = || {
            let (kind, place) = text.strip_prefix("tile/")?.split_once('/')?;
            let kind = match kind {
                "entries" => TileKind::Leaves,
                level => TileKind::Hashes(level.parse().ok().filter(|&it| it <= LEVEL_MAX)?),
            };
            let (number, width) = match place.split_once(".p/") {
                Some((number, width)) => (number, width.parse().ok()?),
                None => (place, TILE_WIDTH),
            };
            let mut index = 0_u64;
            for group in number.split('/') {
                let group: u64 = group.strip_prefix('x').unwrap_or(group).parse().ok()?;
                index = index.checked_mul(1000)?.checked_add(group)?;
            }
            Some(Self { kind, index, width })
        };
        // Whatever else parses to the same tile is not how it is written.
        read()
            .filter(|tile| (1..=TILE_WIDTH).contains(&tile.width) && tile.to_string() == text)
            .ok_or_else(|| LedgerError::Tile(text.chars().take(80).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::merkle::root;

    fn tile(kind: TileKind, index: u64, width: u16) -> Tile {
        Tile { kind, index, width }
    }

    #[test]
    fn a_path_reads_back_and_has_one_spelling() {
        for (text, expected) in [
            ("tile/0/x001/x234/067", tile(TileKind::Hashes(0), 1_234_067, 256)),
            ("tile/63/000", tile(TileKind::Hashes(63), 0, 256)),
            ("tile/1/999.p/255", tile(TileKind::Hashes(1), 999, 255)),
            ("tile/entries/x001/000.p/1", tile(TileKind::Leaves, 1000, 1)),
        ] {
            assert_eq!(text.parse::<Tile>().unwrap(), expected);
            assert_eq!(expected.to_string(), text);
        }
        let last = tile(TileKind::Hashes(0), u64::MAX, 256);
        assert_eq!(last.to_string().parse::<Tile>().unwrap(), last);
        assert!(!last.is_in(u64::MAX));
        for wrong in [
            "",
            "tile",
            "tile/0",
            "tile/0/",
            "tile/64/000",
            "tile/00/000",
            "tile/+0/000",
            "tile/-1/000",
            "tile/data/000",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001",
            "tile/0/x1/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p",
            "tile/0/000.p/",
            "tile/0/000.p/1/",
            "tile/0/000/",
            "/tile/0/000",
            "tile//000",
            "tile/0/../000",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
        ] {
            assert!(wrong.parse::<Tile>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_log_has_the_tiles_of_its_size() {
        let named = |size: u64| tiles(size).map(|tile| tile.to_string()).collect::<Vec<_>>();
        assert_eq!(named(0), [""; 0]);
        assert_eq!(named(1), ["tile/entries/000.p/1", "tile/0/000.p/1"]);
        assert_eq!(named(256), ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
        assert_eq!(
            named(70_000)
                .into_iter()
                .filter(|path| !path.starts_with("tile/0/"))
                .skip(273)
                .collect::<Vec<_>>(),
            ["tile/entries/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]
                .into_iter()
                .collect::<Vec<_>>()
        );
        for size in [1, 255, 256, 257, 70_000] {
            assert!(tiles(size).all(|tile| tile.is_in(size)));
            assert!(tiles(size).filter(|tile| !tile.is_in(size - 1)).count() >= 2);
        }
    }

    #[test]
    fn a_subtree_is_had_from_its_tile() {
        let leaves: Vec<Hash> = (0..600_u64).map(|n| Hash::of_leaf(&n.to_be_bytes())).collect();
        let complete = |level: u32, index: u64| -> Result<Hash, LedgerError> {
            let (begin, end) = (index << level, (index + 1) << level);
            Ok(root(&leaves[begin as usize..end as usize]))
        };
        for level in 0..10 {
            for index in 0..600 >> level {
                let holding = Tile::holding(level, index);
                let held = tiles(600)
                    .find(|tile| tile.kind == holding.kind && tile.index == holding.index)
                    .unwrap();
                let bytes = held.hash_bytes(complete).unwrap();
                assert_eq!(bytes.len(), usize::from(held.width) * 32);
                let found = held.subtree(&bytes, level, index).unwrap();
                assert_eq!(found, complete(level, index).unwrap(), "{level} {index}");
            }
        }
        let partial = tile(TileKind::Hashes(0), 2, 88);
        let bytes = partial.hash_bytes(complete).unwrap();
        assert!(partial.subtree(&bytes, 0, 600).is_err());
        assert!(partial.subtree(&bytes, 0, 0).is_err());
        assert!(partial.subtree(&bytes, 8, 2).is_err());
    }

    #[test]
    fn leaves_come_out_of_a_bundle_as_they_went_in() {
        let leaves: [&[u8]; 3] = [b"one", b"", b"three"];
        let bytes = entry_bundle(leaves).unwrap();
        assert_eq!(bytes, b"\0\x03one\0\0\0\x05three");
        assert_eq!(bundled_leaves(&bytes).unwrap(), leaves);
        for cut in [1, 2, 4, bytes.len() - 1] {
            assert!(bundled_leaves(&bytes[..cut]).is_err(), "{cut}");
        }
        assert!(entry_bundle([vec![0; 65_536].as_slice()]).is_err());
    }
}
