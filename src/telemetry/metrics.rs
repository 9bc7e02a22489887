//! The metrics, for Prometheus: those of a worker, and with `timeline` and `http` those of the server of the timeline and of
//! both. A test checks the boards and the alerts under `config/` against the names here.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::http::HttpMetrics;
use super::process::ProcessMetrics;
use super::timeline::TimelineMetrics;
use super::{lock, text};

/// One label: its name and its value.
type Label = (&'static str, &'static str);

/// The stages of a batch, in their order. While one batch is produced and committed the next one is extracted and the one
/// after it collected, so the stages of all batches add up to more than the time that has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// From its first message to the start of its extraction.
    Collect,
    /// Dates are found and records are made.
    Extract,
    /// Records are sent, until the brokers have all of them.
    Produce,
    /// The transaction is committed, or the offsets are.
    Commit,
}

impl Stage {
    /// All stages, in their order.
    pub const ALL: [Self; 4] = [Self::Collect, Self::Extract, Self::Produce, Self::Commit];

    /// Returns the value of the label `stage`.
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

/// How many messages of a partition are not committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// Up to the last stable offset: those that can be read.
    pub stable: i64,
    /// Up to the high watermark: also those behind a transaction that is open.
    pub high_watermark: i64,
    /// The offset from which this counts.
    pub committed: i64,
}

