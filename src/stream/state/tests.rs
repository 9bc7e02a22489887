//! Histories of articles, and what a reader of the compacted topics sees in the end.

mod again;

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use rdkafka::Timestamp;
use rdkafka::message::OwnedMessage;

use super::revisions::ArticleState;
use super::store::{Restorer, StateStore, key};
use crate::config::TombstonePolicy;
use crate::pipeline;
use crate::stream::disposition::{Disposition, Outcome};
use crate::stream::output::OutputSettings;
use crate::stream::process::process;
use crate::stream::topic_partition::TopicPartition;

const DAY: i64 = 86_400_000;
const WINDOW: Duration = Duration::from_secs(30 * 86_400);
/// A time before the end of all embargoes here, and one after it.
const DURING_EMBARGO: &str = "2026-04-01T00:00:00Z";
const AFTER_EMBARGO: &str = "2026-05-01T00:00:00Z";

/// One partition, with what a reader of the compacted topics sees.
struct Wire {
    store: StateStore,
    /// The topic and the partition that messages come through.
    topic: &'static str,
    partition: i32,
    next_offset: i64,
    /// What is done with tombstones of the input.
    tombstones: TombstonePolicy,
    /// The keys and values of messages.
    input: BTreeMap<i64, (&'static str, Option<String>)>,
    /// The values on the topic of events, by id.
    events: BTreeMap<String, serde_json::Value>,
    /// The values on the topic of articles, by id.
    articles: BTreeMap<String, serde_json::Value>,
    /// All records of the topic of articles, of which nothing was compacted away.
    changelog: Vec<(String, serde_json::Value)>,
}

fn first() -> TopicPartition {
    TopicPartition::new("in", 0)
}

impl Wire {
    fn new() -> Self {
        let store = Restorer::new(WINDOW).unwrap().finish().unwrap();
        let (input, events, articles) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let tombstones = TombstonePolicy::Withdraw;
        Self {
            store,
            topic: "in",
            partition: 0,
            next_offset: 0,
            tombstones,
            input,
            events,
            articles,
            changelog: Vec::new(),
        }
    }

    /// Processes and commits a message. Returns its status.
    fn process(&mut self, message: &str) -> String {
        self.process_at(message, 0)
    }

    fn process_at(&mut self, message: &str, timestamp: i64) -> String {
        let offset = self.receive("", Some(message));
        self.publish(offset, timestamp, DURING_EMBARGO)
    }

    /// Processes and commits a tombstone. Returns the status of its article; empty if that is not known.
    fn delete(&mut self, key: &'static str) -> String {
        let offset = self.receive(key, None);
        self.publish(offset, 0, DURING_EMBARGO)
    }

    fn receive(&mut self, key: &'static str, value: Option<&str>) -> i64 {
        self.input.insert(self.next_offset, (key, value.map(str::to_owned)));
        self.next_offset += 1;
        self.next_offset - 1
    }

    fn publish(&mut self, offset: i64, timestamp: i64, now: &str) -> String {
        let disposition = self.reconciled(offset, timestamp, now);
        self.store.commit().unwrap();
        for record in disposition.records() {
            let id = String::from_utf8(record.key.clone().unwrap()).unwrap();
            let value: Option<serde_json::Value> =
                record.value.as_ref().map(|value| serde_json::from_slice(value).unwrap());
            let is_event = record.topic == "events";
            if !is_event {
                self.changelog.push((id.clone(), value.clone().unwrap()));
            }
            let topic = if is_event { &mut self.events } else { &mut self.articles };
            match value {
                Some(value) => drop(topic.insert(id, value)),
                None => assert!(topic.remove(&id).is_some(), "a tombstone for an event that is not there"),
            }
        }
        disposition.statuses().map(|status| status.name()).collect()
    }

