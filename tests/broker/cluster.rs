//! A real Kafka (KRaft, brokers that are controllers too) on loopback, from the artifacts that Apache publishes.

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};

use super::maven::libraries;
use super::node::{Node, Place};

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
    pub scram: String,
    /// The certificate that the brokers show, as PEM.
    pub certificate: PathBuf,
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

/// A cluster of our own, of so many brokers as there are places. A place may hold two ports: where the broker listens
/// for those who come through what stands at the second, which is the one that the broker tells its clients.
pub fn own(places: &[Option<(u16, u16)>]) -> Option<Cluster> {
    let required = std::env::var("DATELINE_TEST_REQUIRE").is_ok_and(|it| it == "all" || it.contains("kafka"));
    match Cluster::start(places) {
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
    fn start(between: &[Option<(u16, u16)>]) -> Result<Self, String> {
        let libraries = libraries()?;
        let folder = tempfile::tempdir().map_err(text)?.keep();
        let certificate = certificate(&folder)?;
        let size = between.len();
        let [plain, tls, scram, behind, controller] = [(); 5].map(|()| free_ports(size));
        let place = |at: usize| {
            let (behind, advertised) = between[at].unwrap_or((behind[at], behind[at]));
            let (plain, tls, scram, controller) = (plain[at], tls[at], scram[at], controller[at]);
            let folder = folder.join("nodes").join(format!("{}", at + 1));
            Place { id: at + 1, folder, plain, tls, scram, behind, advertised, controller }
        };
        let places: Vec<Place> = (0..size).map(place).collect();
        let nodes = places.iter().map(|place| Node::launch(&libraries, &folder, place, &places));
        let cluster = Self {
            nodes: nodes.collect::<Result<_, _>>()?,
            plain: addresses(&plain),
            secure: Some(Secure { tls: addresses(&tls), scram: addresses(&scram), certificate }),
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

/// A certificate for loopback that signs itself: what the brokers show and clients are told to trust.
fn certificate(folder: &Path) -> Result<PathBuf, String> {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).map_err(text)?;
    let (path, public) = (folder.join("certificate.pem"), own.cert.pem());
    fs::write(folder.join("broker.pem"), own.signing_key.serialize_pem() + &public).map_err(text)?;
    fs::write(&path, public).map_err(text)?;
    Ok(path)
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
