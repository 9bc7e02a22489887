//! The tables, and how a connection to them is opened.
//!
//! A row of `events` is never changed: an event that changes becomes a new row with a higher number. So what is known of
//! a row (its words, its place in the index in memory) stays true for as long as the row is there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::Error;

/// The version of the tables, kept in `user_version`.
const VERSION: i64 = 1;

/// How long a connection waits for another one.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is in the file. `null` is an open end. Times are seconds since 1970 in UTC; a day starts at midnight in UTC.
const TABLES: &str = "
CREATE TABLE meta (birth TEXT NOT NULL) STRICT;
INSERT INTO meta VALUES (lower(hex(randomblob(8))));

-- What comes next in each partition that is followed.
CREATE TABLE offsets (topic TEXT, partition INTEGER, next INTEGER NOT NULL, PRIMARY KEY (topic, partition)) STRICT, WITHOUT ROWID;

-- Texts that many events share, by what they are: see `Kind`.
CREATE TABLE terms (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (kind, text)) STRICT;

CREATE TABLE events (
    row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, start INTEGER, end INTEGER, confidence REAL NOT NULL,
    source INTEGER NOT NULL, article INTEGER NOT NULL, language INTEGER NOT NULL, status INTEGER NOT NULL,
    granularity INTEGER NOT NULL, basis INTEGER NOT NULL
) STRICT;
CREATE INDEX events_of_article ON events (article);
CREATE TABLE names (row INTEGER, name INTEGER, PRIMARY KEY (row, name)) STRICT, WITHOUT ROWID;
-- The events as they were received.
CREATE TABLE records (row INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT;
-- Which row has which words; the prefixes are for search as one types: see `text::INDEXED`.
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, prefix = '1 2 3 4', tokenize = 'unicode61 remove_diacritics 2'
);

-- What became of each article, and the events that it has, where its record decides that.
CREATE TABLE articles (id INTEGER PRIMARY KEY, record TEXT NOT NULL, events TEXT) STRICT;
-- Small, to count by.
CREATE INDEX articles_count ON articles (id);
-- Events that their article does not name, as received: not on the timeline, or not yet.
CREATE TABLE hidden (id TEXT PRIMARY KEY, article INTEGER NOT NULL, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX hidden_of_article ON hidden (article);

-- What happened to the timeline last, for those who follow it.
CREATE TABLE changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, id TEXT NOT NULL, row INTEGER) STRICT;
";

const NAMES: [&str; 10] =
    ["meta", "offsets", "terms", "events", "names", "records", "words", "articles", "hidden", "changes"];

/// Opens the file for the one who writes, and makes the tables where there are none; with `rebuild` in any case.
pub fn writer(path: &Path, rebuild: bool) -> Result<Connection, Error> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A power failure may take the last commits, with their offsets: what they held is read again.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "cache_size", -4000)?;
    connection.set_prepared_statement_cache_capacity(64);
    let there = version(&connection)?;
    if there == VERSION && !rebuild {
        return Ok(connection);
    }
    // A file without tables is a new one; tables of somebody else are not to be dropped.
    let tables: bool = connection.query_row("SELECT count(*) > 0 FROM sqlite_schema", [], |row| row.get(0))?;
    if tables && !rebuild {
        return Err(Error::Version { path: path.to_owned(), there });
    }
    let transaction = connection.transaction()?;
    // Those who follow must see that numbers grow, and that what they have is old.
    let last: i64 = match there {
        VERSION => transaction.query_row("SELECT coalesce(max(seq), 0) FROM changes", [], |row| row.get(0))?,
        _ => 0,
    };
    for name in NAMES {
        transaction.execute(&format!("DROP TABLE IF EXISTS {name}"), [])?;
    }
    transaction.execute_batch(TABLES)?;
    transaction.execute("INSERT INTO changes VALUES (?1, ?2, '', NULL)", (last + 1, super::changes::RESET))?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(connection)
}

/// Opens the file for one who reads.
pub fn reader(path: &Path) -> Result<Connection, Error> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    // What is read often is kept by the system; there are several of these.
    connection.pragma_update(None, "cache_size", -1000)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Whether there is a file with a timeline that can be written; false where there is none, and one can be made. What is
/// there stays as it is.
pub fn probe(path: &Path) -> Result<bool, Error> {
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or(PathBuf::from("."), PathBuf::from);
    // SQLite keeps files of its own beside it.
    let beside = tempfile::tempfile_in(&folder).and_then(|_| path.try_exists());
    if !beside.map_err(|error| Error::Folder { folder, error: error.kind() })? {
        return Ok(false);
    }
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    require_ours(&connection, path)?;
    connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
    Ok(true)
}

/// Refuses a file with other tables than those of this version.
pub fn require_ours(connection: &Connection, path: &Path) -> Result<(), Error> {
    match version(connection)? {
        VERSION => Ok(()),
        there => Err(Error::Version { path: path.to_owned(), there }),
    }
}

/// Opens a file that is there.
fn open(path: &Path, how: OpenFlags) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(path, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

fn version(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
