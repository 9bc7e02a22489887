//! Why a worker ended before it was asked to.

use std::fmt;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::producer::transactional_id;
use crate::config::{Settings, Topics};

/// Why a worker could not start, or had to end. The message says what, where and how to mend it.
#[derive(Debug)]
pub struct Error {
    message: String,
    source: Option<KafkaError>,
}

/// Where help is.
const CHECK: &str = "`dateline check` tells what is wrong and how to mend it";

impl Error {
    fn new(message: impl Into<String>, source: Option<KafkaError>) -> Self {
        Self { message: message.into(), source }
    }

    pub(super) fn client(error: KafkaError) -> Self {
        let message = format!("librdkafka refuses the settings: {error}; see `[kafka.client]` in the configuration");
        Self::new(message, Some(error))
    }

    pub(super) fn unreachable(brokers: &str, error: KafkaError) -> Self {
        Self::new(format!("the brokers at {brokers} do not answer: {error}; {CHECK}"), Some(error))
    }

    pub(super) fn topic_missing(topic: &str) -> Self {
        let message = format!(
            "there is no topic `{topic}`, or this client may not see it; {CHECK}, and with --create-topics makes topics"
        );
        Self::new(message, None)
    }

    pub(super) fn consumer(error: KafkaError) -> Self {
        Self::new(format!("the consumer cannot go on: {error}; {CHECK}"), Some(error))
    }

    pub(super) fn transaction(call: &str, error: KafkaError) -> Self {
        let message = match error.rdkafka_error_code() {
            _ if is_fenced(&error) => {
                "the brokers put this worker aside: it stood still for longer than transaction.timeout.ms, so that they \
                 ended its transaction, or another worker of its group runs with the same instance name and took \
                 over; start it again, and give each worker its own `--instance`"
                    .to_owned()
            }
            Some(RDKafkaErrorCode::UnsupportedFeature) => {
                "the brokers know no transactions; set `delivery = \"at-least-once\"` in `[stream]`".to_owned()
            }
            _ => format!("the transaction failed in \"{call}\": {error}; {CHECK}"),
        };
        Self::new(message, Some(error))
    }

    pub(super) fn denied(reason: &str, settings: &Settings) -> Self {
        let Topics { input, events, articles, rejected } = Topics::new(&settings.kafka);
        let (group, id) = (&settings.kafka.group, transactional_id(settings));
        let message = format!(
            "the brokers do not allow it: {reason}; a worker needs the right to Read `{input}`, `{articles}` and the \
             group `{group}`, and to Write `{events}`, `{articles}`, `{rejected}` and, for exactly-once, the transactional \
             id `{id}`; {CHECK}"
        );
        Self::new(message, None)
    }

    pub(super) fn reading_denied(reason: &str, topics: &[&str], group: &str) -> Self {
        let topics = topics.iter().map(|topic| format!("`{topic}`")).collect::<Vec<_>>().join(" and ");
        let message = format!(
            "the brokers do not allow it: {reason}; what follows the timeline needs the right to Read {topics} and the \
             group `{group}`"
        );
        Self::new(message, None)
    }

    pub(super) fn store(reason: &dyn fmt::Display) -> Self {
        Self::new(format!("the timeline cannot be kept: {reason}"), None)
    }

    pub(super) fn too_large(reason: &str, limit: usize) -> Self {
        let message = format!(
            "{reason}; records of up to {limit} bytes are sent: raise max.message.bytes of the topic, or lower \
             message.max.bytes in `[kafka.client]`, or let this client describe the topic (the right to \
             DescribeConfigs), so that it finds the limit by itself; what was not committed will be read again"
        );
        Self::new(message, None)
    }

    pub(super) fn unfinished(reason: &str) -> Self {
        Self::new(format!("{reason}; what was not committed will be read again"), None)
    }

    pub(super) fn stretch(reason: String) -> Self {
        Self::new(reason, None)
    }

    pub(super) fn output(reason: &dyn fmt::Display) -> Self {
        Self::new(format!("the output cannot be written: {reason}"), None)
    }

    pub(super) fn articles(reason: &dyn fmt::Display) -> Self {
        let message = format!(
            "what is known of the articles cannot be kept: {reason}; it stands in the directory for temporary files \
             (TMPDIR), which must have room for it; what was not committed will be read again"
        );
        Self::new(message, None)
    }

    pub(super) fn extraction_ended() -> Self {
        Self::new("the extracting thread broke; this is a fault of dateline, please report it", None)
    }
}

/// Whether a permission is missing.
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

/// Whether the brokers have put a producer aside for another of its name, or for a transaction that took too long.
pub(super) fn is_fenced(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::{Fenced, InvalidProducerEpoch, ProducerFenced};
    matches!(error.rdkafka_error_code(), Some(Fenced | ProducerFenced | InvalidProducerEpoch))
}

/// Whether the brokers are away, or busy with themselves: what passes by itself.
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
