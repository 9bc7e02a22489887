//! How far the follower of the topics is: it reports, and `/api/status` reads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far the follower is.
#[derive(Debug, Default)]
pub struct Progress {
    connected: AtomicBool,
    lag: AtomicU64,
    records: AtomicU64,
    building: AtomicBool,
    read_only: AtomicBool,
}

impl Progress {
    /// Reports whether a broker is connected.
    pub fn set_connected(&self, connected: bool) {
        self.connected.store(connected, Ordering::Relaxed);
    }

    /// Reports how many records have not been read yet, and how many the topics have.
    pub fn set_lag(&self, lag: u64, records: u64) {
        self.lag.store(lag, Ordering::Relaxed);
        self.records.store(records, Ordering::Relaxed);
    }

    /// Reports whether the timeline has not had all that the topics have yet, since it began with nothing.
    pub fn set_building(&self, building: bool) {
        self.building.store(building, Ordering::Relaxed);
    }

    /// Reports whether what is new can be stored.
    pub fn set_writable(&self, writable: bool) {
        self.read_only.store(!writable, Ordering::Relaxed);
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

    /// Returns how many records the topics have, by their offsets.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records.load(Ordering::Relaxed)
    }

    /// Returns whether the timeline is being built.
    #[must_use]
    pub fn is_building(&self) -> bool {
        self.building.load(Ordering::Relaxed)
    }

    /// Returns whether what is new can be stored.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        !self.read_only.load(Ordering::Relaxed)
    }
}
