//! The loop of a backfill: one, on the thread of its caller, made of the same parts as the live worker's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Message, Offset, TopicPartitionList};

use super::compare::Comparison;
use super::plan::{PartitionRange, Plan, Planner};
use super::prepare::{Prepared, STARTUP_TIMEOUT};
use super::rate::RateLimiter;
use super::report::{Progress, Report};
use super::request::{Destination, Edge, Request};
use super::sink::Sink;
use crate::config::{Settings, Topics};
use crate::record::ArticleStatus;
use crate::stream::backoff::Backoff;
use crate::stream::batch::Batch;
use crate::stream::clock::now;
use crate::stream::consumer::{Consumer, Event};
use crate::stream::disposition::{Disposition, Outcome};
use crate::stream::extract::{Extract, ExtractedBatch, Extractor};
use crate::stream::output::OutputSettings;
use crate::stream::producer::{DeliveryError, SHUTDOWN_GRACE, is_overdue};
use crate::stream::schemas::Schemas;
use crate::stream::state::StateStores;
use crate::stream::topic_partition::TopicPartition;
use crate::stream::{Control, Error, moved, unknown};

/// How long a poll waits when there is nothing else to do.
const IDLE_POLL: Duration = Duration::from_millis(100);
/// How long a poll waits during an extraction.
const BUSY_POLL: Duration = Duration::from_millis(5);
/// How often the progress is reported.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);

/// How far a partition is read.
struct PartitionProgress {
    range: PartitionRange,
    /// The offset after the last message that was taken.
    position: i64,
    /// Whether no more messages of the range will come.
    finished: bool,
}

/// A backfill that runs.
pub struct Backfill<'a> {
    settings: Settings,
    control: &'a Control,
    topics: Topics,
    /// The topics of the input, of which one after the other is read: the end of a partition is reported without its topic.
    inputs: Vec<String>,
    /// The one that is being read.
    reading: Option<&'static str>,
    consumer: Consumer,
    sink: Sink,
    /// The state of the articles, if the topics are written.
    state: Option<StateStores>,
    max_record_bytes: usize,
    extractor: Extractor,
    collecting: Batch,
    partitions: BTreeMap<TopicPartition, PartitionProgress>,
    /// What the range was asked for by.
    edges: String,
    rate_limiter: Option<RateLimiter>,
    backoff: Backoff,
    comparison: Option<Comparison>,
    report: Report,
    started: Instant,
}

impl<'a> Backfill<'a> {
    /// Opens the destination, stores the plan or reads the stored one, and starts reading.
    pub fn start(prepared: Prepared, control: &'a Control) -> Result<Self, Error> {
        let Prepared { settings, request, topics, inputs, consumer, mut plan, .. } = prepared;
        let started = Instant::now();
        let schemas = Schemas::new(&settings, control)?;
        // What is compared, or written to a file, is the bare record.
        let is_to_topics = request.destination == Destination::Topics;
        let schemas = if is_to_topics { schemas } else { schemas.with_bare_events() };
        let output = OutputSettings::load(&settings, &topics, schemas.event_values(), &consumer, STARTUP_TIMEOUT)?;
        let comparison = request.compare.then(|| Comparison::read(consumer.client(), &topics, &schemas)).transpose()?;
        let max_record_bytes = output.max_record_bytes;
        let sink = Sink::open(&request.destination, &settings, max_record_bytes, plan.written, control)?;
        let planner = Planner { client: consumer.client(), topics: &inputs };
        if plan.resumed {
            // Opening the producer has ended the transaction that an earlier run may have left open.
            plan = planner.stored()?;
        } else if request.is_resumable() {
            planner.store(&plan)?;
        }
        let mut state = matches!(sink, Sink::Topics(..)).then(|| StateStores::new(&settings, output.clone()));
        if let Some(state) = &mut state {
            restore(state, &plan, control)?;
        }
        let partition = |range: &PartitionRange| {
            let finished = range.next >= range.end;
            (range.partition, PartitionProgress { range: *range, position: range.next, finished })
        };
        Ok(Self {
            control,
            sink,
            state,
            max_record_bytes,
            extractor: Extractor::start(extraction(&settings, &request, schemas, output)),
            collecting: Batch::default(),
            partitions: plan.ranges.iter().map(partition).collect(),
            edges: plan.edges,
            rate_limiter: request.rate.map(|rate| RateLimiter::new(rate, started)),
            backoff: Backoff::default(),
            comparison,
            report: Report {
                input: topics.input.clone(),
                group: settings.kafka.group.clone(),
                resumed: plan.resumed,
                partitions: plan.ranges,
                ..Report::default()
            },
            started,
            settings,
            topics,
            inputs,
            reading: None,
            consumer,
        })
    }

