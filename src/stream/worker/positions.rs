//! Where each partition is read, and what of that is committed.
//!
//! Messages are committed with their dispositions. A position is committed without a message where it moved without one:
//! behind the markers of transactions, and where the log no longer has it, because the topic was made again, the cluster was
//! restored, or retention was faster than this worker.

use std::collections::BTreeMap;

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::Worker;
use crate::stream::Error;
use crate::stream::batch::Origin;
use crate::stream::disposition::Disposition;
use crate::stream::error::{is_denied, is_outage};
use crate::stream::position::Start;
use crate::stream::producer::is_overdue;
use crate::stream::topic_partition::TopicPartition;

/// How long a request to the brokers may take.
const REQUEST_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);
/// How often a log is asked before it is believed not to have a position.
const ATTEMPTS: usize = 3;
/// The pause before the next attempt.
const RETRY_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

impl Worker<'_> {
    pub(super) fn set_committed(&mut self, partition: TopicPartition, offset: i64) {
        self.committed.insert(partition, offset);
        self.assigned.commit(partition, offset);
    }

    pub(super) fn forget_positions(&mut self, partitions: &[TopicPartition]) {
        self.committed.retain(|partition, _| !partitions.contains(partition));
        self.moved.retain(|partition| !partitions.contains(partition));
    }

    /// Returns the next offset of each partition after these messages. One that was read again, or from a log that has begun
    /// anew since, moves no position: it is committed together with the position that is known.
    pub(super) fn next_offsets(&self, dispositions: &[Disposition]) -> Result<BTreeMap<TopicPartition, i64>, Error> {
        let mut next = BTreeMap::new();
        for Disposition { partition, offset, origin, .. } in dispositions {
            if *origin == Origin::Log {
                next.insert(*partition, offset + 1);
            } else if let Some(committed) = self.committed.get(partition) {
                next.entry(*partition).or_insert(*committed);
            }
        }
        let positions = self.consumer.positions().map_err(Error::consumer)?;
        for (partition, next) in &mut next {
            // Nothing but markers of transactions may be behind the last message.
            *next = positions.get(partition).filter(|at| at.read == *next).map_or(*next, |at| at.passed);
        }
        Ok(next)
    }

    /// Commits the positions that are not committed, if no message is in progress whose position comes before them.
    pub(super) fn commit_positions(&mut self) -> Result<(), Error> {
        if self.collecting.first_received().is_some() || self.extractor.is_busy() {
            return Ok(());
        }
        let positions = self.consumer.positions().map_err(Error::consumer)?;
        let mut next: BTreeMap<TopicPartition, i64> =
            positions.into_iter().map(|(partition, at)| (partition, at.passed)).collect();
        next.retain(|partition, at| self.moved.contains(partition) || self.committed.get(partition) != Some(at));
        if next.is_empty() {
            return Ok(());
        }
        self.commit(&mut [], next).map(drop)
    }

    /// Moves the partitions whose position the log does not have to the start of the log. Others may have been given up as
    /// well, for example because their offsets could not be queried: they go on where they are.
    pub(super) fn find_positions(&mut self) -> Result<(), Error> {
        for (partition, next) in self.consumer.lost_positions().map_err(Error::consumer)? {
            let Some(is_lost) = self.is_lost(partition, next)? else { continue };
            if !is_lost {
                self.consumer.place_again(partition).map_err(Error::consumer)?;
            } else {
                self.read_from_start(partition)?;
            }
        }
        Ok(())
    }

    /// Whether the log of a partition does not have a position, however often it is asked: a broker that has just started may not
    /// know the end of its log yet. `None` as for [`Self::watermarks`].
    fn is_lost(&self, partition: TopicPartition, position: i64) -> Result<Option<bool>, Error> {
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                self.control.health.beat();
                self.control.shutdown.wait(RETRY_PAUSE);
            }
            let Some(log) = self.watermarks(partition)? else { return Ok(None) };
            if Start::within(Some(position), log).moved_from.is_none() {
                return Ok(Some(false));
            }
        }
        Ok(Some(true))
    }

    /// Reads a topic from its start, since it was made again: what is at the old offsets now are other messages.
    pub(super) fn start_over(&mut self, topic: &str) -> Result<(), Error> {
        tracing::warn!(topic, "the input topic was deleted and made again");
        let read: Vec<TopicPartition> = self.committed.keys().filter(|it| it.topic == topic).copied().collect();
        for partition in read {
            self.read_from_start(partition)?;
        }
        self.state.restart_restoring();
        Ok(())
    }

    fn read_from_start(&mut self, partition: TopicPartition) -> Result<(), Error> {
        let position = self.consumer.positions().map_err(Error::consumer)?.get(&partition).map(|at| at.read);
        let Some((low, _)) = self.watermarks(partition)? else { return Ok(()) };
        if position.is_none_or(|position| position > low) {
            self.collecting.leave_log(&[partition]);
            self.extractor.leave_log(&[partition]);
        }
        self.consumer.place(partition, low).map_err(Error::consumer)?;
        self.set_committed(partition, low);
        self.report_move(partition, Start { offset: low, moved_from: position.filter(|position| *position != low) });
        Ok(())
    }

    /// Returns the first offset of a partition and the one after its last message, however long the brokers take; `None` if
    /// there is no such partition any more, or the worker has to end.
    fn watermarks(&self, partition: TopicPartition) -> Result<Option<(i64, i64)>, Error> {
        let TopicPartition { topic, number } = partition;
        loop {
            match self.consumer.client().fetch_watermarks(topic, number, REQUEST_TIMEOUT) {
                Ok(watermarks) => return Ok(Some(watermarks)),
                Err(error) if is_denied(&error) => return Err(Error::denied(&error.to_string(), self.settings)),
                Err(error) if is_gone(&error) || is_overdue(&self.control.shutdown) => return Ok(None),
                Err(error) if is_outage(&error) => {
                    tracing::warn!(%partition, %error, "cannot find the start of a partition; trying again");
                    self.control.health.beat();
                    self.control.shutdown.wait(RETRY_PAUSE);
                }
                Err(error) => return Err(Error::consumer(error)),
            }
        }
    }

    /// Logs and counts that a position was moved, if it was, and remembers to commit it.
    pub(super) fn report_move(&mut self, partition: TopicPartition, start: Start) {
        let Start { offset, moved_from: Some(from) } = start else { return };
        self.moved.insert(partition);
        let removed = u64::try_from(offset - from).unwrap_or(0);
        self.control.metrics.offset_reset(removed);
        let TopicPartition { topic, number: partition } = partition;
        if removed > 0 {
            tracing::warn!(
                topic,
                partition,
                from,
                to = offset,
                removed,
                "retention has removed offsets of the input before they were read; their messages are lost"
            );
        } else {
            tracing::warn!(
                topic,
                partition,
                from,
                to = offset,
                "the input does not have the position of this group any more: the topic was made again, or the cluster was \
                 restored; all messages that it has now are read"
            );
        }
    }
}

/// Whether there is no such topic or partition.
fn is_gone(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::{UnknownPartition, UnknownTopic, UnknownTopicOrPartition};
    matches!(error.rdkafka_error_code(), Some(UnknownPartition | UnknownTopic | UnknownTopicOrPartition))
}
