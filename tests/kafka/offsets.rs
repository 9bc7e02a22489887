//! The position follows the log: also where the log goes back, begins later, or ends in markers of transactions.

use std::thread;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{Message, Offset, TopicPartitionList};
use serde_json::json;

use crate::broker::cluster::shared;
use crate::broker::revisions::revision;
use crate::broker::wire::{PARTITIONS, PATIENCE, Wire, article};

/// How many dispositions there are.
fn dispositions(wire: &Wire) -> usize {
    wire.read(&wire.topics.articles, "read_committed").len()
}

/// A worker that is started now has nothing to do, and the committed offsets are the ends of the log.
fn assert_nothing_is_left(wire: &Wire, all: usize) {
    let worker = wire.worker("0");
    worker.await_no_lag();
    assert_eq!(worker.metric("dateline_offset_resets_total"), 0.0);
    assert_eq!(worker.end().unwrap().articles, 0);
    assert_eq!(wire.committed(), wire.ends(&wire.topics.input, "read_committed"));
    assert_eq!(dispositions(wire), all);
}

/// The topic is made again while the worker runs, and gets so many articles after the first 21.
fn made_again(count: usize) {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..21).map(article));
    let worker = wire.worker("0");
    wire.await_dispositions(21);
    worker.await_no_lag();
    wire.make_input_again();
    wire.send((100..100 + count).map(article));

    wire.await_dispositions(21 + count);

    wire.await_end();
    worker.await_no_lag();
    assert_eq!(worker.metric("dateline_removed_offsets_total"), 0.0);
    assert_eq!(worker.end().unwrap().articles, 21 + count as u64);
    let articles = wire.read(&wire.topics.articles, "read_committed");
    let mut ids: Vec<_> = articles.iter().map(|article| article.key().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 21 + count, "each has one disposition");
    assert_nothing_is_left(&wire, 21 + count);
}

#[test]
fn a_topic_that_is_made_again_shorter_is_read_from_its_start() {
    made_again(6);
}

#[test]
fn a_topic_that_is_made_again_longer_is_read_from_its_start() {
    made_again(60);
}

#[test]
fn a_committed_offset_beyond_the_end_of_the_log_is_corrected_once() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..12).map(article));
    wire.commit(1000);
    let worker = wire.worker("0");

    wire.await_dispositions(12);

    worker.await_no_lag();
    assert_eq!(worker.metric("dateline_offset_resets_total"), 3.0);
    assert_eq!(worker.end().unwrap().articles, 12);
    assert_nothing_is_left(&wire, 12);
}

#[test]
fn a_committed_offset_beyond_the_end_is_corrected_before_a_message_comes() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.commit(4);
    let worker = wire.worker("0");
    worker.await_no_lag();
    wire.await_end();
    assert_eq!(worker.end().unwrap().articles, 0);
    // What comes while no worker runs would be beyond the old offset.
    wire.send((0..30).map(article));

    assert_eq!(wire.run_until(30).articles, 30);
    assert_nothing_is_left(&wire, 30);
}

#[test]
fn what_retention_removed_before_it_was_read_is_counted() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..30).map(article));
    wire.commit(1);
    wire.remove_before(5);
    let worker = wire.worker("0");

    wire.await_dispositions(15);

    worker.await_no_lag();
    assert_eq!(worker.metric("dateline_removed_offsets_total"), 12.0);
    assert_eq!(worker.metric("dateline_offset_resets_total"), 3.0);
    assert_eq!(worker.end().unwrap().articles, 15);
    assert_nothing_is_left(&wire, 15);
}

