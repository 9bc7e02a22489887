//! The records that are sent to the output topics, and the settings that they depend on.
//!
//! Must not know what a record is about.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::message::{Header, Headers as _, OwnedHeaders};

use super::consumer::Consumer;
use super::event_value::EventValues;
use super::passed::Passed;
use super::times::TimeLimits;
use super::{Error, limits, partition};
use crate::config::{EmbargoPolicy, Output, Settings, TombstonePolicy, Topics};

/// What a record takes on the wire besides key, value and headers: an upper bound.
const RECORD_OVERHEAD: usize = 128;
/// What a header takes on the wire besides name and value: an upper bound.
const HEADER_OVERHEAD: usize = 10;

/// Where records go, and what limits them.
#[derive(Debug, Clone)]
pub struct OutputSettings {
    /// The topics.
    pub topics: Topics,
    /// The size of the largest record, in bytes on the wire.
    pub max_record_bytes: usize,
    /// The times that the topics accept.
    pub times: TimeLimits,
    /// The number of partitions of `timeline.articles`.
    pub changelog_partitions: i32,
    /// The number of partitions of `timeline.events`.
    pub event_partitions: i32,
    /// Whether version 0.1 must find the records.
    pub for_version_0_1: bool,
    /// What is done with an article under embargo.
    pub embargo: EmbargoPolicy,
    /// What a message without a value does.
    pub tombstones: TombstonePolicy,
    /// What of messages passes on to records.
    pub passing: Output,
    /// How the values of events are written.
    pub values: Arc<EventValues>,
}

impl OutputSettings {
    /// Returns settings for tests that change what they are about.
    #[cfg(test)]
    pub fn sample() -> Self {
        use crate::config::Inputs;
        let [input, events, articles, rejected] = ["in", "events", "articles", "rejected"].map(str::to_owned);
        Self {
            topics: Topics { inputs: Inputs::parse(&input).unwrap(), input, events, articles, rejected },
            max_record_bytes: 1_000_000,
            times: TimeLimits::default(),
            changelog_partitions: 1,
            event_partitions: 1,
            for_version_0_1: false,
            embargo: EmbargoPolicy::Hold,
            tombstones: TombstonePolicy::Reject,
            passing: Output::default(),
            values: Arc::new(EventValues::json()),
        }
    }

    /// Returns the partition of `timeline.articles` for the record of an article that is not known, and the number of partitions
    /// that those of its events are chosen from; `None` for those of version 0.1, which looks for articles by the partition of
    /// the input.
    #[must_use]
    pub fn place(&self, id: &str, input_partition: i32) -> (i32, Option<i32>) {
        if self.for_version_0_1 {
            return (input_partition % self.changelog_partitions.max(1), None);
        }
        (partition::of_key(id.as_bytes(), self.changelog_partitions), Some(self.event_partitions))
    }

    /// Returns the partitions of `timeline.articles` in which another writer may just be writing about an article that is not
    /// known.
    #[must_use]
    pub fn possible_places(&self, id: &str) -> Range<i32> {
        if self.for_version_0_1 {
            return 0..self.changelog_partitions;
        }
        let place = partition::of_key(id.as_bytes(), self.changelog_partitions);
        place..place + 1
    }

    /// Asks the brokers for what the configuration does not say.
    ///
    /// # Errors
    /// If the brokers do not answer within `timeout`, or librdkafka rejects the settings.
    pub fn load(
        settings: &Settings,
        topics: &Topics,
        values: Arc<EventValues>,
        consumer: &Consumer,
        timeout: Duration,
    ) -> Result<Self, Error> {
        let partitions = |topic: &str| {
            let count = consumer.partition_count(topic, timeout).map_err(Error::consumer)?;
            Ok(i32::try_from(count).unwrap_or(i32::MAX))
        };
        let limits = limits::ask(settings, topics, limits::STARTUP_TIMEOUT)?;
        Ok(Self {
            topics: topics.clone(),
            max_record_bytes: limits.record_bytes,
            times: limits.times,
            changelog_partitions: partitions(&topics.articles)?,
            event_partitions: partitions(&topics.events)?,
            for_version_0_1: settings.kafka.is_upgrade_from_0_1,
            embargo: settings.revisions.embargo,
            tombstones: settings.tombstones,
            passing: settings.output.clone(),
            values,
        })
    }
}

/// A header: its name and its value.
pub type RecordHeader = (&'static str, String);

/// A record to send.
#[derive(Debug, Clone)]
pub struct OutputRecord {
    /// The topic's name.
    pub topic: String,
    /// The partition; `None` to choose it by the key.
    pub partition: Option<i32>,
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The value; `None` for a tombstone.
    pub value: Option<Vec<u8>>,
    /// The headers.
    pub headers: OwnedHeaders,
    /// Milliseconds since 1970; `None` leaves it to the broker.
    pub timestamp: Option<i64>,
    /// The record to send if this one turns out to be too large.
    pub fallback: Option<Box<OutputRecord>>,
}

impl OutputRecord {
    /// Creates a record with a textual key.
    pub fn new(
        topic: &str,
        key: &str,
        value: Option<Vec<u8>>,
        headers: &[RecordHeader],
        timestamp: Option<i64>,
    ) -> Self {
        let headers = headers
            .iter()
            .fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(value.as_str()) }));
        let key = Some(key.as_bytes().to_vec());
        Self { topic: topic.to_owned(), partition: None, key, value, headers, timestamp, fallback: None }
    }

    /// Returns the record with what passes on to it.
    #[must_use]
    pub fn with(self, passed: &Passed) -> Self {
        Self { headers: passed.add_to(self.headers), ..self }
    }

    /// Returns the record if it would fit into `limit` bytes even if its value grew by `growth`.
    ///
    /// # Errors
    /// If it would not, with the reason.
    pub fn fit(self, limit: usize, growth: usize) -> Result<Self, String> {
        let size = self.max_size() + growth;
        if size <= limit {
            return Ok(self);
        }
        Err(format!(
            "a record of this article for `{}` takes {size} bytes, more than the limit of {limit}; raise \
             `message.max.bytes` of the client and `max.message.bytes` of the topic",
            self.topic
        ))
    }

    /// Returns an upper bound of its size on the wire.
    fn max_size(&self) -> usize {
        let length = |bytes: Option<&[u8]>| bytes.map_or(0, <[u8]>::len);
        let headers: usize =
            self.headers.iter().map(|header| header.key.len() + length(header.value) + HEADER_OVERHEAD).sum();
        length(self.key.as_deref()) + length(self.value.as_deref()) + headers + RECORD_OVERHEAD
    }
}
