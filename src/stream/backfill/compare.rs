//! Compares the events that a replay extracts with those that the output topics hold: what publishing them would change.
//!
//! The events of an article are those of its last record. They are kept as digests, 16 bytes an event, so that a topic of
//! millions fits into memory. Must not know how records are made.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use rdkafka::Message;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::plan::Planner;
use crate::config::Topics;
use crate::stream::Error;
use crate::stream::consumer::Hooks;
use crate::stream::disposition::{ArticleOutput, Disposition, Effect, Outcome};
use crate::stream::passed::event_id;
use crate::stream::schemas::Schemas;
use crate::stream::topic_partition::TopicPartition;

/// How long the brokers may take to send more.
const POLL_TIMEOUT: Duration = Duration::from_secs(15);
/// The most ids that are listed of each kind.
const MAX_LISTED: usize = 1000;

/// How the events differ, over the articles that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Differences {
    /// Events that are published with the same value.
    pub same: u64,
    /// Events that are not published.
    pub new: u64,
    /// Events that are published and were not extracted.
    pub gone: u64,
    /// Events that are published with another value.
    pub changed: u64,
    /// Their ids by kind, the first ones of each, by article.
    pub ids: BTreeMap<&'static str, Vec<String>>,
}

/// A hash of an event record, without what wrote it.
type Digest = [u8; 16];

/// The events that the topics hold, and those that were extracted.
#[derive(Debug, Default)]
pub struct Comparison {
    /// The published events, by id.
    published: HashMap<String, Digest>,
    /// The ids of the published events of each article.
    published_ids: HashMap<String, Vec<String>>,
    /// The extracted events of each article.
    extracted: BTreeMap<String, Vec<(String, Digest)>>,
}

/// The part of a record on `timeline.articles` that is compared.
#[derive(Deserialize)]
struct PublishedArticle {
    events: Vec<String>,
}

impl Comparison {
    /// Reads what the output topics hold now.
    ///
    /// # Errors
    /// If the brokers do not answer.
    pub fn read(client: &BaseConsumer<Hooks>, topics: &Topics, schemas: &Schemas) -> Result<Self, Error> {
        let mut comparison = Self::default();
        for topic in [&topics.events, &topics.articles] {
            let planner = Planner { client, topics: std::slice::from_ref(topic) };
            let mut unfinished = BTreeMap::new();
            for partition in planner.partitions()? {
                let (low, high) = planner.watermarks(partition)?;
                if low < high {
                    unfinished.insert(partition, (low, high));
                }
            }
            planner.assign(unfinished.iter().map(|(number, (low, _))| (*number, *low))).map_err(Error::consumer)?;
            while !unfinished.is_empty() {
                match client.poll(POLL_TIMEOUT) {
                    Some(Ok(message)) => {
                        comparison.add_published(&message, topics, schemas);
                        let partition = TopicPartition::of(&message);
                        let end = unfinished.get(&partition).map_or(0, |(_, high)| *high);
                        if message.offset() + 1 >= end {
                            unfinished.remove(&partition);
                        }
                    }
                    Some(Err(KafkaError::PartitionEOF(number))) => {
                        unfinished.remove(&TopicPartition::new(topic, number));
                    }
                    Some(Err(error)) => return Err(Error::consumer(error)),
                    None => return Err(Error::interrupted("the brokers do not send the records of the output topics")),
                }
            }
        }
        client.unassign().map_err(Error::consumer)?;
        Ok(comparison)
    }

    /// Adds a record of an output topic; a later record of a key replaces an earlier one.
    fn add_published(&mut self, message: &impl Message, topics: &Topics, schemas: &Schemas) {
        let Some(key) = message.key().and_then(|key| std::str::from_utf8(key).ok()) else { return };
        if message.topic() == topics.events {
            let id = event_id(key);
            match message.payload() {
                Some(value) => {
                    // What cannot be read is as it is: it differs from whatever is extracted.
                    let json = schemas.event_as_json(value).unwrap_or(value.into());
                    self.published.insert(id.to_owned(), digest(&json));
                }
                None => drop(self.published.remove(id)),
            }
            return;
        }
        let article = message.payload().and_then(|value| serde_json::from_slice::<PublishedArticle>(value).ok());
        if let Some(article) = article {
            self.published_ids.insert(key.to_owned(), article.events);
        }
    }

    /// Adds what was extracted from a message. A later revision of an article replaces an earlier one, and a tombstone that
    /// withdraws the article leaves nothing of it.
    pub fn add_extracted(&mut self, disposition: &Disposition) {
        if let Outcome::Tombstone(tombstone) = &disposition.outcome {
            let is_known = |id: &&String| self.published_ids.contains_key(*id) || self.extracted.contains_key(*id);
            if let Some(id) = tombstone.ids.iter().filter(|_| tombstone.withdraws).find(is_known) {
                self.extracted.insert(id.clone(), Vec::new());
            }
        }
        let revises = |output: &&ArticleOutput| matches!(output.effect, Effect::Revision | Effect::Deletion);
        for output in disposition.articles().iter().filter(revises) {
            let events = output.article.events.iter().zip(&output.events);
            let events = events.filter_map(|(id, record)| Some((id.clone(), digest(record.value.as_deref()?))));
            self.extracted.insert(self.known_id(output).clone(), events.collect());
        }
    }

