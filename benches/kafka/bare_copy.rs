//! The bare copy, which the worker is held to: it reads the same messages, and writes the very records that the worker
//! made of them, in the same batches and transactions, with the same settings. It only does not make them.

use std::collections::{BTreeMap, HashMap};
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

/// What the worker made of each story, by the message's key.
pub type Answers = HashMap<Vec<u8>, Vec<OwnedMessage>>;

/// Reads what a worker wrote; `names` are the keys of the messages by the ids of their articles.
pub fn answers(wire: &Wire, names: &HashMap<String, Vec<u8>>) -> Answers {
    let [events, articles, rejected] = wire.topics.outputs().map(|topic| wire.read(topic, "read_committed"));
    assert!(rejected.is_empty(), "a story was rejected");
    let by_id: HashMap<Vec<u8>, OwnedMessage> =
        events.into_iter().map(|event| (event.key().unwrap().to_vec(), event)).collect();
    let told = |article: OwnedMessage| {
        let value: serde_json::Value = serde_json::from_slice(article.payload().unwrap()).unwrap();
        let ids = value["events"].as_array().unwrap();
        let mut records: Vec<_> = ids.iter().map(|id| by_id[id.as_str().unwrap().as_bytes()].clone()).collect();
        records.push(article);
        (names[value["id"].as_str().unwrap()].clone(), records)
    };
    articles.into_iter().map(told).collect()
}

/// A copy that runs in this process.
pub struct Copy {
    shutdown: Shutdown,
    thread: JoinHandle<()>,
}

impl Copy {
    /// Starts it.
    pub fn start(settings: &Settings, answers: &std::sync::Arc<Answers>) -> Self {
        let (settings, answers, shutdown) = (settings.clone(), answers.clone(), Shutdown::default());
        let asked = shutdown.clone();
        Self { shutdown, thread: thread::spawn(move || copy(&settings, &answers, &asked)) }
    }

    /// Asks it to end and waits for it.
    pub fn end(self) {
        self.shutdown.trigger();
        self.thread.join().unwrap();
    }
}

fn copy(settings: &Settings, answers: &Answers, shutdown: &Shutdown) {
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

    let (mut batch, mut bytes, mut opened) = (Vec::new(), 0, Instant::now());
    while !shutdown.is_triggered() {
        let patience = settings.stream.batch_time.saturating_sub(opened.elapsed());
        let wait = if batch.is_empty() { Duration::from_millis(100) } else { patience };
        if let Some(message) = consumer.poll(wait) {
            let message = message.unwrap().detach();
            if batch.is_empty() {
                opened = Instant::now();
            }
            bytes += message.payload().map_or(0, <[u8]>::len) + message.key().map_or(0, <[u8]>::len);
            batch.push(message);
        }
        let is_full = batch.len() >= settings.stream.batch_messages || bytes >= settings.stream.batch_bytes;
        if is_full || !batch.is_empty() && opened.elapsed() >= settings.stream.batch_time {
            deliver(settings, &consumer, &producer, &std::mem::take(&mut batch), answers);
            bytes = 0;
        }
    }
}

fn deliver(
    settings: &Settings,
    consumer: &BaseConsumer,
    producer: &ThreadedProducer<DefaultProducerContext>,
    batch: &[OwnedMessage],
    answers: &Answers,
) {
    producer.begin_transaction().unwrap();
    let mut next = BTreeMap::new();
    for message in batch {
        next.insert(message.partition(), message.offset() + 1);
        for answer in &answers[message.key().unwrap()] {
            // As the topic of the worker is called, with another prefix.
            let name = answer.topic().rsplit('.').next().unwrap();
            send(producer, &format!("{}{name}", settings.kafka.output_prefix), answer, message);
        }
    }
    let mut offsets = TopicPartitionList::new();
    for (partition, offset) in next {
        offsets.add_partition_offset(&settings.kafka.input, partition, Offset::Offset(offset)).unwrap();
    }
    let group = consumer.group_metadata().unwrap();
    producer.send_offsets_to_transaction(&offsets, &group, PATIENCE).unwrap();
    // As the worker does it: the flush of a commit would take a tenth of a second.
    while producer.in_flight_count() > 0 {
        thread::sleep(Duration::from_micros(500));
    }
    producer.commit_transaction(PATIENCE).unwrap();
}

fn send(
    producer: &ThreadedProducer<DefaultProducerContext>,
    topic: &str,
    answer: &OwnedMessage,
    message: &OwnedMessage,
) {
    let headers = answer.headers().cloned().unwrap_or_else(OwnedHeaders::new);
    let mut record = BaseRecord::<[u8], [u8]>::to(topic).headers(headers);
    record.key = answer.key();
    record.payload = answer.payload();
    record.timestamp = message.timestamp().to_millis();
    while let Err((error, back)) = producer.send(record) {
        assert_eq!(error.rdkafka_error_code(), Some(rdkafka::types::RDKafkaErrorCode::QueueFull));
        record = back;
        thread::sleep(Duration::from_micros(500));
    }
}
