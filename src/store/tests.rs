//! The behaviour of the store: order, overlap, filters, corrections and kills, changes, crashes.

use serde_json::{Value, json};

use super::query::{Filters, Paging, Parameters};
use super::*;

mod fold;
mod keep;
mod versions;

/// A store in a folder of its own.
struct Fixture {
    folder: tempfile::TempDir,
    store: Store,
    writer: Writer,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, writer) = Store::open(&folder.path().join("timeline.db"), false).unwrap();
        Self { folder, store, writer }
    }

    /// Reopens the file, as after a crash: what was not committed is lost.
    fn reopen(self, rebuild: bool) -> Self {
        let Self { folder, store, writer } = self;
        drop((store, writer));
        let (store, writer) = Store::open(&folder.path().join("timeline.db"), rebuild).unwrap();
        Self { folder, store, writer }
    }

    fn apply(&mut self, kind: RecordKind, key: &str, value: Option<Value>) {
        let value = value.map(|value| value.to_string());
        let record = TopicRecord { kind, key, value: value.as_deref().map(str::as_bytes) };
        assert_eq!(self.writer.apply(&[record], &[]).unwrap(), 0, "{value:?} can be parsed");
    }

    fn event(&mut self, event: Value) {
        let id = event["id"].as_str().unwrap().to_owned();
        self.apply(RecordKind::Event, &id, Some(event));
    }

    fn article(&mut self, status: &str, events: &[&str]) {
        self.apply(RecordKind::Article, "a1", Some(json!({"id": "a1", "status": status, "events": events})));
    }

    /// The ids of the events that a query finds, in order.
    fn found(&self, query: &str) -> Vec<String> {
        let (filters, paging) = request(query);
        ids(&self.store.events(&filters, &paging).unwrap().rows)
    }

    /// The changes after a sequence number, in words.
    fn changes(&self, after: i64) -> Vec<String> {
        let changes = self.store.changes(after, 1000).unwrap().expect("the log reaches that far");
        let word = |change: Change| match change.kind {
            ChangeKind::Insert(_) => format!("insert {}", change.id),
            ChangeKind::Update(_) => format!("update {}", change.id),
            ChangeKind::Retract => format!("retract {}", change.id),
            ChangeKind::Reset => "reset".to_owned(),
        };
        changes.into_iter().map(word).collect()
    }
}

fn request(query: &str) -> (Filters, Paging) {
    let mut parameters = Parameters::parse(query).unwrap();
    let filters = Filters::from_parameters(&mut parameters).unwrap();
    let paging = Paging::from_parameters(&mut parameters).unwrap();
    parameters.finish().unwrap();
    (filters, paging)
}

