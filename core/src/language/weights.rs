//! Tables of weights over hashed features: for each feature a row of small integers, one for each class.
//!
//! A feature is a hash. Its upper bits choose a bucket of two rows, and its lower bits are the check that shows whose row it
//! is. After Weinberger et al. (2009), "Feature hashing for large scale multitask learning".
//! This module must not know what the features and the classes are.

use std::hint::select_unpredictable;

/// The sums of the weights of some features, for each class; the last is that of none.
pub type Sums<const ROW: usize> = [i16; ROW];

/// What stands for a weight of 0: it is added to each, so that bytes without a sign are summed.
const BIAS: u8 = 128;

/// A table of weights in a power of two of buckets. A row is as many bytes: a weight for each class, and the check; that is a
/// power of two as well.
#[derive(Debug)]
pub struct Table<const ROW: usize> {
    /// The two rows of each bucket, with their checks behind them: one read from memory brings all.
    buckets: Box<[[[u8; ROW]; 2]]>,
}

impl<const ROW: usize> Table<ROW> {
    /// The length of a row in bytes, which is one more than the number of classes.
    pub const ROW: usize = ROW;

    /// Returns the length in bytes of a table of as many buckets.
    #[must_use]
    pub const fn bytes(buckets: usize) -> usize {
        2 * ROW * buckets
    }

    /// Reads a table. Returns `None` if it has another length than one of two buckets, four, eight, and so on.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let buckets = bytes.len() / Self::bytes(1);
        if buckets < 2 || !buckets.is_power_of_two() || bytes.len() != Self::bytes(buckets) {
            return None;
        }
        let biased = |row: &[u8; ROW]| {
            let mut weights = row.map(|weight| weight.wrapping_add(BIAS));
            weights[ROW - 1] = row[ROW - 1];
            weights
        };
        let rows = bytes.as_chunks::<ROW>().0.as_chunks::<2>().0;
        Some(Self { buckets: rows.iter().map(|rows| rows.each_ref().map(biased)).collect() })
    }

    /// Returns the sums of the weights of some features.
    #[must_use]
    #[inline]
    pub fn sums<const N: usize>(&self, features: &[u32; N]) -> Sums<ROW> {
        // Nothing here branches on what is in the table, so that the reads of all rows overlap.
        let mut sums = [0; ROW];
        for &feature in features {
            for (sum, &weight) in sums.iter_mut().zip(self.row(feature)) {
                *sum += i16::from(weight);
            }
        }
        sums.map(|sum| sum - i16::from(BIAS) * N as i16)
    }

    /// Returns the row of a feature: one of zeros if it has none.
    #[inline]
    fn row(&self, feature: u32) -> &[u8; ROW] {
        let [first, second] = &self.buckets[bucket(feature, self.buckets.len())];
        let is_own = |row: &[u8; ROW]| row[ROW - 1] == check(feature);
        let second = select_unpredictable(is_own(second), second, &[BIAS; ROW]);
        select_unpredictable(is_own(first), first, second)
    }
}

/// Returns the bucket of a feature in a table of as many, a power of two.
#[must_use]
#[inline]
pub fn bucket(feature: u32, buckets: usize) -> usize {
    (feature >> (u32::BITS - buckets.ilog2())) as usize
}

/// Returns what shows whose row it is. It is never 0, which marks an empty row.
#[must_use]
pub fn check(feature: u32) -> u8 {
    (feature & 0xff).max(1) as u8
}

/// Returns the class with the greatest sum among those that are allowed, given as a set of bits; of equal ones the first.
#[must_use]
pub fn best<const ROW: usize>(sums: &Sums<ROW>, allowed: u32) -> usize {
    let is_allowed = |class: usize| (allowed >> (class & 16)) as u16 & 1 << (class & 15) != 0;
    let sums: Sums<ROW> = std::array::from_fn(|class| if is_allowed(class) { sums[class] } else { i16::MIN });
    let most = reduce(sums, i16::max);
    let classes: Sums<ROW> = std::array::from_fn(|class| if sums[class] == most { class as i16 } else { i16::MAX });
    reduce(classes, i16::min) as usize
}

