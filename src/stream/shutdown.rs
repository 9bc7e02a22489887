//! The one way to ask a worker to end: a flag that can be waited on, shared by tests, signals and the demo.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A flag that is raised once and never lowered. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    shared: Arc<(Mutex<Option<Instant>>, Condvar)>,
}

impl Shutdown {
    /// Asks for the end. Asking again changes nothing.
    pub fn trigger(&self) {
        let (since, changed) = &*self.shared;
        since.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Instant::now);
        changed.notify_all();
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn is_triggered(&self) -> bool {
        self.elapsed().is_some()
    }

    /// How long ago the end was asked for, if it was.
    #[must_use]
    pub fn elapsed(&self) -> Option<Duration> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner).map(|since| since.elapsed())
    }

    /// Waits for so long, or until the end is asked for.
    pub fn wait(&self, time: Duration) {
        let (since, changed) = &*self.shared;
        let since = since.lock().unwrap_or_else(PoisonError::into_inner);
        drop(changed.wait_timeout_while(since, time, |since| since.is_none()));
    }
}
