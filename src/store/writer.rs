//! The one who writes: takes in records of both topics, in batches with the offsets that come after them.
//!
//! An event is on the timeline if the last record of its article names it, or if nothing is told of its article. So a
//! correction takes away what is no longer said and a kill takes away all, whichever of the topics is read first.

use std::collections::HashSet;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::index::{Entry, Kind};
use super::received::{Event, Fate, order};
use super::{Error, Inner, changes, write};

/// One record of a topic.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// Which of the topics.
    pub of: Of,
    /// The id of the event or the article.
    pub key: &'a str,
    /// The record; `None` retracts it.
    pub value: Option<&'a [u8]>,
}

/// What a record is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// An event.
    Event,
    /// An article.
    Article,
}

/// What comes next in a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub next: i64,
}

/// What the index has to be told when a batch is in the file.
enum Step {
    Add(Entry, [u32; 6], Vec<u32>),
    Remove(u32),
}

/// The one who writes. There is one for a file.
#[derive(Debug)]
pub struct Writer {
    pub(super) connection: Connection,
    pub(super) store: Arc<Inner>,
}

impl Writer {
    /// Takes in records and positions, all or nothing. Tells how many of the records could not be read: these are
    /// passed over, since no one can mend them here.
    ///
    /// # Errors
    /// If the file cannot be written; nothing was taken in then.
    pub fn apply(&mut self, records: &[Received<'_>], positions: &[Position]) -> Result<usize, Error> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut batch = Batch { connection: &transaction, steps: Vec::new() };
        let mut unread = 0;
        for record in records {
            let read = match record.of {
                Of::Event => batch.event(record)?,
                Of::Article => batch.article(record)?,
            };
            unread += usize::from(!read);
        }
        let steps = batch.steps;
        for Position { topic, partition, next } in positions {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO offsets VALUES (?1, ?2, ?3)")?
                .execute((topic, partition, next))?;
        }
        changes::trim(&transaction)?;
        let seq = changes::last(&transaction)?;
        transaction.commit()?;
        let mut index = write(&self.store.index);
        for step in steps {
            match step {
                Step::Add(entry, terms, names) => index.add(entry, terms, &names),
                Step::Remove(row) => index.remove(row),
            }
        }
        drop(index);
        self.store.changed.send_replace(seq);
        Ok(unread)
    }

    /// Where to go on.
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

struct Batch<'a> {
    connection: &'a Connection,
    steps: Vec<Step>,
}

impl Batch<'_> {
    fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<(), Error> {
        self.connection.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Takes in a record of an event, and tells whether it could be read.
    fn event(&mut self, record: &Received<'_>) -> Result<bool, Error> {
        let Some(value) = record.value else {
            self.execute("DELETE FROM hidden WHERE id = ?1", [record.key])?;
            self.retract(record.key)?;
            return Ok(true);
        };
        let (Ok(text), Ok(event)) = (std::str::from_utf8(value), serde_json::from_slice::<Event>(value)) else {
            return Ok(false);
        };
        let article = self.term(Kind::Article, &event.article.id)?;
        if self.is_named(article, &event.id)? {
            self.show(&event, text, article)?;
        } else {
            self.retract(&event.id)?;
            self.execute("INSERT OR REPLACE INTO hidden VALUES (?1, ?2, ?3)", (&event.id, article, text))?;
        }
        Ok(true)
    }

    /// Takes in what became of an article, and tells whether it could be read.
    fn article(&mut self, record: &Received<'_>) -> Result<bool, Error> {
        let article = self.term(Kind::Article, record.key)?;
        let Some(value) = record.value else {
            self.execute("DELETE FROM articles WHERE id = ?1", [article])?;
            return Ok(true);
        };
        let (Ok(text), Ok(fate)) = (std::str::from_utf8(value), serde_json::from_slice::<Fate>(value)) else {
            return Ok(false);
        };
        let events = if fate.decides() { Some(serde_json::to_string(&fate.events)?) } else { None };
        self.execute(
            "INSERT INTO articles VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET record = excluded.record, events = coalesce(excluded.events, events)",
            (article, text, events),
        )?;
        if fate.decides() {
            self.settle(article, &fate.events.iter().map(String::as_str).collect())?;
        }
        Ok(true)
    }

    /// Shows and hides events of an article, so that those that it names are on the timeline and no others.
    fn settle(&mut self, article: u32, named: &HashSet<&str>) -> Result<(), Error> {
        let on_timeline = "SELECT e.id, r.record FROM events e JOIN records r ON r.row = e.row WHERE e.article = ?1";
        for (id, record) in self.events_of(on_timeline, article)? {
            if !named.contains(id.as_str()) {
                self.retract(&id)?;
                self.execute("INSERT OR REPLACE INTO hidden VALUES (?1, ?2, ?3)", (&id, article, &record))?;
            }
        }
        for (id, record) in self.events_of("SELECT id, record FROM hidden WHERE article = ?1", article)? {
            if named.contains(id.as_str()) {
                self.execute("DELETE FROM hidden WHERE id = ?1", [&id])?;
                self.show(&serde_json::from_str(&record)?, &record, article)?;
            }
        }
        Ok(())
    }

    fn events_of(&self, sql: &str, article: u32) -> Result<Vec<(String, String)>, Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_map([article], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    fn is_named(&self, article: u32, event: &str) -> Result<bool, Error> {
        let mut statement = self.connection.prepare_cached(
            "SELECT events IS NULL OR EXISTS (SELECT 1 FROM json_each(events) WHERE value = ?2) FROM articles WHERE id = ?1",
        )?;
        Ok(statement.query_row((article, event), |row| row.get(0)).optional()?.unwrap_or(true))
    }

    /// Puts an event on the timeline, in the place of what was told by its id before.
    fn show(&mut self, event: &Event, record: &str, article: u32) -> Result<(), Error> {
        let there: Option<(u32, bool)> = self
            .connection
            .prepare_cached(
                "SELECT e.row, r.record = ?2 FROM events e JOIN records r ON r.row = e.row WHERE e.id = ?1",
            )?
            .query_row((&event.id, record), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match there {
            Some((_, true)) => return Ok(()),
            Some((row, false)) => self.delete(row)?,
            None => {}
        }
        let source = self.term(Kind::Source, event.article.source.as_deref().unwrap_or_default())?;
        let language = self.term(Kind::Language, &event.article.language)?;
        let status = self.term(Kind::Status, &event.statement.status)?;
        let granularity = self.term(Kind::Granularity, &event.date.granularity)?;
        let basis = self.term(Kind::Basis, &event.date.basis)?;
        let terms = [source, article, language, status, granularity, basis];
        let [start, end] = event.span();
        let row: u32 = self
            .connection
            .prepare_cached(
                "INSERT INTO events (id, start, end, confidence, source, article, language, status, granularity, basis)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING row",
            )?
            .query_row(
                (&event.id, start, end, event.confidence, source, article, language, status, granularity, basis),
                |row| row.get(0),
            )?;
        self.execute("INSERT INTO records VALUES (?1, ?2)", (row, record))?;
        self.execute("INSERT INTO words (rowid, text) VALUES (?1, ?2)", (row, event.words()))?;
        let mut names =
            event.statement.names.iter().map(|name| self.term(Kind::Name, name)).collect::<Result<Vec<_>, _>>()?;
        names.sort_unstable();
        names.dedup();
        for name in &names {
            self.execute("INSERT INTO names VALUES (?1, ?2)", (row, name))?;
        }
        let kind = if there.is_some() { changes::CHANGE } else { changes::INSERT };
        changes::note(self.connection, kind, &event.id, Some(row))?;
        let entry = Entry::new(row, order(&event.id), [start, end], event.confidence);
        self.steps.push(Step::Add(entry, terms, names));
        Ok(())
    }

    /// Takes an event off the timeline, if it is on it.
    fn retract(&mut self, id: &str) -> Result<(), Error> {
        let row = self.connection.prepare_cached("SELECT row FROM events WHERE id = ?1")?;
        let row: Option<u32> = { row }.query_row([id], |row| row.get(0)).optional()?;
        if let Some(row) = row {
            self.delete(row)?;
            changes::note(self.connection, changes::RETRACT, id, None)?;
        }
        Ok(())
    }

    fn delete(&mut self, row: u32) -> Result<(), Error> {
        for sql in [
            "DELETE FROM events WHERE row = ?1",
            "DELETE FROM records WHERE row = ?1",
            "DELETE FROM names WHERE row = ?1",
            "DELETE FROM words WHERE rowid = ?1",
        ] {
            self.execute(sql, [row])?;
        }
        self.steps.push(Step::Remove(row));
        Ok(())
    }

    /// The number of a text.
    fn term(&self, kind: Kind, text: &str) -> Result<u32, Error> {
        let known = self
            .connection
            .prepare_cached("SELECT id FROM terms WHERE kind = ?1 AND text = ?2")?
            .query_row((kind as i64, text), |row| row.get(0))
            .optional()?;
        match known {
            Some(id) => Ok(id),
            None => Ok(self
                .connection
                .prepare_cached("INSERT INTO terms (kind, text) VALUES (?1, ?2) RETURNING id")?
                .query_row((kind as i64, text), |row| row.get(0))?),
        }
    }
}
