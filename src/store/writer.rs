//! The writer: applies the records of both topics, in batches, together with the offsets after them.
//!
//! An event is on the timeline if the latest record of its article lists it, or if its article has no record. So a
//! correction removes what the article no longer says and a kill removes everything, whichever topic is read first.

use std::collections::HashSet;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::happenings::Place;
use super::index::{Facet, IndexEntry};
use super::keep::Sweep;
use super::record::{Disposition, Event, id_prefix};
use super::{Error, Inner, changes, read, write};
use crate::config::Keep;

/// A record of a topic.
#[derive(Debug, Clone, Copy)]
pub struct TopicRecord<'a> {
    /// Which topic it comes from.
    pub kind: RecordKind,
    /// The id of the event or the article.
    pub key: &'a str,
    /// The record; `None` is a tombstone.
    pub value: Option<&'a [u8]>,
}

/// The kinds of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKind {
    /// An event.
    Event,
    /// An article.
    Article,
}

/// The position in a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The next offset to read.
    pub next: i64,
}

/// A change to make in the index once a batch is committed.
pub enum IndexUpdate {
    /// An event, with the place of its happening if that began with another one.
    Add(IndexEntry, [u32; 6], Vec<u32>, Option<Place>),
    Remove(u32),
}

/// The writer. A file has only one.
#[derive(Debug)]
pub struct Writer {
    pub(super) connection: Connection,
    pub(super) store: Arc<Inner>,
    /// What is kept.
    pub(super) keep: Keep,
    /// Events that were published before are not stored.
    pub(super) cutoff: Option<i64>,
    pub(super) sweep: Sweep,
}

impl Writer {
    /// Applies records and positions atomically. Returns how many records could not be parsed: these are skipped, since
    /// nobody could repair them here.
    ///
    /// # Errors
    /// If the file cannot be written; then nothing was applied.
    pub fn apply(&mut self, records: &[TopicRecord<'_>], positions: &[Position]) -> Result<usize, Error> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut batch = Batch::new(&transaction, self.cutoff);
        let mut unreadable = 0;
        for record in records {
            let is_readable = match record.kind {
                RecordKind::Event => batch.apply_event(record)?,
                RecordKind::Article => batch.apply_article(record)?,
            };
            unreadable += usize::from(!is_readable);
        }
        let updates = batch.finish()?;
        let has_removed = updates.iter().any(|update| matches!(update, IndexUpdate::Remove(_)));
        for Position { topic, partition, next } in positions {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO offsets VALUES (?1, ?2, ?3)")?
                .execute((topic, partition, next))?;
        }
        changes::trim(&transaction)?;
        let seq = changes::last_seq(&transaction)?;
        transaction.commit()?;
        self.update_index(updates);
        if has_removed {
            self.sweep.request();
        }
        self.store.last_change.send_replace(seq);
        Ok(unreadable)
    }

    /// Remembers the name of the `--rebuild` with which the process was started, or that there was none.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn remember_rebuild(&self, name: Option<&str>) -> Result<(), Error> {
        self.connection.execute("UPDATE meta SET rebuild = ?1 WHERE rebuild IS NOT ?1", [name])?;
        Ok(())
    }

    /// Returns how many events there are.
    #[must_use]
    pub fn events(&self) -> usize {
        read(&self.store.index).len()
    }

    /// Returns the time before which nothing is stored, by its publication, in seconds since 1970.
    #[must_use]
    pub fn cutoff(&self) -> Option<i64> {
        self.cutoff
    }

