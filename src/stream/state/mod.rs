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
//! The state of an article is its last record on `timeline.articles`. The records of a partition of the input are in one
//! partition there, its changelog, from which its state store is restored when the partition is assigned, before its
//! first message is processed. So all revisions of an article must be in one partition of the input: give them the same
//! key.
//!
//! ```text
//! timeline.articles ──restore──> StateStore (one a partition) <──> revisions::reconcile <── dispositions of a batch
//! ```
//!
//! Changes are made while a batch is reconciled; they are committed when its transaction is, and rolled back when it is
//! aborted. A process that stops in between restores from the topic what was committed. What a backfill writes to the same
//! topics while a live worker runs, the worker does not see until its partitions are assigned again.
//!
//! Must not know how messages become articles, or read the clock: the time is passed in.

mod held;
mod restore;
mod revisions;
mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use chrono::{DateTime, Utc};

pub use self::held::HeldReader;
use self::restore::RestoreResult;
pub use self::store::HeldRevision;
use self::store::StateStore;
use super::Error;
use super::disposition::{Disposition, Outcome};
use super::output::OutputSettings;
use super::position::Start;
use super::times::latest_believed;
use crate::config::Settings;

/// The state stores of the partitions that are assigned to this process.
pub struct StateStores {
    settings: Settings,
    output: OutputSettings,
    stores: BTreeMap<i32, StateStore>,
    /// The partitions that are being restored, each with the flag that cancels it.
    restoring: BTreeMap<i32, Arc<AtomicBool>>,
    results: (Sender<RestoreResult>, Receiver<RestoreResult>),
    /// The partitions and offsets of held messages that are being published.
    releasing: BTreeSet<(i32, i64)>,
}

impl StateStores {
    /// Creates none yet.
    #[must_use]
    pub fn new(settings: &Settings, output: OutputSettings) -> Self {
        let (settings, results) = (settings.clone(), channel());
        let (stores, restoring, releasing) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { settings, output, stores, restoring, results, releasing }
    }

    /// Starts to restore the stores of these partitions, on a thread of its own.
    pub fn restore(&mut self, partitions: &[i32]) {
        let cancellable: Vec<_> =
            partitions.iter().map(|partition| (*partition, Arc::new(AtomicBool::new(false)))).collect();
        self.restoring.extend(cancellable.iter().cloned());
        restore::start(self.settings.clone(), self.output.clone(), cancellable, self.results.0.clone());
    }

    /// Returns the partitions that were restored since the last call, and where each is read from.
    ///
    /// # Errors
    /// If a store cannot be restored.
    pub fn take_restored(&mut self) -> Result<Vec<(i32, Start)>, Error> {
        let mut taken = Vec::new();
        while let Ok(RestoreResult { partition, cancelled, result }) = self.results.1.try_recv() {
            // The partition may have been revoked in the meantime, and assigned again.
            if self.restoring.get(&partition).is_some_and(|awaited| Arc::ptr_eq(awaited, &cancelled)) {
                self.restoring.remove(&partition);
                let restored = result?;
                self.stores.insert(partition, restored.store);
                taken.push((partition, restored.start));
            }
        }
        Ok(taken)
    }

    /// Returns the partitions that are still being restored.
    pub fn restoring(&self) -> impl Iterator<Item = i32> {
        self.restoring.keys().copied()
    }

    /// Returns whether a partition is still being restored.
    #[must_use]
    pub fn is_restoring(&self) -> bool {
        !self.restoring.is_empty()
    }

    /// Restores the partitions anew that are being restored, because what they began with no longer holds.
    pub fn restart_restoring(&mut self) {
        let restoring: Vec<i32> = self.restoring.keys().copied().collect();
        if !restoring.is_empty() {
            self.revoke(&restoring);
            self.restore(&restoring);
        }
    }

    /// Drops the stores of partitions that were revoked.
    pub fn revoke(&mut self, partitions: &[i32]) {
        for partition in partitions {
            self.stores.remove(partition);
            self.releasing.retain(|(of, _)| of != partition);
            if let Some(cancelled) = self.restoring.remove(partition) {
                cancelled.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Reconciles the dispositions of a batch with the state of their articles, and updates that state, at the time `now`.
    ///
    /// # Errors
    /// If the state cannot be read or written.
    pub fn reconcile(&mut self, dispositions: &mut [Disposition], now: DateTime<Utc>) -> Result<(), Error> {
        let latest = latest_believed(now);
        for disposition in dispositions {
            if let Outcome::Rejected { .. } = disposition.outcome {
                continue;
            }
            let Some(store) = self.stores.get_mut(&disposition.partition) else {
                let reason = format_args!("partition {} was not restored", disposition.partition);
                return Err(Error::state_store(&reason));
            };
            self.releasing.remove(&(disposition.partition, disposition.offset));
            store.believe_until(latest);
            store.reconcile(disposition, &self.output)?;
        }
        Ok(())
    }

    /// Commits what was reconciled, after the batch was committed.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn commit(&mut self) -> Result<(), Error> {
        self.stores.values_mut().try_for_each(StateStore::commit)
    }

    /// Rolls back what was reconciled, after the batch was aborted.
    ///
    /// # Errors
    /// If that fails.
    pub fn rollback(&mut self) -> Result<(), Error> {
        self.releasing.clear();
        self.stores.values_mut().try_for_each(StateStore::rollback)
    }

    /// Returns the held revisions whose embargo is over, with their partitions. Each is returned once, unless
    /// [`Self::retry_release`] or a rollback asks for it again.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub fn due(&mut self, now: DateTime<Utc>) -> Result<Vec<(i32, HeldRevision)>, Error> {
        let mut due = Vec::new();
        for (partition, store) in &self.stores {
            for revision in store.due(now)? {
                if self.releasing.insert((*partition, revision.held.offset)) {
                    due.push((*partition, revision));
                }
            }
        }
        Ok(due)
    }

    /// Returns the number of articles that are held.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub fn held(&self) -> Result<u64, Error> {
        self.stores.values().map(StateStore::held).sum()
    }

    /// Lets [`Self::due`] return a held revision again, because its message could not be read.
    pub fn retry_release(&mut self, partition: i32, offset: i64) {
        self.releasing.remove(&(partition, offset));
    }
}

impl Drop for StateStores {
    fn drop(&mut self) {
        self.restoring.values().for_each(|cancelled| cancelled.store(true, Ordering::Relaxed));
    }
}

#[cfg(test)]
mod tests;
