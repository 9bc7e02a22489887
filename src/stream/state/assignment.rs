//! Where the partitions are read from that were assigned, and up to where the changelog must be known before.
//!
//! What was committed before a partition was assigned must be known, or, where it cannot be read yet because a transaction
//! is open, it is noticed when a batch is settled by it: see [`Tail`](super::tail::Tail).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;

use rdkafka::Offset;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaResult;

use super::restore::{or_panicked, retry};
use super::tail::{NO_STATISTICS, REQUEST_TIMEOUT, classify};
use crate::config::{Settings, Topics};
use crate::stream::Error;
use crate::stream::consumer::Consumer;
use crate::stream::position::Start;
use crate::stream::topic_partition::TopicPartition;

/// A partition of the input, and the flag that cancels what is asked for it.
pub type Assigned = (TopicPartition, Arc<AtomicBool>);

/// What the brokers say.
pub struct Positions {
    /// Where each partition of the input is read from.
    pub starts: Vec<(Assigned, Start)>,
    /// The end of each partition of the changelog after that.
    pub ends: BTreeMap<i32, i64>,
}

/// Asks the brokers, on a thread of its own, however long they take to answer.
pub fn start(settings: Settings, topics: Topics, assigned: Vec<Assigned>, result: Sender<Result<Positions, Error>>) {
    thread::spawn(move || {
        // Fails when the worker has ended: nobody waits for the result then.
        let _ = result.send(or_panicked(|| positions(&settings, &topics, assigned)));
    });
}

fn positions(settings: &Settings, topics: &Topics, assigned: Vec<Assigned>) -> Result<Positions, Error> {
    let consumer = Consumer::new(settings, &[NO_STATISTICS])?;
    let failed = |error| classify(error, settings);
    let uncommitted = [NO_STATISTICS, ("isolation.level", "read_uncommitted")];
    let uncommitted = Consumer::new(settings, &uncommitted)?;
    let mut starts = Vec::with_capacity(assigned.len());
    for (partition, cancelled) in assigned {
        let is_revoked = || cancelled.load(Ordering::Relaxed);
        let start = || start_of(&consumer, &uncommitted, partition).map_err(failed);
        let start = retry(is_revoked, start)?;
        starts.extend(start.map(|start| ((partition, cancelled), start)));
    }
    // Where nothing was assigned it is only looked for new partitions, which can wait.
    let is_revoked = || starts.iter().all(|((_, cancelled), _)| cancelled.load(Ordering::Relaxed));
    let ends = retry(is_revoked, || ends(&consumer, &topics.articles).map_err(failed))?;
    Ok(Positions { starts, ends: ends.unwrap_or_default() })
}

/// Returns where a partition of the input is read from: at the committed offset, if its log has it, or else at the start of
/// the log. `uncommitted` sees the records of open transactions as well.
fn start_of(consumer: &Consumer, uncommitted: &Consumer, partition: TopicPartition) -> KafkaResult<Start> {
    let list = TopicPartition::list(&[partition]);
    let committed = consumer.client().committed_offsets(list, REQUEST_TIMEOUT)?;
    let mut position = None;
    for element in committed.elements() {
        // It has no offset then, as if nothing had ever been committed.
        element.error()?;
        if let Offset::Offset(next) = element.offset() {
            position = Some(next);
        }
    }
    // After the committed offset, so that the log can only have grown since it was committed.
    let log = uncommitted.client().fetch_watermarks(partition.topic, partition.number, REQUEST_TIMEOUT)?;
    Ok(Start::within(position, log))
}

/// Returns the end of each partition, for a reader of committed records.
fn ends(consumer: &Consumer, topic: &str) -> KafkaResult<BTreeMap<i32, i64>> {
    let count = consumer.partition_count(topic, REQUEST_TIMEOUT)?;
    let end = |partition| Ok((partition, consumer.client().fetch_watermarks(topic, partition, REQUEST_TIMEOUT)?.1));
    (0..).take(count).map(end).collect()
}
