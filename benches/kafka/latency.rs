//! Latency at a steady rate: the time from sending an article until a reader of committed records sees its events.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dateline::config::{Settings, Topics};
use rdkafka::message::Headers;
use rdkafka::{Message, Offset};

use crate::bare_copy::BareCopy;
use crate::harness::{Sender, Worker, reader};
use crate::{Bench, median, wire};

/// The number of articles sent a second.
const RATE: u32 = 500;

/// Prints the latency of the worker and of the copy.
pub fn measure(bench: &Bench) {
    let (seconds, rounds) = if bench.smoke { (1, 1) } else { (15, 3) };
    let (mut copies, mut workers) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let settings = wire(&bench.cluster).settings;
        let copy = BareCopy::start(&settings, &bench.records);
        copies.push(latencies(bench, &settings, seconds));
        copy.stop();
        let settings = wire(&bench.cluster).settings;
        let worker = Worker::start(&settings);
        workers.push(latencies(bench, &settings, seconds));
        worker.stop();
    }
    println!("\nlatency from sending an article to reading its events, {RATE} articles/s, {rounds} rounds, medians");
    println!("{:<12} {:>10} {:>10}", "ms", "p50", "p99");
    let [copy, worker] = [copies, workers].map(|rounds: Vec<Vec<f64>>| {
        [0.5, 0.99].map(|share| median(rounds.iter().map(|it| it[(it.len() as f64 * share) as usize]).collect()))
    });
    println!("{:<12} {:>10.0} {:>10.0}", "bare copy", copy[0], copy[1]);
    println!("{:<12} {:>10.0} {:>10.0}", "worker", worker[0], worker[1]);
    println!("p99 of the worker is {:.2} times that of the copy (target: at most 2)", worker[1] / copy[1]);
}

/// Sends for some seconds, and returns the latency of each event in milliseconds, sorted.
fn latencies(bench: &Bench, settings: &Settings, seconds: u32) -> Vec<f64> {
    let topics = Topics::new(&settings.kafka);
    // Joining a group takes seconds: wait until a first article is processed.
    let dispositions = reader(settings, &topics.articles, Offset::Beginning);
    let sender = Sender::new(settings);
    let (key, story) = bench.stories.last().unwrap();
    sender.send(key, story);
    sender.flush();
    while dispositions.poll(Duration::from_secs(60)).expect("a first disposition").is_err() {}
    drop(dispositions);

    let events = reader(settings, &topics.events, Offset::End);
    let sent: Mutex<HashMap<String, Instant>> = Mutex::default();
    let done = AtomicBool::new(false);
    let mut times = thread::scope(|scope| {
        let follower = scope.spawn(|| {
            let mut times = Vec::new();
            let mut last = Instant::now();
            // Waits for the events of the last batches as well.
            while !done.load(Ordering::Relaxed) || last.elapsed() < Duration::from_secs(3) {
                let Some(Ok(event)) = events.poll(Duration::from_millis(100)) else { continue };
                last = Instant::now();
                let subject = event.headers().unwrap().iter().find(|it| it.key == "ce_subject").unwrap();
                let id = std::str::from_utf8(subject.value.unwrap()).unwrap();
                times.extend(sent.lock().unwrap().get(id).map(|sent| sent.elapsed().as_secs_f64() * 1000.0));
            }
            times
        });
        let started = Instant::now();
        for (n, (key, story)) in bench.cycle((RATE * seconds) as usize).enumerate() {
            thread::sleep((Duration::from_secs(n as u64) / RATE).saturating_sub(started.elapsed()));
            let id = serde_json::from_slice::<serde_json::Value>(story).unwrap()["id"].as_str().unwrap().to_owned();
            sent.lock().unwrap().insert(id, Instant::now());
            sender.send(key, story);
        }
        sender.flush();
        done.store(true, Ordering::Relaxed);
        follower.join().unwrap()
    });
    assert!(!times.is_empty(), "no event arrived");
    times.sort_by(f64::total_cmp);
    times
}
