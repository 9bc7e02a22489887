//! Reading from `timeline.articles` what is known of the articles of a partition.
//!
//! All that was committed before the partition came to us must be seen. An earlier owner may have sent its offsets and
//! not yet have heard of its commit; its records stand before the end of the topic then, and the reading waits until it is
//! decided whether they count.

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

use super::revisions::Known;
use super::store::{Loader, Memory};
use crate::config::Settings;
use crate::record::{HeldFields, StandingFields};
use crate::stream::Error;
use crate::stream::consumer::Consumer;
use crate::stream::disposition::Outlet;
use crate::stream::error::is_denied;

/// How long a question to the brokers may take.
const ANSWER: Duration = Duration::from_secs(10);
/// How long a poll waits; bounds how late a stop is noticed.
const POLL: Duration = Duration::from_millis(100);
/// How long it waits before it asks again whether a transaction is decided.
const AGAIN: Duration = Duration::from_millis(20);
/// How long it waits before it tries again when the brokers are away.
const AWAY: Duration = Duration::from_secs(1);

/// What this reader needs of librdkafka.
const OWN: [(&str, &str); 4] = [
    ("enable.partition.eof", "true"),
    ("fetch.wait.max.ms", "10"),
    ("queued.max.messages.kbytes", "8192"),
    ("statistics.interval.ms", "0"),
];

/// What is known of a partition, and where it is read from.
pub struct Restored {
    /// Its articles.
    pub memory: Memory,
    /// The offset in the input that comes next.
    pub next: i64,
}

/// What came of reading one partition.
pub struct Arrival {
    /// Which.
    pub partition: i32,
    /// By which it was to be stopped.
    pub stop: Arc<AtomicBool>,
    /// What is known, or why that cannot be told.
    pub restored: Result<Restored, Error>,
}

/// Reads these partitions, one after the other, on a thread of its own.
pub fn start(settings: Settings, outlet: Outlet, partitions: Vec<(i32, Arc<AtomicBool>)>, to: Sender<Arrival>) {
    thread::spawn(move || {
        let mut reader = None;
        for (partition, stop) in partitions {
            let mut read = || loop {
                let reader = match &mut reader {
                    Some(reader) => reader,
                    none => none.insert(Reader::new(&settings, &outlet)?),
                };
                match reader.restore(partition, &stop) {
                    Err(Setback::Away(error)) if !stop.load(Ordering::Relaxed) => {
                        tracing::warn!(partition, %error, "what is known of articles cannot be read; trying again");
                        thread::sleep(AWAY);
                    }
                    Err(Setback::Away(error)) => return Err(Error::consumer(error)),
                    Err(Setback::Ended(error)) => return Err(error),
                    Ok(restored) => return Ok(restored),
                }
            };
            let restored = read();
            // Nobody to tell: the worker has ended.
            if to.send(Arrival { partition, stop, restored }).is_err() {
                return;
            }
        }
    });
}

/// Why a partition was not read.
enum Setback {
    /// It may be read later.
    Away(KafkaError),
    Ended(Error),
}

struct Reader<'a> {
    settings: &'a Settings,
    outlet: &'a Outlet,
    committed: Consumer,
    /// Sees what is not decided yet as well.
    all: Consumer,
}

impl<'a> Reader<'a> {
    fn new(settings: &'a Settings, outlet: &'a Outlet) -> Result<Self, Error> {
        let topic = &outlet.topics.articles;
        let committed = Consumer::new(settings, topic, &OWN)?;
        let all = Consumer::new(settings, topic, &[("isolation.level", "read_uncommitted"), OWN[3]])?;
        Ok(Self { settings, outlet, committed, all })
    }

    fn restore(&self, partition: i32, stop: &AtomicBool) -> Result<Restored, Setback> {
        let begun = Instant::now();
        let mut loader = Loader::new(self.settings.revisions.window).map_err(Setback::Ended)?;
        let place = self.outlet.partition(partition);
        let ends = self.decided(place, stop).map_err(|error| self.setback(error))?;
        if let Some((first, end)) = ends.filter(|(first, end)| first < end) {
            self.read(place, first, end, stop, |message| self.keep(message, partition, &mut loader))?;
        }
        let memory = loader.finish().map_err(Setback::Ended)?;
        let next = self.next(partition).map_err(|error| self.setback(error))?;
        let articles = memory.count().map_err(Setback::Ended)?;
        tracing::info!(partition, articles, seconds = begun.elapsed().as_secs_f64(), "its articles are known");
        Ok(Restored { memory, next })
    }

