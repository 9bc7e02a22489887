//! Extraction, on threads beside the one that talks to Kafka: while one batch is committed the next is extracted, and an
//! article that takes long does not keep the consumer from being polled. It holds one batch at a time.
//!
//! Must not know Kafka's clients.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::message::OwnedMessage;
use tracing::Span;
use tracing::field::Empty;

use super::Error;
use super::batch::{Batch, Incoming, Origin};
use super::disposition::Disposition;
use super::topic_partition::TopicPartition;

/// What is done with one message; `None` if a shutdown was requested before it could be.
pub type Extract = dyn Fn(&OwnedMessage) -> Option<Disposition> + Send + Sync;

/// A batch after extraction.
pub struct ExtractedBatch {
    /// The disposition of each message that was not discarded, in the order of the batch.
    pub dispositions: Vec<Disposition>,
    /// When the first message of the batch arrived.
    pub first_received: Instant,
    /// When extraction started.
    pub started: Instant,
    /// When extraction finished.
    pub finished: Instant,
    /// What happens to the batch, from its extraction on.
    pub span: Span,
}

/// The extraction thread, seen from outside.
pub struct Extractor {
    batches: SyncSender<Batch>,
    /// `None` for a batch that was given up since a shutdown was requested; nothing comes after it.
    extracted: Receiver<Option<ExtractedBatch>>,
    /// Whether it has given up: what is submitted from then on is left to the next worker.
    is_over: bool,
    /// What has happened to the partitions of the batch in progress; `None` if there is no batch in progress.
    changes: Option<Changes>,
}

/// What has happened to partitions while a batch was in progress.
#[derive(Debug, Default)]
struct Changes {
    /// Those that were discarded from the batch.
    discarded: Vec<TopicPartition>,
    /// Those whose log has begun anew.
    former: Vec<TopicPartition>,
}

impl Extractor {
    /// Starts the thread. It stops after the batch in progress when this is dropped.
    #[must_use]
    pub fn start(extract: Arc<Extract>) -> Self {
        let (batches, submitted) = sync_channel::<Batch>(1);
        let (sender, extracted) = sync_channel(1);
        thread::spawn(move || {
            let threads = thread::available_parallelism().map_or(1, usize::from);
            for batch in submitted {
                let started = Instant::now();
                let first_received = batch.first_received().unwrap_or(started);
                let span = batch_span(batch.messages().len());
                let extraction = tracing::info_span!(parent: &span, "extract");
                let dispositions = extraction.in_scope(|| extract_all(batch.messages(), threads, &*extract));
                drop(extraction);
                let finished = Instant::now();
                let extracted = dispositions.map(|dispositions| {
                    let span = span.clone();
                    ExtractedBatch { dispositions, first_received, started, finished, span }
                });
                let is_over = extracted.is_none();
                if sender.send(extracted).is_err() || is_over {
                    break;
                }
            }
        });
        Self { batches, extracted, is_over: false, changes: None }
    }

    /// Returns whether a batch is in progress.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.changes.is_some()
    }

    /// Returns whether it gave a batch up, since a shutdown was requested.
    #[must_use]
    pub fn has_given_up(&self) -> bool {
        self.is_over
    }

    /// Submits a batch. Only to be called when it is not busy.
    ///
    /// # Errors
    /// If the thread panicked.
    pub fn submit(&mut self, batch: Batch) -> Result<(), Error> {
        debug_assert!(!self.is_busy(), "one batch at a time");
        if self.is_over {
            return Ok(());
        }
        self.changes = Some(Changes::default());
        self.batches.send(batch).map_err(|_| Error::extraction_panicked())
    }

    /// Returns the batch in progress when it is extracted, waiting for `timeout` at most.
    ///
    /// # Errors
    /// If the thread panicked.
    pub fn poll(&mut self, timeout: Duration) -> Result<Option<ExtractedBatch>, Error> {
        if !self.is_busy() {
            return Ok(None);
        }
        match self.extracted.recv_timeout(timeout) {
            Ok(None) => {
                self.is_over = true;
                self.changes = None;
                Ok(None)
            }
            Ok(Some(mut extracted)) => {
                let Changes { discarded, former } = self.changes.take().unwrap_or_default();
                extracted.dispositions.retain(|it| !discarded.contains(&it.partition));
                for it in &mut extracted.dispositions {
                    if it.origin == Origin::Log && former.contains(&it.partition) {
                        it.origin = Origin::FormerLog;
                    }
                }
                Ok(Some(extracted))
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Error::extraction_panicked()),
        }
    }

    /// Drops the messages of these partitions from the batch in progress.
    pub fn discard(&mut self, partitions: &[TopicPartition]) {
        if let Some(changes) = &mut self.changes {
            changes.discarded.extend_from_slice(partitions);
        }
    }

    /// Remembers that the log of these partitions has begun anew since the batch in progress was read.
    pub fn leave_log(&mut self, partitions: &[TopicPartition]) {
        if let Some(changes) = &mut self.changes {
            changes.former.extend_from_slice(partitions);
        }
    }
}

/// Returns the span of a batch of so many messages. Its number is known when it is delivered.
pub fn batch_span(messages: usize) -> Span {
    tracing::info_span!("batch", number = Empty, messages)
}

