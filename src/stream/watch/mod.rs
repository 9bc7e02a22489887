//! Watches from beside the loop of the worker what the brokers say of its partitions and topics, also while the loop
//! restores, waits for a transaction, or delivers: the lag, and what keeps the worker from being ready.
//!
//! Must not know how the worker reads.

mod topics;
mod transactions;

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::Offset;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaResult;

use self::topics::TopicWatch;
use self::transactions::OpenTransactions;
use super::consumer::Consumer;
use super::topic_partition::TopicPartition;
use super::{Control, Error};
use crate::config::{Settings, Topics};
use crate::telemetry::{Condition, Lag};

/// How often the brokers are asked for the lag.
const INTERVAL: Duration = Duration::from_secs(1);
/// How often they are asked for the topics.
const TOPIC_INTERVAL: Duration = Duration::from_secs(3);
/// How long a request to the brokers may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

const NO_STATISTICS: (&str, &str) = ("statistics.interval.ms", "0");

/// The partitions that are assigned to the worker, each with what is committed of it; `None` while the worker does not know.
/// Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Assigned(Arc<Mutex<BTreeMap<TopicPartition, Option<i64>>>>);

impl Assigned {
    /// Adds partitions.
    pub fn assign(&self, partitions: &[TopicPartition]) {
        self.lock().extend(partitions.iter().map(|partition| (*partition, None)));
    }

