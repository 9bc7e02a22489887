//! The live worker: one loop, on the thread of its caller.
//!
//! ```text
//!            collects                 extracts (other threads)          delivers
//! poll ──> Batch (next one) ──> Extractor (one batch in hand) ──> records and offsets, committed
//! ```
//!
//! When a batch is extracted, the next one is handed over before the first is delivered, so that both go on at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rdkafka::error::KafkaError;
use rdkafka::{Offset, TopicPartitionList};

use super::batch::Batch;
use super::consumer::{Consumer, Event, Watermark};
use super::error::{is_denied, is_outage};
use super::extract::{Extracted, Extractor, Work, guarded};
use super::fate::{Fate, Outlet, Told, fate, lost};
use super::life::{Lives, Releaser};
use super::producer::{self, Failure, GRACE};
use super::setbacks::Setbacks;
use super::{Control, Error, idempotent, limits, transaction};
use crate::config::{Delivery, Settings, Topics};
use crate::pipeline;
use crate::record::ArticleStatus;
use crate::telemetry::{Metrics, Stage};

/// How long a poll waits when there is nothing else to do. Bounds how late a shutdown is noticed.
const IDLE: Duration = Duration::from_millis(100);
/// How long a poll waits beside an extraction. Bounds how late its end is noticed.
const BESIDE: Duration = Duration::from_millis(5);
/// How long a full batch waits for the extraction before it before the input is held. Rare, since holding throws
/// prefetched messages away; short, since no hook fires meanwhile.
const HOLD_AFTER: Duration = Duration::from_secs(1);
/// How often it is asked which embargoes are over.
const RELEASE: Duration = Duration::from_secs(1);
/// How long the brokers may take to answer at the start.
const START: Duration = Duration::from_secs(15);

/// What a worker did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Messages that were articles.
    pub articles: u64,
    /// Messages that were none.
    pub rejected: u64,
    /// Events published.
    pub events: u64,
    /// Batches committed.
    pub batches: u64,
    /// Batches rolled back.
    pub aborted: u64,
}

/// Runs a worker until it is asked to end; it then finishes the batch in hand and leaves the group.
///
/// # Errors
/// If it cannot start (no broker, no topic, refused settings), or cannot go on. What was not committed then will be
/// read again by the next worker.
pub fn run(settings: &Settings, control: &Control) -> Result<Summary, Error> {
    let topics = Topics::new(&settings.kafka);
    let consumer = Consumer::new(settings, &topics.input, &[])?;
    for topic in std::iter::once(topics.input.as_str()).chain(topics.outputs()) {
        let partitions = consumer.partition_count(topic, START);
        if partitions.map_err(|error| Error::unreachable(&settings.kafka.brokers, error))? == 0 {
            return Err(Error::topic_missing(topic));
        }
    }
    let outlet = outlet(settings, &topics, &consumer)?;
    let producer = transaction::open(settings, outlet.limit, control)?;
    consumer.subscribe().map_err(Error::consumer)?;
    let extractor = Extractor::start(work(settings, outlet.clone(), &control.metrics));
    let mut worker = Worker {
        settings,
        control,
        topics,
        consumer,
        producer,
        extractor,
        lives: Lives::new(settings, outlet.clone()),
        releaser: Releaser::default(),
        asked: Instant::now(),
        outlet,
        collecting: Batch::default(),
        held: false,
        troubled: false,
        setbacks: Setbacks::default(),
        positions: BTreeMap::new(),
        summary: Summary::default(),
    };
    let ended = worker.work();
    control.health.not_ready("ended");
    worker.consumer.leave(GRACE);
    ended.map(|()| worker.summary)
}

/// What is done with each message, on the extracting threads.
fn work(settings: &Settings, outlet: Outlet, metrics: &Arc<Metrics>) -> Arc<Work> {
    let (settings, metrics) = (settings.extract.clone(), metrics.clone());
    Arc::new(move |message| {
        let begun = Instant::now();
        let outcome = guarded(|message| pipeline::process_message(message, &settings), message);
        let fate = fate(message, outcome, &outlet, now());
        metrics.extraction(fate.bytes, begun.elapsed());
        fate
    })
}

