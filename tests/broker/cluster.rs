//! A real Kafka on loopback, from the artifacts that Apache publishes: KRaft, with brokers that are controllers as well.

use std::io::Write;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};

use super::authority::Certificates;
use super::maven::libraries;
use super::node::{Node, NodeConfig, Tuning};
use super::ports::Ports;

pub const USER: &str = "wire-reader";
pub const PASSWORD: &str = "correct-horse";

/// The listeners of a broker for clients.
const LISTENERS: [&str; 6] = ["PLAIN", "TLS", "MUTUAL", "SCRAM", "PASSWORD", "TOKEN"];
/// How often a cluster is started anew where others took its ports.
const ATTEMPTS: usize = 5;

/// The addresses of the brokers.
pub struct Cluster {
    pub plain: String,
    pub secure: Option<Secure>,
    /// The ports that a proxy forwards to, one a broker.
    pub proxied: Vec<u16>,
    nodes: Vec<Node>,
}

/// The listeners that demand encryption or authentication, where the cluster is our own.
pub struct Secure {
    pub tls: String,
    /// TLS with a client certificate.
    pub mutual: String,
    pub scram: String,
    /// SASL PLAIN over TLS.
    pub password: String,
    /// SASL OAUTHBEARER over TLS; the brokers accept unsigned tokens.
    pub token: String,
    pub certificates: Certificates,
}

/// The cluster that most tests share, or `None`, with a line on standard error, where there can be none.
pub fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = SHARED.get_or_init(|| match std::env::var("DATELINE_TEST_KAFKA") {
        Ok(plain) => Some(Cluster { plain, secure: None, proxied: Vec::new(), nodes: Vec::new() }),
        Err(_) => own(&[None]),
    });
    cluster.as_ref()
}

/// A cluster of one broker for benchmarks.
pub fn fast() -> Option<Cluster> {
    started(Cluster::start(&[None], Tuning::Throughput))
}

/// A cluster of our own. It has one broker for each element; where that is a port, clients of the proxied listener are
/// sent there.
pub fn own(proxies: &[Option<u16>]) -> Option<Cluster> {
    started(Cluster::start(proxies, Tuning::Startup))
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

/// Reports a skipped test past the test runner, which would keep it to itself.
#[expect(clippy::explicit_write, reason = "the runner captures what `eprintln!` prints in a test that passes")]
pub fn skipped(reason: &str) {
    writeln!(std::io::stderr(), "skipped, no real Kafka: {reason}").unwrap();
}

impl Cluster {
    fn start(proxies: &[Option<u16>], tuning: Tuning) -> Result<Self, String> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let ports = proxies.iter().map(|_| Ports::hold(LISTENERS.len() + 2)).collect::<Result<_, _>>()?;
            match Self::start_on(ports, proxies, tuning) {
                Err(reason) if is_taken(&reason) && attempts < ATTEMPTS => {}
                ended => return ended,
            }
        }
    }

    /// Starts a cluster on these ports, which are held until the brokers listen on them.
    fn start_on(ports: Vec<Ports>, proxies: &[Option<u16>], tuning: Tuning) -> Result<Self, String> {
        let libraries = libraries()?;
        let folder = tempfile::tempdir().map_err(text)?.keep();
        let certificates = Certificates::issue(&folder)?;
        let node = |(at, ports): (usize, &Ports)| {
            let numbers = ports.numbers()?;
            let (clients, &[proxied, controller]) = numbers.split_last_chunk().ok_or("too few ports")?;
            Ok::<_, String>(NodeConfig {
                id: at + 1,
                folder: folder.join("nodes").join(format!("{}", at + 1)),
                clients: std::iter::zip(LISTENERS, clients.iter().copied()).collect(),
                proxied,
                advertised: proxies[at].unwrap_or(proxied),
                controller,
            })
        };
        let configs = ports.iter().enumerate().map(node).collect::<Result<Vec<_>, _>>()?;
        let nodes = configs.iter().map(|config| Node::new(&libraries, &folder, config, &configs, tuning));
        let nodes = nodes.collect::<Result<Vec<_>, _>>()?;
        std::thread::scope(|scope| {
            for (node, ports) in std::iter::zip(&nodes, ports) {
                scope.spawn(|| node.start(ports));
            }
        });
        let [plain, tls, mutual, scram, password, token] = std::array::from_fn(|listener| {
            let addresses = configs.iter().map(|config| format!("127.0.0.1:{}", config.clients[listener].1));
            addresses.collect::<Vec<_>>().join(",")
        });
        let secure = Some(Secure { tls, mutual, scram, password, token, certificates });
        let proxied = configs.iter().map(|config| config.proxied).collect();
        let cluster = Self { plain, secure, proxied, nodes };
        cluster.wait().map_err(|error| format!("Kafka did not start: {error}"))?;
        Ok(cluster)
    }

    /// Waits until all brokers are there.
    pub fn wait(&self) -> Result<(), String> {
        let client = self.client()?;
        let start = Instant::now();
        loop {
            let seen = match client.fetch_metadata(None, Duration::from_secs(1)) {
                Ok(metadata) if metadata.brokers().len() == self.nodes.len() => return Ok(()),
                Ok(metadata) => format!("{} of {} brokers", metadata.brokers().len(), self.nodes.len()),
                Err(error) => error.to_string(),
            };
            let ended = self.nodes.iter().find(|node| node.has_ended());
            if ended.is_some() || start.elapsed() > Duration::from_secs(60) {
                return Err(format!("{seen}\n{}", ended.or(self.nodes.first()).map(Node::log).unwrap_or_default()));
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

    /// Fills the disk of a broker, as it were: from now on no file of it grows beyond so many bytes, which ends it.
    pub fn fill_disk(&self, broker: usize, bytes: u64) {
        self.nodes[broker].order(&format!("fill {bytes}"));
    }

    /// Waits until a broker has ended by itself.
    pub fn await_end_of(&self, broker: usize) {
        self.nodes[broker].order("wait");
    }

    /// The broker that leads a partition.
    pub fn leader(&self, topic: &str, partition: i32) -> usize {
        let metadata = self.client().unwrap().fetch_metadata(Some(topic), Duration::from_secs(30)).unwrap();
        let partitions = metadata.topics()[0].partitions();
        partitions.iter().find(|it| it.id() == partition).unwrap().leader() as usize - 1
    }
}

/// Whether a broker did not start since somebody else listens on its port.
fn is_taken(reason: &str) -> bool {
    reason.contains("Address already in use")
}

pub fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_cluster_whose_port_is_taken_is_to_be_started_on_others() {
        // Imported here: the benchmarks compile this module as well, without its tests.
        use super::{Cluster, LISTENERS, Ports, Tuning, is_taken, libraries};

        let ports = Ports::hold(LISTENERS.len() + 2).unwrap();
        let _taken = ports.share();
        let Err(reason) = Cluster::start_on(vec![ports], &[None], Tuning::Startup) else { panic!("it started") };
        if libraries().is_ok() {
            assert!(is_taken(&reason), "{reason}");
        }
    }
}
