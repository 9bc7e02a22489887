//! The state store of one partition: what is known of its articles. It is on disk, in an unnamed SQLite file that is gone
//! with the process, so that millions of articles take little memory; about 200 bytes an article.
//!
//! Must not know Kafka.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::revisions::{self, ArticleState};
use crate::record::{ArticleStatus, HeldFields, StandingFields};
use crate::stream::disposition::{ArticleOutput, Disposition, Outcome};
use crate::stream::output::OutputSettings;
use crate::stream::{Error, unknown};

/// The hash of an article's id: 128 bits, so that no two of billions collide.
pub type Key = [u8; 16];

/// Returns the key of an article.
pub fn key(id: &str) -> Key {
    let mut key = Key::default();
    key.iter_mut().zip(Sha256::digest(id)).for_each(|(to, from)| *to = from);
    key
}

/// A revision under embargo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRevision {
    /// The article's id.
    pub id: String,
    /// The revision.
    pub held: HeldFields,
}

const SCHEMA: &str = "
    PRAGMA journal_mode = MEMORY;
    PRAGMA synchronous = OFF;
    CREATE TABLE article (
        id BLOB PRIMARY KEY, seen INTEGER NOT NULL, revision TEXT, modified INTEGER, status INTEGER, events BLOB NOT NULL,
        held TEXT, until INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX due ON article (until) WHERE until IS NOT NULL;
";

/// The changelog as it is read during a restore, in its order and in a file of its own: ids come in random order, and
/// inserting each at its place in a file larger than the cache would take two thirds of the time. They are sorted at the
/// end. A row without `events` is a tombstone.
const RESTORE_SCHEMA: &str = "
    ATTACH '' AS restore;
    PRAGMA restore.journal_mode = OFF;
    CREATE TABLE restore.changelog (
        id BLOB, seen INTEGER, revision TEXT, modified INTEGER, status INTEGER, events BLOB, held TEXT, until INTEGER
    );
    BEGIN;
";

/// Keeps the last row of each article: SQLite takes the other columns from the row that has the `max`.
const FINISH_RESTORE: &str = "
    INSERT INTO article
        SELECT id, seen, revision, modified, status, events, held, until
        FROM (SELECT *, max(rowid) FROM restore.changelog GROUP BY id) WHERE events IS NOT NULL;
    COMMIT;
    DETACH restore;
";

/// How often expired articles are deleted, in seconds of the messages' timestamps. A scan of all articles is cheaper than
/// an index by age.
const EXPIRY_INTERVAL: i64 = 86_400;

/// SQLite's cache while a partition is restored, in KiB: for sorting. Only one partition is restored at a time.
const RESTORE_CACHE: i32 = 16_384;
/// SQLite's cache after that, in KiB, for each partition: enough to find a row by reading one page.
const CACHE: i32 = 1024;

/// The state of the articles of one partition.
pub struct StateStore {
    database: Connection,
    /// How long an article is kept after its last revision.
    window: Duration,
    /// The latest timestamp of a message, in seconds since 1970.
    latest: i64,
    /// The latest timestamp that is believed.
    believed: i64,
    /// What `latest` was when expired articles were last deleted.
    expired: i64,
    /// Whether there are changes that are not committed.
    changed: bool,
}

/// A state store that is being restored from the changelog.
pub struct Restorer {
    store: StateStore,
}

impl Restorer {
    /// Creates an empty store, in which articles are kept for `window` after their last revision.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn new(window: Duration) -> Result<Self, Error> {
        let create = || {
            let database = Connection::open("")?;
            database.execute_batch(SCHEMA)?;
            database.pragma_update(None, "cache_size", -RESTORE_CACHE)?;
            database.set_prepared_statement_cache_capacity(16);
            database.execute_batch(RESTORE_SCHEMA)?;
            Ok(database)
        };
        let database = create().map_err(|error: rusqlite::Error| Error::state_store(&error))?;
        let (believed, latest, expired) = (i64::MAX, i64::MIN, i64::MIN);
        Ok(Self { store: StateStore { database, window, latest, believed, expired, changed: false } })
    }

    /// See [`StateStore::believe_until`].
    pub fn believe_until(&mut self, latest: i64) {
        self.store.believe_until(latest);
    }

    /// Adds the state of an article, in the place of an earlier one. `seen` is the timestamp of its message, in seconds
    /// since 1970.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn put(&mut self, id: &str, state: &ArticleState, seen: i64) -> Result<(), Error> {
        let insert = "INSERT INTO restore.changelog VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.store.write(insert, &key(id), id, state, seen)
    }

    /// Adds a tombstone of an article.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn remove(&mut self, id: &str) -> Result<(), Error> {
        let write = || self.store.statement("INSERT INTO restore.changelog (id) VALUES (?1)")?.execute([key(id)]);
        write().map_err(|error| Error::state_store(&error)).map(drop)
    }

    /// Returns the store when all of the changelog was added, without the articles that have expired.
    ///
    /// # Errors
    /// If the rows cannot be sorted.
    pub fn finish(self) -> Result<StateStore, Error> {
        let mut store = self.store;
        store.database.flush_prepared_statement_cache();
        let finish = || {
            store.database.execute_batch(FINISH_RESTORE)?;
            store.database.pragma_update(None, "cache_size", -CACHE)?;
            store.database.execute_batch("PRAGMA shrink_memory")
        };
        finish().map_err(|error| Error::state_store(&error))?;
        store.delete_expired()?;
        Ok(store)
    }
}

