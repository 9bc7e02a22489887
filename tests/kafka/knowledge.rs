//! What is known of articles, whoever wrote it and whichever way their messages come: beside a backfill, after the topics
//! have grown, from another topic, through two partitions.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Instant;

use dateline::config::Topics;
use rdkafka::Message;
use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::Consumer;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::{Value, json};

use super::program::dateline;
use crate::broker::cluster::shared;
use crate::broker::revisions::{expected, history, message, newest_of, revision};
use crate::broker::wire::{Outgoing, PARTITIONS, PATIENCE, Wire, wait};

const BODY: &str = "The harbour opened on Monday. A crane fell on Friday.";

fn kill(n: usize) -> Outgoing {
    revision(n, 2, "Kill.", json!({"pubstatus": "canceled"}))
}

/// Gives a topic so many partitions.
fn grow(wire: &Wire, topic: &str, partitions: i32) {
    let admin: AdminClient<DefaultClientContext> = wire.client().create().unwrap();
    let more = NewPartitions::new(topic, partitions as usize);
    wait(admin.create_partitions([&more], &AdminOptions::new())).unwrap()[0].as_ref().unwrap();
    let (client, start) = (wire.reader("read_committed"), Instant::now());
    while client.fetch_metadata(Some(topic), PATIENCE).unwrap().topics()[0].partitions().len() < partitions as usize {
        assert!(start.elapsed() < PATIENCE, "{topic} does not grow");
    }
}

/// The events that stand in a partition of their topic: what is left of each when it is compacted.
fn standing_anywhere(wire: &Wire) -> Vec<(i32, String)> {
    let mut last = BTreeMap::new();
    for record in wire.read(&wire.topics.events, "read_committed") {
        let key = String::from_utf8(record.key().unwrap().to_vec()).unwrap();
        last.insert((record.partition(), key), record.payload().is_some());
    }
    last.into_iter().filter_map(|(place, stands)| stands.then_some(place)).collect()
}

#[test]
fn a_kill_stands_whatever_a_backfill_does_meanwhile() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..300).map(|n| revision(n, 1, BODY, json!({}))));
    let worker = wire.worker("0");
    wire.await_dispositions(300);
    let mut program = dateline(&wire, "backfill", &["--earliest", "--yes", "--rate", "200"]);
    let backfill = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wire.await_dispositions(330);
    // It is in the midst of them: some it has published again by now, others it will come to.
    wire.send((0..300).map(kill));
    let ended = backfill.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    wire.await_end();

    assert_eq!(wire.timeline().events, BTreeMap::new(), "of killed articles");
    wire.send((0..300).map(kill));
    wire.await_end();
    worker.end().unwrap();
    let found = wire.timeline();
    assert_eq!(found.events, BTreeMap::new(), "of killed articles");
    assert!(found.articles.values().all(|article| article["status"] == "withdrawn"), "{found:?}");
}

#[test]
fn a_correction_stands_whatever_a_backfill_does_meanwhile() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..300).map(|n| message(n, 1)));
    let worker = wire.worker("0");
    wire.await_dispositions(300);
    let mut program = dateline(&wire, "backfill", &["--earliest", "--yes", "--rate", "200"]);
    let backfill = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wire.await_dispositions(330);
    wire.send((0..300).map(|n| message(n, 2)));
    assert_eq!(backfill.wait_with_output().unwrap().status.code(), Some(0));
    wire.await_end();
    worker.end().unwrap();

    let newest = (0..300).map(|n| (n, 2)).collect();
    assert_eq!(wire.timeline().events, expected(&newest));
}

/// Writes a record to a partition of a topic.
fn write(wire: &Wire, topic: &str, partition: i32, key: &str, value: &Value) {
    let producer: BaseProducer = wire.client().create().unwrap();
    let value = value.to_string();
    producer
        .send(BaseRecord::to(topic).partition(partition).key(key).payload(&value))
        .map_err(|(error, _)| error)
        .unwrap();
    producer.flush(PATIENCE).unwrap();
}