    fn reconciled(&mut self, offset: i64, timestamp: i64, now: &str) -> Disposition {
        let (key, value) = &self.input[&offset];
        let (key, value) = (Some(key.as_bytes().to_vec()), value.as_ref().map(|value| value.as_bytes().to_vec()));
        let message = OwnedMessage::new(
            value,
            key,
            self.topic.into(),
            Timestamp::CreateTime(timestamp),
            self.partition,
            offset,
            None,
        );
        let processed = process(&message, None, &pipeline::Settings::default());
        let output = OutputSettings { tombstones: self.tombstones, ..OutputSettings::sample() };
        let mut disposition = Disposition::new(&message, processed, &output, now.parse().unwrap());
        assert!(!matches!(disposition.outcome, Outcome::Rejected { .. }), "{:?}", disposition.outcome);
        self.store.reconcile(&mut disposition, &output).unwrap();
        disposition
    }

    /// Processes a message in a batch that is aborted.
    fn abort(&mut self, message: &str) {
        let offset = self.receive("", Some(message));
        self.reconciled(offset, 0, DURING_EMBARGO);
        self.store.rollback().unwrap();
    }

    /// Lets another worker take over, which restores its state from the changelog.
    fn crash(&mut self) {
        let mut restorer = Restorer::new(WINDOW).unwrap();
        for (id, record) in &self.changelog {
            let field = |name: &str| record.get(name).cloned().unwrap_or_default();
            let state = ArticleState {
                standing: serde_json::from_value(field("standing")).unwrap(),
                events: serde_json::from_value(field("events")).unwrap(),
                held: serde_json::from_value(field("held")).unwrap(),
                source: Some(first()),
                changelog: Some(0),
                event_partitions: Some(1),
                seen: 0,
            };
            restorer.put(id, &state).unwrap();
        }
        self.store = restorer.finish().unwrap();
    }

    /// Lets all embargoes end.
    fn release(&mut self) {
        for due in self.store.due(first(), AFTER_EMBARGO.parse().unwrap(), 100).unwrap() {
            assert_eq!(self.publish(due.held.offset, 0, AFTER_EMBARGO), "extracted");
        }
    }

    fn warnings(&self, id: &str) -> Vec<&str> {
        self.articles[id]["warnings"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect()
    }

    fn summaries(&self) -> Vec<&str> {
        self.events.values().map(|event| event["statement"]["summary"].as_str().unwrap()).collect()
    }
}

fn message(id: &str, version: u32, body: &str, fields: &str) -> String {
    format!(
        r#"{{"uri": "{id}", "version": "{version}", "versioncreated": "2026-03-1{version}T09:00:00Z",
           "firstcreated": "2026-03-10T09:00:00Z", "headline": "Harbour", "body_text": "{body}"{fields}}}"#
    )
}

const KILLED: &str = r#", "pubstatus": "canceled""#;
const HELD: &str = r#", "embargoed": "2026-04-20T00:00:00Z""#;

#[test]
fn a_correction_retracts_events_that_it_no_longer_has_and_keeps_the_ids_of_the_others() {
    let mut wire = Wire::new();
    wire.process(&message("a", 1, "The harbour opened on Monday. A crane fell on Friday.", ""));
    let before: Vec<String> = wire.events.keys().cloned().collect();
    assert_eq!(
        wire.process(&message("a", 2, "The harbour opened on Monday. Nobody was hurt on Sunday.", "")),
        "extracted"
    );
    assert_eq!(wire.events.keys().filter(|id| before.contains(id)).count(), 1);
    let mut summaries = wire.summaries();
    summaries.sort_unstable();
    assert_eq!(summaries, ["Nobody was hurt", "The harbour opened"]);
}

#[test]
fn an_older_revision_that_comes_late_is_stale_and_changes_nothing() {
    let mut wire = Wire::new();
    wire.process(&message("a", 2, "The harbour opened on Monday.", ""));
    let before = wire.events.clone();
    assert_eq!(wire.process(&message("a", 1, "The harbour closed on Monday.", "")), "stale");
    assert_eq!(wire.events, before);
    let article = &wire.articles["a"];
    assert_eq!((&article["revision"], &article["standing"]["revision"]), (&"1".into(), &"2".into()));
    assert_eq!(article["events"].as_array().unwrap().len(), 1, "those of the revision that stands");
}

