//! The input side: one `BaseConsumer`, polled by one thread. Messages, rebalances, statistics and errors come out as one
//! closed enum, in the order in which they happened.
//!
//! Must not know what is done with messages.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext, ConsumerGroupMetadata, Rebalance};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::OwnedMessage;
use rdkafka::statistics::Statistics;
use rdkafka::{Message, Offset, TopicPartitionList};

use super::Error;
use super::client::client_config;
use super::token::TokenFile;
use crate::config::Settings;

/// How long a request to the brokers may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// What a poll can return.
#[derive(Debug)]
pub enum Event {
    /// A message.
    Message(OwnedMessage),
    /// Partitions were assigned to this worker.
    Assigned(Vec<i32>),
    /// Partitions were revoked from this worker.
    Revoked {
        /// Their numbers.
        partitions: Vec<i32>,
        /// Whether they were lost, so that they may have another owner already.
        lost: bool,
    },
    /// librdkafka's statistics, once a second.
    Statistics {
        /// The offsets of the partitions that are being fetched.
        partitions: Vec<PartitionOffsets>,
        /// How long ago a connected broker last answered; `None` if none is connected.
        broker_seen: Option<Duration>,
    },
    /// The end of a partition, a missing permission, or an error that librdkafka recovers from by itself: a broker is
    /// unavailable, a partition has a new leader.
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
    /// Where reading starts if nothing was read yet: the committed offset, or the first one.
    pub start: i64,
    /// The next offset to fetch, if every message that was fetched has been polled. It goes beyond the markers of
    /// transactions, which take offsets but are no messages.
    pub position: Option<i64>,
}

/// Queues what the hooks report during a poll. It holds no reference to the consumer, which owns it.
pub struct Hooks {
    events: Mutex<VecDeque<Event>>,
    token: TokenFile,
}

impl Hooks {
    fn push(&self, event: Event) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push_back(event);
    }

    fn pop(&self) -> Option<Event> {
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

    /// librdkafka's own lag is not used: it is -1 for a transactional worker, whose offsets librdkafka does not commit.
    fn stats(&self, statistics: Statistics) {
        let topics = statistics.topics.values();
        let all = topics.flat_map(|topic| topic.partitions.values().map(|it| (&topic.topic, it)));
        let fetched = all.filter(|(_, it)| it.fetch_state == "active" && it.ls_offset >= 0);
        let partitions = fetched.map(|(topic, it)| PartitionOffsets {
            topic: topic.clone(),
            partition: it.partition,
            end: it.ls_offset,
            start: if it.committed_offset >= 0 { it.committed_offset } else { it.lo_offset.max(0) },
            position: (it.fetchq_cnt == 0).then_some(it.next_offset),
        });
        let connected = statistics.brokers.values().filter(|broker| broker.state == "UP");
        let idle = connected.filter_map(|broker| u64::try_from(broker.rxidle).ok()).min();
        self.push(Event::Statistics { partitions: partitions.collect(), broker_seen: idle.map(Duration::from_micros) });
    }
}

impl ConsumerContext for Hooks {
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(list) => self.push(Event::Assigned(numbers(list))),
            Rebalance::Revoke(list) => {
                self.push(Event::Revoked { partitions: numbers(list), lost: consumer.assignment_lost() });
            }
            Rebalance::Error(error) => self.push(Event::Error(error.clone())),
        }
    }
}

/// Returns the numbers of the partitions in a list.
fn numbers(list: &TopicPartitionList) -> Vec<i32> {
    list.elements().iter().map(|element| element.partition()).collect()
}

/// A member of the consumer group.
pub struct Consumer {
    inner: BaseConsumer<Hooks>,
    topic: String,
    /// The offset of the first message that was read of each partition: where to rewind to if nothing is committed.
    first_read: BTreeMap<i32, i64>,
    /// The partitions that are paused until their state is restored.
    restoring: BTreeSet<i32>,
    /// Whether all partitions are paused.
    paused: bool,
}

impl Consumer {
    /// Creates a consumer; [`Consumer::subscribe`] lets it join the group. `overrides` are settings that its user needs,
    /// whatever the configuration says.
    pub fn new(settings: &Settings, topic: &str, overrides: &[(&str, &str)]) -> Result<Self, Error> {
        let mut config = client_config(&settings.kafka);
        // With the protocol of KIP-848 the brokers assign partitions, and librdkafka rejects a strategy.
        let classic = config.get("group.protocol").is_none_or(|protocol| protocol.eq_ignore_ascii_case("classic"));
        for (name, value) in DEFAULTS.into_iter().chain(classic.then_some(ASSIGNMENT)) {
            if config.get(name).is_none() {
                config.set(name, value);
            }
        }
        config.set("group.id", &settings.kafka.group);
        for (name, value) in REQUIRED.iter().chain(overrides) {
            config.set(*name, *value);
        }
        let token = TokenFile::new(settings.kafka.token_file.as_deref());
        let hooks = Hooks { events: Mutex::default(), token };
        let inner: BaseConsumer<Hooks> = config.create_with_context(hooks).map_err(Error::client)?;
        // librdkafka asks for a token only while it is polled; before partitions are assigned, a poll does nothing else.
        let _ = inner.poll(Duration::ZERO);
        let (first_read, restoring) = (BTreeMap::new(), BTreeSet::new());
        Ok(Self { inner, topic: topic.to_owned(), first_read, restoring, paused: false })
    }

    /// Returns the client itself, for readers that assign partitions themselves and do not join the group.
    pub fn client(&self) -> &BaseConsumer<Hooks> {
        &self.inner
    }

