//! One row a happening.

use serde_json::{Value, json};

use super::*;

/// An event of an article of its own, published that many days into May.
fn report(article: &str, source: &str, published: u32, summary: &str) -> Value {
    let mut event = day(&format!("{article}-1"), "2019-05-02");
    event["article"] = json!({
        "id": article, "title": "Dam breaks at Oldford", "source": source, "language": "en",
        "published_at": format!("2019-05-{published:02}T08:00:00Z")
    });
    event["statement"]["summary"] = json!(summary);
    event["statement"]["names"] = json!(["Oldford"]);
    event["weight"] = json!(0.5);
    event
}

fn entries(fixture: &Fixture, query: &str) -> Vec<Entry> {
    let (filters, paging) = request(query);
    let page = fixture.store.events(&filters, &Paging { fold: true, ..paging }).unwrap();
    page.rows.into_iter().map(|row| row.entry.unwrap()).collect()
}

/// The entry with an id.
fn entry(fixture: &Fixture, query: &str, id: &str) -> Entry {
    entries(fixture, query).into_iter().find(|entry| entry.id == id).expect("it is there")
}

fn flood() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.event(report("a", "Quay", 2, "The dam at Oldford broke and the Wend flooded the town"));
    fixture.event(report("b", "Hill", 3, "A dam at Oldford broke and the Wend flooded the lower town"));
    fixture.event(report("c", "Quay", 4, "The dam at Oldford broke and flooded the town"));
    fixture.event(report("d", "Hill", 2, "The mayor of Oldford resigned"));
    fixture
}

#[test]
fn what_several_articles_report_is_one_row_with_its_count_and_sources() {
    let fixture = flood();
    assert_eq!(entries(&fixture, "").len(), 2);
    let [dam, mayor] = ["a-1", "d-1"].map(|id| entry(&fixture, "", id));
    assert_eq!((dam.count, dam.articles, &dam.sources[..]), (3, 3, &["Hill".to_owned(), "Quay".to_owned()][..]));
    assert_eq!((dam.events.len(), mayor.count), (3, 1));
    assert!(dam.rank > mayor.rank && (mayor.rank - 0.5).abs() < 1e-6);
    assert_eq!(fixture.found("").len(), 4, "not unless it is asked for");
    assert_eq!(fixture.store.density(&Filters::default(), true, 10).unwrap().total, 2);
    assert_eq!(fixture.store.mentions("b-1").unwrap().len(), 2);
}

#[test]
fn a_row_counts_what_matches() {
    let fixture = flood();
    let [dam] = &entries(&fixture, "source=Quay")[..] else { panic!("one row") };
    assert_eq!((dam.count, &*dam.events, &*dam.id), (2, &["a-1".to_owned(), "c-1".to_owned()][..], "a-1"));
    assert_eq!(entries(&fixture, "published_from=2019-05-04")[0].events, ["c-1"]);
}

#[test]
fn an_entry_keeps_its_id_and_place_while_members_come_and_go() {
    let mut fixture = flood();
    let before = entries(&fixture, "");
    let place = |fixture: &Fixture| entries(fixture, "").iter().map(|entry| entry.id.clone()).collect::<Vec<_>>();
    let order = place(&fixture);
    fixture.apply(RecordKind::Event, "a-1", None);
    assert_eq!(place(&fixture), order, "its first event is taken back");
    let (record, _) = fixture.store.event("a-1").unwrap().expect("the entry has an event");
    assert!(record.contains("b-1"));
    let mut corrected = report("b", "Hill", 3, "A dam at Oldford broke and the Wend flooded the lower town");
    corrected["weight"] = json!(0.9);
    fixture.event(corrected);
    assert_eq!(place(&fixture), order, "an event is corrected");
    assert_eq!(entry(&fixture, "", "a-1").events, ["b-1", "c-1"], "the greatest weight first");
    let fixture = fixture.reopen(false);
    assert_eq!(place(&fixture), order);
    let mut fixture = fixture;
    fixture.event(report("a", "Quay", 2, "The dam at Oldford broke and the Wend flooded the town"));
    assert_eq!(place(&fixture), order);
    assert_eq!((before.len(), entry(&fixture, "", "a-1").count), (2, 3));
}

