//! Articles that are corrected and killed, and what a reader of the compacted topics should see of them.

use std::collections::BTreeMap;

use dateline::pipeline;
use rdkafka::Message;
use serde_json::{Value, json};

use super::wire::{Outgoing, PARTITIONS, Wire};

/// A revision of article `n` on the partition that all of its revisions have.
pub fn revision(n: usize, version: u32, body: &str, more: Value) -> Outgoing {
    let mut message = json!({
        "uri": format!("article-{n}"),
        "version": version.to_string(),
        "firstcreated": "2026-03-10T09:00:00Z",
        "headline": "Harbour",
        "body_text": body,
    });
    let (fields, more) = (message.as_object_mut().unwrap(), more.as_object().unwrap().clone());
    fields.extend(more);
    let (key, value) = (Some(format!("article-{n}").into_bytes()), Some(serde_json::to_vec(&message).unwrap()));
    Outgoing { partition: n as i32 % PARTITIONS, key, value, headers: None }
}

/// What a reader of the compacted topics sees: the last value of each key.
#[derive(Debug, PartialEq)]
pub struct Timeline {
    pub events: BTreeMap<String, Value>,
    pub articles: BTreeMap<String, Value>,
}

impl Wire {
    pub fn timeline(&self) -> Timeline {
        let last = |topic: &str| {
            let mut last = BTreeMap::new();
            for message in self.read(topic, "read_committed") {
                let key = String::from_utf8(message.key().unwrap().to_vec()).unwrap();
                match message.payload() {
                    Some(value) => drop(last.insert(key, serde_json::from_slice(value).unwrap())),
                    None => drop(last.remove(&key)),
                }
            }
            last
        };
        Timeline { events: last(&self.topics.events), articles: last(&self.topics.articles) }
    }
}

const BODIES: [&str; 3] = [
    "The harbour opened on Monday. A crane fell on Friday.",
    "The harbour opened on Monday. Nobody was hurt on Sunday.",
    "A crane fell on Friday.",
];

/// Random revisions of a few articles, some of them kills, in any order and more than once.
pub fn history(chance: &mut fastrand::Rng, articles: usize, length: usize) -> Vec<(usize, u32)> {
    (0..length).map(|_| (chance.usize(..articles), chance.u32(1..=5))).collect()
}

/// One of them: of each article some revisions are kills.
pub fn told(article: usize, version: u32) -> Outgoing {
    let kind = (article * 7 + version as usize * 3) % 5;
    let more = if kind == 0 { json!({"pubstatus": "canceled"}) } else { json!({}) };
    revision(article, version, BODIES[kind % BODIES.len()], more)
}

/// Takes in which revision of each article is the newest.
pub fn newest_of(history: &[(usize, u32)], newest: &mut BTreeMap<usize, u32>) {
    for (article, version) in history {
        let top = newest.entry(*article).or_default();
        *top = (*top).max(*version);
    }
}

/// The events that the newest revisions alone would give.
pub fn expected(newest: &BTreeMap<usize, u32>) -> BTreeMap<String, Value> {
    let mut expected = BTreeMap::new();
    for (article, version) in newest {
        let message = told(*article, *version).value.unwrap();
        let Ok(processed) = pipeline::process(&message, &pipeline::Settings::default()) else { panic!("an article") };
        for event in processed.into_iter().flat_map(|it| it.events) {
            let value = serde_json::to_vec(&event).unwrap();
            expected.insert(event.id, serde_json::from_slice(&value).unwrap());
        }
    }
    expected
}
