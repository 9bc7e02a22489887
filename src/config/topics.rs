//! The names of the topics. The one place that knows them.

use super::Kafka;

/// The names of the topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    /// Articles as received.
    pub input: String,
    /// Timeline events, keyed by event id; compacted.
    pub events: String,
    /// What became of each article, keyed by article id; compacted. The changelog of the state stores.
    pub articles: String,
    /// Messages that could not be processed, byte for byte.
    pub rejected: String,
}

impl Topics {
    /// Returns the names that the configuration gives.
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

    /// Returns the topics that are written.
    #[must_use]
    pub fn outputs(&self) -> [&str; 3] {
        [&self.events, &self.articles, &self.rejected]
    }
}
