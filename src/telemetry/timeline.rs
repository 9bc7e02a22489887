//! The metrics of `dateline serve`: what it has, how far it follows the topics, and who follows it.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// A partition.
type Partition = [(&'static str, String); 2];

/// What the server of the timeline does.
#[derive(Debug)]
pub struct TimelineMetrics {
    events: Gauge,
    database: Gauge,
    used: Gauge,
    log: Gauge,
    keep: Gauge,
    lag: Family<Partition, Gauge>,
    applied: Counter,
    building: Gauge,
    writable: Gauge,
    pruned_events: Counter,
    pruned_articles: Counter,
    followers: Gauge,
    behind_followers: Counter,
    interrupted: Counter,
}

impl TimelineMetrics {
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            events: Gauge::default(),
            database: Gauge::default(),
            used: Gauge::default(),
            log: Gauge::default(),
            keep: Gauge::default(),
            lag: Family::default(),
            applied: Counter::default(),
            building: Gauge::default(),
            writable: Gauge::default(),
            pruned_events: Counter::default(),
            pruned_articles: Counter::default(),
            followers: Gauge::default(),
            behind_followers: Counter::default(),
            interrupted: Counter::default(),
        };
        metrics.writable.set(1);
        let mut gauge = |name, help, gauge: &Gauge| registry.register(name, help, gauge.clone());
        gauge("timeline_events", "Events on the timeline", &metrics.events);
        let help = "1 while the timeline is built from the beginning of the topics, otherwise 0";
        gauge("timeline_building", help, &metrics.building);
        gauge("timeline_writable", "1 while what is new can be stored, otherwise 0", &metrics.writable);
        gauge("timeline_followers", "Clients that follow the feed", &metrics.followers);
        let mut bytes = |name, help, gauge: &Gauge| registry.register_with_unit(name, help, Unit::Bytes, gauge.clone());
        bytes("timeline_database", "Size of the database file", &metrics.database);
        bytes("timeline_used", "The part of the database file that is in use", &metrics.used);
        bytes("timeline_log", "Size of the write-ahead log beside the database file", &metrics.log);
        bytes("timeline_keep", "The size in serve.keep; 0 if there is none", &metrics.keep);
        let help = "Records of a partition that are not stored yet";
        registry.register("timeline_lag", help, metrics.lag.clone());
        let mut counter = |name, help, counter: &Counter| registry.register(name, help, counter.clone());
        counter("timeline_applied_records", "Records of the topics that were stored", &metrics.applied);
        let help = "Events that left the timeline by serve.keep";
        counter("timeline_pruned_events", help, &metrics.pruned_events);
        let help = "Articles that left the timeline by serve.keep";
        counter("timeline_pruned_articles", help, &metrics.pruned_articles);
        let help = "Times that a follower was too slow for the feed and had to start over";
        counter("timeline_behind_followers", help, &metrics.behind_followers);
        let help = "Questions that were stopped because they took too long";
        counter("timeline_interrupted_queries", help, &metrics.interrupted);
        metrics
    }

    /// Sets how many events there are, how large the file is, the part of it that is used, and the log beside it.
    pub fn size(&self, events: usize, [database, used, log]: [u64; 3]) {
        self.events.set(i64::try_from(events).unwrap_or(i64::MAX));
        for (gauge, bytes) in [(&self.database, database), (&self.used, used), (&self.log, log)] {
            gauge.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        }
    }

    /// Sets how large the file may be.
    pub fn keep(&self, bytes: u64) {
        self.keep.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// Sets how far a partition is behind.
    pub fn lag(&self, topic: &str, partition: i32, lag: i64) {
        let labels = [("topic", topic.to_owned()), ("partition", partition.to_string())];
        self.lag.get_or_create(&labels).set(lag);
    }

    /// Counts records that were stored.
    pub fn applied(&self, records: usize) {
        self.applied.inc_by(records as u64);
    }

    /// Sets whether the timeline is being built.
    pub fn building(&self, building: bool) {
        self.building.set(building.into());
    }

    /// Sets whether what is new can be stored.
    pub fn writable(&self, writable: bool) {
        self.writable.set(writable.into());
    }

    /// Counts what left the timeline.
    pub fn pruned(&self, events: usize, articles: usize) {
        self.pruned_events.inc_by(events as u64);
        self.pruned_articles.inc_by(articles as u64);
    }

    /// Counts a client that begins to follow the feed.
    pub fn follower_came(&self) {
        self.followers.inc();
    }

    /// Counts a client that no longer follows the feed.
    pub fn follower_left(&self) {
        self.followers.dec();
    }

    /// Counts a follower that was too slow.
    pub fn follower_fell_behind(&self) {
        self.behind_followers.inc();
    }

    /// Counts a question that was stopped.
    pub fn query_interrupted(&self) {
        self.interrupted.inc();
    }
}
