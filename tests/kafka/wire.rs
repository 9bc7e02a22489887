//! What each test has for itself: topics, a group, articles, workers, and readers of what comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use dateline::config::{Configuration, Settings};
use dateline::pipeline::{self, Outcome};
use dateline::stream::topics::Topics;
use dateline::stream::{Control, Error, Summary, run};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{Headers, OwnedHeaders, OwnedMessage};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};

use crate::cluster::Cluster;

pub const PARTITIONS: i32 = 3;
/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A wire of one's own on the shared cluster.
pub struct Wire {
    pub settings: Settings,
    pub topics: Topics,
}

/// One message to send.
pub struct Outgoing {
    pub partition: i32,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Option<OwnedHeaders>,
}

impl Wire {
    /// A wire with its topics.
    pub fn new(cluster: &Cluster) -> Self {
        let wire = Self::without_topics(cluster);
        let names = [wire.topics.input.as_str()].into_iter().chain(wire.topics.outputs());
        let topics: Vec<_> = names.map(|name| NewTopic::new(name, PARTITIONS, TopicReplication::Fixed(1))).collect();
        let admin: AdminClient<DefaultClientContext> = wire.client().create().unwrap();
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for made in runtime.block_on(admin.create_topics(&topics, &options)).unwrap() {
            made.unwrap();
        }
        wire.await_topics();
        wire
    }

    /// Waits until the topics are seen: a broker answers that they are made before it tells of them.
    pub fn await_topics(&self) {
        let client = self.reader("read_committed");
        let start = Instant::now();
        for topic in [self.topics.input.as_str()].into_iter().chain(self.topics.outputs()) {
            while client.fetch_metadata(Some(topic), PATIENCE).unwrap().topics()[0].partitions().is_empty() {
                assert!(start.elapsed() < PATIENCE, "{topic} was not made");
            }
        }
    }

    /// A wire with names alone.
    pub fn without_topics(cluster: &Cluster) -> Self {
        let name = format!("test-{:016x}", RandomState::new().hash_one(0));
        let mut settings = Configuration::load(None, [], []).unwrap().settings().unwrap();
        settings.kafka.brokers.clone_from(&cluster.plain);
        settings.kafka.input = format!("{name}.articles");
        settings.kafka.output_prefix = format!("{name}.timeline.");
        settings.kafka.group = name;
        // Small, so that a test sees several batches.
        settings.stream.batch_messages = 7;
        settings.stream.batch_time = Duration::from_millis(20);
        let topics = Topics::new(&settings.kafka);
        Self { settings, topics }
    }

    fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.settings.kafka.brokers);
        config
    }

    /// Puts messages on the input topic and waits until they are there.
    pub fn send(&self, messages: impl IntoIterator<Item = Outgoing>) {
        let producer: BaseProducer = self.client().set("message.max.bytes", "30000000").create().unwrap();
        for message in messages {
            let mut record = BaseRecord::<[u8], [u8]>::to(&self.topics.input).partition(message.partition);
            record.key = message.key.as_deref();
            record.payload = message.value.as_deref();
            record.headers = message.headers;
            producer.send(record).map_err(|(error, _)| error).unwrap();
        }
        producer.flush(PATIENCE).unwrap();
    }

    /// Starts a worker in this process.
    pub fn worker(&self, instance: &str) -> Worker {
        let mut settings = self.settings.clone();
        settings.kafka.instance = instance.to_owned();
        let control = Control::default();
        let watched = control.clone();
        Worker {
            control,
            thread: thread::spawn(move || run(&settings, &watched).inspect_err(|error| eprintln!("{error}"))),
        }
    }

    /// Runs a worker until so many messages have their fate, and returns what it did.
    pub fn run_until(&self, fates: usize) -> Summary {
        let worker = self.worker("0");
        self.await_fates(fates);
        worker.end().unwrap()
    }

    /// Waits until so many messages have their fate for a reader that reads committed records.
    pub fn await_fates(&self, count: usize) {
        let topics = [self.topics.articles.as_str(), &self.topics.rejected];
        let reader = self.reader("read_committed");
        for topic in topics {
            reader.fetch_metadata(Some(topic), PATIENCE).unwrap();
        }
        reader.assign(&self.all_of(&topics)).unwrap();
        let start = Instant::now();
        let mut seen = 0;
        while seen < count {
            assert!(start.elapsed() < PATIENCE, "{seen} of {count} messages have a fate");
            match reader.poll(Duration::from_millis(200)) {
                Some(Ok(_)) => seen += 1,
                Some(Err(KafkaError::PartitionEOF(_))) | None => {}
                Some(Err(error)) => panic!("{error}"),
            }
        }
    }

    /// All that a topic holds now, by partition and offset; `isolation` is `read_committed` or `read_uncommitted`.
    pub fn read(&self, topic: &str, isolation: &str) -> Vec<OwnedMessage> {
        self.settle(topic);
        let reader = self.reader(isolation);
        // Else the reader waits half a second before it asks who leads the partitions.
        reader.fetch_metadata(Some(topic), PATIENCE).unwrap();
        reader.assign(&self.all_of(&[topic])).unwrap();
        let mut messages = Vec::new();
        // The end of a partition is told again when it has moved.
        let mut open: BTreeSet<i32> = (0..PARTITIONS).collect();
        while !open.is_empty() {
            match reader.poll(PATIENCE).expect("an end of each partition") {
                Ok(message) => messages.push(message.detach()),
                Err(KafkaError::PartitionEOF(partition)) => drop(open.remove(&partition)),
                Err(error) => panic!("{error}"),
            }
        }
        messages.sort_by_key(|message| (message.partition(), message.offset()));
        messages
    }

    /// Waits until every transaction on a topic has its marker: the brokers write them after the commit was answered.
    fn settle(&self, topic: &str) {
        let (committed, all) = (self.reader("read_committed"), self.reader("read_uncommitted"));
        let start = Instant::now();
        for partition in 0..PARTITIONS {
            let end = |reader: &BaseConsumer| reader.fetch_watermarks(topic, partition, PATIENCE).unwrap().1;
            while end(&committed) < end(&all) {
                assert!(start.elapsed() < PATIENCE, "a transaction on {topic} stays open");
            }
        }
    }

    fn reader(&self, isolation: &str) -> BaseConsumer {
        let mut config = self.client();
        config.set("group.id", "unused").set("enable.auto.commit", "false").set("enable.partition.eof", "true");
        config.set("isolation.level", isolation).set("auto.offset.reset", "earliest");
        // The broker answers at once that there is no more.
        config.set("fetch.wait.max.ms", "5");
        config.create().unwrap()
    }

    fn all_of(&self, topics: &[&str]) -> TopicPartitionList {
        let mut list = TopicPartitionList::new();
        for topic in topics {
            for partition in 0..PARTITIONS {
                list.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
            }
        }
        list
    }

    /// The group's committed offset in each partition of the input; 0 where there is none.
    pub fn committed(&self) -> Vec<i64> {
        let client: BaseConsumer = self.client().set("group.id", &self.settings.kafka.group).create().unwrap();
        let mut asked = TopicPartitionList::new();
        asked.add_partition_range(&self.topics.input, 0, PARTITIONS - 1);
        let answer = client.committed_offsets(asked, PATIENCE).unwrap();
        answer.elements().iter().map(|it| it.offset().to_raw().filter(|offset| *offset >= 0).unwrap_or(0)).collect()
    }

    /// What `pipeline::process` gives for the articles on the input topic: events as key and value in the order of
    /// each partition, and the fates of all messages as `(partition, offset)`.
    pub fn expected(&self) -> Expected {
        let mut expected = Expected::default();
        for message in self.read(&self.topics.input, "read_committed") {
            let place = (message.partition(), message.offset());
            match pipeline::process(message.payload().unwrap_or_default(), &self.settings.extract) {
                Outcome::Article(article) => {
                    for event in &article.events {
                        expected.events.push((event.id.clone(), serde_json::to_string(event).unwrap()));
                    }
                    expected.articles.insert(place, article.id);
                }
                Outcome::Rejected(error) => drop(expected.rejected.insert(place, error.code().to_owned())),
            }
        }
        expected.events.sort();
        expected
    }

    /// What the output topics hold for such a reader, in the shape of [`Wire::expected`].
    pub fn found(&self, isolation: &str) -> Expected {
        let mut found = Expected::default();
        for message in self.read(&self.topics.events, isolation) {
            found.events.push((text(message.key()), text(message.payload())));
        }
        found.events.sort();
        for message in self.read(&self.topics.articles, isolation) {
            let value: serde_json::Value = serde_json::from_slice(message.payload().unwrap()).unwrap();
            let number = |name: &str| value["source"][name].as_i64().unwrap();
            let place = (number("partition") as i32, number("offset"));
            let twice = found.articles.insert(place, text(message.key()));
            assert_eq!(twice, None, "two fates for {place:?}");
        }
        for message in self.read(&self.topics.rejected, isolation) {
            let number = |name: &str| header(&message, name).unwrap().parse::<i64>().unwrap();
            let place = (number("dateline-partition") as i32, number("dateline-offset"));
            let twice = found.rejected.insert(place, header(&message, "dateline-error-code").unwrap());
            assert_eq!(twice, None, "two fates for {place:?}");
        }
        found
    }
}

/// All that comes out of a wire.
#[derive(Debug, Default, PartialEq)]
pub struct Expected {
    pub events: Vec<(String, String)>,
    pub articles: BTreeMap<(i32, i64), String>,
    pub rejected: BTreeMap<(i32, i64), String>,
}

/// A worker that runs in this process.
pub struct Worker {
    pub control: Control,
    thread: JoinHandle<Result<Summary, Error>>,
}

impl Worker {
    /// Whether it ended by itself.
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// Asks it to end and waits for it.
    pub fn end(self) -> Result<Summary, Error> {
        self.control.shutdown.trigger();
        self.thread.join().unwrap()
    }
}

/// An article with events, number `n` of its kind.
pub fn article(n: usize) -> Outgoing {
    let day = 1 + n % 28;
    let json = serde_json::json!({
        "id": format!("wire-{n}"),
        "title": format!("Bridge {n} opens to traffic"),
        "published": format!("2026-03-{day:02}T09:30:00+01:00"),
        "body": format!(
            "The mayor opened bridge {n} to traffic on Monday. Work on it began in May 2021, and the council \
             approved the plans last year."
        ),
    });
    Outgoing {
        partition: n as i32 % PARTITIONS,
        key: Some(format!("key-{n}").into_bytes()),
        value: Some(serde_json::to_vec(&json).unwrap()),
        headers: None,
    }
}

/// A message that is no article.
pub fn broken(partition: i32, value: Option<&[u8]>) -> Outgoing {
    Outgoing { partition, key: None, value: value.map(<[u8]>::to_vec), headers: None }
}

/// A header's value, the last one of that name.
pub fn header(message: &OwnedMessage, name: &str) -> Option<String> {
    let headers = message.headers()?;
    let found = headers.iter().filter(|header| header.key == name).last()?;
    Some(text(found.value))
}

fn text(bytes: Option<&[u8]>) -> String {
    String::from_utf8(bytes.unwrap().to_vec()).unwrap()
}