/// The metrics. Counters of messages, articles and events count what was committed, so a batch that was rolled back and
/// read again counts once; times are measured whether or not the batch is committed.
#[derive(Debug)]
pub struct Metrics {
    /// The metrics of a worker.
    registry: Registry,
    /// Those of the server of the timeline.
    of_timeline: Registry,
    /// Those of both.
    common: Registry,
    /// The metrics of the process, which have names of their own.
    process: Registry,
    articles: Family<[Label; 1], Counter>,
    rejections: Family<[Label; 1], Counter>,
    events: Counter,
    retractions: Counter,
    unknown_withdrawals: Counter,
    unknown_tombstones: Counter,
    moved_articles: Counter,
    bytes: Counter,
    batches: Family<[Label; 1], Counter>,
    batch_seconds: Histogram,
    stage_seconds: Family<[Label; 1], Histogram, fn() -> Histogram>,
    extraction_seconds: Histogram,
    extraction_seconds_per_megabyte: Histogram,
    partitions: Gauge,
    rebalances: Counter,
    restoring: Gauge,
    restore_remaining: Gauge,
    held: Gauge,
    call_timeouts: Family<[Label; 1], Counter>,
    lag: Family<[(&'static str, String); 2], Gauge>,
    high_watermark_lag: Family<[(&'static str, String); 2], Gauge>,
    committed_offset: Family<[(&'static str, String); 2], Gauge>,
    offset_resets: Counter,
    removed_offsets: Counter,
    commit_age: Gauge<f64, AtomicU64>,
    last_commit: Mutex<Instant>,
    /// What HTTP servers do.
    pub http: HttpMetrics,
    /// What the server of the timeline does.
    pub timeline: TimelineMetrics,
    is_timeline: AtomicBool,
}

impl Default for Metrics {
    fn default() -> Self {
        // 1 ms to 32 s.
        let batch_times = || Histogram::new(exponential_buckets(0.001, 2.0, 16));
        let [mut common, mut timeline] = [(); 2].map(|()| Registry::with_prefix("dateline"));
        common.register("build", "The version of the program", Info::new([("version", crate::VERSION)]));
        let mut process = Registry::default();
        process.register_collector(Box::new(ProcessMetrics));
        let metrics = Self {
            registry: Registry::with_prefix("dateline"),
            process,
            articles: Family::default(),
            rejections: Family::default(),
            events: Counter::default(),
            retractions: Counter::default(),
            unknown_withdrawals: Counter::default(),
            unknown_tombstones: Counter::default(),
            moved_articles: Counter::default(),
            bytes: Counter::default(),
            batches: Family::default(),
            batch_seconds: batch_times(),
            stage_seconds: Family::new_with_constructor(batch_times),
            // 16 µs to 67 s.
            extraction_seconds: Histogram::new(exponential_buckets(0.000_016, 4.0, 12)),
            // 8 ms to 16 s for a megabyte.
            extraction_seconds_per_megabyte: Histogram::new(exponential_buckets(0.008, 2.0, 12)),
            partitions: Gauge::default(),
            rebalances: Counter::default(),
            restoring: Gauge::default(),
            restore_remaining: Gauge::default(),
            held: Gauge::default(),
            call_timeouts: Family::default(),
            lag: Family::default(),
            high_watermark_lag: Family::default(),
            committed_offset: Family::default(),
            offset_resets: Counter::default(),
            removed_offsets: Counter::default(),
            commit_age: Gauge::default(),
            last_commit: Mutex::new(Instant::now()),
            http: HttpMetrics::register(&mut common),
            timeline: TimelineMetrics::register(&mut timeline),
            common,
            of_timeline: timeline,
            is_timeline: AtomicBool::new(false),
        };
        // A rate can be computed for the first increment only if there was a zero before it.
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
        let registry = &mut self.registry;
        registry.register("articles", "Articles read, by what became of them", self.articles.clone());
        registry.register("rejections", "Messages rejected, by the reason", self.rejections.clone());
        registry.register("events", "Timeline events published", self.events.clone());
        registry.register("retractions", "Timeline events retracted", self.retractions.clone());
        let help = "Withdrawals of articles of which no revision is known; nothing was retracted for them";
        registry.register("unknown_withdrawals", help, self.unknown_withdrawals.clone());
        let help = "Messages without a value whose key is not the id of a known article; they have no record";
        registry.register("unknown_tombstones", help, self.unknown_tombstones.clone());
        let help = "Messages about articles whose standing revision came through another partition of the input";
        registry.register("moved_articles", help, self.moved_articles.clone());
        registry.register_with_unit("read", "Input read", Unit::Bytes, self.bytes.clone());
        registry.register("batches", "Batches, by how they ended", self.batches.clone());
        let help = "Time from the first message of a batch to its commit";
        registry.register_with_unit("batch", help, Unit::Seconds, self.batch_seconds.clone());
        let help = "How long each stage of a batch took";
        registry.register_with_unit("stage", help, Unit::Seconds, self.stage_seconds.clone());
        let help = "Time from a message to its records";
        registry.register_with_unit("extraction", help, Unit::Seconds, self.extraction_seconds.clone());
        let help = "Time from a message to its records, per megabyte of the message; messages of 1 KB and more";
        let per_megabyte = Unit::Other("seconds_per_megabyte".to_owned());
        registry.register_with_unit("extraction", help, per_megabyte, self.extraction_seconds_per_megabyte.clone());
        registry.register(
            "assigned_partitions",
            "Partitions of the input that are assigned to this worker",
            self.partitions.clone(),
        );
        let help =
            "Offsets of a partition that are not committed, up to the last stable one; 0 if it is read to its end";
        registry.register("lag", help, self.lag.clone());
        let help = "The same up to the high watermark: also what is behind an open transaction, and cannot be read yet";
        registry.register("high_watermark_lag", help, self.high_watermark_lag.clone());
        let help = "The next offset of a partition after what is committed";
        registry.register("committed_offset", help, self.committed_offset.clone());
        let help = "Positions that the input no longer had, and that were moved to its start";
        registry.register("offset_resets", help, self.offset_resets.clone());
        let help = "Offsets of the input that retention removed before they were read";
        registry.register("removed_offsets", help, self.removed_offsets.clone());
        let help = "Times that the group has assigned partitions to this worker, or none";
        registry.register("rebalances", help, self.rebalances.clone());
        let help = "Partitions that are not read yet, since what is known of their articles is being restored";
        registry.register("restoring_partitions", help, self.restoring.clone());
        let help = "Records of `timeline.articles` that are still to be restored";
        registry.register("restore_remaining_records", help, self.restore_remaining.clone());
        registry.register("held_articles", "Articles that wait for the end of their embargo", self.held.clone());
        let help = "Calls about transactions that the brokers did not answer in time, and that were repeated";
        registry.register("call_timeouts", help, self.call_timeouts.clone());
        let help = "Time since the last commit; since the start if there was none";
        registry.register_with_unit("last_commit_age", help, Unit::Seconds, self.commit_age.clone());
        self
    }

    /// From now on these are the metrics of the server of the timeline, and no longer those of a worker.
    pub fn serve_timeline(&self) {
        self.is_timeline.store(true, Ordering::Relaxed);
    }

    /// Counts a message whose batch was committed: the statuses of its articles (`extracted`, `skipped`, `withdrawn`,
    /// `held`, `stale`), its size in bytes, and the numbers of events that it published and retracted.
    pub fn articles(
        &self,
        statuses: impl Iterator<Item = &'static str>,
        bytes: usize,
        events: usize,
        retractions: usize,
    ) {
        for status in statuses {
            self.articles.get_or_create(&[("status", status)]).inc();
        }
        self.bytes.inc_by(bytes as u64);
        self.events.inc_by(events as u64);
        self.retractions.inc_by(retractions as u64);
    }

    /// Counts a rejected message whose batch was committed: the code of the error and the message's size in bytes.
    pub fn rejection(&self, reason: &'static str, bytes: usize) {
        self.rejections.get_or_create(&[("reason", reason)]).inc();
        self.bytes.inc_by(bytes as u64);
    }

    /// Counts withdrawals whose batch was committed, and whose articles are not known.
    pub fn unknown_withdrawals(&self, count: u64) {
        self.unknown_withdrawals.inc_by(count);
    }

    /// Counts messages whose batch was committed, and whose articles came through another partition before.
    pub fn moved_articles(&self, count: u64) {
        self.moved_articles.inc_by(count);
    }

    /// Counts a message without a value whose batch was committed, and whose key is not the id of a known article: the
    /// size of its key in bytes.
    pub fn unknown_tombstone(&self, bytes: usize) {
        self.unknown_tombstones.inc();
        self.bytes.inc_by(bytes as u64);
    }

    /// Observes the extraction of one message.
    pub fn extraction(&self, bytes: usize, time: Duration) {
        self.extraction_seconds.observe(time.as_secs_f64());
        // For a short message, the fixed cost would hide the cost of its length.
        if bytes >= 1000 {
            self.extraction_seconds_per_megabyte.observe(time.as_secs_f64() * 1e6 / bytes as f64);
        }
    }

    /// Observes a finished stage of a batch.
    pub fn stage(&self, stage: Stage, time: Duration) {
        self.stage_seconds.get_or_create(&[("stage", stage.name())]).observe(time.as_secs_f64());
    }

    /// Counts a batch that was committed, `elapsed` after its first message was read.
    pub fn committed(&self, elapsed: Duration) {
        self.batches.get_or_create(&COMMITTED).inc();
        self.batch_seconds.observe(elapsed.as_secs_f64());
        *lock(&self.last_commit) = Instant::now();
    }

    /// Counts a batch that was rolled back; its messages will be read again.
    pub fn aborted(&self) {
        self.batches.get_or_create(&ABORTED).inc();
    }

    /// Sets how many partitions wait for the state of the articles, and how many of its records are still to be restored.
    pub fn restoring(&self, partitions: usize, remaining: i64) {
        self.restoring.set(i64::try_from(partitions).unwrap_or(i64::MAX));
        self.restore_remaining.set(remaining);
    }

    /// Sets how many articles are held.
    pub fn held(&self, articles: u64) {
        self.held.set(i64::try_from(articles).unwrap_or(i64::MAX));
    }

    /// Counts a call that was not answered in time.
    pub fn call_timed_out(&self, call: &'static str) {
        self.call_timeouts.get_or_create(&[("call", call)]).inc();
    }

    /// Counts partitions that were assigned to this worker.
    pub fn assigned(&self, count: usize) {
        self.rebalances.inc();
        self.partitions.inc_by(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Sets how far a partition is behind.
    pub fn lag(&self, topic: &str, partition: i32, lag: Lag) {
        let labels = partition_labels(topic, partition);
        self.lag.get_or_create(&labels).set(lag.stable);
        self.high_watermark_lag.get_or_create(&labels).set(lag.high_watermark);
        self.committed_offset.get_or_create(&labels).set(lag.committed);
    }

    /// Counts a position that was moved to the start of the log, and the offsets that retention removed before it.
    pub fn offset_reset(&self, removed: u64) {
        self.offset_resets.inc();
        self.removed_offsets.inc_by(removed);
    }

    /// Removes a partition that was revoked: its next owner reports its lag.
    pub fn revoked(&self, topic: &str, partition: i32) {
        self.partitions.dec();
        self.lag.remove(&partition_labels(topic, partition));
        self.high_watermark_lag.remove(&partition_labels(topic, partition));
        self.committed_offset.remove(&partition_labels(topic, partition));
    }

    /// Returns all metrics in the OpenMetrics text format.
    ///
    /// # Errors
    /// None in practice: a `String` can always be written.
    pub fn encode(&self) -> Result<String, fmt::Error> {
        self.commit_age.set(lock(&self.last_commit).elapsed().as_secs_f64());
        let mut text = String::new();
        let own = if self.is_timeline.load(Ordering::Relaxed) { &self.of_timeline } else { &self.registry };
        for registry in [&self.common, own, &self.process] {
            encode_registry(&mut text, registry)?;
        }
        encode_eof(&mut text)?;
        Ok(text)
    }

    /// Returns all metrics in the text format of Prometheus.
    ///
    /// # Errors
    /// None in practice: a `String` can always be written.
    pub fn encode_prometheus(&self) -> Result<String, fmt::Error> {
        self.encode().map(|openmetrics| text::prometheus(&openmetrics))
    }
}

fn partition_labels(topic: &str, partition: i32) -> [(&'static str, String); 2] {
    [("topic", topic.to_owned()), ("partition", partition.to_string())]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the metrics without comments and without the lines that depend on how long the test takes.
    fn lines(metrics: &Metrics) -> String {
        let text = metrics.encode().unwrap();
        let is_stable =
            |line: &&str| !line.starts_with('#') && !line.contains("commit_age") && !line.contains("bucket");
        text.lines().filter(is_stable).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn work_is_counted_by_its_result() {
        let metrics = Metrics::default();
        metrics.articles(["extracted"].into_iter(), 2000, 12, 1);
        metrics.rejection("not-json", 30);
        metrics.unknown_withdrawals(2);
        metrics.unknown_tombstone(5);
        metrics.committed(Duration::from_millis(250));
        metrics.aborted();
        metrics.stage(Stage::Commit, Duration::from_millis(125));
        let text = lines(&metrics);
        for line in [
            &format!("dateline_build_info{{version=\"{}\"}} 1", crate::VERSION),
            r#"dateline_articles_total{status="extracted"} 1"#,
            r#"dateline_rejections_total{reason="not-json"} 1"#,
            "dateline_events_total 12",
            "dateline_unknown_withdrawals_total 2",
            "dateline_unknown_tombstones_total 1",
            "dateline_read_bytes_total 2035",
            r#"dateline_batches_total{outcome="committed"} 1"#,
            r#"dateline_batches_total{outcome="aborted"} 1"#,
            "dateline_batch_seconds_sum 0.25",
            r#"dateline_stage_seconds_sum{stage="commit"} 0.125"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn the_server_of_the_timeline_has_metrics_of_its_own() {
        let metrics = Metrics::default();
        metrics.timeline.lag("timeline.events", 3, 17);
        metrics.http.responded("/api/events/{id}", 404, Duration::from_millis(250));
        let response = r#"dateline_http_responses_total{route="/api/events/{id}",status="404"} 1"#;
        let text = lines(&metrics);
        assert!(text.contains(response) && !text.contains("dateline_timeline"), "{text}");
        metrics.serve_timeline();
        let text = lines(&metrics);
        for line in [
            &format!("dateline_build_info{{version=\"{}\"}} 1", crate::VERSION),
            response,
            r#"dateline_http_response_seconds_sum{route="/api/events/{id}"} 0.25"#,
            r#"dateline_timeline_lag{topic="timeline.events",partition="3"} 17"#,
            "dateline_timeline_writable 1",
            "dateline_timeline_database_bytes 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("dateline_batches"), "{text}");
    }

    #[test]
    fn extraction_is_measured_by_message_and_by_megabyte() {
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
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn the_lag_of_a_partition_is_reported_until_it_is_revoked() {
        let metrics = Metrics::default();
        metrics.assigned(2);
        metrics.lag("articles", 3, Lag { stable: 17, high_watermark: 19, committed: 40 });
        assert!(lines(&metrics).contains("dateline_assigned_partitions 2"));
        assert!(lines(&metrics).contains(r#"dateline_lag{topic="articles",partition="3"} 17"#));
        assert!(lines(&metrics).contains(r#"dateline_high_watermark_lag{topic="articles",partition="3"} 19"#));
        assert!(lines(&metrics).contains(r#"dateline_committed_offset{topic="articles",partition="3"} 40"#));
        metrics.revoked("articles", 3);
        assert!(lines(&metrics).contains("dateline_assigned_partitions 1"));
        assert!(!lines(&metrics).contains("partition="));
    }

    #[test]
    fn a_commit_resets_the_age_of_the_last_commit() {
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
