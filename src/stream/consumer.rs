//! The input side: one `BaseConsumer`, polled by one thread. Messages, rebalances, statistics and errors come out as one
//! closed enum, in the order in which they happened.
//!
//! Must not know what is done with messages.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext, ConsumerGroupMetadata, RebalanceProtocol};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::OwnedMessage;
use rdkafka::statistics::{ConsumerGroup, Statistics};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Message, Offset, TopicPartitionList};

use super::Error;
use super::client::client_config;
use super::token::TokenFile;
use super::topic_ids::TopicIds;
use super::topic_partition::TopicPartition;
use crate::config::{Settings, Topics};

/// How long a request to the brokers may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// How long librdkafka has to begin to leave the group.
const LEAVE_PAUSE: Duration = Duration::from_millis(100);

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
    fn push(&self, event: Event) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push_back(event);
    }

    /// Whether the group has agreed who gets which partitions, as far as librdkafka knows.
    fn is_settled(&self, group: &ConsumerGroup) -> bool {
        // With the protocol of KIP-848 the brokers decide, and a member to which they give nothing is not notified.
        let is_without = !self.classic && group.state == "up" && group.join_state == "init";
        group.join_state == "steady" || is_without && group.stateage > MAX_UNDECIDED.as_millis() as i64
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
    /// [`Consumer::place`]: librdkafka is not to look for that, nor to fail if there is no such offset.
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

/// How far a partition was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The offset after the last message that was returned.
    pub read: i64,
    /// The same, or the offset after the markers of transactions that follow that message.
    pub passed: i64,
}

/// Where a partition is read.
#[derive(Debug, Clone, Copy)]
struct Reading {
    /// Where reading started, hence where to rewind to if nothing is committed.
    start: i64,
    /// The offset after the last message that was returned, or `start`.
    next: i64,
}

/// A member of the consumer group.
pub struct Consumer {
    inner: BaseConsumer<Hooks>,
    /// The partitions that were placed.
    reading: BTreeMap<TopicPartition, Reading>,
    /// The partitions that are paused until their state is restored.
    restoring: BTreeSet<TopicPartition>,
    /// Whether all partitions are paused.
    paused: bool,
}

impl Consumer {
    /// Creates a consumer; [`Consumer::subscribe`] lets it join the group. `overrides` are settings that its user needs,
    /// whatever the configuration says. [`Event::TopicRecreated`] needs librdkafka's debug messages of `metadata`.
    pub fn new(settings: &Settings, overrides: &[(&str, &str)]) -> Result<Self, Error> {
        let mut config = client_config(&settings.kafka);
        // With the protocol of KIP-848 the brokers assign partitions, and librdkafka rejects a strategy.
        let classic = config.get("group.protocol").is_none_or(|protocol| protocol.eq_ignore_ascii_case("classic"));
        for (name, value) in DEFAULTS.into_iter().chain(classic.then_some(ASSIGNMENT)) {
            if config.get(name).is_none() {
                config.set(name, value);
            }
        }
        config.set("group.id", &settings.kafka.group);
        let debug = config.get("debug").is_some();
        for (name, value) in REQUIRED.iter().chain(overrides) {
            config.set(*name, *value);
        }
        if config.get("debug").is_some() {
            config.set_log_level(RDKafkaLogLevel::Debug);
        }
        let token = TokenFile::new(&settings.kafka);
        let hooks = Hooks { events: Mutex::default(), topic_ids: TopicIds::default(), token, debug, classic };
        let inner: BaseConsumer<Hooks> = config.create_with_context(hooks).map_err(Error::client)?;
        // librdkafka asks for a token only while it is polled; before partitions are assigned, a poll does nothing else.
        let _ = inner.poll(Duration::ZERO);
        let (reading, restoring) = (BTreeMap::new(), BTreeSet::new());
        Ok(Self { inner, reading, restoring, paused: false })
    }

    /// Returns the client itself, for readers that assign partitions themselves and do not join the group.
    pub fn client(&self) -> &BaseConsumer<Hooks> {
        &self.inner
    }

    /// Returns whether the brokers have fenced this static member of the group.
    pub fn is_fenced(&self) -> bool {
        self.inner.client().fatal_error().is_some_and(|(code, _)| code == RDKafkaErrorCode::FencedInstanceId)
    }

    /// Joins the group to read these topics, in the place of others that it read before. [`Consumer::next`] reports the partitions
    /// that are assigned.
    pub fn subscribe(&self, topics: &[String]) -> KafkaResult<()> {
        self.inner.subscribe(&topics.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Returns the topics of the input: those with a name, and those that a pattern matches and this client may see.
    pub fn input_topics(&self, topics: &Topics, timeout: Duration) -> KafkaResult<Vec<String>> {
        if !topics.inputs.has_patterns() {
            return Ok(topics.inputs.names().to_vec());
        }
        let metadata = self.inner.fetch_metadata(None, timeout)?;
        let existing = metadata.topics().iter().filter(|topic| topic.error().is_none());
        Ok(topics.resolve_inputs(existing.map(|topic| topic.name())))
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
                let partition = TopicPartition::of(message);
                match self.reading.get_mut(&partition) {
                    Some(reading) if message.offset() < reading.next => {
                        let next = reading.next;
                        return self.correct(partition, message.offset(), next);
                    }
                    Some(reading) => reading.next = message.offset() + 1,
                    None => {}
                }
            }
            Event::Revoked { partitions, .. } => {
                self.reading.retain(|partition, _| !partitions.contains(partition));
                self.restoring.retain(|partition| !partitions.contains(partition));
            }
            _ => {}
        }
        event
    }