#[test]
fn a_correction_that_says_something_else_leaves_its_happening() {
    let mut fixture = flood();
    fixture.event(report("b", "Hill", 3, "The bridge of Oldford was closed for repairs"));
    let counts = |fixture: &Fixture| {
        entries(fixture, "").iter().map(|entry| (entry.id.clone(), entry.count)).collect::<Vec<_>>()
    };
    let mut expected = vec![("a-1".to_owned(), 2), ("b-1".to_owned(), 1), ("d-1".to_owned(), 1)];
    let mut found = counts(&fixture);
    found.sort();
    assert_eq!(found, expected);
    // The first one leaves: what it began goes on under its id.
    fixture.event(report("a", "Quay", 2, "A bridge of Oldford was closed for repairs"));
    let mut found = counts(&fixture);
    found.sort();
    expected[0].1 = 1;
    expected[1].1 = 2;
    assert_eq!(found, expected);
    // The only event of a happening is corrected: the happening keeps its id.
    fixture.event(report("d", "Hill", 2, "The sheriff stayed with her horses"));
    assert!(counts(&fixture).contains(&("d-1".to_owned(), 1)));
}

#[test]
fn rows_are_sorted_by_rank_and_publication_over_pages() {
    let mut fixture = flood();
    let mut heavy = report("e", "Bell", 1, "The sheriff of Oldford bought a horse");
    heavy["weight"] = json!(0.9);
    fixture.event(heavy);
    for (query, order) in [("sort=weight", ["a-1", "e-1", "d-1"]), ("sort=published&order=asc", ["e-1", "a-1", "d-1"])]
    {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let (filters, paging) = request(&format!("{query}&limit=1&fold=true&cursor={cursor}"));
            let page = fixture.store.events(&filters, &paging).unwrap();
            seen.extend(page.rows.into_iter().map(|row| row.entry.unwrap().id));
            let Some(next) = page.next else { break };
            cursor = query::encode_cursor(next);
        }
        seen.sort_by_key(|id| order.iter().position(|one| one == id));
        assert_eq!(seen, order, "{query}: each once");
    }
    assert_eq!(entries(&fixture, "sort=weight")[0].id, "a-1");
    assert_eq!(entries(&fixture, "sort=published")[2].id, "e-1");
}

#[test]
fn lanes_show_the_best_of_each_bucket_and_count_what_begins() {
    let mut fixture = flood();
    fixture.event(event("since", Some("2019-05-01"), None));
    let mut month = event("month", Some("2019-05-01"), Some("2019-06-01"));
    month["date"]["granularity"] = json!("month");
    fixture.event(month);
    let (filters, _) = request("from=2019-05-01&to=2019-05-08");
    let lanes = fixture.store.lanes(&filters, true, 10, 1).unwrap().lanes;
    let shown: Vec<_> = lanes.iter().map(|lane| (lane.name, lane.total, ids(&lane.rows).join(" "))).collect();
    assert_eq!(shown, [("month", 1, "month".into()), ("day", 2, "a-1".into()), ("open", 1, "since".into())]);
    let grains = fixture.store.grains(&filters, false).unwrap();
    let grains: Vec<_> = grains.iter().map(|grain| (grain.granularity, grain.open, grain.count)).collect();
    assert_eq!(grains, [("day", false, 4), ("day", true, 1), ("month", false, 1)]);
}

#[test]
fn the_days_that_matter_keep_to_the_range_and_prefer_lines_with_a_subject() {
    let mut fixture = flood();
    let mut vague = report("f", "Bell", 2, "It was pulled down");
    vague["weight"] = json!(1.0);
    vague["statement"]["trigger"] = json!("pulled");
    vague["statement"]["names"] = json!([]);
    fixture.event(vague);
    fixture.event(event("year", Some("2019-01-01"), Some("2020-01-01")));
    fixture.event(day("before", "2019-04-30"));
    let (filters, _) = request("from=2019-05-01&to=2019-05-08");
    let story = fixture.store.story(&filters, 5).unwrap();
    let [day] = &story[..] else { panic!("one day: {story:?}") };
    assert_eq!((day.day.to_string(), day.score), ("2019-05-02".to_owned(), 1.0));
    assert!(day.summary.contains("dam"), "{}", day.summary);
    assert_eq!(day.rows.len(), 3);
}

#[test]
fn an_overview_says_where_results_and_news_are() {
    let mut fixture = flood();
    fixture.event(event("always", None, None));
    let overview = fixture.store.overview(&request("q=dam&from=1999-01-01").0, true, 100).unwrap();
    let days = |span: Option<[i64; 2]>| span.unwrap().map(|end| query::format_time(end).unwrap());
    assert_eq!(days(overview.core), ["2019-05-02", "2019-05-03"]);
    assert_eq!(days(overview.news), ["2019-04-21", "2019-05-05"]);
    assert_eq!((overview.density.total, days(overview.published)[1].as_str()), (2, "2019-05-04T08:00:00+00:00"));
    let nothing = fixture.store.overview(&request("q=zebra").0, true, 100).unwrap();
    assert_eq!((nothing.core, nothing.news, nothing.published), (None, None, None));
}
