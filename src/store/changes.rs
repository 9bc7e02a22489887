//! The log of changes: what happened to the timeline last, so that one who follows it can go on where he was. It is
//! bounded: one who was away for longer has to load again.

use rusqlite::{Connection, OptionalExtension, Row};

use super::Error;

/// How many changes are kept.
pub const KEPT: i64 = 100_000;

/// An event came.
pub const INSERT: i64 = 1;
/// An event is told otherwise.
pub const CHANGE: i64 = 2;
/// An event went.
pub const RETRACT: i64 = 3;
/// The timeline was begun anew.
pub const RESET: i64 = 4;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number, which grows.
    pub seq: i64,
    /// What happened.
    pub what: What,
    /// The id of the event.
    pub id: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// An event came: its row.
    Insert(u32),
    /// An event is told otherwise: its new row.
    Change(u32),
    /// An event went.
    Retract,
    /// All is new: what one has may be old.
    Reset,
}

/// Notes a change.
pub fn note(connection: &Connection, kind: i64, id: &str, row: Option<u32>) -> Result<(), Error> {
    connection.prepare_cached("INSERT INTO changes (kind, id, row) VALUES (?1, ?2, ?3)")?.execute((kind, id, row))?;
    Ok(())
}

/// Forgets what is too long ago.
pub fn trim(connection: &Connection) -> Result<(), Error> {
    connection
        .prepare_cached("DELETE FROM changes WHERE seq <= (SELECT max(seq) FROM changes) - ?1")?
        .execute([KEPT])?;
    Ok(())
}

/// The number of the last change.
pub fn last(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.prepare_cached("SELECT coalesce(max(seq), 0) FROM changes")?.query_row([], |row| row.get(0))?)
}

/// The changes after a number, the oldest first, at most so many; `None` if not all of them are known any more, or the
/// number is of another timeline.
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
    let at: Option<u32> = row.get(3)?;
    let what = match (row.get::<_, i64>(1)?, at) {
        (INSERT, Some(at)) => What::Insert(at),
        (CHANGE, Some(at)) => What::Change(at),
        (RESET, _) => What::Reset,
        _ => What::Retract,
    };
    Ok(Change { seq: row.get(0)?, what, id: row.get(2)? })
}
