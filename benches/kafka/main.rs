//! How fast the worker is beside a bare copy, how late its events come, and what memory it takes, on a real Kafka.
//!
//! `cargo bench --bench kafka` measures all; `-- throughput`, `-- latency`, `-- memory`, `-- restore` or `-- backfill` one
//! of them: `restore` tells how long a worker reads what is known of a million articles before it begins. It needs
//! Java 17 and Maven, and reads the Reuters wire as `benches/extract.rs` does. The broker runs on the same machine: what
//! the worker costs it takes from the broker as well, so that a ratio on few cores is the worst there is.
//!
//! Worker and copy are measured in turns, in the same run, over the same input; the median of the turns counts.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program to be read by its user"
)]

#[path = "../../tests/broker/mod.rs"]
mod broker;
mod copy;
mod harness;
mod latency;
mod memory;
mod replay;
mod restore;
mod sentences;
mod stories;
mod throughput;

use std::sync::Arc;

use broker::cluster::{Cluster, fast};
use broker::wire::Wire;
use copy::{Answers, answers};
use dateline::config::{Configuration, Settings};
use harness::{PARTITIONS, Progress, Sender, Worker};

/// All that is measured with.
struct Bench {
    cluster: Cluster,
    /// Stories with the keys of their messages.
    stories: Vec<(Vec<u8>, Vec<u8>)>,
    answers: Arc<Answers>,
    /// Less of everything, only to see that it runs.
    small: bool,
}

impl Bench {
    /// Starts Kafka and has a worker go through the wire once, so that it is known what it makes of it.
    fn start(small: bool) -> Option<Self> {
        let cluster = fast()?;
        let all = stories::stories().into_iter().take(if small { 300 } else { usize::MAX });
        let stories: Vec<_> = all.enumerate().map(|(n, story)| (n.to_string().into_bytes(), story)).collect();
        let wire = wire(&cluster);
        let sender = Sender::new(&wire.settings);
        stories.iter().for_each(|(key, story)| sender.send(key, story));
        sender.flush();
        let worker = Worker::start(&wire.settings);
        Progress::new(&wire.settings).rate(stories.len());
        worker.end();
        let id = |story: &[u8]| {
            serde_json::from_slice::<serde_json::Value>(story).unwrap()["id"].as_str().map(str::to_owned)
        };
        let names = stories.iter().map(|(key, story)| (id(story).unwrap(), key.clone())).collect();
        let answers = Arc::new(answers(&wire, &names));
        Some(Self { cluster, stories, answers, small })
    }

    /// So many stories, from the first on again when they are through.
    fn cycle(&self, count: usize) -> impl Iterator<Item = &(Vec<u8>, Vec<u8>)> {
        self.stories.iter().cycle().take(count)
    }
}

/// A wire with new topics, and the settings of a worker on it: those that are built in.
fn wire(cluster: &Cluster) -> Wire {
    let mut wire = Wire::without_topics(cluster);
    wire.settings.stream = Configuration::load(None, [], []).unwrap().settings().unwrap().stream;
    wire.make_topics([wire.topics.input.as_str()].into_iter().chain(wire.topics.outputs()), PARTITIONS);
    wire
}

/// The same input for another reader, who writes to topics of its own.
fn beside(cluster: &Cluster, settings: &Settings) -> Settings {
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
    // `cargo bench` passes this flag; `cargo test --all-targets` does not, and only wants to know that it runs.
    let small = !flags.iter().any(|flag| flag == "--bench");
    let parts: Vec<_> = flags.iter().filter(|flag| !flag.starts_with("--")).collect();
    let Some(bench) = Bench::start(small) else { return };
    for (name, part) in [
        ("throughput", throughput::measure as fn(&Bench)),
        ("latency", latency::measure),
        ("memory", memory::measure),
        ("restore", restore::measure),
        ("backfill", replay::measure),
    ] {
        if parts.is_empty() || parts.iter().any(|given| *given == name) {
            part(&bench);
        }
    }
}
