//! Files, variables and flags to validated [`Settings`].
//!
//! Built-in values (`config/dateline.toml`) < a file < variables < flags. Each key is described once, in `raw`; the
//! reference is made from there.
//!
//! Must not know what the settings are used for; refuses what cannot work, with a message that says how to mend it.

mod client;
mod error;
mod layers;
mod raw;
mod reference;
#[cfg(test)]
mod tests;
mod topics;
mod validate;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tracing_subscriber::filter::Targets;

pub use self::error::Error;
use self::layers::{Layers, Origin};
use self::raw::Raw;
pub use self::topics::Topics;
use crate::pipeline;

/// The built-in layer. Its comments are generated: see [`reference()`].
const BUILT_IN: &str = include_str!("../../config/dateline.toml");

/// The configuration with all layers laid, not yet validated. It has no `Debug`, since it holds secrets.
pub struct Configuration {
    layers: Layers,
}

impl Configuration {
    /// Lays `file` over the built-in values, `variables` over it (those called `DATELINE_…`), and `flags` on top: each
    /// the flag's name, its key and the text given.
    ///
    /// # Errors
    /// If the file cannot be read or is not TOML, if a key is not known, or if a value has another type than its key.
    pub fn load<'a>(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
        flags: impl IntoIterator<Item = (&'static str, &'a str, &'a str)>,
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

    /// Checks every value.
    ///
    /// # Errors
    /// If a value cannot work.
    pub fn settings(&self) -> Result<Settings, Error> {
        validate::settings(&self.raw()?, &self.layers)
    }

    /// The effective values as TOML, secrets masked; what is not the default tells where it was set.
    ///
    /// # Errors
    /// None in practice: what was laid can be written.
    pub fn effective(&self) -> Result<String, Error> {
        reference::effective(self.raw()?, &self.layers)
    }

    fn raw(&self) -> Result<Raw, Error> {
        self.layers.values.clone().try_into().map_err(|e| Error::origin(&Origin::BuiltIn, e))
    }
}

/// Every key with its default and what it is for, as TOML: what `config/dateline.toml` holds.
///
/// # Errors
/// None in practice: the built-in values can be written.
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
    /// What the core is told.
    pub extract: pipeline::Settings,
    /// Corrections, kills and embargoes.
    pub revisions: Revisions,
    /// Health and metrics; `None` for no server.
    pub http: Option<SocketAddr>,
    /// The timeline.
    pub serve: Serve,
    /// The log.
    pub log: Log,
}

/// How Kafka is reached and what the topics are called.
#[derive(Clone)]
pub struct Kafka {
    /// `host:port[,…]`.
    pub brokers: String,
    /// The input topic.
    pub input: String,
    /// What the output topics' names start with.
    pub output_prefix: String,
    /// The consumer group.
    pub group: String,
    /// What makes this replica's transactional id stable.
    pub instance: String,
    /// Where the token for OAUTHBEARER stands; read anew when it is needed.
    pub token_file: Option<PathBuf>,
    /// librdkafka's own settings, passed through; those that exactly-once depends on were refused. Holds secrets.
    pub client: Vec<(String, String)>,
    /// For topics that `check --create-topics` makes; -1 for the broker's own default.
    pub partitions: i32,
    /// For topics that `check --create-topics` makes; -1 for the broker's own default.
    pub replication: i32,
}

impl fmt::Debug for Kafka {
    /// Shows no secret.
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
    /// How outputs and offsets are tied.
    pub delivery: Delivery,
    /// The most articles in a batch.
    pub batch_messages: usize,
    /// The most input bytes in a batch.
    pub batch_bytes: usize,
    /// The longest that a batch waits to fill.
    pub batch_time: Duration,
}

/// How outputs and offsets are tied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// One transaction for a batch's outputs and its offsets.
    ExactlyOnce,
    /// An idempotent producer; offsets are committed after delivery.
    AtLeastOnce,
}

/// Corrections, kills and embargoes.
#[derive(Debug, Clone, Copy)]
pub struct Revisions {
    /// For how long an article is remembered after its last revision.
    pub window: Duration,
    /// What becomes of an article under embargo.
    pub embargo: EmbargoPolicy,
}

/// What becomes of an article under embargo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbargoPolicy {
    /// It is held back, and published when the embargo ends.
    Hold,
    /// It is published, with a warning.
    Pass,
    /// It is rejected.
    Reject,
}

/// The timeline, where it is served.
#[derive(Debug, Clone)]
pub struct Serve {
    /// The file that keeps it.
    pub database: PathBuf,
    /// The consumer group of what reads the topics.
    pub group: String,
    /// Where the token stands that all who ask must give.
    pub token_file: Option<PathBuf>,
    /// The origins of other pages that may ask.
    pub origins: Vec<String>,
}

/// The log, on standard error.
#[derive(Debug, Clone)]
pub struct Log {
    /// The least level that is written, for all of the program and for parts of it.
    pub level: Targets,
    /// How lines look.
    pub format: LogFormat,
}

/// How the lines of the log look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}
