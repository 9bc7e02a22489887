//! The loop of a backfill: one, on the thread of its caller, like the live worker's, with the same parts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Message, Offset, TopicPartitionList};

use super::compare::Comparison;
use super::pace::Pace;
use super::plan::{Part, Plan, Planner, Preview};
use super::report::{Progress, Report};
use super::request::{Destination, Edge, Request};
use super::sink::Sink;
use crate::config::{Settings, Topics};
use crate::pipeline;
use crate::record::ArticleStatus;
use crate::stream::batch::Batch;
use crate::stream::consumer::{Consumer, Event};
use crate::stream::extract::{Extracted, Extractor, Work, guarded};
use crate::stream::fate::{Fate, Outlet, Told, fate};
use crate::stream::life::Lives;
use crate::stream::producer::{self, Failure, GRACE};
use crate::stream::setbacks::Setbacks;
use crate::stream::worker::{now, outlet};
use crate::stream::{Control, Error};

/// How long a poll waits when there is nothing else to do.
const IDLE: Duration = Duration::from_millis(100);
/// How long a poll waits beside an extraction.
const BESIDE: Duration = Duration::from_millis(5);
/// How long the brokers may take to answer at the start.
const START: Duration = Duration::from_secs(15);
/// What this reader needs of librdkafka: an offset that is gone must be told, the end of a partition is not always a
/// message, and where there is no more it is no use to wait for more.
const OWN: [(&str, &str); 3] =
    [("auto.offset.reset", "error"), ("enable.partition.eof", "true"), ("fetch.wait.max.ms", "10")];
/// So many messages tell how long the others will take.
const SAMPLE: usize = 200;

/// A backfill whose plan is made; nothing of it is done.
pub struct Prepared {
    settings: Settings,
    request: Request,
    topics: Topics,
    consumer: Consumer,
    /// What will be read.
    pub plan: Plan,
    /// What stands at its edges.
    pub preview: Preview,
}

/// Makes the plan of a backfill. Reads, and writes nothing.
///
/// # Errors
/// If the brokers do not answer, a topic is missing, or the stretch is none that the topic has.
pub fn prepare(settings: &Settings, request: Request) -> Result<Prepared, Error> {
    let mut settings = settings.clone();
    settings.kafka.group = request.group(&settings);
    let topics = Topics::new(&settings.kafka);
    let consumer = Consumer::new(&settings, &topics.input, &OWN)?;
    let outputs = topics.outputs();
    let needed = if request.destination == Destination::Topics { &outputs[..] } else { &[] };
    for topic in std::iter::once(topics.input.as_str()).chain(needed.iter().copied()) {
        let partitions = consumer.partition_count(topic, START);
        if partitions.map_err(|error| Error::unreachable(&settings.kafka.brokers, error))? == 0 {
            return Err(Error::topic_missing(topic));
        }
    }
    let planner = Planner { client: consumer.client(), topic: &topics.input };
    // A run that was killed may have left a transaction open, and until its end its offsets are not told to those who
    // read what is committed. What counts is read anew when the work begins.
    let earlier = || {
        let aside = Consumer::new(&settings, &topics.input, &[("isolation.level", "read_uncommitted")])?;
        Planner { client: aside.client(), topic: &topics.input }.earlier()
    };
    let earlier = (request.is_resumable() && !request.restart).then(earlier).transpose()?;
    let plan = planner.plan(&request, earlier)?;
    let preview = planner.preview(&plan, SAMPLE).map_err(Error::consumer)?;
    Ok(Prepared { settings, request, topics, consumer, plan, preview })
}

