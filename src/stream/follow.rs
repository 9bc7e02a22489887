//! Follows the topics that the workers write, into the timeline's store.
//!
//! The offsets are in the store, committed together with the records before them. So partitions are assigned by hand, and
//! the group is only a name. Errors of the brokers do not stop it, nor does a full disk: the timeline can be queried without
//! them, and as it is.
//!
//! Must not know how the store keeps records, or who queries it.

mod storage;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::OwnedMessage;
use rdkafka::{Message, Offset, TopicPartitionList};

use self::storage::Storage;
use super::consumer::{Consumer, Event, PartitionOffsets};
use super::error::is_denied;
use super::passed::event_id;
use super::schemas::{Schemas, Unresolved};
use super::topic_partition::TopicPartition;
use super::{Control, Error};
use crate::config::{Settings, Topics};
use crate::store::{Position, RecordKind, TopicRecord, Writer};
use crate::telemetry::Progress;

/// The most records that are applied at once.
const BATCH_RECORDS: usize = 1000;
/// How long a record waits for others at most.
const BATCH_TIME: Duration = Duration::from_millis(100);
/// How long a poll waits. Bounds how late a shutdown is noticed.
const POLL_TIMEOUT: Duration = Duration::from_millis(100);
/// How often new partitions of the topics are looked for.
const DISCOVERY_INTERVAL: Duration = Duration::from_secs(30);
/// The pause before the next attempt when the topics do not exist or the brokers do not answer.
const RETRY_PAUSE: Duration = Duration::from_secs(2);
/// How long a request to the brokers may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// How long brokers may be silent and still count as connected.
const MAX_SILENCE: Duration = Duration::from_secs(10);

/// What is set whatever the configuration says: the prefetch is bounded tightly, since a record takes little work, and the
/// end of a partition is reported.
const OVERRIDES: [(&str, &str); 3] =
    [("enable.partition.eof", "true"), ("queued.max.messages.kbytes", "8192"), ("fetch.message.max.bytes", "1048576")];

/// Follows the topics of events and articles until a shutdown is requested.
///
/// # Errors
/// If librdkafka rejects the settings, a permission is missing, or the store cannot be written.
pub fn follow(settings: &Settings, control: &Control, progress: &Progress, writer: &mut Writer) -> Result<(), Error> {
    let mut settings = settings.clone();
    settings.kafka.group.clone_from(&settings.serve.group);
    let topics = Topics::new(&settings.kafka);
    let positions = writer.positions().map_err(|error| Error::timeline_store(&error))?;
    let foreign = positions.iter().find(|it| ![&topics.events, &topics.articles].contains(&&it.topic));
    if let Some(Position { topic, .. }) = foreign {
        let reason = format!(
            "the database follows the topic `{topic}`, not `{}` and `{}`; name another --database, or --rebuild this one",
            topics.events, topics.articles
        );
        return Err(Error::timeline_store(&reason));
    }
    let is_complete = writer.is_complete().map_err(|error| Error::timeline_store(&error))?;
    progress.set_building(!is_complete);
    control.metrics.timeline.building(!is_complete);
    let mut follower = Follower {
        consumer: Consumer::new(&settings, &OVERRIDES)?,
        stored: positions.into_iter().map(|it| (TopicPartition::new(&it.topic, it.partition), it.next)).collect(),
        group: settings.kafka.group.clone(),
        control,
        progress,
        schemas: Schemas::new(&settings, control)?.on_the_loop(),
        storage: Storage::new(writer, settings.serve.keep, control, progress),
        topics,
        end_reached: BTreeMap::new(),
        batch: Vec::new(),
        first_received: None,
        error_logged: false,
        caught_up: false,
    };
    follower.run()
}

struct Follower<'a> {
    consumer: Consumer,
    group: String,
    control: &'a Control,
    progress: &'a Progress,
    storage: Storage<'a>,
    schemas: Schemas,
    topics: Topics,
    /// The next offset of each partition after what is stored.
    stored: BTreeMap<TopicPartition, i64>,
    /// The partitions that are read, and whether their end was reached.
    end_reached: BTreeMap<TopicPartition, bool>,
    batch: Vec<OwnedMessage>,
    /// When the first record of the batch arrived.
    first_received: Option<Instant>,
    /// Whether an error was logged since the last record.
    error_logged: bool,
    /// Whether the ends of all partitions were reached.
    caught_up: bool,
}

