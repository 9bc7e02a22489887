//! Kafka, and the delivery contract.
//!
//! # The contract
//!
//! **Every input message has exactly one disposition.** Either each of its articles gets a record on `timeline.articles`,
//! sent after the records of its events on `timeline.events`, or the message gets one record on `timeline.rejected`. Only
//! a message without a value whose key is not the id of a known article is counted instead, since there is nothing that a
//! record could be about (with `input.tombstones = "reject"` it is rejected).
//!
//! - With [`Delivery::ExactlyOnce`](crate::config::Delivery) these records and the offset of the message are committed in
//!   one transaction. A consumer that reads committed records sees each disposition once, whatever crashes, restarts and
//!   rebalances happen.
//! - With `AtLeastOnce` the offset is committed after the records were delivered. After a crash some messages are processed
//!   again. Their events have the same ids as before, so that a compacted topic, or a reader that upserts by key, ends up
//!   with the same timeline.
//!
//! A message with an article that is held for an embargo is read from the input topic again when the embargo ends, and gets
//! a second disposition then.
//!
//! The contract rests on these rules:
//!
//! - **An offset is committed with the dispositions of the messages before it**, or, with at-least-once, after them; never
//!   without them. librdkafka commits nothing by itself.
//! - **One thread polls the consumer and runs the transactions**, so that no rebalance hook runs within a transaction.
//!   Extraction runs on other threads, and the consumer is polled meanwhile, however long an article takes.
//! - **The position follows the log.** A partition is read from what is committed, if its log has that. Otherwise, and where a
//!   topic is made again while it is read, all that the log has now is read from its start; the position is committed there
//!   at once, logged and counted. Behind the markers of transactions, which are no messages, the position is committed too.
//! - **On revocation, the messages of the partition are dropped**, both from the batch that is being collected and from the
//!   one that is being extracted. The next owner starts at the committed offset and processes them again, so that no work
//!   has to be finished within a rebalance.
//! - **When a batch fails, the worker rewinds.** It replaces the producer, which aborts a transaction that the old one left
//!   open, seeks to the committed offset of every partition that it has read from, and drops the messages after it. If it
//!   cannot seek, it ends, because its position can no longer be trusted.
//! - **The brokers fence workers that have been replaced.** Offsets are committed with the current generation of the
//!   consumer group, so that a worker that the group has removed cannot commit. The transactional id stays the same over
//!   restarts, so that a process that another one has replaced under this id cannot commit either.
//! - **A message that cannot be processed is rejected, not retried**, so that it cannot block its partition.
//! - **A correction retracts the events that it no longer has.** The state of the articles is restored from
//!   `timeline.articles` before the first message is processed. The state is committed, or rolled back, together with each
//!   batch.
//! - **Whoever writes about an article knows what others wrote.** Nobody owns an article: its messages may come through any
//!   partition, and a backfill or [`retry`] may settle it beside a live worker. So each reads what all write, and checks
//!   before it commits that nothing came between: see `state`. That costs a worker a few microseconds an article of the
//!   others. The alternative, to send each message on to the owner of its id as Kafka Streams repartitions, would cost every
//!   article a second way through Kafka. Nobody waits for the open transaction of another, unless both settle the same article.
//! - **Memory is bounded.** One batch is collected or delivered while another is extracted. Besides these there are the
//!   queues of librdkafka, and a small cache for the state.
//! - **The input may be several topics.** A partition is known by its topic and number, an article by its id, whichever topic its
//!   messages come through. Which topics a pattern matches is asked every few seconds, and the worker subscribes to them by name:
//!   librdkafka, asked for the pattern itself, would read the outputs as well. A backfill reads one topic after the other.
//! - **The order of a partition is kept**, from the messages of the input to the records in each partition of
//!   `timeline.articles`. Only the second disposition of a held message comes later.
//!
//! # What is done about errors
//!
//! - **Retry**: the same call is repeated until it succeeds, or until 15 s after a shutdown was requested.
//! - **Abort and rewind**: the transaction is aborted, if there is one, and the messages of the batch are read again, as
//!   described above. The pauses in between grow; the tenth failure in a row is fatal.
//! - **Fatal**: the process ends with exit code 1 and a message that says what to do. The next process reads again what was
//!   not committed.
//!
//! | error | what is done |
//! |---|---|
//! | at the start, no broker answers within 15 s, a topic is missing, or librdkafka rejects a setting | Fatal |
//! | while reading, a broker is unavailable, or a leader or coordinator moves | librdkafka retries; logged once |
//! | the group's coordinator is unavailable while offsets are sent to it | librdkafka looks it up again when a connection changes; idle connections are closed after 5 s |
//! | a transactional call is not answered within 10 s, or fails with a retriable error | Retry; not ready meanwhile. Only a repeated call shows how the first one ended |
//! | a record is not delivered within `message.timeout.ms` (exactly-once: `transaction.timeout.ms`) | Abort and rewind |
//! | another writer has written about an article of the batch meanwhile | Abort; the batch is read again when that is known |
//! | the offsets are refused, because the group has removed this worker (session time-out, rebalance) | Abort and rewind; revoked partitions are dropped |
//! | no broker returns the committed offsets to rewind to | Retry; not ready meanwhile |
//! | the log of a partition does not have its position: retention was faster, the topic was made again, the cluster was restored | the partition is read from the start of its log; counted |
//! | the producer is fenced: its transaction took longer than `transaction.timeout.ms`, or another process uses its transactional id; or the static member is fenced again and again, since another process uses its name | Fatal; the message says which |
//! | the static member is fenced, because the answer to its request to join was lost | the group is joined anew |
//! | a permission is missing, at the start or later | Fatal; the message names the permissions that are needed |
//! | a topic does not accept a record of this size, and now reports a lower limit | Abort and rewind; messages that need larger records are rejected from then on. In a backfill: Fatal |
//! | a topic does not accept a record of this size, and reports no lower limit | Fatal |
//! | a topic does not accept the time of a record | Abort and rewind; records whose messages have such times have the worker's own from then on. In a backfill: Fatal |
//! | at-least-once: the commit of offsets fails | Retry, up to five attempts within a second; then rewind |
//! | the state of the articles cannot be restored, because the brokers are unavailable | Retry; partitions that are restored already go on |
//! | the state of the articles cannot be stored, for example because there is no room for temporary files | Fatal |
//! | the schema registry does not answer, or refuses what it is asked | Retry; not ready meanwhile. The messages of the batch wait, and the next ones behind it |
//! | the schema registry has no such schema, or a value is not as its schema says | its message is rejected |
//! | an article cannot be read, makes the pipeline panic, or needs a record that is too large | its message is rejected; if other articles of the message can be read, an unreadable one is only `skipped` |
//! | librdkafka reports a fatal error of the consumer or the producer | Fatal |
//! | a shutdown is requested | the batch that is being extracted is finished within 15 s, the group is left; exit code 0. A call that hangs is not waited for longer than 30 s in all |
//!
//! # Modules
//!
//! `schemas` finds the schema of a message before the pipeline reads it, and that of events before they are written
//! (`event_value`), if there is a registry.
//!
//! `worker` is the loop of the live worker: `consumer` → `batch` → `extract` (with `process` and `disposition`) → `state`
//! (which revision stands) → `producer`, used by `transaction` or by `idempotent`; `position` decides where it starts, and
//! `watch` asks the brokers beside it how far it is behind, and whether its topics can be read and written. [`backfill`] is
//! another loop of the same parts, over a range with an end, and [`retry`] a third, over what was rejected. [`follow`] reads
//! what they publish into the timeline's store. [`check`] looks for what
//! would keep them from working. All clients share `client` and `token`; `output` and `limits` describe the records that are
//! sent.
//!
//! Must not know the command line or HTTP. Only `clock` reads the wall clock, for embargoes.

