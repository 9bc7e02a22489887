//! `dateline serve` as a process, which follows an embedded broker and can be killed and started again.

use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use dateline::store::RecordKind;
use rdkafka::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use super::server::records;

const EVENTS: &str = "timeline.events";
const ARTICLES: &str = "timeline.articles";

/// The program, with its broker and its database.
pub struct Program {
    producer: BaseProducer,
    folder: tempfile::TempDir,
    brokers: String,
    address: String,
    /// With its log, so that it can go on logging.
    running: Option<(Child, Lines<BufReader<ChildStderr>>)>,
    // The broker lives for as long.
    _cluster: mpsc::Sender<()>,
}

impl Program {
    /// Starts it with nothing to show, on a port that it picks.
    pub fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    /// The same, with its database in a folder.
    pub fn start_in(folder: tempfile::TempDir) -> Self {
        let (brokers, cluster) = cluster();
        let producer = ClientConfig::new().set("bootstrap.servers", &brokers).create().unwrap();
        let address = "127.0.0.1:0".to_owned();
        let mut program = Self { producer, folder, brokers, address, running: None, _cluster: cluster };
        program.start_again();
        program
    }

    /// Starts it again, at the same address and with the same database.
    pub fn start_again(&mut self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
        command.args(["serve", "--brokers", &self.brokers, "--http", &self.address, "--database"]);
        command.arg(self.folder.path().join("timeline.db")).env_clear();
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let served = log.by_ref().map_while(Result::ok).find(|line| line.contains("serving the timeline")).unwrap();
        self.address = served.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        self.running = Some((child, log));
    }

    /// Kills it, without a chance to clean up.
    pub fn kill(&mut self) {
        if let Some((mut child, _)) = self.running.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address.parse().unwrap()
    }

    /// A figure of its memory, in KB, by its name in `/proc/PID/status`.
    #[cfg(target_os = "linux")]
    pub fn memory(&self, name: &str) -> u64 {
        let (child, _) = self.running.as_ref().unwrap();
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap()
    }

    /// The address of the page.
    pub fn page(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Publishes the records of an article.
    pub fn publish(&self, article: &[u8]) {
        for (of, key, value) in records(article) {
            let (topic, value) = (if of == RecordKind::Event { EVENTS } else { ARTICLES }, value.to_string());
            self.producer.send(BaseRecord::to(topic).key(&key).payload(&value)).unwrap();
        }
        self.producer.flush(Duration::from_secs(10)).unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A broker with empty topics, on a thread of its own: its address, and what ends it when it is dropped.
fn cluster() -> (String, mpsc::Sender<()>) {
    let (started, address) = mpsc::channel();
    let (end, ended) = mpsc::channel();
    thread::spawn(move || {
        let cluster = MockCluster::new(1).unwrap();
        for topic in [EVENTS, ARTICLES] {
            cluster.create_topic(topic, 1, 1).unwrap();
        }
        started.send(cluster.bootstrap_servers()).unwrap();
        // Until the sender is dropped.
        ended.recv().unwrap_err();
    });
    (address.recv().unwrap(), end)
}
