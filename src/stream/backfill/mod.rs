//! A bounded replay of the input topic: a stretch is read once, from its start to its end, and then it is done.
//!
//! ```text
//! Request ──> Plan (frozen: which offsets) ──> messages ──> Batch ──> Extractor ──> Sink ──> Report
//! ```
//!
//! # What it stands on
//!
//! - **The end is fixed before the start.** Watermarks and times are turned into offsets once. What comes in while it
//!   runs is none of its business.
//! - **It has a group of its own**, named after what was asked for, and is its only reader: partitions are assigned,
//!   not subscribed to. It shares nothing with the live worker but the topics.
//! - **The same command goes on where it was.** The frozen stretch is kept with the committed offsets of the group
//!   (their metadata), so that a time such as "7 days ago" means after a restart what it meant at the start. A stretch
//!   that is finished begins again: same articles, same ids, same values.
//! - **Records and offsets are committed as the live worker's are**, by the same code: exactly once, under kills as well.
//!   A file is cut back to the length that was kept with the offsets.
//! - **A partition ends by its position**, not by its last message: markers of transactions, compaction and aborted
//!   records occupy offsets that no message has.
//!
//! Must not know the command line.

mod compare;
mod plan;
mod rate;
mod report;
mod request;
mod run;
mod sink;

pub use self::compare::Differences;
pub use self::plan::{Part, Plan, Preview};
pub use self::report::{Progress, Report};
pub use self::request::{Destination, Edge, Request};
pub use self::run::{Prepared, prepare};