/// Where records go.
pub(super) fn outlet(settings: &Settings, topics: &Topics, consumer: &Consumer) -> Result<Outlet, Error> {
    let partitions = consumer.partition_count(&topics.articles, START).map_err(Error::consumer)?;
    Ok(Outlet {
        topics: topics.clone(),
        limit: limits::ask(settings, topics, limits::BRIEFLY)?,
        partitions: i32::try_from(partitions).unwrap_or(i32::MAX),
        embargo: settings.revisions.embargo,
    })
}

/// What embargoes are held against: the one use of the clock on the wall.
#[expect(clippy::disallowed_methods, reason = "an embargo ends at a time of day, not of the text")]
pub(super) fn now() -> DateTime<Utc> {
    Utc::now()
}

struct Worker<'a> {
    settings: &'a Settings,
    control: &'a Control,
    topics: Topics,
    consumer: Consumer,
    producer: producer::Inner,
    extractor: Extractor,
    outlet: Outlet,
    lives: Lives,
    releaser: Releaser,
    /// When it was last asked which embargoes are over.
    asked: Instant,
    collecting: Batch,
    /// Whether the input is held because both batches are full.
    held: bool,
    /// Whether there was trouble with the input since the last message.
    troubled: bool,
    setbacks: Setbacks,
    /// What comes next in each partition after what was committed.
    positions: BTreeMap<i32, i64>,
    summary: Summary,
}

impl Worker<'_> {
    fn work(&mut self) -> Result<(), Error> {
        while !self.control.shutdown.is_triggered() {
            self.control.health.beat();
            let event = self.consumer.next(self.poll_time());
            self.meet(event)?;
            self.let_go()?;
            self.release()?;
            self.hand_over()?;
            let patience = if self.is_full() && !self.held { HOLD_AFTER } else { Duration::ZERO };
            match self.extractor.take(patience)? {
                Some(extracted) => {
                    self.hand_over()?;
                    self.deliver(extracted)?;
                }
                None if self.is_full() && !self.held => self.hold(true)?,
                None => {}
            }
            if self.held && !self.is_full() {
                self.hold(false)?;
            }
        }
        self.finish()
    }

    fn poll_time(&self) -> Duration {
        if self.lives.is_restoring() {
            return BESIDE;
        }
        if self.extractor.is_busy() {
            // A batch that is full waits for the extraction, not for messages.
            return if self.is_full() && !self.held { Duration::ZERO } else { BESIDE };
        }
        self.collecting.patience(&self.settings.stream, Instant::now()).unwrap_or(IDLE).min(IDLE)
    }

    fn is_full(&self) -> bool {
        self.collecting.is_full(&self.settings.stream)
    }

    fn meet(&mut self, event: Event) -> Result<(), Error> {
        match event {
            Event::Message(message) => {
                self.troubled = false;
                self.collecting.push(message, Instant::now());
            }
            Event::Assigned(partitions) => {
                if !partitions.is_empty() {
                    tracing::info!(?partitions, "partitions came to this worker");
                }
                self.consumer.wait(&partitions).map_err(Error::consumer)?;
                self.lives.restore(&partitions);
                self.control.metrics.assigned(partitions.len());
                self.control.health.ready();
                if self.held {
                    self.hold(true)?;
                }
            }
            Event::Revoked { partitions, lost } => {
                tracing::info!(?partitions, lost, "partitions left this worker");
                if lost {
                    self.control.health.not_ready("the group went on without this worker; it joins again");
                }
                self.forget(&partitions);
                self.lives.forget(&partitions);
                for partition in partitions {
                    self.control.metrics.revoked(&self.topics.input, partition);
                }
            }
            Event::Report { ends, heard } => {
                self.tell_lag(ends);
                heard.into_iter().for_each(|ago| self.control.health.heard(ago));
            }
            Event::Trouble(error) if is_denied(&error) => {
                return Err(Error::denied(&error.to_string(), self.settings));
            }
            Event::Trouble(error) => self.tell_trouble(&error),
            Event::Fatal(error) => return Err(Error::consumer(error)),
            Event::Idle => {}
        }
        Ok(())
    }
}

