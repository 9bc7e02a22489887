//! What the store does: order, overlap, filters, corrections and kills, changes, crashes.

use serde_json::{Value, json};

use super::query::{Filters, Paging, Parameters};
use super::*;

/// A store in a folder of its own.
struct Desk {
    folder: tempfile::TempDir,
    store: Store,
    writer: Writer,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, writer) = Store::open(&folder.path().join("timeline.db"), false).unwrap();
        Self { folder, store, writer }
    }

    /// Opens the file anew, as after a crash: what was not committed is gone.
    fn again(self, rebuild: bool) -> Self {
        let Self { folder, store, writer } = self;
        drop((store, writer));
        let (store, writer) = Store::open(&folder.path().join("timeline.db"), rebuild).unwrap();
        Self { folder, store, writer }
    }

    fn take(&mut self, of: Of, key: &str, value: Option<Value>) {
        let value = value.map(|value| value.to_string());
        let received = Received { of, key, value: value.as_deref().map(str::as_bytes) };
        assert_eq!(self.writer.apply(&[received], &[]).unwrap(), 0, "{value:?} can be read");
    }

    fn event(&mut self, event: Value) {
        let id = event["id"].as_str().unwrap().to_owned();
        self.take(Of::Event, &id, Some(event));
    }

    fn article(&mut self, status: &str, events: &[&str]) {
        self.take(Of::Article, "a1", Some(json!({"id": "a1", "status": status, "events": events})));
    }

    /// The ids of the events that a question finds, in their order.
    fn found(&self, query: &str) -> Vec<String> {
        let (filters, paging) = asked(query);
        ids(&self.store.events(&filters, &paging).unwrap().records)
    }

    /// What happened after a change, in words.
    fn news(&self, after: i64) -> Vec<String> {
        let changes = self.store.changes(after, 1000).unwrap().expect("the log reaches that far");
        let word = |change: Change| match change.what {
            What::Insert(_) => format!("insert {}", change.id),
            What::Change(_) => format!("change {}", change.id),
            What::Retract => format!("retract {}", change.id),
            What::Reset => "reset".to_owned(),
        };
        changes.into_iter().map(word).collect()
    }
}

fn asked(query: &str) -> (Filters, Paging) {
    let mut parameters = Parameters::parse(query).unwrap();
    let asked = (Filters::take(&mut parameters).unwrap(), Paging::take(&mut parameters).unwrap());
    parameters.end().unwrap();
    asked
}

fn ids(records: &[String]) -> Vec<String> {
    let id = |record: &String| serde_json::from_str::<Value>(record).unwrap()["id"].as_str().unwrap().to_owned();
    records.iter().map(id).collect()
}

fn event(id: &str, start: Option<&str>, end: Option<&str>) -> Value {
    json!({
        "id": id,
        "article": {"id": "a1", "title": "Quay news", "source": "The Quay", "language": "en-GB"},
        "date": {"start": start, "end": end, "granularity": "day", "basis": "relative"},
        "statement": {"summary": "The ferry ran", "sentence": "The ferry ran on Monday.", "status": "happened", "names": []},
        "confidence": 0.9
    })
}

fn day(id: &str, start: &str) -> Value {
    let end = (start.parse::<chrono::NaiveDate>().unwrap() + chrono::Days::new(1)).to_string();
    event(id, Some(start), Some(&end))
}

#[test]
fn events_come_in_the_order_of_time_and_open_starts_first() {
    let mut desk = Desk::new();
    let month = event("month", Some("2019-04-01"), Some("2019-05-01"));
    for event in [
        day("day", "2019-04-01"),
        month,
        event("since", Some("2019-04-01"), None),
        event("until", None, Some("2030-01-01")),
        day("caesar", "-0043-03-15"),
    ] {
        desk.event(event);
    }
    let order = ["until", "caesar", "day", "month", "since"];
    assert_eq!(desk.found(""), order);
    assert_eq!(desk.found("order=desc"), order.into_iter().rev().collect::<Vec<_>>());
}

