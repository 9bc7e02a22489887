//! Restores the state store of a partition from its changelog, `timeline.articles`.
//!
//! Everything that was committed before the partition was assigned to this worker must be seen. An earlier owner may have
//! sent its offsets and not know yet whether they are committed; its records are before the end of the topic then,
//! and the restore waits until their transaction is committed or aborted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::BorrowedMessage;
use rdkafka::{Message, Offset, TopicPartitionList};
use serde::Deserialize;

use super::revisions::ArticleState;
use super::store::{Restorer, StateStore};
use crate::config::Settings;
use crate::record::{HeldFields, StandingFields};
use crate::stream::Error;
use crate::stream::clock::now;
use crate::stream::consumer::Consumer;
use crate::stream::error::is_denied;
use crate::stream::output::OutputSettings;
use crate::stream::position::Start;
use crate::stream::times::latest_believed;

/// How long a request to the brokers may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a poll waits. Bounds how late a cancellation is noticed.
const POLL_TIMEOUT: Duration = Duration::from_millis(100);
/// The pause before it is asked again whether transactions have ended.
const OPEN_TRANSACTION_PAUSE: Duration = Duration::from_millis(20);
/// The pause before the next attempt when the brokers are unavailable.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

const NO_STATISTICS: (&str, &str) = ("statistics.interval.ms", "0");

/// What the reader needs of librdkafka, whatever the configuration says.
const OVERRIDES: [(&str, &str); 4] = [
    ("enable.partition.eof", "true"),
    ("fetch.wait.max.ms", "10"),
    ("queued.max.messages.kbytes", "8192"),
    NO_STATISTICS,
];

/// A partition whose state is restored.
pub struct Restored {
    /// Its state store.
    pub store: StateStore,
    /// Where the partition of the input is read from.
    pub start: Start,
}

/// The result of restoring one partition.
pub struct RestoreResult {
    /// The partition.
    pub partition: i32,
    /// The flag by which it could be cancelled.
    pub cancelled: Arc<AtomicBool>,
    /// The restored state, or why it cannot be restored.
    pub result: Result<Restored, Error>,
}

/// Restores these partitions, one after the other, on a thread of its own.
pub fn start(
    settings: Settings,
    output: OutputSettings,
    partitions: Vec<(i32, Arc<AtomicBool>)>,
    results: Sender<RestoreResult>,
) {
    thread::spawn(move || {
        let mut reader = None;
        for (partition, cancelled) in partitions {
            let result = restore_with_retries(&settings, &output, &mut reader, partition, &cancelled);
            // Fails when the worker has ended: nobody waits for the result then.
            if results.send(RestoreResult { partition, cancelled, result }).is_err() {
                return;
            }
        }
    });
}

fn restore_with_retries<'a>(
    settings: &'a Settings,
    output: &'a OutputSettings,
    reader: &mut Option<ChangelogReader<'a>>,
    partition: i32,
    cancelled: &AtomicBool,
) -> Result<Restored, Error> {
    let reader = match reader {
        Some(reader) => reader,
        none => none.insert(ChangelogReader::new(settings, output)?),
    };
    loop {
        match reader.restore(partition, cancelled) {
            Err(RestoreError::Retriable(error)) if !cancelled.load(Ordering::Relaxed) => {
                tracing::warn!(partition, %error, "cannot read the changelog of the articles; trying again");
                thread::sleep(RETRY_PAUSE);
            }
            Err(RestoreError::Retriable(error)) => return Err(Error::consumer(error)),
            Err(RestoreError::Fatal(error)) => return Err(error),
            Ok(restored) => return Ok(restored),
        }
    }
}

/// Why a partition was not restored.
enum RestoreError {
    /// A later attempt may succeed.
    Retriable(KafkaError),
    /// No attempt can succeed.
    Fatal(Error),
}

struct ChangelogReader<'a> {
    settings: &'a Settings,
    output: &'a OutputSettings,
    committed: Consumer,
    /// Sees the records of open transactions as well.
    uncommitted: Consumer,
}

impl<'a> ChangelogReader<'a> {
    fn new(settings: &'a Settings, output: &'a OutputSettings) -> Result<Self, Error> {
        let topic = &output.topics.articles;
        let committed = Consumer::new(settings, topic, &OVERRIDES)?;
        let uncommitted = Consumer::new(settings, topic, &[("isolation.level", "read_uncommitted"), NO_STATISTICS])?;
        Ok(Self { settings, output, committed, uncommitted })
    }

    fn restore(&self, partition: i32, cancelled: &AtomicBool) -> Result<Restored, RestoreError> {
        let started = Instant::now();
        let mut restorer = Restorer::new(self.settings.revisions.window).map_err(RestoreError::Fatal)?;
        restorer.believe_until(latest_believed(now()));
        let changelog = self.output.changelog_partition(partition);
        let range = self.stable_range(changelog, cancelled).map_err(|error| self.classify(error))?;
        if let Some((start, end)) = range.filter(|(start, end)| start < end) {
            self.read(changelog, start, end, cancelled, |message| self.apply(message, partition, &mut restorer))?;
        }
        let store = restorer.finish().map_err(RestoreError::Fatal)?;
        let start = self.start(partition).map_err(|error| self.classify(error))?;
        let articles = store.count().map_err(RestoreError::Fatal)?;
        let seconds = started.elapsed().as_secs_f64();
        tracing::info!(partition, articles, seconds, "restored the state of a partition");
        Ok(Restored { store, start })
    }

