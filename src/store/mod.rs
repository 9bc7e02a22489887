//! The queryable timeline: an SQLite file that holds it, and an in-memory index that answers queries.
//!
//! ```text
//! records and offsets ──> Writer ──> file ──> Index (64 bytes an event) ──> which events match, and how many
//!                                      └────────────────────────────────> their records, words, names
//! ```
//!
//! A database index for each filter would not do: filters can be combined in any way, counts over time need every
//! match, and intervals overlap. One pass over the in-memory index answers every query alike, and there is nothing to
//! plan. Full-text search goes through SQLite (FTS5), as sets of rows that the pass checks.
//!
//! Records and the offsets after them are committed together, so that a crash neither loses nor duplicates any. Must
//! not know Kafka or HTTP.

mod bitmap;
mod changes;
mod days;
mod density;
mod feed;
mod fold;
mod happenings;
mod index;
mod keep;
mod lanes;
mod overview;
pub mod query;
mod read;
mod record;
mod schema;
mod search;
mod space;
mod stop;
mod story;
#[cfg(test)]
mod tests;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;

pub use self::changes::{Change, ChangeKind};
pub use self::density::{Bucket, BucketSize, Density};
pub use self::feed::{FeedPage, Verdict};
use self::happenings::Place;
pub use self::index::{Facet, SortKey};
use self::index::{Index, IndexEntry};
pub use self::keep::Pruned;
use self::keep::Sweep;
pub use self::lanes::{GrainCount, Lane, Lanes};
pub use self::overview::Overview;
pub use self::read::{Entry, Page, Row, Totals};
use self::search::SearchCache;
pub use self::space::Size;
pub use self::stop::{Stop, StopOnDrop};
pub use self::story::StoryDay;
pub use self::writer::{Position, RecordKind, TopicRecord, Writer};
use crate::config::Keep;

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An error of SQLite.
    #[error("the database: {0}")]
    Database(#[from] rusqlite::Error),
    /// A file that cannot be opened.
    #[error("the database {}: {error}; {}", path.display(), remedy(error))]
    File {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        error: rusqlite::Error,
    },
    /// The file holds something else than what was written.
    #[error("the database holds an invalid record: {0}; start with --rebuild")]
    Record(#[from] serde_json::Error),
    /// Another version of the program made the file, or another program did.
    #[error("{} was not made by this version of dateline (its tables are version {found}); name another file, or start `dateline serve`, which rebuilds a file of an earlier version and, with --rebuild, deletes the contents of any other", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version of its tables.
        found: i64,
    },
    /// The question was stopped.
    #[error("the question was stopped, since nobody waits for it any more")]
    Stopped,
    /// The thread beside it cannot be started.
    #[error("a thread cannot be started: {0}")]
    Thread(std::io::Error),
    /// The file cannot be created in this folder.
    #[error("the folder {}: {error}; it must exist and be writable", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        error: std::io::ErrorKind,
    },
}

/// Returns what can be done about a file that cannot be opened.
fn remedy(error: &rusqlite::Error) -> &'static str {
    use rusqlite::ErrorCode as Code;
    match error.sqlite_error_code() {
        Some(Code::DiskFull) => "make room on its disk, or name a file on another one",
        Some(Code::CannotOpen | Code::ReadOnly | Code::PermissionDenied) => {
            "its folder must exist, and this user must be allowed to write to both"
        }
        Some(Code::NotADatabase | Code::DatabaseCorrupt) => {
            "name another file, or remove this one: what a timeline holds is read again from its topics"
        }
        Some(Code::DatabaseBusy | Code::DatabaseLocked) => "another process uses it: end that, or name another file",
        _ => "name another file if this one cannot be mended",
    }
}

impl Error {
    /// Says of which file an error of SQLite is.
    fn of_file(self, path: &Path) -> Self {
        match self {
            Self::Database(error) => Self::File { path: path.to_owned(), error },
            error => error,
        }
    }

