//! What a backfill is asked to read, and where its records go.
//!
//! Must not know how offsets are found.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::partition_name::PartitionName;
use crate::config::Settings;
use crate::language;

/// One edge of the range to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Edge {
    /// The first or the last message that there is when the plan is made.
    #[default]
    All,
    /// A time, in milliseconds since 1970.
    Time(i64),
    /// An offset for each partition; partitions that are not named are not read.
    Offsets(BTreeMap<PartitionName, i64>),
}

/// Where records go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// The output topics, as the live worker writes them.
    Topics,
    /// A file, as JSON Lines.
    File(PathBuf),
    /// Standard output, as JSON Lines. No progress is stored, so it cannot be continued.
    Stdout,
    /// Nowhere: it is only reported what would be published.
    Nowhere,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Where the range starts, inclusive.
    pub from: Edge,
    /// Where it ends, exclusive.
    pub to: Edge,
    /// Whether the edges are publication times, not timestamps of messages.
    pub by_published: bool,
    /// The partitions to read; all if empty.
    pub partitions: BTreeSet<PartitionName>,
    /// Where the records go.
    pub destination: Destination,
    /// Whether to start again, although an earlier run stopped half-way.
    pub restart: bool,
    /// The most articles a second.
    pub rate: Option<NonZeroU32>,
    /// Whether to compare the result with what the output topics hold.
    pub compare: bool,
    /// What was asked for, as it was typed: the same words are the same backfill.
    pub typed: String,
}

impl Request {
    /// Returns the consumer group: one for each range, destination and version of the rules, and never that of the live
    /// worker.
    #[must_use]
    pub fn group(&self, settings: &Settings) -> String {
        let kafka = &settings.kafka;
        let destination = match &self.destination {
            Destination::Topics => format!("topics {}", kafka.output_prefix),
            Destination::File(path) => format!("file {}", path.display()),
            Destination::Stdout | Destination::Nowhere => String::new(),
        };
        let packs =
            language::languages().map(|source| format!("{} {}", source.language, source.version)).collect::<Vec<_>>();
        let all = [kafka.input.as_str(), &kafka.group, &self.typed, &destination, crate::VERSION, &packs.join(",")];
        let digest = Sha256::digest(all.join("\n"));
        let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        format!("dateline-backfill-{short}")
    }

    /// Returns what the range is asked for by, with times as points in time: "7 days ago" is another stretch each day.
    #[must_use]
    pub fn edges(&self) -> String {
        let all = format!("{:?} {:?} {:?} {}", self.from, self.to, self.partitions, self.by_published);
        Sha256::digest(all).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns whether it can be continued after it stopped.
    #[must_use]
    pub fn is_resumable(&self) -> bool {
        matches!(self.destination, Destination::Topics | Destination::File(_))
    }
}