#[test]
fn what_another_writer_wrote_is_known_to_a_worker_that_runs() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send([revision(0, 1, BODY, json!({})), revision(3, 1, BODY, json!({}))]);
    let worker = wire.worker("0");
    wire.await_dispositions(2);
    let before = wire.timeline();
    wire.send([kill(0)]);
    wire.await_end();
    // As version 0.1 brought an article back that it replayed, and as a replay with new rules finds another event.
    let place = |id: &str| {
        let records = wire.read(&wire.topics.articles, "read_committed");
        records.iter().find(|record| record.key() == Some(id.as_bytes())).unwrap().partition()
    };
    let mut with_new_event = before.articles["article-3"].clone();
    with_new_event["events"].as_array_mut().unwrap().push(json!("0f0e0d0c0b0a09080706050403020100"));
    for (id, record) in [("article-0", &before.articles["article-0"]), ("article-3", &with_new_event)] {
        write(&wire, &wire.topics.articles, place(id), id, record);
        for event in record["events"].as_array().unwrap() {
            let event = event.as_str().unwrap();
            write(&wire, &wire.topics.events, 0, event, &json!({"article": {"id": id}}));
        }
    }

    wire.send([kill(0), kill(3)]);
    wire.await_end();
    worker.end().unwrap();

    let found = wire.read(&wire.topics.events, "read_committed");
    for id in ["article-0", "article-3"] {
        let record = if id == "article-0" { &before.articles[id] } else { &with_new_event };
        for event in record["events"].as_array().unwrap() {
            let key = event.as_str().unwrap().as_bytes();
            let last = found.iter().filter(|it| it.key() == Some(key) && it.payload().is_none()).count();
            let kills = if id == "article-0" { 2 } else { 1 };
            assert_eq!(last, kills, "tombstones of {event}");
        }
    }
}

#[test]
fn no_killed_event_stands_after_the_input_has_grown() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..6).map(|n| revision(n, 1, BODY, json!({}))));
    wire.run_until(6);
    grow(&wire, &wire.topics.input, 2 * PARTITIONS);
    wire.send((0..6).map(|n| Outgoing { partition: PARTITIONS + n as i32 % PARTITIONS, ..kill(n) }));

    let metrics = wire.run_to_end();

    let found = wire.timeline();
    assert_eq!(found.events, BTreeMap::new(), "of killed articles");
    assert!(metrics.contains("dateline_moved_articles_total 6"), "{metrics}");
    let codes: Vec<_> =
        found.articles["article-0"]["warnings"].as_array().unwrap().iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, ["canceled", "partition-changed"]);
}

#[test]
fn new_partitions_of_the_input_are_read_within_30_s_from_their_first_message() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    let worker = wire.worker("0");
    wire.send((0..3).map(|n| revision(n, 1, BODY, json!({}))));
    wire.await_dispositions(3);
    grow(&wire, &wire.topics.input, PARTITIONS + 1);
    let begun = Instant::now();
    wire.send((3..6).map(|n| Outgoing { partition: PARTITIONS, ..revision(n, 1, BODY, json!({})) }));
    wire.await_dispositions(6);
    let waited = begun.elapsed();
    worker.end().unwrap();
    assert!(waited.as_secs() < 30, "after {waited:?}");
    assert_eq!(wire.timeline().articles.len(), 6);
}

#[test]
fn no_killed_event_stands_after_the_changelog_has_grown() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..12).map(|n| revision(n, 1, BODY, json!({}))));
    let running = wire.worker("0");
    wire.await_dispositions(12);
    grow(&wire, &wire.topics.articles, 4 * PARTITIONS);
    wire.send((0..6).map(kill));
    wire.await_end();
    running.end().unwrap();
    wire.send((6..12).map(kill));
    wire.run_to_end();

    let found = wire.timeline();
    assert_eq!((found.events, found.articles.len()), (BTreeMap::new(), 12));
    let records = wire.read(&wire.topics.articles, "read_committed");
    let places: std::collections::BTreeSet<_> = records.iter().map(|it| (it.key().unwrap(), it.partition())).collect();
    assert_eq!(places.len(), 12, "the records of an article stay in one partition");
}

