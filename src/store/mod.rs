//! The timeline that can be asked: an SQLite file that keeps it, and an index in memory that answers.
//!
//! ```text
//! records and offsets ──> Writer ──> file ──> Index (48 bytes an event) ──> which events, how many
//!                                      └────────────────────────────────> their records, words, names
//! ```
//!
//! A database index for each filter would not do: any filters may come together, counts over time need all that match,
//! and intervals overlap. One pass over the index in memory answers everything alike, and there is nothing to plan.
//! Full text goes through SQLite (FTS5), as a set of rows that the pass looks at.
//!
//! Records and the offsets behind them are committed together, so that a crash neither loses nor doubles. Must not know
//! Kafka or HTTP.

mod bits;
mod changes;
mod density;
mod index;
pub mod query;
mod read;
mod received;
mod schema;
mod story;
#[cfg(test)]
mod tests;
mod text;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;

pub use self::changes::{Change, What};
pub use self::density::{Bucket, Density, Unit};
use self::index::{Entry, Index};
pub use self::index::{Kind, Place};
pub use self::read::{AtRow, Page, Totals};
pub use self::story::StoryDay;
use self::text::Texts;
pub use self::writer::{Of, Position, Received, Writer};

/// Why the store cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite says so.
    #[error("the database: {0}")]
    Database(#[from] rusqlite::Error),
    /// What is in the file is not what was written.
    #[error("the database holds what is no record: {0}; start with --rebuild")]
    Record(#[from] serde_json::Error),
    /// The file was not made by this version of the program.
    #[error("{} was not made by this version of dateline (its tables are version {there}); name another file, or start `dateline serve` with --rebuild, which throws away what it holds", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version of its tables.
        there: i64,
    },
    /// There is no place for the file.
    #[error("the folder {}: {error}; it must be there and be writable", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        error: std::io::ErrorKind,
    },
}

/// The most connections that are kept for those who read.
const KEPT: usize = 4;

/// How often the answers for frequent words are completed.
const REFRESH: Duration = Duration::from_secs(1);

/// The timeline, for those who ask. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    birth: String,
    readers: Mutex<Vec<Connection>>,
    index: RwLock<Index>,
    texts: Mutex<Texts>,
    /// The number of the last change.
    changed: watch::Sender<i64>,
}

impl Inner {
    fn of(path: &Path, connection: &Connection) -> Result<Self, Error> {
        // One transaction, so that nothing changes between the questions.
        let connection = connection.unchecked_transaction()?;
        Ok(Self {
            path: path.to_owned(),
            birth: connection.query_row("SELECT birth FROM meta", [], |row| row.get(0))?,
            readers: Mutex::default(),
            index: RwLock::new(load(&connection)?),
            texts: Mutex::default(),
            changed: watch::Sender::new(changes::last(&connection)?),
        })
    }
}

impl Store {
    /// Opens a file, or makes it; with `rebuild` all that it holds is thrown away first.
    ///
    /// # Errors
    /// If it cannot be opened, is no database, or was not made by this version.
    pub fn open(path: &Path, rebuild: bool) -> Result<(Self, Writer), Error> {
        let connection = schema::writer(path, rebuild)?;
        let inner = Arc::new(Inner::of(path, &connection)?);
        let weak = Arc::downgrade(&inner);
        thread::spawn(move || refresh(&weak));
        Ok((Self { inner: inner.clone() }, Writer { connection, store: inner }))
    }

    /// The timeline in a file as it is now, while somebody else may write there.
    ///
    /// # Errors
    /// If it cannot be opened, or is no timeline of this version.
    pub fn snapshot(path: &Path) -> Result<Self, Error> {
        let connection = schema::reader(path)?;
        schema::require_ours(&connection, path)?;
        Ok(Self { inner: Arc::new(Inner::of(path, &connection)?) })
    }

    /// Whether a file keeps a timeline that can be written; false where there is none, and one can be made. Nothing is
    /// changed.
    ///
    /// # Errors
    /// With what is in the way.
    pub fn probe(path: &Path) -> Result<bool, Error> {
        schema::probe(path)
    }

    /// A name for the timeline as it is now: another one after each change.
    #[must_use]
    pub fn version(&self) -> String {
        format!("{}-{}", self.inner.birth, *self.inner.changed.borrow())
    }

    /// Tells of changes: the number of the last one.
    #[must_use]
    pub fn changed(&self) -> watch::Receiver<i64> {
        self.inner.changed.subscribe()
    }

    /// Lends a connection of one's own.
    fn read<T>(&self, ask: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let idle = lock(&self.inner.readers).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::reader(&self.inner.path)?,
        };
        let answer = ask(&connection)?;
        let mut readers = lock(&self.inner.readers);
        if readers.len() < KEPT {
            readers.push(connection);
        }
        Ok(answer)
    }

    fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.inner.index.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the answers for frequent words complete for as long as there is a store.
fn refresh(store: &Weak<Inner>) {
    let mut warmed = 0;
    while let Some(inner) = store.upgrade() {
        let store = Store { inner };
        let events = store.index().len();
        // When there are half as many more, other words may be frequent.
        let grown = events > warmed + warmed / 2;
        let done = store.read(|connection| match grown {
            true => text::warm(&store.inner.texts, connection),
            false => text::refresh(&store.inner.texts, connection),
        });
        match done {
            Ok(()) if grown => warmed = events,
            Ok(()) => {}
            Err(error) => tracing::debug!(%error, "the answers for frequent words are old"),
        }
        drop(store);
        thread::sleep(REFRESH);
    }
}

/// The index of what is in the file.
fn load(connection: &Connection) -> Result<Index, Error> {
    let mut index = Index::default();
    let mut names = connection.prepare("SELECT row, name FROM names ORDER BY row")?;
    let mut names = names.query_map([], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?)))?.peekable();
    let mut events = connection.prepare(
        "SELECT row, id, start, end, confidence, source, article, language, status, granularity, basis
         FROM events ORDER BY row",
    )?;
    let mut rows = events.query([])?;
    let mut own = Vec::new();
    while let Some(event) = rows.next()? {
        let row: u32 = event.get(0)?;
        let id = received::order(event.get_ref(1)?.as_str().unwrap_or_default());
        let mut terms = [0; 6];
        for (at, term) in terms.iter_mut().enumerate() {
            *term = event.get(5 + at)?;
        }
        own.clear();
        while let Some(name) = names.next_if(|name| name.as_ref().map_or(true, |(of, _)| *of <= row)) {
            let (of, name) = name?;
            own.extend((of == row).then_some(name));
        }
        index.add(Entry::new(row, id, [event.get(2)?, event.get(3)?], event.get(4)?), terms, &own);
    }
    Ok(index)
}

/// The values are whole at any time, so a thread that panicked while it held the lock has broken nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(shared: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    shared.write().unwrap_or_else(PoisonError::into_inner)
}
