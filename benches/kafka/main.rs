//! Throughput, latency and memory of the worker on a real Kafka, compared with a bare copy.
//!
//! `cargo bench --bench kafka` measures everything; `-- throughput`, `-- latency`, `-- memory`, `-- restore` or
//! `-- backfill` one part. `restore` measures how long a worker takes to restore the state of a million articles. It needs
//! Java 17 and Maven, and reads the Reuters wire as the benchmark of the core does. The broker runs on the same machine and
//! competes with the worker for its cores, so that a ratio measured on few cores is a lower bound.
//!
//! Worker and copy take turns in the same run, over the same input; the median of the rounds counts.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its results and stops at the first error"
)]

mod backfill;
mod bare_copy;
#[path = "../../tests/broker/mod.rs"]
mod broker;
mod harness;
mod latency;
#[path = "../../tests/maven.rs"]
mod maven;
mod memory;
mod restore;
mod sentences;
mod stories;
mod throughput;

use std::sync::Arc;

use bare_copy::{StoryRecords, read_records};
use broker::cluster::{Cluster, fast};
use broker::wire::Wire;
use dateline::config::{Configuration, Settings};
use harness::{PARTITIONS, Progress, Sender, Worker};

/// What all measurements use.
struct Bench {
    cluster: Cluster,
    /// The keys and values of the messages.
    stories: Vec<(Vec<u8>, Vec<u8>)>,
    records: Arc<StoryRecords>,
    /// Whether to measure little of everything, only to see that it works.
    smoke: bool,
}

impl Bench {
    /// Starts Kafka and lets a worker process all stories once, to get its records.
    fn start(smoke: bool) -> Option<Self> {
        let cluster = fast()?;
        let all = stories::stories().into_iter().take(if smoke { 300 } else { usize::MAX });
        let stories: Vec<_> = all.enumerate().map(|(n, story)| (n.to_string().into_bytes(), story)).collect();
        let wire = wire(&cluster);
        let sender = Sender::new(&wire.settings);
        stories.iter().for_each(|(key, story)| sender.send(key, story));
        sender.flush();
        let worker = Worker::start(&wire.settings);
        Progress::new(&wire.settings).rate(stories.len());
        worker.stop();
        let id = |story: &[u8]| {
            serde_json::from_slice::<serde_json::Value>(story).unwrap()["id"].as_str().map(str::to_owned)
        };
        let keys = stories.iter().map(|(key, story)| (id(story).unwrap(), key.clone())).collect();
        let records = Arc::new(read_records(&wire, &keys));
        Some(Self { cluster, stories, records, smoke })
    }

    /// Returns `count` stories, from the first one again after the last.
    fn cycle(&self, count: usize) -> impl Iterator<Item = &(Vec<u8>, Vec<u8>)> {
        self.stories.iter().cycle().take(count)
    }
}

/// Creates new topics, and the settings of a worker for them: the built-in ones.
fn wire(cluster: &Cluster) -> Wire {
    let mut wire = Wire::without_topics(cluster);
    wire.settings.stream = Configuration::load(None, [], []).unwrap().settings().unwrap().stream;
    wire.make_topics([wire.topics.input.as_str()].into_iter().chain(wire.topics.outputs()), PARTITIONS);
    wire
}

/// Returns settings for another reader of the same input, which writes to topics of its own.
fn same_input(cluster: &Cluster, settings: &Settings) -> Settings {
    let mut kafka = wire(cluster).settings.kafka;
    kafka.input.clone_from(&settings.kafka.input);
    Settings { kafka, ..settings.clone() }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn main() {
    let flags: Vec<String> = std::env::args().skip(1).collect();
    // `cargo bench` passes this flag; `cargo test --all-targets` does not, and only checks that it works.
    let smoke = !flags.iter().any(|flag| flag == "--bench");
    let parts: Vec<_> = flags.iter().filter(|flag| !flag.starts_with("--")).collect();
    let Some(bench) = Bench::start(smoke) else { return };
    for (name, measure) in [
        ("throughput", throughput::measure as fn(&Bench)),
        ("latency", latency::measure),
        ("memory", memory::measure),
        ("restore", restore::measure),
        ("backfill", backfill::measure),
    ] {
        if parts.is_empty() || parts.iter().any(|part| *part == name) {
            measure(&bench);
        }
    }
}
