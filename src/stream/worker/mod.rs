//! The live worker: one loop, on the thread of its caller.
//!
//! ```text
//!            collects                 extracts (other threads)              delivers
//! poll ──> Batch (the next one) ──> Extractor (the batch in progress) ──> records and offsets, committed
//! ```
//!
//! When a batch is extracted, the next one is submitted before the first is delivered, so that both go on at once.

mod delivery;
mod embargoes;
mod inputs;
mod membership;
mod positions;
mod restoring;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::backoff::Backoff;
use super::batch::Batch;
use super::clock::now;
use super::consumer::{Consumer, Event};
use super::disposition::Disposition;
use super::error::is_denied;
use super::extract::{Extract, Extractor};
use super::output::OutputSettings;
use super::pace::Pace;
use super::producer::{OutputProducer, is_overdue};
use super::schemas::Schemas;
use super::state::StateStores;
use super::topic_partition::TopicPartition;
use super::watch::{Assigned, FoundInputs, Watch};
use super::{Control, Error, LEAVE_TIMEOUT, check, transaction};
use crate::config::{Settings, Topics};
use crate::telemetry::{Condition, Metrics};

/// How long a poll waits when there is nothing else to do. Bounds how late a shutdown is noticed.
const IDLE_POLL: Duration = Duration::from_millis(100);
/// How long a poll waits during an extraction or a restore. Bounds how late its end is noticed.
const BUSY_POLL: Duration = Duration::from_millis(5);
/// The most events of the consumer that are handled in one step, so that a backlog does not keep the loop from its other work.
const MAX_POLLS: usize = 64;
/// How long a full batch waits for the extraction of the one before it until the input is paused. Long enough to be rare,
/// since fetching has to start again after it; short, since no hook runs meanwhile.
const PAUSE_AFTER: Duration = Duration::from_secs(1);
/// How long the brokers may take to answer at the start.
const STARTUP_TIMEOUT: Duration = Duration::from_secs(15);
/// An offset that the log does not have must be reported, not replaced without a word, and so must a topic that was made
/// again.
const OVERRIDES: [(&str, &str); 2] = [("auto.offset.reset", "error"), ("debug", "metadata")];

/// What a worker did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Articles processed.
    pub articles: u64,
    /// Messages rejected.
    pub rejected: u64,
    /// Events published.
    pub events: u64,
    /// Batches committed.
    pub batches: u64,
    /// Batches rolled back.
    pub aborted: u64,
}

/// Runs a worker until a shutdown is requested; it then finishes the batch in progress and leaves the group.
///
/// # Errors
/// If it cannot start (no broker, no topic, rejected settings), or cannot continue. What was not committed by then will
/// be read again by the next worker.
pub fn run(settings: &Settings, control: &Control) -> Result<Summary, Error> {
    let topics = Topics::new(&settings.kafka);
    let consumer = Consumer::new(settings, &overrides(settings))?;
    for topic in topics.inputs.names().iter().map(String::as_str).chain(topics.outputs()) {
        let partitions = consumer.partition_count(topic, STARTUP_TIMEOUT);
        if partitions.map_err(|error| check::unreachable(settings, error))? == 0 {
            return Err(Error::topic_missing(topic));
        }
    }
    let schemas = Arc::new(Schemas::new(settings, control)?);
    let output = OutputSettings::load(settings, &topics, schemas.event_values(), &consumer, STARTUP_TIMEOUT)?;
    let producer = transaction::open_producer(settings, output.max_record_bytes, control)?;
    let (assigned, inputs) = (Assigned::default(), FoundInputs::default());
    let watch = Watch::start(settings, &topics, assigned.clone(), inputs.clone(), control)?;
    let mut worker = Worker {
        settings,
        control,
        topics,
        consumer,
        producer,
        extractor: Extractor::start(extraction(settings, &schemas, output.clone(), &control.metrics)),
        schemas,
        state: StateStores::new(settings, output.clone()),
        embargoes_checked: Instant::now(),
        more_is_due: false,
        released: 0,
        output,
        collecting: Batch::default(),
        pace: Pace::default(),
        inputs,
        subscribed: Vec::new(),
        is_paused: false,
        error_logged: false,
        restoring_since: None,
        fenced: Vec::new(),
        is_member: false,
        backoff: Backoff::default(),
        committed: BTreeMap::new(),
        moved: BTreeSet::new(),
        assigned,
        summary: Summary::default(),
    };
    let result = worker.subscribe_at_start().and_then(|()| worker.work());
    watch.end();
    control.health.not_ready("stopped");
    worker.consumer.leave(LEAVE_TIMEOUT);
    result.map(|()| worker.summary)
}

