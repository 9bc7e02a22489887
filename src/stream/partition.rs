//! Which partition of a topic a record is in, by its key.
//!
//! Pure.

use std::collections::BTreeSet;

/// Returns the partition of a key among so many, as Java's default partitioner chooses it.
#[must_use]
pub fn of_key(key: &[u8], count: i32) -> i32 {
    let positive = i32::try_from(murmur2(key) & 0x7fff_ffff).unwrap_or(i32::MAX);
    positive % count.max(1)
}

/// Returns the partitions in which version 0.1 may have put a record, by CRC-32, while the topic grew to so many.
#[must_use]
pub fn of_version_0_1(key: &[u8], count: i32) -> BTreeSet<i32> {
    let hash = crc32fast::hash(key);
    let counts = (1..=count.max(1)).filter_map(|count| u32::try_from(count).ok());
    counts.filter_map(|count| i32::try_from(hash % count).ok()).collect()
}

/// Returns the partition in which version 0.1 put a record of a topic with so many.
#[must_use]
pub fn by_version_0_1(key: &[u8], count: i32) -> i32 {
    let count = u32::try_from(count.max(1)).unwrap_or(1);
    i32::try_from(crc32fast::hash(key) % count).unwrap_or(0)
}

/// `MurmurHash2` of 32 bits, with the seed that Kafka uses.
fn murmur2(data: &[u8]) -> u32 {
    const FACTOR: u32 = 0x5bd1_e995;
    const SEED: u32 = 0x9747_b28c;
    let (words, rest) = data.as_chunks::<4>();
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let mut hash = words.iter().fold(SEED ^ length, |hash, word| {
        let word = u32::from_le_bytes(*word).wrapping_mul(FACTOR);
        hash.wrapping_mul(FACTOR) ^ (word ^ word >> 24).wrapping_mul(FACTOR)
    });
    if !rest.is_empty() {
        hash ^= rest.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        hash = hash.wrapping_mul(FACTOR);
    }
    hash = (hash ^ hash >> 13).wrapping_mul(FACTOR);
    hash ^ hash >> 15
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_apache_kafka() {
        // From the tests of its `Utils`.
        for (key, hash) in [
            ("21", -973_932_308_i32),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(key.as_bytes()).cast_signed(), hash, "{key}");
        }
    }

    #[test]
    fn a_record_of_version_0_1_is_where_it_was_before_the_topic_grew() {
        for key in ["a", "b", "c0ffee"] {
            let found = of_version_0_1(key.as_bytes(), 6);
            assert!((1..=6).all(|count| found.contains(&by_version_0_1(key.as_bytes(), count))), "{key}");
        }
    }
}