#[test]
fn an_event_is_in_a_range_that_it_overlaps() {
    let mut desk = Desk::new();
    desk.event(day("first", "2019-04-01"));
    desk.event(day("second", "2019-04-02"));
    desk.event(event("april", Some("2019-04-01"), Some("2019-05-01")));
    desk.event(event("since", Some("2019-04-30"), None));
    desk.event(event("moment", Some("2019-04-02T09:00:00+02:00"), Some("2019-04-02T09:00:00+02:00")));
    assert_eq!(desk.found("from=2019-04-02&to=2019-04-03"), ["april", "second", "moment"]);
    assert_eq!(desk.found("to=2019-04-02"), ["first", "april"], "the end is not in it");
    assert_eq!(desk.found("from=2019-05-01"), ["since"]);
    assert_eq!(desk.found("from=2019-04-02T07:00:00Z&to=2019-04-02T07:00:01Z"), ["april", "second", "moment"]);
}

#[test]
fn pages_hold_every_event_once_though_others_come_meanwhile() {
    let mut desk = Desk::new();
    for n in 0..25 {
        desk.event(day(&format!("{:032x}", n * 7 % 25), "2019-04-01"));
    }
    for order in ["asc", "desc"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let (filters, paging) = asked(&format!("limit=4&order={order}&cursor={cursor}"));
            let page = desk.store.events(&filters, &paging).unwrap();
            seen.extend(ids(&page.records));
            let Some(next) = page.next else { break };
            cursor = query::cursor(next);
            desk.event(day(&format!("before-{order}-{}", seen.len()), "1999-01-01"));
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        let old = seen.iter().filter(|id| !id.starts_with("before")).count();
        assert_eq!((sorted.len(), old), (seen.len(), 25), "{order}: {seen:?}");
    }
}

#[test]
fn filters_must_all_hold_and_any_value_of_one_does() {
    let mut desk = Desk::new();
    for (id, status, language, names) in [
        ("one", "happened", "en-GB", json!(["Porto", "Hale, Inc"])),
        ("two", "planned", "en", json!(["Porto"])),
        ("three", "denied", "de", json!(["Lisbon"])),
    ] {
        let mut event = day(id, "2019-04-01");
        event["statement"]["status"] = json!(status);
        event["statement"]["names"] = names;
        event["article"]["language"] = json!(language);
        event["confidence"] = json!(if id == "two" { 0.5 } else { 0.9 });
        desk.event(event);
    }
    let found = |query: &str| {
        let mut found = desk.found(query);
        found.sort();
        found
    };
    assert_eq!(found("status=planned,denied"), ["three", "two"]);
    assert_eq!(found("name=Porto&status=happened"), ["one"]);
    assert_eq!(found("name=Hale,%20Inc"), ["one"]);
    assert_eq!(found("language=en"), ["one", "two"]);
    assert_eq!(found("confidence=0.6&name=Porto"), ["one"]);
    assert_eq!(found("source=Nobody"), [""; 0]);
    assert_eq!(found("basis=relative&granularity=day&article=a1").len(), 3);
    let (filters, _) = asked("status=happened,planned");
    let names = desk.store.counts(&filters, Kind::Name, 10).unwrap();
    assert_eq!(names, [("Porto".to_owned(), 2), ("Hale, Inc".to_owned(), 1)]);
}

#[test]
fn words_are_found_without_their_accents_and_as_they_are_typed() {
    let mut desk = Desk::new();
    let mut event = day("ferry", "2019-04-01");
    event["statement"]["sentence"] = json!("Die Überfähre fuhr \"nicht\" OR aus.");
    desk.event(event);
    for query in ["q=uberf", "q=%C3%9Cberf%C3%A4hre", "q=fuhr+die", "q=quay", "q=nicht%20OR", "q=\"or*"] {
        assert_eq!(desk.found(query), ["ferry"], "{query}");
    }
    for query in ["q=berf", "q=uber+fuhr", "q=missing"] {
        assert_eq!(desk.found(query), [""; 0], "{query}");
    }
    desk.event(day("later", "2019-04-02"));
    assert_eq!(desk.found("q=quay"), ["ferry", "later"], "what was answered before is completed");
    desk.take(Of::Event, "ferry", None);
    assert_eq!(desk.found("q=quay"), ["later"]);
}

#[test]
fn a_correction_takes_away_what_its_article_no_longer_names() {
    for article_first in [false, true] {
        let mut desk = Desk::new();
        desk.event(day("stays", "2019-04-01"));
        desk.event(day("goes", "2019-04-02"));
        desk.article("extracted", &["stays", "goes"]);
        if article_first {
            desk.article("extracted", &["stays", "comes"]);
            desk.event(day("comes", "2019-04-03"));
        } else {
            desk.event(day("comes", "2019-04-03"));
            assert_eq!(desk.found(""), ["stays", "goes"], "not before its article names it");
            desk.article("extracted", &["stays", "comes"]);
        }
        assert_eq!(desk.found(""), ["stays", "comes"]);
        let mut news = desk.news(1);
        news.sort();
        assert_eq!(news, ["insert comes", "insert goes", "insert stays", "retract goes"]);
    }
}

