//! Files, environment variables and flags to validated [`Settings`].
//!
//! Built-in values (`config/dateline.toml`) < a file < variables < flags. Each key is described once, in `raw`; the
//! reference is generated from there.
//!
//! Must not know what the settings are used for; refuses what cannot work, with a message that says how to fix it.

mod client;
mod collector;
mod error;
mod keep;
mod layers;
mod output;
mod raw;
mod reference;
mod schema_registry;
mod sources;
#[cfg(test)]
mod tests;
mod topics;
mod validate;
mod variables;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tracing_subscriber::filter::Targets;

pub use self::error::Error;
pub use self::keep::Keep;
use self::layers::{Layers, Origin};
pub use self::output::{Output, PassedHeader};
use self::raw::Raw;
pub use self::schema_registry::{EventFormat, SchemaRegistry};
pub use self::topics::{Inputs, Topics};
pub use self::variables::Ignored;
use crate::pipeline;

/// The built-in values. The file is generated: see [`reference()`].
const BUILT_IN: &str = include_str!("../../config/dateline.toml");

/// The merged configuration, not yet validated. It has no `Debug`, since it holds secrets.
pub struct Configuration {
    layers: Layers,
}

impl Configuration {
    /// Merges the built-in values with `file`, `variables` (those named `DATELINE_…`) and `flags` (flag, key and value
    /// of each); the later ones override the earlier ones. Variables that are like no section and no key, and those that
    /// Kubernetes injects for Services named `dateline…`, set nothing.
    ///
    /// # Errors
    /// If the file cannot be read or is not TOML, a key is unknown, or a value has the wrong type.
    pub fn load<'k, 'a>(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
        flags: impl IntoIterator<Item = (&'static str, &'k str, &'a str)>,
    ) -> Result<Self, Error> {
        let mut layers = Layers::new(BUILT_IN.parse().map_err(|e| Error::origin(&Origin::BuiltIn, e))?);
        if let Some(path) = file {
            layers.file(path)?;
        }
        layers.variables(variables)?;
        for (flag, key, text) in flags {
            layers.text(key, text, &Origin::Flag(flag))?;
        }
        Ok(Self { layers })
    }

    /// Whether these ask for a log in JSON, whatever is wrong with them: that is logged as they ask.
    pub fn asks_for_json(file: Option<&Path>, variables: impl IntoIterator<Item = (String, String)>) -> bool {
        let variable = variables.into_iter().find(|(name, _)| name == "DATELINE_LOG__FORMAT").map(|(_, value)| value);
        let in_file = || {
            let table = std::fs::read_to_string(file?).ok()?.parse::<toml::Table>().ok()?;
            table.get("log")?.get("format")?.as_str().map(str::to_owned)
        };
        variable.or_else(in_file).as_deref() == Some("json")
    }

    /// Validates every value.
    ///
    /// # Errors
    /// If a value is not valid.
    pub fn settings(&self) -> Result<Settings, Error> {
        validate::settings(&self.raw()?, &self.layers)
    }

    /// Validates what extraction depends on, and nothing else: commands without Kafka need no secrets, for example.
    ///
    /// # Errors
    /// If such a value is not valid.
    pub fn extraction(&self) -> Result<pipeline::Settings, Error> {
        validate::extraction(&self.raw()?, &self.layers)
    }

    /// Returns the effective values as TOML, with secrets masked; those that are not the default say where they were
    /// set.
    ///
    /// # Errors
    /// None in practice: the merged values can be serialised.
    pub fn effective(&self) -> Result<String, Error> {
        reference::effective(self.raw()?, &self.layers)
    }

    fn raw(&self) -> Result<Raw, Error> {
        self.layers.values.clone().try_into().map_err(|e| Error::origin(&Origin::BuiltIn, e))
    }
}

/// Returns every key with its default and description as TOML: the contents of `config/dateline.toml`.
///
/// # Errors
/// None in practice: the built-in values can be serialised.
pub fn reference() -> Result<String, Error> {
    reference::reference(&Configuration::load(None, [], [])?.raw()?)
}

/// The effective, validated configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Kafka.
    pub kafka: Kafka,
    /// Batches and delivery.
    pub stream: Stream,
    /// Extraction.
    pub extract: pipeline::Settings,
    /// What a message without a value does.
    pub tombstones: TombstonePolicy,
    /// Corrections, kills and embargoes.
    pub revisions: Revisions,
    /// What of messages passes on to records.
    pub output: Output,
    /// What the values of events are.
    pub event_format: EventFormat,
    /// Where the schemas of messages and events are, if anywhere.
    pub schema_registry: Option<SchemaRegistry>,
    /// Health and metrics; `None` for no server.
    pub http: Option<SocketAddr>,
    /// The timeline.
    pub serve: Serve,
    /// The log.
    pub log: Log,
    /// The environment variables that set nothing.
    pub ignored: Ignored,
}