    /// Whether the timeline once had everything that the topics have.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn is_complete(&self) -> Result<bool, Error> {
        Ok(self.connection.query_row("SELECT complete FROM meta", [], |row| row.get(0))?)
    }

    /// Remembers that the timeline has everything that the topics have.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn set_complete(&self) -> Result<(), Error> {
        self.connection.execute("UPDATE meta SET complete = 1 WHERE complete = 0", [])?;
        Ok(())
    }

    /// Writes without a change, to find out whether the file can be written.
    ///
    /// # Errors
    /// If it cannot.
    pub fn try_write(&self) -> Result<(), Error> {
        self.connection.execute("UPDATE meta SET complete = complete", [])?;
        Ok(())
    }

    /// Moves the write-ahead log into the file, and gives its room back to the disk.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn checkpoint(&self) -> Result<(), Error> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Lets the file grow by so many pages and no more, as a full disk does.
    #[cfg(test)]
    pub fn limit_pages(&self, more: i64) {
        let pages: i64 = self.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        self.connection.pragma_update(None, "max_page_count", pages + more).unwrap();
    }

    /// Makes the changes of a transaction in the index.
    pub(super) fn update_index(&self, updates: Vec<IndexUpdate>) {
        let mut index = write(&self.store.index);
        for update in updates {
            match update {
                IndexUpdate::Add(entry, terms, names, None) => index.add(entry, terms, &names),
                IndexUpdate::Add(entry, terms, names, Some(place)) => index.add_to(place, entry, terms, &names),
                IndexUpdate::Remove(row) => index.remove(row),
            }
        }
    }

    /// Returns the positions from which to resume.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn positions(&self) -> Result<Vec<Position>, Error> {
        let mut offsets = self.connection.prepare_cached("SELECT topic, partition, next FROM offsets")?;
        let rows = offsets
            .query_map([], |row| Ok(Position { topic: row.get(0)?, partition: row.get(1)?, next: row.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Changes of the tables, in a transaction.
pub struct Batch<'a> {
    pub(super) connection: &'a Connection,
    /// Events that were published before are not stored.
    cutoff: Option<i64>,
    updates: Vec<IndexUpdate>,
    /// What to add to the full-text index and what to remove from it, by row. Both wait until the end of the batch: SQLite flushes
    /// what it has buffered for that index before each other statement that can fail midway.
    added_text: Vec<(u32, String)>,
    removed_text: Vec<u32>,
}

impl<'a> Batch<'a> {
    /// Starts without changes.
    pub fn new(connection: &'a Connection, cutoff: Option<i64>) -> Self {
        Self { connection, cutoff, updates: Vec::new(), added_text: Vec::new(), removed_text: Vec::new() }
    }

    /// Makes the changes of the full-text index. Returns those of the index in memory, to be made after the commit.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(self) -> Result<Vec<IndexUpdate>, Error> {
        for row in &self.removed_text {
            self.execute("DELETE FROM words WHERE rowid = ?1", [row])?;
        }
        for (row, text) in &self.added_text {
            self.execute("INSERT INTO words (rowid, text) VALUES (?1, ?2)", (row, text))?;
        }
        Ok(self.updates)
    }

    pub(super) fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<(), Error> {
        self.connection.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Applies a record of an event; false if it cannot be parsed.
    fn apply_event(&mut self, record: &TopicRecord<'_>) -> Result<bool, Error> {
        let Some(value) = record.value else {
            self.execute("DELETE FROM hidden WHERE id = ?1", [record.key])?;
            self.retract(record.key)?;
            return Ok(true);
        };
        self.apply_record(value)
    }

    /// Puts an event on the timeline, or hides it; false if it cannot be parsed.
    fn apply_record(&mut self, value: &[u8]) -> Result<bool, Error> {
        let (Ok(text), Ok(event)) = (std::str::from_utf8(value), serde_json::from_slice::<Event>(value)) else {
            return Ok(false);
        };
        if self.is_too_old(&event) {
            self.execute("DELETE FROM hidden WHERE id = ?1", [&event.id])?;
            self.retract(&event.id)?;
            return Ok(true);
        }
        let article = self.term_id(Facet::Article, &event.article.id)?;
        if self.is_listed(article, &event.id)? {
            self.upsert(&event, text, article)?;
        } else {
            self.retract(&event.id)?;
            self.execute("INSERT OR REPLACE INTO hidden VALUES (?1, ?2, ?3)", (&event.id, article, text))?;
        }
        Ok(true)
    }

    fn is_too_old(&self, event: &Event) -> bool {
        self.cutoff.zip(event.published()).is_some_and(|(cutoff, published)| published < cutoff)
    }

    /// Applies a record of an article; false if it cannot be parsed.
    fn apply_article(&mut self, record: &TopicRecord<'_>) -> Result<bool, Error> {
        let article = self.term_id(Facet::Article, record.key)?;
        let Some(value) = record.value else {
            self.execute("DELETE FROM articles WHERE id = ?1", [article])?;
            return Ok(true);
        };
        let (Ok(text), Ok(disposition)) = (std::str::from_utf8(value), serde_json::from_slice::<Disposition>(value))
        else {
            return Ok(false);
        };
        let replaces = disposition.replaces_events();
        let events = if replaces { Some(serde_json::to_string(&disposition.events)?) } else { None };
        self.execute(
            "INSERT INTO articles VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET record = excluded.record, events = coalesce(excluded.events, events)",
            (article, text, events),
        )?;
        if replaces {
            self.replace_events(article, &disposition.events.iter().map(String::as_str).collect())?;
        }
        Ok(true)
    }

    /// Shows and hides events of an article, so that exactly those that it lists are on the timeline.
    fn replace_events(&mut self, article: u32, listed: &HashSet<&str>) -> Result<(), Error> {
        // Nearly always the article lists just what is there: records are read only where it does not.
        for id in self.event_ids("SELECT id FROM events WHERE article = ?1", article)? {
            if !listed.contains(id.as_str()) {
                self.execute(
                    "INSERT OR REPLACE INTO hidden
                     SELECT e.id, e.article, r.record FROM events e JOIN records r ON r.row = e.row WHERE e.id = ?1",
                    [&id],
                )?;
                self.retract(&id)?;
            }
        }
        for id in self.event_ids("SELECT id FROM hidden WHERE article = ?1", article)? {
            if listed.contains(id.as_str()) {
                let mut shown = self.connection.prepare_cached("DELETE FROM hidden WHERE id = ?1 RETURNING record")?;
                let record: String = shown.query_row([&id], |row| row.get(0))?;
                self.upsert(&serde_json::from_str(&record)?, &record, article)?;
            }
        }
        Ok(())
    }

    fn event_ids(&self, sql: &str, article: u32) -> Result<Vec<String>, Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_map([article], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    fn is_listed(&self, article: u32, event: &str) -> Result<bool, Error> {
        let mut statement = self.connection.prepare_cached(
            "SELECT events IS NULL OR EXISTS (SELECT 1 FROM json_each(events) WHERE value = ?2) FROM articles WHERE id = ?1",
        )?;
        Ok(statement.query_row((article, event), |row| row.get(0)).optional()?.unwrap_or(true))
    }

    /// Puts an event on the timeline, replacing the one with its id.
    fn upsert(&mut self, event: &Event, record: &str, article: u32) -> Result<(), Error> {
        let existing: Option<(u32, bool, u32)> = self
            .connection
            .prepare_cached(
                "SELECT e.row, r.record = ?2, e.happening FROM events e JOIN records r ON r.row = e.row WHERE e.id = ?1",
            )?
            .query_row((&event.id, record), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let former = match existing {
            Some((_, true, _)) => return Ok(()),
            Some((row, false, happening)) => {
                self.delete(row)?;
                Some(happening)
            }
            None => None,
        };
        let account = event.account();
        let joined = self.find_happening(&account, former)?;
        let terms = self.terms(event, article)?;
        let row = self.insert_event(event, terms, joined)?;
        self.execute("INSERT INTO records VALUES (?1, ?2)", (row, record))?;
        self.added_text.push((row, event.searchable_text()));
        let mut names =
            event.statement.names.iter().map(|name| self.term_id(Facet::Name, name)).collect::<Result<Vec<_>, _>>()?;
        names.sort_unstable();
        names.dedup();
        for name in &names {
            self.execute("INSERT INTO names VALUES (?1, ?2)", (row, name))?;
        }
        let kind = if existing.is_some() { changes::UPDATE } else { changes::INSERT };
        changes::append(self.connection, kind, &event.id, Some(row))?;
        let entry = IndexEntry::new(row, id_prefix(&event.id), event.span(), event.weight, event.confidence);
        let mut entry = entry.with(event.published(), event.flags());
        let place = match joined {
            Some(happening) => {
                entry.happening = happening;
                self.correct_happening(happening, event, &account)?;
                Some(self.place(happening)?)
            }
            None => {
                self.begin_happening(row, event, &account)?;
                None
            }
        };
        self.updates.push(IndexUpdate::Add(entry, terms, names, place));
        Ok(())
    }

    /// Returns the terms of an event for [`Facet::SINGLE_VALUED`].
    fn terms(&self, event: &Event, article: u32) -> Result<[u32; 6], Error> {
        Ok([
            self.term_id(Facet::Source, event.article.source.as_deref().unwrap_or_default())?,
            article,
            self.term_id(Facet::Language, &event.article.language)?,
            self.term_id(Facet::Status, &event.statement.status)?,
            self.term_id(Facet::Granularity, &event.date.granularity)?,
            self.term_id(Facet::Basis, &event.date.basis)?,
        ])
    }

    /// Inserts the row of an event, which joins a happening or begins one.
    fn insert_event(&self, event: &Event, terms: [u32; 6], joined: Option<u32>) -> Result<u32, Error> {
        let ([start, end], [source, article, language, status, granularity, basis]) = (event.span(), terms);
        let next = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0) + 1";
        let row = self.connection.prepare_cached(next)?.query_row([], |row| row.get(0))?;
        let values = rusqlite::params![
            row,
            event.id,
            start,
            end,
            event.weight,
            event.confidence,
            source,
            article,
            language,
            status,
            granularity,
            basis,
            event.published(),
            event.flags(),
            joined.unwrap_or(row)
        ];
        self.execute(
            "INSERT INTO events
                 (row, id, start, end, weight, confidence, source, article, language, status, granularity, basis, published,
                  flags, happening)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            values,
        )?;
        Ok(row)
    }

    /// Removes an event from the timeline, if it is there.
    fn retract(&mut self, id: &str) -> Result<(), Error> {
        let mut found = self.connection.prepare_cached("SELECT row, happening FROM events WHERE id = ?1")?;
        let found: Option<(u32, u32)> = found.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        if let Some((row, happening)) = found {
            self.delete(row)?;
            self.end_if_empty(happening)?;
            changes::append(self.connection, changes::RETRACT, id, None)?;
        }
        Ok(())
    }

    pub(super) fn delete(&mut self, row: u32) -> Result<(), Error> {
        for sql in [
            "DELETE FROM events WHERE row = ?1",
            "DELETE FROM records WHERE row = ?1",
            "DELETE FROM names WHERE row = ?1",
        ] {
            self.execute(sql, [row])?;
        }
        match self.added_text.iter().position(|(added, _)| *added == row) {
            Some(at) => drop(self.added_text.remove(at)),
            None => self.removed_text.push(row),
        }
        self.updates.push(IndexUpdate::Remove(row));
        Ok(())
    }

    /// Returns the id of a term, inserting it if it is new.
    fn term_id(&self, facet: Facet, text: &str) -> Result<u32, Error> {
        let existing = self
            .connection
            .prepare_cached("SELECT id FROM terms WHERE kind = ?1 AND text = ?2")?
            .query_row((facet as i64, text), |row| row.get(0))
            .optional()?;
        match existing {
            Some(id) => Ok(id),
            None => Ok(self
                .connection
                .prepare_cached("INSERT INTO terms (kind, text) VALUES (?1, ?2) RETURNING id")?
                .query_row((facet as i64, text), |row| row.get(0))?),
        }
    }
}
