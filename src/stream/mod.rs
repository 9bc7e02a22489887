//! Kafka, and the delivery contract.
//!
//! # The contract
//!
//! **Every input message has exactly one fate**: a record on `timeline.articles` for each of its articles, together with
//! their events on `timeline.events`, or one on `timeline.rejected`. With [`Delivery::ExactlyOnce`](crate::config::Delivery) these
//! records and the offset of the message are committed in one transaction: a reader that reads committed records sees
//! each fate once, whatever crashes, restarts or changes hands in between. With `AtLeastOnce` offsets are committed
//! after the records were delivered: after a crash some fates come twice, with the same keys and values.
//!
//! What this stands on:
//!
//! - **An offset is committed only with its fate, and fates only with their offsets.** Nothing is committed by itself.
//! - **One thread polls the consumer and makes the transactions**, so that hooks never fire inside a transaction.
//!   Extraction runs beside it and knows no Kafka. While it works, and however long, polling goes on.
//! - **A batch forgets a partition that is taken away**, both what is collected and what is being extracted. The next
//!   owner begins at the committed offset and does that work again. Nothing needs to be finished inside a hook.
//! - **After a batch that failed the worker goes back** to the committed offset of every partition, drops what it has
//!   in hand, and makes a new producer, which aborts what the last one left open. If it cannot go back it ends, since
//!   its position is worth nothing then.
//! - **The brokers fence what we cannot see.** Offsets go with the group's metadata, fetched anew each time, so that
//!   a worker that was put out of the group cannot commit; the transactional id is stable, so that a process that was
//!   replaced cannot either.
//! - **A message that cannot be processed is rejected, not retried.** It cannot stop the wire.
//! - **A correction takes back what it no longer tells.** What is known of the articles of a partition is read from
//!   `timeline.articles` before its first message, and changes with each transaction, or is rolled back with it.
//! - **What is in memory is bounded**: one batch collected, one extracted, and what librdkafka prefetches.
//! - **The order of a partition is kept**, from the input to the records of its articles.
//!
//! # Errors, and what is done
//!
//! `Retry`: the same call again, for as long as it takes; not ready meanwhile. `Back`: as after any batch that failed,
//! see above; after ten in a row, with growing pauses, `End`. `End`: the process ends with a message that says what to
//! do, and code 1; what was not committed is read again by the next one.
//!
//! | what happens | what is done |
//! |---|---|
//! | at the start no broker answers within 15 s, a topic is missing, librdkafka refuses a setting | End |
//! | a broker goes away, a leader or a coordinator moves, while reading | librdkafka goes on trying; told once |
//! | the group's coordinator is gone while offsets are sent to it | librdkafka waits for a connection to change; idle ones are closed after 5 s |
//! | a call about the transaction is not answered within 10 s, or is called retriable | Retry: its outcome is not known until it is repeated |
//! | a record is not delivered within `message.timeout.ms` (exactly-once: `transaction.timeout.ms`) | Back |
//! | the offsets are refused: the group went on without us (time-out of the session, rebalance) | Back; forget what was lost |
//! | no broker tells the committed offsets to go back to | Retry |
//! | the transaction took longer than `transaction.timeout.ms`, or another process took our name: fenced | End |
//! | a permission is missing, at the start or withdrawn | End at once: the message names the rights that are needed |
//! | a topic takes no record of this size, and tells its limit | Back with smaller records; an article whose records do not fit is rejected |
//! | a topic takes no record of this size, and does not tell its limit | End |
//! | the committed offset is refused (at-least-once) | Retry five times within a second, then Back |
//! | what is known of the articles cannot be read since the brokers are away | Retry; the other partitions go on |
//! | what is known of the articles cannot be kept: the temporary files have no room | End |
//! | an article cannot be read, breaks the pipeline, or makes a record that is too large | rejected; the wire goes on |
//! | the consumer or the producer is at its end by librdkafka's own word | End |
//! | the end is asked for | the batch in hand is finished within 15 s, the group is left; End with code 0 |
//!
//! # Modules
//!
//! `client`, `token`, `topics` and `limits` hold what all clients share. `worker` is the loop: `consumer` -> `batch` ->
//! `extract` (with `fate`) -> `life` (which revision stands) -> `producer`, by `transaction` or by `idempotent`. [`backfill`]
//! is another loop of the same parts, over a stretch with an end. [`follow`] reads what they publish into the timeline's
//! store.
//!
//! Must not know the command line or HTTP; reads no clock but the monotonic one, and the time of day for embargoes alone.

pub mod backfill;
mod batch;
pub mod check;
pub mod client;
mod consumer;
mod error;
mod extract;
mod fate;
pub mod follow;
mod idempotent;
mod life;
mod limits;
mod producer;
mod setbacks;
mod shutdown;
mod token;
mod transaction;
mod worker;

use std::sync::Arc;
use std::time::Duration;

pub use self::error::Error;
pub use self::shutdown::Shutdown;
pub use self::worker::{Summary, run};
use crate::telemetry::{Health, Metrics};

/// The longest that a worker takes to end after it was asked to: work until its grace is over, a call to the brokers that
/// began at its last moment, and leaving the group. What stops a worker must not kill it before.
pub const DRAIN: Duration =
    Duration::from_secs(producer::GRACE.as_secs() + transaction::CALL.as_secs() + producer::GRACE.as_secs());

/// How a worker is watched from outside, and ended. Clones share it.
#[derive(Debug, Clone)]
pub struct Control {
    /// Asks it to end.
    pub shutdown: Shutdown,
    /// What it did.
    pub metrics: Arc<Metrics>,
    /// How it is.
    pub health: Arc<Health>,
}

impl Default for Control {
    fn default() -> Self {
        // Longer than any single call to the brokers waits; longer than brokers are silent, with a heartbeat each 3 s.
        let health = Arc::new(Health::new(Duration::from_secs(60), Duration::from_secs(10)));
        Self { shutdown: Shutdown::default(), metrics: Arc::default(), health }
    }
}
