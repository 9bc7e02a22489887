//! Deletions on a real broker: messages without a value, deleted rows, kills that were missed, kills of what is not known.

use dateline::config::TombstonePolicy;
use rdkafka::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::{Value, json};

use super::program::{dateline, terminate};
use crate::broker::cluster::shared;
use crate::broker::output::header;
use crate::broker::revisions::revision;
use crate::broker::wire::{Outgoing, PATIENCE, Wire};

const BODY: &str = "The harbour opened on Monday.";

fn tombstone(partition: i32, key: Option<&str>) -> Outgoing {
    Outgoing { partition, key: key.map(|key| key.as_bytes().to_vec()), value: None, headers: None }
}

/// A message on partition 0.
fn message(value: &Value) -> Outgoing {
    Outgoing { partition: 0, key: Some(b"any".to_vec()), value: Some(value.to_string().into_bytes()), headers: None }
}

/// Runs a backfill in which tombstones withdraw, and returns its exit code and what it printed.
fn backfill(wire: &Wire, flags: &[&str]) -> (Option<i32>, String) {
    let mut program = dateline(wire, "backfill", flags);
    let output = program.arg("--yes").env("DATELINE_INPUT__TOMBSTONES", "withdraw").output().unwrap();
    let printed = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
    (output.status.code(), printed)
}

fn codes(article: &Value) -> Vec<&str> {
    article["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap()).collect()
}

/// How many records of a topic have no value.
fn tombstones(wire: &Wire, topic: &str) -> usize {
    wire.read(topic, "read_committed").iter().filter(|record| record.payload().is_none()).count()
}

#[test]
fn by_default_a_tombstone_is_reported_where_its_key_is_a_known_id_and_counted_elsewhere() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send([
        revision(0, 1, BODY, json!({})),
        tombstone(0, Some("article-0")),
        tombstone(0, Some("article-3")),
        tombstone(1, None),
        tombstone(2, Some("article-5")),
    ]);

    let metrics = wire.run_to_end();

    let found = wire.timeline();
    let article = &found.articles["article-0"];
    assert_eq!((&article["status"], codes(article)), (&json!("skipped"), vec!["tombstone"]));
    assert_eq!(article["source"]["offset"], 1);
    assert_eq!((found.articles.len(), found.events.len(), tombstones(&wire, &wire.topics.events)), (1, 1, 0));
    assert!(wire.read(&wire.topics.rejected, "read_committed").is_empty());
    for line in ["dateline_unknown_tombstones_total 3", "dateline_articles_total{status=\"skipped\"} 1"] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
}

#[test]
fn a_tombstone_can_withdraw_an_article_that_another_worker_published() {
    let Some(cluster) = shared() else { return };
    let mut wire = Wire::new(cluster);
    wire.settings.tombstones = TombstonePolicy::Withdraw;
    wire.send([revision(0, 1, BODY, json!({})), revision(1, 1, BODY, json!({})), revision(2, 1, BODY, json!({}))]);
    wire.run_until(3);
    let empty = Outgoing { value: Some(Vec::new()), ..tombstone(2, Some("article-2")) };
    wire.send([
        tombstone(0, Some("article-0")),
        tombstone(1, Some(r#"{"schema":{"type":"struct"},"payload":{"id":"article-1"}}"#)),
        empty,
        tombstone(1, Some("article-5")),
    ]);

    let metrics = wire.run_to_end();

    let found = wire.timeline();
    for (id, status) in [("article-0", "withdrawn"), ("article-1", "withdrawn"), ("article-2", "extracted")] {
        assert_eq!(found.articles[id]["status"], status, "{id}");
    }
    assert_eq!((found.events.len(), tombstones(&wire, &wire.topics.events)), (1, 2));
    let rejected = wire.read(&wire.topics.rejected, "read_committed");
    let codes: Vec<_> = rejected.iter().filter_map(|record| header(record, "dateline-error-code")).collect();
    assert_eq!(codes, ["not-json"], "an empty value is a value");
    assert!(metrics.contains("dateline_unknown_tombstones_total 1"), "{metrics}");
    assert!(metrics.contains("dateline_retractions_total 2"), "{metrics}");
}

#[test]
fn a_backfill_does_with_tombstones_what_it_is_configured_to() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send([
        revision(0, 1, BODY, json!({})),
        tombstone(0, Some("article-0")),
        revision(1, 1, BODY, json!({})),
        tombstone(1, Some("unknown")),
    ]);
    wire.run_to_end();
    assert_eq!(wire.timeline().events.len(), 2, "the live worker skips them");

    let (_, compared) = backfill(&wire, &["--earliest", "--compare"]);
    assert!(compared.lines().any(|line| line.split_whitespace().eq(["removed", "1"])), "{compared}");
    let (code, printed) = backfill(&wire, &["--earliest"]);

    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("Deletions of unknown articles  1"), "{printed}");
    let found = wire.timeline();
    assert_eq!((&found.articles["article-0"]["status"], found.events.len()), (&json!("withdrawn"), 1));
    backfill(&wire, &["--earliest"]);
    assert_eq!(wire.timeline(), found, "a second run changes nothing");
}

