//! Why a worker stopped before it was asked to.

use std::fmt;
use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::producer::{transaction_timeout, transactional_id};
use crate::config::{Settings, Topics};

/// Why a worker could not start, or had to stop. The message says what failed, where, and how to fix it.
#[derive(Debug)]
pub struct Error {
    message: String,
    source: Option<KafkaError>,
    /// Whether it is an error of the consumer.
    of_consumer: bool,
}

/// Where to find help.
const RUN_CHECK: &str = "`dateline check` shows what is wrong and how to fix it";

impl Error {
    fn new(message: impl Into<String>, source: Option<KafkaError>) -> Self {
        Self { message: message.into(), source, of_consumer: false }
    }

    /// Returns whether it is an error of the consumer, not of the producer or of something else.
    pub(super) fn is_of_consumer(&self) -> bool {
        self.of_consumer
    }

    pub(super) fn client(error: KafkaError) -> Self {
        let message = format!("librdkafka rejects the settings: {error}; see `[kafka.client]` in the configuration");
        Self::new(message, Some(error))
    }

    pub(super) fn unreachable(brokers: &str, reason: Option<&str>, error: KafkaError) -> Self {
        let reason = reason.map_or_else(|| error.to_string(), str::to_owned);
        Self::new(format!("the brokers at {brokers} do not answer: {reason}; {RUN_CHECK}"), Some(error))
    }

    pub(super) fn topic_missing(topic: &str) -> Self {
        let message = format!(
            "there is no topic `{topic}`, or this client is not allowed to see it; {RUN_CHECK}, and with \
             --create-topics creates topics"
        );
        Self::new(message, None)
    }

    pub(super) fn consumer(error: KafkaError) -> Self {
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::FencedInstanceId) {
            return Self { of_consumer: true, ..Self::replaced(error) };
        }
        let message = format!("the consumer cannot continue: {error}; {RUN_CHECK}");
        Self { of_consumer: true, ..Self::new(message, Some(error)) }
    }

    /// Another process uses the name of this worker.
    fn replaced(error: KafkaError) -> Self {
        let message = "the brokers fenced this worker: another worker of its group with the same instance name took over; \
                       give each worker its own `--instance`";
        Self::new(message, Some(error))
    }

    /// The brokers have fenced the producer, whose transaction has been `open` for so long.
    pub(super) fn fenced(error: KafkaError, open: Duration, settings: &Settings) -> Self {
        let timeout = transaction_timeout(settings);
        if open < timeout {
            return Self::replaced(error);
        }
        let message = format!(
            "the brokers aborted a transaction of this worker and fenced it, since the transaction was open for {:.1} s, \
             longer than transaction.timeout.ms ({:.1} s): the worker stalled, or they did not answer it; start it again",
            open.as_secs_f64(),
            timeout.as_secs_f64()
        );
        Self::new(message, Some(error))
    }

    pub(super) fn transaction(call: &str, error: KafkaError) -> Self {
        let message = match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::UnsupportedFeature) => {
                "the brokers do not support transactions; set `delivery = \"at-least-once\"` in `[stream]`".to_owned()
            }
            _ => format!("the transaction failed in \"{call}\": {error}; {RUN_CHECK}"),
        };
        Self::new(message, Some(error))
    }

    pub(super) fn denied(reason: &str, settings: &Settings) -> Self {
        let Topics { input, events, articles, rejected, .. } = Topics::new(&settings.kafka);
        let (group, id) = (&settings.kafka.group, transactional_id(settings));
        let message = format!(
            "the brokers denied access: {reason}; a worker needs the permission to Read `{input}`, `{articles}` and the \
             group `{group}`, and to Write `{events}`, `{articles}`, `{rejected}` and, for exactly-once, the \
             transactional id `{id}`; {RUN_CHECK}"
        );
        Self::new(message, None)
    }

    pub(super) fn read_denied(reason: &str, topics: &[&str], group: &str) -> Self {
        let topics = topics.iter().map(|topic| format!("`{topic}`")).collect::<Vec<_>>().join(" and ");
        let message = format!(
            "the brokers denied access: {reason}; to follow the timeline, this client needs the permission to Read \
             {topics} and the group `{group}`"
        );
        Self::new(message, None)
    }

    #[cfg(feature = "schema-registry")]
    pub(super) fn schema_registry(problem: &str) -> Self {
        Self::new(format!("schema.registry: {problem}"), None)
    }

    pub(super) fn timeline_store(reason: &dyn fmt::Display) -> Self {
        Self::new(format!("the timeline cannot be stored: {reason}"), None)
    }

    pub(super) fn record_too_large(reason: &str, limit: usize) -> Self {
        let message = format!(
            "{reason}; this client sends records of up to {limit} bytes: raise max.message.bytes of the topic, or lower \
             message.max.bytes in `[kafka.client]`, or allow this client to describe the topic (the permission \
             DescribeConfigs), so that it can find the limit itself; what was not committed will be read again"
        );
        Self::new(message, None)
    }

    /// Work that was not committed, and that the next process does again.
    pub(super) fn interrupted(reason: &str) -> Self {
        Self::new(format!("{reason}; what was not committed will be read again"), None)
    }

    pub(super) fn invalid_range(reason: String) -> Self {
        Self::new(reason, None)
    }

    pub(super) fn output(reason: &dyn fmt::Display) -> Self {
        Self::new(format!("the output cannot be written: {reason}"), None)
    }

    pub(super) fn state_store(reason: &dyn fmt::Display) -> Self {
        let message = format!(
            "the state of the articles cannot be stored: {reason}; it is kept in the directory for temporary files \
             (TMPDIR), which must have room for it; what was not committed will be read again"
        );
        Self::new(message, None)
    }

    pub(super) fn restore_panicked() -> Self {
        Self::new("the thread that restores the state panicked; this is a bug in dateline, please report it", None)
    }

    pub(super) fn extraction_panicked() -> Self {
        Self::new("the extraction thread panicked; this is a bug in dateline, please report it", None)
    }
}

/// Returns whether a permission is missing.
pub(super) fn is_denied(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::{
        ClusterAuthorizationFailed, GroupAuthorizationFailed, TopicAuthorizationFailed,
        TransactionalIdAuthorizationFailed,
    };
    matches!(
        error.rdkafka_error_code(),
        Some(
            ClusterAuthorizationFailed
                | GroupAuthorizationFailed
                | TopicAuthorizationFailed
                | TransactionalIdAuthorizationFailed
        )
    )
}

/// Returns whether the brokers fenced a producer: another took its transactional id, or its transaction took too long.
pub(super) fn is_fenced(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::{Fenced, InvalidProducerEpoch, ProducerFenced};
    matches!(error.rdkafka_error_code(), Some(Fenced | ProducerFenced | InvalidProducerEpoch))
}

/// Returns whether the brokers are unavailable, or busy electing leaders and coordinators: it passes by itself.
pub(super) fn is_outage(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::AllBrokersDown
                | Code::BrokerTransportFailure
                | Code::OperationTimedOut
                | Code::RequestTimedOut
                | Code::TimedOutQueue
                | Code::WaitingForCoordinator
                | Code::CoordinatorLoadInProgress
                | Code::CoordinatorNotAvailable
                | Code::NotCoordinator
                | Code::LeaderNotAvailable
                | Code::NotLeaderForPartition
        )
    )
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