    fn setback(&self, error: KafkaError) -> Setback {
        if is_denied(&error) {
            return Setback::Ended(Error::denied(&error.to_string(), self.settings));
        }
        // The topic is there, as was asked at the start; all else passes by itself.
        match error {
            KafkaError::MessageConsumptionFatal(_) => Setback::Ended(Error::consumer(error)),
            error => Setback::Away(error),
        }
    }

    /// The first offset and the end of what must be read, when all of it is decided; `None` if it was stopped.
    fn decided(&self, place: i32, stop: &AtomicBool) -> KafkaResult<Option<(i64, i64)>> {
        let topic = &self.outlet.topics.articles;
        let (first, end) = self.all.client().fetch_watermarks(topic, place, ANSWER)?;
        while !stop.load(Ordering::Relaxed) {
            if self.committed.client().fetch_watermarks(topic, place, ANSWER)?.1 >= end {
                return Ok(Some((first, end)));
            }
            thread::sleep(AGAIN);
        }
        Ok(None)
    }

    fn read(
        &self,
        place: i32,
        first: i64,
        end: i64,
        stop: &AtomicBool,
        mut keep: impl FnMut(&BorrowedMessage<'_>) -> Result<(), Error>,
    ) -> Result<(), Setback> {
        let mut list = TopicPartitionList::new();
        let client = self.committed.client();
        let assigned = list
            .add_partition_offset(&self.outlet.topics.articles, place, Offset::Offset(first))
            .and_then(|()| client.assign(&list));
        assigned.map_err(|error| self.setback(error))?;
        while !stop.load(Ordering::Relaxed) {
            match client.poll(POLL) {
                Some(Ok(message)) => {
                    keep(&message).map_err(Setback::Ended)?;
                    if message.offset() + 1 >= end {
                        break;
                    }
                }
                // Behind the last message stand markers of transactions.
                Some(Err(KafkaError::PartitionEOF(_))) => break,
                Some(Err(error)) => match self.setback(error) {
                    Setback::Away(error) => tracing::debug!(%error, "trouble with timeline.articles"),
                    ended @ Setback::Ended(_) => return Err(ended),
                },
                None => {}
            }
        }
        client.unassign().map_err(|error| self.setback(error))
    }

    /// Remembers what a record tells. One of another partition of the input, or none of ours, tells nothing.
    fn keep(&self, message: &BorrowedMessage<'_>, partition: i32, loader: &mut Loader) -> Result<(), Error> {
        let Some(value) = message.payload() else {
            let id = message.key().and_then(|key| std::str::from_utf8(key).ok());
            return id.map_or(Ok(()), |id| loader.remove(id));
        };
        let Ok(kept) = serde_json::from_slice::<Kept>(value) else { return Ok(()) };
        let Kept { id, events, source, standing, held } = kept;
        let ours = source.partition == partition && source.topic == self.outlet.topics.input;
        if !ours || standing.is_none() && held.is_none() {
            return Ok(());
        }
        let seen = message.timestamp().to_millis().unwrap_or(0).div_euclid(1000);
        loader.put(&id, &Known { standing, events, held }, seen)
    }

    /// Where reading the input goes on.
    fn next(&self, partition: i32) -> KafkaResult<i64> {
        let input = &self.outlet.topics.input;
        let mut asked = TopicPartitionList::new();
        asked.add_partition(input, partition);
        let committed = self.committed.client().committed_offsets(asked, ANSWER)?;
        match committed.elements().first().map(|element| element.offset()) {
            Some(Offset::Offset(next)) => Ok(next),
            _ => Ok(self.committed.client().fetch_watermarks(input, partition, ANSWER)?.0),
        }
    }
}

/// What is read of a record on `timeline.articles`.
#[derive(Deserialize)]
struct Kept {
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
