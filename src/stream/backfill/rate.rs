//! Limits the rate of a backfill, so that live processing keeps its latency. Pure: the time is passed in.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

/// How many seconds' worth of messages may come at once, to make up for the time that a commit takes.
const BURST_SECONDS: f64 = 0.5;

/// A token bucket: it fills with time, and each message takes a token.
#[derive(Debug)]
pub struct RateLimiter {
    /// Tokens a second.
    rate: f64,
    tokens: f64,
    last_refill: Instant,
}

impl RateLimiter {
    /// Creates an empty bucket.
    pub fn new(rate: NonZeroU32, now: Instant) -> Self {
        Self { rate: f64::from(rate.get()), tokens: 0.0, last_refill: now }
    }

    /// Returns how long to wait for the next message; zero if it may come now.
    pub fn wait_time(&mut self, now: Instant) -> Duration {
        let capacity = (self.rate * BURST_SECONDS).max(1.0);
        let elapsed = now.saturating_duration_since(self.last_refill).as_secs_f64();
        self.tokens = (self.tokens + elapsed * self.rate).min(capacity);
        self.last_refill = now;
        Duration::from_secs_f64(((1.0 - self.tokens) / self.rate).max(0.0))
    }

    /// Takes a token, for a message that came.
    pub fn take(&mut self) {
        self.tokens -= 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts the messages that come within `seconds`, if the first comes after `stall` and each step waits as asked.
    fn messages(rate: u32, seconds: f64, stall: Duration) -> u32 {
        let start = Instant::now();
        let mut limiter = RateLimiter::new(NonZeroU32::new(rate).unwrap(), start);
        let (mut now, mut count) = (start + stall, 0);
        while (now - start).as_secs_f64() < seconds {
            let wait = limiter.wait_time(now);
            if wait.is_zero() {
                limiter.take();
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
            let count = messages(rate, 10.0, Duration::ZERO);
            assert!(count.abs_diff(rate * 10) <= 1, "{count} in ten seconds at {rate} a second");
        }
    }

    #[test]
    fn a_long_stall_is_not_made_up_for() {
        let count = messages(100, 10.0, Duration::from_secs(9));
        assert!((100..=151).contains(&count), "{count}");
    }
}
