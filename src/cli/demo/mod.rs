//! `dateline demo`: the whole system in one process, with nothing installed.
//!
//! An embedded broker, a producer of sample articles, the worker of `dateline run`, a consumer of its output, and the
//! timeline of `dateline serve`. Only the broker is a mock.

mod spoken;
mod transcript;

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Args;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{BorrowedMessage, Headers};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};

use self::transcript::Transcript;
use super::serve::{Service, prepare};
use super::service::{health_server, run_with_servers};
use super::{FAILED, USAGE, failed};
use crate::config::{self, Configuration, Settings, Topics};
use crate::stream::follow::follow;
use crate::stream::{self, Control, Shutdown};
use crate::telemetry::start_log;

/// Two days of a fictional news wire, one message per line.
const SAMPLES: &str = include_str!("samples.jsonl");
/// The time between two messages of the wire.
const SEND_INTERVAL: Duration = Duration::from_millis(300);
/// How long the embedded broker may take to respond.
const BROKER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the consumer waits before it checks for a shutdown.
const POLL_TIMEOUT: Duration = Duration::from_millis(100);

/// Runs the whole system in one process, with nothing installed
///
/// Starts an embedded broker, a wire of sample articles, the worker, and the timeline with its page.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Exit after the last sample instead of waiting for Ctrl-C
    #[arg(long)]
    once: bool,
    /// The address for health and metrics; without a host only this machine can connect, port 0 picks one
    #[arg(long, value_name = "[HOST:]PORT")]
    http: Option<String>,
    /// The address for the timeline; without a host only this machine can connect, port 0 (the default) picks one
    #[arg(long, value_name = "[HOST:]PORT")]
    serve: Option<String>,
}

/// Runs the command.
pub fn run(args: &DemoArgs) -> ExitCode {
    // The cluster must stay alive, and on this thread, until everything else has stopped.
    let cluster = match MockCluster::new(1) {
        Ok(cluster) => cluster,
        Err(error) => return failed(FAILED, &format!("the embedded broker cannot start: {error}")),
    };
    let settings = match settings(args, &cluster.bootstrap_servers()) {
        Ok(settings) => settings,
        Err(error) => return failed(USAGE, &error),
    };
    let address = match serve_address(args) {
        Ok(address) => address,
        Err(error) => return failed(USAGE, &error),
    };
    let result = run_demo(args, &cluster, &settings, address);
    // It ends with the process: a client that is closed a moment later would log that the broker is gone.
    std::mem::forget(cluster);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(FAILED, &error),
    }
}

/// Returns the built-in settings with those that the embedded broker needs. Files and environment variables are
/// ignored: they may name a cluster, which the demo must not touch.
fn settings(args: &DemoArgs, brokers: &str) -> Result<Settings, config::Error> {
    let mut flags = vec![
        ("demo", "kafka.brokers", brokers),
        ("demo", "stream.delivery", "at-least-once"),
        ("demo", "log.level", "warn,librdkafka=error"),
    ];
    flags.extend(args.http.as_deref().map(|http| ("--http", "http", http)));
    Configuration::load(None, [], flags)?.settings()
}

/// Returns the address for the timeline. It is parsed like the key `http`, which the demo uses for the worker.
fn serve_address(args: &DemoArgs) -> Result<SocketAddr, config::Error> {
    let flags = [("--serve", "http", args.serve.as_deref().unwrap_or("0"))];
    let http = Configuration::load(None, [], flags)?.settings()?.http;
    Ok(http.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 0).into()))
}

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn run_demo(
    args: &DemoArgs,
    cluster: &MockCluster<'static, DefaultProducerContext>,
    settings: &Settings,
    address: SocketAddr,
) -> Fallible<()> {
    start_log(&settings.log)?;
    let control = Control::default();
    // Shuts down with the worker, but has its own health.
    let timeline_control = Control { shutdown: control.shutdown.clone(), ..Control::default() };
    let folder = tempfile::tempdir()?;
    let mut settings = settings.clone();
    settings.serve.database = folder.path().join("timeline.db");
    let settings = &settings;
    let Service { mut writer, progress, server } = prepare(settings, &timeline_control, address, None)?;
    let page = format!("Timeline: http://{}/\n", server.address()?);
    print(&page)?;
    let mut servers = vec![server];
    if let Some(server) = health_server(settings, &control)? {
        print(&format!("Health and metrics of the worker: http://{}/metrics\n", server.address()?))?;
        servers.push(server);
    }
    print("\n")?;
    let topics = Topics::new(&settings.kafka);
    for topic in [&topics.input, &topics.events, &topics.articles, &topics.rejected] {
        cluster.create_topic(topic, 1, 1)?;
    }
    let samples = SAMPLES.lines().count();
    print(&format!(
        "{samples} messages of a fictional news wire go through an embedded broker and the worker of `dateline run`.\n\
         This broker does not support transactions, so delivery is at-least-once here; on Kafka it is exactly-once.\n\
         The worker is joining its group, which takes three seconds.\n\n"
    ))?;
    let brokers = &settings.kafka.brokers;
    // The first to fail stops the others.
    let (worker, wire, reader, timeline) = thread::scope(|scope| {
        let wire = scope.spawn(|| {
            let send = || send(brokers, &topics.input, &control.shutdown);
            shut_down_after(&control.shutdown, false, send)
        });
        let reader = scope.spawn(|| {
            let read = || read_outputs(brokers, &topics, &page, samples, args.once, &control.shutdown);
            shut_down_after(&control.shutdown, true, read)
        });
        let timeline = scope.spawn(|| {
            let fill = || Ok(follow(settings, &timeline_control, &progress, &mut writer)?);
            shut_down_after(&control.shutdown, false, fill)
        });
        let worker = run_with_servers(servers, &control, || stream::run(settings, &control));
        control.shutdown.trigger();
        (worker, wire.join(), reader.join(), timeline.join())
    });
    worker?;
    let panicked = |_| "a thread of the demo panicked";
    wire.map_err(panicked)??;
    timeline.map_err(panicked)??;
    reader.map_err(panicked)?
}

