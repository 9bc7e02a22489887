//! Files of other versions, of other programs, and those that start over.

use super::*;

#[test]
fn a_database_of_an_earlier_version_starts_over_by_itself() {
    for found in [1, 3, 4] {
        let mut fixture = Fixture::new();
        fixture.event(day("one", "2019-04-01"));
        fixture.writer.apply(&[], &[Position { topic: "events".to_owned(), partition: 0, next: 7 }]).unwrap();
        fixture.writer.set_complete().unwrap();
        let (last, path) = (fixture.store.last_change(), fixture.folder.path().join("timeline.db"));
        // Tables that earlier versions did not have, and columns.
        let older = format!(
            "DROP TABLE happenings; DROP TABLE happening_keys; DROP TABLE words; DROP TABLE meta; DROP INDEX events_of_happening;
             ALTER TABLE events DROP COLUMN happening; PRAGMA user_version = {found}"
        );
        fixture.writer.connection.execute_batch(&older).unwrap();
        assert!(Store::probe(&path).unwrap(), "it can be rebuilt");
        let mut fixture = fixture.reopen(false);
        assert_eq!((fixture.found(""), fixture.writer.positions().unwrap()), (Vec::new(), Vec::new()));
        assert!(!fixture.writer.is_complete().unwrap());
        assert_eq!(fixture.changes(last), ["reset"], "followers load everything");
        fixture.event(day("one", "2019-04-01"));
        assert_eq!(fixture.reopen(false).found("q=%22the+ferry%22"), ["one"]);
    }
}

#[test]
fn a_file_that_starts_over_can_shrink_whoever_made_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("timeline.db");
    let old = Connection::open(&path).unwrap();
    let tables =
        "PRAGMA journal_mode = wal; CREATE TABLE offsets (a); CREATE TABLE terms (a); CREATE TABLE records (a);
                  CREATE TABLE changes (seq INTEGER); PRAGMA user_version = 3";
    old.execute_batch(tables).unwrap();
    drop(old);
    let (_store, writer) = Store::open(&path, false).unwrap();
    let pragma = |name| writer.connection.pragma_query_value(None, name, |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(pragma("journal_mode"), "wal");
    let incremental: i64 = writer.connection.pragma_query_value(None, "auto_vacuum", |row| row.get(0)).unwrap();
    assert_eq!(incremental, 2);
}

#[test]
fn a_rebuild_gives_the_room_of_the_file_back() {
    let mut fixture = Fixture::new();
    for at in 0..200 {
        let mut event = day(&format!("event{at}"), "2019-04-01");
        event["statement"]["sentence"] = json!("and so on ".repeat(500));
        fixture.event(event);
    }
    fixture.writer.checkpoint().unwrap();
    let before = fixture.writer.size().unwrap().file;
    let fixture = fixture.reopen(true);
    fixture.writer.checkpoint().unwrap();
    let after = fixture.writer.size().unwrap().file;
    assert!(after < before / 4, "{before} and {after}");
}

#[test]
fn a_rebuild_is_remembered_under_its_name_until_a_start_without_one() {
    let fixture = Fixture::new();
    let path = fixture.folder.path().join("timeline.db");
    let was_rebuilt = |name: &str| Store::was_rebuilt(&path, name).unwrap();
    assert!(!was_rebuilt(""));
    fixture.writer.remember_rebuild(Some("")).unwrap();
    assert!(was_rebuilt("") && !was_rebuilt("2026-11-29"));
    fixture.writer.remember_rebuild(None).unwrap();
    assert!(!was_rebuilt(""));
    assert!(!Store::was_rebuilt(&fixture.folder.path().join("missing.db"), "").unwrap());
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
