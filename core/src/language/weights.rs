//! Tables of weights over hashed features: for each feature a row of small integers, one for each class.
//!
//! A feature is a hash. Its upper bits choose a bucket of two rows, which lie in one cache line, and its lower bits are the
//! check that shows whose row it is. After Weinberger et al. (2009), "Feature hashing for large scale multitask learning".
//! This module must not know what the features and the classes are.

/// The number of classes that a table can tell apart.
pub const CLASSES: usize = 31;

/// The length of a row in bytes: its weights, and its check.
pub const ROW: usize = CLASSES + 1;

/// The sums of the weights of some features, for each class.
pub type Sums = [i16; ROW];

/// A table of weights.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    rows: &'static [[u8; ROW]],
    bits: u32,
}

impl Table {
    /// Reads a table of `2^bits` rows. Returns `None` if the length is another one.
    #[must_use]
    pub fn read(bytes: &'static [u8], bits: u32) -> Option<Self> {
        let (rows, rest) = bytes.as_chunks::<ROW>();
        (rest.is_empty() && rows.len() == 1 << bits).then_some(Self { rows, bits })
    }

    /// Returns the sums of the weights of some features.
    #[must_use]
    #[inline]
    pub fn sums(&self, features: &[u32]) -> Sums {
        let mut sums = [0; ROW];
        for &feature in features {
            let (bucket, check) = (bucket(feature, self.bits), check(feature));
            let pair = self.rows.get(2 * bucket..2 * bucket + 2);
            let Some([first, second]) = pair.and_then(|pair| pair.first_chunk()) else { continue };
            // A choice of row, then all bits or none, instead of branches that could not be predicted.
            let row = if second[CLASSES] == check { second } else { first };
            let own = -i16::from(row[CLASSES] == check);
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += i16::from(weight.cast_signed()) & own;
            }
        }
        sums
    }
}

/// Returns the bucket of a feature in a table of `2^bits` rows.
#[must_use]
pub fn bucket(feature: u32, bits: u32) -> usize {
    (feature >> (33 - bits)) as usize
}

/// Returns what shows whose row it is. It is never 0, which marks an empty row.
#[must_use]
pub fn check(feature: u32) -> u8 {
    (feature & 0xff).max(1) as u8
}

/// Returns the class with the greatest sum among those that are allowed, given as a set of bits; of equal ones the first.
#[must_use]
pub fn best<N: PartialOrd + Copy>(sums: &[N], allowed: u32) -> usize {
    let mut best: Option<(usize, N)> = None;
    for (class, &sum) in sums.iter().enumerate().take(CLASSES) {
        if allowed >> class & 1 == 1 && best.is_none_or(|(_, most)| sum > most) {
            best = Some((class, sum));
        }
    }
    best.map_or(0, |(class, _)| class)
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
