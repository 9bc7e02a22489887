//! Exactly once: a batch's records and its offsets in one transaction, or none of it.
//!
//! Calls block; they run on the thread that polls the consumer, so that no partition changes hands between the
//! moment at which a batch is checked and the moment at which it is committed. The brokers check the rest: offsets
//! of a generation that is over are refused, and so is a producer whose name another process has taken.

use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::Producer as _;

use super::consumer::Consumer;
use super::disposition::Fate;
use super::error::{is_denied, is_fenced};
use super::producer::{self, Failure, Inner, drain, overdue, send_all, take_failure};
use super::{Control, Error};
use crate::config::{Delivery, Settings};
use crate::telemetry::Stage;

/// How long one call waits for the brokers before it is called again.
pub(super) const CALL: Duration = Duration::from_secs(10);

/// What an error of a transaction calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// The same call again. Also after a time-out, whose outcome is not known until the call is repeated.
    Retry,
    /// The transaction is lost, and with it the producer; the next one goes on.
    Abort,
    /// The producer is at its end, another process having taken its name, or the error is of no kind known.
    Fatal,
}

/// What librdkafka tells about an error. An error without any flag is fatal: it was not made for going on.
#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    fatal: bool,
    retriable: bool,
    requires_abort: bool,
}

impl Flags {
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

    fn class(self) -> Class {
        match self {
            Self { fatal: true, .. } => Class::Fatal,
            Self { requires_abort: true, .. } => Class::Abort,
            Self { retriable: true, .. } => Class::Retry,
            _ => Class::Fatal,
        }
    }
}

/// Makes a producer for records of so many bytes at most. With exactly-once delivery it registers its name: an earlier
/// producer of this name is fenced, and what it left open is aborted.
pub fn open(settings: &Settings, limit: usize, control: &Control) -> Result<Inner, Error> {
    let producer = producer::create(settings, limit)?;
    if settings.stream.delivery == Delivery::ExactlyOnce {
        let named = attempt("init", control, || producer.init_transactions(CALL));
        named.map_err(|failure| failure.into_error(settings))?;
    }
    Ok(producer)
}

/// Delivers a batch and its offsets as one. After a failure the producer is worth nothing: records that it still has on
/// their way could stall or spoil its next transaction.
pub fn deliver(
    producer: &Inner,
    consumer: &Consumer,
    fates: &[Fate],
    offsets: &TopicPartitionList,
    control: &Control,
) -> Result<(), Failure> {
    take_failure(producer);
    attempt("begin", control, || producer.begin_transaction())?;
    let Err(failure) = fill_and_commit(producer, consumer, fates, offsets, control) else { return Ok(()) };
    let failure = match failure {
        Failure::Rewind(_) => spoiled(producer).unwrap_or(failure),
        failure => failure,
    };
    if let Failure::Fatal(_) = failure {
        return Err(failure);
    }
    match producer.abort_transaction(CALL) {
        // The one way to tell: a new producer would take the name back.
        Err(error) if is_fenced(&error) => Err(Failure::Fatal(Error::transaction("abort", error))),
        // What cannot be aborted now is aborted when the next producer takes the name.
        _ => Err(failure),
    }
}

/// What spoiled a transaction, where that was a refusal: the calls and records that fail for it do not always tell.
fn spoiled(producer: &Inner) -> Option<Failure> {
    // librdkafka has no call that asks for it, but gives it as the reason why none can begin before this one is aborted.
    let why = producer.begin_transaction().err()?;
    match Failure::of(&format!("the transaction is spoiled: {why}"), &why) {
        Failure::Rewind(_) => take_failure(producer).filter(|told| !matches!(told, Failure::Rewind(_))),
        refused => Some(refused),
    }
}

/// Whether the transaction can only be aborted. There is no call that asks for it either.
fn is_spoiled(producer: &Inner) -> bool {
    let why = producer.begin_transaction().err();
    why.is_some_and(|why| why.rdkafka_error_code() != Some(RDKafkaErrorCode::State))
}

fn fill_and_commit(
    producer: &Inner,
    consumer: &Consumer,
    fates: &[Fate],
    offsets: &TopicPartitionList,
    control: &Control,
) -> Result<(), Failure> {
    let begun = Instant::now();
    send_all(producer, fates, control)?;
    // Before the offsets: who takes over a partition reads what its offsets stand for, and must find its records there.
    // Where a leader is lost they can be stuck in a transaction that is spoiled, which the next call tells.
    drain(producer, control, || is_spoiled(producer))?;
    attempt("send offsets", control, || {
        let group = consumer.group_metadata().ok_or(KafkaError::Canceled)?;
        producer.send_offsets_to_transaction(offsets, &group, CALL)
    })?;
    if let Some(failure) = take_failure(producer) {
        return Err(failure);
    }
    control.metrics.stage(Stage::Produce, begun.elapsed());
    let begun = Instant::now();
    attempt("commit", control, || producer.commit_transaction(CALL))?;
    control.metrics.stage(Stage::Commit, begun.elapsed());
    Ok(())
}

/// Makes a call until it succeeds or cannot.
fn attempt(what: &'static str, control: &Control, call: impl Fn() -> Result<(), KafkaError>) -> Result<(), Failure> {
    loop {
        let Err(error) = call() else { return Ok(()) };
        if is_denied(&error) {
            return Err(Failure::Denied(format!("{what}: {error}")));
        }
        match Flags::of(&error).class() {
            Class::Retry if overdue(&control.shutdown) => {
                return Err(Failure::Fatal(Error::unfinished(&format!("{what}: {error}"))));
            }
            Class::Retry => {
                tracing::warn!(call = what, %error, "the brokers are slow to answer; asking again");
                control.health.not_ready(format!("the brokers do not answer: {error}"));
                control.health.beat();
                control.shutdown.wait(Duration::from_millis(100));
            }
            Class::Abort => return Err(Failure::Rewind(format!("{what}: {error}"))),
            Class::Fatal => return Err(Failure::Fatal(Error::transaction(what, error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_repeated_is_repeated() {
        assert_eq!(Flags { retriable: true, ..Flags::default() }.class(), Class::Retry);
    }

    #[test]
    fn what_spoiled_the_transaction_is_aborted_even_if_it_could_be_repeated() {
        assert_eq!(Flags { requires_abort: true, ..Flags::default() }.class(), Class::Abort);
        assert_eq!(Flags { requires_abort: true, retriable: true, fatal: false }.class(), Class::Abort);
    }

    #[test]
    fn fatal_is_fatal_whatever_else_it_is() {
        assert_eq!(Flags { fatal: true, retriable: true, requires_abort: true }.class(), Class::Fatal);
    }

    #[test]
    fn an_error_without_a_flag_is_fatal() {
        assert_eq!(Flags::default().class(), Class::Fatal);
        assert_eq!(Flags::of(&KafkaError::Canceled).class(), Class::Fatal);
    }

    #[test]
    fn a_flush_that_timed_out_is_repeated() {
        assert_eq!(Flags::of(&KafkaError::Flush(RDKafkaErrorCode::OperationTimedOut)).class(), Class::Retry);
    }
}
