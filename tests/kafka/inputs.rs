//! Several topics as the input, and topics that a pattern matches, on a real broker.

use std::process::Output;
use std::time::{Duration, Instant};

use dateline::article::{SourceMatch, SourceSettings, Sources};
use dateline::config::Topics;
use serde_json::{Value, json};

use super::program::dateline;
use crate::broker::cluster::{Cluster, shared};
use crate::broker::revisions::revision;
use crate::broker::wire::{Outgoing, PARTITIONS, PATIENCE, Wire, article};

/// How soon a new topic must be read.
const SOON: Duration = Duration::from_secs(30);

const BODY: &str = "The harbour opened on Monday.";

/// A wire that reads its topic and those of a pattern, of which there are two.
fn several(cluster: &Cluster) -> (Wire, [Wire; 2]) {
    let mut wire = Wire::new(cluster);
    let name = wire.settings.kafka.group.clone();
    let topics = ["one", "two"].map(|topic| format!("{name}.wires.{topic}"));
    wire.make_topics(topics.iter().map(String::as_str), PARTITIONS);
    wire.settings.kafka.input = format!("{}, ^{name}[.]wires[.]", wire.topics.input);
    let matched = topics.map(|topic| on(&wire, &topic));
    (wire, matched)
}

/// The same wire, seen from another topic of its input.
fn on(wire: &Wire, topic: &str) -> Wire {
    let topics = Topics { input: topic.to_owned(), ..wire.topics.clone() };
    Wire { settings: wire.settings.clone(), topics }
}

/// An article without a zone of time.
fn local(id: &str) -> Outgoing {
    let value = json!({"id": id, "published_at": "2026-03-10T09:00:00", "body": BODY});
    Outgoing { partition: 0, key: None, value: Some(value.to_string().into_bytes()), headers: None }
}

