//! What comes out of a wire, and what should.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use dateline::pipeline::{self, Outcome};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{Headers, OwnedMessage};
use rdkafka::{Message, Offset, TopicPartitionList};

use super::wire::{PATIENCE, Wire};

/// Counts fates as they are committed.
pub struct Follower {
    reader: BaseConsumer,
    pub seen: usize,
}

impl Follower {
    /// Waits until so many messages have their fate, however long that takes as long as it goes on.
    pub fn until(&mut self, count: usize) {
        let mut last = Instant::now();
        while self.seen < count {
            assert!(last.elapsed() < PATIENCE, "{} of {count} messages have a fate", self.seen);
            match self.reader.poll(Duration::from_millis(200)) {
                Some(Ok(_)) => {
                    self.seen += 1;
                    last = Instant::now();
                }
                Some(Err(KafkaError::PartitionEOF(_))) | None => {}
                // A broker that is away comes back.
                Some(Err(error)) => eprintln!("following the fates: {error}"),
            }
        }
    }
}

impl Wire {
    /// Waits until so many messages have their fate for a reader that reads committed records.
    pub fn await_fates(&self, count: usize) {
        self.follow().until(count);
    }

    /// Follows the fates from the first.
    pub fn follow(&self) -> Follower {
        let reader = self.reader("read_committed");
        reader.assign(&all_of(&reader, &[self.topics.articles.as_str(), &self.topics.rejected])).unwrap();
        Follower { reader, seen: 0 }
    }

    /// All that a topic holds now, by partition and offset; `isolation` is `read_committed` or `read_uncommitted`.
    pub fn read(&self, topic: &str, isolation: &str) -> Vec<OwnedMessage> {
        self.settle(topic);
        let reader = self.reader(isolation);
        let all = all_of(&reader, &[topic]);
        reader.assign(&all).unwrap();
        let mut messages = Vec::new();
        // The end of a partition is told again when it has moved.
        let mut open: BTreeSet<i32> = all.elements().iter().map(|it| it.partition()).collect();
        while !open.is_empty() {
            match reader.poll(PATIENCE).expect("an end of each partition") {
                Ok(message) => messages.push(message.detach()),
                Err(KafkaError::PartitionEOF(partition)) => drop(open.remove(&partition)),
                Err(error) => panic!("{error}"),
            }
        }
        messages.sort_by_key(|message| (message.partition(), message.offset()));
        messages
    }

    /// Waits until every transaction on a topic has its marker: the brokers write them after the commit was answered.
    pub fn settle(&self, topic: &str) {
        let start = Instant::now();
        while self.is_open(topic) {
            assert!(start.elapsed() < PATIENCE, "a transaction on {topic} stays open");
        }
    }

    /// Whether there is a transaction on a topic that was neither committed nor aborted.
    pub fn is_open(&self, topic: &str) -> bool {
        self.ends(topic, "read_committed") != self.ends(topic, "read_uncommitted")
    }

    /// Where each partition of a topic ends for such a reader.
    pub fn ends(&self, topic: &str, isolation: &str) -> Vec<i64> {
        let reader = self.reader(isolation);
        let end = |partition| reader.fetch_watermarks(topic, partition, PATIENCE).unwrap().1;
        (0..partitions(&reader, topic)).map(end).collect()
    }

    pub fn reader(&self, isolation: &str) -> BaseConsumer {
        let mut config = self.client();
        config.set("group.id", "unused").set("enable.auto.commit", "false").set("enable.partition.eof", "true");
        config.set("isolation.level", isolation).set("auto.offset.reset", "earliest");
        // The broker answers at once that there is no more.
        config.set("fetch.wait.max.ms", "5");
        config.create().unwrap()
    }

    /// The group's committed offset in each partition of the input; 0 where there is none.
    pub fn committed(&self) -> Vec<i64> {
        let client: BaseConsumer = self.client().set("group.id", &self.settings.kafka.group).create().unwrap();
        let mut asked = TopicPartitionList::new();
        asked.add_partition_range(&self.topics.input, 0, partitions(&client, &self.topics.input) - 1);
        let answer = client.committed_offsets(asked, PATIENCE).unwrap();
        answer.elements().iter().map(|it| it.offset().to_raw().filter(|offset| *offset >= 0).unwrap_or(0)).collect()
    }

    /// What `pipeline::process` gives for the articles on the input topic: events as key and value in the order of
    /// each partition, and the fates of all messages as `(partition, offset)`.
    pub fn expected(&self) -> Expected {
        let mut expected = Expected::default();
        for message in self.read(&self.topics.input, "read_committed") {
            let place = (message.partition(), message.offset());
            match pipeline::process(message.payload().unwrap_or_default(), &self.settings.extract) {
                Outcome::Article(article) => {
                    for event in &article.events {
                        expected.events.push((event.id.clone(), serde_json::to_string(event).unwrap()));
                    }
                    expected.articles.insert(place, article.id);
                }
                Outcome::Rejected(error) => drop(expected.rejected.insert(place, error.code().to_owned())),
            }
        }
        expected.events.sort();
        expected
    }

    /// What the output topics hold for such a reader, in the shape of [`Wire::expected`].
    pub fn found(&self, isolation: &str) -> Expected {
        let mut found = Expected::default();
        for message in self.read(&self.topics.events, isolation) {
            found.events.push((text(message.key()), text(message.payload())));
        }
        found.events.sort();
        for message in self.read(&self.topics.articles, isolation) {
            let value: serde_json::Value = serde_json::from_slice(message.payload().unwrap()).unwrap();
            let number = |name: &str| value["source"][name].as_i64().unwrap();
            let place = (number("partition") as i32, number("offset"));
            let twice = found.articles.insert(place, text(message.key()));
            assert_eq!(twice, None, "two fates for {place:?}");
        }
        for message in self.read(&self.topics.rejected, isolation) {
            let number = |name: &str| header(&message, name).unwrap().parse::<i64>().unwrap();
            let place = (number("dateline-partition") as i32, number("dateline-offset"));
            let twice = found.rejected.insert(place, header(&message, "dateline-error-code").unwrap());
            assert_eq!(twice, None, "two fates for {place:?}");
        }
        found
    }
}

/// All that comes out of a wire.
#[derive(Debug, Default, PartialEq)]
pub struct Expected {
    pub events: Vec<(String, String)>,
    pub articles: BTreeMap<(i32, i64), String>,
    pub rejected: BTreeMap<(i32, i64), String>,
}

/// All partitions of topics from their beginnings.
fn all_of(reader: &BaseConsumer, topics: &[&str]) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for topic in topics {
        // Else the reader would wait half a second before it asks who leads the partitions.
        for partition in 0..partitions(reader, topic) {
            list.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
        }
    }
    list
}

/// How many partitions a topic has.
fn partitions(client: &BaseConsumer, topic: &str) -> i32 {
    client.fetch_metadata(Some(topic), PATIENCE).unwrap().topics()[0].partitions().len() as i32
}

/// A header's value, the last one of that name.
pub fn header(message: &OwnedMessage, name: &str) -> Option<String> {
    let headers = message.headers()?;
    let found = headers.iter().filter(|header| header.key == name).last()?;
    Some(text(found.value))
}

fn text(bytes: Option<&[u8]>) -> String {
    String::from_utf8(bytes.unwrap().to_vec()).unwrap()
}