/// Runs a part of the demo. Shuts the others down if it fails, and with `always` if it succeeds as well.
fn shut_down_after(shutdown: &Shutdown, always: bool, part: impl FnOnce() -> Fallible<()>) -> Fallible<()> {
    let result = part();
    if always || result.is_err() {
        shutdown.trigger();
    }
    result
}

/// Sends the samples, a few per second.
fn send(brokers: &str, topic: &str, shutdown: &Shutdown) -> Fallible<()> {
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", brokers).create()?;
    for sample in SAMPLES.lines() {
        if shutdown.is_triggered() {
            break;
        }
        producer.send(BaseRecord::<(), str>::to(topic).payload(sample)).map_err(|(error, _)| error)?;
        producer.flush(BROKER_TIMEOUT)?;
        shutdown.wait(SEND_INTERVAL);
    }
    Ok(())
}

/// Consumes what the worker publishes, and prints it, until shutdown; with `once`, until all samples were printed. What
/// stays in sight then is where the page is.
fn read_outputs(
    brokers: &str,
    topics: &Topics,
    page: &str,
    samples: usize,
    once: bool,
    shutdown: &Shutdown,
) -> Fallible<()> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("group.id", "demo-reader").set("enable.auto.commit", "false");
    // Short, so that records are printed as soon as they are published.
    config.set("fetch.wait.max.ms", "50");
    let consumer: BaseConsumer = config.create()?;
    let mut partitions = TopicPartitionList::new();
    for topic in topics.outputs() {
        partitions.add_partition_offset(topic, 0, Offset::Beginning)?;
    }
    consumer.assign(&partitions)?;
    let mut transcript = Transcript::default();
    let mut all_shown = false;
    while !(shutdown.is_triggered() || all_shown && once) {
        let Some(message) = consumer.poll(POLL_TIMEOUT) else { continue };
        add(&mut transcript, topics, &message?)?;
        if !print(&transcript.render_pending())? {
            return Ok(());
        }
        if transcript.shown() == samples && !all_shown {
            all_shown = true;
            if !once {
                print(&format!("{}\n\n{page}Press Ctrl-C to stop.\n", transcript.summary()))?;
            }
        }
    }
    if once || !all_shown {
        print(&(transcript.summary() + "\n"))?;
    }
    Ok(())
}

fn add(transcript: &mut Transcript, topics: &Topics, message: &BorrowedMessage<'_>) -> Fallible<()> {
    if message.topic() == topics.rejected {
        let header = |name: &str| {
            let header = message.headers()?.iter().find(|header| header.key == name)?;
            Some(String::from_utf8_lossy(header.value?).into_owned())
        };
        let [code, reason] = ["dateline-error-code", "dateline-error"].map(|name| header(name).unwrap_or_default());
        transcript.rejected(code, reason);
        return Ok(());
    }
    let Some(value) = message.payload() else {
        // A correction retracted an event; the record of its article shows that as well.
        return Ok(());
    };
    let record = serde_json::from_slice(value)?;
    if message.topic() == topics.events {
        transcript.event(record)
    } else {
        transcript.article(&record)
    }
    Ok(())
}

/// Prints; false if standard output is closed.
fn print(text: &str) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true),
    }
}
