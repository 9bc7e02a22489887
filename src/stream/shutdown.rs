//! The one way to ask a worker to stop: a flag that can be waited on, shared by tests, signal handlers and the demo.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A flag that is raised once and never lowered. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    shared: Arc<(Mutex<Option<Instant>>, Condvar)>,
}

impl Shutdown {
    /// Requests the shutdown. Requesting it again changes nothing.
    pub fn trigger(&self) {
        let (requested, changed) = &*self.shared;
        requested.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Instant::now);
        changed.notify_all();
    }

    /// Returns whether the shutdown was requested.
    #[must_use]
    pub fn is_triggered(&self) -> bool {
        self.elapsed().is_some()
    }

    /// Returns how long ago the shutdown was requested; `None` if it was not.
    #[must_use]
    pub fn elapsed(&self) -> Option<Duration> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner).map(|requested| requested.elapsed())
    }

    /// Waits for `time`, or until the shutdown is requested.
    pub fn wait(&self, time: Duration) {
        let (requested, changed) = &*self.shared;
        let requested = requested.lock().unwrap_or_else(PoisonError::into_inner);
        drop(changed.wait_timeout_while(requested, time, |requested| requested.is_none()));
    }
}
