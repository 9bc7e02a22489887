//! What became of the messages that went through again.

use std::collections::BTreeMap;

use serde::Serialize;

/// What a run did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Messages that are asked for and have not gone through again, by the code of the error.
    pub asked: BTreeMap<String, u64>,
    /// Messages that are asked for and went through again in an earlier run.
    pub retried_before: u64,
    /// Articles by what became of them.
    pub articles: BTreeMap<&'static str, u64>,
    /// Events published.
    pub events: u64,
    /// Messages without a value whose key is not the id of a known article.
    pub unknown_tombstones: u64,
    /// Messages that are still rejected, by the code of the error. They stay as they are.
    pub rejected: BTreeMap<String, u64>,
    /// Messages that were too large for `timeline.rejected`, and are no longer on the input topic.
    pub gone: u64,
    /// Messages of another input topic, or of a partition that it no longer has.
    pub elsewhere: u64,
    /// Whether all of them were read; false if it was stopped before.
    pub finished: bool,
}
