//! What is kept: by age, by size, and what goes with it; and a file that cannot grow.

use std::time::Duration;

use super::*;
use crate::config::Keep;
use crate::store::query::DAY;

/// Some midnight.
const NOW: i64 = 20_000 * DAY;

/// An event of an article of its own, published so many days ago.
fn published(id: &str, days: i64) -> Value {
    // None reports the same as another.
    let first = chrono::NaiveDate::from_ymd_opt(2019, 4, 1).unwrap();
    let mut event = day(id, &(first + chrono::Days::new(days.unsigned_abs())).to_string());
    event["article"]["id"] = json!(format!("article of {id}"));
    event["article"]["published_at"] = json!(query::format_time(NOW - days * DAY + 3600).unwrap());
    event["statement"]["summary"] = json!(format!("What {id} says"));
    event["statement"]["names"] = json!([format!("Name of {id}"), "Everybody"]);
    event
}

fn article_of(fixture: &mut Fixture, id: &str, events: &[&str]) {
    let key = format!("article of {id}");
    let record = json!({"id": key, "status": "extracted", "events": events});
    fixture.apply(RecordKind::Article, &key, Some(record));
}

fn by_age(days: u64) -> Keep {
    Keep { age: Some(Duration::from_secs(days * 86_400)), bytes: None }
}

impl Fixture {
    /// Prunes until nothing is left to do; returns how many events left.
    fn prune(&mut self) -> usize {
        let mut events = 0;
        for _ in 0..1000 {
            let pruned = self.writer.prune(NOW).unwrap();
            events += pruned.events;
            if pruned == Pruned::default() && !self.writer.sweep.is_due {
                return events;
            }
        }
        panic!("it never ends");
    }

    fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        self.writer.connection.query_row(&sql, [], |row| row.get(0)).unwrap()
    }

    /// Lets the file grow by so many pages and no more.
    fn limit(&self, pages: i64) {
        let all: i64 = self.writer.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        let free: i64 = self.writer.connection.pragma_query_value(None, "freelist_count", |row| row.get(0)).unwrap();
        self.writer.connection.pragma_update(None, "max_page_count", all - free + pages).unwrap();
    }

    fn fill(&mut self, ids: std::ops::Range<i64>) -> Result<usize, Error> {
        let events: Vec<(String, String)> = ids
            .map(|at| {
                let id = format!("event{at}");
                let mut event = published(&id, 1000 - at);
                event["statement"]["sentence"] = json!(format!("{id} {}", "and so on ".repeat(200)));
                (id, event.to_string())
            })
            .collect();
        let records = events.iter().map(|(id, json)| TopicRecord {
            kind: RecordKind::Event,
            key: id,
            value: Some(json.as_bytes()),
        });
        self.writer.apply(&records.collect::<Vec<_>>(), &[])
    }
}

#[test]
fn events_leave_with_age_and_take_with_them_what_nothing_refers_to() {
    let mut fixture = Fixture::new();
    // What an article no longer says is hidden, for as long as others of its time are there.
    fixture.event(published("other", 40));
    article_of(&mut fixture, "other", &[]);
    for (id, days) in [("old", 40), ("recent", 10), ("new", 1)] {
        fixture.event(published(id, days));
        article_of(&mut fixture, id, &[id]);
    }
    let mut undated = published("undated", 0);
    undated["article"]["published_at"] = Value::Null;
    fixture.event(undated);
    assert_eq!(fixture.count("hidden"), 1);
    let before = fixture.store.version();

    fixture.writer.keep(by_age(30));
    assert_eq!(fixture.prune(), 1);
    assert_eq!(fixture.found("sort=published&order=asc"), ["undated", "recent", "new"]);
    assert_eq!(fixture.found("q=old"), Vec::<String>::new());
    assert!(fixture.store.event("old").unwrap().is_none());
    assert_ne!(fixture.store.version(), before, "an answer that was cached is out of date");
    let texts = "terms WHERE text LIKE '%old%' OR text LIKE '%other%'";
    assert_eq!([fixture.count("articles"), fixture.count("hidden"), fixture.count(texts)], [2, 0, 0]);
    assert_eq!(fixture.count("happenings"), 3);
    assert_eq!(fixture.count("terms WHERE text = 'Everybody'"), 1);

    let fixture = fixture.reopen(false);
    assert_eq!(fixture.found("sort=published&order=asc"), ["undated", "recent", "new"]);
}

