//! The loop: rejected messages in batches, each committed with its markers.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use rdkafka::{Message, TopicPartitionList};

use super::rejections::{Record, Rejection, Source, marker, original, read, read_all, survey};
use super::{Report, Request, group};
use crate::config::{Delivery, Settings, Topics};
use crate::stream::backoff::Backoff;
use crate::stream::batch::{Origin, message_size};
use crate::stream::clock::now;
use crate::stream::consumer::Consumer;
use crate::stream::disposition::{Disposition, Outcome};
use crate::stream::output::OutputSettings;
use crate::stream::producer::{DeliveryError, OutputProducer, SHUTDOWN_GRACE};
use crate::stream::schemas::Schemas;
use crate::stream::state::StateStores;
use crate::stream::topic_partition::TopicPartition;
use crate::stream::{Control, Error, check, idempotent, moved, transaction, unknown};

/// How long the brokers may take to answer at the start.
const STARTUP_TIMEOUT: Duration = Duration::from_secs(15);
/// How long to wait before it is asked again whether the state is restored.
const RESTORE_POLL: Duration = Duration::from_millis(5);
/// What the consumer needs of librdkafka, whatever the configuration says.
const OVERRIDES: [(&str, &str); 3] =
    [("enable.partition.eof", "true"), ("fetch.wait.max.ms", "10"), ("statistics.interval.ms", "0")];

/// Lets the rejected messages that are asked for go through again, or only counts them.
///
/// # Errors
/// If the brokers do not answer, a topic or a permission is missing, or it cannot continue. What was committed by then
/// counts: the next run goes on from there.
pub fn retry(settings: &Settings, request: &Request, control: &Control) -> Result<Report, Error> {
    let mut settings = settings.clone();
    settings.kafka.group = group(&settings);
    let topics = Topics::new(&settings.kafka);
    let consumer = Consumer::new(&settings, &OVERRIDES)?;
    let unreachable = |error| check::unreachable(&settings, error);
    let inputs = consumer.input_topics(&topics, STARTUP_TIMEOUT).map_err(unreachable)?;
    let mut partitions = BTreeSet::new();
    for topic in topics.outputs().into_iter().chain(inputs.iter().map(String::as_str)) {
        let count = consumer.partition_count(topic, STARTUP_TIMEOUT).map_err(unreachable)?;
        if count == 0 {
            return Err(Error::topic_missing(topic));
        }
        if topics.is_input(topic) {
            partitions.extend((0..).take(count).map(|number| TopicPartition::new(topic, number)));
        }
    }
    let mut report = Report::default();
    if request.dry_run {
        survey(&consumer, &topics.rejected, request, control, &mut report)?;
        return Ok(report);
    }
    let schemas = Schemas::new(&settings, control)?.on_the_loop();
    let output = OutputSettings::load(&settings, &topics, schemas.event_values(), &consumer, STARTUP_TIMEOUT)?;
    // Ends a transaction that an earlier run has left open, with markers in it.
    let producer = transaction::open_producer(&settings, output.max_record_bytes, control)?;
    let retried = survey(&consumer, &topics.rejected, request, control, &mut report)?;
    if !report.asked.is_empty() {
        let reader = Consumer::new(&settings, &OVERRIDES)?;
        let mut state = StateStores::new(&settings, output.clone());
        restore(&mut state, &partitions, control)?;
        let run = Run {
            settings: &settings,
            control,
            consumer: &consumer,
            reader,
            producer,
            schemas,
            output,
            state,
            partitions,
            retried,
            batch: Vec::new(),
            backoff: Backoff::default(),
            report: &mut report,
        };
        run.work(request)?;
    }
    report.finished = !control.shutdown.is_triggered();
    consumer.leave(SHUTDOWN_GRACE);
    Ok(report)
}

/// Waits until it is known what stands, or a shutdown is requested.
fn restore(state: &mut StateStores, partitions: &BTreeSet<TopicPartition>, control: &Control) -> Result<(), Error> {
    state.restore(&partitions.iter().copied().collect::<Vec<_>>());
    while state.is_restoring() && !control.shutdown.is_triggered() {
        control.health.beat();
        state.take_restored()?;
        control.shutdown.wait(RESTORE_POLL);
    }
    Ok(())
}

struct Run<'a> {
    settings: &'a Settings,
    control: &'a Control,
    /// A member of the group by name alone: no offsets are committed.
    consumer: &'a Consumer,
    /// Reads messages of the input that were too large for `timeline.rejected`.
    reader: Consumer,
    producer: OutputProducer,
    schemas: Schemas,
    output: OutputSettings,
    state: StateStores,
    /// The partitions of the input.
    partitions: BTreeSet<TopicPartition>,
    /// The messages that have gone through again.
    retried: HashSet<Source>,
    batch: Vec<Rejection>,
    backoff: Backoff,
    report: &'a mut Report,
}

