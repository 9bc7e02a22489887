//! What comes out of a wire, and what should.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use dateline::pipeline;
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
            // Else there is no more for now, or the broker is away: it comes back.
            if let Some(Ok(_)) = self.reader.poll(Duration::from_millis(200)) {
                self.seen += 1;
                last = Instant::now();
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

    /// Waits until all of the input is committed.
    pub fn await_end(&self) {
        let start = Instant::now();
        while self.committed() != self.ends(&self.topics.input, "read_committed") {
            assert!(start.elapsed() < PATIENCE, "committed: {:?}", self.committed());
        }
    }

    /// What should come of the messages on the input topic.
    pub fn expected(&self) -> Expected {
        let messages = self.read(&self.topics.input, "read_committed");
        let places = messages.iter().map(|it| ((it.partition(), it.offset()), it.payload().unwrap_or_default()));
        Expected::of(places, &self.settings.extract)
    }

    /// What the output topics hold for such a reader, in the shape of [`Wire::expected`].
    pub fn found(&self, isolation: &str) -> Expected {
        Expected::told(&self.topics.outputs().map(|topic| self.read(topic, isolation)))
    }
}

/// All that comes out of a wire.
#[derive(Debug, Default, PartialEq)]
pub struct Expected {
    pub events: Vec<(String, String)>,
    pub articles: BTreeMap<(i32, i64), String>,
    pub rejected: BTreeMap<(i32, i64), String>,
    /// Messages with one fate more, the same as the first.
    pub again: Vec<(i32, i64)>,
}

impl Expected {
    /// What `pipeline::process` gives for messages: events as key and value, sorted, and the fate of each message by
    /// its partition and offset.
    pub fn of<'a>(messages: impl IntoIterator<Item = ((i32, i64), &'a [u8])>, settings: &pipeline::Settings) -> Self {
        let mut expected = Self::default();
        for (place, payload) in messages {
            match pipeline::process(payload, settings) {
                Ok(articles) => {
                    for event in articles.iter().flat_map(|article| &article.events) {
                        expected.events.push((event.id.clone(), serde_json::to_string(event).unwrap()));
                    }
                    expected.articles.insert(place, articles[0].id.clone());
                }
                Err(error) => drop(expected.rejected.insert(place, error.code().to_owned())),
            }
        }
        expected.events.sort();
        expected
    }

    /// What the records of the output topics tell: events, articles, rejections.
    pub fn told([events, articles, rejected]: &[Vec<OwnedMessage>; 3]) -> Self {
        let events = events.iter().map(|event| (text(event.key()), text(event.payload()))).collect();
        let mut told = Self { events, ..Self::default() };
        told.events.sort();
        let mut values = BTreeMap::new();
        for message in articles {
            let value: serde_json::Value = serde_json::from_slice(message.payload().unwrap()).unwrap();
            let number = |name: &str| value["source"][name].as_i64().unwrap();
            let place = (number("partition") as i32, number("offset"));
            told.articles.insert(place, text(message.key()));
            if let Some(twice) = values.insert(place, message.payload()) {
                assert_eq!(twice, message.payload(), "two fates for {place:?}");
                told.again.push(place);
            }
        }
        for message in rejected {
            let number = |name: &str| header(message, name).unwrap().parse::<i64>().unwrap();
            let place = (number("dateline-partition") as i32, number("dateline-offset"));
            told.rejected.insert(place, header(message, "dateline-error-code").unwrap());
            if let Some(twice) = values.insert(place, message.payload()) {
                assert_eq!(twice, message.payload(), "two fates for {place:?}");
                told.again.push(place);
            }
        }
        told
    }

    /// Takes in what came of other messages.
    pub fn add(&mut self, other: Self) {
        self.events.extend(other.events);
        self.events.sort();
        self.articles.extend(other.articles);
        self.rejected.extend(other.rejected);
    }
}

/// All partitions of topics from their beginnings.
pub fn all_of(reader: &BaseConsumer, topics: &[&str]) -> TopicPartitionList {
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
