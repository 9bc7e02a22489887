//! The program itself: signals, exit codes, messages.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use crate::cluster::shared;
use crate::wire::{Wire, article};

/// `dateline run` on a wire.
fn dateline_run(wire: &Wire, flags: &[&str]) -> Command {
    let kafka = &wire.settings.kafka;
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    command.arg("run").args(["--brokers", &kafka.brokers, "--input", &kafka.input, "--group", &kafka.group]);
    command.args(["--output-prefix", &kafka.output_prefix]).args(flags);
    command.env("DATELINE_STREAM__BATCH_MESSAGES", "7").env("DATELINE_STREAM__BATCH_TIME_MS", "20");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn terminate(child: Child) -> Output {
    let told = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(told.success());
    child.wait_with_output().unwrap()
}

#[test]
fn sigterm_finishes_the_batch_leaves_and_exits_0() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..300).map(article));
    let worker = dateline_run(&wire, &[]).spawn().unwrap();
    wire.await_fates(7);

    let output = terminate(worker);

    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(log.contains("ended as asked"), "{log}");
    assert!(!log.contains("bridge 1 "), "no article text in the log: {log}");
    // Nothing hangs in the air: what has a fate is committed, and the other way round.
    let found = wire.found("read_committed");
    assert_eq!(wire.found("read_uncommitted"), found);
    let fates = |partition| found.articles.keys().filter(|place| place.0 == partition).count() as i64;
    assert_eq!(wire.committed(), [fates(0), fates(1), fates(2)]);

    let next = dateline_run(&wire, &[]).spawn().unwrap();
    wire.await_fates(300);
    assert_eq!(terminate(next).status.code(), Some(0));
    assert_eq!(wire.found("read_uncommitted"), wire.expected());
}

#[test]
fn a_missing_topic_is_named_and_the_way_to_mend_it() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::without_topics(cluster);

    let output = dateline_run(&wire, &[]).output().unwrap();

    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{log}");
    assert!(log.contains(&wire.topics.input) && log.contains("dateline check"), "{log}");
}

#[test]
fn health_and_metrics_are_served_while_it_runs() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..3).map(article));
    let mut worker = dateline_run(&wire, &["--http", "127.0.0.1:0"]).spawn().unwrap();
    let log = BufReader::new(worker.stderr.take().unwrap());
    let served = log.lines().map_while(Result::ok).find(|line| line.contains("serving health and metrics")).unwrap();
    let address = served.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    wire.await_fates(3);

    let ready = get(&address, "/readyz");
    let metrics = get(&address, "/metrics");

    assert_eq!(terminate(worker).status.code(), Some(0));
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
    assert!(metrics.contains("dateline_articles_total{fate=\"extracted\"} 3"), "{metrics}");
}

fn get(address: &str, path: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
