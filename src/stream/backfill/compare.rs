//! What a replay would change: the events that it makes against those that the output topics hold.
//!
//! An article's events are those of its last record. They are held as digests, 16 bytes an event, so that a topic of
//! millions fits. Must not know how records are made.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use rdkafka::Message;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::plan::Planner;
use crate::config::Topics;
use crate::stream::Error;
use crate::stream::consumer::Hooks;
use crate::stream::fate::{Bearing, Fate};

/// How long the brokers may take to send more.
const ANSWER: Duration = Duration::from_secs(15);
/// The most ids that are listed of each kind.
const LISTED: usize = 1000;

/// How events differ, over the articles that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Differences {
    /// Events that are there with the same value.
    pub same: u64,
    /// Events that are not there.
    pub new: u64,
    /// Events that are there and would not be made.
    pub gone: u64,
    /// Events that are there with another value.
    pub changed: u64,
    /// Their ids, the first of each kind, by article.
    pub ids: BTreeMap<&'static str, Vec<String>>,
}

type Print = [u8; 16];

/// What the topics hold, and what was made.
#[derive(Debug, Default)]
pub struct Comparison {
    there: HashMap<String, Print>,
    articles_there: HashMap<String, Vec<String>>,
    made: BTreeMap<String, Vec<(String, Print)>>,
}

#[derive(Deserialize)]
struct Told {
    events: Vec<String>,
}

impl Comparison {
    /// What the output topics hold now.
    ///
    /// # Errors
    /// If the brokers do not tell.
    pub fn with(client: &BaseConsumer<Hooks>, topics: &Topics) -> Result<Self, Error> {
        let mut comparison = Self::default();
        for topic in [&topics.events, &topics.articles] {
            let planner = Planner { client, topic };
            let mut open = BTreeMap::new();
            for partition in planner.partitions()? {
                let (low, high) = planner.watermarks(partition)?;
                if low < high {
                    open.insert(partition, (low, high));
                }
            }
            planner.assign(open.iter().map(|(partition, (low, _))| (*partition, *low))).map_err(Error::consumer)?;
            while !open.is_empty() {
                match client.poll(ANSWER) {
                    Some(Ok(message)) => {
                        comparison.hold(&message, topics);
                        let end = open.get(&message.partition()).map_or(0, |(_, high)| *high);
                        if message.offset() + 1 >= end {
                            open.remove(&message.partition());
                        }
                    }
                    Some(Err(KafkaError::PartitionEOF(partition))) => drop(open.remove(&partition)),
                    Some(Err(error)) => return Err(Error::consumer(error)),
                    None => return Err(Error::unfinished("the brokers do not send what the output topics hold")),
                }
            }
        }
        client.unassign().map_err(Error::consumer)?;
        Ok(comparison)
    }

    /// Takes in a record that an output topic holds; a later one of a key replaces an earlier one.
    pub fn hold(&mut self, message: &impl Message, topics: &Topics) {
        let Some(key) = message.key().and_then(|key| std::str::from_utf8(key).ok()) else { return };
        if message.topic() == topics.events {
            match message.payload() {
                Some(value) => drop(self.there.insert(key.to_owned(), print(value))),
                None => drop(self.there.remove(key)),
            }
        } else if let Some(told) = message.payload().and_then(|value| serde_json::from_slice::<Told>(value).ok()) {
            self.articles_there.insert(key.to_owned(), told.events);
        }
    }

    /// Takes in what was made of a message. A later revision of an article replaces an earlier one.
    pub fn make(&mut self, fate: &Fate) {
        for telling in fate.tellings().iter().filter(|telling| telling.bearing == Bearing::Revision) {
            let made = telling.article.events.iter().zip(&telling.events);
            let made = made.filter_map(|(id, record)| Some((id.clone(), print(record.value.as_deref()?))));
            self.made.insert(telling.article.id.clone(), made.collect());
        }
    }

    /// The differences.
    pub fn differences(&self) -> Differences {
        let mut all = Differences::default();
        for (article, made) in &self.made {
            for (id, print) in made {
                match self.there.get(id) {
                    Some(there) if there == print => all.same += 1,
                    Some(_) => all.note("changed", id),
                    None => all.note("new", id),
                }
            }
            let ids: HashSet<&str> = made.iter().map(|(id, _)| id.as_str()).collect();
            let there = self.articles_there.get(article).into_iter().flatten();
            let gone = there.filter(|id| self.there.contains_key(*id) && !ids.contains(id.as_str()));
            gone.for_each(|id| all.note("gone", id));
        }
        all
    }
}

impl Differences {
    fn note(&mut self, kind: &'static str, id: &str) {
        *match kind {
            "new" => &mut self.new,
            "gone" => &mut self.gone,
            _ => &mut self.changed,
        } += 1;
        let ids = self.ids.entry(kind).or_default();
        if ids.len() < LISTED {
            ids.push(id.to_owned());
        }
    }
}

fn print(value: &[u8]) -> Print {
    let digest = Sha256::digest(value);
    std::array::from_fn(|at| digest[at])
}

#[cfg(test)]
mod tests {
    use rdkafka::Timestamp;
    use rdkafka::message::OwnedMessage;

    use super::*;
    use crate::config::{Configuration, EmbargoPolicy};
    use crate::pipeline::{self, Settings};
    use crate::stream::fate::{Outlet, Record, fate};

    #[test]
    fn each_article_of_a_message_is_held_against_its_own_events() {
        let topics = Topics::new(&Configuration::load(None, [], []).unwrap().settings().unwrap().kafka);
        let feed = br#"<feed><entry><id>a</id><updated>2026-03-12T09:00:00Z</updated>
            <content>It opened on Monday. It closed on Tuesday.</content></entry>
            <entry><id>b</id><updated>2026-03-12T09:00:00Z</updated><content>A crane fell on Sunday.</content></entry>
            <entry><id>c</id><type>picture</type></entry></feed>"#;
        let outcome = pipeline::process(feed, &Settings::default());
        let message = OwnedMessage::new(Some(feed.to_vec()), None, "in".into(), Timestamp::NotAvailable, 0, 0, None);
        let outlet = Outlet { topics: topics.clone(), limit: 1_000_000, partitions: 1, embargo: EmbargoPolicy::Hold };
        let fate = fate(&message, Some(outcome), &outlet, chrono::DateTime::UNIX_EPOCH);
        let [a, b, _] = fate.tellings() else { panic!("three items") };
        let [opened, closed] = &a.events[..] else { panic!("two events") };
        let key = |record: &Record| String::from_utf8(record.key.clone().unwrap()).unwrap();
        let mut comparison = Comparison::default();
        comparison.there.insert(key(opened), print(opened.value.as_deref().unwrap()));
        for other in [key(closed), "gone".to_owned(), "of another article".to_owned()] {
            comparison.there.insert(other, print(b"other"));
        }
        comparison.articles_there.insert("a".to_owned(), vec![key(opened), key(closed), "gone".to_owned()]);
        comparison.articles_there.insert("c".to_owned(), vec!["of another article".to_owned()]);
        comparison.make(&fate);
        let found = comparison.differences();
        assert_eq!((found.same, found.new, found.gone, found.changed), (1, b.events.len() as u64, 1, 1), "{found:?}");
    }
}