#[test]
fn a_kill_takes_all_away_and_a_replay_of_what_was_killed_does_not_bring_it_back() {
    let mut desk = Desk::new();
    desk.event(day("one", "2019-04-01"));
    desk.article("extracted", &["one"]);
    desk.article("withdrawn", &[]);
    assert_eq!(desk.found(""), [""; 0]);
    desk.event(day("one", "2019-04-01"));
    assert_eq!(desk.found(""), [""; 0]);
    desk.article("extracted", &["one"]);
    assert_eq!(desk.found(""), ["one"], "published again");
}

#[test]
fn an_article_that_was_passed_over_stays_as_it_was() {
    let mut desk = Desk::new();
    desk.event(day("one", "2019-04-01"));
    desk.article("extracted", &["one"]);
    for status in ["skipped", "stale"] {
        desk.article(status, &[]);
        assert_eq!(desk.found(""), ["one"]);
        let (_, article) = desk.store.event("one").unwrap().unwrap();
        assert!(article.unwrap().contains(status), "the record itself is the last one");
    }
}

#[test]
fn a_null_value_retracts_and_a_record_that_says_the_same_changes_nothing() {
    let mut desk = Desk::new();
    desk.event(day("one", "2019-04-01"));
    desk.event(day("one", "2019-04-01"));
    desk.event(day("one", "2019-04-07"));
    desk.take(Of::Event, "one", None);
    desk.take(Of::Event, "one", None);
    assert_eq!(desk.news(0), ["reset", "insert one", "change one", "retract one"]);
    assert_eq!((desk.found(""), desk.store.event("one").unwrap()), (Vec::new(), None));
}

#[test]
fn what_is_no_record_is_passed_over() {
    let mut desk = Desk::new();
    let bad = [&b"{"[..], b"\xff", b"{\"id\": \"x\"}", b"[]"];
    let bad: Vec<_> = bad
        .iter()
        .flat_map(|value| [Of::Event, Of::Article].map(|of| Received { of, key: "x", value: Some(value) }))
        .collect();
    assert_eq!(desk.writer.apply(&bad, &[]).unwrap(), bad.len());
    assert_eq!(desk.found(""), [""; 0]);
}

#[test]
fn records_are_kept_as_they_were_received() {
    let mut desk = Desk::new();
    let mut event = day("one", "2019-04-01");
    event["of a later version"] = json!({"x": [1, 2]});
    desk.event(event.clone());
    let (record, _) = desk.store.event("one").unwrap().unwrap();
    assert_eq!(record, event.to_string());
}

#[test]
fn a_crash_loses_nothing_that_was_committed_and_keeps_no_half_of_a_batch() {
    let mut desk = Desk::new();
    let position = |next| Position { topic: "events".to_owned(), partition: 3, next };
    let (first, second) = (day("first", "2019-04-01").to_string(), day("second", "2019-04-02").to_string());
    let received = |key, value| Received { of: Of::Event, key, value: Some(value) };
    desk.writer.apply(&[received("first", first.as_bytes())], &[position(1)]).unwrap();
    desk.writer
        .connection
        .execute_batch("CREATE TRIGGER crash BEFORE INSERT ON offsets BEGIN SELECT RAISE(ABORT, 'crash'); END")
        .unwrap();
    let crashed = desk.writer.apply(&[received("second", second.as_bytes())], &[position(2)]);
    assert!(crashed.unwrap_err().to_string().contains("crash"));
    assert_eq!(desk.found(""), ["first"]);

    let mut desk = desk.again(false);
    assert_eq!((desk.found(""), desk.writer.positions().unwrap()), (vec!["first".to_owned()], vec![position(1)]));
    desk.writer.connection.execute_batch("DROP TRIGGER crash").unwrap();
    desk.writer.apply(&[received("second", second.as_bytes())], &[position(2)]).unwrap();
    assert_eq!(desk.found("q=quay"), ["first", "second"], "words are not lost either");
    assert_eq!(desk.writer.positions().unwrap(), [position(2)]);
}