    /// Joins the group. [`Consumer::next`] reports the partitions that are assigned.
    pub fn subscribe(&self) -> KafkaResult<()> {
        self.inner.subscribe(&[&self.topic])
    }

    /// Asks the brokers for the number of partitions of a topic, 0 if there is no such topic.
    pub fn partition_count(&self, topic: &str, timeout: Duration) -> KafkaResult<usize> {
        let metadata = self.inner.fetch_metadata(Some(topic), timeout)?;
        Ok(metadata.topics().iter().find(|it| it.name() == topic).map_or(0, |it| it.partitions().len()))
    }

    /// Returns the next event, waiting for `timeout` at most. Must be called often: hooks run only here, and a member
    /// that does not call it for `max.poll.interval.ms` is removed from the group.
    pub fn next(&mut self, timeout: Duration) -> Event {
        // A poll that ran a hook returns no message, so that what the hook queued is older than the next message.
        let event = self.inner.context().pop().unwrap_or_else(|| self.poll(timeout));
        match &event {
            Event::Message(message) => {
                self.first_read.entry(message.partition()).or_insert(message.offset());
            }
            Event::Revoked { partitions, .. } => {
                self.first_read.retain(|partition, _| !partitions.contains(partition));
                self.restoring.retain(|partition| !partitions.contains(partition));
            }
            _ => {}
        }
        event
    }

    fn poll(&self, timeout: Duration) -> Event {
        match self.inner.poll(timeout) {
            Some(Ok(message)) => Event::Message(message.detach()),
            Some(Err(error @ KafkaError::MessageConsumptionFatal(_))) => Event::Fatal(error),
            Some(Err(error)) => Event::Error(error),
            None => self.inner.context().pop().unwrap_or(Event::Idle),
        }
    }

    /// Seeks to the committed offset of every partition that was read from, and returns these partitions. If it fails,
    /// the consumer's position must not be trusted any more.
    pub fn rewind(&mut self) -> KafkaResult<Vec<i32>> {
        let read: Vec<i32> = self.first_read.keys().copied().collect();
        if read.is_empty() {
            return Ok(read);
        }
        let committed = self.inner.committed_offsets(self.list(&read), REQUEST_TIMEOUT)?;
        let mut targets = TopicPartitionList::new();
        for element in committed.elements() {
            element.error()?;
            let first =
                self.first_read.get(&element.partition()).map_or(Offset::Stored, |first| Offset::Offset(*first));
            let target = if let Offset::Offset(_) = element.offset() { element.offset() } else { first };
            targets.add_partition_offset(&self.topic, element.partition(), target)?;
        }
        for element in self.inner.seek_partitions(targets, REQUEST_TIMEOUT)?.elements() {
            element.error()?;
        }
        Ok(read)
    }

    /// Pauses all partitions that are assigned now. Hooks run all the same.
    pub fn pause_all(&mut self) -> KafkaResult<()> {
        self.paused = true;
        self.inner.pause(&self.list(&numbers(&self.inner.assignment()?)))
    }

    /// Resumes all partitions, except those that are still being restored.
    pub fn resume_all(&mut self) -> KafkaResult<()> {
        self.paused = false;
        let mut partitions = numbers(&self.inner.assignment()?);
        partitions.retain(|partition| !self.restoring.contains(partition));
        self.inner.resume(&self.list(&partitions))
    }

    /// Pauses partitions that were just assigned, before the first of their messages, until their state is restored.
    pub fn pause_for_restore(&mut self, partitions: &[i32]) -> KafkaResult<()> {
        self.restoring.extend(partitions);
        self.inner.pause(&self.list(partitions))
    }

    /// Resumes a partition whose state is restored.
    pub fn resume_restored(&mut self, partition: i32) -> KafkaResult<()> {
        self.restoring.remove(&partition);
        if self.paused { Ok(()) } else { self.inner.resume(&self.list(&[partition])) }
    }

    fn list(&self, partitions: &[i32]) -> TopicPartitionList {
        let mut list = TopicPartitionList::new();
        for partition in partitions {
            list.add_partition(&self.topic, *partition);
        }
        list
    }

    /// Returns the metadata of the group as it is now. To be fetched anew for each transaction.
    pub fn group_metadata(&self) -> Option<ConsumerGroupMetadata> {
        self.inner.group_metadata()
    }

    /// Commits offsets and waits for the broker's answer.
    pub fn commit(&self, offsets: &TopicPartitionList) -> KafkaResult<()> {
        self.inner.commit(offsets, rdkafka::consumer::CommitMode::Sync)
    }

    /// Leaves the group, and waits for `timeout` at most: closing can hang when the brokers are unavailable.
    pub fn leave(self, timeout: Duration) {
        let (sender, closed) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            drop(self.inner);
            sender.send(())
        });
        if closed.recv_timeout(timeout).is_err() {
            tracing::warn!("could not leave the group in time; the broker will remove this member by itself");
        }
    }
}

/// Defaults that the configuration may change.
const DEFAULTS: [(&str, &str); 3] = [
    // A new group reads the topic from its start, so that no message is skipped.
    ("auto.offset.reset", "earliest"),
    // Bounds what is prefetched.
    ("queued.max.messages.kbytes", "16384"),
    // How long fetching stops once that bound is reached: with librdkafka's default, a whole second.
    ("fetch.queue.backoff.ms", "10"),
];

/// Classic and incremental: a worker that joins or leaves the group does not stop the others.
const ASSIGNMENT: (&str, &str) = ("partition.assignment.strategy", "cooperative-sticky");

/// What the delivery contract and the statistics depend on.
const REQUIRED: [(&str, &str); 4] = [
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("isolation.level", "read_committed"),
    // For the lag, and for whether a broker is connected.
    ("statistics.interval.ms", "1000"),
];
