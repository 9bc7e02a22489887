//! What the worker counts, for Prometheus. The dashboard and the alerts under `config/` are held to the names here.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::lock;

/// One label: its name and its value.
type Label = (&'static str, &'static str);

/// What a batch goes through, one after the other. While one batch is produced and committed the next one is
/// extracted and the one after it collected, so that the stages of all batches add up to more than the time that
/// went by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// From its first message to its last.
    Collect,
    /// Dates are found and records made.
    Extract,
    /// Records are sent, until the brokers have them all.
    Produce,
    /// The transaction, or the offsets, are committed.
    Commit,
}

impl Stage {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Collect, Self::Extract, Self::Produce, Self::Commit];

    /// As it stands in the label `stage`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Collect => "collect",
            Self::Extract => "extract",
            Self::Produce => "produce",
            Self::Commit => "commit",
        }
    }
}

/// What the worker counts. What is done for good is told once, so that a batch that was rolled back and read again
/// counts once; times are told whenever they were spent.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    articles: Family<[Label; 1], Counter>,
    rejections: Family<[Label; 1], Counter>,
    events: Counter,
    retractions: Counter,
    bytes: Counter,
    batches: Family<[Label; 1], Counter>,
    batch_seconds: Histogram,
    stage_seconds: Family<[Label; 1], Histogram, fn() -> Histogram>,
    extraction_seconds: Histogram,
    extraction_pace: Histogram,
    partitions: Gauge,
    lag: Family<[(&'static str, String); 2], Gauge>,
    commit_age: Gauge<f64, AtomicU64>,
    last_commit: Mutex<Instant>,
}

impl Default for Metrics {
    fn default() -> Self {
        // 1 ms to 32 s.
        let batch_times = || Histogram::new(exponential_buckets(0.001, 2.0, 16));
        let metrics = Self {
            registry: Registry::with_prefix("dateline"),
            articles: Family::default(),
            rejections: Family::default(),
            events: Counter::default(),
            retractions: Counter::default(),
            bytes: Counter::default(),
            batches: Family::default(),
            batch_seconds: batch_times(),
            stage_seconds: Family::new_with_constructor(batch_times),
            // 16 µs to 67 s.
            extraction_seconds: Histogram::new(exponential_buckets(0.000_016, 4.0, 12)),
            // 8 ms to 16 s for a megabyte.
            extraction_pace: Histogram::new(exponential_buckets(0.008, 2.0, 12)),
            partitions: Gauge::default(),
            lag: Family::default(),
            commit_age: Gauge::default(),
            last_commit: Mutex::new(Instant::now()),
        };
        // A rate can be told from the first time on only where there was a zero before it.
        for outcome in [COMMITTED, ABORTED] {
            drop(metrics.batches.get_or_create(&outcome));
        }
        metrics.register()
    }
}

const COMMITTED: [Label; 1] = [("outcome", "committed")];
const ABORTED: [Label; 1] = [("outcome", "aborted")];

impl Metrics {
    fn register(mut self) -> Self {
        let to = &mut self.registry;
        to.register("build", "The version of the program", Info::new([("version", crate::VERSION)]));
        to.register("articles", "Articles read, by what became of them", self.articles.clone());
        to.register("rejections", "Messages rejected, by the reason", self.rejections.clone());
        to.register("events", "Timeline events published", self.events.clone());
        to.register("retractions", "Timeline events taken back", self.retractions.clone());
        to.register_with_unit("read", "Input read", Unit::Bytes, self.bytes.clone());
        to.register("batches", "Batches, by how they ended", self.batches.clone());
        let help = "From the first message of a batch to its commit";
        to.register_with_unit("batch", help, Unit::Seconds, self.batch_seconds.clone());
        let help = "How long each stage of a batch took";
        to.register_with_unit("stage", help, Unit::Seconds, self.stage_seconds.clone());
        let help = "From one message to its records";
        to.register_with_unit("extraction", help, Unit::Seconds, self.extraction_seconds.clone());
        let help = "From one message to its records, for each megabyte of it; of messages of 1 KB and more";
        let pace = Unit::Other("seconds_per_megabyte".to_owned());
        to.register_with_unit("extraction", help, pace, self.extraction_pace.clone());
        to.register("assigned_partitions", "Partitions of the input that this worker has", self.partitions.clone());
        to.register("lag", "Messages of a partition that were not read yet", self.lag.clone());
        let help = "Time since the last commit; since the start where there was none";
        to.register_with_unit("last_commit_age", help, Unit::Seconds, self.commit_age.clone());
        self
    }

    /// One message whose batch was committed: what became of its articles (`extracted`, `skipped`, `withdrawn`, `held`,
    /// `stale`), its size in bytes, and how many events it made and took back.
    pub fn articles(&self, all: impl Iterator<Item = &'static str>, bytes: usize, events: usize, retractions: usize) {
        for status in all {
            self.articles.get_or_create(&[("status", status)]).inc();
        }
        self.bytes.inc_by(bytes as u64);
        self.events.inc_by(events as u64);
        self.retractions.inc_by(retractions as u64);
    }

    /// One message that was rejected and whose batch was committed: the error's code and the message's size in bytes.
    pub fn rejection(&self, reason: &'static str, bytes: usize) {
        self.rejections.get_or_create(&[("reason", reason)]).inc();
        self.bytes.inc_by(bytes as u64);
    }

    /// One message of so many bytes went through extraction.
    pub fn extraction(&self, bytes: usize, time: Duration) {
        self.extraction_seconds.observe(time.as_secs_f64());
        // What a message costs however short it is would hide what its length costs.
        if bytes >= 1000 {
            self.extraction_pace.observe(time.as_secs_f64() * 1e6 / bytes as f64);
        }
    }

    /// One stage of a batch is over.
    pub fn stage(&self, stage: Stage, time: Duration) {
        self.stage_seconds.get_or_create(&[("stage", stage.name())]).observe(time.as_secs_f64());
    }

    /// A batch was committed, `elapsed` after its first message was read.
    pub fn committed(&self, elapsed: Duration) {
        self.batches.get_or_create(&COMMITTED).inc();
        self.batch_seconds.observe(elapsed.as_secs_f64());
        *lock(&self.last_commit) = Instant::now();
    }

    /// A batch was rolled back; its messages will be read again.
    pub fn aborted(&self) {
        self.batches.get_or_create(&ABORTED).inc();
    }

    /// So many partitions came to this worker.
    pub fn assigned(&self, count: usize) {
        self.partitions.inc_by(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// How many messages of a partition were not read yet.
    pub fn lag(&self, topic: &str, partition: i32, messages: i64) {
        self.lag.get_or_create(&place(topic, partition)).set(messages);
    }

    /// A partition went to another worker, which tells its lag from now on.
    pub fn revoked(&self, topic: &str, partition: i32) {
        self.partitions.dec();
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The metrics without the lines that depend on the time the test takes, and without comments.
    fn lines(metrics: &Metrics) -> String {
        let text = metrics.encode().unwrap();
        let is_told = |line: &&str| !line.starts_with('#') && !line.contains("commit_age") && !line.contains("bucket");
        text.lines().filter(is_told).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_done_is_counted_by_what_became_of_it() {
        let metrics = Metrics::default();
        metrics.articles(["extracted"].into_iter(), 2000, 12, 1);
        metrics.rejection("not-json", 30);
        metrics.committed(Duration::from_millis(250));
        metrics.aborted();
        metrics.stage(Stage::Commit, Duration::from_millis(125));
        let text = lines(&metrics);
        for line in [
            &format!("dateline_build_info{{version=\"{}\"}} 1", crate::VERSION),
            r#"dateline_articles_total{status="extracted"} 1"#,
            r#"dateline_rejections_total{reason="not-json"} 1"#,
            "dateline_events_total 12",
            "dateline_read_bytes_total 2030",
            r#"dateline_batches_total{outcome="committed"} 1"#,
            r#"dateline_batches_total{outcome="aborted"} 1"#,
            "dateline_batch_seconds_sum 0.25",
            r#"dateline_stage_seconds_sum{stage="commit"} 0.125"#,
        ] {
            assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn extraction_is_told_by_article_and_by_megabyte() {
        let metrics = Metrics::default();
        metrics.extraction(500_000, Duration::from_millis(250));
        metrics.extraction(10, Duration::from_millis(500));
        let text = lines(&metrics);
        for line in [
            "dateline_extraction_seconds_sum 0.75",
            "dateline_extraction_seconds_count 2",
            "dateline_extraction_seconds_per_megabyte_sum 0.5",
            "dateline_extraction_seconds_per_megabyte_count 1",
        ] {
            assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn a_partition_is_told_until_it_goes_to_another_worker() {
        let metrics = Metrics::default();
        metrics.assigned(2);
        metrics.lag("articles", 3, 17);
        assert!(lines(&metrics).contains("dateline_assigned_partitions 2"));
        assert!(lines(&metrics).contains(r#"dateline_lag{topic="articles",partition="3"} 17"#));
        metrics.revoked("articles", 3);
        assert!(lines(&metrics).contains("dateline_assigned_partitions 1"));
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
}
