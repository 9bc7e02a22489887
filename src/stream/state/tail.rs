//! Reads the changelog on, so that what others write is known: other workers, a backfill.
//!
//! Before a batch is settled, all that is committed by then is read. A record that another writer has open, or commits a
//! moment later, is found before the batch is committed: the own records are on the changelog then, but not committed, so
//! that whatever is between what was known and the last of them is what was not known. If it is about an article of the
//! batch, the batch is aborted and settled again. Of two writers the one whose record comes later on the changelog notices
//! it, so that no two can settle the same article without knowledge of each other.
//!
//! Where nobody else writes, the offsets of the own records follow each other without a gap, and nothing is read again.
//!
//! Must not know what becomes of messages.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::{Message, Offset, TopicPartitionList};

use super::changelog::{self, Change};
use super::known::Known;
use super::restore::ReadError;
use super::store::StateStore;
use crate::config::{Delivery, Settings, Topics};
use crate::stream::consumer::Consumer;
use crate::stream::error::is_denied;
use crate::stream::producer::{Delivered, DeliveryError};
use crate::stream::{Control, Error};

/// How long a request to the brokers may take.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a poll waits for the own records.
const POLL_TIMEOUT: Duration = Duration::from_millis(100);
/// The most records that are read on at once.
const MOST: usize = 100_000;

pub const NO_STATISTICS: (&str, &str) = ("statistics.interval.ms", "0");

/// What a reader of the changelog needs of librdkafka, whatever the configuration says.
pub const OVERRIDES: [(&str, &str); 5] = [
    ("auto.offset.reset", "earliest"),
    ("enable.partition.eof", "true"),
    ("fetch.wait.max.ms", "10"),
    ("queued.max.messages.kbytes", "8192"),
    NO_STATISTICS,
];

/// What the reader of what others write needs: it waits for them.
const TAIL_OVERRIDES: [(&str, &str); 5] =
    [OVERRIDES[0], OVERRIDES[1], ("fetch.wait.max.ms", "100"), OVERRIDES[3], OVERRIDES[4]];

/// What the reader of the own records needs, before they are committed.
const UNCOMMITTED_OVERRIDES: [(&str, &str); 6] =
    [OVERRIDES[0], OVERRIDES[1], ("isolation.level", "read_uncommitted"), OVERRIDES[2], OVERRIDES[3], OVERRIDES[4]];

/// The offset of a record of the changelog: its partition, and its offset there.
pub type RecordOffset = (i32, i64);

/// Reads on.
pub struct Tail {
    topics: Topics,
    /// Reads what is committed.
    committed: Consumer,
    /// Sees the records of open transactions as well.
    uncommitted: Consumer,
    /// Reads whether what others had open was committed; made when it is first needed.
    checking: Option<Consumer>,
    settings: Settings,
    partitions: BTreeMap<i32, Known>,
    /// Whether own records are followed by the marker of their transaction.
    has_markers: bool,
}

impl Tail {
    /// Starts to read after these offsets.
    ///
    /// # Errors
    /// If librdkafka rejects the settings.
    pub fn new(settings: &Settings, topics: &Topics, positions: &BTreeMap<i32, i64>) -> Result<Self, Error> {
        let committed = Consumer::new(settings, &TAIL_OVERRIDES)?;
        let uncommitted = Consumer::new(settings, &UNCOMMITTED_OVERRIDES)?;
        let partitions = positions.iter().map(|(partition, position)| (*partition, Known::new(*position))).collect();
        let has_markers = settings.stream.delivery == Delivery::ExactlyOnce;
        let (checking, settings) = (None, settings.clone());
        let tail = Self { topics: topics.clone(), committed, uncommitted, checking, settings, partitions, has_markers };
        tail.assign().map_err(Error::consumer)?;
        Ok(tail)
    }

    fn assign(&self) -> KafkaResult<()> {
        let positions = self.partitions.iter().map(|(partition, known)| (*partition, known.position()));
        self.committed.client().assign(&partition_list(&self.topics.articles, positions)?)
    }

    /// Asks for everything before these ends to be read; partitions that are new are read from their beginning.
    ///
    /// # Errors
    /// If librdkafka cannot read them.
    pub fn await_ends(&mut self, ends: &BTreeMap<i32, i64>) -> Result<(), Error> {
        let mut is_behind = false;
        for (partition, end) in ends {
            is_behind |= !self.partitions.contains_key(partition);
            is_behind |= self.partitions.entry(*partition).or_default().await_end(*end);
        }
        // The end of a partition is reported anew where it is assigned anew.
        if is_behind { self.assign().map_err(Error::consumer) } else { Ok(()) }
    }

