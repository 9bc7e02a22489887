//! The input side: one `BaseConsumer`, polled by one thread. Messages, rebalances, statistics and errors come out as one
//! closed enum, in the order in which they happened.
//!
//! Must not know what is done with messages.

mod hooks;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

pub use hooks::{Event, Hooks, PartitionOffsets};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerGroupMetadata, RebalanceProtocol};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::OwnedMessage;
use rdkafka::{Message, Offset, TopicPartitionList};

use super::Error;
use super::batch::message_size;
use super::client::client_config;
use super::token::TokenFile;
use super::topic_partition::TopicPartition;
use crate::config::{Settings, Topics};

/// How long a request to the brokers may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// How much of what was fetched is kept during a pause, in bytes: what librdkafka may prefetch by [`DEFAULTS`].
const MAX_KEPT: usize = 16 << 20;

/// How long librdkafka has to begin to leave the group.
const LEAVE_PAUSE: Duration = Duration::from_millis(100);

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
    /// Whether no messages are returned.
    paused: bool,
    /// Whether librdkafka fetches nothing: while `paused` and until what is in `fetched` has been returned.
    halted: bool,
    /// What had been fetched before the pause. librdkafka throws that away, and fetches it again beginning with the same
    /// partition: one whose articles take long would starve the others.
    fetched: VecDeque<OwnedMessage>,
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
        let hooks = Hooks::new(TokenFile::new(&settings.kafka), debug, classic);
        let inner: BaseConsumer<Hooks> = config.create_with_context(hooks).map_err(Error::client)?;
        // librdkafka asks for a token only while it is polled; before partitions are assigned, a poll does nothing else.
        let _ = inner.poll(Duration::ZERO);
        let (reading, restoring, fetched) = (BTreeMap::new(), BTreeSet::new(), VecDeque::new());
        Ok(Self { inner, reading, restoring, paused: false, halted: false, fetched })
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
        if let Err(error) = self.fetch_again() {
            return Event::Error(error);
        }
        // A poll that ran a hook returns no message, so that what the hook queued is older than the next message.
        let event = self.inner.context().pop().unwrap_or_else(|| self.take(timeout));
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
                self.fetched.retain(|message| !partitions.contains(&TopicPartition::of(message)));
            }
            _ => {}
        }
        event
    }

    /// Returns the next message of those that were fetched before the pause, or what a poll returns. Polls in any case: hooks
    /// run only then.
    fn take(&mut self, timeout: Duration) -> Event {
        if self.paused || self.fetched.is_empty() {
            return self.poll(timeout);
        }
        match self.poll(Duration::ZERO) {
            Event::Idle => self.fetched.pop_front().map_or(Event::Idle, Event::Message),
            event => event,
        }
    }

    /// Goes back to where a partition is read. librdkafka may have gone elsewhere by itself: when the group changes while it
    /// asks for the committed offset of a partition that is assigned, whose owner's transaction has not ended, it forgets
    /// that the offset is not known, and reads the partition from its start.
    fn correct(&mut self, partition: TopicPartition, offset: i64, next: i64) -> Event {
        tracing::debug!(%partition, offset, next, "a message that was read already is dropped");
        match self.seek(partition, next) {
            Ok(_) => Event::Idle,
            Err(error) => Event::Error(error),
        }
    }

    fn poll(&self, timeout: Duration) -> Event {
        match self.inner.poll(timeout) {
            Some(Ok(message)) => Event::Message(message.detach()),
            Some(Err(error)) => self.failed(error),
            None => self.inner.context().pop().unwrap_or(Event::Idle),
        }
    }

    fn failed(&self, error: KafkaError) -> Event {
        let KafkaError::MessageConsumptionFatal(code) = error else { return Event::Error(error) };
        // The code of the event only says that it is fatal.
        let code = self.inner.client().fatal_error().map_or(code, |(code, _)| code);
        Event::Fatal(KafkaError::MessageConsumptionFatal(code))
    }

    /// Returns the positions of the partitions that are read.
    pub fn positions(&self) -> KafkaResult<BTreeMap<TopicPartition, Position>> {
        let consumed = self.inner.position()?;
        let position = |(partition, reading): (&TopicPartition, &Reading)| {
            let consumed = consumed.find_partition(partition.topic, partition.number).map(|element| element.offset());
            let consumed = match consumed {
                // librdkafka has returned what is kept, this consumer has not.
                Some(Offset::Offset(consumed)) if self.fetched.is_empty() => consumed,
                _ => reading.next,
            };
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
    pub fn lost_positions(&mut self) -> KafkaResult<Vec<(TopicPartition, i64)>> {
        let mut lost = Vec::new();
        for (partition, reading) in self.reading.clone() {
            if !self.seek(partition, reading.next)? {
                lost.push((partition, reading.next));
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
    fn seek(&mut self, partition: TopicPartition, offset: i64) -> KafkaResult<bool> {
        self.fetched.retain(|message| TopicPartition::of(message) != partition);
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
        paused.retain(|partition| self.halted || self.restoring.contains(partition));
        if paused.is_empty() { Ok(()) } else { self.inner.pause(&TopicPartition::list(&paused)) }
    }

    /// Pauses all partitions that are assigned now. Hooks run all the same.
    pub fn pause_all(&mut self) -> KafkaResult<()> {
        self.paused = true;
        if !std::mem::replace(&mut self.halted, true) {
            self.keep_fetched();
        }
        self.inner.pause(&TopicPartition::list(&TopicPartition::all_of(&self.inner.assignment()?)))
    }

    /// Takes what was fetched out of librdkafka.
    fn keep_fetched(&mut self) {
        let (mut bytes, hooks) = (0, self.inner.context());
        while bytes < MAX_KEPT {
            let queued = hooks.queued();
            match self.inner.poll(Duration::ZERO) {
                Some(Ok(message)) => {
                    let message = message.detach();
                    bytes += message_size(&message);
                    self.fetched.push_back(message);
                }
                Some(Err(error)) => hooks.push(self.failed(error)),
                None if hooks.queued() > queued => {}
                None => break,
            }
        }
    }

    /// Resumes all partitions, except those that are still being restored.
    pub fn resume_all(&mut self) -> KafkaResult<()> {
        self.paused = false;
        self.fetch_again()
    }

    /// Lets librdkafka go on after a pause when what it had fetched before has been returned.
    fn fetch_again(&mut self) -> KafkaResult<()> {
        if !self.halted || self.paused || !self.fetched.is_empty() {
            return Ok(());
        }
        self.halted = false;
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
        if self.halted { Ok(()) } else { self.inner.resume(&TopicPartition::list(&partitions)) }
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
