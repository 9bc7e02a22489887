//! Batches that were rolled back, one after the other: how long to wait then, and when to give up.
//!
//! Must not know what is done again.

use std::time::Duration;

use super::{Error, Shutdown};

/// How often in a row a batch may be rolled back.
const TRIES: u32 = 10;

/// The batches that were rolled back since the last that was delivered.
#[derive(Debug, Default)]
pub struct Setbacks(u32);

impl Setbacks {
    /// A batch was delivered.
    pub fn over(&mut self) {
        self.0 = 0;
    }

    /// A batch was rolled back.
    ///
    /// # Errors
    /// If too many were, one after the other.
    pub fn another(&mut self, reason: &str) -> Result<(), Error> {
        self.0 += 1;
        tracing::warn!(reason, failures = self.0, "a batch was rolled back and will be read again");
        if self.0 < TRIES {
            return Ok(());
        }
        Err(Error::unfinished(&format!("{TRIES} batches in a row were rolled back, the last one: {reason}")))
    }

    /// Waits twice as long each time, from 50 ms to 12.8 s.
    pub fn wait(&self, shutdown: &Shutdown) {
        shutdown.wait(Duration::from_millis(25) * 2_u32.saturating_pow(self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_in_a_row_are_the_end_and_one_that_is_delivered_starts_anew() {
        let mut setbacks = Setbacks::default();
        for _ in 0..3 {
            assert!((1..TRIES).all(|_| setbacks.another("refused").is_ok()));
            setbacks.over();
        }
        assert!((1..TRIES).all(|_| setbacks.another("refused").is_ok()));
        let told = setbacks.another("refused").unwrap_err().to_string();
        assert!(told.contains("10 batches") && told.contains("refused"), "{told}");
    }
}
