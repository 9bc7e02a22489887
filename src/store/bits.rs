//! A set of rows, a bit each. A copy shares what is not changed in it: a set is completed while others look at it.

use std::sync::Arc;

/// How many rows a part has.
const PART: usize = 1 << 16;

/// Rows that are in, up to some row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bits {
    parts: Vec<Arc<[u64; PART / 64]>>,
    count: usize,
    /// The last row that was looked at.
    pub upto: i64,
}

impl Bits {
    /// Whether a row is in.
    pub fn has(&self, row: u32) -> bool {
        let (part, word) = (row as usize / PART, row as usize % PART / 64);
        self.parts.get(part).is_some_and(|part| part[word] >> (row % 64) & 1 == 1)
    }

    /// Takes a row in.
    pub fn insert(&mut self, row: u32) {
        let (part, word, bit) = (row as usize / PART, row as usize % PART / 64, 1 << (row % 64));
        if part >= self.parts.len() {
            // The parts without any row are one and the same.
            self.parts.resize(part + 1, Arc::new([0; PART / 64]));
        }
        let part = Arc::make_mut(&mut self.parts[part]);
        self.count += usize::from(part[word] & bit == 0);
        part[word] |= bit;
    }

    /// How many are in.
    pub fn count(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_what_it_had() {
        let rows = [0, 63, 64, 65_535, 65_536, 1_000_000];
        let mut bits = Bits::default();
        rows.iter().chain(&rows).for_each(|row| bits.insert(*row));
        let before = bits.clone();
        bits.insert(7);
        assert!(rows.iter().all(|row| bits.has(*row) && before.has(*row)));
        assert!(bits.has(7) && !before.has(7) && !before.has(u32::MAX));
        assert_eq!((bits.count(), before.count()), (7, 6));
    }
}
