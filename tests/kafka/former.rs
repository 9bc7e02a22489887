//! A worker of version 0.1, as far as its records go: what it writes where, under which transactional id, and what it finds
//! again. `DATELINE_TEST_0_1` may name the program of that version, which then takes its place.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use dateline::pipeline;
use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::OwnedMessage;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{Message, Offset, TopicPartitionList};
use serde_json::{Value, json};

use super::program::terminate;
use crate::broker::wire::{PARTITIONS, PATIENCE, Wire};

const POLL: Duration = Duration::from_millis(20);

/// A worker that runs.
pub enum Former {
    StandIn(Arc<AtomicBool>, JoinHandle<()>),
    Program(Child),
}

impl Former {
    /// Starts one.
    pub fn start(wire: &Wire, instance: &str) -> Self {
        if let Ok(program) = std::env::var("DATELINE_TEST_0_1") {
            let kafka = &wire.settings.kafka;
            let mut command = Command::new(program);
            command.args(["run", "--brokers", &kafka.brokers, "--input", &kafka.input, "--group", &kafka.group]);
            command.args(["--output-prefix", &kafka.output_prefix, "--instance", instance]);
            command.env("DATELINE_STREAM__BATCH_MESSAGES", "7").env("DATELINE_STREAM__BATCH_TIME_MS", "20");
            let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn();
            return Self::Program(child.unwrap());
        }
        let (stop, wire) = (Arc::new(AtomicBool::new(false)), wire.another());
        let (stopped, id) = (stop.clone(), format!("{}-{instance}", wire.settings.kafka.group));
        Self::StandIn(stop, thread::spawn(move || StandIn::new(wire, &id).run(&stopped)))
    }

    /// Lets it end in good order.
    pub fn end(self) {
        match self {
            Self::StandIn(stop, thread) => {
                stop.store(true, Ordering::Relaxed);
                thread.join().unwrap();
            }
            Self::Program(child) => assert_eq!(terminate(child).status.code(), Some(0)),
        }
    }
}

/// Counts rebalances.
#[derive(Default)]
struct Rebalances(AtomicUsize);

impl ClientContext for Rebalances {}

impl ConsumerContext for Rebalances {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, _: &Rebalance<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// What is known of an article: the number of the revision that stands, what its record says of it, and its events.
struct Known {
    version: u32,
    standing: Value,
    events: Vec<String>,
}

/// It is polled beside its calls: a commit waits for the delivery reports.
type Sender = ThreadedProducer<DefaultProducerContext>;

struct StandIn {
    wire: Wire,
    consumer: BaseConsumer<Rebalances>,
    producer: Sender,
    rebalances: usize,
    /// The partitions of the input that are read: what comes next in each, and its articles.
    partitions: BTreeMap<i32, (i64, BTreeMap<String, Known>)>,
}

impl StandIn {
    fn new(wire: Wire, transactional_id: &str) -> Self {
        let mut config = wire.client();
        config.set("transactional.id", transactional_id).set("partitioner", "consistent_random");
        let producer: Sender = config.create().unwrap();
        producer.init_transactions(PATIENCE).unwrap();
        Self { consumer: member(&wire), wire, producer, rebalances: 0, partitions: BTreeMap::new() }
    }

    /// Delivers each message by itself: between its poll and its commit there is no rebalance.
    fn run(mut self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            let polled = self.consumer.poll(POLL).and_then(Result::ok).map(|message| message.detach());
            let rebalances = self.consumer.context().0.load(Ordering::Relaxed);
            if self.rebalances != rebalances {
                self.rebalances = rebalances;
                self.partitions.clear();
            }
            let Some(message) = polled else { continue };
            let partition = message.partition();
            let restored = || (committed(&self.wire, partition), restore(&self.wire, partition));
            let (next, _) = self.partitions.entry(partition).or_insert_with(restored);
            if message.offset() >= *next && self.deliver(&message).is_err() {
                self.producer.abort_transaction(PATIENCE).unwrap();
                self.partitions.clear();
                self.consumer = member(&self.wire);
            }
        }
    }

    fn deliver(&mut self, message: &OwnedMessage) -> KafkaResult<()> {
        self.producer.begin_transaction()?;
        self.settle(message)?;
        let mut offsets = TopicPartitionList::new();
        let (partition, next) = (message.partition(), message.offset() + 1);
        offsets.add_partition_offset(message.topic(), partition, Offset::Offset(next))?;
        let group = self.consumer.group_metadata().unwrap();
        self.producer.send_offsets_to_transaction(&offsets, &group, PATIENCE)?;
        self.producer.commit_transaction(PATIENCE)?;
        self.partitions.get_mut(&partition).unwrap().0 = next;
        Ok(())
    }

