//! How far one is who follows topics: told by the one who follows, asked by `/api/status`.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far one is.
#[derive(Debug, Default)]
pub struct Progress {
    connected: AtomicBool,
    lag: AtomicU64,
}

impl Progress {
    /// Tells whether the brokers are heard.
    pub fn connected(&self, connected: bool) {
        self.connected.store(connected, Ordering::Relaxed);
    }

    /// Tells how many records were not read yet.
    pub fn behind(&self, lag: u64) {
        self.lag.store(lag, Ordering::Relaxed);
    }

    /// Whether the brokers are heard, and how many records were not read yet.
    #[must_use]
    pub fn told(&self) -> (bool, u64) {
        (self.connected.load(Ordering::Relaxed), self.lag.load(Ordering::Relaxed))
    }
}
