//! The tables, and how to open a connection to them.
//!
//! A row of `events` is never updated: an event that changes gets a new row with a higher number. So what is known of a
//! row (its words, its entry in the in-memory index) stays true for as long as the row exists.
//!
//! The file is a cache of the topics: tables of an earlier version are not converted, but filled from them again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::Error;

/// The version of the tables, kept in `user_version`.
const VERSION: i64 = 6;

/// How long a connection waits for the lock of another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The schema. Times are seconds since 1970 in UTC; a day starts at midnight in UTC. An event with an open end is at the
/// unit to which its other end is known, and one without a date nowhere (`null`).
const TABLES: &str = "
-- With the name of the `--rebuild` that made it, until a start without one, and whether it has once had all that the topics
-- have.
CREATE TABLE meta (birth TEXT NOT NULL, rebuild TEXT, complete INTEGER NOT NULL) STRICT;
INSERT INTO meta VALUES (lower(hex(randomblob(8))), NULL, 0);

-- The next offset to read in each partition.
CREATE TABLE offsets (topic TEXT, partition INTEGER, next INTEGER NOT NULL, PRIMARY KEY (topic, partition)) STRICT, WITHOUT ROWID;

-- Strings that many events share, by their facet: see `Facet`.
CREATE TABLE terms (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (kind, text)) STRICT;

CREATE TABLE events (
    row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, start INTEGER, end INTEGER, weight REAL NOT NULL,
    confidence REAL NOT NULL, source INTEGER NOT NULL, article INTEGER NOT NULL, language INTEGER NOT NULL,
    status INTEGER NOT NULL, granularity INTEGER NOT NULL, basis INTEGER NOT NULL,
    published INTEGER, flags INTEGER NOT NULL, happening INTEGER NOT NULL
) STRICT;
CREATE INDEX events_of_article ON events (article);
CREATE INDEX events_of_happening ON events (happening);
CREATE INDEX events_by_publication ON events (published);
-- What events report, one or many: with the row and the id of the event that it began with, its place, and what others
-- are compared with.
CREATE TABLE happenings (
    happening INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, start INTEGER, end INTEGER, account TEXT NOT NULL
) STRICT;
CREATE TABLE happening_keys (key INTEGER, happening INTEGER, PRIMARY KEY (key, happening)) STRICT, WITHOUT ROWID;
CREATE TABLE names (row INTEGER, name INTEGER, PRIMARY KEY (row, name)) STRICT, WITHOUT ROWID;
-- The events as received.
CREATE TABLE records (row INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT;
-- Which rows contain which words; the prefixes are for search as you type: see `search::INDEXED`. The words are those of
-- `search::words`, separated by spaces: whatever else a word consists of, the tokenizer must not split it.
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = '', contentless_delete = 1, prefix = '1 2 3 4',
    tokenize = \"unicode61 remove_diacritics 2 categories 'L* M* N* P* S* Z* C*' separators ' '\"
);

-- The latest record of each article, and the events that it lists, if its status says that these are all.
CREATE TABLE articles (id INTEGER PRIMARY KEY, record TEXT NOT NULL, events TEXT) STRICT;
-- A small index, to count rows with.
CREATE INDEX articles_count ON articles (id);
-- Events that their article does not list, as received: not on the timeline, or not yet.
CREATE TABLE hidden (id TEXT PRIMARY KEY, article INTEGER NOT NULL, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX hidden_of_article ON hidden (article);

-- The change log, for followers.
CREATE TABLE changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, id TEXT NOT NULL, row INTEGER) STRICT;
";

/// Tables that every version had.
const COMMON: [&str; 4] = ["offsets", "terms", "records", "changes"];

/// How large the write-ahead log stays, in bytes, after it was larger.
const MAX_LOG: i64 = 64 << 20;

