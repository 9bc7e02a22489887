//! A set of rows, a bit each.

/// By how many words a set grows.
const STEP: usize = 1024;

/// Rows that are in, up to some row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
    count: usize,
    /// The last row that was looked at.
    pub upto: i64,
}

impl Bits {
    /// Whether a row is in.
    pub fn has(&self, row: u32) -> bool {
        self.words.get(row as usize / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Takes a row in.
    pub fn insert(&mut self, row: u32) {
        let at = row as usize / 64;
        if at >= self.words.len() {
            // Not twice as much as before: there are many of these.
            let more = (at + 1).next_multiple_of(STEP) - self.words.len();
            self.words.reserve_exact(more);
            self.words.resize(self.words.len() + more, 0);
        }
        let bit = 1 << (row % 64);
        self.count += usize::from(self.words[at] & bit == 0);
        self.words[at] |= bit;
    }

    /// How many are in.
    pub fn count(&self) -> usize {
        self.count
    }
}
