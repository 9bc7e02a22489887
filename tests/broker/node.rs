//! One broker: its settings, and the shell that holds it.
//!
//! A broker cannot outlive the tests: the shell reads its orders from its standard input, which ends when this process
//! ends, however it ends; the shell then kills the broker and removes its folder.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use super::cluster::{PASSWORD, USER, text};

/// Any 16 bytes in URL-safe base64.
const CLUSTER_ID: &str = "ZGF0ZWxpbmUtdGVzdHMtMQ";

/// Where a broker listens, and where it keeps its things.
pub struct Place {
    pub id: usize,
    pub folder: PathBuf,
    /// The listeners for clients, by name.
    pub open: Vec<(&'static str, u16)>,
    /// Open to all, but told to clients under another port, `advertised`: for what stands between.
    pub behind: u16,
    pub advertised: u16,
    pub controller: u16,
}

/// What a broker's Java is for.
#[derive(Debug, Clone, Copy)]
pub enum Java {
    /// Starts fast, for tests.
    Starts,
    /// Runs fast once it is warm, for measuring.
    Runs,
}

impl Java {
    fn flags(self) -> &'static str {
        match self {
            Self::Starts => "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            Self::Runs => "-XX:+UseParallelGC",
        }
    }
}

/// A broker that can be stopped and started.
pub struct Node {
    shell: Mutex<(Child, BufReader<ChildStdout>)>,
}

impl Node {
    /// Starts a broker on a fresh log. `shared` is the folder that the brokers share.
    pub fn launch(libraries: &Path, shared: &Path, place: &Place, all: &[Place], java: Java) -> Result<Self, String> {
        fs::create_dir_all(&place.folder).map_err(text)?;
        fs::write(place.folder.join("server.properties"), properties(place, all, shared)).map_err(text)?;
        fs::write(place.folder.join("log4j2.properties"), LOG).map_err(text)?;
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(HOLDER);
        shell
            .env("FOLDER", &place.folder)
            .env("SHARED", shared)
            .env("LIBRARIES", libraries)
            .env("JAVA_FLAGS", java.flags())
            .env("CLUSTER", CLUSTER_ID)
            .env("SCRAM", format!("SCRAM-SHA-256=[name={USER},password={PASSWORD}]"));
        // A group of its own, so that Ctrl-C on the tests does not stop the shell before it has cleaned up.
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut shell = shell.spawn().map_err(text)?;
        let answers = BufReader::new(shell.stdout.take().ok_or("no standard output")?);
        Ok(Self { shell: Mutex::new((shell, answers)) })
    }

    /// Gives an order and waits until it is done.
    pub fn order(&self, order: &str) {
        let mut shell = self.shell.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(shell.0.stdin.as_mut().unwrap(), "{order}").unwrap();
        let mut answer = String::new();
        shell.1.read_line(&mut answer).unwrap();
        assert_eq!(answer, "done\n", "the order `{order}`");
    }
}

/// Orders: `start`, `kill`, `stop`, and `fill` with the size beyond which no file can grow.
const HOLDER: &str = r#"
    cd "$FOLDER" || exit
    jvm="java $JAVA_FLAGS -Dlog4j2.configurationFile=log4j2.properties"
    start() {
        $jvm -Xms256m -Xmx512m -cp "$LIBRARIES/*" kafka.Kafka server.properties >>log 2>&1 &
        broker=$!
    }
    $jvm -cp "$LIBRARIES/*" kafka.tools.StorageTool format -t "$CLUSTER" -c server.properties --add-scram "$SCRAM" \
        >log 2>&1
    start
    while read -r order size; do
        case $order in
            start) kill -0 $broker 2>/dev/null || start ;;
            fill) prlimit --pid $broker --fsize="$size" ;;
            kill) kill -9 $broker 2>/dev/null; wait $broker ;;
            stop) kill $broker 2>/dev/null; wait $broker ;;
        esac
        echo done
    done
    kill -9 $broker
    wait $broker 2>/dev/null
    # The last one removes what they share.
    cd / && rm -rf "$FOLDER" && rmdir "$SHARED/nodes" 2>/dev/null && rm -rf "$SHARED"
"#;

fn properties(place: &Place, all: &[Place], shared: &Path) -> String {
    let Place { id, open, behind, advertised, controller, .. } = place;
    let voters: Vec<String> = all.iter().map(|it| format!("{}@127.0.0.1:{}", it.id, it.controller)).collect();
    let voters = voters.join(",");
    let replicas = all.len().min(3);
    let in_sync = replicas.div_ceil(2);
    let open: Vec<String> = open.iter().map(|(name, port)| format!("{name}://127.0.0.1:{port}")).collect();
    let open = open.join(",");
    let shared = shared.display();
    let modules = "org.apache.kafka.common.security";
    format!(
        "process.roles=broker,controller
node.id={id}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listeners={open},BEHIND://127.0.0.1:{behind},CONTROLLER://127.0.0.1:{controller}
advertised.listeners={open},BEHIND://127.0.0.1:{advertised}
inter.broker.listener.name=PLAIN
listener.security.protocol.map=PLAIN:PLAINTEXT,BEHIND:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL,MUTUAL:SSL,\
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
