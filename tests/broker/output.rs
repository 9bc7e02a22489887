//! What comes out of a wire, and what should.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use dateline::pipeline;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{Headers, OwnedMessage};
use rdkafka::{Message, Offset, TopicPartitionList};

use super::wire::{PATIENCE, Wire};

/// Counts dispositions as they are committed.
pub struct Progress {
    reader: BaseConsumer,
    pub seen: usize,
}

impl Progress {
    /// Waits for so many dispositions in all, however long that takes as long as more of them come.
    pub fn until(&mut self, count: usize) {
        let mut last = Instant::now();
        while self.seen < count {
            assert!(last.elapsed() < PATIENCE, "{} of {count} messages have a disposition", self.seen);
            // Otherwise there is no more for now, or the broker is away: it comes back.
            if self.poll(Duration::from_millis(200)) {
                last = Instant::now();
            }
        }
    }

    /// Waits for one more, at most so long. Returns whether it came.
    pub fn poll(&mut self, time: Duration) -> bool {
        let came = matches!(self.reader.poll(time), Some(Ok(_)));
        self.seen += usize::from(came);
        came
    }
}

impl Wire {
    /// Waits until so many messages have their disposition for a reader of committed records.
    pub fn await_dispositions(&self, count: usize) {
        self.progress().until(count);
    }

    /// Counts the dispositions from the first.
    pub fn progress(&self) -> Progress {
        let reader = self.reader("read_committed");
        reader.assign(&all_of(&reader, &[self.topics.articles.as_str(), &self.topics.rejected])).unwrap();
        Progress { reader, seen: 0 }
    }

