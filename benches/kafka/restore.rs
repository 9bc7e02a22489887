//! How long it takes to read what is known of a million articles of one partition, and what memory that takes.
//! `DATELINE_BENCH_ARTICLES` sets another number.

use std::thread;
use std::time::{Duration, Instant};

use dateline::record::{ArticleRecord, ArticleStatus, SourceFields, StandingFields};
use rdkafka::producer::{BaseRecord, Producer};

use crate::broker::wire::{PATIENCE, Wire};
use crate::harness::{Progress, Worker, producer};
use crate::{Bench, wire};

/// How many events an article has here: the mean of the wire.
const EVENTS: usize = 5;

/// Prints the time until the first message of the partition is through, with that many articles known and with none.
pub fn measure(bench: &Bench) {
    let count = std::env::var("DATELINE_BENCH_ARTICLES").ok().and_then(|text| text.parse().ok());
    let count = count.unwrap_or(if bench.small { 1000 } else { 1_000_000 });
    let (none, _) = start(bench, 0);
    let (all, most) = start(bench, count);
    println!("\nwhat is known of {count} articles of a partition, of {EVENTS} events each");
    println!("the first message is through {:.1} s later than with none", all - none);
    println!("memory of the worker meanwhile: {most:.0} MB at most, besides temporary files");
}

/// Seconds until the first message is through, and the most memory in megabytes.
fn start(bench: &Bench, articles: usize) -> (f64, f64) {
    let wire = wire(&bench.cluster);
    fill(&wire, articles);
    let (key, story) = &bench.stories[0];
    let sender = producer(&wire.settings);
    sender.send(BaseRecord::to(&wire.topics.input).partition(0).key(key).payload(story)).unwrap();
    sender.flush(PATIENCE).unwrap();
    let worker = Worker::start(&wire.settings);
    let (begun, progress, mut most) = (Instant::now(), Progress::new(&wire.settings), 0.0_f64);
    while progress.committed() < 1 {
        assert!(begun.elapsed() < 20 * PATIENCE, "the message does not come through");
        most = most.max(worker.memory());
        thread::sleep(Duration::from_millis(20));
    }
    let seconds = begun.elapsed().as_secs_f64();
    worker.end();
    (seconds, most)
}

/// What became of so many articles of partition 0.
fn fill(wire: &Wire, articles: usize) {
    let producer = producer(&wire.settings);
    let mut chance = fastrand::Rng::with_seed(1);
    for n in 0..articles {
        let revision = "2026-03-12T09:00:00Z".to_owned();
        let modified = revision.parse().ok();
        let status = ArticleStatus::Extracted;
        let told = ArticleRecord {
            id: format!("urn:newsml:wire.example:20260312:article-{n}"),
            revision: revision.clone(),
            status,
            events: (0..EVENTS).map(|_| format!("{:032x}", chance.u128(..))).collect(),
            warnings: Vec::new(),
            source: SourceFields { topic: wire.topics.input.clone(), partition: 0, offset: n as i64 },
            standing: Some(StandingFields { revision, modified, status }),
            held: None,
        };
        let value = serde_json::to_vec(&told).unwrap();
        let mut record = BaseRecord::to(&wire.topics.articles).partition(0).key(&told.id).payload(&value);
        while let Err((_, back)) = producer.send(record) {
            record = back;
            producer.poll(Duration::from_millis(10));
        }
        producer.poll(Duration::ZERO);
    }
    producer.flush(PATIENCE).unwrap();
}
