//! The state of articles: revisions come in any order and more than once, and an article's events follow the revision that
//! stands.
//!
//! - A newer revision replaces the standing one: events that it no longer has are retracted by tombstones. An older one
//!   that comes late is stale and changes nothing.
//! - A withdrawal (kill) retracts all events, until a newer revision that may be published brings the article back. One
//!   of an article that is not known, because no revision of it was read, or because it has expired, has nothing to
//!   retract; it gets a warning.
//! - A deletion (of a row, by a tombstone of the input, or by a withdrawal that names no revision) has no revision: it
//!   withdraws whatever stands or is held.
//! - A withdrawal whose id leaves nothing to withdraw finds its article by the other ids in its message.
//! - A revision under embargo is held: nothing of it is published before the embargo ends. Then the message is read from
//!   the input topic again.
//!
//! The state of an article is its last record on `timeline.articles`, the changelog, whichever partition of the input its
//! messages come through: each worker knows all articles. It restores them when it starts, and reads on what others write.
//! That costs a worker a few microseconds an article of another one, and saves what else would be wrong without a word when
//! the input grows, when another topic is read, when revisions of an article do not have the same key, or when a backfill
//! runs beside it.
//!
//! ```text
//! timeline.articles ──restore──> StateStore <──> revisions::reconcile <── dispositions of a batch
//!            └────────Tail───────────^
//! ```
//!
//! Changes are made while a batch is reconciled; they are committed when its transaction is, and rolled back when it is
//! aborted. A process that stops in between restores from the topic what was committed. A batch that was settled without
//! knowledge of a record that another writer wrote meanwhile is not committed, but settled again: see [`tail`]. With
//! at-least-once delivery nothing can be aborted: two writers that settle an article within the same moment can miss each
//! other.
//!
//! The record of an article stays in the partition of the changelog in which it is. New articles have theirs in the partition
//! that Java's default partitioner chooses for their id.
//!
//! Must not know how messages become articles, or read the clock: the time is passed in.

mod assignment;
mod changelog;
mod held;
mod known;
mod progress;
mod restore;
mod revisions;
mod schema;
mod store;
mod tail;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use self::assignment::Positions;
pub use self::held::Found;
use self::held::Releases;
use self::progress::Progress;
use self::restore::Restored;
pub use self::store::HeldRevision;
use self::tail::RecordOffset;
use super::disposition::{Disposition, Outcome};
use super::output::OutputSettings;
use super::position::Start;
use super::producer::{Delivered, DeliveryError, is_overdue};
use super::times::latest_believed;
use super::topic_partition::TopicPartition;
use super::{Control, Error};
use crate::config::{Delivery, Settings};

/// How often it is looked for new partitions of the changelog.
const REFRESH_INTERVAL: Duration = Duration::from_secs(30);
/// The pause before it is asked again whether the transaction of another writer has ended.
const OPEN_TRANSACTION_PAUSE: Duration = Duration::from_millis(20);

type Results<T> = (Sender<Result<T, Error>>, Receiver<Result<T, Error>>);

/// What is known of the articles, for the partitions of the input that are assigned to this process.
pub struct StateStores {
    settings: Settings,
    output: OutputSettings,
    /// The state, once it is restored.
    restored: Option<Restored>,
    restoring: (Arc<AtomicBool>, Receiver<Result<Restored, Error>>),
    progress: Progress,
    /// The partitions whose messages can be settled.
    assigned: BTreeSet<TopicPartition>,
    /// The partitions for which it is asked where they are read from, each with the flag that cancels this.
    asked: BTreeMap<TopicPartition, Arc<AtomicBool>>,
    positions: Results<Positions>,
    /// Where the partitions are read from that wait until everything is known that was committed before.
    waiting: BTreeMap<TopicPartition, Start>,
    /// Where the changelog ended when they were assigned.
    ends: BTreeMap<i32, i64>,
    /// When it was last looked for new partitions of the changelog.
    refreshed: Instant,
    /// The held messages that are being published.
    releases: Releases,
    /// The own records of the batch.
    delivered: Delivered,
    /// The records of others that the batch was settled without.
    conflicts: Vec<RecordOffset>,
    /// How many batches in a row were.
    conflicts_in_row: u32,
}

impl StateStores {
    /// Starts to restore what is known, on a thread of its own.
    #[must_use]
    pub fn new(settings: &Settings, output: OutputSettings) -> Self {
        let (cancelled, (sender, result)) = (Arc::new(AtomicBool::new(false)), channel());
        let progress = Progress::default();
        restore::start(settings.clone(), output.clone(), cancelled.clone(), progress.clone(), sender);
        Self {
            settings: settings.clone(),
            output,
            restored: None,
            restoring: (cancelled, result),
            progress,
            assigned: BTreeSet::new(),
            asked: BTreeMap::new(),
            positions: channel(),
            waiting: BTreeMap::new(),
            ends: BTreeMap::new(),
            refreshed: Instant::now(),
            releases: Releases::new(settings),
            delivered: Delivered::new(),
            conflicts: Vec::new(),
            conflicts_in_row: 0,
        }
    }

