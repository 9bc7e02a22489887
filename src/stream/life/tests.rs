//! Histories of articles, and what a reader of the compacted topics sees at their end.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use rdkafka::Timestamp;
use rdkafka::message::OwnedMessage;

use super::memory::{Loader, Memory, key};
use super::standing::Known;
use crate::config::{EmbargoPolicy, Topics};
use crate::pipeline;
use crate::stream::fate::{Fate, Outlet, Told, fate};

const DAY: i64 = 86_400_000;
const WINDOW: Duration = Duration::from_secs(30 * 86_400);
/// Before and after all embargoes here.
const BEFORE: &str = "2026-04-01T00:00:00Z";
const AFTER: &str = "2026-05-01T00:00:00Z";

/// One partition, with what a reader of the compacted topics sees.
struct Desk {
    memory: Memory,
    offset: i64,
    input: BTreeMap<i64, String>,
    /// By id.
    events: BTreeMap<String, serde_json::Value>,
    articles: BTreeMap<String, serde_json::Value>,
    /// All that was ever told of articles.
    told: Vec<(String, serde_json::Value)>,
}

impl Desk {
    fn new() -> Self {
        let memory = Loader::new(WINDOW).unwrap().finish().unwrap();
        let (input, events, articles) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { memory, offset: 0, input, events, articles, told: Vec::new() }
    }

    /// One message becomes its fate, which is committed. Its status.
    fn take(&mut self, message: &str) -> String {
        self.take_at(message, 0)
    }

    fn take_at(&mut self, message: &str, time: i64) -> String {
        let offset = self.offset;
        self.input.insert(offset, message.to_owned());
        self.offset += 1;
        self.publish(offset, time, BEFORE)
    }

    fn publish(&mut self, offset: i64, time: i64, now: &str) -> String {
        let fate = self.settled(offset, time, now);
        self.memory.commit().unwrap();
        for record in fate.records() {
            let id = String::from_utf8(record.key.clone().unwrap()).unwrap();
            let value: Option<serde_json::Value> =
                record.value.as_ref().map(|value| serde_json::from_slice(value).unwrap());
            let is_event = record.topic == "events";
            if !is_event {
                self.told.push((id.clone(), value.clone().unwrap()));
            }
            let to = if is_event { &mut self.events } else { &mut self.articles };
            match value {
                Some(value) => drop(to.insert(id, value)),
                None => assert!(to.remove(&id).is_some(), "a null record for what is not there"),
            }
        }
        fate.statuses().map(|status| status.name()).collect()
    }

    fn settled(&mut self, offset: i64, time: i64, now: &str) -> Fate {
        let value = self.input[&offset].as_bytes().to_vec();
        let outcome = pipeline::process(&value, &pipeline::Settings::default());
        let message = OwnedMessage::new(Some(value), None, "in".into(), Timestamp::CreateTime(time), 0, offset, None);
        let name = |it: &str| it.to_owned();
        let topics =
            Topics { input: name("in"), events: name("events"), articles: name("told"), rejected: name("set-aside") };
        let outlet = Outlet { topics, limit: 1_000_000, partitions: 1, embargo: EmbargoPolicy::Hold };
        let mut fate = fate(&message, Some(outcome), &outlet, now.parse().unwrap());
        let Told::Articles(tellings) = &mut fate.told else { panic!("{:?}", fate.told) };
        for telling in tellings {
            self.memory.settle(telling, "events").unwrap();
        }
        fate
    }

    /// A batch that is aborted.
    fn abort(&mut self, message: &str) {
        self.input.insert(self.offset, message.to_owned());
        self.settled(self.offset, 0, BEFORE);
        self.memory.rollback().unwrap();
    }

    /// Another worker takes over: it knows what the topic tells, of which nothing was compacted yet.
    fn crash(&mut self) {
        let mut loader = Loader::new(WINDOW).unwrap();
        for (id, told) in &self.told {
            let part = |name: &str| told.get(name).cloned().unwrap_or_default();
            let known = Known {
                standing: serde_json::from_value(part("standing")).unwrap(),
                events: serde_json::from_value(part("events")).unwrap(),
                held: serde_json::from_value(part("held")).unwrap(),
            };
            loader.put(id, &known, 0).unwrap();
        }
        self.memory = loader.finish().unwrap();
    }

    /// All embargoes end.
    fn release(&mut self) {
        for due in self.memory.due(AFTER.parse().unwrap()).unwrap() {
            assert_eq!(self.publish(due.held.offset, 0, AFTER), "extracted");
        }
    }

    fn summaries(&self) -> Vec<&str> {
        self.events.values().map(|event| event["statement"]["summary"].as_str().unwrap()).collect()
    }
}

