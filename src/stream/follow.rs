//! Follows what the workers publish, into the timeline's store.
//!
//! The offsets stand in the store, committed with the records before them, so that partitions are assigned by hand and
//! the group is no more than a name. Whatever the brokers do, this goes on: the timeline is there to be asked without them.
//!
//! Must not know how the store keeps records, or who asks.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::OwnedMessage;
use rdkafka::{Message, Offset, TopicPartitionList};

use super::consumer::{Consumer, Event, Watermark};
use super::error::is_denied;
use super::{Control, Error};
use crate::config::{Settings, Topics};
use crate::store::{Position, RecordKind, TopicRecord, Writer};
use crate::telemetry::Progress;

/// The most records that are taken in at once.
const BATCH: usize = 1000;
/// How long a record waits for others at most.
const WAIT: Duration = Duration::from_millis(100);
/// How long a poll waits. Bounds how late a shutdown is noticed.
const IDLE: Duration = Duration::from_millis(100);
/// How often it is looked whether topics have more partitions.
const LOOK: Duration = Duration::from_secs(30);
/// How long it takes until brokers that did not answer are asked again.
const AGAIN: Duration = Duration::from_secs(2);
/// How long a question to the brokers may take.
const ANSWER: Duration = Duration::from_secs(5);
/// How long brokers may be silent.
const SILENCE: Duration = Duration::from_secs(10);

/// What is set whatever the configuration says: what is prefetched is bounded tightly, since a record takes little
/// work; and the end of a partition is told.
const OWN: [(&str, &str); 3] =
    [("enable.partition.eof", "true"), ("queued.max.messages.kbytes", "8192"), ("fetch.message.max.bytes", "1048576")];

/// Follows the topics of events and articles until the end is asked for.
///
/// # Errors
/// If librdkafka refuses the settings, the brokers do not allow to read, or the store cannot be written.
pub fn follow(settings: &Settings, control: &Control, progress: &Progress, writer: &mut Writer) -> Result<(), Error> {
    let mut settings = settings.clone();
    settings.kafka.group.clone_from(&settings.serve.group);
    let topics = Topics::new(&settings.kafka);
    let positions = writer.positions().map_err(|error| Error::store(&error))?;
    let foreign = positions.iter().find(|it| ![&topics.events, &topics.articles].contains(&&it.topic));
    if let Some(Position { topic, .. }) = foreign {
        let reason = format!(
            "the database follows the topic `{topic}`, not `{}` and `{}`; name another --database, or --rebuild this one",
            topics.events, topics.articles
        );
        return Err(Error::store(&reason));
    }
    let mut follower = Follower {
        consumer: Consumer::new(&settings, &topics.events, &OWN)?,
        next: positions.into_iter().map(|it| ((it.topic, it.partition), it.next)).collect(),
        group: settings.kafka.group,
        control,
        progress,
        writer,
        topics,
        open: BTreeMap::new(),
        batch: Vec::new(),
        since: None,
        troubled: false,
        caught_up: false,
    };
    follower.work()
}

/// A partition of a topic.
type Place = (String, i32);

struct Follower<'a> {
    consumer: Consumer,
    group: String,
    control: &'a Control,
    progress: &'a Progress,
    writer: &'a mut Writer,
    topics: Topics,
    /// What comes next in each partition after what the store has.
    next: BTreeMap<Place, i64>,
    /// The partitions that are read, and whether their end was seen.
    open: BTreeMap<Place, bool>,
    batch: Vec<OwnedMessage>,
    /// Since when the batch fills.
    since: Option<Instant>,
    troubled: bool,
    /// Whether the ends of all partitions were seen.
    caught_up: bool,
}

