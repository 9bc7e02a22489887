//! Files of other versions, of other programs, and those that start over.

use super::*;

#[test]
fn an_old_database_rebuilds_itself_from_what_it_received() {
    let mut fixture = Fixture::new();
    let position = Position { topic: "events".to_owned(), partition: 0, next: 7 };
    fixture.event(day("one", "2019-04-01"));
    fixture.event(day("two", "2019-04-02"));
    fixture.article("extracted", &["one"]);
    fixture.writer.apply(&[], std::slice::from_ref(&position)).unwrap();
    let last = fixture.store.last_change();
    // The tables that version 3 did not have, and its index of words.
    fixture
        .writer
        .connection
        .execute_batch(
            "DROP TABLE happenings; DROP TABLE happening_keys; DROP TABLE words; DROP INDEX events_of_happening;
             ALTER TABLE events DROP COLUMN published; ALTER TABLE events DROP COLUMN flags;
             ALTER TABLE events DROP COLUMN happening;
             CREATE VIRTUAL TABLE words USING fts5 (text, content = '', contentless_delete = 1, detail = none);
             PRAGMA user_version = 3",
        )
        .unwrap();
    let mut fixture = fixture.reopen(false);
    assert_eq!(fixture.found("q=%22the+ferry%22"), ["one"]);
    assert_eq!(
        (fixture.writer.positions().unwrap(), fixture.changes(last)),
        (vec![position], vec!["reset".to_owned()])
    );
    assert!(fixture.store.event("one").unwrap().unwrap().1.is_some(), "the record of its article");
    fixture.article("extracted", &["one", "two"]);
    assert_eq!(fixture.found(""), ["one", "two"], "what was hidden is kept");
}

#[test]
fn a_file_of_another_version_is_refused_until_it_is_rebuilt() {
    let fixture = Fixture::new();
    fixture.writer.connection.pragma_update(None, "user_version", 99).unwrap();
    let path = fixture.folder.path().join("timeline.db");
    for error in
        [Store::open(&path, false).unwrap_err(), Store::snapshot(&path).unwrap_err(), Store::probe(&path).unwrap_err()]
    {
        let error = error.to_string();
        assert!(error.contains("version 99") && error.contains("--rebuild"), "{error}");
    }
    Store::open(&path, true).unwrap();
}

#[test]
fn tables_of_another_program_are_not_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.db");
    let theirs = Connection::open(&path).unwrap();
    theirs.execute_batch("CREATE TABLE events (sum INTEGER); INSERT INTO events VALUES (7)").unwrap();
    assert!(Store::open(&path, false).unwrap_err().to_string().contains("not made by this version"));
    assert_eq!(theirs.query_row("SELECT sum FROM events", [], |row| row.get::<_, i64>(0)).unwrap(), 7);
}

#[test]
fn a_probe_finds_whether_a_timeline_can_be_written_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("timeline.db");
    assert!(!Store::probe(&path).unwrap());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let error = Store::probe(&folder.path().join("missing/timeline.db")).unwrap_err().to_string();
    assert!(error.contains("missing: ") && error.contains("must exist"), "{error}");
    let (store, _writer) = Store::open(&path, false).unwrap();
    let before = store.version();
    assert!(Store::probe(&path).unwrap(), "while it is written");
    assert_eq!(store.version(), before);
    assert!(Store::probe(folder.path()).is_err(), "a folder is no file");
}

#[test]
fn a_rebuild_starts_over_and_followers_see_it() {
    let mut fixture = Fixture::new();
    fixture.event(day("one", "2019-04-01"));
    let (last, version) = (fixture.store.last_change(), fixture.store.version());
    let fixture = fixture.reopen(true);
    assert_eq!((fixture.found(""), fixture.changes(last)), (Vec::new(), vec!["reset".to_owned()]));
    assert_eq!(fixture.writer.positions().unwrap(), []);
    assert_ne!(fixture.store.version(), version);
}
