//! How long a batch waits for more messages: hardly, where the last one was small, so that an article that comes alone is
//! published at once; as long as it may, where batches fill, so that a message costs little.
//!
//! Pure.

use std::time::Duration;

use crate::config::Stream;

/// The shortest wait: long enough to take what has come while the last batch was delivered.
const SHORTEST: Duration = Duration::from_millis(5);
/// A batch that is filled to this part makes the next one wait as long as it may.
const BUSY: f64 = 0.25;

/// How long the next batch waits.
#[derive(Debug)]
pub struct Pace {
    wait: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { wait: SHORTEST }
    }
}

impl Pace {
    /// Learns from the size of a batch: its messages and its bytes.
    pub fn observe(&mut self, messages: usize, bytes: usize, limits: &Stream) {
        let part = |size: usize, limit: usize| size as f64 / limit.max(1) as f64;
        let filled = part(messages, limits.batch_messages).max(part(bytes, limits.batch_bytes));
        self.wait = limits.batch_time.mul_f64((filled / BUSY).min(1.0)).max(SHORTEST);
    }

    /// Returns how long the next batch waits from its first message on.
    #[must_use]
    pub fn wait(&self, limits: &Stream) -> Duration {
        self.wait.min(limits.batch_time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Delivery;

    fn wait_after(messages: usize, bytes: usize) -> u128 {
        let limits = Stream {
            delivery: Delivery::ExactlyOnce,
            batch_messages: 500,
            batch_bytes: 1_000_000,
            batch_time: Duration::from_millis(100),
        };
        let mut pace = Pace::default();
        pace.observe(messages, bytes, &limits);
        pace.wait(&limits).as_millis()
    }

    #[test]
    fn a_batch_hardly_waits_after_a_small_one() {
        assert_eq!([0, 1, 10].map(|messages| wait_after(messages, 1000)), [5, 5, 8]);
    }

    #[test]
    fn a_batch_waits_as_long_as_it_may_after_one_that_filled() {
        assert_eq!([125, 500].map(|messages| wait_after(messages, 1000)), [100, 100]);
        // One long article fills a batch as well.
        assert_eq!([125_000, 5_000_000].map(|bytes| wait_after(1, bytes)), [50, 100]);
    }

    #[test]
    fn no_batch_waits_longer_than_it_may() {
        let limits = Stream {
            delivery: Delivery::ExactlyOnce,
            batch_messages: 500,
            batch_bytes: 1_000_000,
            batch_time: Duration::from_millis(1),
        };
        assert_eq!(Pace::default().wait(&limits), Duration::from_millis(1));
    }
}
