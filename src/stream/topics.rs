//! What the topics are called. The one place that knows.

use crate::config::Kafka;

/// The names of the topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    /// Articles as received.
    pub input: String,
    /// Timeline events, keyed by event id; compacted.
    pub events: String,
    /// What became of each article, keyed by article id; compacted.
    pub articles: String,
    /// Messages that could not be read, byte for byte.
    pub rejected: String,
}

impl Topics {
    /// The names that the configuration gives.
    #[must_use]
    pub fn new(kafka: &Kafka) -> Self {
        let output = |name: &str| format!("{}{name}", kafka.output_prefix);
        Self {
            input: kafka.input.clone(),
            events: output("events"),
            articles: output("articles"),
            rejected: output("rejected"),
        }
    }

    /// The topics that are written.
    #[must_use]
    pub fn outputs(&self) -> [&str; 3] {
        [&self.events, &self.articles, &self.rejected]
    }
}
