//! The back-off after batches that were rolled back: how long to pause before the next attempt, and when to give up.
//!
//! Must not know what is attempted.

use std::time::Duration;

use super::{Error, Shutdown};

/// How many batches in a row may be rolled back.
const MAX_FAILURES: u32 = 10;

/// Counts the batches that were rolled back since one was last delivered.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Starts anew, after a batch was delivered.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// Counts a batch that was rolled back.
    ///
    /// # Errors
    /// If too many were rolled back in a row.
    pub fn record_failure(&mut self, reason: &str) -> Result<(), Error> {
        self.failures += 1;
        tracing::warn!(reason, failures = self.failures, "a batch was rolled back and will be read again");
        if self.failures < MAX_FAILURES {
            return Ok(());
        }
        Err(Error::interrupted(&format!(
            "{MAX_FAILURES} batches in a row were rolled back, the last because: {reason}"
        )))
    }

    /// Pauses, twice as long after each failure: from 50 ms to 12.8 s.
    pub fn pause(&self, shutdown: &Shutdown) {
        shutdown.wait(Duration::from_millis(25) * 2_u32.saturating_pow(self.failures));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenth_failure_in_a_row_is_fatal_and_a_delivery_resets_the_count() {
        let mut backoff = Backoff::default();
        for _ in 0..3 {
            assert!((1..MAX_FAILURES).all(|_| backoff.record_failure("refused").is_ok()));
            backoff.reset();
        }
        assert!((1..MAX_FAILURES).all(|_| backoff.record_failure("refused").is_ok()));
        let message = backoff.record_failure("refused").unwrap_err().to_string();
        assert!(message.contains("10 batches") && message.contains("refused"), "{message}");
    }
}
