//! Kafka, and the delivery contract.
//!
//! # The contract
//!
//! **Every input message has exactly one fate**: a record on `timeline.articles`, together with the article's events
//! on `timeline.events`, or one on `timeline.rejected`. With [`Delivery::ExactlyOnce`](crate::config::Delivery) these
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
//! - **After an abort the worker goes back** to the committed offset of every partition, and drops what it has in
//!   hand. If it cannot go back it ends, since its position is worth nothing then.
//! - **The brokers fence what we cannot see.** Offsets go with the group's metadata, fetched anew each time, so that
//!   a worker that was put out of the group cannot commit; the transactional id is stable, so that a process that was
//!   replaced cannot either.
//! - **A message that cannot be processed is rejected, not retried.** It cannot stop the wire.
//! - **What is in memory is bounded**: one batch collected, one extracted, and what librdkafka prefetches.
//! - **The order of a partition is kept**, from the input to the records of its articles.
//!
//! # Modules
//!
//! `client`, `token` and `topics` hold what all clients share. `worker` is the loop: `consumer` -> `batch` ->
//! `extract` (with `fate`) -> `producer`, by `transaction` or by `idempotent`. [`backfill`] is another loop of the same
//! parts, over a stretch with an end.
//!
//! Must not know the command line or HTTP; reads no clock but the monotonic one.

pub mod backfill;
mod batch;
pub mod check;
pub mod client;
mod consumer;
mod error;
mod extract;
mod fate;
mod idempotent;
mod limits;
mod producer;
mod shutdown;
mod token;
pub mod topics;
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
