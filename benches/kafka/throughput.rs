//! A backlog, read as fast as it goes: articles a second, by the committed offsets.

use dateline::config::Settings;
use dateline::telemetry::Stage;

use crate::copy::Copy;
use crate::harness::{Progress, Sender, Worker, processor};
use crate::{Bench, beside, median, wire};

/// One turn: the rate, and the seconds of processor time for a thousand articles.
pub struct Turn {
    pub rate: f64,
    processor: f64,
}

/// Prints what the worker and the copy did, and what the worker spent its time on.
pub fn measure(bench: &Bench) {
    let (count, turns) = if bench.small { (1000, 1) } else { (100_000, 5) };
    let settings = wire(&bench.cluster).settings;
    let sender = Sender::new(&settings);
    bench.cycle(count).for_each(|(key, story)| sender.send(key, story));
    sender.flush();
    let (mut copies, mut works, mut spent) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..turns {
        copies.push(copy(bench, &beside(&bench.cluster, &settings), count));
        works.push(work(&beside(&bench.cluster, &settings), count, &mut spent));
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
    println!("where its time goes, in ms (stages of different batches overlap):");
    for (at, (name, _)) in parts().iter().enumerate() {
        println!("  {name:<22} {:>8.3}", median(spent.iter().map(|turn: &Vec<f64>| turn[at]).collect()));
    }
}

/// What the worker's time is told by: a name, and the metric and label whose mean it is.
fn parts() -> Vec<(String, (&'static str, &'static str))> {
    let stages =
        Stage::ALL.map(|stage| (format!("a batch: {}", stage.name()), ("dateline_stage_seconds", stage.name())));
    stages.into_iter().chain([("an article: extract".to_owned(), ("dateline_extraction_seconds", ""))]).collect()
}

/// One turn of the bare copy.
pub fn copy(bench: &Bench, settings: &Settings, count: usize) -> Turn {
    let before = processor("self");
    let copy = Copy::start(settings, &bench.answers);
    let rate = Progress::new(settings).rate(count);
    let processor = (processor("self") - before) * 1000.0 / count as f64;
    copy.end();
    Turn { rate, processor }
}

fn work(settings: &Settings, count: usize, spent: &mut Vec<Vec<f64>>) -> Turn {
    let worker = Worker::start(settings);
    let rate = Progress::new(settings).rate(count);
    let processor = worker.processor() * 1000.0 / count as f64;
    let mean = |(_, (metric, label)): (_, (&str, &str))| {
        let of = |part: &str| worker.metric(&format!("{metric}_{part}"), label);
        of("sum") * 1000.0 / of("count")
    };
    spent.push(parts().into_iter().map(mean).collect());
    worker.end();
    Turn { rate, processor }
}
