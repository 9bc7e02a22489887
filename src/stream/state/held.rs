//! Reads held messages from the input topic again when their embargo is over: beside the loop of the worker, so that
//! thousands that end together do not hold it up.
//!
//! Must not know what is done with them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::OwnedMessage;
use rdkafka::{Message, Offset};

use super::store::HeldRevision;
use super::tail::OVERRIDES;
use crate::config::Settings;
use crate::stream::consumer::Consumer;
use crate::stream::topic_partition::TopicPartition;

/// How long the brokers may take to send a message.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a poll waits.
const POLL_TIMEOUT: Duration = Duration::from_millis(100);
/// How many messages are rather read than skipped on the way to the next.
const NEIGHBOURS: i64 = 500;
/// How many messages are read ahead of the worker.
const READ_AHEAD: usize = 64;

/// A held message that was looked for.
#[derive(Debug)]
pub enum Found {
    /// It was read.
    Message(OwnedMessage, HeldRevision),
    /// The topic no longer has it.
    Lost(TopicPartition, HeldRevision),
    /// The brokers do not answer.
    Failed(TopicPartition, i64),
}

/// Held revisions of one partition to read, by offset.
struct Request {
    number: u64,
    partition: TopicPartition,
    held: VecDeque<HeldRevision>,
}

/// The thread that reads, seen from outside: what it is asked for, and what it found, with the number of the request.
type Reader = (Sender<Request>, Receiver<(u64, Found)>);

/// The held messages that are being published.
pub struct Releases {
    settings: Settings,
    thread: Option<Reader>,
    /// The number of the last request, and of the last one whose answers are not wanted any more, by partition.
    number: u64,
    unwanted: BTreeMap<TopicPartition, u64>,
    /// Their partitions and offsets.
    pending: BTreeSet<(TopicPartition, i64)>,
}

impl Releases {
    /// Starts with none. The reader starts when it is first needed.
    pub fn new(settings: &Settings) -> Self {
        let (unwanted, pending) = (BTreeMap::new(), BTreeSet::new());
        Self { settings: settings.clone(), thread: None, number: 0, unwanted, pending }
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.pending.len()
    }

    /// Reads these, except those that are being published already.
    pub fn read(&mut self, due: Vec<(TopicPartition, HeldRevision)>) {
        let mut by_partition: BTreeMap<TopicPartition, Vec<HeldRevision>> = BTreeMap::new();
        for (partition, revision) in due {
            if self.pending.insert((partition, revision.held.offset)) {
                by_partition.entry(partition).or_default().push(revision);
            }
        }
        self.number += 1;
        let (requests, _) = self.thread.get_or_insert_with(|| start(self.settings.clone()));
        for (partition, mut held) in by_partition {
            held.sort_by_key(|revision| revision.held.offset);
            // The thread ends only with this.
            let _ = requests.send(Request { number: self.number, partition, held: held.into() });
        }
    }

    /// Returns one that was found, if there is one by now.
    pub fn take(&mut self) -> Option<Found> {
        loop {
            let (number, found) = self.thread.as_ref()?.1.try_recv().ok()?;
            let partition = match &found {
                Found::Message(message, _) => TopicPartition::of(message),
                Found::Lost(partition, _) | Found::Failed(partition, _) => *partition,
            };
            if self.unwanted.get(&partition).is_some_and(|unwanted| number <= *unwanted) {
                continue;
            }
            if let Found::Failed(partition, offset) = found {
                self.done(partition, offset);
            }
            return Some(found);
        }
    }

    /// Forgets one, which was published, or could not be read.
    pub fn done(&mut self, partition: TopicPartition, offset: i64) {
        self.pending.remove(&(partition, offset));
    }

    /// Forgets those of a partition: they are read anew, here or by another worker.
    pub fn forget(&mut self, partition: TopicPartition) {
        self.unwanted.insert(partition, self.number);
        self.pending.retain(|(of, _)| *of != partition);
    }

    /// Forgets all.
    pub fn forget_all(&mut self) {
        let partitions: BTreeSet<TopicPartition> = self.pending.iter().map(|(partition, _)| *partition).collect();
        partitions.into_iter().for_each(|partition| self.forget(partition));
    }
}

fn start(settings: Settings) -> Reader {
    let (sender, requests) = channel();
    let (results, receiver) = sync_channel(READ_AHEAD);
    thread::spawn(move || serve(&settings, &requests, &results));
    (sender, receiver)
}

/// Answers requests until nobody waits for answers.
fn serve(settings: &Settings, requests: &Receiver<Request>, results: &SyncSender<(u64, Found)>) -> Option<()> {
    let mut consumer = None;
    while let Ok(Request { number, partition, mut held }) = requests.recv() {
        let mut send = |found| results.send((number, found)).ok();
        let read = match &consumer {
            Some(consumer) => read(consumer, partition, &mut held, &mut send),
            None => match Consumer::new(settings, &OVERRIDES) {
                Ok(new) => read(consumer.insert(new), partition, &mut held, &mut send),
                Err(_) => Err(KafkaError::Canceled),
            },
        };
        if let Err(error) = read {
            tracing::warn!(%partition, %error, "cannot read articles whose embargo is over; trying again");
        }
        for revision in held {
            send(Found::Failed(partition, revision.held.offset))?;
        }
    }
    Some(())
}

/// Reads what it can of these, and leaves the others.
fn read(
    consumer: &Consumer,
    partition: TopicPartition,
    held: &mut VecDeque<HeldRevision>,
    send: &mut dyn FnMut(Found) -> Option<()>,
) -> KafkaResult<()> {
    while let Some(first) = held.front().map(|revision| revision.held.offset) {
        consumer.client().assign(&TopicPartition::list_at([(partition, Offset::Offset(first))])?)?;
        let mut answered = Instant::now();
        let mut last = first;
        // Those between here and there are read in passing.
        while held.front().is_some_and(|next| next.held.offset - last <= NEIGHBOURS) {
            match consumer.client().poll(POLL_TIMEOUT) {
                Some(Ok(message)) => {
                    answered = Instant::now();
                    last = message.offset();
                    // Where the topic was made anew, it is read from its start.
                    while let Some(next) = held.front().cloned() {
                        let found = match next.held.offset.cmp(&last) {
                            Ordering::Equal => Found::Message(message.detach(), next),
                            // Where the topic was made anew, it is read from its start.
                            Ordering::Greater if last >= first => break,
                            _ => Found::Lost(partition, next),
                        };
                        held.pop_front();
                        send(found).ok_or(KafkaError::Canceled)?;
                    }
                }
                Some(Err(KafkaError::PartitionEOF(_))) => {
                    for lost in held.drain(..) {
                        send(Found::Lost(partition, lost)).ok_or(KafkaError::Canceled)?;
                    }
                }
                Some(Err(_)) | None if answered.elapsed() < READ_TIMEOUT => {}
                Some(Err(error)) => return Err(error),
                None => {
                    let code = rdkafka::error::RDKafkaErrorCode::OperationTimedOut;
                    return Err(KafkaError::MessageConsumption(code));
                }
            }
        }
    }
    Ok(())
}