    fn classify(&self, error: KafkaError) -> RestoreError {
        if is_denied(&error) {
            return RestoreError::Fatal(Error::denied(&error.to_string(), self.settings));
        }
        // The topic exists, as was checked at the start; all other errors pass by themselves.
        match error {
            KafkaError::MessageConsumptionFatal(_) => RestoreError::Fatal(Error::consumer(error)),
            error => RestoreError::Retriable(error),
        }
    }

    /// Returns the first offset and the end of what must be read, as soon as no transaction before that end is open;
    /// `None` if it was cancelled.
    fn stable_range(&self, partition: i32, cancelled: &AtomicBool) -> KafkaResult<Option<(i64, i64)>> {
        let topic = &self.output.topics.articles;
        let (start, end) = self.uncommitted.client().fetch_watermarks(topic, partition, REQUEST_TIMEOUT)?;
        while !cancelled.load(Ordering::Relaxed) {
            let (_, last_stable) = self.committed.client().fetch_watermarks(topic, partition, REQUEST_TIMEOUT)?;
            if last_stable >= end {
                return Ok(Some((start, end)));
            }
            thread::sleep(OPEN_TRANSACTION_PAUSE);
        }
        Ok(None)
    }

    fn read(
        &self,
        partition: i32,
        start: i64,
        end: i64,
        cancelled: &AtomicBool,
        mut apply: impl FnMut(&BorrowedMessage<'_>) -> Result<(), Error>,
    ) -> Result<(), RestoreError> {
        let mut list = TopicPartitionList::new();
        let client = self.committed.client();
        let assigned = list
            .add_partition_offset(&self.output.topics.articles, partition, Offset::Offset(start))
            .and_then(|()| client.assign(&list));
        assigned.map_err(|error| self.classify(error))?;
        while !cancelled.load(Ordering::Relaxed) {
            match client.poll(POLL_TIMEOUT) {
                Some(Ok(message)) => {
                    apply(&message).map_err(RestoreError::Fatal)?;
                    if message.offset() + 1 >= end {
                        break;
                    }
                }
                // The markers of transactions come after the last message.
                Some(Err(KafkaError::PartitionEOF(_))) => break,
                Some(Err(error)) => match self.classify(error) {
                    RestoreError::Retriable(error) => tracing::debug!(%error, "error while reading the changelog"),
                    fatal @ RestoreError::Fatal(_) => return Err(fatal),
                },
                None => {}
            }
        }
        client.unassign().map_err(|error| self.classify(error))
    }

    /// Applies a record of the changelog. A record of another partition of the input, or one that dateline did not write,
    /// changes nothing.
    fn apply(&self, message: &BorrowedMessage<'_>, partition: i32, restorer: &mut Restorer) -> Result<(), Error> {
        let Some(value) = message.payload() else {
            let id = message.key().and_then(|key| std::str::from_utf8(key).ok());
            return id.map_or(Ok(()), |id| restorer.remove(id));
        };
        let Ok(record) = serde_json::from_slice::<ChangelogRecord>(value) else { return Ok(()) };
        let ChangelogRecord { id, events, source, standing, held } = record;
        let is_ours = source.partition == partition && source.topic == self.output.topics.input;
        if !is_ours {
            return Ok(());
        }
        if standing.is_none() && held.is_none() {
            // Nothing is known of it any more: its embargo is over, and the input no longer has it.
            return restorer.remove(&id);
        }
        let seen = message.timestamp().to_millis().unwrap_or(0).div_euclid(1000);
        restorer.put(&id, &ArticleState { standing, events, held }, seen)
    }

    /// Returns where the input is read from: at the committed offset, if its log has it, or else at the start of the log.
    fn start(&self, partition: i32) -> KafkaResult<Start> {
        let input = &self.output.topics.input;
        let mut list = TopicPartitionList::new();
        list.add_partition(input, partition);
        let committed = self.committed.client().committed_offsets(list, REQUEST_TIMEOUT)?;
        let position = match committed.elements().first().map(|element| element.offset()) {
            Some(Offset::Offset(next)) => Some(next),
            _ => None,
        };
        // After the committed offset, so that the log can only have grown since it was committed.
        let log = self.uncommitted.client().fetch_watermarks(input, partition, REQUEST_TIMEOUT)?;
        Ok(Start::within(position, log))
    }
}

/// The part of a record on `timeline.articles` that is restored.
#[derive(Deserialize)]
struct ChangelogRecord {
    id: String,
    events: Vec<String>,
    source: Source,
    #[serde(default)]
    standing: Option<StandingFields>,
    #[serde(default)]
    held: Option<HeldFields>,
}

#[derive(Deserialize)]
struct Source {
    topic: String,
    partition: i32,
}