impl Prepared {
    /// The group that remembers how far it is.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.settings.kafka.group
    }

    /// The time that the extraction of one message of the sample takes, on one core.
    #[must_use]
    pub fn sample_time(&self) -> Option<Duration> {
        let begun = Instant::now();
        for message in &self.preview.sample {
            let _ = guarded(|message| pipeline::process_message(message, &self.settings.extract), message);
        }
        let count = u32::try_from(self.preview.sample.len()).ok().filter(|count| *count > 0)?;
        Some(begun.elapsed() / count)
    }

    /// Does it, to the end or until it is asked to stop. Whoever watches is told about ten times a second how far it
    /// is.
    ///
    /// # Errors
    /// If it cannot go on. What was committed until then counts: the same command goes on from there.
    pub fn run(self, control: &Control, watch: &mut dyn FnMut(&Progress)) -> Result<Report, Error> {
        let Self { settings, request, topics, consumer, mut plan, .. } = self;
        let begun = Instant::now();
        let comparison = request.compare.then(|| Comparison::with(consumer.client(), &topics)).transpose()?;
        let outlet = outlet(&settings, &topics, &consumer)?;
        let sink = Sink::open(&request.destination, &settings, outlet.limit, plan.written, control)?;
        let planner = Planner { client: consumer.client(), topic: &topics.input };
        if plan.resumed {
            // Opening the topics has settled what an earlier run left open.
            plan = planner.earlier()?;
        } else if request.is_resumable() {
            planner.keep(&plan)?;
        }
        let mut lives = matches!(sink, Sink::Topics(..)).then(|| Lives::new(&settings, outlet.clone()));
        if let Some(lives) = &mut lives {
            restore(lives, &plan, control)?;
        }
        planner.assign(plan.parts.iter().map(|part| (part.partition, part.next))).map_err(Error::consumer)?;
        let extractor = Extractor::start(work(&settings, &request, outlet.clone()));
        let parts = plan.parts.iter().map(|part| (part.partition, Reading { part: *part, at: part.next, over: false }));
        let report = Report {
            input: topics.input.clone(),
            group: settings.kafka.group.clone(),
            resumed: plan.resumed,
            partitions: plan.parts.clone(),
            ..Report::default()
        };
        let mut backfill = Backfill {
            parts: parts.collect(),
            pace: request.rate.map(|rate| Pace::new(rate, begun)),
            settings: &settings,
            control,
            topics,
            consumer,
            sink,
            lives,
            limit: outlet.limit,
            extractor,
            collecting: Batch::default(),
            setbacks: Setbacks::default(),
            comparison,
            report,
        };
        let ended = backfill.work(watch);
        let told = ended.and_then(|()| backfill.close(begun));
        backfill.consumer.leave(GRACE);
        told?;
        Ok(backfill.report)
    }
}

/// Waits until all is known of the articles of these partitions, or the end is asked for.
fn restore(lives: &mut Lives, plan: &Plan, control: &Control) -> Result<(), Error> {
    lives.restore(&plan.parts.iter().map(|part| part.partition).collect::<Vec<_>>());
    while lives.is_restoring() && !control.shutdown.is_triggered() {
        control.health.beat();
        lives.restored()?;
        control.shutdown.wait(BESIDE);
    }
    Ok(())
}

/// What is done with each message, on the extracting threads. Where the stretch is one of publication, an article
/// outside of it has no records, and neither has a message that tells no time.
fn work(settings: &Settings, request: &Request, outlet: Outlet) -> Arc<Work> {
    let settings = settings.extract.clone();
    let window = request.by_published.then(|| (request.from.clone(), request.to.clone()));
    Arc::new(move |message| {
        let outcome = guarded(|message| pipeline::process_message(message, &settings), message);
        let inside = |published: i64| {
            window.as_ref().is_none_or(|(from, to)| {
                let after = |edge: &Edge| matches!(edge, Edge::Time(time) if published >= *time);
                (*from == Edge::All || after(from)) && !after(to)
            })
        };
        let within = match &outcome {
            Some(Ok(all)) => {
                let mut times = all.iter().filter_map(|processed| processed.published);
                window.is_none() || times.any(|published| inside(published.at.timestamp_millis()))
            }
            Some(Err(_)) | None => window.is_none(),
        };
        let mut fate = fate(message, outcome, &outlet, now());
        if !within {
            fate.told = Told::Articles(Vec::new());
        }
        fate
    })
}

/// One partition, as far as it is read.
struct Reading {
    part: Part,
    /// The offset after the last message that was taken.
    at: i64,
    /// Whether nothing more of the stretch will come.
    over: bool,
}

struct Backfill<'a> {
    settings: &'a Settings,
    control: &'a Control,
    topics: Topics,
    consumer: Consumer,
    sink: Sink,
    /// What is known of the articles, where the topics are written.
    lives: Option<Lives>,
    /// The largest record, in bytes.
    limit: usize,
    extractor: Extractor,
    collecting: Batch,
    parts: BTreeMap<i32, Reading>,
    pace: Option<Pace>,
    setbacks: Setbacks,
    comparison: Option<Comparison>,
    report: Report,
}

