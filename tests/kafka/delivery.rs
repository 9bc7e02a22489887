//! Every message has exactly one disposition, and its records are those of the pipeline.

use std::io::Write;
use std::process::{Command, Stdio};

use dateline::config::Delivery;
use rdkafka::Message;
use serde_json::json;

use crate::broker::cluster::shared;
use crate::broker::output::header;
use crate::broker::wire::{Outgoing, Wire, article, broken};
use crate::contract;
use crate::outside;

#[test]
fn what_comes_out_is_what_the_pipeline_makes_once() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..60).map(article).chain([broken(1, Some(b"{\"title\": \"cut o")), broken(2, Some(b""))]));

    let did = wire.run_until(62);

    assert_eq!((did.articles, did.rejected, did.aborted), (60, 2, 0));
    assert!(did.batches > 1, "several batches");
    let expected = wire.expected();
    assert!(!expected.events.is_empty(), "the articles have events");
    assert_eq!(wire.output("read_committed"), expected);
    // Nothing was written and then aborted either.
    assert_eq!(wire.output("read_uncommitted"), expected);
    assert_eq!(wire.committed(), [20, 21, 21]);
}

/// What `dateline extract` prints for an article: a line an event.
fn extracted(article: &[u8]) -> Vec<String> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(["extract", "--format", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(article).unwrap();
    let printed = String::from_utf8(program.wait_with_output().unwrap().stdout).unwrap();
    let mut lines: Vec<String> = printed.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn the_seed_article_passes_through_kafka_as_extract_prints_it() {
    let files = ["seed/article.txt"];
    let Some(paths) = outside::shared("seed", &files, "the seed article is not there") else { return };
    let Some(cluster) = shared() else { return };
    let body = std::fs::read_to_string(&paths[0]).unwrap();
    let seed =
        json!({"id": "seed", "published_at": "2019-05-03T18:35:00+01:00", "body": body}).to_string().into_bytes();
    let wire = Wire::new(cluster);
    wire.send([Outgoing { partition: 0, key: None, value: Some(seed.clone()), headers: None }]);

    wire.run_until(1);

    let events = wire.read(&wire.topics.events, "read_committed");
    let mut values: Vec<_> =
        events.iter().map(|event| String::from_utf8(event.payload().unwrap().to_vec()).unwrap()).collect();
    values.sort();
    assert!(values.len() >= 14, "the seed article has its events");
    assert_eq!(values, extracted(&seed));
    for value in &values {
        contract::assert_is_record(&serde_json::from_str::<serde_json::Value>(value).unwrap());
    }
}

#[test]
fn an_event_carries_its_cloudevents_headers_and_the_time_of_its_message() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send([article(0)]);

    wire.run_until(1);

    let sent = wire.read(&wire.topics.input, "read_committed")[0].timestamp();
    let events = wire.read(&wire.topics.events, "read_committed");
    assert!(!events.is_empty(), "the article has events");
    for event in events {
        assert_eq!(header(&event, "ce_id").as_deref(), std::str::from_utf8(event.key().unwrap()).ok());
        assert_eq!(header(&event, "ce_subject").as_deref(), Some("wire-0"));
        assert_eq!(header(&event, "content-type").as_deref(), Some("application/json"));
        assert_eq!(event.timestamp(), sent);
    }
}

#[test]
fn a_worker_resumes_where_the_last_one_ended() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..20).map(article));
    wire.run_until(20);
    wire.send((20..40).map(article));

    let did = wire.run_until(40);

    assert_eq!(did.articles, 20);
    assert_eq!(wire.output("read_uncommitted"), wire.expected());
}

#[test]
fn a_worker_that_joins_takes_its_share_and_nothing_is_lost_or_doubled() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    let first = wire.worker("first");
    wire.send((0..30).map(article));
    wire.await_dispositions(30);
    let second = wire.worker("second");

    let mut sent = 30;
    while !second.control.metrics.encode().unwrap().contains("dateline_articles_total{") {
        assert!(sent < 6_000, "the second worker was given nothing");
        wire.send((sent..sent + 30).map(article));
        sent += 30;
        wire.await_dispositions(sent);
    }
    // The first leaves, and the second has it all.
    let first = first.end().unwrap();
    wire.send((sent..sent + 30).map(article));
    wire.await_dispositions(sent + 30);
    let second = second.end().unwrap();

    assert_eq!(first.articles + second.articles, sent as u64 + 30);
    assert_eq!(wire.output("read_committed"), wire.expected());
}

#[test]
fn without_transactions_the_same_comes_out() {
    let Some(cluster) = shared() else { return };
    let mut wire = Wire::new(cluster);
    wire.settings.stream.delivery = Delivery::AtLeastOnce;
    wire.send((0..30).map(article).chain([broken(0, Some(b"?"))]));

    let did = wire.run_until(31);

    assert_eq!((did.articles, did.rejected), (30, 1));
    assert_eq!(wire.output("read_uncommitted"), wire.expected());
    assert_eq!(wire.committed(), [11, 10, 10]);
}

#[test]
fn a_worker_whose_name_was_taken_ends_with_that_message() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..3).map(article));
    let old = wire.worker("same");
    wire.await_dispositions(3);
    let new = wire.worker("same");

    // The old one finds out with its next transaction.
    let mut sent = 3;
    while !old.has_ended() {
        assert!(sent < 3_000, "the old worker was not fenced");
        wire.send((sent..sent + 3).map(article));
        sent += 3;
        wire.await_dispositions(sent);
    }
    let error = old.end().unwrap_err().to_string();
    new.end().unwrap();

    assert!(error.contains("--instance"), "{error}");
    assert_eq!(wire.output("read_committed"), wire.expected());
}
