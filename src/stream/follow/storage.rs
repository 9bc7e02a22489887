//! The store as the follower of the topics writes to it: it waits while the file cannot be written, and prunes beside writing.
//!
//! Must not know Kafka.

use std::thread;
use std::time::{Duration, Instant};

use super::super::{Control, Error};
use crate::config::Keep;
use crate::store::query::now;
use crate::store::{self, Position, Pruned, TopicRecord, Writer};
use crate::telemetry::{Condition, Progress};

/// How long it waits until it tries to write again.
const RETRY_PAUSE: Duration = Duration::from_secs(2);
/// How often a shutdown is looked for meanwhile.
const SHUTDOWN_CHECK: Duration = Duration::from_millis(100);
/// How often it is logged that the file cannot be written.
const REMINDER: Duration = Duration::from_secs(60);
/// After how many records it prunes, and after what time if fewer come.
const PRUNE_RECORDS: usize = 500;
const PRUNE_INTERVAL: Duration = Duration::from_secs(10);

/// What writes to the store.
pub struct Storage<'a> {
    pub writer: &'a mut Writer,
    control: &'a Control,
    progress: &'a Progress,
    /// When it was last logged that the file cannot be written; `None` while it can.
    reminded: Option<Instant>,
    /// How many records were applied since it last pruned.
    applied: usize,
    next_prune: Instant,
}

impl<'a> Storage<'a> {
    pub fn new(writer: &'a mut Writer, keep: Keep, control: &'a Control, progress: &'a Progress) -> Self {
        writer.keep(keep);
        control.metrics.timeline.keep(keep.bytes.unwrap_or(0));
        Self { writer, control, progress, reminded: None, applied: 0, next_prune: Instant::now() }
    }

    /// Applies records and positions, as soon as the file can be written. Returns how many records could not be parsed;
    /// `None` if a shutdown was requested before.
    pub fn apply(&mut self, records: &[TopicRecord<'_>], positions: &[Position]) -> Result<Option<usize>, Error> {
        loop {
            match self.writer.apply(records, positions) {
                Ok(unreadable) => {
                    self.recovered();
                    self.applied += records.len();
                    self.control.metrics.timeline.applied(records.len());
                    return Ok(Some(unreadable));
                }
                Err(error) => self.stuck(&error)?,
            }
            if !self.wait() {
                return Ok(None);
            }
            // What may leave makes room for what is new, and so does the log beside the file.
            for made in [self.writer.checkpoint(), self.writer.prune(now()).map(|pruned| self.count(pruned))] {
                made.or_else(|error| self.stuck(&error))?;
            }
        }
    }

    /// Reports the size of the timeline.
    pub fn report_size(&self) {
        if let Ok(size) = self.writer.size() {
            self.control.metrics.timeline.size(self.writer.events(), [size.file, size.used, size.log]);
        }
    }

    /// Prunes if it is time for that.
    pub fn prune(&mut self) -> Result<(), Error> {
        if self.applied < PRUNE_RECORDS && Instant::now() < self.next_prune {
            return Ok(());
        }
        // Twice as much as came, so that it catches up.
        let steps = 1 + 2 * self.applied / PRUNE_RECORDS;
        (self.applied, self.next_prune) = (0, Instant::now() + PRUNE_INTERVAL);
        if self.reminded.is_some() {
            // Nothing may come for a while that would show it.
            match self.writer.try_write() {
                Ok(()) => self.recovered(),
                Err(error) => return self.stuck(&error),
            }
        }
        for _ in 0..steps {
            match self.writer.prune(now()) {
                Ok(pruned) => {
                    self.count(pruned);
                    if !pruned.has_more {
                        return Ok(());
                    }
                }
                Err(error) => return self.stuck(&error),
            }
        }
        // There is more, and time for it as soon as what has come is applied.
        self.next_prune = Instant::now();
        Ok(())
    }

    fn count(&self, pruned: Pruned) {
        self.control.metrics.timeline.pruned(pruned.events, pruned.articles);
    }

    /// Reports that the file cannot be written, unless that does not pass.
    fn stuck(&mut self, error: &store::Error) -> Result<(), Error> {
        if !error.is_passing() {
            return Err(Error::timeline_store(error));
        }
        let reason = format!(
            "the timeline is read-only, since its file cannot be written ({error}); make room on its disk, or set serve.keep: \
             what is new is stored as soon as it can be"
        );
        if self.reminded.is_none_or(|last| last.elapsed() >= REMINDER) {
            tracing::error!("{reason}");
            self.reminded = Some(Instant::now());
        }
        self.control.health.report(Condition::Store, Some(reason));
        self.progress.set_writable(false);
        self.control.metrics.timeline.writable(false);
        Ok(())
    }

    fn recovered(&mut self) {
        if self.reminded.take().is_some() {
            tracing::info!("the file of the timeline can be written again");
            self.control.health.report(Condition::Store, None);
            self.progress.set_writable(true);
            self.control.metrics.timeline.writable(true);
        }
    }

    /// Waits before the next attempt; false if a shutdown was requested.
    fn wait(&self) -> bool {
        let until = Instant::now() + RETRY_PAUSE;
        while Instant::now() < until && !self.control.shutdown.is_triggered() {
            self.control.health.beat();
            thread::sleep(SHUTDOWN_CHECK);
        }
        !self.control.shutdown.is_triggered()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RecordKind, Store};

    #[test]
    fn a_full_disk_makes_the_timeline_read_only_until_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let (store, mut writer) = Store::open(&folder.path().join("timeline.db"), false).unwrap();
        writer.limit_pages(2);
        let (control, progress) = (Control::default(), Progress::default());
        control.health.ready();
        let mut storage = Storage::new(&mut writer, Keep::default(), &control, &progress);
        let text = "and so on ".repeat(2000);
        let event = serde_json::json!({
            "id": "one", "article": {"id": "a", "title": "", "source": null, "language": "en"}, "confidence": 0.9,
            "date": {"start": "2019-04-01", "end": "2019-04-02", "granularity": "day", "basis": "relative"},
            "statement": {"summary": "", "sentence": text, "status": "happened", "names": []},
        });
        let event = event.to_string();
        let record = [TopicRecord { kind: RecordKind::Event, key: "one", value: Some(event.as_bytes()) }];
        thread::scope(|scope| {
            let applied = scope.spawn(|| storage.apply(&record, &[]).unwrap());
            while progress.is_writable() {
                thread::yield_now();
            }
            let why = control.health.readiness().unwrap_err();
            assert!(why.contains("read-only") && why.contains("serve.keep"), "{why}");
            assert_eq!(store.totals().unwrap().events, 0, "it can be read");
            control.shutdown.trigger();
            assert_eq!(applied.join().unwrap(), None, "a shutdown does not wait for room");
        });
        storage.writer.limit_pages(1 << 20);
        assert_eq!(storage.apply(&record, &[]).unwrap(), Some(0));
        assert_eq!((control.health.readiness(), progress.is_writable()), (Ok(()), true));
        assert_eq!(store.totals().unwrap().events, 1);
    }
}
