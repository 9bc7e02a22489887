//! The change log: the latest changes to the timeline, so that a follower can resume where it stopped. The log is
//! bounded: a follower that was away for longer has to load everything again.

use rusqlite::{Connection, OptionalExtension, Row};

use super::Error;

/// How many changes the log retains.
const RETAINED: i64 = 100_000;

/// An event was added.
pub const INSERT: i64 = 1;
/// An event was replaced by a new version.
pub const UPDATE: i64 = 2;
/// An event was removed.
pub const RETRACT: i64 = 3;
/// The timeline was rebuilt.
pub const RESET: i64 = 4;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its sequence number, which only grows.
    pub seq: i64,
    /// What happened.
    pub kind: ChangeKind,
    /// The id of the event.
    pub id: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// An event was added: its row.
    Insert(u32),
    /// An event was replaced: its new row.
    Update(u32),
    /// An event was removed.
    Retract,
    /// The timeline was rebuilt: whatever a follower holds may be out of date.
    Reset,
}

/// Appends a change to the log.
pub fn append(connection: &Connection, kind: i64, id: &str, row: Option<u32>) -> Result<(), Error> {
    connection.prepare_cached("INSERT INTO changes (kind, id, row) VALUES (?1, ?2, ?3)")?.execute((kind, id, row))?;
    Ok(())
}

/// Deletes the changes beyond [`RETAINED`].
pub fn trim(connection: &Connection) -> Result<(), Error> {
    connection
        .prepare_cached("DELETE FROM changes WHERE seq <= (SELECT max(seq) FROM changes) - ?1")?
        .execute([RETAINED])?;
    Ok(())
}

/// Returns the sequence number of the last change.
pub fn last_seq(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.prepare_cached("SELECT coalesce(max(seq), 0) FROM changes")?.query_row([], |row| row.get(0))?)
}

/// Returns up to `limit` changes after a sequence number, oldest first; `None` if the log no longer reaches back that
/// far or the number belongs to another timeline.
pub fn after(connection: &Connection, seq: i64, limit: usize) -> Result<Option<Vec<Change>>, Error> {
    let mut bounds = connection.prepare_cached("SELECT min(seq), max(seq) FROM changes")?;
    let known = bounds.query_row([], |row| Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?)));
    let Some((Some(first), Some(last))) = known.optional()? else { return Ok(None) };
    if seq < first - 1 || seq > last {
        return Ok(None);
    }
    let mut changes =
        connection.prepare_cached("SELECT seq, kind, id, row FROM changes WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
    Ok(Some(changes.query_map((seq, limit as i64), change)?.collect::<Result<_, _>>()?))
}

fn change(row: &Row<'_>) -> rusqlite::Result<Change> {
    let event_row: Option<u32> = row.get(3)?;
    let kind = match (row.get::<_, i64>(1)?, event_row) {
        (INSERT, Some(event_row)) => ChangeKind::Insert(event_row),
        (UPDATE, Some(event_row)) => ChangeKind::Update(event_row),
        (RESET, _) => ChangeKind::Reset,
        _ => ChangeKind::Retract,
    };
    Ok(Change { seq: row.get(0)?, kind, id: row.get(2)? })
}