    /// Returns whether an end that was asked for is not reached yet.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.partitions.values().any(Known::is_behind)
    }

    /// Reads what has arrived into the store, without waiting. Only to be called between batches.
    ///
    /// # Errors
    /// If the store cannot be written, or the changelog may not be read.
    pub fn read_on(&mut self, store: &mut StateStore, settings: &Settings) -> Result<(), Error> {
        let mut is_changed = false;
        for _ in 0..MOST {
            match self.committed.client().poll(Duration::ZERO) {
                None => break,
                Some(Ok(message)) => {
                    let partition = message.partition();
                    let known = self.partitions.entry(partition).or_default();
                    if !known.pass(message.offset(), self.has_markers) {
                        continue;
                    }
                    match changelog::read(&message, &self.topics) {
                        Some(Change::Put(id, state)) => store.put(&id, &state)?,
                        Some(Change::Remove(id)) => store.remove(&id, partition)?,
                        None => continue,
                    }
                    is_changed = true;
                }
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    self.partitions.entry(partition).or_default().reach_end();
                }
                Some(Err(error)) => match classify(error, settings) {
                    ReadError::Fatal(error) => return Err(error),
                    ReadError::Retriable(error) => tracing::debug!(%error, "error while reading the changelog"),
                },
            }
        }
        if is_changed { store.commit() } else { Ok(()) }
    }

    /// Takes note of the own records of a batch that was committed.
    pub fn commit(&mut self, delivered: Delivered) {
        for (partition, own) in delivered {
            self.partitions.entry(partition).or_default().commit(own, self.has_markers);
        }
    }

    /// Takes note of the own records of a batch that was rolled back.
    pub fn abort(&mut self, delivered: Delivered) {
        for (partition, own) in delivered {
            self.partitions.entry(partition).or_default().abort(own);
        }
    }

    /// Returns the records of others that are not known and by which the batch should have been settled, whose own records
    /// are delivered.
    ///
    /// # Errors
    /// If the changelog cannot be read.
    pub fn conflicts(
        &mut self,
        delivered: &Delivered,
        store: &StateStore,
        control: &Control,
    ) -> Result<Vec<RecordOffset>, DeliveryError> {
        let failed = |error: KafkaError| DeliveryError::Rewind(format!("cannot read the changelog: {error}"));
        let mut unread = self.unread(delivered, store).map_err(failed)?;
        if unread.is_empty() {
            return Ok(Vec::new());
        }
        let client = self.uncommitted.client();
        let starts = unread.iter().map(|(partition, (start, _))| (*partition, *start));
        partition_list(&self.topics.articles, starts).and_then(|list| client.assign(&list)).map_err(failed)?;
        let (mut conflicts, mut answered) = (Vec::new(), Instant::now());
        while !unread.is_empty() {
            control.health.beat();
            match client.poll(POLL_TIMEOUT) {
                Some(Ok(message)) => {
                    answered = Instant::now();
                    let (partition, offset) = (message.partition(), message.offset());
                    let Some((_, end)) = unread.get(&partition).copied() else { continue };
                    let known = self.partitions.entry(partition).or_default();
                    let mut own = delivered.get(&partition).into_iter().flatten();
                    if offset < end && !known.is_own(offset) && !own.any(|range| range.contains(&offset)) {
                        known.set_clean(false);
                        let id = message.key().and_then(|key| std::str::from_utf8(key).ok());
                        conflicts.extend(id.filter(|id| store.has_read(id)).map(|_| (partition, offset)));
                    }
                    if offset + 1 >= end {
                        unread.remove(&partition);
                    }
                }
                // The markers of transactions come after the last message.
                Some(Err(KafkaError::PartitionEOF(partition))) => drop(unread.remove(&partition)),
                Some(Err(_)) | None if answered.elapsed() < REQUEST_TIMEOUT => {}
                Some(Err(error)) => return Err(failed(error)),
                None => return Err(DeliveryError::Rewind("the brokers do not send the changelog".to_owned())),
            }
        }
        client.unassign().map_err(failed)?;
        if conflicts.is_empty() { Ok(conflicts) } else { self.without_aborted(conflicts, control).map_err(failed) }
    }

    /// Returns these records without those whose transaction was aborted: nobody is to settle anything again because of
    /// them.
    fn without_aborted(&mut self, mut records: Vec<RecordOffset>, control: &Control) -> KafkaResult<Vec<RecordOffset>> {
        let topic = &self.topics.articles;
        let client = match &mut self.checking {
            Some(consumer) => consumer.client(),
            none => {
                let consumer = Consumer::new(&self.settings, &OVERRIDES).map_err(|_| KafkaError::Canceled)?;
                none.insert(consumer).client()
            }
        };
        let (mut starts, mut ends) = (BTreeMap::new(), BTreeMap::new());
        for (partition, offset) in &records {
            let start = starts.entry(*partition).or_insert(*offset);
            *start = (*start).min(*offset);
        }
        for partition in starts.keys() {
            ends.insert(*partition, client.fetch_watermarks(topic, *partition, REQUEST_TIMEOUT)?.1);
        }
        // Those of open transactions are after the end for a reader of committed records.
        let mut unread = ends.clone();
        unread.retain(|partition, end| starts.get(partition).is_some_and(|start| start < end));
        let mut committed = BTreeSet::new();
        let assigned = unread.keys().filter_map(|partition| Some((*partition, *starts.get(partition)?)));
        client.assign(&partition_list(topic, assigned)?)?;
        let mut answered = Instant::now();
        while !unread.is_empty() && answered.elapsed() < REQUEST_TIMEOUT {
            control.health.beat();
            match client.poll(POLL_TIMEOUT) {
                Some(Ok(message)) => {
                    answered = Instant::now();
                    committed.insert((message.partition(), message.offset()));
                    if unread.get(&message.partition()).is_some_and(|end| message.offset() + 1 >= *end) {
                        unread.remove(&message.partition());
                    }
                }
                Some(Err(KafkaError::PartitionEOF(partition))) => drop(unread.remove(&partition)),
                Some(Err(_)) | None => {}
            }
        }
        client.unassign()?;
        let is_open = |(partition, offset): &RecordOffset| ends.get(partition).is_none_or(|end| offset >= end);
        // What could not be read may be committed.
        records.retain(|it| committed.contains(it) || is_open(it) || unread.contains_key(&it.0));
        Ok(records)
    }

    /// Returns what is to be read of each partition in which there may be something unknown: from what is known on to the own
    /// records of the batch, or, where an article was not found and nothing is written about it, to the end.
    fn unread(&mut self, delivered: &Delivered, store: &StateStore) -> KafkaResult<BTreeMap<i32, (i64, i64)>> {
        let mut unread = BTreeMap::new();
        for (partition, own) in delivered {
            let known = self.partitions.entry(*partition).or_default();
            if !known.is_next(own) {
                known.set_clean(true);
                unread.insert(*partition, (known.position(), own.last().map_or(0, |range| range.end)));
            }
        }
        for partition in store.unknown().iter().filter(|partition| !delivered.contains_key(*partition)) {
            let client = self.uncommitted.client();
            let (_, end) = client.fetch_watermarks(&self.topics.articles, *partition, REQUEST_TIMEOUT)?;
            let known = self.partitions.entry(*partition).or_default();
            if !known.is_at(end) {
                unread.insert(*partition, (known.position(), end));
            }
        }
        Ok(unread)
    }

    /// Returns the end of the partition of a record for a reader of committed records if it is after the record, so that
    /// its transaction has ended.
    ///
    /// # Errors
    /// If the brokers do not answer.
    pub fn end_after(&self, (partition, offset): RecordOffset) -> KafkaResult<Option<i64>> {
        let client = self.committed.client();
        let (_, end) = client.fetch_watermarks(&self.topics.articles, partition, REQUEST_TIMEOUT)?;
        Ok((end > offset).then_some(end))
    }
}

/// Returns a list of partitions with offsets.
pub fn partition_list(topic: &str, offsets: impl Iterator<Item = (i32, i64)>) -> KafkaResult<TopicPartitionList> {
    let mut list = TopicPartitionList::new();
    for (partition, offset) in offsets {
        list.add_partition_offset(topic, partition, Offset::Offset(offset))?;
    }
    Ok(list)
}

/// Decides whether a later attempt to read may succeed.
pub fn classify(error: KafkaError, settings: &Settings) -> ReadError {
    if is_denied(&error) {
        return ReadError::Fatal(Error::denied(&error.to_string(), settings));
    }
    // The topics exist, as was checked at the start; all other errors pass by themselves.
    match error {
        KafkaError::MessageConsumptionFatal(_) => ReadError::Fatal(Error::consumer(error)),
        error => ReadError::Retriable(error),
    }
}
