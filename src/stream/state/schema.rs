//! The tables of the state store, in SQL.

/// The store: one row an article.
pub const SCHEMA: &str = "
    PRAGMA journal_mode = MEMORY;
    PRAGMA synchronous = OFF;
    CREATE TABLE article (
        id BLOB PRIMARY KEY, seen INTEGER NOT NULL, source INTEGER, changelog INTEGER, event_partitions INTEGER,
        revision TEXT, modified INTEGER, status INTEGER, partition INTEGER, offset INTEGER, events BLOB NOT NULL,
        held TEXT, held_partition INTEGER, until INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX due ON article (held_partition, until) WHERE until IS NOT NULL;
    CREATE TEMP TABLE oldest (source INTEGER PRIMARY KEY, seen INTEGER NOT NULL);
";

/// The changelog as it is read during a restore, in its order and in a file of its own: ids come in random order, and
/// inserting each at its place in a file larger than the cache would take two thirds of the time. They are sorted at the
/// end. A row without `events` is a tombstone.
pub const RESTORE_SCHEMA: &str = "
    ATTACH '' AS restore;
    PRAGMA restore.journal_mode = OFF;
    CREATE TABLE restore.changelog (
        id BLOB, seen INTEGER, source INTEGER, changelog INTEGER, event_partitions INTEGER, revision TEXT,
        modified INTEGER, status INTEGER, partition INTEGER, offset INTEGER, events BLOB, held TEXT,
        held_partition INTEGER, until INTEGER
    );
    BEGIN;
";

/// Keeps the last row of each article: SQLite takes the other columns from the row that has the `max`. An article whose
/// records are in two partitions of the changelog, as version 0.1 wrote those that came through two partitions of the
/// input, has the later state, and the events of both.
pub fn finish_restore() -> String {
    const COLUMNS: [&str; 12] = [
        "seen",
        "source",
        "changelog",
        "event_partitions",
        "revision",
        "modified",
        "status",
        "partition",
        "offset",
        "held",
        "held_partition",
        "until",
    ];
    let is_later = "excluded.seen > article.seen OR excluded.seen = article.seen AND excluded.status = 1";
    let later = COLUMNS.map(|column| format!("{column} = iif({is_later}, excluded.{column}, article.{column})"));
    let (columns, later) = (COLUMNS.join(", "), later.join(", "));
    format!(
        "INSERT INTO article (id, events, {columns})
            SELECT id, events, {columns}
            FROM (SELECT *, max(rowid) FROM restore.changelog GROUP BY id, changelog) WHERE events IS NOT NULL
            ON CONFLICT (id) DO UPDATE SET events = CAST(article.events || excluded.events AS BLOB), {later};
        COMMIT;
        DETACH restore;"
    )
}

/// Replaces the state of an article.
pub const REPLACE: &str =
    "INSERT OR REPLACE INTO article VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";

/// Adds a row to the changelog that is read during a restore, with the same columns.
pub const INSERT: &str =
    "INSERT INTO restore.changelog VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
