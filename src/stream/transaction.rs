//! Exactly-once delivery: the records and the offsets of a batch are committed in one transaction, or none of them.
//!
//! Calls block. They run on the thread that polls the consumer, so that no rebalance happens between the moment at which
//! a batch is checked and the moment at which it is committed. The brokers check the rest: they refuse offsets of an
//! earlier generation of the group, and a producer whose transactional id another process has taken.

use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::Producer as _;

use super::consumer::Consumer;
use super::disposition::Disposition;
use super::error::{is_denied, is_fenced};
use super::producer::{
    self, Delivered, DeliveryError, OutputProducer, flush, is_overdue, send_all, take_delivered, take_delivery_error,
};
use super::{Control, Error};
use crate::config::{Delivery, Settings};
use crate::telemetry::Stage;

/// How long one call waits for the brokers before it is repeated.
pub(super) const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// What is done about an error of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ErrorClass {
    /// Repeat the call. Also after a time-out, when only a repeated call shows how the first one ended.
    Retry,
    /// Abort the transaction, replace the producer, and rewind.
    AbortAndRewind,
    /// End the process: another one has taken the transactional id, or librdkafka does not classify the error.
    Fatal,
}

/// How librdkafka flags an error. An error without a flag is fatal: librdkafka does not promise that it can be recovered
/// from.
#[derive(Debug, Clone, Copy, Default)]
struct ErrorFlags {
    fatal: bool,
    retriable: bool,
    requires_abort: bool,
}

impl ErrorFlags {
    fn of(error: &KafkaError) -> Self {
        match error {
            KafkaError::Transaction(error) => Self {
                fatal: error.is_fatal(),
                retriable: error.is_retriable(),
                requires_abort: error.txn_requires_abort(),
            },
            KafkaError::Flush(RDKafkaErrorCode::OperationTimedOut) => Self { retriable: true, ..Self::default() },
            _ => Self::default(),
        }
    }

    fn class(self) -> ErrorClass {
        match self {
            Self { fatal: true, .. } => ErrorClass::Fatal,
            Self { requires_abort: true, .. } => ErrorClass::AbortAndRewind,
            Self { retriable: true, .. } => ErrorClass::Retry,
            _ => ErrorClass::Fatal,
        }
    }
}

/// Creates a producer for records of at most `max_record_bytes`. With exactly-once delivery it registers its
/// transactional id: an earlier producer with this id is fenced, and the transaction that it left open is aborted.
pub fn open_producer(settings: &Settings, max_record_bytes: usize, control: &Control) -> Result<OutputProducer, Error> {
    let producer = producer::create(settings, max_record_bytes)?;
    if settings.stream.delivery == Delivery::ExactlyOnce {
        let registered = retry("init", control, || producer.init_transactions(CALL_TIMEOUT));
        registered.map_err(|error| error.into_error(settings))?;
    }
    Ok(producer)
}

/// What is checked before a batch is committed, when its records are delivered.
pub type Check<'a> = dyn FnMut(Delivered) -> Result<(), DeliveryError> + 'a;

/// Delivers a batch and its offsets in one transaction. After an error the producer must be replaced: records that it
/// still has in flight could stall or break its next transaction.
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
    let begun = Instant::now();
    let fenced_since = |error| match error {
        DeliveryError::Fenced(error, _) => DeliveryError::Fenced(error, begun.elapsed()),
        error => error,
    };
    retry("begin", control, || producer.begin_transaction()).map_err(fenced_since)?;
    let Err(error) = send_and_commit(producer, consumer, dispositions, offsets, control, check) else { return Ok(()) };
    let error = match error {
        DeliveryError::Rewind(_) => refusal(producer).unwrap_or(error),
        error => error,
    };
    if let DeliveryError::Fatal(_) | DeliveryError::Fenced(..) = error {
        return Err(fenced_since(error));
    }
    match producer.abort_transaction(CALL_TIMEOUT) {
        // The last chance to notice: a new producer would take the transactional id back.
        Err(fenced) if is_fenced(&fenced) => Err(DeliveryError::Fenced(fenced, begun.elapsed())),
        // What cannot be aborted now is aborted when the next producer takes the transactional id.
        _ => Err(error),
    }
}

/// Returns the refusal that made a transaction fail, if there was one. The calls and records that fail because of it do
/// not always report it.
pub(super) fn refusal(producer: &OutputProducer) -> Option<DeliveryError> {
    // librdkafka has no call that asks for it, but reports it as the reason why no transaction can begin before this one
    // is aborted.
    let reason = producer.begin_transaction().err()?;
    match DeliveryError::classify(format!("the transaction failed: {reason}"), &reason) {
        DeliveryError::Rewind(_) => {
            take_delivery_error(producer).filter(|error| !matches!(error, DeliveryError::Rewind(_)))
        }
        refusal => Some(refusal),
    }
}

