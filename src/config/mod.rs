//! Files, variables and flags to validated [`Settings`].
//!
//! Must not know what the settings are used for; refuses what cannot work, with a message that says how to mend it.

use std::net::SocketAddr;
use std::time::Duration;

use crate::pipeline;

/// The effective, validated configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Kafka.
    pub kafka: Kafka,
    /// Batches and delivery.
    pub stream: Stream,
    /// What the core is told.
    pub extract: pipeline::Settings,
    /// Health and metrics; `None` for no server.
    pub http: Option<SocketAddr>,
}

/// How Kafka is reached and what the topics are called.
#[derive(Debug, Clone)]
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
    /// librdkafka's own settings, passed through; those that exactly-once depends on were refused.
    pub client: Vec<(String, String)>,
    /// For topics that `check --create-topics` makes.
    pub partitions: i32,
    /// For topics that `check --create-topics` makes.
    pub replication: i32,
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
