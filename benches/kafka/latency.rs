//! A steady wire: how long after its article was sent an event is there for a reader of committed records.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dateline::config::{Settings, Topics};
use rdkafka::message::Headers;
use rdkafka::{Message, Offset};

use crate::copy::Copy;
use crate::harness::{Sender, Worker, reader};
use crate::{Bench, median, wire};

/// How many articles a second are sent.
const RATE: u32 = 500;

/// Prints the latency of the worker and of the copy.
pub fn measure(bench: &Bench) {
    let (seconds, turns) = if bench.small { (1, 1) } else { (15, 3) };
    let (mut copies, mut works) = (Vec::new(), Vec::new());
    for _ in 0..turns {
        let settings = wire(&bench.cluster).settings;
        let copy = Copy::start(&settings, &bench.answers);
        copies.push(steady(bench, &settings, seconds));
        copy.end();
        let settings = wire(&bench.cluster).settings;
        let worker = Worker::start(&settings);
        works.push(steady(bench, &settings, seconds));
        worker.end();
    }
    println!("\nlatency from an article sent to its events committed, {RATE} articles/s, {turns} turns, medians");
    println!("{:<12} {:>10} {:>10}", "ms", "p50", "p99");
    let [copy, work] = [copies, works].map(|turns: Vec<Vec<f64>>| {
        [0.5, 0.99].map(|share| median(turns.iter().map(|it| it[(it.len() as f64 * share) as usize]).collect()))
    });
    println!("{:<12} {:>10.0} {:>10.0}", "bare copy", copy[0], copy[1]);
    println!("{:<12} {:>10.0} {:>10.0}", "worker", work[0], work[1]);
    println!("p99 of the worker is {:.2} times that of the copy (wanted: 2 at the most)", work[1] / copy[1]);
}

/// Sends for so long, and returns the latency of each event in milliseconds, from short to long.
fn steady(bench: &Bench, settings: &Settings, seconds: u32) -> Vec<f64> {
    let topics = Topics::new(&settings.kafka);
    // A group takes seconds to come together: wait until a first article is through.
    let fates = reader(settings, &topics.articles, Offset::Beginning);
    let sender = Sender::new(settings);
    let (key, story) = bench.stories.last().unwrap();
    sender.send(key, story);
    sender.flush();
    while fates.poll(Duration::from_secs(60)).expect("a first fate").is_err() {}
    drop(fates);

    let events = reader(settings, &topics.events, Offset::End);
    let sent: Mutex<HashMap<String, Instant>> = Mutex::default();
    let done = AtomicBool::new(false);
    let mut times = thread::scope(|scope| {
        let follower = scope.spawn(|| {
            let mut times = Vec::new();
            let mut last = Instant::now();
            // What is late comes within the pace of batches.
            while !done.load(Ordering::Relaxed) || last.elapsed() < Duration::from_secs(3) {
                let Some(Ok(event)) = events.poll(Duration::from_millis(100)) else { continue };
                last = Instant::now();
                let subject = event.headers().unwrap().iter().find(|it| it.key == "ce_subject").unwrap();
                let id = std::str::from_utf8(subject.value.unwrap()).unwrap();
                times.extend(sent.lock().unwrap().get(id).map(|then| then.elapsed().as_secs_f64() * 1000.0));
            }
            times
        });
        let begun = Instant::now();
        for (n, (key, story)) in bench.cycle((RATE * seconds) as usize).enumerate() {
            thread::sleep((Duration::from_secs(n as u64) / RATE).saturating_sub(begun.elapsed()));
            let id = serde_json::from_slice::<serde_json::Value>(story).unwrap()["id"].as_str().unwrap().to_owned();
            sent.lock().unwrap().insert(id, Instant::now());
            sender.send(key, story);
        }
        sender.flush();
        done.store(true, Ordering::Relaxed);
        follower.join().unwrap()
    });
    assert!(!times.is_empty(), "no event came");
    times.sort_by(f64::total_cmp);
    times
}
