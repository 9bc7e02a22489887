//! The input side: one `BaseConsumer`, polled by one thread. Messages, changes of ownership and errors come out as
//! one closed enum, in the order in which they happened.
//!
//! Must not know what is done with messages.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext, ConsumerGroupMetadata, Rebalance};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::OwnedMessage;
use rdkafka::statistics::Statistics;
use rdkafka::{Message, Offset, TopicPartitionList};

use super::Error;
use super::client::client_config;
use super::token::TokenFile;
use crate::config::Settings;

/// How long a question to the broker may take.
const ANSWER: Duration = Duration::from_secs(30);

/// All that a poll can bring.
#[derive(Debug)]
pub enum Event {
    /// A message.
    Message(OwnedMessage),
    /// Partitions came to this worker.
    Assigned(Vec<i32>),
    /// Partitions were taken from this worker.
    Revoked {
        /// Which.
        partitions: Vec<i32>,
        /// True where they may have another owner already.
        lost: bool,
    },
    /// How the input stands by now.
    Report {
        /// How far the partitions that are read go.
        ends: Vec<Watermark>,
        /// How long ago a broker that is connected spoke last; `None` where none is connected.
        heard: Option<Duration>,
    },
    /// Something that librdkafka mends by itself: a broker is away, a partition is led by another.
    Trouble(KafkaError),
    /// Something that it cannot mend: this consumer is at its end.
    Fatal(KafkaError),
    /// Nothing, for as long as was waited.
    Idle,
}

/// The end of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watermark {
    /// Of which topic.
    pub topic: String,
    /// Which partition.
    pub partition: i32,
    /// The offset after its last message that can be read.
    pub end: i64,
    /// Where reading begins if nothing was read yet: the committed offset, or the first there is.
    pub begin: i64,
    /// How far it was read, if nothing that was fetched waits to be polled. Goes over the markers of transactions, behind
    /// which no message is.
    pub read: Option<i64>,
}

/// Remembers what the hooks told during a poll. It holds no reference to the consumer, which owns it.
pub struct Hooks {
    events: Mutex<VecDeque<Event>>,
    token: TokenFile,
}

impl Hooks {
    fn push(&self, event: Event) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push_back(event);
    }

    fn pop(&self) -> Option<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

impl ClientContext for Hooks {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        self.token.token()
    }

    /// Comes with a poll as well.
    fn error(&self, _: KafkaError, _: &str) {}

    /// librdkafka computes a lag as well, but for a transactional worker, whose offsets it does not commit, it is -1.
    fn stats(&self, statistics: Statistics) {
        let topics = statistics.topics.values();
        let all = topics.flat_map(|of| of.partitions.values().map(|it| (&of.topic, it)));
        let owned = all.filter(|(_, it)| it.fetch_state == "active" && it.ls_offset >= 0);
        let ends = owned.map(|(topic, it)| Watermark {
            topic: topic.clone(),
            partition: it.partition,
            end: it.ls_offset,
            begin: if it.committed_offset >= 0 { it.committed_offset } else { it.lo_offset.max(0) },
            read: (it.fetchq_cnt == 0).then_some(it.next_offset),
        });
        let connected = statistics.brokers.values().filter(|broker| broker.state == "UP");
        let idle = connected.filter_map(|broker| u64::try_from(broker.rxidle).ok()).min();
        self.push(Event::Report { ends: ends.collect(), heard: idle.map(Duration::from_micros) });
    }
}

impl ConsumerContext for Hooks {
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(list) => self.push(Event::Assigned(partitions(list))),
            Rebalance::Revoke(list) => {
                self.push(Event::Revoked { partitions: partitions(list), lost: consumer.assignment_lost() });
            }
            Rebalance::Error(error) => self.push(Event::Trouble(error.clone())),
        }
    }
}

fn partitions(list: &TopicPartitionList) -> Vec<i32> {
    list.elements().iter().map(|element| element.partition()).collect()
}

/// A member of the consumer group.
pub struct Consumer {
    inner: BaseConsumer<Hooks>,
    topic: String,
    /// Where reading began in each partition: where to go back to when nothing was ever committed there.
    began: BTreeMap<i32, i64>,
    /// The partitions that are not read yet.
    waiting: BTreeSet<i32>,
    /// Whether none is read for now.
    held: bool,
}

impl Consumer {
    /// Makes a consumer; [`Consumer::subscribe`] lets it join. `own` is what its user needs to be set, whatever the
    /// configuration says.
    pub fn new(settings: &Settings, topic: &str, own: &[(&str, &str)]) -> Result<Self, Error> {
        let mut config = client_config(&settings.kafka);
        // With the protocol of KIP-848 the brokers assign, and librdkafka refuses what is said of it here.
        let classic = config.get("group.protocol").is_none_or(|protocol| protocol.eq_ignore_ascii_case("classic"));
        for (name, value) in DEFAULTS.into_iter().chain(classic.then_some(ASSIGNMENT)) {
            if config.get(name).is_none() {
                config.set(name, value);
            }
        }
        config.set("group.id", &settings.kafka.group);
        for (name, value) in CONTRACT.iter().chain(own) {
            config.set(*name, *value);
        }
        let token = TokenFile::new(settings.kafka.token_file.as_deref());
        let hooks = Hooks { events: Mutex::default(), token };
        let inner: BaseConsumer<Hooks> = config.create_with_context(hooks).map_err(Error::client)?;
        // librdkafka asks for a token only while it is polled, and for nothing but that before there are partitions.
        let _ = inner.poll(Duration::ZERO);
        Ok(Self { inner, topic: topic.to_owned(), began: BTreeMap::new(), waiting: BTreeSet::new(), held: false })
    }