/// Returns what the consumer needs of librdkafka, whatever the configuration says.
fn overrides(settings: &Settings) -> Vec<(&str, &str)> {
    // A static member that was killed gets its partitions back as soon as it is there again; all others wait until the
    // broker notices that it is gone.
    let member = settings.kafka.static_member.as_deref().map(|name| ("group.instance.id", name));
    OVERRIDES.into_iter().chain(member).collect()
}

/// Returns what the extraction threads do with each message.
fn extraction(
    settings: &Settings,
    schemas: &Arc<Schemas>,
    output: OutputSettings,
    metrics: &Arc<Metrics>,
) -> Arc<Extract> {
    let (settings, schemas, metrics) = (settings.extract.clone(), schemas.clone(), metrics.clone());
    Arc::new(move |message| {
        let started = Instant::now();
        let disposition = Disposition::new(message, schemas.process(message, &settings)?, &output, now());
        metrics.extraction(disposition.bytes, started.elapsed());
        Some(disposition)
    })
}

struct Worker<'a> {
    settings: &'a Settings,
    control: &'a Control,
    topics: Topics,
    consumer: Consumer,
    producer: OutputProducer,
    extractor: Extractor,
    schemas: Arc<Schemas>,
    output: OutputSettings,
    state: StateStores,
    /// When it was last checked which embargoes are over.
    embargoes_checked: Instant,
    /// Whether there may be more than were found then.
    more_is_due: bool,
    /// How many messages of the batch that is being collected were held.
    released: usize,
    collecting: Batch,
    pace: Pace,
    /// The topics of the input that there are, and those of them that are subscribed to.
    inputs: FoundInputs,
    subscribed: Vec<String>,
    /// Whether the input is paused because both batches are full.
    is_paused: bool,
    /// Whether an error of the input was logged since the last message.
    error_logged: bool,
    /// Since when partitions wait for the state of the articles, and whether that was reported as long.
    restoring_since: Option<(Instant, bool)>,
    /// When its static member was fenced.
    fenced: Vec<Instant>,
    /// Whether it has joined its group.
    is_member: bool,
    backoff: Backoff,
    /// The next offset of each partition after what is committed, or from where it is read if nothing is.
    committed: BTreeMap<TopicPartition, i64>,
    /// The partitions whose position was moved, which is not committed yet.
    moved: BTreeSet<TopicPartition>,
    /// What of this is watched from outside.
    assigned: Assigned,
    summary: Summary,
}

