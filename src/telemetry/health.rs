//! The health of the worker: whether it is alive, and whether it is ready. The worker reports; `/live` and `/ready` read.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::lock;

/// Whether the worker is alive, and whether it is ready.
#[derive(Debug)]
pub struct Health {
    /// How long the worker's loop may stall.
    max_stall: Duration,
    /// How long the worker may be without contact with a broker.
    max_silence: Duration,
    state: Mutex<State>,
}

/// What can keep a worker from being ready. Several can at once; each is reported, and withdrawn, by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// Nobody in the group has partitions yet.
    Assignment,
    /// The state of partitions is being restored.
    Restore,
    /// A topic is gone.
    Topic,
    /// A partition has no leader, or too few replicas to be written to.
    Replicas,
    /// Messages are behind a transaction that has been open for long.
    OpenTransaction,
    /// The schema registry does not answer.
    SchemaRegistry,
    /// The timeline cannot be stored.
    Store,
}

#[derive(Debug)]
struct State {
    last_beat: Instant,
    broker_seen: Instant,
    ready: Result<(), String>,
    /// The conditions that hold, with what they are due to.
    conditions: BTreeMap<Condition, String>,
}

impl Health {
    /// Starts alive and not ready. A worker that does not [`beat`](Self::beat) for `max_stall` counts as dead; one that
    /// has not [seen a broker](Self::broker_seen) for `max_silence` is not ready, whatever it reports itself.
    #[must_use]
    pub fn new(max_stall: Duration, max_silence: Duration) -> Self {
        let now = Instant::now();
        let ready = Err("starting".into());
        let state = State { last_beat: now, broker_seen: now, ready, conditions: BTreeMap::new() };
        Self { max_stall, max_silence, state: Mutex::new(state) }
    }

    /// Reports that the worker's loop is running.
    pub fn beat(&self) {
        lock(&self.state).last_beat = Instant::now();
    }

    /// Reports that a broker answered, this long ago.
    pub fn broker_seen(&self, ago: Duration) {
        let mut state = lock(&self.state);
        if let Some(then) = Instant::now().checked_sub(ago) {
            state.broker_seen = state.broker_seen.max(then);
        }
    }

    /// Reports that the worker has joined its group or can commit, as a broker confirmed just now.
    pub fn ready(&self) {
        lock(&self.state).ready = Ok(());
        self.broker_seen(Duration::ZERO);
    }

    /// Reports that the worker cannot work for now.
    pub fn not_ready(&self, reason: impl Into<String>) {
        lock(&self.state).ready = Err(reason.into());
    }

    /// Reports that a condition holds, with what it is due to, or that it no longer does. Logged when that changes.
    pub fn report(&self, condition: Condition, reason: Option<String>) {
        let mut state = lock(&self.state);
        match reason {
            Some(reason) => {
                match condition {
                    _ if state.conditions.contains_key(&condition) => {}
                    // They belong to every start.
                    Condition::Assignment | Condition::Restore => tracing::info!("not ready: {reason}"),
                    // Whoever reports it repeats it as an error.
                    Condition::Store => {}
                    _ => tracing::warn!("not ready: {reason}"),
                }
                state.conditions.insert(condition, reason);
            }
            None => {
                if let Some(reason) = state.conditions.remove(&condition) {
                    tracing::info!("no longer: {reason}");
                }
            }
        }
    }

    /// Returns whether the worker's loop is running; if not, only a restart helps.
    ///
    /// # Errors
    /// With the reason, in words for people.
    pub fn liveness(&self) -> Result<(), String> {
        let stalled = lock(&self.state).last_beat.elapsed();
        if stalled <= self.max_stall {
            return Ok(());
        }
        Err(format!("the worker has been stalled for {} s", stalled.as_secs()))
    }

    /// Returns whether the worker is ready.
    ///
    /// # Errors
    /// With the reason, in words for people.
    pub fn readiness(&self) -> Result<(), String> {
        let state = lock(&self.state);
        let reasons: Vec<&str> =
            state.ready.as_ref().err().into_iter().chain(state.conditions.values()).map(String::as_str).collect();
        if !reasons.is_empty() {
            return Err(reasons.join("; "));
        }
        let silence = state.broker_seen.elapsed();
        if silence <= self.max_silence {
            return Ok(());
        }
        Err(format!("no contact with a broker for {} s", silence.as_secs()))
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
    fn a_worker_is_ready_when_it_reports_so() {
        let health = Health::new(MINUTE, MINUTE);
        assert_eq!(health.readiness(), Err("starting".into()));
        health.ready();
        assert_eq!(health.readiness(), Ok(()));
        health.not_ready("no partitions");
        assert_eq!(health.readiness(), Err("no partitions".into()));
    }

    #[test]
    fn every_condition_that_holds_is_named() {
        let health = Health::new(MINUTE, MINUTE);
        health.ready();
        health.report(Condition::Topic, Some("there is no topic".into()));
        health.report(Condition::Restore, Some("restoring".into()));
        assert_eq!(health.readiness(), Err("restoring; there is no topic".into()));
        health.report(Condition::Restore, None);
        assert_eq!(health.readiness(), Err("there is no topic".into()));
        health.report(Condition::Topic, None);
        assert_eq!(health.readiness(), Ok(()));
    }

    #[test]
    fn a_worker_without_contact_with_a_broker_is_not_ready() {
        let health = Health::new(MINUTE, MINUTE);
        health.ready();
        lock(&health.state).broker_seen = past(90);
        assert_eq!(health.readiness(), Err("no contact with a broker for 90 s".into()));
        health.broker_seen(Duration::from_secs(70));
        assert_eq!(health.readiness(), Err("no contact with a broker for 70 s".into()));
        health.broker_seen(Duration::from_secs(1));
        assert_eq!(health.readiness(), Ok(()));
    }

    #[test]
    fn a_worker_that_stalls_is_dead_until_it_beats_again() {
        let health = Health::new(MINUTE, MINUTE);
        assert_eq!(health.liveness(), Ok(()));
        lock(&health.state).last_beat = past(90);
        assert_eq!(health.liveness(), Err("the worker has been stalled for 90 s".into()));
        health.beat();
        assert_eq!(health.liveness(), Ok(()));
    }
}
