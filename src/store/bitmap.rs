//! A set of rows, one bit each. Clones share what has not changed: a set is extended while others read it.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

/// How many rows a part covers.
pub const PART: usize = 1 << 16;

type Part = [u64; PART / 64];

/// All empty parts share one allocation.
static EMPTY: LazyLock<Arc<Part>> = LazyLock::new(|| Arc::new([0; PART / 64]));

/// A set of row numbers, with how far the rows were scanned to fill it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bitmap {
    parts: Vec<Arc<Part>>,
    len: usize,
    /// The last row that was scanned.
    pub scanned_to: i64,
}

impl Bitmap {
    /// Whether the set holds a row.
    pub fn contains(&self, row: u32) -> bool {
        let (part, word) = (row as usize / PART, row as usize % PART / 64);
        self.parts.get(part).is_some_and(|part| part[word] >> (row % 64) & 1 == 1)
    }

    /// Adds a row.
    pub fn insert(&mut self, row: u32) {
        let (part, word, bit) = (row as usize / PART, row as usize % PART / 64, 1 << (row % 64));
        if part >= self.parts.len() {
            self.parts.resize(part + 1, EMPTY.clone());
        }
        let part = Arc::make_mut(&mut self.parts[part]);
        self.len += usize::from(part[word] & bit == 0);
        part[word] |= bit;
    }

    /// Adds the rows of another set, and takes the shorter scan of both.
    pub fn add_all(&mut self, other: &Self) {
        if self.parts.len() < other.parts.len() {
            self.parts.resize(other.parts.len(), EMPTY.clone());
        }
        for (own, others) in self.parts.iter_mut().zip(&other.parts).filter(|(_, others)| !Arc::ptr_eq(others, &EMPTY))
        {
            for (word, other) in Arc::make_mut(own).iter_mut().zip(&**others) {
                self.len += (other & !*word).count_ones() as usize;
                *word |= other;
            }
        }
        self.scanned_to = self.scanned_to.min(other.scanned_to);
    }

    /// Removes the rows of all parts but these.
    pub fn retain(&mut self, parts: &BTreeSet<usize>) {
        for (at, part) in self.parts.iter_mut().enumerate() {
            if !parts.contains(&at) && !Arc::ptr_eq(part, &EMPTY) {
                self.len -= part.iter().map(|word| word.count_ones() as usize).sum::<usize>();
                *part = EMPTY.clone();
            }
        }
    }

    /// How many rows the set holds.
    pub fn len(&self) -> usize {
        self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_without_rows_that_are_left_are_empty() {
        let mut bitmap = Bitmap::default();
        [1, 2, 65_536, 200_000].into_iter().for_each(|row| bitmap.insert(row));
        bitmap.retain(&BTreeSet::from([1]));
        assert!(bitmap.contains(65_536) && !bitmap.contains(1) && !bitmap.contains(200_000));
        assert_eq!(bitmap.len(), 1);
        bitmap.insert(2);
        assert_eq!((bitmap.len(), bitmap.contains(2), bitmap.contains(1)), (2, true, false));
    }

    #[test]
    fn a_union_holds_the_rows_of_both_and_counts_them_once() {
        let set = |rows: &[u32]| {
            let mut bitmap = Bitmap::default();
            rows.iter().for_each(|row| bitmap.insert(*row));
            bitmap
        };
        let (mut one, other) = (set(&[1, 2, 70_000]), set(&[2, 3, 70_000, 300_000]));
        one.add_all(&other);
        assert!([1, 2, 3, 70_000, 300_000].into_iter().all(|row| one.contains(row)) && !one.contains(4));
        assert_eq!((one.len(), other.len()), (5, 4));
        let mut first = set(&[1, 300_000]);
        first.add_all(&set(&[2]));
        assert_eq!((first.len(), first.contains(2), first.contains(300_000)), (3, true, true));
    }

    #[test]
    fn a_clone_is_not_changed_by_later_inserts() {
        let rows = [0, 63, 64, 65_535, 65_536, 1_000_000];
        let mut bitmap = Bitmap::default();
        rows.iter().chain(&rows).for_each(|row| bitmap.insert(*row));
        let before = bitmap.clone();
        bitmap.insert(7);
        assert!(rows.iter().all(|row| bitmap.contains(*row) && before.contains(*row)));
        assert!(bitmap.contains(7) && !before.contains(7) && !before.contains(u32::MAX));
        assert_eq!((bitmap.len(), before.len()), (7, 6));
    }
}