    /// Reads to the end, or until a shutdown is requested, and leaves.
    pub fn run(mut self, watch: &mut dyn FnMut(&Progress)) -> Result<Report, Error> {
        let result = self.work(watch).and_then(|()| self.close());
        self.consumer.leave(SHUTDOWN_GRACE);
        result.map(|()| self.report)
    }

    fn work(&mut self, watch: &mut dyn FnMut(&Progress)) -> Result<(), Error> {
        let mut watched = Instant::now();
        while !self.is_done() && !self.control.shutdown.is_triggered() {
            self.control.health.beat();
            let all_read = self.is_read();
            if !all_read && !self.is_full() {
                self.read()?;
            }
            self.submit(all_read)?;
            let timeout = if all_read || self.is_full() { IDLE_POLL } else { Duration::ZERO };
            if let Some(extracted) = self.extractor.poll(timeout)? {
                self.submit(all_read)?;
                self.deliver(extracted)?;
            }
            if watched.elapsed() >= WATCH_INTERVAL {
                watched = Instant::now();
                watch(&self.progress());
            }
        }
        self.finish()?;
        watch(&self.progress());
        Ok(())
    }

    fn planner(&self) -> Planner<'_> {
        Planner { client: self.consumer.client(), topics: &self.inputs }
    }

    fn is_read(&self) -> bool {
        self.partitions.values().all(|partition| partition.finished)
    }

    fn is_done(&self) -> bool {
        let is_extracted = !self.extractor.is_busy() && !self.extractor.has_given_up();
        self.is_read() && self.collecting.first_received().is_none() && is_extracted
    }

    fn is_full(&self) -> bool {
        self.collecting.is_full(&self.settings.stream)
    }

    /// Takes the next message, if the rate allows it.
    fn read(&mut self) -> Result<(), Error> {
        let wait = self.rate_limiter.as_mut().map_or(Duration::ZERO, |limiter| limiter.wait_time(Instant::now()));
        if !wait.is_zero() {
            self.control.shutdown.wait(wait.min(BUSY_POLL));
            return Ok(());
        }
        if self.reading != self.next_topic() {
            self.assign_unfinished()?;
        }
        let timeout = if self.extractor.is_busy() { BUSY_POLL } else { IDLE_POLL };
        match self.consumer.next(timeout) {
            Event::Message(message) => {
                let number = message.partition();
                let Some(partition) = self.partitions.get_mut(&TopicPartition::of(&message)) else { return Ok(()) };
                if message.offset() >= partition.range.end {
                    return self.finish_partition(number);
                }
                partition.position = message.offset() + 1;
                partition.finished = partition.position >= partition.range.end;
                self.collecting.push(message, Instant::now());
                if let Some(limiter) = &mut self.rate_limiter {
                    limiter.take();
                }
                Ok(())
            }
            Event::Error(KafkaError::PartitionEOF(partition)) => self.finish_partition(partition),
            Event::Error(KafkaError::MessageConsumption(RDKafkaErrorCode::AutoOffsetReset)) => self.skip_removed(),
            Event::Error(error) => {
                tracing::warn!(%error, "error while reading the input; librdkafka retries");
                Ok(())
            }
            Event::Fatal(error) => Err(Error::consumer(error)),
            Event::Assigned(_)
            | Event::Revoked { .. }
            | Event::TopicRecreated(_)
            | Event::Statistics { .. }
            | Event::Idle => Ok(()),
        }
    }

    /// Returns the topic whose turn it is.
    fn next_topic(&self) -> Option<&'static str> {
        self.partitions.iter().find(|(_, it)| !it.finished).map(|(partition, _)| partition.topic)
    }

    /// Stops reading a partition of the topic that is being read, all of whose range was read.
    fn finish_partition(&mut self, number: i32) -> Result<(), Error> {
        let Some(topic) = self.reading else { return Ok(()) };
        let key = TopicPartition { topic, number };
        let Some(partition) = self.partitions.get_mut(&key) else { return Ok(()) };
        partition.finished = true;
        self.consumer.client().pause(&TopicPartition::list(&[key])).map_err(Error::consumer)
    }

    /// Skips the messages that retention removed before they were read, and counts them.
    fn skip_removed(&mut self) -> Result<(), Error> {
        let planner = Planner { client: self.consumer.client(), topics: &self.inputs };
        for (number, partition) in self.partitions.iter_mut().filter(|(_, partition)| !partition.finished) {
            let (low, _) = planner.watermarks(*number)?;
            if low <= partition.position {
                continue;
            }
            let next = low.min(partition.range.end);
            let removed = u64::try_from(next - partition.position).unwrap_or(0);
            let from = partition.position;
            tracing::warn!(partition = %number, from, to = next, "retention has removed messages of the range");
            self.report.removed += removed;
            partition.position = next;
            partition.finished = next >= partition.range.end;
        }
        self.assign_unfinished()
    }

    /// Assigns the partitions of the topic whose turn it is that are not finished, from their positions.
    fn assign_unfinished(&mut self) -> Result<(), Error> {
        let topic = self.next_topic();
        self.reading = topic;
        let is_next = |partition: &TopicPartition| topic == Some(partition.topic);
        let unfinished = self.partitions.iter().filter(|(partition, it)| is_next(partition) && !it.finished);
        let positions = unfinished.map(|(number, partition)| (*number, partition.position));
        self.planner().assign(positions).map_err(Error::consumer)
    }

    /// Submits the collected batch to the extractor if it is due, or the last one, and the extractor is free.
    fn submit(&mut self, is_last: bool) -> Result<(), Error> {
        let limits = &self.settings.stream;
        let time_left = self.collecting.time_left(limits, limits.batch_time, Instant::now());
        let is_due = time_left == Some(Duration::ZERO) || is_last && time_left.is_some();
        if !is_due || self.extractor.is_busy() {
            return Ok(());
        }
        self.extractor.submit(std::mem::take(&mut self.collecting))
    }

    fn deliver(&mut self, mut extracted: ExtractedBatch) -> Result<(), Error> {
        if extracted.dispositions.is_empty() {
            return Ok(());
        }
        let span = extracted.span.clone();
        let _entered = span.enter();
        if let Some(state) = &mut self.state {
            tracing::info_span!("reconcile").in_scope(|| state.reconcile(&mut extracted.dispositions, now()))?;
        }
        let dispositions = &mut extracted.dispositions;
        let next: BTreeMap<TopicPartition, i64> = dispositions.iter().map(|it| (it.partition, it.offset + 1)).collect();
        let (partitions, edges) = (&self.partitions, &self.edges);
        let offsets = |written| {
            let ranges = next.iter().filter_map(|(number, next)| Some((partitions.get(number)?.range, *next)));
            offsets(ranges, written, edges)
        };
        let (state, control) = (&mut self.state, self.control);
        let mut check = |delivered| state.as_mut().map_or(Ok(()), |state| state.check(delivered, control));
        match self.sink.deliver(&self.consumer, dispositions, &self.topics, control, offsets, &mut check) {
            Ok(()) => {
                self.state.as_mut().map_or(Ok(()), StateStores::commit)?;
                self.backoff.reset();
                self.control.health.ready();
                let (window, metrics) = (self.settings.revisions.window, &self.control.metrics);
                moved::report(dispositions, metrics);
                self.report.unknown_withdrawals += unknown::report(dispositions, window, metrics);
                dispositions.iter().for_each(|disposition| self.count(disposition));
                Ok(())
            }
            Err(DeliveryError::Rewind(reason)) => {
                self.backoff.record_failure(&reason)?;
                self.roll_back()?;
                self.backoff.pause(&self.control.shutdown);
                Ok(())
            }
            // Settled again when it is known what it was settled without.
            Err(DeliveryError::Conflict(reason)) => {
                tracing::info!(reason, "a batch was rolled back and will be read again");
                self.roll_back()?;
                self.state.as_mut().map_or(Ok(()), |state| state.learn(self.control))
            }
            Err(error) => Err(error.into_error(&self.settings)),
        }
    }

    /// Rolls the state back, replaces the producer, drops what is in progress, and rewinds to the committed offsets.
    fn roll_back(&mut self) -> Result<(), Error> {
        self.report.rolled_back += 1;
        self.state.as_mut().map_or(Ok(()), StateStores::rollback)?;
        self.sink.replace_producer(&self.settings, self.max_record_bytes, self.control)?;
        let all: Vec<TopicPartition> = self.partitions.keys().copied().collect();
        self.collecting.discard(&all);
        self.extractor.discard(&all);
        let committed = self.planner().committed(&all).map_err(Error::consumer)?;
        for element in committed.elements() {
            let key = TopicPartition::new(element.topic(), element.partition());
            if let Some(partition) = self.partitions.get_mut(&key) {
                let Offset::Offset(position) = element.offset() else {
                    return Err(Error::interrupted("the committed offsets of this backfill are gone"));
                };
                partition.position = position;
                partition.finished = position >= partition.range.end;
            }
        }
        self.assign_unfinished()
    }

    /// Delivers the batch that was in progress when the shutdown was requested.
    fn finish(&mut self) -> Result<(), Error> {
        while self.extractor.is_busy() && !is_overdue(&self.control.shutdown) {
            self.control.health.beat();
            if let Some(extracted) = self.extractor.poll(IDLE_POLL)? {
                return self.deliver(extracted);
            }
        }
        Ok(())
    }

    fn count(&mut self, disposition: &Disposition) {
        let report = &mut self.report;
        report.read += 1;
        report.bytes += disposition.bytes as u64;
        match &disposition.outcome {
            Outcome::Rejected { code, .. } => {
                *report.rejected.entry((*code).to_owned()).or_default() += 1;
                self.control.metrics.rejection(code, disposition.bytes);
                return;
            }
            Outcome::Articles(articles) if articles.is_empty() => {
                report.outside += 1;
                return;
            }
            Outcome::Retried(_) => {}
            Outcome::Tombstone(_) => {
                report.unknown_tombstones += 1;
                self.control.metrics.unknown_tombstone(disposition.bytes);
            }
            Outcome::Articles(articles) => {
                let extracted = disposition.statuses().filter(|status| *status == ArticleStatus::Extracted).count();
                report.articles += extracted as u64;
                report.skipped += (articles.len() - extracted) as u64;
                report.without_events += u64::from(extracted > 0 && disposition.events() == 0);
            }
        }
        report.events += disposition.events() as u64;
        if let Some(comparison) = &mut self.comparison {
            comparison.add_extracted(disposition);
        }
    }

    /// Completes the report. If the end was reached, commits the ends of the ranges: there may be offsets without a message
    /// after the last message of a partition.
    fn close(&mut self) -> Result<(), Error> {
        self.report.finished = self.is_done();
        let is_resumable = matches!(self.sink, Sink::Topics(..) | Sink::File(_));
        if self.report.finished && is_resumable {
            let (partitions, edges) = (&self.partitions, &self.edges);
            let ends = |written| offsets(partitions.values().map(|it| (it.range, it.range.end)), written, edges);
            self.sink
                .deliver(&self.consumer, &mut [], &self.topics, self.control, ends, &mut |_| Ok(()))
                .map_err(|error| error.into_error(&self.settings))?;
        }
        self.report.added = self.added();
        if self.topics.inputs.is_single() {
            self.report.added_partitions = self.report.added.iter().map(|it| it.number).collect();
        }
        self.report.compared = self.comparison.as_ref().map(Comparison::differences);
        self.report.seconds = self.started.elapsed().as_secs_f64();
        Ok(())
    }

    /// Returns the partitions of the input that have come since. Of those that existed, some may not have been asked for; one after
    /// all others of its topic is new.
    fn added(&self) -> Vec<TopicPartition> {
        let inputs = self.consumer.input_topics(&self.topics, STARTUP_TIMEOUT).unwrap_or_default();
        let planner = Planner { client: self.consumer.client(), topics: &inputs };
        let is_new = |it: &TopicPartition| {
            let read: Vec<i32> = self.partitions.keys().filter(|of| of.topic == it.topic).map(|of| of.number).collect();
            let is_whole = read.iter().copied().eq(0..i32::try_from(read.len()).unwrap_or(i32::MAX));
            is_whole && !read.contains(&it.number)
        };
        planner.partitions().unwrap_or_default().into_iter().filter(is_new).collect()
    }

    fn progress(&self) -> Progress {
        let done = |partition: &PartitionProgress| {
            let position = if partition.finished { partition.range.end } else { partition.position };
            u64::try_from(position - partition.range.next).unwrap_or(0)
        };
        Progress {
            done: self.partitions.values().map(done).collect(),
            read: self.report.read,
            bytes: self.report.bytes,
            events: self.report.events,
            rejected: self.report.rejections(),
        }
    }
}