impl StateStore {
    /// Takes later timestamps of messages, in seconds since 1970, for this one: a single message with a time far ahead must
    /// not make all other articles expire.
    pub fn believe_until(&mut self, latest: i64) {
        self.believed = latest;
    }

    /// Reconciles the outputs of a message with the state of their articles, and stores the new state. A tombstone of an
    /// article that is known becomes an output of that article.
    ///
    /// # Errors
    /// If the state cannot be read or written.
    pub fn reconcile(&mut self, disposition: &mut Disposition, output: &OutputSettings) -> Result<(), Error> {
        if let Outcome::Tombstone(tombstone) = &disposition.outcome
            && let Some((id, revision)) = self.first_known(&tombstone.ids)?
        {
            let source = (disposition.partition, disposition.offset);
            disposition.outcome = Outcome::Articles(vec![tombstone.output(id, revision, source, output)]);
        }
        let Outcome::Articles(articles) = &mut disposition.outcome else { return Ok(()) };
        articles.iter_mut().try_for_each(|article| self.reconcile_article(article, &output.topics.events))
    }

    fn reconcile_article(&mut self, output: &mut ArticleOutput, events_topic: &str) -> Result<(), Error> {
        if output.article.status == ArticleStatus::Withdrawn
            && let Some(id) = self.other_id(output)?
        {
            output.rename(id).map_err(|error| Error::state_store(&error))?;
        }
        let key = key(&output.article.id);
        let state = self.get(&key)?;
        let seen = output.record.timestamp.map_or(self.latest, |time| time.div_euclid(1000));
        if state.is_none() && output.article.status == ArticleStatus::Withdrawn {
            output.warn(unknown::warning(self.window)).map_err(|error| Error::state_store(&error))?;
        }
        let new = revisions::reconcile(output, state.unwrap_or_default(), events_topic);
        let new = new.map_err(|error| Error::state_store(&error))?;
        new.map_or(Ok(()), |state| self.put(&key, &output.article.id, &state, seen))
    }

    /// Returns the first of these ids that is the id of an article, and the article's revision.
    fn first_known(&self, ids: &[String]) -> Result<Option<(String, String)>, Error> {
        for id in ids {
            if let Some(ArticleState { standing, held, .. }) = self.get(&key(id))? {
                let revision = standing.map(|it| it.revision).or_else(|| held.map(|it| it.revision));
                return Ok(Some((id.clone(), revision.unwrap_or_default())));
            }
        }
        Ok(None)
    }

    /// Returns another id by which the article that an output withdraws is known, if its own leaves nothing to withdraw.
    fn other_id(&self, output: &ArticleOutput) -> Result<Option<String>, Error> {
        if self.has_events(&output.article.id)? {
            return Ok(None);
        }
        for id in &output.other_ids {
            if self.has_events(id)? {
                return Ok(Some(id.clone()));
            }
        }
        Ok(None)
    }

    /// Whether an article has events, or a revision that is held.
    fn has_events(&self, id: &str) -> Result<bool, Error> {
        let state = self.get(&key(id))?;
        Ok(state.is_some_and(|state| !state.events.is_empty() || state.held.is_some()))
    }

