//! What is measured with: a wire's topics, a worker in a process of its own, and what can be seen of both from outside.

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

/// How many partitions each topic has.
pub const PARTITIONS: i32 = 6;
/// The largest message on a wire.
const LARGEST: &str = "30000000";

/// A client of the wire.
fn client(settings: &Settings) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &settings.kafka.brokers).set("group.id", &settings.kafka.group);
    config.set("enable.auto.commit", "false").set("isolation.level", "read_committed");
    config
}

/// A producer with the settings of a usual sender.
pub fn producer(settings: &Settings) -> BaseProducer {
    client(settings).set("message.max.bytes", LARGEST).set("compression.type", "lz4").create().unwrap()
}

/// What puts stories on the wire.
pub struct Sender<'a> {
    settings: &'a Settings,
    producer: BaseProducer,
}

impl<'a> Sender<'a> {
    /// To the input of these settings.
    pub fn new(settings: &'a Settings) -> Self {
        Self { settings, producer: producer(settings) }
    }

    /// Sends one.
    pub fn send(&self, key: &[u8], story: &[u8]) {
        let mut record = BaseRecord::to(&self.settings.kafka.input).key(key).payload(story);
        while let Err((error, back)) = self.producer.send(record) {
            assert_eq!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::QueueFull));
            record = back;
            self.producer.poll(Duration::from_millis(10));
        }
        self.producer.poll(Duration::ZERO);
    }

    /// Waits until all are there.
    pub fn flush(&self) {
        self.producer.flush(PATIENCE).unwrap();
    }
}

/// A reader of all partitions of a topic from the start, that sees what is committed.
pub fn reader(settings: &Settings, topic: &str, from: Offset) -> BaseConsumer {
    let reader: BaseConsumer = client(settings).create().unwrap();
    let mut places = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        places.add_partition_offset(topic, partition, from).unwrap();
    }
    reader.fetch_metadata(Some(topic), PATIENCE).unwrap();
    reader.assign(&places).unwrap();
    reader
}

/// How a group goes through its input, seen in its committed offsets.
pub struct Progress {
    client: BaseConsumer,
    asked: TopicPartitionList,
}

impl Progress {
    /// Of the group of these settings.
    pub fn new(settings: &Settings) -> Self {
        let mut asked = TopicPartitionList::new();
        asked.add_partition_range(&settings.kafka.input, 0, PARTITIONS - 1);
        Self { client: client(settings).create().unwrap(), asked }
    }

    /// How many messages are committed.
    pub fn committed(&self) -> i64 {
        let answer = self.client.committed_offsets(self.asked.clone(), PATIENCE).unwrap();
        answer.elements().iter().filter_map(|it| it.offset().to_raw().filter(|offset| *offset > 0)).sum()
    }

    /// Waits until so many are committed and returns the rate since the first of them: that a group takes seconds to
    /// come together is not what is measured.
    pub fn rate(&self, all: usize) -> f64 {
        let mut first = None;
        let begun = Instant::now();
        loop {
            let (now, committed) = (Instant::now(), self.committed());
            let (then, before) = match first {
                None if committed > 0 => *first.insert((now, committed)),
                None => (now, 0),
                Some(first) => first,
            };
            if committed >= all as i64 {
                return (committed - before) as f64 / (now - then).as_secs_f64().max(f64::EPSILON);
            }
            assert!(begun.elapsed() < 20 * PATIENCE, "{committed} of {all} are committed");
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
    /// Starts it and waits until it serves its pages.
    pub fn start(settings: &Settings) -> Self {
        let kafka = &settings.kafka;
        let mut program = Command::new(env!("CARGO_BIN_EXE_dateline"));
        program.args(["run", "--http", "0", "--brokers", &kafka.brokers, "--input", &kafka.input]);
        program.args(["--group", &kafka.group, "--output-prefix", &kafka.output_prefix]);
        // With the settings that are built in.
        let mut child = program.env_clear().stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let served = log.find(|line| line.contains("serving health and metrics")).unwrap();
        let address = served.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        // A full pipe would hold it up; what it says is for whoever looks.
        std::thread::spawn(move || {
            log.filter(|line| line.contains(" WARN ") || line.contains(" ERROR ")).for_each(say)
        });
        Self { child, address }
    }

    /// The sum of a metric over all labels that contain `label`.
    pub fn metric(&self, name: &str, label: &str) -> f64 {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).unwrap();
        let lines = page.lines().filter(|line| line.split(['{', ' ']).next() == Some(name) && line.contains(label));
        lines.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum()
    }

    /// The seconds of processor time that it has used.
    pub fn processor(&self) -> f64 {
        processor(&self.child.id().to_string())
    }

    /// The memory that it holds now, in megabytes.
    pub fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0 / 1e6
    }

    /// Asks it to end and waits for it.
    pub fn end(mut self) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

/// The seconds of processor time that a process has used, `self` for this one.
pub fn processor(process: &str) -> f64 {
    let mut text = String::new();
    File::open(format!("/proc/{process}/stat")).unwrap().read_to_string(&mut text).unwrap();
    // The name may hold anything; it stands in parentheses. Then the 12th and 13th, in hundredths of a second.
    let fields: Vec<_> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11..13].iter().map(|field| field.parse::<f64>().unwrap() / 100.0).sum()
}

fn say(line: String) {
    println!("{line}");
}
