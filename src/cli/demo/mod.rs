//! `dateline demo`: the whole system in one process, with nothing installed.
//!
//! An embedded broker, a wire that sends sample articles, the very worker of `dateline run`, a reader of what it
//! publishes, and the very timeline of `dateline serve`. Only the broker is not the real thing.

mod show;

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

use self::show::Show;
use super::serve::{Service, prepare};
use super::service::{beside, health};
use super::{FAILED, USAGE, failed};
use crate::config::{self, Configuration, Settings, Topics};
use crate::stream::follow::follow;
use crate::stream::{self, Control, Shutdown};
use crate::telemetry::start_log;

/// Two days of a fictional wire: one message a line.
const SAMPLES: &str = include_str!("samples.jsonl");
/// How often the wire sends one.
const PACE: Duration = Duration::from_millis(300);
/// How long the embedded broker may take for anything.
const ANSWER: Duration = Duration::from_secs(10);
/// How long the reader waits before it looks whether the end was asked for.
const POLL: Duration = Duration::from_millis(100);

/// Runs the whole system in one process, with nothing installed: an embedded broker, a wire of sample articles, the
/// worker, what it publishes, and the timeline with its page.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// End when the samples are through, instead of waiting for Ctrl-C.
    #[arg(long)]
    once: bool,
    /// Where health and metrics are served, on this machine alone without a host; port 0 picks one.
    #[arg(long, value_name = "[HOST:]PORT")]
    http: Option<String>,
    /// Where the timeline is served, on this machine alone without a host; port 0, as without this, picks one.
    #[arg(long, value_name = "[HOST:]PORT")]
    serve: Option<String>,
}

/// Runs the command.
pub fn run(args: &DemoArgs) -> ExitCode {
    // The cluster must live, and stay on this thread, until everything else has ended.
    let cluster = match MockCluster::new(1) {
        Ok(cluster) => cluster,
        Err(error) => return failed(FAILED, &format!("the embedded broker does not start: {error}")),
    };
    let settings = match settings(args, &cluster.bootstrap_servers()) {
        Ok(settings) => settings,
        Err(error) => return failed(USAGE, &error),
    };
    let place = match place(args) {
        Ok(place) => place,
        Err(error) => return failed(USAGE, &error),
    };
    match demonstrate(args, &cluster, &settings, place) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(FAILED, &error),
    }
}

/// The built-in settings and what an embedded broker needs. Files and variables are left out: they tell of a cluster
/// that the demo must not touch.
fn settings(args: &DemoArgs, brokers: &str) -> Result<Settings, config::Error> {
    let mut given = vec![
        ("demo", "kafka.brokers", brokers),
        ("demo", "stream.delivery", "at-least-once"),
        ("demo", "stream.batch_time_ms", "100"),
        ("demo", "log.level", "warn,librdkafka=error"),
    ];
    given.extend(args.http.as_deref().map(|http| ("--http", "http", http)));
    let mut settings = Configuration::load(None, [], given)?.settings()?;
    // The embedded broker makes a member that comes back wait for so long.
    settings.kafka.client.push(("session.timeout.ms".into(), "6000".into()));
    Ok(settings)
}

