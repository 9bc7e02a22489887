//! Throughput over a backlog: articles a second, by the committed offsets.

use std::collections::{BTreeMap, BTreeSet};

use dateline::config::Settings;
use dateline::telemetry::Stage;

use crate::bare_copy::BareCopy;
use crate::harness::{Progress, Sender, Worker, cpu_seconds};
use crate::{Bench, median, same_input, wire};

/// The result of one round.
pub struct Round {
    /// Articles a second.
    pub rate: f64,
    /// Milliseconds of processor time an article.
    cpu_millis: f64,
    /// The same for each kind of the worker's threads.
    by_thread: BTreeMap<&'static str, f64>,
}

/// Prints the rates of the worker and the copy, and what the worker spends its time on.
pub fn measure(bench: &Bench) {
    let (count, rounds) = if bench.smoke { (1000, 1) } else { (100_000, 5) };
    let settings = wire(&bench.cluster).settings;
    let sender = Sender::new(&settings);
    bench.cycle(count).for_each(|(key, story)| sender.send(key, story));
    sender.flush();
    let (mut copies, mut workers, mut times) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        copies.push(copy(bench, &same_input(&bench.cluster, &settings), count));
        workers.push(work(&same_input(&bench.cluster, &settings), count, &mut times));
    }
    println!("\nthroughput: {count} articles, {rounds} rounds, medians");
    println!("{:<12} {:>12} {:>24}", "", "articles/s", "CPU ms an article");
    let kinds: BTreeSet<&str> = workers.iter().flat_map(|round| round.by_thread.keys().copied()).collect();
    let of_kind = |kind| median(workers.iter().filter_map(|round| round.by_thread.get(kind).copied()).collect());
    let by_thread: BTreeMap<&str, f64> = kinds.into_iter().map(|kind| (kind, of_kind(kind))).collect();
    let [copy, worker] = [copies, workers].map(|rounds| {
        let rate = median(rounds.iter().map(|round| round.rate).collect());
        (rate, median(rounds.iter().map(|round| round.cpu_millis).collect()))
    });
    println!("{:<12} {:>12.0} {:>24.3}", "bare copy", copy.0, copy.1);
    println!("{:<12} {:>12.0} {:>24.3}", "worker", worker.0, worker.1);
    println!("the worker has {:.2} of the rate of the copy (target: 0.8)", worker.0 / copy.0);
    println!("its processor time by thread, in ms an article (target: all but extraction at most 1.2 times the copy):");
    for (kind, millis) in &by_thread {
        println!("  {kind:<44} {millis:>8.3}");
    }
    let rest: f64 = worker.1 - by_thread.get("extraction").copied().unwrap_or_default();
    println!("  {:<44} {:>8.2} times the copy", "all but extraction", rest / copy.1);
    println!("its mean times, in ms (stages of different batches overlap):");
    for (at, (name, _)) in timed_metrics().iter().enumerate() {
        println!("  {name:<22} {:>8.3}", median(times.iter().map(|round: &Vec<f64>| round[at]).collect()));
    }
}

/// Returns what is timed: a name, and the metric and the label whose mean is printed.
fn timed_metrics() -> Vec<(String, (&'static str, &'static str))> {
    let stages =
        Stage::ALL.map(|stage| (format!("a batch: {}", stage.name()), ("dateline_stage_seconds", stage.name())));
    stages.into_iter().chain([("an article: extract".to_owned(), ("dateline_extraction_seconds", ""))]).collect()
}

/// Measures one round of the bare copy.
pub fn copy(bench: &Bench, settings: &Settings, count: usize) -> Round {
    let before = cpu_seconds("self");
    let copy = BareCopy::start(settings, &bench.records);
    let rate = Progress::new(settings).rate(count);
    let cpu_millis = (cpu_seconds("self") - before) * 1000.0 / count as f64;
    copy.stop();
    Round { rate, cpu_millis, by_thread: BTreeMap::new() }
}

/// Measures one round of the worker.
fn work(settings: &Settings, count: usize, times: &mut Vec<Vec<f64>>) -> Round {
    let worker = Worker::start(settings);
    let rate = Progress::new(settings).rate(count);
    let cpu_millis = worker.cpu_seconds() * 1000.0 / count as f64;
    let by_thread = worker.thread_seconds();
    let by_thread = by_thread.into_iter().map(|(kind, seconds)| (kind, seconds * 1000.0 / count as f64)).collect();
    let mean = |(_, (metric, label)): (_, (&str, &str))| {
        let value = |suffix: &str| worker.metric(&format!("{metric}_{suffix}"), label);
        value("sum") * 1000.0 / value("count")
    };
    times.push(timed_metrics().into_iter().map(mean).collect());
    worker.stop();
    Round { rate, cpu_millis, by_thread }
}
