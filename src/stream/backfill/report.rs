//! What a backfill did.

use std::collections::BTreeMap;

use serde::Serialize;

use super::compare::Differences;
use super::plan::PartitionRange;
use crate::stream::topic_partition::TopicPartition;

/// How far a backfill is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// The number of offsets that are done, of each partition in the order of the plan, counted from where this run
    /// started.
    pub done: Vec<u64>,
    /// Messages read.
    pub read: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Events extracted.
    pub events: u64,
    /// Messages rejected.
    pub rejected: u64,
}

/// What this run did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The topic that was read.
    pub input: String,
    /// The group whose committed offsets store the progress.
    pub group: String,
    /// Whether the whole range is done; false if it was stopped before.
    pub finished: bool,
    /// Whether it continued where an earlier run had stopped. The counts are of this run alone.
    pub resumed: bool,
    /// The ranges of the partitions.
    pub partitions: Vec<PartitionRange>,
    /// Messages read.
    pub read: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Messages outside the range by their publication times.
    pub outside: u64,
    /// Articles whose events were extracted.
    pub articles: u64,
    /// Messages with extracted articles and without any event.
    pub without_events: u64,
    /// Articles of which no events were extracted: no text, another language, withdrawn, held, stale.
    pub skipped: u64,
    /// Withdrawals of articles of which no revision is known. Nothing was retracted for them.
    pub unknown_withdrawals: u64,
    /// Messages without a value whose key is not the id of a known article, or which a file has no use for.
    pub unknown_tombstones: u64,
    /// Events extracted.
    pub events: u64,
    /// Messages rejected, by the code of the error.
    pub rejected: BTreeMap<String, u64>,
    /// Offsets that retention had removed before they were read.
    pub removed: u64,
    /// Partitions that were added to the topic meanwhile, and not read, if it is a single topic.
    pub added_partitions: Vec<i32>,
    /// The same for several topics, or a pattern.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<TopicPartition>,
    /// Batches that were rolled back and done again.
    pub rolled_back: u64,
    /// How long it took.
    pub seconds: f64,
    /// How the events differ from those that the output topics hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared: Option<Differences>,
}

impl Report {
    /// Returns the number of messages rejected.
    #[must_use]
    pub fn rejections(&self) -> u64 {
        self.rejected.values().sum()
    }
}
