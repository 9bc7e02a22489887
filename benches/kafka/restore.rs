//! How long it takes to restore the state of a million articles of one partition, and how much memory.
//! `DATELINE_BENCH_ARTICLES` sets another number.

use std::thread;
use std::time::{Duration, Instant};

use dateline::record::{ArticleRecord, ArticleStatus, SourceFields, StandingFields};
use rdkafka::producer::{BaseRecord, Producer};

use crate::broker::wire::{PATIENCE, Wire};
use crate::harness::{Progress, Worker, producer};
use crate::{Bench, wire};

/// The number of events of each article: the mean of the Reuters wire.
const EVENTS: usize = 5;

/// Prints the time until the first message of the partition is processed, with that many articles and with none.
pub fn measure(bench: &Bench) {
    let count = std::env::var("DATELINE_BENCH_ARTICLES").ok().and_then(|text| text.parse().ok());
    let count = count.unwrap_or(if bench.smoke { 1000 } else { 1_000_000 });
    let (empty, _) = start(bench, 0);
    let (full, peak) = start(bench, count);
    println!("\nrestoring the state of {count} articles of one partition, with {EVENTS} events each");
    println!("the first message is processed {:.1} s later than with an empty state", full - empty);
    println!("peak memory of the worker meanwhile: {peak:.0} MB, besides temporary files");
}

/// Returns the seconds until the first message is processed, and the peak memory in megabytes.
fn start(bench: &Bench, articles: usize) -> (f64, f64) {
    let wire = wire(&bench.cluster);
    fill(&wire, articles);
    let (key, story) = &bench.stories[0];
    let sender = producer(&wire.settings);
    sender.send(BaseRecord::to(&wire.topics.input).partition(0).key(key).payload(story)).unwrap();
    sender.flush(PATIENCE).unwrap();
    let worker = Worker::start(&wire.settings);
    let (started, progress, mut peak) = (Instant::now(), Progress::new(&wire.settings), 0.0_f64);
    while progress.committed() < 1 {
        assert!(started.elapsed() < 20 * PATIENCE, "the message is not processed");
        peak = peak.max(worker.memory());
        thread::sleep(Duration::from_millis(20));
    }
    let seconds = started.elapsed().as_secs_f64();
    worker.stop();
    (seconds, peak)
}

/// Writes the records of articles of partition 0.
fn fill(wire: &Wire, articles: usize) {
    let producer = producer(&wire.settings);
    let mut random = fastrand::Rng::with_seed(1);
    for n in 0..articles {
        let revision = "2026-03-12T09:00:00Z".to_owned();
        let modified = revision.parse().ok();
        let status = ArticleStatus::Extracted;
        let record = ArticleRecord {
            id: format!("urn:newsml:wire.example:20260312:article-{n}"),
            revision: revision.clone(),
            status,
            events: (0..EVENTS).map(|_| format!("{:032x}", random.u128(..))).collect(),
            warnings: Vec::new(),
            source: SourceFields { topic: wire.topics.input.clone(), partition: 0, offset: n as i64 },
            standing: Some(StandingFields {
                revision,
                modified,
                status,
                topic: None,
                partition: Some(0),
                offset: Some(n as i64),
            }),
            held: None,
            event_partitions: Some(1),
        };
        let value = serde_json::to_vec(&record).unwrap();
        let mut outgoing = BaseRecord::to(&wire.topics.articles).partition(0).key(&record.id).payload(&value);
        while let Err((_, unsent)) = producer.send(outgoing) {
            outgoing = unsent;
            producer.poll(Duration::from_millis(10));
        }
        producer.poll(Duration::ZERO);
    }
    producer.flush(PATIENCE).unwrap();
}
