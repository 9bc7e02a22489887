//! What is known of the articles of one partition: on disk, in a file of SQLite's own that has no name and is gone with
//! the process, so that millions of articles take little memory. About 200 bytes an article.
//!
//! Must not know Kafka.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::revisions::{self, Known};
use crate::record::{ArticleStatus, HeldFields, StandingFields};
use crate::stream::Error;
use crate::stream::disposition::Telling;

/// An article's id, hashed: 128 bits, so that two of billions do not meet.
pub type Key = [u8; 16];

/// The key of an article.
pub fn key(id: &str) -> Key {
    let mut key = Key::default();
    key.iter_mut().zip(Sha256::digest(id)).for_each(|(to, from)| *to = from);
    key
}

/// A held revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The article's id.
    pub id: String,
    /// The revision.
    pub held: HeldFields,
}

const TABLE: &str = "
    PRAGMA journal_mode = MEMORY;
    PRAGMA synchronous = OFF;
    CREATE TABLE article (
        id BLOB PRIMARY KEY, seen INTEGER NOT NULL, revision TEXT, modified INTEGER, status INTEGER, events BLOB NOT NULL,
        held TEXT, until INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX due ON article (until) WHERE until IS NOT NULL;
";

/// What is told while a partition is restored, in that order and in a file of its own: ids come in no order, and to find
/// the place of each in a file that no memory holds would take two thirds of the time. They are sorted at the end. Where
/// `events` is null, the article is to be forgotten.
const LOADING: &str = "
    ATTACH '' AS loading;
    PRAGMA loading.journal_mode = OFF;
    CREATE TABLE loading.told (
        id BLOB, seen INTEGER, revision TEXT, modified INTEGER, status INTEGER, events BLOB, held TEXT, until INTEGER
    );
    BEGIN;
";

/// Of each article what was told last: SQLite takes the other columns from the row that has the `max`.
const LOADED: &str = "
    INSERT INTO article
        SELECT id, seen, revision, modified, status, events, held, until
        FROM (SELECT *, max(rowid) FROM loading.told GROUP BY id) WHERE events IS NOT NULL;
    COMMIT;
    DETACH loading;
";

/// How often the articles are looked through for those that are too old, in seconds of the messages' times. Looking through
/// them all is cheaper than to keep them in order.
const SWEEP: i64 = 86_400;

/// How much of a file is held in memory, in KiB, while a partition is restored, one at a time: to sort.
const RESTORING: i32 = 16_384;
/// The same afterwards, for each of all partitions: enough to find a row by reading one page.
const RESTORED: i32 = 1024;

/// The articles of one partition.
pub struct Memory {
    database: Connection,
    window: i64,
    /// The latest time of a message, in seconds since 1970.
    latest: i64,
    /// `latest` when the articles were looked through last.
    swept: i64,
    changed: bool,
}

/// A partition that is being restored.
pub struct Loader {
    memory: Memory,
}

impl Loader {
    /// Knows of no article yet; each will be remembered for so long.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn new(window: Duration) -> Result<Self, Error> {
        let make = || {
            let database = Connection::open("")?;
            database.execute_batch(TABLE)?;
            database.pragma_update(None, "cache_size", -RESTORING)?;
            database.set_prepared_statement_cache_capacity(16);
            database.execute_batch(LOADING)?;
            Ok(database)
        };
        let database = make().map_err(|error: rusqlite::Error| Error::articles(&error))?;
        let window = i64::try_from(window.as_secs()).unwrap_or(i64::MAX);
        Ok(Self { memory: Memory { database, window, latest: i64::MIN, swept: i64::MIN, changed: false } })
    }

    /// Takes in what is told of an article at `seen`, in seconds since 1970, in the place of what was told before.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn put(&mut self, id: &str, known: &Known, seen: i64) -> Result<(), Error> {
        self.memory.write("INSERT INTO loading.told VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", &key(id), id, known, seen)
    }

    /// Takes in that an article is to be forgotten.
    ///
    /// # Errors
    /// If that cannot be written.
    pub fn remove(&mut self, id: &str) -> Result<(), Error> {
        let write = || self.memory.statement("INSERT INTO loading.told (id) VALUES (?1)")?.execute([key(id)]);
        write().map_err(|error| Error::articles(&error)).map(drop)
    }

    /// All is told: what is known from now on, without what is too old.
    ///
    /// # Errors
    /// If it cannot be sorted.
    pub fn finish(self) -> Result<Memory, Error> {
        let mut memory = self.memory;
        memory.database.flush_prepared_statement_cache();
        let finish = || {
            memory.database.execute_batch(LOADED)?;
            memory.database.pragma_update(None, "cache_size", -RESTORED)?;
            memory.database.execute_batch("PRAGMA shrink_memory")
        };
        finish().map_err(|error| Error::articles(&error))?;
        memory.forget()?;
        Ok(memory)
    }
}

impl Memory {
    /// Settles what is told of an article.
    ///
    /// # Errors
    /// If what is known cannot be read or written.
    pub fn settle(&mut self, telling: &mut Telling, events: &str) -> Result<(), Error> {
        let key = key(&telling.article.id);
        let known = self.get(&key)?.unwrap_or_default();
        let seen = telling.record.timestamp.map_or(self.latest, |time| time.div_euclid(1000));
        let now = revisions::settle(telling, known, events).map_err(|error| Error::articles(&error))?;
        now.map_or(Ok(()), |known| self.put(&key, &telling.article.id, &known, seen))
    }

