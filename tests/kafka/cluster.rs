//! A real Kafka (KRaft, brokers that are controllers too) on loopback, from the artifacts that Apache publishes.
//!
//! A broker cannot outlive the tests: the shell that holds it waits for the end of its standard input, which comes
//! when this process ends, however it ends, and then kills the broker and removes its folder.

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};

const VERSION: &str = "4.1.1";
const LOG4J: &str = "2.24.3";
/// Any 16 bytes in URL-safe base64.
const CLUSTER_ID: &str = "ZGF0ZWxpbmUtdGVzdHMtMQ";
pub const USER: &str = "wire-reader";
pub const PASSWORD: &str = "correct-horse";

/// Where the brokers listen.
pub struct Cluster {
    pub plain: String,
    pub secure: Option<Secure>,
    /// Held for their standard input.
    _brokers: Vec<Child>,
}

/// The listeners that ask for more, where the cluster is our own.
pub struct Secure {
    pub tls: String,
    pub scram: String,
    /// The certificate that the brokers show, as PEM.
    pub certificate: PathBuf,
}

/// The cluster that all tests share, or `None`, said on standard error, where there can be none.
pub fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Result<Cluster, String>> = OnceLock::new();
    let cluster = SHARED.get_or_init(|| match std::env::var("DATELINE_TEST_KAFKA") {
        Ok(plain) => Ok(Cluster { plain, secure: None, _brokers: Vec::new() }),
        Err(_) => Cluster::start(1).inspect_err(|reason| skipped(reason)),
    });
    let required = std::env::var("DATELINE_TEST_REQUIRE").is_ok_and(|it| it == "all" || it.contains("kafka"));
    match cluster {
        Err(reason) if required => panic!("{reason}"),
        cluster => cluster.as_ref().ok(),
    }
}

/// Says so past the test runner, which would keep it to itself.
#[expect(clippy::explicit_write, reason = "the runner keeps what `eprintln!` says of a test that passed")]
pub fn skipped(reason: &str) {
    writeln!(std::io::stderr(), "skipped, no real Kafka: {reason}").unwrap();
}

struct Node {
    id: usize,
    folder: PathBuf,
    plain: u16,
    tls: u16,
    scram: u16,
    controller: u16,
}

impl Cluster {
    /// Starts so many brokers.
    fn start(size: usize) -> Result<Self, String> {
        let libraries = libraries()?;
        let folder = tempfile::tempdir().map_err(text)?.keep();
        let certificate = certificate(&folder)?;
        let [plain, tls, scram, controller] = [(); 4].map(|()| free_ports(size));
        let nodes: Vec<Node> = (0..size)
            .map(|at| Node {
                id: at + 1,
                folder: folder.join("nodes").join(format!("{}", at + 1)),
                plain: plain[at],
                tls: tls[at],
                scram: scram[at],
                controller: controller[at],
            })
            .collect();
        let mut brokers = Vec::new();
        for node in &nodes {
            fs::create_dir_all(&node.folder).map_err(text)?;
            fs::write(node.folder.join("server.properties"), properties(node, &nodes, &folder)).map_err(text)?;
            fs::write(node.folder.join("log4j2.properties"), LOG).map_err(text)?;
            brokers.push(launch(&libraries, &folder, node)?);
        }
        let cluster = Self {
            plain: addresses(&plain),
            secure: Some(Secure { tls: addresses(&tls), scram: addresses(&scram), certificate }),
            _brokers: brokers,
        };
        cluster.wait(size).map_err(|error| {
            let log = fs::read_to_string(nodes[0].folder.join("log")).unwrap_or_default();
            format!("Kafka did not start: {error}\n{log}")
        })?;
        Ok(cluster)
    }

    /// Waits until all brokers are there.
    fn wait(&self, size: usize) -> Result<(), String> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.plain).set("reconnect.backoff.max.ms", "200").set("log_level", "2");
        let client: BaseConsumer = config.create().map_err(text)?;
        let mut last = String::new();
        for _ in 0..60 {
            match client.fetch_metadata(None, Duration::from_secs(1)) {
                Ok(metadata) if metadata.brokers().len() == size => return Ok(()),
                Ok(metadata) => last = format!("{} of {size} brokers", metadata.brokers().len()),
                Err(error) => last = error.to_string(),
            }
        }
        Err(last)
    }
}

