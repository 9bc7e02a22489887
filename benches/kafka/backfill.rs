//! A backfill of a whole topic, compared with a bare copy of it.

use std::process::{Command, Stdio};

use dateline::config::Settings;

use crate::harness::Sender;
use crate::{Bench, median, same_input, throughput, wire};

/// Prints the rates of a backfill to topics, of one to a file, and of the copy.
pub fn measure(bench: &Bench) {
    let (count, rounds) = if bench.smoke { (1000, 1) } else { (200_000, 3) };
    let settings = wire(&bench.cluster).settings;
    let sender = Sender::new(&settings);
    bench.cycle(count).for_each(|(key, story)| sender.send(key, story));
    sender.flush();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.jsonl");
    let (mut copies, mut topics, mut files) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        copies.push(throughput::copy(bench, &same_input(&bench.cluster, &settings), count).rate);
        topics.push(backfill(&same_input(&bench.cluster, &settings), count, &[]));
        files.push(backfill(&settings, count, &["--restart", "--output", file.to_str().unwrap()]));
    }
    let [copies, topics, files] = [copies, topics, files].map(median);
    println!("\nbackfill: {count} articles, {rounds} rounds, medians, articles/s");
    println!("bare copy {copies:.0}, backfill to topics {topics:.0}, to a file {files:.0}");
    println!("the backfill has {:.2} of the rate of the copy (target: 0.8)", topics / copies);
}

/// Runs a backfill of `count` articles and returns its rate, by its own report.
fn backfill(settings: &Settings, count: usize, flags: &[&str]) -> f64 {
    let kafka = &settings.kafka;
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let mut program = Command::new(env!("CARGO_BIN_EXE_dateline"));
    program.args(["backfill", "--earliest", "--yes", "--brokers", &kafka.brokers, "--input", &kafka.input]);
    program.args(["--output-prefix", &kafka.output_prefix, "--report", report.to_str().unwrap()]).args(flags);
    program.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(program.status().unwrap().success());
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    assert_eq!(report["read"], count);
    count as f64 / report["seconds"].as_f64().unwrap()
}
