//! The life of an article: its revisions come in any order and more than once, and its events follow them.
//!
//! - A newer revision replaces: events that it no longer tells get a null record. An older one that comes late is stale and
//!   changes nothing.
//! - A kill takes all events back, until a newer revision that may be published brings the article back.
//! - Under an embargo nothing is published before its end; then the message is read from the input topic once more.
//!
//! What is known of each article is the last record of it on `timeline.articles`. The records of one partition of the
//! input stand in one partition there, and are read again when the partition is assigned, before its first message is
//! taken. So all revisions of an article must come in one partition of the input: give them one key.
//!
//! ```text
//! timeline.articles ──restore──> Memory (one a partition) <──> standing::settle <── fates of a batch
//! ```
//!
//! Changes are made while a batch is settled and kept when its transaction is committed; when it is aborted they are
//! undone. A process that ends in between finds in the topic what was committed. A replay that writes the same topics
//! beside a live worker is not seen by it before its partitions are assigned again.
//!
//! Must not know how messages become articles, nor the clock: it is told the time.

mod held;
mod restore;
mod revisions;
mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use chrono::{DateTime, Utc};

pub use self::held::Releaser;
use self::restore::Arrival;
pub use self::store::Due;
use self::store::Memory;
use super::Error;
use super::disposition::{Fate, Outlet, Told};
use crate::config::Settings;

/// What is known of the articles of the partitions that this process has.
pub struct Lives {
    settings: Settings,
    outlet: Outlet,
    memories: BTreeMap<i32, Memory>,
    /// The partitions whose articles are being read, each with the flag that stops it.
    restoring: BTreeMap<i32, Arc<AtomicBool>>,
    arrivals: (Sender<Arrival>, Receiver<Arrival>),
    /// Held messages that are being published.
    releasing: BTreeSet<(i32, i64)>,
}

impl Lives {
    /// Knows of nothing yet.
    #[must_use]
    pub fn new(settings: &Settings, outlet: Outlet) -> Self {
        let (settings, arrivals) = (settings.clone(), channel());
        let (memories, restoring, releasing) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { settings, outlet, memories, restoring, arrivals, releasing }
    }

    /// Begins to read what is known of the articles of these partitions, on a thread of its own.
    pub fn restore(&mut self, partitions: &[i32]) {
        let stops: Vec<_> = partitions.iter().map(|partition| (*partition, Arc::new(AtomicBool::new(false)))).collect();
        self.restoring.extend(stops.iter().cloned());
        restore::start(self.settings.clone(), self.outlet.clone(), stops, self.arrivals.0.clone());
    }

    /// The partitions whose articles are known by now, each with the offset from which its messages are read.
    ///
    /// # Errors
    /// If what is known cannot be read or kept.
    pub fn restored(&mut self) -> Result<Vec<(i32, i64)>, Error> {
        let mut done = Vec::new();
        while let Ok(Arrival { partition, stop, restored }) = self.arrivals.1.try_recv() {
            // It may have left meanwhile, and come back.
            if self.restoring.get(&partition).is_some_and(|awaited| Arc::ptr_eq(awaited, &stop)) {
                self.restoring.remove(&partition);
                let restored = restored?;
                self.memories.insert(partition, restored.memory);
                done.push((partition, restored.next));
            }
        }
        Ok(done)
    }

    /// Whether something is still being read.
    #[must_use]
    pub fn is_restoring(&self) -> bool {
        !self.restoring.is_empty()
    }

    /// Forgets the partitions that left.
    pub fn forget(&mut self, partitions: &[i32]) {
        for partition in partitions {
            self.memories.remove(partition);
            self.releasing.retain(|(of, _)| of != partition);
            if let Some(stop) = self.restoring.remove(partition) {
                stop.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Settles what becomes of the articles of a batch, given what is known of them.
    ///
    /// # Errors
    /// If what is known cannot be read or written.
    pub fn settle(&mut self, fates: &mut [Fate]) -> Result<(), Error> {
        for fate in fates {
            let Told::Articles(tellings) = &mut fate.told else { continue };
            let Some(memory) = self.memories.get_mut(&fate.partition) else {
                return Err(Error::articles(&format_args!("partition {} was not restored", fate.partition)));
            };
            self.releasing.remove(&(fate.partition, fate.offset));
            for telling in tellings {
                memory.settle(telling, &self.outlet.topics.events)?;
            }
        }
        Ok(())
    }

    /// Keeps what was settled: the batch is committed.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn commit(&mut self) -> Result<(), Error> {
        self.memories.values_mut().try_for_each(Memory::commit)
    }

    /// Undoes what was settled: the batch was aborted.
    ///
    /// # Errors
    /// If it cannot be undone.
    pub fn rollback(&mut self) -> Result<(), Error> {
        self.releasing.clear();
        self.memories.values_mut().try_for_each(Memory::rollback)
    }

    /// The held messages whose embargo is over, each told once.
    ///
    /// # Errors
    /// If what is known cannot be read.
    pub fn due(&mut self, now: DateTime<Utc>) -> Result<Vec<(i32, Due)>, Error> {
        let mut due = Vec::new();
        for (partition, memory) in &self.memories {
            for held in memory.due(now)? {
                if self.releasing.insert((*partition, held.held.offset)) {
                    due.push((*partition, held));
                }
            }
        }
        Ok(due)
    }

    /// Tells a held message once more, later: it could not be read.
    pub fn postpone(&mut self, place: (i32, i64)) {
        self.releasing.remove(&place);
    }
}

impl Drop for Lives {
    fn drop(&mut self) {
        self.restoring.values().for_each(|stop| stop.store(true, Ordering::Relaxed));
    }
}

#[cfg(test)]
mod tests;
