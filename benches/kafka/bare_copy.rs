//! The bare copy that the worker is compared with: it reads the same messages and writes the same records as the worker,
//! in the same batches and transactions, with the same settings. The one difference is that it does not extract: it is
//! given the records.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use dateline::config::Settings;
use dateline::stream::Shutdown;
use dateline::stream::client::client_config;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{OwnedHeaders, OwnedMessage};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{Message, Offset, TopicPartitionList};

use crate::broker::wire::{PATIENCE, Wire};

/// The records that the worker made of each story, by the key of its message.
pub type StoryRecords = HashMap<Vec<u8>, Vec<OwnedMessage>>;

/// Reads what a worker wrote. `keys` has the keys of the messages by the ids of their articles.
pub fn read_records(wire: &Wire, keys: &HashMap<String, Vec<u8>>) -> StoryRecords {
    let [events, articles, rejected] = wire.topics.outputs().map(|topic| wire.read(topic, "read_committed"));
    assert!(rejected.is_empty(), "a story was rejected");
    let by_id: HashMap<Vec<u8>, OwnedMessage> =
        events.into_iter().map(|event| (event.key().unwrap().to_vec(), event)).collect();
    let with_events = |article: OwnedMessage| {
        let value: serde_json::Value = serde_json::from_slice(article.payload().unwrap()).unwrap();
        let ids = value["events"].as_array().unwrap();
        let mut records: Vec<_> = ids.iter().map(|id| by_id[id.as_str().unwrap().as_bytes()].clone()).collect();
        records.push(article);
        (keys[value["id"].as_str().unwrap()].clone(), records)
    };
    articles.into_iter().map(with_events).collect()
}

/// A bare copy that runs in this process.
pub struct BareCopy {
    shutdown: Shutdown,
    thread: JoinHandle<()>,
}

impl BareCopy {
    /// Starts it.
    pub fn start(settings: &Settings, records: &Arc<StoryRecords>) -> Self {
        let (settings, records, shutdown) = (settings.clone(), records.clone(), Shutdown::default());
        let requested = shutdown.clone();
        Self { shutdown, thread: thread::spawn(move || copy(&settings, &records, &requested)) }
    }

    /// Stops it and waits for it.
    pub fn stop(self) {
        self.shutdown.trigger();
        self.thread.join().unwrap();
    }
}

fn copy(settings: &Settings, records: &StoryRecords, shutdown: &Shutdown) {
    let kafka = &settings.kafka;
    let mut config = client_config(kafka);
    config.set("group.id", &kafka.group).set("auto.offset.reset", "earliest").set("isolation.level", "read_committed");
    config.set("enable.auto.commit", "false").set("enable.auto.offset.store", "false");
    config.set("partition.assignment.strategy", "cooperative-sticky").set("queued.max.messages.kbytes", "16384");
    config.set("fetch.queue.backoff.ms", "10");
    let consumer: BaseConsumer = config.create().unwrap();
    consumer.subscribe(&[&kafka.input]).unwrap();
    let mut config = client_config(kafka);
    config.set("transactional.id", &kafka.group).set("compression.type", "zstd");
    let producer: ThreadedProducer<DefaultProducerContext> = config.create().unwrap();
    producer.init_transactions(PATIENCE).unwrap();

    let (mut batch, mut bytes, mut first_received) = (Vec::new(), 0, Instant::now());
    while !shutdown.is_triggered() {
        let time_left = settings.stream.batch_time.saturating_sub(first_received.elapsed());
        let timeout = if batch.is_empty() { Duration::from_millis(100) } else { time_left };
        if let Some(message) = consumer.poll(timeout) {
            let message = message.unwrap().detach();
            if batch.is_empty() {
                first_received = Instant::now();
            }
            bytes += message.payload().map_or(0, <[u8]>::len) + message.key().map_or(0, <[u8]>::len);
            batch.push(message);
        }
        let is_full = batch.len() >= settings.stream.batch_messages || bytes >= settings.stream.batch_bytes;
        if is_full || !batch.is_empty() && first_received.elapsed() >= settings.stream.batch_time {
            deliver(settings, &consumer, &producer, &std::mem::take(&mut batch), records);
            bytes = 0;
        }
    }
}

fn deliver(
    settings: &Settings,
    consumer: &BaseConsumer,
    producer: &ThreadedProducer<DefaultProducerContext>,
    batch: &[OwnedMessage],
    records: &StoryRecords,
) {
    producer.begin_transaction().unwrap();
    let mut next = BTreeMap::new();
    for message in batch {
        next.insert(message.partition(), message.offset() + 1);
        for record in &records[message.key().unwrap()] {
            // The worker's topic, with another prefix.
            let name = record.topic().rsplit('.').next().unwrap();
            send(producer, &format!("{}{name}", settings.kafka.output_prefix), record, message);
        }
    }
    let mut offsets = TopicPartitionList::new();
    for (partition, offset) in next {
        offsets.add_partition_offset(&settings.kafka.input, partition, Offset::Offset(offset)).unwrap();
    }
    let group = consumer.group_metadata().unwrap();
    producer.send_offsets_to_transaction(&offsets, &group, PATIENCE).unwrap();
    // As the worker does: the commit's own flush would take a tenth of a second.
    while producer.in_flight_count() > 0 {
        thread::sleep(Duration::from_micros(500));
    }
    producer.commit_transaction(PATIENCE).unwrap();
}

fn send(
    producer: &ThreadedProducer<DefaultProducerContext>,
    topic: &str,
    record: &OwnedMessage,
    message: &OwnedMessage,
) {
    let headers = record.headers().cloned().unwrap_or_else(OwnedHeaders::new);
    let mut outgoing = BaseRecord::<[u8], [u8]>::to(topic).headers(headers);
    outgoing.key = record.key();
    outgoing.payload = record.payload();
    outgoing.timestamp = message.timestamp().to_millis();
    while let Err((error, unsent)) = producer.send(outgoing) {
        assert_eq!(error.rdkafka_error_code(), Some(rdkafka::types::RDKafkaErrorCode::QueueFull));
        outgoing = unsent;
        thread::sleep(Duration::from_micros(500));
    }
}
