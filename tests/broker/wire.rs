//! A wire, which each test has for itself: topics, a consumer group, articles, workers.

use std::hash::{BuildHasher, RandomState};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use dateline::config::{Configuration, Settings, Topics};
use dateline::stream::{Control, Error, Summary, run};
use rdkafka::admin::{AdminClient, AdminOptions, AlterConfig, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::message::OwnedHeaders;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use super::cluster::Cluster;

/// How many partitions a topic has if a test does not say otherwise.
pub const PARTITIONS: i32 = 3;
/// How long anything may take before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// The largest message on a wire.
const LARGEST: &str = "30000000";

/// The topics and the group of one test on a cluster.
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
        wire.make_topics([wire.topics.input.as_str()].into_iter().chain(wire.topics.outputs()), PARTITIONS);
        wire
    }

    /// A wire whose topics are not made yet.
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

    /// The same wire, for another thread.
    pub fn another(&self) -> Self {
        Self { settings: self.settings.clone(), topics: self.topics.clone() }
    }

    /// Makes topics and waits until they are seen.
    pub fn make_topics<'a>(&self, names: impl IntoIterator<Item = &'a str>, partitions: i32) {
        let topic = |name: &'a str| {
            let topic = NewTopic::new(name, partitions, TopicReplication::Fixed(-1));
            if name == self.topics.input { topic.set("max.message.bytes", LARGEST) } else { topic }
        };
        let topics: Vec<_> = names.into_iter().map(topic).collect();
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
        for made in wait(self.admin().create_topics(&topics, &options)).unwrap() {
            made.unwrap();
        }
        self.await_topics();
    }

    /// Changes one setting of a topic, and waits until the broker has it.
    pub fn alter(&self, topic: &str, name: &str, value: &str) {
        let (admin, options, topic) = (self.admin(), AdminOptions::new(), ResourceSpecifier::Topic(topic));
        let change = AlterConfig::new(topic).set(name, value);
        wait(admin.alter_configs([&change], &options)).unwrap()[0].as_ref().unwrap();
        let start = Instant::now();
        let has = || {
            let described = wait(admin.describe_configs([&topic], &options)).unwrap().remove(0).unwrap();
            described.get(name).is_some_and(|entry| entry.value.as_deref() == Some(value))
        };
        while !has() {
            assert!(start.elapsed() < PATIENCE, "{name} does not become {value}");
        }
    }

    /// Deletes a topic and waits until it is gone.
    pub fn delete_topic(&self, topic: &str) {
        let (admin, options) = (self.admin(), AdminOptions::new().operation_timeout(Some(PATIENCE)));
        wait(admin.delete_topics(&[topic], &options)).unwrap()[0].as_ref().unwrap();
        let client = self.reader("read_committed");
        let start = Instant::now();
        while !client.fetch_metadata(Some(topic), PATIENCE).unwrap().topics()[0].partitions().is_empty() {
            assert!(start.elapsed() < PATIENCE, "{topic} is not deleted");
        }
    }

    /// Deletes the input topic and makes it again, with nothing in it.
    pub fn make_input_again(&self) {
        self.delete_topic(&self.topics.input);
        self.make_topics([self.topics.input.as_str()], PARTITIONS);
    }

    /// Removes the messages before an offset of each partition of the input, as retention does.
    pub fn remove_before(&self, offset: i64) {
        let all = self.input_at(offset);
        let removed = wait(self.admin().delete_records(&all, &AdminOptions::new())).unwrap();
        removed.elements().iter().for_each(|partition| partition.error().unwrap());
    }

    /// Commits an offset of each partition of the input for the group, which must have no members.
    pub fn commit(&self, offset: i64) {
        let client: BaseConsumer = self.client().set("group.id", &self.settings.kafka.group).create().unwrap();
        client.commit(&self.input_at(offset), CommitMode::Sync).unwrap();
    }

    fn input_at(&self, offset: i64) -> TopicPartitionList {
        let mut all = TopicPartitionList::new();
        for partition in 0..PARTITIONS {
            all.add_partition_offset(&self.topics.input, partition, Offset::Offset(offset)).unwrap();
        }
        all
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        self.client().create().unwrap()
    }

    /// Waits until the topics are seen: a broker answers that they are made before it lists them.
    pub fn await_topics(&self) {
        let client = self.reader("read_committed");
        let start = Instant::now();
        for topic in [self.topics.input.as_str()].into_iter().chain(self.topics.outputs()) {
            while client.fetch_metadata(Some(topic), PATIENCE).unwrap().topics()[0].partitions().is_empty() {
                assert!(start.elapsed() < PATIENCE, "{topic} was not made");
            }
        }
    }

    pub fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.settings.kafka.brokers);
        config
    }

    /// Sends messages to the input topic and waits until they are there.
    pub fn send(&self, messages: impl IntoIterator<Item = Outgoing>) {
        let mut config = self.client();
        // Without idempotence, messages that are retried can change their order.
        let producer: BaseProducer =
            config.set("message.max.bytes", LARGEST).set("enable.idempotence", "true").create().unwrap();
        for message in messages {
            let mut record = BaseRecord::<[u8], [u8]>::to(&self.topics.input).partition(message.partition);
            record.key = message.key.as_deref();
            record.payload = message.value.as_deref();
            record.headers = message.headers;
            producer.send(record).map_err(|(error, _)| error).unwrap();
        }
        producer.flush(PATIENCE).unwrap();
    }

    /// Writes to `timeline.articles` what a worker writes of so many articles without events.
    pub fn publish_articles(&self, count: usize) {
        let mut config = self.client();
        let producer: BaseProducer = config.set("queue.buffering.max.messages", "1000000").create().unwrap();
        for n in 0..count {
            let id = format!("former-{n}");
            let value = serde_json::json!({
                "id": id, "revision": "1", "status": "extracted", "events": [], "warnings": [],
                "source": {"topic": self.topics.input, "partition": 0, "offset": n},
                "standing": {"revision": "1", "status": "extracted"},
            });
            let value = value.to_string();
            producer
                .send(BaseRecord::to(&self.topics.articles).key(&id).payload(&value))
                .map_err(|(it, _)| it)
                .unwrap();
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

    /// Runs a worker until all of the input is committed, and returns its metrics.
    pub fn run_to_end(&self) -> String {
        let worker = self.worker("0");
        self.await_end();
        let metrics = worker.control.metrics.clone();
        worker.end().unwrap();
        metrics.encode().unwrap()
    }

    /// Runs a worker until so many messages have their disposition, and returns what it did.
    pub fn run_until(&self, dispositions: usize) -> Summary {
        let worker = self.worker("0");
        self.await_dispositions(dispositions);
        worker.end().unwrap()
    }
}

/// Waits for an answer of the brokers.
pub fn wait<T>(answer: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(answer)
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

    /// What a series of its metrics is, added up over its labels; 0 where there is none.
    pub fn metric(&self, name: &str) -> f64 {
        let text = self.control.metrics.encode().unwrap();
        let values = text.lines().filter_map(|line| {
            let (series, value) = line.rsplit_once(' ')?;
            let rest = series.strip_prefix(name)?;
            (rest.is_empty() || rest.starts_with('{')).then(|| value.parse::<f64>().unwrap())
        });
        values.sum()
    }

    /// Waits until it reports that every partition is read and committed to its end.
    pub fn await_no_lag(&self) {
        let start = Instant::now();
        let reported = || self.control.metrics.encode().unwrap().matches("dateline_lag{").count() as i32;
        while reported() < PARTITIONS || self.metric("dateline_lag") != 0.0 {
            assert!(start.elapsed() < PATIENCE, "{}", self.control.metrics.encode().unwrap());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until its metrics have a line.
    pub fn await_metric(&self, line: &str) {
        let start = Instant::now();
        while !self.control.metrics.encode().unwrap().lines().any(|it| it == line) {
            assert!(start.elapsed() < PATIENCE, "{line}\n{}", self.control.metrics.encode().unwrap());
            thread::sleep(Duration::from_millis(10));
        }
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

/// A message that is not an article.
pub fn broken(partition: i32, value: Option<&[u8]>) -> Outgoing {
    Outgoing { partition, key: None, value: value.map(<[u8]>::to_vec), headers: None }
}
