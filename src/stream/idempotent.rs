//! At-least-once delivery, for brokers without transactions: records first, offsets after they were delivered. A worker
//! that stops in between does the batch again; its records have the same ids, so that a compacted topic, or a reader that
//! upserts by key, ends up with the same content.

use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::producer::Producer as _;

use super::consumer::Consumer;
use super::disposition::Disposition;
use super::error::is_denied;
use super::producer::{DeliveryError, OutputProducer, flush, send_all, take_delivered, take_delivery_error};
use super::transaction::Check;
use super::{Control, Error};
use crate::telemetry::Stage;

/// How often a commit of offsets is attempted.
const COMMIT_ATTEMPTS: u32 = 5;

/// Delivers a batch, then commits its offsets.
pub fn deliver(
    producer: &OutputProducer,
    consumer: &Consumer,
    dispositions: &mut [Disposition],
    offsets: &TopicPartitionList,
    control: &Control,
    check: &mut Check<'_>,
) -> Result<(), DeliveryError> {
    take_delivery_error(producer);
    take_delivered(producer);
    let started = Instant::now();
    send_all(producer, dispositions, control)?;
    flush(producer, control, || false)?;
    if let Some((_, reason)) = producer.client().fatal_error() {
        return Err(DeliveryError::Fatal(Error::interrupted(&reason)));
    }
    if let Some(error) = take_delivery_error(producer) {
        return Err(error);
    }
    check(take_delivered(producer))?;
    control.metrics.stage(Stage::Produce, started.elapsed());
    let started = Instant::now();
    commit(consumer, offsets, control)?;
    control.metrics.stage(Stage::Commit, started.elapsed());
    Ok(())
}

fn commit(consumer: &Consumer, offsets: &TopicPartitionList, control: &Control) -> Result<(), DeliveryError> {
    if offsets.count() == 0 {
        return Ok(());
    }
    for _ in 1..COMMIT_ATTEMPTS {
        match consumer.commit(offsets) {
            Ok(()) => return Ok(()),
            Err(error) if is_denied(&error) => return Err(DeliveryError::Denied(format!("commit: {error}"))),
            Err(error) => tracing::warn!(%error, "cannot commit the offsets; trying again"),
        }
        control.shutdown.wait(Duration::from_millis(200));
    }
    consumer.commit(offsets).map_err(|error| DeliveryError::Rewind(format!("cannot commit the offsets: {error}")))
}