    fn settle(&mut self, message: &OwnedMessage) -> KafkaResult<()> {
        let processed = pipeline::process(message.payload().unwrap(), &pipeline::Settings::default()).unwrap();
        let [article] = <[_; 1]>::try_from(processed).unwrap_or_else(|_| panic!("one article"));
        let partition = message.partition();
        let (_, articles) = self.partitions.get_mut(&partition).unwrap();
        let version = article.revision.parse().unwrap();
        let mut status = serde_json::to_value(article.status).unwrap();
        let (events, articles_topic) = (&self.wire.topics.events, &self.wire.topics.articles);
        if articles.get(&article.id).is_some_and(|known| known.version > version) {
            status = json!("stale");
        } else {
            let standing = json!({"revision": article.revision, "modified": article.modified, "status": status});
            let ids: Vec<_> = article.events.iter().map(|event| event.id.clone()).collect();
            for event in &article.events {
                send(&self.producer, events, None, &event.id, Some(&serde_json::to_string(event).unwrap()))?;
            }
            let known = Known { version, standing, events: ids.clone() };
            let before = articles.insert(article.id.clone(), known).map_or_else(Vec::new, |known| known.events);
            for gone in before.iter().filter(|id| !ids.contains(id)) {
                send(&self.producer, events, None, gone, None)?;
            }
        }
        let known = &articles[&article.id];
        let source = json!({"topic": message.topic(), "partition": partition, "offset": message.offset()});
        let record = json!({
            "id": article.id, "revision": article.revision, "status": status, "events": known.events, "warnings": [],
            "source": source, "standing": known.standing,
        });
        // Where it looks for the articles of this partition when it starts again.
        let place = Some(partition % PARTITIONS);
        send(&self.producer, articles_topic, place, &article.id, Some(&record.to_string()))
    }
}

fn send(producer: &Sender, topic: &str, place: Option<i32>, key: &str, value: Option<&str>) -> KafkaResult<()> {
    let mut record = BaseRecord::<str, str>::to(topic).key(key);
    (record.partition, record.payload) = (place, value);
    producer.send(record).map_err(|(error, _)| error)
}

/// Joins the group.
fn member(wire: &Wire) -> BaseConsumer<Rebalances> {
    let mut config = wire.client();
    config.set("group.id", &wire.settings.kafka.group).set("partition.assignment.strategy", "cooperative-sticky");
    config.set("enable.auto.commit", "false").set("auto.offset.reset", "earliest");
    let consumer: BaseConsumer<Rebalances> = config.create_with_context(Rebalances::default()).unwrap();
    consumer.subscribe(&[&wire.topics.input]).unwrap();
    consumer
}

/// The committed offset of a partition of the input, when it is decided.
fn committed(wire: &Wire, partition: i32) -> i64 {
    let client: BaseConsumer = wire.client().set("group.id", &wire.settings.kafka.group).create().unwrap();
    let mut asked = TopicPartitionList::new();
    asked.add_partition(&wire.topics.input, partition);
    let answer = client.committed_offsets(asked, PATIENCE).unwrap();
    let element = &answer.elements()[0];
    element.error().unwrap();
    element.offset().to_raw().filter(|offset| *offset >= 0).unwrap_or(0)
}

/// What is known of the articles of a partition of the input, when all is decided that was written so far.
fn restore(wire: &Wire, partition: i32) -> BTreeMap<String, Known> {
    let (topic, place) = (&wire.topics.articles, partition % PARTITIONS);
    let reader = wire.reader("read_committed");
    let end = wire.reader("read_uncommitted").fetch_watermarks(topic, place, PATIENCE).unwrap().1;
    while reader.fetch_watermarks(topic, place, PATIENCE).unwrap().1 < end {}
    let mut from = TopicPartitionList::new();
    from.add_partition_offset(topic, place, Offset::Beginning).unwrap();
    reader.assign(&from).unwrap();
    let mut known = BTreeMap::new();
    loop {
        let record = match reader.poll(PATIENCE).expect("an end of the partition") {
            Ok(record) => record.detach(),
            Err(KafkaError::PartitionEOF(_)) => return known,
            Err(error) => panic!("{error}"),
        };
        let record: Value = serde_json::from_slice(record.payload().unwrap()).unwrap();
        if record["source"]["partition"] != partition {
            continue;
        }
        let standing = record["standing"].clone();
        let version = standing["revision"].as_str().unwrap().parse().unwrap();
        let events = serde_json::from_value(record["events"].clone()).unwrap();
        known.insert(record["id"].as_str().unwrap().to_owned(), Known { version, standing, events });
    }
}
