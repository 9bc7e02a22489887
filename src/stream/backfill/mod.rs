//! A bounded replay of the input topic: a range of offsets is read once, from its start to its end.
//!
//! ```text
//! Request ──> Plan (fixed offsets) ──> messages ──> Batch ──> Extractor ──> Sink ──> Report
//! ```
//!
//! # Guarantees
//!
//! - **The end is fixed before the start.** Times and the ends of partitions are turned into offsets once. Messages that
//!   arrive while it runs are not part of it.
//! - **It has a consumer group of its own**, named after what was asked for, and is the group's only reader: partitions
//!   are assigned, not subscribed to. It shares nothing but the topics with the live worker.
//! - **The same command continues where it stopped.** The plan is stored in the metadata of the group's committed offsets,
//!   so that a time such as "7 days ago" means after a restart what it meant at the start. A backfill that is finished is
//!   done: the same command reads only what came since, if its end is open, or nothing. The day after, "7 days ago" is
//!   another time, and another backfill.
//! - **Records and offsets are committed as the live worker's are**, by the same code: exactly once, even if it is killed.
//!   A file is truncated to the length that was committed with the offsets.
//! - **A partition ends by its position**, not by its last message: transaction markers, compacted and aborted records take
//!   offsets at which there is no message.
//!
//! Must not know the command line.

mod compare;
mod partition_name;
mod plan;
mod prepare;
mod rate;
mod report;
mod request;
mod run;
mod sink;

pub use self::compare::Differences;
pub use self::partition_name::PartitionName;
pub use self::plan::{PartitionRange, Plan, Preview};
pub use self::prepare::{Prepared, prepare};
pub use self::report::{Progress, Report};
pub use self::request::{Destination, Edge, Request};