impl Backfill<'_> {
    fn work(&mut self, watch: &mut dyn FnMut(&Progress)) -> Result<(), Error> {
        let mut told = Instant::now();
        while !self.is_done() && !self.control.shutdown.is_triggered() {
            self.control.health.beat();
            let read = self.parts.values().all(|reading| reading.over);
            if !read && !self.is_full() {
                self.read()?;
            }
            self.hand_over(read)?;
            let patience = if read || self.is_full() { IDLE } else { Duration::ZERO };
            if let Some(extracted) = self.extractor.take(patience)? {
                self.hand_over(read)?;
                self.deliver(extracted)?;
            }
            if told.elapsed() >= IDLE {
                told = Instant::now();
                watch(&self.progress());
            }
        }
        self.finish()?;
        watch(&self.progress());
        Ok(())
    }

    fn planner(&self) -> Planner<'_> {
        Planner { client: self.consumer.client(), topic: &self.topics.input }
    }

    fn is_done(&self) -> bool {
        let read = self.parts.values().all(|reading| reading.over);
        read && self.collecting.opened().is_none() && !self.extractor.is_busy()
    }

    fn is_full(&self) -> bool {
        self.collecting.is_full(&self.settings.stream)
    }

    /// Takes what comes next, if the pace lets it.
    fn read(&mut self) -> Result<(), Error> {
        let wait = self.pace.as_mut().map_or(Duration::ZERO, |pace| pace.wait(Instant::now()));
        if !wait.is_zero() {
            self.control.shutdown.wait(wait.min(BESIDE));
            return Ok(());
        }
        let time = if self.extractor.is_busy() { BESIDE } else { IDLE };
        match self.consumer.next(time) {
            Event::Message(message) => {
                let Some(reading) = self.parts.get_mut(&message.partition()) else { return Ok(()) };
                if message.offset() >= reading.part.end {
                    return self.leave(message.partition());
                }
                reading.at = message.offset() + 1;
                reading.over = reading.at >= reading.part.end;
                self.collecting.push(message, Instant::now());
                if let Some(pace) = &mut self.pace {
                    pace.take();
                }
                Ok(())
            }
            Event::Trouble(KafkaError::PartitionEOF(partition)) => self.leave(partition),
            Event::Trouble(KafkaError::MessageConsumption(RDKafkaErrorCode::AutoOffsetReset)) => self.pass_over(),
            Event::Trouble(error) => {
                tracing::warn!(%error, "trouble with the input; librdkafka goes on trying");
                Ok(())
            }
            Event::Fatal(error) => Err(Error::consumer(error)),
            Event::Assigned(_) | Event::Revoked { .. } | Event::Report { .. } | Event::Idle => Ok(()),
        }
    }

    /// Nothing more of a partition will come.
    fn leave(&mut self, partition: i32) -> Result<(), Error> {
        let Some(reading) = self.parts.get_mut(&partition) else { return Ok(()) };
        reading.over = true;
        let mut list = TopicPartitionList::new();
        list.add_partition(&self.topics.input, partition);
        self.consumer.client().pause(&list).map_err(Error::consumer)
    }

    /// Retention has removed what was to be read next: goes on with what is left, and tells what is gone.
    fn pass_over(&mut self) -> Result<(), Error> {
        let planner = Planner { client: self.consumer.client(), topic: &self.topics.input };
        for (partition, reading) in self.parts.iter_mut().filter(|(_, reading)| !reading.over) {
            let (low, _) = planner.watermarks(*partition)?;
            if low <= reading.at {
                continue;
            }
            let next = low.min(reading.part.end);
            let removed = u64::try_from(next - reading.at).unwrap_or(0);
            tracing::warn!(partition, from = reading.at, to = next, "retention has removed messages of the stretch");
            self.report.removed += removed;
            reading.at = next;
            reading.over = next >= reading.part.end;
        }
        let open = self.parts.iter().filter(|(_, reading)| !reading.over);
        let at = open.map(|(partition, reading)| (*partition, reading.at));
        self.planner().assign(at).map_err(Error::consumer)
    }

    /// Gives the collected batch to extraction if it is due, or the last, and extraction is free.
    fn hand_over(&mut self, last: bool) -> Result<(), Error> {
        let patience = self.collecting.patience(&self.settings.stream, Instant::now());
        let due = patience == Some(Duration::ZERO) || last && patience.is_some();
        if !due || self.extractor.is_busy() {
            return Ok(());
        }
        self.extractor.give(std::mem::take(&mut self.collecting))
    }

    fn deliver(&mut self, mut extracted: Extracted) -> Result<(), Error> {
        if extracted.fates.is_empty() {
            return Ok(());
        }
        if let Some(lives) = &mut self.lives {
            lives.settle(&mut extracted.fates)?;
        }
        let fates = &extracted.fates;
        let next: BTreeMap<i32, i64> = fates.iter().map(|fate| (fate.partition, fate.offset + 1)).collect();
        let input = &self.topics.input;
        let parts = &self.parts;
        let offsets =
            |written| offsets(input, next.iter().filter_map(|(at, next)| Some((parts.get(at)?.part, *next))), written);
        match self.sink.deliver(&self.consumer, fates, &self.topics, self.control, offsets) {
            Ok(()) => {
                self.lives.as_mut().map_or(Ok(()), Lives::commit)?;
                self.setbacks.over();
                self.control.health.ready();
                fates.iter().for_each(|fate| self.count(fate));
                Ok(())
            }
            Err(Failure::Rewind(reason)) => self.rewind(&reason),
            Err(failure) => Err(failure.into_error(self.settings)),
        }
    }

    /// Drops what is in hand and goes back to what was committed.
    fn rewind(&mut self, reason: &str) -> Result<(), Error> {
        self.report.rolled_back += 1;
        self.lives.as_mut().map_or(Ok(()), Lives::rollback)?;
        self.setbacks.another(reason)?;
        self.sink.renew(self.settings, self.limit, self.control)?;
        let all: Vec<i32> = self.parts.keys().copied().collect();
        self.collecting.forget(&all);
        self.extractor.forget(&all);
        let planner = self.planner();
        let committed = planner.committed(&all).map_err(Error::consumer)?;
        for element in committed.elements() {
            if let Some(reading) = self.parts.get_mut(&element.partition()) {
                let Offset::Offset(at) = element.offset() else {
                    return Err(Error::unfinished("the offsets of this backfill are gone"));
                };
                reading.at = at;
                reading.over = at >= reading.part.end;
            }
        }
        let open = self.parts.iter().filter(|(_, reading)| !reading.over);
        let at = open.map(|(partition, reading)| (*partition, reading.at));
        self.planner().assign(at).map_err(Error::consumer)?;
        self.setbacks.wait(&self.control.shutdown);
        Ok(())
    }

    /// Finishes what is being extracted when the end was asked for.
    fn finish(&mut self) -> Result<(), Error> {
        while self.extractor.is_busy() && !producer::overdue(&self.control.shutdown) {
            self.control.health.beat();
            if let Some(extracted) = self.extractor.take(IDLE)? {
                return self.deliver(extracted);
            }
        }
        Ok(())
    }

    fn count(&mut self, fate: &Fate) {
        let report = &mut self.report;
        report.read += 1;
        report.bytes += fate.bytes as u64;
        match &fate.told {
            Told::Rejected(code, _) => {
                *report.rejected.entry((*code).to_owned()).or_default() += 1;
                self.control.metrics.rejection(code, fate.bytes);
                return;
            }
            Told::Articles(all) if all.is_empty() => {
                report.outside += 1;
                return;
            }
            Told::Articles(all) => {
                let extracted = fate.statuses().filter(|status| *status == ArticleStatus::Extracted).count();
                report.articles += extracted as u64;
                report.skipped += (all.len() - extracted) as u64;
                report.without_events += u64::from(extracted > 0 && fate.events() == 0);
            }
        }
        report.events += fate.events() as u64;
        if let Some(comparison) = &mut self.comparison {
            comparison.make(fate);
        }
    }

    /// What was read, and, where the end was reached, the ends themselves: behind the last message of a partition stand
    /// offsets without one.
    fn close(&mut self, begun: Instant) -> Result<(), Error> {
        self.report.finished = self.is_done();
        let resumable = matches!(self.sink, Sink::Topics(..) | Sink::File(_));
        if self.report.finished && resumable {
            let (input, parts) = (&self.topics.input, &self.parts);
            let ends =
                |written| offsets(input, parts.values().map(|reading| (reading.part, reading.part.end)), written);
            self.sink
                .deliver(&self.consumer, &[], &self.topics, self.control, ends)
                .map_err(|failure| failure.into_error(self.settings))?;
        }
        let planner = self.planner();
        let known = planner.partitions().unwrap_or_default();
        let last = self.parts.keys().copied().max().unwrap_or(-1);
        // Of the partitions that were there, some may not have been asked for; one behind all of them is new.
        self.report.added_partitions = known.into_iter().filter(|at| *at > last && self.whole_topic()).collect();
        self.report.compared = self.comparison.as_ref().map(Comparison::differences);
        self.report.seconds = begun.elapsed().as_secs_f64();
        Ok(())
    }

    /// Whether every partition up to the last was asked for.
    fn whole_topic(&self) -> bool {
        self.parts.keys().copied().eq(0..i32::try_from(self.parts.len()).unwrap_or(i32::MAX))
    }

    fn progress(&self) -> Progress {
        let done = |reading: &Reading| {
            let at = if reading.over { reading.part.end } else { reading.at };
            u64::try_from(at - reading.part.next).unwrap_or(0)
        };
        Progress {
            done: self.parts.values().map(done).collect(),
            read: self.report.read,
            bytes: self.report.bytes,
            events: self.report.events,
            rejected: self.report.rejections(),
        }
    }
}

/// Offsets with what is kept beside them.
fn offsets(topic: &str, parts: impl Iterator<Item = (Part, i64)>, written: u64) -> Result<TopicPartitionList, Error> {
    let mut list = TopicPartitionList::new();
    for (part, next) in parts {
        let mut element = list.add_partition(topic, part.partition);
        element.set_offset(Offset::Offset(next)).map_err(Error::consumer)?;
        element.set_metadata(Plan::metadata(&part, written));
    }
    Ok(list)
}
