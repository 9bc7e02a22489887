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
use rdkafka::message::OwnedMessage;

use super::Error;
use super::batch::Batch;
use super::fate::Fate;
use crate::pipeline::Outcome;

/// What is done with one message.
pub type Work = dyn Fn(&OwnedMessage) -> Fate + Send + Sync;

/// A batch after extraction.
pub struct Extracted {
    /// One for each message that is still ours, in the order of the batch.
    pub fates: Vec<Fate>,
    /// When the first message of the batch came.
    pub opened: Instant,
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
                let opened = batch.opened().unwrap_or_else(Instant::now);
                let fates = each(batch.messages(), threads, &*work);
                if done.send(Extracted { fates, opened }).is_err() {
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
pub fn guarded(process: impl Fn(&[u8]) -> Outcome, message: &OwnedMessage) -> Option<Outcome> {
    catch_unwind(AssertUnwindSafe(|| process(message.payload().unwrap_or_default()))).ok()
}
