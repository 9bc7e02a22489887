//! The work between reading and writing, beside the thread that talks to Kafka: while one batch is committed the
//! next is extracted, and an article that takes long keeps no one from polling. One batch at a time is in it.
//!
//! Must not know Kafka's clients.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::Message;
use rdkafka::message::{Headers, OwnedMessage};

use super::Error;
use super::batch::Batch;
use super::disposition::Fate;
use crate::article;
use crate::error;
use crate::pipeline::Processed;

/// What is done with one message.
pub type Work = dyn Fn(&OwnedMessage) -> Fate + Send + Sync;

/// A batch after extraction.
pub struct Extracted {
    /// One for each message that is still ours, in the order of the batch.
    pub fates: Vec<Fate>,
    /// When the first message of the batch came.
    pub opened: Instant,
    /// When extraction began.
    pub begun: Instant,
    /// When it ended.
    pub ended: Instant,
}

/// The extracting thread, seen from outside.
pub struct Extractor {
    batches: SyncSender<Batch>,
    extracted: Receiver<Extracted>,
    /// The partitions of the batch in hand that are no longer ours to answer for; `None` when idle.
    forgotten: Option<Vec<i32>>,
}

impl Extractor {
    /// Starts the thread. It ends when this is dropped, after the batch in hand.
    #[must_use]
    pub fn start(work: Arc<Work>) -> Self {
        let (batches, to_do) = sync_channel::<Batch>(1);
        let (done, extracted) = sync_channel(1);
        thread::spawn(move || {
            let threads = thread::available_parallelism().map_or(1, usize::from);
            for batch in to_do {
                let begun = Instant::now();
                let opened = batch.opened().unwrap_or(begun);
                let fates = each(batch.messages(), threads, &*work);
                if done.send(Extracted { fates, opened, begun, ended: Instant::now() }).is_err() {
                    break;
                }
            }
        });
        Self { batches, extracted, forgotten: None }
    }

    /// Whether a batch is in hand.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.forgotten.is_some()
    }

    /// Gives it a batch. Only when it is not busy.
    pub fn give(&mut self, batch: Batch) -> Result<(), Error> {
        debug_assert!(!self.is_busy(), "one batch at a time");
        self.forgotten = Some(Vec::new());
        self.batches.send(batch).map_err(|_| Error::extraction_ended())
    }

    /// Takes the batch in hand when it is extracted, waiting at most so long.
    pub fn take(&mut self, time: Duration) -> Result<Option<Extracted>, Error> {
        if !self.is_busy() {
            return Ok(None);
        }
        match self.extracted.recv_timeout(time) {
            Ok(mut extracted) => {
                let forgotten = self.forgotten.take().unwrap_or_default();
                extracted.fates.retain(|fate| !forgotten.contains(&fate.partition));
                Ok(Some(extracted))
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Error::extraction_ended()),
        }
    }

    /// Drops what the batch in hand has of these partitions.
    pub fn forget(&mut self, partitions: &[i32]) {
        if let Some(forgotten) = &mut self.forgotten {
            forgotten.extend_from_slice(partitions);
        }
    }
}

/// Works on each message of a batch with so many threads. A thread that is done takes the next message, so that one
/// long article does not hold up the short ones.
fn each(batch: &[OwnedMessage], threads: usize, work: &Work) -> Vec<Fate> {
    let next = AtomicUsize::new(0);
    let share = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(message) = batch.get(index) else { return done };
            done.push((index, work(message)));
        }
    };
    let mut done = thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads.min(batch.len())).map(|_| scope.spawn(share)).collect();
        let own = share();
        helpers.into_iter().fold(own, |mut all, helper| {
            // A fate that is missing would be a message lost: a panic in here ends the extracting thread.
            all.extend(helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
            all
        })
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, fate)| fate).collect()
}

/// The pipeline's answer, or `None` where it panicked: a fault of the program must not make one article stop the
/// wire, and be met again after every restart.
pub fn guarded(
    process: impl Fn(&article::Message<'_>) -> Result<Vec<Processed>, error::Error>,
    message: &OwnedMessage,
) -> Option<Result<Vec<Processed>, error::Error>> {
    let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
    let headers: Vec<_> = headers.filter_map(|header| Some((header.key, header.value?))).collect();
    let read = article::Message { value: message.payload().unwrap_or_default(), headers: &headers };
    catch_unwind(AssertUnwindSafe(|| process(&read))).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::{Condvar, Mutex};

    use rdkafka::Timestamp;

    use super::*;
    use crate::stream::disposition::Told;

    fn batch(places: &[(i32, i64)]) -> Batch {
        let mut batch = Batch::default();
        for (partition, offset) in places {
            let topic = "articles".to_owned();
            batch.push(
                OwnedMessage::new(None, None, topic, Timestamp::NotAvailable, *partition, *offset, None),
                Instant::now(),
            );
        }
        batch
    }

    fn told(message: &OwnedMessage) -> Fate {
        Fate { partition: message.partition(), offset: message.offset(), bytes: 0, told: Told::Articles(Vec::new()) }
    }

    fn places(fates: &[Fate]) -> Vec<(i32, i64)> {
        fates.iter().map(|fate| (fate.partition, fate.offset)).collect()
    }

    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn fates_keep_the_order_of_the_batch_on_many_threads() {
        let order: Vec<(i32, i64)> = (0..500).map(|n| (n % 3, i64::from(n))).collect();
        assert_eq!(places(&each(batch(&order).messages(), 8, &told)), order);
    }

    #[test]
    fn a_partition_that_left_while_its_batch_was_in_hand_is_left_out() {
        let mut extractor = Extractor::start(Arc::new(told));
        extractor.give(batch(&[(0, 5), (1, 7), (0, 6)])).unwrap();
        extractor.forget(&[0]);
        assert_eq!(places(&extractor.take(LONG).unwrap().unwrap().fates), [(1, 7)]);
        // It may come back, from another offset.
        extractor.give(batch(&[(0, 5)])).unwrap();
        assert_eq!(places(&extractor.take(LONG).unwrap().unwrap().fates), [(0, 5)]);
    }

    #[test]
    fn waiting_for_a_long_article_does_not_block_the_one_who_polls() {
        let gate = Arc::new((Mutex::new(false), Condvar::new()));
        let held = gate.clone();
        let mut extractor = Extractor::start(Arc::new(move |message| {
            let open = held.0.lock().unwrap();
            drop(held.1.wait_while(open, |open| !*open).unwrap());
            told(message)
        }));
        extractor.give(batch(&[(0, 1)])).unwrap();
        assert!(extractor.take(Duration::ZERO).unwrap().is_none());
        assert!(extractor.is_busy());
        *gate.0.lock().unwrap() = true;
        gate.1.notify_all();
        assert_eq!(extractor.take(LONG).unwrap().unwrap().fates.len(), 1);
        assert!(!extractor.is_busy());
    }

    #[test]
    fn a_broken_pipeline_is_told_apart_from_a_broken_worker() {
        let message = batch(&[(0, 1)]).messages()[0].clone();
        assert!(guarded(|_| panic!("a fault in a rule"), &message).is_none());

        let mut extractor = Extractor::start(Arc::new(|_| panic!("a fault of the worker")));
        extractor.give(batch(&[(0, 1)])).unwrap();
        assert!(extractor.take(LONG).is_err());
    }
}