    /// Whether this passes by itself, or once somebody makes room: the disk is full or fails, or another process writes to the
    /// file.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        use rusqlite::ErrorCode as Code;
        let Self::Database(error) = self else { return false };
        let passing = [
            Code::DiskFull,
            Code::SystemIoFailure,
            Code::ReadOnly,
            Code::CannotOpen,
            Code::DatabaseBusy,
            Code::DatabaseLocked,
            Code::FileLockingProtocolFailed,
        ];
        error.sqlite_error_code().is_some_and(|code| passing.contains(&code))
    }
}

/// How many idle connections for reading are kept.
const IDLE_READERS: usize = 4;

/// After how many instructions of SQLite it is checked whether a query is to stop.
const STOP_CHECK: i32 = 1000;

/// How often the cached results for frequent words are extended.
const REFRESH: Duration = Duration::from_secs(1);

/// A handle for reading the timeline. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
    /// Stops what is read through this handle.
    stop: Stop,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// Tells this timeline apart from others, and from itself before a rebuild.
    instance: String,
    readers: Mutex<Vec<Connection>>,
    index: RwLock<Index>,
    search_cache: Mutex<SearchCache>,
    /// The sequence number of the last change.
    last_change: watch::Sender<i64>,
}

impl Inner {
    fn load(path: &Path, connection: &Connection) -> Result<Self, Error> {
        // One transaction, so that nothing changes between the statements.
        let connection = connection.unchecked_transaction()?;
        Ok(Self {
            path: path.to_owned(),
            instance: connection.query_row("SELECT birth FROM meta", [], |row| row.get(0))?,
            readers: Mutex::default(),
            index: RwLock::new(load_index(&connection)?),
            search_cache: Mutex::default(),
            last_change: watch::Sender::new(changes::last_seq(&connection)?),
        })
    }
}

impl Store {
    /// Opens a file, or creates it; with `rebuild` its contents are deleted first.
    ///
    /// # Errors
    /// If it cannot be opened, is not a database, or was made by another program or a later version. The contents of one of an
    /// earlier version are deleted as well: the topics have them.
    pub fn open(path: &Path, rebuild: bool) -> Result<(Self, Writer), Error> {
        let open = || {
            let connection = schema::open_writer(path, rebuild)?;
            Ok((Arc::new(Inner::load(path, &connection)?), connection))
        };
        let (inner, connection) = open().map_err(|error: Error| error.of_file(path))?;
        let weak = Arc::downgrade(&inner);
        thread::Builder::new().name("search-cache".to_owned()).spawn(move || refresh(&weak)).map_err(Error::Thread)?;
        let writer =
            Writer { connection, store: inner.clone(), keep: Keep::default(), cutoff: None, sweep: Sweep::default() };
        Ok((Self { inner, stop: Stop::default() }, writer))
    }

    /// Whether the contents of a file were deleted by an earlier start with `--rebuild` under this name, and no start without
    /// it, or under another name, came after that.
    ///
    /// # Errors
    /// If there is such a file and it cannot be read.
    pub fn was_rebuilt(path: &Path, name: &str) -> Result<bool, Error> {
        schema::was_rebuilt(path, name)
    }

    /// Opens a snapshot of a file, to which another process may be writing.
    ///
    /// # Errors
    /// If it cannot be opened, or is not a timeline of this version.
    pub fn snapshot(path: &Path) -> Result<Self, Error> {
        let open = || {
            let connection = schema::open_reader(path)?;
            schema::require_version(&connection, path)?;
            Inner::load(path, &connection)
        };
        let inner = open().map_err(|error: Error| error.of_file(path))?;
        Ok(Self { inner: Arc::new(inner), stop: Stop::default() })
    }

    /// Whether a file holds a timeline that can be written; false if there is no file, but one can be created. Changes
    /// nothing.
    ///
    /// # Errors
    /// If the file can neither be written nor created.
    pub fn probe(path: &Path) -> Result<bool, Error> {
        schema::probe(path).map_err(|error| error.of_file(path))
    }

    /// Returns the version of the timeline, which differs after each change, and after events have left it: an entity tag.
    #[must_use]
    pub fn version(&self) -> String {
        let last = self.last_change();
        format!("{}-{}-{last}", self.inner.instance, self.index().len())
    }

