//! Restores the state from its changelog, `timeline.articles`, all partitions side by side. What is written while it is
//! restored, and later, is read by [`Tail`].

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::Message;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, KafkaResult};

use super::changelog::{self, Change};
use super::progress::Progress;
use super::store::{Restorer, StateStore};
use super::tail::{OVERRIDES, REQUEST_TIMEOUT, Tail, classify, partition_list};
use crate::config::{Settings, Topics};
use crate::stream::Error;
use crate::stream::clock::now;
use crate::stream::consumer::Consumer;
use crate::stream::output::OutputSettings;
use crate::stream::times::latest_believed;

/// How long a poll waits. Bounds how late a cancellation is noticed.
const POLL_TIMEOUT: Duration = Duration::from_millis(100);
/// The pause before the next attempt when the brokers are unavailable.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// The state at some moment, and the reader that goes on from there.
pub struct Restored {
    /// The state store.
    pub store: StateStore,
    /// Reads what is written from then on.
    pub tail: Tail,
}

/// Why something was not read.
pub enum ReadError {
    /// A later attempt may succeed.
    Retriable(KafkaError),
    /// No attempt can succeed.
    Fatal(Error),
}

/// Restores the state on a thread of its own.
pub fn start(
    settings: Settings,
    output: OutputSettings,
    cancelled: Arc<AtomicBool>,
    progress: Progress,
    result: Sender<Result<Restored, Error>>,
) {
    thread::spawn(move || {
        let restored = or_panicked(|| restore_with_retries(&settings, &output, &cancelled, &progress));
        if let Some(restored) = restored.transpose() {
            // Fails when the worker has ended: nobody waits for the result then.
            let _ = result.send(restored);
        }
    });
}

/// Returns an error if the work panics: the worker must end then, so that others get its partitions, and not wait for ever.
pub fn or_panicked<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::restore_panicked()))
}

/// Repeats an attempt until it succeeds, or no attempt can; `None` if it was cancelled before.
pub fn retry<T>(
    is_cancelled: impl Fn() -> bool,
    attempt: impl Fn() -> Result<T, ReadError>,
) -> Result<Option<T>, Error> {
    loop {
        match attempt() {
            Err(ReadError::Retriable(_)) if is_cancelled() => return Ok(None),
            Err(ReadError::Retriable(error)) => {
                tracing::warn!(%error, "cannot read what is known of the articles; trying again");
                thread::sleep(RETRY_PAUSE);
            }
            Err(ReadError::Fatal(error)) => return Err(error),
            Ok(read) => return Ok(Some(read)),
        }
    }
}

fn restore_with_retries(
    settings: &Settings,
    output: &OutputSettings,
    cancelled: &AtomicBool,
    progress: &Progress,
) -> Result<Option<Restored>, Error> {
    let consumer = Consumer::new(settings, &OVERRIDES)?;
    let is_cancelled = || cancelled.load(Ordering::Relaxed);
    let restored = retry(is_cancelled, || restore(&consumer, settings, output, cancelled, progress))?;
    let Some((store, positions)) = restored else { return Ok(None) };
    Ok(Some(Restored { store, tail: Tail::new(settings, &output.topics, &positions)? }))
}

/// Returns the state, and for each partition of the changelog the offset up to which it was read.
fn restore(
    consumer: &Consumer,
    settings: &Settings,
    output: &OutputSettings,
    cancelled: &AtomicBool,
    progress: &Progress,
) -> Result<(StateStore, BTreeMap<i32, i64>), ReadError> {
    let started = Instant::now();
    let fail = |error| classify(error, settings);
    let ranges = ranges(consumer, &output.topics.articles).map_err(fail)?;
    let mut restorer = Restorer::new(settings.revisions.window).map_err(ReadError::Fatal)?;
    restorer.believe_until(latest_believed(now()));
    let mut unfinished: BTreeMap<i32, i64> =
        ranges.iter().filter(|(_, (start, end))| start < end).map(|(partition, (_, end))| (*partition, *end)).collect();
    let left = |(partition, (start, end)): (&i32, &(i64, i64))| (*partition, *start..*end);
    progress.start(ranges.iter().map(left).filter(|(_, left)| !left.is_empty()).collect());
    let starts = unfinished.keys().filter_map(|partition| Some((*partition, ranges.get(partition)?.0)));
    let client = consumer.client();
    partition_list(&output.topics.articles, starts).and_then(|list| client.assign(&list)).map_err(fail)?;
    while !unfinished.is_empty() && !cancelled.load(Ordering::Relaxed) {
        match client.poll(POLL_TIMEOUT) {
            Some(Ok(message)) => {
                let partition = message.partition();
                // Later ones are left to those who read on.
                let Some(end) = unfinished.get(&partition).copied() else { continue };
                if message.offset() < end {
                    put(&message, &mut restorer, &output.topics).map_err(ReadError::Fatal)?;
                }
                progress.reach(partition, message.offset() + 1);
                if message.offset() + 1 >= end {
                    unfinished.remove(&partition);
                    progress.finish(partition);
                }
            }
            // The markers of transactions come after the last message.
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                unfinished.remove(&partition);
                progress.finish(partition);
            }
            Some(Err(error)) => match fail(error) {
                ReadError::Retriable(error) => tracing::debug!(%error, "error while reading the changelog"),
                fatal @ ReadError::Fatal(_) => return Err(fatal),
            },
            None => {}
        }
    }
    client.unassign().map_err(fail)?;
    let store = restorer.finish().map_err(ReadError::Fatal)?;
    let elsewhere = store.held_elsewhere().map_err(ReadError::Fatal)?;
    if elsewhere > 0 {
        tracing::warn!(
            articles = elsewhere,
            "articles are held that came from topics that are not read; they are published when their embargo ends by a worker \
             that reads these topics (`--input`), or by sending them again to one that is read"
        );
    }
    let articles = store.count().map_err(ReadError::Fatal)?;
    tracing::info!(articles, seconds = started.elapsed().as_secs_f64(), "restored what is known of the articles");
    Ok((store, ranges.into_iter().map(|(partition, (_, end))| (partition, end)).collect()))
}

fn put(message: &impl Message, restorer: &mut Restorer, topics: &Topics) -> Result<(), Error> {
    match changelog::read(message, topics) {
        Some(Change::Put(id, state)) => restorer.put(&id, &state),
        Some(Change::Remove(id)) => restorer.remove(&id, message.partition()),
        None => Ok(()),
    }
}

/// Returns the first offset of each partition, and the one after the last record that is committed.
fn ranges(consumer: &Consumer, topic: &str) -> KafkaResult<BTreeMap<i32, (i64, i64)>> {
    let count = consumer.partition_count(topic, REQUEST_TIMEOUT)?;
    let range = |partition| Ok((partition, consumer.client().fetch_watermarks(topic, partition, REQUEST_TIMEOUT)?));
    (0..).take(count).map(range).collect()
}
