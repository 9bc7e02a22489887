//! A real Kafka (KRaft, brokers that are controllers too) on loopback, from the artifacts that Apache publishes.

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};

use super::authority::Papers;
use super::maven::libraries;
use super::node::{Java, Node, Place};

pub const USER: &str = "wire-reader";
pub const PASSWORD: &str = "correct-horse";

/// Where the brokers listen.
pub struct Cluster {
    pub plain: String,
    pub secure: Option<Secure>,
    nodes: Vec<Node>,
}

/// The listeners that ask for more, where the cluster is our own.
pub struct Secure {
    pub tls: String,
    /// TLS with a certificate of the client as well.
    pub mutual: String,
    pub scram: String,
    /// SASL PLAIN over TLS.
    pub password: String,
    /// SASL OAUTHBEARER over TLS; the brokers take tokens that nobody signed.
    pub token: String,
    pub papers: Papers,
}

/// The cluster that all tests of a target share, or `None`, said on standard error, where there can be none.
pub fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = SHARED.get_or_init(|| match std::env::var("DATELINE_TEST_KAFKA") {
        Ok(plain) => Some(Cluster { plain, secure: None, nodes: Vec::new() }),
        Err(_) => own(&[None]),
    });
    cluster.as_ref()
}

/// A cluster of one broker to measure on.
pub fn fast() -> Option<Cluster> {
    started(Cluster::start(&[None], Java::Runs))
}

/// A cluster of our own, of so many brokers as there are places. A place may hold two ports: where the broker listens
/// for those who come through what stands at the second, which is the one that the broker tells its clients.
pub fn own(places: &[Option<(u16, u16)>]) -> Option<Cluster> {
    started(Cluster::start(places, Java::Starts))
}

fn started(cluster: Result<Cluster, String>) -> Option<Cluster> {
    let required = std::env::var("DATELINE_TEST_REQUIRE").is_ok_and(|it| it == "all" || it.contains("kafka"));
    match cluster {
        Err(reason) if required => panic!("{reason}"),
        Err(reason) => {
            skipped(&reason);
            None
        }
        Ok(cluster) => Some(cluster),
    }
}

/// Says so past the test runner, which would keep it to itself.
#[expect(clippy::explicit_write, reason = "the runner keeps what `eprintln!` says of a test that passed")]
pub fn skipped(reason: &str) {
    writeln!(std::io::stderr(), "skipped, no real Kafka: {reason}").unwrap();
}

impl Cluster {
    fn start(between: &[Option<(u16, u16)>], java: Java) -> Result<Self, String> {
        let libraries = libraries()?;
        let folder = tempfile::tempdir().map_err(text)?.keep();
        let papers = Papers::issue(&folder)?;
        let size = between.len();
        let [plain, tls, mutual, scram, password, token, behind, controller] = [(); 8].map(|()| free_ports(size));
        let place = |at: usize| {
            let (behind, advertised) = between[at].unwrap_or((behind[at], behind[at]));
            Place {
                id: at + 1,
                folder: folder.join("nodes").join(format!("{}", at + 1)),
                open: [("PLAIN", plain[at]), ("TLS", tls[at]), ("MUTUAL", mutual[at]), ("SCRAM", scram[at])]
                    .into_iter()
                    .chain([("PASSWORD", password[at]), ("TOKEN", token[at])])
                    .collect(),
                behind,
                advertised,
                controller: controller[at],
            }
        };
        let places: Vec<Place> = (0..size).map(place).collect();
        let nodes = places.iter().map(|place| Node::launch(&libraries, &folder, place, &places, java));
        let cluster = Self {
            nodes: nodes.collect::<Result<_, _>>()?,
            plain: addresses(&plain),
            secure: Some(Secure {
                tls: addresses(&tls),
                mutual: addresses(&mutual),
                scram: addresses(&scram),
                password: addresses(&password),
                token: addresses(&token),
                papers,
            }),
        };
        cluster.wait().map_err(|error| {
            let log = fs::read_to_string(places[0].folder.join("log")).unwrap_or_default();
            format!("Kafka did not start: {error}\n{log}")
        })?;
        Ok(cluster)
    }

    /// Waits until all brokers are there.
    pub fn wait(&self) -> Result<(), String> {
        let client = self.client()?;
        let start = Instant::now();
        loop {
            let told = match client.fetch_metadata(None, Duration::from_secs(1)) {
                Ok(metadata) if metadata.brokers().len() == self.nodes.len() => return Ok(()),
                Ok(metadata) => format!("{} of {} brokers", metadata.brokers().len(), self.nodes.len()),
                Err(error) => error.to_string(),
            };
            if start.elapsed() > Duration::from_secs(60) {
                return Err(told);
            }
        }
    }

    fn client(&self) -> Result<BaseConsumer, String> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.plain).set("reconnect.backoff.max.ms", "200").set("log_level", "2");
        config.create().map_err(text)
    }

    /// Ends a broker at once, as a loss of power does.
    pub fn kill(&self, broker: usize) {
        self.nodes[broker].order("kill");
    }

    /// Asks a broker to end and waits for it.
    pub fn stop(&self, broker: usize) {
        self.nodes[broker].order("stop");
    }

    /// Starts a broker if it does not run.
    pub fn revive(&self, broker: usize) {
        self.nodes[broker].order("start");
    }

    /// Fills the disk of a broker, as it were: no file of it grows beyond so many bytes from now on. It ends of that.
    pub fn fill_disk(&self, broker: usize, bytes: u64) {
        self.nodes[broker].order(&format!("fill {bytes}"));
    }

    /// Waits until a broker has ended by itself.
    pub fn await_death(&self, broker: usize) {
        let address = self.plain.split(',').nth(broker).unwrap();
        let start = Instant::now();
        while TcpStream::connect(address).is_ok() {
            assert!(start.elapsed() < Duration::from_secs(60), "the broker at {address} lives");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The broker that leads a partition.
    pub fn leader(&self, topic: &str, partition: i32) -> usize {
        let metadata = self.client().unwrap().fetch_metadata(Some(topic), Duration::from_secs(30)).unwrap();
        let partitions = metadata.topics()[0].partitions();
        partitions.iter().find(|it| it.id() == partition).unwrap().leader() as usize - 1
    }
}

/// Ports that nobody listens on.
pub fn free_ports(count: usize) -> Vec<u16> {
    let held: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()).collect();
    held.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

fn addresses(ports: &[u16]) -> String {
    ports.iter().map(|port| format!("127.0.0.1:{port}")).collect::<Vec<_>>().join(",")
}

pub fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