#[test]
fn what_is_loaded_is_what_was_there() {
    let mut desk = Desk::new();
    for n in 0..50 {
        let mut event = day(&format!("{n:032x}"), &format!("20{:02}-04-01", n % 7));
        event["statement"]["names"] = (0..n % 4).map(|name| json!(format!("Name {name}"))).collect();
        desk.event(event);
        desk.take(Of::Event, &format!("{:032x}", n / 2 * 3), None);
    }
    let told = |desk: &Desk| {
        let names = desk.store.counts(&Filters::default(), Kind::Name, 10).unwrap();
        (desk.found(""), desk.found("name=Name%202"), names, desk.store.totals().unwrap())
    };
    let before = told(&desk);
    assert!(before.0.len() > 10 && !before.1.is_empty());
    assert_eq!(told(&desk.again(false)), before);
}

#[test]
fn a_rebuild_begins_anew_and_tells_those_who_follow() {
    let mut desk = Desk::new();
    desk.event(day("one", "2019-04-01"));
    let (last, version) = (desk.store.last_change(), desk.store.version());
    let desk = desk.again(true);
    assert_eq!((desk.found(""), desk.news(last)), (Vec::new(), vec!["reset".to_owned()]));
    assert_eq!(desk.writer.positions().unwrap(), []);
    assert_ne!(desk.store.version(), version);
}

#[test]
fn the_log_of_changes_tells_where_it_does_not_reach() {
    let mut desk = Desk::new();
    for n in 0..5 {
        desk.event(day(&n.to_string(), "2019-04-01"));
    }
    desk.writer.connection.execute("DELETE FROM changes WHERE seq < 4", []).unwrap();
    assert_eq!(desk.store.changes(2, 10).unwrap(), None, "3 is not known any more");
    assert_eq!(desk.news(3), ["insert 2", "insert 3", "insert 4"]);
    assert_eq!(desk.news(6), [""; 0]);
    assert_eq!(desk.store.changes(7, 10).unwrap(), None, "of another timeline");
}

#[test]
fn a_file_of_another_version_is_refused_and_a_rebuild_mends_it() {
    let desk = Desk::new();
    desk.writer.connection.pragma_update(None, "user_version", 99).unwrap();
    let path = desk.folder.path().join("timeline.db");
    for error in
        [Store::open(&path, false).unwrap_err(), Store::snapshot(&path).unwrap_err(), Store::probe(&path).unwrap_err()]
    {
        let error = error.to_string();
        assert!(error.contains("version 99") && error.contains("--rebuild"), "{error}");
    }
    Store::open(&path, true).unwrap();
}

#[test]
fn tables_of_somebody_else_are_not_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.db");
    let theirs = Connection::open(&path).unwrap();
    theirs.execute_batch("CREATE TABLE events (sum INTEGER); INSERT INTO events VALUES (7)").unwrap();
    assert!(Store::open(&path, false).unwrap_err().to_string().contains("not made by this version"));
    assert_eq!(theirs.query_row("SELECT sum FROM events", [], |row| row.get::<_, i64>(0)).unwrap(), 7);
}

#[test]
fn a_probe_tells_whether_a_timeline_can_be_kept_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("timeline.db");
    assert!(!Store::probe(&path).unwrap());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let error = Store::probe(&folder.path().join("missing/timeline.db")).unwrap_err().to_string();
    assert!(error.contains("missing: ") && error.contains("must be there"), "{error}");
    let (store, _writer) = Store::open(&path, false).unwrap();
    let before = store.version();
    assert!(Store::probe(&path).unwrap(), "while it is written");
    assert_eq!(store.version(), before);
    assert!(Store::probe(folder.path()).is_err(), "a folder is no file");
}

mod density_of {
    use super::*;

    fn told(desk: &Desk, query: &str, most: usize) -> String {
        let density = desk.store.density(&asked(query).0, most).unwrap();
        let spelled = |seconds: i64| query::spelled(seconds).unwrap();
        let mut text = format!("{} total {} longer {}", density.unit.name(), density.total, density.longer);
        for bucket in density.buckets {
            text += &format!("\n{} {} {}", spelled(bucket.start), spelled(bucket.end), bucket.count);
        }
        text
    }