#[test]
fn no_killed_event_stands_when_kills_come_from_another_topic() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..3).map(|n| revision(n, 1, BODY, json!({}))));
    wire.run_until(3);
    let mut other = Wire::without_topics(cluster);
    other.settings.kafka.output_prefix.clone_from(&wire.settings.kafka.output_prefix);
    other.topics = Topics::new(&other.settings.kafka);
    other.make_topics([other.topics.input.as_str()], PARTITIONS);
    other.send((0..3).map(kill));

    other.run_to_end();

    assert_eq!(other.timeline().events, BTreeMap::new(), "of killed articles");
}

#[test]
fn revisions_may_come_through_any_partition_and_worker() {
    let Some(cluster) = shared() else { return };
    let mut rng = fastrand::Rng::with_seed(20_261_129);
    let wire = Wire::new(cluster);
    let workers = ["0", "1"].map(|name| wire.worker(name));
    let mut newest = BTreeMap::new();
    for _ in 0..5 {
        let part = history(&mut rng, 12, 80);
        newest_of(&part, &mut newest);
        let anywhere = |(article, version): &(usize, u32)| Outgoing {
            partition: rng.i32(0..PARTITIONS),
            ..message(*article, *version)
        };
        wire.send(part.iter().map(anywhere));
        wire.await_end();
    }
    let metrics = workers.each_ref().map(|worker| worker.control.metrics.encode().unwrap()).concat();
    for worker in workers {
        worker.end().unwrap();
    }

    assert_eq!(wire.timeline().events, expected(&newest));
    assert!(!metrics.contains("dateline_moved_articles_total 0"), "{metrics}");
    wire.settle(&wire.topics.articles);
}

#[test]
fn a_tombstone_goes_where_its_event_stands_after_the_topic_of_events_has_grown() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..6).map(|n| revision(n, 1, BODY, json!({}))));
    wire.run_until(6);
    assert_eq!(standing_anywhere(&wire).len(), 12);
    grow(&wire, &wire.topics.events, 3 * PARTITIONS);
    // A correction that keeps an event, and a kill.
    let corrected = |n: usize| revision(n, 2, "The harbour opened on Monday.", json!({}));
    wire.send((0..3).map(corrected).chain((3..6).map(kill)));
    wire.run_to_end();
    let places: Vec<i32> = standing_anywhere(&wire).into_iter().map(|(partition, _)| partition).collect();
    assert_eq!(places.len(), 3);
    assert!(places.iter().all(|partition| *partition < PARTITIONS), "an event stays in its partition: {places:?}");
    wire.send((0..3).map(|n| revision(n, 3, "Kill.", json!({"pubstatus": "canceled"}))));
    wire.run_to_end();

    assert_eq!(standing_anywhere(&wire), []);
}

#[test]
fn what_version_0_1_wrote_is_found_after_the_topics_have_grown() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    let consistent: BaseProducer = wire.client().set("partitioner", "consistent_random").create().unwrap();
    for n in 0..6 {
        let id = format!("article-{n}");
        let event = format!("{:032x}", 0x0bcd_ef00 + n);
        let record = json!({"id": id, "revision": "1", "status": "extracted", "events": [event], "warnings": [],
            "source": {"topic": wire.topics.input, "partition": n % 3, "offset": 0},
            "standing": {"revision": "1", "modified": null, "status": "extracted"}});
        write(&wire, &wire.topics.articles, n % 3, &id, &record);
        let value = json!({"id": event, "article": {"id": id}}).to_string();
        consistent.send(BaseRecord::to(&wire.topics.events).key(&event).payload(&value)).map_err(|it| it.0).unwrap();
    }
    consistent.flush(PATIENCE).unwrap();
    for topic in [&wire.topics.events, &wire.topics.articles] {
        grow(&wire, topic, 7);
    }
    wire.send((0..6).map(kill));

    wire.run_to_end();

    assert_eq!(standing_anywhere(&wire), []);
    assert!(wire.timeline().articles.values().all(|article| article["status"] == "withdrawn"));
}