/// Reduces numbers to one, half of them with the other half at a time, as vector instructions do it.
#[inline]
fn reduce<const ROW: usize>(mut numbers: Sums<ROW>, of: impl Fn(i16, i16) -> i16) -> i16 {
    let mut half = ROW / 2;
    while half > 0 {
        for at in 0..half {
            numbers[at] = of(numbers[at], numbers[at + half]);
        }
        half /= 2;
    }
    numbers[0]
}

/// Returns the hash of a feature: its kind and its two values.
#[must_use]
#[inline]
pub fn feature(kind: u32, one: u32, other: u32) -> u32 {
    let mixed = (one.wrapping_mul(0x9e37_79b1) ^ other.wrapping_add(kind << 24)).wrapping_mul(0x85eb_ca6b);
    let mixed = (mixed ^ mixed >> 15).wrapping_mul(0xc2b2_ae35);
    mixed ^ mixed >> 16
}

/// Returns the hash of a word in lower case (ASCII only), after Fowler, Noll and Vo (FNV-1a).
#[must_use]
pub fn hash_word(word: &[u8]) -> u32 {
    word.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::best;

    const BUCKETS: usize = 4;
    const ROW: usize = 32;
    const CLASSES: usize = ROW - 1;
    const BUCKET: usize = 2 * ROW;

    type Table = super::Table<ROW>;

    /// A feature of a bucket with a check.
    fn feature(bucket: u32, check: u8) -> u32 {
        bucket << 30 | u32::from(check)
    }

    /// A table whose bucket 1 has rows for the checks 7 (weights of -1) and 9 (weights of 100).
    fn table() -> Table {
        let mut bytes = [0; Table::bytes(BUCKETS)];
        bytes[BUCKET..BUCKET + CLASSES].fill(-1i8 as u8);
        bytes[BUCKET + CLASSES] = 7;
        bytes[BUCKET + ROW..BUCKET + ROW + CLASSES].fill(100);
        bytes[BUCKET + ROW + CLASSES] = 9;
        Table::read(&bytes).unwrap()
    }

    #[test]
    fn weights_are_those_of_the_row_with_the_bucket_and_check_of_a_feature() {
        let sums = |features| table().sums(&features)[..CLASSES].to_vec();
        assert_eq!(sums([feature(1, 7)]), [-1; CLASSES]);
        assert_eq!(sums([feature(1, 9)]), [100; CLASSES]);
        assert_eq!(sums([feature(1, 8)]), [0; CLASSES], "another check");
        assert_eq!(sums([feature(2, 7)]), [0; CLASSES], "another bucket");
        assert_eq!(sums([feature(3, 0)]), [0; CLASSES], "the check of an empty row");
        let most = [feature(1, 9); 30];
        assert_eq!(table().sums(&most)[0], 3000);
    }

    #[test]
    fn a_table_of_another_length_is_refused() {
        for length in [0, BUCKET, BUCKET * (BUCKETS - 1), BUCKET * BUCKETS + ROW, BUCKET * BUCKETS + 1] {
            assert!(Table::read(&vec![0; length]).is_none(), "{length} bytes");
        }
    }

    #[test]
    fn the_best_class_is_the_first_of_the_greatest_that_are_allowed() {
        let mut sums = [-3000; ROW];
        assert_eq!(best(&sums, 1 << 30 | 1 << 17 | 1 << 20), 17, "all are equal");
        (sums[5], sums[16], sums[30]) = (-2, -2, -1);
        assert_eq!(best(&sums, u32::MAX >> 1), 30);
        assert_eq!(best(&sums, u32::MAX >> 2), 5);
        assert_eq!(best(&sums, 1 << 16 | 1 << 15), 16);
        assert_eq!(best(&sums, 1), 0);
    }
}