/// Waits until the state of all partitions is restored, or a shutdown is requested.
fn restore(state: &mut StateStores, plan: &Plan, control: &Control) -> Result<(), Error> {
    state.restore(&plan.ranges.iter().map(|range| range.partition).collect::<Vec<_>>());
    while state.is_restoring() && !control.shutdown.is_triggered() {
        control.health.beat();
        state.take_restored()?;
        control.shutdown.wait(BUSY_POLL);
    }
    Ok(())
}

/// Returns what the extraction threads do with each message. If the range is one of publication times, a message outside
/// of it becomes no records, and neither does one without a publication time.
fn extraction(settings: &Settings, request: &Request, schemas: Schemas, output: OutputSettings) -> Arc<Extract> {
    let settings = settings.extract.clone();
    let window = request.by_published.then(|| (request.from.clone(), request.to.clone()));
    Arc::new(move |message| {
        let processed = schemas.process(message, &settings)?;
        let is_inside = window.as_ref().is_none_or(|(from, to)| {
            let articles = processed.as_deref().unwrap_or_default();
            let mut times = articles.iter().filter_map(|article| article.published);
            times.any(|published| is_between(published.at.timestamp_millis(), from, to))
        });
        let mut disposition = Disposition::new(message, processed, &output, now());
        if !is_inside {
            disposition.outcome = Outcome::Articles(Vec::new());
        }
        Some(disposition)
    })
}

/// Returns whether a time is between two edges, in milliseconds since 1970.
fn is_between(time: i64, from: &Edge, to: &Edge) -> bool {
    let is_after = |edge: &Edge| matches!(edge, Edge::Time(edge) if time >= *edge);
    (*from == Edge::All || is_after(from)) && !is_after(to)
}

/// Returns offsets with the metadata of their ranges.
fn offsets(
    ranges: impl Iterator<Item = (PartitionRange, i64)>,
    written: u64,
    edges: &str,
) -> Result<TopicPartitionList, Error> {
    let mut list = TopicPartitionList::new();
    for (range, next) in ranges {
        let mut element = list.add_partition(range.partition.topic, range.partition.number);
        element.set_offset(Offset::Offset(next)).map_err(Error::consumer)?;
        element.set_metadata(Plan::metadata(&range, written, edges));
    }
    Ok(list)
}