/// Where the timeline is served. Read as `http` is, which for the demo is the place of the worker's pages.
fn place(args: &DemoArgs) -> Result<SocketAddr, config::Error> {
    let given = [("--serve", "http", args.serve.as_deref().unwrap_or("0"))];
    let http = Configuration::load(None, [], given)?.settings()?.http;
    Ok(http.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 0).into()))
}

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn demonstrate(
    args: &DemoArgs,
    cluster: &MockCluster<'static, DefaultProducerContext>,
    settings: &Settings,
    place: SocketAddr,
) -> Fallible<()> {
    start_log(&settings.log)?;
    let control = Control::default();
    // Ended with the others, and with a health of its own.
    let followed = Control { shutdown: control.shutdown.clone(), ..Control::default() };
    let folder = tempfile::tempdir()?;
    let mut settings = settings.clone();
    settings.serve.database = folder.path().join("timeline.db");
    let settings = &settings;
    let Service { mut writer, progress, site } = prepare(settings, &followed, place, false)?;
    tell(&format!("The timeline: http://{}/\n", site.address()?))?;
    let mut sites = health(settings, &control)?;
    for site in &sites {
        tell(&format!("Health and metrics of the worker: http://{}/metrics\n", site.address()?))?;
    }
    sites.push(site);
    tell("\n")?;
    let topics = Topics::new(&settings.kafka);
    for topic in [&topics.input, &topics.events, &topics.articles, &topics.rejected] {
        cluster.create_topic(topic, 1, 1)?;
    }
    let samples = SAMPLES.lines().count();
    tell(&format!(
        "{samples} messages of a fictional news wire go through an embedded broker and the worker of `dateline run`.\n\
         That broker knows no transactions, so delivery is at-least-once here; on Kafka it is exactly-once.\n\
         The worker joins its group, which takes three seconds.\n\n"
    ))?;
    let brokers = &settings.kafka.brokers;
    // Whatever ends first ends the others.
    let (worked, sent, shown, filled) = thread::scope(|scope| {
        let wire = scope.spawn(|| ending(&control.shutdown, false, || send(brokers, &topics.input, &control.shutdown)));
        let reader = scope.spawn(|| {
            let show = || show(brokers, &topics, samples, args.once, &control.shutdown);
            ending(&control.shutdown, true, show)
        });
        let store = scope.spawn(|| {
            let fill = || Ok(follow(settings, &followed, &progress, &mut writer)?);
            ending(&control.shutdown, false, fill)
        });
        let worked = beside(sites, &control, || stream::run(settings, &control));
        control.shutdown.trigger();
        (worked, wire.join(), reader.join(), store.join())
    });
    worked?;
    let broke = |_| "a thread of the demo broke";
    sent.map_err(broke)??;
    filled.map_err(broke)??;
    shown.map_err(broke)?
}

/// Asks all others to end when this fails, or, if it is what they are for, when it is done.
fn ending(shutdown: &Shutdown, done: bool, part: impl FnOnce() -> Fallible<()>) -> Fallible<()> {
    let result = part();
    if done || result.is_err() {
        shutdown.trigger();
    }
    result
}

/// The wire: sends the samples, a few a second.
fn send(brokers: &str, topic: &str, shutdown: &Shutdown) -> Fallible<()> {
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", brokers).create()?;
    for sample in SAMPLES.lines() {
        if shutdown.is_triggered() {
            break;
        }
        producer.send(BaseRecord::<(), str>::to(topic).payload(sample)).map_err(|(error, _)| error)?;
        producer.flush(ANSWER)?;
        shutdown.wait(PACE);
    }
    Ok(())
}

/// The reader: shows what the worker publishes until the end is asked for, or with `once` until all samples were
/// shown.
fn show(brokers: &str, topics: &Topics, samples: usize, once: bool, shutdown: &Shutdown) -> Fallible<()> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("group.id", "demo-reader").set("enable.auto.commit", "false");
    // Short, so that what is shown was published just now.
    config.set("fetch.wait.max.ms", "50");
    let consumer: BaseConsumer = config.create()?;
    let mut places = TopicPartitionList::new();
    for topic in topics.outputs() {
        places.add_partition_offset(topic, 0, Offset::Beginning)?;
    }
    consumer.assign(&places)?;
    let mut show = Show::default();
    let mut is_through = false;
    while !(shutdown.is_triggered() || is_through && once) {
        let Some(message) = consumer.poll(POLL) else { continue };
        take(&mut show, topics, &message?)?;
        if !tell(&show.news())? {
            return Ok(());
        }
        if show.shown() == samples && !is_through {
            is_through = true;
            tell(if once { "" } else { "That was all of the wire; Ctrl-C ends.\n" })?;
        }
    }
    tell(&(show.summary() + "\n"))?;
    Ok(())
}

fn take(show: &mut Show, topics: &Topics, message: &BorrowedMessage<'_>) -> Fallible<()> {
    if message.topic() == topics.rejected {
        let header = |name: &str| {
            let header = message.headers()?.iter().find(|header| header.key == name)?;
            Some(String::from_utf8_lossy(header.value?).into_owned())
        };
        let [code, reason] = ["dateline-error-code", "dateline-error"].map(|name| header(name).unwrap_or_default());
        show.rejected(code, reason);
        return Ok(());
    }
    let Some(value) = message.payload() else {
        // An event that a correction took back; its article tells that as well.
        return Ok(());
    };
    let record = serde_json::from_slice(value)?;
    if message.topic() == topics.events {
        show.event(record)
    } else {
        show.article(&record)
    }
    Ok(())
}

/// Prints, and tells whether anybody is left to read.
fn tell(text: &str) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true),
    }
}