/// Extracts each message of a batch on several threads. A thread that is done takes the next message, so that one long
/// article does not delay the short ones. Returns `None` if one was given up.
fn extract_all(batch: &[Incoming], threads: usize, extract: &Extract) -> Option<Vec<Disposition>> {
    let next = AtomicUsize::new(0);
    let take_messages = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(Incoming { message, origin }) = batch.get(index) else { return done };
            let Some(disposition) = extract(message) else {
                // None of the others counts without it.
                next.store(batch.len(), Ordering::Relaxed);
                return done;
            };
            done.push((index, Disposition { origin: origin.clone(), ..disposition }));
        }
    };
    let mut done = thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads.min(batch.len())).map(|_| scope.spawn(take_messages)).collect();
        let own = take_messages();
        helpers.into_iter().fold(own, |mut all, helper| {
            // A missing disposition would be a lost message, so a panic of a helper ends the extraction thread.
            all.extend(helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
            all
        })
    });
    if done.len() < batch.len() {
        return None;
    }
    done.sort_unstable_by_key(|(index, _)| *index);
    let done = done.into_iter().map(|(_, disposition)| disposition).collect();
    Some(done)
}

#[cfg(test)]
mod tests {
    use std::sync::{Condvar, Mutex};

    use rdkafka::{Message, Timestamp};

    use super::*;
    use crate::stream::disposition::Outcome;

    const TIMEOUT: Duration = Duration::from_secs(30);

    fn batch(offsets: &[(i32, i64)]) -> Batch {
        let mut batch = Batch::default();
        for (partition, offset) in offsets {
            let topic = "articles".to_owned();
            batch.push(
                OwnedMessage::new(None, None, topic, Timestamp::NotAvailable, *partition, *offset, None),
                Instant::now(),
            );
        }
        batch
    }

    fn disposition(message: &OwnedMessage) -> Option<Disposition> {
        let outcome = Outcome::Articles(Vec::new());
        let origin = Origin::Log;
        let (partition, offset) = (TopicPartition::of(message), message.offset());
        Some(Disposition { partition, offset, bytes: 0, origin, outcome })
    }

    fn offsets(dispositions: &[Disposition]) -> Vec<(i32, i64)> {
        dispositions.iter().map(|it| (it.partition.number, it.offset)).collect()
    }

    #[test]
    fn dispositions_keep_the_order_of_the_batch_on_many_threads() {
        let order: Vec<(i32, i64)> = (0..500).map(|n| (n % 3, i64::from(n))).collect();
        assert_eq!(offsets(&extract_all(batch(&order).messages(), 8, &disposition).unwrap()), order);
    }

    #[test]
    fn a_partition_that_is_discarded_from_the_batch_in_progress_is_left_out() {
        let mut extractor = Extractor::start(Arc::new(disposition));
        extractor.submit(batch(&[(0, 5), (1, 7), (0, 6)])).unwrap();
        extractor.discard(&[TopicPartition::new("articles", 0)]);
        assert_eq!(offsets(&extractor.poll(TIMEOUT).unwrap().unwrap().dispositions), [(1, 7)]);
        // It may be assigned again.
        extractor.submit(batch(&[(0, 5)])).unwrap();
        assert_eq!(offsets(&extractor.poll(TIMEOUT).unwrap().unwrap().dispositions), [(0, 5)]);
    }

    #[test]
    fn messages_whose_log_has_begun_anew_meanwhile_are_no_position() {
        let mut extractor = Extractor::start(Arc::new(disposition));
        extractor.submit(batch(&[(0, 5), (1, 7)])).unwrap();
        extractor.leave_log(&[TopicPartition::new("articles", 0)]);
        let extracted = extractor.poll(TIMEOUT).unwrap().unwrap();
        let origins: Vec<_> = extracted.dispositions.iter().map(|it| it.origin.clone()).collect();
        assert_eq!(origins, [Origin::FormerLog, Origin::Log]);
    }

    #[test]
    fn nothing_is_extracted_behind_a_batch_that_was_given_up() {
        let mut extractor =
            Extractor::start(Arc::new(|message| if message.offset() == 6 { None } else { disposition(message) }));
        extractor.submit(batch(&[(0, 5), (0, 6), (0, 7)])).unwrap();
        assert!(extractor.poll(TIMEOUT).unwrap().is_none());
        assert!(!extractor.is_busy());
        extractor.submit(batch(&[(0, 8)])).unwrap();
        assert!(!extractor.is_busy());
        assert!(extractor.poll(TIMEOUT).unwrap().is_none());
    }

    #[test]
    fn a_long_article_does_not_block_the_caller() {
        let gate = Arc::new((Mutex::new(false), Condvar::new()));
        let closed = gate.clone();
        let mut extractor = Extractor::start(Arc::new(move |message| {
            let open = closed.0.lock().unwrap();
            drop(closed.1.wait_while(open, |open| !*open).unwrap());
            disposition(message)
        }));
        extractor.submit(batch(&[(0, 1)])).unwrap();
        assert!(extractor.poll(Duration::ZERO).unwrap().is_none());
        assert!(extractor.is_busy());
        *gate.0.lock().unwrap() = true;
        gate.1.notify_all();
        assert_eq!(extractor.poll(TIMEOUT).unwrap().unwrap().dispositions.len(), 1);
        assert!(!extractor.is_busy());
    }

    #[test]
    fn a_panic_of_the_extraction_thread_is_an_error() {
        let mut extractor = Extractor::start(Arc::new(|_| panic!("a bug in the worker")));
        extractor.submit(batch(&[(0, 1)])).unwrap();
        assert!(extractor.poll(TIMEOUT).is_err());
    }
}
