//! A broker inside of the process for unit tests, which fails on demand. It cannot prove exactly-once delivery: it shows
//! aborted records to readers.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer as _};

use crate::config::{Configuration, Settings, Topics};

/// After this, a test has failed.
pub const TIMEOUT: Duration = Duration::from_secs(120);

/// How long members of groups may be silent: longer than a machine stalls, shorter than `TIMEOUT`. librdkafka joins again
/// when it learns of topics while it joins, which only happens on a slow machine; the mock broker makes a member that joins
/// again wait for the session timeout, and one that it has removed while it joined gets no answer, for which librdkafka
/// waits as long as polls may be apart.
const MEMBERSHIP: [(&str, &str); 2] = [("session.timeout.ms", "20000"), ("max.poll.interval.ms", "20000")];

/// A broker with all topics of the configuration, each with one partition.
pub struct Mock {
    pub cluster: MockCluster<'static, DefaultProducerContext>,
    pub settings: Settings,
    producer: BaseProducer,
}

impl Mock {
    pub fn start() -> Self {
        let cluster = MockCluster::new(1).unwrap();
        let mut settings = Configuration::load(None, [], []).unwrap().settings().unwrap();
        settings.kafka.brokers = cluster.bootstrap_servers();
        settings.kafka.client.extend(MEMBERSHIP.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let topics = Topics::new(&settings.kafka);
        for topic in [&topics.input, &topics.events, &topics.articles, &topics.rejected] {
            cluster.create_topic(topic, 1, 1).unwrap();
        }
        let producer = ClientConfig::new().set("bootstrap.servers", &settings.kafka.brokers).create().unwrap();
        Self { cluster, settings, producer }
    }

    /// Sends messages to the input.
    pub fn send(&self, messages: impl IntoIterator<Item = String>) {
        let topics = Topics::new(&self.settings.kafka);
        for message in messages {
            self.producer.send(BaseRecord::<(), _>::to(&topics.input).payload(&message)).unwrap();
        }
        self.producer.flush(TIMEOUT).unwrap();
    }
}