    /// What is known of an article.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn get(&self, key: &Key) -> Result<Option<Known>, Error> {
        let read = || {
            let text = "SELECT revision, modified, status, events, held FROM article WHERE id = ?1";
            self.statement(text)?.query_row([key], known).optional()
        };
        read().map_err(|error| Error::articles(&error))
    }

    /// Remembers what is known of an article, which was told of at `seen`, in seconds since 1970.
    fn put(&mut self, key: &Key, id: &str, known: &Known, seen: i64) -> Result<(), Error> {
        if !self.changed {
            self.database.execute_batch("BEGIN").map_err(|error| Error::articles(&error))?;
            self.changed = true;
        }
        self.write("INSERT OR REPLACE INTO article VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", key, id, known, seen)
    }

    fn write(&mut self, insert: &str, key: &Key, id: &str, known: &Known, seen: i64) -> Result<(), Error> {
        self.latest = self.latest.max(seen);
        let standing = known.standing.as_ref();
        let held = known.held.as_ref();
        let until = held.map(|held| held.until.map_or(i64::MAX, |until| until.timestamp_millis()));
        let held = held.map(|held| serde_json::to_string(&(id, held))).transpose();
        let held = held.map_err(|error| Error::articles(&error))?;
        let write = || {
            self.statement(insert)?.execute(params![
                key,
                seen,
                standing.map(|it| &it.revision),
                standing.and_then(|it| it.modified).map(|at| at.timestamp_micros()),
                standing.map(|it| number(it.status)),
                packed(&known.events),
                held,
                until,
            ])
        };
        write().map_err(|error| Error::articles(&error)).map(drop)
    }

    /// The held revisions whose embargo ends by `now`.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn due(&self, now: DateTime<Utc>) -> Result<Vec<Due>, Error> {
        let read = || {
            let mut statement = self.statement("SELECT held FROM article WHERE until <= ?1 ORDER BY until")?;
            let rows = statement.query_map([now.timestamp_millis()], |row| row.get::<_, String>(0))?;
            rows.collect::<Result<Vec<_>, _>>()
        };
        let held = read().map_err(|error| Error::articles(&error))?;
        let due = held.iter().map(|held| serde_json::from_str(held).map(|(id, held)| Due { id, held }));
        due.collect::<Result<_, _>>().map_err(|error| Error::articles(&error))
    }

    /// How many articles are known.
    ///
    /// # Errors
    /// If they cannot be counted.
    pub fn count(&self) -> Result<u64, Error> {
        let count = || self.database.query_row("SELECT count(*) FROM article", [], |row| row.get::<_, i64>(0));
        count().map_err(|error| Error::articles(&error)).map(|count| u64::try_from(count).unwrap_or(0))
    }

    /// Keeps all changes, and about once a day of the messages' times forgets what is too old.
    ///
    /// # Errors
    /// If that cannot be written.
    pub fn commit(&mut self) -> Result<(), Error> {
        if std::mem::take(&mut self.changed) {
            self.database.execute_batch("COMMIT").map_err(|error| Error::articles(&error))?;
        }
        if self.latest.saturating_sub(self.swept) > SWEEP { self.forget() } else { Ok(()) }
    }

    /// Forgets what is too old; what is held only after its embargo.
    fn forget(&mut self) -> Result<(), Error> {
        self.swept = self.latest;
        let old = self.latest.saturating_sub(self.window);
        let write = || self.statement("DELETE FROM article WHERE seen < ?1 AND until IS NULL")?.execute([old]);
        write().map_err(|error| Error::articles(&error)).map(drop)
    }

    /// Undoes all changes.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn rollback(&mut self) -> Result<(), Error> {
        if !std::mem::take(&mut self.changed) {
            return Ok(());
        }
        self.database.execute_batch("ROLLBACK").map_err(|error| Error::articles(&error))
    }

    fn statement(&self, text: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.database.prepare_cached(text)
    }
}

/// What a revision that stands can be, as numbered here.
fn number(status: ArticleStatus) -> u8 {
    match status {
        ArticleStatus::Withdrawn => 1,
        ArticleStatus::Skipped => 2,
        _ => 0,
    }
}

fn status(number: u8) -> ArticleStatus {
    match number {
        1 => ArticleStatus::Withdrawn,
        2 => ArticleStatus::Skipped,
        _ => ArticleStatus::Extracted,
    }
}

fn known(row: &Row<'_>) -> rusqlite::Result<Known> {
    let standing = match row.get::<_, Option<String>>(0)? {
        Some(revision) => Some(StandingFields {
            revision,
            modified: row.get::<_, Option<i64>>(1)?.and_then(DateTime::from_timestamp_micros),
            status: status(row.get(2)?),
        }),
        None => None,
    };
    let held = row.get::<_, Option<String>>(4)?.and_then(|held| serde_json::from_str::<(String, _)>(&held).ok());
    Ok(Known { standing, events: unpacked(row.get_ref(3)?.as_blob()?), held: held.map(|(_, held)| held) })
}

/// Ids of events are 32 hex digits; what is none is no id of ours.
fn packed(ids: &[String]) -> Vec<u8> {
    ids.iter().filter_map(|id| u128::from_str_radix(id, 16).ok()).flat_map(u128::to_be_bytes).collect()
}

fn unpacked(bytes: &[u8]) -> Vec<String> {
    let (ids, _) = bytes.as_chunks::<16>();
    ids.iter().map(|id| format!("{:032x}", u128::from_be_bytes(*id))).collect()
}
