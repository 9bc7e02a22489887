//! One broker: its settings, and the shell that holds it.
//!
//! A broker cannot outlive the tests: the shell reads its orders from its standard input, which ends when this process
//! ends, however it ends; the shell then kills the broker and removes its folder.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use super::cluster::{PASSWORD, USER, text};
use super::ports::Ports;
use super::wire::PATIENCE;

/// Any 16 bytes in URL-safe base64.
const CLUSTER_ID: &str = "ZGF0ZWxpbmUtdGVzdHMtMQ";

/// Where a broker listens, and where it keeps its files.
pub struct NodeConfig {
    pub id: usize,
    pub folder: PathBuf,
    /// The listeners for clients, by name.
    pub clients: Vec<(&'static str, u16)>,
    /// A listener that clients are sent to by another port, `advertised`: that of a proxy.
    pub proxied: u16,
    pub advertised: u16,
    pub controller: u16,
}

/// What a broker's Java is tuned for.
#[derive(Debug, Clone, Copy)]
pub enum Tuning {
    /// A fast start, for tests.
    Startup,
    /// Speed once it is warm, for benchmarks.
    Throughput,
}

impl Tuning {
    fn flags(self) -> &'static str {
        match self {
            Self::Startup => "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            Self::Throughput => "-XX:+UseParallelGC",
        }
    }
}

/// A broker that can be stopped and started.
pub struct Node {
    shell: Mutex<(ChildStdin, mpsc::Receiver<String>)>,
    log: PathBuf,
}

impl Node {
    /// Makes a broker with an empty log, which does not run yet. `shared` is the folder that all brokers use.
    pub fn new(
        libraries: &Path,
        shared: &Path,
        node: &NodeConfig,
        all: &[NodeConfig],
        tuning: Tuning,
    ) -> Result<Self, String> {
        fs::create_dir_all(&node.folder).map_err(text)?;
        fs::write(node.folder.join("server.properties"), properties(node, all, shared)).map_err(text)?;
        fs::write(node.folder.join("log4j2.properties"), LOG).map_err(text)?;
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(HOLDER);
        shell
            .env("FOLDER", &node.folder)
            .env("SHARED", shared)
            .env("LIBRARIES", libraries)
            .env("JAVA_FLAGS", tuning.flags())
            .env("CLUSTER", CLUSTER_ID)
            .env("SCRAM", format!("SCRAM-SHA-256=[name={USER},password={PASSWORD}]"));
        // A group of its own, so that Ctrl-C on the tests does not stop the shell before it has cleaned up.
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut shell = shell.spawn().map_err(text)?;
        let orders = shell.stdin.take().ok_or("no standard input")?;
        let lines = BufReader::new(shell.stdout.take().ok_or("no standard output")?).lines();
        let (answer, answers) = mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| answer.send(line)));
        Ok(Self { shell: Mutex::new((orders, answers)), log: node.folder.join("log") })
    }

    /// Starts the broker for the first time. Its ports are held until it is about to listen on them.
    pub fn start(&self, ports: Ports) {
        self.order("format");
        ports.release();
        self.order("start");
    }

    /// Gives an order and waits until it is carried out.
    pub fn order(&self, order: &str) {
        assert_eq!(self.ask(order), "done", "the order `{order}`");
    }

    /// Whether the broker has ended.
    pub fn has_ended(&self) -> bool {
        self.ask("look") == "ended"
    }

    /// What the broker has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn ask(&self, order: &str) -> String {
        let mut shell = self.shell.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(shell.0, "{order}").unwrap();
        shell.1.recv_timeout(PATIENCE).unwrap_or_else(|error| format!("no answer: {error}"))
    }
}

/// Orders: `format`, `start`, `kill`, `stop`, `look`, `wait` for its end, and `fill` with the size beyond which no file
/// can grow.
const HOLDER: &str = r#"
    cd "$FOLDER" || exit
    jvm="java $JAVA_FLAGS -Dlog4j2.configurationFile=log4j2.properties"
    start() {
        $jvm -Xms256m -Xmx512m -cp "$LIBRARIES/*" kafka.Kafka server.properties >>log 2>&1 &
        broker=$!
    }
    while read -r order size; do
        answer=done
        case $order in
            format)
                $jvm -cp "$LIBRARIES/*" kafka.tools.StorageTool format -t "$CLUSTER" -c server.properties \
                    --add-scram "$SCRAM" >log 2>&1 ;;
            start) kill -0 $broker 2>/dev/null || start ;;
            look) kill -0 $broker 2>/dev/null || answer=ended ;;
            fill) prlimit --pid $broker --fsize="$size" ;;
            kill) kill -9 $broker 2>/dev/null; wait $broker ;;
            stop) kill $broker 2>/dev/null; wait $broker ;;
            wait) wait $broker ;;
        esac
        echo $answer
    done
    kill -9 $broker
    wait $broker 2>/dev/null
    # The last one removes what they share.
    cd / && rm -rf "$FOLDER" && rmdir "$SHARED/nodes" 2>/dev/null && rm -rf "$SHARED"
"#;

fn properties(node: &NodeConfig, all: &[NodeConfig], shared: &Path) -> String {
    let NodeConfig { id, clients, proxied, advertised, controller, .. } = node;
    let voters: Vec<String> = all.iter().map(|it| format!("{}@127.0.0.1:{}", it.id, it.controller)).collect();
    let voters = voters.join(",");
    let replicas = all.len().min(3);
    let in_sync = replicas.div_ceil(2);
    let clients: Vec<String> = clients.iter().map(|(name, port)| format!("{name}://127.0.0.1:{port}")).collect();
    let clients = clients.join(",");
    let shared = shared.display();
    let modules = "org.apache.kafka.common.security";
    format!(
        "process.roles=broker,controller
node.id={id}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listeners={clients},PROXIED://127.0.0.1:{proxied},CONTROLLER://127.0.0.1:{controller}
advertised.listeners={clients},PROXIED://127.0.0.1:{advertised}
inter.broker.listener.name=PLAIN
listener.security.protocol.map=PLAIN:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL,MUTUAL:SSL,\
SCRAM:SASL_PLAINTEXT,PASSWORD:SASL_SSL,TOKEN:SASL_SSL
ssl.keystore.type=PEM
ssl.keystore.location={shared}/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location={shared}/root.pem
listener.name.mutual.ssl.client.auth=required
listener.name.scram.sasl.enabled.mechanisms=SCRAM-SHA-256
listener.name.scram.scram-sha-256.sasl.jaas.config={modules}.scram.ScramLoginModule required;
listener.name.password.sasl.enabled.mechanisms=PLAIN
listener.name.password.plain.sasl.jaas.config={modules}.plain.PlainLoginModule required user_{USER}=\"{PASSWORD}\";
listener.name.token.sasl.enabled.mechanisms=OAUTHBEARER
listener.name.token.oauthbearer.sasl.jaas.config={modules}.oauthbearer.OAuthBearerLoginModule required \
unsecuredLoginStringClaim_sub=\"broker\";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
allow.everyone.if.no.acl.found=true
log.dirs=data
log.index.size.max.bytes=1048576
log.retention.ms=-1
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
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr={in_sync}
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=500
group.consumer.min.session.timeout.ms=500
group.consumer.session.timeout.ms=3000
group.consumer.min.heartbeat.interval.ms=200
group.consumer.heartbeat.interval.ms=500
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
