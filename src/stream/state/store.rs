//! The state store: what is known of all articles. It is on disk, in an unnamed SQLite file that is gone with the process,
//! so that millions of articles take little memory; about 200 bytes an article.
//!
//! Must not know Kafka.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};
use rustc_hash::FxHashSet;
use sha2::{Digest, Sha256};

use super::revisions::{self, ArticleState};
use super::schema::{INSERT, REPLACE, RESTORE_SCHEMA, SCHEMA, finish_restore};
use crate::record::{ArticleStatus, HeldFields, StandingFields};
use crate::stream::disposition::{ArticleOutput, Disposition, Effect, Outcome};
use crate::stream::output::OutputSettings;
use crate::stream::topic_partition::TopicPartition;
use crate::stream::{Error, moved, unknown};

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

/// How often expired articles are deleted, in seconds of the messages' timestamps. A scan of all articles is cheaper than
/// an index by age.
const EXPIRY_INTERVAL: i64 = 86_400;

/// SQLite's cache while the state is restored, in KiB: for sorting.
const RESTORE_CACHE: i32 = 16_384;
/// SQLite's cache after that, in KiB: enough to find a row by reading one page.
const CACHE: i32 = 4096;

/// The state of the articles.
pub struct StateStore {
    database: Connection,
    /// How long an article is kept after its last revision.
    window: Duration,
    /// The latest timestamp of a message of each partition of the input, in seconds since 1970; `None` for those of other
    /// topics. One partition may be read long after another.
    latest: BTreeMap<Option<TopicPartition>, i64>,
    /// The latest timestamp that is believed.
    believed: i64,
    /// What `latest` was when expired articles were last deleted.
    expired: BTreeMap<Option<TopicPartition>, i64>,
    /// Whether there are changes that are not committed.
    changed: bool,
    /// The articles that the batch was settled by, those that are not known as well.
    read: FxHashSet<Key>,
    /// The partitions of the changelog in which the batch did not find an article that may be there by now.
    unknown: BTreeSet<i32>,
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
            // Otherwise some statements are planned anew for each value.
            database.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            database.execute_batch(SCHEMA)?;
            database.pragma_update(None, "cache_size", -RESTORE_CACHE)?;
            database.set_prepared_statement_cache_capacity(16);
            database.execute_batch(RESTORE_SCHEMA)?;
            Ok(database)
        };
        let database = create().map_err(|error: rusqlite::Error| Error::state_store(&error))?;
        let (latest, expired) = (BTreeMap::new(), BTreeMap::new());
        let (read, unknown) = (FxHashSet::default(), BTreeSet::new());
        let (believed, changed) = (i64::MAX, false);
        Ok(Self { store: StateStore { database, window, latest, believed, expired, changed, read, unknown } })
    }

    /// See [`StateStore::believe_until`].
    pub fn believe_until(&mut self, latest: i64) {
        self.store.believe_until(latest);
    }

    /// Adds the state of an article, in the place of an earlier one in the same partition of the changelog.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn put(&mut self, id: &str, state: &ArticleState) -> Result<(), Error> {
        self.store.write(INSERT, &key(id), id, state)
    }

    /// Adds a tombstone of an article, in a partition of the changelog.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn remove(&mut self, id: &str, changelog: i32) -> Result<(), Error> {
        let insert = "INSERT INTO restore.changelog (id, changelog) VALUES (?1, ?2)";
        let write = || self.store.statement(insert)?.execute(params![key(id), changelog]);
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
            store.database.execute_batch(&finish_restore())?;
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
        if let Outcome::Tombstone(tombstone) = &disposition.outcome {
            let source = (disposition.partition, disposition.offset);
            match self.first_known(&tombstone.ids)? {
                Some((id, revision)) => {
                    disposition.outcome = Outcome::Articles(vec![tombstone.output(id, revision, source, output)]);
                }
                None => {
                    self.unknown.extend(tombstone.ids.iter().flat_map(|id| output.possible_places(id)));
                }
            }
        }
        let Outcome::Articles(articles) = &mut disposition.outcome else { return Ok(()) };
        articles.iter_mut().try_for_each(|article| self.reconcile_article(article, output))
    }

    fn reconcile_article(&mut self, output: &mut ArticleOutput, settings: &OutputSettings) -> Result<(), Error> {
        if output.article.status == ArticleStatus::Withdrawn
            && let Some(id) = self.other_id(output)?
        {
            output.rename(id).map_err(|error| Error::state_store(&error))?;
        }
        let key = key(&output.article.id);
        let state = self.look_up(key)?;
        if state.is_none() && output.article.status == ArticleStatus::Withdrawn {
            output.warn(unknown::warning(self.window)).map_err(|error| Error::state_store(&error))?;
        }
        let source = TopicPartition::new(&output.article.source.topic, output.article.source.partition);
        let from = state.as_ref().and_then(|it| place_of(it.standing.as_ref()?, source)).filter(|from| *from != source);
        if let Some(from) = from.filter(|_| output.effect != Effect::None) {
            output.warn(moved::warning(from, source)).map_err(|error| Error::state_store(&error))?;
        }
        let (new_place, new_event_partitions) = settings.place(&output.article.id, source.number);
        let changelog = state.as_ref().and_then(|it| it.changelog).unwrap_or(new_place);
        output.record.partition = Some(changelog);
        if settings.for_version_0_1 && state.is_none() {
            self.unknown.extend(settings.possible_places(&output.article.id));
        }
        let event_partitions = match &state {
            Some(state) => state.event_partitions.map(|count| count.min(settings.event_partitions)),
            None => new_event_partitions,
        };
        output.article.event_partitions = event_partitions;
        let seen = output.record.timestamp.map(|time| time.div_euclid(1000));
        let latest = self.latest.get(&Some(source)).copied().unwrap_or(0);
        let new = revisions::reconcile(output, state.unwrap_or_default(), &settings.topics.events);
        let new = new.map_err(|error| Error::state_store(&error))?;
        output.place_events(event_partitions, settings.event_partitions).map_err(|error| Error::state_store(&error))?;
        let Some(new) = new else { return Ok(()) };
        let (source, changelog, seen) = (Some(source), Some(changelog), seen.unwrap_or(latest));
        let new = ArticleState { seen, source, changelog, event_partitions, ..new };
        self.begin()?;
        self.write(REPLACE, &key, &output.article.id, &new)
    }

    /// Returns the first of these ids that is the id of an article, and the article's revision.
    fn first_known(&mut self, ids: &[String]) -> Result<Option<(String, String)>, Error> {
        for id in ids {
            if let Some(ArticleState { standing, held, .. }) = self.look_up(key(id))? {
                let revision = standing.map(|it| it.revision).or_else(|| held.map(|it| it.revision));
                return Ok(Some((id.clone(), revision.unwrap_or_default())));
            }
        }
        Ok(None)
    }

    /// Returns another id by which the article that an output withdraws is known, if its own leaves nothing to withdraw.
    fn other_id(&mut self, output: &ArticleOutput) -> Result<Option<String>, Error> {
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
    fn has_events(&mut self, id: &str) -> Result<bool, Error> {
        let state = self.look_up(key(id))?;
        Ok(state.is_some_and(|state| !state.events.is_empty() || state.held.is_some()))
    }

    /// Returns the state of an article, and notes that the batch is settled by it.
    fn look_up(&mut self, key: Key) -> Result<Option<ArticleState>, Error> {
        self.read.insert(key);
        self.get(&key)
    }

    /// Returns the partitions of the changelog in which the batch did not find an article that may be there by now.
    #[must_use]
    pub fn unknown(&self) -> &BTreeSet<i32> {
        &self.unknown
    }

    /// Returns whether the batch was settled by the state of an article.
    #[must_use]
    pub fn has_read(&self, id: &str) -> bool {
        self.read.contains(&key(id))
    }

    /// Returns the state of an article.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn get(&self, key: &Key) -> Result<Option<ArticleState>, Error> {
        let read = || {
            let query = "SELECT revision, modified, status, partition, offset, events, held, seen, source, changelog,
                event_partitions FROM article WHERE id = ?1";
            self.statement(query)?.query_row([key], article_state).optional()
        };
        read().map_err(|error| Error::state_store(&error))
    }

    /// Stores the state of an article.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn put(&mut self, id: &str, state: &ArticleState) -> Result<(), Error> {
        self.begin()?;
        self.write(REPLACE, &key(id), id, state)
    }

    /// Forgets an article whose record was in a partition of the changelog.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn remove(&mut self, id: &str, changelog: i32) -> Result<(), Error> {
        self.begin()?;
        let delete = "DELETE FROM article WHERE id = ?1 AND changelog = ?2";
        let write = || self.statement(delete)?.execute(params![key(id), changelog]);
        write().map_err(|error| Error::state_store(&error)).map(drop)
    }

    fn begin(&mut self) -> Result<(), Error> {
        if !std::mem::replace(&mut self.changed, true) {
            self.database.execute_batch("BEGIN").map_err(|error| Error::state_store(&error))?;
        }
        Ok(())
    }

    fn write(&mut self, insert: &str, key: &Key, id: &str, state: &ArticleState) -> Result<(), Error> {
        let seen = state.seen.min(self.believed);
        let latest = self.latest.entry(state.source).or_insert(i64::MIN);
        *latest = (*latest).max(seen);
        let standing = state.standing.as_ref();
        // Where it is not said, it is that of the message.
        let place = |topic: Option<&str>, partition: Option<i32>| {
            let topic = topic.or_else(|| state.source.map(|it| it.topic))?;
            Some(TopicPartition::new(topic, partition?).code())
        };
        let mut held = state.held.clone();
        if let Some(held) = &mut held {
            held.topic = held.topic.take().or_else(|| state.source.map(|it| it.topic.to_owned()));
        }
        let held = held.as_ref();
        let until = held.map(|held| held.until.map_or(i64::MAX, |until| until.timestamp_millis()));
        let held_partition = held.and_then(|held| place(held.topic.as_deref(), held.partition));
        let held = held.map(|held| serde_json::to_string(&(id, held))).transpose();
        let held = held.map_err(|error| Error::state_store(&error))?;
        let write = || {
            self.statement(insert)?.execute(params![
                key,
                seen,
                state.source.map(TopicPartition::code),
                state.changelog,
                state.event_partitions,
                standing.map(|it| &it.revision),
                standing.and_then(|it| it.modified).map(|at| at.timestamp_micros()),
                standing.map(|it| status_number(it.status)),
                standing.and_then(|it| place(it.topic.as_deref(), it.partition)),
                standing.and_then(|it| it.offset),
                pack_ids(&state.events),
                held,
                held_partition,
                until,
            ])
        };
        write().map_err(|error| Error::state_store(&error)).map(drop)
    }

    /// Returns the held revisions of a partition of the input whose embargo ends by `now`, the first `limit` of them.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn due(&self, partition: TopicPartition, now: DateTime<Utc>, limit: usize) -> Result<Vec<HeldRevision>, Error> {
        let read = || {
            let query = "SELECT held FROM article WHERE held_partition = ?1 AND until <= ?2 ORDER BY until LIMIT ?3";
            let mut statement = self.statement(query)?;
            let asked = params![partition.code(), now.timestamp_millis(), i64::try_from(limit).unwrap_or(i64::MAX)];
            let rows = statement.query_map(asked, |row| row.get::<_, String>(0))?;
            rows.collect::<Result<Vec<_>, _>>()
        };
        let held = read().map_err(|error| Error::state_store(&error))?;
        let due = held.iter().map(|held| serde_json::from_str(held).map(|(id, held)| HeldRevision { id, held }));
        due.collect::<Result<_, _>>().map_err(|error| Error::state_store(&error))
    }

    /// Returns the number of articles of a partition of the input that are held.
    ///
    /// # Errors
    /// If they cannot be counted.
    pub fn held(&self, partition: TopicPartition) -> Result<u64, Error> {
        let count = || {
            let query = "SELECT count(*) FROM article WHERE held_partition = ?1 AND until IS NOT NULL";
            self.statement(query)?.query_row([partition.code()], |row| row.get::<_, i64>(0))
        };
        count().map_err(|error| Error::state_store(&error)).map(|count| u64::try_from(count).unwrap_or(0))
    }

    /// Returns the number of held revisions that came from topics that are not read.
    ///
    /// # Errors
    /// If they cannot be counted.
    pub fn held_elsewhere(&self) -> Result<u64, Error> {
        let query = "SELECT count(*) FROM article WHERE until IS NOT NULL AND held_partition IS NULL";
        let count = || self.database.query_row(query, [], |row| row.get::<_, i64>(0));
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
        self.read.clear();
        self.unknown.clear();
        if std::mem::take(&mut self.changed) {
            self.database.execute_batch("COMMIT").map_err(|error| Error::state_store(&error))?;
        }
        let is_old = |(source, latest): (&Option<TopicPartition>, &i64)| {
            let expired = self.expired.get(source).copied().unwrap_or(i64::MIN);
            latest.saturating_sub(expired) > EXPIRY_INTERVAL
        };
        if self.latest.iter().any(is_old) { self.delete_expired() } else { Ok(()) }
    }

    /// Deletes the articles that have expired. Those with a held revision are kept until its embargo ends.
    fn delete_expired(&mut self) -> Result<(), Error> {
        self.expired.clone_from(&self.latest);
        let window = i64::try_from(self.window.as_secs()).unwrap_or(i64::MAX);
        let delete = || {
            let newest = self.latest.values().max().copied().unwrap_or(i64::MIN);
            for (source, latest) in &self.latest {
                let latest = if source.is_some() { *latest } else { newest };
                let insert = "INSERT OR REPLACE INTO oldest VALUES (?1, ?2)";
                self.statement(insert)?
                    .execute(params![source.map_or(-1, TopicPartition::code), latest.saturating_sub(window)])?;
            }
            let delete = "DELETE FROM article WHERE until IS NULL
                AND seen < (SELECT oldest.seen FROM oldest WHERE oldest.source = coalesce(article.source, -1))";
            self.statement(delete)?.execute([])
        };
        delete().map_err(|error| Error::state_store(&error)).map(drop)
    }

    /// Rolls back all changes.
    ///
    /// # Errors
    /// If that fails.
    pub fn rollback(&mut self) -> Result<(), Error> {
        self.read.clear();
        self.unknown.clear();
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
    let place = |column: usize| {
        Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.and_then(TopicPartition::from_code))
    };
    let partition = place(3)?;
    let standing = match row.get::<_, Option<String>>(0)? {
        Some(revision) => Some(StandingFields {
            revision,
            modified: row.get::<_, Option<i64>>(1)?.and_then(DateTime::from_timestamp_micros),
            status: status(row.get(2)?),
            topic: partition.map(|it| it.topic.to_owned()),
            partition: partition.map(|it| it.number),
            offset: row.get(4)?,
        }),
        None => None,
    };
    let held = row.get::<_, Option<String>>(6)?.and_then(|held| serde_json::from_str::<(String, _)>(&held).ok());
    Ok(ArticleState {
        standing,
        events: unpack_ids(row.get_ref(5)?.as_blob()?),
        held: held.map(|(_, held)| held),
        seen: row.get(7)?,
        source: place(8)?,
        changelog: row.get(9)?,
        event_partitions: row.get(10)?,
    })
}

/// Returns where a standing revision was read from, if that is known; where its topic is not said, it is that of `source`.
fn place_of(standing: &StandingFields, source: TopicPartition) -> Option<TopicPartition> {
    Some(TopicPartition::new(standing.topic.as_deref().unwrap_or(source.topic), standing.partition?))
}

/// Packs ids of events, which are 32 hex digits. Anything else is not an id of ours and is left out.
fn pack_ids(ids: &[String]) -> Vec<u8> {
    ids.iter().filter_map(|id| u128::from_str_radix(id, 16).ok()).flat_map(u128::to_be_bytes).collect()
}

fn unpack_ids(bytes: &[u8]) -> Vec<String> {
    let (ids, _) = bytes.as_chunks::<16>();
    ids.iter().map(|id| format!("{:032x}", u128::from_be_bytes(*id))).collect()
}