    /// Returns the state of an article.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn get(&self, key: &Key) -> Result<Option<ArticleState>, Error> {
        let read = || {
            let query = "SELECT revision, modified, status, events, held FROM article WHERE id = ?1";
            self.statement(query)?.query_row([key], article_state).optional()
        };
        read().map_err(|error| Error::state_store(&error))
    }

    /// Stores the state of an article. `seen` is the timestamp of its message, in seconds since 1970.
    fn put(&mut self, key: &Key, id: &str, state: &ArticleState, seen: i64) -> Result<(), Error> {
        if !self.changed {
            self.database.execute_batch("BEGIN").map_err(|error| Error::state_store(&error))?;
            self.changed = true;
        }
        self.write("INSERT OR REPLACE INTO article VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", key, id, state, seen)
    }

    fn write(&mut self, insert: &str, key: &Key, id: &str, state: &ArticleState, seen: i64) -> Result<(), Error> {
        let seen = seen.min(self.believed);
        self.latest = self.latest.max(seen);
        let standing = state.standing.as_ref();
        let held = state.held.as_ref();
        let until = held.map(|held| held.until.map_or(i64::MAX, |until| until.timestamp_millis()));
        let held = held.map(|held| serde_json::to_string(&(id, held))).transpose();
        let held = held.map_err(|error| Error::state_store(&error))?;
        let write = || {
            self.statement(insert)?.execute(params![
                key,
                seen,
                standing.map(|it| &it.revision),
                standing.and_then(|it| it.modified).map(|at| at.timestamp_micros()),
                standing.map(|it| status_number(it.status)),
                pack_ids(&state.events),
                held,
                until,
            ])
        };
        write().map_err(|error| Error::state_store(&error)).map(drop)
    }

    /// Returns the held revisions whose embargo ends by `now`.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn due(&self, now: DateTime<Utc>) -> Result<Vec<HeldRevision>, Error> {
        let read = || {
            let mut statement = self.statement("SELECT held FROM article WHERE until <= ?1 ORDER BY until")?;
            let rows = statement.query_map([now.timestamp_millis()], |row| row.get::<_, String>(0))?;
            rows.collect::<Result<Vec<_>, _>>()
        };
        let held = read().map_err(|error| Error::state_store(&error))?;
        let due = held.iter().map(|held| serde_json::from_str(held).map(|(id, held)| HeldRevision { id, held }));
        due.collect::<Result<_, _>>().map_err(|error| Error::state_store(&error))
    }

    /// Returns the number of articles that are held.
    ///
    /// # Errors
    /// If they cannot be counted.
    pub fn held(&self) -> Result<u64, Error> {
        let count = || {
            let query = "SELECT count(*) FROM article WHERE until IS NOT NULL";
            self.statement(query)?.query_row([], |row| row.get::<_, i64>(0))
        };
        count().map_err(|error| Error::state_store(&error)).map(|count| u64::try_from(count).unwrap_or(0))
    }

    /// Returns the number of articles.
    ///
    /// # Errors
    /// If they cannot be counted.
    pub fn count(&self) -> Result<u64, Error> {
        let count = || self.database.query_row("SELECT count(*) FROM article", [], |row| row.get::<_, i64>(0));
        count().map_err(|error| Error::state_store(&error)).map(|count| u64::try_from(count).unwrap_or(0))
    }

    /// Commits all changes, and about once a day of the messages' timestamps deletes the articles that have expired.
    ///
    /// # Errors
    /// If that cannot be written.
    pub fn commit(&mut self) -> Result<(), Error> {
        if std::mem::take(&mut self.changed) {
            self.database.execute_batch("COMMIT").map_err(|error| Error::state_store(&error))?;
        }
        if self.latest.saturating_sub(self.expired) > EXPIRY_INTERVAL { self.delete_expired() } else { Ok(()) }
    }

    /// Deletes the articles that have expired. Those with a held revision are kept until its embargo ends.
    fn delete_expired(&mut self) -> Result<(), Error> {
        self.expired = self.latest;
        let window = i64::try_from(self.window.as_secs()).unwrap_or(i64::MAX);
        let oldest = self.latest.saturating_sub(window);
        let delete = || self.statement("DELETE FROM article WHERE seen < ?1 AND until IS NULL")?.execute([oldest]);
        delete().map_err(|error| Error::state_store(&error)).map(drop)
    }

    /// Rolls back all changes.
    ///
    /// # Errors
    /// If that fails.
    pub fn rollback(&mut self) -> Result<(), Error> {
        if !std::mem::take(&mut self.changed) {
            return Ok(());
        }
        self.database.execute_batch("ROLLBACK").map_err(|error| Error::state_store(&error))
    }

    fn statement(&self, text: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.database.prepare_cached(text)
    }
}

/// Returns the number that stands for a status in the database. A standing revision has one of three.
fn status_number(status: ArticleStatus) -> u8 {
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

fn article_state(row: &Row<'_>) -> rusqlite::Result<ArticleState> {
    let standing = match row.get::<_, Option<String>>(0)? {
        Some(revision) => Some(StandingFields {
            revision,
            modified: row.get::<_, Option<i64>>(1)?.and_then(DateTime::from_timestamp_micros),
            status: status(row.get(2)?),
        }),
        None => None,
    };
    let held = row.get::<_, Option<String>>(4)?.and_then(|held| serde_json::from_str::<(String, _)>(&held).ok());
    Ok(ArticleState { standing, events: unpack_ids(row.get_ref(3)?.as_blob()?), held: held.map(|(_, held)| held) })
}

/// Packs ids of events, which are 32 hex digits. Anything else is not an id of ours and is left out.
fn pack_ids(ids: &[String]) -> Vec<u8> {
    ids.iter().filter_map(|id| u128::from_str_radix(id, 16).ok()).flat_map(u128::to_be_bytes).collect()
}

fn unpack_ids(bytes: &[u8]) -> Vec<String> {
    let (ids, _) = bytes.as_chunks::<16>();
    ids.iter().map(|id| format!("{:032x}", u128::from_be_bytes(*id))).collect()
}
