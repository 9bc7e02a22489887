//! How the worker is: alive, and at work. The worker tells; `/live` and `/ready` ask.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::lock;

/// Whether the worker is alive, and whether it is at work.
#[derive(Debug)]
pub struct Health {
    patience: Duration,
    silence: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    beat: Instant,
    heard: Instant,
    ready: Result<(), String>,
}

impl Health {
    /// Alive for now, not ready. A worker that does not [`beat`](Self::beat) for `patience` counts as dead; one that
    /// has not [`heard`](Self::heard) from a broker for `silence` is not at work, whatever it says itself.
    #[must_use]
    pub fn new(patience: Duration, silence: Duration) -> Self {
        let now = Instant::now();
        let state = State { beat: now, heard: now, ready: Err("starting".into()) };
        Self { patience, silence, state: Mutex::new(state) }
    }

    /// The worker's loop went round.
    pub fn beat(&self) {
        lock(&self.state).beat = Instant::now();
    }

    /// A broker said something, so long ago.
    pub fn heard(&self, ago: Duration) {
        let mut state = lock(&self.state);
        if let Some(then) = Instant::now().checked_sub(ago) {
            state.heard = state.heard.max(then);
        }
    }

    /// The worker has its partitions and can commit, as a broker said just now.
    pub fn ready(&self) {
        lock(&self.state).ready = Ok(());
        self.heard(Duration::ZERO);
    }

    /// The worker cannot work for now.
    pub fn not_ready(&self, why: impl Into<String>) {
        lock(&self.state).ready = Err(why.into());
    }

    /// Whether the worker's loop goes round; if not, only a restart helps.
    ///
    /// # Errors
    /// With what to tell people.
    pub fn liveness(&self) -> Result<(), String> {
        let still = lock(&self.state).beat.elapsed();
        if still <= self.patience {
            return Ok(());
        }
        Err(format!("the worker has stood still for {} s", still.as_secs()))
    }

    /// Whether the worker is at work.
    ///
    /// # Errors
    /// With what to tell people.
    pub fn readiness(&self) -> Result<(), String> {
        let state = lock(&self.state);
        state.ready.clone()?;
        let silent = state.heard.elapsed();
        if silent <= self.silence {
            return Ok(());
        }
        Err(format!("no broker has been heard for {} s", silent.as_secs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn past(seconds: u64) -> Instant {
        Instant::now().checked_sub(Duration::from_secs(seconds)).unwrap()
    }

    #[test]
    fn a_worker_is_ready_when_it_says_so() {
        let health = Health::new(MINUTE, MINUTE);
        assert_eq!(health.readiness(), Err("starting".into()));
        health.ready();
        assert_eq!(health.readiness(), Ok(()));
        health.not_ready("no partitions");
        assert_eq!(health.readiness(), Err("no partitions".into()));
    }

    #[test]
    fn a_worker_that_hears_no_broker_is_not_ready_until_it_hears_one() {
        let health = Health::new(MINUTE, MINUTE);
        health.ready();
        lock(&health.state).heard = past(90);
        assert_eq!(health.readiness(), Err("no broker has been heard for 90 s".into()));
        health.heard(Duration::from_secs(70));
        assert_eq!(health.readiness(), Err("no broker has been heard for 70 s".into()));
        health.heard(Duration::from_secs(1));
        assert_eq!(health.readiness(), Ok(()));
    }

    #[test]
    fn a_worker_that_stands_still_is_dead_until_it_beats_again() {
        let health = Health::new(MINUTE, MINUTE);
        assert_eq!(health.liveness(), Ok(()));
        lock(&health.state).beat = past(90);
        assert_eq!(health.liveness(), Err("the worker has stood still for 90 s".into()));
        health.beat();
        assert_eq!(health.liveness(), Ok(()));
    }
}