    /// All records of a topic now, by partition and offset; `isolation` is `read_committed` or `read_uncommitted`.
    pub fn read(&self, topic: &str, isolation: &str) -> Vec<OwnedMessage> {
        self.settle(topic);
        let reader = self.reader(isolation);
        let all = all_of(&reader, &[topic]);
        reader.assign(&all).unwrap();
        let mut messages = Vec::new();
        // The end of a partition is reported again when it has moved.
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

    /// Waits until every transaction on a topic has its marker: the brokers write them after they answered the commit.
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

    /// The group's committed offset in each partition of the input; 0 where there is none. Waits until no transaction on
    /// them is open: their topic gets its marker after the commit was answered, and often after the topics of records.
    pub fn committed(&self) -> Vec<i64> {
        self.offsets("read_committed")
    }

    /// Whether all of the input is committed. A transaction that is open does not hold the answer up.
    pub fn is_at_end(&self) -> bool {
        self.offsets("read_uncommitted") == self.ends(&self.topics.input, "read_committed")
    }

    fn offsets(&self, isolation: &str) -> Vec<i64> {
        let mut config = self.client();
        config.set("group.id", &self.settings.kafka.group).set("isolation.level", isolation);
        let client: BaseConsumer = config.create().unwrap();
        let mut asked = TopicPartitionList::new();
        asked.add_partition_range(&self.topics.input, 0, partitions(&client, &self.topics.input) - 1);
        let start = Instant::now();
        let answer = loop {
            let answer = client.committed_offsets(asked.clone(), PATIENCE);
            // A broker that has just come back loads what it knows of groups.
            let error = match answer.map(|answer| (answer.elements().iter().find_map(|it| it.error().err()), answer)) {
                Ok((None, answer)) => break answer,
                Ok((Some(error), _)) | Err(error) => error,
            };
            assert!(start.elapsed() < PATIENCE, "{error}");
        };
        answer.elements().iter().map(|it| it.offset().to_raw().filter(|offset| *offset >= 0).unwrap_or(0)).collect()
    }

    /// Waits until all of the input is committed.
    pub fn await_end(&self) {
        let start = Instant::now();
        while !self.is_at_end() {
            assert!(start.elapsed() < PATIENCE, "not all of the input is committed");
        }
    }

    /// What should come of the messages on the input topic.
    pub fn expected(&self) -> Records {
        self.expected_besides(Records::default())
    }

    /// The same where what comes of some messages is known.
    pub fn expected_besides(&self, known: Records) -> Records {
        let messages = self.read(&self.topics.input, "read_committed");
        let values = messages.iter().map(|it| ((it.partition(), it.offset()), it.payload().unwrap_or_default()));
        let others = values.filter(|(source, _)| !known.articles.contains_key(source));
        let mut all = Records::expected(others, &self.settings.extract).and(known);
        all.events.sort();
        all
    }

    /// What the output topics hold for such a reader.
    pub fn output(&self, isolation: &str) -> Records {
        Records::read(&self.topics.outputs().map(|topic| self.read(topic, isolation)))
    }
}

/// The partition and offset of an input message.
pub type Source = (i32, i64);

/// All that comes out of a wire.
#[derive(Debug, Default, PartialEq)]
pub struct Records {
    /// The key and value of each event, sorted.
    pub events: Vec<(String, String)>,
    /// The id of each article.
    pub articles: BTreeMap<Source, String>,
    /// The error code of each rejected message.
    pub rejected: BTreeMap<Source, String>,
    /// Messages with one disposition more, equal to the first.
    pub repeated: Vec<Source>,
}

impl Records {
    /// What `pipeline::process` makes of messages, on all processors.
    pub fn expected<'a>(messages: impl IntoIterator<Item = (Source, &'a [u8])>, settings: &pipeline::Settings) -> Self {
        let messages: Vec<_> = messages.into_iter().collect();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let share = |from: usize| {
            let mut share = Self::default();
            messages
                .iter()
                .skip(from)
                .step_by(threads)
                .for_each(|(source, value)| share.expect(*source, value, settings));
            share
        };
        let mut all = thread::scope(|scope| {
            let shares: Vec<_> = (0..threads).map(|from| scope.spawn(move || share(from))).collect();
            shares.into_iter().map(|share| share.join().unwrap()).reduce(Self::and).unwrap_or_default()
        });
        all.events.sort();
        all
    }

    fn expect(&mut self, source: Source, value: &[u8], settings: &pipeline::Settings) {
        match pipeline::process(value, settings) {
            Ok(articles) => {
                for event in articles.iter().flat_map(|article| &article.events) {
                    self.events.push((event.id.clone(), serde_json::to_string(event).unwrap()));
                }
                self.articles.insert(source, articles[0].id.clone());
            }
            Err(error) => drop(self.rejected.insert(source, error.code().to_owned())),
        }
    }

    /// These and what comes of other messages.
    fn and(mut self, other: Self) -> Self {
        self.events.extend(other.events);
        self.articles.extend(other.articles);
        self.rejected.extend(other.rejected);
        self
    }

    /// What the records of the output topics say: events, articles, rejections.
    fn read([events, articles, rejected]: &[Vec<OwnedMessage>; 3]) -> Self {
        let events = events.iter().map(|event| (text(event.key()), text(event.payload()))).collect();
        let mut output = Self { events, ..Self::default() };
        output.events.sort();
        let mut first = BTreeMap::new();
        let mut is_first = |source, message: &OwnedMessage| match first.insert(source, message.payload().map(Vec::from))
        {
            None => true,
            Some(payload) => {
                assert_eq!(payload.as_deref(), message.payload(), "two dispositions of {source:?}");
                false
            }
        };
        let mut repeated = Vec::new();
        for message in articles {
            let value: serde_json::Value = serde_json::from_slice(message.payload().unwrap()).unwrap();
            let number = |name: &str| value["source"][name].as_i64().unwrap();
            let source = (number("partition") as i32, number("offset"));
            output.articles.insert(source, text(message.key()));
            repeated.extend((!is_first(source, message)).then_some(source));
        }
        for message in rejected {
            let number = |name: &str| header(message, name).unwrap().parse::<i64>().unwrap();
            let source = (number("dateline-partition") as i32, number("dateline-offset"));
            output.rejected.insert(source, header(message, "dateline-error-code").unwrap());
            repeated.extend((!is_first(source, message)).then_some(source));
        }
        Self { repeated, ..output }
    }
}

/// All partitions of topics from their beginnings.
pub fn all_of(reader: &BaseConsumer, topics: &[&str]) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for topic in topics {
        // Without this the reader waits half a second before it asks for the leaders of the partitions.
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
