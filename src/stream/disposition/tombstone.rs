//! A message without a value: it deletes what has its key. Its article is looked up by [`state`](crate::stream::state).

use rdkafka::Message;
use rdkafka::message::OwnedMessage;
use serde_json::Value;

use super::article::json;
use super::{ArticleOutput, Effect};
use crate::config::TombstonePolicy;
use crate::record::{ArticleRecord, ArticleStatus, SourceFields, Warning};
use crate::stream::output::{OutputRecord, OutputSettings};
use crate::stream::passed::Passed;
use crate::stream::topic_partition::TopicPartition;

/// The code of the warning that says why an article was withdrawn or skipped.
const CODE: &str = "tombstone";

/// The longest value that can stand for none, in bytes.
const NULL: usize = 100;

/// Whether a message has no value, or one that Kafka Connect's JSON converter writes for none.
pub fn is_one(message: &OwnedMessage) -> bool {
    message.payload().is_none_or(is_null)
}

fn is_null(value: &[u8]) -> bool {
    if value.len() > NULL {
        return false;
    }
    match serde_json::from_slice(value) {
        Ok(Value::Null) => true,
        Ok(Value::Object(fields)) => {
            let is_wrapper = fields.len() == 2 && ["schema", "payload"].iter().all(|name| fields.contains_key(*name));
            is_wrapper && fields.values().all(Value::is_null)
        }
        _ => false,
    }
}

/// A message without a value.
#[derive(Debug)]
pub struct Tombstone {
    /// The ids that its key may stand for, best first.
    pub ids: Vec<String>,
    /// Whether it withdraws its article.
    pub withdraws: bool,
    /// The time of its records, in milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// What of the message passes on to its records.
    pub passed: Passed,
}

impl Tombstone {
    /// Reads the key of a message.
    #[must_use]
    pub fn new(message: &OwnedMessage, policy: TombstonePolicy, passed: Passed) -> Self {
        let ids = message.key().map(ids_in).unwrap_or_default().into_iter();
        let ids = ids.map(|id| format!("{}{id}", passed.prefix)).collect();
        let withdraws = policy == TombstonePolicy::Withdraw;
        Self { ids, withdraws, timestamp: message.timestamp().to_millis(), passed }
    }

    /// Returns the output of the article that it deletes; `source` is the partition and the offset of the message.
    #[must_use]
    pub fn output(
        &self,
        id: String,
        revision: String,
        source: (TopicPartition, i64),
        output: &OutputSettings,
    ) -> ArticleOutput {
        let (partition, offset) = source;
        let (status, effect, message) = if self.withdraws {
            let message = "a message without a value deleted the article, whose id is its key";
            (ArticleStatus::Withdrawn, Effect::Deletion, message)
        } else {
            let message = "a message without a value, whose key is the id of the article, was skipped; with \
                           `input.tombstones = \"withdraw\"` it withdraws the article";
            (ArticleStatus::Skipped, Effect::None, message)
        };
        let record =
            OutputRecord::new(&output.topics.articles, &id, None, &[json()], self.timestamp).with(&self.passed);
        let article = ArticleRecord {
            id,
            revision,
            status,
            events: Vec::new(),
            warnings: vec![Warning { code: CODE, message: message.to_owned() }],
            source: SourceFields { topic: partition.topic.to_owned(), partition: partition.number, offset },
            standing: None,
            held: None,
            event_partitions: Some(output.event_partitions),
        };
        let (other_ids, events, tombstones) = (Vec::new(), Vec::new(), Vec::new());
        let passed = self.passed.clone();
        ArticleOutput { article, other_ids, effect, events, tombstones, record, passed }
    }
}

/// Returns the ids that a key may stand for: its text, or the id in its JSON, as Kafka Connect and Debezium write keys.
fn ids_in(key: &[u8]) -> Vec<String> {
    let Ok(text) = std::str::from_utf8(key) else { return Vec::new() };
    let text = text.trim();
    let in_json = serde_json::from_str(text).ok().and_then(|key: Value| id_in(&key));
    let ids = std::iter::once(text.to_owned()).chain(in_json.filter(|id| id != text));
    ids.filter(|id| !id.is_empty()).collect()
}

/// Returns the id in a key: itself, its `payload`, its `id` or `_id`, or its only field.
fn id_in(key: &Value) -> Option<String> {
    match key {
        Value::String(id) => Some(id.trim().to_owned()),
        Value::Number(id) => Some(id.to_string()),
        Value::Object(fields) => {
            let named = ["payload", "id", "_id"].iter().find_map(|name| fields.get(*name));
            id_in(named.or_else(|| fields.values().next().filter(|_| fields.len() == 1))?)
        }
        Value::Null | Value::Bool(_) | Value::Array(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nulls_of_kafka_connect_are_none() {
        for value in ["null", " null\n", r#"{"schema": null, "payload": null}"#] {
            assert!(is_null(value.as_bytes()), "{value}");
        }
        for value in ["", "{}", "\"null\"", r#"{"schema": null, "payload": {}}"#, r#"{"id": null, "body": null}"#] {
            assert!(!is_null(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn a_key_is_an_id_or_holds_one() {
        for (key, ids) in [
            ("wire-7", &["wire-7"][..]),
            (" wire-7\n", &["wire-7"]),
            ("7", &["7"]),
            (r#""wire-7""#, &[r#""wire-7""#, "wire-7"]),
            (r#"{"id":7}"#, &[r#"{"id":7}"#, "7"]),
            (r#"{"article_id":"wire-7"}"#, &[r#"{"article_id":"wire-7"}"#, "wire-7"]),
            (r#"{"schema":{},"payload":{"_id":"7"}}"#, &[r#"{"schema":{},"payload":{"_id":"7"}}"#, "7"]),
            (r#"{"a":1,"b":2}"#, &[r#"{"a":1,"b":2}"#]),
            ("null", &["null"]),
            (" ", &[]),
        ] {
            assert_eq!(ids_in(key.as_bytes()), ids, "{key}");
        }
        assert!(ids_in(b"\xff").is_empty());
    }
}