fn message(id: &str, version: u32, body: &str, more: &str) -> String {
    format!(
        r#"{{"uri": "{id}", "version": "{version}", "versioncreated": "2026-03-1{version}T09:00:00Z",
           "firstcreated": "2026-03-10T09:00:00Z", "headline": "Harbour", "body_text": "{body}"{more}}}"#
    )
}

const KILLED: &str = r#", "pubstatus": "canceled""#;
const HELD: &str = r#", "embargoed": "2026-04-20T00:00:00Z""#;

#[test]
fn a_correction_takes_back_what_it_no_longer_tells_and_keeps_the_id_of_what_stands_in_both() {
    let mut desk = Desk::new();
    desk.take(&message("a", 1, "The harbour opened on Monday. A crane fell on Friday.", ""));
    let before: Vec<String> = desk.events.keys().cloned().collect();
    assert_eq!(
        desk.take(&message("a", 2, "The harbour opened on Monday. Nobody was hurt on Sunday.", "")),
        "extracted"
    );
    assert_eq!(desk.events.keys().filter(|id| before.contains(id)).count(), 1);
    let mut told = desk.summaries();
    told.sort_unstable();
    assert_eq!(told, ["Nobody was hurt", "The harbour opened"]);
}

#[test]
fn an_older_revision_that_comes_late_is_stale_and_changes_nothing() {
    let mut desk = Desk::new();
    desk.take(&message("a", 2, "The harbour opened on Monday.", ""));
    let before = desk.events.clone();
    assert_eq!(desk.take(&message("a", 1, "The harbour closed on Monday.", "")), "stale");
    assert_eq!(desk.events, before);
    let told = &desk.articles["a"];
    assert_eq!((&told["revision"], &told["standing"]["revision"]), (&"1".into(), &"2".into()));
    assert_eq!(told["events"].as_array().unwrap().len(), 1, "what stands is told with it");
}

#[test]
fn a_kill_takes_all_back_and_a_later_revision_brings_the_article_back() {
    let mut desk = Desk::new();
    desk.take(&message("a", 1, "The harbour opened on Monday.", ""));
    assert_eq!(desk.take(&message("a", 2, "KILL: the harbour did not open on Monday.", KILLED)), "withdrawn");
    assert!(desk.events.is_empty());
    assert_eq!(desk.take(&message("a", 1, "The harbour opened on Monday.", "")), "stale");
    assert_eq!(desk.take(&message("a", 2, "The harbour opened on Monday.", "")), "stale", "the same revision again");
    assert_eq!(desk.take(&message("a", 3, "The harbour opened on Tuesday.", "")), "extracted");
    assert_eq!(desk.events.len(), 1);
}

#[test]
fn a_feed_that_tells_no_revisions_is_taken_in_its_order() {
    let mut desk = Desk::new();
    let usable = r#"{"id": "a", "published_at": "2026-03-10", "body": "The harbour opened on Monday."}"#;
    let killed = r#"{"id": "a", "published_at": "2026-03-10", "body": "Kill.", "pubstatus": "canceled"}"#;
    assert_eq!([usable, killed, usable].map(|message| desk.take(message)), ["extracted", "withdrawn", "extracted"]);
    assert_eq!(desk.events.len(), 1);
}

#[test]
fn what_is_held_is_published_when_its_embargo_ends_also_by_the_next_worker() {
    let mut desk = Desk::new();
    desk.take(&message("a", 1, "The harbour opened on Monday.", ""));
    assert_eq!(desk.take(&message("a", 2, "The harbour closed on Monday.", HELD)), "held");
    assert_eq!(desk.summaries(), ["The harbour opened"]);
    desk.crash();
    desk.release();
    assert_eq!(desk.summaries(), ["The harbour closed"]);
    assert!(desk.memory.due(AFTER.parse().unwrap()).unwrap().is_empty(), "once");
}

#[test]
fn a_newer_revision_ends_the_wait_of_one_that_is_held() {
    for (more, left) in [("", 1), (KILLED, 0)] {
        let mut desk = Desk::new();
        desk.take(&message("a", 2, "The harbour closed on Monday.", HELD));
        desk.take(&message("a", 3, "The harbour opened on Monday.", more));
        assert_eq!(desk.memory.due(AFTER.parse().unwrap()).unwrap(), []);
        assert_eq!(desk.events.len(), left);
    }
}

