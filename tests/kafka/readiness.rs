//! A worker is ready when it works, or could; when it is not, the reason is named.

use std::time::{Duration, Instant};

use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::broker::cluster::shared;
use crate::broker::wire::{PARTITIONS, PATIENCE, Wire, Worker, article};

/// How long it may take until something is noticed.
const NOTICED: Duration = Duration::from_secs(10);

/// Waits until a worker is ready, or is not for a reason that contains a text; returns the reason.
pub fn await_readiness(worker: &Worker, reason: Option<&str>, time: Duration) -> String {
    let started = Instant::now();
    loop {
        let found = worker.control.health.readiness();
        let is_there = match (&found, reason) {
            (Ok(()), None) => true,
            (Err(found), Some(reason)) => found.contains(reason),
            _ => false,
        };
        if is_there {
            return found.err().unwrap_or_default();
        }
        assert!(started.elapsed() < time, "{found:?}, not {reason:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Leaves a transaction open on every partition of a topic.
fn open_transaction(wire: &Wire, topic: &str) -> BaseProducer {
    let mut config = wire.client();
    config.set("transactional.id", format!("{topic}-open")).set("transaction.timeout.ms", "300000");
    let producer: BaseProducer = config.create().unwrap();
    producer.init_transactions(PATIENCE).unwrap();
    producer.begin_transaction().unwrap();
    for partition in 0..PARTITIONS {
        producer.send(BaseRecord::<(), _>::to(topic).partition(partition).payload("{}")).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
    producer
}

#[test]
fn a_worker_that_restores_is_not_ready_and_reports_what_waits_for_it() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    // So many that it takes a while to restore them.
    wire.publish_articles(300_000);
    wire.send((0..6).map(article));
    let worker = wire.worker("0");

    await_readiness(&worker, Some("what is known of the articles is being read"), PATIENCE);

    let started = Instant::now();
    while worker.metric("dateline_lag") != 6.0 || worker.metric("dateline_restore_remaining_records") == 0.0 {
        assert!(started.elapsed() < PATIENCE, "{}", worker.control.metrics.encode().unwrap());
    }
    assert_eq!(worker.metric("dateline_restoring_partitions"), 3.0);
    assert_eq!(worker.metric("dateline_articles_total"), 0.0);
    worker.await_no_lag();
    await_readiness(&worker, None, NOTICED);
    assert_eq!(worker.metric("dateline_restoring_partitions"), 0.0);
    worker.end().unwrap();
}

#[test]
fn a_topic_that_is_gone_is_named() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    let worker = wire.worker("0");
    await_readiness(&worker, None, PATIENCE);
    wire.delete_topic(&wire.topics.input);

    await_readiness(&worker, Some(&format!("there is no topic `{}`", wire.topics.input)), NOTICED);

    wire.make_topics([wire.topics.input.as_str()], PARTITIONS);
    wire.send((0..6).map(article));
    wire.await_dispositions(6);
    await_readiness(&worker, None, NOTICED);
    worker.end().unwrap();
}

#[test]
fn a_topic_without_enough_replicas_is_named() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    wire.send((0..6).map(article));
    let worker = wire.worker("0");
    wire.await_dispositions(6);
    await_readiness(&worker, None, PATIENCE);
    wire.alter(&wire.topics.events, "min.insync.replicas", "2");
    wire.send((6..12).map(article));

    let reason = await_readiness(&worker, Some("min.insync.replicas"), NOTICED);

    assert!(reason.contains(&wire.topics.events), "{reason}");
    // Longer than brokers may be silent, while the worker waits for one batch.
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(12) {
        let reason = worker.control.health.readiness().unwrap_err();
        assert!(!reason.contains("no contact with a broker"), "{reason}");
        std::thread::sleep(Duration::from_millis(100));
    }
    wire.alter(&wire.topics.events, "min.insync.replicas", "1");
    wire.await_dispositions(12);
    await_readiness(&worker, None, NOTICED);
    worker.end().unwrap();
    assert_eq!(wire.output("read_committed"), wire.expected());
}

#[test]
fn a_surplus_worker_is_ready() {
    let Some(cluster) = shared() else { return };
    for protocol in ["classic", "consumer"] {
        let mut wire = Wire::new(cluster);
        wire.settings.kafka.client.push(("group.protocol".into(), protocol.into()));
        let names = ["0", "1", "2", "3"];
        let workers: Vec<_> = names.iter().map(|name| wire.worker(name)).collect();

        let started = Instant::now();
        let partitions =
            || workers.iter().map(|worker| worker.metric("dateline_assigned_partitions")).collect::<Vec<_>>();
        while partitions().iter().filter(|count| **count == 1.0).count() < 3 {
            assert!(started.elapsed() < PATIENCE, "{:?}", partitions());
            std::thread::sleep(Duration::from_millis(10));
        }

        for worker in &workers {
            await_readiness(worker, None, NOTICED);
        }
        assert_eq!(partitions().iter().sum::<f64>(), 3.0, "{protocol}");
        for worker in workers {
            worker.end().unwrap();
        }
    }
}

#[test]
fn an_input_that_ends_in_a_transaction_that_stays_open_is_named() {
    let Some(cluster) = shared() else { return };
    let wire = Wire::new(cluster);
    let worker = wire.worker("0");
    await_readiness(&worker, None, PATIENCE);
    let open = open_transaction(&wire, &wire.topics.input);

    let reason = await_readiness(&worker, Some("a transaction of a sender has been open"), PATIENCE);

    assert!(reason.contains(&format!("of `{}` cannot be read from offset 0 on", wire.topics.input)), "{reason}");
    open.abort_transaction(PATIENCE).unwrap();
    await_readiness(&worker, None, NOTICED);
    worker.end().unwrap();
}