#[test]
fn an_embargo_that_ends_after_the_log_went_back_commits_no_position_of_its_own() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    #[expect(clippy::disallowed_methods, reason = "an embargo ends at a time of day")]
    let until = (chrono::Utc::now() + chrono::Duration::seconds(12)).to_rfc3339();
    wire.send((0..12).map(article));
    wire.send([revision(0, 1, "The minister resigned on Monday.", json!({"embargoed": until}))]);
    let worker = wire.worker("0");
    wire.await_dispositions(13);
    worker.await_no_lag();
    wire.make_input_again();
    wire.send((100..106).map(article));
    wire.await_dispositions(19);
    wire.await_end();

    // The input does not have the held article any more, which is its second disposition.
    wire.await_dispositions(20);

    assert_eq!(wire.timeline().articles["article-0"]["warnings"][0]["code"], "held-lost");
    worker.end().unwrap();
    assert_nothing_is_left(&wire, 20);
}

/// A producer that sends in transactions.
fn sender(wire: &Wire) -> BaseProducer {
    let mut config = wire.client();
    let producer: BaseProducer =
        config.set("transactional.id", format!("{}-sender", wire.topics.input)).create().unwrap();
    producer.init_transactions(PATIENCE).unwrap();
    producer
}

/// Sends articles in a transaction that stays open.
fn send(producer: &BaseProducer, wire: &Wire, numbers: std::ops::Range<usize>) {
    producer.begin_transaction().unwrap();
    for message in numbers.map(article) {
        let value = message.value.unwrap();
        let record = BaseRecord::<(), _>::to(&wire.topics.input).partition(message.partition).payload(&value);
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
}

#[test]
fn behind_the_markers_of_transactions_nothing_is_left() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    let producer = sender(&wire);
    send(&producer, &wire, 0..6);
    producer.commit_transaction(PATIENCE).unwrap();
    // Nothing but what was aborted is behind it, and then.
    send(&producer, &wire, 6..12);
    producer.abort_transaction(PATIENCE).unwrap();
    let worker = wire.worker("0");
    wire.await_dispositions(6);

    worker.await_no_lag();

    wire.await_end();
    assert_eq!(worker.end().unwrap().articles, 6);
    assert_nothing_is_left(&wire, 6);
}

#[test]
fn the_lag_up_to_the_high_watermark_is_that_of_what_an_open_transaction_holds_back() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..6).map(article));
    let worker = wire.worker("0");
    wire.await_dispositions(6);
    let producer = sender(&wire);
    send(&producer, &wire, 6..12);

    let started = std::time::Instant::now();
    while worker.metric("dateline_high_watermark_lag") != 6.0 {
        assert!(started.elapsed() < PATIENCE, "{}", worker.metric("dateline_high_watermark_lag"));
    }

    worker.await_no_lag();
    producer.commit_transaction(PATIENCE).unwrap();
    wire.await_dispositions(12);
    worker.await_no_lag();
    let started = std::time::Instant::now();
    while worker.metric("dateline_high_watermark_lag") != 0.0 {
        assert!(started.elapsed() < PATIENCE, "{}", worker.metric("dateline_high_watermark_lag"));
    }
    worker.end().unwrap();
}

#[test]
fn a_partition_whose_offset_is_not_decided_yet_is_not_read_from_its_start() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..9).map(article));
    wire.run_until(9);
    // The worker that had the partitions has sent their offsets, and its transaction has not ended.
    let former: BaseProducer = wire.client().set("transactional.id", "former").create().unwrap();
    former.init_transactions(PATIENCE).unwrap();
    former.begin_transaction().unwrap();
    let group: BaseConsumer = wire.client().set("group.id", &wire.settings.kafka.group).create().unwrap();
    let mut offsets = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        offsets.add_partition_offset(&wire.topics.input, partition, Offset::Offset(3)).unwrap();
    }
    former.send_offsets_to_transaction(&offsets, &group.group_metadata().unwrap(), PATIENCE).unwrap();
    let worker = wire.worker("0");
    worker.await_metric("dateline_restoring_partitions 3");
    wire.send((9..12).map(article));
    // As long as it takes the brokers to be asked several times.
    thread::sleep(Duration::from_secs(1));
    former.commit_transaction(PATIENCE).unwrap();
    wire.await_end();
    worker.await_no_lag();
    worker.end().unwrap();

    assert_eq!(dispositions(&wire), 12, "one of each message");
}