#[test]
fn a_deleted_row_withdraws_its_article_whatever_tombstones_do() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    let row = |id: u32, day: &str| {
        json!({"id": id, "title": "Harbour", "body": format!("The harbour opened on {day}."),
               "published_at": "2026-03-10T09:00:00Z", "revision": "2"})
    };
    let changed =
        |op: &str, before: Value, after: Value| json!({"before": before, "after": after, "op": op, "ts_ms": 1});
    let wrapped = |change: Value| json!({"schema": {"type": "struct"}, "payload": change});
    let unwrapped = |id: u32, deleted: Value| {
        let mut row = row(id, "Monday");
        row["__deleted"] = deleted;
        row
    };
    wire.send([
        message(&changed("c", Value::Null, row(1, "Monday"))),
        message(&changed("u", row(1, "Monday"), row(1, "Tuesday"))),
        message(&wrapped(changed("r", Value::Null, row(2, "Monday")))),
        message(&unwrapped(3, json!("false"))),
        message(&unwrapped(4, json!(false))),
        message(&row(5, "Monday")),
    ]);
    wire.run_to_end();
    let before = wire.timeline();
    assert_eq!((before.articles.len(), before.events.len()), (5, 5));
    wire.send([
        message(&changed("d", row(1, "Tuesday"), Value::Null)),
        message(&wrapped(changed("d", json!({"id": 2, "title": null}), Value::Null))),
        message(&unwrapped(3, json!("true"))),
        message(&unwrapped(4, json!(true))),
        message(&row(5, "Monday")),
    ]);

    let metrics = wire.run_to_end();

    let found = wire.timeline();
    for id in ["1", "2", "3", "4"] {
        assert_eq!((&found.articles[id]["status"], codes(&found.articles[id])), (&json!("withdrawn"), vec!["deleted"]));
    }
    assert_eq!((found.events.len(), tombstones(&wire, &wire.topics.events)), (1, 5), "one of them by the update");
    assert!(metrics.contains("dateline_unknown_withdrawals_total 0"), "{metrics}");
}

#[test]
fn a_withdrawal_of_an_article_that_is_not_known_is_warned_of_and_counted() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send([revision(0, 2, "Kill.", json!({"pubstatus": "canceled"}))]);
    let mut program = dateline(&wire, "run", &[]);
    let worker = program.env("DATELINE_LOG__FORMAT", "json").env("DATELINE_REVISIONS__WINDOW", "45").spawn().unwrap();
    wire.await_end();
    let log = String::from_utf8(terminate(worker).stderr).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let warned: Vec<_> = lines.iter().filter(|line| line["level"] == "WARN").collect();
    assert_eq!(warned.len(), 1, "{log}");
    assert_eq!((&warned[0]["article"], &warned[0]["window_days"]), (&json!("article-0"), &json!(45)), "{log}");
    let found = wire.timeline();
    let article = &found.articles["article-0"];
    assert_eq!((&article["status"], codes(article)), (&json!("withdrawn"), vec!["canceled", "withdrawal-unknown"]));
    assert!(article["warnings"][1]["message"].as_str().unwrap().contains("45 days of `revisions.window`"), "{article}");

    wire.send([
        revision(0, 3, "Kill.", json!({"pubstatus": "canceled"})),
        message(&json!({"id": 9, "__deleted": true})),
    ]);
    let metrics = wire.run_to_end();
    assert!(metrics.contains("dateline_unknown_withdrawals_total 1"), "the first one is known now: {metrics}");
}

/// What an earlier version wrote on a topic.
fn write(wire: &Wire, topic: &str, key: &str, value: &Value) {
    let producer: BaseProducer = wire.client().create().unwrap();
    let value = value.to_string();
    let record = BaseRecord::to(topic).partition(0).key(key).payload(&value);
    producer.send(record).map_err(|(error, _)| error).unwrap();
    producer.flush(PATIENCE).unwrap();
}

#[test]
fn kills_that_an_earlier_version_missed_are_taken_back_by_one_backfill_over_their_stretch() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    let article = |id: &str| json!({"id": id, "revision": "1", "title": "Harbour", "body": BODY, "published_at": "2026-03-10T09:00:00Z"});
    wire.send(["k1", "s13", "row", "stands"].map(|id| message(&article(id))));
    wire.run_to_end();
    let standing = wire.timeline();
    assert_eq!(standing.events.len(), 4);
    // A kill that was read as ninjs, without an id; one that was rejected; a deleted row that was read as an article.
    let mut deleted = article("row");
    deleted["__deleted"] = json!("true");
    wire.send([
        message(&json!({"id": "k1", "revision": "2", "title": "Harbour", "body": "", "pubstatus": "canceled"})),
        message(&json!({"id": "s13", "revision": "9", "status": "canceled", "body": ""})),
        message(&deleted),
    ]);
    let digest = "0f0e0d0c0b0a09080706050403020100";
    let source = |offset: i64| json!({"topic": wire.topics.input, "partition": 0, "offset": offset});
    let withdrawn = json!({"revision": "2", "modified": null, "status": "withdrawn"});
    let record = json!({"id": digest, "revision": "2", "status": "withdrawn", "events": [], "warnings": [],
                        "source": source(4), "standing": withdrawn});
    write(&wire, &wire.topics.articles, digest, &record);
    let mut extracted = standing.articles["row"].clone();
    extracted["source"] = source(6);
    write(&wire, &wire.topics.articles, "row", &extracted);
    assert_eq!(wire.timeline().events, standing.events);

    let (code, printed) = backfill(&wire, &["--from-offset", "0:4"]);

    assert_eq!(code, Some(0), "{printed}");
    let found = wire.timeline();
    for id in ["k1", "s13", "row"] {
        assert_eq!(
            (&found.articles[id]["status"], &found.articles[id]["events"]),
            (&json!("withdrawn"), &json!([])),
            "{id}"
        );
    }
    assert_eq!((found.events.len(), tombstones(&wire, &wire.topics.events)), (1, 3));
    assert!(found.events.values().all(|event| event["article"]["id"] == "stands"));
    assert!(!printed.contains("unknown articles"), "{printed}");
}
