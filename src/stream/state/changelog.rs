//! The records of the changelog, `timeline.articles`: what the state of an article is read from.
//!
//! Must not know the store.

use rdkafka::Message;
use serde::Deserialize;

use super::revisions::ArticleState;
use crate::config::Topics;
use crate::record::{ArticleStatus, HeldFields, StandingFields};
use crate::stream::topic_partition::TopicPartition;

/// What a record of the changelog says.
pub enum Change {
    /// The state of an article.
    Put(String, Box<ArticleState>),
    /// The article with this id is forgotten.
    Remove(String),
}

/// Reads a record; `None` if dateline did not write it. Offsets of topics that are not read count as not known.
pub fn read(message: &impl Message, topics: &Topics) -> Option<Change> {
    let Some(value) = message.payload() else {
        return Some(Change::Remove(std::str::from_utf8(message.key()?).ok()?.to_owned()));
    };
    let Record { id, revision, status, events, source, standing, held, event_partitions } =
        serde_json::from_slice(value).ok()?;
    if standing.is_none() && held.is_none() {
        // Nothing is known of it any more: its embargo is over, and the input no longer has it.
        return Some(Change::Remove(id));
    }
    let standing = standing.map(|it| {
        // Version 0.1 recorded only where the message of the record stands.
        let is_own = it.revision == revision && matches!(status, ArticleStatus::Extracted | ArticleStatus::Withdrawn);
        let topic = it.topic.unwrap_or_else(|| source.topic.clone());
        let (partition, offset) = match (it.partition, it.offset) {
            _ if !topics.is_input(&topic) => (None, None),
            (None, _) if is_own => (Some(source.partition), Some(source.offset)),
            recorded => recorded,
        };
        StandingFields { topic: Some(topic), partition, offset, ..it }
    });
    let held = held.map(|it| {
        let topic = it.topic.unwrap_or_else(|| source.topic.clone());
        let partition = it.partition.or(Some(source.partition)).filter(|_| topics.is_input(&topic));
        HeldFields { topic: Some(topic), partition, ..it }
    });
    let seen = message.timestamp().to_millis().unwrap_or(0).div_euclid(1000);
    let is_ours = topics.is_input(&source.topic);
    let source = is_ours.then(|| TopicPartition::new(&source.topic, source.partition));
    let changelog = Some(message.partition());
    Some(Change::Put(id, Box::new(ArticleState { standing, events, held, seen, source, changelog, event_partitions })))
}

/// The part of a record that is read.
#[derive(Deserialize)]
struct Record {
    id: String,
    revision: String,
    status: ArticleStatus,
    events: Vec<String>,
    source: Source,
    #[serde(default)]
    standing: Option<StandingFields>,
    #[serde(default)]
    held: Option<HeldFields>,
    #[serde(default)]
    event_partitions: Option<i32>,
}

#[derive(Deserialize)]
struct Source {
    topic: String,
    partition: i32,
    offset: i64,
}