impl Worker<'_> {
    fn work(&mut self) -> Result<(), Error> {
        while !self.control.shutdown.is_triggered() {
            if let Err(error) = self.step() {
                self.survive(error)?;
            }
        }
        self.finish()
    }

    fn step(&mut self) -> Result<(), Error> {
        self.control.health.beat();
        self.collect()?;
        self.resume_restored()?;
        self.report_restoring();
        self.release_held()?;
        self.submit()?;
        let timeout = if self.is_full() && !self.is_paused { PAUSE_AFTER } else { Duration::ZERO };
        match self.extractor.poll(timeout)? {
            Some(extracted) => {
                self.submit()?;
                self.deliver(extracted)?;
            }
            None if self.is_full() && !self.is_paused => self.pause()?,
            None => {}
        }
        if self.is_paused && !self.is_full() { self.resume() } else { Ok(()) }
    }

    /// Handles the next event of the consumer, and those that are already waiting behind it.
    fn collect(&mut self) -> Result<(), Error> {
        let mut timeout = self.poll_timeout();
        for _ in 0..MAX_POLLS {
            match self.consumer.next(timeout) {
                Event::Idle => break,
                event => self.handle(event)?,
            }
            if self.is_full() {
                break;
            }
            timeout = Duration::ZERO;
        }
        Ok(())
    }

    fn poll_timeout(&self) -> Duration {
        if self.state.is_restoring() || self.state.is_releasing() {
            return BUSY_POLL;
        }
        if self.extractor.is_busy() {
            // A full batch waits for the extraction, not for messages.
            return if self.is_full() && !self.is_paused { Duration::ZERO } else { BUSY_POLL };
        }
        self.time_left().unwrap_or(IDLE_POLL).min(IDLE_POLL)
    }

    /// Returns how long the collected batch may still wait for more messages; `None` if it is empty.
    fn time_left(&self) -> Option<Duration> {
        let limits = &self.settings.stream;
        self.collecting.time_left(limits, self.pace.wait(limits), Instant::now())
    }

    fn is_full(&self) -> bool {
        self.collecting.is_full(&self.settings.stream)
    }

    fn handle(&mut self, event: Event) -> Result<(), Error> {
        match event {
            Event::Message(message) => {
                self.error_logged = false;
                self.collecting.push(message, Instant::now());
            }
            Event::Assigned(partitions) => self.assign(&partitions)?,
            Event::Revoked { partitions, lost } => self.revoke(&partitions, lost),
            Event::TopicRecreated(topic) => self.start_over(&topic)?,
            Event::Statistics { broker_seen, is_settled, .. } => {
                self.report_assignment(is_settled);
                self.control.metrics.held(self.state.held()?);
                broker_seen.into_iter().for_each(|ago| self.control.health.broker_seen(ago));
                self.commit_positions()?;
                self.follow_inputs()?;
            }
            Event::Error(KafkaError::MessageConsumption(RDKafkaErrorCode::AutoOffsetReset)) => self.find_positions()?,
            Event::Error(error) if is_denied(&error) => {
                return Err(Error::denied(&error.to_string(), self.settings));
            }
            Event::Error(error) => self.log_error(&error),
            Event::Fatal(error) => return Err(Error::consumer(error)),
            Event::Idle => {}
        }
        Ok(())
    }

    fn assign(&mut self, partitions: &[TopicPartition]) -> Result<(), Error> {
        if !partitions.is_empty() {
            tracing::info!(?partitions, "partitions assigned");
        }
        self.consumer.pause_for_restore(partitions).map_err(Error::consumer)?;
        self.state.restore(partitions);
        self.assigned.assign(partitions);
        self.control.metrics.assigned(partitions.len());
        self.report_assignment(true);
        if self.is_paused { self.pause() } else { Ok(()) }
    }

    fn revoke(&mut self, partitions: &[TopicPartition], lost: bool) {
        tracing::info!(?partitions, lost, "partitions revoked");
        if lost {
            self.control.health.not_ready("the group has removed this worker; it is joining again");
            self.is_member = false;
        }
        self.discard(partitions);
        self.forget_positions(partitions);
        self.state.revoke(partitions);
        self.assigned.revoke(partitions);
        self.report_assignment(false);
        for partition in partitions {
            self.control.metrics.revoked(partition.topic, partition.number);
        }
    }

    /// Reports whether this worker has no partitions although nobody else has them: while the group has not agreed yet. One
    /// that has none because there are more workers than partitions is ready to get some.
    fn report_assignment(&mut self, is_settled: bool) {
        if is_settled && !std::mem::replace(&mut self.is_member, true) {
            self.control.health.ready();
        }
        let is_idle = self.assigned.is_empty() && !is_settled;
        let reason = is_idle.then(|| "this worker has no partitions; the group is agreeing who gets which".to_owned());
        self.control.health.report(Condition::Assignment, reason);
    }

    /// Resumes the partitions whose state is restored.
    fn resume_restored(&mut self) -> Result<(), Error> {
        let restored = self.state.take_restored()?;
        if !restored.is_empty() {
            let starts: Vec<_> = restored.iter().map(|(partition, start)| (*partition, start.offset)).collect();
            self.consumer.resume_restored(&starts).map_err(Error::consumer)?;
        }
        for (partition, start) in restored {
            self.set_committed(partition, start.offset);
            self.report_move(partition, start);
        }
        if self.moved.is_empty() { Ok(()) } else { self.commit_positions() }
    }

    /// Submits the collected batch to the extractor if it is due and the extractor is free.
    fn submit(&mut self) -> Result<(), Error> {
        if self.time_left() != Some(Duration::ZERO) || self.extractor.is_busy() {
            return Ok(());
        }
        self.released = 0;
        self.pace.observe(self.collecting.messages().len(), self.collecting.bytes(), &self.settings.stream);
        self.extractor.submit(std::mem::take(&mut self.collecting))
    }

    fn pause(&mut self) -> Result<(), Error> {
        self.is_paused = true;
        self.consumer.pause_all().map_err(Error::consumer)
    }

    fn resume(&mut self) -> Result<(), Error> {
        self.is_paused = false;
        self.consumer.resume_all().map_err(Error::consumer)
    }

    /// Forgets all messages of these partitions that are not committed.
    fn discard(&mut self, partitions: &[TopicPartition]) {
        self.collecting.discard(partitions);
        self.extractor.discard(partitions);
        self.released = 0;
    }

    /// Logs the first of a series of errors: a broker that is unavailable causes many.
    fn log_error(&mut self, error: &KafkaError) {
        if !std::mem::replace(&mut self.error_logged, true) {
            tracing::warn!(%error, "error while reading the input; librdkafka retries");
        }
    }

    /// Delivers the batch that was in progress when the shutdown was requested. What was only collected is left to the
    /// next worker.
    fn finish(&mut self) -> Result<(), Error> {
        while self.extractor.is_busy() {
            self.control.health.beat();
            match self.extractor.poll(IDLE_POLL)? {
                Some(extracted) => return self.deliver(extracted),
                None if is_overdue(&self.control.shutdown) => {
                    tracing::warn!("an article takes longer than the shutdown may; it will be read again");
                    return Ok(());
                }
                None => {}
            }
        }
        Ok(())
    }
}