/// Returns whether the transaction can only be aborted. librdkafka has no call that asks for this either.
fn must_abort(producer: &OutputProducer) -> bool {
    let reason = producer.begin_transaction().err();
    reason.is_some_and(|reason| reason.rdkafka_error_code() != Some(RDKafkaErrorCode::State))
}

fn send_and_commit(
    producer: &OutputProducer,
    consumer: &Consumer,
    dispositions: &mut [Disposition],
    offsets: &TopicPartitionList,
    control: &Control,
    check: &mut Check<'_>,
) -> Result<(), DeliveryError> {
    let started = Instant::now();
    send_all(producer, dispositions, control)?;
    // Before the offsets: whoever takes over a partition restores the state that belongs to its offsets, and must find
    // the records there. When a leader is lost, records can be stuck in a transaction that must be aborted; the next call
    // reports it then.
    flush(producer, control, || must_abort(producer))?;
    if let Some(error) = take_delivery_error(producer) {
        return Err(error);
    }
    check(take_delivered(producer))?;
    retry("send offsets", control, || {
        let group = consumer.group_metadata().ok_or(KafkaError::Canceled)?;
        producer.send_offsets_to_transaction(offsets, &group, CALL_TIMEOUT)
    })?;
    if let Some(error) = take_delivery_error(producer) {
        return Err(error);
    }
    control.metrics.stage(Stage::Produce, started.elapsed());
    let started = Instant::now();
    retry("commit", control, || producer.commit_transaction(CALL_TIMEOUT))?;
    control.metrics.stage(Stage::Commit, started.elapsed());
    Ok(())
}

/// Repeats a call until it succeeds, or fails with an error that is not retriable.
fn retry(
    name: &'static str,
    control: &Control,
    call: impl Fn() -> Result<(), KafkaError>,
) -> Result<(), DeliveryError> {
    loop {
        let Err(error) = call() else { return Ok(()) };
        if is_denied(&error) {
            return Err(DeliveryError::Denied(format!("{name}: {error}")));
        }
        match ErrorFlags::of(&error).class() {
            ErrorClass::Retry if is_overdue(&control.shutdown) => {
                return Err(DeliveryError::Fatal(Error::interrupted(&format!("{name}: {error}"))));
            }
            ErrorClass::Retry => {
                control.metrics.call_timed_out(name);
                tracing::warn!(call = name, %error, "the brokers have not answered in time; retrying");
                control.health.not_ready(format!("the brokers do not answer: {error}"));
                control.health.beat();
                control.shutdown.wait(Duration::from_millis(100));
            }
            ErrorClass::AbortAndRewind => return Err(DeliveryError::Rewind(format!("{name}: {error}"))),
            ErrorClass::Fatal if is_fenced(&error) => return Err(DeliveryError::Fenced(error, Duration::ZERO)),
            ErrorClass::Fatal => return Err(DeliveryError::Fatal(Error::transaction(name, error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retriable_error_is_retried() {
        assert_eq!(ErrorFlags { retriable: true, ..ErrorFlags::default() }.class(), ErrorClass::Retry);
    }

    #[test]
    fn an_error_that_requires_an_abort_is_not_retried_even_if_it_is_retriable() {
        assert_eq!(ErrorFlags { requires_abort: true, ..ErrorFlags::default() }.class(), ErrorClass::AbortAndRewind);
        assert_eq!(
            ErrorFlags { requires_abort: true, retriable: true, fatal: false }.class(),
            ErrorClass::AbortAndRewind
        );
    }

    #[test]
    fn a_fatal_error_is_fatal_whatever_else_it_is() {
        assert_eq!(ErrorFlags { fatal: true, retriable: true, requires_abort: true }.class(), ErrorClass::Fatal);
    }

    #[test]
    fn an_error_without_a_flag_is_fatal() {
        assert_eq!(ErrorFlags::default().class(), ErrorClass::Fatal);
        assert_eq!(ErrorFlags::of(&KafkaError::Canceled).class(), ErrorClass::Fatal);
    }

    #[test]
    fn a_flush_that_timed_out_is_retried() {
        assert_eq!(ErrorFlags::of(&KafkaError::Flush(RDKafkaErrorCode::OperationTimedOut)).class(), ErrorClass::Retry);
    }
}