    /// Goes back to where a partition is read. librdkafka may have gone elsewhere by itself: when the group changes while it
    /// asks for the committed offset of a partition that is assigned, whose owner's transaction has not ended, it forgets
    /// that the offset is not known, and reads the partition from its start.
    fn correct(&self, partition: TopicPartition, offset: i64, next: i64) -> Event {
        tracing::debug!(%partition, offset, next, "a message that was read already is dropped");
        match self.seek(partition, next) {
            Ok(_) => Event::Idle,
            Err(error) => Event::Error(error),
        }
    }

    fn poll(&self, timeout: Duration) -> Event {
        match self.inner.poll(timeout) {
            Some(Ok(message)) => Event::Message(message.detach()),
            Some(Err(KafkaError::MessageConsumptionFatal(code))) => {
                // The code of the event only says that it is fatal.
                let code = self.inner.client().fatal_error().map_or(code, |(code, _)| code);
                Event::Fatal(KafkaError::MessageConsumptionFatal(code))
            }
            Some(Err(error)) => Event::Error(error),
            None => self.inner.context().pop().unwrap_or(Event::Idle),
        }
    }

    /// Returns the positions of the partitions that are read.
    pub fn positions(&self) -> KafkaResult<BTreeMap<TopicPartition, Position>> {
        let consumed = self.inner.position()?;
        let position = |(partition, reading): (&TopicPartition, &Reading)| {
            let consumed = consumed.find_partition(partition.topic, partition.number).map(|element| element.offset());
            let consumed = if let Some(Offset::Offset(consumed)) = consumed { consumed } else { reading.next };
            (*partition, Position { read: reading.next, passed: consumed.max(reading.next) })
        };
        Ok(self.reading.iter().map(position).collect())
    }

    /// Lets a partition be read from an offset.
    pub fn place(&mut self, partition: TopicPartition, offset: i64) -> KafkaResult<()> {
        if !self.seek(partition, offset)? {
            self.assign_anew(partition, offset)?;
        }
        self.reading.insert(partition, Reading { start: offset, next: offset });
        Ok(())
    }

    /// Lets a partition be read on where it is.
    pub fn place_again(&mut self, partition: TopicPartition) -> KafkaResult<()> {
        let Some(reading) = self.reading.get(&partition).copied() else { return Ok(()) };
        self.place(partition, reading.next)?;
        self.reading.insert(partition, reading);
        Ok(())
    }

    /// Returns the partitions that librdkafka does not read, each with its position: it gives up those whose position the log
    /// does not have, and does not report which. All others go on where they are.
    pub fn lost_positions(&self) -> KafkaResult<Vec<(TopicPartition, i64)>> {
        let mut lost = Vec::new();
        for (partition, reading) in &self.reading {
            if !self.seek(*partition, reading.next)? {
                lost.push((*partition, reading.next));
            }
        }
        Ok(lost)
    }

    /// Seeks to the committed offset of every partition that is read, or to where reading started, and returns these
    /// offsets. If it fails, the consumer's position must not be trusted any more.
    pub fn rewind(&mut self) -> KafkaResult<BTreeMap<TopicPartition, i64>> {
        let started: BTreeMap<TopicPartition, i64> =
            self.reading.iter().map(|(partition, it)| (*partition, it.start)).collect();
        let mut rewound = BTreeMap::new();
        if started.is_empty() {
            return Ok(rewound);
        }
        let partitions: Vec<TopicPartition> = started.keys().copied().collect();
        let committed = self.inner.committed_offsets(TopicPartition::list(&partitions), REQUEST_TIMEOUT)?;
        for element in committed.elements() {
            element.error()?;
            let partition = TopicPartition::new(element.topic(), element.partition());
            let start = started.get(&partition).copied().unwrap_or(0);
            let target = if let Offset::Offset(committed) = element.offset() { committed } else { start };
            self.place(partition, target)?;
            self.reading.insert(partition, Reading { start, next: target });
            rewound.insert(partition, target);
        }
        Ok(rewound)
    }