impl Run<'_> {
    fn work(mut self, request: &Request) -> Result<(), Error> {
        let (consumer, control) = (self.consumer, self.control);
        let topic = self.output.topics.rejected.clone();
        let mut bytes = 0;
        read_all(consumer, &topic, control, |record| {
            let Some(Record::Rejection(rejection)) = read(record) else { return Ok(()) };
            if !request.includes(&rejection.code, rejection.message.timestamp().to_millis()) {
                return Ok(());
            }
            if let Some(rejection) = self.choose(*rejection)? {
                bytes += message_size(&rejection.message);
                self.batch.push(rejection);
            }
            let limits = &self.settings.stream;
            if self.batch.len() < limits.batch_messages && bytes < limits.batch_bytes {
                return Ok(());
            }
            bytes = 0;
            self.settle()
        })?;
        if control.shutdown.is_triggered() { Ok(()) } else { self.settle() }
    }

    /// Returns a rejection with its message if it is to go through again: once, however often it was rejected.
    fn choose(&mut self, mut rejection: Rejection) -> Result<Option<Rejection>, Error> {
        if !self.retried.insert(rejection.source.clone()) {
            return Ok(None);
        }
        let (topic, partition, _) = &rejection.source;
        if !self.partitions.contains(&TopicPartition::new(topic, *partition)) {
            self.report.elsewhere += 1;
            return Ok(None);
        }
        if rejection.message.payload().is_none() {
            match original(&self.reader, &rejection.source)? {
                Some(message) => rejection.message = message,
                // Without a value it was all that there was.
                None if rejection.message.key().is_some() => {}
                None => {
                    self.report.gone += 1;
                    return Ok(None);
                }
            }
        }
        Ok(Some(rejection))
    }

    /// Settles the batch, again and again until it is committed.
    fn settle(&mut self) -> Result<(), Error> {
        let batch = std::mem::take(&mut self.batch);
        loop {
            let Some(mut dispositions) = self.dispositions(&batch)? else { return Ok(()) };
            let mended = dispositions.len();
            for at in 0..mended {
                let marker = self.marker(&batch, &dispositions[at]);
                dispositions.extend(marker);
            }
            let deliver = match self.settings.stream.delivery {
                Delivery::ExactlyOnce => transaction::deliver,
                Delivery::AtLeastOnce => idempotent::deliver,
            };
            let (state, control, none) = (&mut self.state, self.control, TopicPartitionList::new());
            let mut check = |delivered| state.check(delivered, control);
            match deliver(&self.producer, self.consumer, &mut dispositions, &none, control, &mut check) {
                Ok(()) => {
                    self.state.commit()?;
                    self.backoff.reset();
                    dispositions.truncate(mended);
                    self.count(&batch, &dispositions);
                    return Ok(());
                }
                Err(DeliveryError::Conflict(reason)) => {
                    tracing::info!(reason, "a batch was rolled back and is settled again");
                    self.roll_back()?;
                    self.state.learn(self.control)?;
                }
                Err(DeliveryError::Rewind(reason)) => {
                    self.backoff.record_failure(&reason)?;
                    self.roll_back()?;
                    self.backoff.pause(&self.control.shutdown);
                }
                Err(error) => return Err(error.into_error(self.settings)),
            }
        }
    }

    /// Returns the dispositions of the messages that are not rejected again; `None` if a shutdown was requested meanwhile.
    fn dispositions(&mut self, batch: &[Rejection]) -> Result<Option<Vec<Disposition>>, Error> {
        let all = batch.iter().map(|rejection| {
            let message = &rejection.message;
            let processed = self.schemas.process(message, &self.settings.extract)?;
            Some(Disposition::new(message, processed, &self.output, now()))
        });
        let Some(all) = all.collect::<Option<Vec<_>>>() else { return Ok(None) };
        let mut mended: Vec<_> = all.into_iter().filter(|it| !matches!(it.outcome, Outcome::Rejected { .. })).collect();
        self.state.reconcile(&mut mended, now())?;
        Ok(Some(mended))
    }

    fn marker(&self, batch: &[Rejection], mended: &Disposition) -> Option<Disposition> {
        let Disposition { partition, offset, .. } = *mended;
        let is_it = |(topic, number, at): &Source| {
            (topic.as_str(), *number, *at) == (partition.topic, partition.number, offset)
        };
        let rejection = batch.iter().find(|it| is_it(&it.source))?;
        let status = mended.statuses().next().map_or("unknown-tombstone", |status| status.name());
        let record = Box::new(marker(&self.output.topics.rejected, rejection, status));
        Some(Disposition { partition, offset, bytes: 0, origin: Origin::Log, outcome: Outcome::Retried(record) })
    }

    fn roll_back(&mut self) -> Result<(), Error> {
        self.state.rollback()?;
        self.producer = transaction::open_producer(self.settings, self.output.max_record_bytes, self.control)?;
        Ok(())
    }

    fn count(&mut self, batch: &[Rejection], mended: &[Disposition]) {
        for disposition in mended {
            for status in disposition.statuses() {
                *self.report.articles.entry(status.name()).or_default() += 1;
            }
            self.report.events += disposition.events() as u64;
            self.report.unknown_tombstones += u64::from(matches!(disposition.outcome, Outcome::Tombstone(_)));
        }
        let source = |it: &Disposition| (it.partition.topic.to_owned(), it.partition.number, it.offset);
        let is_mended: HashSet<Source> = mended.iter().map(source).collect();
        for rejection in batch.iter().filter(|it| !is_mended.contains(&it.source)) {
            *self.report.rejected.entry(rejection.code.clone()).or_default() += 1;
        }
        let metrics = &self.control.metrics;
        unknown::report(mended, self.settings.revisions.window, metrics);
        moved::report(mended, metrics);
    }
}