impl Follower<'_> {
    fn run(&mut self) -> Result<(), Error> {
        let mut next_discovery = Instant::now();
        while !self.control.shutdown.is_triggered() {
            self.control.health.beat();
            if Instant::now() >= next_discovery {
                next_discovery = Instant::now() + self.discover()?;
            }
            let time_left = self.first_received.map(|received| BATCH_TIME.saturating_sub(received.elapsed()));
            let event = self.consumer.next(time_left.unwrap_or(POLL_TIMEOUT).min(POLL_TIMEOUT));
            self.handle(event)?;
            let is_due = self.first_received.is_some_and(|received| received.elapsed() >= BATCH_TIME);
            if self.batch.len() >= BATCH_RECORDS || is_due {
                self.apply_batch()?;
            }
            self.storage.prune()?;
        }
        self.apply_batch()
    }

    /// Assigns partitions that are not read yet. Returns how long to wait until it is called again.
    fn discover(&mut self) -> Result<Duration, Error> {
        match self.assign() {
            Ok(true) => Ok(DISCOVERY_INTERVAL),
            Ok(false) => {
                let Topics { events, articles, .. } = &self.topics;
                self.report_outage(&format!(
                    "there is no topic `{events}` or `{articles}` yet, or this client is not allowed to see it"
                ));
                Ok(RETRY_PAUSE)
            }
            Err(error) if is_denied(&error) => Err(self.denied(&error)),
            Err(error) => {
                self.report_outage(&format!("the brokers do not answer: {error}"));
                Ok(RETRY_PAUSE)
            }
        }
    }

    fn report_outage(&mut self, reason: &str) {
        if !std::mem::replace(&mut self.error_logged, true) {
            tracing::warn!("{reason}; trying again");
        }
        if self.end_reached.is_empty() {
            self.control.health.not_ready(reason);
        }
    }

    /// Assigns the partitions that are not read yet, from their stored offsets. Returns false if a topic has none.
    fn assign(&mut self) -> KafkaResult<bool> {
        let mut new = TopicPartitionList::new();
        let mut is_complete = true;
        for topic in [&self.topics.events, &self.topics.articles] {
            let count = self.consumer.partition_count(topic, REQUEST_TIMEOUT)?;
            is_complete &= count > 0;
            for number in (0..).take(count) {
                let partition = TopicPartition::new(topic, number);
                if !self.end_reached.contains_key(&partition) {
                    let offset = self.stored.get(&partition).map_or(Offset::Beginning, |next| Offset::Offset(*next));
                    new.add_partition_offset(topic, number, offset)?;
                }
            }
        }
        if new.count() > 0 {
            self.consumer.client().incremental_assign(&new)?;
            tracing::info!(partitions = new.count(), "following the timeline's topics");
            self.end_reached.extend(TopicPartition::all_of(&new).into_iter().map(|partition| (partition, false)));
            self.control.health.not_ready("catching up with the topics");
            self.caught_up = false;
        }
        Ok(is_complete)
    }

    fn handle(&mut self, event: Event) -> Result<(), Error> {
        match event {
            Event::Message(message) => {
                self.error_logged = false;
                self.first_received.get_or_insert_with(Instant::now);
                self.batch.push(message);
            }
            Event::Statistics { partitions, broker_seen, .. } => {
                self.progress.set_connected(broker_seen.is_some_and(|ago| ago < MAX_SILENCE));
                broker_seen.into_iter().for_each(|ago| self.control.health.broker_seen(ago));
                self.report_lag(partitions);
            }
            Event::Error(KafkaError::PartitionEOF(_)) => {}
            Event::Error(error) if is_denied(&error) => return Err(self.denied(&error)),
            Event::Error(error) => {
                if !std::mem::replace(&mut self.error_logged, true) {
                    tracing::warn!(%error, "error while reading the topics; librdkafka retries");
                }
            }
            Event::Fatal(error) => return Err(Error::consumer(error)),
            Event::Assigned(_) | Event::Revoked { .. } | Event::TopicRecreated(_) | Event::Idle => {}
        }
        Ok(())
    }

    fn denied(&self, error: &KafkaError) -> Error {
        Error::read_denied(&error.to_string(), &[&self.topics.events, &self.topics.articles], &self.group)
    }

    /// Stores the records of the batch together with the offsets after them.
    fn apply_batch(&mut self) -> Result<(), Error> {
        self.first_received = None;
        if self.batch.is_empty() {
            return Ok(());
        }
        let mut next = BTreeMap::new();
        for message in &self.batch {
            next.insert(TopicPartition::of(message), message.offset() + 1);
        }
        let (batch, topics, cutoff) = (&self.batch, &self.topics, self.storage.writer.cutoff());
        let kept =
            || batch.iter().filter(|message| !(message.topic() == topics.articles && is_before(message, cutoff)));
        let mut values = Vec::with_capacity(batch.len());
        for message in kept() {
            match self.value(message) {
                Err(Unresolved::Interrupted) => return Ok(()),
                value => values.push(value.ok()),
            }
        }
        let received = kept().zip(&values).filter_map(|(message, value)| {
            let kind = if message.topic() == topics.events { RecordKind::Event } else { RecordKind::Article };
            let key = std::str::from_utf8(message.key()?).ok()?;
            let key = if kind == RecordKind::Event { event_id(key) } else { key };
            Some(TopicRecord { kind, key, value: value.as_ref()?.as_deref() })
        });
        let received: Vec<_> = received.collect();
        // Without a key, or with a value that is not as its schema says.
        let unusable = values.len() - received.len();
        let position = |(partition, next): (&TopicPartition, &i64)| Position {
            topic: partition.topic.to_owned(),
            partition: partition.number,
            next: *next,
        };
        let positions: Vec<_> = next.iter().map(position).collect();
        let Some(unreadable) = self.storage.apply(&received, &positions)? else { return Ok(()) };
        let skipped = unusable + unreadable;
        if skipped > 0 {
            tracing::warn!(records = skipped, "skipped records that dateline did not write");
        }
        tracing::debug!(records = self.batch.len(), "applied a batch");
        self.batch.clear();
        self.stored.extend(next);
        Ok(())
    }

    /// Returns the value of a record as JSON.
    fn value<'m>(&self, message: &'m OwnedMessage) -> Result<Option<Cow<'m, [u8]>>, Unresolved> {
        let value = message.payload();
        if message.topic() != self.topics.events {
            return Ok(value.map(Cow::Borrowed));
        }
        value.map(|value| self.schemas.event_as_json(value)).transpose()
    }

    /// Reports the lag, and that it is ready once the end of every partition was reached.
    fn report_lag(&mut self, partitions: Vec<PartitionOffsets>) {
        let (mut total, mut records) = (0, 0);
        for PartitionOffsets { topic, partition, end, start, position, .. } in partitions {
            let partition = TopicPartition::new(&topic, partition);
            let stored = self.stored.get(&partition).copied().unwrap_or(start);
            // With an empty batch all that was read is stored.
            let position = position.filter(|_| self.batch.is_empty()).unwrap_or(stored);
            let lag = (end - stored.max(position)).max(0);
            self.control.metrics.timeline.lag(partition.topic, partition.number, lag);
            total += lag.unsigned_abs();
            records += (end - start).max(0).unsigned_abs();
            if let Some(end_reached) = self.end_reached.get_mut(&partition) {
                *end_reached |= lag == 0;
            }
        }
        self.progress.set_lag(total, records);
        self.storage.report_size();
        // Reported once: contact with the brokers is tracked apart from this.
        if !self.caught_up && !self.end_reached.is_empty() && self.end_reached.values().all(|reached| *reached) {
            self.caught_up = true;
            // If it cannot be written now, that is reported with the next record.
            let _ = self.storage.writer.set_complete();
            self.progress.set_building(false);
            self.control.metrics.timeline.building(false);
            self.control.health.ready();
            tracing::info!("caught up with the topics");
        } else if !self.caught_up && total > 0 {
            let is_building = self.progress.is_building();
            let what =
                if is_building { "building the timeline from the topics" } else { "catching up with the topics" };
            self.control.health.not_ready(format!("{what}: {total} of {records} records to read"));
        }
    }
}

/// Whether a record is of a message that came before a time. An article that did has no event that is kept; an event that was
/// published later than it came, by its own account, is shown as if its article had no record.
fn is_before(message: &OwnedMessage, cutoff: Option<i64>) -> bool {
    let came = message.timestamp().to_millis();
    cutoff.zip(came).is_some_and(|(cutoff, came)| came.div_euclid(1000) < cutoff)
}