    /// Seeks to an offset. Returns false if that is not possible because librdkafka does not read the partition: it has
    /// lost its position.
    fn seek(&self, partition: TopicPartition, offset: i64) -> KafkaResult<bool> {
        let target = TopicPartition::list_at([(partition, Offset::Offset(offset))])?;
        let sought = self.inner.seek_partitions(target, REQUEST_TIMEOUT)?;
        let error = sought.elements().iter().find_map(|element| element.error().err());
        match error {
            None => Ok(true),
            Some(error) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::State) => Ok(false),
            Some(error) => Err(error),
        }
    }

    /// Lets librdkafka read a partition again that it does not read.
    fn assign_anew(&self, partition: TopicPartition, offset: i64) -> KafkaResult<()> {
        if let RebalanceProtocol::Cooperative = self.inner.rebalance_protocol() {
            let target = TopicPartition::list_at([(partition, Offset::Offset(offset))])?;
            self.inner.incremental_unassign(&TopicPartition::list(&[partition]))?;
            self.inner.incremental_assign(&target)?;
        } else {
            let all = self.inner.assignment()?;
            for mut element in all.elements() {
                let own = TopicPartition::new(element.topic(), element.partition());
                let next = self.reading.get(&own).map_or(Offset::Beginning, |it| Offset::Offset(it.next));
                element.set_offset(if own == partition { Offset::Offset(offset) } else { next })?;
            }
            self.inner.assign(&all)?;
        }
        let mut paused = TopicPartition::all_of(&self.inner.assignment()?);
        paused.retain(|partition| self.paused || self.restoring.contains(partition));
        if paused.is_empty() { Ok(()) } else { self.inner.pause(&TopicPartition::list(&paused)) }
    }

    /// Pauses all partitions that are assigned now. Hooks run all the same.
    pub fn pause_all(&mut self) -> KafkaResult<()> {
        self.paused = true;
        self.inner.pause(&TopicPartition::list(&TopicPartition::all_of(&self.inner.assignment()?)))
    }

    /// Resumes all partitions, except those that are still being restored.
    pub fn resume_all(&mut self) -> KafkaResult<()> {
        self.paused = false;
        let mut partitions = TopicPartition::all_of(&self.inner.assignment()?);
        partitions.retain(|partition| !self.restoring.contains(partition));
        self.inner.resume(&TopicPartition::list(&partitions))
    }

    /// Pauses partitions that were just assigned, before the first of their messages, until their state is restored.
    pub fn pause_for_restore(&mut self, partitions: &[TopicPartition]) -> KafkaResult<()> {
        self.restoring.extend(partitions);
        self.inner.pause(&TopicPartition::list(partitions))
    }

    /// Lets partitions whose state is restored be read from these offsets: all at once, since the first would fill the queue
    /// while the position of the next is set.
    pub fn resume_restored(&mut self, starts: &[(TopicPartition, i64)]) -> KafkaResult<()> {
        for &(partition, offset) in starts {
            self.place(partition, offset)?;
        }
        let partitions: Vec<_> = starts.iter().map(|(partition, _)| *partition).collect();
        self.restoring.retain(|partition| !partitions.contains(partition));
        if self.paused { Ok(()) } else { self.inner.resume(&TopicPartition::list(&partitions)) }
    }

    /// Returns the metadata of the group as it is now. To be fetched anew for each transaction.
    pub fn group_metadata(&self) -> Option<ConsumerGroupMetadata> {
        self.inner.group_metadata()
    }

    /// Commits offsets and waits for the broker's answer.
    pub fn commit(&self, offsets: &TopicPartitionList) -> KafkaResult<()> {
        self.inner.commit(offsets, rdkafka::consumer::CommitMode::Sync)
    }

    /// Leaves the group, so that others get its partitions at once, and waits for `timeout` at most: closing can hang when
    /// the brokers are unavailable.
    pub fn leave(self, timeout: Duration) {
        let (sender, closed) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            if self.inner.subscription().is_ok_and(|topics| topics.count() > 0) {
                unsubscribe(&self.inner, timeout);
            }
            drop(self.inner);
            sender.send(())
        });
        if closed.recv_timeout(timeout).is_err() {
            tracing::warn!("could not leave the group in time; the broker will remove this member by itself");
        }
    }
}

/// Leaves the group. A static member leaves only so, not when it is closed.
fn unsubscribe(client: &BaseConsumer<Hooks>, timeout: Duration) {
    client.unsubscribe();
    let started = Instant::now();
    while started.elapsed() < timeout && client.assignment().is_ok_and(|assigned| assigned.count() > 0) {
        drop(client.poll(LEAVE_PAUSE));
    }
    // librdkafka leaves right after the last partition was taken from it, and has no call that reports it.
    drop(client.poll(LEAVE_PAUSE));
}

/// Defaults that the configuration may change.
const DEFAULTS: [(&str, &str); 4] = [
    // A new group reads the topic from its start, so that no message is skipped.
    ("auto.offset.reset", "earliest"),
    // Bounds what is prefetched.
    ("queued.max.messages.kbytes", "16384"),
    // How long fetching stops once that bound is reached: with librdkafka's default, a whole second.
    ("fetch.queue.backoff.ms", "10"),
    // How soon it is noticed that a topic is there again, or has grown: with librdkafka's default, after five minutes.
    ("topic.metadata.refresh.interval.ms", "5000"),
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

#[cfg(test)]
mod tests;
