//! What a backfill is asked to read, and where its records go.
//!
//! Must not know how offsets are found.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::config::Settings;
use crate::language;

/// One edge of the stretch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Edge {
    /// All that there is on this side, as it is when the plan is made.
    #[default]
    All,
    /// A time, in milliseconds since 1970.
    Time(i64),
    /// An offset for each partition; partitions that are not named are not read.
    Offsets(BTreeMap<i32, i64>),
}

/// Where records go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// The output topics, exactly once.
    Topics,
    /// A file, as JSON Lines.
    File(PathBuf),
    /// Standard output, as JSON Lines. Nothing is remembered, so that nothing can be gone on with.
    Stdout,
    /// Nowhere: what it would do is only told.
    Nowhere,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Where the stretch begins, included.
    pub from: Edge,
    /// Where it ends, excluded.
    pub to: Edge,
    /// Whether the edges are times of publication, and not of records.
    pub by_published: bool,
    /// The only partitions that are read; all where empty.
    pub partitions: BTreeSet<i32>,
    /// Where the records go.
    pub destination: Destination,
    /// Whether to begin again where an earlier run stopped half way.
    pub restart: bool,
    /// The most articles a second.
    pub rate: Option<NonZeroU32>,
    /// Whether to hold the result against what the output topics hold already.
    pub compare: bool,
    /// What was asked for, as it was typed: the same words are the same backfill.
    pub typed: String,
}

impl Request {
    /// The consumer group: one for each stretch, destination and version of the rules, and never the live one.
    #[must_use]
    pub fn group(&self, settings: &Settings) -> String {
        let kafka = &settings.kafka;
        let destination = match &self.destination {
            Destination::Topics => format!("topics {}", kafka.output_prefix),
            Destination::File(path) => format!("file {}", path.display()),
            Destination::Stdout | Destination::Nowhere => String::new(),
        };
        let packs = language::packs().map(|pack| format!("{} {}", pack.language, pack.version)).collect::<Vec<_>>();
        let all = [kafka.input.as_str(), &kafka.group, &self.typed, &destination, crate::VERSION, &packs.join(",")];
        let digest = Sha256::digest(all.join("\n"));
        let short: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        format!("dateline-backfill-{short}")
    }

    /// Whether it can be gone on with after a stop.
    #[must_use]
    pub fn is_resumable(&self) -> bool {
        matches!(self.destination, Destination::Topics | Destination::File(_))
    }
}