#[test]
fn what_is_too_old_already_is_not_stored() {
    let mut fixture = Fixture::new();
    fixture.event(published("one", 10));
    fixture.writer.keep(by_age(30));
    fixture.prune();
    fixture.event(published("old", 40));
    fixture.event(published("new", 20));
    assert_eq!(fixture.found(""), ["one", "new"]);
    fixture.event(published("one", 40));
    assert_eq!(fixture.found(""), ["new"], "a correction is as old as it says");
}

#[test]
fn everything_is_kept_unless_something_else_is_asked_for() {
    let mut fixture = Fixture::new();
    fixture.event(published("old", 7000));
    article_of(&mut fixture, "nothing", &[]);
    assert_eq!(fixture.prune(), 0);
    assert_eq!((fixture.found(""), fixture.count("articles")), (vec!["old".to_owned()], 1));
}

#[test]
fn what_corrections_leave_behind_goes_as_well() {
    let mut fixture = Fixture::new();
    fixture.event(published("one", 1));
    let mut corrected = published("one", 1);
    corrected["statement"]["names"] = json!(["Somebody else"]);
    fixture.event(corrected);
    // Not the last term: that one stays.
    fixture.event(published("two", 1));
    fixture.prune();
    assert_eq!(fixture.count("terms WHERE text = 'Name of one'"), 0);
    assert_eq!(fixture.count("terms WHERE text = 'Somebody else'"), 1);
}

#[test]
fn a_file_that_is_too_large_shrinks_to_the_latest_events() {
    let mut fixture = Fixture::new();
    fixture.fill(0..1500).unwrap();
    fixture.writer.checkpoint().unwrap();
    let limit = fixture.writer.size().unwrap().file / 3;
    fixture.writer.keep(Keep { age: None, bytes: Some(limit) });
    assert!(fixture.prune() >= 500);
    // What is free is given back in steps as well.
    for _ in 0..50 {
        fixture.writer.prune(NOW).unwrap();
    }
    fixture.writer.checkpoint().unwrap();
    let size = fixture.writer.size().unwrap();
    assert!(size.file <= limit, "{size:?}, and not {limit}");
    let file = std::fs::metadata(fixture.folder.path().join("timeline.db")).unwrap().len();
    assert_eq!(file, size.file);
    let left = fixture.found("sort=published&limit=1000");
    assert_eq!(left[0], "event1499");
    let least = 1500 - left.len();
    assert_eq!(left.last().unwrap(), &format!("event{least}"), "the oldest have left");
}

#[test]
fn a_full_file_can_be_read_and_takes_what_is_new_once_there_is_room() {
    let mut fixture = Fixture::new();
    fixture.fill(0..20).unwrap();
    fixture.limit(2);
    let position = Position { topic: "events".to_owned(), partition: 0, next: 7 };
    let error = fixture.fill(20..300).unwrap_err();
    assert!(error.is_passing(), "{error}");
    assert_eq!(fixture.found("").len(), 20);
    assert_eq!(fixture.found("q=event7"), ["event7"]);
    fixture.limit(1 << 20);
    fixture.fill(20..300).unwrap();
    fixture.writer.apply(&[], std::slice::from_ref(&position)).unwrap();
    assert_eq!(fixture.found("limit=1000").len(), 300);
}

#[test]
fn a_full_file_makes_room_for_what_is_new_by_pruning() {
    let mut fixture = Fixture::new();
    fixture.fill(0..600).unwrap();
    fixture.limit(20);
    assert!(fixture.fill(600..700).unwrap_err().is_passing());
    // All but the last hundred are older.
    fixture.writer.keep(by_age(500));
    fixture.prune();
    fixture.fill(600..700).unwrap();
    assert_eq!(fixture.found("limit=1000").len(), 200);
}

#[test]
fn a_file_that_is_no_database_does_not_mend_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("timeline.db");
    std::fs::write(&path, "not a database at all".repeat(100)).unwrap();
    let error = Store::open(&path, false).unwrap_err();
    assert!(!error.is_passing());
    let error = error.to_string();
    assert!(error.contains("timeline.db: file is not a database; name another file"), "{error}");
}
