//! Logs, metrics, health. Every metric's name stands here, in `Metrics::register`.
//!
//! Must not know Kafka: the worker tells what it did, whoever asks is answered from here. Article text is never logged.

use std::fmt;
use std::io::{self, IsTerminal};
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::config::{Log, LogFormat};

/// Starts the log, on standard error; librdkafka's own lines come into it as well. Once a process.
///
/// # Errors
/// If a log was started before.
pub fn start_log(log: &Log) -> Result<(), TryInitError> {
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let lines = match log.format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(log.level.clone()).with(lines).try_init()
}

/// One label: its name and its value.
type Label = (&'static str, &'static str);

/// What the worker counts. Each method is told once for what is done for good, so that a batch that was rolled back
/// and read again counts once.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    articles: Family<[Label; 1], Counter>,
    events: Counter,
    bytes: Counter,
    batches: Family<[Label; 1], Counter>,
    batch_seconds: Histogram,
    lag: Family<[(&'static str, String); 2], Gauge>,
    commit_age: Gauge<f64, AtomicU64>,
    last_commit: Mutex<Instant>,
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("dateline"),
            articles: Family::default(),
            events: Counter::default(),
            bytes: Counter::default(),
            batches: Family::default(),
            // 1 ms to 32 s.
            batch_seconds: Histogram::new(exponential_buckets(0.001, 2.0, 16)),
            lag: Family::default(),
            commit_age: Gauge::default(),
            last_commit: Mutex::new(Instant::now()),
        };
        metrics.register()
    }
}

impl Metrics {
    fn register(mut self) -> Self {
        let to = &mut self.registry;
        to.register("articles", "Messages read, by what became of them", self.articles.clone());
        to.register("events", "Timeline events published", self.events.clone());
        to.register_with_unit("read", "Input read", Unit::Bytes, self.bytes.clone());
        to.register("batches", "Batches, by how they ended", self.batches.clone());
        let help = "From the first message of a batch to its commit";
        to.register_with_unit("batch", help, Unit::Seconds, self.batch_seconds.clone());
        to.register("lag", "Messages of a partition that were not read yet", self.lag.clone());
        let help = "Time since the last commit; since the start where there was none";
        to.register_with_unit("last_commit_age", help, Unit::Seconds, self.commit_age.clone());
        self
    }

    /// One message whose batch was committed: what became of it (`extracted`, `rejected`, …), its size in bytes, and
    /// how many events it made.
    pub fn article(&self, fate: &'static str, bytes: usize, events: usize) {
        self.articles.get_or_create(&[("fate", fate)]).inc();
        self.bytes.inc_by(bytes as u64);
        self.events.inc_by(events as u64);
    }

    /// A batch was committed, `elapsed` after its first message was read.
    pub fn committed(&self, elapsed: Duration) {
        self.batches.get_or_create(&[("outcome", "committed")]).inc();
        self.batch_seconds.observe(elapsed.as_secs_f64());
        *lock(&self.last_commit) = Instant::now();
    }

    /// A batch was rolled back; its messages will be read again.
    pub fn aborted(&self) {
        self.batches.get_or_create(&[("outcome", "aborted")]).inc();
    }

    /// How many messages of a partition were not read yet.
    pub fn lag(&self, topic: &str, partition: i32, messages: i64) {
        self.lag.get_or_create(&place(topic, partition)).set(messages);
    }

    /// A partition went to another worker, which tells its lag from now on.
    pub fn revoked(&self, topic: &str, partition: i32) {
        self.lag.remove(&place(topic, partition));
    }