    /// Prepares for the messages of partitions that were assigned.
    pub fn restore(&mut self, partitions: &[TopicPartition]) {
        if partitions.is_empty() {
            return;
        }
        let cancellable: Vec<_> =
            partitions.iter().map(|partition| (*partition, Arc::new(AtomicBool::new(false)))).collect();
        self.asked.extend(cancellable.iter().cloned());
        self.ask(cancellable);
    }

    fn ask(&mut self, partitions: Vec<assignment::Assigned>) {
        self.refreshed = Instant::now();
        assignment::start(self.settings.clone(), self.output.topics.clone(), partitions, self.positions.0.clone());
    }

    /// Returns the partitions whose messages can be settled since the last call, and where each is read from.
    ///
    /// # Errors
    /// If the state cannot be restored.
    pub fn take_restored(&mut self) -> Result<Vec<(TopicPartition, Start)>, Error> {
        if self.restored.is_none() {
            match self.restoring.1.try_recv() {
                Ok(restored) => self.restored = Some(restored?),
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => return Err(Error::restore_panicked()),
            }
        }
        let mut has_ends = false;
        while let Ok(positions) = self.positions.1.try_recv() {
            let Positions { starts, ends } = positions?;
            for ((partition, cancelled), start) in starts {
                // The partition may have been revoked in the meantime, and assigned again.
                if self.asked.get(&partition).is_some_and(|asked| Arc::ptr_eq(asked, &cancelled)) {
                    self.asked.remove(&partition);
                    self.waiting.insert(partition, start);
                }
            }
            self.ends.extend(ends);
            has_ends = true;
        }
        let Some(Restored { store, tail }) = &mut self.restored else { return Ok(Vec::new()) };
        if has_ends || !self.ends.is_empty() {
            tail.await_ends(&std::mem::take(&mut self.ends))?;
        }
        if self.waiting.is_empty() {
            return Ok(Vec::new());
        }
        tail.read_on(store, &self.settings)?;
        if tail.is_behind() {
            return Ok(Vec::new());
        }
        self.assigned.extend(self.waiting.keys());
        Ok(std::mem::take(&mut self.waiting).into_iter().collect())
    }

    /// Returns how many records of the changelog are still to be restored, and their offsets in words.
    #[must_use]
    pub fn remaining(&self) -> (i64, String) {
        (self.progress.remaining(), self.progress.describe())
    }

    /// Returns the partitions that still wait for the state.
    pub fn restoring(&self) -> impl Iterator<Item = TopicPartition> {
        self.asked.keys().chain(self.waiting.keys()).copied()
    }

    /// Returns whether a partition still waits for the state.
    #[must_use]
    pub fn is_restoring(&self) -> bool {
        !self.asked.is_empty() || !self.waiting.is_empty()
    }

    /// Returns the partitions whose messages can be settled.
    #[must_use]
    pub fn assigned(&self) -> Vec<TopicPartition> {
        self.assigned.iter().copied().collect()
    }

    /// Prepares anew for the messages of partitions that wait, because where they were to be read from no longer holds.
    pub fn restart_restoring(&mut self) {
        let restoring: Vec<TopicPartition> = self.asked.keys().chain(self.waiting.keys()).copied().collect();
        if !restoring.is_empty() {
            self.revoke(&restoring);
            self.restore(&restoring);
        }
    }

