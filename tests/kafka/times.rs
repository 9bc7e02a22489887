//! The times of messages are not trusted without bound.

use rdkafka::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::json;

use crate::broker::cluster::shared;
use crate::broker::revisions::revision;
use crate::broker::wire::{Outgoing, PATIENCE, Wire};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// A wire whose input accepts every time.
fn wire() -> Option<Wire> {
    let wire = Wire::new(shared()?);
    wire.alter(&wire.topics.input, "message.timestamp.after.max.ms", &i64::MAX.to_string());
    Some(wire)
}

#[expect(clippy::disallowed_methods, reason = "the brokers compare times with their clock")]
fn now() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

/// Sends messages with a time.
fn send(wire: &Wire, at: i64, messages: impl IntoIterator<Item = Outgoing>) {
    let producer: BaseProducer = wire.client().create().unwrap();
    for message in messages {
        let mut record = BaseRecord::<[u8], [u8]>::to(&wire.topics.input).partition(message.partition).timestamp(at);
        record.key = message.key.as_deref();
        record.payload = message.value.as_deref();
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
}

fn harbour(n: usize, version: u32) -> Outgoing {
    revision(n, version, "The harbour opened on Monday.", json!({}))
}

fn kill(n: usize) -> Outgoing {
    revision(n, 2, "Kill: the harbour did not open.", json!({"pubstatus": "canceled"}))
}

#[test]
fn records_that_the_brokers_would_refuse_have_the_time_of_the_worker() {
    let Some(wire) = wire() else { return };
    let (begun, past) = (now(), now() - 100 * DAY);
    send(&wire, begun + 5 * HOUR, [harbour(0, 1), Outgoing { value: Some(b"?".to_vec()), ..harbour(3, 1) }]);
    send(&wire, past, [harbour(1, 1)]);
    send(&wire, begun + 40 * DAY, [harbour(0, 2), harbour(2, 1)]);

    let did = wire.run_until(5);

    assert_eq!((did.articles, did.rejected, did.aborted), (4, 1, 0));
    for topic in wire.topics.outputs() {
        let records = wire.read(topic, "read_uncommitted");
        assert!(!records.is_empty(), "{topic}");
        for record in records {
            let time = record.timestamp().to_millis().unwrap();
            assert!(time == past || (begun..begun + HOUR).contains(&time), "{topic}: {time}");
        }
    }
}

#[test]
fn one_message_far_ahead_does_not_make_the_worker_forget_what_it_knows() {
    let Some(wire) = wire() else { return };
    for topic in wire.topics.outputs() {
        wire.alter(topic, "message.timestamp.after.max.ms", &i64::MAX.to_string());
    }
    let (begun, ahead) = (now(), now() + 40 * DAY);
    // All in one partition, in batches of their own.
    send(&wire, begun, [harbour(0, 1), harbour(3, 1)]);
    let worker = wire.worker("0");
    wire.await_dispositions(2);
    send(&wire, ahead, [harbour(6, 1)]);
    wire.await_dispositions(3);
    send(&wire, begun, [kill(0)]);
    wire.await_dispositions(4);
    worker.end().unwrap();
    // Another one restores what is known.
    send(&wire, begun, [kill(3)]);
    wire.run_until(5);

    let timeline = wire.timeline();
    let standing: Vec<_> = timeline.events.values().map(|event| event["article"]["id"].as_str().unwrap()).collect();
    assert_eq!(standing, ["article-6"], "{timeline:?}");
    // Where the brokers accept it, a record has the time of its message.
    let events = wire.read(&wire.topics.events, "read_committed");
    assert!(events.iter().any(|event| event.timestamp().to_millis() == Some(ahead)));
}

#[test]
fn a_limit_that_is_set_while_the_worker_runs_costs_one_batch() {
    let Some(wire) = wire() else { return };
    let begun = now();
    send(&wire, begun, [harbour(0, 1)]);
    let worker = wire.worker("0");
    wire.await_dispositions(1);
    for topic in wire.topics.outputs() {
        wire.alter(topic, "message.timestamp.before.max.ms", &HOUR.to_string());
    }

    send(&wire, begun - DAY, [harbour(1, 1)]);
    wire.await_dispositions(2);
    send(&wire, begun - 2 * DAY, [harbour(2, 1)]);
    wire.await_dispositions(3);

    let did = worker.end().unwrap();
    assert_eq!((did.articles, did.aborted), (3, 1));
    assert_eq!(wire.timeline().events.len(), 3);
}