    /// Returns the partitions.
    pub fn partitions(&self) -> Vec<TopicPartition> {
        self.lock().keys().copied().collect()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Removes partitions.
    pub fn revoke(&self, partitions: &[TopicPartition]) {
        self.lock().retain(|partition, _| !partitions.contains(partition));
    }

    /// Reports the next offset after what is committed of a partition.
    pub fn commit(&self, partition: TopicPartition, offset: i64) {
        if let Some(committed) = self.lock().get_mut(&partition) {
            *committed = Some(offset);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TopicPartition, Option<i64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The topics of the input that were found last. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct FoundInputs(Arc<Mutex<Vec<String>>>);

impl FoundInputs {
    /// Returns them; none if it was not looked for them yet.
    pub fn get(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, topics: Vec<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = topics;
    }
}

/// How long the thread may take to end. Longer only if the brokers are away: then it ends after that.
const END_TIMEOUT: Duration = Duration::from_secs(1);

/// The thread that watches.
pub struct Watch {
    running: Sender<()>,
    ended: Receiver<()>,
}

impl Watch {
    /// Starts it.
    ///
    /// # Errors
    /// If librdkafka rejects the settings.
    pub fn start(
        settings: &Settings,
        topics: &Topics,
        assigned: Assigned,
        inputs: FoundInputs,
        control: &Control,
    ) -> Result<Self, Error> {
        let mut observer = Observer {
            topics: TopicWatch::new(settings, topics)?,
            open: OpenTransactions::default(),
            topics_seen: None,
            committed: Consumer::new(settings, &[NO_STATISTICS])?,
            uncommitted: Consumer::new(settings, &[NO_STATISTICS, ("isolation.level", "read_uncommitted")])?,
            assigned,
            inputs,
            control: control.clone(),
        };
        let (running, stopped) = channel();
        let (ends, ended) = channel();
        thread::spawn(move || {
            observer.observe(&stopped);
            drop(observer);
            // Fails when nobody waits any more.
            let _ = ends.send(());
        });
        Ok(Self { running, ended })
    }

    /// Ends it, and waits for that.
    pub fn end(self) {
        drop(self.running);
        let _ = self.ended.recv_timeout(END_TIMEOUT);
    }
}

struct Observer {
    topics: TopicWatch,
    /// When the topics were last asked for.
    topics_seen: Option<Instant>,
    open: OpenTransactions,
    /// Sees the last stable offsets.
    committed: Consumer,
    /// Sees the high watermarks, and committed offsets whatever transactions are open.
    uncommitted: Consumer,
    assigned: Assigned,
    inputs: FoundInputs,
    control: Control,
}

impl Observer {
    fn observe(&mut self, stopped: &Receiver<()>) {
        while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
            if self.topics_seen.is_none_or(|seen| seen.elapsed() >= TOPIC_INTERVAL) {
                self.topics_seen = Some(Instant::now());
                self.report_topics();
            }
            if let Err(error) = self.report_lag() {
                tracing::debug!(%error, "cannot ask the brokers for the lag");
            }
            // Its log, and its tokens.
            for client in [&self.committed, &self.uncommitted] {
                drop(client.client().poll(Duration::ZERO));
            }
        }
    }

    fn report_topics(&mut self) {
        match self.topics.look(&self.committed) {
            Ok(found) => {
                self.inputs.set(found.inputs);
                self.control.health.broker_seen(Duration::ZERO);
                self.control.health.report(Condition::Topic, found.missing);
                self.control.health.report(Condition::Replicas, found.unavailable);
            }
            Err(error) => tracing::debug!(%error, "cannot ask the brokers for the topics"),
        }
    }

    fn report_lag(&mut self) -> KafkaResult<()> {
        let assigned = self.assigned.lock().clone();
        if assigned.is_empty() {
            return Ok(());
        }
        let unknown: Vec<TopicPartition> =
            assigned.iter().filter(|(_, at)| at.is_none()).map(|(partition, _)| *partition).collect();
        let committed = self.committed_offsets(&unknown)?;
        let partitions: Vec<TopicPartition> = assigned.into_keys().collect();
        // In this order, so that the second is never smaller.
        let stable = Self::ends(&self.committed, &partitions)?;
        let high = Self::ends(&self.uncommitted, &partitions)?;
        self.control.health.broker_seen(Duration::ZERO);
        let open = self.open.observe(&stable, &high, Instant::now());
        self.control.health.report(Condition::OpenTransaction, open);
        // Locked meanwhile, so that a partition that is revoked has no lag afterwards.
        for (partition, known) in &*self.assigned.lock() {
            let committed = known.or_else(|| committed.get(partition).copied());
            if let (Some(committed), Some(stable), Some(high)) = (committed, stable.get(partition), high.get(partition))
            {
                let (stable, high_watermark) = ((stable - committed).max(0), (high - committed).max(0));
                let lag = Lag { stable, high_watermark, committed };
                self.control.metrics.lag(partition.topic, partition.number, lag);
            }
        }
        Ok(())
    }

    /// Returns what the group has committed, or where the log starts if it has committed nothing.
    fn committed_offsets(&self, partitions: &[TopicPartition]) -> KafkaResult<BTreeMap<TopicPartition, i64>> {
        if partitions.is_empty() {
            return Ok(BTreeMap::new());
        }
        let client = self.uncommitted.client();
        let mut offsets = BTreeMap::new();
        for element in client.committed_offsets(TopicPartition::list(partitions), REQUEST_TIMEOUT)?.elements() {
            let offset = match element.offset() {
                Offset::Offset(offset) => offset,
                _ => client.fetch_watermarks(element.topic(), element.partition(), REQUEST_TIMEOUT)?.0,
            };
            offsets.insert(TopicPartition::new(element.topic(), element.partition()), offset);
        }
        Ok(offsets)
    }

    /// Returns the offset after the last message that a client can read of each partition.
    fn ends(client: &Consumer, partitions: &[TopicPartition]) -> KafkaResult<BTreeMap<TopicPartition, i64>> {
        let client = client.client();
        let mut ends = BTreeMap::new();
        let asked = TopicPartition::list_at(partitions.iter().map(|partition| (*partition, Offset::End)))?;
        for element in client.offsets_for_times(asked, REQUEST_TIMEOUT)?.elements() {
            let end = match element.offset() {
                Offset::Offset(end) => end,
                // The embedded broker answers so.
                _ => client.fetch_watermarks(element.topic(), element.partition(), REQUEST_TIMEOUT)?.1,
            };
            ends.insert(TopicPartition::new(element.topic(), element.partition()), end);
        }
        Ok(ends)
    }
}