fn printed(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

fn published(wire: &Wire, id: &str) -> String {
    let events = wire.timeline().events;
    let event = events.values().find(|event| event["article"]["id"] == id).unwrap();
    event["article"]["published_at"].as_str().unwrap().to_owned()
}

#[test]
fn each_topic_is_read_with_its_own_settings_and_each_message_once() {
    let Some(cluster) = shared() else { return };
    let (mut wire, [one, two]) = several(cluster);
    let mut tokyo = SourceMatch::default();
    tokyo.topic(&one.topics.input).unwrap();
    let settings = SourceSettings::with(|it| it.timezone = Some(chrono_tz::Asia::Tokyo));
    wire.settings.extract.input.sources = Sources::new([(tokyo, settings)]);
    // The same partitions and offsets in each topic.
    for (topic, id) in [(&wire, "own"), (&one, "one"), (&two, "two")] {
        topic.send([local(id)]);
    }
    wire.send((0..30).map(article));
    one.send((30..60).map(article));
    two.send((60..90).map(article));

    let worker = wire.worker("0");
    for topic in [&wire, &one, &two] {
        topic.await_end();
        worker.await_metric(&format!("dateline_lag{{topic=\"{}\",partition=\"0\"}} 0", topic.topics.input));
    }
    worker.end().unwrap();
    // Another worker has nothing left to do.
    let worker = wire.worker("0");
    worker.await_no_lag();
    worker.end().unwrap();

    let records = wire.read(&wire.topics.articles, "read_committed").len();
    assert_eq!(records, 93, "one for each message");
    let articles = wire.timeline().articles;
    for (topic, id) in [(&wire, "own"), (&one, "one"), (&two, "two")] {
        let source = json!({"topic": topic.topics.input, "partition": 0, "offset": 0});
        assert_eq!(articles[id]["source"], source, "{id}");
    }
    assert_eq!(published(&wire, "own"), "2026-03-10T09:00:00+00:00");
    assert_eq!(published(&wire, "one"), "2026-03-10T09:00:00+09:00");
}

#[test]
fn an_article_is_the_same_whichever_topic_its_messages_come_through() {
    let Some(cluster) = shared() else { return };
    let (wire, [one, two]) = several(cluster);
    wire.send([revision(0, 1, BODY, json!({})), revision(3, 1, BODY, json!({}))]);
    one.send([revision(3, 2, "The harbour closed on Tuesday.", json!({}))]);
    let worker = wire.worker("0");
    wire.await_end();
    one.await_end();
    // Through a topic where it has a lower offset.
    two.send([revision(0, 2, "Kill.", json!({"pubstatus": "canceled"}))]);
    two.await_end();
    worker.end().unwrap();
    // A worker that only knows what is on the changelog.
    let worker = wire.worker("0");
    two.send([revision(3, 1, BODY, json!({}))]);
    two.await_end();
    worker.end().unwrap();

    let found = wire.timeline();
    assert_eq!(found.articles["article-0"]["status"], "withdrawn");
    let summaries: Vec<&Value> = found.events.values().map(|event| &event["statement"]["summary"]).collect();
    assert_eq!(summaries, ["The harbour closed"], "no killed or corrected event stands");
    let standing = &found.articles["article-3"]["standing"];
    let is_newest = standing["revision"] == "2";
    assert!(is_newest, "{standing}");
}

#[test]
fn a_new_topic_that_a_pattern_matches_is_read_soon_and_outputs_never_are() {
    let Some(cluster) = shared() else { return };
    let mut wire = Wire::new(cluster);
    let name = wire.settings.kafka.group.clone();
    // It matches the outputs as well.
    wire.settings.kafka.input = format!("^{name}[.](timeline|wires)[.]");
    let worker = wire.worker("0");
    let start = Instant::now();
    while !worker.control.health.readiness().is_err_and(|reason| reason.contains("no topic that matches")) {
        assert!(start.elapsed() < SOON, "{:?}", worker.control.health.readiness());
    }

    let new = on(&wire, &format!("{name}.wires.new"));
    wire.make_topics([new.topics.input.as_str()], PARTITIONS);
    let made = Instant::now();
    new.send((0..9).map(article));
    new.await_end();
    assert!(made.elapsed() < SOON, "{:?}", made.elapsed());
    let newer = on(&wire, &format!("{name}.wires.newer"));
    wire.make_topics([newer.topics.input.as_str()], PARTITIONS);
    let made = Instant::now();
    newer.send((9..18).map(article));
    newer.await_end();
    assert!(made.elapsed() < SOON, "{:?}", made.elapsed());
    while worker.control.health.readiness().is_err() {
        assert!(made.elapsed() < PATIENCE, "{:?}", worker.control.health.readiness());
    }
    worker.end().unwrap();

    assert_eq!(wire.read(&wire.topics.articles, "read_committed").len(), 18);
    assert!(wire.read(&wire.topics.rejected, "read_committed").is_empty());
}

#[test]
fn the_topics_are_checked_replayed_and_retried_together() {
    let Some(cluster) = shared() else { return };
    let (wire, [one, two]) = several(cluster);
    one.send((0..30).map(article));
    two.send((30..60).map(article));
    let without_time = json!({"id": "late", "body": BODY}).to_string().into_bytes();
    two.send([Outgoing { value: Some(without_time), ..local("late") }]);

    let checked = printed(&dateline(&wire, "check", &[]).output().unwrap());
    assert!(
        checked.contains(&format!("topics: {}, {}, {}", wire.topics.input, one.topics.input, two.topics.input)),
        "{checked}"
    );
    let refused = dateline(&wire, "backfill", &["--earliest", "--partitions", "0", "--yes"]).output().unwrap();
    assert!(printed(&refused).contains("there are several topics; write TOPIC:0"), "{}", printed(&refused));
    let part = format!("{}:1,{}:2", one.topics.input, two.topics.input);
    let preview =
        dateline(&wire, "backfill", &["--earliest", "--partitions", &part, "--compare", "--yes"]).output().unwrap();
    assert!(printed(&preview).contains("20"), "{}", printed(&preview));
    let backfill = || dateline(&wire, "backfill", &["--earliest", "--yes", "--allow-rejected"]).output().unwrap();
    let done = backfill();
    assert_eq!(done.status.code(), Some(0), "{}", printed(&done));
    assert!(printed(&done).contains("-2"), "partitions are shown with their topics: {}", printed(&done));
    let found = wire.timeline();
    assert_eq!((found.articles.len(), wire.read(&wire.topics.rejected, "read_committed").len()), (60, 1));
    assert_eq!(backfill().status.code(), Some(0));
    assert_eq!(wire.read(&wire.topics.articles, "read_committed").len(), 60, "what is done is done");

    let mut retry = dateline(&wire, "retry", &["--all"]);
    let retried = retry.env("DATELINE_INPUT__PUBLISHED", "record").output().unwrap();
    assert_eq!(retried.status.code(), Some(0), "{}", printed(&retried));
    assert_eq!(wire.timeline().articles["late"]["source"]["topic"], two.topics.input.as_str());
}
