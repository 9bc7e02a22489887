//! How far the restore is, seen from outside of its thread.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The offsets of the changelog that are still to be read, by partition. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Mutex<BTreeMap<i32, Range<i64>>>>);

impl Progress {
    /// Starts with these.
    pub fn start(&self, ranges: BTreeMap<i32, Range<i64>>) {
        *self.lock() = ranges;
    }

    /// Reports that everything before an offset was read.
    pub fn reach(&self, partition: i32, next: i64) {
        if let Some(range) = self.lock().get_mut(&partition) {
            range.start = next;
        }
    }

    /// Reports that a partition was read to its end.
    pub fn finish(&self, partition: i32) {
        self.lock().remove(&partition);
    }

    /// Returns how many offsets are left.
    #[must_use]
    pub fn remaining(&self) -> i64 {
        self.lock().values().map(|range| (range.end - range.start).max(0)).sum()
    }

    /// Returns the offsets that are left in words, for the log.
    #[must_use]
    pub fn describe(&self) -> String {
        let ranges = self.lock();
        let parts = ranges.iter().map(|(partition, left)| format!("{partition}: {} to {}", left.start, left.end));
        parts.collect::<Vec<_>>().join(", ")
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<i32, Range<i64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_becomes_less() {
        let progress = Progress::default();
        progress.start(BTreeMap::from([(0, 5..25), (2, 0..10)]));
        assert_eq!(progress.remaining(), 30);
        progress.clone().reach(0, 15);
        assert_eq!((progress.remaining(), progress.describe()), (20, "0: 15 to 25, 2: 0 to 10".to_owned()));
        progress.finish(2);
        progress.finish(0);
        assert_eq!((progress.remaining(), progress.describe()), (0, String::new()));
    }
}