#[test]
fn a_kill_retracts_all_events_and_a_newer_revision_brings_the_article_back() {
    let mut wire = Wire::new();
    wire.process(&message("a", 1, "The harbour opened on Monday.", ""));
    assert_eq!(wire.process(&message("a", 2, "KILL: the harbour did not open on Monday.", KILLED)), "withdrawn");
    assert!(wire.events.is_empty());
    assert_eq!(wire.process(&message("a", 1, "The harbour opened on Monday.", "")), "stale");
    assert_eq!(wire.process(&message("a", 2, "The harbour opened on Monday.", "")), "stale", "the same revision again");
    assert_eq!(wire.process(&message("a", 3, "The harbour opened on Tuesday.", "")), "extracted");
    assert_eq!(wire.events.len(), 1);
}

#[test]
fn without_revision_numbers_the_order_of_the_messages_counts() {
    let mut wire = Wire::new();
    let usable = r#"{"id": "a", "published_at": "2026-03-10", "body": "The harbour opened on Monday."}"#;
    let killed = r#"{"id": "a", "published_at": "2026-03-10", "body": "Kill.", "pubstatus": "canceled"}"#;
    assert_eq!([usable, killed, usable].map(|message| wire.process(message)), ["extracted", "withdrawn", "extracted"]);
    assert_eq!(wire.events.len(), 1);
}

#[test]
fn a_held_revision_is_published_when_its_embargo_ends_even_by_another_worker() {
    let mut wire = Wire::new();
    wire.process(&message("a", 1, "The harbour opened on Monday.", ""));
    assert_eq!(wire.process(&message("a", 2, "The harbour closed on Monday.", HELD)), "held");
    assert_eq!(wire.summaries(), ["The harbour opened"]);
    wire.crash();
    wire.release();
    assert_eq!(wire.summaries(), ["The harbour closed"]);
    assert!(wire.store.due(first(), AFTER_EMBARGO.parse().unwrap(), 100).unwrap().is_empty(), "it is published once");
}

#[test]
fn a_newer_revision_replaces_one_that_is_held() {
    for (fields, events) in [("", 1), (KILLED, 0)] {
        let mut wire = Wire::new();
        wire.process(&message("a", 2, "The harbour closed on Monday.", HELD));
        wire.process(&message("a", 3, "The harbour opened on Monday.", fields));
        assert_eq!(wire.store.due(first(), AFTER_EMBARGO.parse().unwrap(), 100).unwrap(), []);
        assert_eq!(wire.events.len(), events);
    }
}