/// Kafka's archives, fetched once into the target folder.
fn libraries() -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target folder")?;
    let there = target.join(format!("kafka-libs-{VERSION}"));
    for tool in ["java", "mvn"] {
        let found = Command::new(tool).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if found.is_err() && (tool == "java" || !there.exists()) {
            return Err(format!("no `{tool}`; for the tests on a real Kafka install Java 17 and Maven"));
        }
    }
    if there.exists() {
        return Ok(there);
    }
    let work = tempfile::tempdir_in(target).map_err(text)?;
    let dependency = |group: &str, name: &str, version: &str| {
        format!(
            "<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version></dependency>"
        )
    };
    let log4j = ["log4j-api", "log4j-core", "log4j-slf4j-impl"];
    let pom = format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>\
         <groupId>dateline</groupId><artifactId>kafka-for-tests</artifactId><version>1</version>\
         <dependencies>{}{}</dependencies></project>",
        dependency("org.apache.kafka", "kafka_2.13", VERSION),
        log4j.map(|name| dependency("org.apache.logging.log4j", name, LOG4J)).concat(),
    );
    fs::write(work.path().join("pom.xml"), pom).map_err(text)?;
    let output = Command::new("mvn")
        .args(["-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=libs"])
        .current_dir(work.path())
        .output()
        .map_err(text)?;
    if !output.status.success() {
        return Err(format!("Maven could not fetch Kafka:\n{}", String::from_utf8_lossy(&output.stdout)));
    }
    // Another test run may have been faster, with the same result.
    if let Err(error) = fs::rename(work.path().join("libs"), &there)
        && !there.exists()
    {
        return Err(error.to_string());
    }
    Ok(there)
}

/// Starts a broker on a fresh log.
fn launch(libraries: &Path, shared: &Path, node: &Node) -> Result<Child, String> {
    let scram = format!("SCRAM-SHA-256=[name={USER},password={PASSWORD}]");
    let script = r#"
        cd "$FOLDER" || exit
        java -XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile=log4j2.properties -cp "$LIBRARIES/*" \
            kafka.tools.StorageTool format -t "$CLUSTER" -c server.properties --add-scram "$SCRAM" >log 2>&1
        java -Xms256m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile=log4j2.properties \
            -cp "$LIBRARIES/*" kafka.Kafka server.properties >>log 2>&1 &
        broker=$!
        read -r _
        kill -9 $broker
        wait $broker 2>/dev/null
        # The last one removes what they share.
        cd / && rm -rf "$FOLDER" && rmdir "$SHARED/nodes" 2>/dev/null && rm -rf "$SHARED"
    "#;
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script);
    shell
        .env("FOLDER", &node.folder)
        .env("SHARED", shared)
        .env("LIBRARIES", libraries)
        .env("CLUSTER", CLUSTER_ID)
        .env("SCRAM", scram);
    // A group of its own, so that Ctrl-C on the tests does not stop the shell before it has cleaned up.
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    shell.spawn().map_err(text)
}

fn properties(node: &Node, nodes: &[Node], folder: &Path) -> String {
    let Node { id, plain, tls, scram, controller, .. } = node;
    let voters: Vec<String> = nodes.iter().map(|node| format!("{}@127.0.0.1:{}", node.id, node.controller)).collect();
    let voters = voters.join(",");
    let replicas = nodes.len().min(3);
    let in_sync = replicas.div_ceil(2);
    let clients = format!("PLAIN://127.0.0.1:{plain},TLS://127.0.0.1:{tls},SCRAM://127.0.0.1:{scram}");
    let keystore = folder.join("broker.pem");
    let keystore = keystore.display();
    format!(
        "process.roles=broker,controller
node.id={id}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listeners={clients},CONTROLLER://127.0.0.1:{controller}
advertised.listeners={clients}
inter.broker.listener.name=PLAIN
listener.security.protocol.map=PLAIN:PLAINTEXT,TLS:SSL,SCRAM:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
sasl.enabled.mechanisms=SCRAM-SHA-256
listener.name.scram.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
log.dirs=data
auto.create.topics.enable=false
default.replication.factor={replicas}
min.insync.replicas={in_sync}
num.network.threads=2
num.io.threads=2
offsets.topic.num.partitions=4
offsets.topic.replication.factor={replicas}
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={in_sync}
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr={in_sync}
group.initial.rebalance.delay.ms=0
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
"
    )
}

const LOG: &str = "status=error
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d %p %m (%c)%n
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
";

/// A certificate for loopback that signs itself: what the brokers show and clients are told to trust.
fn certificate(folder: &Path) -> Result<PathBuf, String> {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).map_err(text)?;
    let (path, public) = (folder.join("certificate.pem"), own.cert.pem());
    fs::write(folder.join("broker.pem"), own.signing_key.serialize_pem() + &public).map_err(text)?;
    fs::write(&path, public).map_err(text)?;
    Ok(path)
}

/// Ports that nobody listens on.
fn free_ports(count: usize) -> Vec<u16> {
    let held: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()).collect();
    held.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

fn addresses(ports: &[u16]) -> String {
    ports.iter().map(|port| format!("127.0.0.1:{port}")).collect::<Vec<_>>().join(",")
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
