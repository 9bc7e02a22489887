//! So many articles a second and no more, so that the live path keeps its latency. Pure: it is told the time.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

/// The part of a second's articles that may come at once: what a commit holds up is made up for.
const BURST: f64 = 0.5;

/// A bucket that fills with time and is emptied by articles.
#[derive(Debug)]
pub struct Pace {
    rate: f64,
    tokens: f64,
    seen: Instant,
}

impl Pace {
    /// A bucket that is empty now.
    pub fn new(rate: NonZeroU32, now: Instant) -> Self {
        Self { rate: f64::from(rate.get()), tokens: 0.0, seen: now }
    }

    /// How long to wait for the next article; nothing where it may come.
    pub fn wait(&mut self, now: Instant) -> Duration {
        let most = (self.rate * BURST).max(1.0);
        self.tokens = (self.tokens + now.saturating_duration_since(self.seen).as_secs_f64() * self.rate).min(most);
        self.seen = now;
        Duration::from_secs_f64(((1.0 - self.tokens) / self.rate).max(0.0))
    }

    /// An article came.
    pub fn take(&mut self) {
        self.tokens -= 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many articles come in so many seconds where each step waits as long as it is told.
    fn articles(rate: u32, seconds: f64, stall: Duration) -> u32 {
        let start = Instant::now();
        let mut pace = Pace::new(NonZeroU32::new(rate).unwrap(), start);
        let (mut now, mut count) = (start + stall, 0);
        while (now - start).as_secs_f64() < seconds {
            let wait = pace.wait(now);
            if wait.is_zero() {
                pace.take();
                count += 1;
            } else {
                now += wait.max(Duration::from_micros(10));
            }
        }
        count
    }

    #[test]
    fn the_rate_is_kept() {
        for rate in [1, 7, 100, 5000] {
            let count = articles(rate, 10.0, Duration::ZERO);
            assert!(count.abs_diff(rate * 10) <= 1, "{count} in ten seconds at {rate} a second");
        }
    }

    #[test]
    fn what_was_missed_is_not_made_up_for() {
        let count = articles(100, 10.0, Duration::from_secs(9));
        assert!((100..=151).contains(&count), "{count}");
    }
}
