//! Articles of all sizes: none is lost, none stops the others, and memory is bounded.

use std::time::{Duration, Instant};

use dateline::pipeline;
use rdkafka::Message;
use rdkafka::consumer::Consumer;

use super::program::{ASSIGNED, Program, REVOKED};
use super::setup::{PARTITIONS, Setup, articles, single};
use super::verify;
use crate::broker::output::{Progress, Records, all_of};
use crate::broker::wire::{Outgoing, Wire, article};

/// A wire with an input of its own.
fn with(setup: &Setup, messages: impl IntoIterator<Item = Outgoing>) -> Wire {
    let wire = setup.wire_of_its_own();
    wire.send(messages);
    wire
}

/// An article of at least so many bytes: much to recognise, and one event.
fn long(id: &str, partition: i32, bytes: usize) -> Outgoing {
    let sentence = "The talks lasted three hours and were held every Monday. ";
    let json = serde_json::json!({
        "id": id,
        "title": "The quay",
        "published": "2026-03-02T09:30:00Z",
        "body": sentence.repeat(bytes / sentence.len() + 1) + "The mayor opened the quay in May 2021.",
    });
    Outgoing { partition, key: None, value: Some(serde_json::to_vec(&json).unwrap()), headers: None }
}

fn short(n: usize, partitions: std::ops::Range<i32>) -> Outgoing {
    let partition = partitions.start + n as i32 % (partitions.end - partitions.start);
    Outgoing { partition, ..article(n) }
}

/// The most memory that a process has taken, in bytes, on Linux.
fn peak_memory(worker: &Program) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", worker.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    Some(line.split_whitespace().nth(1)?.parse::<usize>().ok()? * 1024)
}

#[test]
fn an_article_of_20_mb_passes_and_the_worker_keeps_its_partitions() {
    let Some((setup, _place)) = single() else { return };
    let small = articles() / 2;
    let part = |from, to| (from..to).map(|n| short(n, 0..PARTITIONS));
    let (first, huge, last) = (part(0, small / 2), long("huge", 0, 20_000_000), part(small / 2, small));
    let offset = first.clone().filter(|message| message.partition == 0).count() as i64;
    let begun = Instant::now();
    let of_huge = Records::expected([((0, offset), huge.value.as_deref().unwrap())], &pipeline::Settings::default());
    // Much shorter than the article takes, however fast this is; the broker allows no less than half a second.
    let interval = (begun.elapsed() / 2).clamp(Duration::from_millis(500), Duration::from_millis(1200));
    let mut wire = with(setup, first.chain([huge]).chain(last));
    wire.set_session(interval);
    wire.set("max.poll.interval.ms", &interval.as_millis().to_string());
    let mut progress = wire.progress();
    let worker = Program::start(&wire, "0");
    let gap = longest_gap(&mut progress, small + 1);
    let memory = peak_memory(&worker);
    let log = worker.log();
    worker.end();
    assert!(gap > interval, "the article took only {gap:?}");
    assert_eq!(log.matches(ASSIGNED).count(), 1, "{log}");
    assert!(!log.contains(REVOKED), "{log}");
    // The message, its body and its text, each once, besides what any backlog takes.
    assert!(memory.is_none_or(|memory| memory < 450 << 20), "{memory:?} bytes of memory");
    verify::exactly_once(&wire, &wire.expected_besides(of_huge));
}

/// The longest time between two commits.
fn longest_gap(progress: &mut Progress, count: usize) -> Duration {
    progress.until(1);
    let mut longest = Duration::ZERO;
    while progress.seen < count {
        let begun = Instant::now();
        progress.until(progress.seen + 1);
        longest = longest.max(begun.elapsed());
    }
    longest
}

#[test]
fn a_partition_of_long_articles_does_not_starve_the_others() {
    let Some((setup, _place)) = single() else { return };
    const LONG: usize = 30;
    const SHORT: usize = 5_000;
    let short = |n| short(n, 1..PARTITIONS);
    let longs = (0..LONG).map(|n| long(&format!("long-{n}"), 0, 500_000));
    let wire = with(setup, longs.chain((0..SHORT).map(short)));
    let reader = wire.reader("read_committed");
    let worker = Program::start(&wire, "0");
    reader.assign(&all_of(&reader, &[&wire.topics.articles])).unwrap();
    // Short ones keep coming until a long one is through, however slow the machine is.
    let (mut sent, mut longs, mut shorts, mut halfway) = (SHORT, 0, 0, 0);
    let begun = Instant::now();
    while longs < LONG || shorts < sent {
        assert!(begun.elapsed() < Duration::from_secs(180), "{longs} long and {shorts} of {sent} short ones");
        if longs == 0 && sent - shorts < SHORT / 2 {
            wire.send((sent..sent + SHORT / 2).map(short));
            sent += SHORT / 2;
        }
        let Some(Ok(message)) = reader.poll(Duration::from_millis(100)) else { continue };
        if message.key().unwrap().starts_with(b"long") {
            longs += 1;
        } else {
            shorts += 1;
            halfway = if shorts <= SHORT / 2 { longs } else { halfway };
        }
    }
    let memory = peak_memory(&worker);
    worker.end();
    // Each partition has its turn: short articles do not wait for long ones; nor do long ones wait until there are no
    // short ones, or the loop would not have ended.
    assert!(halfway < LONG / 2, "{halfway} long ones before half of the short ones");
    assert!(memory.is_none_or(|memory| memory < 300 << 20), "{memory:?} bytes of memory");
    verify::exactly_once(&wire, &wire.expected());
}