fn ids(rows: &[Row]) -> Vec<String> {
    let id = |row: &Row| serde_json::from_str::<Value>(&row.record).unwrap()["id"].as_str().unwrap().to_owned();
    rows.iter().map(id).collect()
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
fn events_are_ordered_by_time_with_open_ends_at_their_known_unit() {
    let mut fixture = Fixture::new();
    let month = event("month", Some("2019-04-01"), Some("2019-05-01"));
    for event in [
        day("day", "2019-04-01"),
        month,
        event("since", Some("2019-04-01"), None),
        event("until", None, Some("2030-01-01")),
        day("caesar", "-0043-03-15"),
    ] {
        fixture.event(event);
    }
    fixture.event(event("undated", None, None));
    let order = ["undated", "caesar", "since", "day", "month", "until"];
    assert_eq!(fixture.found(""), order);
    assert_eq!(fixture.found("order=desc"), order.into_iter().rev().collect::<Vec<_>>());
}

#[test]
fn a_range_matches_the_events_that_overlap_it() {
    let mut fixture = Fixture::new();
    fixture.event(day("first", "2019-04-01"));
    fixture.event(day("second", "2019-04-02"));
    fixture.event(event("april", Some("2019-04-01"), Some("2019-05-01")));
    fixture.event(event("since", Some("2019-04-30"), None));
    fixture.event(event("moment", Some("2019-04-02T09:00:00+02:00"), Some("2019-04-02T09:00:00+02:00")));
    assert_eq!(fixture.found("from=2019-04-02&to=2019-04-03"), ["april", "second", "moment"]);
    assert_eq!(fixture.found("to=2019-04-02"), ["first", "april"], "the end is exclusive");
    assert_eq!(fixture.found("from=2019-05-01"), [""; 0], "an open end is at its known unit alone");
    assert_eq!(fixture.found("from=2019-04-30&to=2019-05-01"), ["april", "since"]);
    assert_eq!(fixture.found("from=2019-04-30&to=2019-05-01&begins=true"), ["since"]);
    assert_eq!(
        (fixture.found("open=true"), fixture.found("open=false&from=2019-04-20")),
        (vec!["since".to_owned()], vec!["april".to_owned()])
    );
    assert_eq!(fixture.found("from=2019-04-02T07:00:00Z&to=2019-04-02T07:00:01Z"), ["april", "second", "moment"]);
}

#[test]
fn pages_hold_every_event_once_while_others_are_inserted() {
    let mut fixture = Fixture::new();
    for n in 0..25 {
        fixture.event(day(&format!("{:032x}", n * 7 % 25), "2019-04-01"));
    }
    for order in ["asc", "desc"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let (filters, paging) = request(&format!("limit=4&order={order}&cursor={cursor}"));
            let page = fixture.store.events(&filters, &paging).unwrap();
            seen.extend(ids(&page.rows));
            let Some(next) = page.next else { break };
            cursor = query::encode_cursor(next);
            fixture.event(day(&format!("before-{order}-{}", seen.len()), "1999-01-01"));
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        let old = seen.iter().filter(|id| !id.starts_with("before")).count();
        assert_eq!((sorted.len(), old), (seen.len(), 25), "{order}: {seen:?}");
    }
}

#[test]
fn an_event_matches_if_every_filter_has_one_of_its_values() {
    let mut fixture = Fixture::new();
    for (id, status, language, names) in [
        ("one", "happened", "en-GB", json!(["Porto", "Hale, Inc"])),
        ("two", "planned", "en", json!(["Porto"])),
        ("three", "denied", "de", json!(["Lisbon"])),
    ] {
        let mut event = day(id, "2019-04-01");
        event["statement"]["status"] = json!(status);
        event["statement"]["names"] = names;
        event["article"]["language"] = json!(language);
        event["weight"] = json!(if id == "two" { 0.3 } else { 0.7 });
        event["confidence"] = json!(if id == "two" { 0.5 } else { 0.9 });
        fixture.event(event);
    }
    let found = |query: &str| {
        let mut found = fixture.found(query);
        found.sort();
        found
    };
    assert_eq!(found("status=planned,denied"), ["three", "two"]);
    assert_eq!(found("name=Porto&status=happened"), ["one"]);
    assert_eq!(found("name=Hale,%20Inc"), ["one"]);
    assert_eq!(found("language=en"), ["one", "two"]);
    assert_eq!(found("confidence=0.6&name=Porto"), ["one"]);
    assert_eq!(found("weight=0.6&name=Porto"), ["one"]);
    assert_eq!(found("source=Nobody"), [""; 0]);
    assert_eq!(found("basis=relative&granularity=day&article=a1").len(), 3);
    let (filters, _) = request("status=happened,planned");
    let names = fixture.store.facet_counts(&filters, Facet::Name, 10).unwrap();
    assert_eq!(names, [("Porto".to_owned(), 2), ("Hale, Inc".to_owned(), 1)]);
    let (filters, _) = request("status=happened,planned&name=Hale");
    assert_eq!(fixture.store.facet_counts(&filters, Facet::Name, 10).unwrap(), names, "they follow the other filters");
}

#[test]
fn the_publication_of_the_article_filters_and_sorts() {
    let mut fixture = Fixture::new();
    for (id, published) in
        [("noon", "2019-04-03T12:00:30Z"), ("morning", "2019-04-03T09:00:00+02:00"), ("before", "2019-04-01")]
    {
        let mut event = day(id, "2019-04-01");
        event["article"]["published_at"] = json!(published);
        fixture.event(event);
    }
    fixture.event(day("unknown", "2019-04-01"));
    assert_eq!(fixture.found("sort=published"), ["noon", "morning", "before", "unknown"]);
    assert_eq!(fixture.found("sort=published&order=asc&limit=2"), ["unknown", "before"]);
    assert_eq!(fixture.found("published_from=2019-04-03T12:00:10Z"), ["noon"], "to the minute");
    assert_eq!(fixture.found("published_to=2019-04-03T07:00:00Z"), ["before"]);
}

#[test]
fn search_ignores_accents_and_finds_prefixes() {
    let mut fixture = Fixture::new();
    let mut event = day("ferry", "2019-04-01");
    event["statement"]["sentence"] = json!("Die Überfähre fuhr \"nicht\" OR aus.");
    fixture.event(event);
    for query in ["q=uberf", "q=%C3%9Cberf%C3%A4hre", "q=fuhr+die", "q=quay", "q=nicht%20OR", "q=\"or*"] {
        assert_eq!(fixture.found(query), ["ferry"], "{query}");
    }
    for query in ["q=berf", "q=uber+fuhr", "q=missing"] {
        assert_eq!(fixture.found(query), [""; 0], "{query}");
    }
    fixture.event(day("later", "2019-04-02"));
    assert_eq!(fixture.found("q=quay"), ["ferry", "later"], "the cached result is extended");
    fixture.apply(RecordKind::Event, "ferry", None);
    assert_eq!(fixture.found("q=quay"), ["later"]);
}

#[test]
fn a_correction_removes_the_events_that_its_article_no_longer_lists() {
    for article_first in [false, true] {
        let mut fixture = Fixture::new();
        fixture.event(day("stays", "2019-04-01"));
        fixture.event(day("goes", "2019-04-02"));
        fixture.article("extracted", &["stays", "goes"]);
        if article_first {
            fixture.article("extracted", &["stays", "comes"]);
            fixture.event(day("comes", "2019-04-03"));
        } else {
            fixture.event(day("comes", "2019-04-03"));
            assert_eq!(fixture.found(""), ["stays", "goes"], "not before its article lists it");
            fixture.article("extracted", &["stays", "comes"]);
        }
        assert_eq!(fixture.found(""), ["stays", "comes"]);
        let mut changes = fixture.changes(1);
        changes.sort();
        assert_eq!(changes, ["insert comes", "insert goes", "insert stays", "retract goes"]);
    }
}

#[test]
fn a_kill_removes_all_events_and_a_replay_does_not_restore_them() {
    let mut fixture = Fixture::new();
    fixture.event(day("one", "2019-04-01"));
    fixture.article("extracted", &["one"]);
    fixture.article("withdrawn", &[]);
    assert_eq!(fixture.found(""), [""; 0]);
    fixture.event(day("one", "2019-04-01"));
    assert_eq!(fixture.found(""), [""; 0]);
    fixture.article("extracted", &["one"]);
    assert_eq!(fixture.found(""), ["one"], "published again");
}

#[test]
fn a_skipped_or_stale_or_unknown_revision_keeps_the_events_of_its_article() {
    let mut fixture = Fixture::new();
    fixture.event(day("one", "2019-04-01"));
    fixture.article("extracted", &["one"]);
    for status in ["skipped", "stale", "of a later version"] {
        fixture.article(status, &[]);
        assert_eq!(fixture.found(""), ["one"]);
        let (_, article) = fixture.store.event("one").unwrap().unwrap();
        assert!(article.unwrap().contains(status), "the record is the latest one");
    }
}

#[test]
fn a_null_value_retracts_and_an_identical_record_changes_nothing() {
    let mut fixture = Fixture::new();
    fixture.event(day("one", "2019-04-01"));
    fixture.event(day("one", "2019-04-01"));
    fixture.event(day("one", "2019-04-07"));
    fixture.apply(RecordKind::Event, "one", None);
    fixture.apply(RecordKind::Event, "one", None);
    assert_eq!(fixture.changes(0), ["reset", "insert one", "update one", "retract one"]);
    assert_eq!((fixture.found(""), fixture.store.event("one").unwrap()), (Vec::new(), None));
}

#[test]
fn invalid_records_are_skipped() {
    let mut fixture = Fixture::new();
    let bad = [&b"{"[..], b"\xff", b"{\"id\": \"x\"}", b"[]"];
    let kinds = [RecordKind::Event, RecordKind::Article];
    let record = |value, kind| TopicRecord { kind, key: "x", value: Some(value) };
    let bad: Vec<_> = bad.iter().flat_map(|value| kinds.map(|kind| record(value, kind))).collect();
    assert_eq!(fixture.writer.apply(&bad, &[]).unwrap(), bad.len());
    assert_eq!(fixture.found(""), [""; 0]);
}

#[test]
fn records_are_kept_as_received() {
    let mut fixture = Fixture::new();
    let mut event = day("one", "2019-04-01");
    event["of a later version"] = json!({"x": [1, 2]});
    fixture.event(event.clone());
    let (record, _) = fixture.store.event("one").unwrap().unwrap();
    assert_eq!(record, event.to_string());
}

#[test]
fn a_crash_loses_nothing_committed_and_keeps_no_partial_batch() {
    let mut fixture = Fixture::new();
    let position = |next| Position { topic: "events".to_owned(), partition: 3, next };
    let (first, second) = (day("first", "2019-04-01").to_string(), day("second", "2019-04-02").to_string());
    let record = |key, value| TopicRecord { kind: RecordKind::Event, key, value: Some(value) };
    fixture.writer.apply(&[record("first", first.as_bytes())], &[position(1)]).unwrap();
    fixture
        .writer
        .connection
        .execute_batch("CREATE TRIGGER crash BEFORE INSERT ON offsets BEGIN SELECT RAISE(ABORT, 'crash'); END")
        .unwrap();
    let crashed = fixture.writer.apply(&[record("second", second.as_bytes())], &[position(2)]);
    assert!(crashed.unwrap_err().to_string().contains("crash"));
    assert_eq!(fixture.found(""), ["first"]);

    let mut fixture = fixture.reopen(false);
    assert_eq!((fixture.found(""), fixture.writer.positions().unwrap()), (vec!["first".to_owned()], vec![position(1)]));
    fixture.writer.connection.execute_batch("DROP TRIGGER crash").unwrap();
    fixture.writer.apply(&[record("second", second.as_bytes())], &[position(2)]).unwrap();
    assert_eq!(fixture.found("q=quay"), ["first", "second"], "the words are there as well");
    assert_eq!(fixture.writer.positions().unwrap(), [position(2)]);
}

#[test]
fn reopening_loads_the_same_timeline() {
    let mut fixture = Fixture::new();
    for n in 0..50 {
        let mut event = day(&format!("{n:032x}"), &format!("20{:02}-04-01", n % 7));
        event["statement"]["names"] = (0..n % 4).map(|name| json!(format!("Name {name}"))).collect();
        fixture.event(event);
        fixture.apply(RecordKind::Event, &format!("{:032x}", n / 2 * 3), None);
    }
    let contents = |fixture: &Fixture| {
        let names = fixture.store.facet_counts(&Filters::default(), Facet::Name, 10).unwrap();
        (fixture.found(""), fixture.found("name=Name%202"), names, fixture.store.totals().unwrap())
    };
    let before = contents(&fixture);
    assert!(before.0.len() > 10 && !before.1.is_empty());
    assert_eq!(contents(&fixture.reopen(false)), before);
}

#[test]
fn the_change_log_says_when_it_does_not_reach_back_far_enough() {
    let mut fixture = Fixture::new();
    for n in 0..5 {
        fixture.event(day(&n.to_string(), "2019-04-01"));
    }
    fixture.writer.connection.execute("DELETE FROM changes WHERE seq < 4", []).unwrap();
    assert_eq!(fixture.store.changes(2, 10).unwrap(), None, "3 was deleted from the log");
    assert_eq!(fixture.changes(3), ["insert 2", "insert 3", "insert 4"]);
    assert_eq!(fixture.changes(6), [""; 0]);
    assert_eq!(fixture.store.changes(7, 10).unwrap(), None, "a number of another timeline");
}

mod density_output {
    use super::*;

    fn rendered(fixture: &Fixture, query: &str, max_buckets: usize) -> String {
        let density = fixture.store.density(&request(query).0, false, max_buckets).unwrap();
        let format_time = |seconds: i64| query::format_time(seconds).unwrap();
        let mut text = format!("{} total {} longer {}", density.size.name(), density.total, density.longer);
        for bucket in density.buckets {
            text += &format!("\n{} {} {}", format_time(bucket.start), format_time(bucket.end), bucket.count);
        }
        text
    }

    #[test]
    fn buckets_fit_the_range_and_a_year_is_not_counted_on_its_first_day() {
        let mut fixture = Fixture::new();
        fixture.event(day("one", "2019-01-01"));
        fixture.event(day("two", "2019-01-31"));
        fixture.event(day("three", "2019-02-01"));
        fixture.event(event("year", Some("2019-01-01"), Some("2020-01-01")));
        fixture.event(event("since", Some("2019-01-01"), None));
        fixture.event(event("always", None, None));
        insta::assert_snapshot!(rendered(&fixture, "", 12), @r"
        month total 6 longer 2
        2019-01-01 2019-02-01 3
        2019-02-01 2019-03-01 1
        ");
        insta::assert_snapshot!(rendered(&fixture, "", 1), @r"
        year total 6 longer 1
        2019-01-01 2020-01-01 5
        ");
        insta::assert_snapshot!(rendered(&fixture, "from=2019-01-31&to=2019-02-02", 48), @r"
        hour total 3 longer 3
        ");
        insta::assert_snapshot!(rendered(&fixture, "from=2019-01-31&to=2019-02-02", 2), @r"
        day total 3 longer 1
        2019-01-31 2019-02-01 1
        2019-02-01 2019-02-02 1
        ");
    }

    #[test]
    fn an_empty_timeline_has_no_extent() {
        let mut fixture = Fixture::new();
        insta::assert_snapshot!(rendered(&fixture, "", 10), @"century total 0 longer 0");
        fixture.event(event("since", Some("2019-01-01"), None));
        insta::assert_snapshot!(rendered(&fixture, "", 10), @r"
        day total 1 longer 0
        2019-01-01 2019-01-02 1
        ");
    }

    #[test]
    fn the_longest_range_is_counted_in_centuries() {
        let mut fixture = Fixture::new();
        fixture.event(day("caesar", "-0043-03-15"));
        fixture.event(day("now", "2019-04-01"));
        insta::assert_snapshot!(rendered(&fixture, "from=-262000-01-01&to=9999-12-31", 200), @r"
        century total 2 longer 0
        -0100-01-01 0000-01-01 1
        2000-01-01 2100-01-01 1
        ");
    }
}

proptest::proptest! {
    #[test]
    fn counts_over_time_add_up_to_the_total(
        days in proptest::collection::vec((0_u64..40_000, 1_u64..800), 1..60), from in 0_u64..40_000, max_buckets in 1_usize..300,
    ) {
        let mut index = Index::default();
        let day = |day: u64| day as i64 * 86_400;
        for (row, (start, length)) in (1..).zip(&days) {
            let span = [Some(day(*start)), Some(day(start + length))];
            index.add(IndexEntry::new(row, u64::from(row), span, 1.0, 1.0), [0; 6], &[]);
        }
        for predicate in [index::Predicate::default(), index::Predicate { from: day(from), to: day(from + 3000), ..Default::default() }] {
            let density = density::density(&index, &predicate, false, max_buckets);
            let counted: u64 = density.buckets.iter().map(|bucket| bucket.count).sum();
            proptest::prop_assert_eq!(counted + density.longer, density.total);
            proptest::prop_assert!(density.buckets.len() <= max_buckets || density.size == BucketSize::Century);
            for bucket in &density.buckets {
                let starts = |from: i64, to: i64| days.iter().filter(|(start, _)| (from..to).contains(&day(*start))).count() as u64;
                let before = if bucket.start <= predicate.from { u64::MAX } else { starts(bucket.start, bucket.end) };
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
                index.add(IndexEntry::new(next, 0, [Some(0), Some(1)], 1.0, 1.0), [pick; 6], &names);
                there.insert(next, names);
                next += 1;
            } else {
                index.remove(pick);
                there.remove(&pick);
            }
        }
        let mut seen = std::collections::BTreeMap::new();
        index.for_each(&index::Predicate::default(), |entry, names| drop(seen.insert(entry.row, names.to_vec())));
        proptest::prop_assert_eq!(index.len(), there.len());
        proptest::prop_assert_eq!(index.extent(), (!there.is_empty()).then_some([0, 1]));
        for row in 0..next {
            proptest::prop_assert_eq!(index.get(row).map(|(_, names)| names.to_vec()), there.get(&row).cloned());
        }
        proptest::prop_assert_eq!(seen, there);
    }
}