    /// Returns the id by which the article of an output is known. A withdrawal may name it by another than its message did.
    fn known_id<'o>(&self, output: &'o ArticleOutput) -> &'o String {
        let own = &output.article.id;
        let has_events = |id: &&String| match self.extracted.get(*id) {
            Some(events) => !events.is_empty(),
            None => self.published_ids.get(*id).is_some_and(|events| !events.is_empty()),
        };
        std::iter::once(own).chain(&output.other_ids).find(has_events).unwrap_or(own)
    }

    /// Returns the differences.
    pub fn differences(&self) -> Differences {
        let mut differences = Differences::default();
        for (article, events) in &self.extracted {
            for (id, digest) in events {
                match self.published.get(id) {
                    Some(published) if published == digest => differences.same += 1,
                    Some(_) => differences.add("changed", id),
                    None => differences.add("new", id),
                }
            }
            let ids: HashSet<&str> = events.iter().map(|(id, _)| id.as_str()).collect();
            let published = self.published_ids.get(article).into_iter().flatten();
            let gone = published.filter(|id| self.published.contains_key(*id) && !ids.contains(id.as_str()));
            gone.for_each(|id| differences.add("gone", id));
        }
        differences
    }
}

impl Differences {
    fn add(&mut self, kind: &'static str, id: &str) {
        *match kind {
            "new" => &mut self.new,
            "gone" => &mut self.gone,
            _ => &mut self.changed,
        } += 1;
        let ids = self.ids.entry(kind).or_default();
        if ids.len() < MAX_LISTED {
            ids.push(id.to_owned());
        }
    }
}

/// Hashes a record without its `extractor`: that another version of the program wrote the same event is no difference.
fn digest(value: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    match serde_json::from_slice::<BTreeMap<&str, &RawValue>>(value) {
        Ok(fields) => {
            for (name, field) in fields.iter().filter(|(name, _)| **name != "extractor") {
                hasher.update(name);
                hasher.update(field.get());
            }
        }
        Err(_) => hasher.update(value),
    }
    let digest = hasher.finalize();
    std::array::from_fn(|at| digest[at])
}

#[cfg(test)]
mod tests {
    use rdkafka::Timestamp;
    use rdkafka::message::OwnedMessage;

    use super::*;
    use crate::config::{Configuration, TombstonePolicy};
    use crate::pipeline::Settings;
    use crate::stream::batch::Origin;
    use crate::stream::disposition::Tombstone;
    use crate::stream::output::{OutputRecord, OutputSettings};
    use crate::stream::passed::Passed;
    use crate::stream::process::process;

    #[test]
    fn the_same_event_of_another_version_is_the_same() {
        let of = |extractor: &str, status: &str| {
            digest(format!(r#"{{"id":"a","statement":{{"status":"{status}"}},"extractor":"{extractor}"}}"#).as_bytes())
        };
        assert_eq!(of("dateline 0.1.0, en 3", "planned"), of("dateline 0.2.0, en 3 statements", "planned"));
        assert_ne!(of("dateline 0.2.0", "planned"), of("dateline 0.2.0", "happened"));
    }

    #[test]
    fn each_article_of_a_message_is_compared_with_its_own_events() {
        let topics = Topics::new(&Configuration::load(None, [], []).unwrap().settings().unwrap().kafka);
        let feed = br#"<feed><entry><id>a</id><updated>2026-03-12T09:00:00Z</updated>
            <content>It opened on Monday. It closed on Tuesday.</content></entry>
            <entry><id>b</id><updated>2026-03-12T09:00:00Z</updated><content>A crane fell on Sunday.</content></entry>
            <entry><id>c</id><type>picture</type></entry></feed>"#;
        let message = OwnedMessage::new(Some(feed.to_vec()), None, "in".into(), Timestamp::NotAvailable, 0, 0, None);
        let output = OutputSettings { topics, tombstones: TombstonePolicy::Withdraw, ..OutputSettings::sample() };
        let processed = process(&message, None, &Settings::default());
        let disposition = Disposition::new(&message, processed, &output, chrono::DateTime::UNIX_EPOCH);
        let [a, b, _] = disposition.articles() else { panic!("three items") };
        let [opened, closed] = &a.events[..] else { panic!("two events") };
        let key = |record: &OutputRecord| String::from_utf8(record.key.clone().unwrap()).unwrap();
        let mut comparison = Comparison::default();
        comparison.published.insert(key(opened), digest(opened.value.as_deref().unwrap()));
        for other in [key(closed), "gone".to_owned(), "of another article".to_owned()] {
            comparison.published.insert(other, digest(b"other"));
        }
        comparison.published_ids.insert("a".to_owned(), vec![key(opened), key(closed), "gone".to_owned()]);
        comparison.published_ids.insert("c".to_owned(), vec!["of another article".to_owned()]);
        comparison.add_extracted(&disposition);
        let found = comparison.differences();
        assert_eq!((found.same, found.new, found.gone, found.changed), (1, b.events.len() as u64, 1, 1), "{found:?}");
    }

    #[test]
    fn a_tombstone_that_withdraws_an_article_leaves_none_of_its_events() {
        let mut comparison = Comparison::default();
        comparison.published.insert("event".to_owned(), digest(b"value"));
        comparison.published_ids.insert("a".to_owned(), vec!["event".to_owned()]);
        let add = |comparison: &mut Comparison, key: &str, tombstones| {
            let key = Some(key.as_bytes().to_vec());
            let message = OwnedMessage::new(None, key, "in".into(), Timestamp::NotAvailable, 0, 0, None);
            let outcome = Outcome::Tombstone(Tombstone::new(&message, tombstones, Passed::default()));
            let partition = TopicPartition::of(&message);
            comparison.add_extracted(&Disposition { partition, offset: 0, bytes: 1, origin: Origin::Log, outcome });
            comparison.differences().gone
        };
        assert_eq!(add(&mut comparison, "a", TombstonePolicy::Skip), 0);
        assert_eq!(add(&mut comparison, "b", TombstonePolicy::Withdraw), 0);
        assert_eq!(add(&mut comparison, "a", TombstonePolicy::Withdraw), 1);
    }
}