    /// All metrics in the OpenMetrics text format.
    ///
    /// # Errors
    /// None in practice: a `String` can always be written.
    pub fn encode(&self) -> Result<String, fmt::Error> {
        self.commit_age.set(lock(&self.last_commit).elapsed().as_secs_f64());
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

fn place(topic: &str, partition: i32) -> [(&'static str, String); 2] {
    [("topic", topic.to_owned()), ("partition", partition.to_string())]
}

/// Whether the worker is alive, and whether it is at work. Both are told by the worker and asked by `/healthz` and
/// `/readyz`.
#[derive(Debug)]
pub struct Health {
    patience: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    beat: Instant,
    ready: Result<(), String>,
}

impl Health {
    /// Alive for now, not ready. A worker that does not [`beat`](Self::beat) for `patience` counts as dead.
    #[must_use]
    pub fn new(patience: Duration) -> Self {
        let state = State { beat: Instant::now(), ready: Err("starting".into()) };
        Self { patience, state: Mutex::new(state) }
    }

    /// The worker's loop went round.
    pub fn beat(&self) {
        lock(&self.state).beat = Instant::now();
    }

    /// The worker has its partitions and can commit.
    pub fn ready(&self) {
        lock(&self.state).ready = Ok(());
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
        let silent = lock(&self.state).beat.elapsed();
        if silent <= self.patience {
            return Ok(());
        }
        Err(format!("the worker has stood still for {} s", silent.as_secs()))
    }

    /// Whether the worker is at work.
    ///
    /// # Errors
    /// With what to tell people.
    pub fn readiness(&self) -> Result<(), String> {
        lock(&self.state).ready.clone()
    }
}

/// The values are whole at any time, so a thread that panicked while it held the lock has broken nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The metrics without the lines that depend on the time the test takes, and without comments.
    fn lines(metrics: &Metrics) -> String {
        let text = metrics.encode().unwrap();
        let is_told = |line: &&str| !line.starts_with('#') && !line.contains("age") && !line.contains("bucket");
        text.lines().filter(is_told).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_done_is_counted_by_fate_and_outcome() {
        let metrics = Metrics::default();
        metrics.article("extracted", 2000, 12);
        metrics.article("rejected", 30, 0);
        metrics.committed(Duration::from_millis(250));
        metrics.aborted();
        let text = lines(&metrics);
        for line in [
            r#"dateline_articles_total{fate="extracted"} 1"#,
            r#"dateline_articles_total{fate="rejected"} 1"#,
            "dateline_events_total 12",
            "dateline_read_bytes_total 2030",
            r#"dateline_batches_total{outcome="committed"} 1"#,
            r#"dateline_batches_total{outcome="aborted"} 1"#,
            "dateline_batch_seconds_sum 0.25",
        ] {
            assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn lag_is_told_until_the_partition_goes_to_another_worker() {
        let metrics = Metrics::default();
        metrics.lag("articles", 3, 17);
        assert!(lines(&metrics).contains(r#"dateline_lag{topic="articles",partition="3"} 17"#));
        metrics.revoked("articles", 3);
        assert!(!lines(&metrics).contains("dateline_lag"));
    }

    #[test]
    fn the_age_of_the_last_commit_starts_anew_with_a_commit() {
        let metrics = Metrics::default();
        let age = || {
            metrics.encode().unwrap();
            metrics.commit_age.get()
        };
        let past = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
        *lock(&metrics.last_commit) = past;
        assert!(age() >= 60.0);
        metrics.committed(Duration::ZERO);
        assert!(age() < 60.0);
    }

    #[test]
    fn a_worker_is_ready_when_it_says_so() {
        let health = Health::new(Duration::from_secs(60));
        assert_eq!(health.readiness(), Err("starting".into()));
        health.ready();
        assert_eq!(health.readiness(), Ok(()));
        health.not_ready("no partitions");
        assert_eq!(health.readiness(), Err("no partitions".into()));
    }

    #[test]
    fn a_worker_that_stands_still_is_dead_until_it_beats_again() {
        let health = Health::new(Duration::from_secs(60));
        assert_eq!(health.liveness(), Ok(()));
        let past = Instant::now().checked_sub(Duration::from_secs(90)).unwrap();
        lock(&health.state).beat = past;
        assert_eq!(health.liveness(), Err("the worker has stood still for 90 s".into()));
        health.beat();
        assert_eq!(health.liveness(), Ok(()));
    }
}