#[test]
fn a_message_that_is_not_a_revision_changes_no_events() {
    let mut wire = Wire::new();
    wire.process(&message("a", 1, "The harbour opened on Monday.", ""));
    assert_eq!(wire.process(&message("a", 2, "A photograph of Monday.", r#", "type": "picture""#)), "skipped");
    assert_eq!(wire.events.len(), 1);
    wire.crash();
    wire.process(&message("a", 3, "Nothing of it holds.", KILLED));
    assert!(wire.events.is_empty());
}

#[test]
fn a_tombstone_withdraws_the_article_whose_id_is_its_key() {
    let mut wire = Wire::new();
    wire.process(&message("a", 2, "The harbour opened on Monday.", ""));
    wire.process(&message("b", 1, "A crane fell on Friday.", ""));
    assert_eq!([wire.delete("c"), wire.delete("")], ["", ""], "no article is known by these keys");
    assert_eq!(wire.events.len(), 2);
    assert_eq!(wire.delete(r#"{"id":"a"}"#), "withdrawn");
    assert_eq!(wire.summaries(), ["A crane fell"]);
    assert_eq!((wire.warnings("a"), &wire.articles["a"]["revision"]), (vec!["tombstone"], &"2".into()));
    wire.crash();
    assert_eq!(wire.delete("a"), "withdrawn", "again, by another worker");
    assert_eq!(wire.process(&message("a", 2, "The harbour opened on Monday.", "")), "stale", "the same revision again");
    assert_eq!(wire.process(&message("a", 3, "The harbour opened on Tuesday.", "")), "extracted");
    assert_eq!(wire.events.len(), 2);
}

#[test]
fn a_tombstone_that_is_skipped_changes_nothing() {
    let mut wire = Wire::new();
    wire.tombstones = TombstonePolicy::Skip;
    wire.process(&message("a", 2, "The harbour opened on Monday.", ""));
    let before = wire.events.clone();
    assert_eq!([wire.delete("a"), wire.delete("b")], ["skipped", ""]);
    assert_eq!((wire.warnings("a"), &wire.events), (vec!["tombstone"], &before));
    wire.crash();
    assert_eq!(wire.process(&message("a", 1, "The harbour closed on Monday.", "")), "stale");
    assert_eq!(wire.articles["a"]["events"].as_array().unwrap().len(), 1);
}

#[test]
fn a_deleted_row_withdraws_whichever_revision_stands_or_is_held() {
    // What a database gives of a deleted row: all of it, or the key alone.
    for row in [r#"{"id": "a", "revision": "3", "body": "Kill."}"#, r#"{"id": "a", "title": null}"#] {
        let deleted = format!(r#"{{"op": "d", "before": {row}, "after": null}}"#);
        let mut wire = Wire::new();
        wire.process(&message("a", 3, "The harbour opened on Monday.", ""));
        wire.process(&message("a", 4, "The harbour closed on Monday.", HELD));
        assert_eq!(wire.process(&deleted), "withdrawn");
        assert_eq!((wire.events.len(), &wire.articles["a"]["standing"]["revision"]), (0, &"4".into()));
        wire.crash();
        wire.release();
        assert_eq!(wire.process(&message("a", 4, "The harbour closed on Monday.", "")), "stale");
        assert!(wire.events.is_empty());
        assert_eq!(wire.process(&message("a", 5, "The harbour opened on Tuesday.", "")), "extracted");
    }
}

/// An article in plain JSON, with or without what orders its revisions.
fn plain(fields: &str) -> String {
    format!(r#"{{"id": "a", "published_at": "2026-03-10", "body": "The harbour opened on Monday."{fields}}}"#)
}

/// What orders revisions: a number, the time of a change, both, or nothing; of a first, and of a later one.
const NUMBERED: [&str; 2] = [r#", "revision": "9""#, r#", "revision": "10""#];
const DATED: [&str; 2] = [r#", "updated_at": "2026-03-10T09:00:00Z""#, r#", "updated_at": "2026-03-12T09:00:00Z""#];

#[test]
fn a_kill_that_names_no_revision_withdraws_whichever_stands() {
    for [first, later] in [NUMBERED, DATED] {
        let mut wire = Wire::new();
        wire.process(&plain(first));
        assert_eq!(wire.process(r#"{"id": "a", "status": "killed"}"#), "withdrawn", "{first}");
        assert!(wire.events.is_empty(), "{first}");
        wire.crash();
        assert_eq!(wire.process(&plain(first)), "stale", "a copy of what was killed: {first}");
        assert_eq!(wire.process(&plain(later)), "extracted", "{later}");
    }
}

#[test]
fn a_kill_and_its_article_may_name_their_revisions_in_different_ways() {
    for (article, kill, later) in [
        (DATED[0], r#", "revision": "2""#, [DATED[1], r#", "revision": "3""#]),
        (NUMBERED[0], r#", "updated_at": "2026-03-11T09:00:00Z""#, [NUMBERED[1], DATED[1]]),
        ("", r#", "revision": "2""#, NUMBERED),
        ("", r#", "updated_at": "2026-03-11T09:00:00Z""#, [DATED[1], DATED[1]]),
    ] {
        for later in later {
            let mut wire = Wire::new();
            wire.process(&plain(article));
            let kill = format!(r#"{{"id": "a", "deleted": true{kill}}}"#);
            assert_eq!(wire.process(&kill), "withdrawn", "{article} {kill}");
            assert!(wire.events.is_empty(), "{article} {kill}");
            wire.crash();
            assert_eq!(wire.process(&plain(article)), "stale", "a copy of what was killed: {article} {kill}");
            assert_eq!(wire.process(&plain(later)), "extracted", "{article} {kill} {later}");
        }
    }
}

#[test]
fn a_kill_finds_its_article_by_any_of_its_ids() {
    let ninjs = r#""uri": "urn:b", "versioncreated": "2026-03-10T09:00:00Z", "body_text": "It opened on Monday.""#;
    let by_url = r#""url": "https://quay.example/b", "published_at": "2026-03-10", "body": "It opened on Monday.""#;
    for (article, kill, id) in [
        (format!(r#"{{"id": "a", {ninjs}}}"#), r#"{"id": "a", "uri": "urn:b", "status": "killed"}"#, "urn:b"),
        (
            format!("{{{by_url}}}"),
            r#"{"id": "a", "url": "https://quay.example/b", "deleted": true}"#,
            "https://quay.example/b",
        ),
    ] {
        let mut wire = Wire::new();
        wire.process(&article);
        assert_eq!(wire.process(kill), "withdrawn");
        assert_eq!((wire.events.len(), wire.warnings(id).len()), (0, 1), "{kill}");
        wire.crash();
        assert_eq!(wire.process(kill), "withdrawn", "again, by another worker");
    }
}

#[test]
fn a_withdrawal_of_an_article_that_is_not_known_warns_and_names_the_window() {
    let mut wire = Wire::new();
    wire.process_at(&message("a", 1, "The harbour opened on Monday.", ""), 0);
    assert_eq!(wire.process_at(&message("never", 2, "Kill.", KILLED), 0), "withdrawn");
    assert_eq!(wire.warnings("never"), ["canceled", "withdrawal-unknown"]);
    let text = wire.articles["never"]["warnings"][1]["message"].as_str().unwrap();
    assert!(text.contains("30 days") && text.contains("`revisions.window`"), "{text}");
    assert_eq!(wire.process_at(&message("never", 3, "Kill.", KILLED), 0), "withdrawn");
    assert_eq!(wire.warnings("never"), ["canceled"], "it is known now");

    wire.process_at(&message("b", 1, "The bridge opened on Monday.", ""), 31 * DAY);
    wire.process_at(&message("a", 2, "Kill.", KILLED), 31 * DAY);
    assert_eq!(wire.warnings("a"), ["canceled", "withdrawal-unknown"], "it has expired");
    wire.process_at(r#"{"id": "c", "body": "Kill.", "__deleted": "true"}"#, 31 * DAY);
    assert_eq!(wire.warnings("c"), ["deleted", "withdrawal-unknown"]);
    wire.process_at(&message("b", 2, "Kill.", KILLED), 31 * DAY);
    assert_eq!(wire.warnings("b"), ["canceled"]);
}

#[test]
fn an_article_expires_after_the_window_by_the_timestamps_of_the_messages() {
    let mut wire = Wire::new();
    wire.process_at(&message("a", 2, "The harbour opened on Monday.", ""), 0);
    wire.process_at(&message("b", 1, "The crane fell on Monday.", HELD), 0);
    wire.process_at(&message("c", 1, "The bridge opened on Monday.", ""), 31 * DAY);
    assert_eq!(wire.store.count().unwrap(), 2, "the held article and the new one");
    assert_eq!(wire.process_at(&message("a", 1, "The harbour closed on Monday.", ""), 31 * DAY), "extracted");
}

#[test]
fn the_last_record_of_each_article_is_restored() {
    let state = |event: u32, seen: i64, changelog: i32| ArticleState {
        events: vec![format!("{event:032x}")],
        seen,
        source: Some(first()),
        changelog: Some(changelog),
        ..ArticleState::default()
    };
    let now = 31 * DAY / 1000;
    let mut restorer = Restorer::new(WINDOW).unwrap();
    for (id, event) in [("b", 1), ("a", 2), ("b", 3), ("c", 4), ("d", 5)] {
        restorer.put(id, &state(event, now, 0)).unwrap();
    }
    restorer.remove("c", 0).unwrap();
    restorer.remove("d", 0).unwrap();
    restorer.put("d", &state(6, now, 0)).unwrap();
    restorer.put("old", &state(7, 0, 0)).unwrap();
    restorer.remove("a", 1).unwrap();
    let other_partition = ArticleState { source: Some(TopicPartition::new("in", 1)), ..state(8, 0, 0) };
    restorer.put("old, and the last one of its partition", &other_partition).unwrap();
    let store = restorer.finish().unwrap();
    for (id, event) in [("a", Some(2)), ("b", Some(3)), ("c", None), ("d", Some(6)), ("old", None)] {
        assert_eq!(store.get(&key(id)).unwrap(), event.map(|event| state(event, now, 0)), "{id}");
    }
    assert_eq!(store.get(&key("old, and the last one of its partition")).unwrap(), Some(other_partition));
}

/// What happens before a message is committed.
#[derive(Debug, Clone, Copy)]
enum Fault {
    None,
    Abort,
    Crash,
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![4 => Just(Fault::None), 1 => Just(Fault::Abort), 1 => Just(Fault::Crash)]
}

const BODIES: [&str; 4] = [
    "The harbour opened on Monday. A crane fell on Friday.",
    "The harbour opened on Monday. Nobody was hurt on Sunday.",
    "A crane fell on Friday.",
    "Nothing is dated.",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Each article has revisions 1 to 6, each of which is usable, killed or held. They come in any order, more than once,
    /// with aborts and crashes between.
    #[test]
    fn in_the_end_a_reader_sees_what_the_newest_revisions_alone_would_give(
        kinds in prop::collection::vec((0..BODIES.len(), 0..4u8), 18),
        history in prop::collection::vec((0..3usize, 1..=6u32, fault()), 1..30),
    ) {
        let revision = |article: usize, version: u32| {
            let (body, kind) = kinds[article * 6 + version as usize - 1];
            let fields = match kind { 0 => KILLED, 1 => HELD, _ => "" };
            (message(&format!("article-{article}"), version, BODIES[body], fields), kind)
        };
        let mut wire = Wire::new();
        let mut newest: BTreeMap<usize, u32> = BTreeMap::new();
        for (article, version, fault) in history {
            let (message, _) = revision(article, version);
            match fault {
                Fault::None => {}
                Fault::Abort => wire.abort(&message),
                Fault::Crash => wire.crash(),
            }
            wire.process(&message);
            let newest = newest.entry(article).or_default();
            *newest = (*newest).max(version);
        }
        wire.release();
        let mut expected = BTreeMap::new();
        for (article, version) in newest {
            let (message, kind) = revision(article, version);
            let Ok(processed) =
                pipeline::process(message.as_bytes(), &pipeline::Settings::default()) else { panic!("an article") };
            let events = processed.into_iter().flat_map(|it| it.events).filter(|_| kind != 0);
            let ids: Vec<String> = events.map(|event| {
                let value = serde_json::to_vec(&event).unwrap();
                expected.insert(event.id.clone(), serde_json::from_slice(&value).unwrap());
                event.id
            }).collect();
            let article = &wire.articles[&format!("article-{article}")];
            prop_assert_eq!(&article["events"], &serde_json::to_value(ids).unwrap());
            prop_assert_eq!(&article["standing"]["revision"], &version.to_string());
            prop_assert!(article.get("held").is_none());
        }
        prop_assert_eq!(wire.events, expected);
    }
}