/// Handing over, delivering, going back, ending.
impl Worker<'_> {
    /// Gives the collected batch to extraction if it is due and extraction is free.
    fn hand_over(&mut self) -> Result<(), Error> {
        let due = self.collecting.patience(&self.settings.stream, Instant::now()) == Some(Duration::ZERO);
        if !due || self.extractor.is_busy() {
            return Ok(());
        }
        self.extractor.give(std::mem::take(&mut self.collecting))
    }

    /// Lets the partitions go whose articles are known by now.
    fn let_go(&mut self) -> Result<(), Error> {
        for (partition, next) in self.lives.restored()? {
            self.positions.insert(partition, next);
            self.consumer.go(partition).map_err(Error::consumer)?;
        }
        Ok(())
    }

    /// Reads the messages again whose embargo is over.
    fn release(&mut self) -> Result<(), Error> {
        if self.asked.elapsed() < RELEASE || self.is_full() {
            return Ok(());
        }
        self.asked = Instant::now();
        for (partition, due) in self.lives.due(now())? {
            let place = (partition, due.held.offset);
            match self.releaser.read(self.settings, &self.topics.input, place) {
                Ok(Some(message)) => self.collecting.push(message, Instant::now()),
                Ok(None) => {
                    let fate = lost(partition, due.id, due.held, &self.outlet);
                    let now = Instant::now();
                    self.deliver(Extracted { fates: vec![fate], opened: now, begun: now, ended: now })?;
                }
                Err(error) => {
                    tracing::warn!(partition, %error, "an article whose embargo is over cannot be read; trying again");
                    self.lives.postpone(place);
                }
            }
            self.control.health.beat();
        }
        Ok(())
    }

    fn deliver(&mut self, mut extracted: Extracted) -> Result<(), Error> {
        if extracted.fates.is_empty() {
            return Ok(());
        }
        self.lives.settle(&mut extracted.fates)?;
        let fates = &extracted.fates;
        let number = self.summary.batches + self.summary.aborted + 1;
        let _inside = tracing::info_span!("batch", number, messages = fates.len()).entered();
        let next = self.next(fates);
        let mut offsets = TopicPartitionList::new();
        for (partition, offset) in &next {
            let added = offsets.add_partition_offset(&self.topics.input, *partition, Offset::Offset(*offset));
            added.map_err(Error::consumer)?;
        }
        let deliver = match self.settings.stream.delivery {
            Delivery::ExactlyOnce => transaction::deliver,
            Delivery::AtLeastOnce => idempotent::deliver,
        };
        match deliver(&self.producer, &self.consumer, fates, &offsets, self.control) {
            Ok(()) => {
                self.lives.commit()?;
                self.setbacks.over();
                self.control.health.ready();
                self.positions.extend(next);
                self.count(&extracted);
                Ok(())
            }
            Err(Failure::Rewind(reason)) => self.rewind(&reason),
            Err(Failure::TooLarge(reason)) => self.shrink(&reason),
            Err(failure) => Err(failure.into_error(self.settings)),
        }
    }

    /// Where each partition goes on after these fates. One of a message that was held stands before what was read.
    fn next(&self, fates: &[Fate]) -> BTreeMap<i32, i64> {
        let mut next = BTreeMap::new();
        for fate in fates {
            let known = self.positions.get(&fate.partition).copied().unwrap_or(0);
            let at: &mut i64 = next.entry(fate.partition).or_insert(known);
            *at = (*at).max(fate.offset + 1);
        }
        next
    }

    /// Goes back to make smaller records, if the topics tell what they take by now.
    fn shrink(&mut self, reason: &str) -> Result<(), Error> {
        let limit = limits::ask(self.settings, &self.topics, limits::PATIENTLY)?;
        if limit >= self.outlet.limit {
            return Err(Error::too_large(reason, self.outlet.limit));
        }
        self.outlet.limit = limit;
        self.extractor = Extractor::start(work(self.settings, self.outlet.clone(), &self.control.metrics));
        self.rewind(reason)
    }

    /// Drops what is in hand, makes a new producer, and goes back to the committed offsets.
    fn rewind(&mut self, reason: &str) -> Result<(), Error> {
        self.summary.aborted += 1;
        self.control.metrics.aborted();
        self.lives.rollback()?;
        self.setbacks.another(reason)?;
        self.producer = transaction::open(self.settings, self.outlet.limit, self.control)?;
        let read = self.go_back()?;
        self.forget(&read);
        self.setbacks.wait(&self.control.shutdown);
        Ok(())
    }

    /// Goes back to the committed offsets, however long the brokers take to tell them.
    fn go_back(&mut self) -> Result<Vec<i32>, Error> {
        loop {
            match self.consumer.rewind() {
                Ok(read) => return Ok(read),
                Err(error) if is_denied(&error) => return Err(Error::denied(&error.to_string(), self.settings)),
                Err(error) if is_outage(&error) && !producer::overdue(&self.control.shutdown) => {
                    tracing::warn!(%error, "the brokers do not tell the committed offsets; asking again");
                    self.control.health.not_ready(format!("the brokers do not answer: {error}"));
                    self.control.health.beat();
                    self.control.shutdown.wait(Duration::from_secs(1));
                }
                Err(error) => return Err(Error::consumer(error)),
            }
        }
    }

    fn forget(&mut self, partitions: &[i32]) {
        self.collecting.forget(partitions);
        self.extractor.forget(partitions);
        self.positions.retain(|partition, _| !partitions.contains(partition));
    }

    fn hold(&mut self, hold: bool) -> Result<(), Error> {
        self.held = hold;
        self.consumer.hold(hold).map_err(Error::consumer)
    }

    /// A broker that is away makes a stream of errors, of which the first tells enough.
    fn tell_trouble(&mut self, error: &KafkaError) {
        if !std::mem::replace(&mut self.troubled, true) {
            tracing::warn!(%error, "trouble with the input; librdkafka goes on trying");
        }
    }

    /// Finishes what was extracted when the end was asked for. What was only collected is left to the next worker.
    fn finish(&mut self) -> Result<(), Error> {
        while self.extractor.is_busy() {
            self.control.health.beat();
            match self.extractor.take(IDLE)? {
                Some(extracted) => return self.deliver(extracted),
                None if producer::overdue(&self.control.shutdown) => {
                    tracing::warn!("an article takes longer than the end may; it will be read again");
                    return Ok(());
                }
                None => {}
            }
        }
        Ok(())
    }

    fn count(&mut self, extracted: &Extracted) {
        for fate in &extracted.fates {
            match &fate.told {
                Told::Articles(all) => {
                    self.summary.articles += all.len() as u64;
                    self.summary.events += fate.events() as u64;
                    let statuses = fate.statuses().map(ArticleStatus::name);
                    self.control.metrics.articles(statuses, fate.bytes, fate.events(), fate.retractions());
                }
                Told::Rejected(reason, _) => {
                    self.summary.rejected += 1;
                    self.control.metrics.rejection(reason, fate.bytes);
                }
            }
        }
        self.summary.batches += 1;
        let metrics = &self.control.metrics;
        metrics.stage(Stage::Collect, extracted.begun.duration_since(extracted.opened));
        metrics.stage(Stage::Extract, extracted.ended.duration_since(extracted.begun));
        metrics.committed(extracted.opened.elapsed());
        tracing::debug!(seconds = extracted.opened.elapsed().as_secs_f64(), "committed");
    }

    /// The lag is counted from what was committed, or from where reading begins.
    fn tell_lag(&self, ends: Vec<Watermark>) {
        for Watermark { partition, end, begin, .. } in ends {
            let position = self.positions.get(&partition).copied().unwrap_or(begin);
            self.control.metrics.lag(&self.topics.input, partition, (end - position).max(0));
        }
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::ClientConfig;
    use rdkafka::mocking::MockCluster;
    use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer as _};
    use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

    use super::*;
    use crate::config::Configuration;
    use crate::telemetry::Health;

    const LONG: Duration = Duration::from_secs(30);

    /// A cluster for errors on demand, and settings for it. It is no proof of exactly once: aborted records are seen.
    fn cluster() -> (MockCluster<'static, DefaultProducerContext>, Settings) {
        let cluster = MockCluster::new(1).unwrap();
        let mut settings = Configuration::load(None, [], []).unwrap().settings().unwrap();
        settings.kafka.brokers = cluster.bootstrap_servers();
        settings.stream.batch_time = Duration::from_millis(10);
        let topics = Topics::new(&settings.kafka);
        for topic in [&topics.input, &topics.events, &topics.articles, &topics.rejected] {
            cluster.create_topic(topic, 1, 1).unwrap();
        }
        let mut config = ClientConfig::new();
        let producer: BaseProducer = config.set("bootstrap.servers", &settings.kafka.brokers).create().unwrap();
        for n in 0..5 {
            producer.send(BaseRecord::<(), _>::to(&topics.input).payload(&format!("broken {n}"))).unwrap();
        }
        producer.flush(LONG).unwrap();
        (cluster, settings)
    }

    /// Runs a worker until it has rejected so many messages for good, or ended by itself.
    fn run_until(settings: &Settings, rejected: usize) -> Result<Summary, Error> {
        let control = Control::default();
        let counted = format!("dateline_rejections_total{{reason=\"not-json\"}} {rejected}\n");
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| run(settings, &control));
            while !worker.is_finished() && !control.metrics.encode().unwrap().contains(&counted) {
                control.shutdown.wait(Duration::from_millis(10));
            }
            control.shutdown.trigger();
            worker.join().unwrap()
        })
    }

    #[test]
    fn a_batch_whose_offsets_are_refused_is_rolled_back_and_read_again() {
        let (cluster, settings) = cluster();
        let refusal = RDKafkaRespErr::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION;
        cluster.request_errors(RDKafkaApiKey::TxnOffsetCommit, &[refusal]);
        let did = run_until(&settings, 5).unwrap();
        assert_eq!((did.aborted, did.rejected), (1, 5));
    }

    #[test]
    fn a_worker_is_ready_only_while_a_broker_is_there() {
        let (cluster, settings) = cluster();
        let health = Arc::new(Health::new(LONG, Duration::from_secs(2)));
        let control = Control { health: health.clone(), ..Control::default() };
        let becomes = |ready: bool| {
            let begun = Instant::now();
            while health.readiness().is_ok() != ready {
                assert!(begun.elapsed() < LONG, "{:?}", health.readiness());
                control.shutdown.wait(Duration::from_millis(10));
            }
        };
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| run(&settings, &control));
            becomes(true);
            cluster.broker_down(1).unwrap();
            becomes(false);
            assert!(health.readiness().unwrap_err().starts_with("no broker has been heard for "));
            cluster.broker_up(1).unwrap();
            becomes(true);
            control.shutdown.trigger();
            worker.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_fenced_worker_ends() {
        let (cluster, settings) = cluster();
        cluster.request_errors(RDKafkaApiKey::EndTxn, &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_PRODUCER_FENCED]);
        let error = run_until(&settings, usize::MAX).unwrap_err().to_string();
        assert!(error.contains("--instance"), "{error}");
    }
}