    /// The client itself, for readers that are given their partitions and do not join.
    pub fn client(&self) -> &BaseConsumer<Hooks> {
        &self.inner
    }

    /// Joins the group. Partitions come by [`Consumer::next`].
    pub fn subscribe(&self) -> KafkaResult<()> {
        self.inner.subscribe(&[&self.topic])
    }

    /// The broker's word on one topic: its number of partitions, 0 where there is no such topic.
    pub fn partition_count(&self, topic: &str, time: Duration) -> KafkaResult<usize> {
        let metadata = self.inner.fetch_metadata(Some(topic), time)?;
        Ok(metadata.topics().iter().find(|it| it.name() == topic).map_or(0, |it| it.partitions().len()))
    }

    /// What comes next, waiting at most so long. Must be called often: hooks fire only here, and a member that does
    /// not call for `max.poll.interval.ms` is put out of the group.
    pub fn next(&mut self, time: Duration) -> Event {
        // A poll that ran a hook returns no message, so that what it told is always older than the next message.
        let event = self.inner.context().pop().unwrap_or_else(|| self.poll(time));
        match &event {
            Event::Message(message) => {
                self.began.entry(message.partition()).or_insert(message.offset());
            }
            Event::Revoked { partitions, .. } => {
                self.began.retain(|partition, _| !partitions.contains(partition));
                self.waiting.retain(|partition| !partitions.contains(partition));
            }
            _ => {}
        }
        event
    }

    fn poll(&self, time: Duration) -> Event {
        match self.inner.poll(time) {
            Some(Ok(message)) => Event::Message(message.detach()),
            Some(Err(error @ KafkaError::MessageConsumptionFatal(_))) => Event::Fatal(error),
            Some(Err(error)) => Event::Trouble(error),
            None => self.inner.context().pop().unwrap_or(Event::Idle),
        }
    }

    /// Goes back to the committed offset of every partition that was read from, and tells which these are. When this
    /// fails, the consumer's position must not be trusted any more.
    pub fn rewind(&mut self) -> KafkaResult<Vec<i32>> {
        let mut asked = TopicPartitionList::new();
        for partition in self.began.keys() {
            asked.add_partition(&self.topic, *partition);
        }
        if self.began.is_empty() {
            return Ok(Vec::new());
        }
        let committed = self.inner.committed_offsets(asked, ANSWER)?;
        let mut targets = TopicPartitionList::new();
        for element in committed.elements() {
            element.error()?;
            let began = self.began.get(&element.partition()).map_or(Offset::Stored, |began| Offset::Offset(*began));
            let target = if let Offset::Offset(_) = element.offset() { element.offset() } else { began };
            targets.add_partition_offset(&self.topic, element.partition(), target)?;
        }
        for element in self.inner.seek_partitions(targets, ANSWER)?.elements() {
            element.error()?;
        }
        Ok(self.began.keys().copied().collect())
    }

    /// Stops or lets go on the flow of messages of all partitions that are owned now; hooks go on. Partitions that wait
    /// go on waiting.
    pub fn hold(&mut self, hold: bool) -> KafkaResult<()> {
        self.held = hold;
        let owned = partitions(&self.inner.assignment()?);
        if hold {
            return self.inner.pause(&self.list(&owned));
        }
        let flowing: Vec<i32> = owned.into_iter().filter(|partition| !self.waiting.contains(partition)).collect();
        self.inner.resume(&self.list(&flowing))
    }

    /// Lets partitions that just came wait; none of their messages was taken.
    pub fn wait(&mut self, partitions: &[i32]) -> KafkaResult<()> {
        self.waiting.extend(partitions);
        self.inner.pause(&self.list(partitions))
    }

    /// Ends the waiting of a partition.
    pub fn go(&mut self, partition: i32) -> KafkaResult<()> {
        self.waiting.remove(&partition);
        if self.held { Ok(()) } else { self.inner.resume(&self.list(&[partition])) }
    }

    fn list(&self, partitions: &[i32]) -> TopicPartitionList {
        let mut list = TopicPartitionList::new();
        for partition in partitions {
            list.add_partition(&self.topic, *partition);
        }
        list
    }

    /// The group as it is now. To be fetched anew for each transaction.
    pub fn group_metadata(&self) -> Option<ConsumerGroupMetadata> {
        self.inner.group_metadata()
    }

    /// Commits offsets and waits for the broker's word.
    pub fn commit(&self, offsets: &TopicPartitionList) -> KafkaResult<()> {
        self.inner.commit(offsets, rdkafka::consumer::CommitMode::Sync)
    }

    /// Leaves the group and waits, but no longer than so long: closing can hang when the brokers are away.
    pub fn leave(self, time: Duration) {
        let (left, gone) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            drop(self.inner);
            left.send(())
        });
        if gone.recv_timeout(time).is_err() {
            tracing::warn!("the group was not left in time; the broker will notice by itself");
        }
    }
}

/// What the configuration may change.
const DEFAULTS: [(&str, &str); 3] = [
    // A new group reads all that there is: nothing is passed over.
    ("auto.offset.reset", "earliest"),
    // The bound on what is prefetched.
    ("queued.max.messages.kbytes", "16384"),
    // After that bound is met nothing of a partition is fetched for so long: by librdkafka's default a whole second.
    ("fetch.queue.backoff.ms", "10"),
];

/// Classic and incremental: a worker that joins or leaves does not stop the others.
const ASSIGNMENT: (&str, &str) = ("partition.assignment.strategy", "cooperative-sticky");

/// What the delivery contract, and what is told of it, stand on.
const CONTRACT: [(&str, &str); 4] = [
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("isolation.level", "read_committed"),
    // For reports: the lag, and whether the brokers are there.
    ("statistics.interval.ms", "1000"),
];