#[test]
fn what_is_no_revision_leaves_what_stands_alone() {
    let mut desk = Desk::new();
    desk.take(&message("a", 1, "The harbour opened on Monday.", ""));
    assert_eq!(desk.take(&message("a", 2, "A photograph of Monday.", r#", "type": "picture""#)), "skipped");
    assert_eq!(desk.events.len(), 1);
    desk.crash();
    desk.take(&message("a", 3, "Nothing of it holds.", KILLED));
    assert!(desk.events.is_empty());
}

#[test]
fn an_article_is_forgotten_after_the_window_by_the_times_of_the_messages() {
    let mut desk = Desk::new();
    desk.take_at(&message("a", 2, "The harbour opened on Monday.", ""), 0);
    desk.take_at(&message("b", 1, "The crane fell on Monday.", HELD), 0);
    desk.take_at(&message("c", 1, "The bridge opened on Monday.", ""), 31 * DAY);
    assert_eq!(desk.memory.count().unwrap(), 2, "the one that is held, and the new one");
    assert_eq!(desk.take_at(&message("a", 1, "The harbour closed on Monday.", ""), 31 * DAY), "extracted");
}

#[test]
fn what_is_restored_is_what_was_told_last() {
    let known = |event: u32| Known { events: vec![format!("{event:032x}")], ..Known::default() };
    let mut loader = Loader::new(WINDOW).unwrap();
    for (id, event) in [("b", 1), ("a", 2), ("b", 3), ("c", 4), ("d", 5)] {
        loader.put(id, &known(event), 31 * DAY / 1000).unwrap();
    }
    loader.remove("c").unwrap();
    loader.remove("d").unwrap();
    loader.put("d", &known(6), 31 * DAY / 1000).unwrap();
    loader.put("old", &known(7), 0).unwrap();
    let memory = loader.finish().unwrap();
    for (id, event) in [("a", Some(2)), ("b", Some(3)), ("c", None), ("d", Some(6)), ("old", None)] {
        assert_eq!(memory.get(&key(id)).unwrap(), event.map(known), "{id}");
    }
}

/// What happens to a message.
#[derive(Debug, Clone, Copy)]
enum Fortune {
    Committed,
    AbortedFirst,
    CrashBefore,
}

fn fortune() -> impl Strategy<Value = Fortune> {
    prop_oneof![4 => Just(Fortune::Committed), 1 => Just(Fortune::AbortedFirst), 1 => Just(Fortune::CrashBefore)]
}

const BODIES: [&str; 4] = [
    "The harbour opened on Monday. A crane fell on Friday.",
    "The harbour opened on Monday. Nobody was hurt on Sunday.",
    "A crane fell on Friday.",
    "Nothing is told.",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Each article has revisions 1 to 6, each of which is usable, killed or held. They come in any order, more than once,
    /// with aborts and crashes between.
    #[test]
    fn at_the_end_a_reader_sees_what_the_last_revisions_alone_would_give(
        kinds in prop::collection::vec((0..BODIES.len(), 0..4u8), 18),
        history in prop::collection::vec((0..3usize, 1..=6u32, fortune()), 1..30),
    ) {
        let of = |article: usize, version: u32| {
            let (body, kind) = kinds[article * 6 + version as usize - 1];
            let more = match kind { 0 => KILLED, 1 => HELD, _ => "" };
            (message(&format!("article-{article}"), version, BODIES[body], more), kind)
        };
        let mut desk = Desk::new();
        let mut last: BTreeMap<usize, u32> = BTreeMap::new();
        for (article, version, fortune) in history {
            let (message, _) = of(article, version);
            match fortune {
                Fortune::Committed => {}
                Fortune::AbortedFirst => desk.abort(&message),
                Fortune::CrashBefore => desk.crash(),
            }
            desk.take(&message);
            let newest = last.entry(article).or_default();
            *newest = (*newest).max(version);
        }
        desk.release();
        let mut expected = BTreeMap::new();
        for (article, version) in last {
            let (message, kind) = of(article, version);
            let Ok(processed) =
                pipeline::process(message.as_bytes(), &pipeline::Settings::default()) else { panic!("an article") };
            let events = processed.into_iter().flat_map(|it| it.events).filter(|_| kind != 0);
            let ids: Vec<String> = events.map(|event| {
                let value = serde_json::to_vec(&event).unwrap();
                expected.insert(event.id.clone(), serde_json::from_slice(&value).unwrap());
                event.id
            }).collect();
            let told = &desk.articles[&format!("article-{article}")];
            prop_assert_eq!(&told["events"], &serde_json::to_value(ids).unwrap());
            prop_assert_eq!(&told["standing"]["revision"], &version.to_string());
            prop_assert!(told.get("held").is_none());
        }
        prop_assert_eq!(desk.events, expected);
    }
}
