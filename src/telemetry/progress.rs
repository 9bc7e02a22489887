//! How far the follower of the topics is: it reports, and `/api/status` reads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far the follower is.
#[derive(Debug, Default)]
pub struct Progress {
    connected: AtomicBool,
    lag: AtomicU64,
}

impl Progress {
    /// Reports whether a broker is connected.
    pub fn set_connected(&self, connected: bool) {
        self.connected.store(connected, Ordering::Relaxed);
    }

    /// Reports how many records have not been read yet.
    pub fn set_lag(&self, lag: u64) {
        self.lag.store(lag, Ordering::Relaxed);
    }

    /// Returns whether a broker is connected.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }

    /// Returns how many records have not been read yet.
    #[must_use]
    pub fn lag(&self) -> u64 {
        self.lag.load(Ordering::Relaxed)
    }
}
