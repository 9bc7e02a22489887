//! A backlog, read as fast as it goes: articles a second, by the committed offsets.

use dateline::config::Settings;
use dateline::telemetry::Stage;

use crate::copy::Copy;
use crate::harness::{Progress, Sender, Worker, processor};
use crate::{Bench, beside, median, wire};

/// One turn: the rate, and the seconds of processor time for a thousand articles.
struct Turn {
    rate: f64,
    processor: f64,
}

/// Prints what the worker and the copy did, and what the worker spent its time on.
pub fn measure(bench: &Bench) {
    let (count, turns) = if bench.small { (1000, 1) } else { (100_000, 5) };
    let settings = wire(&bench.cluster).settings;
    let sender = Sender::new(&settings);
    bench.cycle(count).for_each(|(key, story)| sender.send(key, story));
    sender.flush();
    let (mut copies, mut works, mut stages) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..turns {
        copies.push(copy(bench, &beside(&bench.cluster, &settings), count));
        works.push(work(&beside(&bench.cluster, &settings), count, &mut stages));
    }
    println!("\nthroughput: {count} articles, {turns} turns, medians");
    println!("{:<12} {:>12} {:>24}", "", "articles/s", "processor ms an article");
    let [copy, work] = [copies, works].map(|turns| {
        let rate = median(turns.iter().map(|turn| turn.rate).collect());
        (rate, median(turns.iter().map(|turn| turn.processor).collect()))
    });
    println!("{:<12} {:>12.0} {:>24.3}", "bare copy", copy.0, copy.1);
    println!("{:<12} {:>12.0} {:>24.3}", "worker", work.0, work.1);
    println!("the worker has {:.2} of the rate of the copy (wanted: 0.8)", work.0 / copy.0);
    println!("where its time goes, in ms a batch (stages of different batches overlap):");
    for (at, stage) in Stage::ALL.iter().enumerate() {
        println!("  {:<10} {:>8.1}", stage.name(), median(stages.iter().map(|turn: &[f64; 4]| turn[at]).collect()));
    }
}

fn copy(bench: &Bench, settings: &Settings, count: usize) -> Turn {
    let before = processor("self");
    let copy = Copy::start(settings, &bench.answers);
    let rate = Progress::new(settings).rate(count);
    let processor = (processor("self") - before) * 1000.0 / count as f64;
    copy.end();
    Turn { rate, processor }
}

fn work(settings: &Settings, count: usize, stages: &mut Vec<[f64; 4]>) -> Turn {
    let worker = Worker::start(settings);
    let rate = Progress::new(settings).rate(count);
    let processor = worker.processor() * 1000.0 / count as f64;
    stages.push(Stage::ALL.map(|stage| {
        let of = |part: &str| worker.metric(&format!("dateline_stage_seconds_{part}"), stage.name());
        of("sum") * 1000.0 / of("count")
    }));
    worker.end();
    Turn { rate, processor }
}
