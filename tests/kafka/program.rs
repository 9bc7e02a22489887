//! The program as a process: signals, exit codes, messages.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::process::{Child, Command, Output, Stdio};

use crate::broker::cluster::shared;
use crate::broker::wire::{Wire, article, broken};

/// The program on a wire.
pub fn dateline(wire: &Wire, command: &str, flags: &[&str]) -> Command {
    let kafka = &wire.settings.kafka;
    let mut program = Command::new(env!("CARGO_BIN_EXE_dateline"));
    program.arg(command).args(["--brokers", &kafka.brokers, "--input", &kafka.input, "--group", &kafka.group]);
    program.args(["--output-prefix", &kafka.output_prefix]).args(flags);
    program.env("DATELINE_STREAM__BATCH_MESSAGES", "7").env("DATELINE_STREAM__BATCH_TIME_MS", "20");
    program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    program
}

/// Asks a program to end, and waits until it has.
pub fn terminate(child: Child) -> Output {
    let sent = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(sent.success());
    child.wait_with_output().unwrap()
}

#[test]
fn sigterm_finishes_the_batch_leaves_and_exits_0() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..300).map(article));
    let worker = dateline(&wire, "run", &[]).spawn().unwrap();
    wire.await_dispositions(7);

    let ended = terminate(worker);

    let log = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(0), "{log}");
    assert!(log.contains("shut down cleanly"), "{log}");
    assert!(!log.contains("bridge 1 "), "no article text in the log: {log}");
    // What has a disposition is committed, and the other way round.
    let output = wire.output("read_committed");
    assert_eq!(wire.output("read_uncommitted"), output);
    let count = |partition| output.articles.keys().filter(|source| source.0 == partition).count() as i64;
    assert_eq!(wire.committed(), [count(0), count(1), count(2)]);

    let next = dateline(&wire, "run", &[]).spawn().unwrap();
    wire.await_dispositions(300);
    assert_eq!(terminate(next).status.code(), Some(0));
    assert_eq!(wire.output("read_uncommitted"), wire.expected());
}

#[test]
fn a_missing_topic_is_named_with_the_command_that_creates_it() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::without_topics(cluster);

    let output = dateline(&wire, "run", &[]).output().unwrap();

    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{log}");
    assert!(log.contains(&wire.topics.input) && log.contains("dateline check"), "{log}");
}

#[test]
fn health_and_metrics_are_served_while_it_runs() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..3).map(article));
    let mut worker = dateline(&wire, "run", &["--http", "127.0.0.1:0"]).spawn().unwrap();
    let log = BufReader::new(worker.stderr.take().unwrap());
    let served = log.lines().map_while(Result::ok).find(|line| line.contains("serving health and metrics")).unwrap();
    let address = served.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    wire.await_dispositions(3);

    let ready = get(&address, "/ready");
    let metrics = get(&address, "/metrics");

    assert_eq!(terminate(worker).status.code(), Some(0));
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
    assert!(metrics.contains("dateline_articles_total{status=\"extracted\"} 3"), "{metrics}");
}

#[test]
fn the_json_log_has_a_span_for_each_batch_and_never_the_text_of_an_article() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..20).map(article).chain([broken(0, Some(b"{\"body\": \"a secret bridge"))]));
    let mut worker = dateline(&wire, "run", &[]);
    worker.env("DATELINE_LOG__FORMAT", "json").env("DATELINE_LOG__LEVEL", "trace");
    // More than fits into a pipe.
    let mut log = tempfile::tempfile().unwrap();
    let worker = worker.stderr(log.try_clone().unwrap()).spawn().unwrap();
    wire.await_dispositions(21);
    terminate(worker);
    let log = read_all(&mut log);

    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let committed: Vec<_> = lines.iter().filter(|line| line["message"] == "committed").collect();
    let messages: u64 = committed.iter().map(|line| line["span"]["messages"].as_u64().unwrap()).sum();
    assert_eq!(messages, 21, "{log}");
    assert!(committed.iter().enumerate().all(|(at, line)| line["span"]["number"] == at + 1), "{log}");
    for text in ["bridge", "mayor", "council"] {
        assert!(!log.contains(text), "{text} is in the log: {log}");
    }
}

#[test]
fn check_creates_the_topics_and_then_finds_nothing_wrong() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::without_topics(cluster);
    let check = |flags: &[&str]| {
        let output = dateline(&wire, "check", flags).env("DATELINE_KAFKA__PARTITIONS", "3").output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };

    let (missing, text) = check(&[]);
    assert_eq!(missing, Some(1), "{text}");
    let (made, text) = check(&["--create-topics"]);
    assert_eq!(made, Some(0), "{text}");
    wire.await_topics();
    let (right, text) = check(&[]);
    assert_eq!(right, Some(0), "{text}");

    wire.send((0..3).map(article));
    wire.run_until(3);
    assert_eq!(wire.output("read_committed"), wire.expected());
}

#[test]
fn the_demo_shows_every_sample_and_ends() {
    let output = Command::new(env!("CARGO_BIN_EXE_dateline")).args(["demo", "--once"]).output().unwrap();

    let (shown, log) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert_eq!(log, "");
    let summary = shown.lines().last().unwrap();
    assert!(summary.ends_with(" events from 17 articles, 1 of them corrections; 1 rejected"), "{shown}");
    assert!(!summary.starts_with("0 "), "{shown}");
    assert!(shown.contains("REJECTED, not-json: ") && shown.contains("CORRECTED, revision 2"), "{shown}");
}

/// Everything that another process has written to a file.
pub fn read_all(file: &mut File) -> String {
    let mut text = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut text).unwrap();
    text
}

pub fn get(address: &str, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
