//! The tables, and how to open a connection to them.
//!
//! A row of `events` is never updated: an event that changes gets a new row with a higher number. So what is known of a
//! row (its words, its entry in the in-memory index) stays true for as long as the row exists.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::Error;

/// The version of the tables, kept in `user_version`.
const VERSION: i64 = 4;

/// How long a connection waits for the lock of another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The schema. Times are seconds since 1970 in UTC; a day starts at midnight in UTC. An event with an open end is at the
/// unit to which its other end is known, and one without a date nowhere (`null`).
const TABLES: &str = "
CREATE TABLE meta (birth TEXT NOT NULL) STRICT;
INSERT INTO meta VALUES (lower(hex(randomblob(8))));

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

const TABLE_NAMES: [&str; 12] = [
    "meta",
    "offsets",
    "terms",
    "events",
    "names",
    "happenings",
    "happening_keys",
    "records",
    "words",
    "articles",
    "hidden",
    "changes",
];

/// The oldest version whose records can be taken over: its tables `offsets`, `articles`, `records` and `hidden` are the
/// same.
const OLDEST: i64 = 3;

/// Opens the file for the writer, and creates the tables if there are none; with `rebuild`, in any case. Also returns
/// whether the records are still in the tables of an older version, from which [`restore`](super::restore) takes them.
pub fn open_writer(path: &Path, rebuild: bool) -> Result<(Connection, bool), Error> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A power failure may lose the last commits, offsets included: their records are read again.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "cache_size", -4000)?;
    connection.set_prepared_statement_cache_capacity(64);
    let found = version(&connection)?;
    if found == VERSION && !rebuild {
        return Ok((connection, false));
    }
    if (OLDEST..VERSION).contains(&found) && !rebuild {
        return Ok((connection, true));
    }
    // A file without tables is new; the tables of another program must not be dropped.
    let tables: bool = connection.query_row("SELECT count(*) > 0 FROM sqlite_schema", [], |row| row.get(0))?;
    if tables && !rebuild {
        return Err(Error::Version { path: path.to_owned(), found });
    }
    let transaction = connection.transaction()?;
    // Sequence numbers must keep growing, so that followers notice that what they hold is out of date.
    let last: i64 = match found {
        OLDEST..=VERSION => transaction.query_row("SELECT coalesce(max(seq), 0) FROM changes", [], |row| row.get(0))?,
        _ => 0,
    };
    create(&transaction, last)?;
    transaction.commit()?;
    Ok((connection, false))
}

/// Drops all tables and creates them anew, as the change after a sequence number.
pub fn create(connection: &Connection, last: i64) -> Result<(), Error> {
    for name in TABLE_NAMES {
        connection.execute(&format!("DROP TABLE IF EXISTS {name}"), [])?;
    }
    connection.execute_batch(TABLES)?;
    connection.execute("INSERT INTO changes VALUES (?1, ?2, '', NULL)", (last + 1, super::changes::RESET))?;
    connection.pragma_update(None, "user_version", VERSION)?;
    Ok(())
}

/// Opens the file for reading.
pub fn open_reader(path: &Path) -> Result<Connection, Error> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
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
    if !(OLDEST..VERSION).contains(&version(&connection)?) {
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