    /// Subscribes to changes: the channel holds the sequence number of the last one.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<i64> {
        self.inner.last_change.subscribe()
    }

    /// Returns a handle through which what is read can be stopped.
    #[must_use]
    pub fn with_stop(&self, stop: Stop) -> Self {
        Self { inner: self.inner.clone(), stop }
    }

    /// Runs a query on a connection that nobody else uses meanwhile.
    pub(crate) fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let idle = lock(&self.inner.readers).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => schema::open_reader(&self.inner.path)?,
        };
        let stop = self.stop.clone();
        connection.progress_handler(STOP_CHECK, Some(move || stop.is_requested()))?;
        let result = query(&connection);
        // The index may have been left midway, and a statement was interrupted: both mean nothing.
        if self.stop.is_requested() {
            return Err(Error::Stopped);
        }
        let result = result?;
        let mut readers = lock(&self.inner.readers);
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
        Ok(result)
    }

    fn index(&self) -> RwLockReadGuard<'_, Index> {
        read(&self.inner.index)
    }
}

/// Keeps the cached results for frequent words up to date for as long as there is a store.
fn refresh(store: &Weak<Inner>) {
    let (mut warmed, mut removed) = (0, 0);
    while let Some(inner) = store.upgrade() {
        let store = Store { inner, stop: Stop::default() };
        let (events, removed_now) = {
            let index = store.index();
            (index.len(), index.removed())
        };
        // What is known of rows that are gone takes room.
        let live = (removed_now - removed >= bitmap::PART).then(|| store.index().live_parts());
        removed = if live.is_some() { removed_now } else { removed };
        lock(&store.inner.search_cache).adjust(events, live.as_ref());
        // Once there are half as many more, other words may be frequent.
        let grown = events > warmed + warmed / 2;
        let done = store.read(|connection| match grown {
            true => search::warm(&store.inner.search_cache, connection),
            false => search::refresh(&store.inner.search_cache, connection),
        });
        match done {
            Ok(()) if grown => warmed = events,
            Ok(()) => {}
            Err(error) => tracing::debug!(%error, "the search cache could not be refreshed"),
        }
        drop(store);
        thread::sleep(REFRESH);
    }
}

/// Builds the index from the file.
fn load_index(connection: &Connection) -> Result<Index, Error> {
    let mut index = Index::default();
    let mut names = connection.prepare("SELECT row, name FROM names ORDER BY row")?;
    let mut names = names.query_map([], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?)))?.peekable();
    let mut events = connection.prepare(
        "SELECT e.row, e.id, e.start, e.end, weight, confidence, source, article, language, status, granularity, basis,
             published, flags, e.happening, h.id, h.start, h.end
         FROM events e LEFT JOIN happenings h ON e.happening <> e.row AND h.happening = e.happening ORDER BY e.row",
    )?;
    let mut rows = events.query([])?;
    let mut own_names = Vec::new();
    while let Some(event) = rows.next()? {
        let row: u32 = event.get(0)?;
        let id = record::id_prefix(event.get_ref(1)?.as_str().unwrap_or_default());
        let mut terms = [0; 6];
        for (at, term) in terms.iter_mut().enumerate() {
            *term = event.get(6 + at)?;
        }
        own_names.clear();
        while let Some(name) = names.next_if(|name| name.as_ref().map_or(true, |(of, _)| *of <= row)) {
            let (of, name) = name?;
            own_names.extend((of == row).then_some(name));
        }
        let entry = IndexEntry::new(row, id, [event.get(2)?, event.get(3)?], event.get(4)?, event.get(5)?);
        let mut entry = entry.with(event.get(12)?, event.get(13)?);
        entry.happening = event.get(14)?;
        match event.get_ref(15)?.as_str_or_null().unwrap_or_default() {
            None => index.add(entry, terms, &own_names),
            Some(id) => {
                let place = Place::new([event.get(16)?, event.get(17)?], record::id_prefix(id));
                index.add_to(place, entry, terms, &own_names);
            }
        }
    }
    Ok(index)
}

/// The values are consistent at any time, so a poisoned lock can be used.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(shared: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    shared.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(shared: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    shared.write().unwrap_or_else(PoisonError::into_inner)
}
