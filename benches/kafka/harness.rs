//! The means to measure: a sender, a reader, a worker in a process of its own, and what can be observed of them from outside.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dateline::config::Settings;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use crate::broker::wire::PATIENCE;

/// The number of partitions of each topic.
pub const PARTITIONS: i32 = 6;
/// The size limit of a message, in bytes.
const MAX_MESSAGE_BYTES: &str = "30000000";

/// Returns the settings of a client.
fn client(settings: &Settings) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &settings.kafka.brokers).set("group.id", &settings.kafka.group);
    config.set("enable.auto.commit", "false").set("isolation.level", "read_committed");
    config
}

/// Creates a producer with the settings of a typical sender.
pub fn producer(settings: &Settings) -> BaseProducer {
    client(settings).set("message.max.bytes", MAX_MESSAGE_BYTES).set("compression.type", "lz4").create().unwrap()
}

/// Sends stories to the input topic.
pub struct Sender<'a> {
    settings: &'a Settings,
    producer: BaseProducer,
}

impl<'a> Sender<'a> {
    /// Creates a sender to the input topic of these settings.
    pub fn new(settings: &'a Settings) -> Self {
        Self { settings, producer: producer(settings) }
    }

    /// Sends a story.
    pub fn send(&self, key: &[u8], story: &[u8]) {
        let mut record = BaseRecord::to(&self.settings.kafka.input).key(key).payload(story);
        while let Err((error, unsent)) = self.producer.send(record) {
            assert_eq!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::QueueFull));
            record = unsent;
            self.producer.poll(Duration::from_millis(10));
        }
        self.producer.poll(Duration::ZERO);
    }

    /// Waits until all are delivered.
    pub fn flush(&self) {
        self.producer.flush(PATIENCE).unwrap();
    }
}

/// Creates a reader of the committed records of all partitions of a topic.
pub fn reader(settings: &Settings, topic: &str, from: Offset) -> BaseConsumer {
    let reader: BaseConsumer = client(settings).create().unwrap();
    let mut partitions = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        partitions.add_partition_offset(topic, partition, from).unwrap();
    }
    reader.fetch_metadata(Some(topic), PATIENCE).unwrap();
    reader.assign(&partitions).unwrap();
    reader
}

/// The progress of a group, by its committed offsets.
pub struct Progress {
    client: BaseConsumer,
    partitions: TopicPartitionList,
}

impl Progress {
    /// Observes the group of these settings.
    pub fn new(settings: &Settings) -> Self {
        let mut partitions = TopicPartitionList::new();
        partitions.add_partition_range(&settings.kafka.input, 0, PARTITIONS - 1);
        Self { client: client(settings).create().unwrap(), partitions }
    }

    /// Returns the number of messages that are committed.
    pub fn committed(&self) -> i64 {
        let committed = self.client.committed_offsets(self.partitions.clone(), PATIENCE).unwrap();
        committed.elements().iter().filter_map(|it| it.offset().to_raw().filter(|offset| *offset > 0)).sum()
    }

    /// Waits until `count` messages are committed and returns their rate since the first of them, without the seconds in
    /// which the group is joined.
    pub fn rate(&self, count: usize) -> f64 {
        let mut first = None;
        let started = Instant::now();
        loop {
            let (now, committed) = (Instant::now(), self.committed());
            let (since, before) = match first {
                None if committed > 0 => *first.insert((now, committed)),
                None => (now, 0),
                Some(first) => first,
            };
            if committed >= count as i64 {
                return (committed - before) as f64 / (now - since).as_secs_f64().max(f64::EPSILON);
            }
            assert!(started.elapsed() < 20 * PATIENCE, "{committed} of {count} are committed");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// `dateline run` in a process of its own.
pub struct Worker {
    child: Child,
    address: String,
}

impl Worker {
    /// Starts it and waits until it serves metrics.
    pub fn start(settings: &Settings) -> Self {
        let kafka = &settings.kafka;
        let mut program = Command::new(env!("CARGO_BIN_EXE_dateline"));
        program.args(["run", "--http", "0", "--brokers", &kafka.brokers, "--input", &kafka.input]);
        program.args(["--group", &kafka.group, "--output-prefix", &kafka.output_prefix]);
        // With the built-in settings.
        let mut child = program.env_clear().stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let served = log.find(|line| line.contains("serving health and metrics")).unwrap();
        let address = served.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        // A full pipe would block the worker.
        std::thread::spawn(move || {
            log.filter(|line| line.contains(" WARN ") || line.contains(" ERROR ")).for_each(print_line)
        });
        Self { child, address }
    }

    /// Returns the sum of a metric over the lines that contain `label`.
    pub fn metric(&self, name: &str, label: &str) -> f64 {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).unwrap();
        let lines = page.lines().filter(|line| line.split(['{', ' ']).next() == Some(name) && line.contains(label));
        lines.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum()
    }

    /// Returns the processor time that it has used, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        cpu_seconds(&self.child.id().to_string())
    }

    /// Returns the processor time of each kind of its threads, in seconds. Threads that have ended only extracted.
    pub fn thread_seconds(&self) -> BTreeMap<&'static str, f64> {
        let own = self.child.id().to_string();
        let mut seconds = BTreeMap::from([("extraction", self.cpu_seconds())]);
        for thread in fs::read_dir(format!("/proc/{own}/task")).unwrap() {
            let thread = thread.unwrap().file_name().into_string().unwrap();
            let path = format!("{own}/task/{thread}");
            let name = fs::read_to_string(format!("/proc/{path}/comm")).unwrap();
            let kind = match name.trim() {
                _ if thread == own => "the loop: reconciling, sending, committing",
                "dateline" => "extraction",
                name if name.starts_with("rdk:") => "librdkafka",
                _ => "others",
            };
            let used = cpu_seconds(&path);
            *seconds.entry(kind).or_default() += used;
            *seconds.entry("extraction").or_default() -= used;
        }
        seconds
    }

    /// Returns its resident memory, in megabytes.
    pub fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0 / 1e6
    }

    /// Stops it and waits for it.
    pub fn stop(mut self) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

/// Returns the processor time that a process has used, in seconds; `self` is this process.
pub fn cpu_seconds(process: &str) -> f64 {
    let mut text = String::new();
    File::open(format!("/proc/{process}/stat")).unwrap().read_to_string(&mut text).unwrap();
    // The name is in parentheses and may contain anything. Of the fields after it, the 12th and 13th are the times, in
    // hundredths of a second.
    let fields: Vec<_> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11..13].iter().map(|field| field.parse::<f64>().unwrap() / 100.0).sum()
}

fn print_line(line: String) {
    println!("{line}");
}
