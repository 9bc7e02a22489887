//! What a backfill did.

use std::collections::BTreeMap;

use serde::Serialize;

use super::compare::Differences;
use super::plan::Part;

/// How far it is, for whoever watches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Offsets that are done, for each partition in the order of the plan, counted from where this run began.
    pub done: Vec<u64>,
    /// Messages read.
    pub read: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Events made.
    pub events: u64,
    /// Messages rejected.
    pub rejected: u64,
}

/// What it did from the start to the end of this run.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The topic that was read.
    pub input: String,
    /// The group that remembers how far it is.
    pub group: String,
    /// Whether the whole stretch is done; false where it was stopped before.
    pub finished: bool,
    /// Whether it went on where an earlier run had stopped. The counts are of this run alone.
    pub resumed: bool,
    /// The partitions, with what was read of them.
    pub partitions: Vec<Part>,
    /// Messages read.
    pub read: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Messages that are not of the stretch by their time of publication.
    pub outside: u64,
    /// Articles whose events were extracted.
    pub articles: u64,
    /// Those among them that tell no dated statement.
    pub without_events: u64,
    /// Articles that were passed over: no text, another language.
    pub skipped: u64,
    /// Events.
    pub events: u64,
    /// Messages rejected, by the code of the reason.
    pub rejected: BTreeMap<String, u64>,
    /// Offsets that retention had removed before they were read.
    pub removed: u64,
    /// Partitions that the topic has got meanwhile and that were not read.
    pub added_partitions: Vec<i32>,
    /// Batches that were rolled back and done again.
    pub rolled_back: u64,
    /// How long it took.
    pub seconds: f64,
    /// What is different from what the output topics held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared: Option<Differences>,
}

impl Report {
    /// How many messages were rejected.
    #[must_use]
    pub fn rejections(&self) -> u64 {
        self.rejected.values().sum()
    }
}