/// The Kafka cluster, and the names of topics and groups.
#[derive(Clone)]
pub struct Kafka {
    /// `host:port[,…]`.
    pub brokers: String,
    /// The input topics: names and patterns, separated by commas.
    pub input: String,
    /// The prefix of the output topics.
    pub output_prefix: String,
    /// The consumer group.
    pub group: String,
    /// The name of this replica, which keeps its transactional id stable.
    pub instance: String,
    /// The name by which it is a static member of the group, if it is one.
    pub static_member: Option<String>,
    /// Whether records are written so that workers of version 0.1 find them.
    pub is_upgrade_from_0_1: bool,
    /// The file with the token for OAUTHBEARER; read again whenever a token is needed.
    pub token_file: Option<PathBuf>,
    /// The file with the expiry of that token, if the token does not say it.
    pub token_expiry_file: Option<PathBuf>,
    /// Settings of librdkafka, passed through, without those that are refused. Holds secrets.
    pub client: Vec<(String, String)>,
    /// For topics that `check --create-topics` creates; -1 for the default of the brokers.
    pub partitions: i32,
    /// For topics that `check --create-topics` creates; -1 for the default of the brokers.
    pub replication: i32,
}

impl fmt::Debug for Kafka {
    /// Masks secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let masked = |(name, value): &(String, String)| {
            let value = if client::is_secret(name) { client::MASK } else { value };
            format!("{name}={value}")
        };
        f.debug_struct("Kafka")
            .field("brokers", &self.brokers)
            .field("input", &self.input)
            .field("output_prefix", &self.output_prefix)
            .field("group", &self.group)
            .field("instance", &self.instance)
            .field("token_file", &self.token_file)
            .field("client", &self.client.iter().map(masked).collect::<Vec<_>>())
            .field("partitions", &self.partitions)
            .field("replication", &self.replication)
            .finish()
    }
}

/// Batches and delivery.
#[derive(Debug, Clone)]
pub struct Stream {
    /// How outputs and offsets are committed.
    pub delivery: Delivery,
    /// The most articles in a batch.
    pub batch_messages: usize,
    /// The most bytes of input in a batch.
    pub batch_bytes: usize,
    /// The longest that a batch waits to fill.
    pub batch_time: Duration,
}

/// How outputs and offsets are committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The outputs and offsets of a batch are committed in one transaction.
    ExactlyOnce,
    /// The producer is idempotent, and offsets are committed after delivery.
    AtLeastOnce,
}

/// What a message without a value does, which deletes what has its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TombstonePolicy {
    /// It is rejected.
    Reject,
    /// It withdraws the article whose id its key is, if that article is known.
    Withdraw,
    /// It changes nothing.
    Skip,
}

/// Corrections, kills and embargoes.
#[derive(Debug, Clone, Copy)]
pub struct Revisions {
    /// For how long after its last revision an article is remembered.
    pub window: Duration,
    /// What becomes of an article under embargo.
    pub embargo: EmbargoPolicy,
}

/// What becomes of an article under embargo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbargoPolicy {
    /// It is held, and published when the embargo ends.
    Hold,
    /// It is published, with a warning.
    Pass,
    /// It is rejected.
    Reject,
}

/// The timeline server.
#[derive(Debug, Clone)]
pub struct Serve {
    /// The database file.
    pub database: PathBuf,
    /// What is kept in it.
    pub keep: Keep,
    /// The consumer group that reads the topics.
    pub group: String,
    /// The file with the token that requests must send.
    pub token_file: Option<PathBuf>,
    /// The origins whose pages may send requests.
    pub origins: Vec<String>,
    /// The names that the server answers to, besides localhost and addresses.
    pub hosts: Vec<String>,
    /// The file with the read-only links.
    pub links_file: Option<PathBuf>,
    /// The address at which others reach the server, without a slash at its end.
    pub public_url: Option<String>,
    /// The origins whose pages may show the embedded view in a frame.
    pub frame_ancestors: Vec<String>,
    /// What an HTTP server allows its clients.
    pub limits: HttpLimits,
}

/// What an HTTP server allows its clients. The default is that of the built-in values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpLimits {
    /// How many connections there may be.
    pub connections: usize,
    /// How long the headers of a request may take.
    pub header_timeout: Duration,
    /// How long the body of a request may take.
    pub body_timeout: Duration,
    /// How long a client may accept nothing of a response.
    pub send_timeout: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            connections: 512,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(10),
            send_timeout: Duration::from_secs(60),
        }
    }
}

/// A collector of OpenTelemetry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collector {
    /// The address to which spans are sent.
    pub traces: String,
    /// The name of this process in traces.
    pub instance: String,
}

/// The log, on standard error, and what is sent beside it.
#[derive(Debug, Clone)]
pub struct Log {
    /// The lowest level that is written, for the whole program and for modules.
    pub level: Targets,
    /// The format of lines.
    pub format: LogFormat,
    /// Where spans are sent; `None` for nowhere.
    pub collector: Option<Collector>,
}

impl Log {
    /// A log of errors in JSON, for those of a configuration.
    #[must_use]
    pub fn json() -> Self {
        Self { level: Targets::new().with_default(tracing::Level::ERROR), format: LogFormat::Json, collector: None }
    }
}

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}
