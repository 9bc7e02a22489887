//! At least once, for brokers without transactions: records first, offsets after they were delivered. A worker that
//! ends in between does the batch again; the ids of its records are the same, so that a compacted topic or a reader
//! that upserts by key is none the worse.

use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::producer::Producer as _;

use super::consumer::Consumer;
use super::disposition::Fate;
use super::error::is_denied;
use super::producer::{Failure, Inner, drain, send_all, take_failure};
use super::{Control, Error};
use crate::telemetry::Stage;

/// How often a commit of offsets is tried.
const TRIES: u32 = 5;

/// Delivers a batch, then commits its offsets.
pub fn deliver(
    producer: &Inner,
    consumer: &Consumer,
    fates: &[Fate],
    offsets: &TopicPartitionList,
    control: &Control,
) -> Result<(), Failure> {
    take_failure(producer);
    let begun = Instant::now();
    send_all(producer, fates, control)?;
    drain(producer, control, || false)?;
    if let Some((_, reason)) = producer.client().fatal_error() {
        return Err(Failure::Fatal(Error::unfinished(&reason)));
    }
    if let Some(failure) = take_failure(producer) {
        return Err(failure);
    }
    control.metrics.stage(Stage::Produce, begun.elapsed());
    let begun = Instant::now();
    commit(consumer, offsets, control)?;
    control.metrics.stage(Stage::Commit, begun.elapsed());
    Ok(())
}

fn commit(consumer: &Consumer, offsets: &TopicPartitionList, control: &Control) -> Result<(), Failure> {
    for _ in 1..TRIES {
        match consumer.commit(offsets) {
            Ok(()) => return Ok(()),
            Err(error) if is_denied(&error) => return Err(Failure::Denied(format!("commit: {error}"))),
            Err(error) => tracing::warn!(%error, "offsets were not committed; trying again"),
        }
        control.shutdown.wait(Duration::from_millis(200));
    }
    consumer.commit(offsets).map_err(|error| Failure::Rewind(format!("offsets were not committed: {error}")))
}