    #[test]
    fn buckets_fit_the_range_and_a_year_is_no_point_on_its_first_day() {
        let mut desk = Desk::new();
        desk.event(day("one", "2019-01-01"));
        desk.event(day("two", "2019-01-31"));
        desk.event(day("three", "2019-02-01"));
        desk.event(event("year", Some("2019-01-01"), Some("2020-01-01")));
        desk.event(event("since", Some("2019-01-01"), None));
        desk.event(event("always", None, None));
        insta::assert_snapshot!(told(&desk, "", 12), @r"
        month total 6 longer 3
        2019-01-01 2019-02-01 2
        2019-02-01 2019-03-01 1
        ");
        insta::assert_snapshot!(told(&desk, "", 1), @r"
        year total 6 longer 2
        2019-01-01 2020-01-01 4
        ");
        insta::assert_snapshot!(told(&desk, "from=2019-01-31&to=2019-02-02", 48), @r"
        hour total 5 longer 5
        ");
        insta::assert_snapshot!(told(&desk, "from=2019-01-31&to=2019-02-02", 2), @r"
        day total 5 longer 3
        2019-01-31 2019-02-01 1
        2019-02-01 2019-02-02 1
        ");
    }

    #[test]
    fn an_empty_timeline_has_no_span() {
        let mut desk = Desk::new();
        insta::assert_snapshot!(told(&desk, "", 10), @"century total 0 longer 0");
        desk.event(event("since", Some("2019-01-01"), None));
        insta::assert_snapshot!(told(&desk, "", 10), @"hour total 1 longer 1");
    }

    #[test]
    fn all_of_time_is_drawn_in_centuries() {
        let mut desk = Desk::new();
        desk.event(day("caesar", "-0043-03-15"));
        desk.event(day("now", "2019-04-01"));
        insta::assert_snapshot!(told(&desk, "from=-262000-01-01&to=9999-12-31", 200), @r"
        century total 2 longer 0
        -0100-01-01 0000-01-01 1
        2000-01-01 2100-01-01 1
        ");
    }
}

proptest::proptest! {
    #[test]
    fn counts_over_time_add_up(
        days in proptest::collection::vec((0_u64..40_000, 1_u64..800), 1..60), from in 0_u64..40_000, most in 1_usize..300,
    ) {
        let mut index = Index::default();
        let day = |day: u64| day as i64 * 86_400;
        for (row, (start, length)) in (1..).zip(&days) {
            let span = [Some(day(*start)), Some(day(start + length))];
            index.add(Entry::new(row, u64::from(row), span, 1.0), [0; 6], &[]);
        }
        for wanted in [index::Wanted::default(), index::Wanted { from: day(from), to: day(from + 3000), ..Default::default() }] {
            let density = density::density(&index, &wanted, most);
            let counted: u64 = density.buckets.iter().map(|bucket| bucket.count).sum();
            proptest::prop_assert_eq!(counted + density.longer, density.total);
            proptest::prop_assert!(density.buckets.len() <= most || density.unit == Unit::Century);
            for bucket in &density.buckets {
                let starts = |from: i64, to: i64| days.iter().filter(|(start, _)| (from..to).contains(&day(*start))).count() as u64;
                let before = if bucket.start <= wanted.from { u64::MAX } else { starts(bucket.start, bucket.end) };
                proptest::prop_assert!(bucket.count <= before);
            }
        }
    }

    #[test]
    fn the_index_holds_what_was_added_and_not_removed(
        steps in proptest::collection::vec((proptest::bool::ANY, 0_u32..200), 1..300),
    ) {
        let (mut index, mut there, mut next) = (Index::default(), std::collections::BTreeMap::new(), 1);
        for (add, pick) in steps {
            if add {
                let names: Vec<u32> = (0..pick % 4).collect();
                index.add(Entry::new(next, 0, [Some(0), None], 1.0), [pick; 6], &names);
                there.insert(next, names);
                next += 1;
            } else {
                index.remove(pick);
                there.remove(&pick);
            }
        }
        let mut seen = std::collections::BTreeMap::new();
        index.each(&index::Wanted::default(), |entry, names| drop(seen.insert(entry.row, names.to_vec())));
        proptest::prop_assert_eq!(index.len(), there.len());
        proptest::prop_assert_eq!(index.span(), (!there.is_empty()).then_some([0, 0]));
        for row in 0..next {
            proptest::prop_assert_eq!(index.get(row).map(|(_, names)| names.to_vec()), there.get(&row).cloned());
        }
        proptest::prop_assert_eq!(seen, there);
    }
}
