//! The topics of a worker as the brokers describe them: whether they are there, and can be read and written.
//!
//! Must not know what is done about it.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::metadata::MetadataPartition;

use crate::config::{Settings, Topics};
use crate::stream::Error;
use crate::stream::consumer::Consumer;
use crate::stream::limits::Describer;

/// How long a request to the brokers may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// How often a topic that a pattern matches may not be there before it is taken for deleted.
const MAX_MISSED: usize = 5;

/// What is wrong with the topics.
#[derive(Debug, Default)]
pub struct Found {
    /// Those of the input.
    pub inputs: Vec<String>,
    /// Which are not there.
    pub missing: Option<String>,
    /// Which partitions cannot be read or written.
    pub unavailable: Option<String>,
}

/// Asks for the topics.
pub struct TopicWatch {
    topics: Topics,
    describer: Describer,
    /// The topics of the input that were found by a pattern, each with how often it was not there since.
    matched: BTreeMap<String, usize>,
}

impl TopicWatch {
    /// Creates a client for it.
    ///
    /// # Errors
    /// If librdkafka rejects the settings.
    pub fn new(settings: &Settings, topics: &Topics) -> Result<Self, Error> {
        Ok(Self { topics: topics.clone(), describer: Describer::new(settings)?, matched: BTreeMap::new() })
    }

    /// Returns what is wrong with the topics.
    ///
    /// # Errors
    /// If the brokers do not answer.
    pub fn look(&mut self, consumer: &Consumer) -> KafkaResult<Found> {
        let (minima, client) = (self.minima(), consumer.client());
        let inputs = self.inputs(consumer)?;
        let (mut missing, mut unavailable) = (Vec::new(), Vec::new());
        let outputs = self.topics.outputs();
        for topic in inputs.iter().map(String::as_str).chain(outputs.iter().copied()) {
            let metadata = client.fetch_metadata(Some(topic), REQUEST_TIMEOUT)?;
            let described = metadata.topics().iter().find(|it| it.name() == topic);
            let partitions = described.map_or(&[][..], |it| it.partitions());
            if partitions.is_empty() {
                missing.push(format!("`{topic}`"));
            }
            let minimum = minima.get(topic).copied().unwrap_or(0);
            unavailable.extend(partitions.iter().filter_map(|partition| problem_with(partition, topic, minimum)));
        }
        if inputs.is_empty() {
            missing.push(format!("that matches `{}`", self.topics.input));
        }
        let missing = (!missing.is_empty())
            .then(|| format!("there is no topic {}, or this client is not allowed to see it", missing.join(" and ")));
        Ok(Found { inputs, missing, unavailable: unavailable.into_iter().next() })
    }

    /// Returns the topics of the input: those with a name, and those that a pattern matches. A broker that has just started may not
    /// know all of them yet.
    fn inputs(&mut self, consumer: &Consumer) -> KafkaResult<Vec<String>> {
        let found = consumer.input_topics(&self.topics, REQUEST_TIMEOUT)?;
        self.matched.values_mut().for_each(|missed| *missed += 1);
        self.matched.extend(found.into_iter().map(|topic| (topic, 0)));
        self.matched.retain(|_, missed| *missed < MAX_MISSED);
        Ok(self.matched.keys().cloned().collect())
    }

    /// Returns the least number of replicas that each output topic must have in sync to be written to; none of those that this
    /// client may not describe.
    fn minima(&self) -> BTreeMap<String, usize> {
        let described = self.describer.describe(&self.topics, REQUEST_TIMEOUT).unwrap_or_else(|error: KafkaError| {
            tracing::debug!(%error, "cannot describe the output topics; how many replicas they need is not known");
            BTreeMap::new()
        });
        let minimum = |(topic, settings): (String, BTreeMap<String, String>)| {
            Some((topic, settings.get("min.insync.replicas")?.parse().ok()?))
        };
        described.into_iter().filter_map(minimum).collect()
    }
}

/// Returns what is wrong with a partition, if something is.
fn problem_with(partition: &MetadataPartition, topic: &str, minimum: usize) -> Option<String> {
    let (number, in_sync) = (partition.id(), partition.isr().len());
    if partition.leader() < 0 {
        return Some(format!("partition {number} of `{topic}` has no leader: brokers are down"));
    }
    (in_sync < minimum).then(|| {
        format!(
            "nothing can be written to partition {number} of `{topic}`: {in_sync} of its replicas are in sync, fewer than its \
             min.insync.replicas, {minimum}"
        )
    })
}