    /// Drops partitions that were revoked.
    pub fn revoke(&mut self, partitions: &[TopicPartition]) {
        for partition in partitions {
            self.assigned.remove(partition);
            self.waiting.remove(partition);
            self.releases.forget(*partition);
            if let Some(cancelled) = self.asked.remove(partition) {
                cancelled.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Reads what others have written, reconciles the dispositions of a batch with the state of their articles, and updates
    /// that state, at the time `now`.
    ///
    /// # Errors
    /// If the state cannot be read or written.
    pub fn reconcile(&mut self, dispositions: &mut [Disposition], now: DateTime<Utc>) -> Result<(), Error> {
        let Some(Restored { store, tail }) = &mut self.restored else {
            return Err(Error::state_store(&"the state of the articles was not restored"));
        };
        store.believe_until(latest_believed(now));
        tail.read_on(store, &self.settings)?;
        for disposition in dispositions {
            if let Outcome::Rejected { .. } = disposition.outcome {
                continue;
            }
            if !self.assigned.contains(&disposition.partition) {
                let reason = format_args!(
                    "partition {} of `{}` was not restored",
                    disposition.partition.number, disposition.partition.topic
                );
                return Err(Error::state_store(&reason));
            }
            self.releases.done(disposition.partition, disposition.offset);
            store.reconcile(disposition, &self.output)?;
        }
        Ok(())
    }

    /// Checks, when the records of the batch are delivered, that no other writer has written about its articles what it was
    /// settled without.
    ///
    /// # Errors
    /// If another writer has, or the changelog cannot be read.
    pub fn check(&mut self, delivered: Delivered, control: &Control) -> Result<(), DeliveryError> {
        let Some(Restored { store, tail }) = &mut self.restored else { return Ok(()) };
        self.delivered = delivered;
        if self.settings.stream.delivery == Delivery::ExactlyOnce {
            self.conflicts = tail.conflicts(&self.delivered, store, control)?;
        }
        let Some((partition, offset)) = self.conflicts.first() else { return Ok(()) };
        Err(DeliveryError::Conflict(format!(
            "another writer has written about an article of the batch meanwhile, at offset {offset} of partition \
             {partition} of `{}`",
            self.output.topics.articles
        )))
    }

    /// Commits what was reconciled, after the batch was committed.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn commit(&mut self) -> Result<(), Error> {
        self.conflicts_in_row = 0;
        let Some(Restored { store, tail }) = &mut self.restored else { return Ok(()) };
        tail.commit(std::mem::take(&mut self.delivered));
        store.commit()
    }

    /// Rolls back what was reconciled, after the batch was aborted.
    ///
    /// # Errors
    /// If that fails.
    pub fn rollback(&mut self) -> Result<(), Error> {
        self.releases.forget_all();
        let Some(Restored { store, tail }) = &mut self.restored else { return Ok(()) };
        // Without transactions what was sent stays, and is read as if another had sent it.
        let delivered = std::mem::take(&mut self.delivered);
        if self.settings.stream.delivery == Delivery::ExactlyOnce {
            tail.abort(delivered);
        }
        store.rollback()
    }

    /// Waits until what the last batch was settled without is known, however long the transaction of the other writer is
    /// open, or until a shutdown is requested.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn learn(&mut self, control: &Control) -> Result<(), Error> {
        let Some(Restored { store, tail }) = &mut self.restored else { return Ok(()) };
        self.conflicts_in_row += 1;
        let mut ends = BTreeMap::new();
        for conflict in std::mem::take(&mut self.conflicts) {
            while !is_overdue(&control.shutdown) {
                control.health.beat();
                match tail.end_after(conflict) {
                    Ok(Some(end)) => drop(ends.insert(conflict.0, end)),
                    Ok(None) => {
                        control.shutdown.wait(OPEN_TRANSACTION_PAUSE);
                        continue;
                    }
                    Err(error) => {
                        tracing::warn!(%error, "cannot read what another writer has written; trying again");
                        control.shutdown.wait(Duration::from_secs(1));
                        continue;
                    }
                }
                break;
            }
        }
        tail.await_ends(&ends)?;
        while tail.is_behind() && !is_overdue(&control.shutdown) {
            control.health.beat();
            tail.read_on(store, &self.settings)?;
            control.shutdown.wait(Duration::from_millis(1));
        }
        // Two writers that notice each other at once must not do so again and again.
        let longest = 10_u64 << self.conflicts_in_row.min(6);
        control.shutdown.wait(Duration::from_millis(RandomState::new().hash_one(0) % longest));
        Ok(())
    }

    /// Starts to read the held messages again whose embargo is over, about `limit` at a time; [`Self::take_released`] returns
    /// them. Returns whether there may be more.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub fn release_due(&mut self, now: DateTime<Utc>, limit: usize) -> Result<bool, Error> {
        if self.refreshed.elapsed() > REFRESH_INTERVAL {
            self.ask(Vec::new());
        }
        let Some(Restored { store, tail }) = &mut self.restored else { return Ok(false) };
        store.believe_until(latest_believed(now));
        tail.read_on(store, &self.settings)?;
        if self.releases.len() >= limit {
            return Ok(true);
        }
        let mut due = Vec::new();
        for partition in &self.assigned {
            let left = limit.saturating_sub(due.len());
            due.extend(store.due(*partition, now, left)?.into_iter().map(|revision| (*partition, revision)));
        }
        let may_be_more = due.len() >= limit;
        self.releases.read(due);
        Ok(may_be_more)
    }

    /// Returns a held message that was read again, if there is one by now. Each is returned once, unless it cannot be
    /// read, its partition is revoked, or its batch is rolled back: then it is read anew.
    pub fn take_released(&mut self) -> Option<Found> {
        self.releases.take()
    }

    /// Returns the number of articles of the assigned partitions that are held.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub fn held(&self) -> Result<u64, Error> {
        let Some(Restored { store, .. }) = &self.restored else { return Ok(0) };
        self.assigned.iter().map(|partition| store.held(*partition)).sum()
    }

    /// Returns whether held messages are being read or published.
    #[must_use]
    pub fn is_releasing(&self) -> bool {
        self.releases.len() > 0
    }
}

impl Drop for StateStores {
    fn drop(&mut self) {
        self.restoring.0.store(true, Ordering::Relaxed);
        self.asked.values().for_each(|cancelled| cancelled.store(true, Ordering::Relaxed));
    }
}

#[cfg(test)]
mod tests;
