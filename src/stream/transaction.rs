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
use super::error::is_denied;
use super::fate::Fate;
use super::producer::{Failure, Inner, drain, overdue, send_all, take_failure};
use super::{Control, Error};
use crate::telemetry::Stage;

/// How long one call waits for the brokers before it is called again.
pub(super) const CALL: Duration = Duration::from_secs(10);

/// What an error of a transaction calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// The same call again. Also after a time-out, whose outcome is not known until the call is repeated.
    Retry,
    /// The transaction is lost; the producer lives.
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

/// Registers the producer's name. An earlier process of this name is fenced and what it left open is aborted.
pub fn init(producer: &Inner, control: &Control) -> Result<(), Failure> {
    attempt("init", control, || producer.init_transactions(CALL))
}

/// Delivers a batch and its offsets as one.
pub fn deliver(
    producer: &Inner,
    consumer: &Consumer,
    fates: &[Fate],
    offsets: &TopicPartitionList,
    control: &Control,
) -> Result<(), Failure> {
    take_failure(producer);
    attempt("begin", control, || producer.begin_transaction())?;
    let failure = match fill_and_commit(producer, consumer, fates, offsets, control) {
        Ok(()) => return Ok(()),
        Err(Failure::Fatal(error)) => return Err(Failure::Fatal(error)),
        Err(failure) => failure,
    };
    // An abort while the first record is still on its way can turn fatal, so that we wait for it.
    drain(producer, control)?;
    // A record that was refused tells more than the call that failed for it.
    let refused = take_failure(producer).filter(|told| !matches!(told, Failure::Rewind(_)));
    let aborted = attempt("abort", control, || producer.abort_transaction(CALL));
    match refused.unwrap_or(failure) {
        denied @ Failure::Denied(_) => Err(denied),
        failure => aborted.and(Err(failure)),
    }
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
    attempt("send offsets", control, || {
        let group = consumer.group_metadata().ok_or(KafkaError::Canceled)?;
        producer.send_offsets_to_transaction(offsets, &group, CALL)
    })?;
    drain(producer, control)?;
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
