//! What librdkafka reports while a consumer is polled: rebalances, statistics, logs.
//!
//! Must not know where partitions are read from.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext, RebalanceProtocol};
use rdkafka::error::KafkaError;
use rdkafka::message::OwnedMessage;
use rdkafka::statistics::{ConsumerGroup, Statistics};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Offset, TopicPartitionList};

use crate::stream::token::TokenFile;
use crate::stream::topic_ids::TopicIds;
use crate::stream::topic_partition::TopicPartition;

/// How long brokers may take to decide what they give to a member: that of a heartbeat.
const MAX_UNDECIDED: Duration = Duration::from_secs(5);

/// What a poll can return.
#[derive(Debug)]
pub enum Event {
    /// A message.
    Message(OwnedMessage),
    /// Partitions were assigned to this worker.
    Assigned(Vec<TopicPartition>),
    /// Partitions were revoked from this worker.
    Revoked {
        /// The partitions.
        partitions: Vec<TopicPartition>,
        /// Whether they were lost, so that they may have another owner already.
        lost: bool,
    },
    /// A topic was deleted and made again: its offsets have begun anew.
    TopicRecreated(String),
    /// librdkafka's statistics, once a second.
    Statistics {
        /// The offsets of the partitions that are being fetched.
        partitions: Vec<PartitionOffsets>,
        /// How long ago a connected broker last answered; `None` if none is connected.
        broker_seen: Option<Duration>,
        /// Whether the group has agreed who gets which partitions.
        is_settled: bool,
    },
    /// The end of a partition, a missing permission, an offset that the log does not have, or an error that librdkafka
    /// recovers from by itself: a broker is unavailable, a partition has a new leader.
    Error(KafkaError),
    /// An error that librdkafka does not recover from: this consumer is unusable.
    Fatal(KafkaError),
    /// Nothing happened within the time.
    Idle,
}

/// The offsets of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionOffsets {
    /// The topic.
    pub topic: String,
    /// The partition's number.
    pub partition: i32,
    /// The last stable offset: the one after the last message that can be read.
    pub end: i64,
    /// The offset after the last message, also of open transactions.
    pub high_watermark: i64,
    /// Where reading starts if nothing was read yet: the committed offset, or the first one.
    pub start: i64,
    /// The next offset to fetch, if every message that was fetched has been polled. It goes beyond the markers of
    /// transactions, which take offsets but are no messages.
    pub position: Option<i64>,
}

/// Queues what the hooks report during a poll. It holds no reference to the consumer, which owns it.
pub struct Hooks {
    events: Mutex<VecDeque<Event>>,
    topic_ids: TopicIds,
    token: TokenFile,
    /// Whether the configuration asks for librdkafka's own debug messages.
    debug: bool,
    /// Whether the members of the group decide who gets which partitions, not the brokers.
    classic: bool,
}

impl Hooks {
    pub(super) fn new(token: TokenFile, debug: bool, classic: bool) -> Self {
        Self { events: Mutex::default(), topic_ids: TopicIds::default(), token, debug, classic }
    }

    pub(super) fn push(&self, event: Event) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push_back(event);
    }

    /// Returns how many events wait to be returned.
    pub(super) fn queued(&self) -> usize {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether the group has agreed who gets which partitions, as far as librdkafka knows.
    fn is_settled(&self, group: &ConsumerGroup) -> bool {
        // With the protocol of KIP-848 the brokers decide, and a member to which they give nothing is not notified.
        let is_without = !self.classic && group.state == "up" && group.join_state == "init";
        group.join_state == "steady" || is_without && group.stateage > MAX_UNDECIDED.as_millis() as i64
    }

    pub(super) fn pop(&self) -> Option<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

impl ClientContext for Hooks {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        self.token.token()
    }

    /// Ignored: a poll returns the error as well.
    fn error(&self, _: KafkaError, _: &str) {}

    /// librdkafka reports that a topic was made again only here.
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        if facility == "METADATA"
            && let Some(topic) = self.topic_ids.recreated(message)
        {
            self.push(Event::TopicRecreated(topic));
        }
        match level {
            RDKafkaLogLevel::Debug if !self.debug => {}
            RDKafkaLogLevel::Debug => tracing::debug!(target: "librdkafka", "{facility} {message}"),
            RDKafkaLogLevel::Info | RDKafkaLogLevel::Notice => {
                tracing::info!(target: "librdkafka", "{facility} {message}");
            }
            RDKafkaLogLevel::Warning => tracing::warn!(target: "librdkafka", "{facility} {message}"),
            _ => tracing::error!(target: "librdkafka", "{facility} {message}"),
        }
    }

    /// librdkafka's own lag is not used: it is -1 for a transactional worker, whose offsets librdkafka does not commit.
    fn stats(&self, statistics: Statistics) {
        let topics = statistics.topics.values();
        let all = topics.flat_map(|topic| topic.partitions.values().map(|it| (&topic.topic, it)));
        let fetched = all.filter(|(_, it)| it.fetch_state == "active" && it.ls_offset >= 0);
        let partitions = fetched.map(|(topic, it)| PartitionOffsets {
            topic: topic.clone(),
            partition: it.partition,
            end: it.ls_offset,
            high_watermark: it.hi_offset,
            start: if it.committed_offset >= 0 { it.committed_offset } else { it.lo_offset.max(0) },
            position: (it.fetchq_cnt == 0).then_some(it.next_offset),
        });
        let connected = statistics.brokers.values().filter(|broker| broker.state == "UP");
        let idle = connected.filter_map(|broker| u64::try_from(broker.rxidle).ok()).min();
        self.push(Event::Statistics {
            partitions: partitions.collect(),
            broker_seen: idle.map(Duration::from_micros),
            is_settled: statistics.cgrp.as_ref().is_some_and(|group| self.is_settled(group)),
        });
    }
}

impl ConsumerContext for Hooks {
    /// Accepts what the group decides. Where a partition is read from is decided when its state is restored, by
    /// [`super::Consumer::place`]: librdkafka is not to look for that, nor to fail if there is no such offset.
    fn rebalance(&self, consumer: &BaseConsumer<Self>, change: RDKafkaRespErr, list: &mut TopicPartitionList) {
        let is_cooperative = matches!(consumer.rebalance_protocol(), RebalanceProtocol::Cooperative);
        let (event, result) = if change == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            let begin = list.set_all_offsets(Offset::Beginning);
            let assign = || if is_cooperative { consumer.incremental_assign(list) } else { consumer.assign(list) };
            (Event::Assigned(TopicPartition::all_of(list)), begin.and_then(|()| assign()))
        } else {
            let revoked = Event::Revoked { partitions: TopicPartition::all_of(list), lost: consumer.assignment_lost() };
            let result = if is_cooperative { consumer.incremental_unassign(list) } else { consumer.unassign() };
            (revoked, result)
        };
        self.push(event);
        if let Err(error) = result {
            self.push(Event::Error(error));
        }
    }
}