/// Opens the file for the writer, and creates the tables if there are none; with `rebuild`, or if an earlier version made
/// them, in any case.
pub fn open_writer(path: &Path, rebuild: bool) -> Result<Connection, Error> {
    let mut connection = Connection::open(path)?;
    plan_once(&connection)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // Only a file without tables takes it over: what is free can be given back to the disk.
    connection.pragma_update(None, "auto_vacuum", "incremental")?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "journal_size_limit", MAX_LOG)?;
    // A power failure may lose the last commits, offsets included: their records are read again.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "cache_size", -4000)?;
    connection.set_prepared_statement_cache_capacity(64);
    let found = version(&connection)?;
    if found == VERSION && !rebuild {
        return Ok(connection);
    }
    let has_tables: bool = connection.query_row("SELECT count(*) > 0 FROM sqlite_schema", [], |row| row.get(0))?;
    let is_ours = is_ours(&connection, found)?;
    // The tables of another program must not be dropped.
    if has_tables && !rebuild && !is_ours {
        return Err(Error::Version { path: path.to_owned(), found });
    }
    let mut last = 0;
    if has_tables {
        if is_ours {
            // Sequence numbers must keep growing, so that followers notice that what they hold is out of date.
            last = super::changes::last_seq(&connection)?;
        }
        if !rebuild {
            tracing::info!(
                found,
                version = VERSION,
                "an earlier version made the database; it is rebuilt from the topics"
            );
        }
        empty(&connection)?;
    }
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.execute("INSERT INTO changes VALUES (?1, ?2, '', NULL)", (last + 1, super::changes::RESET))?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(connection)
}

/// Plans each statement for all values. Otherwise SQLite plans many of them anew for each value, such as each limit.
fn plan_once(connection: &Connection) -> Result<(), Error> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Deletes everything in the file, and gives its room back to the disk.
fn empty(connection: &Connection) -> Result<(), Error> {
    connection.flush_prepared_statement_cache();
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_RESET_DATABASE, true)?;
    let emptied = connection.execute_batch("VACUUM");
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_RESET_DATABASE, false)?;
    emptied?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

/// Whether this program made the tables, in this version or an earlier one.
fn is_ours(connection: &Connection, found: i64) -> Result<bool, Error> {
    let mut table = connection.prepare("SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = ?1")?;
    let mut has_all = (1..=VERSION).contains(&found);
    for name in COMMON {
        has_all = has_all && table.query_row([name], |row| row.get(0))?;
    }
    Ok(has_all)
}

/// Whether the file holds what a `--rebuild` of this name began.
pub fn was_rebuilt(path: &Path, name: &str) -> Result<bool, Error> {
    if !path.try_exists().unwrap_or(false) {
        return Ok(false);
    }
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    if version(&connection)? != VERSION || !is_ours(&connection, VERSION)? {
        return Ok(false);
    }
    let by: Option<String> = connection.query_row("SELECT rebuild FROM meta", [], |row| row.get(0))?;
    Ok(by.as_deref() == Some(name))
}

/// Opens the file for reading.
pub fn open_reader(path: &Path) -> Result<Connection, Error> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    plan_once(&connection)?;
    // Small, since there are several readers; the operating system caches what is read often.
    connection.pragma_update(None, "cache_size", -1000)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Whether the file holds a timeline that can be written; false if there is no file, but one can be created. Changes
/// nothing.
pub fn probe(path: &Path) -> Result<bool, Error> {
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or(PathBuf::from("."), PathBuf::from);
    // SQLite creates files of its own next to it.
    let exists = tempfile::tempfile_in(&folder).and_then(|_| path.try_exists());
    if !exists.map_err(|error| Error::Folder { folder, error: error.kind() })? {
        return Ok(false);
    }
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let found = version(&connection)?;
    if found == VERSION || !is_ours(&connection, found)? {
        require_version(&connection, path)?;
    }
    connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
    Ok(true)
}

/// Refuses a file whose tables are not those of this version.
pub fn require_version(connection: &Connection, path: &Path) -> Result<(), Error> {
    match version(connection)? {
        VERSION => Ok(()),
        found => Err(Error::Version { path: path.to_owned(), found }),
    }
}

/// Opens a file that exists.
fn open(path: &Path, mode: OpenFlags) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

fn version(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
