//! Articles that are corrected and withdrawn, and what a reader of the compacted topics should see of them.

use std::collections::BTreeMap;

use dateline::pipeline;
use rdkafka::Message;
use serde_json::{Value, json};

use super::wire::{Outgoing, PARTITIONS, Wire};

/// A revision of article `n`, on the partition of all of its revisions.
pub fn revision(n: usize, version: u32, body: &str, fields: Value) -> Outgoing {
    let mut message = json!({
        "uri": format!("article-{n}"),
        "version": version.to_string(),
        "firstcreated": "2026-03-10T09:00:00Z",
        "headline": "Harbour",
        "body_text": body,
    });
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
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

/// Random revisions of a few articles, in any order and more than once.
pub fn history(rng: &mut fastrand::Rng, articles: usize, length: usize) -> Vec<(usize, u32)> {
    (0..length).map(|_| (rng.usize(..articles), rng.u32(1..=5))).collect()
}

/// The message of one of them: of each article some revisions are withdrawals.
pub fn message(article: usize, version: u32) -> Outgoing {
    let kind = (article * 7 + version as usize * 3) % 5;
    let fields = if kind == 0 { json!({"pubstatus": "canceled"}) } else { json!({}) };
    revision(article, version, BODIES[kind % BODIES.len()], fields)
}

/// Notes which revision of each article is the newest.
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
        let message = message(*article, *version).value.unwrap();
        let Ok(processed) = pipeline::process(&message, &pipeline::Settings::default()) else { panic!("an article") };
        for event in processed.into_iter().flat_map(|it| it.events) {
            let value = serde_json::to_vec(&event).unwrap();
            expected.insert(event.id, serde_json::from_slice(&value).unwrap());
        }
    }
    expected
}