pub mod backfill;
mod backoff;
mod batch;
pub mod check;
pub mod client;
mod clock;
mod consumer;
mod disposition;
mod error;
mod event_value;
mod extract;
pub mod follow;
mod idempotent;
mod limits;
#[cfg(test)]
mod mock;
mod moved;
mod output;
mod pace;
mod partition;
mod passed;
mod position;
mod process;
mod producer;
pub mod retry;
mod schemas;
mod shutdown;
mod state;
mod times;
mod token;
mod topic_ids;
mod topic_partition;
mod transaction;
mod unknown;
mod watch;
mod worker;

use std::sync::Arc;
use std::time::Duration;

pub use self::error::Error;
pub use self::shutdown::Shutdown;
pub use self::worker::{Summary, run};
use crate::telemetry::{Health, Metrics};

/// How long leaving the group may take.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest that a worker takes to end after a shutdown was requested: work until its grace period is over, a call to
/// the brokers that started at its last moment, and leaving the group. Whatever stops a worker must not kill it earlier; the
/// program ends itself then, if a call to the brokers hangs.
pub const MAX_SHUTDOWN_TIME: Duration = Duration::from_secs(
    producer::SHUTDOWN_GRACE.as_secs() + transaction::CALL_TIMEOUT.as_secs() + LEAVE_TIMEOUT.as_secs(),
);

/// How long the worker's loop may stall and still count as alive. Longer than any single call to the brokers waits.
const MAX_STALL: Duration = Duration::from_secs(60);
/// How long a worker may be without contact with a broker and still count as ready. Brokers answer a heartbeat every 3 s.
const MAX_SILENCE: Duration = Duration::from_secs(10);

/// Watches a worker from outside, and stops it. Clones share everything.
#[derive(Debug, Clone)]
pub struct Control {
    /// Requests its shutdown.
    pub shutdown: Shutdown,
    /// What it has done.
    pub metrics: Arc<Metrics>,
    /// Whether it is alive and ready.
    pub health: Arc<Health>,
}

impl Default for Control {
    fn default() -> Self {
        let health = Arc::new(Health::new(MAX_STALL, MAX_SILENCE));
        Self { shutdown: Shutdown::default(), metrics: Arc::default(), health }
    }
}