impl Follower<'_> {
    fn work(&mut self) -> Result<(), Error> {
        let mut look = Instant::now();
        while !self.control.shutdown.is_triggered() {
            self.control.health.beat();
            if Instant::now() >= look {
                look = Instant::now() + self.look()?;
            }
            let patience = self.since.map_or(IDLE, |since| WAIT.saturating_sub(since.elapsed()));
            let event = self.consumer.next(patience.min(IDLE));
            self.meet(event)?;
            if self.batch.len() >= BATCH || self.since.is_some_and(|since| since.elapsed() >= WAIT) {
                self.take_in()?;
            }
        }
        self.take_in()
    }

    /// Looks for partitions that are not read yet, and tells when to look again.
    fn look(&mut self) -> Result<Duration, Error> {
        match self.assign() {
            Ok(true) => Ok(LOOK),
            Ok(false) => {
                let Topics { events, articles, .. } = &self.topics;
                self.wait_for(&format!(
                    "there is no topic `{events}` or `{articles}` yet, or this client may not see it"
                ));
                Ok(AGAIN)
            }
            Err(error) if is_denied(&error) => Err(self.denied(&error)),
            Err(error) => {
                self.wait_for(&format!("the brokers do not answer: {error}"));
                Ok(AGAIN)
            }
        }
    }

    fn wait_for(&mut self, why: &str) {
        if !std::mem::replace(&mut self.troubled, true) {
            tracing::warn!("{why}; trying on");
        }
        if self.open.is_empty() {
            self.control.health.not_ready(why);
        }
    }

    /// Reads the partitions that are not read yet from where the store is; false where a topic has none.
    fn assign(&mut self) -> KafkaResult<bool> {
        let mut new = TopicPartitionList::new();
        let mut complete = true;
        for topic in [&self.topics.events, &self.topics.articles] {
            let count = self.consumer.partition_count(topic, ANSWER)?;
            complete &= count > 0;
            for partition in (0..).take(count) {
                let place = (topic.clone(), partition);
                if !self.open.contains_key(&place) {
                    let offset = self.next.get(&place).map_or(Offset::Beginning, |next| Offset::Offset(*next));
                    new.add_partition_offset(topic, partition, offset)?;
                }
            }
        }
        if new.count() > 0 {
            self.consumer.client().incremental_assign(&new)?;
            tracing::info!(partitions = new.count(), "following the timeline's topics");
            let places = new.elements().into_iter().map(|it| ((it.topic().to_owned(), it.partition()), false));
            self.open.extend(places);
            self.control.health.not_ready("catching up with the topics");
            self.caught_up = false;
        }
        Ok(complete)
    }

    fn meet(&mut self, event: Event) -> Result<(), Error> {
        match event {
            Event::Message(message) => {
                self.troubled = false;
                self.since.get_or_insert_with(Instant::now);
                self.batch.push(message);
            }
            Event::Report { ends, heard } => {
                self.progress.connected(heard.is_some_and(|ago| ago < SILENCE));
                heard.into_iter().for_each(|ago| self.control.health.heard(ago));
                self.tell_lag(ends);
            }
            Event::Trouble(KafkaError::PartitionEOF(_)) => {}
            Event::Trouble(error) if is_denied(&error) => return Err(self.denied(&error)),
            Event::Trouble(error) => {
                if !std::mem::replace(&mut self.troubled, true) {
                    tracing::warn!(%error, "trouble with the topics; librdkafka goes on trying");
                }
            }
            Event::Fatal(error) => return Err(Error::consumer(error)),
            Event::Assigned(_) | Event::Revoked { .. } | Event::Idle => {}
        }
        Ok(())
    }

    fn denied(&self, error: &KafkaError) -> Error {
        Error::reading_denied(&error.to_string(), &[&self.topics.events, &self.topics.articles], &self.group)
    }

    /// Commits the batch with the offsets behind it.
    fn take_in(&mut self) -> Result<(), Error> {
        self.since = None;
        if self.batch.is_empty() {
            return Ok(());
        }
        let mut positions = BTreeMap::new();
        for message in &self.batch {
            positions.insert((message.topic().to_owned(), message.partition()), message.offset() + 1);
        }
        let received = self.batch.iter().filter_map(|message| {
            let kind = if message.topic() == self.topics.events { RecordKind::Event } else { RecordKind::Article };
            let key = std::str::from_utf8(message.key()?).ok()?;
            Some(TopicRecord { kind, key, value: message.payload() })
        });
        let received: Vec<_> = received.collect();
        let keyless = self.batch.len() - received.len();
        let place = |((topic, partition), next): (&Place, &i64)| Position {
            topic: topic.clone(),
            partition: *partition,
            next: *next,
        };
        let places: Vec<_> = positions.iter().map(place).collect();
        let unread = keyless + self.writer.apply(&received, &places).map_err(|error| Error::store(&error))?;
        if unread > 0 {
            tracing::warn!(records = unread, "records that are none of dateline's were passed over");
        }
        tracing::debug!(records = self.batch.len(), "taken in");
        self.batch.clear();
        self.next.extend(positions);
        Ok(())
    }

    /// Tells how far behind this is, and whether it is at work: when it has seen the end of every partition.
    fn tell_lag(&mut self, ends: Vec<Watermark>) {
        let mut lag = 0;
        for Watermark { topic, partition, end, begin, read } in ends {
            let place = (topic, partition);
            let stored = self.next.get(&place).copied().unwrap_or(begin);
            let read = read.filter(|_| self.batch.is_empty()).unwrap_or(stored);
            let behind = (end - stored.max(read)).max(0);
            self.control.metrics.lag(&place.0, partition, behind);
            lag += behind.unsigned_abs();
            if let Some(seen) = self.open.get_mut(&place) {
                *seen |= behind == 0;
            }
        }
        self.progress.behind(lag);
        // Said once: whether the brokers are still heard is another matter.
        if !self.caught_up && !self.open.is_empty() && self.open.values().all(|seen| *seen) {
            self.caught_up = true;
            self.control.health.ready();
            tracing::info!("caught up with the topics");
        }
    }
}
